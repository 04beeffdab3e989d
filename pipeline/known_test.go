package pipeline

import (
	"bytes"
	"context"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/detectors"
	"github.com/sonexlabs/tacet/detectors/rules"
	"github.com/sonexlabs/tacet/pipeline/policy"
)

// A name that nothing but the customer's record says is one: of words with digits, which the tagger takes for no names.
const (
	textNamed  = `{"tenant_id":"t","call_id":"c","role":"customer","text":"Z0rvex Qu1llon here, qu1llon with a q"}`
	textPlain  = `Z0rvex Qu1llon here, qu1llon with a q`
	textHidden = `[PERSON_1] here, [PERSON_2] with a q`
	crmRecord  = `"known_values":[{"type":"PERSON","value":"Z0rvex Qu1llon"}]`
)

// texts are the values of the key text in outputs.
func texts(outs []string) (all []string) {
	for _, o := range outs {
		_, rest, _ := strings.Cut(o, `"text":"`)
		text, _, _ := strings.Cut(rest, `"`)
		all = append(all, text)
	}
	return all
}

func TestKnownValues(t *testing.T) {
	c := simConfig(t, DefaultLimits())
	c.Topics["nd"] = TopicConfig{Category: "transcript", Format: FormatNDJSON}
	f := func(topic string, want []string, values ...string) []string {
		t.Helper()
		c.Metrics = NewMetrics(prometheus.NewRegistry(), "test", "p")
		outs := process(t, c, topic, values...)
		for _, o := range outs {
			require.NotContains(t, o, knownPath)
		}
		require.Equal(t, want, texts(outs))
		return outs
	}
	turn := func(call, known, text string) string {
		return fmt.Sprintf(`{"tenant_id":"t","call_id":"%s",%s"role":"customer","text":"%s"}`, call, known, text)
	}
	crm := func(values ...string) string { return `"known_values":[` + strings.Join(values, ",") + `],` }
	name := `{"type":"PERSON","value":"Z0rvex Qu1llon"}`

	f("calls", []string{textPlain}, textNamed)
	// The record and the turns after it, of this call only.
	outs := f("calls", []string{textHidden, "it is [PERSON_2]", "it is Qu1llon"},
		turn("c", crm(name), textPlain), turn("c", "", "it is Qu1llon"), turn("other", "", "it is Qu1llon"))
	require.Contains(t, outs[0], `"findings":{"PERSON":2}`)
	// Wherever it stands in its object, whatever else is in it; a number is a value, too.
	f("calls", []string{"it is [PERSON_1], [CUSTOM_1]"},
		`{"text":"it is Qu1llon, 90210","tenant_id":"t","call_id":"c","known_values":[{"value":"Z0rvex Qu1llon","source":{"a":[1]},"type":"PERSON"},{"value":90210}]}`)
	// A type that nobody knows, or none, stands for CUSTOM; what is null or empty is no value.
	f("calls", []string{"[CUSTOM_1] and [CUSTOM_2]"},
		turn("c", crm(`{"type":"LOYALTY","value":"blue heron"}`, `{"type":null,"value":"red heron"}`, `{"type":"EMAIL","value":null}`, `{"value":""}`), "Blue Heron and red-heron"))
	f("calls", []string{"it is Qu1llon", "it is Qu1llon"}, turn("c", `"known_values":null,`, "it is Qu1llon"), turn("c", crm(), "it is Qu1llon"))
	// Later lists add to the first one; an empty one takes nothing away.
	f("calls", []string{"Qu1llon", "[PERSON_1] Brev1k", "[PERSON_1] and [PERSON_2]", "[PERSON_1]"},
		turn("c", "", "Qu1llon"), turn("c", crm(name), "Qu1llon Brev1k"), turn("c", crm(`{"type":"PERSON","value":"Anse1ka Brev1k"}`), "Qu1llon and Brev1k"),
		turn("c", crm(), "Qu1llon"))
	// A whole call; lines that each speak for themselves.
	outs = process(t, withMetrics(c), "calls", `{"tenant_id":"t","call_id":"c","turns":[{"role":"agent","text":"Qu1llon?"},{"role":"customer","text":"Z0rvex"}],`+crmRecord+`}`)
	require.Contains(t, outs[0], `"turns":[{"role":"agent","text":"[PERSON_1]?"},{"role":"customer","text":"[PERSON_2]"}],"redaction"`)
	outs = process(t, withMetrics(c), "nd", turn("c", crm(name), "Qu1llon")+"\n"+turn("d", "", "Qu1llon")+"\n"+turn("c", "", "Qu1llon"))
	require.Equal(t, []string{"[PERSON_1]", "Qu1llon", "[PERSON_1]"}, texts(strings.Split(outs[0], "\n")))
}

