package detectors

import (
	"bytes"

	"github.com/sonexlabs/tacet/detectors/names"
	"github.com/sonexlabs/tacet/detectors/scan"
)

// isLogLine says whether a text of which nobody tells what it is, outside calls and without a speaker, is a line of a log, or begins with one.
func isLogLine(text []byte, in *Input) bool {
	if in.Channel != ChannelUnknown && in.Channel != ChannelCall || in.Call != nil || in.Role != RoleUnknown || in.Beside {
		return false
	}
	return BeginsLog(text)
}

// BeginsLog says whether the first line of a text is one of a program's log: it holds a few assignments, "ext=4410 event=RING", the protocol of a
// request, or a level behind the time that it begins with.
func BeginsLog(text []byte) bool {
	const assignments, longest = 3, 1024
	line, _, _ := bytes.Cut(text[:min(longest, len(text))], []byte("\n"))
	return countAssigned(line, assignments) == assignments || bytes.Contains(line, []byte(" HTTP/")) || bytes.Contains(line, []byte("SIP/2.0")) || beginsLogged(line)
}

// countAssigned counts the assignments of a text without blanks and outside links, "level=info", up to a number of them.
func countAssigned(text []byte, most int) (n int) {
	const longest = 24
	for at := 0; n < most; at++ {
		k := bytes.IndexByte(text[at:], '=')
		if k < 0 {
			break
		}
		at += k
		start := at
		for start > 0 && at-start < longest && (scan.IsWordByte(text[start-1]) || text[start-1] == '_' || text[start-1] == '.') {
			start--
		}
		if start == at || !scan.IsLetter(text[start]) || at+1 == len(text) || text[at+1] <= ' ' || text[at+1] == '=' {
			continue
		}
		if start == 0 || text[start-1] != '?' && text[start-1] != '&' {
			n++
		}
	}
	return n
}

// beginsLogged says whether a text begins with a time, and a level or the number of a process stands soon behind it: "[2026-03-02 09:14:22] NOTICE[1822] …", "Mar  2
// 10:10:01 web1 sshd[2212]: …".
func beginsLogged(text []byte) bool {
	const head, stamp = 96, 24
	line := text[:min(head, len(text))]
	if beginsGrave(line) {
		return true
	}
	if len(line) <= stamp || line[0] == '{' || bytes.IndexByte(line[:stamp], ':') < 0 || digitsIn(line[:stamp]) < len("2 10:10") {
		return false
	}
	for at := 0; at < len(line); {
		if !scan.IsLetter(line[at]) {
			if line[at] == '[' && at > 0 && scan.IsLetter(line[at-1]) && at+1 < len(line) && scan.IsDigit(line[at+1]) {
				k := bytes.IndexByte(line[at:], ']')
				if k > 0 && at+k+1 < len(line) && line[at+k+1] == ':' && isDecimal(line[at+1:at+k]) {
					return true
				}
			}
			at++
			continue
		}
		end := at
		for end < len(line) && scan.IsWordByte(line[end]) {
			end++
		}
		if word := line[at:end]; isUpper(word) && severities.holds(word) {
			return true
		}
		at = end
	}
	return false
}

// beginsGrave says whether a text begins with a level in capitals or with a process and its number: "WARN o.a.k.clients…", "[INF] …", "su[881]: …".
func beginsGrave(line []byte) bool {
	const longest = 24
	at := 0
	if len(line) > 0 && line[0] == '[' {
		at = 1
	}
	end := at
	for end < len(line) && end-at < longest && (scan.IsWordByte(line[end]) || line[end] == '-' || line[end] == '_') {
		end++
	}
	if end == at || end+2 >= len(line) {
		return false
	}
	word := line[at:end]
	switch c := line[end]; {
	case c == '[' && scan.IsDigit(line[end+1]):
		k := bytes.IndexByte(line[end:], ']')
		return k > 0 && end+k+1 < len(line) && line[end+k+1] == ':' && isDecimal(line[end+1:end+k])
	case c == ' ' || c == ':' || c == ']':
		return isUpper(word) && severities.holds(word)
	}
	return false
}

