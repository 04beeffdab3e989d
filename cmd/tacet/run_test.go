package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/pipeline/source/kafkatest"
)

// syncBuffer is a buffer for a log that several goroutines write.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(b)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// get asks the admin server; code 0 means that it doesn't answer.
func get(t *testing.T, url string) (code int, body string) {
	client := &http.Client{Timeout: 5 * time.Second}
	defer client.CloseIdleConnections()
	r, err := client.Get(url)
	if err != nil {
		return 0, err.Error()
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	require.NoError(t, err)
	return r.StatusCode, string(b)
}

// Run from topics to topics and files, with what an operator sees on the way; then bring back from quarantine what a limit had
// kept out.
func TestRunAndReplay(t *testing.T) {
	if testing.Short() {
		t.Skip("waits for a consumer group")
	}
	cluster := kafkatest.Start(t)
	in, out := cluster.CreateTopic(t, "calls", 2), keptTopic(t, cluster, "redacted", 2)
	const records = 20
	long := fmt.Sprintf(`{"tenant_id":"acme","call_id":"long","turn":1,"text":"ada@example.com %s"}`, strings.Repeat("and so on ", 300))
	messages := []kafka.Message{
		{Key: []byte("long"), Value: []byte(long)},
		{Key: []byte("bad"), Value: []byte(`{"tenant_id":"acme","text":"bob@example.com`)},
	}
	for i := range records {
		id := fmt.Sprintf("call-%d", i%3)
		messages = append(messages, kafka.Message{Key: []byte(id), Value: fmt.Appendf(nil,
			`{"tenant_id":"acme","call_id":%q,"turn":%d,"text":"my mail is ada@example.com"}`, id, i)})
	}
	cluster.Produce(t, in, messages)

	dir := t.TempDir()
	listen := freeAddress(t)
	text := fmt.Sprintf(`
kafka: {brokers: ["%s"]}
source: {group: %q, topics: [{name: %q, category: transcript}], commit_interval: 100ms}
pseudonym: {insecure_dev_keys: true}
instructions: {unasked: true}
sinks:
  - {name: main, type: kafka, topic: %q}
  - {name: files, type: file, directory: files, flush_after: 100ms, compression: none}
quarantine: {directory: dead}
limits: {record_bytes: 1KiB}
admin: {listen: %q}
`, strings.Join(cluster.Addrs(), `", "`), kafkatest.Name("run"), in, out, listen)
	name := filepath.Join(dir, "tacet.yaml")
	c, err := parseConfig([]byte(text), name)
	require.NoError(t, err)

	var log syncBuffer
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- runPipeline(ctx, c, false, io.Discard, &log) }()
	cluster.ConsumeAll(t, out, records, time.Minute)
	url := "http://" + listen
	var status struct {
		Records    map[string]int
		Quarantine map[string]int
		Findings   map[string]int
		Sinks      map[string]map[string]int
	}
	require.Eventually(t, func() bool {
		code, _ := get(t, url+"/readyz")
		_, body := get(t, url+"/api/status")
		require.NoError(t, json.Unmarshal([]byte(body), &status))
		return code == 200 && status.Sinks["files"]["records"] == records
	}, time.Minute, 50*time.Millisecond)
	require.Equal(t, map[string]int{"redacted": records, "dlq": 2}, status.Records)
	require.Equal(t, map[string]int{"malformed": 1, "too_large": 1}, status.Quarantine)
	require.Equal(t, map[string]int{"EMAIL": records}, status.Findings)
	_, metrics := get(t, url+"/metrics")
	require.Contains(t, metrics, "tacet_consumer_lag_seconds")
	stop()
	require.NoError(t, <-ended)
	for _, seen := range []string{log.String(), metrics} {
		require.NotContains(t, seen, "@example.com")
	}
	for line := range strings.SplitSeq(strings.TrimSpace(log.String()), "\n") {
		require.True(t, json.Valid([]byte(line)), line)
	}

	// A higher limit lets the long record through; the broken one stays.
	c, err = parseConfig([]byte(strings.Replace(text, "1KiB", "1MiB", 1)), name)
	require.NoError(t, err)
	log = syncBuffer{}
	err = replay(t.Context(), c, nil, io.Discard, &log)
	require.EqualError(t, err, "1 entries stay in quarantine", log.String())
	require.Contains(t, log.String(), "tacet: 1 of 2 entries brought back\n")
	all := cluster.ConsumeAll(t, out, records+1, time.Minute)
	last := all[0]
	for _, m := range all {
		if len(m.Value) > len(last.Value) {
			last = m
		}
		require.NotContains(t, string(m.Value), "@example.com")
	}
	require.Contains(t, string(last.Value), "[EMAIL_1] and so on")
	again, err := filepath.Glob(filepath.Join(dir, "files", "replay-*", "*", "*"))
	require.NoError(t, err)
	require.Len(t, again, 1, "files of a replay stand apart from those of the run")
	err = replay(t.Context(), c, nil, io.Discard, &log)
	require.EqualError(t, err, "1 entries stay in quarantine", "what was brought back is not there any more")

	var report bytes.Buffer
	p, err := build(c, io.Discard, newLogger(io.Discard, "error"))
	require.NoError(t, err)
	require.NoError(t, checkConnections(t.Context(), c, p, &report))
	require.NoError(t, p.close())
	require.Regexp(t, "^\nbrokers: ok\ntopic "+in+": ok\nsink main: ok\nsink files: ok\nquarantine: ok\nsettings of topic "+out+", of sink main: .*\n"+
		"topic "+in+": raw records are kept for .*\n$", report.String())
}

