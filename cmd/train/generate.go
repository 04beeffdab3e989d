package main

import (
	"hash/fnv"
	"math/rand/v2"
	"strings"

	"github.com/sonexlabs/tacet/detectors/names"
	"github.com/sonexlabs/tacet/detectors/names/train"
)

// split is a part of the names and of the templates. The parts share neither.
type split int

const (
	splitTrain split = iota
	splitDev
)

// devShare is one over the share of names and templates that are kept for development.
const devShare = 8

func splitOf(s string) split {
	h := fnv.New32a()
	h.Write([]byte(s))
	if (h.Sum32()>>7)%devShare == 0 {
		return splitDev
	}
	return splitTrain
}

// generator makes labelled texts from templates.
type generator struct {
	rng   *rand.Rand
	split split
	t     *texts
	topic *topic // of the text at hand

	// Of the text at hand.
	out     strings.Builder
	marks   []train.Mark
	strange bool // the recogniser may have made words of names
}

func newGenerator(seed uint64, s split, t *texts) *generator {
	return &generator{rng: rand.New(rand.NewPCG(seed, uint64(s)+7)), split: s, t: t}
}

func (g *generator) chance(p float64) bool { return g.rng.Float64() < p }

func pick[T any](g *generator, list []T) T { return list[g.rng.IntN(len(list))] }

// next makes one text.
func (g *generator) next() train.Example {
	for {
		g.topic = &g.t.topics[g.t.draw[g.rng.IntN(len(g.t.draw))]]
		template := pick(g, g.topic.templates)
		if splitOf(template) != g.split {
			continue
		}
		g.out.Reset()
		g.marks = nil
		g.strange = g.topic.context.Expect == names.ExpectName && g.chance(0.12)
		g.expand(template)
		if g.topic.name == "talk" && g.chance(0.3) { // two sentences
			g.out.WriteString(pick(g, []string{" ", " ", " and ", " but ", ". ", ", "}))
			if second := pick(g, g.topic.templates); splitOf(second) == g.split {
				g.expand(second)
			}
		}
		text := g.out.String()
		if strings.TrimSpace(text) == "" {
			continue
		}
		return train.Example{Text: text, Marks: g.marks, Context: g.topic.context, Alone: true}
	}
}

// expand writes a template.
func (g *generator) expand(s string) {
	for len(s) > 0 {
		switch i := strings.IndexAny(s, "[{"); {
		case i < 0:
			g.out.WriteString(s)
			return
		case i > 0:
			g.out.WriteString(s[:i])
			s = s[i:]
		case s[0] == '{':
			slot, rest, _ := strings.Cut(s[1:], "}")
			g.slot(slot)
			s = rest
		default:
			options, rest := alternatives(s)
			g.expand(pick(g, options))
			s = rest
		}
	}
}

// alternatives cuts "[a|b]rest".
func alternatives(s string) (options []string, rest string) {
	depth, from := 0, 1
	for i, c := range s {
		switch c {
		case '[':
			depth++
		case '|':
			if depth == 1 {
				options = append(options, s[from:i])
				from = i + 1
			}
		case ']':
			if depth--; depth == 0 {
				return append(options, s[from:i]), s[i+1:]
			}
		}
	}
	return []string{s[1:]}, ""
}

// entity writes the name of something.
func (g *generator) entity(class names.Class, text string) {
	start := g.out.Len()
	g.out.WriteString(text)
	g.marks = append(g.marks, train.Mark{Start: start, End: g.out.Len(), Class: class})
}

// slot writes what a slot stands for.
func (g *generator) slot(slot string) {
	if list, ok := g.t.lists[slot]; ok {
		g.expand(pick(g, list))
		return
	}
	if f, ok := slots[strings.TrimRight(slot, "23")]; ok {
		f(g)
		return
	}
	if g.foreignText(slot) {
		return
	}
	for _, l := range languages {
		if part, ok := strings.CutPrefix(strings.TrimRight(slot, "2"), l.slot); ok && g.foreign(l, part) {
			return
		}
	}
	g.out.WriteString("{" + slot + "}") // a test finds these
}

