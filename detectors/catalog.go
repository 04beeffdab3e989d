package detectors

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
	for _, h := range p.text.Hot {
		i := int(h)
		t := &p.text.Tokens[i]
		switch {
		case t.IsNumber():
			switch p.at(int(t.End)) {
			case '.':
				p.ipv4(i)
			case ':', '-':
				p.hexGroups(int(t.Start))
			}
			p.spacedIDs(i)
			p.letteredID(i)
		case t.Bits == 0 || !t.IsWord():
			p.mixed(i)
		default:
			p.word(i)
		}
	}
	p.strong = len(p.candidates)
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
