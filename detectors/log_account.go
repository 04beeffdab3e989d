package detectors

import (
	"bytes"

	"github.com/sonexlabs/tacet/detectors/scan"
)

// accountWords stand in the lines of services beside the name of who uses them; see accountWord.
const accountWords = "nick nickname digits dtmf imap lda lmtp managesieve ok fail peer identity keyring slice group duplicate role account authenticated acting impersonating transceiver transmitter receiver sort"

// accountWord looks in a log for the user name beside token i, one of accountWords.
func (p *pass) accountWord(i int) {
	t := &p.text.Tokens[i]
	if p.in.Channel != ChannelLog {
		return
	}
	start, end := int(t.Start), int(t.End)
	switch w := p.bytesOf(t); w[0] | 0x20 {
	case 't':
		p.bind(i)
	case 'a': // "Authenticated asha via ldap"
		if isWord(w, "acting") {
			p.actsAs(i)
			return
		}
		if k := i + 1; isWord(w, "account") {
			if p.is(k, &nameLabel) && p.between(i) == gapSpace && p.at(int(p.text.Tokens[k].End)) == ':' { // "Account Name:		asha", of Windows
				for end = int(p.text.Tokens[k].End) + 1; end < len(p.b) && (p.b[end] == ' ' || p.b[end] == '\t'); end++ {
				}
				if last := p.userEnd(end); p.at(last) != '$' && p.at(last-1) != '$' { // of a machine
					p.addUser(end, 0.7)
				}
			}
			return
		}
		if next := i + 1; p.is(i+2, &throughWords) && p.between(i) == gapSpace && p.set.names != nil && !p.set.names.IsCommon(p.text.Tokens[next].Hash) && p.at(p.userEnd(end+1)) == ' ' {
			p.addUser(end+1, 0.7)
		}
	case 'i', 'l', 'm':
		if isWord(w, "impersonating") {
			p.actsAs(i)
		} else if isWord(w, "identity") {
			p.identity(end)
		} else {
			p.serviceUser(end)
		}
	case 'n':
		if p.at(end) == '=' || p.at(end) == ':' {
			p.addUser(p.pastBlanks(end+1), 0.65)
		}
	case 'o', 'f', 'p':
		p.bracketedUser(i)
	case 'k', 's': // "unlocked login keyring for asha", "User Slice of asha"
		if isWord(w, "sort") {
			p.assignedSort(i)
		} else if p.is(i+1, &whoseWords) && p.between(i) == gapSpace {
			p.lastUser(i + 2)
		}
	case 'g': // "add 'asha' to group 'sudo'"
		if i > 1 && p.is(i-1, &groupLinks) && p.at(start-1) == ' ' && p.at(int(p.text.Tokens[i-2].End)) == '\'' {
			p.userBefore(int(p.text.Tokens[i-2].End))
		}
	case 'd':
		if isWord(w, "duplicate") {
			p.duplicate(i)
		} else {
			p.keyed(i)
		}
	case 'r':
		if isWord(w, "receiver") {
			p.bind(i)
			return
		}
		if i > 0 && p.is(i-1, &sqlVerbs) && p.between(i-1) == gapSpace && p.at(end) == ' ' {
			p.addUser(end+1, 0.7)
		}
	}
}

var (
	whoseWords   = wordsOf("of for")
	throughWords = wordsOf("via from using with by")
	groupLinks   = wordsOf("to from")
	sqlVerbs     = wordsOf("alter create drop")
)

// serviceUser takes the word in brackets from a place on, behind the name of a service of mail: "imap(asha)<22>", "lda(asha): …".
func (p *pass) serviceUser(at int) {
	if p.at(at) != '(' {
		return
	}
	if end := p.userEnd(at + 1); p.at(end) == ')' && (p.at(end+1) == '<' || p.at(end+1) == ':') {
		p.addUser(at+1, 0.7)
	}
}

// identity takes what stands in quotes behind the word for it, which ends at a place: "EAP identity 'asha'", `identity="asha"`.
func (p *pass) identity(end int) {
	if c := p.at(end); (c == ' ' || c == '=') && isQuote(p.at(end+1)) && p.at(p.userEnd(end+2)) == p.at(end+1) {
		p.addUser(end+1, 0.7)
	}
}

var nameLabel = wordsOf("name")

