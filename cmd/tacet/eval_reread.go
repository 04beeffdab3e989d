package main

import (
	"bytes"
	"cmp"
	"strings"

	"github.com/sonexlabs/tacet/cmd/tacet/reread"
	"github.com/sonexlabs/tacet/detectors"
)

// redactedText is a text with its findings replaced, as the product replaces them, and where each of its bytes has gone: the places of
// beginnings and those of ends differ inside a finding.
func redactedText(text []byte, found []detectors.Finding, hides func(detectors.Type) bool) (out string, starts, ends []int) {
	var b strings.Builder
	starts, ends = make([]int, len(text)+1), make([]int, len(text)+1)
	at := 0
	clear := func(end int) {
		for ; at < end; at++ {
			starts[at], ends[at] = b.Len(), b.Len()
			b.WriteByte(text[at])
		}
	}
	for i := range found {
		f := &found[i]
		if !hides(f.Type) || f.Start < at {
			continue
		}
		clear(f.Start)
		before := b.Len()
		b.WriteString("[" + f.Type.String() + "]")
		for ; at < f.End; at++ {
			starts[at], ends[at] = before, b.Len()
		}
		ends[f.Start] = before
	}
	clear(len(text))
	starts[at], ends[at] = b.Len(), b.Len()
	return b.String(), starts, ends
}

// value is one value of a row with its labels.
type value struct {
	kind   string
	labels []*label
	parts  bool   // the labels are its parts
	leaks  string // what can be had of it, "" for nothing
	clear  bool   // enough of it stays in clear where it is labelled
}

// values groups the labels of the headline: those of one group, which are parts if they stand in different turns, and those that are
// read alike.
func (e *evaluator) values(r *labelledRow, texts [][]byte) (all []*value) {
	known := map[string]*value{}
	for i := range r.Entities {
		l := &r.Entities[i]
		if !l.counts() || e.rules.skips(l.Type) {
			continue
		}
		key := l.Type + "\x00" + reread.Key(cmp.Or(l.canonical(), string(texts[l.Turn][l.Start:l.End])), r.Lang)
		if strings.HasSuffix(key, "\x00") {
			key += string(bytes.ToLower(texts[l.Turn][l.Start:l.End]))
		}
		if group := l.group(); group != "" {
			key = l.Type + "\x00group\x00" + group
		}
		v := known[key]
		if v == nil {
			v = &value{kind: l.Type}
			known[key] = v
			all = append(all, v)
		}
		v.parts = v.parts || l.group() != "" && len(v.labels) > 0
		v.labels = append(v.labels, l)
	}
	return all
}

// reread renders the row as the product would, reads it again, and says of each value whether it can be had. What policies keep is taken for
// hidden where the values are those of such types: nothing else hides them.
func (e *evaluator) reread(r *labelledRow, texts [][]byte, found [][]detectors.Finding, values []*value) {
	for _, kept := range []bool{false, true} {
		var call *reread.Call
		var starts, ends [][]int
		place := func(l *label) reread.Place {
			return reread.Place{Turn: l.Turn, Start: starts[l.Turn][l.Start], End: ends[l.Turn][l.End], Was: string(texts[l.Turn][l.Start:l.End])}
		}
		for _, v := range values {
			if e.kept.keeps(v.kind) != kept {
				continue
			}
			if call == nil {
				var turns []string
				for i, text := range texts {
					out, s, n := redactedText(text, found[i], func(t detectors.Type) bool { return kept || !e.kept.kept[t] })
					turns, starts, ends = append(turns, out), append(starts, s), append(ends, n)
				}
				var places []reread.Place
				for i := range r.Entities {
					places = append(places, place(&r.Entities[i]))
				}
				call = reread.Read(turns, r.Lang, places)
			}
			asked := reread.Value{Type: v.kind, Parts: v.parts, Canonical: v.labels[0].canonical()}
			for _, l := range v.labels {
				asked.Places = append(asked.Places, place(l))
			}
			v.leaks = call.Leaks(&asked)
		}
	}
}