func withMetrics(c Config) Config {
	c.Metrics = NewMetrics(prometheus.NewRegistry(), "test", "p")
	return c
}

// The filter takes them out as well: in its output they would be known values again, of what stands there by then.
func TestFilterTakesKnownValues(t *testing.T) {
	c := simConfig(t, DefaultLimits())
	c.Policy, c.Filter = policy.TextOnly(), []byte(`{"error":"not processed"}`)
	c.Topics["calls"] = TopicConfig{Category: "transcript", Format: FormatNDJSON, Tenant: "local"}
	in := `{"text":"Qu1llon", "known_values": [ {"type":"PERSON","value":"Z0rvex Qu1llon","more":{"x@example.com":["y@example.com"]}} ] , "n":"Z0rvex"}`
	want := `{"text":"[PERSON_1]", "n":"[PERSON_2]"}`
	require.Equal(t, []string{want}, process(t, c, "calls", in))
	require.Equal(t, []string{want}, process(t, withMetrics(c), "calls", want))
	c.Metrics = NewMetrics(prometheus.NewRegistry(), "test", "p")
	require.Equal(t, []string{`{"error":"not processed"}`}, process(t, c, "calls", `{"text":"Qu1llon","known_values":["Qu1llon"]}`))
}

// Values that can't be taken fail their record, with words that show nothing of them; what was known before stays.
func TestKnownValuesThatAreNone(t *testing.T) {
	many := strings.Repeat(`{"value":"Qu1llon"},`, knownMost) + `{"value":"Qu1llon"}`
	bad := []string{
		`"Qu1llon"`, `{"type":"PERSON","value":"Qu1llon"}`, `7`, `["Qu1llon"]`, `[["Qu1llon"]]`, `[null]`, `[{"type":"PERSON"}]`,
		`[{"name":"Qu1llon"}]`, `[{"value":{"first":"Qu1llon"}}]`, `[{"value":["Qu1llon"]}]`, `[{"value":true}]`,
		`[{"name":"Qu1llon"},{"value":"Qu1llon"}]`, `[{"value":"Qu1llon"},{"type":"PERSON"}]`, `[{"value":"Qu1llon","value":"x"}]`,
		`[],"known_values":[{"value":"Qu1llon"}]`, `[{"value":"` + strings.Repeat("Qu1llon", 40) + `"}]`, "[" + many + "]",
	}
	for _, list := range bad {
		c := simConfig(t, DefaultLimits())
		q := &simQuarantine{seen: map[string]int{}}
		c.Quarantine = q
		outs := process(t, c, "calls",
			`{"tenant_id":"t","call_id":"c",`+crmRecord+`,"text":"joe@example.com is Qu1llon"}`,
			`{"tenant_id":"t","call_id":"c","known_values":`+list+`,"text":"x"}`,
			`{"tenant_id":"t","call_id":"c","text":"Qu1llon"}`)
		require.Equal(t, []string{"[EMAIL_1] is [PERSON_1]", "[PERSON_1]"}, texts(outs), list)
		require.Len(t, q.all, 1, list)
		require.Equal(t, ClassMalformed, q.all[0].Class)
		require.NotContains(t, strings.ToLower(q.all[0].Detail), "qu1llon")
	}
}

