package detectors

import (
	"bytes"

	"github.com/sonexlabs/tacet/detectors/scan"
)

// values reads the rows of an INSERT of SQL behind token i, "values": what a value is, the name of its column says. What has a form of its own is
// found anyway.
func (p *pass) values(i int) {
	const most = 4096
	open := int(p.text.Tokens[i].Start)
	for open > 0 && p.b[open-1] == ' ' {
		open--
	}
	if open == 0 {
		return
	}
	var columns []byte // none where the statement doesn't name them
	if p.b[open-1] == ')' {
		head := bytes.LastIndexByte(p.b[max(0, open-most):open], '(')
		if head < 0 {
			return
		}
		columns = p.b[max(0, open-most)+head+1 : open-1]
	} else if p.in.Channel != ChannelLog || p.set.names == nil || !bytes.HasSuffix(p.b[:p.pieceBefore(open)], []byte(" INTO ")) {
		return
	}
	for at := int(p.text.Tokens[i].End); ; {
		for p.at(at) == ' ' && at < len(p.b) || p.at(at) == ',' {
			at++
		}
		if p.at(at) != '(' {
			return
		}
		at = p.row(at+1, columns)
	}
}

// row reads the values of one row from a place on, beside the names of their columns, and gives the place behind it.
func (p *pass) row(at int, columns []byte) int {
	named := columns != nil
	for at < len(p.b) {
		for p.at(at) == ' ' && at < len(p.b) {
			at++
		}
		column := columns
		if k := bytes.IndexByte(columns, ','); k >= 0 {
			column, columns = columns[:k], columns[k+1:]
		} else {
			columns = nil
		}
		start, end := at, at
		if c := p.at(at); c == '\'' || c == '"' {
			start++
			for end = start; end < len(p.b) && (p.b[end] != c || p.at(end+1) == c); end++ {
				if p.b[end] == c {
					end++ // two of them are one
				}
			}
			at = end + 1
		} else {
			for end < len(p.b) && p.b[end] != ',' && p.b[end] != ')' && p.b[end] != '\n' {
				end++
			}
			at = end
		}
		if end = min(end, len(p.b)); named {
			p.cell(start, end, column)
		} else if start > 0 && isQuote(p.b[start-1]) {
			p.unnamedCell(start, end)
		}
		for p.at(at) == ' ' && at < len(p.b) {
			at++
		}
		if p.at(at) != ',' {
			return at + 1
		}
		at++
	}
	return at
}

// pieceBefore is where the piece without spaces begins that ends at a place.
func (p *pass) pieceBefore(at int) int {
	for at > 0 && p.b[at-1] > ' ' {
		at--
	}
	return at
}

// failingRow notes that the fields of a row stand behind token i: "Failing row contains (17, Asha, Roe, …)" of PostgreSQL.
func (p *pass) failingRow(i int) {
	if p.in.Channel == ChannelLog && bytes.HasPrefix(p.b[p.text.Tokens[i].End:], []byte(" row contains (")) {
		p.isRow, p.isFailing = true, true
	}
}

// parameters looks for what a statement was run with, behind token i: "parameters: $1 = 'Asha Roe', $2 = …" of PostgreSQL, "binding parameter [1] as
// [VARCHAR] - [Asha Roe]" of Hibernate. No name says what it is.
func (p *pass) parameters(i int) {
	const most = 4096
	at := int(p.text.Tokens[i].End)
	if p.in.Channel != ChannelLog || p.set.names == nil {
		return
	}
	rest := p.b[at:min(at+most, len(p.b))]
	if k := bytes.Index(rest, []byte("] - [")); bytes.HasPrefix(rest, []byte(" parameter [")) && k > 0 {
		start := at + k + len("] - [")
		if n := bytes.IndexByte(p.b[start:], ']'); n > 0 {
			p.unnamedCell(start, start+n)
		}
		return
	}
	if bytes.HasPrefix(rest, []byte("=[@")) { // Entity Framework
		p.quotedParameters(at)
		return
	}
	if !bytes.HasPrefix(rest, []byte(": $1 = ")) {
		p.typedParameters(at, rest)
		return
	}
	p.quotedParameters(at)
}

