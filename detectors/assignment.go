package detectors

import (
	"bytes"
	"strings"

	"github.com/sonexlabs/tacet/detectors/scan"
)

// assignment looks for the value that token i names: "password=…", `"api_key": "…"`, "the password is …".
func (p *pass) assignment(i int) {
	if !p.text.Tokens[i].IsWord() || !p.passwordBeside(i) || p.text.Tokens[i].Bits&wordAuth != 0 && p.authorization(i) {
		return
	}
	kind, last, vague := p.keyKind(i)
	if kind == 0 {
		return
	}
	if !p.assigned(i, last, kind, vague) && !vague && !p.isTicket(i) {
		p.typedNear(i, last, kind, func(start, end int) bool { return p.looksTold(start, end, kind) })
	}
}

// assigned looks for what is assigned to tokens i to last, the name of a password or key, and says whether it found any.
func (p *pass) assigned(i, last int, kind Type, vague bool) bool {
	at := int(p.text.Tokens[last].End)
	if kind == Password && p.isPair(i) && p.loginPair(at, true) || kind == Secret && p.is(i, &credWords) && p.loginPair(at, false) || kind == Password && p.passwordFor(last) {
		return true
	}
	start, strict, ok := p.valueNow(at, last)
	if !ok {
		if !vague {
			p.keyBeside(i, last, kind)
		}
		return false
	}
	if p.isInert(start) || strict && p.isTicket(i) && !hasDigit(p.b[start:p.pieceStop(start)]) || p.namesSetting(last) || kind == Password && p.braced(start) {
		return false
	}
	end, quoted := p.valueEnd(start)
	if quoted {
		start++
	} else if p.netrcLogin(i) {
		strict = false
	} else if strict {
		end = p.typedEnd(start, end, kind)
	}
	if kind == SessionID && isWord(p.bytesOf(&p.text.Tokens[i]), "cookie") && p.cookies(start) {
		return true
	}
	if kind == Password && !quoted && !strict {
		end = p.fieldEnd(i, end)
	}
	if k := bytes.IndexByte(p.b[start:end], ':'); kind == SessionID && k > 0 && p.at(start-1) == ':' {
		end = start + k // "session:4:basket", a key of Redis
	}
	value := p.b[start:end]
	if kind == SessionID && value[0] == '<' && p.at(end) == '>' && isKey(value[1:]) {
		start, value = start+1, value[1:] // "session=<k7Fh2x8LqQDGM2QI>"
	}
	if len(value) < 3 && (kind != Password || !strict || !p.numberFollows(start, end)) || isPlaceholder(value) || p.isScheme(value) || bytes.HasPrefix(p.b[end:], []byte("]=>")) { // ["password":protected]=> of PHP
		return false
	}
	switch {
	case kind == Password:
		if wrapped := bytes.IndexAny(value, "[("); wrapped > 0 && p.in.Channel == ChannelLog && wrappers.holds(value[:wrapped]) {
			return false // "Optional[x]"
		}
		if p.isModule(i) || isDirectory(p.bytesOf(&p.text.Tokens[i]), value) || !quoted && (value[len(value)-1] == '(' || bytes.HasPrefix(value, []byte("pam_")) || p.takesWords(start, end)) {
			return false // the directory at work, a call
		}
		if strict && !quoted {
			if spoken := p.spokenPassword(start, end); spoken > end {
				end = spoken
			} else if !isMixed(value) && (spoken == 0 || p.in.Channel == ChannelLog && !p.isLoneWord(start, end)) {
				return false
			}
		}
	case kind == Secret && strict && p.seedAt(start, end):
		return true
	case isDummy(value), !isKey(value) && !isGrouped(value) && !p.isEnvironment(i, end), !quoted && isCode(value), vague && !isRandom(value) && !isGrouped(value):
		return false
	}
	score := float32(0.85)
	if strict {
		score = 0.65
	}
	p.add(start, end, kind, score, byAssignment, p.verbatim(start, end))
	if quoted {
		p.successor(end, kind)
	}
	return true
}

// keyBeside looks for a password or key beside its name, tokens i to last, to which nothing is assigned.
func (p *pass) keyBeside(i, last int, kind Type) {
	ticket := p.isTicket(i)
	if !ticket || i == 0 && p.in.Role != RoleAgent { // "pass well930!", typed
		p.toldKey(int(p.text.Tokens[last].End), kind)
	}
	if ticket {
		return
	}
	p.passwordOf(last)
	p.hiddenField(last, kind)
}

