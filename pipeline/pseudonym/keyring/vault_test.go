package keyring

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// standIn answers as Vault's Transit engine does, as far as the client asks: base64 in JSON, "vault:v1:" before a ciphertext,
// associated data authenticated, 400 for what does not decrypt.
type standIn struct {
	mu      sync.Mutex
	token   string
	answers []int // statuses to give first
	asked   atomic.Int64
	seen    http.Header
	ignores bool // associated data, as servers before 1.13 do
}

func (s *standIn) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked.Add(1)
	s.seen = r.Header.Clone()
	refuse := func(status int) {
		w.WriteHeader(status)
		_, _ = w.Write([]byte(`{"errors":["CANARY of an error text"]}`))
	}
	if len(s.answers) > 0 {
		status := s.answers[0]
		s.answers = s.answers[1:]
		w.Header().Set("Location", "/v1/elsewhere")
		refuse(status)
		return
	}
	var in struct {
		Plaintext, Ciphertext string
		AssociatedData        string `json:"associated_data"`
	}
	if r.Method != http.MethodPost || json.NewDecoder(r.Body).Decode(&in) != nil {
		refuse(http.StatusBadRequest)
		return
	}
	context, err := base64.StdEncoding.DecodeString(in.AssociatedData)
	switch {
	case r.Header.Get("X-Vault-Token") != s.token:
		refuse(http.StatusForbidden)
		return
	case err != nil:
		refuse(http.StatusBadRequest)
		return
	}
	if s.ignores {
		context = nil
	}
	key := newKey(bytes.Repeat([]byte("v"), KeyLen), 1)
	aead, _ := newAEAD(key.Bytes())
	data := map[string]any{}
	switch r.URL.Path {
	case "/v1/transit/encrypt/tacet":
		plain, err := base64.StdEncoding.DecodeString(in.Plaintext)
		if err != nil {
			refuse(http.StatusBadRequest)
			return
		}
		data["ciphertext"] = "vault:v1:" + base64.StdEncoding.EncodeToString(aead.Seal(nil, nil, plain, context))
		data["key_version"] = 1
	case "/v1/transit/decrypt/tacet":
		text, _ := strings.CutPrefix(in.Ciphertext, "vault:v1:")
		sealed, _ := base64.StdEncoding.DecodeString(text)
		plain, err := aead.Open(nil, nil, sealed, context)
		if err != nil {
			refuse(http.StatusBadRequest)
			return
		}
		data["plaintext"] = base64.StdEncoding.EncodeToString(plain)
	default:
		refuse(http.StatusNotFound)
		return
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"request_id": "1", "data": data})
}

// standInKEK serves a stand-in and makes a key-encryption key of it.
func standInKEK(t *testing.T, change func(*VaultConfig)) (*standIn, Wrapper, string) {
	s := &standIn{token: "first"}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	file := filepath.Join(t.TempDir(), "token")
	require.NoError(t, os.WriteFile(file, []byte("first\n"), 0o600))
	c := VaultConfig{Address: server.URL, Key: "tacet", TokenFile: file}
	if change != nil {
		change(&c)
	}
	kek, err := NewVaultKEK(c)
	require.NoError(t, err)
	return s, kek, file
}

func TestVault(t *testing.T) {
	s, kek, file := standInKEK(t, func(c *VaultConfig) { c.Namespace = "team" })
	checkWrapper(t, kek)
	require.Equal(t, "vault:transit/tacet", kek.Name())
	require.Equal(t, "team", s.seen.Get("X-Vault-Namespace"))

	// The token is read again.
	s.token = "second"
	_, err := kek.Wrap(context.Background(), []byte("x"), "a")
	require.EqualError(t, err, "ask vault to encrypt: refused: the token has expired or may not use the key")
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
	f([]int{404}, 1, "ask vault to encrypt: not found: check mount and name of the key")
	f([]int{307}, 1, "ask vault to encrypt: status 307") // the token does not go elsewhere
	f([]int{400}, 1, "ask vault to encrypt: status 400")
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
	s.token = "another"
	s.mu.Unlock()
	_, err = r.Domain("acme", "a")
	require.ErrorContains(t, err, "refused")
	require.NotContains(t, err.Error(), "CANARY")
}

// TestVaultServer runs against a server: set TACET_TEST_VAULT_ADDR, and TACET_TEST_VAULT_TOKEN to a token that may use the key "tacet" of
// its Transit engine ("vault secrets enable transit; vault write -f transit/keys/tacet").
func TestVaultServer(t *testing.T) {
	address := os.Getenv("TACET_TEST_VAULT_ADDR")
	if address == "" {
		t.Skip("no Vault server: TACET_TEST_VAULT_ADDR is not set")
	}
	file := filepath.Join(t.TempDir(), "token")
	require.NoError(t, os.WriteFile(file, []byte(os.Getenv("TACET_TEST_VAULT_TOKEN")), 0o600))
	kek, err := NewVaultKEK(VaultConfig{Address: address, Key: "tacet", TokenFile: file})
	require.NoError(t, err)
	checkWrapper(t, kek)
}
