package spoken

import (
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/detectors/scan"
)

// The oracle reads English digits and letters in the plainest way: a list of words, maps and recursion. It shares nothing with the
// reader, and knows only words that mean nothing else.

var (
	oracleDigits = map[string]int{"zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9}
	oracleTeens  = map[string]int{"ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fifteen": 15, "nineteen": 19}
	oracleTens   = map[string]int{"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "ninety": 90}
	oracleTimes  = map[string]int{"double": 2, "triple": 3}
	oracleSpell  = map[string]string{"b": "b", "s": "s", "x": "x", "k": "k", "t": "t", "bravo": "b", "sierra": "s", "quebec": "q", "foxtrot": "f"}
	oracleFiller = map[string]bool{"uh": true, "erm": true, "er": true} // "um" is Portuguese for one, which the oracle, who knows English, doesn't weigh
	oracleFix    = map[string]bool{"sorry": true, "no": true}
)

// oracleWords are the words that sequences are made of.
var oracleWords = strings.Fields("zero one two three four five six seven eight nine ten eleven twelve thirteen fifteen nineteen twenty thirty forty fifty ninety " +
	"hundred double triple b s x k t bravo sierra quebec foxtrot uh erm er sorry no as in and salt")

// oraclePart is a piece of a run: what it is written as and the words it takes.
type oraclePart struct {
	text   string
	words  int
	number bool
	bare   bool // a letter by itself
	scale  bool // has hundreds in it
}

// oracleRun is a run of words that are written as one.
type oracleRun struct {
	first, last int // words
	text        string
}

// oracleBelow100 reads "five", "nineteen", "twenty five".
func oracleBelow100(w []string) (value, words int) {
	if len(w) == 0 {
		return 0, 0
	}
	if v, ok := oracleDigits[w[0]]; ok {
		return v, 1
	}
	if v, ok := oracleTeens[w[0]]; ok {
		return v, 1
	}
	if v, ok := oracleTens[w[0]]; ok {
		if len(w) > 1 && oracleDigits[w[1]] > 0 {
			return v + oracleDigits[w[1]], 2
		}
		return v, 1
	}
	return 0, 0
}

// oracleNumber reads a number at the beginning of w. A single digit behind hundreds that another follows is one of a row.
func oracleNumber(w []string, first bool) (p oraclePart, ok bool) {
	v, n := oracleBelow100(w)
	bare := false
	switch {
	case n > 0 && v > 0 && len(w) > n && w[n] == "hundred":
		v, n = v*100, n+1
	case n == 0 && len(w) > 0 && w[0] == "hundred":
		v, n, bare = 100, 1, true
	case n == 0:
		return p, false
	default:
		return oraclePart{text: strconv.Itoa(v), words: n, number: true}, true
	}
	k := n
	joined := len(w) > k+1 && w[k] == "and"
	if joined {
		k++
	}
	more, m := oracleBelow100(w[k:])
	row := false
	if m == 1 && more < 10 && len(w) > k+1 {
		_, row = oracleDigits[w[k+1]]
	}
	if m > 0 && more > 0 && (joined || !row) {
		v, n, bare = v+more, k+m, false
	}
	if bare && !first {
		return p, false
	}
	return oraclePart{text: strconv.Itoa(v), words: n, number: true, scale: true}, true
}

// oracleReadPart reads one part at the beginning of w.
func oracleReadPart(w []string, first bool) (p oraclePart, ok bool) {
	if len(w) == 0 {
		return p, false
	}
	if n := oracleTimes[w[0]]; n > 0 {
		k := 1
		for k < len(w) && oracleFiller[w[k]] {
			k++
		}
		if k < len(w) {
			if v, ok := oracleDigits[w[k]]; ok {
				return oraclePart{text: strings.Repeat(strconv.Itoa(v), n), words: k + 1, number: true}, true
			}
			if c, ok := oracleSpell[w[k]]; ok {
				return oraclePart{text: strings.Repeat(c, n), words: k + 1}, true
			}
		}
		return p, false
	}
	if p, ok = oracleNumber(w, first); ok {
		return p, true
	}
	c, ok := oracleSpell[w[0]]
	if !ok {
		return p, false
	}
	p = oraclePart{text: c, words: 1, bare: len(w[0]) == 1}
	switch {
	case len(w) > 2 && w[1] == "as" && w[2] == "in":
		if len(w) > 3 && len(w[3]) > 1 {
			p.words = 4
		}
	case len(w) > 2 && (w[1] == "as" || w[1] == "in") && len(w[2]) > 1 && w[2][:1] == c:
		p.words = 3
	case len(w[0]) > 1 || len(w) < 2:
	case len(w[1]) > 1 && oracleSpell[w[1]] == c:
		p.words = 2
	}
	return p, true
}

// oracleBegins says whether a part may begin with a word behind fillers.
func oracleBegins(w []string) bool {
	if len(w) == 0 {
		return false
	}
	_, spelled := oracleSpell[w[0]]
	_, n := oracleBelow100(w)
	return spelled || n > 0 || oracleTimes[w[0]] > 0
}

// oracleSkip counts the words without meaning at the beginning of w that a part follows, and says whether they correct what was said.
func oracleSkip(w []string, parts []oraclePart) (words int, fixed, ok bool) {
	const most = 6
	digits, letters := 0, 0
	for _, p := range parts {
		if p.number {
			digits += len(p.text)
		} else {
			letters += len(p.text)
		}
	}
	for words < most && words < len(w) {
		joined := false
		if w[words] == "and" && digits >= 3 && letters == 0 && words+1 < len(w) && len(parts[len(parts)-1].text) == 1 {
			_, joined = oracleDigits[w[words+1]]
		}
		switch {
		case oracleFix[w[words]]:
			fixed = true
		case oracleFiller[w[words]], joined:
		default:
			return words, fixed, words > 0 && oracleBegins(w[words:])
		}
		words++
	}
	return words, fixed, words > 0 && oracleBegins(w[words:])
}

// oracleRead reads a text of words where an identifier was asked for.
func oracleRead(w []string) (runs []oracleRun) {
	for i := 0; i < len(w); {
		var parts []oraclePart
		k, end, fix := i, i, 0
		for k < len(w) {
			if p, ok := oracleReadPart(w[k:], len(parts) == 0); ok {
				parts = append(parts, p)
				k += p.words
				end = k
				continue
			}
			if len(parts) == 0 {
				break
			}
			n, fixed, ok := oracleSkip(w[k:], parts)
			if !ok {
				break
			}
			if fixed {
				fix = len(parts)
			}
			k += n
		}
		if len(parts) == 0 {
			i++
			continue
		}
		alone := len(w[i:end]) == 2 || strings.Join(w[i:end], "") == "bst" // the one abbreviation that the words can make
		text, ok, again := oracleWrite(parts, fix, alone && !(end == len(w)-1 && oracleTimes[w[end]] > 0))
		if ok {
			last := end - 1
			if end == len(w)-1 && oracleTimes[w[end]] > 0 && (len(parts) > 1 || !parts[0].number) {
				last = end // what is doubled is said later
			}
			runs = append(runs, oracleRun{i, last, text})
		}
		if again {
			i++
		} else {
			i = end
		}
	}
	return runs
}

// oracleWrite writes a run. A single digit and a single letter are none; behind a letter the next word may begin one. Where apart says
// that it is of two words or a common abbreviation, they may be letters that stay as they are written.
func oracleWrite(parts []oraclePart, fix int, apart bool) (text string, ok, again bool) {
	digits, letters := 0, 0
	for _, p := range parts {
		if p.number {
			digits += len(p.text)
		} else {
			letters += len(p.text)
		}
	}
	if letters == 0 && len(parts) == 1 && digits < 2 {
		return "", false, false
	}
	if digits+letters < 2 && parts[0].words < 2 { // "c for cat" is one
		return "", false, true
	}
	if len(parts) == 1 && parts[0].scale {
		return oracleCommas(parts[0].text), true, false
	}
	kept := parts
	if fix > 0 && fix < len(parts) {
		wrong := 1
		switch {
		case digits > 0 && letters > 0: // what stands before it of the kind of what comes after
			wrong = min(oracleAlike(parts[:fix], true), oracleAlike(parts[fix:], false))
		case len(parts)-fix >= fix:
			wrong = fix // all
		}
		kept = append(append([]oraclePart(nil), parts[:fix-wrong]...), parts[fix:]...)
	}
	space, bare := "", apart && digits == 0
	for _, p := range kept {
		bare = bare && p.bare
	}
	for i, p := range kept {
		if bare && i > 0 {
			space = " "
		}
		text += space + p.text
	}
	return text, true, false
}

// oracleAlike counts the parts that are all numbers or all letters, from the first on or from the last back.
func oracleAlike(parts []oraclePart, back bool) (n int) {
	at := func(k int) bool {
		if back {
			k = len(parts) - 1 - k
		}
		return parts[k].number
	}
	for n < len(parts) && at(n) == at(0) {
		n++
	}
	return n
}

// oracleCommas sets commas into a number of thousands that is no year.
func oracleCommas(s string) string {
	if v, _ := strconv.Atoi(s); len(s) < 4 || v >= 1700 && v < 2060 {
		return s
	}
	return s[:len(s)-3] + "," + s[len(s)-3:]
}

// oracleText makes a text of words of bytes.
func oracleText(data []byte) []string {
	const most = 40
	var w []string
	for _, b := range data[:min(len(data), most)] {
		w = append(w, oracleWords[int(b)%len(oracleWords)])
	}
	return w
}

// FuzzRead compares the reader with the oracle on words drawn from bytes: what is written, and the words it stands for.
func FuzzRead(f *testing.F) {
	for _, s := range []string{
		"four one one one uh double one", "nine hundred one two three", "nine hundred and one", "s as in salt b x", "one two three no four five",
		"one sorry two three", "hundred and five", "zero hundred five", "er zero five", "b er zero one", "zero er five", "triple s as in salt",
		"twenty five hundred", "nineteen hundred", "one two three and four", "s sierra b", "five uh hundred", "double uh two", "b", "five", "twenty twenty one",
	} {
		var data []byte
		for w := range strings.FieldsSeq(s) {
			for i, known := range oracleWords {
				if known == w {
					data = append(data, byte(i))
				}
			}
		}
		f.Add(data)
	}
	lex := scan.NewLexicon(nil, 0)
	var text scan.Text
	var r Reader
	f.Fuzz(func(t *testing.T, data []byte) {
		w := oracleText(data)
		source := strings.Join(w, " ")
		starts := make([]int, len(w)+1)
		for i := range w {
			starts[i+1] = starts[i] + len(w[i]) + 1
		}
		text.Scan([]byte(source), lex)
		r.Read(&text, lex, Hints{Code: true})
		runs := oracleRead(w)
		var want, got [][3]string
		for _, run := range runs {
			want = append(want, [3]string{run.text, strconv.Itoa(starts[run.first]), strconv.Itoa(starts[run.last+1] - 1)})
		}
		for _, g := range r.Regions {
			from, to := text.Source(g.Start, g.End)
			got = append(got, [3]string{strings.ToLower(string(text.Bytes[g.Start:g.End])), strconv.Itoa(from), strconv.Itoa(to)})
		}
		require.Equal(t, want, got, source)
	})
}
