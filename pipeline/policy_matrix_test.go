package pipeline

import (
	"context"
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/pipeline/policy"
)

// The privacy policy, clause by clause: what leaves of full records under the default policy, for each class of sinks that a running pipeline
// can have. TestEveryRuleIsHeld changes each rule of the policy and asks these same checks.

// matrix runs records under a policy.
type matrix struct {
	config Config
	policy *policy.Policy
}

// matrixNoon is the time of records where nothing else is said. acme had its texts kept, calls recorded, and consented to training all that
// year; bolt did none of it.
var matrixNoon = time.Date(2026, 3, 2, 12, 0, 7, 0, time.UTC)

func newMatrix(t *testing.T) *matrix {
	const document = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	c := simConfig(t, DefaultLimits())
	c.Instructions = instructed(t,
		"tenant: acme\nversion: 1\nfrom: 2026-01-01\ntext: short\nrecording: true\n"+
			"consents: [{name: training, id: C1, granted: 2026-01-01, expires: 2027-01-01, document: "+document+"}]\n",
		"tenant: bolt\nversion: 1\nfrom: 2026-01-01\n")
	c.Topics = map[string]TopicConfig{"log": {Category: "usage_log", Format: FormatLog, Tenant: "acme"}}
	for _, name := range policy.Categories() {
		c.Topics[name] = TopicConfig{Category: name, Format: FormatJSON}
	}
	return &matrix{c, policy.Default()}
}

// with is the matrix under another policy.
func (m *matrix) with(p *policy.Policy) *matrix { return &matrix{m.config, p} }

// run gives what leaves of records of one topic, by class.
func (m *matrix) run(t require.TestingT, topic string, records ...Record) map[string][]string {
	c := m.config
	c.Policy, c.Metrics = m.policy, NewMetrics(prometheus.NewRegistry(), "test", m.policy.Hash())
	sinks := map[string]*memorySink{}
	c.Sinks = nil
	for _, class := range m.policy.Classes() {
		if policy.IsManual(class.Purpose) {
			continue
		}
		sinks[class.Name] = &memorySink{}
		c.Sinks = append(c.Sinks, SinkConfig{Name: class.Name, Sink: sinks[class.Name], View: View{Class: class.Name}})
	}
	e, err := New(c)
	require.NoError(t, err)
	for i := range records {
		records[i].Offset = int64(i)
		if records[i].Time.IsZero() {
			records[i].Time = matrixNoon
		}
	}
	require.NoError(t, e.Run(context.Background(), sourceFunc(func(ctx context.Context, in Intake) error {
		return submitAll(ctx, in, LaneID{Topic: topic}, records)
	})))
	got := map[string][]string{}
	for name, s := range sinks {
		got[name] = s.values()
	}
	return got
}

// leaves holds that of one record just this leaves, by class: JSON whose tokens have lost their letters ("[USER_ID:r]"), without the member
// "redaction". A class that is not named gets nothing.
func (m *matrix) leaves(t require.TestingT, topic, record string, want map[string]string) {
	got := m.run(t, topic, Record{Value: []byte(record)})
	for class, values := range got {
		if want[class] == "" {
			require.Empty(t, values, class)
			continue
		}
		require.Len(t, values, 1, class)
		require.JSONEq(t, want[class], plainOf(t, values[0]), class)
	}
}

// plainOf is a record without tokens' letters and without the member "redaction".
func plainOf(t require.TestingT, value string) string {
	value = regexp.MustCompile(`\[([A-Z_]+):([cdmrp])\d+:[b-t]+\]`).ReplaceAllString(value, "[$1:$2]")
	var fields map[string]any
	require.NoError(t, json.Unmarshal([]byte(value), &fields))
	delete(fields, "redaction")
	b, err := json.Marshal(fields)
	require.NoError(t, err)
	return string(b)
}

// records make a record of each value, a second apart.
func records(values ...string) (all []Record) {
	for i, v := range values {
		all = append(all, Record{Value: []byte(v), Time: matrixNoon.Add(time.Duration(i) * time.Second)})
	}
	return all
}

func checkAccount(t require.TestingT, m *matrix) {
	m.leaves(t, "account", `{"tenant_id":"acme","event_id":"evt-canary","event":"account.created","user_id":"usr-canary","org_id":"org-canary",
		"name":"Canary Name","email":"canary@example.com","phone":"+44 7700 900123","organisation":"Canary Ltd","role":"owner","plan":"team",
		"country":"GB","created_at":"2026-03-02T09:00:07Z","password":"canary","api_key":"canary","mfa_secret":"canary","otp":"123456",
		"recovery_codes":["canary"],"security_answer":"canary","session":{"cookie":"canary"},"credentials":{"hash":"canary"}}`, map[string]string{
		"analytics": `{"tenant_id":"acme","event_id":"[EVENT_ID:r]","event":"account.created","user_id":"[USER_ID:r]","org_id":"[ORG_ID:r]",
			"created_at":"2026-03","role":"owner","plan":"team","country":"GB"}`,
		"monitoring": `{"tenant_id":"[TENANT_ID:r]","event_id":"[EVENT_ID:r]","event":"account.created","user_id":"[USER_ID:d]","org_id":"[ORG_ID:d]",
			"created_at":"2026-03","role":"owner","plan":"team","country":"GB"}`,
	})
}

