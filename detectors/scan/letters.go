package scan

import "unicode/utf8"

// foldLetterlike is foldRune for the letters of mathematics that have a place of their own.
func foldLetterlike(r rune) int {
	const letters = "\x00\x00C\x00\x00\x00\x00\x00\x00\x00gHHHh\x00IILl\x00N\x00\x00\x00PQRRR\x00\x00\x00\x00\x00\x00Z\x00\x00\x00Z\x00K\x00BC\x00eEF\x00Mo\x00\x00\x00\x00i\x00"
	if i := int(r - 0x2100); i < len(letters) && letters[i] != 0 {
		return int(letters[i])
	}
	return keep
}

// foldStyled is foldRune for the mathematical alphabets and the letters in circles and squares.
func foldStyled(r rune) int {
	switch {
	case r <= 0x1D6A3:
		if k := (r - 0x1D400) % 52; k < 26 {
			return int('A' + k)
		} else {
			return int('a' + k - 26)
		}
	case r >= 0x1D7CE && r <= 0x1D7FF:
		return int('0' + (r-0x1D7CE)%10)
	case r >= 0x1F130 && r <= 0x1F149:
		return int('A' + r - 0x1F130)
	case r >= 0x1F150 && r <= 0x1F169:
		return int('A' + r - 0x1F150)
	case r >= 0x1F170 && r <= 0x1F189:
		return int('A' + r - 0x1F170)
	case r >= 0x1FBF0 && r <= 0x1FBF9: // digits as on a display
		return int('0' + r - 0x1FBF0)
	case r >= 0xE0100 && r <= 0xE01EF: // variation selectors
		return drop
	}
	return keep
}

// ligature gives the characters that r stands for, for which foldRune says many.
func ligature(r rune) string {
	switch {
	case r >= 0xFB00 && r <= 0xFB06:
		return [...]string{"ff", "fi", "fl", "ffi", "ffl", "st", "st"}[r-0xFB00]
	case r >= 0x2469 && r <= 0x2473:
		return [...]string{"10", "11", "12", "13", "14", "15", "16", "17", "18", "19", "20"}[r-0x2469]
	}
	return ""
}

// accents holds, by combining accent from U+0300 on, letters and what they are with it.
var accents = [...]string{
	0x00: "AÀEÈIÌNǸOÒUÙaàeèiìnǹoòuù",
	0x01: "AÁCĆEÉIÍLĹNŃOÓRŔSŚUÚYÝZŹaácćeéiílĺnńoórŕsśuúyýzź",
	0x02: "AÂCĈEÊGĜIÎOÔSŜUÛWŴYŶaâcĉeêgĝiîoôsŝuûwŵyŷ",
	0x03: "AÃIĨNÑOÕUŨaãiĩnñoõuũ",
	0x04: "AĀEĒIĪOŌUŪaāeēiīoōuū",
	0x06: "AĂEĔGĞOŎaăeĕgğoŏ",
	0x07: "CĊEĖGĠIİZŻcċeėgġzż",
	0x08: "AÄEËIÏOÖUÜYŸaäeëiïoöuüyÿ",
	0x0A: "AÅUŮaåuů",
	0x0B: "OŐUŰoőuű",
	0x0C: "CČDĎEĚNŇRŘSŠTŤZŽcčdďeěnňrřsštťzž",
	0x23: "",
	0x27: "CÇSŞTŢcçsştţ",
	0x28: "AĄEĘIĮUŲaąeęiįuų",
	0x2F: "",
}

// compose gives the letter that c is with a combining accent, or 0.
func compose(c byte, accent rune) rune {
	base := rune(0)
	for _, r := range accents[accent] {
		switch {
		case base == 0:
			base = r
			if byte(r) == c {
				base = -1
			}
		case base == -1:
			return r
		default:
			base = 0
		}
	}
	return 0
}

// wordState is what foldRunes knows of the word at hand. Letters of other alphabets that look like ASCII are folded only
// in a word that shows that they stand for it: one that has Latin letters, too, or digits and nothing but such letters.
type wordState struct {
	latin, digit, other bool // seen so far; other is a letter that looks like none of ASCII
	super               bool // the last character was a digit above or below the line
	decided             int  // up to here, mixed is known
	mixed               bool
}

