package detectors

import (
	"bytes"

	"github.com/sonexlabs/tacet/detectors/names"
	"github.com/sonexlabs/tacet/detectors/scan"
)

// pairedNames looks in a log for persons of whom no word tells: a given name and a surname of the lists side by side, with capitals and outside of
// paths and names of programs, "Charge failed for Asha Roe", "matched ROE, ASHA".
func (p *pass) pairedNames() {
	if p.in.Channel != ChannelLog || p.set.names == nil {
		return
	}
	const familiar = 6 // how common a word may be behind a given name that is no word
	tokens := p.text.Tokens
	for k := 0; k+1 < len(tokens); k++ {
		a, b := &tokens[k], &tokens[k+1]
		if a.Len() == 1 && p.initialed(k) {
			k++
			continue
		}
		if b.Start-a.End == 2 && p.b[a.End] == ':' && a.Shape&(scan.Upper|scan.Digit) == 0 {
			p.talker(k)
		}
		p.given = p.given || a.Shape&(scan.Upper|scan.Lower) == scan.Upper|scan.Lower && p.isGivenAlone(k)
		if last := p.linkedName(k); last > k {
			k = last
			continue
		}
		if a.Shape&b.Shape&scan.Upper == 0 {
			if b.Start-a.End == 1 && (p.b[a.End] != ' ' || isQuote(p.at(int(b.End)))) && (a.Shape|b.Shape)&(scan.Upper|scan.Digit) == 0 && p.joinedName(k) {
				k++
			}
			continue
		}
		if b.Start-a.End > 2 || !p.isPersonWord(k, commonWord) {
			continue
		}
		first, second := p.set.names.Listing(a.Hash), p.set.names.Listing(b.Hash)
		most := commonWord
		if first.Common == 0 && (first.Given > 1 || second.Surname > 2) {
			most = familiar
		}
		if !p.isPersonWord(k+1, most) {
			continue
		}
		pair := namePair{a: a, b: b, first: first, second: second}
		switch field := b.Start-a.End == 1 && (p.b[a.End] == '^' || p.b[a.End] == '*'); { // HL7, X12
		case field && p.isProvider(k) && first.Common+second.Common == 0:
		case field || p.between(k) == gapComma:
			if !pair.isSurnameFirst() {
				continue
			}
		case p.between(k) != gapSpace || !pair.isGivenFirst() && !(most == familiar && b.Len() >= longSurname && p.hasOneCapital(a) && p.hasOneCapital(b)) && !p.isRarePair(&pair):
			continue
		}
		last := k + 1
		for n := 0; n < 2 && last+1 < len(tokens) && p.between(last) == gapSpace && p.isPersonWord(last+1, commonWord) && p.set.names.Listing(tokens[last+1].Hash).Surname > 1; n++ {
			last++
		}
		if last+1 < len(tokens) && p.isHyphen(last) && p.isPersonWord(last+1, familiar) {
			last++
		}
		if p.is(last+1, &legalForms) && p.between(last) == gapSpace {
			k = last
			continue // a firm
		}
		start, end := p.apostropheStart(k), int(tokens[last].End)
		if s := (names.Span{First: k, Last: last}); !p.isBesideCode(&s) {
			p.add(start, end, Person, 0.65, byNames, p.lower(start, end))
		}
		k = last
	}
}

// talker takes token k for the name of somebody who says the rest of a line of a log, if it is a given name that is no other word: "turn 3: kofi: can I take your date
// of birth please".
func (p *pass) talker(k int) {
	t := &p.text.Tokens[k]
	start := int(t.Start)
	if before := p.at(start - 2); start > 0 && (p.b[start-1] != ' ' || before != ':' && before != ']' && before != '-' && before != '|') {
		return
	}
	l := p.set.names.Listing(t.Hash)
	if l.Given < 2 || l.Common > 0 || l.Other || t.Bits != 0 || p.is(k, &givenPrograms) || p.isInert(start) {
		return
	}
	const reach = 24 // tokens
	talks := false
	for n := k + 1; n < len(p.text.Tokens) && n <= k+reach && !talks; n++ {
		talks = p.is(n, &selfWords) || p.is(n, &talkWords)
	}
	before := len(p.quotes)
	if !talks {
		return
	}
	if p.saidLine(k); len(p.quotes) > before {
		p.add(start, int(t.End), Person, 0.6, byNames, p.lower(start, int(t.End)))
	}
}

// talkWords are further words of people who talk to each other.
var talkWords = wordsOf("i me we us our can could would please let's")

