package rules

import (
	"errors"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/dlclark/regexp2/v2"
	regexes "github.com/dlclark/regexp2/v2/syntax"

	"github.com/sonexlabs/tacet/detectors/rules/syntax"
)

// The bounds of a rule.
const (
	fileMax    = 4 << 20 // bytes
	listMax    = 10_000  // elements of a list
	rulesMax   = 10_000
	patternMax = 8 << 10 // bytes, of a rule; alternatives of a deny-list may be more
	windowMin  = 16      // bytes
	windowMax  = 4 << 10
	windowAuto = 128
	// literalLeast is the length of a literal that is worth looking for without being told to.
	literalLeast = 2
	// timeoutAuto is long enough that a process which waits for its processor doesn't hit it.
	timeoutAuto = 250 * time.Millisecond
)

// spec is a rule as a file describes it, checked as far as that needs no compiling.
type spec struct {
	rule
	line       int
	key        string // "rules[3]"
	patterns   []pattern
	literals   []syntax.Item
	keywords   []syntax.Item
	window     int // 0: by the pattern
	everywhere bool
	foreign    bool // of another format: what has no literal is searched everywhere, and noted
	examples   []example
	counters   []example
}

type pattern struct {
	line  int
	key   string
	expr  string
	flags regexp2.RegexOptions
	group string // name or number; empty is the whole match, or the group value
	score float32
}

type example struct {
	line          int
	key           string
	text          string
	finds         string // what of it must be found, exactly; empty is anything
	path, channel string
	scoped        bool // path and channel count
}

// compiler turns specs into a Set.
type compiler struct {
	set     *Set
	build   *builder
	options Options
}

// add compiles a rule and says whether anything of it is left to search for.
func (c *compiler) add(d *document, sp *spec) bool {
	units := len(c.set.units)
	for i := range sp.patterns {
		c.pattern(d, sp, &sp.patterns[i])
	}
	if len(c.set.units) == units {
		return false
	}
	c.set.rules = append(c.set.rules, sp.rule)
	return true
}

// pattern compiles one pattern and files its literals.
func (c *compiler) pattern(d *document, sp *spec, p *pattern) {
	re, tree, err := compilePattern(p)
	if err != nil {
		if sp.foreign {
			d.note(p.line, "%s: left out: %s", p.key, err)
		} else {
			d.Fail(p.line, p.key, "%s", err)
		}
		return
	}
	u := unit{rule: int32(len(c.set.rules)), re: re, score: p.score, window: sp.window}
	re.MatchTimeout = c.set.timeout
	if u.group, err = groupOf(re, p.group); err != nil {
		d.Fail(p.line, sp.key+".group", "%s", err)
		return
	}
	least := tree.Root.ComputeMinLength()
	if u.window == 0 {
		u.window = min(max(longest(tree.Root), windowAuto), windowMax)
		if longest(tree.Root) >= unbounded {
			u.window = min(max(windowAuto, 2*least), windowMax)
		}
	}
	switch {
	case least == 0 && !sp.foreign:
		d.Fail(p.line, p.key, "matches the empty text: make a part of it required")
		return
	case least > u.window:
		d.Fail(p.line, p.key, "matches nothing shorter than %d characters: set window to more, at most %d", least, windowMax)
		return
	}
	c.file(d, sp, p, &u, tree.Root)
	c.set.units = append(c.set.units, u)
}

// file gives the automaton the literals that start the search of u: those of the rule, or else of the pattern.
func (c *compiler) file(d *document, sp *spec, p *pattern, u *unit, root *regexes.RegexNode) {
	n := len(c.set.units)
	for _, l := range sp.literals {
		c.build.add(l.Text, n, false)
	}
	for _, k := range sp.keywords {
		for _, form := range caseForms(k.Text) {
			c.build.add(form, n, true)
		}
	}
	if len(sp.literals)+len(sp.keywords) > 0 {
		return
	}
	literals := required(root)
	everywhere := sp.everywhere || sp.foreign
	switch {
	case least(literals) >= literalLeast:
	case !everywhere:
		d.Fail(p.line, p.key, "has no text of %d or more characters that every match holds: give literals (parts of every match) "+
			"or keywords (words near it), or allow the cost of searching all text with everywhere: true", literalLeast)
		return
	case len(literals) == 0 && needsDigit(root):
		literals = strings.Split("0123456789", "")
	case len(literals) == 0:
		c.set.everywhere = append(c.set.everywhere, int32(n))
	}
	if sp.foreign && least(literals) < literalLeast {
		d.note(p.line, "%s: works, but slowly: no text is in every match, so it is searched nearly everywhere", p.key)
	}
	for _, l := range literals {
		c.build.add(l, n, false)
	}
}

