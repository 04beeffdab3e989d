package detectors

import (
	"math/bits"
	"strings"
)

const (
	phoneLeast    = 7 // digits; what is shorter is a service
	extensionMost = 6 // digits
)

// written is how a telephone number is dialled, as far as its digits say.
type written uint8

const (
	writtenBare     written = iota // like no number of any plan
	writtenPlus                    // +44 …
	writtenExit                    // 0044 …, 011 44 …
	writtenCode                    // 44 …
	writtenNational                // 020 …, 98765 43210
)

// isDayCount says whether a run in a log is a day and what is counted of it, beside no word for a number: "batch 20260302-04".
func (p *pass) isDayCount(r *run) bool {
	const day = 8
	if p.in.Channel != ChannelLog || len(r.groups) != 2 || r.groups[0].digits != day || r.groups[1].digits > 3 || r.ctx.near&(cuesNumber|cuePhone|cueCalling) != 0 {
		return false
	}
	d := r.d
	return string(d[:2]) == "20" && isDayOfAny(int(d[2]-'0')*10+int(d[3]-'0'), int(d[4]-'0')*10+int(d[5]-'0'), int(d[6]-'0')*10+int(d[7]-'0'))
}

// phone scores a run as a telephone number: how it is grouped, what the numbering plans say of it, and the words beside
// it. A number of no plan is one still, if it is written like one or words say so.
func (p *pass) phone(r *run, best *guess) {
	if r.digits < phoneLeast || r.digits > digitsMax || r.digits > digitsE164 && r.d[0] != '0' || p.isTimestamp(r) || r.sep == '/' && len(r.groups) > 3 && p.in.Channel == ChannelLog || p.isDayCount(r) {
		return // "key=2026/11/27/10"
	}
	d, how := p.dial(r)
	s := score{words: r.ctx.boost(cuePhone | cueCalling), question: p.wants.score(cuePhone, 0.4)}
	rule := ""
	switch how {
	case writtenPlus:
		rule, s.form, s.check = "E.164", 0.85, fitScore(d.fit, -0.05, 0, 0.08)
	case writtenExit:
		rule, s.form, s.check = "E.164", 0.55, fitScore(d.fit, 0, 0.05, 0.1)
	case writtenCode:
		rule, s.form, s.check = "E.164", 0.45, lineScore(d.line)
	case writtenNational:
		rule = "national"
		s.form, s.check = p.nationalForm(r, &d), lineScore(d.line)
		s.locale = p.phoneLocale(&d)
	default:
		s.form = p.bareForm(r)
	}
	if how != writtenPlus {
		p.phoneGroups(r, &d, &s)
	}
	if p.isBareInLog(r) && !(how == writtenExit && d.fit == fitValid || d.line == lineMobile && (how == writtenCode || how == writtenNational && d.trunk)) {
		most := float32(0.35)
		if r.digits <= 8 {
			most = 0
		}
		s.against -= max(s.form+s.check+s.locale-most, 0)
	}
	if p.isDecimal(r) {
		s.against -= 0.3
	}
	best.betterScored(Phone, s, rule, byPhone)
}

// dial reads a run by the numbering plans: as an international number, as one of the chosen countries, as any country's,
// as an international one without a plus.
func (p *pass) dial(r *run) (dialled, written) {
	x, d, n := numbering(), r.d, r.digits
	switch {
	case r.plus && d[0] != '0':
		return x.international(d), writtenPlus
	case n > 10 && d[0] == '0' && d[1] == '0' && d[2] != '0':
		return x.international(d[2:]), writtenExit
	case n > 11 && d[0] == '0' && d[1] == '1' && d[2] == '1':
		if a := x.international(d[3:]); a.fit == fitValid {
			return a, writtenExit
		}
	}
	chosen := p.set.phonePlans
	if chosen != 0 {
		if a := x.national(d, chosen); a.fit == fitValid && (a.trunk || a.line.personal() || !x.needsTrunk(a.plan)) {
			return a, writtenNational
		}
	}
	if n > 10 {
		if a := x.international(d); a.fit == fitValid && a.line.personal() && (chosen == 0 || chosen>>a.plan&1 != 0) {
			return a, writtenCode
		}
	}
	if a := x.national(d, 0); a.fit == fitValid && !p.isLocal(r) {
		return a, writtenNational
	}
	return dialled{}, writtenBare
}

func fitScore(f fit, none, possible, valid float32) float32 {
	switch f {
	case fitValid:
		return valid
	case fitPossible:
		return possible
	}
	return none
}

