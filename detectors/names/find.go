package names

import (
	"github.com/sonexlabs/tacet/detectors/scan"
)

// The settings that have thresholds of their own.
const (
	settingUnknown = iota // nothing is known of the question
	settingName           // a name was asked for
	settingOther          // something else was asked for
	settingWritten        // a document
	settingForeign        // the text isn't English, as far as its words show, and no name was asked for
	settings
)

// Settings is their number.
const Settings = settings

// SettingName names a setting for the manifest.
func SettingName(i int) string {
	return [settings]string{"unknown", "name asked", "other asked", "written", "not English"}[i]
}

// Setting tells which thresholds hold in a context, for a text that is English or not.
func Setting(c *Context, foreign bool) int {
	switch {
	case foreign && (c.Written || c.Expect&ExpectName == 0):
		return settingForeign
	case c.Written:
		return settingWritten
	case c.Expect&ExpectName != 0:
		return settingName
	case c.Expect != 0:
		return settingOther
	}
	return settingUnknown
}

// findSegment appends the spans of the tokens from from to to.
func (m *Model) findSegment(dst []Span, t *scan.Text, from, to int, c *Context, s *Scratch) []Span {
	first := len(dst)
	dst = m.label(dst, t, from, to, c, s)
	if !c.Written && isForeign(s.foreign, to-from) {
		dst = m.addListed(dst, first, t, from, to, s)
	}
	if !c.Written {
		dst = m.addNear(dst, first, t, from, s)
	}
	if len(dst) > first {
		dst = m.widen(dst, first, t, from, to, s)
	}
	return dst
}

// addListed appends the frequent given names that the search left in a conversation of another language, of whose sentences the model knows few: a
// word that is no other one in English and no place is a name there, too.
func (m *Model) addListed(dst []Span, first int, t *scan.Text, from, to int, s *Scratch) []Span {
	next, last := first, len(dst)
	for i := from; i < to; i++ {
		if next < last && dst[next].First <= i {
			i = dst[next].Last
			next++
			continue
		}
		if w := &s.words[i-from+2]; w.sig.isNameOnly() && t.Tokens[i].Len() > 2 {
			dst = append(dst, Span{First: i, Last: i, Class: Person, Confidence: listedSure, Weak: true})
		}
	}
	if len(dst) == last {
		return dst
	}
	return arrange(dst, first)
}

// addNear appends the frequent given names that the search left in a conversation though they are likelier persons than nothing by themselves:
// a name alone costs more there than in a run of names, since few of the texts it was learnt from have it. How much likelier they must be
// grows with how common the word is.
func (m *Model) addNear(dst []Span, first int, t *scan.Text, from int, s *Scratch) []Span {
	const short = 3
	next, last := first, len(dst)
	for _, k := range s.some {
		w := &s.words[k+2]
		if w.sig.given() < 2 || s.scores[k][Outside]-s.scores[k][Person] >= nearLeast[w.sig.common()] {
			continue
		}
		i := int(k) + from
		for next < last && dst[next].Last < i {
			next++
		}
		if next < last && dst[next].First <= i || t.Tokens[i].Len() < short || w.sig.kind() != KindNone && (w.sig.kind() != KindForeign || s.foreign > 1) {
			continue
		}
		dst = append(dst, Span{First: i, Last: i, Class: Person, Confidence: nearSure, Weak: true})
	}
	if len(dst) == last {
		return dst
	}
	return arrange(dst, first)
}

// nearLeast is by how much a listed name that the search left must be a person rather than nothing, by how common the word is.
var nearLeast = [8]int32{-15, -15, -15, -15, -50, -50, -80, -80}

// How sure a listed name is that nothing else speaks for, and one that the search left.
const (
	listedSure = 0.7
	nearSure   = 0.65
)

// isForeign says whether a segment of n words, of which so many are frequent words of other languages, isn't English.
func isForeign(words, n int) bool { return words >= 2 && words*5 >= n }

