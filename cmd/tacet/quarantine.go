package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"text/tabwriter"
	"time"

	"filippo.io/age"
	"github.com/spf13/cobra"

	"github.com/sonexlabs/tacet/pipeline"
	"github.com/sonexlabs/tacet/pipeline/source"
)

func newQuarantineCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "quarantine",
		Short: "List and bring back records that could not be processed",
		Example: `  tacet quarantine list --config tacet.yaml
  tacet quarantine replay --config tacet.yaml --identity identity.txt`,
	}
	return group(cmd, newQuarantineListCommand(), newQuarantineReplayCommand())
}

func newQuarantineListCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "list --config FILE",
		Short:   "List what is in quarantine, without any part of the records",
		Example: "  tacet quarantine list --config tacet.yaml --json | jq -r .class | sort | uniq -c",
		Args:    noArgs,
	}
	name := configFlag(cmd)
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object a line")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		c, err := loadConfig(*name)
		if err != nil {
			return err
		}
		q, err := newQuarantine(c)
		if err != nil {
			return err
		}
		var show func(pipeline.Entry) error
		var flush func() error
		if asJSON {
			show, flush = listJSON(cmd.OutOrStdout())
		} else {
			show, flush = listTable(cmd.OutOrStdout())
		}
		return errors.Join(q.Scan(cmd.Context(), show), flush(), q.Close())
	}
	return cmd
}

// listed is an entry as it is shown: without the sealed record.
type listed struct {
	pipeline.Entry
	Sealed bool `json:"sealed"`
}

func listJSON(w io.Writer) (show func(pipeline.Entry) error, flush func() error) {
	enc := json.NewEncoder(w)
	return func(e pipeline.Entry) error { return enc.Encode(listed{e, len(e.Sealed) > 0}) }, func() error { return nil }
}

func listTable(w io.Writer) (show func(pipeline.Entry) error, flush func() error) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "TOPIC\tPARTITION\tOFFSET\tCLASS\tCATEGORY\tSINK\tATTEMPTS\tSEALED\tSINCE\tDETAIL")
	return func(e pipeline.Entry) error {
		sealed := "no"
		if len(e.Sealed) > 0 {
			sealed = "yes"
		}
		_, err := fmt.Fprintf(t, "%s\t%d\t%d\t%s\t%s\t%s\t%d\t%s\t%s\t%s\n", e.Topic, e.Partition, e.Offset, e.Class, e.Category,
			cmp.Or(e.Sink, "-"), e.Attempts, sealed, e.At.UTC().Format(time.RFC3339), e.Detail)
		return err
	}, t.Flush
}

func newQuarantineReplayCommand() *cobra.Command {
	var identity string
	cmd := &cobra.Command{
		Use:   "replay --config FILE",
		Short: "Bring records back from quarantine through the pipeline to every sink",
		Long: `Replay sends records in quarantine through the pipeline again, with their own coordinates, and takes those that arrive out
of quarantine. Records of minors stay as long as the tenant or the policy has them kept back. Do it after what kept them out is mended: a newer version, another policy, a higher limit.

A sealed record is opened with the identity that belongs to the configured public key; others are read again from their
topic, as long as it keeps them. Kafka sinks may get records twice that one of several sinks had refused; file sinks write
to a folder "replay-TIME" of their directory, because a file of the run may cover the same offsets.`,
		Example: "  tacet quarantine replay --config tacet.yaml --identity identity.txt",
		Args:    noArgs,
	}
	name := configFlag(cmd)
	cmd.Flags().StringVarP(&identity, "identity", "i", "", "age identity `FILE` for sealed records")
	_ = cmd.MarkFlagFilename("identity")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		harden()
		c, err := loadConfig(*name)
		if err != nil {
			return err
		}
		identities, err := readIdentities(identity)
		if err != nil {
			return err
		}
		return untilSignal(cmd.Context(), cmd.ErrOrStderr(), func(ctx context.Context) error {
			return replay(ctx, c, identities, cmd.OutOrStdout(), cmd.ErrOrStderr())
		})
	}
	return cmd
}

func readIdentities(name string) ([]age.Identity, error) {
	if name == "" {
		return nil, nil
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("read identity: %w", err)
	}
	defer f.Close()
	ids, err := age.ParseIdentities(f)
	if err != nil {
		// The library's error may quote the line, which is the private key.
		return nil, &commandError{err: fmt.Errorf("read identity: %s is not an age identity file", name),
			hints: []string{"it is what age-keygen wrote together with the public key"}}
	}
	return ids, nil
}