// isGivenAlone says whether token k is a given name that is no other word, and stands among words as one of a sentence does.
func (p *pass) isGivenAlone(k int) bool {
	const short = 3
	t := &p.text.Tokens[k]
	before, after := p.at(int(t.Start)-1), p.at(int(t.End))
	if p.is(k, &givenPrograms) {
		return false
	}
	if before != ' ' && before != '(' && !isQuote(before) || after != ' ' && after != ')' && after != ',' && !isQuote(after) || !p.isCapital(k) || !p.hasOneCapital(t) {
		return false
	}
	l := p.set.names.Listing(t.Hash)
	return t.Len() > short && l.Given > 1 && l.Common == 0 && !l.Other
}

// givenPrograms are programs and services that bear given names.
var givenPrograms = wordsOf("travis cassandra athena luna jasmine ruby julia juno artemis hudson maven elsa gerrit jenkins apollo iris hermes aurora phoenix alexa siri cortana bixby clair")

// linkedName takes a given name and a surname with a particle between them or with "O'" before it, and a surname with an initial behind a comma, from token k on, and
// gives the last token; k if there is none: "Hanneke de Wit", "Siobhán O'Hara", "PRZYBYLSKI,K".
func (p *pass) linkedName(k int) (last int) {
	const longest, familiar = 4, 6
	tokens := p.text.Tokens
	a, b := &tokens[k], &tokens[k+1]
	if b.Len() > longest || a.Shape&(scan.Upper|scan.High) == 0 || b.Start-a.End > 2 || !p.isPersonWord(k, commonWord) {
		return k
	}
	l := p.set.names.Listing(a.Hash)
	if b.Len() == 1 && p.b[a.End] == ',' {
		end := int(b.End)
		if l.Surname < 2 || l.Common > 0 || a.Shape&scan.Lower != 0 || !isUpperAt(p.b, int(b.Start)) || end < len(p.b) && !scan.IsSpace(p.at(end)) && !isQuote(p.at(end)) {
			return k
		}
		p.add(p.apostropheStart(k), end, Person, 0.6, byNames, p.lower(p.apostropheStart(k), end))
		return k + 1
	}
	last = k + 1
	for last+1 < len(tokens) && last < k+3 && p.between(last-1) == gapSpace && p.is(last, &particles) {
		last++
	}
	if last == k+1 {
		if last+1 == len(tokens) || b.Len() != 1 || p.b[b.End] != '\'' || tokens[last+1].Start != b.End+1 || p.between(k) != gapSpace {
			return k
		}
		last++
	} else if p.between(last-1) != gapSpace {
		return k
	}
	start, end := int(a.Start), int(tokens[last].End)
	if s := (names.Span{First: k, Last: last}); l.Given < 2 && !p.areNameLike(k, k) || !p.isPersonWord(last, familiar) || p.isBesideCode(&s) {
		return k
	}
	p.add(start, end, Person, 0.65, byNames, p.lower(start, end))
	return last
}

// apostropheStart is where a name begins whose first token is k: before the "O'" that belongs to it.
func (p *pass) apostropheStart(k int) int {
	start := int(p.text.Tokens[k].Start)
	if k > 0 && p.b[start-1] == '\'' && p.text.Tokens[k-1].Len() == 1 && int(p.text.Tokens[k-1].End) == start-1 && isUpperAt(p.b, start-2) {
		return start - 2
	}
	return start
}

// bornBeside takes a date right behind a name in a log for a date of birth if who was born on it is grown up, and digits in two groups for a telephone number
// without its area: "ROE, ASHA 12/05/1990", "Asha Roe / 12 Apr 1979 /".
func (p *pass) bornBeside() {
	const gap, least, most = 3, 1900, 2008
	if p.in.Channel != ChannelLog {
		return
	}
	for n := range p.candidates {
		c := &p.candidates[n]
		if c.kind != Person || c.end+gap >= len(p.b) {
			continue
		}
		k := p.firstAt(c.end)
		if k >= len(p.text.Tokens) || !p.text.Tokens[k].IsNumber() || p.isInert(int(p.text.Tokens[k].Start)) || len(bytes.Trim(p.b[c.end:p.text.Tokens[k].Start], " ,(/|")) > 0 || int(p.text.Tokens[k].Start)-c.end > gap {
			continue
		}
		p.limit = len(p.b)
		if at := int(p.text.Tokens[k].Start); p.digitsAt(at, 3) && p.at(at+3) == '-' && p.digitsAt(at+4, 4) && p.at(at+8) != '-' && !scan.IsWordByte(p.at(at+8)) {
			p.add(at, at+8, Phone, 0.55, byPhone, p.verbatim(at, at+8)) // "Gail Roe 555-0147"
			continue
		}
		var d date
		var ok bool
		if k+1 < len(p.text.Tokens) && p.text.Tokens[k+1].Bits&wordMonth != 0 {
			d, ok = p.monthDate(k + 1)
		} else if p.dateEnd(k) > 0 {
			d, ok = p.numericDate(k)
		}
		if ok && !d.joined && !d.short && d.first == k && d.year >= least && d.year <= most {
			p.add(int(p.text.Tokens[k].Start), d.end, DateOfBirth, 0.6, byDate, p.dateCanon(&d))
		}
	}
}

