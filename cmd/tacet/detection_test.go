package main

import (
	"io"
	"log/slog"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/detectors"
)

// What the files of a configuration hold is looked for, and the version of the detectors says so.
func TestConfigFilesAreUsed(t *testing.T) {
	t.Setenv("TACET_KEY", testKey)
	setOf := func(change func(*detectionConfig)) *detectors.Set {
		c, err := loadConfig(filepath.Join(configDir, "everything.good.yaml"))
		require.NoError(t, err)
		change(&c.Detection)
		makeKeys(t, &c)
		p, err := build(c, io.Discard, slog.New(slog.DiscardHandler))
		require.NoError(t, err)
		defer func() { require.NoError(t, p.close()) }()
		return p.engine.Detectors
	}
	set := setOf(func(*detectionConfig) {})
	f := func(text, detector string) {
		t.Helper()
		found := set.Find(nil, []byte(text), detectors.Input{}, detectors.NewScratch())
		if detector == "" {
			require.Empty(t, found)
			return
		}
		require.Len(t, found, 1)
		require.Equal(t, detector, found[0].Detector)
	}
	f("it is AC-1234-5674", "rule")
	f("at falcon ridge", "list")
	f("mail sales@example.com", "")
	f("mail sale@example.com", "email")
	versions := map[string]bool{set.Version(): true}
	for _, change := range []func(*detectionConfig){
		func(c *detectionConfig) { c.Rules = nil }, func(c *detectionConfig) { c.Deny = nil }, func(c *detectionConfig) { c.Allow = nil },
		func(c *detectionConfig) { c.Rules = c.Rules[:1] }, func(c *detectionConfig) { c.Deny[0].Exact = true },
	} {
		versions[setOf(change).Version()] = true
	}
	require.Len(t, versions, 6)
}

// A file that changes or goes away between check and start is an error, too.
func TestOptionsOfMissingFiles(t *testing.T) {
	for _, c := range []detectionConfig{
		{Rules: []path{"no-such.yaml"}}, {Deny: []denyConfig{{Type: "PERSON", File: "no-such.txt"}}},
		{Deny: []denyConfig{{Type: "NOBODY", File: "no-such.txt"}}}, {Allow: []allowConfig{{File: "no-such.txt"}}},
	} {
		_, err := c.options()
		require.Error(t, err)
	}
	o, err := detectionConfig{}.options()
	require.NoError(t, err)
	require.Nil(t, o.Rules)
}

func TestKnownOfRows(t *testing.T) {
	set, err := detectors.New(detectors.Options{})
	require.NoError(t, err)
	f := func(known, want string) {
		t.Helper()
		got, err := newFinder(set, false).row(nil, []byte(`{"id":1,"text":"it is qu1llon, 1204","known_values":`+known+`}`))
		if want == "" {
			require.ErrorContains(t, err, "known_values")
			require.NotContains(t, err.Error(), "u1llon")
			return
		}
		require.NoError(t, err)
		require.Contains(t, string(got), want)
	}
	const none = `"findings":[]`
	f(`null`, none)
	f(`[]`, none)
	f(`[{"type":"PERSON","value":null}]`, none)
	f(`[{"type":"PERSON","value":""}]`, none)
	f(`[{"type":"PERSON","value":"Z0rvex Qu1llon"}]`, `{"start":6,"end":13,"type":"PERSON"`)
	f(`[{"type":"FISH","value":"qu1llon"}]`, `"type":"CUSTOM"`)
	f(`[{"value":1204}]`, `{"start":15,"end":19,"type":"CUSTOM"`)
	for _, bad := range []string{`"Qu1llon"`, `{"value":"Qu1llon"}`, `["Qu1llon"]`, `[{"type":"PERSON"}]`, `[{"value":["Qu1llon"]}]`, `[{"value":true}]`,
		`[{"type":7,"value":"Qu1llon"}]`} {
		f(bad, "")
	}
}
