package pseudonym

import (
	"bytes"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/pipeline/pseudonym/keyring"
)

// Whatever tokens a value has ever had are found again, through rotations of both modes, until their version is destroyed.
func TestHistory(t *testing.T) {
	kek, err := keyring.NewFileKEK(bytes.Repeat([]byte("k"), keyring.KeyLen))
	require.NoError(t, err)
	c := keyring.DefaultConfig()
	c.Path, c.KEK = filepath.Join(t.TempDir(), "keys"), kek
	require.NoError(t, keyring.Init(t.Context(), c))
	ring, err := keyring.Open(c)
	require.NoError(t, err)
	defer ring.Close()
	require.NoError(t, ring.Create(t.Context(), "acme"))

	k := NewTokens(ring).Tokenizer()
	d := Domain{Tenant: []byte("acme"), Sink: "analytics", Origin: OriginText, Salt: []byte("salt")}
	written := map[byte][]string{}
	write := func() {
		for _, scope := range []byte("rp") {
			written[scope] = append(written[scope], string(k.Append(nil, d, "PHONE", scope, []byte("+447700900123"))))
		}
	}
	f := func() {
		t.Helper()
		for _, scope := range []byte("rp") {
			got, err := k.History(d, "PHONE", scope, []byte("+447700900123"))
			require.NoError(t, err)
			require.Equal(t, written[scope], got)
		}
	}
	write()
	f()
	for _, mode := range []keyring.Mode{keyring.Chain, keyring.Break, keyring.Chain} {
		_, err = ring.Rotate(t.Context(), "acme", mode)
		require.NoError(t, err)
		write()
		f()
	}
	require.NoError(t, ring.ShredVersion("acme", 2))
	for scope, all := range written { // version 1 does not go through 2
		written[scope] = append(all[:1:1], all[2:]...)
	}
	f()

	_, err = k.History(d, "PHONE", 'c', []byte("+447700900123"))
	require.ErrorIs(t, err, errScope)
	_, err = k.History(Domain{Tenant: []byte("globex"), Sink: "analytics", Origin: OriginText}, "PHONE", 'r', nil)
	require.ErrorIs(t, err, keyring.ErrNone)
}
