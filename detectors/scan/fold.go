package scan

import (
	"encoding/binary"
	"unicode/utf8"
)

// fold makes t.Bytes a copy of the source in which what stands for ASCII is ASCII, if there is anything like that. Most
// text has none, whatever its language, and is then used as it is.
func (t *Text) fold() {
	if at := firstFoldable(t.source); at >= 0 {
		t.copySource()
		t.foldRunes(at)
		t.Bytes = t.folded
	}
}

// copySource fills folded with the source, and origin and ends with the places of its characters.
func (t *Text) copySource() {
	src := t.source
	folded, origin, ends := append(t.folded[:0], src...), t.origin[:0], t.ends[:0]
	for i := 0; i < len(src); {
		width := 1
		if src[i] >= utf8.RuneSelf {
			_, width = utf8.DecodeRune(src[i:])
		}
		for range width {
			origin, ends = append(origin, uint32(i)), append(ends, uint32(i+width))
		}
		i += width
	}
	t.folded, t.origin, t.ends = folded, origin, ends
}

// foldRunes folds the characters of t.folded from at on, where no word is under way. What a character becomes is never
// longer than itself, so that this works in place.
func (t *Text) foldRunes(at int) {
	b, origin, ends := t.folded, t.origin, t.ends
	w := at
	var word wordState
	for i := at; i < len(b); {
		if c := b[i]; c < utf8.RuneSelf {
			if isControl(c) {
				if n := styleWidth(b[i+1:]); c == 0x1B && n > 0 {
					i += 1 + n
					continue
				}
				if c == 0x7F || controls[c] == 0 {
					i++
					continue
				}
				c = ' '
			}
			word.ascii(c)
			b[w], origin[w], ends[w] = c, origin[i], ends[i]
			w, i = w+1, i+1
			continue
		}
		r, width := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError {
			if n := styleWidth(b[i+width:]); n > 0 {
				i += width + n
				continue
			}
		}
		if mark := r - 0x300; mark >= 0 && mark < 0x30 && w > at {
			if c := compose(b[w-1], mark); c != 0 { // a letter and its accent, which belong together
				n := utf8.RuneLen(c)
				from, to := origin[w-1], ends[i]
				utf8.EncodeRune(b[w-1:w-1+n], c)
				for k := w - 1; k < w-1+n; k++ {
					origin[k], ends[k] = from, to
				}
				w, i = w-1+n, i+width
				continue
			}
		}
		var out [4]byte
		n := 0
		switch digit := w > at && isDigit(b[w-1]); {
		case digit && isMark(r): // a digit that is struck through is one
		case digit && r == utf8.RuneError && i+width < len(b) && isDigit(b[i+width]): // whatever stood there
			out[0], n = ' ', 1
		default:
			n = word.fold(b, i, r, width, &out)
		}
		if n < 0 {
			n = copy(out[:], b[i:i+width])
		}
		from, to := origin[i], ends[i+width-1]
		for k := range n {
			b[w+k], origin[w+k], ends[w+k] = out[k], from, to
		}
		w, i = w+n, i+width
	}
	t.folded, t.origin, t.ends = b[:w], origin[:w], ends[:w]
}

// firstFoldable finds where the first word or mark begins that foldRunes changes, or gives -1.
func firstFoldable(b []byte) int {
	i := asciiLen(b)
	for i < len(b) {
		if b[i] < utf8.RuneSelf {
			if isControl(b[i]) {
				return wordStart(b, i)
			}
			i += max(asciiLen(b[i:]), 1)
			continue
		}
		r, width := utf8.DecodeRune(b[i:])
		switch {
		case i > 0 && isDigit(b[i-1]) && (isMark(r) || r == utf8.RuneError), r == utf8.RuneError && styleWidth(b[i+width:]) > 0:
			return wordStart(b, i)
		case r >= 0xC0 && r < 0x300:
		case r >= 0x370 && r < 0x530: // Greek and Cyrillic: only beside ASCII
			if i+width < len(b) && isASCIIWord(b[i+width]) || i > 0 && isASCIIWord(b[i-1]) {
				return wordStart(b, i)
			}
		case foldRune(r) != keep:
			return wordStart(b, i)
		}
		i += width
	}
	return -1
}

// asciiLen is a length up to which b is ASCII without controls: all of it, or short of the first other byte by less than eight.
func asciiLen(b []byte) int {
	i := 0
	for ; i+8 <= len(b); i += 8 {
		if !isPlain(b[i:]) {
			return i
		}
	}
	// The end is looked at as a whole: where it lies is another with each text, and a loop over its bytes would end unforeseen.
	if i > 0 && isPlain(b[len(b)-8:]) {
		return len(b)
	}
	return i
}

// isPlain tells whether eight bytes are ASCII and none is a control. White space below a blank, and what only seems to be some, is looked at
// again.
func isPlain(b []byte) bool {
	const high, blanks = 0x8080808080808080, 0x2020202020202020
	v := binary.LittleEndian.Uint64(b)
	del := v ^ 0x7F7F7F7F7F7F7F7F
	if (v|(v-blanks)&^v|(del-0x0101010101010101)&^del)&high == 0 {
		return true
	}
	for _, c := range b[:8] {
		if c >= utf8.RuneSelf || isControl(c) {
			return false
		}
	}
	return true
}

// controls gives what a control character below a blank stands for: a blank for what parts pages and fields, nothing for those that nobody
// sees. White space stays.
const controls = "\x00\x00\x00\x00\x00\x00\x00\x00\x00\t\n  \r\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00    "

