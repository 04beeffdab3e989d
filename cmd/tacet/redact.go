package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/spf13/cobra"

	"github.com/sonexlabs/tacet/detectors"
	"github.com/sonexlabs/tacet/pipeline"
	"github.com/sonexlabs/tacet/pipeline/codec"
	"github.com/sonexlabs/tacet/pipeline/policy"
	"github.com/sonexlabs/tacet/pipeline/pseudonym/keyring"
	"github.com/sonexlabs/tacet/pipeline/source"
)

func newRedactCommand() *cobra.Command {
	var format, outName, partials string
	var stats bool
	var detection detectors.Options
	cmd := &cobra.Command{
		Use:   "redact [FILE...]",
		Short: "Redact files or standard input",
		Long: `Redact is the pipeline's detection and redaction as a filter: as many lines come out as go in, in the same order.

Lines are JSON objects (ndjson), log lines (log) or text; without --format the first line of each input decides. Objects with a level
and a message, and no call_id, role or text, are log lines as well. Every string of a JSON object is searched. Objects with the same call_id belong to one call: the same value has the
same alias in all of them, and known_values, a list of {"type", "value"} in an object, are found in all that follow; the key itself
is taken out. A text whose lines are turns behind who speaks ("Agent: ...", subtitles) is one call as well. A line that can't be processed is replaced by a placeholder, and the exit code is 1.

What a speech recogniser may still change is not searched: an object with a member final that is not true leaves with [PARTIAL] in
place of each text, or with --partials drop not at all. Lines that are such objects then leave, as the one exception, no line.

Inputs in gzip or Zstandard are read as they are. The output is compressed when -o names a .gz or .zst file.`,
		Example: `  echo 'mail me at ada@example.com' | tacet redact
  tacet redact --format log server.log.gz > clean.log
  tacet redact calls.ndjson -o calls.redacted.ndjson.zst
  tacet redact --rules acme.yaml --deny PERSON=staff.txt --allow lines.txt notes.txt`,
	}
	cmd.Flags().StringVar(&format, "format", "auto", "auto, text, ndjson or log")
	cmd.Flags().StringVar(&partials, "partials", policy.PartialsMask.String(), "drop or mask: what becomes of partial results in ndjson")
	cmd.Flags().BoolVar(&stats, "stats", false, "say on standard error how much came in, went out and was left out, as on a terminal")
	cmd.Flags().StringVarP(&outName, "output", "o", "", "write to `FILE` in place of standard output")
	detectionFlags(cmd, &detection)
	cmd.RunE = func(cmd *cobra.Command, names []string) error {
		if format != "auto" && linePlaceholder(pipeline.Format(format)) == nil {
			return usageError(cmd, fmt.Errorf("unknown format %q: must be auto, text, ndjson or log", format))
		}
		of, ok := policy.ParsePartials(partials)
		if !ok {
			return usageError(cmd, fmt.Errorf("unknown partials %q: drop or mask", partials))
		}
		set, err := detectors.New(detection)
		if err != nil {
			return usageError(cmd, err)
		}
		rules := policy.TextOnly().WithPartials(of)
		out, err := createOutput(cmd.OutOrStdout(), outName)
		if err != nil {
			return err
		}
		var done minimised
		err = unlessSignal(cmd.Context(), func(ctx context.Context) error {
			return redactInputs(ctx, cmd, names, out, set, rules, format, &done)
		})
		if stats || newScreen(cmd.ErrOrStderr()).terminal {
			say(cmd.ErrOrStderr(), "%s", done.line(redactSink))
		}
		if err != nil && !errors.As(err, new(*unreadableError)) {
			out.discard()
			return err
		}
		return errors.Join(err, out.finish())
	}
	return cmd
}

// unreadableError says that lines were replaced because they could not be processed.
type unreadableError struct{ what string }

func (e *unreadableError) Error() string { return e.what }

func redactInputs(ctx context.Context, cmd *cobra.Command, names []string, out io.Writer, set *detectors.Set, rules *policy.Policy, format string, done *minimised) error {
	var read atomic.Int64
	stop := showProgress(ctx, cmd, &read)
	defer stop()
	var bad []error
	err := eachInput(cmd, names, &read, func(in *input) error {
		f := pipeline.Format(format)
		if format == "auto" {
			f = guessFormat(in)
		}
		err := redactStream(ctx, in, out, set, rules, f, done)
		if errors.As(err, new(*unreadableError)) {
			bad = append(bad, err)
			return nil
		}
		return err
	})
	if err != nil {
		return err
	}
	return errors.Join(bad...)
}

// showProgress shows on a terminal how much has been read.
func showProgress(ctx context.Context, cmd *cobra.Command, read *atomic.Int64) (stop func()) {
	s := newScreen(cmd.ErrOrStderr())
	ctx, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	wg.Go(func() {
		var last int64
		s.everySecond(ctx, func(seconds float64) string {
			now := read.Load()
			rate := float64(now-last) / seconds / 1e6
			last = now
			return fmt.Sprintf("tacet: %.1f MB read  %.1f MB/s", float64(now)/1e6, rate)
		})
	})
	return func() { cancel(); wg.Wait() }
}

