package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/sonexlabs/tacet/pipeline/policy"
)

func newPolicyDiffCommand() *cobra.Command {
	var failOn string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "diff OLD NEW",
		Short: "Say what a new policy changes, and whether more or less leaves",
		Long: `Diff compares what two policies do, not how they are written. Each change is of a class, category, field or type, and is

  tightening  less leaves, or what leaves says less
  loosening   more does
  both        less in one way and more in another, as from a mask to a month: it counts as loosening
  neutral     only words differ

NEW may be put in force at once if it loosens nothing. Else it needs an effective_from at least 14 days after it is made known; a running
pipeline refuses it before. "default" in place of a file is the built-in policy.`,
		Example: `  tacet policy diff default policy.yaml
  tacet policy diff old.yaml new.yaml --fail-on loosening
  tacet policy diff old.yaml new.yaml --json | jq -r '.changes[] | select(.label == "both") | .field'`,
		Args: argsOf(2, 2, "name two files"),
	}
	cmd.Flags().StringVar(&failOn, "fail-on", "", "exit with 1 on a `KIND` of change: loosening, notice (loosening too soon), any")
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if !slices.Contains([]string{"", "loosening", "notice", "any"}, failOn) {
			return usageError(cmd, errors.New("--fail-on is one of loosening, notice, any"))
		}
		old, err := readPolicy(args[0])
		if err != nil {
			return err
		}
		next, err := readPolicy(args[1])
		if err != nil {
			return err
		}
		changes := policy.Diff(old, next)
		if asJSON {
			err = diffJSON(cmd.OutOrStdout(), old, next, changes)
		} else {
			err = diffTable(cmd.OutOrStdout(), old, next, changes)
		}
		if err != nil {
			return err
		}
		return failingOn(failOn, old, next, changes)
	}
	return cmd
}

// failingOn fails for the changes that somebody wants none of.
func failingOn(kind string, old, next *policy.Policy, changes []policy.Change) error {
	loosening := countLabels(changes)[policy.Loosening] + countLabels(changes)[policy.Both]
	switch {
	case kind == "any" && len(changes) > 0:
		return fmt.Errorf("%d changes", len(changes))
	case kind == "loosening" && loosening > 0:
		return fmt.Errorf("%d changes let more leave", loosening)
	case kind == "notice":
		return policy.CheckLead(old, next, time.Now())
	}
	return nil
}

func countLabels(changes []policy.Change) map[policy.Label]int {
	n := map[policy.Label]int{}
	for _, c := range changes {
		n[c.Label]++
	}
	return n
}

func diffJSON(w io.Writer, old, next *policy.Policy, changes []policy.Change) error {
	return json.NewEncoder(w).Encode(struct {
		From    string               `json:"from"` // hashes
		To      string               `json:"to"`
		Counts  map[policy.Label]int `json:"counts"`
		Changes []policy.Change      `json:"changes"`
	}{old.Hash(), next.Hash(), countLabels(changes), append([]policy.Change{}, changes...)})
}

func diffTable(w io.Writer, old, next *policy.Policy, changes []policy.Change) error {
	if len(changes) == 0 {
		_, err := fmt.Fprintf(w, "policy %s -> %s: nothing that leaves is another\n", old.Hash(), next.Hash())
		return err
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "LABEL\tCLASS\tCATEGORY\tFIELD OR TYPE\tWHAT\tFROM\tTO")
	for _, c := range perClass(changes) {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", c.Label, cmp.Or(c.Class, "-"), cmp.Or(c.Category, "-"), cmp.Or(printable(cmp.Or(c.Field, c.Type)), "-"), c.What,
			cmp.Or(c.From, "nothing"), cmp.Or(c.To, "nothing"))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	n := countLabels(changes)
	_, err := fmt.Fprintf(w, "\npolicy %s -> %s: %d tightening, %d loosening, %d both, %d neutral\n", old.Hash(), next.Hash(),
		n[policy.Tightening], n[policy.Loosening], n[policy.Both], n[policy.Neutral])
	return err
}

// perClass makes one line of what is the same for several classes, and puts what somebody must look at first.
func perClass(changes []policy.Change) (lines []policy.Change) {
	var keys []policy.Change
	classes := map[policy.Change][]string{}
	for _, c := range changes {
		key := c
		key.Class = ""
		if classes[key] == nil {
			keys = append(keys, key)
		}
		classes[key] = append(classes[key], c.Class)
	}
	for _, c := range keys {
		c.Class = strings.Join(classes[c], ",")
		lines = append(lines, c)
	}
	order := []policy.Label{policy.Loosening, policy.Both, policy.Tightening, policy.Neutral}
	slices.SortStableFunc(lines, func(a, b policy.Change) int { return slices.Index(order, a.Label) - slices.Index(order, b.Label) })
	return lines
}
