package main

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/pipeline/audit"
	"github.com/sonexlabs/tacet/pipeline/policy"
)

// reloadConfig is a pipeline with an audit log whose policy is a file, the built-in one at first, which write replaces.
func reloadConfig(t *testing.T) (c config, write func(string), builtIn string) {
	dir := t.TempDir()
	write = func(text string) {
		t.Helper()
		require.NoError(t, os.WriteFile(filepath.Join(dir, "policy.yaml"), []byte(text), 0o600))
	}
	text, err := os.ReadFile("../../pipeline/policy/default.yaml")
	require.NoError(t, err)
	write(string(text))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "key"), []byte(must(audit.GenerateKey("audit.example"))), 0o600))
	give := `
kafka: {brokers: ["127.0.0.1:1"]}
source: {group: g, topics: [{name: calls, category: transcript}]}
policy: {file: policy.yaml}
pseudonym: {insecure_dev_keys: true}
sinks: [{name: screen, type: stdout}]
quarantine: {directory: dead}
audit: {directory: audit, key: file:key}
`
	c, err = parseConfig([]byte(give), filepath.Join(dir, "tacet.yaml"))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "tacet.yaml"), []byte(give), 0o600))
	return c, write, string(text)
}

// clause: 14
//
// A policy file that changes is put in force; what can't be is refused, and the old one stays.
func TestReload(t *testing.T) {
	c, write, builtIn := reloadConfig(t)
	dir, file := filepath.Dir(string(c.Policy.File)), string(c.Policy.File)
	var logged bytes.Buffer
	log := slog.New(slog.NewJSONHandler(&logged, nil))
	p, err := assemble(t.Context(), c, &bytes.Buffer{}, log)
	require.NoError(t, err)
	defer func() { require.NoError(t, p.close()) }()
	r := newReloader(p, c, false, log)
	f := func(hash string, done, refused int, said string) {
		t.Helper()
		logged.Reset()
		r.look()
		require.NotContains(t, logged.String(), "noted", "there is no witness")
		require.Equal(t, hash, p.running.Policy().Hash())
		require.Equal(t, float64(done), testutil.ToFloat64(r.reloads.WithLabelValues("done")))
		require.Equal(t, float64(refused), testutil.ToFloat64(r.reloads.WithLabelValues("refused")))
		if said == "" {
			require.Empty(t, logged.String())
		} else {
			require.Contains(t, logged.String(), said)
		}
	}
	first := policy.Default().Hash()
	f(first, 0, 0, "")
	write(builtIn + "\n# a comment changes nothing\n")
	f(first, 0, 0, "")
	tighter := strings.Replace(builtIn, "  LOCATION: keep\n", "  LOCATION: redact\n", 1)
	write(tighter)
	second, err := policy.Parse("p", []byte(tighter))
	require.NoError(t, err)
	f(second.Hash(), 1, 0, "policy is in force")
	write("tenants: [")
	f(second.Hash(), 1, 1, "policy is refused")
	f(second.Hash(), 1, 1, "") // once for each version of the file
	// Purposes and recipients that nobody knows are refused, and counted.
	write(strings.Replace(tighter, "    purpose: analytics\n", "    purpose: advertising\n", 1))
	f(second.Hash(), 1, 2, "unknown purpose")
	write(strings.Replace(tighter, "    recipient: tenant\n", "    recipient: advertiser\n", 1))
	f(second.Hash(), 1, 3, "unknown recipient")
	require.NoError(t, os.Remove(file))
	f(second.Hash(), 1, 3, "") // between two versions, perhaps

	// What lets more leave needs 14 days' notice, and then takes effect by itself.
	write(builtIn)
	f(second.Hash(), 1, 4, "less than 14 days' notice")
	now := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	r.now = func() time.Time { return now }
	later := "effective_from: 2026-06-15\n" + builtIn
	write(later)
	f(second.Hash(), 1, 4, "policy waits until it is effective")
	now = now.AddDate(0, 0, 13)
	f(second.Hash(), 1, 4, "")
	now = now.AddDate(0, 0, 1)
	third, err := policy.Parse("p", []byte(later))
	require.NoError(t, err)
	f(third.Hash(), 2, 4, "policy is in force")

	write(tighter)
	f(second.Hash(), 3, 4, "policy is in force")

	// One that waits is given up for the next version of the file, even if that is refused.
	soon := strings.Replace(later, "2026-06-15", "2026-06-30", 1)
	write(soon)
	f(second.Hash(), 3, 4, "policy waits until it is effective")
	write(builtIn)
	f(second.Hash(), 3, 5, "less than 14 days' notice")
	now = now.AddDate(0, 0, 20)
	f(second.Hash(), 3, 5, "")
	// So is one under which the pipeline can't run, though it lets less leave.
	head, rest, _ := strings.Cut(tighter, "\n  transcript:\n")
	_, rest, found := strings.Cut(rest, "\n  communication:\n")
	require.True(t, found)
	write(head + "\n  communication:\n" + rest)
	f(second.Hash(), 3, 6, `category \"transcript\" is not in the policy`)

	// Nobody overrides that without an entry in the audit log.
	r.override = true
	write(builtIn)
	kept := p.audit
	p.audit = nil
	f(second.Hash(), 3, 7, "--override needs an audit log")
	other := c
	other.Audit.Directory = path(t.TempDir())
	p.audit, err = openAuditLog(t.Context(), other, "", log)
	require.NoError(t, err)
	require.NoError(t, p.audit.Close())
	r.seen = nil
	f(second.Hash(), 3, 8, "it is not in the audit log")
	p.audit, r.seen = kept, nil
	f(first, 4, 8, "without the notice that is due")
	var noted []string
	require.NoError(t, audit.Read(filepath.Join(dir, "audit"), 0, func(e audit.Entry) error {
		to := ""
		for _, a := range e.Object {
			if a.Name == "to" {
				to = " " + map[string]string{first: "first", second.Hash(): "second", third.Hash(): "third"}[a.Value]
			}
		}
		noted = append(noted, e.Action+to)
		return nil
	}))
	require.Equal(t, []string{"audit.create", "policy.reload second", "policy.refused", "policy.refused", "policy.refused", "policy.refused first", "policy.pending third", "policy.reload third", "policy.reload second",
		"policy.pending ", "policy.refused first", "policy.refused ", "policy.override first", "policy.reload first"}, noted)
}

