package pipeline

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/pipeline/codec"
	"github.com/sonexlabs/tacet/pipeline/policy"
)

// broken runs records through an engine that has a defect, and gives what left and what is in quarantine.
func broken(t *testing.T, m *matrix, topic string, defect func(*Engine), records ...Record) (left []string, dead []Entry, metrics *Metrics) {
	t.Helper()
	return brokenView(t, m, View{}, topic, defect, records...)
}

// brokenView is broken for a sink of some view.
func brokenView(t *testing.T, m *matrix, view View, topic string, defect func(*Engine), records ...Record) (left []string, dead []Entry, metrics *Metrics) {
	t.Helper()
	c, sink, quarantine := m.config, &memorySink{}, &simQuarantine{seen: map[string]int{}}
	c.Policy, c.Metrics, c.Quarantine = m.policy, NewMetrics(prometheus.NewRegistry(), "test", m.policy.Hash()), quarantine
	c.Limits.Workers = 1
	c.Topics = map[string]TopicConfig{topic: c.Topics[topic]}
	c.Sinks = []SinkConfig{{Name: "a", Sink: sink, View: view}}
	e, err := New(c)
	require.NoError(t, err)
	defect(e)
	for i := range records {
		records[i].Offset = int64(i)
		records[i].Time = matrixNoon
	}
	require.NoError(t, e.Run(t.Context(), sourceFunc(func(ctx context.Context, in Intake) error {
		return submitAll(ctx, in, LaneID{Topic: topic}, records)
	})))
	return sink.values(), quarantine.all, c.Metrics
}

// clause: 4.Minimisation
//
// TestOutputIsChecked breaks what minimises, each time in another way: nothing of the record leaves then, and it is not lost. Without the
// defect it does leave.
func TestOutputIsChecked(t *testing.T) {
	ruleOf := func(e *Engine, topic, path string) *rule {
		rules := e.bundle.Load().topics[topic].byClass[0]
		for i := range rules {
			if rules[i].path == path {
				return &rules[i]
			}
		}
		t.Fatal("no rule for ", path)
		return nil
	}
	off := func(t *topic) {
		t.selector, t.rules, t.tenant = codec.All(), []rule{{action: policy.Keep}}, []byte("acme")
		t.byClass, t.reads = [][]rule{t.rules}, make([]reading, 1)
	}
	for name, f := range map[string]struct {
		topic, record string
		defect        func(*Engine)
		why           error
	}{
		"minimisation is off": {"account", `{"tenant_id":"acme","plan":"team","nickname":"canary"}`, func(e *Engine) {
			off(e.bundle.Load().topics["account"])
		}, errOutputField},
		"a field that is dropped is kept": {"account", `{"tenant_id":"acme","email":"canary@example.com"}`, func(e *Engine) {
			ruleOf(e, "account", "email").action = policy.Keep
		}, errOutputField},
		"minimisation is off below an object": {"usage_log", `{"tenant_id":"acme","syslog":{"pid":1,"canary":2}}`, func(e *Engine) {
			off(e.bundle.Load().topics["usage_log"])
		}, errOutputField},
		"a text leaves without the tenant's word": {"transcript", `{"tenant_id":"bolt","call_id":"c","text":"canary"}`, func(e *Engine) {
			ruleOf(e, "transcript", "text").options.Needs = ""
		}, errOutputField},
		"a recording leaves without it": {"call_record", `{"tenant_id":"bolt","call_id":"c","recording_url":"canary"}`, func(e *Engine) {
			ruleOf(e, "call_record", "recording_url").options.Needs = ""
		}, errOutputField},
		"known values leave": {"transcript", `{"tenant_id":"acme","call_id":"c","known_values":[{"type":"PERSON","value":"Canary Name"}]}`, func(e *Engine) {
			for _, path := range []string{"known_values", "known_values[]", "known_values[].type", "known_values[].value"} {
				r := ruleOf(e, "transcript", path)
				r.use, r.action = useNone, policy.Keep
			}
		}, errOutputField},
		"the policy is another's": {"account", `{"tenant_id":"acme"}`, func(e *Engine) {
			e.bundle.Load().extra = []byte(`"redaction":{"policy":"canary"`)
		}, errOutputStamp},
		"the policy is not said": {"account", `{"tenant_id":"acme"}`, func(e *Engine) {
			e.bundle.Load().extra = []byte(`"redaction":{"keys":"dev"`)
		}, errOutputStamp},
		"a member is added": {"account", `{"tenant_id":"acme"}`, func(e *Engine) {
			b := e.bundle.Load()
			b.extra = append([]byte(`"canary":1,`), b.extra...)
		}, errOutputField},
		"a member is added beside the stamps": {"account", `{"tenant_id":"acme"}`, func(e *Engine) {
			b := e.bundle.Load()
			b.extra = append(b.extra, `,"canary":1`...)
		}, errOutputField},
		"tokens for a view without": {"account", `{"tenant_id":"acme"}`, func(e *Engine) {
			b := e.bundle.Load()
			b.extra = append(b.extra, `,"entities":[{"alias":"EMAIL_1","token":"canary"}]`...)
		}, errOutputField},
		"a finding is named by its text": {"account", `{"tenant_id":"acme"}`, func(e *Engine) {
			b := e.bundle.Load()
			b.extra = append(b.extra, `,"findings":{"canary":1}`...)
		}, errOutputField},
		"how long it may be kept is not said": {"account", `{"tenant_id":"acme"}`, func(e *Engine) {
			e.workers[0].rw.classes[0].lasts = 0
		}, errOutputStamp},
		"it is no JSON": {"account", `{"tenant_id":"acme"}`, func(e *Engine) {
			e.bundle.Load().extra = []byte(`canary`)
		}, errOutputForm},
		"a line is not in its envelope": {"log", `level=info canary`, func(e *Engine) {
			b := e.bundle.Load()
			b.extra = append([]byte(`"line":"canary",`), b.extra...)
		}, errOutputField},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMatrix(t)
			record := Record{Value: []byte(f.record)}
			left, dead, _ := broken(t, m, f.topic, func(*Engine) {}, record)
			require.Len(t, left, 1)
			require.Empty(t, dead)
			left, dead, metrics := broken(t, m, f.topic, f.defect, record)
			require.Empty(t, left)
			require.Len(t, dead, 1)
			require.Equal(t, ClassOutput, dead[0].Class)
			require.Equal(t, f.why.Error(), dead[0].Detail)
			require.EqualValues(t, 1, testutil.ToFloat64(metrics.dead.WithLabelValues(string(ClassOutput))))
			require.EqualValues(t, 1, testutil.ToFloat64(metrics.records.WithLabelValues(f.topic, outcomeDead)))
			require.Zero(t, testutil.ToFloat64(metrics.records.WithLabelValues(f.topic, outcomeClean))+
				testutil.ToFloat64(metrics.records.WithLabelValues(f.topic, outcomeRedacted)), "counted once")
		})
	}
}

