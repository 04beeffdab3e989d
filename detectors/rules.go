package detectors

import (
	"fmt"
	"hash"
	"io"
	"slices"
	"strings"

	"github.com/sonexlabs/tacet/detectors/checksum"
	"github.com/sonexlabs/tacet/detectors/rules"
)

// Deny is a list of words and phrases that are found wherever they stand, as findings of a type.
type Deny struct {
	Type Type
	List *rules.List
}

// Known is what is known of one call; NewKnown makes one. KnownValue is one value of it.
type (
	Known      = rules.Known
	KnownValue = rules.KnownValue
)

// NewKnown takes the values of one call, at most 64. A value's type is the name of a Type, or CUSTOM stands for it.
func NewKnown(values []KnownValue) (*Known, error) { return rules.NewKnown(values) }

// listScore is the score of what a deny-list holds: somebody wrote it there.
const listScore = 0.97

// ReadRules reads rule files. They may use every type, and as validators the checks of card numbers (luhn) and Aadhaar
// (verhoeff), mod97, iban, mod11_2, mod11_10, mod37_36, and those of the identifiers found by form under their small names:
// es_nif.
func ReadRules(files ...rules.File) (*rules.Set, error) {
	o := rules.Options{
		Types: func(name string) bool { _, ok := ParseType(name); return ok },
		Validators: map[string]func([]byte) bool{
			"luhn":     checksum.Luhn,
			"verhoeff": checksum.Verhoeff,
			"mod97":    checksum.Mod97,
			"mod11_2":  checksum.Mod11_2,
			"mod11_10": checksum.Mod11_10,
			"mod37_36": checksum.Mod37_36,
			"iban": func(c []byte) bool {
				return len(c) > 4 && len(c) == ibanLength(c[0], c[1]) && checksum.Mod97(c)
			},
		},
	}
	if err := addFormChecks(o.Validators); err != nil {
		return nil, err
	}
	return rules.Parse(o, files...)
}

// addFormChecks adds the check of each identifier that is found by form. Where several have a name, one that fits will do.
func addFormChecks(to map[string]func([]byte) bool) error {
	for _, e := range catalog() {
		for i := range e.ids {
			id := &e.ids[i]
			if id.check == nil {
				continue
			}
			forms, err := compileForms(id.forms)
			if err != nil {
				return fmt.Errorf("read rules: %s: %w", id.name, err)
			}
			name := strings.ToLower(id.name)
			other := to[name]
			to[name] = func(c []byte) bool {
				fits := func(f form) bool { return f.fits(c, lettersOf(c)) }
				return len(c) <= formMax && slices.ContainsFunc(forms, fits) && id.check(c) || other != nil && other(c)
			}
		}
	}
	return nil
}

// custom is what users added to a Set.
type custom struct {
	ruled
	picked []ruled // of Tighten
	deny   []Deny
	allow  []*rules.List
}

// ruled are rules with what a Set knows of them.
type ruled struct {
	rules *rules.Set
	kinds []Type   // of the rules
	names []string // the same
}

// newRuled takes rules, whose names get a prefix.
func newRuled(set *rules.Set, prefix string) (r ruled, err error) {
	r.rules = set
	for _, rule := range set.Rules() {
		kind, ok := ParseType(rule.Type)
		if !ok {
			return r, fmt.Errorf("rule %s: unknown type", rule.Name)
		}
		r.kinds, r.names = append(r.kinds, kind), append(r.names, prefix+rule.Name)
	}
	return r, nil
}

// newCustom takes what users added; nil if it is nothing.
func newCustom(o *Options) (*custom, error) {
	if o.Rules == nil && len(o.Deny) == 0 && len(o.Allow) == 0 {
		return nil, nil
	}
	c := &custom{deny: o.Deny, allow: o.Allow}
	if o.Rules != nil {
		var err error
		if c.ruled, err = newRuled(o.Rules, ""); err != nil {
			return nil, fmt.Errorf("choose detectors: %w", err)
		}
	}
	for i, d := range o.Deny {
		if d.Type.String() == "UNKNOWN" || d.List == nil {
			return nil, fmt.Errorf("choose detectors: deny-list %d: needs a type and a list", i+1)
		}
	}
	if slices.Contains(o.Allow, nil) {
		return nil, fmt.Errorf("choose detectors: an allow-list is nil")
	}
	return c, nil
}

// version adds to a hash what makes c find what it finds.
func (c *custom) version(h hash.Hash) {
	if c.rules != nil {
		io.WriteString(h, c.rules.Version())
	}
	for _, d := range c.deny {
		fmt.Fprint(h, "deny", d.Type, d.List.Version())
	}
	for _, l := range c.allow {
		fmt.Fprint(h, "allow", l.Version())
	}
	for _, r := range c.picked {
		fmt.Fprint(h, "picked", r.names, r.rules.Version())
	}
}

