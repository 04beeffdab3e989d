package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/sonexlabs/tacet/pipeline/audit"
	"github.com/sonexlabs/tacet/pipeline/subject"
)

func newRequestsCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "requests",
		Short: "See what became of people's requests, answer them, certify them",
		Long: `Requests are made by erase, object, restrict and withdraw. Each names the sinks that have to answer; who looks after a sink says
that it is done with ack, or that a law asks to keep the data for a time with hold. When all are done, certificate signs what was done and
from when it can be relied on.`,
		Example: `  tacet requests list --config tacet.yaml
  tacet requests ack r-… --config tacet.yaml --sink archive --count 12
  tacet requests certificate r-… --config tacet.yaml > certificate.txt`,
	}
	return group(cmd, newRequestsListCommand(), newRequestsAckCommand(), newRequestsHoldCommand(), newRequestsCertificateCommand(),
		newRequestsVerifyCommand())
}

// oneArg wants the id of a request.
func oneArg(cmd *cobra.Command, args []string) error {
	return argsOf(1, 1, "name one request, as tacet requests list shows it")(cmd, args)
}

// withRequests runs f with the topics read.
func withRequests(cmd *cobra.Command, name string, f func(ctx context.Context, m *maker) error) error {
	c, err := loadConfig(name)
	if err != nil {
		return err
	}
	return untilSignal(cmd.Context(), cmd.ErrOrStderr(), func(ctx context.Context) error {
		m, err := newMaker(ctx, c, newLogger(cmd.ErrOrStderr(), "warn"))
		if err != nil {
			return err
		}
		if err = m.rights.load(ctx); err == nil {
			err = f(ctx, m)
		}
		return errors.Join(err, m.close())
	})
}

func (m *maker) find(id string) (subject.Status, error) {
	s, ok := m.rights.register.Get(id, time.Now())
	if !ok {
		return s, errors.New("there is no such request: tacet requests list shows their ids")
	}
	return s, nil
}

func newRequestsListCommand() *cobra.Command {
	var asJSON, open bool
	cmd := &cobra.Command{
		Use:   "list --config FILE",
		Short: "List requests, without saying who made them",
		Example: `  tacet requests list --config tacet.yaml --open
  tacet requests list --config tacet.yaml --json | jq -r 'select(.overdue) | .id'`,
		Args: noArgs,
	}
	name := configFlag(cmd)
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object a line")
	cmd.Flags().BoolVar(&open, "open", false, "only those that some sink has not answered with done")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return withRequests(cmd, *name, func(_ context.Context, m *maker) error {
			now := time.Now()
			all := m.rights.register.All(now)
			if open {
				all = stillOpen(all)
			}
			if asJSON {
				return requestsJSON(cmd.OutOrStdout(), all, now)
			}
			return requestsTable(cmd.OutOrStdout(), all, now)
		})
	}
	return cmd
}

func stillOpen(all []subject.Status) (open []subject.Status) {
	for _, s := range all {
		if s.State != subject.StateCompleted && s.State != subject.StateCertified {
			open = append(open, s)
		}
	}
	return open
}

// shown is a request as it is listed: without ids and tokens.
type shown struct {
	ID      string        `json:"id"`
	Tenant  string        `json:"tenant"`
	Kind    subject.Kind  `json:"kind"`
	Lift    bool          `json:"lift,omitempty"`
	Consent string        `json:"consent,omitempty"`
	Before  time.Time     `json:"before,omitzero"`
	State   subject.State `json:"state"`
	Overdue bool          `json:"overdue"`
	Ticket  string        `json:"ticket,omitempty"`
	At      time.Time     `json:"at"`
	Due     time.Time     `json:"due"`
	Pending []string      `json:"pending"`
	Held    []string      `json:"held"`
	Acks    []subject.Ack `json:"acks"`
}

func requestsJSON(w io.Writer, all []subject.Status, now time.Time) error {
	enc := json.NewEncoder(w)
	for _, s := range all {
		x := shown{ID: s.ID, Tenant: s.Tenant, Kind: s.Kind, Lift: s.Lift, Consent: s.Consent, Before: s.Before, State: s.State, Overdue: s.Overdue,
			Ticket: s.Ticket, At: s.At, Due: s.Due, Pending: append([]string{}, s.Pending(now)...), Held: append([]string{}, s.Held(now)...),
			Acks: []subject.Ack{}}
		for _, sink := range s.Sinks {
			if a, ok := s.Acks[sink]; ok {
				x.Acks = append(x.Acks, a)
			}
		}
		if err := enc.Encode(x); err != nil {
			return err
		}
	}
	return nil
}

