package detectors

import (
	"bytes"

	"github.com/sonexlabs/tacet/detectors/scan"
)

// url looks for a link that begins with the word of token i. What identifies someone in it is found on its own; the
// regions then join, and the label of the identifier stands.
func (p *pass) url(i int) {
	t := &p.text.Tokens[i]
	start, at := int(t.Start), int(t.End)
	if start < p.urlDone {
		return // a link in a link
	}
	if t.Len() == 3 && p.b[start]|0x20 == 'w' && p.b[start+2]|0x20 == 'w' {
		if p.at(at) != '.' || start > 0 && p.b[start-1] == '/' {
			return
		}
		at++
	} else {
		if p.at(at) != ':' || p.at(at+1) != '/' || p.at(at+2) != '/' {
			if p.at(at) == ' ' && p.in.Channel == ChannelLog {
				p.curl(i) // "http -a asha:hunter2 …" of HTTPie
			}
			return
		}
		at += 3
	}
	end := at
	if p.at(at) == '[' { // an address of IPv6
		const longest = 64
		for end < len(p.b) && end-at < longest && p.b[end] > ' ' && p.b[end] != ']' {
			end++
		}
		if p.at(end) != ']' {
			return
		}
		end++
	}
	for end < len(p.b) && (isURLByte(p.b[end]) || p.text.IsPercent(end)) {
		end++
	}
	p.urlDone = end
	for end > at && isTrailing(p.b[end-1]) && !p.text.IsPercent(end-1) {
		end--
	}
	if end-at < 3 || t.Len() == 3 && !bytes.ContainsAny(p.b[at:end], "./:") {
		return
	}
	kind, score := URL, float32(0.9)
	if isWebhook(p.b[at:end]) || isSigned(p.b[at:end]) {
		kind, score = Secret, 0.95
	}
	p.add(start, end, kind, score, byURL, p.verbatim(start, end))
}

func isURLByte(c byte) bool {
	switch c {
	case '"', '<', '>', '`', '{', '}', '|', '\\', '^', '[', ']':
		return false
	}
	return c > ' ' && c != 0x7f
}

// isTrailing says whether c at the end of a link belongs to the sentence round it.
func isTrailing(c byte) bool {
	switch c {
	case '.', ',', ';', ':', '!', '?', '\'', ')':
		return true
	}
	return !scan.IsWordByte(c) && c == '*'
}
