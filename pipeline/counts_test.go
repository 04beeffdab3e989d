package pipeline

import (
	"context"
	"errors"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/pipeline/subject"
)

// clause: 4.Minimisation
//
// TestMinimisationIsCounted has a record for each reason why a field or a record does not leave.
func TestMinimisationIsCounted(t *testing.T) {
	m := newMatrix(t)
	c, p := m.config, m.policy
	c.Policy, c.Metrics = p, NewMetrics(prometheus.NewRegistry(), "test", p.Hash())
	sink := &memorySink{}
	c.Sinks = []SinkConfig{{Name: "a", Sink: sink}, {Name: "far", Sink: &memorySink{}, View: View{Class: "review", Region: "eu"}},
		{Name: "train", Sink: &memorySink{}, View: View{Class: "training"}}}
	e, err := New(c)
	require.NoError(t, err)
	in := 0
	transcript := records(
		`{"tenant_id":"acme","call_id":"c","text":"hello there","canary":1,"other":{"canary":2}}`, // consents to training, lets nothing be in eu
		`{"tenant_id":"bolt","call_id":"d","text":"hello there"}`,                                 // lets no text leave, and consents to nothing
		`{"tenant_id":"cave","call_id":"e","text":"hello there"}`,                                 // gave no instruction
	)
	for i := range transcript {
		transcript[i].Offset = int64(i)
		in += len(transcript[i].Value)
	}
	require.NoError(t, e.Run(t.Context(), sourceFunc(func(ctx context.Context, in Intake) error {
		call := records(`{"tenant_id":"bolt","call_id":"d","recording_url":"https://recordings.example.com/1.wav"}`)
		return errors.Join(submitAll(ctx, in, LaneID{Topic: "transcript"}, transcript), submitAll(ctx, in, LaneID{Topic: "call_record"}, call))
	})))
	f := func(want int, got prometheus.Counter) {
		t.Helper()
		require.EqualValues(t, want, testutil.ToFloat64(got))
	}
	x := c.Metrics
	f(2, x.left.WithLabelValues("transcript", "analytics", "not_allowed"))
	f(2, x.left.WithLabelValues("transcript", "analytics", "text"))
	f(1, x.left.WithLabelValues("call_record", "analytics", "recording"))
	f(1, x.left.WithLabelValues("call_record", "review", "recording"))
	f(0, x.left.WithLabelValues("call_record", "training", "recording")) // gets no such record
	f(3, x.kept.WithLabelValues("review", "region"))                     // the call record, too
	f(1, x.kept.WithLabelValues("review", "instruction"))
	f(1, x.kept.WithLabelValues("training", "consent"))
	f(1, x.kept.WithLabelValues("training", "instruction"))
	f(in, x.bytesIn.WithLabelValues("transcript"))
	out := 0
	for _, v := range sink.values() {
		out += len(v)
	}
	f(out, x.bytesOut.WithLabelValues("a", "analytics"))
	require.Zero(t, testutil.ToFloat64(x.bytesOut.WithLabelValues("far", "review")))
}

