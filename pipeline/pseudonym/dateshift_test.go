package pseudonym

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// shiftOf gives by how many days the dates of a subject move.
func shiftOf(t require.TestingT, k *Tokenizer, d Domain, subject string, days int) int {
	out := string(k.AppendShifted(nil, d, []byte(subject), days, []byte("2000-01-01")))
	moved, err := time.Parse(time.DateOnly, out)
	require.NoError(t, err)
	return int(moved.Sub(time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)).Hours() / 24)
}

// TestShiftKeepsForm writes one day in many ways, and expects the day it moves to in the same ways.
func TestShiftKeepsForm(t *testing.T) {
	k := newTokenizer(testKey())
	subject := ""
	for i := range 1000 { // one that moves by 60 days: from Sunday 31 March 2024 to Thursday 30 May 2024
		if subject = fmt.Sprint("subject ", i); shiftOf(t, k, acme(OriginText), subject, 100) == 60 {
			break
		}
	}
	f := func(value, want string) {
		t.Helper()
		require.Equal(t, want, string(k.AppendShifted([]byte("x "), acme(OriginText), []byte(subject), 100, []byte(value)))[2:])
	}
	f("2024-03-31", "2024-05-30")
	f("2024-3-31", "2024-5-30")
	f("2024/03/31", "2024/05/30")
	f("2024-03-31T09:15:30.250+02:00", "2024-05-30T09:15:30.250+02:00")
	f("2024-03-31T09:15:30Z", "2024-05-30T09:15:30Z")
	f("2024-03-31 09:15:30", "2024-05-30 09:15:30")
	f("31/03/2024", "30/05/2024")
	f("3/31/2024", "5/30/2024")
	f("31.3.24", "30.5.24")
	f("31-Mar-2024", "30-May-2024")
	f("31 MARCH 2024", "30 MAY 2024")
	f("March 31st, 2024", "May 30th, 2024")
	f("Sunday, 31st of March 2024", "Thursday, 30th of May 2024")
	f("sun 31 mar 2024", "thu 30 may 2024")
	f("31. März 2024", "30. Mai 2024")
	f("Sonntag, den 31. März 2024", "Donnerstag, den 30. Mai 2024")
	f("31 MÄRZ 2024", "30 MAI 2024")
	f("dimanche 31 mars 2024", "jeudi 30 mai 2024") // mars is French, mai is, too
	f("31 de marzo de 2024", "30 de mayo de 2024")
	f("20240331", "20240530")
	f("31032024", "30052024")
	f("31 March 2024 9:15 pm", "30 May 2024 9:15 pm")
	f("1711843200", "1717027200")
	f("1711843200123", "1717027200123")
	f("9 August 1984", "8 October 1984")
	f("1er janvier 2024", "1er mars 2024")
	f("1er mars 2024", "30 avril 2024")
	f("28 Dec '99", "26 Feb '00")

	for _, value := range []string{"", "March 2024", "2024", "31 March", "--03-31", "03/04/2024", "?2024-04-03", "the third of March nineteen eighty four",
		"31/02/2024", "soon", "31 March 2024 and more", "31.12.29", "99999999", "9999999999", "2024-03-31T09:15:30 Europe/Rome", "9999-12-31",
		strings.Repeat("31 March 2024 ", 100)} {
		f(value, "[DATE]")
	}
}

