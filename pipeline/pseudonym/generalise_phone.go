package pseudonym

import (
	"strings"
	"sync"
)

// callingMax is the number of digits that ITU-T E.164 allows.
const callingMax = 15

func phoneToLine(dst, value, canonical []byte) ([]byte, bool) {
	return phoneTo(dst, value, canonical, true)
}
func phoneToCountry(dst, value, canonical []byte) ([]byte, bool) {
	return phoneTo(dst, value, canonical, false)
}

// phoneTo appends the country of a number and what kind of line it is, as far as the numbering plan says: "GB mobile", "US". A
// number without its calling code is of no country.
func phoneTo(dst, value, canonical []byte, line bool) ([]byte, bool) {
	for _, b := range [...][]byte{canonical, value} {
		if len(b) >= 2 && b[0] >= 'A' && b[0] <= 'Z' && b[1] >= 'A' && b[1] <= 'Z' && (len(b) == 2 || b[2] == ' ' && lineOf(b[3:]) != lineUnknown) {
			if !line { // it was made coarser before
				b = b[:2]
			}
			return append(dst, b...), true
		}
		var digits [callingMax]byte
		n := international(&digits, b)
		if n == 0 {
			continue
		}
		r := callingCodes().find(digits[:n])
		if r.country == "" {
			continue
		}
		dst = append(dst, r.country...)
		if line && r.line != lineUnknown {
			dst = append(append(dst, ' '), lineNames[r.line]...)
		}
		return dst, true
	}
	return dst, false
}

// international copies the digits of a number written with its calling code, behind + or 00. It gives 0 for any other.
func international(digits *[callingMax]byte, b []byte) (n int) {
	i := 0
	switch {
	case len(b) > 1 && b[0] == '+':
		i = 1
	case len(b) > 1 && b[0] == '0' && b[1] == '0':
		i = 2
	default:
		return 0
	}
	for ; i < len(b); i++ {
		switch c := b[i]; {
		case isDigit(c):
			if n == len(digits) {
				return 0
			}
			digits[n] = c - '0'
			n++
		case c == '(' && i+2 < len(b) && b[i+1] == '0' && b[i+2] == ')': // +44 (0)20
			i += 2
		case c == ' ' || c == '-' || c == '.' || c == '/' || c == '(' || c == ')':
		default:
			if n >= 7 { // an extension
				return n
			}
			return 0
		}
	}
	if n < 7 {
		return 0
	}
	return n
}

// lineKind is what a numbering plan has a range for.
type lineKind uint8

const (
	lineUnknown lineKind = iota
	lineMobile
	lineFixed
	lineFree
	linePremium // and shared cost
	lineOther   // internet telephony, personal and company-wide numbers
)

var lineNames = [...]string{lineMobile: "mobile", lineFixed: "fixed", lineFree: "freephone", linePremium: "premium", lineOther: "other"}

func lineOf(word []byte) lineKind {
	for kind, name := range lineNames {
		if name != "" && name == string(word) {
			return lineKind(kind)
		}
	}
	return lineUnknown
}

// callingIndex is callingTable as a tree of digits.
type callingIndex struct {
	nodes []callingNode
	rules []callingRule
}

type callingNode struct {
	next [10]uint16
	rule uint16
}

type callingRule struct {
	country string
	line    lineKind
}

// find gives the rule of the longest prefix of digits.
func (x *callingIndex) find(digits []byte) callingRule {
	node, rule := uint16(0), uint16(0)
	for _, d := range digits {
		if node = x.nodes[node].next[d]; node == 0 {
			break
		}
		if r := x.nodes[node].rule; r != 0 {
			rule = r
		}
	}
	return x.rules[rule]
}

// callingCodes reads the table once.
var callingCodes = sync.OnceValue(func() *callingIndex {
	x := &callingIndex{nodes: make([]callingNode, 1), rules: make([]callingRule, 1)}
	for line := range strings.Lines(callingTable) {
		words := strings.Fields(line)
		if len(words) < 2 {
			continue
		}
		code, rule := words[0], callingRule{country: words[1]}
		x.add(code, rule)
		for _, w := range words[2:] {
			switch w {
			case "m":
				rule.line = lineMobile
			case "f":
				rule.line = lineFixed
			case "t":
				rule.line = lineFree
			case "p":
				rule.line = linePremium
			case "o":
				rule.line = lineOther
			case "e":
				rule.line = lineUnknown
			case "*":
				x.add(code, rule)
			default:
				if w[0] >= 'A' && w[0] <= 'Z' {
					rule.country = w
					continue
				}
				x.add(code+w, rule)
			}
		}
	}
	return x
})

// add notes a prefix: digits, and classes as [2-57]. What is added later counts.
func (x *callingIndex) add(prefix string, rule callingRule) {
	x.rules = append(x.rules, rule)
	x.set(0, prefix, uint16(len(x.rules)-1))
}

func (x *callingIndex) set(node uint16, prefix string, rule uint16) {
	if prefix == "" {
		x.nodes[node].rule = rule
		return
	}
	class, rest := prefix[:1], prefix[1:]
	if prefix[0] == '[' {
		class, rest, _ = strings.Cut(prefix[1:], "]")
	}
	for i := 0; i < len(class); i++ {
		first, last := class[i], class[i]
		if i+2 < len(class) && class[i+1] == '-' {
			last = class[i+2]
			i += 2
		}
		for d := first; d <= last; d++ {
			next := x.nodes[node].next[d-'0']
			if next == 0 {
				x.nodes = append(x.nodes, callingNode{})
				next = uint16(len(x.nodes) - 1)
				x.nodes[node].next[d-'0'] = next
			}
			x.set(next, rest, rule)
		}
	}
}
