package rules

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/stretchr/testify/require"
)

// record is a customer, all invented.
func record(t testing.TB) *Known {
	t.Helper()
	k, err := NewKnown([]KnownValue{
		{"PERSON", []byte("Will Ngọc O'Byrne")},
		{"PHONE", []byte("+44 20 7946 0123")},
		{"EMAIL", []byte("will.obyrne_7@example.com")},
		{"ADDRESS", []byte("12 Heron Lane, Little Marlow, SL7 3RT")},
		{"ACCOUNT_ID", []byte("AC-204060-X")},
		{"PIN", []byte("4711")},
		{"DATE_OF_BIRTH", []byte("1990-05-12")},
		{"ORG", []byte("Zephyr & Söhne")},
		{"NOTE", []byte("no")},
		{"NOTE", []byte("12")},
		{"NOTE", []byte("--")},
	})
	require.NoError(t, err)
	return k
}

func knownIn(k *Known, text string) (found []string) {
	s := scanned(text)
	seen := map[string]bool{}
	for _, m := range k.Find(nil, s) {
		if f := m.Type + " " + string(s.Bytes[m.Start:m.End]); !seen[f] {
			seen[f] = true
			found = append(found, f)
		}
	}
	return found
}

func TestKnown(t *testing.T) {
	k := record(t)
	f := func(text string, want ...string) {
		t.Helper()
		require.Equal(t, want, knownIn(k, text), text)
	}
	f("nothing is known here, and no 12 or 1990")
	// Names: whole, in any order, one of them; a common word only beside another.
	f("I am will ngọc o'byrne.", "PERSON will ngọc o'byrne")
	f("it's O'BYRNE, Will", "PERSON O'BYRNE, Will")
	f("yes NGỌC speaking", "PERSON NGỌC")
	f("I will call", []string(nil)...)
	f("W. N. Byrne", "PERSON W. N. Byrne")
	f("Byrnes")
	f("willngọcobyrne", "PERSON willngọcobyrne")
	// Numbers, whatever their groups and prefix.
	for _, number := range []string{"+44 20 7946 0123", "+442079460123", "020 7946 0123", "02079460123", "00442079460123", "+44 (0)20 7946 0123",
		"(020) 7946-0123", "0044 20 79 46 01 23", "7946 0123", "0 2 0 7 9 4 6 0 1 2 3"} {
		f("on "+number+" please", "PHONE "+number)
	}
	f("on 0123")
	f("on 46 0123")
	f("on 020 7946 01234")
	f("on 99999907946 0123")
	f("in 2 020 7946 0123 3 times", "PHONE 020 7946 0123")
	f("4711 and 47 11, not 147 11, 14711 or 47112", "PIN 4711", "PIN 47 11")
	f("born 1990/05/12", "DATE_OF_BIRTH 1990/05/12")
	// Addresses: as a whole, and some words in a row.
	f("it is 12 heron lane little marlow sl7 3rt.", "ADDRESS 12 heron lane little marlow sl7 3rt", "ADDRESS heron lane little marlow sl7 3rt",
		"ADDRESS lane little marlow sl7 3rt", "ADDRESS little marlow sl7 3rt", "ADDRESS marlow sl7 3rt", "ADDRESS sl7 3rt")
	f("at 12 Heron Lane", "ADDRESS 12 Heron Lane")
	f("at 12 Heron Road", "ADDRESS 12 Heron")
	f("a little lane, a heron, 12 of them")
	// Other values as a whole, whatever stands between.
	f("will.obyrne_7@EXAMPLE.com", "EMAIL will.obyrne_7@EXAMPLE.com")
	f("will dot obyrne underscore 7 at example dot com", "EMAIL will dot obyrne underscore 7 at example dot com")
	f("will is at example dot com")
	f("ac204060x or AC 204060 X", "ACCOUNT_ID ac204060x", "ACCOUNT_ID AC 204060 X")
	f("ZEPHYR SÖHNE and zephyr", "ORG ZEPHYR SÖHNE")
	// Aliases are never part of one.
	f("Ngọc [PERSON_1] Byrne", "PERSON Ngọc", "PERSON Byrne")
	require.Nil(t, knownIn(nil, "Byrne"))
}

func TestKnownBounds(t *testing.T) {
	_, err := NewKnown(make([]KnownValue, knownMax+1))
	require.EqualError(t, err, "take known values: 65 are too many: at most 64 a call")
	_, err = NewKnown([]KnownValue{{"PERSON", []byte(strings.Repeat("secret", 50))}})
	require.EqualError(t, err, "take known values: value 0 is longer than 256 bytes")
	_, err = NewKnown([]KnownValue{{"", []byte("secret")}})
	require.EqualError(t, err, "take known values: value 0 has no type")
	k, err := NewKnown(nil)
	require.NoError(t, err)
	require.Nil(t, knownIn(k, "anything 123"))
}

// No way of printing shows a value.
func TestKnownPrintsNothing(t *testing.T) {
	value := KnownValue{"PERSON", []byte("Quillfeather")}
	k, err := NewKnown([]KnownValue{value})
	require.NoError(t, err)
	var log strings.Builder
	logger := slog.New(slog.NewTextHandler(&log, nil))
	for _, x := range []any{value, &value, k, []KnownValue{value}, struct{ K *Known }{k}, map[string]KnownValue{"v": value}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			fmt.Fprintf(&log, verb, x)
		}
		j, err := json.Marshal(x)
		require.NoError(t, err)
		y, err := yaml.Marshal(x)
		require.NoError(t, err)
		log.Write(j)
		log.Write(y)
		logger.Info("x", "x", x)
	}
	for _, hidden := range []string{"uill", "UILL", "7175696c6c", "5175696c6c", "UXVpbGxm", "81 117", "113 117", "0x75"} {
		require.NotContains(t, log.String(), hidden)
	}
	require.Contains(t, log.String(), knownHidden)
}

// The values given may be overwritten afterwards.
func TestKnownKeepsItsOwn(t *testing.T) {
	value := []byte("Quillfeather")
	k, err := NewKnown([]KnownValue{{"PERSON", value}})
	require.NoError(t, err)
	clear(value)
	require.Equal(t, []string{"PERSON quillfeather"}, knownIn(k, "quillfeather"))
}

func TestKnownAllocatesNothing(t *testing.T) {
	k := record(t)
	s := scanned("I am Will Ngọc O'Byrne of 12 Heron Lane, on +44 20 7946 0123, will dot obyrne")
	dst := make([]KnownMatch, 0, 64)
	require.Zero(t, testing.AllocsPerRun(100, func() { dst = k.Find(dst[:0], s) }))
	require.NotEmpty(t, dst)
}

// FuzzKnown: any values in any text, without panic and within it; a value itself is found where it stands alone.
func FuzzKnown(f *testing.F) {
	f.Add("Jane Doe", "+1 202 555 0143", "this is jane doe on 202-555-0143")
	f.Add("É", "12", "é 12 \xff")
	f.Add("Jane \u0130x", "000 0000", "jane i\u0307x 0000000")
	f.Fuzz(func(t *testing.T, name, number, text string) {
		k, err := NewKnown([]KnownValue{{"PERSON", []byte(name)}, {"PHONE", []byte(number)}, {"ADDRESS", []byte(name + " " + number)}})
		if err != nil {
			return
		}
		s := scanned(text)
		for _, m := range k.Find(nil, s) {
			require.True(t, 0 <= m.Start && m.Start < m.End && m.End <= len(s.Bytes))
		}
	})
}
