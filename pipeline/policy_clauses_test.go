package pipeline

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/sonexlabs/tacet/detectors"
	"github.com/sonexlabs/tacet/pipeline/policy"
)

// wholeTurn is a turn with everything that transcripts may bring.
func wholeTurn(tenant, role, text string) string {
	return fmt.Sprintf(`{"tenant_id":%q,"call_id":"call-canary","from":"+447700900123","to":"+447700900124","channel":"phone","lang":"en",
		"started_at":"2026-03-02T09:10:07Z","turn":1,"role":%q,"text":%[3]q,"lexical":%[3]q,"itn":%[3]q,"final":true,"rel_ms":17,"asr_conf":0.5,
		"intent":"pay","sentiment":"calm","ai_disclosed":true,"tool_args":{"name":"canary"},"embedding":[0.5],"voiceprint":"canary","audio":"canary",
		"audio_url":"canary","words":[{"word":"canary"}],"name":"canary","turns":[{"turn":1,"role":%[2]q,"text":%[3]q,"lexical":%[3]q,"itn":%[3]q,"lang":"en",
		"started_at":"2026-03-02T09:10:07Z","final":true,"rel_ms":17,"asr_conf":0.5,"intent":"pay","sentiment":"calm","embedding":[0.5],
		"speaker":"canary","words":["canary"]}]}`, tenant, role, text)
}

func checkInteraction(t require.TestingT, m *matrix) {
	const text = "my mail is canary@example.com, I am 47 years old, I live in Leeds since 3 March 1959 and work for Barclays Bank"
	record := func(tenant, started, text string) string {
		texts := ""
		if text != "" {
			texts = fmt.Sprintf(`"text":%[1]q,"lexical":%[1]q,"itn":%[1]q,`, text)
		}
		if started != "" {
			started = `"started_at":"` + started + `",`
		}
		return `{"tenant_id":"` + tenant + `","call_id":"[CALL_ID:r]","channel":"phone","lang":"en",` + started + `"turn":1,"role":"customer",` + texts +
			`"final":true,"rel_ms":17,"asr_conf":0.5,"intent":"pay","sentiment":"calm","ai_disclosed":true,"turns":[{"turn":1,"role":"customer",` + texts +
			`"lang":"en",` + started + `"final":true,"rel_ms":17,"asr_conf":0.5,"intent":"pay","sentiment":"calm"}]}`
	}
	const (
		second, hour = "2026-03-02T09:10:07Z", "2026-03-02T09:00:00Z"
		redacted     = "my mail is [EMAIL_1], I am 47 years old, I live in Leeds since 3 March 1959 and work for Barclays Bank"
		trained      = "my mail is [EMAIL_1], I am [AGE:40-49] years old, I live in [LOCATION_1] since [DATE:1959-03] and work for [ORG_1] Bank"
	)
	monitoring := record("[TENANT_ID:r]", hour, "")
	m.leaves(t, "transcript", wholeTurn("acme", "customer", text), map[string]string{
		"analytics": record("acme", second, redacted), "review": record("acme", second, redacted),
		"training": record("acme", "", trained), "monitoring": monitoring,
	})
	m.leaves(t, "transcript", wholeTurn("bolt", "customer", text), map[string]string{
		"analytics": record("bolt", second, ""), "review": record("bolt", second, ""), "monitoring": monitoring,
	})

	// Text stops at exactly the record from which the tenant has it no longer kept.
	var texts []string
	switched := *m
	switched.config.Instructions = instructions(t, "tenant: acme\nversion: 1\nfrom: 2026-01-01\ntext: short\n", "tenant: acme\nversion: 2\nfrom: 2026-03-02T12:00:10Z\n")
	for _, v := range switched.run(t, "transcript", records(say("hello 1"), say("hello 2"), say("hello 3"), say("hello 4"), say("hello 5"))...)["analytics"] {
		texts = append(texts, textOfTurn(t, v))
	}
	require.Equal(t, []string{"hello 1", "hello 2", "hello 3", "", ""}, texts)
}

func say(text string) string {
	return fmt.Sprintf(`{"tenant_id":"acme","call_id":"c1","role":"customer","text":%q}`, text)
}

func textOfTurn(t require.TestingT, value string) string {
	var out struct{ Text string }
	require.NoError(t, json.Unmarshal([]byte(value), &out))
	return out.Text
}

func instructions(t require.TestingT, texts ...string) *policy.Instructions {
	s := policy.NewInstructions()
	var all []*policy.Instruction
	for _, text := range texts {
		i, err := policy.ParseInstruction("i", []byte(text))
		require.NoError(t, err)
		all = append(all, i)
	}
	require.NoError(t, s.Replace(all))
	return s
}

