package pipeline

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// LaneStatus is where one lane stands.
type LaneStatus struct {
	Topic         string  `json:"topic"`
	Partition     int32   `json:"partition"`
	Watermark     int64   `json:"watermark"`
	HighWatermark int64   `json:"high_watermark"`
	LagRecords    int64   `json:"lag_records"`
	LagSeconds    float64 `json:"lag_seconds"`
	Inflight      int     `json:"inflight_records"`
}

// Status is a snapshot of an engine for a console. It holds no payload.
type Status struct {
	Lanes         []LaneStatus `json:"lanes"`
	InflightBytes int64        `json:"inflight_bytes"`
	LimitBytes    int64        `json:"limit_bytes"`
	OpenCalls     int64        `json:"open_calls"`
}

// Status returns a snapshot.
func (e *Engine) Status() Status {
	s := Status{InflightBytes: e.used.Load(), LimitBytes: e.limits.MemoryBytes, OpenCalls: e.openCalls(), Lanes: []LaneStatus{}}
	now := time.Now()
	for _, l := range e.openLanes() {
		lag := l.lag(now)
		s.Lanes = append(s.Lanes, LaneStatus{
			Topic: l.id.Topic, Partition: l.id.Partition,
			Watermark: lag.mark, HighWatermark: lag.high, LagRecords: lag.records, LagSeconds: lag.seconds, Inflight: lag.inflight,
		})
	}
	return s
}

func (e *Engine) openCalls() (n int64) {
	for _, w := range e.workers {
		n += w.open.Load()
	}
	return n
}

type lag struct {
	mark, high, position, records int64
	batches, inflight             int
	seconds                       float64
}

// lag says how far the lane is behind. Seconds are exact: the age of the oldest record read and not acknowledged. There is no
// such record when the lane has caught up, and for a moment between two fetches.
func (l *lane) lag(now time.Time) lag {
	l.mu.Lock()
	stamp, open := l.tracker.Oldest()
	batches, records := l.tracker.Pending()
	mark := l.tracker.Watermark()
	l.mu.Unlock()
	out := lag{mark: mark, high: l.high.Load(), position: l.position.Load(), batches: batches, inflight: records}
	out.records = max(0, out.high-mark)
	if !open && out.position >= out.high {
		out.records = 0 // what lies between is transaction markers and aborted records
	}
	if open {
		out.seconds = max(0, float64(now.UnixMilli()-stamp)/1000)
	}
	return out
}

// laneCollector reads the gauges of lanes at scrape time. A lane that was revoked is not there any more, so it has no stale
// series.
type laneCollector struct{ e *Engine }

func laneDesc(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("tacet_"+name, help, labels, nil)
}

// Describe sends nothing: the collector is unchecked, because its series depend on the lanes.
func (c laneCollector) Describe(chan<- *prometheus.Desc) {}

// Collect implements prometheus.Collector.
func (c laneCollector) Collect(ch chan<- prometheus.Metric) {
	e := c.e
	gauge := func(name, help string, v float64) {
		ch <- prometheus.MustNewConstMetric(laneDesc(name, help), prometheus.GaugeValue, v)
	}
	now := time.Now()
	batches, records := 0, 0
	for _, l := range e.openLanes() {
		lag := l.lag(now)
		batches += lag.batches
		records += lag.inflight
		for _, g := range []struct {
			name, help string
			v          float64
		}{
			{"consumer_lag_records", "Records that are not acknowledged yet, up to the high watermark.", float64(lag.records)},
			{"consumer_lag_seconds", "Age of the oldest record read and not acknowledged; 0 when caught up.", lag.seconds},
			{"oldest_inflight_age_seconds", "Age of the oldest record in flight.", lag.seconds},
			{"offset_watermark", "Offset below which everything is acknowledged.", float64(lag.mark)},
			{"offset_high_watermark", "Offset after the last record of the partition.", float64(lag.high)},
			{"last_progress_timestamp_seconds", "When the watermark moved last.", float64(l.progressAt.Load()) / 1e9},
		} {
			ch <- prometheus.MustNewConstMetric(laneDesc(g.name, g.help, "topic", "partition"), prometheus.GaugeValue, g.v,
				l.id.Topic, partitionLabel(l.id))
		}
	}
	busy := 0
	queued := 0
	for _, w := range e.workers {
		queued += len(w.in)
		if w.busy.Load() != 0 {
			busy++
		}
	}
	gauge("workers_busy_ratio", "Share of the workers that are at work now.", float64(busy)/float64(len(e.workers)))
	ch <- prometheus.MustNewConstMetric(laneDesc("queue_depth", "Parts of batches that wait, by stage.", "stage"), prometheus.GaugeValue, float64(queued), "work")
	gauge("inflight_bytes", "Memory taken by batches in flight.", float64(e.used.Load()))
	gauge("inflight_limit_bytes", "Memory that batches in flight may take.", float64(e.limits.MemoryBytes))
	gauge("inflight_batches", "Batches read and not acknowledged.", float64(batches))
	gauge("inflight_records", "Records read and not acknowledged.", float64(records))
	gauge("open_calls", "Calls remembered.", float64(e.openCalls()))
}

// watch is the watchdog. Kafka's own would not notice: kafka-go sends heartbeats whatever the workers do. Each component says
// since when it has been at one thing; one that has been for longer than StallTimeout ends the process, which is the only
// cure for a goroutine that hangs. A sink that answers with errors is not stuck: it is retried for ever.
func (e *Engine) watch(ctx context.Context) {
	tick := time.NewTicker(max(e.limits.StallTimeout/8, time.Millisecond))
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if component, err := e.stalled(time.Now()); err != nil {
			e.metrics.stalls.WithLabelValues(component).Inc()
			e.log.Error("stalled", "component", component, "error", err)
			e.fail(err)
			return
		}
	}
}

var errStalled = errors.New("no progress")

// stalled names the first component that is stuck.
func (e *Engine) stalled(now time.Time) (component string, err error) {
	stuck := func(since int64) bool { return since != 0 && now.UnixNano()-since > int64(e.limits.StallTimeout) }
	describe := func(what string, id LaneID) error {
		return &Error{Op: fmt.Sprintf("wait for %s longer than %v", what, e.limits.StallTimeout), Lane: id, Offset: -1, Err: errStalled,
			Hint: "the process ends; reading resumes at the committed offset"}
	}
	for _, w := range e.workers {
		if stuck(w.busy.Load()) {
			return "worker", describe(fmt.Sprintf("worker %d", w.number), w.lane.Load().id)
		}
	}
	for _, l := range e.openLanes() {
		for _, d := range l.sinks {
			if stuck(d.busy.Load()) {
				return "sink", describe("sink "+d.sink.Name, l.id)
			}
		}
		if !l.submitting.Load() && stuck(l.fetchedAt.Load()) {
			return "fetcher", describe("fetcher", l.id)
		}
	}
	return "", nil
}

// Health returns nil while nothing is stuck.
func (e *Engine) Health() error {
	_, err := e.stalled(time.Now())
	return err
}
