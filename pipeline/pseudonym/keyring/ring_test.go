package keyring

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// testKEK wraps as a file's key does, counts, and can be out of reach.
type testKEK struct {
	Wrapper
	unwraps atomic.Int64
	down    atomic.Bool
}

var errDown = errors.New("out of reach")

func newTestKEK(t testing.TB) *testKEK {
	kek, err := NewFileKEK(bytes.Repeat([]byte("k"), KeyLen))
	require.NoError(t, err)
	return &testKEK{Wrapper: kek}
}

func (k *testKEK) Wrap(ctx context.Context, key []byte, context string) ([]byte, error) {
	if k.down.Load() {
		return nil, errDown
	}
	return k.Wrapper.Wrap(ctx, key, context)
}

func (k *testKEK) Unwrap(ctx context.Context, wrapped []byte, context string) ([]byte, error) {
	k.unwraps.Add(1)
	if k.down.Load() {
		return nil, errDown
	}
	return k.Wrapper.Unwrap(ctx, wrapped, context)
}

// rig is a store, its key-encryption key and a clock.
type rig struct {
	t      testing.TB
	kek    *testKEK
	config Config
	now    time.Time
	mu     sync.Mutex
	events []string
}

func newRig(t testing.TB) *rig {
	g := &rig{t: t, kek: newTestKEK(t), config: DefaultConfig(), now: time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)}
	dir := t.TempDir()
	g.config.Path, g.config.Witness, g.config.KEK = filepath.Join(dir, "keys.db"), filepath.Join(dir, "witness"), g.kek
	g.config.Refresh = time.Hour // tests call tick
	g.config.Now = func() time.Time { g.mu.Lock(); defer g.mu.Unlock(); return g.now }
	g.config.Event = func(action, tenant, what string) {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.events = append(g.events, action+" "+tenant+" "+what)
	}
	require.NoError(t, Init(context.Background(), g.config))
	return g
}

func (g *rig) pass(d time.Duration) { g.mu.Lock(); defer g.mu.Unlock(); g.now = g.now.Add(d) }

func (g *rig) open() *Ring {
	r, err := Open(g.config)
	require.NoError(g.t, err)
	g.t.Cleanup(func() { _ = r.Close() })
	return r
}

// created is a ring with the keys of a tenant.
func (g *rig) created(tenant string) *Ring {
	r := g.open()
	require.NoError(g.t, r.Create(context.Background(), tenant))
	return r
}

// prints are what a tenant's keys are, as hashes that can be compared.
func prints(keys []Key, err error) string {
	if err != nil {
		return "error"
	}
	var all []string
	for _, k := range keys {
		all = append(all, fmt.Sprintf("v%d %x", k.Version(), sha256.Sum256(k.Bytes())))
	}
	return fmt.Sprint(all)
}

func one(k Key, err error) string { return prints([]Key{k}, err) }

func TestKeysOutliveTheRing(t *testing.T) {
	g := newRig(t)
	r := g.created("acme")
	sid := [16]byte{1}
	all := func(r *Ring) []string {
		return []string{prints(r.Domain("acme", "sink/a")), prints(r.Domain("acme", "sink/b")), prints(r.Domain("acme", "person")),
			one(r.Epoch("acme", "sink/a", "2026-11-27")), one(r.Epoch("acme", "sink/b", "2026-11-27")), one(r.Epoch("acme", "sink/a", "2026-11-28")),
			one(r.Epoch("acme", "sink/a", "2026-11")), one(r.Suppression("acme")), one(r.Salt("acme", sid)), one(r.Salt("acme", [16]byte{2}))}
	}
	first := all(r)
	seen := map[string]bool{}
	for _, p := range first {
		require.NotEqual(t, "error", p)
		require.False(t, seen[p], "two keys are one")
		seen[p] = true
	}
	require.Equal(t, first, all(r))
	require.NoError(t, r.Close())
	require.Equal(t, first, all(g.open()), "after a restart")
	_, err := r.Domain("acme", "sink/a")
	require.ErrorIs(t, err, errClosed)
	require.NoError(t, r.Close())

	info, err := os.Stat(g.config.Path)
	require.NoError(t, err)
	require.Equal(t, fs.FileMode(0o600), info.Mode().Perm())
}

