package spoken

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/detectors/scan"
)

// tally counts labels: all, those that are covered, and those that are written as they should be.
type tally struct{ all, covered, equal int }

// TestNeMo measures how many of NVIDIA's spoken identifiers are read, by language and type. A label is covered if no word of it is left
// outside what was rewritten, months and what joins the parts of a date apart; it is equal if its letters and digits, of dates and
// addresses the digits, are those that the set gives as the written form.
func TestNeMo(t *testing.T) {
	counts := map[string]*tally{}
	var text scan.Text
	var r Reader
	for _, row := range readRows(t, "nemo_spoken") {
		readWith(words(), &r, &text, row.Text, Hints{Small: true})
		for _, e := range row.Entities {
			covered, got := readLabel(&r, &text, e.Type, e.Start, e.End)
			equal := sameWritten(e.Type, got, e.Written)
			if hasDigit(e.Value) && !hasDigit(e.Written) {
				covered, equal = true, true // written already
			}
			for _, key := range []string{row.Lang + " " + e.Type, row.Lang, "all"} {
				c := counts[key]
				if c == nil {
					c = &tally{}
					counts[key] = c
				}
				c.all++
				c.covered += count(covered)
				c.equal += count(covered && equal)
			}
			if os.Getenv("TACET_VERBOSE") != "" && !(covered && equal) {
				t.Logf("%s %s covered %t: %q -> %q, wanted %q", row.Lang, e.Type, covered, e.Value, got, e.Written)
			}
		}
	}
	var lines []string
	for key, c := range counts {
		lines = append(lines, fmt.Sprintf("%-16s %4d  covered %5.1f %%  equal %5.1f %%", key, c.all, 100*float64(c.covered)/float64(c.all), 100*float64(c.equal)/float64(c.all)))
	}
	slices.Sort(lines)
	t.Log("\n" + strings.Join(lines, "\n"))
	all := counts["all"]
	require.GreaterOrEqual(t, float64(all.covered), 0.86*float64(all.all))
}

func count(b bool) int {
	if b {
		return 1
	}
	return 0
}

func hasDigit(s string) bool { return strings.ContainsAny(s, "0123456789") }

// joiners are words that stand between the parts of dates and addresses.
var joiners = " de del do da dos of the and the e y et le les el la van der den von på года году год в の de l ngày mùng mồng tháng năm से की ईसवी ईस्वी सन वर्ष साल " +
	// cues and eras
	"antes cristo före kristus ईसा पूर्व इसवी telefon extensión extensão anknytning telefone ip es 국가번호 viernes x ad quarter second "

// readLabel says whether every word of a piece of the source is inside what was rewritten, and what is written for the piece.
func readLabel(r *Reader, text *scan.Text, kind string, start, end int) (covered bool, got string) {
	first, last := -1, -1
	for i := range text.Bytes {
		if from, to := text.Source(i, i+1); to > start && from < end {
			if first < 0 {
				first = i
			}
			last = i + 1
		}
	}
	if first < 0 {
		return false, ""
	}
	covered = true
	for i := range text.Tokens {
		k := &text.Tokens[i]
		if int(k.End) <= first || int(k.Start) >= last || k.Shape&scan.Digit != 0 {
			continue
		}
		inside := slices.ContainsFunc(r.Regions, func(g Region) bool { return int(k.Start) >= g.Start && int(k.End) <= g.End })
		word := strings.ToLower(string(text.Bytes[k.Start:k.End]))
		if kind == "ADDRESS" && !isCount(k, text.Bytes) {
			continue // the name of a street
		}
		covered = covered && (inside || isMonth(k, text.Bytes) || strings.Contains(joiners, " "+word+" "))
	}
	return covered, string(text.Bytes[first:last])
}

// isCount says whether a word is a number and nothing else.
func isCount(t *scan.Token, b []byte) bool {
	return slices.ContainsFunc(words().entries[words().find(t, b)].senses, func(s sense) bool {
		return (s.kind == digit || s.kind == number) && s.langs&^s.weak != 0
	})
}

func isMonth(t *scan.Token, b []byte) bool {
	return slices.ContainsFunc(words().entries[words().find(t, b)].senses, func(s sense) bool { return s.kind == month })
}

// sameWritten compares what matters of two written forms: of dates the numbers, months among them, in any order, of addresses the
// digits, of others letters and digits.
func sameWritten(kind, got, want string) bool {
	switch kind {
	case "DATE":
		x, y := numbersOf(got), numbersOf(want)
		if len(y) < len(x) {
			x, y = y, x
		}
		return len(x) > 0 && len(y)-len(x) <= 1 && !slices.ContainsFunc(x, func(n int) bool {
			return !slices.ContainsFunc(y, func(m int) bool { return m == n || n > 1000 && m == n%100 || m > 1000 && m%100 == n })
		})
	case "ADDRESS", "OTHER":
		return strings.Map(digitOf, got) == strings.Map(digitOf, want)
	}
	plain := func(r rune) rune {
		if d := digitOf(r); d > 0 {
			return d
		}
		if unicode.IsLetter(r) {
			return unicode.ToLower(r)
		}
		return -1
	}
	return strings.Map(plain, got) == strings.Map(plain, want)
}

// numbersOf gives the numbers in a text, and those of months named in any language.
func numbersOf(s string) (list []int) {
	var text scan.Text
	text.Scan([]byte(s), scan.NewLexicon(nil, 0))
	for i := range text.Tokens {
		t := &text.Tokens[i]
		word := string(text.Bytes[t.Start:t.End])
		word = strings.ReplaceAll(word, ",", "")
		if n, err := strconv.Atoi(strings.TrimRight(word, "stndrh")); err == nil {
			list = append(list, n)
			continue
		}
		for _, m := range words().entries[words().find(t, text.Bytes)].senses {
			if m.kind == month {
				list = append(list, int(m.value))
			}
		}
	}
	return list
}

// digitOf gives the ASCII digit that a rune of any script is, or -1.
func digitOf(r rune) rune {
	if !unicode.IsDigit(r) {
		return -1
	}
	for zero := r; ; zero-- {
		if !unicode.IsDigit(zero-1) || r-zero == 9 {
			return '0' + r - zero
		}
	}
}