// isDirectory says whether a value is the directory at work, under the name for it that is one for a password, too.
func isDirectory(name, value []byte) bool { return value[0] == '/' && isWord(name, "pwd") }

// isModule says whether token i names a service to a module of PAM: "pam_unix(passwd:chauthtok)".
func (p *pass) isModule(i int) bool {
	start := int(p.text.Tokens[i].Start)
	return p.at(start-1) == '(' && bytes.Contains(p.b[max(0, start-16):start], []byte("pam_"))
}

// successor takes what a password or key was changed to, behind the quote at a place that ends it: "'x' -> 'y'", "from 'x' to 'y'".
func (p *pass) successor(end int, kind Type) {
	const least = 4
	rest := p.b[min(end+1, len(p.b)):]
	for _, sign := range [...]string{" -> ", " => ", " to "} {
		if len(rest) <= len(sign)+least || string(rest[:len(sign)]) != sign || !isQuote(rest[len(sign)]) {
			continue
		}
		start := end + 1 + len(sign)
		stop, _ := p.valueEnd(start)
		if start++; stop-start >= least && !isPlaceholder(p.b[start:stop]) && !p.isInert(start) {
			p.add(start, stop, kind, 0.75, byAssignment, p.verbatim(start, stop))
		}
		return
	}
}

// notPasswords are words that go on after "the password is" without being one.
var notPasswords = wordsOf(`the a an my your his her our their its not no wrong incorrect correct right invalid valid expired expiring locked required
	needed missing empty blank too very so still also already always never now just only being been be was is are it that this what which where
	when how why who in on at to for of by from with and or but if as because about reset changed changing updated set saved stored sent shown
	hidden visible encrypted hashed weak strong safe secure unsafe unknown known same different new old temporary case something anything
	nothing working failing failed accepted rejected denied blocked lost forgotten stolen compromised leaked shared protected going gonna
	supposed there here fine ok okay good bad long short all up down out off written printed below above there's it's`)

// notAnswers are words that answer a question for a password without being one.
var notAnswers = wordsOf(`alright why told optional any ooh ahead proceed sec secs second moment minute minutes bye byee goodbye nothing done solved yes yeah yep sure okay right hello hallo what pardon sorry hold wait thanks thank please which exactly nope never really
	next great perfect brilliant lovely fantastic awesome cool nice sorted actually hmmm well look listen cannot don't can't maybe haan nahi accha ja nein oui non sí gracias danke merci`)

// answer looks for the password or key that the turn before asked for: the first piece of a short turn that doesn't look like a word, or
// the only word of the turn.
func (p *pass) answer() {
	const most = 30 // tokens
	kind := Password
	switch {
	case p.wants.cues&(cuePassword|wordAnswer) != 0:
		if p.chosenPassword(false) || p.answerInWords() || p.answerDictated() || p.coreAnswer() {
			return
		}
	case p.wants.cues&cueSecret != 0:
		kind = Secret
	case p.wants.cues&cueSession != 0:
		kind = SessionID
	default:
		return
	}
	if len(p.text.Tokens) == 0 || len(p.text.Tokens) > most {
		return
	}
	sole := bytes.IndexByte(bytes.TrimSpace(p.b), ' ') < 0 && !p.is(0, &notAnswers) && !p.is(0, &notPasswords)
	for end := 0; end < len(p.b); {
		start := end
		for start < len(p.b) && scan.IsSpace(p.b[start]) {
			start++
		}
		for end = start; end < len(p.b) && !scan.IsSpace(p.b[end]); end++ {
		}
		last := end
		for last > start && (p.b[last-1] == '.' || p.b[last-1] == ',' || p.b[last-1] == ':' && end < len(p.b) || (p.b[last-1] == '?' || p.b[last-1] == '!' && p.isTalkWord(start, last-1)) && !hasDigit(p.b[start:last])) {
			last--
		}
		value := p.b[start:last]
		if len(value) < 4 || !sole && !isMixed(value) || isDecimal(bytes.TrimRight(value, "!")) || isPlaceholder(value) || p.isInert(start) || p.hasApostrophe(value) || value[0] == '$' && isDecimal(bytes.TrimRight(value[1:], "!")) {
			continue
		}
		canon := p.verbatim(start, last)
		p.addScored(start, last, guess{kind: kind, score: score{question: 0.75 - p.wants.decay}, rule: "answer", detector: byAssignment}, canon)
		return
	}
}

