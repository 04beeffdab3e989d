package source

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/sonexlabs/tacet/pipeline"
)

// mark is the last record before an offset. It is committed with the offset, and tells a log that is still the one that was read from one
// that was made anew under its name and has grown beyond the offset since: reading on there would skip what the new log begins with. Kafka has an
// id for each topic, and epochs of leaders, for this; kafka-go's requests know neither. A timestamp says nothing about what a record holds, and copies
// of a log on another cluster keep it.
type mark struct {
	next   int64 // the offset that it is before
	offset int64 // of the record
	time   int64 // its timestamp, in milliseconds since 1970; 0 for no mark
}

// doubtAfter is how long a lane may take a fetch before the log is looked at again. Within a shorter time no topic is deleted, made anew and filled beyond the
// position; while a fetch waits, the broker says that the topic is gone.
const doubtAfter = 2 * time.Second

// markOf is the mark that a batch leaves before the offset behind it; none if it has no record, or none with a timestamp.
func markOf(b *pipeline.Batch) mark {
	if len(b.Records) == 0 {
		return mark{}
	}
	last := &b.Records[len(b.Records)-1]
	if last.Time.IsZero() {
		return mark{}
	}
	return mark{next: b.Next, offset: last.Offset, time: last.Time.UnixMilli()}
}

const markFormat = "tacet 1 %d %d %d"

// String is m as it is committed.
func (m mark) String() string {
	if m.time == 0 {
		return ""
	}
	return fmt.Sprintf(markFormat, m.next, m.offset, m.time)
}

// parseMark reads what was committed with an offset. What isn't a mark, or one of another offset, is none: whoever moves a group's offset, or copies it
// to another cluster, leaves nothing or something else there.
func parseMark(text string, next int64) mark {
	var m mark
	if _, err := fmt.Sscanf(text, markFormat, &m.next, &m.offset, &m.time); err != nil || m.next != next || m.String() != text {
		return mark{}
	}
	return m
}

// committedMark fetches the mark that was committed with an offset.
func (f *fetcher) committedMark(ctx context.Context, next int64) (m mark, err error) {
	if next < 0 {
		return mark{}, nil
	}
	err = f.retry(ctx, "fetch committed offset", func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, f.cfg.Timeout)
		defer cancel()
		r, err := f.client.OffsetFetch(ctx, &kafka.OffsetFetchRequest{
			GroupID: f.cfg.Group, Topics: map[string][]int{f.id.Topic: {int(f.id.Partition)}},
		})
		if err != nil {
			return err
		}
		if r.Error != nil && !errors.Is(r.Error, kafka.GroupIdNotFound) {
			return r.Error
		}
		for _, p := range r.Topics[f.id.Topic] {
			if p.Error != nil {
				return p.Error
			}
			m = parseMark(p.Metadata, next)
		}
		return nil
	})
	return m, err
}

// holds tells whether the log still has the record of m, as far as it can tell: that one may be deleted or compacted.
func (f *fetcher) holds(ctx context.Context, m mark) (bool, error) {
	if m.time == 0 {
		return true, nil
	}
	b, err := f.batchAt(ctx, m.offset)
	if err != nil || b == nil || b.Records[0].Offset != m.offset {
		return err == nil, err
	}
	return b.Records[0].Time.Equal(time.UnixMilli(m.time)), nil
}

// batchAt gives a batch with the first record at offset or beyond, nil if there is none.
func (f *fetcher) batchAt(ctx context.Context, offset int64) (*pipeline.Batch, error) {
	var c chunk
	err := f.retry(ctx, "fetch", func(ctx context.Context) (err error) {
		cut := cutter{lane: f.id, size: int64(f.cfg.BatchRecords), maxBytes: 1, first: offset}
		c, err = f.fetchOnce(ctx, offset, 1, 0, cut) // limit 1: brokers send one batch all the same
		return err
	})
	if err != nil && !errors.Is(err, kafka.OffsetOutOfRange) {
		return nil, err
	}
	for _, b := range c.batches {
		if len(b.Records) > 0 {
			return b, nil
		}
	}
	return nil, nil
}
