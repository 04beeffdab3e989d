package source

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/segmentio/kafka-go/protocol"
	"github.com/segmentio/kafka-go/protocol/fetch"

	"github.com/sonexlabs/tacet/pipeline"
)

// chunk is what one fetch brought.
type chunk struct {
	batches []*pipeline.Batch
	next    int64 // where to go on
	end     int64 // the last stable offset: nothing at or beyond it can be read yet
}

// abortMarker is the type of a control record that ends an aborted transaction (the other is 1, commit).
const abortMarker = 0

// decode reads the record batches of a response as a read-committed consumer must, feeds what is visible to cut, and
// returns where reading goes on. Records of aborted transactions and the markers themselves never come out, but the
// position moves over them: a topic that ends in a marker would otherwise show a lag of one for ever.
//
// A transaction is in the response's aborted list from the first offset it wrote; it is over at its abort marker. The
// list must be worked off up to *every* batch, markers too: a fetch may begin right at the marker, and a transaction
// still on the list then would hide the producer's next, committed one.
func decode(p *fetch.ResponsePartition, from int64, cut *cutter) (next int64, err error) {
	stream, ok := p.RecordSet.Records.(*protocol.RecordStream)
	if !ok {
		return from, nil // nothing there
	}
	aborted := slices.SortedFunc(slices.Values(p.AbortedTransactions), func(a, b fetch.ResponseTransaction) int {
		return cmp.Compare(a.FirstOffset, b.FirstOffset)
	})
	open := make(map[int64]bool, len(aborted)) // producers inside an aborted transaction
	begin := func(base int64) {
		for len(aborted) > 0 && aborted[0].FirstOffset <= base {
			open[aborted[0].ProducerID] = true
			aborted = aborted[1:]
		}
	}
	next = from
	for _, r := range stream.Records {
		hidden := false
		switch b := r.(type) {
		case *protocol.ControlBatch:
			begin(b.BaseOffset)
			rec, err := b.ReadControlRecord()
			if err != nil {
				return from, fmt.Errorf("read control record at offset %d: %w", b.BaseOffset, err)
			}
			if rec.Type == abortMarker {
				delete(open, b.ProducerID)
			}
			next = max(next, rec.Offset+1)
			continue
		case *protocol.RecordBatch:
			begin(b.BaseOffset)
			hidden = b.Attributes.Transactional() && open[b.ProducerID]
			next = max(next, b.BaseOffset) // what lies before was compacted away
		}
		if next, err = cut.addAll(r, next, hidden); err != nil {
			return from, err
		}
	}
	if next == from && len(stream.Records) > 0 {
		// Brokers send the batch that spans the offset asked for, even when compaction has removed every record of it
		// from there on, and kafka-go doesn't tell where the batch ends. So this one offset holds nothing.
		next = from + 1
	}
	return next, nil
}

// cutter makes batches out of records. A batch never crosses a multiple of size, holds at most about maxBytes, and all
// its keys and values lie in one allocation.
type cutter struct {
	lane     pipeline.LaneID
	size     int64
	maxBytes int

	blocks blocks

	warm  bool
	until int64     // only for warm batches: records from here on are left out
	since time.Time // only for warm batches: older records are left out

	first   int64             // where the batch being gathered begins
	pending []protocol.Record // its records; their bytes still belong to kafka-go
	bytes   int
	headers int
	batches []*pipeline.Batch
}

// addAll adds the records of one batch that lie at next or beyond (brokers send whole batches) and returns the offset
// after the last one. Records of a hidden batch only move the position.
func (c *cutter) addAll(r protocol.RecordReader, next int64, hidden bool) (int64, error) {
	for {
		rec, err := r.ReadRecord()
		if errors.Is(err, io.EOF) {
			return next, nil
		}
		if err != nil {
			return next, fmt.Errorf("read record: %w", err)
		}
		out := c.warm && (rec.Offset >= c.until || rec.Time.Before(c.since))
		if hidden || out || rec.Offset < next {
			discard(rec)
		} else if err := c.add(rec); err != nil {
			return next, err
		}
		next = max(next, rec.Offset+1)
	}
}

