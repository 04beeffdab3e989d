package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/segmentio/kafka-go"
	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/pipeline/audit"
	"github.com/sonexlabs/tacet/pipeline/policy"
	"github.com/sonexlabs/tacet/pipeline/source"
	"github.com/sonexlabs/tacet/pipeline/source/kafkatest"
)

const keptPolicy = `
tenants: ["*"]
retention: {short: 2d, long: 30d}
classes:
  analytics: {purpose: analytics, recipient: tenant, basis: instruction, clauses: ["9"], retention: %s}
  review: {purpose: review, recipient: tenant, basis: instruction, clauses: ["9"], retention: long}
  whole: {purpose: review, recipient: tenant, basis: instruction, clauses: ["9"]}
categories:
  transcript: {clauses: ["9"], for: [analytics, review, whole], fields: {call_id: token, text: redact}}
`

// Files go when the retention of their sink's class is over, under the policy in force, and the auditor is told.
//
// clause: 9
func TestSweep(t *testing.T) {
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	require.NoError(t, os.WriteFile(in("key"), []byte(must(audit.GenerateKey("audit.example"))), 0o600))
	write := func(short string) {
		require.NoError(t, os.WriteFile(in("policy.yaml"), fmt.Appendf(nil, keptPolicy, short), 0o600))
	}
	write("short")
	c, err := parseConfig([]byte(`
kafka: {brokers: ["127.0.0.1:1"]}
source: {group: g, topics: [{name: calls, category: transcript}]}
policy: {file: policy.yaml}
pseudonym: {insecure_dev_keys: true}
sinks:
  - {name: first, type: file, directory: first}
  - {name: review, type: file, directory: review, class: review}
  - {name: whole, type: file, directory: whole, class: whole}
  - {name: screen, type: stdout}
quarantine: {directory: first}
audit: {directory: audit, key: file:key}
`), in("tacet.yaml"))
	require.NoError(t, err)
	now := time.Now()
	put := func(sink, name string, age time.Duration) {
		t.Helper()
		name = filepath.Join(dir, sink, "calls", name)
		require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o700))
		require.NoError(t, os.WriteFile(name, []byte("{}\n"), 0o600))
		require.NoError(t, os.Chtimes(name, time.Time{}, now.Add(-age)))
	}
	const hour, day = time.Hour, 24 * time.Hour
	name := func(i int) string { return fmt.Sprintf("calls-0-%020d.ndjson", i) }
	for _, sink := range []string{"first", "review", "whole"} {
		for i, age := range []time.Duration{400 * day, 31 * day, 29 * day, 49 * hour, 47 * hour} {
			put(sink, name(i), age)
		}
		put(sink, "notes.txt", 400*day)
	}
	put("review/replay-20260102T030405Z", name(0), 31*day)
	put("review/replay-20260102T030405Z", name(1), 29*day)
	put("review/replay-of-mine", name(0), 31*day)
	var logged bytes.Buffer
	log := slog.New(slog.NewJSONHandler(&logged, nil))
	p, err := assemble(t.Context(), c, io.Discard, log)
	require.NoError(t, err)
	s := newSweeper(p, c, log)
	s.now = func() time.Time { return now }
	reload := newReloader(p, c, true, log) // to keep for longer needs notice
	left := func(sink string) (names []string) {
		entries, err := os.ReadDir(filepath.Join(dir, sink, "calls"))
		require.NoError(t, err)
		for _, e := range entries {
			names = append(names, e.Name())
		}
		return names
	}

	s.sweep(t.Context())
	require.Equal(t, []string{name(4), "notes.txt"}, left("first"))
	require.Equal(t, []string{name(2), name(3), name(4), "notes.txt"}, left("review"))
	require.Len(t, left("whole"), 6)
	require.Equal(t, 4.0, testutil.ToFloat64(s.files.WithLabelValues("first")))
	require.Equal(t, 12.0, testutil.ToFloat64(s.bytes.WithLabelValues("first")))
	require.Equal(t, []string{name(1)}, left("review/replay-20260102T030405Z"))
	require.Equal(t, []string{name(0)}, left("review/replay-of-mine"))
	require.Equal(t, 3.0, testutil.ToFloat64(s.files.WithLabelValues("review")))

	now = now.Add(2 * hour)
	write("long")
	reload.look()
	s.sweep(t.Context())
	require.Equal(t, []string{name(4), "notes.txt"}, left("first"), "the policy in force keeps it for longer now")
	write("short")
	reload.look()

	s.note = func(string, ...audit.Attr) error { return errors.New("no space for the log") }
	s.sweep(t.Context())
	require.Equal(t, []string{name(4), "notes.txt"}, left("first"), "nothing goes of which the auditor doesn't hear")
	require.Equal(t, 1.0, testutil.ToFloat64(s.errors.WithLabelValues("first")))
	s.note = p.note
	s.sweep(t.Context())
	require.Equal(t, []string{"notes.txt"}, left("first"))
	require.Contains(t, logged.String(), "no space for the log")
	require.NoError(t, p.close())

	var told []string
	require.NoError(t, audit.Read(in("audit"), 0, func(e audit.Entry) error {
		if e.Action == "retention.expire" {
			line := ""
			for _, a := range e.Object {
				if a.Name != "until" {
					line += a.Name + "=" + a.Value + " "
				}
			}
			told = append(told, line)
		}
		return nil
	}))
	require.Equal(t, []string{
		"sink=first class=analytics retention=2d lane=calls/0 files=4 first=0 last=3 ",
		"sink=review class=review retention=30d lane=calls/0 files=2 first=0 last=1 ",
		"sink=review class=review retention=30d lane=calls/0 files=1 first=0 last=0 ",
		"sink=first class=analytics retention=2d lane=calls/0 files=1 first=4 last=4 ",
	}, told)
}

