package policy

import (
	_ "embed"
	"fmt"
	"strings"
	"sync"

	"github.com/goccy/go-yaml"
)

//go:embed clauses.yaml
var clausesYAML []byte

// Clause is a section of the privacy policy, or an item of one.
type Clause struct {
	ID    string   `yaml:"id"` // "3", "2.Billing"
	Title string   `yaml:"title"`
	Scope string   `yaml:"scope"` // ScopeIn or ScopeOut
	Keeps string   `yaml:"keeps"` // what is done to keep it; of one in scope
	Why   string   `yaml:"why"`   // why nothing can be done here; of one out of scope
	By    []string `yaml:"by"`    // what keeps it besides rules of the policy: a file of this repository, and what in it
}

// What Clause.Scope says.
const (
	ScopeIn  = "in"
	ScopeOut = "out"
)

// readClauses reads clauses.yaml once.
var readClauses = sync.OnceValue(func() []Clause {
	clauses, err := ParseClauses(clausesYAML)
	if err != nil {
		panic("policy: the built-in list of clauses is broken")
	}
	return clauses
})

// Clauses lists the privacy policy: every section, or all items of one, in order. Read only.
func Clauses() []Clause { return readClauses() }

// ParseClauses reads a list of clauses strictly.
func ParseClauses(text []byte) (clauses []Clause, err error) {
	if err := yaml.UnmarshalWithOptions(text, &clauses, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("read clauses: %w", err)
	}
	return clauses, nil
}

// itemsOf lists the items of a section; none for one that has none.
func itemsOf(section int) (ids []string) {
	for _, c := range Clauses() {
		if strings.HasPrefix(c.ID, fmt.Sprint(section, ".")) {
			ids = append(ids, c.ID)
		}
	}
	return ids
}
