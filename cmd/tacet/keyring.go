package main

import (
	"fmt"
	"log/slog"

	"github.com/sonexlabs/tacet/pipeline/pseudonym/keyring"
)

// ring is p in the form the key ring takes.
func (p pseudonymConfig) ring(log *slog.Logger) (keyring.Config, error) {
	c := keyring.DefaultConfig()
	kek, err := keyring.NewFileKEK(p.KEK.Key.Reveal())
	if err != nil {
		return c, err
	}
	c.Path, c.Witness, c.KEK, c.Create, c.Log = string(p.Store), string(p.Witness), kek, p.Create, log
	c.TTL, c.Refresh, c.Retry = p.TTL, p.Refresh, p.Retry
	c.Retention = keyring.Retention{Day: p.Retention.Day, Month: p.Retention.Month}
	return c, nil
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
		return nil, &commandError{err: err, hints: []string{"a new store is made with: tacet keys init --config FILE"}}
	}
	return keys, nil
}
