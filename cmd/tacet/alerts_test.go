package main

import (
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
)

// TestAlertsNameMetrics: each metric that the page of alerts names is one that a pipeline with everything in it has.
func TestAlertsNameMetrics(t *testing.T) {
	dir := exposedDir(t)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "keys"), must(os.ReadFile(newCounsel(t).path("keys"))), 0o600))
	c := exposedConfig(t, dir, "insecure_dev_keys: false, store: store.db, kek: {key: \"file:kek\"}", "insecure_dev_keys: true",
		"unasked: false", "topic: told, keys: keys", "\nquarantine", "\nrights: {requests: a, suppress: b, directives: c, acks: d, witness: w}\nquarantine")
	log := slog.New(slog.DiscardHandler)
	p, err := assemble(t.Context(), c, io.Discard, log)
	require.NoError(t, err)
	defer func() { require.NoError(t, p.close()) }()
	newReloader(p, c, false, log)
	newSweeper(p, c, log)
	described := make(chan *prometheus.Desc)
	go func() { defer close(described); p.registry.Describe(described) }()
	var names []string
	for d := range described {
		names = append(names, regexp.MustCompile(`fqName: "(\w+)"`).FindStringSubmatch(d.String())[1])
	}
	page := string(must(os.ReadFile("../../pipeline/admin/README.md")))
	named := regexp.MustCompile(`tacet_\w+`).FindAllString(page, -1)
	require.Greater(t, len(named), 20)
	lanes := string(must(os.ReadFile("../../pipeline/status.go"))) // those of lanes are there once a lane is
	for _, name := range named {
		ofLane := strings.Contains(lanes, `{"`+strings.TrimPrefix(name, "tacet_")+`", "`)
		require.True(t, slices.Contains(names, name) || ofLane, name)
	}
}
