package rules

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"github.com/sonexlabs/tacet/detectors/rules/syntax"
)

// The defaults of a rule.
const (
	nameMax   = 64
	typeMax   = 40
	scoreAuto = 0.7
)

// channels are the kinds of text a rule can be limited to.
const channels = "call chat log doc"

// Parse reads rule files strictly and compiles them into one Set. The error lists everything that is wrong with them, each
// as "file:line: key: what to do", and quotes no values.
func Parse(o Options, files ...File) (*Set, error) {
	if o.Threshold == 0 {
		o.Threshold = found
	}
	if o.Timeout == 0 {
		o.Timeout = timeoutAuto
	}
	c := &compiler{set: &Set{timeout: o.Timeout}, build: newBuilder(), options: o}
	names := map[string]string{}
	hash := sha256.New()
	var problems []string
	type tried struct {
		d     *document
		sp    *spec
		index int
	}
	var trials []tried
	var documents []*document
	for _, f := range files {
		hash.Write(f.Data)
		hash.Write([]byte{0xFF}) // in no YAML file
		d := &document{file: f.Name}
		documents = append(documents, d)
		for _, sp := range d.specs(f.Data, &o) {
			if first, ok := names[sp.Name]; ok && sp.Name != "" {
				d.Fail(sp.line, sp.key+".name", "is the name of the rule in %s: every rule has its own", first)
			}
			names[sp.Name] = fmt.Sprintf("%s:%d", f.Name, sp.line)
			if len(c.set.rules) >= rulesMax {
				d.Fail(sp.line, sp.key, "is one too many: at most %d rules", rulesMax)
				break
			}
			if c.add(d, sp) {
				trials = append(trials, tried{d, sp, len(c.set.rules) - 1})
			}
		}
	}
	if c.set.auto = c.build.build(); c.set.auto == nil {
		return nil, errors.New("compile rules: too many literals: use list files for long lists of words")
	}
	sound := !slices.ContainsFunc(documents, func(d *document) bool { return d.Failed() > 0 })
	if m := NewScratch(); sound {
		for _, t := range trials {
			c.try(t.d, t.sp, t.index, m)
		}
	}
	for _, d := range documents {
		problems = append(problems, d.Lines(d.file)...)
		c.set.unsupported = append(c.set.unsupported, d.notes.Lines(d.file)...)
	}
	if len(problems) > 0 {
		return nil, errors.New(strings.Join(problems, "\n"))
	}
	c.set.version = hex.EncodeToString(hash.Sum(nil)[:6])
	return c.set, nil
}

// specs reads a file of either format.
func (d *document) specs(data []byte, o *Options) (all []*spec) {
	body := d.body(data)
	if body == nil {
		return nil
	}
	members, ok := d.Mapping(body, "")
	if !ok {
		return nil
	}
	if syntax.Find(members, "recognizers") != nil {
		return d.presidio(members, o)
	}
	d.Known(members, "", "rules")
	m := syntax.Find(members, "rules")
	if m == nil {
		d.Fail(syntax.Line(body), "rules", "is required: a list of rules")
		return nil
	}
	list, _ := d.sequence(m.Value, "rules")
	for i, n := range list {
		if sp := d.rule(n, at("rules", i), o); sp != nil {
			all = append(all, sp)
		}
	}
	return all
}

// rule reads one rule; nil if it is broken.
func (d *document) rule(n ast.Node, key string, o *Options) *spec {
	before := d.Failed()
	members, ok := d.Mapping(n, key)
	if !ok {
		return nil
	}
	d.Known(members, key, "name", "type", "pattern", "patterns", "group", "literals", "keywords", "window", "everywhere",
		"validator", "invalid", "score", "context", "paths", "except_paths", "channels", "examples", "counter_examples")
	sp := &spec{line: syntax.Line(n), key: key}
	sp.Version = versionOf(members, 0)
	d.name(members, sp)
	d.kind(members, sp, o)
	d.patterns(members, sp)
	d.start(members, sp)
	d.validator(members, sp, o)
	if m := syntax.Find(members, "context"); m != nil {
		sp.context = d.context(m.Value, key+".context")
	}
	d.scope(members, sp)
	if m := syntax.Find(members, "examples"); m != nil {
		sp.examples = d.examples(m.Value, key+".examples", true)
	}
	if len(sp.examples) == 0 && d.Failed() == before {
		d.Fail(sp.line, key+".examples", "is required: at least one text in which the rule finds something; it is tried at every start")
	}
	if m := syntax.Find(members, "counter_examples"); m != nil {
		sp.counters = d.examples(m.Value, key+".counter_examples", false)
	}
	if d.Failed() > before {
		return nil
	}
	return sp
}

