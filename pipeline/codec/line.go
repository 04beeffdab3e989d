package codec

import (
	"bytes"
	"encoding/binary"
	"unicode/utf8"
)

// part is the path of a field of a log line.
type part uint8

const (
	partNone  part = iota // a JSON document
	partKey               // the path is the key
	partSDKey             // syslog.sd. and the key
	partMessage
	partTime
	partHost
	partApp
	partPID
	partMsgID
	partSD
	partIP
	partIdent
	partUser
	partAccessTime
	partRequest
	partStatus
	partBytes
	partReferer
	partUserAgent
	numParts
)

var partNames = [numParts]string{
	partSDKey:      "syslog.sd.",
	partMessage:    "message",
	partTime:       "syslog.timestamp",
	partHost:       "syslog.host",
	partApp:        "syslog.app",
	partPID:        "syslog.pid",
	partMsgID:      "syslog.msgid",
	partSD:         "syslog.sd",
	partIP:         "ip",
	partIdent:      "ident",
	partUser:       "user",
	partAccessTime: "timestamp",
	partRequest:    "request",
	partStatus:     "status",
	partBytes:      "bytes",
	partReferer:    "referer",
	partUserAgent:  "user_agent",
}

// maxJSONTries bounds the attempts to read JSON in one line, each of which may run to its end.
const maxJSONTries = 8

// lineParser is the state of one ParseLine.
type lineParser struct {
	d     *Doc
	sel   *Selector
	src   []byte // without the newline
	clean bool   // no control character and no invalid UTF-8 anywhere
	tries int
	// unquoted says that a single quote has been looked for to the end of the line, in vain: once is enough.
	unquoted bool
	// worded says that bare values may be of several words, as in CEF and LEEF: they end where the next pair starts.
	worded bool
}

// ParseLine takes one log line, or a short plain text, apart. src must stay unchanged until the next Parse; cut longer
// texts with NextLine first. Any bytes are a line: errors wrap only ErrSize and ErrFields.
//
// It knows the frames of syslog (RFC 3164 and 5424) and of access logs (common and combined); their parts are columns,
// with the paths syslog.timestamp, .host, .app, .pid, .msgid, .sd (the id of an element), .sd.NAME, and ip, ident, user,
// timestamp, request, status, bytes, referer, user_agent. What is behind the frame, or the whole line, is a list: each
// key=value (or "key": value) is a field with the key as its path, unless it stands behind an option ("-D cn=admin") or in the tag of an
// element; a whole JSON object
// or array is a field message, and so is each run of other words. A bare value ends at white space and at a stroke with a pair behind it, in CEF and LEEF
// where the next pair starts; see Field.Joined for the exception.
//
// An item of the list that no path selects is left out with its separator; a column becomes "-".
func (d *Doc) ParseLine(src []byte, sel *Selector, lim Limits) error {
	d.reset(src, lim)
	err := d.checkSize()
	if err == nil {
		err = d.parseLine(sel)
	}
	if err != nil {
		d.reset(nil, lim)
	}
	return err
}

func (d *Doc) parseLine(sel *Selector) error {
	d.isLine = true
	line, ended := bytes.CutSuffix(d.src, []byte("\n"))
	if ended {
		line = bytes.TrimSuffix(line, []byte("\r"))
	}
	d.rootEnd = len(line)
	l := lineParser{d: d, sel: sel, src: line, clean: isClean(line)}
	d.repaired = !l.clean
	p, ok := l.syslog()
	if !ok {
		p, ok = l.accessLog()
	}
	if !ok {
		p = 0
	}
	d.body = p
	l.worded = hasEventFormat(line[p:])
	if err := l.list(p); err != nil {
		return err
	}
	d.touched = d.touched || len(d.cuts) > 0
	return nil
}

// isClean tells whether a line holds nothing that needs a repair.
func isClean(line []byte) bool {
	for p := 0; p < len(line); {
		if p+8 <= len(line) {
			w := binary.LittleEndian.Uint64(line[p:])
			if (w|(w-0x20*ones)|((w^0x7F*ones)-ones))&highs == 0 {
				p += 8
				continue
			}
		}
		if line[p] >= utf8.RuneSelf {
			return !needsRepair(line[p:], inLine)
		}
		if isControl(line[p]) {
			return false
		}
		p++
	}
	return true
}

// mark remembers how far the fields have got, for a frame that turns out not to be one.
type mark struct{ fields, cuts, dropped int }

