package main

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/mod/sumdb/note"

	"github.com/sonexlabs/tacet/pipeline/policy"
)

func newInstructionCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "instruction",
		Short: "Sign and check what tenants instruct",
		Long: `An instruction is what a tenant, whose data it is, told the platform to do with it from a time on: whether recordings and texts may
leave, for how long, which consents it gave, where its data may be. It is a YAML text, signed, with a version; a later version
supersedes an earlier one, and nothing is unsaid.`,
		Example: `  tacet instruction sign --key tenant.key acme-2.yaml > instructions/acme-2.signed
  tacet instruction verify --keys tenants.keys instructions/*.signed
  tacet instruction list --config tacet.yaml`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usageError(cmd, errors.New("no command: sign, verify or list"))
			}
			return usageError(cmd, fmt.Errorf("unknown command %q", args[0]))
		},
		RunE: func(*cobra.Command, []string) error { return nil },
	}
	cmd.AddCommand(newInstructionSignCommand(), newInstructionVerifyCommand(), newInstructionListCommand())
	return cmd
}

func newInstructionSignCommand() *cobra.Command {
	var key string
	cmd := &cobra.Command{
		Use:     "sign --key FILE INSTRUCTION",
		Short:   "Check an instruction and sign it",
		Example: "  tacet audit keygen --name acme.example tenant.key >> tenants.keys\n  tacet instruction sign --key tenant.key acme-2.yaml > instructions/acme-2.signed",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usageError(cmd, errors.New("name one instruction"))
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&key, "key", "", "signing key `FILE`")
	_ = cmd.MarkFlagRequired("key")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		text, err := os.ReadFile(args[0])
		if err != nil {
			return fmt.Errorf("read instruction: %w", err)
		}
		private, err := os.ReadFile(key)
		if err != nil {
			return fmt.Errorf("read signing key: %w", err)
		}
		signer, err := note.NewSigner(strings.TrimSpace(string(private)))
		if err != nil { // its text may quote the key
			return &commandError{err: fmt.Errorf("read signing key: %s is none", key), hints: []string{"make one with: tacet audit keygen"}}
		}
		signed, err := policy.SignInstruction(args[0], text, signer)
		if err != nil {
			return err
		}
		_, err = cmd.OutOrStdout().Write(signed)
		return err
	}
	return cmd
}

func newInstructionVerifyCommand() *cobra.Command {
	var keys string
	cmd := &cobra.Command{
		Use:     "verify --keys FILE INSTRUCTION…",
		Short:   "Check signed instructions",
		Example: "  tacet instruction verify --keys tenants.keys instructions/*.signed",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usageError(cmd, errors.New("name signed instructions"))
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&keys, "keys", "", "`FILE` of public keys, one a line")
	_ = cmd.MarkFlagRequired("keys")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		verifiers, err := readVerifiers(keys)
		if err != nil {
			return err
		}
		table, all, problems := policy.NewInstructions(), []*policy.Instruction(nil), []error(nil)
		for _, name := range args {
			signed, err := os.ReadFile(name)
			if err != nil {
				problems = append(problems, fmt.Errorf("read instruction: %w", err))
				continue
			}
			i, err := policy.VerifyInstruction(name, signed, verifiers)
			if err != nil {
				problems = append(problems, err)
				continue
			}
			all = append(all, i)
			fmt.Fprintf(cmd.OutOrStdout(), "%s: tenant %s, version %d, from %s\n", name, i.Tenant, i.Version, i.From.Format(time.RFC3339))
		}
		return errors.Join(append(problems, table.Replace(all))...)
	}
	return cmd
}

func newInstructionListCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "list --config FILE",
		Short:   "List the instructions in the configured directory, and which are in force",
		Example: "  tacet instruction list --config tacet.yaml",
		Args:    noArgs,
	}
	name := configFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		c, err := loadConfig(*name)
		if err != nil {
			return err
		}
		if c.Instructions.Directory == "" {
			return &commandError{err: errors.New("the configuration names no directory of instructions"), hints: []string{"set instructions.directory"}}
		}
		c.Instructions.Topic = ""
		s, err := newInstructions(c, newLogger(cmd.ErrOrStderr(), "warn"))
		if err != nil {
			return err
		}
		t := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
		fmt.Fprintln(t, "TENANT\tVERSION\tFROM\tIN FORCE\tTEXT\tRECORDING\tCONSENTS\tHASH")
		now := time.Now()
		for _, tenant := range s.table.Tenants() {
			for _, i := range s.table.Of(tenant) {
				var consents []string
				for _, c := range i.Consents {
					consents = append(consents, c.Name)
				}
				fmt.Fprintf(t, "%s\t%d\t%s\t%v\t%s\t%v\t%s\t%s\n", tenant, i.Version, i.From.Format(time.RFC3339), s.table.At([]byte(tenant), now) == i,
					i.Text, i.Recording, strings.Join(consents, " "), i.Hash())
			}
		}
		return t.Flush()
	}
	return cmd
}
