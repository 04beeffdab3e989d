package main

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"time"

	"github.com/sonexlabs/tacet/pipeline/pseudonym/keyring"
)

// ring is p in the form the key ring takes.
func (p pseudonymConfig) ring(log *slog.Logger) (keyring.Config, error) {
	c := keyring.DefaultConfig()
	kek, err := p.KEK.wrapper()
	if err != nil {
		return c, err
	}
	if !p.KEKBefore.isZero() {
		before, err := p.KEKBefore.wrapper()
		if err != nil {
			return c, fmt.Errorf("kek_before: %w", err)
		}
		kek = keyring.Either(kek, before)
	}
	c.Path, c.Witness, c.KEK, c.Create, c.Log = string(p.Store), string(p.Witness), kek, p.Create, log
	c.CreateHourly, c.CreateMost = p.CreateHourly, p.CreateMost
	c.TTL, c.Refresh, c.Retry = p.TTL, p.Refresh, p.Retry
	c.Retention = keyring.Retention{Day: p.Retention.Day, Month: p.Retention.Month}
	return c, nil
}

// vaultTimeout bounds one request; the key ring has shorter bounds of its own.
const vaultTimeout = 10 * time.Second

func (k kekConfig) isZero() bool { return k.Vault.Address == "" && k.Key.IsZero() }

// wrapper makes the key-encryption key, without connecting.
func (k kekConfig) wrapper() (keyring.Wrapper, error) {
	v := k.Vault
	if v.Address == "" {
		return keyring.NewFileKEK(k.Key.Reveal())
	}
	transport := &http.Transport{
		Proxy: http.ProxyFromEnvironment, TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12},
		ForceAttemptHTTP2: true, MaxIdleConns: 4, IdleConnTimeout: time.Minute,
	}
	if v.CA != "" {
		text, err := os.ReadFile(string(v.CA))
		if err != nil {
			return nil, fmt.Errorf("configure vault: %w", err)
		}
		transport.TLSClientConfig.RootCAs = x509.NewCertPool()
		if !transport.TLSClientConfig.RootCAs.AppendCertsFromPEM(text) {
			return nil, fmt.Errorf("configure vault: %s holds no certificate", v.CA)
		}
	}
	return keyring.NewVaultKEK(keyring.VaultConfig{
		Address: v.Address, Mount: v.Mount, Key: v.Key, Namespace: v.Namespace, TokenFile: string(v.Token),
		Client: &http.Client{Transport: transport, Timeout: vaultTimeout},
	})
}

// openKeys opens the keys of tokens, and has event told what happens to them; nil tells nobody. Whoever calls it closes them.
func (p pseudonymConfig) openKeys(log *slog.Logger, event func(action, tenant, what string)) (*keyring.Ring, error) {
	if p.InsecureDevKeys {
		return keyring.Dev([]byte(devKey)), nil
	}
	c, err := p.ring(log)
	if err != nil {
		return nil, fmt.Errorf("configure pseudonym: %w", err)
	}
	if event != nil {
		c.Event = event
	}
	keys, err := keyring.Open(c)
	if err != nil {
		var hints []string
		if _, missing := os.Stat(string(p.Store)); errors.Is(missing, fs.ErrNotExist) {
			hints = []string{"a new store is made with: tacet keys init --config FILE"}
		}
		return nil, &commandError{err: err, hints: hints}
	}
	return keys, nil
}
