package pipeline

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/pipeline/policy"
	"github.com/sonexlabs/tacet/pipeline/pseudonym/keyring"
	"github.com/sonexlabs/tacet/pipeline/reveal"
	"github.com/sonexlabs/tacet/pipeline/subject"
)

// control is a suppression topic that holds some updates and then fails, so that its follower ends.
type control []subject.Update

var errEndOfControl = errors.New("end of the topic")

func (c control) Follow(_ context.Context, f func(int64, []byte, []byte) error, end func() error, _ func()) error {
	for i, u := range c {
		if err := f(int64(i), u.Key(), u.Value()); err != nil {
			return err
		}
	}
	if err := end(); err != nil {
		return err
	}
	return errEndOfControl
}

// asked gives the list of what people of tenant t asked for; they are known by a type and a canonical value.
func asked(t *testing.T, c *Config, updates ...subject.Update) {
	t.Helper()
	var all control
	for i, u := range updates {
		u.Tenant, u.Seq, u.Request, u.At = cmp.Or(u.Tenant, "t"), uint64(i+1), "r1", time.Unix(1, 0)
		all = append(all, u)
	}
	c.Suppressed = subject.NewList(0)
	f := subject.Follower{List: c.Suppressed, Log: all, Witness: subject.NewWitness(""), Logger: slog.New(slog.DiscardHandler)}
	require.ErrorIs(t, f.Run(t.Context(), func() {}), errEndOfControl)
	require.True(t, c.Suppressed.Loaded())
}

func idOf(t *testing.T, c Config, typ, canonical string) subject.ID {
	t.Helper()
	id, ok := subject.NewHasher(c.Keys).ID([]byte("t"), typ, []byte(canonical))
	require.True(t, ok)
	return id
}

func rightsPolicy(t *testing.T) *policy.Policy {
	p, err := policy.Parse("p", []byte(`
tenants: ["*"]
types: {PHONE: seal}
categories:
  transcript:
    clauses: [2]
    fields: {tenant_id: keep, call_id: token, text: redact, turn: keep, caller: {action: drop, subject: PHONE}}
`))
	require.NoError(t, err)
	return p
}

func turnOf(call string, turn int, text string) []byte {
	b, _ := json.Marshal(map[string]any{"tenant_id": "t", "call_id": call, "turn": turn, "text": text})
	return b
}

// Whoever asked for something gets it by whatever the record names them: a number said, one in a field that never leaves, the call.
//
// clause: 11
func TestRights(t *testing.T) {
	before := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	old, young := before.Add(-time.Hour), before.Add(time.Hour)
	phone := func(c Config) subject.ID { return idOf(t, c, "PHONE", "+442079460018") }
	said := turnOf("c1", 1, "ring plus four four two oh seven nine four six oh oh one eight")
	field := []byte(`{"tenant_id":"t","call_id":"c1","turn":1,"text":"hi","caller":"+44 20 7946 0018"}`)
	f := func(name string, id func(Config) subject.ID, u subject.Update, at time.Time, value []byte, out, dead, consented int) {
		t.Run(name, func(t *testing.T) {
			c := simConfig(t, DefaultLimits())
			c.Policy = rightsPolicy(t)
			u.ID = id(c)
			asked(t, &c, u)
			sink, trains := &memorySink{}, &memorySink{}
			c.Sinks = []SinkConfig{{Name: "all", Sink: sink}, {Name: "trains", Sink: trains, View: View{Consent: "training"}}}
			runRecords(t, c, "calls", Record{Key: []byte("c1"), Time: at, Value: value})
			require.Len(t, sink.values(), out)
			require.Len(t, trains.values(), consented)
			require.Len(t, c.Quarantine.(*simQuarantine).seen, dead)
			suppressed := testutil.ToFloat64(c.Metrics.records.WithLabelValues("calls", outcomeSuppressed))
			require.Equal(t, 1, out+dead+int(suppressed), "every record is counted once")
		})
	}
	erase := subject.Update{Kind: subject.Erase, Before: before}
	f("erased", phone, erase, old, said, 0, 0, 0)
	f("younger", phone, erase, young, said, 1, 0, 1)
	f("no time", phone, erase, time.Time{}, said, 0, 0, 0)
	f("field", phone, erase, old, field, 0, 0, 0)
	f("objected", phone, subject.Update{Kind: subject.Object}, young, said, 0, 0, 0)
	f("lifted", phone, subject.Update{Kind: subject.Object, Lifted: true}, young, said, 1, 0, 1)
	f("restricted", phone, subject.Update{Kind: subject.Restrict}, young, said, 0, 1, 0)
	f("withdrawn", phone, subject.Update{Kind: subject.Withdraw, Consent: "training"}, young, said, 1, 0, 0)
	f("other consent", phone, subject.Update{Kind: subject.Withdraw, Consent: "surveys"}, young, said, 1, 0, 1)
	f("call", func(c Config) subject.ID { return idOf(t, c, "CALL_ID", "c1") }, erase, old, turnOf("c1", 1, "hi"), 0, 0, 0)
	f("other call", func(c Config) subject.ID { return idOf(t, c, "CALL_ID", "c2") }, erase, old, turnOf("c1", 1, "hi"), 1, 0, 1)
}

