package detectors

import "github.com/sonexlabs/tacet/detectors/scan"

// oldest is the highest number that is taken for someone's age.
const oldest = 122

var (
	oldWords = wordsOf("old alt oud alte alter altes jährig jährige jähriger jaehrig")
	// havers stand before years where the language has its age or is so many years.
	havers = wordsOf("ai as a avez ont avait avais ho hai ha aveva tengo tiene tienes tenía tenia cumplo cumplió cumple bin bist ben compiuto compio")
	// agedWords are for a person: "âgé de 42 ans", "aged 42".
	agedWords = wordsOf("aged âgé âgée age agé agée")
	agoWords  = wordsOf("y hace da")
	// things have an age that is nobody's.
	things = wordsOf(`car cars laptop phone mobile account computer pc system machine boiler fridge freezer tv television router contract
		policy loan mortgage company business firm software app version device model bike bicycle truck van vehicle engine battery
		roof carpet sofa whisky whiskey wine scotch debt bond bill invoice record server bug issue code problem note`)
	// reaches count years that are no age: "age limit 18 and over".
	reaches = wordsOf("ago vor fa geleden")
)

// age looks for someone's age in token i: "42 years old", "aged 42", "42 Jahre alt", "j'ai 42 ans", the answer to "how old
// are you?". It gives the token to go on with, or 0.
func (p *pass) age(i int) (next int) {
	t := &p.text.Tokens[i]
	start := int(t.Start)
	n := p.leadingDigits(i)
	if n == 0 || n > 3 || t.Len() > n+4 {
		return 0
	}
	v := p.value(start, n)
	if v < 1 || v > oldest || !p.isWhole(i, start+n) {
		return 0
	}
	var form, question float32
	switch asked := p.path.bits&cueAge != 0; {
	case p.in.Channel == ChannelLog && !asked:
		return 0
	case t.Len() > n:
		if rest := p.b[start+n : t.End]; !isWord(rest, "yo") && !(isWord(rest, "yrs") && p.isWithin(i+1) && p.is(i+1, &oldWords) && !p.isThing(i, i+1)) {
			return 0
		}
		form = 0.75
	case p.saysYearsOld(i):
		form = 0.85
	case p.saysAge(i):
		form = 0.8
	case p.wants.cues&cueAge != 0 && !p.isCounted(i):
		question = p.wants.score(cueAge, 0.8)
	case asked && !p.isCounted(i):
		form = 0.85
	}
	if form+question == 0 {
		return 0
	}
	return p.note(start, start+n, i, Age, score{form: form, question: question}, byAge, p.verbatim(start, start+n))
}

// leadingDigits counts the digits that token i begins with, as far as four.
func (p *pass) leadingDigits(i int) (n int) {
	t := &p.text.Tokens[i]
	for n < t.Len() && n < 4 && scan.IsDigit(p.b[int(t.Start)+n]) {
		n++
	}
	return n
}

// isWhole says whether the number of token i, which ends at end, isn't a part of an amount, a range or a time.
func (p *pass) isWhole(i, end int) bool {
	if !p.isApart(i) || p.hasCurrency(int(p.text.Tokens[i].Start)) {
		return false
	}
	switch c := p.at(end); c {
	case '%', '+', '$':
		return false
	case '.', ',', ':', '/', '-':
		return !scan.IsDigit(p.at(end+1)) && p.at(end+1) != '['
	}
	return true
}