// clause: 2.AI interaction
func TestClauseInteraction(t *testing.T) { holds(t, checkInteraction) }

func checkCommunication(t require.TestingT, m *matrix) {
	m.leaves(t, "communication", `{"tenant_id":"acme","event_id":"evt-canary","event":"ticket.message","ticket_id":"tkt-canary","from":"canary@example.com",
		"created_at":"2026-03-02T09:10:07Z","topic":"billing","channel":"mail","priority":"low","status":"open","to":["canary@example.com"],"cc":"canary",
		"subject":"canary","body":"canary","attachments":[{"name":"canary.pdf"}],"name":"canary"}`, map[string]string{
		"analytics": `{"tenant_id":"acme","event_id":"[EVENT_ID:r]","ticket_id":"[TICKET_ID:r]","created_at":"2026-03-02","topic":"billing","channel":"mail",
			"priority":"low","status":"open"}`,
		"monitoring": `{"tenant_id":"[TENANT_ID:r]","event_id":"[EVENT_ID:r]","ticket_id":"[TICKET_ID:d]","created_at":"2026-03-02","topic":"billing",
			"channel":"mail","priority":"low","status":"open"}`,
	})
}

// clause: 2.Communication
func TestClauseCommunication(t *testing.T) { holds(t, checkCommunication) }

// A policy that lets bodies of mail leave has them redacted: what is quoted and what signs it too.
func TestMailThatSomebodyLetsLeave(t *testing.T) {
	m := newMatrix(t)
	text := strings.Replace(string(policy.Default().YAML()), "  \"channel\":", "  \"body\": redact\n      \"channel\":", -1)
	p, err := policy.Parse("p", []byte(text))
	require.NoError(t, err)
	got := m.with(p).run(t, "communication", Record{Value: []byte(`{"tenant_id":"acme","attachments":["x"],"body":"Please call 020 7946 0018.\n\n` +
		`On 2 March 2026, Ada Example <ada@example.com> wrote:\n> my card is 4111 1111 1111 1111\n>> and mail joe@example.org\n-- \nAda Example\n+44 7700 900123\nada@example.com"}`)})
	require.NotContains(t, got["analytics"][0], "attachments")
	for _, canary := range []string{"7946", "ada@", "joe@", "4111", "900123"} {
		require.NotContains(t, got["analytics"][0], canary)
	}
	require.Equal(t, 2, strings.Count(got["analytics"][0], "[EMAIL_1]"), got["analytics"][0])
}

// Purposes and recipients that the privacy policy rules out can't be written, nor those that it doesn't name.
//
// clause: 3
// clause: 6
// clause: 7
func TestClausePurposes(t *testing.T) {
	f := func(class, want string) {
		t.Helper()
		_, err := policy.Parse("p", []byte("tenants: ['*']\nclasses: {c: {clauses: ['3'], "+class+"}}\ncategories: {billing: {clauses: ['2'], fields: {status: keep}}}\n"))
		if want == "" {
			require.NoError(t, err)
		} else {
			require.ErrorContains(t, err, want)
		}
	}
	f("purpose: analytics, recipient: tenant, basis: instruction", "")
	f("recipient: tenant, basis: instruction", "classes.c.purpose: is required")
	f("purpose: analytics, basis: instruction", "classes.c.recipient: is required")
	f("purpose: analytics, recipient: tenant", "classes.c.basis: is required")
	for _, purpose := range []string{"advertising", "marketing", "profiling", "sale", "other", "''"} {
		f("recipient: tenant, basis: instruction, purpose: "+purpose, "unknown purpose")
	}
	for _, recipient := range []string{"advertiser", "data_broker", "partner", "affiliate", "public", "''"} {
		f("purpose: analytics, basis: instruction, recipient: "+recipient, "unknown recipient")
	}
	for _, basis := range []string{"none", "vital_interests", "''"} {
		f("purpose: analytics, recipient: tenant, basis: "+basis, "unknown basis")
	}
	f("purpose: analytics, recipient: tenant, basis: consent", "rests on a consent: name it")
	for _, purpose := range []string{"train", "fine_tune", "evaluate", "improve_model"} {
		f("recipient: tenant, basis: contract, purpose: "+purpose, "needs a consent")
	}
	for _, recipient := range []string{"infrastructure", "payment", "analytics_monitoring", "web_analytics", "regulator"} {
		for _, typ := range []string{"PHONE", "EMAIL", "IBAN", "ACCOUNT_ID", "IP_ADDRESS"} {
			f("purpose: monitoring, basis: contract, recipient: "+recipient+", types: {"+typ+": keep}", "it is one person's alone")
		}
	}
	for _, class := range policy.Default().Classes() {
		require.NotEmpty(t, class.Basis, class.Name)
		require.Equal(t, policy.NeedsConsent(class.Purpose), class.Consent != "", class.Name)
	}
	c := newMatrix(t).config
	c.Sinks = []SinkConfig{{Name: "r", Sink: &memorySink{}, View: View{Class: "regulator"}}}
	_, err := New(c)
	require.ErrorContains(t, err, "made by hand, not by a running pipeline")
}

