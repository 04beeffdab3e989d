package detectors

import (
	"bytes"

	"github.com/sonexlabs/tacet/detectors/scan"
)

// How surely a value belongs to the name of a field in a log.
const (
	linkedWeakly = iota + 1 // "password (x)": what stands there may as well tell of it
	linkedFirmly            // "password=[x]"
)

// linkedValues looks in a log for what fields hold where more or less than a sign stands between their name and the value: brackets, a word of a program
// or a sentence round both. What a sign alone joins is found elsewhere.
func (p *pass) linkedValues() {
	if p.in.Channel != ChannelLog || p.set.names == nil {
		return
	}
	if len(p.in.Path) > 0 && p.path.kind != 0 {
		p.linkedBracket(&field{kind: p.path.kind, name: p.pathName()}, 0, linkedFirmly)
	}
	for _, h := range p.text.Hot {
		t := &p.text.Tokens[h]
		if !t.IsWord() || t.Bits&linkedCues == 0 && t.Shape&(scan.Upper|scan.Lower) != scan.Upper|scan.Lower && !p.is(int(h), &linkedNouns) {
			continue
		}
		start, end := p.fieldName(int(t.Start), int(t.End))
		if !p.mayBeLinked(int(h), start, end) {
			continue
		}
		kind := p.kindOf(p.b[start:end])
		if before := int(h) - 1; kind == 0 && before >= 0 && p.between(before) == gapSpace { // "card holder"
			start = int(p.text.Tokens[before].Start)
			kind = p.kindOf(p.b[start:end])
		}
		if kind == 0 {
			continue
		}
		name := field{kind: kind, name: p.b[start:end], start: start, end: end}
		p.linkedBehind(&name)
		p.linkedBefore(&name)
		p.linkedFar(&name)
	}
}

// linkedNouns name fields for linkedValues, too, and say nothing elsewhere.
var linkedNouns = wordsOf("user login usr acct holder principal username samaccountname")

// linkedCues are those of words that name fields for linkedValues.
const linkedCues = cuesIdentifier | cueSession | wordUser | wordKey | wordCode | wordSecurity | wordSocial | wordInsurance | wordNumber | wordAPI | wordAuth | wordPhraseEnd

// mayBeLinked says whether what stands beside a name from start to end, of which token i is a part, is like what linkedValues looks for. It is cheap.
func (p *pass) mayBeLinked(i, start, end int) bool {
	at := p.pastQuote(end)
	closed, last := at > end, p.at(end-1)|0x20
	switch c := p.at(at); {
	case c == '(', c == ')' && closed:
		return true
	case c == '=' || c == ':' || c == ' ' && p.at(at+1) == '=':
		for at++; p.at(at) == ' ' && at < len(p.b) || p.at(at) == '=' || p.at(at) == '>'; at++ {
		}
		switch value := p.at(at); {
		case value == '[' || value == 'S' || value == 'O': // Some, Optional
		case last == 'r': // card_holder
		case scan.IsDigit(value) && (last == 's' || last == 't' || scan.IsDigit(last)): // "address=12 High Street", "street2=…"
		case closed && scan.IsLetter(value):
		default:
			return false
		}
		return true
	case c == ' ':
		if c = p.at(at + 1); c == '(' || c == '[' || c == '-' || isQuote(c) {
			return true
		}
		for at++; p.at(at) > ' ' && at < len(p.b); at++ {
		}
		if c := p.at(at + 1); c == '(' || isQuote(c) || p.is(i+1, &changedWords) {
			return true
		}
	}
	for i > 0 && int(p.text.Tokens[i].Start) > start {
		i--
	}
	return p.is(i-1, &towardsField) || p.is(i-1, &fieldWords) || p.is(i-1, &changedWords) || p.is(i-2, &towardsField) || p.is(i-2, &changedWords)
}

// field is the name of a field of a log, and what it holds.
type field struct {
	kind       Type
	name       []byte
	start, end int // where it stands, if it does
}

