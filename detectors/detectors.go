// Package detectors finds personal data in text.
//
// A Set looks at a text once: the tokeniser of detectors/scan cuts it into words and numbers and names the few that
// could begin something; the detectors of the catalogue look only at those; what they find is scored by its shape, its
// check digit and the words around it; overlapping findings become one region with one label. README.md says more.
package detectors

import (
	"fmt"
	"hash/fnv"
	"hash/maphash"
	"strings"

	"github.com/sonexlabs/tacet/detectors/names"
	"github.com/sonexlabs/tacet/detectors/rules"
	"github.com/sonexlabs/tacet/detectors/scan"
	"github.com/sonexlabs/tacet/detectors/spoken"
)

// Role says who speaks a turn.
type Role uint8

// The roles.
const (
	RoleUnknown Role = iota
	RoleAgent
	RoleCustomer
)

// Channel says what kind of text it is.
type Channel uint8

// The channels. In a log most numbers are counters and times, so a bare number needs a better reason there.
const (
	ChannelUnknown Channel = iota
	ChannelCall
	ChannelChat
	ChannelLog
	ChannelDoc
)

// Finding is one region of a text that holds personal data. Findings of one call of Find are in order of Start and
// don't overlap.
type Finding struct {
	Start, End int // bytes of the text, half-open
	Type       Type
	Confidence float32 // 0 to 1
	Detector   string  // name of the detector, from the catalogue
	Group      int32   // findings of one identifier spread over several places share a number above 0
	// Canonical is the form that written and spoken variants of one identifier share (E.164 of a phone number where the country is certain, a
	// lower-cased e-mail address). It lies in the Scratch and is valid until the next Find with it.
	Canonical []byte
}

// Input is what is known about a text besides its bytes.
type Input struct {
	Call    *Call // memory of the call it belongs to; nil when the text stands alone
	Role    Role
	Path    []byte // the field's path or key name ("turns[].text", "user_email"); may be nil
	Channel Channel
	Known   *Known // what is known of the call: the customer's record; may be nil
	// Beside is set for a text that is no turn of Call: another form of the turn searched last (a recogniser's words beside the written form), or
	// another field of the same record. What was expected of that turn is expected of it; it answers and asks nothing, and names in it are not heard.
	Beside bool

	guessed bool // the channel is, by the text, see isLogLine
}

// Options choose what a Set looks for.
type Options struct {
	Locales []string // "in", "uk", "us", "eu", or a country; empty means all. Moves priors, not recall.
	Preset  string   // "balanced" (default), "strict", "paranoid"

	Rules *rules.Set    // the user's rules, of ReadRules; may be nil
	Deny  []Deny        // what is found wherever it stands
	Allow []*rules.List // values that are no findings, unless they are card data or credentials
}

// revision is the version of what the code finds and how it scores. It goes up when either changes.
const revision = 120

// Set is a choice of detectors. It is immutable and safe for concurrent use.
type Set struct {
	*tables
	custom    *custom // what users added; may be nil
	names     *names.Model
	preset    names.Preset
	threshold float32
	prior     [TypesMax]float32
	version   string
	longest   int // scan.MaxText; less in tests

	phonePlans uint64          // the numbering plans of the chosen countries, see choosePhones
	homePlan   uint64          // the one of Tighten: national numbers are of it where they can be
	favours    *[TypesMax]bool // types of Tighten's countries; nil for none
	stricter   *Set            // of Tighten: what it finds is added; nil for none
	seed       maphash.Seed    // of hashClean
}

// New makes a Set. It gives an error that names an unknown locale or preset.
func New(o Options) (*Set, error) {
	t, err := newTables(catalog())
	if err != nil {
		return nil, fmt.Errorf("choose detectors: %w", err)
	}
	return t.choose(o)
}

