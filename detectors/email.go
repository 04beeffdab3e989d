package detectors

import (
	"bytes"

	"github.com/sonexlabs/tacet/detectors/scan"
)

// The limits of RFC 5321 §4.5.3.1.
const (
	localMax  = 64
	domainMax = 255
)

// email looks for an address round an at sign, or for the user information of a URL.
func (p *pass) email(at int) bool {
	start := at
	for start > 0 && at-start < localMax && (isLocal(p.b[start-1]) || p.b[start-1] == '|' && p.in.Channel != ChannelLog && scan.IsWordByte(p.at(start-2))) {
		start--
	}
	for start < at && !scan.IsWordByte(p.b[start]) && p.b[start] != '_' && p.b[start] != '+' {
		start++
	}
	if start == at && p.at(at-1) == '"' {
		start = p.quotedLocal(at - 1)
	}
	host := at + 1
	if p.at(host) == '\n' && p.in.Channel != ChannelLog {
		host++ // cut over the end of a line
	}
	end, dots, letters := p.domain(host)
	if p.userinfo(at) || p.dataSource(at) {
		return true
	}
	if p.in.Channel == ChannelLog && p.at(at-1) == '\'' && p.at(at+1) == '\'' {
		p.quotedUser(at - 1)
		return true
	}
	if p.in.Channel == ChannelLog && dots == 0 && host < end && start < at && !isWord(p.b[host:end], "localhost") {
		return p.hostAccount(start, at, end)
	}
	if literal := p.domainLiteral(at + 1); literal > 0 {
		end, dots, letters = literal, 1, true
	}
	if start == at || !letters || dots == 0 && !isWord(p.b[host:end], "localhost") || isFileName(p.b[:end]) {
		return false
	}
	start = p.verp(start, at)
	canon := p.lower(start, at)
	p.canon = append(p.canon, '@')
	p.lower(host, end)
	p.add(start, end, Email, 0.95, byEmail, canon)
	p.mailName(start)
	return true
}

// hostAccount looks at a name before an at sign and the name of a host without a dot behind it, which ends at a place: between brackets, or behind a
// command that goes there.
func (p *pass) hostAccount(start, at, end int) bool {
	const reach = 8 // tokens
	if p.at(start-1) == '<' && p.at(end) == '>' {
		p.userBefore(at)
		return true
	}
	first, _ := p.tokensOf(start, at)
	for n := first - 1; n >= max(0, first-reach); n-- {
		if p.is(n, &remoteCommands) && p.at(int(p.text.Tokens[n].End)) == ' ' {
			p.userBefore(at)
			return true
		}
	}
	return false
}

var remoteCommands = wordsOf("ssh scp sftp rsync mosh")

// verp is where the local part of an address begins that tells in it to whom a mail went, where the part behind its sign of equality begins at start:
// "bounce+17-asha=example.com@lists.example.org".
func (p *pass) verp(start, at int) int {
	k := start - 1
	if p.at(k) != '=' || bytes.IndexByte(p.b[start:at], '.') < 0 {
		return start
	}
	for k > 0 && at-k < localMax && isLocal(p.b[k-1]) {
		k--
	}
	if head := p.b[k : start-1]; len(head) > 3 && (bytes.IndexByte(head, '+') > 0 || len(head) > 6 && equalFold(head, "bounce")) {
		return k
	}
	return start
}

// quotedLocal is where the quoted local part begins whose last quote is at i: "jane roe"@example.com; one more than i if there is
// none.
func (p *pass) quotedLocal(i int) int {
	for k := i - 1; k >= 0 && i-k < localMax && p.b[k] >= ' '; k-- {
		if p.b[k] == '"' && p.at(k-1) != '\\' {
			if k == i-1 || scan.IsWordByte(p.at(k-1)) || p.at(k-1) == '=' {
				break
			}
			return k
		}
	}
	return i + 1
}

// domainLiteral is where an address in brackets ends that stands in the place of a domain at i, or 0: jane@[192.0.2.7].
func (p *pass) domainLiteral(i int) int {
	const longest = 64
	if p.at(i) != '[' {
		return 0
	}
	end := i + 1
	for end < len(p.b) && end-i < longest && (scan.IsWordByte(p.b[end]) || p.b[end] == '.' || p.b[end] == ':') {
		end++
	}
	if end-i < 8 || p.at(end) != ']' || p.isInert(i) {
		return 0
	}
	return end + 1
}

// isLocal says whether c may stand in the local part. Of what RFC 5322 allows, the marks that separate names from
// values in logs and URLs (& = / ? { | }) are left out.
func isLocal(c byte) bool {
	switch c {
	case '.', '_', '-', '+', '%', '\'', '!', '#', '$', '*', '^', '~':
		return true
	}
	return scan.IsWordByte(c)
}

// domain reads a host name at i: where it ends, how many dots it has, and whether its last label is a word.
func (p *pass) domain(i int) (end, dots int, letters bool) {
	end = i
	for i < len(p.b) && i-end < domainMax {
		label := i
		letters = true
		for i < len(p.b) && (scan.IsWordByte(p.b[i]) || p.b[i] == '-' && i > label) {
			if i == label+64 {
				break
			}
			letters = letters && !scan.IsDigit(p.b[i])
			i++
		}
		if i == label {
			break
		}
		next := i
		for i > label && p.b[i-1] == '-' {
			i--
		}
		letters = letters && i-label >= 2 || i-label > 4 && string(p.b[label:label+4]) == "xn--"
		if p.at(next) != '.' || !scan.IsWordByte(p.at(next+1)) {
			return i, dots, letters
		}
		i = next + 1
		dots++
	}
	return i, dots, letters
}

// isFileName says whether a name like photo@2x.png ends here.
func isFileName(b []byte) bool {
	for _, suffix := range [...]string{".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp"} {
		if len(b) > len(suffix) && isWord(b[len(b)-len(suffix):], suffix) {
			return true
		}
	}
	return false
}

// userinfo looks for "scheme://user:password@" before an at sign. The whole link is found: where to use a password is
// half of it.
func (p *pass) userinfo(at int) bool {
	const longest = 256
	start, colon := at, 0
	for ats := 0; start > 0 && at-start < longest && !scan.IsSpace(p.b[start-1]) && p.b[start-1] != '/' && p.b[start-1] != '"'; {
		start--
		if p.b[start] == ':' {
			colon = start
		} else if p.b[start] == '@' {
			if ats++; ats > 1 { // one may stand in the password
				return false
			}
		}
	}
	if start < 3 || colon == 0 || at-colon < 2 || string(p.b[start-3:start]) != "://" {
		return false
	}
	if password := p.b[colon+1 : at]; isPlaceholder(password) || isVariable(password) && bytes.IndexByte(password, '_') > 0 {
		return !p.isInert(colon + 1)
	}
	canon := p.verbatim(colon+1, at)
	for start -= 3; start > 0 && (scan.IsWordByte(p.b[start-1]) || p.b[start-1] == '+' || p.b[start-1] == ':') && at-start < 2*longest; start-- {
	}
	end := at + 1
	for end < len(p.b) && (isURLByte(p.b[end]) && p.b[end] != '\'' || p.text.IsPercent(end)) && end-at < 2*longest {
		end++
	}
	p.add(start, end, Secret, 0.96, bySecret, canon)
	return true
}

// verbatim appends a region to p.canon and gives the place where it begins.
func (p *pass) verbatim(start, end int) (canonStart int) {
	canonStart = len(p.canon)
	p.canon = append(p.canon, p.b[start:end]...)
	return canonStart
}
