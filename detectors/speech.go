package detectors

import (
	"bytes"
	"sort"

	"github.com/sonexlabs/tacet/detectors/checksum"
	"github.com/sonexlabs/tacet/detectors/scan"
	"github.com/sonexlabs/tacet/detectors/spoken"
)

const (
	spokenLeast = 6 // digits said one by one that are an identifier, whatever of
	askedLeast  = 2 // letters and digits that are an answer

	// Words that numbers below a hundred belong to: of an address, an age, a date.
	wordsSmall = wordStreet | wordPlace | wordLead | wordSoftLead | wordUnit | wordAround | wordCompound | wordYear | wordMonth | cueAddress | cueAge | cueBirth | cueExpiry | cuePostcode
	wordsCVV   = wordSecurity | wordCode // both: "security code"
	// Words beside which a short or broken code is one.
	wordsCode = cuePIN | cueCVV | cueOTP | cuePostcode | cueExpiry | cueBirth | cueAadhaar | cuePAN | cueNINO | cueSSN | wordEnding
)

// hear writes down what is spoken in the text: numbers, letters, addresses. What comes after sees the written form only.
func (p *pass) hear() {
	p.speech.Regions, p.early, p.swayed, p.echo = p.speech.Regions[:0], 0, false, false
	if p.in.Channel == ChannelLog || len(p.text.Tokens) == 0 {
		return
	}
	if p.judgeDigit == nil {
		p.judgeDigit, p.markStreet, p.spanClass = p.digitScore, p.markCompounds, p.personClass
	}
	p.hush()
	hints, alone := p.hintsOf(p.wants.cues, p.wants.open), p.hintsOf(0, false)
	hints.Small, hints.Code = hints.Small || p.wants.small, hints.Code || p.wants.code || p.readsBack()
	if p.speech.Read(&p.text, p.set.lexicon, hints) {
		p.b = p.text.Bytes
		p.limit = len(p.b)
		p.quiet = p.quiet[:0] // the words are all read anew
	}
	for _, q := range p.quiet {
		p.text.Tokens[q.token].Bits = q.bits
	}
	p.inert = p.inert[:0] // findInert notes where they are now
	p.swayed = p.speech.Used&(hints.Set()&^alone.Set()|spoken.HintJudge) != 0
}

// readsBack says whether a turn consists of letters and digits that are read out, in a call in which some were heard: they may be a part of
// those, however few they are. One word may be what a recogniser makes of letters: "g b double four test".
func (p *pass) readsBack() bool {
	const most, least, longest = 14, 3, 5 // tokens, letters
	if p.in.Call == nil || p.in.Call.heard.n == 0 || len(p.text.Tokens) > most || len(p.text.Tokens) < least {
		return false
	}
	words := 0
	for k := range p.text.Tokens {
		if t := &p.text.Tokens[k]; !p.speech.IsReadOut(t, p.b) {
			if words++; words > 1 || t.Len() > longest {
				return false
			}
		}
	}
	p.echo = words == 0 || len(p.text.Tokens) > least
	return p.echo
}

// hintsOf is what the reader is told of a text where a question asked for something, or the turn before is open.
func (p *pass) hintsOf(wants uint64, open bool) spoken.Hints {
	cues := wants | p.path.bits
	return spoken.Hints{
		Judge:  p.judgeDigit,
		Code:   cues&(cuesAsked&^(cueName|cueAddress|cueIP|cueAnyID)|wordNumber) != 0 || p.text.Said&wordsCode != 0 || p.text.Said&wordsCVV == wordsCVV,
		Open:   open,
		Email:  wants&cueEmail != 0,
		Birth:  (cues|p.text.Said)&cueBirth != 0,
		Small:  cues&wordsSmall != 0,
		Place:  cues&cueAddress != 0,
		Near:   wordsSmall,
		Lead:   wordLead,
		Number: wordNumber,
		Mark:   p.markStreet,
	}
}

