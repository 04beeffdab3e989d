package pipeline

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/sonexlabs/tacet/detectors"
)

func TestIsMinor(t *testing.T) {
	at := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	f := func(typ detectors.Type, canonical string, want bool) {
		t.Helper()
		require.Equal(t, want, isMinor(&detectors.Finding{Type: typ, Canonical: []byte(canonical)}, at), canonical)
	}
	f(detectors.Age, "17", true)
	f(detectors.Age, "1", true)
	f(detectors.Age, "18", false)
	f(detectors.Age, "81", false)
	f(detectors.Age, "", false)
	f(detectors.Age, "about ten", false)
	f(detectors.DateOfBirth, "2008-06-01", false) // eighteen today
	f(detectors.DateOfBirth, "2008-06-02", true)
	f(detectors.DateOfBirth, "?2012-04-03", true)
	f(detectors.DateOfBirth, "?2008-03-07", true) // or the 3rd of July
	f(detectors.DateOfBirth, "?2008-07-03", true) // or the 7th of March
	f(detectors.DateOfBirth, "2008-03-07", false)
	f(detectors.DateOfBirth, "2026-06-01", true)
	f(detectors.DateOfBirth, "2012-04", true)
	f(detectors.DateOfBirth, "2008-05", false)
	f(detectors.DateOfBirth, "2008-06", true) // may be of age
	f(detectors.DateOfBirth, "2009", true)
	f(detectors.DateOfBirth, "2008", true)
	f(detectors.DateOfBirth, "2007", false)
	f(detectors.DateOfBirth, "1985-03-03", false)
	f(detectors.DateOfBirth, "2031-03-03", false)
	f(detectors.DateOfBirth, "--03-03", false)
	f(detectors.Date, "2012-04-03", false)
	f(detectors.Number, "15", false)
}

// minorTest runs records of calls through an engine.
type minorTest struct {
	c       Config
	sink    *memorySink
	records []Record
}

func newMinorTest(t *testing.T, policy string, instructions ...string) *minorTest {
	m := &minorTest{c: simConfig(t, DefaultLimits()), sink: &memorySink{}}
	m.c.Policy = policyOf(t, policy+instructPolicy)
	m.c.Topics = map[string]TopicConfig{"calls": {Category: "transcript", Format: FormatJSON}, "lines": {Category: "transcript", Format: FormatNDJSON},
		"plain": {Category: "transcript", Format: FormatText, Tenant: "acme"}}
	if instructions != nil {
		m.c.Instructions = instructed(t, instructions...)
	}
	m.c.Limits.Workers = 1
	m.c.Sinks = []SinkConfig{{Name: "a", Sink: m.sink, View: View{Class: "analytics"}}}
	return m
}

// turn adds a turn of a tenant's call, some seconds after the first of June.
func (m *minorTest) turn(tenant, call string, second int, text string) {
	m.add(call, second, fmt.Sprintf(`{"tenant_id":%q,"call_id":%q,"text":%q}`, tenant, call, text))
}

func (m *minorTest) add(key string, second int, value string) {
	m.records = append(m.records, Record{Offset: int64(len(m.records)), Key: []byte(key), Value: []byte(value),
		Time: time.Date(2026, 6, 1, 0, 0, second, 0, time.UTC)})
}

// run wants records with some offsets to be kept back as of a minor, and no others.
func (m *minorTest) run(t *testing.T, topic string, dead ...int64) {
	t.Helper()
	runRecords(t, m.c, topic, m.records...)
	var kept, left, want []int64
	for _, e := range m.c.Quarantine.(*simQuarantine).all {
		if e.Class == ClassMinor {
			kept = append(kept, e.Offset)
		}
	}
	for _, o := range m.sink.outs {
		left = append(left, o.Offset)
	}
	for _, r := range m.records {
		if !slices.Contains(dead, r.Offset) && len(r.Value) > 0 {
			want = append(want, r.Offset)
		}
	}
	require.ElementsMatch(t, dead, kept)
	require.ElementsMatch(t, want, left)
	require.Equal(t, float64(len(dead)), testutil.ToFloat64(m.c.Metrics.dead.WithLabelValues(string(ClassMinor))))
}

const (
	wantsMinors = "tenant: acme\nversion: 1\nfrom: 2026-01-01\ntext: long\nminors: quarantine\n"
	wantsNot    = "tenant: bolt\nversion: 1\nfrom: 2026-01-01\ntext: long\n"
)

