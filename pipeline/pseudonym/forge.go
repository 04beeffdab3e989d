package pseudonym

import (
	"bytes"
	"unicode"
	"unicode/utf8"
)

// Next finds the first alias with a number, token or generalised value in text: text[start:end], brackets included. Without one,
// start is -1.
//
//	\[[A-Z][A-Z_]{0,22}[A-Z](_[0-9]{1,4}|:[cdmrp][0-9]{1,3}:[bcdfghjklmnpqrst]{24})\]
//
// or, in place of the number, what isGeneral knows.
// A bare type ("[PHONE]") is not looked for: it claims nothing, and log lines are full of [INFO] and [ERROR].
func Next(text []byte) (start, end int) { return next(text, match) }

// NextForged is Next that also finds what only looks like ours to people, or to a program that tidies text up: with characters in it that
// nobody sees, or with letters, digits and signs of other alphabets.
func NextForged(text []byte) (start, end int) {
	return next(text, func(b []byte) int {
		if n := match(b); n > 0 {
			return n
		}
		return disguised(b)
	})
}

func next(text []byte, match func([]byte) int) (start, end int) {
	for i := 0; ; i++ {
		next := bytes.IndexByte(text[i:], '[')
		if next < 0 {
			return -1, -1
		}
		i += next
		if n := match(text[i:]); n > 0 {
			return i, i + n
		}
	}
}

// disguisedMax is the length in bytes of what is looked at as an imitation in disguise: the longest of ours with characters of four bytes.
const disguisedMax = 256

// disguised gives the length of what b begins with if it could be taken for an alias or token: the letters of a name, then what stands for a
// number or a token, and something in it that is not ASCII. 0 if not. It takes more than it must: brackets become round, no more.
func disguised(b []byte) int {
	other, low, digit, colon := false, false, false, false
	for i := 1; i < len(b) && i < disguisedMax; {
		switch c := b[i]; {
		case c == ']':
			if other && (low && digit || colon) {
				return i + 1
			}
			return 0
		case c >= 'A' && c <= 'Z':
		case c == '_':
			low = true
		case c >= '0' && c <= '9':
			digit = true
		case c == ':':
			colon = true
		case c >= utf8.RuneSelf:
			r, width := utf8.DecodeRune(b[i:])
			other = true
			low = low || unicode.Is(unicode.Pc, r)
			digit = digit || unicode.IsNumber(r)
			colon = colon || r == '：' || r == '﹕' || r == '∶' || r == '꞉' || r == 'ː' || r == '։' || r == '׃'
			i += width
			continue
		case c < ' ' || c == 0x7F:
			other = true
		default:
			if !colon || !isLetter(c) && c != 'c' && c != 'd' && c != 'm' && c != 'r' && c != 'p' {
				return 0
			}
		}
		i++
	}
	return 0
}

// match gives the length of the alias or token that b begins with, 0 for none. b begins with a bracket.
func match(b []byte) int {
	i := 1
	for i < len(b) && i <= nameLenMax+1 && (b[i] >= 'A' && b[i] <= 'Z' || b[i] == '_') {
		i++
	}
	if i == len(b) {
		return 0
	}
	name := b[1:i]
	if b[i] == ':' {
		if end := matchToken(b, i); end > 0 {
			i = end
		} else {
			i = matchGeneral(name, b, i)
		}
	} else {
		// The underscore before the number was taken for a part of the name.
		if len(name) == 0 || name[len(name)-1] != '_' {
			return 0
		}
		name = name[:len(name)-1]
		i = matchDigits(b, i, 4)
	}
	if i == 0 || i == len(b) || b[i] != ']' || !isName(string(name)) {
		return 0
	}
	return i + 1
}

// matchToken reads ":r1:bdkqtscmfghjrlnpqsdtckbm" at i and gives the place behind it, 0 where there is none.
func matchToken(b []byte, i int) int {
	if i+2 >= len(b) {
		return 0
	}
	switch b[i+1] {
	case 'c', 'd', 'm', 'r', 'p':
	default:
		return 0
	}
	if i = matchDigits(b, i+2, 3); i == 0 || i == len(b) || b[i] != ':' {
		return 0
	}
	start := i + 1
	for i = start; i < len(b) && i < start+tokenLen && isLetter(b[i]); i++ {
	}
	if i != start+tokenLen {
		return 0
	}
	return i
}

// matchDigits reads 1 to most digits at i and gives the place behind them, 0 where there are none.
func matchDigits(b []byte, i, most int) int {
	start := i
	for i < len(b) && i < start+most && b[i] >= '0' && b[i] <= '9' {
		i++
	}
	if i == start {
		return 0
	}
	return i
}

func isLetter(c byte) bool {
	for i := range len(alphabet) {
		if alphabet[i] == c {
			return true
		}
	}
	return false
}
