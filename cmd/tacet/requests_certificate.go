package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/mod/sumdb/note"

	"github.com/sonexlabs/tacet/pipeline"
	"github.com/sonexlabs/tacet/pipeline/source"
	"github.com/sonexlabs/tacet/pipeline/subject"
)

func newRequestsCertificateCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "certificate REQUEST --config FILE",
		Short: "Sign what was done for a request that every sink is done with",
		Long: `Certificate prints a signed note: what was asked and when, without saying for whom; what each sink answered; and, for each place
where something may still be, until when ("effective by"). Where there is no bound it says so: a topic that is not compacted, or without
max.compaction.lag.ms, or backups of the key store that nobody limits.

Before, it writes the tombstones once more, for records that were on their way when the request was made.`,
		Example: `  tacet requests certificate r-… --config tacet.yaml > certificate.txt
  tacet requests verify certificate.txt --key dpo.example.com+1b3d…`,
		Args: oneArg,
	}
	name := configFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return withRequests(cmd, *name, func(ctx context.Context, m *maker) error {
			signed, err := m.certify(ctx, args[0])
			if err != nil {
				return err
			}
			_, err = cmd.OutOrStdout().Write(signed)
			return err
		})
	}
	return cmd
}

// certify signs the certificate of a request.
func (m *maker) certify(ctx context.Context, id string) ([]byte, error) {
	if m.c.Rights.Key.IsZero() {
		return nil, &commandError{err: errors.New("there is no key to sign with"), hints: []string{"set rights.key; tacet audit keygen makes one"}}
	}
	signer, err := m.c.Rights.signer()
	if err != nil {
		return nil, err
	}
	s, err := m.find(id)
	if err != nil {
		return nil, err
	}
	request, err := s.Certify()
	if err != nil {
		return nil, err
	}
	if _, _, err := m.sweep(ctx, s); err != nil {
		return nil, err
	}
	now := time.Now().UTC()
	places, err := m.places(ctx, s, now)
	if err != nil {
		return nil, err
	}
	c, err := subject.Certify(s, places, now)
	if err != nil {
		return nil, err
	}
	signed, err := c.Sign(signer)
	if err != nil {
		return nil, err
	}
	if err := m.note("rights.certificate", request, ""); err != nil {
		return nil, err
	}
	return signed, m.write(ctx, m.rights.requests, request)
}

// places are where something of an erased person may still be, and until when; other requests delete nothing. Workers may not know yet of any.
func (m *maker) places(ctx context.Context, s subject.Status, now time.Time) (all []subject.Effective, err error) {
	all = []subject.Effective{}
	if !s.Lift {
		all = append(all, subject.Effective{Where: "workers", By: s.Done.At.Add(m.c.Rights.Stale + pipeline.HeedWithin),
			Reason: "one that can't read what people ask for goes on for so long (rights.stale)"})
	}
	if s.Kind != subject.Erase || s.Lift {
		return all, nil
	}
	for _, sink := range m.c.Sinks {
		if sink.Type != "kafka" {
			all = append(all, subject.Effective{Where: "sink " + sink.Name, By: s.Acks[sink.Name].At, Reason: "deleted by who acknowledged it"})
			continue
		}
		for _, name := range sink.destinations() {
			deleted := sink.Compacted || sink.Content == string(pipeline.ContentCapsules)
			e, err := m.place(ctx, m.c.cluster(sink.Kafka), name, len(s.Directives[sink.Name].Calls) > 0 && deleted, now)
			if err != nil {
				return nil, err
			}
			all = append(all, e)
		}
	}
	for _, t := range m.c.Source.Topics {
		e, err := m.place(ctx, m.c.Kafka, t.Name, false, now)
		if err != nil {
			return nil, err
		}
		e.Where = "source topic " + t.Name
		e.Reason += "; it belongs to who writes it, this program only reads it"
		all = append(all, e)
	}
	if s.Done.Salts > 0 {
		e := subject.Effective{Where: "backups of the key store", Reason: "nobody says how long they are kept (rights.backups)"}
		if m.c.Rights.Backups > 0 {
			e.By, e.Reason = s.Done.At.Add(m.c.Rights.Backups), "destroyed salts are in backups made before"
		}
		all = append(all, e)
	}
	return m.sealed(ctx, s, all)
}

