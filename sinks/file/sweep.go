package file

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sonexlabs/tacet/pipeline"
)

// Expired are the files of one lane that a sweep removes.
type Expired struct {
	Lane  pipeline.LaneID // its topic is the name of the folder
	Files int
	Bytes int64
	First int64     // first offset of the first file
	Last  int64     // first offset of the last one
	Until time.Time // of the latest record in them, or of when the file was written where that is not known
}

// expired is a file that is past its time.
type expired struct {
	lane     pipeline.LaneID
	first    int64
	path     string
	size     int64
	modified time.Time
}

// Sweep removes files of a sink's directory whose latest record is older than before: finished ones, and unfinished ones that nobody
// has written to since. For each lane it calls about first, and leaves the lane's files where that fails. Only files are removed that
// have a name that a sink gives, in the folder of their topic; links are neither followed nor removed. What can't be removed is left for
// the next sweep.
//
// It may run while lanes are open. Several processes may sweep one directory.
func Sweep(ctx context.Context, dir string, before time.Time, about func(Expired) error) (removed Expired, err error) {
	s := sweep{fs: disk{}, dir: dir, before: before, about: about}
	err = s.run(ctx)
	return s.removed, err
}

// sweep is one look at a directory.
type sweep struct {
	fs      filesystem
	dir     string
	before  time.Time
	about   func(Expired) error
	removed Expired
}

func (s *sweep) run(ctx context.Context) error {
	folders, err := s.fs.ReadDir(s.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return sweepError(pipeline.LaneID{Topic: "*"}, err)
	}
	slices.Sort(folders)
	var errs []error
	for _, folder := range folders {
		if err := ctx.Err(); err != nil {
			return errors.Join(append(errs, err)...)
		}
		if err := s.folder(folder); err != nil {
			errs = append(errs, sweepError(pipeline.LaneID{Topic: folder}, err))
		}
	}
	return errors.Join(errs...)
}

func sweepError(id pipeline.LaneID, err error) error {
	return &pipeline.Error{Op: "sweep output files", Lane: id, Offset: -1, Err: err}
}

// folder sweeps what may be the folder of a topic.
func (s *sweep) folder(folder string) error {
	dir := filepath.Join(s.dir, folder)
	is, err := s.fs.Stat(dir)
	if err != nil || !is.dir || !isStem(folder) {
		return unlessGone(err)
	}
	names, err := s.fs.ReadDir(dir)
	if err != nil {
		return unlessGone(err)
	}
	var old []expired
	var errs []error
	for _, name := range names {
		partition, first, ok := parseOurs(name, folder)
		if !ok {
			continue
		}
		path := filepath.Join(dir, name)
		is, err := s.fs.Stat(path)
		if err != nil {
			errs = append(errs, unlessGone(err))
			continue
		}
		if is.regular && is.modified.Before(s.before) {
			old = append(old, expired{pipeline.LaneID{Topic: folder, Partition: partition}, first, path, is.size, is.modified})
		}
	}
	slices.SortFunc(old, func(a, b expired) int {
		return cmp.Or(cmp.Compare(a.lane.Partition, b.lane.Partition), cmp.Compare(a.first, b.first), cmp.Compare(a.path, b.path))
	})
	for len(old) > 0 {
		n := 1
		for n < len(old) && old[n].lane == old[0].lane {
			n++
		}
		errs = append(errs, s.lane(old[:n]))
		old = old[n:]
	}
	return errors.Join(errs...)
}

// lane removes files of one lane, in the order of their offsets.
func (s *sweep) lane(old []expired) error {
	e := Expired{Lane: old[0].lane, First: old[0].first}
	for _, o := range old {
		e.add(o)
	}
	if err := s.about(e); err != nil {
		return err
	}
	var errs []error
	gone := 0
	for _, o := range old {
		if err := s.fs.Remove(o.path); err != nil {
			errs = append(errs, unlessGone(err))
			continue
		}
		gone++
		s.removed.add(o)
	}
	if gone > 0 {
		errs = append(errs, s.fs.SyncDir(filepath.Dir(old[0].path)))
	}
	return errors.Join(errs...)
}

func (e *Expired) add(o expired) {
	e.Files++
	e.Bytes += o.size
	e.Last = o.first
	if o.modified.After(e.Until) {
		e.Until = o.modified
	}
}

// unlessGone is nil for what somebody else removed in between.
func unlessGone(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// parseOurs reads the name of a file in the folder of a topic. It is false for one that this sink doesn't give.
func parseOurs(name, folder string) (partition int32, first int64, ok bool) {
	if rest, hidden := strings.CutPrefix(name, "."); hidden { // .<name of the finished file>.<random>.part
		rest, ok = strings.CutSuffix(rest, partExtension)
		if dot := strings.LastIndexByte(rest, '.'); ok && dot >= 0 && len(rest)-dot-1 == partRandom {
			name = rest[:dot]
		} else {
			return 0, 0, false
		}
	}
	rest, ok := strings.CutPrefix(name, folder+"-")
	if !ok {
		return 0, 0, false
	}
	number, _, ok := strings.Cut(rest, "-")
	p, err := strconv.ParseInt(number, 10, 32)
	if !ok || err != nil || p < 0 || strconv.FormatInt(p, 10) != number {
		return 0, 0, false
	}
	first, ok = parseName(name, folder+"-"+number+"-")
	return int32(p), first, ok
}