func TestTenantsThatNobodyMade(t *testing.T) {
	g := newRig(t)
	r := g.open()
	for _, err := range []error{second(r.Domain("acme", "a")), second(r.Epoch("acme", "a", "2026-11-27")), second(r.Suppression("acme")),
		second(r.Salt("acme", [16]byte{})), second(r.RevealKey("acme")), second(r.Domain("", "a")), r.SetLevel("acme", 1),
		r.ShredTenant("acme"), second(r.Rotate(context.Background(), "acme", Break))} {
		require.ErrorIs(t, err, ErrNone)
	}
	require.Equal(t, LevelMost, r.Level("acme"), "without a level there is no token without salt")
	g.config.Create = true
	other := g.open()
	require.NotEqual(t, "error", prints(other.Domain("acme", "a")))
	r.tick()
	require.Equal(t, prints(other.Domain("acme", "a")), prints(r.Domain("acme", "a")), "the other ring sees it")
	require.ErrorIs(t, r.Create(context.Background(), "acme"), ErrExists)
	require.Zero(t, r.Level("acme"))
}

// Whoever writes what is read names tenants. Keys are made for some of them, whichever process meets them; those that have keys keep theirs.
func TestTenantsMetFirstAreBounded(t *testing.T) {
	g := newRig(t)
	var log bytes.Buffer
	g.config.Log = slog.New(slog.NewTextHandler(&log, nil))
	g.config.Create, g.config.CreateHourly, g.config.CreateMost = true, 3, 6
	r, other := g.open(), g.open()
	met := 0
	meet := func(r *Ring) error { met++; return second(r.Domain(fmt.Sprint("met-", met), "a")) }
	require.NoError(t, meet(r))
	require.NoError(t, meet(other))
	require.NoError(t, meet(r))
	first := prints(r.Domain("met-1", "a"))
	for range 5 {
		require.ErrorIs(t, meet(r), ErrMany)
		require.ErrorIs(t, meet(other), ErrMany)
	}
	require.EqualValues(t, 5, r.Crowded())
	require.EqualValues(t, 5, other.Crowded())
	require.Equal(t, 2, strings.Count(log.String(), "as many tenants were met first"), "once an hour in each process")
	require.Equal(t, 2, strings.Count(strings.Join(g.events, "\n"), "unavailable"))
	require.Equal(t, first, prints(other.Domain("met-1", "a")))
	require.NoError(t, r.Create(t.Context(), "acme"), "by hand")

	g.pass(-time.Hour) // another machine's clock
	require.ErrorIs(t, meet(g.open()), ErrMany)
	g.pass(2 * time.Hour)
	r.tick()
	require.NoError(t, second(r.Domain("met-4", "a")), "the next hour")
	require.NoError(t, meet(other))
	require.ErrorIs(t, meet(r), ErrMany, "six in all, the one by hand among them")
	require.NoError(t, r.ShredTenant("met-1"))
	g.pass(100 * time.Hour)
	require.ErrorIs(t, meet(r), ErrMany, "what was destroyed has its row")
	require.NoError(t, r.Create(t.Context(), "globex"))
	require.NoError(t, second(other.Domain("globex", "a")))

	g.config.CreateMost, g.config.CreateHourly = 100, 1
	g.pass(-90 * time.Hour) // and one that was wrong by days
	r = g.open()
	require.NoError(t, meet(r))
	require.ErrorIs(t, meet(r), ErrMany)
}

func second[T any](_ T, err error) error { return err }

func TestRotation(t *testing.T) {
	g := newRig(t)
	r := g.created("acme")
	generation := r.Generation()
	v1 := prints(r.Domain("acme", "a"))
	epoch := one(r.Epoch("acme", "a", "2026-11-27"))
	sup := one(r.Suppression("acme"))

	number, err := r.Rotate(context.Background(), "acme", Chain)
	require.NoError(t, err)
	require.Equal(t, 2, number)
	require.NotEqual(t, generation, r.Generation())
	keys, err := r.Domain("acme", "a")
	require.NoError(t, err)
	require.Len(t, keys, 2)
	require.Equal(t, v1, prints(keys[:1], nil))
	require.Equal(t, 2, keys[1].Version())

	_, err = r.Rotate(context.Background(), "acme", Break)
	require.NoError(t, err)
	broken, err := r.Domain("acme", "a")
	require.NoError(t, err)
	require.Len(t, broken, 1)
	require.Equal(t, 3, broken[0].Version())

	history, err := r.History("acme", "a")
	require.NoError(t, err)
	require.Len(t, history, 3)
	require.Equal(t, []string{v1, prints(keys, nil), prints(broken, nil)},
		[]string{prints(history[0], nil), prints(history[1], nil), prints(history[2], nil)})

	require.ErrorContains(t, r.ShredVersion("acme", 3), "new tokens go through it")
	require.NoError(t, r.ShredVersion("acme", 1))
	require.ErrorIs(t, r.ShredVersion("acme", 1), ErrShredded)
	require.ErrorIs(t, r.ShredVersion("acme", 9), ErrNone)
	history, err = r.History("acme", "a")
	require.NoError(t, err)
	require.Len(t, history, 1, "the chain through version 1 is gone with it")
	require.Equal(t, epoch, one(r.Epoch("acme", "a", "2026-11-27")))
	require.Equal(t, sup, one(r.Suppression("acme")))
	_, err = r.Rotate(context.Background(), "acme", "other")
	require.ErrorContains(t, err, "mode must be break or chain")
}

