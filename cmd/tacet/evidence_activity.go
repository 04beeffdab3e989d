package main

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/sonexlabs/tacet/pipeline/audit"
)

// activity is what the audit log says was done in the time of the report. Batches are of many tenants, and the log does not say of whose;
// so these numbers are of all tenants, also in a report of one.
type activity struct {
	Logs        []logReport       `json:"logs"`
	Problems    []string          `json:"problems,omitempty"` // of the logs themselves
	First       time.Time         `json:"first,omitzero"`     // entry of the time
	Last        time.Time         `json:"last,omitzero"`
	Batches     int64             `json:"batches"`
	In          int64             `json:"records_in"`
	Out         int64             `json:"records_out"`
	Dead        int64             `json:"quarantined"`
	Partial     int64             `json:"partial_results"`
	Suppressed  int64             `json:"suppressed"`
	Degraded    int64             `json:"values_degraded"`
	DegradedFor map[string]string `json:"degraded_for,omitempty"` // by lane
	Findings    []finding         `json:"findings"`
	Policies    []inForce         `json:"policies"`
	Lanes       []laneActivity    `json:"lanes"`
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
	Batches int64     `json:"batches"`
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

type controlled struct {
	Action string    `json:"action"`
	Tenant string    `json:"tenant,omitempty"`
	N      int64     `json:"n"`
	Last   time.Time `json:"last"`
}

// read adds what the audit logs say.
func (e *evidence) read(ctx context.Context, c config) error {
	e.Activity.Findings, e.Activity.Policies, e.Activity.Lanes, e.Activity.Logs = []finding{}, []inForce{}, []laneActivity{}, []logReport{}
	if c.Audit.Directory == "" {
		return nil
	}
	dirs, err := auditLogs(string(c.Audit.Directory))
	if err != nil {
		return err
	}
	verifier, known, err := e.witnesses(ctx, c)
	if err != nil {
		return err
	}
	checked, problems := verifyLogs(string(c.Audit.Directory), dirs, verifier, known)
	e.Activity.Logs, e.Activity.Problems = append(e.Activity.Logs, checked...), problems
	t := tally{e: e, counts: map[string]int64{}, policies: map[string]*inForce{}, lanes: map[audit.Range]*cover{}, control: map[controlled]*controlled{},
		degraded: map[string]time.Time{}, degradedFor: map[string]time.Duration{}}
	for _, dir := range dirs {
		if err := audit.Read(dir, 0, t.entry); err != nil {
			e.Activity.Problems = append(e.Activity.Problems, fmt.Sprintf("log %s can't be read to its end", logName(string(c.Audit.Directory), dir)))
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
}

func (t *tally) entry(e audit.Entry) error {
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
	case "batch":
		t.batch(e)
	case "batch.more": // the rest of a batch, which is counted
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

func (t *tally) batch(e audit.Entry) {
	t.e.Activity.Batches++
	for _, c := range e.Counts {
		t.counts[c.Name] += c.N
	}
	for hash := range strings.SplitSeq(e.Policy, ",") {
		p := t.policies[hash]
		if p == nil {
			p = &inForce{Policy: hash, First: e.Time, Current: hash == t.e.Policy}
			t.policies[hash] = p
		}
		p.Batches++
		p.Last = e.Time
	}
	if r := e.Range; r != nil {
		lane := audit.Range{Topic: r.Topic, Partition: r.Partition}
		if t.lanes[lane] == nil {
			t.lanes[lane] = &cover{}
		}
		t.lanes[lane].add(span{r.First, r.Next})
	}
}

func (t *tally) end() {
	a := &t.e.Activity
	a.In, a.Out, a.Dead, a.Partial = t.counts["in"], t.counts["out"], t.counts["dead"], t.counts["partial"]
	a.Suppressed, a.Degraded = t.counts["suppressed"], t.counts["degraded"]
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
