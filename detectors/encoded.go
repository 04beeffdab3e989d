package detectors

import (
	"bytes"
	"unicode/utf8"

	"github.com/sonexlabs/tacet/detectors/scan"
)

const (
	encodedLeast = 24 // characters of base64 that are decoded
	encodedToken = 12 // characters without a mark between that make it worth a look
	encodedSure  = 48 // bytes at the beginning that must all be text
)

// encoded looks for text in base64 (RFC 4648, either alphabet), or in hexadecimal digits, round token i and searches it, one level deep. If there is
// anything in it that policies don't commonly keep, all of it is found, under the type of that, or as a secret if there
// are several types: what is encoded can't be redacted in part.
func (p *pass) encoded(i int) {
	t := &p.text.Tokens[i]
	first := int(t.Start)
	if p.in.Channel == ChannelLog && p.mailAnswer(first) {
		return
	}
	if t.Len() < encodedToken || p.nested || first < p.encodedDone || t.Shape&scan.High != 0 {
		return
	}
	if n := len(p.candidates); n > 0 && p.candidates[n-1].end > first {
		return // a token, a key
	}
	start, end := first, int(t.End)
	for start > p.encodedDone && isBase64(p.b[start-1]) {
		start--
	}
	for end < len(p.b) && isBase64(p.b[end]) {
		end++
	}
	p.encodedDone = end
	if end-start < encodedLeast {
		return
	}
	isHex := start == first && end == int(t.End) && p.decodeHex(start, end)
	if !isHex && !p.decodeBase64(start, end) {
		// What stands before the word may be a path. A third beginning isn't tried, so that the cost stays linear.
		if start == first || end-first < encodedLeast || !p.decodeBase64(first, end) {
			p.bareKey(start, end)
			return
		}
		start = first
	}
	kind, score := p.searchDecoded()
	if kind == 0 {
		return
	}
	for k := 0; k < 2 && p.at(end) == '='; k++ {
		end++
	}
	p.add(start, end, kind, score, byEncoded, p.verbatim(start, end))
}

// mailAnswer takes what begins at a place and ends its line for a secret, if a client answers a server of mail with it (RFC 4954): name or password in
// base64. "C: cGx1bS10cmVl" tells of that, and the question before, "334 UGFzc3dvcmQ6".
func (p *pass) mailAnswer(start int) bool {
	const least, most, question = 8, 128, 16
	if start < 3 || p.b[start-1] > ' ' || p.nested {
		return false
	}
	switch c := p.b[start-2]; {
	case p.b[start-1] == ' ' && (c == '>' || c == ':' && p.b[start-3] == 'C'):
	case c == '6' || c == '\r' && p.b[start-3] == '6':
		if from := p.b[max(0, start-question):start]; !bytes.Contains(from, []byte("UGFzc3dvcmQ6")) && !bytes.Contains(from, []byte("VXNlcm5hbWU6")) {
			return false
		}
	default:
		return false
	}
	end := start
	for end < len(p.b) && end-start <= most && isBase64(p.b[end]) {
		end++
	}
	stop := end
	for stop < end+2 && p.at(stop) == '=' {
		stop++
	}
	if n := stop - start; n < least || n%4 != 0 || stop < len(p.b) && !scan.IsSpace(p.b[stop]) || !isMixed(p.b[start:end]) || p.isInert(start) || !p.decodeBase64(start, end) {
		return false
	}
	p.encodedDone = stop
	p.add(start, stop, Secret, 0.8, byEncoded, p.verbatim(start, stop))
	return true
}

func isBase64(c byte) bool {
	return scan.IsDigit(c) || scan.IsLetter(c) || c == '+' || c == '/' || c == '-' || c == '_'
}

// decodeBase64 decodes a region to p.decoded. It says false, mostly after a few characters, if that gives no text.
func (p *pass) decodeBase64(start, end int) bool {
	out := p.decoded[:0]
	var bits uint32
	n, controls := 0, 0
	for _, c := range p.b[start:end] {
		bits = bits<<6 | uint32(sextet(c))
		if n += 6; n < 8 {
			continue
		}
		n -= 8
		b := byte(bits >> n)
		if b < ' ' && b != '\n' && b != '\r' && b != '\t' || b == 0x7F {
			if controls++; len(out) < encodedSure || controls > len(out)/20 {
				p.decoded = out
				return false
			}
		}
		out = append(out, b)
	}
	p.decoded = out
	for k := 0; k < utf8.UTFMax-1 && k < len(out); k++ { // the last character may be cut
		if utf8.Valid(out[:len(out)-k]) {
			return true
		}
	}
	return false
}

// decodeHex decodes a region of hexadecimal digits to p.decoded, in which zeros part words as they do in what the kernel's audit logs of commands. It
// says false, mostly after a few digits, if that gives no text.
func (p *pass) decodeHex(start, end int) bool {
	if (end-start)%2 != 0 {
		return false
	}
	out := p.decoded[:0]
	for k := start; k < end; k += 2 {
		if !scan.IsHex(p.b[k]) || !scan.IsHex(p.b[k+1]) {
			return false
		}
		b := nibble(p.b[k])<<4 | nibble(p.b[k+1])
		if b == 0 {
			b = ' '
		}
		if b < ' ' && b != '\n' && b != '\r' && b != '\t' || b == 0x7F {
			return false
		}
		out = append(out, b)
	}
	p.decoded = out
	return utf8.Valid(out)
}

// nibble is the value of a hexadecimal digit.
func nibble(c byte) byte {
	if scan.IsDigit(c) {
		return c - '0'
	}
	return c | 0x20 - 'a' + 10
}

// sextet is the value of a character of base64.
func sextet(c byte) byte {
	switch {
	case c >= 'a':
		return c - 'a' + 26
	case c == '_':
		return 63
	case c >= 'A':
		return c - 'A'
	case scan.IsDigit(c):
		return c - '0' + 52
	case c == '+' || c == '-':
		return 62
	}
	return 63
}

// searchDecoded says what there is in p.decoded, and how sure that is; 0 if there is nothing to hide.
func (p *pass) searchDecoded() (kind Type, score float32) {
	if p.inner == nil {
		p.inner = &pass{nested: true}
	}
	in := p.inner
	in.begin(p.set, p.decoded, Input{Channel: p.in.Channel})
	in.search()
	for k := range in.candidates {
		c := &in.candidates[k]
		switch {
		case c.kind.yields():
			continue
		case kind == 0:
			kind = c.kind
		case kind != c.kind:
			kind = Secret
		}
		score = max(score, c.total)
	}
	in.end()
	return kind, score
}
