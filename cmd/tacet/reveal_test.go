package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/segmentio/kafka-go"
	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/detectors"
	"github.com/sonexlabs/tacet/pipeline"
	"github.com/sonexlabs/tacet/pipeline/audit"
	"github.com/sonexlabs/tacet/pipeline/policy"
	"github.com/sonexlabs/tacet/pipeline/reveal"
	"github.com/sonexlabs/tacet/pipeline/source/kafkatest"
	"github.com/sonexlabs/tacet/sinks/file"
)

// sealedRecords are the capsules of two calls, by record.
func sealedRecords(public []byte) (records []string, capsules [][]byte, err error) {
	s := reveal.NewSealer(func(string) ([]byte, error) { return public, nil }, time.Now)
	for i, values := range []string{"PHONE 07700 900123", "EMAIL zoe@example.com", "PHONE 07700 900456"} {
		typ, value, _ := strings.Cut(values, " ")
		record := fmt.Sprintf("call-%d calls/0/%d", i/2+1, i)
		capsule, err := s.Append(nil, []byte("acme"), []byte(record), []reveal.Item{{Name: "[" + typ + "_1]", Type: typ, Value: []byte(value)}})
		if err != nil {
			return nil, nil, err
		}
		records, capsules = append(records, record), append(capsules, capsule)
	}
	return records, capsules, nil
}

// sealed is a command of the scripts: "sealed PUBLIC DIR" writes capsules to a public key as a file sink does.
func sealed(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: sealed PUBLIC DIR")
	}
	_, capsules, err := sealedRecords([]byte(ts.ReadFile(args[0])))
	ts.Check(err)
	cfg := file.DefaultConfig()
	cfg.Dir = ts.MkAbs(args[1])
	sink, err := file.New(cfg)
	ts.Check(err)
	lane := pipeline.LaneID{Topic: "calls"}
	w, err := sink.Open(lane, 0)
	ts.Check(err)
	batch := &pipeline.Batch{Lane: lane, Next: int64(len(capsules)) + 1}
	for i, c := range capsules {
		batch.Outputs = append(batch.Outputs, pipeline.Output{Offset: int64(i), Value: c})
	}
	batch.Outputs = append(batch.Outputs, pipeline.Output{Offset: int64(len(capsules))}) // a tombstone
	_, err = w.Write(context.Background(), batch)
	ts.Check(err)
	_, err = w.Flush(context.Background())
	ts.Check(err)
	ts.Check(sink.Close())
}

// oldLimits are limits whose buckets have had time to fill.
const oldLimits = `{"version": 1, "created": "2020-01-01T00:00:00Z", "clock": "2020-01-01T00:00:00Z", "buckets": {}, "days": {}}`

// revealDesk is a desk with its people. Alice approves, Bob asks.
type revealDesk struct {
	t      *testing.T
	dir    string
	public []byte
	bob    string
}

func newRevealDesk(t *testing.T, kafka string) *revealDesk {
	t.Helper()
	d := &revealDesk{t: t, dir: t.TempDir()}
	require.NoError(t, os.Mkdir(d.path("limits"), 0o700))
	key, err := audit.GenerateKey("desk")
	require.NoError(t, err)
	d.public = []byte(d.run("reveal", "keygen", "--tenant", "acme", "--out", d.path("acme.key")))
	alice := d.run("reveal", "keygen", "--person", "alice", "--out", d.path("alice.key"))
	d.bob = strings.TrimSpace(d.run("reveal", "keygen", "--person", "bob", "--out", d.path("bob.key")))
	for name, text := range map[string]string{
		"limits/limits.json": oldLimits, "audit.key": key, "approvers": strings.TrimSpace(alice) + " acme\n", "requesters": d.bob + " *\n",
		"desk.yaml": "approvers: approvers\nrequesters: requesters\naudit: {directory: audit, key: file:audit.key, witness: witness}\n" +
			"limits: {directory: limits}\n" + kafka,
	} {
		require.NoError(t, os.WriteFile(d.path(name), []byte(text), 0o600))
	}
	return d
}

func (d *revealDesk) path(name string) string { return filepath.Join(d.dir, name) }

// run runs the program and gives its standard output.
func (d *revealDesk) run(args ...string) string {
	d.t.Helper()
	var out, errOut bytes.Buffer
	require.Equal(d.t, exitDone, execute(d.t.Context(), args, nil, &out, &errOut), "%s", errOut.String())
	return out.String()
}

