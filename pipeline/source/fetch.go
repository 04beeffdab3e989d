package source

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/protocol"
	"github.com/segmentio/kafka-go/protocol/fetch"
	"github.com/segmentio/kafka-go/protocol/listoffsets"

	"github.com/sonexlabs/tacet/pipeline"
)

const (
	// fetchMin keeps fetches of a process with very many partitions worth their round trip.
	fetchMin = 64 << 10
	// fetchMax keeps the first record of a fetch from waiting for the decompression of the last.
	fetchMax = 1 << 20
	// stalePause bounds the pause after an error that fresh metadata cures. It is about to come (metadataTTL), and
	// asking again costs next to nothing.
	stalePause = 250 * time.Millisecond
	// logEvery is how often a failure that goes on is logged again.
	logEvery = 30 * time.Second
	// readCommitted is the isolation level at which brokers list aborted transactions and hold open ones back.
	readCommitted = 1
)

// fetcher reads one partition.
type fetcher struct {
	*Source
	id    pipeline.LaneID
	bytes int32 // of one fetch
	doubt bool  // the partition was not where it was looked for: its log may be another one
	log   *slog.Logger
}

// fetch reads what is at position, waiting up to FetchWait for something to come. Whatever fails is tried again for
// ever, with two exceptions: ctx ended, and OffsetOutOfRange.
func (f *fetcher) fetch(ctx context.Context, position int64, cut cutter) (c chunk, err error) {
	err = f.retry(ctx, "fetch", func(ctx context.Context) error {
		c, err = f.fetchOnce(ctx, position, f.bytes, f.cfg.FetchWait, f.cut(cut, position))
		return err
	})
	return c, err
}

// cut completes one for batches from position on.
func (f *fetcher) cut(c cutter, position int64) cutter {
	c.lane, c.size, c.maxBytes, c.first, c.blocks = f.id, int64(f.cfg.BatchRecords), f.cfg.BatchBytes, position, f.blocks
	return c
}

func (f *fetcher) fetchOnce(ctx context.Context, position int64, limit int32, wait time.Duration, cut cutter) (chunk, error) {
	// The deadline ends up on the connection: a broker that hangs can't stall the lane in silence.
	ctx, cancel := context.WithTimeout(ctx, wait+f.cfg.Timeout)
	defer cancel()
	r, err := f.transport.RoundTrip(ctx, f.addr, &fetch.Request{
		ReplicaID: -1, MinBytes: 1, MaxWaitTime: int32(wait.Milliseconds()), MaxBytes: limit,
		IsolationLevel: readCommitted, SessionEpoch: -1, // no fetch session
		Topics: []fetch.RequestTopic{{Topic: f.id.Topic, Partitions: []fetch.RequestPartition{{
			Partition: f.id.Partition, CurrentLeaderEpoch: -1, FetchOffset: position, LogStartOffset: -1,
			PartitionMaxBytes: limit,
		}}}},
	})
	if err != nil {
		return chunk{}, err
	}
	resp := r.(*fetch.Response)
	if resp.ErrorCode != 0 {
		return chunk{}, kafka.Error(resp.ErrorCode)
	}
	if len(resp.Topics) != 1 || len(resp.Topics[0].Partitions) != 1 || resp.Topics[0].Partitions[0].Partition != f.id.Partition {
		return chunk{}, errors.New("broker answered for another partition")
	}
	p := &resp.Topics[0].Partitions[0]
	if p.ErrorCode != 0 {
		return chunk{}, kafka.Error(p.ErrorCode)
	}
	next, err := decode(p, position, &cut)
	if err != nil {
		return chunk{}, err
	}
	if err := cut.finish(next); err != nil {
		return chunk{}, err
	}
	if t := time.Duration(resp.ThrottleTimeMs) * time.Millisecond; t > 0 {
		// The broker will not read from this connection before; waiting here keeps it out of the next deadline.
		pause(ctx, t)
	}
	return chunk{batches: cut.batches, next: next, end: p.LastStableOffset}, nil
}

// bounds gives the first offset of the partition and the one after its last committed record.
func (f *fetcher) bounds(ctx context.Context) (start, end int64, err error) {
	err = f.retry(ctx, "list offsets", func(ctx context.Context) error {
		if start, err = f.listOffset(ctx, kafka.FirstOffset, 0); err != nil {
			return err
		}
		end, err = f.listOffset(ctx, kafka.LastOffset, 0)
		return err
	})
	return start, end, err
}

