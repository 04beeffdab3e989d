package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/segmentio/kafka-go"
	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/pipeline/audit"
	"github.com/sonexlabs/tacet/pipeline/source/kafkatest"
)

// audited is a command of the scripts: "audited DIR KEY WITNESS" makes a log of 20 entries, signed by the key, with its last checkpoint
// in the witness. "audited DIR KEY WITNESS tenants" adds entries that name tenants.
func audited(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 && len(args) != 4 {
		ts.Fatalf("usage: audited DIR KEY WITNESS [tenants]")
	}
	text, err := os.ReadFile(ts.MkAbs(args[1]))
	ts.Check(err)
	c := audit.DefaultConfig()
	c.Dir = ts.MkAbs(args[0])
	c.Key, err = audit.ParseKey(text)
	ts.Check(err)
	c.Publish = audit.WitnessFile(ts.MkAbs(args[2]))
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	c.Now = func() time.Time { at = at.Add(time.Minute); return at }
	l, err := audit.Open(c)
	ts.Check(err)
	for i := range 18 {
		_, err := l.Append(audit.Entry{Actor: "pipeline", Action: "batch", Range: &audit.Range{Topic: "calls", First: int64(i), Next: int64(i + 1)},
			Counts: []audit.Count{{Name: "in", N: 1}}})
		ts.Check(err)
	}
	_, err = l.Append(audit.Entry{Actor: "ops\x1b[2J", Action: "key.rotate", Tenant: "acme", Object: []audit.Attr{{Name: "mode", Value: "break"}}})
	ts.Check(err)
	for i := range 3 * (len(args) - 3) {
		_, err = l.Append(audit.Entry{Actor: "pipeline", Action: "batch", Policy: "kkkkllllmmmmnnnn", Range: &audit.Range{Topic: "calls", Partition: 1, First: int64(i) * 10, Next: int64(i)*10 + 10},
			Object: []audit.Attr{{Name: "format", Value: "2"}, {Name: "category", Value: "transcript"}, {Name: "sink.0", Value: "warehouse"}, {Name: "sink.1", Value: "models"},
				{Name: "tenant/acme", Value: fmt.Sprintf("in=6 dead=1 out=5,0 keys=%d", i+1)}, {Name: "tenant/bolt", Value: "in=4 out=4,4"}},
			Counts: []audit.Count{{Name: "in", N: 10}, {Name: "out", N: 9}, {Name: "dead", N: 1}, {Name: "PHONE/token", N: 3}}})
		ts.Check(err)
	}
	ts.Check(l.Close())
}

