//go:build unix

package keyring

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	bolt "go.etcd.io/bbolt"
)

// vaultServer is what TestVaultServer asks: the stand-in, or a server that it has started.
type vaultServer struct {
	address, root, unsealKey string
	client                   *http.Client
	pause                    func(bool)
}

// TestVaultServer: the client against the stand-in and, where "bao" or "vault" is found, against that server: what one answers the other
// does. It starts the server itself, in memory, and takes none from the environment: it seals it and deletes keys.
func TestVaultServer(t *testing.T) {
	t.Run("stand-in", func(t *testing.T) {
		s := newStandIn()
		delete(s.keys, "transit/tacet")
		delete(s.paths, "transit")
		server := httptest.NewUnstartedServer(s)
		server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError) // of handshakes that are to fail
		server.StartTLS()
		defer server.Close()
		checkVaultServer(t, vaultServer{server.URL, "root", "x", server.Client(), func(stop bool) {
			if stop {
				s.mu.Lock()
			} else {
				s.mu.Unlock()
			}
		}})
	})
	for _, name := range []string{"bao", "vault"} {
		t.Run(name, func(t *testing.T) {
			exe, err := exec.LookPath(name)
			if err != nil {
				t.Skipf("no %s in PATH: make test-vault installs OpenBao", name)
			}
			checkVaultServer(t, startVault(t, exe))
		})
	}
}

// startVault starts a server that keeps all in memory, with TLS.
func startVault(t *testing.T, exe string) vaultServer {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := listener.Addr().String()
	require.NoError(t, listener.Close())
	dir := t.TempDir()
	log, err := os.Create(filepath.Join(dir, "log"))
	require.NoError(t, err)
	defer log.Close()
	cmd := exec.Command(exe, "server", "-dev-tls", "-dev-tls-cert-dir="+dir, "-dev-root-token-id=root", "-dev-no-store-token", "-dev-listen-address="+address)
	cmd.Env, cmd.Stdout, cmd.Stderr = []string{"HOME=" + dir}, log, log
	require.NoError(t, cmd.Start())
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	v := vaultServer{address: "https://" + address, root: "root", pause: func(stop bool) {
		signal := syscall.SIGCONT
		if stop {
			signal = syscall.SIGSTOP
		}
		require.NoError(t, cmd.Process.Signal(signal))
	}}
	unsealKey := regexp.MustCompile(`Unseal Key: (\S+)`)
	require.Eventually(t, func() bool {
		text, _ := os.ReadFile(log.Name())
		authority, _ := os.ReadFile(filepath.Join(dir, "vault-ca.pem"))
		found, roots := unsealKey.FindSubmatch(text), x509.NewCertPool()
		if found == nil || !roots.AppendCertsFromPEM(authority) {
			return false
		}
		v.unsealKey, v.client = string(found[1]), &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}}
		return true
	}, time.Minute, 50*time.Millisecond, "the server does not start")
	return v
}

// ask has the server do what an administrator would, and gives the token in its answer.
func (v vaultServer) ask(t *testing.T, namespace, method, path, body string) (token string, status int) {
	t.Helper()
	request, err := http.NewRequest(method, v.address+"/v1/"+path, bytes.NewReader([]byte(body)))
	require.NoError(t, err)
	request.Header.Set("X-Vault-Token", v.root)
	if namespace != "" {
		request.Header.Set("X-Vault-Namespace", namespace)
	}
	response, err := v.client.Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	var answer struct {
		Auth struct {
			Token string `json:"client_token"`
		}
	}
	_ = json.Unmarshal(text, &answer)
	return answer.Auth.Token, response.StatusCode
}

// do is ask where it must go well.
func (v vaultServer) do(t *testing.T, namespace, method, path, body string) string {
	t.Helper()
	token, status := v.ask(t, namespace, method, path, body)
	require.Less(t, status, 300, path)
	return token
}

// worker makes a token as VaultConfig asks for: it may use keys, and not make them.
func (v vaultServer) worker(t *testing.T, namespace string) string {
	t.Helper()
	policy := ""
	for _, path := range []string{"transit/encrypt/*", "transit/decrypt/*", "kms/eu/encrypt/*", "kms/eu/decrypt/*"} {
		policy += fmt.Sprintf(`path \"%s\" {capabilities=[\"update\"]} `, path)
	}
	v.do(t, namespace, "PUT", "sys/policies/acl/tacet", `{"policy":"`+policy+`"}`)
	return v.do(t, namespace, "POST", "auth/token/create", `{"policies":["tacet"]}`)
}

