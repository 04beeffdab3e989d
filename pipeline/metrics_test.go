package pipeline

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	dto "github.com/prometheus/client_model/go"
	"github.com/stretchr/testify/require"
)

// TestMetrics checks names and labels, that records reconcile, that series of a closed lane are gone, and the number of series.
func TestMetrics(t *testing.T) {
	c := simConfig(t, DefaultLimits())
	c.Sinks = []SinkConfig{{Name: "memory", Sink: &memorySink{}}}
	e, err := New(c)
	require.NoError(t, err)
	registry := c.Metrics.registry
	const lanes = 100
	values := []string{`{"tenant_id":"t","call_id":"c","text":"joe@example.com"}`, `{"tenant_id":"t","call_id":"c","text":"x"}`, `{bad`}
	require.NoError(t, e.Run(context.Background(), sourceFunc(func(ctx context.Context, in Intake) error {
		var open []Lane
		for p := range int32(lanes) {
			id := LaneID{"calls", p}
			lane, err := in.OpenLane(id, 0)
			require.NoError(t, err)
			var records []Record
			for i, v := range values {
				records = append(records, Record{Offset: int64(i), Time: time.Now().Add(-time.Minute), Value: []byte(v), Key: []byte("k")})
			}
			c.Metrics.Received(id, len(records), 100)
			c.Metrics.Committed(id, 3)
			lane.Fetched(3, 5)
			require.NoError(t, lane.Submit(ctx, batchOf(id, records, false)))
			open = append(open, lane)
		}
		for _, l := range open {
			require.Eventually(t, func() bool { return l.Watermark() == 3 }, 10*time.Second, time.Millisecond)
		}
		problems, err := testutil.GatherAndLint(registry)
		require.NoError(t, err)
		require.Empty(t, problems)
		families, err := registry.Gather()
		require.NoError(t, err)
		series := 0
		for _, f := range families {
			if strings.HasPrefix(f.GetName(), "tacet_") {
				series += len(f.GetMetric())
			}
		}
		require.Less(t, series, 1500, "series for %d partitions", lanes)
		require.Equal(t, 200.0, sumOf(t, registry, "tacet_consumer_lag_records"))
		for _, l := range open {
			require.Zero(t, l.Drain(ctx))
		}
		return nil
	})))
	families, err := registry.Gather()
	require.NoError(t, err)
	for _, f := range families {
		for _, m := range f.GetMetric() {
			for _, l := range m.GetLabel() {
				require.NotEqual(t, "partition", l.GetName(), "series %s outlives its partition", f.GetName())
			}
		}
	}
	require.Equal(t, 3.0*lanes, sumOf(t, registry, "tacet_records_total"))
	require.Equal(t, 1.0*lanes, testutil.ToFloat64(c.Metrics.records.WithLabelValues("calls", outcomeDead)))
	require.Equal(t, 1.0*lanes, testutil.ToFloat64(c.Metrics.dead.WithLabelValues(string(ClassMalformed))))
	require.Equal(t, 1.0*lanes, testutil.ToFloat64(c.Metrics.entities.WithLabelValues("EMAIL", "alias")))
}

// TestLagSeconds checks that lag is the age of the oldest unacknowledged record, and 0 when there is none.
func TestLagSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := simConfig(t, DefaultLimits())
		gate := make(chan struct{})
		c.Sinks = []SinkConfig{{Name: "memory", Sink: &memorySink{write: func(context.Context, *Batch) error { <-gate; return nil }}}}
		e, err := New(c)
		require.NoError(t, err)
		require.NoError(t, e.Run(context.Background(), sourceFunc(func(ctx context.Context, in Intake) error {
			id := LaneID{"calls", 0}
			lane, err := in.OpenLane(id, 0)
			require.NoError(t, err)
			r := Record{Time: time.Now().Add(-10 * time.Second), Value: []byte(`{"tenant_id":"t","call_id":"c","text":"x"}`), Key: []byte("k")}
			lane.Fetched(1, 1)
			require.NoError(t, lane.Submit(ctx, batchOf(id, []Record{r}, false)))
			time.Sleep(5 * time.Second)
			require.InDelta(t, 15, e.Status().Lanes[0].LagSeconds, 0.1)
			close(gate)
			synctest.Wait()
			require.Zero(t, e.Status().Lanes[0].LagSeconds)
			require.Zero(t, e.Status().Lanes[0].LagRecords)
			lane.Drain(ctx)
			return nil
		})))
	})
}

// sumOf adds up the series of one metric.
func sumOf(t *testing.T, g prometheus.Gatherer, name string) (sum float64) {
	t.Helper()
	families, err := g.Gather()
	require.NoError(t, err)
	for _, f := range families {
		if f.GetName() == name {
			for _, m := range f.GetMetric() {
				sum += valueOf(m)
			}
		}
	}
	return sum
}

func valueOf(m *dto.Metric) float64 {
	return m.GetCounter().GetValue() + m.GetGauge().GetValue()
}
