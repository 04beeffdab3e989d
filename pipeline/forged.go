package pipeline

import (
	"bytes"
	"time"

	"github.com/sonexlabs/tacet/pipeline/codec"
	"github.com/sonexlabs/tacet/pipeline/policy"
	"github.com/sonexlabs/tacet/pipeline/pseudonym"
)

// nextForged finds the next alias or token in text from a place on; [0] is -1 where there is none. In a record they are
// imitations, by which somebody could pass for another in redacted text. In the filter they may be its own work of an earlier run,
// which must stay as it is.
func (w *rewriter) nextForged(text []byte, from int) [2]int {
	if w.filter || from >= len(text) {
		return [2]int{-1, -1}
	}
	start, end := pseudonym.NextForged(text[from:])
	if start < 0 {
		return [2]int{-1, -1}
	}
	return [2]int{from + start, from + end}
}

// disarm makes the brackets of an imitation round.
func (w *rewriter) disarm(d *codec.Doc, i int, at [2]int) {
	d.Replace(i, at[0], at[0]+1, []byte("("))
	d.Replace(i, at[1]-1, at[1], []byte(")"))
	w.disarms()
}

func (w *rewriter) disarms() {
	w.disarmed++
	if w.first {
		w.forged++
	}
}

// disarmAll makes every imitation in a field that leaves as it is harmless.
func (w *rewriter) disarmAll(d *codec.Doc, i int) {
	if k := d.Fields()[i].Kind; k != codec.String && k != codec.Line {
		return
	}
	text := d.Text(i)
	for forged := w.nextForged(text, 0); forged[0] >= 0; forged = w.nextForged(text, forged[1]) {
		w.disarm(d, i, forged)
	}
}

// isOwn tells, in the filter, what this program wrote beside the record: the hash of a policy is no name, and the end of
// a record's time no birthday.
func isOwn(path, text []byte) bool {
	switch string(path) {
	case "redaction.policy", "redaction.instruction":
		const letters = "bcdfghjklmnpqrst"
		return len(text) == len(letters) && len(bytes.Trim(text, letters)) == 0
	case "redaction.keys":
		return string(text) == "dev"
	case "redaction.expires_at":
		_, err := time.Parse(time.RFC3339, string(text))
		return err == nil
	}
	return false
}

// forgedMost is the length of the longest alias, token or generalised value.
const forgedMost = 64

// disarmHead makes the bracket before finding k round where an imitation would come about by what leaves in the finding's place,
// w.with: "[PERSON_1+44 7700 900123]" without its number is one. What has brackets of its own bridges nothing. Text before done is
// edited already.
func (w *rewriter) disarmHead(d *codec.Doc, i, k int, text []byte, done int) {
	f := &w.found[k]
	if w.filter || len(w.with) > 0 && w.with[0] == '[' {
		return
	}
	open := bytes.LastIndexByte(text[done:f.Start], '[')
	if open < 0 || f.Start-done-open > forgedMost {
		return
	}
	open += done
	w.joined = append(append(w.joined[:0], text[open:f.Start]...), w.with...)
	if w.bridges(k, text) {
		d.Replace(i, open, open+1, []byte("("))
		w.disarms()
	}
}

// bridges tells whether w.joined begins an imitation with what follows finding k.
func (w *rewriter) bridges(k int, text []byte) bool {
	from := w.found[k].End
	for k++; len(w.joined) <= 2*forgedMost; k++ {
		to := len(text)
		if k < len(w.found) {
			to = w.found[k].Start
		}
		w.joined = append(w.joined, text[from:min(to, from+forgedMost)]...)
		if start, _ := pseudonym.Next(w.joined); start == 0 {
			return true
		}
		if k == len(w.found) {
			return false
		}
		switch f := &w.found[k]; w.at.styles[f.Type] {
		case policy.StyleKeep:
			w.joined = append(w.joined, text[f.Start:f.End]...)
		case policy.StyleDrop:
			if f.Detector == taggerOfNames {
				return true // or not: names of members stay
			}
		case policy.StyleSurrogate, policy.StyleFPE, policy.StyleDateShift:
			return true // it can be anything
		default:
			return false // in brackets of its own
		}
		from = w.found[k].End
	}
	return false
}
