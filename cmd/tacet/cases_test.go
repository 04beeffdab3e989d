package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/detectors"
	"github.com/sonexlabs/tacet/pipeline"
	"github.com/sonexlabs/tacet/pipeline/policy"
)

// caseText is one line of testdata/cases: a text, or a turn of a call.
type caseText struct {
	where string // file and line
	head  string // "agent", "log", …; "" for none
	text  string
	want  []detectors.Finding // what is marked: {{TYPE|text}}
}

// isTurn tells whether it belongs to a call with the lines beside it.
func (c *caseText) isTurn() bool { return c.head == "agent" || c.head == "customer" }

// caseMark is what must be found in a line of testdata/cases.
var caseMark = regexp.MustCompile(`\{\{([A-Z_]+)\|(.*?)\}\}`)

// readCases gives the cases of some files: each a text, or the turns of a call.
func readCases(t testing.TB, pattern string) (cases [][]caseText) {
	t.Helper()
	files, err := filepath.Glob("../../testdata/cases/" + pattern)
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		var call []caseText
		for i, line := range strings.Split(string(data)+"\n", "\n") {
			switch {
			case line == "" && call != nil:
				cases = append(cases, call)
				call = nil
			case line == "", line[0] == '#':
			default:
				c := parseCase(t, strings.TrimPrefix(line, "= "))
				c.where = fmt.Sprintf("%s:%d", filepath.Base(file), i+1)
				if c.isTurn() {
					call = append(call, c)
				} else {
					cases = append(cases, []caseText{c})
				}
			}
		}
	}
	return cases
}

func parseCase(t testing.TB, line string) (c caseText) {
	t.Helper()
	if head, rest, found := strings.Cut(line, ": "); found {
		switch {
		case slices.Contains([]string{"agent", "customer", "call", "chat", "doc", "log"}, head), strings.HasPrefix(head, "path "):
			c.head, line = head, rest
		}
	}
	at := 0
	for _, m := range caseMark.FindAllStringSubmatchIndex(line, -1) {
		c.text += line[at:m[0]]
		kind, known := detectors.ParseType(line[m[2]:m[3]])
		require.True(t, known, line)
		c.want = append(c.want, detectors.Finding{Start: len(c.text), End: len(c.text) + m[5] - m[4], Type: kind})
		c.text += line[m[4]:m[5]]
		at = m[1]
	}
	c.text += line[at:]
	return c
}

// redactCase puts what the filter's policy puts in the place of findings, without the ordinals of aliases.
func redactCase(text string, found []detectors.Finding) string {
	var b strings.Builder
	at := 0
	for _, f := range found {
		if policy.TextOnly().Classes()[0].Style(f.Type) == policy.StyleKeep {
			continue
		}
		b.WriteString(text[at:f.Start] + "[" + f.Type.String() + "]")
		at = f.End
	}
	return ordinal.ReplaceAllString(b.String()+text[at:], "[$1]")
}

// ordinal is the number in an alias.
var ordinal = regexp.MustCompile(`\[([A-Z_]*[A-Z])_[0-9]+\]`)

// withoutNames leaves out what the tagger of names found where nothing is marked. The cases of written identifiers mark no names; how
// far the tagger is right is measured on labelled text.
func withoutNames(found, want []detectors.Finding) []detectors.Finding {
	return slices.DeleteFunc(found, func(f detectors.Finding) bool {
		return f.Detector == "names" && !slices.ContainsFunc(want, func(w detectors.Finding) bool { return w.Start < f.End && f.Start < w.End })
	})
}

// redactRecords runs JSON records through everything that redact is made of, and gives the texts that come out.
func redactRecords(t *testing.T, set *detectors.Set, in io.Reader) (texts []string) {
	t.Helper()
	got, err := redactText(t, set, in, pipeline.FormatNDJSON)
	require.NoError(t, err)
	for line := range strings.Lines(got) {
		var out struct {
			Text  *string
			Turns []struct{ Text string }
		}
		require.NoError(t, json.Unmarshal([]byte(line), &out), "%s", line)
		if out.Text != nil {
			texts = append(texts, *out.Text)
		}
		for _, turn := range out.Turns {
			texts = append(texts, turn.Text)
		}
	}
	return texts
}

