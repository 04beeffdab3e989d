package main

import (
	"os"

	"github.com/stretchr/testify/require"
)

// breakStore puts something that is none in the place of the store of keys. Workers go on with the keys at hand until these are too old.
func (e *estate) breakStore() {
	e.t.Helper()
	require.NoError(e.t, os.Rename(e.path("store/keys.db"), e.path("store/kept")))
	e.give("store/keys.db", "no store of keys")
}

func (e *estate) mendStore() {
	e.t.Helper()
	require.NoError(e.t, os.Rename(e.path("store/kept"), e.path("store/keys.db")))
}
