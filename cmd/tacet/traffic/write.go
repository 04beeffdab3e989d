package traffic

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// style is how a call's texts are written down.
type style uint8

const (
	cased style = iota // capitals and punctuation, as from a good recogniser
	lower              // lower case without punctuation
	upper              // capitals without punctuation, as from an old recogniser
)

// text is a text in the making, with what stands in it.
type text struct {
	style style
	field string
	turn  int
	buf   []byte
	truth []Entity
}

// say adds words that are no personal data.
func (t *text) say(words string) {
	switch t.style {
	case cased:
		t.buf = append(t.buf, words...)
	case lower, upper:
		for i := range len(words) {
			c := words[i]
			switch {
			case c == '.', c == ',', c == '?', c == '!', c == ';', c == ':':
				continue
			case t.style == lower && c >= 'A' && c <= 'Z':
				c += 'a' - 'A'
			case t.style == upper && c >= 'a' && c <= 'z':
				c -= 'a' - 'A'
			}
			t.buf = append(t.buf, c)
		}
	}
}

// plain adds words with digits or signs that belong to them ("$45.20"): only their case changes.
func (t *text) plain(words string) { t.buf = append(t.buf, t.fold(words)...) }

// mark adds an entity in the text's casing.
func (t *text) mark(e Entity) {
	e.Text = t.fold(e.Text)
	e.Field, e.Turn, e.Start = t.field, t.turn, len(t.buf)
	t.buf = append(t.buf, e.Text...)
	e.End = len(t.buf)
	t.truth = append(t.truth, e)
}

func (t *text) fold(s string) string {
	switch t.style {
	case lower:
		return strings.ToLower(s)
	case upper:
		return strings.ToUpper(s)
	}
	return s
}

// record is a JSON object in the making.
type record struct {
	buf   []byte
	truth []Entity
	ascii bool // characters above ASCII as \u escapes, as some platforms write them
}

func (r *record) key(name string) {
	if len(r.buf) == 0 || r.buf[len(r.buf)-1] != '{' && r.buf[len(r.buf)-1] != '[' {
		r.buf = append(r.buf, ',')
	}
	r.buf = append(append(append(r.buf, '"'), name...), '"', ':')
}

func (r *record) begin() { r.buf = append(r.buf, '{') }

// end closes the object and hands it to the message.
func (r *record) end(m *Message) {
	m.Value, m.Truth = append(r.buf, '}'), r.truth
}

func (r *record) str(name, value string) {
	r.key(name)
	r.buf = appendQuoted(r.buf, value, r.ascii)
}

func (r *record) num(name string, value int) {
	r.key(name)
	r.buf = strconv.AppendInt(r.buf, int64(value), 10)
}

// raw adds a member whose value is JSON already.
func (r *record) raw(name, value string) {
	r.key(name)
	r.buf = append(r.buf, value...)
}

// entity adds a member that is one entity.
func (r *record) entity(name string, v value) {
	r.str(name, v.written)
	e := v.asWritten()
	e.Field, e.Turn, e.End = name, -1, len(v.written)
	r.truth = append(r.truth, e)
}

// text adds a member with a text and takes over its truth.
func (r *record) text(name string, t *text) {
	r.key(name)
	r.buf = appendQuoted(r.buf, string(t.buf), r.ascii)
	r.truth = append(r.truth, t.truth...)
}

func appendQuoted(dst []byte, s string, ascii bool) []byte {
	const hex = "0123456789abcdef"
	dst = append(dst, '"')
	for _, c := range s {
		switch {
		case c == '"', c == '\\':
			dst = append(dst, '\\', byte(c))
		case c == '\n':
			dst = append(dst, '\\', 'n')
		case c < ' ' || ascii && c >= utf8.RuneSelf: // no name in the tables is beyond the basic plane
			dst = append(dst, '\\', 'u', hex[c>>12&15], hex[c>>8&15], hex[c>>4&15], hex[c&15])
		default:
			dst = utf8.AppendRune(dst, c)
		}
	}
	return append(dst, '"')
}