// freeAddress is one that nobody listens on. Somebody else may take it before we do; the test then fails and says so.
// keptTopic is one that keeps records no longer than the default policy lets it, whatever the broker's default is.
func keptTopic(t *testing.T, c *kafkatest.Cluster, prefix string, partitions int) string {
	name := kafkatest.Name(prefix)
	c.CreateTopicNamed(t, name, partitions, kafka.ConfigEntry{ConfigName: "retention.ms", ConfigValue: "604800000"},
		kafka.ConfigEntry{ConfigName: "segment.ms", ConfigValue: "86400000"})
	return name
}

func freeAddress(t *testing.T) string {
	for range 100 { // below the ports that systems give by themselves, to other tests and their connections
		address := fmt.Sprint("127.0.0.1:", 20_000+rand.IntN(12_000))
		if l, err := net.Listen("tcp", address); err == nil {
			require.NoError(t, l.Close())
			return address
		}
	}
	t.Fatal("no port is free")
	return ""
}

func TestUntilSignal(t *testing.T) {
	var said syncBuffer
	self, err := os.FindProcess(os.Getpid())
	require.NoError(t, err)
	started := make(chan struct{})
	err = untilSignal(t.Context(), &said, func(ctx context.Context) error {
		require.NoError(t, self.Signal(syscall.SIGTERM))
		<-ctx.Done()
		return errors.New("orderly")
	})
	require.EqualError(t, err, "orderly")
	require.Contains(t, said.String(), "a second signal ends at once")

	hung := make(chan struct{})
	defer close(hung)
	err = untilSignal(t.Context(), &said, func(ctx context.Context) error {
		close(started)
		require.NoError(t, self.Signal(syscall.SIGTERM))
		<-ctx.Done()
		require.NoError(t, self.Signal(syscall.SIGINT))
		<-hung
		return nil
	})
	<-started
	require.ErrorContains(t, err, "second signal")

	err = unlessSignal(t.Context(), func(context.Context) error {
		require.NoError(t, self.Signal(syscall.SIGINT))
		<-hung
		return nil
	})
	require.EqualError(t, err, "ended by signal: interrupt")
}