// A run with an audit log: every offset that is committed has its entry, no value is in it, and an older copy is noticed by the topic.
func TestRunWithAuditLog(t *testing.T) {
	if testing.Short() {
		t.Skip("waits for a consumer group")
	}
	cluster := kafkatest.Start(t)
	in, out, checkpoints := cluster.CreateTopic(t, "calls", 2), cluster.CreateTopic(t, "redacted", 2), cluster.CreateTopic(t, "checkpoints", 1)
	group := kafkatest.Name("audit")
	const records = 60
	var messages []kafka.Message
	for i := range records {
		messages = append(messages, kafka.Message{Key: fmt.Append(nil, "call-", i%7), Value: fmt.Appendf(nil,
			`{"tenant_id":"acme","call_id":"call-%d","turn":%d,"text":"my mail is ada@example.com"}`, i%7, i)})
	}
	messages[3].Value = messages[3].Value[:30] // for quarantine
	cluster.Produce(t, in, messages)

	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "key"), []byte(must(audit.GenerateKey("audit.example"))), 0o600))
	text := fmt.Sprintf(`
kafka: {brokers: ["%s"]}
source: {group: %q, topics: [{name: %q, category: transcript}], commit_interval: 100ms}
pseudonym: {insecure_dev_keys: true}
instructions: {unasked: true}
sinks: [{name: main, type: kafka, topic: %q}]
quarantine: {directory: dead}
audit: {directory: audit, key: "file:key", topic: %q, witness: witness}
admin: {listen: ""}
`, strings.Join(cluster.Addrs(), `", "`), group, in, out, checkpoints)
	name := filepath.Join(dir, "tacet.yaml")
	require.NoError(t, os.WriteFile(name, []byte(text), 0o600))
	c, err := loadConfig(name)
	require.NoError(t, err)
	run := func(total int64) {
		t.Helper()
		var log syncBuffer
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- runPipeline(ctx, c, false, io.Discard, &log) }()
		require.Eventually(t, func() bool {
			done := int64(0)
			for _, o := range cluster.Committed(t, group, in) {
				done += o
			}
			return done == total
		}, time.Minute, 50*time.Millisecond)
		stop()
		require.NoError(t, <-ended, log.String())
		require.NotContains(t, log.String(), "witness can't be read")
	}
	run(records)
	older := filepath.Join(dir, "older")
	require.NoError(t, os.CopyFS(older, os.DirFS(filepath.Join(dir, "audit"))))

	covered := map[int32]int64{}
	actions := map[string]int{}
	totals := map[string]int64{}
	require.NoError(t, audit.Read(filepath.Join(dir, "audit"), 0, func(e audit.Entry) error {
		actions[e.Action]++
		if e.Range == nil {
			return nil
		}
		require.Equal(t, covered[e.Range.Partition], e.Range.First, "entries of a partition follow each other")
		require.NotEmpty(t, e.Policy)
		covered[e.Range.Partition] = e.Range.Next
		for _, n := range e.Counts {
			totals[n.Name] += n.N
		}
		return nil
	}))
	for p, o := range cluster.Committed(t, group, in) {
		require.Equal(t, o, covered[int32(p)])
	}
	require.Equal(t, 1, actions["start"])
	require.Equal(t, 1, actions["stop"])
	require.Equal(t, int64(records), totals["in"])
	require.Equal(t, int64(records-1), totals["out"])
	require.Equal(t, int64(1), totals["dead"])
	files, err := filepath.Glob(filepath.Join(dir, "audit", "*"))
	require.NoError(t, err)
	for _, f := range files {
		b, err := os.ReadFile(f)
		require.NoError(t, err)
		for _, value := range []string{"ada@", "@example.com", "call-"} {
			require.NotContains(t, string(b), value, f)
		}
	}

	tacet := func(args ...string) (code int, out, errOut string) {
		var o, e bytes.Buffer
		code = execute(t.Context(), args, nil, &o, &e)
		return code, o.String(), e.String()
	}
	code, said, errOut := tacet("audit", "verify", "--config", name)
	require.Zero(t, code, errOut)
	require.Regexp(t, `result +whole`, said)

	// Once more, then the log of the first run is put in place.
	cluster.Produce(t, in, messages[:1])
	run(records + 1)
	require.NoError(t, os.RemoveAll(filepath.Join(dir, "audit")))
	require.NoError(t, os.CopyFS(filepath.Join(dir, "audit"), os.DirFS(older)))
	require.NoError(t, os.Remove(filepath.Join(dir, "witness"))) // the topic alone knows
	code, said, errOut = tacet("audit", "verify", "--directory", filepath.Join(dir, "audit"), "--config", name)
	require.Equal(t, exitFailed, code)
	require.Contains(t, errOut, "read witness")
	require.Empty(t, said)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "witness"), nil, 0o600))
	code, said, errOut = tacet("audit", "verify", "--config", name)
	require.Equal(t, exitFailed, code)
	require.Contains(t, errOut, "rolled back")
	require.Contains(t, said, "problem")
	err = runPipeline(t.Context(), c, false, io.Discard, io.Discard)
	require.ErrorIs(t, err, audit.ErrRolledBack)
}

