package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"golang.org/x/mod/sumdb/note"

	"github.com/sonexlabs/tacet/pipeline/policy"
	"github.com/sonexlabs/tacet/pipeline/source"
)

// instructionsConfig says where tenants' signed instructions are.
type instructionsConfig struct {
	Directory path   `yaml:"directory"`
	Topic     string `yaml:"topic"`
	Keys      path   `yaml:"keys"`
}

func (c instructionsConfig) enabled() bool { return c.Directory != "" || c.Topic != "" }

func (d *document) instructions(c *config) {
	i := c.Instructions
	switch {
	case !i.enabled() && i.Keys != "":
		d.fail(ruleInstructions, "instructions", "neither directory nor topic is given", "name one or both")
		return
	case !i.enabled():
		return
	case i.Keys == "":
		d.fail(ruleInstructions, "instructions.keys", "is not given: nobody's signature is known", "name a file with public keys, one a line")
		return
	case i.Topic != "" && (c.reads(i.Topic) || c.writes(i.Topic)):
		d.fail(ruleInstructions, "instructions.topic", fmt.Sprintf("topic %q is also read or written", i.Topic), "give instructions their own")
	}
	before := len(d.problems)
	d.exists("instructions.keys", i.Keys)
	d.exists("instructions.directory", i.Directory)
	if len(d.problems) > before {
		return
	}
	if _, err := readVerifiers(string(i.Keys)); err != nil {
		d.fail(ruleInstructions, "instructions.keys", err.Error(), "a public key is what tacet audit keygen prints")
	}
}

// readVerifiers reads public keys, one a line; empty lines and those that begin with # are passed over.
func readVerifiers(name string) (note.Verifiers, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("read public keys: %w", err)
	}
	var all []note.Verifier
	for i, line := range strings.Split(string(text), "\n") {
		if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		v, err := note.NewVerifier(line)
		if err != nil {
			return nil, fmt.Errorf("read public keys: %s:%d: is no public key", name, i+1)
		}
		all = append(all, v)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("read public keys: %s has none", name)
	}
	return note.VerifierList(all...), nil
}

// signedSuffix is what the names of signed instructions end in.
const signedSuffix = ".signed"

// instructionFiles reads the signed instructions in a directory. One that can't be taken refuses all.
func instructionFiles(dir string, keys note.Verifiers) (all []*policy.Instruction, err error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("read instructions: %w", err)
	}
	var problems []error
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), signedSuffix) || e.IsDir() {
			continue
		}
		name := filepath.Join(dir, e.Name())
		signed, err := os.ReadFile(name)
		if err != nil {
			problems = append(problems, fmt.Errorf("read instruction: %w", err))
			continue
		}
		i, err := policy.VerifyInstruction(name, signed, keys)
		if err != nil {
			problems = append(problems, err)
			continue
		}
		all = append(all, i)
	}
	return all, errors.Join(problems...)
}

// instructions keeps tenants' instructions as their directory and topic have them.
type instructions struct {
	c     instructionsConfig
	keys  note.Verifiers
	table *policy.Instructions
	topic *source.Topic // nil where there is none
	log   *slog.Logger

	mu    sync.Mutex
	files []*policy.Instruction
	heard []*policy.Instruction // from the topic
	seen  [sha256.Size]byte     // of the directory when it was last tried
}

// newInstructions reads the directory. The topic is read by follow.
func newInstructions(c config, log *slog.Logger) (*instructions, error) {
	keys, err := readVerifiers(string(c.Instructions.Keys))
	if err != nil {
		return nil, err
	}
	s := &instructions{c: c.Instructions, keys: keys, table: policy.NewInstructions(), log: log}
	if _, err := s.look(); err != nil {
		return nil, err
	}
	if s.c.Topic != "" {
		s.topic, err = source.NewTopic(c.Kafka.connect(), s.c.Topic, log)
	}
	return s, err
}

// look reads the directory if it has changed since it was last tried. What can't be taken changes nothing.
func (s *instructions) look() (changed bool, err error) {
	if s.c.Directory == "" {
		return false, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now, err := fingerprint(string(s.c.Directory))
	if err != nil || now == s.seen {
		return false, err
	}
	s.seen = now
	files, err := instructionFiles(string(s.c.Directory), s.keys)
	if err == nil {
		err = s.table.Replace(slices.Concat(files, s.heard))
	}
	if err != nil {
		return false, err
	}
	s.files = files
	return true, nil
}

// fingerprint tells the present files of a directory from others.
func fingerprint(dir string) (sum [sha256.Size]byte, err error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return sum, fmt.Errorf("read instructions: %w", err)
	}
	var b bytes.Buffer
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), signedSuffix) {
			continue
		}
		text, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			return sum, fmt.Errorf("read instructions: %w", err)
		}
		fmt.Fprintf(&b, "%s %x\n", e.Name(), sha256.Sum256(text))
	}
	return sha256.Sum256(append(b.Bytes(), 1)), nil
}

// follow reads the topic, calls loaded at its end, and goes on until ctx ends. A message that can't be taken is left out and said, and
// what was in force stays.
func (s *instructions) follow(ctx context.Context, loaded func()) error {
	return s.topic.Follow(ctx, func(offset int64, _, value []byte) error {
		if value == nil {
			return nil // a tenant's word can be superseded, not unsaid
		}
		i, err := policy.VerifyInstruction(fmt.Sprintf("offset %d", offset), value, s.keys)
		if err == nil {
			s.mu.Lock()
			heard := append(slices.Clip(s.heard), i)
			if err = s.table.Replace(slices.Concat(s.files, heard)); err == nil {
				s.heard = heard
			}
			s.mu.Unlock()
		}
		if err != nil {
			s.log.Error("instruction is refused; what was in force stays", "topic", s.c.Topic, "offset", offset, "error", err)
			return nil
		}
		s.log.Info("instruction taken", "tenant", i.Tenant, "version", i.Version, "from", i.From)
		return nil
	}, func() error { loaded(); return nil }, func() {})
}
