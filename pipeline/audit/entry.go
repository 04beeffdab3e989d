package audit

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/mod/sumdb/tlog"
)

// Entry is one thing that happened. It holds names, ids, tokens and numbers: no value from a record, no unkeyed hash of one and
// no exact length of one. Whoever appends it answers for that; the log can't tell a name from a value.
type Entry struct {
	Seq    uint64    // from 0; Append gives it
	Time   time.Time // kept in milliseconds, UTC; Append gives it when it is zero
	Actor  string    // who did it: a person, or a part of the program
	Action string    // what: "batch", "start", "key.rotate"
	Tenant string    // whose data; empty when not of one tenant
	Range  *Range    // which records; nil when not about records
	Object []Attr    // what it was done to
	Policy string    // hash of the policy in force
	Counts []Count   // how much
	Digest string    // keyed, from a Digester
	Prev   tlog.Hash // hash of the entry before; Append gives it
}

// Range is a stretch of the offsets of one partition: [First, Next).
type Range struct {
	Topic     string
	Partition int32
	First     int64
	Next      int64
}

// Attr is one named detail. Names within an entry differ.
type Attr struct{ Name, Value string }

// Count is one named number. Names within an entry differ.
type Count struct {
	Name string
	N    int64
}

// The bounds of an entry. They keep a line readable at once and a forged one from filling the memory of who reads it.
const (
	lineMax  = 64 << 10
	nameMax  = 128
	valueMax = 4 << 10
	partsMax = 2048 // of an object, and of counts
)

var (
	errMalformed = errors.New("line is not an entry in its one form")
	errName      = errors.New("name is missing or longer than 128 bytes")
	errValue     = errors.New("value is longer than 4096 bytes")
	errTwice     = errors.New("name stands twice in one entry")
	errLine      = errors.New("entry is longer than 64 KiB")
	errTime      = errors.New("time is not in the years 0 to 9999")
	errUTF8      = errors.New("text is not UTF-8")
	errMany      = errors.New("more than 2048 parts")
)

// check refuses what could not be read back. The error names the member at fault and never shows what is in it.
func (e *Entry) check() error {
	if y := e.Time.UTC().Year(); y < 0 || y > 9999 {
		return errTime
	}
	if len(e.Object) > partsMax || len(e.Counts) > partsMax {
		return errMany
	}
	if err := checkName("actor", e.Actor); err != nil {
		return err
	}
	if err := checkName("action", e.Action); err != nil {
		return err
	}
	for i, a := range e.Object {
		if err := checkName("object", a.Name); err != nil {
			return err
		}
		if err := checkValue("object", a.Value); err != nil {
			return err
		}
		for j := range i {
			if e.Object[j].Name == a.Name {
				return fmt.Errorf("object: %w", errTwice)
			}
		}
	}
	for i, c := range e.Counts {
		if err := checkName("counts", c.Name); err != nil {
			return err
		}
		for j := range i {
			if e.Counts[j].Name == c.Name {
				return fmt.Errorf("counts: %w", errTwice)
			}
		}
	}
	if e.Range != nil {
		if err := checkValue("range", e.Range.Topic); err != nil {
			return err
		}
	}
	return errors.Join(checkValue("tenant", e.Tenant), checkValue("policy", e.Policy), checkValue("digest", e.Digest))
}

func checkName(member, s string) error {
	if s == "" || len(s) > nameMax {
		return fmt.Errorf("%s: %w", member, errName)
	}
	if !utf8.ValidString(s) {
		return fmt.Errorf("%s: %w", member, errUTF8)
	}
	return nil
}

func checkValue(member, s string) error {
	if len(s) > valueMax {
		return fmt.Errorf("%s: %w", member, errValue)
	}
	if !utf8.ValidString(s) {
		return fmt.Errorf("%s: %w", member, errUTF8)
	}
	return nil
}

