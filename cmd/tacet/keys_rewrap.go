package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/sonexlabs/tacet/pipeline/pseudonym/keyring"
)

func newKeysRewrapCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "rewrap --config FILE",
		Short: "Bring the store under another key-encryption key",
		Long: `Rewrap wraps every key of the store with pseudonym.kek, and rewrites the file without what pseudonym.kek_before had wrapped. The keys stay as
they are, and so do tokens: for a key-encryption key that was known too widely while the store was not, or to move it into Vault. If the
store may be known as well, "tacet keys rotate --mode break" comes after it.

First give kek and kek_before to all processes and start them anew: they go on without noticing. Afterwards take kek_before away. Backups of
the store open with the old key: destroy them, or that key.`,
		Example: "  tacet keys rewrap --config tacet.yaml",
		Args:    noArgs,
	}
	name := configFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		c, err := loadConfig(*name)
		if err != nil {
			return err
		}
		if c.Pseudonym.KEKBefore.isZero() && !c.Pseudonym.InsecureDevKeys {
			return &commandError{err: errors.New("nothing to bring the store from"), hints: []string{"set pseudonym.kek to the new key and pseudonym.kek_before to the one that the store is under"}}
		}
		return withKeys(cmd, *name, func(ctx context.Context, keys *keyring.Ring) error {
			next, err := c.Pseudonym.KEK.wrapper()
			if err != nil {
				return err
			}
			tenants, err := keys.Rewrap(ctx, next)
			if err == nil {
				say(cmd.ErrOrStderr(), "the keys of %d tenants are wrapped by %s; kek_before can go, and backups of the store with it", tenants, next.Name())
			}
			return err
		})
	}
	return cmd
}
