package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/sonexlabs/tacet/pipeline/audit"
	auditsink "github.com/sonexlabs/tacet/sinks/audit"
)

// activity is what the audit log says was done in the time of the report. But for Of its numbers are of all tenants, also in a report of
// one: an entry is of many.
type activity struct {
	Logs        []logReport       `json:"logs"`
	Problems    []string          `json:"problems,omitempty"` // of the logs themselves
	First       time.Time         `json:"first,omitzero"`     // entry of the time
	Last        time.Time         `json:"last,omitzero"`
	Entries     int64             `json:"entries"`       // of batches
	Older       int64             `json:"older_entries"` // of them, that name no tenants
	In          int64             `json:"records_in"`
	Out         int64             `json:"records_out"`
	Dead        int64             `json:"quarantined"`
	DeadBy      map[string]int64  `json:"quarantined_by_class"`
	Partial     int64             `json:"partial_results"`
	Suppressed  int64             `json:"suppressed"`
	Degraded    int64             `json:"values_degraded"`
	Dropped     int64             `json:"fields_dropped"`
	Withheld    int64             `json:"fields_withheld"`
	Limited     int64             `json:"texts_over_a_rule_limit"`
	DegradedFor map[string]string `json:"degraded_for,omitempty"` // by lane
	Findings    []finding         `json:"findings"`
	Policies    []inForce         `json:"policies"`
	Lanes       []laneActivity    `json:"lanes"`
	Of          []tenantActivity  `json:"tenants"`
	Silences    []silence         `json:"silences"`
	Control     []controlled      `json:"control"` // what people and commands did
}

// finding is how often a type was found and what became of it, for the first class that reads the records.
type finding struct {
	Type   string `json:"type"`
	Action string `json:"action"`
	N      int64  `json:"n"`
}

type inForce struct {
	Policy  string    `json:"policy"`
	Entries int64     `json:"entries"`
	First   time.Time `json:"first"`
	Last    time.Time `json:"last"`
	Current bool      `json:"current"` // it is the one that the report describes
}

// laneActivity is what was worked off of a partition.
type laneActivity struct {
	Topic     string `json:"topic"`
	Partition int32  `json:"partition"`
	First     int64  `json:"first"`
	Next      int64  `json:"next"`
	Missing   int64  `json:"missing"` // offsets between them that no entry of the time is about
}

// tenantActivity is what became of a tenant's records.
type tenantActivity struct {
	Tenant   string           `json:"tenant"` // empty: of records that name none that the policy knows
	Category string           `json:"category"`
	In       int64            `json:"records_in"`
	Dead     int64            `json:"quarantined"`
	Out      map[string]int64 `json:"records_out"` // by sink
}

// silence is a time without an entry of the log of run.
type silence struct {
	From    time.Time `json:"from"`
	To      time.Time `json:"to"`
	Stopped bool      `json:"stopped"` // the entry before says that it had ended
}

// silenceLeast is how long it must be quiet for the report to say so: a busy topic has an entry every few hundred records.
const silenceLeast = time.Hour

type controlled struct {
	Action string    `json:"action"`
	Tenant string    `json:"tenant,omitempty"`
	N      int64     `json:"n"`
	Last   time.Time `json:"last"`
}

// read adds what the audit logs say: that of the configuration, and more.
func (e *evidence) read(ctx context.Context, c config, more []string) error {
	e.Activity.Findings, e.Activity.Policies, e.Activity.Lanes, e.Activity.Logs = []finding{}, []inForce{}, []laneActivity{}, []logReport{}
	e.Activity.Of, e.Activity.Silences, e.Activity.DeadBy = []tenantActivity{}, []silence{}, map[string]int64{}
	if c.Audit.Directory == "" && len(more) > 0 {
		return errors.New("--audit adds to the log of the configuration, which has none: set audit.directory and audit.key")
	}
	if c.Audit.Directory == "" {
		return nil
	}
	verifier, known, err := e.witnesses(ctx, c)
	if err != nil {
		return err
	}
	base := c.auditBase(string(c.Audit.Directory), verifier)
	logs, err := findLogs(base, more)
	if err != nil {
		return err
	}
	checked, problems := verifyLogs(base, logs, known)
	e.Activity.Logs, e.Activity.Problems = append(e.Activity.Logs, checked...), problems
	t := tally{e: e, counts: map[string]int64{}, policies: map[string]*inForce{}, lanes: map[audit.Range]*cover{}, control: map[controlled]*controlled{},
		degraded: map[string]time.Time{}, degradedFor: map[string]time.Duration{}, of: map[[2]string]*tenantActivity{}}
	for _, l := range logs {
		t.main = l.name == mainLog && !l.other
		if err := audit.Read(l.dir, 0, t.entry); err != nil {
			e.Activity.Problems = append(e.Activity.Problems, fmt.Sprintf("log %s can't be read to its end", l.name))
		}
	}
	t.end()
	return nil
}

