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

// verify runs tacet audit verify over a log, held against the public key and the witness.
func (e *estate) verify(dir string) (said, errOut string, code int) {
	key, err := audit.ParseKey(must(os.ReadFile(e.path("audit.key"))))
	require.NoError(e.t, err)
	return e.run("", "audit", "verify", "--directory", dir, "--public", key.Verifier(), "--witness", e.path("witness/audit"))
}

// audited checks that logs are whole, each a folder, and gives how many entries of each action are in all of them.
func (e *estate) audited(dirs ...string) map[string]int {
	e.t.Helper()
	actions := map[string]int{}
	for _, dir := range dirs {
		said, errOut, code := e.verify(e.path(dir))
		require.Zero(e.t, code, "%s: %s", dir, errOut)
		require.Regexp(e.t, `result +whole`, said)
		e.hearFiles(dir)
		require.NoError(e.t, audit.Read(e.path(dir), 0, func(entry audit.Entry) error {
			actions[entry.Action]++
			return nil
		}))
		e.tampered(dir)
	}
	return actions
}

// tampered changes a byte of a copy of a log, and then cuts its last entry off: both are named.
func (e *estate) tampered(dir string) {
	e.t.Helper()
	files, err := filepath.Glob(e.path(dir + "/*.ndjson"))
	require.NoError(e.t, err)
	require.Len(e.t, files, 1)
	text := must(os.ReadFile(files[0]))
	lines := bytes.SplitAfter(text, []byte("\n"))
	lines = lines[:len(lines)-1]
	f := func(want string, entry int, changed []byte) {
		e.t.Helper()
		copied := filepath.Join(e.t.TempDir(), "log")
		require.NoError(e.t, os.CopyFS(copied, os.DirFS(e.path(dir))))
		require.NoError(e.t, os.WriteFile(filepath.Join(copied, filepath.Base(files[0])), changed, 0o600))
		_, errOut, code := e.verify(copied)
		require.Equal(e.t, exitFailed, code, dir)
		require.Regexp(e.t, fmt.Sprintf("entry %d: (%s)", entry, want), errOut, dir)
	}
	entry := e.rng.IntN(len(lines))
	before := len(bytes.Join(lines[:entry], nil))
	changed := bytes.Clone(text)
	changed[before+e.rng.IntN(len(lines[entry])-1)] ^= 1
	f("(altered|missing|reordered|out of order|inserted)", entry, changed)
	f("truncated|rolled back", len(lines)-1, text[:len(text)-len(lines[len(lines)-1])])
	require.NotContains(e.t, strings.ToLower(string(text)), "7700")
}