// quotedParameters looks for the parameters of a statement that are in quotes behind an equals sign, from a place on: "$1 = 'Asha Roe'", "@p0='Asha Roe' (Size = 50)".
func (p *pass) quotedParameters(at int) {
	const most = 4096
	for {
		k := bytes.IndexByte(p.b[at:min(at+most, len(p.b))], '\'')
		if k < 0 {
			return
		}
		start := at + k + 1
		n := bytes.IndexByte(p.b[start:], '\'')
		if n < 0 {
			return
		}
		if c := p.b[start-2]; c == '=' || c == ' ' && p.b[start-3] == '=' {
			p.unnamedCell(start, start+n)
		}
		at = start + n + 1
	}
}

// typedParameters looks for what a statement was run with as MyBatis writes it, from a place on: ": Asha Roe(String), 42(Integer)".
func (p *pass) typedParameters(at int, rest []byte) {
	const kind = "(String)"
	for from := 0; ; {
		k := bytes.Index(rest[from:], []byte(kind))
		if k < 0 {
			return
		}
		start := bytes.LastIndexAny(rest[:from+k], ",:)") + 1
		for start < from+k && rest[start] == ' ' {
			start++
		}
		p.unnamedCell(at+start, at+from+k)
		from += k + len(kind)
	}
}

// unnamedCell notes a value of which nothing says what it is if it is a few words with capitals and one of them a name, a number as those of
// telephones are written, or the day on which somebody may have been born.
func (p *pass) unnamedCell(start, end int) {
	const least, most, words = 9, 15, 4
	first, last := p.tokensOf(start, end)
	if first > last || last-first >= words || p.isInert(start) {
		return
	}
	value := p.b[start:end]
	listed := false
	for k := first; k <= last; k++ {
		t := &p.text.Tokens[k]
		if !t.IsWord() || !isUpperAt(p.b, int(t.Start)) || p.is(k, &firms) || p.is(k, &places) {
			listed = false
			break
		}
		listed = listed || p.isListed(k)
	}
	switch {
	case first < last && p.areNameLike(first, last):
		p.add(start, end, Person, 0.55, byRow, p.lower(start, end))
	case p.isPostcodeCell(first, last):
		p.add(start, end, Postcode, 0.6, byRow, p.compact(start, end))
	case listed, first == last && p.isCapital(first) && !p.is(first, &firms) && !p.is(first, &places) && p.isBehindPerson(start) && p.set.names.Listing(p.text.Tokens[first].Hash).Common == 0:
		p.add(start, end, Person, 0.6, byRow, p.lower(start, end))
	case (value[0] == '0' || value[0] == '+') && len(value) >= least && len(value) <= most && isDecimal(value[1:]):
		p.add(start, end, Number, 0.6, byRow, p.verbatim(start, end))
	case len(value) == len("1985-03-12"):
		p.rowBirth(start)
	}
}

// isPostcodeCell says whether tokens first to last are a British postcode.
func (p *pass) isPostcodeCell(first, last int) bool {
	from, to, form := p.ukPostcode(first)
	return form > 0 && from == first && to == last
}

// areNameLike says whether tokens first to last are words with capitals that no list has: rare names, mostly.
func (p *pass) areNameLike(first, last int) bool {
	const least, most = 3, 3
	for k := first; k <= last; k++ {
		t := &p.text.Tokens[k]
		if !t.IsWord() || t.Len() < least || !isUpperAt(p.b, int(t.Start)) || t.Bits != 0 || p.isInert(int(t.Start)) {
			return false
		}
		if l := p.set.names.Listing(t.Hash); l.Common > 0 || l.Other || p.isClass(k) || p.is(k, &firms) || p.is(k, &places) || p.is(k, &programWords) {
			return false
		}
	}
	return last-first < most
}

// isBehindPerson says whether the last candidate is the name of a person in a row that ends shortly before a place.
func (p *pass) isBehindPerson(start int) bool {
	const gap = 12
	n := len(p.candidates) - 1
	return n >= 0 && p.candidates[n].kind == Person && p.candidates[n].detector == byRow && p.candidates[n].end < start && start-p.candidates[n].end <= gap
}

