package subject

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
)

// Version is how much of the suppression topic a list has seen: the highest number of its messages, and how many keys they have.
// Keys are only ever added, so a topic of which a part is gone, or that is an older copy, has less of one or the other.
type Version struct {
	Seq  uint64 `json:"seq"`
	Keys uint64 `json:"keys"`
}

// before tells whether v lacks something that w has.
func (v Version) before(w Version) bool { return v.Seq < w.Seq || v.Keys < w.Keys }

// ErrRollback says that the suppression topic holds less than it once did.
var ErrRollback = errors.New("the suppression list is older than one that was seen before")

// Witness remembers, in a file on another disk than the topic's, the newest version of the list that this machine has seen.
type Witness struct {
	name   string
	mu     sync.Mutex
	failed atomic.Uint64
}

// NewWitness makes a witness in a file. With an empty name it remembers nothing.
func NewWitness(name string) *Witness { return &Witness{name: name} }

// Check compares a list that was just loaded with what was seen before.
func (w *Witness) Check(v Version) error {
	seen, err := w.read()
	if err != nil {
		return err
	}
	if v.before(seen) {
		return fmt.Errorf("%w: %d messages and %d keys, witness %s has seen %d and %d: find out who replaced or shortened the topic; "+
			"only if that was meant, remove the witness", ErrRollback, v.Seq, v.Keys, w.name, seen.Seq, seen.Keys)
	}
	return nil
}

// Failed counts the versions that could not be remembered.
func (w *Witness) Failed() uint64 { return w.failed.Load() }

// Saw remembers a version, unless a newer one is remembered.
func (w *Witness) Saw(v Version) (err error) {
	if w.name == "" {
		return nil
	}
	defer func() {
		if err != nil {
			w.failed.Add(1)
		}
	}()
	w.mu.Lock()
	defer w.mu.Unlock()
	seen, err := w.read()
	if err != nil {
		return err
	}
	newest := Version{max(v.Seq, seen.Seq), max(v.Keys, seen.Keys)}
	if newest == seen {
		return nil
	}
	text, err := json.Marshal(newest)
	if err != nil {
		return fmt.Errorf("write witness: %w", err)
	}
	if err := replaceFile(w.name, append(text, '\n')); err != nil {
		return fmt.Errorf("write witness: %w", err)
	}
	return nil
}

func (w *Witness) read() (v Version, err error) {
	if w.name == "" {
		return v, nil
	}
	text, err := os.ReadFile(w.name)
	if errors.Is(err, fs.ErrNotExist) {
		return v, nil
	}
	if err != nil {
		return v, fmt.Errorf("read witness: %w", err)
	}
	if decode(text, &v) != nil {
		return v, fmt.Errorf("read witness: %s is damaged: it can't tell whether the suppression list is whole", w.name)
	}
	return v, nil
}

// replaceFile writes a file so that after a crash it is the old or the new one.
func replaceFile(name string, text []byte) error {
	dir := filepath.Dir(name)
	f, err := os.CreateTemp(dir, filepath.Base(name)+".*")
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
