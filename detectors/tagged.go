package detectors

import (
	"sync"

	"github.com/sonexlabs/tacet/detectors/names"
	"github.com/sonexlabs/tacet/detectors/scan"
)

// nameModel is the tagger of names, read once for all sets.
var nameModel = sync.OnceValues(names.Load)

const (
	// addressSure is how sure the tagger must be of an address that nobody asked for: the detector of addresses reads most of them.
	addressSure = 0.95
	// nameTokens is the length of the longest answer that is a name as a whole.
	nameTokens = 5
)

// findNames looks for persons, places and organisations, and for addresses that have no number. It comes last: what was found before
// is no name.
func (p *pass) findNames() {
	if p.set.names == nil || len(p.text.Tokens) == 0 || !p.mayHoldNames() {
		return
	}
	p.findHouses()
	ctx := names.Context{Preset: p.set.preset, Expect: p.expectsName(), Written: p.isWritten(), Class: p.spanClass}
	switch p.in.Role {
	case RoleAgent:
		ctx.Speaker = names.SpeakerAgent
	case RoleCustomer:
		ctx.Speaker = names.SpeakerCustomer
	}
	if p.in.Call != nil {
		ctx.Memory = p.in.Call.names
	}
	p.spans = p.set.names.Find(p.spans[:0], &p.text, &ctx, &p.tagger)
	p.keepNear()
	p.leaveCode()
	tagged := len(p.spans) > 0
	if tagged {
		p.addSpans()
	}
	p.findAddressed()
	p.nameInLaw()
	p.findDevanagari()
	p.findSaidName()
	p.findDoing()
	p.findRelated()
	p.findInTheName()
	p.findSpelledName()
	p.findNearName()
	p.findShown()
	p.answerName(&ctx)
	if tagged {
		p.rememberAnswer(&ctx)
	}
}

// addSpans adds what the tagger found, each as far as it is a name.
func (p *pass) addSpans() {
	before := len(p.candidates)
	if before > 1 {
		sortCandidates(p.candidates)
		p.forgetMarks()
	}
	next := 0
	for i := 0; i < len(p.spans); i++ {
		for i+1 < len(p.spans) && p.isHesitant(&p.spans[i], &p.spans[i+1]) {
			p.spans[i+1].First = p.spans[i].First
			p.spans[i+1].Confidence = max(p.spans[i].Confidence, p.spans[i+1].Confidence)
			p.spans[i+1].Weak = false
			i++
		}
		if (p.spans[i].Weak || p.isDoubtful(&p.spans[i])) && p.isNoName(&p.spans[i]) || p.isThingSpan(&p.spans[i]) {
			continue
		}
		next = p.cutAtBracket(&p.spans[i], next, before)
		if p.spans[i].Class == names.Person {
			next = p.cutAtLabel(&p.spans[i], next, before)
			if p.isWritten() {
				next = p.cutAtSentence(&p.spans[i], next, before)
				if p.isNobody(&p.spans[i]) || !p.cutGreeting(&p.spans[i]) || !p.cutLabel(&p.spans[i]) {
					continue
				}
				if p.in.Channel != ChannelLog && (p.isSmallTalk(&p.spans[i]) || p.isHeading(&p.spans[i]) || p.isPeople(&p.spans[i])) {
					continue
				}
				p.cutSmall(&p.spans[i])
			}
		}
		if s := &p.spans[i]; s.Class == names.Person && p.isBirthplace(s.First) {
			s.Class = names.Location
		}
		if s := &p.spans[i]; s.First < s.Last && p.isShortIs(s.First) {
			s.First++ // "my surname's okonkwo"
		}
		p.widenPerson(i)
		next = p.addSpan(&p.spans[i], next, before)
	}
}

// isThingSpan says whether a span is what is counted, a program, an order or a list of months: "how many miles", "/usr/bin/unzip", "Mark as read".
func (p *pass) isThingSpan(s *names.Span) bool {
	k := s.First
	if s.Class == names.Person && (p.isTalk(s) || isWord(p.bytesOf(&p.text.Tokens[k]), "mark") && p.is(k+1, &marked) && p.between(k) == gapSpace && (k == 0 || p.endsClause(k-1))) {
		return true // "Mark as read"
	}
	if s.Class == names.Person && k < s.Last && p.areMonths(k, s.Last) {
		return true // "April, May and June"
	}
	if k == s.Last && k > 0 && s.Class == names.Person && p.is(k, &shortUnits) && p.saysNumber(k-1) {
		return true
	}
	return k == s.Last && s.Class == names.Person && p.is(k, &plainWords) && p.is(k-1, &manyWords) ||
		p.at(int(p.text.Tokens[s.Last].Start)-1) == '/' && p.is(s.Last-1, &programs)
}

