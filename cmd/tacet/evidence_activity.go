package main

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

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

type logReport struct {
	Log       string `json:"log"`
	Entries   uint64 `json:"entries"`
	Signed    uint64 `json:"signed"`
	Witnessed uint64 `json:"witnessed"`
	Whole     bool   `json:"whole"`
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
	checked, problems, err := verifyLogs(ctx, c, dirs)
	if err != nil {
		return err
	}
	e.Activity.Logs, e.Activity.Problems = append(e.Activity.Logs, checked...), problems
	t := tally{e: e, counts: map[string]int64{}, policies: map[string]*inForce{}, lanes: map[audit.Range][]span{}, control: map[controlled]*controlled{},
		degraded: map[string]time.Time{}, degradedFor: map[string]time.Duration{}}
	for _, dir := range dirs {
		if err := audit.Read(dir, 0, t.entry); err != nil {
			e.Activity.Problems = append(e.Activity.Problems, fmt.Sprintf("log %s can't be read to its end", logName(c, dir)))
		}
	}
	t.end()
	return nil
}

// tally gathers entries.
type tally struct {
	e           *evidence
	counts      map[string]int64
	policies    map[string]*inForce
	lanes       map[audit.Range][]span // by topic and partition
	control     map[controlled]*controlled
	degraded    map[string]time.Time // since when, by lane
	degradedFor map[string]time.Duration
}

type span struct{ first, next int64 }

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
		t.lanes[lane] = append(t.lanes[lane], span{r.First, r.Next})
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
	for lane, spans := range t.lanes {
		first, next, missing := cover(spans)
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

// cover gives where spans begin and end, and how many offsets between lie in none.
func cover(spans []span) (first, next, missing int64) {
	slices.SortFunc(spans, func(a, b span) int { return cmp.Compare(a.first, b.first) })
	first, next = spans[0].first, spans[0].first
	for _, s := range spans {
		missing += max(0, s.first-next)
		next = max(next, s.next)
	}
	return first, next, missing
}
