package pseudonym_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/detectors"
	"github.com/sonexlabs/tacet/pipeline/pseudonym"
	"github.com/sonexlabs/tacet/pipeline/pseudonym/keyring"
)

// inertTokens is how many tokens detectors look at: in a million, letters that make a word, an identifier or the form of a credential
// would come. The race detector, which makes it twenty times slower, looks at fewer.
const inertTokens = 1_000_000

// inertKinds are names that tokens of fields bear, which are no types.
var inertKinds = []string{"CALL_ID", "KEY", "USER_ID", "SESSION", "API_TOKEN", "ID", "PASSWORD_HINT", "CARD", "NAME", "CUSTOMER_NUMBER"}

// inertPlaces are talk, fields and logs that would make a finding of anything. Some have a token twice, one beside the other.
var inertPlaces = []string{
	"%s", "my phone number is %s thanks", "the card number %s", "token=%s", `{"password":"%s"}`, "account: %s, call me", "it is %s and mail",
	"%s%s", "%s %s", `{"alias":"PHONE_1","token":"%s"}`, "Authorization: Bearer %s", "https://example.com/u/%s?key=%s", "my name is %s", "born on %s at %s",
	"user=%s from %s", "mail %s@example.com", "मेरा नंबर %s है", "%s 1984",
}

// asking sets ask for an answer, which is then hidden whatever it looks like.
var asking = []string{
	"what is your card number?", "can I have the security code please", "your password?", "what's your name", "your postcode please",
	"and your date of birth?", "could you spell that for me?", "what number can I reach you on?",
}

// inertSets are detectors as they can be chosen: every locale, every preset.
func inertSets(t *testing.T) (sets []*detectors.Set) {
	options := []detectors.Options{{}, {Preset: "paranoid"}, {Preset: "strict"}, {Preset: "paranoid", Locales: []string{"uk", "us", "in", "eu"}}}
	for _, locale := range strings.Fields("in uk us eu de fr es it nl pl pt au br ca jp za") {
		options = append(options, detectors.Options{Locales: []string{locale}, Preset: []string{"", "strict", "paranoid"}[len(options)%3]})
	}
	for _, o := range options {
		set, err := detectors.New(o)
		require.NoError(t, err)
		sets = append(sets, set)
	}
	return sets
}

// inertToken makes a token of any type, scope, sink, origin and version.
func inertToken(dst []byte, rng *rand.Rand, k *pseudonym.Tokenizer, types []string, i int) []byte {
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
	n := len(dst)
	dst = k.Append(dst, d, types[rng.IntN(len(types))], scope, fmt.Append(nil, i))
	if version := rng.IntN(999); version > 1 && i%4 == 0 { // a development ring knows the first only
		at := n + strings.IndexByte(string(dst[n:]), ':') + 2
		dst = append(dst[:at:at], append(fmt.Append(nil, version), dst[at+1:]...)...)
	}
	return dst
}

// TestTokensAreInert runs detectors over a million tokens, alone and in talk and logs, also in answer to a question: nothing is found. One of
// the sets looks at each token; with TACET_INERT=all every one does, which takes some minutes.
func TestTokensAreInert(t *testing.T) {
	n := inertTokens
	if raceEnabled || testing.Short() {
		n /= 50
	}
	const parts = 8 // side by side
	sets := inertSets(t)
	for part := range parts {
		t.Run(fmt.Sprint(part), func(t *testing.T) {
			t.Parallel()
			lookAtTokens(t, sets, uint64(part), n/parts)
		})
	}
}

func lookAtTokens(t *testing.T, sets []*detectors.Set, seed uint64, n int) {
	rng := rand.New(rand.NewPCG(seed, 11))
	k := pseudonym.NewTokens(keyring.Dev([]byte("a key for tests that is long enough"))).Tokenizer()
	sc := detectors.NewScratch()
	types := append([]string{}, inertKinds...)
	for _, typ := range detectors.Types() {
		types = append(types, typ.String())
	}
	channels := []detectors.Channel{detectors.ChannelCall, detectors.ChannelChat, detectors.ChannelLog, detectors.ChannelDoc}
	var token, text []byte
	var found []detectors.Finding
	look := func(set *detectors.Set, in detectors.Input) {
		found = set.Find(found[:0], text, in, sc)
		for _, f := range found { // what stands around may be something
			for from := 0; ; {
				start, end := pseudonym.Next(text[from:])
				if start < 0 {
					break
				}
				if start, from = from+start, from+end; f.Start < from && start < f.End {
					require.Failf(t, "found in a token", "seed %d: %s by %s, %d to %d of %s", seed, f.Type, f.Detector, f.Start, f.End, text)
				}
			}
		}
	}
	for i := range n {
		token = inertToken(token[:0], rng, k, types, i)
		text = append(text[:0], strings.ReplaceAll(inertPlaces[rng.IntN(len(inertPlaces))], "%s", string(token))...)
		in := detectors.Input{Channel: channels[rng.IntN(len(channels))], Role: detectors.RoleCustomer}
		for _, set := range sets {
			if os.Getenv("TACET_INERT") != "all" {
				set = sets[rng.IntN(len(sets))]
			}
			if i%16 == 0 { // all that a call remembers costs more than the search itself
				in.Call = detectors.NewCall()
				set.Find(found[:0], []byte(asking[rng.IntN(len(asking))]), detectors.Input{Channel: in.Channel, Role: detectors.RoleAgent, Call: in.Call}, sc)
			}
			look(set, in)
			in.Call = nil
			if os.Getenv("TACET_INERT") != "all" {
				break
			}
		}
	}
}

// TestIdentifiersInImitationsAreFound: what could hold a value, though it has brackets and a name, is no output of ours. A call has no 257th
// alias, and codes have none at all.
func TestIdentifiersInImitationsAreFound(t *testing.T) {
	set, err := detectors.New(detectors.Options{})
	require.NoError(t, err)
	for _, text := range []string{
		"[ORDER_ID_771204]", "[ACCOUNT_ID_7712]", "[CARD_CVV_123]", "[PIN_4321]", "[OTP_493817]", "[CREDIT_CARD:4111111111111111]",
		"[4111111111111111:r1:bdkqtscmfghjrlnpqsdtckbm]", "[PHONE:r1:447700900123]", "[+447700900123:r1:bdkqtscmfghjrlnpqsdtckbm]",
	} {
		require.NotEmpty(t, set.Find(nil, []byte(text), detectors.Input{Channel: detectors.ChannelLog}, detectors.NewScratch()), text)
	}
}
