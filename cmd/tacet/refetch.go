package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
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
	hasCalls := slices.ContainsFunc(c.config.Source.Topics, func(t topicConfig) bool { return t.Name == lane.Topic && t.Category == "transcript" })
	if known || !hasCalls || c.config.Source.Warm.Records == 0 {
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
	if err != nil {
		return nil, &commandError{err: fmt.Errorf("hear calls again: %w", err), hints: []string{"records that come back need what was said before them; source.warm.records: 0 does without"}}
	}
	c.topics[lane.Topic] = t
	return t, nil
}

// refetcher reads records by their coordinates.
type refetcher struct {
	config kafkaConfig
	client *kafka.Client // made when it is first needed
	topics map[string]*source.Topic
}

func newRefetcher(c kafkaConfig) *refetcher {
	return &refetcher{config: c, topics: map[string]*source.Topic{}}
}

// refetchTimeout bounds one request, and reading a witness.
const refetchTimeout = 30 * time.Second

// record reads the record at a coordinate.
func (r *refetcher) record(ctx context.Context, at coordinate) (found pipeline.Record, err error) {
	there := false
	_, err = r.scan(ctx, at.lane, at.offset, at.offset, func(record pipeline.Record) error { found, there = record, true; return nil })
	if err == nil && !there {
		err = source.ErrGone
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

// scan calls f for the records from one offset to another, both included, as far as the topic holds them. It returns where it ended.
func (r *refetcher) scan(ctx context.Context, lane pipeline.LaneID, from, to int64, f func(pipeline.Record) error) (reached int64, err error) {
	t := r.topics[lane.Topic]
	if t == nil {
		if t, err = source.NewTopic(r.config.connect(), lane.Topic, slog.New(slog.DiscardHandler)); err != nil {
			return from, err
		}
		r.topics[lane.Topic] = t
	}
	return t.Range(ctx, lane.Partition, from, to+1, f)
}
