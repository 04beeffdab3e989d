package reread

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// kind is what a token or an item is.
type kind uint8

const (
	word   kind = iota
	number      // of an item: digits, however they were said
	letter      // one that stands alone
	sign        // a character between letters and digits, written or said
	cut         // something was taken out here
	border      // between two turns
)

// token is a run of letters or of digits, a character between them, or a mark that something was taken out.
type token struct {
	kind             kind
	text             string // folded
	turn, start, end int
}

// tokensOf cuts a turn into tokens. The first is the border.
func tokensOf(text string, turn int) []token {
	all := []token{{kind: border, turn: turn}}
	for i := 0; i < len(text); {
		if n := placeholder(text[i:]); n > 0 {
			all = append(all, token{cut, "", turn, i, i + n})
			i += n
			continue
		}
		r, size := utf8.DecodeRuneInString(text[i:])
		switch {
		case unicode.IsDigit(r):
			end := i
			var digits []byte
			for end < len(text) {
				d, n := utf8.DecodeRuneInString(text[end:])
				if !unicode.IsDigit(d) {
					break
				}
				digits = append(digits, '0'+byte(digitValue(d)))
				end += n
			}
			all = append(all, token{number, string(digits), turn, i, end})
			i = end
		case isLetter(r):
			end := wordEnd(text, i)
			own := end - possessive(text[i:end])
			all = append(all, token{word, fold(text[i:own]), turn, i, own})
			i = end
		default:
			if !unicode.IsSpace(r) {
				all = append(all, token{sign, string(r), turn, i, i + size})
			}
			i += size
		}
	}
	return all
}

// placeholder is the length of the mark at the beginning of text, 0 if there is none.
func placeholder(text string) int {
	if text[0] != '[' {
		return 0
	}
	end := strings.IndexByte(text, ']')
	if end < 2 {
		return 0
	}
	for i, r := range text[1:end] {
		if r >= 'A' && r <= 'Z' || i > 0 && (r == '_' || r >= '0' && r <= '9') {
			continue
		}
		return 0
	}
	return end + 1
}

func isLetter(r rune) bool { return unicode.IsLetter(r) || unicode.IsMark(r) }

// wordEnd is the end of the word at i: letters, and apostrophes and hyphens between letters.
func wordEnd(text string, i int) int {
	end := i
	for end < len(text) {
		r, size := utf8.DecodeRuneInString(text[end:])
		if strings.ContainsRune("'’-", r) && end > i {
			if next, _ := utf8.DecodeRuneInString(text[end+size:]); isLetter(next) {
				end += size
				continue
			}
			return end
		}
		if !isLetter(r) {
			return end
		}
		end += size
	}
	return end
}

// possessive is the length of the "'s" at the end of a word.
func possessive(w string) int {
	for _, end := range []string{"'s", "’s", "'S", "’S"} {
		if strings.HasSuffix(w, end) && len(w) > len(end) {
			return len(end)
		}
	}
	return 0
}

// digitValue is the value of a decimal digit of any script: those of each stand in a row of ten.
func digitValue(r rune) int {
	zero := r
	for unicode.IsDigit(zero-1) && r-zero < 9 {
		zero--
	}
	if r >= '0' && r <= '9' {
		return int(r - '0')
	}
	return int(r - zero)
}

// fold makes words that are the same the same: lower case, without accents and apostrophes.
func fold(text string) string { return accents.Replace(strings.ToLower(text)) }

var accents = strings.NewReplacer("à", "a", "á", "a", "â", "a", "ã", "a", "ä", "a", "å", "a", "ą", "a", "ç", "c", "ć", "c", "č", "c", "ď", "d", "è", "e", "é", "e", "ê", "e", "ë", "e", "ę", "e",
	"ě", "e", "ì", "i", "í", "i", "î", "i", "ï", "i", "ł", "l", "ñ", "n", "ń", "n", "ň", "n", "ò", "o", "ó", "o", "ô", "o", "õ", "o", "ö", "o", "ø", "o", "ř", "r", "ś", "s", "š", "s", "ß", "ss",
	"ù", "u", "ú", "u", "û", "u", "ü", "u", "ů", "u", "ý", "y", "ÿ", "y", "ź", "z", "ż", "z", "ž", "z", "æ", "ae", "œ", "oe", "’", "", "'", "")

// reading is one of the ways to read number words.
type reading int

const (
	composed  reading = iota // "twenty five" is 25, "two thousand and five" 2005
	separated                // "twenty five" is 20 5, "nine hundred one" 900 1
)

var readings = [2]reading{composed, separated}

// item is what one or several tokens say.
type item struct {
	kind             kind
	text             string // digits, a letter, a sign, or a folded word
	turn, start, end int
}

// reader makes items of tokens.
type reader struct {
	tokens []token
	tables []map[string]numberWord
	way    reading
	at     int
	items  []item
}

func itemsOf(tokens []token, lang string, way reading) []item {
	all := numberWords()
	r := &reader{tokens: tokens, way: way, tables: []map[string]numberWord{all["en"], all["hi"]}} // callers of English lines mix Hindi in
	if own := all[lang]; own != nil && lang != "en" {
		r.tables = []map[string]numberWord{own, all["en"]}
	}
	for r.at < len(r.tokens) {
		r.next()
	}
	return r.items
}

// put makes an item of the next n tokens.
func (r *reader) put(k kind, text string, n int) {
	first, last := r.tokens[r.at], r.tokens[r.at+n-1]
	r.items = append(r.items, item{k, text, first.turn, first.start, last.end})
	r.at += n
}

