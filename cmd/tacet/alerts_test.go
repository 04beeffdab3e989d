package main

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
)

// Each metric that the alerts and the dashboard name is one that a pipeline with everything in it has, and both files are whole.
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
	lanes := string(must(os.ReadFile("../../pipeline/status.go"))) // what it collects is known once a lane is there
	exists := func(expr string) {
		t.Helper()
		named := regexp.MustCompile(`tacet_\w+`).FindAllString(expr, -1)
		require.True(t, len(named) > 0 || strings.Contains(expr, "process_"), expr)
		for _, name := range named {
			name = strings.TrimSuffix(name, "_bucket")
			ofLane := strings.Contains(lanes, `"`+strings.TrimPrefix(name, "tacet_")+`", "`)
			require.True(t, slices.Contains(names, name) || ofLane, name)
		}
	}

	var rules struct {
		Groups []struct {
			Name  string
			Rules []struct {
				Alert, Expr, For    string
				Labels, Annotations map[string]string
			}
		}
	}
	require.NoError(t, yaml.UnmarshalWithOptions(must(os.ReadFile("../../deploy/alerts.yaml")), &rules, yaml.Strict()))
	seen := map[string]bool{}
	for _, r := range rules.Groups[0].Rules {
		require.Regexp(t, "^Tacet[A-Z]", r.Alert)
		require.False(t, seen[r.Alert], r.Alert)
		seen[r.Alert] = true
		exists(r.Expr)
		require.Contains(t, []string{"page", "ticket"}, r.Labels["severity"], r.Alert)
		require.NotEmpty(t, r.Annotations["summary"], r.Alert)
		require.NotEmpty(t, r.Annotations["description"], r.Alert)
	}
	require.Contains(t, string(must(os.ReadFile("../../deploy/README.md"))), fmt.Sprintf("%d alerts", len(seen)))

	var board struct {
		Panels []struct {
			ID      int
			Type    string
			GridPos struct{ X, Y, W, H int }
			Targets []struct{ Expr string }
		}
	}
	require.NoError(t, json.Unmarshal(must(os.ReadFile("../../deploy/dashboard.json")), &board))
	places := map[string]bool{}
	for i, p := range board.Panels {
		require.Equal(t, i+1, p.ID)
		require.LessOrEqual(t, p.GridPos.X+p.GridPos.W, 24)
		at := fmt.Sprint(p.GridPos.X, p.GridPos.Y)
		require.False(t, places[at], "two panels at one place")
		places[at] = true
		require.Equal(t, p.Type == "row", len(p.Targets) == 0)
		for _, target := range p.Targets {
			exists(target.Expr)
		}
	}
	require.Greater(t, len(places), 20)
}
