package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/sonexlabs/tacet/pipeline/policy"
	"github.com/sonexlabs/tacet/pipeline/reveal"
)

// exported names what is to leave, as flags do: in a grant and in the export that it is for.
type exported struct {
	class, topic, from, to, file string
	partition                    int32
}

func (x *exported) flags(f *pflag.FlagSet) {
	f.StringVar(&x.class, "class", "", "the sink `CLASS` that records are exported for")
	f.StringVar(&x.topic, "topic", "", "the `TOPIC` that they are of")
	f.Int32Var(&x.partition, "partition", -1, "one partition of it; all if none is named")
	f.StringVar(&x.from, "from", "", "first `OFFSET`, or a time such as 2026-03-01T00:00:00Z")
	f.StringVar(&x.to, "to", "", "`OFFSET` or time at which to end, not included")
}

// named is it as a grant has it. A file is named by what is in it.
func (x *exported) named(policy string) (reveal.Export, error) {
	e := reveal.Export{Class: x.class, Policy: policy, Topic: x.topic, Partition: x.partition, From: x.from, To: x.to}
	if x.file == "" {
		return e, nil
	}
	f, err := os.Open(x.file)
	if err != nil {
		return e, fmt.Errorf("read records: %w", err)
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return e, fmt.Errorf("read records: %w", err)
	}
	e.File = hex.EncodeToString(h.Sum(nil))
	return e, nil
}

// exporting is what the flags of export say.
type exporting struct {
	exported
	config, desk, grant, as, out string
	tenant, purpose, ticket      string
	before                       int64
}

func newExportCommand() *cobra.Command {
	var x exporting
	cmd := &cobra.Command{
		Use:   "export --config FILE --desk FILE --grant FILE --as FILE --class CLASS --tenant ID --purpose WORD --case ID --out DIR (--from START --to END | FILE)",
		Short: "Write a tenant's records for a regulator, with a grant that somebody else has signed",
		Long: `Export works the records of one tenant off as the pipeline would for a sink class that it has no sink for, such as regulator, and writes
them to a new directory: records.ndjson, a line a record, and manifest.json, which says what they are, under which policy and clauses, who
asked, who approved, what became of all that was read, and the SHA-256 of the records.

Somebody else has signed a grant for just these records, this class, policy, purpose and case (tacet reveal grant --class). The lists of
who may, and the audit log, are those of the reveal desk. The log has an entry on disk before a record is read, one with the manifest's
SHA-256 before anybody gets it, and one of each refusal. Tokens are of this class and case alone.

Records are read from the topic between two offsets or times, and some before them, because what was said earlier in a call counts; or
from FILE, one a line, as if they came from the topic: they have no time, so what their tenant instructs now holds. What people asked for
holds, too: who had records erased is not in an export.`,
		Example: `  tacet reveal grant --as alice.key --requester bob+1c2d3e4f+AbCd… --tenant acme --purpose tax_audit --ticket AO-77 --class regulator \
    --policy mctpcgkchjqcgttl --topic billing --from 2026-01-01T00:00:00Z --to 2026-04-01T00:00:00Z > grant
  tacet export --config tacet.yaml --desk desk.yaml --grant grant --as bob.key --class regulator --tenant acme --purpose tax_audit --case AO-77 \
    --topic billing --from 2026-01-01T00:00:00Z --to 2026-04-01T00:00:00Z --out ao-77`,
		Args: atMostOne,
	}
	name := configFlag(cmd)
	f := cmd.Flags()
	x.flags(f)
	f.StringVar(&x.desk, "desk", "desk.yaml", "the reveal desk's `FILE`")
	f.StringVar(&x.grant, "grant", "", "the signed grant's `FILE`")
	f.StringVar(&x.as, "as", "", "your signing key `FILE`")
	f.StringVar(&x.tenant, "tenant", "", "the `ID` of whose records they are")
	f.StringVar(&x.purpose, "purpose", "", "why, in one `WORD`")
	f.StringVar(&x.ticket, "case", "", "`ID` of the demand")
	f.StringVarP(&x.out, "out", "o", "", "`DIR` for the export; it must not exist")
	f.Int64Var(&x.before, "before", 200, "how many records before the first to read, for what calls know")
	for _, name := range []string{"desk", "grant", "as"} {
		_ = cmd.MarkFlagFilename(name)
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		x.config = *name
		if len(args) == 1 {
			x.file = args[0]
		}
		if err := x.usage(); err != nil {
			return usageError(cmd, err)
		}
		harden()
		return untilSignal(cmd.Context(), cmd.ErrOrStderr(), func(ctx context.Context) error {
			return x.run(ctx, cmd.OutOrStdout(), cmd.ErrOrStderr())
		})
	}
	return cmd
}