// slots are what templates can name, with a figure behind it where one template names several.
var slots = map[string]func(*generator){
	"name":        (*generator).name,
	"full":        func(g *generator) { g.entity(names.Person, g.full(g.origin())) },
	"first":       func(g *generator) { g.entity(names.Person, g.given(g.origin())) },
	"last":        func(g *generator) { g.entity(names.Person, g.surname(g.origin())) },
	"titled":      (*generator).titled,
	"spelled":     (*generator).spelled,
	"mangled":     (*generator).mangled,
	"natospelled": (*generator).nato,
	"asin":        (*generator).asIn,
	"aunt":        (*generator).aunt,
	"reversed":    (*generator).reversed,
	"postnominal": (*generator).postnominal,
	"place":       func(g *generator) { g.entity(names.Location, g.place()) },
	"org":         func(g *generator) { g.entity(names.Org, g.org()) },
	"address":     func(g *generator) { g.entity(names.Address, g.address()) },
	"num":         func(g *generator) { g.out.WriteString(g.number()) },
	"n":           func(g *generator) { g.out.WriteString(g.small()) },
	"code":        func(g *generator) { g.out.WriteString(g.code()) },
	"amount":      func(g *generator) { g.out.WriteString(g.amount()) },
	"date":        func(g *generator) { g.out.WriteString(g.date()) },
	"pldate":      func(g *generator) { g.out.WriteString(g.polishDate()) },
	"time":        func(g *generator) { g.out.WriteString(g.time()) },
	"any":         func(g *generator) { g.out.WriteString(pick(g, g.t.open)) },
	"word":        func(g *generator) { g.out.WriteString(g.homograph()) },
	"year":        func(g *generator) { g.out.WriteString(g.year()) },
	"email":       func(g *generator) { g.out.WriteString(g.email()) },
}

// language is what templates of a language name persons and places by.
type language struct{ slot, origin, place, org string }

var languages = []language{
	{"pl", "poland", "place_pl", ""}, {"de", "germany", "place_de", "org_de"}, {"fr", "france", "place_fr", "org_fr"},
	{"es", "spain", "place_es", "org_es"}, {"pt", "portugal", "place_pt", "org_pt"}, {"da", "denmark", "place_da", "org_da"},
	{"sv", "sweden", "place_sv", "org_sv"}, {"it", "italy", "city", ""}, {"nl", "netherlands", "city", ""}, {"in", "india", "city", ""},
}

// foreign writes a slot of a language and says whether there is such a slot.
func (g *generator) foreign(l language, part string) bool {
	origin := l.origin
	if g.chance(0.2) {
		origin = g.origin()
	}
	switch part {
	case "":
		g.entity(names.Person, g.full(origin))
	case "first":
		g.entity(names.Person, g.given(origin))
	case "last":
		g.entity(names.Person, g.surname(origin))
	case "place":
		if g.chance(0.4) {
			g.entity(names.Location, g.place())
		} else {
			g.entity(names.Location, pick(g, g.t.things[l.place]))
		}
	case "org":
		g.entity(names.Org, pick(g, g.t.things[l.org]))
	default:
		return false
	}
	return true
}

// name writes a person in one of the ways people say who they are.
func (g *generator) name() {
	o := g.origin()
	switch r := g.rng.Float64(); {
	case r < 0.50:
		g.entity(names.Person, g.full(o))
	case r < 0.80:
		g.entity(names.Person, g.given(o))
	case r < 0.87:
		g.entity(names.Person, g.surname(o))
	case r < 0.90:
		g.entity(names.Person, g.surname(o)+" "+g.given(o))
	case r < 0.94:
		g.titled()
	case r < 0.96:
		g.entity(names.Person, g.letter()+" "+g.surname(o))
	default:
		filler := pick(g, []string{" uh ", " um ", " er ", " ", " erm "})
		g.entity(names.Person, g.given(o)+filler+g.surname(o))
	}
}

