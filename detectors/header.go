package detectors

import (
	"bytes"

	"github.com/sonexlabs/tacet/detectors/scan"
)

// authorization looks for the credential of an HTTP header that token i names (RFC 9110 §11.6.2): "Authorization: Token
// abc…". What follows "Bearer" and "Basic" is found wherever they stand.
func (p *pass) authorization(i int) bool {
	if p.text.Tokens[i].Len() == 4 {
		return p.authCommand(i)
	}
	at, _, ok := p.valueAfter(int(p.text.Tokens[i].End), i)
	if !ok {
		return false
	}
	if c := p.b[at]; c == '"' || c == '\'' {
		at++
	}
	if len(p.b)-at > 7 && equalFold(p.b[at:], "digest ") {
		return p.digest(at)
	}
	if len(p.b)-at > 9 && string(p.b[at:at+9]) == "AWS4-HMAC" {
		return p.awsSignature(at)
	}
	for range 2 { // the scheme, then the credential
		end := p.keyEnd(at, "-._~+/=")
		value := p.b[at:end]
		if len(value) >= 8 && (hasDigit(value) || len(value) >= 20 && isMixed(value)) && !isPlaceholder(value) && !isDummy(value) && !p.isInert(at) {
			p.add(at, end, Secret, 0.9, bySecret, p.verbatim(at, end))
			return true
		}
		if len(value) == 0 || p.at(end) != ' ' || p.isScheme(value) {
			return false
		}
		for at = end; p.at(at) == ' ' && at < len(p.b); at++ {
		}
	}
	return false
}

// digest looks for the user and the response of a digest (RFC 7616) at a place: what is made of the password can be guessed from.
func (p *pass) digest(at int) (found bool) {
	const longest, least = 1024, 16
	b := p.b[at:min(at+longest, len(p.b))]
	if k := bytes.IndexByte(b, '\n'); k >= 0 {
		b = b[:k]
	}
	for _, name := range [...]string{"username=", "response="} {
		k := bytes.Index(b, []byte(name))
		if k < 0 {
			continue
		}
		start := p.pastQuote(at + k + len(name))
		end := start
		for end < at+len(b) && !isQuote(p.b[end]) && p.b[end] != '\\' && p.b[end] != ',' && p.b[end] > ' ' {
			end++
		}
		switch {
		case end-start < 2 || isPlaceholder(p.b[start:end]) || p.isInert(start):
		case name[0] == 'u':
			p.add(start, end, Username, 0.75, byUser, p.lower(start, end))
		case end-start >= least:
			p.add(start, end, Secret, 0.9, bySecret, p.verbatim(start, end))
			found = true
		}
	}
	return found
}

// awsSignature looks for the signature of a request to Amazon's services at a place: "AWS4-HMAC-SHA256 Credential=…, Signature=…".
func (p *pass) awsSignature(at int) bool {
	const longest, least = 512, 32
	b := p.b[at:min(at+longest, len(p.b))]
	k := bytes.Index(b, []byte("Signature="))
	if k < 0 {
		return true
	}
	start := at + k + len("Signature=")
	if end := p.keyEnd(start, ""); end-start >= least {
		p.add(start, end, Secret, 0.9, bySecret, p.verbatim(start, end))
	}
	return true
}

// authCommand looks for what stands behind token i, the command "AUTH": a password in what a monitor of Redis writes ("AUTH" "x"), or the
// answer of a client of SMTP, name and password in base64 (RFC 4954).
func (p *pass) authCommand(i int) bool {
	const least = 8
	at := int(p.text.Tokens[i].End)
	if p.calledLogin(at) {
		return true
	}
	if p.at(at) == '"' && p.at(at+1) == ' ' && p.at(at+2) == '"' {
		start := at + 3
		end, _ := p.valueEnd(start - 1)
		if p.at(end+1) == ' ' && p.at(end+2) == '"' { // behind the user
			start = end + 3
			end, _ = p.valueEnd(start - 1)
		}
		if end-start > 2 && !p.isInert(start) && !isPlaceholder(p.b[start:end]) {
			p.add(start, end, Password, 0.85, byCommand, p.verbatim(start, end))
			return true
		}
		return false
	}
	if p.at(at) == '"' && p.at(at+1) == ':' { // "auth":"bmFtZTpwYXNzd29yZA==" of Docker
		start := at + 2
		for p.at(start) == ' ' && start < len(p.b) {
			start++
		}
		start++
		end := p.keyEnd(min(start, len(p.b)), "+/=")
		if end-start < 2*least || p.at(end) != '"' || p.at(start-1) != '"' || !isMixed(p.b[start:end]) || p.isInert(start) {
			return false
		}
		p.add(start, end, Secret, 0.85, bySecret, p.verbatim(start, end))
		return true
	}
	if !p.is(i+1, &mechanisms) || p.between(i) != gapSpace {
		return false
	}
	start := int(p.text.Tokens[i+1].End) + 1
	end := p.keyEnd(start, "+/=")
	if end-start < least || p.at(start-1) != ' ' || p.isInert(start) {
		return false
	}
	p.add(start, end, Secret, 0.85, bySecret, p.verbatim(start, end))
	return true
}

