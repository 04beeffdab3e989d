package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/mod/sumdb/note"

	"github.com/sonexlabs/tacet/pipeline/audit"
)

func newAuditCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "audit",
		Short: "Check and read the audit log",
		Example: `  tacet audit verify --config tacet.yaml
  tacet audit show --config tacet.yaml --action key.rotate`,
	}
	return group(cmd, newAuditVerifyCommand(), newAuditShowCommand(), newAuditKeygenCommand())
}

func newAuditKeygenCommand() *cobra.Command {
	var name string
	cmd := &cobra.Command{
		Use:   "keygen FILE",
		Short: "Make the key that signs checkpoints",
		Long: `Keygen writes the private key to a new FILE, for audit.key, and prints the public one: give it, and the checkpoints that are
published, to whoever is to verify the log.`,
		Example: "  tacet audit keygen --name tacet.example.com audit.key > audit.pub",
		Args:    argsOf(1, 1, "name one file"),
	}
	cmd.Flags().StringVar(&name, "name", "tacet", "`NAME` of the log in its checkpoints, without spaces; best one of your domain")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		text, err := audit.GenerateKey(name)
		if err != nil {
			return usageError(cmd, err)
		}
		key, err := audit.ParseKey([]byte(text))
		if err != nil {
			return err
		}
		f, err := os.OpenFile(args[0], os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return fmt.Errorf("write audit key: %w", err)
		}
		_, err = io.WriteString(f, text+"\n")
		if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
			return fmt.Errorf("write audit key: %w", err)
		}
		_, err = fmt.Fprintln(cmd.OutOrStdout(), key.Verifier())
		return err
	}
	return cmd
}

// auditPlace is where a log is and what it is held against, from a configuration or from flags.
type auditPlace struct {
	config, dir, public string
	witnesses           []string
}

func (a *auditPlace) flags(cmd *cobra.Command) {
	cmd.Flags().StringVarP(&a.config, "config", "c", "", "configuration `FILE` with the log's directory, key and witness")
	cmd.Flags().StringVar(&a.dir, "directory", "", "`DIR` of the log, in place of the configuration's")
	_ = cmd.MarkFlagFilename("config", "yaml", "yml")
	_ = cmd.MarkFlagDirname("directory")
}

// load reads the configuration, if one is given, for what no flag says.
func (a *auditPlace) load(cmd *cobra.Command) (config, error) {
	if a.config == "" && a.dir == "" {
		return config{}, usageError(cmd, errors.New("name the log: --config FILE or --directory DIR"))
	}
	if a.config == "" {
		return config{}, nil
	}
	c, err := loadConfig(a.config)
	if err != nil {
		return c, err
	}
	if a.dir == "" {
		a.dir = string(c.Audit.Directory)
	}
	if a.dir == "" {
		return c, &commandError{err: fmt.Errorf("%s has no audit log", a.config), hints: []string{"set audit.directory and audit.key"}}
	}
	return c, nil
}

func newAuditVerifyCommand() *cobra.Command {
	var place auditPlace
	var from uint64
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "verify",
		Short: "Say whether the audit log is as it was written, and which entry is not",
		Long: `Verify reads a whole audit log and names the first entry that was altered, deleted, inserted, moved or cut off. An older copy of a
log, or one that was written anew with its key, is seen by the checkpoints that were published only: from the witness of the
configuration, or files given with --witness. The log may be in use.`,
		Example: `  tacet audit verify --config tacet.yaml
  tacet audit verify --directory audit --public audit.pub --witness checkpoints.txt`,
		Args: noArgs,
	}
	place.flags(cmd)
	cmd.Flags().StringVar(&place.public, "public", "", "public key, or a `FILE` with it; without it the configuration's key is taken")
	cmd.Flags().StringArrayVar(&place.witnesses, "witness", nil, "`FILE` of published checkpoints; may be repeated")
	cmd.Flags().Uint64Var(&from, "from", 0, "first `ENTRY` to read, where older segments are kept elsewhere")
	cmd.Flags().BoolVar(&asJSON, "json", false, "the report as JSON")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		o, err := place.options(cmd)
		if err != nil {
			return err
		}
		o.From = from
		r, err := audit.Verify(place.dir, o)
		if err != nil {
			return err
		}
		if asJSON {
			err = json.NewEncoder(cmd.OutOrStdout()).Encode(r)
		} else {
			err = printReport(cmd.OutOrStdout(), r)
		}
		if err != nil {
			return err
		}
		switch {
		case o.Witness != nil && r.Witnessed == 0 && r.Entries > 0:
			say(cmd.ErrOrStderr(), "warning: no published checkpoint is of this log: an older copy of it would look the same")
		case o.Witness == nil:
			say(cmd.ErrOrStderr(), "warning: no published checkpoints: an older copy of the log would look the same")
		}
		if len(r.Problems) > 0 {
			return fmt.Errorf("audit log %s: %v", place.dir, r.Problems[0])
		}
		return nil
	}
	return cmd
}

