package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/spf13/cobra"

	"github.com/sonexlabs/tacet/detectors"
	"github.com/sonexlabs/tacet/pipeline"
	"github.com/sonexlabs/tacet/pipeline/codec"
	"github.com/sonexlabs/tacet/pipeline/policy"
	"github.com/sonexlabs/tacet/pipeline/pseudonym/keyring"
	"github.com/sonexlabs/tacet/pipeline/source"
)

func newPolicyTestCommand() *cobra.Command {
	var t fixtures
	var configName, policyName string
	cmd := &cobra.Command{
		Use:   "test DIR",
		Short: "Check that records leave as they are expected to",
		Long: `Test works off invented records under a policy and compares what leaves for each sink class with what is expected. DIR holds

  CATEGORY/NAME.in.ndjson          records, one JSON object a line; NAME.in.log, NAME.in.txt: lines of logs, of text
  CATEGORY/NAME.CLASS.ndjson       for each class that the category is for: a line for each record; null where nothing leaves
  instructions/*.yaml              what tenants instruct, unsigned; a tenant without one has no text kept and gave no consent

Record n has the time 2026-03-01T12:00:00Z plus n seconds. Keys are for development, so tokens are always the same; the hash of the policy
is written as *. With --update what leaves now is written as expected: read it before it is kept.

A difference is shown by its place, not by what stands there.`,
		Example: `  tacet policy test fixtures --policy policy.yaml
  tacet policy test fixtures --config tacet.yaml --update`,
		Args: argsOf(1, 1, "name one directory"),
	}
	cmd.Flags().StringVar(&policyName, "policy", "", "policy `FILE`; without it that of the configuration, or the built-in one")
	cmd.Flags().StringVarP(&configName, "config", "c", "", "configuration `FILE`, for its policy and detection")
	cmd.Flags().StringVar(&t.tenant, "tenant", "acme", "`ID` of the tenant of log lines and texts")
	cmd.Flags().BoolVar(&t.update, "update", false, "write what leaves as what is expected")
	_ = cmd.MarkFlagFilename("config", "yaml", "yml")
	_ = cmd.MarkFlagFilename("policy", "yaml", "yml")
	cmd.RunE = func(cmd *cobra.Command, args []string) (err error) {
		harden()
		t.dir, t.out = args[0], cmd.OutOrStdout()
		c := defaultConfig()
		if configName != "" {
			if c, err = loadConfig(configName); err != nil {
				return err
			}
		}
		if policyName != "" {
			t.rules, err = readPolicy(policyName)
		} else {
			t.rules, err = loadPolicy(c.Policy)
		}
		if err != nil {
			return err
		}
		if t.set, err = c.Detection.set(); err != nil {
			return err
		}
		if t.sets, err = c.Detection.setsFor(t.set); err != nil {
			return err
		}
		return t.run(cmd.Context())
	}
	return cmd
}

// fixtures are records with what is expected to leave of them.
type fixtures struct {
	dir, tenant  string
	update       bool
	rules        *policy.Policy
	set          *detectors.Set
	sets         *policy.DetectorSets
	instructions *policy.Instructions
	out          io.Writer

	checked, differ, wrote int
}

// fixtureTime is when record n of a fixture was written.
func fixtureTime(n int64) time.Time {
	return time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC).Add(time.Duration(n) * time.Second)
}

// inputFormats are the endings of inputs.
var inputFormats = []struct {
	suffix string
	format pipeline.Format
}{{".in.ndjson", pipeline.FormatJSON}, {".in.log", pipeline.FormatLog}, {".in.txt", pipeline.FormatText}}

func (t *fixtures) run(ctx context.Context) error {
	if err := t.instruct(); err != nil {
		return err
	}
	for _, category := range policy.Categories() {
		entries, err := os.ReadDir(filepath.Join(t.dir, category))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return fmt.Errorf("read fixtures: %w", err)
		}
		inputs := map[string]bool{}
		for _, e := range entries {
			for _, f := range inputFormats {
				if name, ok := strings.CutSuffix(e.Name(), f.suffix); ok {
					inputs[name] = true
					if err := t.fixture(ctx, category, name, f.suffix, f.format); err != nil {
						return err
					}
				}
			}
		}
		t.strays(category, entries, inputs)
	}
	if t.checked == 0 {
		return &commandError{err: fmt.Errorf("%s holds no fixture", t.dir), hints: []string{"a record a line in " + filepath.Join(t.dir, "transcript", "NAME.in.ndjson")}}
	}
	fmt.Fprintf(t.out, "policy %s: %d expectations, %d differ, %d written\n", t.rules.Hash(), t.checked, t.differ, t.wrote)
	if t.differ > 0 {
		return &commandError{err: fmt.Errorf("%d of %d expectations differ", t.differ, t.checked), hints: []string{"--update writes what leaves now"}}
	}
	return nil
}

