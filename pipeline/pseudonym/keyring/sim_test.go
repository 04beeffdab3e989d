package keyring

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// model is what rings must give: the prints of keys by name, and which of them were destroyed.
type model struct {
	prints    map[string]string
	destroyed map[string]bool // prints that must not come back
}

// TestSimulation has three rings on one store do what processes do, in any order, with a key service that is sometimes out of reach
// and a clock that goes on. A key that was given is given again, by every ring that has looked, until it is destroyed; then by none. What
// can't be had is an error.
func TestSimulation(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	for run := range uint64(6) {
		simulate(t, seed+run)
	}
}

func simulate(t *testing.T, seed uint64) {
	random := rand.New(rand.NewPCG(seed, 0))
	g := newRig(t)
	g.config.Create = true
	rings := []*Ring{g.open(), g.open(), g.open()}
	m := model{map[string]string{}, map[string]bool{}}
	tenants := []string{"acme", "bolt", "core"}
	gone := map[string]bool{}
	given := 0
	look := func() {
		for _, r := range rings {
			r.tick()
		}
	}
	forget := func(prefix string) {
		for name, print := range m.prints {
			if len(name) >= len(prefix) && name[:len(prefix)] == prefix {
				m.destroyed[print] = true
				delete(m.prints, name)
			}
		}
	}
	for step := range 300 {
		i := random.IntN(len(rings))
		r, tenant := rings[i], tenants[random.IntN(len(tenants))]
		today := g.config.Now().Format(time.DateOnly)
		sid := [16]byte{byte(random.IntN(3))}
		switch random.IntN(12) {
		case 0:
			if _, err := r.Rotate(context.Background(), tenant, []Mode{Break, Chain}[random.IntN(2)]); err == nil {
				delete(m.prints, tenant+"/domain")
				look()
			}
		case 1:
			if random.IntN(4) == 0 && r.ShredTenant(tenant) == nil {
				forget(tenant + "/")
				gone[tenant] = true
				look()
			}
		case 2:
			if r.ShredSubject(tenant, sid) == nil {
				forget(fmt.Sprint(tenant, "/salt", sid[0]))
				look()
			}
		case 3:
			g.kek.down.Store(!g.kek.down.Load())
		case 4:
			g.pass(time.Duration(random.IntN(180)) * time.Minute)
			look()
		case 5:
			g.kek.down.Store(false)
			require.NoError(t, r.Close())
			rings[i] = g.open()
		case 6:
			if r.Create(context.Background(), tenant) == nil {
				gone[tenant] = false
				look()
			}
		default:
			for name, print := range map[string]string{
				tenant + "/domain":                  prints(r.Domain(tenant, "a")),
				tenant + "/epoch" + today:           one(r.Epoch(tenant, "a", today)),
				tenant + "/sup":                     one(r.Suppression(tenant)),
				fmt.Sprint(tenant, "/salt", sid[0]): one(r.Salt(tenant, sid)),
			} {
				if print == "error" {
					continue
				}
				require.False(t, gone[tenant], "seed %d, step %d: %s was destroyed", seed, step, name)
				require.False(t, m.destroyed[print], "seed %d, step %d: %s came back", seed, step, name)
				if was, ok := m.prints[name]; ok {
					require.Equal(t, was, print, "seed %d, step %d: %s", seed, step, name)
				}
				m.prints[name] = print
				given++
			}
		}
	}
	g.kek.down.Store(false)
	g.pass(time.Minute)
	look()
	for _, tenant := range tenants {
		_, err := rings[0].Domain(tenant, "a")
		require.True(t, err == nil || gone[tenant] && errors.Is(err, ErrShredded), "seed %d: %s: %v", seed, tenant, err)
	}
	require.Positive(t, given, "seed %d", seed)
}
