package main

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// lowerSuffix ends the name of the lower-case variant of a set.
const lowerSuffix = " (lower)"

// lowered is a row as a recogniser without punctuation writes it, with its labels moved. A label of which nothing is left is gone.
func lowered(r *labelledRow) *labelledRow {
	low := *r
	var maps [][]int
	if r.Text != nil {
		text, at := lowerText(*r.Text)
		low.Text, maps = &text, append(maps, at)
	}
	low.Turns = append(low.Turns[:0:0], r.Turns...)
	for i := range low.Turns {
		var at []int
		low.Turns[i].Text, at = lowerText(low.Turns[i].Text)
		maps = append(maps, at)
	}
	low.Entities = nil
	for _, l := range r.Entities {
		at := maps[l.Turn]
		l.Start, l.End = at[l.Start], at[l.End]
		text := low.text(l.Turn)
		for l.Start < l.End && text[l.Start] == ' ' {
			l.Start++
		}
		for l.Start < l.End && text[l.End-1] == ' ' {
			l.End--
		}
		if l.Start < l.End {
			low.Entities = append(low.Entities, l)
		}
	}
	return &low
}

// lowerText is a text in lower case without punctuation, and where each of its bytes, and its end, has gone.
//
// What white space parts is taken one by one. Marks at its ends go, but not signs that mean something there: "+44", "@ada", "#12", "£5". What is
// an identifier or a number by its look, because it has a digit, "@", "://", or "www." in it, keeps everything inside: "ada.lark@example.com",
// "12/05/1984", "0151-234", "10.0.0.1". A word keeps apostrophes and hyphens, and loses dots after single letters ("p.m." is "pm"); other
// marks between letters become spaces. White space becomes single spaces.
func lowerText(text string) (low string, at []int) {
	var b strings.Builder
	at = make([]int, len(text)+1)
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		if unicode.IsSpace(r) {
			for k := range size {
				at[i+k] = b.Len()
			}
			i += size
			continue
		}
		end := i + strings.IndexFunc(text[i:]+" ", unicode.IsSpace)
		lowerChunk(&b, text[i:end], at[i:end])
		i = end
	}
	at[len(text)] = b.Len()
	return b.String(), at
}

// lowerChunk writes what stands between white space.
func lowerChunk(b *strings.Builder, chunk string, at []int) {
	start := len(chunk) - len(strings.TrimLeftFunc(chunk, isEdgeMark))
	end := len(strings.TrimRightFunc(chunk, isEndMark))
	identifier := strings.ContainsFunc(chunk, unicode.IsDigit) || strings.Contains(chunk, "@") || strings.Contains(chunk, "://") ||
		len(chunk) > start+4 && strings.EqualFold(chunk[start:start+4], "www.")
	space := b.Len() > 0
	for i, r := range chunk {
		n := b.Len()
		drop, gap := i < start || i >= end, false
		if !drop && !identifier && !isLetterOrDigit(r) && !strings.ContainsRune("'’-+#$€£%&", r) {
			drop, gap = true, r != '.' || !afterSingle(chunk, i)
		}
		if !drop {
			if space && n > 0 {
				b.WriteByte(' ')
				n = b.Len()
			}
			space = false
			b.WriteRune(unicode.ToLower(r))
		}
		space = space || gap && i > start
		for k := range max(utf8.RuneLen(r), 1) {
			if i+k < len(at) {
				at[i+k] = n
			}
		}
	}
}

// isEdgeMark says whether a character before a word is punctuation and no sign.
func isEdgeMark(r rune) bool {
	return !isLetterOrDigit(r) && !strings.ContainsRune("+@#$€£/~", r)
}

// isEndMark says so of one behind a word.
func isEndMark(r rune) bool { return !isLetterOrDigit(r) && !strings.ContainsRune("%$€£", r) }

// afterSingle says whether a single letter stands before i, so that the dot there is of an abbreviation.
func afterSingle(chunk string, i int) bool {
	one, size := utf8.DecodeLastRuneInString(chunk[:i])
	two, _ := utf8.DecodeLastRuneInString(chunk[:i-size])
	return unicode.IsLetter(one) && (i == size || !isLetterOrDigit(two))
}