// guessFormat looks at the first line. Any guess redacts: as text, JSON is searched with its quotes and keys; as JSON, text is refused
// line by line; as a log, names are found where something tells of them.
func guessFormat(in *input) pipeline.Format {
	for n := 1; ; {
		_, err := in.Peek(n) // no more than one read at a time: the rest of a pipe may come much later
		head, _ := in.Peek(in.Buffered())
		n = min(len(head)+1, readBytes)
		line, _, whole := bytes.Cut(bytes.TrimLeft(head, " \t\r\n"), []byte("\n"))
		switch {
		case len(line) > 0 && line[0] != '{':
			if detectors.BeginsLog(line) {
				return pipeline.FormatLog
			}
			return pipeline.FormatText
		case whole || err != nil:
			return formatOf(line)
		case len(head) == readBytes && len(line) > 0:
			return pipeline.FormatNDJSON
		case len(head) == readBytes:
			return pipeline.FormatText
		}
	}
}

// formatOf is the format of lines of which the first begins with a brace.
func formatOf(line []byte) pipeline.Format {
	var members map[string]json.RawMessage
	if json.Unmarshal(line, &members) != nil {
		return pipeline.FormatText
	}
	has := func(names ...string) bool {
		return slices.ContainsFunc(names, func(name string) bool { return members[name] != nil })
	}
	if has("level", "severity", "lvl", "levelname", "loglevel", "log.level", "@l") && has("msg", "message", "@m", "@mt", "event", "textPayload") &&
		!has("call_id", "conversation_id", "role", "speaker", "text", "transcript", "turns", "final") {
		return pipeline.FormatLog
	}
	return pipeline.FormatNDJSON
}

// beginsConversation looks at what can be had of an input without waiting for more: the turns of a conversation, each in a line behind who speaks, are
// one call.
func beginsConversation(in *input, set *detectors.Set) bool {
	_, _ = in.Peek(1) // what can't be read is told of by who reads it
	head, _ := in.Peek(in.Buffered())
	return set.HoldsConversation(head)
}

// linePlaceholder stands for a line that can't be processed; nil for an unknown format.
func linePlaceholder(f pipeline.Format) []byte {
	switch f {
	case pipeline.FormatNDJSON:
		return []byte(`{"error":"not processed"}`)
	case pipeline.FormatText, pipeline.FormatLog:
		return []byte("[NOT PROCESSED]")
	}
	return nil
}

// redactSink is how the filter's one sink is called.
const redactSink = "output"

// redactStream runs one input through an engine of its own, and adds what it left out to done. The whole input is one lane, so lines keep their
// order.
func redactStream(ctx context.Context, in *input, out io.Writer, set *detectors.Set, rules *policy.Policy, format pipeline.Format, done *minimised) (err error) {
	const topic = "input"
	keys := keyring.Dev([]byte(devKey)) // no action of the filter's policy makes tokens
	category := map[pipeline.Format]string{
		pipeline.FormatNDJSON: "transcript", pipeline.FormatLog: "usage_log", pipeline.FormatText: "communication",
	}[format]
	oneCall := format == pipeline.FormatText && beginsConversation(in, set)
	if oneCall {
		category = "transcript"
	}
	bad := &badLines{name: in.name, counts: map[pipeline.Class]int{}}
	sink := &lineSink{out: out}
	sink.open.Store(-1)
	registry := prometheus.NewRegistry()
	defer func() { err = errors.Join(err, done.gather(registry)) }()
	c := pipeline.Config{
		Topics: map[string]pipeline.TopicConfig{topic: {Category: category, Format: format, Tenant: "local"}},
		Policy: rules, Detectors: set, Keys: keys, Quarantine: bad,
		Sinks:   []pipeline.SinkConfig{{Name: redactSink, Sink: sink}},
		Limits:  pipeline.DefaultLimits(),
		Metrics: pipeline.NewMetrics(registry, version(), rules.Hash()),
		Log:     slog.New(slog.DiscardHandler),
		Version: version(),
		Filter:  linePlaceholder(format),
	}
	engine, err := pipeline.New(c)
	if err != nil {
		return err
	}
	lane := pipeline.LaneID{Topic: topic}
	cut := &lineCutter{in: in, lane: lane, limits: c.Limits, byCall: format == pipeline.FormatNDJSON, oneCall: oneCall, open: &sink.open}
	if cut.selector, err = codec.NewSelector([]string{"call_id"}); err != nil {
		return err
	}
	if err := engine.Run(ctx, source.Replay{Lane: lane, Next: cut.next}); err != nil {
		if of := (*pipeline.Error)(nil); errors.As(err, &of) && of.Lane == lane && of.Offset < 0 {
			err = of.Err // a filter has no sink, topic or offset to tell of
		}
		return fmt.Errorf("redact %s: %w", in.name, err)
	}
	return bad.err()
}

