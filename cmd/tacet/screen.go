package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"golang.org/x/term"

	"github.com/sonexlabs/tacet/pipeline"
)

// screen writes log lines and, on a terminal, one line below them that is written over again and again. Elsewhere it is
// just the writer.
type screen struct {
	mu       sync.Mutex
	w        io.Writer
	terminal bool
	line     string
}

func newScreen(w io.Writer) *screen {
	f, ok := w.(*os.File)
	return &screen{w: w, terminal: ok && term.IsTerminal(int(f.Fd()))}
}

const clearLine = "\r\x1b[K"

// Write implements io.Writer for log lines.
func (s *screen) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.line == "" {
		return s.w.Write(b)
	}
	_, _ = io.WriteString(s.w, clearLine)
	n, err := s.w.Write(b)
	_, _ = io.WriteString(s.w, s.line)
	return n, err
}

// show replaces the line; "" removes it.
func (s *screen) show(line string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.terminal || line == "" && s.line == "" {
		return
	}
	s.line = line
	_, _ = io.WriteString(s.w, clearLine+line)
}

// everySecond calls f, with the seconds since the call before, until ctx ends; the line is gone afterwards.
func (s *screen) everySecond(ctx context.Context, f func(seconds float64) string) {
	if !s.terminal {
		return
	}
	defer s.show("")
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	last := time.Now()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-tick.C:
			s.show(f(now.Sub(last).Seconds()))
			last = now
		}
	}
}

// showRates shows how fast a pipeline is and how far behind.
func (s *screen) showRates(ctx context.Context, m *meter, status func() pipeline.Status) {
	var records, bytes int64
	s.everySecond(ctx, func(seconds float64) string {
		r, b := m.records.Load(), m.bytes.Load()
		perSecond, mb := float64(r-records)/seconds, float64(b-bytes)/seconds/1e6
		records, bytes = r, b
		var lag, inflight int64
		var behind float64
		st := status()
		for _, l := range st.Lanes {
			lag += l.LagRecords
			inflight += int64(l.Inflight)
			behind = max(behind, l.LagSeconds)
		}
		return fmt.Sprintf("tacet: %.0f records/s  %.1f MB/s  lag %d records, %.1f s  in flight %d records, %.1f MB  partitions %d",
			perSecond, mb, lag, behind, inflight, float64(st.InflightBytes)/1e6, len(st.Lanes))
	})
}
