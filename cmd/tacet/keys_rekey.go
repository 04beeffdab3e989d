package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/sonexlabs/tacet/pipeline/pseudonym"
	"github.com/sonexlabs/tacet/pipeline/pseudonym/keyring"
)

func newKeysRekeyCommand() *cobra.Command {
	var domain string
	cmd := &cobra.Command{
		Use:   "rekey --config FILE --tenant ID --domain NAME",
		Short: "Bring stored tokens to the present version, without their values",
		Long: `Rekey copies standard input to standard output and brings the tokens in it to the version that new ones have, as after a rotation of
mode chain: each becomes what the pipeline now makes of the same value. Lines may be JSON, CSV or anything else that tokens stand
in as they are. All of them must be of one tenant, and of the sinks of one domain (a sink's domain, else its name).

Tokens of a day or month have one key and stay. It fails, after it has copied everything, when a token is of a version from which no
chain leads on: that stays as it is.`,
		Example: "  tacet keys rekey --config tacet.yaml --tenant acme --domain analytics < old.ndjson > new.ndjson",
		Args:    noArgs,
	}
	name, tenant := configFlag(cmd), tenantFlag(cmd)
	cmd.Flags().StringVar(&domain, "domain", "", "`NAME` of the sinks' domain")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if domain == "" {
			return usageError(cmd, errors.New("name the domain: --domain NAME"))
		}
		return withKeys(cmd, *name, func(_ context.Context, keys *keyring.Ring) error {
			done, err := rekey(cmd.InOrStdin(), cmd.OutOrStdout(), keys, *tenant, domain)
			if err != nil {
				return err
			}
			say(cmd.ErrOrStderr(), "%d tokens brought to the present version, %d are of it or need none", done.Done, done.Kept)
			if done.Left > 0 {
				return &commandError{err: fmt.Errorf("%d tokens are of a version from which no chain leads on", done.Left),
					hints: []string{"tacet keys list shows which versions follow with mode break"}}
			}
			return nil
		})
	}
	return cmd
}

// rekey copies lines. One of any length is held as a whole: a token does not go on in the next.
func rekey(in io.Reader, out io.Writer, keys *keyring.Ring, tenant, domain string) (all pseudonym.Rekeyed, err error) {
	if _, err := keys.Domain(tenant, domain); err != nil { // also when there is nothing to do
		return all, err
	}
	k := pseudonym.NewTokens(keys).Tokenizer()
	r, w := bufio.NewReaderSize(in, 1<<20), bufio.NewWriterSize(out, 1<<20)
	var buffer []byte
	for {
		line, end := r.ReadBytes('\n')
		if end != nil && end != io.EOF {
			return all, fmt.Errorf("read lines: %w", end)
		}
		var done pseudonym.Rekeyed
		if buffer, done, err = k.AppendRekeyed(buffer[:0], line, tenant, domain); err != nil {
			return all, err
		}
		all.Done, all.Kept, all.Left = all.Done+done.Done, all.Kept+done.Kept, all.Left+done.Left
		if _, err := w.Write(buffer); err != nil {
			return all, fmt.Errorf("write lines: %w", err)
		}
		if end == io.EOF {
			return all, w.Flush()
		}
	}
}
