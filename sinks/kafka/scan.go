package kafka

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/protocol"

	"github.com/sonexlabs/tacet/pipeline"
)

// fetchWait is how long the broker may wait for records to come: only where compaction left none up to the end.
const fetchWait = 100 * time.Millisecond

// place is where the newest record of a key stands in the quarantine topic.
type place struct {
	partition int
	offset    int64
	time      int64
	live      bool // an entry, not a tombstone
}

// supersedes: within a partition the log decides. When the topic got more partitions, a lane's entries moved to another
// one, and time decides.
func (p place) supersedes(q place) bool {
	if p.partition == q.partition {
		return p.offset > q.offset
	}
	return p.time >= q.time
}

// span is what a scan reads of one partition.
type span struct{ first, end int64 }

// Scan calls f for the entries that are not resolved, ordered by topic, partition and offset within each partition of the
// quarantine topic, the newest of each key. It reads the topic twice, first for the keys alone, so that it never holds
// more payloads than are out of order. f may call Put and Resolve; their effect shows in the next scan.
func (q *Quarantine) Scan(ctx context.Context, f func(pipeline.Entry) error) error {
	spans, err := q.spans(ctx)
	if err != nil {
		return fmt.Errorf("scan quarantine: %w", err)
	}
	newest := make(map[string]place)
	strangers := 0
	err = q.each(ctx, spans, func(partition int, r *protocol.Record) error {
		k, err := protocol.ReadAll(r.Key)
		if err != nil {
			return err
		}
		if _, _, ok := coordinates(string(k)); !ok {
			strangers++
			return nil
		}
		at := place{partition, r.Offset, r.Time.UnixMilli(), r.Value != nil}
		if old, ok := newest[string(k)]; !ok || at.supersedes(old) {
			newest[string(k)] = at
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("scan quarantine: %w", err)
	}
	order := newOrder(newest)
	var stop error // f's own, not to be wrapped
	err = q.each(ctx, spans, func(partition int, r *protocol.Record) error {
		k, err := protocol.ReadAll(r.Key)
		if err != nil {
			return err
		}
		if at := newest[string(k)]; !at.live || at.partition != partition || at.offset != r.Offset {
			return nil
		}
		var e pipeline.Entry
		if err := decode(r.Value, &e); err != nil {
			return fmt.Errorf("topic %s partition %d offset %d: %w", q.topic, partition, r.Offset, err)
		}
		stop = order.add(string(k), e, f)
		return stop
	})
	if stop != nil {
		return stop
	}
	if err != nil {
		return fmt.Errorf("scan quarantine: %w", err)
	}
	if err := order.rest(f); err != nil {
		return err
	}
	if strangers > 0 {
		return fmt.Errorf("scan quarantine: %d records of topic %s are no quarantine entries", strangers, q.topic)
	}
	return nil
}

var errNotAnEntry = errors.New("the record is no quarantine entry")

func decode(value protocol.Bytes, e *pipeline.Entry) error {
	b, err := protocol.ReadAll(value)
	if err != nil {
		return err
	}
	if json.Unmarshal(b, e) != nil { // its error would quote the record
		return errNotAnEntry
	}
	return nil
}

// order brings entries of a lane into offset order. They nearly always come in it; what comes early waits.
type order struct {
	lanes map[pipeline.LaneID]*queue
}

type queue struct {
	keys    []string // still to come, in order
	waiting map[string]pipeline.Entry
}

func newOrder(newest map[string]place) order {
	o := order{make(map[pipeline.LaneID]*queue)}
	for k, at := range newest {
		if !at.live {
			continue
		}
		lane, _, _ := coordinates(k)
		if o.lanes[lane] == nil {
			o.lanes[lane] = &queue{waiting: make(map[string]pipeline.Entry)}
		}
		o.lanes[lane].keys = append(o.lanes[lane].keys, k)
	}
	for _, q := range o.lanes {
		slices.SortFunc(q.keys, func(a, b string) int {
			_, x, _ := coordinates(a)
			_, y, _ := coordinates(b)
			return cmp.Or(cmp.Compare(x, y), cmp.Compare(a, b))
		})
	}
	return o
}

// add takes the entry of a key and calls f for every entry whose turn has come.
func (o order) add(key string, e pipeline.Entry, f func(pipeline.Entry) error) error {
	lane, _, _ := coordinates(key)
	q := o.lanes[lane]
	q.waiting[key] = e
	for len(q.keys) > 0 {
		e, ok := q.waiting[q.keys[0]]
		if !ok {
			return nil
		}
		delete(q.waiting, q.keys[0])
		q.keys = q.keys[1:]
		if err := f(e); err != nil {
			return err
		}
	}
	return nil
}

// rest calls f for what waited for entries that compaction removed between the two readings: newer ones took their place.
func (o order) rest(f func(pipeline.Entry) error) error {
	for _, q := range o.lanes {
		for _, k := range q.keys {
			e, ok := q.waiting[k]
			if !ok {
				continue
			}
			if err := f(e); err != nil {
				return err
			}
		}
	}
	return nil
}

// spans asks where each partition begins and ends now.
func (q *Quarantine) spans(ctx context.Context) ([]span, error) {
	partitions, err := q.p.ask(ctx, q.topic)
	if err != nil {
		return nil, err
	}
	var requests []kafka.OffsetRequest
	for _, p := range partitions {
		requests = append(requests, kafka.FirstOffsetOf(p), kafka.LastOffsetOf(p))
	}
	r, err := q.p.client.ListOffsets(ctx, &kafka.ListOffsetsRequest{Topics: map[string][]kafka.OffsetRequest{q.topic: requests}})
	if err != nil {
		return nil, plain(err)
	}
	spans := make([]span, len(partitions))
	for _, p := range r.Topics[q.topic] {
		if p.Error != nil {
			return nil, fmt.Errorf("topic %s partition %d: %w", q.topic, p.Partition, plain(p.Error))
		}
		spans[p.Partition] = span{p.FirstOffset, p.LastOffset}
	}
	return spans, nil
}

// each calls f for every record of the spans. The record is valid until f returns.
func (q *Quarantine) each(ctx context.Context, spans []span, f func(partition int, r *protocol.Record) error) error {
	for partition, s := range spans {
		for position := s.first; position < s.end; {
			next, err := q.fetch(ctx, partition, position, s.end, f)
			if err != nil {
				return err
			}
			if next == position { // compaction left nothing up to the end
				break
			}
			position = next
		}
	}
	return nil
}

// fetch reads once and returns where to go on; the same position means that there is nothing more.
//
// A batch that compaction emptied is all that may stand at a position. kafka-go does not tell where such a batch ends,
// so one step forward is made and the broker asked again.
func (q *Quarantine) fetch(ctx context.Context, partition int, position, end int64, f func(int, *protocol.Record) error) (int64, error) {
	r, err := q.p.client.Fetch(ctx, &kafka.FetchRequest{
		Topic: q.topic, Partition: partition, Offset: position, MinBytes: 1, MaxBytes: 4 << 20, MaxWait: fetchWait,
	})
	if err == nil {
		err = r.Error
	}
	if err != nil {
		return 0, fmt.Errorf("topic %s partition %d offset %d: %w", q.topic, partition, position, plain(err))
	}
	batches := []protocol.RecordReader{r.Records}
	if stream, ok := r.Records.(*protocol.RecordStream); ok {
		batches = stream.Records
	} else if r.Records == nil {
		batches = nil
	}
	next := position
	for _, batch := range batches {
		if _, control := batch.(*protocol.ControlBatch); control {
			next = max(next, position+1)
			continue
		}
		for {
			rec, err := batch.ReadRecord()
			if err == io.EOF {
				break
			}
			if err != nil {
				return 0, fmt.Errorf("topic %s partition %d offset %d: %w", q.topic, partition, position, err)
			}
			err = nil
			if rec.Offset >= position && rec.Offset < end {
				err = f(partition, rec)
			}
			next = max(next, rec.Offset+1)
			if err := errors.Join(err, closeRecord(rec)); err != nil {
				return 0, err
			}
		}
		if _, ok := batch.(*protocol.RecordBatch); ok {
			next = max(next, position+1)
		}
	}
	return next, nil
}

// closeRecord gives the record's memory back to kafka-go.
func closeRecord(r *protocol.Record) error {
	var err error
	if r.Key != nil {
		err = r.Key.Close()
	}
	if r.Value != nil {
		err = errors.Join(err, r.Value.Close())
	}
	return err
}
