package codec

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Selector is a compiled set of field paths. It is immutable and safe for concurrent use.
//
// A path is keys joined by dots. Behind a key, [] stands for the elements of an array ("turns[].text", "grid[][]"). The
// key * is any one key; ** at the end is everything below. A backslash takes the next character as it is ("http\.method"
// is one key). A path selects values, not what is in them: "meta" does not select the members of an object there,
// "meta.**" does.
//
// Where several paths select a value, the most specific rules: paths are compared key by key from the left, a literal
// key before *, * before **.
//
// The paths are compiled to a deterministic automaton, so the cost of a key does not depend on their number.
type Selector struct {
	states []state // 0 selects nothing, 1 is the root
	parts  [numParts]int32
	sd     int32 // state below syslog.sd
}

const (
	dead int32 = 0
	root int32 = 1
	// maxStates bounds the automaton; wildcards in the middle of very many paths could make it grow without measure.
	maxStates = 1 << 12
)

type state struct {
	rule    int32 // of a value here; -1
	keyRule int32 // of the key that led here by a wildcard: rule, or the lowest below
	star    int32 // where any other key leads
	elem    int32 // where array elements lead
	words   int32 // of the bit set of literal keys
	keys    []literal
}

// literal is a slot of a hash table; next 0 marks a free one.
type literal struct {
	key  string
	next int32
	ord  int32 // its bit
}

func (s *state) entersObject() bool { return s.star != dead || len(s.keys) > 0 }
func (s *state) entersArray() bool  { return s.elem != dead }

// step follows a decoded key. ord is the literal's bit, -1 when a wildcard (or nothing) took the key.
func (s *state) step(key []byte) (next, ord int32) {
	if mask := uint32(len(s.keys)) - 1; len(s.keys) > 0 {
		for h := hashKey(key) & mask; s.keys[h].next != dead; h = (h + 1) & mask {
			if s.keys[h].key == string(key) {
				return s.keys[h].next, s.keys[h].ord
			}
		}
	}
	return s.star, -1
}

func hashKey[T string | []byte](k T) uint32 {
	if len(k) == 0 {
		return 0
	}
	return uint32(len(k)) + uint32(k[0])*7 + uint32(k[len(k)-1])*61 + uint32(k[len(k)/2])*13
}

// All selects everything, as rule 0.
func All() *Selector {
	s, err := NewSelector([]string{"**"})
	if err != nil {
		panic("codec: internal error: ** does not compile")
	}
	return s
}

// NewSelector compiles paths; the rule of a field is the index of its path. No path at all selects nothing. Errors wrap
// ErrPath and name the path.
func NewSelector(paths []string) (*Selector, error) {
	b := builder{ids: map[string]int32{}}
	top := b.node()
	for i, p := range paths {
		if err := b.add(top, p, int32(i)); err != nil {
			return nil, fmt.Errorf("%w %q: %w", ErrPath, p, err)
		}
	}
	b.states = []state{{rule: -1, keyRule: -1}}
	b.state([]*node{top})
	for done := 1; done < len(b.sets)+1; done++ {
		b.expand(int32(done))
		if len(b.states) > maxStates {
			return nil, fmt.Errorf("%w: the wildcards of %d paths combine to more than %d states", ErrPath, len(paths), maxStates)
		}
	}
	s := &Selector{states: b.states}
	for p := range s.parts {
		s.parts[p], _ = s.walk(root, []byte(partNames[p]))
		s.parts[p] = s.states[s.parts[p]].rule
	}
	s.sd, _ = s.walk(root, []byte(partNames[partSD]))
	return s, nil
}

// walk follows a dotted key of a log line. wild tells whether a wildcard took any piece of it.
func (s *Selector) walk(from int32, dotted []byte) (to int32, wild bool) {
	for {
		key, rest, more := bytes.Cut(dotted, []byte{'.'})
		next, ord := s.states[from].step(key)
		wild = wild || ord < 0
		if !more || next == dead {
			return next, wild
		}
		from, dotted = next, rest
	}
}

// node is a position in the trie of paths. deep is the ** below it, which leads to itself.
type node struct {
	id               int
	rule             int32
	keys             map[string]*node
	star, elem, deep *node
	isDeep           bool
}

// builder turns the trie into an automaton: a state is the ordered list of the trie's nodes that a path through the
// document can stand on at once, most specific first.
type builder struct {
	nodes  int
	ids    map[string]int32
	sets   [][]*node
	states []state
}

func (b *builder) node() *node {
	b.nodes++
	return &node{id: b.nodes, rule: -1, keys: map[string]*node{}}
}

func (b *builder) child(n **node) *node {
	if *n == nil {
		*n = b.node()
	}
	return *n
}

