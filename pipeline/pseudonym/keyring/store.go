package keyring

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"sync"
	"time"

	bolt "go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"
)

// The reasons for which a store is refused.
var (
	// ErrDamaged is returned when the store, or a part of it, is not what was written.
	ErrDamaged = errors.New("key store is damaged")
	// ErrRollback is returned when the store is older than one that was seen: it would bring back what was destroyed.
	ErrRollback = errors.New("key store is older than its witness")
	// ErrBusy is returned when other processes hold the store for too long.
	ErrBusy = errors.New("key store is in use")
)

// lockTimeout bounds the wait for other processes, which hold the store for the moment of a transaction or of a compaction.
const lockTimeout = 10 * time.Second

// compactAtOnce is the size up to which a store is compacted with the write that destroyed something: half a second. A larger one
// waits for the sweep of the day.
const compactAtOnce = 64 << 20

// store is a bbolt file of wrapped secrets:
//
//	head     head     -> mac · JSON of head
//	tenants  tenant   -> mac · JSON of row
//	salts    tenant   -> bucket of: subject id -> secret sealed under the tenant's root
//	shards   tenant   -> bucket of: 12 bits of subject ids -> mac · sum and number of the salts
//
// bbolt keeps checksums of its two meta pages and of no other. So every value has a MAC under a key that the
// key-encryption key wraps, the head has the sum of the MACs of all rows, and shards that of the tags of salts: a page that is torn, flipped or put back makes
// an error, never a tenant that seems new and gets another secret.
//
// bbolt locks the file for as long as it is open, and workers and commands share it. So it is open only for a transaction.
type store struct {
	path    string
	witness string
	kek     Wrapper

	mu   sync.Mutex // one transaction at a time in this process: bbolt waits for a lock in steps of 50 ms
	key  Key        // of the MACs
	id   string     // of the store this process has seen
	seen uint64     // its highest count of writes
}

// head describes the store.
type head struct {
	ID      string `json:"id"`      // drawn at random when the store is made
	Wrapped []byte `json:"wrapped"` // the key of the MACs
	KEK     string `json:"kek"`     // name of what wrapped it
	// Generation counts the changes that holders of keys must hear of, Writes all of them.
	Generation uint64 `json:"generation"`
	Writes     uint64 `json:"writes"`
	Tenants    int    `json:"tenants"`        // rows
	Sum        []byte `json:"sum"`            // of their MACs, by exclusive or
	Hour       int64  `json:"hour,omitempty"` // of Met, since 1970
	Met        int    `json:"met,omitempty"`  // tenants whose keys were made then because they were met first
	Compact    bool   `json:"compact"`        // something was destroyed, and pages that are free may still hold it

	minor bool // the write need not be told to the witness at once
	force bool // compact however long it takes
}

var (
	headBucket    = []byte("head")
	tenantsBucket = []byte("tenants")
	saltsBucket   = []byte("salts")
)

// createStore makes the file of a new store. It comes into being whole: a file of length 0 is a damaged one.
func createStore(ctx context.Context, path string, kek Wrapper) error {
	id, secret := newSecret()[:16], newSecret()
	h := head{ID: hex.EncodeToString(id), KEK: kek.Name(), Generation: 1, Writes: 1, Sum: make([]byte, sha256.Size)}
	var err error
	if h.Wrapped, err = kek.Wrap(ctx, secret, "store/"+h.ID); err != nil {
		return fmt.Errorf("create key store: wrap its key with %s: %w", kek.Name(), err)
	}
	tmp := path + ".new-" + h.ID
	defer os.Remove(tmp)
	db, err := bolt.Open(tmp, 0o600, &bolt.Options{Timeout: lockTimeout})
	if err != nil {
		return fmt.Errorf("create key store: %w", err)
	}
	s := &store{key: newKey(secret, 1)}
	err = db.Update(func(tx *bolt.Tx) error {
		for _, name := range [][]byte{headBucket, tenantsBucket, saltsBucket, shardsBucket} {
			if _, err := tx.CreateBucket(name); err != nil {
				return err
			}
		}
		return s.putHead(tx, h)
	})
	if err == nil {
		err = again(db)
	}
	if err = errors.Join(err, db.Close()); err != nil {
		return fmt.Errorf("create key store: %w", err)
	}
	if err := os.Link(tmp, path); err != nil { // unlike a rename, it never replaces a store
		return fmt.Errorf("create key store: %w", err)
	}
	return syncDir(path)
}

