package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/sonexlabs/tacet/pipeline"
	"github.com/sonexlabs/tacet/pipeline/audit"
	"github.com/sonexlabs/tacet/pipeline/subject"
)

// callSearch is what the flags of calls say.
type callSearch struct {
	identifierFlags
	topics    []string
	since, to string
}

func newCallsCommand() *cobra.Command {
	var s callSearch
	cmd := &cobra.Command{
		Use:   "calls --config FILE --tenant ID --from FILE",
		Short: "Find the calls in which somebody is named, for erase and the like",
		Long: `Calls reads the records that the source topics still hold, and prints the ids of the tenant's calls in which somebody is named, by a field or
in a text, as lines that --from of erase, object, restrict and withdraw reads.

Without its calls a request is heeded from the record on that names the person: what was said before in the same call was delivered, and
comes back with a replay. It needs no keys of tokens and delivers nothing; the audit log, where there is one, gets an entry first. What
detectors don't find in a text isn't found here, nor is what the source topics no longer hold.`,
		Example: `  tacet calls --config tacet.yaml --tenant acme --from subject.txt > calls.txt
  cat subject.txt calls.txt | tacet erase --config tacet.yaml --tenant acme --from -
  tacet calls --config tacet.yaml --tenant acme --from subject.txt --topic transcripts --since 2026-03-01T00:00:00Z`,
	}
	name := configFlag(cmd)
	s.add(cmd)
	flags := cmd.Flags()
	flags.StringArrayVar(&s.topics, "topic", nil, "a source `TOPIC` to read; repeat for several, all if none is named")
	flags.StringVar(&s.since, "since", "", "first `OFFSET`, or a time such as 2026-03-01T00:00:00Z; all there is if none is named")
	flags.StringVar(&s.to, "until", "", "`OFFSET` or time at which to end, not included; now if none is named")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		c, ids, err := s.open(cmd, *name)
		if err != nil {
			return err
		}
		return untilSignal(cmd.Context(), cmd.ErrOrStderr(), func(ctx context.Context) error { return s.run(ctx, cmd, c, ids) })
	}
	return cmd
}

func (s *callSearch) run(ctx context.Context, cmd *cobra.Command, c config, ids []identifier) error {
	if len(s.topics) == 0 {
		for _, t := range c.Source.Topics {
			s.topics = append(s.topics, t.Name)
		}
	}
	for _, topic := range s.topics {
		if !c.reads(topic) {
			return &commandError{err: fmt.Errorf("topic %q is not in the configuration", topic), hints: []string{"topics are listed under source.topics"}}
		}
	}
	found, err := newCallFinder(ctx, c, newLogger(cmd.ErrOrStderr(), "warn"), s.tenant, ids)
	if err != nil {
		return err
	}
	// What the flags may say is what a request may.
	r, err := (&asked{identifierFlags: s.identifierFlags, kind: subject.Object}).request(time.Now(), c)
	if err != nil {
		return err
	}
	r.ID, r.Subjects = searchName, found.subjects
	if _, err := subject.ParseRequest(r.Key(), r.Value()); err != nil {
		return &commandError{err: err, usage: true}
	}
	if err := s.note(ctx, c, len(ids)); err != nil {
		return err
	}
	fetch := newRefetcher(c.Kafka)
	for _, topic := range s.topics {
		if err := found.topic(ctx, fetch, topic, s.since, s.to, cmd.OutOrStdout()); err != nil {
			return err
		}
	}
	return found.report(cmd.ErrOrStderr())
}

// note tells the audit log that somebody is looked for, not who.
func (s *callSearch) note(ctx context.Context, c config, ids int) (err error) {
	if c.Audit.Directory == "" {
		return nil
	}
	log, err := openAuditLog(ctx, c, auditOfRights, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	_, err = log.AppendSync(audit.Entry{Actor: cmp.Or(s.by, "tacet"), Action: "rights.search", Tenant: s.tenant,
		Object: []audit.Attr{{Name: "ticket", Value: s.ticket}, {Name: "topics", Value: strconv.Itoa(len(s.topics))}},
		Counts: []audit.Count{{Name: "ids", N: int64(ids)}}})
	return errors.Join(err, log.Close())
}

// callFinder looks through records.
type callFinder struct {
	search                 *pipeline.Searcher
	subjects               []subject.Subject
	records, calls, unread int
}

func newCallFinder(ctx context.Context, c config, log *slog.Logger, tenant string, ids []identifier) (*callFinder, error) {
	engine, err := c.dryEngine(ctx, log)
	if err != nil {
		return nil, err
	}
	engine.Suppressed = subject.NewList(0)
	f := &callFinder{}
	h := subject.NewHasher(engine.Keys)
	for _, id := range ids {
		for _, form := range id.forms {
			sid, ok := h.ID([]byte(tenant), id.typ, []byte(form))
			if !ok {
				return nil, errNoTenantKey
			}
			u := subject.Update{Kind: subject.Object, Tenant: tenant, ID: sid, Request: searchName, Seq: 1, At: time.Unix(0, 0)}
			if err := engine.Suppressed.Apply(u); err != nil {
				return nil, fmt.Errorf("look for an identifier: %w", err)
			}
			f.subjects = append(f.subjects, subject.Subject{Type: id.typ, ID: sid})
		}
	}
	f.search, err = pipeline.NewSearcher(engine)
	return f, err
}

// searchName is the request that a search makes to itself.
const searchName = "search"

// topic looks through what a topic holds between two places, and prints calls as they are found.
func (f *callFinder) topic(ctx context.Context, fetch *refetcher, topic, from, to string, out io.Writer) error {
	return fetch.each(ctx, topic, -1, from, to, 0, func(l laneRange, r pipeline.Record) error {
		f.records++
		calls, unread, err := f.search.Record(l.id, &r)
		if err != nil {
			return err
		}
		if unread != "" {
			f.unread++
		}
		for _, call := range calls {
			if strings.ContainsAny(call, "\r\n") { // no line of --from can hold it
				f.unread++
				continue
			}
			f.calls++
			if _, err := fmt.Fprintf(out, "%s %s\n", typeCall, call); err != nil {
				return err
			}
		}
		return nil
	})
}

// report says what was read, and what could not be.
func (f *callFinder) report(out io.Writer) error {
	fmt.Fprintf(out, "%d records read, %d calls found\n", f.records, f.calls)
	if f.unread > 0 {
		fmt.Fprintf(out, "%d records could not be searched, and may name anybody; a running pipeline has them in quarantine\n", f.unread)
	}
	if f.calls > identifiersMax {
		fmt.Fprintf(out, "a request takes up to %d identifiers: make several\n", identifiersMax)
	}
	return nil
}
