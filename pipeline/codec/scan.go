package codec

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf8"
)

// The scanners take an offset into src and give the offset behind what they read. A malformed input gives the
// complement ^i of the offset where it shows, which is negative.

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// What scanString saw.
const (
	sawEscape    uint8 = 1 << iota
	sawSurrogate       // an escaped half of a surrogate pair
	sawHigh            // a byte of 0x80 or more
)

// scanString reads a JSON string whose opening quote stands before p. The end is behind the closing quote.
//
// It goes eight bytes at a time: the high bit of each byte of stop is set where src has a quote, a backslash or a
// control character. A borrow can set it wrongly only above a byte where it is set rightly, and the lowest one counts.
func scanString(src []byte, p int) (end int, saw uint8) {
	var high uint64
	for {
		for p+8 <= len(src) {
			w := binary.LittleEndian.Uint64(src[p:])
			stop := (w - 0x20*ones) | ((w ^ '"'*ones) - ones) | ((w ^ '\\'*ones) - ones)
			stop &^= w
			stop &= highs
			if stop == 0 {
				high |= w
				p += 8
				continue
			}
			high |= w & (stop&-stop - 1)
			p += bits.TrailingZeros64(stop) >> 3
			break
		}
		for p < len(src) && src[p] != '"' && src[p] != '\\' && src[p] >= 0x20 {
			high |= uint64(src[p])
			p++
		}
		if p == len(src) {
			return ^p, saw
		}
		switch src[p] {
		case '"':
			if high&highs != 0 {
				saw |= sawHigh
			}
			return p + 1, saw
		case '\\':
			saw |= sawEscape
			n, surrogate := scanEscape(src, p)
			if n < 0 {
				return n, saw
			}
			if surrogate {
				saw |= sawSurrogate
			}
			p = n
		default: // a raw control character
			return ^p, saw
		}
	}
}

// scanEscape reads one escape; p is at its backslash.
func scanEscape(src []byte, p int) (end int, surrogate bool) {
	if p+1 >= len(src) {
		return ^len(src), false
	}
	switch src[p+1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return p + 2, false
	case 'u':
		r := hex4(src, p+2)
		if r < 0 {
			return ^p, false
		}
		return p + 6, r&0xF800 == 0xD800
	}
	return ^p, false
}

// hex4 is the value of the four hexadecimal digits at p, -1 when they are not there.
func hex4(src []byte, p int) rune {
	if p+4 > len(src) {
		return -1
	}
	var r rune
	for _, c := range src[p : p+4] {
		switch {
		case '0' <= c && c <= '9':
			c -= '0'
		case 'a' <= c && c <= 'f':
			c -= 'a' - 10
		case 'A' <= c && c <= 'F':
			c -= 'A' - 10
		default:
			return -1
		}
		r = r<<4 | rune(c)
	}
	return r
}

// scanScalar reads a number, true, false or null.
func scanScalar(src []byte, p int) (end int, kind Kind) {
	word := ""
	switch src[p] {
	case 't':
		word, kind = "true", Bool
	case 'f':
		word, kind = "false", Bool
	case 'n':
		word, kind = "null", Null
	default:
		return scanNumber(src, p), Number
	}
	if len(src)-p < len(word) || string(src[p:p+len(word)]) != word {
		return ^p, kind
	}
	return p + len(word), kind
}

func scanNumber(src []byte, p int) int {
	if p < len(src) && src[p] == '-' {
		p++
	}
	switch {
	case p < len(src) && src[p] == '0':
		p++
	default:
		if p = scanDigits(src, p); p < 0 {
			return p
		}
	}
	if p < len(src) && src[p] == '.' {
		if p = scanDigits(src, p+1); p < 0 {
			return p
		}
	}
	if p < len(src) && src[p]|0x20 == 'e' {
		p++
		if p < len(src) && (src[p] == '+' || src[p] == '-') {
			p++
		}
		p = scanDigits(src, p)
	}
	return p
}

// scanDigits reads one digit or more.
func scanDigits(src []byte, p int) int {
	start := p
	for p < len(src) && src[p]-'0' <= 9 {
		p++
	}
	if p == start {
		return ^p
	}
	return p
}

func skipSpace(src []byte, p int) int {
	for p < len(src) && src[p] <= ' ' && (src[p] == ' ' || src[p] == '\n' || src[p] == '\r' || src[p] == '\t') {
		p++
	}
	return p
}

// skipSpaceBack gives the end of what stands before the white space that ends at p.
func skipSpaceBack(src []byte, p int) int {
	for p > 0 && (src[p-1] == ' ' || src[p-1] == '\n' || src[p-1] == '\r' || src[p-1] == '\t') {
		p--
	}
	return p
}

