package detectors

import (
	"bytes"
	"net/netip"
	"regexp"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/detectors/checksum"
	"github.com/sonexlabs/tacet/detectors/scan"
)

// oracle is what slow and obvious code finds; the detectors must find at least that.
var oracle = []struct {
	name    string
	pattern *regexp.Regexp
	accept  func(before, match []byte) bool
}{
	{"email", regexp.MustCompile(`\b[a-z]{1,10}[0-9]{0,3}@[a-z]{2,10}\.(?:com|org|net)\b`), nil},
	{"ipv4", regexp.MustCompile(`(?:^|[ (=])(?:\d{1,3}\.){3}\d{1,3}(?:$|[ ),])`), func(before, m []byte) bool {
		_, err := netip.ParseAddr(string(bytes.Trim(m, " (=),")))
		return err == nil && !versionBefore.Match(before) && !clientBefore.Match(before)
	}},
	{"iban", regexp.MustCompile(`\b(?:GB\d{2}[A-Z]{4}\d{14}|DE\d{20})\b`), func(_, m []byte) bool { return checksum.Mod97(m) }},
	{"card", regexp.MustCompile(`(?:^|[ ,;])[45]\d{15}(?:$|[ ,;])`), nil},
	{"card in groups", regexp.MustCompile(`(?:^|[ ,;])4\d{3}-\d{4}-\d{4}-\d{4}(?:$|[ ,;])`), nil},
}

// versionBefore says whether a word for a version may stand before a dotted number.
var versionBefore = regexp.MustCompile(`(?i)(?:ver|version|v|release|build|rev|revision|upgrade|upgraded|downgrade|firmware|sdk|patch)[^a-z]{0,3}$`)

// clientBefore says whether what a client calls itself may begin before a dotted number.
var clientBefore = regexp.MustCompile(`(?i)(?:ua|user[-_]?agent)["']?[=:]["']?[^"'\n]{0,64}$`)

// questions come before the texts.
var questions = [...]string{
	"what is your card number, your pin and your date of birth?", "your postcode and your password? please spell it", "can i take your account number and your name?",
}

func FuzzFind(f *testing.F) {
	for _, turns := range readCases(f) {
		for _, c := range turns {
			f.Add([]byte(c.text), []byte(c.in.Path), byte(c.in.Channel))
		}
	}
	s, err := New(Options{})
	require.NoError(f, err)
	sc := NewScratch()
	f.Fuzz(func(t *testing.T, text, path []byte, how byte) {
		text = slices.Clip(text) // so that reading beyond the end shows
		in := Input{Path: path, Channel: Channel(how % 5)}
		found := s.Find(nil, text, in, sc)
		at := 0
		for _, x := range found {
			require.True(t, at <= x.Start && x.Start < x.End && x.End <= len(text), "%d %d %d", at, x.Start, x.End)
			require.True(t, x.Confidence > 0 && x.Confidence <= 1 && x.Type != 0)
			at = x.End
		}
		again := s.Find(nil, text, in, NewScratch())
		require.Equal(t, show(string(text), found), show(string(text), again), "memory of another text matters")
		if !bytes.Contains(text, []byte("[")) { // where an alias may stand, nothing is owed
			requireOracle(t, text, found)
			requireForms(t, formOracles(), text, found, in.Channel)
		}

		// What a text shows alone it also shows in a call, though the groups of a number may fall apart there.
		in.Call, in.Role = NewCall(), Role(how/5%3)
		question := questions[int(how/15)%len(questions)]
		s.Find(nil, []byte(question), Input{Call: in.Call, Role: RoleAgent}, sc)
		inCall := s.Find(nil, text, in, sc)
		for _, x := range found {
			if x.Detector == "names" {
				continue // what was asked moves the thresholds of names
			}
			for i := x.Start; i < x.End; i++ {
				require.True(t, !scan.IsWordByte(text[i]) || text[i] == '0' || covered(inCall, i, i+1), "lost in a call: %s: %s / %s", x.Type, show(string(text), found), show(string(text), inCall))
			}
		}
	})
}

func requireOracle(t *testing.T, text []byte, found []Finding) {
	t.Helper()
	for _, o := range oracle {
		for _, m := range o.pattern.FindAllIndex(text, -1) {
			start, end := m[0], m[1]
			if start > 0 && text[start-1] == '\\' {
				continue // the first letter may be an escape
			}
			for start < end && !scan.IsWordByte(text[start]) {
				start++
			}
			for end > start && !scan.IsWordByte(text[end-1]) {
				end--
			}
			if o.accept == nil || o.accept(text[:start], text[start:end]) {
				require.True(t, covered(found, start, end), "%s at %d", o.name, start)
			}
		}
	}
}

// FuzzInert looks for text in which something is found once its findings have been replaced.
func FuzzInert(f *testing.F) {
	for _, turns := range readCases(f) {
		for _, c := range turns {
			f.Add([]byte(c.text), byte(c.in.Channel))
		}
	}
	s, err := New(Options{})
	require.NoError(f, err)
	sc := NewScratch()
	f.Fuzz(func(t *testing.T, text []byte, how byte) {
		in := Input{Channel: Channel(how % 5)}
		first := replace(text, s.Find(nil, text, in, sc))
		second := withoutNames(s.Find(nil, first, in, sc), nil, false)
		require.Equal(t, string(first), show(string(first), second))
	})
}
