package main

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sonexlabs/tacet/pipeline"
	"github.com/sonexlabs/tacet/pipeline/audit"
	"github.com/sonexlabs/tacet/pipeline/pseudonym"
	"github.com/sonexlabs/tacet/pipeline/pseudonym/keyring"
	"github.com/sonexlabs/tacet/pipeline/source"
	"github.com/sonexlabs/tacet/pipeline/subject"
)

// maker carries people's requests out.
type maker struct {
	c      config
	rights *rights
	ring   *keyring.Ring
	tokens *pseudonym.Tokenizer
	audit  *audit.Log // nil where there is none
	log    *slog.Logger
	// after is called when a step has ended. Tests end the command there, as a crash would.
	after func(step string) error
}

func newMaker(ctx context.Context, c config, log *slog.Logger) (_ *maker, err error) {
	m := &maker{c: c, log: log, after: func(string) error { return nil }}
	defer func() {
		if err != nil {
			_ = m.close()
		}
	}()
	if m.rights, err = newRights(c, log); err != nil {
		return nil, err
	}
	events := &keyEvents{log: log}
	if c.Audit.Directory != "" {
		if m.audit, err = openAuditLog(ctx, c, auditOfRights, log); err != nil {
			return nil, err
		}
		events.to.Store(m.audit)
	}
	if m.ring, err = c.Pseudonym.openKeys(log, events.note); err != nil {
		return nil, err
	}
	m.tokens = pseudonym.NewTokens(m.ring).Tokenizer()
	return m, nil
}

// auditOfRights is the folder of the commands' own audit log within the configured one, which the run writes to.
const auditOfRights = "rights"

// note writes what is done for a request to the audit log, on disk before it returns.
func (m *maker) note(action string, r subject.Request, actor string, more ...audit.Attr) error {
	if m.audit == nil {
		return nil
	}
	object := append([]audit.Attr{{Name: "request", Value: r.ID}, {Name: "kind", Value: string(r.Kind)}, {Name: "lift", Value: strconv.FormatBool(r.Lift)},
		{Name: "ticket", Value: r.Ticket}}, more...)
	e := audit.Entry{Actor: cmp.Or(actor, "tacet"), Action: action, Tenant: r.Tenant, Object: object, Counts: []audit.Count{{Name: "ids", N: int64(len(r.Subjects))}}}
	if d := r.Done; d != nil {
		e.Counts = append(e.Counts, audit.Count{Name: "directives", N: int64(d.Directives)}, audit.Count{Name: "salts", N: int64(d.Salts)},
			audit.Count{Name: "tombstones", N: countOf(d.Tombstones)}, audit.Count{Name: "capsules", N: countOf(d.Capsules)})
	}
	_, err := m.audit.AppendSync(e)
	return err
}

func countOf(counts map[string]int) (n int64) {
	for _, c := range counts {
		n += int64(c)
	}
	return n
}

func (m *maker) close() (err error) {
	if m.rights != nil {
		m.rights.close()
	}
	if m.ring != nil {
		err = m.ring.Close()
	}
	if m.audit != nil {
		err = errors.Join(err, m.audit.Close())
	}
	return err
}

// make carries a request out, or what is left of the one that an earlier run began. Every step may be done again: who is not sure
// whether one was, does it.
//
// The order matters. Nothing is deleted before the workers know that it must not come back. Salts go last, for the tokens need them;
// so directives that are written already are not made anew.
func (m *maker) make(ctx context.Context, r subject.Request, ids []identifier) (s subject.Status, err error) {
	if err := m.rights.lasting(ctx); err != nil {
		return s, err
	}
	if err := m.rights.load(ctx); err != nil {
		return s, err
	}
	if r.Subjects, err = m.subjects(r.Tenant, ids); err != nil {
		return s, err
	}
	if s, err = m.begin(ctx, r, ids); err != nil {
		return s, err
	}
	if err := m.note("rights."+string(s.Kind), s.Request, s.By); err != nil {
		return s, err
	}
	done := subject.Done{}
	for _, step := range []struct {
		name string
		do   func() error
	}{
		{"suppress", func() error { return m.suppress(ctx, s.Request) }},
		{"direct", func() error { return m.direct(ctx, &s, ids) }},
		{"delete", func() (err error) { done.Tombstones, done.Capsules, err = m.sweep(ctx, s); return err }},
		{"shred", func() (err error) { done.Salts, err = m.shred(s.Request); return err }},
	} {
		if err := step.do(); err != nil {
			return s, fmt.Errorf("request %s: %w: run the command again to go on", s.ID, err)
		}
		if err := m.after(step.name); err != nil {
			return s, err
		}
	}
	done.At, done.Suppressed, done.Directives = time.Now().UTC(), len(s.Subjects), len(s.Directives)
	s.Stage, s.Done = subject.StageIssued, &done
	if err := m.note("rights.issued", s.Request, s.By); err != nil {
		return s, err
	}
	if err := m.write(ctx, m.rights.requests, s.Request); err != nil {
		return s, err
	}
	s.State = subject.StateIssued
	return s, m.rights.witness.Saw(m.rights.list.Version())
}