func (l *lineParser) mark() mark {
	return mark{len(l.d.fields), len(l.d.cuts), l.d.dropped}
}

func (l *lineParser) undo(m mark) {
	d := l.d
	d.fields, d.cuts, d.dropped, d.touched = d.fields[:m.fields], d.cuts[:m.cuts], m.dropped, false
}

// column adds a part of a frame. "-" says that there is none.
func (l *lineParser) column(pt part, start, end int, fl flags) {
	if pt != partSD && (start == end || end-start == 1 && l.src[start] == '-') {
		return
	}
	l.field(pt, l.sel.parts[pt], start, end, fl)
}

// field adds a field without a key, or cuts it.
func (l *lineParser) field(pt part, rule int32, start, end int, fl flags) {
	d := l.d
	if rule < 0 {
		d.dropped++
		d.cuts = append(d.cuts, cut{lead: start, tail: end, parent: -1, listed: fl&listed != 0})
		return
	}
	f := Field{Rule: rule, Parent: -1, Kind: Line, key: -1, part: pt, Start: start, End: end, flags: fl}
	l.judge(&f)
	d.add(f)
}

// pair is one key=value.
type pair struct {
	start, end    int // with all quotes
	key, keyEnd   int
	text, textEnd int
	flags         flags
}

// pair adds a key and its value, or cuts both.
func (l *lineParser) pair(pt part, from int32, k *pair) {
	d := l.d
	state, wild := l.sel.walk(from, l.src[k.key:k.keyEnd])
	st := &l.sel.states[state]
	if st.rule < 0 {
		d.dropped++
		d.cuts = append(d.cuts, cut{lead: k.start, tail: k.end, parent: -1, listed: true})
		return
	}
	f := Field{Rule: st.rule, Parent: -1, key: int32(k.key), part: pt, flags: k.flags | listed}
	if wild {
		name := f
		name.Kind, name.Start, name.End, name.flags = Key, k.key, k.keyEnd, 0
		if k.flags&quotedKey != 0 {
			name.flags = quotedKey | quoted
		}
		d.add(name)
		f.flags |= keyed
	}
	f.Kind, f.Start, f.End = Line, k.text, k.textEnd
	l.judge(&f)
	d.add(f)
}

// judge sets the flags that say how the text of f stands in the source.
func (l *lineParser) judge(f *Field) {
	text := l.src[f.Start:f.End]
	if f.flags&quoted != 0 && bytes.IndexByte(text, '\\') >= 0 {
		f.flags |= escaped
	}
	if (f.flags&escaped != 0 || !l.clean) && needsRepair(text, f.mode()) {
		f.flags |= broken
	}
}

// hasEventFormat tells whether text has the start of CEF ("CEF:0|") or LEEF ("LEEF:2.0|"), as a word. Nothing less will
// do: what is taken for the value of a pair is under the rule of its key.
func hasEventFormat(text []byte) bool {
	i := bytes.Index(text, []byte("EF:"))
	if i < 1 || i+4 >= len(text) || text[i+3]-'0' > 9 {
		return false
	}
	start := i - 1
	switch rest := text[i+4:]; {
	case text[start] == 'C' && rest[0] == '|':
	case start > 0 && string(text[start-1:i]) == "LE" && len(rest) > 2 && rest[0] == '.' && rest[2] == '|':
		start--
	default:
		return false
	}
	return start == 0 || text[start-1] == ' '
}

// list reads the items from p to the end of the line.
func (l *lineParser) list(p int) error {
	src, d := l.src, l.d
	p = skipBlank(src, p)
	prose := p
	flush := func(end int) {
		if end = skipBlankBack(src, prose, end); end > prose {
			l.field(partMessage, l.sel.parts[partMessage], prose, end, listed)
		}
	}
	var k pair
	for p < len(src) {
		if len(d.fields)+len(d.cuts) > d.lim.Fields {
			return at(ErrFields, p)
		}
		if l.pairAt(p, &k) && !isArgument(src, prose, p) && !isAttribute(src, prose, p) {
			flush(p)
			l.pair(partKey, root, &k)
			p = skipSeparator(src, k.end)
			prose = p
			continue
		}
		if end := l.jsonAt(p); end > 0 {
			flush(p)
			l.field(partMessage, l.sel.parts[partMessage], p, end, listed)
			p = skipSeparator(src, end)
			prose = p
			continue
		}
		p = nextToken(src, p)
	}
	flush(len(src))
	return nil
}

