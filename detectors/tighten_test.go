package detectors

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/detectors/rules"
)

func readRuleSet(t testing.TB, text string) *RuleSet {
	t.Helper()
	set, err := ReadRules(rules.File{Name: "rules.yaml", Data: []byte(text)})
	require.NoError(t, err)
	return set
}

func tightened(t testing.TB, s *Set, with Tightening) *Set {
	t.Helper()
	made, err := s.Tighten(with)
	require.NoError(t, err)
	return made
}

// digitRules find every run of digits, and what stands behind some, as what policies may keep.
const digitRules = `
rules:
  - {name: all, type: ORDER_ID, pattern: '[0-9]{2,}', everywhere: true, score: 0.99, examples: ["12"]}
  - {name: line, type: ORDER_ID, pattern: '[a-z]+ [0-9]{4}.{0,40}', everywhere: true, score: 0.99, examples: ["is 1234"]}
`

// tighteningTexts are those of the cases, of the corpora, and noise of digits, letters and the words that say what they are.
func tighteningTexts(t *testing.T) (all []turn) {
	for _, turns := range readCases(t) {
		all = append(all, turns...)
	}
	for _, kind := range []string{"call", "log", "dense"} {
		for i, text := range corpus(kind, 200) {
			all = append(all, turn{text: string(text), where: fmt.Sprint(kind, i)})
		}
	}
	seed := rand.Uint64()
	rng := rand.New(rand.NewPCG(seed, 0))
	words := strings.Fields("my number is pin code card account ssn phone order the 12 call me at id born on passport otp tax please ring cvv expires + ( ) - . , / : iban nhs")
	for range 3000 {
		var b strings.Builder
		for range rng.IntN(8) + 1 {
			if rng.IntN(2) == 0 {
				b.WriteString(words[rng.IntN(len(words))])
			} else {
				for range rng.IntN(14) + 1 {
					b.WriteByte("01234567890123456789012345678901234567890123456789AFG -/."[rng.IntN(57)])
				}
			}
			b.WriteByte(' ')
		}
		all = append(all, turn{text: b.String(), in: Input{Channel: Channel(rng.IntN(5))}, where: fmt.Sprint("noise of seed ", seed)})
	}
	return all
}

// What a tightened set finds takes in all that the set found, in one piece. Only countries that are chosen change what a number is said to
// be, and never what card data and credentials are.
func TestTightenOnlyAdds(t *testing.T) {
	picked := []NamedRules{{"digits", readRuleSet(t, digitRules)}}
	texts := tighteningTexts(t)
	bases := []*Set{newSet(t, Options{}), newSet(t, Options{Locales: []string{"in"}}), newSet(t, Options{Preset: "strict", Locales: []string{"us", "de"}})}
	changed := map[string]int{}
	for _, with := range []Tightening{{Locales: []string{"uk"}}, {Locales: []string{"us"}}, {Locales: []string{"in"}}, {Locales: []string{"eu"}}, {Preset: "balanced"}, {Preset: "strict"},
		{Preset: "paranoid", Locales: []string{"fr", "de"}}, {Rules: picked}, {Rules: picked, Locales: []string{"us", "in", "uk"}, Preset: "paranoid"}} {
		for _, base := range bases {
			s, a, b := tightened(t, base, with), NewScratch(), NewScratch()
			for _, c := range texts {
				before, after := base.Find(nil, []byte(c.text), c.in, a), s.Find(nil, []byte(c.text), c.in, b)
				last := 0
				for _, g := range after {
					require.True(t, last <= g.Start && g.Start < g.End && g.End <= len(c.text), "%s: %q: %v", c.where, c.text, after)
					last = g.End
				}
				k := 0
				for _, f := range before {
					for k < len(after) && after[k].End < f.End {
						k++
					}
					require.True(t, k < len(after) && after[k].Start <= f.Start, "%s: %+v: %q: %s is no longer found: %v, %v", c.where, with, c.text, f.Type, before, after)
					if g := after[k]; g.Type != f.Type {
						require.False(t, neverAllowed(f.Type), "%s: %+v: %q: %s became %s", c.where, with, c.text, f.Type, g.Type)
						require.True(t, isWeak(f.Type) && !isWeak(g.Type) || with.Locales != nil, "%s: %+v: %q: %s became %s", c.where, with, c.text, f.Type, g.Type)
						changed["label"]++
					}
				}
				changed["more"] += len(after) - len(before)
			}
		}
	}
	require.Greater(t, changed["label"], 100)
	require.Greater(t, changed["more"], 100)
}

