package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/sonexlabs/tacet/detectors"
	"github.com/sonexlabs/tacet/pipeline"
	"github.com/sonexlabs/tacet/pipeline/audit"
	"github.com/sonexlabs/tacet/pipeline/policy"
	"github.com/sonexlabs/tacet/pipeline/pseudonym/keyring"
	"github.com/sonexlabs/tacet/pipeline/source"
	"github.com/sonexlabs/tacet/sinks/file"
	"github.com/sonexlabs/tacet/sinks/kafka"
	"github.com/sonexlabs/tacet/sinks/stdout"
)

// devKey is the key of tokens where a configuration asks for insecure_dev_keys: whoever reads this can compute the token
// of any value.
const devKey = "tacet's public key for development, tests and the demo"

// parts are what a configuration describes, made but not running.
type parts struct {
	detection    detectors.Options
	lists        contents // what is in the files of detection
	engine       pipeline.Config
	sinks        []pipeline.SinkConfig
	dead         deadLetters
	audit        *audit.Log // nil where there is none
	keyEvents    *keyEvents
	rights       *rights       // nil where there are none
	instructions *instructions // nil where there are none
	registry     *prometheus.Registry
	hold         func() error          // why nothing may leave at the moment
	inForce      func() *policy.Policy // once it runs; nil before
}

// deadLetters is a quarantine that can be read back.
type deadLetters interface {
	pipeline.Quarantine
	pipeline.QuarantineReader
}

// build makes the parts. Lines of stdout sinks go to out. It doesn't connect.
func build(c config, out io.Writer, log *slog.Logger) (_ *parts, err error) {
	p := &parts{lists: contents{}, registry: prometheus.NewRegistry(), keyEvents: &keyEvents{log: log}}
	defer func() {
		if err != nil {
			_ = p.close()
		}
	}()
	if p.detection, err = c.Detection.read(p.lists); err != nil {
		return nil, err
	}
	if _, err = c.Detection.readSets(p.lists); err != nil {
		return nil, err
	}
	if p.engine, err = c.engine(p.detection, log, p.registry); err != nil {
		return nil, err
	}
	if p.engine.Keys, err = c.Pseudonym.openKeys(log, p.keyEvents.note); err != nil {
		return nil, err
	}
	p.registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{
		Name: "tacet_tenants_without_keys_total", Help: "Times that a tenant met first got no keys, because of pseudonym.create_hourly or create_most."},
		func() float64 { return float64(p.engine.Keys.Crowded()) }))
	p.registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{
		Name: "tacet_key_sweep_errors_total", Help: "Times that keys of days and months that are over could not be destroyed; it is tried again."},
		func() float64 { return float64(p.engine.Keys.Unswept()) }))
	if c.Instructions.enabled() {
		if p.instructions, err = newInstructions(c, p.engine.Detectors, log); err != nil {
			return nil, fmt.Errorf("configure instructions: %w", err)
		}
		p.instructions.measure(p.registry)
		p.instructions.note = p.note
		p.engine.Instructions = p.instructions.table
	}
	if c.Rights.enabled() {
		if p.rights, err = newRights(c, log); err != nil {
			return nil, fmt.Errorf("configure rights: %w", err)
		}
		p.rights.measure(p.registry)
		p.engine.Suppressed = p.rights.list
	}
	for _, s := range c.Sinks {
		made, err := newSink(c, s, out)
		if err != nil {
			return nil, fmt.Errorf("configure sink %s: %w", s.Name, err)
		}
		p.sinks = append(p.sinks, pipeline.SinkConfig{Name: s.Name, Sink: made, FlushAfter: s.FlushAfter, View: s.view()})
	}
	if p.dead, err = newQuarantine(c); err != nil {
		return nil, fmt.Errorf("configure quarantine: %w", err)
	}
	p.engine.Sinks, p.engine.Quarantine = p.sinks, p.dead
	p.hold = func() error { return p.held(c, time.Now()) }
	p.engine.Hold = p.hold
	return p, nil
}

// program is everything that a running pipeline has.
type program struct {
	*parts
	running *pipeline.Engine
	meter   *meter
	reader  *source.Source
	ready   *readiness
}

// assemble makes the program that a configuration describes. Only where checkpoints of an audit log are read back does it connect.
func assemble(ctx context.Context, c config, out io.Writer, log *slog.Logger) (p *program, err error) {
	made, err := build(c, out, log)
	if err != nil {
		return nil, err
	}
	if err = made.openAudit(ctx, c, "", log); err != nil {
		return nil, errors.Join(err, made.close())
	}
	p = &program{parts: made, meter: &meter{Metrics: made.engine.Metrics}}
	p.ready = newReadiness(made, p.meter)
	if p.running, err = pipeline.New(made.engine); err == nil {
		p.inForce = p.running.Policy
		p.reader, err = newReader(c, p.meter, log)
	}
	if err != nil {
		return nil, errors.Join(err, made.close())
	}
	return p, nil
}

