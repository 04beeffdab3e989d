package traffic

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sonexlabs/tacet/detectors/checksum"
)

// fact is one thing that somebody in a dialogue has, in all its forms.
type fact struct {
	typ     string
	raw     string // what is said when nothing is lost: digits and letters in capitals, or words
	written []string
	how     speech
	chunks  []chunk // of names: as they are heard
	sizes   []int   // of digits: how many are said in one breath
	// heardOnly: only said, never written (addresses at real mail providers).
	heardOnly bool
	parts     bool // may go over several turns
	origin    string
	norm      func(raw string) string
}

// breaks is how often a fact is said over several turns, of what the options ask for.
func (f *fact) breaks() float64 {
	switch {
	case f.parts:
		return 1
	case f.how == email && f.typ == "EMAIL", f.how == house:
		return 0.4
	}
	return 0
}

// value is canonical for what was said.
func (f *fact) value(raw string) string {
	switch {
	case f.norm != nil:
		return f.norm(raw)
	case f.typ == "PERSON" || f.how == house:
		return strings.ToLower(raw)
	}
	return raw
}

// join is what c adds to what was said before it.
func (f *fact) join(before string, c chunk) string {
	if (f.typ == "PERSON" || f.how == house || f.how == date) && before != "" && c.raw != "" {
		return " " + c.raw
	}
	return c.raw
}

// fact gives what a slot stands for, always the same in a dialogue. A new name is heard anew each time.
func (m *maker) fact(slot string) *fact {
	t := m.talk
	if f, ok := m.nameFact(slot); ok {
		return f
	}
	f := t.facts[slot]
	if f == nil {
		f = m.draw(slot)
		t.facts[slot] = f
	}
	return f
}

func (m *maker) fill(pattern string) string {
	b := []byte(pattern)
	for i, c := range b {
		switch c {
		case 'x':
			b[i] = byte('0' + m.rng.IntN(10))
		case 'z':
			b[i] = byte('1' + m.rng.IntN(9))
		case 'y':
			b[i] = "ABDEFGHJLNPQRSTUWXYZ"[m.rng.IntN(20)] // those of an inward postcode
		}
	}
	return string(b)
}

// number makes a fact of digits and perhaps letters from a pattern, or from one with its digits.
func (m *maker) number(typ, pattern string, sizes ...int) *fact {
	s := m.fill(pattern)
	raw := compact(s)
	f := &fact{typ: typ, raw: raw, written: []string{s}, how: digits, sizes: sizes, parts: len(raw) >= 8}
	if strings.ContainsAny(raw, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") {
		f.how = mixed
	}
	if raw != s {
		f.written = append(f.written, raw)
	}
	return f
}

func literal(typ, s string) *fact {
	return &fact{typ: typ, raw: s, written: []string{s}, norm: strings.ToLower}
}

// draw makes up a fact.
func (m *maker) draw(slot string) *fact {
	country := m.country()
	switch strings.TrimRight(slot, "23") {
	case "city":
		return literal("LOCATION", m.place(country, "city"))
	case "org":
		return literal("ORG", m.place(country, "org"))
	case "address":
		return m.address(country, strings.Replace(slot, "address", "street", 1))
	case "street":
		return addressFact(m.street(country))
	case "postcode":
		f := m.number("POSTCODE", m.zip(country))
		f.parts = false
		return f
	case "phone":
		return m.phone(country)
	case "email":
		return m.mail(false)
	case "dob":
		return m.birthday()
	case "date":
		return m.day()
	case "age":
		return m.number("AGE", fmt.Sprint(m.between(18, 93)))
	case "national":
		return m.national(country)
	}
	return m.drawAccess(strings.TrimRight(slot, "23"), country)
}

