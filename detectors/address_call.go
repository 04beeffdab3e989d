package detectors

import (
	"hash/maphash"
	"slices"

	"github.com/sonexlabs/tacet/detectors/scan"
)

// An address that is given bit by bit: "flat two", "mill lane", "that's in otley". While it is open, short turns of name words and
// numbers are its parts, and what is read back of it is known again.

const (
	placeTurns    = 3  // of the customer, without a part, that it stays open
	placeQuestion = 12 // tokens of a turn that asks for a part or reads one back
	placeAnswer   = 16 // of a turn that gives one
	namesAlone    = 3  // words that are a part by themselves
	placeScore    = 0.6
	saidMost      = 12 // words of a turn that the agent may repeat
	houseDigits   = 5  // that no number of a house has
)

// openPlace is an address that the call is about.
type openPlace struct {
	open  bool             // the agent has just asked for it or for a part of it, or listens
	given bool             // the customer has told a part since
	had   bool             // the same, at any time
	own   bool             // the customer has just spoken of an address
	said  [saidMost]uint32 // keyed hashes of the words of the customer's last turn, while there is something left
	left  uint8            // turns that it goes on without a part or a question for it
}

// followPlace opens, keeps or closes the address that is being given, by the turn that p has searched. other says that it asks for something else.
func (c *Call) followPlace(p *pass, said uint64, other bool) {
	const others = cueEmail | cueIP | cuePassword | cueSecret
	agent := p.in.Role == RoleAgent
	last, found, firm := p.hearPlaces()
	switch {
	case agent && other:
		c.place.open, c.place.left = false, 0
	case agent && said&cueAddress != 0 && said&others == 0:
		c.place.open, c.place.left = true, placeTurns
	case agent && c.place.left > 0:
		if c.place.open = p.asksOn() || firm || c.place.own && p.asksWhat(); !c.place.open && c.place.given {
			c.asked.bits &^= cueAddress // the next question
		}
	case agent:
		if c.place.open = p.asksPart() && (c.place.had || p.asksFirst()) || firm && found && p.confirms(); c.place.open {
			c.place.left = placeTurns
		}
	case found && p.in.Role == RoleCustomer && (last == len(p.text.Tokens)-1 || c.place.left > 0):
		c.place.open, c.place.given, c.place.had, c.place.left = false, true, true, placeTurns
	default:
		if c.place.open = false; said&cueAddress != 0 && said&others == 0 && p.in.Role == RoleCustomer {
			c.place.own, c.place.left = true, placeTurns
		}
	}
	if agent {
		c.place.given, c.place.own = false, false
	} else if c.place.left > 0 {
		c.place.left--
		p.hearTurn()
	}
}

// hearTurn keeps hashes of the words of the turn, to know whether the agent repeats them.
func (p *pass) hearTurn() {
	said := &p.in.Call.place.said
	*said = [saidMost]uint32{}
	for k := range min(len(p.text.Tokens), saidMost) {
		said[k] = p.saidKey(k)
	}
}

// saidKey is a hash of token k under a key of the call.
func (p *pass) saidKey(k int) uint32 {
	h := p.placeKey(k)
	return uint32(maphash.Bytes(p.in.Call.heard.seed, []byte{byte(h), byte(h >> 8), byte(h >> 16), byte(h >> 24)})) | 1
}

