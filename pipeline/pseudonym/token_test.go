package pseudonym

import (
	"bytes"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// testKey is 00 01 … 1f.
func testKey() []byte {
	var key []byte
	for i := range KeyLen {
		key = append(key, byte(i))
	}
	return key
}

func newTokenizer(t testing.TB, key []byte) *Tokenizer {
	tokens, err := NewTokens(key)
	require.NoError(t, err)
	return tokens.Tokenizer()
}

func acme(o Origin) Domain { return Domain{Tenant: []byte("acme"), Origin: o} }

// TestTokenVectors holds tokens to testdata/tokens.txt. A token that changes breaks every join with records written
// before: such a change needs a new version, and this file keeps its lines.
func TestTokenVectors(t *testing.T) {
	text, err := os.ReadFile("testdata/tokens.txt")
	require.NoError(t, err)
	k := newTokenizer(t, testKey())
	n := 0
	for line := range strings.Lines(string(text)) {
		line = strings.TrimRight(line, "\n")
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		c := strings.Split(line, " | ")
		require.Len(t, c, 7, line)
		d := Domain{Tenant: []byte(c[0]), Origin: Origin(c[1][0]), Scope: []byte(c[4])}
		require.Equal(t, c[6], string(k.Append(nil, d, c[2], c[3][0], []byte(c[5]))), line)
		n++
	}
	require.GreaterOrEqual(t, n, 12)
}

// TestTokenAgainstStandard computes tokens from the words of the comment of Append, step by step.
func TestTokenAgainstStandard(t *testing.T) {
	k := newTokenizer(t, testKey())
	rapid.Check(t, func(t *rapid.T) {
		typ := rapid.StringMatching(`[A-Z][A-Z_]{0,22}[A-Z]`).Draw(t, "type")
		tenant := rapid.StringMatching(`[a-z0-9-]{1,64}`).Draw(t, "tenant")
		call := rapid.StringMatching(`[a-z0-9-]{1,255}`).Draw(t, "call")
		value := rapid.SliceOf(rapid.Byte()).Draw(t, "value")

		prk, err := hkdf.Extract(sha256.New, testKey(), []byte("tacet tokens v1"))
		require.NoError(t, err)
		key, err := hkdf.Expand(sha256.New, prk, "tenant "+tenant, 32)
		require.NoError(t, err)
		mac := hmac.New(sha256.New, key)
		mac.Write(append([]byte{byte(len(typ))}, typ+"tc"...))
		mac.Write(append([]byte{byte(len(call))}, call...))
		mac.Write(value)
		hex := fmt.Sprintf("%x", mac.Sum(nil)[:12])
		letters := strings.Map(func(r rune) rune {
			return rune("bcdfghjklmnpqrst"[strings.IndexRune("0123456789abcdef", r)])
		}, hex)
		want := "[" + typ + ":c1:" + letters + "]"
		require.Equal(t, want, string(k.Append(nil, Domain{[]byte(tenant), OriginText, []byte(call)}, typ, 'c', value)))
	})
}

func TestTokenDomains(t *testing.T) {
	k := newTokenizer(t, testKey())
	value := []byte("447700900123")
	seen := map[string]string{}
	f := func(what string, d Domain, typ string, scope byte, value string, k *Tokenizer) {
		t.Helper()
		got := string(k.Append(nil, d, typ, scope, []byte(value)))
		letters := got[strings.LastIndexByte(got, ':')+1:]
		require.Empty(t, seen[letters], "same letters for %s", what)
		seen[letters] = what
		fresh := (&Tokens{k.key}).Tokenizer()
		require.Equal(t, got, string(fresh.Append(nil, d, typ, scope, []byte(value))), what)
	}
	f("base", acme(OriginMeta), "PHONE", 'r', string(value), k)
	f("tenant", Domain{[]byte("bolt"), OriginMeta, nil}, "PHONE", 'r', string(value), k)
	f("origin", acme(OriginText), "PHONE", 'r', string(value), k)
	f("type", acme(OriginMeta), "PHONES", 'r', string(value), k)
	f("scope", acme(OriginMeta), "PHONE", 'p', string(value), k)
	f("call", Domain{[]byte("acme"), OriginMeta, []byte("c1")}, "PHONE", 'c', string(value), k)
	f("other call", Domain{[]byte("acme"), OriginMeta, []byte("c2")}, "PHONE", 'c', string(value), k)
	f("day with the id of a call", Domain{[]byte("acme"), OriginMeta, []byte("c1")}, "PHONE", 'd', string(value), k)
	f("scope id run into value", Domain{[]byte("acme"), OriginMeta, []byte("c14")}, "PHONE", 'c', string(value[1:]), k)
	f("value", acme(OriginMeta), "PHONE", 'r', "447700900124", k)
	f("empty value", acme(OriginMeta), "PHONE", 'r', "", k)
	other := testKey()
	other[0] ^= 1
	f("key", acme(OriginMeta), "PHONE", 'r', string(value), newTokenizer(t, other))
	require.Len(t, seen, 12)
}

// TestTokenFailsClosed: what would join too much becomes a bare type.
func TestTokenFailsClosed(t *testing.T) {
	k := newTokenizer(t, testKey())
	f := func(d Domain, typ string, scope byte, want string) {
		t.Helper()
		require.Equal(t, want, string(k.Append(nil, d, typ, scope, []byte("447700900123"))))
	}
	f(Domain{Origin: OriginMeta}, "PHONE", 'r', "[PHONE]")
	f(Domain{Tenant: []byte("acme")}, "PHONE", 'r', "[PHONE]")
	f(acme(OriginMeta), "PHONE", 'x', "[PHONE]")
	f(acme(OriginMeta), "PHONE", 'c', "[PHONE]")
	f(Domain{[]byte("acme"), OriginMeta, []byte("c1")}, "PHONE", 'r', "[PHONE]")
	f(Domain{[]byte("acme"), OriginMeta, bytes.Repeat([]byte("c"), 256)}, "PHONE", 'c', "[PHONE]")
	f(acme(OriginMeta), strings.Repeat("P", 256), 'r', "[ID]")
	_, err := NewTokens(make([]byte, KeyLen-1))
	require.EqualError(t, err, "make tokens: the key has 31 bytes, must have at least 32")
}

// TestTokensAreSafe: tokens pass through formats unchanged and hold nothing a detector of numbers could take hold of.
func TestTokensAreSafe(t *testing.T) {
	k := newTokenizer(t, testKey())
	shape := regexp.MustCompile(`^\[PHONE:r1:[bcdfghjklmnpqrst]{24}\]$`)
	for i := range 20_000 {
		token := string(k.Append(nil, acme(OriginMeta), "PHONE", 'r', fmt.Append(nil, i)))
		require.Regexp(t, shape, token)
		quoted, err := json.Marshal(token)
		require.NoError(t, err)
		require.Equal(t, `"`+token+`"`, string(quoted))
		var b strings.Builder
		w := csv.NewWriter(&b)
		require.NoError(t, w.Write([]string{token, "x"}))
		w.Flush()
		require.Equal(t, token+",x\n", b.String())
		require.False(t, strings.ContainsAny(token, `'"\%;`+"`"))
		back, err := url.QueryUnescape(url.QueryEscape(token))
		require.NoError(t, err)
		require.Equal(t, token, back)
		inner := token[strings.LastIndexByte(token, ':')+1 : len(token)-1]
		require.Equal(t, inner, url.PathEscape(inner))
	}
}

// TestTokensAreForAll runs more tenants through one tokenizer than it holds states for.
func TestTokensAreForAll(t *testing.T) {
	k := newTokenizer(t, testKey())
	first := map[int]string{}
	for i := range 3 * statesMax {
		n := i % (2 * statesMax)
		token := string(k.Append(nil, Domain{fmt.Append(nil, n), OriginMeta, nil}, "PHONE", 'r', []byte("447700900123")))
		if first[n] == "" {
			first[n] = token
		}
		require.Equal(t, first[n], token)
		require.LessOrEqual(t, len(k.states), statesMax)
	}
}

func TestKeyIsNotPrinted(t *testing.T) {
	key := []byte("a key with thirty-two letters ok")
	tokens, err := NewTokens(key)
	require.NoError(t, err)
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
	for _, secret := range [][]byte{key, tokens.key} {
		for _, form := range []string{string(secret), fmt.Sprint(secret), fmt.Sprintf("%x", secret), fmt.Sprintf("%X", secret)} {
			require.NotContains(t, log.String(), form)
		}
	}
}

func TestTokenAllocations(t *testing.T) {
	k := newTokenizer(t, testKey())
	dst, value, d := make([]byte, 0, 64), []byte("447700900123"), acme(OriginMeta)
	k.Append(dst, d, "PHONE", 'r', value)
	require.Zero(t, testing.AllocsPerRun(100, func() { k.Append(dst, d, "PHONE", 'r', value) }))
}
