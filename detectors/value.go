package detectors

import (
	"bytes"

	"github.com/sonexlabs/tacet/detectors/scan"
)

// valueAfter is where the value begins that is assigned to the name ending at i. It is strict where words stand for
// the sign, or a colon and a space: a sentence can go on there with anything.
func (p *pass) valueAfter(i, token int) (start int, strict, ok bool) {
	if k := p.pastQuote(i); p.at(k) == ']' && (k > i || p.at(p.nameStart(int(p.text.Tokens[token].Start))-1) == '[') || p.at(k) == '`' {
		i = k + 1
	} else {
		i = k
	}
	sign := i
	for p.at(sign) == ' ' && sign < i+3 {
		sign++
	}
	begin := int(p.text.Tokens[token].Start)
	if token+1 < len(p.text.Tokens) && p.at(sign) != '=' && p.at(sign) != ':' && p.in.Channel != ChannelLog && p.is(token+1, &temporary) {
		token++ // "mot de passe provisoire c'est …"
		sign = int(p.text.Tokens[token].End)
		i = sign
	}
	if k := p.linkIs(token); k > 0 {
		at := int(p.text.Tokens[k].End) + 1
		return at, true, at < len(p.b) && p.between(k) == gapSpace
	}
	switch c := p.at(sign); {
	case c == '=' || c == ':' || c == '?' && p.at(sign+1) == '=':
		for sign++; sign < i+8 && (p.at(sign) == '=' || p.at(sign) == '>' || p.at(sign) == ':'); sign++ {
		}
		strict = c == ':' && p.at(sign) == ' ' && sign == i+1
	case c == '>' && sign == i && !scan.IsSpace(p.at(i+1)) && (p.isTag(i) || p.isEntry(begin, i)): // <password>…
		sign++
	case p.pairValue(i, token) != 0:
		if sign = p.pairValue(i, token); sign < 0 {
			return 0, false, false
		}
		strict = true
	case c == '(' && sign == i && isQuote(p.at(i+1)): // PASSWORD('…')
		if end, _ := p.valueEnd(i + 1); !isMixed(p.b[i+2:end]) || bytes.IndexByte(p.b[i+2:end], ' ') >= 0 {
			return 0, false, false
		}
		sign++
	case token+1 < len(p.text.Tokens) && p.startsValue(token+1) && sign == i+1:
		sign, strict = int(p.text.Tokens[token+1].End), true
		if c := p.at(sign); c == ':' || c == '=' {
			sign++
		}
	case sign == i+1 && p.isSetTo(token):
		sign, strict = int(p.text.Tokens[token+2].End), true
	case sign == i+1 && (p.isOption(begin) || p.isNetrc(token) || p.isSetting(begin)):
		strict = true
	case sign == i+1 && p.isTag(i):
		sign = p.elementEnd(i)
	case sign == i+1 && p.is(token+1, &forWords):
		if sign = p.behindFor(token + 1); sign == 0 {
			return 0, false, false
		}
		strict = true
	default:
		return 0, false, false
	}
	for sign < len(p.b) && (p.b[sign] == ' ' || p.b[sign] == '\t') {
		sign++
	}
	if p.at(sign) == '<' && sign > 0 && p.b[sign-1] == '>' {
		sign = p.innerStart(sign)
	}
	sign = p.literalStart(sign)
	if quote := p.pastQuote(sign); quote > sign {
		sign = quote - 1
	}
	return sign, strict, sign > i && sign < len(p.b) && p.b[sign] != '\n'
}

// linkIs is the token of "is" behind token k, a word for a password or key, where somebody hesitates or takes it up with a pronoun, and where
// an apostrophe shortens it: "the password um it's", "my password's". 0 if there is none.
func (p *pass) linkIs(k int) int {
	const most = 3
	if p.bitsAt(k+1)&wordIs != 0 && p.isShortIs(k+1) && p.bitsAt(k+3)&wordIs == 0 { // but "the password's length is 8"
		return k + 1
	}
	if p.in.Channel == ChannelLog || p.in.Channel == ChannelDoc || !p.is(k+1, &hesitations) && !p.is(k+1, &takeUps) || p.between(k) != gapSpace && p.between(k) != gapComma {
		return 0
	}
	for n := k + 1; n <= k+most; n++ {
		if p.bitsAt(n)&wordIs != 0 || p.is(n, &shortIs) && p.is(n-1, &takeUps) {
			return n
		}
		if !p.is(n, &hesitations) && !p.is(n, &takeUps) {
			break
		}
	}
	return 0
}

