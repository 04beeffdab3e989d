package detectors

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Everything that is found is described, and listed in README.md.
func TestDescribe(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	described := map[Type]bool{}
	for _, d := range Describe() {
		described[d.Type] = true
		require.NotEmpty(t, d.Authority, d.Type)
		require.NotEmpty(t, d.Digit, d.Type)
		require.NotEmpty(t, d.Detector, d.Type)
		require.True(t, strings.Contains(string(readme), "\n| "+d.Type.String()+" |"), "README.md has no %s: make eval writes its table", d.Type)
	}
	s, sc := newSet(t, Options{}), NewScratch()
	for _, turns := range readCases(t) {
		for _, c := range turns {
			for _, f := range s.Find(nil, []byte(c.text), c.in, sc) {
				require.True(t, described[f.Type], "%s is found and not described", f.Type)
			}
		}
	}
}