// markCompounds marks the words that end with the word for a street, "bahnhofstraße", and says whether there are any.
func (p *pass) markCompounds() (any bool) {
	for k := range p.text.Tokens {
		if t := &p.text.Tokens[k]; t.Len() >= compoundLeast && t.IsWord() && (p.hasEnd(k, streetEnds) || t.Len() > compoundLeast && p.hasEnd(k, saidEnds)) {
			t.Bits |= wordCompound
			any = true
		}
	}
	if any {
		p.text.Said |= wordCompound
	}
	return any
}

// compoundLeast is the length of a word that has the word for a street at its end, in bytes.
const compoundLeast = 7

// hush takes their meaning from the words of aliases and tokens while the text is read: "[UK_NINO]" speaks of no number.
func (p *pass) hush() {
	p.quiet = p.quiet[:0]
	if len(p.text.Opens) == 0 {
		return
	}
	p.findInert()
	if len(p.inert) == 0 {
		return
	}
	said := uint64(0)
	for k := range p.text.Tokens {
		t := &p.text.Tokens[k]
		if t.Bits == 0 {
			continue
		}
		if p.isInert(int(t.Start)) {
			p.quiet = append(p.quiet, quietWord{k, t.Bits})
			t.Bits = 0
		}
		said |= t.Bits
	}
	p.text.Said = said
}

// quietWord is the meaning of a word that it doesn't have for a while.
type quietWord struct {
	token int
	bits  uint64
}

// digitScore says how likely digits are an identifier: of one that was asked for first, then of any with a check.
func (p *pass) digitScore(d []byte) (score int) {
	n := len(d)
	if n > 12 && n < 20 && checksum.Luhn(d) && isIssuer(d) {
		score = 80
	}
	if n <= formMax && p.wants.topics[0] != 0 {
		for k := range p.set.digitIDs[n] {
			ref := &p.set.digitIDs[n][k]
			if p.wants.scoreFor(ref.kind, 1, p.set.tables) > 0 && (len(ref.fixed) == 0 || ref.fits(d, 0)) {
				score = max(score, 50)
				if ref.id.check != nil && ref.id.check(d) {
					score = 90
				}
			}
		}
	}
	wanted := p.wants.cues | p.saidSoFar()
	if n >= phoneLeast && n <= digitsE164 && (wanted&(cuePhone|cueCalling) != 0 || wanted&(cuesIdentifier&^cueAnyID) == 0) {
		if a := numbering().national(d, p.set.phonePlans); a.fit == fitValid && n > 8 {
			if score = max(score, 40); n <= 11 {
				score = max(score, 50)
			}
			if a.trunk && (n == 10 || n == 11) {
				score = max(score, 60)
			}
		} else if a := numbering().international(d); n > 10 && a.fit == fitValid && a.line.personal() {
			score = max(score, 45)
		}
	}
	switch {
	case wanted&cueSSN != 0 && n == 9:
		score += 95
	case wanted&cueAadhaar != 0 && n == 12:
		if score += 60; checksum.Verhoeff(d) {
			score += 30
		}
	case wanted&cueCard != 0 && n >= 15 && n <= 16:
		score += 25
	case wanted&cuePhone != 0 && (n == 10 || n == 11):
		score += 25
	case wanted&cueCVV != 0 && n == 3, wanted&cuePIN != 0 && n == 4, wanted&cueOTP != 0 && (n == 6 || n == 4):
		score += 25
	case wanted&cueBirth != 0 && (n == 8 || n == 6):
		r := run{d: d, groups: []group{{}}, digits: n}
		if _, ok := r.birthDate(); ok {
			score += 15
		}
	}
	return score
}

