package traffic

import (
	"fmt"
	"strconv"
)

var (
	levels   = []string{"info", "info", "info", "warn", "error", "debug"}
	services = []string{"api-gateway", "dialler", "billing", "auth", "transcriber"}
	methods  = []string{"GET", "GET", "POST", "PUT", "DELETE"}
	routes   = []string{"/v1/calls", "/v1/calls/{id}", "/v1/agents", "/v1/wallet", "/v1/users/{id}"}
	paths    = []string{"/v1/calls", "/v1/agents", "/v1/wallet", "/health", "/static/app.js", "/login"}
	statuses = []int{200, 200, 200, 201, 204, 304, 400, 401, 404, 429, 500, 503}
	agents   = []string{
		"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15",
		"curl/8.7.1", "python-requests/2.32.3", "Go-http-client/2.0",
	}
	hosts = []string{"edge-1", "edge-2", "media-7", "core-3"}

	// logTexts are messages of programs. Most hold nothing, as in life.
	logTexts = []string{
		"login failed for {email} from {ip}",
		"password reset sent to {email}",
		"user {username} changed phone to {phone}",
		"rejected authorization: Bearer {secret}",
		"call to {phone} ended after {count} seconds",
		"session {session} expired",
		"customer {person} <{email}> opted out",
		"request timed out after {count} s",
		"cache warmed, {count} entries, {percent} hit rate",
		"worker {count} restarted",
		"queue depth {count}, oldest {count} ms",
		"connection reset by peer",
		"rotated keys, next in {days}",
		"GET /health 200 in {count} ms",
		"deployed version 2.{count}.{count}",
		"slow query: {count} ms, {count} rows",
	}
)

// logLine makes a line in one of the forms that servers write. Each has an id of its own.
func (g *Generator) logLine(m *Message) {
	t := text{turn: -1}
	p := g.person()
	switch g.rng.IntN(4) {
	case 0:
		g.accessLine(&t, m, p)
	case 1:
		g.logfmtLine(&t, m, p)
	case 2:
		t.plain(fmt.Sprintf("<%d>%s %s %s[%d]: ", g.between(8, 190), m.Time.Format("Jan _2 15:04:05"), pick(g, hosts), pick(g, services), g.between(300, 32000)))
		g.logText(&t, p)
		t.plain(" rid=" + g.id("req"))
	case 3:
		t.plain(fmt.Sprintf("<%d>1 %s %s %s %d - - ", g.between(8, 190), m.Time.Format("2006-01-02T15:04:05.000Z"), pick(g, hosts), pick(g, services), g.between(300, 32000)))
		g.logText(&t, p)
		t.plain(" rid=" + g.id("req"))
	}
	m.Value, m.Truth = t.buf, t.truth
}

func (g *Generator) logText(t *text, p *person) {
	g.render(t, &call{caller: p}, &turn{pieces: pieces(pick(g, logTexts))}, 0)
}

// accessLine is in the combined format, with an id behind it.
func (g *Generator) accessLine(t *text, m *Message, p *person) {
	t.mark(g.get(p, "ip").asWritten())
	t.plain(" - ")
	if g.chance(0.2) {
		t.mark(g.get(p, "username").asWritten())
	} else {
		t.plain("-")
	}
	t.plain(m.Time.Format(" [02/Jan/2006:15:04:05 -0700] "))
	t.plain(`"` + pick(g, methods) + " " + pick(g, paths))
	switch g.rng.IntN(6) {
	case 0:
		t.plain("?email=")
		t.mark(g.get(p, "email").asWritten())
	case 1:
		t.plain("?token=")
		t.mark(g.get(p, "secret").asWritten())
	case 2:
		t.plain("?page=" + strconv.Itoa(g.between(1, 40)))
	}
	t.plain(fmt.Sprintf(` HTTP/1.1" %d %d "-" "%s" rid=%s`, pick(g, statuses), g.between(0, 90000), pick(g, agents), g.id("req")))
}

func (g *Generator) logfmtLine(t *text, m *Message, p *person) {
	t.plain(fmt.Sprintf("ts=%s level=%s service=%s msg=\"", m.Time.Format("2006-01-02T15:04:05.000Z"), pick(g, levels), pick(g, services)))
	g.logText(t, p)
	t.plain(fmt.Sprintf("\" status=%d latency_ms=%d", pick(g, statuses), g.between(1, 900)))
	if g.chance(0.5) {
		t.plain(" ip=")
		t.mark(g.get(p, "ip").asWritten())
	}
	t.plain(" rid=" + g.id("req"))
}
