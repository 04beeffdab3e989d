package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/pipeline"
)

// caseMark is what must be found in a line of testdata/cases: {{TYPE|text}}.
var caseMark = regexp.MustCompile(`\{\{([A-Z_]+)\|(.*?)\}\}`)

// ordinal is the number in an alias.
var ordinal = regexp.MustCompile(`\[([A-Z_]*[A-Z])_[0-9]+\]`)

// TestCasesThroughThePipeline runs the detection cases as JSON records and as log lines, which are cut into fields, through everything that redact is made
// of: codec, policy, call memory, detection, aliases, rewriting.
func TestCasesThroughThePipeline(t *testing.T) {
	files, err := filepath.Glob("../../testdata/cases/*.txt")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	set := allDetectors(t)
	kept := map[string]bool{"LOCATION": true, "ORG": true, "DATE": true, "AGE": true}
	want := func(line string) string {
		line = caseMark.ReplaceAllStringFunc(line, func(m string) string {
			parts := caseMark.FindStringSubmatch(m)
			if kept[parts[1]] {
				return parts[2]
			}
			return "[" + parts[1] + "]"
		})
		return ordinal.ReplaceAllString(line, "[$1]")
	}
	plain := func(line string) string { return caseMark.ReplaceAllString(line, "$2") }
	records, logs := 0, 0
	for _, file := range files {
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		t.Run(filepath.Base(file), func(t *testing.T) {
			for line := range strings.SplitSeq(string(data), "\n") {
				line = strings.TrimPrefix(line, "= ")
				head, rest, _ := strings.Cut(line, ": ")
				switch {
				case line == "" || line[0] == '#', head == "agent" || head == "customer" || strings.HasPrefix(head, "path "):
					continue // calls and fields have tests of their own
				case head == "log":
					logs++
					got, err := redactText(t, set, strings.NewReader(plain(rest)+"\n"), pipeline.FormatLog)
					require.NoError(t, err)
					for _, m := range caseMark.FindAllStringSubmatch(rest, -1) {
						require.True(t, kept[m[1]] || !strings.Contains(got, m[2]), "%s of %q stays: %s", m[1], rest, got)
					}
				case head == "call" || head == "chat" || head == "doc":
					line = rest
					fallthrough
				case strings.HasPrefix(plain(line), "{\""): // JSON in a string is rewritten as JSON
					continue
				default:
					records++
					in, err := json.Marshal(map[string]string{"text": plain(line)})
					require.NoError(t, err)
					got, err := redactText(t, set, strings.NewReader(string(in)+"\n"), pipeline.FormatNDJSON)
					require.NoError(t, err, line)
					var out struct{ Text string }
					require.NoError(t, json.Unmarshal([]byte(got), &out), "%s", got)
					require.Equal(t, want(line), ordinal.ReplaceAllString(out.Text, "[$1]"), file)
				}
			}
		})
	}
	require.Greater(t, records, 500)
	require.Greater(t, logs, 50)
}
