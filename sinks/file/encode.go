package file

import (
	"runtime"
	"sync"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"github.com/sonexlabs/tacet/pipeline"
)

// keepBuffer is the largest buffer that is kept for reuse: one huge batch must not hold its memory for ever.
const keepBuffer = 8 << 20

// encoder turns records into compressed frames. All lanes share it, so that its memory grows with the number of cores,
// not of lanes. Frames (zstd) and members (gzip) may follow one another in a file, which is what makes appending safe.
type encoder struct {
	compression string
	zstd        *zstd.Encoder // nil unless it is the compression
	scratch     sync.Pool     // *scratch
}

type scratch struct {
	lines []byte
	frame buffer
	gzip  *gzip.Writer
}

type buffer []byte

func (b *buffer) Write(p []byte) (int, error) {
	*b = append(*b, p...)
	return len(p), nil
}

func newEncoder(compression string) (*encoder, error) {
	e := &encoder{compression: compression}
	e.scratch.New = func() any { return new(scratch) }
	if compression == CompressionZstd {
		z, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(runtime.GOMAXPROCS(0)),
			zstd.WithWindowSize(1<<20), zstd.WithLowerEncoderMem(true))
		if err != nil {
			return nil, err
		}
		e.zstd = z
	}
	return e, nil
}

func (e *encoder) suffix() string {
	switch e.compression {
	case CompressionGzip:
		return ".gz"
	case CompressionZstd:
		return ".zst"
	}
	return ""
}

// frame gives the records, encoded, to write. The bytes are valid until write returns.
func (e *encoder) frame(outs []pipeline.Output, write func([]byte) error) error {
	s := e.scratch.Get().(*scratch)
	defer func() {
		if cap(s.lines)+cap(s.frame) <= keepBuffer {
			e.scratch.Put(s)
		}
	}()
	s.lines, s.frame = s.lines[:0], s.frame[:0]
	for i := range outs {
		s.lines = appendLine(s.lines, outs[i].Value)
	}
	switch e.compression {
	case CompressionZstd:
		s.frame = e.zstd.EncodeAll(s.lines, s.frame)
		return write(s.frame)
	case CompressionGzip:
		if s.gzip == nil {
			s.gzip = gzip.NewWriter(&s.frame)
		} else {
			s.gzip.Reset(&s.frame)
		}
		if _, err := s.gzip.Write(s.lines); err != nil {
			return err
		}
		if err := s.gzip.Close(); err != nil {
			return err
		}
		return write(s.frame)
	}
	return write(s.lines)
}

func (e *encoder) close() error {
	if e.zstd != nil {
		return e.zstd.Close()
	}
	return nil
}

// appendLine appends value as one line; no value at all is null. Compact JSON holds no raw line break; where
// pretty-printed JSON or text does, a space takes its place, which JSON allows everywhere outside strings (inside, a raw
// one is not legal).
func appendLine(dst, value []byte) []byte {
	if len(value) == 0 {
		return append(dst, "null\n"...)
	}
	start := len(dst)
	dst = append(dst, value...)
	for i := start; i < len(dst); i++ {
		if dst[i] == '\n' || dst[i] == '\r' {
			dst[i] = ' '
		}
	}
	return append(dst, '\n')
}
