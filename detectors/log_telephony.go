package detectors

import (
	"bytes"

	"github.com/sonexlabs/tacet/detectors/scan"
)

// lineWords begin the names of channels, as telephone exchanges write them: "PJSIP/asha-0000001a".
const lineWords = "pjsip sccp skinny"

// channelPeer takes the account in the name of a channel, behind the technology that token i is, in a log: "PJSIP/asha-0000001a". That of a trunk is
// nobody's, and the number of an extension stays, as elsewhere.
func (p *pass) channelPeer(i int) {
	at := int(p.text.Tokens[i].End) + 1
	if c := p.at(int(p.text.Tokens[i].Start) - 1); p.in.Channel != ChannelLog || p.at(at-1) != '/' || !scan.IsWordByte(p.at(at)) || c == '-' || c == '_' || c == '/' || p.isInert(at) {
		return // "res_pjsip/pjsip_distributor.c", "belle-sip/5.2.0"
	}
	end := at
	for end < len(p.b) && (scan.IsWordByte(p.b[end]) || p.b[end] == '_' || p.b[end] == '.' || p.b[end] == '-') {
		end++
	}
	if k := bytes.LastIndexByte(p.b[at:end], '-'); k > 0 && isHexCounter(p.b[at+k+1:end]) {
		end = at + k
	}
	name := p.b[at:end]
	digits := digitsIn(name)
	if !hasLetter(name) && (digits <= extensionMost || digits < len(name)) {
		return // "SIP/2.0"
	}
	for k, _ := p.tokensOf(at, end); k < len(p.text.Tokens) && int(p.text.Tokens[k].Start) < end; k++ {
		if w := bytes.TrimRight(p.bytesOf(&p.text.Tokens[k]), "0123456789"); trunkWords.holds(w) {
			return
		}
	}
	kind := Username
	if digits == len(name) {
		kind = Phone
	}
	p.add(at, end, kind, 0.7, byLine, p.lower(at, end))
}

// trunkWords are parts of the names of lines between exchanges.
var trunkWords = wordsOf("trunk trunks gw gateway provider carrier pstn sbc out outbound in inbound siptrunk twilio voip upstream peer proxy edge kamailio opensips asterisk monitor anonymous unknown endpoint pool queue conf conference ivr")

// isHexCounter says whether b is the number that a channel has behind its name.
func isHexCounter(b []byte) bool {
	for _, c := range b {
		if !scan.IsHex(c) {
			return false
		}
	}
	return len(b) >= 4
}

// provisionedMAC takes the address of a device in the name of a file with its settings, at token i, or in that which Cisco's have: "GET /cfg/0004f2a1b2c3.cfg",
// "/prov/805ec0123456.xml", "SEP0004F2A1B2C3".
func (p *pass) provisionedMAC(i int) {
	const digits, lead = 12, "SEP"
	t := &p.text.Tokens[i]
	if word := p.bytesOf(t); t.Len() == len(lead)+digits && string(word[:len(lead)]) == lead && isHexCounter(word[len(lead):]) {
		p.add(int(t.Start)+len(lead), int(t.End), MACAddress, 0.85, byMAC, p.compact(int(t.Start)+len(lead), int(t.End)))
		return
	}
	if p.in.Channel != ChannelLog || t.Len() != digits || t.Shape&scan.NonHex != 0 || p.at(int(t.Start)-1) != '/' && p.at(int(t.Start)-1) != '-' || p.at(int(t.End)) != '.' ||
		!p.is(i+1, &settingsFiles) {
		return
	}
	p.add(int(t.Start), int(t.End), MACAddress, 0.85, byMAC, p.compact(int(t.Start), int(t.End)))
}

var settingsFiles = wordsOf("cfg xml boot cnf rc")

// agentFields stand before the names that people who answer calls log in with, in logs.
const agentFields = "agent agents supervisor teamleader"

// agentUser takes the user name of who answers calls behind token i, one of agentFields, in a log: `"agent_id":"aroe"`, "agent=a.roe", "agent-a.roe_0931.wav".
func (p *pass) agentUser(i int) {
	if p.in.Channel != ChannelLog || p.set.names == nil || i > 0 && p.is(i-1, &browserLeads) {
		return // "user_agent"
	}
	p.saidLine(i)
	at := int(p.text.Tokens[i].End)
	if p.at(at) == '_' && p.is(i+1, &agentParts) {
		at = int(p.text.Tokens[i+1].End)
	}
	at = p.pastQuote(at)
	if c := p.at(at); c != '=' && c != ':' && c != '-' && c != '/' && c != ' ' {
		return
	}
	at = p.pastQuote(p.pastBlanks(at + 1))
	k := p.firstAt(at)
	if k >= len(p.text.Tokens) || int(p.text.Tokens[k].Start) != at {
		return
	}
	if p.isCapital(k) && p.between(i) == gapSpace && k == i+1 {
		p.listedName(k, 1)
		return
	}
	bracketed := p.at(int(p.text.Tokens[i].Start)-1) == '(' && p.at(int(p.text.Tokens[k].End)) == ')' && p.text.Tokens[k].Shape&scan.Upper == 0 && p.isRareUser(k) // "(agent aroe)"
	if !bracketed && !p.isUserOf(k) {
		return
	}
	end := at
	for end < len(p.b) && (scan.IsLetter(p.b[end]) || p.b[end] == '.') {
		end++
	}
	p.add(at, end, Username, 0.65, byUser, p.lower(at, end))
}

