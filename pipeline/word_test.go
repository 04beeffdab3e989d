package pipeline

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"
)

// clause: 2.AI interaction
// clause: 2.Telephony
// clause: 4.No training
// clause: 8
//
// TestWordIsCheckedAgain breaks what heeds tenants' instructions, each time in another way: what then is written without the tenant's word does
// not leave, and is not lost. Without the defect it isn't written.
func TestWordIsCheckedAgain(t *testing.T) {
	rewriterOf := func(e *Engine) *rewriter { return e.workers[0].rw }
	// before has something changed behind the start of a record, before it is worked off.
	before := func(change func(w *rewriter)) func(*Engine) {
		return func(e *Engine) { e.onRecord = func(*Record) { change(rewriterOf(e)) } }
	}
	const document = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	const all = "text: short\nrecording: true\nhome_region: us\nconsents: [{name: training, id: C1, granted: 2026-01-01, expires: 2027-01-01, document: " + document + "}]\n"
	allows := func(tenant string) string { return "tenant: " + tenant + "\nversion: 1\nfrom: 2026-01-01\n" + all }
	later := func(tenant string, from time.Time, rest string) string {
		return "tenant: " + tenant + "\nversion: 2\nfrom: " + from.Format(time.RFC3339) + "\nhome_region: eu\n" + rest
	}
	another := instructed(t, allows("acme"), allows("bolt"), allows("cave"))
	anothers := before(func(w *rewriter) { w.told = another.Table() })
	early := before(func(w *rewriter) { w.time = matrixNoon.Add(-24 * time.Hour) })
	unasked := before(func(w *rewriter) { w.instructions, w.texts = nil, textsLeave })
	const (
		turn   = `{"tenant_id":"acme","call_id":"c","text":"canary"}`
		call   = `{"tenant_id":"acme","call_id":"c","status":"done","recording_url":"canary"}`
		began  = `{"tenant_id":"acme","call_id":"c","started_at":"2026-03-02T11:00:00Z","recording_url":"canary"}`
		spoken = `{"tenant_id":"acme","call_id":"c","lang":"en"}`
	)
	review, trains, abroad := View{Class: "review"}, View{Class: "training"}, View{Class: "review", Region: "us"}
	bare := "tenant: acme\nversion: 1\nfrom: 2026-01-01\nhome_region: eu\n"
	for name, f := range map[string]struct {
		view          View
		topic, record string
		told          []string
		defect        func(*Engine)
		why           error
	}{
		"a text of a tenant without a word": {review, "transcript", turn, []string{allows("bolt")}, anothers, errOutputField},
		"a text that is not kept":           {review, "transcript", turn, []string{bare}, anothers, errOutputField},
		"a text that is kept nobody knows how long": {review, "transcript", turn,
			[]string{bare + "text: a_while\n"}, anothers, errOutputField},
		"a text that is not kept any more": {review, "transcript", turn, []string{allows("acme"), later("acme", matrixNoon, "")}, early, errOutputField},
		"texts without asking":             {review, "transcript", turn, []string{bare}, unasked, errOutputField},
		"a recording without a word":       {review, "call_record", call, []string{allows("bolt")}, anothers, errOutputField},
		"a recording that was not enabled": {review, "call_record", call, []string{bare}, anothers, errOutputField},
		"a recording that was not enabled when the call began": {review, "call_record", began,
			[]string{bare, later("acme", matrixNoon, "recording: true\n")}, anothers, errOutputField},
		"a recording of a call that began later": {review, "call_record", call, []string{allows("acme"), later("acme", matrixNoon, "")}, early, errOutputField},
		"training without a word":                {trains, "transcript", spoken, []string{allows("bolt")}, anothers, errOutputView},
		"training without a consent":             {trains, "transcript", spoken, []string{bare}, anothers, errOutputView},
		"training by another consent":            {trains, "transcript", spoken, []string{strings.Replace(allows("acme"), "training", "surveys", 1)}, anothers, errOutputView},
		"training after it was withdrawn":        {trains, "transcript", spoken, []string{allows("acme"), later("acme", matrixNoon, "")}, early, errOutputView},
		"training after it has expired": {trains, "transcript", spoken,
			[]string{strings.Replace(allows("acme"), "2027-01-01", matrixNoon.Format(time.RFC3339), 1)}, early, errOutputView},
		"training before it was given": {trains, "transcript", spoken,
			[]string{strings.Replace(allows("acme"), "granted: 2026-01-01", "granted: 2026-03-03", 1)}, before(func(w *rewriter) { w.time = matrixNoon.Add(24 * time.Hour) }), errOutputView},
		"training without asking": {trains, "transcript", spoken, []string{bare}, before(func(w *rewriter) { w.views[0].Consent = "" }), errOutputView},
		"abroad without a word":   {abroad, "transcript", spoken, []string{allows("bolt")}, anothers, errOutputView},
		"abroad without leave":    {abroad, "transcript", spoken, []string{bare}, anothers, errOutputView},
		"abroad without asking":   {abroad, "transcript", spoken, []string{bare}, before(func(w *rewriter) { w.views[0].Region = "" }), errOutputView},
		"lines abroad":            {View{Class: "monitoring", Region: "us"}, "log", "level=info", []string{bare}, anothers, errOutputView},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMatrix(t)
			m.config.Instructions = instructed(t, f.told...)
			record := Record{Value: []byte(f.record)}
			left, dead, _ := brokenView(t, m, f.view, f.topic, func(*Engine) {}, record)
			require.NotContains(t, strings.Join(left, ""), "canary")
			require.Empty(t, dead)
			if f.why == errOutputView {
				require.Empty(t, left)
			}
			left, dead, metrics := brokenView(t, m, f.view, f.topic, f.defect, record)
			require.Empty(t, left)
			require.Len(t, dead, 1)
			require.Equal(t, ClassOutput, dead[0].Class)
			require.Equal(t, f.why.Error(), dead[0].Detail)
			require.EqualValues(t, 1, testutil.ToFloat64(metrics.dead.WithLabelValues(string(ClassOutput))))

			// The same defect with the tenant's word: it leaves.
			m.config.Instructions = another
			left, dead, _ = brokenView(t, m, f.view, f.topic, f.defect, record)
			require.Len(t, left, 1)
			require.Empty(t, dead)
		})
	}
}

