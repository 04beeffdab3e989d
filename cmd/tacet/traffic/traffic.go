// Package traffic invents calls, records and logs of a telephony platform, and says where in them personal data stands.
// Nobody in it exists: identifiers come from ranges reserved for fiction, documentation and tests.
package traffic

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"time"
)

// Entity is one place where personal data stands. An identifier spread over several turns is several entities with the
// same Value and Group.
type Entity struct {
	Type  string // as detectors name it: "PHONE"
	Field string // path in the record ("text", "turns[].text", "from"); "" for a log line as a whole
	Turn  int    // number of the turn; -1 outside calls
	// Start and End are bytes of the field's text (of JSON, decoded) or of the line, half open.
	Start, End int
	Text       string // those bytes
	Value      string // canonical: the same for all spellings, spoken and written; the whole identifier, also of a part
	Spoken     bool   // written out as it is spoken: "double four", "at example dot com"
	Group      int    // above 0: the parts of one identifier within a call
}

// Message is one Kafka message, with the truth about it. Its slices belong to the receiver.
type Message struct {
	Category string // one of Categories
	Key      []byte // the call of transcripts and call records, else the account; nil for log lines
	Value    []byte // a JSON object, or, for a part of usage_log, a log line, which never begins with a brace
	Time     time.Time
	Truth    []Entity
}

// Options say what traffic to make. A zero in a member means its default.
type Options struct {
	// Mix weighs the categories; default 70 transcript, 16 usage_log, 5 call_record, 3 account, 3 billing, 2
	// communication, 1 agent_config. One that is missing doesn't occur.
	Mix   map[string]int
	Lines float64   // share of usage_log that is log lines and not JSON; default 0.7, none below 0
	Open  int       // calls in flight, whose turns interleave; default 32
	Turns int       // of a call, on average; default 16
	Lower float64   // share of calls in lower case without punctuation; default 0.4, none below 0
	Upper float64   // share of calls in capitals without punctuation; default 0.1, none below 0
	Whole float64   // share of calls that come as one record with turns; default none
	Start time.Time // of the first message; default 2026-03-02 09:00 UTC
}

// Categories lists the kinds of records there are.
func Categories() []string {
	return []string{"account", "billing", "usage_log", "call_record", "agent_config", "transcript", "communication"}
}

// Generator makes messages: always the same ones for the same seed and options. One goroutine at a time.
type Generator struct {
	rng     *rand.Rand
	o       Options
	prefix  string // of ids, different for each seed
	scripts scripts
	mix     []string // categories by weight
	now     time.Time
	calls   []*call
	serial  int
}

// New makes a generator with default options.
func New(seed uint64) *Generator { return NewWith(seed, Options{}) }

// NewWith makes a generator. It panics when the mix names an unknown category.
func NewWith(seed uint64, o Options) *Generator {
	if o.Mix == nil {
		o.Mix = map[string]int{"transcript": 70, "usage_log": 16, "call_record": 5, "account": 3, "billing": 3, "communication": 2, "agent_config": 1}
	}
	share := func(p *float64, otherwise float64) {
		if *p == 0 {
			*p = otherwise
		}
	}
	share(&o.Lines, 0.7)
	share(&o.Lower, 0.4)
	share(&o.Upper, 0.1)
	if o.Open <= 0 {
		o.Open = 32
	}
	if o.Turns <= 0 {
		o.Turns = 16
	}
	if o.Start.IsZero() {
		o.Start = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	}
	g := &Generator{rng: rand.New(rand.NewPCG(seed, 0x7ace7)), o: o, scripts: readScripts(), now: o.Start}
	g.prefix = fmt.Sprintf("%06x", g.rng.Uint32()>>8)
	for _, name := range slices.Sorted(maps.Keys(o.Mix)) {
		if !slices.Contains(Categories(), name) {
			panic("traffic: the mix names an unknown category")
		}
		for range o.Mix[name] {
			g.mix = append(g.mix, name)
		}
	}
	return g
}

// Next makes the next message. Turns of one call come in order, those of other calls in between.
func (g *Generator) Next() Message {
	g.now = g.now.Add(time.Duration(1+g.rng.IntN(40)) * time.Millisecond)
	m := Message{Category: g.mix[g.rng.IntN(len(g.mix))], Time: g.now}
	switch m.Category {
	case "transcript":
		g.transcript(&m)
	case "usage_log":
		if g.chance(g.o.Lines) {
			g.logLine(&m)
		} else {
			g.usage(&m)
		}
	case "call_record":
		g.callRecord(&m)
	case "account":
		g.account(&m)
	case "billing":
		g.billing(&m)
	case "agent_config":
		g.agentConfig(&m)
	case "communication":
		g.communication(&m)
	}
	return m
}

func (g *Generator) chance(p float64) bool { return g.rng.Float64() < p }

// id makes an id that no other generator's record has, unless seeds collide.
func (g *Generator) id(kind string) string {
	g.serial++
	return fmt.Sprintf("%s-%s-%d", kind, g.prefix, g.serial)
}

func pick[T any](g *Generator, list []T) T { return list[g.rng.IntN(len(list))] }

// between draws a number from low to high, both included.
func (g *Generator) between(low, high int) int { return low + g.rng.IntN(high-low+1) }