// bracketedUser takes the word in brackets before token i, which says how it went: "[asha] OK LOGIN: …" of vsftpd, "[asha] Peer Connection
// Initiated" of OpenVPN.
func (p *pass) bracketedUser(i int) {
	start := int(p.text.Tokens[i].Start)
	if i == 0 || p.between(i) != gapSpace || !p.is(i+1, &transferWords) || p.at(start-1) != ' ' || p.at(start-2) != ']' {
		return
	}
	if open := bytes.LastIndexByte(p.b[max(0, start-2-localMax):start-2], '[') + max(0, start-2-localMax); p.at(open) == '[' && p.userEnd(open+1) == start-2 {
		p.addUser(open, 0.7)
	}
}

var transferWords = wordsOf("connection login upload download delete mkdir rmdir rename chmod")

// markedUser takes the word behind a mark for a user name, in the rest of the line from a place on.
func (p *pass) markedUser(from int, mark string) {
	const longest = 256
	rest := p.b[from:min(from+longest, len(p.b))]
	if k := bytes.Index(rest, []byte(mark)); k >= 0 && bytes.IndexByte(rest[:k], '\n') < 0 {
		p.addUser(from+k+len(mark), 0.7)
	}
}

// lastUser takes token k for a user name if it ends the line: "password changed for asha".
func (p *pass) lastUser(k int) {
	if p.in.Channel != ChannelLog || k >= len(p.text.Tokens) || p.between(k-1) != gapSpace {
		return
	}
	start := int(p.text.Tokens[k].Start)
	rest := p.b[p.userEnd(start):] // behind the full stop, too
	if len(rest) > 0 && rest[0] != '\n' || p.set.names != nil && p.set.names.IsCommon(p.text.Tokens[k].Hash) {
		return
	}
	p.addUser(start, 0.7)
}

// passwordOf looks for whose password it is that token i speaks of: "password changed for asha", "changed password expiry for asha".
func (p *pass) passwordOf(i int) {
	if p.is(i+1, &whoseWords) && p.between(i) == gapSpace {
		p.lastUser(i + 2) // "bad password for asha"
	}
	if p.in.Channel == ChannelLog && p.is(i+1, &passwordTold) && p.is(i+2, &whoseWords) && p.between(i) == gapSpace && p.between(i+1) == gapSpace {
		p.lastUser(i + 3)
	}
}

var passwordTold = wordsOf("changed change expiry expired reset updated set unlocked locked aging")

// duplicate looks for the value that a database has already, behind token i: "Duplicate entry 'asha' for key 'users.username'".
func (p *pass) duplicate(i int) {
	if i+2 >= len(p.text.Tokens) || !isWord(p.bytesOf(&p.text.Tokens[i+1]), "entry") {
		return
	}
	start := int(p.text.Tokens[i+1].End) + 2
	if p.at(start-1) != '\'' || p.at(start-2) != ' ' {
		return
	}
	const link = "' for key '"
	end := start
	for end < len(p.b) && end-start < localMax && p.b[end] != '\'' {
		end++
	}
	if rest := p.b[end:]; len(rest) > len(link) && string(rest[:len(link)]) == link {
		key := rest[len(link):]
		if k := bytes.IndexByte(key, '\''); k > 0 {
			p.cell(start, end, key[:k])
		}
	}
}

// quotedUser takes the word between quotes, the second of which is at a place, for a user name: "GRANT ALL ON shop.* TO 'asha'@'%'".
func (p *pass) quotedUser(at int) {
	start := at
	for start > 0 && at-start <= localMax && p.b[start-1] != '\'' && p.b[start-1] > ' ' {
		start--
	}
	if p.at(start-1) == '\'' && start < at {
		p.addUser(start, 0.7)
	}
}

// passwdLine looks for who has an account in a line of passwd(5), of which the home stands behind the colon at a place: "asha:x:1001:1001:Asha
// Roe,,,:/home/asha".
func (p *pass) passwdLine(colon int) {
	const longest = 256
	var fields [5][2]int // from the last one: the name, the numbers of group and user, the password, the user's name
	from := max(0, colon-longest)
	for k := range fields {
		start := colon
		for start > from && p.b[start-1] != ':' && p.b[start-1] != '\n' && (k < len(fields)-1 || p.b[start-1] > ' ') {
			start--
		}
		if fields[k] = [2]int{start, colon}; k < len(fields)-1 && p.at(start-1) != ':' {
			return
		}
		colon = start - 1
	}
	for _, f := range fields[1:3] {
		if f[0] == f[1] || !isDecimal(p.b[f[0]:f[1]]) {
			return
		}
	}
	name := p.b[fields[0][0]:fields[0][1]]
	if k := bytes.IndexByte(name, ','); k >= 0 {
		name = name[:k]
	}
	if start := fields[0][0]; len(name) > 2 && hasLetter(name) && !p.isInert(start) {
		p.add(start, start+len(name), Person, 0.65, byNames, p.lower(start, start+len(name)))
	}
	if user := fields[4]; user[1]-user[0] > 1 && hasLetter(p.b[user[0]:user[1]]) && !p.isInert(user[0]) {
		p.add(user[0], user[1], Username, 0.7, byUser, p.lower(user[0], user[1]))
	}
}

