package codec

import (
	"bytes"
	"unicode/utf8"
)

// Where a bare value of a line ends that is of several words.

// joinedEnd gives the end of an identifier written in groups, "to=+44 7700 900123", "nino=AB 12 34 56 C", whose first
// group is the bare value from start to end. Taken apart, none of its groups would be known for what it is.
func joinedEnd(src []byte, start, end int) int {
	count, ok := digitsOfGroup(src[start:end])
	if !ok {
		return end
	}
	p := end
	for p+1 < len(src) && src[p] == ' ' && src[p+1] > ' ' {
		next := p + 1
		for next < len(src) && src[next] > ' ' && src[next] != '&' && bytes.IndexByte(wordEnds, src[next]) < 0 {
			next++
		}
		if next < len(src) && src[next] == ')' {
			next++
		}
		n, ok := digitsOfGroup(src[p+1 : next])
		if !ok {
			break
		}
		count, p = count+n, next
	}
	const fewest = 6 // digits of the shortest, a national insurance number; with fewer it is some columns
	if count < fewest {
		return end
	}
	return p
}

// wordsEnd gives the end of a value of some words with capitals or numbers, the first of which is the bare value from start to end, where a comma and
// another pair or a closing bracket is behind it, as records are printed: "Customer(name=Ada Roe, postcode=D02 X285)". A comma may part them where
// another pair or nothing is behind the last: "name=ROE, ADA addr=14 W FAKE ST APT 3 city=YORK".
func wordsEnd(src []byte, start, end int) int {
	const few, most = 4, 10
	p := end
	if end == start || end == len(src) || !startsName(src[start:]) || src[end-1] != ',' && bytes.IndexByte(wordEnds, src[end-1]) >= 0 {
		return end
	}
	for n := 1; n < most && p+1 < len(src) && src[p] == ' ' && startsName(src[p+1:]); n++ {
		next := p + 1
		for next < len(src) && src[next] > ' ' && src[next] != '=' && src[next] != ':' && bytes.IndexByte(wordEnds, src[next]) < 0 {
			next++
		}
		if next == len(src) || src[next] == '|' {
			if isLevel(src[start:end]) {
				return end // "level=ERROR GET 12"
			}
			return next // "name=Ada Roe", "name=Ada Roe|status=200"
		}
		switch src[next] {
		case ' ':
			if startsPair(src, skipBlank(src, next)) {
				if digits, _ := digitsOfGroup(src[p+1 : next]); digits == next-p-1 && n < few && (n < 2 || '0' <= src[start] && src[start] <= '9') {
					return end // "status=200 12 ms=1"
				}
				return next // "caller_name=Ada Roe caller_number=1", "postcode=D02 X285 id=1", "pickup=Bağdat Caddesi 221 id=1"
			}
			p = next
			continue
		case '=': // "cn=Ada Roe/ou=people"
			if k := bytes.IndexByte(src[p+1:next], '/'); k > 0 && startsPair(src, p+1+k+1) {
				return p + 1 + k
			}
		case ')', ']', '}':
			for next < len(src) && (src[next] == ')' || src[next] == ']' || src[next] == '}') {
				next++
			}
			return next
		case ',', ';':
			if startsPair(src, skipBlank(src, next+1)) {
				return next
			}
			if src[next] == ',' && next+1 < len(src) && src[next+1] == ' ' {
				p = next + 1
				continue
			}
		}
		return end
	}
	return end
}

// isLevel tells whether a word says how grave something is, as those of programs do.
func isLevel(word []byte) bool {
	switch string(word) {
	case "TRACE", "DEBUG", "INFO", "NOTICE", "WARN", "WARNING", "ERR", "ERROR", "CRIT", "CRITICAL", "ALERT", "EMERG", "FATAL", "PANIC":
		return true
	}
	return false
}

// chainEnd gives the end of pairs between semicolons, the first value of which begins at start and has its first blank or the line's end at end, as
// data bases are told where to connect: "Server=db1;User Id=ada;Password=plum tree 9;". Their keys and values are of several words.
func chainEnd(src []byte, start, end int) int {
	const longest = 64 // bytes of a value behind its first blank
	if k := bytes.IndexByte(src[start:end], ';'); k < 0 || chainedPair(src, start+k+1) == 0 {
		return end
	}
	for p := end; p < len(src); {
		k := bytes.IndexByte(src[p:min(p+longest, len(src))], ';')
		if k < 0 || bytes.ContainsAny(src[p:p+k], "\"\\{}[]()<>|") {
			break
		}
		if p += k + 1; p == len(src) || src[p] == ' ' && bytes.Count(src[start:p], []byte(";")) > 2 {
			return p
		}
		if p = chainedPair(src, p); p == 0 {
			break
		}
		for p < len(src) && src[p] > ' ' {
			p++
		}
		end = p
	}
	return end
}

