package benchmarks

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/sonexlabs/tacet/detectors"
	"github.com/sonexlabs/tacet/pipeline"
	"github.com/sonexlabs/tacet/pipeline/audit"
	"github.com/sonexlabs/tacet/pipeline/policy"
	"github.com/sonexlabs/tacet/pipeline/pseudonym/keyring"
	"github.com/sonexlabs/tacet/pipeline/source"
	auditsink "github.com/sonexlabs/tacet/sinks/audit"
	"github.com/sonexlabs/tacet/sinks/file"
)

// BenchmarkAudit is what the audit log adds to the engine's processor time: the same records through three engines on one core, one
// with an audit log on a real directory and two without, by turns. They write compressed files, or nothing. Every few seconds
// they are made anew, as often as it takes whatever -benchtime says; where they come to lie in memory makes a difference too.
//
//   - audit-% is what the log adds, the median of periods. low-% and high-% bound it at 95 %.
//   - all-% is the same with no turn left out.
//   - same-%, from and to, is what one engine without the log takes more than the other: what the measurement is off by.
//   - worker-% is what the log adds to a worker, which also fetches from Kafka and produces to it, with its bounds: audit-ns of
//     worker-ns, for a record. The worker runs after the engines, on the same core; the broker is another process.
//
// The last one, trickle, is a few small batches a second, each with an fsync of its own. It gives the processor time of a second in
// milliseconds instead: most of it is there without records too.
func BenchmarkAudit(b *testing.B) {
	for _, name := range []string{"calls", "logs"} {
		for _, files := range []bool{true, false} {
			b.Run(name+map[bool]string{true: "-to-files", false: "-to-nobody"}[files], func(b *testing.B) {
				a := newAuditBench(b, name, 100_000, chunk)
				a.files = files
				a.ratio(b, 2)
			})
		}
	}
	b.Run("trickle", func(b *testing.B) { newAuditBench(b, "calls", 1_000, 20).trickle(b, 2) })
}

// auditBench is what every turn has in common.
type auditBench struct {
	name     string
	values   []message
	set      *detectors.Set
	policy   *policy.Policy
	lanes    [][]*pipeline.Batch
	log      *audit.Log
	key      audit.Key
	interval time.Duration // between two batches of a lane
	files    bool          // are written
}

const auditLanes = 4

func newAuditBench(b *testing.B, name string, records, batch int) *auditBench {
	values, err := corpus(name, records)
	require.NoError(b, err)
	a := &auditBench{name: name, values: values, policy: policy.Default(), lanes: make([][]*pipeline.Batch, auditLanes)}
	a.set, err = detectors.New(detectors.Options{})
	require.NoError(b, err)
	now := time.Now()
	for i, m := range values {
		lane := &a.lanes[partitionOf(m.key, i, len(a.lanes))]
		if n := len(*lane); n == 0 || len((*lane)[n-1].Records) == batch {
			*lane = append(*lane, &pipeline.Batch{First: int64(n * batch), Next: int64(n * batch)})
		}
		last := (*lane)[len(*lane)-1]
		last.Records = append(last.Records, pipeline.Record{Offset: last.Next, Time: now, Key: m.key, Value: m.value})
		last.Bytes += len(m.key) + len(m.value)
		last.Next++
	}
	text, err := audit.GenerateKey("benchmark.example")
	require.NoError(b, err)
	a.key, err = audit.ParseKey([]byte(text))
	require.NoError(b, err)
	c := audit.DefaultConfig()
	c.Dir, c.Key = b.TempDir(), a.key
	a.log, err = audit.Open(c)
	require.NoError(b, err)
	b.Cleanup(func() { require.NoError(b, a.log.Close()) })
	defaults := debug.SetGCPercent(400) // as the program does
	b.Cleanup(func() { debug.SetGCPercent(defaults) })
	return a
}

