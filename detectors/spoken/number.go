package spoken

import (
	"strconv"

	"github.com/sonexlabs/tacet/detectors/scan"
)

// cardinal is one number as it is said, of one or several words.
type cardinal struct {
	value uint64
	width int // symbols
	langs uint32
	weak  bool // all of its words mean something else as well
	zero  int  // zeros before the value: "double zero"
	scale bool // there is a word for hundreds or more in it
	// If cut is above 0 the words from there on may be a number of their own: "twenty five" is 25 or 20 and 5.
	cut, head, tail uint64
}

// below100 reads a number below a hundred at symbol i, or a longer one that is a single word.
func (r *Reader) below100(i int, langs uint32) (c cardinal, ok bool) {
	if i >= len(r.symbols) {
		return c, false
	}
	s := &r.symbols[i]
	if s.kind == glued {
		v := r.gluedNumber(&r.t.Tokens[s.first])
		return cardinal{value: v, width: 1, langs: langs & r.v.glued, scale: v >= 100 && v%100 == 0}, v > 0
	}
	if d, ok := r.as(s, digit, langs); ok {
		c = cardinal{value: uint64(d.value), width: 1, langs: r.narrow(langs, d.langs), weak: d.langs&^d.weak == 0}
		if c.value > 0 { // vier und zwanzig
			if k := i + 1; r.follows(i, k) && r.follows(k, k+1) {
				if j, ok := r.as(&r.symbols[k], and, c.langs); ok && j.value == andUnits {
					if n, ok := r.as(&r.symbols[k+1], number, c.langs); ok && n.value%10 == 0 && n.value < 100 {
						return cardinal{value: c.value + uint64(n.value), width: 3, langs: r.narrow(c.langs, n.langs)}, true
					}
				}
			}
		}
		return c, true
	}
	n, ok := r.as(s, number, langs)
	if !ok {
		return c, false
	}
	c = cardinal{value: uint64(n.value), width: 1, langs: r.narrow(langs, n.langs), weak: n.langs&^n.weak == 0}
	if n.value >= 100 || n.value%10 != 0 || n.value < 20 {
		c.scale = n.value >= 100 && n.value%100 == 0
		return c, true
	}
	k := i + 1
	if !r.follows(i, k) {
		return c, true
	}
	if j, ok := r.as(&r.symbols[k], and, c.langs); ok && j.value == andTens && r.follows(k, k+1) {
		k++
	}
	if d, ok := r.as(&r.symbols[k], digit, c.langs); ok && d.value > 0 && (d.langs&^d.weak != 0 || k > i+1) {
		c.cut, c.head, c.tail = 1, c.value, uint64(d.value)
		if k > i+1 {
			c.cut = 0
		}
		c.value += uint64(d.value)
		c.width, c.langs, c.weak = k-i+1, r.narrow(c.langs, d.langs), false
		return c, true
	}
	// soixante-dix, quatre-vingt-onze
	if d, ok := r.as(&r.symbols[k], number, c.langs); ok && d.value >= 10 && d.value < 20 && (c.value == 60 || c.value == 80) && d.langs&r.french() != 0 {
		c.value += uint64(d.value)
		c.width, c.langs, c.weak = k-i+1, r.narrow(c.langs, d.langs), false
	}
	return c, true
}

// french is the languages that count on beyond sixty: those with a table named fr.
func (r *Reader) french() uint32 {
	for i, n := range r.v.names {
		if n == "fr" {
			return 1 << i
		}
	}
	return 0
}

// cardinal reads a number at symbol i: "nine", "twenty five", "two thousand three hundred and forty five".
func (r *Reader) cardinal(i int, langs uint32) (c cardinal, ok bool) {
	if c, ok = r.below1000(i, langs); !ok {
		return c, false
	}
	total := uint64(0)
	limit := uint64(1) << 62
	any := false
	whole := c
	for {
		k := i + whole.width
		if !r.follows(k-1, k) {
			break
		}
		z, ok := r.as(&r.symbols[k], scale, c.langs)
		if !ok || c.value == 0 || z.value > 12 || pow10(z.value) >= limit {
			break
		}
		limit = pow10(z.value)
		total += c.value * limit
		whole.width++
		any = true
		c = cardinal{langs: r.narrow(c.langs, z.langs)}
		k++
		if !r.follows(k-1, k) {
			break
		}
		joined := false
		if _, ok := r.as(&r.symbols[k], and, c.langs); ok && r.follows(k, k+1) {
			k++
			joined = true
		}
		next, ok := r.below1000(k, c.langs)
		if !ok || next.value >= limit || next.value == 0 || !joined && r.isSequence(k, next) {
			break
		}
		whole.width = k - i + next.width
		c = next
	}
	if any {
		return cardinal{value: total + c.value, width: whole.width, langs: c.langs, scale: true}, true
	}
	return c, true
}

