package kafka

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/protocol"

	"github.com/sonexlabs/tacet/pipeline"
)

const (
	// requestBytes is how much of a partition's records goes into one request, uncompressed.
	requestBytes = 900 << 10
	// partitionsAge is how long the number of a topic's partitions is believed. The transport asks the cluster every few
	// seconds anyway, so asking it costs little.
	partitionsAge = 5 * time.Second
	// metadataTTL is how long a transport of our own routes to a leader that has moved, at most.
	metadataTTL = 3 * time.Second
	// keepBuffer is the largest encoder that is kept for reuse.
	keepBuffer = 4 << 20
)

// producer sends records to partitions. It is shared by all lanes.
type producer struct {
	client    *kafka.Client
	own       *kafka.Transport // nil when it is shared
	maxRecord int
	slots     chan struct{} // one place per request under way
	encoders  sync.Pool     // *recordBatch

	mu     sync.Mutex
	topics map[string]layout
}

// layout is what was known of a topic's partitions at a time.
type layout struct {
	partitions []int // 0, 1, …, n-1
	at         time.Time
}

func newProducer(cfg Config) (*producer, error) {
	codec, err := codecOf(cfg.Compression)
	if err != nil {
		return nil, err
	}
	p := &producer{
		maxRecord: cfg.MaxMessageBytes - batchHeader,
		slots:     make(chan struct{}, cfg.InFlight),
		topics:    make(map[string]layout),
	}
	p.encoders.New = func() any { return &recordBatch{codec: codec} }
	transport := cfg.Transport
	if transport == nil {
		p.own = &kafka.Transport{MetadataTTL: metadataTTL, MetadataTopics: cfg.destinations()}
		transport = p.own
	}
	p.client = &kafka.Client{Addr: kafka.TCP(cfg.Brokers...), Timeout: cfg.Timeout, Transport: transport}
	return p, nil
}

func (p *producer) close() {
	if p.own != nil {
		p.own.CloseIdleConnections()
	}
}

// check tests that the topics exist.
func (p *producer) check(ctx context.Context, topics []string) error {
	for _, t := range topics {
		if _, err := p.ask(ctx, t); err != nil {
			return fmt.Errorf("check kafka topic %s: %w", t, err)
		}
	}
	return nil
}

// partitionsOf gives the partitions of a topic. While the cluster can't be asked, what was known goes on being true.
func (p *producer) partitionsOf(ctx context.Context, topic string) ([]int, error) {
	p.mu.Lock()
	known := p.topics[topic]
	p.mu.Unlock()
	if known.partitions != nil && time.Since(known.at) < partitionsAge {
		return known.partitions, nil
	}
	fresh, err := p.ask(ctx, topic)
	if err != nil {
		if known.partitions != nil {
			return known.partitions, nil
		}
		return nil, err
	}
	p.mu.Lock()
	p.topics[topic] = layout{fresh, time.Now()}
	p.mu.Unlock()
	return fresh, nil
}

func (p *producer) ask(ctx context.Context, topic string) ([]int, error) {
	m, err := p.client.Metadata(ctx, &kafka.MetadataRequest{Topics: []string{topic}})
	if err != nil {
		return nil, plain(err)
	}
	if err := m.Topics[0].Error; err != nil {
		return nil, plain(err)
	}
	n := len(m.Topics[0].Partitions)
	if n == 0 {
		return nil, kafka.UnknownTopicOrPartition
	}
	partitions := make([]int, n)
	for i := range partitions {
		partitions[i] = i
	}
	return partitions, nil
}

// send produces outs[i] for each i of index to one partition, in that order, in as many requests as their size asks for.
// It returns how many are acknowledged: the first ones. After an error the next may have arrived or not.
func (p *producer) send(ctx context.Context, topic string, partition int, outs []pipeline.Output, index []int) (acked int, err error) {
	select {
	case p.slots <- struct{}{}:
		defer func() { <-p.slots }()
	case <-ctx.Done():
		return 0, ctx.Err()
	}
	b := p.encoders.Get().(*recordBatch)
	for acked < len(index) {
		b.reset()
		n := acked
		for size := 0; n < len(index); n++ {
			size += sizeOf(&outs[index[n]])
			if n > acked && size > min(requestBytes, p.maxRecord) {
				break
			}
			b.add(&outs[index[n]])
		}
		if err := p.request(ctx, topic, partition, b); err != nil {
			// The encoder is not used again: the transport may still be writing from its buffer.
			return acked, err
		}
		acked = n
	}
	if cap(b.raw)+cap(b.out) <= keepBuffer {
		p.encoders.Put(b)
	}
	return acked, nil
}

func (p *producer) request(ctx context.Context, topic string, partition int, b *recordBatch) error {
	bytesOut, err := b.finish()
	if err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	r, err := p.client.RawProduce(ctx, &kafka.RawProduceRequest{
		Topic:        topic,
		Partition:    partition,
		RequiredAcks: kafka.RequireAll,
		RawRecords:   protocol.RawRecordSet{Reader: bytes.NewReader(bytesOut)},
	})
	if err == nil {
		err = r.Error
	}
	return plain(err)
}

// plain leaves of a broker's error only its code: its free text is not ours to trust.
func plain(err error) error {
	var code kafka.Error
	if errors.As(err, &code) {
		return code
	}
	return err
}

// refusal tells whether a broker's answer is about the records themselves.
//
// Everything else is about the cluster, the network or rights, which somebody will mend: it is tried again. That holds
// for a corrupt message too, unless it stays corrupt (see writer).
func refusal(err error) bool {
	var code kafka.Error
	if !errors.As(err, &code) {
		return false
	}
	switch code {
	case kafka.MessageSizeTooLarge, kafka.RecordListTooLarge, kafka.InvalidRecord, kafka.InvalidTimestamp,
		kafka.UnsupportedForMessageFormat:
		return true
	}
	return false
}