// A call in which somebody seems to be a minor is kept back from there on, for tenants who asked for that and nobody else, or for all where
// the policy says so.
//
// clause: 13
func TestMinors(t *testing.T) {
	f := func(policy string, instructions []string, dead ...int64) {
		t.Helper()
		m := newMinorTest(t, policy, instructions...)
		other := &memorySink{} // another view
		m.c.Sinks = append(m.c.Sinks, SinkConfig{Name: "b", Sink: other, View: View{Class: "analytics", Domain: "b"}})
		for i, said := range []string{"c1 hello", "c1 i am 15 years old", "c2 i am 51 years old", "c1 thank you", "c2 bye"} {
			call, text, _ := strings.Cut(said, " ")
			m.turn("acme", call, i, text)
			m.turn("bolt", call, i, text)
		}
		m.run(t, "calls", dead...)
		require.Len(t, other.outs, len(m.sink.outs))
	}
	f("", nil)
	f("", []string{wantsNot})
	f("", []string{wantsMinors, wantsNot}, 2, 6)
	f("minors: quarantine\n", nil, 2, 3, 6, 7)
	f("minors: quarantine\n", []string{wantsNot}, 3, 7) // what acme says leaves for nobody: it is not searched
}

// A tenant's word holds for the records of its time; what it is about may have been said before.
func TestMinorsByTime(t *testing.T) {
	m := newMinorTest(t, "", strings.Replace(wantsMinors, "minors: quarantine\n", "", 1),
		strings.NewReplacer("version: 1", "version: 2", "2026-01-01", "2026-06-01T00:00:10Z").Replace(wantsMinors),
		"tenant: acme\nversion: 3\nfrom: 2026-06-01T00:00:20Z\ntext: long\n")
	m.turn("acme", "c1", 1, "i am 15 years old")
	for _, second := range []int{9, 10, 19, 20, 10} {
		m.turn("acme", "c1", second, "thank you")
	}
	m.turn("acme", "c2", 9, "thank you")
	m.turn("acme", "c2", 15, "thank you")
	m.run(t, "calls", 2, 3, 5)
}

// What says so may stand anywhere in a record and be of any form; what is remembered outlasts what a call's memory doesn't.
func TestMinorsRemembered(t *testing.T) {
	const bye = `{"tenant_id":"acme","call_id":"c1","text":"bye"}`
	m := newMinorTest(t, "", wantsMinors)
	m.add("c1", 0, `{"tenant_id":"acme","call_id":"c1","text":"bye","known_values":[{"type":"DATE_OF_BIRTH","value":"4 March 2012"}]}`)
	m.add("c1", 1, bye)
	m.add("c2", 1, `{"tenant_id":"acme","call_id":"c2","text":"bye","known_values":[{"type":"DATE_OF_BIRTH","value":"4 March 1982"},{"type":"ACCOUNT_ID","value":"15"}]}`)
	m.run(t, "calls", 0, 1)

	m = newMinorTest(t, "", wantsMinors, wantsNot)
	m.add("c1", 0, `{"tenant_id":"bolt","call_id":"c1","text":"i am 12 years old"}`+"\n"+bye)
	m.add("c1", 1, bye+"\n"+`{"tenant_id":"acme","call_id":"c1","text":"i am 12 years old"}`)
	m.add("c1", 2, bye)
	m.add("c1", 3, strings.Replace(bye, "acme", "bolt", 1))
	m.run(t, "lines", 1, 2)

	m = newMinorTest(t, "", wantsMinors)
	m.c.Policy = policyOf(t, strings.Replace(instructPolicy, "text: {action: redact, needs: text}", "message: {action: redact, needs: text}", 1))
	m.add("c1", 0, "i am 12 years old")
	m.add("c1", 1, "bye")
	m.add("c2", 1, "bye")
	m.run(t, "plain", 0, 1)

	// Calls that are given up.
	m = newMinorTest(t, "", wantsMinors)
	m.c.Limits.Calls = 2
	m.turn("acme", "c1", 0, "i am 15 years old")
	for i := range 5 {
		m.turn("acme", fmt.Sprint("d", i), 0, "hello")
	}
	m.turn("acme", "c1", 0, "bye")
	m.run(t, "calls", 0, 6)
	require.Zero(t, testutil.ToFloat64(m.c.Metrics.evicted.WithLabelValues(evictedMinor)))
	for i := range 4 {
		m.turn("acme", fmt.Sprint("d", i), 0, "i am 15 years old")
	}
	m.turn("acme", "c1", 0, "bye")
	m.c.Metrics = simConfig(t, DefaultLimits()).Metrics
	m.c.Quarantine.(*simQuarantine).all, m.sink.outs = nil, nil
	m.run(t, "calls", 0, 6, 7, 8, 9, 10) // not 11: of that many nothing is remembered
	require.Positive(t, testutil.ToFloat64(m.c.Metrics.evicted.WithLabelValues(evictedMinor)))

	// A record that fails, and one that comes back from quarantine alone.
	m = newMinorTest(t, "", wantsMinors, wantsNot)
	m.turn("acme", "c1", 0, "i am 15 years old")
	m.add("c1", 1, `{"tenant_id":"acme","call_id":"c1","known_values":7}`)
	m.turn("acme", "c1", 2, "bye")
	m.turn("acme", "c2", 2, "bye")
	m.turn("acme", "c2", 3, "bye")
	m.turn("bolt", "c3", 3, "bye")
	m.records[3].Minor, m.records[5].Minor = true, true
	e, err := New(m.c)
	require.NoError(t, err)
	runIn(t, e, "calls", m.records...)
	classes := map[int64]Class{}
	for _, e := range m.c.Quarantine.(*simQuarantine).all {
		classes[e.Offset] = e.Class
	}
	require.Equal(t, map[int64]Class{0: ClassMinor, 1: ClassMalformed, 2: ClassMinor, 3: ClassMinor, 4: ClassMinor}, classes)
}

