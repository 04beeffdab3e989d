package detectors

import (
	"bytes"

	"github.com/sonexlabs/tacet/detectors/scan"
)

// isRareUser says whether token k may be a user name where only the words beside it say so: no common word and none of an identifier.
func (p *pass) isRareUser(k int) bool {
	t := &p.text.Tokens[k]
	return t.Bits == 0 && (t.IsWord() || t.Shape&scan.Lower != 0) && p.set.names != nil && !p.set.names.IsCommon(t.Hash)
}

// actsAs takes who acts as whom round token i for user names: "asha acting as tadhg", "impersonating tadhg".
func (p *pass) actsAs(i int) {
	k := i + 1
	if isWord(p.bytesOf(&p.text.Tokens[i]), "acting") {
		if !p.is(k, &asWord) {
			return
		}
		k++
	}
	if k += p.pastUserNoun(k); k >= len(p.text.Tokens) || !p.isRareUser(k) {
		return
	}
	p.addUser(int(p.text.Tokens[k].Start), 0.65)
	if i > 0 && p.isRareUser(i-1) {
		p.userBefore(int(p.text.Tokens[i-1].End))
	}
}

var (
	asWord    = wordsOf("as")
	userNouns = wordsOf("user account login username")
	byWord    = wordsOf("by")
)

// pastUserNoun is 1 if token k is a word for a user.
func (p *pass) pastUserNoun(k int) int {
	if p.is(k, &userNouns) {
		return 1
	}
	return 0
}

// attemptBy takes who made the attempt of token i for a user name: "login attempt on crm by asha".
func (p *pass) attemptBy(i int) {
	const reach = 6
	for k := i + 1; k+1 < len(p.text.Tokens) && k <= i+reach && p.between(k-1) == gapSpace; k++ {
		if p.is(k, &byWord) {
			if k += 1 + p.pastUserNoun(k+1); k < len(p.text.Tokens) && p.isRareUser(k) {
				p.addUser(int(p.text.Tokens[k].Start), 0.65)
			}
			return
		}
	}
}

// passwordFor looks for whose password token i tells of, and for the password: "Password for asha is plumtree".
func (p *pass) passwordFor(i int) bool {
	k := i + 2 + p.pastUserNoun(i+2)
	if p.in.Channel != ChannelLog || !p.is(i+1, &whoseWords) || k+1 >= len(p.text.Tokens) || !p.isRareUser(k) {
		return false
	}
	start := int(p.text.Tokens[k].Start)
	end := p.userEnd(start)
	n := k + 1
	for n < len(p.text.Tokens) && int(p.text.Tokens[n].Start) < end {
		n++
	}
	at := end + 1
	switch {
	case p.bitsAt(n)&wordIs != 0 && p.at(end) == ' ':
		at = int(p.text.Tokens[n].End) + 1
		n++
	case p.at(end) != ':' || p.at(at) != ' ':
		return false
	default:
		at++
	}
	if n >= len(p.text.Tokens) || at >= len(p.b) {
		return false
	}
	stop, quoted := p.valueEnd(at)
	if quoted {
		at++
	}
	value := p.b[min(at, stop):stop]
	rest, _, _ := bytes.Cut(p.b[stop:], []byte("\n"))
	if isPlaceholder(value) || !quoted && !isMixed(value) && len(bytes.TrimRight(rest, " .\r")) > 0 {
		return false
	}
	p.addUser(start, 0.7)
	p.add(at, stop, Password, 0.7, byAssignment, p.verbatim(at, stop))
	return true
}

// bind looks for who binds to a centre of short messages, behind token i (SMPP 3.4 §4.1): "bind_transceiver: system_id=acme", "(bind_transmitter: (pdu: 47, 2, 0, 1)
// acme secret VMA …".
func (p *pass) bind(i int) {
	const longest = 256
	at := int(p.text.Tokens[i].End)
	if i == 0 || !isWord(p.bytesOf(&p.text.Tokens[i-1]), "bind") {
		return
	}
	line := p.b[at:min(at+longest, len(p.b))]
	if k := bytes.Index(line, []byte("system_id")); k >= 0 {
		at = p.pastQuote(at + k + len("system_id"))
		for p.at(at) == '=' || p.at(at) == ':' || p.at(at) == ' ' && at < len(p.b) {
			at++
		}
		p.addUser(at, 0.75)
		return
	}
	k := bytes.IndexByte(line, ')')
	if k < 0 {
		return
	}
	args := arguments{b: line[k+1:]}
	start, _ := args.next()
	from, stop := args.next()
	if start < 0 || from < 0 {
		return
	}
	at += k + 1
	p.addUser(at+start, 0.75)
	if !isPlaceholder(args.b[from:stop]) {
		p.add(at+from, at+stop, Password, 0.8, byCommand, p.verbatim(at+from, at+stop))
	}
}

