package pipeline

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/sonexlabs/tacet/detectors"
	"github.com/sonexlabs/tacet/pipeline/policy"
)

// partialPolicy lets more of a transcript leave than the built-in policy, to have something to mask.
func partialPolicy(t require.TestingT, partials string) *policy.Policy {
	p, err := policy.Parse("p", []byte(`
tenants: ["*"]
categories:
  transcript:
    clauses: [2]
    partials: `+partials+`
    fields:
      tenant_id: keep
      call_id: token
      role: keep
      turn: keep
      final: keep
      text: redact
      lexical: keep
      itn: token
      score: redact
      "turns[].role": keep
      "turns[].text": redact
      "turns[].lexical": redact
      "turns[].final": keep
      "words.**": redact
      "alt.*.say": redact
      "alt.*.final": redact
      "list[].deep[].text": redact
`))
	require.NoError(t, err)
	return p
}

// one gives what becomes of one record: its output without tokens and the member redaction, "" for none.
func one(t *testing.T, c Config, topic, value string) string {
	t.Helper()
	outs := process(t, withMetrics(c), topic, value)
	if len(outs) == 0 {
		return ""
	}
	require.Len(t, outs, 1)
	before, _, _ := strings.Cut(tokensOut(outs[0]), `,"redaction":`)
	return before
}

