package main

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/sonexlabs/tacet/pipeline/audit"
	"github.com/sonexlabs/tacet/pipeline/policy"
	"github.com/sonexlabs/tacet/sinks/file"
)

// sweepPeriod is how often files are looked at. The shortest retention is an hour.
const sweepPeriod = 10 * time.Minute

// sweeper removes what file sinks have kept for as long as the class of the sink says: topics delete what is past their retention,
// directories don't.
type sweeper struct {
	sinks  []sinkConfig
	policy func() *policy.Policy // in force
	note   func(action string, object ...audit.Attr) error
	now    func() time.Time
	log    *slog.Logger
	files  *prometheus.CounterVec
	bytes  *prometheus.CounterVec
	errors *prometheus.CounterVec
}

func newSweeper(p *program, c config, log *slog.Logger) *sweeper {
	counter := func(name, help string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, []string{"sink"})
	}
	s := &sweeper{policy: p.running.Policy, note: p.note, now: time.Now, log: log,
		files:  counter("tacet_swept_files_total", "Files removed because their retention was over."),
		bytes:  counter("tacet_swept_bytes_total", "Bytes of files removed because their retention was over."),
		errors: counter("tacet_sweep_errors_total", "Sweeps that left files whose retention was over.")}
	p.registry.MustRegister(s.files, s.bytes, s.errors)
	for _, sink := range c.Sinks {
		if sink.Type != "file" {
			continue
		}
		s.sinks = append(s.sinks, sink)
		for _, c := range []*prometheus.CounterVec{s.files, s.bytes, s.errors} {
			c.WithLabelValues(sink.Name)
		}
	}
	return s
}

// watch sweeps until ctx ends: at once, and every few minutes.
func (s *sweeper) watch(ctx context.Context) {
	if len(s.sinks) == 0 {
		return
	}
	tick := time.NewTicker(sweepPeriod)
	defer tick.Stop()
	for {
		s.sweep(ctx)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// sweep looks at each sink once. A sink whose class has no retention keeps everything.
func (s *sweeper) sweep(ctx context.Context) {
	p := s.policy()
	for _, sink := range s.sinks {
		class := classOf(p, sink.Class)
		keep, ok := p.Retention(class.Retention)
		if !ok {
			continue
		}
		for _, dir := range withReplays(string(sink.Directory)) {
			s.sweepDir(ctx, sink, dir, class, keep)
		}
	}
}

func (s *sweeper) sweepDir(ctx context.Context, sink sinkConfig, dir string, class *policy.Class, keep time.Duration) {
	removed, err := file.Sweep(ctx, dir, s.now().Add(-keep), func(e file.Expired) error {
		return s.note("retention.expire",
			audit.Attr{Name: "sink", Value: sink.Name}, audit.Attr{Name: "class", Value: class.Name},
			audit.Attr{Name: "retention", Value: policy.FormatRetention(keep)},
			audit.Attr{Name: "lane", Value: e.Lane.String()}, audit.Attr{Name: "files", Value: strconv.Itoa(e.Files)},
			audit.Attr{Name: "first", Value: strconv.FormatInt(e.First, 10)}, audit.Attr{Name: "last", Value: strconv.FormatInt(e.Last, 10)},
			audit.Attr{Name: "until", Value: e.Until.UTC().Format(time.RFC3339)})
	})
	s.files.WithLabelValues(sink.Name).Add(float64(removed.Files))
	s.bytes.WithLabelValues(sink.Name).Add(float64(removed.Bytes))
	if removed.Files > 0 {
		s.log.Info("files are past their retention and removed", "sink", sink.Name, "files", removed.Files, "bytes", removed.Bytes,
			"retention", policy.FormatRetention(keep))
	}
	if err != nil && !errors.Is(err, context.Canceled) {
		s.errors.WithLabelValues(sink.Name).Inc()
		s.log.Error("files that are past their retention are still there; they are tried again", "sink", sink.Name, "error", err)
	}
}

// withReplays are the directory of a file sink and those in it that replays wrote to.
func withReplays(dir string) []string {
	all := []string{dir}
	entries, _ := os.ReadDir(dir) // where it can't be read, the sweep says so
	for _, e := range entries {
		if _, err := time.Parse(replayFolder, e.Name()); err == nil && e.IsDir() {
			all = append(all, filepath.Join(dir, e.Name()))
		}
	}
	return all
}

// classOf is the sink class that a sink names, or else the first. The engine takes no policy that lacks a class of a sink.
func classOf(p *policy.Policy, name string) *policy.Class {
	if class, ok := p.Class(name); ok {
		return class
	}
	return &p.Classes()[0]
}
