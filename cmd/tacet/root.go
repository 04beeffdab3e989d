package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// The exit codes.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
)

// commandError is an error with advice. Usage marks a wrong command line.
type commandError struct {
	err   error
	hints []string
	usage bool
}

func (e *commandError) Error() string { return e.err.Error() }
func (e *commandError) Unwrap() error { return e.err }

func usageError(cmd *cobra.Command, err error) error {
	return &commandError{err: err, usage: true, hints: []string{"see: " + cmd.CommandPath() + " --help"}}
}

// execute runs a command line and gives the exit code.
func execute(ctx context.Context, args []string, in io.Reader, out, errOut io.Writer) int {
	root := newRootCommand()
	root.SetArgs(args)
	root.SetIn(in)
	root.SetOut(out)
	root.SetErr(errOut)
	return report(errOut, root.ExecuteContext(ctx))
}

// report prints an error as the program's messages go: "tacet: error:", then "tacet: hint:" lines.
func report(w io.Writer, err error) int {
	if err == nil {
		return exitDone
	}
	code := exitFailed
	var hints []string
	var of *commandError
	var bad *configError
	switch {
	case errors.As(err, &of):
		hints = of.hints
		if of.usage {
			code = exitUsage
		}
	case errors.As(err, &bad):
		seen := map[string]bool{}
		for _, p := range bad.problems {
			if p.hint != "" && !seen[p.hint] {
				hints = append(hints, fmt.Sprintf("line %d: %s", p.line, p.hint))
				seen[p.hint] = true
			}
		}
	}
	for line := range strings.SplitSeq(hideKeys(err.Error()), "\n") {
		say(w, "error: %s", line)
	}
	for _, h := range hints {
		say(w, "hint: %s", h)
	}
	return code
}

// hideKeys takes private keys out of an error: one that was given in place of the name of its file is in what the system says about that
// file.
func hideKeys(text string) string {
	for _, begin := range []string{"PRIVATE+KEY+", "AGE-SECRET-KEY-", "TACET-REVEAL-"} {
		parts := strings.Split(text, begin)
		for i, part := range parts[1:] {
			end := strings.LastIndex(part, ": ") // as in "open NAME: no such file or directory"
			if end < 0 {
				end = len(part)
			}
			parts[i+1] = part[end:]
		}
		text = strings.Join(parts, "[private key]")
	}
	return text
}

// say prints one line for a person: no capital, no full stop, never a payload.
func say(w io.Writer, format string, args ...any) {
	fmt.Fprintf(w, "tacet: "+format+"\n", args...)
}

// newRootCommand lists the commands.
func newRootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "tacet",
		Short: "Keep personal data out of what leaves Kafka",
		Long: `Tacet reads call transcripts and logs from Kafka, finds personal data in them, pseudonymises it, and writes
minimised records to sinks.

Results go to standard output, everything else to standard error. Exit code: 0 done, 1 failed, 2 wrong usage.`,
		Example: `  echo 'mail me at ada@example.com' | tacet redact
  tacet check --config tacet.yaml
  tacet run --config tacet.yaml`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usageError(cmd, errors.New("no command"))
			}
			return unknownCommand(cmd, args[0])
		},
		RunE: func(*cobra.Command, []string) error { return nil },
	}
	root.SetFlagErrorFunc(flagError)
	root.AddCommand(
		newRunCommand(),
		newRedactCommand(),
		newDetectCommand(),
		newEvalCommand(),
		newCheckCommand(),
		newExplainCommand(),
		newInstructionCommand(),
		newPolicyCommand(),
		newKeysCommand(),
		newQuarantineCommand(),
		newAuditCommand(),
		newEvidenceCommand(),
		newBreachScopeCommand(),
		newRevealCommand(),
		newExportCommand(),
		newEraseCommand(),
		newCallsCommand(),
		newRestrictCommand(),
		newObjectCommand(),
		newWithdrawCommand(),
		newRequestsCommand(),
		newDemoCommand(),
		newGenCommand(),
		newVersionCommand(),
	)
	root.InitDefaultCompletionCmd()
	root.InitDefaultHelpCmd()
	for _, cmd := range root.Commands() {
		switch cmd.Name() {
		case "completion":
			completionUsage(cmd)
		case "help":
			helpUsage(cmd)
		}
	}
	sortCommands(root)
	return root
}

