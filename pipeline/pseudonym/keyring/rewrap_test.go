package keyring

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	bolt "go.etcd.io/bbolt"
)

// lossy is a key-encryption key that gives back something else.
type lossy struct{ Wrapper }

func (lossy) Unwrap(context.Context, []byte, string) ([]byte, error) {
	return make([]byte, KeyLen), nil
}

// The secrets of a store stay what they are when another key wraps it; nothing that the old one wrapped is left in the file, and who holds
// keys and can unwrap with both notices nothing.
func TestRewrap(t *testing.T) {
	g := newRig(t)
	ctx := context.Background()
	r := g.created("acme")
	require.NoError(t, r.Create(ctx, "bolt"))
	require.NoError(t, r.Create(ctx, "gone"))
	require.NoError(t, r.ShredTenant("gone"))
	for _, mode := range []Mode{Chain, Break, Chain} {
		_, err := r.Rotate(ctx, "acme", mode)
		require.NoError(t, err)
	}
	require.NoError(t, r.ShredVersion("acme", 1))
	// all is every key there is.
	all := func(r *Ring) (keys []string) {
		t.Helper()
		for _, tenant := range []string{"acme", "bolt"} {
			domains, err := r.History(tenant, "analytics")
			require.NoError(t, err)
			for _, chain := range domains {
				for _, k := range chain {
					keys = append(keys, fmt.Sprintf("%x", k.Bytes()))
				}
			}
			for _, f := range []func() (Key, error){
				func() (Key, error) { return r.Epoch(tenant, "analytics", "2026-11-27") }, func() (Key, error) { return r.Epoch(tenant, "analytics", "2026-11") },
				func() (Key, error) { return r.Suppression(tenant) }, func() (Key, error) { return r.Salt(tenant, [16]byte{1}) },
			} {
				k, err := f()
				require.NoError(t, err)
				keys = append(keys, fmt.Sprintf("%x", k.Bytes()))
			}
		}
		return keys
	}
	before := all(r)
	wrapped := func() (all [][]byte) {
		require.NoError(t, r.store.view(func(tx *bolt.Tx, h head) error {
			all = append(all, h.Wrapped)
			for _, tenant := range []string{"acme", "bolt"} {
				found, err := r.store.row(tx, tenant)
				require.NoError(t, err)
				all = append(all, found.Root)
				for _, v := range found.Versions {
					if v.Shredded == nil {
						all = append(all, v.Wrapped)
					}
				}
			}
			return nil
		}))
		return all
	}
	old := wrapped()
	require.Len(t, old, 1+1+3+1+1)

	next, err := NewFileKEK(bytes.Repeat([]byte("n"), KeyLen))
	require.NoError(t, err)
	oldKEK := g.config.KEK
	file, err := os.ReadFile(g.config.Path)
	require.NoError(t, err)

	// Where it can't be done to the end nothing is written.
	_, err = r.Rewrap(ctx, lossy{next})
	require.ErrorContains(t, err, "does not give back what it wrapped")
	g.kek.down.Store(true)
	_, err = r.Rewrap(ctx, next)
	require.ErrorIs(t, err, errDown)
	g.kek.down.Store(false)
	same, err := os.ReadFile(g.config.Path)
	require.NoError(t, err)
	require.True(t, bytes.Equal(file, same))

	g.config.KEK = Either(next, oldKEK)
	worker := g.open()
	require.Equal(t, before, all(worker))
	g.config.KEK = oldKEK
	behind := g.open()
	require.Equal(t, before, all(behind))

	tenants, err := worker.Rewrap(ctx, next)
	require.NoError(t, err)
	require.Equal(t, 3, tenants)
	require.Contains(t, g.events, "rewrapped  file")

	with := func(kek Wrapper) *Ring { g.config.KEK = kek; return g.open() }

	// Before others have looked at the store, what they make of their root is good.
	both := with(Either(next, oldKEK))
	one, err := behind.Salt("acme", [16]byte{2})
	require.NoError(t, err)
	two, err := both.Salt("acme", [16]byte{2})
	require.NoError(t, err)
	require.Equal(t, one.Bytes(), two.Bytes())
	_, err = behind.Epoch("bolt", "analytics", "2026-11-28")
	require.NoError(t, err)

	for _, r := range []*Ring{worker, both, with(next)} {
		r.tick()
		require.Equal(t, before, all(r))
		_, err = r.Rotate(ctx, "bolt", Chain)
		require.NoError(t, err)
		before = all(r)
	}
	behind.tick()
	_, err = behind.Domain("acme", "analytics")
	require.ErrorIs(t, err, errWrapped)
	g.config.KEK = oldKEK
	_, err = Open(g.config)
	require.ErrorIs(t, err, errWrapped)

	file, err = os.ReadFile(g.config.Path)
	require.NoError(t, err)
	for _, w := range old {
		require.False(t, bytes.Contains(file, w) || bytes.Contains(file, []byte(base64.StdEncoding.EncodeToString(w))), "what the old key wrapped is in the file")
	}
	require.Equal(t, "key key key key", fmt.Sprintf("%[1]v %+[1]v %#[1]v %[1]x", Either(next, oldKEK)))
	_, err = Dev([]byte("secret")).Rewrap(ctx, next)
	require.ErrorIs(t, err, errDev)
}

// counted is a key-encryption key that counts what is asked of it, and fails, or does something first, at one of these.
type counted struct {
	Wrapper
	asked, failAt int
	at            func(asked int, context string)
}

