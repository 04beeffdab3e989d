package scan

// Edit replaces Bytes[Start:End] of a Text by With.
type Edit struct {
	Start, End int
	With       []byte
	// From and To say for each byte of With where in Bytes what it stands for begins and ends. They may reach over more than the
	// byte's own word: a correction belongs to what it corrects. Both ascend.
	From, To []uint32
}

// Rewrite makes t.Bytes a copy with the edits made, which are in order and don't overlap, and scans it anew. Source maps back through
// them. The edits must not use memory of t.
func (t *Text) Rewrite(edits []Edit, lex *Lexicon) {
	if !t.isFolded() {
		t.copySource()
	}
	folded, origin, ends := t.spare[:0], t.spareOrigin[:0], t.spareEnds[:0]
	at := 0
	for i := range edits {
		e := &edits[i]
		folded = append(folded, t.folded[at:e.Start]...)
		origin = append(origin, t.origin[at:e.Start]...)
		ends = append(ends, t.ends[at:e.Start]...)
		folded = append(folded, e.With...)
		for k := range e.With {
			origin = append(origin, t.origin[e.From[k]])
			ends = append(ends, t.ends[e.To[k]-1])
		}
		at = e.End
	}
	folded = append(folded, t.folded[at:]...)
	origin = append(origin, t.origin[at:]...)
	ends = append(ends, t.ends[at:]...)
	t.spare, t.folded = t.folded, folded
	t.spareOrigin, t.origin = t.origin, origin
	t.spareEnds, t.ends = t.ends, ends
	t.Bytes, t.rewritten = t.folded, true
	t.tokenise(lex)
}

// Is says whether a token is the word of a lexicon's entry, and which: the entry's Topic, 0 if the lexicon doesn't know it. b are the
// bytes that t's offsets are of.
func (l *Lexicon) Is(t *Token, b []byte) uint16 {
	if l.filter[t.Hash>>22]>>(t.Hash>>16&63)&1 == 0 {
		return 0
	}
	n := t.Len()
	lo, hi := fold16(b, int(t.Start), int(t.End))
	for i := t.Hash & l.mask; l.slots[i].n != 0; i = (i + 1) & l.mask {
		if s := &l.slots[i]; s.lo == lo && s.hi == hi && int(s.n) == n {
			return s.topic
		}
	}
	return 0
}
