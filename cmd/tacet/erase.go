package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/sonexlabs/tacet/pipeline/subject"
)

// asked is what the flags of erase, object, restrict and withdraw say.
type asked struct {
	identifierFlags
	kind            subject.Kind
	before, consent string
	lift            bool
}

const identifiersHelp = `

Name who is meant by all they are known by: phone numbers, e-mail addresses, account ids, the ids of their calls. Best in a file or on
standard input, because other users of the machine can see flags. None of them is written anywhere: what goes to the control topics are
keyed ids and tokens. Prints the id of the request.

Every step may be repeated. When the command did not come to its end, run it again: it goes on with the same request.`

func newEraseCommand() *cobra.Command {
	a := &asked{kind: subject.Erase}
	cmd := a.command("erase", "Erase what is kept of somebody, and keep it from coming back",
		`Erase makes workers drop what is about somebody and not younger than --before, whenever it is read again; tells each sink, in its own
tokens, what to delete; writes tombstones for the calls that are named to compacted topics and to topics of capsules; and destroys the
salts of tenants at level 2. Sinks answer with "tacet requests ack".`,
		`  echo 'PHONE +44 7700 900123' | tacet erase --config tacet.yaml --tenant acme --from -
  tacet erase --config tacet.yaml --tenant acme --from subject.txt --before 2026-03-01T00:00:00Z --ticket DP-17`)
	cmd.Flags().StringVar(&a.before, "before", "", "erase what happened up to this `TIME` (RFC 3339); now by default")
	return cmd
}

func newObjectCommand() *cobra.Command {
	a := &asked{kind: subject.Object}
	return a.liftable("object", "Stop processing what is about somebody",
		`Object makes workers drop every record about somebody from now on, whatever its time, and tells each sink.`,
		`  tacet object --config tacet.yaml --tenant acme --from subject.txt --ticket DP-18
  tacet object --config tacet.yaml --tenant acme --from subject.txt --lift`)
}

func newRestrictCommand() *cobra.Command {
	a := &asked{kind: subject.Restrict}
	return a.liftable("restrict", "Keep what is about somebody sealed, and do no more with it",
		`Restrict makes workers put every record about somebody into quarantine, sealed, and tells each sink. When it is lifted,
"tacet quarantine replay" brings the records back.`,
		`  tacet restrict --config tacet.yaml --tenant acme --from subject.txt --ticket DP-19
  tacet restrict --config tacet.yaml --tenant acme --from subject.txt --lift`)
}

func newWithdrawCommand() *cobra.Command {
	a := &asked{kind: subject.Withdraw}
	cmd := a.liftable("withdraw", "Withdraw somebody's consent",
		`Withdraw keeps records about somebody from sinks that need a consent, and tells each sink.`,
		`  tacet withdraw --config tacet.yaml --tenant acme --from subject.txt --consent training
  tacet withdraw --config tacet.yaml --tenant acme --from subject.txt --lift`)
	cmd.Flags().StringVar(&a.consent, "consent", subject.AllConsents, "`NAME` of the consent; * for all")
	return cmd
}

func (a *asked) liftable(use, short, long, example string) *cobra.Command {
	cmd := a.command(use, short, long, example)
	cmd.Flags().BoolVar(&a.lift, "lift", false, "take it back")
	return cmd
}

func (a *asked) command(use, short, long, example string) *cobra.Command {
	cmd := &cobra.Command{Use: use + " --config FILE --tenant ID --from FILE", Short: short, Long: long + identifiersHelp, Example: example}
	name := configFlag(cmd)
	a.add(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		c, ids, err := a.open(cmd, *name)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(ids, func(id identifier) bool { return id.typ == typeCall }) {
			fmt.Fprintln(cmd.ErrOrStderr(), "no call is named: what was said in a call before it named the person is not reached; tacet calls finds the calls")
		}
		if n := nationalPhones(ids); n > 0 {
			fmt.Fprintf(cmd.ErrOrStderr(), "telephone numbers without their country (%d) are looked for only as they are written here: "+
				"begin them with + to have them found in every form\n", n)
		}
		return untilSignal(cmd.Context(), cmd.ErrOrStderr(), func(ctx context.Context) error {
			m, err := newMaker(ctx, c, newLogger(cmd.ErrOrStderr(), "warn"))
			if err != nil {
				return err
			}
			request, err := a.request(time.Now(), c)
			if err != nil {
				return errors.Join(err, m.close())
			}
			status, err := m.make(ctx, request, ids)
			if err = errors.Join(err, m.close()); err != nil {
				return err
			}
			fmt.Fprintln(cmd.OutOrStdout(), status.ID)
			m.report(cmd.ErrOrStderr(), status)
			return nil
		})
	}
	return cmd
}

// request is what was asked, without id and subjects.
func (a *asked) request(now time.Time, c config) (subject.Request, error) {
	now = now.UTC().Truncate(time.Millisecond)
	r := subject.Request{Tenant: a.tenant, Kind: a.kind, Lift: a.lift, Consent: a.consent, Ticket: a.ticket, By: a.by,
		At: now, Due: now.Add(c.Rights.Due), Stage: subject.StageReceived}
	if a.kind == subject.Erase {
		r.Before = now
		if a.before != "" {
			t, err := time.Parse(time.RFC3339, a.before)
			if err != nil {
				return r, &commandError{err: errors.New("--before is not a time as RFC 3339 writes it"), hints: []string{"2026-03-01T00:00:00Z"}, usage: true}
			}
			r.Before = t.UTC().Truncate(time.Millisecond)
		}
		if r.Before.After(now) {
			return r, errors.New("--before is in the future: what has not happened can't be erased; tacet object stops what is to come")
		}
	}
	for _, s := range c.Sinks {
		r.Sinks = append(r.Sinks, s.Name)
	}
	rules, err := loadPolicy(c.Policy)
	if err == nil && !rules.Tenant(a.tenant) {
		err = errors.New("the policy does not know the tenant")
	}
	return r, err
}
