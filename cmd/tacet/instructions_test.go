package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/segmentio/kafka-go"
	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/pipeline/source/kafkatest"
)

// counsel is where tenants' instructions are kept in a test.
type counsel struct {
	t   *testing.T
	dir string
}

func newCounsel(t *testing.T) *counsel {
	c := &counsel{t: t, dir: t.TempDir()}
	require.NoError(t, os.Mkdir(c.path("signed"), 0o700))
	c.give("keys", c.key("acme")+c.key("bolt"))
	return c
}

func (c *counsel) path(name string) string { return filepath.Join(c.dir, name) }

func (c *counsel) give(name, text string) {
	c.t.Helper()
	require.NoError(c.t, os.WriteFile(c.path(name), []byte(text), 0o600))
}

// tacet runs a command and gives what it prints, and an error's text.
func (c *counsel) tacet(args ...string) (out, failed string) {
	c.t.Helper()
	var b, e bytes.Buffer
	if execute(c.t.Context(), args, strings.NewReader(""), &b, &e) != exitDone {
		require.NotEmpty(c.t, e.String())
		return b.String(), e.String()
	}
	return b.String(), ""
}

func (c *counsel) must(args ...string) string {
	c.t.Helper()
	out, failed := c.tacet(args...)
	require.Empty(c.t, failed)
	return out
}

// key makes the key of a tenant and gives the line of a file of keys.
func (c *counsel) key(tenant string) string {
	c.t.Helper()
	return c.must("audit", "keygen", "--name", tenant, c.path(tenant+".key"))
}

// sign puts a signed instruction into a file and gives its name.
func (c *counsel) sign(file, tenant string, version int, from string, more ...string) string {
	c.t.Helper()
	c.give("text", fmt.Sprintf("tenant: %s\nversion: %d\nfrom: %s\n%s\n", tenant, version, from, strings.Join(more, "\n")))
	c.give(file, c.must("instruction", "sign", "--key", c.path(tenant+".key"), c.path("text")))
	return c.path(file)
}

func (c *counsel) open(log *slog.Logger) (*instructions, error) {
	return newInstructions(config{Instructions: instructionsConfig{Directory: path(c.path("signed")), Keys: path(c.path("keys")), Witness: path(c.path("witness"))}}, nil, log)
}

// metric reads the first of a name whose label, if any, has a value.
func metric(t *testing.T, g prometheus.Gatherer, name, label string) float64 {
	t.Helper()
	all, err := g.Gather()
	require.NoError(t, err)
	for _, f := range all {
		for _, m := range f.GetMetric() {
			if f.GetName() == name && (label == "" || m.GetLabel()[0].GetValue() == label) {
				return m.GetCounter().GetValue() + m.GetGauge().GetValue()
			}
		}
	}
	require.Fail(t, "no such metric", name+" "+label)
	return 0
}