// isArgument tells whether what is at p stands behind an option, as in "ldapsearch -D cn=admin -w …": it belongs to the command, of which
// the parts say what each other are, and is no field. from is where the words before it begin.
func isArgument(src []byte, from, p int) bool {
	end := skipBlankBack(src, from, p)
	k := end
	for k > from && src[k-1] > ' ' && src[k-1] != '=' {
		k--
	}
	return end < p && end-k > 1 && src[k] == '-' && (k == from || src[k-1] <= ' ') && (keyBytes[src[end-1]]&1 != 0)
}

// isAttribute tells whether what is at p stands within the tag of an element, as in `<Data Name="UserName">…</Data>`: the element says what its
// content is, and is no field; the part of a form, `form-data; name="pin"`, does so, too. from is where the words before it begin.
func isAttribute(src []byte, from, p int) bool {
	const longest = 512
	from = max(from, p-longest)
	if bytes.HasSuffix(src[from:p], []byte("form-data; ")) {
		return true
	}
	k := bytes.LastIndexByte(src[from:p], '<') + 1
	tag := src[from+k : p]
	return k > 0 && len(tag) > 1 && keyBytes[tag[0]]&1 != 0 && bytes.IndexByte(tag, '>') < 0 && bytes.IndexByte(tag, ' ') > 0
}

// nextToken gives the start of the token behind the one at p. Only white space and an opening bracket start one:
// anywhere else a "key=" may be the middle of an identifier, such as an address with a query.
func nextToken(src []byte, p int) int {
	for p < len(src) {
		c := src[p]
		p++
		if tokenEnds[c] {
			break
		}
	}
	for p < len(src) && src[p] <= ' ' {
		p++
	}
	return p
}

var tokenEnds = func() (t [256]bool) {
	for c := range ' ' + 1 {
		t[c] = true
	}
	for _, c := range "([{|<" {
		t[c] = true
	}
	return t
}()

// keyBytes are the characters of a key: 1 may start one, 2 may go on.
var keyBytes = func() (t [256]uint8) {
	for c := range 256 {
		switch {
		case 'A' <= c&^0x20 && c&^0x20 <= 'Z' && c < utf8.RuneSelf, c == '_':
			t[c] = 3
		case '0' <= c && c <= '9', c == '.', c == '-':
			t[c] = 2
		}
	}
	return t
}()

func scanKey(src []byte, p int) int {
	if p == len(src) || keyBytes[src[p]]&1 == 0 {
		return p
	}
	for p < len(src) && keyBytes[src[p]] != 0 {
		p++
	}
	return p
}

// pairAt reads key=value or "key": value at p.
func (l *lineParser) pairAt(p int, k *pair) bool {
	src, start := l.src, p
	named := src[p] == '"'
	if named {
		p++
	}
	key := p
	if p = scanKey(src, p); p == key || p == len(src) {
		return false
	}
	keyEnd := p
	switch {
	case !named && src[p] == '=' && !(p+1 < len(src) && src[p+1] == '=') && !isQuotedLetter(src[p:]):
		p++
	case named && src[p] == '"':
		if p = skipBlank(src, p+1); p == len(src) || src[p] != ':' {
			return false
		}
		p = skipBlank(src, p+1)
	default:
		return false
	}
	if named && p < len(src) && startsProse(src[p:]) {
		return false
	}
	*k = pair{start: start, key: key, keyEnd: keyEnd}
	if named {
		k.flags = quotedKey
	}
	l.value(k, p, named)
	return k.end > p
}

// startsProse tells whether b begins with a word that is no value of JSON: what stands in quotes before it is no key, `can't read "x": bad input`, `["x":protected]=>`.
func startsProse(b []byte) bool {
	n := 0
	for n < len(b) && keyBytes[b[n]]&1 != 0 {
		n++
	}
	return n > 0 && n < len(b) && (b[n] == ' ' || b[n] == ']' && bytes.HasPrefix(b[n:], []byte("]=>"))) && !bytes.Equal(b[:n], []byte("null")) && !bytes.Equal(b[:n], []byte("true")) && !bytes.Equal(b[:n], []byte("false"))
}