// openStore reads the head of the store at path and checks it and every row.
func openStore(ctx context.Context, path, witness string, kek Wrapper) (*store, error) {
	s := &store{path: path, witness: witness, kek: kek}
	var h head
	err := s.within(true, func(db *bolt.DB, _ *os.File) error {
		return db.View(func(tx *bolt.Tx) (err error) {
			if _, h, err = readHead(tx); err != nil {
				return fmt.Errorf("read key store %s: %w", path, err)
			}
			return nil
		})
	})
	if err != nil {
		return nil, err
	}
	secret, err := kek.Unwrap(ctx, h.Wrapped, "store/"+h.ID)
	if err != nil {
		return nil, fmt.Errorf("open key store %s: unwrap its key with %s: %w", path, kek.Name(), err)
	}
	s.key = newKey(secret, 1)
	err = s.view(func(tx *bolt.Tx, h head) error { return errors.Join(s.checkRows(tx, h), s.testify()) })
	if err != nil {
		return nil, err
	}
	return s, nil
}

// view runs f on the store as it is.
func (s *store) view(f func(*bolt.Tx, head) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.within(true, func(db *bolt.DB, _ *os.File) error {
		return db.View(func(tx *bolt.Tx) error {
			h, err := s.head(tx)
			if err != nil {
				return err
			}
			return f(tx, h)
		})
	})
}

// errUnchanged ends an update that has nothing to write.
var errUnchanged = errors.New("nothing to write")

// update runs f and writes what it changed, durably. The head that f gets is written after it, with its Writes raised.
func (s *store) update(f func(*bolt.Tx, *head) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.within(false, func(db *bolt.DB, file *os.File) error {
		var h head
		err := db.Update(func(tx *bolt.Tx) (err error) {
			if h, err = s.head(tx); err != nil {
				return err
			}
			if err := f(tx, &h); err != nil {
				return err
			}
			h.Writes++
			return s.putHead(tx, h)
		})
		if errors.Is(err, errUnchanged) {
			return nil
		}
		if err == nil {
			err = again(db)
		}
		if err != nil {
			return err
		}
		s.seen = h.Writes
		if !h.minor {
			err = s.testify()
		}
		if h.Compact && (h.force || size(file) <= compactAtOnce) {
			err = errors.Join(err, s.compact(db, h))
		}
		return err
	})
}

func size(file *os.File) int64 {
	info, err := file.Stat()
	if err != nil {
		return 0
	}
	return info.Size()
}

// within opens the file, runs f and closes it. Faults and panics of bbolt, which trusts what is in the pages, are damage.
func (s *store) within(readOnly bool, f func(*bolt.DB, *os.File) error) (err error) {
	var file *os.File
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true)) // a page beyond the end of a truncated file
	defer func() {
		if recover() == nil {
			return
		}
		// What it recovered may hold bytes of a page. The database can't be closed, it may hold its own locks.
		err = fmt.Errorf("read key store %s: %w", s.path, ErrDamaged)
		if file != nil {
			unlock(file)
			_ = file.Close()
		}
	}()
	for deadline := time.Now().Add(lockTimeout); ; {
		db, err := bolt.Open(s.path, 0o600, &bolt.Options{
			Timeout: lockTimeout, ReadOnly: readOnly, FreelistType: bolt.FreelistMapType,
			OpenFile: func(name string, flag int, mode os.FileMode) (*os.File, error) {
				f, err := os.OpenFile(name, flag&^os.O_CREATE, mode)
				if err != nil {
					return nil, err
				}
				if info, err := f.Stat(); err != nil || info.Size() == 0 { // bbolt would make it a new one
					return nil, errors.Join(ErrDamaged, err, f.Close())
				}
				file = f
				return f, nil
			},
		})
		if err != nil {
			return s.openError(err)
		}
		// Another process may have put a compacted file in the place of the one whose lock we waited for.
		current, err := s.isCurrent(file)
		if err != nil || current {
			if err == nil {
				err = f(db, file)
			}
			return errors.Join(err, closeError(db.Close()))
		}
		if err := db.Close(); err != nil {
			return closeError(err)
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("open key store %s: %w", s.path, ErrBusy)
		}
	}
}

// again commits once more. bbolt has two meta pages, the last and the one before, and takes the older where the last is damaged: the
// last write would be undone without a word. After a second commit both lead to it.
func again(db *bolt.DB) error { return db.Update(func(*bolt.Tx) error { return nil }) }

