package detectors

import (
	"bytes"
	"strings"

	"github.com/sonexlabs/tacet/detectors/scan"
)

// assignment looks for the value that token i names: "password=…", `"api_key": "…"`, "the password is …".
func (p *pass) assignment(i int) {
	if !p.text.Tokens[i].IsWord() {
		return
	}
	kind, last := p.keyKind(i)
	if kind == 0 {
		return
	}
	at := int(p.text.Tokens[last].End)
	start, strict, ok := p.valueAfter(at, last)
	if !ok || p.isInert(start) {
		return
	}
	end, quoted := p.valueEnd(start)
	if quoted {
		start++
	}
	value := p.b[start:end]
	if len(value) < 3 || isPlaceholder(value) || p.isScheme(value) {
		return
	}
	if kind == Password && strict && !quoted && !isMixed(value) || kind != Password && !isKey(value) {
		return
	}
	score := float32(0.85)
	if strict {
		score = 0.65
	}
	p.add(start, end, kind, score, byAssignment, p.verbatim(start, end))
}

// named looks at a text whose field is named for a secret: {"password": "…"}. All of it is the value, unless it is the name
// itself: keys are searched, too.
func (p *pass) named() {
	var kind Type
	switch {
	case p.path.bits&cuesAgainst != 0:
		return // when it was changed, how many there are
	case p.path.bits&cuePassword != 0:
		kind = Password
	case p.path.bits&cueSecret != 0:
		kind = Secret
	case p.path.bits&cueSession != 0:
		kind = SessionID
	default:
		return
	}
	value := bytes.TrimSpace(p.b)
	if len(value) < 3 || isPlaceholder(value) || bytes.HasSuffix(p.in.Path, value) {
		return
	}
	if kind != Password && (!isKey(value) || bytes.IndexByte(value, ' ') >= 0) {
		return
	}
	start := bytes.Index(p.b, value)
	p.add(start, start+len(value), kind, 0.85, byAssignment, p.verbatim(start, start+len(value)))
}

// isKey says whether a value can be a key rather than a word or a count.
func isKey(value []byte) bool { return len(value) >= 8 && isMixed(value) && !isDecimal(value) }

// keyKind says what the name that token i belongs to holds, and which token is its last.
func (p *pass) keyKind(i int) (kind Type, last int) {
	cues := p.cue(i)
	switch {
	case cues&cuePassword != 0:
		kind = Password
	case cues&cueSecret != 0:
		kind = Secret
	case cues&cueSession != 0:
		kind = SessionID
	default:
		return 0, 0
	}
	last = i
	for last+1 < len(p.text.Tokens) && last < i+3 {
		t := &p.text.Tokens[last+1]
		if c := p.b[t.Start-1]; t.Start != p.text.Tokens[last].End+1 || c != '_' && c != '-' && c != ' ' ||
			t.Bits&(cueSecret|wordKey|cueAnyID|wordNumber) == 0 {
			break
		}
		last++
	}
	return kind, last
}

// valueAfter is where the value begins that is assigned to the name ending at i. It is strict where words stand for
// the sign, or a colon and a space: a sentence can go on there with anything.
func (p *pass) valueAfter(i, token int) (start int, strict, ok bool) {
	if c := p.at(i); c == '"' || c == '\'' || c == ']' {
		i++
	} else if c == '\\' && p.at(i+1) == '"' {
		i += 2
	}
	sign := i
	for p.at(sign) == ' ' && sign < i+3 {
		sign++
	}
	switch c := p.at(sign); {
	case c == '=' || c == ':':
		sign++
		if p.at(sign) == '=' || p.at(sign) == '>' {
			sign++
		}
		strict = c == ':' && p.at(sign) == ' ' && sign == i+1
	case token+1 < len(p.text.Tokens) && p.bitsAt(token+1)&wordIs != 0 && sign == i+1:
		sign, strict = int(p.text.Tokens[token+1].End), true
		if p.at(sign) == ':' {
			sign++
		}
	default:
		return 0, false, false
	}
	for sign < len(p.b) && (p.b[sign] == ' ' || p.b[sign] == '\t') {
		sign++
	}
	return sign, strict, sign < len(p.b) && p.b[sign] != '\n'
}

