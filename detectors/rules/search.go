package rules

import (
	"slices"
	"time"
	"unicode/utf8"

	"github.com/dlclark/regexp2/v2"

	"github.com/sonexlabs/tacet/detectors/scan"
)

// The bounds of a search, in bytes.
const (
	// margin is how much text before and behind a window look-arounds and word borders see.
	margin = 64
	// pieceMax is how much is searched at once where windows have run together.
	pieceMax = 16 << 10
	// inputMax is how far a match that reaches the end of its window is followed.
	inputMax = 64 << 10
)

// The limits of one rule's pattern in one text. Beyond them its windows are redacted unseen.
const (
	limitsMax = 2                     // searches that hit their limit
	spentMax  = 4                     // time in all, in timeouts, besides spentRate
	spentRate = 10 * time.Microsecond // for each character searched
	// invalidLess is what a value that isn't valid takes from the score, which stays at found where it was there: a check
	// digit moves a score and hides nothing.
	invalidLess = 0.2
	found       = 0.5
	// stackMax is the limit of the backtracking stack, in words.
	stackMax = 1 << 16
)

// Scratch is the memory one worker reuses from text to text. It must not be used by two goroutines at once.
type Scratch struct {
	units   []state
	touched []int32
	yield   func(regexp2.MatchView) bool // m.match, made once: a new one for each search would be garbage

	set       *Set
	dst       []Match
	first     int // dst[first:] are of this text
	text      []byte
	path      []byte
	channel   string
	scoped    bool   // paths and channels count
	pathWords []byte // " customer account number "
	words     []byte
	value     []byte

	unit     int32 // being searched
	runes    []rune
	offsets  []int32 // of runes from base; unused where all are ASCII
	isASCII  bool
	base     int // where runes begin in text
	limit    int // where they end
	stop     int // matches that begin here or later are left
	last     int // where the last match ended
	cut      int // where a match began that reached the limit; -1 if none did
	started  time.Time
	late     bool
	searches int // in this text

	tokens scan.Text // for List.Holds
}

// state is what is known of a unit in a text.
type state struct {
	start, end int // the open window
	next       int // nothing before it is searched again
	spent      time.Duration
	searched   int
	limits     int
	open       bool
	touched    bool
	out        bool // the rule doesn't look at this field
	dead       bool
}

// NewScratch makes an empty Scratch; it grows with the texts.
func NewScratch() *Scratch {
	m := &Scratch{}
	m.yield = m.match
	return m
}

// Find appends what the rules find in text, in no certain order and as it is: matches may overlap, and scores may be
// below what the caller acts on. The path is that of the field the text is the value of, and may be nil; the channel is
// call, chat, log, doc or empty. It allocates nothing once dst and m are large enough.
func (s *Set) Find(dst []Match, text, path []byte, channel string, m *Scratch) []Match {
	return s.find(dst, text, path, channel, true, m)
}

// find is Find; without scoped it ignores the paths and channels of the rules.
func (s *Set) find(dst []Match, text, path []byte, channel string, scoped bool, m *Scratch) []Match {
	if s == nil || len(s.units) == 0 || len(text) == 0 {
		return dst
	}
	m.begin(s, dst, text, path, channel, scoped)
	if len(path) > 0 {
		m.inPath()
	}
	for _, u := range s.everywhere {
		m.window(u, 0, len(text))
	}
	m.scan()
	for _, u := range m.touched {
		m.close(u)
	}
	return m.end()
}

func (m *Scratch) begin(s *Set, dst []Match, text, path []byte, channel string, scoped bool) {
	if m.set != s {
		m.set = s // workers search for several tenants in turns: memory is not made anew for each
		m.units = slices.Grow(m.units[:0], len(s.units))[:len(s.units)]
		clear(m.units)
		m.touched = slices.Grow(m.touched[:0], len(s.units))
	}
	m.dst, m.first, m.text, m.path, m.channel, m.scoped = dst, len(dst), text, path, channel, scoped
	m.pathWords, m.searches = m.pathWords[:0], 0
}

// end lets go of the text and gives the matches.
func (m *Scratch) end() []Match {
	for _, u := range m.touched {
		m.units[u] = state{}
	}
	dst := m.dst
	m.touched, m.dst, m.text, m.path = m.touched[:0], nil, nil, nil
	return dst
}

