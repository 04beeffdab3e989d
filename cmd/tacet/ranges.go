package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/sonexlabs/tacet/pipeline"
)

// laneRange is a stretch of offsets: [from, to). begin is the first that the topic holds.
type laneRange struct {
	id              pipeline.LaneID
	begin, from, to int64
}

// parsePlace reads an offset or a time.
func parsePlace(s string) (offset int64, at time.Time, err error) {
	if offset, err = strconv.ParseInt(s, 10, 64); err == nil && offset >= 0 {
		return offset, at, nil
	}
	if at, err = time.Parse(time.RFC3339, s); err != nil {
		return 0, at, fmt.Errorf("%q is neither an offset nor a time like 2026-03-01T12:00:00Z", s)
	}
	return 0, at, nil
}

// ranges finds what of a topic lies between two places; an empty end is where it ends now. A partition below 0 means all.
func (r *refetcher) ranges(ctx context.Context, topic string, partition int32, from, to string) (all []laneRange, err error) {
	ctx, cancel := context.WithTimeout(ctx, refetchTimeout)
	defer cancel()
	if err := r.connect(); err != nil {
		return nil, err
	}
	partitions := []int{int(partition)}
	if partition < 0 {
		answer, err := r.client.Metadata(ctx, &kafka.MetadataRequest{Topics: []string{topic}})
		if err != nil {
			return nil, fmt.Errorf("find topic %s: %w", topic, err)
		}
		partitions = nil
		for _, t := range answer.Topics {
			if t.Error != nil {
				return nil, fmt.Errorf("find topic %s: %w", topic, t.Error)
			}
			for _, p := range t.Partitions {
				partitions = append(partitions, p.ID)
			}
		}
	}
	for _, p := range partitions {
		l := laneRange{id: pipeline.LaneID{Topic: topic, Partition: int32(p)}}
		if err := r.bound(ctx, &l, from, to); err != nil {
			return nil, fmt.Errorf("find offsets of %s: %w", l.id, err)
		}
		all = append(all, l)
	}
	return all, nil
}

// each calls f for what a topic holds between two places, one partition after the other, and for so many records before it.
func (r *refetcher) each(ctx context.Context, topic string, partition int32, from, to string, before int64, f func(laneRange, pipeline.Record) error) error {
	lanes, err := r.ranges(ctx, topic, partition, from, to)
	if err != nil {
		return err
	}
	for _, l := range lanes {
		_, err := r.scan(ctx, l.id, max(l.begin, l.from-before), l.to-1, func(record pipeline.Record) error { return f(l, record) })
		if err != nil {
			return fmt.Errorf("read topic %s partition %d: %w", l.id.Topic, l.id.Partition, err)
		}
	}
	return nil
}

// bound turns places into offsets that the partition holds.
func (r *refetcher) bound(ctx context.Context, l *laneRange, from, to string) (err error) {
	var end int64
	if l.begin, end, err = r.ends(ctx, l.id); err != nil {
		return err
	}
	place := func(s string, fallback int64) (int64, error) {
		if s == "" {
			return fallback, nil
		}
		offset, at, err := parsePlace(s)
		if err != nil {
			return 0, err
		}
		if !at.IsZero() {
			offset, err = r.offsetAt(ctx, l.id, at, end)
		}
		return min(max(offset, l.begin), end), err
	}
	if l.from, err = place(from, l.begin); err != nil {
		return err
	}
	l.to, err = place(to, end)
	return err
}

func (r *refetcher) list(ctx context.Context, id pipeline.LaneID, ask ...kafka.OffsetRequest) (p kafka.PartitionOffsets, err error) {
	answer, err := r.client.ListOffsets(ctx, &kafka.ListOffsetsRequest{Topics: map[string][]kafka.OffsetRequest{id.Topic: ask}})
	if err != nil {
		return p, err
	}
	if len(answer.Topics[id.Topic]) != 1 {
		return p, errors.New("brokers gave no offsets")
	}
	p = answer.Topics[id.Topic][0]
	return p, p.Error
}

func (r *refetcher) ends(ctx context.Context, id pipeline.LaneID) (begin, end int64, err error) {
	p, err := r.list(ctx, id, kafka.FirstOffsetOf(int(id.Partition)), kafka.LastOffsetOf(int(id.Partition)))
	return p.FirstOffset, p.LastOffset, err
}

// offsetAt is that of the first record not older than a time; the end where all are.
func (r *refetcher) offsetAt(ctx context.Context, id pipeline.LaneID, at time.Time, end int64) (int64, error) {
	p, err := r.list(ctx, id, kafka.TimeOffsetOf(int(id.Partition), at))
	if err != nil {
		return 0, err
	}
	for offset := range p.Offsets {
		if offset >= 0 {
			return offset, nil
		}
	}
	return end, nil
}
