package main

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"golang.org/x/mod/sumdb/note"

	"github.com/sonexlabs/tacet/pipeline/audit"
)

// logReport is what is known of one audit log.
type logReport struct {
	Log       string `json:"log"`
	From      uint64 `json:"from"` // the first entry that is here
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

// verifyLogs tells for each log of a directory whether it is as it was written, by a public key and the checkpoints that were published.
func verifyLogs(base string, dirs []string, verifier note.Verifier, known []byte) (checked []logReport, problems []string) {
	for _, dir := range dirs {
		r := logReport{Log: logName(base, dir)}
		o := audit.Options{Verifier: verifier}
		if len(known) > 0 {
			o.Witness = bytes.NewReader(known)
		}
		var err error
		if r.From, err = firstEntry(dir); err == nil {
			o.From = r.From
			var found audit.Report
			if found, err = audit.Verify(dir, o); err == nil {
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
	return checked, problems
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

// mainLog is how the log of run is called.
const mainLog = "run"

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
