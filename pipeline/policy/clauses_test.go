package policy

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The list has every section of the privacy policy once, in order, as a whole or by its items, and says of each what is done or why nothing
// is.
func TestClauseList(t *testing.T) {
	sectionsSeen, ids, last := map[int]bool{}, []string{}, 0
	for _, c := range Clauses() {
		number, _, _ := strings.Cut(c.ID, ".")
		n, err := strconv.Atoi(number)
		require.NoError(t, err, c.ID)
		require.GreaterOrEqual(t, n, last, c.ID)
		last, sectionsSeen[n] = n, true
		require.NotContains(t, ids, c.ID)
		ids = append(ids, c.ID)
		require.NotEmpty(t, c.Title, c.ID)
		switch c.Scope {
		case ScopeIn:
			require.NotEmpty(t, c.Keeps, c.ID)
			require.Empty(t, c.Why, c.ID)
		case ScopeOut:
			require.NotEmpty(t, c.Why, c.ID)
			require.Empty(t, c.Keeps, c.ID)
			require.Empty(t, c.By, c.ID)
		default:
			t.Errorf("clause %s: scope %q", c.ID, c.Scope)
		}
		require.False(t, slices.Contains(ids, number) && number != c.ID, "%s beside its section", c.ID)
	}
	require.Len(t, sectionsSeen, sections)
	_, err := ParseClauses([]byte("- {id: '1', titel: x}"))
	require.Error(t, err)
}

// A clause that the privacy policy doesn't have is a slip: what it was to prove would be missed.
func TestUnknownItems(t *testing.T) {
	f := func(clause, want string) {
		t.Helper()
		_, err := Parse("p", []byte(`{tenants: ["*"], categories: {account: {clauses: ["`+clause+`"], fields: {plan: keep}}}}`))
		if want == "" {
			require.NoError(t, err)
		} else {
			require.ErrorContains(t, err, want)
		}
	}
	f("2", "")
	f("2.Billing", "")
	f("2.Telefony", `unknown clause "2.Telefony": section 2 has 2.Account, 2.Billing, 2.Usage and log, 2.Telephony,`)
	f("3.Advertising", `unknown clause "3.Advertising": section 3 has no items`)
	f("2. ", `unknown clause "2. "`)
}

// The table in the README says of each clause what the list says.
func TestClauseTable(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	var rows strings.Builder
	for _, c := range Clauses() {
		fmt.Fprintf(&rows, "| %s | %s | %s | %s |\n", c.ID, c.Title, c.Scope, c.Keeps+c.Why)
	}
	require.Contains(t, string(readme), "|---|---|---|---|\n"+rows.String()+"\n", "the table is:\n%s", rows.String())
}