func TestPartials(t *testing.T) {
	drop, mask := simConfig(t, DefaultLimits()), simConfig(t, DefaultLimits())
	drop.Policy, mask.Policy = partialPolicy(t, "drop"), partialPolicy(t, "mask")
	f := func(in, dropped, masked string) {
		t.Helper()
		in = `{"tenant_id":"t","call_id":"c",` + in + "}"
		for c, want := range map[*Config]string{&drop: dropped, &mask: masked} {
			if want != "" {
				want = `{"tenant_id":"t","call_id":"TOKEN",` + want
			}
			require.Equal(t, want, one(t, *c, "calls", in), in)
		}
	}
	same := func(in string) { t.Helper(); f(in, in, in) }

	same(`"text":"it is four one"`)
	same(`"final":true,"text":"it is four one"`)
	f(`"final":false,"text":"it is four one"`, "", `"final":false,"text":"[PARTIAL]"`)
	// Wherever it stands, however it is written, and whatever it is but true.
	f(`"text":"it is four one", "final" : false`, "", `"text":"[PARTIAL]", "final" : false`)
	f(`"\u0066inal":false,"text":"four"`, "", `"\u0066inal":false,"text":"[PARTIAL]"`)
	for _, no := range []string{`null`, `0`, `1`, `"true"`, `"false"`, `"four one"`, `[]`, `[true]`, `{}`, `{"true":true}`, `[["four"]]`, `{"a":{"b":["four"]}}`} {
		f(`"turn":1,"final":`+no+`,"text":"four"`, "", `"turn":1,"final":false,"text":"[PARTIAL]"`)
	}
	// Every form of what was heard, even if the policy keeps it, and every text; what isn't text stays.
	f(`"final":false,"text":"four","lexical":"four","itn":"4","score":0.41,"turn":3,"role":"agent","words":{"four":[1]}`, "",
		`"final":false,"text":"[PARTIAL]","lexical":"[PARTIAL]","itn":"[PARTIAL]","score":"[PARTIAL]","turn":3,"role":"agent","words":{"four":"[PARTIAL]"}`)
	f(`"final":false,"text":"","lexical":41`, "", `"final":false,"text":"[PARTIAL]","lexical":"[PARTIAL]"`)
	f(`"final":false,"text":null,"score":true`, "", `"final":false,"text":null,"score":true`)
	f(`"final":false,"text":"{\"a\":\"four\"}"`, "", `"final":false,"text":"[PARTIAL]"`)
	// A turn speaks for itself.
	f(`"turns":[{"role":"agent","text":"one"},{"role":"customer","text":"two","lexical":"two","final":false},{"text":"three","final":true}]`,
		`"turns":[{"role":"agent","text":"one"},{"text":"three","final":true}]`,
		`"turns":[{"role":"agent","text":"one"},{"role":"customer","text":"[PARTIAL]","lexical":"[PARTIAL]","final":false},{"text":"three","final":true}]`)
	f(`"turns":[{"final":0,"text":"two"},{"final":[],"text":"two"}]`, `"turns":[]`,
		`"turns":[{"final":false,"text":"[PARTIAL]"},{"final":false,"text":"[PARTIAL]"}]`)
	f(`"final":false,"turns":[{"final":true,"text":"two"},{"text":"two"}],"text":"three"`, "",
		`"final":false,"turns":[{"final":true,"text":"[PARTIAL]"},{"text":"[PARTIAL]"}],"text":"[PARTIAL]"`)
	// So does every object that a path of the policy goes through, also under wildcards.
	f(`"list":[{"deep":[{"text":"one","final":null},{"text":"two"}]},{"final":1,"deep":[{"text":"three"}]}]`, `"list":[{"deep":[{"text":"two"}]}]`,
		`"list":[{"deep":[{"text":"[PARTIAL]"},{"text":"two"}]},{"deep":[{"text":"[PARTIAL]"}]}]`)
	f(`"alt":{"a":{"say":"one","final":"x"},"b":{"say":"two"}}`, `"alt":{"b":{"say":"two"}}`,
		`"alt":{"a":{"say":"[PARTIAL]","final":false},"b":{"say":"two"}}`)
	f(`"words":{"a":{"b":{"say":"one","final":false,"x":{"y":["one"]}},"c":"two"}},"text":"three"`, `"words":{"a":{"c":"two"}},"text":"three"`,
		`"words":{"a":{"b":"[PARTIAL]","c":"two"}},"text":"three"`)
	f(`"words":{"a":"one","final":["four"]},"text":"three"`, `"text":"three"`, `"words":{"a":"[PARTIAL]","final":false},"text":"three"`)
	// JSON in a string is a part of a text: masked in either case.
	f(`"text":"[{\"say\":\"one\",\"final\":false},{\"say\":\"two\",\"final\":true}]"`,
		`"text":"[\"[PARTIAL]\",{\"say\":\"two\",\"final\":true}]"`,
		`"text":"[\"[PARTIAL]\",{\"say\":\"two\",\"final\":true}]"`)
	f(`"text":"{\"final\":false,\"four\":{\"one\":1}}"`, `"text":"[PARTIAL]"`, `"text":"[PARTIAL]"`)
	f(`"text":"{\"a\":{\"final\":0,\"four\":1},\"b\":\"{\\\"final\\\":[]}\"}"`, `"text":"{\"a\":\"[PARTIAL]\",\"b\":\"[PARTIAL]\"}"`, `"text":"{\"a\":\"[PARTIAL]\",\"b\":\"[PARTIAL]\"}"`)
	// Final, but of nothing that leaves.
	same(`"text":"one","turns":[{"role":"agent","text":"two","final":true}]`)
	require.Equal(t, `{"tenant_id":"t","call_id":"TOKEN","text":"one"`, one(t, drop, "calls", `{"tenant_id":"t","call_id":"c","text":"one","other":{"final":false}}`))
}

// A policy without the field final leaves it out, and is bound by it nevertheless.
func TestPartialsOfPolicies(t *testing.T) {
	c := simConfig(t, DefaultLimits())
	f := func(partials, fields, in, want string) {
		t.Helper()
		p, err := policy.Parse("p", []byte(`{tenants: ["*"], categories: {transcript: {clauses: [2], partials: `+partials+`, fields: {`+fields+`}}}}`))
		require.NoError(t, err)
		c.Policy = p
		require.Equal(t, want, one(t, c, "calls", `{"tenant_id":"t","call_id":"c",`+in+`}`))
	}
	f("mask", "text: redact", `"text":"one","final":"x"`, `{"text":"[PARTIAL]"`)
	f("mask", "text: redact", `"text":"one","final":true`, `{"text":"one"`)
	f("mask", `"**": redact`, `"final":{"x":"one"},"four":{"five":1},"n":7`, `{"tenant_id":"t","call_id":"c","final":false,"four":"[PARTIAL]","n":"[PARTIAL]"`)
	f("mask", `"**": redact`, `"final":true,"four":{"five":1}`, `{"tenant_id":"t","call_id":"c","final":true,"four":{"five":1}`)
	f("mask", `"**": redact, final: drop`, `"a":1,"final":{"x":"one"}`, `{"tenant_id":"t","call_id":"c","a":"[PARTIAL]"`)
	f("mask", `"final.why": keep, text: redact`, `"text":"one","final":{"why":"one"}`, `{"text":"[PARTIAL]"`)
	f("mask", `"turns[].text": keep`, `"turns":[{"text":"one","final":7}]`, `{"turns":[{"text":"[PARTIAL]"}]`)
	f("mask", `"x\\.y.z": redact`, `"x.y":{"z":"one","final":7}`, `{"x.y":{"z":"[PARTIAL]"}`)
	f("drop", `n: keep, "x\\.y.z": redact`, `"n":1,"x.y":{"z":"one","final":7}`, `{"n":1`)
	f("drop", `"a.*.b[].c": redact`, `"a":{"k":{"b":[{"c":"one"}],"final":7},"l":{"b":[{"c":"two","final":false},{"c":"three"}]}}`, `{"a":{"l":{"b":[{"c":"three"}]}}`)
}

