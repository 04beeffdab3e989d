package detectors

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestPathsAreReadAlikeRemembered reads more paths than are remembered, again and again and for two catalogues in turn.
func TestPathsAreReadAlikeRemembered(t *testing.T) {
	all, err := newTables(catalog())
	require.NoError(t, err)
	some, err := newTables(catalog()[:5])
	require.NoError(t, err)
	heads := []string{"", "user.", "turns[].", "billing_address.", "a/b/", "patient.name."}
	names := []string{"text", "userName", "given", "card_number", "ssn", "street", "password", "deviceId", "created_by", "auth", "sort", "expiry_date", "digits", "payee", "bic", "note"}
	var paths []string
	for _, h := range heads {
		for _, n := range names {
			for k := range 6 {
				paths = append(paths, h+n, fmt.Sprint(h, n, k), h+n+"[]")
			}
		}
	}
	require.Greater(t, len(paths), 2*pathsKept)
	const seed = 1
	r := rand.New(rand.NewPCG(seed, 0))
	var c pathCache
	known := 0
	for range 20_000 {
		of := all
		if r.IntN(1000) == 0 {
			of = some
		}
		path := []byte(paths[r.IntN(len(paths))])
		want := of.readPath(path)
		require.Equal(t, want, c.read(of, path), "%s, seed %d", path, seed)
		if want.roles != 0 {
			known++
		}
	}
	require.Greater(t, known, 5_000)
	path := []byte("billing_address.street")
	require.Zero(t, testing.AllocsPerRun(100, func() { c.read(all, path) }))
}
