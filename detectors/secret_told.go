package detectors

import (
	"bytes"

	"github.com/sonexlabs/tacet/detectors/scan"
)

// toldKey takes what stands right behind the name of a password or key that ends at a place, without a sign between them, where it is in
// quotes or looks like no word: "password 'hunter2'", "the token 3f9d8a7b6c5e", "temp pw - Winter2026".
func (p *pass) toldKey(at int, kind Type) {
	const gap, quotedMost = 3, 64
	start := p.pastDash(at)
	if p.in.Channel != ChannelCall && start == at+1 && scan.IsDigit(p.at(start)) && p.at(start+1) == ' ' {
		start += 2 // "password 7 0822455D0A16", "password 0 hunter22": how it is written
		if end, _ := p.valueEnd(min(start, len(p.b)-1)); end-start > gap*2 && (isHex(p.b[start:end]) && hasDigit(p.b[start:end]) || p.looksTold(start, end, kind)) && !p.isInert(start) {
			p.add(start, end, kind, 0.65, byAssignment, p.verbatim(start, end))
		}
		return
	}
	if start == at || start-at > gap || start >= len(p.b) || p.isInert(start) {
		return
	}
	end, quoted := p.valueEnd(start)
	if quoted {
		if start++; end-start <= quotedMost && p.mayBeQuoted(start, end, kind) {
			p.add(start, end, kind, 0.65, byAssignment, p.verbatim(start, end))
		}
		return
	}
	for end > start && (p.b[end-1] == '?' && !scan.IsDigit(p.at(end-2)) || p.b[end-1] == ':') {
		end--
	}
	if p.looksTold(start, end, kind) {
		p.add(start, end, kind, 0.65, byAssignment, p.verbatim(start, end))
	}
}

// isSetTo says whether words behind token i say what something was set to, and what follows is no common word: "password set as Ballyhaunis".
func (p *pass) isSetTo(i int) bool {
	return i+3 < len(p.text.Tokens) && p.is(i+1, &changeWords) && p.is(i+2, &changeLinks) && p.between(i+2) == gapSpace && !p.set.names.IsCommon(p.text.Tokens[i+3].Hash)
}

var (
	changeWords = wordsOf("set changed reset updated amended")
	changeLinks = wordsOf("as to")
)

// isPerWeek says whether token i is "pw" behind a number: "850 pw".
func (p *pass) isPerWeek(i int) bool {
	t := &p.text.Tokens[i]
	return t.Len() == 2 && i > 0 && p.text.Tokens[i-1].IsNumber() && t.Start-p.text.Tokens[i-1].End <= 1
}

// isTicket says whether token i is "pass" and no word before it says that it is a password: "bus pass".
func (p *pass) isTicket(i int) bool {
	return isWord(p.bytesOf(&p.text.Tokens[i]), "pass") && !p.isPrompted(i) && !p.is(i-1, &networkWords) && !p.is(i-1, &loginWords) && !p.is(i-1, &passLeads) && !(p.is(i-2, &loginWords) && p.between(i-2) == gapSpace)
}

var passLeads = wordsOf("temp temporary admin portal root new old current default")

// pastDash is where what follows a name at a place begins, behind spaces and at most one dash between spaces.
func (p *pass) pastDash(at int) int {
	for p.at(at) == ' ' && at < len(p.b) {
		at++
	}
	if p.at(at) == '-' && p.at(at+1) == ' ' && p.at(at-1) == ' ' {
		at += 2
	}
	return at
}

