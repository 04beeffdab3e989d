package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/sonexlabs/tacet/pipeline"
	"github.com/sonexlabs/tacet/pipeline/source"
)

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
func (r *refetcher) record(ctx context.Context, at coordinate) (pipeline.Record, error) {
	if r.client == nil {
		transport, _, err := source.Connect(r.config.connect())
		if err != nil {
			return pipeline.Record{}, err
		}
		r.client = &kafka.Client{Addr: kafka.TCP(r.config.Brokers...), Transport: transport}
	}
	ctx, cancel := context.WithTimeout(ctx, refetchTimeout)
	defer cancel()
	answer, err := r.client.Fetch(ctx, &kafka.FetchRequest{
		Topic: at.lane.Topic, Partition: int(at.lane.Partition), Offset: at.offset,
		MinBytes: 1, MaxBytes: refetchBytes, MaxWait: refetchWait, IsolationLevel: kafka.ReadCommitted,
	})
	if err == nil {
		err = answer.Error
	}
	if errors.Is(err, kafka.OffsetOutOfRange) {
		return pipeline.Record{}, errGone
	}
	if err != nil {
		return pipeline.Record{}, fmt.Errorf("fetch record: %w", err)
	}
	for {
		m, err := answer.Records.ReadRecord()
		switch {
		case errors.Is(err, io.EOF):
			return pipeline.Record{}, errGone
		case err != nil:
			return pipeline.Record{}, fmt.Errorf("fetch record: %w", err)
		case m.Offset > at.offset:
			return pipeline.Record{}, errGone
		case m.Offset == at.offset:
			return toRecord(m)
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