// caseForms are the spellings of a word whose letters outside ASCII the automaton doesn't fold.
func caseForms(word string) []string {
	if strings.IndexFunc(word, func(r rune) bool { return r >= utf8.RuneSelf }) < 0 {
		return []string{word}
	}
	forms := []string{strings.ToLower(word)}
	title := []rune(forms[0])
	title[0] = unicode.ToUpper(title[0])
	for _, form := range []string{strings.ToUpper(word), string(title)} {
		if foldASCII(form) != foldASCII(forms[0]) && foldASCII(form) != foldASCII(forms[len(forms)-1]) {
			forms = append(forms, form)
		}
	}
	return forms
}

// compilePattern compiles a pattern. The error doesn't quote it.
func compilePattern(p *pattern) (re *regexp2.Regexp, tree *regexes.RegexTree, err error) {
	defer func() {
		if recover() != nil {
			err = errors.New("can't be compiled: write it in the syntax of regexp2")
		}
	}()
	if tree, err = regexes.Parse(p.expr, regexes.ParseOptions{RegexOptions: regexes.RegexOptions(p.flags)}); err == nil {
		re, err = regexp2.Compile(p.expr, p.flags, regexp2.OptionMaxBacktrackingStackSize(stackMax))
	}
	if err != nil {
		what := "write it in the syntax of regexp2"
		var at *regexes.Error
		if errors.As(err, &at) {
			what, _, _ = strings.Cut(string(at.Code), "%")
		}
		return nil, nil, errors.New("is no regular expression: " + strings.TrimRight(what, " :'`\"("))
	}
	return re, tree, nil
}

// groupValue is the group that is the value where a rule names none.
const groupValue = "value"

func groupOf(re *regexp2.Regexp, name string) (int, error) {
	if name == "" {
		return max(re.GroupNumberFromName(groupValue), 0), nil
	}
	n := re.GroupNumberFromName(name)
	if n < 0 {
		return 0, errors.New("the pattern has no such group: give the number of a pair of parentheses, or the name of (?<name>…)")
	}
	return n, nil
}

// try runs the examples of a rule through the search itself.
func (c *compiler) try(d *document, sp *spec, index int, m *Scratch) {
	var found []Match
	run := func(e *example) (hits []string, limit bool) {
		found = c.set.find(found[:0], []byte(e.text), []byte(e.path), e.channel, e.scoped, m)
		for _, f := range found {
			if f.Rule == index && f.Score >= c.options.Threshold {
				hits = append(hits, e.text[f.Start:f.End])
				limit = limit || f.Limit
			}
		}
		return hits, limit
	}
	for i := range sp.examples {
		e := &sp.examples[i]
		hits, limit := run(e)
		switch {
		case limit:
			d.Fail(e.line, e.key, "the rule %s hits its limit of time or memory on it: nested repetitions such as (a+)+ do that", sp.Name)
		case len(hits) == 0:
			d.Fail(e.line, e.key, "the rule %s doesn't find anything in it with a score of %g or more: look at pattern, literals, window and score",
				sp.Name, c.options.Threshold)
		case e.finds != "" && !slices.Contains(hits, e.finds):
			d.Fail(e.line, e.key, "the rule %s finds something else in it than it says under finds: look at pattern and group", sp.Name)
		}
	}
	for i := range sp.counters {
		e := &sp.counters[i]
		if hits, limit := run(e); limit {
			d.Fail(e.line, e.key, "the rule %s hits its limit of time or memory on it: nested repetitions such as (a+)+ do that", sp.Name)
		} else if len(hits) > 0 {
			d.Fail(e.line, e.key, "the rule %s finds something in it: make the pattern narrower or the score lower", sp.Name)
		}
	}
}
