package detectors

import (
	"github.com/sonexlabs/tacet/detectors/names"
	"github.com/sonexlabs/tacet/detectors/scan"
)

// isNoName says whether a given name that the search for names left is the other thing that the word means, or a part of a contraction.
func (p *pass) isNoName(s *names.Span) bool {
	if p.areAll(&noNames, s.First, s.Last) || s.First == s.Last && p.speech.IsPlain(&p.text.Tokens[s.First], p.b) {
		return true
	}
	return p.hasApostrophe(p.b[p.text.Tokens[s.Last].End:min(int(p.text.Tokens[s.Last].End)+4, len(p.b))]) && p.is(s.Last+1, &contracted) ||
		s.First == s.Last && p.is(s.First, &thingNames) && !p.is(s.First-1, &personLead)
}

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
)

// findDoing adds the names before what somebody does in other languages than English, of whose sentences the tagger knows few: "finn komt om 9
// uur", "mukesh aur rakesh". A name that no list has is one where a clause begins with it.
func (p *pass) findDoing() {
	if p.text.Said&wordDoes == 0 || p.isWritten() {
		return
	}
	for _, h := range p.text.Hot {
		i := int(h)
		if p.text.Tokens[i].Bits&wordDoes == 0 || i == 0 || p.isInert(int(p.text.Tokens[i].Start)) {
			continue
		}
		k := i - 1
		for k > 0 && p.is(k, &hesitations) {
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
	joining      = wordsOf("aur")
	clauseStarts = wordsOf("und et y e en i og och aur a uur uhr heures ore horas godzinie")
)

// addDoing adds token k as a person if it is listed as a name, or, where a clause begins with it, listed as nothing else.
func (p *pass) addDoing(k int, begins bool) {
	const short, common = 3, 6
	t := &p.text.Tokens[k]
	if !t.IsWord() || t.Len() < short || t.Bits&^(wordPlace|wordSoftLead|wordUnit|wordPhrase|wordPhraseEnd|cueCalling|cueMoney) != 0 || t.Topic != 0 || p.isInert(int(t.Start)) ||
		p.is(k, &noNames) || p.is(k, &notAnswers) || p.speech.IsPlain(t, p.b) {
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

// findRelated adds the name behind what somebody is to the one who speaks, "my flatmate bill", also one that is a common word; one that no list
// has where a verb follows, "min man sixten har".
func (p *pass) findRelated() {
	if (p.text.Said|p.said)&wordRelation == 0 || p.isWritten() {
		return
	}
	for i := range p.text.Tokens {
		if p.bitsAt(i)&(wordRelation|wordPhraseEnd) == 0 || p.cue(i)&wordRelation == 0 {
			continue
		}
		k := i + 1
		for p.is(k, &hesitations) {
			k++
		}
		if k < len(p.text.Tokens) && p.between(k-1) == gapSpace {
			p.addRelated(k)
		}
	}
}

// addRelated adds token k, behind what somebody is, and the surname behind it, if it is a name.
func (p *pass) addRelated(k int) {
	const short = 3
	t := &p.text.Tokens[k]
	if !t.IsWord() || t.Len() < short || t.Bits&^(wordPlace|wordSoftLead|wordUnit|wordPhrase|wordPhraseEnd|cueCalling|cueMoney) != 0 || t.Topic != 0 || p.isInert(int(t.Start)) ||
		p.is(k, &noNames) || p.is(k, &notAnswers) || p.is(k, &notRelated) || p.speech.IsPlain(t, p.b) || p.isFound(int(t.Start), int(t.End)) {
		return
	}
	l := p.set.names.Listing(t.Hash)
	if l.Other || l.Given < 2 && !(l.Common == 0 && (l.Given > 0 || l.Surname > 0 || p.bitsAt(k+1)&wordIs != 0 || p.is(k+1, &auxiliaries))) {
		return
	}
	last := k
	if n := k + 1; n < len(p.text.Tokens) && p.between(k) == gapSpace && p.text.Tokens[n].IsWord() && !p.is(n, &noNames) && !p.isFound(int(p.text.Tokens[n].Start), int(p.text.Tokens[n].End)) {
		if s := p.set.names.Listing(p.text.Tokens[n].Hash); !s.Other && s.Surname > 0 && s.Common < commonWord {
			last = n
		}
	}
	p.addPerson(k, last)
}

var (
	// notRelated are given names that are verbs and other words behind "my wife": "my wife will".
	notRelated  = wordsOf("will may can said mark sue chase grant drew rob bid pat see page skip case love bless trust wade chuck rich christian junior senior young early long german roman dutch")
	auxiliaries = wordsOf("har heeft hat ha ma tiene tem a hade had wil vil kan kann può peut puede pode może ska skal möchte wilde chce")
)
