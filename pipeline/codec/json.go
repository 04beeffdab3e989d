package codec

import (
	"bytes"
	"unicode/utf8"
)

// frame is an open container.
type frame struct {
	state  int32
	field  int32 // its field; -1 for the root
	closer byte  // } or ]
	seen   int32 // where its bits start in Doc.seen
}

// member is what the parser knows of a value before it reads it.
type member struct {
	lead   int // behind the comma or bracket in front
	key    int // the key's opening quote; -1 for an array element
	keyEnd int
	state  int32
	wild   bool // a wildcard took the key
	flags  flags
	saw    uint8 // of the key
}

// ParseJSON takes src apart. Its root must be an object, or an array where ** reaches into it; nothing but white space
// may follow. src must stay unchanged until the next Parse.
//
// What is accepted is what encoding/json accepts, except that a key which a literal path names may not stand twice in
// one object: readers disagree on which one counts, and a check of the one must not let the other pass. Errors wrap
// ErrSyntax, ErrNotObject, ErrDuplicateKey, ErrSize, ErrDepth or ErrFields; after one, the Doc is empty.
func (d *Doc) ParseJSON(src []byte, sel *Selector, lim Limits) error {
	d.reset(src, lim)
	err := d.checkSize()
	if err == nil {
		err = d.parseRoot(sel)
	}
	if err != nil {
		d.reset(nil, lim)
	}
	return err
}

func (d *Doc) parseRoot(sel *Selector) error {
	p := skipSpace(d.src, 0)
	if p == len(d.src) {
		return at(ErrSyntax, p)
	}
	switch st := &sel.states[root]; {
	case d.src[p] == '{':
		d.rootObject = true
	case d.src[p] == '[' && st.entersArray():
	default:
		if _, err := d.skipValue(p, 0); err != nil {
			return err
		}
		return at(ErrNotObject, p)
	}
	d.push(sel, root, -1, d.src[p])
	p, err := d.parseMembers(sel, p+1)
	if err != nil {
		return err
	}
	d.rootEnd = p - 1
	if p = skipSpace(d.src, p); p != len(d.src) {
		return at(ErrSyntax, p)
	}
	d.touched = d.touched || len(d.cuts) > 0
	return nil
}

// push opens a container; opener is its bracket.
func (d *Doc) push(sel *Selector, state, field int32, opener byte) {
	f := frame{state: state, field: field, closer: opener + 2, seen: int32(len(d.seen))}
	if opener == '{' {
		for range sel.states[state].words {
			d.seen = append(d.seen, 0)
		}
	}
	d.stack = append(d.stack, f)
}

// parseMembers reads the inside of the containers on the stack, to behind the bracket that closes the first.
func (d *Doc) parseMembers(sel *Selector, p int) (int, error) {
	src := d.src
	fresh := true // directly behind an opening bracket
	for {
		top := &d.stack[len(d.stack)-1]
		m := member{lead: p, key: -1}
		p = skipSpace(src, p)
		if p == len(src) {
			return 0, at(ErrSyntax, p)
		}
		if !fresh || src[p] != top.closer {
			var err error
			if top.closer == '}' {
				p, err = d.parseKey(sel, top, &m, p)
			} else {
				m.state = sel.states[top.state].elem
			}
			if err != nil {
				return 0, err
			}
			entered := false
			parent := top.field
			if p, entered, err = d.parseValue(sel, parent, &m, p); err != nil {
				return 0, err
			}
			if fresh = entered; entered {
				continue
			}
		}
		// Behind a value, or in an empty container.
		for {
			p = skipSpace(src, p)
			if p == len(src) {
				return 0, at(ErrSyntax, p)
			}
			top = &d.stack[len(d.stack)-1]
			if src[p] == ',' {
				p++
				break
			}
			if src[p] != top.closer {
				return 0, at(ErrSyntax, p)
			}
			p++
			fresh = false
			d.seen = d.seen[:top.seen]
			if top.field >= 0 {
				d.fields[top.field].End = p
			}
			d.stack = d.stack[:len(d.stack)-1]
			if len(d.stack) == 0 {
				return p, nil
			}
		}
	}
}

