package subject

import (
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/pipeline/pseudonym/keyring"
)

const testSecret = "a secret for tests that is long enough to be one"

// failing are keys that can't be had.
type failing struct{ generation uint64 }

func (failing) Suppression(string) (keyring.Key, error) { return keyring.Key{}, errors.New("no key") }
func (f failing) Generation() uint64                    { return f.generation }

func TestID(t *testing.T) {
	ring := keyring.Dev([]byte(testSecret))
	h := NewHasher(ring)
	f := func(tenant, typ, value string) ID {
		t.Helper()
		id, ok := h.ID([]byte(tenant), typ, []byte(value))
		require.True(t, ok)
		return id
	}
	id := f("acme", "PHONE", "447700900123")
	require.Equal(t, id, f("acme", "PHONE", "447700900123"))
	require.NotEqual(t, id, f("globex", "PHONE", "447700900123"), "tenants can't be joined")
	require.NotEqual(t, id, f("acme", "ACCOUNT_ID", "447700900123"))
	require.NotEqual(t, f("acme", "A", "BC"), f("acme", "AB", "C"), "no two inputs look alike")

	// What the documentation says it is, computed the plain way.
	key, err := ring.Suppression("acme")
	require.NoError(t, err)
	mac := hmac.New(sha256.New, key.Bytes())
	mac.Write([]byte("\x05PHONE447700900123"))
	require.Equal(t, mac.Sum(nil)[:16], id[:])

	_, ok := h.ID(nil, "PHONE", []byte("447700900123"))
	require.False(t, ok, "no tenant")
	_, ok = h.ID([]byte("acme"), "", []byte("447700900123"))
	require.False(t, ok, "no type")
	require.Equal(t, "hasher", fmt.Sprintf("%v", h))
	require.Equal(t, "hasher", fmt.Sprintf("%#v", h))
}

// Without a key it is not known who is meant; once there is one, it is asked for again.
func TestIDWithoutKey(t *testing.T) {
	h := NewHasher(failing{})
	_, ok := h.ID([]byte("acme"), "PHONE", []byte("447700900123"))
	require.False(t, ok)
	h.keys = keyring.Dev([]byte(testSecret))
	_, ok = h.ID([]byte("acme"), "PHONE", []byte("447700900123"))
	require.False(t, ok, "a failure is remembered while the generation stands")
	h.generation++
	_, ok = h.ID([]byte("acme"), "PHONE", []byte("447700900123"))
	require.True(t, ok)
}

func TestHasherIsBounded(t *testing.T) {
	h := NewHasher(keyring.Dev([]byte(testSecret)))
	for i := range statesMax + 10 {
		_, ok := h.ID(fmt.Appendf(nil, "tenant-%d", i), "PHONE", []byte("447700900123"))
		require.True(t, ok)
	}
	require.Len(t, h.states, statesMax)
}

func TestIDText(t *testing.T) {
	id := ID{0: 0xab, 15: 1}
	require.Equal(t, "ab000000000000000000000000000001", id.String())
	var back ID
	require.NoError(t, back.UnmarshalText([]byte(id.String())))
	require.Equal(t, id, back)
	for _, bad := range []string{"", "ab", "AB000000000000000000000000000001", "xb000000000000000000000000000001", id.String() + "00"} {
		require.Error(t, back.UnmarshalText([]byte(bad)), bad)
	}
}
