package main

import (
	"cmp"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/segmentio/kafka-go"

	"github.com/sonexlabs/tacet/detectors"
	"github.com/sonexlabs/tacet/pipeline"
	"github.com/sonexlabs/tacet/pipeline/policy"
	"github.com/sonexlabs/tacet/pipeline/source"
)

// exampleConfig is a configuration with every key, for whoever has the program and not its sources.
//
//go:embed example.yaml
var exampleConfig string

func newCheckCommand() *cobra.Command {
	var connect, example bool
	cmd := &cobra.Command{
		Use:   "check --config FILE",
		Short: "Check a configuration and show the policy in force, by clause",
		Long: `Check loads everything that run would load, and prints which fields of which topic leave for the sinks there are, what becomes of
personal data in them, and by which clause of the privacy policy; and, where policy.witness has what was in force, what of policy and configuration would let more
leave, and so needs 14 days' notice. With --connect it also tests brokers, topics, sinks and quarantine. With --example it only prints a
configuration to start from: every key, its default and what it does.`,
		Example: `  tacet check --example > tacet.yaml
  tacet check --config tacet.yaml
  tacet check --config tacet.yaml --connect`,
		Args: noArgs,
	}
	name := configFlag(cmd)
	cmd.Flags().BoolVar(&connect, "connect", false, "also test brokers, topics, sinks and quarantine")
	cmd.Flags().BoolVar(&example, "example", false, "print a complete configuration, read none")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if example {
			if connect || cmd.Flags().Changed("config") {
				return usageError(cmd, errors.New("--example stands alone: it reads no configuration"))
			}
			_, err := io.WriteString(cmd.OutOrStdout(), exampleConfig)
			return err
		}
		c, err := loadConfig(*name)
		if err != nil {
			return err
		}
		p, err := build(c, io.Discard, slog.New(slog.DiscardHandler))
		if err != nil {
			return err
		}
		defer func() { _ = p.close() }()
		if _, err := pipeline.New(p.engine); err != nil {
			return err
		}
		if err := c.refuse(p.engine.Instructions, time.Now()); err != nil {
			return err
		}
		printPolicy(cmd.OutOrStdout(), c, p.engine.Policy)
		printRegions(cmd.OutOrStdout(), c)
		printAdditions(cmd.OutOrStdout(), c.Detection, p.detection)
		fmt.Fprintln(cmd.OutOrStdout(), "\nwhatever is not named here is dropped")
		if err := printChanges(cmd.OutOrStdout(), c, p.engine.Policy, p.lists); err != nil {
			return err
		}
		for _, w := range slices.Concat(warnings(c, p.engine.Policy), p.instructions.warnings(p.engine.Policy), unsupported(p.detection)) {
			say(cmd.ErrOrStderr(), "warning: %s", w)
		}
		if connect {
			return checkConnections(cmd.Context(), c, p, cmd.OutOrStdout())
		}
		return nil
	}
	return cmd
}

// printPolicy shows what is in force: for each topic its category, for each sink its class, for each category in use its fields by
// clause, and for each class in use what replaces each type.
func printPolicy(w io.Writer, c config, p *policy.Policy) {
	fmt.Fprintf(w, "policy %s (%s)\n", p.Hash(), cmp.Or(string(c.Policy.File), "built in"))
	var categories []string
	for _, t := range c.Source.Topics {
		fmt.Fprintf(w, "topic %s: %s as %s\n", t.Name, t.Category, t.Format)
		categories = append(categories, t.Category)
	}
	classes := map[string]bool{}
	for _, s := range c.Sinks {
		class := classOf(p, s.Class).Name
		fmt.Fprintf(w, "sink %s: %s, class %s\n", s.Name, s.Type, class)
		classes[class] = true
	}
	slices.Sort(categories)
	for _, name := range slices.Compact(categories) {
		category, _ := p.Category(name)
		fmt.Fprintf(w, "\n%s\n", name)
		if category.HasPartials() {
			fmt.Fprintf(w, "  partial results: %s\n", category.Partials)
		}
		printRules(w, category, classes)
	}
	var others []string
	for _, class := range p.Classes() {
		if classes[class.Name] {
			printClass(w, p, &class)
		} else {
			others = append(others, class.Name)
		}
	}
	fmt.Fprintln(w, "\nall types of personal data")
	wrap(w, "", typeNames(detectors.Types()))
	if len(others) > 0 {
		fmt.Fprintf(w, "\nsink classes of the policy that no sink has: %s\n", strings.Join(others, ", "))
	}
}

