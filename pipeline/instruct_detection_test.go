package pipeline

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/sonexlabs/tacet/detectors"
	"github.com/sonexlabs/tacet/detectors/rules"
	"github.com/sonexlabs/tacet/pipeline/policy"
)

// searchTest is an engine's configuration with the rule sets orders and parcels, and instructions.
type searchTest struct {
	c    Config
	told []*policy.Instruction
}

func newSearchTest(t *testing.T, instructions ...string) *searchTest {
	t.Helper()
	s := &searchTest{c: simConfig(t, DefaultLimits())}
	s.c.Policy = policyOf(t, instructPolicy)
	s.c.Topics = map[string]TopicConfig{"calls": {Category: "transcript", Format: FormatJSON}, "lines": {Category: "transcript", Format: FormatNDJSON}}
	named := map[string]*detectors.RuleSet{}
	for _, name := range []string{"orders", "parcels"} {
		set, err := detectors.ReadRules(rules.File{Name: name, Data: fmt.Appendf(nil, "rules: [{name: one, type: ORDER_ID, pattern: '%s-[a-z]+', examples: ['%s-a']}]", name, name)})
		require.NoError(t, err)
		named[name] = set
	}
	s.c.Instructions = policy.NewInstructions()
	s.c.Instructions.SearchWith(policy.NewDetectorSets(s.c.Detectors, named))
	s.instruct(t, instructions...)
	return s
}

// instruct adds instructions, each "tenant version second: lines".
func (s *searchTest) instruct(t *testing.T, instructions ...string) {
	t.Helper()
	for _, text := range instructions {
		head, lines, _ := strings.Cut(text, ": ")
		f := strings.Fields(head)
		i, err := policy.ParseInstruction("i", fmt.Appendf(nil, "tenant: %s\nversion: %s\nfrom: 2026-06-01T00:00:%sZ\ntext: long\n%s\n", f[0], f[1], f[2], strings.ReplaceAll(lines, "; ", "\n")))
		require.NoError(t, err)
		s.told = append(s.told, i)
	}
	require.NoError(t, s.c.Instructions.Replace(s.told))
}

// saidBy is a turn some time after the first of June.
func saidBy(offset int64, tenant, call string, after time.Duration, role, text string) Record {
	return Record{Offset: offset, Key: []byte(call), Time: time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC).Add(after),
		Value: fmt.Appendf(nil, `{"tenant_id":%q,"call_id":%q,"role":%q,"text":%q}`, tenant, call, role, text)}
}

// run gives what leaves of records, as an engine with one sink has it.
func (s *searchTest) run(t require.TestingT, in func(ctx context.Context, in Intake) error) []string {
	c, sink := s.c, &memorySink{}
	c.Metrics = NewMetrics(prometheus.NewRegistry(), "test", c.Policy.Hash())
	c.Sinks = []SinkConfig{{Name: "a", Sink: sink, View: View{Class: "analytics"}}}
	e, err := New(c)
	require.NoError(t, err)
	require.NoError(t, e.Run(context.Background(), sourceFunc(in)))
	return sink.values()
}

func whole(topic string, records []Record) func(context.Context, Intake) error {
	return func(ctx context.Context, in Intake) error { return submitAll(ctx, in, LaneID{Topic: topic}, records) }
}

const (
	everything  = "it is RO1098676, 12345678, orders-blue, parcels-red, joe@example.com"
	asUsual     = "it is [EU_VAT_1], 12345678, orders-blue, parcels-red, [EMAIL_1]"
	withLocales = "it is [US_DEA_1], 12345678, orders-blue, parcels-red, [EMAIL_1]"
	withPreset  = "it is [EU_VAT_1], [AT_DRIVING_LICENCE_1], orders-blue, parcels-red, [EMAIL_1]"
	withOrders  = "it is [EU_VAT_1], 12345678, [ORDER_ID_1], parcels-red, [EMAIL_1]"
	withParcels = "it is [EU_VAT_1], 12345678, orders-blue, [ORDER_ID_1], [EMAIL_1]"
	withAllOfIt = "it is [US_DEA_1], [US_DRIVER_LICENSE_1], [ORDER_ID_1], [ORDER_ID_2], [EMAIL_1]"
	allOfIt     = "locales: [US]; preset: paranoid; rules: [orders, parcels]"
	plainly     = "acme 1 00: recording: false"
)