func (v vaultServer) kek(t *testing.T, token string, change func(*VaultConfig)) Wrapper {
	t.Helper()
	file := filepath.Join(t.TempDir(), "token")
	require.NoError(t, os.WriteFile(file, []byte(token), 0o600))
	c := VaultConfig{Address: v.address, Key: "tacet", TokenFile: file, Client: v.client}
	if change != nil {
		change(&c)
	}
	kek, err := NewVaultKEK(c)
	require.NoError(t, err)
	return kek
}

func checkVaultServer(t *testing.T, v vaultServer) {
	v.do(t, "", "POST", "sys/mounts/transit", `{"type":"transit"}`)
	v.do(t, "", "POST", "transit/keys/tacet", `{}`)
	token := v.worker(t, "")
	ctx := context.Background()
	secret := bytes.Repeat([]byte("s"), KeyLen)
	// fails asks a key that should have wrapped this to wrap and to unwrap.
	wrapped, err := v.kek(t, token, nil).Wrap(ctx, secret, "a")
	require.NoError(t, err)
	fails := func(t *testing.T, kek Wrapper, wrap, unwrap string) {
		t.Helper()
		_, err := kek.Wrap(ctx, secret, "a")
		require.ErrorContains(t, err, wrap)
		require.NotContains(t, err.Error(), "CANARY")
		_, err = kek.Unwrap(ctx, wrapped, "a")
		require.ErrorContains(t, err, unwrap)
		require.NotContains(t, err.Error(), "CANARY")
		require.NotErrorIs(t, err, errWrapped)
	}

	t.Run("wraps", func(t *testing.T) { checkWrapper(t, v.kek(t, token, nil)) })
	t.Run("refuses", func(t *testing.T) {
		fails(t, v.kek(t, "wrong", nil), "refused: ", "refused: ")
		fails(t, v.kek(t, token, func(c *VaultConfig) { c.Key = "missing" }), "refused: ", "not found: ")
		fails(t, v.kek(t, token, func(c *VaultConfig) { c.Mount = "secret" }), "refused: ", "refused: ")
		fails(t, v.kek(t, v.root, func(c *VaultConfig) { c.Mount = "missing" }), "not found: ", "not found: ")
		for _, kind := range []string{`{"type":"rsa-2048"}`, `{"derived":true}`} {
			v.do(t, "", "POST", "transit/keys/kind", kind)
			_, err := v.kek(t, token, func(c *VaultConfig) { c.Key = "kind" }).Wrap(ctx, secret, "a")
			require.ErrorContains(t, err, "the key must ")
			v.do(t, "", "POST", "transit/keys/kind/config", `{"deletion_allowed":true}`)
			v.do(t, "", "DELETE", "transit/keys/kind", "")
		}
		_, err := v.kek(t, token, nil).Unwrap(ctx, []byte("vault:v9:AAAA"), "a")
		require.ErrorIs(t, err, errWrapped)
	})
	t.Run("mount", func(t *testing.T) {
		v.do(t, "", "POST", "sys/mounts/kms/eu", `{"type":"transit"}`)
		v.do(t, "", "POST", "kms/eu/keys/tacet", `{}`)
		kek := v.kek(t, token, func(c *VaultConfig) { c.Mount = "/kms/eu/" })
		checkWrapper(t, kek)
		_, err := kek.Unwrap(ctx, wrapped, "a")
		require.ErrorIs(t, err, errWrapped)
	})
	t.Run("namespace", func(t *testing.T) {
		if _, status := v.ask(t, "", "POST", "sys/namespaces/team", `{}`); status >= 300 {
			t.Skip("this server has no namespaces")
		}
		v.do(t, "team", "POST", "sys/mounts/transit", `{"type":"transit"}`)
		v.do(t, "team", "POST", "transit/keys/tacet", `{}`)
		in := func(name string) func(c *VaultConfig) { return func(c *VaultConfig) { c.Namespace = name } }
		checkWrapper(t, v.kek(t, v.worker(t, "team"), in("team")))
		fails(t, v.kek(t, token, in("team")), "refused: ", "refused: ")
		fails(t, v.kek(t, token, in("missing")), "not found: ", "not found: ")
	})
	t.Run("tls", func(t *testing.T) {
		fails(t, v.kek(t, token, func(c *VaultConfig) { c.Client = nil }), "certificate", "certificate")
		plain := func(c *VaultConfig) { c.Address = "http" + c.Address[len("https"):] }
		fails(t, v.kek(t, token, plain), "ask vault to encrypt", "ask vault to decrypt")
	})
	t.Run("hangs", func(t *testing.T) {
		kek := v.kek(t, token, nil)
		checkWrapper(t, kek)
		v.pause(true)
		require.Eventually(t, func() bool { // it stops a little later than it is told
			short, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
			defer cancel()
			_, err := kek.Unwrap(short, wrapped, "a")
			return errors.Is(err, context.DeadlineExceeded)
		}, time.Minute, time.Millisecond)
		v.pause(false)
		checkWrapper(t, kek)
	})
	t.Run("store", func(t *testing.T) { checkVaultStore(t, v, token) })
	t.Run("deleted", func(t *testing.T) {
		v.do(t, "", "POST", "transit/keys/tacet/config", `{"deletion_allowed":true}`)
		v.do(t, "", "DELETE", "transit/keys/tacet", "")
		fails(t, v.kek(t, token, nil), "refused: ", "not found: ")
	})
}