// choose makes a Set of a catalogue.
func (t *tables) choose(o Options) (*Set, error) {
	own, err := newCustom(&o)
	if err != nil {
		return nil, err
	}
	s := &Set{tables: t, custom: own, longest: scan.MaxText}
	spoken.Load()
	if s.names, err = nameModel(); err != nil {
		return nil, fmt.Errorf("choose detectors: %w", err)
	}
	if s.threshold = 0.5; !s.setPreset(o.Preset) {
		return nil, fmt.Errorf("choose detectors: unknown preset %q: must be balanced, strict or paranoid", o.Preset)
	}
	for _, name := range o.Locales {
		if !known(name) {
			return nil, fmt.Errorf("choose detectors: unknown locale %q: must be in, uk, us, eu or a country code", name)
		}
	}
	if len(o.Locales) > 0 {
		for t := range s.prior {
			s.prior[t] = localePrior(Type(t), o.Locales)
		}
	}
	s.phonePlans = choosePhones(o.Locales)
	s.sign()
	return s, nil
}

// sign sets the version.
func (s *Set) sign() {
	h := fnv.New64a()
	fmt.Fprint(h, revision, s.threshold, s.prior, s.phonePlans, len(lexicon))
	if s.favours != nil {
		fmt.Fprint(h, "favours", *s.favours, s.homePlan)
	}
	if s.stricter != nil {
		fmt.Fprint(h, "stricter", s.stricter.threshold, s.stricter.preset)
	}
	fmt.Fprint(h, s.preset, *s.names.Manifest()) // what the tagger was trained from, and its thresholds
	for _, e := range s.entries {
		fmt.Fprint(h, e.name, e.types)
		for _, id := range e.ids {
			fmt.Fprint(h, id.name, id.forms, id.words, id.alone, id.broken)
		}
	}
	if s.custom != nil {
		s.custom.version(h)
	}
	s.version, s.seed = fmt.Sprintf("%d-%012x", revision, h.Sum64()>>16), maphash.MakeSeed()
}

// Version names the catalogue, its scoring and the options: equal versions find the same in the same text.
func (s *Set) Version() string { return s.version }

// The countries whose identifiers move with a locale.
const (
	euStates = " at be bg hr cy cz dk ee fi fr de gr hu ie it lv lt lu mt nl pl pt ro sk si es se "
	locales  = " in uk gb us eu" + euStates + "ae au bd br ca ch cn il jp ke kr mx ng no nz ph pk sg th tr ua za "
)

func known(locale string) bool {
	return locale != "" && !strings.Contains(locale, " ") && strings.Contains(locales, " "+locale+" ")
}

// priorMax is what a choice of locales adds to or takes from a score.
const priorMax = 0.08

// localePrior is what a choice of locales adds to the score of a country's type: little enough that a valid check
// digit or a word of context outweighs it.
func localePrior(t Type, chosen []string) float32 {
	country, _, found := strings.Cut(strings.ToLower(t.String()), "_")
	if !found || !known(country) {
		return 0
	}
	for _, c := range chosen {
		if c == country || c == "gb" && country == "uk" || c == "eu" && strings.Contains(euStates, " "+country+" ") {
			return priorMax
		}
	}
	return -priorMax
}

// Find appends to dst what it finds in text, and updates in.Call. Text may be any bytes. It allocates nothing once dst
// and sc are large enough. A text above scan.MaxText bytes becomes one finding.
func (s *Set) Find(dst []Finding, text []byte, in Input, sc *Scratch) []Finding {
	if isLogLine(text, &in) {
		in.Channel, in.guessed = ChannelLog, true
	}
	h := s.hashClean(text, &in)
	if h != 0 && sc.clean.has(h) {
		return dst
	}
	before := len(dst)
	if turns, ok := s.findTurns(dst, text, in, sc); ok {
		return turns
	}
	dst = s.findOne(dst, text, in, sc)
	if h != 0 && len(dst) == before {
		sc.clean.add(h)
	}
	return dst
}

// findOne is Find for a text that is one turn.
func (s *Set) findOne(dst []Finding, text []byte, in Input, sc *Scratch) []Finding {
	if s.stricter != nil {
		return s.findTwice(dst, text, in, sc)
	}
	return s.find(dst, text, in, sc)
}

