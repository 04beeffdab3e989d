package subject

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// midnight is where tests begin.
func midnight() time.Time { return time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC) }

func idOf(n uint64) (id ID) {
	binary.BigEndian.PutUint64(id[:], n*0x9e3779b97f4a7c15)
	binary.BigEndian.PutUint64(id[8:], n*0xbf58476d1ce4e5b9)
	return id
}

func update(tenant string, id ID, kind Kind) Update {
	u := Update{Tenant: tenant, ID: id, Kind: kind, Request: "r1", Seq: 1}
	switch kind {
	case Erase:
		u.Before = midnight()
	case Withdraw:
		u.Consent = AllConsents
	}
	return u
}

// oracle is the list as one would write it without a care for speed: what was last said under each key.
type oracle map[string]Update

func (o oracle) apply(u Update) {
	key := string(u.Key())
	if old, ok := o[key]; ok && u.Kind == Erase && !u.Lifted && !old.Lifted && old.Before.After(u.Before) {
		u.Before = old.Before
	}
	o[key] = u
}

// entry gives what holds for an id, in words.
func (o oracle) entry(tenant string, id ID) (all []string) {
	for _, k := range []Kind{Erase, Object, Restrict, Withdraw} {
		for _, consent := range []string{"", AllConsents, "training", "analytics"} {
			if u, ok := o[string(Update{Tenant: tenant, ID: id, Kind: k, Consent: consent}.Key())]; ok && !u.Lifted {
				all = append(all, fmt.Sprintf("%s %s %d", u.Kind, u.Consent, max(0, u.Before.UnixMilli())))
			}
		}
	}
	slices.Sort(all)
	return all
}

func words(e Entry) (all []string) {
	if e.flags&flagErase != 0 {
		all = append(all, fmt.Sprintf("%s  %d", Erase, e.before))
	}
	if e.Objects() {
		all = append(all, fmt.Sprintf("%s  0", Object))
	}
	if e.Restricts() {
		all = append(all, fmt.Sprintf("%s  0", Restrict))
	}
	if e.Withdrawn("") {
		for _, c := range e.consents.withdrawn {
			all = append(all, fmt.Sprintf("%s %s 0", Withdraw, c))
		}
	}
	slices.Sort(all)
	return all
}

// random is an update of one of a few ids, so that many meet.
func random(r *rand.Rand, ids int) Update {
	n := r.Uint64N(uint64(ids))
	u := Update{Tenant: fmt.Sprintf("tenant-%d", n%7), ID: idOf(n), Request: "r1", Seq: r.Uint64N(1000), Lifted: r.IntN(3) == 0}
	u.Kind = []Kind{Erase, Object, Restrict, Withdraw}[r.IntN(4)]
	switch u.Kind {
	case Erase:
		if !u.Lifted {
			u.Before = midnight().Add(time.Duration(r.IntN(1000)) * time.Millisecond)
		}
	case Withdraw:
		u.Consent = []string{AllConsents, "training", "analytics"}[r.IntN(3)]
	}
	return u
}

func TestListAgainstOracle(t *testing.T) {
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 0))
	t.Logf("seed %d", seed)
	l, o := NewList(0), oracle{}
	l.loaded.Store(true)
	var highest uint64
	for range 20_000 {
		u := random(r, 3000)
		require.NoError(t, l.Apply(u))
		o.apply(u)
		highest = max(highest, u.Seq)
		e, ok := l.Match([]byte(u.Tenant), u.ID)
		want := o.entry(u.Tenant, u.ID)
		require.Equal(t, want, words(e))
		require.Equal(t, len(want) > 0, ok)
	}
	active, byTenant := 0, map[string]int{}
	for n := range uint64(3100) { // some were never seen
		tenant := fmt.Sprintf("tenant-%d", n%7)
		want := o.entry(tenant, idOf(n))
		e, ok := l.Match([]byte(tenant), idOf(n))
		require.Equal(t, want, words(e))
		require.Equal(t, len(want) > 0, ok)
		if ok {
			active++
			byTenant[tenant]++
		}
		_, ok = l.Match([]byte("tenant-of-nobody"), idOf(n))
		require.False(t, ok, "another tenant's")
	}
	require.Equal(t, active, l.Active())
	for n := range 8 {
		tenant := fmt.Sprintf("tenant-%d", n)
		require.Equal(t, byTenant[tenant] == 0, l.Empty([]byte(tenant)))
	}
	require.Equal(t, Version{Seq: highest, Keys: uint64(len(o))}, l.Version())
}

