package detectors

import "github.com/sonexlabs/tacet/detectors/scan"

// account scores a run as the number of an account by the words beside it.
func (p *pass) account(r *run, best *guess) {
	if r.digits < 4 || r.digits > 20 || r.plus {
		return
	}
	score := r.ctx.boost(cueAccount) + 0.2
	if r.digits < 6 {
		score -= 0.05
	}
	kind := AccountID
	if r.ctx.boost(cueBank) > 0 && r.digits >= 6 {
		kind, score = BankAccount, r.ctx.boost(cueBank)+0.25
	}
	if told := p.wants.score(cueAccount|cueBank, 0.7); told > score {
		score = told
		if p.wants.cues&cueBank != 0 {
			kind = BankAccount
		}
	}
	best.better(kind, min(score, 0.9), byAccount)
}

// documentID looks for letters and digits that the words beside them call a passport, an identity card, a tax number
// or an account. Which country's it is, nobody says, so its type is NUMBER or ACCOUNT_ID.
func (p *pass) documentID(i int) {
	t := &p.text.Tokens[i]
	if t.Len() < 5 || t.Len() > 24 || t.Shape&scan.High != 0 {
		return
	}
	digits := 0
	for _, c := range p.bytesOf(t) {
		if scan.IsDigit(c) {
			digits++
		}
	}
	if digits < 3 && digits*2 < t.Len() {
		return
	}
	ctx := p.around(i, i)
	kind, score, detector := Number, 0.2+max(ctx.boost(cueID), p.wants.score(cueID, 0.4)), byNumber
	if other := 0.2 + max(ctx.boost(cueAccount), p.wants.score(cueAccount, 0.4)); other > score {
		kind, score, detector = AccountID, other, byAccount
	}
	if score >= p.set.threshold {
		p.add(int(t.Start), int(t.End), kind, score, detector, p.compact(int(t.Start), int(t.End)))
	}
}
