package keyring

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	bolt "go.etcd.io/bbolt"
)

// Either wraps with one key-encryption key and unwraps what that one or another wrapped: what holders of keys need while a store is brought
// from before to now.
func Either(now, before Wrapper) Wrapper { return either{now, before} }

type either struct{ now, before Wrapper }

func (e either) Name() string { return e.now.Name() }

func (e either) Wrap(ctx context.Context, key []byte, context string) ([]byte, error) {
	return e.now.Wrap(ctx, key, context)
}

func (e either) Unwrap(ctx context.Context, wrapped []byte, context string) ([]byte, error) {
	key, err := e.now.Unwrap(ctx, wrapped, context)
	if err == nil {
		return key, nil
	}
	key, other := e.before.Unwrap(ctx, wrapped, context)
	if other == nil {
		return key, nil
	}
	return nil, fmt.Errorf("%w; the one before: %w", err, other)
}

// Format prints "key" for every verb.
func (e either) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(keyText)) }

// rewrapTries bounds how often a store is read again because somebody changed it meanwhile.
const rewrapTries = 5

// Rewrap wraps all that the store's key-encryption key wraps with another, and rewrites the file without what the old one wrapped. The
// secrets stay as they are, so tokens do. It gives the number of tenants. Rings that can unwrap with the other key (Either) go on; others
// have no keys from their next look at the store on. Backups of the store open with the old key still.
//
// Keys are wrapped anew before anything is written, in one write: a store is all under one key or all under the other.
func (r *Ring) Rewrap(ctx context.Context, next Wrapper) (tenants int, err error) {
	if r.IsDev() {
		return 0, errDev
	}
	for range rewrapTries {
		if tenants, err = r.rewrap(ctx, next); !errors.Is(err, errChanged) {
			break
		}
	}
	if err != nil {
		return 0, fmt.Errorf("wrap keys anew: %w", err)
	}
	r.config.Event("rewrapped", "", next.Name())
	return tenants, nil
}

var errChanged = errors.New("other processes keep changing the store")

func (r *Ring) rewrap(ctx context.Context, next Wrapper) (tenants int, err error) {
	var was head
	rows := map[string]*row{}
	err = r.store.view(func(tx *bolt.Tx, h head) error {
		was = h
		if err := r.store.checkRows(tx, h); err != nil {
			return err
		}
		return tx.Bucket(tenantsBucket).ForEach(func(k, v []byte) error {
			found, err := r.store.checkRow(string(k), v)
			rows[string(k)] = found
			return err
		})
	})
	if err != nil {
		return 0, err
	}
	anew := func(wrapped *[]byte, context string) error {
		secret, err := r.config.KEK.Unwrap(ctx, *wrapped, context)
		if err != nil {
			return fmt.Errorf("unwrap with %s: %w", r.config.KEK.Name(), err)
		}
		defer clear(secret)
		if *wrapped, err = next.Wrap(ctx, secret, context); err != nil {
			return fmt.Errorf("wrap with %s: %w", next.Name(), err)
		}
		// What can't be read back must not take the place of what can.
		again, err := next.Unwrap(ctx, *wrapped, context)
		if err != nil || !bytes.Equal(again, secret) {
			return fmt.Errorf("wrap with %s: it does not give back what it wrapped", next.Name())
		}
		clear(again)
		return nil
	}
	wrapped := bytes.Clone(was.Wrapped)
	if err := anew(&wrapped, "store/"+was.ID); err != nil {
		return 0, err
	}
	for tenant, found := range rows {
		if err := found.rewrap(tenant, anew); err != nil {
			return 0, fmt.Errorf("tenant %q: %w", tenant, err)
		}
	}
	err = r.write(func(tx *bolt.Tx, h *head) error {
		if !bytes.Equal(h.Sum, was.Sum) || !bytes.Equal(h.Wrapped, was.Wrapped) {
			return errChanged
		}
		for tenant, found := range rows {
			if err := r.store.putRow(tx, h, tenant, found); err != nil {
				return err
			}
		}
		h.Wrapped, h.KEK, h.Compact, h.force = wrapped, next.Name(), true, true
		return nil
	})
	return len(rows), err
}

// rewrap puts anew what the key-encryption key wraps.
func (r *row) rewrap(tenant string, anew func(wrapped *[]byte, context string) error) error {
	if r.Shredded != nil {
		return nil
	}
	if err := anew(&r.Root, rootContext(tenant, r.first())); err != nil {
		return err
	}
	for i := range r.Versions {
		v := &r.Versions[i]
		if v.Shredded != nil {
			continue
		}
		if err := anew(&v.Wrapped, versionContext(tenant, v.Number)); err != nil {
			return err
		}
	}
	return nil
}
