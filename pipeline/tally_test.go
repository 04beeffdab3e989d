package pipeline

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// What summaries say of tenants, sinks and keys is what sinks and quarantine got: batches of random records, counted here by their offsets.
func TestSummariesByTenant(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	limits := DefaultLimits()
	limits.Workers, limits.RecordBytes = 3, 4000
	c := simConfig(t, limits)
	c.Policy = policyOf(t, classPolicy)
	c.Topics = map[string]TopicConfig{"calls": {Category: "transcript", Format: FormatNDJSON}, "api": {Category: "usage_log", Format: FormatJSON},
		"log": {Category: "usage_log", Format: FormatLog, Tenant: "host"}}
	summed := map[LaneID]*Summary{}
	a, r, m := &memorySink{}, &memorySink{}, &memorySink{}
	a.write = func(_ context.Context, b *Batch) error {
		a.mu.Lock()
		defer a.mu.Unlock()
		if summed[b.Lane] == nil {
			summed[b.Lane] = &Summary{}
		}
		summed[b.Lane].Add(b.Summary)
		return nil
	}
	c.Sinks = []SinkConfig{{Name: "a", Sink: a, View: View{Class: "analytics"}}, {Name: "m", Sink: m, View: View{Class: "monitoring"}},
		{Name: "r", Sink: r, View: View{Class: "review"}}}
	e, err := New(c)
	require.NoError(t, err)

	type truth struct {
		of       map[string][]int64 // offsets by tenant
		in, dead int
	}
	truths := map[LaneID]*truth{}
	record := func(id LaneID, offset int64) Record {
		of := truths[id].of
		rec := Record{Offset: offset, Time: time.Unix(1e9, 0), Key: fmt.Append(nil, "call-", rng.IntN(9))}
		tenant := fmt.Sprintf("t%d", rng.IntN(4))
		note := func(tenant string) {
			if !slices.Contains(of[tenant], offset) {
				of[tenant] = append(of[tenant], offset)
			}
		}
		truths[id].in++
		switch dead := rng.IntN(7); {
		case id.Topic == "log":
			note("host")
			if rec.Value = []byte("GET /x 200"); dead == 0 {
				rec.Value = bytes.Repeat([]byte("x"), 5000)
				truths[id].dead++
			}
		case dead == 0:
			truths[id].dead++
			note("")
			rec.Value = [][]byte{[]byte(`{"tenant_id":`), []byte(`{"call_id":"c"}`), []byte(`{"tenant_id":"no tenant"}`)}[rng.IntN(3)]
		case dead == 2:
			note("") // a tombstone
		case dead == 1 && id.Topic == "calls": // a later line is not read
			truths[id].dead++
			note(tenant)
			rec.Value = fmt.Appendf(nil, `{"tenant_id":%q,"call_id":"c","text":"hi"}`+"\n{", tenant)
		case id.Topic == "calls":
			for range 1 + rng.IntN(3) {
				tenant = fmt.Sprintf("t%d", rng.IntN(4))
				note(tenant)
				rec.Value = fmt.Appendf(rec.Value, `{"tenant_id":%q,"call_id":"c%d","text":"hi"}`+"\n", tenant, rng.IntN(5))
			}
		default:
			note(tenant)
			rec.Value = fmt.Appendf(nil, `{"tenant_id":%q,"user_id":"u1","message":"hi"}`, tenant)
		}
		return rec
	}
	require.NoError(t, e.Run(context.Background(), sourceFunc(func(ctx context.Context, in Intake) error {
		for _, id := range []LaneID{{"calls", 0}, {"api", 1}, {"log", 0}} {
			truths[id] = &truth{of: map[string][]int64{}}
			lane, err := in.OpenLane(id, 0)
			require.NoError(t, err)
			for offset := int64(0); offset < 400; {
				var records []Record
				for range 1 + rng.IntN(40) {
					records = append(records, record(id, offset))
					offset++
				}
				require.NoError(t, lane.Submit(ctx, batchOf(id, records, false)))
			}
			require.Zero(t, lane.Drain(context.Background()))
		}
		return nil
	})))

	arrived := map[*memorySink]map[string]bool{}
	for _, s := range []*memorySink{a, m, r} {
		arrived[s] = map[string]bool{}
		for _, o := range s.outs {
			arrived[s][string(o.Headers[0].Value)+"/"+string(o.Headers[1].Value)+"@"+string(o.Headers[2].Value)] = true
		}
	}
	for id, want := range truths {
		got := summed[id]
		require.Equal(t, c.Topics[id.Topic].Category, got.Category)
		require.Equal(t, []string{"a", "m", "r"}, got.Sinks)
		require.Equal(t, want.in, got.In)
		require.Equal(t, want.dead, got.Dead)
		classes := 0
		for _, class := range got.Classes {
			classes += class.N
		}
		require.Equal(t, want.dead, classes)
		require.Equal(t, slices.Sorted(maps.Keys(want.of)), tenantsOf(got))
		for _, tenant := range got.Tenants {
			dead := 0
			out := []int{0, 0, 0}
			for _, offset := range want.of[tenant.Tenant] {
				here := id.String() + "@" + strconv.FormatInt(offset, 10)
				if !arrived[a][here] {
					dead++
				}
				for i, s := range []*memorySink{a, m, r} {
					if arrived[s][here] {
						out[i]++
					}
				}
			}
			require.Equal(t, len(want.of[tenant.Tenant]), tenant.In, "%s %s", id, tenant.Tenant)
			require.Equal(t, out, tenant.Out, "%s %s", id, tenant.Tenant)
			require.Equal(t, dead, tenant.Dead, "%s %s", id, tenant.Tenant)
			if tenant.Tenant != "" {
				require.Equal(t, []int{1}, tenant.Versions, "%s %s", id, tenant.Tenant) // of the output's key, at least
			} else {
				require.Empty(t, tenant.Versions)
			}
		}
	}
}

