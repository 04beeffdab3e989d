package detectors

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// turn is one line of testdata/cases.
type turn struct {
	where      string // file and line
	text       string
	in         Input
	exact      bool // not to be run in another case
	spokenCall bool // a turn of a call in cases/spoken
	persons    bool // every person is marked; see namedCases
	kept       bool // see keptCases
	want       []Finding
}

// readCases gives the cases: each a sequence of turns, of which only calls have several.
func readCases(t testing.TB) (cases [][]turn) {
	t.Helper()
	var files []string
	for _, folder := range []string{"", "spoken", "spoken/languages"} {
		list, err := filepath.Glob(filepath.Join("../testdata/cases", folder, "*.txt"))
		require.NoError(t, err)
		require.NotEmpty(t, list)
		files = append(files, list...)
	}
	for _, file := range files {
		cases = append(cases, casesOf(t, file)...)
	}
	return cases
}

func casesOf(t testing.TB, file string) (cases [][]turn) {
	t.Helper()
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	var call []turn
	for i, line := range strings.Split(string(data), "\n") {
		if strings.HasPrefix(line, "#") {
			continue
		}
		if line == "" {
			if call != nil {
				cases = append(cases, call)
			}
			call = nil
			continue
		}
		c := parseCase(t, line)
		c.where = fmt.Sprintf("%s:%d", filepath.Base(file), i+1)
		c.spokenCall = c.in.Role != RoleUnknown && strings.Contains(filepath.ToSlash(file), "/spoken/")
		c.persons, c.kept = namedCases[filepath.Base(file)], keptCases[filepath.Base(file)]
		if c.in.Role == RoleUnknown {
			cases = append(cases, []turn{c})
		} else {
			call = append(call, c)
		}
	}
	if call != nil {
		cases = append(cases, call)
	}
	return cases
}

func parseCase(t testing.TB, line string) (c turn) {
	t.Helper()
	line, c.exact = strings.CutPrefix(line, "= ")
	head, rest, _ := strings.Cut(line, ": ")
	if role, ok := roles[head]; ok {
		c.in.Role, c.in.Channel, line = role, ChannelCall, rest
	} else if channel, ok := channels[head]; ok {
		c.in.Channel, line = channel, rest
	} else if path, ok := strings.CutPrefix(head, "path "); ok {
		c.in.Path, line = []byte(path), rest
	}
	for {
		before, marked, found := strings.Cut(line, "{{")
		c.text += before
		if !found {
			return c
		}
		name, marked, _ := strings.Cut(marked, "|")
		value, after, found := strings.Cut(marked, "}}")
		kind, known := ParseType(name)
		require.True(t, found && known, "mark %s", name)
		c.want = append(c.want, Finding{Start: len(c.text), End: len(c.text) + len(value), Type: kind})
		c.text, line = c.text+value, after
	}
}

// show writes findings in the form of the cases.
func show(text string, found []Finding) string {
	var b strings.Builder
	at := 0
	for _, f := range found {
		fmt.Fprintf(&b, "%s{{%s|%s}}", text[at:f.Start], f.Type, text[f.Start:f.End])
		at = f.End
	}
	return b.String() + text[at:]
}

// replace puts [TYPE] in the place of each finding.
func replace(text []byte, found []Finding) []byte {
	var b bytes.Buffer
	at := 0
	for _, f := range found {
		b.Write(text[at:f.Start])
		b.WriteString("[" + f.Type.String() + "]")
		at = f.End
	}
	b.Write(text[at:])
	return b.Bytes()
}

// runTurns finds in every turn, changed by edit, and compares with what is marked.
func runTurns(t *testing.T, s *Set, turns []turn, edit func(string) (before, text, after string)) {
	t.Helper()
	sc, call := NewScratch(), NewCall()
	for _, c := range turns {
		before, text, after := edit(c.text)
		if c.in.Role != RoleUnknown {
			c.in.Call = call
		}
		found := s.Find(nil, []byte(before+text+after), c.in, sc)
		var want []Finding
		for _, f := range c.want {
			f.Start, f.End = f.Start+len(before), f.End+len(before)
			want = append(want, f)
		}
		asWritten := c.kept && text == c.text && strings.TrimSpace(before+after) == ""
		found = withoutNames(found, want, c.persons || asWritten)
		require.Equal(t, show(before+text+after, want), show(before+text+after, found), c.where)
	}
}

