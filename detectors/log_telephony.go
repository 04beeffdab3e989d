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
	if k >= len(p.text.Tokens) || int(p.text.Tokens[k].Start) != at || !p.isUserOf(k) {
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