// message is anything that goes to a control topic.
type message interface {
	Key() []byte
	Value() []byte
}

func (m *maker) write(ctx context.Context, t *source.Topic, all ...message) error {
	var out []source.Message
	for _, x := range all {
		out = append(out, source.Message{Key: x.Key(), Value: x.Value()})
	}
	return t.Append(ctx, 0, out...)
}

// subjects makes the ids of all forms of all identifiers.
func (m *maker) subjects(tenant string, ids []identifier) (all []subject.Subject, err error) {
	h := subject.NewHasher(m.ring)
	for _, id := range ids {
		for _, form := range id.forms {
			sid, ok := h.ID([]byte(tenant), id.typ, []byte(form))
			if !ok {
				return nil, errNoTenantKey
			}
			if s := (subject.Subject{Type: id.typ, ID: sid}); !slices.Contains(all, s) {
				all = append(all, s)
			}
		}
	}
	return all, nil
}

// begin goes on with a request of the same content that did not come to its end, or writes a new one.
func (m *maker) begin(ctx context.Context, r subject.Request, ids []identifier) (subject.Status, error) {
	now := time.Now()
	if s, ok := m.rights.register.Unfinished(r, now); ok {
		m.log.Warn("going on with a request that did not come to its end", "request", s.ID, "since", s.At)
		return s, nil
	}
	r.ID = "r-" + strings.ToLower(rand.Text())
	if _, err := subject.ParseRequest(r.Key(), r.Value()); err != nil {
		return subject.Status{}, &commandError{err: err, usage: true}
	}
	for _, sink := range m.c.Sinks { // what can't be said to every sink is not begun
		if _, err := m.directive(r, sink, ids); err != nil {
			return subject.Status{}, err
		}
	}
	if err := m.write(ctx, m.rights.requests, r); err != nil {
		return subject.Status{}, err
	}
	s := subject.Status{Request: r, State: subject.StateReceived, Directives: map[string]subject.Directive{}}
	return s, m.after("begin")
}

// suppress writes what workers are to know.
//
// The topic keeps the newest message of a key. When two erasures of one person are written at the same time, the later message may
// name the earlier time; so what was written is read again, until the newest one asks for as much as this.
func (m *maker) suppress(ctx context.Context, r subject.Request) error {
	const tries = 10
	for range tries {
		missing, err := m.unsuppressed(ctx, r)
		if err != nil || len(missing) == 0 {
			return err
		}
		seq := m.rights.list.Version().Seq
		var all []message
		for _, s := range missing {
			seq++
			u := subject.Update{Tenant: r.Tenant, ID: s.ID, Kind: r.Kind, Consent: r.Consent, Seq: seq, Lifted: r.Lift,
				Request: r.ID, At: time.Now().UTC()}
			if r.Kind == subject.Erase && !r.Lift {
				u.Before = r.Before
			}
			all = append(all, u)
		}
		if err := m.write(ctx, m.rights.suppress, all...); err != nil {
			return err
		}
	}
	return errors.New("others write about the same people all the time")
}

// unsuppressed reads the topic to its end and gives the subjects of which the newest message does not ask for what r does.
func (m *maker) unsuppressed(ctx context.Context, r subject.Request) (missing []subject.Subject, err error) {
	newest := map[string]subject.Update{}
	err = m.rights.suppress.Each(ctx, func(_ int, _ int64, key, value []byte) error {
		u, err := subject.ParseUpdate(key, value)
		if err != nil {
			return nil // workers refuse it; it is none of ours
		}
		newest[string(key)] = u
		if err := m.rights.list.Apply(u); err != nil {
			return err
		}
		return nil
	})
	for _, s := range r.Subjects {
		u := subject.Update{Tenant: r.Tenant, ID: s.ID, Kind: r.Kind, Consent: r.Consent}
		n, ok := newest[string(u.Key())]
		if !ok || n.Lifted != r.Lift || n.Before.Before(r.Before) {
			missing = append(missing, s)
		}
	}
	return missing, err
}

// direct tells each sink that was not told yet.
func (m *maker) direct(ctx context.Context, s *subject.Status, ids []identifier) error {
	for _, sink := range m.c.Sinks {
		if _, told := s.Directives[sink.Name]; told || !slices.Contains(s.Sinks, sink.Name) {
			continue
		}
		d, err := m.directive(s.Request, sink, ids)
		if err != nil {
			return err
		}
		if err := m.write(ctx, m.rights.directives, d); err != nil {
			return err
		}
		s.Directives[sink.Name] = d
		if err := m.after("direct " + sink.Name); err != nil {
			return err
		}
	}
	return nil
}

// directive makes what one sink is told.
func (m *maker) directive(r subject.Request, sink sinkConfig, ids []identifier) (d subject.Directive, err error) {
	tokens, calls, err := m.tokensOf(r.Tenant, sink, ids)
	if err != nil {
		return d, err
	}
	d = subject.Directive{Request: r.ID, Sink: sink.Name, Tenant: r.Tenant, Kind: r.Kind, Lift: r.Lift, Consent: r.Consent,
		Before: r.Before, Tokens: tokens, Calls: calls, At: time.Now().UTC()}
	if _, err := subject.ParseDirective(d.Key(), d.Value()); err != nil {
		return d, fmt.Errorf("sink %s: %w: make several requests of fewer identifiers", sink.Name, err)
	}
	return d, nil
}