// inPath lets keywords in the field's path stand for keywords in the text: {"account_number": "12345678"}.
func (m *Scratch) inPath() {
	m.pathWords = appendPathWords(append(m.pathWords, ' '), m.path)
	a, words := m.set.auto, m.pathWords
	for state, i := int32(0), 0; i < len(words); {
		if state, i = a.step(state, words, i); state < a.accept {
			continue
		}
		for _, t := range a.triggers(state) {
			if t.word && isWordAt(words, i-int(t.size), i) {
				m.window(t.unit, 0, len(m.text))
			}
		}
	}
}

// scan finds the literals and opens windows round them.
func (m *Scratch) scan() {
	a, text := m.set.auto, m.text
	wide := 0
	for state, i := int32(0), 0; i < len(text); {
		c := text[i]
		if c < utf8.RuneSelf {
			state = a.next[state+int32(a.class[c])]
			i++
		} else {
			from := i
			if state, i = a.step(state, text, i); i > from+1 {
				wide = wideExtra
			}
		}
		if state < a.accept {
			continue
		}
		for _, t := range a.triggers(state) {
			start := i - int(t.size)
			if t.word && wide > 0 {
				start = max(start-wide*int(t.size), 0) // where the word begins isn't known
				if i < len(text) && scan.IsWordByte(text[i]) {
					continue
				}
			} else if t.word && !isWordAt(text, start, i) {
				continue
			}
			w := m.set.units[t.unit].window
			m.window(t.unit, start-w-wide*int(t.size), i+w)
		}
	}
}

// isWordAt says that no letter or digit adjoins text[start:end].
func isWordAt(text []byte, start, end int) bool {
	return start >= 0 && (start == 0 || !scan.IsWordByte(text[start-1])) && (end == len(text) || !scan.IsWordByte(text[end]))
}

// window adds text[from:to] to what is searched for a unit. Windows that meet are searched as one.
func (m *Scratch) window(u int32, from, to int) {
	st := &m.units[u]
	if !st.touched {
		st.touched = true
		m.touched = append(m.touched, u)
		st.out = m.scoped && !m.set.rules[m.set.units[u].rule].applies(m.path, m.channel)
	}
	if st.out {
		return
	}
	from, to = max(from, st.next), min(to, len(m.text))
	if from >= to {
		return
	}
	if st.open && from <= st.end {
		st.start, st.end = min(st.start, from), max(st.end, to)
	} else {
		m.close(u)
		st.start, st.end, st.open = max(from, st.next), to, true
	}
	for st.end-st.start > pieceMax {
		// Matches that begin in the last window's length of a piece may go on: they are left for the next piece.
		end := st.start + pieceMax
		stop := end - m.set.units[u].window
		st.start = max(stop, m.search(u, st.start, end, stop))
		st.next = st.start
	}
}

// close searches the open window of a unit.
func (m *Scratch) close(u int32) {
	st := &m.units[u]
	if !st.open {
		return
	}
	st.open = false
	if st.start < st.end {
		st.next = max(st.end, m.search(u, st.start, st.end, st.end))
	}
}

// search looks for a unit's pattern in text[start:end] and notes the matches that begin before stop. It gives the end of
// the last match, or what was redacted unseen.
func (m *Scratch) search(u int32, start, end, stop int) int {
	st := &m.units[u]
	if st.dead {
		return m.redact(u, start, end)
	}
	m.unit, m.stop, m.last = u, stop, start
	reach := end // how far a match may go
	from := max(start-margin, 0)
	limit := min(end+margin, len(m.text))
	for {
		m.decode(from, limit)
		m.cut = -1
		ok := m.run(m.rune(start))
		if !ok || m.late {
			if st.limits++; st.limits >= limitsMax {
				st.dead = true
			}
			return m.redact(u, m.last, max(reach, m.last))
		}
		if m.cut < 0 {
			break
		}
		// A match reaches the end of what was decoded: it may be longer.
		if m.limit-from >= inputMax {
			return m.redact(u, m.cut, m.limit)
		}
		start = m.cut
		from, limit = max(start-margin, 0), min(m.limit+(m.limit-from), len(m.text))
		reach = limit
	}
	if st.spent > spentMax*m.set.timeout+time.Duration(st.searched)*spentRate {
		st.dead = true
	}
	return m.last
}

