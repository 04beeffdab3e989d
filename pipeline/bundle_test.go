package pipeline

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/pipeline/policy"
)

func reloadPolicy(t *testing.T, style string) *policy.Policy {
	return policyOf(t, fmt.Sprintf(`
types: {EMAIL: %s}
categories: {transcript: {clauses: [2], fields: {tenant_id: keep, call_id: token, text: redact, turn: keep}}}
`, style))
}

// Every batch is worked off under one policy, the one in force when it came; records, counts and summaries say which.
func TestReload(t *testing.T) {
	c := simConfig(t, DefaultLimits())
	first, second := reloadPolicy(t, "redact"), reloadPolicy(t, "drop")
	c.Policy = first
	c.Topics = map[string]TopicConfig{"calls": {Category: "transcript", Format: FormatJSON}}
	var mu sync.Mutex
	policies := map[string]bool{}
	sink := &memorySink{write: func(_ context.Context, b *Batch) error {
		mu.Lock()
		defer mu.Unlock()
		policies[b.Summary.Policy] = true
		return nil
	}}
	c.Sinks = []SinkConfig{{Name: "m", Sink: sink}}
	e, err := New(c)
	require.NoError(t, err)
	const batches, size = 40, 25
	require.NoError(t, e.Run(t.Context(), sourceFunc(func(ctx context.Context, in Intake) error {
		lane, err := in.OpenLane(LaneID{"calls", 0}, 0)
		if err != nil {
			return err
		}
		for i := range batches {
			if i == batches/2 {
				if err := e.Reload(second); err != nil {
					return err
				}
			}
			var records []Record
			for k := range size {
				offset := int64(i*size + k)
				records = append(records, Record{Offset: offset, Key: fmt.Append(nil, "c", k%5), Time: time.Now(),
					Value: turnOf(fmt.Sprint("c", k%5), int(offset), "mail ada@example.com")})
			}
			if err := lane.Submit(ctx, batchOf(LaneID{"calls", 0}, records, false)); err != nil {
				return err
			}
		}
		if n := lane.Drain(context.Background()); n > 0 {
			return fmt.Errorf("%d records abandoned", n)
		}
		return lane.Err()
	})))
	got := sink.values()
	require.Len(t, got, batches*size)
	for i, value := range got {
		hash, text := first.Hash(), "mail [EMAIL]"
		if i >= batches/2*size {
			hash, text = second.Hash(), "mail "
		}
		require.Contains(t, value, `"policy":"`+hash+`"`, "record %d", i)
		require.Equal(t, text, fieldsOf(t, value)["text"], "record %d", i)
	}
	for p := range policies {
		require.Subset(t, []string{first.Hash(), second.Hash()}, strings.Split(p, ","))
	}
	require.Equal(t, 1, testutil.CollectAndCount(c.Metrics.configInfo))
	require.Equal(t, 1.0, testutil.ToFloat64(c.Metrics.configInfo.WithLabelValues(second.Hash())))
}

// A policy that the engine can't have is refused, and the old one stays.
func TestReloadRefused(t *testing.T) {
	c := simConfig(t, DefaultLimits())
	c.Policy = reloadPolicy(t, "redact")
	c.Topics = map[string]TopicConfig{"calls": {Category: "transcript", Format: FormatJSON}}
	c.Sinks = []SinkConfig{{Name: "m", Sink: &memorySink{}}}
	e, err := New(c)
	require.NoError(t, err)
	err = e.Reload(policyOf(t, `categories: {account: {clauses: [2], fields: {plan: keep}}}`))
	require.ErrorContains(t, err, `topic calls: category "transcript" is not in the policy`)
	err = e.Reload(policyOf(t, `
classes: {other: {purpose: analytics, recipient: tenant, basis: contract, clauses: ["5"]}}
categories: {transcript: {clauses: [2], fields: {text: redact}}}`))
	require.ErrorContains(t, err, `no sink class "analytics"`)
	err = e.Reload(policyOf(t, `
types: {PERSON: generalise}
categories: {transcript: {clauses: [2], fields: {text: redact}}}`))
	require.ErrorContains(t, err, "can't be generalised")
	require.Equal(t, c.Policy.Hash(), e.Policy().Hash())
}