// isSequence says whether a single digit at symbol k is one of several read one by one.
func (r *Reader) isSequence(k int, c cardinal) bool {
	if c.value >= 10 || c.width != 1 || !r.follows(k, k+1) {
		return false
	}
	_, ok := r.as(&r.symbols[k+1], digit, c.langs)
	return ok
}

// below1000 reads what may stand before "thousand". "nineteen hundred" is one, too.
func (r *Reader) below1000(i int, langs uint32) (c cardinal, ok bool) {
	if c, ok = r.below100(i, langs); !ok {
		if i < len(r.symbols) {
			if h, ok := r.as(&r.symbols[i], hundred, langs); ok {
				c = cardinal{value: 100, width: 1, langs: r.narrow(langs, h.langs), scale: true, weak: true}
				return r.overHundred(i, c), true
			}
		}
		return c, false
	}
	k := i + c.width
	if r.follows(k-1, k) && c.value > 0 && c.value < 100 {
		if h, ok := r.as(&r.symbols[k], hundred, c.langs); ok {
			c = cardinal{value: c.value * 100, width: c.width + 1, langs: r.narrow(c.langs, h.langs), scale: true}
			return r.overHundred(i, c), true
		}
	}
	if c.scale {
		return r.overHundred(i, c), true
	}
	return c, true
}

// overHundred reads on behind hundreds: "and forty five", "one" in "nine hundred one".
func (r *Reader) overHundred(i int, c cardinal) cardinal {
	k := i + c.width
	if !r.follows(k-1, k) {
		return c
	}
	joined := false
	if _, ok := r.as(&r.symbols[k], and, c.langs); ok && r.follows(k, k+1) {
		k++
		joined = true
	}
	next, ok := r.below100(k, c.langs)
	if !ok || next.value >= 100 || next.value == 0 || next.weak || !joined && r.isSequence(k, next) {
		return c
	}
	if !joined {
		c.cut, c.head, c.tail = uint64(c.width), c.value, next.value
	}
	c.value += next.value
	c.width, c.langs, c.weak = k-i+next.width, next.langs, false
	return c
}

func pow10(n uint32) uint64 {
	p := uint64(1)
	for range n {
		p *= 10
	}
	return p
}

// gluedNumber reads a number that is one word of several parts, as German writes it: "vierundzwanzig". It gives the value, or 0.
func (r *Reader) gluedNumber(t *scan.Token) uint64 {
	b := r.b[t.Start:t.End]
	if len(b) > 64 {
		return 0
	}
	var total, part, units uint64
	parts := 0
	for at := 0; at < len(b); {
		n, found := 0, sense{}
		for width := min(len(b)-at, r.v.lengths[1]); width > 0 && n == 0; width-- {
			for _, s := range r.v.entries[r.v.lookup(b[at:at+width])].senses {
				if s.langs&r.v.glued != 0 && (s.kind == digit || s.kind == number || s.kind == hundred || s.kind == scale || s.kind == and && s.value == andUnits) {
					n, found = width, s
					break
				}
			}
		}
		if n == 0 {
			return 0
		}
		at += n
		parts++
		switch v := uint64(found.value); found.kind {
		case digit, number:
			switch {
			case v >= 1000:
				return 0
			case units > 0 && v%10 == 0 && v < 100: // vier und zwanzig
				part += v
				units = 0
			case v < 10 && part%100 == 0:
				part += v
				units = v
			case v < 100 && part%100 == 0, v < 1000 && part == 0:
				part += v
			case v < 10 && part%10 == 0:
				part += v
			default:
				return 0
			}
		case hundred:
			units = 0
			if part == 0 {
				part = 1
			}
			if part >= 100 {
				return 0
			}
			part *= 100
		case scale:
			units = 0
			if v > 6 {
				return 0
			}
			total += max(part, 1) * pow10(uint32(v))
			part = 0
		case and:
		}
	}
	if parts < 2 {
		return 0
	}
	return total + part
}

func appendValue(dst []byte, v uint64) []byte { return strconv.AppendUint(dst, v, 10) }