// skipValue checks the syntax of the JSON value at p and goes past it, without recursion. depth is the number of
// containers already open around it.
func (d *Doc) skipValue(p, depth int) (int, error) {
	src := d.src
	d.nest = d.nest[:0]
	for {
		// A value is expected at p.
		if p >= len(src) {
			return 0, at(ErrSyntax, p)
		}
		end := 0
		switch c := src[p]; c {
		case '"':
			end, _ = scanString(src, p+1)
		case '{', '[':
			if depth+len(d.nest) >= d.lim.Depth {
				return 0, at(ErrDepth, p)
			}
			d.nest = append(d.nest, c+2) // the closing bracket, in both cases
			end = skipSpace(src, p+1)
			if end < len(src) && src[end] == c+2 {
				break // empty; closed below
			}
			if c == '{' {
				if end = skipKey(src, end); end < 0 {
					return 0, at(ErrSyntax, ^end)
				}
			}
			p = end
			continue
		default:
			end, _ = scanScalar(src, p)
		}
		if end < 0 {
			return 0, at(ErrSyntax, ^end)
		}
		p = end
		// A value, or the inside of an empty container, has ended at p.
		for {
			if len(d.nest) == 0 {
				return p, nil
			}
			if p = skipSpace(src, p); p == len(src) {
				return 0, at(ErrSyntax, p)
			}
			closer := d.nest[len(d.nest)-1]
			if src[p] == closer {
				d.nest = d.nest[:len(d.nest)-1]
				p++
				continue
			}
			if src[p] != ',' {
				return 0, at(ErrSyntax, p)
			}
			p = skipSpace(src, p+1)
			if closer == '}' {
				if p = skipKey(src, p); p < 0 {
					return 0, at(ErrSyntax, ^p)
				}
			}
			break
		}
	}
}

// skipKey goes past a key, its colon and the white space around that.
func skipKey(src []byte, p int) int {
	if p >= len(src) || src[p] != '"' {
		return ^p
	}
	if p, _ = scanString(src, p+1); p < 0 {
		return p
	}
	if p = skipSpace(src, p); p >= len(src) || src[p] != ':' {
		return ^p
	}
	return skipSpace(src, p+1)
}

// A mode says how text stands in the source.
type mode uint8

const (
	inJSON  mode = iota // JSON string
	inQuote             // quoted in a log line: JSON's escapes where they are well formed, else a backslash is a backslash
	inSD                // the same, in the structured data of syslog
	inLine              // bare in a log line
)

// unit decodes the character at p: the number of source bytes it takes, the rune it stands for, and whether that is a
// repair. The source has passed the scanner of its mode.
func unit(src []byte, p int, m mode) (size int, r rune, repaired bool) {
	c := src[p]
	switch {
	case c >= utf8.RuneSelf:
		r, size = utf8.DecodeRune(src[p:])
		if r == utf8.RuneError && size == 1 || m != inJSON && r < 0xA0 {
			return size, utf8.RuneError, true
		}
		return size, r, false
	case c == '\\' && m != inLine && p+1 < len(src):
		return unescape(src, p, m)
	case m != inJSON && isControl(c):
		return 1, utf8.RuneError, true
	}
	return 1, rune(c), false
}

// isControl tells the ASCII characters that a line may not hold: all controls but the tab.
func isControl(c byte) bool { return c < ' ' && c != '\t' || c == 0x7F }

func unescape(src []byte, p int, m mode) (size int, r rune, repaired bool) {
	switch c := src[p+1]; c {
	case '"', '\\', '/':
		return 2, rune(c), false
	case 'b':
		return 2, '\b', false
	case 'f':
		return 2, '\f', false
	case 'n':
		return 2, '\n', false
	case 'r':
		return 2, '\r', false
	case 't':
		return 2, '\t', false
	case 'u':
		r = hex4(src, p+2)
		switch {
		case r < 0: // only in a log line
			return 1, '\\', false
		case r&0xF800 != 0xD800:
			return 6, r, false
		case r < 0xDC00 && p+7 < len(src) && src[p+6] == '\\' && src[p+7] == 'u':
			if low := hex4(src, p+8); low&^0x3FF == 0xDC00 {
				return 12, (r-0xD800)<<10 | (low - 0xDC00) + 0x10000, false
			}
		}
		return 6, utf8.RuneError, true
	case '\'', ']':
		if m != inJSON {
			return 2, rune(c), false
		}
	}
	return 1, '\\', false
}

// plainRun gives the end of the characters from p that stand for themselves in every mode.
func plainRun(src []byte, p int) int {
	for p < len(src) && src[p] >= ' ' && src[p] < 0x7F && src[p] != '\\' {
		p++
	}
	return p
}

// needsRepair tells whether any unit of text is a repair.
func needsRepair(text []byte, m mode) bool {
	for p := plainRun(text, 0); p < len(text); p = plainRun(text, p) {
		size, _, repaired := unit(text, p, m)
		if repaired {
			return true
		}
		p += size
	}
	return false
}
