package detectors

import (
	"github.com/sonexlabs/tacet/detectors/names"
	"github.com/sonexlabs/tacet/detectors/scan"
)

// barely is the confidence below which a person was only just taken.
const barely = 0.29

// isDoubtful says whether a person that nobody asked for was only just taken in a conversation and helps a verb rather: "my wife will ring
// you".
func (p *pass) isDoubtful(s *names.Span) bool {
	return s.Class == names.Person && s.Confidence < barely && p.is(s.Last, &helping) && p.wants.cues&cueName == 0 && !p.isWritten()
}

// isNoName says whether a given name that the search for names left, or is in doubt about, is the other thing that the word means, or a part of
// a contraction.
func (p *pass) isNoName(s *names.Span) bool {
	if p.areAll(&noNames, s.First, s.Last) || s.First == s.Last && p.speech.IsPlain(&p.text.Tokens[s.First], p.b) {
		return true
	}
	return p.at(int(p.text.Tokens[s.Last].End)) == '\'' && p.is(s.Last+1, &contracted) ||
		s.First == s.Last && p.is(s.First, &thingNames) && !p.is(s.First-1, &personLead)
}

// areThings says whether all words that the tagger took for one person are things: "price category".
func (p *pass) areThings(first, last int, confidence float32) bool {
	for k := first; k <= last; k++ {
		if !p.isLoneThing(k, confidence) {
			return false
		}
	}
	return true
}

// areCommon says whether tokens first to last, which the tagger took for an address that nobody asked the speaker for, are nothing but common
// words and figures: "costing $2,800", "with rating 5.0".
func (p *pass) areCommon(first, last int) bool {
	if p.wants.cues&cueAddress != 0 && p.in.Role != RoleAgent {
		return false
	}
	for k := first; k <= last; k++ {
		if t := &p.text.Tokens[k]; !t.IsNumber() && (t.Bits&(wordStreet|wordPlace) != 0 && first < last || p.set.names.Listing(t.Hash).Common < commonWord) {
			return false
		}
	}
	return true
}

// isLoneThing says whether a word that the tagger took for a person, or a part of one, in a conversation, as sure as that, is none: a word that dictionaries
// have and lists of names don't, or a rarer given name that mostly means a thing. Where a name is asked for or announced it is one.
func (p *pass) isLoneThing(k int, confidence float32) bool {
	const heard, frequent = 0.5, 3
	t := &p.text.Tokens[k]
	if p.isWritten() || t.Shape&(scan.High|scan.Digit) != 0 || t.Shape&scan.Upper != 0 && p.in.Call == nil {
		return false
	}
	l := p.set.names.Listing(t.Hash)
	switch {
	case p.is(k, &thingNames):
		if l.Given >= frequent || confidence >= heard {
			return false
		}
	case l.Other || l.Common == 0 || l.Common < commonWord && p.is(k-1, &introWords):
		return false
	case l.Given+l.Surname > 0: // a rare name that is a frequent word: "trivia", "house"
		if confidence >= heard || l.Common < commonJoined || l.Given > 0 && l.Surname >= frequent || l.Given > 1 && (l.Given >= frequent || l.Surname > 1 || l.Common < commonTyped) {
			return false
		}
	}
	before := k - 1
	for p.is(before, &hesitations) {
		before--
	}
	return !p.is(before, &personLead) && !p.is(before, &titles) && p.bitsAt(before)&wordRelation == 0 && !p.is(k+1, &personTail) &&
		!(confidence < heard && p.isHeard(k)) && !p.isAnnounced(k, k)
}

// personTail stand behind a person's name rather than behind a thing.
var personTail = wordsOf("here speaking calling ji birthday bday")

var (
	// thingNames are given names that calls say of other things more often: of payments, services, the weather, directions.
	thingNames = wordsOf("bill cash chance charity case comfort credit ford mercedes mac miles max alexa chase skip song songs rock sunny windy rain snow storm west east " +
		"hilton banks riff young pandora easter tequila jazz baby soo rich cal ant diamond honey mark wen edit alpha abbey olive nirvana elvis dallas washington india delta " +
		"destiny bell coco berry rush virgin sky page lane pepper price idea long kick crew treasure ties channel rivers knowledge male star diesel brown golden noble patience lean " +
		"irish roman yoga heaven temple swan shade eve gay hella lotta ima gemini aries taurus oscar emmy booker alfredo keno legend justice river dick " +
		"journey gauge royalty loyalty wisdom may will isa dona trae")
	// personLead stand before a person's name rather than before a thing.
	personLead = wordsOf("hi hello hey thanks thank ask asked tell told email text message from with am i'm m mister named called name's met")
	contracted = wordsOf("t ll ve re")
	helping    = wordsOf("will may") // names that stand before verbs
)

// findDoing adds the names before what somebody does in other languages than English, of whose sentences the tagger knows few: "finn komt om 9
// uur", "mukesh aur rakesh". A name that no list has is one where a clause begins with it.
func (p *pass) findDoing() {
	if (p.text.Said|p.said)&wordDoes == 0 || p.isWritten() {
		return
	}
	for _, h := range p.text.Hot {
		i := int(h)
		if p.bitsAt(i)&(wordDoes|wordPhraseEnd) == 0 || i == 0 || p.cue(i)&saysName != wordDoes {
			continue
		}
		k := i - 1
		for k > 0 && (p.is(k, &hesitations) || p.text.Tokens[i].Bits&wordDoes == 0 && p.is(k, &beforePhone)) {
			k--
		}
		if p.is(i, &joining) {
			for j := i + 1; j < len(p.text.Tokens) && j <= i+2; j++ {
				if !p.is(j, &hesitations) {
					p.addDoing(j, false)
					break
				}
			}
			p.addDoing(k, false)
		} else {
			p.addDoing(k, k == 0 || p.between(k-1) != gapSpace || p.text.Tokens[k-1].IsNumber() || p.is(k-1, &clauseStarts))
		}
	}
}

var (
	beforePhone  = wordsOf("à a l am al all ao aan de i en qué waarmee kan kann que puis em was wie come w czym") // in "à l'appareil", "waarmee kan ik"
	joining      = wordsOf("aur")
	clauseStarts = wordsOf("und et y e en i og och aur a uur uhr heures ore horas godzinie est bonjour hallo hola olá ja oui sí sì sim allô")
)

// addDoing adds token k as a person if it is listed as a name, or, where a clause begins with it, listed as nothing else.
func (p *pass) addDoing(k int, begins bool) {
	const short, common = 3, 6
	t := &p.text.Tokens[k]
	if !t.IsWord() || t.Len() < short || t.Bits&^(wordPlace|wordSoftLead|wordUnit|wordPhrase|wordPhraseEnd|cueCalling|cueMoney) != 0 || p.isInert(int(t.Start)) ||
		p.is(k, &noNames) || p.speech.IsPlain(t, p.b) {
		return
	}
	l := p.set.names.Listing(t.Hash)
	if l.Other || l.Common > common || l.Given == 0 && !(begins && l.Common == 0 && t.Shape&scan.Digit == 0) {
		return
	}
	if !p.isFound(int(t.Start), int(t.End)) {
		p.addPerson(k, k)
	}
}