// TestOtherProcessesHear: what one ring changes another gives after it has looked, and not before it says so.
func TestOtherProcessesHear(t *testing.T) {
	g := newRig(t)
	a, b := g.created("acme"), g.open()
	before := prints(b.Domain("acme", "a"))
	unwraps := g.kek.unwraps.Load()
	generation := b.Generation()
	_, err := a.Rotate(context.Background(), "acme", Break)
	require.NoError(t, err)
	require.Equal(t, before, prints(b.Domain("acme", "a")))
	require.Equal(t, generation, b.Generation())
	b.tick()
	require.NotEqual(t, generation, b.Generation())
	require.Equal(t, prints(a.Domain("acme", "a")), prints(b.Domain("acme", "a")))
	require.NotEqual(t, before, prints(b.Domain("acme", "a")))
	require.LessOrEqual(t, g.kek.unwraps.Load()-unwraps, int64(4), "what was unwrapped is not unwrapped again: root and version of a, the new version of b")

	require.NoError(t, a.ShredTenant("acme"))
	b.tick()
	require.Equal(t, "error", prints(b.Domain("acme", "a")))
}

func TestShredTenant(t *testing.T) {
	g := newRig(t)
	g.config.Create = true
	r := g.created("acme")
	require.NoError(t, r.Create(context.Background(), "bolt"))
	was, other := prints(r.Domain("acme", "a")), prints(r.Domain("bolt", "a"))
	epoch := one(r.Epoch("acme", "a", "2026-11-27"))
	salt := one(r.Salt("acme", [16]byte{1}))
	sup := one(r.Suppression("acme"))
	require.NoError(t, r.ShredTenant("acme"))
	for _, err := range []error{second(r.Domain("acme", "a")), second(r.Epoch("acme", "a", "2026-11-27")), second(r.Suppression("acme")),
		second(r.Salt("acme", [16]byte{1})), r.ShredTenant("acme"), r.SetLevel("acme", 1)} {
		require.ErrorIs(t, err, ErrShredded, "a worker that makes tenants does not make this one again")
	}
	require.Equal(t, other, prints(r.Domain("bolt", "a")))

	require.NoError(t, r.Create(context.Background(), "acme"))
	keys, err := r.Domain("acme", "a")
	require.NoError(t, err)
	require.Equal(t, 2, keys[0].Version(), "no version is used twice")
	require.NotContains(t, []string{was, epoch, salt, sup}, prints(keys, nil))
	require.NotEqual(t, epoch, one(r.Epoch("acme", "a", "2026-11-27")))
	require.NotEqual(t, salt, one(r.Salt("acme", [16]byte{1})))
	require.NotEqual(t, sup, one(r.Suppression("acme")))
}

// TestShreddedBytesLeaveTheFile: not even wrapped do they stay in pages that are free.
func TestShreddedBytesLeaveTheFile(t *testing.T) {
	g := newRig(t)
	r := g.created("acme")
	require.NotEqual(t, "error", one(r.Epoch("acme", "a", "2026-11-27")))
	require.NotEqual(t, "error", one(r.Salt("acme", [16]byte{1})))
	require.NoError(t, r.Create(context.Background(), "bolt"))
	gone := [][]byte{[]byte(`"versions":[{"version":1,"wrapped":"`)}
	text, err := os.ReadFile(g.config.Path)
	require.NoError(t, err)
	require.Positive(t, bytes.Count(text, gone[0]))
	require.NoError(t, r.ShredTenant("bolt"))
	require.NoError(t, r.ShredTenant("acme"))
	text, err = os.ReadFile(g.config.Path)
	require.NoError(t, err)
	require.Zero(t, bytes.Count(text, gone[0]))
	v, err := r.Inventory()
	require.NoError(t, err)
	require.Len(t, v.Tenants, 2)
	require.NotNil(t, v.Tenants[0].Shredded)
	require.NoFileExists(t, g.config.Path+".compact")
}

