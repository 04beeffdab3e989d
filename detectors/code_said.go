package detectors

import "github.com/sonexlabs/tacet/detectors/scan"

// saidCodes looks for PINs and codes that somebody isn't sure of, in turns that say what they are: "my pin, sort of. it is either 1596 or
// 9503", "try 9503 first". Such a number looks like any other, and the word for it may stand sentences before.
func (p *pass) saidCodes() {
	p.saidParts()
	p.compoundCodes()
	const codes, shortest, longest, lastLongest = cuePIN | cueOTP | cueCVV, 3, 8, 6
	said := p.said & codes
	if said == 0 || p.in.Channel == ChannelLog {
		return
	}
	kind := PIN
	switch {
	case said&cuePIN != 0:
	case said&cueOTP != 0:
		kind = OTP
	default:
		kind = CardCVV
	}
	tokens, written := p.text.Tokens, p.isWritten()
	for _, h := range p.text.Hot {
		k := int(h)
		t := &tokens[k]
		if !t.IsNumber() || t.Len() < shortest || t.Len() > longest || kind == CardCVV && t.Len() > 4 || p.isInert(int(t.Start)) || p.isBehindGroup(int(t.Start)) || t.Start > 1 && p.isFound(int(t.Start)-2, int(t.End)) || p.is(k-1, &inWord) && p.isYear(k) || written && !p.isCodeNear(k, codes) {
			continue
		}
		last := (k+1 == len(tokens) || p.clauseEnds(int(t.End), int(tokens[k+1].Start))) && t.Len() > shortest && t.Len() <= lastLongest // "it's the year i was married 1971"
		if last || p.codeLead(k-1) && p.endsCode(k) || p.isAlternative(k) {
			p.addScored(int(t.Start), int(t.End), guess{kind: kind, score: score{form: 0.75}, rule: "said", detector: byCardData}, p.compact(int(t.Start), int(t.End)))
		}
	}
}

// compoundCodes adds the numbers behind compounds for a code that no list has, those behind a box for keys, "Nøgleboks 2580", and extensions, "(ext 2244)".
func (p *pass) compoundCodes() {
	if p.in.Channel == ChannelLog {
		return
	}
	for _, h := range p.text.Hot {
		k := int(h)
		t := &p.text.Tokens[k]
		if !t.IsNumber() || t.Len() < insideLeast || t.Len() > codeMost || p.isFound(int(t.Start), int(t.End)) {
			continue
		}
		switch beside := k > 0 && isCodeGap(p.b[p.text.Tokens[k-1].End:t.Start]); {
		case t.Len() >= codeLeast && (p.isCompoundCode(k) || beside && p.is(k-1, &keyBoxes) || p.isSetBehind(k)):
			p.addCode(k, PIN)
		case t.Len() <= insideMost && p.is(k-1, &insides) && (beside || p.between(k-1) == gapDot):
			p.addScored(int(t.Start), int(t.End), guess{kind: Phone, score: score{form: 0.6}, detector: byPhone}, p.compact(int(t.Start), int(t.End)))
		}
	}
}

// isSetBehind says whether what a code opens is said to be set to token k: "the alarm was changed to 8806".
func (p *pass) isSetBehind(k int) bool {
	const back = 6
	if !p.is(k-1, &setTo) || !p.is(k-2, &settings) || p.between(k-1) != gapSpace || p.between(k-2) != gapSpace {
		return false
	}
	for n := k - 3; n >= 0 && n >= k-back && p.isOfSentence(n); n-- {
		if p.is(n, &opened) {
			return true
		}
	}
	return false
}

var (
	setTo    = wordsOf("to")
	settings = wordsOf("changed set reset")
)

// The lengths of extensions of telephones.
const (
	insideLeast = 3
	insideMost  = 5
)

var (
	// insides stand before an extension without the number of the firm.
	insides = wordsOf("ext extn extension durchwahl toestel anknytning")
	// keyBoxes hold keys and are opened by a code.
	keyBoxes = wordsOf("keysafe keybox lockbox schlüsseltresor schlüsselsafe schlüsselbox schlüsselkasten nøgleboks nøgleboksen nyckelskåp nyckelskåpet nyckelbox sleutelkluis sleutelkastje nøkkelboks")
)

