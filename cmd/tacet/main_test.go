package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strings"
	"sync"
	"testing"
	"time"

	"filippo.io/age"
	"github.com/rogpeppe/go-internal/testscript"
	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/pipeline"
	"github.com/sonexlabs/tacet/sinks/file"
)

// TestMain makes this binary the program itself when it is called as "tacet", so that tests can start real processes.
func TestMain(m *testing.M) { testscript.Main(suite{m}, map[string]func(){"tacet": main}) }

// suite has a directory for what is built while it runs.
type suite struct{ *testing.M }

const builtEnv = "TACET_TEST_BUILT"

func (s suite) Run() int {
	dir := must(os.MkdirTemp("", "tacet-built-"))
	defer func() { _ = os.RemoveAll(dir) }()
	must(0, os.Setenv(builtEnv, dir))
	return s.M.Run()
}

// testBinary is this test's own binary: called as "tacet" it is the program.
func testBinary(t *testing.T) string {
	exe, err := os.Executable()
	require.NoError(t, err)
	return exe
}

// quickBinary is what tests start whose processes do one thing after the other, or what others do under the race detector as well
// (TestChaos, TestLeak): without the detector it starts ten times faster.
func quickBinary(t *testing.T) string {
	if !underRace {
		return testBinary(t)
	}
	exe, err := buildProgram()
	require.NoError(t, err)
	return exe
}

var buildProgram = sync.OnceValues(func() (string, error) {
	exe := filepath.Join(os.Getenv(builtEnv), "tacet")
	if out, err := exec.Command("go", "build", "-o", exe, ".").CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return exe, nil
})

// The scripts drive the program as a shell does.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "../../testdata/scripts",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("TACET_KEY", testKey)
			env.Setenv("CONFIGS", must(filepath.Abs(configDir)))
			if underRace {
				env.Setenv("PATH", filepath.Dir(quickBinary(t))+string(filepath.ListSeparator)+env.Getenv("PATH"))
			}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"quarantined": quarantined, "audited": audited, "sealed": sealed,
		},
	})
}

func must[T any](v T, err error) T {
	if err != nil {
		panic("tacet: test set-up failed")
	}
	return v
}

// quarantined is a command of the scripts: "quarantined DIR IDENTITY" makes a quarantine with two sealed transcripts and one
// log line whose record was left out, and writes the identity that opens the sealed ones.
func quarantined(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: quarantined DIR IDENTITY")
	}
	id, err := age.GenerateX25519Identity()
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(id.String()+"\n"), 0o600))
	q, err := file.NewQuarantine(ts.MkAbs(args[0]))
	ts.Check(err)
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	entry := func(topic, category string, offset int64, class pipeline.Class, record string) pipeline.Entry {
		e := pipeline.Entry{Topic: topic, Partition: 1, Offset: offset, Time: at, Category: category, Class: class,
			Detail: "decode record: malformed JSON", Attempts: 1, Version: "v0", At: at}
		if record != "" {
			var sealed bytes.Buffer
			w, err := age.Encrypt(&sealed, id.Recipient())
			ts.Check(err)
			_, err = w.Write([]byte(record))
			ts.Check(err)
			ts.Check(w.Close())
			e.Sealed = sealed.Bytes()
		}
		return e
	}
	ts.Check(q.Put(context.Background(), []pipeline.Entry{
		// {"tenant_id":"acme","call_id":"c1","turn":1,"text":"mail ada@example.com"}
		entry("calls", "transcript", 41, pipeline.ClassTime, `{"value":"eyJ0ZW5hbnRfaWQiOiJhY21lIiwiY2FsbF9pZCI6ImMxIiwidHVybiI6MSwidGV4dCI6Im1haWwgYWRhQGV4YW1wbGUuY29tIn0="}`),
		// {"tenant_id":"acme"
		entry("calls", "transcript", 42, pipeline.ClassMalformed, `{"value":"eyJ0ZW5hbnRfaWQiOiJhY21lIg=="}`),
		entry("elsewhere", "usage_log", 7, pipeline.ClassSize, ""),
	}))
	ts.Check(q.Close())
}

func TestEveryCommandHasHelpWithAnExample(t *testing.T) {
	var walk func(*cobra.Command)
	walk = func(cmd *cobra.Command) {
		require.NotEmpty(t, cmd.Short, cmd.CommandPath())
		require.False(t, strings.HasSuffix(cmd.Short, "."), cmd.CommandPath())
		if parent := cmd.Parent(); parent == nil || parent.Name() != "completion" { // the library's have theirs in the text
			require.NotEmpty(t, cmd.Example, cmd.CommandPath())
		}
		for _, sub := range cmd.Commands() {
			walk(sub)
		}
	}
	walk(newRootCommand())
}

func TestVersion(t *testing.T) {
	f := func(want, module string, settings ...debug.BuildSetting) {
		t.Helper()
		require.Equal(t, want, versionOf(&debug.BuildInfo{Main: debug.Module{Version: module}, Settings: settings}))
	}
	commit := debug.BuildSetting{Key: "vcs.revision", Value: "0123456789abcdef0123"}
	dirty := debug.BuildSetting{Key: "vcs.modified", Value: "true"}
	f("v1.2.3", "v1.2.3", commit)
	f("devel", "")
	f("devel", "(devel)")
	f("devel-0123456789ab", "(devel)", commit)
	f("devel-0123456789ab-dirty", "(devel)", commit, dirty)
}

func TestScreen(t *testing.T) {
	var b bytes.Buffer
	s := newScreen(&b)
	require.False(t, s.terminal)
	s.show("rate")
	_, _ = s.Write([]byte("log\n"))
	require.Equal(t, "log\n", b.String(), "what is no terminal gets log lines only")

	b.Reset()
	s.terminal = true
	s.show("rate")
	_, _ = s.Write([]byte("log\n"))
	s.show("")
	s.show("")
	require.Equal(t, clearLine+"rate"+clearLine+"log\n"+"rate"+clearLine, b.String())
}

func TestReport(t *testing.T) {
	f := func(err error, code int, want string) {
		t.Helper()
		var b bytes.Buffer
		require.Equal(t, code, report(&b, err))
		require.Equal(t, want, b.String())
	}
	f(nil, exitDone, "")
	f(context.Canceled, exitFailed, "tacet: error: context canceled\n")
	f(&commandError{err: context.Canceled, usage: true, hints: []string{"a", "b"}}, exitUsage,
		"tacet: error: context canceled\ntacet: hint: a\ntacet: hint: b\n")
	f(&configError{"f.yaml", []problem{{line: 2, key: "a.b", what: "wrong", hint: "mend"}, {line: 3, what: "worse"}}}, exitFailed,
		"tacet: error: f.yaml:2: a.b: wrong\ntacet: error: f.yaml:3: worse\ntacet: hint: line 2: mend\n")
}