// Where nobody gave instructions no recording leaves, whatever the rewriter thinks.
func TestNoRecordingWithoutInstructions(t *testing.T) {
	m := newMatrix(t)
	m.config.Instructions, m.policy = nil, withoutClass(t, m.policy, "training")
	record := Record{Value: []byte(`{"tenant_id":"acme","call_id":"c","recording_url":"canary"}`)}
	left, dead, _ := brokenView(t, m, View{Class: "review"}, "call_record", func(*Engine) {}, record)
	require.Len(t, left, 1)
	require.NotContains(t, left[0], "canary")
	require.Empty(t, dead)
	left, dead, _ = brokenView(t, m, View{Class: "review"}, "call_record", func(e *Engine) {
		all := instructed(t, "tenant: acme\nversion: 1\nfrom: 2026-01-01\nrecording: true\n")
		e.onRecord = func(*Record) { e.workers[0].rw.instructions, e.workers[0].rw.told = all, all.Table() }
	}, record)
	require.Empty(t, left)
	require.Len(t, dead, 1)
	require.Equal(t, errOutputField.Error(), dead[0].Detail)
}

// A record without a time is of now, and a recording of when its call began, which an earlier record may have said.
func TestWordByTime(t *testing.T) {
	c := simConfig(t, DefaultLimits())
	c.Policy = policyOf(t, `
retention: {short: 30d}
categories: {transcript: {clauses: [2], fields: {tenant_id: keep, call_id: token, text: {action: redact, needs: text}, recording_url: {action: keep, needs: recording}}}}
`)
	c.Instructions = instructed(t, "tenant: acme\nversion: 1\nfrom: 2026-01-01\nrecording: true\n", "tenant: acme\nversion: 2\nfrom: 2026-03-02T12:00:07Z\ntext: short\n")
	sink, quarantine := &memorySink{}, &simQuarantine{seen: map[string]int{}}
	c.Quarantine = quarantine
	c.Sinks = []SinkConfig{{Name: "a", Sink: sink}}
	turn := func(call, more string) []byte {
		return []byte(`{"tenant_id":"acme","call_id":"` + call + `","text":"hi","recording_url":"x"` + more + `}`)
	}
	runRecords(t, c, "calls", Record{Key: []byte("c"), Time: matrixNoon.Add(-time.Second), Value: turn("c", "")},
		Record{Offset: 1, Key: []byte("c"), Time: matrixNoon, Value: turn("c", "")}, // began before
		Record{Offset: 2, Key: []byte("d"), Value: turn("d", "")},
		Record{Offset: 3, Key: []byte("e"), Time: matrixNoon, Value: turn("e", `,"started_at":"2026-03-02T12:00:06Z"`)},
		Record{Offset: 4, Key: []byte("f"), Time: matrixNoon, Value: turn("f", `,"started_at":"0001-01-01T00:00:00Z"`)})
	require.Empty(t, quarantine.all)
	var has []string
	for _, v := range sink.values() {
		f := fieldsOf(t, v)
		has = append(has, fmt.Sprint(f["text"] != nil, f["recording_url"] != nil))
	}
	require.Equal(t, []string{"false true", "true true", "true false", "true true", "true false"}, has)
}

