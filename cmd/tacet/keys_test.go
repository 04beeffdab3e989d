package main

import (
	"context"
	"encoding/pem"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestVaultOverTLS: the configured authority vouches for the server, and no other does.
func TestVaultOverTLS(t *testing.T) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		require.Equal(t, "/v1/transit/encrypt/tacet", r.URL.Path)
		_, _ = w.Write([]byte(`{"data":{"ciphertext":"vault:v1:AAAA"}}`))
	}))
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError) // of handshakes that are to fail
	server.StartTLS()
	defer server.Close()
	dir := t.TempDir()
	token, ca := filepath.Join(dir, "token"), filepath.Join(dir, "ca.pem")
	require.NoError(t, os.WriteFile(token, []byte("x"), 0o600))
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	require.NoError(t, os.WriteFile(ca, text, 0o600))

	c := defaultConfig().Pseudonym.KEK
	c.Vault.Address, c.Vault.Key, c.Vault.Token, c.Vault.CA = server.URL, "tacet", path(token), path(ca)
	kek, err := c.wrapper()
	require.NoError(t, err)
	require.Equal(t, "vault:transit/tacet", kek.Name())
	wrapped, err := kek.Wrap(context.Background(), []byte("x"), "a")
	require.NoError(t, err)
	require.Equal(t, "vault:v1:AAAA", string(wrapped))

	c.Vault.CA = ""
	kek, err = c.wrapper()
	require.NoError(t, err)
	_, err = kek.Wrap(context.Background(), []byte("x"), "a")
	require.ErrorContains(t, err, "certificate")

	c.Vault.CA = path(token)
	_, err = c.wrapper()
	require.ErrorContains(t, err, "holds no certificate")
}