// areMonths says whether tokens first to last are names of months.
func (p *pass) areMonths(first, last int) bool {
	for k := first; k <= last; k++ {
		if p.bitsAt(k)&wordMonth == 0 {
			return false
		}
	}
	return true
}

// isTalk says whether a span is what is said in place of a name in other languages than English: "mi marido", "di mio marito".
func (p *pass) isTalk(s *names.Span) bool {
	said := false
	for k := s.First; k <= s.Last; k++ {
		switch {
		case p.bitsAt(k)&wordRelation != 0 && s.First < s.Last && p.is(k-1, &ownWords):
			said = true
		case !p.is(k, &ownWords) && !p.is(k, &noneAlone) && !p.is(k, &answerLeadSaid) && !p.is(k, &notAnswersSaid) && !p.is(k, &notPasswordsSaid):
			return false
		}
	}
	return said
}

var (
	shortUnits = wordsOf("meg megs gig gigs mil mils miles") // "five hundred meg", "the fifty mil"
	manyWords  = wordsOf("many few hundred thousand extra of more")
	programs   = wordsOf("bin sbin lib libexec") // folders
)

// isHesitant says whether two spans are one name with a hesitation or a particle in it: "katarzyna um wojcik", "casimira dos anjos".
func (p *pass) isHesitant(a, b *names.Span) bool {
	const most = 2
	if p.isWritten() || a.Class != names.Person || b.Class != names.Person || b.First-a.Last-1 > most || b.First-a.Last-1 < 1 {
		return false
	}
	for k := a.Last + 1; k < b.First; k++ {
		if !p.is(k, &hesitations) && !p.is(k, &particles) {
			return false
		}
	}
	return true
}

// particles stand before surnames.
var particles = wordsOf("de da do dos das del della di du des van von der den ter ten bin ibn bint ben al el la le lo abu mac ó ní")

var hesitations = wordsOf("um uh er erm uhm hmm ah äh ähm euh eh ehm eee yyy aa haan matlab pues allora cioè")