// drawAccess makes up what has to do with money and access.
func (m *maker) drawAccess(slot, country string) *fact {
	switch slot {
	case "card":
		return m.card()
	case "cvv":
		return m.number("CARD_CVV", "xxx")
	case "expiry":
		return m.number("CARD_EXPIRY", fmt.Sprintf("%02d/%d", m.between(1, 12), m.between(26, 32)), 2, 2)
	case "otp":
		return m.number("OTP", choose(m, []string{"xxxxxx", "xxxxxx", "xxxx", "xxx xxx"}))
	case "pin":
		return m.number("PIN", "xxxx")
	case "password":
		return m.password()
	case "answer":
		return literal("PASSWORD", m.place("any", "answer"))
	case "username":
		return m.userName()
	case "account":
		return m.number("BANK_ACCOUNT", choose(m, map[string][]string{"uk": {"xxxxxxxx"}, "us": {"xxxxxxxxxx", "xxxxxxxxxxxx", "xxxxxxxxx"},
			"in": {"5xxxxxxxxxx", "5xxxxxxxxxxxxx", "9xxxxxxxxxxxxxx"}}[country]))
	case "sort":
		return m.number("SORT_CODE", choose(m, []string{"08-99-99", "10-79-99", "20-29-59", "00-xx-xx"}), 2, 2, 2)
	case "iban":
		return m.iban(country)
	case "customer":
		return m.number("ACCOUNT_ID", choose(m, []string{"xxxxxxxx", "xxxxxxxxx", "ACxxxxxxx", "yyxxxxxx", "xxxx xxxx xx", "yxx xxx xxx"}))
	case "order":
		return m.number("ORDER_ID", choose(m, []string{"ORD-xxxxxx", "yyxxxxxxx", "zxxxxxxx", "xxx-xxxxxxx", "yxxxxx", "yyyxxx"}))
	case "plate":
		f := m.number("VEHICLE_PLATE", choose(m, map[string][]string{"uk": {"yyxx yyy"}, "us": {"yyy xxxx", "xyyyxxx", "yyy-xxx"}, "in": {"KA 0z yy xxxx", "MH 1x yy xxxx", "TN zx y xxxx", "DL zC yy xxxx"}}[country]))
		f.parts = false
		return f
	case "nhs":
		return m.number("UK_NHS", m.checked("999 xxx xxx", func(s []byte) bool {
			return len(s) == 10 && checksum.Weighted(s, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1)%11 == 0
		}), 3, 3, 4)
	case "ip":
		f := literal("IP_ADDRESS", choose(m, []string{"192.0.2.", "198.51.100.", "203.0.113."})+fmt.Sprint(m.between(1, 254)))
		return f
	}
	panic("traffic: a scene has an unknown slot")
}

// checked appends the digit that satisfies a check, and draws again where none does.
func (m *maker) checked(pattern string, valid func([]byte) bool) string {
	for {
		s := m.fill(pattern)
		for d := byte('0'); d <= '9'; d++ {
			if valid([]byte(compact(s) + string(d))) {
				return s + string(d)
			}
		}
	}
}

// card draws a card number that begins like one that card schemes publish for tests, valid by Luhn.
func (m *maker) card() *fact {
	s := m.checked(choose(m, words("400000xxxxxxxxx 424242xxxxxxxxx 401288xxxxxxxxx 411111xxxxxxxxx 555555xxxxxxxxx 510510xxxxxxxxx 222300xxxxxxxxx 601111xxxxxxxxx 378282xxxxxxxx 371449xxxxxxxx")), checksum.Luhn)
	f := m.number("CREDIT_CARD", s, 4, 4, 4, 4)
	f.written = []string{grouped(s, 4, " "), s, grouped(s, 4, "-")}
	if len(s) == 15 {
		f.sizes = []int{4, 6, 5}
		f.written = []string{s[:4] + " " + s[4:10] + " " + s[10:], s}
	}
	return f
}

