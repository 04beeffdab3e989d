package detectors

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestPhonesByLocale wants the countries chosen to move the score, and nothing plausible to be lost by them.
func TestPhonesByLocale(t *testing.T) {
	for _, c := range []struct {
		text   string
		locale string
		kind   Type
		above  float32
		below  float32
	}{
		{"9876543210", "", Phone, 0.6, 0.7},
		{"9876543210", "in", Phone, 0.75, 0.8},
		{"9876543211", "in", Phone, 0.75, 0.8},
		{"9876543211", "uk", Number, 0.5, 0.55}, // there a mobile number is another
		{"07700900123", "", Phone, 0.55, 0.7},
		{"07700900123", "uk", Phone, 0.7, 0.8},
		{"07700 900123", "uk", Phone, 0.85, 0.95},
		{"07700 900123", "gb", Phone, 0.85, 0.95},
		{"07700 900123", "in", Phone, 0.85, 0.95}, // a mobile number there too
		{"7700900123", "uk", Phone, 0.6, 0.8},     // a spreadsheet took the zero
		{"2025550143", "us", Phone, 0.6, 0.7},
		{"2025550143", "ca", Phone, 0.6, 0.7},
		{"2025550143", "", Phone, 0.55, 0.6},
		{"555-0143", "us", Phone, 0.5, 0.6},
		{"612345678", "es", Phone, 0.65, 0.8},
		{"612345678", "", Number, 0.5, 0.55},
		{"01 23 45 67 89", "fr", Phone, 0.8, 1},
		{"01 23 45 67 89", "eu", Phone, 0.8, 1},
		{"32 45 67 89", "dk", Phone, 0.6, 0.75},
		{"+91 98765 43210", "uk", Phone, 0.9, 1},
		{"+44 7700 900123", "in", Phone, 0.9, 1},
		{"447700900123", "uk", Phone, 0.55, 0.8},
		{"02079460958", "us", Number, 0.5, 0.55},
	} {
		o := Options{}
		if c.locale != "" {
			o.Locales = []string{c.locale}
		}
		f := findOne(t, newSet(t, o), c.text, Input{})
		require.Equal(t, c.kind, f.Type, "%s in %q", c.text, c.locale)
		require.GreaterOrEqual(t, f.Confidence, c.above, "%s in %q", c.text, c.locale)
		require.LessOrEqual(t, f.Confidence, c.below, "%s in %q", c.text, c.locale)
		require.Equal(t, len(c.text), f.End-f.Start, "%s in %q", c.text, c.locale)
	}
}

// TestTheChoiceOfACountryKeepsItsOtherNumbers keeps the choice of a country from making its other identifiers telephone numbers.
func TestTheChoiceOfACountryKeepsItsOtherNumbers(t *testing.T) {
	f := findOne(t, newSet(t, Options{Locales: []string{"uk"}}), "9434765919", Input{})
	require.NotEqual(t, Phone, f.Type)
}

// TestPhonesHaveOneForm wants E.164 where the country is certain, and otherwise the digits as they were written.
func TestPhonesHaveOneForm(t *testing.T) {
	all, uk, in := newSet(t, Options{}), newSet(t, Options{Locales: []string{"uk"}}), newSet(t, Options{Locales: []string{"in"}})
	for _, c := range []struct {
		set  *Set
		text string
		want string
	}{
		{all, "+44 7700 900123", "+447700900123"},
		{all, "+44 (0)7700 900123", "+447700900123"},
		{all, "0044 7700 900123", "+447700900123"},
		{all, "011 44 7700 900123", "+447700900123"},
		{all, "07700 900123", "07700900123"},
		{all, "447700900123", "447700900123"},
		{all, "020 7946 0958 ext 12", "02079460958"},
		{all, "+999 1234 567890", "9991234567890"}, // of no country
		{uk, "07700 900123", "+447700900123"},
		{uk, "07700-900123", "+447700900123"},
		{uk, "7700900123", "+447700900123"},
		{uk, "447700900123", "+447700900123"},
		{uk, "+91 98765 43210", "+919876543210"},
		{in, "98765 43210", "+919876543210"},
		{in, "098765 43210", "+919876543210"},
		{in, "919876543210", "+919876543210"},
		{in, "07700 900123", "+917700900123"}, // a number there too
		{newSet(t, Options{Locales: []string{"in", "uk"}}), "98765 43210", "9876543210"},
	} {
		f := findOne(t, c.set, c.text, Input{})
		require.Equal(t, Phone, f.Type, c.text)
		require.Equal(t, c.want, string(f.Canonical), c.text)
	}
}

func TestChoosePhones(t *testing.T) {
	require.Zero(t, choosePhones(nil))
	require.Equal(t, choosePhones([]string{"gb"}), choosePhones([]string{"uk"}))
	require.Equal(t, planNorthAmerica, choosePhones([]string{"us", "ca"}))
	require.Equal(t, numbering().codes[1], uint8(1))
	one := choosePhones([]string{"de"})
	require.NotZero(t, one)
	require.Equal(t, one, choosePhones([]string{"eu"})&one)
	require.NotEqual(t, newSet(t, Options{Locales: []string{"at"}}).Version(), newSet(t, Options{Locales: []string{"be"}}).Version())
}