// cell notes the value of a column that is named for something personal.
func (p *pass) cell(start, end int, column []byte) {
	const longest = 128
	if end-start < 2 || end-start > longest || p.b[start] == '$' && isDecimal(p.b[start+1:end]) || isPlaceholder(p.b[start:end]) || p.isInert(start) {
		return
	}
	kind := columnKind(p.set.nameMeaning(column).bits, column)
	if kind == 0 && isAgentField(bytes.Trim(column, "`\"' ")) && isSmall(p.b[start]) && bytes.IndexByte(p.b[start:end], ' ') < 0 {
		kind = Username
	}
	const fewest = 4 // digits of an account
	if kind == SessionID && (!isKey(p.b[start:end]) || isCode(p.b[start:end])) || kind == AccountID && digitsIn(p.b[start:end]) < fewest {
		return
	}
	if kind == 0 || kind != Password && kind != Person && kind != Username && kind != Address && !hasDigit(p.b[start:end]) {
		return
	}
	p.add(start, end, kind, 0.7, byRow, p.verbatim(start, end))
}

// columnKind is what a column holds, by what its name says; 0 if that is found by its form or is nothing personal.
func columnKind(bits uint64, name []byte) Type {
	if isPersonField(name) && bits&cuesAgainst == 0 { // of the holder of a card, too
		return Person
	}
	for _, c := range [...]struct {
		cues uint64
		kind Type
	}{
		{cuesAgainst, 0}, {cuePassword, Password}, {cueSecret, Secret}, {cueCVV, CardCVV}, {cueExpiry, CardExpiry}, {cuePIN, PIN}, {cueOTP, OTP}, {cueCard, CreditCard},
		{cueBirth, DateOfBirth}, {wordUser, Username}, {cueEmail, 0}, {cueIP, 0}, {cuePostcode, Postcode}, {cuePhone, Phone}, {cueSSN, USSSN}, {cueBank, BankAccount}, {cueSession, SessionID}, {cueAccount, AccountID},
	} {
		if bits&c.cues != 0 {
			return c.kind
		}
	}
	switch {
	case splitColumns.holds(bytes.Trim(name, "`\"' ")):
		return Person
	case endsWithFolded(name, "passwords"), endsWithFolded(name, "passphrases"):
		return Password
	case endsWithFolded(name, "backupcodes"), endsWithFolded(name, "recoverycodes"):
		return Secret
	case isWord(bytes.TrimRight(name, "[]"), "pins"):
		return PIN
	case endsInUser(bytes.TrimSpace(bytes.Trim(name, "`\"' "))):
		return Username
	case bits&cueAddress != 0:
		return Address
	}
	return 0
}

// isPersonField says whether the name of a field that says "name" is that of a person's, not of a file's or a product's: surname, first_name,
// customerName.
func isPersonField(field []byte) bool {
	if nameFields.holds(bytes.Trim(field, "[]`\"' ")) {
		return true
	}
	if !endsLikePerson(field) {
		return false
	}
	for _, w := range [...]string{
		"surname", "cardholder", "accountholder", "firstname", "lastname", "fullname", "forename", "middlename", "maidenname", "givenname", "familyname", "customername", "clientname", "fromdisplay", "todisplay", "callername", "calleridname",
		"patientname", "holdername", "contactname", "guestname", "passengername", "membername", "nomineename", "fathername", "mothername", "spousename", "employeename",
		"insuredname", "beneficiaryname", "payeename", "recipientname", "personname", "displayname", "custname", "ownername", "namefamily", "namegiven", "namefirst", "namelast", "contactfirst", "contactlast", "realname", "apellidos", "nachname", "vorname", "cognome", "prenom",
	} {
		if endsWithFolded(field, w) {
			return true
		}
	}
	return false
}

// holderStart is where the name of the object begins whose first member begins at a place: that of "contact" in `"contact":{"name":"…"`; the place itself if
// it is no such member.
func (p *pass) holderStart(at int) int {
	k := at - 1
	for _, c := range [...]byte{'"', '{', ':', '"'} {
		if p.at(k) != c {
			return at
		}
		k--
	}
	for k >= 0 && (scan.IsWordByte(p.b[k]) || p.b[k] == '_') {
		k--
	}
	return k + 1
}

