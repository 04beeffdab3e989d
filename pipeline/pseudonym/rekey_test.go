package pseudonym

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/sonexlabs/tacet/pipeline/pseudonym/keyring"
)

// newStored is a ring with a store and keys of the tenant acme.
func newStored(t testing.TB) *keyring.Ring {
	c := keyring.DefaultConfig()
	var err error
	c.KEK, err = keyring.NewFileKEK(bytes.Repeat([]byte("k"), keyring.KeyLen))
	require.NoError(t, err)
	c.Path = filepath.Join(t.TempDir(), "keys.db")
	require.NoError(t, keyring.Init(context.Background(), c))
	r, err := keyring.Open(c)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, r.Close()) })
	require.NoError(t, r.Create(context.Background(), "acme"))
	return r
}

func rotate(t testing.TB, r *keyring.Ring, mode keyring.Mode) {
	_, err := r.Rotate(context.Background(), "acme", mode)
	require.NoError(t, err)
}

// TestRekey: through rotations of mode chain a stored token becomes what the value's token is now, in every scope that has
// versions; through a break it does not, and nothing else of the text changes.
func TestRekey(t *testing.T) {
	r := newStored(t)
	k := NewTokens(r).Tokenizer()
	value := []byte("447700900123")
	today := time.Now().UTC().Format(time.DateOnly)
	line := func() string {
		var b []byte
		for i, scope := range []byte("rpcdm") {
			d := domain("acme", OriginText, []string{"", "", "call-1", today, today[:7]}[i])
			b = fmt.Appendf(b, `{"n":%d,"token":"%s","alias":"[PHONE_1] [AGE:40-49] [PHONE]"}`, i, k.Append(nil, d, "PHONE", scope, value))
		}
		return string(b)
	}
	c := 3 // tokens of r, p and c have versions, those of d and m their epoch's one key
	v1 := line()
	got, n, err := k.AppendRekeyed(nil, []byte(v1), "acme", "one")
	require.NoError(t, err)
	require.Equal(t, v1, string(got))
	require.Equal(t, Rekeyed{Kept: 5}, n)

	rotate(t, r, keyring.Chain)
	v2 := line()
	require.NotEqual(t, v1, v2)
	require.Contains(t, v2, "[PHONE:r2:")
	got, n, err = k.AppendRekeyed(nil, []byte(v1), "acme", "one")
	require.NoError(t, err)
	require.Equal(t, v2, string(got))
	require.Equal(t, Rekeyed{Done: c, Kept: 5 - c}, n)

	rotate(t, r, keyring.Chain)
	v3 := line()
	for _, old := range []string{v1, v2} {
		got, _, err = k.AppendRekeyed(nil, []byte(old), "acme", "one")
		require.NoError(t, err)
		require.Equal(t, v3, string(got))
	}

	rotate(t, r, keyring.Break)
	require.Contains(t, line(), "[PHONE:r4:")
	for _, old := range []string{v1, v2, v3} {
		got, n, err = k.AppendRekeyed(nil, []byte(old), "acme", "one")
		require.NoError(t, err)
		require.Equal(t, old, string(got))
		require.Equal(t, Rekeyed{Left: c, Kept: 5 - c}, n)
	}
	_, _, err = k.AppendRekeyed(nil, []byte(v1), "bolt", "one")
	require.ErrorIs(t, err, keyring.ErrNone)
}

// TestRotationAndShredReachTheTokenizer: a tokenizer that has states asks again.
func TestRotationAndShredReachTheTokenizer(t *testing.T) {
	r := newStored(t)
	k := NewTokens(r).Tokenizer()
	token := func() string { return string(k.Append(nil, acme(OriginText), "PHONE", 'r', []byte("447700900123"))) }
	require.Contains(t, token(), "[PHONE:r1:")
	rotate(t, r, keyring.Chain)
	require.Contains(t, token(), "[PHONE:r2:")
	require.NoError(t, r.ShredTenant("acme"))
	require.Equal(t, "[PHONE]", token())
	require.Equal(t, 1, k.Degraded())
}

func TestParseToken(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		typ := rapid.StringMatching(`[A-Z][A-Z_]{0,22}[A-Z]`).Draw(t, "type")
		version := rapid.IntRange(1, 999).Draw(t, "version")
		var mac [macLen]byte
		copy(mac[:], rapid.SliceOfN(rapid.Byte(), macLen, macLen).Draw(t, "mac"))
		token := appendToken(nil, typ, 'r', version, mac[:])
		got, ok := parseToken(token)
		require.True(t, ok)
		require.Equal(t, parsedToken{typ, 'r', version, mac}, got)
	})
	for _, other := range []string{"[PHONE_1]", "[AGE:40-49]", "[PHONE:r1:x]", "[]", "[::]"} {
		_, ok := parseToken([]byte(other))
		require.False(t, ok, other)
	}
}
