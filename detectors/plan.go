package detectors

import (
	"errors"
	"fmt"
	"math/bits"
	"strings"
	"sync"
)

// lineType is what a numbering plan says that a number is for.
type lineType uint8

const (
	lineUnknown lineType = iota // the plan says nothing
	lineNone                    // of a length or range that isn't in use
	lineFixed
	lineMobile
	lineEither // fixed or mobile: the plan doesn't tell them apart
	lineFree
	linePremium // and shared cost
	lineOther   // internet telephony, personal and company-wide numbers, pagers
)

// personal says whether people have such numbers.
func (l lineType) personal() bool {
	return l == lineFixed || l == lineMobile || l == lineEither || l == lineOther
}

// fit says how well digits agree with a numbering plan.
type fit uint8

const (
	fitNone     fit = iota // of another length, or no such calling code
	fitPossible            // of a right length
	fitValid               // and of a range in use
)

// dialled is a telephone number as a numbering plan understands it.
type dialled struct {
	fit      fit
	line     lineType
	country  country
	plan     uint8  // index into numbering.plans
	trunk    bool   // it was written with the trunk prefix
	national []byte // without calling code and trunk prefix; a part of what was asked about
}

// country is an ISO 3166-1 code in capitals; two zero bytes for numbers of no country.
type country [2]byte

func (c country) String() string {
	if c[0] == 0 {
		return ""
	}
	return string(c[:])
}

const (
	digitsE164 = 15             // the most that ITU-T E.164 allows, with the calling code
	digitsMax  = digitsE164 + 2 // with a trunk prefix
)

// plan is the numbering plan behind one calling code.
type plan struct {
	code    string  // calling code
	country country // the first that has it
	trunk   string  // what is dialled before a national number inside the country
	root    uint16  // node of its ranges; 0 if only lengths are known
	lengths uint32  // bit n: national numbers may have n digits
}

// planNode is one digit of a prefix.
type planNode struct {
	next [10]uint16 // by the digit that follows
	rule uint16
}

// planRule is what numbers with a prefix are, by their length. The longest prefix that knows the length decides.
type planRule struct {
	country country
	lines   [digitsE164 + 1]lineType
}

// planIndex is the world's numbering plan in the form in which it is looked up.
type planIndex struct {
	plans []plan
	nodes []planNode
	rules []planRule
	codes [1000]uint8 // calling code, and its plan plus one
	// starts has a bit for each of the first 64 plans, those with ranges, by how many digits a number has as it is dialled
	// inside the country and by the first two: those where such a number may be in use.
	starts [digitsMax + 1][100]uint64
}

// numbering is planTable, read once. A plan that cannot be read ends it; the tests fail then.
var numbering = sync.OnceValue(func() *planIndex {
	x, _ := readPlans(planTable[:])
	return x
})

// planNorthAmerica is the bit of the plan that stands first.
const planNorthAmerica uint64 = 1

// planReader is the work of reading the table.
type planReader struct {
	x       *planIndex
	country country             // of the ranges that follow
	nodes   []planNode          // of the plan at hand; 0 is its root
	rules   map[planRule]uint16 // those of x
	known   map[planNode]uint16 // those of x
}

// readPlans reads the table of numbering plans, up to the first that it cannot read.
func readPlans(table []planText) (*planIndex, error) {
	x := &planIndex{nodes: make([]planNode, 1), rules: make([]planRule, 1)}
	reader := planReader{x: x, rules: map[planRule]uint16{}, known: map[planNode]uint16{}}
	for _, t := range table {
		p, err := reader.plan(t)
		if err != nil {
			return x, fmt.Errorf("read numbering plan +%s: %w", t.code, err)
		}
		x.plans = append(x.plans, p)
		x.codes[numberOf(t.code)] = uint8(len(x.plans))
	}
	x.noteStarts()
	return x, nil
}

func (r *planReader) plan(t planText) (p plan, err error) {
	n := numberOf(t.code)
	if n < 1 || n > 999 || r.x.codes[n] != 0 || len(t.country) != 2 || len(r.x.plans) == 255 {
		return p, errors.New("wrong calling code or country")
	}
	p = plan{code: t.code, country: country{t.country[0], t.country[1]}, trunk: t.trunk}
	if p.lengths, err = readLengths(t.lengths); err != nil || t.ranges == "" {
		return p, err
	}
	r.country, r.nodes = p.country, append(r.nodes[:0], planNode{})
	if err := r.ranges(&p, t.ranges); err != nil {
		return p, err
	}
	p.root = r.share(0)
	return p, nil
}

// ranges reads the ranges of one plan. planText says how they are written.
func (r *planReader) ranges(p *plan, text string) error {
	line, lengths := lineUnknown, uint32(0)
	for word := range strings.FieldsSeq(text) {
		switch {
		case word[0] >= 'A' && word[0] <= 'Z' && len(word) == 2:
			r.country = country{word[0], word[1]}
		case word[len(word)-1] == ':':
			var err error
			if line = lineLetters[word[0]]; line == lineUnknown {
				return fmt.Errorf("read %q: unknown line type", word)
			}
			if lengths, err = readLengths(word[1 : len(word)-1]); err != nil {
				return fmt.Errorf("read %q: %w", word, err)
			}
			if line != lineNone {
				p.lengths |= lengths
			}
		case lengths == 0:
			return fmt.Errorf("read %q: no line type before it", word)
		default:
			if err := r.add(0, word, line, lengths); err != nil {
				return fmt.Errorf("read %q: %w", word, err)
			}
		}
	}
	return nil
}