// What is known survives a hand-over of the partition as the rest of a call's memory does, and not otherwise.
func TestKnownValuesSurviveAHandOver(t *testing.T) {
	id := LaneID{"calls", 0}
	old := []Record{{Offset: 0, Key: []byte("k"), Value: []byte(`{"tenant_id":"t","call_id":"c",` + crmRecord + `,"text":"x"}`)}}
	next := []Record{{Offset: 1, Key: []byte("k"), Value: []byte(textNamed)}}
	for _, warm := range []bool{true, false} {
		c := simConfig(t, DefaultLimits())
		sink := &memorySink{}
		c.Sinks = []SinkConfig{{Name: "memory", Sink: sink}}
		e, err := New(c)
		require.NoError(t, err)
		require.NoError(t, e.Run(context.Background(), sourceFunc(func(ctx context.Context, in Intake) error {
			lane, err := in.OpenLane(id, 0)
			require.NoError(t, err)
			require.NoError(t, lane.Submit(ctx, batchOf(id, old, false)))
			require.Zero(t, lane.Drain(ctx))
			lane, err = in.OpenLane(id, 1)
			require.NoError(t, err)
			if warm {
				require.NoError(t, lane.Submit(ctx, batchOf(id, old, true)))
			}
			require.NoError(t, lane.Submit(ctx, batchOf(id, next, false)))
			require.Zero(t, lane.Drain(ctx))
			return nil
		})))
		want := textPlain
		if warm {
			want = textHidden
		}
		require.Equal(t, []string{"x", want}, texts(sink.values()))
	}
}

// A call that is given up is given up with what is known of it.
func TestKnownValuesGoWithTheirCall(t *testing.T) {
	limits := DefaultLimits()
	limits.Workers, limits.Calls = 1, 2
	c := simConfig(t, limits)
	f := `{"tenant_id":"t","call_id":"%s",%s"text":"Qu1llon"}`
	outs := process(t, c, "calls", fmt.Sprintf(f, "a", crmRecord+","), fmt.Sprintf(f, "b", ""), fmt.Sprintf(f, "a", ""),
		fmt.Sprintf(f, "c", ""), fmt.Sprintf(f, "d", ""), fmt.Sprintf(f, "a", ""))
	require.Equal(t, []string{"[PERSON_1]", "Qu1llon", "[PERSON_1]", "Qu1llon", "Qu1llon", "Qu1llon"}, texts(outs))
}

// The memory of known values is bounded over all calls, and counted until it is given back.
func TestKnownValuesAreBounded(t *testing.T) {
	now := time.Unix(0, 0)
	known := func(n int) *knownValues {
		var values []detectors.KnownValue
		for i := range n {
			values = append(values, detectors.KnownValue{Type: "PERSON", Value: fmt.Appendf(nil, "Z0rvex Qu1llon%d", i)})
		}
		k, err := newKnownValues(1, values, nil)
		require.NoError(t, err)
		return k
	}
	s := newCallStore(1000, time.Minute, 10*known(3).bytes)
	l := &lane{}
	var calls []*call
	forgotten := 0
	for i := range 30 {
		c, _, _ := s.get(l, []byte("t"), fmt.Append(nil, i), now)
		calls = append(calls, c)
		forgotten += s.setKnown(c, known(3))
		require.LessOrEqual(t, s.knownBytes, s.knownMost)
	}
	require.Equal(t, 20, forgotten)
	require.Len(t, s.calls, 10)
	require.Nil(t, calls[19].known)
	require.NotNil(t, calls[20].known)

	last := calls[29]
	require.Zero(t, s.setKnown(last, known(1)), "a shorter list makes room")
	aliases := last.aliases
	s.spoil(last)
	require.NotNil(t, last.known)
	require.NotSame(t, aliases, last.aliases)
	s.forget(l)
	require.Zero(t, s.knownBytes)
	require.Nil(t, last.known)
	for i := range 2 {
		c, _, _ := s.get(l, []byte("t"), fmt.Append(nil, i), now)
		require.Equal(t, i, s.setKnown(c, known(knownMost)), "one call's values always fit")
	}
}

func TestNewKnownValues(t *testing.T) {
	value := func(s string) detectors.KnownValue { return detectors.KnownValue{Type: "PERSON", Value: []byte(s)} }
	var many []detectors.KnownValue
	for i := range knownMost {
		many = append(many, value(fmt.Sprintf("Qu1llon%d", i)))
	}
	first, err := newKnownValues(1, many, nil)
	require.NoError(t, err)
	second, err := newKnownValues(2, []detectors.KnownValue{value("Brev1k"), value("Qu1llon0")}, first)
	require.NoError(t, err)
	require.Len(t, second.values, knownMost)
	require.Equal(t, "Brev1k", string(second.values[0].Value))
	require.Equal(t, "Qu1llon62", string(second.values[knownMost-1].Value), "the oldest goes")
	again, err := newKnownValues(3, []detectors.KnownValue{value("Qu1llon5")}, second)
	require.NoError(t, err)
	require.Same(t, second.find, again.find, "nothing new")
	require.Equal(t, uint64(3), again.list)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
		require.NotContains(t, fmt.Sprintf(verb, first), "Qu1llon")
		require.NotContains(t, fmt.Sprintf(verb, *first), "5175696c6c6f6e")
	}
}

