package source

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/sonexlabs/tacet/pipeline"
)

// Reasons of Metrics.Skipped.
const (
	reasonDeleted   = "deleted"    // retention or a person removed records before they were read
	reasonBeyondEnd = "beyond_end" // the log ends before the position: the topic was truncated or made anew
	reasonReplaced  = "replaced"   // another record stands before the position: the same, and it has grown since
)

// startOffset turns the position a lane should start at (a committed offset, a position a broker refused, or negative
// when the group has none) into one that exists, in the log that m was left in. A position outside the log is never moved in silence: it ends the
// process, or is logged and counted, as OffsetReset says.
func (f *fetcher) startOffset(ctx context.Context, position int64, m mark) (int64, error) {
	f.doubt = false
	start, end, err := f.bounds(ctx)
	if err != nil {
		return 0, err
	}
	if position < 0 {
		return f.firstStart(ctx, start)
	}
	// After a failover the new leader may for a moment not know how far its log is committed.
	for t := time.Now(); position > end && time.Since(t) < f.cfg.ConfirmEnd; {
		pause(ctx, f.cfg.ConfirmEnd/10)
		if start, end, err = f.bounds(ctx); err != nil {
			return 0, err
		}
	}
	switch {
	case position < start:
		return f.reset(ctx, position, start, end, reasonDeleted)
	case position > end:
		return f.reset(ctx, position, start, end, reasonBeyondEnd)
	}
	if same, err := f.holds(ctx, m); err != nil || same {
		return position, err
	}
	return f.reset(ctx, position, start, end, reasonReplaced)
}

// firstStart is where a partition without a committed offset begins.
func (f *fetcher) firstStart(ctx context.Context, start int64) (int64, error) {
	from := start
	if f.cfg.Start == StartLatest {
		known, err := f.topicKnown(ctx)
		if err != nil {
			return 0, err
		}
		if !known {
			if from, err = f.latest(ctx); err != nil {
				return 0, err
			}
		}
	}
	f.log.Info("no committed offset, starting", "at", from, "start", f.cfg.Start)
	return from, nil
}

// latest is where a read-committed consumer that wants only what is new begins: records of transactions that are open
// now are new.
func (f *fetcher) latest(ctx context.Context) (end int64, err error) {
	err = f.retry(ctx, "list offsets", func(ctx context.Context) error {
		end, err = f.listOffset(ctx, kafka.LastOffset, readCommitted)
		return err
	})
	return end, err
}

// topicKnown tells whether the group has committed an offset for any partition of the topic: then a partition without
// one has been added since, and whatever it holds is new. The same goes for a topic that was created while this process
// was looking.
func (f *fetcher) topicKnown(ctx context.Context) (known bool, err error) {
	if f.late[f.id.Topic] {
		return true, nil
	}
	err = f.retry(ctx, "fetch committed offsets", func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, f.cfg.Timeout)
		defer cancel()
		counts, err := f.partitionCounts(ctx)
		if err != nil {
			return err
		}
		if counts[f.id.Topic] == 0 {
			return kafka.UnknownTopicOrPartition
		}
		ids := make([]int, counts[f.id.Topic])
		for i := range ids {
			ids[i] = i
		}
		r, err := f.client.OffsetFetch(ctx, &kafka.OffsetFetchRequest{
			GroupID: f.cfg.Group, Topics: map[string][]int{f.id.Topic: ids},
		})
		if err != nil {
			return err
		}
		if r.Error != nil && !errors.Is(r.Error, kafka.GroupIdNotFound) {
			return r.Error
		}
		known = false
		for _, p := range r.Topics[f.id.Topic] {
			if p.Error != nil {
				return p.Error
			}
			known = known || p.CommittedOffset >= 0
		}
		return nil
	})
	return known, err
}

// reset applies OffsetReset to a position that does not exist.
func (f *fetcher) reset(ctx context.Context, position, start, end int64, reason string) (int64, error) {
	to := start
	switch f.cfg.OffsetReset {
	case ResetFail:
		return 0, &pipeline.Error{
			Op: "start reading", Lane: f.id, Offset: position,
			Err: fmt.Errorf("the log holds offsets %d to %d: %s", start, end, reason),
			Hint: "records may be lost: find out why, then set the offset reset to earliest or latest, " +
				"or commit an offset for the group by hand",
		}
	case ResetLatest:
		var err error
		if to, err = f.latest(ctx); err != nil {
			return 0, err
		}
	}
	// How many records will never be read: exact where they were deleted. One at least, so that the event is seen even
	// where the log was made anew and is read from its start.
	skipped := to - start
	if reason == reasonDeleted {
		skipped = to - position
	}
	f.m.Skipped(reason, max(1, skipped))
	f.log.Error("position does not exist, moved", "reason", reason, "position", position, "to", to,
		"log_start", start, "log_end", end)
	return to, nil
}