// witnesses gives what the logs are held against. A witness that can't be read is no failure of the report, which says so.
func (e *evidence) witnesses(ctx context.Context, c config) (verifier note.Verifier, known []byte, err error) {
	key, err := audit.ParseKey(c.Audit.Key.Reveal())
	if err != nil {
		return nil, nil, fmt.Errorf("verify audit log: key %w", err)
	}
	if verifier, err = audit.ParseVerifier(key.Verifier()); err != nil {
		return nil, nil, err
	}
	if known, err = (&auditPlace{}).known(ctx, c); err != nil {
		e.NotLookedAt = append(e.NotLookedAt, "The witness of the audit log: it can't be read now, so an older copy of the log would look whole.")
		known = nil
	}
	return verifier, known, nil
}

// tally gathers entries.
type tally struct {
	e           *evidence
	counts      map[string]int64
	policies    map[string]*inForce
	lanes       map[audit.Range]*cover // by topic and partition
	control     map[controlled]*controlled
	degraded    map[string]time.Time // since when, by lane
	degradedFor map[string]time.Duration
	of          map[[2]string]*tenantActivity // by tenant and category
	main        bool                          // the log at hand is that of run
	heard       time.Time                     // its last entry
	stopped     bool                          // which says that it ended
}

func (t *tally) entry(e audit.Entry) error {
	if t.main && e.Time.Before(t.e.To) {
		t.hear(e)
	}
	if e.Time.Before(t.e.From) || !e.Time.Before(t.e.To) {
		return nil
	}
	a := &t.e.Activity
	if a.First.IsZero() || e.Time.Before(a.First) {
		a.First = e.Time
	}
	if e.Time.After(a.Last) {
		a.Last = e.Time
	}
	switch e.Action {
	case "batch", "batch.more":
		return t.batch(e)
	case "degraded", "degraded.end":
		lane := attrOf(e, "lane")
		if since, ok := t.degraded[lane]; ok {
			t.degradedFor[lane] += e.Time.Sub(since)
			delete(t.degraded, lane)
		}
		if e.Action == "degraded" {
			t.degraded[lane] = e.Time
		}
	default:
		if t.e.Tenant != "" && e.Tenant != "" && e.Tenant != t.e.Tenant {
			return nil
		}
		key := controlled{Action: e.Action, Tenant: e.Tenant}
		if t.control[key] == nil {
			t.control[key] = &controlled{Action: e.Action, Tenant: e.Tenant}
		}
		t.control[key].N++
		t.control[key].Last = e.Time
	}
	return nil
}

func attrOf(e audit.Entry, name string) string {
	for _, a := range e.Object {
		if a.Name == name {
			return a.Value
		}
	}
	return ""
}

// hear notes a silence before an entry of the log of run.
func (t *tally) hear(e audit.Entry) {
	t.silent(e.Time)
	t.heard, t.stopped = e.Time, e.Action == "stop"
}

// silent notes that nothing was heard until a time.
func (t *tally) silent(until time.Time) {
	since := t.heard
	if since.Before(t.e.From) {
		since = t.e.From
	}
	if since.IsZero() || until.Sub(since) < silenceLeast {
		return
	}
	t.e.Activity.Silences = append(t.e.Activity.Silences, silence{since, until, t.stopped})
}

