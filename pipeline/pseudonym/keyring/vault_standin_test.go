package keyring

import (
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

// standIn answers as the Transit engine does. TestVaultServer asks it and, where there is one, a real server the same.
type standIn struct {
	mu       sync.Mutex
	tokens   map[string]string // of what namespace; the root's is "/"
	paths    map[string]bool   // mounts and, with a slash at their end, namespaces
	keys     map[string]*standInKey
	sealed   bool
	answers  []int // statuses to give first
	asked    atomic.Int64
	seen     http.Header
	ignores  bool // associated data, as servers before 1.13 do
	tokensOf int
}

type standInKey struct {
	versions []cipher.AEAD
	oldest   int
	kind     string
	derived  bool
}

func newStandIn() *standIn {
	s := &standIn{tokens: map[string]string{"root": "/"}, paths: map[string]bool{"transit": true}, keys: map[string]*standInKey{}}
	s.keys["transit/tacet"] = (&standInKey{oldest: 1}).rotate()
	return s
}

func (k *standInKey) rotate() *standInKey {
	secret := make([]byte, KeyLen)
	_, _ = rand.Read(secret)
	aead, _ := newAEAD(secret)
	k.versions = append(k.versions, aead)
	return k
}

type standInRequest struct {
	Plaintext, Ciphertext, Type string
	AssociatedData              string `json:"associated_data"`
	Derived                     bool
	Oldest                      int `json:"min_decryption_version"`
}

func (s *standIn) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked.Add(1)
	s.seen = r.Header.Clone()
	if len(s.answers) > 0 {
		w.Header().Set("Location", "/v1/elsewhere")
		w.WriteHeader(s.answers[0])
		_, _ = w.Write([]byte(`{"errors":["CANARY of an error text"]}`))
		s.answers = s.answers[1:]
		return
	}
	var in standInRequest
	_ = json.NewDecoder(r.Body).Decode(&in)
	data, status, text := s.answer(r, in)
	w.WriteHeader(status)
	if text != "" {
		_ = json.NewEncoder(w).Encode(map[string]any{"errors": []string{text + ": CANARY"}})
	} else if status == http.StatusOK {
		_ = json.NewEncoder(w).Encode(map[string]any{"request_id": "1", "data": data, "auth": data})
	}
}

func (s *standIn) answer(r *http.Request, in standInRequest) (data map[string]any, status int, text string) {
	path := strings.TrimPrefix(r.URL.Path, "/v1/")
	namespace := ""
	if n := r.Header.Get("X-Vault-Namespace"); n != "" {
		namespace = n + "/"
	}
	of, known := s.tokens[r.Header.Get("X-Vault-Token")]
	root := of == "/"
	parts := strings.Split(path, "/")
	last := parts[len(parts)-1]
	switch {
	case path == "sys/unseal":
		s.sealed = false
		return nil, http.StatusOK, ""
	case s.sealed:
		return nil, http.StatusServiceUnavailable, "Vault is sealed"
	case namespace != "" && !s.paths[namespace]:
		return nil, http.StatusNotFound, "namespace not found"
	case !known || !root && (of != namespace || !strings.HasPrefix(path, "transit/") && !strings.HasPrefix(path, "kms/")):
		return nil, http.StatusForbidden, "permission denied"
	case path == "sys/seal":
		s.sealed = true
		return nil, http.StatusNoContent, ""
	case parts[0] == "sys" && len(parts) > 2:
		switch parts[1] {
		case "mounts":
			s.paths[namespace+strings.Join(parts[2:], "/")] = true
		case "namespaces":
			s.paths[last+"/"] = true
		}
		return nil, http.StatusNoContent, ""
	case path == "auth/token/create":
		s.tokensOf++
		token := fmt.Sprintf("token-%d", s.tokensOf)
		s.tokens[token] = namespace
		return map[string]any{"client_token": token}, http.StatusOK, ""
	}
	mount, rest := "", ""
	for p := range s.paths {
		if after, ok := strings.CutPrefix(namespace+path, p+"/"); ok && !strings.HasSuffix(p, "/") {
			mount, rest = p, after
		}
	}
	verb, name, _ := strings.Cut(rest, "/")
	if mount == "" {
		return nil, http.StatusNotFound, "no handler for route"
	}
	if verb == "keys" {
		return s.administer(r.Method, mount, name, in)
	}
	return s.use(mount, verb, name, root, in)
}

