package detectors

import (
	"bytes"

	"github.com/sonexlabs/tacet/detectors/scan"
)

// bareKey takes base64 from start to end, of which no text comes, for a key if it is as long as those are and ends in padding, and nothing before it says that
// it is a digest, a public key or the like.
func (p *pass) bareKey(start, end int) {
	const least, most, words, reach = 43, 128, 3, 32
	if p.at(end) != '=' || end-start < least || end-start > most || !isDrawn(p.b[start:end]) || p.isInert(start) {
		return
	}
	stop := end + 1
	if p.at(stop) == '=' {
		stop++
	}
	if (stop-start)%4 != 0 || p.at(start-1) == ',' || scan.IsWordByte(p.at(stop)) || bytes.HasPrefix(p.b[start:], []byte("MII")) { // data in a link, a certificate
		return
	}
	k, _ := p.tokensOf(start, end)
	for n := k - 1; n >= 0 && n >= k-words && start-int(p.text.Tokens[n].End) < reach; n-- {
		if p.is(n, &digestWords) {
			return
		}
	}
	name := p.pathName()
	for _, w := range [...]string{"publickey", "hash", "digest", "signature", "fingerprint", "checksum", "certificate"} {
		if digestWords.holds(name) || endsWithFolded(name, w) {
			return
		}
	}
	p.add(start, stop, Secret, 0.6, bySecret, p.verbatim(start, stop))
}

// digestWords stand before base64 that anybody may know.
var digestWords = wordsOf("sha sha1 sha256 sha384 sha512 md5 md digest hash integrity checksum etag fingerprint bh b thumbprint x5t cert certificate public publickey pub pubkey nonce iv ciphertext " +
	"signature sig signed accept peer body cursor data payload image state")

// wifiCode looks for the password in what a code for a camera holds of a network, behind token i: "WIFI:T:WPA;S:home;P:hunter22;;".
func (p *pass) wifiCode(i int) {
	const longest, least = 256, 4
	if p.at(int(p.text.Tokens[i].Start))|0x20 == 'm' {
		p.masked(i)
		return
	}
	p.networkKey(i)
	at := int(p.text.Tokens[i].End)
	rest := p.b[at:min(at+longest, len(p.b))]
	if k := bytes.Index(rest, []byte("P:")); len(rest) > 2 && rest[0] == ':' && rest[2] == ':' && k > 0 && (rest[k-1] == ';' || k == 1) {
		start := at + k + 2
		if n := bytes.IndexByte(rest[k+2:], ';'); n >= least && !p.isInert(start) && !isPlaceholder(p.b[start:start+n]) {
			p.add(start, start+n, Password, 0.85, bySecret, p.verbatim(start, start+n))
		}
	}
}

// networkKey looks for what a network is said to be, behind token i: "the wifi at home is bluebonnet-4417".
func (p *pass) networkKey(i int) {
	const reach, least = 4, 8 // words, bytes
	if p.in.Channel == ChannelLog {
		return
	}
	for k := i; k+1 < len(p.text.Tokens) && k <= i+reach; k++ {
		if k > i && p.is(k, &networkWords) {
			return // "the wifi router is TL-WR841N"
		}
		colon := p.at(int(p.text.Tokens[k].End)) == ':'
		if !colon && (k == i || p.bitsAt(k)&wordIs == 0) {
			if !p.isNear(k, k+1) {
				return
			}
			continue
		}
		start := int(p.text.Tokens[k+1].Start)
		end := p.pieceStop(start)
		if v := p.b[start:end]; end-start >= least && hasDigit(v) && hasLetter(v) && !p.is(k+1, &networkWords) && !p.isInert(start) && p.looksTold(start, end, Password) {
			p.add(start, end, Password, 0.65, bySecret, p.verbatim(start, end))
		}
		return
	}
}

// masked looks for what a workflow of GitHub has hidden in its log from then on, behind token i: "::add-mask::hunter22".
func (p *pass) masked(i int) {
	const least = 3
	start := int(p.text.Tokens[i].End) + 2
	if begin := int(p.text.Tokens[i].Start); begin < 6 || string(p.b[begin-6:begin]) != "::add-" || p.at(start-1) != ':' || start >= len(p.b) {
		return
	}
	if end := p.pieceStop(start); end-start >= least && !isPlaceholder(p.b[start:end]) && !p.isInert(start) {
		p.add(start, end, Secret, 0.85, bySecret, p.verbatim(start, end))
	}
}
