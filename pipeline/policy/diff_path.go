package policy

import (
	"cmp"
	"slices"
	"strings"
)

// step is one step of a path: into a member of an object by its key, or into an element of an array.
type step struct {
	kind stepKind
	key  string // of a literal
}

// The kinds in the order in which they rule: the most specific first, as pipeline/codec has it.
type stepKind uint8

const (
	stepKey stepKind = iota
	stepElement
	stepAny  // *
	stepDeep // **, always the last
)

// rank is what decides between two paths that both fit a value.
func (k stepKind) rank() int { return max(int(k)-1, 0) }

// stepsOf takes a path apart that splitPath takes.
func stepsOf(path string) (steps []step) {
	for rest := path; ; {
		key, tail, err := cutKey(rest)
		if err != nil {
			return nil
		}
		switch {
		case key.wild && key.name == "**":
			steps = append(steps, step{kind: stepDeep})
		case key.wild:
			steps = append(steps, step{kind: stepAny})
		default:
			steps = append(steps, step{stepKey, key.name})
		}
		for strings.HasPrefix(tail, "[]") {
			steps = append(steps, step{kind: stepElement})
			tail = tail[2:]
		}
		if tail == "" {
			return steps
		}
		rest = tail[1:]
	}
}

// pathOf writes steps as a path.
func pathOf(steps []step) string {
	var b strings.Builder
	for i, s := range steps {
		if i > 0 && s.kind != stepElement {
			b.WriteByte('.')
		}
		switch s.kind {
		case stepKey:
			b.WriteString(strings.NewReplacer(`.`, `\.`, `[`, `\[`, `]`, `\]`, `*`, `\*`, `\`, `\\`).Replace(s.key))
		case stepElement:
			b.WriteString("[]")
		case stepAny:
			b.WriteByte('*')
		case stepDeep:
			b.WriteString("**")
		}
	}
	return b.String()
}

// covers tells whether every value that q selects is one that p selects.
func covers(p, q []step) bool {
	for i, s := range p {
		switch {
		case s.kind == stepDeep:
			return len(q) > i
		case i >= len(q):
			return false
		case s.kind == stepAny && (q[i].kind == stepAny || q[i].kind == stepKey):
		case s != q[i]:
			return false
		}
	}
	return len(p) == len(q)
}

// meet gives the path of the values that both select; it is false where there are none.
func meet(p, q []step) (both []step, ok bool) {
	for i := 0; ; i++ {
		switch {
		case i == len(p) && i == len(q):
			return both, true
		case i == len(p) || i == len(q):
			return nil, false
		case p[i].kind == stepDeep:
			return append(both, q[i:]...), true
		case q[i].kind == stepDeep:
			return append(both, p[i:]...), true
		case p[i].kind == stepAny && (q[i].kind == stepKey || q[i].kind == stepAny):
			both = append(both, q[i])
		case q[i].kind == stepAny && p[i].kind == stepKey, p[i] == q[i]:
			both = append(both, p[i])
		default:
			return nil, false
		}
	}
}

// pathRule is a rule with its path taken apart.
type pathRule struct {
	steps []step
	rule  *Rule
}

// paths are the rules of a category for one class, the most specific first.
type paths []pathRule

func newPaths(rules []Rule) (all paths) {
	for i := range rules {
		all = append(all, pathRule{stepsOf(rules[i].Path), &rules[i]})
	}
	slices.SortStableFunc(all, func(a, b pathRule) int {
		return slices.CompareFunc(a.steps, b.steps, func(s, t step) int { return cmp.Compare(s.kind.rank(), t.kind.rank()) })
	})
	return all
}

// at is the rule that holds for the values of a path; nil where they are dropped because nothing names them.
func (p paths) at(steps []step) *Rule {
	for i := range p {
		if covers(p[i].steps, steps) {
			return p[i].rule
		}
	}
	return nil
}

// place is a path at which two sets of rules are to be compared.
type place struct {
	path  string
	steps []step
	named bool // by a rule of either
}

// meetings lists the paths of both sides, and those at which one of each meet. A value for which a rule of the one holds on the one
// side, and a rule of the other on the other, lies on the path where these meet; and on that path the same two rules hold, because
// whatever covers it covers the value too. So no value is missed.
func meetings(a, b paths) (all []place) {
	seen := map[string]bool{}
	add := func(steps []step, named bool) {
		if path := pathOf(steps); !seen[path] {
			seen[path] = true
			all = append(all, place{path, steps, named})
		}
	}
	for _, r := range slices.Concat(a, b) {
		add(r.steps, true)
	}
	for _, r := range a {
		for _, s := range b {
			if both, ok := meet(r.steps, s.steps); ok {
				add(both, false)
			}
		}
	}
	slices.SortStableFunc(all, func(p, q place) int {
		if p.named != q.named {
			return map[bool]int{true: -1, false: 1}[p.named]
		}
		return strings.Compare(p.path, q.path)
	})
	return all
}