// Of a record of several lines each is by the word of its own tenant, and by when its own call began.
func TestWordOfLines(t *testing.T) {
	m := newMatrix(t)
	for _, topic := range []string{"transcript", "call_record"} {
		m.config.Topics[topic] = TopicConfig{Category: topic, Format: FormatNDJSON}
	}
	m.config.Instructions = instructed(t, "tenant: acme\nversion: 1\nfrom: 2026-01-01\n", "tenant: acme\nversion: 2\nfrom: 2026-03-02\ntext: short\nrecording: true\n",
		"tenant: bolt\nversion: 1\nfrom: 2026-01-01\n")
	lines := func(lines ...string) Record { return Record{Value: []byte(strings.Join(lines, "\n"))} }
	said := func(tenant string) string {
		return `{"tenant_id":"` + tenant + `","call_id":"c","text":"hi","final":true}`
	}
	recorded := func(tenant, call, started string) string {
		return `{"tenant_id":"` + tenant + `","call_id":"` + call + `",` + started + `"recording_url":"x"}`
	}
	partial := `{"tenant_id":"acme","call_id":"c","text":"hi","final":false}`
	const lastMonth = `"started_at":"2026-02-02T12:00:00Z",`
	texts := lines(said("acme"), "", partial, said("bolt"), said("acme"), said("cave"), "")
	recordings := lines(recorded("acme", "c", ""), recorded("bolt", "c", ""), recorded("acme", "d", lastMonth), recorded("acme", "e", ""), recorded("acme", "f", ""))
	for topic, f := range map[string]struct {
		record Record
		has    []bool
	}{
		"transcript":  {texts, []bool{true, false, true, false}},
		"call_record": {recordings, []bool{true, false, false, true, true}},
	} {
		left, dead, _ := brokenView(t, m, View{Class: "review"}, topic, func(*Engine) {}, f.record)
		require.Empty(t, dead)
		require.Len(t, left, 1)
		var has []bool
		for line := range strings.Lines(left[0]) {
			if strings.TrimSpace(line) != "" {
				has = append(has, strings.Contains(line, `"text"`) || strings.Contains(line, `"recording_url"`))
			}
		}
		require.Equal(t, f.has, has, "%s: %s", topic, left[0])
	}
	// One line that should not leave is enough.
	other := instructed(t, "tenant: acme\nversion: 1\nfrom: 2026-01-01\ntext: short\nrecording: true\n", "tenant: bolt\nversion: 1\nfrom: 2026-01-01\ntext: short\nrecording: true\n")
	for topic, record := range map[string]Record{"transcript": lines(said("acme"), said("bolt")), "call_record": lines(recorded("acme", "c", ""), recorded("bolt", "c", ""))} {
		left, dead, _ := brokenView(t, m, View{Class: "review"}, topic, func(e *Engine) {
			e.onRecord = func(*Record) { e.workers[0].rw.told = other.Table() }
		}, record)
		require.Empty(t, left, topic)
		require.Len(t, dead, 1, topic)
		require.Equal(t, errOutputField.Error(), dead[0].Detail)
	}
}