// Each tenant's texts are searched as it instructs, from exactly the record that the instruction begins with, and nobody else's.
func TestSearchedAsInstructed(t *testing.T) {
	s := newSearchTest(t, plainly, "acme 2 10: "+allOfIt, "acme 3 20: recording: false", "bolt 1 00: locales: [us]", "coil 1 00: preset: paranoid",
		"dyne 1 00: rules: [orders]", "eson 1 00: rules: [parcels]; preset: balanced", "flux 1 00: recording: false")
	var records []Record
	var want []string
	add := func(tenant string, after time.Duration, text string) {
		n := int64(len(records))
		records = append(records, saidBy(n, tenant, fmt.Sprint("c", n), after, "customer", everything))
		want = append(want, text)
	}
	for _, x := range []struct {
		after time.Duration
		want  string
	}{{10*time.Second - 1, asUsual}, {10 * time.Second, withAllOfIt}, {0, asUsual}, {20*time.Second - 1, withAllOfIt}, {20 * time.Second, asUsual}, {15 * time.Second, withAllOfIt}} {
		add("acme", x.after, x.want)
		add("bolt", x.after, withLocales)
		add("coil", x.after, withPreset)
		add("dyne", x.after, withOrders)
		add("eson", x.after, withParcels)
		add("flux", x.after, asUsual)
	}
	require.Equal(t, want, texts(s.run(t, whole("calls", records))))

	// Lines of one record are of several tenants.
	lines := saidBy(0, "acme", "c1", 15*time.Second, "customer", everything)
	lines.Value = []byte(strings.Join([]string{string(lines.Value), strings.ReplaceAll(string(lines.Value), "acme", "flux"), strings.ReplaceAll(string(lines.Value), "acme", "bolt")}, "\n"))
	got := s.run(t, whole("lines", []Record{lines}))
	require.Len(t, got, 1)
	require.Equal(t, []string{withAllOfIt, asUsual, withLocales}, texts(strings.Split(got[0], "\n")))

	// What is refused says what it was searched with.
	long := saidBy(0, "acme", "c1", 15*time.Second, "customer", everything)
	long.Value = []byte(strings.Replace(string(long.Value), "{", `{"known_values":7,`, 1))
	q := s.c.Quarantine.(*simQuarantine)
	q.all = nil
	s.run(t, whole("calls", []Record{long, saidBy(1, "gone", "", 0, "", "")}))
	require.Len(t, q.all, 2)
	for _, e := range q.all { // of two workers, in any order
		require.Equal(t, e.Offset == 1, s.c.Detectors.Version() == e.Detector)
	}
}

// A call goes on where its tenant's settings change in the middle: what was asked, a number that isn't said to its end, and aliases.
func TestCallsGoOnUnderOtherSettings(t *testing.T) {
	s := newSearchTest(t, plainly, "acme 2 10: "+allOfIt, "acme 3 20: preset: strict", "flux 1 00: recording: false")
	turns := []struct {
		after      time.Duration
		role, text string
	}{{8, "agent", "what is your card number"}, {9, "customer", "4111 1111"}, {10, "customer", "1111 1111"}, {11, "agent", "and the mail?"}, {12, "customer", "joe@example.com"},
		{19, "agent", "what is your account number?"}, {20, "customer", "it is 4096 77"}, {21, "agent", "so joe@example.com"}}
	run := func(tenant string) []string {
		var records []Record
		for i, x := range turns {
			records = append(records, saidBy(int64(i), tenant, "c1", x.after*time.Second, x.role, x.text))
		}
		return texts(s.run(t, whole("calls", records)))
	}
	got := run("acme")
	require.Equal(t, run("flux"), got)
	for _, text := range got {
		require.NotRegexp(t, `[0-9]{2}`, text)
	}
	require.Equal(t, "so [EMAIL_1]", got[len(got)-1])
}

