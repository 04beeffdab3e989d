package main

import (
	"strings"

	"github.com/sonexlabs/tacet/detectors/names"
)

// foreignText writes a slot such as "desalad", "depeople" or "denumbers", and says whether it is one.
func (g *generator) foreignText(slot string) bool {
	if len(slot) < 3 {
		return false
	}
	lang := slot[:2]
	switch slot[2:] {
	case "salad":
		g.salad(lang, 0)
	case "people":
		g.salad(lang, 0.35)
	case "numbers":
		g.numbers(lang)
	default:
		return false
	}
	return true
}

// salad writes words of a language in the order of a sentence, more or less: what matters is which words are no names.
// With a chance of named, an entity stands after a word.
func (g *generator) salad(lang string, named float64) {
	nouns, words, function := g.t.foreign[lang+" noun"], g.t.foreign[lang+" word"], g.t.function[lang]
	if len(function) == 0 {
		function = words
	}
	n := 3 + g.rng.IntN(12)
	for i := range n {
		if i > 0 {
			g.out.WriteString(pick(g, []string{" ", " ", " ", " ", " ", " ", " ", " ", ", "}))
		}
		w := ""
		switch r := g.rng.Float64(); {
		case r < named/3:
			g.namedThing(lang)
			continue
		case r < 0.45:
			w = pick(g, function)
		case r < 0.72:
			w = g.noun(lang, nouns)
		default:
			w = g.inflect(lang, pick(g, words))
		}
		if i == 0 {
			w = upperFirst(w)
		}
		g.out.WriteString(w)
	}
	if g.chance(0.6) {
		g.out.WriteString(".")
	}
}

// noun draws a noun; German ones are capitalised and joined.
func (g *generator) noun(lang string, nouns []string) string {
	w := pick(g, nouns)
	switch lang {
	case "de", "sv", "da", "nl", "hu":
		if g.chance(0.3) {
			w += pick(g, []string{"", "s"}) + pick(g, nouns)
		}
	}
	w = g.inflect(lang, w)
	if lang == "de" {
		return upperFirst(w)
	}
	return w
}

var endings = map[string][]string{
	"de": {"en", "e", "n", "s", "er", "es", "ung", "ungen", "lich", "te", "heit"}, "fr": {"s", "e", "es", "ment", "é", "ée"}, "es": {"s", "es", "mente", "ando", "ado"},
	"pt": {"s", "es", "mente", "ando", "ado", "ção"}, "da": {"en", "et", "er", "erne", "e", "t", "s"}, "sv": {"en", "et", "ar", "er", "na", "t", "a", "s"},
	"pl": {"a", "y", "em", "ów", "ami", "ie", "ę"}, "it": {"i", "e", "mente", "ando", "ato"}, "nl": {"en", "s", "e", "t", "je"}, "hu": {"ok", "ek", "ban", "nak", "ot", "t"}, "ro": {"ul", "uri", "e", "lor"},
}

func (g *generator) inflect(lang, w string) string {
	if e := endings[lang]; len(e) > 0 && g.chance(0.35) {
		return w + pick(g, e)
	}
	return w
}

// namedThing writes a person, a place or an organisation of a language.
func (g *generator) namedThing(lang string) {
	for _, l := range languages {
		if l.slot != lang {
			continue
		}
		switch r := g.rng.Float64(); {
		case r < 0.4:
			g.foreign(l, "")
		case r < 0.55:
			g.foreign(l, "last")
		case r < 0.8 || l.org == "":
			g.foreign(l, "place")
		default:
			g.foreign(l, "org")
		}
		return
	}
	g.entity(names.Person, g.full(g.origin()))
}

// numbers writes a number in words, with a unit now and then.
func (g *generator) numbers(lang string) {
	numbers := g.t.foreign[lang+" number"]
	var words []string
	for range 1 + g.rng.IntN(5) {
		words = append(words, pick(g, numbers))
	}
	glue := " "
	switch {
	case (lang == "de" || lang == "sv" || lang == "da" || lang == "nl" || lang == "hu" || lang == "it") && g.chance(0.5):
		glue = pick(g, []string{"", "", "und", "og"})
	case lang == "fr" && g.chance(0.4):
		glue = "-"
	case lang == "pt" && g.chance(0.3):
		glue = " e "
	case g.chance(0.1):
		glue = ", "
	}
	s := strings.Join(words, glue)
	if units := g.t.foreign[lang+" unit"]; len(units) > 0 && g.chance(0.45) {
		s += " " + pick(g, units)
		if g.chance(0.3) {
			s += " " + pick(g, units)
		}
		if g.chance(0.2) {
			s += " " + pick(g, numbers) + " " + pick(g, units)
		}
	}
	g.out.WriteString(s)
}
