package file

import (
	"io"
	"io/fs"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"
)

// ram is a filesystem that loses power. What was not synced is there after a crash or is not, as the dice fall: disks
// promise no more.
type ram struct {
	mu      sync.Mutex
	rng     *rand.Rand
	epoch   int               // of the running machine; open files of an earlier one are dead
	now     map[string]*inode // path -> file, as programs see it
	durable map[string]*inode
	fail    int    // operations that fail from now on
	op      string // only this operation fails, "" means any of those in which a failure is transient
	ops     []string
}

type inode struct {
	now, durable []byte
	modified     time.Time
}

func newRAM(seed uint64) *ram {
	return &ram{rng: rand.New(rand.NewPCG(seed, seed)), now: map[string]*inode{}, durable: map[string]*inode{}}
}

func (r *ram) crash() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.epoch++
	after := make(map[string]*inode)
	paths := make(map[string]bool)
	for p := range r.now {
		paths[p] = true
	}
	for p := range r.durable {
		paths[p] = true
	}
	for _, p := range slices.Sorted(maps.Keys(paths)) {
		n := r.durable[p]
		if r.now[p] != n && r.rng.IntN(2) == 0 {
			n = r.now[p]
		}
		if n == nil {
			continue
		}
		if string(n.durable) != string(n.now) {
			n.now = slices.Clone(n.now[:r.rng.IntN(len(n.now)+1)])
			n.durable = n.now
		}
		after[p] = n
	}
	r.now, r.durable = after, maps.Clone(after)
}

// fault is called with the lock held.
func (r *ram) fault(op string) error {
	r.ops = append(r.ops, op)
	if r.fail <= 0 || r.op != "" && r.op != op || r.op == "" && (op == "sync" || op == "syncdir" || op == "mkdir") {
		return nil
	}
	r.fail--
	return &fs.PathError{Op: op, Path: "file", Err: []error{syscall.ENOSPC, syscall.EIO}[r.fail%2]}
}

func (r *ram) setFail(op string, n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.op, r.fail = op, n
}

func (r *ram) MkdirAll(string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.fault("mkdir")
}

func (r *ram) Create(name string) (file, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.fault("create"); err != nil {
		return nil, err
	}
	if r.now[name] != nil {
		return nil, fs.ErrExist
	}
	n := new(inode)
	r.now[name] = n
	return &ramFile{r, n, r.epoch}, nil
}

func (r *ram) Rename(from, to string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.fault("rename"); err != nil {
		return err
	}
	if r.now[from] == nil {
		return fs.ErrNotExist
	}
	r.now[to] = r.now[from]
	delete(r.now, from)
	return nil
}

func (r *ram) Remove(name string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.fault("remove"); err != nil {
		return err
	}
	if r.now[name] == nil {
		return fs.ErrNotExist
	}
	delete(r.now, name)
	return nil
}

func (r *ram) ReadDir(dir string) (names []string, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for p := range r.now {
		rest, below := strings.CutPrefix(p, dir+"/")
		if name, _, _ := strings.Cut(rest, "/"); below && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names, nil
}

func (r *ram) SyncDir(dir string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.fault("syncdir"); err != nil {
		return err
	}
	maps.DeleteFunc(r.durable, func(p string, _ *inode) bool { return filepath.Dir(p) == dir })
	for p, n := range r.now {
		if filepath.Dir(p) == dir {
			r.durable[p] = n
		}
	}
	return nil
}

func (r *ram) Stat(name string) (stat, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.fault("stat"); err != nil {
		return stat{}, err
	}
	if n := r.now[name]; n != nil {
		return stat{modified: n.modified, size: int64(len(n.now)), regular: true}, nil
	}
	for p := range r.now {
		if strings.HasPrefix(p, name+"/") {
			return stat{dir: true}, nil
		}
	}
	return stat{}, fs.ErrNotExist
}

func (r *ram) SetTime(name string, t time.Time) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.fault("settime"); err != nil {
		return err
	}
	if r.now[name] == nil {
		return fs.ErrNotExist
	}
	r.now[name].modified = t
	return nil
}

func (r *ram) read(name string) []byte {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.now[name].now)
}

type ramFile struct {
	r     *ram
	n     *inode
	epoch int
}

func (f *ramFile) WriteAt(p []byte, off int64) (int, error) {
	f.r.mu.Lock()
	defer f.r.mu.Unlock()
	if f.epoch != f.r.epoch {
		return 0, fs.ErrClosed
	}
	err := f.r.fault("write")
	if err != nil {
		p = p[:len(p)/2]
	}
	if end := off + int64(len(p)); end > int64(len(f.n.now)) {
		f.n.now = append(slices.Clone(f.n.now), make([]byte, end-int64(len(f.n.now)))...)
	} else {
		f.n.now = slices.Clone(f.n.now)
	}
	n := copy(f.n.now[off:], p)
	if err == nil && n < len(p) {
		err = io.ErrShortWrite
	}
	return n, err
}

func (f *ramFile) Truncate(size int64) error {
	f.r.mu.Lock()
	defer f.r.mu.Unlock()
	if err := f.r.fault("truncate"); err != nil {
		return err
	}
	f.n.now = slices.Clone(f.n.now[:size])
	return nil
}

func (f *ramFile) Sync() error {
	f.r.mu.Lock()
	defer f.r.mu.Unlock()
	if err := f.r.fault("sync"); err != nil {
		return err
	}
	f.n.durable = f.n.now
	return nil
}

func (f *ramFile) Close() error { return nil }