// hearPlaces keeps hashes of the words and numbers of the addresses that were found, unless it is the agent who gives one, the last token of
// them, and whether there is more in them than names.
func (p *pass) hearPlaces() (last int, found, firm bool) {
	place := &p.in.Call.place
	last = -1
	for k := range p.candidates {
		c := &p.candidates[k]
		if c.kind != Address && c.kind != Postcode || c.total < p.set.threshold {
			continue
		}
		a, b := p.tokensOf(c.start, c.end)
		if c.kind == Address {
			last, found = max(last, b), true
		}
		if (p.in.Role == RoleAgent && !(a > 0 && p.is(a-1, &stillWords)) || c.kind == Postcode) && !place.open && !place.had {
			continue // "is it still 8 Quarry Bank?" is the caller's
		}
		for j := a; j <= b; j++ {
			firm = firm || !p.text.Tokens[j].IsWord() || p.bitsAt(j)&(wordStreet|wordPlace|wordUnit|wordLead) != 0
			if t := &p.text.Tokens[j]; !t.IsWord() && t.Len() <= 7 || p.isPlaceName(j) {
				p.in.Call.places.Add(p.placeKey(j))
			}
			if j > a && p.isStreetPair(j) {
				p.in.Call.places.Add(p.pairKey(j))
			}
		}
	}
	return last, found, firm
}

// placeKey is what token k is remembered by.
func (p *pass) placeKey(k int) uint32 {
	t := &p.text.Tokens[k]
	if t.IsWord() {
		return t.Hash
	}
	h := uint32(2166136261)
	for _, c := range p.bytesOf(t) {
		h = (h ^ uint32(c|0x20)) * 16777619
	}
	return h
}

// isStreetPair says whether token k is the word for a street or a house behind its name, or another name: "thistle close" and "mill bank" are
// remembered, whatever their words mean by themselves.
func (p *pass) isStreetPair(k int) bool {
	return k > 0 && (p.bitsAt(k)&(wordStreet|wordPlace) != 0 || p.text.Tokens[k].IsWord() && p.text.Tokens[k].Len() > 2 && !p.is(k, &stopWords) && !p.is(k, &plainWords)) && p.between(k-1) == gapSpace && p.text.Tokens[k-1].IsWord() && p.text.Tokens[k-1].Len() > 2 && !p.is(k-1, &stopWords) && !p.is(k-1, &plainWords) && !p.isInert(int(p.text.Tokens[k-1].Start))
}

// isRecalledPair says whether token k and the one before were heard side by side in an address.
func (p *pass) isRecalledPair(k int) bool {
	return k < len(p.text.Tokens) && p.isStreetPair(k) && p.in.Call.places.Has(p.pairKey(k))
}

// pairKey is what tokens k-1 and k are remembered by.
func (p *pass) pairKey(k int) uint32 {
	return p.text.Tokens[k-1].Hash*16777619 ^ p.text.Tokens[k].Hash
}

// isPlaceName says whether token k is a name that is no common word: it is remembered.
func (p *pass) isPlaceName(k int) bool {
	t := &p.text.Tokens[k]
	return t.IsWord() && t.Len() > 2 && t.Bits&(wordStreet|wordPlace|wordLead|wordSoftLead|wordUnit|wordOne|cuesIdentifier) == 0 && !p.isKnownPlace(k) && !p.is(k, &plainWords) &&
		!p.is(k, &landmarks) && !p.is(k, &partWords) && !p.is(k, &besideWords) && !p.is(k, &directions) && !p.is(k, &fillers) && !p.is(k, &hesitations) && !p.is(k, &linkWords) &&
		!p.is(k, &notTowns) && !p.is(k, &listening) && p.mayRecall(t.Hash)
}

func (p *pass) mayRecall(hash uint32) bool {
	l := p.set.names.Listing(hash)
	return !l.Other && l.Common <= commonPlace
}

// commonPlace is how common a word may be that is remembered as a part of an address.
const commonPlace = 3

// asksPart says whether the turn asks for a part of an address: "and the street", "which town is that in".
func (p *pass) asksPart() bool {
	if len(p.text.Tokens) > placeQuestion {
		return false
	}
	part := false
	for k := range p.text.Tokens {
		t := &p.text.Tokens[k]
		part = part || t.Bits&(wordStreet|wordUnit) != 0 || p.is(k, &askedParts)
		if t.Bits&cuesIdentifier&^(cueAddress|cuePostcode|cuePIN|cueAnyID|cueName) != 0 {
			return false
		}
	}
	return part
}

