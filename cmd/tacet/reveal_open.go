package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/sonexlabs/tacet/pipeline/reveal"
	"github.com/sonexlabs/tacet/pipeline/source"
)

// topicPrefix marks a topic among the names of --from.
const topicPrefix = "topic:"

// openFlags is what reveal open is asked.
type openFlags struct {
	desk, grant, as, key string
	from                 []string
	calls, types, names  []string
}

func newRevealOpenCommand() *cobra.Command {
	var o openFlags
	cmd := &cobra.Command{
		Use:   "open --desk FILE --grant FILE --as FILE --key FILE --from PLACE",
		Short: "Show the values that a grant allows",
		Long: `Open reads capsules and writes the values that were asked for, one JSON object a line: {"call","record","name","type","value"}, or
"value_base64" where a value is not text. Without --call, --type and --name that is all the grant names.

The audit log has an entry on disk before anything is shown, and one of each refusal. The desk's file, which belongs to whoever
watches over the desk, says who may ask and approve, how much, and where the log is:

  approvers: approvers.txt       # a line each: public key, space, tenants with commas between them or *
  requesters: requesters.txt     # likewise; nobody but the owner may write to either
  audit:
    directory: audit             # the desk's own
    key: file:audit.key          # of tacet audit keygen
    witness: /mnt/other/witness  # a copy of its checkpoints elsewhere; optional
  limits:
    directory: limits            # must exist; buckets begin empty
    principal: {per_hour: 60, burst: 100}
    tenant: {per_hour: 200, burst: 400}
    exports: {per_hour: 6, burst: 12}   # of tacet export, for each person and each tenant
    bulk_per_day: 300            # more than that is an alarm
  kafka: {brokers: ['kafka:9093'], tls: {enabled: true}}   # for topic:NAME

Capsules are read from files, from all .ndjson files below a folder (.gz and .zst too), or from a topic. A tombstone in the topic
hides the capsule with its key before it, also while compaction has not removed it. Files have no tombstones: to
erase, delete them.`,
		Example: `  tacet reveal open --desk desk.yaml --grant grant --as bob.key --key acme.key --from capsules/
  tacet reveal open --desk desk.yaml --grant grant --as bob.key --key acme.key --from topic:capsules --type PHONE --call '[CALL:c1:bdkqtscmfghjrlnpqsdtckbm]'`,
		Args: noArgs,
	}
	f := cmd.Flags()
	f.StringVar(&o.desk, "desk", "desk.yaml", "the desk's `FILE`")
	f.StringVar(&o.grant, "grant", "", "the signed grant's `FILE`")
	f.StringVar(&o.as, "as", "", "your signing key `FILE`")
	f.StringVar(&o.key, "key", "", "the tenant's private key `FILE`")
	f.StringArrayVar(&o.from, "from", nil, "file, folder or topic:NAME with capsules; may be given several times")
	f.StringArrayVar(&o.calls, "call", nil, "only this call's, by its `TOKEN`; may be given several times")
	f.StringSliceVar(&o.types, "type", nil, "only values of this `TYPE`; several with commas")
	f.StringArrayVar(&o.names, "name", nil, "only what this alias or `TOKEN` stands for; may be given several times")
	for _, name := range []string{"desk", "grant", "as", "key", "from"} {
		_ = cmd.MarkFlagFilename(name)
	}
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if o.grant == "" || o.as == "" || o.key == "" || len(o.from) == 0 {
			return usageError(cmd, errors.New("needed: --grant, --as, --key and --from"))
		}
		harden()
		return untilSignal(cmd.Context(), cmd.ErrOrStderr(), func(ctx context.Context) error {
			return revealOpen(ctx, o, cmd.OutOrStdout(), cmd.ErrOrStderr())
		})
	}
	return cmd
}

