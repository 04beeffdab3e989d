// Package scan cuts text into tokens in one pass over its bytes.
//
// A token is a maximal run of letters and digits. Everything else that matters to a detector lies between two tokens
// and is read from the bytes there. Most tokens are plain words that no detector looks at, so the scan keeps a second
// list, Hot, of the few that could begin something: those with a digit, those the lexicon knows, names in camel case that
// a value follows, and very long ones.
package scan

import (
	"encoding/binary"
	"unicode/utf8"
)

// Shape says which kinds of characters a token consists of; several bits may be set.
type Shape uint8

// The kinds of characters.
const (
	Upper  Shape = 1 << iota // A to Z
	Lower                    // a to z
	Digit                    // 0 to 9
	High                     // a letter outside ASCII
	NonHex                   // an ASCII letter after F
	mark                     // not in a token: '@', ':', '[', and what escapes begin with
)

const inWord = Upper | Lower | Digit | High

// Token is one run of letters and digits. Offsets are into Text.Bytes, half-open.
type Token struct {
	Bits       uint64 // what the lexicon says about the word; 0 if it doesn't know it
	Start, End uint32
	Hash       uint32 // of the word in lower case; equal words have equal hashes
	Topic      uint16 // the lexicon's, as Bits
	Begin      uint8  // the same
	Shape      Shape
}

// IsNumber says that the token consists of digits alone.
func (t *Token) IsNumber() bool { return t.Shape == Digit }

// IsWord says that the token has no digit.
func (t *Token) IsWord() bool { return t.Shape&Digit == 0 }

// Len is the token's length in bytes.
func (t *Token) Len() int { return int(t.End - t.Start) }

// LongWord is the length in bytes from which a token without a digit is hot: few words are longer, few keys shorter.
const LongWord = 16

// MaxText is the longest text, in bytes, that Scan takes.
const MaxText = 1 << 30

// Text is a text and what the scan found in it. Scanning again reuses its memory.
type Text struct {
	// Bytes is what the offsets below are offsets of: the source itself, or a copy of it in which look-alikes of
	// ASCII (full-width forms, digits of other scripts, dashes, spaces, and letters within Latin words) are ASCII,
	// zero-width characters are gone, escapes (%40, \u0040, &#64;) are decoded, and what Rewrite was given is rewritten.
	Bytes  []byte
	Tokens []Token
	Hot    []uint32 // indexes into Tokens, ascending
	Ats    []uint32 // offsets of '@'
	Pairs  []uint32 // offsets of "::", and of ":" between pairs of hexadecimal letters
	Opens  []uint32 // offsets of '[' with a capital letter behind it
	Said   uint64   // the bits of all tokens together

	source []byte
	folded []byte
	// For each byte of folded, where in the source the character or the escape that it comes from begins and ends.
	origin, ends []uint32
	escaped      bool // something may be an escape
	quoted       int8 // whether mails' escapes are: 1, or -1 for none; see isQuoted

	rewritten              bool
	spare                  []byte // the memory that Rewrite copies to
	spareOrigin, spareEnds []uint32
}

// Scan reads source, at most MaxText bytes, into t. It keeps source until the next call and doesn't write to it.
func (t *Text) Scan(source []byte, lex *Lexicon) {
	t.source, t.Bytes, t.escaped, t.quoted, t.rewritten = source, source, false, 0, false
	t.origin = t.origin[:0]
	t.fold()
	t.tokenise(lex)
	if t.escaped && t.decode() {
		t.tokenise(lex)
	}
}

// decode makes t.Bytes a copy in which nothing is escaped, unless nothing is.
func (t *Text) decode() bool {
	if !t.isFolded() {
		t.copySource()
	}
	if !t.unescape() {
		return false
	}
	for level := 1; level < escapeLevels && t.unescape(); level++ {
	}
	if firstFoldable(t.folded) >= 0 {
		t.foldRunes(0)
	}
	t.Bytes = t.folded
	return true
}

// isFolded says whether Bytes is a copy of the source.
func (t *Text) isFolded() bool {
	return t.rewritten || len(t.Bytes) != len(t.source) || len(t.source) > 0 && &t.Bytes[0] != &t.source[0]
}