// sortCommands puts the commands under headings, by what somebody comes for.
func sortCommands(root *cobra.Command) {
	under := map[string]string{}
	for _, g := range [][2]string{
		{"Try it, and use it on files:", "demo redact detect gen eval"},
		{"Run the pipeline:", "check run policy explain quarantine keys instruction"},
		{"What people ask for:", "calls erase restrict object withdraw requests"},
		{"Show and prove what was done:", "audit evidence breach-scope reveal export"},
	} {
		root.AddGroup(&cobra.Group{ID: g[0], Title: g[0]})
		for name := range strings.FieldsSeq(g[1]) {
			under[name] = g[0]
		}
	}
	for _, cmd := range root.Commands() {
		cmd.GroupID = under[cmd.Name()]
	}
}

// helpUsage gives the library's own command an example, and has it refuse what is no command.
func helpUsage(cmd *cobra.Command) {
	cmd.Example = "  tacet help keys rotate"
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if of, rest, err := cmd.Root().Find(args); err == nil && len(rest) > 0 {
			return unknownCommand(of, rest[0])
		}
		return nil
	}
}

// completionUsage gives the library's own command an example and our exit code.
func completionUsage(cmd *cobra.Command) {
	cmd.Example = "  tacet completion bash > /etc/bash_completion.d/tacet"
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		return usageError(cmd, errors.New("name a shell: bash, fish, powershell or zsh"))
	}
	cmd.RunE = func(*cobra.Command, []string) error { return nil }
	for _, shell := range cmd.Commands() {
		shell.Args = noArgs
	}
}

// group makes cmd do nothing but name others.
func group(cmd *cobra.Command, others ...*cobra.Command) *cobra.Command {
	var names []string
	for _, c := range others {
		names = append(names, c.Name())
	}
	last := len(names) - 1
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return usageError(cmd, fmt.Errorf("no command: %s or %s", strings.Join(names[:last], ", "), names[last]))
		}
		return unknownCommand(cmd, args[0])
	}
	cmd.RunE = func(*cobra.Command, []string) error { return nil }
	cmd.AddCommand(others...)
	return cmd
}

// unknownCommand refuses what is no command. It is shown only where it is nearly one: a stray argument may be somebody's identifier, or a
// key, and errors end up in logs of terminals and jobs. So no error shows any argument that has no place.
func unknownCommand(cmd *cobra.Command, arg string) error {
	cmd.SuggestionsMinimumDistance = 2
	if near := cmd.SuggestionsFor(arg); len(near) > 0 {
		return &commandError{err: fmt.Errorf("unknown command %q", arg), usage: true, hints: []string{"did you mean: " + strings.Join(near, ", ")}}
	}
	return usageError(cmd, errors.New("unknown command"))
}

// flagError is the library's error about a flag without what stands where a flag's name or value should.
func flagError(cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	var value *pflag.InvalidValueError
	var syntax *pflag.InvalidSyntaxError
	var lacking *pflag.ValueRequiredError
	switch {
	case errors.As(err, &unknown) && unknown.GetSpecifiedShortnames() != "":
		err = fmt.Errorf("unknown shorthand flag: -%.1s", unknown.GetSpecifiedName())
	case errors.As(err, &unknown) && strings.Trim(unknown.GetSpecifiedName(), "abcdefghijklmnopqrstuvwxyz-") != "":
		err = errors.New("unknown flag")
	case errors.As(err, &lacking):
		err = fmt.Errorf("flag needs an argument: --%s", lacking.GetFlag().Name)
	case errors.As(err, &value):
		err = fmt.Errorf("--%s is no %s", value.GetFlag().Name, value.GetFlag().Value.Type())
	case errors.As(err, &syntax):
		err = errors.New("bad flag syntax")
	}
	return usageError(cmd, err)
}

const many = math.MaxInt

// argsOf refuses fewer or more arguments as wrong usage, and says what to name.
func argsOf(least, most int, what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) < least || len(args) > most {
			return usageError(cmd, errors.New(what))
		}
		return nil
	}
}

// atMostOne refuses more than one argument.
func atMostOne(cmd *cobra.Command, args []string) error {
	if len(args) > 1 {
		return usageError(cmd, errors.New("unexpected second argument"))
	}
	return nil
}

// noArgs refuses arguments as wrong usage.
func noArgs(cmd *cobra.Command, args []string) error {
	switch {
	case len(args) == 0:
		return nil
	case cmd.Flags().Lookup("config") != nil:
		return &commandError{err: errors.New("unexpected argument"), usage: true, hints: []string{"a configuration is named with --config FILE"}}
	}
	return usageError(cmd, errors.New("unexpected argument"))
}

// configFlag adds --config to a command.
func configFlag(cmd *cobra.Command) *string {
	name := cmd.Flags().StringP("config", "c", "tacet.yaml", "configuration `FILE`")
	_ = cmd.MarkFlagFilename("config", "yaml", "yml")
	return name
}
