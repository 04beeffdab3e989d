package detectors

import (
	"bytes"
	"encoding/binary"

	"github.com/sonexlabs/tacet/detectors/scan"
)

// mailServices are what the domains of common mail services become where a chat has lost its marks: "ashagmailcom", "asha 12 gmailcom".
var mailServices = [...]string{"gmailcom", "gmaicom", "gmailcon", "gmalcom", "gmilcom", "gamilcom", "emailcom", "yahoocom", "yahoocoin", "yahoocouk", "yahooin", "yahoomailcom", "hotmailcom", "hotmailcouk", "outlookcom", "rediffmailcom", "aolcom", "icloudcom", "livecom", "ymailcom", "protonmailcom", "gmxde", "gmxnet", "webde", "mailru", "yandexru", "yandexcom", "msncom", "maccom", "comcastnet", "zohocom", "mailcom"}

// findMailWithoutSign looks for e-mail addresses that have lost their "@": of which a chat kept letters and digits only, or of which "at" is said or
// stands in brackets.
func (p *pass) findMailWithoutSign() {
	const shortest = 5
	if p.in.Channel == ChannelLog {
		return
	}
	glued := p.in.Channel != ChannelDoc && p.mayEndInService()
	worded := p.set.names != nil && (bytes.IndexByte(p.b, '.') >= 0 || bytes.IndexByte(p.b, '[') >= 0 || bytes.IndexByte(p.b, '(') >= 0)
	if !glued && !worded {
		return
	}
	for k := range p.text.Tokens {
		switch t := &p.text.Tokens[k]; {
		case worded && t.Len() == 2 && k > 0 && p.is(k, &atWord):
			p.mailWithAt(k)
		case glued && t.Len() >= shortest && t.Shape != scan.Digit && p.endsInService(t) && !p.isInert(int(t.Start)):
			p.mailWithoutMarks(k)
		}
	}
}

// mailWithoutMarks takes token k, which ends with the domain of a mail service, and what belongs to it for an address.
func (p *pass) mailWithoutMarks(k int) {
	t := &p.text.Tokens[k]
	first := p.localBefore(k)
	if first == k && t.Len()-p.serviceLen(t) < 2 {
		return
	}
	start, end := int(p.text.Tokens[first].Start), int(t.End)
	p.add(start, end, Email, 0.8, byEmail, p.lower(start, end))
}

// mayEndInService says whether endsInService has to look at any word. It asks of all of them, long enough or not, so that no branch depends
// on the words.
func (p *pass) mayEndInService() bool {
	found := uint64(0)
	for k := range p.text.Tokens {
		if end := p.text.Tokens[k].End; end >= 4 {
			h := endHash(p.b[:end])
			found |= serviceEnds[h>>6] >> (h & 63)
		}
	}
	return found&1 != 0
}

// serviceEnds are the last four letters of mailServices, as a filter.
var serviceEnds = func() (f [1 << 4]uint64) {
	for _, s := range mailServices {
		h := endHash([]byte(s))
		f[h>>6] |= 1 << (h & 63)
	}
	return f
}()

// endHash gives 10 bits of the last four bytes of a word, in any case.
func endHash(b []byte) uint32 {
	return (binary.LittleEndian.Uint32(b[len(b)-4:]) | 0x20202020) * 0x9E3779B1 >> 22
}

// endsInService says whether a word of four letters at least ends with the domain of a mail service.
func (p *pass) endsInService(t *scan.Token) bool {
	h := endHash(p.b[t.Start:t.End])
	return serviceEnds[h>>6]>>(h&63)&1 != 0 && p.serviceLen(t) > 0
}

// serviceLen is the length of the domain that a word ends with, 0 if it ends with none.
func (p *pass) serviceLen(t *scan.Token) (n int) {
	b := p.bytesOf(t)
	for _, s := range mailServices {
		if len(b) >= len(s) && len(s) > n && equalFold(b[len(b)-len(s):], s) {
			n = len(s)
		}
	}
	return n
}

// localBefore is the first token of the local part before token k, which has the domain: numbers, and up to two words that aren't common or
// that a number follows. It is k if there is none.
func (p *pass) localBefore(k int) int {
	const most, mostWords = 4, 2
	first, words := k, 0
	for n := k - 1; n >= 0 && n >= k-most && words < mostWords; n-- {
		t := &p.text.Tokens[n]
		if p.codeGap(n) != ' ' || p.isInert(int(t.Start)) || t.Bits&(cuesIdentifier|wordIs) != 0 || t.IsWord() && !p.text.Tokens[n+1].IsNumber() && p.set.names.IsCommon(t.Hash) {
			break
		}
		first = n
		if !t.IsNumber() {
			words++
		}
	}
	return first
}

