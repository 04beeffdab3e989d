package audit

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// The files of a log. Only their owner may read them.
const (
	segmentExt      = ".ndjson"
	seqDigits       = 20 // names sort as the entries do
	hashesName      = "hashes"
	checkpointsName = "checkpoints"
	lockName        = "lock"
	tornPrefix      = "torn-"
)

// file is what the log asks of one. Tests put faults behind it.
type file interface {
	io.ReaderAt
	io.WriterAt
	Truncate(size int64) error
	Sync() error
	Close() error
}

func openFile(name string) (file, error) { return os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600) }

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// makeDir makes a directory and what is missing above it, durably.
func makeDir(dir string) error {
	if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
		return err
	}
	parent := filepath.Dir(dir)
	if err := makeDir(parent); err != nil {
		return err
	}
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return err
	}
	return syncDir(parent)
}

func sizeOf(name string) (int64, error) {
	info, err := os.Stat(name)
	if errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

// segment is a file of entries, named for the first of them.
type segment struct {
	name  string
	first uint64
}

func segmentName(first uint64) string { return fmt.Sprintf("%0*d%s", seqDigits, first, segmentExt) }

// listSegments gives the segments in dir, in order.
func listSegments(dir string) ([]segment, error) {
	files, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var all []segment
	for _, f := range files {
		digits, ok := strings.CutSuffix(f.Name(), segmentExt)
		if !ok || len(digits) != seqDigits {
			continue
		}
		if first, err := strconv.ParseUint(digits, 10, 63); err == nil {
			all = append(all, segment{f.Name(), first})
		}
	}
	slices.SortFunc(all, func(a, b segment) int { return strings.Compare(a.name, b.name) })
	return all, nil
}

// segmentOf is the index of the segment that should hold an entry, or -1.
func segmentOf(all []segment, seq uint64) int {
	i := len(all) - 1
	for i >= 0 && all[i].first > seq {
		i--
	}
	return i
}