// IsPercent says whether byte i of Bytes is written with a percent sign, or a blank as a plus sign, in the source, as it is where it must not mean
// what it otherwise means: the end of a link or of a parameter.
func (t *Text) IsPercent(i int) bool {
	if !t.isFolded() || i >= len(t.origin) {
		return false
	}
	c := t.source[t.origin[i]]
	return c == '%' && t.ends[i]-t.origin[i] > 1 || c == '+' && t.Bytes[i] == ' '
}

// IsLineEscape says whether byte i of Bytes is the escape of the end of a line or of a tab in the source, a backslash and a letter.
func (t *Text) IsLineEscape(i int) bool {
	return t.isFolded() && i < len(t.origin) && t.source[t.origin[i]] == '\\' && t.ends[i]-t.origin[i] == 2
}

// Source maps a region of Bytes to the region of the source it comes from.
func (t *Text) Source(start, end int) (int, int) {
	if start >= end || !t.isFolded() {
		return start, end
	}
	return int(t.origin[start]), int(t.ends[end-1])
}

// Rewritten says whether Rewrite has changed the text since the scan.
func (t *Text) Rewritten() bool { return t.rewritten }

// Release lets go of the text and, if they have grown beyond limit bytes, of the buffers.
func (t *Text) Release(limit int) {
	t.source, t.Bytes = nil, nil
	if cap(t.Tokens)*24+(cap(t.folded)+cap(t.spare))*9 > limit {
		*t = Text{}
	}
}

func (t *Text) tokenise(lex *Lexicon) {
	b := t.Bytes
	tokens, hot, said := t.Tokens[:0], t.Hot[:0], uint64(0)
	t.Ats, t.Pairs, t.Opens = t.Ats[:0], t.Pairs[:0], t.Opens[:0]
	for i := 0; i < len(b); {
		shape := shapes[b[i]]
		if shape&inWord == 0 {
			if shape&mark != 0 {
				t.mark(i)
			}
			i++
			continue
		}
		start := i
		if shape&High != 0 {
			width, letter := letterAt(b[i:])
			i += width
			if !letter {
				continue
			}
		} else {
			i++
		}
		for i < len(b) {
			s := shapes[b[i]]
			if s&inWord == 0 {
				break
			}
			if s&High != 0 {
				width, letter := letterAt(b[i:])
				if !letter {
					break
				}
				i += width
				shape |= High
				continue
			}
			shape |= s
			i++
		}
		token := Token{Start: uint32(start), End: uint32(i), Shape: shape}
		if shape != Digit {
			lo, hi := fold16(b, start, i)
			token.Hash = hash(lo, hi, i-start)
			lex.tell(&token, lo, hi, i-start)
			said |= token.Bits
		}
		if shape&Digit != 0 || token.Bits&^lex.quiet|uint64(token.Begin) != 0 || i-start >= LongWord || shape&(Upper|Lower) == Upper|Lower && i < len(b) && isKeyEnd(b, i) {
			hot = append(hot, uint32(len(tokens)))
		}
		tokens = append(tokens, token)
	}
	t.Tokens, t.Hot, t.Said = tokens, hot, said
}

// isKeyEnd says whether a name that a value is given to may end before b[i].
func isKeyEnd(b []byte, i int) bool {
	switch b[i] {
	case '=', ':', '"', '\'', '>':
		return true
	case ' ':
		return i+1 < len(b) && (b[i+1] == '=' || b[i+1] == ':' || b[i+1] == '\'' || b[i+1] == '"')
	case '\\': // within JSON in JSON
		return i+1 < len(b) && b[i+1] == '"'
	case '(': // of a call with values, not of a line of a stack trace
		return i+1 < len(b) && (shapes[b[i+1]]&(Lower|Digit) != 0 || b[i+1] == '"' || b[i+1] == '\'')
	}
	return false
}