func (s *standIn) administer(method, mount, path string, in standInRequest) (data map[string]any, status int, text string) {
	name, verb, _ := strings.Cut(path, "/")
	key := s.keys[mount+"/"+name]
	switch {
	case method == http.MethodDelete:
		delete(s.keys, mount+"/"+name)
	case verb == "rotate":
		key.rotate()
	case verb == "config":
		if in.Oldest > 0 {
			key.oldest = in.Oldest
		}
	case verb == "":
		s.keys[mount+"/"+name] = (&standInKey{oldest: 1, kind: in.Type, derived: in.Derived}).rotate()
	}
	return nil, http.StatusNoContent, ""
}

// use wraps and unwraps.
func (s *standIn) use(mount, verb, name string, root bool, in standInRequest) (data map[string]any, status int, text string) {
	refuse := func(text string) (map[string]any, int, string) { return nil, http.StatusBadRequest, text }
	key := s.keys[mount+"/"+name]
	if key == nil && verb == "encrypt" {
		if !root {
			return nil, http.StatusForbidden, "permission denied" // it may not create
		}
		key = (&standInKey{oldest: 1}).rotate()
		s.keys[mount+"/"+name] = key
	}
	context, err := base64.StdEncoding.DecodeString(in.AssociatedData)
	if s.ignores {
		context = nil
	}
	switch {
	case err != nil:
		return refuse("illegal base64 data")
	case verb == "decrypt" && in.Ciphertext == "":
		return refuse("missing ciphertext to decrypt")
	case verb == "encrypt" && in.Plaintext == "":
		return refuse("missing plaintext to encrypt")
	case key == nil:
		return refuse("encryption key not found")
	case strings.HasPrefix(key.kind, "rsa"):
		return refuse("'[0].associated_data' provided for non-AEAD cipher suite " + key.kind)
	case key.derived:
		return refuse("missing 'context' for key derivation; the key was created using a derived key")
	case verb == "encrypt":
		plain, err := base64.StdEncoding.DecodeString(in.Plaintext)
		if err != nil {
			return refuse("illegal base64 data")
		}
		sealed := key.versions[len(key.versions)-1].Seal(nil, nil, plain, context)
		return map[string]any{"ciphertext": fmt.Sprintf("vault:v%d:%s", len(key.versions), base64.StdEncoding.EncodeToString(sealed))}, http.StatusOK, ""
	}
	number, encoded, _ := strings.Cut(strings.TrimPrefix(in.Ciphertext, "vault:v"), ":")
	sealed, err := base64.StdEncoding.DecodeString(encoded)
	version, err2 := strconv.Atoi(number)
	switch {
	case err != nil:
		return refuse("invalid ciphertext: could not decode base64")
	case err2 != nil:
		return refuse("invalid ciphertext: version number could not be decoded")
	case version > len(key.versions):
		return refuse("invalid ciphertext: version is too new")
	case version < key.oldest:
		return refuse("ciphertext or signature version is disallowed by policy (too old)")
	}
	plain, err := key.versions[version-1].Open(nil, nil, sealed, context)
	if err != nil {
		return refuse("cipher: message authentication failed")
	}
	return map[string]any{"plaintext": base64.StdEncoding.EncodeToString(plain)}, http.StatusOK, ""
}

// standInKEK serves a stand-in and makes a key-encryption key of it.
func standInKEK(t *testing.T, change func(*VaultConfig)) (*standIn, Wrapper, string) {
	s := newStandIn()
	s.tokens["first"] = ""
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