func (k *counted) ask(context string) error {
	k.asked++
	if k.at != nil {
		k.at(k.asked, context)
	}
	if k.asked == k.failAt {
		return errDown
	}
	return nil
}

func (k *counted) Wrap(ctx context.Context, key []byte, context string) ([]byte, error) {
	if err := k.ask(context); err != nil {
		return nil, err
	}
	return k.Wrapper.Wrap(ctx, key, context)
}

func (k *counted) Unwrap(ctx context.Context, wrapped []byte, context string) ([]byte, error) {
	if err := k.ask(context); err != nil {
		return nil, err
	}
	return k.Wrapper.Unwrap(ctx, wrapped, context)
}

func nextKEK(t *testing.T) Wrapper {
	next, err := NewFileKEK(bytes.Repeat([]byte("n"), KeyLen))
	require.NoError(t, err)
	return next
}

// Wherever one of the keys fails, the store is what it was; and what neither of them wrapped is no key.
func TestRewrapIsWholeOrNot(t *testing.T) {
	g := newRig(t)
	ctx := context.Background()
	r := g.created("acme")
	require.NoError(t, r.Create(ctx, "bolt"))
	_, err := r.Rotate(ctx, "acme", Chain)
	require.NoError(t, err)
	before, err := os.ReadFile(g.config.Path)
	require.NoError(t, err)
	same := func(what string, at int, err error) {
		t.Helper()
		require.ErrorIs(t, err, errDown, "%s %d", what, at)
		now, err := os.ReadFile(g.config.Path)
		require.NoError(t, err)
		require.True(t, bytes.Equal(before, now), "%s %d: the store has changed", what, at)
	}
	const kept = 1 + 2 + 3 // of the store, the roots, the versions
	for at := 1; at <= 2*kept; at++ {
		_, err := r.Rewrap(ctx, &counted{Wrapper: nextKEK(t), failAt: at})
		if at%2 == 0 { // asked for what it wrapped
			require.ErrorContains(t, err, "does not give back what it wrapped")
			err = errDown
		}
		same("the next key at", at, err)
	}
	old := &counted{Wrapper: g.config.KEK}
	g.config.KEK = old
	r = g.open()
	begun := old.asked
	for at := 1; at <= kept; at++ {
		old.asked, old.failAt = begun, begun+at
		_, err := r.Rewrap(ctx, nextKEK(t))
		same("the key before at", at, err)
	}
	old.failAt = 0
	_, err = r.Rewrap(ctx, nextKEK(t))
	require.NoError(t, err)

	_, err = Either(g.kek, nextKEK(t)).Unwrap(ctx, []byte("what neither of them wrapped, of any length"), "a")
	require.ErrorIs(t, err, errWrapped)
	require.Equal(t, 2, strings.Count(err.Error(), errWrapped.Error()), "both say why")
}

// What others write meanwhile is not lost: the store is read again, and again; not for ever.
func TestRewrapWhileOthersWrite(t *testing.T) {
	g := newRig(t)
	ctx := context.Background()
	other := g.created("acme")
	r := g.open()
	once := &counted{Wrapper: nextKEK(t), at: func(asked int, _ string) {
		if asked == 1 {
			_, err := other.Rotate(ctx, "acme", Chain)
			require.NoError(t, err)
		}
	}}
	_, err := r.Rewrap(ctx, once)
	require.NoError(t, err)
	g.config.KEK = nextKEK(t)
	r = g.open()
	found, err := r.Domain("acme", "a")
	require.NoError(t, err)
	require.Len(t, found, 2, "the rotation is not lost")

	// The keys of the store alone are changed: there are no tenants, whose rows would differ too.
	g = newRig(t)
	r = g.open()
	third, err := NewFileKEK(bytes.Repeat([]byte("t"), KeyLen))
	require.NoError(t, err)
	_, err = r.Rewrap(ctx, &counted{Wrapper: nextKEK(t), at: func(asked int, _ string) {
		if asked == 1 {
			_, err := g.open().Rewrap(ctx, third)
			require.NoError(t, err)
		}
	}})
	require.ErrorIs(t, err, errWrapped, "it is another's now")
	g.config.KEK = third
	g.open()

	g = newRig(t)
	other = g.created("acme")
	r = g.open()
	rotations := 0
	always := &counted{Wrapper: nextKEK(t), at: func(_ int, context string) {
		if strings.HasPrefix(context, "store/") {
			rotations++
			_, err := other.Rotate(ctx, "acme", Chain)
			require.NoError(t, err)
		}
	}}
	before := g.config.KEK
	_, err = r.Rewrap(ctx, always)
	require.ErrorIs(t, err, errChanged)
	require.Equal(t, 2*rewrapTries, rotations)
	g.config.KEK = before
	require.NotEqual(t, "error", prints(g.open().Domain("acme", "a")), "it is all under the key before")
}

// A store from which rows are missing is not put in order.
func TestRewrapOfADamagedStore(t *testing.T) {
	g := newRig(t)
	r := g.created("acme")
	require.NoError(t, r.Create(context.Background(), "bolt"))
	db, err := bolt.Open(g.config.Path, 0o600, nil)
	require.NoError(t, err)
	require.NoError(t, db.Update(func(tx *bolt.Tx) error { return tx.Bucket(tenantsBucket).Delete([]byte("bolt")) }))
	require.NoError(t, db.Close())
	_, err = r.Rewrap(context.Background(), nextKEK(t))
	require.ErrorIs(t, err, ErrDamaged)
}
