package pipeline

import (
	"strconv"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"github.com/sonexlabs/tacet/detectors"
	"github.com/sonexlabs/tacet/pipeline/policy"
)

// Metrics are the counters and histograms of one pipeline. Label values come from closed sets: topics, sinks and types of
// the configuration, outcomes and classes of this program. No key, call id, value or error text is ever a label. Gauges
// of lanes (lag, watermark) are read from the engine at scrape time, see laneCollector, so those of a revoked
// partition are gone at once.
type Metrics struct {
	records    *prometheus.CounterVec
	entities   *prometheus.CounterVec
	fields     *prometheus.CounterVec
	repaired   *prometheus.CounterVec
	partials   *prometheus.CounterVec
	ruleLimit  *prometheus.CounterVec
	withheld   *prometheus.CounterVec
	left       *prometheus.CounterVec
	kept       *prometheus.CounterVec
	bytesIn    *prometheus.CounterVec
	bytesOut   *prometheus.CounterVec
	degraded   *prometheus.CounterVec
	forged     *prometheus.CounterVec
	capsules   *prometheus.CounterVec
	source     *prometheus.CounterVec
	sourceB    *prometheus.CounterVec
	skipped    *prometheus.CounterVec
	fetchErr   *prometheus.CounterVec
	stage      *prometheus.HistogramVec
	sinkRec    *prometheus.CounterVec
	sinkB      *prometheus.CounterVec
	sinkErr    *prometheus.CounterVec
	sinkRetry  *prometheus.CounterVec
	held       *prometheus.CounterVec
	sinkTime   *prometheus.HistogramVec
	endToEnd   *prometheus.HistogramVec
	dead       *prometheus.CounterVec
	panics     prometheus.Counter
	deadRetry  prometheus.Counter
	wait       *prometheus.CounterVec
	evicted    *prometheus.CounterVec
	stalls     *prometheus.CounterVec
	rebalances *prometheus.CounterVec
	assigned   prometheus.Gauge
	drain      prometheus.Histogram
	abandoned  prometheus.Counter
	commit     prometheus.Histogram
	commitErr  prometheus.Counter
	committed  *prometheus.GaugeVec
	policy     policyInfo
	registry   *prometheus.Registry
}

