package policy

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/sonexlabs/tacet/detectors"
	"github.com/sonexlabs/tacet/pipeline/codec"
	"github.com/sonexlabs/tacet/pipeline/pseudonym"
)

// letters are the labels in the tables below: from the row to the column.
var letters = map[Label]string{Neutral: "=", Tightening: "t", Loosening: "l", Both: "b"}

func TestActionPairs(t *testing.T) {
	actions := []string{"drop", "keep", "redact", "token", "{action: mask, last: 4}", "{action: generalise, as: DATE}", "{action: date_shift, days: 9}",
		"{action: surrogate, as: PHONE}", "{action: fpe, as: PHONE}", "seal"}
	table := []string{
		"=lllllllll", // drop
		"t=tttttttt", // keep
		"tl=bbbbbbb", // redact: what is found is hidden, what is not found is not
		"tlb=bbllll", // token
		"tlbb=bbbbb", // mask
		"tlbbb=bbbb", // generalise
		"tlbtbb=tbb", // date_shift
		"tlbtbbl=lb", // surrogate
		"tlbtbbbt=b", // fpe
		"tlbtbbbbb=", // seal
	}
	for i, from := range actions {
		var row strings.Builder
		for _, to := range actions {
			changes := Diff(fieldIs(t, from), fieldIs(t, to))
			if from == to {
				require.Empty(t, changes)
				row.WriteString("=")
				continue
			}
			require.Len(t, changes, 1)
			require.Equal(t, "account", changes[0].Category)
			require.Equal(t, "field", changes[0].Field)
			row.WriteString(letters[changes[0].Label])
		}
		require.Equal(t, table[i], row.String(), from)
	}
}

// fieldIs is a policy with one action for one field.
func fieldIs(t *testing.T, action string) *Policy {
	t.Helper()
	p, err := Parse("p", []byte("tenants: [acme]\ncategories: {account: {clauses: [2], fields: {field: "+action+"}}}"))
	require.NoError(t, err)
	return p
}

func TestStylePairs(t *testing.T) {
	table := []string{ // of styles in their order
		"=lllllllllt", // redact
		"t=lllbblllt", // alias
		"tt=tttttttt", // keep
		"ttl=lbbbbbt", // token, scope month
		"ttlt=bbbbbt", // seal
		"tblbb=bbbbt", // mask
		"tblbbb=bbbt", // generalise
		"ttlbbbb=tbt", // date_shift
		"ttlbbbbl=lt", // surrogate
		"ttlbbbbbt=t", // fpe: no less than an alias, as it holds within a call
		"llllllllll=", // drop
	}
	option := func(s Style) Options {
		switch s {
		case StyleToken, StyleSeal:
			return Options{Scope: ScopeMonth}
		case StyleMask:
			return Options{Last: 2}
		case StyleDateShift:
			return Options{Days: 9}
		}
		return Options{}
	}
	for from := range StyleDrop + 1 {
		var row strings.Builder
		for to := range StyleDrop + 1 {
			row.WriteString(letters[label(shownAs(detectors.DateOfBirth, from, option(from)), shownAs(detectors.DateOfBirth, to, option(to)))])
		}
		require.Equal(t, table[from], row.String(), from)
	}
}