// instruct reads what tenants instruct.
func (t *fixtures) instruct() error {
	t.instructions = policy.NewInstructions()
	t.instructions.SearchWith(t.sets)
	names, err := filepath.Glob(filepath.Join(t.dir, "instructions", "*.yaml"))
	if err != nil {
		return fmt.Errorf("read instructions: %w", err)
	}
	var all []*policy.Instruction
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			return fmt.Errorf("read instructions: %w", err)
		}
		i, err := policy.ParseInstruction(name, text)
		if err != nil {
			return err
		}
		all = append(all, i)
	}
	return t.instructions.Replace(all)
}

// fixture works off one input and compares each class.
func (t *fixtures) fixture(ctx context.Context, category, name, suffix string, format pipeline.Format) error {
	file := filepath.Join(t.dir, category, name+suffix)
	text, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("read fixture: %w", err)
	}
	c, ok := t.rules.Category(category)
	if !ok {
		t.checked++
		t.fail("%s: the policy has no category %s", file, category)
		return nil
	}
	got, err := t.leaves(ctx, c, format, text)
	if err != nil {
		return fmt.Errorf("work off %s: %w", file, err)
	}
	for _, class := range c.For {
		if err := t.compare(filepath.Join(t.dir, category, name+"."+class+".ndjson"), got[class]); err != nil {
			return err
		}
	}
	return nil
}

func (t *fixtures) fail(format string, args ...any) {
	t.differ++
	fmt.Fprintf(t.out, format+"\n", args...)
}

// strays reports expectations of nothing: of an input that is not there, or a class that records don't leave for.
func (t *fixtures) strays(category string, entries []fs.DirEntry, inputs map[string]bool) {
	c, ok := t.rules.Category(category)
	if !ok {
		return
	}
	for _, e := range entries {
		rest, isLines := strings.CutSuffix(e.Name(), ".ndjson")
		if !isLines || strings.HasSuffix(rest, ".in") {
			continue
		}
		dot := strings.LastIndexByte(rest, '.')
		if dot < 0 || !inputs[rest[:dot]] {
			t.checked++
			t.fail("%s: belongs to no input", filepath.Join(t.dir, category, e.Name()))
		} else if !slices.Contains(c.For, rest[dot+1:]) {
			t.checked++
			t.fail("%s: no record of the category leaves for this class", filepath.Join(t.dir, category, e.Name()))
		}
	}
}

// compare holds what leaves for a class against what is expected, or writes it.
func (t *fixtures) compare(file string, got [][]byte) error {
	t.checked++
	want, err := os.ReadFile(file)
	missing := errors.Is(err, fs.ErrNotExist)
	if err != nil && !missing {
		return fmt.Errorf("read expectation: %w", err)
	}
	now := append(bytes.Join(got, []byte("\n")), '\n')
	switch {
	case !missing && bytes.Equal(want, now):
	case t.update:
		t.wrote++
		if err := os.WriteFile(file, now, 0o644); err != nil {
			return fmt.Errorf("write expectation: %w", err)
		}
	case missing:
		t.fail("%s: is missing, and records leave for this class", file)
	default:
		lines := bytes.Split(bytes.TrimSuffix(want, []byte("\n")), []byte("\n"))
		at := 0
		for at < min(len(lines), len(got)) && bytes.Equal(lines[at], got[at]) {
			at++
		}
		switch {
		case at == len(got):
			t.fail("%s:%d: expects more records than there are", file, at+1)
		case at == len(lines):
			t.fail("%s:%d: expects fewer records than there are", file, at)
		default:
			t.fail("%s:%d: differs in %s", file, at+1, differences(lines[at], got[at]))
		}
	}
	return nil
}

// differences names where two lines differ: by keys that are in what is expected, because what leaves unexpectedly may have
// somebody's words for keys.
func differences(want, got []byte) string {
	var a, b any
	if json.Unmarshal(want, &a) != nil || json.Unmarshal(got, &b) != nil {
		return "its form"
	}
	var places []string
	walkDifferences("", a, b, &places)
	if len(places) == 0 {
		return "the order or spelling of its members"
	}
	if len(places) > 5 {
		places = append(places[:5], fmt.Sprintf("%d more places", len(places)-5))
	}
	return strings.Join(places, ", ")
}

func walkDifferences(at string, a, b any, places *[]string) {
	name := strings.TrimPrefix(at, ".")
	if name == "" {
		name = "the record"
	}
	switch x := a.(type) {
	case map[string]any:
		if y, ok := b.(map[string]any); ok {
			known := 0
			for _, key := range slices.Sorted(maps.Keys(x)) {
				with, there := y[key]
				if !there {
					*places = append(*places, strings.TrimPrefix(at+"."+printable(key), ".")+" (missing)")
					continue
				}
				known++
				walkDifferences(at+"."+printable(key), x[key], with, places)
			}
			if extra := len(y) - known; extra > 0 {
				*places = append(*places, fmt.Sprintf("%s (%d members more)", name, extra))
			}
			return
		}
	case []any:
		if y, ok := b.([]any); ok && len(x) == len(y) {
			for i := range x {
				walkDifferences(fmt.Sprintf("%s[%d]", at, i), x[i], y[i], places)
			}
			return
		}
	default:
		if a == b {
			return
		}
	}
	*places = append(*places, name)
}

