package policy

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// seal computes the hash once the policy is complete.
func (p *Policy) seal() {
	p.hash = hashOf(p.YAML())
}

// HashLen is how many letters a hash of a policy or an instruction has.
const HashLen = 16

// hashOf names a text by letters for the first 64 bits of its SHA-256.
func hashOf(text []byte) string {
	sum := sha256.Sum256(text)
	var letters [16]byte
	for i := range letters {
		letters[i] = "bcdfghjklmnpqrst"[sum[i/2]>>(4*(i&1))&15]
	}
	return string(letters[:])
}

// YAML writes the effective policy: every type, every rule with its clauses, in a fixed order. Parse reads it back to a
// policy with the same hash.
func (p *Policy) YAML() []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "tenants: %s\n", flow(p.tenants))
	p.writeEffectiveFrom(&b)
	if p.minors {
		fmt.Fprintf(&b, "minors: %s\n", minorsQuarantine)
	}
	writeTypes(&b, "", &p.top, nil)
	p.writeRetention(&b)
	b.WriteString("classes:\n")
	for i := range p.classes {
		p.classes[i].write(&b, &p.top)
	}
	b.WriteString("categories:\n")
	for _, c := range p.categories {
		fmt.Fprintf(&b, "  %s:\n    clauses: %s\n    for: %s\n", c.Name, flow(c.Clauses), flow(c.For))
		if c.Role != "" {
			fmt.Fprintf(&b, "    role: %s\n", c.Role)
		}
		if c.HasPartials() {
			fmt.Fprintf(&b, "    partials: %s\n", c.Partials)
		}
		b.WriteString("    fields:\n")
		writeFields(&b, &c)
	}
	return []byte(b.String())
}

// writeFields writes each path once: with one action where it is the same for all classes, else by class.
func writeFields(b *strings.Builder, c *Category) {
	for rules := c.Rules; len(rules) > 0; {
		n := 1
		for n < len(rules) && rules[n].Path == rules[0].Path {
			n++
		}
		same := n == len(c.For)
		for _, r := range rules[:n] {
			same = same && r.Action == rules[0].Action && r.Options == rules[0].Options && slices.Equal(r.Clauses, rules[0].Clauses)
		}
		write := func(r *Rule) string {
			clauses := r.Clauses
			if slices.Equal(clauses, c.Clauses) {
				clauses = nil
			}
			return r.Options.write("action", r.Action.String(), clauses)
		}
		if same {
			fmt.Fprintf(b, "      %s: %s\n", strconv.Quote(rules[0].Path), write(&rules[0]))
		} else {
			fmt.Fprintf(b, "      %s:\n", strconv.Quote(rules[0].Path))
			for i := range rules[:n] {
				fmt.Fprintf(b, "        %s: %s\n", rules[i].Class, write(&rules[i]))
			}
		}
		rules = rules[n:]
	}
}

// flow writes a list of texts as YAML.
func flow(list []string) string {
	var quoted []string
	for _, s := range list {
		quoted = append(quoted, strconv.Quote(s))
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}