// fewer is every other case where the race detector watches: the same code on other lines.
func fewer(cases [][]caseText) (some [][]caseText) {
	if !underRace {
		return cases
	}
	for i := 0; i < len(cases); i += 2 {
		some = append(some, cases[i])
	}
	return some
}

// TestCasesThroughThePipeline runs the detection cases of written identifiers as JSON records and as log lines, which are cut into fields,
// through codec, policy, call memory, detection, aliases and rewriting.
func TestCasesThroughThePipeline(t *testing.T) {
	set, sc := allDetectors(t), detectors.NewScratch()
	var in bytes.Buffer
	var records []caseText
	logs := 0
	for _, turns := range fewer(readCases(t, "*.txt")) {
		c := turns[0]
		switch {
		case c.isTurn(), strings.HasPrefix(c.head, "path "): // calls have a test of their own, and so have fields
		case c.head == "log":
			logs++
			got, err := redactText(t, set, strings.NewReader(c.text+"\n"), pipeline.FormatLog)
			require.NoError(t, err)
			for _, f := range c.want {
				require.True(t, policy.TextOnly().Classes()[0].Style(f.Type) == policy.StyleKeep || !strings.Contains(got, c.text[f.Start:f.End]), "%s: %s stays: %s", c.where, f.Type, got)
			}
		case strings.HasPrefix(c.text, "{\""): // JSON in a string is rewritten as JSON
		default:
			line, err := json.Marshal(map[string]string{"text": c.text})
			require.NoError(t, err)
			in.Write(append(line, '\n'))
			records = append(records, c)
		}
	}
	require.Greater(t, len(records), 500)
	require.Greater(t, logs, 50)
	texts := redactRecords(t, set, &in)
	require.Len(t, texts, len(records))
	for i, c := range records {
		found := set.Find(nil, []byte(c.text), detectors.Input{Channel: detectors.ChannelCall, Path: []byte("text")}, sc)
		require.Equal(t, redactCase(c.text, found), ordinal.ReplaceAllString(texts[i], "[$1]"), c.where)
		require.Equal(t, redactCase(c.text, c.want), redactCase(c.text, withoutNames(found, c.want)), c.where)
	}
}

// TestCallsThroughThePipeline runs all calls of the cases, spoken and written, down every path that there is: a record for each turn, all
// calls at once with their turns in between in pieces of any size; a record for each call; rows of detect; and the detectors by themselves.
// All must find the same.
func TestCallsThroughThePipeline(t *testing.T) {
	set := allDetectors(t)
	calls := append(readCases(t, "*.txt"), readCases(t, "spoken/*.txt")...)
	calls = append(calls, readCases(t, "spoken/languages/*.txt")...)
	calls = slices.DeleteFunc(calls, func(turns []caseText) bool {
		return !turns[0].isTurn() && turns[0].head != "call" || strings.HasPrefix(turns[0].text, "{\"")
	})
	require.Greater(t, len(calls), 500)
	calls = fewer(calls)

	want, turns := findInCalls(set, calls)
	f := func(got []string, how string) {
		t.Helper()
		require.Len(t, got, turns, how)
		n := 0
		for _, call := range calls {
			for i := range call {
				require.Equal(t, want[n], ordinal.ReplaceAllString(got[n], "[$1]"), "%s: %s: %s", how, call[i].where, call[i].text)
				n++
			}
		}
	}
	var rows, whole bytes.Buffer
	for k, call := range calls {
		line, err := json.Marshal(map[string]any{"call_id": k, "id": k, "channel": "call", "turns": turnsOf(call)})
		require.NoError(t, err)
		whole.Write(append(line, '\n'))
		rows.Write(append(line, '\n'))
	}
	inOne := redactRecords(t, set, &whole)
	f(inOne, "a record for each call")
	f(detectCalls(t, rows.String(), calls), "detect")
	for seed := range uint64(3) {
		apart := redactTurns(t, set, calls, rand.New(rand.NewPCG(seed, 0)))
		f(apart, "a record for each turn")
		require.Equal(t, inOne, apart, "aliases have the same ordinals")
	}
}

