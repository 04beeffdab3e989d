package reread

import "strings"

// run is digits that follow each other.
type run struct {
	digits string
	at     []*item // that each digit comes from
}

// gapWords is how many words may stand between two digits of one number: "four one, and then one one".
const gapWords = 2

// digitRuns joins the numbers of a call to runs. Signs don't part them, nor does the end of a turn; what was taken out does.
func digitRuns(items []item) (all []run) {
	var open run
	gap := 0
	end := func() {
		if open.digits != "" {
			all = append(all, open)
		}
		open, gap = run{}, 0
	}
	for i := range items {
		it := &items[i]
		switch it.kind {
		case cut:
			end()
		case number:
			open.add(it.text, it)
			gap = 0
		case letter:
			next := i+1 < len(items) && items[i+1].kind == number
			if it.text == "o" && (next || open.digits != "" && gap == 0) { // zero, if it stands beside a number
				open.add("0", it)
				gap = 0
				continue
			}
			gap++
		case word, border:
			gap++
		}
		if gap > gapWords {
			end()
		}
	}
	end()
	return all
}

func (r *run) add(digits string, from *item) {
	r.digits += digits
	for range digits {
		r.at = append(r.at, from)
	}
}

// flat is all letters and digits of a call in one string, "|" where something was taken out and where a turn ends.
type flat struct {
	text string
	at   []*item // that each byte comes from
}

// flatten joins items, with or without common words. The letter o and zero are one character, because nobody can tell them apart when
// they are said.
func flatten(items []item, all bool) flat {
	var b strings.Builder
	var f flat
	for i := range items {
		it := &items[i]
		text := it.text
		switch it.kind {
		case sign:
			continue
		case cut, border:
			text = "|"
		case word:
			if !all && common()[text] {
				continue
			}
			text = plain(text)
		case letter, number:
			text = plain(text)
		}
		b.WriteString(text)
		for range len(text) {
			f.at = append(f.at, it)
		}
	}
	f.text = b.String()
	return f
}

// plain takes all but letters and digits out of a word.
func plain(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == 'o':
			return '0'
		case r == '-':
			return -1
		}
		return r
	}, text)
}

// inside says whether an item lies within a place.
func (p *Place) inside(it *item) bool {
	return it.turn == p.Turn && it.start >= p.Start && it.end <= p.End
}

// within lists the items in a place.
func within(items []item, p *Place) (all []item) {
	for i := range items {
		if p.inside(&items[i]) {
			all = append(all, items[i])
		}
	}
	return all
}

// longest is the length of the longest string that stands in both, in characters.
func longest(a, b string) (length int) {
	chars := []rune(a)
	for i := range chars {
		for j := i + length + 1; j <= len(chars) && strings.Contains(b, string(chars[i:j])); j++ {
			length = j - i
		}
	}
	return length
}

// spelledRuns joins single letters that follow each other.
func spelledRuns(items []item) (all []string) {
	open := ""
	for i := range items {
		switch it := &items[i]; {
		case it.kind == letter:
			open += it.text
			continue
		case it.kind == sign || it.kind == border && i+1 < len(items) && items[i+1].kind == letter:
			continue
		}
		if len([]rune(open)) > spellMax {
			all = append(all, open)
		}
		open = ""
	}
	if len([]rune(open)) > spellMax {
		all = append(all, open)
	}
	return all
}
