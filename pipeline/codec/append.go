package codec

// Append appends the document to dst: what the paths select, with the edits, every other byte as it was. Members that
// are left out take their comma with them. extra, when it is not empty, becomes the last member of the root object
// ("\"name\":value", valid JSON, not looked at); an array or a line has no place for it.
//
// A key that is a literal of some path can stand only once in the output. A key that a wildcard took may be there twice,
// and may be the same as that of extra.
func (d *Doc) Append(dst, extra []byte) []byte {
	if d.isLine {
		return d.appendLine(dst)
	}
	w := writer{dst: dst, kept: len(d.fields) > 0}
	if d.touched {
		d.writeMembers(&w)
	}
	if len(extra) > 0 && d.rootObject {
		w.flush(d, max(w.pos, skipSpaceBack(d.src, d.rootEnd)))
		if w.kept {
			w.dst = append(w.dst, ',')
		}
		w.dst = append(w.dst, extra...)
	}
	w.flush(d, len(d.src))
	return w.dst
}

// writer is the state of one Append: src up to pos has been written or left out.
type writer struct {
	dst  []byte
	pos  int
	kept bool // a member of the root has been written
	last int  // Line: where the last written item ends; -1 before the first
	skip bool // Line: what stands before the next item is left out
}

// flush writes the source up to end as it is.
func (w *writer) flush(d *Doc, end int) {
	w.dst = append(w.dst, d.src[w.pos:end]...)
	w.pos = end
}

// writeMembers goes through fields and cuts in source order. What lies before pos is inside something left out or
// replaced.
func (d *Doc) writeMembers(w *writer) {
	w.kept = false
	cuts := d.cuts
	for i := range d.fields {
		f := &d.fields[i]
		for len(cuts) > 0 && cuts[0].lead < f.Start {
			d.writeCut(w, cuts[0].parent, cuts[0].lead, cuts[0].tail)
			cuts = cuts[1:]
		}
		f.flags &^= kept
		if f.Start < w.pos {
			continue
		}
		if f.Kind == Key {
			if d.fields[i+1].flags&dropped == 0 && f.changed() {
				w.flush(d, f.Start)
				w.dst = d.appendField(w.dst, f)
				w.pos = f.End
			}
			continue
		}
		if f.flags&dropped != 0 {
			start := f.Start
			if f.key >= 0 {
				start = int(f.key)
			}
			d.writeCut(w, f.Parent, skipSpaceBack(d.src, start), skipSpace(d.src, f.End))
			continue
		}
		d.keep(w, f.Parent)
		if f.flags&badKey != 0 {
			end, _ := scanString(d.src, int(f.key)+1)
			w.flush(d, int(f.key))
			w.dst = appendRepaired(w.dst, d.src[f.key:end], inJSON)
			w.pos = end
		}
		if f.changed() {
			w.flush(d, f.Start)
			w.dst = d.appendField(w.dst, f)
			w.pos = f.End
		}
	}
	for _, c := range cuts {
		d.writeCut(w, c.parent, c.lead, c.tail)
	}
}

// writeCut leaves out the members from lead to tail with one comma: the one in front where a member before them was
// written, else the one behind.
func (d *Doc) writeCut(w *writer, parent int32, lead, tail int) {
	if lead < w.pos {
		return
	}
	k := w.kept
	if parent >= 0 {
		k = d.fields[parent].flags&kept != 0
	}
	if k {
		comma := lead - 1
		if d.src[tail] != ',' { // the last members: the closing bracket follows with its own white space only
			comma = max(w.pos, skipSpaceBack(d.src, comma))
			tail = skipSpaceBack(d.src, tail)
		}
		w.flush(d, comma)
		w.pos = tail
		return
	}
	w.flush(d, lead)
	if w.pos = tail; d.src[tail] == ',' {
		w.pos++
	}
}

// keep notes that a member of parent is written.
func (d *Doc) keep(w *writer, parent int32) {
	if parent < 0 {
		w.kept = true
	} else {
		d.fields[parent].flags |= kept
	}
}

// appendLine is Append for a line.
func (d *Doc) appendLine(dst []byte) []byte {
	w := writer{dst: dst, last: -1}
	if d.touched {
		cuts := d.cuts
		for i := range d.fields {
			f := &d.fields[i]
			for len(cuts) > 0 && cuts[0].lead < f.Start {
				d.leaveOut(&w, cuts[0])
				cuts = cuts[1:]
			}
			d.writeItem(&w, i)
		}
		for _, c := range cuts {
			d.leaveOut(&w, c)
		}
		if w.skip {
			w.pos = d.rootEnd
		}
	}
	w.flush(d, len(d.src))
	return w.dst
}

func (d *Doc) writeItem(w *writer, i int) {
	f := &d.fields[i]
	item := f
	if f.Kind == Key {
		item = &d.fields[i+1]
	}
	start, end := item.extent()
	if item.flags&dropped != 0 {
		if f == item {
			d.leaveOut(w, cut{lead: start, tail: end, listed: f.flags&listed != 0})
		}
		return
	}
	if w.skip {
		w.pos, w.skip = start, false
	}
	if f.changed() {
		w.flush(d, f.Start)
		w.dst = d.appendField(w.dst, f)
		w.pos = f.End
	}
	w.last = end
}

// extent is the range of a line's item with its key and all quotes.
func (f *Field) extent() (start, end int) {
	start, end = f.Start, f.End
	if f.key >= 0 {
		start = int(f.key)
	}
	if f.flags&quotedKey != 0 {
		start--
	}
	if f.flags&quoted != 0 && f.flags&listed != 0 {
		end++
	}
	return start, end
}

// leaveOut writes a column as "-", and takes an item out of its list with the separator in front of it, or, as long as
// the list is empty, with the one behind.
func (d *Doc) leaveOut(w *writer, c cut) {
	switch {
	case !c.listed:
		w.flush(d, c.lead)
		w.dst = append(w.dst, '-')
		w.pos, w.last = c.tail, c.tail
	case w.last >= d.body || c.lead < d.body:
		if w.last > w.pos {
			w.flush(d, w.last)
		}
		w.pos = c.tail
	default:
		if !w.skip {
			w.flush(d, c.lead)
		}
		w.pos, w.skip = c.tail, true
	}
}

func (d *Doc) appendLinePath(dst []byte, f *Field) []byte {
	dst = append(dst, partNames[f.part]...)
	if f.part == partKey || f.part == partSDKey {
		end := scanKey(d.src, int(f.key))
		if f.part == partSDKey {
			end = sdName(d.src, int(f.key))
		}
		key := d.src[f.key:end]
		if len(key) > maxKey {
			return append(append(dst, key[:maxKey]...), "…"...)
		}
		dst = append(dst, key...)
	}
	return dst
}