// replayFolder is the layout of the names of folders that replays of file sinks write to.
const replayFolder = "replay-20060102T150405Z"

// replay brings back what it can and gives an error when something stays.
func replay(ctx context.Context, c config, identities []age.Identity, out, errOut io.Writer) (err error) {
	log := newLogger(errOut, c.Log.Level)
	p, err := build(c.elsewhere(time.Now()), out, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.close()) }()
	if p.engine.Policy, err = c.inForce(p.engine.Policy, p.lists, time.Now(), log); err != nil {
		return err
	}
	if err = p.openAudit(ctx, c, auditOfReplay, log); err != nil {
		return err
	}
	if err = p.noteStart("replay", c); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.noteEnd("replay.end", err)) }()
	spool, err := newSpool(string(c.Quarantine.Directory))
	if err != nil {
		return err
	}
	defer spool.close()
	r := newReplayer(spool, identities, log)
	r.refetch, r.calls = newRefetcher(c.Kafka), newCallReader(c, log)
	defer r.calls.close()
	if err := p.dead.Scan(ctx, r.take); err != nil {
		return fmt.Errorf("read quarantine: %w", err)
	}
	source := r.source(ctx, c)
	// What fails again is in quarantine already, so it is only noted.
	p.engine.Quarantine = r
	engine, err := pipeline.New(p.engine)
	if err != nil {
		return err
	}
	heeding, stopHeeding, err := p.heed(ctx)
	if err != nil {
		return fmt.Errorf("replay: %w", err)
	}
	if err = c.refuse(p.engine.Instructions, time.Now()); err == nil {
		err = engine.Run(heeding, source)
	}
	if err = errors.Join(err, stopHeeding()); err != nil {
		err = fmt.Errorf("replay: %w", err)
		if errors.Is(err, pipeline.ErrReread) {
			err = &commandError{err: err, hints: []string{"run the command again: everything is still in quarantine"}}
		}
		return err
	}
	back := r.succeeded()
	if err := p.dead.Resolve(ctx, back); err != nil {
		return fmt.Errorf("take records out of quarantine: %w", err)
	}
	say(errOut, "%d of %d entries brought back", len(back), len(r.entries))
	if left := len(r.entries) - len(back); left > 0 {
		return &commandError{err: fmt.Errorf("%d entries stay in quarantine", left), hints: []string{"the log says why for each"}}
	}
	return nil
}

// elsewhere is c with file sinks that write to a folder of a replay.
func (c config) elsewhere(now time.Time) config {
	c.Sinks = slices.Clone(c.Sinks)
	for i := range c.Sinks {
		if s := &c.Sinks[i]; s.Type == "file" {
			s.Directory = path(filepath.Join(string(s.Directory), now.UTC().Format(replayFolder)))
		}
	}
	return c
}

// coordinate is where a record was read.
type coordinate struct {
	lane   pipeline.LaneID
	offset int64
}

func coordinateOf(e pipeline.Entry) coordinate {
	return coordinate{pipeline.LaneID{Topic: e.Topic, Partition: e.Partition}, e.Offset}
}

// replayer gets records back and, as the engine's quarantine, notes which fail again.
type replayer struct {
	entries    []pipeline.Entry       // without what is sealed, which may be more than memory holds
	sealed     map[coordinate]spooled // where it is in the spool
	spool      *spool
	identities []age.Identity
	refetch    *refetcher
	calls      *callReader
	log        *slog.Logger
	minors     map[coordinate]bool // kept back because somebody in their call seemed to be a minor

	mu     sync.Mutex
	failed map[coordinate]bool
}

func newReplayer(spool *spool, identities []age.Identity, log *slog.Logger) *replayer {
	return &replayer{spool: spool, identities: identities, log: log, sealed: map[coordinate]spooled{}, minors: map[coordinate]bool{}, failed: map[coordinate]bool{}}
}

// take takes an entry in.
func (r *replayer) take(e pipeline.Entry) error {
	at := coordinateOf(e)
	if e.Class == pipeline.ClassMinor {
		r.minors[at] = true
	}
	if _, there := r.sealed[at]; !there && len(e.Sealed) > 0 {
		var err error
		if r.sealed[at], err = r.spool.put(e.Sealed); err != nil {
			return err
		}
	}
	e.Sealed = nil
	r.entries = append(r.entries, e)
	return nil
}

