// Package stdout is the sink that writes every value as a line to an io.Writer: standard output, mostly.
package stdout

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"syscall"
	"time"

	"github.com/sonexlabs/tacet/pipeline"
)

// stall is how long one attempt waits for a reader that does not read. The lines stay queued; the next attempt goes on
// waiting for the same write.
const stall = 30 * time.Second

// Sink writes values as lines. What the io.Writer took counts as durable: whoever wants more uses the file sink.
//
// The stream belongs to one batch at a time, so lines never mix. A pipe that nobody reads blocks for as long as it
// likes, so the write itself runs in a goroutine and the callers wait for it with their contexts.
type Sink struct {
	out io.Writer
	// turn holds a token while nobody writes. Who takes it owns rest.
	turn chan struct{}
	rest []byte // the end of a batch that was written in part: it must leave before anything else
}

// New gives a sink on out. The sink never closes out.
func New(out io.Writer) *Sink {
	s := &Sink{out: out, turn: make(chan struct{}, 1)}
	s.turn <- struct{}{}
	return s
}

// Open starts a lane. The offset does not matter: a stream can't take back what it has.
func (s *Sink) Open(_ pipeline.LaneID, from int64) (pipeline.Writer, error) {
	return &writer{sink: s, durable: from}, nil
}

// Check finds nothing to test: a stream is there or the process would not be.
func (s *Sink) Check(context.Context) error { return nil }

// Close waits for a write that is under way, for as long as one attempt waits.
func (s *Sink) Close() error {
	select {
	case <-s.turn:
		s.turn <- struct{}{}
	case <-time.After(stall):
		return errors.New("close standard output: a write is still waiting for the reader")
	}
	return nil
}

type writer struct {
	sink    *Sink
	durable int64
	running *write // an attempt whose caller gave up
}

// write is one batch on its way out. Its fields may be read once done is closed.
type write struct {
	next  int64
	taken bool // the stream has a part of it at least, and Sink.rest the other part
	err   error
	done  chan struct{}
}

func (w *writer) Write(ctx context.Context, b *pipeline.Batch) (int64, error) {
	if w.running != nil {
		if err := w.wait(ctx); err != nil {
			return w.durable, err
		}
	}
	if b.Next <= w.durable {
		return w.durable, nil
	}
	if err := ctx.Err(); err != nil {
		return w.durable, err
	}
	var lines []byte
	for i := range b.Outputs {
		if b.Outputs[i].Offset >= w.durable {
			lines = appendLine(lines, b.Outputs[i].Value)
		}
	}
	if len(lines) == 0 {
		w.durable = b.Next
		return w.durable, nil
	}
	w.running = w.sink.start(lines, b.Next)
	return w.durable, w.wait(ctx)
}

// wait waits for the running write. A nil error means that all of it is out.
func (w *writer) wait(ctx context.Context) error {
	timer := time.NewTimer(stall)
	defer timer.Stop()
	r := w.running
	select {
	case <-r.done:
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return errors.New("write lines: the reader of the stream does not read")
	}
	w.running = nil
	switch {
	case r.err == nil:
		w.durable = r.next
	case r.taken: // begun, so it can't be taken back: only the rest is tried again
		w.running = w.sink.start(nil, r.next)
	}
	return classify(r.err)
}

func (w *writer) Flush(ctx context.Context) (int64, error) {
	if w.running != nil {
		return w.durable, w.wait(ctx)
	}
	return w.durable, nil
}

func (w *writer) Close() error { return nil }

// start writes lines, which the sink now owns, after whatever is left of an earlier write. No lines means: only that.
func (s *Sink) start(lines []byte, next int64) *write {
	w := &write{next: next, done: make(chan struct{})}
	go func() {
		defer close(w.done)
		<-s.turn
		defer func() { s.turn <- struct{}{} }()
		if len(s.rest) > 0 {
			n, err := s.out.Write(s.rest)
			s.rest = s.rest[n:]
			if err != nil {
				w.err, w.taken = err, len(lines) == 0
				return
			}
		}
		if len(lines) == 0 {
			return
		}
		n, err := s.out.Write(lines)
		if err != nil {
			w.err, w.taken = err, n > 0
			if n > 0 {
				s.rest = lines[n:]
			}
		}
	}()
	return w
}

// classify: a reader that has gone never comes back, and what the pipe still held is gone with it.
func classify(err error) error {
	if err == nil {
		return nil
	}
	err = fmt.Errorf("write lines: %w", err)
	if errors.Is(err, syscall.EPIPE) || errors.Is(err, io.ErrClosedPipe) || errors.Is(err, fs.ErrClosed) {
		return pipeline.Lost(err)
	}
	return err
}

// appendLine appends value as one line. Compact JSON holds no raw line break; where pretty-printed JSON or text does, a
// space takes its place, which JSON allows everywhere outside strings (inside, a raw one is not legal).
func appendLine(dst, value []byte) []byte {
	start := len(dst)
	dst = append(dst, value...)
	for i := start; i < len(dst); i++ {
		if dst[i] == '\n' || dst[i] == '\r' {
			dst[i] = ' '
		}
	}
	return append(dst, '\n')
}
