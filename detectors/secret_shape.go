package detectors

import (
	"bytes"

	"github.com/sonexlabs/tacet/detectors/scan"
)

// isDummy says whether what stands in the place of a secret is filling: mostly "x", or words that say so.
func isDummy(value []byte) bool {
	filling := 0
	for i, c := range value {
		if c |= 0x20; c == 'x' || value[i] == '*' || value[i] == '#' {
			filling++
		}
		if rest := value[i:]; c == 'y' && len(rest) > 5 && equalFold(rest[:4], "your") && (rest[4] == '_' || rest[4] == '-') {
			return true
		}
	}
	return len(value) >= 8 && filling*10 >= len(value)*6
}

func hasDigit(b []byte) bool { return digitsIn(b) > 0 }

func digitsIn(b []byte) (n int) {
	for _, c := range b {
		if scan.IsDigit(c) {
			n++
		}
	}
	return n
}

// isHex says whether all of b are hexadecimal digits.
func isHex(b []byte) bool {
	for _, c := range b {
		if !scan.IsHex(c) {
			return false
		}
	}
	return true
}

// isRandom says whether a value looks drawn by lot, so that a name like "deploy_key" suffices to call it a secret: a UUID,
// or twenty and more letters in both cases and digits, or hexadecimal digits.
func isRandom(value []byte) bool {
	value = bytes.TrimPrefix(value, []byte("base64:")) // as Laravel writes it
	var upper, lower, digits, dashes int
	for _, c := range value {
		switch {
		case scan.IsDigit(c):
			digits++
		case c >= 'a' && c <= 'z':
			lower++
		case c >= 'A' && c <= 'Z':
			upper++
		case c == '-':
			dashes++
		case c != '_' && c != '+' && c != '/' && c != '=':
			return false
		}
	}
	if len(value) == 36 && dashes == 4 && value[8] == '-' && value[23] == '-' {
		return true
	}
	if len(value) < 20 || digits < 1 || isDummy(value) {
		return false
	}
	if digits == 1 {
		return upper > 3 && lower > 3 && lower < 2*upper // no name in camel case
	}
	return upper > 1 && lower > 1 || upper+lower > 1 && isHex(value)
}

// isDrawn says whether a value looks drawn by lot even where it has slashes, as a path may: small letters, capitals and digits follow upon each
// other most of the time.
func isDrawn(value []byte) bool {
	const least = 24
	if len(value) < least || !isRandom(value) {
		return false
	}
	changes, was := 0, scan.Shape(0)
	for _, c := range value {
		is := scan.Shape(0)
		switch {
		case scan.IsDigit(c):
			is = scan.Digit
		case c >= 'a' && c <= 'z':
			is = scan.Lower
		case c >= 'A' && c <= 'Z':
			is = scan.Upper
		default:
			continue
		}
		if is != was {
			changes++
		}
		was = is
	}
	return changes*5 >= len(value)*2
}

// shaped looks for a credential that is known by more than its beginning, round token i.
func (p *pass) shaped(i int) {
	t := &p.text.Tokens[i]
	start, end := int(t.Start), int(t.End)
	b := p.b[start:end]
	least, stop := 0, end
	switch c := p.at(end); {
	case c == '~' && b[len(b)-1] == 'Q' && len(b) > 1 && scan.IsDigit(b[len(b)-2]): // Microsoft Entra client secret
		stop = p.keyEnd(end, "~_.-")
		if start = end - 5; start >= 0 && stop-start <= 40 && (start == 0 || !isEntraByte(p.b[start-1])) {
			least = 36
		}
	case c == '-' && len(b) == 32 && isHex(b) && p.at(end+1) == 'u' && p.at(end+2) == 's': // Mailchimp
		least, stop = 36, p.keyEnd(end, "-")
	case c == '.' && len(b) == 17 && string(b[:3]) == "pat": // Airtable
		least, stop = 82, p.keyEnd(end+1, "")
	case c == '.' && len(b) >= 23 && len(b) <= 28 && (b[0] == 'M' || b[0] == 'N' || b[0] == 'O'): // Discord bot
		if dot := p.keyEnd(end+1, "-_"); dot-end == 7 && p.at(dot) == '.' {
			least, stop = 58, p.keyEnd(dot+1, "-_")
		}
	case c == '$' && p.at(start-1) == '$':
		p.passwordHash(start - 1)
		return
	case c == '}' && p.at(start-1) == '{':
		p.hashScheme(i)
		return
	case len(b) == 34 && (string(b[:2]) == "AC" || string(b[:2]) == "SK") && isHex(b[2:]): // Twilio
		least = 34
	case len(b) == 66 && b[0] == '0' && b[1] == 'x' && isHex(b[2:]) && !p.isOfLedger(i): // secp256k1 private key
		least = 66
	}
	if least == 0 || stop-start < least || isDummy(p.b[start:stop]) {
		return
	}
	p.add(start, stop, Secret, 0.9, bySecret, p.verbatim(start, stop))
}

