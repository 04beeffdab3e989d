package pipeline

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/pipeline/policy"
)

func policyOf(t testing.TB, text string) *policy.Policy {
	t.Helper()
	p, err := policy.Parse("p", []byte("tenants: [\"*\"]\n"+text))
	require.NoError(t, err)
	return p
}

// Every operator does in a record what it does alone: in fields and in texts, and the same again for the same value.
func TestOperators(t *testing.T) {
	c := simConfig(t, DefaultLimits())
	c.Policy = policyOf(t, `
types:
  PHONE: {style: mask, last: 4}
  IP_ADDRESS: generalise
  AGE: {style: generalise, to: "5"}
  DATE_OF_BIRTH: {style: date_shift, days: 30}
  US_SSN: fpe
  URL: surrogate
  EMAIL: drop
  CREDIT_CARD: drop
categories:
  transcript:
    clauses: [2]
    fields:
      tenant_id: keep
      call_id: drop
      ip: {action: generalise, as: IP_ADDRESS}
      agent: {action: generalise, as: USER_AGENT}
      born: {action: date_shift, days: 30}
      again: {action: date_shift, days: 30}
      number: {action: fpe, as: ACCOUNT_ID}
      name: {action: surrogate, as: PERSON, scope: call}
      pin_hint: {action: mask, first: 1}
      broken: {action: generalise, as: DATE}
      who: {action: drop, subject: ACCOUNT_ID}
      text: redact
`)
	sink := &memorySink{}
	c.Sinks = []SinkConfig{{Name: "m", Sink: sink}}
	value := `{"tenant_id":"t","call_id":"c1","who":"A1","ip":"192.0.2.77","agent":"Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",` +
		`"born":"1959-03-03","again":"1959-03-05","number":"1234567890","name":"Ada Example","pin_hint":"abcdef","broken":"no date",` +
		`"text":"ring 020 7946 0018 from 192.0.2.77, I am 47 years old, mail ada@example.com, see https://ada.test/x, card 4111 1111 1111 1111."}`
	r := Record{Key: []byte("c1"), Time: time.Unix(1, 0), Value: []byte(value)}
	again := r
	again.Offset = 1
	runRecords(t, c, "calls", r, again)
	got := sink.values()
	require.Len(t, got, 2)
	require.Equal(t, got[0], got[1])
	require.Regexp(t, `^ring \[PHONE:\*\*0018\] from \[IP_ADDRESS:192\.0\.2\.0/24\], I am \[AGE:45-49\] years old, mail , `+
		`see https://example\.com/[b-t]{8}, card \.$`, texts(got)[0])
	out := fieldsOf(t, got[0])
	require.Equal(t, "192.0.2.0/24", out["ip"])
	require.Equal(t, "Firefox 128", out["agent"])
	require.Equal(t, "a*****", out["pin_hint"])
	require.Regexp(t, `^[A-Z][a-z]+ [A-Z][a-z]+$`, out["name"])
	require.NotEqual(t, "Ada Example", out["name"])
	require.NotContains(t, out, "broken")
	require.NotContains(t, out, "who")
	require.Regexp(t, `^\d{10}$`, out["number"])
	require.NotEqual(t, "1234567890", out["number"])
	born, err := time.Parse(time.DateOnly, out["born"].(string))
	require.NoError(t, err)
	second, err := time.Parse(time.DateOnly, out["again"].(string))
	require.NoError(t, err)
	require.Equal(t, 48*time.Hour, second.Sub(born), "dates of one person move together")
	require.NotEqual(t, "1959-03-03", out["born"])
}

func TestCheckPolicy(t *testing.T) {
	require.NoError(t, CheckPolicy(policy.Default()))
	err := CheckPolicy(policyOf(t, `
types: {PERSON: generalise, AGE: {style: generalise, to: "100"}}
categories: {billing: {clauses: [2], fields: {ip: {action: generalise, as: IP_ADDRESS, to: "/8"}, amount: {action: generalise, as: AMOUNT}}}}
`))
	require.ErrorContains(t, err, "types.PERSON: values of PERSON can't be generalised")
	require.ErrorContains(t, err, `types.AGE: AGE is not generalised to "100"`)
	require.ErrorContains(t, err, `categories.billing.fields.ip: IP_ADDRESS is not generalised to "/8"`)
	require.NotContains(t, err.Error(), "amount")
}

// TestNeverStoredInOtherFields: a card number or a password leaves nothing where the policy takes a field for something else, under no operator
// that shows a part of it or can be undone.
func TestNeverStoredInOtherFields(t *testing.T) {
	c := simConfig(t, DefaultLimits())
	c.Policy = policyOf(t, `
categories:
  transcript:
    clauses: [2]
    fields:
      tenant_id: keep
      call_id: token
      masked: {action: mask, last: 4}
      long: {action: mask, first: 8}
      number: {action: fpe, as: ACCOUNT_ID}
      sealed: {action: seal, as: ACCOUNT_ID}
`)
	sink, sealed := &memorySink{}, &memorySink{}
	c.Sinks = []SinkConfig{{Name: "m", Sink: sink}, {Name: "c", Sink: sealed, View: View{Content: ContentCapsules, Domain: "c"}}}
	for i, value := range []string{`"4111 1111 1111 1111"`, `4111111111111111`, `"my password is hunter2"`} {
		record := `{"tenant_id":"t","call_id":"c1"`
		for _, field := range []string{"masked", "long", "number", "sealed"} {
			record += `,"` + field + `":` + value
		}
		runRecords(t, c, "calls", Record{Key: []byte("c1"), Time: time.Unix(1, 0), Value: []byte(record + "}")})
		require.Len(t, sink.values(), i+1)
		typ := []string{"CREDIT_CARD", "CREDIT_CARD", "PASSWORD"}[i]
		require.Contains(t, sink.values()[i], `"masked":"[`+typ+`]","long":"[`+typ+`]","number":"[`+typ+`]","sealed":"[`+typ+`]"`)
		require.Contains(t, sink.values()[i], `"findings":{"`+typ+`":4}`)
	}
	require.Empty(t, sealed.values())
	runRecords(t, c, "calls", Record{Key: []byte("c1"), Time: time.Unix(1, 0), Value: []byte(`{"tenant_id":"t","call_id":"c1","masked":"12345678","number":"1234567890"}`)})
	require.Contains(t, sink.values()[3], `"masked":"****5678"`)
	require.NotContains(t, sink.values()[3], "[ACCOUNT_ID]")
}
