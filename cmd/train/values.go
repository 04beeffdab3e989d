package main

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// titleCase gives every part of a name a capital letter.
func titleCase(s string) string {
	var b strings.Builder
	start := true
	for _, r := range s {
		if start {
			r = unicode.ToUpper(r)
		}
		start = r == ' ' || r == '-' || r == '\''
		b.WriteRune(r)
	}
	return b.String()
}

// place draws a place: a known one, or one of the list by its tier.
func (g *generator) place() string {
	switch r := g.rng.Float64(); {
	case r < 0.5:
		return titleCase(pick(g, g.t.things["city"]))
	case r < 0.7:
		return titleCase(g.own(g.t.places[2]))
	case r < 0.85:
		return titleCase(g.own(g.t.places[1]))
	}
	return titleCase(g.own(g.t.places[3]))
}

// org draws an organisation: a known one, or one put together.
func (g *generator) org() string {
	tail := pick(g, g.t.things["orgtail"])
	switch r := g.rng.Float64(); {
	case r < 0.45:
		return titleCase(pick(g, g.t.things["org"]))
	case r < 0.6:
		return titleCase(pick(g, g.t.things["brand"]) + " " + tail)
	case r < 0.7:
		return titleCase(pick(g, g.t.things["brand"]) + pick(g, g.t.things["brand"]))
	case r < 0.8:
		return titleCase(g.own(g.t.surnames.tiers[2]) + " " + tail)
	case r < 0.87:
		return titleCase(g.own(g.t.surnames.tiers[3]) + " and " + g.own(g.t.surnames.tiers[2]))
	case r < 0.93:
		return titleCase(g.invent())
	}
	return titleCase(pick(g, g.t.things["city"]) + " " + tail)
}

// address draws an address of one of several countries.
func (g *generator) address() string {
	number := fmt.Sprint(1 + g.rng.IntN(300))
	if g.chance(0.3) {
		number = g.small()
	}
	street := pick(g, g.t.things["streetname"])
	if g.chance(0.4) {
		street = g.own(g.t.surnames.tiers[1+g.rng.IntN(3)])
	}
	kind := pick(g, g.t.things["streetkind"])
	a := titleCase(number + " " + street + " " + kind)
	switch g.rng.IntN(10) {
	case 0:
		a = pick(g, []string{"Hauptstraße", "Bahnhofstraße", "Gartenweg", "Schillerstraße", "Lindenallee", "Goethestr."}) + " " + number
	case 1:
		a = number + " " + pick(g, []string{"rue de la Paix", "rue Victor Hugo", "avenue de la République", "place du Marché", "chemin des Vignes", "rue du Moulin"})
	case 2:
		a = pick(g, []string{"Calle Mayor", "Avenida de América", "Via Roma", "Kerkstraat", "ul. Długa", "Strandvej", "Storgatan", "Rua Augusta"}) + " " + number
	}
	if g.chance(0.25) {
		a = titleCase(pick(g, g.t.things["flat"])) + " " + fmt.Sprint(1+g.rng.IntN(40)) + pick(g, []string{" ", ", "}) + a
	}
	if g.chance(0.5) {
		a += pick(g, []string{" ", ", ", ", "}) + g.place()
	}
	if g.chance(0.35) {
		a += pick(g, []string{" ", ", "}) + g.postcode()
	}
	return a
}

func (g *generator) postcode() string {
	switch g.rng.IntN(4) {
	case 0:
		return g.digits(5)
	case 1:
		return g.digits(6)
	case 2:
		return strings.ToUpper(g.letters(2)) + g.digits(1) + " " + g.digits(1) + strings.ToUpper(g.letters(2))
	}
	return strings.ToUpper(g.letters(1)) + g.digits(2) + " " + g.digits(1) + strings.ToUpper(g.letters(2))
}

func (g *generator) digits(n int) string {
	var b strings.Builder
	for range n {
		b.WriteByte('0' + byte(g.rng.IntN(10)))
	}
	return b.String()
}

