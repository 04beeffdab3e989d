package pseudonym

import (
	"bytes"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/sonexlabs/tacet/pipeline/pseudonym/keyring"
)

// testKey is 00 01 … 1f.
func testKey() []byte {
	var key []byte
	for i := range keyring.KeyLen {
		key = append(key, byte(i))
	}
	return key
}

func newTokenizer(key []byte) *Tokenizer { return NewTokens(keyring.Dev(key)).Tokenizer() }

func acme(o Origin) Domain { return domain("acme", o, "") }

func domain(tenant string, o Origin, scope string) Domain {
	return Domain{Tenant: []byte(tenant), Sink: "one", Origin: o, Scope: []byte(scope)}
}

// TestTokenVectors holds tokens to testdata/tokens.txt. A token that changes breaks every join with records written
// before: such a change needs a new version, and this file keeps its lines.
func TestTokenVectors(t *testing.T) {
	text, err := os.ReadFile("testdata/tokens.txt")
	require.NoError(t, err)
	k := newTokenizer(testKey())
	n := 0
	for line := range strings.Lines(string(text)) {
		line = strings.TrimRight(line, "\n")
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		c := strings.Split(line, " | ")
		require.Len(t, c, 9, line)
		d := Domain{Tenant: []byte(c[0]), Sink: c[1], Origin: Origin(c[2][0]), Scope: []byte(c[5]), Salt: []byte(c[6])}
		require.Equal(t, c[8], string(k.Append(nil, d, c[3], c[4][0], []byte(c[7]))), line)
		n++
	}
	require.GreaterOrEqual(t, n, 16)
}

// TestTokenAgainstStandard computes tokens from the words of the comment of Append, step by step.
func TestTokenAgainstStandard(t *testing.T) {
	k := newTokenizer(testKey())
	rapid.Check(t, func(t *rapid.T) {
		typ := rapid.StringMatching(`[A-Z][A-Z_]{0,22}[A-Z]`).Draw(t, "type")
		tenant := rapid.StringMatching(`[a-z0-9-]{1,64}`).Draw(t, "tenant")
		call := rapid.StringMatching(`[a-z0-9-]{1,255}`).Draw(t, "call")
		sink := rapid.StringMatching(`[a-z0-9-]{0,64}`).Draw(t, "sink")
		salt := rapid.SliceOfN(rapid.Byte(), 0, 32).Draw(t, "salt")
		value := rapid.SliceOf(rapid.Byte()).Draw(t, "value")

		prk, err := hkdf.Extract(sha256.New, testKey(), []byte("tacet development keys v1"))
		require.NoError(t, err)
		secret, err := hkdf.Expand(sha256.New, prk, fmt.Sprintf("tenant/%d:%s/v1", len(tenant), tenant), 32)
		require.NoError(t, err)
		key, err := hkdf.Expand(sha256.New, secret, "domain/sink/"+sink, 32)
		require.NoError(t, err)
		mac := hmac.New(sha256.New, key)
		mac.Write(append([]byte{'T', byte(len(typ))}, typ+"tc"...))
		mac.Write(append([]byte{byte(len(call))}, call...))
		mac.Write(append([]byte{byte(len(salt))}, salt...))
		mac.Write(value)
		want := "[" + typ + ":c1:" + letters(mac.Sum(nil)[:12]) + "]"
		d := Domain{[]byte(tenant), sink, OriginText, []byte(call), salt}
		require.Equal(t, want, string(k.Append(nil, d, typ, 'c', value)))
	})
}

// letters spells a token's bits, half a byte a letter.
func letters(mac []byte) string {
	return strings.Map(func(r rune) rune {
		return rune("bcdfghjklmnpqrst"[strings.IndexRune("0123456789abcdef", r)])
	}, fmt.Sprintf("%x", mac))
}