// saidSoFar is what the words of the text say, before anything is found in it. It is worked out when it is first needed.
func (p *pass) saidSoFar() uint64 {
	const done = 1 << 63
	if p.early == 0 {
		p.early = done
		for _, h := range p.text.Hot {
			if t := &p.text.Tokens[h]; t.Bits != 0 {
				m := p.meaning(int(h))
				p.early |= m.bits
			}
		}
	}
	return p.early &^ done
}

// findSpoken adds what is an identifier because it was said digit by digit or letter by letter, or because it was asked for.
func (p *pass) findSpoken() {
	found := p.candidates
	if len(found) > 1 && len(p.speech.Regions) > 0 {
		sortCandidates(found)
		p.forgetMarks()
	}
	next, until := 0, 0 // what begins before the region reaches to there
	for i := range p.speech.Regions {
		g := &p.speech.Regions[i]
		for ; next < len(found) && found[next].start <= g.Start; next++ {
			if c := &found[next]; !c.kind.yields() || c.kind == Date {
				until = max(until, c.end)
			}
		}
		if g.Kind == spoken.Other && g.Symbols < askedLeast || g.Symbols == 0 || g.Symbols < spokenLeast && p.goesOnInWriting(g.End) || p.isInert(g.Start) || until >= g.End {
			continue
		}
		kind, s, rule, detector := p.spokenKind(g)
		if kind == 0 || s.total() < p.set.threshold {
			continue
		}
		p.addScored(g.Start, g.End, guess{kind: kind, score: s, rule: rule, detector: detector}, p.compact(g.Start, g.End))
	}
}

// goesOnInWriting says whether a time or an amount goes on at a place: behind "o 7" in "o 7:30".
func (p *pass) goesOnInWriting(at int) bool {
	c := p.at(at)
	return (c == ':' || c == ',' || c == '.') && scan.IsDigit(p.at(at+1))
}

// asksBack says whether the turn is a question: short numbers in it are no answer. "okay one sec is the talon 450 better than the zephyr 450".
// Who asks "is it 450" answers.
func (p *pass) asksBack() bool {
	const lead = 4
	k := 0
	for k < lead && (p.is(k, &notAnswers) || p.is(k, &backLeads)) && !p.is(k, &asksBackWords) {
		k++
	}
	return p.in.Role != RoleAgent && p.is(k, &asksBackWords) && !p.is(k+1, &itselfWords)
}

var (
	backLeads   = wordsOf("one ok so um uh sir madam maam and but oh")
	itselfWords = wordsOf("it that this")
)

var asksBackWords = wordsOf("is are do does did can could would will what which how why when")

