package audit

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Config says where a log is, who signs it and how often.
type Config struct {
	// Dir is the log's own directory. One process writes to it; several instances have a directory each.
	Dir string
	// Key signs checkpoints.
	Key Key
	// Name tells logs with the same key apart, for a witness that they share. It is of letters, digits and -._/ and may be empty.
	Name string
	// Every is how often a checkpoint is signed, if there are new entries: what a thief of the key can rewrite unseen.
	Every time.Duration
	// EveryEntries brings a checkpoint earlier, when there are so many new entries.
	EveryEntries uint64
	// Gather is how long an fsync that Wait asks for is put off: those who wait share it.
	Gather time.Duration
	// SegmentBytes is when the next file is begun.
	SegmentBytes int64
	// Publish gives each checkpoint to a witness that this host can't rewrite. It is called by one goroutine, again and again until
	// it succeeds or a newer checkpoint is there. Nil means no witness.
	Publish func(ctx context.Context, signed []byte) error
	// Known are checkpoints that the witness holds, one after the other. A log that has less, or other entries, is not opened.
	Known []byte
	// Log gets what goes wrong in the background. Nil means nobody.
	Log *slog.Logger
	// Now is the clock of entries and checkpoints.
	Now func() time.Time

	open func(name string) (file, error) // of the files that are written; tests put faults behind it
}

// DefaultConfig is a checkpoint every 10 s or 10,000 entries, at most 20 fsyncs a second, 32 MiB a segment. Dir and Key must be set.
func DefaultConfig() Config {
	return Config{Every: 10 * time.Second, EveryEntries: 10_000, Gather: 50 * time.Millisecond, SegmentBytes: 32 << 20,
		Log: slog.New(slog.DiscardHandler), Now: time.Now, open: openFile}
}

const nameLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._/"

// stem is what the origins of the log begin with, whatever its id.
func (c Config) stem() string {
	if c.Name == "" {
		return c.Key.signer.Name() + "/"
	}
	return c.Key.signer.Name() + "/" + c.Name + "/"
}

// Validate reports the first setting that can't work.
func (c Config) Validate() error {
	switch {
	case c.Dir == "":
		return errors.New("dir: a directory is needed")
	case c.Key.IsZero():
		return errors.New("key: a signing key is needed")
	case strings.Trim(c.Name, nameLetters) != "":
		return errors.New("name: letters, digits and -._/ only")
	case c.Every <= 0, c.EveryEntries == 0, c.Gather < 0, c.SegmentBytes <= 0:
		return errors.New("every, every entries, gather, segment bytes: not positive")
	}
	return nil
}

// The errors of a log. ErrFailed is for good: what was appended since the last success may be lost, whatever the disk says later.
var (
	ErrClosed     = errors.New("audit log is closed")
	ErrFailed     = errors.New("audit log failed: restart to see what is on the disk")
	ErrRolledBack = errors.New("audit log has less than its checkpoints say: keep it as evidence and begin in a new directory under a new name")
	ErrReplaced   = errors.New("audit log is not what its checkpoints say: keep it as evidence and begin in a new directory under a new name")
	errFull       = errors.New("audit log can't be written: too many entries wait")
)

// pendingMax is how much may wait for a disk that takes nothing. Beyond it Append refuses, and whoever must be audited stops.
const pendingMax = 8 << 20

// Log is an open log, for any number of goroutines.
//
// An entry is encoded and hashed by Append, written and made durable by a sync, and signed by a checkpoint. mu guards what
// Append touches, io what a sync does; a sync holds mu only to take what is there. A sync that ends wakes everybody who waits.
type Log struct {
	cfg    Config
	origin string
	lock   *os.File

	mu     sync.Mutex
	line   []byte // scratch: a zero byte, then the line
	lines  []byte // appended and not taken by a sync
	hashes []byte
	tree   tree          // over all that was appended
	waits  int           // bytes of lines that are not durable
	ended  chan struct{} // closed when the sync that runs or comes next ends
	last   error         // what the last sync gave
	closed bool

	io         sync.Mutex
	out        []byte // taken and not written
	outHashes  []byte
	outTree    tree // over all that was taken
	segment    file
	size       int64 // of the segment, as far as it is whole
	stored     file
	storedSize int64
	notes      file
	notesSize  int64
	signed     uint64 // entries under the last checkpoint

	durable atomic.Uint64 // entries that a crash can't take
	failed  atomic.Pointer[error]
	kick    chan struct{}
	closing chan struct{}
	done    sync.WaitGroup
	witness *publisher
}