// sweep writes tombstones for the calls of an erasure, to topics of records and of capsules, and counts them by topic.
func (m *maker) sweep(ctx context.Context, s subject.Status) (tombstones, capsules map[string]int, err error) {
	tombstones, capsules = map[string]int{}, map[string]int{}
	if s.Kind != subject.Erase || s.Lift {
		return nil, nil, nil
	}
	for _, sink := range m.c.Sinks {
		d := s.Directives[sink.Name]
		ofCapsules := sink.Content == string(pipeline.ContentCapsules)
		if sink.Type != "kafka" || len(d.Calls) == 0 || !sink.Compacted && !ofCapsules {
			continue
		}
		for _, name := range sink.destinations() {
			t, err := source.NewTopic(m.c.cluster(sink.Kafka).connect(), name, m.log)
			if err != nil {
				return nil, nil, err
			}
			if ofCapsules {
				capsules[name], err = deleteCapsules(ctx, t, d.Calls)
			} else {
				tombstones[name], err = deleteCalls(ctx, t, d.Calls)
			}
			t.Close()
			if err != nil {
				return nil, nil, fmt.Errorf("sink %s: %w", sink.Name, err)
			}
			if err := m.after("delete " + name); err != nil {
				return nil, nil, err
			}
		}
	}
	return tombstones, capsules, nil
}

// destinations are the topics of a Kafka sink, each once.
func (s sinkConfig) destinations() []string {
	all := slices.Sorted(maps.Values(s.Topics))
	if s.Topic != "" {
		all = append(all, s.Topic)
		slices.Sort(all)
	}
	return slices.Compact(all)
}

// deleteCalls writes a tombstone for each call to every partition: in which one a call's records are depends on how many
// there were when they were written, and a tombstone for nothing goes by itself.
func deleteCalls(ctx context.Context, t *source.Topic, calls []string) (int, error) {
	partitions, err := t.Partitions(ctx)
	if err != nil {
		return 0, err
	}
	var all []source.Message
	for _, call := range calls {
		all = append(all, source.Message{Key: []byte(call)})
	}
	for p := range partitions {
		if err := t.Append(ctx, p, all...); err != nil {
			return 0, err
		}
	}
	return len(calls), nil
}

// deleteCapsules reads the topic for keys of the calls, "<call token>/<topic>/<partition>/<offset>", and writes a tombstone for
// each that is not deleted yet.
func deleteCapsules(ctx context.Context, t *source.Topic, calls []string) (n int, err error) {
	wanted := map[string]bool{}
	for _, call := range calls {
		wanted[call] = true
	}
	live := map[int]map[string]bool{}
	err = t.Each(ctx, func(partition int, _ int64, key, value []byte) error {
		call, _, ok := bytes.Cut(key, []byte("/"))
		if !ok || !wanted[string(call)] {
			return nil
		}
		if live[partition] == nil {
			live[partition] = map[string]bool{}
		}
		live[partition][string(key)] = value != nil
		return nil
	})
	if err != nil {
		return 0, err
	}
	for partition, keys := range live {
		var all []source.Message
		for key, is := range keys {
			if is {
				all = append(all, source.Message{Key: []byte(key)})
			}
		}
		if err := t.Append(ctx, partition, all...); err != nil {
			return 0, err
		}
		n += len(all)
	}
	return n, nil
}

// shred destroys the salts of an erased person where the tenant has any.
func (m *maker) shred(r subject.Request) (n int, err error) {
	if r.Kind != subject.Erase || r.Lift || m.ring.Level(r.Tenant) < levelSalts {
		return 0, nil
	}
	for _, s := range r.Subjects {
		switch err := m.ring.ShredSubject(r.Tenant, s.ID); {
		case err == nil:
			n++
		case !errors.Is(err, keyring.ErrNone): // there was none, or it is gone since an earlier run
			return n, fmt.Errorf("destroy salt: %w", err)
		}
	}
	return n, nil
}

// report says on standard error what was done, in counts.
func (m *maker) report(w io.Writer, s subject.Status) {
	what := string(s.Kind)
	if s.Lift {
		what = "end of " + what
	}
	say(w, "%s: %d ids suppressed, %d sinks told, answers due by %s", what, s.Done.Suppressed, s.Done.Directives, s.Due.Format(time.DateOnly))
	for _, list := range []struct {
		what   string
		counts map[string]int
	}{{"calls", s.Done.Tombstones}, {"capsules", s.Done.Capsules}} {
		for _, topic := range slices.Sorted(maps.Keys(list.counts)) {
			say(w, "tombstones for %d %s in topic %s; they are gone when it is compacted", list.counts[topic], list.what, topic)
		}
	}
	if s.Done.Salts > 0 {
		say(w, "%d salts destroyed; backups of the key store have them as long as they are kept", s.Done.Salts)
	}
}