// lineScore is what it adds that a number may be in use: most for a mobile number, as people have them.
func lineScore(l lineType) float32 {
	switch l {
	case lineMobile:
		return 0.15
	case lineFixed, lineEither, lineOther:
		return 0.1
	}
	return 0.05
}

// fewPlans is how many countries may be chosen for a number without a trunk prefix to say much: of all of the EU, one is
// sure to have it.
const fewPlans = 3

// nationalForm is the score of a number as people dial it inside a country. A trunk prefix says much; without one, ten
// digits may be Indian or North American, and fewer may be anything.
func (p *pass) nationalForm(r *run, d *dialled) float32 {
	n, chosen := r.digits, p.set.phonePlans
	switch {
	case n <= 8:
		return 0.15
	case d.trunk && (n == 10 || n == 11):
		return 0.45
	case n == 10 && (d.line == lineMobile && d.country == country{'I', 'N'} || chosen == 0 && d.line == lineEither && d.country != country{'M', 'X'}):
		return 0.47
	case d.trunk, chosen>>d.plan&1 != 0 && bits.OnesCount64(chosen) <= fewPlans:
		return 0.4
	case chosen>>d.plan&1 != 0:
		return 0.3
	}
	return 0.25
}

// phoneLocale is what the choice of countries adds to a national number.
func (p *pass) phoneLocale(d *dialled) float32 {
	switch chosen := p.set.phonePlans; {
	case chosen == 0:
		return 0
	case chosen>>d.plan&1 == 0:
		return -0.15
	case !d.trunk && bits.OnesCount64(chosen) > fewPlans:
		return 0.05
	}
	return 0.15
}

// bareForm is the score of digits that fit no plan.
func (p *pass) bareForm(r *run) float32 {
	switch n := r.digits; {
	case (n == 10 || n == 11) && r.d[0] == '0' && r.d[1] != '0':
		return 0.5
	case p.isLocal(r):
		return 0.4
	case n <= 8 || n > 12:
		return 0.2
	}
	return 0.3
}

// isLocal says whether a number is North American without its area: 555-0143.
func (p *pass) isLocal(r *run) bool {
	return p.set.phonePlans&planNorthAmerica != 0 && r.digits == 7 && r.sep == '-' && r.groups[0].digits == 3 && r.d[0] >= '2'
}

// isBareInLog says whether a run is digits without a mark in a log, where most such numbers count something. Those that are
// a mobile number with its calling code, as switches log them, are not many: one in a hundred of twelve digits.
func (p *pass) isBareInLog(r *run) bool {
	return p.in.Channel == ChannelLog && len(r.groups) == 1 && !r.plus
}

// phoneGroups adds what the grouping says.
func (p *pass) phoneGroups(r *run, d *dialled, s *score) {
	switch {
	case r.isPairs() && !r.isSeries():
		s.form += 0.25
	case r.isPhoneShape():
		s.form += 0.15
		if r.digits >= 9 {
			s.form = max(s.form, 0.55-s.check)
		} else if r.sep == '/' && d.fit == fitValid && d.trunk && !r.isHours() {
			s.form += 0.15 // Germany and Austria: 0221/4710
		}
	}
}

// isPairs says whether digits stand in pairs, four or five: 01 23 45 67 89.
func (r *run) isPairs() bool {
	for _, g := range r.groups {
		if g.digits != 2 {
			return false
		}
	}
	return len(r.groups) == 4 || len(r.groups) == 5
}

// isSeries says whether groups are numbers with one step between them: 20 30 40 50.
func (r *run) isSeries() bool {
	value := func(k int) int { return int(r.d[2*k]-'0')*10 + int(r.d[2*k+1]-'0') }
	for k := 2; k < len(r.groups); k++ {
		if value(k)-value(k-1) != value(1)-value(0) {
			return false
		}
	}
	return true
}

// isHours says whether two groups may be times of day: 0800/1200.
func (r *run) isHours() bool {
	for k := 0; k < 8 && k < len(r.d); k += 4 {
		if string(r.d[k:k+2]) > "24" || r.d[k+2] > '5' {
			return false
		}
	}
	return len(r.groups) == 2 && r.groups[0].digits == 4 && r.groups[1].digits == 4
}

func (p *pass) isDecimal(r *run) bool { return r.sep == '.' && len(r.groups) == 2 }

