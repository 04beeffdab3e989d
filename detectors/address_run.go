package detectors

// In calls, addresses come without a number and a street side by side: "plot six the paddocks off wetherby lane", "village rampur post
// office bhawanipur district ballia", "the corner of fifth and main". A run of words that could all be of an address is one if enough in it
// speaks for it.

const (
	runEnough  = 4  // evidence
	runTokens  = 48 // of a run
	runLeast   = 3
	runSurplus = 2 // names behind the last evidence, where the text ends with them
)

// wordsRun are words without which no run is an address.
const wordsRun = wordStreet | wordUnit | wordAround | wordLead

// What a token may be in an address.
type partClass uint8

const (
	noAddressPart partClass = iota
	partNumber              // a number, a letter, letters and digits
	partSure                // a word of addresses: a street, a unit, a landmark, a known place
	partName                // a word that is no common one
	partSoft                // a word that may stand in a name: "old", "north"
	partJoin                // a word that joins: "of", "the", "number"
)

// classOf is what token k may be in an address.
func (p *pass) classOf(k int) partClass {
	t := &p.text.Tokens[k]
	switch {
	case !t.IsWord():
		if t.Len() > 7 || p.hasCurrency(int(t.Start)) || p.isUnitOfTime(k) || p.isPhoneAt(k) {
			return noAddressPart
		}
		return partNumber
	case t.Bits&(wordStreet|wordLead) != 0 || t.Bits&wordUnit != 0 && k+1 < len(p.text.Tokens) && !p.isNumberWord(k):
		return partSure
	case t.Len() == 1 && p.isHouseLetter(k):
		return partNumber
	case p.is(k, &runJoins):
		return partJoin
	case p.is(k, &landmarks):
		return partSure
	case t.Bits&(wordPlace|wordSoftLead|wordAround) != 0 || p.is(k, &runSofts) || p.is(k+1, &estateKinds) && isWord(p.bytesOf(t), "mobile"):
		return partSoft
	case p.is(k, &runEnds):
		return noAddressPart
	case p.isKnownPlace(k):
		return partSure
	case t.Len() == 1:
		return partNumber
	case t.Bits&(cuesIdentifier|cuesAgainst|wordMonth|wordOrder)&^cueAddress != 0:
		return noAddressPart
	case p.set.names.IsCommon(t.Hash):
		return partSoft
	}
	return partName
}

// isHouseLetter says whether token k is a letter behind the number of a house, with which the text or a part of it ends: "nine a".
func (p *pass) isHouseLetter(k int) bool {
	return k > 0 && !p.text.Tokens[k-1].IsWord() && p.between(k-1) == gapSpace && (k+1 == len(p.text.Tokens) || p.between(k) != gapSpace)
}

// What the words of other lists are in a run.
var (
	runJoins = union(&partWords, &linkWords, &fillers, &codeWords, &numberWords)
	runSofts = union(&besideWords, &hindiBeside, &nearLinks, &directions, &notTowns, &ordinalWords, &estateKinds)
	runEnds  = union(&noPart, &plainWords, &stopWords, &listening)
)

// addressRuns looks for runs of words that are an address by what is in them, in what is said.
func (p *pass) addressRuns() {
	if p.isWritten() || p.in.Channel == ChannelChat || p.text.Said&wordsRun == 0 && (p.text.Said&wordPlace == 0 || len(p.numbers) == 0) {
		return
	}
	p.barrier = 0
	tokens := p.text.Tokens
	var r addressRun
	for k := 0; k < len(tokens); k++ {
		if tokens[k].Bits&(wordsRun|wordPlace) == 0 || p.isNumberWord(k) || p.isInert(int(tokens[k].Start)) {
			continue
		}
		if tokens[k].Bits&wordUnit != 0 {
			p.saidUnit(k)
		}
		p.runAround(&r, k)
		if r.evidence >= runEnough {
			p.addRun(&r)
		}
		k = max(k, r.end)
	}
}

