package pipeline

import (
	"bytes"
	"slices"

	"github.com/sonexlabs/tacet/detectors"
	"github.com/sonexlabs/tacet/pipeline/codec"
)

// The bounds of what names another value.
const (
	entryNear  = 6  // fields between the two
	entryDeep  = 6  // containers round the value: those of OpenTelemetry, {"key":"pin","value":{"arrayValue":{"values":[{"stringValue":…
	entryName  = 64 // bytes of a name
	entryWords = 3
	argsMost   = 24 // words of a command before an argument
)

// pathOf is the path of field i as detection takes it. Where the name of a value stands beside it, the path ends with that name: in entries as
// environments, labels and attributes are written, {"name":"DB_PASSWORD","value":"…"}, in lists of arguments, ["--password","…"], in pairs,
// ["x-user","…"], and in answers, {"step":"cvv","input":"…"}. Such a path may hold what a record says and is for detection alone: no rule is chosen by it and
// nothing shows it.
func (w *rewriter) pathOf(d *codec.Doc, i int) []byte {
	path := d.Path(i)
	switch d.Fields()[i].Kind {
	case codec.Line:
		return w.lineName(d, i, path)
	case codec.String, codec.Number:
	default:
		return path
	}
	if bytes.HasSuffix(path, []byte("[]")) {
		if name := w.elementName(d, i); name != nil {
			return w.renamed(path, name)
		}
	}
	return w.entryPath(d, i, path)
}

// entryPath is the path of a value of an entry: what holds it is called a value, as far up as the entry is.
func (w *rewriter) entryPath(d *codec.Doc, i int, path []byte) []byte {
	if name := w.besideName(d, i, codec.String, lastMember(path)); name != nil {
		return w.renamed(path, name)
	}
	at, of := i, path
	changed := isChangePart(lastMember(path))
	for n := 0; n < entryDeep && (isValueMember(lastMember(of)) || changed && n == 0); n++ {
		if name := entryNameOf(d, at, d.Text(i), changed); name != nil {
			return w.renamed(of[:max(bytes.LastIndexByte(of, '.'), 0)], name)
		}
		if at = int(d.Fields()[at].Parent); at < 0 {
			break
		}
		of = d.Path(at)
	}
	return path
}

// isValueMember tells whether a member is called a value: "value", "ParameterValue", "stringValue", "values".
func isValueMember(member []byte) bool {
	member = bytes.TrimRight(member, "s")
	k := len(member) - len("value")
	return k >= 0 && bytes.EqualFold(member[k:], []byte("value"))
}

// isChangePart tells whether a member is called what a field held before or holds now: "old", "new_value".
func isChangePart(member []byte) bool {
	switch string(lowered(new(memberBuffer), bytes.TrimSuffix(member, []byte("_value")))) {
	case "old", "new", "before", "after", "previous", "rejected", "oldvalue", "newvalue", "original":
		return true
	}
	return false
}

// besideName is what the members of a kind beside field i, which is called member, tell of it: what was asked, or that it is half of a name; nil if they don't.
func (w *rewriter) besideName(d *codec.Doc, i int, kind codec.Kind, member []byte) []byte {
	if isAnswerMember(member) {
		if asked := w.askedBeside(d, i, kind); asked != nil {
			return asked
		}
	}
	if name := nameHalf(d, i, kind, member); name != "" {
		return []byte(name)
	}
	return nil
}

// isAnswerMember tells whether a member is called what somebody said, keyed in or gave to a question: "input", "digits", "asr_text".
func isAnswerMember(member []byte) bool {
	switch string(lowered(new(memberBuffer), member[bytes.LastIndexByte(member, '_')+1:])) {
	case "input", "digits", "dtmf", "asr", "hyp", "utt", "utterance", "transcript", "text", "word", "answer", "result", "response", "value":
		return true
	}
	return false
}

// memberBuffer holds the longest member that is known by its whole name.
type memberBuffer [16]byte

// lowered is a member in small letters, in buf; nil if it is too long. Members are looked up so often that comparing each with a list of words
// took a twentieth of the time of a record.
func lowered(buf *memberBuffer, member []byte) []byte {
	if len(member) > len(buf) {
		return nil
	}
	for i, c := range member {
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}
		buf[i] = c
	}
	return buf[:len(member)]
}

// askedBeside gives the text of the member beside field i that says what was asked, if that is something personal: {"step":"cvv","input":"737"},
// "state=COLLECT_DOB asr=…"; nil if there is none.
func (w *rewriter) askedBeside(d *codec.Doc, i int, kind codec.Kind) []byte {
	fields := d.Fields()
	for k := max(i-entryNear, 0); k <= i+entryNear && k < len(fields); k++ {
		if k == i || fields[k].Parent != fields[i].Parent || fields[k].Kind != kind {
			continue
		}
		member := d.Member(k)
		if string(member) == "grammar" && bytes.Contains(d.Text(k), []byte("digits")) {
			return []byte("digits") // of SRGS and VoiceXML: what was keyed in or read digit by digit
		}
		if !isQuestionMember(member) {
			continue
		}
		if text := d.Text(k); isEntryName(text) && w.set.IsPersonalField(text) {
			return text
		}
	}
	return nil
}

