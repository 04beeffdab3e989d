package traffic

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// utterance is a turn in the making.
type utterance struct {
	agent bool
	segs  []segment
}

// segment is words, or a part of an utterance that is one entity.
type segment struct {
	text  string
	ent   int  // index in talk.ents; -1 for words
	fixed bool // a figure: no recogniser's errors, and its signs stay
}

// chunk is what of a value is said in one breath, and what it means.
type chunk struct {
	words string
	raw   string
	extra bool // a hesitation or a correction: can't be parted from what stands beside it, and means nothing
}

func (t *talk) now() *utterance { return &t.turns[len(t.turns)-1] }

func (t *talk) say(words string) {
	if words != "" {
		u := t.now()
		u.segs = append(u.segs, segment{text: words, ent: -1})
	}
}

func (t *talk) figure(words string) {
	u := t.now()
	u.segs = append(u.segs, segment{text: words, ent: -1, fixed: true})
}

func (t *talk) entity(text string, e DialogueEntity) {
	u := t.now()
	u.segs = append(u.segs, segment{text: text, ent: len(t.ents)})
	t.ents = append(t.ents, e)
}

// passingSlots are of one scene only: others who are spoken of, and where and when. The caller, the agent and their values stay.
var passingSlots = [...]string{"other", "other2", "other3", "city", "city2", "date", "date2", "phone2", "email2", "org2", "order", "dob2", "age2", "address2", "street2"}

// perform has a scene played.
func (m *maker) perform(s *scene) {
	t := m.talk
	t.played[s] = true
	for _, passing := range passingSlots {
		delete(t.cast, passing)
		delete(t.facts, passing)
		delete(t.heard, passing)
	}
	for _, l := range s.lines {
		if l.agent && t.silent {
			continue
		}
		words := m.vary(l.words)
		alone := m.isBare(words)
		if alone && t.asked && !l.agent && !t.typed && m.chance(0.05) && len(t.tongue.delays) > 0 {
			t.turns = append(t.turns, utterance{})
			t.say(choose(m, t.tongue.delays))
		}
		t.turns = append(t.turns, utterance{agent: l.agent})
		before := ""
		for {
			plain, rest, found := strings.Cut(words, "{")
			t.say(plain)
			before += plain
			if !found {
				break
			}
			inner, tail, _ := strings.Cut(rest, "}")
			m.mention(parseSlot(inner), l.agent, alone, before)
			before, words = "", tail
		}
		if l.agent {
			t.asked = l.asks || t.asked && len(strings.Fields(l.words)) <= 3
		}
	}
}

// isBare says that a line is one slot and perhaps a yes.
func (m *maker) isBare(words string) bool {
	before, rest, found := strings.Cut(words, "{")
	if !found {
		return false
	}
	_, after, _ := strings.Cut(rest, "}")
	fluff := func(s string) bool {
		for w := range strings.FieldsSeq(strings.ToLower(s)) {
			if w = strings.Trim(w, ".,!?"); w != "" && !slices.Contains(m.talk.tongue.fluff, w) {
				return false
			}
		}
		return true
	}
	return fluff(before) && fluff(after) && !strings.Contains(after, "{")
}

// flatten turns the utterances into texts and finds where the entities stand in them.
func (m *maker) flatten(d *Dialogue) {
	t := m.talk
	for i := range t.turns {
		u := &t.turns[i]
		role := "customer"
		switch {
		case t.doc:
			role = ""
		case u.agent:
			role = "agent"
		}
		var buf []byte
		for j, s := range u.segs {
			if s.ent < 0 {
				buf = m.appendWords(buf, u, j)
				continue
			}
			e := &t.ents[s.ent]
			text := m.cased(s.text, t.style)
			if t.style == cased && len(buf) == 0 && e.Type != "EMAIL" && e.Type != "USERNAME" && e.Type != "PASSWORD" && e.Type != "URL" {
				text = capital(text)
			}
			e.Turn, e.Start = len(d.Turns), len(buf)
			buf = append(buf, text...)
			e.End = len(buf)
			if n := len(d.Entities) - 1; j >= 2 && u.segs[j-1].text == " " && u.segs[j-2].ent >= 0 && d.Entities[n].End == e.Start-1 && bothNames(&d.Entities[n], e) {
				d.Entities[n].End, d.Entities[n].Value = e.End, d.Entities[n].Value+" "+e.Value
				continue
			}
			d.Entities = append(d.Entities, *e)
		}
		if n := len(u.segs); n > 0 && u.segs[n-1].ent < 0 {
			buf = trimRight(buf)
		}
		if len(buf) > 0 {
			d.Turns = append(d.Turns, DialogueTurn{Role: role, Text: string(buf)})
		}
	}
}