// batch adds an entry of batches, or more tenants of one.
func (t *tally) batch(e audit.Entry) error {
	content, err := auditsink.ReadContent(e)
	if err != nil {
		return err
	}
	for _, of := range content.Tenants {
		t.tenant(content, of)
	}
	if first, _ := auditsink.IsBatch(e); !first {
		return nil
	}
	t.e.Activity.Entries++
	if content.Format == 1 {
		t.e.Activity.Older++
	}
	for _, c := range e.Counts {
		t.counts[c.Name] += c.N
	}
	for hash := range strings.SplitSeq(e.Policy, ",") {
		p := t.policies[hash]
		if p == nil {
			p = &inForce{Policy: hash, First: e.Time, Current: hash == t.e.Policy}
			t.policies[hash] = p
		}
		p.Entries++
		p.Last = e.Time
	}
	if r := e.Range; r != nil {
		lane := audit.Range{Topic: r.Topic, Partition: r.Partition}
		if t.lanes[lane] == nil {
			t.lanes[lane] = &cover{}
		}
		t.lanes[lane].add(span{r.First, r.Next})
	}
	return nil
}

func (t *tally) tenant(c auditsink.Content, of auditsink.Tenant) {
	if t.e.Tenant != "" && of.Tenant != t.e.Tenant {
		return
	}
	key := [2]string{of.Tenant, c.Category}
	a := t.of[key]
	if a == nil {
		a = &tenantActivity{Tenant: of.Tenant, Category: c.Category, Out: map[string]int64{}}
		t.of[key] = a
	}
	a.In += of.In
	a.Dead += of.Dead
	for i, n := range of.Out {
		a.Out[c.Sinks[i]] += n
	}
}

func (t *tally) end() {
	a := &t.e.Activity
	a.In, a.Out, a.Dead, a.Partial = t.counts["in"], t.counts["out"], t.counts["dead"], t.counts["partial"]
	a.Suppressed, a.Degraded = t.counts["suppressed"], t.counts["degraded"]
	a.Dropped, a.Withheld, a.Limited = t.counts["dropped"], t.counts["withheld"], t.counts["limited"]
	t.silent(t.e.To)
	for name, n := range t.counts {
		if class, ok := strings.CutPrefix(name, "dead."); ok {
			a.DeadBy[class] = n
		}
	}
	for _, of := range t.of {
		a.Of = append(a.Of, *of)
	}
	slices.SortFunc(a.Of, func(x, y tenantActivity) int {
		return cmp.Or(strings.Compare(x.Tenant, y.Tenant), strings.Compare(x.Category, y.Category))
	})
	for _, name := range slices.Sorted(maps.Keys(t.counts)) {
		if typ, action, ok := strings.Cut(name, "/"); ok {
			a.Findings = append(a.Findings, finding{typ, action, t.counts[name]})
		}
	}
	for _, hash := range slices.Sorted(maps.Keys(t.policies)) {
		a.Policies = append(a.Policies, *t.policies[hash])
	}
	slices.SortStableFunc(a.Policies, func(x, y inForce) int { return x.First.Compare(y.First) })
	for lane, covered := range t.lanes {
		first, next, missing := covered.bounds()
		a.Lanes = append(a.Lanes, laneActivity{lane.Topic, lane.Partition, first, next, missing})
	}
	slices.SortFunc(a.Lanes, func(x, y laneActivity) int {
		return cmp.Or(strings.Compare(x.Topic, y.Topic), cmp.Compare(x.Partition, y.Partition))
	})
	for _, c := range t.control {
		a.Control = append(a.Control, *c)
	}
	slices.SortFunc(a.Control, func(x, y controlled) int {
		return cmp.Or(strings.Compare(x.Action, y.Action), strings.Compare(x.Tenant, y.Tenant))
	})
	for lane, since := range t.degraded { // until the last entry, or longer
		t.degradedFor[lane] += a.Last.Sub(since)
	}
	for lane, lasted := range t.degradedFor {
		if a.DegradedFor == nil {
			a.DegradedFor = map[string]string{}
		}
		a.DegradedFor[lane] = lasted.Round(time.Second).String()
	}
}
