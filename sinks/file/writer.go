package file

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"

	"github.com/sonexlabs/tacet/pipeline"
)

// writer writes the files of one lane.
type writer struct {
	sink   *Sink
	id     pipeline.LaneID
	dir    string
	prefix string // of the lane's file names

	durable int64 // everything below is in finished files
	next    int64 // everything below was accepted
	seg     *segment
	older   []older // files of an earlier run that are not replaced yet, in order
	// unsynced: the directory was changed since it was last made durable.
	unsynced bool
	lost     error
}

// older is a finished file at or beyond the offset the lane was opened at. Its records come again.
type older struct {
	first int64
	name  string
}

// segment is the file being written. It ends at the writer's next.
type segment struct {
	first   int64
	name    string    // when finished
	part    string    // until then
	file    file      // nil once it is durable under its first name
	size    int64     // what is known to be whole frames
	torn    bool      // there may be bytes beyond size, from a write that failed
	full    bool      // nothing more belongs into it
	last    time.Time // of its latest record
	undated bool      // the time of one is not known
	named   bool      // it has its last name
}

func (w *writer) rangeEnd(offset int64) int64 {
	return (offset/w.sink.cfg.MaxRecords + 1) * w.sink.cfg.MaxRecords
}

// Write appends the batch to the file of its range, as complete compressed frames. What was accepted by an earlier call
// is not looked at again, so the whole batch can come once more, or its halves.
func (w *writer) Write(ctx context.Context, b *pipeline.Batch) (int64, error) {
	if err := ctx.Err(); err != nil {
		return w.durable, err
	}
	if err := w.settle(false); err != nil {
		return w.durable, err
	}
	outs := b.Outputs
	for len(outs) > 0 && outs[0].Offset < w.next {
		outs = outs[1:]
	}
	for w.next < b.Next {
		first := max(w.next, b.First)
		if w.seg != nil && first >= w.rangeEnd(w.seg.first) { // the offsets jumped to another range
			w.seg.full = true
			if err := w.settle(false); err != nil {
				return w.durable, err
			}
		}
		end := min(b.Next, w.rangeEnd(first))
		n := 0
		for n < len(outs) && outs[n].Offset < end {
			n++
		}
		if n > 0 {
			if err := w.append(first, outs[:n]); err != nil {
				return w.durable, w.errorf("write", err)
			}
		}
		outs = outs[n:]
		w.next = end
		if w.seg != nil {
			w.seg.full = end == w.rangeEnd(first) || w.seg.size >= w.sink.cfg.MaxBytes
		}
		if err := w.settle(false); err != nil {
			return w.durable, err
		}
	}
	return w.durable, nil
}

// Flush finishes the file that is being written.
func (w *writer) Flush(ctx context.Context) (int64, error) {
	if err := ctx.Err(); err != nil {
		return w.durable, err
	}
	err := w.settle(true)
	return w.durable, err
}

// Close removes the file that is being written: its records were never acknowledged.
func (w *writer) Close() error {
	if w.seg == nil {
		return nil
	}
	var err error
	if w.seg.file != nil {
		err = w.seg.file.Close()
	}
	if !w.seg.named {
		if e := w.sink.fs.Remove(w.seg.part); !errors.Is(e, fs.ErrNotExist) {
			err = errors.Join(err, e)
		}
	}
	w.seg = nil
	if err != nil {
		return w.errorf("close", err)
	}
	return nil
}

// append adds records to the segment, which begins at first when there is none.
func (w *writer) append(first int64, outs []pipeline.Output) error {
	if w.seg == nil {
		name := fmt.Sprintf("%s%0*d%s", w.prefix, offsetDigits, first, extension+w.sink.encoder.suffix())
		// The random part keeps a process that lost the lane and does not know it yet from finishing the new owner's file.
		part := filepath.Join(w.dir, "."+name+"."+rand.Text()[:partRandom]+partExtension)
		f, err := w.sink.fs.Create(part)
		if err != nil {
			return err
		}
		w.seg = &segment{first: first, name: name, part: part, file: f}
	}
	for i := range outs {
		w.seg.undated = w.seg.undated || outs[i].Time.IsZero()
		if outs[i].Time.After(w.seg.last) {
			w.seg.last = outs[i].Time
		}
	}
	return w.sink.encoder.frame(outs, func(frame []byte) error {
		n, err := w.seg.file.WriteAt(frame, w.seg.size)
		if err == nil {
			w.seg.size += int64(n)
			return nil
		}
		// Give the space back at once: the disk may be full for others too. Where even that fails, settle does it.
		w.seg.torn = w.seg.file.Truncate(w.seg.size) != nil
		return err
	})
}

// settle makes durable what is accepted, if it is to be: when nothing is gathered, when the segment is full, or when
// forced. After a transient error it goes on where it stopped.
//
// A failed fsync is a loss: the kernel may have dropped the dirty pages and report success the next time.
func (w *writer) settle(force bool) error {
	if w.lost != nil {
		return w.lost
	}
	keep := ""
	if s := w.seg; s != nil {
		if !s.full && !force {
			return nil
		}
		s.full = true
		if err := w.seal(s); err != nil {
			return err
		}
		keep = s.name
	}
	if err := w.supersede(keep); err != nil {
		return w.errorf("remove superseded file", err)
	}
	if w.unsynced {
		if err := w.sink.fs.SyncDir(w.dir); err != nil {
			return w.lose("sync directory", err)
		}
		w.unsynced = false
	}
	w.seg, w.durable = nil, w.next
	return nil
}

// seal makes the segment durable and gives it its last name.
func (w *writer) seal(s *segment) error {
	if s.file != nil {
		if s.torn {
			if err := s.file.Truncate(s.size); err != nil {
				return w.errorf("truncate", err)
			}
			s.torn = false
		}
		f := s.file
		s.file = nil
		if err := errors.Join(f.Sync(), f.Close()); err != nil {
			return w.lose("sync", err)
		}
	}
	if s.named {
		return nil
	}
	err := w.sink.fs.Rename(s.part, filepath.Join(w.dir, s.name))
	if errors.Is(err, fs.ErrNotExist) { // another owner of the lane removed it
		return w.lose("finish", err)
	}
	if err != nil {
		return w.errorf("finish", err)
	}
	s.named, w.unsynced = true, true
	w.date(s)
	return nil
}

// date gives the finished file the time of its latest record: from then on counts how long it may be kept, as in a segment of a topic.
// Where that can't be, or is lost with the power, it counts from when the file was written, which is later.
func (w *writer) date(s *segment) {
	if !s.undated && s.last.Before(w.sink.now()) {
		_ = w.sink.fs.SetTime(filepath.Join(w.dir, s.name), s.last)
	}
}

// supersede removes the older files below next, except the one that was just replaced by its own name. Their records,
// all at or beyond the offset of Open, came again and are in newer files or were filtered.
func (w *writer) supersede(keep string) error {
	for len(w.older) > 0 && w.older[0].first < w.next {
		if name := w.older[0].name; name != keep {
			err := w.sink.fs.Remove(filepath.Join(w.dir, name))
			if err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
			w.unsynced = true
		}
		w.older = w.older[1:]
	}
	return nil
}

func (w *writer) lose(op string, err error) error {
	w.lost = pipeline.Lost(w.errorf(op, err))
	return w.lost
}

// errorf says what was done to which lane. File names hold a topic, a partition and an offset: nothing secret.
func (w *writer) errorf(op string, err error) error {
	return &pipeline.Error{Op: op + " output file", Lane: w.id, Offset: -1, Err: err}
}
