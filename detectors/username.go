package detectors

import (
	"bytes"

	"github.com/sonexlabs/tacet/detectors/scan"
)

// userWords are the words that stand before a user name, or end the name of a field that holds one.
const userWords = "usuário benutzername benutzer anmeldename identifiant usuario utente utilisateur utilizador gebruikersnaam użytkownika nameid user username login logname ruser suser duser usr userid acct principalname principal loginname samaccountname samid"

// username looks for the user name that token i, one of userWords, speaks of: user=jdoe, "login":"jdoe", and in logs "invalid
// user jdoe", "User 'jdoe' logged in".
func (p *pass) username(i int) {
	last := i
	if next := i + 1; next < len(p.text.Tokens) && p.text.Tokens[next].Start == p.text.Tokens[i].End+1 && p.b[p.text.Tokens[i].End] == '_' {
		if w := p.bytesOf(&p.text.Tokens[next]); !isWord(w, "name") && !isWord(w, "id") {
			return // user_agent
		}
		last = next
	}
	if last == i && p.is(i+1, &idWord) && p.between(i) == gapSpace && p.at(int(p.text.Tokens[i+1].End)) == '=' {
		last = i + 1 // "User Id=asha"
	}
	if last == i && (p.userKeyed(i) || p.protocolLogin(i) || p.radiusLogin(i) || p.triedLogin(i)) {
		return
	}
	start, end := int(p.text.Tokens[i].Start), int(p.text.Tokens[last].End)
	if p.in.Channel == ChannelLog && p.at(end) == '/' && p.at(start-1) == ':' || bytes.HasPrefix(p.b[end:], []byte("@Host: ")) {
		if end++; p.b[end-1] == '@' { // "# User@Host: asha[asha] @ …" of MySQL
			end += len("Host: ")
			p.addUser(p.userEnd(end), 0.7)
		}
		p.add(end, p.userEnd(end), Username, 0.7, byUser, p.lower(end, p.userEnd(end))) // arn:aws:iam::…:user/asha
		return
	}
	if p.in.Channel == ChannelLog && p.at(start-1) == '_' && p.at(end) == ':' && scan.IsLetter(p.at(end+1)) {
		p.addUser(end+1, 0.7) // "A=plain_login:asha" of Exim
		return
	}
	if lead := []byte(": name="); p.in.Channel == ChannelLog && bytes.HasPrefix(p.b[end:], lead) {
		p.addUser(end+len(lead), 0.7) // "new user: name=asha, UID=1001" of useradd
		return
	}
	login := last == i && isWord(p.bytesOf(&p.text.Tokens[i]), "login")
	if at, strict, ok := p.valueAfter(end, last); ok {
		prose := p.at(end) == ' ' && p.at(end+1) != '=' && p.at(end+1) != ':'
		if p.at(at-1) == '>' && p.isTag(end) {
			p.addUser(at, 0.7) // <NameID>asha</NameID>
			return
		}
		quoted := p.b[at] == '"' || p.b[at] == '\'' || p.b[at] == '\\'
		if quoted && !prose || p.at(end) == '=' || !strict && p.at(end) == ' ' || p.in.Channel == ChannelLog && !prose && !login || strict && !prose && p.in.Channel != ChannelLog && p.isToldAccount(at) {
			p.addUser(at, 0.75)
		}
		if !prose {
			return
		}
	}
	if login && p.in.Channel != ChannelLog {
		at := end
		if p.bitsAt(i+1)&wordIs != 0 {
			at = int(p.text.Tokens[i+1].End)
		}
		if p.loginPair(at, false) {
			return
		}
	}
	if p.in.Channel != ChannelLog && p.text.Tokens[i].Len() > 4 {
		p.accountBeside(last)
	} else if p.in.Channel != ChannelLog && last == i {
		p.calledUser(i)
	}
	if login && p.is(i+1, &loginDone) && p.is(i+2, &whoseWords) { // "login successful for asha"
		p.lastUser(i + 3)
	}
	if p.in.Channel == ChannelLog && p.at(end) == ' ' && !login {
		option := p.isOption(start) && (p.said&cuePassword != 0 || start > 1 && p.b[start-2] == ' ') // "--user asha --password …", "-SamAccountName asha"
		p.userAt(end+1, option || p.precedesUser(i))
	}
}