// clause: 2.Account
func TestClauseAccount(t *testing.T) { holds(t, checkAccount) }

func checkBilling(t require.TestingT, m *matrix) {
	m.leaves(t, "billing", `{"tenant_id":"acme","event_id":"evt-canary","event":"invoice.paid","invoice_id":"inv-canary","amount":1234.50,"currency":"EUR",
		"status":"paid","country":"GB","billing_name":"Canary Name","billing_address":"1 Canary Row","card_number":"4111111111111111","cvv":"123",
		"iban":"GB82WEST12345698765432","tax_id":"GB999999973","note":"paid with 4111 1111 1111 1111"}`, map[string]string{
		"analytics": `{"tenant_id":"acme","event_id":"[EVENT_ID:r]","event":"invoice.paid","invoice_id":"[INVOICE_ID:r]","amount":1234.50,
			"currency":"EUR","status":"paid","country":"GB"}`,
		"monitoring": `{"tenant_id":"[TENANT_ID:r]","event_id":"[EVENT_ID:r]","event":"invoice.paid","amount":"1000-4999","currency":"EUR",
			"status":"paid","country":"GB"}`,
	})
	// Card numbers that pass the check of Luhn: written, spaced, in words, over two turns. Not a digit of them leaves.
	said := func(role, text string) string {
		return `{"tenant_id":"acme","call_id":"c1","role":"` + role + `","text":"` + text + `"}`
	}
	for class, values := range m.run(t, "transcript", records(
		said("customer", "it is 4111111111111111 you see"), said("customer", "it is 4111-1111-1111-1111 you see"),
		said("agent", "the long card number please"), said("customer", "four one one one one one one one"),
		said("customer", "one one one one one one one one"), said("agent", "and the security code on the back"), said("customer", "it is three two one"),
		said("customer", "my card number is four one one one double one double one one one one one one one one one"))...) {
		for _, v := range values {
			var out struct{ Text string }
			require.NoError(t, json.Unmarshal([]byte(v), &out))
			require.NotRegexp(t, `[0-9]|one|two|three|four`, out.Text, class)
		}
	}
}

// clause: 2.Billing
func TestClauseBilling(t *testing.T) { holds(t, checkBilling) }