// versionOf names what a rule's members and flags say it finds.
func versionOf(members []syntax.Member, flags int) string {
	h := sha256.New()
	fmt.Fprintf(h, "%d\n", flags)
	for _, m := range members {
		if m.Name != "examples" && m.Name != "counter_examples" {
			fmt.Fprintf(h, "%q %q\n", m.Name, m.Value.String())
		}
	}
	return fmt.Sprintf("%x", h.Sum(nil)[:8])
}

func isName(s string) bool {
	for _, c := range []byte(s) {
		if !(isWordByte(c) || c == '-' || c == '_' || c == '.') || c >= 0x80 {
			return false
		}
	}
	return s != "" && len(s) <= nameMax
}

func (d *document) name(members []syntax.Member, sp *spec) {
	key := sp.key + ".name"
	m := syntax.Find(members, "name")
	if m == nil {
		d.Fail(sp.line, key, "is required: messages and counters show it")
		return
	}
	if sp.Name, _ = syntax.Text(m.Value); !isName(sp.Name) {
		d.Fail(m.Line, key, "must be 1 to %d letters, digits, and - _ .", nameMax)
	}
}

func isTypeName(s string) bool {
	for _, c := range []byte(s) {
		if !(c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_') {
			return false
		}
	}
	return s != "" && len(s) <= typeMax
}

func (o *Options) isType(s string) bool { return isTypeName(s) && (o.Types == nil || o.Types(s)) }

func (d *document) kind(members []syntax.Member, sp *spec, o *Options) {
	key := sp.key + ".type"
	m := syntax.Find(members, "type")
	if m == nil {
		d.Fail(sp.line, key, "is required: a type such as ACCOUNT_ID, or CUSTOM")
		return
	}
	if sp.Type, _ = syntax.Text(m.Value); !o.isType(sp.Type) {
		d.Fail(m.Line, key, "is no type of this program: give one in capitals such as ACCOUNT_ID, or CUSTOM")
	}
}

// patterns reads pattern, or patterns with a score for each.
func (d *document) patterns(members []syntax.Member, sp *spec) {
	score, group := float32(scoreAuto), ""
	if m := syntax.Find(members, "score"); m != nil {
		f, _ := d.number(m, sp.key+".score", 0, 1)
		score = float32(f)
	}
	if m := syntax.Find(members, "group"); m != nil {
		group, _ = d.scalar(m.Value, sp.key+".group")
	}
	one, several := syntax.Find(members, "pattern"), syntax.Find(members, "patterns")
	switch {
	case one != nil && several != nil:
		d.Fail(several.Line, sp.key+".patterns", "and pattern are both given: keep one")
	case one != nil:
		d.pattern(one.Value, sp, pattern{line: one.Line, key: sp.key + ".pattern", group: group, score: score})
	case several != nil:
		list, _ := d.sequence(several.Value, sp.key+".patterns")
		for i, n := range list {
			p := pattern{line: syntax.Line(n), key: at(sp.key+".patterns", i), group: group, score: score}
			if !syntax.IsMapping(n) {
				d.pattern(n, sp, p)
				continue
			}
			parts, _ := d.Mapping(n, p.key)
			d.Known(parts, p.key, "pattern", "score", "group")
			if m := syntax.Find(parts, "score"); m != nil {
				f, _ := d.number(m, p.key+".score", 0, 1)
				p.score = float32(f)
			}
			if m := syntax.Find(parts, "group"); m != nil {
				p.group, _ = d.scalar(m.Value, p.key+".group")
			}
			if m := syntax.Find(parts, "pattern"); m != nil {
				d.pattern(m.Value, sp, p)
			} else {
				d.Fail(p.line, p.key+".pattern", "is required")
			}
		}
		if len(list) == 0 {
			d.Fail(several.Line, sp.key+".patterns", "is empty: give at least one pattern")
		}
	default:
		d.Fail(sp.line, sp.key+".pattern", "is required: a regular expression in the syntax of regexp2")
	}
}

func (d *document) pattern(n ast.Node, sp *spec, p pattern) {
	s, ok := d.scalar(n, p.key)
	if ok && len(s) > patternMax {
		d.Fail(p.line, p.key, "is longer than %d bytes: use a list file for long lists of words", patternMax)
	}
	p.expr = s
	sp.patterns = append(sp.patterns, p)
}

// start reads what starts the search.
func (d *document) start(members []syntax.Member, sp *spec) {
	if m := syntax.Find(members, "literals"); m != nil {
		sp.literals = d.list(m.Value, sp.key+".literals")
	}
	if m := syntax.Find(members, "keywords"); m != nil {
		sp.keywords = d.list(m.Value, sp.key+".keywords")
	}
	for _, l := range append(slices.Clone(sp.literals), sp.keywords...) {
		if len(l.Text) > literalMax {
			d.Fail(l.Line, sp.key, "has a literal or keyword longer than %d bytes: a part of it does as well", literalMax)
		}
	}
	if m := syntax.Find(members, "window"); m != nil {
		sp.window, _ = d.whole(m, sp.key+".window", windowMin, windowMax)
	}
	if m := syntax.Find(members, "everywhere"); m != nil {
		sp.everywhere = d.boolean(m, sp.key+".everywhere")
		if sp.everywhere && len(sp.literals)+len(sp.keywords) > 0 {
			d.Fail(m.Line, sp.key+".everywhere", "stands without literals and keywords: they are what it does without")
		}
	}
}