// engine makes an engine, with an audit log unless wrap is nil.
func (a *auditBench) engine(b *testing.B, every time.Duration, wrap func(pipeline.Sink) pipeline.Sink) (e *pipeline.Engine, end func()) {
	view := pipeline.View{Domain: "sink"}
	sinks := []pipeline.SinkConfig{{Name: "sink", Sink: null{}, View: view}}
	end = func() {}
	if a.files {
		c := file.DefaultConfig()
		c.Dir = b.TempDir()
		s, err := file.New(c)
		require.NoError(b, err)
		end = func() { require.NoError(b, errors.Join(s.Close(), os.RemoveAll(c.Dir))) }
		sinks[0].Sink, sinks[0].FlushAfter = s, time.Minute
	}
	if wrap != nil {
		s, err := auditsink.New(auditsink.Config{Log: a.log, Key: a.key, Policy: a.policy.Hash(), Name: "audit"})
		require.NoError(b, err)
		sinks = append(sinks, pipeline.SinkConfig{Name: "audit", Sink: wrap(s), FlushAfter: every, Marks: s.Marker, View: view})
	}
	e, err := pipeline.New(pipeline.Config{
		Topics: map[string]pipeline.TopicConfig{a.name: topicConfig(a.name)}, Policy: a.policy, Detectors: a.set,
		Keys: keyring.Dev([]byte("a key for measuring, not for use")), Sinks: sinks, Quarantine: refuse{}, Limits: pipeline.DefaultLimits(),
		Metrics: pipeline.NewMetrics(prometheus.NewRegistry(), "benchmark", a.policy.Hash()), Log: slog.New(slog.DiscardHandler), Version: "benchmark",
	})
	require.NoError(b, err)
	return e, end
}

// turn gives the processor time of all records through an engine of its own.
func (a *auditBench) turn(b *testing.B, audited bool) time.Duration {
	var wrap func(pipeline.Sink) pipeline.Sink
	if audited {
		wrap = func(s pipeline.Sink) pipeline.Sink { return s }
	}
	e, end := a.engine(b, auditsink.Gather, wrap)
	defer end()
	runtime.GC()
	before := processorTime()
	require.NoError(b, e.Run(context.Background(), a))
	if audited {
		require.NoError(b, a.log.Checkpoint()) // far more often than by itself, or a turn without audit could pay for it
	}
	return processorTime() - before
}

// Run implements pipeline.Source.
func (a *auditBench) Run(ctx context.Context, in pipeline.Intake) error {
	lanes, ctx := errgroup.WithContext(ctx)
	for partition := range a.lanes {
		i, id := 0, pipeline.LaneID{Topic: a.name, Partition: int32(partition)}
		lane := source.Replay{Lane: id, Next: func() (*pipeline.Batch, error) {
			if i == len(a.lanes[partition]) {
				return nil, io.EOF
			}
			time.Sleep(a.interval)
			i++
			return a.batch(id, i-1), nil
		}}
		lanes.Go(func() error { return lane.Run(ctx, in) })
	}
	return lanes.Wait()
}

// batch gives the batch of a lane that comes after i others. All that there are come again and again.
func (a *auditBench) batch(id pipeline.LaneID, i int) *pipeline.Batch {
	batches := a.lanes[id.Partition]
	from, shift := batches[i%len(batches)], int64(i/len(batches))*batches[len(batches)-1].Next
	for k := range from.Records { // nobody reads them any more: there are more batches than a lane has in flight
		from.Records[k].Offset = from.First + shift + int64(k)
	}
	return &pipeline.Batch{Lane: id, First: from.First + shift, Next: from.Next + shift, Records: from.Records, Bytes: from.Bytes}
}

// worker gives the processor time that a worker without an audit log takes for a record from Kafka to Kafka, in nanoseconds: the median
// of runs over all records.
func (a *auditBench) worker(b *testing.B, runs int) float64 {
	addrs, stop, err := startBroker(b.Context())
	require.NoError(b, err)
	defer stop()
	k, err := newCluster(b.Context(), addrs)
	require.NoError(b, err)
	in, err := k.load(b.Context(), a.values, auditLanes)
	require.NoError(b, err)
	times := make([]float64, runs)
	for i := range times {
		runtime.GC()
		r, _, err := k.pipeAll(b.Context(), in, a.name, auditLanes, len(a.values))
		require.NoError(b, err)
		times[i] = 1e9 * r.cpu / float64(len(a.values))
	}
	slices.Sort(times)
	return times[runs/2]
}

// trickle reports the processor time of a second.
func (a *auditBench) trickle(b *testing.B, rounds int) {
	a.interval = 200 * time.Millisecond
	var without, audited []float64
	round := func() {
		for _, t := range []struct {
			audited bool
			to      *[]float64
		}{{false, &without}, {true, &audited}} {
			start := time.Now()
			cpu := a.turn(b, t.audited)
			*t.to = append(*t.to, 1000*cpu.Seconds()/time.Since(start).Seconds())
		}
	}
	for b.Loop() {
		round()
	}
	for len(without) < rounds {
		round()
	}
	slices.Sort(without)
	slices.Sort(audited)
	b.ReportMetric(without[len(without)/2], "without-ms/s")
	b.ReportMetric(audited[len(audited)/2], "audited-ms/s")
}
