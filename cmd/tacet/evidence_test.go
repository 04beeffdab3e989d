package main

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"

	"github.com/sonexlabs/tacet/pipeline/audit"
)

const evidenceDir = "../../testdata/evidence"

// estateOfEvidence makes a configuration with a policy, an instruction and an audit log of an invented week.
func estateOfEvidence(t *testing.T) (dir string, c config) {
	t.Helper()
	dir = t.TempDir()
	write := func(name, text string) {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	key := must(audit.GenerateKey("audit.example"))
	write("key", key)
	private, public, err := note.GenerateKey(nil, "acme")
	require.NoError(t, err)
	signer, err := note.NewSigner(private)
	require.NoError(t, err)
	instruction := must(os.ReadFile(filepath.Join(evidenceDir, "acme-1.yaml")))
	signed, err := note.Sign(&note.Note{Text: string(instruction)}, signer)
	require.NoError(t, err)
	write("told/acme-1.signed", string(signed))
	write("keys", public+"\n")
	write("policy.yaml", string(must(os.ReadFile(filepath.Join(evidenceDir, "policy.yaml")))))
	write("tacet.yaml", `
kafka: {brokers: ["127.0.0.1:1"], region: eu}
source: {group: g, topics: [{name: calls, category: transcript}, {name: logs, category: account}]}
policy: {file: policy.yaml}
instructions: {directory: told, keys: keys}
pseudonym: {insecure_dev_keys: true}
sinks:
  - {name: warehouse, type: file, directory: out, class: analytics, region: eu}
  - {name: models, type: file, directory: models, class: training, region: uk}
quarantine: {directory: dead}
audit: {directory: audit, key: "file:key", witness: witness}
evidence: {controller: Example Ltd, contact: privacy@example.com}
`)
	c, err = loadConfig(filepath.Join(dir, "tacet.yaml"))
	require.NoError(t, err)
	p, err := loadPolicy(c.Policy)
	require.NoError(t, err)

	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	open := func(name string) *audit.Log {
		a := c.Audit.log(must(audit.ParseKey([]byte(key))))
		a.Dir, a.Publish = filepath.Join(a.Dir, name), audit.WitnessFile(string(c.Audit.Witness))
		a.Name = name
		a.Now = func() time.Time { at = at.Add(time.Minute); return at }
		return must(audit.Open(a))
	}
	run := open("")
	add := func(l *audit.Log, e audit.Entry) { must(l.Append(e)) }
	for i := range int64(6) {
		hash := p.Hash()
		if i == 0 {
			hash = "kkkkllllmmmmnnnn"
		}
		first := i * 10
		if i > 3 {
			first += 5 // two holes of five
		}
		batch := audit.Entry{Actor: "pipeline", Action: "batch", Policy: hash, Range: &audit.Range{Topic: "calls", First: first, Next: i*10 + 10},
			Counts: []audit.Count{{Name: "in", N: 10}, {Name: "out", N: 8}, {Name: "dead", N: 1}, {Name: "partial", N: 1}}}
		if i > 0 { // the first is of the older form
			class := "dead.malformed"
			if i == 5 {
				class = "dead.too_large"
			}
			batch.Counts = append(batch.Counts, audit.Count{Name: "dropped", N: 7}, audit.Count{Name: "withheld", N: 2}, audit.Count{Name: "limited", N: 1}, audit.Count{Name: class, N: 1})
			batch.Object = []audit.Attr{{Name: "format", Value: "2"}, {Name: "category", Value: "transcript"}, {Name: "sink.0", Value: "warehouse"}, {Name: "sink.1", Value: "models"},
				{Name: "tenant/acme", Value: "in=6 dead=1 out=5,2 keys=1"}, {Name: "tenant/bolt", Value: "in=4 out=3,0"}}
		}
		batch.Counts = append(batch.Counts, audit.Count{Name: "PHONE/token", N: 4})
		add(run, batch)
	}
	add(run, audit.Entry{Actor: "pipeline", Action: "degraded", Object: []audit.Attr{{Name: "lane", Value: "calls/0"}}})
	add(run, audit.Entry{Actor: "pipeline", Action: "degraded.end", Object: []audit.Attr{{Name: "lane", Value: "calls/0"}}})
	add(run, audit.Entry{Actor: "tacet", Action: "policy.override"})
	add(run, audit.Entry{Actor: "tacet", Action: "stop"})
	require.NoError(t, run.Close())
	keys := open("keys")
	add(keys, audit.Entry{Actor: "ops", Action: "key.rotate", Tenant: "acme"})
	add(keys, audit.Entry{Actor: "ops", Action: "key.rotate", Tenant: "bolt"})
	require.NoError(t, keys.Close())
	return dir, c
}

// The report of an invented week, as files. A change of it shows as a change of them.
func TestEvidenceGolden(t *testing.T) {
	dir, c := estateOfEvidence(t)
	e, err := gatherEvidence(t.Context(), c, reporting{}, time.Date(2026, 3, 8, 0, 0, 0, 0, time.UTC))
	require.NoError(t, err)
	require.Empty(t, e.Activity.Problems)
	// What changes with every build, detector or clause is not what is looked at here.
	e.Program, e.Detectors, e.Clauses = "v0", "0-0", e.Clauses[:2]
	for i := range e.Assessment.Replaced {
		if r := &e.Assessment.Replaced[i]; len(r.Types) > manyTypes {
			r.Types = r.Types[:3]
		}
	}
	out := t.TempDir()
	require.NoError(t, writeEvidence(out, e, nil))
	for _, name := range evidenceFiles {
		got := must(os.ReadFile(filepath.Join(out, name)))
		require.NotContains(t, string(got), dir, "a path of this machine")
		got = bytes.ReplaceAll(got, []byte(e.Policy), []byte("hashofthispolicy"))
		golden := filepath.Join(evidenceDir, name)
		if os.Getenv("TACET_UPDATE") != "" {
			require.NoError(t, os.WriteFile(golden, got, 0o600))
		}
		require.Equal(t, string(must(os.ReadFile(golden))), string(got), name)
	}
	page := string(must(os.ReadFile(filepath.Join(out, "evidence.html"))))
	require.NotRegexp(t, `(?i)<script|<link|<img|<iframe|url\(|@import|https?:`, page, "the page loads something")
	require.Less(t, strings.Index(page, "What was not looked at"), strings.Index(page, "What was done"))
}

// Logs of other instances and of reveal desks are in the report where they are named, and it says which were read and that others were not.
func TestEvidenceOfSeveralLogs(t *testing.T) {
	dir, c := estateOfEvidence(t)
	now := time.Date(2026, 3, 8, 0, 0, 0, 0, time.UTC)
	gather := func(more ...string) *evidence {
		e, err := gatherEvidence(t.Context(), c, reporting{more: more}, now)
		require.NoError(t, err)
		return e
	}
	others := func(name string, entries ...audit.Entry) (flag string) {
		key := must(audit.ParseKey([]byte(must(audit.GenerateKey("other.example")))))
		a := c.Audit.log(key)
		a.Dir, a.Name, a.Publish = filepath.Join(dir, name, "audit"), name, nil
		a.Now = func() time.Time { return now.Add(-time.Hour) }
		l := must(audit.Open(a))
		for _, e := range entries {
			must(l.Append(e))
		}
		require.NoError(t, l.Close())
		return a.Dir + "=" + key.Verifier()
	}
	second := others("second", audit.Entry{Actor: "pipeline", Action: "batch", Policy: "p", Range: &audit.Range{Topic: "calls", Partition: 1, First: 0, Next: 5},
		Counts: []audit.Count{{Name: "in", N: 5}, {Name: "out", N: 5}}})
	desk := others("desk", audit.Entry{Actor: "bob", Action: "export.done", Tenant: "acme"})

	alone := gather()
	require.Contains(t, strings.Join(alone.NotLookedAt, "\n"), "Other instances: each has a log of its own")
	require.Contains(t, strings.Join(alone.NotLookedAt, "\n"), "the reveal desk has a log of its own")
	both := gather(second, desk)
	require.Empty(t, both.Activity.Problems)
	require.Equal(t, alone.Activity.In+5, both.Activity.In)
	require.Len(t, both.Activity.Lanes, len(alone.Activity.Lanes)+1)
	require.Contains(t, both.Activity.Control, controlled{Action: "export.done", Tenant: "acme", N: 1, Last: now.Add(-time.Hour)})
	require.Equal(t, alone.Activity.Silences, both.Activity.Silences, "they are of the log of run")
	unlooked := strings.Join(both.NotLookedAt, "\n")
	require.Contains(t, unlooked, "read were run, keys, audit, audit (2), and what others say is not in this")
	require.Contains(t, unlooked, "No witness has seen log audit (2)")
	require.NotContains(t, unlooked, "Other instances: each")
	require.NotContains(t, unlooked, "the reveal desk has a log of its own")
	require.NotContains(t, unlooked, dir)

	dirOf, _, _ := strings.Cut(second, "=")
	require.NotEmpty(t, gather(dirOf).Activity.Problems, "under another key")
	_, err := gatherEvidence(t.Context(), c, reporting{more: []string{second, second}}, now)
	require.ErrorContains(t, err, "named twice")
	c.Audit.Directory = ""
	_, err = gatherEvidence(t.Context(), c, reporting{more: []string{second}}, now)
	require.ErrorContains(t, err, "which has none")
}

// Two reports of one time are the same bytes.
func TestEvidenceIsDeterministic(t *testing.T) {
	_, c := estateOfEvidence(t)
	var all [2]string
	for i := range all {
		e, err := gatherEvidence(t.Context(), c, reporting{}, time.Date(2026, 3, 8, 0, 0, 0, 0, time.UTC))
		require.NoError(t, err)
		out := t.TempDir()
		require.NoError(t, writeEvidence(out, e, nil))
		for _, name := range evidenceFiles {
			all[i] += string(must(os.ReadFile(filepath.Join(out, name))))
		}
	}
	require.Equal(t, all[0], all[1])
}

func TestEvidenceSaysWhatIsMissing(t *testing.T) {
	_, c := estateOfEvidence(t)
	e, err := gatherEvidence(t.Context(), c, reporting{}, time.Date(2026, 3, 8, 0, 0, 0, 0, time.UTC))
	require.NoError(t, err)
	all := strings.Join(e.NotLookedAt, "\n")
	require.Contains(t, all, "10 offsets of calls/0 between 0 and 60 have no entry")
	require.Contains(t, all, "What policy kkkkllllmmmmnnnn asked for, under which batches of 1 entries were worked off")
	require.Contains(t, all, "Records in quarantine, into which nobody has looked: 6 (malformed 4, too_large 1)")
	require.Contains(t, all, "Topic logs: no entry of the time is about it.")
	require.Contains(t, all, "Fields that the policy doesn't name, which were dropped unread: 35.")
	require.Contains(t, all, "Fields that a tenant has not let leave, which were dropped unread: 10.")
	require.Contains(t, all, "could not search within its limits, and that left as [SECRET]: 5.")
	require.Contains(t, all, "From 2026-03-01T12:11:00Z to 2026-03-08T00:00:00Z the log of run has no entry: the pipeline had ended.")
	require.Contains(t, all, "in 1 entries of the older form")
	require.Equal(t, []tenantActivity{{"acme", "transcript", 30, 5, map[string]int64{"models": 10, "warehouse": 25}},
		{"bolt", "transcript", 20, 0, map[string]int64{"models": 0, "warehouse": 15}}}, e.Activity.Of)
	require.Contains(t, all, "transcript, for analytics: fields that leave unread, because the platform fills them in: lang.")
	require.Contains(t, all, "billing: the policy has no such category")
	require.Equal(t, map[string]string{"calls/0": "1m0s"}, e.Activity.DegradedFor)
	require.Equal(t, int64(60), e.Activity.In)

	one, err := gatherEvidence(t.Context(), c, reporting{tenant: "bolt", from: time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)}, e.Made)
	require.NoError(t, err)
	require.Empty(t, one.Instructions)
	require.Empty(t, one.Activity.Control)
	require.Zero(t, one.Activity.Entries)
	require.Len(t, one.Activity.Silences, 1, "the whole of the time is one")
	require.Equal(t, one.From, one.Activity.Silences[0].From)
	one, err = gatherEvidence(t.Context(), c, reporting{tenant: "bolt"}, e.Made)
	require.NoError(t, err)
	require.Len(t, one.Activity.Of, 1)
	for _, control := range one.Activity.Control {
		require.Contains(t, []string{"", "bolt"}, control.Tenant)
	}

	c.Audit = auditConfig{}
	without, err := gatherEvidence(t.Context(), c, reporting{}, e.Made)
	require.NoError(t, err)
	require.Contains(t, without.NotLookedAt[0], "there is no audit log")
}

