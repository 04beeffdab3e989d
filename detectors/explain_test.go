package detectors

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestExplain(t *testing.T) {
	s, sc := newSet(t, Options{Locales: []string{"de"}}), NewScratch()
	const text = "meine Steuer-ID ist 65929970489, card 4111 1111 1111 1111"
	found, reasons := s.Explain([]byte(text), Input{}, sc)
	require.Equal(t, "meine Steuer-ID ist {{DE_TAX_ID|65929970489}}, card {{CREDIT_CARD|4111 1111 1111 1111}}", show(text, found))
	require.GreaterOrEqual(t, len(reasons), 2)
	r := reasons[0]
	require.Equal(t, 0, r.Finding)
	require.Equal(t, "DE_TAX_ID", r.Type.String())
	require.Equal(t, "de", r.Detector)
	require.Equal(t, "99 999 999 999", r.Rule)
	require.True(t, r.Chosen)
	require.Contains(t, r.Words, "DE_TAX_ID")
	names, sum := map[string]bool{}, float32(0)
	for _, part := range r.Parts {
		names[part.Name] = true
		sum += part.Value
	}
	require.True(t, names["form"] && names["check"] && names["words"] && names["locale"], r.Parts)
	require.InDelta(t, min(sum, scoreMax), r.Score, 0.001)
	require.Equal(t, found[0].Confidence, r.Score)
	for _, r := range reasons {
		for _, w := range append(r.Words, r.Rule, r.Detector) {
			require.NotContains(t, w, "4111")
			require.False(t, strings.Contains(w, "65929970489"))
		}
	}
	_, reasons = s.Explain([]byte("nothing here"), Input{}, sc)
	require.Empty(t, reasons)
	require.Empty(t, sc.pass.reasons, "Find explains nothing")
}

// Explaining finds what finding finds, and gives each finding one chosen reason.
func TestExplainAgreesWithFind(t *testing.T) {
	s := newSet(t, Options{})
	for _, turns := range readCases(t) {
		for _, c := range turns {
			found := s.Find(nil, []byte(c.text), c.in, NewScratch())
			explained, reasons := s.Explain([]byte(c.text), c.in, NewScratch())
			require.Equal(t, show(c.text, found), show(c.text, explained), c.where)
			chosen := make([]int, len(found))
			for _, r := range reasons {
				if r.Chosen {
					chosen[r.Finding]++
					require.Equal(t, found[r.Finding].Type, r.Type, c.where)
					require.Equal(t, found[r.Finding].Detector, r.Detector, c.where)
				}
			}
			for _, n := range chosen {
				require.Equal(t, 1, n, c.where)
			}
		}
	}
}
