package detectors

import (
	"bytes"

	"github.com/sonexlabs/tacet/detectors/names"
	"github.com/sonexlabs/tacet/detectors/scan"
)

// personWords stand before the names of persons in logs, where most of what follows them is none.
const personWords = tradeWords + " manager display pai rpid custodian owner holder driver recipient author assignee reporter assigned reviewer approver attendee employee student sender buyer seller operator surgeon nurse requester submitter nm actor initiator family given rider pupil inmate respondent evaluator participant cust " + doneWords

// doneWords stand before "by" and who did it.
const doneWords = "requested created updated modified deleted approved"

// tradeWords are those of personWords that are trades of people alone, so that one name behind them is enough: "engineer Marek assigned".
const tradeWords = "engineer technician interpreter translator paramedic receptionist plumber electrician courier carer midwife"

var trades = wordsOf(tradeWords)

var personSet = wordsOf(personWords)

// partValue takes words with capitals behind token i, one of personWords, for a name if the lists have one of them: "owner='Asha Roe'", "assigned to
// Asha Roe".
func (p *pass) partValue(i int) {
	const gap = 4
	if p.isNameMember(i) || p.isSplitName(i) {
		return
	}
	if p.in.Channel != ChannelLog || p.set.names == nil {
		return
	}
	k := i + 1
	if p.is(i, &byWord) {
		p.doneBy(i)
		return
	}
	if at := int(p.text.Tokens[i].End); p.at(at) == ' ' && !p.is(i, &machineParts) {
		p.numberOf(at+1, true)
	}
	if start := int(p.text.Tokens[i].Start); isWord(p.bytesOf(&p.text.Tokens[i]), "nm") && p.at(start-1) == '<' && p.at(start+2) == '>' {
		if p.isElementName(k) {
			p.personValue(start+3, true)
		}
		return
	}
	done := p.is(i, &doneSet)
	if p.is(k, &partLinks) && (p.between(i) == gapSpace || p.at(int(p.text.Tokens[i].End)) == '_') {
		k++
	} else if done {
		return
	}
	if k < len(p.text.Tokens) && p.text.Tokens[k].Start-p.text.Tokens[k-1].End <= gap {
		least := 2
		if p.at(int(p.text.Tokens[i].Start)-1) == '<' || p.is(i, &trades) {
			least = 1 // an element
		}
		if p.quotedName(k) {
			return
		}
		if c := p.at(int(p.text.Tokens[k-1].End)); p.listedName(k, least) {
			return
		} else if c == '=' && p.between(k) == gapSpace && k+1 < len(p.text.Tokens) && p.areNameLike(k, k+1) && p.hasOneCapital(&p.text.Tokens[k]) && p.hasOneCapital(&p.text.Tokens[k+1]) {
			p.add(int(p.text.Tokens[k].Start), int(p.text.Tokens[k+1].End), Person, 0.6, byNames, p.lower(int(p.text.Tokens[k].Start), int(p.text.Tokens[k+1].End))) // "manager=Gerwyn Tew"
		} else if p.is(i, &trades) && p.between(k-1) == gapSpace && p.isCapital(k) && p.areNameLike(k, k) {
			p.add(int(p.text.Tokens[k].Start), int(p.text.Tokens[k].End), Person, 0.55, byNames, p.lower(int(p.text.Tokens[k].Start), int(p.text.Tokens[k].End)))
		} else if c == '=' && p.is(i, &reviewWords) || (c == '=' || c == ':') && done {
			p.assignee(k)
		}
	}
}

// machineParts are those of personWords that machines and programs have, too, with models behind them.
var machineParts = wordsOf("driver display operator owner manager family")

// doneBy looks for who did something behind token i, "by": "by=asha", "session opened for user root by asha", "activated by a.roe".
func (p *pass) doneBy(i int) {
	k := i + 1
	if k >= len(p.text.Tokens) {
		return
	}
	before, at := p.at(int(p.text.Tokens[i].Start)-1), int(p.text.Tokens[k].Start)
	switch {
	case p.at(int(p.text.Tokens[i].End)) == '=':
		if (before == ' ' || before == ',') && !p.listedName(k, 1) {
			p.assignee(k)
		}
	case p.between(i) != gapSpace:
	case p.is(i-2, &userNouns) && p.between(i-2) == gapSpace && p.between(i-1) == gapSpace && p.isRareUser(k):
		p.addUser(at, 0.7)
	case p.isUserOf(k):
		p.addUser(at, 0.65)
	}
}