// Partial results in other formats, other categories, and the filter.
func TestPartialsOfFormats(t *testing.T) {
	c := simConfig(t, DefaultLimits())
	c.Topics["nd"] = TopicConfig{Category: "transcript", Format: FormatNDJSON, Tenant: "t"}
	c.Topics["log"] = TopicConfig{Category: "transcript", Format: FormatLog, Tenant: "t"}
	c.Topics["usage"] = TopicConfig{Category: "usage_log", Format: FormatLog, Tenant: "t"}
	f := func(partials policy.Partials, topic, in, want string) {
		t.Helper()
		c.Policy = policy.TextOnly().WithPartials(partials)
		require.Equal(t, want, one(t, c, topic, in))
	}
	const lines = `{"text":"one"}` + "\n" + `{"text":"two","final":false}` + "\r\n\n" + `{"text":"three"}`
	c.Filter = []byte("x")
	f(policy.PartialsDrop, "nd", lines, `{"text":"one"}`+"\n\n"+`{"text":"three"}`)
	f(policy.PartialsMask, "nd", lines, `{"text":"one"}`+"\n"+`{"text":"[PARTIAL]","final":false}`+"\r\n\n"+`{"text":"three"}`)
	f(policy.PartialsDrop, "nd", `{"final":0}`+"\n"+`{"final":0}`, "")
	f(policy.PartialsMask, "nd", `{"final":0,"call_id":"c1","role":"agent","text":"two","words":["two"]}`, `{"final":false,"call_id":"c1","role":"agent","text":"[PARTIAL]","words":"[PARTIAL]"}`)
	f(policy.PartialsMask, "nd", `{"final":false,"text":"x","call_id":"joe@example.com","joe@example.com":1}`, `{"final":false,"text":"[PARTIAL]","call_id":"[EMAIL]","[EMAIL]":"[PARTIAL]"}`)
	f(policy.PartialsMask, "nd", `{"event":{"final":false,"text":"one"}}`, `{"event":"[PARTIAL]"}`)
	f(policy.PartialsDrop, "nd", `{"event":{"final":false,"text":"one"},"n":1}`, `{"n":1}`)
	f(policy.PartialsMask, "nd", `[{"final":false,"text":"one"},{"text":"two"}]`, `[{"final":false,"text":"[PARTIAL]"},{"text":"two"}]`)

	const log = "final=true text=one\nfinal=false text=\"two and\" three\n{\"final\":false,\"text\":\"four\"}\nfinal=True five"
	f(policy.PartialsMask, "log", log, "final=true text=one\nfinal=false text=\"[PARTIAL]\" [PARTIAL]\n[PARTIAL]\nfinal=false [PARTIAL]")
	f(policy.PartialsDrop, "log", log, "final=true text=one\n[PARTIAL]\n")
	f(policy.PartialsDrop, "log", "final=false one\nfinal=no two", "")
	f(policy.PartialsDrop, "usage", "final=false one", "final=false one")
	c.Filter = nil
	f(policy.PartialsDrop, "log", "final=false one\nfinal=no two", "")
}