// saidUnit takes a flat and its number or letter, token k on, for an address where somebody is or goes there, or says nothing else: "he's in flat
// nine", "flat b ground floor".
func (p *pass) saidUnit(k int) {
	const longest = 4
	tokens := p.text.Tokens
	if !p.is(k, &dwellings) {
		return
	}
	last := k + 1
	if p.isNumberWord(last) {
		last++
	}
	if last >= len(tokens) || p.joint(k) != gapSpace || p.isInert(int(tokens[last].Start)) {
		return
	}
	t := &tokens[last]
	letter := t.IsWord() && t.Len() == 1
	if !letter && (t.IsWord() || t.Len() > longest || t.Bits != 0) {
		return
	}
	if n := last + 1; !letter && n < len(tokens) && tokens[n].IsWord() && tokens[n].Len() == 1 && p.joint(last) == gapSpace && (p.endsClause(n) || p.b[tokens[n].Start]|0x20 != 'a' && p.b[tokens[n].Start]|0x20 != 'i') {
		last = n
	}
	ends := p.endsClause(last) && (last+1 == len(tokens) || p.between(last) != gapComma) || p.is(last+1, &levels) || p.is(last+1, &floorWords)
	if p.is(k-1, &beforeInitials) || !ends && !p.is(k-1, &unitLeads) || p.bitsAt(last+1)&cuesAgainst != 0 || p.is(last+1, &ofWords) {
		return
	}
	p.addPlace(k, last, false)
}

var (
	dwellings = wordsOf("flat apartment apt unit wohnung mieszkanie mieszkania appartement appartamento apartamento interno piso")
	unitLeads = wordsOf("in at to for ring buzz s is number im w en au all")
)

// addressRun is a run of tokens that could be an address.
type addressRun struct {
	begin, end  int // all of its tokens
	first, last int // the first and the last that speak for an address
	evidence    int
	soft        int
	classes     [runTokens]partClass // of its tokens, from begin on
}

// class is what token k of the run may be.
func (r *addressRun) class(k int) partClass { return r.classes[k-r.begin] }

// speak adds evidence, of tokens first to last, and gives the last.
func (r *addressRun) speak(first, last, evidence int) int {
	if r.evidence == 0 {
		r.first = first
	}
	r.evidence += evidence
	r.last = max(r.last, last)
	return last
}

// runAround reads the run of tokens round token k.
func (p *pass) runAround(r *addressRun, k int) {
	r.evidence, r.soft, r.first, r.last = 0, 0, 0, 0
	r.begin, r.end = k, k
	for k-r.begin < runTokens/2 && r.begin > 0 && p.mayFollow(r.begin-1) && p.classOf(r.begin-1) != noAddressPart {
		r.begin--
	}
	for j := r.begin; j < r.begin+runTokens; j++ {
		if j > k && (j == len(p.text.Tokens) || !p.mayFollow(j-1)) {
			break
		}
		class := p.classOf(j)
		if j > k && class == noAddressPart {
			break
		}
		r.classes[j-r.begin], r.end = class, j
	}
	if r.end-r.begin+1 >= runLeast {
		p.weigh(r)
	}
}

// mayFollow says whether token k and the next may stand in one address.
func (p *pass) mayFollow(k int) bool {
	gap := p.joint(k)
	return gap != gapOther && !p.isInert(int(p.text.Tokens[k].Start)) && !p.isInert(int(p.text.Tokens[k+1].Start))
}

// weigh adds up what in a run speaks for an address.
func (p *pass) weigh(r *addressRun) {
	near := 0
	for j := r.begin; j <= r.end; j++ {
		n := p.weighUnit(r, j)
		if n == 0 {
			n = p.weighStreet(r, j)
		}
		if n == 0 {
			n = p.weighPlace(r, j, &near)
		}
		if n == 0 && r.class(j) == partSoft {
			r.soft++
		}
		j = max(j, n)
	}
	if r.evidence == 0 || r.evidence >= runEnough {
		return
	}
	if p.announces(r) || p.livesBehind(r.end) {
		r.evidence++
		if p.isHouseOn(r) {
			r.evidence++ // "we're at lilac cottage on back lane"
		}
	}
	if r.last+2 <= r.end && r.class(r.last+1) == partName && r.class(r.last+2) == partName && p.closesText(r.end) {
		r.evidence++
	}
}

// weighUnit adds a unit, a box or a ward with its number, if token j is one. It gives the last token of it, or 0.
func (p *pass) weighUnit(r *addressRun, j int) (last int) {
	firm := p.is(j, &firmUnits) || p.is(j, &runUnits)
	unit := p.bitsAt(j)&wordUnit != 0 && !p.isNumberWord(j)
	if !unit && !firm && !p.is(j, &wards) {
		return 0
	}
	if n := p.numberBehind(r, j); n > 0 {
		weight := 1
		if firm {
			weight = 2
		}
		return r.speak(j, n, weight)
	}
	switch {
	case j == r.begin:
	case unit && p.text.Tokens[j-1].Len() == 1 && r.class(j-1) == partNumber, // "b wing"
		p.is(j, &levels) && (p.is(j-1, &ordinalWords) || p.isOrdinal(j-1)):
		return r.speak(j-1, j, 1)
	}
	return 0
}

