package pipeline

import (
	"slices"

	"github.com/sonexlabs/tacet/detectors"
	"github.com/sonexlabs/tacet/pipeline/policy"
)

// outcome counts a record that is done.
func (w *rewriter) outcome(o string) {
	w.done = o
	w.outcomes[o]++
}

// end notes what a record that is done leaves to be counted.
func (w *rewriter) end() {
	w.degraded += w.tokens.Degraded()
	w.tally.used(w.tokens.Versions())
}

// recant takes the last outcome back: the record comes to something else.
func (w *rewriter) recant() { w.outcomes[w.done]-- }

// count hands the counts of a part to the metrics. Warm records were counted before.
func (w *rewriter) count(m *Metrics, topic string, warm bool) {
	if !warm {
		for o, n := range w.outcomes {
			m.records.WithLabelValues(topic, o).Add(float64(n))
		}
		for t, n := range w.totals {
			if n > 0 {
				w.bundle.findings[t].Add(float64(n))
			}
		}
		addCount(m.fields, topic, w.dropped)
		addCount(m.repaired, topic, w.repaired)
		addCount(m.ruleLimit, topic, w.limited)
		addCount(m.degraded, topic, w.degraded)
		addCount(m.forged, topic, w.forged)
		addCount(m.withheld, topic, w.withheld)
		addCount(m.capsules, "sealed", w.sealed.made)
		addCount(m.capsules, "lost", w.sealed.failed)
		for what, n := range w.met {
			addCount(m.partials, topic, n, policy.Partials(what).String())
		}
	}
	addCount(m.evicted, evictedCrowded, w.crowded)
	addCount(m.evicted, evictedIdle, w.idle)
	addCount(m.evicted, evictedKnown, w.forgotten)
	if w.calls != nil {
		addCount(m.evicted, evictedMinor, w.calls.past.lost)
		w.calls.past.lost = 0
	}
	clear(w.outcomes)
	w.totals = [detectors.TypesMax]uint32{}
	w.dropped, w.repaired, w.crowded, w.idle, w.forgotten, w.limited, w.met = 0, 0, 0, 0, 0, 0, [2]int{}
	w.withheld, w.degraded, w.forged, w.sealed.made, w.sealed.failed = 0, 0, 0, 0, 0
}

// foundAny tells whether something was found for any class.
func (w *rewriter) foundAny() bool {
	for i := range w.classes {
		if len(w.classes[i].types) > 0 {
			return true
		}
	}
	return false
}

// total adds what was found in the record, as the first class that reads it saw it.
func (w *rewriter) total() {
	for i := range w.classes {
		c := &w.classes[i]
		if !c.reads {
			continue
		}
		for _, t := range c.types {
			w.totals[t] += c.counts[t]
		}
		return
	}
}

// summarise adds what the current part came to, before count forgets it.
func (w *rewriter) summarise(s *Summary, dead int) {
	s.Dead, s.Partial, s.Suppressed = dead, w.outcomes[outcomePartial], w.outcomes[outcomeSuppressed]
	s.Degraded, s.Dropped, s.Withheld, s.Limited = w.degraded, w.dropped, w.withheld, w.limited
	s.Tenants = w.tally.end()
	for t, n := range w.totals {
		if n > 0 {
			t := detectors.Type(t)
			s.Findings = append(s.Findings, TypeCount{t.String(), w.classes[0].styles[t].String(), int(n)})
		}
	}
	slices.SortFunc(s.Findings, TypeCount.compare)
}