// widenPerson adds to a span what its neighbours show it to lack: the given name before a surname that was heard before, "bill brook", and
// the name behind a hesitation, "evie um begum".
func (p *pass) widenPerson(i int) {
	s, tokens := &p.spans[i], p.text.Tokens
	p.widenVietnamese(s)
	if s.Class != names.Person {
		return
	}
	for s.First < s.Last && !p.isWritten() && p.is(s.First, &aroundAnswers) && p.text.Tokens[s.First].Len() > 1 {
		s.First++ // "still okonkwo"
	}
	free := func(k int) bool {
		return k >= 0 && k < len(tokens) && tokens[k].IsWord() && tokens[k].Len() > 2 && (i == 0 || p.spans[i-1].Last < k) && (i+1 == len(p.spans) || p.spans[i+1].First > k)
	}
	for k := s.Last + 1; free(k) && tokens[k].Hash == tokens[k-1].Hash && p.besides(k-1); k++ {
		s.Last = k // "jasmine jasmine toliver"
	}
	for k := s.Last + 1; free(k) && p.isHyphen(k-1) && p.mayBeHyphened(k); k++ {
		s.Last = k // "delacroix-petit"
	}
	for k := s.First - 1; free(k) && p.isHyphen(k) && p.mayBeHyphened(k); k-- {
		s.First = k
	}
	if k := s.First - 1; s.First == s.Last && free(k) && p.besides(k) {
		name, before := p.set.names.Listing(tokens[s.First].Hash), p.set.names.Listing(tokens[k].Hash)
		if name.Surname > name.Given && before.Given > 1 && before.Common < 7 && !before.Other || p.isHeard(s.First) && p.beginsName(k) {
			s.First = k
		}
	}
	if k := s.Last + 1; (s.First == s.Last || s.First+1 == s.Last && (p.is(s.First, &titles) || p.set.names.IsGiven(tokens[s.First].Hash))) && !p.isWritten() && free(k) && p.besides(s.Last) && p.isUnlisted(k) && !(k+1 < len(tokens) && tokens[k+1].IsNumber()) && p.set.names.IsGiven(tokens[s.Last].Hash) {
		s.Last = k // "gesine vormbrock", "heinz rüdiger vormbrock"
	}
	if k := s.Last + 2; p.isWritten() && p.is(k-1, &particles) && p.isCapital(k-1) && free(k) && p.isCapital(k) && p.between(k-2) == gapSpace && p.between(k-1) == gapSpace {
		s.Last = k // "Crocifisso Lo Verde"
	}
	if k := s.First - 1; s.First == s.Last && !p.isWritten() && free(k) && p.besides(k) && p.isUnlisted(k) && p.set.names.Listing(tokens[s.First].Hash).Surname > 1 {
		s.First = k
	}
	if k := s.Last + 1; s.First == s.Last && p.isWritten() && free(k) && p.between(s.Last) == gapSpace && p.isCapital(k) && p.isCapital(s.Last) && p.set.names.Listing(tokens[s.Last].Hash).Given > 1 &&
		p.set.names.Listing(tokens[k].Hash).Surname > 0 && tokens[k].Bits&wordsNoName == 0 && !p.is(k, &firms) && !p.is(k, &departments) {
		s.Last = k // "Ezekiel Monk"
	}
	k := s.Last + 1
	for k < len(tokens) && k <= s.Last+2 && (p.is(k, &hesitations) || p.is(k, &particles) && !p.isWritten()) {
		k++
	}
	if k == s.Last+1 && k < len(tokens) && p.is(s.Last, &particles) && s.First < s.Last && !p.isWritten() && free(k) && p.isUnlisted(k) {
		s.Last = k // "meneer van der zwaan"
	}
	if k > s.Last+1 && free(k) && (p.is(k-1, &hesitations) || p.mayBeRelated(k) && p.endsClause(k) || k > s.Last+2 && p.isUnlisted(k)) {
		if after := p.set.names.Listing(tokens[k].Hash); !after.Other && (after.Common == 0 || after.Surname > 1 && after.Common < 5) {
			s.Last = k
		}
	}
}

var (
	personNames = wordsOf("surname surnames forename lastname firstname nachname vorname apellido apellidos cognome prénom nazwisko imię achternaam voornaam sobrenome efternamn förnamn efternavn fornavn")
	lastNames   = wordsOf("name names")
	personKinds = wordsOf("last first sur fore given family maiden middle second nick")
)

// Surnames of Vietnam, and the middle names that most have there: "Trần Thị Bình". Given names are common words elsewhere: "An", "Em".
var (
	vietnameseSurnames = wordsOf("nguyễn trần lê phạm huỳnh hoàng phan vũ võ đặng bùi đỗ hồ ngô dương lý đinh đoàn trịnh nguyen tran pham huynh")
	vietnameseMiddles  = wordsOf("văn thị van thi")
)

// widenVietnamese adds to a person the surname before it, and the given name behind it, where words with capitals say that it is of Vietnam. What
// else follows a surname and a middle name is a person, too.
func (p *pass) widenVietnamese(s *names.Span) {
	beside := func(k int) bool { return p.isCapital(k) && p.isFree(k) && !p.isInert(int(p.text.Tokens[k].Start)) }
	if k := s.First - 1; beside(k) && p.between(k) == gapSpace && p.is(k, &vietnameseMiddles) && (s.Class == names.Person || p.is(k-1, &vietnameseSurnames)) {
		s.Class, s.First = names.Person, k
	}
	if s.Class != names.Person {
		return
	}
	if k := s.First - 1; beside(k) && p.between(k) == gapSpace && p.is(k, &vietnameseSurnames) {
		s.First = k
	}
	if k := s.Last + 1; p.is(s.Last, &vietnameseMiddles) && p.is(s.First, &vietnameseSurnames) && s.First < s.Last && beside(k) && p.between(s.Last) == gapSpace {
		s.Last = k
	}
}

