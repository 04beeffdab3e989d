package main

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/pipeline/policy"
)

func tableOf(t *testing.T, texts ...string) *policy.Instructions {
	t.Helper()
	table := policy.NewInstructions()
	var all []*policy.Instruction
	for _, text := range texts {
		i, err := policy.ParseInstruction("i", []byte(text))
		require.NoError(t, err)
		all = append(all, i)
	}
	require.NoError(t, table.Replace(all))
	return table
}

func placed(tenant, lines string) string {
	return fmt.Sprintf("tenant: %s\nversion: 1\nfrom: 2026-01-01\n%s", tenant, lines)
}

// clause: 8
// Every sink's region against what each tenant allows: a sink that nobody allows is refused, one that somebody allows is not, and keys and
// sealed records must be right for all.
func TestRoutes(t *testing.T) {
	now := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	const (
		eu    = "home_region: eu\n"
		euUS  = "home_region: eu\nregions: [us]\nsafeguard: SCC\n"
		us    = "home_region: us\n"
		quiet = ""
	)
	f := func(sinks, kek, dead string, tenants map[string]string, want ...string) {
		t.Helper()
		c := defaultConfig()
		c.Kafka.Region = "eu"
		c.Pseudonym.KEK.Region = kek
		c.Source.Topics = []topicConfig{{Name: "calls"}, {Name: "logs", Tenant: "acme"}}
		for i, region := range strings.Fields(sinks) {
			c.Sinks = append(c.Sinks, sinkConfig{Name: fmt.Sprint("s", i), Type: "file", Region: region})
		}
		if dead != "" {
			c.Quarantine = quarantineConfig{Directory: "dead", PublicKey: "age1", Region: dead}
		}
		var texts []string
		for _, tenant := range []string{"acme", "bolt"} {
			if lines, ok := tenants[tenant]; ok {
				texts = append(texts, placed(tenant, lines))
			}
		}
		var got []string
		for _, p := range c.routes(tableOf(t, texts...), now) {
			got = append(got, p.key+": "+p.what)
		}
		require.Equal(t, want, got)
	}
	type tenants = map[string]string
	f("eu us", "eu", "eu", nil)
	f("eu us", "eu", "eu", tenants{"acme": quiet})
	f("eu", "eu", "eu", tenants{"acme": eu})
	f("eu us", "eu", "eu", tenants{"acme": euUS})
	f("eu us", "eu", "eu", tenants{"acme": eu, "bolt": euUS})
	f("eu us", "eu", "", tenants{"acme": eu}, "sinks[1].region: no tenant allows us")
	f("us", "eu", "eu", tenants{"bolt": eu}, "sinks[0].region: no tenant allows us")
	f("us", "eu", "eu", tenants{"acme": eu, "bolt": euUS}, "source.topics[1].tenant: data of tenant acme may be in eu only, and no sink is there")
	f("eu us", "eu", "us", tenants{"bolt": euUS, "acme": eu}, "quarantine.region: the quarantine's directory is in us, and data of tenant acme may be in eu only")
	f("eu us", "us", "", tenants{"acme": euUS}, "pseudonym.kek.region: is us, and keys of tenant acme stay in its home region eu")
	f("eu us", "eu", "", tenants{"acme": eu, "bolt": us}, "pseudonym.kek.region: is eu, and keys of tenant bolt stay in its home region us")

	// What a tenant says from some day on counts from then on; before any counts its first word.
	c := defaultConfig()
	c.Pseudonym.InsecureDevKeys, c.Kafka.Region = true, "eu"
	c.Sinks = []sinkConfig{{Name: "s", Type: "file", Region: "eu"}}
	table := tableOf(t, placed("acme", eu), "tenant: acme\nversion: 2\nfrom: 2026-07-01\nhome_region: us\n")
	require.NoError(t, c.refuse(table, now))
	require.EqualError(t, c.refuse(table, now.AddDate(0, 2, 0)), ":1: sinks[0].region: no tenant allows eu")
	require.NoError(t, c.refuse(table, now.AddDate(-9, 0, 0)))
	require.NoError(t, c.refuse(nil, now))
	c.Kafka.Region, c.Sinks[0].Region = "", ""
	require.ErrorContains(t, c.refuse(table, now), "sinks: no place says where it is, and data of tenant acme may be in eu only")
}

// What instructions rule out while the pipeline runs is said.
func TestWatchRoutes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var logged syncBuffer
		log := slog.New(slog.NewTextHandler(&logged, nil))
		c := defaultConfig()
		c.Pseudonym.InsecureDevKeys, c.Kafka.Region = true, "eu"
		c.Sinks = []sinkConfig{{Name: "s", Type: "file", Region: "eu"}}
		table := tableOf(t)
		go c.watchRoutes(t.Context(), table, log)
		time.Sleep(2 * reloadPeriod)
		require.Empty(t, logged.String())
		i, err := policy.ParseInstruction("i", []byte(placed("acme", "home_region: us\n")))
		require.NoError(t, err)
		require.NoError(t, table.Replace([]*policy.Instruction{i}))
		time.Sleep(3 * reloadPeriod)
		require.Equal(t, 1, bytes.Count([]byte(logged.String()), []byte("no tenant allows eu")))
	})
}
