package pipeline

import (
	"slices"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/sonexlabs/tacet/detectors"
	"github.com/sonexlabs/tacet/pipeline/codec"
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

// recant takes an outcome back: the record comes to something else.
func (w *rewriter) recant(outcome string) { w.outcomes[outcome]-- }

// count hands the counts of a part to the metrics. Warm records were counted before.
func (w *rewriter) count(m *Metrics, topic string, warm bool) {
	if !warm {
		for o, n := range w.outcomes {
			if n > 0 {
				m.records.WithLabelValues(topic, o).(prometheus.ExemplarAdder).AddWithExemplar(float64(n), w.bundle.exemplar)
			}
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
		w.countMinimised(m, topic)
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
	w.read = 0
	for i := range w.classes {
		w.classes[i].left, w.classes[i].without = [fieldReasons]int{}, [leftReasons]int{}
	}
	for i := range w.views {
		w.views[i].wrote = 0
	}
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

// Why a record does not leave for a sink class, the values of a label of tacet_records_left_out_total.
const (
	leftInstruction = iota // the tenant gave no instruction
	leftConsent            // or has not consented to the purpose
	leftRegion             // or does not let data be where the sink is
	leftWithdrawn          // somebody in the record withdrew consent
	leftCategory           // the policy does not name the class for the record's category
	leftReasons
)

var leftNames = [leftReasons]string{"instruction", "consent", "region", "withdrawn", "category"}

// Why a value does not leave for a sink class, the values of a label of tacet_fields_left_out_total.
const (
	fieldUnnamed   = iota // no rule of the class names a path to it
	fieldDropped          // its rule is to drop it
	fieldNever            // what has its name is never stored
	fieldText             // the tenant lets no texts leave
	fieldRecording        // or had no recordings made
	fieldReserved         // this program reads it or adds it itself: known_values, redaction
	fieldUnfit            // what its rule is to make of it can't be made
	fieldReasons
)

var fieldNames = [fieldReasons]string{"not_allowed", "drop", "never_stored", policy.NeedsText, policy.NeedsRecording, "reserved", "unfit"}

// leave drops a field and counts it, by why. A member that goes by its name and by its value counts once.
func (w *rewriter) leave(d *codec.Doc, i, why int) {
	if d.Drop(i); d.Fields()[i].Kind != codec.Key {
		w.at.left[why]++
	}
}

// leaveOut keeps a view from getting anything of the record.
func (w *rewriter) leaveOut(view, reason int) {
	if v := &w.views[view]; !v.skip {
		v.skip = true
		w.classes[w.bundle.of[view]].without[reason]++
	}
}

// weigh notes how much of a record that leaves came in, and went out.
func (w *rewriter) weigh(in int, out []span) {
	w.read += in
	for i := range out {
		w.views[out[i].view].wrote += out[i].value[1] - out[i].value[0]
	}
	for i := range w.classes {
		if c := &w.classes[i]; !c.reads {
			c.without[leftCategory] += len(c.views)
		}
	}
}

// countMinimised counts what was left out of the part's records. Labels are of the configuration and of this program, never of data.
func (w *rewriter) countMinimised(m *Metrics, topic string) {
	of := w.bundle.topics[topic]
	addCount(m.bytesIn, topic, w.read)
	for i := range w.classes {
		c, name := &w.classes[i], w.bundle.classes[i].Name
		if of.byClass[i] != nil {
			c.left[fieldUnnamed] += w.dropped
		}
		for reason, n := range c.left {
			addCount(m.left, of.category, n, name, fieldNames[reason])
		}
		for reason, n := range c.without {
			addCount(m.kept, name, n, leftNames[reason])
		}
	}
	for i := range w.views {
		for _, sink := range w.views[i].sinks {
			addCount(m.bytesOut, sink, w.views[i].wrote, w.bundle.classes[w.bundle.of[i]].Name)
		}
	}
}

// countFinding counts a finding for the class at hand.
func (w *rewriter) countFinding(t detectors.Type) {
	if w.at.counts[t]++; w.at.counts[t] == 1 {
		w.at.types = append(w.at.types, t)
	}
}