func checkUsage(t require.TestingT, m *matrix) {
	const agent = `Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0`
	m.leaves(t, "usage_log", `{"tenant_id":"acme","event_id":"evt-canary","request_id":"req-canary","session_id":"ses-canary","user_id":"usr-canary",
		"user":"canary","ip":"192.0.2.77","user_agent":"`+agent+`","timestamp":"2026-03-02T09:10:07.5Z","ts":"2026-03-02T09:10:07Z","time":"09:10:07",
		"level":"info","service":"api","feature":"dialler","method":"GET","route":"/v1/calls/{id}","status":200,"latency_ms":12,"bytes":99,
		"message":"mail to canary@example.com failed","msg":"ring 020 7946 0018","error":"from 192.0.2.78","stack_trace":"at canary@example.com",
		"path":"/v1/users/canary","query":{"email":"canary@example.com"},"url":"https://canary:canary@example.com/","headers":{"cookie":"canary",
		"authorization":"canary","x-forwarded-for":"192.0.2.1, 192.0.2.2"},"body":"canary","request":"GET /v1/users/canary","referer":"canary",
		"syslog":{"timestamp":"Mar  2 09:10:07","host":"canary@example.com","app":"canary@example.com","pid":"17"}}`, map[string]string{
		"analytics": `{"tenant_id":"acme","event_id":"[EVENT_ID:r]","request_id":"[REQUEST_ID:d]","session_id":"[SESSION_ID:d]","user_id":"[USER_ID:r]",
			"user":"[USER:r]","ip":"192.0.2.0/24","user_agent":"Firefox 128","timestamp":"2026-03-02T09:10:00Z","ts":"2026-03-02T09:10:00Z",
			"time":"09:10:07","level":"info","service":"api","feature":"dialler","method":"GET","route":"/v1/calls/{id}","status":200,
			"latency_ms":12,"bytes":99,"message":"mail to [EMAIL_1] failed","msg":"ring [PHONE_1]","error":"from [IP_ADDRESS_1]","stack_trace":"at [EMAIL_1]",
			"syslog":{"timestamp":"Mar  2 09:10:07","host":"[EMAIL_1]","app":"[EMAIL_1]","pid":"17"}}`,
		"monitoring": `{"tenant_id":"[TENANT_ID:r]","event_id":"[EVENT_ID:r]","request_id":"[REQUEST_ID:d]","session_id":"[SESSION_ID:d]",
			"user_id":"[USER_ID:d]","user":"[USER:d]","ip":"192.0.2.0/24","user_agent":"Firefox 128","timestamp":"2026-03-02T09:10:07.5Z",
			"ts":"2026-03-02T09:10:07Z","time":"09:10:07","level":"info","service":"api","feature":"dialler","method":"GET","route":"/v1/calls/{id}",
			"status":200,"latency_ms":12,"bytes":99,"message":"mail to [EMAIL_1] failed","msg":"ring [PHONE_1]","error":"from [IP_ADDRESS_1]",
			"stack_trace":"at [EMAIL_1]","syslog":{"timestamp":"Mar  2 09:10:07","host":"[EMAIL_1]","app":"[EMAIL_1]","pid":"17"}}`,
		"web_analytics": `{"ip":"192.0.0.0/16","user_agent":"Firefox","timestamp":"2026-03-02T09:00:00Z","ts":"2026-03-02T09:00:00Z","feature":"dialler",
			"method":"GET","route":"/v1/calls/{id}","status":200,"syslog":{}}`,
	})
	// Addresses in whatever form: cut to their network, or left out where that can't be told.
	for in, want := range map[string]string{
		"198.51.100.9": `"198.51.100.0/24"`, "::ffff:198.51.100.9": `"198.51.100.0/24"`, "2001:db8:1:2::3": `"2001:db8:1::/48"`,
		"198.51.100.9, 192.0.2.1": "", "198.51.100.9:443": "", "https://u:p@198.51.100.9/": "", "localhost": "", "": "",
	} {
		got := m.run(t, "usage_log", Record{Value: []byte(`{"tenant_id":"acme","ip":"` + in + `"}`)})["analytics"]
		require.Len(t, got, 1)
		if want == "" {
			require.JSONEq(t, `{"tenant_id":"acme"}`, plainOf(t, got[0]), in)
		} else {
			require.JSONEq(t, `{"tenant_id":"acme","ip":`+want+`}`, plainOf(t, got[0]), in)
		}
	}
	// A session is one for a day, and another the next.
	sessions := func(class string) (tokens []string) {
		const record = `{"tenant_id":"acme","session_id":"s-1"}`
		for _, v := range m.run(t, "usage_log", Record{Value: []byte(record)}, Record{Value: []byte(record), Time: matrixNoon.Add(11 * time.Hour)},
			Record{Value: []byte(record), Time: matrixNoon.Add(12 * time.Hour)})[class] {
			var out struct {
				Session string `json:"session_id"`
			}
			require.NoError(t, json.Unmarshal([]byte(v), &out))
			tokens = append(tokens, out.Session)
		}
		return tokens
	}
	for _, class := range []string{"analytics", "monitoring"} {
		s := sessions(class)
		require.Len(t, s, 3)
		require.Equal(t, s[0], s[1])
		require.NotEqual(t, s[0], s[2])
	}
	// Lines of an access log lose request, referer and agent.
	for class, values := range m.run(t, "log", Record{Value: []byte(`192.0.2.77 - canary [02/Mar/2026:09:10:07 +0000] "GET /v1/users/canary?q=canary HTTP/1.1" 200 17 "https://canary.example.com/" "` + agent + `"`)}) {
		for _, v := range values {
			require.NotContains(t, v, "canary", class)
			require.NotContains(t, v, "192.0.2.77", class)
			require.NotContains(t, v, "Gecko", class)
		}
	}
}

// clause: 2.Usage and log
func TestClauseUsage(t *testing.T) { holds(t, checkUsage) }