func TestSubjects(t *testing.T) {
	g := newRig(t)
	a, b := g.created("acme"), g.open()
	sid := [16]byte{1, 2, 3}
	was := one(a.Salt("acme", sid))
	require.Equal(t, was, one(b.Salt("acme", sid)))
	other := one(a.Salt("acme", [16]byte{9}))
	require.NoError(t, a.ShredSubject("acme", sid))
	require.ErrorIs(t, a.ShredSubject("acme", sid), ErrNone)
	b.tick()
	again := one(b.Salt("acme", sid))
	require.NotEqual(t, "error", again)
	require.NotEqual(t, was, again)
	require.Equal(t, again, one(a.Salt("acme", sid)))
	require.Equal(t, other, one(a.Salt("acme", [16]byte{9})))
}

func TestSettings(t *testing.T) {
	g := newRig(t)
	r := g.created("acme")
	_, err := r.RevealKey("acme")
	require.ErrorIs(t, err, ErrNone)
	require.NoError(t, r.SetRevealKey("acme", []byte("public")))
	require.NoError(t, r.SetLevel("acme", 2))
	public, err := r.RevealKey("acme")
	require.NoError(t, err)
	require.Equal(t, "public", string(public))
	require.Equal(t, 2, r.Level("acme"))
	require.Error(t, r.SetLevel("acme", 3))
	require.NoError(t, r.SetRevealKey("acme", nil))
	_, err = r.RevealKey("acme")
	require.ErrorIs(t, err, ErrNone)
	require.Equal(t, []string{"created acme version 1", "unwrapped acme ", "reveal key set acme ", "level set acme 2", "reveal key set acme "}, g.events)
}

// TestKEKOutage: within its time in memory a key is given without the service; after it there is none, the service is asked
// only now and then, and holders hear when to ask again.
func TestKEKOutage(t *testing.T) {
	g := newRig(t)
	r := g.created("acme")
	was := prints(r.Domain("acme", "a"))
	asked := g.kek.unwraps.Load()
	generation := r.Generation()
	tick := func() bool {
		r.tick()
		changed := r.Generation() != generation
		generation = r.Generation()
		return changed
	}
	g.kek.down.Store(true)
	g.pass(44 * time.Minute)
	require.False(t, tick())
	g.pass(2 * time.Minute)
	require.True(t, tick(), "time to ask again")
	require.False(t, tick())
	for range 5 {
		require.Equal(t, was, prints(r.Domain("acme", "a")))
	}
	require.Equal(t, asked+1, g.kek.unwraps.Load())

	g.pass(15 * time.Minute)
	require.True(t, tick(), "its time is over")
	for range 5 {
		_, err := r.Domain("acme", "a")
		require.ErrorIs(t, err, errDown)
	}
	require.Equal(t, asked+2, g.kek.unwraps.Load(), "a failure is remembered")
	g.pass(29 * time.Second)
	require.False(t, tick())
	g.kek.down.Store(false)
	require.Equal(t, "error", prints(r.Domain("acme", "a")))
	g.pass(2 * time.Second)
	require.True(t, tick(), "it may be tried again")
	require.Equal(t, was, prints(r.Domain("acme", "a")))

	// A service that comes back before the time is over is asked once.
	g.pass(50 * time.Minute)
	asked = g.kek.unwraps.Load()
	require.Equal(t, was, prints(r.Domain("acme", "a")))
	require.Equal(t, was, prints(r.Domain("acme", "a")))
	require.Equal(t, asked+2, g.kek.unwraps.Load(), "root and version")
}

// TestHoldersGiveUpKeys: when the time of keys is over and they can't be had again, holders hear of it from whoever asks first, not only
// from the ring's look at the clock, which may come between two failures every time.
func TestHoldersGiveUpKeys(t *testing.T) {
	g := newRig(t)
	r := g.created("acme")
	require.NotEqual(t, "error", prints(r.Domain("acme", "a")))
	held := r.Generation()
	g.kek.down.Store(true)
	g.pass(61 * time.Minute)
	require.Equal(t, LevelMost, r.Level("acme"))
	require.NotEqual(t, held, r.Generation())
	told := r.Generation()
	g.pass(31 * time.Second)
	require.Equal(t, LevelMost, r.Level("acme"))
	require.Equal(t, told, r.Generation(), "once is enough")
}