// isToldAccount says whether what begins at a place behind "login:" in a text that is no log is a user name: it looks like one, or a password stands in
// the text and it is no common word.
func (p *pass) isToldAccount(at int) bool {
	const least = 3
	end := p.userEnd(at)
	if p.looksLikeAccount(at, end) {
		return true
	}
	first, last := p.tokensOf(at, end)
	return p.said&cuePassword != 0 && end-at >= least && first <= last && (p.set.names == nil || !p.set.names.IsCommon(p.text.Tokens[first].Hash)) && !p.is(first, &notPasswords)
}

var (
	idWord    = wordsOf("id")
	loginDone = wordsOf("success successful succeeded failed failure")
)

// camelUser looks at a name in camel case, token i, that may end in a word for a user: "dbUser", "userName".
func (p *pass) camelUser(i int) {
	t := &p.text.Tokens[i]
	if !t.IsWord() || t.Shape&(scan.Upper|scan.Lower) != scan.Upper|scan.Lower {
		return
	}
	c := p.at(int(t.End))
	if c == '(' {
		p.calledCode(i)
	}
	if c == '(' && isQuote(p.at(int(t.End)+1)) && handsOverLogin(p.bytesOf(t)) {
		p.calledLogin(int(t.End))
	}
	if (c == '"' || c == '=' || c == ':' || c == '\'' || c == '>' && p.isTag(int(t.End))) && endsInUser(p.bytesOf(t)) {
		p.username(i)
	}
}

// endsInUser says whether the name of a field is that of a user name.
func endsInUser(name []byte) bool {
	if isWord(name, "login") {
		return true
	}
	for _, w := range [...]string{"user", "username", "userid", "loginname", "logname", "usrname", "accountname", "principalname", "user_name", "user_id", "set_id", "samaccountname", "system_id", "sessionname", "principal"} {
		if k := len(name) - len(w); k >= 0 && equalFold(name[k:], w) {
			return true
		}
	}
	return false
}

// precedesUser says whether the word before token i makes the word after it a user name: "invalid user root".
func (p *pass) precedesUser(i int) bool {
	if i == 0 {
		return false
	}
	before := p.bytesOf(&p.text.Tokens[i-1])
	for _, w := range [...]string{"invalid", "illegal", "for", "authenticating", "unknown", "by", "cpanel", "unix", "of", "locked"} {
		if isWord(before, w) {
			return true
		}
	}
	return false
}

// loginFor looks for the user of a line about a login behind token i: "Failed password for root from 192.0.2.1".
func (p *pass) loginFor(i int) {
	if p.in.Channel != ChannelLog {
		return
	}
	for k := i + 1; k < len(p.text.Tokens) && k <= i+3 && p.text.Tokens[k].Start == p.text.Tokens[k-1].End+1; k++ {
		if isWord(p.bytesOf(&p.text.Tokens[k]), "for") {
			p.userAt(int(p.text.Tokens[k].End)+1, false)
			p.lastUser(k + 1)
			return
		}
		if k == i+1 && isWord(p.bytesOf(&p.text.Tokens[i]), "attempt") {
			p.attemptBy(i)
		}
		if at := int(p.text.Tokens[k].End) + 1; k == i+1 && p.at(at) == '\'' && isWord(p.bytesOf(&p.text.Tokens[k]), "of") {
			p.addUser(at, 0.7) // "authentication of 'asha' with EAP"
			return
		}
	}
}

// userAt takes the word at start for a user name if it is in quotes or brackets, if the words before it say so (told), or if
// what follows tells from where.
func (p *pass) userAt(start int, told bool) {
	if start >= len(p.b) {
		return
	}
	switch p.b[start] {
	case '"', '\'', '`', '[', '\\':
		p.addUser(start, 0.7)
		return
	case '(': // "User (CORP\asha) logged off"
		if end := p.userEnd(start + 1); p.at(end) == '\\' || p.text.IsLineEscape(end) {
			p.addUser(start+1, 0.7)
		}
		return
	case '<': // "User <asha> IP <192.0.2.7>"
		if p.at(p.userEnd(start+1)) == '>' {
			p.addUser(start+1, 0.7)
		}
		return
	}
	end := p.userEnd(start)
	if told || p.showsUser(start, end) {
		if first, _ := p.tokensOf(start, end); p.set.names != nil && first < len(p.text.Tokens) && p.listedName(first, 2) {
			return // "started by user Asha Roe"
		}
		p.addUser(start, 0.7)
	}
}

// showsUser says whether what stands behind a word from start to end tells that it is a user's name: "asha from", "asha 192.0.2.7", "asha (", "asha: ".
func (p *pass) showsUser(start, end int) bool {
	switch p.at(end) {
	case ')':
		return true
	case ':':
		return p.at(end+1) == ' '
	case ' ':
		from := end+6 <= len(p.b) && equalFold(p.b[end+1:end+5], "from")
		return from || p.isQuad(end+1) || p.at(end+1) == '(' && !p.isElapsed(end+2) || p.tellsOfUser(start, end+1)
	}
	return false
}