// isElementName says whether an element that begins with token k holds a few words with capitals and none of a firm's: the name of who pays (ISO 20022).
func (p *pass) isElementName(k int) bool {
	const least, most = 2, 4
	n := 0
	for ; k < len(p.text.Tokens) && n <= most; k++ {
		if !p.text.Tokens[k].IsWord() || !isUpperAt(p.b, int(p.text.Tokens[k].Start)) || p.is(k, &firms) || p.is(k, &legalForms) {
			return false
		}
		if n++; p.at(int(p.text.Tokens[k].End)) == '<' {
			return n >= least && n <= most
		}
	}
	return false
}

// quotedName takes all that stands in quotes from token k on for a name if it looks like a rare one: "holder='ASHA ROE'".
func (p *pass) quotedName(k int) bool {
	start := int(p.text.Tokens[k].Start)
	quote := p.at(start - 1)
	if !isQuote(quote) {
		return false
	}
	n := bytes.IndexByte(p.b[start:], quote)
	if n < 0 {
		return false
	}
	first, last := p.tokensOf(start, start+n)
	if first >= last || !p.areNameLike(first, last) {
		return false
	}
	p.add(start, start+n, Person, 0.6, byNames, p.lower(start, start+n))
	return true
}

// reviewWords are those of personWords that tell of who works with a program, by the name that somebody logs in with.
var reviewWords = wordsOf("author assignee reporter reviewer approver requester submitter assigned actor initiator")

// isUserOf says whether token k begins a user name that is made of a person's: "a.roe", "asha.roe", "aroe".
func (p *pass) isUserOf(k int) bool {
	if k >= len(p.text.Tokens) || p.text.Tokens[k].Shape&(scan.Upper|scan.Digit|scan.High) != 0 {
		return false
	}
	t := &p.text.Tokens[k]
	word := p.bytesOf(t)
	if c := p.at(int(t.End)); (c == '.' || c == '_') && k+1 < len(p.text.Tokens) && p.text.Tokens[k+1].Start == t.End+1 {
		return len(word) == 1 && p.text.Tokens[k+1].Len() > 2 && p.isRareUser(k+1) || len(word) > 2 && (p.isListed(k) || p.isListed(k+1)) // "okeefe.d", too
	}
	c := p.at(int(t.End))
	return (scan.IsSpace(c) || int(t.End) == len(p.b) || isQuote(c) || c == ',' || c == ')') && p.isInitialSurname(k)
}

// isInitialSurname says whether token k is an initial and a surname that the lists have: "aroe".
func (p *pass) isInitialSurname(k int) bool {
	const least = 5
	t := &p.text.Tokens[k]
	if t.Len() < least || !t.IsWord() || t.Shape&(scan.Upper|scan.High) != 0 || p.set.names.IsCommon(t.Hash) {
		return false
	}
	word := p.bytesOf(t)
	l := p.set.names.Listing(noLexicon.Lookup(word[1:]).Hash)
	return (l.Surname > 1 && l.Common < commonWord || l.Surname > 2 || l.Surname > 0 && l.Common == 0) && !l.Other
}

var doneSet = wordsOf(doneWords)

// assignee takes token k for a user name if it is no common word: "reviewer=asha".
func (p *pass) assignee(k int) {
	if t := &p.text.Tokens[k]; t.Shape&scan.Upper == 0 && t.Shape&scan.Lower != 0 && !p.set.names.IsCommon(t.Hash) {
		p.addUser(int(t.Start), 0.65)
	}
}

var partLinks = wordsOf("to by is")

// listedName takes the words with capitals from token k on for a name if the lists have one of them and there are as many as least.
func (p *pass) listedName(k, least int) bool {
	const most = 4
	tokens := p.text.Tokens
	last, listed := k, false
	for ; last < len(tokens) && last-k < most && p.isCapitalWord(last) && !p.is(last, &firms); last++ {
		listed = listed || p.isListed(last)
		if p.between(last) != gapSpace {
			last++
			break
		}
	}
	if !listed || last-k < least || last-k >= most && p.between(last-1) == gapSpace {
		return false
	}
	start, end := int(tokens[k].Start), int(tokens[last-1].End)
	if c := p.at(end); c == '_' || c == '/' || c == '(' || c == '.' && scan.IsLetter(p.at(end+1)) {
		return false
	}
	p.add(start, end, Person, 0.65, byNames, p.lower(start, end))
	return true
}

// isListed says whether the lists have token k as a name, and not as a common word.
func (p *pass) isListed(k int) bool {
	l := p.set.names.Listing(p.text.Tokens[k].Hash)
	return max(l.Given, l.Surname) > 1 && l.Common < commonWord && !l.Other
}

