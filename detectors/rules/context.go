package rules

import (
	"bytes"
	"unicode"
	"unicode/utf8"
)

// context are the words and phrases that raise the score of a match they stand near.
type context struct {
	phrases       [][]byte // folded, with a space on each side: " account number "
	boost         float32
	floor         float32 // with a word beside it a match has at least this score
	before, after int     // how many words are looked at
}

// The defaults of a context.
const (
	contextBoost = 0.3
	contextWords = 8
	contextMost  = 32  // words
	contextReach = 512 // bytes on each side, whatever the words
)

// phrase folds a phrase of a rule file; nil if there is no word in it.
func phrase(s string) []byte {
	p := appendWords([]byte{' '}, []byte(s))
	if len(p) == 1 {
		return nil
	}
	return p
}

// appendWords appends the words of text, folded, each with a space behind it.
func appendWords(dst, text []byte) []byte {
	gap := true
	for i := 0; i < len(text); {
		r, width := rune(text[i]), 1
		if r >= utf8.RuneSelf {
			r, width = utf8.DecodeRune(text[i:])
		}
		i += width
		switch {
		case r < utf8.RuneSelf && (r >= 'a' && r <= 'z' || r >= '0' && r <= '9'):
			dst, gap = append(dst, byte(r)), false
		case r < utf8.RuneSelf && r >= 'A' && r <= 'Z':
			dst, gap = append(dst, byte(r)|0x20), false
		case r >= utf8.RuneSelf && (unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsDigit(r)):
			dst, gap = utf8.AppendRune(dst, foldRune(r)), false
		case !gap:
			dst, gap = append(dst, ' '), true
		}
	}
	if !gap {
		dst = append(dst, ' ')
	}
	return dst
}

// near says whether one of the phrases stands beside text[start:end] or in the words of the path.
func (c *context) near(m *Scratch, text []byte, start, end int) bool {
	if len(m.pathWords) > 1 && c.holds(m.pathWords) {
		return true
	}
	m.words = appendWords(append(m.words[:0], ' '), text[wordsBack(text, start, c.before):start])
	if c.holds(m.words) {
		return true
	}
	m.words = appendWords(append(m.words[:0], ' '), text[end:wordsOn(text, end, c.after)])
	return c.holds(m.words)
}

func (c *context) holds(words []byte) bool {
	for _, p := range c.phrases {
		if bytes.Contains(words, p) {
			return true
		}
	}
	return false
}

// wordsBack is where the n words before a place begin. Context stops at brackets: behind one is another finding's alias.
func wordsBack(text []byte, at, n int) int {
	i, first := at, max(at-contextReach, 0)
	if n == 0 {
		return at
	}
	for words, inside := 0, false; i > first; i-- {
		c := text[i-1]
		if c == ']' || c == '[' {
			break
		}
		in := isWordByte(c)
		if inside && !in {
			if words++; words >= n {
				break
			}
		}
		inside = in
	}
	return i
}

// wordsOn is where the n words behind a place end.
func wordsOn(text []byte, at, n int) int {
	i, last := at, min(at+contextReach, len(text))
	if n == 0 {
		return at
	}
	for words, inside := 0, false; i < last; i++ {
		c := text[i]
		if c == ']' || c == '[' {
			break
		}
		in := isWordByte(c)
		if inside && !in {
			if words++; words >= n {
				break
			}
		}
		inside = in
	}
	return i
}

func isWordByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c >= utf8.RuneSelf
}