// saysYearsOld says whether years follow the number and are those of someone's life.
func (p *pass) saysYearsOld(i int) bool {
	k := i + 1
	if gap := p.between(i); gap != gapSpace && gap != gapDash || !p.isWithin(k) {
		return false
	}
	if p.bitsAt(k)&wordYear == 0 {
		return p.isShortYears(k) || p.is(k, &oldWords) && p.between(i) == gapDash && !p.isThing(i, k) // 42-jährig
	}
	before := i - 1
	switch gap := p.between(k); {
	case !p.isWithin(k + 1):
	case (gap == gapSpace || gap == gapDash) && p.is(k+1, &oldWords):
		return !p.isThing(i, k+1)
	case gap == gapSpace && p.is(k+1, &ofWords) && p.bitsAt(k+2)&cueAge != 0:
		return true // of age, de edad, di età
	case p.is(k+1, &reaches) && gap == gapSpace:
		return false
	}
	if p.is(before, &ofWords) && p.is(before-1, &agedWords) {
		return true
	}
	// "j'ai 42 ans", but not "il y a 42 ans", "ha 42 anni", "bin 42 Jahre"
	return p.isFree(before) && p.between(before) == gapSpace && p.is(before, &havers) && !p.is(before-1, &agoWords) && !p.isLater(k)
}

// isLater says whether the years that end with token k go on to something else: "bin 5 Jahre Kunde".
func (p *pass) isLater(k int) bool {
	return p.isAliasBehind(k) || p.isWithin(k+1) && p.between(k) == gapSpace && !p.is(k+1, &yearEnds)
}

// isAliasBehind says whether an alias follows token k: what it stands for may have spoken against an age.
func (p *pass) isAliasBehind(k int) bool {
	return k+1 < len(p.text.Tokens) && p.isInert(int(p.text.Tokens[k+1].Start)) && int(p.text.Tokens[k+1].Start)-int(p.text.Tokens[k].End) <= 2
}

var yearEnds = wordsOf("und and et y e en und aber mais pero ma i je ich aur hoon hai hu")

// isShortYears says whether token k says years in short: "42 yo", "42 y/o", "42 y.o.".
func (p *pass) isShortYears(k int) bool {
	t := &p.text.Tokens[k]
	if isWord(p.bytesOf(t), "yo") {
		return true
	}
	if !isWord(p.bytesOf(t), "y") || !p.isWithin(k+1) {
		return false
	}
	gap := p.between(k)
	return (gap == gapSlash || gap == gapDot) && isWord(p.bytesOf(&p.text.Tokens[k+1]), "o")
}

// isThing says whether the age of token i, told by the words up to token k, is that of a thing: "a 5 year old car", "the
// laptop is 5 years old". A name or an address that has been taken out already may have been a thing.
func (p *pass) isThing(i, k int) bool {
	if k+1 < len(p.text.Tokens) && p.between(k) != gapComma && p.between(k) != gapDot {
		if t := &p.text.Tokens[k+1]; p.isInert(int(t.Start)) || p.is(k+1, &things) {
			return true
		}
	}
	for b := i - 1; b >= i-4 && p.isFree(b) && p.between(b) == gapSpace; b-- {
		if p.is(b, &things) {
			return true
		}
	}
	return false
}

// saysAge says whether a word for age stands before the number of token i: "aged 42", "age: 42", "Alter: 42", "umar 42".
func (p *pass) saysAge(i int) bool {
	k := i - 1
	if (p.said|p.path.bits)&cueAge == 0 || !p.isFree(k) || p.sentenceEnds(int(p.text.Tokens[k].End)) {
		return false
	}
	if p.bitsAt(k)&wordIs != 0 || p.is(k, &ofWords) || p.is(k, &agedLinks) {
		k--
	}
	if !p.isFree(k) || p.bitsAt(k)&cueAge == 0 || int(p.text.Tokens[i].Start)-int(p.text.Tokens[k].End) > 8 || p.at(int(p.text.Tokens[k].Start)-1) == '-' {
		return false
	}
	return !p.isCounted(i)
}

var agedLinks = wordsOf("von van at about around now")

// isCounted says whether the number of token i counts what follows: "30 minutes".
func (p *pass) isCounted(i int) bool {
	k := i + 1
	if p.isAliasBehind(i) {
		return true
	}
	if !p.isWithin(k) || p.between(i) != gapSpace {
		return false
	}
	return p.bitsAt(k)&(cueMetric|cueMoney|cueTime) != 0 || p.text.Tokens[k].IsNumber() || p.bitsAt(k)&wordYear != 0 && p.is(k+1, &reaches)
}