// What is searched in a partial result (in the filter: ids, roles, names of fields) is alone with itself.
func TestPartialsAreApart(t *testing.T) {
	c := simConfig(t, DefaultLimits())
	c.Policy, c.Filter = policy.TextOnly(), []byte("x")
	w, err := rewriterOf(c)
	require.NoError(t, err)
	tp, err := compileTopic("nd", TopicConfig{Category: "transcript", Format: FormatNDJSON, Tenant: "t"}, c.Policy, classesIn(c))
	require.NoError(t, err)
	f := func(final, want string) (c *call, changed bool) {
		t.Helper()
		l, s, now := &lane{topic: tp}, newCallStore(10, time.Minute, 1<<20), time.Now()
		c, _, _ = s.get(l, []byte("t"), []byte("c"), now)
		before := *c.memory
		w.begin(l, s, &Record{}, now)
		class, err := w.value(&Record{Value: []byte(`{"call_id":"c","role":"joe@example.com","note":"is your card number that?","final":` + final + `}`)})
		out := w.views[0].out
		require.NoError(t, err)
		require.Empty(t, class)
		require.Contains(t, string(out), want)
		require.Same(t, c, w.call)
		return c, before != *c.memory
	}
	final, changed := f("true", "[EMAIL_1]")
	require.True(t, changed)
	require.Positive(t, final.aliases.Bytes())
	partial, changed := f("false", "[EMAIL]")
	require.False(t, changed)
	require.Zero(t, partial.aliases.Bytes())
}

// Every record is counted once, whether anything leaves of it or not, and none of them holds up the watermark (process looks).
func TestPartialsAreCounted(t *testing.T) {
	values := []string{
		`{"tenant_id":"t","call_id":"c","final":false,"text":"joe@example.com"}`,
		`{"tenant_id":"t","call_id":"c","final":true,"text":"joe@example.com"}`,
		`{"tenant_id":"t","call_id":"c","final":false,"turns":[{"final":false,"text":"x"}]}`,
		`{"tenant_id":"t","call_id":"c","turns":[{"final":false,"text":"x"},{"final":false,"text":"y"},{"text":"z"}]}`,
		`{"call_id":"c","final":false,"text":"x"}`,
		`{"tenant_id":"t","call_id":"c","final":false,"text":"x`,
	}
	f := func(partials string, outs int, outcomes map[string]float64) {
		t.Helper()
		c := simConfig(t, DefaultLimits())
		c.Policy = partialPolicy(t, partials)
		require.Len(t, process(t, c, "calls", values...), outs)
		for outcome, n := range outcomes {
			require.Equal(t, n, testutil.ToFloat64(c.Metrics.records.WithLabelValues("calls", outcome)), outcome)
		}
		require.Equal(t, float64(len(values)), sumOf(t, c.Metrics.registry, "tacet_records_total"))
		require.Equal(t, 4.0, testutil.ToFloat64(c.Metrics.partials.WithLabelValues("calls", partials)))
		require.Equal(t, 4.0, sumOf(t, c.Metrics.registry, "tacet_partial_results_total"))
		require.Equal(t, 1.0, sumOf(t, c.Metrics.registry, "tacet_entities_total"))
	}
	f("drop", 2, map[string]float64{outcomePartial: 2, outcomeRedacted: 1, outcomeClean: 1, outcomeDead: 2})
	f("mask", 4, map[string]float64{outcomeMasked: 2, outcomeRedacted: 1, outcomeClean: 1, outcomeDead: 2})
}

