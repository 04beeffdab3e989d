package source

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/sonexlabs/tacet/pipeline"
)

// Topic reads and writes a whole topic, outside of any consumer group: control topics, and outputs from which something is to be
// deleted. It is safe for concurrent use.
type Topic struct {
	s    *Source
	name string
}

// Message is one to append. A nil value makes a tombstone.
type Message struct{ Key, Value []byte }

// NewTopic checks how to connect. It doesn't.
func NewTopic(c ConnectConfig, name string, log *slog.Logger) (*Topic, error) {
	cfg := DefaultConfig()
	cfg.Brokers, cfg.Topics, cfg.Group = c.Brokers, []string{name}, "none" // no group is ever joined
	var err error
	if cfg.Transport, cfg.Dialer, err = Connect(c); err != nil {
		return nil, err
	}
	s, err := New(cfg, NoMetrics{}, log)
	if err != nil {
		return nil, err
	}
	return &Topic{s, name}, nil
}

// Close closes connections.
func (t *Topic) Close() { t.s.transport.CloseIdleConnections() }

// Name is the topic's.
func (t *Topic) Name() string { return t.name }

// ErrNoTopic says that a topic does not exist.
var ErrNoTopic = errors.New("the topic does not exist")

// Partitions asks how many there are. Brokers learn of a new topic one after the other, so one that doesn't exist is asked for
// again for a few seconds.
func (t *Topic) Partitions(ctx context.Context) (int, error) {
	for began := time.Now(); ; {
		counts, err := t.s.partitionCounts(ctx)
		switch {
		case err != nil:
			return 0, fmt.Errorf("topic %s: %w", t.name, err)
		case counts[t.name] > 0:
			return counts[t.name], nil
		case time.Since(began) > t.s.cfg.ConfirmEnd:
			return 0, fmt.Errorf("topic %s: %w", t.name, ErrNoTopic)
		case ctx.Err() != nil:
			return 0, ctx.Err()
		}
		pause(ctx, t.s.cfg.ConfirmEnd/20)
	}
}

func (t *Topic) fetcher(partition int) *fetcher {
	id := pipeline.LaneID{Topic: t.name, Partition: int32(partition)}
	return &fetcher{Source: t.s, id: id, bytes: fetchMax, log: t.s.log.With("topic", t.name, "partition", partition)}
}

// read calls f for what one fetch at position brings and returns where to go on, and the end of what can be read. Batches are not
// released, so their bytes belong to f.
func (t *Topic) read(ctx context.Context, f *fetcher, position int64, take func(r *pipeline.Record) error) (next, end int64, err error) {
	c, err := f.fetch(ctx, position, cutter{})
	if errors.Is(err, kafka.OffsetOutOfRange) {
		return 0, 0, fmt.Errorf("topic %s partition %d: offset %d is not there any more: the topic was shortened or made anew",
			t.name, f.id.Partition, position)
	}
	if err != nil {
		return 0, 0, err
	}
	for _, b := range c.batches {
		for i := range b.Records {
			if err := take(&b.Records[i]); err != nil {
				return 0, 0, err
			}
		}
	}
	return c.next, c.end, nil
}

// Warm has a lane hear what a partition holds before an offset, but not before floor, as a lane that is opened at that offset does: so many
// records, and none that is older by age than the one there.
func (t *Topic) Warm(ctx context.Context, lane pipeline.Lane, partition int32, floor, from int64, records int, age time.Duration) error {
	s := *t.s
	s.cfg.WarmRecords, s.cfg.WarmAge = records, age
	f := t.fetcher(int(partition))
	f.Source = &s
	return f.warm(ctx, lane, floor, from)
}

// Each calls f for every message that the topic holds now, in the order of each partition. Key and value belong to f.
func (t *Topic) Each(ctx context.Context, f func(partition int, offset int64, key, value []byte) error) error {
	n, err := t.Partitions(ctx)
	if err != nil {
		return err
	}
	for partition := range n {
		if err := t.eachOf(ctx, partition, func(r *pipeline.Record) error {
			return f(partition, r.Offset, r.Key, r.Value)
		}); err != nil {
			return err
		}
	}
	return nil
}