// options gathers key and witnesses.
func (a *auditPlace) options(cmd *cobra.Command) (o audit.Options, err error) {
	c, err := a.load(cmd)
	if err != nil {
		return o, err
	}
	if o.Verifier, err = a.verifier(cmd, c); err != nil {
		return o, err
	}
	known, err := a.known(cmd.Context(), c)
	if err != nil {
		return o, err
	}
	if len(known) > 0 {
		o.Witness = bytes.NewReader(known)
	}
	base := c.auditBase(string(c.Audit.Directory), o.Verifier)
	if rel, err := filepath.Rel(base.dir, a.dir); err == nil && base.dir != "" && filepath.Base(rel) == rel && rel != ".." {
		o.Origin = base.log(logName(base.dir, a.dir)).origin
	}
	return o, nil
}

// verifier is the public key: the one given, or that of the configuration's.
func (a *auditPlace) verifier(cmd *cobra.Command, c config) (note.Verifier, error) {
	public := a.public
	switch {
	case public == "" && c.Audit.Key.IsZero():
		return nil, usageError(cmd, errors.New("no key: give the public one with --public"))
	case public == "":
		key, err := audit.ParseKey(c.Audit.Key.Reveal())
		if err != nil {
			return nil, err
		}
		public = key.Verifier()
	}
	return publicKey(public)
}

// publicKey reads a public key, or a file with it.
func publicKey(public string) (note.Verifier, error) {
	if text, err := os.ReadFile(public); err == nil {
		public = string(text)
	}
	v, err := audit.ParseVerifier(public)
	if err != nil {
		return nil, fmt.Errorf("public key %w", err)
	}
	return v, nil
}

// known reads every checkpoint that was published.
func (a *auditPlace) known(ctx context.Context, c config) (all []byte, err error) {
	files := a.witnesses
	if c.Audit.Witness != "" {
		files = append(files, string(c.Audit.Witness))
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("read witness: %w", err)
		}
		all = append(append(all, text...), '\n')
	}
	if c.Audit.Topic == "" {
		return all, nil
	}
	c.Audit.Witness = ""
	w, err := newWitness(c)
	if err != nil {
		return nil, err
	}
	text, err := w.read(ctx, 0)
	return append(all, text...), err
}

func printReport(out io.Writer, r audit.Report) error {
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "log\t%s\n", r.Log)
	fmt.Fprintf(t, "entries\t%d\n", r.Entries)
	fmt.Fprintf(t, "under a checkpoint\t%d\n", r.Signed)
	fmt.Fprintf(t, "seen by a witness\t%d\n", r.Witnessed)
	if !r.SignedAt.IsZero() {
		fmt.Fprintf(t, "last checkpoint\t%s\n", r.SignedAt.UTC().Format(time.RFC3339))
	}
	for _, p := range r.Problems {
		fmt.Fprintf(t, "problem\t%v\n", p)
	}
	if len(r.Problems) == 0 {
		fmt.Fprintln(t, "result\twhole")
	}
	return t.Flush()
}

