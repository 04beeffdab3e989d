package audit

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Kind is what happened to an entry.
type Kind string

// The kinds. A replaced entry is part of a stretch that was written anew with all its hashes: which of the stretch was meant can't be
// told. A rolled back log ends earlier than a witness knows.
const (
	KindAltered    Kind = "altered"
	KindMissing    Kind = "missing"
	KindInserted   Kind = "inserted"
	KindRepeated   Kind = "repeated"
	KindReordered  Kind = "out of order"
	KindTruncated  Kind = "truncated"
	KindRolledBack Kind = "rolled back"
	KindReplaced   Kind = "replaced"
	KindUnsigned   Kind = "not signed"
	KindHashes     Kind = "hashes altered"
)

// Problem is what is wrong, and with which entry first.
type Problem struct {
	Kind  Kind   `json:"kind"`
	Entry uint64 `json:"entry"` // the first that is bad
	Last  uint64 `json:"last"`  // where it can't be told exactly, it is one of Entry to Last
	File  string `json:"file"`
	Byte  int64  `json:"byte"` // in File, where the line begins that stands in the entry's place
	What  string `json:"what"`
}

// String is the problem for a person.
func (p Problem) String() string {
	which := fmt.Sprintf("entry %d", p.Entry)
	if p.Last > p.Entry {
		which = fmt.Sprintf("entries %d to %d", p.Entry, p.Last)
	}
	return fmt.Sprintf("%s: %s: %s, byte %d: %s", which, p.Kind, p.File, p.Byte, p.What)
}

// Report is what Verify found. The log is whole when it has no problems.
type Report struct {
	Log         string    `json:"log"` // the origin in its checkpoints
	Entries     uint64    `json:"entries"`
	Signed      uint64    `json:"signed"` // entries under a good checkpoint, the witness's included
	Checkpoints int       `json:"checkpoints"`
	Witnessed   uint64    `json:"witnessed"` // entries under a good checkpoint of the witness
	Skipped     int       `json:"skipped"`   // checkpoints of the witness that are not signed by the key, or of another name
	SignedAt    time.Time `json:"signed_at"` // time in the last good checkpoint
	// Unfinished is the length of a line at the end that a writer has not finished, or never will.
	Unfinished int       `json:"unfinished_bytes"`
	Problems   []Problem `json:"problems"` // by entry, the first bad one first
}

// Options are what a log is held against.
type Options struct {
	Verifier note.Verifier
	// Origin is what the log's origin begins with, NAME/ of the key and NAME/ of the log if it has one: another log of the same key in its
	// place is then seen, and so is that there is nothing where a witness knows entries. Empty takes whichever log is there.
	Origin string
	// Witness are the checkpoints that were published, one after the other: without them nobody can tell an older copy of a log, or
	// one that a thief of the key wrote anew, from the log.
	Witness io.Reader
	// From is the first entry to be read: the segments before it are kept elsewhere. Their hashes are still needed.
	From uint64
}

// Verify reads a whole log. It may be open: what is written meanwhile is not looked at. The error is for what can't be read; what is
// wrong with the log is in the report.
func Verify(dir string, o Options) (Report, error) {
	v := &verifier{dir: dir}
	err := v.run(o)
	if err != nil {
		return v.report, fmt.Errorf("verify audit log %s: %w", dir, err)
	}
	slices.SortStableFunc(v.report.Problems, func(a, b Problem) int { return cmp.Compare(a.Entry, b.Entry) })
	return v.report, nil
}

// sealed is a checkpoint whose signature is good.
type sealed struct {
	size    uint64
	root    tlog.Hash
	time    time.Time
	witness bool
}

type verifier struct {
	dir    string
	report Report
	seals  []sealed // by size

	stored    *os.File
	hashed    uint64 // entries in the file of hashes
	genuine   uint64 // entries whose stored hashes are as signed
	badHashes int64  // index of the first stored hash that does not follow from those before; -1 when there is none

	segments []segment
	tree     tree   // over the lines that are in order
	proven   uint64 // lines that are as signed
	next     int    // the first seal beyond tree.n
	last     line   // that is in tree
	// suspect: the stored hash of the last line is another one. The next line tells which of the two was altered.
	suspect bool
}

