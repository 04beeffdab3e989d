package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/sync/errgroup"

	"github.com/sonexlabs/tacet/pipeline"
	"github.com/sonexlabs/tacet/pipeline/source"
	"github.com/sonexlabs/tacet/pipeline/subject"
)

// rightsConfig says where people's requests are kept. All topics are on the cluster that is read.
type rightsConfig struct {
	Requests   string          `yaml:"requests"`
	Suppress   string          `yaml:"suppress"`
	Directives string          `yaml:"directives"`
	Acks       string          `yaml:"acks"`
	Witness    path            `yaml:"witness"`
	Key        pipeline.Secret `yaml:"key"`
	Due        time.Duration   `yaml:"due"`
	Stale      time.Duration   `yaml:"stale"`
	Backups    time.Duration   `yaml:"backups"`
}

// dueDefault is the month that the GDPR, Art. 12(3), gives.
const dueDefault = 30 * 24 * time.Hour

func (r rightsConfig) topics() []string {
	return []string{r.Requests, r.Suppress, r.Directives, r.Acks}
}

// enabled tells whether there are control topics. Either all are named or none.
func (r rightsConfig) enabled() bool { return r.Suppress != "" }

func (d *document) rights(c *config) {
	r := c.Rights
	names := []string{"requests", "suppress", "directives", "acks"}
	given := 0
	for i, topic := range r.topics() {
		key := "rights." + names[i]
		switch {
		case topic == "":
			continue
		case slices.Contains(r.topics()[:i], topic):
			d.fail(ruleRights, key, fmt.Sprintf("topic %q is named twice", topic), "each kind of message has a topic of its own")
		case c.reads(topic) || c.writes(topic) || topic == c.Quarantine.Topic && !d.has("quarantine.kafka"):
			d.fail(ruleRights, key, fmt.Sprintf("topic %q is also read or written", topic), "give people's requests their own")
		}
		given++
	}
	switch {
	case given == 0 && (r.Witness != "" || !r.Key.IsZero()):
		d.fail(ruleRights, "rights", "no topic is named", "name requests, suppress, directives and acks")
	case given == 0:
	case given < len(names):
		d.fail(ruleRights, "rights", "some of the topics are not named", "name requests, suppress, directives and acks")
	case r.Witness == "":
		d.fail(ruleRights, "rights.witness", "is not given: an older suppression list would not be noticed", "name a file on this machine's own disk")
	}
	if r.Due <= 0 {
		d.fail(ruleRights, "rights.due", "must be more than 0", "")
	}
	d.stale(ruleRights, r.Stale, "rights.stale")
	if !r.Key.IsZero() {
		if _, err := r.signer(); err != nil {
			d.fail(ruleRights, "rights.key", err.Error(), "make one with: tacet audit keygen")
		}
	}
}

// signer makes what signs certificates.
func (r rightsConfig) signer() (note.Signer, error) {
	s, err := note.NewSigner(string(r.Key.Reveal()))
	if err != nil { // its text may quote the key
		return nil, errors.New("is not a signing key PRIVATE+KEY+<name>+<hash>+<key>")
	}
	return s, nil
}

var errNoRights = &commandError{err: errors.New("the configuration names no topics for people's requests"),
	hints: []string{"set rights: {requests: …, suppress: …, directives: …, acks: …, witness: …}"}}

// rights are the control topics.
type rights struct {
	requests, suppress, directives, acks *source.Topic
	witness                              *subject.Witness
	list                                 *subject.List
	register                             *subject.Register
	log                                  *slog.Logger
}

// newRights makes what a configuration names. It doesn't connect.
func newRights(c config, log *slog.Logger) (_ *rights, err error) {
	if !c.Rights.enabled() {
		return nil, errNoRights
	}
	r := &rights{witness: subject.NewWitness(string(c.Rights.Witness)), list: subject.NewList(0), register: subject.NewRegister(), log: log}
	into := []**source.Topic{&r.requests, &r.suppress, &r.directives, &r.acks}
	for i, name := range c.Rights.topics() {
		if *into[i], err = source.NewTopic(c.Kafka.connect(), name, log); err != nil {
			return nil, err
		}
	}
	return r, nil
}

func (r *rights) topics() []*source.Topic {
	return []*source.Topic{r.requests, r.suppress, r.directives, r.acks}
}

func (r *rights) close() {
	for _, t := range r.topics() {
		t.Close()
	}
}