type caseTurn struct {
	Role string `json:"role,omitempty"`
	Text string `json:"text"`
}

func turnsOf(call []caseText) (turns []caseTurn) {
	for _, c := range call {
		role := c.head
		if !c.isTurn() {
			role = ""
		}
		turns = append(turns, caseTurn{role, c.text})
	}
	return turns
}

// findInCalls gives what the detectors alone make of each turn, in order.
func findInCalls(set *detectors.Set, calls [][]caseText) (redacted []string, turns int) {
	sc := detectors.NewScratch()
	roles := map[string]detectors.Role{"agent": detectors.RoleAgent, "customer": detectors.RoleCustomer}
	for _, call := range calls {
		memory := detectors.NewCall()
		for _, c := range call {
			found := set.Find(nil, []byte(c.text), detectors.Input{Call: memory, Role: roles[c.head], Channel: detectors.ChannelCall}, sc)
			redacted = append(redacted, redactCase(c.text, found))
		}
	}
	return redacted, len(redacted)
}

// redactTurns sends a record for each turn, those of several calls in between, in pieces of random size, and puts what comes out in
// the order of the calls.
func redactTurns(t *testing.T, set *detectors.Set, calls [][]caseText, rng *rand.Rand) []string {
	t.Helper()
	const open = 40
	var in bytes.Buffer
	var order [][2]int // call and turn of each record
	next, busy, left := make([]int, len(calls)), []int{}, 0
	for len(busy) > 0 || left < len(calls) {
		for len(busy) < open && left < len(calls) {
			busy = append(busy, left)
			left++
		}
		i := rng.IntN(len(busy))
		k := busy[i]
		turn := turnsOf(calls[k][next[k] : next[k]+1])[0]
		line, err := json.Marshal(map[string]any{"call_id": fmt.Sprint(k), "role": turn.Role, "text": turn.Text})
		require.NoError(t, err)
		in.Write(append(line, '\n'))
		order = append(order, [2]int{k, next[k]})
		if next[k]++; next[k] == len(calls[k]) {
			busy = slices.Delete(busy, i, i+1)
		}
	}
	texts := redactRecords(t, set, &pieces{in.Bytes(), rng})
	require.Len(t, texts, len(order))
	places := make([]int, len(order))
	for i := range places {
		places[i] = i
	}
	slices.SortFunc(places, func(a, b int) int { return slices.Compare(order[a][:], order[b][:]) })
	sorted := make([]string, len(texts))
	for to, from := range places {
		sorted[to] = texts[from]
	}
	return sorted
}

// pieces is a reader that gives its text in pieces of random size, each of which becomes a batch.
type pieces struct {
	rest []byte
	rng  *rand.Rand
}

func (p *pieces) Read(b []byte) (int, error) {
	if len(p.rest) == 0 {
		return 0, io.EOF
	}
	n := copy(b, p.rest[:min(len(p.rest), 1+p.rng.IntN(6000))])
	p.rest = p.rest[n:]
	return n, nil
}

// detectCalls gives what detect makes of each turn.
func detectCalls(t *testing.T, rows string, calls [][]caseText) (redacted []string) {
	t.Helper()
	got, err := detectIn(t, rows, false)
	require.NoError(t, err)
	k := 0
	for line := range strings.Lines(got) {
		var out struct {
			Findings []struct {
				Turn, Start, End int
				Type             string
			}
		}
		require.NoError(t, json.Unmarshal([]byte(line), &out))
		found := make([][]detectors.Finding, len(calls[k]))
		for _, f := range out.Findings {
			kind, known := detectors.ParseType(f.Type)
			require.True(t, known)
			found[f.Turn] = append(found[f.Turn], detectors.Finding{Start: f.Start, End: f.End, Type: kind})
		}
		for i := range calls[k] {
			redacted = append(redacted, redactCase(calls[k][i].text, found[i]))
		}
		k++
	}
	return redacted
}
