package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

// breachQuery says what was breached: a stretch of offsets, a tenant's key, or a sink.
type breachQuery struct {
	Topic     string    `json:"topic,omitempty"`
	Partition int32     `json:"partition"`
	From      int64     `json:"from"`
	To        int64     `json:"to"`
	Tenant    string    `json:"tenant,omitempty"`
	Version   int       `json:"key_version,omitempty"`
	Sink      string    `json:"sink,omitempty"`
	Since     time.Time `json:"since,omitzero"`
	Until     time.Time `json:"until,omitzero"`
}

// String says it for a person.
func (q breachQuery) String() string {
	what := fmt.Sprintf("offsets %d to %d, not included, of %s/%d", q.From, q.To, printable(q.Topic), q.Partition)
	switch {
	case q.Tenant != "":
		what = fmt.Sprintf("version %d of the keys of tenant %s", q.Version, q.Tenant)
	case q.Sink != "":
		what = "sink " + printable(q.Sink)
	}
	if !q.Since.IsZero() {
		what += ", since " + q.Since.Format(time.RFC3339)
	}
	if !q.Until.IsZero() {
		what += ", until " + q.Until.Format(time.RFC3339)
	}
	return what
}

func newBreachScopeCommand() *cobra.Command {
	var place auditPlace
	var q breachQuery
	var key, since, until, format string
	var unverified bool
	var more []string
	cmd := &cobra.Command{
		Use:   "breach-scope --config FILE (--topic T --partition N --from OFFSET --to OFFSET | --key-version TENANT/V | --sink NAME)",
		Short: "Say whose records a breach touches: tenants, categories, types, numbers, sinks",
		Long: `Breach-scope reads the audit log and says which tenants, categories and types, how many records and which sinks are concerned by what
happened to a stretch of offsets, to a version of a tenant's keys, or to a sink (GDPR Art. 33(3)(a)).

An entry is about some batches, so bounds are rounded outward: "at most" counts every entry that touches what is asked for, "at least"
those that lie in it as a whole. What the log can't say stands below. A log that is not as it was written is refused, unless --unverified
asks for what it says all the same.`,
		Example: `  tacet breach-scope --config tacet.yaml --topic transcripts --partition 3 --from 1200 --to 2400
  tacet breach-scope --config tacet.yaml --key-version acme/2 --format json --audit /mnt/instance-2/audit --audit desk=desk.pub
  tacet breach-scope --config tacet.yaml --sink warehouse --since 2026-03-01T00:00:00Z --until 2026-03-02T00:00:00Z`,
		Args: noArgs,
	}
	place.flags(cmd)
	moreLogs(cmd, &more)
	cmd.Flags().StringVar(&place.public, "public", "", "public key of the log, or a `FILE` with it; without it the configuration's key is taken")
	cmd.Flags().StringArrayVar(&place.witnesses, "witness", nil, "`FILE` of published checkpoints; may be repeated")
	cmd.Flags().StringVar(&q.Topic, "topic", "", "the `TOPIC` that was read")
	cmd.Flags().Int32Var(&q.Partition, "partition", -1, "its partition")
	cmd.Flags().Int64Var(&q.From, "from", -1, "first `OFFSET`")
	cmd.Flags().Int64Var(&q.To, "to", -1, "`OFFSET` at which to end, not included")
	cmd.Flags().StringVar(&key, "key-version", "", "`TENANT/V`: a version of a tenant's keys, as tacet keys list shows it")
	cmd.Flags().StringVar(&q.Sink, "sink", "", "`NAME` of a sink")
	cmd.Flags().StringVar(&since, "since", "", "entries from this `TIME` on, as 2026-03-01T12:00:00Z")
	cmd.Flags().StringVar(&until, "until", "", "entries before this `TIME`")
	cmd.Flags().StringVar(&format, "format", "text", "text or json")
	cmd.Flags().BoolVar(&unverified, "unverified", false, "go on where the log is not as it was written: what it says may be wrong")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if err := q.parse(key, since, until, format); err != nil {
			return usageError(cmd, err)
		}
		s, err := scopeOf(cmd, &place, q, more, unverified)
		if err != nil {
			return err
		}
		if format == "json" {
			e := json.NewEncoder(cmd.OutOrStdout())
			e.SetIndent("", "  ")
			return e.Encode(s)
		}
		return s.print(cmd.OutOrStdout())
	}
	return cmd
}