// SIGHUP has a file tried again that was refused and hasn't changed; looking by itself doesn't.
func TestHangup(t *testing.T) {
	c, write, _ := reloadConfig(t)
	p, err := assemble(t.Context(), c, &bytes.Buffer{}, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	defer func() { require.NoError(t, p.close()) }()
	r := newReloader(p, c, false, slog.New(slog.DiscardHandler))
	write("tenants: [")
	r.look()
	r.look()
	refused := func() float64 { return testutil.ToFloat64(r.reloads.WithLabelValues("refused")) }
	require.Equal(t, 1.0, refused())
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); r.watch(ctx) }()
	defer func() { cancel(); <-done }()
	require.NoError(t, syscall.Kill(os.Getpid(), syscall.SIGHUP))
	require.Eventually(t, func() bool { return refused() == 2 }, 30*time.Second, 5*time.Millisecond)
}

// SIGHUP while a worker starts doesn't end it: it waits for its policy here, which comes through a pipe.
func TestHangupAtStart(t *testing.T) {
	c, _, _ := reloadConfig(t)
	file := string(c.Policy.File)
	require.NoError(t, os.Remove(file))
	require.NoError(t, syscall.Mkfifo(file, 0o600))
	cmd := exec.Command(quickBinary(t), "run", "--config", filepath.Join(filepath.Dir(file), "tacet.yaml"))
	var said bytes.Buffer
	cmd.Args[0], cmd.Stderr = "tacet", &said
	require.NoError(t, cmd.Start())
	var pipe *os.File
	require.Eventually(t, func() bool {
		f, err := os.OpenFile(file, os.O_WRONLY|syscall.O_NONBLOCK, 0)
		pipe = f
		return err == nil
	}, 30*time.Second, 5*time.Millisecond)
	require.NoError(t, cmd.Process.Signal(syscall.SIGHUP))
	_, err := pipe.WriteString("tenants: [")
	require.NoError(t, err)
	require.NoError(t, pipe.Close())
	require.EqualError(t, cmd.Wait(), "exit status 1")
	require.Contains(t, said.String(), "not valid YAML")
}

