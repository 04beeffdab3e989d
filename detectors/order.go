package detectors

import "github.com/sonexlabs/tacet/detectors/scan"

// Likelihoods of the numbers of orders, bookings, tickets and parcels.
const (
	orderTold  = 0.62 // a bit more than an account: "order reference 1234567"
	orderAsked = 0.7
	orderCode  = 0.55
	orderLong  = 6 // digits that "order" alone makes one
)

// orderNumber scores a run as the number of an order, by the words beside it: "order number is 12345", "ticket #123",
// "invoice 1234567".
func (p *pass) orderNumber(r *run, best *guess) {
	score := p.wants.score(cueOrder, orderAsked)
	score = max(score, p.orderWords(&r.ctx, r.first, r.digits >= orderLong || p.at(r.start-1) == '#'))
	best.better(OrderID, score, byAccount)
}

// orderWords is how likely the words round something that begins with token first make it the number of an order. Words
// that stand for the order itself count only where it looks like a number of one.
func (p *pass) orderWords(ctx *context, first int, looks bool) float32 {
	cues := cueOrder
	if looks && p.in.Channel != ChannelLog {
		cues |= wordOrder
	}
	switch {
	case ctx.near&cues != 0 && p.isOrderNearest(first):
		return orderTold
	case ctx.mid&cueOrder != 0 && p.in.Channel != ChannelLog, cues&wordOrder != 0 && ctx.near&wordNumber != 0 && (ctx.mid|ctx.far)&wordOrder != 0 && p.isOrderNearest(first): // "mein paket ist nicht da, die nummer ist h01774"
		return orderTold - 0.1
	}
	return 0
}

// isOrderNearest says whether the nearest word before token first that names an account or an order names an order: "order
// reference" does.
func (p *pass) isOrderNearest(first int) bool {
	if p.path.bits&(cueOrder|wordOrder) != 0 {
		return true
	}
	for k := first - 1; k >= 0 && k > first-1-midWords; k-- {
		switch bits := p.bitsAt(k); {
		case bits&wordOrder != 0 || p.cue(k)&cueOrder != 0:
			return true
		case bits&cueAccount != 0:
			return p.bitsAt(k-1)&wordOrder != 0
		}
	}
	return true // it stands behind
}

// isLocator says whether tokens first to last are the few capitals and figures of a booking, right behind a word for it: "booking K7QX2M".
func (p *pass) isLocator(first, last int) bool {
	const least, most = 5, 8
	t := &p.text.Tokens[first]
	return first == last && first > 0 && t.Len() >= least && t.Len() <= most && t.Shape&(scan.Upper|scan.Lower|scan.Digit|scan.High) == scan.Upper|scan.Digit && !p.isWordAndNumber(t) && p.is(first-1, &bookings) && p.between(first-1) == gapSpace
}

// isWordAndNumber says whether a token is a word with a number behind it: "AUGUST25".
func (p *pass) isWordAndNumber(t *scan.Token) bool {
	const least = 4
	b := p.bytesOf(t)
	n := 0
	for n < len(b) && scan.IsLetter(b[n]) {
		n++
	}
	return n >= least && digitsIn(b[n:]) == len(b)-n
}

var bookings = wordsOf("booking reservation pnr locator confirmation bookings")

// spacedOrder looks for the letters and digits of an order's number set apart: "booking number is c 2 v 6 d 8", "kyf 176".
func (p *pass) spacedOrder(i int) {
	const most = 8
	if (p.said|p.path.bits|p.wants.cues)&(cueOrder|wordOrder) == 0 || i < p.orderDone || p.in.Channel == ChannelLog {
		return
	}
	tokens := p.text.Tokens
	isPiece := func(k int) bool {
		t := &tokens[k]
		if t.IsNumber() {
			return t.Len() <= 6
		}
		if t.Len() == 1 {
			return !p.is(k, &stopWords) && p.at(int(t.Start)-1) != '\'' // "number's"
		}
		return t.IsWord() && t.Shape&scan.High == 0 && t.Len() <= 4 && t.Bits&^(wordPlace|wordUnit|wordSoftLead|wordPhrase|wordPhraseEnd) == 0 && !p.is(k, &stopWords)
	}
	first, last := i, i
	for first > 0 && i-first < 3 && p.codeGap(first-1) == ' ' && isPiece(first-1) && !p.isInert(int(tokens[first-1].Start)) {
		first--
	}
	for last-first < most && p.codeGap(last) == ' ' && isPiece(last+1) && (tokens[last+1].Len() <= 3 || tokens[last+1].IsNumber()) {
		last++
	}
	letters, digits := 0, 0
	for k := first; k <= last; k++ {
		if tokens[k].IsNumber() {
			digits += tokens[k].Len()
		} else {
			letters += tokens[k].Len()
		}
	}
	if letters == 0 || digits < 2 || letters+digits < 4 {
		return
	}
	ctx := p.around(first, last)
	if (ctx.near&cueOrder == 0 || !p.isOrderNearest(first)) && !(p.wants.cues&cueOrder != 0 && first == 0) {
		return
	}
	p.orderDone = last + 1
	start, end := int(tokens[first].Start), int(tokens[last].End)
	p.add(start, end, OrderID, orderTold, byAccount, p.compact(start, end))
}
