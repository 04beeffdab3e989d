package pseudonym_test

import (
	"crypto/sha256"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/pipeline/pseudonym"
	"github.com/sonexlabs/tacet/pipeline/pseudonym/keyring"
)

// TestUnkeyedHashIsReversible is why nothing here is hashed without a key: the hash of a telephone number is the number, for whoever
// hashes all there are until one fits (EDPB Guidelines 01/2025, §88, notes 23 and 24). Of the 1,000 British mobiles kept for fiction that takes a
// blink; of all 10⁹ two minutes on one core. The same search over tokens finds nothing, as long as the key stays where it is.
func TestUnkeyedHashIsReversible(t *testing.T) {
	const secret = "+447700900123"
	hash := sha256.Sum256([]byte(secret))
	token := func(key, number string) string {
		d := pseudonym.Domain{Tenant: []byte("acme"), Sink: "analytics", Origin: pseudonym.OriginText}
		return string(pseudonym.NewTokens(keyring.Dev([]byte(key))).Tokenizer().Append(nil, d, "PHONE", 'r', []byte(number)))
	}
	seen := token("the pipeline's key, which the attacker has not", secret)
	var byHash, byToken, byLeak string
	for n := range 1000 {
		guess := fmt.Sprintf("+447700900%03d", n)
		if sha256.Sum256([]byte(guess)) == hash {
			byHash = guess
		}
		if token("the attacker's own key, as good as any guess", guess) == seen {
			byToken = guess
		}
		if token("the pipeline's key, which the attacker has not", guess) == seen {
			byLeak = guess
		}
	}
	require.Equal(t, secret, byHash)
	require.Empty(t, byToken)
	require.Equal(t, secret, byLeak, "with the key it is as easy: custody of keys is all there is")
}