// A policy that changed between the start's reading it and the first look is taken in at that look.
func TestPolicyChangedAtStart(t *testing.T) {
	c, write, builtIn := reloadConfig(t)
	p, err := assemble(t.Context(), c, &bytes.Buffer{}, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	defer func() { require.NoError(t, p.close()) }()
	tighter := strings.Replace(builtIn, "  LOCATION: keep\n", "  LOCATION: redact\n", 1)
	write(tighter)
	r := newReloader(p, c, false, slog.New(slog.DiscardHandler))
	r.look()
	after, err := policy.Parse("p", []byte(tighter))
	require.NoError(t, err)
	require.Equal(t, after.Hash(), p.running.Policy().Hash())
}

// Files that can't be read any more are said and counted, once; what was in force stays. SIGHUP has it said again.
func TestReloadOfWhatCantBeRead(t *testing.T) {
	told := newCounsel(t)
	told.sign("signed/acme-1.signed", "acme", 1, "2026-01-01")
	c, write, builtIn := reloadConfig(t)
	c.Instructions = instructionsConfig{Directory: path(told.path("signed")), Keys: path(told.path("keys"))}
	p, err := assemble(t.Context(), c, &bytes.Buffer{}, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	defer func() { require.NoError(t, p.close()) }()
	r := newReloader(p, c, false, slog.New(slog.DiscardHandler))
	inForce := p.running.Policy()
	f := func(looks, refused int) {
		t.Helper()
		for range looks {
			r.look()
		}
		require.Equal(t, float64(refused), testutil.ToFloat64(r.reloads.WithLabelValues("refused")))
		require.Zero(t, testutil.ToFloat64(r.reloads.WithLabelValues("done")))
		require.Same(t, inForce, p.running.Policy())
		require.Equal(t, []string{"acme"}, p.instructions.table.Tenants())
	}
	require.NoError(t, os.Remove(string(c.Policy.File)))
	f(1, 0) // between two versions, perhaps
	f(4, 1)
	write(builtIn)
	f(3, 1)
	require.NoError(t, os.Remove(string(c.Policy.File)))
	f(4, 2)
	require.NoError(t, os.Rename(told.path("keys"), told.path("kept")))
	f(4, 3)
	require.NoError(t, os.Rename(told.path("kept"), told.path("keys")))
	f(4, 3)
	require.NoError(t, os.Rename(told.path("keys"), told.path("kept")))
	f(4, 4)

	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); r.watch(ctx) }()
	require.NoError(t, syscall.Kill(os.Getpid(), syscall.SIGHUP))
	require.Eventually(t, func() bool { return testutil.ToFloat64(r.reloads.WithLabelValues("refused")) == 6 }, 30*time.Second, 5*time.Millisecond)
	cancel()
	<-done
	f(4, 6)
}

