package traffic

import (
	_ "embed"
	"fmt"
	"strconv"
	"strings"
)

//go:embed scripts.txt
var scriptText string

// scripts are exchanges by kind: greeting, check, topic, bridge, closing.
type scripts map[string][]exchange

// exchange is a few turns that belong together.
type exchange struct {
	subject string
	turns   []turn
}

type turn struct {
	agent  bool
	pieces []piece
}

// piece is words, or a slot.
type piece struct {
	words string
	slot  string
	part  string // "1" or "2": of an identifier in two parts; "spelled"
}

func readScripts() scripts {
	s := scripts{}
	var kind string
	for line := range strings.Lines(scriptText) {
		line = strings.TrimSpace(line)
		switch {
		case line == "", strings.HasPrefix(line, "# "):
		case strings.HasPrefix(line, "## "):
			var subject string
			kind, subject, _ = strings.Cut(line[3:], ": ")
			s[kind] = append(s[kind], exchange{subject: subject})
		default:
			e := &s[kind][len(s[kind])-1]
			e.turns = append(e.turns, turn{line[0] == 'A', pieces(line[2:])})
		}
	}
	return s
}

func pieces(s string) (list []piece) {
	for s != "" {
		before, after, found := strings.Cut(s, "{")
		if before != "" {
			list = append(list, piece{words: before})
		}
		if !found {
			break
		}
		slot, rest, _ := strings.Cut(after, "}")
		slot, part, _ := strings.Cut(slot, ".")
		list = append(list, piece{slot: slot, part: part})
		s = rest
	}
	return list
}

// call is an open call.
type call struct {
	id, tenant string
	style      style
	spoken     float64 // how often what can be spoken is
	lexical    bool    // turns also carry what the recogniser heard
	caller     *person
	turns      []turn
	next       int
	groups     int
	splits     [2]split // of text and of lexical
}

// split remembers the two parts of an identifier between their turns.
type split struct {
	text   [2]string
	spoken bool
	group  int
}

var tenants = words("acme bolt civic delta")

func (g *Generator) newCall() *call {
	c := &call{id: g.id("call"), tenant: pick(g, tenants), caller: g.person(), spoken: 0.3}
	switch p := g.rng.Float64(); {
	case p < g.o.Lower:
		c.style, c.spoken = lower, 0.75
	case p < g.o.Lower+g.o.Upper:
		c.style, c.spoken = upper, 0.5
	default:
		c.lexical = g.chance(0.12)
	}
	add := func(kind string) { c.turns = append(c.turns, pick(g, g.scripts[kind]).turns...) }
	most := g.between((g.o.Turns+1)/2, g.o.Turns+g.o.Turns/2) - 2
	add("greeting")
	add("check")
	add("topic")
	for len(c.turns) < most {
		add("bridge")
		add(pick(g, []string{"check", "topic", "topic"}))
	}
	add("closing")
	return c
}

// transcript makes the next turn of one of the open calls, or a whole call.
func (g *Generator) transcript(m *Message) {
	if g.chance(g.o.Whole) {
		g.wholeCall(m)
		return
	}
	for len(g.calls) < g.o.Open {
		g.calls = append(g.calls, g.newCall())
	}
	i := g.rng.IntN(len(g.calls))
	c := g.calls[i]
	r := record{ascii: c.tenant == "bolt"}
	r.begin()
	r.str("tenant_id", c.tenant)
	r.str("call_id", c.id)
	g.turn(&r, c, "")
	r.str("lang", "en")
	r.str("started_at", m.Time.Format("2006-01-02T15:04:05.000Z"))
	r.raw("final", "true")
	r.end(m)
	m.Key = []byte(c.id)
	if c.next == len(c.turns) {
		g.calls[i] = g.newCall()
	}
}

func (g *Generator) wholeCall(m *Message) {
	c := g.newCall()
	r := record{ascii: c.tenant == "bolt"}
	r.begin()
	r.str("tenant_id", c.tenant)
	r.str("call_id", c.id)
	r.str("lang", "en")
	r.str("started_at", m.Time.Format("2006-01-02T15:04:05.000Z"))
	r.key("turns")
	r.buf = append(r.buf, '[')
	for i := range c.turns {
		if i > 0 {
			r.buf = append(r.buf, ',')
		}
		r.begin()
		g.turn(&r, c, "turns[].")
		r.buf = append(r.buf, '}')
	}
	r.buf = append(r.buf, ']')
	r.end(m)
	m.Key = []byte(c.id)
}

