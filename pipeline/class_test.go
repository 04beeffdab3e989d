package pipeline

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/pipeline/policy"
)

const classPolicy = `
types: {PHONE: alias}
classes:
  analytics: {purpose: analytics, recipient: tenant, basis: instruction, clauses: ["5"], types: {PHONE: token, LOCATION: keep}}
  review: {purpose: review, recipient: tenant, basis: instruction, clauses: ["4"], types: {EMAIL: seal, AGE: generalise}}
  monitoring: {purpose: monitoring, recipient: analytics_monitoring, basis: legitimate_interests, clauses: ["7"], types: {EMAIL: drop}}
categories:
  transcript:
    clauses: [2]
    role: processor
    for: [analytics, review]
    fields:
      tenant_id: keep
      call_id: token
      turn: keep
      role: keep
      text: redact
      note: {review: redact}
      meta.*: {analytics: redact}
      meta.b: {review: keep}
      "turns[].role": keep
      "turns[].text": redact
  usage_log:
    clauses: [2]
    for: [analytics, monitoring]
    fields:
      tenant_id: keep
      user_id: {analytics: token, monitoring: {action: token, scope: day}}
      ip: {analytics: {action: generalise, as: IP_ADDRESS}, monitoring: {action: generalise, as: IP_ADDRESS, to: wide}}
      message: redact
`

// One record leaves differently for each class, from one search.
func TestClasses(t *testing.T) {
	c := simConfig(t, DefaultLimits())
	c.Policy = policyOf(t, classPolicy)
	c.Topics = map[string]TopicConfig{"calls": {Category: "transcript", Format: FormatJSON}, "api": {Category: "usage_log", Format: FormatJSON}}
	analytics, review, monitoring := &memorySink{}, &memorySink{}, &memorySink{}
	c.Sinks = []SinkConfig{
		{Name: "a", Sink: analytics, View: View{Class: "analytics", Entities: true}},
		{Name: "r", Sink: review, View: View{Class: "review"}},
		{Name: "m", Sink: monitoring, View: View{Class: "monitoring"}},
	}
	runRecords(t, c, "calls", Record{Key: []byte("c1"), Time: time.Unix(1, 0), Value: []byte(`{"tenant_id":"t","call_id":"c1","turn":1,` +
		`"note":"mail joe@example.com","meta":{"a":"020 7946 0018","b":"x"},"text":"ring 020 7946 0018, I am 47 years old, ada@example.com"}`)})
	require.Empty(t, monitoring.values(), "a class that the category is not for gets nothing")
	a, r := fieldsOf(t, analytics.values()[0]), fieldsOf(t, review.values()[0])
	require.Equal(t, "ring [PHONE_1], I am 47 years old, [EMAIL_1]", a["text"])
	require.Equal(t, "ring [PHONE_1], I am [AGE:40-49] years old, [EMAIL_1]", r["text"])
	require.NotContains(t, a, "note")
	require.Equal(t, "mail [EMAIL_2]", r["note"])
	require.Equal(t, map[string]any{"a": "[PHONE_1]", "b": "x"}, a["meta"])
	require.Equal(t, map[string]any{"b": "x"}, r["meta"])
	require.NotEqual(t, a["call_id"], r["call_id"])
	require.Contains(t, analytics.values()[0], `"alias":"PHONE_1"`)
	require.NotContains(t, review.values()[0], "entities")
	require.Equal(t, map[string]any{"PHONE": 2.0, "EMAIL": 1.0}, a["redaction"].(map[string]any)["findings"])
	require.Equal(t, map[string]any{"PHONE": 1.0, "EMAIL": 2.0, "AGE": 1.0}, r["redaction"].(map[string]any)["findings"])

	for _, s := range []*memorySink{analytics, review, monitoring} {
		s.outs = nil
	}
	c.Metrics = NewMetrics(prometheus.NewRegistry(), "test", "")
	runRecords(t, c, "api", Record{Time: time.Unix(1, 0), Value: []byte(`{"tenant_id":"t","user_id":"u1","ip":"192.0.2.7","message":"ada@example.com failed"}`)})
	require.Empty(t, review.values())
	a, m := fieldsOf(t, analytics.values()[0]), fieldsOf(t, monitoring.values()[0])
	require.Equal(t, "[EMAIL_1] failed", a["message"])
	require.Equal(t, " failed", m["message"])
	require.Regexp(t, `^\[USER_ID:r1:`, a["user_id"])
	require.Regexp(t, `^\[USER_ID:d1:`, m["user_id"])
	require.Equal(t, "192.0.2.0/24", a["ip"])
	require.Equal(t, "192.0.0.0/16", m["ip"])
	require.Equal(t, 1.0, testutil.ToFloat64(c.Metrics.records.WithLabelValues("api", outcomeRedacted)), "a record counts once")
}

