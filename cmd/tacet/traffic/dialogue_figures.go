package traffic

import (
	"fmt"
	"strings"
)

// figureOf makes a number that is no personal data and must be left alone. In calls it is mostly in words.
func (m *maker) figureOf(slot string) (string, bool) {
	t := m.talk
	if t.lang != "en" {
		return m.figureAbroad(slot)
	}
	said := !t.typed && m.chance([...]float64{cased: 0.35, lower: 0.75, upper: 0.6}[t.style])
	n := m.between(2, 59)
	switch slot {
	case "amount":
		return m.amount(said), true
	case "price":
		if said {
			return sayTwo(n) + choose(m, []string{" ninety nine", " fifty", " ninety five", " quid", " dollars", " pounds", " bucks", " rupees", " euros"}), true
		}
		return fmt.Sprintf("%s%d.%02d", choose(m, []string{"$", "£", "€", "₹"}), n, choose(m, []int{99, 50, 0, 95})), true
	case "time":
		h := m.between(1, 12)
		if said {
			return sayTwo(h) + choose(m, []string{" o'clock", " thirty", " fifteen", " forty five", " p m", " a m", " in the morning", " thirty p m"}), true
		}
		return fmt.Sprintf("%d:%02d", h, 5*m.rng.IntN(12)) + choose(m, []string{"", " am", " pm"}), true
	case "count":
		if said {
			return sayTwo(n), true
		}
		return fmt.Sprint(n), true
	case "days":
		return sayTwo(m.between(2, 28)) + choose(m, []string{" days", " working days", " business days", " weeks", " hours", " minutes"}), true
	case "percent":
		if said {
			return sayTwo(n) + choose(m, []string{" percent", " point five percent", " per cent"}), true
		}
		return fmt.Sprint(n) + choose(m, []string{"%", ".5%", ".25%"}), true
	case "year":
		if said {
			return "twenty " + sayTwo(m.between(10, 27)), true
		}
		return fmt.Sprint(m.between(1995, 2027)), true
	}
	return m.figureMore(slot, said)
}

func (m *maker) amount(said bool) string {
	n := m.between(2, 99)
	if !said {
		return fmt.Sprintf("%s%d.%02d", choose(m, []string{"$", "£", "€", "₹", "Rs "}), m.between(3, 4999), choose(m, []int{0, 50, 95, 99}))
	}
	currency := map[string][]string{"uk": {"pounds", "pounds", "quid"}, "us": {"dollars", "dollars", "bucks"}, "in": {"rupees", "rupees only"}}[m.talk.voice]
	c := choose(m, currency)
	switch m.rng.IntN(6) {
	case 0:
		return ones[m.between(1, 9)] + " hundred and " + sayTwo(n) + " " + c
	case 1:
		return sayTwo(m.between(2, 40)) + " thousand " + c
	case 2:
		return ones[m.between(1, 9)] + " thousand " + ones[m.between(1, 9)] + " hundred " + c
	case 3:
		if m.talk.voice == "in" {
			return sayTwo(m.between(2, 60)) + choose(m, []string{" lakh ", " lakhs ", " crore "}) + choose(m, []string{"rupees", "sixty thousand rupees", "rupees only"})
		}
		return sayTwo(n) + " " + c + " and " + sayTwo(m.between(10, 99)) + map[string]string{"uk": " pence", "us": " cents"}[m.talk.voice]
	case 4:
		return sayTwo(n) + " " + c + " " + sayTwo(m.between(10, 99))
	}
	return sayTwo(n) + " " + c
}