func (g *generator) letters(n int) string {
	var b strings.Builder
	for range n {
		b.WriteByte('a' + byte(g.rng.IntN(26)))
	}
	return b.String()
}

const digitWords = "zero one two three four five six seven eight nine"

// number is an identifier: in figures, in groups, or in words.
func (g *generator) number() string {
	n := 2 + g.rng.IntN(10)
	d := g.digits(n)
	switch g.rng.IntN(5) {
	case 0:
		var words []string
		for _, c := range d {
			w := strings.Fields(digitWords)[c-'0']
			if c == '0' && g.chance(0.5) {
				w = "oh"
			}
			words = append(words, w)
		}
		return strings.Join(words, " ")
	case 1:
		return strings.Join(strings.Split(d, ""), " ")
	case 2:
		if n > 5 {
			return d[:3] + " " + d[3:]
		}
	}
	return d
}

// small is a count.
func (g *generator) small() string {
	if g.chance(0.5) {
		return fmt.Sprint(1 + g.rng.IntN(60))
	}
	return pick(g, strings.Fields("one two three four five six seven eight nine ten eleven twelve fifteen twenty thirty forty-two sixty ninety"))
}

// code is a mix of letters and figures.
func (g *generator) code() string {
	switch g.rng.IntN(5) {
	case 0:
		return g.letters(3) + " " + g.digits(3)
	case 1:
		return g.letters(2) + g.digits(4)
	case 2:
		return strings.Join(strings.Split(g.letters(1)+g.digits(1)+g.letters(1)+g.digits(2), ""), " ")
	case 3:
		return strings.ToUpper(g.letters(3)) + g.digits(3)
	}
	return g.letters(1) + " " + g.digits(2) + " " + g.letters(2)
}

func (g *generator) amount() string {
	return pick(g, []string{
		"£" + fmt.Sprint(1+g.rng.IntN(900)), "$" + fmt.Sprint(1+g.rng.IntN(900)), fmt.Sprint(1+g.rng.IntN(900)) + " dollars",
		g.small() + " pounds", g.small() + " hundred euros", g.small() + " thousand rupees", "1." + g.digits(1) + " million", fmt.Sprint(1+g.rng.IntN(90)) + " euros",
	})
}

func (g *generator) month() string {
	return pick(g, strings.Fields("January February March April May June July August September October November December"))
}

func (g *generator) date() string {
	day, year := 1+g.rng.IntN(28), 1930+g.rng.IntN(95)
	switch g.rng.IntN(5) {
	case 0:
		return fmt.Sprintf("%dth of %s %d", day, g.month(), year)
	case 1:
		return fmt.Sprintf("%s %d", g.month(), day)
	case 2:
		return fmt.Sprintf("%02d/%02d/%d", day, 1+g.rng.IntN(12), year)
	case 3:
		return fmt.Sprintf("the %s of %s", pick(g, strings.Fields("first second third fourth fifth tenth twelfth twentieth")), g.month())
	}
	return fmt.Sprintf("%d %s %d", day, g.month(), year)
}

func (g *generator) polishDate() string {
	return fmt.Sprintf("%d %s %d", 1+g.rng.IntN(28), pick(g, strings.Fields("stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia styczeń luty marzec")), 1930+g.rng.IntN(95))
}

func (g *generator) time() string {
	return pick(g, []string{fmt.Sprintf("%d:%02d", g.rng.IntN(24), g.rng.IntN(60)), fmt.Sprintf("%d pm", 1+g.rng.IntN(12)), g.small() + " o'clock", "half past " + g.small(), "noon", fmt.Sprintf("%dam", 1+g.rng.IntN(12))})
}

func (g *generator) year() string { return fmt.Sprint(1700 + g.rng.IntN(325)) }

// email is an address that isn't anybody's: example domains, and forms that chats mangle.
func (g *generator) email() string {
	user := g.invent()
	return pick(g, []string{user + "@example.com", user + g.digits(2) + "@example.org", user + "examplecom", user + " at example dot com", g.letters(6) + "@example.net"})
}

// upperFirst gives a text a capital letter.
func upperFirst(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[n:]
}
