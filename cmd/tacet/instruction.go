package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/mod/sumdb/note"

	"github.com/sonexlabs/tacet/pipeline/policy"
	"github.com/sonexlabs/tacet/pipeline/source"
)

func newInstructionCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "instruction",
		Short: "Sign and check what tenants instruct",
		Long: `An instruction is what a tenant, whose data it is, told the platform to do with it from a time on: whether recordings and texts may
leave, for how long, which consents it gave, where its data may be. It is a YAML text, signed, with a version; a later version
supersedes an earlier one in all that happens from its beginning on, also in what that had planned for later, and nothing is unsaid.`,
		Example: `  tacet instruction sign --key tenant.key acme-2.yaml > instructions/acme-2.signed
  tacet instruction verify --keys tenants.keys instructions/*.signed
  tacet instruction publish --config tacet.yaml instructions/acme-2.signed
  tacet instruction list --config tacet.yaml`,
	}
	return group(cmd, newInstructionSignCommand(), newInstructionVerifyCommand(), newInstructionPublishCommand(), newInstructionListCommand())
}

func newInstructionSignCommand() *cobra.Command {
	var key string
	cmd := &cobra.Command{
		Use:     "sign --key FILE INSTRUCTION",
		Short:   "Check an instruction and sign it",
		Example: "  tacet audit keygen --name acme.example tenant.key >> tenants.keys\n  tacet instruction sign --key tenant.key acme-2.yaml > instructions/acme-2.signed",
		Args:    argsOf(1, 1, "name one instruction"),
	}
	cmd.Flags().StringVar(&key, "key", "", "signing key `FILE`")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if key == "" {
			return usageError(cmd, errors.New("--key is required"))
		}
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
		Args:    argsOf(1, many, "name signed instructions"),
	}
	cmd.Flags().StringVar(&keys, "keys", "", "`FILE` of public keys, one a line, each with the tenants it signs for")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if keys == "" {
			return usageError(cmd, errors.New("--keys is required"))
		}
		known, err := readInstructionKeys(keys)
		if err != nil {
			return err
		}
		table, problems := policy.NewInstructions(), []error(nil)
		table.SearchWith(policy.Unsearched())
		for _, name := range args {
			i, err := takeFile(table, known, name)
			if err != nil {
				problems = append(problems, err)
				continue
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s: tenant %s, version %d, from %s\n", name, i.Tenant, i.Version, i.From.Format(time.RFC3339))
		}
		return errors.Join(problems...)
	}
	return cmd
}

// takeFile verifies a file, and holds it against what is in a table.
func takeFile(table *policy.Instructions, keys *policy.InstructionKeys, name string) (*policy.Instruction, error) {
	signed, err := readSigned(name)
	if err != nil {
		return nil, err
	}
	i, err := policy.VerifyInstruction(name, signed, keys)
	if err != nil {
		return nil, err
	}
	if err := table.Take(keys, name, []byte(i.Name()), signed); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return i, nil
}

func newInstructionPublishCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "publish --config FILE INSTRUCTION…",
		Short: "Write signed instructions to the configured topic",
		Long: `Publish writes signed instructions to instructions.topic, in the order in which they are named. It refuses all of them where one is not
signed by a known key, leaves out a version, or says something else than a version that is there.`,
		Example: "  tacet instruction publish --config tacet.yaml acme-2.signed",
		Args:    argsOf(1, many, "name signed instructions"),
	}
	name := configFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		c, err := loadConfig(*name)
		if err != nil {
			return err
		}
		if c.Instructions.Topic == "" {
			return &commandError{err: errors.New("the configuration names no topic of instructions"),
				hints: []string{"set instructions.topic; a file is published by putting it into instructions.directory"}}
		}
		s, err := c.newInstructions(cmd)
		if err != nil {
			return err
		}
		defer s.close()
		if err := s.load(cmd.Context()); err != nil {
			return err
		}
		var messages []source.Message
		var problems []error
		for _, name := range args {
			i, err := takeFile(s.table, s.keys, name)
			if err != nil {
				problems = append(problems, err)
				continue
			}
			signed, err := readSigned(name)
			if err != nil {
				return err
			}
			messages = append(messages, source.Message{Key: []byte(i.Name()), Value: signed})
		}
		if len(problems) > 0 {
			return errors.Join(problems...)
		}
		return s.topic.Append(cmd.Context(), 0, messages...)
	}
	return cmd
}

func newInstructionListCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "list --config FILE",
		Short:   "List the instructions in the configured directory and topic, and which are in force",
		Example: "  tacet instruction list --config tacet.yaml",
		Args:    noArgs,
	}
	name := configFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		c, err := loadConfig(*name)
		if err != nil {
			return err
		}
		if !c.Instructions.enabled() {
			return &commandError{err: errors.New("the configuration names no instructions"), hints: []string{"set instructions.directory or instructions.topic"}}
		}
		s, err := c.newInstructions(cmd)
		if err != nil {
			return err
		}
		defer s.close()
		if err := s.load(cmd.Context()); err != nil {
			return err
		}
		return s.print(cmd.OutOrStdout(), time.Now())
	}
	return cmd
}

// newInstructions is newInstructions for a command that searches nothing.
func (c config) newInstructions(cmd *cobra.Command) (*instructions, error) {
	set, err := c.Detection.set()
	if err != nil {
		return nil, err
	}
	return newInstructions(c, set, newLogger(cmd.ErrOrStderr(), "warn"))
}

// print lists all versions, and which is in force now. Consents that are over are left out.
func (s *instructions) print(w io.Writer, now time.Time) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "TENANT\tVERSION\tFROM\tIN FORCE\tTEXT\tRECORDING\tCONSENTS\tREGIONS\tDETECTION\tMINORS\tHASH")
	for _, tenant := range s.table.Tenants() {
		for _, i := range s.table.Of(tenant) {
			var consents []string
			for _, c := range i.Consents {
				if now.Before(c.Expires) {
					consents = append(consents, c.Name)
				}
			}
			var regions []string
			if i.HomeRegion != "" {
				regions = append(regions, i.HomeRegion)
			}
			fmt.Fprintf(t, "%s\t%d\t%s\t%v\t%s\t%v\t%s\t%s\t%s\t%s\t%s\n", tenant, i.Version, i.From.Format(time.RFC3339), s.table.At([]byte(tenant), now) == i,
				i.Text, i.Recording, orDash(consents), orDash(append(regions, i.Regions...)),
				cmp.Or(i.Detection.String(), "-"), map[bool]string{true: "quarantine", false: "-"}[i.Minors], i.Hash())
		}
	}
	return t.Flush()
}

func orDash(words []string) string {
	if len(words) == 0 {
		return "-"
	}
	return strings.Join(words, ",")
}
