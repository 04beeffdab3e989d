package detectors

// An e-mail address that is told over several turns, a few words each: "sunny days", "one word", "seven two", "at sky dot com". While it is open,
// short turns of letters, numbers, marks and words that are none of common speech are its pieces, and so is what is read back of them.

const (
	mailTurns = 8  // that an address stays open
	mailPiece = 10 // tokens of a turn that is a piece
	mailWords = 12
	mailScore = 0.55
)

// openMail is an e-mail address that is being given.
type openMail struct {
	said [mailWords]uint32 // keyed hashes of the words of the last piece
	left uint8             // turns that it stays open
	some bool              // a piece was given
}

// followMail opens, keeps or closes the e-mail address that is being given, by the turn that p has searched. said is what it says of identifiers.
func (c *Call) followMail(p *pass, said uint64) {
	const asideOf = cueEmail | wordSpell | cueName | cueAnyID | wordEnding
	m := &c.mail
	switch {
	case p.in.Role == RoleAgent && said&cueEmail != 0:
		*m = openMail{left: mailTurns}
		return
	case m.left == 0:
		return
	case p.in.Role == RoleAgent && said&^asideOf != 0:
		m.left = 0
		return
	}
	m.left--
	for k := range p.candidates {
		if x := &p.candidates[k]; x.kind == URL || x.kind == Email && x.rule != mailRule && hasDomain(p.b[x.start:x.end]) {
			m.left = min(m.left, 1) // read back, or put right
		}
	}
}

// hasDomain says whether an address has an at sign and a dot behind it.
func hasDomain(b []byte) bool {
	for i, c := range b {
		if c == '@' {
			for _, c := range b[i:] {
				if c == '.' {
					return true
				}
			}
		}
	}
	return false
}

// mailRule names the rule of pieces of addresses.
const mailRule = "piece"

// answerMail takes a short turn for a piece of the e-mail address that is being given.
func (p *pass) answerMail() {
	c := p.in.Call
	if c.mail.left == 0 || p.in.Channel == ChannelLog || p.in.Channel == ChannelChat || p.set.names == nil {
		return
	}
	tokens := p.text.Tokens
	first, last := 0, len(tokens)-1
	for first <= last && !p.is(first, &atSaid) && (p.is(first, &answerLead) || p.is(first, &answerLeadSaid) || p.is(first, &goesOnWords) || p.is(first, &listening) && !p.speech.IsSymbol(&tokens[first], p.b)) {
		first++
	}
	for last >= first && (p.is(last, &thanksWords) || p.is(last, &thanksSaid) || p.is(last, &yesWords) || p.is(last, &mailEnds)) {
		last--
	}
	if first > last || last-first >= mailPiece || p.said&cuesIdentifier&^(cueEmail|cueAnyID|cueName) != 0 {
		return
	}
	agent := p.in.Role == RoleAgent
	if p.endsDomain(first, last) || !agent && c.mail.some && p.isHostAlone(first, last) {
		p.addPiece(first, last)
		return
	}
	sure, common, known, numbers := 0, 0, 0, 0
	for k := first; k <= last; k++ {
		t := &tokens[k]
		switch {
		case p.isInert(int(t.Start)), t.Bits&cuesAgainst != 0 && k > first && p.saysNumber(k-1), !t.IsWord() && p.at(int(t.End)) == ':':
			return
		case p.is(k, &notMail) || p.is(k, &notAnswers) || p.is(k, &notAnswersSaid) || p.is(k, &sentenceWords):
			if k == first || agent || !p.is(k, &spellWords) {
				return
			}
			last = k - 1 // "sunny days with a z"
		case p.wasMail(k):
			known++
		case p.is(k, &userMarks) || p.is(k, &atSaid):
			numbers++
		case !t.IsWord() || t.Len() == 1 || p.speech.IsSymbol(t, p.b) || p.saysNumber(k):
			sure++
			numbers++
		case p.set.names.IsCommon(t.Hash) || p.speech.IsPlain(t, p.b):
			if is, _ := p.speech.IsNumber(t, p.b); is && sure > 0 {
				sure++ // "nine oh"
			} else {
				common++
			}
		default:
			sure++
		}
	}
	switch begins := !agent && !c.mail.some && last == first+1 && c.mail.left >= mailTurns-1; {
	case begins && common > 0 && numbers == 0:
	case sure+known == 0, common > 0 && known == 0, common > 1, known+numbers == 0 && (agent || last > first): // words of other languages are none of common speech here
		return
	}
	if !agent {
		c.mail.some = true
		for k := range min(last-first+1, mailWords) {
			c.mail.said[k] = p.saidKey(first + k)
		}
	}
	p.addPiece(first, last)
}

// addPiece takes tokens first to last for a piece of the address, unless something was found there.
func (p *pass) addPiece(first, last int) {
	start, end := int(p.text.Tokens[first].Start), int(p.text.Tokens[last].End)
	for k := range p.candidates {
		if x := &p.candidates[k]; x.start <= start && end <= x.end && x.kind != Number {
			return
		}
	}
	p.addScored(start, end, guess{kind: Email, score: score{question: mailScore}, rule: mailRule, detector: byEmail}, p.compact(start, end))
}

// endsDomain says whether tokens first to last are the end of a domain, each part behind a point: "dot com", "dot co dot uk".
func (p *pass) endsDomain(first, last int) bool {
	if first == last || !p.is(first, &dotSaid) {
		return false
	}
	for k := first; k <= last; k++ {
		if !p.is(k, &dotSaid) && !p.speech.IsTopLevel(&p.text.Tokens[k], p.b) {
			return false
		}
	}
	return true
}

// isHostAlone says whether tokens first to last are the sign before a domain and a word, "at example".
func (p *pass) isHostAlone(first, last int) bool {
	const least = 4
	return last == first+1 && p.is(first, &atSaid) && p.text.Tokens[last].IsWord() && p.text.Tokens[last].Len() >= least &&
		!p.is(last, &notMail) && !p.is(last, &mailAway) && !p.is(last, &stopWords) && !p.is(last, &notAnswers) && !p.is(last, &sentenceWords)
}

// wasMail says whether token k was in the last piece of an address.
func (p *pass) wasMail(k int) bool {
	h := p.saidKey(k)
	for _, w := range p.in.Call.mail.said {
		if w == h {
			return true
		}
	}
	return false
}

var (
	// spellWords begin what is said of how a piece is written: "sunny days with a z".
	spellWords = wordsOf("with without spelled spelt mit sans avec con com z bez met all")
	// notMail are words of what is said about an address, and of who holds the line.
	notMail  = wordsOf("speaking listening looking checking look check moment minute second sec schaue schau gucke moment sekunde diga dime dígame prego attimo momento instant ogenblik chwila chwileczkę hang bear hold bare on tout tutto todo tudo alles wszystko minuscules minuscule minuscolo minúsculas lowercase lower case capital capitals with without spelled spelt spell mit sans avec con senza com z bez met zonder spelling all is how what's whats do does did have got none nothing neither no know email mail address e-mail inbox junk spam send sent receive phone number")
	atSaid   = wordsOf("at arobase arroba chiocciola apenstaartje apestaartje małpa klammeraffe ät snabel")
	mailAway = wordsOf("home work") // "at work"
	dotSaid  = wordsOf("dot point punkt punto ponto kropka")
	mailEnds = wordsOf("and yep yeah yes sorry then one word together okay ok right zusammen attaché junto attaccato aaneen razem")
)
