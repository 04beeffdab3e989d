package codec

import "unicode/utf8"

// Drop leaves out field i with its key, its comma or its separator. On a Key it drops the member. A column of a log line
// becomes "-", so that those behind it keep their places.
func (d *Doc) Drop(i int) {
	if d.fields[i].Kind == Key {
		i++
	}
	d.fields[i].flags |= dropped
	d.touched = true
}

// Replace puts with in the place of [start, end) of Text(i). Calls for one field go from left to right and do not
// overlap; those of different fields come in any order. Both ends widen to whole characters of the source, so half a
// surrogate pair is never left. All other bytes of the field stay as they are. A Number, Bool or Null becomes a string.
// with is copied, and escaped as the place needs it. Behind SetString or SetRaw it has no effect. A range out of
// order, outside the text or of a container panics.
func (d *Doc) Replace(i, start, end int, with []byte) {
	f := &d.fields[i]
	if start < 0 || start > end || end > len(d.Text(i)) || f.Kind == Object || f.Kind == Array {
		panic("codec: replace outside the text of a field")
	}
	if f.flags&whole != 0 {
		return // the value is replaced already
	}
	if f.last > 0 && start < d.edits[f.last-1].end {
		panic("codec: replace out of order")
	}
	d.edit(f, start, end, with)
}

// SetString makes the whole of field i the string text (of a Line: the text), whatever it was, and undoes other edits of
// it. text is copied, and escaped as the place needs it.
func (d *Doc) SetString(i int, text []byte) { d.set(i, text, 0) }

// SetRaw makes the whole of field i the JSON value raw, which must be valid; it is copied and not looked at. A Key or a
// Line is no place for one: it panics.
func (d *Doc) SetRaw(i int, raw []byte) {
	if k := d.fields[i].Kind; k == Key || k == Line {
		panic("codec: raw JSON in place of a key or a line")
	}
	d.set(i, raw, rawJSON)
}

// Revert undoes all edits, for another set of them. Text stays valid.
func (d *Doc) Revert() {
	for i := range d.fields {
		f := &d.fields[i]
		f.edits, f.last = 0, 0
		f.flags &^= dropped | whole | rawJSON
	}
	d.edits = d.edits[:0]
	d.touched = d.repaired || len(d.cuts) > 0
}

func (d *Doc) set(i int, with []byte, fl flags) {
	f := &d.fields[i]
	f.edits, f.last = 0, 0
	f.flags = f.flags&^rawJSON | whole | fl
	d.edit(f, 0, 0, with)
}

func (d *Doc) edit(f *Field, start, end int, with []byte) {
	d.touched = true
	e := edit{start: start, end: end, with: span{start: int32(len(d.buf))}}
	d.buf = append(d.buf, with...)
	e.with.end = int32(len(d.buf))
	d.edits = append(d.edits, e)
	n := int32(len(d.edits))
	if f.last > 0 {
		d.edits[f.last-1].next = n
	} else {
		f.edits = n
	}
	f.last = n
}

// changed tells whether f is not written as it stands.
func (f *Field) changed() bool { return f.edits > 0 || f.flags&broken != 0 }

// appendField appends f as its edits make it.
func (d *Doc) appendField(dst []byte, f *Field) []byte {
	m, quote := f.mode(), byte('"')
	if m == inQuote || m == inSD {
		quote = d.src[f.Start-1]
	}
	if f.flags&whole != 0 {
		with := d.with(&d.edits[f.edits-1])
		switch {
		case f.flags&rawJSON != 0:
			return append(dst, with...)
		case m != inJSON:
			return appendEscaped(dst, with, m, quote)
		}
		dst = append(dst, '"')
		dst = appendEscaped(dst, with, m, '"')
		return append(dst, '"')
	}
	start, end := f.body()
	raw := d.src[start:end]
	if m == inJSON {
		dst = append(dst, '"')
	}
	switch {
	case f.edits == 0:
		dst = appendRepaired(dst, raw, m)
	case f.flags&(escaped|broken) == 0:
		dst = d.appendPlain(dst, raw, f, m, quote)
	default:
		dst = d.appendUnits(dst, raw, f, m, quote)
	}
	if m == inJSON {
		dst = append(dst, '"')
	}
	return dst
}

func (d *Doc) with(e *edit) []byte { return d.buf[e.with.start:e.with.end] }

// appendPlain applies the edits where text and source are the same bytes.
func (d *Doc) appendPlain(dst, raw []byte, f *Field, m mode, quote byte) []byte {
	pos := 0
	for n := f.edits; n > 0; n = d.edits[n-1].next {
		e := &d.edits[n-1]
		start, end := e.start, e.end
		for start > 0 && start < len(raw) && !utf8.RuneStart(raw[start]) {
			start--
		}
		for end < len(raw) && !utf8.RuneStart(raw[end]) {
			end++
		}
		if start > pos {
			dst = append(dst, raw[pos:start]...)
		}
		dst = appendEscaped(dst, d.with(e), m, quote)
		pos = end
	}
	return append(dst, raw[pos:]...)
}

// appendUnits applies the edits where text and source differ, character by character: t counts bytes of the text.
func (d *Doc) appendUnits(dst, raw []byte, f *Field, m mode, quote byte) []byte {
	n, t, written := f.edits, 0, false
	for p := 0; p < len(raw); {
		untouched := raw
		if n > 0 {
			untouched = raw[:min(len(raw), p+max(0, d.edits[n-1].start-t))]
		}
		if run := plainRun(untouched, p) - p; run > 0 {
			dst = append(dst, raw[p:p+run]...)
			p, t = p+run, t+run
			continue
		}
		size, r, repaired := unit(raw, p, m)
		next := t + utf8.RuneLen(r)
		swallowed := false
		for n > 0 && d.edits[n-1].start < next {
			e := &d.edits[n-1]
			if !written {
				dst = appendEscaped(dst, d.with(e), m, quote)
				written = true
			}
			if e.end > t {
				swallowed = true
			}
			if e.end > next {
				break // goes on behind this character
			}
			n, written = e.next, false
		}
		switch {
		case swallowed:
		case repaired:
			dst = append(dst, "\uFFFD"...)
		default:
			dst = append(dst, raw[p:p+size]...)
		}
		p += size
		t = next
	}
	for ; n > 0; n = d.edits[n-1].next {
		if !written {
			dst = appendEscaped(dst, d.with(&d.edits[n-1]), m, quote)
		}
		written = false
	}
	return dst
}