func (s *Set) find(dst []Finding, text []byte, in Input, sc *Scratch) []Finding {
	if len(text) > s.longest {
		return append(dst, Finding{End: len(text), Type: Secret, Confidence: 1, Detector: "oversize"})
	}
	p := &sc.pass
	beside := in.Call != nil && in.Beside
	if beside {
		in.Call.swap()
		p.heard = *in.Call.names
	}
	p.begin(s, text, in)
	p.searchText()
	if in.Call != nil {
		p.searchAlone(text)
	}
	p.searchTurn()
	if in.Channel == ChannelLog {
		p.quotedTalk()
	}
	if len(p.quotes) > 0 || len(in.Path) > 0 && in.Channel == ChannelLog {
		p.searchSaid()
	}
	if s.custom != nil || in.Known != nil {
		p.findCustom()
	}
	if in.Call != nil {
		p.answerPart()
		p.sayThreeWords()
		p.recallPlaces()
		p.recallSecrets()
		p.answerMail()
		p.codesAgain()
		p.groupPieces()
	}
	before := len(dst)
	dst = p.resolve(dst)
	switch {
	case beside:
		in.Call.swap()
		*in.Call.names = p.heard
		in.Call.groups = p.groups
	case in.Call != nil:
		in.Call.update(p, dst[before:])
	}
	p.end()
	return dst
}

// searchTurn looks for what was asked for, for codes in pieces, names and addresses, once the text is searched.
func (p *pass) searchTurn() {
	p.widenAnswer()
	p.answerDateParts()
	p.answerCode()
	p.widenExpiry()
	p.typedCard()
	p.answerUser()
	p.answerLocal()
	p.takeSeries()
	p.findPieces()
	p.saidCodes()
	p.findNames()
	p.bornBeside()
	p.addressBeside()
	p.answerInSentence()
	p.addressRuns()
}

// searchText looks for all but names and what is users' own.
func (p *pass) searchText() {
	p.search()
	if p.wants.cues&(cuePassword|cueSecret|cueSession|wordAnswer) != 0 {
		p.answer()
	} else if c := p.in.Call; c != nil && c.asked.bits&(cuePassword|wordAnswer) != 0 && c.age <= patience && p.in.Channel != ChannelLog {
		p.chosenPassword(false) // who asked tells it
	} else if p.said&cuePassword != 0 && p.in.Channel != ChannelLog && p.in.Channel != ChannelDoc {
		p.chosenPassword(true)
	}
	if p.path.bits&(cuePassword|cueSecret|cueSession|wordAnswer) != 0 {
		p.named()
	} else if p.path.bits&(wordKey|wordCode) != 0 {
		p.namedKey()
	}
	if p.path.roles != 0 {
		p.namedUser()
		p.namedParty()
		p.namedKeyed()
		p.namedPerson()
		p.namedAddress()
		p.namedDevice()
		p.namedSearch()
	}
	if p.path.topics[0] != 0 {
		p.namedBIC()
	}
	if p.said&wordUser != 0 && p.in.Channel != ChannelLog {
		p.toldAccounts()
	}
	if p.said&cueName != 0 {
		p.personFields()
	}
	p.pairedNames()
	if p.set.names != nil && (p.isRow || p.isRowBeside()) {
		p.rowNames()
	}
	p.domainUsers()
	p.initialUsers()
	p.bracketedUsers()
	p.otherParty()
	p.linkedValues()
	p.labelledValues()
	if p.said&wordAnswer != 0 {
		p.toldAnswers()
	}
	if p.said&cuePassword != 0 && p.in.Channel != ChannelLog || p.in.Call != nil && p.in.Call.login > 0 {
		p.triedPasswords()
	}
	p.findMailWithoutSign()
	p.table()
}

// search runs the detectors over the text.
func (p *pass) search() {
	p.findInert() // first: answers are looked for in any text
	if len(p.text.Hot) == 0 && len(p.text.Ats) == 0 && len(p.text.Pairs) == 0 && len(p.speech.Regions) == 0 && (p.wants.cues|p.path.bits)&cueAddress == 0 {
		return
	}
	p.listen()
	p.findStrong()
	p.noteRow()
	p.findWritten()
	// A number may be found once what stands behind it has been: "000 000 001 00001". Whoever redacts again would find it then.
	const rounds = 3
	for n := 0; n < rounds; n++ {
		before := len(p.candidates)
		p.again = false
		p.findNumbers()
		if !p.again || len(p.candidates) == before {
			break
		}
		p.strong, p.barrier, p.covered = len(p.candidates), 0, 0
	}
	p.findSpoken()
}
