package benchmarks

import (
	"context"
	"io"
	"log/slog"
	"runtime"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/detectors"
	"github.com/sonexlabs/tacet/pipeline"
	"github.com/sonexlabs/tacet/pipeline/policy"
	"github.com/sonexlabs/tacet/pipeline/pseudonym/keyring"
	"github.com/sonexlabs/tacet/pipeline/source"
)

// BenchmarkEngine is the engine alone, from batches in memory to a sink that does nothing: decode, minimise, detect, rewrite,
// order. Run it with -cpu 1,2 to see how it spreads over cores.
func BenchmarkEngine(b *testing.B) {
	for _, name := range []string{"calls", "logs"} {
		values, err := corpus(name, 50_000)
		require.NoError(b, err)
		b.Run(name, func(b *testing.B) { benchmarkEngine(b, name, values) })
	}
}

func benchmarkEngine(b *testing.B, name string, values []message) {
	var batches []*pipeline.Batch
	total := int64(0)
	for i := 0; i+chunk <= len(values); i += chunk {
		batch := &pipeline.Batch{Lane: pipeline.LaneID{Topic: name}}
		for k, m := range values[i : i+chunk] {
			batch.Records = append(batch.Records, pipeline.Record{Offset: int64(i + k), Time: time.Now(), Key: m.key, Value: m.value})
			batch.Bytes += len(m.key) + len(m.value)
			total += int64(len(m.value))
		}
		batches = append(batches, batch)
	}
	set, err := detectors.New(detectors.Options{})
	require.NoError(b, err)
	keys := keyring.Dev([]byte("a key for measuring, not for use"))
	p := policy.Default()
	limits := pipeline.DefaultLimits()
	limits.Workers = runtime.GOMAXPROCS(0)
	e, err := pipeline.New(pipeline.Config{
		Topics: map[string]pipeline.TopicConfig{name: topicConfig(name)}, Policy: p, Detectors: set, Keys: keys,
		Sinks: []pipeline.SinkConfig{{Name: "null", Sink: null{}}}, Quarantine: refuse{}, Limits: limits,
		Metrics: pipeline.NewMetrics(prometheus.NewRegistry(), "benchmark", p.Hash()), Log: slog.New(slog.DiscardHandler), Version: "benchmark",
	})
	require.NoError(b, err)
	b.SetBytes(total / int64(len(batches)))
	b.ReportAllocs()
	b.ResetTimer()
	n := 0
	err = e.Run(context.Background(), source.Replay{Lane: pipeline.LaneID{Topic: name}, Next: func() (*pipeline.Batch, error) {
		if n == b.N {
			return nil, io.EOF
		}
		from := batches[n%len(batches)]
		next := &pipeline.Batch{Lane: from.Lane, First: int64(n), Next: int64(n) + 1, Records: from.Records, Bytes: from.Bytes}
		n++
		return next, nil
	}})
	require.NoError(b, err)
	b.ReportMetric(float64(b.N*chunk)/b.Elapsed().Seconds(), "records/s")
}

// null is a sink that takes everything and keeps nothing.
type null struct{}

func (null) Open(pipeline.LaneID, int64) (pipeline.Writer, error) { return null{}, nil }
func (null) Check(context.Context) error                          { return nil }
func (null) Close() error                                         { return nil }
func (null) Flush(context.Context) (int64, error)                 { return 0, nil }
func (null) Write(_ context.Context, b *pipeline.Batch) (int64, error) {
	return b.Next, nil
}