func newAuditShowCommand() *cobra.Command {
	var place auditPlace
	var f entryFilter
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "show",
		Short: "Print entries of the audit log",
		Long:  `Show prints entries as they stand in the log; whether they are genuine is for verify to say. The log may be in use.`,
		Example: `  tacet audit show --config tacet.yaml --action 'reveal.*' --since 2026-03-01T00:00:00Z
  tacet audit show --directory audit --json | jq 'select(.action == "batch") | .counts'`,
		Args: noArgs,
	}
	place.flags(cmd)
	cmd.Flags().Uint64Var(&f.from, "from", 0, "first `ENTRY`")
	cmd.Flags().StringVar(&f.action, "action", "*", "`PATTERN` of actions, as for file names: 'key.*'")
	cmd.Flags().StringVar(&f.tenant, "tenant", "", "entries about this `TENANT` only")
	cmd.Flags().StringVar(&f.sinceText, "since", "", "entries from this `TIME` on, as 2026-03-01T12:00:00Z")
	cmd.Flags().StringVar(&f.untilText, "until", "", "entries before this `TIME`")
	cmd.Flags().BoolVar(&asJSON, "json", false, "the lines of the log as they are")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if _, err := place.load(cmd); err != nil {
			return err
		}
		if err := f.parse(); err != nil {
			return usageError(cmd, err)
		}
		show, flush := entryLines(cmd.OutOrStdout())
		if !asJSON {
			show, flush = entryTable(cmd.OutOrStdout())
		}
		err := audit.Read(place.dir, f.from, func(e audit.Entry) error {
			if !f.fits(e) {
				return nil
			}
			return show(e)
		})
		return errors.Join(err, flush())
	}
	return cmd
}

// entryFilter says which entries are shown.
type entryFilter struct {
	from                 uint64
	action, tenant       string
	sinceText, untilText string
	since, until         time.Time
}

func (f *entryFilter) parse() (err error) {
	if _, err := filepath.Match(f.action, ""); err != nil {
		return fmt.Errorf("%q is not a pattern", f.action)
	}
	if f.sinceText != "" {
		if f.since, err = time.Parse(time.RFC3339, f.sinceText); err != nil {
			return fmt.Errorf("%q is not a time like 2026-03-01T12:00:00Z", f.sinceText)
		}
	}
	if f.untilText != "" {
		if f.until, err = time.Parse(time.RFC3339, f.untilText); err != nil {
			return fmt.Errorf("%q is not a time like 2026-03-01T12:00:00Z", f.untilText)
		}
	}
	return nil
}

func (f *entryFilter) fits(e audit.Entry) bool {
	match, _ := filepath.Match(f.action, e.Action) // parse has tried the pattern
	return match && (f.tenant == "" || f.tenant == e.Tenant) && !e.Time.Before(f.since) && (f.until.IsZero() || e.Time.Before(f.until))
}

func entryLines(w io.Writer) (show func(audit.Entry) error, flush func() error) {
	return func(e audit.Entry) error {
		_, err := w.Write(append(e.AppendJSON(nil), '\n'))
		return err
	}, func() error { return nil }
}

func entryTable(w io.Writer) (show func(audit.Entry) error, flush func() error) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "ENTRY\tTIME\tACTOR\tACTION\tTENANT\tABOUT\tCOUNTS")
	return func(e audit.Entry) error {
		var about, counts []string
		if r := e.Range; r != nil {
			about = append(about, fmt.Sprintf("%s/%d [%d,%d)", printable(r.Topic), r.Partition, r.First, r.Next))
		}
		for _, a := range e.Object {
			about = append(about, printable(a.Name)+"="+printable(a.Value))
		}
		for _, c := range e.Counts {
			counts = append(counts, printable(c.Name)+"="+strconv.FormatInt(c.N, 10))
		}
		_, err := fmt.Fprintf(t, "%d\t%s\t%s\t%s\t%s\t%s\t%s\n", e.Seq, e.Time.Format(time.RFC3339), printable(e.Actor), printable(e.Action),
			printable(e.Tenant), strings.Join(about, " "), strings.Join(counts, " "))
		return err
	}, t.Flush
}

// printable shows what could steer a terminal, or break the table, escaped.
func printable(s string) string {
	if s == "" {
		return "-"
	}
	q := strconv.Quote(s)
	return q[1 : len(q)-1]
}