var (
	browserLeads = wordsOf("user http")
	agentParts   = wordsOf("id name login user username")
)

// otherParty takes numbers in a log that are dialled with their calling code for telephone numbers where the line has another one: `A=15125550171 B=15125550172`.
func (p *pass) otherParty() {
	const least, most = 11, 13
	if p.in.Channel != ChannelLog || !p.hasPhone(least) {
		return
	}
	known := len(p.candidates)
	for _, h := range p.numbers {
		t := &p.text.Tokens[h]
		if !t.IsNumber() || t.Len() < least || t.Len() > most || p.at(int(t.End)) == '.' && scan.IsDigit(p.at(int(t.End)+1)) || p.at(int(t.Start)-1) == '.' || !p.isCalled(p.bytesOf(t)) || p.isInert(int(t.Start)) || p.isFound(int(t.Start), int(t.End)) {
			continue
		}
		p.add(int(t.Start), int(t.End), Phone, 0.55, byPhone, p.verbatim(int(t.Start), int(t.End)))
	}
	if len(p.candidates) > known {
		p.forgetMarks()
	}
}

// namedParty takes the value of a field of a log that is named for who calls or is called for a telephone number if it is dialled with its calling code.
func (p *pass) namedParty() {
	const least, most = 11, 13
	value := bytes.TrimSpace(p.b)
	if p.in.Channel != ChannelLog || p.path.roles&fieldParty == 0 || len(value) < least || len(value) > most || digitsIn(value) < len(value) || !p.isCalled(value) {
		return
	}
	start := bytes.Index(p.b, value)
	p.add(start, start+len(value), Phone, 0.6, byPhone, p.verbatim(start, start+len(value)))
}

// hasPhone says whether a telephone number of some digits was found.
func (p *pass) hasPhone(least int) bool {
	for k := range p.candidates {
		if c := &p.candidates[k]; c.kind == Phone && c.end-c.start >= least && c.total >= p.set.threshold {
			return true
		}
	}
	return false
}

// entityWords name what a value is that a program has understood: "entity", "slot".
const entityWords = "entity slot label"

// entity takes the value of what token i, one of entityWords, names: `{"entity":"person","value":"asha"}`, `{"word":"asha","entity_group":"PER"}`.
func (p *pass) entity(i int) {
	const near, longest = 160, 80
	if p.in.Channel != ChannelLog {
		return
	}
	at := int(p.text.Tokens[i].End)
	if p.at(at) == '_' && p.is(i+1, &groupWord) {
		at = int(p.text.Tokens[i+1].End)
	}
	if at = p.pastQuote(at); p.at(at) != ':' {
		return
	}
	from := p.pastQuote(p.pastBlanks(at + 1))
	end := p.userEnd(from)
	kind := entityKind(p.b[from:end])
	if kind == 0 {
		return
	}
	start := int(p.text.Tokens[i].Start)
	open := bytes.LastIndexByte(p.b[max(0, start-near):start], '{') + max(0, start-near)
	stop := bytes.IndexByte(p.b[end:min(end+near, len(p.b))], '}') + end
	if p.at(open) != '{' || stop < end {
		return
	}
	for _, name := range valueNames {
		k := bytes.Index(p.b[open:stop], name)
		if k < 0 {
			continue
		}
		value := p.pastQuote(p.pastBlanks(open + k + len(name)))
		last, quoted := p.valueEnd(max(value-1, 0))
		if quoted && last > value && last-value <= longest && !isPlaceholder(p.b[value:last]) && !p.isInert(value) {
			p.add(value, last, kind, 0.7, byEntity, p.lower(value, last))
		}
		return
	}
}

var (
	groupWord  = wordsOf("group type name")
	valueNames = [][]byte{[]byte(`"value":`), []byte(`"text":`), []byte(`"word":`), []byte(`\"value\":`)}
)

// entityKind is what the name of an entity stands for, 0 for what is nobody's.
func entityKind(name []byte) Type {
	for _, e := range entityKinds {
		if e.names.holds(name) {
			return e.kind
		}
	}
	return 0
}

var entityKinds = [...]struct {
	names words
	kind  Type
}{
	{wordsOf("person per name first_name last_name firstname lastname given_name surname full_name fullname customer_name caller_name"), Person},
	{wordsOf("street address addr street_address home_address"), Address},
}
