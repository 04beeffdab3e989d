package pipeline

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/pipeline/policy"
	"github.com/sonexlabs/tacet/pipeline/subject"
)

// Whoever is named late in a call was in it from the beginning: with the calls that a search finds nothing of them comes back when everything
// is read again, and without it what was said before does.
//
// clause: 11
func TestSearchedCallsDontComeBack(t *testing.T) {
	c := simConfig(t, DefaultLimits())
	c.Policy = rightsPolicy(t)
	at := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	var records []Record
	add := func(call string, turn int, text string) {
		records = append(records, Record{Offset: int64(len(records)), Key: []byte(call), Time: at, Value: turnOf(call, turn, text)})
	}
	add("c1", 1, "the parcel is late")
	add("c2", 1, "the parcel is lost")
	add("c3", 1, "the line is dead")
	add("c1", 2, "ring plus four four two oh seven nine four six oh oh one eight")
	add("c2", 2, "ring +44 20 7946 0019")
	add("c1", 3, "thank you")
	records = append(records, Record{Offset: 6, Key: []byte("c3"), Time: at, Value: []byte(`{"tenant_id":"t","call_id":"c3","turn":2,"text":"hi","caller":"+44 20 7946 0018"}`)},
		Record{Offset: 7, Key: []byte("c4"), Time: at, Value: []byte(`{"tenant_id":"u","call_id":"c4","turn":1,"text":"it is +44 20 7946 0018"}`)},
		Record{Offset: 8, Key: []byte("c5"), Time: at, Value: []byte(`{"tenant_id":`)}, Record{Offset: 9, Key: []byte("c6"), Time: at})

	somebody := subject.Update{Kind: subject.Object, ID: idOf(t, c, "PHONE", "+442079460018")}
	asked(t, &c, somebody)
	s, err := NewSearcher(c)
	require.NoError(t, err)
	var calls []string
	var unread []Class
	for i := range records {
		found, class, err := s.Record(LaneID{Topic: "calls"}, &records[i])
		require.NoError(t, err)
		calls = append(calls, found...)
		if class != "" {
			unread = append(unread, class)
		}
	}
	require.Equal(t, []string{"c1", "c3"}, calls)
	require.Equal(t, []Class{ClassMalformed}, unread)
	_, _, err = s.Record(LaneID{Topic: "elsewhere"}, &records[0])
	require.ErrorContains(t, err, "elsewhere")

	replay := func(updates ...subject.Update) (left []string) {
		asked(t, &c, updates...)
		sink := &memorySink{}
		c.Sinks = []SinkConfig{{Name: "all", Sink: sink}}
		runRecords(t, c, "calls", records[:7]...)
		for _, v := range sink.values() {
			for _, what := range []string{"late", "lost", "dead", "thank", "ring"} {
				if strings.Contains(v, what) {
					left = append(left, what)
				}
			}
		}
		slices.Sort(left)
		return left
	}
	require.Equal(t, []string{"dead", "late", "lost", "ring"}, replay(somebody))
	updates := []subject.Update{somebody}
	for _, call := range calls {
		updates = append(updates, subject.Update{Kind: subject.Object, ID: idOf(t, c, "CALL_ID", call)})
	}
	require.Equal(t, []string{"lost", "ring"}, replay(updates...))
}

// What a tenant instructs, or doesn't, keeps no text from being searched: somebody is named there all the same.
func TestSearchReadsTextsOfAllTenants(t *testing.T) {
	c := simConfig(t, DefaultLimits())
	c.Policy = policyOf(t, instructPolicy)
	c.Topics = map[string]TopicConfig{"calls": {Category: "transcript", Format: FormatJSON}}
	c.Instructions = instructed(t, "tenant: acme\nversion: 1\nfrom: 2026-01-01\ntext: none\n")
	var updates []subject.Update
	for _, tenant := range []string{"acme", "bolt"} {
		id, ok := subject.NewHasher(c.Keys).ID([]byte(tenant), "PHONE", []byte("+442079460018"))
		require.True(t, ok)
		updates = append(updates, subject.Update{Kind: subject.Object, Tenant: tenant, ID: id})
	}
	asked(t, &c, updates...)
	s, err := NewSearcher(c)
	require.NoError(t, err)
	for _, tenant := range []string{"acme", "bolt"} {
		found, class, err := s.Record(LaneID{Topic: "calls"}, &Record{Key: []byte("k"), Time: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC),
			Value: fmt.Appendf(nil, `{"tenant_id":%q,"call_id":"of-%[1]s","turn":1,"text":"ring +44 20 7946 0018"}`, tenant)})
		require.NoError(t, err)
		require.Empty(t, class)
		require.Equal(t, []string{"of-" + tenant}, found)
	}
}

// A text that only the sinks of one class get is read, whatever the class: one for a regulator as well, which has no sink, and one of training
// where tenants can have consented to it, which nobody can without instructions.
func TestSearchReadsWhatAnyClassGets(t *testing.T) {
	f := func(class string, instructions *policy.Instructions, want ...string) {
		t.Helper()
		c := simConfig(t, DefaultLimits())
		c.Instructions = instructions
		var err error
		c.Policy, err = policy.Parse("p", []byte(`
tenants: ["*"]
classes:
  analytics: {purpose: analytics, recipient: tenant, basis: instruction, clauses: ["5"]}
  training: {purpose: train, recipient: tenant, basis: consent, consent: training, clauses: ["4"]}
  regulator: {purpose: regulator, recipient: regulator, basis: legal_obligation, clauses: ["3"]}
categories:
  transcript:
    clauses: [2]
    for: [analytics, training, regulator]
    fields: {tenant_id: keep, call_id: token, turn: keep, text: {`+class+`: redact}}
`))
		require.NoError(t, err)
		asked(t, &c, subject.Update{Kind: subject.Object, ID: idOf(t, c, "PHONE", "+442079460018")})
		s, err := NewSearcher(c)
		require.NoError(t, err, class)
		calls, unread, err := s.Record(LaneID{Topic: "calls"}, &Record{Key: []byte("c1"), Value: turnOf("c1", 1, "ring +44 20 7946 0018")})
		require.NoError(t, err)
		require.Empty(t, unread)
		require.Equal(t, want, calls, class)
	}
	f("analytics", nil, "c1")
	f("regulator", nil, "c1")
	f("training", nil)
	f("training", policy.NewInstructions(), "c1")
	c := simConfig(t, DefaultLimits())
	c.Topics = map[string]TopicConfig{"calls": {Category: "gossip"}}
	_, err := NewSearcher(c)
	require.ErrorContains(t, err, "search: ")
}