// isGrouped says whether a value is capitals in three groups and more of one length, as keys are printed: "ABCD-EFGH-JKLM".
func isGrouped(value []byte) bool {
	const least, groups = 4, 3
	n := bytes.IndexByte(value, '-')
	if n < least || (len(value)+1)%(n+1) != 0 || (len(value)+1)/(n+1) < groups {
		return false
	}
	for i, c := range value {
		if (i%(n+1) == n) != (c == '-') || c != '-' && (c < 'A' || c > 'Z') && !scan.IsDigit(c) {
			return false
		}
	}
	return true
}

func isEntraByte(c byte) bool {
	return scan.IsDigit(c) || scan.IsLetter(c) || c == '~' || c == '_' || c == '.' || c == '-'
}

// isOfLedger says whether the word before token i says that it names a transaction or a block of a chain.
func (p *pass) isOfLedger(i int) bool {
	if i == 0 {
		return false
	}
	before := p.bytesOf(&p.text.Tokens[i-1])
	for _, w := range [...]string{"tx", "txid", "txhash", "hash", "block", "transaction", "blockhash", "transactionhash", "root", "topic"} {
		if isWord(before, w) {
			return true
		}
	}
	return false
}

// numbered looks for a credential that begins with the digits of token i.
func (p *pass) numbered(i int) {
	t := &p.text.Tokens[i]
	start, end := int(t.Start), int(t.End)
	var stop, least int
	switch c := p.at(end); {
	case c == '$' && p.at(start-1) == '$' && t.Len() == 1:
		p.passwordHash(start - 1)
		return
	case c == '>' && p.in.Channel == ChannelLog:
		p.callerID(start, end)
		return
	case c == '@' && p.at(start-1) == '[' && t.Len() >= 7 && t.Len() <= 15 && scan.IsLetter(p.at(end+1)): // Asterisk: [07700900123@from-internal:1]
		p.add(start, end, Phone, 0.65, byPhone, p.verbatim(start, end))
		return
	case c == ':' && t.Len() == 4 && p.at(start-1) == ':' && p.b[start+1] == '4' && p.b[start+2] == '3':
		p.pgpass(start)
		return
	case c == '|' && t.Len() >= 15 && t.Len() <= 17: // Facebook app
		stop, least = p.keyEnd(end+1, "-_"), 27
	case c == ':' && t.Len() >= 8 && t.Len() <= 10 && p.at(end+1) == 'A' && p.at(end+2) == 'A': // Telegram bot
		stop, least = p.keyEnd(end+1, "-_"), 35
	case c == '/' && t.Len() == 1 && p.b[start] == '1' && p.at(end+1) == '/' && p.at(end+2) == '0': // Google refresh
		stop, least = p.keyEnd(end+2, "-_"), 40
	}
	if least == 0 || stop-end-1 < least || isDummy(p.b[end:stop]) {
		return
	}
	p.add(start, stop, Secret, 0.95, bySecret, p.verbatim(start, stop))
}

// passwordHash looks for the hash of a password as crypt(3) writes it at i: "$2y$10$…", "$6$salt$…", "$argon2id$v=19$…".
func (p *pass) passwordHash(i int) {
	end, dollars := i, 0
	for ; end < len(p.b) && end-i < 512; end++ {
		c := p.b[end]
		if c == '$' {
			dollars++
		} else if !scan.IsDigit(c) && !scan.IsLetter(c) && c != '.' && c != '/' && c != '=' && c != ',' && c != '+' && c != '-' {
			break
		}
	}
	if k := bytes.IndexByte(p.b[i+1:end], '$'); dollars < 3 || end-i < 20 || k > 14 { // longer names are of classes
		return
	}
	p.add(i, end, Secret, 0.95, bySecret, p.verbatim(i, end))
	if start := p.nameStart(max(i-1, 0)); p.at(i-1) == ':' && !p.isService(start, i-1) {
		p.userBefore(i - 1) // "asha:$apr1$…"
	}
}