// What is kept in a text names somebody as what is replaced does, whichever class keeps it.
func TestRightsOfWhatIsKept(t *testing.T) {
	const one = "tenants: [t]\ntypes: {PHONE: keep}\n"
	const first = `
tenants: [t]
classes:
  analytics: {purpose: analytics, recipient: tenant, basis: instruction, clauses: [3], types: {PHONE: keep}}
  monitoring: {purpose: monitoring, recipient: analytics_monitoring, basis: legitimate_interests, clauses: [3]}
`
	for classes, head := range map[string]string{"": one, "for: [analytics, monitoring], ": first} {
		c := simConfig(t, DefaultLimits())
		var err error
		c.Policy, err = policy.Parse("p", []byte(head+"categories: {transcript: {clauses: [2], "+classes+"fields: {tenant_id: keep, call_id: token, text: redact, turn: keep}}}\n"))
		require.NoError(t, err)
		asked(t, &c, subject.Update{Kind: subject.Object, ID: idOf(t, c, "PHONE", "+447700900123")})
		a, b := &memorySink{}, &memorySink{}
		c.Sinks = []SinkConfig{{Name: "a", Sink: a}, {Name: "b", Sink: b, View: View{Class: c.Policy.Classes()[len(c.Policy.Classes())-1].Name}}}
		runRecords(t, c, "calls", Record{Key: []byte("a"), Value: turnOf("a", 1, "ring +44 7700 900123")},
			Record{Offset: 1, Key: []byte("b"), Value: turnOf("b", 1, "ring +44 7700 900124")})
		require.Len(t, a.values(), 1)
		require.Len(t, b.values(), 1)
		require.Contains(t, a.values()[0], "900124")
	}
}

// Once a call has named somebody who asked for something, its later turns are theirs too.
func TestRightsOfACall(t *testing.T) {
	f := func(kind subject.Kind, dead ...int64) {
		t.Helper()
		c := simConfig(t, DefaultLimits())
		c.Policy = rightsPolicy(t)
		asked(t, &c, subject.Update{Kind: kind, ID: idOf(t, c, "EMAIL", "ada@example.com")})
		sink := &memorySink{}
		c.Sinks = []SinkConfig{{Name: "all", Sink: sink}}
		var records []Record
		for i, r := range [][]byte{turnOf("c1", 1, "hello"), turnOf("c1", 2, "ada at example dot com"), turnOf("c1", 3, "thank you"), turnOf("c2", 1, "bye")} {
			records = append(records, Record{Offset: int64(i), Key: []byte([]string{"c1", "c1", "c1", "c2"}[i]), Time: time.Unix(1, 0), Value: r})
		}
		runRecords(t, c, "calls", records...)
		require.Equal(t, []string{"hello", "bye"}, texts(sink.values()))
		require.Len(t, c.Quarantine.(*simQuarantine).seen, len(dead))
		for _, offset := range dead {
			require.True(t, c.Quarantine.(*simQuarantine).has(LaneID{"calls", 0}, offset))
		}
	}
	f(subject.Object)
	f(subject.Restrict, 1, 2)
}