func (c *cutter) add(r *protocol.Record) error {
	n := 0
	if r.Key != nil {
		n += r.Key.Len()
	}
	if r.Value != nil {
		n += r.Value.Len()
	}
	for _, h := range r.Headers {
		n += len(h.Key) + len(h.Value)
	}
	if limit := c.limit(); r.Offset >= limit {
		if err := c.flush(limit); err != nil {
			return err
		}
		c.first = max(c.first, r.Offset-r.Offset%c.size)
	} else if len(c.pending) > 0 && c.bytes+n > c.maxBytes {
		if err := c.flush(r.Offset); err != nil {
			return err
		}
	}
	c.pending = append(c.pending, *r)
	c.bytes += n
	c.headers += len(r.Headers)
	return nil
}

// limit is where the batch being gathered must end.
func (c *cutter) limit() int64 { return c.first - c.first%c.size + c.size }

// finish closes the last batch at next. Where the tail of what was read is hidden, an empty batch carries the position
// on, so that the watermark can follow; the gap before it may be any size.
func (c *cutter) finish(next int64) error {
	if err := c.flush(min(next, c.limit())); err != nil {
		return err
	}
	if next > c.first && !c.warm {
		first := max(c.first, (next-1)-(next-1)%c.size)
		c.batches = append(c.batches, &pipeline.Batch{Lane: c.lane, First: first, Next: next})
		c.first = next
	}
	return nil
}

// flush makes a batch [first, next) of the pending records, if there are any.
func (c *cutter) flush(next int64) error {
	if len(c.pending) == 0 {
		return nil
	}
	m := c.blocks.get(len(c.pending), c.bytes, c.headers)
	b := &pipeline.Batch{
		Lane: c.lane, First: c.first, Next: next, Bytes: c.bytes, Warm: c.warm,
		Records: m.records, Release: func() { c.blocks.put(m) },
	}
	arena, headers := m.arena, m.headers
	for i := range c.pending {
		in, out := &c.pending[i], &b.Records[i]
		out.Offset = in.Offset
		if in.Time.UnixMilli() > 0 { // brokers send -1 for unknown
			out.Time = in.Time
		}
		var err error
		if out.Key, arena, err = take(arena, in.Key); err != nil {
			return err
		}
		if out.Value, arena, err = take(arena, in.Value); err != nil {
			return err
		}
		if len(in.Headers) > 0 {
			from := len(headers)
			for _, h := range in.Headers {
				headers = append(headers, pipeline.Header(h))
			}
			out.Headers = headers[from:len(headers):len(headers)]
		}
	}
	c.batches = append(c.batches, b)
	clear(c.pending)
	c.first, c.pending, c.bytes, c.headers = next, c.pending[:0], 0, 0
	return nil
}

// blocks recycles the memory of batches. The zero value only makes new ones.
type blocks struct{ pool *sync.Pool }

// block is the memory of one batch.
type block struct {
	records []pipeline.Record
	arena   []byte
	headers []pipeline.Header
}

// blockMax is the largest arena that is kept for another batch.
const blockMax = 4 << 20

func (p blocks) get(records, bytes, headers int) *block {
	m := new(block)
	if p.pool != nil {
		if old, ok := p.pool.Get().(*block); ok {
			m = old
		}
	}
	m.records = slices.Grow(m.records[:0], records)[:records]
	m.arena = slices.Grow(m.arena[:0], bytes)
	m.headers = slices.Grow(m.headers[:0], headers)
	return m
}

// put takes a block back, emptied: the next batch may be another tenant's.
func (p blocks) put(m *block) {
	if p.pool == nil || cap(m.arena) > blockMax {
		return
	}
	clear(m.records)
	clear(m.arena[:cap(m.arena)])
	clear(m.headers[:cap(m.headers)])
	p.pool.Put(m)
}

// take copies b to the end of the arena, which has room for it, and gives its pages back to kafka-go.
func take(arena []byte, b protocol.Bytes) (part, rest []byte, err error) {
	if b == nil {
		return nil, arena, nil
	}
	from, to := len(arena), len(arena)+b.Len()
	arena = arena[:to]
	if _, err := io.ReadFull(b, arena[from:to]); err != nil {
		return nil, arena, fmt.Errorf("copy record: %w", err)
	}
	return arena[from:to:to], arena, b.Close()
}

func discard(r *protocol.Record) {
	if r.Key != nil {
		_ = r.Key.Close() // only returns pages to a pool
	}
	if r.Value != nil {
		_ = r.Value.Close()
	}
}
