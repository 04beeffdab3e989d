package pseudonym

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestFPEKeepsForm(t *testing.T) {
	k := newTokenizer(testKey())
	f := func(value, form string) {
		t.Helper()
		got := string(k.AppendFPE([]byte("x "), acme(OriginMeta), "ACCOUNT_ID", 'r', []byte(value)))[2:]
		require.Regexp(t, "^"+form+"$", got)
		require.NotEqual(t, value, got)
	}
	f("4929 1234-5678", `\d{4} \d{4}-\d{4}`)
	f("000000", `\d{6}`)
	f("ab-cdef", `[a-z]{2}-[a-z]{4}`)
	f("ABCDE", `[A-Z]{5}`)
	f("Ab12", `[A-Z0-9]{4}`)
	f("ab12", `[a-z0-9]{4}`)
	f(strings.Repeat("7", 36), `\d{36}`)
	for _, value := range []string{"", "12345", "abcd", "A1b", "---", strings.Repeat("7", 37), strings.Repeat("a1", 13), "1234567é", "１２３４５６７"} {
		f(value, `\[ACCOUNT_ID\]`)
	}
	same := func(a, b string) {
		t.Helper()
		plain := func(v string) string {
			return strings.ToUpper(strings.ReplaceAll(string(k.AppendFPE(nil, acme(OriginMeta), "ACCOUNT_ID", 'r', []byte(v))), " ", ""))
		}
		require.Equal(t, plain(a), plain(b))
	}
	same("4929 1234", "49291234")
	same("ab12", "AB12")
}

// TestFPERoundTrip decrypts with the key, and finds that no two values of a length come out equal.
func TestFPERoundTrip(t *testing.T) {
	k := newTokenizer(testKey())
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.StringMatching(`[0-9]{6,36}`).Draw(t, "value")
		got := k.AppendFPE(nil, acme(OriginMeta), "ACCOUNT_ID", 'r', []byte(value))
		digits := numerals(string(got))
		require.NoError(t, k.ciphers(acme(OriginMeta), "ACCOUNT_ID", 'r').digits.decrypt(digits, nil))
		require.Equal(t, numerals(value), digits)
	})
}

// TestFPEDomains: a value is encrypted to another in every tenant, sink, origin, scope and type.
func TestFPEDomains(t *testing.T) {
	k := newTokenizer(testKey())
	seen := map[string]string{}
	f := func(what string, d Domain, typ string, scope byte) {
		t.Helper()
		got := string(k.AppendFPE(nil, d, typ, scope, []byte("4929123456789012")))
		require.Len(t, got, 16)
		require.Empty(t, seen[got], "as %s", what)
		seen[got] = what
		require.Equal(t, got, string(newTokenizer(testKey()).AppendFPE(nil, d, typ, scope, []byte("4929123456789012"))))
	}
	f("base", acme(OriginMeta), "ACCOUNT_ID", 'r')
	f("origin", acme(OriginText), "ACCOUNT_ID", 'r')
	f("type", acme(OriginMeta), "ORDER_ID", 'r')
	f("tenant", domain("bolt", OriginMeta, ""), "ACCOUNT_ID", 'r')
	f("person", acme(OriginMeta), "ACCOUNT_ID", 'p')
	f("call", domain("acme", OriginMeta, "c1"), "ACCOUNT_ID", 'c')
	f("other call", domain("acme", OriginMeta, "c2"), "ACCOUNT_ID", 'c')
	sink := acme(OriginMeta)
	sink.Sink = "two"
	f("sink", sink, "ACCOUNT_ID", 'r')
	salted := acme(OriginMeta)
	salted.Salt = []byte("salt")
	f("salt", salted, "ACCOUNT_ID", 'r')

	require.Equal(t, "[ACCOUNT_ID]", string(k.AppendFPE(nil, Domain{}, "ACCOUNT_ID", 'r', []byte("4929123456789012"))))
	for _, never := range strings.Fields("CREDIT_CARD CARD_CVV PIN OTP PASSWORD SECRET SESSION_ID") {
		require.True(t, NeverStored(never))
		require.Equal(t, "["+never+"]", string(k.AppendFPE(nil, acme(OriginMeta), never, 'r', []byte("4929123456789012"))))
	}
}

// TestFPEForgetsKeys: the keys held are bounded.
func TestFPEForgetsKeys(t *testing.T) {
	k := newTokenizer(testKey())
	first := string(k.AppendFPE(nil, domain("acme", OriginMeta, "c0"), "ACCOUNT_ID", 'c', []byte("1234567")))
	for i := range 3 * ciphersMax {
		k.AppendFPE(nil, domain("acme", OriginMeta, fmt.Sprint("c", i)), "ACCOUNT_ID", 'c', []byte("1234567"))
		require.LessOrEqual(t, len(k.ff1s), ciphersMax)
	}
	require.Equal(t, first, string(k.AppendFPE(nil, domain("acme", OriginMeta, "c0"), "ACCOUNT_ID", 'c', []byte("1234567"))))
}

// TestFPEForgetsRotatedKeys: when the ring says that keys may be others, none that is held is used.
func TestFPEForgetsRotatedKeys(t *testing.T) {
	k := newTokenizer(testKey())
	encrypt := func() string { return string(k.AppendFPE(nil, acme(OriginMeta), "ACCOUNT_ID", 'r', []byte("1234567"))) }
	first := encrypt()
	other := newTokenizer([]byte("another key of thirty-two letters")).ciphers(acme(OriginMeta), "ACCOUNT_ID", 'r')
	for name := range k.ff1s {
		k.ff1s[name] = other
	}
	require.NotEqual(t, first, encrypt(), "keys are held")
	k.generation--
	require.Equal(t, first, encrypt())
}