// isQuad says whether four numbers with full stops between them stand at i, as in "user asha 192.0.2.7 port 22".
func (p *pass) isQuad(i int) bool {
	const longest = 15
	dots, start := 0, i
	for ; i-start < longest && (scan.IsDigit(p.at(i)) || p.at(i) == '.'); i++ {
		if p.b[i] == '.' {
			dots++
		}
	}
	return dots == 3 && i > start
}

// isElapsed says whether milliseconds stand at i up to a bracket: "User Load (0.4ms)", which tells of a query.
func (p *pass) isElapsed(i int) bool {
	for scan.IsDigit(p.at(i)) || p.at(i) == '.' {
		i++
	}
	return p.at(i) == 'm' && p.at(i+1) == 's' && p.at(i+2) == ')'
}

// userDoes is what users do, or what is done to them, behind their name.
var userDoes = wordsOf("authenticated locked unlocked changed created deleted updated removed added granted revoked assigned exported imported downloaded uploaded viewed opened closed joined left connected disconnected requested attempted tried executed ran started stopped enabled disabled cannot exceeded accessed approved rejected signed invited switched entered")

// tellsOfUser says whether the word at i goes on telling what a user did, whose name may begin at start.
func (p *pass) tellsOfUser(start, i int) bool {
	if i >= len(p.b) {
		return false
	}
	end := i
	for scan.IsLetter(p.at(end)) {
		end++
	}
	for _, w := range [...]string{"has", "authentication", "failed", "logged", "details", "login", "succeeded", "denied", "successfully", "privilege", "secret", "enable"} {
		if isWord(p.b[i:end], w) {
			return true
		}
	}
	first, last := p.tokensOf(start, i-1)
	return userDoes.holds(p.b[i:end]) && first <= last && !(p.set.names != nil && p.set.names.IsCommon(p.text.Tokens[first].Hash)) && p.text.Tokens[first].Bits == 0
}

// userEnd is where the letters, digits and marks of a user name end that begin at i.
func (p *pass) userEnd(i int) int {
	for i < len(p.b) && (scan.IsWordByte(p.b[i]) || p.b[i] == '.' || p.b[i] == '_' || p.b[i] == '-' || p.b[i] == '$' || p.b[i] == '+') {
		i++
	}
	return i
}

// addUser notes the user name at start, which may be in quotes or brackets.
func (p *pass) addUser(start int, score float32) {
	for start < len(p.b) {
		if c := p.b[start]; c != '"' && c != '\'' && c != '`' && c != '[' && c != '\\' && (c != '<' || p.at(start-1) != '=' || p.in.Channel != ChannelLog) {
			break
		}
		start++
	}
	if start >= len(p.b) {
		return
	}
	end := p.userEnd(start)
	if p.at(end) == ':' && scan.IsLetter(p.at(end+1)) && identityProviders.holds(p.b[start:end]) {
		end = p.userEnd(end + 1) // "oidc:asha"
	}
	end = p.domainUser(start, end)
	for end > start && (p.b[end-1] == '.' || p.b[end-1] == '-') {
		end--
	}
	value := p.b[start:end]
	if bytes.HasPrefix(value, []byte("0x")) {
		return // "#<User:0x000055d0c1a2 …" of Ruby
	}
	if p.in.Channel == ChannelLog && len(value) >= 9 && len(value) <= 15 && p.digitRun(start, 15) == len(value) && (value[0] == '0' || p.isCalled(value)) && !p.isInert(start) {
		p.add(start, end, Phone, 0.6, byUser, p.verbatim(start, end)) // as switches log them
		return
	}
	if len(value) < 2 || len(value) > localMax || !hasLetter(value) || isPlaceholder(value) || isNoUser(value) || p.isInert(start) {
		return
	}
	if c := p.at(end); c == '@' || c == '/' || c == '(' && end+1 < len(p.b) || c == '=' || c == '{' || c == ':' && scan.IsWordByte(p.at(end+1)) {
		if c != '@' || p.at(end-1) != '\'' {
			return // an address, a path, a call
		}
	}
	p.add(start, end, Username, score, byUser, p.lower(start, end))
	if p.at(end) == ']' && p.at(end+1) == '\\' && p.at(end+2) == '[' { // [DOMAIN]\[name]
		if name, stop := end+3, p.userEnd(end+3); stop > name+1 && !p.isInert(name) {
			p.add(name, stop, Username, score, byUser, p.lower(name, stop))
		}
	}
}

