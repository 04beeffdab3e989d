package pseudonym

import (
	"bytes"
	"unicode/utf8"
)

// script is what a name is written in.
type script uint8

const (
	scriptNone script = iota
	scriptLatin
	scriptCyrillic
	scriptArabic
	scriptDevanagari
	scriptKana
	scriptHan
	scriptHangul
	scripts
)

// scriptOf is the script of the first letter.
func scriptOf(b []byte) script {
	for len(b) > 0 {
		r, size := utf8.DecodeRune(b)
		b = b[size:]
		switch {
		case r < utf8.RuneSelf && !isASCIILetter(byte(r)):
		case r < 0x250 || r >= 0x1E00 && r < 0x1F00:
			return scriptLatin
		case r >= 0x400 && r < 0x530:
			return scriptCyrillic
		case r >= 0x600 && r < 0x700:
			return scriptArabic
		case r >= 0x900 && r < 0x980:
			return scriptDevanagari
		case r >= 0x3040 && r < 0x3100:
			return scriptKana
		case r >= 0x4E00 && r < 0xA000:
			return scriptHan
		case r >= 0xAC00 && r < 0xD7B0:
			return scriptHangul
		default:
			return scriptNone
		}
	}
	return scriptNone
}

// appendPerson appends a name of the form of another, word by word: the last of several, and what follows a form of address, is a
// surname.
func (k *Tokenizer) appendPerson(dst []byte, d Domain, scope byte, canonical, value []byte) ([]byte, bool) {
	in := scriptOf(canonical)
	if in == scriptNone {
		return dst, false
	}
	count, addressed, words := 0, false, 0
	for word := range bytes.FieldsSeq(canonical) {
		words++
		switch kindOf(word) {
		case wordName:
			count++
		case wordAddress:
			addressed = true
		}
	}
	if count == 0 {
		return dst, false
	}
	rest := bytes.TrimLeft(value, " ")
	aligned := len(bytes.TrimSpace(value)) > 0 && countFields(value) == words
	all := shapeOfAll(value)
	start, seen := len(dst), 0
	for word := range bytes.FieldsSeq(canonical) {
		as := all
		if aligned {
			var written []byte
			written, rest, _ = bytes.Cut(rest, []byte(" "))
			rest = bytes.TrimLeft(rest, " ")
			if as = shapeOfAll(written); as == shapeTitle && all == shapeUpper {
				as = all // a single letter
			}
		}
		if len(dst) > start && dst[len(dst)-1] != ' ' {
			dst = append(dst, ' ')
		}
		switch kindOf(word) {
		case wordAddress:
			dst = appendNeutral(dst, word, as)
		case wordName:
			seen++
			var ok bool
			if dst, ok = k.appendNameWord(dst, d, scope, word, in, seen == count && (count > 1 || addressed), as); !ok {
				return dst, false
			}
		}
	}
	return bytes.TrimRight(dst, " "), true
}

func countFields(b []byte) (n int) {
	for range bytes.FieldsSeq(b) {
		n++
	}
	return n
}

// appendNameWord appends a name for a name.
func (k *Tokenizer) appendNameWord(dst []byte, d Domain, scope byte, word []byte, in script, surname bool, as shape) ([]byte, bool) {
	core, ending := word, []byte(nil)
	for _, possessive := range [...]string{"'s", "’s"} {
		if bytes.HasSuffix(core, []byte(possessive)) && len(core) > len(possessive) {
			core, ending = core[:len(core)-len(possessive)], core[len(core)-len(possessive):]
		}
	}
	initial := utf8.RuneCount(bytes.TrimRight(core, ".")) == 1 && in == scriptLatin
	if initial {
		ending = core[len(bytes.TrimRight(core, ".")):]
	}
	core = bytes.Trim(core, ".,;:!?")
	sum, ok := k.derive(d, labelSurrogate, "PERSON", scope, core)
	if !ok {
		return dst, false
	}
	w := draws{sum: sum}
	var name [64]byte
	made := name[:0]
	switch names := &otherNames[in]; {
	case initial:
		made = append(made, w.given()[0])
	case in == scriptLatin && surname:
		made = w.appendSurname(made)
	case in == scriptLatin:
		made = append(made, w.given()...)
	case names.joined && utf8.RuneCount(core) > 1: // surname and name in one word
		made = append(append(made, names.surnames[w.below(len(names.surnames))]...), names.given[w.below(len(names.given))]...)
	case surname || names.joined:
		made = append(made, names.surnames[w.below(len(names.surnames))]...)
	default:
		made = append(made, names.given[w.below(len(names.given))]...)
	}
	return append(appendCased(dst, made, as), ending...), true
}

// wordKind is what a word of a name is.
type wordKind uint8

const (
	wordName wordKind = iota
	wordAddress
	wordParticle
)

// kindOf knows forms of address and particles, in small letters with or without a point. Both narrow down who it is.
func kindOf(word []byte) wordKind {
	switch string(bytes.TrimRight(word, ".,")) {
	case "mr", "mrs", "ms", "miss", "mx", "mister", "sir", "madam", "ma'am", "lord", "lady", "dame", "dr", "doctor", "prof", "professor", "rev",
		"herr", "frau", "madame", "mme", "mlle", "monsieur", "mademoiselle", "señor", "señora", "senor", "senora", "señorita", "sr", "sra", "srta",
		"don", "doña", "signor", "signora", "sig", "mevrouw", "mevr", "meneer", "dhr", "pan", "pani", "shri", "shrimati", "smt", "sri",
		"श्री", "श्रीमती", "г-н", "г-жа":
		return wordAddress
	case "van", "von", "der", "den", "de", "del", "della", "di", "da", "dos", "du", "la", "le", "bin", "ibn", "bint", "al", "el", "ten", "ter", "zu", "af", "av", "y", "e":
		return wordParticle
	}
	return wordName
}

// appendNeutral appends a form of address that tells no gender, or none.
func appendNeutral(dst, word []byte, as shape) []byte {
	switch string(bytes.TrimRight(word, ".,")) {
	case "dr", "prof", "rev", "doctor", "professor":
		return appendCased(dst, word, as)
	case "mr", "mrs", "ms", "miss", "mx", "mister":
		return appendCased(dst, []byte("mx"), as)
	}
	return dst
}
