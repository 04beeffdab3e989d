package spoken

// counts is what stands in a text.
type counts struct {
	numbers, weak int // numbers that are hardly anything else, and that mostly are
	letters       int
	numerals      int
	joined        bool // numerals with a word between
	months        bool // that English has no word for
}

// isWorth says whether anything can come of the symbols of a text.
func (r *Reader) isWorth(n *counts) bool {
	const few = 3 // words that are mostly no numbers, as articles are
	numbers, letters, numerals := n.numbers, n.letters, n.numerals
	r.dots = r.dots || r.seen&(1<<at) != 0 && r.hasDomain()
	return r.hasStreet(numbers, numerals) || numbers > 1 || numbers > 0 && n.weak > few || letters > 2 || n.joined || r.certain || r.dots && len(r.symbols) > 1 || numbers > 0 && numerals > 0 || n.months && numerals > 0 || r.seen&(1<<month) != 0 && r.seen&(1<<digit|1<<number|1<<ordinal) != 0 ||
		numbers+letters > 0 && (r.t.Said&r.h.Near != 0 || r.told(HintCode) || r.told(HintOpen) || r.told(HintSmall)) || r.seen&(1<<at) != 0 && r.told(HintEmail)
}

// hasStreet says whether a word for a street stands in a text with numbers, or one for a month or a street in a text with a pause.
func (r *Reader) hasStreet(numbers, numerals int) bool {
	paused := numerals > 0 && r.seen.has(pause)
	if (numbers > 0 || paused) && r.h.Mark != nil && r.h.Mark() {
		return true
	}
	return paused && r.t.Said&r.h.Near != 0 || r.seen.has(pause) && r.seen.has(month)
}