// isShortIs says whether token k is what an apostrophe leaves of "is": "my password's".
func (p *pass) isShortIs(k int) bool { return p.is(k, &shortIs) && p.between(k-1) == gapQuote }

var (
	takeUps = wordsOf("it that this c das es")
	shortIs = wordsOf("s")
)

// temporary stand between a word for a password and "is" where they follow their noun.
var temporary = wordsOf("provisoire temporaire provisional temporal provvisoria temporanea provisória temporária tymczasowe tijdelijk")

// nameStart is where the name begins that has a part at i: "dbPassword", "db.password", "db-password".
func (p *pass) nameStart(i int) int {
	const longest = 64
	k := i
	for k > 0 && i-k < longest && (scan.IsWordByte(p.b[k-1]) || p.b[k-1] == '.' || p.b[k-1] == '-' || p.b[k-1] == '_') {
		k--
	}
	return k
}

// pairValue is where the value begins that belongs to the name which token ends and what closes it before i, where no sign stands between the two: in
// pairs, lists of arguments, entries of XML and forms. It is 0 if there is nothing like that, and less if there is and no value.
func (p *pass) pairValue(i, token int) int {
	begin := int(p.text.Tokens[token].Start)
	switch c := p.at(i); {
	case p.entryValue(token) > 0: // {"name":"DB_PASSWORD","value":"…"}
		return p.entryValue(token)
	case c == ',' && (p.isTuple(begin, i) || p.isListedOption(begin)):
		sign := i + 1
		for p.at(sign) == ' ' && sign < len(p.b) {
			sign++
		}
		if isQuote(p.at(sign)) || p.isListedOption(begin) {
			return sign
		}
		return -1
	case c == ';' && isQuote(p.at(i-1)) && p.at(i+1) == 's' && p.at(i+2) == ':' && scan.IsDigit(p.at(i+3)): // s:8:"password";s:8:"…" of PHP
		sign := i + 3
		for scan.IsDigit(p.at(sign)) || p.at(sign) == ':' {
			sign++
		}
		return sign
	case c == '<' && p.at(i+1) == '/' && p.namesEntry(begin):
		if sign := p.elementEnd(i + 1); sign > 0 && p.at(sign) == '<' {
			return sign
		}
		return -1
	case isQuote(p.at(i-1)) && scan.IsSpace(c) && bytes.HasSuffix(p.b[:max(begin-1, 0)], []byte(`form-data; name=`)):
		sign := i
		for sign < len(p.b) && scan.IsSpace(p.b[sign]) {
			sign++
		}
		return sign
	}
	return 0
}

// literalStart is where the quote of a literal stands that begins at i: N'…' of Transact-SQL, Some("…") of Rust, string(8) "…" of PHP; i if there is none.
func (p *pass) literalStart(i int) int {
	for _, w := range [...]string{"N", "Some(", "Secret(", "string("} {
		at := i + len(w)
		if at >= len(p.b) || string(p.b[i:at]) != w {
			continue
		}
		for at < len(p.b) && (scan.IsDigit(p.b[at]) || p.b[at] == ')' || p.b[at] == ' ') {
			at++
		}
		if isQuote(p.at(at)) {
			return at
		}
	}
	return i
}

// pastQuote is where what follows a quote at i begins, which may be escaped several times, as in JSON within JSON; i if there is none.
func (p *pass) pastQuote(i int) int {
	const most = 8
	k := i
	for k < i+most && p.at(k) == '\\' {
		k++
	}
	if isQuote(p.at(k)) {
		return k + 1
	}
	return i
}