// revealOpen asks the desk and shows what it answers.
func revealOpen(ctx context.Context, o openFlags, out, errOut io.Writer) (err error) {
	c, err := loadDesk(o.desk)
	if err != nil {
		return err
	}
	if len(c.Kafka.Brokers) == 0 && slices.ContainsFunc(o.from, func(s string) bool { return strings.HasPrefix(s, topicPrefix) }) {
		return &commandError{err: fmt.Errorf("%s does not say where the brokers are", o.desk), hints: []string{"kafka: {brokers: [host:port]}"}}
	}
	grant, err := os.ReadFile(o.grant)
	if err != nil {
		return fmt.Errorf("read grant: %w", err)
	}
	as, err := reveal.ReadSigner(o.as)
	if err != nil {
		return err
	}
	key, err := reveal.ReadPrivateKey(o.key)
	if err != nil {
		return err
	}
	desk, closeLog, err := openDesk(c, func(e reveal.Event) { say(errOut, "alarm: %s: it is in the audit log", e.Reason) })
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeLog()) }()
	answer, err := desk.Reveal(
		reveal.Request{Grant: grant, As: as, Key: key, Calls: o.calls, Types: o.types, Names: o.names},
		capsules(ctx, c, o.from))
	if err != nil {
		return err
	}
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	for _, v := range answer.Values {
		if err := enc.Encode(showValue(v)); err != nil {
			return err
		}
	}
	say(errOut, "%d values shown", len(answer.Values))
	if answer.Foreign > 0 {
		say(errOut, "%d records are no capsules", answer.Foreign)
	}
	if answer.Damaged > 0 {
		return &commandError{err: fmt.Errorf("%d capsules of these calls can't be opened, their values are missing", answer.Damaged),
			hints: []string{"they are sealed to another key, changed, or not where they belong"}}
	}
	return nil
}

// shownValue is a value as it is printed.
type shownValue struct {
	Call   string  `json:"call"`
	Record string  `json:"record"`
	Name   string  `json:"name"`
	Type   string  `json:"type"`
	Value  *string `json:"value,omitempty"`
	Binary []byte  `json:"value_base64,omitempty"`
}

func showValue(v reveal.Value) shownValue {
	s := shownValue{Call: v.Call, Record: v.Record, Name: v.Name, Type: v.Type}
	if utf8.Valid(v.Value) {
		text := string(v.Value)
		s.Value = &text
	} else {
		s.Binary = v.Value
	}
	return s
}

// errEnough ends reading early: nobody takes more.
var errEnough = errors.New("no more capsules are wanted")

// capsules reads all that the places hold, one place after the other.
func capsules(ctx context.Context, c deskConfig, from []string) iter.Seq2[reveal.Delivered, error] {
	return func(yield func(reveal.Delivered, error) bool) {
		take := func(d reveal.Delivered) error {
			if !yield(d, nil) {
				return errEnough
			}
			return ctx.Err()
		}
		for _, place := range from {
			var err error
			if topic, ok := strings.CutPrefix(place, topicPrefix); ok {
				err = capsulesOfTopic(ctx, c.Kafka, topic, take)
			} else {
				err = capsulesOfFiles(place, take)
			}
			if errors.Is(err, errEnough) {
				return
			}
			if err != nil {
				yield(reveal.Delivered{}, err)
				return
			}
		}
	}
}

// capsulesOfTopic reads what a topic holds now.
func capsulesOfTopic(ctx context.Context, c kafkaConfig, name string, take func(reveal.Delivered) error) error {
	topic, err := source.NewTopic(c.connect(), name, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	defer topic.Close()
	return topic.Each(ctx, func(_ int, _ int64, key, value []byte) error {
		return take(reveal.Delivered{Capsules: value, Key: string(key)})
	})
}

// capsuleLineMax is longer than any capsule is.
const capsuleLineMax = 8 << 20

// capsulesOfFiles reads a file, or the files of a file sink below a folder.
func capsulesOfFiles(name string, take func(reveal.Delivered) error) error {
	return filepath.WalkDir(name, func(file string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		base := filepath.Base(file)
		if entry.IsDir() || file != name && (strings.HasPrefix(base, ".") || !strings.Contains(base, ".ndjson")) {
			return nil // what has a dot in front is not finished
		}
		var read atomic.Int64
		in, err := openInput(nil, file, &read)
		if err != nil {
			return err
		}
		return errors.Join(capsulesOfLines(in, take), in.close())
	})
}

func capsulesOfLines(in *input, take func(reveal.Delivered) error) error {
	for {
		line, _, err := in.line(nil, capsuleLineMax)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if string(line) == "null" { // a tombstone, but a file doesn't say whose
			continue
		}
		if err := take(reveal.Delivered{Capsules: line}); err != nil {
			return err
		}
	}
}
