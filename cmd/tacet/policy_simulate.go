package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/sonexlabs/tacet/pipeline"
	"github.com/sonexlabs/tacet/pipeline/policy"
)

// simulation is what the flags of simulate say.
type simulation struct {
	config, policy string
	topic          string
	partition      int32
	from, to       string
	before         int64
	json           bool
	file           string
}

func newPolicySimulateCommand() *cobra.Command {
	var s simulation
	cmd := &cobra.Command{
		Use:   "simulate --config FILE --policy NEW [--topic TOPIC] (--from START --to END | FILE)",
		Short: "Say which counts would change under another policy, on records there are",
		Long: `Simulate works records off twice, under the configuration's policy and under another, delivers nothing, and shows for each sink class
the counts that differ: records and bytes that leave, why others don't, what becomes of fields and of what is found in texts.

Records are read from the topic between two offsets or two times, and some before them, because what was said earlier in a call counts; or
from FILE, or standard input, one a line. It needs no keys and makes none. What people asked for, such as erasure, is not looked at; what
tenants instruct is, in the configured directory and topic, as it is now.`,
		Example: `  tacet policy simulate --config tacet.yaml --policy next.yaml --topic transcripts --from 2026-03-01T00:00:00Z --to 2026-03-02T00:00:00Z
  tacet policy simulate --config tacet.yaml --policy next.yaml --topic transcripts --partition 3 --from 1200 --to 2400 --json
  tacet policy simulate --config tacet.yaml --policy next.yaml records.ndjson`,
		Args: atMostOne,
	}
	name := configFlag(cmd)
	cmd.Flags().StringVar(&s.policy, "policy", "", "the other policy's `FILE` (required)")
	cmd.Flags().StringVar(&s.topic, "topic", "", "the `TOPIC` that the records are of; the only one if none is named")
	cmd.Flags().Int32Var(&s.partition, "partition", -1, "one partition of it; all if none is named")
	cmd.Flags().StringVar(&s.from, "from", "", "first `OFFSET`, or a time such as 2026-03-01T00:00:00Z")
	cmd.Flags().StringVar(&s.to, "to", "", "`OFFSET` or time at which to end, not included; now if none is named")
	cmd.Flags().Int64Var(&s.before, "before", 200, "how many records before the first to read, for what calls know")
	cmd.Flags().BoolVar(&s.json, "json", false, "one JSON object")
	_ = cmd.MarkFlagFilename("policy", "yaml", "yml")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		harden()
		s.config = *name
		switch {
		case s.policy == "":
			return usageError(cmd, errors.New("--policy is required"))
		case s.from != "" && len(args) > 0:
			return usageError(cmd, errors.New("give --from or a file, not both"))
		case s.to != "" && s.from == "":
			return usageError(cmd, errors.New("--to needs --from"))
		case len(args) == 1:
			s.file = args[0]
		}
		return s.run(cmd)
	}
	return cmd
}

func (s simulation) run(cmd *cobra.Command) error {
	c, err := loadConfig(s.config)
	if err != nil {
		return err
	}
	if s.topic == "" && len(c.Source.Topics) == 1 {
		s.topic = c.Source.Topics[0].Name
	}
	if s.topic == "" {
		return usageError(cmd, errors.New("--topic is required where the configuration has several"))
	}
	if !c.reads(s.topic) {
		return &commandError{err: fmt.Errorf("topic %q is not in the configuration", s.topic), hints: []string{"topics are listed under source.topics"}}
	}
	next, err := readPolicy(s.policy)
	if err != nil {
		return err
	}
	t, err := newTrial(cmd.Context(), c, newLogger(cmd.ErrOrStderr(), "warn"), next)
	if err != nil {
		return err
	}
	if s.from != "" {
		err = newRefetcher(c.Kafka).each(cmd.Context(), s.topic, s.partition, s.from, s.to, s.before, func(l laneRange, r pipeline.Record) error {
			return t.record(l.id, &r, r.Offset >= l.from)
		})
	} else {
		err = explaining{file: s.file}.lines(cmd.InOrStdin(), func(r *pipeline.Record) error {
			return t.record(pipeline.LaneID{Topic: s.topic}, r, true)
		})
	}
	if err != nil {
		return err
	}
	if s.json {
		return json.NewEncoder(cmd.OutOrStdout()).Encode(t.result())
	}
	return t.print(cmd.OutOrStdout())
}

// trial works records off under two policies.
type trial struct {
	policies [2]*policy.Policy
	classes  []string
	explain  [2][]*pipeline.Explainer // by class
	records  int
	unheeded []string // what a running pipeline would look at besides
	counts   map[tallied]*[2]int
}

// tallied is what is counted. Names are those of policies and of the program.
type tallied struct {
	Class string `json:"class"`
	What  string `json:"what"`
	Name  string `json:"name"`
}

