package detectors

import (
	"bytes"

	"github.com/sonexlabs/tacet/detectors/names"
	"github.com/sonexlabs/tacet/detectors/scan"
)

// foreignTitles stand before names in languages other than English.
const foreignTitles = "mme mlle monsieur madame herr frau señor señora sra signor signora dott pani mevrouw meneer"

// roleWords stand before the names of persons in the lines of logs, with the part they play or as a title.
const roleWords = foreignTitles + " mr mrs ms dr miss cnam customer cliente kunde klant klient caller patient passenger claimant policyholder cardholder beneficiary payee payer benef attn insured dear guest contact hi hello welcome"

// roleWord notes that a log tells of somebody: a capital follows token i, one of roleWords.
func (p *pass) roleWord(i int) {
	const gap = 3
	if p.in.Channel != ChannelLog || i+1 >= len(p.text.Tokens) {
		return
	}
	p.saidLine(i)
	if at := int(p.text.Tokens[i].End); p.at(at) == ' ' {
		p.numberOf(at+1, true)
	}
	a, b := &p.text.Tokens[i], &p.text.Tokens[i+1]
	if string(p.bytesOf(a)) == "ms" && i > 0 && p.text.Tokens[i-1].IsNumber() {
		return // "103 ms"
	}
	if at := int(a.End); isHolderField(p.bytesOf(a)) && (p.at(at) == '=' || isQuote(p.at(at))) {
		if start, _, ok := p.valueAfter(at, i); ok {
			p.personValue(start, false) // "CardHolder=A ROE"
		}
	}
	if k := i + 1; p.between(i) == gapSpace && p.between(k) == gapComma && k+1 < len(p.text.Tokens) && p.set.names != nil && isUpper(p.bytesOf(b)) && isUpper(p.bytesOf(&p.text.Tokens[k+1])) && p.isListed(k+1) {
		end := int(p.text.Tokens[k+1].End)
		p.add(p.apostropheStart(k), end, Person, 0.6, byNames, p.lower(p.apostropheStart(k), end)) // "customer ROE, ASHA"
	}
	if p.is(i, &logTitles) {
		if p.isCapital(i) && !hasHump(p.bytesOf(a)) {
			p.nameBehindTitle(i)
		} else if isUpper(p.bytesOf(a)) {
			p.bookedName(i)
		}
	}
	if p.is(i, &welcomes) {
		if p.set.names != nil {
			p.greeted(i + 1)
		}
		return
	}
	p.role = p.role || b.Start-a.End <= gap && p.at(int(a.End)) != '_' && p.isCapital(i+1)
}

// keepNear leaves of the spans that the tagger found in a log the persons near a word for a name or for the part that somebody plays, and near those:
// most other words are no language, and the tagger takes some for names.
func (p *pass) keepNear() {
	const reach = 6
	if p.in.Channel != ChannelLog {
		return
	}
	p.cutAtMarks()
	if p.path.bits&cueName != 0 && !namesThing(bytes.TrimRight(p.pathName(), "[]")) {
		if len(p.spans) == 1 && len(p.text.Tokens) == 1 && p.isIdentifier(0) {
			p.spans = p.spans[:0]
		}
		return
	}
	about := p.in.guessed || p.isAboutSomebody()
	kept, last := p.spans[:0], -reach-1
	for _, s := range p.spans {
		if s.Class == names.Person {
			if s.First == s.Last && p.isIdentifier(s.First) || p.isJoined(s.First, s.Last) || p.isSmall(&s) {
				continue
			}
			short := s.First == s.Last && !p.isCapital(s.First) && !p.isListed(s.First) // "GDPR"
			near := s.First-last <= reach && !short || p.path.bits&cueName == 0 && p.isWrittenName(&s) && (s.First < s.Last || about || p.isGivenAlone(s.First))
			for k := max(s.First-reach, 0); k <= s.Last+2 && k < len(p.text.Tokens) && !near; k++ {
				near = p.tellsName(k, s.First) || k <= s.First && p.is(k, &roleSet) && p.at(int(p.text.Tokens[k].End)) != '('
			}
			if !near {
				continue
			}
			last = s.Last
		}
		kept = append(kept, s)
	}
	p.spans = kept
}

// tellsName says whether token k is a word for the name of a person, not of a thing or of another entry than that of token first.
func (p *pass) tellsName(k, first int) bool {
	return p.cue(k)&cueName != 0 && !p.isOfEntry(k, first) && !namesThing(p.b[p.text.Tokens[max(k-1, 0)].Start:p.text.Tokens[k].End])
}

// isSmall says whether a span in a log is of small letters, and the lists have none of its words, or it stands in a name of several parts: names of fields and
// what they are set to, mostly.
func (p *pass) isSmall(s *names.Span) bool {
	listed := false
	for k := s.First; k <= s.Last; k++ {
		if p.text.Tokens[k].Shape&scan.Upper != 0 {
			return false
		}
		listed = listed || p.isListed(k)
	}
	return !listed || p.isBesideCode(s) || s.First < s.Last && p.at(int(p.text.Tokens[s.First].End)) == '.' && p.between(s.First) != gapSpace
}

