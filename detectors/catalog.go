package detectors

import "github.com/sonexlabs/tacet/detectors/scan"

// entry is one detector as the catalogue lists it.
type entry struct {
	name  string // stands in Finding.Detector
	types []Type // what it finds
}

// The detectors, as indexes into the catalogue.
const (
	byEmail uint8 = iota
	byURL
	byIP
	byMAC
	byIBAN
	byCard
	byCardData
	byPhone
	byUS
	byUK
	byIN
	byBirth
	byAccount
	byNumber
	bySecret
	byAssignment
	detectorCount
)

// catalog lists every detector. A new one gets a line here and its file; README.md says how.
var catalog = [detectorCount]entry{
	byEmail:      {"email", []Type{Email}},
	byURL:        {"url", []Type{URL}},
	byIP:         {"ip", []Type{IPAddress}},
	byMAC:        {"mac", []Type{MACAddress}},
	byIBAN:       {"iban", []Type{IBAN}},
	byCard:       {"card", []Type{CreditCard}},
	byCardData:   {"card-data", []Type{CardCVV, CardExpiry, PIN, OTP}},
	byPhone:      {"phone", []Type{Phone}},
	byUS:         {"us", []Type{USSSN, USITIN}},
	byUK:         {"uk", []Type{UKNINO}},
	byIN:         {"in", []Type{INAadhaar, INPAN}},
	byBirth:      {"birth", []Type{DateOfBirth}},
	byAccount:    {"account", []Type{AccountID, BankAccount}},
	byNumber:     {"number", []Type{Number}},
	bySecret:     {"secret", []Type{Secret}},
	byAssignment: {"assignment", []Type{Password, Secret, SessionID}},
}

// findStrong runs the detectors whose identifiers are known by their own shape.
func (p *pass) findStrong() {
	for _, at := range p.text.Ats {
		p.email(int(at))
	}
	for _, pair := range p.text.Pairs {
		p.hexGroups(int(pair))
	}
	p.hexDone = 0
	next := 0
	for _, h := range p.text.Hot {
		i := int(h)
		if i < next {
			continue
		}
		t := &p.text.Tokens[i]
		p.said |= t.Bits
		switch {
		case t.Len() == 8 && p.at(int(t.End)) == '-' && p.isUUID(i):
			next = i + 5
		case t.IsNumber():
			p.numbers = append(p.numbers, h)
			p.startNumber(i)
		case t.Bits == 0 || !t.IsWord():
			if t.Len() >= gluedLeast && t.Shape&scan.Digit != 0 {
				p.numbers = append(p.numbers, h)
			}
			p.mixed(i)
		default:
			if t.Bits&wordMonth != 0 {
				p.numbers = append(p.numbers, h)
			}
			p.word(i)
		}
	}
	p.strong = len(p.candidates)
}

// startNumber looks for what begins with digits and has a shape of its own.
func (p *pass) startNumber(i int) {
	t := &p.text.Tokens[i]
	start, end := int(t.Start), int(t.End)
	switch p.at(end) {
	case '.':
		p.ipv4(i)
	case ':':
		if p.isTimeAt(start) == 0 {
			p.hexGroups(start)
		}
	case '-':
		if end-start == 2 {
			p.hexGroups(start)
		}
	}
	if i > 0 && end-start >= 2 {
		p.spacedIDs(i)
	}
	if end-start >= 5 {
		p.letteredID(i)
	}
}

// isUUID says whether token i is the first of the five of a UUID (RFC 9562 §4).
func (p *pass) isUUID(i int) bool {
	tokens := p.text.Tokens
	if i+4 >= len(tokens) || tokens[i+4].End-tokens[i].Start != 36 {
		return false
	}
	for k, length := range [...]int{8, 4, 4, 4, 12} {
		t := &tokens[i+k]
		if t.Len() != length || t.Shape&(scan.NonHex|scan.High) != 0 || k > 0 && p.b[t.Start-1] != '-' {
			return false
		}
	}
	return true
}

// mixed looks at a token of letters and digits, or a very long one.
func (p *pass) mixed(i int) {
	t := &p.text.Tokens[i]
	if p.isInert(int(t.Start)) {
		return
	}
	if c := p.at(int(t.End)); c == ':' || c == '-' && t.Len() == 2 {
		p.hexGroups(int(t.Start))
	}
	p.iban(i)
	p.nino(i)
	p.pan(i)
	p.prefixed(i)
	if t.IsWord() {
		p.said |= p.cue(i)
		p.assignment(i)
	} else {
		p.documentID(i)
	}
}

// word looks at a word that the lexicon knows.
func (p *pass) word(i int) {
	t := &p.text.Tokens[i]
	if p.isInert(int(t.Start)) {
		return
	}
	switch {
	case t.Bits&wordURL != 0:
		p.url(i)
	case t.Bits&wordPrefix != 0:
		p.prefixed(i)
	case t.Bits&wordBegin != 0:
		p.pem(i)
	case t.Bits&wordBearer != 0:
		p.bearer(i)
	}
	if t.Bits&(cuePassword|cueSecret|cueSession|wordKey|wordAuth|wordAPI) != 0 {
		p.assignment(i)
	}
}