// fieldName is where the name begins and ends, words before it as well, that has a part from start to end: "customer.card_number", "card number".
func (p *pass) fieldName(start, end int) (int, int) {
	const longest = 48
	isName := func(i int) bool {
		c := p.at(i)
		return scan.IsWordByte(c) || (c == '_' || c == '-' || c == '.') && scan.IsWordByte(p.at(i+1))
	}
	for start > 0 && end-start < longest && isName(start-1) {
		start--
	}
	for end < len(p.b) && end-start < longest && isName(end) {
		end++
	}
	start += bytes.LastIndexByte(p.b[start:end], '.') + 1
	return start, end
}

// fieldKind is what a field with a name holds, as columnKind has it, and of names those of persons that are called no more than that.
func (t *tables) fieldKind(name []byte) Type {
	bits := t.nameMeaning(name).bits
	switch kind := columnKind(bits, name); {
	case kind != 0:
		return kind
	case bits&cuesAgainst != 0:
		return 0
	case bits&cueSession != 0:
		return SessionID
	case bits&(cueAccount|cueOrder) != 0 && bits&cueIP == 0:
		return AccountID
	case isWord(name, "name"):
		return Person
	}
	return 0
}

// linkedBehind takes the value behind the name of a field.
func (p *pass) linkedBehind(name *field) {
	at := p.pastQuote(name.end)
	closed := at > name.end
	if c := p.at(at); closed && c == ':' { // ["password":protected]=> of PHP
		if k := bytes.Index(p.b[at:min(at+32, len(p.b))], []byte("]=>")); k > 0 {
			if quote := p.literalStart(p.pastBlanks(at + k + len("]=>"))); isQuote(p.at(quote)) {
				p.linkedQuoted(name, quote, linkedFirmly)
			}
			return
		}
	}
	switch c := p.at(at); {
	case c == '=' || c == ':':
		p.linkedSign(name, at)
	case c == ')' && p.at(at+1) == '=': // "Key (email)=(x)" of PostgreSQL
		p.linkedBracket(name, at+2, linkedFirmly)
	case c == '(':
		p.linkedCall(name, at)
	case c == ' ':
		at = p.pastBlanks(at)
		switch c := p.at(at); {
		case c == '=':
			p.linkedSign(name, at)
		case c == '(' || c == '[':
			p.linkedBracket(name, at, linkedWeakly)
		case isQuote(c) && (closed || p.at(name.start-1) == ':' || isIdentifier(name.name)): // `SET session:4:email "x"`, `can't parse api_key "x"`
			p.linkedQuoted(name, at, linkedFirmly)
		case c == '-' && p.at(at+1) == '>' && at+3 < len(p.b):
			end, _ := p.valueEnd(at + 3)
			p.linked(name, at+3, end, linkedWeakly)
		default:
			p.linkedOperand(name, at)
		}
	}
}

// linkedSign takes the value behind the sign at a place if it stands in brackets, and names of persons.
func (p *pass) linkedSign(name *field, at int) {
	for at++; p.at(at) == '>' || p.at(at) == '='; at++ {
	}
	at = p.pastBlanks(at)
	if name.kind == Address {
		p.linkedAddress(at)
	}
	if at < len(p.b) && endsWithFolded(name.name, "holder") {
		p.personValue(at, false)
	}
	p.linkedBracket(name, at, linkedFirmly)
}

// linkedAddress takes a number and words with capitals behind it from a place on for an address, one of the words no short one: "address=12 High Street".
func (p *pass) linkedAddress(at int) {
	const longest, short = 96, 2
	words := false
	end := at
	for end < len(p.b) && end-at < longest && scan.IsDigit(p.b[at]) && (scan.IsDigit(p.b[end]) || isUpperAt(p.b, end)) {
		stop := end
		for stop < len(p.b) && (scan.IsWordByte(p.b[stop]) || p.b[stop] >= 0x80 || p.b[stop] == '-' || p.b[stop] == '\'' || p.b[stop] == '.' && p.at(stop+1) == ' ') {
			stop++
		}
		if c := p.at(stop); c == ':' || c == '/' {
			break
		}
		words = words || stop-end > short && !hasDigit(p.b[end:stop])
		if end = stop; p.at(end) == ',' && p.at(end+1) == ' ' {
			end += 2
		} else if end < len(p.b) && p.b[end] == ' ' {
			end++
		} else {
			break
		}
	}
	if words {
		end = at + len(bytes.TrimRight(p.b[at:end], " ,."))
		p.add(at, end, Address, 0.65, byRow, p.lower(at, end))
	}
}

