package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// vectorOf runs one case.
func vectorOf(t *testing.T, kind, entity, text, spans, score string) vectorCase {
	t.Helper()
	line := fmt.Sprintf(`{"source":"f","test":"t","entity":%q,"kind":%q,"text":%q,"byte_spans":%s,"score":%s}`, entity, kind, text, spans, score)
	e, err := evalStream(inputOf(t, strings.NewReader(line)), allDetectors(t), exact(), keptByDefault(), nil)
	require.NoError(t, err)
	require.Len(t, e.cases, 1)
	return e.cases[0]
}

func TestEvalVectors(t *testing.T) {
	f := func(agrees bool, kind, entity, text, spans, score string) {
		t.Helper()
		require.Equal(t, agrees, vectorOf(t, kind, entity, text, spans, score).agrees)
	}
	f(true, "scan", "EMAIL_ADDRESS", "at ada@example.com", "[[3,18]]", "null")
	f(false, "scan", "EMAIL_ADDRESS", "at ada@example.com", "[[0,18]]", "null")
	f(false, "scan", "EMAIL_ADDRESS", "at ada@example.com", "[]", "null")
	f(true, "scan", "PHONE_NUMBER", "at ada@example.com", "[]", "null")
	f(true, "scan", "EMAIL_ADDRESS", "at ada@example.com", "null", "null")
	f(false, "scan", "EMAIL_ADDRESS", "at home", "null", "null")
	f(true, "context", "US_SSN", "my ssn is 219-09-9999", "null", "null")

	// A candidate may have its word in front; so may what the peer finds with context only.
	f(false, "scan", "CARD_PIN", "4711", "[[0,4]]", "[0.5,0.9]")
	f(true, "scan", "CARD_PIN", "4711", "[[0,4]]", "[0.1,0.9]")
	f(true, "scan", "CARD_PIN", "4711", "null", "null")
	f(true, "validate", "CARD_PIN", "4711", "[[0,4]]", "null")
	f(true, "validate", "CARD_PIN", " 4711\n", "[[0,6]]", "null")

	// A phone number that is none of one country's is a phone number all the same.
	f(false, "scan", "PHONE_NUMBER", "phone 0917 123 4567", "[]", "null")
	f(true, "scan", "PH_MOBILE_NUMBER", "phone 0917 123 4567", "[]", "null")
	require.Equal(t, "no data", vectorOf(t, "validate", "NON_HEX", "g", "[[0,1]]", "null").kind)

	// A number whose check digit doesn't fit may be found, but not with a check that passed.
	f(true, "validate", "CREDIT_CARD", "4111111111111112", "[]", "null")
	f(false, "validate", "CREDIT_CARD", "4111111111111111", "[]", "null")

	c := vectorOf(t, "scan", "ES_NIF", "ada@example.com", "[[0,15]]", "null")
	require.True(t, c.agrees && c.positive && !c.typed, "found as something else")
	require.Equal(t, "EMAIL", c.got)
	require.NotContains(t, c.key, "ada")
	require.True(t, strings.HasPrefix(c.key, "ES_NIF t "))
}

func TestEvalExplanations(t *testing.T) {
	name := filepath.Join(t.TempDir(), "reasons.txt")
	write := func(text string) (explanations, error) {
		require.NoError(t, os.WriteFile(name, []byte(text), 0o600))
		return readExplanations(name)
	}
	why, err := write("# comment\n\nwrong there\n  A t 1\n\tA t 2\nwrong here\n  B t 3\n")
	require.NoError(t, err)
	require.Equal(t, explanations{"A t 1": "wrong there", "A t 2": "wrong there", "B t 3": "wrong here"}, why)
	_, err = write("  A t 1\n")
	require.ErrorContains(t, err, ":1: a case without a reason")
	_, err = write("x\n  A t 1\n  A t 1\n")
	require.ErrorContains(t, err, ":3: this case has a reason already")

	cases := []vectorCase{
		{key: "A t 1", kind: "scan", positive: true, agrees: true, typed: true, got: "PIN"}, {key: "A t 2", kind: "scan", positive: true, got: "nothing"},
		{key: "C t 4", kind: "validate", got: "PIN"}, {key: "D t 5", kind: "no data", agrees: true},
	}
	r := reportVectors("v", cases, why)
	require.Equal(t, figures{"agree": 0.3333, "type": 0.5}, r.Figures)
	require.Equal(t, map[string]int{"scan": 2, "validate nothing": 1}, r.Kinds)
	require.Equal(t, []disagreement{{"A t 2", "scan", "found", "nothing", "wrong there"}, {"C t 4", "validate", "not this", "PIN", ""}}, r.Disagreements)
	require.Equal(t, []int{3, 1, 1}, []int{r.Cases, r.Skipped, r.Unexplained})
	require.Equal(t, []string{"A t 1"}, r.Settled)
}
