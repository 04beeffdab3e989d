package reread

import (
	"slices"
	"strings"
)

// What may be left of a value.
const (
	digitsMax = 4 // of a number, one after the other
	cardFirst = 6 // of a card number, as receipts show
	cardLast  = 4
	cardMin   = 13 // digits of a card number; a shorter one is a number like others
	charsMax  = 3  // of a mail address' local part
	spellMax  = 2  // letters of a name, spelled in order
)

// Leaks says what of a value can be had from the redacted call, "" if it is safe. What it says shows nothing of the value.
func (c *Call) Leaks(v *Value) string {
	switch v.Type {
	case "PERSON":
		return c.name(v, true)
	case "LOCATION", "ORG":
		return c.name(v, false)
	case "EMAIL", "SIP_URI", "IN_UPI", "USERNAME":
		return c.handle(v)
	case "ADDRESS":
		return c.address(v)
	case "POSTCODE":
		return c.whole(v)
	case "DATE", "DATE_OF_BIRTH", "AGE", "CARD_EXPIRY":
		return c.date(v)
	case "CARD_CVV", "PIN", "OTP":
		return c.code(v)
	case "CREDENTIAL":
		if k := c.key(v); len(k) <= 8 && isDigits(k) {
			return c.code(v)
		}
		return c.identifier(v)
	case "URL":
		return c.half(v)
	}
	return c.identifier(v)
}

func isDigits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// key is the value's letters and digits.
func (c *Call) key(v *Value) string { return strings.Join(c.keys(v, composed), "") }

// keys are the letters and digits that stood in each place, or, if the places are no parts, in the first.
func (c *Call) keys(v *Value, way reading) (keys []string) {
	for i := range v.Places {
		if i > 0 && !v.Parts {
			break
		}
		keys = append(keys, keyOf(itemsOf(tokensOf(v.Places[i].Was, 0), c.lang, way)))
	}
	return keys
}

// keyOf is the letters and digits of items: without common words, unless there is nothing else.
func keyOf(items []item) string {
	for _, all := range []bool{false, true} {
		if key := strings.ReplaceAll(flatten(items, all).text, "|", ""); key != "" {
			return key
		}
	}
	return ""
}

// identifier judges numbers and what has letters and digits: more than four in a row anywhere, or half of them where the value stood.
func (c *Call) identifier(v *Value) string {
	for _, way := range readings {
		key := strings.Join(c.keys(v, way), "")
		for _, k := range []string{key, Key(v.Canonical, c.lang)} {
			if isDigits(k) {
				if v.Type == "CREDIT_CARD" && len(k) >= cardMin {
					if c.card(v, k, way) {
						return "digits of the middle"
					}
					continue
				}
				if c.digitsAnywhere(k, way) {
					return "digits in a row"
				}
			} else if c.charsAnywhere(k, way) {
				return "characters in a row"
			}
		}
	}
	if v.Type == "CREDIT_CARD" && len(c.key(v)) >= cardMin && isDigits(c.key(v)) {
		return ""
	}
	return c.half(v)
}

// digitsAnywhere says whether more of a number than may be left follows each other in the call. A number of so few digits counts
// if it stands there as a number of its own.
func (c *Call) digitsAnywhere(key string, way reading) bool {
	for _, r := range c.runs[way] {
		if len(key) > digitsMax && len(r.digits) > digitsMax && longest(key, r.digits) > digitsMax || len(key) == digitsMax && r.digits == key {
			return true
		}
	}
	return false
}

// charsAnywhere does the same for letters and digits. Letters alone could be a part of a word: at least one digit has to be among them.
func (c *Call) charsAnywhere(key string, way reading) bool {
	text := c.flat[way].text
	for i := 0; i+digitsMax < len(key); i++ {
		if part := key[i : i+digitsMax+1]; strings.ContainsAny(part, "123456789") && strings.Contains(text, part) {
			return true
		}
	}
	return len(key) > digitsMax && strings.Contains(text, key)
}