// TestShiftKeepsDistances moves two dates of one subject, whatever form they are in.
func TestShiftKeepsDistances(t *testing.T) {
	k := newTokenizer(testKey())
	layouts := []string{time.DateOnly, time.RFC3339, "2 January 2006", "Jan 2, 2006", "Monday, 2 January 2006", "20060102", "02.01.2006", "Mon 2 Jan 2006"}
	rapid.Check(t, func(t *rapid.T) {
		day := rapid.IntRange(-40_000, 60_000)
		subject := rapid.StringMatching(`[a-z0-9]{1,20}`).Draw(t, "subject")
		days := rapid.IntRange(1, 3650).Draw(t, "days")
		by := shiftOf(t, k, acme(OriginMeta), subject, days)
		require.NotZero(t, by)
		require.LessOrEqual(t, max(by, -by), days)
		for range 3 {
			layout := rapid.SampledFrom(layouts).Draw(t, "layout")
			date := time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, day.Draw(t, "day"))
			if date.Month() == time.May && strings.Contains(layout, "Jan") {
				continue // May is the short form of itself
			}
			got := string(k.AppendShifted(nil, acme(OriginMeta), []byte(subject), days, []byte(date.Format(layout))))
			if want := date.AddDate(0, 0, by).Format(layout); got != want {
				require.Contains(t, layout, "20060102")
				require.Equal(t, dateType, strings.Trim(got, "[]")) // years that eight digits aren't read with
			}
		}
	})
}

func TestShiftDomains(t *testing.T) {
	k := newTokenizer(testKey())
	seen := map[int]string{}
	f := func(what string, d Domain, subject string) {
		t.Helper()
		by := shiftOf(t, k, d, subject, 3650)
		require.Empty(t, seen[by], "moves as %s", what)
		seen[by] = what
		require.Equal(t, by, shiftOf(t, newTokenizer(testKey()), d, subject, 3650))
	}
	f("base", acme(OriginMeta), "447700900123")
	f("subject", acme(OriginMeta), "447700900124")
	f("tenant", domain("bolt", OriginMeta, ""), "447700900123")
	f("origin", acme(OriginText), "447700900123")
	f("call", domain("acme", OriginMeta, "c1"), "447700900123")
	f("other call", domain("acme", OriginMeta, "c2"), "447700900123")
	other := acme(OriginMeta)
	other.Sink = "two"
	f("sink", other, "447700900123")

	fail := func(d Domain, subject string, days int) {
		t.Helper()
		require.Equal(t, "[DATE]", string(k.AppendShifted(nil, d, []byte(subject), days, []byte("2000-01-01"))))
	}
	fail(acme(OriginMeta), "", 10)
	fail(acme(OriginMeta), "s", 0)
	fail(Domain{}, "s", 10)
}

// TestCalendar compares days and their numbers with the library's for every day of a thousand years.
func TestCalendar(t *testing.T) {
	for n := -300_000; n < 100_000; n++ {
		date := time.Unix(int64(n)*daySeconds, 0).UTC()
		year, month, day := civil(n)
		require.Equal(t, [3]int{date.Year(), int(date.Month()), date.Day()}, [3]int{year, month, day})
		require.Equal(t, n, dayNumber(year, month, day))
		require.True(t, isDay(year, month, day))
	}
	require.False(t, isDay(1900, 2, 29))
}

func FuzzDate(f *testing.F) {
	for _, seed := range []string{"2024-03-31T09:15:30Z", "Sunday, 31st of March 2024", "31.3.24", "?2024-03-04", "--03-31", "1er mars '99", "1711843200"} {
		f.Add([]byte(seed))
	}
	k := newTokenizer(testKey())
	f.Fuzz(func(t *testing.T, value []byte) {
		for _, typ := range []string{"DATE", "DATE_OF_BIRTH", "TIME"} {
			for _, to := range Generalisations(typ) {
				once, ok := AppendGeneral(nil, typ, to, value, nil)
				if ok {
					again, _ := AppendGeneral(nil, typ, to, once, nil)
					require.Equal(t, string(once), string(again))
				}
			}
		}
		d, ok := readDate(value)
		out := k.AppendShifted(nil, acme(OriginText), []byte("s"), 1, value)
		if !ok || string(out) == "[DATE]" {
			return
		}
		moved, ok := readDate(out)
		require.True(t, ok, "%q", out)
		if !moved.open {
			require.LessOrEqual(t, max(dayNumber(moved.year, moved.month, moved.day)-dayNumber(d.year, d.month, d.day), 0), 1)
			require.Equal(t, [2]int{d.hour, d.minute}, [2]int{moved.hour, moved.minute})
		}
	})
}