// identityProviders stand before the names of the users that they vouch for.
var identityProviders = wordsOf("oidc ldap saml sso azuread okta github gitlab google keycloak auth0")

// isCalled says whether digits are a telephone number of somebody with its calling code: 441632960114.
func (p *pass) isCalled(digits []byte) bool {
	d := numbering().international(digits)
	return len(digits) > 10 && d.fit == fitValid && d.line.personal()
}

// domainUser is where the user's name ends behind the domain from start to end: DOMAIN\name, also as JSON and programs write it, and where its first letter
// and the backslash look like an escape. It is end if there is none.
func (p *pass) domainUser(start, end int) int {
	at := end
	for at < end+2 && p.at(at) == '\\' {
		at++
	}
	if at == end && p.text.IsLineEscape(end) && isUpper(p.b[start:end]) {
		at++
		if stop := p.userEnd(at); p.at(stop) == '=' || p.at(stop) == ':' {
			return end
		}
	}
	if at > end && scan.IsWordByte(p.at(at)) {
		return p.userEnd(at)
	}
	return end
}

// isUpper says whether b is capitals, digits and dashes.
func isUpper(b []byte) bool {
	for _, c := range b {
		if (c < 'A' || c > 'Z') && c != '-' && !scan.IsDigit(c) {
			return false
		}
	}
	return len(b) > 0
}

func hasLetter(b []byte) bool {
	for _, c := range b {
		if scan.IsLetter(c) || c >= 0x80 {
			return true
		}
	}
	return false
}

// isNoUser says whether a word behind "user" goes on with the sentence.
func isNoUser(word []byte) bool {
	for _, w := range [...]string{
		"not", "does", "is", "was", "has", "have", "with", "and", "or", "from", "to", "in", "on", "of", "for", "name", "agent", "id", "by", "the",
		"unknown", "found", "who", "that", "details", "request", "input", "account", "accounts", "session", "logged", "login", "password", "data",
		"could", "cannot", "did", "had", "will", "no", "exists", "authentication", "profile", "group", "groups", "type", "role", "message", "error",
		"system", "failed", "denied", "locked", "attempt", "anonymous", "table", "invalid", "string", "user", "username", "text", "number", "value", "a", "an", "rejected",
		"must", "too", "cannot", "should", "missing", "expired", "optional", "required", "changed",
	} {
		if isWord(word, w) {
			return true
		}
	}
	return false
}

// peoplePaths are parts of paths behind which a person's number stands: "PUT /subscribers/233245550123/profile".
const peoplePaths = "customers subscribers members patients contacts clients passengers guests callers policyholders residents"

var peopleSet = wordsOf(peoplePaths)

// homePath looks for the user whose files a path holds, behind token i, "home" or "users", and for the number of one behind one of peoplePaths.
func (p *pass) homePath(i int) {
	t := &p.text.Tokens[i]
	slash := p.at(int(t.Start) - 1)
	if slash != '/' && slash != '\\' || p.at(int(t.End)) != slash {
		return
	}
	start := int(t.End) + 1
	if slash == '\\' && p.at(start) == '\\' {
		start++
	}
	if slash == '/' && p.at(int(t.Start)-2) == ':' {
		p.passwdLine(int(t.Start) - 2)
	}
	end := p.userEnd(start)
	value := p.b[start:end]
	if len(value) < 3 || len(value) > localMax || p.isInert(start) || isNoUser(value) || isNoHome(value) || p.isRoute(i) {
		return
	}
	if bytes.IndexByte(value, '.') > 0 && p.at(end) != slash {
		return // a file
	}
	people := p.is(i, &peopleSet)
	switch {
	case people && hasLetter(value):
	case people && p.isCalled(value):
		p.add(start, end, Phone, 0.6, byPhone, p.verbatim(start, end))
	case hasLetter(value):
		p.add(start, end, Username, 0.6, byUser, p.lower(start, end))
	case len(value) >= 4:
		p.add(start, end, AccountID, 0.6, byUser, p.verbatim(start, end))
	}
}

// isRoute says whether the path behind token i, "users", goes on with a common word of small letters that is no name: "/users/secret/".
func (p *pass) isRoute(i int) bool {
	if i+1 >= len(p.text.Tokens) || p.set.names == nil || !p.is(i, &usersWord) {
		return false
	}
	t := &p.text.Tokens[i+1]
	l := p.set.names.Listing(t.Hash)
	return t.IsWord() && t.Shape&scan.Upper == 0 && l.Common >= commonWord && l.Common > max(l.Given, l.Surname) && !scan.IsWordByte(p.at(int(t.End))) && bytes.IndexByte([]byte("._-"), p.at(int(t.End))) < 0
}