// card says whether digits between the first six and the last four are left: any where the card stood, or as a part of a longer run.
func (c *Call) card(v *Value, key string, way reading) bool {
	hidden := len(key) - cardLast
	for i := 0; i+digitsMax < len(key); i++ {
		part := key[i : i+digitsMax+1]
		if i+len(part) > cardFirst && i < hidden && !strings.Contains(key[:cardFirst], part) && c.holds(part, way) {
			return true
		}
	}
	keys := c.keys(v, way)
	from := 0
	for i := range v.Places {
		seen := make([]bool, len(key))
		left := flatten(within(c.items[way], &v.Places[i]), false).text
		if v.Parts {
			if from+len(keys[i]) <= len(key) {
				mark(seen[from:from+len(keys[i])], keys[i], left)
				from += len(keys[i])
			}
		} else {
			mark(seen, key, left)
		}
		if slices.Contains(seen[cardFirst:hidden], true) {
			return true
		}
	}
	return false
}

func digitsOf(items []item) string {
	var b strings.Builder
	for _, it := range items {
		if it.kind == number {
			b.WriteString(it.text)
		} else if it.kind == letter && it.text == "o" {
			b.WriteByte('0')
		}
	}
	return b.String()
}

// code judges short secrets: no digit may be left where one stood. Elsewhere a digit means nothing, but all of four and more do.
func (c *Call) code(v *Value) string {
	for _, way := range readings {
		for i := range v.Places {
			if digitsOf(within(c.items[way], &v.Places[i])) != "" {
				return "a digit"
			}
		}
		if key := strings.Join(c.keys(v, way), ""); isDigits(key) && c.digitsAnywhere(key, way) {
			return "all digits"
		}
	}
	return ""
}

// half judges by what is left where the value stood: half of its characters, over all its places.
func (c *Call) half(v *Value) string {
	for _, way := range readings {
		var seen []bool
		left := 0
		for i := range v.Places {
			p := &v.Places[i]
			text := flatten(within(c.items[way], p), true).text
			if i == 0 || v.Parts {
				key := strings.ReplaceAll(flatten(itemsOf(tokensOf(p.Was, 0), c.lang, way), true).text, "|", "")
				seen = append(seen, make([]bool, len(key))...)
				mark(seen[len(seen)-len(key):], key, text)
			} else {
				mark(seen, strings.ReplaceAll(flatten(itemsOf(tokensOf(v.Places[0].Was, 0), c.lang, way), true).text, "|", ""), text)
			}
		}
		for _, is := range seen {
			if is {
				left++
			}
		}
		if len(seen) > 0 && 2*left >= len(seen) {
			return "half of it"
		}
	}
	return ""
}

// mark marks the bytes of key that pieces show, which stand in it in order. The last is the end of it, if nothing was taken out behind it.
func mark(seen []bool, key, pieces string) {
	all := strings.Split(pieces, "|")
	from := 0
	for i, piece := range all {
		if piece == "" {
			continue
		}
		at := strings.Index(key[from:], piece)
		switch {
		case i > 0 && i == len(all)-1 && strings.HasSuffix(key, piece):
			from = len(key) - len(piece)
		case at >= 0:
			from += at
		default:
			if from = strings.Index(key, piece); from < 0 {
				from = 0
				continue
			}
		}
		for range len(piece) {
			seen[from] = true
			from++
		}
	}
}

// whole judges values of which a part says little: all of it must be left, in one place or over all of them.
func (c *Call) whole(v *Value) string {
	for _, way := range readings {
		keys := c.keys(v, way)
		key := strings.Join(keys, "")
		if len(key) >= 5 && c.holds(key, way) {
			return "all of it"
		}
		if v.Parts {
			continue
		}
		seen := make([]bool, len(key))
		for i := range v.Places {
			mark(seen, key, flatten(within(c.items[way], &v.Places[i]), false).text)
		}
		if len(key) > 0 && !slices.Contains(seen, false) {
			return "all of it"
		}
	}
	return ""
}

// holds says whether the call has a value as a number or characters of its own.
func (c *Call) holds(key string, way reading) bool {
	if !isDigits(key) {
		return strings.Contains(c.flat[way].text, key)
	}
	for _, r := range c.runs[way] {
		if strings.Contains(r.digits, key) {
			return true
		}
	}
	return false
}