func (d *document) validator(members []syntax.Member, sp *spec, o *Options) {
	if m := syntax.Find(members, "validator"); m != nil {
		name, _ := syntax.Text(m.Value)
		if sp.validate = o.Validators[name]; sp.validate == nil {
			d.Fail(m.Line, sp.key+".validator", "is unknown; known are: %s", strings.Join(slices.Sorted(maps.Keys(o.Validators)), ", "))
		}
	}
	m := syntax.Find(members, "invalid")
	if m == nil {
		return
	}
	what, _ := syntax.Text(m.Value)
	switch {
	case sp.validate == nil:
		d.Fail(m.Line, sp.key+".invalid", "stands only beside validator")
	case what == "drop":
		sp.drop = true
	case what != "lower":
		d.Fail(m.Line, sp.key+".invalid", "must be lower (the default: a broken check digit lowers the score) or drop")
	}
}

// context reads a list of words, or a mapping with more.
func (d *document) context(n ast.Node, key string) *context {
	c := &context{boost: contextBoost, before: contextWords, after: contextWords}
	words, wordsKey := n, key
	if syntax.IsMapping(n) {
		parts, _ := d.Mapping(n, key)
		d.Known(parts, key, "words", "boost", "before", "after")
		if m := syntax.Find(parts, "boost"); m != nil {
			f, _ := d.number(m, key+".boost", 0, 1)
			c.boost = float32(f)
		}
		if m := syntax.Find(parts, "before"); m != nil {
			c.before, _ = d.whole(m, key+".before", 0, contextMost)
		}
		if m := syntax.Find(parts, "after"); m != nil {
			c.after, _ = d.whole(m, key+".after", 0, contextMost)
		}
		m := syntax.Find(parts, "words")
		if m == nil {
			d.Fail(syntax.Line(n), key+".words", "is required")
			return c
		}
		words, wordsKey = m.Value, key+".words"
	}
	for i, w := range d.list(words, wordsKey) {
		if p := phrase(w.Text); p != nil {
			c.phrases = append(c.phrases, p)
		} else {
			d.Fail(w.Line, at(wordsKey, i), "has no letter or digit")
		}
	}
	return c
}

// scope reads where a rule looks.
func (d *document) scope(members []syntax.Member, sp *spec) {
	globs := func(name string) (all []glob) {
		m := syntax.Find(members, name)
		if m == nil {
			return nil
		}
		for i, s := range d.list(m.Value, sp.key+"."+name) {
			g, err := parseGlob(s.Text)
			if err != nil {
				d.Fail(s.Line, at(sp.key+"."+name, i), "%s", err)
			}
			all = append(all, g)
		}
		return all
	}
	sp.paths, sp.exceptPaths = globs("paths"), globs("except_paths")
	m := syntax.Find(members, "channels")
	if m == nil {
		return
	}
	for i, s := range d.list(m.Value, sp.key+".channels") {
		if !isChannel(s.Text) {
			d.Fail(s.Line, at(sp.key+".channels", i), "must be one of %s", channels)
		}
		sp.channels = append(sp.channels, s.Text)
	}
}

func isChannel(s string) bool { return slices.Contains(strings.Fields(channels), s) }

// examples reads texts, or mappings of a text and where it stands.
func (d *document) examples(n ast.Node, key string, positive bool) (all []example) {
	list, _ := d.sequence(n, key)
	for i, v := range list {
		e := example{line: syntax.Line(v), key: at(key, i)}
		ok := true
		if !syntax.IsMapping(v) {
			e.text, ok = d.scalar(v, e.key)
		} else {
			parts, _ := d.Mapping(v, e.key)
			d.Known(parts, e.key, "text", "finds", "path", "channel")
			for name, to := range map[string]*string{"text": &e.text, "finds": &e.finds, "path": &e.path, "channel": &e.channel} {
				if m := syntax.Find(parts, name); m != nil {
					*to, ok = d.scalar(m.Value, e.key+"."+name)
				}
			}
			e.scoped = e.path != "" || e.channel != ""
			if e.channel != "" && !isChannel(e.channel) {
				d.Fail(e.line, e.key+".channel", "must be one of %s", channels)
			}
			if e.finds != "" && !positive {
				d.Fail(e.line, e.key+".finds", "stands only under examples")
			}
		}
		if ok && e.text == "" {
			d.Fail(e.line, e.key, "is empty")
		}
		all = append(all, e)
	}
	return all
}