// isSurnameAt says whether token k, which begins at a place, is a surname that the lists have, or one beside a field of given names: "givenName=Asha sn=Roe".
func (p *pass) isSurnameAt(k, start int) bool {
	return k < len(p.text.Tokens) && int(p.text.Tokens[k].Start) == start && p.isCapital(k) && (p.isListed(k) || bytes.Contains(p.b, givenField))
}

var givenField = []byte("givenName")

// commonName looks for a name in a directory behind token i, "cn": "cn=Asha Roe,ou=people", "CN=Roe\, Asha,OU=Users".
func (p *pass) commonName(i int) {
	const longest, words = 64, 4
	if p.is(i, &elementSet) {
		p.element(i)
		return
	}
	start := int(p.text.Tokens[i].End) + 1
	if p.at(start-1) != '=' || p.set.names == nil {
		return
	}
	surname := p.is(i, &surnameWord)
	listed := p.at(start) == '['
	if listed {
		start++
	}
	if surname && !listed && p.at(int(p.text.Tokens[i].Start)-1) != '(' && !p.isSurnameAt(i+1, start) {
		return // a serial number
	}
	start = p.pastQuote(start)
	end := start
	for end < len(p.b) && end-start < longest && (p.b[end] != ',' || p.b[end-1] == '\\') && bytes.IndexByte([]byte(")];/\"'"), p.b[end]) < 0 && p.b[end] >= ' ' {
		if surname && !listed && p.b[end] == ' ' {
			break
		}
		end++
	}
	first, last := p.tokensOf(start, end)
	if last-first >= words || p.isInert(start) {
		return
	}
	known := false
	for k := first; k <= last; k++ {
		if !p.text.Tokens[k].IsWord() {
			return
		}
		known = known || p.isListed(k)
	}
	if known && last > first || surname && first == last && p.isCapital(first) {
		p.add(start, end, Person, 0.65, byNames, p.lower(start, end))
	}
}

var surnameWord = wordsOf("sn")

// cutAtMarks parts the spans of persons in a log where marks of programs stand within them, and leaves out words of programs: most of what the
// tagger takes for names there stands in a path or is the name of a class.
func (p *pass) cutAtMarks() {
	n := len(p.spans)
	for i := range n {
		s := p.spans[i]
		if s.Class != names.Person {
			p.spans = append(p.spans, s)
			continue
		}
		first := s.First
		for k := s.First; k <= s.Last; k++ {
			if k < s.Last && p.isNameGap(k) {
				continue
			}
			part := s
			part.First, part.Last = first, k
			first = k + 1
			for part.First <= part.Last && p.isClass(part.First) {
				part.First++
			}
			for part.Last >= part.First && p.isClass(part.Last) {
				part.Last--
			}
			if part.First <= part.Last && !p.isInCode(&part) {
				p.spans = append(p.spans, part)
			}
		}
	}
	p.spans = append(p.spans[:0], p.spans[n:]...)
}

// isNameGap says whether what stands between token k and the next may stand within a name.
func (p *pass) isNameGap(k int) bool {
	for _, c := range p.b[p.text.Tokens[k].End:p.text.Tokens[k+1].Start] {
		switch c {
		case '(', ')', '{', '}', '[', ']', '<', '>', '=', '"', '|', ':', ';', '/', '\\', '$', '#', '*', '?', '&', '@', '\n':
			return false
		}
	}
	return true
}

// isClass says whether token k is written as the names of classes and functions are: "workerPool", "PlainTextAuthProvider". Names of persons with a
// capital within begin with a few letters, "McGrath", or with a name.
func (p *pass) isClass(k int) bool {
	const short = 3
	t := &p.text.Tokens[k]
	if t.Shape&(scan.Upper|scan.Lower) != scan.Upper|scan.Lower {
		return false
	}
	b := p.bytesOf(t)
	for i := 1; i < len(b); i++ {
		if b[i] >= 'A' && b[i] <= 'Z' {
			l := p.set.names.Listing(p.set.lexicon.Lookup(b[:i]).Hash)
			return (i >= short && l.Given < 2 || t.Shape&scan.Lower != 0 && b[0] >= 'a') && !nameHeads.holds(b[:i])
		}
	}
	return false
}

// hasNameHead says whether a capital stands in token k behind one of nameHeads: "McGrath", "DeShawn".
func (p *pass) hasNameHead(k int) bool {
	b := p.bytesOf(&p.text.Tokens[k])
	n := lastHump(b)
	return n > 0 && nameHeads.holds(b[:n])
}

// nameHeads are joined to the rest of a name that begins with a capital.
var nameHeads = wordsOf("mc mac de di da la le van von del den der ter ten fitz ben ibn abu dos das san")