// assignedSort takes what is assigned to token i, "sort", for a sort code if it is in pairs of digits: "sort=20-20-15".
func (p *pass) assignedSort(i int) {
	at := p.pastQuote(int(p.text.Tokens[i].End))
	if c := p.at(at); c != '=' && c != ':' {
		return
	}
	for at++; p.at(at) == ' ' && at < len(p.b); at++ {
	}
	p.sortAt(p.pastQuote(at))
}

// sortAt takes pairs of digits at a place for a sort code.
func (p *pass) sortAt(start int) {
	const form = "00-00-00"
	end := start + len(form)
	if end > len(p.b) || scan.IsWordByte(p.at(end)) || p.at(end) == '-' {
		return
	}
	for k := range len(form) {
		if c := p.b[start+k]; form[k] == '-' && c != '-' || form[k] == '0' && !scan.IsDigit(c) {
			return
		}
	}
	p.add(start, end, SortCode, 0.7, byAccountWord, p.compact(start, end))
}

// calledCode looks for the code or the password that is handed over behind token i, the name of a method: "validateOtp(code=482913)", "setPassword(user=asha,
// value=plumtree9)".
func (p *pass) calledCode(i int) {
	const longest, least = 256, 3
	t := &p.text.Tokens[i]
	at := int(t.End) + 1
	var kind Type
	switch bits := p.cue(i); {
	case p.at(at-1) != '(' || p.in.Channel != ChannelLog:
		return
	case bits&cueOTP != 0:
		kind = OTP
	case bits&cuePIN != 0:
		kind = PIN
	case bits&cueCVV != 0:
		kind = CardCVV
	case bits&cuePassword != 0:
		kind = Password
	default:
		return
	}
	rest := p.b[at:min(at+longest, len(p.b))]
	k := bytes.IndexByte(rest, ')')
	if k < 0 {
		return
	}
	for rest = rest[:k]; len(rest) > 0; {
		arg, next, _ := bytes.Cut(rest, []byte(","))
		start := at
		at += len(arg) + 1
		rest = next
		named := false
		if k := bytes.IndexAny(arg, "=:"); k >= 0 {
			name := bytes.Trim(arg[:k], " \"'")
			if !argumentNames.holds(name) && p.set.nameMeaning(name).bits&(cueOTP|cuePIN|cueCVV|cuePassword) == 0 {
				continue
			}
			named, start, arg = true, start+k+1, arg[k+1:]
		}
		start += len(arg) - len(bytes.TrimLeft(arg, " \"'"))
		quoted := bytes.ContainsAny(arg, "\"'")
		value := bytes.Trim(arg, " \"'")
		end := start + len(value)
		switch {
		case isPlaceholder(value):
		case kind == Password && (named || quoted) && bytes.IndexByte(value, ' ') < 0,
			len(value) >= least && digitsIn(value) == len(value) && (named || len(value) > least || kind == CardCVV):
			p.add(start, end, kind, 0.75, byCommand, p.verbatim(start, end))
		}
	}
}

// argumentNames are of arguments that hold what the method is named for.
var argumentNames = wordsOf("value code input v raw plain text token candidate submitted entered given actual")

// resetCode takes the digits assigned to token i, "code", in the query of a link to log in, to confirm or to set a password: "GET /reset?code=482913&…".
func (p *pass) resetCode(i int) bool {
	const least, most, longest = 4, 8, 256
	start, at := int(p.text.Tokens[i].Start), int(p.text.Tokens[i].End)+1
	if c := p.at(start - 1); p.in.Channel != ChannelLog || p.at(at-1) != '=' || c != '?' && c != '&' {
		return false
	}
	end := at
	for scan.IsDigit(p.at(end)) {
		end++
	}
	if end-at < least || end-at > most || scan.IsWordByte(p.at(end)) {
		return false
	}
	from := p.pieceBefore(start)
	first, last := p.tokensOf(max(from, start-longest), start)
	for k := first; k <= last; k++ {
		if p.is(k, &resetWords) || p.cue(k)&(cueOTP|cuePassword|cuePIN) != 0 {
			p.add(at, end, OTP, 0.75, byCode, p.verbatim(at, end))
			return true
		}
	}
	return false
}