// What witnesses could not note they note as soon as they can; meanwhile it is in force, and counted.
func TestWitnessesCatchUp(t *testing.T) {
	told := newCounsel(t)
	c, write, builtIn := reloadConfig(t)
	dir := t.TempDir()
	noted := filepath.Join(dir, "noted")
	require.NoError(t, os.Mkdir(noted, 0o700))
	c.Policy.Witness = path(filepath.Join(noted, "policy"))
	c.Instructions = instructionsConfig{Directory: path(told.path("signed")), Keys: path(told.path("keys")), Witness: path(filepath.Join(noted, "instructions"))}
	p, err := assemble(t.Context(), c, &bytes.Buffer{}, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	defer func() { require.NoError(t, p.close()) }()
	r := newReloader(p, c, false, slog.New(slog.DiscardHandler))
	now := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	r.now = func() time.Time { return now }
	require.NoError(t, r.resume())
	tight := strings.Replace(builtIn, "  LOCATION: keep\n", "  LOCATION: redact\n", 1)
	f := func(text, next string) {
		t.Helper()
		failed, was := r.forgot.Load(), p.instructions.forgot.Load()
		require.NoError(t, os.Rename(noted, noted+".away"))
		write(text)
		r.look()
		r.look()
		require.EqualValues(t, 2, r.forgot.Load()-failed)
		require.EqualValues(t, 2, p.instructions.forgot.Load()-was)
		require.NoError(t, os.Rename(noted+".away", noted))
		r.look()
		require.EqualValues(t, 2, r.forgot.Load()-failed)
		var s standing
		inForce, waits, err := s.read(string(c.Policy.Witness))
		require.NoError(t, err)
		require.Equal(t, hashOfPolicy(t, tight), inForce.Hash())
		if require.Equal(t, next != "", waits != nil); waits != nil {
			require.Equal(t, hashOfPolicy(t, next), waits.Hash())
		}
		seen, err := p.instructions.remembered()
		require.NoError(t, err)
		require.Equal(t, p.instructions.table.Heads(), seen)
	}
	told.sign("signed/acme-1.signed", "acme", 1, "2026-01-01")
	f(tight, "")
	told.sign("signed/bolt-1.signed", "bolt", 1, "2026-01-01")
	later := "effective_from: 2026-07-01\n" + builtIn
	f(later, later)
}

// A changed file is found without a signal, too.
func TestWatch(t *testing.T) {
	c, write, _ := reloadConfig(t)
	c.Audit = auditConfig{}
	synctest.Test(t, func(t *testing.T) {
		p, err := assemble(t.Context(), c, &bytes.Buffer{}, slog.New(slog.DiscardHandler))
		require.NoError(t, err)
		r := newReloader(p, c, false, slog.New(slog.DiscardHandler))
		ctx, cancel := context.WithCancel(t.Context())
		go r.watch(ctx)
		write("tenants: [")
		time.Sleep(3 * reloadPeriod)
		cancel()
		synctest.Wait()
		require.Equal(t, 1.0, testutil.ToFloat64(r.reloads.WithLabelValues("refused")), "once for each version of the file")
		require.NoError(t, p.close())
	})
}

// Instructions that change are noted as a policy is: in the metrics, in the audit log, and by the witness.
func TestReloadOfInstructions(t *testing.T) {
	told := newCounsel(t)
	c, _, _ := reloadConfig(t)
	c.Policy.File = "" // the built-in one, of which no file is looked at
	c.Instructions = instructionsConfig{Directory: path(told.path("signed")), Keys: path(told.path("keys")), Witness: path(told.path("witness"))}
	p, err := assemble(t.Context(), c, &bytes.Buffer{}, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	r := newReloader(p, c, false, slog.New(slog.DiscardHandler))
	f := func(done, refused int, witness string) {
		t.Helper()
		r.look()
		require.Equal(t, float64(done), testutil.ToFloat64(r.reloads.WithLabelValues("done")))
		require.Equal(t, float64(refused), testutil.ToFloat64(r.reloads.WithLabelValues("refused")))
		text, _ := os.ReadFile(told.path("witness"))
		require.Contains(t, string(text), witness)
	}
	f(0, 0, "")
	told.sign("signed/acme-1.signed", "acme", 1, "2026-01-01")
	f(1, 0, `"acme"`)
	told.give("signed/acme-2.signed", "tenant: acme")
	f(1, 1, `"acme"`)
	require.NoError(t, os.Remove(told.path("signed/acme-2.signed")))
	told.sign("signed/bolt-1.signed", "bolt", 1, "2026-01-01")
	f(2, 1, `"bolt"`)
	require.NoError(t, p.close())
	var noted []string
	require.NoError(t, audit.Read(string(c.Audit.Directory), 0, func(e audit.Entry) error { noted = append(noted, e.Action); return nil }))
	require.Equal(t, []string{"audit.create", "instructions.reload", "instructions.refused", "instructions.reload"}, noted)
}

// A restart is held against the policy that was in force before it, as a reload is; and a notice that has begun goes on through restarts.
func TestRestartIsHeldToNotice(t *testing.T) {
	c, write, loose := reloadConfig(t)
	witness := filepath.Join(filepath.Dir(string(c.Policy.File)), "in-force.gz") // which says nothing of what is in it
	c.Policy.Witness = path(witness)
	write(loose)
	tight := strings.Replace(loose, "  LOCATION: keep\n", "  LOCATION: redact\n", 1)
	now := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	// start starts, looks at the file some days later, and ends.
	start := func(override bool, inForce, said string, later ...string) {
		t.Helper()
		var logged bytes.Buffer
		log := slog.New(slog.NewJSONHandler(&logged, nil))
		p, err := assemble(t.Context(), c, &bytes.Buffer{}, log)
		require.NoError(t, err)
		defer func() { require.NoError(t, p.close()) }()
		r := newReloader(p, c, override, log)
		r.now = func() time.Time { return now }
		require.NoError(t, r.resume())
		require.Contains(t, logged.String(), said)
		require.Equal(t, hashOfPolicy(t, inForce), p.running.Policy().Hash())
		for _, after := range later {
			now = now.AddDate(0, 0, 7)
			r.look()
			require.Equal(t, hashOfPolicy(t, after), p.running.Policy().Hash())
		}
	}
	write(tight)
	start(false, tight, "") // nothing was before
	start(false, tight, "")
	write(loose)
	start(false, tight, "less than 14 days' notice")
	start(false, tight, "less than 14 days' notice") // not once only
	start(true, loose, "without the notice that is due")
	start(false, loose, "") // the override was noted
	write(tight)
	start(false, tight, "policy is in force")

	announced := "effective_from: 2026-07-01\n" + loose
	write(announced)
	now = time.Date(2026, 6, 10, 0, 0, 0, 0, time.UTC)
	start(false, tight, "policy waits", tight)
	now = time.Date(2026, 6, 28, 0, 0, 0, 0, time.UTC)
	start(false, tight, "policy waits") // three days before: the notice began weeks ago
	now = time.Date(2026, 7, 2, 0, 0, 0, 0, time.UTC)
	start(false, announced, "policy is in force") // it was down when the time came

	write(tight)
	start(false, tight, "policy is in force")
	write("effective_from: 2026-07-20\n" + loose)
	now = time.Date(2026, 7, 3, 0, 0, 0, 0, time.UTC)
	start(false, tight, "policy waits")
	write("effective_from: 2026-07-20\n" + strings.Replace(loose, "  AGE: keep\n", "  AGE: redact\n", 1)) // another one: its notice is its own
	now = time.Date(2026, 7, 10, 0, 0, 0, 0, time.UTC)
	start(false, tight, "less than 14 days' notice")

	inForce := string(must(json.Marshal(tight)))
	for _, damaged := range []string{"", "{", `{"policy":"tenants: ["}`, `{"policy":"` + "x" + `"}`, `{"policy":` + inForce + `,"next":7}`, `{"policy":` + inForce + `,"next":"x"}`} {
		require.NoError(t, os.WriteFile(witness, []byte(damaged), 0o600))
		p, err := assemble(t.Context(), c, &bytes.Buffer{}, slog.New(slog.DiscardHandler))
		require.NoError(t, err)
		require.ErrorContains(t, newReloader(p, c, false, slog.New(slog.DiscardHandler)).resume(), "in-force.gz")
		require.NoError(t, p.close())
	}

	// What is in force must be noted before anything leaves under it.
	c.Policy.Witness = path(filepath.Join(t.TempDir(), "missing", "witness"))
	p, err := assemble(t.Context(), c, &bytes.Buffer{}, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	defer func() { require.NoError(t, p.close()) }()
	require.ErrorContains(t, newReloader(p, c, false, slog.New(slog.DiscardHandler)).resume(), "write the policy in force")
}

// What a running pipeline put in force, and what it gave up, is what the next start is held against.
func TestRestartKnowsReloads(t *testing.T) {
	c, write, loose := reloadConfig(t)
	c.Audit, c.Policy.Witness = auditConfig{}, path(filepath.Join(t.TempDir(), "in-force"))
	tight := strings.Replace(loose, "  LOCATION: keep\n", "  LOCATION: redact\n", 1)
	announced := "effective_from: 2026-06-20\n" + loose
	now := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	// run starts, finds the files that come, and ends.
	run := func(inForce string, files ...string) {
		t.Helper()
		p, err := assemble(t.Context(), c, &bytes.Buffer{}, slog.New(slog.DiscardHandler))
		require.NoError(t, err)
		r := newReloader(p, c, false, slog.New(slog.DiscardHandler))
		r.now = func() time.Time { return now }
		require.NoError(t, r.resume())
		for _, text := range files {
			write(text)
			r.look()
		}
		require.Equal(t, hashOfPolicy(t, inForce), p.running.Policy().Hash())
		require.NoError(t, p.close())
	}
	run(tight, tight)
	write(loose)
	run(tight, loose)
	write(tight)
	run(tight, announced, tight) // it was made known, and taken back
	now = time.Date(2026, 6, 19, 0, 0, 0, 0, time.UTC)
	write(announced)
	run(tight, announced)
	now = now.AddDate(0, 0, 5)
	run(tight, announced)
	write(strings.Replace(announced, "06-20", "07-20", 1))
	run(tight, loose) // refused, and what waited is given up
	now = time.Date(2026, 7, 19, 0, 0, 0, 0, time.UTC)
	write(strings.Replace(announced, "06-20", "07-20", 1))
	run(tight)
	now = now.AddDate(0, 0, 5)
	run(tight)
}

func hashOfPolicy(t *testing.T, text string) string {
	t.Helper()
	p, err := policy.Parse("p", []byte(text))
	require.NoError(t, err)
	return p.Hash()
}
