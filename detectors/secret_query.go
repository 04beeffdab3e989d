package detectors

import (
	"bytes"

	"github.com/sonexlabs/tacet/detectors/scan"
)

// signature takes the value of a parameter for a secret that token i names, "signature" or "sig", in what opens an object to whoever has the link:
// "X-Amz-Signature=3f9d…", "&sig=aBc…". That of a whole link is found with it.
func (p *pass) signature(i int) {
	const least = 20
	start, at := int(p.text.Tokens[i].Start), int(p.text.Tokens[i].End)+1
	if p.at(at-1) == ':' {
		p.mediaKey(i, at)
		p.signatureParts(at)
		return
	}
	if p.at(at-1) != '=' || start < p.urlDone {
		return
	}
	switch c := p.at(start - 1); {
	case c == '?' || c == '&':
	case c == '-' && p.at(start-5) == '-': // X-Amz-Signature, X-Goog-Signature
	case c == '-' && p.at(start-6) == '-':
	default:
		return
	}
	end := at
	for end < len(p.b) && (isBase64(p.b[end]) || p.b[end] == '=' || p.text.IsPercent(end)) {
		end++
	}
	if end-at < least || !hasDigit(p.b[at:end]) || p.isInert(at) {
		return
	}
	p.add(at, end, Secret, 0.9, bySecret, p.verbatim(at, end))
}

// signatureParts takes the digests in the parts of a header that begin at a place: "Stripe-Signature: t=1772446522,v1=5257a869…".
func (p *pass) signatureParts(at int) {
	const least, most = 32, 8
	for range most {
		for p.at(at) == ' ' && at < len(p.b) {
			at++
		}
		name := at
		for scan.IsWordByte(p.at(at)) {
			at++
		}
		if at == name || p.at(at) != '=' {
			return
		}
		start := at + 1
		for at = start; scan.IsWordByte(p.at(at)); at++ {
		}
		if value := p.b[start:at]; len(value) >= least && isHex(value) && !p.isInert(start) {
			p.add(start, at, Secret, 0.85, bySecret, p.verbatim(start, at))
		}
		if p.at(at) != ',' {
			return
		}
		at++
	}
}

// mediaKey takes the key that protects the media of a call, at a place behind token i, "inline" (RFC 4568): "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:d0RmdmcmVCspeEc3…".
func (p *pass) mediaKey(i, at int) {
	const least, most = 38, 64
	end := p.keyEnd(at, "+/=")
	if n := end - at; n < least || n > most || !isWord(p.bytesOf(&p.text.Tokens[i]), "inline") || !isMixed(p.b[at:end]) || p.isInert(at) {
		return
	}
	p.add(at, end, Secret, 0.9, bySecret, p.verbatim(at, end))
}

// seedWord looks for the secret of a second factor (RFC 6238), in base32, behind token i, "totp" or "authenticator": "totp_seed: JBSWY3DPEHPK3PXP",
// "the seed for your authenticator app is jbsw y3dp ehpk 3pxp".
func (p *pass) seedWord(i int) {
	const near = 8                  // tokens
	if p.in.Channel == ChannelLog { // "plain_login authenticator failed for (host) [192.0.2.7]: 535 … (set_id=asha)" of Exim
		p.markedUser(int(p.text.Tokens[i].End), "(set_id=")
	}
	for k := i + 1; k < len(p.text.Tokens) && k <= i+near; k++ {
		if p.seed(k) {
			return
		}
	}
}

// seed takes the letters and digits of base32 that begin with token k for a secret, in one word or in groups of four.
func (p *pass) seed(k int) bool {
	const least, most, group = 16, 64, 4
	tokens := p.text.Tokens
	upper, digits, count, last := 0, 0, 0, k
	for ; last < len(tokens) && count < most; last++ {
		t := &tokens[last]
		if p.isInert(int(t.Start)) || t.Shape&scan.High != 0 || last > k && (p.text.Tokens[last-1].Len() != group || p.codeGap(last-1) != ' ' && p.codeGap(last-1) != '-') {
			break
		}
		b := p.bytesOf(t)
		n, caps := base32Digits(b)
		if n < 0 || caps != 0 && caps != len(b)-n {
			break
		}
		upper, digits, count = upper+caps, digits+n, count+len(b)
	}
	if last--; count < least || digits == 0 || upper == 0 && (last == k || digits < 2) || upper > 0 && upper != count-digits {
		return false
	}
	start, end := int(tokens[k].Start), int(tokens[last].End)
	p.add(start, end, Secret, 0.85, bySecret, p.compact(start, end))
	return true
}

