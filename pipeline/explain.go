package pipeline

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/sonexlabs/tacet/detectors"
	"github.com/sonexlabs/tacet/pipeline/codec"
	"github.com/sonexlabs/tacet/pipeline/policy"
)

// Explanation says what became of one record, and why, without a value of it: no text, no hash of one, no exact length. Paths
// are those of the policy, because keys under a wildcard may be somebody's words.
type Explanation struct {
	Topic     string        `json:"topic"`
	Partition int32         `json:"partition"`
	Offset    int64         `json:"offset"`
	Category  string        `json:"category"`
	Policy    string        `json:"policy"`              // hash
	Detectors string        `json:"detectors"`           // version
	Detection string        `json:"detection,omitempty"` // what the tenant's instruction says of it
	Outcome   string        `json:"outcome"`             // as tacet_records_total counts it, or the class of quarantine
	Detail    string        `json:"detail,omitempty"`
	Leaves    bool          `json:"leaves"`               // something, for the sink class
	Bytes     int           `json:"-"`                    // of it; only for sums: of one record it would say how long its values are
	Unnamed   int           `json:"fields_not_in_policy"` // dropped
	Fields    []FieldReason `json:"fields,omitempty"`
	Findings  []FoundReason `json:"findings,omitempty"`
}

// FieldReason says what the policy does with a field that is there.
type FieldReason struct {
	Path    string   `json:"path"`
	Action  string   `json:"action"`
	Scope   string   `json:"scope,omitempty"` // of a token
	Clauses []string `json:"clauses"`
}

// FoundReason says why something was found and what became of it.
type FoundReason struct {
	Path       string   `json:"path"`
	Start      int      `json:"start"` // where what stands for it begins in the redacted text, in bytes
	End        int      `json:"end"`
	Length     string   `json:"length"` // a band of what it was: "9-16"
	Type       string   `json:"type"`
	Detector   string   `json:"detector"`
	Version    string   `json:"detector_version"`
	Rule       string   `json:"rule,omitempty"`
	Validators []string `json:"validators,omitempty"` // what moved the confidence
	Words      []string `json:"words,omitempty"`      // kinds of words near it, as detectors name them
	Confidence string   `json:"confidence"`           // high, medium or low
	Action     string   `json:"action"`
	Scope      string   `json:"scope,omitempty"`
	Clauses    []string `json:"clauses"`
	Policy     string   `json:"policy"`
}

// Explainer does to records what an engine would, delivers nothing, and says why. It remembers calls as a worker does: records
// that come before the one in question are given to it first. One goroutine at a time.
type Explainer struct {
	c     Config
	rw    *rewriter
	calls *callStore
	lanes map[LaneID]*lane
}

// NewExplainer takes the configuration of an engine and explains what leaves for a sink class, the policy's first if it is
// empty. Sinks and quarantine may be missing.
func NewExplainer(c Config, class string) (*Explainer, error) {
	x, err := newExplainer(c, []SinkConfig{{Name: "explain", View: View{Class: class}}})
	if err != nil {
		return nil, fmt.Errorf("explain: %w", err)
	}
	return x, nil
}

func newExplainer(c Config, sinks []SinkConfig) (*Explainer, error) {
	if c.Metrics == nil {
		return nil, errors.New("metrics are missing")
	}
	views, _ := viewsOf(c.Policy, sinks)
	b, err := compile(c, c.Policy, views)
	if err != nil {
		return nil, err
	}
	rw, err := newRewriter(c, b, views)
	if err != nil {
		return nil, err
	}
	return &Explainer{c: c, rw: rw, calls: newCallStore(c.Limits.Calls, c.Limits.CallIdle, int(c.Limits.KnownBytes)), lanes: map[LaneID]*lane{}}, nil
}

