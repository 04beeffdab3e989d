package detectors

import "github.com/sonexlabs/tacet/detectors/scan"

// entry is one detector as the catalogue lists it: what it finds and what sets it off. Each of the functions may be nil.
type entry struct {
	name  string // stands in Finding.Detector
	types []Type // what it finds by its own code

	words string                             // words and phrases about its types, as identifier.words
	begin string                             // the words that set off word, in lower case, separated by spaces
	word  func(p *pass, i int)               // looks at such a word, token i
	code  func(p *pass, i int)               // looks at token i, which has letters and digits
	long  func(p *pass, i int)               // looks at token i, which is very long, or a name in camel case
	start func(p *pass, i int)               // looks at token i, which has digits only and is joined to what follows
	after func(p *pass, i int)               // looks at token i, which has digits only and stands beside a word of letters
	at    func(p *pass, at int) bool         // looks at the "@" at a place; true if that is explained
	run   func(p *pass, r *run, best *guess) // gives a run of digits its label

	ids []identifier // what it finds by form
}

// The detectors with code of their own, as indexes into the catalogue.
const (
	byEmail uint8 = iota
	byURL
	byIP
	byMAC
	byIBAN
	byBank
	byWallet
	byPlace
	byGeoURI
	bySIP
	byDeviceID
	byUser
	bySocial
	byHome
	byLogin
	bySudo
	byCard
	byCardData
	byPhone
	byUS
	byUK
	byIN
	byDate
	byAge
	byPostcode
	byAddress
	byAccount
	byNumber
	bySpeech
	byNames
	bySecret
	byCommand
	byRecovery
	byTool
	byHtpasswd
	byEcho
	byCommunity
	byUID
	byJob
	byAccountWord
	byCase
	bySearch
	byFailingRow
	byParameters
	bySignature
	bySeed
	byWiFi
	bySecured
	bySlashLogin
	bySQL
	byCode
	byFarCode
	byUsedCode
	byRow
	byZone
	byPatient
	byRole
	byPart
	byCommonName
	byDevice
	bySaid
	byLine
	byAgent
	byEntity
	byEncoded
	byAssignment
	byPayment
	byRule
	byRuleLimit
	byList
	byKnown
	codedDetectors
)