// FuzzFinal compares with the plainest way to say what is final: decode the value and look.
func FuzzFinal(f *testing.F) {
	for _, v := range []string{"true", "false", "null", "0", "1", `"true"`, "[]", "{}", `{"final":true}`, ` true `, " false", "tru", "[true", `"\u0074rue"`, "1e400", `true,"final":true`,
		`true,"x":{"final":false}`, "true\n", `[{"a":[1,2,{"b":null}]}]`, "-0.0", "\xff", `"\ud800"`} {
		f.Add(v)
	}
	c := simConfig(f, DefaultLimits())
	var rewriters [2]*rewriter
	var lanes [2]*lane
	for i, name := range []string{"drop", "mask"} {
		c.Policy = partialPolicy(f, name)
		w, err := rewriterOf(c)
		require.NoError(f, err)
		tp, err := compileTopic("calls", c.Topics["calls"], c.Policy, classesIn(c))
		require.NoError(f, err)
		rewriters[i], lanes[i] = w, &lane{topic: tp}
	}
	const secret = "x1canary" // no name, so that it stays where it is final
	f.Fuzz(func(t *testing.T, v string) {
		if strings.Contains(v, secret) {
			return
		}
		value := `{"tenant_id":"t","call_id":"c","text":"` + secret + `","final":` + v + `,"lexical":"` + secret + `","turns":[{"text":"` + secret + `"}]}`
		var doc map[string]json.RawMessage
		var final any
		valid := json.Unmarshal([]byte(value), &doc) == nil && json.Unmarshal([]byte(v), &final) == nil
		for i, w := range rewriters {
			w.begin(lanes[i], newCallStore(10, c.Limits.CallIdle, 1<<20), &Record{}, time.Now())
			class, _ := w.value(&Record{Key: []byte("c"), Value: []byte(value)})
			out := w.views[0].out
			leaks := strings.Count(string(out), secret)
			switch {
			case class != "":
				require.Empty(t, out)
				require.False(t, valid && final == true)
			case !valid: // v is more than a value: other members, which may say final again
				require.True(t, leaks == 3 || leaks == 0)
			case final == true:
				require.Equal(t, 3, leaks)
			case i == int(policy.PartialsDrop):
				require.Empty(t, out)
			default:
				require.Zero(t, leaks)
				require.Equal(t, 3, strings.Count(string(out), partialText))
				var left struct{ Final *bool }
				require.NoError(t, json.Unmarshal(out, &left), "%s", out)
				require.Equal(t, new(bool), left.Final)
			}
		}
	})
}

// tree is a random JSON document with a word of its own at each leaf, and where each of them is.
type tree struct {
	t             *rapid.T
	words         int
	final, hidden []string // words in no partial result, and in one
}

func (r *tree) value(depth int, hidden bool) string {
	kind := rapid.IntRange(0, 5).Draw(r.t, "kind")
	switch {
	case depth > 0 && kind == 0:
		return r.object(depth-1, hidden)
	case depth > 0 && kind == 1:
		var all []string
		for range rapid.IntRange(0, 3).Draw(r.t, "elements") {
			all = append(all, r.value(depth-1, hidden))
		}
		return "[" + strings.Join(all, ",") + "]"
	}
	word := fmt.Sprintf("w0rd%c%c", 'a'+r.words/26, 'a'+r.words%26) // with a digit, so that no word is a name
	r.words++
	if hidden {
		r.hidden = append(r.hidden, word)
	} else {
		r.final = append(r.final, word)
	}
	return `"` + word + `"`
}

// object draws an object, which is a partial result where it has a member final that is not true.
func (r *tree) object(depth int, hidden bool) string {
	keys := rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"text", "turns", "a", "b", "itn", "words", "x.y", "*"}), 0, 4, rapid.ID).Draw(r.t, "keys")
	final := rapid.SampledFrom([]string{"", "", "", "true", "true", "false", "null", "word", "{}", "[]"}).Draw(r.t, "final")
	hidden = hidden || final != "" && final != "true"
	if final == "word" {
		final = r.value(depth, true)
	}
	var members []string
	for _, k := range keys {
		members = append(members, fmt.Sprintf("%q:%s", k, r.value(depth, hidden)))
	}
	if final != "" {
		key := rapid.SampledFrom([]string{`"final"`, `"fin\u0061l"`}).Draw(r.t, "key")
		members = slices.Insert(members, rapid.IntRange(0, len(members)).Draw(r.t, "place"), key+":"+final)
	}
	return "{" + strings.Join(members, ",") + "}"
}