// Whatever is said in which order, cut into batches anyhow and begun anywhere, what leaves is what a plain reading of the rules lets.
func TestMinorsAgainstOracle(t *testing.T) {
	base := newMinorTest(t, "", strings.Replace(wantsMinors, "minors: quarantine\n", "", 1),
		strings.NewReplacer("version: 1", "version: 2", "2026-01-01", "2026-06-01T00:00:30Z").Replace(wantsMinors), wantsNot)
	rapid.Check(t, func(rt *rapid.T) {
		m := &minorTest{}
		minor, want := map[string]bool{}, []int64{}
		for range rapid.IntRange(1, 30).Draw(rt, "turns") {
			tenant, call := rapid.SampledFrom([]string{"acme", "bolt"}).Draw(rt, "tenant"), rapid.SampledFrom([]string{"c1", "c2", "c3"}).Draw(rt, "call")
			text := rapid.SampledFrom([]string{"hello", "thank you", "i am 51 years old", "i am 15 years old"}).Draw(rt, "text")
			second := rapid.IntRange(0, 59).Draw(rt, "second")
			minor[tenant+call] = minor[tenant+call] || strings.Contains(text, " 15 ")
			if !minor[tenant+call] || tenant != "acme" || second < 30 {
				want = append(want, int64(len(m.records)))
			}
			m.turn(tenant, call, second, text)
		}
		c, sink := base.c, &memorySink{}
		c.Metrics, c.Quarantine = NewMetrics(prometheus.NewRegistry(), "test", c.Policy.Hash()), &simQuarantine{seen: map[string]int{}}
		c.Limits.Workers = 2
		c.Sinks = []SinkConfig{{Name: "a", Sink: sink, View: View{Class: "analytics"}}}
		e, err := New(c)
		require.NoError(rt, err)
		begin := rapid.IntRange(0, len(m.records)-1).Draw(rt, "begin") // what comes before is read again, as after a restart
		want = slices.DeleteFunc(want, func(o int64) bool { return o < int64(begin) })
		require.NoError(rt, e.Run(context.Background(), sourceFunc(func(ctx context.Context, in Intake) error {
			id := LaneID{Topic: "calls"}
			lane, err := in.OpenLane(id, int64(begin))
			require.NoError(rt, err)
			for rest, warm := m.records[:begin], true; ; rest, warm = m.records[begin:], false {
				for len(rest) > 0 {
					n := rapid.IntRange(1, len(rest)).Draw(rt, "batch")
					require.NoError(rt, lane.Submit(ctx, batchOf(id, rest[:n], warm)))
					rest = rest[n:]
				}
				if !warm {
					break
				}
			}
			require.Zero(rt, lane.Drain(context.Background()))
			return lane.Err()
		})))
		got := []int64{}
		for _, o := range sink.outs {
			got = append(got, o.Offset)
		}
		require.Equal(rt, want, got)
	})
}

// How good the signal is, on calls that were written for this. The floors are what it had when it was made.
func TestMinorsCorpus(t *testing.T) {
	text, err := os.ReadFile("../testdata/minors/calls.txt")
	require.NoError(t, err)
	set, err := detectors.New(detectors.Options{})
	require.NoError(t, err)
	at := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	heard := func(turns []string) bool {
		call := detectors.NewCall()
		for _, turn := range turns {
			role, said, ok := strings.Cut(turn, ": ")
			require.True(t, ok, turn)
			in := detectors.Input{Call: call, Role: detectors.RoleCustomer, Channel: detectors.ChannelCall}
			if role == "agent" {
				in.Role = detectors.RoleAgent
			}
			for _, f := range set.Find(nil, []byte(said), in, detectors.NewScratch()) {
				if isMinor(&f, at) {
					return true
				}
			}
		}
		return false
	}
	count := map[string]int{}
	for block := range strings.SplitSeq(strings.TrimSpace(string(text)), "\n\n") {
		lines := strings.Split(block, "\n")
		require.Contains(t, []string{"minor", "adult"}, lines[0])
		result := fmt.Sprint(lines[0], " ", heard(lines[1:]))
		count[result]++
		if result == "minor false" || result == "adult true" {
			t.Logf("%s: %s", result, lines[1:])
		}
	}
	precision := float64(count["minor true"]) / float64(count["minor true"]+count["adult true"])
	recall := float64(count["minor true"]) / float64(count["minor true"]+count["minor false"])
	t.Logf("%d calls of minors, %d of adults: precision %.2f, recall %.2f", count["minor true"]+count["minor false"], count["adult true"]+count["adult false"], precision, recall)
	require.GreaterOrEqual(t, precision, 0.65)
	require.GreaterOrEqual(t, recall, 0.5)
}