// label appends the spans of the tokens from from to to as the search finds them.
func (m *Model) label(dst []Span, t *scan.Text, from, to int, c *Context, s *Scratch) []Span {
	shapes, any, street := m.resolve(t, from, to, s)
	asked := c.Expect&ExpectName != 0 && !c.Written
	s.some = s.some[:0]
	if !any && !asked && !street {
		return dst
	}
	n := to - from
	v := view{place: placeOf(c, modeOf(shapes), n), words: s.words, text: t, from: from, marked: -2}
	length := v.length()
	v.place0 = fromPlace + (((v.asked*3+v.speaker)*2+v.written)<<7 | length<<4)
	v.place1 = fromPlaceG + (v.asked<<12 | length<<9)
	bias := &m.biases[c.Preset][Setting(c, isForeign(s.foreign, n))]
	// All that wait for memory are scored before anything is decided, so that they wait side by side.
	some := s.some[:0]
	for i := range n {
		if w := &s.words[i+2]; asked || !w.plain && (street || !w.sig.isNumber()) {
			s.scores[i] = m.score(&v, i)
			some = append(some, int32(i))
		}
	}
	s.some = some
	open, hot, next := 0, false, -1 // where the tokens that may be something began, whether any is likely enough, and where they may go on
	for _, i := range some {
		over := bend(&s.scores[i], bias)
		if over > m.gap || s.words[i+2].alias {
			continue
		}
		if int(i) != next {
			// What is certainly outside needs no search, and the search ends there.
			if hot {
				dst = m.search(dst, open, next, n, from, s)
			}
			open, hot = int(i), false
		}
		hot = hot || over <= m.warm
		next = int(i) + 1
	}
	if hot {
		dst = m.search(dst, open, next, n, from, s)
	}
	return dst
}

// bend adds the biases to the weights of a token and says by how much Outside is better than all others.
func bend(scores, bias *[Classes]int32) int32 {
	top := int32(-1 << 30)
	for k := 1; k < Classes; k++ {
		scores[k] += bias[k]
		top = max(top, scores[k])
	}
	return scores[0] - top
}

// search appends the spans of the tokens from i to j.
func (m *Model) search(dst []Span, i, j, n, from int, s *Scratch) []Span {
	if m.viterbi(i, j, n, s) {
		dst = m.spans(dst, i, j, n, from, s)
	}
	return dst
}

// viterbi labels the tokens from i to j of a segment of n, which stand between tokens that are outside, and says whether
// any of them is not.
func (m *Model) viterbi(i, j, n int, s *Scratch) bool {
	start := &m.trans[Classes]
	if i > 0 {
		start = &m.trans[Outside]
	}
	var v [Classes]int32
	for k := range v {
		v[k] = start[k] + s.scores[i][k]
	}
	s.ahead[i] = v
	for at := i + 1; at < j; at++ {
		var next [Classes]int32
		var back uint32
		for k := range next {
			// The label stands in the low bits, so that one comparison chooses both; of equals the lowest wins.
			best := (v[0]+m.trans[0][k])<<3 | 7
			for from := 1; from < Classes; from++ {
				best = max(best, (v[from]+m.trans[from][k])<<3|int32(7-from))
			}
			next[k] = best>>3 + s.scores[at][k]
			back |= uint32(7-best&7) << (3 * k)
		}
		v = next
		s.back[at], s.ahead[at] = back, v
	}
	if j < n {
		for k := range v {
			v[k] += m.trans[k][Outside]
		}
	}
	last := Class(0)
	for k := range v {
		if v[k] > v[last] {
			last = Class(k)
		}
	}
	found := false
	for at := j - 1; at >= i; at-- {
		s.labels[at] = last
		found = found || last != Outside
		last = Class(s.back[at] >> (3 * last) & 7)
	}
	return found
}

// spans appends the spans of the labelled tokens from i to j.
func (m *Model) spans(dst []Span, i, j, n, from int, s *Scratch) []Span {
	// Backward: what the best labels behind a token add to each of its labels.
	var behind [Classes]int32
	if j < n {
		for k := range behind {
			behind[k] = m.trans[k][Outside]
		}
	}
	for at := j - 1; at >= i; at-- {
		forth := s.ahead[at]
		if at > i {
			var next [Classes]int32
			for k := range next {
				best := int32(-1 << 30)
				for to := range behind {
					best = max(best, m.trans[k][to]+s.scores[at][to]+behind[to])
				}
				next[k] = best
			}
			for k := range forth {
				s.ahead[at][k] = forth[k] + behind[k]
			}
			behind = next
		} else {
			for k := range forth {
				s.ahead[at][k] = forth[k] + behind[k]
			}
		}
	}
	for at := i; at < j; {
		class := s.labels[at]
		if class == Outside {
			at++
			continue
		}
		margin := int32(1 << 30)
		begin := at
		for ; at < j && s.labels[at] == class; at++ {
			margin = min(margin, s.ahead[at][class]-s.ahead[at][Outside])
		}
		dst = append(dst, Span{First: from + begin, Last: from + at - 1, Class: class, Confidence: m.confidence(class, margin)})
	}
	return dst
}

