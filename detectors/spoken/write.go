package spoken

import "github.com/sonexlabs/tacet/detectors/scan"

// alternatives is the largest number of places of a run that are read in two ways.
const alternatives = 4

// write notes the edit for a run that begins with symbol i.
func (r *Reader) write(i int, st *reading, kind Kind) {
	choice, from := r.choose(st, kind)
	start := len(r.with)
	region := Region{Kind: kind}
	plain := kind == Cardinal && r.isYear()
	split := kind == Digits && r.dayFirst(i)
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
		if k < from.drop || k >= from.cut && k < from.keep {
			continue // corrected; the next part stands for it
		}
		b := r.digits[text.start:text.end]
		at, end := r.t.Tokens[p.first].Start, r.t.Tokens[p.last].End
		if origin != none32 {
			at, origin = origin, none32
		}
		if k+1 < len(r.parts) && k+1 >= from.cut && k+1 < from.keep || k+1 < from.drop {
			origin = r.t.Tokens[r.parts[k+1].first].Start
		}
		if split && k == 1 {
			r.put(' ', at, at+1)
		}
		for n, c := range b {
			if kind == Cardinal && !plain && n > 0 && (len(b)-n)%3 == 0 {
				r.put(',', at, end)
			}
			r.put(c, at, end)
		}
		if p.what != mark {
			region.Symbols += len(b)
			if p.spoken {
				region.Spoken += len(b)
			}
		}
	}
	if split {
		region.Kind = Other
	}
	r.edit(int(r.t.Tokens[r.parts[0].first].Start), int(r.t.Tokens[r.parts[len(r.parts)-1].last].End), start, region)
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
	options := []dropped{{}}
	if st.fix > 0 && st.fix < len(r.parts) {
		head, tail := st.fix, len(r.parts)-st.fix
		last := dropped{cut: head - 1, keep: head}
		all := dropped{drop: head}
		if tail >= head {
			options = []dropped{all, last, {}}
		} else {
			options = []dropped{last, all, {}}
		}
	}
	if r.h.Judge == nil || kind != Digits || n == 0 && len(options) == 1 {
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