// coded lists the detectors with code of their own.
var coded = [codedDetectors]entry{
	byEmail:       {name: "email", types: []Type{Email}, at: (*pass).email},
	byURL:         {name: "url", types: []Type{URL}, begin: "http https ftp ftps ws wss www", word: (*pass).url},
	byIP:          {name: "ip", types: []Type{IPAddress}, code: (*pass).hexCode, long: (*pass).hexCode, start: (*pass).ipStart},
	byMAC:         {name: "mac", types: []Type{MACAddress}, begin: "mac macs hwaddr bssid hardware physical ether", word: (*pass).macWord, code: (*pass).provisionedMAC},
	byIBAN:        {name: "iban", types: []Type{IBAN}, code: (*pass).iban, after: (*pass).spacedIBAN},
	byBank:        {name: "bank", begin: "bic swift", word: (*pass).bicWord},
	byWallet:      {name: "wallet", types: []Type{CryptoAddress}, code: (*pass).wallet, long: (*pass).wallet},
	byPlace:       {name: "place", types: []Type{Coordinates}, start: (*pass).coordinate},
	byGeoURI:      {name: "place", begin: "geo", word: (*pass).geoURI},
	bySIP:         {name: "sip", types: []Type{SIPURI}, begin: "sip sips", word: (*pass).sipURI},
	byDeviceID:    {name: "device", types: []Type{DeviceID}, begin: deviceWords, word: (*pass).deviceWord},
	byUser:        {name: "user", types: []Type{Username}, begin: userWords, word: (*pass).username, long: (*pass).camelUser, at: (*pass).mention},
	bySocial:      {name: "user", begin: "fb handle gamertag skype insta instagram twitter snapchat discord telegram tiktok psn facebook linkedin reddit twitch", word: (*pass).socialAccount},
	byHome:        {name: "user", begin: "home homes users " + peoplePaths, word: (*pass).homePath},
	byLogin:       {name: "user", begin: "publickey attempt authentication", word: (*pass).loginFor},
	bySudo:        {name: "user", begin: "sudo", word: (*pass).sudoUser},
	byCard:        {name: "card", types: []Type{CreditCard}, run: (*pass).cardNumber},
	byCardData:    {name: "card-data", types: []Type{CardCVV, CardExpiry, PIN, OTP}, run: (*pass).cardData},
	byPhone:       {name: "phone", types: []Type{Phone}, run: (*pass).phone},
	byUS:          {name: "us", types: []Type{USSSN, USITIN}, run: (*pass).ssn},
	byUK:          {name: "uk", types: []Type{UKNINO}, code: (*pass).nino, after: (*pass).spacedNINO},
	byIN:          {name: "in", types: []Type{INAadhaar, INPAN, INUPI}, at: (*pass).upi, run: (*pass).aadhaar, code: (*pass).pan, after: (*pass).spacedPAN},
	byDate:        {name: "date", types: []Type{Date, DateOfBirth}, run: (*pass).birthNumber},
	byAge:         {name: "age", types: []Type{Age}},
	byPostcode:    {name: "postcode", types: []Type{Postcode}, code: (*pass).postcode, after: (*pass).letteredPostcode, run: (*pass).postcodeNumber},
	byAddress:     {name: "address", types: []Type{Address}},
	byAccount:     {name: "account", types: []Type{AccountID, BankAccount, OrderID}, run: (*pass).account, code: (*pass).documentID, after: (*pass).letteredID},
	byNumber:      {name: "number", types: []Type{Number}, run: (*pass).plainNumber, begin: "dl", word: (*pass).licenceShort},
	bySpeech:      {name: "speech", types: []Type{Spelled}},
	byNames:       {name: "names", types: []Type{Person, Location, Org}, begin: "law", word: (*pass).noteInLaw},
	bySecret:      {name: "secret", types: []Type{Secret}, begin: credentialWords, word: (*pass).secretWord, code: (*pass).secretCode, long: (*pass).secretCode, start: (*pass).numbered},
	byCommand:     {name: "command", types: []Type{Secret}, begin: "curl sshpass", word: (*pass).curl},
	byRecovery:    {name: "secret", begin: "backup recovery seed mnemonic " + licenceHeads, word: (*pass).recovery},
	byTool:        {name: "command", begin: toolWords, word: (*pass).toolPassword},
	byHtpasswd:    {name: "command", begin: "htpasswd", word: (*pass).htpasswd},
	byEcho:        {name: "command", begin: "echo printf", word: (*pass).echoed},
	byCommunity:   {name: "command", begin: "community rocommunity rwcommunity", word: (*pass).community},
	byUID:         {name: "user", begin: "uid", word: (*pass).uidUser},
	byJob:         {name: "user", begin: "cron crond su", word: (*pass).jobUser},
	byAccountWord: {name: "user", begin: accountWords, word: (*pass).accountWord, start: (*pass).accountStart},
	byCase:        {name: "account", begin: caseWords, word: (*pass).caseNumber},
	bySearch:      {name: "names", begin: searchWords, word: (*pass).searched},
	byFailingRow:  {name: "row", begin: "failing", word: (*pass).failingRow},
	byParameters:  {name: "row", begin: "parameters binding", word: (*pass).parameters},
	bySignature:   {name: "secret", begin: "signature sig inline", word: (*pass).signature},
	bySeed:        {name: "secret", begin: "totp authenticator", word: (*pass).seedWord},
	byWiFi:        {name: "secret", begin: "wifi fi mask", word: (*pass).wifiCode},
	bySecured:     {name: "command", begin: "securestring", word: (*pass).securedString},
	bySlashLogin:  {name: "command", begin: "thin sqlplus", word: (*pass).slashLogin},
	bySQL:         {name: "command", begin: "identified", word: (*pass).identified},
	byCode:        {name: "code", begin: "code passcode pin digicode alarmcode türcode torcode deurcode poortcode toegangscode portkod portkoden larmkod larmkoden dørkode alarmkode " + codesSaid, word: (*pass).toldCode},
	byFarCode:     {name: "code", begin: "otp verification", word: (*pass).farCode},
	byUsedCode:    {name: "code", begin: "use enter using type", word: (*pass).usedCode},
	byRow:         {name: "row", begin: "values", word: (*pass).values},
	byZone:        {name: "zone", begin: "p", word: (*pass).machineReadable, code: (*pass).machineReadable},
	byPatient:     {name: "row", begin: "pid n adr", word: (*pass).patient, code: (*pass).nextOfKin, start: (*pass).party},
	byRole:        {name: "names", begin: roleWords, word: (*pass).roleWord},
	byPart:        {name: "names", begin: personWords + " first last by", word: (*pass).partValue},
	byCommonName:  {name: "names", begin: "cn sn " + elementWords, word: (*pass).commonName},
	byDevice:      {name: "names", begin: "iphone ipad macbook mbp imac galaxy laptop airpods headset", word: (*pass).deviceName},
	bySaid:        {name: "said", begin: quoteWords, word: (*pass).noteSaid, long: (*pass).camelSaid},
	byLine:        {name: "telephony", begin: lineWords, word: (*pass).channelPeer},
	byAgent:       {name: "telephony", begin: agentFields, word: (*pass).agentUser},
	byEntity:      {name: "telephony", begin: entityWords, word: (*pass).entity},
	byEncoded:     {name: "encoded", code: (*pass).encoded, long: (*pass).encoded},
	byAssignment:  {name: "assignment", types: []Type{Password, Secret, SessionID}, long: (*pass).assignment},
	byPayment:     {name: "in", begin: saidHandles, word: (*pass).saidUPI},
	byRule:        {name: "rule"}, // what users add; see rules.go
	byRuleLimit:   {name: "rule-limit"},
	byList:        {name: "list"},
	byKnown:       {name: "known"},
}

