package main

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/sonexlabs/tacet/pipeline/policy"
)

// provenance is where a configuration was read, so that what is found out later still names file and line.
type provenance struct {
	file  string
	lines map[string]int
}

// problem is one with a key of the configuration.
func (o provenance) problem(key, what, hint string) problem {
	d := document{lines: o.lines}
	d.fail(ruleRegion, key, what, hint)
	return d.problems[0]
}

// place is somewhere data lies, or what its keys are wrapped with.
type place struct {
	key    string // of the configuration, below which region stands
	name   string
	region string
}

// regionOf is where a sink is: where it says, or else where its cluster is.
func (c config) regionOf(s sinkConfig) string {
	if s.Region == "" && s.Type == "kafka" {
		return c.cluster(s.Kafka).Region
	}
	return s.Region
}

// places lists them. A quarantine that keeps no records is none.
func (c config) places() []place {
	all := []place{{"kafka", "the cluster that is read", c.Kafka.Region}}
	for i, s := range c.Sinks {
		all = append(all, place{fmt.Sprintf("sinks[%d]", i), "sink " + s.Name, c.regionOf(s)})
	}
	all = append(all, c.quarantines()...)
	if !c.Pseudonym.InsecureDevKeys {
		all = append(all, place{"pseudonym.kek", "what wraps the keys", c.Pseudonym.KEK.Region})
	}
	return all
}

func (c config) quarantines() (all []place) {
	q := c.Quarantine
	if q.PublicKey == "" {
		return nil
	}
	if q.Directory != "" {
		all = append(all, place{"quarantine", "the quarantine's directory", q.Region})
	}
	if q.Topic != "" {
		key := "quarantine.kafka"
		if len(q.Kafka.Brokers) == 0 {
			key = "kafka"
		}
		all = append(all, place{key, "the quarantine's topic", c.cluster(q.Kafka).Region})
	}
	return all
}

// regions checks that every place says where it is, once one does: of one that doesn't nobody could say whether a tenant allows it.
func (d *document) regions(c *config) {
	given := map[string]string{"kafka": c.Kafka.Region, "quarantine": c.Quarantine.Region, "quarantine.kafka": c.Quarantine.Kafka.Region,
		"pseudonym.kek": c.Pseudonym.KEK.Region}
	for i, s := range c.Sinks {
		at := fmt.Sprintf("sinks[%d]", i)
		given[at], given[at+".kafka"] = s.Region, s.Kafka.Region
		if cluster := c.cluster(s.Kafka).Region; s.Type == "kafka" && s.Region != "" && cluster != "" && s.Region != cluster {
			d.fail(ruleRegion, at+".region", fmt.Sprintf("is %q, and its cluster is in %q", s.Region, cluster), "a topic is where its cluster is: remove it")
		}
	}
	before := len(d.problems)
	for key, region := range given {
		if region != "" && !isRegion(region) {
			d.fail(ruleRegion, key+".region", fmt.Sprintf("%q is no name of a region", region), "small letters, digits, - and _: eu, eu-west-1; tenants' instructions use the same names")
		}
	}
	places := c.places()
	some := slices.IndexFunc(places, func(p place) bool { return p.region != "" })
	if len(d.problems) > before || some < 0 {
		return
	}
	for _, p := range places {
		if p.region == "" {
			d.fail(ruleRegion, p.key+".region", fmt.Sprintf("is not given, and %s says where it is", places[some].name),
				"name the region, for all places or for none")
		}
	}
}

func isRegion(s string) bool {
	other := func(r rune) bool { return r != '-' && r != '_' && (r < 'a' || r > 'z') && (r < '0' || r > '9') }
	return s != "" && len(s) <= 64 && !strings.ContainsFunc(s, other)
}

