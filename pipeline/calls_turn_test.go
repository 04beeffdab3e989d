package pipeline

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/pipeline/policy"
)

// A turn is one turn, in however many forms and beside however many fields it comes: a question stays as fresh, and all forms of the answer
// are the answer.
func TestFormsOfATurn(t *testing.T) {
	c := simConfig(t, DefaultLimits())
	c.Policy = policy.Default()
	redact := simConfig(t, DefaultLimits())
	redact.Policy, redact.Filter = policy.TextOnly(), []byte("x")
	redact.Topics["calls"] = TopicConfig{Category: "transcript", Format: FormatNDJSON, Tenant: "local"}
	type forms struct{ Lexical, Text, ITN string }
	f := func(members string, said [][2]string, want ...string) {
		t.Helper()
		var values []string
		var turns string
		for i, s := range said {
			turn := fmt.Sprintf(`"role":%q,"turn":%d,"lang":"en","channel":"phone","started_at":"2026-03-01T10:00:00Z",`+members, s[0], i+1, s[1])
			values = append(values, `{"tenant_id":"t","call_id":"c",`+turn+"}")
			turns += ",{" + turn + "}"
		}
		whole := `{"tenant_id":"t","call_id":"w","lang":"en","turns":[` + turns[1:] + "]}"
		for _, c := range []Config{c, redact} {
			outs := process(t, withMetrics(c), "calls", values...)
			require.Len(t, outs, len(said))
			for i, o := range outs {
				var got forms
				require.NoError(t, json.Unmarshal([]byte(o), &got))
				for _, form := range []string{got.Lexical, got.Text, got.ITN} {
					require.Contains(t, []string{"", want[i]}, form, o)
				}
				require.NotEqual(t, forms{}, got, o)
				require.Contains(t, o, fmt.Sprintf(`"turn":%d,"lang":"en"`, i+1))
				if c.Filter != nil {
					require.Contains(t, o, `"channel":"phone"`)
				}
			}
			outs = process(t, withMetrics(c), "calls", whole)
			var got struct{ Turns []forms }
			require.NoError(t, json.Unmarshal([]byte(outs[0]), &got))
			require.Len(t, got.Turns, len(said))
			for i, turn := range got.Turns {
				for _, form := range []string{turn.Lexical, turn.Text, turn.ITN} {
					require.Contains(t, []string{"", want[i]}, form, outs[0])
				}
			}
		}
	}
	asked := [][2]string{{"agent", "what is the one time code"}, {"customer", "hang on"}, {"agent", "take your time"}, {"customer", "nine one seven four"},
		{"agent", "and your phone number"}, {"customer", "oh seven seven double oh"}, {"customer", "nine double oh"}, {"customer", "one two three"}}
	want := []string{asked[0][1], asked[1][1], asked[2][1], "[OTP]", asked[4][1], "[PHONE_1]", "[PHONE_1]", "[PHONE_1]"}
	for _, members := range []string{`"text":%[3]q`, `"lexical":%[3]q,"text":%[3]q`, `"text":%[3]q,"itn":%[3]q,"lexical":%[3]q`} {
		f(members, asked, want...)
	}
}

// In a record of a call that doesn't have what was said under a known name, every string counts as said, and no number does.
func TestTurnsOfOtherNames(t *testing.T) {
	c := simConfig(t, DefaultLimits())
	c.Policy, c.Filter = policy.TextOnly(), []byte("x")
	c.Topics["calls"] = TopicConfig{Category: "transcript", Format: FormatNDJSON, Tenant: "local"}
	require.Equal(t, []string{
		`{"tenant_id":"delta","call_id":"c","role":"agent","took":17,"content":"what is your pin"}`,
		`{"tenant_id":"delta","call_id":"c","role":"customer","took":1204,"content":"[PIN]"}`,
		`{"tenant_id":"delta","call_id":"c","role":"customer","text":"[PIN]"}`,
	}, process(t, c, "calls",
		`{"tenant_id":"delta","call_id":"c","role":"agent","took":17,"content":"what is your pin"}`,
		`{"tenant_id":"delta","call_id":"c","role":"customer","took":1204,"content":"1204"}`,
		`{"tenant_id":"delta","call_id":"c","role":"customer","text":1204}`))
}

// A form that the policy doesn't search is no turn: the next one is.
func TestTurnIsWhatIsSearched(t *testing.T) {
	c := simConfig(t, DefaultLimits())
	c.Policy = partialPolicy(t, "drop")
	outs := process(t, c, "calls",
		`{"tenant_id":"t","call_id":"c","role":"agent","lexical":"what is your pin","text":"what is your pin"}`,
		`{"tenant_id":"t","call_id":"c","role":"customer","lexical":"so","text":"one two zero four"}`)
	require.Equal(t, []string{"what is your pin", "[PIN]"}, texts(outs))
}

// Names of members are no names of persons, though they are searched for everything else, and names in their values are found.
func TestNamesOfMembers(t *testing.T) {
	c := simConfig(t, DefaultLimits())
	c.Policy, c.Filter = policy.TextOnly(), []byte("x")
	c.Topics["calls"] = TopicConfig{Category: "transcript", Format: FormatNDJSON, Tenant: "local"}
	in := `{"call_id":"c","zorvex":"my name is Zorvex Quillon","quillon":{"channel":"my name is Zorvex Quillon"},"joe@example.com":1,"text":"{\"zorvex\":\"my name is Zorvex Quillon\"}"}`
	require.Equal(t, []string{`{"call_id":"c","zorvex":"my name is [PERSON_1]","quillon":{"channel":"my name is [PERSON_1]"},"[EMAIL_1]":1,"text":"{\"zorvex\":\"my name is [PERSON_1]\"}"}`},
		process(t, c, "calls", in))
}
