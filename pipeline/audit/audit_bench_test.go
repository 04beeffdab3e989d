package audit

import (
	"context"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// discard is a disk that takes everything and keeps nothing: what is measured is this package.
type discard struct{}

func (discard) WriteAt(b []byte, _ int64) (int, error) { return len(b), nil }
func (discard) ReadAt([]byte, int64) (int, error)      { return 0, nil }
func (discard) Truncate(int64) error                   { return nil }
func (discard) Sync() error                            { return nil }
func (discard) Close() error                           { return nil }

func benchLog(b *testing.B) *Log {
	cfg := quiet(b.TempDir(), newKey(b, "audit.example"))
	cfg.SegmentBytes, cfg.Now = 1<<60, time.Now
	l, err := Open(cfg)
	require.NoError(b, err)
	l.segment, l.stored, l.notes = discard{}, discard{}, discard{}
	b.Cleanup(func() { _ = l.Close() })
	b.ReportAllocs()
	return l
}

// An entry of a batch with ten counts, encoded, hashed, in the tree, and written by a sync for each hundred.
func BenchmarkAppend(b *testing.B) {
	l := benchLog(b)
	e := Entry{Actor: "pipeline", Action: "batch", Policy: "5f1a9c0e77d2", Digest: "AAAAAAAAAAAAAAAAAAAAAA", Range: &Range{"transcripts", 3, 1_000_000, 1_000_500}}
	for _, name := range []string{"in", "out", "dead", "PHONE/token", "PERSON/alias", "EMAIL/token", "ADDRESS/redact", "DATE/keep", "ORG/keep", "CREDIT_CARD/redact"} {
		e.Counts = append(e.Counts, Count{name, 480})
	}
	for i := 0; b.Loop(); i++ {
		if _, err := l.Append(e); err != nil {
			b.Fatal(err)
		}
		if i%100 == 0 {
			require.NoError(b, l.Sync())
		}
	}
}

func BenchmarkCheckpoint(b *testing.B) {
	l := benchLog(b)
	for b.Loop() {
		if _, err := l.Append(Entry{Actor: "a", Action: "b"}); err != nil {
			b.Fatal(err)
		}
		require.NoError(b, l.Checkpoint())
	}
}

// A batch of 500 records: what the digest of its values costs.
func BenchmarkDigest(b *testing.B) {
	d, err := newKey(b, "audit.example").NewDigester()
	require.NoError(b, err)
	for _, n := range []int{16, 250, 1024, 8192} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			record := make([]byte, n+36)
			b.SetBytes(500 * int64(n))
			b.ReportAllocs()
			for b.Loop() {
				for i := range 500 {
					d.Mark(int64(i), record, n)
				}
				_ = d.Sum()
			}
		})
	}
}

// Waiting for a real disk, by as many as share a sync.
func BenchmarkWait(b *testing.B) {
	cfg := quiet(b.TempDir(), newKey(b, "audit.example"))
	l, err := Open(cfg)
	require.NoError(b, err)
	b.Cleanup(func() { _ = l.Close() })
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			seq, err := l.Append(Entry{Actor: "a", Action: "b"})
			if err == nil {
				err = l.Wait(context.Background(), seq)
			}
			if err != nil {
				b.Error(err)
			}
		}
	})
}

// Opening and verifying a log of 200,000 entries.
func benchBig(b *testing.B) Config {
	cfg := quiet(b.TempDir(), newKey(b, "audit.example"))
	l, err := Open(cfg)
	require.NoError(b, err)
	for range 20 {
		fill(b, l, 10_000)
		require.NoError(b, l.Checkpoint())
	}
	fill(b, l, 5000)
	require.NoError(b, l.Sync())
	_ = l.release() // without a checkpoint, as a crash leaves it
	return cfg
}

func BenchmarkOpen(b *testing.B) {
	cfg := benchBig(b)
	for b.Loop() {
		l, err := Open(cfg)
		require.NoError(b, err)
		_ = l.release()
	}
}

func BenchmarkVerify(b *testing.B) {
	cfg := benchBig(b)
	for b.Loop() {
		r := verify(b, cfg.Dir, cfg.Key, nil)
		require.Empty(b, r.Problems)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/205_001, "ns/entry")
}

func BenchmarkMark(b *testing.B) {
	d, _ := newKey(b, "audit.example").NewDigester()
	record := make([]byte, 286)
	for b.Loop() {
		d.Mark(7, record, 250)
	}
}