// A directory that changes is taken whole or not at all.
func TestInstructionsDirectory(t *testing.T) {
	c := newCounsel(t)
	now := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	c.sign("signed/acme-1.signed", "acme", 1, "2026-01-01")
	c.give("signed/README", "not looked at")
	s, err := c.open(slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	registry := prometheus.NewRegistry()
	s.measure(registry)
	refused := func(reason string, want int) {
		t.Helper()
		require.Equal(t, want, int(metric(t, registry, "tacet_instructions_refused_total", reason)), reason)
	}
	f := func(changed bool, fails string, version int) {
		t.Helper()
		got, err := s.look()
		require.Equal(t, changed, got)
		if fails == "" {
			require.NoError(t, err)
		} else {
			require.ErrorContains(t, err, fails)
			got, err = s.look()
			require.NoError(t, err, "it is said once")
			require.False(t, got)
		}
		require.Equal(t, version, s.table.At([]byte("acme"), now).Version)
	}
	f(false, "", 1)
	c.sign("signed/acme-2.signed", "acme", 2, "2026-02-01", "text: short")
	f(true, "", 2)
	c.sign("signed/acme-3.signed", "acme", 3, "2026-03-01")
	c.give("signed/bolt.signed", "tenant: bolt")
	f(false, "verify instruction "+c.path("signed/bolt.signed")+": not a signed instruction", 2)
	refused("unreadable", 1)
	require.NoError(t, os.Remove(c.path("signed/bolt.signed")))
	f(true, "", 3)
	require.NoError(t, os.Remove(c.path("signed/acme-2.signed")))
	f(false, "version 2: was there and is gone", 3)
	refused("rollback", 1)
	refused("gap", 1)
	c.sign("signed/acme-2.signed", "acme", 2, "2026-02-01", "text: long")
	f(false, "version 2: differs from the instruction", 3)
	refused("fork", 1)
	c.sign("signed/acme-2.signed", "acme", 2, "2026-02-01", "text: short")
	f(true, "", 3)

	// A tenant is let in by its key.
	key := c.key("coil")
	c.sign("signed/coil-1.signed", "coil", 1, "2026-01-01")
	f(false, "coil-1.signed: no signature of a known key", 3)
	c.give("keys", string(must(os.ReadFile(c.path("keys"))))+key)
	f(true, "", 3)
	require.NotNil(t, s.table.At([]byte("coil"), now))
	require.Equal(t, 2, int(metric(t, registry, "tacet_instructed_tenants", "")))
	c.give("keys", "PRIVATE+KEY+acme+1+x")
	f(false, "keys:1: is no public key", 3)
}

// Instructions that are older than what was seen before are refused at a start, whoever signed them.
func TestInstructionsWitness(t *testing.T) {
	c := newCounsel(t)
	log := slog.New(slog.DiscardHandler)
	c.sign("signed/acme-1.signed", "acme", 1, "2026-01-01", "text: short")
	c.sign("signed/acme-2.signed", "acme", 2, "2026-02-01")
	start := func() error {
		s, err := c.open(log)
		if err != nil {
			return err
		}
		ctx, cancel := context.WithCancel(t.Context())
		return s.run(ctx, cancel)
	}
	require.NoError(t, start())
	require.NoError(t, start())
	withdrawal := must(os.ReadFile(c.path("signed/acme-2.signed")))
	require.NoError(t, os.Remove(c.path("signed/acme-2.signed")))
	require.ErrorContains(t, start(), "instruction of tenant acme, version 2: was there and is gone")
	c.sign("signed/acme-2.signed", "acme", 2, "2026-02-01", "text: long")
	require.ErrorContains(t, start(), "instruction of tenant acme, version 2: differs")
	c.give("signed/acme-2.signed", string(withdrawal))
	c.sign("signed/bolt-1.signed", "bolt", 1, "2026-01-01")
	require.NoError(t, start())

	// What another process has seen since is not forgotten.
	s, err := c.open(log)
	require.NoError(t, err)
	c.sign("signed/acme-3.signed", "acme", 3, "2026-03-01")
	require.NoError(t, start())
	require.NoError(t, s.remember())
	require.NoError(t, os.Remove(c.path("signed/acme-3.signed")))
	require.ErrorContains(t, start(), "version 3: was there and is gone")

	c.give("witness", "{")
	require.ErrorContains(t, start(), "witness is damaged")
	left, err := filepath.Glob(c.path(".witness*"))
	require.NoError(t, err)
	require.Empty(t, left, "no temporary file stays")
}

const counselConfig = `
kafka: {brokers: ["%[1]s"]}
source: {group: %[2]s, topics: [{name: %[3]s, category: transcript}], commit_interval: 100ms, session_timeout: 6s, rebalance_timeout: 6s, drain_timeout: 2s, heartbeat: 300ms}
instructions: {topic: %[5]s, keys: keys, witness: witness}
pseudonym: {insecure_dev_keys: true}
sinks: [{name: analytics, type: kafka, topic: %[4]s}]
quarantine: {directory: dead}
admin: {listen: ""}
`

// said is a turn of a call at a time.
func said(at time.Time, tenant, text string) kafka.Message {
	return kafka.Message{Key: []byte(tenant), Time: at, Value: fmt.Appendf(nil, `{"tenant_id":%q,"call_id":%q,"turn":1,"text":%q}`, tenant, tenant, text)}
}

// Instructions that come on a topic while the pipeline runs hold from the record on that they begin with; what can't be read in place of
// one leaves its tenant without, and what was signed once can't be taken back by who can write to the topic.
func TestInstructionsTopic(t *testing.T) {
	if testing.Short() {
		t.Skip("waits for consumer groups")
	}
	c, cluster := newCounsel(t), kafkatest.Start(t)
	calls, out, topic := kafkatest.Name("calls"), kafkatest.Name("redacted"), kafkatest.Name("instructions")
	compact := kafka.ConfigEntry{ConfigName: "cleanup.policy", ConfigValue: "compact"}
	cluster.CreateTopicNamed(t, calls, 1, boundedRetention()) // the records are older than a broker's default keeps
	cluster.CreateTopicNamed(t, out, 1, kafka.ConfigEntry{ConfigName: "retention.ms", ConfigValue: "7776000000"})
	cluster.CreateTopicNamed(t, topic, 1, compact)
	write := func(topic string) string {
		c.give("tacet.yaml", fmt.Sprintf(counselConfig, strings.Join(cluster.Addrs(), `", "`), kafkatest.Name("group"), calls, out, topic))
		return c.path("tacet.yaml")
	}
	file := write(topic)
	publish := func(fails string, files ...string) {
		t.Helper()
		_, failed := c.tacet(append([]string{"instruction", "publish", "--config", file}, files...)...)
		if fails == "" {
			require.Empty(t, failed)
		} else {
			require.Contains(t, failed, fails)
		}
	}
	one, two := c.sign("1", "acme", 1, "2026-01-01", "text: short"), c.sign("2", "acme", 2, "2026-03-01")
	publish("an earlier version is missing: 1", two)
	publish("", one, two)
	publish("", one) // again: nothing changes
	publish("version 2: differs from the instruction", c.sign("fork", "acme", 2, "2026-03-01", "text: long"))
	require.Contains(t, c.must("instruction", "list", "--config", file), "acme    2        2026-03-01T00:00:00Z  true")
	require.Contains(t, c.must("check", "--connect", "--config", file), "topic of instructions: ok")

	run := func() (stop func() (string, error)) {
		conf, err := loadConfig(file)
		require.NoError(t, err)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		var log syncBuffer
		go func() { ended <- runPipeline(ctx, conf, false, io.Discard, &log) }()
		return func() (string, error) {
			cancel()
			err := <-ended
			return log.String(), err
		}
	}
	february, march, april := time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)
	read := 0
	texts := func(n int) (all []string) { // of the next n records that leave
		t.Helper()
		for _, m := range cluster.ConsumeAll(t, out, read+n, time.Minute)[read:] {
			var v struct {
				Tenant string `json:"tenant_id"`
				Text   string
			}
			require.NoError(t, json.Unmarshal(m.Value, &v))
			all = append(all, v.Tenant+":"+v.Text)
			read++
		}
		return all
	}
	stop := run()
	cluster.Produce(t, calls, []kafka.Message{said(february, "acme", "a"), said(march, "acme", "b"), said(march.Add(-time.Millisecond), "acme", "c"), said(april, "bolt", "d")})
	require.Equal(t, []string{"acme:a", "acme:", "acme:c", "bolt:"}, texts(4))

	publish("", c.sign("3", "acme", 3, "2026-04-01", "text: short"), c.sign("bolt", "bolt", 1, "2026-04-01", "text: short"))
	require.Eventually(t, func() bool { // it is heard of a moment later
		cluster.Produce(t, calls, []kafka.Message{said(april, "bolt", "e")})
		return texts(1)[0] == "bolt:e"
	}, time.Minute, 50*time.Millisecond)
	cluster.Produce(t, calls, []kafka.Message{said(april, "acme", "f"), said(april.Add(-time.Millisecond), "acme", "g")})
	require.Equal(t, []string{"acme:f", "acme:"}, texts(2))

	// Somebody writes to the topic without a key: in place of a version that is known, and of one that is not.
	cluster.Produce(t, topic, []kafka.Message{{Key: []byte("acme/3"), Value: []byte("x")}, {Key: []byte("acme/3")}, {Key: []byte("bolt/2"), Value: []byte("x")}})
	require.Eventually(t, func() bool {
		cluster.Produce(t, calls, []kafka.Message{said(april, "bolt", "h")})
		return texts(1)[0] == "bolt:"
	}, time.Minute, 50*time.Millisecond)
	cluster.Produce(t, calls, []kafka.Message{said(april, "acme", "i")})
	require.Equal(t, []string{"acme:i"}, texts(1))
	log, err := stop()
	require.NoError(t, err)
	require.Contains(t, log, "instruction of tenant bolt, version 2: can't be read: verify instruction offset")
	require.Contains(t, log, "instruction of tenant acme, version 3: was there and is gone")

	// A topic that lost a version, or was made anew, is refused by who has seen it.
	lost := kafkatest.Name("instructions")
	cluster.CreateTopicNamed(t, lost, 1, compact)
	file = write(lost)
	_, failed := c.tacet("instruction", "list", "--config", file)
	require.Contains(t, failed, "instruction of tenant acme, version 1: was there and is gone")
	conf, err := loadConfig(file)
	require.NoError(t, err)
	require.ErrorContains(t, runPipeline(t.Context(), conf, false, io.Discard, io.Discard), "version 1: was there and is gone")
}