// answerInWords looks for the password or the answer to a security question in a turn of few words: what is left of it without those
// that lead to it. "it's bluebell", "green kettle forty two".
func (p *pass) answerInWords() bool {
	const most, longest, phrase = 8, 4, 6 // tokens; of them those of the answer, and of one without a word that a sentence has
	tokens := p.text.Tokens
	if len(tokens) > most || p.in.Channel == ChannelLog {
		return false
	}
	first, last := 0, len(tokens)-1
	for first <= last && (p.is(first, &answerLead) || p.is(first, &answerLeadSaid) || tokens[first].Len() == 1 && first > 0 && p.at(int(tokens[first].Start)-1) == '\'' || p.isModal(first)) {
		first++
	}
	for last >= first && (p.is(last, &thanksWords) || p.is(last, &thanksSaid)) {
		last--
	}
	if first > last || last-first >= phrase || p.is(first, &notPasswordsSaid) || p.is(first, &notDictated) {
		return false
	}
	for k := first; k <= last; k++ {
		long := last-first >= longest
		if long && (p.is(k, &notDictated) || p.is(k, &clauseWords) || p.is(k, &sentenceWords)) {
			return false
		}
		if p.isInert(int(tokens[k].Start)) || p.is(k, &notAnswers) || p.is(k, &notAnswersSaid) || p.is(k, &notPasswords) && !(long && k > first && p.is(k, &phraseSmall)) || tokens[k].Bits&(cuesIdentifier|wordAnswer|wordSpell) != 0 || p.isNegated(k) {
			return false
		}
	}
	start, end := int(tokens[first].Start), int(tokens[last].End)
	if p.hasApostrophe(p.b[start:end]) {
		return false
	}
	if hasDigit(p.b[start:end]) {
		for end < len(p.b) && strings.IndexByte(passwordMarks, p.b[end]) >= 0 {
			end++
		}
	}
	p.addScored(start, end, guess{kind: Password, score: score{question: 0.7 - p.wants.decay}, rule: "answer", detector: byAssignment}, p.verbatim(start, end))
	return true
}

// passwordMarks end passwords more often than sentences, behind a digit.
const passwordMarks = "!#$*&+@%_=?"

var (
	// sentenceWords are of a sentence, and hardly of a phrase that somebody took for a password; phraseSmall may be of both.
	sentenceWords = wordsOf("i it you this that these those have has had do did does know think get got need want say said remember give tell see is was were be been am are can could will would just my me")
	phraseSmall   = wordsOf("at on in of to for by with from the a an")
)

// The same words in other languages.
var (
	answerLeadSaid   = wordsOf(said("lead", ""))
	thanksSaid       = wordsOf(said("thanks", ""))
	notAnswersSaid   = wordsOf(said("no-answer", ""))
	notPasswordsSaid = wordsOf(said("no-password", ""))
)

// isContracted says whether token k has "'s", "'m" or the like behind it: "my mother's maiden name is".
func (p *pass) isContracted(k int) bool {
	const most = 2
	end := int(p.text.Tokens[k].End)
	return k+1 < len(p.text.Tokens) && p.b[end] == '\'' && int(p.text.Tokens[k+1].Start) == end+1 && p.text.Tokens[k+1].Len() <= most
}

// isTalkWord says whether the word from start to end is a common one that no "is" announces: "I wish they'd leave my money!"
func (p *pass) isTalkWord(start, end int) bool {
	k, last := p.tokensOf(start, end)
	if p.set.names == nil || k != last || p.bitsAt(k-1)&wordIs != 0 || p.isShortIs(k-1) {
		return false
	}
	l := p.set.names.Listing(p.text.Tokens[k].Hash)
	return l.Common >= commonWord && l.Given < 2
}

// isNegated says whether token k is a verb that "not" is joined to: "can't".
func (p *pass) isNegated(k int) bool {
	return p.is(k+1, &negated) && p.text.Tokens[k+1].Start-p.text.Tokens[k].End == 1 && p.b[p.text.Tokens[k].End] == '\''
}

