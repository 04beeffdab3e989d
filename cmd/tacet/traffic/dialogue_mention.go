package traffic

import (
	"strings"
)

// mention puts what a slot stands for into the turn.
func (m *maker) mention(s slot, agent, alone bool, before string) {
	t := m.talk
	if s.literal != "" {
		e := DialogueEntity{Type: s.name, Value: strings.ToLower(s.literal), Kind: "given"}
		if s.kind != "" {
			e.Kind = s.kind
		}
		t.entity(s.literal, e)
		return
	}
	if words, ok := m.figureOf(s.name); ok {
		t.figure(words)
		return
	}
	if s.name == "title" {
		t.say(choose(m, t.tongue.titles))
		return
	}
	f := m.fact(s.name)
	kind := m.kindOf(s, f, agent, alone, before)
	if !agent {
		t.heard[s.name] = true
	}
	m.put(m.formed(s, f), f, kind, agent)
}

// kindOf says how a value is put.
func (m *maker) kindOf(s slot, f *fact, agent, alone bool, before string) string {
	switch {
	case s.kind != "":
		return s.kind
	case s.mod == "spelled":
		return "spelled"
	case s.mod == "last4" || s.mod == "last3" || s.mod == "last2":
		return "partial"
	case f.typ != "PERSON":
		switch {
		case agent && m.talk.heard[s.name]:
			return "readback"
		case alone:
			return "bare"
		}
		return "given"
	case m.talk.doc:
		return "given"
	case strings.HasPrefix(s.name, "agent"):
		if agent {
			return "intro"
		}
		return "vocative"
	case strings.HasPrefix(s.name, "other"):
		if alone {
			return "bare"
		}
		return "third"
	case agent:
		if m.talk.heard[s.name] && s.name == "name" {
			return "readback"
		}
		return "vocative"
	case alone:
		return "bare"
	case introduces(before):
		return "intro"
	}
	return "given"
}

// introduces says that the words before a name are those by which people say who they are: "my name is", "ich heiße".
func introduces(before string) bool {
	list := strings.Fields(strings.ToLower(before))
	if len(list) == 0 {
		return false
	}
	const last = " is it's its i'm im am name's names myself by me with here main naam मैं नाम ist heiße bin suis m'appelle c'est soy llamo es sono chiamo parla met się mówi tu jestem sou chamo-me fala heter är hedder er det "
	return strings.Contains(last, " "+strings.Trim(list[len(list)-1], ",.!")+" ")
}

// form is a value as it is put in one place.
type form struct {
	chunks []chunk
	spoken bool
	lost   bool
	fixed  bool // can't be parted or corrected
	value  string
}

// formed draws how a fact is written or said.
func (m *maker) formed(s slot, f *fact) form {
	t := m.talk
	switch s.mod {
	case "spelled":
		return form{chunks: m.spell(f.raw), spoken: true}
	case "last4", "last3", "last2":
		n := int(s.mod[4] - '0')
		raw := f.raw[len(f.raw)-n:]
		if t.typed || m.chance(0.3) {
			return form{chunks: []chunk{{words: raw, raw: raw}}, fixed: true, value: raw}
		}
		return form{chunks: m.sayRun(raw, []int{n}), spoken: true, fixed: true, value: raw}
	}
	spoken := f.how != asWritten && !t.typed && (f.heardOnly || m.chance([...]float64{cased: 0.5, lower: 0.85, upper: 0.7}[t.style]))
	switch {
	case f.how == asWritten && len(f.chunks) > 0:
		return form{chunks: f.chunks}
	case !spoken:
		words := choose(m, f.written)
		if t.typed && m.chance(0.3) {
			words = m.sloppy(f, words)
		}
		if t.style != cased && (f.how == house || f.how == date) {
			words = strings.ReplaceAll(words, ",", "")
		}
		return form{chunks: []chunk{{words: words, raw: f.raw}}, fixed: true}
	}
	x := form{chunks: m.speak(f), spoken: true}
	if (f.how == digits || f.how == mixed) && len(x.chunks) > 1 {
		m.disturb(f, &x)
	}
	return x
}

// sloppy is how a hurried typist writes: without the marks between groups.
func (m *maker) sloppy(f *fact, words string) string {
	switch f.how {
	case digits, mixed:
		if words[0] == '+' {
			return words
		}
		return compact(words)
	case house:
		return strings.ReplaceAll(words, ",", "")
	}
	return words
}

