package keyring

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	bolt "go.etcd.io/bbolt"
)

// TestRollback: a store that is older than what was seen is refused, by those who saw it and by those who ask the witness.
func TestRollback(t *testing.T) {
	g := newRig(t)
	r := g.created("acme")
	old, err := os.ReadFile(g.config.Path)
	require.NoError(t, err)
	require.NoError(t, r.SetLevel("acme", 1))
	require.NoError(t, r.ShredTenant("acme"))
	now, err := os.ReadFile(g.config.Path)
	require.NoError(t, err)

	generation := r.Generation()
	require.NoError(t, os.WriteFile(g.config.Path, old, 0o600))
	r.tick()
	require.NotEqual(t, generation, r.Generation())
	_, err = r.Domain("acme", "a")
	require.ErrorIs(t, err, ErrRollback)
	require.ErrorIs(t, r.SetLevel("acme", 2), ErrRollback)
	_, err = Open(g.config)
	require.ErrorIs(t, err, ErrRollback)

	require.NoError(t, os.WriteFile(g.config.Path, now, 0o600))
	r.tick()
	_, err = r.Domain("acme", "a")
	require.ErrorIs(t, err, ErrShredded)

	// Without the store, or with another one: not made anew.
	require.NoError(t, os.Remove(g.config.Path))
	_, err = Open(g.config)
	require.ErrorIs(t, err, os.ErrNotExist)
	require.ErrorIs(t, Init(context.Background(), g.config), ErrRollback)
	witness := g.config.Witness
	g.config.Witness = ""
	require.NoError(t, Init(context.Background(), g.config))
	g.config.Witness = witness
	_, err = Open(g.config)
	require.ErrorIs(t, err, ErrRollback)
	r.tick()
	require.ErrorIs(t, second(r.Domain("acme", "a")), ErrRollback)

	require.NoError(t, os.WriteFile(witness, []byte("nothing"), 0o600))
	_, err = Open(g.config)
	require.ErrorContains(t, err, "holds no testimony")
}

// TestRowPutBack: a single row of another time is found, though it is whole.
func TestRowPutBack(t *testing.T) {
	g := newRig(t)
	r := g.created("acme")
	var old []byte
	edit := func(f func(*bolt.Bucket) error) {
		t.Helper()
		db, err := bolt.Open(g.config.Path, 0o600, nil)
		require.NoError(t, err)
		require.NoError(t, db.Update(func(tx *bolt.Tx) error { return f(tx.Bucket(tenantsBucket)) }))
		require.NoError(t, db.Close())
	}
	edit(func(b *bolt.Bucket) error { old = bytes.Clone(b.Get([]byte("acme"))); return nil })
	_, err := r.Rotate(context.Background(), "acme", Break)
	require.NoError(t, err)
	require.NoError(t, r.ShredVersion("acme", 1))
	require.NoError(t, r.Close())
	edit(func(b *bolt.Bucket) error { return b.Put([]byte("acme"), old) })
	_, err = Open(g.config)
	require.ErrorIs(t, err, ErrDamaged)
	edit(func(b *bolt.Bucket) error { return b.Put([]byte("bolt"), old) })
	_, err = Open(g.config)
	require.ErrorIs(t, err, ErrDamaged)
	edit(func(b *bolt.Bucket) error { return errors.Join(b.Delete([]byte("bolt")), b.Delete([]byte("acme"))) })
	_, err = Open(g.config)
	require.ErrorIs(t, err, ErrDamaged)
}

func TestOtherKEK(t *testing.T) {
	g := newRig(t)
	require.NoError(t, g.created("acme").Close())
	other, err := NewFileKEK(bytes.Repeat([]byte("o"), KeyLen))
	require.NoError(t, err)
	g.config.KEK = other
	_, err = Open(g.config)
	require.ErrorIs(t, err, errWrapped)
	require.ErrorContains(t, err, "unwrap its key with file")
}