// isBesideCode says whether a span stands within a path, a name of several parts or before the arguments of a function.
func (p *pass) isBesideCode(s *names.Span) bool {
	start, end := int(p.text.Tokens[s.First].Start), int(p.text.Tokens[s.Last].End)
	before, after := p.at(start-1), p.at(end)
	return before == '/' || before == '.' || before == '_' || before == '$' || after == '-' && scan.IsLetter(p.at(end+1)) || after == '/' || after == '_' || after == '(' || after == '.' && scan.IsLetter(p.at(end+1))
}

// isInCode says whether a span stands beside code, and the lists have none of it.
func (p *pass) isInCode(s *names.Span) bool {
	start, end := int(p.text.Tokens[s.First].Start), int(p.text.Tokens[s.Last].End)
	if !p.isBesideCode(s) && (p.at(end) != ':' || p.at(start-1) != '<' && !scan.IsLetter(p.at(end+1))) {
		return false
	}
	for k := s.First; k <= s.Last; k++ {
		if p.isListed(k) {
			return false
		}
	}
	return true
}

// leaveCode takes what stands within code out of the spans of persons in a document.
func (p *pass) leaveCode() {
	if !p.isWritten() || p.in.Channel == ChannelLog {
		return
	}
	kept := p.spans[:0]
	for k := range p.spans {
		s := &p.spans[k]
		if len(p.in.Path) > 0 && s.Class == names.Person && s.First == s.Last && p.isClass(s.First) {
			continue
		}
		end := int(p.text.Tokens[s.Last].End)
		if s.Class == names.Person && s.First == s.Last && p.at(end) == '-' && scan.IsDigit(p.at(end+1)) && isUpper(p.bytesOf(&p.text.Tokens[s.First])) {
			continue // "LI-2026-00418"
		}
		if c := p.at(end); s.Class == names.Person && (c == '_' || c == '(' || p.at(int(p.text.Tokens[s.First].Start)-1) == '_') && p.isInCode(s) {
			continue
		}
		kept = append(kept, *s)
	}
	p.spans = kept
}

// callerID takes a number in angle brackets from start to end for that of a caller, if a name stands before it, and the name: "Asha Roe <07700900123>".
func (p *pass) callerID(start, end int) {
	const least, most = 7, 15
	before, open := len(p.candidates), start
	if p.at(open-1) == '+' {
		open--
	}
	if bytes.HasSuffix(p.b[:open], []byte("<tel:")) { // RFC 3966
		open -= len("tel:")
	}
	p.mailName(open)
	if p.at(start-1) == '+' {
		start--
	}
	if len(p.candidates) == before || end-start < least || end-start > most {
		return
	}
	p.add(start, end, Phone, 0.65, byPhone, p.verbatim(start, end))
	if from := end + 3; p.at(end+1) == '-' && p.at(end+2) == '>' {
		to := from
		for to < len(p.b) && scan.IsDigit(p.b[to]) {
			to++
		}
		if to-from >= least && to-from <= most && !p.isInert(from) {
			p.add(from, to, Phone, 0.65, byPhone, p.verbatim(from, to))
		}
	}
}

// deviceName looks for the name that a device of somebody bears, before token i: "Ashas-iPhone", "Asha's MacBook", "asha-mbp".
func (p *pass) deviceName(i int) {
	if i == 0 || p.in.Channel != ChannelLog || p.set.names == nil {
		return
	}
	k := i - 1
	if t := &p.text.Tokens[k]; t.Len() == 1 && p.b[t.Start]|0x20 == 's' && k > 0 && p.at(int(t.Start)-1) == '\'' {
		k--
	}
	t := &p.text.Tokens[k]
	if gap := p.b[t.End:p.text.Tokens[i].Start]; len(gap) == 0 || len(gap) > 4 || gap[len(gap)-1] != '-' && (k == i-1 || gap[len(gap)-1] != ' ') || !t.IsWord() || p.isInert(int(t.Start)) {
		return
	}
	b := p.bytesOf(t)
	l := p.set.names.Listing(t.Hash)
	if n := len(b) - 1; n > 2 && b[n]|0x20 == 's' && l.Given < 2 {
		l = p.set.names.Listing(p.set.lexicon.Lookup(b[:n]).Hash)
	}
	if l.Given > 1 && l.Common < commonWord || k < i-1 {
		p.add(int(t.Start), int(t.End), Person, 0.65, byNames, p.lower(int(t.Start), int(t.End)))
	}
}

// lastWords is where the last few words with capitals begin that end at a place, behind words without.
func lastWords(b []byte, from, end int) int {
	at := end
	for at > from {
		k := bytes.LastIndexByte(b[from:at], ' ') + 1 + from
		if !isUpperAt(b, k) {
			break
		}
		if at = k - 1; k == from {
			return from
		}
	}
	return min(at+1, end)
}
