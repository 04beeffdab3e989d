package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/sonexlabs/tacet/pipeline"
	"github.com/sonexlabs/tacet/pipeline/source"
)

// callReader has calls heard again up to the records that come back of them, so that whom a call named before, and what was known of its
// customer, is known of these records too: of who asked for something nothing comes back. It belongs to one goroutine.
type callReader struct {
	config config
	log    *slog.Logger
	topics map[string]*source.Topic // nil where it can't be heard
	heard  map[pipeline.LaneID]int64
}

func newCallReader(c config, log *slog.Logger) *callReader {
	return &callReader{config: c, log: log, topics: map[string]*source.Topic{}, heard: map[pipeline.LaneID]int64{}}
}

func (c *callReader) close() {
	for _, t := range c.topics {
		if t != nil {
			t.Close()
		}
	}
}

// before has the lane hear what its topic holds before a batch, as far as a worker would that starts there.
func (c *callReader) before(ctx context.Context, lane pipeline.Lane, b *pipeline.Batch) error {
	t, err := c.topic(ctx, b.Lane)
	if t == nil || err != nil {
		return err
	}
	w := c.config.Source.Warm
	err = t.Warm(ctx, lane, b.Lane.Partition, c.heard[b.Lane], b.First, w.Records, w.Age)
	c.heard[b.Lane] = b.Next
	return err
}

// topic is nil where a worker would have nothing to hear either: the topic is gone.
func (c *callReader) topic(ctx context.Context, lane pipeline.LaneID) (t *source.Topic, err error) {
	t, known := c.topics[lane.Topic]
	if known || c.config.Source.Warm.Records == 0 {
		return t, nil
	}
	if t, err = source.NewTopic(c.config.Kafka.connect(), lane.Topic, c.log); err != nil {
		return nil, err
	}
	n, err := t.Partitions(ctx)
	if errors.Is(err, source.ErrNoTopic) || err == nil && n <= int(lane.Partition) {
		c.log.Warn("calls can't be heard again: records come back without what was said before them", "topic", lane.Topic)
		t.Close()
		t, err = nil, nil
	}
	if err == nil {
		c.topics[lane.Topic] = t
	}
	return t, err
}

// refetcher reads single records by their coordinates.
type refetcher struct {
	config kafkaConfig
	client *kafka.Client // made when it is first needed
}

func newRefetcher(c kafkaConfig) *refetcher { return &refetcher{config: c} }

// Bounds of one fetch. A broker sends at least one batch of records, however large.
const (
	refetchBytes   = 1 << 20
	refetchWait    = time.Second
	refetchTimeout = 30 * time.Second
)

var errGone = errors.New("the topic does not hold the record any more")

// record reads the record at a coordinate.
func (r *refetcher) record(ctx context.Context, at coordinate) (found pipeline.Record, err error) {
	err = r.scan(ctx, at.lane, at.offset, at.offset, func(record pipeline.Record) error { found = record; return nil })
	if err == nil && found.Value == nil && found.Key == nil && found.Headers == nil {
		err = errGone
	}
	return found, err
}

func (r *refetcher) connect() error {
	if r.client != nil {
		return nil
	}
	transport, _, err := source.Connect(r.config.connect())
	if err != nil {
		return err
	}
	r.client = &kafka.Client{Addr: kafka.TCP(r.config.Brokers...), Transport: transport}
	return nil
}

// scan calls f for the records from one offset to another, both included, as far as the topic holds them.
func (r *refetcher) scan(ctx context.Context, lane pipeline.LaneID, from, to int64, f func(pipeline.Record) error) error {
	if err := r.connect(); err != nil {
		return err
	}
	for from <= to {
		next, err := r.fetch(ctx, lane, from, to, f)
		if err != nil {
			return err
		}
		if next == from {
			return nil // nothing more is there
		}
		from = next
	}
	return nil
}

// fetch makes one request and gives the offset after the last record it brought.
func (r *refetcher) fetch(ctx context.Context, lane pipeline.LaneID, from, to int64, f func(pipeline.Record) error) (next int64, err error) {
	ctx, cancel := context.WithTimeout(ctx, refetchTimeout)
	defer cancel()
	answer, err := r.client.Fetch(ctx, &kafka.FetchRequest{
		Topic: lane.Topic, Partition: int(lane.Partition), Offset: from,
		MinBytes: 1, MaxBytes: refetchBytes, MaxWait: refetchWait, IsolationLevel: kafka.ReadCommitted,
	})
	if err == nil {
		err = answer.Error
	}
	if errors.Is(err, kafka.OffsetOutOfRange) {
		return 0, errGone
	}
	if err != nil {
		return 0, fmt.Errorf("fetch record: %w", err)
	}
	next = from
	for {
		m, err := answer.Records.ReadRecord()
		switch {
		case errors.Is(err, io.EOF):
			return next, nil
		case err != nil:
			return 0, fmt.Errorf("fetch record: %w", err)
		case m.Offset < from:
			continue
		case m.Offset > to:
			return m.Offset, nil
		}
		record, err := toRecord(m)
		if err != nil {
			return 0, err
		}
		next = m.Offset + 1
		if err := f(record); err != nil {
			return 0, err
		}
	}
}

func toRecord(m *kafka.Record) (pipeline.Record, error) {
	r := pipeline.Record{Offset: m.Offset, Time: m.Time}
	var err error
	if r.Key, err = kafka.ReadAll(m.Key); err != nil {
		return r, fmt.Errorf("read key: %w", err)
	}
	if r.Value, err = kafka.ReadAll(m.Value); err != nil {
		return r, fmt.Errorf("read value: %w", err)
	}
	for _, h := range m.Headers {
		r.Headers = append(r.Headers, pipeline.Header{Key: h.Key, Value: h.Value})
	}
	return r, nil
}