// base32Digits counts the digits and the capitals of a word in base32 (RFC 4648); digits is -1 if it is none.
func base32Digits(b []byte) (digits, capitals int) {
	for _, c := range b {
		switch {
		case c >= '2' && c <= '7':
			digits++
		case c >= 'A' && c <= 'Z':
			capitals++
		case c < 'a' || c > 'z':
			return -1, 0
		}
	}
	return digits, capitals
}

// securedString takes the text in quotes behind token i, "SecureString", for a password: "ConvertTo-SecureString 'x' -AsPlainText".
func (p *pass) securedString(i int) {
	at := int(p.text.Tokens[i].End)
	if bytes.HasPrefix(p.b[at:], []byte(" -String")) {
		at += len(" -String")
	}
	if p.at(at) != ' ' {
		return
	}
	quote := p.pastQuote(at + 1)
	if quote == at+1 || quote >= len(p.b) {
		return
	}
	if end, _ := p.valueEnd(quote - 1); end > quote+2 && !isPlaceholder(p.b[quote:end]) && !p.isInert(quote) {
		p.add(quote, end, Password, 0.85, byCommand, p.verbatim(quote, end))
	}
}

// dataSource takes name and password before the at sign at a place for a secret where drivers of Go have the network behind it:
// "shop:S3cret@tcp(db:3306)/shop".
func (p *pass) dataSource(at int) bool {
	if rest := p.b[at+1:]; !bytes.HasPrefix(rest, []byte("tcp(")) && !bytes.HasPrefix(rest, []byte("unix(")) {
		return false
	}
	start, colon := at, 0
	for start > 0 && at-start < 2*localMax && p.b[start-1] > ' ' && !isQuote(p.b[start-1]) && p.b[start-1] != '=' {
		if start--; p.b[start] == ':' {
			colon = start
		}
	}
	if colon <= start || at-colon < 3 || isPlaceholder(p.b[colon+1:at]) || p.isInert(start) {
		return false
	}
	p.add(start, at, Secret, 0.95, bySecret, p.verbatim(start, at))
	return true
}

// braced takes a value in braces that begins at a place for a password, as drivers of ODBC have it where there is a semicolon in it: "{S3c;ret}". Braces
// may also hold a name to be filled in, or an object.
func (p *pass) braced(start int) bool {
	const least, longest = 5, 64
	if p.at(start) != '{' || p.at(start-1) != '=' {
		return false
	}
	end := start + 1 + bytes.IndexByte(p.b[start:min(start+longest, len(p.b))], '}')
	value := p.b[start:end]
	if len(value) <= least || !hasDigit(value) || !hasLetter(value) || bytes.ContainsAny(value, " :\"=,") {
		return false
	}
	p.add(start, end, Password, 0.8, byAssignment, p.verbatim(start, end))
	return true
}

// hiddenField takes the value of a field of a form that token i names: `<input name="password" type="hidden" value="x">`.
func (p *pass) hiddenField(i int, kind Type) {
	const longest = 128
	start, end := int(p.text.Tokens[i].Start), int(p.text.Tokens[i].End)
	if !isQuote(p.at(end)) || !bytes.HasSuffix(p.b[:max(p.nameStart(start)-1, 0)], []byte(" name=")) {
		return
	}
	rest := p.b[end:min(end+longest, len(p.b))]
	if k := bytes.IndexByte(rest, '>'); k >= 0 {
		rest = rest[:k]
	}
	k := bytes.Index(rest, []byte(" value="))
	if k < 0 {
		return
	}
	at := p.pastQuote(end + k + len(" value="))
	if at >= len(p.b) || !isQuote(p.b[at-1]) {
		return
	}
	if stop, _ := p.valueEnd(at - 1); stop > at+2 && !isPlaceholder(p.b[at:stop]) && !p.isInert(at) {
		p.add(at, stop, kind, 0.8, byAssignment, p.verbatim(at, stop))
	}
}

// seedAt is seed for what begins with the value from start to end.
func (p *pass) seedAt(start, end int) bool {
	first, last := p.tokensOf(start, end)
	return first <= last && p.seed(first)
}
