package sinktest

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/pipeline"
)

// store is a destination in memory: durable when flushed, in blocks as a file sink would write them.
type store struct {
	mu      sync.Mutex
	lanes   map[pipeline.LaneID][]pipeline.Output
	fail    int
	refuse  []byte
	hang    chan struct{} // nil when writes go through
	defects defects
}

// defects are what a bad sink does.
type defects struct {
	loses, reorders, early, repeats, marksOutage, discards, mutates, ignoresContext, forgetsRefusal bool
}

func newStore(d defects) *store {
	return &store{lanes: make(map[pipeline.LaneID][]pipeline.Output), defects: d}
}

func (s *store) destination() Destination {
	return Destination{
		New: func() (pipeline.Sink, error) { return (*memory)(s), nil },
		ReadBack: func(id pipeline.LaneID) ([][][]byte, error) {
			s.mu.Lock()
			defer s.mu.Unlock()
			var values [][]byte
			for _, out := range s.lanes[id] {
				values = append(values, out.Value)
			}
			return [][][]byte{values}, nil
		},
		Fail: func(n int) {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.fail = n
		},
		Refuse: func(mark []byte) { s.refuse = mark },
		Hang: func() func() {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.hang = make(chan struct{})
			return func() {
				s.mu.Lock()
				defer s.mu.Unlock()
				close(s.hang)
				s.hang = nil
			}
		},
	}
}

type memory store

func (m *memory) Open(id pipeline.LaneID, from int64) (pipeline.Writer, error) {
	s := (*store)(m)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.defects.discards {
		delete(s.lanes, id)
	}
	return &memoryWriter{store: s, id: id, durable: from, next: from}, nil
}
func (m *memory) Check(context.Context) error { return nil }
func (m *memory) Close() error                { return nil }

type memoryWriter struct {
	store         *store
	id            pipeline.LaneID
	durable, next int64
	pending       []pipeline.Output
}

func (w *memoryWriter) Write(ctx context.Context, b *pipeline.Batch) (int64, error) {
	s := w.store
	s.mu.Lock()
	hang := s.hang
	s.mu.Unlock()
	if hang != nil {
		if s.defects.ignoresContext {
			<-hang
		}
		select {
		case <-hang:
		case <-ctx.Done():
			return w.durable, ctx.Err()
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fail > 0 {
		s.fail--
		err := errors.New("outage")
		if s.defects.marksOutage {
			err = pipeline.Permanent(err)
		}
		return w.durable, err
	}
	for _, out := range b.Outputs {
		if s.refuse != nil && contains(out.Value, s.refuse) && !s.defects.forgetsRefusal {
			return w.durable, pipeline.Permanent(errors.New("refused"))
		}
	}
	if b.Next <= w.next && !s.defects.repeats {
		return w.durable, nil
	}
	for i, out := range b.Outputs {
		if s.defects.loses && i == 3 {
			continue
		}
		w.pending = append(w.pending, out)
	}
	if n := len(w.pending); s.defects.reorders && n > 1 {
		w.pending[n-1], w.pending[n-2] = w.pending[n-2], w.pending[n-1]
	}
	if s.defects.mutates && len(b.Outputs) > 0 {
		b.Outputs[0].Value = []byte("{}")
	}
	if s.defects.repeats {
		w.pending = append(w.pending, b.Outputs...)
	}
	w.next = b.Next
	if s.defects.early {
		return w.next, nil
	}
	if b.Next%100 == 0 || len(w.pending) == 0 {
		w.flush()
	}
	return w.durable, nil
}

func contains(value, mark []byte) bool {
	for i := range value {
		if len(value)-i >= len(mark) && string(value[i:i+len(mark)]) == string(mark) {
			return true
		}
	}
	return false
}

func (w *memoryWriter) flush() {
	w.store.lanes[w.id] = append(w.store.lanes[w.id], w.pending...)
	w.pending, w.durable = nil, w.next
}

func (w *memoryWriter) Flush(context.Context) (int64, error) {
	w.store.mu.Lock()
	defer w.store.mu.Unlock()
	w.flush()
	return w.durable, nil
}

func (w *memoryWriter) Close() error { return nil }

func TestMemory(t *testing.T) {
	Run(t, Harness{Destination: func(testing.TB) Destination { return newStore(defects{}).destination() }})
}

// recorder takes the place of a test whose failure is wanted.
type recorder struct {
	mu     sync.Mutex
	failed string
}

func (r *recorder) Errorf(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.failed += fmt.Sprintf(format, args...)
}
func (r *recorder) FailNow() { runtime.Goexit() }

// The suite is worth something only when it finds bad sinks.
func TestSuiteFindsDefects(t *testing.T) {
	for name, tc := range map[string]struct {
		defects defects
		found   string // the case that must fail
	}{
		"loses":                    {defects{loses: true}, "delivery"},
		"reorders":                 {defects{reorders: true}, "delivery"},
		"durable too early":        {defects{early: true}, "crash"},
		"repeats":                  {defects{repeats: true}, "partial failure"},
		"outage permanent":         {defects{marksOutage: true}, "partial failure"},
		"open discards":            {defects{discards: true}, "reopen at an earlier offset"},
		"mutates":                  {defects{mutates: true}, "delivery"},
		"delivers what is refused": {defects{forgetsRefusal: true}, "refused record"},
	} {
		t.Run(name, func(t *testing.T) {
			ran := false
			for _, c := range cases {
				if c.name != tc.found {
					continue
				}
				ran = true
				var r recorder
				done := make(chan struct{})
				go func() {
					defer close(done)
					c.run(newBench(&r, Harness{Cut: 100}, newStore(tc.defects).destination()))
				}()
				<-done
				require.NotEmpty(t, r.failed, "the suite let it pass")
			}
			require.True(t, ran, "no such case")
		})
	}
}