var resetWords = wordsOf("reset verify verification confirm confirmation activate activation mfa 2fa tfa totp login signin auth unlock")

// isNameMember takes what stands in quotes behind token i, "family" or "given" in quotes, for names (HL7 FHIR, HumanName): `"family":"Roe","given":["Asha"]`.
func (p *pass) isNameMember(i int) bool {
	const most, near = 5, 128
	t := &p.text.Tokens[i]
	at := p.pastQuote(int(t.End))
	if !p.is(i, &nameMembers) {
		return false
	}
	if p.at(at) == '>' && p.at(int(t.Start)-1) == '<' && at+1 < len(p.b) && isUpperAt(p.b, at+1) {
		if given := []byte("<given"); !p.is(i, &familyWord) || bytes.Contains(p.b[max(0, at-near):min(at+near, len(p.b))], given) { // no family of types
			p.personValue(at+1, true)
		}
		return true
	}
	if at == int(t.End) || p.at(at) != ':' || !isQuote(p.at(int(t.Start)-1)) || p.is(i, &familyWord) && !bytes.Contains(p.b, []byte(`given`)) {
		return true // "browser":{"family":"Chrome"}
	}
	for at++; at < len(p.b) && (p.b[at] == ' ' || p.b[at] == '['); at++ {
	}
	for range most {
		start := p.pastQuote(at)
		if start == at || start >= len(p.b) || !isUpperAt(p.b, start) && p.b[start] < 0x80 {
			break
		}
		p.personValue(start, true)
		k := bytes.IndexByte(p.b[start:], '"')
		if k < 0 {
			break
		}
		if at = start + k + 1; p.at(at) != ',' || p.is(i, &familyWord) {
			break
		}
		at = p.pastBlanks(at + 1)
	}
	return true
}

var (
	nameMembers = wordsOf("family given")
	familyWord  = wordsOf("family")
)

// isSplitName takes what stands behind token i, "first" or "last", for a part of a name if a field that is called by the other stands near: "contact.first=Asha
// contact.last=Roe", "<first>Asha</first><last>Roe</last>".
func (p *pass) isSplitName(i int) bool {
	const near = 64
	if !p.is(i, &splitColumns) {
		return false
	}
	t := &p.text.Tokens[i]
	start, at := int(t.Start), int(t.End)
	if c := p.at(at); c != '=' && c != ':' && !isQuote(c) && (c != '>' || !p.isTag(at)) {
		return true
	}
	other := []byte("ast")
	if p.b[start]|0x20 == 'l' {
		other = []byte("irst") // in any case
	}
	if (p.holderStart(start) == start || !p.is(i-1, &holderNouns)) && !bytes.Contains(p.b[max(0, start-near):start], other) && !bytes.Contains(p.b[at:min(at+near, len(p.b))], other) {
		return true
	}
	value, _, ok := p.valueAfter(at, i)
	if !ok {
		return true
	}
	value = p.pastQuote(value)
	if k := p.firstAt(value); value < len(p.b) && isUpperAt(p.b, value) && k < len(p.text.Tokens) && p.text.Tokens[k].Bits == 0 && !p.is(k, &weekdays) {
		p.personValue(value, false)
	}
	return true
}

// holderNouns are objects whose first and last are those of a name.
var holderNouns = wordsOf("contact customer caller patient guest person member client recipient passenger profile owner holder")

// splitColumns are what the halves of a name are called beside each other.
var splitColumns = wordsOf("first last")