// valueEnd is where the value at start ends: at the quote that it begins with, or at a space or mark.
func (p *pass) valueEnd(start int) (end int, quoted bool) {
	const longest = 1024
	quote := byte(0)
	if c := p.b[start]; c == '"' || c == '\'' {
		quote = c
	}
	for end = start + 1; end < len(p.b) && end-start < longest; end++ {
		c := p.b[end]
		if quote != 0 {
			if c == quote || c == '\n' {
				return end, true
			}
			continue
		}
		if p.text.IsPercent(end) {
			continue
		}
		if scan.IsSpace(c) || c == '"' || c == '\'' || c == '&' || c == ';' || c == ',' || c == '<' || c == '>' || c == ')' || c == ']' || c == '}' || c == '\\' {
			break
		}
	}
	for end > start && (p.b[end-1] == '.' || p.b[end-1] == '?' || p.b[end-1] == '!') {
		end--
	}
	return end, false
}

// isMixed says whether a value doesn't look like a word: it has a digit, a mark, or capitals behind small letters.
func isMixed(value []byte) bool {
	for i, c := range value {
		if scan.IsDigit(c) || !scan.IsWordByte(c) && c != '-' && c != '_' && c != '.' && c != '/' && c != '"' && c != '\'' {
			return true
		}
		if i > 0 && c >= 'A' && c <= 'Z' && value[i-1] >= 'a' && value[i-1] <= 'z' {
			return true
		}
	}
	return false
}

// isDecimal says whether a value is a number, as the count of tokens is.
func isDecimal(value []byte) bool {
	for _, c := range value {
		if !scan.IsDigit(c) && c != '.' && c != ',' && c != '-' {
			return false
		}
	}
	return true
}

// isPlaceholder says whether a value stands for a secret: masked, a variable, or a word for none.
func isPlaceholder(value []byte) bool {
	if len(value) == 0 {
		return true
	}
	switch value[0] {
	case '<', '{', '[', '(':
		return true
	case '$', '%':
		if len(value) > 1 && (value[1] == '{' || value[1] == '(') {
			return true
		}
	}
	same := true
	for _, c := range value {
		same = same && (c == value[0] || c == '-')
	}
	if same {
		return true
	}
	for len(value) > 0 && (value[0] == '_' || value[0] == '*') {
		value = value[1:]
	}
	for _, word := range [...]string{"null", "none", "nil", "true", "false", "undefined", "empty", "required", "redacted", "masked"} {
		if len(value) >= len(word) && equalFold(value[:len(word)], word) && isAll(value[len(word):], "_*") {
			return true
		}
	}
	return false
}

// equalFold says whether b begins with the word, which is in lower case, in any case. It must be long enough.
func equalFold(b []byte, word string) bool {
	for i := range len(word) {
		if b[i]|0x20 != word[i] {
			return false
		}
	}
	return true
}

// isWord says whether b is the word in any case.
func isWord(b []byte, word string) bool { return len(b) == len(word) && equalFold(b, word) }

// isAll says whether b consists of the given bytes.
func isAll(b []byte, of string) bool {
	for _, c := range b {
		if !strings.ContainsRune(of, rune(c)) {
			return false
		}
	}
	return true
}

// isScheme says whether a value is the name of an authentication scheme; what follows it is found by bearer.
func (p *pass) isScheme(value []byte) bool {
	return len(value) < 7 && p.set.lexicon.Bits(value)&wordBearer != 0
}

// bearer looks for the credential of RFC 6750 or RFC 7617 behind token i, "Bearer" or "Basic".
func (p *pass) bearer(i int) {
	start := int(p.text.Tokens[i].End)
	if p.at(start) != ' ' {
		return
	}
	for start++; p.at(start) == ' ' && start < len(p.b); start++ {
	}
	end := p.keyEnd(start, "-._~+/=")
	value := p.b[start:end]
	if len(value) < 8 || !isMixed(value) || isPlaceholder(value) {
		return
	}
	p.add(start, end, Secret, 0.9, bySecret, p.verbatim(start, end))
}
