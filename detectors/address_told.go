package detectors

import "bytes"

// What the parts of an address that a word or a question announces add to its likelihood.
const (
	toldNumber = 0.35 // a number and a name
	toldStreet = 0.25 // a street word with its name
	toldPlace  = 0.2  // a state, a large city
	toldCode   = 0.15 // a postcode
	toldNear   = 0.25 // "near the temple"
	toldSole   = 0.1  // an answer that is a place and nothing else
	toldBare   = 0.12 // nothing but words that could be a name
	toldByWord = 0.4
	toldSelf   = 0.2 // who speaks asked or spoke of it

	stretchMost = 24 // tokens
	bareMost    = 5  // words of an answer that nothing else speaks for
)

// answerAddress takes the turn that answers a question for an address, or the field of that name, for one: behind words like
// "yes, it's", up to words that end an answer. It gives the token to go on with, or 0.
func (p *pass) answerAddress() (next int) {
	asked, field := p.wants.cues&cueAddress != 0, p.path.bits&cueAddress != 0
	const others = cueEmail | cueIP | cuePassword | cueSecret
	if !asked && !field || (p.wants.cues|p.path.bits)&others != 0 || p.in.Channel == ChannelLog {
		return 0
	}
	if !asked && p.path.bits&cuesIdentifier&^(cueAddress|cuePostcode|cueName) != 0 {
		return 0
	}
	k := p.answerStart(0)
	for n := 0; n < 3 && k >= 0 && !p.isNamePart(k) && !p.beginsAddress(k); n++ {
		k = p.answerStart(p.nextSentence(k))
	}
	if k < 0 || p.isInert(int(p.text.Tokens[k].Start)) {
		return 0
	}
	s := p.stretch(k, bounds{most: stretchMost})
	if s.last < s.first || s.words == 0 || s.words == s.common && s.numbers > 0 && s.streets == 0 {
		return 0 // "the old 1"
	}
	if p.isFree(k-1) && p.between(k-1) == gapSpace && isWord(p.bytesOf(&p.text.Tokens[k-1]), "the") {
		s.first = k - 1
	}
	sc := score{form: s.form()}
	switch agents := p.in.Call != nil && p.in.Call.by != RoleCustomer; {
	case field:
		sc.words = toldByWord
	case agents:
		sc.question = p.wants.score(cueAddress, toldByWord)
	default:
		sc.question = p.wants.score(cueAddress, toldSelf)
	}
	if sc.form == 0 {
		if sc.question < toldByWord || p.in.Role == RoleAgent || s.words > bareMost || s.common > 0 || s.last+1 < len(p.text.Tokens) && p.joint(s.last) != gapLine && !p.is(s.last+1, &bareEnds) {
			return 0
		}
		sc.form = toldBare
	} else if s.places > 0 && s.numbers+s.streets+s.common == 0 && s.closed {
		sc.form += toldSole
	}
	return p.noteStretch(&s, sc)
}

// answerStart is the token behind words like "yes, it's" from token k on; -1 if there is none.
func (p *pass) answerStart(k int) int {
	const most = 14
	for n := 0; n < most; n++ {
		if k < 0 || k >= len(p.text.Tokens) || !p.isFree(k) {
			return -1
		}
		if !p.is(k, &leadIns) && !(p.is(k, &leadTo) && !p.is(k+1, &germanThes)) || p.is(k, &leadTails) && p.leadingDigits(min(k+1, len(p.text.Tokens)-1)) > 0 {
			return k
		}
		k++
	}
	return -1
}

// beginsAddress says whether an address may begin with token k that no name begins: with a number, "near".
func (p *pass) beginsAddress(k int) bool {
	return !p.text.Tokens[k].IsWord() || p.is(k, &besideWords) || p.is(k, &leadTails) || p.text.Tokens[k].Len() == 1
}

// nextSentence is the token that begins the sentence after that of token k, if it is near; -1 if there is none.
func (p *pass) nextSentence(k int) int {
	const most = 12
	for j := k; j < k+most && j+1 < len(p.text.Tokens) && p.isFree(j); j++ {
		if p.sentenceEnds(int(p.text.Tokens[j].End)) {
			return j + 1
		}
	}
	return -1
}

// toldAddress reads an address behind a word for one, token i: "my address is rose cottage, mill lane". It gives the token to
// go on with, or 0.
func (p *pass) toldAddress(i int) (next int) {
	if p.in.Channel == ChannelLog || !p.isFree(i) || p.is(i-1, &noTold) {
		return 0
	}
	word := p.is(i, &toldWords) || p.is(i, &addressNames)
	if !word && !(p.text.Tokens[i].Bits&wordPhraseEnd != 0 && p.meaning(i).bits&cueAddress != 0) {
		return 0
	}
	k, is := p.behindTold(i, word)
	if k >= len(p.text.Tokens) || !p.isFree(k) {
		return 0
	}
	lead := p.is(k, &saidLeads) && p.between(k) == gapSpace
	if lead {
		k++
	}
	s := p.stretch(k, bounds{most: stretchMost})
	if s.last < s.first || s.words == 0 {
		return 0
	}
	if lead {
		s.first-- // "am alten markt sieben"
	}
	sc := score{form: s.form(), words: toldByWord}
	switch {
	case sc.form == 0:
		if !is || !s.closed || s.words > bareMost-1 || s.common > 0 || p.in.Role == RoleAgent || p.is(s.first, &sameWords) || p.is(s.last, &sameWords) {
			return 0
		}
		sc.form = toldBare
	case s.numbers == 0 && s.streets == 0 && s.near == 0 && !(is && s.closed):
		return 0 // "I live at home in Texas"
	}
	return p.noteStretch(&s, sc)
}

