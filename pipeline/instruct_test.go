package pipeline

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/pipeline/policy"
)

const instructPolicy = `
retention: {short: 30d, long: 400d}
classes:
  analytics: {purpose: analytics, recipient: tenant, basis: instruction, retention: long, clauses: ["5"]}
  training: {purpose: train, recipient: tenant, basis: consent, consent: training, clauses: ["4"]}
categories:
  transcript:
    clauses: [2]
    for: [analytics, training]
    fields: {tenant_id: keep, call_id: token, turn: keep, text: {action: redact, needs: text}}
  call_record:
    clauses: [2]
    for: [analytics]
    fields: {tenant_id: keep, call_id: token, status: keep, recording_url: {action: keep, needs: recording}}
`

func instructed(t *testing.T, texts ...string) *policy.Instructions {
	t.Helper()
	s := policy.NewInstructions()
	var all []*policy.Instruction
	for _, text := range texts {
		i, err := policy.ParseInstruction("i", []byte(text))
		require.NoError(t, err)
		all = append(all, i)
	}
	require.NoError(t, s.Replace(all))
	return s
}

// A tenant's word takes effect at exactly the record that it begins with, by the time of events: recordings by when the call began,
// texts and consents by when they were said. Without a word nothing of these leaves.
func TestInstructions(t *testing.T) {
	const document = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	noon := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	c := simConfig(t, DefaultLimits())
	c.Policy = policyOf(t, instructPolicy)
	c.Topics = map[string]TopicConfig{"calls": {Category: "transcript", Format: FormatJSON}, "records": {Category: "call_record", Format: FormatJSON}}
	c.Instructions = instructed(t,
		"tenant: acme\nversion: 1\nfrom: 2026-01-01\n",
		"tenant: acme\nversion: 2\nfrom: 2026-03-01T12:00:00Z\ntext: short\nrecording: true\n"+
			"consents: [{name: training, id: C1, granted: 2026-03-01T12:00:30Z, expires: 2026-03-01T12:01:00Z, document: "+document+"}]\n",
		"tenant: acme\nversion: 3\nfrom: 2026-03-01T13:00:00Z\n",
		"tenant: vague\nversion: 1\nfrom: 2026-01-01\ntext: a_while\n") // which the policy doesn't know
	analytics, training := &memorySink{}, &memorySink{}
	c.Sinks = []SinkConfig{{Name: "a", Sink: analytics, View: View{Class: "analytics"}}, {Name: "t", Sink: training, View: View{Class: "training"}}}
	var records []Record
	add := func(at time.Time, value string) {
		records = append(records, Record{Offset: int64(len(records)), Key: []byte("c1"), Time: at, Value: []byte(value)})
	}
	turn := func(tenant string) string {
		return fmt.Sprintf(`{"tenant_id":%q,"call_id":"c1","text":"hello there"}`, tenant)
	}
	for _, at := range []time.Duration{-time.Second, 0, 29 * time.Second, 30 * time.Second, 59 * time.Second, 60 * time.Second, time.Hour - 1, time.Hour} {
		add(noon.Add(at), turn("acme"))
	}
	add(noon, turn("nobody"))
	add(noon, turn("vague"))
	runRecords(t, c, "calls", records...)
	var texts []string
	for _, v := range analytics.values() {
		f := fieldsOf(t, v)
		text, _ := f["text"].(string)
		texts = append(texts, text)
	}
	require.Equal(t, []string{"", "hello there", "hello there", "hello there", "hello there", "hello there", "hello there", "", "", ""}, texts)
	require.Len(t, training.values(), 2, "a consent holds from when it was granted until it expires")
	require.Equal(t, 4.0, testutil.ToFloat64(c.Metrics.withheld.WithLabelValues("calls")))

	// Each record says by which instruction it left, and how long it may be kept: for as long as the shorter of both says.
	redaction := fieldsOf(t, analytics.values()[1])["redaction"].(map[string]any)
	require.Equal(t, c.Instructions.At([]byte("acme"), noon).Hash(), redaction["instruction"])
	require.Equal(t, "2026-03-31T12:00:00Z", redaction["expires_at"])
	redaction = fieldsOf(t, analytics.values()[0])["redaction"].(map[string]any)
	require.Equal(t, noon.Add(-time.Second).Add(400*24*time.Hour).Format(time.RFC3339), redaction["expires_at"])
	require.NotContains(t, fieldsOf(t, analytics.values()[8])["redaction"], "instruction")

	// A recording is of the call as it began: not by the time of the record.
	analytics.outs, records = nil, nil
	for _, began := range []string{"2026-03-01T11:59:59Z", "2026-03-01T12:00:00Z", "2026-03-01T12:59:59Z", "2026-03-01T13:00:00Z", "no time"} {
		add(noon.Add(30*time.Minute), fmt.Sprintf(`{"tenant_id":"acme","call_id":"c1","started_at":%q,"status":"done","recording_url":"x"}`, began))
	}
	runRecords(t, c, "records", records...)
	var recorded []bool
	for _, v := range analytics.values() {
		_, ok := fieldsOf(t, v)["recording_url"]
		recorded = append(recorded, ok)
	}
	require.Equal(t, []bool{false, true, true, false, true}, recorded)
}