// nameHalf is what a member that is called "first" or "last", or for short, "fn" or "sn", is if the other half of a name stands beside it: "first=Asha last=Roe";
// "" if it is none. An "id" beside what only a person has is theirs: {"id":"CU-55120","full_name":"Asha Roe"}.
func nameHalf(d *codec.Doc, i int, kind codec.Kind, member []byte) string {
	for _, h := range [...]struct {
		members, others []string
		name            string
	}{{givenHalves[:3], familyHalves[:], "firstname"}, {familyHalves[:], givenHalves[:], "lastname"}, {idMember[:], ofPersons[:], "customer_id"}} {
		for _, m := range h.members {
			if string(member) == m && slices.ContainsFunc(h.others, func(other string) bool { return hasBeside(d, i, kind, other) }) {
				return h.name
			}
		}
	}
	return ""
}

// Members that hold half of a name, the last of the given ones by a word that detection knows, and those that only records of persons have.
var (
	givenHalves  = [...]string{"first", "fn", "fname", "givenName"}
	familyHalves = [...]string{"last", "ln", "lname", "sn"}
	idMember     = [...]string{"id"}
	ofPersons    = [...]string{"full_name", "fullName", "first_name", "firstName", "dob", "date_of_birth", "birth_date"}
)

// hasBeside tells whether a member of a name stands near field i.
func hasBeside(d *codec.Doc, i int, kind codec.Kind, name string) bool {
	fields := d.Fields()
	for k := max(i-entryNear, 0); k <= i+entryNear && k < len(fields); k++ {
		if fields[k].Parent == fields[i].Parent && fields[k].Kind == kind && string(d.Member(k)) == name {
			return true
		}
	}
	return false
}

// isQuestionMember tells whether a member says what is asked at a step of a dialogue.
func isQuestionMember(member []byte) bool {
	switch string(lowered(new(memberBuffer), member)) {
	case "step", "state", "slot", "prompt", "entity", "entity_group", "question", "field", "node":
		return true
	}
	return false
}

// lastMember is the last name of a path, without the brackets of a list.
func lastMember(path []byte) []byte {
	for bytes.HasSuffix(path, []byte("[]")) {
		path = path[:len(path)-2]
	}
	return path[bytes.LastIndexByte(path, '.')+1:]
}

// entryNameOf gives the text of the member beside a value that says what the value is; nil if there is none. What only says of which
// kind it is ("type") is believed of values with a digit: {"type":"password","value":"failed"} tells of a login, and of names with a capital, {"type":"lastname","value":"Roe"}.
// Of what was changed only what names a field is.
func entryNameOf(d *codec.Doc, i int, value []byte, changed bool) (name []byte) {
	fields := d.Fields()
	best := 0
	if changed {
		best = 2
	}
	for k := max(i-entryNear, 0); k <= i+entryNear && k < len(fields); k++ {
		if k == i || fields[k].Parent != fields[i].Parent || fields[k].Kind != codec.String {
			continue
		}
		if rank := nameRank(d.Member(k)); rank > best {
			text := d.Text(k)
			if rank == 1 && !bytes.ContainsAny(value, "0123456789") && (len(value) == 0 || 'a' <= value[0] && value[0] <= 'z' || len(text) <= len("name") || !bytes.EqualFold(text[len(text)-len("name"):], []byte("name"))) {
				continue
			}
			if isEntryName(text) {
				name, best = text, rank
			}
		}
	}
	return name
}

// nameRank is how surely a member holds the name of the value beside it; 0 if it doesn't.
func nameRank(member []byte) int {
	for _, w := range [...]struct {
		word string
		rank int
	}{{"name", 4}, {"key", 4}, {"field", 3}, {"attribute", 3}, {"property", 3}, {"variable", 3}, {"header", 3}, {"label", 2}, {"id", 2}, {"type", 1}, {"system", 1}, {"kind", 1}} {
		if k := len(member) - len(w.word); k >= 0 && bytes.EqualFold(member[k:], []byte(w.word)) {
			return w.rank
		}
	}
	return 0
}

// elementName is what a list says an element of it is, by the one before: an option, in a list of arguments, or a name, in a pair within a list.
func (w *rewriter) elementName(d *codec.Doc, i int) []byte {
	fields := d.Fields()
	f := &fields[i]
	if f.Kind != codec.String || f.Parent < 0 && i == 0 {
		return nil
	}
	first := int(f.Parent) + 1
	if before := i - 1; before >= first && fields[before].Parent == f.Parent && fields[before].Kind == codec.String {
		name := d.Text(before)
		if bytes.HasPrefix(name, []byte("--")) && isEntryName(name) {
			return bytes.TrimLeft(name, "-")
		}
		pair := before == first && f.Parent >= 0 && (i+1 == len(fields) || fields[i+1].Parent != f.Parent)
		if pair && bytes.HasSuffix(d.Path(int(f.Parent)), []byte("[]")) && isEntryName(name) {
			return name
		}
	}
	w.args = w.args[:0]
	for k := max(first, i-argsMost); k <= i; k++ {
		if fields[k].Parent == f.Parent && fields[k].Kind == codec.String {
			w.args = append(w.args, d.Text(k))
		}
	}
	return w.argumentName(i+1 == len(fields) || fields[i+1].Parent != f.Parent)
}