// isIdentifier says whether a name is written as those of programs are, in several parts without blanks.
func isIdentifier(name []byte) bool {
	return bytes.IndexByte(name, '_') > 0 || hasHump(name)
}

// pastBlanks is where what follows blanks at i begins.
func (p *pass) pastBlanks(i int) int {
	for i < len(p.b) && p.b[i] == ' ' {
		i++
	}
	return i
}

// linkedOperand takes what a condition of SQL compares a column with, behind the operator at a place: "LIKE '%x%'", "IN ('x', 'y')".
func (p *pass) linkedOperand(name *field, at int) {
	stop := at
	for stop < len(p.b) && p.b[stop] > ' ' && p.b[stop] != '(' && stop-at < len("similar") {
		stop++
	}
	if !sqlOperators.holds(p.b[at:stop]) {
		return
	}
	if at = p.pastBlanks(stop); p.at(at) == '(' {
		at++
	}
	p.linkedList(name, at)
}

var sqlOperators = wordsOf("like ilike in any rlike regexp glob")

// linkedList takes what stands in quotes at a place, and behind commas.
func (p *pass) linkedList(name *field, at int) {
	const most = 16
	for range most {
		if at = p.linkedQuoted(name, at, linkedFirmly); p.at(at) != ',' {
			return
		}
		at = p.pastBlanks(at + 1)
	}
}

// linkedQuoted takes what stands in quotes at a place, and gives the place behind it.
func (p *pass) linkedQuoted(name *field, at, how int) int {
	const longest = 256
	start := p.pastQuote(at)
	k := bytes.IndexByte(p.b[start:min(start+longest, len(p.b))], p.b[start-1])
	if start == at || k < 0 {
		return len(p.b)
	}
	end := start + k
	for end > start && p.b[end-1] == '\\' {
		end--
	}
	p.linked(name, start, end, how)
	return start + k + 1
}

// linkedBracket takes what stands at a place in brackets, also those behind a word for what may be missing, and in quotes within: "[x]", "Some(x)",
// `["x","y"]`.
func (p *pass) linkedBracket(name *field, at, how int) {
	const longest = 128
	open := at
	for scan.IsLetter(p.at(open)) && open < len(p.b) {
		open++
	}
	closing := byte(')')
	switch c := p.at(open); {
	case c == '[':
		closing = ']'
	case c != '(':
		return
	}
	if open > at && !wrappers.holds(p.b[at:open]) {
		return
	}
	start := open + 1
	if p.pastQuote(start) > start {
		p.linkedList(name, start)
		return
	}
	if k := bytes.IndexByte(p.b[start:min(start+longest, len(p.b))], closing); k >= 0 {
		p.linked(name, start, start+k, how)
	}
}

// wrappers stand in logs round a value that may be missing, or say of which type it is.
var wrappers = wordsOf("some optional option ok str")

// linkedCall takes the argument of a method that is named for what it sets or looks for: `setPassword("x")`, "findByEmail(x)".
func (p *pass) linkedCall(name *field, at int) {
	if bytes.HasPrefix(name.name, []byte("set")) || bytes.Contains(name.name, []byte("By")) {
		p.linkedBracket(name, at, linkedFirmly)
	}
}

