package detectors

import "github.com/sonexlabs/tacet/detectors/scan"

// sipURI looks for a URI of RFC 3261 §19.1 behind the scheme that token i is: "sip:alice@example.com;transport=tls".
func (p *pass) sipURI(i int) {
	t := &p.text.Tokens[i]
	start, at := int(t.Start), int(t.End)+1
	if p.at(at-1) == '/' {
		p.channelPeer(i)
		return
	}
	if p.at(at-1) != ':' || start < p.urlDone || p.isInert(at) {
		return
	}
	end, user, digits := at, false, 0
	for end < len(p.b) && (isURLByte(p.b[end]) || p.b[end] == '[' || p.b[end] == ']' || p.text.IsPercent(end)) && p.b[end] != ',' && p.b[end] != '\'' {
		user = user || p.b[end] == '@'
		if !user && scan.IsDigit(p.b[end]) {
			digits++
		}
		end++
	}
	p.urlDone = end
	for end > at && isTrailing(p.b[end-1]) {
		end--
	}
	if end-at < 4 || !user && digits < 3 {
		return // a word, or a server's name
	}
	p.mailName(start)
	p.add(start, end, SIPURI, 0.97, bySIP, p.lower(start, end))
}