// A sweep is made at the start, and every few minutes.
func TestSweepAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var sweeps atomic.Int64
		p, err := policy.Parse("p", fmt.Appendf(nil, keptPolicy, "short"))
		require.NoError(t, err)
		vec := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "n"}, []string{"sink"})
		s := &sweeper{policy: func() *policy.Policy { sweeps.Add(1); return p }, now: time.Now, files: vec, bytes: vec, errors: vec}
		s.watch(t.Context()) // nothing to sweep: comes back
		require.Zero(t, sweeps.Load())
		s.sinks = []sinkConfig{{Name: "first", Type: "file", Directory: path(t.TempDir())}}
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		go s.watch(ctx)
		synctest.Wait()
		require.EqualValues(t, 1, sweeps.Load())
		time.Sleep(3*sweepPeriod + time.Second)
		synctest.Wait()
		require.EqualValues(t, 4, sweeps.Load())
	})
}

// The settings of real topics are held against the classes of the sinks that write to them.
func TestCheckKept(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a broker")
	}
	cluster := kafkatest.Start(t)
	topic := func(settings ...string) string {
		name := kafkatest.Name("kept")
		var entries []kafka.ConfigEntry
		for i := 0; i < len(settings); i += 2 {
			entries = append(entries, kafka.ConfigEntry{ConfigName: settings[i], ConfigValue: settings[i+1]})
		}
		cluster.CreateTopicNamed(t, name, 1, entries...)
		return name
	}
	const day, hours6 = "86400000", "21600000"
	in := topic("retention.ms", "-1")
	good := topic("retention.ms", day, "segment.ms", day)
	slow := topic("retention.ms", day, "segment.ms", "172800000")
	long := topic("retention.ms", "172800001", "segment.ms", day)
	erasable := topic("cleanup.policy", "compact,delete", "retention.ms", day, "segment.ms", hours6, "max.compaction.lag.ms", day)
	forever := topic("cleanup.policy", "compact", "max.compaction.lag.ms", day)
	p, err := policy.Parse("p", fmt.Appendf(nil, keptPolicy, "short"))
	require.NoError(t, err)
	c := defaultConfig()
	c.Kafka.Brokers = cluster.Addrs()
	c.Source.Topics = []topicConfig{{Name: in}}
	f := func(s sinkConfig, wrong string, extra ...string) {
		t.Helper()
		s.Name, s.Type = "main", "kafka"
		c.Sinks = []sinkConfig{s}
		var got error
		var told bytes.Buffer
		checkKept(t.Context(), c, p, func(name string, err error) {
			require.Equal(t, "settings of topic "+s.Topic+", of sink main", name)
			got = err
		}, &told)
		if wrong == "" {
			require.NoError(t, got)
		} else {
			require.ErrorContains(t, got, wrong)
		}
		for _, e := range extra {
			require.Contains(t, told.String(), e)
		}
		require.Contains(t, told.String(), "topic "+in+": raw records are kept for ever (retention.ms=-1)\n")
	}
	f(sinkConfig{Topic: good}, "")
	f(sinkConfig{Topic: slow}, "", "it may keep records for 3d")
	f(sinkConfig{Topic: long}, "retention.ms")
	f(sinkConfig{Topic: long, Class: "review"}, "")
	f(sinkConfig{Topic: erasable, Compacted: true}, "")
	f(sinkConfig{Topic: erasable}, "set compacted: true")
	f(sinkConfig{Topic: good, Content: "capsules"}, "cleanup.policy=delete")
	f(sinkConfig{Topic: forever, Compacted: true}, "stays for ever")
	f(sinkConfig{Topic: kafkatest.Name("missing")}, "read settings of topic")
}