// linkedBefore takes the value in quotes before the name of a field, where the words between the two say that it was meant for it: "invalid value 'x' for
// field 'email'", "'x' is not a valid email", "Duplicate entry 'x' for key 'users.email'".
func (p *pass) linkedBefore(name *field) {
	const reach, longest = 10, 128
	first, _ := p.tokensOf(name.start, name.end)
	k := first - 1
	said := false
	for ; k >= 0 && first-k <= reach; k-- {
		if c := p.at(int(p.text.Tokens[k].End)); !p.is(k, &towardsField) && !(k == first-1 && (c == '.' || c == ' ')) {
			break
		}
		said = said || p.is(k, &meantFor)
	}
	if k < 0 || !said {
		return
	}
	end := int(p.text.Tokens[k].End)
	for end < len(p.b) && p.b[end] != ' ' && !isQuote(p.b[end]) {
		end++
	}
	quote := p.at(end)
	if !isQuote(quote) || p.at(end+1) != ' ' {
		return
	}
	for start := end - 1; start >= 0 && end-start < longest && p.b[start] != '\n'; start-- {
		if p.b[start] == quote && !scan.IsWordByte(p.at(start-1)) {
			p.linked(name, start+1, end, linkedFirmly)
			return
		}
	}
}

var (
	// towardsField stand between a value and the name of the field that it was meant for.
	towardsField = wordsOf("for field fields key column parameter param property attribute header option argument input in on at is isn't was not a an the valid invalid unsupported allowed acceptable accepted recognised recognized as no such does did do doesn't match matches pattern regex format instance path of unique constraint index type value")
	meantFor     = wordsOf("valid invalid field key column parameter param property attribute header argument match matches path for")
)

// linkedFar takes values that stand further on, each behind a word for its part in what happened to the field: "password changed: old=x new=y", "field 'email':
// rejected value [x]", `"field":"email","old":"x"`.
func (p *pass) linkedFar(name *field) {
	const reach = 12 // tokens
	at := p.pastQuote(name.end)
	closed := at > name.end
	first, last := p.tokensOf(name.start, name.end)
	how := linkedFirmly
	switch {
	case p.is(first-1, &fieldWords):
	case closed && p.at(at) == ':':
		return
	case closed:
	case p.is(first-1, &changedWords) || p.is(first-2, &changedWords) || p.is(last+1, &changedWords):
		how = linkedWeakly
	default:
		return
	}
	found, upto := 0, 0
	for k := last + 1; k < len(p.text.Tokens) && k <= last+reach && found < 2; k++ {
		t := &p.text.Tokens[k]
		if bytes.IndexByte(p.b[p.text.Tokens[k-1].End:t.Start], '\n') >= 0 {
			return
		}
		if p.is(k, &fieldWords) {
			return // another one
		}
		if !p.is(k, &changeParts) || int(t.Start) < upto {
			continue
		}
		end := int(t.End)
		for p.at(end) == '_' || scan.IsWordByte(p.at(end)) {
			end++
		}
		if upto = end; p.linkedPart(name, end, how) {
			found++
		}
	}
}

// linkedPart takes the value behind the word that ends at a place, which says what part it has in what happened to a field.
func (p *pass) linkedPart(name *field, end, how int) bool {
	at := p.pastQuote(end)
	switch c := p.at(at); {
	case c == '=' || c == ':':
		at = p.pastBlanks(at + 1)
	case c == ' ' && (p.at(at+1) == '[' || isQuote(p.at(at+1)) || how == linkedWeakly):
		at++
	default:
		return false
	}
	switch c := p.at(at); {
	case at >= len(p.b):
		return false
	case c == '[':
		p.linkedBracket(name, at, how)
	case p.pastQuote(at) > at:
		p.linkedQuoted(name, at, how)
	default:
		stop, _ := p.valueEnd(at)
		p.linked(name, at, stop, how)
	}
	return true
}

var (
	fieldWords   = wordsOf("field fields column key name attribute property parameter param header path variable")
	changedWords = wordsOf("changed updated modified set change update differs mismatch")
	changeParts  = wordsOf("old new from before after stringvalue previous current input rejected value val old_value new_value was oldvalue newvalue original given actual got received")
)