// grant has Alice sign for Bob, and gives the file's name.
func (d *revealDesk) grant(name string, flags ...string) string {
	d.t.Helper()
	args := append([]string{"reveal", "grant", "--as", d.path("alice.key"), "--requester", d.bob, "--tenant", "acme", "--purpose", "fraud", "--ticket", "INC-42"}, flags...)
	require.NoError(d.t, os.WriteFile(d.path(name), []byte(d.run(args...)), 0o600))
	return d.path(name)
}

func (d *revealDesk) openArgs(grant string, flags ...string) []string {
	return append([]string{"reveal", "open", "--desk", d.path("desk.yaml"), "--as", d.path("bob.key"), "--key", d.path("acme.key"), "--grant", grant}, flags...)
}

// entries are the actions in the audit log.
func (d *revealDesk) entries() (actions []string) {
	d.t.Helper()
	require.NoError(d.t, audit.Read(d.path("audit"), 0, func(e audit.Entry) error {
		if strings.HasPrefix(e.Action, "reveal.") || strings.HasPrefix(e.Action, "export.") {
			actions = append(actions, e.Action)
		}
		return nil
	}))
	return actions
}

// watched calls f at the first write.
type watched struct {
	bytes.Buffer
	f func()
}

func (w *watched) Write(b []byte) (int, error) {
	if w.Len() == 0 {
		w.f()
	}
	return w.Buffer.Write(b)
}

func TestRevealFromATopic(t *testing.T) {
	cluster := kafkatest.Start(t)
	topic := cluster.CreateTopic(t, "capsules", 2)
	d := newRevealDesk(t, "kafka: {brokers: ['"+strings.Join(cluster.Addrs(), "', '")+"']}\n")
	records, capsules, err := sealedRecords(d.public)
	require.NoError(t, err)
	for i, c := range capsules {
		cluster.Produce(t, topic, []kafka.Message{{Key: []byte(strings.Replace(records[i], " ", "/", 1)), Value: c}})
	}
	grant := d.grant("grant", "--type", "PHONE,EMAIL", "--call", "call-1", "--call", "call-2")
	open := d.openArgs(grant, "--from", "topic:"+topic)

	var out watched
	out.f = func() {
		require.Equal(t, []string{reveal.ActionOpen}, d.entries(), "the entry is on disk before the first byte of the answer")
	}
	var errOut bytes.Buffer
	require.Equal(t, exitDone, execute(t.Context(), open, nil, &out, &errOut), "%s", errOut.String())
	require.ElementsMatch(t, []string{
		`{"call":"call-1","record":"call-1 calls/0/0","name":"[PHONE_1]","type":"PHONE","value":"07700 900123"}`,
		`{"call":"call-1","record":"call-1 calls/0/1","name":"[EMAIL_1]","type":"EMAIL","value":"zoe@example.com"}`,
		`{"call":"call-2","record":"call-2 calls/0/2","name":"[PHONE_1]","type":"PHONE","value":"07700 900456"}`,
	}, strings.Split(strings.TrimSpace(out.String()), "\n"))
	require.NotContains(t, errOut.String(), "900")

	cluster.Produce(t, topic, []kafka.Message{{Key: []byte("call-1/calls/0/0")}}) // a tombstone
	got := d.run(open...)
	require.NotContains(t, got, "900123")
	require.Contains(t, got, "zoe@example.com")
	require.Contains(t, got, "07700 900456")

	// The log is whole, and what it says names no value.
	verifier, err := audit.ParseKey(must(os.ReadFile(d.path("audit.key"))))
	require.NoError(t, err)
	v, err := audit.ParseVerifier(verifier.Verifier())
	require.NoError(t, err)
	report, err := audit.Verify(d.path("audit"), audit.Options{Verifier: v, Witness: bytes.NewReader(must(os.ReadFile(d.path("witness"))))})
	require.NoError(t, err)
	require.Empty(t, report.Problems)
	require.NoError(t, audit.Read(d.path("audit"), 0, func(e audit.Entry) error {
		line := string(e.AppendJSON(nil))
		require.NotContains(t, line, "900123") // three digits of it stand in a signature now and then
		require.NotContains(t, line, "900456")
		require.NotContains(t, line, "zoe@")
		return nil
	}))

	require.Equal(t, exitFailed, execute(t.Context(), d.openArgs(grant, "--from", "topic:none-"+topic), nil, &out, &errOut))
	require.Equal(t, []string{reveal.ActionOpen, reveal.ActionOpen, reveal.ActionRefused}, d.entries())
}