// word is the folded word d tokens away, "" if there is none in the same turn.
func (r *reader) word(d int) string {
	if i := r.at + d; i >= 0 && i < len(r.tokens) && r.tokens[i].kind == word && r.tokens[i].turn == r.tokens[r.at].turn {
		return r.tokens[i].text
	}
	return ""
}

// numberWord looks a word up. Where languages disagree, the call's own is right.
func (r *reader) numberWord(w string) (n numberWord, ok bool) {
	for _, table := range r.tables {
		if n, ok = table[w]; ok {
			return n, true
		}
	}
	return n, false
}

func (r *reader) next() {
	t := r.tokens[r.at]
	switch t.kind {
	case word:
		r.nextWord(t)
	case number:
		suffix := r.word(1)
		r.put(number, t.text, 1)
		if suffix == "st" || suffix == "nd" || suffix == "rd" || suffix == "th" {
			r.at++
		}
	default:
		r.put(t.kind, t.text, 1)
	}
}

func (r *reader) nextWord(t token) {
	w := t.text
	if n := timesWords[w]; n > 0 {
		if r.times(n) {
			return
		}
	}
	if r.number() {
		return
	}
	switch {
	case fillers[w]:
		r.at++
	case utf8.RuneCountInString(w) == 1:
		r.put(letter, w, 1)
		r.skipExample(w)
	case (w == "oh" || w == "ow") && (r.besideSymbols()):
		r.put(letter, "o", 1)
	case letterNames[w] != "" && r.besideSymbols():
		r.put(letter, letterNames[w], 1)
	case w == "double" && (r.word(1) == "u" || r.word(1) == "you"):
		r.put(letter, "w", 2)
	case signWords[w] != "":
		r.put(sign, signWords[w], 1)
	default:
		r.put(word, w, 1)
	}
}

// besideSymbols says whether a single letter, a name of one, or a number stands on either side.
func (r *reader) besideSymbols() bool {
	if n := len(r.items); n > 0 {
		if last := r.items[n-1]; (last.kind == letter || last.kind == number) && last.turn == r.tokens[r.at].turn {
			return true
		}
	}
	if i := r.at + 1; i < len(r.tokens) && r.tokens[i].kind == number {
		return true
	}
	w := r.word(1)
	_, isNumber := r.numberWord(w)
	return isNumber || utf8.RuneCountInString(w) == 1 || letterNames[w] != "" || w == "oh" || timesWords[w] > 0
}

// skipExample passes over "as in sugar", "for sugar" and "sierra" after the letter s.
func (r *reader) skipExample(w string) {
	if next := r.wordAt(0); len(next) > 3 && letterNames[next] == w {
		r.at++
		return
	}
	if !likeWords[r.wordAt(0)] {
		return
	}
	for d := 1; d <= 2; d++ {
		if example := r.wordAt(d); len(example) > 1 && strings.HasPrefix(example, w) {
			r.at += d + 1
			return
		} else if example != "in" {
			return
		}
	}
}

// wordAt is word, also at the end of the tokens.
func (r *reader) wordAt(d int) string {
	if r.at+d >= len(r.tokens) || r.tokens[r.at+d].kind != word {
		return ""
	}
	return r.tokens[r.at+d].text
}

// times reads "double four" and "triple s".
func (r *reader) times(n int) bool {
	w := r.word(1)
	if v, ok := r.numberWord(w); ok && !v.power && v.value < 10 {
		r.put(number, strings.Repeat(strconv.Itoa(v.value), n), 2)
		return true
	}
	if w == "o" || w == "oh" {
		r.put(number, strings.Repeat("0", n), 2)
		return true
	}
	if i := r.at + 1; i < len(r.tokens) && r.tokens[i].kind == number && len(r.tokens[i].text) == 1 {
		r.put(number, strings.Repeat(r.tokens[i].text, n), 2)
		return true
	}
	if utf8.RuneCountInString(w) == 1 && !(w == "u" && n == 2) {
		r.at++
		for range n - 1 {
			r.put(letter, w, 1)
			r.at--
		}
		r.put(letter, w, 1)
		r.skipExample(w)
		return true
	}
	return false
}

// number reads one number: as long as the words go on with it.
func (r *reader) number() bool {
	first, ok := r.numberWord(r.word(0))
	if !ok {
		return false
	}
	if first.power {
		r.put(number, strconv.Itoa(first.value), 1)
		return true
	}
	total, part, n := 0, first.value, 1 // part is what the next power multiplies
	powers := 0
	for {
		d := n
		if w := r.word(d); (w == "and" || w == "und" || w == "y" || w == "e" || w == "et" || w == "en") && (powers > 0 || w != "and") {
			d++
		}
		next, ok := r.numberWord(r.word(d))
		switch {
		case !ok:
			r.put(number, strconv.Itoa(total+part), n)
			return true
		case next.power && part > 0 && part < 1000 && d == n:
			total, part = total+part*next.value, 0
			if r.way == separated || next.value == 100 {
				part, total = total, 0
			}
			powers, n = next.value, d+1
		case r.way == separated || next.power:
			r.put(number, strconv.Itoa(total+part), n)
			return true
		case part == 0 && powers > next.value || fits(part, next.value):
			part += next.value
			n = d + 1
		default:
			r.put(number, strconv.Itoa(total+part), n)
			return true
		}
	}
}

// fits says whether a number goes on within another: 5 after 20, 45 after 300.
func fits(part, next int) bool {
	switch {
	case part == 0 || next == 0:
		return false
	case part%100 == 0:
		return next < 100
	case part%10 == 0 && part%100 != 10:
		return next < 10
	default:
		return false
	}
}
