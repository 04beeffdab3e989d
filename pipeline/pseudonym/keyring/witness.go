package keyring

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// testimony is what a witness file says: the store it knows and how far that store had come. It belongs on another volume than the
// store, or whoever puts back an old store puts back an old witness too.
type testimony struct {
	Store  string `json:"store"`
	Writes uint64 `json:"writes"`
}

// testify refuses a store that is older than the witness, and tells the witness of one that is newer. It is called under a lock of
// the store's file: else another process could write both between two looks at them. Several may write the witness at once under
// shared locks, but then they write the same.
func (s *store) testify() error {
	if s.witness == "" {
		return nil
	}
	old, err := readTestimony(s.witness)
	if err != nil {
		return err
	}
	if old.Store != "" && (old.Store != s.id || old.Writes > s.seen) {
		return fmt.Errorf("compare key store %s with %s: %w", s.path, s.witness, ErrRollback)
	}
	if old.Store == s.id && old.Writes == s.seen {
		return nil
	}
	text, err := json.Marshal(testimony{s.id, s.seen})
	if err != nil {
		return fmt.Errorf("write witness of key store: %w", err)
	}
	return writeDurably(s.witness, append(text, '\n'))
}

// readTestimony gives the zero testimony where there is none yet.
func readTestimony(path string) (t testimony, err error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return testimony{}, nil
	}
	if err != nil {
		return testimony{}, fmt.Errorf("read witness of key store: %w", err)
	}
	if json.Unmarshal(text, &t) != nil || t.Store == "" || t.Writes == 0 {
		return testimony{}, fmt.Errorf("read witness of key store: %s holds no testimony", path)
	}
	return t, nil
}

// writeDurably replaces a file: after a crash it holds the old text or the new.
func writeDurably(path string, text []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".new-*")
	if err != nil {
		return fmt.Errorf("write witness of key store: %w", err)
	}
	defer os.Remove(f.Name())
	_, err = f.Write(text)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("write witness of key store: %w", err)
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return fmt.Errorf("write witness of key store: %w", err)
	}
	return syncDir(path)
}