func TestOptionsOfFields(t *testing.T) {
	f := func(want Label, from, to string) {
		t.Helper()
		changes := Diff(fieldIs(t, from), fieldIs(t, to))
		require.Len(t, changes, 1)
		require.Equal(t, want, changes[0].Label, "%v", changes[0])
		back := Diff(fieldIs(t, to), fieldIs(t, from))
		require.Equal(t, opposite(want), back[0].Label)
	}
	scopes := []string{"call", "day", "month", "relationship", "person"}
	for i, narrow := range scopes {
		for _, wide := range scopes[i+1:] {
			f(Loosening, "{action: token, scope: "+narrow+"}", "{action: token, scope: "+wide+"}")
			f(Tightening, "{action: seal, scope: "+wide+"}", "{action: token, scope: "+narrow+"}")
			f(Both, "{action: seal, scope: "+narrow+"}", "{action: token, scope: "+wide+"}")
		}
	}
	f(Loosening, "{action: mask, last: 2}", "{action: mask, last: 4}")
	f(Loosening, "mask", "{action: mask, first: 1}")
	f(Both, "{action: mask, first: 2}", "{action: mask, last: 2}")
	f(Tightening, "{action: date_shift, days: 9}", "{action: date_shift, days: 30}")
	f(Tightening, "{action: generalise, as: DATE, to: day}", "{action: generalise, as: DATE}")
	f(Tightening, "{action: generalise, as: DATE}", "{action: generalise, as: DATE, to: year}")
	f(Neutral, "{action: generalise, as: DATE}", "{action: generalise, as: DATE, to: month}")
	f(Loosening, "{action: generalise, as: IP_ADDRESS, to: wide}", "{action: generalise, as: IP_ADDRESS}")
	f(Both, "{action: generalise, as: DATE}", "{action: generalise, as: AGE}")
	f(Both, "{action: generalise, as: DURATION}", "{action: generalise, as: DURATION, to: duration-ms}")
	f(Both, "{action: token, as: PHONE}", "{action: token, as: EMAIL}")
	f(Loosening, "{action: keep, needs: text}", "keep")
	f(Both, "{action: keep, needs: text}", "{action: keep, needs: recording}")
	f(Both, "{action: keep, needs: text}", "redact")
	f(Tightening, "{action: keep, needs: text}", "drop")
	f(Tightening, "token", "{action: token, subject: PHONE}")
	f(Loosening, "{action: drop, subject: PHONE}", "drop")
	f(Both, "{action: drop, subject: PHONE}", "{action: drop, subject: EMAIL}")
}

// opposite is the label of the way back.
func opposite(l Label) Label {
	switch l {
	case Tightening:
		return Loosening
	case Loosening:
		return Tightening
	}
	return l
}

const twoClasses = `tenants: [acme]
retention: {short: 7d, long: 90d}
classes:
  analytics: {purpose: analytics, recipient: tenant, basis: instruction, clauses: [3], retention: short}
  training: {purpose: train, recipient: infrastructure, basis: consent, consent: train, clauses: [4]}
categories:
  account: {clauses: [2], for: [analytics], role: controller, fields: {plan: keep, "meta.*": redact}}
  transcript: {clauses: [2], for: [analytics, training], fields: {text: redact, lang: {analytics: keep, training: drop}}}
`

func TestDiff(t *testing.T) {
	old, err := Parse("old", []byte(twoClasses))
	require.NoError(t, err)
	f := func(was, is string, want ...string) {
		t.Helper()
		require.Contains(t, twoClasses, was)
		next, err := Parse("next", []byte(strings.Replace(twoClasses, was, is, 1)))
		require.NoError(t, err)
		var got []string
		for _, c := range Diff(old, next) {
			got = append(got, c.String())
		}
		require.Equal(t, want, got)
		require.Len(t, Diff(next, old), len(want))
	}
	f("[acme]", "[acme, bolt]", `loosening: tenants: nothing -> "bolt"`)
	f("[acme]", "[bolt]", `tightening: tenants: "acme" -> nothing`, `loosening: tenants: nothing -> "bolt"`)
	f("[acme]", `["*"]`, `loosening: tenants: ["acme"] -> any`)
	f("tenants: [acme]", "tenants: [acme]\neffective_from: 2026-12-01", "neutral: effective_from: nothing -> 2026-12-01T00:00:00Z")
	f("tenants: [acme]", "tenants: [acme]\nminors: quarantine", "tightening: minors: nothing -> quarantine")
	f("short: 7d", "short: 8d", "loosening: analytics retention: short (7d) -> short (8d)")
	f("retention: short", "retention: long", "loosening: analytics retention: short (7d) -> long (90d)")
	f(", retention: short", "", "loosening: analytics retention: short (7d) -> nothing")
	f("clauses: [4]", "clauses: [4], retention: long", "tightening: training retention: nothing -> long (90d)")
	f("clauses: [4]", "clauses: [2, 4]", `neutral: training clauses: ["4"] -> ["2", "4"]`)
	f("clauses: [3]", "clauses: [3], types: {PERSON: keep, AGE: drop}", "loosening: analytics PERSON style: alias -> keep", "tightening: analytics AGE style: keep -> drop")
	f("purpose: analytics", "purpose: monitoring", "both: analytics purpose: analytics -> monitoring")
	f("recipient: tenant", "recipient: regulator", "both: analytics recipient: tenant -> regulator")
	f("basis: instruction", "basis: contract", "both: analytics basis: instruction -> contract")
	f("clauses: [3]", "clauses: [3], consent: stats", "tightening: analytics consent: nothing -> stats")
	f("consent: train", "consent: tune", "both: training consent: train -> tune")
	f("for: [analytics], role: controller", "for: [analytics, training], role: controller", "loosening: training account for: nothing -> records with 2 fields")
	f("for: [analytics, training], fields: {text: redact, lang: {analytics: keep, training: drop}}", "for: [analytics], fields: {text: redact, lang: keep}",
		"tightening: training transcript for: records with 1 fields -> nothing")
	f("  account: {clauses: [2], for: [analytics], role: controller, fields: {plan: keep, \"meta.*\": redact}}\n", "",
		"tightening: analytics account for: records with 2 fields -> nothing")
	f("role: controller", "role: processor", "both: account role: controller -> processor")
	f("role: controller, ", "", "neutral: account role: controller -> nothing")
	f("training], fields", "training], partials: mask, fields", "loosening: transcript partials: drop -> mask")
	f("plan: keep", "plan: {action: keep, clauses: [7]}", `neutral: analytics account plan clauses: ["2"] -> ["7"]`)
	f("training: drop", "training: keep", "loosening: training transcript lang action: nothing -> keep")
	f(`"meta.*": redact`, `"meta.*": redact, meta.color: keep`, "loosening: analytics account meta.color action: redact -> keep")
	f(`"meta.*": redact`, `"meta.*": redact, meta.color: redact`)
	f(`"meta.*": redact`, `"meta.**": redact`, "loosening: analytics account meta.** action: nothing -> redact")
	f(`"meta.*": redact`, `meta.color: redact`, "tightening: analytics account meta.* action: redact -> nothing")
	f(`"meta.*": redact`, `"meta.*": redact, "*.color": token`, "loosening: analytics account *.color action: nothing -> {action: token, scope: relationship}")
	f("  training: {", "  tuning: {purpose: fine_tune, recipient: infrastructure, basis: consent, consent: tune, clauses: [4]}\n  training: {",
		"loosening: tuning classes: nothing -> for fine_tune, read by infrastructure")
}