// spokenKind says what a region of speech is.
func (p *pass) spokenKind(g *spoken.Region) (kind Type, s score, rule string, detector uint8) {
	switch g.Kind {
	case spoken.Email:
		return Email, score{form: 0.8}, "spoken", byEmail
	case spoken.URL:
		return URL, score{form: 0.6}, "spoken", byURL
	}
	if p.isMeasured(g) {
		return 0, s, "", 0
	}
	if p.wants.open && p.goesOnFrom(g.Start) {
		kind, detector = p.in.Call.run.goesOnAs(g.Symbols)
		return kind, score{question: 0.7}, "goes on", detector
	}
	whole, d := len(p.text.Tokens) == 1, p.b[g.Start:g.End]
	if p.isWritten() && isShortTime(d) {
		return 0, s, "", 0
	}
	if first, last := p.tokensOf(g.Start, g.End); p.isYearIn(d, first) || isYears(d) && p.is(last+1, &makes) || isFraction(d) && g.Symbols <= askedLeast+1 && p.wants.cues&(cueExpiry|cueBirth|cueIP) == 0 && !whole {
		return 0, s, "", 0 // "twenty nineteen honda", "the three point one"
	}
	if (g.Symbols > askedLeast+2 || (g.Symbols >= askedLeast || g.Kind == spoken.Letters) && !p.asksBack()) && (g.Kind != spoken.Other || g.Symbols > askedLeast || whole) {
		if kind, detector = p.askedKind(g.Symbols, g.Kind, 0); kind != 0 && !(g.Kind == spoken.Cardinal && isThousands(d) && (kind == Number || kind == Phone || kind == AccountID)) {
			return kind, score{question: p.wants.askedScore(kind) - p.wants.decay}, "asked", detector
		}
	}
	first, last := p.tokensOf(g.Start, g.End)
	if g.Kind == spoken.Letters && p.isInitialism(g, first) {
		return 0, s, "", 0
	}
	ctx := p.around(first, last)
	if kind = p.heardBefore(p.b[g.Start:g.End], &ctx); kind != 0 {
		return kind, score{form: 0.7}, "heard before", bySpeech
	}
	if p.echo && g.Kind == spoken.Code && g.Symbols < mixedLeast && p.wants.cues == 0 {
		return 0, s, "", 0 // read so for what was heard only
	}
	kind, detector = wantedKind(ctx.near | ctx.mid)
	switch g.Kind {
	case spoken.Digits:
		if (g.Symbols >= spokenLeast || p.isReadAlone(g)) && !isYears(d) && !isFraction(d) {
			return kind, score{form: 0.5}, "spoken", detector
		}
	case spoken.Code:
		if (ctx.near|ctx.mid)&(cuesIdentifier|wordNumber) == 0 && g.Symbols <= modelMost && scan.IsLetter(d[0]) && p.is(first-1, &articlesSaid) {
			return 0, s, "", 0 // "the d h p four eight four": what something is called
		}
		if !isResolution(d) && !(g.Symbols <= askedLeast+2 && p.wants.cues != 0 && p.asksBack()) {
			return kind, score{form: 0.5}, "spoken", detector
		}
	case spoken.Letters:
		return Spelled, score{form: 0.5}, "spoken", bySpeech
	}
	return 0, s, "", 0
}

// isInitialism says whether letters are what something is called by, not what is spelled: "your u t r", "an m r i", "die a o k".
func (p *pass) isInitialism(g *spoken.Region, first int) bool {
	const most = 6
	if g.Symbols == 2 && bytes.IndexByte(p.b[g.Start:g.End], '/') > 0 {
		return true // "w/o"
	}
	return g.Symbols <= most && p.is(first-1, &beforeInitials) && p.wants.cues&(cueName|wordSpell|wordAnswer|cuePassword|cueEmail|cuePostcode|wordUser) == 0 &&
		p.said&(cueName|wordSpell|cuePassword|cueEmail|cuePostcode|wordUser) == 0
}

// modelMost are the letters and digits that a thing is called by behind an article at most, with nothing asked.
const modelMost = 6

const saidArticles = "the a an der die das den dem eine ein le la les un une el los lo una il o um uma de het een "

var (
	articlesSaid   = wordsOf(saidArticles)
	beforeInitials = wordsOf(saidArticles + "my your our his her their any no this that with meine ihre mon ma votre mi su uno mio suo meu seu mijn uw")
)

// isYearIn says whether digits from token first on are the year in which something was, and no answer: "i set one up in about twenty twelve".
func (p *pass) isYearIn(d []byte, first int) bool {
	if len(d) != 4 || !isYears(d) || p.wants.cues&(cueBirth|cueExpiry) != 0 {
		return false
	}
	if p.is(first-1, &aboutWords) {
		first--
	}
	return p.is(first-1, &yearLeads) && !p.is(first-2, &endingWords)
}

var (
	aboutWords  = wordsOf("about around roughly maybe")
	yearLeads   = wordsOf("in since until till before after")
	endingWords = wordsOf("ends ending end finishes finishing begins starts")
)

// isResolution says whether a code is the height of a screen, "1080P".
func isResolution(d []byte) bool {
	switch string(d) {
	case "480P", "720P", "1080P", "1440P", "2160P", "1080I":
		return true
	}
	return false
}