// weighStreet adds a street, if token j is its word. It gives the last token of it, or 0.
func (p *pass) weighStreet(r *addressRun, j int) (last int) {
	tokens := p.text.Tokens
	bits := p.bitsAt(j)
	if bits&wordLead != 0 && p.toldBefore(j, false) {
		last = j // "mora na rua das acácias"
		for last < r.end && last < j+3 && (r.class(last+1) == partName || r.class(last+1) == partSoft || p.is(last+1, &linkWords)) {
			last++
		}
		if last > j && r.class(last) != partJoin {
			return r.speak(j, last, runEnough)
		}
	}
	if bits&(wordStreet|wordPlace) == 0 || j == r.begin {
		return 0
	}
	street, before := bits&wordStreet != 0, r.class(j-1)
	switch {
	case street && (before == partName && !p.is(j-1, &countNames) || p.is(j-1, &treeNames)),
		p.is(j, &ordinalRoads) && (p.is(j-1, &ordinalWords) || p.isOrdinal(j-1)):
		return r.speak(j-1, j, 2)
	case j >= r.begin+3 && isWord(p.bytesOf(&tokens[j-1]), "the") && tokens[j-2].IsNumber() && p.isNumberWord(j-3) && (j == r.end || p.closesText(j) || p.is(j+1, &partWords)):
		return r.speak(j-3, j, runEnough) // "number seventeen the crescent"
	case street && p.numberBehind(r, j) > 0:
		return r.speak(j, p.numberBehind(r, j), 2) // "road number twelve"
	case street && (before == partSure || before == partSoft):
		return r.speak(j-1, j, 1)
	case p.is(j, &estates) && p.is(j-1, &estateKinds):
		return r.speak(j-1, j, 2)
	case !street && before == partName:
		first := j - 1
		if first > r.begin && tokens[first-1].IsNumber() {
			first--
		}
		return r.speak(first, j, j-first)
	}
	return 0
}

// weighPlace adds what else token j says of a place. It gives the last token of that, or 0. near counts landmarks.
func (p *pass) weighPlace(r *addressRun, j int, near *int) (last int) {
	tokens := p.text.Tokens
	switch {
	case p.is(j, &directions) && tokens[j].Len() > 3 && j > r.begin && j < r.end && tokens[j-1].IsNumber() && tokens[j-1].Len() >= 2 && p.mayBeRoad(r, j+1) && (p.closesText(j+1) || p.bitsAt(j+2)&wordUnit != 0):
		return r.speak(j-1, j+1, 2) // "1902 west fifty seventh"
	case p.is(j, &runHouses) && j > r.begin:
		return r.speak(j, j, 1)
	case p.is(j, &besideWords):
		n := p.landmarkBehind(r, j)
		if *near == 2 || n == 0 && (j == r.end || r.class(j+1) != partName) {
			return 0
		}
		*near++
		return r.speak(j, max(n, j+1), 1)
	case p.is(j, &villages) && j < r.end && (r.class(j+1) == partName || p.isKnownPlace(j+1)):
		return r.speak(j, j+1, 2)
	case p.is(j, &corners) && p.is(j+1, &ofWords):
		if n := p.cornerEnd(r, j+2); n > 0 {
			return r.speak(j, n, runEnough)
		}
	case isWord(p.bytesOf(&tokens[j]), "care") && p.is(j+1, &ofWords) && j+1 < r.end:
		return r.speak(j, j+1, 2)
	case p.isKnownPlace(j) && r.evidence > 0:
		return r.speak(j, j, 1)
	}
	return 0
}

// isHouseOn says whether a run has the name of a house and a street behind it.
func (p *pass) isHouseOn(r *addressRun) bool {
	for k := r.first; k < r.last; k++ {
		if p.is(k, &houseNames) && p.is(k+1, &onStreets) && p.bitsAt(r.last)&wordStreet != 0 {
			return true
		}
	}
	return false
}

// announces says whether the words before a run lead to an address: "i live at", "i'm at".
func (p *pass) announces(r *addressRun) bool {
	k := r.begin
	for k <= r.first && !p.is(k, &atOn) {
		k++
	}
	if k > r.first {
		return p.toldBefore(r.first, false)
	}
	return p.is(k-1, &amWords) || p.toldBefore(k, false)
}