// hashScheme looks for the hash of a password as directories write it (RFC 2307) round token i, the name of its scheme: "{SSHA}…".
func (p *pass) hashScheme(i int) {
	const least = 16
	t := &p.text.Tokens[i]
	start, end := int(t.Start)-1, int(t.End)
	if p.at(start) != '{' || p.at(end) != '}' || !p.is(i, &hashSchemes) {
		return
	}
	stop := p.keyEnd(end+1, "+/=.$")
	if stop-end <= least || p.isInert(start) {
		return
	}
	p.add(start, stop, Secret, 0.95, bySecret, p.verbatim(start, stop))
}

var hashSchemes = wordsOf("sha ssha sha256 ssha256 sha384 ssha384 sha512 ssha512 md5 smd5 pbkdf2 crypt argon2")

// pgpass looks for user and password in a line of a password file of PostgreSQL whose port stands at a place: "db:5432:shop:app:secret".
func (p *pass) pgpass(port int) {
	const least, longest = 4, 64
	at := port + 5
	var fields [3][2]int
	for k := range fields {
		end := at
		for end < len(p.b) && end-at < longest && p.b[end] > ' ' && p.b[end] != ':' && !isQuote(p.b[end]) {
			end++
		}
		if end == at || k < 2 && p.at(end) != ':' || k == 2 && p.at(end) == ':' {
			return
		}
		fields[k] = [2]int{at, end}
		at = end + 1
	}
	user, password := fields[1], fields[2]
	if password[1]-password[0] < least || isDecimal(p.b[password[0]:password[1]]) || isDecimal(p.b[user[0]:user[1]]) || isPlaceholder(p.b[password[0]:password[1]]) || p.isInert(password[0]) {
		return
	}
	if !p.isInert(user[0]) {
		p.add(user[0], user[1], Username, 0.75, byUser, p.lower(user[0], user[1]))
	}
	p.add(password[0], password[1], Password, 0.85, byAssignment, p.verbatim(password[0], password[1]))
}

// webhooks are addresses that anybody who knows them may write to, by host and what the path holds.
var webhooks = [...]struct{ host, path string }{
	{"hooks.slack.com", "/services/"},
	{"hooks.slack.com", "/workflows/"},
	{"hooks.slack.com", "/triggers/"},
	{"discord.com", "/webhooks/"},
	{"discordapp.com", "/webhooks/"},
	{"webhook.office.com", "/webhookb2/"},
	{"outlook.office.com", "/webhook/"},
	{"logic.azure.com", "/workflows/"},
	{"hooks.zapier.com", "/hooks/catch/"},
	{"api.telegram.org", "/bot"},
	{"maker.ifttt.com", "/key/"},
	{"hook.eu1.make.com", "/"},
	{"hook.us1.make.com", "/"},
}

// isWebhook says whether a link, from its host on, is one of those and has something behind the path.
func isWebhook(link []byte) bool {
	host := 0
	for host < len(link) && link[host] != '/' && link[host] != ':' && link[host] != '?' {
		host++
	}
	if host < 11 || host == len(link) || link[host-1]|0x20 != 'm' && link[host-1]|0x20 != 'g' {
		return false
	}
	for _, w := range webhooks {
		if at := host - len(w.host); at < 0 || !equalFold(link[at:host], w.host) || at > 0 && link[at-1] != '.' {
			continue
		}
		for at := host; at+len(w.path)+8 <= len(link) && at < host+80; at++ {
			if string(link[at:at+len(w.path)]) == w.path {
				return true
			}
		}
	}
	return false
}

// isSigned says whether a link carries a signature that opens what it leads to, as those of object stores do.
func isSigned(link []byte) bool {
	for _, name := range [...]string{"sig=", "Signature="} {
		if at := bytes.Index(link, []byte(name)); at > 0 && len(link)-at > len(name)+16 {
			c := link[at-1]
			return c == '?' || c == '&' || c == '-'
		}
	}
	return false
}
