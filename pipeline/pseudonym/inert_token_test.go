package pseudonym_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/detectors"
	"github.com/sonexlabs/tacet/pipeline/pseudonym"
	"github.com/sonexlabs/tacet/pipeline/pseudonym/keyring"
)

// inertTokens is how many tokens every detector looks at: in a million, letters that make a word, an identifier or the form of a credential
// would come. The race detector, which makes it twenty times slower, looks at fewer.
const inertTokens = 1_000_000

// TestTokensAreInert runs all detectors over a million tokens of all types, scopes, versions and origins, alone and in talk and logs that would
// make a finding of anything: nothing is found.
func TestTokensAreInert(t *testing.T) {
	n := inertTokens
	if raceEnabled || testing.Short() {
		n /= 50
	}
	const seed = 11
	rng := rand.New(rand.NewPCG(seed, 0))
	var sets []*detectors.Set
	for _, o := range []detectors.Options{{}, {Preset: "paranoid"}, {Preset: "strict"}, {Locales: []string{"us"}}, {Locales: []string{"in"}}} {
		set, err := detectors.New(o)
		require.NoError(t, err)
		sets = append(sets, set)
	}
	around := []string{"%s", "my phone number is %s thanks", "the card number %s", "token=%s", `{"password":"%s"}`, "account: %s, call me", "it is %s and mail"}
	channels := []detectors.Channel{detectors.ChannelCall, detectors.ChannelChat, detectors.ChannelLog, detectors.ChannelDoc}
	types := detectors.Types()
	k := pseudonym.NewTokens(keyring.Dev([]byte("a key for tests that is long enough"))).Tokenizer()
	sc := detectors.NewScratch()
	var token []byte
	var found []detectors.Finding
	for i := range n {
		typ := types[rng.IntN(len(types))].String()
		d := pseudonym.Domain{Tenant: []byte("acme"), Sink: fmt.Sprint("sink", i%7), Origin: []pseudonym.Origin{'m', 't'}[i%2]}
		scope := "cdmrp"[rng.IntN(5)]
		switch scope {
		case 'c':
			d.Scope = fmt.Append(nil, "call", i%100)
		case 'd':
			d.Scope = []byte("2026-11-27")
		case 'm':
			d.Scope = []byte("2026-11")
		}
		token = k.Append(token[:0], d, typ, scope, fmt.Append(nil, i))
		text := fmt.Appendf(nil, around[rng.IntN(len(around))], token)
		in := detectors.Input{Channel: channels[i%len(channels)], Role: detectors.RoleCustomer}
		found = sets[i%len(sets)].Find(found[:0], text, in, sc)
		if len(found) > 0 {
			require.Empty(t, found, "seed %d: %s in %s", seed, found[0].Type, text)
		}
	}
}

// Where a question was asked an answer is hidden whatever it looks like, but not a token.
func TestTokensAnswerNothing(t *testing.T) {
	set, err := detectors.New(detectors.Options{})
	require.NoError(t, err)
	sc := detectors.NewScratch()
	k := pseudonym.NewTokens(keyring.Dev([]byte("a key for tests that is long enough"))).Tokenizer()
	for _, question := range []string{"what is your card number?", "can I have the security code please", "your password?", "what's your name", "your postcode please"} {
		for _, typ := range []string{"PHONE", "EMAIL", "ACCOUNT_ID"} {
			call := detectors.NewCall()
			in := detectors.Input{Channel: detectors.ChannelCall, Role: detectors.RoleAgent, Call: call}
			set.Find(nil, []byte(question), in, sc)
			in.Role = detectors.RoleCustomer
			token := k.Append(nil, pseudonym.Domain{Tenant: []byte("acme"), Sink: "s", Origin: 'm'}, typ, 'r', []byte("x"))
			require.Empty(t, set.Find(nil, token, in, sc), "%s %s", question, token)
		}
	}
}