// The first class is what sinks get that name none.
func TestDiffFirstClass(t *testing.T) {
	lines := strings.Split(twoClasses, "\n")
	lines[3], lines[4] = lines[4], lines[3]
	old, err := Parse("old", []byte(twoClasses))
	require.NoError(t, err)
	next, err := Parse("next", []byte(strings.Join(lines, "\n")))
	require.NoError(t, err)
	changes := Diff(old, next)
	require.Len(t, changes, 1)
	require.Equal(t, "both: first class: analytics -> training", changes[0].String())
}

// Where a rule of the old policy and one of the new overlap without one being the wider, what holds in the middle is told.
func TestDiffWhereWildcardsMeet(t *testing.T) {
	parse := func(fields string) *Policy {
		p, err := Parse("p", []byte("tenants: [acme]\ncategories: {account: {clauses: [2], fields: {"+fields+"}}}"))
		require.NoError(t, err)
		return p
	}
	changes := Diff(parse(`"a.*": drop, "**": redact`), parse(`"*.b": redact`))
	var got []string
	for _, c := range changes {
		got = append(got, c.String())
	}
	require.Equal(t, []string{"tightening: analytics account ** action: redact -> nothing", "loosening: analytics account a.b action: nothing -> redact"}, got)
}

func TestCoarsenessIsThatOfPseudonym(t *testing.T) {
	names := fieldTypes()
	for _, typ := range detectors.Types() {
		names = append(names, typ.String())
	}
	for _, name := range names {
		known := pseudonym.Generalisations(name)
		order, fallback := coarseness(name)
		if len(known) == 0 {
			require.Empty(t, order, name)
			continue
		}
		require.Equal(t, known[0], fallback, name)
		for _, to := range order {
			require.Contains(t, known, to, name)
		}
		if !slices.Contains([]string{"DURATION", "NUMBER", "CUSTOM"}, name) { // whose others are of other units
			require.Len(t, order, len(known), name)
		}
	}
}

