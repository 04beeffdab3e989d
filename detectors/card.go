package detectors

import (
	"github.com/sonexlabs/tacet/detectors/checksum"
	"github.com/sonexlabs/tacet/detectors/scan"
)

// cardNumber scores a run as a payment card (ISO/IEC 7812-1). Issuer and check digit raise the score and nothing more:
// a misheard digit must not leave the other fifteen in clear.
func (p *pass) cardNumber(r *run, best *guess) {
	if r.digits < 12 || r.digits > 19 || r.plus {
		return
	}
	issuer, luhn := isIssuer(r.d), checksum.Luhn(r.d)
	s := score{form: 0.2, words: r.ctx.boost(cueCard), question: p.wants.score(cueCard, 0.35)}
	if r.digits >= 13 {
		s.form += 0.1
	}
	if r.isCardShape() {
		s.form += 0.2
	}
	if issuer {
		s.check += 0.2
	}
	if luhn {
		s.check += 0.25
	}
	if r.digits == 12 && !(issuer && luhn) {
		s.against -= 0.2
	}
	if p.isTimestamp(r) && !issuer {
		s.against -= 0.4
	}
	best.betterScored(CreditCard, s, "", byCard)
}

// isCardShape says whether the groups are those printed on cards: fours, or 4-6-5 and 4-6-4.
func (r *run) isCardShape() bool {
	g := r.groups
	if len(g) == 3 && g[0].digits == 4 && g[1].digits == 6 {
		return g[2].digits == 5 || g[2].digits == 4
	}
	if len(g) < 4 {
		return false
	}
	for k := range g {
		if g[k].digits != 4 && k < len(g)-1 {
			return false
		}
	}
	return true
}

// isWholeCard says whether a run is a complete card number already, so that what follows (an expiry date, a CVV) is
// something else.
func isWholeCard(r *run) bool {
	switch r.digits {
	case 16:
		if r.d[0] == '8' && r.d[1] == '9' {
			return false // the card of a telephone, with three or four digits to come
		}
		return r.isCardShape() || isIssuer(r.d) && checksum.Luhn(r.d)
	case 14, 15:
		return isIssuer(r.d) && r.isCardShape() && checksum.Luhn(r.d)
	}
	return false
}

// isIssuer says whether a number has an issuer's first digits and one of its lengths (issuers' published ranges).
func isIssuer(d []byte) bool {
	n := len(d)
	if n < 12 {
		return false
	}
	first := func(k int) (v int) {
		for _, c := range d[:k] {
			v = v*10 + int(c-'0')
		}
		return v
	}
	two, four := first(2), first(4)
	switch {
	case d[0] == '4': // Visa
		return n == 13 || n == 16 || n == 19
	case two >= 51 && two <= 55, four >= 2221 && four <= 2720: // Mastercard
		return n == 16
	case two == 34 || two == 37: // American Express
		return n == 15
	case two == 36 || two == 38 || two == 39 || four >= 3000 && four <= 3059: // Diners Club
		return n >= 14
	case four >= 3528 && four <= 3589: // JCB
		return n >= 16
	case two == 60 || two == 64 || two == 65 || two == 81 || two == 82 || two == 62: // Discover, RuPay, UnionPay
		return n >= 16
	case two == 50 || two >= 56 && two <= 69: // Maestro
		return true
	case four >= 2200 && four <= 2204: // Mir
		return n >= 16
	}
	return false
}

// cardData scores a short run as what belongs to a card or an account and is known only by the words beside it.
func (p *pass) cardData(r *run, best *guess) {
	if r.digits == askedLeast && !r.plus && p.isSpoken(r.start) {
		best.better(CardCVV, shortBoost(&r.ctx, cueCVV), byCardData) // the first digits of one: "security code eight three"
	}
	if r.digits < 3 || r.digits > 8 || r.plus {
		return
	}
	if r.sep == '/' {
		if len(r.groups) == 2 && r.groups[0].digits <= 2 && p.isMonthNumber(&r.groups[0]) {
			score := max(shortBoost(&r.ctx, cueExpiry|cueCard), p.wants.score(cueExpiry|cueCard, 0.85))
			if p.followsCard(r) {
				score = max(score, 0.8)
			}
			best.better(CardExpiry, score, byCardData)
		}
		return
	}
	if p.isExpiry(r) {
		best.better(CardExpiry, 0.9, byCardData)
	}
	if r.digits <= 4 {
		if p.followsExpiry(r) {
			best.better(CardCVV, 0.8, byCardData)
		} else if kind := p.behindCard(r); kind != 0 {
			best.better(kind, 0.9, byCardData) // "code" speaks against it otherwise
		}
		best.better(CardCVV, max(shortBoost(&r.ctx, cueCVV), p.wants.score(cueCVV, 0.85)), byCardData)
	}
	if r.digits >= 4 {
		best.better(OTP, max(shortBoost(&r.ctx, cueOTP), p.wants.score(cueOTP, 0.85)), byCardData)
		if r.digits > 4 && r.ctx.near&(cueCVV|cueCard|cueExpiry) == cueCVV {
			best.better(OTP, 0.7, byCardData) // "your security code is 482913"
		}
		if r.digits <= 6 {
			best.better(PIN, max(shortBoost(&r.ctx, cuePIN), p.wants.score(cuePIN, 0.85)), byCardData)
		}
	}
}

