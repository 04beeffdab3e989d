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
the store open with the old key: destroy them, or that key.

When a key in Vault was rotated there, no kek_before is needed: rewrap brings the store under the key's newest version, and
min_decryption_version can be raised after it.`,
		Example: "  tacet keys rewrap --config tacet.yaml",
		Args:    noArgs,
	}
	name := configFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		harden()
		c, err := loadConfig(*name)
		if err != nil {
			return err
		}
		p := c.Pseudonym
		if p.KEKBefore.isZero() && p.KEK.Vault.Address == "" && !p.InsecureDevKeys {
			return &commandError{err: errors.New("nothing to bring the store from"), hints: []string{"set pseudonym.kek to the new key and pseudonym.kek_before to the one that the store is under"}}
		}
		return withKeysOf(cmd, *name, c, func(ctx context.Context, keys *keyring.Ring) error {
			next, err := p.KEK.wrapper()
			if err != nil {
				return err
			}
			tenants, err := keys.Rewrap(ctx, next)
			if err != nil {
				return err
			}
			after := "kek_before can go"
			if p.KEKBefore.isZero() {
				after = "versions of it before the newest can go"
			}
			say(cmd.ErrOrStderr(), "the keys of %d tenants are wrapped by %s; %s, and backups of the store with it", tenants, next.Name(), after)
			return nil
		})
	}
	return cmd
}
