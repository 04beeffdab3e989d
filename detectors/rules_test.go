package detectors

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/detectors/rules"
)

func readRules(t testing.TB, text string) *rules.Set {
	t.Helper()
	s, err := ReadRules(rules.File{Name: "test.yaml", Data: []byte(text)})
	require.NoError(t, err)
	return s
}

func readList(t testing.TB, entries ...string) *rules.List {
	t.Helper()
	l, err := rules.ReadList("test", strings.NewReader(strings.Join(entries, "\n")), false)
	require.NoError(t, err)
	return l
}

const someRules = `
rules:
  - {name: badge, type: CUSTOM, pattern: '\bBX\d{3}\b', score: 0.9, examples: [BX123]}
  - {name: weak, type: CUSTOM, pattern: '\bWX\d{3}\b', score: 0.3, context: [badge], examples: ['badge WX123']}
  - {name: policy-number, type: ACCOUNT_ID, pattern: '\d{6}', keywords: [pn], score: 0.8, examples: ['PN 204060'], channels: [call]}
  - {name: checked, type: CUSTOM, pattern: 'tag#(?<value>\d{4})', validator: luhn, invalid: drop, examples: ['tag#1230']}
  - {name: tax, type: ES_NIF, pattern: 'nif:(?<value>\w{9})', validator: es_nif, examples: ['nif:12345678Z']}
`

func TestCustom(t *testing.T) {
	s, sc := newSet(t, Options{
		Rules: readRules(t, someRules),
		Deny:  []Deny{{Org, readList(t, "Project Kingfisher")}, {Secret, readList(t, "Blue Heron")}},
		Allow: []*rules.List{readList(t, "support@example.com", "192.0.2.1", "4111 1111 1111 1111", "BX999", "blue heron", "+44 20 7946 0000")},
	}), NewScratch()
	known, err := NewKnown([]KnownValue{{Type: "PERSON", Value: []byte("Jane Quillfeather")}, {Type: "LOYALTY", Value: []byte("LC-7")}, {Type: "EMAIL", Value: []byte("support@example.com")}})
	require.NoError(t, err)
	f := func(want string, in Input) {
		t.Helper()
		text := unmarked(want)
		require.Equal(t, want, show(text, s.Find(nil, []byte(text), in, sc)))
	}
	f("it is {{CUSTOM|BX123}}, not WX123", Input{})
	f("badge {{CUSTOM|WX123}}", Input{})
	f("PN {{ACCOUNT_ID|204060}}", Input{Channel: ChannelCall})
	f("tag#{{CUSTOM|1230}} or tag#1231", Input{})
	f("the {{ORG|PROJECT Kingfisher}} is on", Input{})
	f("full width {{CUSTOM|ＢＸ１２３}}", Input{})
	// An alias stays as it is.
	f("[CUSTOM_1] {{CUSTOM|BX123}} [PERSON_2]", Input{})
	// Allowed values are left alone, card data is not, and what is denied or known is not.
	f("write to support@example.com from 192.0.2.1, not to {{EMAIL|other@example.com}}; BX999", Input{})
	f("on {{CREDIT_CARD|4111 1111 1111 1111}}", Input{})
	f("call +44 20 7946 0000 or {{PHONE|+44 20 7946 0001}}", Input{})
	f("the {{SECRET|blue heron}}", Input{})
	f("I am {{PERSON|jane}} with {{CUSTOM|LC 7}}, {{EMAIL|support@example.com}}", Input{Known: known})
	// What overlaps is one region.
	f("{{EMAIL|jane@example.org}}", Input{Known: known})
}

// unmarked takes the marks of show off a text.
func unmarked(marked string) string {
	for {
		before, rest, ok := strings.Cut(marked, "{{")
		if !ok {
			return marked
		}
		inside, after, _ := strings.Cut(rest, "}}")
		_, value, _ := strings.Cut(inside, "|")
		marked = before + value + after
	}
}

// A rule whose search breaks off hides what it was looking at.
func TestRuleLimit(t *testing.T) {
	set, err := rules.Parse(rules.Options{Timeout: time.Millisecond}, rules.File{Name: "t.yaml", Data: []byte(
		"rules: [{name: slow, type: DATE, pattern: 'zz(z+)+$', examples: [zzz]}]")})
	require.NoError(t, err)
	s, sc := newSet(t, Options{Rules: set}), NewScratch()
	text := "call " + strings.Repeat("z", 3000) + "!"
	found, reasons := s.Explain([]byte(text), Input{}, sc)
	require.Len(t, found, 1)
	require.Equal(t, "SECRET", found[0].Type.String())
	require.Equal(t, "rule-limit", found[0].Detector)
	require.LessOrEqual(t, found[0].Start, 5)
	require.Equal(t, len(text), found[0].End)
	require.Equal(t, "slow", reasons[0].Rule)
}