// isIdentifier says whether token k is written as programs name things: "CreateUser"; "McDonald" and "FitzGerald" are not.
func (p *pass) isIdentifier(k int) bool {
	const least = 5 // letters before the second capital
	b := p.bytesOf(&p.text.Tokens[k])
	return len(b) > least && hasHump(b[least-1:])
}

// isOfEntry says whether a word for a value stands between what token k, "name", names and token i: `"name":"REASON","value":"retry later"`.
func (p *pass) isOfEntry(k, i int) bool {
	if !isWord(p.bytesOf(&p.text.Tokens[k]), "name") {
		return false
	}
	for k += 2; k < i; k++ {
		if p.is(k, &valueWord) {
			return true
		}
	}
	return false
}

var valueWord = wordsOf("value")

// isJoined says whether tokens first to last are joined to a number by a hyphen, or in small letters to each other, and are no names in the lists: "eu-west-1",
// "web-sg".
func (p *pass) isJoined(first, last int) bool {
	end := int(p.text.Tokens[last].End)
	if p.at(end) == '-' && scan.IsDigit(p.at(end+1)) {
		return true
	}
	for k := first; k <= last; k++ {
		if l := p.set.names.Listing(p.text.Tokens[k].Hash); p.text.Tokens[k].Shape&scan.Upper != 0 || max(l.Given, l.Surname) > l.Common {
			return false
		}
	}
	return first < last && p.isHyphen(first)
}

// namesThing says whether a field is named for what programs give names to, as "bucket_name", "tableName" and "file name" are.
func namesThing(field []byte) bool {
	n := len(field) - len("name")
	if n < len("tag") || !equalFold(field[n:], "name") {
		return false
	}
	head := bytes.TrimRight(field[:n], "_- .\":{[]")
	for start := len(head) - 1; start >= 0; start-- {
		if start == 0 || !scan.IsLetter(head[start-1]) || camelBreak(head, start) {
			return namedThings.holds(head[start:])
		}
	}
	return false
}

var namedThings = wordsOf(`app application batch branch brand bucket build cache campaign category certificate channel class cluster collection column command component config container database dataset
	device directory disk domain event exchange feature file flag folder function group host image index instance interface job key label library list log machine method metric model module namespace
	network node object package partition path pipeline plan plugin pod policy pool printer procedure process product profile project property queue region report repo repository resource role rule schema
	script section segment skill item team department browser os tool sensor station ward currency country language city campaign theme server service session sheet source stack stage step store stream subnet table tag task template test theme thread topic trigger type unit variable version view volume workflow zone`)

var roleSet = wordsOf(roleWords)

// isHolderField says whether a field is named for what somebody is, so that it holds a name: policyholder, payee.
func isHolderField(path []byte) bool {
	for _, w := range [...]string{"policyholder", "cardholder", "accountholder", "cnam", "payee", "payer", "benef", "beneficiary", "passenger", "pax", "insured", "claimant", "nominee", "forename", "givenname", "callerid"} {
		if endsWithFolded(path, w) {
			return true
		}
	}
	return false
}

// mailName takes the name before an address in angle brackets that begins at a place: "Asha Roe" <asha@example.com>. In conversations and documents
// the tagger finds it.
func (p *pass) mailName(start int) {
	const longest, words = 64, 4
	if p.at(start-1) != '<' {
		return
	}
	end := start - 1
	for p.at(end-1) == ' ' && end > 0 {
		end--
	}
	if bytes.HasSuffix(p.b[:end], []byte("?=")) { // RFC 2047
		if from := bytes.LastIndex(p.b[max(0, end-2*localMax):end-2], []byte("=?")) + max(0, end-2*localMax); p.at(from) == '=' {
			p.add(from, end, Person, 0.7, byNames, p.lower(from, end))
		}
		return
	}
	if p.in.Channel != ChannelLog {
		return
	}
	quoted := p.at(end-1) == '"'
	for quoted && p.at(end-1) == '"' && end > 0 {
		end-- // two of them in a row of commas
	}
	from := end
	for from > 0 && end-from < longest {
		c := p.b[from-1]
		if c == '"' || !quoted && (c == ':' || c == ',' || c == ';' || c == '=' || c == '<' || c == '>' || c == '(') || c < ' ' || scan.IsDigit(c) {
			break
		}
		from--
	}
	for from < end && p.b[from] == ' ' {
		from++
	}
	if !quoted {
		from = lastWords(p.b, from, end)
	}
	first, last := p.tokensOf(from, end)
	if first > last || last-first >= words || !quoted && !p.isCapital(first) || p.isInert(from) {
		return
	}
	p.add(from, end, Person, 0.7, byNames, p.lower(from, end))
}
