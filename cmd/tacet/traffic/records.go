package traffic

import (
	"fmt"
	"strconv"
)

// open begins a record with what all but transcripts have.
func (g *Generator) open(event string) (*record, *person) {
	r := &record{ascii: g.chance(0.2)}
	r.begin()
	r.str("tenant_id", pick(g, tenants))
	r.str("event_id", g.id("evt"))
	r.str("event", event)
	return r, g.person()
}

func (g *Generator) account(m *Message) {
	r, p := g.open(pick(g, []string{"account.created", "account.updated", "account.login"}))
	user := g.id("usr")
	m.Key = []byte(user)
	r.str("user_id", user)
	r.str("org_id", "org-"+strconv.Itoa(g.between(100, 999)))
	r.entity("name", g.get(p, "person"))
	r.entity("email", g.get(p, "email"))
	r.entity("phone", g.get(p, "phone"))
	r.entity("organisation", g.get(p, "org"))
	r.str("role", pick(g, []string{"owner", "admin", "member"}))
	r.str("plan", pick(g, []string{"free", "team", "enterprise"}))
	r.str("country", p.country.code)
	r.str("created_at", m.Time.Format("2006-01-02T15:04:05Z"))
	if g.chance(0.2) {
		r.entity("password", g.get(p, "password"))
	}
	r.end(m)
}

func (g *Generator) billing(m *Message) {
	r, p := g.open(pick(g, []string{"wallet.topup", "invoice.issued", "invoice.paid", "card.declined"}))
	m.Key = []byte(g.id("org"))
	r.str("invoice_id", g.id("inv"))
	r.raw("amount", fmt.Sprintf("%d.%02d", g.between(5, 4000), g.rng.IntN(100)))
	r.str("currency", pick(g, []string{"EUR", "GBP", "USD", "INR"}))
	r.str("status", pick(g, []string{"paid", "open", "failed"}))
	r.str("country", p.country.code)
	r.entity("billing_name", g.get(p, "person"))
	r.entity("billing_address", g.get(p, "address"))
	switch g.rng.IntN(3) {
	case 0:
		r.entity("card_number", g.get(p, "card"))
		r.entity("cvv", g.get(p, "cvv"))
	case 1:
		r.entity("iban", g.get(p, "iban"))
	}
	g.note(r, p, "note", pick(g, billingNotes))
	r.end(m)
}

var billingNotes = []string{
	"Paid with {card}, receipt to {email}.",
	"{person} asked for the refund of {amount} to {iban}.",
	"Second reminder after {days}.",
	"Called {phone}, promised to pay by {date}.",
	"Discount of {percent} agreed.",
}

func (g *Generator) callRecord(m *Message) {
	r, p := g.open("call.ended")
	id := g.id("call")
	m.Key = []byte(id)
	r.str("call_id", id)
	r.str("campaign_id", "cmp-"+strconv.Itoa(g.between(10, 99)))
	r.entity("from", g.get(p, "phone"))
	r.entity("to", g.get(p, "phone2"))
	r.str("direction", pick(g, []string{"inbound", "outbound"}))
	r.num("duration_s", g.between(4, 1800))
	r.str("status", pick(g, []string{"completed", "no-answer", "busy", "failed"}))
	r.str("hangup_cause", pick(g, []string{"normal_clearing", "user_busy", "no_answer", "originator_cancel"}))
	r.str("carrier", pick(g, []string{"north", "delta-tel", "interlink"}))
	r.str("country", p.country.code)
	r.str("line_type", pick(g, []string{"mobile", "landline", "voip"}))
	r.str("started_at", m.Time.Format("2006-01-02T15:04:05Z"))
	if g.chance(0.3) {
		r.str("recording_url", "https://recordings.example.com/"+id+".wav")
	}
	r.end(m)
}

func (g *Generator) agentConfig(m *Message) {
	r, p := g.open("agent.saved")
	id := "agt-" + strconv.Itoa(g.between(100, 999))
	m.Key = []byte(id)
	r.str("agent_id", id)
	r.num("version", g.between(1, 40))
	r.str("voice", pick(g, []string{"amber", "slate", "coral"}))
	r.str("language", pick(g, []string{"en-GB", "en-US", "en-IN", "de-DE"}))
	g.note(r, p, "prompt", pick(g, prompts))
	r.end(m)
}

var prompts = []string{
	"You are {agent}, the assistant of {org}. Escalate to {other}, {email}, when asked for a manager.",
	"Offer {percent} off. If the caller insists, give them {phone}.",
	"Say that the office at {address}, {city} is open from {time} to {time}.",
}

func (g *Generator) communication(m *Message) {
	r, p := g.open("ticket.message")
	ticket := g.id("tkt")
	m.Key = []byte(ticket)
	r.str("ticket_id", ticket)
	r.str("topic", pick(g, []string{"billing", "technical", "sales", "privacy"}))
	r.str("channel", pick(g, []string{"mail", "chat"}))
	r.str("priority", pick(g, []string{"low", "normal", "high"}))
	r.str("status", pick(g, []string{"open", "waiting", "solved"}))
	r.entity("from", g.get(p, "email"))
	g.note(r, p, "subject", pick(g, subjects))
	g.note(r, p, "body", pick(g, bodies))
	r.end(m)
}

var (
	subjects = []string{"Invoice for {date}", "Order {order}", "Can't log in as {username}", "Question about prices", "Account {customer}"}
	bodies   = []string{
		"Hello,\n\nmy name is {person} and I was charged {amount} twice on the card {card}. Please call me on {phone}.\n\nRegards\n{first}",
		"Hi team,\nplease change my e-mail to {email2}. My user name is {username}.\n--\n{person}\n{org}\n{address}, {city} {postcode}\n{phone}",
		"The page says error {count} when I press Save. It has done so for {days}. Tried at {time} and {time}.\n{first}",
		"As agreed, the account for the refund: {iban}. Tax number {national}.\nBest, {person}",
		"I want a copy of my data. Born {dob}, postcode {postcode}.\n{person}",
		"Requests come from {ip} and fail with 401. The key starts like this: {secret}",
	}
)

// note adds a member with a written text.
func (g *Generator) note(r *record, p *person, name, script string) {
	t := text{field: name, turn: -1}
	g.render(&t, &call{caller: p}, &turn{pieces: pieces(script)}, 0)
	r.text(name, &t)
}

// usage makes a JSON log record.
func (g *Generator) usage(m *Message) {
	r, p := g.open("api.request")
	user := g.id("usr")
	m.Key = []byte(user)
	r.str("user_id", user)
	r.str("timestamp", m.Time.Format("2006-01-02T15:04:05.000Z"))
	r.str("level", pick(g, levels))
	r.str("service", pick(g, services))
	r.entity("ip", g.get(p, "ip"))
	r.entity("session_id", g.get(p, "session"))
	r.str("user_agent", pick(g, agents))
	r.str("method", pick(g, methods))
	r.str("route", pick(g, routes))
	r.num("status", pick(g, statuses))
	r.num("latency_ms", g.between(1, 900))
	r.num("bytes", g.between(80, 90000))
	g.note(r, p, "message", pick(g, logTexts))
	if g.chance(0.15) {
		r.key("headers")
		r.begin()
		cookie := g.get(p, "session")
		r.str("cookie", cookie.written)
		e := cookie.asWritten()
		e.Field, e.Turn, e.End = "headers.cookie", -1, len(cookie.written)
		r.truth = append(r.truth, e)
		r.buf = append(r.buf, '}')
	}
	r.end(m)
}
