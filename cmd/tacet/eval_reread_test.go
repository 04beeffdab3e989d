package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/detectors"
)

// What is found of values is judged by reading the redacted row again.
func TestEvalLeak(t *testing.T) {
	f := func(leak float64, kind, marked string, findings ...[]string) {
		t.Helper()
		require.Equal(t, leak, scored(t, exact(), marked, findings...).figure(kind, "leak"))
	}
	f(0, "PHONE", "call {{PHONE|0151 23 456}} now", []string{"PHONE", "0151 23 456"})
	f(1, "PHONE", "call {{PHONE|0151 23 456}} now")
	f(1, "PHONE", "{{PHONE|0151 23 456}} / so oh one five one two three", []string{"PHONE", "0151 23 456"})
	f(0, "PHONE", "{{PHONE|0151 23 456}} / so oh one five one two three", []string{"PHONE", "0151 23 456"}, []string{"NUMBER", "oh one five one two three"})
	f(0.5, "PERSON", "{{PERSON|Ada}} met {{PERSON|Bea}} and {{PERSON|Ada}}", []string{"PERSON", "Bea"})
	f(1, "CREDIT_CARD", "{{CREDIT_CARD|4012888888881881}}", []string{"DATE", "4012888888881881"}) // policies keep dates
	f(0, "DATE", "on {{DATE|4 May 1990}}", []string{"DATE", "4 May 1990"})                        // but of a date nobody expects more
	f(0, wholeSet, "on {{DATE|4 May 1990}} with {{PERSON|Ada}}", []string{"PERSON", "Ada"})

	// A value in clear that is labelled nowhere is a leak of its own, and told as one.
	e := scorer(exact())
	r, texts := mustRow(t, "{{PERSON|Adalark}} / bye adalark")
	e.score(7, r, texts, [][]detectors.Finding{found(t, texts[0], "PERSON", "Adalark"), nil})
	require.Equal(t, []miss{{Line: 7, End: 7, Type: "PERSON", What: "leak", How: "a name"}}, e.misses)
}

// The parts of an identifier are one value.
func TestEvalGroups(t *testing.T) {
	e := scorer(exact())
	r, texts := mustRow(t, "{{PHONE|0151}} / {{PHONE|23456}} / {{PHONE|0151 23456}}")
	r.Turns = append(r.Turns, r.Turns...)
	r.Entities[0].Group, r.Entities[1].Group = json.RawMessage("1"), json.RawMessage("1")
	values := e.values(r, texts)
	require.Len(t, values, 2)
	require.True(t, values[0].parts)
	require.False(t, values[1].parts)
	r.Entities[0].Group, r.Entities[1].Group = json.RawMessage("0"), nil
	require.Len(t, e.values(r, texts), 3)
	r.Entities[0].Value = json.RawMessage(`"oh one five one 23 456"`)
	require.Len(t, e.values(r, texts), 2, "what is read alike is one value")
}

func TestEvalRedactedText(t *testing.T) {
	text := []byte("call 0151 23 or 7")
	out, starts, ends := redactedText(text, found(t, text, "PHONE", "0151 23", "DATE", "or", "PIN", "7"), func(k detectors.Type) bool { return k != detectors.Date })
	require.Equal(t, "call [PHONE] or [PIN]", out)
	place := func(start, end int) string { return out[starts[start]:ends[end]] }
	require.Equal(t, "[PHONE]", place(5, 12))
	require.Equal(t, "[PHONE]", place(7, 9))
	require.Equal(t, "ll [PHONE] o", place(2, 14))
	require.Equal(t, "call ", place(0, 5))
	require.Equal(t, "[PHONE] ", place(11, 13))
	require.Equal(t, "[PIN]", place(16, 17))
}

// generatedCalls is a file of a set that make eval has invented, by the options of the Makefile: "calls", "drill".
func generatedCalls(t *testing.T, set string) string {
	t.Helper()
	makefile, err := os.ReadFile("../../Makefile")
	require.NoError(t, err)
	_, options, ok := strings.Cut(string(makefile), "\n"+strings.ToUpper(set)+"       := ")
	require.True(t, ok)
	options, _, _ = strings.Cut(options, "\n")
	var rows, errOut bytes.Buffer
	require.Equal(t, exitDone, execute(context.Background(), append([]string{"gen"}, strings.Fields(options)...), strings.NewReader(""), &rows, &errOut), errOut.String())
	name := filepath.Join(t.TempDir(), "generated_"+set+".jsonl")
	require.NoError(t, os.WriteFile(name, rows.Bytes(), 0o600))
	return name
}

// Where nothing of invented calls is redacted, the reader can have every value; where all is, next to none: it is neither blind nor
// sees what isn't there.
func TestEvalRereadOnCalls(t *testing.T) {
	rows, err := os.ReadFile(generatedCalls(t, "calls"))
	require.NoError(t, err)
	e := scorer(&setRules{})
	var values, blind, ghosts float64
	for line := range bytes.Lines(rows) {
		var r labelledRow
		require.NoError(t, parseRow(line, &r, &r.row))
		texts, err := r.texts()
		require.NoError(t, err)
		all := e.values(&r, texts)
		values += float64(len(all))
		found := make([][]detectors.Finding, len(texts))
		e.reread(&r, texts, found, all)
		for _, v := range all {
			if v.leaks == "" {
				blind++
			}
		}
		for _, l := range r.Entities {
			found[l.Turn] = append(found[l.Turn], detectors.Finding{Start: l.Start, End: l.End, Type: detectors.Number})
		}
		e.reread(&r, texts, found, all)
		for _, v := range all {
			if v.leaks != "" {
				ghosts++
			}
		}
	}
	require.Greater(t, values, 5000.)
	require.Less(t, blind/values, 0.002)
	require.Less(t, ghosts/values, 0.01)
}

// The reader that judges leaks has to see: where nothing is redacted, it can have nearly every value of every set.
func TestEvalRereadSees(t *testing.T) {
	files, err := corpusFiles([]string{"../../testdata/eval", filepath.Join(evalData(t), "eval")})
	require.NoError(t, err)
	e := scorer(&setRules{})
	for _, name := range files {
		f, err := os.Open(name)
		require.NoError(t, err)
		values, seen := 0, 0
		lines := bufio.NewScanner(f)
		lines.Buffer(nil, rowBytesMax)
		for n := 0; lines.Scan(); n++ {
			if n%5 > 0 {
				continue
			}
			var r labelledRow
			require.NoError(t, parseRow(lines.Bytes(), &r, &r.row))
			texts, err := r.texts()
			require.NoError(t, err)
			all := e.values(&r, texts)
			e.reread(&r, texts, make([][]detectors.Finding, len(texts)), all)
			for _, v := range all {
				values++
				if v.leaks != "" {
					seen++
				}
			}
		}
		require.NoError(t, lines.Err())
		require.NoError(t, f.Close())
		require.GreaterOrEqual(t, float64(seen), 0.98*float64(values), name)
	}
}