// disturb loses a digit or corrects a chunk now and then.
func (m *maker) disturb(f *fact, x *form) {
	i := m.rng.IntN(len(x.chunks))
	c := x.chunks[i]
	switch {
	case len(f.raw) >= 8 && len(c.raw) >= 2 && m.chance(0.04):
		cut := m.rng.IntN(len(c.raw))
		if c.raw[cut] == '+' {
			return
		}
		x.chunks[i] = m.sayChunk(c.raw[:cut] + c.raw[cut+1:])
		x.lost = true
	case i > 0 && len(f.raw) >= 6 && len(c.raw) >= 2 && c.raw[0] != '+' && m.chance(0.06):
		wrong := []byte(c.raw)
		j := m.rng.IntN(len(wrong))
		if wrong[j] < '0' || wrong[j] > '9' {
			return
		}
		wrong[j] = '0' + (wrong[j]-'0'+byte(m.between(1, 9)))%10
		bad := m.sayChunk(string(wrong))
		cue := choose(m, m.talk.tongue.corrections)
		rest := append([]chunk{{words: bad.words + " " + cue, extra: true}}, x.chunks[i:]...)
		x.chunks = append(x.chunks[:i:i], rest...)
	}
}

// put writes a value into the turn, or into this and the next ones.
func (m *maker) put(x form, f *fact, kind string, agent bool) {
	t := m.talk
	e := DialogueEntity{Type: f.typ, Spoken: x.spoken, Kind: kind, Lost: x.lost, Origin: f.origin, Prompted: t.asked && !agent}
	raw := ""
	for _, c := range x.chunks {
		raw += f.join(raw, c)
		if c.extra {
			e.Kind = "corrected"
		}
	}
	e.Value = x.value
	if e.Value == "" {
		e.Value = f.value(raw)
	}
	if kind == "spelled" {
		e.Value = strings.ToLower(f.raw)
	}
	parts := [][]chunk{x.chunks}
	if x.spoken && !x.fixed && !agent && !t.typed && len(x.chunks) > 1 && m.chance(m.o.TurnSplits*f.breaks()) {
		parts = m.parted(x.chunks)
	}
	if len(parts) > 1 {
		t.groups++
		e.Group = t.groups
	}
	for i, p := range parts {
		if i > 0 {
			t.turns = append(t.turns, utterance{agent: !agent})
			m.acknowledge(f, parts[i-1])
			t.turns = append(t.turns, utterance{agent: agent})
		}
		t.entity(m.spokenTogether(f, p), e)
	}
}

// acknowledge is what the other side says between the parts of a value: yes, or the part again.
func (m *maker) acknowledge(f *fact, part []chunk) {
	t := m.talk
	raw := ""
	for _, c := range part {
		if c.extra {
			raw = ""
			break
		}
		raw += c.raw
	}
	if f.how != digits || raw == "" || raw[0] == '+' || !m.chance(0.25) {
		t.say(choose(m, t.tongue.backchannels))
		return
	}
	again := m.sayRun(raw, nil)
	t.entity(m.spokenTogether(f, again), DialogueEntity{Type: f.typ, Value: raw, Spoken: true, Kind: "partial"})
}

// parted cuts chunks into two or three turns. A correction stays with what it corrects.
func (m *maker) parted(chunks []chunk) (parts [][]chunk) {
	n := 2
	if len(chunks) > 3 && m.chance(0.35) {
		n = 3
	}
	size := (len(chunks) + n - 1) / n
	for len(chunks) > 0 {
		k := min(size, len(chunks))
		for k < len(chunks) && chunks[k-1].extra {
			k++
		}
		parts = append(parts, chunks[:k])
		chunks = chunks[k:]
	}
	return parts
}

// spokenTogether joins chunks by spaces, commas in cased texts, and hesitations.
func (m *maker) spokenTogether(f *fact, chunks []chunk) string {
	t := m.talk
	commas := (f.how == digits || f.how == mixed) && t.style == cased && m.chance(0.3)
	var b strings.Builder
	for i, c := range chunks {
		if i > 0 {
			if commas && !chunks[i-1].extra && len(chunks) > 1 && len(c.raw) > 1 {
				b.WriteByte(',')
			}
			b.WriteByte(' ')
			if !t.doc && m.chance(t.fillers) {
				b.WriteString(choose(m, t.tongue.fillers) + " ")
			}
		}
		b.WriteString(c.words)
	}
	return b.String()
}
