package scan

import (
	"bytes"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// escapeLevels is how often a text is decoded: an address within a link within a link is escaped twice.
const escapeLevels = 3

// unescape decodes what is escaped in t.folded and says whether there was anything. What an escape stands for is never
// longer than itself, so that this works in place.
func (t *Text) unescape() bool {
	b, origin, ends := t.folded, t.origin, t.ends
	w, spaced := 0, false
	for i := 0; i < len(b); {
		if c := b[i]; c != '%' && c != '\\' && c != '&' && c != '=' && c != '+' {
			b[w], origin[w], ends[w] = c, origin[i], ends[i]
			w, i = w+1, i+1
			continue
		}
		r, width := t.escapeAt(b, b[:w], i)
		if r == softBreak {
			i += width
			continue
		}
		if width == 0 {
			r, width = rune(b[i]), 1
		}
		spaced = spaced || r == ' ' && b[i] == '+'
		from, to := origin[i], ends[i+width-1]
		for end := w + utf8.RuneLen(r); w < end; w++ {
			origin[w], ends[w] = from, to
		}
		utf8.EncodeRune(b[w-utf8.RuneLen(r):w], r)
		i += width
	}
	t.folded, t.origin, t.ends = b[:w], origin[:w], ends[:w]
	return w < len(b) || spaced
}

// escapeAt decodes the escape at b[i], one of %, \, &, = and +: the character, and the width of the escape, 0 if it is none. What stands before it is in
// done.
func (t *Text) escapeAt(b, done []byte, i int) (r rune, width int) {
	switch b[i] {
	case '%':
		if i > 0 && b[i-1] == '\'' {
			return 0, 0 // LIKE '%4821%' of SQL
		}
		return percentAt(b, i)
	case '\\':
		return backslashAt(b, i)
	case '=':
		return t.quotedAt(b, i)
	case '+':
		return t.plusAt(b, done, i)
	}
	return entityAt(b, i)
}

// softBreak stands for what belongs to how a text is written and not to the text: the end of a line, a colour.
const softBreak = -1

// quotedAt decodes "=C3=A4" of mails (RFC 2045 §6.7). Of one byte, "=E4" and "=40", it may as well be the value of a name: those are decoded in a text that
// shows elsewhere how it is written, and so are lines that go on, "=\n".
func (t *Text) quotedAt(b []byte, i int) (r rune, width int) {
	if i+2 >= len(b) {
		return 0, 0
	}
	if b[i+1] == '\n' || b[i+1] == '\r' && b[i+2] == '\n' {
		if t.isQuoted(b) {
			return softBreak, 2 + int(b[i+1]/'\r')
		}
		return 0, 0
	}
	upper := func(c byte) bool { return IsDigit(c) || c >= 'A' && c <= 'F' }
	if !upper(b[i+1]) || !upper(b[i+2]) {
		return 0, 0
	}
	if r, width = bytesAt(b, i, '=', 0); width > len("=40") {
		t.quoted = 1
		return r, width
	}
	if t.quoted <= 0 && (IsDigit(b[i+1]) && IsDigit(b[i+2]) || !t.isQuoted(b)) {
		return 0, 0
	}
	if v := rune(hexAt(b, i+1, 2)); v >= 0xC0 {
		return v, len("=E4") // ISO 8859-1
	}
	return r, width
}

// isQuoted says whether a text shows that it is written as mails are: by its header, by a word of RFC 2047, or by two lines of the length at which they are
// cut. One may be the end of a key in base64.
func (t *Text) isQuoted(b []byte) bool {
	const least, most, lines = 60, 76, 2
	if t.quoted == 0 {
		t.quoted = -1
		if bytes.Contains(b, []byte("uoted-printable")) || bytes.Contains(b, []byte("?Q?")) || bytes.Contains(b, []byte("?q?")) {
			t.quoted = 1
		}
		for line, n := b, 0; t.quoted < 0; {
			k := bytes.IndexByte(line, '\n')
			if k < 0 {
				break
			}
			if end := len(bytes.TrimSuffix(line[:k], []byte("\r"))); end >= least && end <= most && line[end-1] == '=' && bytes.IndexByte(line[:end], ' ') > 0 {
				if n++; n == lines {
					t.quoted = 1
				}
			}
			line = line[k+1:]
		}
	}
	return t.quoted > 0
}

// plusAt decodes a plus sign that stands for a blank in the value of a parameter, "postcode=D02+X285": all of its parts are words or short numbers, as those of
// keys hardly are.
func (t *Text) plusAt(b, done []byte, i int) (r rune, width int) {
	const longest = 64
	from := len(done)
	for from > 0 && len(done)-from < longest && (IsWordByte(done[from-1]) || t.isEncoded(from-1)) {
		from--
	}
	name := from - 1
	for name > 0 && len(done)-name < 2*longest && (IsWordByte(done[name-1]) || done[name-1] == '_' || done[name-1] == '-' || done[name-1] == '.' || done[name-1] == '[' || done[name-1] == ']') {
		name--
	}
	first := from == 0 // the value of a pair is a text of its own in the lines of logs
	if !first && (from < 2 || done[from-1] != '=' || name == from-1) {
		return 0, 0
	}
	end := i
	for end < len(b) && end-i < longest && (IsWordByte(b[end]) || b[end] == '+' || b[end] == '%') {
		end++
	}
	if (name <= 0 || done[name-1] != '&' && done[name-1] != '?') && (first || done[from-2] != ']') && (end == len(b) || b[end] != '&') { // no form
		return 0, 0
	}
	if end < len(b) && (b[end] == '=' || b[end] == '/' || b[end] == '@') || !isFormPart(b[i+1:end]) {
		return 0, 0
	}
	for k := len(done); k >= from; k-- { // the part before, from which those before it have been parted
		if k == from || t.isEncoded(k-1) {
			if k == len(done) && (k == from || done[k-1] == ' ') || k < len(done) && !isFormPart(done[k:]) {
				return 0, 0
			}
			break
		}
	}
	return ' ', 1
}

// isEncoded says whether the mark at a place of what has been decoded stands for itself no more in the source: a blank for a plus sign, a bracket.
func (t *Text) isEncoded(i int) bool {
	return i < len(t.origin) && (t.source[t.origin[i]] == '%' || t.folded[i] == ' ' && t.source[t.origin[i]] == '+')
}

// isFormPart says whether what b begins with, up to a plus sign, is a word, or a number or a code of few characters.
func isFormPart(b []byte) bool {
	const word, number, code = 20, 7, 4
	letters, digits := 0, 0
	for n, c := range b {
		if c == '+' || c == '%' && n > 0 {
			break
		}
		if IsDigit(c) {
			digits++
		} else {
			letters++
		}
	}
	return letters+digits > 0 && (digits == 0 && letters <= word || letters == 0 && digits <= number || letters+digits <= code)
}

// percentAt decodes "%40" (RFC 3986 §2.1), several of them where they make up one character in UTF-8.
func percentAt(b []byte, i int) (r rune, width int) {
	return bytesAt(b, i, '%', 0)
}

// bytesAt decodes a character whose bytes are each written as a sign and two hexadecimal digits, at i+skip each.
func bytesAt(b []byte, i int, sign, second byte) (r rune, width int) {
	step := 3
	if second != 0 {
		step = 4
	}
	var c [utf8.UTFMax]byte
	n := 0
	for n < len(c) && i+(n+1)*step <= len(b) && b[i+n*step] == sign && (second == 0 || b[i+n*step+1] == second) {
		v := hexAt(b, i+(n+1)*step-2, 2)
		if v < 0 || n > 0 && v&0xC0 != 0x80 {
			break
		}
		c[n] = byte(v)
		if n++; n == 1 && v < utf8.RuneSelf {
			break
		}
	}
	r, size := utf8.DecodeRune(c[:n])
	if n == 0 || r == utf8.RuneError || !isDecoded(r) {
		return 0, 0
	}
	return r, size * step
}

// isDecoded says whether r is a character of text: what isn't is no escape but looks like one.
func isDecoded(r rune) bool {
	return r >= ' ' && r != 0x7F && (r < 0x80 || r >= 0xA0) || r >= '\t' && r <= '\r'
}

// backslashAt decodes \u0040 and \x40 of JSON and programs, and the line ends and tabs that hang on a word.
func backslashAt(b []byte, i int) (r rune, width int) {
	if i+2 >= len(b) {
		return 0, 0
	}
	switch b[i+1] {
	case 'n', 'r', 't':
		if IsWordByte(b[i+2]) && !inWindowsPath(b, i) {
			return ' ', 2
		}
	case 'x':
		if n := styleWidth(b[min(i+4, len(b)):]); n > 0 && hexAt(b, i+2, 2) == 0x1B {
			return softBreak, 4 + n
		}
		return bytesAt(b, i, '\\', 'x')
	case 'u':
		r, width = rune(hexAt(b, i+2, 4)), 6
		if n := styleWidth(b[min(i+width, len(b)):]); r == 0x1B && n > 0 {
			return softBreak, width + n
		}
		if r < 0 {
			return 0, 0
		}
		if utf16.IsSurrogate(r) {
			if i+12 > len(b) || b[i+6] != '\\' || b[i+7] != 'u' {
				return 0, 0
			}
			r, width = utf16.DecodeRune(r, rune(hexAt(b, i+8, 4))), 12
		}
		if r != utf8.RuneError && isDecoded(r) {
			return r, width
		}
	}
	return 0, 0
}

// inWindowsPath says whether the backslash at i separates the parts of a path that begins with a drive: C:\docs\notes.
func inWindowsPath(b []byte, i int) bool {
	const longest = 64
	for k := i - 1; k > 0 && i-k < longest; k-- {
		switch c := b[k]; {
		case c == ':':
			return i-k > 1 && b[k+1] == '\\' && IsLetter(b[k-1]) && (k == 1 || !IsWordByte(b[k-2]))
		case !IsWordByte(c) && c != '\\' && c != '.' && c != '_' && c != '-' && c != '$' && c != '~':
			return false
		}
	}
	return false
}

// hexAt is the value of the n hexadecimal digits at i, or -1.
func hexAt(b []byte, i, n int) (v int) {
	if i+n > len(b) {
		return -1
	}
	for _, c := range b[i : i+n] {
		switch {
		case IsDigit(c):
			v = v<<4 | int(c-'0')
		case IsHex(c):
			v = v<<4 | int(c|0x20-'a'+10)
		default:
			return -1
		}
	}
	return v
}

// entityMax is the longest name of an entity that is decoded, and the most digits of one by number.
const entityMax = 8

// entityAt decodes &#64; &#x40; and the commonest names of HTML (Living Standard §13.5).
func entityAt(b []byte, i int) (r rune, width int) {
	start := i + 1
	end := start
	if end < len(b) && b[end] == '#' {
		end++
	}
	for end < len(b) && end-start <= entityMax && isASCIIWord(b[end]) {
		end++
	}
	if end-start < 2 || end == len(b) || b[end] != ';' {
		return 0, 0
	}
	name := b[start:end]
	if name[0] != '#' {
		r = namedEntity(name)
	} else if name[1]|0x20 == 'x' {
		if r = 0; len(name) > 2 {
			r = rune(hexAt(b, start+2, len(name)-2))
		}
	} else {
		for _, c := range name[1:] {
			if !IsDigit(c) {
				return 0, 0
			}
			r = r*10 + rune(c-'0')
		}
	}
	if r <= 0 || !utf8.ValidRune(r) || !isDecoded(r) {
		return 0, 0
	}
	return r, end + 1 - i
}

// entities are names of characters, each behind a space and before a colon and the character.
const entities = " amp:& lt:< gt:> quot:\" apos:' nbsp:\u00a0 commat:@ period:. comma:, colon:: semi:; num:# lpar:( rpar:) lsqb:[ lbrack:[ " +
	"rsqb:] rbrack:] lcub:{ rcub:} sol:/ bsol:\\ lowbar:_ hyphen:- dash:- plus:+ equals:= percnt:% dollar:$ ast:* excl:! quest:? " +
	"verbar:| vert:| grave:` Tab:\t NewLine:\n ensp:\u2002 emsp:\u2003 thinsp:\u2009 shy:\u00ad zwj:\u200d zwnj:\u200c ndash:– mdash:— " +
	"lsquo:‘ rsquo:’ ldquo:“ rdquo:” pound:£ euro:€ yen:¥ cent:¢ szlig:ß AElig:Æ aelig:æ Oslash:Ø oslash:ø OElig:Œ oelig:œ " +
	"Aring:Å aring:å Ccedil:Ç ccedil:ç ETH:Ð eth:ð THORN:Þ thorn:þ ordf:ª ordm:º Scaron:Š scaron:š Ntilde:Ñ ntilde:ñ Atilde:Ã " +
	"atilde:ã Otilde:Õ otilde:õ "

// namedEntity is the character of a name, or 0.
func namedEntity(name []byte) rune {
	if len(name) > 3 { // "eacute": a letter and its accent
		accent := -1
		switch string(name[1:]) {
		case "grave":
			accent = 0x00
		case "acute":
			accent = 0x01
		case "circ":
			accent = 0x02
		case "uml":
			accent = 0x08
		case "caron":
			accent = 0x0C
		}
		if accent >= 0 {
			return compose(name[0], rune(accent))
		}
	}
	var key [entityMax + 3]byte
	k := append(key[:0], ' ')
	k = append(append(k, name...), ':')
	at := strings.Index(entities, string(k))
	if at < 0 {
		return 0
	}
	r, _ := utf8.DecodeRuneInString(entities[at+len(k):])
	return r
}