// asksFirst says whether the turn asks for a part that nothing but an address has: "what's the road called", "koi landmark hai".
func (p *pass) asksFirst() bool {
	part, asks := false, len(p.text.Tokens) <= 4
	for k := range p.text.Tokens {
		part = part || p.is(k, &ownParts) || p.bitsAt(k)&wordUnit != 0 && !p.isNumberWord(k) && p.isNumberWord(k+1)
		asks = asks || p.is(k, &askingWords)
	}
	return part && asks
}

// confirms says whether the turn asks whether something is right: "so that's flat c".
func (p *pass) confirms() bool {
	for k := range p.text.Tokens {
		if p.is(k, &confirming) {
			return len(p.text.Tokens) <= placeQuestion
		}
	}
	return false
}

// asksWhat says whether the turn asks for what was spoken of: "what's the new one".
func (p *pass) asksWhat() bool {
	for k := range p.text.Tokens {
		if p.is(k, &askingWords) {
			return len(p.text.Tokens) <= placeQuestion
		}
	}
	return false
}

// asksOn says whether the turn leaves an open address open: it asks for a part, reads one back or says that it listens.
func (p *pass) asksOn() bool {
	if p.asksPart() {
		return true
	}
	if len(p.text.Tokens) > placeQuestion {
		return false
	}
	for k := range p.text.Tokens {
		t := &p.text.Tokens[k]
		if t.IsWord() && t.Len() > 1 && p.bitsAt(k+1)&(wordStreet|wordPlace) == 0 && !p.is(k, &listening) && !p.is(k, &fillers) && !p.is(k, &hesitations) && !p.isKnownPlace(k) && !p.in.Call.places.Has(t.Hash) &&
			t.Bits&(wordStreet|wordPlace|wordUnit|wordLead) == 0 && !p.is(k, &ordinalWords) && !p.is(k, &landmarks) && !slices.Contains(p.in.Call.place.said[:], p.saidKey(k)) {
			return false
		}
	}
	return true
}

// answerPart takes a turn for a part of the address that is being given, if it is made of name words and numbers.
func (p *pass) answerPart() {
	tokens := p.text.Tokens
	if !p.wants.place && !p.wants.more {
		p.endsInHouse()
		return
	}
	if p.in.Channel == ChannelChat && !p.wants.place || len(tokens) == 0 || len(p.inert) > 0 || p.in.Channel == ChannelLog {
		return
	}
	p.barrier = 0
	k := p.answerStart(0)
	for k >= 0 && k < len(tokens) && p.is(k, &partLeads) && !(k+1 == len(tokens)) {
		k = p.answerStart(k + 1)
	}
	if k < 0 || len(tokens) > placeAnswer && !p.wants.place {
		return
	}
	var whole, sentence partCount // of the turn, and of its first sentences
	whole.last = k - 1
	for j := k; j < len(tokens) && !p.is(j, &bareEnds); j++ {
		if j > k && p.wants.place && p.sentenceEnds(int(tokens[j-1].End)) {
			sentence = whole
		}
		if j > k && p.wants.place && whole.sure > 0 && p.is(j, &newClauses) {
			break // "ash lodge it's a care home"
		}
		if j >= placeAnswer || !whole.take(p, k, j) {
			whole = sentence // "the old mill. just say that"
			break
		}
	}
	if last := whole.last; whole.makesPart(p, k) {
		for last > k && (p.is(last, &fillers) || p.is(last, &stopWords) && tokens[last].Len() > 1) {
			last--
		}
		p.addPlace(k, last, p.wants.cues&cuePostcode != 0 && whole.sure+whole.names == 0)
	}
}

// partCount counts what tokens of an answer are to an address.
type partCount struct {
	last                         int
	names, sure, numbers, common int
	counted                      bool // "number nine"
}

