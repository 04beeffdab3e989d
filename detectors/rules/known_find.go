package rules

import (
	"bytes"

	"github.com/sonexlabs/tacet/detectors/scan"
)

// The scores of known values.
const (
	scoreWhole = 0.97
	scoreShort = 0.8
	scorePart  = 0.85
)

// Find appends where the values stand in a text. Matches may overlap. It allocates nothing once dst is large enough.
func (k *Known) Find(dst []KnownMatch, text *scan.Text) []KnownMatch {
	if k == nil {
		return dst
	}
	for i := range text.Tokens {
		token := &text.Tokens[i]
		c := text.Bytes[token.Start]
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}
		first, last := c, c
		if c >= 0x80 { // folding may change the first byte
			first, last = 0x80, 0xFF
		}
		if token.IsNumber() {
			dst = k.number(dst, text, i)
		}
		for _, p := range k.wholes[k.wholeAt[first]:k.wholeAt[int(last)+1]] {
			if end := wholeAt(text, i, p.fold); end > 0 {
				dst = k.append(dst, text, i, end, p.value, scoreWhole)
			}
		}
		for w := int(k.wordAt[first]); w < int(k.wordAt[int(last)+1]); w++ {
			dst = k.part(dst, text, i, &k.words[w])
		}
	}
	return dst
}

func (k *Known) append(dst []KnownMatch, text *scan.Text, from, end, value int, score float32) []KnownMatch {
	start := int(text.Tokens[from].Start)
	for k.values[value].shape == knownNumber && start > 0 && (text.Bytes[start-1] == '+' || text.Bytes[start-1] == '(') {
		start--
	}
	return append(dst, KnownMatch{start, int(text.Tokens[end-1].End), value, k.values[value].kind, score})
}

// wholeAt is the token behind a value that begins at token i, or 0. What stands between words doesn't matter, and in
// speech it may be a word: "jane dot doe at example dot com".
func wholeAt(text *scan.Text, i int, fold []byte) int {
	for k := i; k < len(text.Tokens); k++ {
		if k > i && !adjoins(text, k, knownGap) {
			return 0
		}
		n, ok := foldedPrefix(text.Bytes[text.Tokens[k].Start:text.Tokens[k].End], fold)
		switch {
		case ok:
			if fold = fold[n:]; len(fold) == 0 {
				return k + 1
			}
		case k == i || !isSeparatorWord(text.Bytes[text.Tokens[k].Start:text.Tokens[k].End]):
			return 0
		}
	}
	return 0
}

// isSeparatorWord knows the words that are said for what stands between the parts of an address on the net.
func isSeparatorWord(word []byte) bool {
	for _, s := range [...]string{"at", "dot", "dash", "hyphen", "underscore", "point"} {
		if len(word) == len(s) && equalFold(word, []byte(s)) {
			return true
		}
	}
	return false
}

// foldedPrefix says whether fold, which is folded, begins with all of a word, in any case, and how many bytes of it do.
func foldedPrefix(word, fold []byte) (n int, ok bool) {
	if len(word) > wordMax {
		return 0, false
	}
	var buffer [2 * wordMax]byte
	folded := appendFolded(buffer[:0], word)
	return len(folded), bytes.HasPrefix(fold, folded)
}

func equalFold(word, fold []byte) bool {
	n, ok := foldedPrefix(word, fold)
	return ok && n == len(fold)
}

func (k *Known) isWord(text *scan.Text, i int, fold []byte) bool {
	return equalFold(text.Bytes[text.Tokens[i].Start:text.Tokens[i].End], fold)
}

// part looks at a word of a name or address.
func (k *Known) part(dst []KnownMatch, text *scan.Text, i int, p *part) []KnownMatch {
	if p.weak || !k.isWord(text, i, p.fold) {
		return dst
	}
	v := &k.values[p.value]
	if v.shape == knownAddress {
		return k.addressPart(dst, text, i, p)
	}
	start, end := i, i+1
	for start > 0 && adjoins(text, start, knownGap) && k.isOfName(text, start-1, v) {
		start--
	}
	for end < len(text.Tokens) && adjoins(text, end, knownGap) && k.isOfName(text, end, v) {
		end++
	}
	return k.append(dst, text, start, end, p.value, scorePart)
}

