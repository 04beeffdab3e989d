package main

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/stretchr/testify/require"
)

// TestStrayArgumentsAreNotShown: no command repeats what it has no place for, whatever it is for: it may be somebody's number, or a key.
func TestStrayArgumentsAreNotShown(t *testing.T) {
	const stray = "Ada-447700900123"
	named := []string{ // these take names: of files, of tenants
		"audit keygen", "detect", "eval", "evidence verify", "explain", "export", "instruction sign", "instruction verify", "instruction publish",
		"keys create", "keys reveal-key", "policy diff", "policy test", "policy simulate", "redact", "requests certificate verify",
	}
	refuse := func(args ...string) {
		t.Helper()
		var out, errOut bytes.Buffer
		code := execute(t.Context(), args, strings.NewReader(""), &out, &errOut)
		require.NotEqual(t, exitDone, code, args)
		require.NotEmpty(t, errOut.String(), args)
		require.NotContains(t, out.String()+errOut.String(), stray, args)
		require.NotContains(t, out.String()+errOut.String(), stray[1:], args)
	}
	t.Chdir(t.TempDir())
	commands, flags := 0, 0
	var visit func(*cobra.Command)
	visit = func(c *cobra.Command) {
		commands++
		at := strings.Fields(c.CommandPath())[1:]
		refuse(append(at, "--"+stray)...)
		refuse(append(at, "-"+stray)...)
		refuse(append(at, "--="+stray)...)
		if !slices.Contains(named, strings.Join(at, " ")) && c.Name() != "help" {
			refuse(append(at, stray)...)
			refuse(append(at, stray, stray)...)
		}
		c.Flags().VisitAll(func(f *pflag.Flag) {
			if !strings.HasPrefix(f.Value.Type(), "string") {
				flags++
				refuse(append(at, "--"+f.Name+"="+stray)...)
			}
		})
		for _, child := range c.Commands() {
			visit(child)
		}
	}
	visit(newRootCommand())
	require.Greater(t, commands, 50)
	require.Greater(t, flags, 30)
}