func checkMonitoring(t require.TestingT, m *matrix) {
	got := m.run(t, "usage_log", Record{Value: []byte(`{"tenant_id":"acme","message":"canary@example.com, ring 020 7946 0018, 192.0.2.7, GB82WEST12345698765432"}`)})
	require.Len(t, got["monitoring"], 1)
	text := messageOf(t, got["monitoring"][0])
	for _, seeded := range []string{"canary", "7946", "192.0.2", "WEST"} {
		require.NotContains(t, text, seeded)
	}
	class, _ := m.policy.Class("monitoring")
	for _, typ := range detectors.Types() { // also those that are hardly ever found in logs
		require.NotEqual(t, policy.StyleKeep, class.Style(typ), typ)
	}
}

func messageOf(t require.TestingT, value string) string {
	var out struct{ Message string }
	require.NoError(t, json.Unmarshal([]byte(value), &out))
	return out.Message
}

// What leaves for those who keep the platform running holds no identifier, and no place, date or age.
//
// clause: 7
func TestClauseMonitoring(t *testing.T) { holds(t, checkMonitoring) }

func checkTraining(t require.TestingT, m *matrix) {
	consent := func(granted, expires string) string {
		return fmt.Sprintf("consents: [{name: training, id: C1, granted: %s, expires: %s, document: %064d}]\n", granted, expires, 7)
	}
	f := func(want int, texts ...string) {
		n := *m
		n.config.Instructions = instructions(t, texts...)
		got := n.run(t, "transcript", records(say("hello 1"), say("hello 2"), say("hello 3"), say("hello 4"))...)
		require.Len(t, got["training"], want)
		require.Len(t, got["review"], 4)
	}
	const acme = "tenant: acme\nfrom: 2026-01-01\nversion: 1\ntext: short\n"
	f(0, acme)
	f(0, strings.Replace(acme, "acme", "bolt", 1)+consent("2026-01-01", "2027-01-01"))
	f(4, acme+consent("2026-01-01", "2027-01-01"))
	f(0, acme+consent("2025-01-01", "2026-03-01"))                                                           // expired
	f(3, acme+consent("2026-01-01", "2026-03-02T12:00:10Z"))                                                 // expires meanwhile
	f(2, acme+consent("2026-03-02T12:00:09Z", "2027-01-01"))                                                 // granted meanwhile
	f(2, acme+consent("2026-01-01", "2027-01-01"), "tenant: acme\nversion: 2\nfrom: 2026-03-02T12:00:09Z\n") // withdrawn meanwhile
	// A consent to train is none to keep texts.
	unkept := *m
	unkept.config.Instructions = instructions(t, strings.Replace(acme, "text: short\n", "", 1)+consent("2026-01-01", "2027-01-01"))
	got := unkept.run(t, "transcript", Record{Value: []byte(wholeTurn("acme", "customer", "hello"))})["training"]
	require.Len(t, got, 1)
	require.NotContains(t, got[0], "hello")

	c := m.config
	c.Policy, c.Instructions = m.policy, nil
	c.Sinks = []SinkConfig{{Name: "t", Sink: &memorySink{}, View: View{Class: "training"}}}
	_, err := New(c)
	require.ErrorContains(t, err, "needs the consent of tenants")
}

// Nothing is used to train models but with a consent in force, at the time of the record.
//
// clause: 4.No training
func TestClauseTraining(t *testing.T) { holds(t, checkTraining) }

// allowed are the paths that a class may see of a category.
func allowed(p *policy.Policy, category, class string) map[string]bool {
	c, _ := p.Category(category)
	paths := map[string]bool{"redaction": true}
	for _, r := range c.Rules {
		if r.Class == class && r.Action != policy.Drop {
			paths[r.Path] = true
		}
	}
	return paths
}