var profileWord = wordsOf("profile")

// nameFields are called no more than that in other languages than English, without their marks, and by telephone exchanges.
var nameFields = wordsOf("cnam voornaam achternaam nazwisko imie fornavn etternavn efternavn fornamn efternamn etunimi sukunimi jmeno prijmeni keresztnev vezeteknev sobrenome apellido")

// endsLikePerson says whether the last letters of a name may be those of isPersonField's words. It is cheap.
func endsLikePerson(field []byte) bool {
	for i := len(field) - 1; i > 0; i-- {
		if !scan.IsLetter(field[i]) {
			continue
		}
		switch field[i] | 0x20 {
		case 's', 'y', 'n', 'm':
			return true
		case 'e':
			return field[i-1]|0x20 == 'm'
		case 'r':
			return field[i-1]|0x20 == 'e'
		case 't':
			return field[i-1]|0x20 == 's'
		}
		return false
	}
	return false
}

// endsWithFolded says whether a name ends with a word of small letters, in any case and whatever marks stand within, and an "s" behind it.
func endsWithFolded(name []byte, word string) bool {
	k := len(word) - 1
	i := len(name) - 1
	for i >= 0 && !scan.IsLetter(name[i]) {
		i--
	}
	if i >= 0 && name[i]|0x20 == 's' && word[k] != 's' {
		i--
	}
	for ; i >= 0 && k >= 0; i-- {
		if !scan.IsLetter(name[i]) {
			continue
		}
		if name[i]|0x20 != word[k] {
			return false
		}
		k--
	}
	return k < 0
}

// personFields looks for the values of fields that are named for a person's name: surname=OKEKE, "firstName": "Ngozi".
func (p *pass) personFields() {
	const before = 24
	for _, h := range p.text.Hot {
		i := int(h)
		t := &p.text.Tokens[i]
		if c := p.at(int(t.End)); c != '=' && c != ':' && c != '"' && c != '\'' && c != '\\' && (c != '>' || !p.isTag(int(t.End))) || p.cue(i)&cueName == 0 {
			continue
		}
		start := int(t.Start)
		for start > 0 && int(t.Start)-start < before && (scan.IsWordByte(p.b[start-1]) || p.b[start-1] == '_' || p.b[start-1] == '-') {
			start--
		}
		at, _, ok := p.valueAfter(int(t.End), i)
		if !ok {
			continue
		}
		if start = p.holderStart(start); !isPersonField(p.b[start:t.End]) && !(p.is(i-1, &profileWord) && start < int(t.Start) && scan.IsLetter(p.at(p.pastQuote(at))) && !isSmall(p.at(p.pastQuote(at)))) {
			continue
		}
		if p.isDesk(p.b[start:t.End], at) {
			continue
		}
		if first := p.firstAt(at); !p.isWritten() && (p.is(first, &notPasswords) || p.is(first, &notAnswers)) {
			continue // "surname: same as yours"
		}
		p.personValue(at, false)
	}
}

// namedPerson takes a text for a name whose field is named for that of a person, or in a log for who did something, if the lists have a word of it.
func (p *pass) namedPerson() {
	if p.path.roles&(fieldGiven|fieldProfile) != 0 && len(p.b) > 1 && isUpperAt(p.b, 0) {
		p.personValue(0, true)
	} else if p.path.roles&fieldPerson != 0 && !bytes.HasSuffix(p.in.Path, p.b) && !p.isDesk(p.pathName(), 0) {
		p.personValue(len(p.b)-len(bytes.TrimLeft(p.b, " ")), true)
	} else if p.path.roles&(fieldDoer|fieldAgent) != 0 && p.in.Channel == ChannelLog && p.set.names != nil && len(p.text.Tokens) == 1 {
		if p.text.Tokens[0].Len() == len(p.b) && p.isCapital(0) && p.isListed(0) {
			p.add(0, len(p.b), Person, 0.55, byNames, p.lower(0, len(p.b))) // `agent="Kofi"`
		}
	} else if p.path.roles&fieldDoer != 0 && p.in.Channel == ChannelLog && p.set.names != nil && len(p.text.Tokens) > 1 && !p.listedName(0, 2) && p.areNameLike(0, len(p.text.Tokens)-1) {
		p.add(0, len(p.b), Person, 0.55, byNames, p.lower(0, len(p.b)))
	}
}