// mayBeQuoted says whether what stands in quotes behind the name of a password or key may be one: a word that isn't said of passwords, or
// more than a word. Keys look like none.
func (p *pass) mayBeQuoted(start, end int, kind Type) bool {
	const least = 4
	value := p.b[start:end]
	if len(value) < least || isPlaceholder(value) || isDummyWord(value) || isDummy(value) || isDecimal(value) {
		return false
	}
	if kind != Password {
		return isKey(value) && bytes.IndexByte(value, ' ') < 0 && (bytes.IndexByte(value, '-') < 0 || isRandom(value) || bytes.ContainsAny(value, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_+/="))
	}
	first, last := p.tokensOf(start, end)
	if first > last || p.is(first, &notPasswords) || p.is(first, &notAnswers) || p.text.Tokens[first].Bits&cuePassword != 0 {
		return false
	}
	return first == last || isMixed(value) && bytes.IndexByte(value, ' ') < 0
}

// looksTold says whether a value looks so little like a word that it is the password or key whose name stands before it: letters and digits,
// of keys many.
func (p *pass) looksTold(start, end int, kind Type) bool {
	const passwordLeast, keyLeast, keyDigits, sessionLeast = 6, 12, 3, 16
	value := p.b[start:end]
	if kind != Password && (isDrawn(value) || isGrouped(value)) {
		return true
	}
	digits, letters := digitsIn(value), 0
	for _, c := range bytes.TrimRight(value, "=") {
		if scan.IsLetter(c) {
			letters++
		}
		if c == '/' || c == '\\' || c == '=' || c == '(' || c == ':' || c == '@' && kind != Password {
			return false
		}
	}
	if digits == 0 || letters == 0 || isPlaceholder(value) || isDummy(value) || !scan.IsWordByte(value[0]) {
		return false
	}
	if kind != Password {
		return len(value) >= keyLeast && digits >= keyDigits && (kind != SessionID || len(value) >= sessionLeast)
	}
	first, last := p.tokensOf(start, end)
	if first == last {
		t := &p.text.Tokens[first]
		if p.is(first, &algorithms) || p.isMeasure(value) || t.Bits != 0 {
			return false
		}
	}
	return len(value) >= passwordLeast && letters > 1
}

// isMeasure says whether a value is a number with a unit, or a version: "90days", "v2".
func (p *pass) isMeasure(value []byte) bool {
	i := 0
	for i < len(value) && scan.IsDigit(value[i]) {
		i++
	}
	if i == 0 {
		return value[0]|0x20 == 'v' && scan.IsDigit(value[1])
	}
	unit := value[i:]
	return digitsIn(unit) == 0 && (p.set.lexicon.Bits(unit)&cuesAgainst != 0 || measured.holds(unit))
}

var (
	algorithms = wordsOf("sha1 sha256 sha384 sha512 md4 md5 md5sum sha256sum pbkdf2 argon2 argon2id argon2i base64 base32 oauth2 saml2 utf8 aes128 aes256 ntlmv2 mschapv2 hmacsha256 pkcs12 sha512crypt log4j ipv4 ipv6 win32 http2 windows10 windows11 office365 microsoft365")
	measured   = wordsOf("day days char chars characters times hour hours hrs min mins month months year years st nd rd th x")
)

// loginPair takes name and password behind words for both: "login/pass = asha / hunter2", "creds asha:hunter2". The words end at a place. It
// says whether there are such.
func (p *pass) loginPair(at int, told bool) bool {
	const most = 64
	if c := p.at(at); c == ':' || c == '=' {
		at++
	} else if c == ' ' && (p.at(at+1) == '=' || p.at(at+1) == ':') {
		at += 2
	}
	start := p.pastDash(at)
	if p.at(start) == '"' || p.at(start) == '\'' || p.at(start) == '`' {
		start++
	}
	end := start
	for end < len(p.b) && end-start < most && (scan.IsWordByte(p.b[end]) || bytes.IndexByte([]byte("._-+@\\"), p.b[end]) >= 0) {
		end++
	}
	if end-start < 2 || end == len(p.b) || p.isInert(start) || !hasLetter(p.b[start:end]) {
		return false
	}
	next := end
	for p.at(next) == ' ' && next < end+2 && next < len(p.b) {
		next++
	}
	switch c := p.at(next); {
	case c == '/' || c == ':' || c == '|':
		next++
	case !told || next == end:
		return false
	}
	for p.at(next) == ' ' && next < len(p.b) {
		next++
	}
	stop := next
	for stop < len(p.b) && stop-next < most && !scan.IsSpace(p.b[stop]) && p.b[stop] != '"' && p.b[stop] != ',' && p.b[stop] != ';' && p.b[stop] != ')' && p.b[stop] != '\'' {
		stop++
	}
	for stop > next && p.b[stop-1] == '.' {
		stop--
	}
	if stop-next < 5 || !told && bytes.ContainsAny(p.b[next:stop], "/=") || !hasDigit(p.b[next:stop]) || !hasLetter(p.b[next:stop]) || isPlaceholder(p.b[next:stop]) || p.isInert(next) {
		return false
	}
	if bytes.IndexByte(p.b[start:end], '@') < 0 {
		p.add(start, end, Username, 0.7, byUser, p.lower(start, end))
	}
	p.add(next, stop, Password, 0.75, byAssignment, p.verbatim(next, stop))
	return true
}

// isPair says whether token i, a word for a password, stands behind one for a user: "login/pass", "user:pwd".
func (p *pass) isPair(i int) bool {
	if i == 0 || p.text.Tokens[i-1].End+1 != p.text.Tokens[i].Start {
		return false
	}
	c := p.at(int(p.text.Tokens[i].Start) - 1)
	return (c == '/' || c == '|' || c == '&') && p.is(i-1, &loginWords)
}

var (
	loginWords = wordsOf("user username login id email uid usr name un")
	credWords  = wordsOf("creds credentials logins credential")
	// networkWords stand before "key" where it is the password of a network.
	networkWords = wordsOf("wifi fi wpa wpa2 wpa3 wlan network hotspot router wireless shared server")
)

// toldAnswers looks for the answers to security questions that somebody writes down with the question: "memorable word: Marigold", "first
// pet was biscuit".
func (p *pass) toldAnswers() {
	for k := range p.text.Tokens {
		if t := &p.text.Tokens[k]; (t.Bits&(wordPhraseEnd|wordAnswer) != 0 || t.Len() > len("answer") && isWord(p.b[t.End-uint32(len("answer")):t.End], "answer")) && p.cue(k)&wordAnswer != 0 && !p.toldAnswer(k) {
			p.typedNear(k, k, Password, func(start, end int) bool { return p.looksTold(start, end, Password) })
		}
	}
}

// toldAnswer looks for an answer right behind token k, the last of a security question, and says whether there is one.
func (p *pass) toldAnswer(k int) bool {
	const most = 3
	tokens := p.text.Tokens
	at := int(tokens[k].End)
	signed := false
	if p.is(k, &questionWords) {
		if k+2 >= len(tokens) || tokens[k+1].Len() > 1 || !tokens[k+1].IsNumber() || p.between(k+1) != gapSpace {
			return false // "security question: first pet"
		}
		at, signed = int(tokens[k+1].End), true // "security question 1 tealby"
	}
	for at < len(p.b) && (p.b[at] == ' ' || p.b[at] == ':' || p.b[at] == '=' || p.b[at] == '-' && p.at(at+1) == ' ' || p.b[at] == '"' || p.b[at] == '\'' || p.b[at] == '>' && p.isTag(at)) {
		signed = signed || p.b[at] != ' '
		at++
	}
	first, _ := p.tokensOf(at, len(p.b))
	for n := 0; n < 2 && first < len(tokens) && (p.is(first, &answerLinks) || tokens[first].Bits&wordIs != 0) && p.between(first) != gapOther; n++ {
		signed = true
		first++
	}
	if signed && p.is(first, &answerArticles) {
		first++
	}
	if first >= len(tokens) || !signed && !p.mayBeUnsigned(k, first) {
		return false
	}
	last := first
	for ; ; last++ {
		t := &tokens[last]
		if p.isInert(int(t.Start)) || p.is(last, &notPasswords) || p.is(last, &notAnswers) || t.Bits&(cuesIdentifier|cuesAgainst|wordAnswer) != 0 || p.is(last, &saidOf) || p.is(last, &notDictated) {
			if last == first {
				return false
			}
			last--
			break
		}
		if last+1 >= len(tokens) || last-first >= most-1 || p.between(last) != gapSpace || !signed && !p.isCapital(last+1) || p.is(last+1, &thanksWords) || p.is(last+1, &sayWhen) || p.is(last+1, &andWords) || tokens[last+1].Bits&wordSecurity != 0 {
			break
		}
	}
	start, end := int(tokens[first].Start), int(tokens[last].End)
	if end-start < 3 || p.hasApostrophe(p.b[start:end]) {
		return false
	}
	p.add(start, end, Password, 0.65, byAssignment, p.verbatim(start, end))
	return true
}

// mayBeUnsigned says whether token first may be the answer to a security question, whose last token is k, without a sign between: it has a capital in a
// text that has small letters, or digits, or is the only word till the clause ends, as people take notes.
func (p *pass) mayBeUnsigned(k, first int) bool {
	const digits = 4
	t := &p.text.Tokens[first]
	if p.between(k) != gapSpace || p.at(int(p.text.Tokens[k].Start)-1) == '_' {
		return false // "wpa_passphrase HomeNet"
	}
	if p.isCapital(first) && !(p.set.names.IsCommon(t.Hash) && p.isCapital(k)) || t.IsNumber() && t.Len() >= digits {
		return true
	}
	return p.is(k, &answerEnds) && t.IsWord() && t.Len() > 3 && p.between(first) != gapSpace && p.in.Role != RoleAgent && !p.is(first, &addressed)
}

// answerEnds are the last words of questions that a word alone answers.
var answerEnds = wordsOf("word answer")

var (
	questionWords = wordsOf("question questions information")
	answerLinks   = wordsOf("set as a called named answer on answered")
	// saidOf is what is told of a security question in place of its answer.
	saidOf = wordsOf("confirmed verified check checked checks passed pass failed fail given provided asked matched match matches ok completed complete answered removed added enabled disabled does did has had i we you he she they customer caller child kid teenager characters character letters letter insurance plan policy day days year years name names field")
)

// triedTurns is in how many turns after a word for a password somebody may tell which were tried.
const triedTurns = 5

// triedPasswords takes what looks like no word behind "tried" for passwords, in a text or a call about one: "wrong password. i tried Sunfl0wer!
// and sunfl0wer!".
func (p *pass) triedPasswords() {
	tokens := p.text.Tokens
	for k := range tokens {
		for j := k + 1; j < len(tokens) && p.is(k, &guessedWords) && p.between(k) == gapSpace; j++ {
			start := int(tokens[j].Start)
			end, _ := p.valueEnd(start)
			end = p.typedEnd(start, end, Password)
			if p.isInert(start) || !p.looksTold(start, end, Password) {
				break
			}
			p.add(start, end, Password, 0.65, byAssignment, p.verbatim(start, end))
			for j+1 < len(tokens) && (int(tokens[j+1].Start) < end || p.is(j+1, &triedLinks)) {
				j++
			}
		}
	}
}

var (
	guessedWords = wordsOf("tried trying try typed typing entered entering versucht probiert essayé tapé probado intentado provato geprobeerd tentei")
	triedLinks   = wordsOf("and or then und oder et ou y o e en of")
)

// recovery looks for codes and words that let somebody in who has lost the rest, behind token i: "backup codes: 4f2a-91bc 77de-0a1b",
// "seed phrase: …".
func (p *pass) recovery(i int) {
	tokens := p.text.Tokens
	k := i + 1
	if k+1 >= len(tokens) || p.codeGap(i) == 0 && p.at(int(tokens[i].End)) != '_' {
		return
	}
	phrase := p.is(k, &phraseWordsSaid)
	if p.is(i, &phraseWordsSaid) {
		phrase, k = true, i
	}
	if !phrase && tokens[k].Bits&(wordCode|wordKey) == 0 {
		return
	}
	for n := 0; n < 2 && (p.bitsAt(k+1)&wordIs != 0 || p.is(k+1, &answerLinks)); n++ {
		k++
	}
	if phrase {
		p.seedPhrase(k + 1)
	} else if p.is(i, &licenceWords) {
		p.licenceKey(k + 1)
	} else {
		p.recoveryCodes(k + 1)
	}
}

// licenceHeads stand before the word for a key or code that opens a program to who bought it.
const licenceHeads = "licence license product activation"

var licenceWords = wordsOf(licenceHeads)

// licenceKey takes token k and what is joined to it for the key of a licence if it is written in groups as those are: "8H2KQ-PPW3M-VN7XC".
func (p *pass) licenceKey(k int) {
	if k >= len(p.text.Tokens) {
		return
	}
	start := int(p.text.Tokens[k].Start)
	end := p.keyEnd(start, "-")
	if value := p.b[start:end]; hasDigit(value) && hasLetter(value) && isGrouped(value) && !p.isInert(start) {
		p.add(start, end, Secret, 0.7, bySecret, p.verbatim(start, end))
	}
}

var phraseWordsSaid = wordsOf("phrase words mnemonic")

// seedPhrase takes twelve words and more in a row from token k on, of three to eight letters each (BIP 39), for one secret.
func (p *pass) seedPhrase(k int) {
	const least, most, short, long = 12, 24, 3, 8
	last := k
	for ; last < len(p.text.Tokens) && last-k < most; last++ {
		if t := &p.text.Tokens[last]; !t.IsWord() || t.Len() < short || t.Len() > long || p.isInert(int(t.Start)) || last > k && p.between(last-1) != gapSpace && p.between(last-1) != gapComma {
			break
		}
	}
	if last-k < least {
		return
	}
	start, end := int(p.text.Tokens[k].Start), int(p.text.Tokens[last-1].End)
	p.add(start, end, Secret, 0.8, bySecret, p.verbatim(start, end))
}

// recoveryCodes takes the codes from token k on, each of six characters and more with a digit in them or in capitals and groups, for
// secrets.
func (p *pass) recoveryCodes(k int) {
	const least, most = 6, 20 // characters of one; codes
	if k >= len(p.text.Tokens) {
		return
	}
	at := int(p.text.Tokens[k].Start)
	for range most {
		end := p.keyEnd(at, "-")
		value := p.b[at:end]
		groups := bytes.Count(value, []byte("-"))
		if len(value) < least || p.isInert(at) || !hasDigit(value) && (groups < 2 || bytes.ContainsAny(value, "abcdefghijklmnopqrstuvwxyz")) {
			return
		}
		p.add(at, end, Secret, 0.7, bySecret, p.verbatim(at, end))
		for at = end; at < len(p.b) && at-end < 4 && (p.b[at] == ' ' || isQuote(p.b[at]) || p.b[at] == ',' || p.b[at] == ';' || p.b[at] == '\n'); at++ {
		}
		if at == end || at >= len(p.b) {
			return
		}
	}
}
