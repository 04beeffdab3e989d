// Package kafka is the sink that produces to Kafka topics, and the quarantine that is a compacted topic.
//
// Batches are produced as they are, acknowledged by all in-sync replicas; there is no buffer and no background worker
// between the pipeline and the broker.
package kafka

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/sonexlabs/tacet/pipeline"
)

// Config says where records go and how.
type Config struct {
	// Brokers are the bootstrap addresses, host:port.
	Brokers []string
	// Topic receives the records of every source topic that Topics does not name.
	Topic string
	// Topics maps a source topic to its destination.
	Topics map[string]string
	// Compression is none, gzip, snappy, lz4 or zstd.
	Compression string
	// Timeout bounds one call to the cluster. The broker gets half of it to collect the replicas' acknowledgements.
	Timeout time.Duration
	// MaxMessageBytes is the largest record the topics take, uncompressed and with its overhead: no more than the
	// brokers' message.max.bytes. A larger one is refused without being sent.
	MaxMessageBytes int
	// InFlight bounds the produce requests under way at once, over all lanes.
	InFlight int
	// Transport carries TLS, SASL and connections. It may be shared; where its MetadataTopics is set, it must name the
	// destinations too. nil means a plain one of the sink's own.
	Transport *kafka.Transport
}

// DefaultConfig lacks the brokers and a topic. Its MaxMessageBytes is the brokers' own default.
func DefaultConfig() Config {
	return Config{Compression: "lz4", Timeout: 10 * time.Second, MaxMessageBytes: 1_048_588, InFlight: 16}
}

// Validate reports the first setting that can't work.
func (c Config) Validate() error {
	switch {
	case len(c.Brokers) == 0 || slices.Contains(c.Brokers, ""):
		return errors.New("brokers: at least one address is needed, and none may be empty")
	case c.Topic == "" && len(c.Topics) == 0:
		return errors.New("topic: a destination is needed")
	case c.Timeout <= 0:
		return fmt.Errorf("timeout: %v is not positive", c.Timeout)
	case c.MaxMessageBytes < 1<<10:
		return fmt.Errorf("max_message_bytes: %d is less than a record needs", c.MaxMessageBytes)
	case c.InFlight < 1:
		return fmt.Errorf("in_flight: %d is not positive", c.InFlight)
	}
	for _, from := range slices.Sorted(maps.Keys(c.Topics)) {
		if c.Topics[from] == "" {
			return fmt.Errorf("topics: no destination for %q", from)
		}
	}
	if _, err := codecOf(c.Compression); err != nil {
		return err
	}
	return nil
}

// destinations are all topics that records may go to, each once.
func (c Config) destinations() []string {
	topics := slices.Sorted(maps.Values(c.Topics))
	if c.Topic != "" {
		topics = append(topics, c.Topic)
		slices.Sort(topics)
	}
	return slices.Compact(topics)
}

// Sink produces records. Use New.
type Sink struct {
	cfg Config
	p   *producer
}

// New gives a sink. It does not connect: that is for Check and the first write.
func New(cfg Config) (*Sink, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("configure kafka sink: %w", err)
	}
	p, err := newProducer(cfg)
	if err != nil {
		return nil, fmt.Errorf("configure kafka sink: %w", err)
	}
	return &Sink{cfg: cfg, p: p}, nil
}

// Open starts a lane. Kafka takes nothing back: what was produced at or beyond from before a crash comes again, and
// consumers that must not see it twice look at the x-src headers.
func (s *Sink) Open(id pipeline.LaneID, from int64) (pipeline.Writer, error) {
	topic := s.cfg.Topics[id.Topic]
	if topic == "" {
		topic = s.cfg.Topic
	}
	if topic == "" {
		return nil, fmt.Errorf("open kafka sink: no destination for topic %s", id.Topic)
	}
	return &writer{p: s.p, id: id, topic: topic, durable: from, delivered: make(map[int64]struct{})}, nil
}

// Check tests that the cluster answers and that every destination exists. Topics are not created.
func (s *Sink) Check(ctx context.Context) error { return s.p.check(ctx, s.cfg.destinations()) }

// Close closes connections, unless the transport is shared.
func (s *Sink) Close() error {
	s.p.close()
	return nil
}