// NewMetrics registers the metrics, those of the Go runtime and of the process, and build and configuration info, with
// r.
func NewMetrics(r *prometheus.Registry, version, policyHash string) *Metrics {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		c := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "tacet_" + name, Help: help}, labels)
		r.MustRegister(c)
		return c
	}
	histogram := func(name, help string, labels ...string) *prometheus.HistogramVec {
		h := prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "tacet_" + name, Help: help,
			Buckets:                        []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10, 60},
			NativeHistogramBucketFactor:    1.1,
			NativeHistogramMaxBucketNumber: 160,
		}, labels)
		r.MustRegister(h)
		return h
	}
	m := &Metrics{
		registry: r,
		records:  counter("records_total", "Records worked off, by outcome; the sum over outcomes is every record read.", "topic", "outcome"),
		entities: counter("entities_total", "Findings acted on, by type and what became of them.", "type", "action"),
		fields:   counter("fields_dropped_total", "Values left out because the policy names no path to them.", "topic"),
		repaired: counter("invalid_utf8_records_total", "Records with bytes that are not UTF-8; these were replaced.", "topic"),
		partials: counter("partial_results_total",
			"Partial results of speech recognition met: records, lines, turns and other objects whose final is not true.", "topic", "action"),
		ruleLimit: counter("rule_limit_total",
			"Stretches of text redacted because a user's rule reached a limit of its search in them.", "topic"),
		withheld:  counter("fields_withheld_total", "Values left out because the tenant's instruction does not let them leave, or there is none.", "topic"),
		degraded:  counter("degraded_values_total", "Values that left as their type because a key could not be had.", "topic"),
		forged:    counter("forged_tokens_total", "Imitations of aliases and tokens in input, made harmless.", "topic"),
		capsules:  counter("capsules_total", "Capsules of sealed values: made, or lost for want of a key.", "outcome"),
		source:    counter("source_records_total", "Records read.", "topic", "partition"),
		sourceB:   counter("source_bytes_total", "Bytes of keys, values and headers read.", "topic", "partition"),
		skipped:   counter("offset_skipped_records_total", "Records that could not be read any more: possible data loss.", "reason"),
		fetchErr:  counter("source_fetch_errors_total", "Fetches that failed and are tried again.", "topic"),
		stage:     histogram("batch_duration_seconds", "Time a batch spends in a stage.", "stage"),
		sinkRec:   counter("sink_records_total", "Records handed to a sink with success.", "sink"),
		sinkB:     counter("sink_bytes_total", "Bytes of values handed to a sink with success.", "sink"),
		sinkErr:   counter("sink_errors_total", "Failed writes, by class.", "sink", "class"),
		sinkRetry: counter("sink_retries_total", "Writes tried again after a transient error.", "sink"),
		held:      counter("held_writes_total", "Writes put off, each time, because what people and tenants ask for has not been read for too long.", "sink"),
		sinkTime:  histogram("sink_write_duration_seconds", "Time of one write to a sink.", "sink"),
		endToEnd:  histogram("end_to_end_latency_seconds", "From a record's timestamp to its acknowledgement by a sink, once per batch for its oldest record.", "sink"),
		dead:      counter("dlq_records_total", "Records put into quarantine, by class.", "reason"),
		wait:      counter("backpressure_seconds_total", "Time lanes waited before they could hand over a batch.", "reason"),
		evicted:   counter("calls_evicted_total", "Calls whose memory was given up.", "reason"),
		stalls:    counter("stalls_total", "Components found stuck.", "component"),
		rebalances: counter("rebalances_total",
			"Times the group's assignment changed.", "reason"),
	}
	m.minimised(counter)
	gauge := func(name, help string, labels ...string) *prometheus.GaugeVec {
		g := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "tacet_" + name, Help: help}, labels)
		r.MustRegister(g)
		return g
	}
	m.committed = gauge("offset_committed", "Offset committed to the group.", "topic", "partition")
	m.panics = counter("panics_recovered_total", "Panics while a record was worked on; the record is in quarantine.").WithLabelValues()
	m.deadRetry = counter("dlq_retries_total", "Writes to the quarantine tried again.").WithLabelValues()
	m.assigned = gauge("assigned_partitions", "Partitions this process owns.").WithLabelValues()
	m.abandoned = counter("drain_abandoned_records_total", "Records given up at the end of a drain; their next owner reads them again.").WithLabelValues()
	m.commitErr = counter("commit_errors_total", "Offset commits that failed and are tried again.").WithLabelValues()
	m.drain = histogram("drain_duration_seconds", "Time to drain a lane.").WithLabelValues().(prometheus.Histogram)
	m.commit = histogram("commit_duration_seconds", "Time of an offset commit.").WithLabelValues().(prometheus.Histogram)
	gauge("build_info", "1; the labels say which program runs.", "version").WithLabelValues(version).Set(1)
	m.policy.desc = prometheus.NewDesc("tacet_config_info", "1; the labels say which policy is in force: its hash, as records have it.", []string{"policy"}, nil)
	m.policy.hash.Store(&policyHash)
	r.MustRegister(&m.policy)
	r.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// minimised registers what was left out.
func (m *Metrics) minimised(counter func(name, help string, labels ...string) *prometheus.CounterVec) {
	m.left = counter("fields_left_out_total",
		"Values left out of what leaves for a sink class, by why: no rule names a path to them, or theirs is to drop them, or what has their name is never stored, or the tenant's word on texts or recordings is missing.", "category", "class", "reason")
	m.kept = counter("records_left_out_total",
		"Records that did not leave for a sink class, once for each form in which they would have, by why: no instruction, consent or region of the tenant, a withdrawal, or a category that is not for the class.", "class", "reason")
	m.bytesIn = counter("minimise_in_bytes_total", "Bytes of values of records worked off that reached no quarantine.", "topic")
	m.bytesOut = counter("minimise_out_bytes_total", "Bytes that were written of them for a sink.", "sink", "class")
}

// policyInfo is the metric of the policy in force. It is read at scrape time, so that no scrape sees none or two of them. No counter has the hash
// as a label: each reload would end its series and begin another.
type policyInfo struct {
	desc *prometheus.Desc
	hash atomic.Pointer[string]
}

