package detectors

import (
	"bytes"
	"unicode/utf8"

	"github.com/sonexlabs/tacet/detectors/scan"
)

// labelledValues looks outside logs for what fields of a form hold and nothing shows by itself: rare names, user names, passwords, keys and houses without a
// number. Marks, tags or the end of the line part the label from the value.
func (p *pass) labelledValues() {
	if p.in.Channel == ChannelLog || p.set.names == nil {
		return
	}
	for _, h := range p.text.Hot {
		i := int(h)
		t := &p.text.Tokens[i]
		if !t.IsWord() {
			continue
		}
		start := p.behindLabel(int(t.End))
		if start == 0 {
			continue
		}
		if kind := p.labelKind(i); kind != 0 {
			start = p.pastQuote(p.literalStart(start))
			p.labelledValue(kind, start, p.cellEnd(start, kind))
		}
	}
}

// labelKind is what the field holds whose label ends with token i; 0 for what is found by its form.
func (p *pass) labelKind(i int) Type {
	t := &p.text.Tokens[i]
	kind := p.kindOf(p.bytesOf(t))
	if i > 0 && p.between(i-1) == gapSpace {
		switch {
		case kind == 0 || kind == Person: // "Event name" is nobody's
			kind = p.kindOf(p.b[p.text.Tokens[i-1].Start:t.End])
		case kind == Address && p.bitsAt(i-1)&(cueEmail|cueIP) != 0:
			return 0
		}
	}
	switch kind {
	case Password, Secret, SessionID, Username, Person, Address:
		return kind
	}
	if p.is(i, &personLabels) {
		return Person
	}
	return 0
}

// personLabels are labels of fields that hold the name of a person.
var personLabels = wordsOf("patient policyholder contact claimant tenant landlord witness interviewer reporter assignee kin guardian insured beneficiary payee applicant nominee executor spouse attendee signatory")

// behindLabel is where the value begins that marks, tags or the end of a line part from the label before i; 0 if no value does.
func (p *pass) behindLabel(i int) int {
	const longest, remark = 64, 24
	firm := false
	at := i
	for at < len(p.b) && at-i < longest {
		switch c := p.b[at]; {
		case c == '\n':
			firm = true
			at++
		case c == '<':
			k := bytes.IndexByte(p.b[at:min(at+longest, len(p.b))], '>')
			if k < 0 {
				return 0
			}
			firm = true
			at += k + 1
		case c == '(':
			k := bytes.IndexByte(p.b[at:min(at+remark, len(p.b))], ')')
			if k < 0 {
				return 0
			}
			at += k + 1
		case c == ' ' || c == '"' || c == '\'' || c == '`' || c == '\r':
			at++
		case bytes.IndexByte([]byte(":*_-.|=\t>[;,?"), c) >= 0:
			firm = true
			at++
		case c == 'A' && p.at(at+1) == ':': // "Q: Surname?", "A: …"
			at += 2
		default:
			r, width := utf8.DecodeRune(p.b[at:])
			if r != '–' && r != '→' {
				if !firm {
					return 0
				}
				return at
			}
			firm = true
			at += width
		}
	}
	return 0
}

// cellEnd is where the value ends that begins at a place.
func (p *pass) cellEnd(start int, kind Type) int {
	const longest = 128
	end := start
	for end < len(p.b) && end-start < longest {
		c := p.b[end]
		if c == '\n' || c == '\r' || c == '\t' || c == '|' || c == '<' || c == '"' || c == '`' || c == ']' || c == ';' || c == '(' || c == ',' && kind != Address ||
			c == ' ' && p.at(end+1) == '/' {
			break
		}
		end++
	}
	for end > start && bytes.IndexByte([]byte(" .,:*_'"), p.b[end-1]) >= 0 {
		end--
	}
	return end
}

// labelledValue notes the value of a field from start to end.
func (p *pass) labelledValue(kind Type, start, end int) {
	value := p.b[start:max(start, end)]
	first, last := p.tokensOf(start, end)
	if first > last || isPlaceholder(value) {
		return
	}
	word := first == last && p.isRareWord(first) && p.text.Tokens[first].Shape&scan.Upper == 0
	blank := bytes.IndexByte(value, ' ') >= 0
	switch kind {
	case Password:
		if !blank && (word || hasDigit(value) && !isDecimal(value)) {
			p.add(start, end, kind, 0.65, byAssignment, p.verbatim(start, end))
		}
	case Secret, SessionID:
		if !blank && isKey(value) && bytes.IndexByte(value, '=') < 0 {
			p.add(start, end, kind, 0.65, byAssignment, p.verbatim(start, end))
		}
	case Username:
		if p.userEnd(start) == end && (p.looksLikeAccount(start, end) || word) {
			p.addUser(start, 0.65)
		}
	case Person:
		if p.areNameLike(first, last) {
			p.add(start, end, kind, 0.6, byNames, p.lower(start, end))
		}
	case Address:
		if p.isDateAt(start) == 0 && p.isHouseAndPlace(first, last, value) {
			p.add(start, end, kind, 0.6, byAddress, p.lower(start, end))
		}
	}
}

// isRareWord says whether token k is a word that no list has as a common one, and no participle.
func (p *pass) isRareWord(k int) bool {
	t := &p.text.Tokens[k]
	b := p.bytesOf(t)
	return t.IsWord() && t.Bits == 0 && !p.set.names.IsCommon(t.Hash) && !bytes.HasSuffix(b, []byte("ed")) && !bytes.HasSuffix(b, []byte("ing"))
}

// isHouseAndPlace says whether tokens first to last are words with capitals, some of them behind a comma, as an address is written: "The Old Dairy, Bridgerule".
func (p *pass) isHouseAndPlace(first, last int, value []byte) bool {
	const fewest = 3
	if last-first+1 < fewest || bytes.IndexByte(value, ',') < 0 {
		return false
	}
	for k := first; k <= last; k++ {
		if t := &p.text.Tokens[k]; !isUpperAt(p.b, int(t.Start)) && !t.IsNumber() && !p.is(k, &phraseSmall) && !p.is(k, &upon) || t.Bits&wordMonth != 0 {
			return false
		}
	}
	return true
}

var upon = wordsOf("upon under next near le la de du des sur am im an der den")
