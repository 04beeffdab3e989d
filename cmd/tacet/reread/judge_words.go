package reread

import (
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

// nameParts are the words of a name, and what its single letters spell.
func nameParts(text string) (parts []string) {
	spelled := ""
	for _, t := range tokensOf(text, 0) {
		switch {
		case t.kind != word || fillers[t.text] || pauses[t.text]:
		case utf8.RuneCountInString(t.text) == 1:
			spelled += t.text
		default:
			parts = append(parts, strings.Split(t.text, "-")...)
		}
	}
	parts = slices.DeleteFunc(parts, func(p string) bool { return utf8.RuneCountInString(p) < 2 })
	if utf8.RuneCountInString(spelled) > spellMax {
		parts = append(parts, spelled)
	}
	return parts
}

// name judges names: no word of one may be left anywhere, unless everybody says it, nor three letters in order where something is
// spelled. A name of nothing but common words may not be left where it stood.
func (c *Call) name(v *Value, spelled bool) string {
	rare := false
	for i := range v.Places {
		if i > 0 && !v.Parts {
			break
		}
		parts := nameParts(v.Places[i].Was)
		for _, part := range parts {
			if common()[part] {
				continue
			}
			rare = true
			if c.words[part] {
				return "a name"
			}
		}
		letters := lettersOf(tokensOf(v.Places[i].Was, 0))
		for _, run := range c.spelled {
			if spelled && longest(run, letters) > spellMax {
				return "spelled letters"
			}
		}
	}
	for i := range v.Places {
		if spelled && isSpelled(v.Places[i].Was) && c.spelledIn(&v.Places[i]) {
			return "spelled letters"
		}
	}
	if rare {
		return ""
	}
	for i := range v.Places {
		for _, it := range within(c.items[composed], &v.Places[i]) {
			if it.kind == word || it.kind == letter || it.kind == number {
				return "a common word of a name"
			}
		}
	}
	return ""
}

// lettersOf are the letters of words, joined.
func lettersOf(tokens []token) string {
	var b strings.Builder
	for _, t := range tokens {
		if t.kind == word {
			b.WriteString(strings.ReplaceAll(t.text, "-", ""))
		}
	}
	return b.String()
}

// isSpelled says whether a name is spelled at least in part: "W IL L I am".
func isSpelled(text string) bool {
	letters := 0
	for _, t := range tokensOf(text, 0) {
		if t.kind == word && utf8.RuneCountInString(t.text) == 1 {
			letters++
		}
	}
	return letters > 1
}

// spelledIn says whether letters in order are left where a name was spelled, in words however short.
func (c *Call) spelledIn(p *Place) bool {
	n := 0
	for _, it := range within(c.items[composed], p) {
		switch it.kind {
		case letter, word:
			if n += utf8.RuneCountInString(it.text); n > spellMax {
				return true
			}
		case cut:
			n = 0
		}
	}
	return false
}

// providers are what addresses end in that are written without their signs.
var providers = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(at)?(g ?mail|gm?a?i?m?l|yahoo|hotmail|outlook|aol|icloud|live)(dot)?(com|net|in|couk)?$`)
})

// local is the local part of a mail address, or of a handle all of it, without signs.
func local(text, lang string) string {
	var b strings.Builder
	for _, it := range itemsOf(tokensOf(text, 0), lang, composed) {
		if it.kind != border {
			b.WriteString(it.text)
		}
	}
	name := strings.TrimPrefix(b.String(), "@")
	if at := strings.LastIndexByte(name, '@'); at > 0 {
		name = name[:at]
	} else {
		name = providers().ReplaceAllString(name, "")
	}
	return strings.Map(func(r rune) rune {
		if isLetter(r) || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, name)
}

// handle judges mail addresses and what is like them: four characters of the local part in sequence may not be left, or all of a
// shorter one. Elsewhere digits and common words don't count, nor what is left of another value.
func (c *Call) handle(v *Value) string {
	name := local(v.Places[0].Was, c.lang)
	if v.Parts {
		name = ""
		for i := range v.Places {
			name += local(v.Places[i].Was, c.lang)
		}
	}
	if name == "" {
		return c.half(v)
	}
	if shown := c.handleOf(v, name); shown != "" || !strings.Contains(v.Canonical, "@") {
		return shown
	}
	return c.handleOf(v, local(v.Canonical, c.lang))
}

// handleOf judges by one form of the local part.
func (c *Call) handleOf(v *Value, name string) string {
	shows := func(piece string) bool {
		n := longest(piece, name)
		return n > charsMax || n > 0 && n == utf8.RuneCountInString(name)
	}
	for i := range v.Places {
		piece := ""
		for _, it := range append(within(c.items[composed], &v.Places[i]), item{kind: cut}) {
			if it.kind == cut || it.kind == border {
				if shows(piece) {
					return "characters of it"
				}
				piece = ""
			} else if it.kind != sign {
				piece += it.text
			}
		}
	}
	for i := range c.items[composed] {
		it := &c.items[composed][i]
		if it.kind == word && utf8.RuneCountInString(it.text) > charsMax && !common()[it.text] && strings.Contains(name, it.text) && !c.inLabel(it) {
			return "a word of it"
		}
	}
	return ""
}

// inLabel says whether an item lies where a value stood.
func (c *Call) inLabel(it *item) bool {
	return slices.ContainsFunc(c.labelled, func(p Place) bool { return p.inside(it) })
}

// postcodes are full ones of Britain, in flattened text, where o is zero, and of five or six digits.
var postcodes = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`[a-z0]{1,2}[0-9][a-z0-9]?[0-9][a-z0]{2}$|[0-9]{5,6}$`)
})

// address judges street addresses: neither may the house's number and a word of the street be left together, nor a full postcode. Of one without
// a number, no half may be left.
func (c *Call) address(v *Value) string {
	numbered := false
	for i := range v.Places {
		was := itemsOf(tokensOf(v.Places[i].Was, 0), c.lang, composed)
		if code := postcodes().FindString(keyOf(was)); code != "" && code != keyOf(was) && (c.holds(code, composed) || c.holds(code, separated)) {
			return "a postcode"
		}
		for k := range was {
			if was[k].kind != number {
				continue
			}
			streets := streetWordsBeside(was, k, 4, false)
			if len(streets) == 0 {
				continue
			}
			numbered = true
			for _, way := range readings {
				if c.hasStreet(was[k].text, streets, way) || c.leftOfStreet(v, was[k].text, streets, way) {
					return "number and street"
				}
			}
			break // the house's number comes first
		}
	}
	if numbered {
		return ""
	}
	return c.half(v)
}

// streetWordsBeside are the words of names within n items of the one at k: behind it, or, if there are none or both is set, before it.
func streetWordsBeside(items []item, k, n int, both bool) (words []string) {
	take := func(it *item) {
		if it.kind == word && utf8.RuneCountInString(it.text) > 2 && !common()[it.text] && !streetWords[it.text] {
			words = append(words, it.text)
		}
	}
	for i := k + 1; i < len(items) && i <= k+n && items[i].kind != cut && items[i].kind != border; i++ {
		take(&items[i])
	}
	if len(words) > 0 && !both {
		return words
	}
	for i := k - 1; i >= 0 && i >= k-n && items[i].kind != cut && items[i].kind != border; i-- {
		take(&items[i])
	}
	return words
}

// hasStreet says whether a number stands beside a word of a street somewhere in the call.
func (c *Call) hasStreet(house string, streets []string, way reading) bool {
	for k := range c.items[way] {
		if it := &c.items[way][k]; it.kind != number || it.text != house {
			continue
		}
		for _, w := range streetWordsBeside(c.items[way], k, 4, true) {
			if slices.Contains(streets, w) {
				return true
			}
		}
	}
	return false
}

// leftOfStreet says whether both are left where the address stood, whatever was taken out between.
func (c *Call) leftOfStreet(v *Value, house string, streets []string, way reading) bool {
	number, street := false, false
	for i := range v.Places {
		for _, it := range within(c.items[way], &v.Places[i]) {
			number = number || it.text == house
			street = street || slices.Contains(streets, it.text)
		}
	}
	return number && street
}

// datePart is a day, a year, or a month, which may be a word.
type datePart struct {
	text string
	item *item
	at   int // its place among the items
}

// dateParts are the numbers and months of items. A century and a year are one: "nineteen" "eighty four".
func dateParts(items []item) (parts []datePart) {
	for i := range items {
		it := &items[i]
		switch {
		case it.kind == word && months()[it.text] > 0:
			parts = append(parts, datePart{"month " + string(rune('a'+months()[it.text])), it, i})
		case it.kind == number:
			n := len(parts)
			if n > 0 && parts[n-1].at == i-1 && (parts[n-1].text == "19" || parts[n-1].text == "20") && len(it.text) == 2 {
				parts[n-1] = datePart{parts[n-1].text + it.text, it, i}
				continue
			}
			text := strings.TrimLeft(it.text, "0")
			parts = append(parts, datePart{text, it, i})
		}
	}
	return parts
}

// date judges dates: of day, month and year no two may be left, nor the one that there is. All of it may stand nowhere else.
func (c *Call) date(v *Value) string {
	was := dateParts(itemsOf(tokensOf(v.Places[0].Was, 0), c.lang, composed))
	if len(was) == 0 {
		return c.half(v)
	}
	if len(was) == 1 && isDigits(was[0].text) && len(was[0].text) > digitsMax {
		return c.identifier(v) // "02051995"
	}
	for _, way := range readings {
		left := map[string]bool{}
		for _, part := range c.parts[way] {
			if slices.ContainsFunc(v.Places, func(p Place) bool { return p.inside(part.item) }) {
				left[part.text] = true
			}
		}
		if len(left) >= min(len(was), 2) {
			return "parts of a date"
		}
		if len(was) > 2 && c.hasDate(was, way) {
			return "a date"
		}
	}
	return ""
}

// hasDate says whether the parts of a date follow each other anywhere.
func (c *Call) hasDate(was []datePart, way reading) bool {
	parts := c.parts[way]
	for i := 0; i+len(was) <= len(parts); i++ {
		same := true
		for k := range was {
			same = same && parts[i+k].text == was[k].text && (k == 0 || parts[i+k].at-parts[i+k-1].at <= gapWords+1)
		}
		if same {
			return true
		}
	}
	return false
}