func (g *generator) letter() string { return string(rune('A' + g.rng.IntN(26))) }

// full is a given name and a surname, sometimes with something between or before.
func (g *generator) full(o string) string {
	given, last := g.given(o), g.surname(o)
	switch r := g.rng.Float64(); {
	case r < 0.05:
		return given + " " + g.letter() + " " + last
	case r < 0.07:
		return given + " " + g.letter() + ". " + last
	case r < 0.10:
		return given + " " + g.given(o) + " " + last
	case r < 0.12:
		return given + " " + last + "-" + g.surname(o)
	case r < 0.14:
		return given + " " + last + " " + g.surname(o)
	case r < 0.155:
		return given + strings.ToLower(last)
	case r < 0.165:
		return g.letter() + " " + g.letter() + " " + last
	case r < 0.175:
		return given + " " + g.letter()
	case r < 0.19:
		return given + " " + pick(g, []string{"van", "de", "von", "al", "el", "bin", "da", "dos", "le", "van der", "de la", "mac", "o", "st"}) + " " + last
	}
	return given + " " + last
}

func (g *generator) titled() {
	title := pick(g, []string{"Mr", "Mrs", "Ms", "Miss", "Dr", "Dr.", "Mr.", "Mrs.", "Doctor", "Professor", "Mister", "Sir", "Dr", "Dr."})
	if g.chance(0.3) {
		g.entity(names.Person, title+" "+g.full(g.origin()))
		return
	}
	g.entity(names.Person, title+" "+g.surname(g.origin()))
}

// spelled writes a name letter by letter.
func (g *generator) spelled() {
	name := g.surname(g.origin())
	if g.chance(0.4) {
		name = g.given(g.origin())
	}
	var letters []string
	for _, r := range strings.ToUpper(name) {
		letters = append(letters, string(r))
	}
	g.entity(names.Person, strings.Join(letters, pick(g, []string{" ", " ", " ", "-", ", "})))
}

// mangled writes a spelled name as recognisers hear it: letters run together and doubled.
func (g *generator) mangled() {
	name := g.surname(g.origin())
	if g.chance(0.5) {
		name = g.given(g.origin()) + " " + name
	} else if g.chance(0.5) {
		name = g.given(g.origin())
	}
	var parts []string
	for r := []rune(strings.ReplaceAll(strings.ToLower(name), " ", "")); len(r) > 0; {
		n := 1
		if g.chance(0.3) {
			n = min(len(r), 2+g.rng.IntN(2))
		}
		part := string(r[:n])
		r = r[n:]
		if g.chance(0.3) {
			part = strings.ToUpper(part)
		}
		if g.chance(0.04) {
			part = pick(g, []string{"double", "space", "are", "you", "why", "see", "tea", "bee", "oh", "eye", "and"})
		}
		parts = append(parts, part)
	}
	g.entity(names.Person, strings.Join(parts, " "))
}

const natoWords = "alpha bravo charlie delta echo foxtrot golf hotel india juliet kilo lima mike november oscar papa quebec romeo sierra tango uniform victor whiskey xray yankee zulu"

// natoWord is the word of the radio for a small letter.
func natoWord(r rune) string { return strings.Fields(natoWords)[r-'a'] }

// nato spells a name by the words of the radio.
func (g *generator) nato() {
	var parts []string
	for _, r := range strings.ToLower(unaccent(g.surname(g.origin()))) {
		if r >= 'a' && r <= 'z' {
			parts = append(parts, natoWord(r))
		}
	}
	if len(parts) > 0 {
		g.entity(names.Person, strings.Join(parts, " "))
	}
}

// asIn spells a name with words for its letters.
func (g *generator) asIn() {
	var parts []string
	for _, r := range strings.ToLower(unaccent(g.surname(g.origin()))) {
		if r >= 'a' && r <= 'z' {
			parts = append(parts, string(r)+pick(g, []string{" for ", " as in ", " "})+natoWord(r))
		}
	}
	if len(parts) > 0 {
		g.entity(names.Person, strings.Join(parts, " "))
	}
}

