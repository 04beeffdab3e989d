package rules

import (
	"unicode/utf8"

	"github.com/dlclark/regexp2/v2/syntax"
)

// literalMax is the longest literal that is kept of a pattern, in bytes; a part of it does as well.
const literalMax = 64

// required gives literals one of which, in any case, is in or beside every match of a pattern; nil if there are none.
// Where a pattern has several, it takes the longest.
func required(root *syntax.RegexNode) []string {
	inside, beside := requirements(root)
	if least(inside) >= 2 || least(beside) == 0 {
		return inside
	}
	if least(beside) > least(inside) {
		return beside
	}
	return inside
}

// least is the length of the shortest literal.
func least(set []string) int {
	n := 0
	for i, s := range set {
		if i == 0 || len(s) < n {
			n = len(s)
		}
	}
	return n
}

func better(a, b []string) []string {
	if least(b) > least(a) || least(b) == least(a) && len(b) < len(a) {
		return b
	}
	return a
}

// requirements finds literals that every match of n holds, and those that a look-around wants beside it.
func requirements(n *syntax.RegexNode) (inside, beside []string) {
	if s, ok := exact(n); ok {
		if s == "" {
			return nil, nil
		}
		return []string{clip(s)}, nil
	}
	switch n.T {
	case syntax.NtCapture, syntax.NtGroup, syntax.NtAtomic:
		if len(n.Children) == 1 {
			return requirements(n.Children[0])
		}
	case syntax.NtLoop, syntax.NtLazyloop:
		if n.M > 0 && len(n.Children) == 1 {
			return requirements(n.Children[0])
		}
	case syntax.NtOneloop, syntax.NtOnelazy, syntax.NtOneloopatomic, syntax.NtSetloop, syntax.NtSetlazy, syntax.NtSetloopatomic:
		if c, ok := onlyChar(n); ok && n.M > 0 {
			return []string{repeat(c, n.M)}, nil
		}
	case syntax.NtPosLook:
		if len(n.Children) == 1 {
			in, _ := requirements(n.Children[0])
			return nil, in
		}
	case syntax.NtAlternate:
		return alternatives(n)
	case syntax.NtConcatenate:
		return sequence(n)
	}
	return nil, nil
}

func alternatives(n *syntax.RegexNode) (inside, beside []string) {
	for _, child := range n.Children {
		in, by := requirements(child)
		if len(in) == 0 {
			in = by
		}
		if len(in) == 0 {
			return nil, nil
		}
		inside = append(inside, in...)
	}
	return inside, nil
}

// sequence takes the best of a concatenation: a run of single characters, or what one of its parts requires.
func sequence(n *syntax.RegexNode) (inside, beside []string) {
	run := ""
	take := func() {
		if run != "" {
			inside = better(inside, []string{clip(run)})
		}
		run = ""
	}
	for _, child := range n.Children {
		if isZeroWidth(child) {
			_, by := requirements(child)
			beside = better(beside, by)
			continue
		}
		if s, ok := exact(child); ok && n.Options&syntax.RightToLeft == 0 {
			run += s
			continue
		}
		if c, ok := onlyChar(child); ok && child.M > 0 && n.Options&syntax.RightToLeft == 0 {
			run += repeat(c, child.M)
			take()
			continue
		}
		take()
		in, by := requirements(child)
		inside, beside = better(inside, in), better(beside, by)
	}
	take()
	return inside, beside
}

func isZeroWidth(n *syntax.RegexNode) bool {
	switch n.T {
	case syntax.NtPosLook, syntax.NtNegLook, syntax.NtBol, syntax.NtEol, syntax.NtBoundary, syntax.NtNonboundary,
		syntax.NtBeginning, syntax.NtStart, syntax.NtEndZ, syntax.NtEnd, syntax.NtEmpty, syntax.NtUpdateBumpalong:
		return true
	}
	return false
}

// exact gives the one text, folded, that n matches.
func exact(n *syntax.RegexNode) (string, bool) {
	switch n.T {
	case syntax.NtOne, syntax.NtSet:
		c, ok := onlyChar(n)
		return c, ok
	case syntax.NtMulti:
		return foldASCII(string(n.Str)), true
	case syntax.NtOneloop, syntax.NtOnelazy, syntax.NtOneloopatomic, syntax.NtSetloop, syntax.NtSetlazy, syntax.NtSetloopatomic:
		if c, ok := onlyChar(n); ok && n.M == n.N && n.M <= literalMax {
			return repeat(c, n.M), true
		}
	case syntax.NtCapture, syntax.NtGroup, syntax.NtAtomic:
		if len(n.Children) == 1 {
			return exact(n.Children[0])
		}
	case syntax.NtConcatenate:
		all := ""
		for _, child := range n.Children {
			s, ok := exact(child)
			if !ok || n.Options&syntax.RightToLeft != 0 {
				return "", false
			}
			all += s
		}
		return all, len(n.Children) > 0
	}
	return "", false
}

