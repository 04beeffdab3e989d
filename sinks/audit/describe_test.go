package audit

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/pipeline"
	"github.com/sonexlabs/tacet/pipeline/audit"
)

// An entry says whose records a batch had and where they went, and not that any went to the log itself.
func TestEntryNamesTenants(t *testing.T) {
	dir, key := t.TempDir(), newKey(t)
	s, err := New(Config{Log: newLog(t, dir, key), Key: key, Policy: "p1", Name: "audit"})
	require.NoError(t, err)
	w, err := s.Open(id, 0)
	require.NoError(t, err)
	_, err = w.Write(context.Background(), &pipeline.Batch{Lane: id, Next: 20, Summary: &pipeline.Summary{Category: "transcript", In: 14, Out: 12, Dead: 2,
		Dropped: 5, Withheld: 3, Limited: 1, Classes: []pipeline.ClassCount{{Class: pipeline.ClassMalformed, N: 1}, {Class: pipeline.ClassTenant, N: 1}},
		Sinks: []string{"warehouse", "audit", "models"}, Tenants: []pipeline.TenantCount{
			{Tenant: "acme", In: 9, Dead: 1, Out: []int{8, 8, 0}, Versions: []int{1, 2}}, {Tenant: "bolt", In: 4, Out: []int{4, 4, 4}}}}})
	require.NoError(t, err)
	_, err = w.Flush(context.Background())
	require.NoError(t, err)
	all := entries(t, dir)
	require.Len(t, all, 1)
	e := all[0]
	require.Equal(t, []audit.Attr{{Name: "format", Value: "2"}, {Name: "category", Value: "transcript"}, {Name: "sink.0", Value: "warehouse"},
		{Name: "sink.1", Value: "models"}, {Name: "tenant/acme", Value: "in=9 dead=1 out=8,0 keys=1,2"}, {Name: "tenant/bolt", Value: "in=4 out=4,4"}}, e.Object)
	require.Equal(t, []audit.Count{{Name: "in", N: 14}, {Name: "out", N: 12}, {Name: "dead", N: 2}, {Name: "dropped", N: 5}, {Name: "withheld", N: 3},
		{Name: "limited", N: 1}, {Name: "dead.malformed", N: 1}, {Name: "dead.unknown_tenant", N: 1}}, e.Counts)
	c, err := ReadContent(e)
	require.NoError(t, err)
	require.Equal(t, Content{Format: 2, Category: "transcript", Sinks: []string{"warehouse", "models"}, Part: 1, Parts: 1, Tenants: []Tenant{
		{Tenant: "acme", In: 9, Dead: 1, Out: []int64{8, 0}, Versions: []int{1, 2}}, {Tenant: "bolt", In: 4, Out: []int64{4, 4}}}}, c)
}

// However many tenants and sinks there are, entries can be written and give back what they were given, also where the log fails between two
// of them.
func TestEntriesOfManyTenants(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	key := newKey(t)
	for range 12 {
		dir := t.TempDir()
		flaky := &flaky{log: newLog(t, dir, key), rng: rng}
		s, err := New(Config{Log: flaky, Key: key, Name: "audit"})
		require.NoError(t, err)
		w, err := s.Open(id, 0)
		require.NoError(t, err)
		sum := &pipeline.Summary{Category: "billing", Policy: "p1"}
		for i := range 1 + rng.IntN(60) {
			sum.Sinks = append(sum.Sinks, fmt.Sprintf("sink %d, %s", i, strings.Repeat("é", rng.IntN(70))))
		}
		sum.Sinks = slices.Insert(sum.Sinks, rng.IntN(len(sum.Sinks)+1), "audit")
		self := slices.Index(sum.Sinks, "audit")
		var want []Tenant
		for i := range rng.IntN(1200) {
			tenant := fmt.Sprintf("%04d%s", i, strings.Repeat("x", rng.IntN(61)))
			c := pipeline.TenantCount{Tenant: tenant, In: rng.IntN(1e6), Dead: rng.IntN(2) * rng.IntN(1e5), Versions: []int{1, 2, 10_000}[:rng.IntN(4)]}
			to := Tenant{Tenant: tenant, In: int64(c.In), Dead: int64(c.Dead)}
			to.Versions = append(to.Versions, c.Versions...)
			for k := range sum.Sinks {
				c.Out = append(c.Out, rng.IntN(1e6))
				if k != self {
					to.Out = append(to.Out, int64(c.Out[k]))
				}
			}
			sum.Tenants, want = append(sum.Tenants, c), append(want, to)
		}
		b := &pipeline.Batch{Lane: id, Next: 10, Summary: sum}
		for {
			if _, err = w.Write(context.Background(), b); err == nil {
				_, err = w.Flush(context.Background())
			}
			if err == nil {
				break
			}
			require.ErrorIs(t, err, errFlaky)
		}
		var got []Tenant
		n, parts := 0, 0
		for _, e := range entries(t, dir) {
			first, more := IsBatch(e)
			if !first && !more {
				continue
			}
			c, err := ReadContent(e)
			require.NoError(t, err)
			n++
			parts = c.Parts
			require.Equal(t, n, c.Part)
			require.Equal(t, n == 1, first)
			require.Equal(t, "billing", c.Category)
			got = append(got, c.Tenants...)
		}
		require.Equal(t, parts, n, "an entry is missing, or stands twice")
		require.Equal(t, want, got)
	}
}

