package audit

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// The actions of the log itself.
const (
	actionCreate  = "audit.create"
	actionRecover = "audit.recover"
	actorSelf     = "audit"
	attrLog       = "log" // the id in the first entry
)

// Open opens a log or begins one. What a crash tore off the end is cut off and an entry says so; what a checkpoint covers, the log's own
// or one of the witness's, must be there as it was, or the log is not opened. It reads the entries since the last checkpoint, and
// all of them only where the file of hashes is damaged.
func Open(cfg Config) (*Log, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("configure audit log: %w", err)
	}
	if cfg.open == nil {
		cfg.open = openFile
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	l := &Log{cfg: cfg, ended: make(chan struct{}), kick: make(chan struct{}, 1), closing: make(chan struct{})}
	if err := l.open(); err != nil {
		if l.lock != nil {
			err = errors.Join(err, l.release())
		}
		return nil, fmt.Errorf("open audit log %s: %w", cfg.Dir, err)
	}
	l.done.Go(l.run)
	return l, nil
}

func (l *Log) open() (err error) {
	if err := makeDir(l.cfg.Dir); err != nil {
		return err
	}
	if l.lock, err = lock(filepath.Join(l.cfg.Dir, lockName)); err != nil {
		return err
	}
	l.witness = newPublisher(nil, nil) // until there is something to publish
	verifier, err := ParseVerifier(l.cfg.Key.Verifier())
	if err != nil {
		return err
	}
	last, signed, err := l.lastCheckpoint(verifier)
	if err != nil {
		return err
	}
	if last.Origin != "" && stem(last.Origin) != l.cfg.stem() {
		return fmt.Errorf("it is the log of another name: %w", ErrReplaced)
	}
	known, err := knownCheckpoints(l.cfg.Known, verifier, l.cfg.stem())
	if err != nil {
		return fmt.Errorf("checkpoints of the witness: %w", err)
	}
	all, err := listSegments(l.cfg.Dir)
	if err != nil {
		return err
	}
	torn, err := l.load(all, last)
	if err != nil {
		return err
	}
	l.signed = last.Size
	if err := l.compare(last, known); err != nil {
		return err
	}
	if err := l.firstEntries(last, torn); err != nil {
		return err
	}
	l.witness = newPublisher(l.cfg.Publish, l.cfg.Log)
	if signed != nil && !l.holds(known, last) {
		l.witness.put(signed) // a crash may have come before it was published
	}
	return nil
}

// firstEntries begins a log that has none, and says what a crash took.
func (l *Log) firstEntries(last Checkpoint, torn tail) error {
	if l.tree.n == 0 {
		id := strings.ToLower(rand.Text()[:16])
		l.origin = l.cfg.stem() + id
		_, err := l.AppendSync(Entry{Actor: actorSelf, Action: actionCreate, Object: []Attr{{attrLog, id}}})
		return err
	}
	if l.origin = last.Origin; l.origin == "" {
		id, err := l.id()
		if err != nil {
			return err
		}
		l.origin = l.cfg.stem() + id
	}
	if torn.bytes == 0 && torn.entries == 0 {
		return nil
	}
	object := []Attr{}
	if torn.kept != "" {
		object = append(object, Attr{"kept_in", torn.kept})
	}
	_, err := l.AppendSync(Entry{Actor: actorSelf, Action: actionRecover, Object: object,
		Counts: []Count{{"bytes_cut", torn.bytes}, {"entries_hashed", int64(torn.entries)}}})
	return err
}

