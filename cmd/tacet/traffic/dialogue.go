package traffic

import (
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
)

// Split names one of three sets of dialogues that share no template, no name and no seed. The scripts of the demo are a
// fourth, of their own.
type Split uint8

// The splits: to learn from, to choose settings on, and to report.
const (
	Train Split = iota
	Dev
	Test
)

// String gives the name of the split: train, dev or test.
func (s Split) String() string { return [...]string{"train", "dev", "test"}[s] }

// ParseSplit reads the name of a split.
func ParseSplit(name string) (Split, error) {
	for s := Train; s <= Test; s++ {
		if s.String() == name {
			return s, nil
		}
	}
	return 0, fmt.Errorf("unknown split %q: train, dev or test", name)
}

// DialogueOptions say what dialogues to make. A zero in a member means its default; a share below 0 means never.
type DialogueOptions struct {
	Langs      []string   // of DialogueLangs, each as often as the others; default en. Repeat one to have more of it
	Names      *NameLists // names to draw from besides the package's own; default none
	Lower      float64    // share in lower case without punctuation; default 0.5
	Upper      float64    // share in capitals without punctuation; default 0.08; what is left has both
	Fillers    float64    // hesitations for each place that can take one; default 0.05
	Errors     float64    // share of ordinary words that the recogniser got wrong; default 0.02. Never in a value
	TurnSplits float64    // share of long identifiers that are said over two or three turns; default 0.2
	Unprompted float64    // share of typed chats of which only the customer's turns are there; default 0.25
	Keep       float64    // share without personal data; default 0.12
	Docs       float64    // share of letters, tickets and notes; default 0.08
}

// Dialogue is one labelled call, chat or document.
type Dialogue struct {
	ID       string
	Lang     string
	Channel  string // call, chat or doc; a doc is one turn without a role
	Turns    []DialogueTurn
	Entities []DialogueEntity // in order
}

// DialogueTurn is what one side says at once.
type DialogueTurn struct {
	Role string // agent or customer
	Text string
}

// DialogueEntity is one place where personal data stands.
type DialogueEntity struct {
	Type       string // as detectors name it
	Turn       int
	Start, End int // bytes of the turn's text, half open
	// Value is canonical: the same for all spellings. It follows the text: where the recogniser lost a digit, it has none.
	// Of an identifier in several turns it is the whole.
	Value    string
	Spoken   bool // in words as it is said: "double four", "at example dot com", "s as in sugar"
	Group    int  // above 0: the parts of one identifier
	Prompted bool // the agent had just asked for something
	Lost     bool // a digit or letter is missing, so that no check digit fits
	// Origin is where a name is from: us, uk, in, eu, af, or any for what came from lists; and whether its words stand in
	// the lists in use: "in+listed", "any+unlisted". Empty for all that is no name.
	Origin string
	// Kind says how it was put: intro ("my name is …"), bare (nothing else in the turn), readback (by the other side),
	// spelled, partial (the last digits), corrected ("no sorry"), vocative, third (somebody else's), signature, or given.
	Kind string
}

// Dialogues makes dialogues without end: always the same ones for the same seed, split and options. It panics when an
// option names an unknown language.
func Dialogues(seed uint64, split Split, o DialogueOptions) iter.Seq[Dialogue] {
	return func(yield func(Dialogue) bool) {
		m := newMaker(seed, split, o)
		for yield(m.dialogue()) {
		}
	}
}

func (o *DialogueOptions) fill() {
	share := func(p *float64, otherwise float64) {
		if *p == 0 {
			*p = otherwise
		}
	}
	if len(o.Langs) == 0 {
		o.Langs = []string{"en"}
	}
	share(&o.Lower, 0.5)
	share(&o.Upper, 0.08)
	share(&o.Fillers, 0.05)
	share(&o.Errors, 0.02)
	share(&o.TurnSplits, 0.2)
	share(&o.Unprompted, 0.25)
	share(&o.Keep, 0.12)
	share(&o.Docs, 0.08)
}

// maker makes dialogues one after the other.
type maker struct {
	rng        *rand.Rand
	o          DialogueOptions
	split      Split
	prefix     string
	serial     int
	books      map[string]*book
	names      *nameStock
	places     map[string][]string // by country and kind, as they are needed
	tongues    map[string]*tongue
	homographs map[string][]string // by kind of word, when they are first needed
	talk       *talk               // the dialogue in the making
}

func newMaker(seed uint64, split Split, o DialogueOptions) *maker {
	o.fill()
	// Each split has its own stream of the generator, so that one seed gives three sets that have nothing in common.
	m := &maker{rng: rand.New(rand.NewPCG(seed, 0xd1a10600+uint64(split))), o: o, split: split, books: map[string]*book{}, places: map[string][]string{}, tongues: map[string]*tongue{}}
	m.prefix = fmt.Sprintf("%s-%06x", split, m.rng.Uint32()>>8)
	for _, lang := range o.Langs {
		if !slices.Contains(DialogueLangs(), lang) {
			panic("traffic: an option names an unknown language")
		}
		if m.books[lang] == nil {
			m.books[lang] = readBook(lang, split)
		}
	}
	m.names = newNameStock(split, o.Names)
	return m
}