// source makes one lane of each partition that has records to bring back. They are fetched as they are needed.
func (r *replayer) source(ctx context.Context, c config) (all replays) {
	byLane := map[pipeline.LaneID]map[int64]pipeline.Entry{}
	for _, e := range r.entries {
		at := coordinateOf(e)
		if !c.reads(e.Topic) {
			r.fail(at, errors.New("topic is not in the configuration"))
			continue
		}
		if byLane[at.lane] == nil {
			byLane[at.lane] = map[int64]pipeline.Entry{}
		}
		byLane[at.lane][e.Offset] = e
	}
	for lane, entries := range byLane {
		rest := slices.SortedFunc(maps.Values(entries), func(a, b pipeline.Entry) int { return cmp.Compare(a.Offset, b.Offset) })
		all = append(all, source.Replay{Lane: lane, Before: r.calls.before, Next: func() (*pipeline.Batch, error) {
			for len(rest) > 0 {
				e := rest[0]
				rest = rest[1:]
				record, err := r.record(ctx, e)
				if err != nil {
					r.fail(coordinateOf(e), err)
					continue
				}
				record.Minor = r.minors[coordinateOf(e)]
				// One record a batch: a batch must not cross a multiple of the cut, and these are few.
				return &pipeline.Batch{Lane: lane, First: e.Offset, Next: e.Offset + 1, Records: []pipeline.Record{record},
					Bytes: len(record.Key) + len(record.Value)}, nil
			}
			return nil, io.EOF
		}})
	}
	return all
}

var errNoIdentity = errors.New("record is sealed: give the identity with --identity")

func (r *replayer) record(ctx context.Context, e pipeline.Entry) (pipeline.Record, error) {
	sealed, there := r.sealed[coordinateOf(e)]
	switch {
	case !there:
		return r.refetch.record(ctx, coordinateOf(e))
	case len(r.identities) == 0:
		return pipeline.Record{}, errNoIdentity
	}
	var err error
	if e.Sealed, err = r.spool.get(sealed); err != nil {
		return pipeline.Record{}, err
	}
	return pipeline.Unseal(e, r.identities...)
}

// spool keeps bytes in a file that ends with it, on the disk that the quarantine is on.
type spool struct {
	file *os.File
	end  int64
}

type spooled struct {
	start int64
	size  int
}

// newSpool makes one in a folder, or in the system's for such files if that is "".
func newSpool(dir string) (*spool, error) {
	f, err := os.CreateTemp(dir, "replay-*.tmp")
	if err != nil {
		return nil, fmt.Errorf("make room for sealed records: %w", err)
	}
	_ = os.Remove(f.Name()) // at once, where that can be: nothing is left behind then, whatever happens
	return &spool{file: f}, nil
}

func (s *spool) put(b []byte) (spooled, error) {
	if _, err := s.file.WriteAt(b, s.end); err != nil {
		return spooled{}, fmt.Errorf("keep sealed record: %w", err)
	}
	s.end += int64(len(b))
	return spooled{s.end - int64(len(b)), len(b)}, nil
}

func (s *spool) get(of spooled) ([]byte, error) {
	b := make([]byte, of.size)
	if _, err := s.file.ReadAt(b, of.start); err != nil {
		return nil, fmt.Errorf("read sealed record: %w", err)
	}
	return b, nil
}

func (s *spool) close() {
	_ = s.file.Close() // nobody reads it again
	_ = os.Remove(s.file.Name())
}

func (r *replayer) fail(at coordinate, err error) {
	r.log.Warn("record stays in quarantine", "topic", at.lane.Topic, "partition", at.lane.Partition, "offset", at.offset, "error", err)
	r.mu.Lock()
	r.failed[at] = true
	r.mu.Unlock()
}

// succeeded returns the entries whose records arrived at every sink.
func (r *replayer) succeeded() []pipeline.Entry {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(r.entries), func(e pipeline.Entry) bool { return r.failed[coordinateOf(e)] })
}

// Put implements pipeline.Quarantine.
func (r *replayer) Put(_ context.Context, entries []pipeline.Entry) error {
	for _, e := range entries {
		r.fail(coordinateOf(e), errors.New(e.Detail))
	}
	return nil
}

// Check implements pipeline.Quarantine.
func (r *replayer) Check(context.Context) error { return nil }

// Close implements pipeline.Quarantine.
func (r *replayer) Close() error { return nil }

// replays runs one lane after the other.
type replays []source.Replay

// Run implements pipeline.Source.
func (all replays) Run(ctx context.Context, in pipeline.Intake) error {
	for _, r := range all {
		if err := r.Run(ctx, in); err != nil {
			return err
		}
	}
	return nil
}