// isCompoundCode says whether a compound that ends with the word for a code stands before token k, with "is" or a colon between: "bokningskod är", "Eingangscode: ".
func (p *pass) isCompoundCode(k int) bool {
	const least = 8
	i := k - 1
	if p.bitsAt(i)&wordIs != 0 && p.between(i) == gapSpace {
		i--
	} else if i < 0 || p.at(int(p.text.Tokens[i].End)) != ':' {
		return false
	}
	if i < 0 || !p.text.Tokens[i].IsWord() || p.text.Tokens[i].Len() < least || p.isInert(int(p.text.Tokens[i].Start)) {
		return false
	}
	w := p.bytesOf(&p.text.Tokens[i])
	for _, end := range [...]string{"koden", "code", "kode", "kod"} {
		if endsWithFolded(w, end) {
			head := w[:len(w)-len(end)]
			return !compoundHeads.holds(head) && !otherCodes.holds(head)
		}
	}
	return false
}

// compoundHeads are joined to the word for a code where it is no secret.
var compoundHeads = wordsOf("fehler fehlers fel fejl fout rabatt kortings korting streck streg streep strich post lands land länder farb färg farve kleur artikel produkt varu produktions quell quelltext käll kilde bron gutschein gutscheins status orts landes valuta währungs " +
	"bank skatte spår sporings error source bar promo voucher dress zip")

// isCodeNear says whether a word for one of the codes stands before token k, not far: a document is about other numbers, too.
func (p *pass) isCodeNear(k int, codes uint64) bool {
	const reach = 24
	for n := k - 1; n >= 0 && n >= k-reach; n-- {
		if p.bitsAt(n)&(codes|wordPhraseEnd|wordCode) != 0 && p.cue(n)&codes != 0 {
			return true
		}
	}
	return false
}

// isBehindGroup says whether a mark joins a number to the one before it, as the year of a date: "14/11/2026".
func (p *pass) isBehindGroup(start int) bool {
	c := p.at(start - 1)
	return (c == '/' || c == '-' || c == '.' || c == ':') && scan.IsDigit(p.at(start-2))
}

// saidParts looks for three figures and a letter right behind words for numbers that are told by their end: "ssn 853b".
func (p *pass) saidParts() {
	const parts, length = cueSSN | cuePAN | cueNINO, 4
	if p.said&parts == 0 || p.in.Channel == ChannelLog {
		return
	}
	for _, h := range p.text.Hot {
		k := int(h)
		if t := &p.text.Tokens[k]; t.Len() == length && p.isMixedCode(k) && digitsIn(p.bytesOf(t)) == length-1 && p.bitsAt(k-1)&parts != 0 && p.between(k-1) == gapSpace {
			kind, _ := wantedKind(p.bitsAt(k-1) & parts)
			p.addHeard(int(t.Start), int(t.End), kind, codeHeard)
		}
	}
}

// codeLead says whether a code may stand right behind token k.
func (p *pass) codeLead(k int) bool {
	return k >= 0 && p.between(k) == gapSpace && (p.is(k, &codeLeads) || p.bitsAt(k)&wordIs != 0)
}

// endsCode says whether nothing that is counted stands behind token k, a number.
func (p *pass) endsCode(k int) bool {
	return k+1 >= len(p.text.Tokens) || p.between(k) != gapSpace || p.is(k+1, &codeEnds)
}

// isAlternative says whether token k, a number, and another of its length are said one "or" the other.
func (p *pass) isAlternative(k int) bool {
	tokens := p.text.Tokens
	like := func(i int) bool {
		return i >= 0 && i < len(tokens) && tokens[i].IsNumber() && tokens[i].Len() == tokens[k].Len()
	}
	for _, n := range [...]int{1, 2} { // "or", "or maybe"
		if p.is(k+1, &orWords) && like(k+n+1) || p.is(k-n, &orWords) && like(k-n-1) {
			return true
		}
	}
	return false
}

var (
	orWords   = wordsOf("or oder ou o of lub albo eller ya")
	codeLeads = wordsOf("either to try tried maybe it's its was be said entweder soit bien")
	codeEnds  = wordsOf("or and but i first maybe perhaps again then please thanks oder ou i'm")
)