// isUnlisted says whether token k is a word that no list has, that isn't misspelled and doesn't end as words of other languages do.
func (p *pass) isUnlisted(k int) bool {
	if !p.mayBeRelated(k) || p.isOtherWord(k) || p.isInflected(&p.text.Tokens[k]) {
		return false
	}
	l := p.set.names.Listing(p.text.Tokens[k].Hash)
	return l.Common == 0 && l.Given+l.Surname == 0
}

// isHeard says whether the call has heard token k as a name before.
func (p *pass) isHeard(k int) bool {
	return p.in.Call != nil && p.in.Call.names.Has(p.text.Tokens[k].Hash)
}

// beginsName says whether token k stands where a name begins, alone or behind words like "yes", and is no other word that a list has: "sim,
// conceição magalhães".
func (p *pass) beginsName(k int) bool {
	if l := p.set.names.Listing(p.text.Tokens[k].Hash); l.Other || l.Common > l.Given || p.is(k, &noNames) || p.is(k, &answerLead) || p.is(k, &yesWords) || p.is(k, &hindiWords) || p.is(k, &hesitations) {
		return false
	}
	for k--; k >= 0; k-- {
		if !p.is(k, &answerLead) && !p.is(k, &hesitations) && !p.is(k, &yesWords) {
			return false
		}
	}
	return true
}

// yesWords are what somebody who is asked for by name answers first.
var yesWords = wordsOf("hello hi sí si sim sì ja jawohl oui tak hallo hola olá ciao ji haan ha")

// isHyphen says whether a hyphen alone stands between token k and the next.
func (p *pass) isHyphen(k int) bool {
	a, b := &p.text.Tokens[k], &p.text.Tokens[k+1]
	return b.Start-a.End == 1 && p.b[a.End] == '-'
}

// mayBeHyphened says whether token k, joined to a name by a hyphen, may be a part of it: written as one, or no common word.
func (p *pass) mayBeHyphened(k int) bool {
	return !p.isInert(int(p.text.Tokens[k].Start)) && !p.is(k, &hyphened) && (p.isCapital(k) || !p.isWritten() && !p.set.names.IsCommon(p.text.Tokens[k].Hash))
}

// hyphened are joined to names and are none of them.
var hyphened = wordsOf("based led like style related owned born free wide bound san kun chan sama ji sir inspired esque friendly")

// mayHoldNames says whether names are looked for at all: in logs only beside a word for one, since nearly all of their words are no
// language.
func (p *pass) mayHoldNames() bool {
	return p.in.Channel != ChannelLog || p.in.guessed || (p.text.Said|p.path.bits)&cueName != 0 || p.role || p.given || p.isAboutSomebody() || p.isShortValue()
}

// isWritten says whether a text is a document or a log rather than what somebody says or types in a conversation.
func (p *pass) isWritten() bool {
	return p.in.Channel == ChannelDoc || p.in.Channel == ChannelLog || p.in.Channel == ChannelUnknown && p.in.Call == nil
}

// expectsName is what the last question asked for, as the tagger knows it.
func (p *pass) expectsName() (e names.Expect) {
	cues := p.wants.cues | p.path.bits
	if cues&cueName != 0 {
		e |= names.ExpectName
	}
	if cues&cueAddress != 0 {
		e |= names.ExpectAddress
	}
	if e == 0 && (cues&cuesAsked != 0 || p.wants.topics[0] != 0) {
		e = names.ExpectOther
	}
	return e
}

// addSpan adds what the tagger found, less what other candidates have, of which there are known from the next on. It gives the one
// to go on with.
func (p *pass) addSpan(s *names.Span, next, known int) int {
	kind := [...]Type{names.Person: Person, names.Location: Location, names.Org: Org, names.Address: Address}[s.Class]
	if kind == Address && p.wants.cues&cueAddress == 0 && s.Confidence < addressSure {
		return next
	}
	if k := s.First - 1; kind == Location && (p.is(k, &titles) && p.text.Tokens[k].Len() > len("dr") && p.between(k) == gapSpace && !p.isInert(int(p.text.Tokens[k].Start)) || p.isBy(s)) {
		kind = Person // "Herr Wüstenhagen"
	}
	start, end := int(p.text.Tokens[s.First].Start), int(p.text.Tokens[s.Last].End)
	for next < known && p.candidates[next].end <= start {
		next++
	}
	at := start
	for k := next; k < known && p.candidates[k].start < end; k++ {
		c := &p.candidates[k]
		if c.end <= at {
			continue
		}
		p.addName(at, min(c.start, end), kind, s.Confidence)
		at = max(at, c.end)
	}
	if kind == Person && at < end {
		end = p.postNominal(s.Last, end, p.limitAfter(next, known, end))
		at = p.title(s.First, at)
	}
	p.addName(at, end, kind, s.Confidence)
	return next
}

