package pipeline

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/cmd/tacet/traffic"
	"github.com/sonexlabs/tacet/pipeline/policy"
)

// BenchmarkPolicy is what a turn costs with 10, 100 and 1,000 tenants, each with three versions of its instruction and records of all of them in
// turn: whole; without instructions, retention and what fields need; and with its text kept unread, which leaves decoding, policy and
// writing. The policy stage is less than the last.
func BenchmarkPolicy(b *testing.B) {
	for _, tenants := range []int{10, 100, 1000} {
		for _, kind := range []string{"whole", "uninstructed", "unsearched"} {
			b.Run(fmt.Sprintf("tenants=%d/%s", tenants, kind), func(b *testing.B) { benchmarkPolicy(b, tenants, kind) })
		}
	}
}

func benchmarkPolicy(b *testing.B, tenants int, kind string) {
	c := simConfig(b, DefaultLimits())
	text, retention := "{action: redact, needs: text}", "retention: short, "
	switch kind {
	case "unsearched":
		text = "{action: keep, needs: text}"
	case "uninstructed":
		text, retention = "redact", ""
	}
	p, err := policy.Parse("p", fmt.Appendf(nil, `
tenants: ["*"]
retention: {short: 30d}
classes: {analytics: {purpose: analytics, recipient: tenant, basis: instruction, %sclauses: ["5"]}}
categories: {transcript: {clauses: [2], for: [analytics], fields: {tenant_id: keep, call_id: token, turn: keep, role: keep, lang: keep, started_at: keep, text: %s}}}
`, retention, text))
	require.NoError(b, err)
	c.Policy = p
	if kind != "uninstructed" {
		c.Instructions = policy.NewInstructions()
		var all []*policy.Instruction
		for n := range tenants {
			for v := range 3 {
				i, err := policy.ParseInstruction("i", fmt.Appendf(nil, "tenant: tenant-%d\nversion: %d\nfrom: 2026-0%d-01\ntext: short\n", n, v+1, v+1))
				require.NoError(b, err)
				all = append(all, i)
			}
		}
		require.NoError(b, c.Instructions.Replace(all))
	}
	records := tenantTurns(b, tenants)
	w, err := rewriterOf(c)
	require.NoError(b, err)
	l, calls := &lane{id: LaneID{Topic: "calls"}, topic: w.bundle.topics["calls"]}, newCallStore(10_000, time.Hour, 1<<20)
	now := time.Now()
	bytes := 0
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		r := records[i%len(records)]
		w.begin(l, calls, r, now)
		if class, err := w.value(r); class != "" {
			b.Fatal(class, err)
		}
		bytes += len(r.Value)
	}
	b.ReportMetric(float64(bytes)/b.Elapsed().Seconds()/1e6, "MB/s")
}

// tenantTurns are invented turns, of one tenant after the other.
func tenantTurns(b *testing.B, tenants int) (records []*Record) {
	g := traffic.New(1)
	for len(records) < 4000 {
		m := g.Next()
		if m.Category != "transcript" {
			continue
		}
		var fields map[string]any
		require.NoError(b, json.Unmarshal(m.Value, &fields))
		fields["tenant_id"] = fmt.Sprint("tenant-", len(records)%tenants)
		value, err := json.Marshal(fields)
		require.NoError(b, err)
		records = append(records, &Record{Key: m.Key, Time: time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC), Value: value})
	}
	return records
}