// Describe implements prometheus.Collector.
func (p *policyInfo) Describe(to chan<- *prometheus.Desc) { to <- p.desc }

// Collect implements prometheus.Collector.
func (p *policyInfo) Collect(to chan<- prometheus.Metric) {
	to <- prometheus.MustNewConstMetric(p.desc, prometheus.GaugeValue, 1, *p.hash.Load())
}

// findingsOf looks up the counter of each type under a policy, whose first class has one action for all findings of a type.
func (m *Metrics) findingsOf(p *policy.Policy) (counters [detectors.TypesMax]prometheus.Counter) {
	for _, t := range detectors.Types() {
		counters[t] = m.entities.WithLabelValues(t.String(), p.Classes()[0].Style(t).String())
	}
	return counters
}

// Outcomes of a record, the values of the label of tacet_records_total.
const (
	outcomeRedacted = "redacted" // something was found and acted on
	outcomeClean    = "clean"    // nothing was found
	outcomeFiltered = "filtered" // nothing to deliver (a record without a value)
	outcomePartial  = "partial"  // a partial result, of which nothing leaves
	outcomeMasked   = "masked"   // a partial result, which leaves without its texts
	// outcomeSuppressed is a record that somebody asked not to have processed, or to have erased.
	outcomeSuppressed = "suppressed"
	outcomeDead       = "dlq"
)

// Why a call's memory was given up, the values of the label of tacet_calls_evicted_total.
const (
	evictedCrowded = "crowded"      // limit calls
	evictedIdle    = "idle"         // limit call_idle
	evictedKnown   = "known_values" // limit known_values
	evictedMinor   = "minor"        // a call with a minor, of which nothing is remembered now: there were more than limit calls of them
)

// Rebalance counts a change of the assignment.
func (m *Metrics) Rebalance(reason string) { m.rebalances.WithLabelValues(reason).Inc() }

// Assigned sets the number of partitions owned.
func (m *Metrics) Assigned(n int) { m.assigned.Set(float64(n)) }

// DrainSeconds observes the duration of a drain.
func (m *Metrics) DrainSeconds(s float64) { m.drain.Observe(s) }

// Abandoned counts records given up by a drain.
func (m *Metrics) Abandoned(n int) { m.abandoned.Add(float64(n)) }

// CommitSeconds observes the duration of an offset commit.
func (m *Metrics) CommitSeconds(s float64) { m.commit.Observe(s) }

// CommitError counts a failed offset commit.
func (m *Metrics) CommitError() { m.commitErr.Inc() }

// Committed notes the offset committed for a lane.
func (m *Metrics) Committed(id LaneID, offset int64) {
	m.committed.WithLabelValues(id.Topic, partitionLabel(id)).Set(float64(offset))
}

// Skipped counts records that could not be read any more.
func (m *Metrics) Skipped(reason string, n int64) { m.skipped.WithLabelValues(reason).Add(float64(n)) }

// FetchError counts a failed fetch.
func (m *Metrics) FetchError(topic string) { m.fetchErr.WithLabelValues(topic).Inc() }

// Received counts what a fetch brought.
func (m *Metrics) Received(id LaneID, records, bytes int) {
	p := partitionLabel(id)
	m.source.WithLabelValues(id.Topic, p).Add(float64(records))
	m.sourceB.WithLabelValues(id.Topic, p).Add(float64(bytes))
}

// LaneClosed deletes the series of a partition that is no longer owned.
func (m *Metrics) LaneClosed(id LaneID) {
	p := partitionLabel(id)
	m.source.DeleteLabelValues(id.Topic, p)
	m.sourceB.DeleteLabelValues(id.Topic, p)
	m.committed.DeleteLabelValues(id.Topic, p)
}

func (m *Metrics) observeStage(stage string, since time.Time) {
	m.stage.WithLabelValues(stage).Observe(time.Since(since).Seconds())
}

func addCount(m *prometheus.CounterVec, label string, n int, more ...string) {
	if n > 0 {
		m.WithLabelValues(append([]string{label}, more...)...).Add(float64(n))
	}
}

func partitionLabel(id LaneID) string { return strconv.Itoa(int(id.Partition)) }
