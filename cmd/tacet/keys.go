package main

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/sonexlabs/tacet/pipeline/policy"
	"github.com/sonexlabs/tacet/pipeline/pseudonym/keyring"
	"github.com/sonexlabs/tacet/pipeline/reveal"
)

func newKeysCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "keys",
		Short: "Make, list, rotate and destroy the keys of tokens",
		Long: `Keys works on the store that the configuration names, also while pipelines run with it: they see a change within
pseudonym.refresh. No command shows a key. What is changed is in the audit log, if there is one, under "keys" in its folder.`,
		Example: `  tacet keys init --config tacet.yaml
  tacet keys rotate --config tacet.yaml --tenant acme --mode chain
  tacet keys list --config tacet.yaml`,
	}
	return group(cmd, newKeysInitCommand(), newKeysCreateCommand(), newKeysListCommand(), newKeysRotateCommand(), newKeysRekeyCommand(), newKeysRewrapCommand(),
		newKeysShredCommand(), newKeysSweepCommand(), newKeysLevelCommand(), newKeysRevealKeyCommand())
}

// withKeys runs f on the configured store, and has what happens to keys in the audit log on disk before it returns.
func withKeys(cmd *cobra.Command, name string, f func(context.Context, *keyring.Ring) error) error {
	harden()
	c, err := loadConfig(name)
	if err != nil {
		return err
	}
	return withKeysOf(cmd, name, c, f)
}

func withKeysOf(cmd *cobra.Command, name string, c config, f func(context.Context, *keyring.Ring) error) (err error) {
	if c.Pseudonym.InsecureDevKeys {
		return &commandError{err: fmt.Errorf("%s has development keys, which are in no store", name), hints: []string{"set pseudonym.store and pseudonym.kek"}}
	}
	c.Pseudonym.Create = false // a tenant that is misspelt here must not come into being
	log := newLogger(cmd.ErrOrStderr(), c.Log.Level)
	events := &keyEvents{log: log}
	if c.Audit.Directory != "" {
		to, err := openAuditLog(cmd.Context(), c, auditOfKeys, log)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, to.Close()) }()
		events.to.Store(to)
	}
	keys, err := c.Pseudonym.openKeys(log, events.note)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, keys.Close()) }()
	return f(cmd.Context(), keys)
}

// tenantFlag adds --tenant to a command. It is required.
func tenantFlag(cmd *cobra.Command) *string {
	tenant := cmd.Flags().String("tenant", "", "`ID` of the tenant")
	run := cmd.PreRunE
	cmd.PreRunE = func(cmd *cobra.Command, args []string) error {
		if *tenant == "" {
			return usageError(cmd, errors.New("name the tenant: --tenant ID"))
		}
		if run != nil {
			return run(cmd, args)
		}
		return nil
	}
	return tenant
}

func newKeysInitCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "init --config FILE",
		Short: "Make the store",
		Long: `Init makes an empty store. Nothing else does: a pipeline that finds no store, because a volume is not there, must not begin with
new keys.`,
		Example: "  tacet keys init --config tacet.yaml",
		Args:    noArgs,
	}
	name := configFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		harden()
		c, err := loadConfig(*name)
		if err != nil {
			return err
		}
		if c.Pseudonym.InsecureDevKeys {
			return fmt.Errorf("%s has development keys, which are in no store", *name)
		}
		k, err := c.Pseudonym.ring(newLogger(cmd.ErrOrStderr(), c.Log.Level))
		if err != nil {
			return fmt.Errorf("configure pseudonym: %w", err)
		}
		if err := keyring.Init(cmd.Context(), k); err != nil {
			return err
		}
		say(cmd.ErrOrStderr(), "made %s, wrapped by %s; back it up and keep the key-encryption key elsewhere", k.Path, k.KEK.Name())
		return nil
	}
	return cmd
}

func newKeysCreateCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "create --config FILE TENANT…",
		Short: "Make the keys of tenants",
		Long: `Create draws the secrets of tenants. A tenant that was destroyed gets new ones, under the next version: nothing that was written before
can be joined with what is written then.`,
		Example: "  tacet keys create --config tacet.yaml acme globex",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usageError(cmd, errors.New("name one or more tenants"))
			}
			for i, tenant := range args {
				if !policy.Default().Tenant(tenant) {
					return usageError(cmd, fmt.Errorf("argument %d: no id of a tenant: must be up to 64 letters, digits, dots, dashes, underscores and colons", i+1))
				}
			}
			return nil
		},
	}
	name := configFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return withKeys(cmd, *name, func(ctx context.Context, keys *keyring.Ring) error {
			for _, tenant := range args {
				if err := keys.Create(ctx, tenant); err != nil {
					return &commandError{err: err, hints: []string{fmt.Sprintf("this was about %q; those named before it have their keys", tenant)}}
				}
			}
			return nil
		})
	}
	return cmd
}

func newKeysListCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "list --config FILE",
		Short:   "List what is in the store: ids, versions, ages; no keys",
		Example: "  tacet keys list --config tacet.yaml --json | jq '.tenants[].versions'",
		Args:    noArgs,
	}
	name := configFlag(cmd)
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return withKeys(cmd, *name, func(_ context.Context, keys *keyring.Ring) error {
			v, err := keys.Inventory()
			if err != nil {
				return err
			}
			if asJSON {
				return json.NewEncoder(cmd.OutOrStdout()).Encode(v)
			}
			return listKeys(cmd.OutOrStdout(), v)
		})
	}
	return cmd
}

func listKeys(w io.Writer, v keyring.Inventory) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "TENANT\tKEY\tSTATE\tSINCE\n")
	row := func(tenant, key, state string, since time.Time) {
		fmt.Fprintf(t, "%q\t%s\t%s\t%s\n", tenant, key, state, since.UTC().Format(time.RFC3339))
	}
	for _, tenant := range v.Tenants {
		if tenant.Shredded != nil {
			row(tenant.Tenant, "all", "destroyed", *tenant.Shredded)
			continue
		}
		row(tenant.Tenant, fmt.Sprintf("level %d, %d salts", tenant.Level, tenant.Subjects), map[bool]string{true: "with reveal key", false: "no reveal key"}[tenant.RevealKey], tenant.Created)
		for _, version := range tenant.Versions {
			key := fmt.Sprintf("version %d", version.Version)
			if version.Mode != "" {
				key += ", " + string(version.Mode)
			}
			switch {
			case version.Shredded != nil:
				row(tenant.Tenant, key, "destroyed", *version.Shredded)
			case version.Current:
				row(tenant.Tenant, key, "in use", version.Created)
			default:
				row(tenant.Tenant, key, "for erasure only", version.Created)
			}
		}
		for _, epoch := range tenant.Epochs {
			if epoch.Shredded != nil {
				row(tenant.Tenant, epoch.Epoch, "destroyed", *epoch.Shredded)
				continue
			}
			row(tenant.Tenant, epoch.Epoch, "in use", epoch.Created)
		}
	}
	return t.Flush()
}

func newKeysRotateCommand() *cobra.Command {
	var mode string
	cmd := &cobra.Command{
		Use:   "rotate --config FILE --tenant ID --mode break|chain",
		Short: "Make new tokens with a new version",
		Long: `Rotate draws the secret of a new version, which new tokens of scope c, r and p are made with and show. The modes:

break  tokens of the old and the new version can't be joined: for a key that may have become known
chain  the new token is made from the old one, so stored tokens can be brought to the new version with "tacet keys rekey"

Earlier versions stay, for erasures to find what was written with them, until "tacet keys shred --version". Masks, shifted dates and
surrogates change in either mode. Tokens of a day or month do not: each has its own key.`,
		Example: "  tacet keys rotate --config tacet.yaml --tenant acme --mode break",
		Args:    noArgs,
	}
	name, tenant := configFlag(cmd), tenantFlag(cmd)
	cmd.Flags().StringVar(&mode, "mode", "", "break or chain")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if m := keyring.Mode(mode); m != keyring.Break && m != keyring.Chain {
			return usageError(cmd, errors.New("choose --mode break or --mode chain"))
		}
		return withKeys(cmd, *name, func(ctx context.Context, keys *keyring.Ring) error {
			version, err := keys.Rotate(ctx, *tenant, keyring.Mode(mode))
			if err == nil {
				say(cmd.ErrOrStderr(), "new tokens of %q show version %d", *tenant, version)
			}
			return err
		})
	}
	return cmd
}