func TestTokenDomains(t *testing.T) {
	k := newTokenizer(testKey())
	value := []byte("447700900123")
	seen := map[string]string{}
	f := func(what string, d Domain, typ string, scope byte, value string, k *Tokenizer) {
		t.Helper()
		got := string(k.Append(nil, d, typ, scope, []byte(value)))
		letters := got[strings.LastIndexByte(got, ':')+1:]
		require.Empty(t, seen[letters], "same letters for %s", what)
		seen[letters] = what
		fresh := (&Tokens{k.ring}).Tokenizer()
		require.Equal(t, got, string(fresh.Append(nil, d, typ, scope, []byte(value))), what)
	}
	f("base", acme(OriginMeta), "PHONE", 'r', string(value), k)
	f("tenant", domain("bolt", OriginMeta, ""), "PHONE", 'r', string(value), k)
	f("origin", acme(OriginText), "PHONE", 'r', string(value), k)
	f("type", acme(OriginMeta), "PHONES", 'r', string(value), k)
	f("scope", acme(OriginMeta), "PHONE", 'p', string(value), k)
	f("call", domain("acme", OriginMeta, "c1"), "PHONE", 'c', string(value), k)
	f("other call", domain("acme", OriginMeta, "c2"), "PHONE", 'c', string(value), k)
	f("call with the id of a day", domain("acme", OriginMeta, "2026-11-27"), "PHONE", 'c', string(value), k)
	f("day", domain("acme", OriginMeta, "2026-11-27"), "PHONE", 'd', string(value), k)
	f("next day", domain("acme", OriginMeta, "2026-11-28"), "PHONE", 'd', string(value), k)
	f("month", domain("acme", OriginMeta, "2026-11"), "PHONE", 'm', string(value), k)
	f("scope id run into value", domain("acme", OriginMeta, "c14"), "PHONE", 'c', string(value[1:]), k)
	f("value", acme(OriginMeta), "PHONE", 'r', "447700900124", k)
	f("empty value", acme(OriginMeta), "PHONE", 'r', "", k)
	sink := func(d Domain) Domain { d.Sink = "two"; return d }
	f("sink", sink(acme(OriginMeta)), "PHONE", 'r', string(value), k)
	f("sink, call", sink(domain("acme", OriginMeta, "c1")), "PHONE", 'c', string(value), k)
	f("sink, day", sink(domain("acme", OriginMeta, "2026-11-27")), "PHONE", 'd', string(value), k)
	salted := acme(OriginMeta)
	salted.Salt = make([]byte, 32)
	f("salt", salted, "PHONE", 'r', string(value), k)
	other := testKey()
	other[0] ^= 1
	f("key", acme(OriginMeta), "PHONE", 'r', string(value), newTokenizer(other))
	require.Len(t, seen, 19)
}

// TestPersonJoinsSinks: scope p is the only one that does.
func TestPersonJoinsSinks(t *testing.T) {
	k := newTokenizer(testKey())
	token := func(sink string, scope byte) string {
		d := acme(OriginMeta)
		d.Sink = sink
		return string(k.Append(nil, d, "PHONE", scope, []byte("447700900123")))
	}
	require.Equal(t, token("one", 'p'), token("two", 'p'))
	require.NotEqual(t, token("one", 'r'), token("two", 'r'))
	require.NotEqual(t, token("one", 'p'), token("person", 'r'))
}