// Append takes an entry and returns its number. It is not on disk yet: Wait, Sync and AppendSync are for that.
func (l *Log) Append(e Entry) (seq uint64, err error) {
	if e.Time.IsZero() {
		e.Time = l.cfg.Now()
	}
	if err := e.check(); err != nil {
		return 0, fmt.Errorf("append to audit log: %w", err)
	}
	if err := l.failure(); err != nil {
		return 0, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return 0, ErrClosed
	}
	if l.waits > pendingMax {
		return 0, errors.Join(errFull, l.last)
	}
	return l.append(&e)
}

// append needs mu.
func (l *Log) append(e *Entry) (uint64, error) {
	e.Seq, e.Prev = l.tree.n, l.tree.last
	l.line = e.AppendJSON(append(l.line[:0], 0))
	if len(l.line)-1 > lineMax {
		return 0, fmt.Errorf("append to audit log: %w", errLine)
	}
	l.hashes = l.tree.add(leafHash(l.line), l.hashes)
	l.lines = append(append(l.lines, l.line[1:]...), '\n')
	l.waits += len(l.line)
	return e.Seq, nil
}

// AppendSync is Append for what must be on disk before anything else happens: it returns when the entry is.
func (l *Log) AppendSync(e Entry) (seq uint64, err error) {
	if seq, err = l.Append(e); err != nil {
		return 0, err
	}
	return seq, l.Sync()
}

// Durable is the number of entries that a crash can't take: all with a lower number.
func (l *Log) Durable() uint64 { return l.durable.Load() }

// Err is why nothing more can be written, or what the last sync gave.
func (l *Log) Err() error {
	if err := l.failure(); err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return ErrClosed
	}
	return l.last
}