// limitAfter is where the next of the candidates begins behind a place.
func (p *pass) limitAfter(next, known, at int) int {
	for k := next; k < known; k++ {
		if c := &p.candidates[k]; c.start >= at {
			return c.start
		}
	}
	return len(p.b)
}

// postNominal is where the degree or the rank behind a name ends whose last token is k: "Elaine Roe, MD". It is at if there is none.
func (p *pass) postNominal(k, at, limit int) int {
	if n := k + 1; n < len(p.text.Tokens) && p.besides(k) && p.text.Tokens[k].Len() > 1 && p.isNameInitial(n) && int(p.text.Tokens[n].End) <= limit {
		return int(p.text.Tokens[n].End) // "mary s."
	}
	if n := k + 2; n < len(p.text.Tokens) && p.besides(k) && p.besides(k+1) && p.text.Tokens[k+1].IsWord() && p.text.Tokens[k+1].Len() == 1 && !p.isInert(int(p.text.Tokens[n].Start)) &&
		int(p.text.Tokens[n].End) <= limit && p.is(n, &postNominals) && !p.is(n, &weakNominals) {
		at, k = int(p.text.Tokens[n].End), n // "roe elaine a md"
	}
	for n := k + 1; n < len(p.text.Tokens) && n <= k+2; n++ {
		t := &p.text.Tokens[n]
		from := int(p.text.Tokens[n-1].End)
		if gap := int(t.Start) - from; gap > 2 || gap == 2 && p.b[from] != ',' || gap == 1 && p.b[from] != ' ' && p.b[from] != ',' || int(t.End) > limit || p.isInert(int(t.Start)) || !p.is(n, &postNominals) {
			break
		}
		if t.Shape&scan.Lower != 0 && p.is(n, &weakNominals) {
			break
		}
		at = int(t.End)
	}
	return at
}

// title is where the title before a name begins whose first token is k.
func (p *pass) title(k, at int) int {
	if k == 0 || int(p.text.Tokens[k].Start) != at {
		return at
	}
	before := &p.text.Tokens[k-1]
	start, end := int(before.Start), int(before.End)
	titled := p.is(k-1, &titles) && at-end <= 2 && p.at(end) != ':' && p.at(end) != '|'
	initial := before.Len() == 1 && isUpperAt(p.b, start) && p.at(end) == '.' && p.between(k-1) == gapDot && p.isCapital(k) // "M. Saint-Aubin"
	if (titled || initial) && !p.isInert(start) {
		return start
	}
	return at
}

var (
	postNominals = wordsOf("md do phd dds dmd dpm od pa rn np lcsw lmft mft psyd jd esq jr sr ii iii mbe obe cbe frcs mrcp facs")
	weakNominals = wordsOf("do od pa np jr sr ii iii") // in small letters they may be other words
	titles       = wordsOf("mr mrs ms miss mister missus dr doctor prof professor sir madam aunt auntie uncle herr frau madame monsieur señor señora signor signora " + said("title", ""))
)