func TestTighten(t *testing.T) {
	base := newSet(t, Options{})
	f := func(with Tightening, in Input, text, before, after string) {
		t.Helper()
		for _, x := range []struct {
			s    *Set
			want string
		}{{base, before}, {tightened(t, base, with), after}} {
			var got []string
			for _, f := range x.s.Find(nil, []byte(text), in, NewScratch()) {
				got = append(got, fmt.Sprintf("%s %s=%s", f.Type, text[f.Start:f.End], f.Canonical))
			}
			require.Equal(t, x.want, strings.Join(got, ", "), text)
		}
	}
	log := Input{Channel: ChannelLog}
	f(Tightening{Locales: []string{"gb"}}, Input{}, "ring 020 7946 0018", "PHONE 020 7946 0018=02079460018", "PHONE 020 7946 0018=+442079460018")
	f(Tightening{Locales: []string{"gb", "in"}}, Input{}, "ring 020 7946 0018", "PHONE 020 7946 0018=02079460018", "PHONE 020 7946 0018=02079460018")
	f(Tightening{Locales: []string{"gb"}}, Input{}, "ring +1 212 555 0143", "PHONE +1 212 555 0143=+12125550143", "PHONE +1 212 555 0143=+12125550143")
	f(Tightening{Preset: "paranoid"}, log, "value 123456789 seen", "", "PHONE 123456789=123456789")
	f(Tightening{Preset: "balanced"}, log, "value 123456789 seen", "", "")
	parcels := Tightening{Rules: []NamedRules{{"orders", readRuleSet(t, `
rules: [{name: parcel, type: ORDER_ID, pattern: 'PX[-a-z0-9]+', examples: [PX-a]}]`)}}}
	f(parcels, Input{}, "it is PX-blue and PX-red", "", "ORDER_ID PX-blue=px-blue, ORDER_ID PX-red=px-red")
	f(parcels, Input{}, "PX-joe@example.com", "EMAIL PX-joe@example.com=px-joe@example.com", "EMAIL PX-joe@example.com=px-joe@example.com")
	f(parcels, Input{}, "PX-4111111111111111-a", "CREDIT_CARD 4111111111111111=4111111111111111", "CREDIT_CARD PX-4111111111111111-a=4111111111111111")

	digits := Tightening{Rules: []NamedRules{{"digits", readRuleSet(t, digitRules)}}}
	f(digits, Input{}, "it has: 969153649395 in it", "NUMBER 969153649395=969153649395", "ORDER_ID 969153649395=969153649395")
	f(digits, Input{}, "4111111111111111 and joe@example.com", "CREDIT_CARD 4111111111111111=4111111111111111, EMAIL joe@example.com=joe@example.com",
		"CREDIT_CARD 4111111111111111=4111111111111111, EMAIL joe@example.com=joe@example.com")

	_, reasons := tightened(t, base, parcels).Explain([]byte("it is PX-blue, joe@example.com"), Input{}, NewScratch())
	require.Len(t, reasons, 2)
	require.Equal(t, "orders/parcel", reasons[0].Rule)
	require.Equal(t, Email, reasons[1].Type)
	require.Equal(t, 1, reasons[1].Finding)

	_, err := base.Tighten(Tightening{Preset: "lax"})
	require.ErrorContains(t, err, `"lax"`)
	_, err = base.Tighten(Tightening{Locales: []string{"atlantis"}})
	require.ErrorContains(t, err, `"atlantis"`)
	versions := map[string]bool{base.Version(): true}
	for _, with := range []Tightening{{Locales: []string{"gb"}}, {Locales: []string{"in"}}, {Preset: "strict"}, {Preset: "paranoid"}, parcels} {
		versions[tightened(t, base, with).Version()] = true
	}
	require.Len(t, versions, 6)
	for _, same := range []Tightening{{}, {Preset: "balanced"}} {
		require.Equal(t, base.Version(), tightened(t, base, same).Version())
	}
	require.Equal(t, tightened(t, base, Tightening{Locales: []string{"uk"}}).Version(), tightened(t, base, Tightening{Locales: []string{"gb"}}).Version())
}

