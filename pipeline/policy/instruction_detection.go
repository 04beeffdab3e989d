package policy

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/sonexlabs/tacet/detectors"
	"github.com/sonexlabs/tacet/detectors/rules/syntax"
)

// Detection is how a tenant has its texts searched. Nothing of it makes less be found than without it.
type Detection struct {
	Locales []string // whose identifiers to expect, as detectors name them, sorted
	Preset  string   // counts where it is stricter than the configuration's; "" for that
	Rules   []string // names of rule sets that the configuration has, sorted

	lines [3]int // where these stand in the text
}

// String gives it in one line; nothing where it asks for nothing.
func (d Detection) String() string {
	var parts []string
	if len(d.Locales) > 0 {
		parts = append(parts, "locales "+strings.Join(d.Locales, ","))
	}
	if d.Preset != "" {
		parts = append(parts, "preset "+d.Preset)
	}
	if len(d.Rules) > 0 {
		parts = append(parts, "rules "+strings.Join(d.Rules, ","))
	}
	return strings.Join(parts, "; ")
}

// detection reads how texts are searched. Which rule sets there are is known to DetectorSets.
func (d *document) detection(members []syntax.Member) (of Detection) {
	for k, name := range []string{"locales", "preset", "rules"} {
		if m := syntax.Find(members, name); m != nil {
			of.lines[k] = m.Line
		}
	}
	if m := syntax.Find(members, "locales"); m != nil {
		items, _ := d.list(m.Value, "locales")
		for _, s := range items {
			name := strings.ToLower(s.Text)
			if name == "gb" {
				name = "uk" // one country
			}
			switch {
			case !detectors.KnownLocale(name):
				d.Fail(s.Line, "locales", "unknown locale %q: must be in, uk, us, eu or the code of a country that is known here", s.Text)
			case slices.Contains(of.Locales, name):
				d.Fail(s.Line, "locales", "%q is given twice", s.Text)
			}
			of.Locales = append(of.Locales, name)
		}
		slices.Sort(of.Locales)
	}
	if m := syntax.Find(members, "preset"); m != nil {
		k, _ := d.word(m.Value, "preset", "preset", detectors.Presets())
		of.Preset = detectors.Presets()[k]
	}
	of.Rules = d.names(members, "rules", isTenantID, "is no name of a rule set")
	return of
}

// IsRuleSet tells whether an instruction can name a rule set so.
func IsRuleSet(name string) bool { return isTenantID(name) }

// The bounds of what instructions can have compiled: sets in all, and of one tenant, so that none takes all of them.
const (
	setsMost         = 1000
	setsOfTenantMost = 50
)

// DetectorSets are the detector sets that instructions ask for. Each is made once, when the first instruction that asks for it is taken.
type DetectorSets struct {
	base  *detectors.Set
	rules map[string]*detectors.RuleSet
	only  bool // instructions are only checked

	mu       sync.Mutex
	made     map[string]*detectors.Set // by the detection's text
	byTenant map[string]map[string]bool
}

// NewDetectorSets takes the configuration's set and its rule sets by name.
func NewDetectorSets(base *detectors.Set, rules map[string]*detectors.RuleSet) *DetectorSets {
	return &DetectorSets{base: base, rules: rules, made: map[string]*detectors.Set{}, byTenant: map[string]map[string]bool{}}
}

// Unsearched is for checking instructions where nothing is searched and no configuration says which rule sets there are.
func Unsearched() *DetectorSets { return &DetectorSets{only: true} }

// Len is how many sets were made.
func (s *DetectorSets) Len() int {
	if s == nil {
		return 0
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.made)
}

// Shown lists, each as "set/rule as TYPE for class", rules whose findings a policy lets stay in texts. A tenant that picks one may show
// numbers that would be hidden without it.
func (s *DetectorSets) Shown(p *Policy) (all []string) {
	for _, name := range slices.Sorted(maps.Keys(s.rules)) {
		for _, r := range s.rules[name].Rules() {
			for _, c := range p.Classes() {
				if t, ok := detectors.ParseType(r.Type); ok && c.Style(t) == StyleKeep {
					all = append(all, fmt.Sprintf("%s/%s as %s for %s", name, r.Name, r.Type, c.Name))
				}
			}
		}
	}
	return all
}

// choose gives an instruction the set that it asks for. The error says which key of which text can't be had.
func (s *DetectorSets) choose(i *Instruction) error {
	of := &i.Detection
	text := of.String()
	if text == "" || s != nil && s.only {
		return nil
	}
	at := func(k int, key, format string, args ...any) error {
		return fmt.Errorf("%s:%d: %s: %s", i.file, of.lines[k], key, fmt.Sprintf(format, args...))
	}
	first := slices.IndexFunc(of.lines[:], func(line int) bool { return line > 0 })
	key := []string{"locales", "preset", "rules"}[first]
	if s == nil {
		return at(first, key, "texts are not searched for single tenants here")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	with := detectors.Tightening{Locales: of.Locales, Preset: of.Preset}
	var problems []error
	for _, name := range of.Rules {
		set := s.rules[name]
		if set == nil {
			problems = append(problems, at(2, "rules", "unknown rule set %q: the configuration has %s", name,
				cmp.Or(strings.Join(slices.Sorted(maps.Keys(s.rules)), ", "), "none")))
			continue
		}
		with.Rules = append(with.Rules, detectors.NamedRules{Name: name, Set: set})
	}
	if len(problems) > 0 {
		return errors.Join(problems...)
	}
	tenant := s.byTenant[i.Tenant]
	set, known := s.made[text], tenant[text]
	switch {
	case !known && len(tenant) >= setsOfTenantMost:
		return at(first, key, "the tenant has its texts searched in %d ways already", setsOfTenantMost)
	case set == nil && len(s.made) >= setsMost:
		return at(first, key, "texts are searched in %d ways already", setsMost)
	case set == nil:
		var err error
		if set, err = s.base.Tighten(with); err != nil {
			return at(first, key, "%v", err)
		}
		s.made[text] = set
	}
	if tenant == nil {
		s.byTenant[i.Tenant] = map[string]bool{}
	}
	s.byTenant[i.Tenant][text] = true
	if i.set != set { // given again, it may be read
		i.set = set
	}
	return nil
}