// searchWords name what somebody looks for.
const searchWords = "q query search term keyword searchterm search_term"

var (
	searchSet = wordsOf(searchWords)
	// ofPeople are parts of the addresses of services at which persons are looked for.
	ofPeople = wordsOf("customers customer people person persons contacts contact members patients crm subscribers users callers clients directory")
)

// searched takes the names that the query of a link looks for, behind token i: "GET /customers?q=abernathy+leeds".
func (p *pass) searched(i int) {
	const longest, reach = 64, 32 // bytes, tokens
	t := &p.text.Tokens[i]
	if c := p.at(int(t.Start) - 1); p.in.Channel != ChannelLog || p.set.names == nil || c != '?' && c != '&' || p.at(int(t.End)) != '=' {
		return
	}
	start := int(t.End) + 1
	end := start
	for end < len(p.b) && end-start < longest && p.b[end] > ' ' && p.b[end] != '&' && p.b[end] != '"' {
		end++
	}
	people := false
	for k := i - 1; k >= max(0, i-reach) && p.at(int(p.text.Tokens[k].Start)-1) != ' ' && !people; k-- {
		people = p.is(k, &ofPeople)
	}
	p.namesAmong(start, end, people)
}

// namedSearch takes the names in the value of a field of a log that holds what somebody looks for: `q="abernathy leeds"`.
func (p *pass) namedSearch() {
	const most = 5
	if p.in.Channel == ChannelLog && p.path.roles&fieldSearch != 0 && p.set.names != nil && len(p.text.Tokens) <= most {
		p.namesAmong(0, len(p.b), false)
	}
}

// namesAmong takes each word from start to end that the lists have as a name and as no word for one, where people are looked for each rare one.
func (p *pass) namesAmong(start, end int, people bool) {
	const least = 4
	first, last := p.tokensOf(start, end)
	for k := first; k <= last; k++ {
		t := &p.text.Tokens[k]
		l := p.set.names.Listing(t.Hash)
		if !t.IsWord() || t.Len() < least || l.Common > 0 || l.Other || t.Bits != 0 || !people && max(l.Given, l.Surname) < 2 || p.is(k, &givenPrograms) || p.is(k, &programWords) || p.isInert(int(t.Start)) {
			continue
		}
		p.add(int(t.Start), int(t.End), Person, 0.55, byNames, p.lower(int(t.Start), int(t.End)))
	}
}

// joinedName takes token k and the next, in small letters and joined by a mark, for the name of a person in that of a file or in a path if the lists have both as
// names and as no words: "recordings/asha_roe_2026.wav", "GET /patients/asha.roe/notes".
func (p *pass) joinedName(k int) bool {
	const least = 3
	a, b := &p.text.Tokens[k], &p.text.Tokens[k+1]
	mark := p.b[a.End]
	if mark != '.' && mark != '_' && mark != '-' && mark != ' ' || a.Len() < least || b.Len() < least || !a.IsWord() || !b.IsWord() || a.Bits|b.Bits != 0 {
		return false
	}
	start, end := int(a.Start), int(b.End)
	switch c := p.at(start - 1); {
	case mark == ' ' && !isQuote(c):
		return false
	case c == '/' || c == '=' || c == '"' || c == ' ' || c == '(':
	case (c == '_' || c == '-') && scan.IsDigit(p.at(start-2)):
	default:
		return false
	}
	switch c := p.at(end); {
	case c == '/' || c == '"' || c == ' ' || c == ')' || c == ',' || end == len(p.b):
		if mark == '-' && p.at(start-1) != '/' {
			return false // words with a hyphen in a sentence
		}
	case (c == '_' || c == '-') && scan.IsDigit(p.at(end+1)), c == '.' && p.is(k+2, &mediaFiles):
	default:
		return false
	}
	first, second := p.set.names.Listing(a.Hash), p.set.names.Listing(b.Hash)
	if min(first.Common, second.Common) > 0 || max(first.Common, second.Common) > commonWord || first.Other || second.Other || p.isInert(start) {
		return false
	}
	if (first.Given < 2 || second.Surname < 1) && (second.Given < 2 || first.Surname < 1) {
		return false
	}
	if mark == ' ' { // "asha roe" in quotes, as recognisers write it
		p.add(start, end, Person, 0.6, byNames, p.lower(start, end))
		return true
	}
	p.add(start, end, Username, 0.6, byUser, p.lower(start, end))
	return true
}

// mediaFiles end the names of files with what somebody said, wrote or is.
var mediaFiles = wordsOf("wav mp3 ogg opus gsm m4a flac mp4 webm aac amr txt json xml csv pdf doc docx xlsx jpg jpeg png zip vcf eml msg vtt srt")