// id reads the id of the log in its first entry.
func (l *Log) id() (id string, err error) {
	err = Read(l.cfg.Dir, 0, func(e Entry) error {
		if e.Seq == 0 && e.Action == actionCreate && len(e.Object) == 1 {
			id = e.Object[0].Value
		}
		return io.EOF
	})
	if id == "" && (err == nil || errors.Is(err, io.EOF)) {
		err = fmt.Errorf("entry 0: %w", ErrReplaced)
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return id, err
}

// lastCheckpoint opens the file of checkpoints, cuts off a torn end, and gives the last one.
func (l *Log) lastCheckpoint(v note.Verifier) (last Checkpoint, signed []byte, err error) {
	name := filepath.Join(l.cfg.Dir, checkpointsName)
	size, err := sizeOf(name)
	if err != nil {
		return last, nil, err
	}
	if l.notes, err = l.cfg.open(name); err != nil {
		return last, nil, err
	}
	from := max(0, size-4*noteMax) // holds a few whole ones, behind the end of another
	text := make([]byte, size-from)
	if _, err := l.notes.ReadAt(text, from); err != nil {
		return last, nil, err
	}
	valid, bad := 0, 0
	for at, rest := 0, text; ; {
		before, _, found := bytes.Cut(rest, []byte("\n\n"+signatureMark))
		end := len(before) + 2
		if !found {
			break
		}
		n := bytes.IndexByte(rest[end:], '\n')
		if n < 0 {
			break
		}
		block := bytes.TrimLeft(rest[:end+n+1], "\n")
		rest, at = rest[end+n+1:], at+end+n+1
		c, err := ParseCheckpoint(block, v)
		if err != nil {
			bad++
			continue
		}
		last, signed, valid, bad = c, block, at, 0
	}
	// One that was being written may be torn in any way, but a whole file that says nothing is another key's.
	if bad > 1 || bad == 1 && valid == 0 && from == 0 && !bytes.Contains(text, []byte{0}) {
		return last, nil, fmt.Errorf("%s: %w", checkpointsName, errCheckpoint)
	}
	l.notesSize = from + int64(valid)
	if valid > 0 && valid < len(text) && text[valid] == '\n' {
		l.notesSize++
	}
	return last, signed, l.notes.Truncate(l.notesSize)
}

// knownCheckpoints reads what the witness holds of this log. It may hold those of other logs, with other keys or names.
func knownCheckpoints(text []byte, v note.Verifier, of string) (all []Checkpoint, err error) {
	err = readNotes(bytes.NewReader(text), func(signed []byte) error {
		if c, err := ParseCheckpoint(signed, v); err == nil && stem(c.Origin) == of {
			all = append(all, c)
		}
		return nil
	})
	return all, err
}

// compare holds the log against what was published of it.
func (l *Log) compare(last Checkpoint, known []Checkpoint) error {
	s := storedHashes{l.stored}
	for _, c := range known {
		if last.Origin != "" && c.Origin != last.Origin {
			return fmt.Errorf("the witness holds checkpoints of another log with this key and name: %w", ErrReplaced)
		}
		if c.Size > l.tree.n {
			return fmt.Errorf("it ends before entry %d, the witness knows %d entries: %w", l.tree.n, c.Size, ErrRolledBack)
		}
		t, err := s.tree(c.Size)
		if err != nil {
			return err
		}
		if t.root() != c.Root {
			return fmt.Errorf("the first %d entries are not those that the witness knows: %w", c.Size, ErrReplaced)
		}
	}
	return nil
}

// holds tells whether the witness has a checkpoint.
func (l *Log) holds(known []Checkpoint, c Checkpoint) bool {
	for _, k := range known {
		if k.Size == c.Size {
			return true
		}
	}
	return false
}

// tail is what a crash left behind the last whole entry.
type tail struct {
	bytes   int64
	kept    string // name of the file that keeps it; "" when it was empty pages
	entries uint64 // that were hashed, and are not there any more
}

// load brings tree and files to the last whole entry.
func (l *Log) load(all []segment, last Checkpoint) (torn tail, err error) {
	name := filepath.Join(l.cfg.Dir, hashesName)
	size, err := sizeOf(name)
	if err != nil {
		return torn, err
	}
	if l.stored, err = l.cfg.open(name); err != nil {
		return torn, err
	}
	hashed := entriesIn(size)
	if len(all) == 0 {
		if last.Size > 0 {
			return torn, fmt.Errorf("it has no segment: %w", ErrRolledBack)
		}
		if err := l.begin(0); err != nil {
			return torn, err
		}
		return torn, l.stored.Truncate(0)
	}
	base, err := l.base(all[0].first, hashed, last)
	if err != nil {
		return torn, err
	}
	l.tree, l.storedSize = *base, hashesSize(base.n)
	at := segmentOf(all, base.n)
	if at < 0 {
		return torn, fmt.Errorf("segment with entry %d is missing: %w", base.n, ErrReplaced)
	}
	for i := at; i < len(all); i++ {
		if i > at && (torn.bytes > 0 || all[i].first != l.tree.n) {
			return torn, fmt.Errorf("entry %d is not where segment %s begins: %w", l.tree.n, all[i].name, ErrReplaced)
		}
		if torn, err = l.loadSegment(all[i], last); err != nil {
			return torn, err
		}
	}
	if l.tree.n < last.Size {
		return torn, fmt.Errorf("it ends before entry %d of %d: %w", l.tree.n, last.Size, ErrRolledBack)
	}
	if err := l.flushHashes(); err != nil {
		return torn, err
	}
	if err := l.stored.Truncate(l.storedSize); err != nil {
		return torn, err
	}
	if hashed > l.tree.n {
		torn.entries = hashed - l.tree.n
	}
	l.outTree = l.tree
	l.durable.Store(l.tree.n)
	return torn, nil
}

// base is from where entries are read: the last checkpoint, when the stored hashes below it are what was signed; else the first
// entry that is here.
func (l *Log) base(first, hashed uint64, last Checkpoint) (*tree, error) {
	s := storedHashes{l.stored}
	if last.Size <= hashed && last.Size >= first {
		t, err := s.tree(last.Size)
		if err != nil {
			return nil, err
		}
		if t.n == 0 || t.root() == last.Root {
			return t, nil
		}
	}
	if first > hashed {
		return nil, fmt.Errorf("%s is damaged and the entries before %d are elsewhere: %w", hashesName, first, ErrReplaced)
	}
	return s.tree(first)
}

// loadSegment reads the entries from l.tree.n on that stand in a segment, which becomes the one that is written to.
func (l *Log) loadSegment(s segment, last Checkpoint) (torn tail, err error) {
	name := filepath.Join(l.cfg.Dir, s.name)
	size, err := sizeOf(name)
	if err != nil {
		return torn, err
	}
	if l.segment != nil {
		_ = l.segment.Close() // it was read only so far
	}
	if l.segment, err = l.cfg.open(name); err != nil {
		return torn, err
	}
	r := bufio.NewReaderSize(io.NewSectionReader(l.segment, 0, size), 2*lineMax)
	l.size = 0
	for seq := s.first; ; seq++ {
		line, err := r.ReadSlice('\n')
		if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, bufio.ErrBufferFull) {
			return torn, err
		}
		if len(line) == 0 && seq < l.tree.n {
			return torn, fmt.Errorf("it ends before entry %d of %d: %w", seq, l.tree.n, ErrRolledBack)
		}
		if len(line) == 0 {
			return torn, nil
		}
		if seq+1 == l.tree.n && l.hash(bytes.TrimSuffix(line, []byte("\n"))) != l.tree.last {
			return torn, fmt.Errorf("entry %d is damaged: %w", seq, ErrReplaced)
		}
		if seq >= l.tree.n && (err != nil || !l.take(line)) {
			break
		}
		l.size += int64(len(line))
		if l.tree.n == last.Size && seq+1 == last.Size && l.tree.root() != last.Root {
			return torn, fmt.Errorf("the first %d entries are not those that the last checkpoint signs: %w", last.Size, ErrReplaced)
		}
		if len(l.hashes) > 1<<20 {
			if err := l.flushHashes(); err != nil {
				return torn, err
			}
		}
	}
	if l.tree.n < last.Size {
		return torn, fmt.Errorf("entry %d is damaged: %w", l.tree.n, ErrReplaced)
	}
	torn.bytes = size - l.size
	return torn, l.cut(&torn)
}