// takeSeries takes the letters before a number into it where a turn begins with them: "ghj 120563120", "it is rbh 748". They are the series
// of a policy or an order.
func (p *pass) takeSeries() {
	const shortest, longest = 2, 4
	if p.in.Call == nil || p.in.Role == RoleAgent {
		return
	}
	for i := range p.candidates {
		c := &p.candidates[i]
		if c.kind != Number && c.kind != AccountID && c.kind != OrderID {
			continue
		}
		first, _ := p.tokensOf(c.start, c.end)
		k := first - 1
		if k < 0 || first >= len(p.text.Tokens) || !p.text.Tokens[first].IsNumber() {
			continue
		}
		t := &p.text.Tokens[k]
		if n := t.Len(); n < shortest || n > longest || !t.IsWord() || t.Shape&scan.High != 0 || t.Bits != 0 || p.codeGap(k) != ' ' || p.isInert(int(t.Start)) || p.set.names.IsGiven(t.Hash) {
			continue
		}
		before := p.bitsAt(k - 1)
		if before&wordNumber == 0 && (p.set.names.IsCommon(t.Hash) || k > 0 && before&wordIs == 0 && !p.is(k-1, &answerLead) && bytes.ContainsAny(p.bytesOf(t), "aeiouAEIOU")) {
			continue
		}
		if k == 0 || before&(wordIs|wordNumber) != 0 || p.is(k-1, &answerLead) || p.is(k-1, &andWords) || p.set.names.IsGiven(p.text.Tokens[k-1].Hash) || p.clauseEnds(int(p.text.Tokens[k-1].End), int(t.Start)) {
			c.start = int(t.Start)
			p.forgetMarks()
		}
	}
}

// mailWithAt takes the words round token k, "at", for an address if they are one: "kcoleman at example.co.uk", "roe [at] example [dot] com". "I work
// at example.com" is none.
func (p *pass) mailWithAt(k int) {
	tokens := p.text.Tokens
	if k+1 >= len(tokens) || p.isInert(int(tokens[k-1].Start)) || p.isInert(int(tokens[k+1].Start)) {
		return
	}
	first, last := k-1, k+1
	if !p.isBracketed(k) {
		if t := &tokens[first]; p.codeGap(k-1) != ' ' || p.codeGap(k) != ' ' || t.IsNumber() || t.IsWord() && (t.Len() < 3 || p.set.names.IsCommon(t.Hash) || p.is(first, &placeNames) || t.Bits&cuesIdentifier != 0) {
			return
		}
	}
	for first > 0 && p.codeGap(first-1) != 0 && p.codeGap(first-1) != ' ' {
		first-- // "k.coleman"
	}
	for last+1 < len(tokens) && !p.isInert(int(tokens[last+1].Start)) {
		if p.codeGap(last) == '.' {
			last++
		} else if last+2 < len(tokens) && p.is(last+1, &dotWord) && p.isBracketed(last+1) {
			last += 2
		} else {
			break
		}
	}
	if last > k+1 && p.is(last, &topDomains) {
		start, end := int(tokens[first].Start), int(tokens[last].End)
		p.add(start, end, Email, 0.7, byEmail, p.lower(start, end))
	}
}

// isBracketed says whether token k stands in brackets, with a space round them at most.
func (p *pass) isBracketed(k int) bool {
	const most = 2
	if k == 0 || k+1 >= len(p.text.Tokens) {
		return false
	}
	t := &p.text.Tokens[k]
	before, behind := p.b[p.text.Tokens[k-1].End:t.Start], p.b[t.End:p.text.Tokens[k+1].Start]
	n := len(before) - 1
	return n >= 0 && n < most && len(behind) > 0 && len(behind) <= most && (before[n] == '(' || before[n] == '[' || before[n] == '{') && (behind[0] == ')' || behind[0] == ']' || behind[0] == '}') &&
		(n == 0 || before[0] == ' ') && (len(behind) == 1 || behind[1] == ' ')
}

var dotWord = wordsOf("dot punkt point punto ponto kropka")

// topDomains are those of mail addresses that are read out.
var topDomains = wordsOf("com org net info biz edu gov io uk ie in us au ca eu de at ch fr be nl es it pt pl se dk no fi cz")