// widenExpiry takes month and year of the end of a card, asked for or told, for one, with the words between them: "zero seven of twenty
// eight".
func (p *pass) widenExpiry() {
	const most, apart = 12, 3 // tokens
	tokens := p.text.Tokens
	asked := p.wants.cues&cueExpiry != 0 && p.wants.cues&cueBirth == 0 && len(tokens) <= most
	if !asked && (p.said&cueExpiry == 0 || p.in.Channel == ChannelLog) {
		return
	}
	month, year := -1, -1
	for k := range tokens {
		t := &tokens[k]
		number := scan.IsDigit(p.b[t.Start])
		switch {
		case p.isInert(int(t.Start)):
			return
		case month < 0 && !asked && p.cueBefore(k)&cueExpiry == 0 && !p.isOwnExpiry(k) && !p.isOwnExpiry(k+1):
		case month < 0 && (t.Bits&wordMonth != 0 || number && t.Len() <= 2 && p.isMonthNumber(&group{int(t.Start), int(t.End), t.Len()})):
			month = k
		case month >= 0 && year < 0 && number && t.Len() != 1 && t.Len() != 3 && t.Len() <= 4 && k-month <= apart:
			year = k
		}
	}
	if year < 0 {
		return
	}
	if start, end := int(tokens[month].Start), int(tokens[year].End); !p.isFound(start, end) {
		p.addScored(start, end, guess{kind: CardExpiry, score: score{question: 0.85 - p.wants.decay}, rule: "month and year", detector: byCardData}, p.compact(start, end))
	}
}

// typedCard takes a turn that is nothing but month and year, three digits or both, behind a card number or its date that ended the turn before,
// for that date and the security code: "12/26 108". Both are known without a card before: "0727 and it's 865".
func (p *pass) typedCard() {
	const most = 8 // tokens
	tokens := p.text.Tokens
	if len(tokens) == 0 || len(tokens) > most || p.in.Call == nil || p.in.Channel == ChannelLog || p.in.Role == RoleAgent {
		return
	}
	first, last, code := -1, -1, -1
	for k := range tokens {
		t := &tokens[k]
		if p.isInert(int(t.Start)) {
			return
		}
		switch n := t.Len(); {
		case !t.IsNumber():
			if !p.is(k, &cardLinks) {
				return
			}
		case code >= 0:
			return
		case n == 3:
			code = k
		case first < 0 && (n == 4 || n == 2 && p.at(int(t.End)) == '/'):
			first, last = k, k
		case first >= 0 && first == last && first == k-1 && tokens[first].Len() == 2 && (n == 2 || n == 4) && p.at(int(t.Start)-1) == '/':
			last = k
		default:
			return
		}
	}
	dated := first >= 0 && p.isMonthYear(first, last)
	switch {
	case first >= 0 && !dated, p.wants.paid == 0 && (first < 0 || code != len(tokens)-1 || code < last+2), first < 0 && p.wants.paid != CardExpiry:
		return
	}
	add := func(from, to int, kind Type) {
		start, end := int(tokens[from].Start), int(tokens[to].End)
		p.addScored(start, end, guess{kind: kind, score: score{question: 0.8}, rule: "month and year", detector: byCardData}, p.compact(start, end))
	}
	if first >= 0 {
		add(first, last, CardExpiry)
	}
	if code >= 0 {
		add(code, code, CardCVV)
	}
}

// isMonthYear says whether tokens first to last are a month and a year to come, as cards have them: "0727", "07/2027".
func (p *pass) isMonthYear(first, last int) bool {
	const least, most = 24, 45
	var d [6]byte
	b := append(d[:0], p.bytesOf(&p.text.Tokens[first])...)
	if last > first {
		b = append(b, p.bytesOf(&p.text.Tokens[last])...)
	}
	month, year := decimal(b[:2]), decimal(b[len(b)-2:])
	return month >= 1 && month <= 12 && year >= least && year <= most && (len(b) == 4 || b[2] == '2' && b[3] == '0')
}