// pathsOf lists the paths of all values that are no objects or arrays.
func pathsOf(v any, at string) (paths []string) {
	switch v := v.(type) {
	case map[string]any:
		for k, e := range v {
			if at == "" && k == "redaction" {
				continue
			}
			paths = append(paths, pathsOf(e, strings.TrimPrefix(at+"."+k, "."))...)
		}
	case []any:
		for _, e := range v {
			paths = append(paths, pathsOf(e, at+"[]")...)
		}
	default:
		paths = append(paths, at)
	}
	return paths
}

// drawRecord makes a record of a category with fields that the policy knows and fields that nobody does, at any depth.
func drawRecord(t *rapid.T, keys []string) map[string]any {
	var value func(depth int) any
	object := func(depth int) map[string]any {
		o := map[string]any{}
		for range rapid.IntRange(0, 4).Draw(t, "members") {
			o[rapid.SampledFrom(keys).Draw(t, "key")] = value(depth - 1)
		}
		return o
	}
	value = func(depth int) any {
		switch kind := rapid.IntRange(0, 5).Draw(t, "kind"); {
		case kind == 0 && depth > 0:
			return object(depth)
		case kind == 1 && depth > 0:
			return []any{value(depth - 1), value(depth - 1)}
		case kind == 2:
			return rapid.IntRange(0, 9).Draw(t, "number")
		case kind == 3:
			return rapid.Bool().Draw(t, "bool")
		}
		return rapid.SampledFrom([]string{"canary", "2026-03-02T09:10:07Z", "192.0.2.7", "", `{"x":"canary"}`}).Draw(t, "text")
	}
	r := object(3)
	r["tenant_id"] = "acme"
	return r
}

// What leaves has no field that the policy doesn't name for the class, whatever comes in, at any depth.
//
// clause: 4.Minimisation
func TestClauseMinimisation(t *testing.T) {
	m := newMatrix(t)
	names := []string{"canary", "name", "extra", "x", "password", "headers", "cookie", "turns", "syslog", "text", "final", "a.b", "message", "ip", "status", "*"}
	keys := map[string][]string{}
	for _, category := range policy.Categories() {
		c, _ := m.policy.Category(category)
		keys[category] = append(keys[category], names...)
		for _, r := range c.Rules {
			keys[category] = append(keys[category], strings.FieldsFunc(r.Path, func(c rune) bool { return strings.ContainsRune(".[]", c) })...)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		category := rapid.SampledFrom(policy.Categories()).Draw(t, "category")
		b, err := json.Marshal(drawRecord(t, keys[category]))
		require.NoError(t, err)
		for class, values := range m.run(t, category, Record{Value: b}) {
			may := allowed(m.policy, category, class)
			for _, v := range values {
				var out map[string]any
				require.NoError(t, json.Unmarshal([]byte(v), &out))
				for _, path := range pathsOf(out, "") {
					require.True(t, may[path], "%s: %s of %s left as %s", class, path, b, v)
				}
			}
		}
	})
	holds(t, checkMinimisation)
}

func checkMinimisation(t require.TestingT, m *matrix) {
	for _, category := range policy.Categories() {
		const record = `{"tenant_id":"acme","nobody_named_this":"canary","deep":{"er":[{"still":"canary"}]},"canary":1}`
		for class, values := range m.run(t, category, Record{Value: []byte(record)}) {
			for _, v := range values {
				require.NotContains(t, v, "canary", "%s %s", category, class)
				require.NotContains(t, v, "nobody_named_this", "%s %s", category, class)
			}
		}
		require.GreaterOrEqual(t, m.droppedOf(t, category, record), 2.0, category)
	}
}

func checkOversight(t require.TestingT, m *matrix) {
	turn := func(role, text string) string {
		return fmt.Sprintf(`{"tenant_id":"acme","call_id":"c1","role":%q,"rel_ms":17,"text":%q}`, role, text)
	}
	var lines []string
	for _, v := range m.run(t, "transcript", records(
		turn("agent", "thank you for calling, may I take your name please"), turn("customer", "my name is Ada Lovelace"),
		turn("agent", "and the number to reach you"), turn("customer", "oh seven seven double oh nine double oh one two three"),
		turn("agent", "is that the same as ada@example.com was registered with"), turn("customer", "no that was 020 7946 0018"),
		turn("agent", "then I call 07700 900123"))...)["review"] {
		var out struct {
			Role, Text string
			Rel        int `json:"rel_ms"`
		}
		require.NoError(t, json.Unmarshal([]byte(v), &out))
		require.Equal(t, 17, out.Rel)
		lines = append(lines, out.Role+": "+out.Text)
	}
	require.Equal(t, []string{
		"agent: thank you for calling, may I take your name please", "customer: my name is [PERSON_1]",
		"agent: and the number to reach you", "customer: [PHONE_1]",
		"agent: is that the same as [EMAIL_1] was registered with", "customer: no that was [PHONE_2]",
		"agent: then I call [PHONE_1]",
	}, lines)
}