// What somebody asks for in the middle of a call holds for the turns that follow, though only earlier ones name them, and though nobody of
// the tenant had asked for anything by then.
func TestRightsInTheMiddleOfACall(t *testing.T) {
	f := func(name string, first []byte, others int, key bool) {
		t.Run(name, func(t *testing.T) {
			limits := DefaultLimits()
			limits.Workers = 1
			c := simConfig(t, limits)
			c.Policy = rightsPolicy(t)
			asked(t, &c) // nobody has
			sink := &memorySink{}
			c.Sinks = []SinkConfig{{Name: "all", Sink: sink}}
			e, err := New(c)
			require.NoError(t, err)
			rw := e.workers[0].rw
			if !key {
				rw.hasher = subject.NewHasher(noKeys{})
			}
			records := []Record{{Value: first}}
			for i := range others {
				records = append(records, Record{Value: turnOf("c1", 2, fmt.Sprintf("another one is ring%d@example.com", i))})
			}
			records = append(records, Record{Value: turnOf("c1", 3, "thank you")}, Record{Value: turnOf("c2", 1, "bye")})
			for i := range records {
				records[i].Offset, records[i].Key = int64(i), []byte("c1")
			}
			e.onRecord = func(r *Record) {
				if int(r.Offset) != others+1 {
					return
				}
				rw.hasher = subject.NewHasher(c.Keys)
				require.NoError(t, c.Suppressed.Apply(subject.Update{Tenant: "t", ID: idOf(t, c, "EMAIL", "ada@example.com"), Kind: subject.Object,
					Seq: 1, Request: "r1", At: time.Unix(1, 0)}))
			}
			runIn(t, e, "calls", records...)
			require.Len(t, sink.values(), others+2)
			dead := c.Quarantine.(*simQuarantine)
			require.Equal(t, !key, dead.has(LaneID{"calls", 0}, int64(others+1)), "without the key it was not known")
			require.Len(t, dead.seen, map[bool]int{false: 1}[key])
		})
	}
	said := turnOf("c1", 1, "ada at example dot com")
	f("said", said, 0, true)
	f("one of many", said, idsMost-1, true)
	f("no key by then", said, 0, false)
	known := []byte(`{"tenant_id":"t","call_id":"c1","turn":1,"known_values":[{"type":"EMAIL","value":"Ada@Example.com"},{"type":"PERSON","value":"Ada"}],"text":"hi"}`)
	f("known", known, 0, true)
}

// A record that waits for a sink that is away when somebody asks for something does not leave when it is back: the lane ends and its records are
// read again, by one that knows. What has waited no longer than a moment leaves.
func TestRightsOfWhatWaits(t *testing.T) {
	f := func(name string, within time.Duration, want []string) {
		t.Run(name, func(t *testing.T) {
			c := simConfig(t, DefaultLimits())
			c.Policy = rightsPolicy(t)
			asked(t, &c)
			var away atomic.Bool
			away.Store(true)
			sink, other := &memorySink{}, &memorySink{}
			sink.write = func(context.Context, *Batch) error {
				if away.Load() {
					return errors.New("away")
				}
				return nil
			}
			c.Sinks = []SinkConfig{{Name: "all", Sink: sink}, {Name: "other", Sink: other}}
			e, err := New(c)
			require.NoError(t, err)
			e.heedWithin = within
			id := LaneID{Topic: "calls"}
			submit := func(ctx context.Context, in Intake, from int) (Lane, error) {
				lane, err := in.OpenLane(id, int64(from))
				if err != nil {
					return nil, err
				}
				for i, text := range []string{"hello", "ada at example dot com", "bye"}[from:] {
					i += from
					b := &Batch{Lane: id, First: int64(i), Next: int64(i + 1), Records: []Record{
						{Offset: int64(i), Key: fmt.Append(nil, i), Time: time.Unix(1, 0), Value: turnOf(fmt.Sprint("c", i), 1, text)}}}
					if err := lane.Submit(ctx, b); err != nil {
						return nil, err
					}
				}
				return lane, nil
			}
			require.NoError(t, e.Run(t.Context(), sourceFunc(func(ctx context.Context, in Intake) error {
				lane, err := submit(ctx, in, 0)
				if err != nil {
					return err
				}
				for len(other.values()) < 3 { // all were worked off, and wait
					time.Sleep(time.Millisecond)
				}
				if err := c.Suppressed.Apply(subject.Update{Tenant: "t", ID: idOf(t, c, "EMAIL", "ada@example.com"), Kind: subject.Object,
					Seq: 1, Request: "r1", At: time.Unix(1, 0)}); err != nil {
					return err
				}
				if within == 0 {
					<-lane.Failed()
					require.ErrorIs(t, lane.Err(), ErrReread)
				}
				away.Store(false)
				lane.Drain(ctx)
				if within == 0 {
					require.Zero(t, lane.Watermark(), "nothing of it is done")
					if lane, err = submit(ctx, in, int(lane.Watermark())); err != nil {
						return err
					}
					lane.Drain(ctx)
				}
				require.EqualValues(t, 3, lane.Watermark())
				return nil
			})))
			require.Equal(t, want, texts(sink.values()))
		})
	}
	f("for long", 0, []string{"hello", "bye"})
	f("for a moment", time.Hour, []string{"hello", "[EMAIL_1]", "bye"})
}