func (v *verifier) run(o Options) (err error) {
	if v.segments, err = listSegments(v.dir); err != nil && (o.Origin == "" || !errors.Is(err, os.ErrNotExist)) {
		return err
	}
	// Sizes first: a writer that goes on meanwhile only adds lines, and their hashes after them.
	if err := v.readSeals(o); err != nil {
		return err
	}
	name := filepath.Join(v.dir, hashesName)
	size, err := sizeOf(name)
	if err != nil {
		return err
	}
	v.badHashes = -1
	if size > 0 {
		if v.stored, err = os.Open(name); err != nil {
			return err
		}
		defer v.stored.Close()
		v.hashed = entriesIn(size)
	}
	if err := v.checkHashes(); err != nil {
		return err
	}
	if v.segments, err = listSegments(v.dir); err != nil && !errors.Is(err, os.ErrNotExist) { // again: there may be a new one
		return err
	}
	if err := v.checkLines(o.From); err != nil {
		return err
	}
	v.count()
	return nil
}

func (v *verifier) problem(p Problem) {
	p.Last = max(p.Last, p.Entry)
	v.report.Problems = append(v.report.Problems, p)
}

// readSeals reads checkpoints, the log's own and the witness's.
func (v *verifier) readSeals(o Options) error {
	read := func(r io.Reader, from string, witness bool) error {
		good := uint64(0)
		return readNotes(r, func(signed []byte) error {
			c, err := ParseCheckpoint(signed, o.Verifier)
			others := err == nil && o.Origin != "" && stem(c.Origin) != o.Origin
			if witness && (err != nil || others || v.report.Log != "" && stem(c.Origin) != stem(v.report.Log)) { // another log's, or torn
				v.report.Skipped++
				return nil
			}
			if v.report.Log == "" && !others {
				v.report.Log = c.Origin
			}
			what := ""
			switch {
			case err != nil:
				what = "a checkpoint is not signed by this key"
			case c.Origin != v.report.Log:
				what = "a checkpoint is another log's"
			case c.Size < good:
				what = "a checkpoint covers less than the one before: the log went back"
			}
			if what != "" {
				v.problem(Problem{Kind: KindUnsigned, Entry: good, File: from, What: what})
				return err
			}
			good = c.Size
			v.seals = append(v.seals, sealed{c.Size, c.Root, c.Time, witness})
			return nil
		})
	}
	f, err := os.Open(filepath.Join(v.dir, checkpointsName))
	switch {
	case err == nil:
		err = read(f, checkpointsName, false)
		_ = f.Close()
	case errors.Is(err, os.ErrNotExist):
		err = nil
	}
	if err == nil && o.Witness != nil {
		err = read(o.Witness, "witness", true)
	}
	if errors.Is(err, errCheckpoint) {
		err = nil // reported; what follows a forged one proves nothing
	}
	slices.SortStableFunc(v.seals, func(a, b sealed) int { return cmp.Compare(a.size, b.size) })
	v.report.Checkpoints = len(v.seals)
	return err
}

// checkHashes finds how far the stored hashes are as signed.
func (v *verifier) checkHashes() error {
	if v.stored == nil {
		return nil
	}
	r := bufio.NewReaderSize(v.stored, 64<<10)
	var t tree
	var leaf, want []byte
	next := 0
	for {
		for next < len(v.seals) && v.seals[next].size == t.n {
			if v.seals[next].root != t.root() {
				return nil
			}
			v.genuine = t.n
			next++
		}
		if t.n == v.hashed {
			return nil
		}
		leaf = append(leaf[:0], make([]byte, tlog.HashSize)...)
		if _, err := io.ReadFull(r, leaf); err != nil {
			return err
		}
		at := tlog.StoredHashIndex(0, int64(t.n))
		want = t.add(tlog.Hash(leaf), want[:0])
		for rest := want[tlog.HashSize:]; len(rest) > 0; rest = rest[tlog.HashSize:] {
			if _, err := io.ReadFull(r, leaf); err != nil {
				return err
			}
			at++
			if v.badHashes < 0 && string(leaf) != string(rest[:tlog.HashSize]) {
				v.badHashes = at
			}
		}
	}
}

// count fills in what the seals prove.
func (v *verifier) count() {
	good := max(v.proven, v.genuine)
	v.report.Entries = v.tree.n
	v.report.Signed = max(v.proven, min(v.genuine, v.tree.n))
	for _, s := range v.seals {
		if s.size > good {
			break
		}
		v.report.SignedAt = s.time
		if s.witness {
			v.report.Witnessed = min(s.size, v.tree.n)
		}
	}
	if v.badHashes < 0 || len(v.report.Problems) > 0 {
		return
	}
	level, n := tlog.SplitStoredHashIndex(v.badHashes)
	first := uint64(n) << level
	v.problem(Problem{Kind: KindHashes, Entry: first, Last: first + 1<<level - 1, File: hashesName, Byte: v.badHashes * tlog.HashSize,
		What: "a stored hash over these entries is wrong, the entries are not: their writer mends it when it opens the log"})
}
