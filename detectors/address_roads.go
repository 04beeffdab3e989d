package detectors

import "github.com/sonexlabs/tacet/detectors/scan"

// routeStreet reads a road with a number: "route 31", "us hwy 280", "county road 64".
func (p *pass) routeStreet(k int) street {
	s := street{first: k}
	for n := 0; n < 2 && p.isFree(k) && p.is(k, &routeFronts) && p.between(k) == gapSpace; n++ {
		k++
	}
	if !p.isFree(k) || !p.is(k, &routes) || p.between(k) != gapSpace || !p.isFree(k+1) || k == s.first && !p.is(k, &loneRoutes) {
		return s
	}
	if t := &p.text.Tokens[k+1]; !t.IsNumber() || t.Len() > 4 {
		return s
	}
	s.last, s.form = k+1, placeNamed
	return s
}

var (
	routeFronts = wordsOf("us state county country old rural farm north south east west n s e w ranch")
	routes      = wordsOf("route rte rt hwy highway road rd interstate")
	loneRoutes  = wordsOf("route rte rt hwy highway interstate")
	// loneStreets are streets by themselves: "3900 Broadway".
	loneStreets = wordsOf("broadway alameda embarcadero bowery strand piccadilly cheapside")
)

// oddStreet reads what follows a house number as a street that namedStreet doesn't know: "East El Camino Real", "1 East 161
// Street", "3900 Broadway", "memorial streetavon".
func (p *pass) oddStreet(k int) street {
	if s := p.routeStreet(k); s.form > 0 {
		return s
	}
	tokens := p.text.Tokens
	s := street{first: k}
	j := k
	if p.isFree(j) && tokens[j].Len() == 1 && tokens[j].IsWord() && tokens[k-1].Len() >= 2 && p.between(j) == gapSpace {
		if j+1 < len(tokens) && p.isFree(j+1) && tokens[j+1].Bits&wordStreet != 0 {
			s.last, s.form = j+1, streetSmall // "1400 A Street"
			return s
		}
		if named := p.namedStreet(j + 1); named.form >= streetSmall {
			named.first = k // "18 a town hall road"
			return named
		}
	}
	if p.isFree(j) && p.is(j, &directions) && (p.between(j) == gapSpace || p.between(j) == gapDot) {
		j++
		if j+1 < len(tokens) && p.isFree(j) && p.isFree(j+1) && tokens[j].IsNumber() && tokens[j].Len() <= 3 && p.between(j) == gapSpace && tokens[j+1].Bits&(wordStreet|wordPlace) != 0 {
			s.last, s.form = j+1, streetSmall
			return s
		}
	}
	if j == k && p.bitsAt(k)&(wordStreet|wordPlace) != 0 && p.isFree(k) && p.is(k+1, &ofWords) && p.between(k) == gapSpace && p.between(k+1) == gapSpace {
		if last := k + 2; p.is(last, &streetArticles) && p.between(last) == gapSpace {
			if last++; p.isFree(last) && p.isCapital(last) && p.isCapital(k) {
				s.last, s.form = last, placeNamed // "Avenue of the Americas"
				return s
			}
		}
	}
	for n := 0; n < 2 && p.isFree(j) && p.is(j, &streetArticles) && p.between(j) == gapSpace; n++ {
		j++
	}
	if p.is(j, &loneStreets) && (p.isCapital(j) || tokens[k-1].Len() >= 3) && !(p.between(j) == gapSpace && p.isWithin(j+1) && p.is(j+1, &streetUses)) {
		s.last, s.form = j, placeNamed
		return s
	}
	if j > k {
		if led := p.ledStreet(j); led.form > 0 {
			led.first = k
			return led
		}
	}
	return p.gluedStreet(k)
}

var streetArticles = wordsOf("the el la le los las de old")

// gluedStreet reads a name and a street word that what follows was joined to, as it is where line ends were lost: "memorial
// streetavon".
func (p *pass) gluedStreet(k int) street {
	s := street{first: k}
	for j := k; j < k+4 && p.isFree(j) && p.text.Tokens[j].IsWord(); j++ {
		if ok, _ := p.isName(j); !ok || p.is(j, &plainWords) && !p.is(j, &notTowns) {
			return s
		}
		if j > k && p.isGlued(j) {
			s.last, s.form = j, streetSmall
			return s
		}
		if p.between(j) != gapSpace {
			return s
		}
	}
	return s
}

// gluedStarts are what a joined word may begin with.
var gluedStarts = []string{"street", "avenue", "road", "drive", "boulevard"}

func (p *pass) isGlued(j int) bool {
	t := &p.text.Tokens[j]
	b := p.bytesOf(t)
	if t.Shape&scan.High != 0 || len(b) < 7 || len(b) > 40 || p.is(j, &gluedNot) {
		return false
	}
	for _, start := range gluedStarts {
		if n := len(start); len(b) >= n+3 && equalEnd(b[:n], start) {
			return true
		}
	}
	return false
}
