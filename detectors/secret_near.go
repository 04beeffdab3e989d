package detectors

import (
	"bytes"

	"github.com/sonexlabs/tacet/detectors/scan"
)

// nearReach is how many words may stand between the name of a password, key or account and what looks like one, in what people say and write.
const nearReach = 7

// typedNear adds what looks like no word near the words for a password, key or user name, tokens first to last, which nothing joins to it: "my new
// password is now tiger99", "tiger99 (password)", "did you change it from tiger99". What a preposition leads to is where it is used.
func (p *pass) typedNear(first, last int, kind Type, looks func(start, end int) bool) {
	if p.in.Channel == ChannelLog {
		return
	}
	for k := last + 1; k < len(p.text.Tokens) && k <= last+nearReach && p.isNear(k-1, k); k++ {
		if p.bitsAt(k)&cuesIdentifier != 0 && p.text.Tokens[k].IsWord() {
			return // what follows is called something else
		}
		if p.addNear(k, kind, looks) || p.addSaidNear(k, kind) {
			return
		}
	}
	for k := first - 1; k >= 0 && k >= first-nearReach && p.isNear(k, k+1); k-- {
		if p.bitsAt(k)&cuesIdentifier != 0 && p.text.Tokens[k].IsWord() || p.addNear(k, kind, looks) || p.addSaidNear(k, kind) {
			return
		}
	}
}

// addSaidNear adds a word that is no common one and the figures that are said behind it: "my username is still jquimby four one". A password may have
// none where little follows what says that it comes: "my password should be okonkwo".
func (p *pass) addSaidNear(k int, kind Type) bool {
	if p.in.Channel != ChannelCall || kind != Username && kind != Password || !p.mayBeSaidNear(k, kind) {
		return false
	}
	last := k
	if k+1 < len(p.text.Tokens) && p.between(k) == gapSpace && p.saysNumber(k+1) {
		last = p.saidOn(k+1, k+userTokens)
	}
	if last == k && !(kind == Password && p.endsName(k) && (p.bitsAt(k-1)&wordIs != 0 || p.is(k-1, &comesNext))) ||
		p.between(last) == gapSpace && (p.is(last+1, &measured) || p.bitsAt(last+1)&cuesAgainst != 0) {
		return false // "during lockdown two years ago"
	}
	detector := byAssignment
	if kind == Username {
		detector = byUser
	}
	p.add(int(p.text.Tokens[k].Start), int(p.text.Tokens[last].End), kind, 0.6, detector, p.compact(int(p.text.Tokens[k].Start), int(p.text.Tokens[last].End)))
	return true
}

// mayBeSaidNear says whether token k is no common word, and none that is told of passwords and accounts.
func (p *pass) mayBeSaidNear(k int, kind Type) bool {
	const least = 4
	t := &p.text.Tokens[k]
	if !t.IsWord() || t.Len() < least || t.Bits != 0 || p.set.names == nil || p.isInert(int(t.Start)) || k > 0 && (p.isUsedAt(k) || p.between(k-1) != gapSpace && p.between(k-1) != gapComma) {
		return false
	}
	if p.set.names.IsCommon(t.Hash) && !(kind == Password && k+1 < len(p.text.Tokens) && p.saysNumber(k+1) && p.mayBeUser(t)) {
		return false
	}
	return !p.speech.IsPlain(t, p.b) && !p.is(k, &notPasswords) && !p.is(k, &notPasswordsSaid) && !p.is(k, &makes) && !p.is(k, &numberedThings)
}

// comesNext stand before what a password is, as "is" does.
var comesNext = wordsOf("be being been still already says reads starts um uh er")

// saidOn is the last token, up to most, of what goes on with the number of token k as people say it: "forty one", "cuarenta y uno".
func (p *pass) saidOn(k, most int) int {
	for k+1 < len(p.text.Tokens) && k < most && p.between(k) == gapSpace {
		switch {
		case p.saysNumber(k + 1):
			k++
		case k+2 < len(p.text.Tokens) && p.is(k+1, &tensAnds) && p.between(k+1) == gapSpace && p.mayBeNumber(k+2):
			k += 2
		default:
			return k
		}
	}
	return k
}