// widen lets persons take in the title before them and the degree behind them, and joins what a filler parts, or in other
// classes a plain word: Bank of Erewhon.
func (m *Model) widen(dst []Span, first int, t *scan.Text, from, to int, s *Scratch) []Span {
	kind := func(i int) Kind {
		if i < from || i >= to {
			return KindEdge
		}
		return s.words[i-from+2].sig.kind()
	}
	out := first
	for i := first; i < len(dst); i++ {
		span := dst[i]
		if span.Class == Person {
			for kind(span.First-1) == KindTitle && isTitleGap(t.Bytes[t.Tokens[span.First-1].End:t.Tokens[span.First].Start]) {
				span.First--
			}
			for span.Last+1 < to && (kind(span.Last+1) == KindTitle || isDegree(t, span.Last+1)) && isTitleGap(t.Bytes[t.Tokens[span.Last].End:t.Tokens[span.Last+1].Start]) {
				span.Last++
			}
		}
		if span.Class == Address {
			span = addNumbers(span, t, from, to)
		}
		if out > first {
			last := &dst[out-1]
			touches := span.First <= last.Last+1
			filled := span.First == last.Last+2 && (kind(last.Last+1) == KindFiller || span.Class != Person && s.words[last.Last+1-from+2].plain)
			if span.Class == last.Class && (touches || filled) {
				last.Last, last.Confidence = max(last.Last, span.Last), min(last.Confidence, span.Confidence)
				last.Weak = last.Weak && span.Weak
				continue
			}
			if span.First = max(span.First, last.Last+1); span.First > span.Last {
				continue
			}
		}
		dst[out] = span
		out++
	}
	return dst[:out]
}

// addNumbers lets an address take in the figures beside it: the number of the house and the postcode.
func addNumbers(span Span, t *scan.Text, from, to int) Span {
	const most = 2
	isFigure := func(i int) bool { return t.Tokens[i].Shape&scan.Digit != 0 && t.Tokens[i].Len() <= lengthMax/2 }
	gap := func(i int) bool { return isTitleGap(t.Bytes[t.Tokens[i].End:t.Tokens[i+1].Start]) }
	for n := 0; n < most && span.First > from && isFigure(span.First-1) && gap(span.First-1); n++ {
		span.First--
	}
	for n := 0; n < most && span.Last+1 < to && isFigure(span.Last+1) && gap(span.Last); n++ {
		span.Last++
	}
	return span
}

// isDegree says whether token i is part of a degree written with full stops: M.D., Ph.D.
func isDegree(t *scan.Text, i int) bool {
	k := &t.Tokens[i]
	letter := func(k *scan.Token, c byte) bool { return k.Len() <= 2 && t.Bytes[k.Start]|0x20 == c }
	dot := func(i int) bool {
		return i > 0 && i < len(t.Tokens) && t.Tokens[i].Start-t.Tokens[i-1].End == 1 && t.Bytes[t.Tokens[i-1].End] == '.'
	}
	first := (letter(k, 'm') || letter(k, 'p')) && dot(i+1) && letter(&t.Tokens[i+1], 'd')
	return first || letter(k, 'd') && dot(i) && (letter(&t.Tokens[i-1], 'm') || letter(&t.Tokens[i-1], 'p'))
}

// isTitleGap says whether what stands between a title and a name is nothing but space, a full stop and a comma.
func isTitleGap(b []byte) bool {
	for _, c := range b {
		if c != ' ' && c != '.' && c != ',' {
			return false
		}
	}
	return len(b) <= 3
}

// Labels gives the class of each token as the search finds it, before titles, fillers and what was heard are added.
func (m *Model) Labels(t *scan.Text, c *Context, s *Scratch) []Class {
	labels := make([]Class, len(t.Tokens))
	for at := 0; at < len(t.Tokens); {
		end := segmentEnd(t, at)
		for _, span := range m.label(nil, t, at, end, c, s) {
			for i := span.First; i <= span.Last; i++ {
				labels[i] = span.Class
			}
		}
		at = end
	}
	return labels
}
