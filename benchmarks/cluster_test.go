package benchmarks

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/segmentio/kafka-go"

	"github.com/sonexlabs/tacet/detectors"
	"github.com/sonexlabs/tacet/pipeline"
	"github.com/sonexlabs/tacet/pipeline/policy"
	"github.com/sonexlabs/tacet/pipeline/pseudonym/keyring"
	"github.com/sonexlabs/tacet/pipeline/source"
	sinkkafka "github.com/sonexlabs/tacet/sinks/kafka"
)

// chunk is how many records the copy loop and the loader produce at once: the pipeline's batch size.
const chunk = 500

// cluster is the broker with a client, as copy loop and pipeline both use it.
type cluster struct {
	brokers   []string
	transport *kafka.Transport
	dialer    *kafka.Dialer
	client    *kafka.Client
	topics    atomic.Int64
}

func newCluster(_ context.Context, brokers []string) (*cluster, error) {
	tr, dialer, err := source.Connect(source.ConnectConfig{Brokers: brokers})
	if err != nil {
		return nil, err
	}
	return &cluster{brokers: brokers, transport: tr, dialer: dialer, client: &kafka.Client{Addr: kafka.TCP(brokers...), Transport: tr}}, nil
}

func (k *cluster) newTopic(ctx context.Context, partitions int) (string, error) {
	name := fmt.Sprintf("bench-%d-%d", time.Now().UnixNano(), k.topics.Add(1))
	r, err := k.client.CreateTopics(ctx, &kafka.CreateTopicsRequest{Topics: []kafka.TopicConfig{{Topic: name, NumPartitions: partitions, ReplicationFactor: 1}}})
	if err != nil {
		return "", err
	}
	if err := r.Errors[name]; err != nil {
		return "", err
	}
	for range 200 {
		m, err := k.client.Metadata(ctx, &kafka.MetadataRequest{Topics: []string{name}})
		if err == nil && m.Topics[0].Error == nil && len(m.Topics[0].Partitions) == partitions {
			if _, err := k.ends(ctx, name, partitions); err == nil { // its leaders answer
				return name, nil
			}
		}
		time.Sleep(50 * time.Millisecond)
	}
	return "", errors.New("topic does not appear")
}

// load fills a new topic, keys to partitions as Java's clients do.
func (k *cluster) load(ctx context.Context, values []message, partitions int) (string, error) {
	topic, err := k.newTopic(ctx, partitions)
	if err != nil {
		return "", err
	}
	return topic, k.produceAll(ctx, topic, values, partitions)
}

func (k *cluster) produceAll(ctx context.Context, topic string, values []message, partitions int) error {
	groups := make([][]message, partitions)
	for i, v := range values {
		p := partitionOf(v.key, i, partitions)
		if groups[p] = append(groups[p], v); len(groups[p]) == chunk {
			if err := k.produce(ctx, topic, p, groups[p]); err != nil {
				return err
			}
			groups[p] = groups[p][:0]
		}
	}
	for p, g := range groups {
		if len(g) > 0 {
			if err := k.produce(ctx, topic, p, g); err != nil {
				return err
			}
		}
	}
	return nil
}

func partitionOf(key []byte, i, partitions int) int {
	if len(key) == 0 {
		return i / chunk % partitions
	}
	all := make([]int, partitions)
	for i := range all {
		all[i] = i
	}
	return kafka.Murmur2Balancer{Consistent: true}.Balance(kafka.Message{Key: key}, all...)
}

func (k *cluster) produce(ctx context.Context, topic string, p int, group []message) error {
	records := make([]kafka.Record, len(group))
	for i, m := range group {
		records[i] = kafka.Record{Time: time.Now(), Key: kafka.NewBytes(m.key), Value: kafka.NewBytes(m.value)}
	}
	err := k.produceRecords(ctx, topic, p, records)
	for try := 0; try < 100 && errors.Is(err, kafka.NotLeaderForPartition); try++ {
		time.Sleep(50 * time.Millisecond) // the topic is new
		for i, m := range group {
			records[i].Key, records[i].Value = kafka.NewBytes(m.key), kafka.NewBytes(m.value)
		}
		err = k.produceRecords(ctx, topic, p, records)
	}
	return err
}

func (k *cluster) produceRecords(ctx context.Context, topic string, p int, records []kafka.Record) error {
	r, err := k.client.Produce(ctx, &kafka.ProduceRequest{
		Topic: topic, Partition: p, RequiredAcks: kafka.RequireAll, Compression: kafka.Lz4, Records: kafka.NewRecordReader(records...),
	})
	if err != nil {
		return err
	}
	return r.Error
}