// AppendJSON appends the entry as one line of JSON without its newline: the one form that is hashed and read back.
func (e *Entry) AppendJSON(dst []byte) []byte {
	dst = strconv.AppendUint(append(dst, `{"seq":`...), e.Seq, 10)
	dst = append(appendTime(append(dst, `,"time":"`...), e.Time), '"')
	dst = appendString(append(dst, `,"actor":`...), e.Actor)
	dst = appendString(append(dst, `,"action":`...), e.Action)
	if e.Tenant != "" {
		dst = appendString(append(dst, `,"tenant":`...), e.Tenant)
	}
	if r := e.Range; r != nil {
		dst = appendString(append(dst, `,"range":{"topic":`...), r.Topic)
		dst = strconv.AppendInt(append(dst, `,"partition":`...), int64(r.Partition), 10)
		dst = strconv.AppendInt(append(dst, `,"first":`...), r.First, 10)
		dst = strconv.AppendInt(append(dst, `,"next":`...), r.Next, 10)
		dst = append(dst, '}')
	}
	if len(e.Object) > 0 {
		dst = append(dst, `,"object":`...)
		for i, a := range e.Object {
			dst = append(appendString(appendComma(dst, i), a.Name), ':')
			dst = appendString(dst, a.Value)
		}
		dst = append(dst, '}')
	}
	if e.Policy != "" {
		dst = appendString(append(dst, `,"policy":`...), e.Policy)
	}
	if len(e.Counts) > 0 {
		dst = append(dst, `,"counts":`...)
		for i, c := range e.Counts {
			dst = append(appendString(appendComma(dst, i), c.Name), ':')
			dst = strconv.AppendInt(dst, c.N, 10)
		}
		dst = append(dst, '}')
	}
	if e.Digest != "" {
		dst = appendString(append(dst, `,"digest":`...), e.Digest)
	}
	dst = base64.StdEncoding.AppendEncode(append(dst, `,"prev":"`...), e.Prev[:])
	return append(dst, `"}`...)
}

// appendComma begins member i of an object.
func appendComma(dst []byte, i int) []byte {
	if i == 0 {
		return append(dst, '{')
	}
	return append(dst, ',')
}

// appendTime appends "2006-01-02T15:04:05.000Z". time.AppendFormat gives the same in six times the time.
func appendTime(dst []byte, t time.Time) []byte {
	t = t.UTC()
	year, month, day := t.Date()
	hour, minute, second := t.Clock()
	two := func(n int, sep byte) { dst = append(dst, byte('0'+n/10), byte('0'+n%10), sep) }
	dst = append(dst, byte('0'+year/1000), byte('0'+year/100%10))
	two(year%100, '-')
	two(int(month), '-')
	two(day, 'T')
	two(hour, ':')
	two(minute, ':')
	two(second, '.')
	ms := t.Nanosecond() / 1e6
	return append(dst, byte('0'+ms/100), byte('0'+ms/10%10), byte('0'+ms%10), 'Z')
}

// appendString appends s, which is UTF-8, in quotes. What doesn't print, or could steer a terminal, is escaped.
func appendString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	plain := 0
	for plain < len(s) && s[plain] >= ' ' && s[plain] < 0x7f && s[plain] != '"' && s[plain] != '\\' {
		plain++
	}
	dst = append(dst, s[:plain]...)
	for _, r := range s[plain:] {
		switch {
		case r == '"' || r == '\\':
			dst = append(dst, '\\', byte(r))
		case r > 0xffff || unicode.IsPrint(r):
			dst = utf8.AppendRune(dst, r)
		default:
			const hex = "0123456789abcdef"
			dst = append(dst, '\\', 'u', hex[r>>12], hex[r>>8&15], hex[r>>4&15], hex[r&15])
		}
	}
	return append(dst, '"')
}

