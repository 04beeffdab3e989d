package detectors

// threeWords is a place that is told by three words of what3words, in a call.
type threeWords struct {
	first uint32 // keyed hash of the first, to know it again when it is read back
	left  uint8  // turns in which they may come
}

const threeTurns = 5

// sayThreeWords takes three words for a place that are said behind "what three words", or answer the question for them, or are read back:
// "the what three words is filled count soap".
func (p *pass) sayThreeWords() {
	t := &p.in.Call.three
	if p.said&cueAddress == 0 && t.left == 0 || p.in.Channel == ChannelLog {
		return
	}
	tokens, named := p.text.Tokens, false
	k := 0
	if p.said&cueAddress != 0 {
		for i := 2; i < len(tokens); i++ {
			if isWord(p.bytesOf(&tokens[i]), "words") && isWord(p.bytesOf(&tokens[i-2]), "what") && (isWord(p.bytesOf(&tokens[i-1]), "three") || isWord(p.bytesOf(&tokens[i-1]), "3")) {
				k, named, t.left = i+1, true, threeTurns
			}
		}
	}
	if t.left == 0 {
		return
	}
	for k < len(tokens) && (p.is(k, &answerLead) || p.is(k, &threeLeads) || p.is(k, &hesitations) || p.bitsAt(k)&wordIs != 0) {
		k++
	}
	first, last := k, k
	for n := 0; n < 3; n++ {
		if n > 0 {
			if last++; p.is(last, &threeDots) {
				last++
			}
		}
		if last >= len(tokens) || !p.mayBeThird(last) {
			return
		}
	}
	heard := t.first == p.saidKey(first)
	if ends := p.endsClause(last) || p.is(last+1, &threeEnds); !ends && !heard || p.in.Role == RoleAgent && !named && !heard {
		return
	}
	t.first = p.saidKey(first)
	p.addPlace(first, last, false)
}

// mayBeThird says whether token k may be one of three words: what3words has none of three letters, and none that sentences are made of.
func (p *pass) mayBeThird(k int) bool {
	const least = 4
	t := &p.text.Tokens[k]
	return t.IsWord() && t.Len() >= least && !p.isInert(int(t.Start)) && !p.is(k, &stopWords) && !p.is(k, &notAnswers) && !p.is(k, &sentenceWords)
}

var (
	threeLeads = wordsOf("hang on hold a address location for me here we are got says")
	threeDots  = wordsOf("dot")
	threeEnds  = wordsOf("that's that and yes yeah please thank thanks")
)
