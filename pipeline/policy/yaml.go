package policy

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/sonexlabs/tacet/detectors"
)

// seal computes the hash once the policy is complete.
func (p *Policy) seal() {
	sum := sha256.Sum256(p.YAML())
	var letters [16]byte
	for i := range letters {
		letters[i] = "bcdfghjklmnpqrst"[sum[i/2]>>(4*(i&1))&15]
	}
	p.hash = string(letters[:])
}

// YAML writes the effective policy: every type, every rule with its clauses, in a fixed order. Parse reads it back to a
// policy with the same hash.
func (p *Policy) YAML() []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "tenants: %s\ntypes:\n", flow(p.tenants))
	types := detectors.Types()
	slices.SortFunc(types, func(s, t detectors.Type) int { return strings.Compare(s.String(), t.String()) })
	for _, t := range types {
		fmt.Fprintf(&b, "  %s: %s\n", t, p.options[t].write("style", p.styles[t].String(), nil))
	}
	b.WriteString("categories:\n")
	for _, c := range p.categories {
		fmt.Fprintf(&b, "  %s:\n    clauses: %s\n", c.Name, flow(c.Clauses))
		if c.HasPartials() {
			fmt.Fprintf(&b, "    partials: %s\n", c.Partials)
		}
		b.WriteString("    fields:\n")
		for _, r := range c.Rules {
			clauses := r.Clauses
			if slices.Equal(clauses, c.Clauses) {
				clauses = nil
			}
			fmt.Fprintf(&b, "      %s: %s\n", strconv.Quote(r.Path), r.Options.write("action", r.Action.String(), clauses))
		}
	}
	return []byte(b.String())
}

// flow writes a list of texts as YAML.
func flow(list []string) string {
	var quoted []string
	for _, s := range list {
		quoted = append(quoted, strconv.Quote(s))
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}