func newKeysShredCommand() *cobra.Command {
	var version int
	var epoch, subject, confirm string
	var all bool
	cmd := &cobra.Command{
		Use:   "shred --config FILE --tenant ID (--all --confirm ID | --version N | --epoch DAY|MONTH | --subject SID)",
		Short: "Destroy keys",
		Long: `Shred destroys keys for good, and rewrites the store without the places where they were. Backups of the store keep them, wrapped,
and running pipelines have them in memory until they look at the store again.

--all      everything of a tenant: from then on it has [TYPE] in place of tokens
--version  one that new tokens don't go through; erasures no longer find tokens of it
--epoch    a day (2026-11-27) or month (2026-11), before its retention is over
--subject  the salt of a subject, by its keyed id of 32 hexadecimal digits`,
		Example: `  tacet keys shred --config tacet.yaml --tenant acme --version 1
  tacet keys shred --config tacet.yaml --tenant acme --all --confirm acme`,
		Args: noArgs,
	}
	name, tenant := configFlag(cmd), tenantFlag(cmd)
	f := cmd.Flags()
	f.BoolVar(&all, "all", false, "destroy everything of the tenant")
	f.StringVar(&confirm, "confirm", "", "the tenant's `ID` again, with --all")
	f.IntVar(&version, "version", 0, "destroy version `N`")
	f.StringVar(&epoch, "epoch", "", "destroy the key of a day or month")
	f.StringVar(&subject, "subject", "", "destroy the salt of subject `SID`")
	cmd.MarkFlagsOneRequired("all", "version", "epoch", "subject")
	cmd.MarkFlagsMutuallyExclusive("all", "version", "epoch", "subject")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if all && confirm != *tenant {
			return usageError(cmd, errors.New("repeat the tenant's id with --confirm: this can't be undone"))
		}
		var sid [16]byte
		if subject != "" {
			if b, err := hex.DecodeString(subject); err != nil || len(b) != len(sid) {
				return usageError(cmd, errors.New("a subject's id has 32 hexadecimal digits"))
			} else {
				copy(sid[:], b)
			}
		}
		return withKeys(cmd, *name, func(_ context.Context, keys *keyring.Ring) error {
			switch {
			case all:
				return keys.ShredTenant(*tenant)
			case epoch != "":
				return keys.ShredEpoch(*tenant, epoch)
			case subject != "":
				return keys.ShredSubject(*tenant, sid)
			}
			return keys.ShredVersion(*tenant, version)
		})
	}
	return cmd
}

func newKeysSweepCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "sweep --config FILE",
		Short: "Destroy the keys of days and months that are over for longer than their retention",
		Long: `Sweep does at once what every running pipeline does once a day, and rewrites a store that was too large to rewrite when something in it
was destroyed.`,
		Example: "  tacet keys sweep --config tacet.yaml",
		Args:    noArgs,
	}
	name := configFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return withKeys(cmd, *name, func(_ context.Context, keys *keyring.Ring) error {
			_, err := keys.Sweep(time.Now())
			return err
		})
	}
	return cmd
}

func newKeysLevelCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "level set N --config FILE --tenant ID",
		Short: "Set what erasure means for a tenant",
		Long: `The levels: 0 records are found by call ids; 1 also by tokens that are recomputed; 2 tokens of a person also hold a random salt, and
once it is destroyed no key brings them back. Tokens of level 2 are others than those below it.`,
		Example: "  tacet keys level set 2 --config tacet.yaml --tenant acme",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 2 || args[0] != "set" {
				return usageError(cmd, errors.New("say: level set N"))
			}
			if n, err := strconv.Atoi(args[1]); err != nil || n < 0 || n > keyring.LevelMost {
				return usageError(cmd, fmt.Errorf("a level is 0 to %d", keyring.LevelMost))
			}
			return nil
		},
	}
	name, tenant := configFlag(cmd), tenantFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		level, _ := strconv.Atoi(args[1])
		return withKeys(cmd, *name, func(_ context.Context, keys *keyring.Ring) error { return keys.SetLevel(*tenant, level) })
	}
	return cmd
}

func newKeysRevealKeyCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "reveal-key (set PUBLIC-KEY-FILE | unset) --config FILE --tenant ID",
		Short: "Set the public key that a tenant's capsules are sealed to",
		Long: `The public key is what "tacet reveal keygen --tenant" prints. Capsules that were sealed before are not sealed anew. Without a key a
tenant has no capsules.`,
		Example: "  tacet keys reveal-key set acme.pub --config tacet.yaml --tenant acme",
		Args: func(cmd *cobra.Command, args []string) error {
			if !(len(args) == 2 && args[0] == "set" || len(args) == 1 && args[0] == "unset") {
				return usageError(cmd, errors.New("say: reveal-key set FILE, or reveal-key unset"))
			}
			return nil
		},
	}
	name, tenant := configFlag(cmd), tenantFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		var public []byte
		if args[0] == "set" {
			text, err := os.ReadFile(args[1])
			if err != nil {
				return fmt.Errorf("read public key: %w", err)
			}
			key, err := reveal.ParsePublicKey(text)
			if err != nil {
				return fmt.Errorf("read public key %s: %w", args[1], err)
			}
			public = key.Bytes()
		}
		return withKeys(cmd, *name, func(_ context.Context, keys *keyring.Ring) error { return keys.SetRevealKey(*tenant, public) })
	}
	return cmd
}
