package main

import (
	"context"
	"crypto/sha256"
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
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/sonexlabs/tacet/detectors"
	"github.com/sonexlabs/tacet/pipeline/audit"
	"github.com/sonexlabs/tacet/pipeline/policy"
	"github.com/sonexlabs/tacet/pipeline/source"
)

// instructionsConfig says where tenants' signed instructions are.
type instructionsConfig struct {
	Directory path   `yaml:"directory"`
	Topic     string `yaml:"topic"`
	Keys      path   `yaml:"keys"`
	Witness   path   `yaml:"witness"`
	Unasked   bool   `yaml:"unasked"` // texts leave without

	Stale time.Duration `yaml:"stale"`
}

func (c instructionsConfig) enabled() bool { return c.Directory != "" || c.Topic != "" }

// warning is what somebody should know who has no instructions.
func (c instructionsConfig) warning() []string {
	switch {
	case c.enabled():
		return nil
	case c.Unasked:
		return []string{"instructions.unasked: texts of tenants leave who instructed nothing"}
	}
	return []string{"instructions: neither directory nor topic is named, so no field leaves that needs one: no texts, no recordings"}
}

func (d *document) instructions(c *config) {
	i := c.Instructions
	d.stale(ruleInstructions, i.Stale, "instructions.stale")
	switch {
	case i.enabled() && i.Unasked:
		d.fail(ruleInstructions, "instructions.unasked", "is true, but instructions are named", "take one of them away")
		return
	case !i.enabled() && (i.Keys != "" || i.Witness != ""):
		d.fail(ruleInstructions, "instructions", "neither directory nor topic is given", "name one or both")
		return
	case !i.enabled():
		return
	case i.Keys == "":
		d.fail(ruleInstructions, "instructions.keys", "is not given: nobody's signature is known", "name a file with public keys, one a line, each with the tenants it signs for")
		return
	case i.Topic != "" && (c.reads(i.Topic) || c.writes(i.Topic) || i.Topic == c.Quarantine.Topic && !d.has("quarantine.kafka") ||
		slices.Contains(c.Rights.topics(), i.Topic)):
		d.fail(ruleInstructions, "instructions.topic", fmt.Sprintf("topic %q is also read or written", i.Topic), "give instructions their own")
	}
	before := len(d.problems)
	d.exists("instructions.keys", i.Keys)
	d.exists("instructions.directory", i.Directory)
	if len(d.problems) > before {
		return
	}
	if _, err := readInstructionKeys(string(i.Keys)); err != nil {
		d.fail(ruleInstructions, "instructions.keys", err.Error(), "a line is a public key, which tacet audit keygen prints, and the tenants that it signs for, or *")
	}
}

// readInstructionKeys reads who may sign instructions.
func readInstructionKeys(name string) (*policy.InstructionKeys, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("read public keys: %w", err)
	}
	keys, err := policy.ParseInstructionKeys(name, text)
	if err != nil {
		return nil, fmt.Errorf("read public keys: %w", err)
	}
	return keys, nil
}

// signedSuffix is what the names of signed instructions end in.
const signedSuffix = ".signed"

// signedFile is a file of a directory of instructions.
type signedFile struct {
	name string
	text []byte
}

// signedMost bounds what is read of one, in bytes. A larger one is too large for an instruction.
const signedMost = 1 << 20

// signedFiles reads the files of a directory that hold signed instructions.
func signedFiles(dir string) (files []signedFile, err error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("read instructions: %w", err)
	}
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), signedSuffix) || e.IsDir() {
			continue
		}
		f := signedFile{name: filepath.Join(dir, e.Name())}
		if f.text, err = readSigned(f.name); err != nil {
			return nil, err
		}
		files = append(files, f)
	}
	return files, nil
}

func readSigned(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("read instruction: %w", err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, signedMost))
	if err != nil {
		return nil, fmt.Errorf("read instruction: %w", err)
	}
	return text, nil
}

// verifyAll reads signed instructions. bad are how many can't be read.
func verifyAll(files []signedFile, keys *policy.InstructionKeys) (all []*policy.Instruction, bad int, err error) {
	var problems []error
	for _, f := range files {
		i, err := policy.VerifyInstruction(f.name, f.text, keys)
		if err != nil {
			problems = append(problems, err)
			continue
		}
		all = append(all, i)
	}
	return all, len(problems), errors.Join(problems...)
}

// instructions keeps tenants' instructions as their directory and topic have them.
type instructions struct {
	c     instructionsConfig
	table *policy.Instructions
	topic *source.Topic // nil where there is none
	sets  *policy.DetectorSets
	log   *slog.Logger
	note  func(action string, object ...audit.Attr) error // to the audit log

	fresh      atomic.Int64  // when the topic was last known to be read to its end, in Unix nanoseconds; 0 before
	unreadable atomic.Int64  // files
	forgot     atomic.Uint64 // times that the witness could not be written
	owed       atomic.Bool   // the last time it couldn't

	mu   sync.Mutex
	keys *policy.InstructionKeys
	seen [sha256.Size]byte // of keys and directory when they were last tried
}