// Readers run beside the writer. Each id is only ever added to, so what a reader once saw it must see for ever, and what it sees must
// be one of the entries that there were.
func TestListConcurrentReaders(t *testing.T) {
	const ids = 20_000
	l := NewList(0)
	l.loaded.Store(true)
	var written atomic.Uint64
	var wrong atomic.Int64
	var wg sync.WaitGroup
	for reader := range 4 {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(uint64(reader), 1))
			for done := false; !done; {
				upTo := written.Load()
				done = upTo == ids
				for range 2000 {
					n := r.Uint64N(ids)
					e, ok := l.Match([]byte("acme"), idOf(n))
					switch {
					case n < upTo && (!ok || !e.Erases(midnight())),
						ok && e.Erases(midnight().Add(time.Duration(n+1)*time.Millisecond)),
						ok && e.Objects() && n%2 == 1,
						n < upTo && l.Empty([]byte("acme")):
						wrong.Add(1)
					}
				}
			}
		})
	}
	for n := range uint64(ids) {
		u := update("acme", idOf(n), Erase)
		u.Before = midnight().Add(time.Duration(n) * time.Millisecond)
		require.NoError(t, l.Apply(u))
		if n%2 == 0 {
			require.NoError(t, l.Apply(update("acme", idOf(n), Object)))
		}
		written.Store(n + 1)
	}
	wg.Wait()
	require.Zero(t, wrong.Load())
}

func TestEntry(t *testing.T) {
	l := NewList(0)
	id := idOf(1)
	apply := func(u Update) Entry {
		t.Helper()
		require.NoError(t, l.Apply(u))
		e, _ := l.Match([]byte("acme"), id)
		return e
	}
	e := apply(update("acme", id, Erase))
	require.True(t, e.Erases(midnight()))
	require.True(t, e.Erases(midnight().Add(-time.Hour)))
	require.False(t, e.Erases(midnight().Add(time.Millisecond)))
	require.True(t, e.Erases(time.Time{}), "a record without a time can't show that it is younger")
	require.False(t, e.Objects() || e.Restricts() || e.Withdrawn(""))

	earlier := update("acme", id, Erase)
	earlier.Before = midnight().Add(-time.Hour)
	require.True(t, apply(earlier).Erases(midnight()), "what was to be gone stays gone")
	lifted := update("acme", id, Erase)
	lifted.Lifted, lifted.Before = true, time.Time{}
	require.False(t, apply(lifted).Erases(midnight()))
	require.False(t, apply(earlier).Erases(midnight()), "once lifted it begins anew")

	one := update("acme", id, Withdraw)
	one.Consent = "training"
	e = apply(one)
	require.True(t, e.Withdrawn("training") && e.Withdrawn(""))
	require.False(t, e.Withdrawn("analytics"))
	require.True(t, apply(update("acme", id, Withdraw)).Withdrawn("analytics"), "all of them")
	all := update("acme", id, Withdraw)
	all.Lifted = true
	require.False(t, apply(all).Withdrawn("analytics"))
	one.Lifted = true
	require.False(t, apply(one).Withdrawn(""))
	require.False(t, Entry{}.Withdrawn("training"))
}

func TestListBounds(t *testing.T) {
	l := NewList(3)
	for n := range uint64(3) {
		require.NoError(t, l.Apply(update("acme", idOf(n), Object)))
	}
	require.ErrorIs(t, l.Apply(update("acme", idOf(4), Object)), ErrFull)
	require.NoError(t, l.Apply(update("acme", idOf(1), Erase)), "an id that is known takes no room")
	require.ErrorContains(t, l.Apply(update("globex", idOf(1), Erase)), "another tenant's")

	l = NewList(0)
	u := update("acme", idOf(1), Withdraw)
	for n := range consentsMax {
		u.Consent = fmt.Sprintf("consent-%d", n)
		require.NoError(t, l.Apply(u))
	}
	u.Consent = "one-more"
	require.ErrorIs(t, l.Apply(u), ErrFull)
	require.Error(t, l.Apply(Update{}))

	require.False(t, l.Empty([]byte("globex")), "a list that is not loaded is not empty")
	require.Negative(t, l.Age(midnight()))
}

func TestListManyTenants(t *testing.T) {
	l := NewList(0)
	l.loaded.Store(true)
	for n := range uint64(2000) {
		require.NoError(t, l.Apply(update(fmt.Sprintf("tenant-%d", n), idOf(n), Object)))
	}
	for n := range uint64(2000) {
		tenant := []byte(fmt.Sprintf("tenant-%d", n))
		require.False(t, l.Empty(tenant))
		_, ok := l.Match(tenant, idOf(n))
		require.True(t, ok)
		_, ok = l.Match(tenant, idOf((n+1)%2000))
		require.False(t, ok)
	}
	require.True(t, l.Empty([]byte("tenant-2000")))
}

func sizeOf(l *List) int {
	t := l.table.Load()
	return int(reflect.TypeFor[slot]().Size())*len(t.slots) + 8*len(t.marks)
}

func TestListSize(t *testing.T) {
	l := NewList(0)
	for n := range uint64(300_000) {
		require.NoError(t, l.Apply(update("acme", idOf(n), Object)))
	}
	require.Less(t, sizeOf(l)/300_000, 56, "bytes for each id")
}