// While what people ask for can't be known nothing is delivered, and all of it is once it can.
func TestHold(t *testing.T) {
	c := simConfig(t, DefaultLimits())
	var asked atomic.Int32
	sink := &memorySink{}
	c.Hold = func() error {
		if asked.Add(1) <= 3 {
			require.Empty(t, sink.values())
			return errors.New("unknown")
		}
		return nil
	}
	c.Sinks = []SinkConfig{{Name: "all", Sink: sink}}
	e, err := New(c)
	require.NoError(t, err)
	runIn(t, e, "calls", Record{Key: []byte("c1"), Value: turnOf("c1", 1, "hello")})
	require.Equal(t, []string{"hello"}, texts(sink.values()))
	require.Greater(t, asked.Load(), int32(3))
	require.Equal(t, 3.0, testutil.ToFloat64(e.metrics.held.WithLabelValues("all")))
	require.Zero(t, testutil.ToFloat64(e.metrics.sinkRetry.WithLabelValues("all")), "the sink is not at fault")
}

// noKeys has no key of any tenant.
type noKeys struct{}

func (noKeys) Suppression(string) (keyring.Key, error) { return keyring.Key{}, errNoKey }
func (noKeys) Generation() uint64                      { return 0 }

func TestEngineWaitsForTheList(t *testing.T) {
	c := simConfig(t, DefaultLimits())
	c.Suppressed = subject.NewList(0)
	c.Sinks = []SinkConfig{{Name: "all", Sink: &memorySink{}}}
	e, err := New(c)
	require.NoError(t, err)
	require.ErrorContains(t, e.Run(t.Context(), feed(LaneID{"calls", 0}, "{}")), "not loaded")
}

// Sealed values leave in a capsule of their own, under a key that no other record has, and only the tenant opens it.
func TestCapsules(t *testing.T) {
	c := simConfig(t, DefaultLimits())
	c.Policy = rightsPolicy(t)
	private, err := reveal.GeneratePrivateKey("t", false)
	require.NoError(t, err)
	records, capsules := &memorySink{}, &memorySink{}
	c.Sinks = []SinkConfig{{Name: "all", Sink: records}, {Name: "sealed", Sink: capsules, View: View{Domain: "all", Content: ContentCapsules}}}
	e, err := New(c)
	require.NoError(t, err)
	for _, w := range e.workers {
		w.rw.sealed.sealer = reveal.NewSealer(func(string) ([]byte, error) { return private.Public().Bytes(), nil }, time.Now)
	}
	runIn(t, e, "calls",
		Record{Offset: 7, Key: []byte("c1"), Value: turnOf("c1", 1, "ring 020 7946 0018, card 4111 1111 1111 1111")},
		Record{Offset: 8, Key: []byte("c1"), Value: turnOf("c1", 2, "nothing here")})
	require.Equal(t, []string{"ring [PHONE_1], card [CREDIT_CARD]", "nothing here"}, texts(records.values()))
	require.Len(t, capsules.values(), 1, "a record without sealed values has no capsule")
	call := string(records.outs[0].Key)
	require.Equal(t, call+"/calls/0/7", string(capsules.outs[0].Key))
	items, err := reveal.Open([]byte(capsules.values()[0]), []byte(call+" calls/0/7"), private)
	require.NoError(t, err)
	require.Equal(t, []reveal.Item{{Name: "[PHONE_1]", Type: "PHONE", Value: []byte("020 7946 0018")}}, items)
	require.NotContains(t, capsules.values()[0], "7946")
	_, err = reveal.Open([]byte(capsules.values()[0]), []byte(call+" calls/0/8"), private)
	require.Error(t, err)
	require.False(t, strings.Contains(records.values()[0], "7946"))
}

func TestCapsulesOfLines(t *testing.T) {
	c := simConfig(t, DefaultLimits())
	c.Topics = map[string]TopicConfig{"nd": {Category: "transcript", Format: FormatNDJSON}}
	c.Sinks = []SinkConfig{{Name: "all", Sink: &memorySink{}}, {Name: "sealed", Sink: &memorySink{}, View: View{Domain: "all", Content: ContentCapsules}}}
	_, err := New(c)
	require.ErrorContains(t, err, "records of several lines have no capsules")
}

// Without a key for a tenant its sealed values are lost, not shown.
func TestCapsulesWithoutKey(t *testing.T) {
	c := simConfig(t, DefaultLimits())
	c.Policy = rightsPolicy(t)
	records, capsules := &memorySink{}, &memorySink{}
	c.Sinks = []SinkConfig{{Name: "all", Sink: records}, {Name: "sealed", Sink: capsules, View: View{Domain: "all", Content: ContentCapsules}}}
	runRecords(t, c, "calls", Record{Key: []byte("c1"), Value: turnOf("c1", 1, "ring 020 7946 0018")})
	require.Equal(t, []string{"ring [PHONE_1]"}, texts(records.values()))
	require.Empty(t, capsules.values())
	require.Equal(t, 1.0, testutil.ToFloat64(c.Metrics.capsules.WithLabelValues("lost")))
}
