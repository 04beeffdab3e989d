package kafka

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/segmentio/kafka-go"

	"github.com/sonexlabs/tacet/pipeline"
)

// Quarantine keeps entries in a topic, best a compacted one: the value is the entry in JSON, the key what it is known by,
// and a tombstone resolves it. All entries of a source partition stand in one partition, in the order they were put. Use
// NewQuarantine. It is also the pipeline.QuarantineReader.
type Quarantine struct {
	topic string
	p     *producer
}

// NewQuarantine gives a quarantine in the topic of cfg. It does not connect: that is for Check and the first call.
func NewQuarantine(cfg Config) (*Quarantine, error) {
	if cfg.Topic == "" || len(cfg.Topics) > 0 {
		return nil, errors.New("configure kafka quarantine: topic: one topic is needed, and no topics by source")
	}
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("configure kafka quarantine: %w", err)
	}
	p, err := newProducer(cfg)
	if err != nil {
		return nil, fmt.Errorf("configure kafka quarantine: %w", err)
	}
	return &Quarantine{topic: cfg.Topic, p: p}, nil
}

// Check tests that the cluster answers and that the topic exists. It is not created.
func (q *Quarantine) Check(ctx context.Context) error { return q.p.check(ctx, []string{q.topic}) }

// Close closes connections, unless the transport is shared.
func (q *Quarantine) Close() error {
	q.p.close()
	return nil
}

// Put produces the entries and returns when all replicas have them. An entry that is too large for the topic goes without
// its sealed record, and says so: the coordinates still lead to the record, and nothing must stop a quarantine.
func (q *Quarantine) Put(ctx context.Context, entries []pipeline.Entry) error {
	byPartition, err := q.group(ctx, entries)
	if err != nil {
		return fmt.Errorf("write quarantine: %w", err)
	}
	for partition, entries := range byPartition {
		if err := q.put(ctx, partition, entries); err != nil {
			return fmt.Errorf("write quarantine: %w", err)
		}
	}
	return nil
}

// Resolve produces tombstones.
func (q *Quarantine) Resolve(ctx context.Context, entries []pipeline.Entry) error {
	byPartition, err := q.group(ctx, entries)
	if err != nil {
		return fmt.Errorf("resolve quarantine entries: %w", err)
	}
	for partition, entries := range byPartition {
		outs := make([]pipeline.Output, len(entries))
		for i := range entries {
			outs[i] = pipeline.Output{Key: key(&entries[i])}
		}
		if _, err := q.p.send(ctx, q.topic, partition, outs, ascending(len(outs))); err != nil {
			return fmt.Errorf("resolve quarantine entries: %w", err)
		}
	}
	return nil
}

// group sorts entries by the partition of the topic that takes their lane.
func (q *Quarantine) group(ctx context.Context, entries []pipeline.Entry) (map[int][]pipeline.Entry, error) {
	partitions, err := q.p.partitionsOf(ctx, q.topic)
	if err != nil {
		return nil, err
	}
	groups := make(map[int][]pipeline.Entry)
	for _, e := range entries {
		lane := pipeline.LaneID{Topic: e.Topic, Partition: e.Partition}
		p := partition([]byte(lane.String()), lane, partitions)
		groups[p] = append(groups[p], e)
	}
	return groups, nil
}

// put produces entries to one partition. A request refused for its size is halved; an entry refused alone is stripped.
func (q *Quarantine) put(ctx context.Context, partition int, entries []pipeline.Entry) error {
	outs := make([]pipeline.Output, len(entries))
	for i := range entries {
		if err := q.encode(&outs[i], entries[i]); err != nil {
			return err
		}
	}
	acked, err := q.p.send(ctx, q.topic, partition, outs, ascending(len(outs)))
	if !errors.Is(err, kafka.MessageSizeTooLarge) && !errors.Is(err, kafka.RecordListTooLarge) {
		return err
	}
	rest := entries[acked:]
	if len(rest) > 1 {
		if err := q.put(ctx, partition, rest[:len(rest)/2]); err != nil {
			return err
		}
		return q.put(ctx, partition, rest[len(rest)/2:])
	}
	if len(rest[0].Sealed) == 0 {
		return err
	}
	return q.put(ctx, partition, []pipeline.Entry{strip(rest[0])})
}

func (q *Quarantine) encode(out *pipeline.Output, e pipeline.Entry) error {
	value, err := json.Marshal(e)
	if err != nil {
		return err
	}
	*out = pipeline.Output{Key: key(&e), Value: value, Time: e.At}
	if len(e.Sealed) > 0 && sizeOf(out) > q.p.maxRecord {
		return q.encode(out, strip(e))
	}
	return nil
}

// strip takes the sealed record out of an entry.
func strip(e pipeline.Entry) pipeline.Entry {
	e.Sealed = nil
	e.Detail = strings.TrimPrefix(e.Detail+"; sealed record left out: too large for the quarantine topic", "; ")
	return e
}

// key is what an entry is known by: topic/partition/offset/class, and the sink where one refused it.
func key(e *pipeline.Entry) []byte {
	k := fmt.Appendf(nil, "%s/%d/%d/%s", e.Topic, e.Partition, e.Offset, e.Class)
	if e.Sink != "" {
		k = fmt.Appendf(k, "/%s", e.Sink)
	}
	return k
}

// coordinates reads the front of a key; a key of something else is not ok.
func coordinates(key string) (lane pipeline.LaneID, offset int64, ok bool) {
	parts := strings.SplitN(key, "/", 5)
	if len(parts) < 4 || parts[0] == "" || parts[3] == "" {
		return lane, 0, false
	}
	p, err := strconv.ParseInt(parts[1], 10, 32)
	if err != nil {
		return lane, 0, false
	}
	offset, err = strconv.ParseInt(parts[2], 10, 64)
	return pipeline.LaneID{Topic: parts[0], Partition: int32(p)}, offset, err == nil
}

func ascending(n int) []int {
	index := make([]int, n)
	for i := range index {
		index[i] = i
	}
	return index
}
