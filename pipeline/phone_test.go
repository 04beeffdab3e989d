package pipeline

import (
	"fmt"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/detectors"
	"github.com/sonexlabs/tacet/pipeline/subject"
)

const phonePolicy = `
classes: {analytics: {purpose: analytics, recipient: tenant, basis: instruction, clauses: ["5"]}}
categories:
  transcript:
    clauses: [2]
    for: [analytics]
    fields: {tenant_id: keep, call_id: token, text: redact, role: keep, caller: {action: token, as: PHONE, scope: relationship, subject: PHONE}}
`

// One number is one token however a switch writes it, where the tenant is of one country; where it isn't, nobody knows whose a national
// number is.
func TestPhonesOfOneCountryJoin(t *testing.T) {
	s := newSearchTest(t, "gb 1 00: locales: [gb]", "us 1 00: locales: [us]", "both 1 00: locales: [gb, us]", "none 1 00: recording: false")
	s.c.Policy = policyOf(t, phonePolicy)
	caller := regexp.MustCompile(`"caller":"[^"]+"`)
	of := func(tenant, number string) string {
		r := Record{Key: []byte("c"), Time: time.Date(2026, 6, 1, 1, 0, 0, 0, time.UTC),
			Value: fmt.Appendf(nil, `{"tenant_id":%q,"call_id":"c","role":"agent","caller":%q,"text":"hello"}`, tenant, number)}
		got := s.run(t, whole("calls", []Record{r}))
		require.Len(t, got, 1)
		return caller.FindString(got[0])
	}
	for _, x := range []struct {
		tenant   string
		one, two string
		same     bool
	}{
		{"gb", "+442079460018", "020 7946 0018", true},
		{"gb", "00442079460018", "(020) 7946-0018", true},
		{"gb", "+442079460018", "020 7946 0019", false},
		{"gb", "+12125550143", "212 555 0143", false}, // of another country
		{"gb", "+442079460018", "7946 0018", false},   // without its area it is anybody's
		{"us", "+12125550143", "(212) 555-0143", true},
		{"us", "+12125550143", "1-212-555-0143", true},
		{"us", "+442079460018", "02079460018", false},
		{"both", "+442079460018", "02079460018", false},
		{"none", "+442079460018", "02079460018", false},
		{"none", "02079460018", "020 7946 0018", true},
	} {
		one, two := of(x.tenant, x.one), of(x.tenant, x.two)
		require.NotEmpty(t, one)
		require.Equal(t, x.same, one == two, "%s: %s and %s", x.tenant, x.one, x.two)
	}
	require.NotEqual(t, of("gb", "+442079460018"), of("both", "+442079460018"), "tenants don't join")
}

// What is no telephone number has no country, if it reads like one; and a number that names its country keeps it.
func TestOnlyPhonesGetACountry(t *testing.T) {
	set, err := detectors.New(detectors.Options{Locales: []string{"gb"}})
	require.NoError(t, err)
	for _, x := range []struct {
		set              *detectors.Set
		typ, value, want string
	}{
		{set, phoneType, "020 7946 0018", "+442079460018"},
		{set, phoneType, "+44 20 7946 0018", "+442079460018"},
		{set, phoneType, "+1 212 555 0143", "+12125550143"},
		{set, phoneType, "", ""},
		{nil, phoneType, "020 7946 0018", "02079460018"},
		{set, "ACCOUNT_ID", "02079460018", "02079460018"},
	} {
		w := &rewriter{set: x.set}
		for range 2 { // it uses its memory again
			w.canonicalise(x.typ, []byte(x.value))
			require.Equal(t, x.want, string(w.canon), "%s %s", x.typ, x.value)
		}
	}
}

// A request about a number is heeded whether it names the country or not, in fields that do or don't.
//
// clause: 11
func TestRequestsOfOneCountry(t *testing.T) {
	for _, asks := range []string{"+442079460018", "02079460018", "+442079460019"} {
		for _, caller := range []string{"020 7946 0018", "+44 20 7946 0018"} {
			s := newSearchTest(t, "t 1 00: locales: [gb]")
			s.c.Policy = policyOf(t, phonePolicy)
			asked(t, &s.c, subject.Update{Kind: subject.Object, ID: idOf(t, s.c, "PHONE", asks)})
			r := Record{Key: []byte("c"), Time: time.Date(2026, 6, 1, 1, 0, 0, 0, time.UTC),
				Value: fmt.Appendf(nil, `{"tenant_id":"t","call_id":"c","role":"agent","caller":%q,"text":"hello"}`, caller)}
			left := len(s.run(t, whole("calls", []Record{r})))
			want := 0
			if asks == "+442079460019" || asks == "02079460018" && caller[0] == '+' { // the request names no country: nobody can tell
				want = 1
			}
			require.Equal(t, want, left, "%s asks, %s calls", asks, caller)
		}
	}
}
