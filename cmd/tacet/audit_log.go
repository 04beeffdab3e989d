package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/segmentio/kafka-go"

	"github.com/sonexlabs/tacet/pipeline"
	"github.com/sonexlabs/tacet/pipeline/audit"
	"github.com/sonexlabs/tacet/pipeline/source"
	auditsink "github.com/sonexlabs/tacet/sinks/audit"
)

// auditSink is the name of the sink that writes the audit log.
const auditSink = "audit"

// openAudit opens the audit log, if there is to be one, and adds its sink to those that every batch needs. A command other than run
// has a log of its own, in a folder of its name: one process writes to a log.
func (p *parts) openAudit(ctx context.Context, c config, command string, log *slog.Logger) (err error) {
	if c.Audit.Directory == "" {
		return nil
	}
	if p.audit, err = openAuditLog(ctx, c, command, log); err != nil {
		return err
	}
	p.keyEvents.to.Store(p.audit)
	key, err := audit.ParseKey(c.Audit.Key.Reveal())
	if err != nil {
		return fmt.Errorf("configure audit: key %w", err)
	}
	s, err := auditsink.New(auditsink.Config{Log: p.audit, Key: key, Policy: p.engine.Policy.Hash(), Name: auditSink})
	if err != nil {
		return err
	}
	// What it digests is what the first sink of records got: a view of its own would be written for nobody else.
	p.sinks = append(p.sinks, pipeline.SinkConfig{Name: auditSink, Sink: s, FlushAfter: auditsink.Gather, Marks: s.Marker, View: firstView(p.sinks)})
	p.engine.Sinks = p.sinks
	return nil
}

// firstView is that of the first sink that gets records.
func firstView(sinks []pipeline.SinkConfig) (v pipeline.View) {
	for _, s := range sinks {
		if s.View.Content == pipeline.ContentCapsules {
			continue
		}
		if v = s.View; v.Domain == "" {
			v.Domain = s.Name
		}
		break
	}
	return v
}

// openAuditLog opens the log of run, or that of another command. The configuration has one.
func openAuditLog(ctx context.Context, c config, command string, log *slog.Logger) (*audit.Log, error) {
	key, err := audit.ParseKey(c.Audit.Key.Reveal())
	if err != nil {
		return nil, fmt.Errorf("configure audit: key %w", err)
	}
	a := c.Audit.log(key)
	a.Log = log
	if command != "" {
		a.Dir, a.Name = filepath.Join(a.Dir, command), strings.TrimPrefix(a.Name+"/"+command, "/")
	}
	w, err := newWitness(c)
	if err != nil {
		return nil, fmt.Errorf("configure audit: %w", err)
	}
	if w != nil {
		a.Publish = w.publish
		if a.Known, err = w.read(ctx, witnessLast); err != nil {
			// The log is still held against its own checkpoints, and "tacet audit verify" against the witness.
			log.Warn("checkpoints of the witness can't be read: an older copy of the audit log would not be noticed now", "error", err)
		}
	}
	return audit.Open(a)
}

// note writes an event of control to the audit log, on disk before it returns. Without a log it does nothing.
func (p *parts) note(action string, object ...audit.Attr) error {
	if p.audit == nil {
		return nil
	}
	inForce := p.engine.Policy
	if p.inForce != nil {
		inForce = p.inForce()
	}
	_, err := p.audit.AppendSync(audit.Entry{Actor: "tacet", Action: action, Policy: inForce.Hash(), Object: object})
	return err
}

// noteStart says what begins to run.
func (p *parts) noteStart(action string, c config) error {
	c.origin = provenance{}
	// Every secret prints as a fixed word, so the hash tells configurations apart and nothing else.
	sum := sha256.Sum256(fmt.Appendf(nil, "%+v", c))
	return p.note(action,
		audit.Attr{Name: "version", Value: version()},
		audit.Attr{Name: "config", Value: hex.EncodeToString(sum[:8])},
		audit.Attr{Name: "detectors", Value: p.engine.Detectors.Version()},
		audit.Attr{Name: "group", Value: c.Source.Group},
		audit.Attr{Name: "dev_keys", Value: strconv.FormatBool(c.Pseudonym.InsecureDevKeys)})
}

