package detectors

import (
	"bytes"
	"strings"

	"github.com/sonexlabs/tacet/detectors/scan"
)

// uidUser looks for the user that token i, "uid", names in a log: "session opened for user asha(uid=1001)", "dn=uid=asha,ou=people".
func (p *pass) uidUser(i int) {
	t := &p.text.Tokens[i]
	start, end := int(t.Start), int(t.End)
	if p.in.Channel != ChannelLog || p.at(end) != '=' {
		return
	}
	switch {
	case scan.IsDigit(p.at(end+1)) && p.at(start-1) == '(':
		p.userBefore(start - 1)
	case scan.IsLetter(p.at(end + 1)):
		stop := p.userEnd(end + 1)
		if c := p.at(stop); c == ',' || c == ')' || c == ';' || isQuote(c) {
			p.addUser(end+1, 0.7)
		}
	}
}

// userBefore takes the word that ends at a place for a user name.
func (p *pass) userBefore(end int) {
	start := p.userStart(end)
	value := p.b[start:end]
	if len(value) < 2 || !hasLetter(value) || isNoUser(value) || p.isInert(start) {
		return
	}
	p.add(start, end, Username, 0.7, byUser, p.lower(start, end))
}

// userStart is where the user name begins that ends at a place.
func (p *pass) userStart(end int) int {
	start := end
	for start > 0 && end-start <= localMax && (scan.IsWordByte(p.b[start-1]) || p.b[start-1] == '.' || p.b[start-1] == '_' || p.b[start-1] == '-') {
		start--
	}
	return start
}

// pairedUser takes the word in "(asha,192.0.2.1" for a user name, whose address begins at a place, as Dovecot writes it.
func (p *pass) pairedUser(at int) {
	if p.in.Channel != ChannelLog || p.at(at-1) != ',' {
		return
	}
	if p.at(p.userStart(at-1)-1) == '(' {
		p.userBefore(at - 1)
	}
}

// jobUser looks for the user in a line of token i, cron or su: "CRON[991]: (asha) CMD (…", "su: (to root) asha on pts/1".
func (p *pass) jobUser(i int) {
	at := int(p.text.Tokens[i].End)
	if p.in.Channel != ChannelLog {
		return
	}
	if w := p.bytesOf(&p.text.Tokens[i]); isWord(w, "su") && bytes.HasPrefix(p.b[at:], []byte(" - ")) {
		p.addUser(at+len(" - "), 0.65) // the command
		return
	}
	if lead := []byte(`" a1="-" a2="`); bytes.HasPrefix(p.b[at:], lead) {
		p.addUser(at+len(lead), 0.65) // as the kernel's audit writes it
		return
	}
	if p.at(at) == '[' {
		for at < len(p.b) && p.b[at] != ':' && p.b[at] != '\n' {
			at++
		}
	}
	if p.at(at) != ':' || p.at(at+1) != ' ' || p.at(at+2) != '(' {
		return
	}
	start := at + 3
	end := p.userEnd(start)
	switch {
	case p.at(end) == ')' && p.at(end+1) == ' ' && end+2 < len(p.b) && isUpperAt(p.b, end+2):
		p.userBefore(end)
	case isWord(p.b[start:end], "to"):
		if end = p.userEnd(end + 1); p.at(end) == ')' && p.at(end+1) == ' ' {
			p.addUser(end+2, 0.7)
		}
	}
}

// isPrompted says whether token i begins what a client says, in the trace of a protocol: "C: USER asha", "> PASS secret", "a001 LOGIN asha secret".
func (p *pass) isPrompted(i int) bool {
	const most = 64 // spaces before
	k := int(p.text.Tokens[i].Start)
	if from := p.b[:k]; len(bytes.TrimRight(from[max(0, k-most):], " ")) == 0 || p.b[k-1] == '\n' {
		return p.isWholeLine(i)
	}
	prompt := k > 2 && p.b[k-1] == ' ' && (p.b[k-2] == ':' || p.b[k-2] == '>') && p.b[k-3] > ' ' && (k < 6 || string(p.b[k-6:k-2]) != "PASS")
	end := int(p.text.Tokens[i].End)
	return prompt && p.in.Channel == ChannelLog && p.at(end) == ' ' && p.at(end+1) != '='
}