// keyed takes the digits behind token i, a word for what somebody keyed in, for a PIN: `digits="482913"`, "digits collected: 4821", "Digits=4821", "dtmf: rx
// '737'", "grammar=builtin:digits?length=9 result="…"".
func (p *pass) keyed(i int) {
	const reach = 48
	k := i
	if at := int(p.text.Tokens[i].End); p.at(at) == '?' {
		if rest := p.b[at:min(at+reach, len(p.b))]; bytes.Contains(rest, resultSign) {
			p.keyedAt(p.pastQuote(at + bytes.Index(rest, resultSign) + len(resultSign)))
		}
		return
	}
	if at := int(p.text.Tokens[i].End); p.is(i+1, &keyedWords) && (p.between(i) == gapSpace || p.at(at) == ':' && p.at(at+1) == ' ') {
		k++
		if end := int(p.text.Tokens[k].End); p.at(end) == ' ' && isQuote(p.at(end+1)) {
			p.keyedAt(end + 2)
			return
		}
	}
	if start, _, ok := p.valueAfter(int(p.text.Tokens[k].End), k); ok {
		p.keyedAt(p.pastQuote(start))
	}
}

var resultSign = []byte(" result=")

var keyedWords = wordsOf("collected received entered pressed digits buffer rx")

// keyedAt takes the digits at a place, as telephones have them, for a PIN; what has a better label has that.
func (p *pass) keyedAt(start int) {
	const least, most = 3, 40 // a card, its expiry and its code
	end := start
	for end < len(p.b) && end-start <= most && (scan.IsDigit(p.b[end]) || p.b[end] == '*' || p.b[end] == '#') {
		end++
	}
	if end-start >= least && end-start <= most && digitsIn(p.b[start:end]) >= least && !scan.IsWordByte(p.at(end)) && p.at(end) != '.' && !p.isInert(start) {
		p.add(start, end, PIN, 0.6, byCardData, p.verbatim(start, end))
	}
}

// isExpiry says whether four digits are a month and a year in which a card of these days ends: "0428".
func isExpiry(b []byte) bool {
	return isDecimal(b) && (b[0] == '0' && b[1] > '0' || b[0] == '1' && b[1] <= '2') && b[2] >= '2' && b[2] <= '4'
}

// namedKeyed is keyed for a text whose field is named for that.
func (p *pass) namedKeyed() {
	switch roles := p.path.roles; {
	case roles&fieldKeyed != 0:
		p.keyedAt(len(p.b) - len(bytes.TrimLeft(p.b, " ")))
	case p.in.Channel != ChannelLog:
	case roles&fieldNumbered != 0:
		if start := len(p.b) - len(bytes.TrimLeft(p.b, " #")); p.caseNumberEnd(start) == len(p.b) {
			p.add(start, len(p.b), AccountID, 0.6, byRow, p.compact(start, len(p.b)))
		}
	case roles&fieldEntry != 0:
		p.directoryField()
	case roles&fieldSort != 0:
		p.sortAt(0)
	case roles&fieldExpiry != 0 && len(p.b) == len("MMYY") && isExpiry(p.b):
		p.add(0, len(p.b), CardExpiry, 0.75, byCardData, p.verbatim(0, len(p.b)))
	}
}

// caseWords are what an office or an insurer keeps about somebody under a number.
const caseWords = "claim warrant case matter complaint referral folio"

// caseNumber takes the number behind token i, one of caseWords, in a log if letters begin it: "warrant LI-2026-00418".
func (p *pass) caseNumber(i int) {
	if p.in.Channel != ChannelLog {
		return
	}
	at := int(p.text.Tokens[i].End)
	if c := p.at(at); c != ' ' {
		return // a field
	}
	p.numberOf(at+1, false)
}