// isDesk says whether a field is named for what is shown of somebody, and the value at a place begins with two common words that are no names: `display_name=Front Desk`.
func (p *pass) isDesk(name []byte, at int) bool {
	k := p.firstAt(p.pastQuote(at))
	if p.set.names == nil || k+1 >= len(p.text.Tokens) || p.between(k) != gapSpace || !endsWithFolded(name, "displayname") && !endsWithFolded(name, "callername") && !endsWithFolded(name, "calleridname") {
		return false
	}
	a, b := p.set.names.Listing(p.text.Tokens[k].Hash), p.set.names.Listing(p.text.Tokens[k+1].Hash)
	return a.Common > commonWord && b.Common > commonWord && max(a.Given, b.Given) < 2
}

// lastPart is the last name of a path: "reporter" of "issue.reporter".
func lastPart(path []byte) []byte {
	i := len(path)
	for i > 0 && path[i-1] != '.' && path[i-1] != '/' {
		i--
	}
	return path[i:]
}

// personValue takes the value at a place for a name: what is in quotes, or words as far as they can't be the next field, unless it is
// known to be all of a value.
func (p *pass) personValue(at int, quoted bool) {
	const longest = 64
	for at < len(p.b) && (p.b[at] == '"' || p.b[at] == '\'' || p.b[at] == '\\') {
		at++
	}
	end := at
	quoted = quoted || at > 0 && (p.b[at-1] == '"' || p.b[at-1] == '\'' || p.b[at-1] == '>')
	for end < len(p.b) && end-at < longest {
		c := p.b[end]
		if c < ' ' || c == '"' || c == '\\' || c == '&' || c == ';' || c == ',' || c == '=' || c == '<' || c == '|' || c == '}' || c == ')' || c == ']' || !quoted && c == ' ' && !p.text.IsPercent(end) || c == '\'' && !scan.IsLetter(p.at(end+1)) {
			break
		}
		end++
	}
	if !quoted && p.at(end) == ' ' && isUpperAt(p.b, at) {
		end = p.moreWords(end)
	}
	value := p.b[at:end]
	if len(value) < 2 || !hasLetter(value) || hasDigit(value) || isPlaceholder(value) || p.isInert(at) || isNoUser(value) || bytes.ContainsAny(value, "/@:_") {
		return
	}
	p.add(at, end, Person, 0.7, byNames, p.lower(at, end))
}

// moreWords is where the words with capitals end that go on behind a name at a place and are no name of the next field: "contactName: Asha Roe".
func (p *pass) moreWords(end int) int {
	const most = 3
	for n := 0; n < most && p.at(end) == ' ' && end+1 < len(p.b) && isUpperAt(p.b, end+1); n++ {
		stop := end + 1
		for stop < len(p.b) && (scan.IsLetter(p.b[stop]) || p.b[stop] >= 0x80 || p.b[stop] == '-' || p.b[stop] == '\'') {
			stop++
		}
		if c := p.at(stop); stop < len(p.b) && c > ' ' && c != ',' && c != ';' && c != '}' && c != ')' && c != '|' {
			break
		}
		end = stop
	}
	return end
}

// trackName takes the name on a card that stands in track 1 of its stripe behind the number (ISO/IEC 7813), which ends at a place: "^ROE/ASHA^".
func (p *pass) trackName(at int) {
	const longest = 26
	end := at + 1
	for end < len(p.b) && end-at <= longest && p.b[end] != '^' && p.b[end] >= ' ' {
		end++
	}
	if p.at(end) == '^' && hasLetter(p.b[at+1:end]) {
		p.add(at+1, end, Person, 0.8, byNames, p.lower(at+1, end))
	}
}