func (x *exporting) usage() error {
	switch {
	case x.as == "" || x.class == "" || x.tenant == "" || x.purpose == "" || x.ticket == "" || x.out == "":
		return errors.New("needed: --as, --class, --tenant, --purpose, --case and --out")
	case x.file != "" && (x.from != "" || x.to != "" || x.partition >= 0):
		return errors.New("give --from and --to or a file, not both")
	case x.file == "" && (x.from == "" || x.to == ""):
		return errors.New("give --from and --to, or a file")
	}
	return nil
}

// run asks the desk, and exports what it allows.
func (x *exporting) run(ctx context.Context, out, errOut io.Writer) (err error) {
	c, err := loadConfig(x.config)
	if err != nil {
		return err
	}
	d, err := loadDesk(x.desk)
	if err != nil {
		return err
	}
	p, class, err := x.build(&c)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.close()) }()
	request := reveal.ExportRequest{Tenant: x.tenant, Purpose: x.purpose, Ticket: x.ticket}
	if request.Export, err = x.named(p.engine.Policy.Hash()); err != nil {
		return err
	}
	if request.As, err = reveal.ReadSigner(x.as); err != nil {
		return err
	}
	if x.grant != "" {
		if request.Grant, err = os.ReadFile(x.grant); err != nil {
			return fmt.Errorf("read grant: %w", err)
		}
	}
	desk, closeLog, err := openDesk(d, func(e reveal.Event) { say(errOut, "alarm: %s: it is in the audit log", e.Reason) })
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeLog()) }()
	allowed, err := desk.Export(request)
	if err != nil {
		return err
	}
	w := &exportWriter{exporting: x, p: p, class: class, kafka: c.Kafka}
	m, sum, err := w.write(ctx, allowed)
	if err != nil {
		return errors.Join(err, allowed.Failed())
	}
	fmt.Fprintf(out, "%s  %s\n", sum, filepath.Join(x.out, manifestFile))
	say(errOut, "%d of %d records exported", m.Records["written"], m.Records["read"])
	for _, l := range m.Lanes {
		if l.ReadTo < l.To {
			say(errOut, "partition %d has no records from offset %d to %d: they were compacted away, or are of a transaction that is open", l.Partition, l.ReadTo, l.To)
		}
	}
	if m.failed > 0 {
		return &commandError{err: fmt.Errorf("%d records are kept back or could not be worked off, and are not in the export", m.failed),
			hints: []string{"the manifest says which, and why: " + filepath.Join(x.out, manifestFile)}}
	}
	return nil
}

// build makes of the configuration what an export needs: the one topic, for the one tenant, without sinks.
func (x *exporting) build(c *config) (*parts, *policy.Class, error) {
	if x.topic == "" && len(c.Source.Topics) == 1 {
		x.topic = c.Source.Topics[0].Name
	}
	if !c.reads(x.topic) {
		return nil, nil, &commandError{err: fmt.Errorf("topic %q is not in the configuration", x.topic), hints: []string{"name one that is listed under source.topics with --topic"}}
	}
	if _, err := os.Lstat(x.out); !errors.Is(err, os.ErrNotExist) {
		return nil, nil, fmt.Errorf("%s exists: an export is written to a new directory", x.out)
	}
	c.Sinks, c.Quarantine = nil, quarantineConfig{}
	p, err := build(*c, io.Discard, slog.New(slog.DiscardHandler))
	if err != nil {
		return nil, nil, err
	}
	class, err := x.narrow(c, p)
	if err != nil {
		return nil, nil, errors.Join(err, p.close())
	}
	return p, class, nil
}

// narrow has the engine know nothing but the topic and the tenant.
func (x *exporting) narrow(c *config, p *parts) (*policy.Class, error) {
	rules := p.engine.Policy
	topic := c.Source.Topics[slices.IndexFunc(c.Source.Topics, func(t topicConfig) bool { return t.Name == x.topic })]
	if topic.Tenant != "" && topic.Tenant != x.tenant {
		return nil, fmt.Errorf("topic %s is another tenant's", x.topic)
	}
	class, known := rules.Class(x.class)
	category, _ := rules.Category(topic.Category) // the configuration was checked against it
	switch {
	case !known:
		return nil, fmt.Errorf("the policy has no sink class %q", x.class)
	case !policy.IsManual(class.Purpose):
		return nil, &commandError{err: fmt.Errorf("sink class %s is not exported by hand: its purpose is %s", x.class, class.Purpose),
			hints: []string{"a running pipeline may have a sink of it"}}
	case !slices.Contains(category.For, x.class):
		return nil, fmt.Errorf("topic %s: no record of category %s leaves for class %s", x.topic, topic.Category, x.class)
	}
	var err error
	if p.engine.Policy, err = rules.For(x.tenant); err != nil {
		return nil, fmt.Errorf("export for tenant %q: %w", x.tenant, err)
	}
	for name := range p.engine.Topics {
		if name != x.topic {
			delete(p.engine.Topics, name)
		}
	}
	return class, nil
}