// A new version holds for what comes after it was read, without anything being made anew that there is.
func TestSearchedAsInstructedWhileRunning(t *testing.T) {
	s := newSearchTest(t, plainly)
	got := s.run(t, func(ctx context.Context, in Intake) error {
		id := LaneID{Topic: "calls"}
		lane, err := in.OpenLane(id, 0)
		require.NoError(t, err)
		for i, told := range []string{"", "acme 2 10: rules: [orders]", "acme 3 20: locales: [us]"} {
			if told != "" {
				s.instruct(t, told)
			}
			require.NoError(t, lane.Submit(ctx, batchOf(id, []Record{saidBy(int64(i), "acme", fmt.Sprint("c", i), 30*time.Second, "customer", everything)}, false)))
			require.Eventually(t, func() bool { return lane.Watermark() == int64(i)+1 }, 10*time.Second, time.Millisecond)
		}
		require.Error(t, s.c.Instructions.Replace(nil))
		require.NoError(t, lane.Submit(ctx, batchOf(id, []Record{saidBy(3, "acme", "c3", 30*time.Second, "customer", everything)}, false)))
		require.Zero(t, lane.Drain(context.Background()))
		return lane.Err()
	})
	require.Equal(t, []string{asUsual, withOrders, withLocales, withLocales}, texts(got))
}

// However records are cut into batches, and wherever reading begins again, the same leaves.
func TestSearchedAsInstructedInBatches(t *testing.T) {
	s := newSearchTest(t, plainly, "acme 2 10: "+allOfIt, "acme 3 20: locales: [gb]", "bolt 1 00: rules: [parcels]", "bolt 2 15: preset: paranoid")
	rapid.Check(t, func(t *rapid.T) {
		var records []Record
		for n := range rapid.IntRange(1, 25).Draw(t, "turns") {
			records = append(records, saidBy(int64(n), rapid.SampledFrom([]string{"acme", "bolt"}).Draw(t, "tenant"), rapid.SampledFrom([]string{"c1", "c2"}).Draw(t, "call"),
				time.Duration(rapid.IntRange(0, 29).Draw(t, "second"))*time.Second, rapid.SampledFrom([]string{"agent", "customer"}).Draw(t, "role"),
				rapid.SampledFrom([]string{everything, "what is your card number", "4111 1111", "1111 1111", "it is 12345678", "ring 020 7946 0018", "joe@example.com"}).Draw(t, "text")))
		}
		want := s.run(t, whole("calls", records))
		begin := rapid.IntRange(0, len(records)-1).Draw(t, "begin")
		got := s.run(t, func(ctx context.Context, in Intake) error {
			id := LaneID{Topic: "calls"}
			lane, err := in.OpenLane(id, int64(begin))
			require.NoError(t, err)
			for k, rest := range [][]Record{records[:begin], records[begin:]} {
				for len(rest) > 0 {
					n := rapid.IntRange(1, len(rest)).Draw(t, "batch")
					require.NoError(t, lane.Submit(ctx, batchOf(id, rest[:n], k == 0)))
					rest = rest[n:]
				}
			}
			require.Zero(t, lane.Drain(context.Background()))
			return lane.Err()
		})
		require.Equal(t, want[begin:], got)
	})
}

// An explanation says what the tenant asked for.
func TestExplainDetection(t *testing.T) {
	s := newSearchTest(t, plainly, "acme 2 10: "+allOfIt)
	x, err := NewExplainer(s.c, "analytics")
	require.NoError(t, err)
	f := func(second time.Duration, detection, rule string) {
		t.Helper()
		r := saidBy(0, "acme", "c1", second*time.Second, "customer", "orders-blue or joe@example.com")
		e, err := x.Explain(LaneID{Topic: "calls"}, &r)
		require.NoError(t, err)
		require.Equal(t, detection, e.Detection)
		require.Equal(t, detection == "", e.Detectors == s.c.Detectors.Version())
		require.Equal(t, rule, e.Findings[0].Rule)
		require.Equal(t, e.Detectors, e.Findings[0].Version)
	}
	f(9, "", "")
	f(10, "locales us; preset paranoid; rules orders,parcels", "orders/one")
}
