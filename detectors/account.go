package detectors

import (
	"bytes"

	"github.com/sonexlabs/tacet/detectors/scan"
)

// account scores a run as the number of an account by the words beside it.
func (p *pass) account(r *run, best *guess) {
	if r.digits < 4 || r.digits > 20 || r.plus || p.isYearIn(r.d, r.first) {
		return
	}
	score := r.ctx.boost(cueAccount) + 0.2
	if p.in.Channel == ChannelLog && r.ctx.near&cueAccount == 0 {
		score = 0
	}
	if r.digits < 6 && (p.bitsAt(r.last+1)&wordIs == 0 || p.in.Channel == ChannelLog) { // but "28751 is my account number"
		score -= 0.05
	}
	if p.isSum(r) {
		score = 0
	}
	kind := AccountID
	if r.ctx.boost(cueBank) > 0 && r.digits >= 6 {
		kind, score = BankAccount, max(score, r.ctx.boost(cueBank)+0.25)
	}
	if p.in.Channel != ChannelLog && p.isBehindAC(r.first) {
		kind, score = BankAccount, max(score, 0.65)
	}
	if told := p.wants.score(cueAccount|cueBank, 0.7); told > score {
		score = told
		if p.wants.cues&cueBank != 0 {
			kind = BankAccount
		}
	}
	best.better(kind, min(score, 0.9), byAccount)
	p.orderNumber(r, best)
}

// accountStart looks for numbers of accounts and cases that begin with token i, digits that are joined to what follows.
func (p *pass) accountStart(i int) {
	p.sortAndAccount(i)
	p.yearedNumber(i)
}

// sortAndAccount looks for a sort code with an account number behind it, as they stand on invoices without a word, from token i on: "20-45-45 / 33445566".
func (p *pass) sortAndAccount(i int) {
	const parts, account = 3, 8 // groups of two digits; digits
	tokens := p.text.Tokens
	if i+parts >= len(tokens) || p.in.Channel == ChannelLog || p.at(int(tokens[i].Start)-1) == '-' || p.isInert(int(tokens[i].Start)) {
		return
	}
	for k := i; k < i+parts; k++ {
		if t := &tokens[k]; !t.IsNumber() || t.Len() != 2 || k > i && (t.Start != tokens[k-1].End+1 || p.b[t.Start-1] != '-') {
			return
		}
	}
	code, number := &tokens[i+parts-1], &tokens[i+parts]
	gap := p.b[code.End:number.Start]
	if !number.IsNumber() || number.Len() != account || len(gap) == 0 || len(bytes.Trim(gap, " /,;")) > 0 || scan.IsWordByte(p.at(int(number.End))) || p.at(int(number.End)) == '-' {
		return
	}
	p.add(int(tokens[i].Start), int(code.End), SortCode, 0.75, byAccountWord, p.compact(int(tokens[i].Start), int(code.End)))
	p.add(int(number.Start), int(number.End), BankAccount, 0.75, byAccountWord, p.compact(int(number.Start), int(number.End)))
}

// yearedNumber looks for the number of a case, an invoice or a file that its form shows by a year, token i or the one behind it: "SM-2026-77120", "Nr. R 204417/26",
// "FIR No. 0417/2026". Laws are numbered so, too, and vulnerabilities.
func (p *pass) yearedNumber(i int) {
	const least, most, letters, back = 3, 7, 5, 4 // digits; letters; words
	tokens := p.text.Tokens
	c := p.codeGap(i)
	if c != '-' && c != '/' || p.in.Channel == ChannelLog || !tokens[i+1].IsNumber() || p.isInert(int(tokens[i].Start)) {
		return
	}
	next := &tokens[i+1]
	if g := p.codeGap(i + 1); g == c || g == '.' || g == '/' {
		return
	}
	first := i
	switch front := i - 1; {
	case i > 0 && p.isYear(i) && p.codeGap(front) == c && next.Len() >= least && next.Len() <= most: // letters, the year, the number
		if t := &tokens[front]; t.Shape&^scan.NonHex != scan.Upper || t.Len() > letters || front > 0 && p.codeGap(front-1) == c || p.is(front, &publishers) {
			return
		}
		first = front
	case c == '/' && tokens[i].Len() >= least && tokens[i].Len() <= most && (p.isYear(i+1) || next.Len() == 2): // a word for a number, the number, the year
		if t := &tokens[max(front, 0)]; i > 0 && t.Len() == 1 && t.Shape&^scan.NonHex == scan.Upper && p.between(front) == gapSpace {
			first = front
		}
		if !p.isNumberWord(first-1) && p.bitsAt(first-1)&wordNumber == 0 {
			return
		}
		for k := first - 1; k >= max(0, first-back); k-- {
			if p.is(k, &laws) {
				return
			}
		}
	default:
		return
	}
	p.add(int(tokens[first].Start), int(next.End), AccountID, 0.5, byAccount, p.compact(int(tokens[first].Start), int(next.End)))
}

