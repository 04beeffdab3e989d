package pipeline

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// An explanation says type, detector, rule, validators, band, action, scope, clause and policy of each finding, where it stands in
// what left, and nothing of what it was.
func TestExplain(t *testing.T) {
	c := simConfig(t, DefaultLimits())
	c.Policy = linkPolicy(t)
	x, err := NewExplainer(c, "")
	require.NoError(t, err)
	id := LaneID{"calls", 3}
	_, err = x.Explain(id, &Record{Offset: 6, Key: []byte("c1"), Value: []byte(`{"tenant_id":"t","call_id":"c1","role":"agent","text":"what is your card number?"}`)})
	require.NoError(t, err)
	e, err := x.Explain(id, &Record{Offset: 7, Key: []byte("c1"), Value: []byte(
		`{"tenant_id":"t","call_id":"c1","session":"secret-session","nobody":"knows","text":"four one one one, double one double one, 1111 1111; mail ada@example.com or ring 020 7946 0018"}`)})
	require.NoError(t, err)
	require.Equal(t, "redacted", e.Outcome)
	require.Equal(t, 1, e.Unnamed)
	require.Contains(t, e.Fields, FieldReason{Path: "session", Action: "token", Scope: "day", Clauses: []string{"2"}})
	types := map[string]FoundReason{}
	for _, f := range e.Findings {
		types[f.Type] = f
		require.Equal(t, "text", f.Path)
		require.NotEmpty(t, f.Detector)
		require.Equal(t, c.Detectors.Version(), f.Version)
		require.Equal(t, c.Policy.Hash(), f.Policy)
		require.Equal(t, []string{"2"}, f.Clauses)
		require.Contains(t, []string{"high", "medium", "low"}, f.Confidence)
	}
	phone := types["PHONE"]
	require.Equal(t, "token", phone.Action)
	require.Equal(t, "month", phone.Scope)
	require.Equal(t, "9-16", phone.Length)
	require.NotEmpty(t, phone.Validators)

	// The places are those of the text that leaves.
	sink := &memorySink{}
	c.Sinks = []SinkConfig{{Name: "m", Sink: sink}}
	text := "mail ada@example.com or ring 020 7946 0018"
	x, err = NewExplainer(c, "")
	require.NoError(t, err)
	r := Record{Key: []byte("c2"), Value: []byte(`{"tenant_id":"t","call_id":"c2","text":"` + text + `"}`)}
	e, err = x.Explain(id, &r)
	require.NoError(t, err)
	runRecords(t, c, "calls", r)
	left := texts(sink.values())[0]
	require.Equal(t, "[EMAIL_1]", left[e.Findings[0].Start:e.Findings[0].End])
	require.Equal(t, "[PHONE_1]", left[e.Findings[1].Start:e.Findings[1].End])

	b, err := json.Marshal(e)
	require.NoError(t, err)
	said := strings.ReplaceAll(string(b), c.Detectors.Version(), "") // of which a part may look like one of these
	for _, value := range []string{"ada", "example.com", "7946", "0018", "c2"} {
		require.NotContains(t, said, value)
	}
	e, err = x.Explain(id, &Record{Key: []byte("c"), Value: []byte(`{"tenant_id":`)})
	require.NoError(t, err)
	require.Equal(t, string(ClassMalformed), e.Outcome)
}