// lineLetters are the letters of the line types in the table.
var lineLetters = [256]lineType{
	'f': lineFixed, 'm': lineMobile, 'e': lineEither, 't': lineFree, 'p': linePremium, 'o': lineOther, 'n': lineNone,
}

// add gives the numbers that begin with a pattern, behind a node, their line type.
func (r *planReader) add(node uint16, pattern string, line lineType, lengths uint32) error {
	if pattern == "" {
		r.nodes[node].rule = r.rule(r.nodes[node].rule, line, lengths)
		return nil
	}
	digits, rest, err := digitClass(pattern)
	if err != nil {
		return err
	}
	for ; digits != 0; digits &= digits - 1 {
		d := bits.TrailingZeros16(digits)
		next := r.nodes[node].next[d]
		if next == 0 {
			if len(r.nodes) == 1<<16 {
				return errors.New("too many ranges")
			}
			next = uint16(len(r.nodes))
			r.nodes = append(r.nodes, planNode{})
			r.nodes[node].next[d] = next
		}
		if err := r.add(next, rest, line, lengths); err != nil {
			return err
		}
	}
	return nil
}

// rule gives the rule that adds to an old one what numbers of some lengths are.
func (r *planReader) rule(old uint16, line lineType, lengths uint32) uint16 {
	rule := r.x.rules[old]
	rule.country = r.country
	for n := range rule.lines {
		if lengths&(1<<n) != 0 {
			rule.lines[n] = line
		}
	}
	k, ok := r.rules[rule]
	if !ok {
		k = uint16(len(r.x.rules))
		r.x.rules = append(r.x.rules, rule)
		r.rules[rule] = k
	}
	return k
}

// share moves a node, and those behind it first, to the index, where nodes with the same ranges behind them are one: the
// plans repeat themselves.
func (r *planReader) share(node uint16) uint16 {
	n := r.nodes[node]
	for d, next := range n.next {
		if next != 0 {
			n.next[d] = r.share(next)
		}
	}
	k, ok := r.known[n]
	if !ok {
		k = uint16(len(r.x.nodes))
		r.x.nodes = append(r.x.nodes, n)
		r.known[n] = k
	}
	return k
}

// digitClass reads the first element of a pattern: a digit, a class "[2-57]", or "x" for any. Bit d is digit d.
func digitClass(pattern string) (digits uint16, rest string, err error) {
	switch c := pattern[0]; {
	case c >= '0' && c <= '9':
		return 1 << (c - '0'), pattern[1:], nil
	case c == 'x':
		return 1<<10 - 1, pattern[1:], nil
	case c != '[':
		return 0, "", fmt.Errorf("unknown character %q", c)
	}
	class, rest, closed := strings.Cut(pattern[1:], "]")
	for i := 0; i < len(class); i++ {
		to := class[i]
		if i+2 < len(class) && class[i+1] == '-' {
			to = class[i+2]
		}
		if class[i] < '0' || to > '9' || to < class[i] || !closed {
			return 0, "", fmt.Errorf("wrong class %q", class)
		}
		for d := class[i]; d <= to; d++ {
			digits |= 1 << (d - '0')
		}
		if to != class[i] {
			i += 2
		}
	}
	return digits, rest, nil
}

// readLengths reads "9", "8-10" or "5,7-9" into a bit for each length.
func readLengths(text string) (lengths uint32, err error) {
	for part := range strings.SplitSeq(text, ",") {
		from, to, isRange := strings.Cut(part, "-")
		if !isRange {
			to = from
		}
		a, b := numberOf(from), numberOf(to)
		if a < 1 || b < a || b > digitsE164 {
			return 0, fmt.Errorf("wrong lengths %q", text)
		}
		for n := a; n <= b; n++ {
			lengths |= 1 << n
		}
	}
	return lengths, nil
}

func numberOf(text string) (n int) {
	for _, c := range text {
		if c < '0' || c > '9' {
			return -1
		}
		n = n*10 + int(c-'0')
	}
	return n
}

// noteStarts fills in starts.
func (x *planIndex) noteStarts() {
	inUse := make([]uint32, len(x.rules)) // bit n: a number of n digits may be in use
	for i := range x.rules {
		for n, line := range x.rules[i].lines {
			if line > lineNone {
				inUse[i] |= 1 << n
			}
		}
	}
	below := make([]uint32, len(x.nodes)) // the same for a node and all behind it, which have lower indexes
	for i := range x.nodes {
		below[i] = inUse[x.nodes[i].rule]
		for _, next := range x.nodes[i].next {
			below[i] |= below[next]
		}
	}
	for k, p := range x.plans {
		if p.root == 0 || k >= 64 {
			break
		}
		for d := range 100 {
			first := x.nodes[p.root].next[d/10]
			second := x.nodes[first].next[d%10]
			lengths := below[second]
			if first != 0 {
				lengths |= inUse[x.nodes[first].rule]
			}
			for ; lengths != 0; lengths &= lengths - 1 {
				n := bits.TrailingZeros32(lengths)
				if !x.needsTrunk(uint8(k)) {
					x.starts[n][d] |= 1 << k
				}
				if p.trunk != "" {
					x.starts[n+len(p.trunk)][numberOf((p.trunk + string('0'+rune(d/10)))[:2])] |= 1 << k
				}
			}
		}
	}
}