// newInstructions reads the directory. The topic is read by run. Texts of tenants who ask for no more are searched with the usual set.
func newInstructions(c config, usual *detectors.Set, log *slog.Logger) (*instructions, error) {
	s := &instructions{c: c.Instructions, table: policy.NewInstructions(), log: log}
	var err error
	if s.sets, err = c.Detection.setsFor(usual); err != nil {
		return nil, err
	}
	s.table.SearchWith(s.sets)
	if _, err := s.look(); err != nil {
		return nil, err
	}
	if s.c.Topic == "" {
		return s, s.check()
	}
	s.topic, err = source.NewTopic(c.Kafka.connect(), s.c.Topic, log)
	return s, err
}

// measure registers the metrics.
func (s *instructions) measure(registry prometheus.Registerer) {
	for _, why := range policy.Refusals() {
		registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{
			Name: "tacet_instructions_refused_total", Help: "Instructions of tenants that are refused; what was in force stays, unless that may have been withdrawn.",
			ConstLabels: prometheus.Labels{"reason": why}}, func() float64 {
			n := float64(s.table.Refused(why))
			if why == "unreadable" {
				n += float64(s.unreadable.Load())
			}
			return n
		}))
	}
	countForgotten(registry, "instructions", s.forgot.Load)
	registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "tacet_instructed_detector_sets", Help: "Detector sets made because instructions ask for them."}, func() float64 { return float64(s.sets.Len()) }))
	registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "tacet_instructed_tenants", Help: "Tenants that gave an instruction."}, func() float64 { return float64(len(s.table.Tenants())) }))
}

// look reads keys and directory if they have changed since they were last tried. What can't be taken changes nothing.
func (s *instructions) look() (changed bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	text, err := os.ReadFile(string(s.c.Keys))
	if err != nil {
		return false, fmt.Errorf("read public keys: %w", err)
	}
	files := []signedFile{{string(s.c.Keys), text}}
	if s.c.Directory != "" {
		more, err := signedFiles(string(s.c.Directory))
		if err != nil {
			return false, err
		}
		files = append(files, more...)
	}
	now := fingerprint(files)
	if now == s.seen {
		return false, nil
	}
	s.seen = now
	keys, err := policy.ParseInstructionKeys(string(s.c.Keys), text)
	if err != nil {
		return false, fmt.Errorf("read public keys: %w", err)
	}
	all, bad, err := verifyAll(files[1:], keys)
	s.unreadable.Add(int64(bad))
	if err == nil {
		err = s.table.Replace(all)
	}
	if err != nil {
		return false, err
	}
	s.keys = keys
	return true, nil
}

// fingerprint tells some files from others.
func fingerprint(files []signedFile) (sum [sha256.Size]byte) {
	h := sha256.New()
	for _, f := range files {
		fmt.Fprintf(h, "%q %d\n%s\n", f.name, len(f.text), f.text)
	}
	return [sha256.Size]byte(h.Sum(nil))
}

// run reads the topic to its end, holds what there is against the witness, calls loaded, and follows the topic until ctx ends. Without a
// topic there is nothing to follow.
func (s *instructions) run(ctx context.Context, loaded func()) error {
	end := func() error {
		if err := s.table.Complete(); err != nil { // these tenants have no instruction in force; the others do
			s.log.Error("instructions are missing", "topic", s.c.Topic, "error", err)
		}
		if err := errors.Join(s.check(), s.remember()); err != nil {
			return err
		}
		s.tick()
		s.log.Info("instructions loaded", "tenants", len(s.table.Tenants()))
		loaded()
		return nil
	}
	if s.topic == nil {
		if err := end(); err != nil {
			return err
		}
		<-ctx.Done()
		return nil
	}
	return s.topic.Follow(ctx, s.take, end, s.tick)
}

func (s *instructions) tick() { s.fresh.Store(time.Now().UnixNano()) }

// age is how long ago the topic was known to be read to its end; 0 where there is none, or before.
func (s *instructions) age(now time.Time) time.Duration {
	at := s.fresh.Load()
	if s.topic == nil || at == 0 {
		return 0
	}
	return now.Sub(time.Unix(0, at))
}

// load reads the topic to its end, once, and refuses less than the witness knows. For commands.
func (s *instructions) load(ctx context.Context) error {
	if s.topic == nil {
		return nil
	}
	if err := s.ordered(ctx); err != nil {
		return err
	}
	err := s.topic.Each(ctx, func(_ int, offset int64, key, value []byte) error { return s.take(offset, key, value) })
	if err != nil {
		return err
	}
	if err := s.table.Complete(); err != nil {
		s.log.Error("instructions are missing", "topic", s.c.Topic, "error", err)
	}
	return s.check()
}

// instructed is what tenants instruct, as directory and topic have it now. For commands; nil where nothing is named.
func (c config) instructed(ctx context.Context, usual *detectors.Set, log *slog.Logger) (*policy.Instructions, error) {
	if !c.Instructions.enabled() {
		return nil, nil
	}
	s, err := newInstructions(c, usual, log)
	if err != nil {
		return nil, err
	}
	defer s.close()
	if err := s.load(ctx); err != nil {
		return nil, fmt.Errorf("read what tenants instruct: %w", err)
	}
	return s.table, nil
}