// numberOf takes the number at a place that begins with letters; behind a word for a person one that programs don't have for versions and models: "customer C-88120",
// "inmate #A5512KX".
func (p *pass) numberOf(at int, person bool) {
	marked := p.at(at) == '#'
	if marked {
		at++
	}
	end := p.caseNumberEnd(at)
	if end == 0 || !scan.IsLetter(p.b[at]) || person && !marked && bytes.IndexByte(p.b[at:end], '-') < 0 {
		return
	}
	p.add(at, end, AccountID, 0.6, byRow, p.compact(at, end))
}

// caseNumberEnd is where a number begins and ends at a place that is of digits, or of capitals, digits and hyphens; 0 if there is none.
func (p *pass) caseNumberEnd(at int) int {
	const least, longest = 4, 24
	end, digits := at, 0
	for end < len(p.b) && end-at <= longest {
		c := p.b[end]
		if scan.IsDigit(c) {
			digits++
		} else if (c < 'A' || c > 'Z') && (c != '-' && c != '/' || end == at) {
			break
		}
		end++
	}
	for end > at && !scan.IsDigit(p.b[end-1]) && (p.b[end-1] == '-' || p.b[end-1] == '/') {
		end--
	}
	if digits < least || end-at > longest || scan.IsWordByte(p.at(end)) || p.at(end) == '.' && scan.IsWordByte(p.at(end+1)) || p.at(end) == ':' || p.isInert(at) {
		return 0
	}
	return end
}

// directoryField takes the value of "sn" or "uid" for that of an entry of a directory, where it ends a filter or what the entry is in stands behind it: "(sn=Wainfleet)",
// "uid=aroe,ou=agents".
func (p *pass) directoryField() {
	value := bytes.TrimRight(p.b, ")")
	for _, in := range [...]string{",ou=", ",dc=", ",cn=", ",o="} {
		value, _, _ = bytes.Cut(value, []byte(in))
	}
	if len(value) == len(p.b) || p.set.names == nil || len(p.text.Tokens) == 0 || !p.text.Tokens[0].IsWord() || len(value) != p.text.Tokens[0].Len() {
		return
	}
	if surnameWord.holds(p.pathName()) {
		p.add(0, len(value), Person, 0.65, byNames, p.lower(0, len(value)))
	} else if !p.set.names.IsCommon(p.text.Tokens[0].Hash) {
		p.addUser(0, 0.65)
	}
}

// hostUser takes the word joined to the address from start to end for a user name: "asha@192.0.2.7", "asha/192.0.2.7:1194 MULTI", "command for asha
// from 192.0.2.7 port 22". Numbers are those of telephones; what looks drawn by lot is the name of a call.
func (p *pass) hostUser(start, end int) {
	if p.in.Channel != ChannelLog || start < 3 {
		return
	}
	const link = " from "
	switch c := p.b[start-1]; {
	case c == '@':
		p.userAtHost(start - 1)
	case c == '/' && p.at(end) == ':' && scan.IsDigit(p.at(end+1)):
		p.userBefore(start - 1)
	case c == ' ' && start > 12 && string(p.b[start-len(link):start]) == link && bytes.HasPrefix(p.b[end:], []byte(" port ")):
		at := start - len(link)
		for at > 0 && p.b[at-1] > ' ' {
			at--
		}
		if bytes.HasSuffix(p.b[:at], []byte(" for ")) {
			p.addUser(at, 0.7)
		}
	}
}

// userAtHost takes what stands before the at sign at a place, behind which an address stands, for a user name or a number.
func (p *pass) userAtHost(at int) {
	const number, least, drawn, digits = 7, 3, 12, 4 // digits of a number, of an extension; length of a name drawn by lot, digits in it
	start := at
	for start > 0 && at-start < localMax && isLocal(p.b[start-1]) {
		start--
	}
	value := p.b[start:at]
	if len(value) < 2 || p.isInert(start) || isPlaceholder(value) {
		return
	}
	switch n := digitsIn(value); {
	case n >= number && n <= 15 && isDecimal(bytes.TrimPrefix(value, []byte("+"))):
		p.add(start, at, Phone, 0.65, byPhone, p.verbatim(start, at))
	case n == len(value) && n >= least && n < number, n < len(value) && hasLetter(value) && !(len(value) >= drawn && n >= digits) && !(isHex(value) && n > 0 && len(value) >= 8):
		p.add(start, at, Username, 0.65, byUser, p.lower(start, at))
	}
}