// A desk that can't write its log shows nothing.
func TestRevealWithoutItsLog(t *testing.T) {
	d := newRevealDesk(t, "")
	_, capsules, err := sealedRecords(d.public)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(d.path("capsules"), append(bytes.Join(capsules, []byte("\n")), '\n'), 0o600))
	grant := d.grant("grant", "--type", "PHONE", "--call", "call-1")
	open := d.openArgs(grant, "--from", d.path("capsules"))
	d.run(open...)
	var out, errOut bytes.Buffer
	require.NoError(t, os.WriteFile(d.path("audit.key"), []byte("nonsense"), 0o600))
	require.Equal(t, exitFailed, execute(t.Context(), open, nil, &out, &errOut))
	require.Empty(t, out.String())
	require.NotContains(t, errOut.String(), "nonsense")
}

func TestDeskFiles(t *testing.T) {
	d := newRevealDesk(t, "")
	whole := string(must(os.ReadFile(d.path("desk.yaml"))))
	_, err := loadDesk(d.path("desk.yaml"))
	require.NoError(t, err)
	f := func(want, old, text string) {
		t.Helper()
		require.Contains(t, whole, old)
		require.NoError(t, os.WriteFile(d.path("bad.yaml"), []byte(strings.Replace(whole, old, text, 1)), 0o600))
		_, err := loadDesk(d.path("bad.yaml"))
		require.ErrorContains(t, err, want)
	}
	f("bad.yaml:1: approvers: is required", "approvers: approvers\n", "")
	f("bad.yaml:1: approvers: file", "approvers: approvers", "approvers: none")
	f("bad.yaml:2: requesters: file", "requesters: requesters", "requesters: none")
	f("audit: is required", "audit: {directory: audit, key: file:audit.key, witness: witness}", "")
	f("audit.key: read secret", "audit.key", "none.key")
	f("limits.directory: file", "directory: limits", "directory: none")
	f("limits.principal.burst: too large", "directory: limits", "directory: limits, principal: {burst: 100001}")
	f("limits.tenant.per_hour: too small", "directory: limits", "directory: limits, tenant: {per_hour: 0}")
	f("unknown key", "directory: limits", "directory: limits, off: true")
	f("kafka.brokers", "limits: {directory: limits}", "limits: {directory: limits}\nkafka: {brokers: [nonsense]}")
	_, err = loadDesk("")
	require.ErrorContains(t, err, "--desk")
	_, err = loadDesk(d.path("none.yaml"))
	require.ErrorIs(t, err, os.ErrNotExist)
}

// The help shows a desk's file, which must be one.
func TestDeskInTheHelp(t *testing.T) {
	long := newRevealOpenCommand().Long
	sample := long[strings.Index(long, "  approvers:"):]
	sample = regexp.MustCompile(`(?m)^  `).ReplaceAllString(sample[:strings.Index(sample, "\n\n")], "")
	d := newRevealDesk(t, "")
	sample = strings.NewReplacer("approvers.txt", "approvers", "requesters.txt", "requesters").Replace(sample)
	require.NoError(t, os.WriteFile(d.path("help.yaml"), []byte(sample), 0o600))
	c, err := loadDesk(d.path("help.yaml"))
	require.NoError(t, err)
	l := reveal.DefaultLimits()
	l.Dir = d.path("limits")
	require.Equal(t, l, c.Limits.limits(), "the help shows the defaults")
}

// What the policy never lets be stored can't be sealed, and nothing else is kept from it.
func TestCapsulesKeepToThePolicy(t *testing.T) {
	const text = "types: {%s: alias}\n"
	for _, typ := range detectors.Types() {
		_, err := policy.Parse("test", fmt.Appendf(nil, text, typ))
		require.Error(t, err) // it lacks the rest
		require.Equal(t, strings.Contains(err.Error(), "never stored"), reveal.NeverStored(typ.String()), typ.String())
	}
}