// machineReadable looks for a line of the machine-readable zone of a travel document (ICAO Doc 9303) round token i, behind which "<" stands.
func (p *pass) machineReadable(i int) {
	const least, most = 30, 44
	t := &p.text.Tokens[i]
	if p.at(int(t.End)) != '<' {
		return
	}
	start, end := int(t.Start), int(t.End)
	for start > 0 && int(t.End)-start <= most && isZone(p.b[start-1]) {
		start--
	}
	for end < len(p.b) && end-start <= most && isZone(p.b[end]) {
		end++
	}
	if end-start < least || end-start > most || start < p.keyDone || p.isInert(start) {
		return
	}
	p.keyDone = end
	kind := Number
	if !hasDigit(p.b[start:end]) {
		kind = Person
	}
	p.add(start, end, kind, 0.85, byZone, p.compact(start, end))
}

func isZone(c byte) bool { return c == '<' || c >= 'A' && c <= 'Z' || scan.IsDigit(c) }

// contactCard looks for the name or the address of a contact behind token i, "N" or "ADR" (RFC 6350): "N:Roe;Asha;;Ms;", "ADR;TYPE=home:;;14 Fake Street;Leeds;;;".
func (p *pass) contactCard(i int) {
	const least, longest = 3, 256 // semicolons; bytes
	t := &p.text.Tokens[i]
	start, at := int(t.Start), int(t.End)
	if c := p.at(at); c != ':' && c != ';' || p.b[start] >= 'a' || start > 0 && p.b[start-1] > ' ' && p.b[start-1] != '.' && p.b[start-1] != 'n' {
		return
	}
	line := p.b[at:min(at+longest, len(p.b))]
	if k := bytes.IndexAny(line, "\r\n\\\""); k >= 0 {
		line = line[:k]
	}
	colon := bytes.IndexByte(line, ':')
	if colon < 0 {
		return
	}
	value := line[colon+1:]
	if k := bytes.IndexByte(value, ':'); k >= 0 { // the next property, on one line
		value = value[:bytes.LastIndexByte(value[:k], ' ')+1]
	}
	if bytes.Count(value, []byte(";")) < least || !hasLetter(value) || bytes.IndexByte(value, '=') >= 0 {
		return
	}
	from := at + colon + 1 + len(value) - len(bytes.TrimLeft(value, "; "))
	to := at + colon + 1 + len(bytes.TrimRight(value, "; "))
	kind := Person
	if t.Len() > 1 {
		kind = Address
	}
	if !p.isInert(from) {
		p.add(from, to, kind, 0.8, byRow, p.lower(from, to))
	}
}

// patient looks for the fields of an HL7 segment with the data of a patient, token i: "PID|1||482913^^^X||ROE^ASHA||19710412|…".
func (p *pass) patient(i int) {
	if !isWord(p.bytesOf(&p.text.Tokens[i]), "pid") {
		p.contactCard(i)
		return
	}
	at := int(p.text.Tokens[i].End)
	if p.at(at) != '|' {
		return
	}
	kinds := [...]Type{2: Number, 3: Number, 4: Number, 5: Person, 6: Person, 7: DateOfBirth, 9: Person, 11: Address, 13: Phone, 14: Phone, 18: AccountID, 19: USSSN, 20: Number}
	p.segment(at, kinds[:])
}

// nextOfKin looks for the fields of the HL7 segment with the data of a relative, token i: "NK1|1|ROE^ASHA|SPO|…".
func (p *pass) nextOfKin(i int) {
	if t := &p.text.Tokens[i]; t.Len() == 3 && p.b[t.Start] == '5' {
		p.party(i)
	} else if t.Len() == 3 && string(p.bytesOf(t)) == "NK1" && p.at(int(t.End)) == '|' {
		kinds := [...]Type{2: Person, 4: Address, 5: Phone, 6: Phone}
		p.segment(int(t.End), kinds[:])
	}
}

// segment notes the fields of an HL7 segment from a place on, by what each of them holds.
func (p *pass) segment(at int, kinds []Type) {
	for field := 1; field < len(kinds) && p.at(at) == '|'; field++ {
		start := at + 1
		for at = start; at < len(p.b) && p.b[at] != '|' && p.b[at] >= ' '; at++ {
		}
		end := at
		for end > start && (p.b[end-1] == '^' || p.b[end-1] == ' ') {
			end--
		}
		if kinds[field] != 0 && end-start > 1 && !p.isInert(start) {
			p.add(start, end, kinds[field], 0.8, byPatient, p.verbatim(start, end))
		}
	}
}