// ordered refuses a topic that isn't there, or has several partitions.
func (s *instructions) ordered(ctx context.Context) error {
	n, err := s.topic.Partitions(ctx)
	if err == nil && n != 1 {
		err = fmt.Errorf("topic %s has %d partitions", s.c.Topic, n)
	}
	if err != nil {
		return &commandError{err: err, hints: []string{"create instructions.topic with one partition and cleanup.policy=compact"}}
	}
	return nil
}

// lasting tests that the topic is as it must be: one that forgets would take back what tenants said.
func (s *instructions) lasting(ctx context.Context) error {
	if err := s.ordered(ctx); err != nil {
		return err
	}
	settings, err := s.topic.Settings(ctx)
	if err == nil && settings.Deleted {
		err = &commandError{err: fmt.Errorf("topic %s would forget its messages after %v", s.c.Topic, settings.Retention),
			hints: []string{"set cleanup.policy=compact"}}
	}
	return err
}

func (s *instructions) close() {
	if s.topic != nil {
		s.topic.Close()
	}
}

// take takes a message of the topic. One that is refused is said.
func (s *instructions) take(offset int64, key, value []byte) error {
	before := s.table.Generation()
	s.mu.Lock()
	keys := s.keys
	s.mu.Unlock()
	err := s.table.Take(keys, fmt.Sprintf("offset %d", offset), key, value)
	if errors.Is(err, policy.ErrTooMany) {
		return fmt.Errorf("topic %s: %w", s.c.Topic, err)
	}
	action, object := "instruction.taken", audit.Attr{Name: "offset", Value: strconv.FormatInt(offset, 10)}
	switch {
	case err != nil:
		action = "instruction.refused"
		s.log.Error("instruction is refused", "topic", s.c.Topic, "offset", offset, "error", err)
	case s.table.Generation() == before: // known, or not complete yet
		return nil
	default:
		s.log.Info("instruction taken", "topic", s.c.Topic, "offset", offset, "instruction", string(key))
		if err := s.remember(); err != nil {
			s.log.Error("can't note how far instructions go", "error", err)
		}
	}
	if s.note != nil {
		if err := s.note(action, object); err != nil {
			s.log.Error("change of instructions is not in the audit log", "error", err)
		}
	}
	return nil
}

// warnings are what somebody should have decided, without what is in a topic.
func (s *instructions) warnings(p *policy.Policy) (all []string) {
	if s == nil {
		return nil // c.warning says so
	}
	if s.c.Witness == "" {
		all = append(all, "instructions.witness is not set: older instructions, of before a tenant's withdrawal, would look whole")
	}
	for _, rule := range s.sets.Shown(p) {
		all = append(all, fmt.Sprintf("detection.rule_sets: the policy keeps what is found by %s: give the rule another type", rule))
	}
	for _, tenant := range s.table.Tenants() {
		of := s.table.Of(tenant)
		last := of[len(of)-1]
		if _, known := p.Retention(last.Text); !known && last.KeepsText() {
			all = append(all, fmt.Sprintf("instruction %s: the policy has no retention class %s: no text of the tenant leaves", last.Name(), last.Text))
		}
	}
	return all
}

// check holds what is known against what the witness has seen.
func (s *instructions) check() error {
	seen, err := s.remembered()
	if err == nil {
		err = s.table.Check(seen)
	}
	if err != nil {
		return &commandError{err: fmt.Errorf("hold instructions against what was known once: %w", err),
			hints: []string{fmt.Sprintf("find out who replaced or removed what; only if that was meant, remove %s", s.c.Witness)}}
	}
	return nil
}

// remembered reads the witness; nothing where there is none yet.
func (s *instructions) remembered() (seen map[string]policy.Head, err error) {
	if s.c.Witness == "" {
		return nil, nil
	}
	text, err := os.ReadFile(string(s.c.Witness))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err == nil && json.Unmarshal(text, &seen) != nil {
		err = fmt.Errorf("%s is damaged", s.c.Witness)
	}
	if err != nil {
		return nil, fmt.Errorf("read witness: %w", err)
	}
	return seen, nil
}

// remember has the witness know what is known now, besides what it knew.
func (s *instructions) remember() error {
	if s.c.Witness == "" {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	seen, err := s.remembered()
	if err != nil {
		return err
	}
	heads := s.table.Heads()
	for tenant, head := range seen {
		if head.Version >= heads[tenant].Version {
			heads[tenant] = head // another process was ahead
		}
	}
	if maps.Equal(heads, seen) {
		s.owed.Store(false)
		return nil
	}
	err = writeWitness(string(s.c.Witness), heads)
	if s.owed.Store(err != nil); err != nil {
		s.forgot.Add(1)
		return fmt.Errorf("write witness: %w", err)
	}
	return nil
}

// writeWitness replaces a witness file, as a whole or not at all.
func writeWitness(name string, v any) error {
	text, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		return err
	}
	out, err := createFile(name)
	if err != nil {
		return err
	}
	if _, err := out.Write(append(text, '\n')); err != nil {
		out.discard()
		return err
	}
	return out.finish()
}
