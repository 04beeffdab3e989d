package file

import (
	"context"
	"fmt"
	"testing"

	"github.com/sonexlabs/tacet/pipeline"
)

// One lane, batches of 1,000 turns, fsync and rename every 100,000.
func BenchmarkWrite(b *testing.B) {
	texts := []string{
		"thank you for calling, my name is [PERSON_1], how can I help you today",
		"yes hello, I have a question about my last invoice, the amount is not what we agreed on",
		"it is [EMAIL_1], and the phone number should be [PHONE_1]",
	}
	outs := make([]pipeline.Output, 1000)
	size := 0
	for i := range outs {
		outs[i].Value = fmt.Appendf(nil, `{"tenant_id":"acme","call_id":"c%08x","turn":%d,"role":"customer","text":%q}`,
			i/7*2654435761, i%7, texts[i%len(texts)])
		size += len(outs[i].Value)
	}
	for _, compression := range []string{CompressionNone, CompressionGzip, CompressionZstd} {
		b.Run(compression, func(b *testing.B) {
			cfg := config(b.TempDir(), compression)
			cfg.MaxRecords = 100_000
			s, err := New(cfg)
			if err != nil {
				b.Fatal(err)
			}
			w, err := s.Open(lane, 0)
			if err != nil {
				b.Fatal(err)
			}
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for first := int64(0); b.Loop(); first += 1000 {
				for i := range outs {
					outs[i].Offset = first + int64(i)
				}
				batch := &pipeline.Batch{Lane: lane, First: first, Next: first + 1000, Outputs: outs}
				if _, err := w.Write(context.Background(), batch); err != nil {
					b.Fatal(err)
				}
			}
			if err := w.Close(); err != nil {
				b.Fatal(err)
			}
		})
	}
}
