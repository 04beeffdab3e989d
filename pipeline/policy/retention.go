package policy

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"

	"github.com/sonexlabs/tacet/detectors/rules/syntax"
)

// retentionMost bounds how long a retention class keeps: a longer one is a slip, and §9 of the privacy policy keeps nothing for ever.
const retentionMost = 100 * 365

// Retention is how long what is of a retention class may be kept. An unknown class keeps nothing.
func (p *Policy) Retention(class string) (time.Duration, bool) {
	keep, ok := p.retention[class]
	return keep, ok
}

// retentions lists the retention classes, sorted.
func (p *Policy) retentions() []string { return slices.Sorted(maps.Keys(p.retention)) }

// retentions reads the retention classes: a name, and how long it keeps.
func (d *document) retentions(n ast.Node) map[string]time.Duration {
	const key = "retention"
	members, ok := d.Mapping(n, key)
	if ok && len(members) == 0 {
		d.Fail(syntax.Line(n), key, "is empty: leave it out where nothing has an end")
	}
	all := map[string]time.Duration{}
	for _, m := range members {
		at := key + "." + m.Name
		if !isWord(m.Name) {
			d.Fail(m.Line, at, "must be named in small letters, digits and underscores")
		}
		if m.Name == textNone {
			d.Fail(m.Line, at, "is what tenants call no retention at all: choose another name")
		}
		s, isText := syntax.Text(m.Value)
		keep, err := parseRetention(s)
		if !isText || err != nil {
			d.Fail(m.Line, at, "must be whole days or hours, such as 30d or 12h, from 1h to %dd", retentionMost)
			continue
		}
		all[m.Name] = keep
	}
	return all
}

// parseRetention reads whole days or hours: 30d, 12h.
func parseRetention(s string) (time.Duration, error) {
	number, unit, each := s, 0, 0
	if digits, ok := strings.CutSuffix(s, "d"); ok {
		number, unit, each = digits, 24, retentionMost
	} else if digits, ok := strings.CutSuffix(s, "h"); ok {
		number, unit, each = digits, 1, retentionMost*24
	}
	n, err := strconv.Atoi(number)
	if err != nil || n < 1 || n > each || strconv.Itoa(n) != number {
		return 0, fmt.Errorf("%q is no time to keep something", s)
	}
	return time.Duration(n*unit) * time.Hour, nil
}

// FormatRetention writes a time to keep something as policy files do.
func FormatRetention(keep time.Duration) string {
	hours := int64(keep / time.Hour)
	if hours%24 == 0 {
		return strconv.FormatInt(hours/24, 10) + "d"
	}
	return strconv.FormatInt(hours, 10) + "h"
}

// kept fails where a class of sinks is kept as something that nothing says the length of.
func (d *document) kept(part *syntax.Member, key string, c *Class, p *Policy) {
	if part == nil || c.Retention == "" {
		return
	}
	if _, ok := p.retention[c.Retention]; ok {
		return
	}
	if known := p.retentions(); len(known) > 0 {
		d.Fail(part.Line, key+".retention", "unknown retention class %q: must be one of %s", c.Retention, strings.Join(known, ", "))
		return
	}
	d.Fail(part.Line, key+".retention", "unknown retention class %q: define it: retention: {%s: 30d}", c.Retention, c.Retention)
}

// writeRetention gives the retention classes as YAML.
func (p *Policy) writeRetention(b *strings.Builder) {
	if len(p.retention) == 0 {
		return
	}
	b.WriteString("retention:\n")
	for _, name := range p.retentions() {
		fmt.Fprintf(b, "  %s: %s\n", strconv.Quote(name), FormatRetention(p.retention[name]))
	}
}