func (b *builder) add(n *node, path string, rule int32) error {
	if !utf8.ValidString(path) {
		return fmt.Errorf("invalid UTF-8")
	}
	rest := path
	for {
		key, wild, tail, err := cutKey(rest)
		switch {
		case err != nil:
			return err
		case wild == 2 && tail != "":
			return fmt.Errorf("** stands only at the end")
		case wild == 2:
			n = b.child(&n.deep)
			n.isDeep = true
		case wild == 1:
			n = b.child(&n.star)
		default:
			if n.keys[key] == nil {
				n.keys[key] = b.node()
			}
			n = n.keys[key]
		}
		for strings.HasPrefix(tail, "[]") {
			n = b.child(&n.elem)
			tail = tail[2:]
		}
		if tail == "" {
			break
		}
		if tail[0] != '.' {
			return fmt.Errorf("[] is followed by a dot or the end")
		}
		rest = tail[1:]
	}
	if n.rule >= 0 {
		return fmt.Errorf("given twice")
	}
	n.rule = rule
	return nil
}

// cutKey takes the first key off a path. wild is the number of stars when the key consists of them.
func cutKey(path string) (key string, wild int, tail string, err error) {
	var b strings.Builder
	stars := 0
	i := 0
scan:
	for ; i < len(path); i++ {
		switch c := path[i]; c {
		case '.', '[':
			break scan
		case ']':
			return "", 0, "", fmt.Errorf("] without [")
		case '*':
			stars++
		case '\\':
			i++
			if i == len(path) {
				return "", 0, "", fmt.Errorf("ends in a backslash")
			}
			b.WriteByte(path[i])
		default:
			b.WriteByte(c)
		}
	}
	tail = path[i:]
	switch {
	case strings.HasPrefix(tail, "[") && !strings.HasPrefix(tail, "[]"):
		return "", 0, "", fmt.Errorf("[ without ]")
	case i == 0:
		return "", 0, "", fmt.Errorf("empty key")
	case stars > 0 && (b.Len() > 0 || stars > 2):
		return "", 0, "", fmt.Errorf("* is a whole key, ** the end of a path; write \\* for the character")
	}
	return b.String(), stars, tail, nil
}

// state gives the number of the state for a list of nodes.
func (b *builder) state(set []*node) int32 {
	if len(set) == 0 {
		return dead
	}
	var id strings.Builder
	for _, n := range set {
		fmt.Fprintf(&id, "%d,", n.id)
	}
	if s, ok := b.ids[id.String()]; ok {
		return s
	}
	s := int32(len(b.states))
	b.ids[id.String()] = s
	b.sets = append(b.sets, set)
	b.states = append(b.states, state{rule: -1, keyRule: -1})
	return s
}

// expand fills in a state's transitions, which may add states.
func (b *builder) expand(id int32) {
	set := b.sets[id-1]
	st := state{rule: -1, keyRule: -1}
	var keys []string
	for _, n := range set {
		for k := range n.keys {
			keys = append(keys, k)
		}
		if st.rule < 0 {
			st.rule = n.rule
		}
		if r := n.firstRule(); st.keyRule < 0 || r >= 0 && r < st.keyRule {
			st.keyRule = r
		}
	}
	if st.rule >= 0 {
		st.keyRule = st.rule
	}
	slices.Sort(keys)
	keys = slices.Compact(keys)
	st.star = b.state(advance(set, func(n *node) []*node { return []*node{n.star, n.deep} }))
	st.elem = b.state(advance(set, func(n *node) []*node { return []*node{n.elem, n.deep} }))
	st.words = int32((len(keys) + 63) / 64)
	if len(keys) > 0 {
		size := 4
		for size < 2*len(keys) {
			size *= 2
		}
		st.keys = make([]literal, size)
	}
	for i, k := range keys {
		next := b.state(advance(set, func(n *node) []*node { return []*node{n.keys[k], n.star, n.deep} }))
		h := int(hashKey(k)) & (len(st.keys) - 1)
		for st.keys[h].next != dead {
			h = (h + 1) & (len(st.keys) - 1)
		}
		st.keys[h] = literal{key: k, next: next, ord: int32(i)}
	}
	b.states[id] = st
}

func advance(set []*node, next func(*node) []*node) []*node {
	var out []*node
	for _, n := range set {
		if n.isDeep {
			out = append(out, n)
		}
		for _, m := range next(n) {
			if m != nil {
				out = append(out, m)
			}
		}
	}
	return out
}

// firstRule is the lowest rule at or below n.
func (n *node) firstRule() int32 {
	best := n.rule
	take := func(m *node) {
		if m == nil {
			return
		}
		if r := m.firstRule(); best < 0 || r >= 0 && r < best {
			best = r
		}
	}
	for _, m := range n.keys {
		take(m)
	}
	take(n.star)
	take(n.elem)
	take(n.deep)
	return best
}