// turn adds the members of a call's next turn. path is where they stand.
func (g *Generator) turn(r *record, c *call, path string) {
	t := &c.turns[c.next]
	r.num("turn", c.next)
	role := "customer"
	if t.agent {
		role = "agent"
	}
	r.str("role", role)
	said := text{style: c.style, field: path + "text", turn: c.next}
	g.render(&said, c, t, c.spoken)
	if c.style != cased && !t.agent && g.chance(0.1) {
		r.raw("asr_conf", "0."+strconv.Itoa(g.between(60, 98)))
	}
	r.text("text", &said)
	if c.lexical {
		heard := text{style: lower, field: path + "lexical", turn: c.next}
		g.render(&heard, c, t, 1)
		r.text("lexical", &heard)
	}
	c.next++
}

// render writes a turn.
func (g *Generator) render(t *text, c *call, from *turn, spoken float64) {
	for _, p := range from.pieces {
		switch {
		case p.slot == "":
			t.say(p.words)
		case p.part == "1" || p.part == "2":
			g.half(t, c, p, spoken)
		case p.part == "spelled":
			v := g.get(c.caller, p.slot)
			e := v.asWritten()
			e.Text, e.Spoken = grouped(strings.ToUpper(ascii(v.written)), 1, pick(g, []string{"-", " ", "-"})), true
			t.mark(e)
		case isFigure(p.slot):
			t.plain(g.figure(p.slot, g.chance(spoken)))
		default:
			v := g.get(c.caller, p.slot)
			e := v.asWritten()
			if v.speech != asWritten && g.chance(spoken) {
				e.Text, e.Spoken = g.say(v), true
			}
			t.mark(e)
		}
	}
}

// half writes one of the two parts of an identifier. The first part decides how both are written.
func (g *Generator) half(t *text, c *call, p piece, spoken float64) {
	v := g.get(c.caller, p.slot)
	s := &c.splits[0]
	if strings.HasSuffix(t.field, "lexical") {
		s = &c.splits[1]
	}
	if p.part == "1" {
		s.spoken = g.chance(spoken)
		number := compact(v.written)
		mid := len(number) / 2
		s.text = [2]string{number[:mid], number[mid:]}
		if s.spoken {
			s.text = [2]string{g.sayDigits(number[:mid]), g.sayDigits(number[mid:])}
		}
		c.groups++
		s.group = c.groups
	}
	e := v.asWritten()
	e.Text, e.Spoken, e.Group = s.text[p.part[0]-'1'], s.spoken, s.group
	t.mark(e)
}

func isFigure(slot string) bool {
	switch slot {
	case "amount", "time", "count", "days", "percent", "year", "size", "model":
		return true
	}
	return false
}

// figure makes a number that is no personal data, and must be left alone.
func (g *Generator) figure(slot string, spoken bool) string {
	n := g.between(2, 59)
	switch slot {
	case "amount":
		if spoken {
			return sayTwo(n) + " dollars " + pick(g, []string{"fifty", "and ninety nine cents", "twenty"})
		}
		return pick(g, []string{"$", "£", "€"}) + fmt.Sprintf("%d.%02d", g.between(3, 1999), pick(g, []int{0, 50, 95, 99}))
	case "time":
		if spoken {
			return sayTwo(g.between(1, 12)) + " " + pick(g, []string{"o'clock", "thirty", "fifteen", "p m"})
		}
		return fmt.Sprintf("%d:%02d", g.between(7, 21), 5*g.rng.IntN(12))
	case "count":
		if spoken {
			return sayTwo(n)
		}
		return strconv.Itoa(n)
	case "days":
		return sayTwo(g.between(2, 14)) + " " + pick(g, []string{"days", "working days", "days or so"})
	case "percent":
		if spoken {
			return sayTwo(n) + " percent"
		}
		return strconv.Itoa(n) + "%"
	case "year":
		if spoken {
			return "twenty " + sayTwo(g.between(10, 25))
		}
		return strconv.Itoa(g.between(2010, 2025))
	case "size":
		return strconv.Itoa(pick(g, []int{50, 100, 250, 500})) + pick(g, []string{" gigabytes", " GB", " megabits", " mg"})
	}
	return pick(g, []string{"Vireo", "Halden", "Orbis", "Talon"}) + " " + pick(g, []string{"X200", "500", "Mark 4", "9000"})
}