// TestHoldersHearOfTheEnd: a holder that was told that there is no key hears that there is one again, also when it is another who asked
// first, and when it was not the keys that failed.
func TestHoldersHearOfTheEnd(t *testing.T) {
	g := newRig(t)
	require.NoError(t, g.created("acme").Close())
	r := g.open()
	g.kek.down.Store(true)
	require.Equal(t, "error", prints(r.Domain("acme", "a")))
	told := r.Generation()
	g.kek.down.Store(false)
	g.pass(31 * time.Second)
	require.Zero(t, r.Level("acme"), "somebody else asks, before the ring looked at the clock")
	require.NotEqual(t, told, r.Generation())

	store, err := os.ReadFile(g.config.Path)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(g.config.Path, []byte("none"), 0o600))
	require.Equal(t, "error", one(r.Epoch("acme", "a", "2026-11-27")), "it has to be made")
	told = r.Generation()
	require.NoError(t, os.WriteFile(g.config.Path, store, 0o600))
	r.tick()
	require.Equal(t, told, r.Generation())
	g.pass(31 * time.Second)
	r.tick()
	require.NotEqual(t, told, r.Generation())
	require.NotEqual(t, "error", one(r.Epoch("acme", "a", "2026-11-27")))
}

// TestOneUnwrap: many that ask for a tenant's key at once have it unwrapped once.
func TestOneUnwrap(t *testing.T) {
	g := newRig(t)
	require.NoError(t, g.created("acme").Close())
	r := g.open()
	asked := g.kek.unwraps.Load()
	var wait sync.WaitGroup
	for range 16 {
		wait.Go(func() {
			_, err := r.Domain("acme", "a")
			require.NoError(t, err)
		})
	}
	wait.Wait()
	require.Equal(t, asked+2, g.kek.unwraps.Load(), "root and version")
}

// TestRingsRace: several rings make what is missing at once, and agree.
func TestRingsRace(t *testing.T) {
	g := newRig(t)
	g.config.Create = true
	var rings []*Ring
	for range 4 {
		rings = append(rings, g.open())
	}
	got := make([][]string, len(rings))
	var wait sync.WaitGroup
	for i, r := range rings {
		wait.Go(func() {
			for n := range 8 {
				tenant := fmt.Sprint("t", n)
				got[i] = append(got[i], prints(r.Domain(tenant, "a")), one(r.Epoch(tenant, "a", "2026-11-27")), one(r.Salt(tenant, [16]byte{byte(n)})))
			}
		})
	}
	wait.Wait()
	for i := range got {
		require.NotContains(t, got[i], "error")
		require.Equal(t, got[0], got[i])
	}
}

func TestTenantsAreBounded(t *testing.T) {
	r := &Ring{store: &store{}, tenants: map[string]*entry{}}
	for i := range tenantsMost {
		r.tenants[fmt.Sprint(i)] = &entry{}
	}
	r.config = DefaultConfig()
	r.config.TTL = time.Hour
	_ = r.with("one more", func(*tenantKeys) error { return nil })
	require.LessOrEqual(t, len(r.tenants), tenantsMost)
}

func TestConfigIsChecked(t *testing.T) {
	good := DefaultConfig()
	good.Path, good.KEK = "x", newTestKEK(t)
	require.NoError(t, good.Validate())
	f := func(change func(*Config)) {
		t.Helper()
		c := good
		change(&c)
		require.Error(t, c.Validate())
		require.Error(t, second(Open(c)))
		require.Error(t, Init(context.Background(), c))
	}
	f(func(c *Config) { c.Path = "" })
	f(func(c *Config) { c.KEK = nil })
	f(func(c *Config) { c.TTL = 0 })
	f(func(c *Config) { c.Refresh = 0 })
	f(func(c *Config) { c.Retry = 0 })
	f(func(c *Config) { c.CreateHourly = 0 })
	f(func(c *Config) { c.CreateMost = 0 })
	f(func(c *Config) { c.Retention.Day = -1 })
	f(func(c *Config) { c.Log = nil })
}

func TestNoKeyInErrorsAndLogs(t *testing.T) {
	g := newRig(t)
	var log bytes.Buffer
	g.config.Log = slog.New(slog.NewTextHandler(&log, nil))
	r := g.created("acme")
	keys, err := r.Domain("acme", "a")
	require.NoError(t, err)
	fmt.Fprintf(&log, "%v %+v %#v", r, r, r)
	v, err := r.Inventory()
	require.NoError(t, err)
	fmt.Fprintf(&log, "%v %+v", v, g.config)
	g.kek.down.Store(true)
	g.pass(2 * time.Hour)
	_, err = r.Domain("acme", "a")
	fmt.Fprint(&log, err)
	require.Contains(t, log.String(), "keys of a tenant can't be had")
	for _, secret := range []Key{keys[0], r.store.key} {
		requireNoBytes(t, log.String(), secret.Bytes())
	}
	requireNoBytes(t, log.String(), bytes.Repeat([]byte("k"), KeyLen))
}
