package reveal

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestKeyFiles(t *testing.T) {
	for _, classic := range []bool{false, true} {
		name := filepath.Join(t.TempDir(), "key")
		key := testKey(t, "acme", classic)
		require.NoError(t, key.WriteFile(name))
		info, err := os.Stat(name)
		require.NoError(t, err)
		require.Equal(t, os.FileMode(0o600), info.Mode())
		back, err := ReadPrivateKey(name)
		require.NoError(t, err)
		require.Equal(t, "acme", back.Tenant())
		s := NewSealer(publics(key), newClock().now)
		_, err = Open(seal(t, s, "acme", testRecord, testItems()...), nil, back)
		require.NoError(t, err)
		require.ErrorContains(t, key.WriteFile(name), "never written over")

		for _, mode := range []os.FileMode{0o640, 0o604, 0o620, 0o601} {
			require.NoError(t, os.Chmod(name, mode))
			_, err = ReadPrivateKey(name)
			require.ErrorContains(t, err, "chmod 600", "%o", mode)
		}
		require.NoError(t, os.Chmod(name, 0o400))
		_, err = ReadPrivateKey(name)
		require.NoError(t, err)
	}
	_, err := ReadPrivateKey(t.TempDir())
	require.Error(t, err)
	_, err = GeneratePrivateKey("ac me", false)
	require.ErrorContains(t, err, "tenant")
}

func TestDamagedKeyFiles(t *testing.T) {
	name := filepath.Join(t.TempDir(), "key")
	// Not X25519 alone: it takes no notice of five bits of its private key.
	require.NoError(t, testKey(t, "acme", false).WriteFile(name))
	text, err := os.ReadFile(name)
	require.NoError(t, err)
	secret := string(text[bytes.Index(text, []byte(linePrivate))+len(linePrivate) : len(text)-1])
	for i := range text {
		if i >= bytes.Index(text, []byte(lineTenant))+len(lineTenant) && i < bytes.Index(text, []byte(lineKEM)) {
			continue // the tenant's name: a key of that name can't open anything
		}
		b := bytes.Clone(text)
		b[i] ^= 1
		_, err := parsePrivateKey(string(b))
		require.Error(t, err, "byte %d", i)
		require.NotContains(t, err.Error(), secret[:8])
		_, err = parsePrivateKey(string(text[:i]))
		require.Error(t, err, "cut at %d", i)
	}
	_, err = parsePrivateKey(string(text) + "\n")
	require.Error(t, err)
}

func TestPublicKeys(t *testing.T) {
	for _, classic := range []bool{false, true} {
		p := testKey(t, "acme", classic).Public()
		for _, form := range [][]byte{p.Bytes(), []byte(p.String()), []byte(p.String() + "\n")} {
			back, err := ParsePublicKey(form)
			require.NoError(t, err)
			require.Equal(t, p.Bytes(), back.Bytes())
			require.Equal(t, p.ID(), back.ID())
		}
		for n := range p.Bytes() {
			_, err := ParsePublicKey(p.Bytes()[:n])
			require.Error(t, err)
		}
	}
	for _, bad := range []string{"", "\x00", publicPrefix, publicPrefix + "!", "\xff\xff0123"} {
		_, err := ParsePublicKey([]byte(bad))
		require.Error(t, err, "%q", bad)
	}
}

// Neither key can be printed, whatever prints it, alone or inside of something.
func TestPrivateKeysAreNeverPrinted(t *testing.T) {
	key := testKey(t, "acme", true)
	secret, err := key.key.Bytes()
	require.NoError(t, err)
	signer, err := GenerateSigner("alice")
	require.NoError(t, err)
	seed, err := base64.StdEncoding.DecodeString(strings.SplitN(signer.key(), "+", 5)[4])
	require.NoError(t, err)
	forms := func(secret []byte) (all []string) {
		return []string{string(secret), fmt.Sprintf("%x", secret), fmt.Sprintf("%X", secret), fmt.Sprint(secret), fmt.Sprintf("%q", secret),
			strings.Trim(fmt.Sprintf("%#v", secret), "[]byte{}"), base64.StdEncoding.EncodeToString(secret), base64.RawURLEncoding.EncodeToString(secret)}
	}
	check := func(what, printed string) {
		t.Helper()
		for _, form := range append(append(forms(secret), forms(seed)...), forms(seed[1:])...) {
			require.NotContains(t, printed, form, what)
		}
	}
	type holder struct {
		k *PrivateKey
		K PrivateKey
		s *Signer
		S Signer
		r Request
	}
	values := []any{key, *key, signer, *signer, []any{key, *signer}, map[string]any{"k": *key}, holder{key, *key, signer, *signer, Request{As: signer, Key: key}},
		&holder{key, *key, signer, *signer, Request{As: signer, Key: key}}}
	for _, v := range values {
		for _, verb := range "vdsqxXtbcoUeEfFgGpT" {
			for _, flag := range []string{"", "+", "#", " ", "0"} {
				format := "%" + flag + string(verb)
				check(format, fmt.Sprintf(format, v))
			}
		}
		b, err := json.Marshal(v)
		require.NoError(t, err)
		check("json", string(b))
		var log bytes.Buffer
		slog.New(slog.NewJSONHandler(&log, nil)).Info("key", "key", v)
		slog.New(slog.NewTextHandler(&log, nil)).Info("key", "key", v)
		check("slog", log.String())
	}
	require.Equal(t, privateText, fmt.Sprintf("%#v", *key))
	require.Equal(t, privateText, fmt.Sprintf("%x", *signer))
}

func TestSignerFiles(t *testing.T) {
	for range 50 { // some keys have a plus in their base64
		name := filepath.Join(t.TempDir(), "alice")
		s, err := GenerateSigner("alice")
		require.NoError(t, err)
		require.NoError(t, s.WriteFile(name))
		back, err := ReadSigner(name)
		require.NoError(t, err)
		require.Equal(t, s.Public(), back.Public())
		who, ok := personOf(s.Public())
		require.True(t, ok)
		require.Equal(t, "alice", who)
		require.NoError(t, os.Chmod(name, 0o644))
		_, err = ReadSigner(name)
		require.ErrorContains(t, err, "chmod 600")
	}
	for _, bad := range []string{"", "Alice", "alice smith", "-alice", "al+ice", "älice", strings.Repeat("a", 65)} {
		_, err := GenerateSigner(bad)
		require.Error(t, err, "%q", bad)
	}
	name := filepath.Join(t.TempDir(), "bad")
	for _, text := range []string{"", signerHeader, signerHeader + "\nPRIVATE+KEY+alice+00000000+AAAA\n", "PRIVATE+KEY+alice"} {
		require.NoError(t, os.WriteFile(name, []byte(text), 0o600))
		_, err := ReadSigner(name)
		require.Error(t, err, "%q", text)
		require.NotContains(t, err.Error(), "AAAA")
	}
}