// catalog lists every detector. A new one gets a line in coded, or in countries.go if it is known by its form, and its file;
// README.md says how.
func catalog() []entry { return withCountries(coded[:]) }

// withCountries adds the detectors of what is known by its form.
func withCountries(all []entry) []entry {
	for _, list := range countries {
		all = append(all, entry{name: list.name, ids: list.ids})
	}
	return all
}

// listen gathers what all words of the text say, so that a number which no word speaks for is done with quickly.
func (p *pass) listen() {
	p.told = p.path.topics[0]|p.wants.topics[0] != 0
	for _, h := range p.text.Hot {
		t := &p.text.Tokens[h]
		if p.isInert(int(t.Start)) {
			continue // the name of what was there
		}
		p.said |= t.Bits
		p.told = p.told || t.Topic != 0
		if next := int(h) + 1; t.Bits&(cuesIdentifier|cueName|wordAnswer|wordNumber|wordKey|wordCode) != 0 && p.isShortIs(next) {
			p.text.Tokens[next].Bits |= wordIs // "my password's plumtree9"
		}
		if t.Bits&wordPhraseEnd != 0 || t.Bits == 0 && t.IsWord() {
			m := p.meaning(int(h))
			p.said |= m.bits
			p.told = p.told || m.topics[0] != 0
		}
	}
	p.told = p.told || (p.said|p.path.bits|p.wants.cues)&cueID != 0
	p.least = p.set.threshold - priorMax
	if p.told {
		p.least -= nearBoost + soleBoost
	} else if p.in.Channel == ChannelLog {
		p.least = min(p.least+inLog, distinct)
	}
	p.stamps = p.in.Channel == ChannelLog && (p.said|p.path.bits|p.wants.cues)&cueBirth == 0
}