// behindFor is where the words end that say what a password is for, from token k on, and the "is" behind them: "for the portal is". It is 0
// if there is none.
func (p *pass) behindFor(k int) int {
	const most = 6
	for n := k + 1; n < len(p.text.Tokens) && n <= k+most && (p.between(n-1) == gapSpace || p.between(n-1) == gapQuote) && p.text.Tokens[n].IsWord(); n++ {
		if p.bitsAt(n)&wordIs != 0 || isWord(p.bytesOf(&p.text.Tokens[n]), "to") {
			return int(p.text.Tokens[n].End)
		}
		if p.isInert(int(p.text.Tokens[n].Start)) {
			break
		}
		if end := int(p.text.Tokens[n].End); p.at(end) == ':' && p.at(end+1) == ' ' {
			return end + 1
		}
	}
	return 0
}

// forWords begin to say what a password is for.
var forWords = wordsOf("for of on in to that i we " + said("for", ""))

// startsValue says whether token k stands between a name and its value: "the password is …", "<add key="password" value="…">",
// "changed my password to …".
func (p *pass) startsValue(k int) bool {
	const least = 4 // "as 1197"
	if w := p.bytesOf(&p.text.Tokens[k]); isWord(w, "from") && p.at(int(p.text.Tokens[k].End)) == ' ' && isQuote(p.at(int(p.text.Tokens[k].End)+1)) {
		end, _ := p.valueEnd(int(p.text.Tokens[k].End) + 1) // "changed the password from 'x' to 'y'"
		return bytes.HasPrefix(p.b[min(end+1, len(p.b)):], []byte(" to ")) && isQuote(p.at(end+5))
	}
	if isWord(p.bytesOf(&p.text.Tokens[k]), "as") && k+1 < len(p.text.Tokens) {
		next := &p.text.Tokens[k+1]
		return next.Len() >= least && next.Shape&scan.Digit != 0 && p.between(k) == gapSpace
	}
	if isWord(p.bytesOf(&p.text.Tokens[k]), "of") && p.between(k) == gapSpace { // "a temporary password of Heron!Lamp42"
		start := int(p.text.Tokens[k].End) + 1
		piece := p.b[start:p.pieceStop(start)]
		return len(piece) > least && hasDigit(piece) && !scan.IsDigit(piece[0]) && p.in.Channel != ChannelLog
	}
	return p.bitsAt(k)&wordIs != 0 || isWord(p.bytesOf(&p.text.Tokens[k]), "to") || p.bitsAt(k)&wordNumber != 0 && p.at(int(p.text.Tokens[k].End)) == '='
}

// isTag says whether the name that ends at i is that of an element: "<db.password>".
func (p *pass) isTag(i int) bool {
	for k := i - 1; k >= 0 && i-k < 48; k-- {
		if c := p.b[k]; c == '<' {
			return true
		} else if !scan.IsWordByte(c) && c != '_' && c != '-' && c != '.' && c != ':' {
			return false
		}
	}
	return false
}

// isEntry says whether the name from start on, which a quote before i ends, is that of an entry of XML: `<entry key="db.password">`.
func (p *pass) isEntry(start, i int) bool {
	k := p.nameStart(start)
	head := p.b[:max(k-1, 0)]
	return isQuote(p.at(i-1)) && isQuote(p.at(k-1)) && (bytes.HasSuffix(head, []byte(" key=")) || len(head) > 6 && equalFold(head[len(head)-6:], " name="))
}

// elementEnd is where the content begins of the element whose name ends at i; 0 if it has none.
func (p *pass) elementEnd(i int) int {
	const longest = 256
	k := bytes.IndexByte(p.b[i:min(i+longest, len(p.b))], '>')
	if k < 1 || p.b[i+k-1] == '/' || bytes.ContainsAny(p.b[i:i+k], "<\n") {
		return 0
	}
	return i + k + 1
}

// innerStart is where the text begins that stands at i in elements of its own: "<value><string>…", "<![CDATA[…".
func (p *pass) innerStart(i int) int {
	const deep = 3
	for range deep {
		switch {
		case bytes.HasPrefix(p.b[i:], []byte("<![CDATA[")):
			return i + len("<![CDATA[")
		case p.at(i) != '<' || !scan.IsLetter(p.at(i+1)):
			return i
		}
		end := p.elementEnd(i + 1)
		if end == 0 {
			return i
		}
		i = end
	}
	return i
}

// namesEntry says whether the name that begins at start is all that stands in an element for a name: "<key>password</key>".
func (p *pass) namesEntry(start int) bool {
	head := p.b[:start]
	return bytes.HasSuffix(head, []byte("<name>")) || bytes.HasSuffix(head, []byte("<key>"))
}

