package main

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/sonexlabs/tacet/detectors/rules"
	"github.com/sonexlabs/tacet/pipeline/policy"
)

// contents is what is in the files of rules and lists: of each kind of file the hash of each entry. They have no key, so they are kept in
// memory only.
type contents map[string][]uint64

func (c contents) add(kind string, entry []byte) {
	sum := sha256.Sum256(entry)
	c[kind] = append(c[kind], binary.BigEndian.Uint64(sum[:]))
}

func (c contents) rules(kind string, set *rules.Set) {
	if set == nil {
		return
	}
	c[kind] = slices.Clip(c[kind]) // a file without a rule is one
	for _, r := range set.Rules() {
		c.add(kind, fmt.Appendf(nil, "%q %q %q", r.Name, r.Type, r.Version))
	}
}

// list takes the lines of a list.
func (c contents) list(kind string) *listReader {
	c[kind] = slices.Clip(c[kind]) // one without an entry is one
	return &listReader{all: c, kind: kind}
}

// listReader hashes the entries of a list while it is read, so that both see the same.
type listReader struct {
	all  contents
	kind string
	line []byte
}

func (l *listReader) Write(b []byte) (int, error) {
	for rest := b; ; {
		line, tail, ended := bytes.Cut(rest, []byte{'\n'})
		l.line = append(l.line, line...)
		if !ended {
			return len(b), nil
		}
		l.end()
		rest = tail
	}
}

// end takes the line that was begun.
func (l *listReader) end() {
	if line := bytes.TrimSpace(l.line); len(line) > 0 && line[0] != '#' {
		l.all.add(l.kind, line)
	}
	l.line = l.line[:0]
}

// The entries' prints in a witness: of a million entries that were there before, the want of one is overlooked once in a million times.
const printBytes = 5

// theKey is what stands beside the kinds of a witness and tells by which key their prints are.
const theKey = "key"

// prints is c as a witness may keep it: a few bytes of each entry under a key of the audit log, because entries are people's names and numbers.
// Without a key nothing is kept.
func (c contents) prints(key []byte) map[string]string {
	if len(key) == 0 {
		return nil
	}
	mac := hmac.New(sha256.New, key)
	sum := func(what string, b []byte) []byte {
		mac.Reset()
		fmt.Fprintf(mac, "tacet list %q ", what)
		mac.Write(b)
		return mac.Sum(nil)
	}
	all := map[string]string{theKey: base64.StdEncoding.EncodeToString(sum(theKey, nil)[:9])}
	for kind, entries := range c {
		var prints [][printBytes]byte
		for _, e := range entries {
			prints = append(prints, [printBytes]byte(sum(kind, binary.BigEndian.AppendUint64(nil, e))))
		}
		slices.SortFunc(prints, func(a, b [printBytes]byte) int { return bytes.Compare(a[:], b[:]) })
		var text []byte
		for _, p := range slices.Compact(prints) {
			text = append(text, p[:]...)
		}
		all[kind] = base64.StdEncoding.EncodeToString(text)
	}
	return all
}

// listChanges lists what differs in the files of rules and lists. Kinds that one side doesn't have are named in the settings.
func listChanges(from, to map[string]string) (all []policy.Change) {
	if from[theKey] == "" || to[theKey] == "" {
		return nil // nothing was kept
	}
	for _, kind := range slices.Sorted(maps.Keys(from)) {
		next, ok := to[kind]
		if !ok || kind == theKey || next == from[kind] && from[theKey] == to[theKey] {
			continue
		}
		before, after := printsOf(from[kind]), printsOf(next)
		gone, more := missing(before, after), missing(after, before)
		c := policy.Change{What: "entries of detection." + kind, From: fmt.Sprint(len(before)), To: fmt.Sprintf("%d, %d of them new and %d gone", len(after), more, gone)}
		finds := !strings.HasPrefix(kind, "allow")
		switch {
		case from[theKey] != to[theKey]:
			c.Label, c.To = policy.Both, fmt.Sprintf("%d, which can't be compared: the key of the audit log is another", len(after))
		case gone > 0 && more > 0:
			c.Label = policy.Both
		case gone > 0 == finds:
			c.Label = policy.Loosening
		default:
			c.Label = policy.Tightening
		}
		all = append(all, c)
	}
	return all
}

func printsOf(text string) map[string]bool {
	b, _ := base64.StdEncoding.DecodeString(text)
	all := make(map[string]bool, len(b)/printBytes)
	for c := range slices.Chunk(b, printBytes) {
		all[string(c)] = true
	}
	return all
}

// missing counts what of a is not in b.
func missing(a, b map[string]bool) (n int) {
	for k := range a {
		if !b[k] {
			n++
		}
	}
	return n
}