// Every message a person can get from the commands, by what was asked.
func TestAuditUsage(t *testing.T) {
	for want, args := range map[string]string{
		"no command: verify, show or keygen": "audit",
		`unknown command "verfy"`:            "audit verfy",
		"name one file":                      "audit keygen",
		"name the log":                       "audit verify",
		"no key: give the public one":        "audit verify --directory x",
		`"yesterday" is not a time`:          "audit show --directory x --since yesterday",
		`"tomorrow" is not a time`:           "audit show --directory x --until tomorrow",
		`"[" is not a pattern`:               "audit show --directory x --action [",
	} {
		var errOut bytes.Buffer
		require.Equal(t, exitUsage, execute(t.Context(), strings.Fields(args), nil, io.Discard, &errOut), args)
		require.Contains(t, errOut.String(), want)
	}
}

// TestLogsThatAreGone takes logs away whole and puts one in the place of another. Each is as it was written in itself; only the witness and the
// name tell.
func TestLogsThatAreGone(t *testing.T) {
	for _, f := range []struct {
		what, say string
		attack    func(dir string)
	}{
		{"nothing", "", func(string) {}},
		{"the log of run is deleted", "log run: entries 0 to", func(dir string) { empty(t, dir) }},
		{"that of keys is deleted", "log keys: entries 0 to", func(dir string) { require.NoError(t, os.RemoveAll(filepath.Join(dir, auditOfKeys))) }},
		{"that of keys is in the place of run's", "log run: entry 0: not signed: checkpoints, byte 0: a checkpoint is another log's", func(dir string) {
			empty(t, dir)
			for _, name := range must(filepath.Glob(filepath.Join(dir, auditOfKeys, "*"))) {
				require.NoError(t, os.WriteFile(filepath.Join(dir, filepath.Base(name)), must(os.ReadFile(name)), 0o600))
			}
		}},
		{"another folder is there", "", func(dir string) {
			require.NoError(t, os.Rename(filepath.Join(dir, auditOfKeys), filepath.Join(dir, "..", "keys.of.before")))
			require.NoError(t, os.CopyFS(filepath.Join(dir, "old"), os.DirFS(filepath.Join(dir, "..", "keys.of.before"))))
			require.NoError(t, os.Rename(filepath.Join(dir, "..", "keys.of.before"), filepath.Join(dir, auditOfKeys)))
		}},
	} {
		dir, c := estateOfEvidence(t)
		f.attack(string(c.Audit.Directory))
		config := filepath.Join(dir, "tacet.yaml")
		for name, args := range map[string][]string{
			"breach-scope": {"--sink", "warehouse"},
			"evidence":     {"--out", filepath.Join(dir, "report")},
		} {
			var out, errOut bytes.Buffer
			code := execute(t.Context(), append([]string{name, "--config", config}, args...), nil, &out, &errOut)
			require.Equal(t, f.say == "", code == exitDone, "%s, %s: %s", f.what, name, errOut.String())
			require.Contains(t, errOut.String(), f.say, "%s, %s", f.what, name)
		}
		var out, errOut bytes.Buffer
		code := execute(t.Context(), []string{"audit", "verify", "--config", config}, nil, &out, &errOut)
		require.Equal(t, !strings.Contains(f.say, "log run"), code == exitDone, "%s: %s", f.what, errOut.String())
	}
}

// empty deletes the files of a folder.
func empty(t *testing.T, dir string) {
	for _, name := range must(filepath.Glob(filepath.Join(dir, "*"))) {
		if must(os.Stat(name)).Mode().IsRegular() {
			require.NoError(t, os.Remove(name))
		}
	}
}

// A witness that knows the log of a command says nothing of the one of run, which hasn't begun.
func TestVerifyBeforeTheFirstRun(t *testing.T) {
	_, c := estateOfEvidence(t)
	dir := string(c.Audit.Directory)
	keys := must(os.ReadFile(filepath.Join(dir, auditOfKeys, "checkpoints")))
	require.NoError(t, os.WriteFile(string(c.Audit.Witness), keys, 0o600))
	empty(t, dir)
	var out, errOut bytes.Buffer
	require.Equal(t, exitFailed, execute(t.Context(), []string{"audit", "verify", "--config", filepath.Join(dir, "..", "tacet.yaml")}, nil, &out, &errOut))
	require.Contains(t, errOut.String(), "there is no entry")
	require.NotContains(t, errOut.String(), "rolled back")
}
