package tidy

import (
	"go/ast"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestThreatModel: every test that the threat model names exists.
func TestThreatModel(t *testing.T) {
	repo, err := repository()
	require.NoError(t, err)
	_, table, found := strings.Cut(repo.text["pipeline/pseudonym/README.md"], "## Threat model")
	require.True(t, found)
	table, _, _ = strings.Cut(table, "\n## ")
	tests := map[string]bool{}
	for _, f := range repo.files {
		for _, decl := range f.syntax.Decls {
			if d, ok := decl.(*ast.FuncDecl); ok && f.test {
				tests[d.Name.Name] = true
			}
		}
	}
	named := regexp.MustCompile("`((?:Test|Fuzz)[A-Za-z0-9]+)`").FindAllStringSubmatch(table, -1)
	require.Greater(t, len(named), 25)
	for _, m := range named {
		require.True(t, tests[m[1]], "no test is called %s", m[1])
	}
}
