package detectors

import (
	"bytes"

	"github.com/sonexlabs/tacet/detectors/scan"
)

// fieldsLeast are the separators that a row of a table has at the least.
const fieldsLeast = 4

// noteRow notes whether a line of a log is a row of a table with the data of somebody: an e-mail address and four separators of one kind, the two halves
// of a name in two fields, or a caller's name and number and four fields in quotes, as Asterisk writes them.
func (p *pass) noteRow() {
	const most = 4096
	if p.in.Channel != ChannelLog || p.isFailing {
		return
	}
	line := p.b[:min(len(p.b), most)]
	for k := range p.candidates {
		switch c := &p.candidates[k]; c.kind {
		case Phone: // beside a caller's name
			p.isRow = bytes.Count(line, []byte(`","`)) >= fieldsLeast
			return
		case Email:
			sep := p.at(c.end)
			if sep == '"' {
				sep = p.at(c.end + 1)
			}
			if c.end == len(p.b) {
				sep = p.at(c.start - 1) // the last field
			}
			p.isRow = isSeparator(sep) && bytes.Count(line, []byte{sep}) >= fieldsLeast && bytes.Count(line, []byte{'='}) < fieldsLeast
			return
		}
	}
	p.isRow = p.set.names != nil && p.hasHalves(line)
}

// isRowBeside says whether a line of a log is a row in which something of somebody's, found by now, is a field.
func (p *pass) isRowBeside() bool {
	if p.in.Channel != ChannelLog {
		return false
	}
	for k := range p.candidates {
		c := &p.candidates[k]
		end := c.end
		for p.at(end) == '^' { // parts of a name that are left out
			end++
		}
		if sep := p.at(end); c.total >= p.set.threshold && isSeparator(sep) && (p.at(c.start-1) == sep || p.at(c.start-1) == ' ' && sep == '|') && isOfSomebody(c.kind) {
			p.isRow = bytes.Count(p.b, []byte{sep}) >= fieldsLeast && bytes.Count(p.b, []byte{'='}) < fieldsLeast
			return p.isRow
		}
	}
	return false
}

// hasHalves says whether a line is a row with a given name and a surname in two fields beside each other: "CUST|0099218|ROE|ASHA|19881010|…".
func (p *pass) hasHalves(line []byte) bool {
	for _, sep := range [...]byte{'|', ';'} {
		if at := bytes.IndexByte(line, sep); at < 0 || bytes.Count(line[at:], []byte{sep}) < fieldsLeast {
			continue
		}
		if bytes.Count(line, []byte{'='}) >= fieldsLeast {
			return false
		}
		for k := 1; k+1 < len(p.text.Tokens); k++ {
			a, b := &p.text.Tokens[k], &p.text.Tokens[k+1]
			if b.Start == a.End+1 && p.b[a.End] == sep && p.at(int(a.Start)-1) == sep && (p.at(int(b.End)) == sep || int(b.End) == len(p.b)) && p.areHalves(k) {
				return true
			}
		}
		return false
	}
	return false
}

// areHalves says whether token k and the next are a given name of the lists and a surname, which may be a word that no list has, in either order.
func (p *pass) areHalves(k int) bool {
	if !p.isPersonWord(k, commonWord) || !p.isPersonWord(k+1, commonWord) {
		return false
	}
	a, b := p.set.names.Listing(p.text.Tokens[k].Hash), p.set.names.Listing(p.text.Tokens[k+1].Hash)
	if a.Common+b.Common > 0 && (a.Surname < 2 || b.Given < 2) && (b.Surname < 2 || a.Given < 2) {
		return false
	}
	return max(a.Given, b.Given) > 1 && min(a.Common, b.Common) == 0
}

func isSeparator(c byte) bool { return c == ',' || c == ';' || c == '|' || c == '\t' }

// rowSpan is the field of a row that may be a name.
type rowSpan struct{ start, end int }