// isOfName says whether a token is a name of the person or the initial of one.
func (k *Known) isOfName(text *scan.Text, i int, v *known) bool {
	t := &text.Tokens[i]
	for _, word := range v.words {
		if k.isWord(text, i, word) || t.Len() == 1 && text.Bytes[t.Start]|0x20 == word[0] {
			return true
		}
	}
	return false
}

// addressPart wants some words of an address in a row: two with a number among them, or three.
func (k *Known) addressPart(dst []KnownMatch, text *scan.Text, i int, p *part) []KnownMatch {
	words := k.values[p.value].words[p.word:]
	n, number := 0, false
	for n < len(words) && i+n < len(text.Tokens) && (n == 0 || adjoins(text, i+n, knownGap)) && k.isWord(text, i+n, words[n]) {
		number = number || text.Tokens[i+n].Shape&scan.Digit != 0
		n++
	}
	if n >= 3 || n == 2 && number {
		return k.append(dst, text, i, i+n, p.value, scorePart)
	}
	return dst
}

// number looks for numbers whose last group is token i, whatever the groups are.
func (k *Known) number(dst []KnownMatch, text *scan.Text, i int) []KnownMatch {
	last := text.Bytes[text.Tokens[i].End-1]
	for _, value := range k.numbers {
		digits := k.values[value].digits
		if digits[len(digits)-1] != last {
			continue
		}
		start, equal, rest := suffix(text, i, digits)
		missing := len(digits) - equal
		switch {
		case len(digits) < suffixLeast:
			if missing == 0 && rest == 0 {
				dst = k.append(dst, text, start, i+1, value, scoreShort)
			}
		case missing == 0 && rest <= prefixMost, equal >= suffixLeast && missing < prefixMost && rest <= prefixMost:
			dst = k.append(dst, text, prefixed(text, start), i+1, value, scoreWhole)
		}
	}
	return dst
}

// suffix compares the digits that end with token i with those of a number, from the end. It gives the token where that
// ends, how many are equal, and how many digits of that token are left.
func suffix(text *scan.Text, i int, digits []byte) (start, equal, rest int) {
	for start = i; ; start-- {
		t := &text.Tokens[start]
		at := int(t.End)
		for at > int(t.Start) && equal < len(digits) && text.Bytes[at-1] == digits[len(digits)-1-equal] {
			at--
			equal++
		}
		rest = at - int(t.Start)
		if rest > 0 || equal == len(digits) || start == 0 || !isGrouped(text, start) {
			return start, equal, rest
		}
		if before := &text.Tokens[start-1]; text.Bytes[before.End-1] != digits[len(digits)-1-equal] {
			return start, equal, rest
		}
	}
}

// isGrouped says that token k and the number before it may be groups of one number.
func isGrouped(text *scan.Text, k int) bool {
	before := &text.Tokens[k-1]
	if !before.IsNumber() || !adjoins(text, k, knownGap) {
		return false
	}
	for _, c := range text.Bytes[before.End:text.Tokens[k].Start] {
		if !bytes.ContainsRune([]byte(" -./()"), rune(c)) {
			return false
		}
	}
	return true
}

// prefixed moves the beginning of a number to that of its prefix: "+44 (0)" before "20 7946 0123".
func prefixed(text *scan.Text, start int) int {
	digits, at := 0, start
	for k := start; k > 0 && isGrouped(text, k); k-- {
		t := &text.Tokens[k-1]
		if digits += t.Len(); digits > prefixMost {
			break
		}
		isPlus := t.Start > 0 && text.Bytes[t.Start-1] == '+'
		isZeros := text.Bytes[t.Start] == '0'
		if isPlus || isZeros {
			at = k - 1
		}
		if isPlus {
			break
		}
	}
	return at
}