// talk is a dialogue in the making.
type talk struct {
	lang    string
	tongue  *tongue
	book    *book
	voice   string // a variety of the language: uk, us, in; latn, deva
	style   style
	typed   bool // written by hand, not heard
	silent  bool // only the customer's turns are there
	doc     bool
	digits  digitManner
	turns   []utterance
	ents    []DialogueEntity
	groups  int
	asked   bool // the agent's last turn asks for something
	cast    map[string]*party
	facts   map[string]*fact
	heard   map[string]bool // values that were said, by slot
	played  map[*scene]bool
	errors  float64
	fillers float64
}

func (m *maker) chance(p float64) bool { return m.rng.Float64() < p }

// between draws a number from low to high, both included.
func (m *maker) between(low, high int) int { return low + m.rng.IntN(high-low+1) }

func choose[T any](m *maker, list []T) T { return list[m.rng.IntN(len(list))] }

// dialogue makes the next one.
func (m *maker) dialogue() Dialogue {
	m.serial++
	lang := choose(m, m.o.Langs)
	b := m.books[lang]
	t := &talk{lang: lang, book: b, cast: map[string]*party{}, facts: map[string]*fact{}, heard: map[string]bool{}, played: map[*scene]bool{}}
	m.talk = t
	t.voice = choose(m, b.voices)
	t.tongue = m.tongues[lang+t.voice]
	if t.tongue == nil {
		t.tongue = tongueOf(lang, t.voice)
		m.tongues[lang+t.voice] = t.tongue
	}
	keep := m.chance(m.o.Keep)
	t.doc = !keep && len(b.kinds["doc"]) > 0 && m.chance(m.o.Docs)
	t.silent = !t.doc && m.chance(m.o.Unprompted)
	t.typed = t.doc || t.silent || m.chance(0.08)
	m.temper(t)
	channel := "call"
	switch {
	case t.doc:
		channel = "doc"
		m.perform(m.scene("doc"))
	case keep:
		if t.typed {
			channel = "chat"
		}
		for range m.between(1, 2) {
			m.perform(m.scene("keep"))
		}
	case t.silent:
		channel = "chat"
		m.chat()
	default:
		if t.typed {
			channel = "chat"
		}
		m.conversation()
	}
	d := Dialogue{ID: fmt.Sprintf("%s-%d", m.prefix, m.serial), Lang: lang, Channel: channel}
	m.flatten(&d)
	if len(d.Turns) == 0 {
		return m.dialogue() // all turns were the agent's, who is not there
	}
	return d
}

// temper draws how the dialogue is written down and how its people say numbers.
func (m *maker) temper(t *talk) {
	switch p := m.rng.Float64(); {
	case t.doc:
		if m.chance(0.12) {
			t.style = lower
		}
	case t.typed:
		if m.chance(0.8) {
			t.style = lower
		}
	case p < m.o.Lower:
		t.style = lower
	case p < m.o.Lower+m.o.Upper:
		t.style = upper
	}
	t.errors, t.fillers = max(0, m.o.Errors), max(0, m.o.Fillers)
	if t.typed {
		t.fillers = 0
	}
	if t.doc {
		t.errors = 0
	}
	switch m.rng.IntN(3) { // people and recognisers differ
	case 0:
		t.fillers, t.errors = t.fillers*2, t.errors*2
	case 1:
		t.fillers, t.errors = 0, t.errors/2
	}
	t.digits = m.digitManner(t)
}

// conversation puts a call together from scenes.
func (m *maker) conversation() {
	if whole := m.fitting("whole"); len(whole) > 0 && m.chance(0.2) {
		m.perform(choose(m, whole))
		return
	}
	m.performSome("open", 0.9)
	for range m.between(0, 3) {
		m.performSome("check", 1)
	}
	m.performSome("topic", 0.9)
	for m.chance(0.3) {
		m.performSome("keep", 0.3)
		m.performSome(choose(m, []string{"check", "topic"}), 1)
	}
	m.performSome("close", 0.7)
	if len(m.talk.turns) == 0 {
		m.performSome("check", 1)
	}
}

// chat is a typed chat of which the customer's side is there.
func (m *maker) chat() {
	if chats := m.fitting("chat"); len(chats) > 0 && m.chance(0.6) {
		m.perform(choose(m, chats))
		if m.chance(0.4) {
			m.performSome("check", 1)
		}
		return
	}
	m.conversation()
}

func (m *maker) performSome(kind string, p float64) {
	if list := m.fitting(kind); len(list) > 0 && m.chance(p) {
		if s := choose(m, list); !m.talk.played[s] {
			m.perform(s)
		}
	}
}

// fitting are the scenes of a kind that the voice can say.
func (m *maker) fitting(kind string) []*scene { return m.talk.book.fitting[kind+"/"+m.talk.voice] }

func (m *maker) scene(kind string) *scene { return choose(m, m.fitting(kind)) }