// isExpiry says whether three or four digits, or two groups, are month and year behind a word for the end of a card: "expiry oh four
// twenty nine".
func (p *pass) isExpiry(r *run) bool {
	if p.said&cueExpiry == 0 || r.digits < 3 || r.digits > 6 || r.digits == 3 && len(r.groups) == 1 && p.in.Channel == ChannelLog {
		return false
	}
	if p.cueBefore(r.first)&(cuesIdentifier&^cueAnyID) != cueExpiry && !p.isOwnExpiry(r.last) {
		return false
	}
	month := decimal(r.d[:2])
	if r.digits%2 == 1 {
		month = decimal(r.d[:1])
	}
	return month >= 1 && month <= 12
}

// isOwnExpiry says whether words for the end of a card stand behind "is", behind token k: "0927 is my expiry date".
func (p *pass) isOwnExpiry(k int) bool {
	const reach = 4
	if p.bitsAt(k+1)&wordIs == 0 || p.between(k) != gapSpace {
		return false
	}
	for j := k + 2; j <= k+reach && p.between(j-1) == gapSpace; j++ {
		if bits := p.cue(j) & cuesIdentifier; bits != 0 {
			return bits&cueExpiry != 0
		}
	}
	return false
}

// cueBefore is what the nearest word before token i says that says anything of an identifier, within reach.
func (p *pass) cueBefore(i int) uint64 {
	for k, n := i-1, 0; k >= 0 && n <= nearWords; k-- {
		if t := &p.text.Tokens[k]; int(t.Start) < p.barrier || p.isInert(int(t.Start)) || !t.IsWord() {
			break
		}
		if n > 0 && p.is(k, &relative) && p.cue(k)&cuesIdentifier == 0 {
			continue // "the expiry date that i have here is"
		}
		n++
		if bits := p.cue(k) & cuesIdentifier; bits != 0 {
			return bits
		}
	}
	return 0
}

// followsCard says whether a card number was found right before the run.
func (p *pass) followsCard(r *run) bool {
	n := len(p.candidates)
	return n > 0 && p.candidates[n-1].kind == CreditCard && p.candidates[n-1].end <= r.start && r.start-p.candidates[n-1].end <= 2
}

// behindCard is what three or four digits are that are said behind a card number or its expiry date, or written behind "code", with nothing but
// words that lead to them between, and that date: "and it's oh three thirty and the last three are six one four". It is 0 if they are neither.
func (p *pass) behindCard(r *run) Type {
	const most = 9 // words between
	c, month := p.lastBefore(r.start), decimal(r.d[:2-r.digits%2])
	if c == nil || c.kind != CreditCard && c.kind != CardExpiry || p.in.Channel == ChannelLog {
		return 0
	}
	_, last := p.tokensOf(c.start, c.end)
	if r.first-last > most+1 {
		return 0
	}
	coded, dated := p.isSpoken(r.start), c.kind == CardExpiry
	for k := last + 1; k < r.first; k++ {
		switch t := &p.text.Tokens[k]; {
		case p.is(k, &cardLinks) || p.speech.IsPlain(t, p.b):
			coded = coded || t.Bits&wordCode != 0
		case t.IsNumber() && t.Len() <= 4 && p.said&cueExpiry != 0: // a date that isn't found yet
			dated = true
		default:
			return 0
		}
	}
	if !coded {
		return 0
	}
	if !dated && month >= 1 && month <= 12 {
		return CardExpiry
	}
	return CardCVV
}

// cardLinks stand between the numbers of a card.
var cardLinks = wordsOf("and then it it's its is s that that's the date expiry expires expiring exp valid until to thru through end ends last three four digits on back are code security uh um er erm so actually with number of cvv cvc verification")

// followsExpiry says whether a card number and its expiry date were found right before the run: "4111 1111 1111 1111, 04/28, 123".
func (p *pass) followsExpiry(r *run) bool {
	n := len(p.candidates)
	return n > 1 && p.candidates[n-1].kind == CardExpiry && p.candidates[n-2].kind == CreditCard &&
		isClose(p.candidates[n-1].end, r.start) && isClose(p.candidates[n-2].end, p.candidates[n-1].start)
}

// isClose says whether one of two findings follows the other with no more than a mark and a space between.
func isClose(end, start int) bool { return end <= start && start-end <= 3 }

// shortBoost is the score of a short number by the words beside it alone.
func shortBoost(ctx *context, cues uint64) float32 {
	switch {
	case ctx.near&cues != 0:
		return 0.85
	case ctx.mid&cues != 0:
		return 0.6
	}
	return 0
}

// isMonthNumber says whether a group is the number of a month.
func (p *pass) isMonthNumber(g *group) bool {
	month := p.value(g.start, g.digits)
	return month >= 1 && month <= 12
}