// leaves works off an input in an engine of its own and gives a line for each record, by class.
func (t *fixtures) leaves(ctx context.Context, c *policy.Category, format pipeline.Format, text []byte) (map[string][][]byte, error) {
	const topic = "fixture"
	tenant := ""
	if format != pipeline.FormatJSON {
		tenant = t.tenant
	}
	dead := &deadClasses{}
	cfg := pipeline.Config{
		Topics: map[string]pipeline.TopicConfig{topic: {Category: c.Name, Format: format, Tenant: tenant}},
		Policy: t.rules, Detectors: t.set, Keys: keyring.Dev([]byte(devKey)), Instructions: t.instructions, Quarantine: dead, ByHand: true,
		Limits: pipeline.DefaultLimits(), Metrics: pipeline.NewMetrics(prometheus.NewRegistry(), version(), t.rules.Hash()),
		Log: slog.New(slog.DiscardHandler), Version: version(),
	}
	sinks := map[string]*memorySink{}
	for _, class := range c.For {
		sinks[class] = &memorySink{values: map[int64][]byte{}}
		cfg.Sinks = append(cfg.Sinks, pipeline.SinkConfig{Name: class, Sink: sinks[class], View: pipeline.View{Class: class, Entities: true}})
	}
	engine, err := pipeline.New(cfg)
	if err != nil {
		return nil, err
	}
	b := fixtureBatch(pipeline.LaneID{Topic: topic}, text)
	given := false
	err = engine.Run(ctx, source.Replay{Lane: b.Lane, Next: func() (*pipeline.Batch, error) {
		if given || len(b.Records) == 0 {
			return nil, io.EOF
		}
		given = true
		return b, nil
	}})
	if err != nil {
		return nil, err
	}
	all := map[string][][]byte{}
	for class, s := range sinks {
		for offset := range b.Next {
			line, ok := s.values[offset]
			switch reason := dead.classes[offset]; {
			case reason != "":
				line = fmt.Appendf(nil, `{"quarantine":%q}`, reason)
			case !ok:
				line = []byte("null")
			}
			line = bytes.ReplaceAll(bytes.TrimSuffix(line, []byte("\n")), []byte(`"policy":"`+t.rules.Hash()+`"`), []byte(`"policy":"*"`))
			all[class] = append(all[class], line)
		}
	}
	return all, nil
}

// fixtureBatch makes a record of each line. Its key is the call, as in a topic.
func fixtureBatch(lane pipeline.LaneID, text []byte) *pipeline.Batch {
	b := &pipeline.Batch{Lane: lane}
	for rest := text; len(rest) > 0; {
		var line []byte
		line, rest = codec.NextLine(rest)
		var record struct {
			Call string `json:"call_id"`
		}
		_ = json.Unmarshal(line, &record) // what is no object has no call
		r := pipeline.Record{Offset: b.Next, Time: fixtureTime(b.Next), Value: line}
		if record.Call != "" {
			r.Key = []byte(record.Call)
		}
		b.Records = append(b.Records, r)
		b.Bytes += len(r.Value) + len(r.Key)
		b.Next++
	}
	return b
}

// memorySink keeps what leaves.
type memorySink struct {
	mu     sync.Mutex
	values map[int64][]byte
}

func (s *memorySink) Open(pipeline.LaneID, int64) (pipeline.Writer, error) {
	return memoryWriter{s}, nil
}
func (s *memorySink) Check(context.Context) error { return nil }
func (s *memorySink) Close() error                { return nil }

type memoryWriter struct{ s *memorySink }

func (w memoryWriter) Write(_ context.Context, b *pipeline.Batch) (int64, error) {
	w.s.mu.Lock()
	defer w.s.mu.Unlock()
	for i := range b.Outputs {
		w.s.values[b.Outputs[i].Offset] = bytes.Clone(b.Outputs[i].Value)
	}
	return b.Next, nil
}
func (w memoryWriter) Flush(context.Context) (int64, error) { return 0, nil }
func (w memoryWriter) Close() error                         { return nil }

// deadClasses is a quarantine that remembers why.
type deadClasses struct {
	mu      sync.Mutex
	classes map[int64]pipeline.Class
}

func (d *deadClasses) Put(_ context.Context, entries []pipeline.Entry) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.classes == nil {
		d.classes = map[int64]pipeline.Class{}
	}
	for _, e := range entries {
		d.classes[e.Offset] = e.Class
	}
	return nil
}
func (d *deadClasses) Check(context.Context) error { return nil }
func (d *deadClasses) Close() error                { return nil }
