package detectors

import (
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// formOracle is a form as a regular expression: the slow and obvious reading of identifier.forms.
type formOracle struct {
	id      *identifier
	pattern *regexp.Regexp
}

// formOracles are the forms that are found without any word beside them.
var formOracles = sync.OnceValue(func() (all []formOracle) {
	for _, list := range countries {
		for i := range list.ids {
			id := &list.ids[i]
			for text := range strings.SplitSeq(id.forms, "|") {
				if id.alone >= 0.6 && strings.ContainsAny(text, "AXabcdefghijklmnopqrstuvwxyz") {
					all = append(all, formOracle{id, regexp.MustCompile(`(?:^|[ ,;(])(` + formPattern(text) + `)(?:$|[ ,;)])`)})
				}
			}
		}
	}
	return all
})

// formPattern writes a form as a regular expression.
func formPattern(text string) string {
	var b strings.Builder
	for _, c := range text {
		switch c {
		case ' ':
			b.WriteString(`[ ./+-]?`)
		case '9':
			b.WriteString(`[0-9]`)
		case 'A':
			b.WriteString(`[A-Z]`)
		case 'X':
			b.WriteString(`[A-Z0-9]`)
		default: // itself
			b.WriteString(strings.ToUpper(string(c)))
		}
	}
	return b.String()
}

// requireForms holds that what a regular expression finds of the catalogue's forms is found.
func requireForms(t *testing.T, oracles []formOracle, text []byte, found []Finding, channel Channel) {
	t.Helper()
	for _, o := range oracles {
		if channel == ChannelLog && o.id.alone < distinct {
			continue
		}
		for _, m := range o.pattern.FindAllSubmatchIndex(text, -1) {
			var c []byte
			for _, b := range text[m[2]:m[3]] {
				if b >= '0' && b <= '9' || b >= 'A' && b <= 'Z' {
					c = append(c, b)
				}
			}
			if o.id.check == nil || o.id.check(c) {
				require.True(t, covered(found, m[2], m[3]), "%s at %d of %q", o.id.name, m[2], text)
			}
		}
	}
}

// TestFormsAgreeWithRegularExpressions makes texts of identifiers in every grouping and compares with the oracle.
func TestFormsAgreeWithRegularExpressions(t *testing.T) {
	s, sc := newSet(t, Options{}), NewScratch()
	seen := 0
	eachIdentifier(t, func(t *testing.T, id *identifier, forms []form) {
		oracles := slices.Clone(formOracles())
		oracles = slices.DeleteFunc(oracles, func(o formOracle) bool { return o.id != id })
		for _, number := range generate(id, forms, 20) {
			f := formOf(forms, number)
			for _, sep := range []string{"", " ", "-", "."} {
				var b strings.Builder
				for i := range number {
					if f.breaks>>i&1 != 0 {
						b.WriteString(sep)
					}
					b.WriteByte(number[i])
				}
				for _, text := range []string{b.String(), "so " + b.String() + " it is", "(" + b.String() + ")", b.String() + ", yes"} {
					requireForms(t, oracles, []byte(text), s.Find(nil, []byte(text), Input{}, sc), ChannelUnknown)
					seen++
				}
			}
		}
	})
	require.NotZero(t, seen)
}