// ParseEntry reads a line that AppendJSON wrote. Any other form of the same content is refused, so that what is hashed and what is
// understood can't differ.
func ParseEntry(line []byte) (Entry, error) {
	if len(line) > lineMax {
		return Entry{}, errLine
	}
	p := parser{rest: line}
	var e Entry
	e.Seq = uint64(p.number(`{"seq":`))
	e.Time = p.time(`,"time":`)
	e.Actor = p.text(`,"actor":`)
	e.Action = p.text(`,"action":`)
	if p.at(`,"tenant":`) {
		e.Tenant = p.text(`,"tenant":`)
	}
	if p.at(`,"range":`) {
		e.Range = &Range{Topic: p.text(`,"range":{"topic":`)}
		e.Range.Partition = int32(p.number(`,"partition":`))
		e.Range.First = p.number(`,"first":`)
		e.Range.Next = p.number(`,"next":`)
		p.literal(`}`)
	}
	if p.at(`,"object":{`) {
		p.literal(`,"object":`)
		p.members(func() { e.Object = append(e.Object, Attr{p.text(""), p.text(":")}) })
	}
	if p.at(`,"policy":`) {
		e.Policy = p.text(`,"policy":`)
	}
	if p.at(`,"counts":{`) {
		p.literal(`,"counts":`)
		p.members(func() { e.Counts = append(e.Counts, Count{p.text(""), p.number(":")}) })
	}
	if p.at(`,"digest":`) {
		e.Digest = p.text(`,"digest":`)
	}
	if prev, err := tlog.ParseHash(p.text(`,"prev":`)); err == nil {
		e.Prev = prev
	}
	p.literal(`}`)
	if p.bad || len(p.rest) > 0 || e.check() != nil {
		return Entry{}, errMalformed
	}
	var again [1 << 10]byte
	if !bytes.Equal(e.AppendJSON(again[:0]), line) {
		return Entry{}, errMalformed
	}
	return e, nil
}

// parser reads members in their order. What it takes too easily (leading zeros, other escapes), the comparison with the one form
// refuses.
type parser struct {
	rest []byte
	bad  bool
}

func (p *parser) at(s string) bool { return len(p.rest) >= len(s) && string(p.rest[:len(s)]) == s }

func (p *parser) literal(s string) {
	if !p.at(s) {
		p.bad, p.rest = true, nil
		return
	}
	p.rest = p.rest[len(s):]
}

func (p *parser) number(before string) int64 {
	p.literal(before)
	n := 0
	for n < len(p.rest) && (p.rest[n] >= '0' && p.rest[n] <= '9' || n == 0 && p.rest[n] == '-') {
		n++
	}
	v, err := strconv.ParseInt(string(p.rest[:n]), 10, 64)
	p.bad = p.bad || err != nil
	p.rest = p.rest[n:]
	return v
}

func (p *parser) time(before string) time.Time {
	const layout = "2006-01-02T15:04:05.000Z"
	t, err := time.Parse(layout, p.text(before))
	p.bad = p.bad || err != nil
	return t.UTC()
}

func (p *parser) text(before string) string {
	p.literal(before)
	p.literal(`"`)
	n := 0
	for n < len(p.rest) && p.rest[n] != '"' && p.rest[n] != '\\' {
		n++
	}
	if n < len(p.rest) && p.rest[n] == '"' {
		s := string(p.rest[:n])
		p.rest = p.rest[n+1:]
		return s
	}
	return p.escaped()
}

func (p *parser) escaped() string {
	var s []byte
	for len(p.rest) > 0 {
		c := p.rest[0]
		switch {
		case c == '"':
			p.rest = p.rest[1:]
			return string(s)
		case c != '\\':
			s = append(s, c)
			p.rest = p.rest[1:]
		case len(p.rest) >= 6 && p.rest[1] == 'u':
			r, err := strconv.ParseUint(string(p.rest[2:6]), 16, 16)
			p.bad = p.bad || err != nil
			s = utf8.AppendRune(s, rune(r))
			p.rest = p.rest[6:]
		case len(p.rest) >= 2:
			s = append(s, p.rest[1])
			p.rest = p.rest[2:]
		default:
			p.rest = nil
		}
	}
	p.bad = true
	return ""
}

// members calls f at each member of an object.
func (p *parser) members(f func()) {
	for before := "{"; !p.bad; before = "," {
		p.literal(before)
		f()
		if p.at("}") {
			break
		}
	}
	p.literal("}")
}
