package pipeline

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/pipeline/policy"
)

// oneView is what an engine with one sink has.
func oneView() []View {
	return []View{{Class: policy.DefaultClass, Domain: "memory", Content: ContentRecords}}
}

func linkPolicy(t *testing.T) *policy.Policy {
	p, err := policy.Parse("p", []byte(`
tenants: ["*"]
types: {PHONE: {style: token, scope: month}, EMAIL: token, PERSON: drop}
categories:
  transcript:
    clauses: [2]
    fields:
      tenant_id: keep
      call_id: token
      session: {action: token, scope: day}
      text: redact
`))
	require.NoError(t, err)
	return p
}

// One record leaves in three views: tokens differ by domain, entities stand only where they are asked for.
func TestViews(t *testing.T) {
	c := simConfig(t, DefaultLimits())
	c.Policy = linkPolicy(t)
	joins, plain, same := &memorySink{}, &memorySink{}, &memorySink{}
	c.Sinks = []SinkConfig{
		{Name: "joins", Sink: joins, View: View{Entities: true}},
		{Name: "plain", Sink: plain},
		{Name: "same", Sink: same, View: View{Domain: "plain"}},
	}
	when := time.Date(2026, 11, 27, 1, 0, 0, 0, time.UTC)
	value := `{"tenant_id":"t","call_id":"c1","session":"s1","text":"ring 020 7946 0018, or mail ada@example.com, or 020 7946 0018"}`
	runRecords(t, c, "calls", Record{Key: []byte("c1"), Time: when, Value: []byte(value)})
	require.Equal(t, plain.values(), same.values(), "sinks of one domain get one record")
	require.Len(t, plain.values(), 1)

	var a, b struct {
		Call      string `json:"call_id"`
		Session   string
		Text      string
		Redaction struct {
			Entities []struct{ Alias, Token string }
		}
	}
	require.NoError(t, json.Unmarshal([]byte(joins.values()[0]), &a))
	require.NoError(t, json.Unmarshal([]byte(plain.values()[0]), &b))
	require.Equal(t, "ring [PHONE_1], or mail [EMAIL_1], or [PHONE_1]", a.Text)
	require.Equal(t, a.Text, b.Text)
	require.Regexp(t, `^\[CALL_ID:r1:[b-t]{24}\]$`, a.Call)
	require.Regexp(t, `^\[SESSION:d1:[b-t]{24}\]$`, a.Session)
	require.NotEqual(t, a.Call, b.Call)
	require.NotEqual(t, a.Session, b.Session)
	require.Empty(t, b.Redaction.Entities)
	require.Len(t, a.Redaction.Entities, 2)
	require.Equal(t, "PHONE_1", a.Redaction.Entities[0].Alias)
	require.Regexp(t, `^\[PHONE:m1:[b-t]{24}\]$`, a.Redaction.Entities[0].Token)
	require.Equal(t, "EMAIL_1", a.Redaction.Entities[1].Alias)
	require.Regexp(t, `^\[EMAIL:c1:[b-t]{24}\]$`, a.Redaction.Entities[1].Token)
	require.Equal(t, a.Call, string(joins.outs[0].Key))
	require.Equal(t, b.Call, string(plain.outs[0].Key))
}

// What an epoch's token needs a time for has none without it.
func TestEpochWithoutTime(t *testing.T) {
	c := simConfig(t, DefaultLimits())
	c.Policy = linkPolicy(t)
	sink := &memorySink{}
	c.Sinks = []SinkConfig{{Name: "joins", Sink: sink, View: View{Entities: true}}}
	runRecords(t, c, "calls", Record{Key: []byte("c1"), Value: []byte(`{"tenant_id":"t","call_id":"c1","session":"s1","text":"ring 020 7946 0018"}`)})
	require.Contains(t, sink.values()[0], `"session":"[SESSION]"`)
	require.NotContains(t, sink.values()[0], "entities")
}

// runRecords runs records of one lane through an engine.
func runRecords(t *testing.T, c Config, topic string, records ...Record) {
	t.Helper()
	e, err := New(c)
	require.NoError(t, err)
	runIn(t, e, topic, records...)
}

func runIn(t *testing.T, e *Engine, topic string, records ...Record) {
	t.Helper()
	require.NoError(t, e.Run(context.Background(), sourceFunc(func(ctx context.Context, in Intake) error {
		return submitAll(ctx, in, LaneID{Topic: topic}, records)
	})))
}

func fieldsOf(t *testing.T, value string) (fields map[string]any) {
	t.Helper()
	require.NoError(t, json.Unmarshal([]byte(value), &fields))
	return fields
}

// classesIn are the classes of an engine with one sink.
func classesIn(c Config) []*policy.Class {
	classes, _, err := classesOf(c.Policy, oneView())
	if err != nil {
		panic(err)
	}
	return classes
}

// rewriterOf is that of an engine with one sink.
func rewriterOf(c Config) (*rewriter, error) {
	b, err := compile(c, c.Policy, oneView())
	if err != nil {
		return nil, err
	}
	return newRewriter(c, b, oneView())
}