// Explain explains one record.
func (x *Explainer) Explain(id LaneID, r *Record) (Explanation, error) {
	l, err := x.lane(id)
	if err != nil {
		return Explanation{}, fmt.Errorf("explain record: %w", err)
	}
	e := Explanation{Topic: id.Topic, Partition: id.Partition, Offset: r.Offset, Category: l.topic.category,
		Policy: x.c.Policy.Hash(), Detectors: x.c.Detectors.Version(), Outcome: outcomeFiltered}
	if r.Value == nil {
		return e, nil
	}
	x.rw.begin(l, x.calls, r, time.Now())
	x.rw.explain = &e
	before := x.rw.dropped
	class, err := x.rw.value(r)
	x.rw.explain = nil
	e.Unnamed = x.rw.dropped - before
	if e.Outcome = x.rw.done; class != "" {
		e.Outcome, e.Detail = string(class), err.Error()
		return e, nil
	}
	if view := &x.rw.views[0]; !x.rw.gone && !x.rw.leavesNothing() && !view.skip {
		e.Leaves, e.Bytes = true, len(view.out)
	}
	return e, nil
}

func (x *Explainer) lane(id LaneID) (*lane, error) {
	l := x.lanes[id]
	if l == nil {
		t := x.rw.bundle.topics[id.Topic]
		if t == nil {
			return nil, fmt.Errorf("topic %s is not configured", id.Topic)
		}
		l = &lane{id: id, topic: t}
		x.lanes[id] = l
	}
	return l, nil
}

// explainSet notes what the record is searched with.
func (w *rewriter) explainSet(s *policy.Standing) {
	if w.explain == nil {
		return
	}
	w.explain.Detectors, w.explain.Detection = w.set.Version(), ""
	if s.In != nil {
		w.explain.Detection = s.In.Detection.String()
	}
}

// explainField notes what a rule does to a field.
func (w *rewriter) explainField(d *codec.Doc, i int, r *rule) {
	if w.explain == nil || !isLeaf(d.Fields()[i].Kind) || d.Fields()[i].Kind == codec.Key {
		return
	}
	w.explained = r
	f := FieldReason{Path: r.path, Action: r.action.String(), Clauses: r.clauses}
	if r.action == policy.Token || r.action == policy.Seal {
		f.Scope = r.options.Scope.String()
	}
	if r.options.Needs != "" && !w.meets(r.options.Needs) {
		f.Action, f.Scope = "withheld", "" // because the tenant has not instructed so
	}
	if !slices.ContainsFunc(w.explain.Fields, func(o FieldReason) bool { return o.Path == f.Path && o.Action == f.Action }) {
		w.explain.Fields = append(w.explain.Fields, f)
	}
}

// explainFinding notes why finding k of the text at hand was found. grown is by how much what was replaced before it in the text
// made that longer.
func (w *rewriter) explainFinding(k int, reasons []detectors.Reason, with []byte, grown int) {
	f := &w.found[k]
	style, options := w.at.styles[f.Type], w.at.options[f.Type]
	why := FoundReason{Path: w.explained.path, Start: f.Start + grown, End: f.Start + grown + len(with), Length: lengthBand(f.End - f.Start),
		Type: f.Type.String(), Detector: f.Detector, Version: w.explain.Detectors, Confidence: confidenceBand(f.Confidence),
		Action: style.String(), Clauses: w.explained.clauses, Policy: w.explain.Policy}
	if options.Scope != 0 {
		why.Scope = options.Scope.String()
	}
	for _, r := range reasons {
		if r.Finding != k || !r.Chosen {
			continue
		}
		why.Rule, why.Words = r.Rule, r.Words
		names := map[string]bool{}
		for _, part := range r.Parts {
			names[part.Name] = true
		}
		why.Validators = slices.Sorted(maps.Keys(names))
	}
	if style == policy.StyleKeep {
		why.End = why.Start + f.End - f.Start
	}
	w.explain.Findings = append(w.explain.Findings, why)
}

// lengthBand hides how long a value was: the length of a name can be the name.
func lengthBand(n int) string {
	switch {
	case n <= 4:
		return "1-4"
	case n <= 8:
		return "5-8"
	case n <= 16:
		return "9-16"
	case n <= 32:
		return "17-32"
	}
	return "33+"
}

func confidenceBand(c float32) string {
	switch {
	case c >= 0.85:
		return "high"
	case c >= 0.6:
		return "medium"
	}
	return "low"
}
