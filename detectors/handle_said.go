package detectors

// handleTokens is how many words and numbers a handle has as it is said.
const handleTokens = 4

// saidHandle looks for a handle behind the name of a network, token i: "my twitter is at rosie tweets nine".
func (p *pass) saidHandle(i int) {
	const most = 3
	for k := i + 1; k <= i+most && p.between(k-1) == gapSpace; k++ {
		if p.is(k, &atWord) {
			p.addHandle(k+1, userTold)
			return
		}
		if !p.is(k, &userLinks) && !p.is(k, &userNames) {
			return
		}
	}
}

// addHandle takes what follows "at" from token first on for a handle, if the text ends with it. It says whether it did.
func (p *pass) addHandle(first int, likely float32) bool {
	last := first - 1
	for k := first; k < len(p.text.Tokens) && k < first+handleTokens; k++ {
		t := &p.text.Tokens[k]
		if p.isInert(int(t.Start)) || k > first && p.between(k-1) != gapSpace || p.is(k, &stopWords) {
			break
		}
		last = k
	}
	if last < first || p.between(last) == gapSpace && !p.is(last+1, &andWords) {
		return false // a sentence
	}
	start, end := int(p.text.Tokens[first].Start), int(p.text.Tokens[last].End)
	p.addScored(start, end, guess{kind: Username, score: score{form: likely}, rule: "handle", detector: byUser}, p.compact(start, end))
	return true
}

var (
	atWord    = wordsOf("at")
	userNames = wordsOf("handle name username user account profile")
)
