//go:build !race

// The race detector makes this some twenty times slower, and sees the same code in TestBuildIsDeterministic.

package main

import (
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/detectors/names"
)

// TestModelIsOfTheseTexts fails when the texts, or the code that makes a model of them, have changed since the model was trained.
func TestModelIsOfTheseTexts(t *testing.T) {
	requireLearnt(t, "")
	if runtime.GOARCH != "amd64" {
		t.Skip("the model was trained on amd64: other machines round otherwise")
	}
	m, err := names.Load()
	require.NoError(t, err)
	sum, err := recipe()
	require.NoError(t, err)
	require.Equal(t, m.Manifest().Data["recipe"], sum, "make train would give another model: do")
}