// run follows the topics until ctx ends. It calls loaded once the suppression list holds all that there is: before that nothing may be
// consumed. An error of the list is the end: it can't be trusted any more. The other topics are only counted, and are no reason to stop.
func (r *rights) run(ctx context.Context, loaded func()) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		f := &subject.Follower{List: r.list, Log: r.suppress, Witness: r.witness, Logger: r.log}
		return f.Run(ctx, loaded)
	})
	for _, t := range r.registered() {
		g.Go(func() error {
			message := func(offset int64, key, value []byte) error {
				if err := t.take(key, value); err != nil {
					r.log.Warn("message about a request is left out", "topic", t.topic.Name(), "offset", offset, "error", err)
				}
				return nil
			}
			if err := t.topic.Follow(ctx, message, func() error { return nil }, func() {}); err != nil {
				r.log.Error("requests are not counted any more", "error", err)
			}
			return nil
		})
	}
	return g.Wait()
}

// taker is a topic that the register takes in.
type taker struct {
	topic *source.Topic
	take  func(key, value []byte) error
}

func (r *rights) registered() []taker {
	return []taker{{r.requests, r.register.TakeRequest}, {r.directives, r.register.TakeDirective}, {r.acks, r.register.TakeAck}}
}

// measure registers the gauges.
func (r *rights) measure(registry prometheus.Registerer) {
	gauge := func(name, help string, value func() float64) {
		registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, value))
	}
	countForgotten(registry, "suppression", r.witness.Failed)
	gauge("tacet_requests_overdue", "People's requests that are past due and neither answered by every sink nor held.", func() float64 {
		overdue, _ := r.register.Overdue(time.Now())
		return float64(overdue)
	})
	gauge("tacet_requests_open", "People's requests that some sink has not answered with done.", func() float64 {
		_, open := r.register.Overdue(time.Now())
		return float64(open)
	})
	gauge("tacet_suppressed_subjects", "Subject ids for which something holds.", func() float64 { return float64(r.list.Active()) })
	gauge("tacet_suppression_age_seconds", "Since the suppression list was last known to be complete; -1 before it is loaded.", func() float64 {
		age := r.list.Age(time.Now())
		if age < 0 {
			return -1
		}
		return age.Seconds()
	})
}

// load reads all topics to their ends, once, and refuses a suppression list that is older than the witness knows. For commands.
func (r *rights) load(ctx context.Context) error {
	if err := r.ordered(ctx); err != nil {
		return err
	}
	for _, t := range r.registered() {
		err := t.topic.Each(ctx, func(_ int, offset int64, key, value []byte) error {
			if err := t.take(key, value); err != nil {
				r.log.Warn("message about a request is left out", "topic", t.topic.Name(), "offset", offset, "error", err)
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	if err := r.loadList(ctx); err != nil {
		return err
	}
	return r.witness.Check(r.list.Version())
}

// loadList reads the suppression topic. A message that can't be read is left out with a warning: commands only need what they would
// add to, and workers refuse it.
func (r *rights) loadList(ctx context.Context) error {
	return r.suppress.Each(ctx, func(_ int, offset int64, key, value []byte) error {
		u, err := subject.ParseUpdate(key, value)
		if err == nil {
			err = r.list.Apply(u)
		}
		if err != nil && value != nil {
			r.log.Warn("suppression is left out", "offset", offset, "error", err)
		}
		return nil
	})
}

// ordered refuses control topics that don't exist, or whose messages have no one order.
func (r *rights) ordered(ctx context.Context) error {
	for _, t := range r.topics() {
		n, err := t.Partitions(ctx)
		if err != nil {
			return &commandError{err: err, hints: []string{"create the topics of rights with one partition and cleanup.policy=compact"}}
		}
		if n != 1 {
			return &commandError{err: fmt.Errorf("topic %s has %d partitions", t.Name(), n),
				hints: []string{"a control topic has one, so that its messages have one order"}}
		}
	}
	return nil
}

// check tests that the topics are as they must be.
func (r *rights) check(ctx context.Context) error { return errors.Join(r.ordered(ctx), r.lasting(ctx)) }

// lasting refuses control topics that would forget.
func (r *rights) lasting(ctx context.Context) error {
	for _, t := range r.topics() {
		s, err := t.Settings(ctx)
		if err != nil {
			return err
		}
		if !s.Compacted || s.Deleted {
			return &commandError{err: fmt.Errorf("topic %s would forget its messages after %v", t.Name(), s.Retention),
				hints: []string{"set cleanup.policy=compact for all topics of rights"}}
		}
	}
	return nil
}
