package main

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/mod/sumdb/note"

	"github.com/sonexlabs/tacet/pipeline/audit"
)

// logReport is what is known of one audit log.
type logReport struct {
	Log       string `json:"log"`
	Other     bool   `json:"other,omitempty"` // named by --audit
	From      uint64 `json:"from"`            // the first entry that is here
	Entries   uint64 `json:"entries"`
	Signed    uint64 `json:"signed"`
	Witnessed uint64 `json:"witnessed"`
	Whole     bool   `json:"whole"`
}

// String is the report in a line.
func (r logReport) String() string {
	state := "not as it was written"
	if r.Whole {
		state = "as it was written"
	}
	from := ""
	if r.From > 0 {
		from = fmt.Sprintf(", from entry %d on", r.From)
	}
	return fmt.Sprintf("%s%s: %d entries, %d under a checkpoint, %d seen by a witness", state, from, r.Entries, r.Signed, r.Witnessed)
}

// unproven lists what the log itself can't show.
func (r logReport) unproven() (all []string) {
	if r.From > 0 {
		all = append(all, fmt.Sprintf("Entries 0 to %d of log %s are not here: kept elsewhere, or deleted. Nothing of what they say is in this.", r.From-1, r.Log))
	}
	if tail := r.Entries - max(r.Signed, r.From); r.Entries > r.Signed && tail > 0 {
		all = append(all, fmt.Sprintf("The last %d entries of log %s are behind its last checkpoint: nothing shows yet that they are as they were written.", tail, r.Log))
	}
	if r.Witnessed == 0 {
		all = append(all, fmt.Sprintf("No witness has seen log %s: an older copy of it would look the same.", r.Log))
	}
	return all
}

// auditLogs lists the logs that lie in a directory: that of run, and those of commands in folders of their own.
func auditLogs(dir string) (dirs []string, err error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read audit log: %w", err)
	}
	if holdsLog(dir) {
		dirs = []string{dir}
	}
	for _, entry := range entries {
		if sub := filepath.Join(dir, entry.Name()); entry.IsDir() && holdsLog(sub) {
			dirs = append(dirs, sub)
		}
	}
	return dirs, nil
}

// holdsLog tells whether a directory has anything of a log, be it without its entries.
func holdsLog(dir string) bool {
	for _, pattern := range []string{"*.ndjson", "checkpoints", "hashes"} {
		if found, _ := filepath.Glob(filepath.Join(dir, pattern)); len(found) > 0 {
			return true
		}
	}
	return false
}

// foundLog is an audit log that a report reads.
type foundLog struct {
	dir, name string
	other     bool // named by --audit
	verifier  note.Verifier
	origin    string // as audit.Options has it; empty where nobody knows
}

// auditBase is where a configuration has its logs, and whose they are.
type auditBase struct {
	dir      string
	verifier note.Verifier
	origin   string // of the log of run; empty where nobody knows
}

// auditBase is where the logs of the configuration are, or of another directory, of which nobody knows how they are called.
func (c config) auditBase(dir string, verifier note.Verifier) auditBase {
	b := auditBase{dir: dir, verifier: verifier}
	if c.Audit.Directory != "" && filepath.Clean(dir) == filepath.Clean(string(c.Audit.Directory)) {
		b.origin = verifier.Name() + "/"
		if c.Audit.Name != "" {
			b.origin += c.Audit.Name + "/"
		}
	}
	return b
}

// log is the log of run, or that of a command.
func (b auditBase) log(name string) foundLog {
	l := foundLog{dir: b.dir, name: name, verifier: b.verifier, origin: b.origin}
	if name == mainLog {
		return l
	}
	l.dir = filepath.Join(b.dir, name)
	switch {
	case !slices.Contains(ownLogs(), name):
		l.origin = "" // something that somebody put there
	case l.origin != "":
		l.origin += name + "/"
	}
	return l
}

// gone gives the logs that are not there of which the witness knows entries.
func (b auditBase) gone(logs []foundLog, known []byte) (problems []string) {
	if b.origin == "" {
		return nil
	}
	for _, name := range ownLogs() {
		l := b.log(name)
		if slices.ContainsFunc(logs, func(has foundLog) bool { return !has.other && has.name == name }) {
			continue
		}
		found, err := audit.Verify(l.dir, audit.Options{Verifier: l.verifier, Origin: l.origin, Witness: bytes.NewReader(known)})
		if err != nil {
			problems = append(problems, fmt.Sprintf("log %s can't be verified", name))
		}
		if found.Log == "" {
			continue // nobody knows that there was one
		}
		for _, p := range found.Problems {
			problems = append(problems, fmt.Sprintf("log %s: %v", name, p))
		}
	}
	return problems
}

// moreLogs is the flag for logs besides the one at hand.
func moreLogs(cmd *cobra.Command, more *[]string) {
	cmd.Flags().StringArrayVar(more, "audit", nil,
		"`DIR[=KEY]`: another audit log to read, of another instance or a reveal desk, with its public key or a file of it where that is another; may be repeated")
}

