package detectors

import (
	"github.com/sonexlabs/tacet/detectors/names"
	"github.com/sonexlabs/tacet/detectors/scan"
)

// personClass is what tokens first to last are, which the tagger took for a person: a house that has guests by its last word, "shadyside inn", a street, "allison
// road", or what somebody is told the way to, "turn left on forbes", "the stop on wilkins and beechwood". Where a name is asked for or announced it is one.
func (p *pass) personClass(first, last int) names.Class {
	end := last
	if first == last && p.isCapital(first) && p.isCapital(last+1) && p.between(last) == gapSpace {
		end++ // the tagger sees where the name of "Wilkins Avenue" ends
	}
	house := first < end && p.is(end, &venueEnds)
	switch {
	case house || first < end && p.isStreetEnd(first, end):
		if p.wants.cues&cueName != 0 || p.is(first-1, &introWords) || p.isAnnounced(first, last) || p.isWritten() || !p.isTogether(first, end) {
			break
		}
		if house {
			return names.Org
		}
		return names.Location
	case p.isOnRoute(first):
		return names.Location
	}
	return names.Person
}

// isTogether says whether nothing that parts words stands between tokens first to last.
func (p *pass) isTogether(first, last int) bool {
	for k := first; k < last; k++ {
		if gap := p.between(k); gap != gapSpace && gap != gapQuote && gap != gapDash {
			return false
		}
	}
	return true
}

// isStreetEnd says whether token last is the word for a street behind a name from token first on, which no given name begins if the word is a surname, and
// nothing says that somebody's address is meant.
func (p *pass) isStreetEnd(first, last int) bool {
	if (p.text.Said|p.wants.cues)&cueAddress != 0 || last+1 < len(p.text.Tokens) && p.text.Tokens[last+1].Shape&scan.Digit != 0 {
		return false
	}
	return p.is(last, &roadEnds) || p.is(last, &laneEnds) && p.set.names.Listing(p.text.Tokens[first].Hash).Given == 0
}

// isOnRoute says whether words that tell the way stand before token first, or before the other street of a corner.
func (p *pass) isOnRoute(first int) bool {
	k := first - 1
	if k < 1 || !p.is(k, &routeLinks) && !p.is(k, &andWords) || p.isWritten() {
		return false
	}
	if p.is(k, &andWords) {
		k -= 2
	}
	return k > 0 && p.is(k, &routeLinks) && p.between(k) == gapSpace && (p.is(k-1, &turnSides) && p.is(k-2, &turnVerbs) || p.is(k-1, &routeNouns))
}

var (
	// venueEnds end the names of houses that have guests, and no person's.
	venueEnds = wordsOf("inn hotel hotels motel hostel venue restaurant cafe café surgery clinic pharmacy railway airport stadium university")
	// roadEnds end those of streets; laneEnds are surnames as well.
	roadEnds = wordsOf("road rd avenue ave boulevard blvd highway hwy st")
	laneEnds = wordsOf("street lane terrace drive square")
	// What the way is told by.
	turnVerbs  = wordsOf("turn bear keep turning")
	turnSides  = wordsOf("left right")
	routeNouns = wordsOf("stop corner intersection junction")
	routeLinks = wordsOf("on onto at of")
)

// isBirthplace says whether token k stands behind words for a birth and "in", in other languages than English: "nato a Bari", "geboren in Celle".
func (p *pass) isBirthplace(k int) bool {
	return p.is(k-1, &bornIns) && p.bitsAt(k-2)&cueBirth != 0 && p.between(k-2) == gapSpace && p.between(k-1) == gapSpace && p.isCapital(k)
}

var bornIns = wordsOf("a à in en w we em te i")
