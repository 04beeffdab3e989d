package kafka

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"sync"
	"time"

	"github.com/pierrec/lz4/v4"
	"github.com/segmentio/kafka-go"

	"github.com/sonexlabs/tacet/pipeline"
)

// Layout of a record batch, version 2 (Kafka 0.11 and later), after the four bytes of its size that a produce request
// puts in front. Offsets into recordBatch.out.
const (
	posLength    = 4 + 8
	posCRC       = 4 + 17
	posAttrs     = 4 + 21
	posLastDelta = 4 + 23
	posFirstTime = 4 + 27
	posMaxTime   = 4 + 35
	posCount     = 4 + 57
	batchHeader  = 61
	batchPrefix  = 4 + batchHeader
	maxRecordOwn = 5 + 1 + 10 + 5 + 5 + 5 + 5 // varints and attributes of a record, at most
)

// recordBatch encodes records for a produce request. kafka-go's own encoder reads records while the request is sent, in
// a goroutine of the transport that can outlive the call; the pipeline gives a batch's memory back then. This one copies.
// It does not allocate per record either.
type recordBatch struct {
	codec     codec  // nil is none
	raw       []byte // records, uncompressed
	out       buffer // what goes out
	count     int
	firstTime int64
	maxTime   int64
}

// buffer is an io.Writer onto a slice.
type buffer []byte

func (s *buffer) Write(p []byte) (int, error) {
	*s = append(*s, p...)
	return len(p), nil
}

// codec makes compressing writers and knows Kafka's number for what they write.
type codec interface {
	Code() int8
	NewWriter(w io.Writer) io.WriteCloser
}

// codecOf gives the codec of a name; nil is none.
func codecOf(name string) (codec, error) {
	switch name {
	case "none":
		return nil, nil
	case "gzip":
		return kafka.Gzip.Codec(), nil
	case "snappy":
		return kafka.Snappy.Codec(), nil
	case "lz4":
		return &lz4Codec{}, nil
	case "zstd":
		return kafka.Zstd.Codec(), nil
	}
	return nil, fmt.Errorf("compression: %q is none of none, gzip, snappy, lz4, zstd", name)
}

// lz4Codec writes frames as Java producers do: blocks of 64 KiB without a checksum, for the batch has one. kafka-go's
// codec announces blocks of 4 MiB, and every consumer sets that much memory aside for every batch.
type lz4Codec struct{ writers sync.Pool }

func (c *lz4Codec) Code() int8 { return 3 }

func (c *lz4Codec) NewWriter(w io.Writer) io.WriteCloser {
	z, ok := c.writers.Get().(*lz4.Writer)
	if !ok {
		z = lz4.NewWriter(nil)
		// These options are all legal, so there is no error to see.
		_ = z.Apply(lz4.BlockSizeOption(lz4.Block64Kb), lz4.ChecksumOption(false), lz4.ConcurrencyOption(1))
	}
	z.Reset(w)
	return &lz4Writer{z, c}
}

type lz4Writer struct {
	*lz4.Writer
	codec *lz4Codec
}

func (w *lz4Writer) Close() error {
	err := w.Writer.Close()
	w.Writer.Reset(nil)
	w.codec.writers.Put(w.Writer)
	return err
}

func (b *recordBatch) reset() {
	b.raw, b.out = b.raw[:0], b.out[:0]
	b.count = 0
}

// sizeOf is the most bytes a record takes in a batch, uncompressed.
func sizeOf(o *pipeline.Output) int {
	n := maxRecordOwn + len(o.Key) + len(o.Value)
	for i := range o.Headers {
		n += 2*5 + len(o.Headers[i].Key) + len(o.Headers[i].Value)
	}
	return n
}

// add appends a record. A zero time means now.
func (b *recordBatch) add(o *pipeline.Output) {
	t := o.Time
	if t.IsZero() {
		t = time.Now()
	}
	ms := t.UnixMilli()
	if b.count == 0 {
		b.firstTime, b.maxTime = ms, ms
	}
	b.maxTime = max(b.maxTime, ms)

	// The body's length stands in front of it and has one to five bytes: the body is written where five would end and
	// moved back over what they did not need.
	start := len(b.raw)
	body := append(b.raw, 0, 0, 0, 0, 0)
	body = append(body, 0) // attributes
	body = binary.AppendVarint(body, ms-b.firstTime)
	body = binary.AppendVarint(body, int64(b.count))
	body = appendBytes(body, o.Key)
	body = appendBytes(body, o.Value)
	body = binary.AppendVarint(body, int64(len(o.Headers)))
	for i := range o.Headers {
		body = binary.AppendVarint(body, int64(len(o.Headers[i].Key)))
		body = append(body, o.Headers[i].Key...)
		body = appendBytes(body, o.Headers[i].Value)
	}
	n := binary.PutVarint(body[start:start+5:start+5], int64(len(body)-start-5))
	copy(body[start+n:], body[start+5:])
	b.raw = body[:len(body)-(5-n)]
	b.count++
}

// appendBytes appends a length and bytes; nil is null, which Kafka tells from empty.
func appendBytes(dst, p []byte) []byte {
	if p == nil {
		return binary.AppendVarint(dst, -1)
	}
	dst = binary.AppendVarint(dst, int64(len(p)))
	return append(dst, p...)
}

// finish gives the bytes of the request, valid until reset. Compression that does not make the batch smaller is left out.
func (b *recordBatch) finish() ([]byte, error) {
	b.out = append(b.out[:0], make([]byte, batchPrefix)...)
	attrs := uint16(0)
	if b.codec != nil {
		w := b.codec.NewWriter(&b.out)
		_, err := w.Write(b.raw)
		if e := w.Close(); err == nil {
			err = e
		}
		if err != nil {
			return nil, fmt.Errorf("compress records: %w", err)
		}
		attrs = uint16(b.codec.Code())
	}
	if b.codec == nil || len(b.out)-batchPrefix >= len(b.raw) {
		b.out = append(b.out[:batchPrefix], b.raw...)
		attrs = 0
	}
	be := binary.BigEndian
	out := []byte(b.out)
	be.PutUint32(out, uint32(len(out)-4))
	be.PutUint32(out[posLength:], uint32(len(out)-posLength-4))
	be.PutUint32(out[posLength+4:], ^uint32(0)) // partition leader epoch: unknown
	out[posCRC-1] = 2                           // magic
	be.PutUint16(out[posAttrs:], attrs)
	be.PutUint32(out[posLastDelta:], uint32(b.count-1))
	be.PutUint64(out[posFirstTime:], uint64(b.firstTime))
	be.PutUint64(out[posMaxTime:], uint64(b.maxTime))
	for i := posMaxTime + 8; i < posCount; i++ { // producer id, its epoch, sequence: none
		out[i] = 0xff
	}
	be.PutUint32(out[posCount:], uint32(b.count))
	be.PutUint32(out[posCRC:], crc32.Checksum(out[posAttrs:], castagnoli()))
	return out, nil
}

// castagnoli gives the table of Kafka's checksum; the standard library makes it once.
func castagnoli() *crc32.Table { return crc32.MakeTable(crc32.Castagnoli) }