// findStrong runs the detectors whose identifiers are known by their own shape.
func (p *pass) findStrong() {
	for _, at := range p.text.Ats {
		for _, f := range p.set.ats {
			if f(p, int(at)) {
				break
			}
		}
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
		switch {
		case t.Len() == 8 && p.at(int(t.End)) == '-' && p.isUUID(i):
			next = i + 5
		case t.IsNumber():
			if p.stamps && t.Len() <= 4 {
				if next = p.passStamp(i); next > i {
					continue
				}
			}
			p.numbers = append(p.numbers, h)
			p.startNumber(i)
		case t.Bits == 0 && t.Begin == 0 || !t.IsWord():
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

// passStamp passes over the date, the date and time, or the time of day of a log line at token i and gives the token to go on
// with; i if there is none. Only dates that begin with the year are told apart surely enough.
func (p *pass) passStamp(i int) int {
	t := &p.text.Tokens[i]
	end := 0
	switch c := p.at(int(t.End)); {
	case t.Len() == 4 && (c == '-' || c == '/'):
		if end = p.isDateAt(int(t.Start)); end > 0 && (p.at(end) == ' ' || p.at(end)|0x20 == 't') {
			p.limit = len(p.b)
			end = p.timestampEnd(end)
		}
	case c == ':' && t.Len() <= 2:
		end = p.isTimeAt(int(t.Start))
	}
	for int(p.text.Tokens[i].Start) < end {
		if i++; i == len(p.text.Tokens) {
			break
		}
	}
	return i
}

// startNumber looks for what begins with digits and has a shape of its own.
func (p *pass) startNumber(i int) {
	tokens := p.text.Tokens
	t := &tokens[i]
	switch p.at(int(t.End)) {
	case ' ', '"', ',', ')', ']', '\n': // also at the end: most numbers stand alone
	default:
		for _, f := range p.set.starts {
			f(p, i)
		}
	}
	before := i > 0 && tokens[i-1].End+1 == t.Start && tokens[i-1].IsWord()
	behind := i+1 < len(tokens) && tokens[i+1].Start == t.End+1
	if before || behind && tokens[i+1].IsWord() {
		for _, f := range p.set.afters {
			f(p, i)
		}
	}
	if before || behind {
		p.codes(i)
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

// cloudID is the length of what stands behind the dash in the ids that Amazon gives to its things.
const cloudID = 17

// mixed looks at a token of letters and digits, or a very long one.
func (p *pass) mixed(i int) {
	t := &p.text.Tokens[i]
	if p.isInert(int(t.Start)) {
		return
	}
	if t.Shape&scan.Digit == 0 {
		for _, f := range p.set.longFuncs {
			f(p, i)
		}
		return
	}
	switch p.at(int(t.Start) - 1) {
	case '-':
		if t.Len() == cloudID && t.Shape&(scan.NonHex|scan.Upper|scan.High) == 0 {
			return // "i-0abcd1234ef567890", "vol-…" of Amazon's
		}
	case '.':
		if p.in.Channel == ChannelLog && isSpan(p.bytesOf(t)) {
			return // "12.345ms"
		}
	}
	for _, f := range p.set.codeFuncs {
		f(p, i)
	}
	p.codes(i)
}

// isSpan says whether digits and a unit of seconds are all of a token.
func isSpan(b []byte) bool {
	n := len(b) - 1
	if b[n] != 's' {
		return false
	}
	if n > 0 && (b[n-1] == 'm' || b[n-1] == 'u' || b[n-1] == 'n') {
		n--
	}
	return n > 0 && digitsIn(b[:n]) == n
}

// word looks at a word that the lexicon knows.
func (p *pass) word(i int) {
	t := &p.text.Tokens[i]
	phrase := t.Bits&wordPhraseEnd != 0 && p.said&cuePassword != 0 // "mot de passe"
	if t.Begin == 0 && t.Bits&wordsAssigned == 0 && !phrase || p.isInert(int(t.Start)) {
		return
	}
	if t.Begin != 0 {
		p.set.words[t.Begin](p, i)
	}
	if t.Bits&wordsAssigned != 0 || phrase && p.cue(i)&cuePassword != 0 {
		p.assignment(i)
	}
}
