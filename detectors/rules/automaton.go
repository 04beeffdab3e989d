package rules

import (
	"unicode/utf8"
)

// statesMax bounds the automaton: transitions, four bytes each.
const statesMax = 16 << 20

// trigger is what a literal starts: the search of one unit round it.
type trigger struct {
	unit int32
	size int32 // of the literal, in bytes
	word bool  // only where no letter or digit adjoins
}

// automaton finds all literals of all rules in one pass (Aho and Corasick, 1975), one table look-up for each byte. ASCII
// letters are folded, and so are the two characters outside ASCII whose lower case is inside: ſ and the Kelvin sign.
type automaton struct {
	class  [256]uint8
	next   []int32 // by state and class; a state is the index of its row
	accept int32   // states from here on end a literal
	width  int32   // length of a row
	out    [][]trigger
}

// node is a state while the automaton is built.
type node struct {
	next map[byte]int32
	fail int32
	out  []trigger
}

// builder collects literals.
type builder struct {
	nodes []node
	used  [256]bool
}

func newBuilder() *builder { return &builder{nodes: []node{{}}} }

// add adds a literal. Empty literals are the caller's mistake and do nothing.
func (b *builder) add(literal string, unit int, word bool) {
	folded := foldASCII(literal)
	if folded == "" {
		return
	}
	at := int32(0)
	for i := range len(folded) {
		c := folded[i]
		b.used[c] = true
		to, ok := b.nodes[at].next[c]
		if !ok {
			to = int32(len(b.nodes))
			if b.nodes[at].next == nil {
				b.nodes[at].next = map[byte]int32{}
			}
			b.nodes[at].next[c] = to
			b.nodes = append(b.nodes, node{})
		}
		at = to
	}
	b.nodes[at].out = append(b.nodes[at].out, trigger{int32(unit), int32(len(folded)), word})
}

// build makes the automaton, or gives nil if there are too many literals for it.
func (b *builder) build() *automaton {
	a := &automaton{width: 1}
	for c, used := range b.used {
		if used {
			a.class[c] = uint8(min(a.width, 255))
			a.width++
		}
	}
	for c := byte('A'); c <= 'Z'; c++ {
		a.class[c] = a.class[c|0x20]
	}
	if a.width > 255 || len(b.nodes)*int(a.width) > statesMax {
		return nil
	}
	order := b.link()
	// Rows of states that end a literal come last, so that one comparison tells them.
	row := make([]int32, len(b.nodes))
	n := int32(0)
	for _, ends := range []bool{false, true} {
		if ends {
			a.accept = n * a.width
		}
		for _, at := range order {
			if len(b.nodes[at].out) > 0 == ends {
				row[at] = n * a.width
				n++
			}
		}
	}
	a.next = make([]int32, len(b.nodes)*int(a.width))
	a.out = make([][]trigger, int32(len(b.nodes))-a.accept/a.width)
	for _, at := range order { // breadth first: the row of the failure link is complete
		from := &b.nodes[at]
		to := a.next[row[at] : row[at]+a.width]
		if at != 0 {
			copy(to, a.next[row[from.fail]:row[from.fail]+a.width])
		}
		for c, child := range from.next {
			to[a.class[c]] = row[child]
		}
		if row[at] >= a.accept {
			a.out[(row[at]-a.accept)/a.width] = from.out
		}
	}
	return a
}

// link sets the failure links and joins the outputs along them. It gives the states breadth first.
func (b *builder) link() (order []int32) {
	order = append(order, 0)
	for k := 0; k < len(order); k++ {
		at := order[k]
		for c := 0; c < 256; c++ {
			child, ok := b.nodes[at].next[byte(c)]
			if !ok {
				continue
			}
			order = append(order, child)
			if at == 0 {
				continue
			}
			fail := b.nodes[at].fail
			for {
				if to, ok := b.nodes[fail].next[byte(c)]; ok {
					fail = to
					break
				}
				if fail == 0 {
					break
				}
				fail = b.nodes[fail].fail
			}
			b.nodes[child].fail = fail
			b.nodes[child].out = append(b.nodes[child].out, b.nodes[fail].out...)
		}
	}
	return order
}

// step goes from a state over the character at text[i] and gives the next state and the place behind the character.
func (a *automaton) step(state int32, text []byte, i int) (int32, int) {
	c := text[i]
	if c < utf8.RuneSelf {
		return a.next[state+int32(a.class[c])], i + 1
	}
	if letter, width := foldWide(text[i:]); width > 0 {
		return a.next[state+int32(a.class[letter])], i + width
	}
	return a.next[state+int32(a.class[c])], i + 1
}

// triggers are what ends at an accepting state.
func (a *automaton) triggers(state int32) []trigger { return a.out[(state-a.accept)/a.width] }

// foldWide reads ſ as s and the Kelvin sign as k, or gives width 0.
func foldWide(b []byte) (letter byte, width int) {
	switch {
	case len(b) >= 2 && b[0] == 0xC5 && b[1] == 0xBF:
		return 's', 2
	case len(b) >= 3 && b[0] == 0xE2 && b[1] == 0x84 && b[2] == 0xAA:
		return 'k', 3
	}
	return 0, 0
}

// wideExtra is by how many bytes foldWide can make a letter longer.
const wideExtra = 2

// foldASCII folds a literal as step does.
func foldASCII(s string) string {
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); {
		if letter, width := foldWide([]byte(s[i:])); width > 0 {
			b, i = append(b, letter), i+width
			continue
		}
		c := s[i]
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}
		b, i = append(b, c), i+1
	}
	return string(b)
}