// bothNames says that two entities beside each other are one name: "{otherfirst} {last}".
func bothNames(a, b *DialogueEntity) bool {
	return a.Type == "PERSON" && b.Type == "PERSON" && a.Kind != "spelled" && b.Kind != "spelled"
}

func trimRight(b []byte) []byte {
	for len(b) > 0 && (b[len(b)-1] == ' ' || b[len(b)-1] == '\n') {
		b = b[:len(b)-1]
	}
	return b
}

// appendWords adds the words of segment j as the recogniser or the typist has them.
func (m *maker) appendWords(buf []byte, u *utterance, j int) []byte {
	t, s := m.talk, u.segs[j].text
	if !u.segs[j].fixed {
		s = m.hesitate(s, len(buf) == 0, j+1 < len(u.segs))
		s = m.mishear(s)
		if t.style != cased {
			s = strings.Map(dropMarks, s)
		}
	}
	s = m.cased(s, t.style)
	if t.style == cased && len(buf) == 0 {
		s = capital(strings.TrimLeft(s, " ,"))
	}
	if len(buf) == 0 || buf[len(buf)-1] == ' ' || buf[len(buf)-1] == '\n' {
		s = strings.TrimLeft(s, " ")
	}
	for {
		one := strings.ReplaceAll(s, "  ", " ")
		if one == s {
			return append(buf, s...)
		}
		s = one
	}
}

// dropMarks leaves out the marks that a recogniser without punctuation doesn't write.
func dropMarks(r rune) rune {
	switch r {
	case '.', ',', '?', '!', ';', ':', '"', '(', ')', '¿', '¡', '।', '…':
		return -1
	case '–', '—':
		return ' '
	}
	return r
}

func (m *maker) cased(s string, st style) string {
	switch st {
	case lower:
		return strings.ToLower(s)
	case upper:
		return strings.ToUpper(s)
	}
	return s
}

// capital makes the first letter a capital.
func capital(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	if !unicode.IsLower(r) {
		return s
	}
	return string(unicode.ToUpper(r)) + s[n:]
}

// hesitate puts fillers into words: at the beginning of a turn, and before a value.
func (m *maker) hesitate(s string, first, beforeValue bool) string {
	t := m.talk
	if first && s != "" && m.chance(t.fillers) {
		word, _, _ := strings.Cut(s, " ")
		if r, n := utf8.DecodeRuneInString(s); unicode.IsUpper(r) && word != "I" && !strings.HasPrefix(word, "I'") && t.lang != "de" {
			s = string(unicode.ToLower(r)) + s[n:]
		}
		s = capital(choose(m, t.tongue.fillers)) + ", " + s
	}
	if beforeValue && strings.HasSuffix(s, " ") && m.chance(t.fillers) {
		s += choose(m, t.tongue.fillers) + " "
	}
	return s
}

// mishear puts a recogniser's errors into words: others of the same sound, lost, joined and parted ones. In typed texts they
// are slips of the hand.
func (m *maker) mishear(s string) string {
	t := m.talk
	if t.errors == 0 || t.doc {
		return s
	}
	list := strings.Split(s, " ")
	out := make([]string, 0, len(list))
	for i, w := range list {
		if w == "" || i == 0 && s[0] != ' ' && len(out) == 0 && i+1 == len(list) || !m.chance(t.errors) || !isWord(w) {
			out = append(out, w)
			continue
		}
		sound, known := t.tongue.homophones[strings.ToLower(w)]
		switch p := m.rng.IntN(6); {
		case t.typed:
			out = append(out, m.mistype(w))
		case known && p < 4:
			out = append(out, sound)
		case p == 4 && len(w) > 6:
			out = append(out, w[:3]+" "+w[3:])
		case p == 5 && len(out) > 0 && isWord(out[len(out)-1]):
			out[len(out)-1] += w
		case len(w) <= 4 && p < 2: // short words get lost
		default:
			out = append(out, w)
		}
	}
	return strings.Join(out, " ")
}

// isWord says that s is lower-case ASCII letters, which may be cut anywhere.
func isWord(s string) bool {
	for i := range len(s) {
		if s[i] < 'a' || s[i] > 'z' {
			return false
		}
	}
	return s != ""
}

func (m *maker) mistype(w string) string {
	if len(w) < 4 {
		return w
	}
	i := 1 + m.rng.IntN(len(w)-2)
	switch m.rng.IntN(3) {
	case 0:
		return w[:i] + w[i+1:]
	case 1:
		return w[:i] + w[i:i+1] + w[i:]
	}
	return w[:i] + w[i+1:i+2] + w[i:i+1] + w[i+2:]
}