// numberBehind is the last token of the number behind token j: "flat number four b"; 0 if there is none.
func (p *pass) numberBehind(r *addressRun, j int) int {
	k := j + 1
	for n := 0; n < 2 && k <= r.end && p.isNumberWord(k); n++ {
		k++
	}
	if k > r.end || p.text.Tokens[k].IsWord() && p.text.Tokens[k].Len() > 1 || r.class(k) != partNumber {
		return 0
	}
	for k < r.end && r.class(k+1) == partNumber {
		k++
	}
	return k
}

// landmarkBehind is the landmark that token j, "near", brings in; 0 if there is none.
func (p *pass) landmarkBehind(r *addressRun, j int) int {
	const most = 5
	for k := j + 1; k <= r.end && k <= j+most; k++ {
		if p.is(k, &landmarks) {
			return k
		}
	}
	return 0
}

// cornerEnd is the last token of two streets from token k on, "fifth and main"; 0 if there are none.
func (p *pass) cornerEnd(r *addressRun, k int) int {
	const most = 3 // words of a street
	and := 0
	for j := k; j <= r.end && j <= k+most; j++ {
		if isWord(p.bytesOf(&p.text.Tokens[j]), "and") {
			and = j
			break
		}
	}
	if and == 0 || and == k || !p.mayBeRoad(r, k) || and == r.end || !p.mayBeRoad(r, and+1) {
		return 0
	}
	last := and + 1
	for last < r.end && last < and+most && p.text.Tokens[last].Bits&wordStreet == 0 && (p.mayBeRoad(r, last+1) || p.text.Tokens[last+1].Bits&(wordStreet|wordPlace) != 0) {
		last++
	}
	return last
}

// mayBeRoad says whether token k may name a road by itself: "fifth", "mill", "1st".
func (p *pass) mayBeRoad(r *addressRun, k int) bool {
	t := &p.text.Tokens[k]
	return p.is(k, &ordinalWords) || p.isOrdinal(k) || t.Bits&(wordPlace|wordStreet) != 0 || r.class(k) == partName || t.IsNumber() && t.Len() <= 3 || p.is(k, &treeNames)
}

// addRun takes a run for an address, from its first to its last token that speak for one, with the names beside them.
func (p *pass) addRun(r *addressRun) {
	if r.soft > r.evidence {
		return
	}
	first, last := r.first, r.last
	for first > r.begin && (r.class(first-1) == partName || r.class(first-1) == partNumber) && !p.is(first-1, &toVerbs) && !p.is(first-1, &toldWords) && p.bitsAt(first-1)&wordIs == 0 {
		first--
	}
	if first > r.begin && p.is(first, &houseNames) && r.class(first-1) == partSoft && !p.is(first-1, &besideWords) {
		first-- // "lilac cottage"
	}
	if rest := r.end - last; rest <= runSurplus || p.closesText(r.end) {
		for k := last + 1; k <= r.end && r.class(k) != partJoin && r.class(k) != partSoft; k++ {
			last = k
		}
	}
	p.articleOf(&first)
	p.addPlace(first, last, false)
}

// articleOf takes in "the" before a corner.
func (p *pass) articleOf(first *int) {
	if k := *first - 1; k >= 0 && p.is(*first, &corners) && isWord(p.bytesOf(&p.text.Tokens[k]), "the") && p.mayFollow(k) {
		*first = k
	}
}

var (
	// hindiBeside stand behind a landmark in Hindi.
	hindiBeside = wordsOf("paas saamne samne peeche piche bagal andar upar neeche wali wala")
	// runUnits are units that say as much as firmUnits in a run.
	runUnits = wordsOf("unit box lot space route pitch")
	amWords  = wordsOf("m i'm am im we're re are")
	// runHouses are names of houses that are other things as well.
	runHouses = wordsOf("schoolhouse bakery forge chapel stables smithy granary vicarage rectory farmhouse barn cottage bungalow lodge terrace")
	wards     = wordsOf("ward sector") // as other units, and less
	// estates are what is made up of plots, behind estateKinds.
	estates     = wordsOf("estate park centre center complex")
	estateKinds = wordsOf("trading industrial business retail caravan trailer home enterprise technology housing council")
	// villages stand before the name of what an Indian address lies in.
	villages = wordsOf("village taluka taluk tehsil district mandal dist post office")
	corners  = wordsOf("corner junction intersection crossroads")
	// treeNames are common words after which streets are named.
	treeNames = wordsOf("oak elm maple pine cedar walnut chestnut church station school market park mill king queen high north south east west")
)