// findLogs lists the logs of a directory and of others, each with its key. One that is named twice would be counted twice.
func findLogs(own auditBase, more []string) (all []foundLog, err error) {
	seen, names := map[string]bool{}, map[string]int{mainLog: 1}
	add := func(base, name string, verifier note.Verifier) error {
		dirs, err := auditLogs(base)
		if err != nil {
			return err
		}
		if len(dirs) == 0 && name != "" {
			return fmt.Errorf("%s holds no audit log", base)
		}
		for _, dir := range dirs {
			real, err := filepath.Abs(dir)
			if err == nil {
				real, err = filepath.EvalSymlinks(real)
			}
			if err != nil {
				return fmt.Errorf("read audit log: %w", err)
			}
			if seen[real] {
				return fmt.Errorf("audit log %s is named twice: what it says would count twice", dir)
			}
			seen[real] = true
			l := own.log(logName(base, dir))
			if name != "" {
				l = foundLog{dir: dir, name: name, other: true, verifier: verifier}
				if dir != base {
					l.name += "/" + logName(base, dir)
				}
			}
			all = append(all, l)
		}
		return nil
	}
	if err := add(own.dir, "", own.verifier); err != nil {
		return nil, err
	}
	for _, one := range more {
		base, key, keyed := strings.Cut(one, "=")
		of := own.verifier
		if keyed {
			if of, err = publicKey(key); err != nil {
				return nil, fmt.Errorf("audit log %s: %w", base, err)
			}
		}
		base = filepath.Clean(base)
		name := filepath.Base(base) // a report names no path of a machine
		if names[name]++; names[name] > 1 {
			name = fmt.Sprintf("%s (%d)", name, names[name])
		}
		if err := add(base, name, of); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// verifyLogs tells for each log whether it is as it was written, by its public key and the checkpoints that were published.
func verifyLogs(base auditBase, logs []foundLog, known []byte) (checked []logReport, problems []string) {
	for _, l := range logs {
		r := logReport{Log: l.name, Other: l.other}
		o := audit.Options{Verifier: l.verifier, Origin: l.origin}
		if len(known) > 0 {
			o.Witness = bytes.NewReader(known)
		}
		var err error
		if r.From, err = firstEntry(l.dir); err == nil {
			o.From = r.From
			var found audit.Report
			if found, err = audit.Verify(l.dir, o); err == nil {
				r.Entries, r.Signed, r.Witnessed, r.Whole = found.Entries, found.Signed, found.Witnessed, len(found.Problems) == 0
				for _, p := range found.Problems {
					problems = append(problems, fmt.Sprintf("log %s: %v", r.Log, p))
				}
			}
		}
		if err != nil {
			problems = append(problems, fmt.Sprintf("log %s can't be verified", r.Log))
		}
		checked = append(checked, r)
	}
	return checked, append(problems, base.gone(logs, known)...)
}

// notRead says which logs were not read: nobody can tell how many there are.
func notRead(read []logReport) string {
	var names []string
	for _, l := range read {
		names = append(names, l.Log)
	}
	return "Logs of other instances and of reveal desks: read were " + strings.Join(names, ", ") + ", and what others say is not in this."
}

// hasOthers tells whether logs were read that --audit named.
func hasOthers(read []logReport) bool {
	return slices.ContainsFunc(read, func(l logReport) bool { return l.Other })
}

var errFirst = errors.New("the first entry is read")

// firstEntry gives the number of the first entry that is there; 0 where there is none.
func firstEntry(dir string) (first uint64, err error) {
	err = audit.Read(dir, 0, func(e audit.Entry) error {
		first = e.Seq
		return errFirst
	})
	if errors.Is(err, errFirst) {
		err = nil
	}
	return first, err
}

// mainLog is how the log of run is called; those of commands lie in folders of their names.
const (
	mainLog       = "run"
	auditOfKeys   = "keys"
	auditOfReplay = "replay"
)

// ownLogs are those that a configuration has, sooner or later.
func ownLogs() []string { return []string{mainLog, auditOfKeys, auditOfRights, auditOfReplay} }

// logName is how a report calls a log: mainLog, or the command.
func logName(base, dir string) string {
	rel, err := filepath.Rel(base, dir)
	if err != nil || rel == "." {
		return mainLog
	}
	return rel
}

// span is a stretch of offsets: [first, next).
type span struct{ first, next int64 }

// cover is a set of offsets, as stretches that don't touch, in order.
type cover []span

// add puts a stretch in and tells how many of its offsets were there before.
func (c *cover) add(s span) (before int64) {
	if s.next <= s.first {
		return 0
	}
	all := *c
	from, _ := slices.BinarySearchFunc(all, s.first, func(x span, first int64) int { return cmp.Compare(x.next, first) })
	to := from
	for ; to < len(all) && all[to].first <= s.next; to++ {
		before += max(0, min(all[to].next, s.next)-max(all[to].first, s.first))
	}
	joined := s
	if to > from {
		joined = span{min(s.first, all[from].first), max(s.next, all[to-1].next)}
	}
	*c = slices.Replace(all, from, to, joined)
	return before
}

// bounds gives where the set begins and ends, and how many offsets between lie not in it.
func (c cover) bounds() (first, next, missing int64) {
	if len(c) == 0 {
		return 0, 0, 0
	}
	first, next = c[0].first, c[len(c)-1].next
	missing = next - first
	for _, s := range c {
		missing -= s.next - s.first
	}
	return first, next, missing
}
