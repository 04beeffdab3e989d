package detectors

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// A date has one canonical form however it is written, unless day and month could be swapped.
func TestDatesHaveOneForm(t *testing.T) {
	s := newSet(t, Options{})
	for canonical, texts := range map[string][]string{
		"1985-03-12": {
			"born 12 March 1985", "born March 12th, 1985", "born on the 12th of March 1985", "dob 1985-03-12", "dob 12.03.1985", "dob 12.03.85",
			"geboren am 12. März 1985", "né le 12 mars 1985", "nacido el 12 de marzo de 1985", "nato il 12 marzo 1985", "born 12-Mar-85",
			"born Tuesday, 12 March 1985", "born 12 MAR '85",
		},
		"1985-03-22":  {"dob 22/03/1985", "dob 03/22/1985", "dob 22-3-85", "dob 22031985", "dob 22 03 1985", "born the 22nd of the 3rd 1985"},
		"1985-04-04":  {"dob 04/04/1985", "dob 4.4.1985"},
		"?1985-03-12": {"dob 12/03/1985", "dob 12-3-85", "dob 12031985"},
		"?1985-12-03": {"dob 03/12/1985"},
		"2005-03-12":  {"born 12 March '05"},
		"1985-03":     {"born March 1985", "nata marzo 1985"},
		"--03-12":     {"12 March", "le 12 mars"},
		"2024-01-31":  {"2024-01-31T09:15:30Z", "2024-01-31 09:15"},
		"1985":        {"born in 1985"},
	} {
		for _, text := range texts {
			require.Equal(t, canonical, string(findOne(t, s, text, Input{}).Canonical), text)
		}
	}
}

// What stands between a word and a number belongs to the date and not to it, in the text and after redaction.
func TestContextReachesOverDates(t *testing.T) {
	s, sc := newSet(t, Options{}), NewScratch()
	for _, text := range []string{
		"my account number as of Monday, 12 March 2020 is 12345678", "my account number as of [DATE] is 12345678",
		"my account number at age 42 is 12345678", "my account number as of [DATE_2] is 12345678",
	} {
		found := s.Find(nil, []byte(text), Input{}, sc)
		require.NotEmpty(t, found, text)
		require.Equal(t, AccountID, found[len(found)-1].Type, text)
	}
	for _, text := range []string{"my account number as of [EMAIL] is 12345678", "my account number, born [DATE_OF_BIRTH], is 12345678"} {
		require.Empty(t, s.Find(nil, []byte(text), Input{}, sc), text)
	}
}

// In small letters the short street words make an address of a whole text and of nothing less.
func TestAddressAlone(t *testing.T) {
	s := newSet(t, Options{})
	require.Equal(t, Address, findOne(t, s, "971 charles st", Input{}).Type)
	require.Empty(t, withoutNames(s.Find(nil, []byte("we went 971 charles st today"), Input{}, NewScratch()), nil, false))
}

// Lines are read as the parts of one address.
func TestAddressOnSeveralLines(t *testing.T) {
	s, sc := newSet(t, Options{}), NewScratch()
	for text, want := range map[string]string{
		"Deliver to:\n12 High Street\nLondon\nSW1A 1AA\nUnited Kingdom\nRing the bell.": "12 High Street\nLondon\nSW1A 1AA\nUnited Kingdom",
		"301 Example Avenue\nPalo Alto, CA 94303\nThanks":                               "301 Example Avenue\nPalo Alto, CA 94303",
		"Dorpsstraat 12\n1012 AB Amsterdam\nThe Netherlands\n":                          "Dorpsstraat 12\n1012 AB Amsterdam\nThe Netherlands",
		"Musterstraße 5\n10115 Berlin\nGermany":                                         "Musterstraße 5\n10115 Berlin\nGermany",
		"12 High Street\nWe sell shoes.":                                                "12 High Street",
	} {
		found := s.Find(nil, []byte(text), Input{}, sc)
		require.Len(t, found, 1, text)
		require.Equal(t, want, text[found[0].Start:found[0].End])
		require.Equal(t, Address, found[0].Type)
	}
}

// A log's own times aren't personal.
func TestDatesOfLogsStay(t *testing.T) {
	s, sc := newSet(t, Options{}), NewScratch()
	for _, text := range []string{"2024-01-31T09:15:30Z up", "12 March 2020 up", "[12/Mar/2020:10:00:00 +0200] up", "date=2024-01-31"} {
		require.Empty(t, s.Find(nil, []byte(text), Input{Channel: ChannelLog}, sc), text)
		require.NotEmpty(t, s.Find(nil, []byte(text), Input{Channel: ChannelDoc}, sc), text)
	}
	require.Equal(t, DateOfBirth, findOne(t, s, "date_of_birth=2024-01-31", Input{Channel: ChannelLog}).Type)
}