// hasApostrophe says whether a value is two words in one: "don't", "it's".
func (p *pass) hasApostrophe(value []byte) bool {
	i := bytes.IndexByte(value, '\'')
	return i > 0 && i < len(value)-1 && len(value)-i <= 3
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
	case p.path.bits&wordAnswer != 0 && !endsWithFolded(p.in.Path, "question"):
		kind = Password
	default:
		return
	}
	value := bytes.TrimSpace(p.b)
	if n := len(value) - 1; kind == SessionID && n > 0 && value[0] == '<' && value[n] == '>' {
		value = value[1:n]
	}
	if p.in.Channel == ChannelLog {
		value = withoutClosing(value)
	}
	if wrapped := bytes.IndexAny(value, "[("); wrapped > 0 && p.in.Channel == ChannelLog && wrappers.holds(value[:wrapped]) {
		return // "Optional[x]": see linkedValues
	}
	if len(value) < 3 || isPlaceholder(value) || bytes.HasSuffix(p.in.Path, value) || isDirectory(p.pathName(), value) {
		return
	}
	if kind != Password && (!isKey(value) || bytes.IndexByte(value, ' ') >= 0) {
		return
	}
	start := bytes.Index(p.b, value)
	p.add(start, start+len(value), kind, 0.85, byAssignment, p.verbatim(start, start+len(value)))
}

// withoutClosing is a value without the brackets behind it that close what it stands in: the last argument of a method, the last field of an object.
func withoutClosing(value []byte) []byte {
	const least = 4
	for len(value) >= least {
		n := len(value) - 1
		k := bytes.IndexByte([]byte(")}]"), value[n])
		if k < 0 || bytes.IndexByte(value, "({["[k]) >= 0 {
			break
		}
		value = value[:n]
	}
	return value
}

// namedKey looks at a text whose field is named for some key, or in a log for a code, and which is drawn by lot: DEPLOY_KEY=…, code=…&state=….
func (p *pass) namedKey() {
	name := p.pathName()
	value := bytes.TrimSpace(p.b)
	if k := bytes.IndexByte(value, '&'); k > 0 {
		value = value[:k]
	}
	if !isRandom(value) && !isGrouped(value) {
		return
	}
	switch n := len(name) - 3; {
	case isWord(name, "code") && p.in.Channel == ChannelLog:
	case n > 1 && isWord(name[n:], "key"):
		head := bytes.TrimRight(name[:n], "_-")
		for _, w := range notSecret {
			if len(head) >= len(w) && equalFold(head[len(head)-len(w):], w) && !(w == "storage" && len(head) > 5 && equalFold(head, "azure")) {
				return
			}
		}
	default:
		return
	}
	start := bytes.Index(p.b, value)
	p.add(start, start+len(value), Secret, 0.7, byAssignment, p.verbatim(start, start+len(value)))
}

// isKey says whether a value can be a key rather than a word or a count.
func isKey(value []byte) bool {
	if len(value) < 8 || isDecimal(value) || !isMixed(value) || isKnownSID(value) {
		return false
	}
	if hasDigit(value) {
		return true
	}
	for _, c := range value {
		if c == '!' || c == '#' || c == '$' || c == '^' || c == '*' || c == '+' || c == '=' || c == '~' || c == '@' {
			return true
		}
		if c == '.' || c == '/' {
			return false // a name or a path
		}
	}
	return len(value) >= 12
}

// isCode says whether a value is a piece of a program.
func isCode(value []byte) bool {
	for _, c := range value {
		if c == '(' || c == '{' || c == '[' {
			return true
		}
	}
	return false
}

// keyKind says what the name that token i belongs to holds, and which token is its last. It is vague if only a value that
// looks drawn by lot makes it a secret: deploy_key, hubspotKey.
func (p *pass) keyKind(i int) (kind Type, last int, vague bool) {
	cues := p.cue(i)
	switch {
	case cues&cuePassword != 0:
		kind = Password
	case cues&cueSecret != 0:
		kind = Secret
	case cues&cueSession != 0:
		kind = SessionID
	case cues&wordKey != 0 && p.is(i-1, &networkWords) && p.codeGap(i-1) != 0:
		kind = Password
	case cues&wordKey != 0 && p.isSomeKey(i):
		kind, vague = Secret, true
	default:
		return 0, 0, false
	}
	last = i
	for last+1 < len(p.text.Tokens) && last < i+3 {
		t := &p.text.Tokens[last+1]
		if c := p.b[t.Start-1]; t.Start != p.text.Tokens[last].End+1 || c != '_' && c != '-' && c != ' ' ||
			t.Bits&(cueSecret|wordKey|cueAnyID|wordNumber) == 0 && (c == ' ' || !p.is(last+1, &keyEndings) && !(t.IsNumber() && t.Len() <= 2)) {
			break
		}
		last++
	}
	return kind, last, vague
}

// pieceStop is where the piece without spaces ends that begins at a place.
func (p *pass) pieceStop(at int) int {
	for at < len(p.b) && !scan.IsSpace(p.b[at]) {
		at++
	}
	return at
}