// isReadAlone says whether a region is all of a text, of four digits and more that are read one by one and don't count up or down: the last
// four of a number, whatever was asked.
func (p *pass) isReadAlone(g *spoken.Region) bool {
	const least = 4
	d := p.b[g.Start:g.End]
	if len(p.text.Tokens) != 1 || g.Symbols < least || g.Single < g.Symbols || digitsIn(d) != len(d) {
		return false
	}
	for k := 2; k < len(d); k++ {
		if step := int(d[k]) - int(d[k-1]); step != int(d[1])-int(d[0]) || step != 1 && step != -1 {
			return true
		}
	}
	return false
}

// isMeasured says whether a word behind a region says that it is an amount or a time, and none before that it is an identifier.
func (p *pass) isMeasured(g *spoken.Region) bool {
	first, last := p.tokensOf(g.Start, g.End)
	if g.Kind != spoken.Digits && g.Kind != spoken.Cardinal && g.Kind != spoken.Other && !isFromTo(p.b[g.Start:g.End]) || last < 0 || last+1 >= len(p.text.Tokens) {
		return false
	}
	t := &p.text.Tokens[last+1]
	return t.Bits&cuesAgainst != 0 && t.Bits&cuesIdentifier == 0 && int(t.Start)-g.End <= 2 && !(g.Symbols >= spokenLeast && p.around(first, last).near&cuesNumber != 0)
}

// isFromTo says whether a code is two numbers with "a" between them, which is "to" in Spanish, Italian and Portuguese: "de treinta a cincuenta euros".
func isFromTo(d []byte) bool {
	k := bytes.IndexAny(d, "aA")
	return k > 1 && len(d)-k > 2 && digitsIn(d) == len(d)-1
}

// regionAt is what was said that begins at a place, nil if there is nothing.
func (p *pass) regionAt(start int) *spoken.Region {
	list := p.speech.Regions
	i := sort.Search(len(list), func(i int) bool { return list[i].Start >= start })
	for ; i < len(list) && list[i].Start == start; i++ {
		if list[i].Symbols > 0 {
			return &list[i]
		}
	}
	return nil
}

// isSpoken says whether digits that were said one by one begin at a place.
func (p *pass) isSpoken(start int) bool {
	g := p.regionAt(start)
	return g != nil && g.Kind == spoken.Digits
}

// isCardinal says whether a run is one number as amounts are said.
func (p *pass) isCardinal(r *run) bool {
	g := p.regionAt(r.start)
	return g != nil && g.Kind == spoken.Cardinal
}

// isFraction says whether a single stroke, point or comma stands between digits.
func isFraction(d []byte) bool {
	marks := 0
	for _, c := range d {
		if c == '/' || c == '.' || c == ',' {
			marks++
		} else if c < '0' || c > '9' {
			return false
		}
	}
	return marks == 1
}

// isThousands says whether digits are a number of thousands: "thirty four thousand".
func isThousands(d []byte) bool {
	return len(d) > 3 && len(d) <= 6 && string(d[len(d)-3:]) == "000"
}

// isShortTime says whether letters and digits are a time of day or an age as documents have them: "22h10", "67 y/o F".
func isShortTime(d []byte) bool {
	n := 0
	for n < len(d) && scan.IsDigit(d[n]) {
		n++
	}
	rest := bytes.TrimLeft(d[n:], " ")
	return n > 0 && n <= 2 && (len(rest) == len("h10") && rest[0]|0x20 == 'h' && digitsIn(rest[1:]) == 2 || len(rest) <= len("y/o F") && isWord(rest[:min(len("yo"), len(rest))], "yo"))
}

// isYears says whether digits are years, one after the other.
func isYears(d []byte) bool {
	for k := 0; k < len(d); k += 4 {
		if k+4 > len(d) || !(d[k] == '1' && d[k+1] == '9' || d[k] == '2' && d[k+1] == '0') {
			return false
		}
	}
	return true
}