// TestPartialsAnywhere holds that no word in a partial result leaves, whatever the document, the policy and the depth of JSON in strings, and that
// the filter keeps all others.
func TestPartialsAnywhere(t *testing.T) {
	c := simConfig(t, DefaultLimits())
	c.Filter = []byte("x")
	var rewriters []*rewriter
	var lanes []*lane
	for _, p := range []*policy.Policy{
		policy.TextOnly(), policy.TextOnly().WithPartials(policy.PartialsDrop), partialPolicy(t, "mask"), partialPolicy(t, "drop"),
		policy.Default().WithPartials(policy.PartialsMask), policy.Default(),
	} {
		c.Policy = p
		w, err := rewriterOf(c)
		require.NoError(t, err)
		tp, err := compileTopic("calls", TopicConfig{Category: "transcript", Format: FormatJSON, Tenant: "t"}, c.Policy, classesIn(c))
		require.NoError(t, err)
		rewriters, lanes = append(rewriters, w), append(lanes, &lane{topic: tp})
	}
	rapid.Check(t, func(t *rapid.T) {
		r := tree{t: t}
		value := r.object(4, false)
		for range rapid.IntRange(0, 2).Draw(t, "strings") {
			quoted, err := json.Marshal(value)
			require.NoError(t, err)
			value = `{"text":` + string(quoted) + "}"
		}
		for i, w := range rewriters {
			w.begin(lanes[i], newCallStore(10, c.Limits.CallIdle, 1<<20), &Record{}, time.Now())
			class, err := w.value(&Record{Key: []byte("c"), Value: []byte(value)})
			out := w.views[0].out
			require.NoError(t, err)
			require.Empty(t, class)
			for _, word := range r.hidden {
				require.NotContains(t, string(out), word, value)
			}
			for _, word := range r.final {
				if i < 2 {
					require.Contains(t, string(out), word, value)
				}
			}
			require.True(t, len(out) == 0 || json.Valid(out), "%s", out)
		}
	})
}

// TestPartialsLeaveNoTrace holds that what becomes of the final turns of a call is the same whatever partial results came between
// them, in the call's own time and in the window that is read back.
func TestPartialsLeaveNoTrace(t *testing.T) {
	texts := []string{
		"my number is 07700 900123", "and joe@example.com", "what is your card number please", "4111 1111", "four one one one", "1111 1111", "thanks",
		"the security code on the back, the cvv?", "737", "it is Qu1llon", "07700", "900456", "my name is joe", "JOE@example.com", "and the postcode?", "SW1A 1AA",
	}
	known := []string{"", "", "", crmRecord + ","}
	turn := func(role, known, final, text string) string {
		return fmt.Sprintf(`{"tenant_id":"t","call_id":"c",%s"role":"%s","final":%s,"text":"%s"}`, known, role, final, text)
	}
	for _, partials := range []string{"drop", "mask"} {
		c := simConfig(t, DefaultLimits())
		c.Policy = partialPolicy(t, partials)
		run := func(t *rapid.T, values []string, warm int) (finals []string) {
			c.Metrics = NewMetrics(prometheus.NewRegistry(), "test", "p")
			sink := &memorySink{}
			c.Sinks = []SinkConfig{{Name: "memory", Sink: sink}}
			e, err := New(c)
			require.NoError(t, err)
			var records []Record
			for i, v := range values {
				records = append(records, Record{Offset: int64(i), Key: []byte("c"), Value: []byte(v)})
			}
			id := LaneID{"calls", 0}
			require.NoError(t, e.Run(context.Background(), sourceFunc(func(ctx context.Context, in Intake) error {
				lane, err := in.OpenLane(id, int64(warm))
				require.NoError(t, err)
				if warm > 0 {
					require.NoError(t, lane.Submit(ctx, batchOf(id, records[:warm], true)))
				}
				require.NoError(t, lane.Submit(ctx, batchOf(id, records[warm:], false)))
				require.Zero(t, lane.Drain(ctx))
				require.EqualValues(t, len(values), lane.Watermark())
				return nil
			})))
			for _, v := range sink.values() {
				if strings.Contains(v, `"final":true`) {
					finals = append(finals, v)
				} else {
					require.Contains(t, v, `"text":"[PARTIAL]"`)
				}
			}
			return finals
		}
		rapid.Check(t, func(t *rapid.T) {
			var with, without []string
			warmWith, warmWithout := 0, 0
			n := rapid.IntRange(2, 10).Draw(t, "turns")
			warm := rapid.IntRange(0, n-1).Draw(t, "warm")
			for i := range n {
				if i == warm {
					warmWith, warmWithout = len(with), len(without)
				}
				for range rapid.IntRange(0, 3).Draw(t, "partials") {
					with = append(with, turn(rapid.SampledFrom([]string{"agent", "customer"}).Draw(t, "role"), "",
						rapid.SampledFrom([]string{"false", "null", "0", "[]"}).Draw(t, "final"), rapid.SampledFrom(texts).Draw(t, "partial")))
				}
				v := turn(rapid.SampledFrom([]string{"agent", "customer"}).Draw(t, "role"), rapid.SampledFrom(known).Draw(t, "known"), "true", rapid.SampledFrom(texts).Draw(t, "text"))
				with, without = append(with, v), append(without, v)
			}
			want := run(t, without, warmWithout)
			require.Len(t, want, n-warm)
			require.Equal(t, want, run(t, with, warmWith))
		})
	}
}