// mover brings what appears in topic in to topic out until ctx ends.
type mover func(ctx context.Context, in, out, corpus string, partitions int, moved *atomic.Int64) (map[string]int, error)

func (k *cluster) copyAll(ctx context.Context, in string, partitions int) (run1, error) {
	ends, err := k.ends(ctx, in, partitions)
	if err != nil {
		return run1{}, err
	}
	total := int64(0)
	for _, e := range ends {
		total += e
	}
	r, _, err := k.timed(ctx, in, "", partitions, total, k.copyLoop)
	return r, err
}

func (k *cluster) pipeAll(ctx context.Context, in, corpus string, partitions, total int) (run1, map[string]int, error) {
	return k.timed(ctx, in, corpus, partitions, int64(total), k.pipeline)
}

// timed runs a mover over everything that is in a topic. The clock starts with the first record moved, so that joining a group
// does not count, and stops with the last one acknowledged.
func (k *cluster) timed(ctx context.Context, in, corpus string, partitions int, total int64, move mover) (run1, map[string]int, error) {
	out, err := k.newTopic(ctx, partitions)
	if err != nil {
		return run1{}, nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var moved atomic.Int64
	var findings map[string]int
	ended := make(chan error, 1)
	go func() {
		var err error
		findings, err = move(ctx, in, out, corpus, partitions, &moved)
		ended <- err
	}()
	for moved.Load() == 0 {
		select {
		case err := <-ended:
			return run1{}, nil, errors.Join(err, errors.New("ended before the first record"))
		case <-time.After(200 * time.Microsecond):
		}
	}
	first, start, cpu := moved.Load(), time.Now(), processorTime()
	for moved.Load() < total {
		select {
		case err := <-ended:
			return run1{}, nil, errors.Join(err, fmt.Errorf("ended after %d of %d records", moved.Load(), total))
		case <-time.After(500 * time.Microsecond):
		}
	}
	scale := float64(total) / float64(total-first)
	r := run1{time.Since(start).Seconds() * scale, (processorTime() - cpu).Seconds() * scale}
	cancel()
	err = <-ended
	return r, findings, err
}

func processorTime() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func (k *cluster) ends(ctx context.Context, topic string, partitions int) (map[int]int64, error) {
	var ask []kafka.OffsetRequest
	for p := range partitions {
		ask = append(ask, kafka.LastOffsetOf(p))
	}
	r, err := k.client.ListOffsets(ctx, &kafka.ListOffsetsRequest{Topics: map[string][]kafka.OffsetRequest{topic: ask}})
	if err != nil {
		return nil, err
	}
	ends := map[int]int64{}
	for _, p := range r.Topics[topic] {
		if p.Error != nil {
			return nil, p.Error
		}
		ends[p.Partition] = p.LastOffset
	}
	return ends, nil
}

// copyLoop is the baseline: for each partition fetch, and produce what came, unread. It keeps order and waits for all acks, like
// the pipeline, but has no group, commits nothing and looks at nothing.
func (k *cluster) copyLoop(ctx context.Context, in, out, _ string, partitions int, moved *atomic.Int64) (map[string]int, error) {
	var wg sync.WaitGroup
	errs := make([]error, partitions)
	for p := range partitions {
		wg.Go(func() {
			for offset := int64(0); ctx.Err() == nil; {
				n, err := k.copyOnce(ctx, in, out, p, offset)
				if err != nil {
					if ctx.Err() == nil {
						errs[p] = err
					}
					return
				}
				offset += int64(n)
				moved.Add(int64(n))
			}
		})
	}
	wg.Wait()
	return nil, errors.Join(errs...)
}

func (k *cluster) copyOnce(ctx context.Context, in, out string, p int, offset int64) (int, error) {
	r, err := k.client.Fetch(ctx, &kafka.FetchRequest{Topic: in, Partition: p, Offset: offset, MinBytes: 1, MaxBytes: 1 << 20, MaxWait: 500 * time.Millisecond})
	if err != nil {
		return 0, err
	}
	if r.Error != nil {
		return 0, r.Error
	}
	moved := 0
	records := make([]kafka.Record, 0, chunk)
	flush := func() error {
		if len(records) == 0 {
			return nil
		}
		err := k.produceRecords(ctx, out, p, records)
		moved += len(records)
		records = records[:0]
		return err
	}
	for {
		rec, err := r.Records.ReadRecord()
		if errors.Is(err, io.EOF) {
			return moved, flush()
		}
		if err != nil {
			return moved, err
		}
		if rec.Offset < offset {
			continue
		}
		key, err := kafka.ReadAll(rec.Key)
		if err != nil {
			return moved, err
		}
		value, err := kafka.ReadAll(rec.Value)
		if err != nil {
			return moved, err
		}
		records = append(records, kafka.Record{Time: rec.Time, Key: kafka.NewBytes(key), Value: kafka.NewBytes(value)})
		if len(records) == chunk {
			if err := flush(); err != nil {
				return moved, err
			}
		}
	}
}

// pipeline is the product: consumer group, engine with the default policy and every detector, Kafka sink, commits.
func (k *cluster) pipeline(ctx context.Context, in, out, corpus string, partitions int, moved *atomic.Int64) (map[string]int, error) {
	registry := prometheus.NewRegistry()
	set, err := detectors.New(detectors.Options{})
	if err != nil {
		return nil, err
	}
	keys := keyring.Dev([]byte("a key for measuring, not for use"))
	sinkConfig := sinkkafka.DefaultConfig()
	sinkConfig.Brokers, sinkConfig.Transport, sinkConfig.Topic = k.brokers, k.transport, out
	sink, err := sinkkafka.New(sinkConfig)
	if err != nil {
		return nil, err
	}
	defer sink.Close()
	p := policy.Default()
	metrics := pipeline.NewMetrics(registry, "benchmark", p.Hash())
	e, err := pipeline.New(pipeline.Config{
		Topics: map[string]pipeline.TopicConfig{in: topicConfig(corpus)}, Policy: p, Detectors: set, Keys: keys,
		Sinks:      []pipeline.SinkConfig{{Name: "kafka", Sink: counted{sink, moved}}},
		Quarantine: refuse{}, Limits: pipeline.DefaultLimits(), Metrics: metrics, Log: slog.New(slog.DiscardHandler), Version: "benchmark",
	})
	if err != nil {
		return nil, err
	}
	c := source.DefaultConfig()
	c.Brokers, c.Transport, c.Dialer, c.Topics = k.brokers, k.transport, k.dialer, []string{in}
	c.Group = "bench-" + strconv.FormatInt(time.Now().UnixNano(), 10)
	src, err := source.New(c, metrics, slog.New(slog.DiscardHandler))
	if err != nil {
		return nil, err
	}
	if err := e.Run(ctx, src); err != nil && !errors.Is(err, context.Canceled) {
		return nil, err
	}
	return findings(registry)
}

func topicConfig(corpus string) pipeline.TopicConfig {
	switch corpus {
	case "logs":
		return pipeline.TopicConfig{Category: "usage_log", Format: pipeline.FormatLog, Tenant: "acme"}
	case "eval-logs":
		return pipeline.TopicConfig{Category: "usage_log", Format: pipeline.FormatLog, Tenant: "eval"}
	}
	return pipeline.TopicConfig{Category: "transcript", Format: pipeline.FormatJSON}
}

func findings(g prometheus.Gatherer) (map[string]int, error) {
	families, err := g.Gather()
	if err != nil {
		return nil, err
	}
	counts := map[string]int{}
	for _, f := range families {
		if f.GetName() != "tacet_entities_total" {
			continue
		}
		for _, m := range f.GetMetric() {
			for _, l := range m.GetLabel() {
				if n := int(m.GetCounter().GetValue()); n > 0 && l.GetName() == "type" {
					counts[l.GetValue()] = n
				}
			}
		}
	}
	return counts, nil
}

// counted counts the records that a sink has acknowledged.
type counted struct {
	pipeline.Sink
	n *atomic.Int64
}

func (c counted) Open(id pipeline.LaneID, from int64) (pipeline.Writer, error) {
	w, err := c.Sink.Open(id, from)
	return countedWriter{w, c.n}, err
}

type countedWriter struct {
	pipeline.Writer
	n *atomic.Int64
}

func (c countedWriter) Write(ctx context.Context, b *pipeline.Batch) (int64, error) {
	durable, err := c.Writer.Write(ctx, b)
	if err == nil {
		c.n.Add(int64(len(b.Outputs)))
	}
	return durable, err
}

// refuse is a quarantine that must not be needed: a record in it would make the run look faster than it is.
type refuse struct{}

func (refuse) Put(_ context.Context, entries []pipeline.Entry) error {
	panic(fmt.Sprintf("benchmark record in quarantine: %s %s", entries[0].Class, entries[0].Detail))
}
func (refuse) Check(context.Context) error { return nil }
func (refuse) Close() error                { return nil }