// clause: 9
func TestKeptAs(t *testing.T) {
	p, err := policy.Parse("p", fmt.Appendf(nil, keptPolicy, "short"))
	require.NoError(t, err)
	const day = 24 * time.Hour
	f := func(s source.Settings, sink sinkConfig, want ...string) {
		t.Helper()
		err := keptAs(s, sink, p, 30*day)
		if len(want) == 0 {
			require.NoError(t, err)
			return
		}
		for _, w := range want {
			require.ErrorContains(t, err, w)
		}
	}
	good := source.Settings{Deleted: true, Retention: 2 * day, Segment: day, CompactionLag: source.NoBound}
	with := func(change func(s *source.Settings)) source.Settings { s := good; change(&s); return s }
	f(good, sinkConfig{})
	f(with(func(s *source.Settings) { s.Retention++ }), sinkConfig{}, "retention.ms: keeps everything for", "class analytics is kept as short, 2d", "set retention.ms=172800000")
	f(with(func(s *source.Settings) { s.Retention++ }), sinkConfig{Class: "review"})
	f(with(func(s *source.Settings) { s.Retention = source.NoBound }), sinkConfig{Class: "review"}, "for ever", "set retention.ms=2592000000")
	f(with(func(s *source.Settings) { s.Retention = source.NoBound }), sinkConfig{Class: "whole"})
	f(with(func(s *source.Settings) { s.Segment = 3 * day }), sinkConfig{}, "segment.ms")
	f(with(func(s *source.Settings) { s.Segment = source.NoBound }), sinkConfig{}, "segment.ms")
	f(good, sinkConfig{Compacted: true}, "cleanup.policy=delete")
	f(good, sinkConfig{Content: "capsules"}, "cleanup.policy=delete")
	compacted := with(func(s *source.Settings) { s.Compacted, s.CompactionLag = true, day })
	f(compacted, sinkConfig{Compacted: true})
	f(compacted, sinkConfig{Content: "capsules"})
	f(compacted, sinkConfig{}, "set compacted: true")
	lag := compacted
	lag.CompactionLag = 31 * day
	f(lag, sinkConfig{Compacted: true}, "max.compaction.lag.ms", "30d")
	lag.CompactionLag = source.NoBound
	f(lag, sinkConfig{Compacted: true}, "max.compaction.lag.ms")
	only := compacted
	only.Deleted = false
	f(only, sinkConfig{Compacted: true}, "cleanup.policy=compact,delete and retention.ms=172800000", "stays for ever")
	f(only, sinkConfig{Compacted: true, Class: "whole"})
	f(source.Settings{Compacted: true, CompactionLag: source.NoBound}, sinkConfig{}, "stays for ever", "set compacted: true")
}