// parseKey reads a key and its colon, and finds the state of the value.
func (d *Doc) parseKey(sel *Selector, top *frame, m *member, p int) (int, error) {
	src := d.src
	if src[p] != '"' {
		return 0, at(ErrSyntax, p)
	}
	m.key = p
	if p, m.saw = scanString(src, p+1); p < 0 {
		return 0, at(ErrSyntax, ^p)
	}
	m.keyEnd = p
	key := src[m.key+1 : p-1]
	if m.saw != 0 {
		if m.flags = textFlags(key, m.saw); m.flags != 0 {
			start := len(d.buf)
			d.buf = appendText(d.buf, key, inJSON)
			key = d.buf[start:]
			d.buf = d.buf[:start]
		}
	}
	var ord int32
	m.state, ord = sel.states[top.state].step(key)
	if m.wild = ord < 0; !m.wild {
		bit := uint64(1) << (ord & 63)
		word := &d.seen[top.seen+ord>>6]
		if *word&bit != 0 {
			return 0, at(ErrDuplicateKey, m.key)
		}
		*word |= bit
	}
	if p = skipSpace(src, p); p == len(src) || src[p] != ':' {
		return 0, at(ErrSyntax, p)
	}
	if p = skipSpace(src, p+1); p == len(src) {
		return 0, at(ErrSyntax, p)
	}
	return p, nil
}

// parseValue reads a value, or only the opening bracket of a container that a path reaches into.
func (d *Doc) parseValue(sel *Selector, parent int32, m *member, p int) (end int, entered bool, err error) {
	src := d.src
	st := &sel.states[m.state]
	f := Field{Rule: st.rule, Parent: parent, key: int32(m.key), Start: p}
	saw := uint8(0)
	switch c := src[p]; {
	case c == '{' && st.entersObject() || c == '[' && st.entersArray():
		if len(d.stack) >= d.lim.Depth {
			return 0, false, at(ErrDepth, p)
		}
		entered = true
		if f.Kind, end = Object, p+1; c == '[' {
			f.Kind = Array
		}
	case c == '{' || c == '[' || st.rule < 0:
		if end, err = d.skipValue(p, len(d.stack)); err != nil {
			return 0, false, err
		}
		d.dropped++
		d.cut(parent, m.lead, skipSpace(src, end))
		return end, false, nil
	case c == '"':
		f.Kind = String
		end, saw = scanString(src, p+1)
	default:
		end, f.Kind = scanScalar(src, p)
	}
	if end < 0 {
		return 0, false, at(ErrSyntax, ^end)
	}
	f.End = end
	if saw != 0 {
		f.flags = textFlags(src[p+1:end-1], saw)
	}
	if m.wild {
		f.flags |= keyed
		d.add(Field{Rule: st.keyRule, Parent: parent, Kind: Key, flags: m.flags, key: int32(m.key), Start: m.key, End: m.keyEnd})
	} else if m.flags&broken != 0 {
		f.flags |= badKey
		d.repaired, d.touched = true, true
	}
	d.add(f)
	if len(d.fields) > d.lim.Fields {
		return 0, false, at(ErrFields, p)
	}
	if entered {
		d.push(sel, m.state, int32(len(d.fields))-1, src[p])
	}
	return end, entered, nil
}

func (d *Doc) add(f Field) {
	if f.flags&broken != 0 {
		d.repaired, d.touched = true, true
	}
	d.fields = append(d.fields, f)
}

// cut notes that the members from lead to tail are left out; it joins the one before when only a
// comma is between them, which can be only in one container.
func (d *Doc) cut(parent int32, lead, tail int) {
	if n := len(d.cuts); n > 0 && d.cuts[n-1].tail+1 == lead {
		d.cuts[n-1].tail = tail
		return
	}
	d.cuts = append(d.cuts, cut{parent: parent, lead: lead, tail: tail})
}

// textFlags judges the inside of a string that is not plain ASCII.
func textFlags(text []byte, saw uint8) flags {
	f := flags(0)
	if saw&sawEscape != 0 {
		f = escaped
	}
	if saw&sawHigh != 0 && !utf8.Valid(text) || saw&sawSurrogate != 0 && needsRepair(text, inJSON) {
		f |= broken
	}
	return f
}

// LooksLikeJSON tells cheaply whether text may be a JSON object or array: a bracket at the start and its match at the
// end, but for white space. Only a parse tells for sure.
func LooksLikeJSON(text []byte) bool {
	text = bytes.Trim(text, " \t\r\n")
	if len(text) < 2 {
		return false
	}
	first, last := text[0], text[len(text)-1]
	return first == '{' && last == '}' || first == '[' && last == ']'
}

// NextLine cuts the first line off src. The line is without its newline, which is "\n", "\r\n", or nothing at the end of
// src: src[len(line):len(src)-len(rest)] is what it was.
func NextLine(src []byte) (line, rest []byte) {
	n := bytes.IndexByte(src, '\n')
	if n < 0 {
		return src, nil
	}
	line, rest = src[:n:n], src[n+1:]
	if n > 0 && line[n-1] == '\r' {
		line = line[: n-1 : n-1]
	}
	return line, rest
}
