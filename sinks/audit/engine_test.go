package audit

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/detectors"
	"github.com/sonexlabs/tacet/pipeline"
	"github.com/sonexlabs/tacet/pipeline/audit"
	"github.com/sonexlabs/tacet/pipeline/policy"
	"github.com/sonexlabs/tacet/pipeline/pseudonym/keyring"
	"github.com/sonexlabs/tacet/pipeline/source"
)

// Whoever has the key and what another sink got can make each entry's digest anew, whoever of the workers marked what, and however the
// records came in batches.
func TestDigestOfEngine(t *testing.T) {
	for _, workers := range []int{1, 3} {
		t.Run(fmt.Sprint(workers), func(t *testing.T) {
			dir, key := t.TempDir(), newKey(t)
			log := newLog(t, dir, key)
			s, err := New(Config{Log: log, Key: key, Policy: "p1", Name: "audit"})
			require.NoError(t, err)
			kept := &keeping{}
			e := engineOf(t, workers, pipeline.SinkConfig{Name: "kept", Sink: kept, View: pipeline.View{Domain: "kept"}},
				pipeline.SinkConfig{Name: "audit", Sink: s, FlushAfter: 5 * time.Millisecond, Marks: s.Marker, View: pipeline.View{Domain: "kept"}})
			rng := rand.New(rand.NewPCG(5, uint64(workers)))
			const most = 3 * entryOffsets
			next := int64(0)
			require.NoError(t, e.Run(context.Background(), source.Replay{Lane: id, Next: func() (*pipeline.Batch, error) {
				if next >= most {
					return nil, io.EOF
				}
				b := &pipeline.Batch{Lane: id, First: next}
				for range 1 + rng.IntN(1+rng.IntN(900)) {
					b.Records = append(b.Records, spokenRecord(rng, next))
					b.Bytes += len(b.Records[len(b.Records)-1].Value)
					next += 1 + int64(rng.IntN(40)/39)
				}
				b.Next = next
				return b, nil
			}}))
			d, err := key.NewDigester()
			require.NoError(t, err)
			left, digested := kept.outputs, 0
			require.NotEmpty(t, left)
			covered := int64(0)
			for _, entry := range entries(t, dir) {
				if entry.Action != actionBatch {
					continue
				}
				require.Equal(t, covered, entry.Range.First)
				covered = entry.Range.Next
				n := int64(0)
				for ; len(left) > 0 && left[0].Offset < covered; left = left[1:] {
					d.Add(left[0].Offset, left[0].Key, left[0].Value)
					n++
				}
				if n == 0 {
					require.Empty(t, entry.Digest)
					continue
				}
				require.Equal(t, d.Sum(), entry.Digest, "%d to %d", entry.Range.First, covered)
				require.Contains(t, entry.Counts, audit.Count{Name: "out", N: n})
				digested++
			}
			require.Empty(t, left)
			require.Equal(t, next, covered)
			require.GreaterOrEqual(t, digested, 3)
		})
	}
}

// spokenRecord is a turn of a call; some are dead, some are not there, and some are long.
func spokenRecord(rng *rand.Rand, offset int64) pipeline.Record {
	r := pipeline.Record{Offset: offset, Time: time.Now(), Key: fmt.Appendf(nil, "call-%d", rng.IntN(9))}
	text := "mail me at ada@example.com" + strings.Repeat(" and so on", rng.IntN(1+rng.IntN(20)))
	switch rng.IntN(30) {
	case 0:
		r.Value = []byte(`{"tenant_id":"t"`)
		return r
	case 1:
		return r // a tombstone
	case 2:
		text += strings.Repeat(" and on", rng.IntN(2000))
	}
	r.Value = fmt.Appendf(nil, `{"tenant_id":"t","call_id":%q,"turn":%d,"role":"customer","text":%q,"final":true}`, r.Key, offset, text)
	return r
}

func engineOf(t *testing.T, workers int, sinks ...pipeline.SinkConfig) *pipeline.Engine {
	set, err := detectors.New(detectors.Options{})
	require.NoError(t, err)
	p, limits := policy.Default(), pipeline.DefaultLimits()
	limits.Workers, limits.LaneBatches = workers, 4
	e, err := pipeline.New(pipeline.Config{
		Topics: map[string]pipeline.TopicConfig{id.Topic: {Category: "transcript", Format: pipeline.FormatJSON}}, Policy: p, Detectors: set,
		Keys: keyring.Dev([]byte("0123456789abcdef0123456789abcdef")), Sinks: sinks, Quarantine: nowhere{}, Limits: limits,
		Metrics: pipeline.NewMetrics(prometheus.NewRegistry(), "test", p.Hash()), Log: slog.New(slog.DiscardHandler), Version: "test",
	})
	require.NoError(t, err)
	return e
}

// nowhere is a quarantine that takes everything.
type nowhere struct{}

func (nowhere) Put(context.Context, []pipeline.Entry) error { return nil }
func (nowhere) Check(context.Context) error                 { return nil }
func (nowhere) Close() error                                { return nil }

// keeping is a sink that keeps what it gets.
type keeping struct {
	mu      sync.Mutex
	outputs []pipeline.Output
}

func (k *keeping) Open(pipeline.LaneID, int64) (pipeline.Writer, error) { return k, nil }
func (k *keeping) Check(context.Context) error                          { return nil }
func (k *keeping) Close() error                                         { return nil }
func (k *keeping) Flush(context.Context) (int64, error)                 { return 0, nil }

func (k *keeping) Write(_ context.Context, b *pipeline.Batch) (int64, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, o := range b.Outputs {
		k.outputs = append(k.outputs, pipeline.Output{Offset: o.Offset, Key: []byte(string(o.Key)), Value: []byte(string(o.Value))})
	}
	return b.Next, nil
}
