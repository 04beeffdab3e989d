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
	settings
)

// Settings is their number.
const Settings = settings

// SettingName names a setting for the manifest.
func SettingName(i int) string {
	return [settings]string{"unknown", "name asked", "other asked", "written"}[i]
}

// Setting tells which thresholds hold in a context.
func Setting(c *Context) int {
	switch {
	case c.Written:
		return settingWritten
	case c.Expect&ExpectName != 0:
		return settingName
	case c.Expect != 0:
		return settingOther
	}
	return settingUnknown
}

// findSegment appends the spans of the tokens from at to end.
func (m *Model) findSegment(dst []Span, t *scan.Text, from, to int, c *Context, s *Scratch) []Span {
	m.resolve(t, from, to, s)
	n := to - from
	p := placeOf(c, m.mark(t, from, to, s), n)
	m.score(&p, s)
	setting := Setting(c)
	bias, gap := &m.biases[c.Preset][setting], m.gap
	scores := s.scores[:n]
	first := len(dst)
	for i := 0; i < n; {
		// What is certainly outside needs no search, and the search may end there.
		if !m.bend(&scores[i], bias, gap) {
			i++
			continue
		}
		j := i + 1
		for j < n && m.bend(&scores[j], bias, gap) {
			j++
		}
		if m.viterbi(i, j, n, s) {
			dst = m.spans(dst, i, j, n, from, s)
		}
		i = j + 1
	}
	if len(dst) > first {
		dst = m.widen(dst, first, t, from, to, s)
	}
	return dst
}

// bend adds the biases to the weights of a token and says whether it may be something.
func (m *Model) bend(scores, bias *[Classes]int32, gap int32) bool {
	top := int32(-1 << 30)
	for k := 1; k < Classes; k++ {
		scores[k] += bias[k]
		top = max(top, scores[k])
	}
	return scores[0]-top <= gap
}

// mark fills s.marks, with one for each edge, and gives the segment's mode.
func (m *Model) mark(t *scan.Text, from, to int, s *Scratch) int {
	marks := append(s.marks[:0], mark{0, brkStop})
	b := t.Bytes
	var shapes scan.Shape
	for i := from; i < to; i++ {
		k := &t.Tokens[i]
		next := mark{capLower, brkStop}
		if k.Shape&^scan.NonHex != scan.Lower {
			next.cap = capOf(k, b)
		}
		if i > from {
			before := t.Tokens[i-1].End
			if k.Start-before == 1 && b[before] == ' ' {
				next.brk = brkSpace
			} else {
				next.brk = brkOf(b, before, k.Start)
			}
		}
		if s.words[i-from+2].key == aliasHash {
			next = mark{capDigits, brkStop}
		} else {
			shapes |= k.Shape
		}
		marks = append(marks, next)
	}
	s.marks = append(marks, mark{0, brkStop})
	return modeOf(shapes)
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
		dst = append(dst, Span{from + begin, from + at - 1, class, m.confidence(class, margin)})
	}
	return dst
}

// widen lets persons take in the title before them and the filler within them.
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
		}
		if out > first {
			last := &dst[out-1]
			touches := span.First <= last.Last+1
			filled := span.First == last.Last+2 && kind(last.Last+1) == KindFiller
			if span.Class == Person && last.Class == Person && (touches || filled) {
				last.Last, last.Confidence = span.Last, min(last.Confidence, span.Confidence)
				continue
			}
			span.First = max(span.First, last.Last+1)
		}
		dst[out] = span
		out++
	}
	return dst[:out]
}

// isTitleGap says whether what stands between a title and a name is nothing but space and a full stop.
func isTitleGap(b []byte) bool {
	for _, c := range b {
		if c != ' ' && c != '.' {
			return false
		}
	}
	return len(b) <= 3
}