// A log that was tampered with is a report all the same, which says so, and a failure.
func TestEvidenceOfABrokenLog(t *testing.T) {
	dir, c := estateOfEvidence(t)
	segments := must(filepath.Glob(filepath.Join(string(c.Audit.Directory), "*")))
	flipped := false
	for _, name := range segments {
		text, err := os.ReadFile(name)
		if err != nil || !bytes.Contains(text, []byte(`"in":10`)) {
			continue
		}
		require.NoError(t, os.WriteFile(name, bytes.Replace(text, []byte(`"in":10`), []byte(`"in":90`), 1), 0o600))
		flipped = true
	}
	require.True(t, flipped)
	var out, errOut bytes.Buffer
	report := filepath.Join(dir, "report")
	require.Equal(t, exitFailed, execute(t.Context(), []string{"evidence", "--config", filepath.Join(dir, "tacet.yaml"), "--out", report}, nil, &out, &errOut))
	require.Contains(t, errOut.String(), "the audit log is not whole")
	require.Contains(t, string(must(os.ReadFile(filepath.Join(report, "evidence.md")))), "not as it was written")
}

func TestEvidenceVerify(t *testing.T) {
	dir, _ := estateOfEvidence(t)
	key := must(audit.ParseKey(must(os.ReadFile(filepath.Join(dir, "key")))))
	report := filepath.Join(dir, "report")
	f := func(want int, says string, args ...string) {
		t.Helper()
		var out, errOut bytes.Buffer
		require.Equal(t, want, execute(t.Context(), append([]string{"evidence"}, args...), nil, &out, &errOut), errOut.String())
		require.Contains(t, out.String()+errOut.String(), says)
	}
	f(exitDone, "evidence.note", "--config", filepath.Join(dir, "tacet.yaml"), "--out", report)
	f(exitDone, "as it was signed by audit.example", "verify", report, "--key", key.Verifier())
	other := must(audit.ParseKey([]byte(must(audit.GenerateKey("audit.example")))))
	f(exitFailed, "is not signed by this key", "verify", report, "--key", other.Verifier())
	f(exitUsage, "no public key", "verify", report, "--key", "nonsense")
	// Whatever byte of whichever file is changed, added or taken away.
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	for _, name := range evidenceFiles {
		file := filepath.Join(report, name)
		was := must(os.ReadFile(file))
		for i := range 60 {
			at := []int{0, len(was) - 1, rng.IntN(len(was))}[min(i, 2)]
			is := bytes.Clone(was)
			switch i % 3 {
			case 0:
				is[at] ^= byte(1 + rng.IntN(255))
			case 1:
				is = slices.Delete(is, at, at+1)
			case 2:
				is = slices.Insert(is, at, byte(rng.IntN(256)))
			}
			require.NoError(t, os.WriteFile(file, is, 0o600))
			f(exitFailed, name+" is not as it was signed", "verify", report, "--key", key.Verifier())
		}
		require.NoError(t, os.Remove(file))
		f(exitFailed, "read evidence", "verify", report, "--key", key.Verifier())
		require.NoError(t, os.WriteFile(file, was, 0o600))
	}
	f(exitDone, "as it was signed", "verify", report, "--key", key.Verifier())
	// A file in place of another of the same report, too.
	note := filepath.Join(report, evidenceNote)
	was := must(os.ReadFile(note))
	require.NoError(t, os.WriteFile(note, bytes.Replace(was, []byte("evidence.md"), []byte("evidence.me"), 1), 0o600))
	f(exitFailed, "is not signed by this key", "verify", report, "--key", key.Verifier())
	require.NoError(t, os.WriteFile(note, was, 0o600))
	f(exitUsage, "--out is required", "--config", filepath.Join(dir, "tacet.yaml"))
	f(exitUsage, "not before", "--config", filepath.Join(dir, "tacet.yaml"), "--out", report, "--from", "2026-03-02T00:00:00Z", "--to", "2026-03-01T00:00:00Z")
}

// Names out of a log or a policy can't become a link, a cell or a script.
func TestEvidenceIsInert(t *testing.T) {
	hostile := "a|b [x](http://evil.example) &lt;b&gt; <script>alert(1)</script>\n# head\x1b[2J\u202e"
	e := &evidence{NotLookedAt: []string{hostile}, Activity: activity{Control: []controlled{{Action: hostile, N: 1}}}}
	dir := t.TempDir()
	require.NoError(t, writeEvidence(dir, e, nil))
	md, page := string(must(os.ReadFile(filepath.Join(dir, "evidence.md")))), string(must(os.ReadFile(filepath.Join(dir, "evidence.html"))))
	require.NotContains(t, page, "<script>")
	require.NotContains(t, md, "<script>")
	require.NotContains(t, md, "&lt;b")
	for _, form := range []string{md, page} {
		require.NotContains(t, form, "\x1b")
		require.NotContains(t, form, "\u202e", "text that runs the other way shows other words than it holds")
	}
	require.NotRegexp(t, regexp.MustCompile(`(?m)^# head`), md)
	require.NotRegexp(t, `[^\\]\]\(http`, md)
	require.Contains(t, md, `| a\|b \[x\]`)
}
