package spoken

import (
	"slices"

	"github.com/sonexlabs/tacet/detectors/scan"
)

// correctedMost is how many parts a correction takes back at most, if not all.
const correctedMost = 6

// alternatives is the largest number of places of a run that are read in two ways.
const alternatives = 4

// write notes the edit for a run that begins with symbol i.
func (r *Reader) write(i int, st *reading, kind Kind) {
	split := kind == Digits && r.dayFirst(i)
	spaced := !split && kind == Digits && r.isDate() && r.told(HintBirth)
	choice, from := 0, dropped{}
	if !spaced {
		choice, from = r.choose(st, kind)
	}
	start := len(r.with)
	region := Region{Kind: kind}
	plain := kind == Cardinal && (len(r.parts) > 1 || r.isYear() || r.parts[0].text.len() > 4 && r.told(HintCode) || r.isPlaceNumber())
	origin := r.t.Tokens[r.parts[0].first].Start
	bit := 0
	for k := range r.parts {
		p := &r.parts[k]
		text := p.text
		if p.alt.len() > 0 {
			if choice>>bit&1 != 0 {
				text = p.alt
			}
			bit++
		}
		b := r.digits[text.start:text.end]
		if p.what != mark {
			region.Symbols += len(b)
			if p.spoken {
				region.Spoken += len(b)
			}
			if len(b) == 1 {
				region.Single++
			}
		}
		if k < from.drop || k >= from.cut && k < from.keep {
			continue // corrected; the next part stands for it
		}
		at, end := r.t.Tokens[p.first].Start, r.t.Tokens[p.last].End
		if origin != none32 {
			at, origin = origin, none32
		}
		if k+1 < len(r.parts) && k+1 >= from.cut && k+1 < from.keep || k+1 < from.drop {
			origin = r.t.Tokens[r.parts[k+1].first].Start
		}
		if split && k == 1 || k > 0 && p.scale && len(b) == 5 && (r.isNear() || r.told(HintPlace)) {
			r.put(' ', at, at+1) // a date; "appartement quarante-deux soixante-neuf mille trois"
		}
		if spaced && k > 0 && k < 3 {
			r.put(' ', at, at+1)
		}
		for n, c := range b {
			if kind == Code && c >= 'a' && c <= 'z' {
				c &^= 0x20 // as codes are written
			}
			if kind == Cardinal && !plain && n > 0 && (len(b)-n)%3 == 0 {
				r.put(',', at, end)
			}
			r.put(c, at, end)
		}
	}
	if split {
		region.Kind = Other
	}
	end := r.parts[len(r.parts)-1].last
	if k := r.pending(end, kind); k >= 0 {
		end = r.symbols[k].last
		r.to[len(r.to)-1] = r.t.Tokens[end].End
	}
	r.edit(int(r.t.Tokens[r.parts[0].first].Start), int(r.t.Tokens[end].End), start, region)
}

// symbolBehind is the symbol right behind a token, -1 if there is none.
func (r *Reader) symbolBehind(token int32) int {
	k, _ := slices.BinarySearchFunc(r.symbols, token+1, func(s symbol, first int32) int { return int(s.first) - int(first) })
	if k < len(r.symbols) && r.adjacent(token, k) {
		return k
	}
	return -1
}

// pending is the symbol "double" that ends the text right behind a run whose last token is end, -1 if there is none: what is doubled is in
// the next turn.
func (r *Reader) pending(end int32, kind Kind) int {
	if k := r.symbolBehind(end); k >= 0 && kind != Cardinal && kind != Other && int(r.symbols[k].last) == len(r.t.Tokens)-1 && r.is(&r.symbols[k], times) {
		return k
	}
	return -1
}

// isBare says whether a run is letters and digits that stand alone in the text, too, and is one only because one was asked for. What it
// is otherwise, as "rua B B 4", is seen only if it stays as it is.
func (r *Reader) isBare(st *reading, kind Kind) bool {
	if kind != Code && kind != Letters || st.spoken != st.bare || slices.ContainsFunc(r.parts, func(p part) bool { return p.behindWords }) || r.pending(r.parts[len(r.parts)-1].last, kind) >= 0 {
		return false
	}
	if kind == Code {
		return st.letters+st.digits < codeLeast
	}
	return st.letters < spellLeast || isInitialism(r, r.parts, initialisms)
}

// keep notes a run that stays as it is written.
func (r *Reader) keep(kind Kind) {
	region := Region{Kind: kind}
	for _, p := range r.parts {
		n := p.text.len()
		region.Symbols += n
		if p.spoken {
			region.Spoken += n
		}
		if n == 1 {
			region.Single++
		}
	}
	start := len(r.with)
	from, to := r.t.Tokens[r.parts[0].first].Start, r.t.Tokens[r.parts[len(r.parts)-1].last].End
	for k := from; k < to; k++ {
		r.put(r.b[k], k, k+1)
	}
	r.edit(int(from), int(to), start, region)
}