// checkVaultStore: a store lives through a rotation on the server, through its sealing, and comes under the new version by Rewrap.
func checkVaultStore(t *testing.T, v vaultServer, token string) {
	ctx := context.Background()
	g := newRig(t)
	require.NoError(t, os.Remove(g.config.Path))
	g.config.KEK = v.kek(t, token, nil)
	require.NoError(t, Init(ctx, g.config))
	r := g.created("acme")
	was := prints(r.Domain("acme", "a"))
	require.NotEqual(t, "error", was)
	versions := func() (all string) {
		require.NoError(t, r.store.view(func(tx *bolt.Tx, h head) error {
			found, err := r.store.row(tx, "acme")
			require.NoError(t, err)
			for _, wrapped := range [][]byte{h.Wrapped, found.Root, found.Versions[0].Wrapped} {
				version, _, _ := bytes.Cut(wrapped[len("vault:"):], []byte(":"))
				all += fmt.Sprintf("%s ", version)
			}
			return nil
		}))
		return all
	}
	require.Equal(t, "v1 v1 v1 ", versions())

	v.do(t, "", "POST", "transit/keys/tacet/rotate", "")
	require.Equal(t, was, prints(g.open().Domain("acme", "a")))
	tenants, err := r.Rewrap(ctx, g.config.KEK)
	require.NoError(t, err)
	require.Equal(t, 1, tenants)
	require.Equal(t, "v2 v2 v2 ", versions())
	old, err := g.config.KEK.Wrap(ctx, []byte("x"), "a")
	require.NoError(t, err)
	v.do(t, "", "POST", "transit/keys/tacet/rotate", "")
	v.do(t, "", "POST", "transit/keys/tacet/config", `{"min_decryption_version":2}`)
	require.Equal(t, was, prints(g.open().Domain("acme", "a")))
	v.do(t, "", "POST", "transit/keys/tacet/config", `{"min_decryption_version":3}`)
	_, err = Open(g.config)
	require.ErrorContains(t, err, "min_decryption_version")
	_, err = g.config.KEK.Unwrap(ctx, old, "a")
	require.ErrorContains(t, err, "min_decryption_version")
	require.NotErrorIs(t, err, errWrapped)
	v.do(t, "", "POST", "transit/keys/tacet/config", `{"min_decryption_version":1}`)

	// What is in memory goes on until it must be unwrapped again.
	require.Equal(t, was, prints(r.Domain("acme", "a")))
	v.do(t, "", "PUT", "sys/seal", "")
	require.Equal(t, was, prints(r.Domain("acme", "a")))
	require.NotEqual(t, "error", prints(r.Domain("acme", "b")))
	_, err = Open(g.config)
	require.ErrorContains(t, err, "the server is sealed")
	g.pass(2 * g.config.TTL)
	r.tick()
	_, err = r.Domain("acme", "a")
	require.ErrorContains(t, err, "the server is sealed")
	v.do(t, "", "PUT", "sys/unseal", `{"key":"`+v.unsealKey+`"}`)
	g.pass(g.config.Retry)
	require.Eventually(t, func() bool { return was == prints(r.Domain("acme", "a")) }, time.Minute, 50*time.Millisecond)
}