// namePair is two words that may be a name, and what the lists say of them.
type namePair struct {
	a, b          *scan.Token
	first, second names.Listing
}

// longSurname is how many letters a surname that no list has must have.
const longSurname = 4

// isGivenFirst says whether a given name and a surname are written alike, "Asha Roe", "ASHA ROE": the surname may be on no list if neither is a word.
func (n *namePair) isGivenFirst() bool {
	if n.first.Given < 2 && (n.a.Shape&scan.High == 0 || n.second.Surname < 2) {
		return false
	}
	return n.second.Surname > 0 || n.second.Given+n.second.Common+n.first.Common == 0 && n.b.Len() >= longSurname && n.areAlike()
}

// isSurnameFirst says the same of "Roe, Asha" and "ROE, ASHA"; only in capitals the surname may be on no list.
func (n *namePair) isSurnameFirst() bool {
	if n.second.Given < 2 || !n.areAlike() {
		return false
	}
	return n.first.Surname > 1 || n.first.Given+n.first.Common+n.second.Common == 0 && n.a.Len() >= longSurname && n.a.Shape&scan.Lower == 0
}

// areAlike says whether both words have small letters or neither has.
func (n *namePair) areAlike() bool { return n.a.Shape&scan.Lower == n.b.Shape&scan.Lower }

// isProvider says whether the number of somebody stands before token k in a field of HL7, as XCN has it: "|0148^ROE^ASHA".
func (p *pass) isProvider(k int) bool {
	if k == 0 || p.at(int(p.text.Tokens[k].Start)-1) != '^' {
		return false
	}
	t := &p.text.Tokens[k-1]
	return t.IsNumber() && p.text.Tokens[k].Start == t.End+1 && p.at(int(t.Start)-1) == '|'
}

// initialed takes a capital, a full stop and a word behind it, token k, for a name, where they begin a value, or stand behind one of beforeInitial, and the word is a rare one
// or a surname: "recipient=T. Lanyon".
func (p *pass) initialed(k int) bool {
	const least = 4
	a, b := &p.text.Tokens[k], &p.text.Tokens[k+1]
	start, end := int(a.Start), int(b.End)
	if b.Start-a.End != 2 || p.b[a.End] != '.' || p.b[a.End+1] != ' ' || !isUpperAt(p.b, start) || b.Len() < least || !p.isPersonWord(k+1, commonWord) || !p.hasOneCapital(b) {
		return false
	}
	if c := p.at(start - 1); start > 0 && c != '=' && !isQuote(c) && c != '[' && c != '(' && c != '|' && c != '>' && !(p.between(k-1) == gapSpace && p.is(k-1, &beforeInitial)) {
		return false
	}
	if l := p.set.names.Listing(b.Hash); l.Common > 0 && l.Surname < 1 {
		return false
	}
	p.add(start, end, Person, 0.6, byNames, p.lower(start, end))
	return true
}

// beforeInitial stand before what a sentence of a log tells of somebody: "seen with G. Tarrant".
var beforeInitial = wordsOf("with by for from of to between and as is")

// legalForms end the names of firms.
var legalForms = wordsOf("ltd limited llc inc plc gmbh corp corporation holdings llp pty sarl srl")

// isPersonWord says whether token k may be a part of a name in a log: a word of three letters and more with a capital, no common one and none of a program, a
// firm or a place.
func (p *pass) isPersonWord(k, common int) bool {
	const least = 3
	t := &p.text.Tokens[k]
	if !t.IsWord() || t.Len() < least || !isUpperAt(p.b, int(t.Start)) || t.Bits != 0 || p.isInert(int(t.Start)) {
		return false
	}
	l := p.set.names.Listing(t.Hash)
	return l.Common < common && !l.Other && !p.isClass(k) && !p.is(k, &firms) && !p.is(k, &places) && !p.is(k, &programWords) && !p.is(k, &vendors)
}

// isRarePair says whether two words in a row are rare ones with one capital each, that begins them: names that no list has,
// mostly, since what programs name is of common words or has capitals within.
func (p *pass) isRarePair(n *namePair) bool {
	const least, known = 4, 4
	first, second := &n.first, &n.second
	if first.Common > 0 && second.Common > 0 || max(first.Common, second.Common) > known || first.Common+second.Common > 0 && first.Given+second.Surname < 1 {
		return false
	}
	return n.a.Len() >= least && n.b.Len() >= least && p.hasOneCapital(n.a) && p.hasOneCapital(n.b)
}

// hasOneCapital says whether a word that begins with a capital has none within: "Roe", not "ROE" or "RoeServer".
func (p *pass) hasOneCapital(t *scan.Token) bool {
	return !isUpperAt(p.b, int(t.Start)+1) && !hasHump(p.bytesOf(t)[1:])
}