// parse checks that flags ask for one thing, whole.
func (q *breachQuery) parse(key, since, until, format string) (err error) {
	asked := 0
	offsets := q.Topic != "" || q.Partition >= 0 || q.From >= 0 || q.To >= 0
	for _, is := range []bool{offsets, key != "", q.Sink != ""} {
		if is {
			asked++
		}
	}
	switch {
	case asked != 1:
		return errors.New("ask for one of: --topic with --partition, --from and --to; --key-version; --sink")
	case offsets && (q.Topic == "" || q.Partition < 0 || q.From < 0 || q.To < 0):
		return errors.New("--topic, --partition, --from and --to are required together")
	case offsets && q.From >= q.To:
		return errors.New("--from is not before --to")
	case format != "text" && format != "json":
		return fmt.Errorf("--format is text or json, not %q", format)
	}
	if key != "" {
		i := strings.LastIndexByte(key, '/')
		if i >= 0 {
			q.Tenant = key[:i]
			q.Version, err = strconv.Atoi(key[i+1:])
		}
		if i <= 0 || err != nil || q.Version < 1 {
			return fmt.Errorf("--key-version is TENANT/V, such as acme/2, not %q", key)
		}
	}
	if !offsets {
		q.Partition, q.From, q.To = 0, 0, 0
	}
	f := entryFilter{action: "*", sinceText: since, untilText: until}
	if err := f.parse(); err != nil {
		return err
	}
	q.Since, q.Until = f.since.UTC(), f.until.UTC()
	if since == "" {
		q.Since = time.Time{}
	}
	if until == "" {
		q.Until = time.Time{}
	} else if !q.Since.Before(q.Until) {
		return errors.New("--since is not before --until")
	}
	return nil
}

// scopeOf reads the logs of a place, once they are as they were written or the user wants what they say all the same.
func scopeOf(cmd *cobra.Command, place *auditPlace, q breachQuery, more []string, unverified bool) (*breachScope, error) {
	c, err := place.load(cmd)
	if err != nil {
		return nil, err
	}
	verifier, err := place.verifier(cmd, c)
	if err != nil {
		return nil, err
	}
	known, err := place.known(cmd.Context(), c)
	if err != nil && !unverified {
		return nil, &commandError{err: err, hints: []string{"--unverified goes on without the witness"}}
	}
	s := newBreachScope(q, time.Now().UTC())
	if err != nil {
		s.Problems = append(s.Problems, "the witness can't be read")
	}
	base := c.auditBase(place.dir, verifier)
	logs, err := findLogs(base, more)
	if err != nil {
		return nil, err
	}
	if len(logs) == 0 {
		return nil, fmt.Errorf("%s holds no audit log", place.dir)
	}
	checked, problems := verifyLogs(base, logs, known)
	s.Logs, s.Problems = checked, append(s.Problems, problems...)
	if len(s.Problems) > 0 {
		if !unverified {
			return nil, &commandError{err: fmt.Errorf("the audit log is not as it was written: %s", s.Problems[0]),
				hints: []string{"tacet audit verify says more; --unverified shows what the log says all the same"}}
		}
		say(cmd.ErrOrStderr(), "warning: the audit log is not as it was written (%s): whoever changed it may have hidden what was breached", s.Problems[0])
	}
	for _, l := range logs {
		if err := s.read(l.dir, l.name); err != nil {
			if !unverified {
				return nil, err
			}
			s.Problems = append(s.Problems, fmt.Sprintf("log %s can't be read to its end", l.name))
		}
	}
	s.end(c)
	return s, nil
}