// isTuple says whether the name from start on and the quote before i begin a pair: "('password', 'x')", `["password", "x"]`.
func (p *pass) isTuple(start, i int) bool {
	for start > 0 && (scan.IsWordByte(p.b[start-1]) || p.b[start-1] == '_' || p.b[start-1] == '-') {
		start--
	}
	return isQuote(p.at(i-1)) && isQuote(p.at(start-1)) && (p.at(start-2) == '(' || p.at(start-2) == '[')
}

// entryValue is where the value begins of an entry whose name token k ends and whose value has a name of its own: `"name":"DB_PASSWORD","value":"…"`,
// `variable "db_password" { default = "…" }`; 0 if there is none.
func (p *pass) entryValue(k int) int {
	const gap = 8
	if k+1 >= len(p.text.Tokens) {
		return 0
	}
	t, next := &p.text.Tokens[k], &p.text.Tokens[k+1]
	between := p.b[t.End:next.Start]
	if len(between) < 2 || len(between) > gap || next.Len() < 5 {
		return 0
	}
	name := p.bytesOf(next)
	switch {
	case equalFold(name[len(name)-5:], "value") && bytes.ContainsAny(between, ",\n") && (isQuote(between[0]) || between[0] == '\n' || between[0] == '\r'):
	case isWord(name, "default") && bytes.IndexByte(between, '{') > 0 && isQuote(between[0]):
	default:
		return 0
	}
	at := p.pastQuote(int(next.End))
	for p.at(at) == ' ' && at < len(p.b) {
		at++
	}
	if c := p.at(at); c != ':' && c != '=' {
		return 0
	}
	return at + 1
}

// isListedOption says whether the name with a part at i is an option in a list of arguments: `["--db-password", "x"]`, "[--password, x]".
func (p *pass) isListedOption(i int) bool {
	k := i
	for k > 0 && i-k < 32 && (scan.IsWordByte(p.b[k-1]) || p.b[k-1] == '-' || p.b[k-1] == '_') {
		k--
	}
	return p.at(k) == '-' && (isQuote(p.at(k-1)) || p.at(k-1) == '[' || p.at(k-1) == ' ')
}

// isSetting says whether the name with a part at i stands behind "set": "configure set aws_secret_access_key x".
func (p *pass) isSetting(i int) bool {
	k := p.nameStart(i)
	return k >= 4 && p.b[k-1] == ' ' && equalFold(p.b[k-4:k-1], "set") && (k == 4 || p.b[k-5] == ' ')
}

// isOption says whether the name with a part at i is an option of a command: "--db-password x", "-ClientSecret x".
func (p *pass) isOption(i int) bool {
	for k := i - 1; k >= 0 && i-k < 32; k-- {
		if c := p.b[k]; c == '-' && (k == 0 || p.b[k-1] == ' ' || p.b[k-1] == '-' && (k == 1 || p.b[k-2] == ' ')) {
			return true
		} else if !scan.IsWordByte(c) && c != '-' && c != '_' {
			return false
		}
	}
	return false
}

// isNetrc says whether token i is the word "password" of a line "machine … login … password …".
func (p *pass) isNetrc(i int) bool {
	return i >= 2 && isWord(p.bytesOf(&p.text.Tokens[i]), "password") &&
		(isWord(p.bytesOf(&p.text.Tokens[i-2]), "login") || i >= 4 && isWord(p.bytesOf(&p.text.Tokens[i-4]), "login"))
}

// netrcLogin says whether token i is the word "password" of a line that begins with "machine", and notes who logs in.
func (p *pass) netrcLogin(i int) bool {
	const most = 16 // tokens
	if !p.isNetrc(i) {
		return false
	}
	for k := i - 2; k >= 0 && k > i-most; k-- {
		if w := p.bytesOf(&p.text.Tokens[k]); isWord(w, "machine") || isWord(w, "default") {
			p.addUser(int(p.text.Tokens[i-1].Start), 0.75)
			return true
		}
	}
	return false
}

// endsValue says whether what stands at i ends a value, so that the quote before it isn't one of the value's.
func (p *pass) endsValue(i int) bool {
	c := p.at(i)
	return i >= len(p.b) || c == ',' || c == '}' || c == ']' || c == ')' || c == ';' || scan.IsSpace(c)
}