// take counts token j of an answer that begins with token k. It says whether it may be a part of an address.
func (n *partCount) take(p *pass, k, j int) bool {
	t := &p.text.Tokens[j]
	switch p.classOf(j) {
	case noAddressPart:
		if !p.is(j, &partNot) || j == k {
			return false
		}
	case partNumber:
		n.numbers++
		n.counted = n.counted || t.Len() > 1 && p.isNumberWord(j-1)
	case partSure:
		n.sure++
	case partSoft:
		if n.common++; j > k && (p.is(j, &houseNames) || t.Bits&wordPlace != 0 && !p.is(j-1, &plainWords) && !p.is(j-1, &placeNames) && !p.is(j-1, &countNames)) {
			n.sure++ // "the coach house", "sandpiper loop"
		}
	case partName:
		n.names++
	}
	n.last = j
	return true
}

// makesPart says whether what was counted from token k on is a part of an address.
func (n *partCount) makesPart(p *pass, k int) bool {
	switch {
	case n.last < k || n.sure+n.names+n.numbers == 0 || n.sure+n.names == 0 && n.common > 0 && !n.counted, // "the old one"
		n.numbers == 1 && n.last == k && p.text.Tokens[k].Len() == 1 && p.is(k-1, &oneOf), // "the same one"
		!p.wants.place && n.common > 0, n.common > n.sure+n.names+n.numbers+1, n.sure+n.numbers == 0 && n.names > namesAlone:
		return false
	}
	return true
}

// newClauses go on with another clause behind an address.
var newClauses = wordsOf("it it's its that that's they they're there there's he he's she she's you i i'm")

// oneOf stand before "one" where it is no number.
var oneOf = wordsOf("same old new other last first right wrong only that this which my your current")

// endsInHouse takes a number that ends a turn behind words like "we moved to" or "the house is at" for that of a house.
func (p *pass) endsInHouse() {
	const longest = 5 // digits
	last := len(p.text.Tokens) - 1
	if last < 2 || p.in.Role != RoleCustomer || p.in.Channel == ChannelChat || p.wants.cues != 0 || !p.text.Tokens[last].IsNumber() || p.text.Tokens[last].Len() > longest {
		return
	}
	before := last - 1
	if p.isNumberWord(before) {
		before--
	}
	if p.is(before, &tellWords) && (p.is(before-1, &livingWords) || p.is(before-2, &livingWords)) && p.isFree(last) && !p.hasCurrency(int(p.text.Tokens[last].Start)) {
		p.addPlace(before+1, last, false)
	}
}

// addPlace takes tokens first to last for a part of an address, or its postcode.
func (p *pass) addPlace(first, last int, code bool) {
	start, end := int(p.text.Tokens[first].Start), int(p.text.Tokens[last].End)
	likely := float32(placeScore)
	for k := range p.candidates {
		c := &p.candidates[k]
		switch {
		case c.end <= start || end <= c.start:
		case c.kind == Number:
			likely = scoreMax // whose label it is
		case c.start <= start && end <= c.end && !c.kind.yields() && (c.kind == Postcode || !code) && c.detector != byNames:
			return
		}
	}
	if code {
		p.addScored(start, end, guess{kind: Postcode, score: score{question: scoreMax}, rule: "answer", detector: byPostcode}, p.compact(start, end))
		return
	}
	p.addScored(start, end, guess{kind: Address, score: score{question: likely}, rule: "answer", detector: byAddress}, p.lower(start, end))
}