func typeNames(types []detectors.Type) (names []string) {
	for _, t := range types {
		names = append(names, t.String())
	}
	return names
}

func classNames(p *policy.Policy) (names []string) {
	for _, c := range p.Classes() {
		names = append(names, c.Name)
	}
	return names
}

// printRegions shows where data lies, where the configuration says so.
func printRegions(w io.Writer, c config) {
	places := c.places()
	if places[0].region == "" {
		return
	}
	fmt.Fprintln(w, "\nregions")
	for _, p := range places {
		wrap(w, p.region, []string{p.name})
	}
}

// printChanges shows what differs from what a running pipeline had in force, where that is known.
func printChanges(w io.Writer, c config, p *policy.Policy, lists contents) error {
	var was standing
	before, _, err := was.read(string(c.Policy.Witness))
	if err != nil || before == nil {
		return err
	}
	changes := policy.Loosens(before, p)
	now := c.exposure(before, lists.prints(c.Audit.Key.Reveal()))
	if was.Config != nil {
		changes = append(changes, was.Config.changes(now, before)...)
	}
	if len(changes) > 0 {
		fmt.Fprintf(w, "\nsince what was in force; what lets more leave needs %d days' notice\n", policy.Notice/(24*time.Hour))
	}
	for _, change := range changes {
		fmt.Fprintf(w, "  %s\n", change)
	}
	if a := was.Announced; a.covers(now, before) && len(loosening(changes)) > 0 {
		fmt.Fprintf(w, "  the configuration was made known %s and can be in force from %s on\n", a.Since.Format(time.RFC3339), a.Since.Add(policy.Notice).Format(time.RFC3339))
	}
	return nil
}

// printClass shows who reads a class, for what, and what stands in place of what is found in its texts.
func printClass(w io.Writer, p *policy.Policy, c *policy.Class) {
	fmt.Fprintf(w, "\nsink class %s: for %s, read by %s, on the basis of %s (§ %s)\n", c.Name, c.Purpose, c.Recipient, c.Basis, strings.Join(c.Clauses, ", "))
	if c.Consent != "" {
		fmt.Fprintf(w, "  needs the consent %s\n", c.Consent)
	}
	if c.Retention != "" {
		keep, _ := p.Retention(c.Retention)
		fmt.Fprintf(w, "  kept as %s, %s\n", c.Retention, policy.FormatRetention(keep))
	}
	fmt.Fprintln(w, "  personal data found in fields that are redacted")
	byStyle := map[string][]detectors.Type{}
	most := ""
	for _, t := range detectors.Types() {
		style := c.Style(t).String()
		if byStyle[style] = append(byStyle[style], t); len(byStyle[style]) > len(byStyle[most]) {
			most = style
		}
	}
	for _, style := range slices.Sorted(maps.Keys(byStyle)) {
		if style != most {
			wrap(w, "  "+style, typeNames(byStyle[style]))
		}
	}
	wrap(w, "  "+most, []string{"all", "other", "types"})
}

// printRules groups the fields of a category by clause and action, for the classes that are used.
func printRules(w io.Writer, c *policy.Category, classes map[string]bool) {
	type group struct{ clauses, action string }
	var order []group
	fields := map[group][]string{}
	for _, r := range c.Rules {
		if !classes[r.Class] {
			continue
		}
		g := group{strings.Join(r.Clauses, ", "), r.Action.String()}
		if len(classes) > 1 {
			g.action = r.Class + " " + g.action
		}
		if fields[g] == nil {
			order = append(order, g)
		}
		fields[g] = append(fields[g], r.Path)
	}
	slices.SortStableFunc(order, func(a, b group) int {
		return cmp.Or(cmp.Compare(section(a.clauses), section(b.clauses)), cmp.Compare(a.clauses, b.clauses))
	})
	last := ""
	for _, g := range order {
		if g.clauses != last {
			fmt.Fprintf(w, "  § %s\n", g.clauses)
			last = g.clauses
		}
		wrap(w, "  "+g.action, fields[g])
	}
}

// section is the number that clauses begin with ("2.Billing, 3").
func section(clauses string) (n int) {
	for i := 0; i < len(clauses) && '0' <= clauses[i] && clauses[i] <= '9'; i++ {
		n = 10*n + int(clauses[i]-'0')
	}
	return n
}