// onlyChar gives the character, folded, that n matches, once or in a loop: one character, or one ASCII letter in all of
// its cases.
func onlyChar(n *syntax.RegexNode) (string, bool) {
	switch n.T {
	case syntax.NtOne, syntax.NtOneloop, syntax.NtOnelazy, syntax.NtOneloopatomic:
		return foldASCII(string(n.Ch)), n.Ch != utf8.RuneError
	case syntax.NtSet, syntax.NtSetloop, syntax.NtSetlazy, syntax.NtSetloopatomic:
		if n.Set == nil || n.Set.IsNegated() {
			return "", false
		}
		chars := n.Set.GetSetChars(4)
		if len(chars) == 0 {
			return "", false
		}
		letter := ""
		for i, c := range chars {
			s := foldASCII(string(c))
			if len(s) != 1 || i > 0 && s != letter {
				return "", false
			}
			letter = s
		}
		return letter, true
	}
	return "", false
}

func repeat(s string, n int) string {
	all := ""
	for range min(n, literalMax) {
		all += s
	}
	return all
}

// clip shortens a literal at the border of a character.
func clip(s string) string {
	if len(s) <= literalMax {
		return s
	}
	end := literalMax
	for end > 0 && !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end]
}

// needsDigit says that every match of n holds a digit.
func needsDigit(n *syntax.RegexNode) bool {
	switch n.T {
	case syntax.NtOne:
		return isDigit(n.Ch)
	case syntax.NtMulti:
		for _, r := range n.Str {
			if isDigit(r) {
				return true
			}
		}
	case syntax.NtSet:
		return isDigits(n.Set)
	case syntax.NtSetloop, syntax.NtSetlazy, syntax.NtSetloopatomic:
		return n.M > 0 && isDigits(n.Set)
	case syntax.NtOneloop, syntax.NtOnelazy, syntax.NtOneloopatomic:
		return n.M > 0 && isDigit(n.Ch)
	case syntax.NtCapture, syntax.NtGroup, syntax.NtAtomic:
		return len(n.Children) == 1 && needsDigit(n.Children[0])
	case syntax.NtLoop, syntax.NtLazyloop:
		return n.M > 0 && len(n.Children) == 1 && needsDigit(n.Children[0])
	case syntax.NtAlternate:
		for _, child := range n.Children {
			if !needsDigit(child) {
				return false
			}
		}
		return len(n.Children) > 0
	case syntax.NtConcatenate:
		for _, child := range n.Children {
			if needsDigit(child) {
				return true
			}
		}
	}
	return false
}

func isDigit(r rune) bool { return r >= '0' && r <= '9' }

// isDigits says that a set has ASCII digits only, or is \d.
func isDigits(set *syntax.CharSet) bool {
	if set == nil || set.IsNegated() {
		return false
	}
	if set.String() == `[\p{Nd}]` {
		return true
	}
	chars := set.GetSetChars(10)
	for _, c := range chars {
		if !isDigit(c) {
			return false
		}
	}
	return len(chars) > 0
}

// unbounded is the length of a match that has no limit.
const unbounded = 1 << 20

// longest is how many characters a match of n can have, at most unbounded.
func longest(n *syntax.RegexNode) int {
	switch n.T {
	case syntax.NtOne, syntax.NtNotone, syntax.NtSet:
		return 1
	case syntax.NtMulti:
		return len(n.Str)
	case syntax.NtRef, syntax.NtGrapheme:
		return unbounded
	case syntax.NtOneloop, syntax.NtNotoneloop, syntax.NtSetloop, syntax.NtOnelazy, syntax.NtNotonelazy, syntax.NtSetlazy,
		syntax.NtOneloopatomic, syntax.NtNotoneloopatomic, syntax.NtSetloopatomic:
		return min(n.N, unbounded)
	case syntax.NtPosLook, syntax.NtNegLook:
		return 0
	}
	total := 0
	for _, child := range n.Children {
		if n.T == syntax.NtConcatenate || n.T == syntax.NtExprCond || n.T == syntax.NtBackRefCond {
			total += longest(child)
		} else {
			total = max(total, longest(child))
		}
		total = min(total, unbounded)
	}
	if (n.T == syntax.NtLoop || n.T == syntax.NtLazyloop) && total > 0 {
		if n.N >= unbounded {
			return unbounded
		}
		total = min(total*n.N, unbounded)
	}
	return total
}