// isControl tells ASCII's control characters from white space.
func isControl(c byte) bool { return c < ' ' && (c == 0 || controls[c] != c) || c == 0x7F }

func isDigit(c byte) bool { return c-'0' < 10 }

// isMark tells marks that stand on, in or around the character before.
func isMark(r rune) bool { return r >= 0x300 && r < 0x370 || r >= 0x20D0 && r < 0x2100 }

// styleWidth is the length of what follows the escape character, or what has replaced it, where a terminal is told how to show what comes next
// (ECMA-48 §8.3.117): "[1;36m"; 0 if it is anything else.
func styleWidth(b []byte) int {
	const longest = 24
	if len(b) < 2 || b[0] != '[' {
		return 0
	}
	for n := 1; n < len(b) && n < longest; n++ {
		if b[n] == 'm' {
			return n + 1
		} else if !isDigit(b[n]) && b[n] != ';' && b[n] != ':' {
			break
		}
	}
	return 0
}

// wordStart is where the word at i begins.
func wordStart(b []byte, i int) int {
	for i > 0 && IsWordByte(b[i-1]) {
		i--
	}
	return i
}

func isASCIIWord(c byte) bool { return shapes[c]&(Upper|Lower|Digit) != 0 }

const (
	keep = -1
	drop = -2
	many = -3 // several characters: see ligature
)

// foldRune gives the ASCII character that r stands for by itself, keep, drop or many.
func foldRune(r rune) int {
	switch {
	case r < 0x300:
		return foldLatin(r)
	case r < 0x330:
		return many // accents: they may make a letter with the one before
	case r == 0x034F || r == 0x061C || r == 0x115F || r == 0x1160 || r == 0x17B4 || r == 0x17B5 || r >= 0x180B && r <= 0x180F:
		return drop // joiners, marks of direction, fillers and selectors, which nobody sees
	case r == 0x1680 || r == 0x2800:
		return ' '
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
	case r < 0x0E50:
		return keep
	case r < 0x2000:
		return digitIn(r, 0x0E50, 0x0ED0, 0x0F20, 0x1040, 0x17E0) // Thai, Lao, Tibetan, Burmese, Khmer
	case r <= 0x206F:
		return foldPunctuation(r)
	case r <= 0x2BFF:
		return foldSymbol(r)
	case r == 0x3000:
		return ' '
	case r == 0x3164 || r == 0xFFA0 || r >= 0xFFF0 && r <= 0xFFFB || r >= 0x1BCA0 && r <= 0x1BCA3 || r >= 0x1D173 && r <= 0x1D17A || r >= 0xE0000 && r <= 0xE0FFF:
		return drop // fillers, annotations, beams, tags, selectors
	case r >= 0xFB00 && r <= 0xFB06:
		return many
	case r >= 0xFE00 && r <= 0xFE0F || r == 0xFEFF: // variation selectors, byte order mark
		return drop
	case r >= 0xFE50 && r <= 0xFE6B:
		return foldSmall(r)
	case r >= 0xFF01 && r <= 0xFF5E: // full-width forms
		return int(r - 0xFF01 + '!')
	case r >= 0x1D400:
		return foldStyled(r)
	}
	return keep
}

func foldLatin(r rune) int {
	switch {
	case r == 0xA0 || r == 0x85: // the end of a line
		return ' '
	case r == 0xAD || r >= 0x80 && r < 0xA0: // soft hyphen, controls
		return drop
	}
	return keep
}

// digitIn gives the digit that r is in one of the scripts whose zeros are given.
func digitIn(r rune, zeros ...rune) int {
	for _, z := range zeros {
		if r >= z && r <= z+9 {
			return int('0' + r - z)
		}
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
	case r <= 0x2015 || r == 0x2043:
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

// foldSymbol is foldRune for the blocks of symbols.
func foldSymbol(r rune) int {
	switch {
	case r == 0x2070 || r >= 0x2074 && r <= 0x2079: // superscripts
		return int('0' + r - 0x2070)
	case r >= 0x2080 && r <= 0x2089: // subscripts
		return int('0' + r - 0x2080)
	case r == 0x20E3: // the frame of a keycap
		return drop
	case r >= 0x2100 && r <= 0x213F:
		return foldLetterlike(r)
	case r == 0x2212: // minus
		return '-'
	case r >= 0x2460 && r <= 0x2468: // circled
		return int('1' + r - 0x2460)
	case r >= 0x2469 && r <= 0x2473:
		return many
	case r >= 0x24B6 && r <= 0x24CF:
		return int('A' + r - 0x24B6)
	case r >= 0x24D0 && r <= 0x24E9:
		return int('a' + r - 0x24D0)
	case r == 0x24EA || r == 0x24FF:
		return '0'
	case r >= 0x24F5 && r <= 0x24FD: // doubly circled
		return int('1' + r - 0x24F5)
	case r >= 0x2776 && r <= 0x277E, r >= 0x2780 && r <= 0x2788, r >= 0x278A && r <= 0x2792: // dingbats
		return int('1' + (r-0x2776)%10)
	}
	return keep
}

// foldSmall is foldRune for the small forms.
func foldSmall(r rune) int {
	const forms = ",\x00.\x00;:?!-(){}\x00\x00#&*+-<>=\x00\\$%@"
	if c := forms[r-0xFE50]; c != 0 {
		return int(c)
	}
	return keep
}