// The customer's record isn't heard, so a partial result brings it as any record does.
func TestPartialsBringKnownValues(t *testing.T) {
	for _, partials := range []string{"drop", "mask"} {
		c := simConfig(t, DefaultLimits())
		c.Policy = partialPolicy(t, partials)
		outs := process(t, c, "calls", `{"tenant_id":"t","call_id":"c","final":false,"text":"x",`+crmRecord+`}`, textNamed)
		require.Equal(t, textHidden, texts(outs)[len(outs)-1])
		require.NotContains(t, strings.Join(outs, ""), knownPath)
		// And one that can't be taken sends its record to quarantine.
		c = simConfig(t, DefaultLimits())
		c.Policy = partialPolicy(t, partials)
		require.Empty(t, process(t, c, "calls", `{"tenant_id":"t","call_id":"c","final":false,"text":"x","known_values":7}`))
		require.Equal(t, 1.0, testutil.ToFloat64(c.Metrics.dead.WithLabelValues(string(ClassMalformed))))
	}
}

// A partial result that takes too long is quarantined as any other record, its neighbours are not.
func TestPartialOverTime(t *testing.T) {
	c := simConfig(t, DefaultLimits())
	c.Limits.RecordTime = 1
	q := c.Quarantine.(*simQuarantine)
	require.Empty(t, process(t, c, "calls", `{"tenant_id":"t","call_id":"c","text":"one"}`, `{"tenant_id":"t","call_id":"c","final":false,"text":"two"}`,
		`{"tenant_id":"t","call_id":"c","text":"three"}`))
	require.Len(t, q.all, 3)
	require.Equal(t, 3.0, testutil.ToFloat64(c.Metrics.records.WithLabelValues("calls", outcomeDead)))
	require.Equal(t, 3.0, sumOf(t, c.Metrics.registry, "tacet_records_total"))
}

// What stands for a partial result is nothing to any detector, whatever was asked; so is an alias.
func TestPartialTextIsInert(t *testing.T) {
	set, err := detectors.New(detectors.Options{Preset: "paranoid"})
	require.NoError(t, err)
	s := detectors.NewScratch()
	for _, ask := range []string{"your name?", "what is your card number", "the cvv?", "your password please", "postcode?", "spell it", "the address", "one-time code"} {
		call := detectors.NewCall()
		set.Find(nil, []byte(ask), detectors.Input{Call: call, Role: detectors.RoleAgent, Channel: detectors.ChannelCall}, s)
		for _, answer := range []string{partialText, "[ORG]", "[LOCATION_1]", "it is " + partialText} {
			require.Empty(t, set.Find(nil, []byte(answer), detectors.Input{Call: call, Role: detectors.RoleCustomer, Channel: detectors.ChannelCall}, s), "%s %s", ask, answer)
		}
	}
}

func TestSampleOf(t *testing.T) {
	f := func(path, want string) {
		t.Helper()
		require.Equal(t, want, sampleOf(path))
		require.True(t, json.Valid([]byte(sampleOf(path))))
	}
	f("final", `{"final":0}`)
	f("turns[].final", `{"turns":[{"final":0}]}`)
	f("a[][].b.final", `{"a":[[{"b":{"final":0}}]]}`)
	f(`x\.y.*.\*.final`, `{"x.y":{"\u0000":{"*":{"final":0}}}}`)

	var paths []string
	for _, f := range finalFields([]string{"a.b", `x\.y.z[].text`, "turns[].text", "c"}) {
		if f.use == useFinal {
			paths = append(paths, f.path)
		}
	}
	slices.Sort(paths)
	require.Equal(t, []string{"a.final", "final", "turns[].final", `x\.y.final`, `x\.y.z[].final`}, paths)
}