// wrap prints a label and words in lines of a terminal's width.
func wrap(w io.Writer, label string, words []string) {
	const width, indent = 110, 12
	line := fmt.Sprintf("  %-*s", indent-2, label)
	for _, word := range words {
		if len(line)+1+len(word) > width {
			fmt.Fprintln(w, line)
			line = strings.Repeat(" ", indent)
		}
		line += " " + word
	}
	fmt.Fprintln(w, line)
}

// warnings are settings that are allowed and that somebody should have decided.
func warnings(c config, p *policy.Policy) (all []string) {
	if c.Pseudonym.InsecureDevKeys {
		all = append(all, "pseudonym.insecure_dev_keys: tokens are made with a key that everybody knows")
	}
	if c.Kafka.Insecure {
		all = append(all, "kafka.insecure: records and passwords travel in clear")
	}
	if all = append(all, c.Instructions.warning()...); c.Quarantine.PublicKey == "" {
		all = append(all, "quarantine.public_key is not set: records in quarantine can be brought back only as long as their topic keeps them")
	}
	if c.Audit.Directory == "" {
		all = append(all, "audit.directory is not set: nothing proves what was done")
	} else if c.Audit.Witness == "" && c.Audit.Topic == "" {
		all = append(all, "audit: neither witness nor topic: an older copy of the log would look whole")
	}
	if c.Source.OffsetReset == string(source.ResetLatest) {
		all = append(all, "source.offset_reset: latest leaves out records when an offset is lost")
	}
	for _, s := range c.Sinks {
		if class := classOf(p, s.Class); class.Retention == "" && s.Type != "stdout" {
			all = append(all, fmt.Sprintf("sink %s: class %s has no retention: nothing says how long its records are kept", s.Name, class.Name))
		}
	}
	if p.Tenant("an-id-that-nobody-would-list") {
		all = append(all, "the policy knows any tenant: list tenants to have others quarantined")
	}
	return all
}

// connectTimeout bounds the test of one connection.
const connectTimeout = 15 * time.Second

// checkConnections prints a line for each thing it tests.
func checkConnections(ctx context.Context, c config, p *parts, w io.Writer) error {
	libraryCall := regexp.MustCompile(`kafka\.\(\*Client\)\.\w+: `) // kafka-go's, which says nothing to an operator
	failed := 0
	show := func(name string, err error) {
		if err != nil {
			failed++
			fmt.Fprintf(w, "%s: %s\n", name, libraryCall.ReplaceAllString(err.Error(), ""))
			return
		}
		fmt.Fprintf(w, "%s: ok\n", name)
	}
	fmt.Fprintln(w)
	answered := checkTopics(ctx, c, show)
	for _, s := range p.sinks {
		show("sink "+s.Name, within(ctx, s.Sink.Check))
	}
	show("quarantine", within(ctx, p.dead.Check))
	if p.instructions != nil && p.instructions.topic != nil {
		show("topic of instructions", within(ctx, p.instructions.lasting))
	}
	if p.rights != nil {
		show("people's requests", within(ctx, p.rights.check))
	}
	if answered {
		checkKept(ctx, c, p.engine.Policy, show, w)
	} else {
		fmt.Fprintln(w, "settings of topics: not looked at, because no broker answered")
	}
	if failed > 0 {
		return &commandError{err: fmt.Errorf("%d of the tests failed", failed)}
	}
	return nil
}

func within(ctx context.Context, f func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	return f(ctx)
}

// checkTopics tests that the brokers answer, and tells whether they did, and have the topics that are read.
func checkTopics(ctx context.Context, c config, show func(string, error)) (answered bool) {
	transport, _, err := source.Connect(c.Kafka.connect())
	if err != nil {
		show("brokers", err)
		return false
	}
	defer transport.CloseIdleConnections()
	ctx, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	client := &kafka.Client{Addr: kafka.TCP(c.Kafka.Brokers...), Transport: transport}
	answer, err := client.Metadata(ctx, &kafka.MetadataRequest{Topics: c.reader().Topics})
	show("brokers", err)
	if err != nil {
		return false
	}
	for _, t := range answer.Topics {
		if t.Error == nil && len(t.Partitions) == 0 {
			t.Error = errors.New("has no partition")
		}
		show("topic "+t.Name, t.Error)
	}
	return true
}