// A national number has its international form where the Set is of one country.
func TestInternationalOfOneCountry(t *testing.T) {
	for _, x := range []struct {
		name string
		set  *Set
		want [3]string
	}{
		{"all countries", newSet(t, Options{}), [3]string{"02079460018", "2125550143", "+442079460018"}},
		{"of one", newSet(t, Options{Locales: []string{"uk"}}), [3]string{"+442079460018", "2125550143", "+442079460018"}},
		{"of two", newSet(t, Options{Locales: []string{"uk", "us"}}), [3]string{"02079460018", "2125550143", "+442079460018"}},
		{"tightened to one", tightened(t, newSet(t, Options{Locales: []string{"uk", "us"}}), Tightening{Locales: []string{"us"}}), [3]string{"02079460018", "+12125550143", "+442079460018"}},
		{"tightened to another", tightened(t, newSet(t, Options{Locales: []string{"uk"}}), Tightening{Locales: []string{"us"}}), [3]string{"02079460018", "+12125550143", "+442079460018"}},
	} {
		for i, digits := range []string{"02079460018", "2125550143", "+442079460018"} {
			require.Equal(t, "x"+x.want[i], string(x.set.International([]byte("x"), []byte(digits))), x.name)
		}
	}
	require.Empty(t, newSet(t, Options{Locales: []string{"uk"}}).International(nil, nil))
}

// A chosen country counts for as much as a prior does, and never against card data or a credential.
func TestFavouredLabels(t *testing.T) {
	s := tightened(t, newSet(t, Options{}), Tightening{Locales: []string{"us"}})
	f := func(want Type, kind Type, total float32, home Type, homeTotal float32) {
		t.Helper()
		g := guess{set: s}
		g.betterScored(kind, score{form: total}, "", 0)
		g.betterScored(home, score{form: homeTotal}, "", 0)
		g.settle()
		before := g.total
		g.goHome()
		require.Equal(t, want, g.kind)
		require.Equal(t, before, g.total)
	}
	f(USSSN, Phone, 0.6, USSSN, 0.55)
	f(USSSN, Phone, 0.55, USSSN, 0.6)
	f(Phone, Phone, 0.7, USSSN, 0.55)
	f(Phone, Phone, 0.51, USSSN, 0.49) // no finding by itself
	f(Phone, Phone, 0.6, UKNINO, 0.55)
	f(PIN, PIN, 0.6, USSSN, 0.55)
	f(CreditCard, CreditCard, 0.6, USSSN, 0.6)
	f(USSSN, USSSN, 0.6, USITIN, 0.55)
}

// What a set and its tightenings remember of a call is one memory: whichever of them searched a turn, the next hears the same.
func TestTightenedCallsGoOn(t *testing.T) {
	base := newSet(t, Options{})
	sets := []*Set{base, tightened(t, base, Tightening{Locales: []string{"gb"}}), tightened(t, base, Tightening{Preset: "paranoid", Rules: []NamedRules{{"d", readRuleSet(t, digitRules)}}})}
	turns := []struct {
		role Role
		text string
	}{{RoleAgent, "what is your card number"}, {RoleCustomer, "4111 1111"}, {RoleCustomer, "1111 1111"}, {RoleAgent, "and the pin?"}, {RoleCustomer, "it is 4096"}, {RoleAgent, "4096, right"}}
	seed := rand.Uint64()
	rng := rand.New(rand.NewPCG(seed, 0))
	sc := NewScratch()
	for range 50 {
		plain, mixed := NewCall(), NewCall()
		for _, turn := range turns {
			want := base.Find(nil, []byte(turn.text), Input{Call: plain, Role: turn.role, Channel: ChannelCall}, sc)
			got := sets[rng.IntN(len(sets))].Find(nil, []byte(turn.text), Input{Call: mixed, Role: turn.role, Channel: ChannelCall}, sc)
			for i, f := range want {
				require.True(t, i < len(got) && got[i].Start <= f.Start && got[i].End >= f.End && got[i].Type == f.Type, "seed %d: %q: %v, %v", seed, turn.text, want, got)
				require.Equal(t, f.Group > 0, got[i].Group > 0, "seed %d: %q", seed, turn.text)
			}
		}
		plain.run.group, mixed.run.group = 0, 0 // a stricter search counts on
		require.Equal(t, plain.moment, mixed.moment, "seed %d", seed)
	}
}

func TestTightenedFindAllocatesNothing(t *testing.T) {
	s := tightened(t, newSet(t, Options{}), Tightening{Locales: []string{"gb"}, Preset: "strict", Rules: []NamedRules{{"d", readRuleSet(t, `
rules: [{name: parcel, type: ORDER_ID, pattern: 'PX[0-9]+', examples: [PX1]}]`)}}})
	base, sc := newSet(t, Options{}), NewScratch()
	found := make([]Finding, 0, 64)
	texts := corpus("call", 50)
	allocs := testing.AllocsPerRun(3, func() {
		for _, text := range texts {
			found = s.Find(found[:0], text, Input{}, sc)
			found = base.Find(found[:0], text, Input{}, sc)
		}
	})
	require.Zero(t, allocs)
}