// namedCases are the files of cases in which nothing but what is marked may be found as a person.
var namedCases = map[string]bool{"names.txt": true, "letters.txt": true, "calls.txt": true, "combinations.txt": true}

// keptCases are those of what must stay: nothing may be found as a person in them as they are written. In capitals and beside English the
// tagger is another matter.
var keptCases = map[string]bool{"keep.txt": true, "keep_calls.txt": true, "keep_languages.txt": true, "keep_words.txt": true}

// withoutNames leaves out what the tagger of names found where nothing is marked: places and organisations, which the cases don't mark,
// and, in the cases of written identifiers, persons. How far the tagger is right is measured on labelled text, not here.
func withoutNames(found, want []Finding, persons bool) []Finding {
	return slices.DeleteFunc(found, func(f Finding) bool {
		return f.Detector == "names" && !(persons && f.Type == Person) && !slices.ContainsFunc(want, func(w Finding) bool { return w.Start < f.End && f.Start < w.End })
	})
}

func TestCases(t *testing.T) {
	s, err := New(Options{})
	require.NoError(t, err)
	cases := readCases(t)
	// Changing case may change the number of bytes of letters outside ASCII; those cases run as written.
	ascii := func(turns []turn) bool {
		for _, c := range turns {
			if c.exact || strings.ContainsFunc(c.text, func(r rune) bool { return r > 127 }) {
				return false
			}
		}
		return true
	}
	plain := func(s string) (string, string, string) { return "", s, "" }
	for _, turns := range cases {
		t.Run(turns[0].where, func(t *testing.T) {
			runTurns(t, s, turns, plain)
			if ascii(turns) {
				runTurns(t, s, turns, func(s string) (string, string, string) { return "", strings.ToUpper(s), "" })
				runTurns(t, s, turns, func(s string) (string, string, string) { return "", strings.ToLower(s), "" })
			}
			for n := range 40 {
				runTurns(t, s, turns, func(s string) (string, string, string) { return strings.Repeat(" ", n), s, "" })
			}
			if turns[0].spokenCall {
				return // a turn that answers is one as a whole
			}
			runTurns(t, s, turns, func(s string) (string, string, string) {
				return "as we said the other day. Anyway, ", s, "\nand so on, as before"
			})
		})
	}
}

// The README of the spoken cases counts them.
func TestSpokenCasesAreCounted(t *testing.T) {
	const dir = "../testdata/cases/spoken"
	text, err := os.ReadFile(dir + "/README.md")
	require.NoError(t, err)
	number := func(n int) string { return strings.TrimPrefix(fmt.Sprintf(" %d", n), " 0") }
	var with, without, files int
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(line, "|")
		if len(cells) != 6 || strings.HasPrefix(line, "|---") || strings.TrimSpace(cells[2]) == "files" {
			continue
		}
		names := strings.TrimSpace(cells[2])
		if names == "" { // the last row
			require.Equal(t, fmt.Sprintf("| | | %d | %d |", with, without), strings.TrimSpace(line))
			break
		}
		found, none := 0, 0
		for name := range strings.SplitSeq(names, ", ") {
			one, err := filepath.Glob(filepath.Join(dir, name+".txt"))
			require.NoError(t, err)
			more, err := filepath.Glob(filepath.Join(dir, name, "*.txt"))
			require.NoError(t, err)
			for _, file := range append(one, more...) {
				files++
				for _, turns := range casesOf(t, file) {
					if slices.ContainsFunc(turns, func(c turn) bool { return len(c.want) > 0 }) {
						found++
					} else {
						none++
					}
				}
			}
		}
		require.Equal(t, fmt.Sprintf("|%s|%s|%s |%s |", cells[1], cells[2], number(found), number(none)), strings.TrimSpace(line))
		with, without = with+found, without+none
	}
	all, err := filepath.Glob(dir + "/*.txt")
	require.NoError(t, err)
	languages, err := filepath.Glob(dir + "/languages/*.txt")
	require.NoError(t, err)
	require.Equal(t, len(all)+len(languages), files, "a file is in no row")
}

func TestRedactedTextIsInert(t *testing.T) {
	s, err := New(Options{})
	require.NoError(t, err)
	sc := NewScratch()
	for _, turns := range readCases(t) {
		for _, c := range turns {
			first := replace([]byte(c.text), s.Find(nil, []byte(c.text), c.in, sc))
			second := withoutNames(s.Find(nil, first, c.in, sc), nil, false)
			require.Equal(t, string(first), show(string(first), second), c.where)
		}
	}
}
