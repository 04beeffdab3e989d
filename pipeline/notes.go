package pipeline

import (
	"context"
	"time"
)

// Marker makes of records what stands for them in a digest. It belongs to one goroutine.
type Marker interface {
	// Mark takes a record that leaves: its value and behind it its key are record, value is how long the first of them is.
	Mark(offset int64, record []byte, value int)
	// Take appends to dst what stands for the records since the last call. It should be short, and the same whoever marked which of them.
	Take(dst []byte) []byte
}

// note is what a sink of marks gets of a batch, whose memory may have been given back.
type note struct {
	unacked
	batch          *Batch
	records, bytes int
	cost           int64 // what it keeps of the budget
}

// notesMost is how many notes of a lane may wait, for each batch it may have in flight: a sink that takes none holds the lane up then, or
// earlier, where they take the memory that batches need. A note is a kilobyte or two as a rule, more with many tenants. That many are more than come between two moments as a rule: to go through some
// earlier costs what it costs to be woken, and pushes what the workers need out of the caches.
const notesMost = 16

// follow is run for a sink of marks. It comes to them every FlushAfter, at the same moments for all lanes, which share what that costs:
// to be woken, code and data that are in no cache any more, an fsync.
func (d *delivery) follow(ctx context.Context) {
	moment := time.NewTimer(time.Hour)
	defer moment.Stop()
	for closed := false; !closed; {
		select {
		case <-d.wake:
		case <-ctx.Done():
			return
		}
		every := max(d.sink.FlushAfter, 1)
		moment.Reset(every - time.Duration(time.Now().UnixNano())%every)
		for due := false; !due && !closed; {
			select {
			case <-moment.C:
				due = true
			case <-d.hurry:
			case <-ctx.Done():
				return
			}
			var err error
			if closed, err = d.takeNotes(ctx); err != nil {
				return
			}
		}
		if d.flush(ctx) != nil {
			return
		}
	}
}

// takeNotes writes what waits and tells whether that was all there will be.
func (d *delivery) takeNotes(ctx context.Context) (closed bool, err error) {
	for {
		select {
		case n, ok := <-d.notes:
			if !ok {
				return true, nil
			}
			err := d.deliver(ctx, nil, n.batch)
			if err == nil {
				d.took(n.records, n.bytes, n.unacked)
			}
			d.lane.forgetNote(n)
			if err != nil {
				return false, err
			}
		default:
			return false, nil
		}
	}
}

// tell hands a note over. The lane's lock is held; a place was taken for it, so this doesn't block.
func (d *delivery) tell(f *flight) {
	view := *f.views[d.sink.view]
	view.Records, view.Outputs, view.Marks = nil, nil, f.marks
	f.kept = min(view.noteBytes(), f.cost)
	d.notes <- note{unacked{f.seq, f.batch.Next, f.oldest}, &view, len(f.views[d.sink.view].Outputs), f.sizes[d.sink.view], f.kept}
	signal(d.wake)
	e := d.lane.e
	if e.noted.Add(f.kept) > e.limits.MemoryBytes/notesShare || len(d.notes) >= cap(d.notes)/2 {
		signal(d.hurry)
	}
}

// closeNotes ends the notes.
func (d *delivery) closeNotes() {
	close(d.notes)
	signal(d.wake)
	signal(d.hurry)
}

// signal wakes whoever waits for c, or comes to do so.
func signal(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// forgetNote makes room for another note.
func (l *lane) forgetNote(n note) {
	<-l.places
	l.e.noted.Add(-n.cost)
	l.e.used.Add(-n.cost)
	l.e.budget.Release(n.cost)
}

// notesShare is the part of the memory limit that notes may take before they are hurried. No batch takes that part, or one that is as large as
// all there is would wait for the next moment.
const notesShare = 8

// noteBytes is about what a note of b keeps in memory.
func (b *Batch) noteBytes() int64 {
	s := b.Summary
	n := 512 + len(b.Marks) + 24*len(s.Classes) + 40*len(s.Findings)
	for i := range s.Tenants {
		t := &s.Tenants[i]
		n += int(tenantBytes(len(t.Out)+len(t.Versions))) + len(t.Tenant)
	}
	return int64(n)
}

// tenantBytes is what a note keeps of a tenant beside its name: a TenantCount and so many numbers.
func tenantBytes(numbers int) int64 { return 96 + 8*int64(numbers) }
