package keyring

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestVault(t *testing.T) {
	s, kek, file := standInKEK(t, func(c *VaultConfig) { c.Namespace = "team" })
	s.paths["team/"], s.paths["team/transit"], s.tokens["first"] = true, true, "team/"
	s.keys["team/transit/tacet"] = s.keys["transit/tacet"]
	checkWrapper(t, kek)
	require.Equal(t, "vault:transit/tacet", kek.Name())
	require.Equal(t, "team", s.seen.Get("X-Vault-Namespace"))

	// The token is read again.
	s.tokens["second"] = "team/"
	delete(s.tokens, "first")
	_, err := kek.Wrap(context.Background(), []byte("x"), "a")
	require.EqualError(t, err, "ask vault to encrypt: refused: the token has expired or may not use the key, or mount, namespace or name are wrong")
	require.NoError(t, os.WriteFile(file, []byte("second"), 0o600))
	checkWrapper(t, kek)
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	_, err = kek.Wrap(context.Background(), []byte("x"), "a")
	require.ErrorContains(t, err, "holds no token")
}

// TestVaultWithoutAssociatedData: a server that does not know them still can't be made to mix up keys.
func TestVaultWithoutAssociatedData(t *testing.T) {
	s, kek, _ := standInKEK(t, nil)
	s.ignores = true
	checkWrapper(t, kek)
}

// checkWrapper wraps, unwraps, and tries what must fail.
func checkWrapper(t *testing.T, kek Wrapper) {
	t.Helper()
	ctx := context.Background()
	key := []byte("a key with thirty-two letters ok")
	wrapped, err := kek.Wrap(ctx, key, "tenant/a")
	require.NoError(t, err)
	requireNoBytes(t, string(wrapped), key)
	got, err := kek.Unwrap(ctx, wrapped, "tenant/a")
	require.NoError(t, err)
	require.Equal(t, key, got)
	again, err := kek.Wrap(ctx, key, "tenant/a")
	require.NoError(t, err)
	require.NotEqual(t, wrapped, again)
	_, err = kek.Unwrap(ctx, wrapped, "tenant/b")
	require.ErrorIs(t, err, errWrapped)
	wrapped[len(wrapped)-8] ^= 1
	_, err = kek.Unwrap(ctx, wrapped, "tenant/a")
	require.ErrorIs(t, err, errWrapped)
	_, err = kek.Unwrap(ctx, nil, "tenant/a")
	require.Error(t, err)
}

func TestFileKEK(t *testing.T) {
	kek, err := NewFileKEK(bytes.Repeat([]byte("k"), KeyLen))
	require.NoError(t, err)
	checkWrapper(t, kek)
	_, err = NewFileKEK(make([]byte, KeyLen-1))
	require.EqualError(t, err, "make key-encryption key: the secret has 31 bytes, must have at least 32")
}

func TestVaultFailures(t *testing.T) {
	s, kek, _ := standInKEK(t, nil)
	f := func(answers []int, asked int, want string) {
		t.Helper()
		s.answers = answers
		before := s.asked.Load()
		_, err := kek.Wrap(context.Background(), []byte("x"), "a")
		if want == "" {
			require.NoError(t, err)
		} else {
			require.EqualError(t, err, want)
		}
		require.Equal(t, int64(asked), s.asked.Load()-before)
		s.answers = nil
	}
	f([]int{500, 429}, 3, "")
	f([]int{503, 503, 503, 503}, 3, "ask vault to encrypt: the server is sealed or standing by")
	f([]int{502, 500, 418}, 3, "ask vault to encrypt: status 418")
	f([]int{404}, 1, "ask vault to encrypt: not found: check mount, namespace and name of the key")
	f([]int{307}, 1, "ask vault to encrypt: status 307") // the token does not go elsewhere
	f([]int{400}, 1, "ask vault to encrypt: status 400: the server's audit log says why")
}

