package detectors

import (
	"github.com/sonexlabs/tacet/detectors/names"
	"github.com/sonexlabs/tacet/detectors/scan"
)

// personClass is what tokens first to last are, which the tagger took for a person: a house that has guests by its last word, "shadyside inn", a street, "allison
// road", what somebody is told the way to, "turn left on forbes", "the stop on wilkins and beechwood", or goods, "the charlotte dress". Where a name is asked for or
// announced it is one.
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
	case p.areGoods(first, last):
		return names.Org
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

// areGoods says whether tokens first to last stand between an article and what is bought, worn, eaten or ridden: such a thing is named for somebody and is nobody's. Of
// what is kept for a person, "the roe account", or made by one, "the roe album", somebody is meant.
func (p *pass) areGoods(first, last int) bool {
	if !p.is(first-1, &articlesBefore) || p.in.Channel != ChannelCall || p.between(first-1) != gapSpace {
		return false
	}
	if !p.hasNameLike(first, last) {
		return false // no person either: "the random pie"
	}
	thing := last + 1
	if first < last && p.is(last, &goods) {
		thing = last
	}
	return p.is(thing, &goods) && p.between(thing-1) == gapSpace && p.wants.cues&cueName == 0 && !p.isAnnounced(first, last) && !p.isHeard(first)
}

var (
	articlesBefore = wordsOf("a an the")
	goods          = wordsOf("dress shirt shirts blouse skirt trousers jeans jacket coat hoodie jumper boots shoes trainers sandals slippers socks hat scarf gloves handbag purse wallet suitcase backpack bracelet necklace earrings " +
		"sofa couch chair armchair sideboard wardrobe mattress duvet cushion rug lamp wallpaper paint mirror bookcase pizza pasta sandwich burger sausage sausages sponge tart cake cakes pie pies biscuits cookies chocolate chocolates ham cheese " +
		"cream sauce soup rice tea coffee beer lager ale cider wine gin whisky whiskey rum vodka juice apples potatoes tomatoes knife knives screwdriver spanner drill saw hammer jug mug kettle toaster oven fridge freezer washer dryer hoover vacuum " +
		"mower heater thermostat tv telly laptop tablet console controller printer router speaker speakers headphones earbuds antivirus software app museum gallery theatre theater stadium arena racecourse course trophy cup league tube train line ferry tram bridge tunnel bypass roundabout " +
		"wreath plant plants roses bouquet terrier spaniel collie puppy kitten range collection catalogue perfume aftershave lipstick mascara shampoo conditioner lotion razor blender mixer airfryer cooker hob tyre tyres engine gearbox " +
		"disease syndrome scale theorem effect pump boiler valve lock")
)

// isBirthplace says whether token k stands behind words for a birth and "in", in other languages than English: "nato a Bari", "geboren in Celle".
func (p *pass) isBirthplace(k int) bool {
	return p.is(k-1, &bornIns) && p.bitsAt(k-2)&cueBirth != 0 && p.between(k-2) == gapSpace && p.between(k-1) == gapSpace && p.isCapital(k)
}

var bornIns = wordsOf("a à in en w we em te i")
