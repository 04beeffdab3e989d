package main

import (
	"syscall"
	"testing"

	"github.com/segmentio/kafka-go"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/sonexlabs/tacet/pipeline/source/kafkatest"
)

// room says whether a worker's writes to files find any: without it they fail as on a full disk, wherever they go.
func (w *worker) room(is bool) {
	w.t.Helper()
	var limit unix.Rlimit
	pid := w.cmd.Process.Pid
	require.NoError(w.t, unix.Prlimit(pid, unix.RLIMIT_FSIZE, nil, &limit))
	limit.Cur = 0
	if is {
		limit.Cur = limit.Max
	}
	require.NoError(w.t, unix.Prlimit(pid, unix.RLIMIT_FSIZE, &limit, nil))
}

// A disk on which nothing can be written, in turn while records flow and at the end: the pipeline holds, says so and counts it, heeds what people
// ask all the same, and goes on without loss when there is room again.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	e := newEstate(t)
	group := kafkatest.Name("full")
	w := e.start(0, group)
	e.batch(20)
	w.finish()
	full := func() {
		t.Helper()
		before, counted := e.cluster.Committed(t, group, e.topics["calls"]), map[string]float64{}
		counters := []string{`tacet_sink_retries_total{sink="archive"}`, `tacet_sink_retries_total{sink="audit"}`, "tacet_dlq_retries_total"}
		for _, name := range counters {
			counted[name] = w.metric(name)
		}
		w.room(false)
		e.batch(20)
		for _, name := range counters {
			w.until(name, func() bool { return w.metric(name) > counted[name] })
		}
		require.Equal(t, before, e.cluster.Committed(t, group, e.topics["calls"]))
	}
	full()
	somebody := e.somebody()
	e.command("PHONE "+somebody.phone+"\n", "object", "--tenant", "acme", "--from", "-")
	w.until("the list", func() bool { return w.metric("tacet_suppressed_subjects") > 0 })
	w.until("the witness", func() bool { return w.metric(`tacet_witness_errors_total{witness="suppression"}`) > 0 })
	late, n := e.turn("acme", e.name("call"), somebody.phone, "hello")
	e.cluster.Produce(t, e.topics["calls"], []kafka.Message{late})
	w.room(true)
	w.finish()

	full()
	require.NoError(t, w.cmd.Process.Signal(syscall.SIGTERM))
	require.Error(t, w.wait(), "its end is not in the audit log")
	require.Contains(t, w.log.String(), "tacet: error: write audit log: ")
	w = e.start(0, group)
	w.finish()
	w.stop()
	require.Len(t, e.quarantined(), 3)
	for _, sink := range estateSinks {
		turns := e.turnsIn(sink, nil)
		require.False(t, turns[n], sink)
		require.Len(t, turns, e.made-1, sink)
	}
	e.noHalves()
	e.audited("audit", "audit/rights")
}
