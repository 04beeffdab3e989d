package main

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/cmd/tacet/traffic"
	"github.com/sonexlabs/tacet/pipeline"
	"github.com/sonexlabs/tacet/pipeline/policy"
	"github.com/sonexlabs/tacet/pipeline/pseudonym"
	"github.com/sonexlabs/tacet/pipeline/pseudonym/keyring"
)

// What the README shows is what comes out: the demo's record, under the hash of the default policy, and the call below What is found.
func TestReadme(t *testing.T) {
	b, err := os.ReadFile("../../README.md")
	require.NoError(t, err)
	readme := string(b)
	set := allDetectors(t)

	m := regexp.MustCompile(`(?s)before +\{"call_id":"([^"]+)".*?"text":"(.*?)"\}\n +after .*?"text":"(.*?)",\n`).FindStringSubmatch(readme)
	require.NotNil(t, m)
	require.Contains(t, readme, `"redaction":{"policy":"`+policy.Default().Hash()+`"`)
	g := traffic.New(1)
	var call strings.Builder
	var turn struct {
		Tenant string `json:"tenant_id"`
	}
	for range 20_000 { // the sample of the demo
		if v := g.Next(); string(v.Key) == m[1] && v.Category == "transcript" {
			require.NoError(t, json.Unmarshal(v.Value, &turn))
			call.Write(append(v.Value, '\n'))
		}
	}
	domain := pseudonym.Domain{Tenant: []byte(turn.Tenant), Sink: "topics", Origin: pseudonym.OriginMeta}
	token := pseudonym.NewTokens(keyring.Dev([]byte(devKey))).Tokenizer().Append(nil, domain, "CALL_ID", 'r', []byte(m[1]))
	require.Contains(t, readme, `after   {"call_id":"`+string(token)+`"`)
	require.Contains(t, call.String(), `"text":"`+m[2]+`"`)
	got, err := redactText(t, set, strings.NewReader(call.String()), pipeline.FormatNDJSON)
	require.NoError(t, err)
	require.Contains(t, got, `"text":"`+m[3]+`"`)

	_, example, found := strings.Cut(readme, "whoever the recogniser is:\n\n")
	require.True(t, found)
	blocks := strings.SplitN(example, "\n\n", 3)
	var in strings.Builder
	for line := range strings.Lines(blocks[0]) {
		role, text, _ := strings.Cut(strings.TrimSpace(line), "  ")
		record, err := json.Marshal(map[string]string{"call_id": "c", "role": role, "text": strings.TrimSpace(text)})
		require.NoError(t, err)
		in.Write(append(record, '\n'))
	}
	require.Equal(t, 5, strings.Count(in.String(), "\n"))
	texts := redactRecords(t, set, strings.NewReader(in.String()))
	for line := range strings.Lines(blocks[1]) {
		_, text, _ := strings.Cut(strings.TrimSpace(line), "  ")
		require.Contains(t, texts, strings.TrimSpace(text))
	}
}