// What lets more leave needs notice of 14 days.
//
// clause: 14
func TestCheckLead(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	f := func(want bool, from, to, effective string) {
		t.Helper()
		next := fieldIs(t, to)
		if effective != "" {
			p, err := Parse("p", []byte("tenants: [acme]\neffective_from: "+effective+"\ncategories: {account: {clauses: [2], fields: {field: "+to+"}}}"))
			require.NoError(t, err)
			again, err := Parse("p", p.YAML())
			require.NoError(t, err)
			require.Equal(t, p.Hash(), again.Hash())
			require.Equal(t, p.EffectiveFrom(), again.EffectiveFrom())
			next = p
		}
		err := CheckLead(fieldIs(t, from), next, now)
		var of *LeadError
		require.Equal(t, want, err == nil)
		if err != nil {
			require.True(t, errors.As(err, &of))
			require.Len(t, of.Changes, 1)
			require.Equal(t, now.Add(Notice), of.Earliest)
			require.ErrorContains(t, err, "can from 2026-03-15T12:00:00Z on")
		}
	}
	f(false, "redact", "keep", "")
	f(false, "redact", "token", "")
	f(true, "keep", "redact", "")
	f(true, "keep", "keep", "")
	f(false, "redact", "keep", "2026-03-15") // half a day short
	f(false, "redact", "keep", "2026-03-15T11:59:59Z")
	f(true, "redact", "keep", "2026-03-15T12:00:00Z")
	f(true, "redact", "keep", "2026-03-16")
	f(false, "redact", "keep", "2020-01-01") // when it was written is no notice
	f(true, "keep", "redact", "2020-01-01")
}

// drawn makes a policy out of few parts, so that two of them often meet.
func drawn(t *rapid.T) *Policy {
	var b strings.Builder
	fmt.Fprintf(&b, "tenants: [%s]\nclasses:\n", rapid.SampledFrom([]string{"acme", "acme, bolt", "bolt", `"*"`}).Draw(t, "tenants"))
	classes := rapid.SampledFrom([][]string{{"a"}, {"a", "b"}, {"b"}, {"b", "a"}}).Draw(t, "classes")
	for _, c := range classes {
		fmt.Fprintf(&b, "  %s: {purpose: %s, recipient: tenant, basis: contract, clauses: [3], types: {PHONE: %s}}\n", c,
			rapid.SampledFrom([]string{"analytics", "monitoring"}).Draw(t, "purpose"), rapid.SampledFrom(styleNames[:7]).Draw(t, "style"))
	}
	b.WriteString("categories:\n")
	for _, name := range []string{"account", "transcript"} {
		if name == "account" || rapid.Bool().Draw(t, "transcript") {
			fmt.Fprintf(&b, "  %s:\n    clauses: [2]\n    for: [%s]\n    fields:\n", name, strings.Join(classes[:rapid.IntRange(1, len(classes)).Draw(t, "for")], ", "))
			for path := range rapid.MapOfNValues(rapid.SampledFrom(samplePaths), 1, 5, rapid.ID[string]).Draw(t, "paths") {
				fmt.Fprintf(&b, "      %q: %s\n", path, rapid.SampledFrom([]string{"drop", "redact", "token", "{action: token, scope: day}", "mask",
					"{action: mask, last: 3}", "seal", "{action: redact, needs: text}", "{action: drop, subject: EMAIL}"}).Draw(t, "action"))
			}
		}
	}
	p, err := Parse("drawn", []byte(b.String()))
	if err != nil {
		t.Fatalf("%v\n%s", err, b.String())
	}
	return p
}

var (
	samplePaths  = []string{"x", "x.y", "x.*", "x.**", "*", "**", "*.y", "*.*", "x[]", "x[].y", "x[].*", "*[]", "*.y.**", "x.y.z", "*[].y", "*.*.z"}
	sampleValues = []string{`{"x":0}`, `{"y":0}`, `{"x":{"y":0}}`, `{"y":{"y":0}}`, `{"x":{"z":0}}`, `{"x":[0]}`, `{"x":[{"y":0}]}`, `{"x":{"y":{"z":0}}}`,
		`{"y":[{"y":0}]}`, `{"x":[[0]]}`, `{"x":{"y":[{"z":0}]}}`}
)

func TestDiffOfDrawnPolicies(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawn(t), drawn(t)
		if changes := Diff(a, a); len(changes) > 0 {
			t.Fatalf("differs from itself: %v", changes)
		}
		there, back := Diff(a, b), Diff(b, a)
		if a.Hash() == b.Hash() && len(there) > 0 {
			t.Fatalf("one hash: %v", there)
		}
		for _, c := range there {
			c.From, c.To, c.Label = c.To, c.From, opposite(c.Label)
			if !slices.Contains(back, c) {
				t.Fatalf("not in the way back: %v\n%v", c, back)
			}
		}
		if len(there) != len(back) {
			t.Fatalf("%d changes there, %d back", len(there), len(back))
		}
		for _, value := range sampleValues {
			checkValue(t, a, b, value, there)
		}
	})
}