// newTrial makes what works records off for the classes of the configured sinks.
func newTrial(ctx context.Context, c config, log *slog.Logger, next *policy.Policy) (*trial, error) {
	engine, err := c.dryEngine(ctx, log)
	if err != nil {
		return nil, err
	}
	t := &trial{policies: [2]*policy.Policy{engine.Policy, next}, counts: map[tallied]*[2]int{}}
	if c.Rights.enabled() {
		t.unheeded = append(t.unheeded, "what people asked for, such as erasure")
	}
	for _, s := range c.Sinks {
		class := cmp.Or(s.Class, engine.Policy.Classes()[0].Name)
		if s.Class == "" && next.Classes()[0].Name != class {
			return nil, fmt.Errorf("sink %s names no class: it would go from %s to %s, the policy's first: name one", s.Name, class, next.Classes()[0].Name)
		}
		if _, ok := next.Class(class); !ok {
			return nil, fmt.Errorf("sink %s is of class %s, which the other policy has not: a running pipeline would refuse it", s.Name, class)
		}
		if !slices.Contains(t.classes, class) {
			t.classes = append(t.classes, class)
		}
	}
	for i, p := range t.policies {
		engine.Policy = p
		for _, class := range t.classes {
			x, err := pipeline.NewExplainer(engine, class)
			if err != nil {
				return nil, fmt.Errorf("policy %s: %w", p.Hash(), err)
			}
			t.explain[i] = append(t.explain[i], x)
		}
	}
	return t, nil
}

// record works one off under both. One that doesn't count is there for what its call knows.
func (t *trial) record(id pipeline.LaneID, r *pipeline.Record, counts bool) error {
	if counts {
		t.records++
	}
	for side := range t.policies {
		for i, class := range t.classes {
			e, err := t.explain[side][i].Explain(id, r)
			if err != nil {
				return err
			}
			if counts {
				t.count(side, class, &e)
			}
		}
	}
	return nil
}

func (t *trial) count(side int, class string, e *pipeline.Explanation) {
	add := func(what, name string, n int) {
		key := tallied{class, what, name}
		if t.counts[key] == nil {
			t.counts[key] = new([2]int)
		}
		t.counts[key][side] += n
	}
	if !e.Leaves {
		why := e.Outcome
		if e.Detail == "" && why != "partial" && why != "suppressed" && why != "filtered" {
			why = "not for the class" // worked off, and for others
		}
		add("records that don't leave", why, 1)
		return
	}
	add("records that leave", e.Outcome, 1)
	add("bytes that leave", "", e.Bytes)
	add("fields dropped", "not named", e.Unnamed)
	for _, f := range e.Fields {
		add("fields", f.Path+" "+withScope(f.Action, f.Scope), 1)
	}
	for _, f := range e.Findings {
		add("found in texts", f.Type+" "+withScope(f.Action, f.Scope), 1)
	}
}

func withScope(action, scope string) string {
	if scope != "" {
		action += " (" + scope + ")"
	}
	return action
}

// simulated is what differs.
type simulated struct {
	From     string      `json:"from"` // hashes
	To       string      `json:"to"`
	Records  int         `json:"records"`
	Classes  []string    `json:"classes"`
	Unheeded []string    `json:"not_looked_at,omitempty"`
	Changes  []differing `json:"changes"`
	Loosens  int         `json:"changes_of_policy_that_loosen"`
	Tightens int         `json:"changes_of_policy_that_tighten"`
}

type differing struct {
	tallied
	Now  int `json:"now"`
	Then int `json:"then"`
}

func (t *trial) result() simulated {
	labels := countLabels(policy.Diff(t.policies[0], t.policies[1]))
	r := simulated{From: t.policies[0].Hash(), To: t.policies[1].Hash(), Records: t.records, Classes: t.classes, Unheeded: t.unheeded, Changes: []differing{},
		Loosens: labels[policy.Loosening] + labels[policy.Both], Tightens: labels[policy.Tightening]}
	for key, n := range t.counts {
		if n[0] != n[1] {
			r.Changes = append(r.Changes, differing{key, n[0], n[1]})
		}
	}
	order := []string{"records that leave", "records that don't leave", "bytes that leave", "fields dropped", "fields", "found in texts"}
	slices.SortFunc(r.Changes, func(a, b differing) int {
		return cmp.Or(cmp.Compare(slices.Index(t.classes, a.Class), slices.Index(t.classes, b.Class)),
			cmp.Compare(slices.Index(order, a.What), slices.Index(order, b.What)), strings.Compare(a.Name, b.Name))
	})
	return r
}

func (t *trial) print(w io.Writer) error {
	r := t.result()
	fmt.Fprintf(w, "policy %s -> %s on %d records, for %s\n", r.From, r.To, r.Records, strings.Join(r.Classes, ", "))
	fmt.Fprintf(w, "the policies differ in %d ways that let more leave and %d that let less; tacet policy diff lists them\n", r.Loosens, r.Tightens)
	for _, what := range r.Unheeded {
		fmt.Fprintln(w, "not looked at:", what)
	}
	if len(r.Changes) == 0 {
		_, err := fmt.Fprintln(w, "no count differs")
		return err
	}
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "\nCLASS\tWHAT\tNAME\tNOW\tTHEN")
	for _, c := range r.Changes {
		fmt.Fprintf(tw, "%s\t%s\t%s\t%d\t%d\n", c.Class, c.What, printable(c.Name), c.Now, c.Then)
	}
	return tw.Flush()
}