// place says how long a topic keeps what was deleted from it, or what was not.
func (m *maker) place(ctx context.Context, cluster kafkaConfig, topic string, deleted bool, now time.Time) (subject.Effective, error) {
	e := subject.Effective{Where: "topic " + topic}
	t, err := source.NewTopic(cluster.connect(), topic, m.log)
	if err != nil {
		return e, err
	}
	defer t.Close()
	s, err := t.Settings(ctx)
	if err != nil {
		return e, err
	}
	kept, why := expires(s)
	if deleted {
		lag, whyLag := compacts(s)
		if lag != source.NoBound && (kept == source.NoBound || lag < kept) {
			kept, why = lag, whyLag
		} else if kept == source.NoBound {
			why = whyLag
		}
	}
	e.Reason = why
	if kept != source.NoBound {
		e.By = now.Add(kept)
	}
	return e, nil
}

// compacts tells how long after its tombstone a message is there.
func compacts(s source.Settings) (time.Duration, string) {
	switch {
	case !s.Compacted:
		return source.NoBound, "tombstones were written, but the topic is not compacted"
	case s.CompactionLag == source.NoBound:
		return source.NoBound, "tombstones were written, but the topic has no max.compaction.lag.ms: it may never be compacted"
	}
	return s.CompactionLag, "compacted by max.compaction.lag.ms after its tombstone"
}

// expires tells how long a message is there that nobody deletes.
func expires(s source.Settings) (time.Duration, string) {
	switch {
	case !s.Deleted:
		return source.NoBound, "nothing was deleted from it by key, and its messages never expire"
	case s.Retention == source.NoBound || s.Segment == source.NoBound:
		return source.NoBound, "nothing was deleted from it by key, and its messages never expire (retention.ms, segment.ms)"
	}
	return s.Retention + s.Segment, "expires by retention.ms after the end of its segment"
}

// sealed adds what the quarantine holds: it can't be looked into, so it is not known whose records they are.
func (m *maker) sealed(ctx context.Context, s subject.Status, all []subject.Effective) ([]subject.Effective, error) {
	q, err := newQuarantine(m.c)
	if err != nil {
		return nil, err
	}
	n := 0
	err = q.Scan(ctx, func(e pipeline.Entry) error {
		if len(e.Sealed) > 0 && !e.Time.After(s.Before) {
			n++
		}
		return nil
	})
	if err := errors.Join(err, q.Close()); err != nil {
		return nil, fmt.Errorf("look into quarantine: %w", err)
	}
	if n > 0 {
		all = append(all, subject.Effective{Where: "quarantine",
			Reason: fmt.Sprintf("%d sealed records of that time, of whom is not known; brought back, they are suppressed like any other", n)})
	}
	return all, nil
}

func newRequestsVerifyCommand() *cobra.Command {
	var key string
	cmd := &cobra.Command{
		Use:     "verify [FILE] --key PUBLIC",
		Short:   "Check a certificate against the public key, and print what it says",
		Example: "  tacet requests verify certificate.txt --key dpo.example.com+1b3d…",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usageError(cmd, errors.New("name one file, or none for standard input"))
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&key, "key", "", "the `PUBLIC` half, as tacet audit keygen printed it (required)")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		verifier, err := note.NewVerifier(key)
		if err != nil {
			return usageError(cmd, errors.New("--key is no public key <name>+<hash>+<key>"))
		}
		in := cmd.InOrStdin()
		if len(args) == 1 {
			f, err := os.Open(args[0])
			if err != nil {
				return fmt.Errorf("read certificate: %w", err)
			}
			defer f.Close()
			in = f
		}
		signed, err := io.ReadAll(io.LimitReader(in, 1<<20))
		if err != nil {
			return fmt.Errorf("read certificate: %w", err)
		}
		c, err := subject.VerifyCertificate(signed, verifier)
		if err != nil {
			return err
		}
		enc := json.NewEncoder(cmd.OutOrStdout())
		enc.SetIndent("", "  ")
		return enc.Encode(c)
	}
	return cmd
}