// engine is c in the form the engine takes, without sinks, quarantine, keys and what people asked for.
func (c config) engine(detection detectors.Options, log *slog.Logger, registry *prometheus.Registry) (pipeline.Config, error) {
	rules, err := loadPolicy(c.Policy)
	if err != nil {
		return pipeline.Config{}, err
	}
	set, err := detectors.New(detection)
	if err != nil {
		return pipeline.Config{}, err
	}
	topics := map[string]pipeline.TopicConfig{}
	for _, t := range c.Source.Topics {
		topics[t.Name] = pipeline.TopicConfig{Category: t.Category, Format: pipeline.Format(t.Format), Tenant: t.Tenant}
	}
	return pipeline.Config{
		Topics: topics, Policy: rules, Detectors: set, Recipient: c.Quarantine.PublicKey,
		Limits: c.Limits.engineLimits(), Metrics: pipeline.NewMetrics(registry, version(), rules.Hash()), Log: log,
		TextNeedsInstruction: !c.Instructions.Unasked, Version: version(),
	}, nil
}

// dryEngine is engine for records that are worked off and delivered to nobody. It needs no keys: what is made with them is compared with
// nothing but itself. What tenants instruct it reads as a running pipeline does; what is wrong with it is said in log.
func (c config) dryEngine(ctx context.Context, log *slog.Logger) (engine pipeline.Config, err error) {
	detection, err := c.Detection.options()
	if err != nil {
		return engine, err
	}
	if engine, err = c.engine(detection, slog.New(slog.DiscardHandler), prometheus.NewRegistry()); err != nil {
		return engine, err
	}
	engine.Keys = keyring.Dev([]byte(devKey))
	engine.Instructions, err = c.instructed(ctx, engine.Detectors, log)
	return engine, err
}

// loadPolicy reads the policy file, or takes the built-in policy where none is named.
func loadPolicy(c policyConfig) (*policy.Policy, error) {
	if c.File == "" {
		return policy.Default(), nil
	}
	text, err := os.ReadFile(string(c.File))
	if err != nil {
		return nil, fmt.Errorf("read policy: %w", err)
	}
	return policy.Parse(string(c.File), text)
}

func newSink(c config, s sinkConfig, out io.Writer) (pipeline.Sink, error) {
	switch s.Type {
	case "kafka":
		transport, _, err := source.Connect(c.cluster(s.Kafka).connect())
		if err != nil {
			return nil, err
		}
		k := c.kafkaSink(s)
		k.Transport = transport
		return kafka.New(k)
	case "file":
		return file.New(s.fileSink())
	case "stdout":
		return stdout.New(out), nil
	}
	return nil, fmt.Errorf("unknown type %q", s.Type)
}

// newQuarantine makes the configured quarantine: a directory, a topic, or both.
func newQuarantine(c config) (deadLetters, error) {
	q := c.Quarantine
	var all mirrored
	if q.Directory != "" {
		d, err := file.NewQuarantine(string(q.Directory))
		if err != nil {
			return nil, err
		}
		all = append(all, d)
	}
	if q.Topic != "" {
		transport, _, err := source.Connect(c.cluster(q.Kafka).connect())
		if err != nil {
			return nil, err
		}
		k := kafka.DefaultConfig()
		k.Brokers, k.Transport, k.Topic = c.cluster(q.Kafka).Brokers, transport, q.Topic
		t, err := kafka.NewQuarantine(k)
		if err != nil {
			return nil, err
		}
		all = append(all, t)
	}
	return all, nil
}

// mirrored keeps every entry in all of its quarantines. The first is the one that is read back.
type mirrored []deadLetters

func (m mirrored) each(f func(deadLetters) error) error {
	var errs []error
	for _, q := range m {
		errs = append(errs, f(q))
	}
	return errors.Join(errs...)
}

func (m mirrored) Put(ctx context.Context, entries []pipeline.Entry) error {
	return m.each(func(q deadLetters) error { return q.Put(ctx, entries) })
}

func (m mirrored) Resolve(ctx context.Context, entries []pipeline.Entry) error {
	return m.each(func(q deadLetters) error { return q.Resolve(ctx, entries) })
}

func (m mirrored) Check(ctx context.Context) error {
	return m.each(func(q deadLetters) error { return q.Check(ctx) })
}

func (m mirrored) Close() error { return m.each(deadLetters.Close) }

func (m mirrored) Scan(ctx context.Context, f func(pipeline.Entry) error) error {
	return m[0].Scan(ctx, f)
}

// close releases sinks and quarantine.
func (p *parts) close() error {
	var errs []error
	for _, s := range p.sinks {
		errs = append(errs, s.Sink.Close())
	}
	if p.dead != nil {
		errs = append(errs, p.dead.Close())
	}
	if p.rights != nil {
		p.rights.close()
	}
	if p.instructions != nil {
		p.instructions.close()
	}
	if p.engine.Keys != nil {
		errs = append(errs, p.engine.Keys.Close())
	}
	if p.audit != nil {
		errs = append(errs, p.audit.Close())
	}
	return errors.Join(errs...)
}

// reader makes the source that reads c's topics.
func newReader(c config, m source.Metrics, log *slog.Logger) (*source.Source, error) {
	r := c.reader()
	var err error
	if r.Transport, r.Dialer, err = source.Connect(c.Kafka.connect()); err != nil {
		return nil, err
	}
	return source.New(r, m, log)
}

// checkParts tests sinks and quarantine and calls f with each one's name and what came of it.
func (p *parts) check(ctx context.Context, f func(name string, err error)) {
	for _, s := range p.sinks {
		f("sink "+s.Name, s.Sink.Check(ctx))
	}
	f("quarantine", p.dead.Check(ctx))
}
