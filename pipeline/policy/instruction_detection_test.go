package policy

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/detectors"
	"github.com/sonexlabs/tacet/detectors/rules"
)

// someSets are detector sets with the rule sets orders and parcels.
func someSets(t testing.TB) (*DetectorSets, *detectors.Set) {
	t.Helper()
	usual, err := detectors.New(detectors.Options{})
	require.NoError(t, err)
	named := map[string]*detectors.RuleSet{}
	for _, name := range []string{"orders", "parcels"} {
		named[name], err = detectors.ReadRules(rules.File{Name: name, Data: fmt.Appendf(nil, "rules: [{name: one, type: ORDER_ID, pattern: '%s-[a-z]+', examples: ['%s-a']}]", name, name)})
		require.NoError(t, err)
	}
	return NewDetectorSets(usual, named), usual
}

func TestDetectionOfInstructions(t *testing.T) {
	f := func(want string, lines ...string) {
		t.Helper()
		require.Equal(t, want, instruction(t, "acme", 1, "2026-01-01", lines...).Detection.String())
	}
	f("")
	f("locales in,uk,us", "locales: [US, GB, in]")
	f("preset strict", "preset: strict")
	f("locales eu; preset paranoid; rules a.b,orders", "rules: [orders, a.b]", "locales: [eu]", "preset: paranoid")
	bad := func(want string, lines ...string) {
		t.Helper()
		_, err := ParseInstruction("i", instructionText("acme", 1, "2026-01-01", lines...))
		require.ErrorContains(t, err, want)
	}
	bad(`i:4: locales: unknown locale "XX": must be in, uk, us, eu or the code of a country`, "locales: [GB, XX]")
	bad(`i:5: locales: "uk" is given twice`, "text: short", "locales: [GB, uk]")
	bad("i:4: locales: must be a list", "locales: GB")
	bad(`i:4: preset: unknown preset "lax": must be one of balanced, strict, paranoid`, "preset: lax")
	bad(`i:4: rules: "a/b" is no name of a rule set`, "rules: [a/b]")
	bad("i:4: pattern: unknown key", "pattern: '[0-9]+'") // an instruction brings no expression of its own
}

// An instruction that asks for what there is not is refused as a whole, and the old state stays. In a topic it may be a withdrawal: then the
// tenant has none.
func TestRefusedDetection(t *testing.T) {
	sets, _ := someSets(t)
	s := NewInstructions()
	s.SearchWith(sets)
	one := instruction(t, "acme", 1, "2026-01-01", "rules: [orders]")
	require.NoError(t, s.Replace([]*Instruction{one}))
	other := instruction(t, "bolt", 1, "2026-01-01", "text: long")
	require.EqualError(t, s.Replace([]*Instruction{one, other, instruction(t, "acme", 2, "2026-02-01", "text: long", "rules: [orders, secrets, tips]")}),
		"instruction of tenant acme, version 2: can't be read: i:5: rules: unknown rule set \"secrets\": the configuration has orders, parcels\n"+
			"i:5: rules: unknown rule set \"tips\": the configuration has orders, parcels")
	require.Same(t, one, s.At([]byte("acme"), time.Now().AddDate(10, 0, 0)))
	require.Nil(t, s.At([]byte("bolt"), time.Now()))
	require.Equal(t, uint64(1), s.Refused("unreadable"))

	require.EqualError(t, NewInstructions().Replace([]*Instruction{instruction(t, "acme", 1, "2026-01-01", "preset: strict")}),
		"instruction of tenant acme, version 1: can't be read: i:4: preset: texts are not searched for single tenants here")
	unsearched := NewInstructions()
	unsearched.SearchWith(Unsearched())
	require.NoError(t, unsearched.Replace([]*Instruction{instruction(t, "acme", 1, "2026-01-01", "rules: [any]")}))

	signer, line := signerFor(t, "platform", "*")
	keys := keysOf(t, line)
	m := topic(t, signer, instructionText("acme", 1, "2026-01-01", "preset: strict"), instructionText("acme", 2, "2026-02-01", "rules: [tips]"), instructionText("acme", 2, "2026-02-01", "rules: [orders]"))
	s = NewInstructions()
	s.SearchWith(sets)
	require.NoError(t, s.Complete())
	require.NoError(t, s.Take(keys, "offset 0", m[0].key, m[0].value))
	strict := s.Table().Standing([]byte("acme"), time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)).Detectors
	require.NotNil(t, strict)
	require.ErrorContains(t, s.Take(keys, "offset 1", m[1].key, m[1].value), `offset 1:4: rules: unknown rule set "tips"`)
	standing := s.Table().Standing([]byte("acme"), time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC))
	require.Nil(t, standing.In)
	require.Same(t, strict, standing.Detectors, "not less than was asked for")
	require.NoError(t, s.Take(keys, "offset 2", m[2].key, m[2].value))
	require.NotSame(t, strict, s.Table().Standing([]byte("acme"), time.Now()).Detectors)
}

// Sets are made once, shared by tenants, and bounded.
func TestDetectorSets(t *testing.T) {
	sets, usual := someSets(t)
	s := NewInstructions()
	s.SearchWith(sets)
	texts := [][]string{{"tenant: a"}, {"locales: [GB, us]", "preset: strict"}, {"preset: strict", "locales: [us, uk]"}, {"rules: [parcels, orders]"}, {"rules: [orders, parcels]"}, {"preset: balanced"}}
	var all []*Instruction
	for n, lines := range texts[1:] {
		all = append(all, instruction(t, fmt.Sprint("t", n), 1, "2026-01-01", lines...))
	}
	require.NoError(t, s.Replace(all))
	at := func(n int) *detectors.Set {
		return s.Table().Standing([]byte(fmt.Sprint("t", n)), time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)).Detectors
	}
	require.Same(t, at(0), at(1))
	require.Same(t, at(2), at(3))
	require.NotEqual(t, at(0).Version(), at(2).Version())
	require.NotEqual(t, usual.Version(), at(2).Version())
	require.Equal(t, usual.Version(), at(4).Version())
	require.Nil(t, s.Table().Standing([]byte("t0"), time.Date(2025, 6, 1, 0, 0, 0, 0, time.UTC)).Detectors)
	require.Equal(t, 3, sets.Len())
	require.NoError(t, s.Replace(all), "again")
	require.Equal(t, 3, sets.Len())
	allocs := testing.AllocsPerRun(10, func() { at := s.Table().Standing([]byte("t0"), time.Time{}); _ = at })
	require.Zero(t, allocs)

	countries := strings.Fields("at be bg hr cy cz dk ee fi fr de gr hu ie it lv lt lu mt nl pl pt ro sk si es se in us uk ae au")
	drawn := func(tenant string, n int) error {
		return sets.choose(instruction(t, tenant, 1, "2026-01-01", fmt.Sprintf("locales: [%s, %s, %s]", countries[n%16], countries[16+n/16%8], countries[24+n/128%8])))
	}
	for n := range setsOfTenantMost {
		require.NoError(t, drawn("many", n))
	}
	require.ErrorContains(t, drawn("many", setsOfTenantMost), "i:4: locales: the tenant has its texts searched in 50 ways already")
	require.NoError(t, drawn("many", 3))
	for n := 0; sets.Len() < setsMost; n++ {
		require.NoError(t, drawn(fmt.Sprint("t", n/10), n))
	}
	require.ErrorContains(t, drawn("other", setsMost+20), "i:4: locales: texts are searched in 1000 ways already")
	require.NoError(t, drawn("other", 3), "what there is can be had")
}