// lineCutter cuts an input into batches of lines, one record a line. A batch is what can be had without waiting, so a
// line typed into a pipe comes out at once.
type lineCutter struct {
	in       *input
	lane     pipeline.LaneID
	limits   pipeline.Limits
	byCall   bool
	oneCall  bool // the lines are turns of one call
	selector *codec.Selector
	doc      codec.Doc
	open     *atomic.Int64 // number of the last line when it has no line feed
	lines    int64
}

// oneCallKey is the key of all lines of a conversation.
var oneCallKey = []byte("call")

// batchLines bounds the records of a batch: enough for every worker, few enough to be spread again soon.
const batchLines = 2000

func (c *lineCutter) next() (*pipeline.Batch, error) {
	b := &pipeline.Batch{Lane: c.lane, First: c.lines}
	arena := make([]byte, 0, readBytes+readBytes/8)
	for len(b.Records) < batchLines && len(arena) < readBytes {
		start := len(arena)
		line, ended, err := c.in.line(arena, c.limits.RecordBytes)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		arena = line
		if ended {
			arena = append(arena, '\n') // of the record, so that \r\n is known for what it is
		}
		r := pipeline.Record{Offset: c.lines, Value: arena[start:len(arena):len(arena)]}
		// Without a key every record of a transcript would meet the same worker.
		arena = strconv.AppendInt(arena, c.lines, 36)
		r.Key = arena[start+len(r.Value) : len(arena) : len(arena)]
		if id := c.callID(r.Value); len(id) > 0 {
			r.Key = id
		} else if c.oneCall {
			r.Key = oneCallKey
		}
		b.Bytes += len(r.Value) + len(r.Key)
		b.Records = append(b.Records, r)
		if !ended {
			c.open.Store(c.lines)
		}
		c.lines++
		if !c.in.lineReady() {
			break
		}
	}
	if len(b.Records) == 0 {
		return nil, io.EOF
	}
	b.Next = c.lines
	return b, nil
}

// callID finds the call that a JSON line belongs to, so that its records meet the same worker.
func (c *lineCutter) callID(line []byte) []byte {
	if !c.byCall || !bytes.Contains(line, []byte(`"call_id"`)) {
		return nil
	}
	limits := codec.Limits{Bytes: c.limits.RecordBytes, Depth: c.limits.Depth, Fields: c.limits.Fields}
	if c.doc.ParseJSON(line, c.selector, limits) != nil {
		return nil
	}
	for i, f := range c.doc.Fields() {
		if f.Rule >= 0 && f.Kind == codec.String {
			return bytes.Clone(c.doc.Text(i))
		}
	}
	return nil
}

// lineSink writes each output, which brings its line feed with it unless it is a placeholder. It differs from the sink for pipelines in that a failed write ends the run:
// whoever started a filter sees that the disk is full and can start it again.
type lineSink struct {
	out  io.Writer
	open atomic.Int64 // number of the line that ends without a line feed, as it did in the input
}

func (s *lineSink) Open(_ pipeline.LaneID, from int64) (pipeline.Writer, error) {
	return &lineWriter{sink: s, durable: from}, nil
}
func (s *lineSink) Check(context.Context) error { return nil }
func (s *lineSink) Close() error                { return nil }

type lineWriter struct {
	sink    *lineSink
	durable int64
	buf     []byte
}

func (w *lineWriter) Write(_ context.Context, b *pipeline.Batch) (int64, error) {
	w.buf = w.buf[:0]
	for i := range b.Outputs {
		w.buf = append(w.buf, b.Outputs[i].Value...)
		if b.Outputs[i].Offset != w.sink.open.Load() && !bytes.HasSuffix(b.Outputs[i].Value, []byte("\n")) {
			w.buf = append(w.buf, '\n')
		}
	}
	if _, err := w.sink.out.Write(w.buf); err != nil {
		return w.durable, pipeline.Lost(fmt.Errorf("write output: %w", err))
	}
	w.durable = b.Next
	return w.durable, nil
}

func (w *lineWriter) Flush(context.Context) (int64, error) { return w.durable, nil }
func (w *lineWriter) Close() error                         { return nil }

// badLines is the filter's quarantine: it counts, because the lines themselves are where they were.
type badLines struct {
	name   string
	mu     sync.Mutex
	counts map[pipeline.Class]int
	first  int64 // number of the first one, from 1; 0 for none
}

func (b *badLines) Put(_ context.Context, entries []pipeline.Entry) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, e := range entries {
		b.counts[e.Class]++
		if b.first == 0 || e.Offset+1 < b.first {
			b.first = e.Offset + 1
		}
	}
	return nil
}
func (b *badLines) Check(context.Context) error { return nil }
func (b *badLines) Close() error                { return nil }

// err says what could not be processed; nil when all was.
func (b *badLines) err() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.first == 0 {
		return nil
	}
	what := fmt.Sprintf("redact %s: line %d is the first of those that could not be processed:", b.name, b.first)
	for _, class := range []pipeline.Class{pipeline.ClassMalformed, pipeline.ClassSize, pipeline.ClassTime, pipeline.ClassPanic,
		pipeline.ClassTenant, pipeline.ClassSink} {
		if n := b.counts[class]; n > 0 {
			what += fmt.Sprintf(" %d %s", n, class)
		}
	}
	return &unreadableError{what}
}