// isWholeLine says whether token i, in capitals, and one piece behind it are a line of a log: "USER asha", "PASS hunter2".
func (p *pass) isWholeLine(i int) bool {
	at := int(p.text.Tokens[i].End)
	if p.in.Channel != ChannelLog || p.at(at) != ' ' || !isUpper(p.bytesOf(&p.text.Tokens[i])) || at+1 >= len(p.b) {
		return false
	}
	end := p.pieceStop(at + 1)
	return end > at+1 && (end == len(p.b) || p.b[end] == '\n' || p.b[end] == '\r') && !bytes.ContainsAny(p.b[at+1:end], "/_.:(=")
}

// radiusLogin looks for name and password that RADIUS writes behind token i, "Login": "Login incorrect (…): [asha/hunter2] (from client …".
func (p *pass) radiusLogin(i int) bool {
	const longest = 128
	if p.in.Channel != ChannelLog || !p.is(i+1, &loginResults) {
		return false
	}
	at := int(p.text.Tokens[i].End)
	k := bytes.Index(p.b[at:min(at+longest, len(p.b))], []byte(": ["))
	if k < 0 {
		return false
	}
	start := at + k + 3
	end := p.userEnd(start)
	p.addUser(start, 0.7)
	if p.at(end) != '/' {
		return true
	}
	stop := end + 1
	for stop < len(p.b) && p.b[stop] != ']' && p.b[stop] >= ' ' {
		stop++
	}
	p.add(start, end, Username, 0.7, byUser, p.lower(start, end))
	if value := p.b[end+1 : stop]; len(value) > 2 && !isPlaceholder(value) && !p.isInert(end+1) {
		p.add(end+1, stop, Password, 0.8, byCommand, p.verbatim(end+1, stop))
	}
	return true
}

var loginResults = wordsOf("incorrect ok")

// triedLogin looks for name and password behind token i, "login", in what tells of it: `login("asha", "hunter2")`, "login failed: asha/hunter2", "login attempt
// [root/admin] succeeded".
func (p *pass) triedLogin(i int) bool {
	const most = 3
	k := i
	if !isWord(p.bytesOf(&p.text.Tokens[i]), "login") {
		return false
	}
	if p.at(int(p.text.Tokens[i].End)) == '(' {
		return p.calledLogin(int(p.text.Tokens[i].End))
	}
	for p.in.Channel == ChannelLog && k < i+most && p.is(k+1, &triedWords) && p.between(k) == gapSpace {
		k++
	}
	at := int(p.text.Tokens[k].End)
	if k == i {
		if p.in.Channel == ChannelLog && p.at(at) == ' ' && p.set.names != nil && p.isUserOf(k+1) && int(p.text.Tokens[k+1].Start) == at+1 {
			p.addUser(at+1, 0.65) // "(skill fr, login aroe)"
			return true
		}
		return false
	}
	if p.at(at) == ' ' && p.set.names != nil && (p.isUserOf(k+1) || p.is(k+2, &fromWords) && p.isRareUser(k+1)) {
		p.addUser(at+1, 0.65) // "login ok aroe from …"
		return true
	}
	if p.at(at) != ' ' || p.at(at+1) != '[' {
		return p.loginPair(at, false)
	}
	start := p.pastBytes(at + 2)
	slash := p.userEnd(start)
	next := p.pastBytes(p.pastQuote(slash) + 1)
	stop := next
	for stop < len(p.b) && p.b[stop] != ']' && p.b[stop] > ' ' && !isQuote(p.b[stop]) {
		stop++
	}
	if slash == start || p.at(p.pastQuote(slash)) != '/' || stop-next < 2 || isPlaceholder(p.b[next:stop]) || p.isInert(next) {
		return false
	}
	p.add(start, slash, Username, 0.7, byUser, p.lower(start, slash))
	p.add(next, stop, Password, 0.8, byCommand, p.verbatim(next, stop))
	return true
}