var (
	// publishers stand before the years of what everybody may read.
	publishers = wordsOf("cve cwe ghsa iso iec din en ansi ieee rfc nist pep sp")
	// laws are numbered by years.
	laws = wordsOf(`regulation regulations directive decision act law decree order resolution bill statute verordnung richtlinie gesetz beschluss règlement directive loi décret arrêté ordonnance ley decreto real reglamento orden resolución
		legge decreto regolamento direttiva lei portaria regulamento diretiva verordening richtlijn besluit wet ustawa ustawy rozporządzenie rozporządzenia dyrektywa dyrektywy uchwała uchwały förordning direktiv lag forordning lov`)
)

// isBehindAC says whether "a/c" stands before token i, or "a/c no".
func (p *pass) isBehindAC(i int) bool {
	k := i - 1
	if p.is(k, &numberWords) {
		k--
	}
	return k > 0 && p.text.Tokens[k].Len() == 1 && p.b[p.text.Tokens[k].Start]|0x20 == 'c' && string(p.b[p.text.Tokens[k-1].End:p.text.Tokens[k].Start]) == "/" &&
		p.text.Tokens[k-1].Len() == 1 && p.b[p.text.Tokens[k-1].Start]|0x20 == 'a'
}

// isSum says whether a short number is money, by the word behind it or the nearest before it: "10000 credits", "my account balance is 2072".
func (p *pass) isSum(r *run) bool {
	const most, reach = 5, 3
	if r.digits > most {
		return false
	}
	if r.ctx.next&cueMoney != 0 {
		return true
	}
	for k := r.first - 1; k >= max(0, r.first-reach) && !p.text.Tokens[k].IsNumber(); k-- {
		if bits := p.bitsAt(k); bits&(cueMoney|cueAccount|wordNumber) != 0 {
			return bits&(cueAccount|wordNumber) == 0
		}
	}
	return false
}

// documentID looks for letters and digits that the words beside them call a passport, an identity card, a tax number
// or an account. Which country's it is, nobody says, so its type is NUMBER or ACCOUNT_ID.
func (p *pass) documentID(i int) {
	if !p.told && (p.said|p.path.bits|p.wants.cues)&(cueID|cueAccount|cueOrder|wordOrder|cueBank) == 0 {
		return
	}
	first, last := p.joined(i)
	start, end := int(p.text.Tokens[first].Start), int(p.text.Tokens[last].End)
	if end-start < 4 || end-start > 24 {
		return
	}
	if p.isOrdinal(first) && p.isOrdinal(last) {
		return // "change my reservation to the 8th-18th"
	}
	const bankLeast = 7 // digits of an account with letters
	digits, together := 0, 0
	for _, c := range p.b[start:end] {
		if !scan.IsDigit(c) {
			together = 0
			continue
		}
		digits++
		if together++; together == gluedLeast && first == last {
			return // gluedNumber says more of it
		}
	}
	few := digits < 3 || digits*4 < end-start
	if few && (digits == 0 || (p.said|p.path.bits|p.wants.cues)&(cueOrder|wordOrder) == 0 || p.text.Tokens[i].Shape&scan.Lower != 0) {
		return
	}
	if c := p.at(start - 1); c == ':' && first == i && (scan.IsDigit(p.at(start-2)) || p.at(start-2) == ']') || c == '.' {
		return // the end of something longer
	}
	ctx := p.around(first, last)
	if p.in.Channel == ChannelLog {
		ctx = context{near: ctx.next | p.path.bits}
	}
	kind, score, detector := Number, 0.2+max(ctx.boost(cueID), p.wants.score(cueID, 0.4)), byNumber
	if other := 0.2 + max(ctx.boost(cueAccount), p.wants.score(cueAccount, 0.4)); other > score {
		kind, score, detector = AccountID, other, byAccount
	}
	if other := 0.2 + max(ctx.boost(cueBank), p.wants.score(cueBank, 0.4)); other >= score && digits >= bankLeast && p.in.Channel != ChannelLog {
		kind, score, detector = BankAccount, other, byAccount
	}
	if few {
		score = 0
		if p.isLocator(first, last) {
			p.add(start, end, OrderID, orderTold, byAccount, p.compact(start, end))
			return
		}
	}
	if other := max(p.orderWords(&ctx, first, !few), p.wants.score(cueOrder, orderTold)); other >= score && other > 0 {
		kind, score, detector = OrderID, other, byAccount
	}
	if score = min(score, orderCode); score >= p.set.threshold { // a type of its own has the better label
		p.add(start, end, kind, score, detector, p.compact(start, end))
	}
}

