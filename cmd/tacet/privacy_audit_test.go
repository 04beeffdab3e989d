package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/pipeline/audit"
)

// logs are audit logs with one key and one witness.
type logs struct{ key, witness string }

// verify runs tacet audit verify over a log, held against the public key and the witness.
func (e *estate) verify(l logs, dir string) (said, errOut string, code int) {
	key, err := audit.ParseKey(must(os.ReadFile(l.key)))
	require.NoError(e.t, err)
	return e.run("", "audit", "verify", "--directory", dir, "--public", key.Verifier(), "--witness", l.witness)
}

// audited checks that logs of the estate are whole, and gives how many entries of each action are in all of them.
func (e *estate) audited(names ...string) map[string]int {
	e.t.Helper()
	actions := map[string]int{}
	for _, name := range names {
		e.whole(logs{e.path("audit.key"), e.path("witness/audit")}, e.path(name), actions)
	}
	return actions
}

// whole checks that a log is whole, and that it can't be changed unseen.
func (e *estate) whole(l logs, dir string, actions map[string]int) {
	e.t.Helper()
	said, errOut, code := e.verify(l, dir)
	require.Zero(e.t, code, "%s: %s", dir, errOut)
	require.Regexp(e.t, `result +whole`, said)
	e.hearFiles(dir)
	require.NoError(e.t, audit.Read(dir, 0, func(entry audit.Entry) error {
		actions[entry.Action]++
		return nil
	}))
	e.tampered(l, dir)
}

// tampered changes a byte of a copy of a log, and then cuts its last entry off: both are named.
func (e *estate) tampered(l logs, dir string) {
	e.t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.ndjson"))
	require.NoError(e.t, err)
	require.Len(e.t, files, 1)
	text := must(os.ReadFile(files[0]))
	lines := bytes.SplitAfter(text, []byte("\n"))
	lines = lines[:len(lines)-1]
	f := func(want string, entry int, changed []byte) {
		e.t.Helper()
		copied := filepath.Join(e.t.TempDir(), "log")
		require.NoError(e.t, os.CopyFS(copied, os.DirFS(dir)))
		require.NoError(e.t, os.WriteFile(filepath.Join(copied, filepath.Base(files[0])), changed, 0o600))
		_, errOut, code := e.verify(l, copied)
		require.Equal(e.t, exitFailed, code, dir)
		require.Regexp(e.t, fmt.Sprintf("entry %d: (%s)", entry, want), errOut, dir)
	}
	entry := e.rng.IntN(len(lines))
	before := len(bytes.Join(lines[:entry], nil))
	changed := bytes.Clone(text)
	changed[before+e.rng.IntN(len(lines[entry])-1)] ^= 1
	f("(altered|missing|reordered|out of order|inserted)", entry, changed)
	f("truncated|rolled back", len(lines)-1, text[:len(text)-len(lines[len(lines)-1])])
	require.NotContains(e.t, strings.ToLower(string(text)), "7700900")
}