// run searches the runes from one on. It is false if the search hit a limit; what the engine says of it is not passed on,
// because it quotes the text.
func (m *Scratch) run(from int) (ok bool) {
	st := &m.units[m.unit]
	m.started, m.late = time.Now(), false
	m.searches++
	defer func() {
		if recover() != nil { // the engine's own fault: the window's contents are unknown
			ok = false
		}
		st.spent += time.Since(m.started)
		st.searched += len(m.runes)
	}()
	return m.set.units[m.unit].re.FindRunesMatches(m.runes, from, m.yield) == nil
}

// match takes in one match of the running search and says whether to go on.
func (m *Scratch) match(view regexp2.MatchView) bool {
	index, length, ok := view.GroupRange(0)
	if !ok {
		return true
	}
	start, end := m.at(index), m.at(index+length)
	if start >= m.stop {
		return false
	}
	if end == m.limit && end < len(m.text) {
		m.cut = start
		return false
	}
	if length == 0 {
		return true
	}
	m.last = end
	u := &m.set.units[m.unit]
	if u.group > 0 {
		if index, length, ok = view.GroupRange(u.group); ok && length > 0 {
			start, end = m.at(index), m.at(index+length)
		}
	}
	m.note(u, start, end)
	m.late = time.Since(m.started) > m.set.timeout
	return !m.late
}

// note adds a match with its score.
func (m *Scratch) note(u *unit, start, end int) {
	r := &m.set.rules[u.rule]
	score := u.score
	if r.validate != nil {
		m.value = compact(m.value[:0], m.text[start:end])
		if !r.validate(m.value) {
			if r.drop {
				return
			}
			score = max(score-invalidLess, min(score, found))
		}
	}
	if c := r.context; c != nil && c.near(m, m.text, start, end) {
		score = max(score+c.boost, c.floor)
	}
	m.dst = append(m.dst, Match{Start: start, End: end, Rule: int(u.rule), Score: min(max(score, 0), 1)})
}

// redact notes text[start:end] as unknown and gives its end. Regions that meet become one.
func (m *Scratch) redact(u int32, start, end int) int {
	rule := int(m.set.units[u].rule)
	if n := len(m.dst) - 1; n >= m.first && m.dst[n].Limit && m.dst[n].Rule == rule && m.dst[n].Start <= start && start <= m.dst[n].End {
		m.dst[n].End = max(m.dst[n].End, end)
	} else if start < end {
		m.dst = append(m.dst, Match{Start: start, End: end, Rule: rule, Score: 1, Limit: true})
	}
	return end
}

// compact appends the letters, as capitals, and digits of a value.
func compact(dst, value []byte) []byte {
	for _, c := range value {
		switch {
		case c >= 'a' && c <= 'z':
			dst = append(dst, c&^0x20)
		case c >= 'A' && c <= 'Z' || c >= '0' && c <= '9':
			dst = append(dst, c)
		}
	}
	return dst
}

// decode reads text[from:to], and a few bytes more where that cuts a character, as runes.
func (m *Scratch) decode(from, to int) {
	text := m.text
	for k := 0; k < utf8.UTFMax-1 && from > 0 && !utf8.RuneStart(text[from]); k++ {
		from--
	}
	for k := 0; k < utf8.UTFMax-1 && to < len(text) && !utf8.RuneStart(text[to]); k++ {
		to++
	}
	m.base, m.limit, m.isASCII = from, to, true
	m.runes, m.offsets = m.runes[:0], m.offsets[:0]
	i := from
	for ; i < to && text[i] < utf8.RuneSelf; i++ {
		m.runes = append(m.runes, rune(text[i]))
	}
	if i == to {
		return
	}
	m.isASCII = false
	for k := range m.runes {
		m.offsets = append(m.offsets, int32(k))
	}
	for i < to {
		r, width := utf8.DecodeRune(text[i:to])
		m.runes, m.offsets = append(m.runes, r), append(m.offsets, int32(i-from))
		i += width
	}
	m.offsets = append(m.offsets, int32(to-from))
}

// at is the place in the text of a rune.
func (m *Scratch) at(index int) int {
	if m.isASCII {
		return m.base + index
	}
	return m.base + int(m.offsets[index])
}

// rune is the index of the first rune at or behind a place in the text.
func (m *Scratch) rune(at int) int {
	if m.isASCII {
		return max(at-m.base, 0)
	}
	low, high := 0, len(m.runes)
	for low < high {
		mid := (low + high) / 2
		if m.base+int(m.offsets[mid]) < at {
			low = mid + 1
		} else {
			high = mid
		}
	}
	return low
}
