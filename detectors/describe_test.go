package detectors

import (
	"os"
	"path/filepath"
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

// The README says of every file, but those of one country, to which group it belongs.
func TestFilesAreListed(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	for _, file := range files {
		name := strings.TrimSuffix(file, ".go")
		if !strings.HasSuffix(name, "_test") && len(name) > len("uk") {
			require.Contains(t, string(readme), "`"+name+"`", "%s is in no group of the README", file)
		}
	}
}
