//go:build tink

package keyring

import (
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/keyset"
)

func TestTink(t *testing.T) {
	handle, err := keyset.NewHandle(aead.AES256GCMKeyTemplate())
	require.NoError(t, err)
	primitive, err := aead.New(handle)
	require.NoError(t, err)
	kek := NewTinkKEK(primitive, "test")
	require.Equal(t, "tink:test", kek.Name())
	checkWrapper(t, kek)
}