// isPhoneShape says whether the groups are as phone numbers are written: the last has two to six digits, none has more
// than six, and there are at most six.
func (r *run) isPhoneShape() bool {
	n := len(r.groups)
	if n < 2 || n > 6 || r.sep == ',' || r.sep == '/' && n > 2 || r.isCardShape() {
		return false
	}
	for _, g := range r.groups {
		if g.digits > 6 && !r.plus {
			return false
		}
	}
	last := r.groups[n-1].digits
	if n == 2 && r.sep == ' ' && r.digits < 9 {
		return false
	}
	return last >= 2 && last <= 6
}

// extension takes in what stands behind a telephone number: "ext. 45", "x204", "#12"; behind whatever may be one, since
// the question before can make a card of it.
func (p *pass) extension(r *run) {
	k := r.last + 1
	piece := p.wants.cues&cuePhone != 0 // of a number whose beginning was said before
	if k >= len(p.text.Tokens) || r.digits < phoneLeast && !piece || r.digits > digitsE164 {
		return
	}
	t := &p.text.Tokens[k]
	start, end := int(t.Start), int(t.End)
	if start-r.end > 3 || !p.only(r.end, start, " ,;#(") {
		return
	}
	word := p.bytesOf(t)
	switch {
	case t.IsNumber():
		if p.at(start-1) != '#' {
			return
		}
	case word[0]|0x20 == 'x' && len(word) > 2 && p.digitRun(start+1, extensionMost) == len(word)-1:
	case t.IsWord() && isExtension(word) && k+1 < len(p.text.Tokens):
		next := &p.text.Tokens[k+1]
		if int(next.Start)-end > 3 || !p.only(end, int(next.Start), " .:=#") {
			return
		}
		if !next.IsNumber() {
			p.spokenExtension(r, k+1)
			return
		}
		k, start, end = k+1, int(next.Start), int(next.End)
	default:
		return
	}
	if end-start <= extensionMost+1 {
		r.last, r.end = k, end
	}
}

// spokenExtension makes the words of a short number, from token k on, a part of a number before them: "extension twelve".
func (p *pass) spokenExtension(r *run, k int) {
	const most = 4 // words
	last, known := r.last, false
	for n := 0; n < most && k < len(p.text.Tokens); n++ {
		t := &p.text.Tokens[k]
		is, sure := p.speech.IsNumber(t, p.b)
		if !is || n > 0 && !p.only(int(p.text.Tokens[last].End), int(t.Start), " -") {
			break
		}
		last, known = k, known || sure
		k++
	}
	if known {
		r.last, r.end = last, int(p.text.Tokens[last].End)
	}
}

// isExtension knows the words for an extension in the languages of the lexicon.
func isExtension(word []byte) bool {
	for _, known := range [...]string{"x", "ext", "extn", "extension", "durchwahl", "poste", "int", "interno", "toestel", "extensión", "extensão", "anknytning", "ramal", "mellék", "wewnętrzny"} {
		if len(word) == len(known) && strings.EqualFold(string(word), known) {
			return true
		}
	}
	return false
}

// only says whether nothing but some characters stand between two places.
func (p *pass) only(from, to int, chars string) bool {
	for _, c := range p.b[from:to] {
		if strings.IndexByte(chars, c) < 0 {
			return false
		}
	}
	return true
}

// appendPhone appends the canonical form of a telephone number: E.164 where the country is certain, since the number says
// it or only one was chosen; the national digits otherwise.
func (p *pass) appendPhone(dst []byte, r *run) []byte {
	d, how := p.dial(r)
	single := bits.OnesCount64(p.set.phonePlans) == 1
	switch {
	case d.fit == fitNone, how == writtenBare:
	case how == writtenPlus, how == writtenExit, single && p.set.phonePlans>>d.plan&1 != 0:
		return numbering().appendE164(dst, d)
	case how == writtenNational && p.set.homePlan != 0:
		if h := numbering().national(r.d, p.set.homePlan); h.fit == fitValid {
			return numbering().appendE164(dst, h)
		}
	}
	return append(dst, r.d...)
}

// choosePhones gives the numbering plans of a choice of locales, a bit for each; none for all.
func choosePhones(locales []string) (plans uint64) {
	for _, locale := range locales {
		switch locale {
		case "uk":
			locale = "gb"
		case "eu":
			for region := range strings.FieldsSeq(euStates) {
				plans |= numbering().region(region)
			}
		}
		plans |= numbering().region(locale)
	}
	return plans
}