// calledLogin takes the name and the password that a program hands over at a place, behind the name of a function or of an argument: `auth("asha", "hunter2")`,
// "auth=('asha', 'hunter2')".
func (p *pass) calledLogin(at int) bool {
	const least, longest = 4, 256
	if p.at(at) == '=' {
		at++
	}
	if at++; p.at(at-1) != '(' || !isQuote(p.at(at)) && p.at(at) != '\\' {
		return false
	}
	args := arguments{b: p.b[at:min(at+longest, len(p.b))]}
	name, end := args.next()
	start, stop := args.next()
	if name < 0 || start < 0 || !isQuote(args.b[start-1]) || stop-start < least || end-name > localMax {
		return false
	}
	value := args.b[start:stop]
	if c := p.at(p.pastQuote(at + stop)); c != ')' && c != ',' || bytes.ContainsAny(value, " /") || isPlaceholder(value) || p.isInert(at+start) {
		return false
	}
	p.addUser(at+name, 0.75)
	p.add(at+start, at+stop, Password, 0.8, byCommand, p.verbatim(at+start, at+stop))
	return true
}

// handsOverLogin says whether a name is of a function that takes a user's name and password: setBasicAuth, NetworkCredential.
func handsOverLogin(name []byte) bool {
	for _, w := range [...]string{"auth", "login", "signin", "authenticate", "credential", "credentials"} {
		if k := len(name) - len(w); k >= 0 && equalFold(name[k:], w) {
			return true
		}
	}
	return false
}

var mechanisms = wordsOf("plain login xoauth2 oauthbearer ntlm")

// cookies looks for the values of a cookie header at start (RFC 6265): "a=b; c=d". It says whether there is a pair at all.
func (p *pass) cookies(start int) (any bool) {
	const longest = 4096
	for at := start; at < len(p.b) && at-start < longest; {
		name := at
		for at < len(p.b) && (scan.IsWordByte(p.b[at]) || p.b[at] == '_' || p.b[at] == '-' || p.b[at] == '.') {
			at++
		}
		if at == name || p.at(at) != '=' {
			return any
		}
		any = true
		value := at + 1
		for at = value; at < len(p.b) && p.b[at] > ' ' && p.b[at] != ';' && p.b[at] != '"' && p.b[at] != '\'' && p.b[at] != '\\'; at++ {
		}
		if v := p.b[value:at]; len(v) >= 8 && isKey(v) && !isPlaceholder(v) && !isCookieAttribute(p.b[name:value-1]) && !p.isInert(value) {
			p.add(value, at, SessionID, 0.9, byAssignment, p.verbatim(value, at))
		}
		if p.at(at) != ';' {
			return any
		}
		for at++; p.at(at) == ' ' && at < len(p.b); at++ {
		}
	}
	return any
}

func isCookieAttribute(name []byte) bool {
	return isWord(name, "domain") || isWord(name, "path") || isWord(name, "expires")
}

// curl looks for the login that a command gives behind token i, "curl", "sshpass" or "http": -u name:password, -p password, -a name:password.
func (p *pass) curl(i int) {
	const longest = 2048
	tool := p.bytesOf(&p.text.Tokens[i])
	for at := int(p.text.Tokens[i].End); at+4 < len(p.b) && at-int(p.text.Tokens[i].End) < longest; at++ {
		c := p.b[at]
		if c == '\n' && p.b[at-1] != '\\' {
			return
		}
		if c != ' ' || p.b[at+1] != '-' {
			continue
		}
		option := p.b[at+1:]
		switch {
		case len(tool) == 7 && option[1] == 'p', tool[0]|0x20 == 'h' && option[1] == 'a' && option[2] == ' ', tool[0]|0x20 != 'h' && option[1] == 'u':
			at += 3
		case len(option) > 6 && string(option[:6]) == "--auth" && (option[6] == ' ' || option[6] == '='):
			at += 7
		case len(option) > 6 && string(option[:6]) == "--user" && (option[6] == ' ' || option[6] == '='):
			at += 7
		case len(option) > 12 && string(option[:12]) == "--proxy-user" && (option[12] == ' ' || option[12] == '='):
			at += 13
		default:
			continue
		}
		for p.at(at) == ' ' && at < len(p.b) {
			at++
		}
		p.login(at, len(tool) == 7)
		return
	}
}

// login takes the argument at start for name and password, or for a password alone.
func (p *pass) login(start int, alone bool) {
	if start >= len(p.b) || p.isInert(start) {
		return
	}
	end := start
	for quote := byte(0); end < len(p.b) && end-start < 256; end++ {
		c := p.b[end]
		if quote != 0 {
			if c == quote {
				quote = 0
			}
		} else if c == '"' || c == '\'' {
			quote = c
		} else if scan.IsSpace(c) {
			break
		}
	}
	colon := start
	for colon < end && p.b[colon] != ':' {
		colon++
	}
	password := p.b[min(colon+1, end):end]
	if alone {
		password = p.b[start:end]
	}
	for len(password) > 0 && (password[0] == '"' || password[0] == '\'') {
		password = password[1:]
	}
	for len(password) > 0 && (password[len(password)-1] == '"' || password[len(password)-1] == '\'') {
		password = password[:len(password)-1]
	}
	if len(password) < 2 || isPlaceholder(password) && (password[0] != '{' || !hasDigit(password)) || isDummyWord(password) || isTemplate(p.b[start:end]) {
		return
	}
	for start < end && (p.b[start] == '"' || p.b[start] == '\'') {
		start++
	}
	for end > start && (p.b[end-1] == '"' || p.b[end-1] == '\'') {
		end--
	}
	p.add(start, end, Secret, 0.9, byCommand, p.verbatim(start, end))
}

// isDummyWord says whether a password is the word for one, as in manuals.
func isDummyWord(password []byte) bool {
	for _, w := range [...]string{"pass", "password", "passwd", "pwd", "pw", "token", "$1", "$2"} {
		if isWord(password, w) {
			return true
		}
	}
	return false
}

// isTemplate says whether a login is one to be filled in: "<user:password>".
func isTemplate(login []byte) bool { return len(login) > 0 && login[0] == '<' }