// chainedPair gives where the value of a pair at p starts whose key is of up to three words; 0 if there is none.
func chainedPair(src []byte, p int) int {
	const most = 3
	for range most {
		end := scanKey(src, p)
		if end == p || end == len(src) {
			return 0
		}
		if src[end] == '=' {
			return end + 1
		}
		if p = end + 1; src[end] != ' ' {
			return 0
		}
	}
	return 0
}

// tupleEnd gives the end of words in quotes between brackets, "auth=('ada', 's3cret')", that start at a place; start if there are none.
func tupleEnd(src []byte, start int) int {
	const longest = 256
	if start+1 >= len(src) || src[start] != '(' || src[start+1] != '\'' && src[start+1] != '"' {
		return start
	}
	quote := byte(0)
	for p := start + 1; p < len(src) && p < start+longest; p++ {
		switch c := src[p]; {
		case c == quote:
			quote = 0
		case quote == 0 && (c == '\'' || c == '"'):
			quote = c
		case quote == 0 && c == ')':
			return p + 1
		}
	}
	return start
}

// bracketEnd gives the end of a bare value whose bracket is open where its first blank is, at end: "name=[Ada Roe]", "(cn=Ada Roe)", and of JSON that is
// escaped or was cut off, `body={\"a\": 1}`, `body={"a":"b c`. It is end if there is none.
func bracketEnd(src []byte, start, end int) int {
	const longest = 64 // bytes behind the first blank
	if end == start || end == len(src) {
		return end
	}
	if c := src[start]; (c == '{' || c == '[') && (src[start+1] == '"' || src[start+1] == '\\' || src[start+1] == '{') {
		return jsonEnd(src, start)
	}
	var open [8]byte
	n := 0
	for _, c := range src[start:end] {
		switch {
		case (c == '[' || c == '(') && n < len(open):
			open[n] = closing(c)
			n++
		case n > 0 && c == open[n-1]:
			n--
		}
	}
	if n == 0 {
		return end
	}
	for p := end; p < len(src) && p < end+longest; p++ {
		switch c := src[p]; {
		case c == open[n-1]:
			if n--; n > 0 {
				continue
			}
			for p++; p < len(src) && (src[p] == ')' || src[p] == ']'); p++ {
			}
			return p
		case c == '=' || c == '[' || c == '{' || c == '"' || n == len(open):
			return end
		case c == '(':
			open[n] = ')'
			n++
		}
	}
	return end
}

// closing is the other half of a bracket.
func closing(c byte) byte {
	if c == '(' {
		return ')'
	}
	return c + 2 // in ASCII
}

// jsonEnd gives the end of what begins as an object or a list of JSON does and can't be read as one: where its brackets close, or the end of the line.
func jsonEnd(src []byte, start int) int {
	deep := 0
	for p := start; p < len(src); p++ {
		switch src[p] {
		case '{', '[':
			deep++
		case '}', ']':
			if deep--; deep == 0 {
				return p + 1
			}
		}
	}
	return skipBlankBack(src, start, len(src))
}

// startsName tells whether b begins with a word of a name or an address that is no word of a sentence: with a capital or a number, or one that
// stands before surnames, "van der Berg".
func startsName(b []byte) bool {
	if c := b[0]; 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c >= utf8.RuneSelf {
		return true
	}
	word, _, _ := bytes.Cut(b[:min(len(b), len("della "))], []byte(" "))
	switch string(word) {
	case "van", "von", "der", "den", "de", "di", "da", "del", "della", "la", "le", "ter", "ten", "dos", "zu":
		return true
	}
	return false
}

// digitsOfGroup counts the digits of a group; ok tells whether it can be one.
func digitsOfGroup(group []byte) (n int, ok bool) {
	letters := 0
	for _, c := range group {
		switch {
		case '0' <= c && c <= '9':
			n++
		case 'A' <= c && c <= 'Z':
			letters++
		case bytes.IndexByte([]byte("+()-./"), c) < 0:
			return 0, false
		}
	}
	const mostLetters = 5 // of a PAN
	return n, n+letters > 0 && letters <= mostLetters
}