// rowNames takes the fields of a row that are a few words in capitals or with capitals, one of them a name in the lists, for names, and a word that no list has
// beside one.
func (p *pass) rowNames() {
	const most, gap, shortRare = 4, 3, 3 // words; bytes between fields; letters
	tokens := p.text.Tokens
	name, rare := rowSpan{end: -gap - 1}, rowSpan{end: -gap - 1} // the last ones
	for k := 0; k < len(tokens); k++ {
		start := int(tokens[k].Start)
		if c := p.at(start - 1); !isFieldEnd(c) && (c != ' ' || p.at(start-2) != ',') {
			continue
		}
		if tokens[k].IsNumber() && (tokens[k].Len() == 4 || tokens[k].Len() == 8) {
			p.rowBirth(start)
		}
		if !isUpperAt(p.b, start) {
			continue
		}
		first := k
		var listed bool
		if k, listed = p.rowField(k); k-first >= most {
			continue
		}
		field := rowSpan{start, int(tokens[k].End)}
		switch {
		case listed:
			if field.start-rare.end <= gap {
				p.add(rare.start, rare.end, Person, 0.55, byNames, p.lower(rare.start, rare.end))
			}
			p.add(field.start, field.end, Person, 0.6, byNames, p.lower(field.start, field.end))
			name = field
		case first == k && isFieldEnd(p.at(field.end)) && tokens[k].Len() > shortRare && p.areNameLike(first, k):
			if field.start-rare.end <= gap && p.hasOneCapital(&tokens[k]) && isSmall(p.b[rare.start+1]) {
				p.add(rare.start, rare.end, Person, 0.55, byNames, p.lower(rare.start, rare.end))
				name = rare
			}
			if field.start-name.end <= gap {
				p.add(field.start, field.end, Person, 0.55, byNames, p.lower(field.start, field.end))
				name = field
			} else {
				rare = field
			}
		}
	}
}

// rowField gives the last token of the field that begins with token k, and whether it is of words one of which is a name in the lists.
func (p *pass) rowField(k int) (last int, listed bool) {
	tokens := p.text.Tokens
	first := k
	for ; ; k++ {
		t := &tokens[k]
		l := p.set.names.Listing(t.Hash)
		listed = listed || k > first && p.is(k, &titles) || max(l.Given, l.Surname) > 1 && l.Common < commonWord && !l.Other
		if !t.IsWord() || p.isInert(int(t.Start)) || p.is(k, &firms) || p.is(k, &places) {
			return k, false
		}
		listed = listed || p.isFailing && k == first && t.Shape&scan.Lower != 0 && p.areNameLike(k, k)
		if isFieldEnd(p.at(int(t.End))) || k+1 == len(tokens) {
			return k, listed
		}
	}
}

func isFieldEnd(c byte) bool { return isSeparator(c) || c == '"' || c == '\n' }

// rowBirth takes the date from start on for a date of birth if it is a field of a row about somebody and no younger than a child's.
func (p *pass) rowBirth(start int) {
	if end := start + len("19850312"); p.isRow && p.digitsAt(start, len("19850312")) && isFieldEnd(p.at(end)) && isBornOn(p.b[start:end]) {
		p.add(start, end, DateOfBirth, 0.6, byRow, p.verbatim(start, end))
		return
	}
	end := p.isDateAt(start)
	if end-start != 10 || p.b[start] != '1' && string(p.b[start:start+3]) != "200" || !isFieldEnd(p.at(end)) && p.at(end) != ')' && p.at(end) != ']' && p.at(end) != '\'' && end < len(p.b) {
		return
	}
	p.add(start, end, DateOfBirth, 0.6, byRow, p.verbatim(start, end))
}

// isBornOn says whether eight digits are the day on which somebody may have been born who is no small child: "19850312".
func isBornOn(b []byte) bool {
	month, day := int(b[4]-'0')*10+int(b[5]-'0'), int(b[6]-'0')*10+int(b[7]-'0')
	return (string(b[:2]) == "19" || string(b[:3]) == "200") && month >= 1 && month <= 12 && day >= 1 && day <= 31
}