// party looks for who pays or is paid in a message of SWIFT behind token i, the tag of a field (MT103): ":50K:/55779911 ASHA ROE 14 FAKE STREET", ":59:/…".
func (p *pass) party(i int) {
	const longest, words = 256, 6
	t := &p.text.Tokens[i]
	tag := p.bytesOf(t)
	if n := len(tag); n < 2 || n > 3 || tag[0] != '5' || tag[1] != '0' && tag[1] != '9' || n == 2 && tag[1] != '9' || n == 3 && bytes.IndexByte([]byte("AFHK"), tag[2]) < 0 {
		return
	}
	at := int(t.End) + 1
	if p.at(at-1) != ':' || p.at(int(t.Start)-1) != ':' || scan.IsWordByte(p.at(int(t.Start)-2)) && p.at(int(t.Start)-2) != 'n' {
		return
	}
	end := at
	for end < len(p.b) && end-at < longest && !p.startsTag(end) {
		end++
	}
	if p.at(at) == '/' {
		start := at + 1
		for at = start; at < end && scan.IsWordByte(p.b[at]); at++ {
		}
		if at-start > 5 && hasDigit(p.b[start:at]) {
			p.add(start, at, BankAccount, 0.75, byRow, p.compact(start, at))
		}
	}
	start := p.pastBreak(at)
	if p.at(start) == '1' && p.at(start+1) == '/' {
		p.numberedParty(start, end)
		return
	}
	stop := start
	for stop < end && p.b[stop] != '\n' && p.b[stop] != '\r' && p.b[stop] != '\\' && !(scan.IsDigit(p.b[stop]) && p.at(stop-1) == ' ') {
		stop++
	}
	from := p.pastBreak(stop)
	if k := bytes.IndexByte(p.b[stop:max(end, stop)], '\n'); k >= 0 && p.at(stop) != '\n' && p.at(stop) != '\r' {
		end = stop + k // all of it is on one line
	}
	for stop > start && p.b[stop-1] == ' ' {
		stop--
	}
	name := p.b[start:stop]
	if len(name) < 3 || !hasLetter(name) || bytes.Count(name, []byte(" ")) >= words || !isUpperAt(p.b, start) {
		return
	}
	p.add(start, stop, Person, 0.7, byRow, p.lower(start, stop))
	for end > from && (p.b[end-1] <= ' ' || p.b[end-1] == '-') {
		end--
	}
	if end > 2 && p.b[end-1] == 'n' && p.b[end-2] == '\\' {
		end -= 2
	}
	if end-from > 3 {
		p.add(from, end, Address, 0.7, byRow, p.lower(from, end))
	}
}

// numberedParty looks for the lines of who pays, from start to end, that begin with the number of what they hold (MT103, option F): "1/ASHA ROE 2/14 FAKE STREET
// 3/GB/LEEDS".
func (p *pass) numberedParty(start, end int) {
	for start+2 < end && p.b[start+1] == '/' {
		number, from := p.b[start], start+2
		stop := from
		for stop < end && !(p.b[stop] <= ' ' && scan.IsDigit(p.at(stop+1)) && p.at(stop+2) == '/') {
			stop++
		}
		start = stop + 1
		for stop > from && (p.b[stop-1] <= ' ' || p.b[stop-1] == '-') {
			stop--
		}
		switch kind := [...]Type{'1' - '0': Person, '2' - '0': Address, '4' - '0': DateOfBirth}; {
		case stop-from < 2 || number < '1' || number > '4' || kind[number-'0'] == 0 || p.isInert(from):
		default:
			p.add(from, stop, kind[number-'0'], 0.7, byRow, p.lower(from, stop))
		}
	}
}

// pastBreak is where what follows blanks and breaks of lines at a place begins, which may be written as escapes.
func (p *pass) pastBreak(at int) int {
	for at < len(p.b) {
		switch {
		case p.b[at] <= ' ':
			at++
		case p.b[at] == '\\' && (p.at(at+1) == 'n' || p.at(at+1) == 'r'):
			at += 2
		default:
			return at
		}
	}
	return at
}

// startsTag says whether the tag of a field of SWIFT, ":71A:", or the end of a block, "-}", stands at a place.
func (p *pass) startsTag(at int) bool {
	switch p.b[at] {
	case ':':
		k := at + 1
		for k < at+4 && scan.IsWordByte(p.at(k)) {
			k++
		}
		return k > at+2 && scan.IsDigit(p.at(at+1)) && p.at(k) == ':'
	case '-':
		return p.at(at+1) == '}'
	}
	return p.b[at] == '}' || p.b[at] == '"'
}

// serverUser takes what stands before the at sign at a place for a user name in the lines of PostgreSQL: "asha@crm LOG:  duration: …".
func (p *pass) serverUser(at int) bool {
	end := p.userEnd(at + 1)
	if p.at(end) != ' ' || end == at+1 {
		return false
	}
	start := end + 1
	for end = start; scan.IsLetter(p.at(end)); end++ {
	}
	if p.at(end) == ':' && severities.holds(p.b[start:end]) && isUpper(p.b[start:end]) {
		p.userBefore(at)
		return true
	}
	return false
}