// sameWords say that an address is the one that is known.
var sameWords = wordsOf("misma mismo stesso stessa hetzelfde dezelfde mesma mesmo même gleiche selbe dieselbe sama")

// addressNames are the words for addresses of the tables of languages.
var addressNames = wordsOf(saidWords("address"))

// behindTold is the token with which an address may begin that the word of token i announces, and whether "is" or a colon stands
// between.
func (p *pass) behindTold(i int, word bool) (k int, is bool) {
	tokens := p.text.Tokens
	k = i + 1
	joined := func(k int) bool {
		if k >= len(tokens) || int(tokens[k].Start)-int(tokens[k-1].End) > 16 {
			return false
		}
		for _, c := range p.b[tokens[k-1].End:tokens[k].Start] {
			switch c {
			case ' ', '\n', '\r', '\t', '"':
			case ':', '=', '-', '>':
				is = true
			case '\'':
			default:
				return false
			}
		}
		return true
	}
	if word && k < len(tokens) && p.is(k, &ofFor) {
		for j := k + 1; j < k+6 && j < len(tokens) && p.isFree(j) && p.between(j-1) == gapSpace; j++ {
			if tokens[j].Bits&wordIs != 0 {
				k = j
				break
			}
		}
		if k == i+1 && k+1 < len(tokens) && !tokens[k+1].IsWord() {
			k++ // "the address of 12 High Street"
		}
	}
	for n := 0; n < 4; n++ {
		if !joined(k) {
			return len(tokens), is
		}
		if !word || !p.is(k, &toldLinks) || !p.isFree(k) {
			break
		}
		is = is || tokens[k].Bits&wordIs != 0
		k++
	}
	return k, is
}

// ofFor stand between a word for an address and whose it is; saidLeads begin the name of a place.
var (
	ofFor     = wordsOf("of for")
	saidLeads = wordsOf("am im zum zur")
)

// noteStretch takes a stretch as an address if it is likely enough.
func (p *pass) noteStretch(s *stretch, sc score) (next int) {
	if s.numbers > 0 && s.words == 1 && s.streets+s.places+s.near == 0 && !s.closed {
		return 0
	}
	if s.numbers+s.streets > 0 {
		a := place{first: s.first, last: s.last, street: true, code: s.code, town: s.places > 0, form: streetSmall}
		p.addressTail(&a)
		s.last = a.last
	}
	start, end := int(p.text.Tokens[s.first].Start), int(p.text.Tokens[s.last].End)
	sc.form = min(sc.form, addressFull)
	return p.note(start, end, s.last, Address, sc, byAddress, p.lower(start, end))
}

// wordsAddress set off the reading of an address without a number in front.
const wordsAddress = cueAddress | wordStreet | wordPhraseEnd

// addressWord looks for an address that the word of token i announces or is a part of. It gives the token to go on with, or 0.
func (p *pass) addressWord(i int) (next int) {
	if p.text.Tokens[i].Bits&wordStreet != 0 {
		return p.streetAlone(i)
	}
	return p.toldAddress(i)
}

// namedAddress takes a text for an address, or a part of one, whose field is named for that: "address.line1", "billing_address.city", "streetAddress".
func (p *pass) namedAddress() {
	const longest = 100
	if p.path.roles&fieldAddress == 0 {
		return
	}
	value, name := bytes.TrimSpace(p.b), bytes.TrimRight(p.pathName(), "[]")
	if len(value) < 2 || len(value) > longest || !hasLetter(value) || bytes.Equal(value, name) || isPlaceholder(value) || addressLines.holds(name) && bytes.IndexByte(value, ' ') < 0 || bytes.ContainsAny(value, "@{[\\") || bytes.Contains(value, []byte("://")) {
		return
	}
	if start := bytes.Index(p.b, value); !p.isInert(start) {
		p.add(start, start+len(value), Address, 0.6, byAddress, p.lower(start, start+len(value)))
	}
}

// isAddressField says whether the path of a field is that of a line of an address, or of what a field named for an address holds.
func isAddressField(path []byte) bool {
	path = bytes.TrimRight(path, "[]")
	name := lastPart(path)
	if isAddressLine(name) {
		return true
	}
	holder := bytes.TrimRight(path[:max(len(path)-len(name)-1, 0)], "[]")
	return endsWithFolded(holder, "address") && isAddressPart(name)
}

// isAddressLine says whether a field is named for a line of an address.
func isAddressLine(name []byte) bool {
	return endsWithFolded(name, "addressline") || endsWithFolded(name, "streetaddress") || addressLines.holds(name)
}

var addressLines = wordsOf("addr1 addr2 addr3 addrline1 addrline2 street street1 street2")

// isAddressPart says whether a field within an address is named for one of its parts that says where somebody lives.
func isAddressPart(name []byte) bool {
	for _, w := range [...]string{"line", "street", "streetname", "city", "town", "suburb", "locality", "village"} {
		if endsWithFolded(name, w) {
			return true
		}
	}
	return false
}