// Wait returns when entry seq is durable, when the sync meant for it fails, or when ctx ends. Those who wait share syncs.
func (l *Log) Wait(ctx context.Context, seq uint64) error {
	for {
		l.mu.Lock()
		ended := l.ended
		l.mu.Unlock()
		if l.durable.Load() > seq {
			return nil
		}
		if err := l.failure(); err != nil {
			return err
		}
		select {
		case l.kick <- struct{}{}:
		default: // a sync is asked for already
		}
		select {
		case <-ended:
		case <-l.closing:
			return ErrClosed
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		if l.durable.Load() > seq {
			return nil
		}
		l.mu.Lock()
		err := l.last
		l.mu.Unlock()
		if err != nil {
			return err
		}
	}
}

// Sync makes everything appended so far durable.
func (l *Log) Sync() error {
	l.io.Lock()
	defer l.io.Unlock()
	return l.sync()
}

// sync needs io.
func (l *Log) sync() error {
	l.mu.Lock()
	ended := l.ended
	l.ended = make(chan struct{})
	l.out = append(l.out, l.lines...)
	l.outHashes = append(l.outHashes, l.hashes...)
	l.lines, l.hashes = l.lines[:0], l.hashes[:0]
	l.outTree = l.tree
	l.mu.Unlock()
	err := l.failure()
	if err == nil {
		err = l.write()
	}
	l.mu.Lock()
	l.last, l.waits = err, len(l.lines)+len(l.out)
	l.mu.Unlock()
	close(ended)
	return err
}

// write brings what was taken to the disk: lines first, so that no hash is there without its line, unless a crash comes between.
// What a failed write left behind is written over by the next one.
func (l *Log) write() error {
	if len(l.out) > 0 {
		if l.size >= l.cfg.SegmentBytes { // before anything is written: what can't begin must not go on in the one before
			if err := l.begin(l.durable.Load()); err != nil {
				return fmt.Errorf("begin segment of audit log: %w", err)
			}
		}
		if _, err := l.segment.WriteAt(l.out, l.size); err != nil {
			return fmt.Errorf("write audit log: %w", err)
		}
		if err := l.segment.Sync(); err != nil {
			// The kernel may have dropped the pages and report success the next time.
			return l.fail("sync audit log", err)
		}
		l.size += int64(len(l.out))
		l.out = l.out[:0]
		l.durable.Store(l.outTree.n)
	}
	if len(l.outHashes) > 0 {
		if _, err := l.stored.WriteAt(l.outHashes, l.storedSize); err != nil {
			return fmt.Errorf("write hashes of audit log: %w", err)
		}
		l.storedSize += int64(len(l.outHashes))
		l.outHashes = l.outHashes[:0]
	}
	return nil
}

// begin makes the segment that starts with entry first and goes on there.
func (l *Log) begin(first uint64) error {
	next, err := l.cfg.open(filepath.Join(l.cfg.Dir, segmentName(first)))
	if err != nil {
		return err
	}
	if err := syncDir(l.cfg.Dir); err != nil {
		return errors.Join(err, next.Close())
	}
	if l.segment != nil {
		_ = l.segment.Close() // all of it is durable
	}
	l.segment, l.size = next, 0
	return nil
}

func (l *Log) fail(what string, err error) error {
	err = fmt.Errorf("%s: %w: %w", what, ErrFailed, err)
	l.failed.CompareAndSwap(nil, &err)
	return err
}

func (l *Log) failure() error {
	if err := l.failed.Load(); err != nil {
		return *err
	}
	return nil
}

// Checkpoint syncs and signs what is there, unless nothing is new.
func (l *Log) Checkpoint() error {
	l.io.Lock()
	defer l.io.Unlock()
	if err := l.sync(); err != nil {
		return err
	}
	if l.outTree.n == l.signed {
		return nil
	}
	// Hashes below a checkpoint are on disk before it: opening relies on it.
	if err := l.stored.Sync(); err != nil {
		return l.fail("sync hashes of audit log", err)
	}
	c := Checkpoint{Origin: l.origin, Size: l.outTree.n, Root: l.outTree.root(), Time: l.cfg.Now()}
	signed, err := c.sign(l.cfg.Key)
	if err != nil {
		return err
	}
	block := append(signed, '\n')
	if _, err := l.notes.WriteAt(block, l.notesSize); err != nil {
		return fmt.Errorf("write checkpoint: %w", err)
	}
	if err := l.notes.Sync(); err != nil {
		return l.fail("sync checkpoints", err)
	}
	l.notesSize += int64(len(block))
	l.signed = c.Size
	l.witness.put(signed)
	return nil
}

// run syncs for those who wait and signs checkpoints, until the log closes.
func (l *Log) run() {
	tick := time.NewTicker(l.cfg.Every)
	defer tick.Stop()
	for {
		select {
		case <-l.closing:
			return
		case <-tick.C:
			l.report(l.Checkpoint())
		case <-l.kick:
			if !l.pause(l.cfg.Gather) {
				return
			}
			_ = l.Sync() // those who wait get the error
			l.io.Lock()
			due := l.outTree.n-l.signed >= l.cfg.EveryEntries
			l.io.Unlock()
			if due {
				l.report(l.Checkpoint())
			}
		}
	}
}

// pause waits for d and tells whether the log is still open.
func (l *Log) pause(d time.Duration) bool {
	if d <= 0 {
		return true
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-l.closing:
		return false
	}
}

func (l *Log) report(err error) {
	if err != nil {
		l.cfg.Log.Error("audit log", "error", err)
	}
}

// Close signs what is there, gives it to the witness if that takes no more than a few seconds, and lets the directory go.
func (l *Log) Close() error {
	l.mu.Lock()
	if l.closed {
		l.mu.Unlock()
		return nil
	}
	l.closed = true
	l.mu.Unlock()
	close(l.closing)
	l.done.Wait()
	err := l.Checkpoint()
	l.witness.close()
	return errors.Join(err, l.release())
}

func (l *Log) release() error {
	var errs []error
	for _, f := range []file{l.segment, l.stored, l.notes} {
		if f != nil {
			errs = append(errs, f.Close())
		}
	}
	return errors.Join(append(errs, l.lock.Close())...)
}
