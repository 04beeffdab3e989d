package codec

import (
	"bytes"
	"unicode/utf8"
)

// mode says how the text of f stands in the source.
func (f *Field) mode() mode {
	switch {
	case f.part == partNone:
		return inJSON
	case f.flags&sdValue != 0:
		return inSD
	case f.flags&quoted != 0:
		return inQuote
	}
	return inLine
}

// body is the range of the text of f in the source: without the quotes of a JSON string.
func (f *Field) body() (start, end int) {
	if f.Kind == String || f.Kind == Key && f.part == partNone {
		return f.Start + 1, f.End - 1
	}
	return f.Start, f.End
}

// Text is the decoded text of field i: of a String, Key or Line with its escapes resolved, of a Number, Bool or Null as
// it stands; nil for an Object or Array. It is always valid UTF-8: what is not became U+FFFD. It belongs to the Doc (or
// is part of the source), is not to be written to, and is valid until the next Parse.
func (d *Doc) Text(i int) []byte {
	f := &d.fields[i]
	if f.Kind == Object || f.Kind == Array {
		return nil
	}
	start, end := f.body()
	if f.flags&(escaped|broken) == 0 {
		return d.src[start:end:end]
	}
	if f.flags&decoded == 0 {
		f.flags |= decoded
		f.text.start = int32(len(d.buf))
		d.buf = appendText(d.buf, d.src[start:end], f.mode())
		f.text.end = int32(len(d.buf))
	}
	return d.buf[f.text.start:f.text.end:f.text.end]
}

// appendText appends what src stands for.
func appendText(dst, src []byte, m mode) []byte {
	for p := 0; p < len(src); {
		run := p
		p = plainRun(src, p)
		if dst = append(dst, src[run:p]...); p < len(src) {
			size, r, _ := unit(src, p, m)
			dst = utf8.AppendRune(dst, r)
			p += size
		}
	}
	return dst
}

// appendRepaired appends src as it is but for its broken units, which become U+FFFD.
func appendRepaired(dst, src []byte, m mode) []byte {
	for p := 0; p < len(src); {
		size, _, repaired := unit(src, p, m)
		if repaired {
			dst = append(dst, "\uFFFD"...)
		} else {
			dst = append(dst, src[p:p+size]...)
		}
		p += size
	}
	return dst
}

const hexDigits = "0123456789abcdef"

// appendEscaped appends text so that it stands in its mode as data: escaped as little as needed, invalid UTF-8 as
// U+FFFD. A line takes no control characters at all, so that no replacement can start a new line. quote is the quote
// that a quoted text stands in.
func appendEscaped(dst, text []byte, m mode, quote byte) []byte {
	for p := 0; p < len(text); {
		run := p
		for p < len(text) && text[p] >= ' ' && text[p] < 0x7F && text[p] != '\\' && text[p] != quote && text[p] != ']' {
			p++
		}
		if dst = append(dst, text[run:p]...); p == len(text) {
			break
		}
		c := text[p]
		if c >= utf8.RuneSelf || m != inJSON && isControl(c) {
			size, r, _ := unit(text, p, m)
			dst = utf8.AppendRune(dst, r)
			p += size
			continue
		}
		p++
		switch {
		case m == inLine:
			dst = append(dst, c)
		case c == quote || c == '\\' || c == ']' && m == inSD:
			dst = append(dst, '\\', c)
		case c >= ' ' || m != inJSON:
			dst = append(dst, c)
		case c == '\n':
			dst = append(dst, '\\', 'n')
		case c == '\r':
			dst = append(dst, '\\', 'r')
		case c == '\t':
			dst = append(dst, '\\', 't')
		default:
			dst = append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
	}
	return dst
}

// maxPath and maxKey bound what Path writes, in bytes of the source: a record may have many fields below long keys.
const (
	maxPath = 256
	maxKey  = 128
)

// Program is the program that wrote the line, as syslog names it, if field i is the first thing that it wrote; nil otherwise. It is told of lines
// whose policy leaves it out, too.
func (d *Doc) Program(i int) []byte {
	f := &d.fields[i]
	if len(d.program) == 0 || f.part != partMessage || f.Start != skipBlank(d.src, d.body) {
		return nil
	}
	return d.program
}

// Path is where field i stands, in the grammar of Selector: "turns[].text". A Key has the path of its value. A very long
// path loses its front and a very long key its end, for which "…" stands. Below a wildcard it holds keys of the input,
// which may be personal data. It is built on each call, belongs to the Doc and is valid until the next Parse.
func (d *Doc) Path(i int) []byte {
	start := len(d.buf)
	if f := &d.fields[i]; d.isLine {
		d.buf = d.appendLinePath(d.buf, f)
	} else {
		d.buf = d.appendPath(d.buf, f, maxPath)
	}
	return d.buf[start:len(d.buf):len(d.buf)]
}

func (d *Doc) appendPath(dst []byte, f *Field, left int) []byte {
	above, length := f.Parent >= 0, len("[]")
	if f.key >= 0 {
		length = min(maxKey, f.Start-int(f.key))
	}
	if above && left > 0 {
		dst = d.appendPath(dst, &d.fields[f.Parent], left-length)
	} else if above {
		dst = append(dst, "…"...)
	}
	if f.key < 0 {
		return append(dst, '[', ']')
	}
	if above || !d.rootObject {
		dst = append(dst, '.')
	}
	return d.appendKey(dst, f)
}

// Member is the last name of field i's path: "text" of "turns[].text", "tags" of "tags[]"; empty for what stands in no object. As Path, it is built on
// each call.
func (d *Doc) Member(i int) []byte {
	start, f := len(d.buf), &d.fields[i]
	for f.key < 0 && f.Parent >= 0 && !d.isLine {
		f = &d.fields[f.Parent]
	}
	if d.isLine {
		d.buf = d.appendLinePath(d.buf, f)
	} else if f.key >= 0 {
		d.buf = d.appendKey(d.buf, f)
	}
	member := d.buf[start:len(d.buf):len(d.buf)]
	return member[bytes.LastIndexByte(member, '.')+1:]
}

func (d *Doc) appendKey(dst []byte, f *Field) []byte {
	for p := int(f.key) + 1; d.src[p] != '"'; {
		if p-int(f.key) > maxKey {
			return append(dst, "…"...)
		}
		size, r, _ := unit(d.src, p, inJSON)
		switch r {
		case '.', '[', ']', '*', '\\':
			dst = append(dst, '\\')
		}
		dst = utf8.AppendRune(dst, r)
		p += size
	}
	return dst
}