func tenantsOf(s *Summary) (names []string) {
	for _, c := range s.Tenants {
		names = append(names, c.Tenant)
	}
	return names
}

// More tenants than are remembered from part to part are counted all the same.
func TestTallyOfManyTenants(t *testing.T) {
	w := tally{views: 1}
	for i := range 3 * slotsMost {
		w.begin()
		tenant := fmt.Append(nil, "tenant-", i%(2*slotsMost))
		w.attribute(tenant, w.slots[string(tenant)])
		w.used([]int{i % 2})
		w.settle(w.tenants(), []span{{view: 0}}, false)
	}
	var s Summary
	s.addTenants(w.end())
	require.Len(t, s.Tenants, 2*slotsMost)
	in, out := 0, 0
	for _, c := range s.Tenants {
		in += c.In
		out += c.Out[0]
		require.Len(t, c.Versions, 1)
	}
	require.Equal(t, 3*slotsMost, in)
	require.Equal(t, in, out)
	require.Nil(t, w.end(), "a part is counted once")
}

// Keys that made tokens of a record that then went to quarantine are not among those of the next record, which is another tenant's.
func TestKeysOfADeadRecord(t *testing.T) {
	c := simConfig(t, DefaultLimits())
	c.Limits.Workers = 1
	c.Topics = map[string]TopicConfig{"account": {Category: "account", Format: FormatNDJSON}}
	var summed Summary
	c.Sinks = []SinkConfig{{Name: "a", Sink: &memorySink{write: func(_ context.Context, b *Batch) error { summed.Add(b.Summary); return nil }}}}
	runRecords(t, c, "account",
		Record{Value: []byte(`{"tenant_id":"acme","user_id":"u1"}` + "\n" + `{"tenant_id":`)},
		Record{Offset: 1, Value: []byte(`{"tenant_id":"bolt","plan":"team"}`)},
		Record{Offset: 2, Value: []byte(`{"tenant_id":"cave","user_id":"u1"}`)})
	var got []string
	for _, of := range summed.Tenants {
		got = append(got, fmt.Sprintf("%s: %d in, %d dead, keys %v", of.Tenant, of.In, of.Dead, of.Versions))
	}
	require.Equal(t, []string{"acme: 1 in, 1 dead, keys []", "bolt: 1 in, 0 dead, keys []", "cave: 1 in, 0 dead, keys [1]"}, got)
}

// TestNoteOfManyTinyTenantsIsPaid: what a note keeps is in the budget, also where it is more than the bytes of its batch.
func TestNoteOfManyTinyTenantsIsPaid(t *testing.T) {
	c := simConfig(t, DefaultLimits())
	c.Topics["lines"] = TopicConfig{Category: "transcript", Format: FormatNDJSON}
	var e *Engine
	var kept, noted int64
	notes := &memorySink{write: func(_ context.Context, b *Batch) error {
		kept, noted = b.noteBytes(), e.noted.Load()
		return nil
	}}
	c.Sinks = []SinkConfig{{Name: "memory", Sink: &memorySink{}}, {Name: "notes", Sink: notes, FlushAfter: time.Millisecond, Marks: func() Marker { return noMarks{} }}}
	e, err := New(c)
	require.NoError(t, err)
	var lines strings.Builder
	for i := range 2000 {
		fmt.Fprintf(&lines, `{"tenant_id":"%d"}`+"\n", i)
	}
	require.NoError(t, e.Run(t.Context(), feed(LaneID{"lines", 0}, lines.String())))
	require.Greater(t, kept, int64(2000*96))
	require.GreaterOrEqual(t, noted, kept)
	require.Zero(t, e.used.Load())
}

// noMarks marks nothing.
type noMarks struct{}

func (noMarks) Mark(int64, []byte, int) {}
func (noMarks) Take(dst []byte) []byte  { return dst }