// letteredID looks for a document's number whose letter stands apart from its digits: "54362315-K", "P 1630837".
func (p *pass) letteredID(i int) {
	p.spacedOrder(i)
	tokens := p.text.Tokens
	t := &tokens[i]
	if said := p.said | p.path.bits | p.wants.cues; i > 0 && (t.Len() >= 3 || p.codeGap(i) == '-' && tokens[i-1].Shape&scan.Lower == 0) && said&(cueOrder|wordOrder|cueAccount|cueID) != 0 {
		const least, long = 4, 6 // digits behind letters
		k := p.strokesFrom(i)
		word, gap := tokens[i-1].IsWord() && tokens[i-1].Len() <= strokeLetters, p.codeGap(i-1)
		capitals, front := tokens[i-1].Shape&(scan.Lower|scan.High) == 0, i-1
		if i > 1 && p.codeGap(i-2) == '-' && tokens[i-2].IsNumber() {
			front-- // "26-DS-0441"
		}
		if word && gap == '-' && (said&(cueOrder|wordOrder) != 0 || capitals && (t.Len() >= long || t.Len() >= least && p.isAccountNear(front, i))) || k < i && tokens[k].IsWord() && (k < i-1 || t.Len() >= least) {
			p.documentID(i) // "INV-2024-001", "case KM-24-00917", "policy HL/220418/7", "policy P-2204871"
			return
		}
	}
	if t.Len() < 5 {
		return
	}
	if i+1 < len(tokens) && tokens[i+1].Len() == 1 && tokens[i+1].IsWord() && p.at(int(t.End)) == '-' && tokens[i+1].Start == t.End+1 {
		p.documentID(i)
		return
	}
	if i == 0 || tokens[i-1].Len() != 1 || tokens[i-1].Bits != 0 || !tokens[i-1].IsWord() || tokens[i-1].End+1 != t.Start || p.b[t.Start-1] != ' ' {
		return
	}
	switch p.b[tokens[i-1].Start] | 0x20 {
	case 'a', 'e', 'i', 'o', 'u', 'y':
		return // a word in one language or another
	}
	if ctx := p.around(i-1, i); ctx.boost(cueID) > 0 {
		p.add(int(tokens[i-1].Start), int(t.End), Number, 0.2+ctx.boost(cueID), byNumber, p.compact(int(tokens[i-1].Start), int(t.End)))
	}
}

// isAccountNear says whether a word for an account or a document stands right beside tokens first to last: "employee no. E-20418".
func (p *pass) isAccountNear(first, last int) bool {
	ctx := p.around(first, last)
	return ctx.near&(cueAccount|cueID) != 0 && p.in.Channel != ChannelLog
}

// strokesFrom is the first of the groups of digits that strokes join to token i, or the letters before them: "JK" of "JK/55/2201". It is i in logs,
// where that is a path.
func (p *pass) strokesFrom(i int) int {
	const most = 3
	k := i
	for n := 0; n < most && k > 0 && p.codeGap(k-1) == '/' && p.in.Channel != ChannelLog; n++ {
		if t := &p.text.Tokens[k-1]; !t.IsNumber() && (!t.IsWord() || t.Bits&cuesIdentifier != 0 || t.Len() > strokeLetters || t.Shape&(scan.Lower|scan.High) != 0) || p.isInert(int(t.Start)) {
			break
		}
		if k--; p.text.Tokens[k].IsWord() {
			break
		}
	}
	return k
}

// strokeLetters are the most letters before the groups of an account.
const strokeLetters = 5

// joined widens token i over what dashes, slashes or a plus join to it: "54362315-K", "131052+308T". A UUID or a longer
// code is left at its first token.
func (p *pass) joined(i int) (first, last int) {
	const most = 4
	tokens := p.text.Tokens
	joins := func(k int) bool {
		c := p.b[tokens[k].End]
		return tokens[k].End+1 == tokens[k+1].Start && (c == '-' || c == '/' || c == '+')
	}
	for first = i; first > 0 && i-first < most && joins(first-1); first-- {
	}
	for last = i; last+1 < len(tokens) && last-i < most && joins(last); last++ {
	}
	return first, last
}