// needsTrunk says whether people write a plan's national numbers with the trunk prefix. Indian mobile numbers and the
// North American ones are written without.
func (x *planIndex) needsTrunk(k uint8) bool {
	p := &x.plans[k]
	return p.trunk != "" && p.code != "1" && p.code != "91"
}

// lookup says what the plan knows of a national number.
func (x *planIndex) lookup(k uint8, national []byte) (line lineType, where country) {
	p := &x.plans[k]
	n := len(national)
	if n > digitsE164 || p.lengths&(1<<n) == 0 {
		return lineNone, p.country
	}
	if p.root == 0 {
		return lineUnknown, p.country
	}
	line, where = lineNone, p.country
	node := &x.nodes[p.root]
	for _, c := range national {
		at := node.next[c-'0']
		if at == 0 {
			break
		}
		node = &x.nodes[at]
		if node.rule == 0 {
			continue
		}
		if r := &x.rules[node.rule]; r.lines[n] != lineUnknown {
			line, where = r.lines[n], r.country
		}
	}
	return line, where
}

// international reads a number that begins with its calling code. A trunk zero behind that, as in +44 (0)20, doesn't
// count.
func (x *planIndex) international(d []byte) dialled {
	n := 0
	for i := 1; i <= 3 && i < len(d) && d[0] != '0'; i++ {
		n = n*10 + int(d[i-1]-'0')
		if x.codes[n] == 0 {
			continue
		}
		k := x.codes[n] - 1
		r := x.judge(k, d[i:])
		if r.fit != fitValid && x.plans[k].trunk == "0" && d[i] == '0' {
			r = x.judge(k, d[i+1:])
		}
		return r
	}
	return dialled{line: lineNone}
}

// national reads a number as it is dialled inside one of the chosen plans, a bit for each; a plan where it is a mobile
// number before one where it is fixed, and so on down. Without a choice it is any plan's, written in full.
func (x *planIndex) national(d []byte, chosen uint64) (best dialled) {
	best.line = lineNone
	if len(d) < 3 || len(d) > digitsMax {
		return best
	}
	candidates := x.starts[len(d)][int(d[0]-'0')*10+int(d[1]-'0')]
	if chosen != 0 {
		candidates = chosen
	}
	for ; candidates != 0; candidates &= candidates - 1 {
		k := uint8(bits.TrailingZeros64(candidates))
		if r := x.inside(k, d, chosen != 0); r.rank() > best.rank() {
			best = r
		}
	}
	return best
}

// inside reads a number as it is dialled inside one plan's country.
func (x *planIndex) inside(k uint8, d []byte, bare bool) (r dialled) {
	r.line = lineNone
	trunk := x.plans[k].trunk
	if trunk != "" && len(d) > len(trunk) && string(d[:len(trunk)]) == trunk {
		r = x.judge(k, d[len(trunk):])
		r.trunk = true
	}
	if r.fit != fitValid && (bare || !x.needsTrunk(k)) {
		if other := x.judge(k, d); other.fit >= r.fit {
			r = other
		}
	}
	return r
}

// rank orders what a number can be: in use before possible, a mobile number before a fixed one.
func (r *dialled) rank() int {
	if r.fit != fitValid {
		return int(r.fit)
	}
	switch r.line {
	case lineMobile, lineEither:
		return 6
	case lineFixed:
		return 5
	case lineOther:
		return 4
	}
	return 3
}

// judge says how well a national number fits a plan.
func (x *planIndex) judge(k uint8, national []byte) dialled {
	r := dialled{plan: k, national: national}
	r.line, r.country = x.lookup(k, national)
	switch {
	case r.line > lineNone:
		r.fit = fitValid
	case len(national) <= digitsE164 && x.plans[k].lengths&(1<<len(national)) != 0:
		r.fit = fitPossible
	}
	return r
}

// appendE164 appends a number's one international form: a plus, the calling code, the national number.
func (x *planIndex) appendE164(dst []byte, r dialled) []byte {
	dst = append(dst, '+')
	dst = append(dst, x.plans[r.plan].code...)
	return append(dst, r.national...)
}

// region gives the plan of a country, by its ISO code.
func (x *planIndex) region(code string) (bit uint64) {
	if len(code) != 2 {
		return 0
	}
	want := country{code[0] &^ 0x20, code[1] &^ 0x20}
	if want == (country{'C', 'A'}) {
		want = country{'U', 'S'}
	}
	for k, p := range x.plans {
		if p.country == want && p.root != 0 {
			return 1 << k
		}
	}
	return 0
}
