package rules

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPresidio(t *testing.T) {
	s, err := Parse(testOptions(), sample(t, "presidio.yaml"))
	require.NoError(t, err)
	require.Equal(t, []Rule{
		{Name: "Zip-code-recognizer", Type: "POSTCODE"}, {Name: "Titles-recognizer", Type: "CUSTOM"}, {Name: "Ticket-recognizer", Type: "CUSTOM"},
		{Name: "Phones-by-another-name", Type: "PHONE"},
	}, unversioned(s))
	require.Equal(t, []string{
		`presidio.yaml:10: recognizers[0].patterns[0]: works, but slowly: no text is in every match, so it is searched nearly everywhere`,
		`presidio.yaml:18: recognizers[1]: its entity is no type here: what it finds is CUSTOM`,
		`presidio.yaml:26: recognizers[2]: its entity is no type here: what it finds is CUSTOM`,
		`presidio.yaml:39: recognizers[2].patterns[1]: left out: is no regular expression: unrecognized grouping construct`,
		`presidio.yaml:43: recognizers[3]: UsSsnRecognizer is predefined code: the built-in detectors have US_SSN for it`,
		`presidio.yaml:48: recognizers[4]: SgFinRecognizer is predefined code and has no counterpart here: write a rule for it`,
		`presidio.yaml:55: recognizers[6]: Own-code is predefined code and has no counterpart here: write a rule for it`,
		`presidio.yaml:63: recognizers[7].patterns[0]: works, but slowly: no text is in every match, so it is searched nearly everywhere`,
		`presidio.yaml:66: recognizers[7].validate_result: not supported: left out`,
	}, s.Unsupported())

	f := func(text string, want ...string) {
		t.Helper()
		require.Equal(t, want, hits(s, text), text)
	}
	f("20406")
	f("the ZIP is 20406-1234", "20406-1234", "1234")
	f("postal code: 20406", "20406")
	f("mr. Brown and MRS. Green, not xMr. or profs", "mr.", "MRS.")
	f("see TIC-204060-tic", "TIC-204060-tic")
	f("see TIC-204060-req")
	f("see TIC-204060-tic or not")
	f("call 4711, not 47112", "4711")
}

// The default file of Presidio is a list of predefined recognisers: all of it is listed as such.
func TestPresidioDefaults(t *testing.T) {
	const file = `
supported_languages: [en]
global_regex_flags: 26
recognizers:
  - name: CreditCardRecognizer
    supported_languages:
      - language: en
        context: [credit, card]
      - language: es
    type: predefined
  - name: UsBankRecognizer
    supported_languages: [en]
    type: predefined
  - name: CryptoRecognizer
    type: predefined
  - name: OllamaRecognizer
    class_name: OllamaLangExtractRecognizer
    type: predefined
    enabled: false
`
	s, err := Parse(testOptions(), File{"d.yaml", []byte(file)})
	require.NoError(t, err)
	require.Empty(t, s.Rules())
	require.Len(t, s.Unsupported(), 3)
	require.Empty(t, hits(s, "anything"))
}

func TestPresidioFlags(t *testing.T) {
	f := func(flags, regex, text string, want ...string) {
		t.Helper()
		s, err := Parse(testOptions(), File{"p.yaml", []byte("global_regex_flags: " + flags +
			"\nrecognizers:\n  - {name: n, supported_entity: PHONE_NUMBER, patterns: [{name: p, regex: '" + regex + "', score: 0.6}]}\n")})
		require.NoError(t, err)
		require.Equal(t, want, hits(s, text), text)
	}
	f("26", `^ab.c$`, "x\nAB\nC\ny", "AB\nC")
	f("0", `ab.c`, "ab\nc ABxC abxc", "abxc")
	f("64", `ab  c # said`, "abc ab  c", "abc")
	f("26", `ab\\Z`, `ab\Z`, `ab\Z`)
	f("26", `ab|`, "ab cd", "ab")
}

// What can't be read as recognisers at all is an error, with the place.
func TestPresidioErrors(t *testing.T) {
	for file, want := range map[string]string{
		"recognizers: 1": "p.yaml:1: recognizers: must be a list",
		"recognizers:\n  - {name: a, patterns: [{regex: ab, score: 7}]}": "p.yaml:2: recognizers[0].patterns[0].score: must be a number from 0 to 1",
		"recognizers:\n  - [a]":                                  "p.yaml:2: recognizers[0]: must be a mapping of keys to values",
		"global_regex_flags: x\nrecognizers: []":                 "p.yaml:1: global_regex_flags: must be a whole number from 0 to 65536",
		"recognizers:\n  - {name: a, deny_list: [[b]]}":          "p.yaml:2: recognizers[0].deny_list[0]: must be plain text; quote it",
		"recognizers:\n  - {name: a, patterns: [{regex: [ab]}]}": "p.yaml:2: recognizers[0].patterns[0].regex: must be plain text; quote it",
	} {
		_, err := Parse(testOptions(), File{"p.yaml", []byte(file)})
		require.EqualError(t, err, want)
	}
}

// Recognisers of one name, one for each language, are rules of their own; odd names are made plain.
func TestPresidioNames(t *testing.T) {
	const one = "  - {name: 'Ärzte & Co', supported_entity: PHONE_NUMBER, deny_list: [ab]}\n"
	s, err := Parse(testOptions(), File{"p.yaml", []byte("recognizers:\n" + one + one + "  - {supported_entity: X, deny_list: [cd]}\n  - {name: '" + strings.Repeat("n", 99) + "', deny_list: [de]}\n")})
	require.NoError(t, err)
	for i, r := range s.Rules() {
		require.True(t, isName(r.Name), r.Name)
		require.Equal(t, []string{"--rzte---Co", "--rzte---Co-", "recognizers-2", strings.Repeat("n", 56)}[i], r.Name)
	}
}