func closeError(err error) error {
	if err != nil {
		return errors.New("close key store")
	}
	return nil
}

func (s *store) isCurrent(file *os.File) (bool, error) {
	mine, err := file.Stat()
	if err != nil {
		return false, fmt.Errorf("open key store: %w", err)
	}
	now, err := os.Stat(s.path)
	if err != nil {
		return false, fmt.Errorf("open key store: %w", err)
	}
	return os.SameFile(mine, now), nil
}

func (s *store) openError(err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("open key store %s: %w", s.path, fs.ErrNotExist)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("open key store %s: %w", s.path, fs.ErrPermission)
	case errors.Is(err, bolterrors.ErrTimeout):
		return fmt.Errorf("open key store %s: %w", s.path, ErrBusy)
	case errors.Is(err, bolterrors.ErrInvalid), errors.Is(err, bolterrors.ErrChecksum), errors.Is(err, bolterrors.ErrVersionMismatch), errors.Is(err, ErrDamaged):
		return fmt.Errorf("open key store %s: %w", s.path, ErrDamaged)
	}
	return fmt.Errorf("open key store %s: %v: %w", s.path, err, ErrDamaged)
}

// head gives the head, checked: that it is ours and no older than what was seen.
func (s *store) head(tx *bolt.Tx) (head, error) {
	mac, h, err := readHead(tx)
	if err != nil {
		return head{}, fmt.Errorf("read key store %s: %w", s.path, err)
	}
	if s.id != "" && h.ID != s.id {
		return head{}, fmt.Errorf("read key store %s: it is another one: %w", s.path, ErrRollback)
	}
	if !hmac.Equal(mac, s.mac("head", "", tx.Bucket(headBucket).Get(headBucket)[sha256.Size:])) {
		return head{}, fmt.Errorf("read key store %s: head: %w", s.path, ErrDamaged)
	}
	if h.Writes < s.seen {
		return head{}, fmt.Errorf("read key store %s: %w", s.path, ErrRollback)
	}
	s.id, s.seen = h.ID, h.Writes
	return h, nil
}

func readHead(tx *bolt.Tx) (mac []byte, h head, err error) {
	b := tx.Bucket(headBucket)
	if b == nil || tx.Bucket(tenantsBucket) == nil || tx.Bucket(saltsBucket) == nil || tx.Bucket(shardsBucket) == nil {
		return nil, h, ErrDamaged
	}
	v := b.Get(headBucket)
	if len(v) < sha256.Size || json.Unmarshal(v[sha256.Size:], &h) != nil || len(h.Sum) != sha256.Size {
		return nil, h, ErrDamaged
	}
	return v[:sha256.Size], h, nil
}

func (s *store) putHead(tx *bolt.Tx, h head) error {
	text, err := json.Marshal(h)
	if err != nil {
		return err
	}
	return tx.Bucket(headBucket).Put(headBucket, append(s.mac("head", "", text), text...))
}

func (s *store) mac(kind, name string, text []byte) []byte {
	m := hmac.New(sha256.New, s.key.Bytes())
	m.Write([]byte(kind + "/" + quote(name)))
	m.Write(text)
	return m.Sum(nil)
}

// compact writes the store anew, without the pages that are free, and puts it in place of the old file. The old file's blocks are
// the file system's from then on, as are backups.
func (s *store) compact(db *bolt.DB, h head) error {
	tmp := s.path + ".compact"
	if err := os.Remove(tmp); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("compact key store: %w", err)
	}
	defer os.Remove(tmp)
	to, err := bolt.Open(tmp, 0o600, &bolt.Options{Timeout: lockTimeout})
	if err != nil {
		return fmt.Errorf("compact key store: %w", err)
	}
	h.Compact = false
	err = bolt.Compact(to, db, 16<<20)
	if err == nil {
		err = to.Update(func(tx *bolt.Tx) error { return s.putHead(tx, h) })
	}
	if err == nil {
		err = again(to)
	}
	if err = errors.Join(err, to.Close()); err != nil {
		return fmt.Errorf("compact key store: %w", err)
	}
	if err := os.Rename(tmp, s.path); err != nil {
		return fmt.Errorf("compact key store: %w", err)
	}
	return syncDir(s.path)
}

// syncDir makes the name of a file durable.
func syncDir(path string) error {
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return fmt.Errorf("sync folder of key store: %w", err)
	}
	defer dir.Close()
	if err := dir.Sync(); err != nil {
		return fmt.Errorf("sync folder of key store: %w", err)
	}
	return nil
}