var fromWords = wordsOf("from via")

var triedWords = wordsOf("failed failure attempt attempted tried error incorrect invalid denied rejected succeeded ok success successful with as using of")

// pastBytes is where the value of b'…' begins that stands at a place, as Python writes bytes; the place itself if there is none.
func (p *pass) pastBytes(at int) int {
	if p.at(at) == 'b' && isQuote(p.at(at+1)) {
		return at + 2
	}
	return at
}

// protocolLogin takes what stands behind token i, the command of a protocol, for a user and a password: `LOGIN asha hunter2`, `LOGIN "asha" "secret"`,
// "ftp> user asha hunter2".
func (p *pass) protocolLogin(i int) bool {
	t := &p.text.Tokens[i]
	word := p.bytesOf(t)
	if p.in.Channel != ChannelLog || p.at(int(t.End)) != ' ' {
		return false
	}
	login := string(word) == "LOGIN"
	if !login && !(p.isPrompted(i) && isWord(word, "user")) {
		return false
	}
	const longest = 256
	from := int(t.End)
	args := arguments{b: p.b[from:min(from+longest, len(p.b))]}
	start, end := args.next()
	if start < 0 || end == start {
		return false
	}
	first, second := [2]int{from + start, from + end}, [2]int{}
	if start, end = args.next(); start >= 0 {
		second = [2]int{from + start, from + end}
	}
	value := p.b[second[0]:second[1]]
	quoted := isQuote(p.at(first[0]-1)) && isQuote(p.at(second[0]-1))
	given := len(value) > 3 && (quoted || hasDigit(value) && hasLetter(value) && isMixed(value)) && !isPlaceholder(value) && bytes.IndexByte(value, '=') < 0
	if login && !given || isNoUser(p.b[first[0]:first[1]]) {
		return false
	}
	p.addUser(first[0], 0.7)
	if given && !p.isInert(second[0]) {
		p.add(second[0], second[1], Password, 0.75, byCommand, p.verbatim(second[0], second[1]))
	}
	return true
}

// community looks for the community of SNMP behind token i: "snmp-server community s3cret RO", "rocommunity s3cret".
func (p *pass) community(i int) {
	const least = 4
	t := &p.text.Tokens[i]
	if p.at(int(t.End)) != ' ' || t.Len() == len("community") && !p.is(i-1, &communityLeads) {
		return
	}
	start := int(t.End) + 1
	named := p.is(i+1, &stringWord)
	if named && p.between(i) == gapSpace && p.at(int(p.text.Tokens[i+1].End)) == ' ' {
		start = int(p.text.Tokens[i+1].End) + 1
	}
	end, quoted := p.valueEnd(min(start, len(p.b)-1))
	if quoted {
		start++
	}
	value := p.b[min(start, end):end]
	if digit := hasDigit(value); !digit && (named || p.in.Channel != ChannelLog) {
		return // words about communities
	}
	if len(value) >= least && !isPlaceholder(value) && !p.isInert(start) {
		p.add(start, end, Password, 0.75, byCommand, p.verbatim(start, end))
	}
}

var (
	communityLeads = wordsOf("server snmp")
	stringWord     = wordsOf("string")
)

// domainUsers looks in a log for who is named with a domain of Windows and of no word for a user: "CORP\asha 192.0.2.7", "Name=CORP\asha". What may be an escape
// is one if a word stands behind it.
func (p *pass) domainUsers() {
	const longest, least = 15, 4 // of a domain (NetBIOS); of a user
	if p.in.Channel != ChannelLog {
		return
	}
	for at := 0; ; at++ {
		k := bytes.IndexByte(p.b[at:], '\\')
		if k < 0 {
			return
		}
		at += k
		start := at
		for start > 0 && at-start <= longest && (isUpperAt(p.b, start-1) || scan.IsDigit(p.b[start-1]) || p.b[start-1] == '-') {
			start--
		}
		if at-start < 3 || at-start > longest || !scan.IsLetter(p.b[start]) || severities.holds(p.b[start:at]) {
			continue
		}
		if c := p.at(start - 1); start > 0 && c != ' ' && c != '=' && c != '\t' && c != '"' && c != '\'' {
			continue
		}
		from := at + 1
		if p.at(from) == '\\' {
			from++
		}
		end := p.userEnd(from)
		if c := p.at(end); end-from < least || c == '\\' || c == '/' || c == '=' || c == ':' || c == '(' || !scan.IsLetter(p.b[from]) || p.b[from] < 'a' {
			continue
		}
		if word := p.set.lexicon.Lookup(p.b[from+1 : end]); from == at+1 && p.set.names != nil && bytes.IndexByte([]byte("nrtbfvu"), p.b[from]) >= 0 && p.set.names.IsCommon(word.Hash) {
			continue // "ERR\tfailed"
		}
		p.add(start, end, Username, 0.65, byUser, p.lower(start, end))
		at = end - 1
	}
}