// mark notes a byte between tokens that could begin something.
func (t *Text) mark(i int) {
	b := t.Bytes
	switch b[i] {
	case '@':
		t.Ats = append(t.Ats, uint32(i))
	case '%', '\\', '&', '=', '+':
		if !t.escaped {
			_, width := t.escapeAt(b, b[:i], i)
			t.escaped = width > 0
		}
	case ':':
		// Pairs of letters, as de:ad:be:ef, make no token that stands out.
		if i+3 < len(b) && (b[i+1] == ':' || b[i+3] == ':' && IsHex(b[i+1]) && IsHex(b[i+2]) && !IsDigit(b[i+1]) && i > 0 && IsHex(b[i-1])) ||
			i+1 < len(b) && b[i+1] == ':' {
			t.Pairs = append(t.Pairs, uint32(i))
		}
	case '[':
		if i+1 < len(b) && b[i+1] >= 'A' && b[i+1] <= 'Z' {
			t.Opens = append(t.Opens, uint32(i))
		}
	}
}

// fold16 gives the first eight and the last eight bytes of a word, in lower case. Up to 16 bytes that is all of it.
// Setting bit 5 also folds the accented letters of Latin-1 as UTF-8, which is why it isn't masked to ASCII.
func fold16(b []byte, start, end int) (lo, hi uint64) {
	const lower = 0x2020202020202020
	n := end - start
	if n >= 8 {
		return binary.LittleEndian.Uint64(b[start:]) | lower, binary.LittleEndian.Uint64(b[end-8:]) | lower
	}
	if start+8 <= len(b) {
		return (binary.LittleEndian.Uint64(b[start:]) | lower) & (1<<(8*uint(n)) - 1), 0
	}
	for i := end - 1; i >= start; i-- {
		lo = lo<<8 | uint64(b[i]|0x20)
	}
	return lo, 0
}

func hash(lo, hi uint64, n int) uint32 {
	h := (lo ^ uint64(n)) * 0x9E3779B97F4A7C15
	h ^= hi * 0xC2B2AE3D27D4EB4F
	return uint32((h ^ h>>29) * 0x9E3779B97F4A7C15 >> 32)
}

// letterAt says how wide the character at the start of b is, which begins with a byte above 127, and whether it is a
// letter or a part of one. Outside the listed ranges everything counts as a letter: a wrong word does no harm, a cut
// one hides a name.
func letterAt(b []byte) (width int, letter bool) {
	r, w := utf8.DecodeRune(b)
	switch {
	case r == utf8.RuneError && w <= 1:
		return 1, false
	case r < 0xC0:
		return w, r == 'ª' || r == 'µ' || r == 'º'
	case r < 0x2000:
		return w, r != '×' && r != '÷' && r != 0x964 && r != 0x965
	case r < 0x2C00, r >= 0x3000 && r < 0x3040, r >= 0xFE10 && r < 0xFE70, r >= 0xFFE0 && r < 0x10000, r >= 0x1F000 && r < 0x20000:
		return w, false
	}
	return w, true
}

// shapes classifies the bytes.
var shapes = func() (table [256]Shape) {
	for c := range table {
		switch {
		case c >= '0' && c <= '9':
			table[c] = Digit
		case c >= 'a' && c <= 'f':
			table[c] = Lower
		case c >= 'g' && c <= 'z':
			table[c] = Lower | NonHex
		case c >= 'A' && c <= 'F':
			table[c] = Upper
		case c >= 'G' && c <= 'Z':
			table[c] = Upper | NonHex
		case c >= 0x80:
			table[c] = High
		case c == '@' || c == ':' || c == '[' || c == '%' || c == '\\' || c == '&' || c == '=' || c == '+':
			table[c] = mark
		}
	}
	return table
}()

// IsDigit, IsLetter, IsHex and IsSpace classify ASCII.
func IsDigit(c byte) bool { return shapes[c]&Digit != 0 }

// IsLetter says whether c is an ASCII letter.
func IsLetter(c byte) bool { return shapes[c]&(Upper|Lower) != 0 }

// IsWordByte says whether c is an ASCII letter or digit, or part of a character outside ASCII.
func IsWordByte(c byte) bool { return shapes[c]&inWord != 0 }

// IsHex says whether c is a hexadecimal digit.
func IsHex(c byte) bool { s := shapes[c]; return s&(Digit|Upper|Lower) != 0 && s&NonHex == 0 }

// IsSpace says whether c is a space, tab or line end.
func IsSpace(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' }