// noteEnd says how it ended; the reason of a failure is in the log of the process.
func (p *parts) noteEnd(action string, err error) error {
	return p.note(action, audit.Attr{Name: "failed", Value: strconv.FormatBool(err != nil)})
}

// witness keeps checkpoints where the audit log is not: in a file, a topic, or both.
type witness struct {
	file    string
	topic   string
	cluster kafkaConfig
	client  *kafka.Client
}

// witnessLast is how many checkpoints are read back from a topic when a log is opened; other logs may have theirs among them.
const witnessLast = 1000

// newWitness gives nil where none is configured. It doesn't connect.
func newWitness(c config) (*witness, error) {
	w := &witness{file: string(c.Audit.Witness), topic: c.Audit.Topic}
	if w.file == "" && w.topic == "" {
		return nil, nil
	}
	if w.topic != "" {
		w.cluster = c.cluster(c.Audit.Kafka)
		transport, _, err := source.Connect(w.cluster.connect())
		if err != nil {
			return nil, err
		}
		w.client = &kafka.Client{Addr: kafka.TCP(w.cluster.Brokers...), Transport: transport}
	}
	return w, nil
}

func (w *witness) publish(ctx context.Context, signed []byte) error {
	var errs []error
	if w.file != "" {
		errs = append(errs, audit.WitnessFile(w.file)(ctx, signed))
	}
	if w.topic != "" {
		errs = append(errs, w.produce(ctx, signed))
	}
	return errors.Join(errs...)
}

// produce writes a checkpoint to partition 0: they have one order.
func (w *witness) produce(ctx context.Context, signed []byte) error {
	ctx, cancel := context.WithTimeout(ctx, refetchTimeout)
	defer cancel()
	answer, err := w.client.Produce(ctx, &kafka.ProduceRequest{
		Topic: w.topic, Partition: 0, RequiredAcks: kafka.RequireAll,
		Records: kafka.NewRecordReader(kafka.Record{Value: kafka.NewBytes(signed)}),
	})
	if err == nil {
		err = answer.Error
	}
	if err != nil {
		return fmt.Errorf("publish checkpoint to topic %s: %w", w.topic, err)
	}
	return nil
}

// read gives the last n checkpoints of the file and of the topic, or all of them where n is 0.
func (w *witness) read(ctx context.Context, n int64) ([]byte, error) {
	var all []byte
	if w.file != "" {
		text, err := audit.ReadWitness(w.file)
		if err != nil {
			return nil, err
		}
		all = append(all, text...)
	}
	if w.topic == "" {
		return all, nil
	}
	text, err := w.consume(ctx, n)
	if err != nil {
		return all, fmt.Errorf("read checkpoints from topic %s: %w", w.topic, err)
	}
	return append(append(all, '\n'), text...), nil
}

// consume reads the topic from the last n records, or from its first where n is 0, to where it ends now.
func (w *witness) consume(ctx context.Context, n int64) (all []byte, err error) {
	ctx, cancel := context.WithTimeout(ctx, refetchTimeout)
	defer cancel()
	topic, read := pipeline.LaneID{Topic: w.topic}, &refetcher{config: w.cluster, client: w.client, topics: map[string]*source.Topic{}}
	from, end, err := read.ends(ctx, topic)
	if err != nil {
		return nil, err
	}
	if n > 0 {
		from = max(from, end-n)
	}
	reached, err := read.scan(ctx, topic, from, end-1, func(r pipeline.Record) error {
		all = append(append(all, r.Value...), '\n')
		return nil
	})
	if err == nil && reached < end {
		err = errors.New("brokers gave less than they have")
	}
	return all, err
}