// take adds a line to the tree if it is the next entry.
func (l *Log) take(line []byte) bool {
	line = bytes.TrimSuffix(line, []byte("\n"))
	e, err := ParseEntry(line)
	if err != nil || e.Seq != l.tree.n || e.Prev != l.tree.last {
		return false
	}
	l.hashes = l.tree.add(l.hash(line), l.hashes)
	return true
}

func (l *Log) hash(line []byte) tlog.Hash {
	l.line = append(append(l.line[:0], 0), line...)
	return leafHash(l.line)
}

func (l *Log) flushHashes() error {
	n, err := l.stored.WriteAt(l.hashes, l.storedSize)
	if err != nil {
		return fmt.Errorf("write hashes of audit log: %w", err)
	}
	l.storedSize += int64(n)
	l.hashes = l.hashes[:0]
	return nil
}

// cut takes off what stands behind the last whole entry, and keeps it aside unless it is empty pages: should it not have been a
// crash, it is evidence.
func (l *Log) cut(torn *tail) error {
	text := make([]byte, torn.bytes)
	if _, err := l.segment.ReadAt(text, l.size); err != nil {
		return err
	}
	if len(bytes.Trim(text, "\x00")) > 0 {
		torn.kept = tornPrefix + strconv.FormatUint(l.tree.n, 10) + "-" + strings.ToLower(rand.Text()[:8])
		if err := os.WriteFile(filepath.Join(l.cfg.Dir, torn.kept), text, 0o600); err != nil {
			return err
		}
	}
	return errors.Join(l.segment.Truncate(l.size), l.segment.Sync())
}