func checkTelephony(t require.TestingT, m *matrix) {
	record := func(tenant, started string) string {
		return `{"tenant_id":"` + tenant + `","event_id":"evt-canary","call_id":"call-canary","from":"+447700900123","to":"+447700900124","campaign_id":"cmp-7",
			"direction":"outbound","status":"completed","hangup_cause":"normal_clearing","carrier":"north","country":"GB","line_type":"mobile",
			"duration_s":17,"started_at":"` + started + `","ai_disclosed":true,"recording_id":"rec-1","recording_url":"https://recordings.example.com/1.wav",
			"audio":"UklGRg==","audio_url":"https://recordings.example.com/2.wav","name":"Canary Name"}`
	}
	const (
		started = "2026-03-02T09:10:07Z"
		rest    = `"event_id":"[EVENT_ID:r]","call_id":"[CALL_ID:r]","from":"GB mobile","to":"GB mobile","direction":"outbound","status":"completed",
			"hangup_cause":"normal_clearing","carrier":"north","country":"GB","line_type":"mobile","duration_s":17,"ai_disclosed":true,`
		recording = `,"recording_id":"rec-1","recording_url":"https://recordings.example.com/1.wav"}`
	)
	own := `{"tenant_id":"acme","campaign_id":"cmp-7",` + rest + `"started_at":"` + started + `"`
	ours := `{"tenant_id":"[TENANT_ID:r]","campaign_id":"[CAMPAIGN_ID:r]",` + rest + `"started_at":"2026-03-02T09:00:00Z"}`
	m.leaves(t, "call_record", record("acme", started), map[string]string{"analytics": own + recording, "review": own + recording, "monitoring": ours})
	none := strings.Replace(own, "acme", "bolt", 1) + "}"
	m.leaves(t, "call_record", record("bolt", started), map[string]string{"analytics": none, "review": none, "monitoring": ours})

	// Recordings by when the call began, whenever its record is made: enabled from March to June, never by bolt, and nothing known of cave.
	switched := *m
	switched.config.Instructions = instructions(t, "tenant: acme\nversion: 1\nfrom: 2026-01-01\n", "tenant: acme\nversion: 2\nfrom: 2026-03-01\nrecording: true\n",
		"tenant: acme\nversion: 3\nfrom: 2026-06-01\n", "tenant: bolt\nversion: 1\nfrom: 2026-01-01\n")
	f := func(m *matrix, tenant, started string, made time.Time, want bool) {
		got := m.run(t, "call_record", Record{Value: []byte(record(tenant, started)), Time: made})
		require.Equal(t, want, strings.Contains(got["analytics"][0], "recordings.example.com"), "%s %s", tenant, started)
		require.Equal(t, want, strings.Contains(got["review"][0], `"recording_id"`), "%s %s", tenant, started)
		require.NotContains(t, got["monitoring"][0], "recording", "%s %s", tenant, started)
	}
	march, june := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	f(&switched, "acme", "2026-02-28T23:59:59Z", march.Add(time.Hour), false)
	f(&switched, "acme", "2026-03-01T00:00:00Z", march.Add(time.Hour), true)
	f(&switched, "acme", "2026-05-31T23:59:59Z", june.Add(time.Hour), true)
	f(&switched, "acme", "2026-06-01T00:00:00Z", june.Add(time.Hour), false)
	f(&switched, "acme", "0001-01-01T00:00:00Z", march.Add(time.Hour), true) // no time at all: that of the record
	f(&switched, "bolt", "2026-03-02T00:00:00Z", march, false)
	f(&switched, "cave", "2026-03-02T00:00:00Z", march, false)
	uninstructed := *m
	uninstructed.config.Instructions, uninstructed.policy = nil, withoutClass(t, m.policy, "training")
	f(&uninstructed, "acme", "2026-03-02T00:00:00Z", march, false)
}

// clause: 2.Telephony
func TestClauseTelephony(t *testing.T) { holds(t, checkTelephony) }

func checkAgentConfig(t require.TestingT, m *matrix) {
	m.leaves(t, "agent_config", `{"tenant_id":"acme","event_id":"evt-canary","event":"agent.saved","agent_id":"agt-canary","version":3,"voice":"amber",
		"language":"en-GB","prompt":"You are Canary, canary@example.com","script":"canary","workflow":[{"text":"canary"}],"name":"canary"}`, map[string]string{
		"analytics":  `{"tenant_id":"acme","event_id":"[EVENT_ID:r]","agent_id":"[AGENT_ID:r]","version":3,"voice":"amber","language":"en-GB"}`,
		"monitoring": `{"tenant_id":"[TENANT_ID:r]","event_id":"[EVENT_ID:r]","agent_id":"[AGENT_ID:d]","version":3,"voice":"amber","language":"en-GB"}`,
	})
}

// clause: 2.Agent configuration
func TestClauseAgentConfig(t *testing.T) { holds(t, checkAgentConfig) }

// droppedOf is how many values were left out of the topic's records for want of a rule.
func (m *matrix) droppedOf(t require.TestingT, topic, record string) float64 {
	c := m.config
	c.Policy, c.Metrics = m.policy, NewMetrics(prometheus.NewRegistry(), "test", m.policy.Hash())
	c.Sinks = []SinkConfig{{Name: "a", Sink: &memorySink{}}}
	e, err := New(c)
	require.NoError(t, err)
	require.NoError(t, e.Run(context.Background(), sourceFunc(func(ctx context.Context, in Intake) error {
		return submitAll(ctx, in, LaneID{Topic: topic}, []Record{{Value: []byte(record), Time: matrixNoon}})
	})))
	return testutil.ToFloat64(c.Metrics.fields.WithLabelValues(topic))
}