func (t *Topic) eachOf(ctx context.Context, partition int, take func(r *pipeline.Record) error) error {
	f := t.fetcher(partition)
	position, end, err := f.bounds(ctx)
	for err == nil && position < end {
		var next, stable int64
		next, stable, err = t.read(ctx, f, position, func(r *pipeline.Record) error {
			if r.Offset >= end {
				return nil
			}
			return take(r)
		})
		if err == nil && next == position {
			if stable < end { // a transaction is open: what lies behind it may be about to be committed
				pause(ctx, t.s.cfg.RetryMin)
				err = ctx.Err()
				continue
			}
			return nil // compaction left nothing up to the end
		}
		position = next
	}
	return err
}

// ErrGone says that a partition does not hold an offset.
var ErrGone = errors.New("the topic does not hold the record any more")

// Range calls f for the records of a partition from one offset up to another, as far as they can be read: not behind the start of an open
// transaction. It returns how far that was. The records belong to f. Brokers that can't be reached are an error.
func (t *Topic) Range(ctx context.Context, partition int32, from, to int64, f func(pipeline.Record) error) (reached int64, err error) {
	reader, idle := t.fetcher(int(partition)), 0
	for from < to {
		c, err := reader.fetchOnce(ctx, from, reader.bytes, t.s.cfg.FetchWait, reader.cut(cutter{}, from))
		if errors.Is(err, kafka.OffsetOutOfRange) {
			return from, ErrGone
		}
		if err == nil && c.next == from && from >= c.end {
			return from, nil // nothing more is there
		}
		if err == nil && c.next > from {
			idle = 0
			if err := eachRecord(c, to, f); err != nil {
				return from, err
			}
			from = c.next
			continue
		}
		// Brokers may answer with nothing, too.
		if idle++; idle > appendTries || ctx.Err() != nil || err != nil && !staleMetadata(err) {
			return from, fmt.Errorf("fetch record: %w", cmp.Or(err, ctx.Err(), errNothing))
		}
		pause(ctx, backoff(idle, t.s.cfg.RetryMin, stalePause))
	}
	return from, nil
}

var errNothing = errors.New("the broker gave no records, though it has some")

// eachRecord calls f for the records of a chunk that lie before an offset.
func eachRecord(c chunk, before int64, f func(pipeline.Record) error) error {
	for _, b := range c.batches {
		for _, r := range b.Records {
			if r.Offset >= before {
				return nil
			}
			if err := f(r); err != nil {
				return err
			}
		}
	}
	return nil
}

// errManyPartitions: with several, two messages about the same thing could be read in another order than they were written.
var errManyPartitions = errors.New("a control topic must have one partition, so that its messages have one order")

// Follow calls f for every message from the first on, in order; end once all that were there at the beginning have been read; tick
// whenever there is nothing more to read. It goes on until ctx ends, which is no error; f or end fails; or the topic isn't
// what it was. While the brokers can't be reached it waits. Only for a topic of one partition.
func (t *Topic) Follow(ctx context.Context, f func(offset int64, key, value []byte) error, end func() error, tick func()) error {
	partition := t.fetcher(0)
	err := partition.retry(ctx, "look for topic", func(ctx context.Context) error {
		n, err := t.Partitions(ctx)
		if err == nil && n > 1 {
			err = fmt.Errorf("topic %s: %w", t.name, errManyPartitions)
		}
		return err
	}, ErrNoTopic, errManyPartitions)
	if err != nil {
		return ended(ctx, err)
	}
	position, until, err := partition.bounds(ctx)
	for loaded := false; err == nil; {
		if !loaded && position >= until {
			if err := end(); err != nil {
				return err
			}
			loaded = true
		}
		var next, stable int64
		next, stable, err = t.read(ctx, partition, position, func(r *pipeline.Record) error { return f(r.Offset, r.Key, r.Value) })
		if err != nil {
			break
		}
		if next == position && !loaded && stable >= until {
			position = until // compaction left nothing up to the end
			continue
		}
		if position = next; loaded && position >= stable {
			tick()
		}
	}
	return ended(ctx, err)
}