func requestsTable(w io.Writer, all []subject.Status, now time.Time) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "REQUEST\tTENANT\tKIND\tSTATE\tDUE\tDONE\tHELD\tTICKET")
	for _, s := range all {
		kind, due, ticket := string(s.Kind), s.Due.UTC().Format(time.DateOnly), s.Ticket
		if s.Lift {
			kind = "end of " + kind
		}
		if s.Overdue {
			due += " OVERDUE"
		}
		if ticket == "" {
			ticket = "-"
		}
		held := len(s.Held(now))
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%d of %d\t%d\t%s\n", s.ID, s.Tenant, kind, s.State, due,
			len(s.Sinks)-len(s.Pending(now))-held, len(s.Sinks), held, ticket)
	}
	return t.Flush()
}

func newRequestsAckCommand() *cobra.Command {
	var sink, by string
	var count int
	cmd := &cobra.Command{
		Use:     "ack REQUEST --config FILE --sink NAME",
		Short:   "Say that a sink has done what a request asks for",
		Long:    `Ack is for who looks after a sink, after the records that its directive names are gone there and wherever they were copied.`,
		Example: "  tacet requests ack r-… --config tacet.yaml --sink archive --count 12 --by ops",
		Args:    oneArg,
	}
	name := configFlag(cmd)
	cmd.Flags().StringVar(&sink, "sink", "", "`NAME` of the sink (required)")
	cmd.Flags().IntVar(&count, "count", 0, "`N` records that were deleted or changed")
	cmd.Flags().StringVar(&by, "by", "", "`NAME` of who says so; no e-mail address")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return answer(cmd, *name, args[0], sink, by, func(s subject.Status, now time.Time) (subject.Ack, error) {
			return s.Acknowledge(sink, count, by, now)
		})
	}
	return cmd
}

func newRequestsHoldCommand() *cobra.Command {
	var sink, by, basis, until string
	cmd := &cobra.Command{
		Use:   "hold REQUEST --config FILE --sink NAME --until TIME --basis LAW",
		Short: "Say that a sink must keep its data for a time, and by which law",
		Long: `Hold is neither a silent deletion nor a silent refusal: until the time has come the request is not overdue because of this sink, and
then it is open again.`,
		Example: `  tacet requests hold r-… --config tacet.yaml --sink archive --until 2027-03-01T00:00:00Z --basis "DPDP Rules 2025, Rule 8(3)"`,
		Args:    oneArg,
	}
	name := configFlag(cmd)
	cmd.Flags().StringVar(&sink, "sink", "", "`NAME` of the sink (required)")
	cmd.Flags().StringVar(&until, "until", "", "`TIME` (RFC 3339) until which it is kept (required)")
	cmd.Flags().StringVar(&basis, "basis", "", "the `LAW` that asks for it (required)")
	cmd.Flags().StringVar(&by, "by", "", "`NAME` of who says so; no e-mail address")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		t, err := time.Parse(time.RFC3339, until)
		if err != nil {
			return usageError(cmd, errors.New("--until is not a time as RFC 3339 writes it"))
		}
		return answer(cmd, *name, args[0], sink, by, func(s subject.Status, now time.Time) (subject.Ack, error) {
			return s.Hold(sink, t.UTC(), basis, by, now)
		})
	}
	return cmd
}

// answer writes what a sink says to a request.
func answer(cmd *cobra.Command, config, id, sink, by string, say func(subject.Status, time.Time) (subject.Ack, error)) error {
	if sink == "" {
		return usageError(cmd, errors.New("--sink is required"))
	}
	return withRequests(cmd, config, func(ctx context.Context, m *maker) error {
		s, err := m.find(id)
		if err != nil {
			return err
		}
		a, err := say(s, time.Now().UTC())
		if err != nil {
			return err
		}
		if err := m.note("rights."+string(a.Answer), s.Request, by, audit.Attr{Name: "sink", Value: sink}, audit.Attr{Name: "basis", Value: a.Basis}); err != nil {
			return err
		}
		return m.write(ctx, m.rights.acks, a)
	})
}
