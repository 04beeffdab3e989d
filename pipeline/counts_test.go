package pipeline

import (
	"context"
	"errors"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"
)

// clause: 4.Minimisation
//
// TestMinimisationIsCounted has a record for each reason why a field or a record does not leave.
func TestMinimisationIsCounted(t *testing.T) {
	m := newMatrix(t)
	c, p := m.config, m.policy
	c.Policy, c.Metrics = p, NewMetrics(prometheus.NewRegistry(), "test", p.Hash())
	sink := &memorySink{}
	c.Sinks = []SinkConfig{{Name: "a", Sink: sink}, {Name: "far", Sink: &memorySink{}, View: View{Class: "review", Region: "eu"}},
		{Name: "train", Sink: &memorySink{}, View: View{Class: "training"}}}
	e, err := New(c)
	require.NoError(t, err)
	in := 0
	transcript := records(
		`{"tenant_id":"acme","call_id":"c","text":"hello there","canary":1,"other":{"canary":2}}`, // consents to training, lets nothing be in eu
		`{"tenant_id":"bolt","call_id":"d","text":"hello there"}`,                                 // lets no text leave, and consents to nothing
		`{"tenant_id":"cave","call_id":"e","text":"hello there"}`,                                 // gave no instruction
	)
	for i := range transcript {
		transcript[i].Offset = int64(i)
		in += len(transcript[i].Value)
	}
	require.NoError(t, e.Run(t.Context(), sourceFunc(func(ctx context.Context, in Intake) error {
		call := records(`{"tenant_id":"bolt","call_id":"d","recording_url":"https://recordings.example.com/1.wav"}`)
		return errors.Join(submitAll(ctx, in, LaneID{Topic: "transcript"}, transcript), submitAll(ctx, in, LaneID{Topic: "call_record"}, call))
	})))
	f := func(want int, got prometheus.Counter) {
		t.Helper()
		require.EqualValues(t, want, testutil.ToFloat64(got))
	}
	x := c.Metrics
	f(2, x.left.WithLabelValues("transcript", "not_allowed"))
	f(2, x.left.WithLabelValues("transcript", "text"))
	f(1, x.left.WithLabelValues("call_record", "recording"))
	f(3, x.kept.WithLabelValues("review", "region")) // the call record, too
	f(1, x.kept.WithLabelValues("review", "instruction"))
	f(1, x.kept.WithLabelValues("training", "consent"))
	f(1, x.kept.WithLabelValues("training", "instruction"))
	f(in, x.bytesIn.WithLabelValues("transcript"))
	out := 0
	for _, v := range sink.values() {
		out += len(v)
	}
	f(out, x.bytesOut.WithLabelValues("analytics"))
	require.Zero(t, testutil.ToFloat64(x.bytesOut.WithLabelValues("review")))
}