var usersWord = wordsOf("users")

// isNoHome says whether the part of a path behind "users" is that of no user.
func isNoHome(part []byte) bool {
	for _, w := range [...]string{
		"me", "list", "search", "new", "self", "current", "all", "public", "shared", "default", "sign_in", "sign_up", "auth", "token",
		"password", "register", "verify", "logout", "export", "import", "settings", "index", "bin", "www", "app", "assets", "page",
	} {
		if isWord(part, w) {
			return true
		}
	}
	return false
}

// logUser looks for the user of a line of a web server behind an address that ends at i (Common Log Format): "192.0.2.1 - jdoe
// [10/Oct/2026…".
func (p *pass) logUser(i int) {
	if p.in.Channel != ChannelLog || i+4 >= len(p.b) || string(p.b[i:i+3]) != " - " || p.b[i+3] == '-' {
		return
	}
	end := p.userEnd(i + 3)
	if p.at(end) == ' ' && (p.at(end+1) == '[' || p.at(end+1) == '"') {
		p.addUser(i+3, 0.7)
	}
}

// namedUser takes a text for a user name whose field is named for one.
func (p *pass) namedUser() {
	roles := p.path.roles
	if roles&fieldAgent != 0 && p.in.Channel == ChannelLog && p.set.names != nil && p.userEnd(0) == len(p.b) && len(p.text.Tokens) > 0 && (p.isUserOf(0) || handsOver(p.pathName()) && isSmall(p.b[0]) && p.isRareUser(0)) {
		p.addUser(0, 0.7)
		return
	}
	if roles&fieldUsers == 0 {
		return
	}
	name, value := p.pathName(), bytes.TrimSpace(p.b)
	if n := len(value) - 1; n > 0 && value[0] == '<' && value[n] == '>' {
		value = value[1:n] // as Dovecot writes it
	}
	if len(value) > 0 && value[0] == '(' && roles&fieldLogin != 0 {
		p.calledLogin(bytes.IndexByte(p.b, '(')) // "auth=('asha', 'hunter2')"
		return
	}
	if roles&fieldUsername != 0 && isDecimal(value) && len(value) > 2 && len(value) < 7 {
		start := bytes.Index(p.b, value) // an extension
		p.add(start, start+len(value), Username, 0.7, byUser, p.verbatim(start, start+len(value)))
		return
	}
	if p.in.Channel == ChannelLog && p.set.names != nil && len(p.text.Tokens) > 0 && roles&fieldReviewer != 0 && bytes.IndexByte(value, ' ') < 0 && !bytes.Equal(value, name) {
		p.assignee(0)
		return
	}
	if roles&fieldUser == 0 || len(value) < 2 || bytes.HasSuffix(p.in.Path, value) || bytes.IndexByte(value, ' ') >= 0 {
		return
	}
	start := bytes.Index(p.b, value)
	if value[0] == '-' && len(value) > 2 {
		start += 2 // behind an option
	}
	p.addUser(start, 0.75)
}

// sudoUser looks for who calls sudo, token i: "sudo: jdoe : TTY=pts/0 ; …".
func (p *pass) sudoUser(i int) {
	start := int(p.text.Tokens[i].End)
	if p.at(start) == '[' {
		for start < len(p.b) && p.b[start] != ':' && p.b[start] != '\n' {
			start++
		}
	}
	if p.at(start) != ':' {
		p.toolPassword(i) // "sudo -u asha ls"
		return
	}
	for start++; p.at(start) == ' ' && start < len(p.b); start++ {
	}
	if end := p.userEnd(start); p.at(end) == ' ' && p.at(end+1) == ':' {
		p.addUser(start, 0.7)
	}
}

// handsOver says whether a field is named for the one of two who answer calls: "from_agent". Agents that are programs hand over to nobody.
func handsOver(name []byte) bool {
	return endsWithFolded(name, "fromagent") || endsWithFolded(name, "toagent") || endsWithFolded(name, "agentlogin") || endsWithFolded(name, "agentuser")
}

// userKeyed takes what a user keyed in for a PIN, behind token i: "User entered '4821'".
func (p *pass) userKeyed(i int) bool {
	if p.in.Channel != ChannelLog || !p.is(i+1, &keyedWords) || p.between(i) != gapSpace {
		return false
	}
	p.keyed(i)
	return true
}
