package file

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/sonexlabs/tacet/pipeline"
)

const resolvedDir = "resolved"

// Quarantine is a directory of small files that are written once and never changed. Use NewQuarantine. It is also the
// pipeline.QuarantineReader; several processes may write to one directory.
type Quarantine struct {
	dir string
	fs  filesystem
}

// NewQuarantine gives a quarantine in dir. It does not touch the disk: that is for Check, Put and Resolve.
func NewQuarantine(dir string) (*Quarantine, error) {
	if dir == "" {
		return nil, errors.New("configure quarantine: dir: a directory is needed")
	}
	return &Quarantine{dir: dir, fs: disk{}}, nil
}

// Check tests that a file can be made durable in the directory.
func (q *Quarantine) Check(context.Context) error { return check(q.fs, q.dir) }

// Close has nothing to release.
func (q *Quarantine) Close() error { return nil }

// Put writes one file per lane. The name holds a hash of the content, so the same entries make the same file.
func (q *Quarantine) Put(ctx context.Context, entries []pipeline.Entry) error {
	sorted := slices.SortedStableFunc(slices.Values(entries), func(a, b pipeline.Entry) int {
		return cmp.Or(cmp.Compare(a.Topic, b.Topic), cmp.Compare(a.Partition, b.Partition), cmp.Compare(a.Offset, b.Offset))
	})
	for len(sorted) > 0 {
		n := 1
		for n < len(sorted) && laneOf(&sorted[n]) == laneOf(&sorted[0]) {
			n++
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := q.put(sorted[:n]); err != nil {
			return &pipeline.Error{Op: "write quarantine file", Lane: laneOf(&sorted[0]), Offset: sorted[0].Offset, Err: err}
		}
		sorted = sorted[n:]
	}
	return nil
}

func laneOf(e *pipeline.Entry) pipeline.LaneID {
	return pipeline.LaneID{Topic: e.Topic, Partition: e.Partition}
}

// put writes entries of one lane, in offset order.
func (q *Quarantine) put(entries []pipeline.Entry) error {
	content, hash, err := encodeLines(entries)
	if err != nil {
		return err
	}
	if err := q.fs.MkdirAll(q.dir); err != nil {
		return err
	}
	first, last := &entries[0], &entries[len(entries)-1]
	name := fmt.Sprintf("%s-%d-%0*d-%0*d-%s%s", stem(first.Topic), first.Partition,
		offsetDigits, first.Offset, offsetDigits, last.Offset, hash, extension)
	return writeDurably(q.fs, q.dir, name, content)
}

// mark says that the entry of a key was brought back, with whatever was known of it until then.
type mark struct {
	Key string    `json:"key"`
	At  time.Time `json:"at"`
}

// Resolve adds a file of marks. An entry that is quarantined anew later has a later time and shows again.
func (q *Quarantine) Resolve(_ context.Context, entries []pipeline.Entry) error {
	if len(entries) == 0 {
		return nil
	}
	marks := make([]mark, len(entries))
	for i := range entries {
		marks[i] = mark{key(&entries[i]), entries[i].At}
	}
	content, hash, err := encodeLines(marks)
	if err != nil {
		return fmt.Errorf("resolve quarantine entries: %w", err)
	}
	dir := filepath.Join(q.dir, resolvedDir)
	err = q.fs.MkdirAll(dir)
	if err == nil {
		err = writeDurably(q.fs, dir, hash+extension, content)
	}
	if err != nil {
		return fmt.Errorf("resolve quarantine entries: %w", err)
	}
	return nil
}

// key is what an entry is known by.
func key(e *pipeline.Entry) string {
	return strings.TrimSuffix(fmt.Sprintf("%s/%d/%d/%s/%s", e.Topic, e.Partition, e.Offset, e.Class, e.Sink), "/")
}

func encodeLines[T any](items []T) (content []byte, hash string, err error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	for i := range items {
		if err := enc.Encode(&items[i]); err != nil {
			return nil, "", err
		}
	}
	sum := sha256.Sum256(b.Bytes())
	return b.Bytes(), hex.EncodeToString(sum[:8]), nil
}

// found is where an entry stands: the index that Scan builds holds no payloads.
type found struct {
	lane   pipeline.LaneID
	offset int64
	at     time.Time
	file   string
	start  int64
	size   int
}

// Scan calls f for the entries that are not resolved, ordered by topic, partition and offset, the newest of each key. f
// may call Put and Resolve; their effect shows in the next scan.
func (q *Quarantine) Scan(ctx context.Context, f func(pipeline.Entry) error) error {
	index, err := q.index(ctx)
	if err != nil {
		return fmt.Errorf("scan quarantine: %w", err)
	}
	var open *os.File // the entries of a file mostly follow one another
	defer func() {
		if open != nil {
			_ = open.Close() // only read from
		}
	}()
	for _, at := range index {
		if err := ctx.Err(); err != nil {
			return err
		}
		if open == nil || filepath.Base(open.Name()) != at.file {
			next, err := os.Open(filepath.Join(q.dir, at.file))
			if err != nil {
				return fmt.Errorf("scan quarantine: %w", err)
			}
			if open != nil {
				_ = open.Close()
			}
			open = next
		}
		line := make([]byte, at.size)
		var e pipeline.Entry
		if _, err := open.ReadAt(line, at.start); err != nil {
			return fmt.Errorf("scan quarantine: %w", err)
		}
		if err := json.Unmarshal(line, &e); err != nil {
			return fmt.Errorf("scan quarantine: file %s: %w", at.file, errNotAnEntry)
		}
		if err := f(e); err != nil {
			return err
		}
	}
	return nil
}

var errNotAnEntry = errors.New("a line is no quarantine entry")

// index finds the newest entry of every key that is not resolved.
func (q *Quarantine) index(ctx context.Context) ([]found, error) {
	resolved := make(map[string]time.Time)
	err := eachLine(ctx, filepath.Join(q.dir, resolvedDir), func(_ string, _ int64, line []byte) error {
		var m mark
		if json.Unmarshal(line, &m) != nil {
			return errNotAnEntry
		}
		if m.At.After(resolved[m.Key]) || resolved[m.Key].IsZero() {
			resolved[m.Key] = m.At
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	newest := make(map[string]found)
	err = eachLine(ctx, q.dir, func(file string, start int64, line []byte) error {
		var e pipeline.Entry
		if json.Unmarshal(line, &e) != nil {
			return errNotAnEntry
		}
		k := key(&e)
		if at, ok := resolved[k]; ok && !e.At.After(at) {
			return nil
		}
		if old, ok := newest[k]; !ok || e.At.After(old.at) {
			newest[k] = found{laneOf(&e), e.Offset, e.At, file, start, len(line)}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	index := make([]found, 0, len(newest))
	for _, at := range newest {
		index = append(index, at)
	}
	slices.SortFunc(index, func(a, b found) int {
		return cmp.Or(cmp.Compare(a.lane.Topic, b.lane.Topic), cmp.Compare(a.lane.Partition, b.lane.Partition),
			cmp.Compare(a.offset, b.offset), cmp.Compare(a.file, b.file), cmp.Compare(a.start, b.start))
	})
	return index, nil
}

// eachLine calls f for every line of every finished file in dir; the line is valid until f returns. A directory that is
// not there has none.
func eachLine(ctx context.Context, dir string, f func(file string, start int64, line []byte) error) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, e := range entries {
		if err := ctx.Err(); err != nil {
			return err
		}
		if e.IsDir() || strings.HasPrefix(e.Name(), ".") || !strings.HasSuffix(e.Name(), extension) {
			continue
		}
		if err := linesOf(dir, e.Name(), f); err != nil {
			return fmt.Errorf("file %s: %w", e.Name(), err)
		}
	}
	return nil
}

func linesOf(dir, name string, f func(file string, start int64, line []byte) error) error {
	r, err := os.Open(filepath.Join(dir, name))
	if err != nil {
		return err
	}
	defer func() { _ = r.Close() }() // only read from
	lines := bufio.NewReaderSize(r, 64<<10)
	for start := int64(0); ; {
		line, err := lines.ReadBytes('\n')
		if err == io.EOF {
			if len(line) > 0 {
				return errNotAnEntry // files are written whole
			}
			return nil
		}
		if err != nil {
			return err
		}
		if err := f(name, start, line); err != nil {
			return err
		}
		start += int64(len(line))
	}
}