// isDate says whether the parts of a run are a day, a month and a year: "five twelve sixty two".
func (r *Reader) isDate() bool {
	if len(r.parts) < 3 || len(r.parts) > 4 {
		return false
	}
	for k, p := range r.parts {
		n := p.text.len()
		if p.what != digit || n > 2 && k < 2 || n > 4 {
			return false
		}
		if k >= 2 && n < 2 || k < 2 && r.value(p.text) > 31 || k < 2 && r.value(p.text) == 0 {
			return false
		}
	}
	if len(r.parts) == 4 { // nineteen, sixty two
		return r.parts[2].text.len() == 2 && r.parts[3].text.len() == 2 && (r.value(r.parts[2].text) == 19 || r.value(r.parts[2].text) == 20)
	}
	return true
}

func (r *Reader) value(p piece) (v int) {
	for _, c := range r.digits[p.start:p.end] {
		v = v*10 + int(c-'0')
	}
	return v
}

const none32 = ^uint32(0)

// put appends one byte that stands for a piece of the text.
func (r *Reader) put(c byte, from, to uint32) {
	r.with = append(r.with, c)
	r.from = append(r.from, from)
	r.to = append(r.to, to)
}

// edit notes that what was put since start stands in the place of a piece of the text.
func (r *Reader) edit(from, to, start int, region Region) {
	// The memory may move while it grows; what was cut from it before stays where it was.
	n := len(r.with)
	r.edits = append(r.edits, scan.Edit{Start: from, End: to, With: r.with[start:n:n], From: r.from[start:n:n], To: r.to[start:n:n]})
	r.found = append(r.found, region)
}

// dropped says which parts of a run are left out for a correction: those before drop, and those from cut to keep.
type dropped struct{ drop, cut, keep int }

// choose picks the reading of a run: a bit for each part with two, and what a correction drops.
func (r *Reader) choose(st *reading, kind Kind) (choice int, d dropped) {
	n := 0
	for k := range r.parts {
		if r.parts[k].alt.len() > 0 {
			n++
		}
	}
	options := append(r.options[:0], dropped{})
	r.options = options
	if st.fix > 0 && st.fix < len(r.parts) {
		head, tail := st.fix, len(r.parts)-st.fix
		options = r.options[:0]
		if kind == Code {
			n := min(r.sameKind(head-1, -1), r.sameKind(head, 1))
			options = append(options, dropped{cut: head - n, keep: head})
		}
		if tail >= head && kind != Code {
			options = append(options, dropped{drop: head})
		}
		for n := 1; n <= min(head, tail, correctedMost); n++ {
			options = append(options, dropped{cut: head - n, keep: head})
		}
		if tail < head || kind == Code {
			options = append(options, dropped{drop: head})
		}
		options = append(options, dropped{})
		r.options = options
	}
	if kind != Digits || n == 0 && len(options) == 1 || r.hasMarks() || !r.told(HintJudge) {
		return 0, options[0]
	}
	best := -1
	for _, o := range options {
		for c := range 1 << min(n, alternatives) {
			if score := r.h.Judge(r.readAs(c, o)); score > best {
				best, choice, d = score, c, o
			}
		}
	}
	return choice, d
}

// sameKind is how many parts from k on, in steps of one, are of the kind of part k.
func (r *Reader) sameKind(k, step int) (n int) {
	for i := k; i >= 0 && i < len(r.parts) && r.parts[i].what == r.parts[k].what; i += step {
		n++
	}
	return n
}

// readAs gives the digits of a reading. They stand in memory that the next call uses again.
func (r *Reader) readAs(choice int, d dropped) []byte {
	end := len(r.digits)
	bit := 0
	for k := range r.parts {
		p := &r.parts[k]
		text := p.text
		if p.alt.len() > 0 {
			if choice>>bit&1 != 0 {
				text = p.alt
			}
			bit++
		}
		if p.what == digit && k >= d.drop && (k < d.cut || k >= d.keep) {
			r.digits = append(r.digits, r.digits[text.start:text.end]...)
		}
	}
	out := r.digits[end:]
	r.digits = r.digits[:end]
	return out
}

// isPlaceNumber says whether a number may be a postcode, or that of a house, that is said in thousands: "soixante-neuf mille trois lyon".
func (r *Reader) isPlaceNumber() bool {
	n := r.parts[0].text.len()
	return n == 5 && r.isNear() || (n == 4 || n == 5) && r.told(HintPlace)
}

// isYear says whether a number is said as years are: "two thousand and twelve".
func (r *Reader) isYear() bool {
	b := r.digits[r.parts[0].text.start:r.parts[0].text.end]
	return len(b) == 4 && (b[0] == '1' && b[1] >= '7' || b[0] == '2' && b[1] == '0' && b[2] < '6')
}

// dayFirst says whether a run behind the name of a month is the day and the year: "march four nineteen eighty four".
func (r *Reader) dayFirst(i int) bool {
	if i == 0 || !r.follows(i-1, i) || !r.is(&r.symbols[i-1], month) || len(r.parts) < 2 {
		return false
	}
	day, rest := r.parts[0].text.len(), 0
	for _, p := range r.parts[1:] {
		rest += p.text.len()
	}
	century := r.digits[r.parts[0].text.start] == '1' && day == 2 && r.digits[r.parts[0].text.start+1] == '9' || day == 2 && r.digits[r.parts[0].text.start] == '2' && r.digits[r.parts[0].text.start+1] == '0'
	return day <= 2 && (rest == 4 || rest == 2 && !century)
}