// The key of a record never leaves as it is, whatever made the one that does.
func TestRawKeyDoesNotLeave(t *testing.T) {
	m := newMatrix(t)
	value := []byte(`{"tenant_id":"acme","call_id":"call:canary","lang":"en"}`)
	seen := 0
	left, dead, _ := broken(t, m, "transcript", func(e *Engine) {
		e.onRecord = func(*Record) {
			if seen++; seen == 2 {
				for _, c := range e.workers[0].calls.calls {
					c.tokens[0].token = []byte("call:canary")
				}
			}
		}
	}, Record{Key: []byte("call:canary"), Value: value}, Record{Key: []byte("call:canary"), Value: value})
	require.Len(t, left, 1)
	require.Len(t, dead, 1)
	require.Equal(t, errOutputKey.Error(), dead[0].Detail)
}

// What is never stored by its name leaves under no wildcard either.
func TestNeverStoredLeavesUnderNoWildcard(t *testing.T) {
	p := policyOf(t, `
categories: {account: {clauses: [2], fields: {tenant_id: keep, "**": redact}}}
`)
	m := newMatrix(t)
	m.config.Topics = map[string]TopicConfig{"account": {Category: "account", Format: FormatJSON}}
	m.config.Instructions = nil
	left, dead, _ := broken(t, m.with(p), "account", func(*Engine) {}, Record{Value: []byte(
		`{"tenant_id":"acme","a":{"Api-Key":"canary","b":[{"PASS_WORD":"canary","passwd":{"x":"canary"},"c":1}]},"credentials":["canary"],"pass\u0077ord":"canary"}`)})
	require.Empty(t, dead)
	require.Len(t, left, 1)
	require.JSONEq(t, `{"tenant_id":"acme","a":{"b":[{"c":1}]}}`, plainOf(t, left[0]))
}

// randomPolicyPaths are paths over a few keys, so that they meet.
func randomPolicyPaths(r *rand.Rand) (paths []string) {
	for range 1 + r.IntN(6) {
		var path string
		for depth := 1 + r.IntN(3); depth > 0; depth-- {
			path += []string{"a", "b", "c", "*", `x\.y`}[r.IntN(5)] + strings.Repeat("[]", max(0, r.IntN(4)-2)) + "."
		}
		if path = path[:len(path)-1]; r.IntN(5) == 0 {
			path += ".**"
		}
		paths = append(paths, path)
	}
	return paths
}