// argumentName names the last of w.args a password, or a user, if the command that they are takes it for one; whole tells that they are all of it.
func (w *rewriter) argumentName(whole bool) []byte {
	switch {
	case detectors.GivesPassword(w.args):
		return []byte("password")
	case detectors.GivesUser(w.args, whole):
		return []byte("user")
	}
	return nil
}

// lineName is the path of a part of a log line: of what the kernel's audit calls a0, a1 and so on, the words of one command, that of the
// argument, and of the response to a challenge that of a secret.
func (w *rewriter) lineName(d *codec.Doc, i int, path []byte) []byte {
	if name := w.besideName(d, i, codec.Line, path); name != nil {
		return w.renamed(path, name)
	}
	switch {
	case isArgument(path) && path[1] != '0':
		w.args = w.args[:0]
		fields := d.Fields()
		for k := max(0, i-2*argsMost); k <= i; k++ {
			if fields[k].Kind == codec.Line && isArgument(d.Path(k)) {
				w.args = append(w.args, d.Text(k))
			}
		}
		next := i + 1
		for next < len(fields) && fields[next].Kind == codec.Key {
			next++
		}
		if name := w.argumentName(next == len(fields) || !isArgument(d.Path(next))); name != nil {
			return w.renamed(path, name)
		}
	case isChangePart(path):
		if name := changedInLine(d, i); name != nil {
			return w.renamed(path, name)
		}
	case isValueMember(path), string(path) == "code", string(path) == "input":
		if name := nameInLine(d, i, path); name != nil {
			return w.renamed(path, name)
		}
	case string(path) == "t" && bytes.Contains(d.Text(i), []byte(",v1=")): // the parts of a signature
		return w.renamed(path, []byte("secret"))
	case string(path) == "response":
		for k := max(0, i-2*argsMost); k < i; k++ {
			if string(d.Path(k)) == "nonce" { // RFC 7616
				return w.renamed(path, []byte("secret"))
			}
		}
	}
	return path
}

// nameInLine is what the pair before part i of a line, or the method that takes the part as an argument, says that it is: "propertyName=lastname
// propertyValue=Roe", "validateOtp(code=482913)"; nil if they don't.
func nameInLine(d *codec.Doc, i int, path []byte) []byte {
	const most = 4 // arguments
	fields := d.Fields()
	n := 0
	for k := i - 1; k >= 0 && n < most; k-- {
		if fields[k].Kind != codec.Line {
			continue
		}
		text := d.Text(k)
		if string(d.Path(k)) == "message" {
			name, called := bytes.CutSuffix(text, []byte("("))
			if name = name[bytes.LastIndexAny(name, " .:")+1:]; called && isEntryName(name) {
				return name
			}
			return nil
		}
		if n++; n == 1 && isValueMember(path) && nameRank(d.Path(k)) > 3 && isEntryName(text) {
			return text
		}
	}
	return nil
}

// changedInLine is what the pairs or the words before part i of a line say that was changed: "field=email old=x", "password changed: old=x"; nil if they
// don't.
func changedInLine(d *codec.Doc, i int) []byte {
	const most = 3 // pairs
	fields := d.Fields()
	n := 0
	for k := i - 1; k >= 0 && n < most; k-- {
		if fields[k].Kind != codec.Line {
			continue
		}
		n++
		text := d.Text(k)
		if string(d.Path(k)) != "message" {
			if nameRank(d.Path(k)) > 2 && isEntryName(text) {
				return text
			}
			continue
		}
		text = bytes.TrimRight(text, ": ")
		for _, w := range [...]string{" changed", " updated", " modified"} {
			if text, ok := bytes.CutSuffix(text, []byte(w)); ok {
				if name := text[bytes.LastIndexByte(text, ' ')+1:]; !bytes.EqualFold(name, []byte("user")) {
					return name
				}
			}
		}
		return nil
	}
	return nil
}

// isArgument tells whether a path is what the kernel's audit calls a word of a command: a0, a12.
func isArgument(path []byte) bool {
	return len(path) > 1 && len(path) < 4 && path[0] == 'a' && path[1] >= '0' && path[1] <= '9'
}

// renamed is a path that ends with a name.
func (w *rewriter) renamed(path, name []byte) []byte {
	w.entry = append(append(append(w.entry[:0], path...), '.'), name...)
	return w.entry
}

// isEntryName tells whether a text may be the name of a variable, an option or a field of a form.
func isEntryName(b []byte) bool {
	return len(b) > 0 && len(b) <= entryName && bytes.Count(b, []byte(" ")) < entryWords
}