// TestDamage flips, zeroes and cuts the file in every page. What opens gives the keys that were there or an error, and no key
// that is new, though the ring makes tenants it does not find.
func TestDamage(t *testing.T) {
	g := newRig(t)
	g.config.Create, g.config.Witness = true, ""
	r := g.open()
	ask := func(r *Ring) (all []string) {
		for _, tenant := range []string{"acme", "bolt", "core"} {
			all = append(all, prints(r.Domain(tenant, "a")), one(r.Epoch(tenant, "a", "2026-11-27")), one(r.Suppression(tenant)))
		}
		return append(all, one(r.Salt("acme", [16]byte{1})))
	}
	want := ask(r)
	require.NotContains(t, want, "error")
	require.NoError(t, r.Close())
	whole, err := os.ReadFile(g.config.Path)
	require.NoError(t, err)

	page := os.Getpagesize()
	random := rand.New(rand.NewPCG(5, 1))
	opened, refused := 0, 0
	f := func(what string, text []byte) {
		t.Helper()
		require.NoError(t, os.WriteFile(g.config.Path, text, 0o600))
		r, err := Open(g.config)
		if err != nil {
			refused++
			return
		}
		opened++
		for i, got := range ask(r) {
			require.Contains(t, []string{want[i], "error"}, got, what)
		}
		_ = r.Close()
	}
	for at := 0; at < len(whole); at += page {
		for range 24 {
			text := bytes.Clone(whole)
			i := at + random.IntN(page)
			if random.IntN(2) == 0 {
				i = at + random.IntN(256) // where headers and keys are
			}
			text[i] ^= 1 << random.IntN(8)
			f(fmt.Sprint("bit at ", i), text)
		}
		text := bytes.Clone(whole)
		clear(text[at : at+page])
		f(fmt.Sprint("zeros from ", at), text)
		text = bytes.Clone(whole)
		copy(text[at+page/2:at+page], whole[:page/2])
		f(fmt.Sprint("torn page at ", at), text)
		f(fmt.Sprint("cut at ", at), whole[:at])
		f(fmt.Sprint("cut in ", at), whole[:at+page/2])
	}
	t.Logf("%d opened, %d refused", opened, refused)
	require.Positive(t, opened)
	require.Positive(t, refused)
}

// TestKill ends a child in the middle of its writes, again and again: every key it reported is there afterwards, and nothing that it
// reported destroyed.
func TestKill(t *testing.T) {
	g := newRig(t)
	require.NoError(t, g.created("acme").Close())
	seed := uint64(time.Now().UnixNano())
	random := rand.New(rand.NewPCG(seed, 0))
	want := map[string]string{}
	for round := range 12 {
		for name, print := range g.child(t, round, time.Duration(5+random.IntN(60))*time.Millisecond) {
			want[name] = print
		}
		r := g.open()
		for name, print := range want {
			var sid [16]byte
			copy(sid[:], name)
			got := one(r.Salt("acme", sid))
			if print == "going" { // whether it went was not reported
				continue
			}
			if print == "gone" {
				require.NotEqual(t, "error", got)
				require.NotContains(t, want, got, "seed %d", seed)
				continue
			}
			require.Equal(t, print, got, "seed %d, round %d", seed, round)
		}
		require.NoError(t, r.Close())
	}
	require.NotEmpty(t, want, "seed %d", seed)
}

// child runs TestChild in a process of its own, kills it after a while, and gives what it reported.
func (g *rig) child(t *testing.T, round int, after time.Duration) map[string]string {
	cmd := exec.Command(os.Args[0], "-test.run=^TestChild$")
	cmd.Env = append(os.Environ(), "KEYRING_CHILD="+g.config.Path, "KEYRING_WITNESS="+g.config.Witness, fmt.Sprint("KEYRING_ROUND=", round))
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	reported := map[string]string{}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		name, print, ok := strings.Cut(lines.Text(), " = ")
		if !ok {
			continue
		}
		if len(reported) == 0 { // it has begun
			time.AfterFunc(after, func() { _ = cmd.Process.Signal(syscall.SIGKILL) })
		}
		reported[name] = print
	}
	require.Error(t, cmd.Wait(), "it was killed")
	return reported
}

// TestChild is the process that TestKill kills.
func TestChild(t *testing.T) {
	path := os.Getenv("KEYRING_CHILD")
	if path == "" {
		t.Skip("it is started by TestKill")
	}
	c := DefaultConfig()
	c.Path, c.Witness, c.KEK = path, os.Getenv("KEYRING_WITNESS"), newTestKEK(t)
	r, err := Open(c)
	require.NoError(t, err)
	for i := 0; ; i++ {
		name := fmt.Sprintf("r%s-%d", os.Getenv("KEYRING_ROUND"), i)
		var sid [16]byte
		copy(sid[:], name)
		fmt.Println(name, "=", one(r.Salt("acme", sid)))
		if i%5 == 4 { // destroys and compacts
			fmt.Println(name, "= going")
			require.NoError(t, r.ShredSubject("acme", sid))
			fmt.Println(name, "= gone")
		}
	}
}