// TestVaultElsewhere: what another server refuses says nothing of the key.
func TestVaultElsewhere(t *testing.T) {
	server := httptest.NewTLSServer(nil)
	defer server.Close()
	file := filepath.Join(t.TempDir(), "token")
	require.NoError(t, os.WriteFile(file, []byte("x"), 0o600))
	server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "Client sent an HTTP request to an HTTPS server.", http.StatusBadRequest)
	})
	kek, err := NewVaultKEK(VaultConfig{Address: server.URL, Key: "tacet", TokenFile: file, Client: server.Client()})
	require.NoError(t, err)
	_, err = kek.Unwrap(context.Background(), []byte("vault:v1:x"), "a")
	require.EqualError(t, err, "ask vault to decrypt: status 400, and not by vault: check the address, and whether it is one of https")
}

// TestVaultHangs: a server that does not answer costs what the caller allows.
func TestVaultHangs(t *testing.T) {
	release := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release }))
	defer server.Close()
	defer close(release)
	file := filepath.Join(t.TempDir(), "token")
	require.NoError(t, os.WriteFile(file, []byte("x"), 0o600))
	kek, err := NewVaultKEK(VaultConfig{Address: server.URL, Key: "tacet", TokenFile: file})
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	_, err = kek.Unwrap(ctx, []byte("vault:v1:x"), "a")
	require.ErrorIs(t, err, context.DeadlineExceeded)
}

func TestVaultAnswers(t *testing.T) {
	for _, body := range []string{"", "{}", "null", "<html>", `{"data":{"ciphertext":7}}`, `{"data":{"plaintext":"AAAA"}}`, `{"data":{"plaintext":"*"}}`} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(body)) }))
		file := filepath.Join(t.TempDir(), "token")
		require.NoError(t, os.WriteFile(file, []byte("x"), 0o600))
		kek, err := NewVaultKEK(VaultConfig{Address: server.URL, Key: "tacet", TokenFile: file})
		require.NoError(t, err)
		_, err = kek.Wrap(context.Background(), []byte("x"), "a")
		require.Error(t, err, body)
		_, err = kek.Unwrap(context.Background(), []byte("vault:v1:x"), "a")
		require.Error(t, err, body)
		server.Close()
	}
}

func TestVaultConfig(t *testing.T) {
	f := func(change func(*VaultConfig), want string) {
		t.Helper()
		c := VaultConfig{Address: "https://vault.example.com:8200", Key: "tacet", TokenFile: "token"}
		change(&c)
		_, err := NewVaultKEK(c)
		if want == "" {
			require.NoError(t, err)
			return
		}
		require.ErrorContains(t, err, want)
	}
	f(func(*VaultConfig) {}, "")
	f(func(c *VaultConfig) { c.Address = "http://127.0.0.1:8200" }, "")
	f(func(c *VaultConfig) { c.Address = "http://vault.example.com" }, "must begin with https")
	f(func(c *VaultConfig) { c.Address = "https://a:b@vault.example.com" }, "no URL of a server")
	f(func(c *VaultConfig) { c.Address = "vault" }, "no URL of a server")
	f(func(c *VaultConfig) { c.Key = "" }, "no name of a key")
	f(func(c *VaultConfig) { c.Key = "a/../b" }, "no name of a key")
	f(func(c *VaultConfig) { c.TokenFile = "" }, "no file with a token")
}

// TestRingOnVault runs a store whose key-encryption key is Vault's.
func TestRingOnVault(t *testing.T) {
	s, kek, _ := standInKEK(t, nil)
	g := newRig(t)
	require.NoError(t, os.Remove(g.config.Path))
	g.config.KEK = kek
	require.NoError(t, Init(context.Background(), g.config))
	r := g.created("acme")
	was := prints(r.Domain("acme", "a"))
	require.NotEqual(t, "error", was)
	require.NoError(t, r.Close())
	require.Equal(t, was, prints(g.open().Domain("acme", "a")))
	v, err := r.Inventory()
	require.NoError(t, err)
	require.Equal(t, "vault:transit/tacet", v.KEK)
	r = g.open()
	s.mu.Lock()
	delete(s.tokens, "first")
	s.mu.Unlock()
	_, err = r.Domain("acme", "a")
	require.ErrorContains(t, err, "refused")
	require.NotContains(t, err.Error(), "CANARY")
}