// checkValue compares what is told with what pipeline/codec finds to hold for a value: nothing more leaves that is not told.
func checkValue(t *rapid.T, a, b *Policy, value string, changes []Change) {
	for _, class := range []string{"a", "b"} {
		if c, _ := b.Category("account"); !slices.Contains(c.For, class) {
			continue // nothing leaves any more
		}
		x, y := ruleFor(t, a, class, value), ruleFor(t, b, class, value)
		if l := labelRules(x, y); !l.Loosens() {
			continue
		}
		told := slices.ContainsFunc(changes, func(c Change) bool {
			return c.Label.Loosens() && c.Class == class && (c.Category == "account" || c.What == "classes")
		})
		if !told {
			t.Fatalf("class %s, value %s: %q to %q is not told: %v\n%s\n%s", class, value, x.write(), y.write(), changes, a.YAML(), b.YAML())
		}
	}
}

func ruleFor(t *rapid.T, p *Policy, class, value string) *Rule {
	c, _ := p.Category("account")
	rules := c.rulesOf(class)
	var paths []string
	for _, r := range rules {
		paths = append(paths, r.Path)
	}
	s, err := codec.NewSelector(paths)
	if err != nil {
		t.Fatal(err)
	}
	var d codec.Doc
	if err := d.ParseJSON([]byte(value), s, codec.Limits{Bytes: 1000, Depth: 10, Fields: 100}); err != nil {
		t.Fatal(err)
	}
	for _, f := range d.Fields() {
		if f.Kind == codec.Number && f.Rule >= 0 {
			return &rules[f.Rule]
		}
	}
	return nil
}

// A sink that goes from one class to another lets less leave where the policy says so of every category, type, consent and time.
func TestBetween(t *testing.T) {
	p, err := Parse("p", []byte(`
tenants: [acme]
retention: {short: 10d, long: 90d}
classes:
  usual: {purpose: analytics, recipient: tenant, basis: instruction, retention: short, clauses: [3], types: {DATE: keep, ORG: redact}}
  same: {purpose: monitoring, recipient: infrastructure, basis: contract, retention: short, clauses: [3], types: {DATE: keep, ORG: redact}}
  coarse: {purpose: analytics, recipient: tenant, basis: instruction, retention: short, clauses: [3], types: {DATE: redact, ORG: redact}}
  other: {purpose: analytics, recipient: tenant, basis: instruction, retention: short, clauses: [3], types: {DATE: redact, ORG: keep}}
  kept: {purpose: analytics, recipient: tenant, basis: instruction, retention: long, clauses: [3], types: {DATE: keep, ORG: redact}}
  asked: {purpose: analytics, recipient: tenant, basis: consent, consent: tuning, retention: short, clauses: [3], types: {DATE: keep, ORG: redact}}
  few: {purpose: analytics, recipient: tenant, basis: instruction, retention: short, clauses: [3], types: {DATE: keep, ORG: redact}}
  bare: {purpose: analytics, recipient: tenant, basis: instruction, retention: short, clauses: [3], types: {DATE: keep, ORG: redact}}
categories:
  account:
    clauses: [2]
    for: [usual, same, coarse, other, kept, asked, bare]
    fields: {field: keep, more: {usual: keep, same: keep, coarse: keep, other: keep, kept: keep, asked: keep, bare: drop}}
`))
	require.NoError(t, err)
	for _, c := range []struct {
		to          string
		there, back Label
	}{{"usual", Neutral, Neutral}, {"same", Neutral, Neutral}, {"coarse", Tightening, Loosening}, {"kept", Loosening, Tightening}, {"asked", Tightening, Loosening},
		{"few", Tightening, Loosening}, {"bare", Tightening, Loosening}, {"none", Both, Both}} {
		require.Equal(t, c.there, p.Between("usual", c.to), c.to)
		require.Equal(t, c.back, p.Between(c.to, "usual"), c.to)
	}
	require.Equal(t, Loosening, p.Between("coarse", "other"))
	require.Equal(t, Both, p.Between("other", "bare"))
	require.Equal(t, Both, p.Between("none", "none"))
}
