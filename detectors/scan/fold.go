package scan

import (
	"encoding/binary"
	"unicode/utf8"
)

// fold writes t.folded and t.origin and says true if the source has characters that stand for ASCII or for nothing.
// Most text has none, whatever its language, and is then used as it is.
func (t *Text) fold() bool {
	at := firstFoldable(t.source)
	if at < 0 {
		return false
	}
	src := t.source
	folded, origin := t.folded[:0], t.origin[:0]
	for i := range at {
		origin = append(origin, uint32(i))
	}
	folded = append(folded, src[:at]...)
	for i := at; i < len(src); {
		if src[i] < utf8.RuneSelf {
			folded, origin = append(folded, src[i]), append(origin, uint32(i))
			i++
			continue
		}
		r, width := utf8.DecodeRune(src[i:])
		switch c := foldRune(r); {
		case c == keep:
			for k := range width {
				folded, origin = append(folded, src[i+k]), append(origin, uint32(i))
			}
		case c != drop:
			folded, origin = append(folded, byte(c)), append(origin, uint32(i))
		}
		i += width
	}
	t.folded, t.origin = folded, origin
	return len(folded) > 0
}

// firstFoldable finds the first character that foldRune changes, or gives -1.
func firstFoldable(b []byte) int {
	for i := 0; i < len(b); {
		if i+8 <= len(b) && binary.LittleEndian.Uint64(b[i:])&0x8080808080808080 == 0 {
			i += 8
			continue
		}
		if b[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, width := utf8.DecodeRune(b[i:])
		if r >= 0xA0 && (r < 0xC0 || r > 0x2FF) && foldRune(r) != keep {
			return i
		}
		i += width
	}
	return -1
}

const (
	keep = -1
	drop = -2
)

// foldRune gives the ASCII character that r stands for, keep or drop.
func foldRune(r rune) int {
	switch {
	case r == 0xA0:
		return ' '
	case r == 0xAD: // soft hyphen
		return drop
	case r < 0x0660:
		return keep
	case r <= 0x0669: // Arabic-Indic
		return int('0' + r - 0x0660)
	case r >= 0x06F0 && r <= 0x06F9: // extended Arabic-Indic
		return int('0' + r - 0x06F0)
	case r >= 0x0966 && r <= 0x0D6F: // Devanagari to Malayalam: ten blocks of 128, digits at the same place in each
		if d := (r - 0x0966) % 0x80; d <= 9 {
			return int('0' + d)
		}
		return keep
	case r < 0x2000:
		return keep
	case r <= 0x206F:
		return foldPunctuation(r)
	case r == 0x2212: // minus
		return '-'
	case r == 0x3000:
		return ' '
	case r == 0xFEFF: // byte order mark
		return drop
	case r >= 0xFF01 && r <= 0xFF5E: // full-width forms
		return int(r - 0xFF01 + '!')
	case r >= 0x1D7CE && r <= 0x1D7FF: // mathematical digits
		return int('0' + (r-0x1D7CE)%10)
	}
	return keep
}

// foldPunctuation is foldRune for the block of general punctuation.
func foldPunctuation(r rune) int {
	switch {
	case r <= 0x200A || r == 0x202F || r == 0x205F:
		return ' '
	case r <= 0x200F, r >= 0x202A && r <= 0x202E, r >= 0x2060:
		return drop
	case r <= 0x2015:
		return '-'
	case r == 0x2018 || r == 0x2019:
		return '\''
	case r == 0x201C || r == 0x201D:
		return '"'
	case r == 0x2024:
		return '.'
	}
	return keep
}