// initialUsers looks in a log for user names of an initial or a given name, a full stop and a surname that the lists have, whatever stands beside them: "approved
// a.roe <-> asha.roe".
func (p *pass) initialUsers() {
	const least = 3
	if p.in.Channel != ChannelLog || p.set.names == nil {
		return
	}
	for at := 1; at < len(p.b); at++ {
		k := bytes.IndexByte(p.b[at:], '.')
		if k < 0 {
			return
		}
		at += k
		if !isSmall(p.b[at-1]) || !isSmall(p.at(at+1)) {
			continue
		}
		second := p.firstAt(at + 1)
		if second == 0 || second >= len(p.text.Tokens) {
			continue
		}
		first := second - 1
		start := int(p.text.Tokens[first].Start)
		if !isUserEdge(p.at(start-1), "=:,([") || p.text.Tokens[first].Len() > 1 && !p.isGivenName(first) {
			continue
		}
		end := p.userEnd(start)
		if end-at <= least || !isUserEdge(p.at(end), ",)];") || p.isInert(start) {
			continue
		}
		last := second
		for last+1 < len(p.text.Tokens) && int(p.text.Tokens[last+1].End) <= end {
			last++
		}
		if last-second > 1 || !p.isListed(last) && !(p.isUserOf(first) && p.is(first-1, &ofUsers)) {
			continue
		}
		p.add(start, end, Username, 0.65, byUser, p.lower(start, end))
		at = end - 1
	}
}

// isUserEdge says whether a byte beside a user name parts it from what is no name: a blank, a quote or one of marks.
func isUserEdge(c byte, marks string) bool {
	return scan.IsSpace(c) || isQuote(c) || strings.IndexByte(marks, c) >= 0
}

// isGivenName says whether token k is a given name that the lists have and no common word.
func (p *pass) isGivenName(k int) bool {
	l := p.set.names.Listing(p.text.Tokens[k].Hash)
	return l.Given > 1 && l.Common < commonWord && !l.Other
}

// ofUsers stand before user names in sentences.
var ofUsers = wordsOf("by of to from for with")

// bracketedUsers looks in a log for user names made of a person's in brackets behind a name: "Asha Roe (aroe)".
func (p *pass) bracketedUsers() {
	if p.in.Channel != ChannelLog || p.set.names == nil {
		return
	}
	for at := 0; at < len(p.b); at++ {
		k := bytes.IndexByte(p.b[at:], '(')
		if k < 0 {
			return
		}
		at += k
		if at < 2 || p.b[at-1] != ' ' || !isSmall(p.at(at+1)) {
			continue
		}
		k = p.firstAt(at + 1)
		if k == 0 || k >= len(p.text.Tokens) || !p.isCapital(k-1) || p.isInert(at+1) {
			continue
		}
		end := int(p.text.Tokens[k].End)
		own := noLexicon.Lookup(p.b[at+2:end]).Hash == p.text.Tokens[k-1].Hash // an initial and the surname before
		if p.at(end) == ')' && (own || p.isInitialSurname(k)) {
			p.add(at+1, end, Username, 0.65, byUser, p.lower(at+1, end))
		}
	}
}

func isSmall(c byte) bool { return c >= 'a' && c <= 'z' }