// linked notes the value from start to end of a field.
func (p *pass) linked(name *field, start, end, how int) {
	const least = 4
	for p.at(start) == '%' && start < end { // LIKE '%x%'
		start++
	}
	for end > start && p.b[end-1] == '%' {
		end--
	}
	value := p.b[start:max(start, end)]
	if isPlaceholder(value) && !(name.kind == Phone && len(value) > 0 && value[0] == '(') || p.isInert(start) || hiddenWords.holds(value) {
		return
	}
	switch kind := name.kind; kind {
	case Password:
		if len(value) < least || p.tellsOf(start, end) || how == linkedWeakly && !hasDigit(value) && !p.isRareLower(start, end) {
			return
		}
		p.add(start, end, kind, 0.7, byAssignment, p.verbatim(start, end))
	case Secret, SessionID:
		if isKey(value) && bytes.IndexByte(value, ' ') < 0 && !isCode(value) && (how == linkedFirmly || hasDigit(value)) {
			p.add(start, end, kind, 0.7, byAssignment, p.verbatim(start, end))
		}
	case Username:
		if bytes.IndexByte(value, ' ') < 0 && !p.tellsOf(start, end) && (how == linkedFirmly || p.looksLikeAccount(start, end)) {
			p.addUser(start, 0.7)
		}
	case Person:
		if how == linkedWeakly || isWord(name.name, "name") {
			p.unnamedCell(start, end)
		} else if !hasDigit(value) && !bytes.ContainsAny(value, "/@:_=") && !p.tellsOf(start, end) {
			p.add(start, end, kind, 0.7, byNames, p.lower(start, end))
		}
	case Address:
		if hasDigit(value) && bytes.IndexByte(value, ' ') > 0 {
			p.add(start, end, kind, 0.7, byRow, p.lower(start, end))
		}
	case AccountID:
		if digitsIn(value) >= least && (how == linkedFirmly || bytes.IndexByte(value, ' ') < 0) {
			p.add(start, end, kind, 0.65, byRow, p.verbatim(start, end))
		}
	default:
		if n := digitsIn(value); n >= fewestDigits(kind) && (kind != PIN && kind != OTP && kind != CardCVV || n == len(value)) {
			p.add(start, end, kind, 0.65, byRow, p.verbatim(start, end))
		}
	}
}

// isRareLower says whether a word of small letters that no list has stands from start to end.
func (p *pass) isRareLower(start, end int) bool {
	first, last := p.tokensOf(start, end)
	return first == last && p.text.Tokens[first].Shape&scan.Upper == 0 && p.isRareWord(first)
}

// fewestDigits is how many digits a value of a type has at least.
func fewestDigits(kind Type) int {
	switch kind {
	case CardCVV, Postcode:
		return 2
	case CreditCard, IBAN:
		return 12
	case Phone, USSSN, BankAccount:
		return 6
	}
	return 4
}

// tellsOf says whether what stands from start to end in place of a password or a name tells of one: "not set", "expired", "com.example.Hash".
func (p *pass) tellsOf(start, end int) bool {
	first, last := p.tokensOf(start, end)
	if first == last && p.is(first, &notPasswords) {
		return true
	}
	for k := first; k <= last; k++ {
		if p.is(k, &passwordTalk) || p.is(k, &stateWords) {
			return true
		}
	}
	return bytes.Count(p.b[start:end], []byte(".")) > 1 && !hasDigit(p.b[start:end])
}

// saysState says whether all that stands from start to end tells of a value, as checks of forms do: "must not be empty", "is too short".
func (p *pass) saysState(start, end int) bool {
	k := bytes.IndexByte(p.b[start:end], ' ')
	if k < 0 {
		return stateWords.holds(p.b[start:end]) // "password=invalid"
	}
	if !stateWords.holds(p.b[start : start+k]) {
		return false
	}
	first, last := p.tokensOf(start, end)
	for k := first + 1; k <= last; k++ {
		if p.is(k, &stateWords) || p.is(k, &notPasswords) || p.is(k, &passwordTalk) {
			return true
		}
	}
	return false
}

var stateWords = wordsOf("not no must too be is cannot can't should missing expired invalid unknown changed main none found")

// hiddenWords stand where a value was before a program hid it.
var hiddenWords = wordsOf("filtered protected removed scrubbed sanitized sanitised hidden secret sensitive omitted private confidential anonymized obfuscated encrypted null string text varchar required optional")
