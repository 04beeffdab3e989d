package detectors

import (
	"bytes"

	"github.com/sonexlabs/tacet/detectors/scan"
)

// secretWord looks at token i, one of credentialWords.
func (p *pass) secretWord(i int) {
	switch t := &p.text.Tokens[i]; {
	case t.Bits&wordBegin != 0:
		p.pem(i)
	case t.Bits&wordBearer != 0:
		p.bearer(i)
	default:
		p.prefixed(i)
		p.hashScheme(i)
	}
}

// secretCode looks for a credential at token i, which has letters and digits or is very long.
func (p *pass) secretCode(i int) {
	p.prefixed(i)
	p.shaped(i)
	if t := &p.text.Tokens[i]; t.Len() <= 3 && p.b[t.Start] == '7' {
		p.toolPassword(i) // "7z a -psecret", a name that is no word
	}
}

// prefixed looks for a credential that begins with token i, and for a JSON web token.
func (p *pass) prefixed(i int) {
	start := int(p.text.Tokens[i].Start)
	rest, before := p.b[start:], 0
	if c := p.at(start - 1); c == '_' || c == '-' {
		if c == '_' || len(rest) < 4 || string(rest[:4]) != "s4t2" {
			return // the middle of a name
		}
		if b := p.at(start - 2); (b == 's' || b == 'u') && !scan.IsWordByte(p.at(start-3)) {
			before = 2
		}
	}
	if len(rest) > 3 && string(rest[:3]) == "eyJ" {
		p.jwt(start)
		return
	}
	bucket := credentialsAt[rest[0]]
	for k := bucket[0]; k < bucket[1]; k++ {
		c := &credentials[k]
		n := len(c.prefix)
		if len(rest) < n+c.least || string(rest[:n]) != c.prefix {
			continue
		}
		end := p.keyEnd(start+n, c.extra)
		if found := end - start - n; found < c.least || c.most > 0 && found > c.most || isDummy(p.b[start+n:end]) {
			continue
		}
		if (rest[0] == 'x' && rest[1] == 'o' || n == 2) && digitsIn(p.b[start+n:end]) < 4 {
			continue // a name: the tokens of Slack and Vault hold numbers
		}
		p.add(start-before, end, Secret, 0.97, bySecret, p.verbatim(start, end))
		if c.prefix == "AKIA" || c.prefix == "ASIA" {
			p.secretAccessKey(end)
		}
		return
	}
}

// secretAccessKey takes the secret that stands behind the id of an AWS access key, which ends at a place, on its line: "AKIA…,Je7M…", "AKIA… / Je7M…".
// By itself it has no mark: forty characters in base64.
func (p *pass) secretAccessKey(at int) {
	const reach, length = 32, 40
	for last := at + reach; at < len(p.b) && at < last && p.b[at] != '\n'; at++ {
		if !scan.IsWordByte(p.b[at]) {
			continue
		}
		end := p.keyEnd(at, "+/")
		if end-at == length && !p.isInert(at) && isDrawn(p.b[at:end]) {
			p.add(at, end, Secret, 0.9, bySecret, p.verbatim(at, end))
			return
		}
		at = end
	}
}

// keyMax is the longest credential that is read.
const keyMax = 4096

// keyEnd is where letters, digits and the extra bytes end that begin at i.
func (p *pass) keyEnd(i int, extra string) int {
	for start := i; i < len(p.b) && i-start < keyMax; i++ {
		if c := p.b[i]; !scan.IsDigit(c) && !scan.IsLetter(c) {
			ok := false
			for k := range len(extra) {
				ok = ok || extra[k] == c
			}
			if !ok {
				break
			}
		}
	}
	return i
}

// jwt looks for a token of RFC 7519 at start: two or three parts of base64url, the first two JSON objects.
func (p *pass) jwt(start int) {
	if start < p.keyDone {
		return
	}
	head := p.keyEnd(start, "-_")
	p.keyDone = head
	if head-start < 10 || p.at(head) != '.' || p.at(head+1) != 'e' || p.at(head+2) != 'y' {
		return
	}
	end := p.keyEnd(head+1, "-_")
	if end-head < 8 {
		return
	}
	if p.at(end) == '.' {
		end = p.keyEnd(end+1, "-_")
	}
	p.keyDone = end
	p.add(start, end, Secret, 0.98, bySecret, p.verbatim(start, end))
}

// pem looks for a private key (RFC 7468) whose line of dashes ends with token i, "BEGIN". Without an end line the
// region is as far as the key could go: half a key is still a key.
func (p *pass) pem(i int) {
	start := int(p.text.Tokens[i].Start)
	if start < p.keyDone || start < 5 || string(p.b[start-5:start]) != "-----" {
		return
	}
	private, k := false, i+1
	for ; k < len(p.text.Tokens) && k < i+6; k++ {
		t := &p.text.Tokens[k]
		if p.b[t.Start-1] != ' ' {
			break
		}
		private = private || string(p.bytesOf(t)) == "PRIVATE"
	}
	if !private {
		return
	}
	end := int(p.text.Tokens[k-1].End)
	for end < len(p.b) && isPEMByte(p.b[end]) {
		end++
	}
	p.keyDone = end
	if rest := p.b[end:]; len(rest) > 4 && string(rest[:4]) == "END " {
		for end < len(p.b) && (isPEMByte(p.b[end]) && p.b[end] != '\n') {
			if end++; p.b[end-1] == '-' && p.at(end) != '-' {
				break
			}
		}
	}
	start, end = p.serviceAccount(start-5, end)
	p.add(start, end, Secret, 0.99, bySecret, len(p.canon))
}

// serviceAccount widens the region of a private key over the JSON object of a Google service account round it, which says
// what the key opens.
func (p *pass) serviceAccount(start, end int) (int, int) {
	const before, behind = 512, 2048
	head := p.b[max(0, start-before):start]
	kind := bytes.LastIndex(head, []byte(`"service_account"`))
	if kind < 0 {
		return start, end
	}
	open := bytes.LastIndexByte(head[:kind], '{')
	shut := bytes.IndexByte(p.b[end:min(end+behind, len(p.b))], '}')
	if open < 0 || shut < 0 {
		return start, end
	}
	p.keyDone = end + shut + 1
	return start - len(head) + open, end + shut + 1
}

// isPEMByte says whether c may stand between the first and the last line of a PEM block, also as a JSON string.
func isPEMByte(c byte) bool {
	switch c {
	case '+', '/', '=', '-', '\\', '\n', '\r', ' ', '\t', ':', ',':
		return true
	}
	return scan.IsWordByte(c)
}