// The estimate of memory is not far from the truth, and not below it.
func TestKnownBytes(t *testing.T) {
	f := func(values ...string) {
		t.Helper()
		const n = 4000
		all := make([]*knownValues, n)
		var before, after runtime.MemStats
		for range 3 { // pools of the tests before are given back at the second
			runtime.GC()
		}
		runtime.ReadMemStats(&before)
		for i := range all {
			var own []detectors.KnownValue
			for _, v := range values {
				own = append(own, detectors.KnownValue{Type: "PERSON", Value: bytes.Clone([]byte(v))})
			}
			all[i], _ = newKnownValues(uint64(i), own, nil)
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		took, estimate := int(after.HeapAlloc-before.HeapAlloc)/n, all[0].bytes
		require.Less(t, took, estimate)
		require.Greater(t, took, estimate/3)
		runtime.KeepAlive(all)
	}
	f("Z0rvex Qu1llon", "+44 20 7946 0123", "1979-09-27")
	f(strings.Repeat("a b c ", 40))
	f(strings.Repeat("Qu1llon", 36))
	f("Z0rvex", "Qu1llon", "Brev1k", "Anselka", "Tomlyn", "Greta")
}

// A policy can't let them out, and only topics of calls in JSON have them.
func TestKnownValuesOfPolicies(t *testing.T) {
	c := simConfig(t, DefaultLimits())
	for path, ok := range map[string]bool{"known_values": false, `"known_values[].value"`: false, `"known_values.x"`: false, "known": true} {
		text := "tenants: [t]\ncategories:\n  transcript:\n    clauses: [\"2\"]\n    fields: {text: redact, " + path + ": token}\n"
		p, err := policy.Parse("p", []byte(text))
		require.NoError(t, err)
		c.Policy = p
		_, err = compileTopic("calls", TopicConfig{Category: "transcript", Format: FormatJSON}, c.Policy, classesIn(c))
		require.Equal(t, ok, err == nil, "%s: %v", path, err)
	}
}

// What a rule could not search is redacted and counted.
func TestRuleLimit(t *testing.T) {
	own, err := detectors.ReadRules(rules.File{Name: "slow.yaml", Data: []byte(`rules:
  - {name: slow, type: ACCOUNT_ID, pattern: 'acct (x+)+$', window: 100, examples: ['acct xxx']}
`)})
	require.NoError(t, err)
	c := simConfig(t, DefaultLimits())
	c.Detectors, err = detectors.New(detectors.Options{Rules: own})
	require.NoError(t, err)
	outs := process(t, c, "calls", `{"tenant_id":"t","call_id":"c","text":"acct xxx"}`,
		`{"tenant_id":"t","call_id":"c","text":"acct `+strings.Repeat("x", 60)+` stop"}`)
	require.Equal(t, []string{"[ACCOUNT_ID_1]", "[SECRET]"}, texts(outs))
	require.Equal(t, 1.0, testutil.ToFloat64(c.Metrics.ruleLimit.WithLabelValues("calls")))
}

// The list that every turn repeats, and the search for its values, allocate nothing.
func TestKnownValuesAgain(t *testing.T) {
	c := simConfig(t, DefaultLimits())
	w, err := rewriterOf(c)
	require.NoError(t, err)
	tp, err := compileTopic("calls", c.Topics["calls"], c.Policy, classesIn(c))
	require.NoError(t, err)
	l, s := &lane{topic: tp}, newCallStore(10, time.Minute, 1<<20)
	r := &Record{Key: []byte("c"), Value: []byte(`{"tenant_id":"t","call_id":"c",` + crmRecord + `,"text":"nobody of that name"}`)}
	now := time.Now()
	run := func() {
		w.begin(l, s, &Record{}, now)
		_, err = w.value(r)
	}
	run()
	require.NoError(t, err)
	known := w.call.known
	require.NotNil(t, known)
	require.Zero(t, testing.AllocsPerRun(100, run))
	require.Same(t, known, w.call.known)
}
