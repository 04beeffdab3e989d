// Package watermark keeps the highest offset with nothing unacknowledged below it.
//
// The problem: batches of one partition are read in order, but the parties that must acknowledge each of them (every
// required sink, and quarantine) do so in any order and at their own pace. The offset to commit is the end of the longest
// prefix of batches that all parties have acknowledged. Committing anything higher loses records at the next crash.
//
// The invariants:
//
//  1. The watermark never falls.
//  2. The watermark never passes a batch that some party has not acknowledged.
//  3. When every party has acknowledged every batch, the watermark is the end of the last batch.
//
// The approach: a ring of slots in reading order. Each slot holds where reading went on after its batch and one bit per
// party still owing. An acknowledgement clears a bit; when the head's bits are all clear the head moves on, over every
// finished slot behind it, and takes the watermark along. All operations are O(1) amortised; nothing is allocated once
// the ring has its size.
//
// Rejected: a linked list whose released nodes merge into their predecessor (elegant, but a pointer chase and an allocation
// per batch, and the age of the oldest open batch is not at hand); a heap of finished offsets (needs the set of open ones
// as well); keeping the highest acknowledged offset only (this is how records get lost).
package watermark

// MaxParties is how many parties a Tracker can wait for.
const MaxParties = 64

// Tracker is a pure data structure: it knows no clock, no lock and no Kafka. One goroutine, or one lock, at a time.
type Tracker struct {
	slots []slot // ring; the length is a power of two
	head  uint64 // sequence number of the oldest open batch
	tail  uint64 // sequence number the next batch will get
	mark  int64
	all   uint64 // one bit for each party
}

type slot struct {
	next  int64
	stamp int64
	count int
	owing uint64
}

// New returns a Tracker whose watermark is start and whose batches need the acknowledgement of parties 0 to parties-1.
func New(start int64, parties int) *Tracker {
	if parties < 1 || parties > MaxParties {
		panic("watermark: number of parties out of range")
	}
	return &Tracker{slots: make([]slot, 16), mark: start, all: ^uint64(0) >> (MaxParties - parties)}
}

// Add tracks a batch that ends before offset next and returns its sequence number. Batches are added in reading order:
// next may not lie below that of the batch before. stamp and count are the caller's (the time of the batch's oldest
// record, its number of records); Oldest and Pending give them back.
func (t *Tracker) Add(next, stamp int64, count int) (seq uint64) {
	last := t.mark
	if t.tail > t.head {
		last = t.at(t.tail - 1).next
	}
	if next < last {
		panic("watermark: batch added out of order")
	}
	if t.tail-t.head == uint64(len(t.slots)) {
		t.grow()
	}
	*t.at(t.tail) = slot{next, stamp, count, t.all}
	t.tail++
	return t.tail - 1
}

// Ack notes that party has acknowledged batch seq and tells whether the watermark moved. Acknowledging twice is
// harmless.
func (t *Tracker) Ack(seq uint64, party int) (moved bool) {
	if seq >= t.tail {
		panic("watermark: acknowledged a batch that was never added")
	}
	if seq < t.head {
		return false
	}
	t.at(seq).owing &^= 1 << party
	for t.head < t.tail && t.at(t.head).owing == 0 {
		moved = moved || t.at(t.head).next > t.mark
		t.mark = t.at(t.head).next
		t.head++
	}
	return moved
}

// Watermark is the offset below which everything is acknowledged.
func (t *Tracker) Watermark() int64 { return t.mark }

// Oldest gives the stamp of the oldest batch that is not acknowledged, and whether there is one.
func (t *Tracker) Oldest() (stamp int64, ok bool) {
	if t.head == t.tail {
		return 0, false
	}
	return t.at(t.head).stamp, true
}

// Pending gives the number of batches, and of records in them, from the oldest unacknowledged one on.
func (t *Tracker) Pending() (batches, records int) {
	for seq := t.head; seq < t.tail; seq++ {
		records += t.at(seq).count
	}
	return int(t.tail - t.head), records
}

func (t *Tracker) at(seq uint64) *slot { return &t.slots[seq&uint64(len(t.slots)-1)] }

func (t *Tracker) grow() {
	slots := make([]slot, 2*len(t.slots))
	for seq := t.head; seq < t.tail; seq++ {
		slots[seq&uint64(len(slots)-1)] = *t.at(seq)
	}
	t.slots = slots
}