// takesWords takes the words behind "password:" in a log for one if they are several, the first of which is from start to end.
func (p *pass) takesWords(start, end int) bool {
	if p.in.Channel != ChannelLog || p.at(start-1) != '=' && (p.at(start-1) != ' ' || p.at(start-2) != ':') {
		return false
	}
	words := p.wordsPassword(start)
	if words <= end {
		return false
	}
	p.add(start, words, Password, 0.65, byAssignment, p.verbatim(start, words))
	return true
}

// isLoneWord says whether a rare word from start to end is all that a line or an item says behind "password:": what is told of a password is of common words.
func (p *pass) isLoneWord(start, end int) bool {
	first, last := p.tokensOf(start, end)
	c := p.at(end)
	return p.set.names != nil && p.at(start-2) == ':' && first == last && p.text.Tokens[first].Shape&scan.Upper == 0 && p.isRareWord(first) && !p.tellsOf(start, end) &&
		(end == len(p.b) || c == '\n' || c == '\r' || c == ',' || c == ';' || c == '"' || c == '}')
}

// wordsPassword is where the password ends that begins at a place behind "password:" in a log and is of several words, up to the end of the line or
// of an item: "password: plum tree 9". It is 0 if what stands there tells of a password.
func (p *pass) wordsPassword(start int) int {
	const most, few = 6, 3
	first, _ := p.tokensOf(start, len(p.b))
	for k := first; k < len(p.text.Tokens) && k < first+most; k++ {
		t := &p.text.Tokens[k]
		if t.Shape&scan.Upper != 0 || !t.IsWord() && !t.IsNumber() ||
			p.is(k, &notPasswords) && k > first || p.is(k, &sentenceWords) || p.is(k, &phraseSmall) || p.is(k, &passwordTalk) {
			return 0
		}
		switch end := int(t.End); {
		case end == len(p.b), p.b[end] == '\n', p.b[end] == '\r', p.b[end] == '}', p.b[end] == ',' && p.at(end+1) == ' ':
			if n := k - first; n == 0 || n < few && (p.is(first, &notPasswords) || p.at(start-1) == '=') {
				return 0 // "password: not there"
			}
			return end
		case p.b[end] != ' ':
			return 0
		}
	}
	return 0
}

// passwordTalk are words of what is said of passwords in logs.
var passwordTalk = wordsOf(`password unchanged bcrypt argon2 scrypt md5 sha256 pbkdf2 plaintext ldap pam kerberos base64 min max minimum maximum length character characters chars digit digits letter letters symbol symbols field check hash match mismatch matches policy reset expiry expires validation rule
	rules change input prompt error errors ok fail failure success attempt attempts login user account format via using use see contact entry retry retries day days hour hours after before until not-null nullable
	string text blank optional unset default prompt stdin file env vault`)

// isKnownSID says whether a value is the identifier of an account or a group that each Windows has: "S-1-5-18", "S-1-5-32-544".
func isKnownSID(value []byte) bool {
	const longest = 13 // of one that names a machine, more
	return len(value) <= longest && bytes.HasPrefix(value, []byte("S-1-")) && isDecimal(value[2:])
}

// elementWords name the parts of an address in messages between banks (ISO 20022).
const elementWords = "strtnm bldgnb bldgnm pstcd adrline street"

var elementSet = wordsOf(elementWords)

// element takes what the element that token i names holds for the part of an address that it is: "<StrtNm>Kirkgate</StrtNm>".
func (p *pass) element(i int) {
	const longest = 70
	t := &p.text.Tokens[i]
	at := int(t.End) + 1
	if p.at(at-1) != '>' || p.at(int(t.Start)-1) != '<' {
		return
	}
	k := bytes.IndexByte(p.b[at:min(at+longest+1, len(p.b))], '<')
	if k < 1 || isWord(p.bytesOf(t), "street") && bytes.IndexByte(p.b[at:at+k], ' ') < 0 || isPlaceholder(p.b[at:at+k]) || p.isInert(at) {
		return
	}
	kind := Address
	if isWord(p.bytesOf(t), "pstcd") {
		kind = Postcode
	}
	p.add(at, at+k, kind, 0.75, byRow, p.lower(at, at+k))
}