func (s *wordState) ascii(c byte) {
	s.super = false
	switch shape := shapes[c]; {
	case shape&(Upper|Lower) != 0:
		s.latin = true
	case shape&Digit != 0:
		s.digit = true
	default:
		*s = wordState{}
	}
}

// fold writes what the character r at b[i:] becomes to out and gives its length, or -1 if it stays.
func (s *wordState) fold(b []byte, i int, r rune, width int, out *[4]byte) int {
	if isRaised(r) {
		// 10² isn't 102, but ¹²³ is 123.
		next, _ := utf8.DecodeRune(b[i+width:])
		if !s.super && !isRaised(next) {
			return -1
		}
		s.super, s.digit = true, true
		out[0] = raised(r)
		return 1
	}
	s.super = false
	switch c := foldRune(r); c {
	case keep:
	case drop:
		return 0
	case many:
		if text := ligature(r); text != "" {
			s.latin = true
			return copy(out[:], text)
		}
		return -1
	default:
		s.ascii(byte(c))
		out[0] = byte(c)
		return 1
	}
	if _, letter := letterAt(b[i:]); !letter {
		*s = wordState{}
		return -1
	}
	c := lookalike(r)
	if c == 0 && (r < 0x370 || r >= 0x530) {
		if r < 0x250 {
			s.latin = true
		} else {
			s.other = true
		}
		return -1
	}
	if i >= s.decided {
		s.decide(b, i)
	}
	if c == 0 || !s.mixed {
		return -1
	}
	out[0] = c
	return 1
}

// decide reads the rest of the word at i.
func (s *wordState) decide(b []byte, i int) {
	latin, digit, other := s.latin, s.digit, s.other
	for i < len(b) {
		shape := shapes[b[i]]
		if shape&inWord == 0 {
			break
		}
		width := 1
		if shape&High != 0 {
			var letter bool
			r, _ := utf8.DecodeRune(b[i:])
			if width, letter = letterAt(b[i:]); !letter && foldRune(r) == keep {
				break
			}
			other = other || letter && r >= 0x250 && lookalike(r) == 0 && foldRune(r) == keep
		}
		latin = latin || shape&(Upper|Lower) != 0
		digit = digit || shape&Digit != 0
		i += width
	}
	s.decided, s.mixed = i, latin || digit && !other
}

// isRaised says whether r is a digit above or below the line.
func isRaised(r rune) bool {
	return r == 0xB2 || r == 0xB3 || r == 0xB9 || r == 0x2070 || r >= 0x2074 && r <= 0x2079 || r >= 0x2080 && r <= 0x2089
}

func raised(r rune) byte {
	switch {
	case r == 0xB9:
		return '1'
	case r < 0x100:
		return byte('2' + r - 0xB2)
	case r < 0x2080:
		return byte('0' + r - 0x2070)
	}
	return byte('0' + r - 0x2080)
}

// lookalikes holds letters of Greek and Cyrillic, each before the ASCII letter that it looks like (Unicode Technical
// Standard 39, confusables.txt).
const lookalikes = "ΑAΒBΕEΖZΗHΙIΚKΜMΝNΟOΡPΤTΥYΧXαaιiκkνvοoρpυuχxϲcϳjϹCͿJ" +
	"ЅSІIЈJАAВBЕEКKМMНHОOРPСCТTУYХXаaеeкkоoрpсcуyхxѕsіiјjԁdһhԛqԝwҮYԌGԜW"

// lookalikeTable is lookalikes by letter, from U+0370 on.
var lookalikeTable = func() (table [0x530 - 0x370]byte) {
	from := rune(0)
	for _, r := range lookalikes {
		if from == 0 {
			from = r
			continue
		}
		table[from-0x370] = byte(r)
		from = 0
	}
	return table
}()

// lookalike gives the ASCII letter that a letter of Greek or Cyrillic looks like, or 0.
func lookalike(r rune) byte {
	if r < 0x370 || r >= 0x530 {
		return 0
	}
	return lookalikeTable[r-0x370]
}
