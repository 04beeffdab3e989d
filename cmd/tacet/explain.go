package main

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/sonexlabs/tacet/pipeline"
	"github.com/sonexlabs/tacet/pipeline/codec"
	"github.com/sonexlabs/tacet/pipeline/source"
)

// explaining is what the flags of explain say.
type explaining struct {
	config    string
	topic     string
	partition int32
	offset    int64
	before    int64
	json      bool
	class     string
	file      string
}

func newExplainCommand() *cobra.Command {
	var x explaining
	cmd := &cobra.Command{
		Use:   "explain --config FILE --topic TOPIC (--offset N | FILE)",
		Short: "Say why a record leaves as it does, without any of its values",
		Long: `Explain does to a record what the pipeline would, delivers nothing, and says for each finding its type, detector, rule and
validators, how sure it is, what becomes of it, in which scope, by which clauses and under which policy; for each field what the policy
does with it. It shows no value, no hash of one and no exact length: whoever may see explanations need not see records.

What people asked for, such as erasure, is not looked at.

With --offset the record is read from the topic, and some before it, because what was asked and said earlier in a call counts. Else
records are read from FILE, or standard input, one a line, as if they came from the topic.`,
		Example: `  tacet explain --config tacet.yaml --topic transcripts --partition 3 --offset 1204
  tacet explain --config tacet.yaml --topic transcripts records.ndjson --json`,
		Args: atMostOne,
	}
	name := configFlag(cmd)
	cmd.Flags().StringVar(&x.topic, "topic", "", "the `TOPIC` that the record is of")
	cmd.Flags().Int32Var(&x.partition, "partition", 0, "its partition")
	cmd.Flags().Int64Var(&x.offset, "offset", -1, "its offset")
	cmd.Flags().Int64Var(&x.before, "before", 200, "how many records before it to read, for what its call knows")
	cmd.Flags().StringVar(&x.class, "class", "", "the sink `CLASS` that it leaves for; the policy's first if none is named")
	cmd.Flags().BoolVar(&x.json, "json", false, "one JSON object a record")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		harden()
		x.config = *name
		switch {
		case x.topic == "":
			return usageError(cmd, errors.New("--topic is required"))
		case x.offset >= 0 && len(args) > 0:
			return usageError(cmd, errors.New("give --offset or a file, not both"))
		case len(args) == 1:
			x.file = args[0]
		}
		return x.run(cmd.Context(), cmd.InOrStdin(), cmd.OutOrStdout(), cmd.ErrOrStderr())
	}
	return cmd
}

func (x explaining) run(ctx context.Context, in io.Reader, out, errOut io.Writer) error {
	c, err := loadConfig(x.config)
	if err != nil {
		return err
	}
	if !c.reads(x.topic) {
		return &commandError{err: fmt.Errorf("topic %q is not in the configuration", x.topic), hints: []string{"topics are listed under source.topics"}}
	}
	engine, err := c.dryEngine(ctx, newLogger(errOut, "warn"))
	if err != nil {
		return err
	}
	if engine.Keys, err = c.Pseudonym.openKeys(newLogger(io.Discard, "error"), nil); err != nil {
		return err
	}
	defer engine.Keys.Close()
	explainer, err := pipeline.NewExplainer(engine, x.class)
	if err != nil {
		return err
	}
	show := x.printer(out)
	id := pipeline.LaneID{Topic: x.topic, Partition: x.partition}
	if x.offset < 0 {
		return x.lines(in, func(r *pipeline.Record) error {
			e, err := explainer.Explain(id, r)
			return errors.Join(err, show(e))
		})
	}
	fetch := newRefetcher(c.Kafka)
	found := false
	each := func(r pipeline.Record) error {
		e, err := explainer.Explain(id, &r)
		if err != nil || r.Offset != x.offset {
			return err
		}
		found = true
		return show(e)
	}
	from := max(0, x.offset-x.before)
	_, err = fetch.scan(ctx, id, from, x.offset, each)
	if errors.Is(err, source.ErrGone) && from < x.offset { // the topic keeps only later ones
		_, err = fetch.scan(ctx, id, x.offset, x.offset, each)
	}
	if err == nil && !found {
		err = source.ErrGone
	}
	if err != nil {
		return fmt.Errorf("explain topic %s partition %d offset %d: %w", x.topic, x.partition, x.offset, err)
	}
	return nil
}

// lines gives each line of the input as a record without a key.
func (x explaining) lines(in io.Reader, f func(*pipeline.Record) error) error {
	if x.file != "" && x.file != "-" {
		file, err := os.Open(x.file)
		if err != nil {
			return fmt.Errorf("read records: %w", err)
		}
		defer file.Close()
		in = file
	}
	text, err := io.ReadAll(bufio.NewReader(in))
	if err != nil {
		return fmt.Errorf("read records: %w", err)
	}
	for offset := int64(0); len(text) > 0; offset++ {
		line, rest := codec.NextLine(text)
		text = rest
		if err := f(&pipeline.Record{Offset: offset, Value: line}); err != nil {
			return fmt.Errorf("explain line %d: %w", offset+1, err)
		}
	}
	return nil
}

// printer shows explanations as JSON or as tables.
func (x explaining) printer(out io.Writer) func(pipeline.Explanation) error {
	if x.json {
		enc := json.NewEncoder(out)
		return func(e pipeline.Explanation) error { return enc.Encode(e) }
	}
	return func(e pipeline.Explanation) error { return printExplanation(out, e) }
}

func printExplanation(out io.Writer, e pipeline.Explanation) error {
	fmt.Fprintf(out, "%s/%d offset %d: %s, as %s under policy %s, detectors %s\n", e.Topic, e.Partition, e.Offset,
		strings.TrimSuffix(e.Outcome+": "+e.Detail, ": "), e.Category, e.Policy, e.Detectors)
	if e.Detection != "" {
		fmt.Fprintf(out, "searched as the tenant instructs: %s\n", e.Detection)
	}
	if e.Unnamed > 0 {
		fmt.Fprintf(out, "%d fields dropped that the policy does not name\n", e.Unnamed)
	}
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	if len(e.Fields) > 0 {
		fmt.Fprintln(t, "\nFIELD\tACTION\tSCOPE\tCLAUSES")
	}
	for _, f := range e.Fields {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", f.Path, f.Action, cmp.Or(f.Scope, "-"), strings.Join(f.Clauses, ", "))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	if len(e.Findings) > 0 {
		fmt.Fprintln(t, "\nFIELD\tAT\tLENGTH\tTYPE\tDETECTOR\tRULE\tVALIDATORS\tCONFIDENCE\tACTION\tSCOPE\tCLAUSES")
	}
	for _, f := range e.Findings {
		fmt.Fprintf(t, "%s\t%d-%d\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", f.Path, f.Start, f.End, f.Length, f.Type, f.Detector,
			cmp.Or(f.Rule, "-"), cmp.Or(strings.Join(f.Validators, " "), "-"), f.Confidence, f.Action, cmp.Or(f.Scope, "-"), strings.Join(f.Clauses, ", "))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintln(out)
	return err
}
