package traffic

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// party is somebody in a dialogue, or of whom is spoken.
type party struct {
	given, middle, last string
	origin              string // us, uk, in, eu, af, or any
	country             string
}

// originsOf are the origins of people in a country, as often as they are to come.
func originsOf(country string) []string {
	switch country {
	case "uk":
		return words("uk uk uk uk uk uk in in af af us pl fr it")
	case "us":
		return words("us us us us us us us in af es es uk de it")
	case "in":
		return words("in in in in in in in in in in in uk")
	}
	return words(strings.Repeat(country+" ", 9) + "pl es af in uk it de")
}

func (m *maker) party() *party {
	country := m.country()
	p := &party{country: country}
	origin := choose(m, originsOf(country))
	if m.talk.voice == "deva" {
		origin = "deva"
	}
	var from, of string
	p.given, from = m.nameWord(givenName, origin)
	p.last, of = m.nameWord(lastName, origin)
	if from == "" {
		of = ""
	}
	p.origin = bigOrigin(of)
	switch q := m.rng.Float64(); {
	case q < 0.06 && origin != "deva":
		p.middle = string(rune('A' + m.rng.IntN(26)))
	case q < 0.1:
		p.middle, _ = m.nameWord(givenName, origin)
	}
	switch q := m.rng.Float64(); {
	case q < 0.03:
		second, _ := m.nameWord(lastName, origin)
		p.last += "-" + second
	case q < 0.07 && bigOrigin(origin) == "eu":
		p.last = choose(m, particlesOf(origin)) + p.last
	case q < 0.02+0.03 && origin == "es":
		second, _ := m.nameWord(lastName, origin)
		p.last += " " + second
	}
	if m.names.listed && m.chance(0.01) {
		p.given += "-" + choose(m, m.names.origins[origin][givenName])
	}
	return p
}

// particlesOf are the small words before last names.
func particlesOf(origin string) []string {
	switch origin {
	case "nl":
		return []string{"van der ", "van den ", "de ", "van ", "ten ", "van 't "}
	case "de":
		return []string{"von ", "von der ", "zu "}
	case "fr":
		return []string{"de ", "du ", "de la "}
	case "pt":
		return []string{"da ", "dos ", "de "}
	case "it":
		return []string{"di ", "della ", "de "}
	case "es":
		return []string{"de la ", "de ", "del "}
	}
	return []string{"van ", "af ", "de "}
}

// country is where people of the dialogue live.
func (m *maker) country() string {
	switch t := m.talk; t.lang {
	case "en":
		return t.voice
	case "hi":
		return "in"
	default:
		return t.lang
	}
}

// who is the party of a slot: self, other, other2, agent.
func (m *maker) who(name string) *party {
	t := m.talk
	p := t.cast[name]
	if p == nil {
		p = m.party()
		t.cast[name] = p
	}
	return p
}

// nameFact makes the fact of a name slot: name, first, last, middle, or one of other…, other2…, agent….
func (m *maker) nameFact(slot string) (*fact, bool) {
	role, part := "self", slot
	for _, prefix := range []string{"agent", "other3", "other2", "other"} {
		if rest, ok := strings.CutPrefix(slot, prefix); ok {
			role, part = prefix, rest
			if part == "" {
				part = "name"
				if prefix == "agent" {
					part = "first"
				}
			}
			break
		}
	}
	p := m.who(role)
	var list []string
	switch part {
	case "name":
		list = append(list, p.given)
		if p.middle != "" {
			list = append(list, p.middle)
		}
		list = append(list, p.last)
	case "plain": // without a middle name
		list = []string{p.given, p.last}
	case "first":
		list = []string{p.given}
	case "last":
		list = []string{p.last}
	default:
		return nil, false
	}
	return &fact{typ: "PERSON", raw: strings.Join(list, " "), chunks: m.heardName(list), origin: p.origin + "+" + m.listed(list)}, true
}

// listed says whether all words of a name stand in the lists. Initials and small words don't count.
func (m *maker) listed(list []string) string {
	for _, name := range list {
		for w := range strings.FieldsFuncSeq(name, func(r rune) bool { return r == '-' || r == ' ' }) {
			if r, n := utf8.DecodeRuneInString(w); n < len(w) && !unicode.IsLower(r) && !m.names.known(w) {
				return "unlisted"
			}
		}
	}
	return "listed"
}

// heardName writes the words of a name as the call's recogniser or typist does. In lower case, signs may be lost and words
// joined or parted; the value follows.
func (m *maker) heardName(list []string) (chunks []chunk) {
	t := m.talk
	for _, w := range list {
		parted := w
		if t.style != cased {
			switch {
			case strings.Contains(w, "-") && m.chance(0.7):
				w = strings.ReplaceAll(w, "-", " ")
			case strings.Contains(w, "'") && m.chance(0.6):
				w = strings.ReplaceAll(w, "'", "")
				if i := strings.IndexByte(parted, '\''); m.chance(0.5) && parted[i-1] != ' ' && splitOf(parted[i+1:]) == m.split {
					w = parted[:i] + " " + parted[i+1:]
				}
			case (strings.HasPrefix(w, "Mc") || strings.HasPrefix(w, "Mac")) && len(w) > 6 && m.chance(0.2):
				if i := strings.IndexByte(w, 'c') + 1; splitOf(w[i:]) == m.split {
					w = w[:i] + " " + w[i:]
				}
			case t.typed && m.chance(0.06):
				w = plainLetters.Replace(w)
			}
		} else if len([]rune(w)) == 1 && m.chance(0.4) {
			w += "."
		}
		chunks = append(chunks, chunk{words: w, raw: w})
	}
	if t.style == lower && len(chunks) == 2 && !t.doc && m.chance(0.012) { // johnsmith
		chunks = []chunk{{words: chunks[0].words + chunks[1].words, raw: chunks[0].words + chunks[1].words}}
	}
	return chunks
}
