package pipeline

import (
	"context"
	"fmt"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"
)

// Of records that are checked together only those that must not leave don't, wherever in the batch they are, and each is counted once, as what it came to.
// A panic of the check costs the record only that it happened at.
func TestCheckedTogether(t *testing.T) {
	words := instructed(t, "tenant: acme\nversion: 1\nfrom: 2026-01-01\ntext: short\n", "tenant: bolt\nversion: 1\nfrom: 2026-01-01\ntext: short\n")
	others := instructed(t, "tenant: dusk\nversion: 1\nfrom: 2026-01-01\ntext: short\n")
	tenants := []string{"acme", "bolt"}
	for name, f := range map[string]struct {
		bad   []int
		spoil func(w *rewriter)
		class Class
	}{
		"none":            {nil, nil, ""},
		"the first":       {[]int{0}, func(w *rewriter) { w.checker.writes.table = others.Table() }, ClassOutput},
		"the last":        {[]int{9}, func(w *rewriter) { w.checker.writes.table = others.Table() }, ClassOutput},
		"some in the way": {[]int{2, 3, 6}, func(w *rewriter) { w.checker.writes.table = others.Table() }, ClassOutput},
		"all":             {[]int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, func(w *rewriter) { w.checker.writes.table = others.Table() }, ClassOutput},
		"some panic":      {[]int{0, 4, 5, 9}, func(w *rewriter) { w.checker.writes.docs = [2]int32{1000, 1000} }, ClassPanic},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMatrix(t)
			c, quarantine := m.config, &simQuarantine{seen: map[string]int{}}
			var summed Summary
			sink := &memorySink{write: func(_ context.Context, b *Batch) error { summed.Add(b.Summary); return nil }}
			c.Instructions, c.Limits.Workers = words, 1
			c.Policy, c.Metrics, c.Quarantine = m.policy, NewMetrics(prometheus.NewRegistry(), "test", m.policy.Hash()), quarantine
			c.Topics = map[string]TopicConfig{"transcript": c.Topics["transcript"]}
			c.Sinks = []SinkConfig{{Name: "a", Sink: sink, View: View{Class: "review"}}}
			e, err := New(c)
			require.NoError(t, err)
			next := 0
			e.onRecord = func(r *Record) {
				for _, i := range f.bad {
					if r.Offset == int64(i) {
						f.spoil(e.workers[0].rw)
					}
				}
				next++
			}
			var records []Record
			for i := range 10 {
				records = append(records, Record{Offset: int64(i), Time: matrixNoon, Key: []byte{byte('a' + i)},
					Value: fmt.Appendf(nil, `{"tenant_id":%q,"call_id":"c%d","text":"word %d"}`, tenants[i%2], i, i)})
			}
			require.NoError(t, e.Run(t.Context(), sourceFunc(func(ctx context.Context, in Intake) error {
				return submitAll(ctx, in, LaneID{Topic: "transcript"}, records)
			})))
			require.Equal(t, len(records), next)

			var left, dead []int64
			size := 0
			for _, o := range sink.outs {
				left = append(left, o.Offset)
				size += len(o.Value)
				require.Contains(t, string(o.Value), fmt.Sprintf(`"word %d"`, o.Offset))
			}
			for _, d := range quarantine.all {
				require.Equal(t, f.class, d.Class)
				dead = append(dead, d.Offset)
			}
			want, of := map[string]*TenantCount{"acme": {Out: []int{0}}, "bolt": {Out: []int{0}}}, map[int64]bool{}
			var stays, leaves []int64
			for _, i := range f.bad {
				of[int64(i)] = true
			}
			for i := range records {
				c := want[tenants[i%2]]
				c.In++
				if of[int64(i)] {
					stays = append(stays, int64(i))
					c.Dead++
					continue
				}
				leaves = append(leaves, int64(i))
				c.Out[0]++
			}
			require.Equal(t, leaves, left)
			require.Equal(t, stays, dead)
			for _, got := range summed.Tenants {
				w := want[got.Tenant]
				require.Equal(t, []any{w.In, w.Dead, w.Out}, []any{got.In, got.Dead, got.Out}, got.Tenant)
			}
			in := 0
			for _, i := range leaves {
				in += len(records[i].Value)
			}
			require.EqualValues(t, in, testutil.ToFloat64(c.Metrics.bytesIn.WithLabelValues("transcript")))
			require.EqualValues(t, size, testutil.ToFloat64(c.Metrics.bytesOut.WithLabelValues("a", "review")))
			counted := func(o string) float64 { return testutil.ToFloat64(c.Metrics.records.WithLabelValues("transcript", o)) }
			require.EqualValues(t, len(leaves), counted(outcomeClean)+counted(outcomeRedacted))
			require.EqualValues(t, len(stays), counted(outcomeDead))
			require.Empty(t, e.workers[0].waiting)
			require.Zero(t, e.workers[0].rw.checker.kept)
		})
	}
}