// ended is the error of a loop that ctx may have ended.
func ended(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// appendTries is how often appending, and reading a range, is tried while leaders move.
const appendTries = 20

// Append writes messages to a partition and returns when all replicas have them. After an error some may have arrived, and after
// a success one may have arrived twice.
func (t *Topic) Append(ctx context.Context, partition int, messages ...Message) error {
	for part := range slices.Chunk(messages, 500) {
		for n := 0; ; n++ {
			err := t.appendOnce(ctx, partition, part)
			if err == nil {
				break
			}
			if n == appendTries || ctx.Err() != nil || !staleMetadata(err) {
				return fmt.Errorf("write to topic %s partition %d: %w", t.name, partition, err)
			}
			pause(ctx, backoff(n, t.s.cfg.RetryMin, stalePause))
		}
	}
	return nil
}

func (t *Topic) appendOnce(ctx context.Context, partition int, messages []Message) error {
	ctx, cancel := context.WithTimeout(ctx, t.s.cfg.Timeout)
	defer cancel()
	// Made anew for each attempt: sending reads keys and values to their end.
	records := make([]kafka.Record, len(messages))
	for i, m := range messages {
		records[i] = kafka.Record{Time: time.Now(), Key: kafka.NewBytes(m.Key)}
		if m.Value != nil {
			records[i].Value = kafka.NewBytes(m.Value)
		}
	}
	client := *t.s.client
	client.Timeout = t.s.cfg.Timeout // without it, replicas get half a second
	r, err := client.Produce(ctx, &kafka.ProduceRequest{
		Topic: t.name, Partition: partition, RequiredAcks: kafka.RequireAll, Records: kafka.NewRecordReader(records...),
	})
	if err == nil {
		err = r.Error
	}
	var code kafka.Error
	if errors.As(err, &code) {
		return code // a broker's free text may quote
	}
	return err
}

// NoBound stands for a time without an end.
const NoBound time.Duration = -1

// Settings are those of a topic that say how long something in it stays. A time is NoBound where it has no end.
type Settings struct {
	Compacted       bool          // a newer message replaces older ones with its key
	Deleted         bool          // messages go after Retention
	Retention       time.Duration // retention.ms
	Segment         time.Duration // segment.ms: the newest part of a log is neither compacted nor deleted
	CompactionLag   time.Duration // max.compaction.lag.ms
	DeleteRetention time.Duration // delete.retention.ms: of tombstones
}

// Settings asks for the topic's.
func (t *Topic) Settings(ctx context.Context) (s Settings, err error) {
	ctx, cancel := context.WithTimeout(ctx, t.s.cfg.Timeout)
	defer cancel()
	r, err := t.s.client.DescribeConfigs(ctx, &kafka.DescribeConfigsRequest{Resources: []kafka.DescribeConfigRequestResource{{
		ResourceType: kafka.ResourceTypeTopic, ResourceName: t.name,
		ConfigNames: []string{"cleanup.policy", "retention.ms", "segment.ms", "max.compaction.lag.ms", "delete.retention.ms"},
	}}})
	if err == nil && len(r.Resources) != 1 {
		err = errors.New("broker answered for another topic")
	}
	if err == nil {
		err = r.Resources[0].Error
	}
	if err != nil {
		return s, fmt.Errorf("read settings of topic %s: %w", t.name, err)
	}
	values := map[string]string{}
	for _, e := range r.Resources[0].ConfigEntries {
		values[e.ConfigName] = e.ConfigValue
	}
	for policy := range strings.SplitSeq(values["cleanup.policy"], ",") {
		s.Compacted = s.Compacted || strings.TrimSpace(policy) == "compact"
		s.Deleted = s.Deleted || strings.TrimSpace(policy) == "delete"
	}
	s.Retention, s.Segment = millis(values["retention.ms"]), millis(values["segment.ms"])
	s.CompactionLag, s.DeleteRetention = millis(values["max.compaction.lag.ms"]), millis(values["delete.retention.ms"])
	return s, nil
}

// millis reads a setting. What can't be read, or is too long to be meant, has no bound.
func millis(text string) time.Duration {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 || n > math.MaxInt64/int64(time.Millisecond) {
		return NoBound
	}
	return time.Duration(n) * time.Millisecond
}
