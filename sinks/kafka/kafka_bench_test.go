package kafka

import (
	"context"
	"fmt"
	"testing"

	"github.com/segmentio/kafka-go"
	"github.com/twmb/franz-go/pkg/kfake"

	"github.com/sonexlabs/tacet/pipeline"
	"github.com/sonexlabs/tacet/pipeline/source/kafkatest"
)

// transcript is output as the pipeline makes it: turns of some calls, pseudonymised.
func transcript(n int) (outs []pipeline.Output, bytes int64) {
	texts := []string{
		"thank you for calling, my name is [PERSON_1], how can I help you today",
		"yes hello, I have a question about my last invoice, the amount is not what we agreed on",
		"of course, could you please confirm the e-mail address on the account for me",
		"it is [EMAIL_1], and the phone number should be [PHONE_1]",
		"great, I can see that the order from last Tuesday was charged twice, I will have one of them refunded",
	}
	outs = make([]pipeline.Output, n)
	for i := range outs {
		outs[i] = pipeline.Output{
			Offset: int64(i),
			Key:    fmt.Appendf(nil, "c%08x", i/7*2654435761),
			Value: fmt.Appendf(nil, `{"tenant_id":"acme","call_id":"c%08x","turn":%d,"role":"customer","lang":"en","text":%q,`+
				`"started_at":"2026-11-01T12:%02d:%02dZ","redaction":{"policy":"5f2a9c","findings":{"PHONE":1}}}`,
				i/7*2654435761, i%7, texts[i%len(texts)], i/60%60, i%60),
			Headers: []pipeline.Header{
				{Key: "x-src-topic", Value: []byte("calls")},
				{Key: "x-src-partition", Value: []byte("5")},
				{Key: "x-src-offset", Value: fmt.Append(nil, i)},
			},
		}
		bytes += int64(len(outs[i].Value))
	}
	return outs, bytes
}

func BenchmarkEncode(b *testing.B) {
	outs, bytes := transcript(1000)
	for _, compression := range compressions {
		b.Run(compression, func(b *testing.B) {
			codec, err := codecOf(compression)
			if err != nil {
				b.Fatal(err)
			}
			batch := &recordBatch{codec: codec}
			b.SetBytes(bytes)
			b.ReportAllocs()
			for b.Loop() {
				batch.reset()
				for i := range outs {
					batch.add(&outs[i])
				}
				if _, err := batch.finish(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(len(batch.raw))/float64(len(batch.out)), "ratio")
		})
	}
}

func BenchmarkWrite(b *testing.B) {
	for _, partitions := range []int{1, 8} {
		for _, compression := range []string{"none", "lz4", "zstd"} {
			b.Run(fmt.Sprintf("partitions=%d/%s", partitions, compression), func(b *testing.B) {
				c := kafkatest.Start(b, kfake.NumBrokers(1))
				topic := topicOf(b, c, partitions, map[string]string{"retention.bytes": "10000000"})
				cfg := config(c, topic)
				cfg.Compression = compression
				w := openLane(b, cfg)
				outs, bytes := transcript(1000)
				b.SetBytes(bytes)
				b.ReportAllocs()
				first := int64(0)
				for b.Loop() {
					for i := range outs {
						outs[i].Offset = first + int64(i)
					}
					if _, err := w.Write(context.Background(), batchOf(outs)); err != nil {
						b.Fatal(err)
					}
					first += int64(len(outs))
				}
				b.ReportMetric(float64(first)/b.Elapsed().Seconds(), "records/s")
			})
		}
	}
}

// BenchmarkClientProduce is what kafka-go's own Produce does with the same records to one partition.
func BenchmarkClientProduce(b *testing.B) {
	c := kafkatest.Start(b, kfake.NumBrokers(1))
	topic := topicOf(b, c, 1, nil)
	client := reader(b, c)
	outs, bytes := transcript(1000)
	b.SetBytes(bytes)
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		records := make([]kafka.Record, len(outs))
		for i := range outs {
			headers := make([]kafka.Header, len(outs[i].Headers))
			for j, h := range outs[i].Headers {
				headers[j] = kafka.Header(h)
			}
			records[i] = kafka.Record{Key: kafka.NewBytes(outs[i].Key), Value: kafka.NewBytes(outs[i].Value), Headers: headers}
		}
		r, err := client.Produce(context.Background(), &kafka.ProduceRequest{Topic: topic, RequiredAcks: kafka.RequireAll,
			Compression: kafka.Lz4, Records: kafka.NewRecordReader(records...)})
		if err != nil || r.Error != nil {
			b.Fatal(err, r.Error)
		}
		n += len(outs)
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "records/s")
}
