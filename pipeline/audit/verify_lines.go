package audit

import (
	"fmt"
	"io"
	"path/filepath"

	"golang.org/x/mod/sumdb/tlog"
)

// line is one line of a segment, as it stands in the place of an entry.
type line struct {
	segment int
	at      int64
	n       int // its length
	whole   bool
	hash    tlog.Hash
	entry   Entry
	err     error // why it is no entry
}

// lines calls f with each line from segment first on, until f says no.
func (v *verifier) lines(first int, f func(line) (more bool)) error {
	buf := []byte{0}
	for i := first; i < len(v.segments); i++ {
		err := eachLine(filepath.Join(v.dir, v.segments[i].name), func(text []byte, at int64, whole bool) error {
			buf = append(buf[:1], text...)
			l := line{segment: i, at: at, n: len(text), whole: whole, hash: leafHash(buf)}
			l.entry, l.err = ParseEntry(text)
			if !f(l) {
				return io.EOF
			}
			return nil
		})
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// checkLines goes through the entries to the first that is bad.
func (v *verifier) checkLines(from uint64) error {
	first := max(0, segmentOf(v.segments, from))
	if err := v.startAt(first, from); err != nil {
		return err
	}
	var bad *line
	replaced := false
	err := v.lines(first, func(l line) bool {
		if !v.fits(&l) {
			bad = &l
			return false
		}
		v.named(l)
		v.tree.add(l.hash, nil)
		v.last = l
		replaced = !v.seal()
		return !replaced
	})
	switch {
	case err != nil || replaced:
		return err
	case bad != nil && !bad.whole && v.unfinished(bad):
	case bad != nil:
		return v.classify(*bad)
	}
	if v.suspect && v.proven < v.tree.n {
		v.problem(Problem{Kind: KindAltered, Entry: v.tree.n - 1, File: v.segments[v.last.segment].name, Byte: v.last.at,
			What: "its hash is not the stored one"})
	}
	v.end()
	return nil
}

// named looks at the name of a segment when its first line comes.
func (v *verifier) named(l line) {
	if s := v.segments[l.segment]; l.at == 0 && s.first != v.tree.n {
		v.problem(Problem{Kind: KindAltered, Entry: v.tree.n, File: s.name, What: "the file is named for another entry"})
	}
}

// startAt makes the tree over the entries before a segment, from their stored hashes.
func (v *verifier) startAt(first int, from uint64) error {
	if len(v.segments) == 0 {
		return nil
	}
	seq := v.segments[first].first
	if first == 0 && seq > from {
		v.problem(Problem{Kind: KindMissing, Entry: 0, Last: seq - 1, File: v.segments[0].name,
			What: "the segments before it are not here; if they are kept elsewhere, begin with its first entry"})
	}
	if seq == 0 || seq > v.hashed {
		return nil
	}
	t, err := storedHashes{v.stored}.tree(seq)
	if err != nil {
		return err
	}
	v.tree = *t
	for v.next < len(v.seals) && v.seals[v.next].size < seq {
		v.next++
	}
	v.proven = min(v.genuine, seq)
	return nil
}

// fits tells whether a line is the entry that belongs after those before it.
func (v *verifier) fits(l *line) bool {
	if !l.whole || l.err != nil || l.entry.Seq != v.tree.n || l.entry.Prev != v.tree.last {
		return false
	}
	if v.suspect && v.badHashes < 0 { // the chain goes on: it was the stored hash
		v.badHashes = tlog.StoredHashIndex(0, int64(v.tree.n-1))
	}
	differs := v.tree.n < v.hashed && v.storedLeaf(v.tree.n) != l.hash
	if differs && v.tree.n < v.genuine {
		return false
	}
	v.suspect = differs
	return true
}

// storedLeaf is the stored hash of an entry, or nothing where there is none.
func (v *verifier) storedLeaf(seq uint64) tlog.Hash {
	if seq >= v.hashed {
		return tlog.Hash{}
	}
	h, err := storedHashes{v.stored}.leaf(seq)
	if err != nil {
		return tlog.Hash{}
	}
	return h
}

// seal compares the tree with the checkpoints over as many entries, and says no where one differs.
func (v *verifier) seal() bool {
	for v.next < len(v.seals) && v.seals[v.next].size == v.tree.n {
		s := v.seals[v.next]
		if s.root != v.tree.root() {
			by := "checkpoint"
			if s.witness {
				by = "checkpoint of the witness"
			}
			v.problem(Problem{Kind: KindReplaced, Entry: v.proven, Last: s.size - 1, File: v.segments[v.last.segment].name, Byte: v.last.at,
				What: fmt.Sprintf("they are not those under the %s over %d entries, though each has the hash of the one before", by, s.size)})
			return false
		}
		v.proven = s.size
		v.next++
	}
	return true
}

// unfinished tells whether a line without an end is one that is being written: nothing knows of its entry yet.
func (v *verifier) unfinished(l *line) bool {
	if v.tree.n < v.hashed || v.beyond() != nil || l.segment < len(v.segments)-1 {
		return false
	}
	v.report.Unfinished = l.n
	return true
}

// beyond is the last checkpoint over more entries than are here.
func (v *verifier) beyond() *sealed {
	if n := len(v.seals); n > 0 && v.seals[n-1].size > v.tree.n {
		return &v.seals[n-1]
	}
	return nil
}

// classify says what became of the entry in whose place bad stands.
func (v *verifier) classify(bad line) error {
	seq := v.tree.n
	want := v.storedLeaf(seq)
	genuine := bad.err == nil && seq < v.hashed && v.storedLeaf(bad.entry.Seq) == bad.hash // it is an entry, elsewhere
	later, behind, err := v.findLater(bad, want)
	if err != nil {
		return err
	}
	p := Problem{Kind: KindAltered, Entry: seq, File: v.segments[bad.segment].name, Byte: bad.at}
	switch {
	case v.suspect && bad.hash == v.storedLeaf(seq-1):
		p.Kind, p.Entry, p.File, p.Byte = KindInserted, seq-1, v.segments[v.last.segment].name, v.last.at
		p.What = "a line that is no entry of this log stands before it"
	case v.suspect: // neither the stored hash nor the next entry knows the last line
		p.Entry, p.File, p.Byte = seq-1, v.segments[v.last.segment].name, v.last.at
		p.What = "its hash is neither the stored one nor that in the next entry"
	case bad.err == nil && bad.entry.Seq < seq && (genuine || seq >= v.hashed):
		p.Kind, p.What = KindRepeated, fmt.Sprintf("entry %d stands in its place again", bad.entry.Seq)
	case genuine && later:
		p.Kind, p.What = KindReordered, fmt.Sprintf("entry %d stands in its place", bad.entry.Seq)
	case bad.err == nil && bad.entry.Seq > seq && (genuine || seq >= v.hashed):
		p.Kind, p.Last = KindMissing, bad.entry.Seq-1
		p.What = fmt.Sprintf("entry %d stands in its place", bad.entry.Seq)
	case later:
		p.Kind, p.What = KindInserted, "a line that is no entry of this log stands before it"
	case !bad.whole && !behind:
		p.Kind, p.What = KindTruncated, "the log ends inside it"
	case bad.err != nil && seq >= v.hashed && v.beyond() == nil:
		p.What = "it is not an entry; if a crash tore it, opening the log cuts it off and says so"
	case bad.err != nil:
		p.What = bad.err.Error()
	case bad.entry.Seq != seq:
		p.What = fmt.Sprintf("it says to be entry %d", bad.entry.Seq)
	case seq >= v.genuine && seq > v.proven && (want == bad.hash || seq >= v.hashed):
		// All that is known of the two agrees with each, but they don't agree with each other.
		p.Entry, p.Last, p.What = seq-1, seq, "the second does not have the hash of the first"
	default:
		p.What = "its hash is not the stored one"
	}
	v.problem(p)
	return nil
}

// findLater looks behind a line for the one with a hash, and tells whether there is any line at all.
func (v *verifier) findLater(bad line, want tlog.Hash) (found, behind bool, err error) {
	err = v.lines(bad.segment, func(l line) bool {
		if l.segment == bad.segment && l.at <= bad.at {
			return true
		}
		behind = true
		found = want != tlog.Hash{} && l.hash == want
		return !found
	})
	return found, behind, err
}

// end looks for entries that should follow the last line.
func (v *verifier) end() {
	if len(v.report.Problems) > 0 {
		return
	}
	p := Problem{Kind: KindTruncated, Entry: v.tree.n, File: "segments"}
	if len(v.segments) > 0 {
		p.File, p.Byte = v.segments[v.last.segment].name, v.last.at
	}
	s := v.beyond()
	switch {
	case s != nil && s.witness && s.size > v.hashed:
		p.Kind, p.Last = KindRolledBack, s.size-1
		p.What = fmt.Sprintf("the log ends here, a witness knows %d entries", s.size)
	case s != nil:
		p.Last, p.What = s.size-1, fmt.Sprintf("the log ends here, a checkpoint covers %d entries", s.size)
	case v.hashed > v.tree.n:
		p.Last = v.hashed - 1
		p.What = fmt.Sprintf("the log ends here, there are hashes of %d entries; a crash takes only what nobody was told is durable", v.hashed)
	case v.tree.n == 0:
		p.What = "there is no entry"
	default:
		return
	}
	v.problem(p)
}