func (m *maker) figureMore(slot string, said bool) (string, bool) {
	n := m.between(2, 59)
	switch slot {
	case "big":
		if said {
			return choose(m, []string{sayTwo(n) + " million", sayTwo(n) + " point " + ones[m.between(1, 9)] + " billion", ones[m.between(1, 9)] + " hundred and " + sayTwo(n) + " million", "a quarter of a million"}), true
		}
		return choose(m, []string{fmt.Sprintf("$%d.%d million", n, m.between(1, 9)), fmt.Sprintf("%d.%d billion", m.between(1, 9), m.between(1, 9)), fmt.Sprintf("%d,%03d", n, m.between(100, 999))}), true
	case "plan":
		if said {
			return choose(m, []string{"fifty gig", "unlimited", "ten gig", "five hundred meg", "super saver", "two for one"}), true
		}
		return choose(m, []string{"50 GB", "Unlimited", "10GB", "500 Mbps", "Basic 200", "Family 4"}), true
	case "data":
		return m.measure(words("gigabytes gigs megabits megs"), said), true
	case "dose":
		return m.measure(words("milligrams milligrams mils micrograms"), said), true
	case "weight":
		return m.measure(words("kilos grams pounds ounces"), said), true
	case "volume":
		return m.measure(words("litres gallons millilitres pints"), said), true
	case "model":
		brand := choose(m, words("Vireo Halden Orbis Talon Quanta Zephyr"))
		if said {
			return brand + choose(m, []string{" x two hundred", " nine thousand", " four fifty", " seven series", " g three", " pro max"}), true
		}
		return brand + choose(m, []string{" X200", " 9000", " 450", " Pro 13", " G3", " S22"}), true
	case "score":
		a, b := m.between(0, 5), m.between(0, 5)
		if said {
			return choose(m, []string{ones[a] + " nil", ones[a] + " " + ones[b], ones[a] + " to " + ones[b], "thirty love", "a hundred and twelve for six"}), true
		}
		return fmt.Sprintf("%d-%d", a, b), true
	case "few":
		return choose(m, []string{"one", "two", "three", "four", "two or three", "four or five", "one or two", "2", "3"}), true
	case "run": // numbers in a row that mean nothing to anybody
		return choose(m, []string{"one two three", "one two one two", "one, two, three, testing", "three two one", "five four three two one", "one two three four"}), true
	case "idiom":
		return choose(m, []string{"twenty four seven", "fifty fifty", "nine to five", "sixty forty", "a hundred and ten percent", "at sixes and sevens", "one in a million", "two for one", "catch twenty two", "three sixty"}), true
	}
	return m.homograph(slot)
}

// homograph draws a word that is a name, too.
func (m *maker) homograph(kind string) (string, bool) {
	if m.homographs == nil {
		m.homographs = map[string][]string{}
		text, err := dialogueFiles.ReadFile("dialogues/homographs.txt")
		if err != nil {
			panic("traffic: there is no list of homographs")
		}
		for l := range strings.Lines(string(text)) {
			if kind, list, ok := strings.Cut(l, ": "); ok && l[0] != '#' {
				m.homographs[kind] = strings.Fields(list)
			}
		}
	}
	list := m.homographs[kind]
	if list == nil {
		return "", false
	}
	return choose(m, list), true
}

// measure makes an amount in one of the units.
func (m *maker) measure(units []string, said bool) string {
	v, u := choose(m, []int{2, 5, 10, 12, 20, 25, 50, 75, 100, 250, 500}), choose(m, units)
	if said && v < 100 {
		return sayTwo(v) + " " + u
	}
	return fmt.Sprint(v) + " " + u
}

// figureAbroad is figureOf in other languages, in figures.
func (m *maker) figureAbroad(slot string) (string, bool) {
	n := m.between(2, 59)
	tg := m.talk.tongue
	switch slot {
	case "amount", "price":
		if m.chance(0.3) {
			return tg.pair(n) + " " + tg.currency, true
		}
		return fmt.Sprintf("%d,%02d ", n, choose(m, []int{0, 50, 90, 99})) + tg.currency, true
	case "time":
		return strings.ReplaceAll(tg.clock, "N", fmt.Sprint(m.between(7, 21))), true
	case "count", "days":
		if m.chance(0.6) {
			return tg.pair(n), true
		}
		return fmt.Sprint(n), true
	case "percent":
		return fmt.Sprint(n) + " " + tg.percent, true
	case "year":
		return fmt.Sprint(m.between(2010, 2027)), true
	}
	return "", false
}