// severities are how programs say how grave something is.
var severities = wordsOf("trace debug verbose info notice warn warning err error crit critical fatal panic severe inf wrn dbg log detail statement hint context")

// isWrittenName says whether a span that the tagger found in a line of a log that nobody said is one is written as a name, with a capital; one word alone is one that the
// lists have, and stands in no code.
func (p *pass) isWrittenName(s *names.Span) bool {
	if p.isBesideCode(s) {
		return false
	}
	if s.First == s.Last {
		return p.isCapital(s.First) && p.isListed(s.First)
	}
	rare := false
	for k := s.First; k <= s.Last; k++ {
		t := &p.text.Tokens[k]
		if !p.isCapitalWord(k) && !p.is(k, &particles) || k < s.Last && p.at(int(t.End)) == '_' || p.is(k, &programWords) || p.is(k, &firms) || p.is(k, &vendors) || t.Shape&scan.Lower != 0 && hasHump(p.bytesOf(t)) && !p.isListed(k) && !p.hasNameHead(k) {
			return false
		}
		rare = rare || t.Len() > 1 && (p.isListed(k) || !p.set.names.IsCommon(t.Hash)) || t.Len() == 1 && p.at(int(t.End)) == '.' && len(p.in.Path) > 0 // "G. Strand"
	}
	return rare
}

// isAboutSomebody says whether something was found in a line of a log that is somebody's own, so that a name may stand beside it.
func (p *pass) isAboutSomebody() bool {
	for k := range p.candidates {
		if c := &p.candidates[k]; c.total >= p.set.threshold && isOfSomebody(c.kind) {
			return true
		}
	}
	return false
}

// addressBeside looks for addresses in a line of a log in which something of somebody's was found: elsewhere they must be whole.
func (p *pass) addressBeside() {
	if p.in.Channel != ChannelLog || p.in.guessed || !p.isAboutSomebody() {
		return
	}
	before := len(p.candidates)
	p.strong, p.barrier, p.in.guessed = before, 0, true
	p.findWritten()
	p.in.guessed = false
	kept := p.candidates[:before]
	for _, c := range p.candidates[before:] {
		if c.kind == Address {
			kept = append(kept, c)
		}
	}
	p.candidates = kept
	p.forgetMarks()
}

// isOfSomebody says whether values of a type are those of a person more than of a machine or of a program.
func isOfSomebody(kind Type) bool {
	switch kind {
	case Person, Email, Phone, Address, Postcode, DateOfBirth, CreditCard, CardCVV, CardExpiry, IBAN, BankAccount, SortCode, VehiclePlate, AccountID:
		return true
	}
	return kind >= USSSN
}

// isShortValue says whether the value of a field of a log is a few words with capitals and nothing else, as names are: `profile="Lowenna T"`.
func (p *pass) isShortValue() bool {
	const least, most = 2, 5
	if n := len(p.text.Tokens); len(p.in.Path) == 0 || n < least || n > most || isWord(p.pathName(), "message") || namesThing(p.in.Path) || isThingField(p.pathName()) {
		return false
	}
	for k := range p.text.Tokens {
		if !p.isCapitalWord(k) && !p.is(k, &particles) {
			return false
		}
	}
	return true
}

// isThingField says whether a field is called what programs give names to, or where something is: "brand", "home_town".
func isThingField(name []byte) bool {
	name = name[bytes.LastIndexByte(name, '_')+1:]
	name = bytes.TrimRight(name[lastHump(name):], "[]")
	return namedThings.holds(name) && !profileWord.holds(name) || thingFields.holds(name)
}

// thingFields hold further names of places, of firms and of what is sold.
var thingFields = wordsOf("town county province state venue hospital clinic school company firm org organisation organization merchant vendor manufacturer supplier hotel airline bank codec model carrier trunk site office building " +
	"holiday song title status reason result disposition event level intent plan edition os tz timezone hangup cause")