// Data goes nowhere a tenant has not agreed to.
//
// clause: 8
func TestRegions(t *testing.T) {
	c := simConfig(t, DefaultLimits())
	c.Policy = policyOf(t, instructPolicy)
	c.Topics = map[string]TopicConfig{"calls": {Category: "transcript", Format: FormatJSON}}
	c.Instructions = instructed(t, "tenant: acme\nversion: 1\nfrom: 2026-01-01\nhome_region: eu\n",
		"tenant: bolt\nversion: 1\nfrom: 2026-01-01\nhome_region: eu\nregions: [us]\nsafeguard: SCC\n")
	eu, us := &memorySink{}, &memorySink{}
	c.Sinks = []SinkConfig{{Name: "eu", Sink: eu, View: View{Class: "analytics", Region: "eu"}}, {Name: "us", Sink: us, View: View{Class: "analytics", Region: "us"}}}
	at := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	var records []Record
	for i, tenant := range []string{"acme", "bolt", "nobody"} {
		records = append(records, Record{Offset: int64(i), Key: []byte(tenant), Time: at, Value: fmt.Appendf(nil, `{"tenant_id":%q,"call_id":%q,"turn":1}`, tenant, tenant)})
	}
	runRecords(t, c, "calls", records...)
	require.Len(t, eu.values(), 2)
	require.Len(t, us.values(), 1)
	require.Equal(t, "bolt", fieldsOf(t, us.values()[0])["tenant_id"])
}

// Where there are no instructions at all it takes a word of the operator's for texts to leave, and that is none for recordings.
//
// clause: 2.AI interaction
func TestTextsWithoutInstructions(t *testing.T) {
	for _, needed := range []bool{true, false} {
		c := simConfig(t, DefaultLimits())
		c.Policy = policyOf(t, instructPolicy)
		c.Topics = map[string]TopicConfig{"calls": {Category: "transcript", Format: FormatJSON}}
		c.TextNeedsInstruction = needed
		sink := &memorySink{}
		c.Sinks = []SinkConfig{{Name: "s", Sink: sink, View: View{Class: "analytics"}}}
		runRecords(t, c, "calls", Record{Key: []byte("k"), Value: []byte(`{"tenant_id":"acme","call_id":"c","turn":1,"text":"the parcel is late","recording_url":"r"}`)})
		require.Len(t, sink.values(), 1)
		fields := fieldsOf(t, sink.values()[0])
		require.Equal(t, !needed, fields["text"] != nil)
		require.NotContains(t, fields, "recording_url")
	}
}

func TestTrainingNeedsInstructions(t *testing.T) {
	c := simConfig(t, DefaultLimits())
	c.Policy = policyOf(t, instructPolicy)
	c.Topics = map[string]TopicConfig{"calls": {Category: "transcript", Format: FormatJSON}}
	c.Sinks = []SinkConfig{{Name: "t", Sink: &memorySink{}, View: View{Class: "training"}}}
	_, err := New(c)
	require.ErrorContains(t, err, "sink class training: to train needs the consent of tenants: configure their instructions")
}

