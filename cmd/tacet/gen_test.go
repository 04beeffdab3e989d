package main

import (
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

// gen runs the command and gives its rows.
func gen(t *testing.T, args ...string) []labelledRow {
	var out, errOut bytes.Buffer
	require.Equal(t, exitDone, execute(context.Background(), append([]string{"gen"}, args...), nil, &out, &errOut), errOut.String())
	require.Empty(t, errOut.String())
	var rows []labelledRow
	for line := range strings.Lines(out.String()) {
		var r labelledRow
		require.NoError(t, parseRow([]byte(line), &r, &r.row))
		rows = append(rows, r)
	}
	return rows
}

// TestGenRows: the rows are what eval reads: all labels lie inside their texts, on characters, and have types.
func TestGenRows(t *testing.T) {
	rows := gen(t, "--calls", "400", "--lang", "en,hi,pl", "--split", "test", "--seed", "9")
	require.Len(t, rows, 400)
	labels := 0
	for i := range rows {
		texts, err := rows[i].texts()
		require.NoError(t, err)
		for _, l := range rows[i].Entities {
			_, known := detectors.ParseType(l.Type)
			require.True(t, known, l.Type)
			require.NotEmpty(t, bytes.TrimSpace(texts[l.Turn][l.Start:l.End]))
			require.True(t, json.Valid(mustJSON(t, string(texts[l.Turn][l.Start:l.End]))))
			labels++
		}
	}
	require.Greater(t, labels, 800)
	require.Empty(t, gen(t, "--calls", "0"))
}

func mustJSON(t *testing.T, v any) []byte {
	b, err := json.Marshal(v)
	require.NoError(t, err)
	return b
}

// TestGenNames: with lists, their names come.
func TestGenNames(t *testing.T) {
	dir := t.TempDir()
	for name, list := range map[string]string{"given-names.tsv": "zorbel", "surnames.tsv": "quillfeather", "places.tsv": "mossdown"} {
		var b strings.Builder
		for _, ending := range strings.Fields("a e i o u an en in on un ar er ir or ur as es is os us at et it ot ut") {
			b.WriteString(list + ending + "\t2\n")
		}
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(b.String()), 0o600))
	}
	all := string(mustJSON(t, gen(t, "--calls", "200", "--names", dir)))
	require.Regexp(t, `(?i)zorbel`, all)
	require.Regexp(t, `(?i)quillfeather`, all)
	require.Regexp(t, `(?i)mossdown`, all)
}