// addName adds the tokens that lie wholly in a region.
func (p *pass) addName(start, end int, kind Type, confidence float32) {
	if start >= end {
		return
	}
	first, last := p.tokensOf(start, end)
	for first <= last && p.isInert(int(p.text.Tokens[first].Start)) {
		first++
	}
	for last >= first && (int(p.text.Tokens[last].End) > end || p.isInert(int(p.text.Tokens[last].Start))) {
		last--
	}
	if first > last {
		return
	}
	if kind == Person && p.isSized(last) {
		return
	}
	// Words about identifiers are no names: "Reisepass", "iban". They cut what they stand in.
	span := first
	told := p.phraseIn(first, last)
	for k := first; k <= last; k++ {
		if kind == Person && k > first && k < last && p.text.Tokens[k].Len() == 1 && (p.text.Tokens[k-1].Len() > 1 && p.text.Tokens[k+1].Len() > 1 || p.wants.cues&cueName != 0) {
			continue // an initial, or a letter of a spelled name: "Adam E. Pollock"
		}
		if kind == Person && k > first && k < last && p.is(k, &hesitations) && !p.isWritten() {
			continue
		}
		t, as := &p.text.Tokens[k], kind
		if kind == Person && k == span && k < last && p.is(k, &titles) {
			continue // "Ms Boland"
		}
		thing := t.Bits&wordsNoName != 0 || p.isPlainWord(k, span, last, kind) || p.is(k, &programWords) || kind == Person && (p.is(k, &systemWords) || p.isFieldName(k) || p.is(k, &streetUses) && p.bitsAt(k-1)&wordStreet != 0)
		if told.start <= k && k < told.end || thing && !p.set.names.IsGiven(t.Hash) {
			as = 0
		} else if kind == Person {
			as = p.notPerson(k, span, last)
		}
		if as == kind {
			continue
		}
		if until := k - 1; k > first {
			for as == 0 && kind == Person && until > first && p.is(k, &departments) && p.is(until, &particles) {
				until-- // "sanne van de klantenservice"
			}
			p.addTokens(first, until, kind, confidence)
		}
		if first = k + 1; as != 0 {
			p.addTokens(k, k, as, confidence)
		}
	}
	if first <= last {
		p.addTokens(first, last, kind, confidence)
	}
}

// isPlainWord says whether token k is a word of spoken numbers in a span from first to last that is no surname there: "Han" is one behind a given
// name and where names are announced.
func (p *pass) isPlainWord(k, first, last int, kind Type) bool {
	if !p.speech.IsPlain(&p.text.Tokens[k], p.b) || kind == Person && first < k && k < last && p.is(k, &particles) {
		return false
	}
	return kind != Person || p.set.names.Listing(p.text.Tokens[k].Hash).Surname < 2 || !(k > first && p.set.names.IsGiven(p.text.Tokens[first].Hash) || p.isAnnounced(first, last))
}

// phraseIn are the tokens of the phrase about an identifier that stands in tokens first to last, or reaches into them: "číslo pasu".
func (p *pass) phraseIn(first, last int) (in span) {
	for k := first; k < len(p.text.Tokens) && k < last+phraseWords; k++ {
		t := &p.text.Tokens[k]
		if t.Bits&wordPhraseEnd != 0 {
			h := phraseHash(0, t.Hash)
			for from := k - 1; from >= 0 && from > k-phraseWords && p.text.Tokens[from].Bits&wordPhrase != 0; from-- {
				h = phraseHash(h, p.text.Tokens[from].Hash)
				if said := p.set.phrases.find(h); said != nil && said.topics[0] != 0 && from <= last && k >= first {
					if in.end == 0 {
						in.start = from
					}
					in.start, in.end = min(in.start, from), k+1
				}
			}
		}
		if k > last && t.Bits&wordPhrase == 0 {
			break
		}
	}
	return in
}

// departments are what the people of a firm are from.
var departments = wordsOf("klantenservice klantendienst receptie helpdesk administratie kundenservice kundendienst kundenbetreuung hotline")

// isSized says whether a number of milliseconds or bytes stands behind token k: "GC pause 12 ms".
func (p *pass) isSized(k int) bool {
	const gap = 2
	return k+2 < len(p.text.Tokens) && p.text.Tokens[k+1].IsNumber() && p.text.Tokens[k+1].Start-p.text.Tokens[k].End <= gap && p.is(k+2, &sizeUnits) && p.text.Tokens[k+2].Start-p.text.Tokens[k+1].End <= 1
}

var sizeUnits = wordsOf("ms us ns kb mb gb kib mib gib bytes")

// isFieldName says whether token k is the name of a field, "destination=", or what a domain is called, "Account Domain: CORP".
func (p *pass) isFieldName(k int) bool {
	t := &p.text.Tokens[k]
	if p.at(int(t.End)) == '=' && t.Shape&scan.Upper == 0 && scan.IsWordByte(p.at(int(t.End)+1)) {
		return true
	}
	return k > 0 && p.is(k-1, &domainWord) && (p.at(int(t.Start)-1) == '=' || p.at(int(t.Start)-2) == ':')
}

var domainWord = wordsOf("domain")