func TestCustomReasonsAndVersions(t *testing.T) {
	set := readRules(t, someRules)
	s, sc := newSet(t, Options{Rules: set}), NewScratch()
	found, reasons := s.Explain([]byte("it is BX123"), Input{}, sc)
	require.Len(t, found, 1)
	require.Equal(t, "rule", found[0].Detector)
	require.Equal(t, "bx123", string(found[0].Canonical))
	require.Equal(t, "badge", reasons[0].Rule)
	versions := map[string]bool{}
	for _, o := range []Options{{}, {Rules: set}, {Deny: []Deny{{Org, readList(t, "a")}}}, {Deny: []Deny{{Person, readList(t, "a")}}}, {Allow: []*rules.List{readList(t, "a")}}} {
		versions[newSet(t, o).Version()] = true
	}
	require.Len(t, versions, 5)
	require.Equal(t, s.Version(), newSet(t, Options{Rules: set}).Version())
}

func TestCustomErrors(t *testing.T) {
	_, err := New(Options{Deny: []Deny{{0, readList(t, "a")}}})
	require.EqualError(t, err, "choose detectors: deny-list 1: needs a type and a list")
	_, err = New(Options{Deny: []Deny{{Org, nil}}})
	require.EqualError(t, err, "choose detectors: deny-list 1: needs a type and a list")
	_, err = New(Options{Allow: []*rules.List{nil}})
	require.EqualError(t, err, "choose detectors: an allow-list is nil")
	set, err := rules.Parse(rules.Options{}, rules.File{Name: "t.yaml", Data: []byte("rules: [{name: a, type: NONE, pattern: ab, examples: [ab]}]")})
	require.NoError(t, err)
	_, err = New(Options{Rules: set})
	require.EqualError(t, err, "choose detectors: rule a: unknown type")
	_, err = ReadRules(rules.File{Name: "t.yaml", Data: []byte("rules: [{name: a, type: NONE, pattern: ab, examples: [ab]}]")})
	require.ErrorContains(t, err, "t.yaml:1: rules[0].type: is no type of this program")
}

// The example file and Presidio's load with the program's own types and validators.
func TestReadRulesSamples(t *testing.T) {
	for name, n := range map[string]int{"example.yaml": 4, "presidio.yaml": 4} {
		data, err := os.ReadFile("../testdata/rules/" + name)
		require.NoError(t, err)
		s, err := ReadRules(rules.File{Name: name, Data: data})
		require.NoError(t, err)
		require.Len(t, s.Rules(), n)
	}
}

// Validators take any bytes: a rule's pattern decides what they get.
func TestFormChecksTakeAnything(t *testing.T) {
	checks := map[string]func([]byte) bool{}
	require.NoError(t, addFormChecks(checks))
	require.Contains(t, checks, "de_tax_id")
	require.True(t, checks["es_nif"]([]byte("12345678Z")))
	require.False(t, checks["es_nif"]([]byte("12345678A")))
	for name, check := range checks {
		for n := range 60 {
			for _, c := range []string{"0", "9", "A", "Z"} {
				require.NotPanics(t, func() { check([]byte(strings.Repeat(c, n))) }, name)
			}
		}
	}
}

func TestCustomAllocatesNothing(t *testing.T) {
	known, err := NewKnown([]KnownValue{{Type: "PERSON", Value: []byte("Jane Quillfeather")}})
	require.NoError(t, err)
	s, sc := newSet(t, Options{
		Rules: readRules(t, someRules), Deny: []Deny{{Org, readList(t, "Kingfisher")}}, Allow: []*rules.List{readList(t, "a@example.com")},
	}), NewScratch()
	text := []byte("the parcel will be there in the morning, as we said before, and nothing else is known of it")
	var dst []Finding
	require.Zero(t, testing.AllocsPerRun(100, func() { dst = s.Find(dst[:0], text, Input{Known: known}, sc) }))
	require.Empty(t, dst)
}