// namesSetting says whether token i is the name of what has to do with passwords or keys and holds none: "passwordEncoder", "tokenEndpoint", and whether
// it is the word of a test that passed.
func (p *pass) namesSetting(i int) bool {
	t := &p.text.Tokens[i]
	b := p.bytesOf(t)
	if start := int(t.Start); start > 3 && len(b) == 4 && string(p.b[start-4:start]) == "--- " {
		return true
	}
	if t.Shape&(scan.Upper|scan.Lower) != scan.Upper|scan.Lower {
		return false
	}
	for _, w := range [...]string{"Encoder", "Endpoint", "Policy", "Length", "Provider", "Manager", "Factory", "Service", "Expiry", "Validator", "Converter", "Repository"} {
		if bytes.HasSuffix(b, []byte(w)) {
			return true
		}
	}
	return false
}

// keyEndings end the names of passwords and keys behind what they hold: SECRET_KEY_BASE, "password_confirmation".
var keyEndings = wordsOf("base value text string plain raw data prod production dev development test testing stage staging live sandbox new old current previous next primary secondary master main default confirmation confirm again repeat retype b64 base64")

// notSecret are the words before "key" that make it the name of a thing and no secret.
var notSecret = [...]string{
	"primary", "foreign", "partition", "cache", "object", "sort", "row", "public", "idempotency", "routing", "storage", "record",
	"message", "hash", "lookup", "index", "map", "group", "sharding", "shard", "event", "trace", "file", "s3", "redis", "config",
	"unique", "composite", "candidate", "surrogate", "bucket", "pub", "issue", "dedup", "correlation",
}

var azureWords = wordsOf("azure account blob")

// isSomeKey says whether token i ends a name of several parts, "deploy_key" or "hubspotKey", that may be the name of a secret.
func (p *pass) isSomeKey(i int) bool {
	t := &p.text.Tokens[i]
	b := p.bytesOf(t)
	if n := len(b); n > 3 {
		if !isWord(b[n-3:], "key") {
			return false
		}
		b = b[:n-3]
	} else {
		if c := p.at(int(t.Start) - 1); i == 0 || c != '_' && c != '-' || p.text.Tokens[i-1].End+1 != t.Start {
			return false
		}
		b = p.bytesOf(&p.text.Tokens[i-1])
	}
	if isWord(b, "storage") && p.is(i-2, &azureWords) {
		return true
	}
	for _, w := range notSecret {
		if len(b) >= len(w) && equalFold(b[len(b)-len(w):], w) {
			return false
		}
	}
	return true
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
		if !scan.IsDigit(c) && c != '.' && c != ',' && c != '-' && c != ':' {
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
	case '`':
		return true
	case '$', '%':
		if len(value) > 1 && (value[1] == '{' || value[1] == '(' || isVariable(value[1:])) {
			return true
		}
	}
	same := !scan.IsDigit(value[0])
	for _, c := range value {
		same = same && (c == value[0] || c == '-')
	}
	if same {
		return true
	}
	if len(value) > 5 && equalFold(value, "your") && (value[4] == '_' || value[4] == '-') {
		return true
	}
	for len(value) > 0 && value[0] == '_' {
		value = value[1:]
	}
	for _, word := range [...]string{"null", "none", "nil", "true", "false", "undefined", "empty", "required", "redacted", "masked"} {
		if len(value) >= len(word) && equalFold(value[:len(word)], word) && isAll(value[len(word):], "_*") {
			return true
		}
	}
	return false
}

// isVariable says whether b is a name as variables have it: capitals, underscores, perhaps a percent sign at the end.
func isVariable(b []byte) bool {
	for i, c := range b {
		if (c < 'A' || c > 'Z') && c != '_' && (c != '%' || i < len(b)-1) && (i == 0 || !scan.IsDigit(c)) {
			return false
		}
	}
	return len(b) > 1
}

// equalFold says whether b begins with the word, which is in lower case, in any case. It must be long enough.
func equalFold(b []byte, word string) bool {
	for i := range len(word) {
		if b[i] != word[i] && b[i]|0x20 != word[i] {
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
	if start >= len(p.b) || p.b[start] != ' ' {
		return
	}
	for start < len(p.b) && p.b[start] == ' ' {
		start++
	}
	end := p.keyEnd(start, "-._~+/=")
	value := p.b[start:end]
	if len(value) < 8 || !isMixed(value) || isPlaceholder(value) || bytes.IndexByte(bytes.TrimRight(value, "="), '=') > 0 {
		return
	}
	p.add(start, end, Secret, 0.9, bySecret, p.verbatim(start, end))
}