// listOffset asks for one offset of the partition. Client.ListOffsets isn't used: where an answer lacks the partition
// it reports offset 0 without an error, and 0 means "the topic is empty" here.
func (f *fetcher) listOffset(ctx context.Context, timestamp int64, isolation int8) (int64, error) {
	ctx, cancel := context.WithTimeout(ctx, f.cfg.Timeout)
	defer cancel()
	r, err := f.transport.RoundTrip(ctx, f.addr, &listoffsets.Request{
		ReplicaID: -1, IsolationLevel: isolation,
		Topics: []listoffsets.RequestTopic{{Topic: f.id.Topic, Partitions: []listoffsets.RequestPartition{{
			Partition: f.id.Partition, CurrentLeaderEpoch: -1, Timestamp: timestamp,
		}}}},
	})
	if err != nil {
		return 0, err
	}
	resp := r.(*listoffsets.Response)
	if len(resp.Topics) != 1 || len(resp.Topics[0].Partitions) != 1 {
		return 0, errors.New("broker answered for another partition")
	}
	p := resp.Topics[0].Partitions[0]
	if p.ErrorCode != 0 {
		return 0, kafka.Error(p.ErrorCode)
	}
	if p.Offset < 0 {
		return 0, errors.New("broker doesn't know the offset")
	}
	return p.Offset, nil
}

// retry calls try until it succeeds, ctx ends, the position proves to be out of range, or the error is one of the final ones.
// Failures are counted and logged: the first one, and then one every logEvery.
func (f *fetcher) retry(ctx context.Context, op string, try func(context.Context) error, final ...error) error {
	var logged time.Time
	for n := 0; ; n++ {
		err := try(ctx)
		if err == nil && n > 0 && !logged.IsZero() {
			f.log.Info("reading again", "op", op, "attempts", n+1)
		}
		isThis := func(target error) bool { return errors.Is(err, target) }
		if err == nil || isThis(kafka.OffsetOutOfRange) || slices.ContainsFunc(final, isThis) {
			return err
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		f.m.FetchError(f.id.Topic)
		// A leader that moves fails one or two attempts: that is daily business and only counted.
		if n >= 3 && time.Since(logged) >= logEvery {
			f.log.Warn("can't read partition, trying again", "op", op, "attempts", n+1, "err", err)
			logged = time.Now()
		}
		longest := f.cfg.RetryMax
		if staleMetadata(err) {
			f.doubt = true
			longest = min(longest, stalePause)
		}
		pause(ctx, backoff(n, f.cfg.RetryMin, longest))
	}
}

// staleMetadata tells whether err says that the transport looked for the partition in the wrong place.
func staleMetadata(err error) bool {
	for _, e := range []error{
		kafka.NotLeaderForPartition, kafka.UnknownTopicOrPartition, kafka.LeaderNotAvailable, kafka.BrokerNotAvailable,
		protocol.ErrNoTopic, protocol.ErrNoPartition, protocol.ErrNoLeader,
	} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

// backoff is the pause after attempt n (from 0): anything up to a bound that doubles ("full jitter").
func backoff(n int, lo, hi time.Duration) time.Duration {
	bound := hi
	if n < 20 {
		bound = min(hi, lo<<n)
	}
	return 1 + rand.N(bound)
}

// pause waits for d or until ctx ends.
func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}

// warm reads again what lies just before from, but not before floor, and hands it over as warm batches.
func (f *fetcher) warm(ctx context.Context, lane pipeline.Lane, floor, from int64) error {
	if f.cfg.WarmRecords == 0 {
		return nil
	}
	start, _, err := f.bounds(ctx)
	if err != nil {
		return err
	}
	position := max(start, floor, from-int64(f.cfg.WarmRecords))
	if position >= from {
		return nil
	}
	first, err := f.timeAt(ctx, from)
	if err != nil {
		return err
	}
	cut := cutter{warm: true, until: from, since: first.Add(-f.cfg.WarmAge)}
	for position < from {
		c, err := f.fetch(ctx, position, cut)
		if errors.Is(err, kafka.OffsetOutOfRange) {
			return nil // deleted under our hands: there is nothing to remember
		}
		if err != nil {
			return err
		}
		for _, b := range c.batches {
			if err := lane.Submit(ctx, b); err != nil {
				return fmt.Errorf("hand over warm batch: %w", err)
			}
		}
		if c.next == position { // only a transaction that is still open lies ahead
			return nil
		}
		position = c.next
	}
	return nil
}

// timeAt gives the time of the first record at offset or beyond: what the age of the warm-up window is measured from,
// so that a process that was down for a day still remembers the calls it was in. Without such a record that is now.
func (f *fetcher) timeAt(ctx context.Context, offset int64) (time.Time, error) {
	b, err := f.batchAt(ctx, offset)
	if err != nil {
		return time.Time{}, err
	}
	if b != nil && !b.Records[0].Time.IsZero() {
		return b.Records[0].Time, nil
	}
	return time.Now(), nil
}