// Records of many tenants share an entry as others do, but what waits for it is bounded.
func TestTenantsEndAnEntry(t *testing.T) {
	dir, key := t.TempDir(), newKey(t)
	s, err := New(Config{Log: newLog(t, dir, key), Key: key})
	require.NoError(t, err)
	id := pipeline.LaneID{Topic: "calls"}
	w, err := s.Open(id, 0)
	require.NoError(t, err)
	for i := range int64(4) {
		sum := &pipeline.Summary{In: 1, Sinks: []string{"s"}}
		for k := range int64(entryTenants / 2) {
			sum.Tenants = append(sum.Tenants, pipeline.TenantCount{Tenant: fmt.Sprintf("%d-%04d", i, k), In: 1, Out: []int{1}})
		}
		_, err := w.Write(t.Context(), &pipeline.Batch{Lane: id, First: i, Next: i + 1, Summary: sum})
		require.NoError(t, err)
	}
	_, err = w.Flush(t.Context())
	require.NoError(t, err)
	tenants := map[int64]int{} // by first offset
	for _, e := range entries(t, dir) {
		if e.Range != nil {
			c, err := ReadContent(e)
			require.NoError(t, err)
			tenants[e.Range.First] += len(c.Tenants)
		}
	}
	require.Equal(t, map[int64]int{0: entryTenants, 2: entryTenants}, tenants)
}

var errFlaky = errors.New("no space left on device")

// flaky is a log that now and then takes nothing.
type flaky struct {
	log *audit.Log
	rng *rand.Rand
}

func (f *flaky) Append(e audit.Entry) (uint64, error) {
	if f.rng.IntN(3) == 0 {
		return 0, errFlaky
	}
	return f.log.Append(e)
}

func (f *flaky) Wait(ctx context.Context, seq uint64) error { return f.log.Wait(ctx, seq) }
func (f *flaky) Err() error                                 { return nil }

// What is not understood is an error, not less than was written.
func TestReadContent(t *testing.T) {
	f := func(ok bool, object ...audit.Attr) {
		t.Helper()
		_, err := ReadContent(audit.Entry{Object: object})
		require.Equal(t, ok, err == nil, "%v", err)
	}
	a := func(name, value string) audit.Attr { return audit.Attr{Name: name, Value: value} }
	f(true)
	f(true, a("format", "2"))
	f(true, a("format", "2"), a("sink.0", "s"), a("tenant/acme", "in=1 out=1"))
	f(false, a("format", "3"))
	f(false, a("category", "transcript"))
	f(false, a("format", "2"), a("other", ""))
	f(false, a("format", "2"), a("sink.1", "s"))
	f(false, a("format", "2"), a("part", "2/1"))
	f(false, a("format", "2"), a("part", "x"))
	for _, text := range []string{"", "in=", "in=-1", "in=1,2", "in=1 out=1 more=1", "in=1", "in=1 out=1,2", "in=1 out=x", "in=1  out=1",
		"in=01 out=1", "out=1 in=1", "in=1 in=1 out=1", "in=1 dead=0 out=1", "in=1 out=1 ", "in=1 out=1 keys=99999999999999999999"} {
		f(false, a("format", "2"), a("sink.0", "s"), a("tenant/acme", text))
	}
}

// Whatever stands in an entry is read in one way only, or not at all.
func FuzzReadContent(f *testing.F) {
	for _, text := range []string{"in=10 dead=1 out=9,0 keys=1,2", "in=0 out=0,0", "in=1 out=1", "keys=1", "in=9223372036854775807 out=1,2"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := ReadContent(audit.Entry{Object: []audit.Attr{{Name: "format", Value: "2"}, {Name: "sink.0", Value: "a"}, {Name: "sink.1", Value: "b"}, {Name: "tenant/x", Value: text}}})
		if err != nil {
			return
		}
		require.Len(t, c.Tenants, 1)
		require.Len(t, c.Tenants[0].Out, 2)
		require.Equal(t, text, string(appendTenant(nil, c.Tenants[0])))
	})
}