// TestTokenFailsClosed: what would join too much becomes a bare type.
func TestTokenFailsClosed(t *testing.T) {
	k := newTokenizer(testKey())
	f := func(d Domain, typ string, scope byte, want string) {
		t.Helper()
		require.Equal(t, want, string(k.Append(nil, d, typ, scope, []byte("447700900123"))))
	}
	f(Domain{Origin: OriginMeta}, "PHONE", 'r', "[PHONE]")
	f(Domain{Tenant: []byte("acme")}, "PHONE", 'r', "[PHONE]")
	f(acme(OriginMeta), "PHONE", 'x', "[PHONE]")
	f(acme(OriginMeta), "PHONE", 'c', "[PHONE]")
	f(domain("acme", OriginMeta, "c1"), "PHONE", 'r', "[PHONE]")
	f(domain("acme", OriginMeta, strings.Repeat("c", 256)), "PHONE", 'c', "[PHONE]")
	f(domain("acme", OriginMeta, "2026-11"), "PHONE", 'd', "[PHONE]")
	f(domain("acme", OriginMeta, "2026-11-27"), "PHONE", 'm', "[PHONE]")
	require.Zero(t, k.Degraded(), "it is not for want of a key")
	f(domain("acme", OriginMeta, "2026-02-30"), "PHONE", 'd', "[PHONE]")
	f(domain("acme", OriginMeta, "2026-02-30"), "PHONE", 'd', "[PHONE]")
	require.Equal(t, 2, k.Degraded())
	require.Zero(t, k.Degraded())
	f(acme(OriginMeta), strings.Repeat("P", 256), 'r', "[ID]")
}

// TestTokensAreForAll runs more tenants through one tokenizer than it holds states for.
func TestTokensAreForAll(t *testing.T) {
	k := newTokenizer(testKey())
	first := map[int]string{}
	for i := range 3 * statesMax {
		n := i % (2 * statesMax)
		token := string(k.Append(nil, domain(fmt.Sprint(n), OriginMeta, ""), "PHONE", 'r', []byte("447700900123")))
		if first[n] == "" {
			first[n] = token
		}
		require.Equal(t, first[n], token)
		require.LessOrEqual(t, len(k.states), statesMax)
	}
}

func TestKeyIsNotPrinted(t *testing.T) {
	key := []byte("a key with thirty-two letters ok")
	tokens := NewTokens(keyring.Dev(key))
	k := tokens.Tokenizer()
	k.Append(nil, acme(OriginMeta), "PHONE", 'r', []byte("447700900123"))
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "tokens", tokens, "k", k, "both", []any{tokens, k})
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "tokens", tokens, "k", k, "both", []any{tokens, k})
	for _, v := range []any{tokens, k} {
		for _, verb := range strings.Fields("%v %+v %#v %s %q %x %X %d %t %c") {
			got := fmt.Sprintf(verb, v)
			require.Contains(t, []string{"tokens", "tokenizer"}, got, verb)
		}
		b, err := json.Marshal(v)
		require.NoError(t, err)
		require.Equal(t, "{}", string(b))
	}
	derived, err := tokens.ring.Domain("acme", "sink/one")
	require.NoError(t, err)
	for _, secret := range [][]byte{key, derived[0].Bytes()} {
		for _, form := range []string{string(secret), fmt.Sprint(secret), fmt.Sprintf("%x", secret), fmt.Sprintf("%X", secret)} {
			require.NotContains(t, log.String(), form)
		}
	}
}

func TestTokenAllocations(t *testing.T) {
	k := newTokenizer(testKey())
	dst, value, d := make([]byte, 0, 64), []byte("447700900123"), acme(OriginMeta)
	k.Append(dst, d, "PHONE", 'r', value)
	require.Zero(t, testing.AllocsPerRun(100, func() { k.Append(dst, d, "PHONE", 'r', value) }))
}

// TestDerive: what operators derive belongs to its domain as tokens do, and is no token.
func TestDerive(t *testing.T) {
	k := newTokenizer(testKey())
	value := []byte("447700900123")
	a, ok := k.derive(acme(OriginText), 'a', "PHONE", 'r', value)
	require.True(t, ok)
	b, ok := k.derive(acme(OriginText), 'b', "PHONE", 'r', value)
	require.True(t, ok)
	require.NotEqual(t, a, b)
	require.NotContains(t, string(k.Append(nil, acme(OriginText), "PHONE", 'r', value)), letters(a[:macLen]))
	for _, label := range []byte{labelToken, labelChain} {
		sum, ok := k.derive(acme(OriginText), label, "PHONE", 'r', value)
		require.False(t, ok)
		require.Zero(t, sum)
	}
	_, ok = k.derive(Domain{}, 'a', "PHONE", 'r', value)
	require.False(t, ok)
}