// goesOnFrom says whether what begins at a place may go on with what the turn before ended within: only words without meaning of
// their own stand before it.
func (p *pass) goesOnFrom(start int) bool {
	const words = 4
	for k := range p.text.Tokens {
		if t := &p.text.Tokens[k]; int(t.End) > start {
			return k <= words
		} else if k == words || !p.is(k, &goesOnWords) && !p.speech.IsPlain(t, p.b) {
			return false
		}
	}
	return false
}

// goesOnWords may stand before the rest of a number.
var goesOnWords = wordsOf("and then next so okay ok right yes yeah yep um uh er erm hmm it's its it is s the rest last well sorry no nein nee non nie nahi não double und dann et puis y luego e poi depois a potem en dan")

// askedKind is the type of an answer of n letters and digits to the last question; 0 if that asked for nothing of the kind. Where several
// things were asked for, the word before the answer tells which: near is what that says.
func (p *pass) askedKind(n int, how spoken.Kind, near uint64) (Type, uint8) {
	cues := p.wants.cues
	letters := how == spoken.Letters
	if both := cues & near & (cueAccount | cueBank | cueCard | cueCVV | cueExpiry); both != 0 && p.wants.topics[0] != 0 {
		if kind, detector := wantedKind(both); kind != Number {
			return kind, detector
		}
	}
	switch {
	case cues == 0 && p.wants.topics[0] == 0:
		return 0, 0
	case letters && cues&(wordAnswer|cuePassword) != 0: // "the password on the account"
		return Password, bySpeech
	case (letters || how == spoken.Code && cues&wordSpell != 0) && cues&(cueName|wordSpell) != 0 && cues&(cuePostcode|cueEmail|cuesNumber&^cueAnyID) == 0:
		return Person, bySpeech
	case cues&cueCVV != 0 && n <= 4 && !letters:
		return CardCVV, byCardData
	case cues&cueOTP != 0 && n <= 8:
		return OTP, byCardData
	case cues&cuePIN != 0 && n <= 6 && (cues&cuePostcode == 0 || n < 5) && !letters: // "pin code" may be either
		return PIN, byCardData
	case cues&cueExpiry != 0 && n <= 6 && !letters:
		return CardExpiry, byCardData
	}
	for _, t := range p.wants.topics {
		if kind, ok := p.set.soleType(t); ok {
			return kind, bySpeech
		}
	}
	switch {
	case cues&cueCard != 0 && !letters:
		return CreditCard, byCard
	case cues&cueAadhaar != 0:
		return INAadhaar, byIN
	case cues&cuePAN != 0:
		return INPAN, byIN
	case cues&cueNINO != 0:
		return UKNINO, byUK
	case cues&cueSSN != 0:
		return USSSN, byUS
	case cues&cueIBAN != 0:
		return IBAN, byIBAN
	case cues&cueBirth != 0 && !letters:
		return DateOfBirth, byDate
	case cues&cuePostcode != 0:
		return Postcode, byPostcode
	case cues&cueEmail != 0:
		return Email, byEmail
	case cues&cueBank != 0:
		return BankAccount, byAccount
	case cues&cueAccount != 0:
		return AccountID, byAccount
	case cues&(cueOrder|wordOrder) != 0:
		return OrderID, byAccount
	case cues&cuePhone != 0:
		return Phone, byPhone
	case cues&(cuePassword|wordAnswer) != 0:
		return Password, byAssignment
	case cues&(cueID|wordNumber) != 0:
		return Number, byNumber
	}
	return 0, 0
}

// soleType is the type that a topic is about, if that is one only.
func (t *tables) soleType(topic uint16) (Type, bool) {
	if topic == 0 || !t.sole[topic] {
		return 0, false
	}
	for k := range TypesMax {
		if t.topics[topic].has(Type(k)) {
			return Type(k), true
		}
	}
	return 0, false
}