// programWords are words of programs and their data.
var programWords = wordsOf("const let var func function return import export require class string int bool null true false url uri urls api apis json yaml xml sql http https localhost stdin stdout stderr saml urn oid domain ssl tls scram sha sasl hmac ecdhe rsa aes psql btree db prod staging logon schema shard")

// systemWords are the accounts that each Windows has, and words of machines, which the tagger takes for persons.
var systemWords = wordsOf("upi ifsc neft imps rtgs nt authority anonymous builtin kerberos ntlm negotiate mhz ghz khz cpu")

// wordsNoName mean something of an identifier, and are no names of anybody.
const wordsNoName = cuesIdentifier | cuesAgainst | wordCode | wordSecurity | wordNumber | wordKey | wordAuth | wordOrder | wordYear | wordGeo | wordSpell

func (p *pass) addTokens(first, last int, kind Type, confidence float32) {
	letters := true
	for k := first; k <= last; k++ {
		letters = letters && p.text.Tokens[k].Len() == 1
	}
	if letters && !(kind == Person && p.wants.cues&cueName != 0) {
		return // an abbreviation, said letter by letter
	}
	if kind == Person && p.areAll(&noneAlone, first, last) || kind == Address && (p.areAll(&leadTo, first, last) || p.areAll(&leadIns, first, last) || p.areCommon(first, last)) {
		return
	}
	if kind == Person && p.areThings(first, last, confidence) {
		if p.text.Tokens[first].Shape&scan.Upper == 0 || first == 0 || p.endsClause(first-1) {
			return
		}
		kind = Org // "at the Legume"
	}
	start, end := int(p.text.Tokens[first].Start), int(p.text.Tokens[last].End)
	s := score{form: min(max(confidence, p.set.threshold), scoreMax), locale: 0}
	canon := p.lower(start, end)
	if p.isDotted(last) {
		end++ // "Elaine Roe, M.D."
	}
	p.addScored(start, end, guess{kind: kind, score: s, detector: byNames}, canon)
}

// isNameInitial says whether token n, behind a name, is the first letter of another.
func (p *pass) isNameInitial(n int) bool {
	t := &p.text.Tokens[n]
	return t.IsWord() && t.Len() == 1 && !p.isInert(int(t.Start)) && (isUpperAt(p.b, int(t.Start)) && p.b[t.Start] != 'I' || p.at(int(t.End)) == '.' || p.isWritten() && p.endsClause(n))
}

// isDotted says whether token k is the last letter of an abbreviation with dots, also behind it.
func (p *pass) isDotted(k int) bool {
	t := &p.text.Tokens[k]
	end := int(t.End)
	return k > 0 && t.Len() == 1 && p.text.Tokens[k-1].End+1 == t.Start && p.b[t.Start-1] == '.' && end < len(p.b) && p.b[end] == '.'
}

// answerName takes the whole of a short turn for a name that was asked for, where nothing else was found in it and no word of it says
// that it is something else.
func (p *pass) answerName(ctx *names.Context) {
	tokens := p.text.Tokens
	if p.wants.cues&cueName == 0 || p.in.Call == nil || len(p.candidates) > 0 || len(tokens) > nameTokens+nearReach || p.wants.decay > 0.1 {
		return
	}
	first, last := p.answerCore()
	if first > last {
		return
	}
	if last-first >= nameTokens {
		p.addNameNear(-1)
		return
	}
	for k := first; k <= last; k++ {
		if t := &tokens[k]; !t.IsWord() || p.isInert(int(t.Start)) || t.Bits&^(wordPlace|wordSoftLead|wordUnit|wordPhrase|wordPhraseEnd|wordMonth|wordRelation|cueCalling) != 0 || p.is(k, &notAnswers) || p.is(k, &notPasswords) || p.is(k+1, &negated) || p.is(first-2, &consulted) || p.set.names.IsCommon(t.Hash) {
			p.addNameNear(-1)
			return
		}
	}
	start, end := int(tokens[first].Start), int(tokens[last].End)
	if p.hasApostrophe(p.b[start:end]) {
		return
	}
	p.addScored(start, end, guess{kind: Person, score: score{question: 0.6}, rule: "answer", detector: byNames}, p.lower(start, end))
	if ctx.Memory != nil {
		for k := first; k <= last; k++ {
			ctx.Memory.Add(tokens[k].Hash)
		}
	}
}