// mayBeNumber says whether token k is a word for a number that may mean something else, too.
func (p *pass) mayBeNumber(k int) bool {
	is, _ := p.speech.IsNumber(&p.text.Tokens[k], p.b)
	return is
}

// tensAnds stand between tens and units.
var tensAnds = wordsOf("y et e")

// isUsedAt says whether the word before token k says that there a password or account is used. Beside a word for a change it leads to the new
// one: "passwort auf tiger99 ändern".
func (p *pass) isUsedAt(k int) bool {
	const reach = 8
	if k == 0 || !p.is(k-1, &usedAt) {
		return false
	}
	if p.is(k-1, &noWord) && (k == 1 || p.between(k-1) != gapSpace) {
		return false // an answer, no preposition
	}
	for j := max(k-reach, 0); j < min(k+reach, len(p.text.Tokens)); j++ {
		if p.is(j, &changesSaid) {
			return !p.is(k-1, &changeInto)
		}
	}
	return true
}

var (
	noWord      = wordsOf("no")
	changesSaid = wordsOf(said("change", ""))
	changeInto  = wordsOf("auf in en na para per")
)

// isNear says whether no sentence ends between tokens k and next, and at most one line.
func (p *pass) isNear(k, next int) bool {
	const most = 6
	between := p.b[p.text.Tokens[k].End:p.text.Tokens[next].Start]
	return len(between) <= most && bytes.Count(between, []byte("\n")) < 2 && (!bytes.ContainsAny(between, ".!?") || len(bytes.Trim(between, ". \n")) == 0 && !p.isCapital(next)) ||
		p.glued(k)
}

// glued says whether no space stands between token k and the next: "s3cret.77".
func (p *pass) glued(k int) bool {
	return bytes.IndexByte(p.b[p.text.Tokens[k].End:p.text.Tokens[k+1].Start], ' ') < 0 && bytes.IndexByte(p.b[p.text.Tokens[k].End:p.text.Tokens[k+1].Start], '\n') < 0
}

// addNear adds the piece without spaces that begins with token k if it looks as it should.
func (p *pass) addNear(k int, kind Type, looks func(start, end int) bool) bool {
	t := &p.text.Tokens[k]
	start := int(t.Start)
	if start > 0 && !scan.IsSpace(p.b[start-1]) && !isQuote(p.b[start-1]) && p.b[start-1] != '(' && p.b[start-1] != '*' && p.b[start-1] != '`' || p.isInert(start) || p.isUsedAt(k) {
		return false
	}
	end, _ := p.valueEnd(start)
	if kind == Username {
		end = p.userEnd(start)
	}
	for end > start && !scan.IsWordByte(p.b[end-1]) && p.b[end-1] != '!' && p.b[end-1] != '$' && p.b[end-1] != '#' && p.b[end-1] != '=' {
		end--
	}
	if kind == Username && p.at(end) == '=' || !p.looksNear(start, end, kind) || !looks(start, end) {
		return false
	}
	value := p.verbatim(start, end)
	detector := byAssignment
	if kind == Username {
		value, detector = p.lower(start, end), byUser
	}
	p.add(start, end, kind, 0.6, detector, value)
	return true
}

// looksNear says whether a value is none that is told of passwords and accounts: "windows11", "8characters", "s22ultra", "first_name",
// "proj-2024-alpha".
func (p *pass) looksNear(start, end int, kind Type) bool {
	const head = 2
	value := p.b[start:end]
	letters, digits := 0, 0
	for letters < len(value) && scan.IsLetter(value[letters]) {
		letters++
	}
	for digits < len(value) && scan.IsDigit(value[digits]) {
		digits++
	}
	switch {
	case numberedThings.holds(value[:letters]), makes.holds(value[:letters]):
		return false
	case kind == Username:
		return hasDigit(value) || bytes.IndexByte(value, '.') > 0
	case kind == Password:
		return letters >= head || digits > 0 && digitsIn(value[digits:]) > 0 || letters > 0 && !scan.IsLetter(value[len(value)-1])
	}
	return bytes.IndexByte(value, '-') < 0 || isDrawn(value)
}

// usedAt are the words before the place where a password or account is used, and before what it is none of.
var usedAt = wordsOf("for on in at of with by server host node version page via into under order ticket case ref reference invoice account flat unit room bus flight model using error für auf bei im pour sur dans sur en para no na per su nel voor op dla do w")
