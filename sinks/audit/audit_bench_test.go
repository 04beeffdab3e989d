package audit

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/pipeline"
)

// A batch of 500 records of 1 KB, of four tenants: digest, entry, and a tenth of an fsync.
func BenchmarkBatch(b *testing.B) {
	key := newKey(b)
	s, err := New(Config{Log: newLog(b, b.TempDir(), key), Key: key, Policy: "p1", Name: "audit"})
	require.NoError(b, err)
	w, err := s.Open(id, 0)
	require.NoError(b, err)
	batch := &pipeline.Batch{Lane: id, Outputs: make([]pipeline.Output, 500), Summary: &pipeline.Summary{In: 500, Out: 500,
		Findings: []pipeline.TypeCount{{Type: "EMAIL", Action: "alias", N: 20}, {Type: "PHONE", Action: "token", N: 70}},
		Category: "transcript", Sinks: []string{"warehouse", "models", "audit"}}}
	for i := range 4 {
		batch.Summary.Tenants = append(batch.Summary.Tenants, pipeline.TenantCount{Tenant: fmt.Sprintf("tenant-%d", i), In: 125, Out: []int{125, 60, 125}, Versions: []int{3}})
	}
	b.SetBytes(500 << 10)
	b.ReportAllocs()
	next, key36 := int64(0), make([]byte, 36)
	for b.Loop() {
		batch.First = next
		for i := range batch.Outputs {
			batch.Outputs[i] = pipeline.Output{Offset: next, Key: key36, Value: batch.Outputs[i].Value}
			if batch.Outputs[i].Value == nil {
				batch.Outputs[i].Value = make([]byte, 1024)
			}
			next++
		}
		batch.Next = next
		if _, err := w.Write(context.Background(), batch); err != nil {
			b.Fatal(err)
		}
		if next%5000 == 0 {
			if _, err := w.Flush(context.Background()); err != nil {
				b.Fatal(err)
			}
		}
	}
}