// customScratch is the memory for what users added.
type customScratch struct {
	rules   *rules.Scratch
	matches []rules.Match
	spans   []rules.Span
	known   []rules.KnownMatch
	allowed []span
}

// findCustom runs the rules and lists of the Set and looks for what is known of the call.
func (p *pass) findCustom() {
	c, own := p.set.custom, &p.own
	if len(p.inert) == 0 {
		p.findInert()
	}
	if c != nil {
		if own.rules == nil {
			own.rules = rules.NewScratch()
		}
		p.allowListed(c.allow) // before what follows: what is denied or known is never allowed
		p.findRuled(c, &c.ruled)
		before := len(p.candidates)
		for i := range c.picked {
			p.findRuled(c, &c.picked[i])
		}
		p.picked.candidates = append(p.picked.candidates[:0], p.candidates[before:]...)
		p.candidates = p.candidates[:before]
		for _, d := range c.deny {
			own.spans = d.List.Find(own.spans[:0], &p.text)
			for _, s := range own.spans {
				p.addCustom(s.Start, s.End, d.Type, listScore, byList, "")
			}
		}
	}
	if p.in.Known == nil {
		return
	}
	own.known = p.in.Known.Find(own.known[:0], &p.text)
	for i := range own.known {
		m := &own.known[i]
		kind, ok := ParseType(m.Type)
		if !ok {
			kind = Custom
		}
		p.addCustom(m.Start, m.End, kind, m.Score, byKnown, "")
	}
}

func (p *pass) findRuled(c *custom, r *ruled) {
	own := &p.own
	own.matches = r.rules.Find(own.matches[:0], p.b, p.in.Path, p.in.Channel.String(), own.rules)
	for i := range own.matches {
		p.addMatch(c, r, &own.matches[i])
	}
}

// addMatch notes what a rule found. A region that the rule's search broke off in may hold anything.
func (p *pass) addMatch(c *custom, r *ruled, m *rules.Match) {
	if m.Limit {
		p.addCustom(m.Start, m.End, Secret, scoreMax, byRuleLimit, r.names[m.Rule])
		return
	}
	kind := r.kinds[m.Rule]
	if m.Score+p.set.prior[kind] < p.set.threshold || p.isAllowed(c.allow, m.Start, m.End, kind) {
		return
	}
	p.addCustom(m.Start, m.End, kind, m.Score, byRule, r.names[m.Rule])
}

func (p *pass) addCustom(start, end int, kind Type, form float32, detector uint8, rule string) {
	g := guess{kind: kind, score: score{form: form, locale: p.set.prior[kind]}, detector: detector, rule: rule}
	p.addScored(start, end, g, p.lower(start, end))
}

// allowListed takes out the candidates that lie in a value which an allow-list holds, but for what is never to be shown.
func (p *pass) allowListed(lists []*rules.List) {
	if len(lists) == 0 || len(p.candidates) == 0 {
		return
	}
	allowed := p.own.allowed[:0]
	for i := range p.candidates {
		c := &p.candidates[i]
		if p.isAllowed(lists, c.start, c.end, c.kind) || holds(lists, p.canon[c.canonStart:c.canonEnd], p.own.rules) && !neverAllowed(c.kind) {
			allowed = append(allowed, span{c.start, c.end})
		}
	}
	p.own.allowed = allowed
	if len(allowed) == 0 {
		return
	}
	p.candidates = slices.DeleteFunc(p.candidates, func(c candidate) bool {
		inside := func(s span) bool { return s.start <= c.start && c.end <= s.end }
		return !neverAllowed(c.kind) && slices.ContainsFunc(allowed, inside)
	})
}

// isAllowed says whether an allow-list holds p.b[start:end].
func (p *pass) isAllowed(lists []*rules.List, start, end int, kind Type) bool {
	return !neverAllowed(kind) && holds(lists, p.b[start:end], p.own.rules)
}

func holds(lists []*rules.List, value []byte, m *rules.Scratch) bool {
	for _, l := range lists {
		if l.Holds(value, m) {
			return true
		}
	}
	return false
}

// neverAllowed says that no list makes a type harmless: card data and credentials.
func neverAllowed(t Type) bool {
	switch t {
	case CreditCard, CardCVV, CardExpiry, PIN, OTP, Password, Secret, SessionID:
		return true
	}
	return false
}

// String names the channel as rule files do; it is empty where the channel isn't known.
func (c Channel) String() string {
	return [...]string{"", "call", "chat", "log", "doc"}[min(c, ChannelDoc)]
}