// TestWhyFieldsAreLeftOut has a value for each reason, seen by two classes of which each says something else of it.
func TestWhyFieldsAreLeftOut(t *testing.T) {
	c := simConfig(t, DefaultLimits())
	c.Policy = policyOf(t, `
classes:
  one: {purpose: analytics, recipient: tenant, basis: contract, clauses: ["5"]}
  two: {purpose: analytics, recipient: tenant, basis: contract, clauses: ["5"]}
  none: {purpose: analytics, recipient: tenant, basis: contract, clauses: ["5"]}
categories:
  account:
    clauses: [2]
    for: [one, two]
    fields:
      tenant_id: keep
      plan: {one: drop, two: keep}
      country: {two: keep}
      ip: {action: generalise, as: IP_ADDRESS, to: network}
      "extra.**": {one: redact, two: drop}
`)
	c.Topics = map[string]TopicConfig{"account": {Category: "account", Format: FormatJSON}}
	sinks := map[string]*memorySink{}
	for _, name := range []string{"one", "two", "none"} {
		sinks[name] = &memorySink{}
		c.Sinks = append(c.Sinks, SinkConfig{Name: name, Sink: sinks[name], View: View{Class: name, Domain: "d"}},
			SinkConfig{Name: name + " again", Sink: &memorySink{}, View: View{Class: name, Domain: "d"}})
	}
	value := []byte(`{"tenant_id":"acme","nobody":[1,2],"else":3,"plan":"team","country":"GB","ip":"nowhere","redaction":"x",` +
		`"extra":{"a":1,"pin":"1234","Api-Key":{"x":1,"y":2}}}`)
	c.Limits.Workers = 1
	e, err := New(c)
	require.NoError(t, err)
	require.NoError(t, e.Run(t.Context(), sourceFunc(func(ctx context.Context, in Intake) error { // in parts that follow each other
		return errors.Join(submitAll(ctx, in, LaneID{Topic: "account"}, []Record{{Value: value}, {Offset: 1, Value: []byte(`{"tenant_id":`)}, {Offset: 2}}),
			submitAll(ctx, in, LaneID{Topic: "account", Partition: 1}, []Record{{Value: value}}))
	})))
	got := map[string]map[string]int{}
	for _, name := range []string{"one", "two", "none"} {
		got[name] = map[string]int{}
		for _, reason := range fieldNames {
			if n := testutil.ToFloat64(c.Metrics.left.WithLabelValues("account", name, reason)); n > 0 {
				got[name][reason] = int(n)
			}
		}
		bytes := 0
		for _, v := range sinks[name].values() {
			bytes += len(v)
		}
		require.EqualValues(t, bytes, testutil.ToFloat64(c.Metrics.bytesOut.WithLabelValues(name, name)))
		require.EqualValues(t, bytes, testutil.ToFloat64(c.Metrics.bytesOut.WithLabelValues(name+" again", name)), "sinks that share a writing")
	}
	require.Equal(t, map[string]map[string]int{
		"one":  {"not_allowed": 6, "drop": 2, "unfit": 2, "reserved": 2, "never_stored": 4},
		"two":  {"not_allowed": 4, "drop": 2, "unfit": 2, "reserved": 2, "never_stored": 4},
		"none": {},
	}, got)
	require.Equal(t, 3.0, testutil.ToFloat64(c.Metrics.kept.WithLabelValues("none", "category")), "once for the form that two sinks share, and a tombstone")
	require.Len(t, sinks["one"].values(), 3)
	require.Empty(t, sinks["none"].values())
}

// clause: 6
//
// TestWithdrawalIsCounted has somebody withdraw consent: what names them does not leave for training, and is counted so.
func TestWithdrawalIsCounted(t *testing.T) {
	c := simConfig(t, DefaultLimits())
	asked(t, &c, subject.Update{Kind: subject.Withdraw, Consent: "training", ID: idOf(t, c, "PHONE", "+447700900123")})
	sink := &memorySink{}
	c.Sinks = []SinkConfig{{Name: "a", Sink: &memorySink{}}, {Name: "b", Sink: sink, View: View{Consent: "training"}}}
	runRecords(t, c, "calls", Record{Value: turnOf("c1", 1, "hello")}, Record{Offset: 1, Value: turnOf("c2", 1, "ring +44 7700 900123")},
		Record{Offset: 2, Value: turnOf("c2", 2, "as I said")}, Record{Offset: 3, Value: turnOf("c3", 1, "bye")})
	require.Len(t, sink.values(), 2)
	for reason, name := range leftNames {
		want := 0.0
		if reason == leftWithdrawn {
			want = 2
		}
		require.Equal(t, want, testutil.ToFloat64(c.Metrics.kept.WithLabelValues("analytics", name)), name)
	}
}

// The member final of a partial result is left out like any other field, and counted.
func TestFinalIsLeftOut(t *testing.T) {
	c := simConfig(t, DefaultLimits())
	c.Policy = policyOf(t, `categories: {transcript: {clauses: [2], partials: mask, fields: {tenant_id: keep, text: redact, "turns[].text": redact, "turns[].final": drop}}}`)
	sink := &memorySink{}
	c.Sinks = []SinkConfig{{Name: "a", Sink: sink}}
	runRecords(t, c, "calls", Record{Key: []byte("c"), Value: []byte(`{"tenant_id":"t","text":"hi","final":false,"turns":[{"text":"hi","final":false}]}`)})
	require.NotContains(t, sink.values()[0], "final")
	require.Equal(t, 1.0, testutil.ToFloat64(c.Metrics.left.WithLabelValues("transcript", "analytics", "not_allowed")))
	require.Equal(t, 1.0, testutil.ToFloat64(c.Metrics.left.WithLabelValues("transcript", "analytics", "drop")))
}
