package detectors

import "github.com/sonexlabs/tacet/detectors/names"

// isNoName says whether a given name that the search for names left is the other thing that the word means, or a part of a contraction.
func (p *pass) isNoName(s *names.Span) bool {
	if p.areAll(&noNames, s.First, s.Last) || s.First == s.Last && p.speech.IsPlain(&p.text.Tokens[s.First], p.b) {
		return true
	}
	return p.hasApostrophe(p.b[p.text.Tokens[s.Last].End:min(int(p.text.Tokens[s.Last].End)+4, len(p.b))]) && p.is(s.Last+1, &contracted) ||
		s.First == s.Last && p.is(s.First, &thingNames) && !p.is(s.First-1, &personLead)
}

var (
	// thingNames are given names that calls say of other things more often: of payments, services, the weather, directions.
	thingNames = wordsOf("bill cash chance charity case comfort credit ford mercedes mac miles max alexa chase skip song songs rock sunny windy rain snow storm west east " +
		"hilton banks riff young pandora easter tequila jazz baby soo rich cal ant diamond honey mark wen edit alpha abbey olive nirvana elvis dallas washington india delta " +
		"destiny bell coco berry rush virgin sky page lane pepper price idea long kick crew treasure ties channel rivers knowledge male star diesel brown golden noble patience lean " +
		"irish roman yoga heaven temple swan shade eve gay hella lotta ima gemini aries taurus oscar emmy booker alfredo keno legend justice river dick " +
		"journey gauge royalty loyalty wisdom may will isa dona trae")
	// personLead stand before a person's name rather than before a thing.
	personLead = wordsOf("hi hello hey thanks thank ask asked tell told email text message from with am i'm m mister named called name's met")
	contracted = wordsOf("t ll ve re")
)