// A reviewer can follow a redacted call: who says what, when, and who and what is the same.
//
// clause: 4.Oversight
func TestClauseOversight(t *testing.T) { holds(t, checkOversight) }

func checkTenants(t require.TestingT, m *matrix) {
	record := func(tenant string) string {
		return fmt.Sprintf(`{"tenant_id":%q,"call_id":"c1","role":"customer","text":"mail ada@example.com"}`, tenant)
	}
	got := m.run(t, "transcript", records(record("acme"), record("bolt"), record("cave"), record("no tenant@example.com"), `{"call_id":"c1","text":"x"}`)...)["analytics"]
	require.Len(t, got, 3, "a record of no tenant, or of one that can't be, does not leave")
	require.Equal(t, "mail [EMAIL_1]", textOfTurn(t, got[0]))
	require.Empty(t, textOfTurn(t, got[1]), "not kept")
	require.Empty(t, textOfTurn(t, got[2]), "not instructed")
	calls := map[any]bool{}
	for i, v := range got {
		var out map[string]any
		require.NoError(t, json.Unmarshal([]byte(v), &out))
		calls[out["call_id"]] = true
		_, instructed := out["redaction"].(map[string]any)["instruction"]
		require.Equal(t, i < 2, instructed)
	}
	require.Len(t, calls, 3, "the same call of two tenants is two")
	for _, category := range []string{"call_record", "agent_config", "transcript"} {
		c, _ := m.policy.Category(category)
		require.Equal(t, "processor", c.Role)
	}
	for _, category := range []string{"account", "billing", "usage_log", "communication"} {
		c, _ := m.policy.Category(category)
		require.Equal(t, "controller", c.Role)
	}
}

// Two tenants, the same records, and what leaves is what each instructed.
//
// clause: 5
func TestClauseTenants(t *testing.T) { holds(t, checkTenants) }

func checkRetention(t require.TestingT, m *matrix) {
	want := map[string]time.Duration{"analytics": 30, "review": 30, "training": 30, "monitoring": 30} // by days; acme has its texts kept short
	for class, values := range m.run(t, "transcript", Record{Value: []byte(say("hello"))}) {
		if want[class] != 0 {
			require.Contains(t, values[0], `"expires_at":"`+matrixNoon.Add(want[class]*24*time.Hour).Format(time.RFC3339)+`"`, class)
		}
	}
	for class, values := range m.run(t, "usage_log", Record{Value: []byte(`{"tenant_id":"acme","status":200}`)}) {
		days := map[string]time.Duration{"analytics": 90, "monitoring": 30, "web_analytics": 30}[class]
		for _, v := range values {
			require.Contains(t, v, `"expires_at":"`+matrixNoon.Add(days*24*time.Hour).Format(time.RFC3339)+`"`, class)
		}
	}
}

// Every record says until when it may be kept.
//
// clause: 9
func TestClauseRetention(t *testing.T) { holds(t, checkRetention) }

func checkCookies(t require.TestingT, m *matrix) {
	got := m.run(t, "usage_log", Record{Value: []byte(`{"tenant_id":"acme","session_id":"ses-canary","user_id":"usr-canary","request_id":"canary","event_id":"canary",
		"ip":"192.0.2.77","cookie":"canary","cookies":{"_ga":"canary"},"Set-Cookie":"canary","headers":{"Cookie":"canary","Authorization":"Bearer canary"},
		"_ga":"canary","gclid":"canary","fbclid":"canary","device_id":"canary","route":"/v1/calls","status":200}`)})
	for class, values := range got {
		for _, v := range values {
			require.NotContains(t, v, "canary", class)
			require.NotContains(t, v, "192.0.2.77", class)
		}
	}
	require.JSONEq(t, `{"ip":"192.0.0.0/16","route":"/v1/calls","status":200}`, plainOf(t, got["web_analytics"][0]))
	c, _ := m.policy.Category("usage_log")
	for _, r := range c.Rules {
		if r.Class == "web_analytics" {
			require.NotContains(t, []policy.Action{policy.Token, policy.Seal, policy.FPE, policy.Redact}, r.Action, r.Path)
		}
	}
}

// Cookies and what else follows people around leave for nobody, and web analytics name nobody.
//
// clause: 12
func TestClauseCookies(t *testing.T) { holds(t, checkCookies) }
