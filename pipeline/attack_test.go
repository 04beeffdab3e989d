package pipeline

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const attackPolicy = `
types: {PHONE: {style: token, scope: %s}, EMAIL: {style: token, scope: relationship}, IBAN: {style: token, scope: relationship}, US_SSN: {style: token, scope: relationship}, UK_NINO: {style: token, scope: relationship}}
categories:
  transcript: {clauses: [2], fields: {tenant_id: keep, call_id: token, phone: {action: token, as: PHONE}, text: redact}}
`

// leaked is what somebody who may read a sink sees of a record.
type leaked struct {
	Tenant    string `json:"tenant_id"`
	Call      string `json:"call_id"`
	Caller    string `json:"phone"`
	Text      string
	Redaction struct {
		Entities []struct{ Alias, Token string }
	}
}

// said is what a caller says in a call; caller is the number that the platform saw.
type said struct{ tenant, call, caller, text string }

// leaks runs what was said through an engine and gives what each sink holds.
func leaks(t *testing.T, scope string, sinks []string, all ...said) map[string][]leaked {
	t.Helper()
	c := simConfig(t, DefaultLimits())
	c.Policy = policyOf(t, fmt.Sprintf(attackPolicy, scope))
	c.Topics = map[string]TopicConfig{"calls": {Category: "transcript", Format: FormatJSON}}
	memory := map[string]*memorySink{}
	for _, name := range sinks {
		memory[name] = &memorySink{}
		c.Sinks = append(c.Sinks, SinkConfig{Name: name, Sink: memory[name], View: View{Entities: true}})
	}
	var records []Record
	for i, s := range all {
		value, err := json.Marshal(map[string]string{"tenant_id": s.tenant, "call_id": s.call, "phone": s.caller, "text": s.text})
		require.NoError(t, err)
		records = append(records, Record{Offset: int64(i), Key: []byte(s.call), Time: time.Unix(int64(i), 0), Value: value})
	}
	runRecords(t, c, "calls", records...)
	out := map[string][]leaked{}
	for name, m := range memory {
		for _, value := range m.values() {
			var l leaked
			require.NoError(t, json.Unmarshal([]byte(value), &l))
			out[name] = append(out[name], l)
		}
	}
	return out
}

// An analyst who dictates a victim's number in a test call reads off a token that stands nowhere else: what the platform knows and what
// is said never share one (EDPB Guidelines 01/2025, §88).
func TestPlantAndMatch(t *testing.T) {
	got := leaks(t, "relationship", []string{"analytics"},
		said{"acme", "victim", "+442079460018", "hello"},
		said{"acme", "attacker", "+12125550123", "my number is +44 20 7946 0018"})["analytics"]
	require.Regexp(t, `^\[PHONE:r1:`, got[0].Caller)
	require.Len(t, got[1].Redaction.Entities, 1)
	mac := func(token string) string { return token[len(token)-25:] }
	require.NotEqual(t, mac(got[0].Caller), mac(got[1].Redaction.Entities[0].Token))
}

// Two tenants, or two sinks, hold nothing of one person by which they could be joined.
func TestJoinAcrossTenantsAndSinks(t *testing.T) {
	const text = "ring +44 20 7946 0018 or mail ada@example.com"
	got := leaks(t, "relationship", []string{"one", "two"}, said{"acme", "c1", "+442079460018", text}, said{"bolt", "c1", "+442079460018", text})
	seen := map[string]string{}
	for sink, all := range got {
		for _, l := range all {
			tokens := []string{l.Call, l.Caller}
			for _, e := range l.Redaction.Entities {
				tokens = append(tokens, e.Token)
			}
			require.Len(t, tokens, 4)
			for _, token := range tokens {
				mac := token[len(token)-25:]
				require.Empty(t, seen[mac], "%s of %s is also in %s", token, sink, seen[mac])
				seen[mac] = sink + " " + l.Tenant
			}
		}
	}
}

// Who knows how often each of 20 people calls gives tokens their names by counting: with tokens of a relationship nearly all are
// right, with those of a call, the default, none beyond chance, for each stands in one call.
func TestCountingCalls(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	const people = 20
	number := func(p int) string { return fmt.Sprintf("+442079460%03d", p) }
	var all []said
	truth := map[string]int{} // by call
	for p := range people {
		for range 4 * (p + 1) { // nobody calls as often as another
			call := fmt.Sprint("c", len(truth))
			truth[call] = p
			all = append(all, said{"acme", call, "", "my number is " + number(p)})
		}
	}
	rng.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	attack := func(scope string) (right int) {
		got := leaks(t, scope, []string{"analytics"}, all...)["analytics"]
		counts, of := map[string]int{}, map[string]int{}
		for i, l := range got {
			require.Len(t, l.Redaction.Entities, 1)
			token := l.Redaction.Entities[0].Token
			counts[token]++
			of[token] = truth[all[i].call]
		}
		var tokens []string
		for token := range counts {
			tokens = append(tokens, token)
		}
		slices.Sort(tokens)
		slices.SortStableFunc(tokens, func(a, b string) int { return counts[a] - counts[b] })
		// The rarest token is guessed to be the rarest caller, and so on, from the most frequent down.
		for rank := range min(people, len(tokens)) {
			if of[tokens[len(tokens)-1-rank]] == people-1-rank {
				right++
			}
		}
		return right
	}
	require.Equal(t, people, attack("relationship"), "that this is possible is why it is not the default")
	require.LessOrEqual(t, attack("call"), 6, "chance is one or two of twenty")
}

// One identifier has one token, whether it was spoken or written, and however.
func TestSpokenAndWrittenAreOne(t *testing.T) {
	for _, forms := range [][]string{
		{"07700 900123", "oh seven seven double oh nine hundred one two three", "0 7 7 0 0 9 0 0 1 2 3", "07700-900-123"},
		{"+44 7700 900123", "plus four four seven seven double oh nine hundred one two three", "0044 7700 900123"},
		{"ada.b@example.com", "ada dot b at example dot com", "ADA.B@EXAMPLE.COM"},
	} {
		var all []said
		for i, f := range forms {
			all = append(all, said{"acme", fmt.Sprint("c", i), "", "it is " + f})
		}
		tokens := map[string]bool{}
		for i, l := range leaks(t, "relationship", []string{"analytics"}, all...)["analytics"] {
			require.Len(t, l.Redaction.Entities, 1, forms[i])
			tokens[l.Redaction.Entities[0].Token] = true
		}
		require.Len(t, tokens, 1, forms)
	}
}
