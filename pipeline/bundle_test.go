package pipeline

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/assert"
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
	require.Equal(t, []string{second.Hash()}, policiesIn(t, c.Metrics.registry))
	families, err := c.Metrics.registry.Gather()
	require.NoError(t, err)
	for _, f := range families {
		if f.GetName() == "tacet_records_total" {
			for _, m := range f.GetMetric() {
				require.Equal(t, second.Hash(), m.GetCounter().GetExemplar().GetLabel()[0].GetValue(), "the last that were counted")
			}
		}
	}
}

// policiesIn gives the hashes that metrics name as in force.
func policiesIn(t *testing.T, g prometheus.Gatherer) (hashes []string) {
	families, err := g.Gather()
	assert.NoError(t, err)
	for _, f := range families {
		if f.GetName() == "tacet_config_info" {
			for _, m := range f.GetMetric() {
				assert.Equal(t, 1.0, valueOf(m))
				assert.Equal(t, "policy", m.GetLabel()[0].GetName())
				hashes = append(hashes, m.GetLabel()[0].GetValue())
			}
		}
	}
	return hashes
}

// clause: 14
//
// While policies are reloaded, every scrape sees just one of them, and after a reload the new one.
func TestReloadAndScrapes(t *testing.T) {
	c := simConfig(t, DefaultLimits())
	policies := []*policy.Policy{reloadPolicy(t, "redact"), reloadPolicy(t, "drop")}
	c.Policy = policies[0]
	c.Topics = map[string]TopicConfig{"calls": {Category: "transcript", Format: FormatJSON}}
	c.Sinks = []SinkConfig{{Name: "m", Sink: &memorySink{}}}
	e, err := New(c)
	require.NoError(t, err)
	var scrapes, wrong atomic.Int64
	ctx, stop := context.WithCancel(t.Context())
	var scraping sync.WaitGroup
	scraping.Go(func() {
		for ctx.Err() == nil {
			if len(policiesIn(t, c.Metrics.registry)) != 1 {
				wrong.Add(1)
			}
			scrapes.Add(1)
		}
	})
	for i := range 200 {
		next := policies[(i+1)%2]
		require.NoError(t, e.Reload(next))
		require.Equal(t, []string{next.Hash()}, policiesIn(t, c.Metrics.registry))
	}
	stop()
	scraping.Wait()
	require.Zero(t, wrong.Load(), "of %d scrapes", scrapes.Load())
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