// isQuotedLetter tells whether b begins with a letter as mails write it, "=C3=A4", which is in the middle of a word.
func isQuotedLetter(b []byte) bool {
	return len(b) > len("=C3=A4") && b[1] >= 'C' && b[1] <= 'F' && b[3] == '=' && bytes.IndexByte([]byte("89AB"), b[4]) >= 0
}

// value reads the value of k at p. jsonish is a bare value that also ends at a comma or a closing bracket.
func (l *lineParser) value(k *pair, p int, jsonish bool) {
	src := l.src
	k.text = p
	if p < len(src) && (src[p] == '"' || src[p] == '\'' && !jsonish && !l.unquoted) {
		if end := closingQuote(src, p); end > 0 {
			k.text, k.textEnd, k.end = p+1, end, end+1
			k.flags |= quoted
			return
		}
		l.unquoted = l.unquoted || src[p] == '\''
		if src[p] == '"' { // cut off: its words belong together
			k.textEnd = l.words(p)
			k.end = k.textEnd
			return
		}
	}
	if p < len(src) {
		if end := l.jsonAt(p); end > 0 {
			k.textEnd, k.end = end, end
			return
		}
	}
	if l.worded && p < len(src) && src[p] > ' ' {
		k.textEnd = l.words(p)
		k.end = k.textEnd
		return
	}
	for p < len(src) && src[p] > ' ' && !(jsonish && (src[p] == ',' || src[p] == '}' || src[p] == ']')) && !(src[p] == '|' && startsPair(src, p+1)) {
		p++
	}
	end := joinedEnd(src, k.text, p)
	if !jsonish {
		end = max(end, wordsEnd(src, k.text, p), chainEnd(src, k.text, p), tupleEnd(src, k.text), bracketEnd(src, k.text, p))
	}
	if end > p {
		p = end
		k.flags |= joined
	}
	if src[p-1] == ',' || src[p-1] == ';' && p > k.text && bytes.IndexByte(src[k.text:p-1], ';') < 0 { // one of several ends its own value
		p--
	}
	k.textEnd, k.end = p, p
}

// words gives the end of a value that starts at p and goes on to the next pair.
func (l *lineParser) words(p int) int {
	src, start := l.src, p
	for p = nextToken(src, p); p < len(src) && !startsPair(src, p); {
		p = nextToken(src, p)
	}
	return skipBlankBack(src, start, p)
}

// startsPair tells whether key= stands at p.
func startsPair(src []byte, p int) bool {
	end := scanKey(src, p)
	return end > p && end < len(src) && src[end] == '='
}

// closingQuote gives the end of the quoted text at p, 0 when there is none. A single quote is also an apostrophe: it
// closes only where a word ends.
func closingQuote(src []byte, p int) int {
	quote := src[p]
	for p++; p < len(src); p++ {
		switch {
		case src[p] == '\\':
			p++
		case src[p] == quote && (quote == '"' || p+1 == len(src) || src[p+1] <= ' ' || bytes.IndexByte(wordEnds, src[p+1]) >= 0):
			return p
		}
	}
	return 0
}

var wordEnds = []byte(",;)]}|>")

// jsonAt gives the end of a whole JSON object or array of objects or strings at p, 0 when there is none.
func (l *lineParser) jsonAt(p int) int {
	src := l.src
	if src[p] != '{' && src[p] != '[' || l.tries == maxJSONTries {
		return 0
	}
	q := skipBlank(src, p+1)
	if q == len(src) || src[q] != '"' && !(src[p] == '[' && src[q] == '{') {
		return 0
	}
	end, err := l.d.skipValue(p, 0)
	if err != nil || end > len(src) {
		l.tries++
		return 0
	}
	if src[p] == '[' && end+1 < len(src) && src[end] == '=' && src[end+1] == '>' {
		return 0 // ["name"]=> of PHP
	}
	return end
}

func skipBlank(src []byte, p int) int {
	for p < len(src) && (src[p] == ' ' || src[p] == '\t') {
		p++
	}
	return p
}

func skipBlankBack(src []byte, from, p int) int {
	for p > from && (src[p-1] == ' ' || src[p-1] == '\t') {
		p--
	}
	return p
}

// skipSeparator goes past what stands between two items: white space, and a comma or semicolon in front of it, or a stroke
// between two pairs. A comma inside a bare value never stands at p.
func skipSeparator(src []byte, p int) int {
	if p < len(src) && (src[p] == ',' || src[p] == ';' || src[p] == '|' && startsPair(src, p+1)) {
		p++
	}
	return skipBlank(src, p)
}
