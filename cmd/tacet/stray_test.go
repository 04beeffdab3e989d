package main

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"filippo.io/age"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/pipeline/audit"
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

// TestKeyInPlaceOfItsFile: a private key on the command line is not repeated by what is said about the file that it doesn't name.
func TestKeyInPlaceOfItsFile(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, key := range []string{must(audit.GenerateKey("alice")), must(age.GenerateX25519Identity()).String(), "TACET-REVEAL-SIGNING-KEY-1\nPRIVATE+KEY+alice+1c2d3e4f+AbCd"} {
		for _, args := range [][]string{
			{"reveal", "grant", "--as", key, "--requester", "b", "--tenant", "a", "--purpose", "p", "--ticket", "t", "--type", "PHONE", "--call", "c"},
			{"check", "--config", key}, {"keys", "reveal-key", "set", key, "--tenant", "a"}, {"redact", key}, {"instruction", "sign", "--key", key, key},
		} {
			var out, errOut bytes.Buffer
			require.NotEqual(t, exitDone, execute(t.Context(), args, strings.NewReader(""), &out, &errOut))
			require.NotContains(t, out.String()+errOut.String(), key[len(key)-4:], args[:2])
			require.NotContains(t, out.String()+errOut.String(), key[16:], args[:2])
		}
	}
}