// routes says which ways of data can't hold, given what tenants instructed: where everything of a tenant or for a sink would be left out,
// and where nothing would be, because keys and sealed records are not left out one by one. A sink that some tenants don't allow is no
// problem: it gets none of their records.
func (c config) routes(table *policy.Instructions, now time.Time) (problems []problem) {
	if table == nil {
		return nil
	}
	var placed []*policy.Instruction // of tenants who say where their data may be
	for _, tenant := range table.Tenants() {
		i := table.At([]byte(tenant), now)
		if i == nil {
			i = table.Of(tenant)[0] // not yet in force
		}
		if i.HomeRegion != "" || len(i.Regions) > 0 {
			placed = append(placed, i)
		}
	}
	if len(placed) == 0 {
		return nil
	}
	fail := func(key, hint, what string, args ...any) {
		problems = append(problems, c.origin.problem(key, fmt.Sprintf(what, args...), hint))
	}
	if !slices.ContainsFunc(c.places(), func(p place) bool { return p.region != "" }) {
		fail("sinks", "give the clusters, sinks, keys and the quarantine a region", "no place says where it is, and data of tenant %s may be in %s only",
			placed[0].Tenant, regionsOf(placed[0]))
		return problems
	}
	for i, s := range c.Sinks {
		region := c.regionOf(s)
		if !slices.ContainsFunc(placed, func(i *policy.Instruction) bool { return i.Allows(region) }) {
			fail(fmt.Sprintf("sinks[%d].region", i), "it would get nothing: remove it, or have a tenant's instruction name the region", "no tenant allows %s", region)
		}
	}
	for i, t := range c.Source.Topics {
		k := slices.IndexFunc(placed, func(i *policy.Instruction) bool { return i.Tenant == t.Tenant })
		if k >= 0 && !slices.ContainsFunc(c.Sinks, func(s sinkConfig) bool { return placed[k].Allows(c.regionOf(s)) }) {
			fail(fmt.Sprintf("source.topics[%d].tenant", i), "add a sink there, or remove the topic",
				"data of tenant %s may be in %s only, and no sink is there", t.Tenant, regionsOf(placed[k]))
		}
	}
	for _, p := range placed {
		if kek := c.Pseudonym.KEK.Region; !c.Pseudonym.InsecureDevKeys && p.HomeRegion != "" && kek != p.HomeRegion {
			fail("pseudonym.kek.region", "run a pipeline in the home region for that tenant", "is %s, and keys of tenant %s stay in its home region %s", kek, p.Tenant, p.HomeRegion)
		}
		for _, q := range c.quarantines() {
			if !p.Allows(q.region) {
				fail(q.key+".region", "put the quarantine there, or keep no sealed records: remove quarantine.public_key",
					"%s is in %s, and data of tenant %s may be in %s only", q.name, q.region, p.Tenant, regionsOf(p))
			}
		}
	}
	return problems
}

// regionsOf names where a tenant lets data be.
func regionsOf(i *policy.Instruction) string {
	all := slices.Clone(i.Regions)
	if i.HomeRegion != "" {
		all = append(all, i.HomeRegion)
	}
	slices.Sort(all)
	return strings.Join(slices.Compact(all), ", ")
}

// refuse is an error where a way of data can't hold.
func (c config) refuse(table *policy.Instructions, now time.Time) error {
	problems := c.routes(table, now)
	if len(problems) == 0 {
		return nil
	}
	slices.SortStableFunc(problems, func(a, b problem) int { return a.line - b.line })
	return &configError{c.origin.file, problems}
}

// watchRoutes says when what tenants instruct later rules out a way of data. What can be left out record by record is; the rest has to
// be mended, and the next start is refused.
func (c config) watchRoutes(ctx context.Context, table *policy.Instructions, log *slog.Logger) {
	if table == nil {
		return
	}
	tick := time.NewTicker(reloadPeriod)
	defer tick.Stop()
	for seen := table.Generation(); ; {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if g := table.Generation(); g != seen {
			seen = g
			for _, p := range c.routes(table, time.Now()) {
				log.Error("way of data is ruled out by instructions of tenants; the next start will be refused", "key", p.key, "line", p.line, "what", p.what)
			}
		}
	}
}