// iban draws a valid IBAN of a bank that doesn't exist.
func (m *maker) iban(country string) *fact {
	bban := m.fill(map[string]string{"uk": "TEST00xxxxxxxxxxxx", "us": "TEST00xxxxxxxxxxxx", "in": "TEST00xxxxxxxxxxxx", "fr": "00000xxxxx00xxxxxxxxxxx", "nl": "TEST0xxxxxxxxx",
		"es": "0000xxxxxxxxxxxxxxxx", "pl": "00000000xxxxxxxxxxxxxxxx", "it": "X00000xxxxxxxxxxxxxxxxx", "pt": "0000xxxxxxxxxxxxxxxxx", "sv": "000xxxxxxxxxxxxxxxxx", "da": "0000xxxxxxxxxx", "de": "00000000xxxxxxxxxx"}[country])
	code := map[string]string{"uk": "GB", "us": "GB", "in": "GB", "sv": "SE", "da": "DK"}[country]
	if code == "" {
		code = strings.ToUpper(country)
	}
	for check := 2; ; check++ {
		s := fmt.Sprintf("%s%02d%s", code, check, bban)
		if checksum.Mod97([]byte(s)) {
			f := m.number("IBAN", s, 4)
			f.written = []string{grouped(s, 4, " "), s}
			return f
		}
	}
}

// national draws the identifier of a country from numbers that were never given to anybody, as the demo's traffic does.
func (m *maker) national(country string) *fact {
	switch country {
	case "uk":
		return m.number("UK_NINO", "QQ xx xx xx "+choose(m, words("A B C D")), 2, 2, 2, 2, 1)
	case "us":
		return m.number("US_SSN", choose(m, []string{"987-65-432x", "219-09-9999", "078-05-1120", "666-zx-zxxx"}), 3, 2, 4)
	case "in":
		if m.chance(0.4) {
			return m.number("IN_PAN", "yyyP"+strings.ToUpper(initial(ascii(m.who("self").last)+"X"))+"0000y", 5, 4, 1)
		}
		s := m.checked("9999zxxxxxx", checksum.Verhoeff)
		f := m.number("IN_AADHAAR", s, 4, 4, 4)
		f.written = append(f.written, grouped(s, 4, " "), grouped(s, 4, " "))
		return f
	case "de":
		return m.number("DE_TAX_ID", choose(m, taxIDs))
	case "fr":
		return m.number("FR_NIR", choose(m, nirs))
	}
	panic("traffic: a country has no national identifiers here")
}

// answers are what people say to security questions.
const answers = "Biscuit, Shadow, Oreo, Sheru, Bruno, Marmalade, Tigger, Simba, Moti, lasagne, biryani, fish and chips, paneer tikka, the seaside, Mountain View School, St Marys Primary, a red bicycle, Green Dragon, blue, the Beatles, cricket, Casablanca, Pickles, Waffles, Mittens, Rocky, Laddoo, Star Wars, chocolate, Goldie, peanut, Kalu, Duchess, Snowball, mango, Sholay, apple pie, Titanic"

// place draws an entry of places.txt that belongs to the split. Lists of which too little is left give all they have.
func (m *maker) place(country, kind string) string {
	if m.names.listed && kind == "city" && m.talk.voice != "deva" && m.chance(0.3) {
		if w, ok := m.listedWord(placeName); ok {
			return titled(w)
		}
	}
	if m.talk.voice == "deva" && (kind == "city" || kind == "org") {
		country = "deva"
	}
	key := country + " " + kind
	list, ok := m.places[key]
	if !ok {
		list = placesOf(key, m.split)
		m.places[key] = list
	}
	return choose(m, list)
}

func placesOf(key string, split Split) []string {
	var all []string
	if key == "any answer" {
		all = strings.Split(answers, ", ")
	} else {
		text, err := dialogueFiles.ReadFile("dialogues/places.txt")
		if err != nil {
			panic("traffic: there is no list of places")
		}
		for l := range strings.Lines(string(text)) {
			if rest, ok := strings.CutPrefix(strings.TrimSpace(l), key+": "); ok {
				all = strings.Split(rest, ", ")
			}
		}
	}
	own := slices.DeleteFunc(slices.Clone(all), func(s string) bool { return splitOf(s) != split })
	if len(own) < 3 {
		return all
	}
	return own
}