// valueEnd is where the value at start ends: at the quote that it begins with, or at a space or mark.
func (p *pass) valueEnd(start int) (end int, quoted bool) {
	const longest = 1024
	quote, level := byte(0), 0
	if c := p.b[start]; isQuote(c) {
		quote = c
		for start-level > 0 && p.b[start-level-1] == '\\' {
			level++
		}
	}
	for end = start + 1; end < len(p.b) && end-start < longest; end++ {
		c := p.b[end]
		if quote != 0 {
			if c == quote || c == '\n' {
				return end, true
			}
			if c == '\\' {
				if k := p.pastQuote(end); k > end && (k-end-1 <= level || p.endsValue(k)) {
					return end, true
				} else if k > end {
					end = k - 1
				}
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
	for end > start+1 && p.b[end-1] == '.' {
		end--
	}
	return end, false
}

// typedEnd is where a value from start to end ends that people write to each other: without the mark of the sentence, and a password with what ends values
// elsewhere within it: `Tr0ub4dor&3`, `a"b9`.
func (p *pass) typedEnd(start, end int, kind Type) int {
	if c := p.at(end); p.in.Channel != ChannelLog && kind == Password && (c == '&' || c == '"' || c == '\'' || c == '\\') {
		piece := bytes.TrimRight(p.b[end:p.pieceStop(end)], `.,:;?)]}"'`)
		if len(piece) > 0 && !bytes.ContainsAny(piece, "=<>{") { // of a link, an element, an object
			return end + len(piece)
		}
	}
	if c := p.b[end-1]; (c == '!' || c == '?') && end-1 > start && (c == '?' && p.at(end) != ',' || !hasDigit(p.b[start:end])) {
		return end - 1
	}
	return end
}

// fieldEnd is where the value ends of a field of a connection string that token i names, in which spaces may stand: ";Password=plum tree 9;". It is end if
// there is no such.
func (p *pass) fieldEnd(i, end int) int {
	const longest = 64
	if k := bytes.IndexAny(p.b[end:min(end+longest, len(p.b))], "<\n"); k >= 0 && p.b[end+k] == '<' && p.at(end) == ' ' && p.isContent(i, end) {
		return end + k
	}
	if k := p.nameStart(int(p.text.Tokens[i].Start)); p.at(end) != ' ' || p.at(k-1) != ';' {
		return end
	}
	rest := p.b[end:min(end+longest, len(p.b))]
	if k := bytes.IndexAny(rest, ";=\"\n"); k > 0 && rest[k] == ';' {
		return end + k
	}
	return end
}

// isContent says whether what ends at a place is of the content of the element that token i names.
func (p *pass) isContent(i, end int) bool {
	at := int(p.text.Tokens[i].End)
	return p.isTag(at) && bytes.IndexByte(p.b[at:end], '>') >= 0
}

// isEnvironment says whether the name that token i is a part of is that of a variable of an environment, in capitals and with an underscore, so that all
// of a line of words up to a place is its value: "JWT_SECRET=correct-horse-battery".
func (p *pass) isEnvironment(i, end int) bool {
	const least = 8
	start := p.nameStart(int(p.text.Tokens[i].Start))
	stop := int(p.text.Tokens[i].End)
	for stop < len(p.b) && (p.b[stop] == '_' || scan.IsWordByte(p.b[stop])) {
		stop++
	}
	name := p.b[start:stop]
	for _, c := range name {
		if c != '_' && (c < 'A' || c > 'Z') && !scan.IsDigit(c) {
			return false
		}
	}
	at := end
	for at > stop && (scan.IsLetter(p.b[at-1]) || p.b[at-1] == '-' || p.b[at-1] == '_' || scan.IsDigit(p.b[at-1])) {
		at--
	}
	value := p.b[at:end]
	if bytes.IndexByte(name, '_') <= 0 || at-stop > 2 || end < len(p.b) && !scan.IsSpace(p.b[end]) && !isQuote(p.b[end]) {
		return false
	}
	return len(value) >= least && hasLetter(value) && (bytes.ContainsAny(value, "-_") || !p.is(i+1, &notPasswords)) && !equalFold(value, "not")
}
