package main

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/pipeline/policy"
)

// A policy file that changes is put in force; what can't be is refused, and the old one stays.
func TestReload(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "policy.yaml")
	write := func(text string) { require.NoError(t, os.WriteFile(file, []byte(text), 0o600)) }
	builtIn, err := os.ReadFile("../../pipeline/policy/default.yaml")
	require.NoError(t, err)
	write(string(builtIn))
	c, err := parseConfig([]byte(`
kafka: {brokers: ["127.0.0.1:1"]}
source: {group: g, topics: [{name: calls, category: transcript}]}
policy: {file: policy.yaml}
pseudonym: {insecure_dev_keys: true}
sinks: [{name: screen, type: stdout}]
quarantine: {directory: dead}
`), filepath.Join(dir, "tacet.yaml"))
	require.NoError(t, err)
	var logged bytes.Buffer
	log := slog.New(slog.NewJSONHandler(&logged, nil))
	p, err := assemble(t.Context(), c, &bytes.Buffer{}, log)
	require.NoError(t, err)
	defer func() { require.NoError(t, p.close()) }()
	r := newReloader(p, c, false, log)
	f := func(hash string, done, refused int, said string) {
		t.Helper()
		logged.Reset()
		r.look()
		require.Equal(t, hash, p.running.Policy().Hash())
		require.Equal(t, float64(done), testutil.ToFloat64(r.reloads.WithLabelValues("done")))
		require.Equal(t, float64(refused), testutil.ToFloat64(r.reloads.WithLabelValues("refused")))
		if said == "" {
			require.Empty(t, logged.String())
		} else {
			require.Contains(t, logged.String(), said)
		}
	}
	first := policy.Default().Hash()
	f(first, 0, 0, "")
	write(string(builtIn) + "\n# a comment changes nothing\n")
	f(first, 0, 0, "")
	tighter := strings.Replace(string(builtIn), "  LOCATION: keep\n", "  LOCATION: redact\n", 1)
	write(tighter)
	second, err := policy.Parse("p", []byte(tighter))
	require.NoError(t, err)
	f(second.Hash(), 1, 0, "policy is in force")
	write("tenants: [")
	f(second.Hash(), 1, 1, "policy is refused")
	f(second.Hash(), 1, 1, "") // once for each version of the file
	require.NoError(t, os.Remove(file))
	f(second.Hash(), 1, 1, "")

	// What lets more leave needs 14 days' notice, and then takes effect by itself.
	write(string(builtIn))
	f(second.Hash(), 1, 2, "less than 14 days' notice")
	now := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	r.now = func() time.Time { return now }
	later := "effective_from: 2026-06-15\n" + string(builtIn)
	write(later)
	f(second.Hash(), 1, 2, "policy waits until it is effective")
	now = now.AddDate(0, 0, 13)
	f(second.Hash(), 1, 2, "")
	now = now.AddDate(0, 0, 1)
	third, err := policy.Parse("p", []byte(later))
	require.NoError(t, err)
	f(third.Hash(), 2, 2, "policy is in force")

	write(tighter)
	f(second.Hash(), 3, 2, "policy is in force")
	r.override = true
	write(string(builtIn))
	f(first, 4, 2, "without the notice that is due")
}