// recallPlaces finds what was heard of an address again: names of it anywhere, numbers while it is open.
func (p *pass) recallPlaces() {
	c := p.in.Call
	if c.places.Len() == 0 || p.in.Channel == ChannelLog {
		return
	}
	tokens := p.text.Tokens
	short := (c.place.open || c.place.left > 0 && p.in.Role == RoleAgent) && len(tokens) <= placeQuestion
	for k := 0; k < len(tokens); k++ {
		if !p.isRecalled(k, short) && !p.isRecalledPair(k+1) {
			continue
		}
		first, last := k, k
		for last+1 < len(tokens) && p.between(last) != gapOther && (p.isRecalled(last+1, true) || p.isRecalledPair(last+1) || tokens[last+1].Bits&(wordStreet|wordPlace) != 0 && tokens[last].IsWord()) {
			last++
		}
		for first > 0 && !p.isInert(int(tokens[first-1].Start)) && !tokens[first-1].IsWord() && p.isRecalled(first-1, true) {
			first--
		}
		if number := first - 1; number >= 0 && first < last && p.isRecalledPair(first+1) && tokens[number].IsNumber() && tokens[number].Len() < houseDigits && p.between(number) == gapSpace && !p.isInert(int(tokens[number].Start)) {
			first = number // another house of the same street
		}
		if short && last+2 < len(tokens) && tokens[last+1].Bits&cuesIdentifier == 0 && p.between(last) == gapSpace && p.isRecalled(last+2, true) {
			last += 2 // "fourteen bar three"
		}
		if first > 0 && tokens[first-1].Bits&wordUnit != 0 && p.between(first-1) == gapSpace && !p.isInert(int(tokens[first-1].Start)) {
			first--
		}
		k = last
		if first == last && tokens[first].IsNumber() && tokens[first].Len() == 1 {
			continue
		}
		p.addPlace(first, last, false)
	}
}

// isRecalled says whether token k was heard in an address; a number is so only where numbers may be.
func (p *pass) isRecalled(k int, numbers bool) bool {
	t := &p.text.Tokens[k]
	if !t.IsWord() && (!numbers || t.Shape&scan.Digit == 0) || p.isInert(int(t.Start)) {
		return false
	}
	return p.in.Call.places.Has(p.placeKey(k))
}

var (
	// askedParts are parts of an address as they are asked for.
	askedParts = wordsOf(`street road town city village county state landmark postcode zip pincode area locality district tehsil taluka suburb borough neighbourhood
		neighborhood floor flat house building apartment suite unit block sector plot line opposite near region province country address`)
	// ownParts are those that little else has.
	ownParts    = wordsOf("street road village county landmark lane avenue")
	askingWords = wordsOf("have what what's whats which any how's how koi kaun kaunsa kya and")
	confirming  = wordsOf("that's thats confirm read back still correct right")
	// listening are words of somebody who listens to an address or reads it back.
	listening = wordsOf(`ok okay yes yeah yep yup ya mhm mm mmhm hmm hm uh huh um right alright sure go on ahead and then the rest next more anything else got it that that's thats is
		so lovely great perfect which what whats what's sir madam mam maam thank thanks you carry continue sorry say again repeat please i see is in at of number no correct good fine a s cool
		achha accha haan theek hai ji boliye ja genau gut weiter verstanden alles klar notiert oui d'accord entendu parfait très bien noté c'est ben alors sí si vale claro acuerdo de entendido perfecto dígame digame mi dica perfetto bene va d'accordo accordo capisco sì certo
		ga verder goed prima begrepen sim certo muito bem entendi ótimo tak dobrze rozumiem słucham proszę cheers ta gotcha brilliant`)
	livingWords = wordsOf("live lives living moved reside resides residing house address place flat apartment bungalow")
	partNot     = wordsOf("not nahi") // "fernleigh avenue not fernleigh close"
	// noPart are words of sentences.
	noPart = wordsOf("standing waiting sitting i i'm i've i'd m ve neighbour neighbor neighbours wife husband son daughter mum mother dad father brother sister friend boss colleague flatmate")
	// partLeads stand before a part of an address that is told by itself.
	partLeads = wordsOf("correct exactly right yes no off back over out up down it's its that's that town city village county street road postcode zip state area near")
)