// homograph draws a word that is also a name.
func (g *generator) homograph() string {
	pool := g.t.given
	if g.chance(0.5) {
		pool = g.t.surnames
	}
	return pick(g, pool.byOrigin["homograph"])
}

// aunt writes a relative as one of the family calls them.
func (g *generator) aunt() {
	title := pick(g, strings.Fields("aunt uncle auntie grandma grandpa nana cousin brother sister father"))
	g.entity(names.Person, title+" "+g.given(g.origin()))
}

// postnominal writes a person with a degree.
func (g *generator) postnominal() {
	degree := pick(g, strings.Fields("MD M.D. PhD Jr Jr. Sr DDS Psy Esq III MBA RN Ms LCSW"))
	g.entity(names.Person, g.full(g.origin())+pick(g, []string{" ", ", "})+degree)
}

// reversed writes the surname first.
func (g *generator) reversed() {
	o := g.origin()
	name := g.surname(o) + pick(g, []string{" ", " ", ", "}) + g.given(o)
	if g.chance(0.4) {
		name += " " + g.letter()
	}
	g.entity(names.Person, name)
}

// origin draws where a person's names come from.
func (g *generator) origin() string {
	return g.t.origins[g.t.originDraw[g.rng.IntN(len(g.t.originDraw))]]
}

func (g *generator) given(o string) string   { return g.part(o, g.t.given) }
func (g *generator) surname(o string) string { return g.part(o, g.t.surnames) }

// part draws a given name or a surname: of the origin, of the lists, or made up.
func (g *generator) part(o string, pool *pool) string {
	if g.strange && g.chance(0.6) {
		return g.spoil(g.own(g.t.english))
	}
	var name string
	switch r := g.rng.Float64(); {
	case r < 0.45:
		name = g.own(pool.byOrigin[o])
	case r < 0.65:
		name = g.own(pool.tiers[3])
	case r < 0.79:
		name = g.own(pool.tiers[2])
	case r < 0.89:
		name = g.own(pool.tiers[1])
	default:
		name = g.invent()
	}
	if g.chance(0.06) {
		name = g.spoil(name)
	}
	return titleCase(name)
}

// own draws a word of the generator's split. The lists have words such as "the" and "my", which are names in some
// language; what little recall they cost is less than what they'd do to English.
func (g *generator) own(list []string) string {
	for range 50 {
		if len(list) == 0 {
			break
		}
		if w := pick(g, list); splitOf(w) == g.split && (!g.t.stop[w] || g.t.homographs[w]) {
			return w
		}
	}
	return g.invent()
}

// invent makes up a name that no list has.
func (g *generator) invent() string {
	var b strings.Builder
	if g.chance(0.4) { // open syllables, as in South Asia, Africa and Japan
		for range 2 + g.rng.IntN(2) {
			b.WriteString(pick(g, g.t.things["syllable"]))
		}
		if g.chance(0.4) {
			b.WriteString(pick(g, g.t.things["tail"]))
		}
		return b.String()
	}
	for range 1 + g.rng.IntN(2) {
		b.WriteString(pick(g, g.t.things["onset"]) + pick(g, g.t.things["nucleus"]))
		if g.chance(0.5) {
			b.WriteString(pick(g, g.t.things["coda"]))
		}
	}
	if g.chance(0.6) {
		b.WriteString(pick(g, g.t.things["tail"]))
	}
	return b.String()
}

// spoil makes a slip of the keyboard or of the recogniser.
func (g *generator) spoil(w string) string {
	r := []rune(w)
	if len(r) < 4 {
		return w
	}
	i := 1 + g.rng.IntN(len(r)-2)
	switch g.rng.IntN(4) {
	case 0:
		return string(r[:i]) + string(r[i+1:])
	case 1:
		return string(r[:i]) + string(r[i]) + string(r[i:])
	case 2:
		r[i], r[i+1] = r[i+1], r[i]
		return string(r)
	}
	r[i] = []rune("aeioutnrs")[g.rng.IntN(9)]
	return string(r)
}
