package keyring

import (
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestEpochs(t *testing.T) {
	g := newRig(t)
	r := g.created("acme")
	day := one(r.Epoch("acme", "a", "2026-11-27"))
	month := one(r.Epoch("acme", "a", "2026-11"))
	f := func(epoch string, want error) {
		t.Helper()
		_, err := r.Epoch("acme", "a", epoch)
		require.ErrorIs(t, err, want)
	}
	f("2026-11-28", nil)
	f("2026-11-29", ErrNone) // more than a day ahead
	f("2026-12", ErrNone)
	f("2026-11-19", ErrShredded) // over since eight days
	f("2026-11-20", nil)
	f("2026-09", ErrShredded)
	for _, bad := range []string{"", "2026", "2026-13", "2026-11-31", "26-11-27", "2026-11-27T"} {
		require.ErrorContains(t, second(r.Epoch("acme", "a", bad)), "no day or month")
	}

	g.pass(8 * 24 * time.Hour)
	generation := r.Generation()
	r.tick() // a new day: epochs that are over are destroyed
	require.NotEqual(t, generation, r.Generation(), "holders ask again, and are refused")
	f("2026-11-27", ErrShredded)
	require.Equal(t, month, one(r.Epoch("acme", "a", "2026-11")))
	v, err := r.Inventory()
	require.NoError(t, err)
	require.Equal(t, []string{"2026-11", "2026-11-28"}, epochNames(v.Tenants[0]))

	// A longer retention brings nothing back.
	require.NoError(t, r.Close())
	g.config.Retention.Day = 100 * 24 * time.Hour
	r = g.open()
	f("2026-11-27", ErrShredded)
	f("2026-11-20", ErrShredded)

	// Destroyed before its time.
	f("2026-12-05", nil)
	require.NoError(t, r.ShredEpoch("acme", "2026-12-05"))
	f("2026-12-05", ErrShredded)
	require.ErrorIs(t, r.ShredEpoch("acme", "2026-12-05"), ErrShredded)
	require.NoError(t, r.ShredEpoch("acme", "2026-12-06"), "also before it was used")
	f("2026-12-06", ErrShredded)
	require.NotEqual(t, "error", day)
}

// TestSweepIsTriedAgain: keys that are over and can't be destroyed, because the disk is full or the store away, are destroyed as soon as they
// can be, not a day later.
func TestSweepIsTriedAgain(t *testing.T) {
	g := newRig(t)
	r := g.created("acme")
	require.NotEqual(t, "error", one(r.Epoch("acme", "a", "2026-11-27")))
	g.pass(9 * 24 * time.Hour)
	away := g.config.Path + ".away"
	require.NoError(t, os.Rename(g.config.Path, away))
	r.tick()
	require.Equal(t, uint64(1), r.Unswept())
	r.tick()
	require.Equal(t, uint64(1), r.Unswept(), "not at once")
	g.pass(g.config.Retry)
	r.tick()
	require.Equal(t, uint64(2), r.Unswept())
	require.NoError(t, os.Rename(away, g.config.Path))
	g.pass(g.config.Retry)
	r.tick()
	v, err := r.Inventory()
	require.NoError(t, err)
	require.Empty(t, v.Tenants[0].Epochs)
	g.pass(g.config.Retry)
	r.tick()
	require.Equal(t, uint64(2), r.Unswept())
}

func epochNames(t TenantInventory) (names []string) {
	for _, e := range t.Epochs {
		names = append(names, e.Epoch)
	}
	return names
}