func randomValue(r *rand.Rand, depth int) any {
	switch n := r.IntN(6); {
	case n < 2 && depth > 0:
		m := map[string]any{}
		for range r.IntN(3) {
			m[[]string{"a", "b", "c", "d", "x.y", "\"", "é"}[r.IntN(7)]] = randomValue(r, depth-1)
		}
		return m
	case n == 2 && depth > 0:
		var list []any
		for range r.IntN(3) {
			list = append(list, randomValue(r, depth-1))
		}
		if list == nil {
			return []any{}
		}
		return list
	default:
		return []any{"s", `"\`, 1.5, true, nil, ""}[r.IntN(6)]
	}
}

// randomText is a document of two random members, with escapes or white space at times.
func randomText(t *testing.T, r *rand.Rand) []byte {
	text, err := json.Marshal(map[string]any{"a": randomValue(r, 3), "b": randomValue(r, 3)})
	require.NoError(t, err)
	switch r.IntN(8) {
	case 0, 1:
		text = []byte(strings.ReplaceAll(string(text), `"a"`, `"\u0061"`))
	case 2:
		text = []byte(strings.ReplaceAll(string(text), `"b":`, `"b" : `))
	case 3:
		text = []byte(strings.ReplaceAll(string(text), ",", " ,\n"))
	}
	return text
}

// TestCheckAgreesWithTheCodec holds two readings of the same paths against each other: what the codec cuts nothing from and no rule drops anything of
// is what the check lets leave, and only that.
func TestCheckAgreesWithTheCodec(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 2))
	leaves, stays, p := 0, 0, policy.Default()
	for range 10_000 {
		paths := randomPolicyPaths(r)
		drops := make([]bool, len(paths))
		cat := &policy.Category{}
		for i, path := range paths {
			rule := policy.Rule{Class: "k", Path: path, Action: policy.Redact}
			if drops[i] = r.IntN(4) == 0; drops[i] {
				rule.Action = policy.Drop
			}
			cat.Rules = append(cat.Rules, rule)
		}
		selector, err := codec.NewSelector(paths)
		if err != nil {
			continue // a path twice
		}
		s := newSchema(p, cat, &policy.Class{Name: "k"}, false)
		s.policy = nil
		c := checker{rw: &rewriter{topic: &topic{format: FormatJSON}}} // learns from one document what to expect in the next
		for range 4 {
			text := randomText(t, r)
			var d codec.Doc
			if d.ParseJSON(text, selector, codec.DefaultLimits()) != nil {
				continue
			}
			want := true
			for _, f := range d.Fields() {
				if f.Rule >= 0 && f.Kind != codec.Key && isLeaf(f.Kind) && drops[f.Rule] {
					want = false
				}
			}
			want = want && d.Dropped() == 0
			got := c.check(text, s, &viewed{})
			require.Equal(t, want, got == nil, "%s\npaths %q, dropped %v", text, paths, drops)
			if want {
				leaves++
			} else {
				stays++
			}
		}
	}
	require.Greater(t, leaves, 500)
	require.Greater(t, stays, 5000)
}

func FuzzCheck(f *testing.F) {
	for _, seed := range []string{`{"tenant_id":"a","redaction":{"policy":"x"}}`, `{"turns":[{"text":"a\"b\\"},{}],"a":`, "{}\n{}", `{"a":"\`, `{"a":[1,]}`, `{"\u0061":1}`,
		`{"tenant_id":"a","call_id":"b","turns":[{"turn":1,"text":"c"},{"text":"d","turn":1}]}`, `{"tenant_id":"a","turns":[{"turn":1,"call_id":"c"}]}`} {
		f.Add([]byte(seed))
	}
	cat, _ := policy.Default().Category("transcript")
	s := newSchema(policy.Default(), cat, &policy.Default().Classes()[0], false)
	s.policy, s.lasts = nil, false
	lines := &rewriter{topic: &topic{format: FormatNDJSON}}
	learned := checker{rw: lines}
	f.Fuzz(func(t *testing.T, text []byte) {
		c := checker{rw: lines}
		err := c.check(text, s, &viewed{})
		require.Equal(t, err, learned.check(text, s, &viewed{}), "what was seen before changes nothing")
		if err != nil {
			return
		}
		var fields map[string]any
		if json.Unmarshal(text, &fields) == nil {
			for k := range fields {
				require.NotEqual(t, "known_values", k)
				_, named := find(cat.Rules, k)
				require.True(t, named || k == "redaction" || k == "turns", "a field nobody named")
			}
		}
	})
}

func find(rules []policy.Rule, path string) (policy.Rule, bool) {
	for _, r := range rules {
		if r.Path == path {
			return r, true
		}
	}
	return policy.Rule{}, false
}

// BenchmarkCheck is what checking the outputs of a part costs, for one turn.
func BenchmarkCheck(b *testing.B) {
	const part = 500
	p := newPolicyBench(b, 100, 1000, part)
	w, f := p.worker, &flight{lane: p.lane, batch: &Batch{Records: p.records}, dead: make([][]Entry, 1)}
	w.rw.bundle = p.whole
	for i := range p.records {
		spans := len(p.buf.spans)
		class, err := w.record(p.lane, &p.records[i], &p.buf, int32(i), false, p.records[i].Time)
		require.NoError(b, err)
		require.Empty(b, class)
		w.wait(int32(i), &p.buf, spans)
	}
	b.SetBytes(int64(len(p.buf.bytes)) / part)
	b.ReportAllocs()
	for b.Loop() {
		if _, class, err := w.release(f, &p.buf, 0); class != "" {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/part, "ns/turn")
}