// What leaves for a class is the same whether others are served with it or not: several classes at once against each alone.
func TestClassesTogetherAndAlone(t *testing.T) {
	// Both search the same texts, so that aliases are numbered alike.
	p := policyOf(t, strings.Replace(strings.Replace(classPolicy, "note: {review: redact}", "note: redact", 1), "meta.*: {analytics: redact}", "meta.*: redact", 1))
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	said := []string{"ring 020 7946 0018", "I am 47 years old", "mail ada@example.com", "nothing", "[PHONE_1]", `{\"a\":\"joe@example.com\",\"b\":[47]}`,
		"four one one one", "my name is Ada Lovelace", "card 4111 1111 1111 1111", "what is your phone number?", "1959-03-03"}
	text := func() string {
		return said[rng.IntN(len(said))] + " " + strings.ReplaceAll(said[rng.IntN(len(said))], `{\"`, `x{\"`)
	}
	var records []Record
	for i := range 120 {
		call := fmt.Sprint("c", rng.IntN(4))
		value := fmt.Sprintf(`{"tenant_id":"t","call_id":"%s","turn":%d,"role":"%s","text":"%s","note":"%s","meta":{"a":"%s","b":"y"}`, call, i,
			[]string{"agent", "customer"}[rng.IntN(2)], text(), text(), text())
		switch rng.IntN(4) {
		case 0:
			value += fmt.Sprintf(`,"turns":[{"role":"customer","text":"%s"},{"role":"agent","text":"%s","final":%v}]`, text(), text(), rng.IntN(2) == 0)
		case 1:
			value += `,"final":` + []string{"true", "false"}[rng.IntN(2)]
		}
		records = append(records, Record{Offset: int64(i), Key: []byte(call), Time: time.Unix(int64(i), 0), Value: []byte(value + "}")})
	}
	run := func(names ...string) map[string][]string {
		c := simConfig(t, DefaultLimits())
		c.Policy = p.WithPartials(policy.PartialsMask)
		c.Topics = map[string]TopicConfig{"calls": {Category: "transcript", Format: FormatJSON}}
		sinks := map[string]*memorySink{}
		for _, name := range names {
			sinks[name] = &memorySink{}
			c.Sinks = append(c.Sinks, SinkConfig{Name: name, Sink: sinks[name], View: View{Class: name, Entities: name == "analytics"}})
		}
		runRecords(t, c, "calls", records...)
		got := map[string][]string{}
		for name, s := range sinks {
			got[name] = s.values()
		}
		return got
	}
	both := run("analytics", "review")
	require.Len(t, both["analytics"], len(records))
	require.Equal(t, run("analytics")["analytics"], both["analytics"])
	require.Equal(t, run("review")["review"], both["review"])
	other := run("review", "analytics")
	require.Equal(t, other, both)
}

func TestClassesThatCannotBe(t *testing.T) {
	c := simConfig(t, DefaultLimits())
	c.Policy = policyOf(t, classPolicy)
	c.Topics = map[string]TopicConfig{"calls": {Category: "transcript", Format: FormatJSON}}
	c.Sinks = []SinkConfig{{Name: "m", Sink: &memorySink{}, View: View{Class: "monitoring"}}}
	_, err := New(c)
	require.ErrorContains(t, err, "topic calls: category transcript: its records leave for none of the classes of the sinks")
	c.Sinks[0].View.Class = "advertising"
	_, err = New(c)
	require.ErrorContains(t, err, `the policy has no sink class "advertising"`)
}