// TestStandingIsWhatTheTableSays holds what a worker remembers of tenants against the table itself: for times in any order, while instructions and
// policies change between records, for more tenants than are remembered.
func TestStandingIsWhatTheTableSays(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 3))
	c := simConfig(t, DefaultLimits())
	w, err := rewriterOf(c)
	require.NoError(t, err)
	policies := []*policy.Policy{policyOf(t, instructPolicy), policyOf(t, strings.Replace(instructPolicy, "short: 30d", "brief: 7d", 1))}
	noon := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	// Times beside those at which something begins, and far away from all.
	moment := func() time.Time {
		switch r.IntN(20) {
		case 0:
			return time.UnixMilli(int64(r.Uint64()))
		case 1:
			return time.Time{}.Add(time.Duration(r.IntN(3)))
		}
		return noon.Add(time.Duration(r.IntN(10))*time.Hour + time.Duration(r.IntN(3)-1))
	}
	texts := []string{"short", "long", "brief", "none", "unheard_of"}
	versions := map[string]int{}
	var all []*policy.Instruction
	add := func(tenant string) {
		versions[tenant]++
		i, err := policy.ParseInstruction("i", fmt.Appendf(nil, "tenant: %s\nversion: %d\nfrom: %s\ntext: %s\n%s", tenant, versions[tenant],
			noon.Add(time.Duration(r.IntN(10))*time.Hour).Format(time.RFC3339), texts[r.IntN(len(texts))], []string{"", "minors: quarantine\n"}[r.IntN(2)]))
		require.NoError(t, err)
		all = append(all, i)
		require.NoError(t, w.instructions.Replace(all))
	}
	w.instructions, w.checker.instructed, w.topic = policy.NewInstructions(), true, &topic{}
	w.texts, w.checker.texts = textsInstructed, textsInstructed
	tenants, changed, kept := 3, 0, 0
	for n := range 30_000 {
		switch r.IntN(400) {
		case 0:
			add(fmt.Sprint("tenant-", r.IntN(tenants)))
			changed++
		case 1:
			w.policy = policies[r.IntN(2)]
			changed++
		case 2:
			tenants = 1 + r.IntN(5)
		}
		w.told = w.instructions.Table()
		w.tenant = fmt.Append(nil, "tenant-", r.IntN(tenants))
		if n%10_000 > 8_000 {
			w.tenant = fmt.Append(nil, "other-", n)
		}
		w.tally.begin()
		w.slot = w.tally.attribute(w.tenant, w.tally.slots[string(w.tenant)])
		when := moment()
		if w.slot.inForce.policy == w.policy && w.slot.inForce.table == w.instructions.Table() && w.slot.inForce.Holds(when) {
			kept++
		}
		got, want := w.standingAt(when), w.instructions.Table().Standing(w.tenant, when)
		require.Equal(t, want.In, got.In, "at %s", when)
		require.Equal(t, []any{want.Minors, want.Hears, want.Detectors}, []any{got.Minors, got.Hears, got.Detectors})
		w.instruction = got.In
		var lasts time.Duration
		if want.In != nil {
			require.Equal(t, want.In.Hash(), string(got.hash[:]))
			lasts, _ = w.policy.Retention(want.In.Text)
		}
		require.Equal(t, lasts, got.lasts)
		require.Equal(t, want.In.KeepsText() && lasts > 0, w.meets(policy.NeedsText))
		w.checker.begin(w.told, when, when)
		w.checker.note()
		w.checker.of = w.checker.writes
		require.Equal(t, want.In, w.checker.told(&w.checker.docs[0]).In)
		require.Equal(t, w.meets(policy.NeedsText), w.checker.meets(mayText))
	}
	require.Greater(t, changed, 100)
	require.Greater(t, kept, 5_000)
}

// What is written of times is what the standard library writes, whatever was written before.
func TestSecondsAreThoseOfTheLibrary(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 4))
	var s seconds
	at := time.Unix(0, 0)
	for range 20_000 {
		switch r.IntN(4) {
		case 0:
			at = time.Unix(r.Int64N(4e11)-2e11, r.Int64N(2e9)).In(time.FixedZone("", r.IntN(80_000)-40_000))
		case 1:
			at = at.Add(time.Duration(r.Int64N(int64(time.Second))))
		}
		require.Equal(t, "x"+at.UTC().Format(time.RFC3339), string(s.append([]byte("x"), at)))
	}
}

// TestInstructionsReachEachLine has lines of two tenants and two times in one record: none has another's instruction, nor when its call began.
func TestInstructionsReachEachLine(t *testing.T) {
	c := simConfig(t, DefaultLimits())
	c.Policy = policyOf(t, instructPolicy)
	c.Topics = map[string]TopicConfig{"records": {Category: "call_record", Format: FormatNDJSON}}
	c.Instructions = instructed(t, "tenant: acme\nversion: 1\nfrom: 2026-01-01\nrecording: true\n", "tenant: bolt\nversion: 1\nfrom: 2026-01-01\n",
		"tenant: acme\nversion: 2\nfrom: 2026-03-01\n")
	sink := &memorySink{}
	c.Sinks = []SinkConfig{{Name: "a", Sink: sink, View: View{Class: "analytics"}}}
	line := func(tenant, more string) string {
		return fmt.Sprintf(`{"tenant_id":%q,%s"recording_url":"x"}`, tenant, more) + "\n"
	}
	const before = `"started_at":"2026-02-01T00:00:00Z",`
	runRecords(t, c, "records", Record{Time: time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC), Value: []byte(
		line("acme", before) + line("bolt", before) + line("acme", "") + line("acme", before))})
	require.Len(t, sink.values(), 1)
	var recorded []bool
	for _, l := range strings.Split(strings.TrimSpace(sink.values()[0]), "\n") {
		_, ok := fieldsOf(t, l)["recording_url"]
		recorded = append(recorded, ok)
	}
	require.Equal(t, []bool{true, false, false, true}, recorded)
}
