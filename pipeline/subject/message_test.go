package subject

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func testRequest(id string) Request {
	return Request{ID: id, Tenant: "acme", Kind: Erase, Before: midnight(), Subjects: []Subject{{"PHONE", idOf(1)}},
		Sinks: []string{"analytics", "archive"}, Ticket: "DP-1", By: "dpo", At: midnight(), Due: midnight().Add(720 * time.Hour),
		Stage: StageReceived}
}

func issued(r Request) Request {
	r.Stage, r.Done = StageIssued, &Done{At: midnight().Add(time.Minute), Suppressed: 1, Tombstones: map[string]int{"out": 2}}
	return r
}

func testDirective(id, sink string) Directive {
	return Directive{Request: id, Sink: sink, Tenant: "acme", Kind: Erase, Before: midnight(),
		Tokens: []string{"[PHONE:r1:bdkqtscmfghjrlnpqsdtckbm]"}, Calls: []string{"[CALL_ID:r1:bdkqtscmfghjrlnpqsdtckbm]"}, At: midnight()}
}

// What one side writes the other reads, unchanged.
func TestMessagesRoundTrip(t *testing.T) {
	u := Update{Tenant: "acme/eu", ID: idOf(7), Kind: Withdraw, Consent: "training", Seq: 3, Request: "r1", At: midnight(), V: 1}
	got, err := ParseUpdate(u.Key(), u.Value())
	require.NoError(t, err)
	require.Equal(t, u, got)
	require.Equal(t, u.ID.String()+"/withdraw/training/acme/eu", string(u.Key()))

	r := issued(testRequest("r1"))
	r.V = 1
	request, err := ParseRequest(r.Key(), r.Value())
	require.NoError(t, err)
	require.Equal(t, r, request)

	d := testDirective("r1", "analytics")
	d.V = 1
	directive, err := ParseDirective(d.Key(), d.Value())
	require.NoError(t, err)
	require.Equal(t, d, directive)

	a := Ack{V: 1, Request: "r1", Sink: "eu/analytics", Answer: AnswerHeld, Until: midnight(), Basis: "DPDP Rules 2025, Rule 8(3)", At: midnight()}
	ack, err := ParseAck(a.Key(), a.Value())
	require.NoError(t, err)
	require.Equal(t, a, ack)
}

// edit changes one member of a message.
func edit(t *testing.T, value []byte, member string, to any) []byte {
	t.Helper()
	var m map[string]any
	require.NoError(t, json.Unmarshal(value, &m))
	m[member] = to
	out, err := json.Marshal(m)
	require.NoError(t, err)
	return out
}

func TestMessagesRefused(t *testing.T) {
	type parser = func(key, value []byte) error
	update := func(key, value []byte) error { _, err := ParseUpdate(key, value); return err }
	request := func(key, value []byte) error { _, err := ParseRequest(key, value); return err }
	directive := func(key, value []byte) error { _, err := ParseDirective(key, value); return err }
	ack := func(key, value []byte) error { _, err := ParseAck(key, value); return err }
	f := func(parse parser, want string, key, value []byte) {
		t.Helper()
		err := parse(key, value)
		require.ErrorContains(t, err, want)
		require.NotContains(t, err.Error(), "07700900123", "nothing of the message is shown")
	}
	const phone = "+447700900123 07700900123"
	u := Update{Tenant: "acme", ID: idOf(7), Kind: Erase, Before: midnight(), Request: "r1"}
	f(update, "no message", u.Key(), nil)
	f(update, "no message", u.Key(), []byte(phone))
	f(update, "no message", u.Key(), append(u.Value(), "{}"...))
	f(update, "no message", u.Key(), edit(t, u.Value(), phone, 1))
	f(update, "version 2", u.Key(), edit(t, u.Value(), "v", 2))
	f(update, "a time belongs to erase", u.Key(), edit(t, u.Value(), "lifted", true))
	f(update, "request has other", u.Key(), edit(t, u.Value(), "request", phone))
	f(update, "not id/kind", []byte(phone), u.Value())
	f(update, "kind is none", []byte(strings.Replace(string(u.Key()), "erase", phone, 1)), u.Value())
	f(update, "consent belongs", []byte(strings.Replace(string(u.Key()), "erase//", "erase/training/", 1)), u.Value())
	f(update, "tenant is empty", []byte(strings.TrimSuffix(string(u.Key()), "acme")), u.Value())

	r := testRequest("r1")
	f(request, "key is not", []byte("r2"), r.Value())
	f(request, "stage", r.Key(), edit(t, r.Value(), "stage", "issued"))
	f(request, "stage", r.Key(), edit(t, r.Value(), "stage", phone))
	f(request, "required", r.Key(), edit(t, r.Value(), "subjects", []Subject{}))
	f(request, "required", r.Key(), edit(t, r.Value(), "at", time.Time{}))
	f(request, "required", r.Key(), edit(t, r.Value(), "due", time.Time{}))
	f(request, "no message", r.Key(), edit(t, r.Value(), "subjects", []map[string]string{{"type": "PHONE", "sid": phone}}))
	f(request, "ticket has other", r.Key(), edit(t, r.Value(), "ticket", "ada@example.com"))
	f(request, "20001 sinks", r.Key(), edit(t, r.Value(), "sinks", make([]string, listMax+1)))
	f(request, "no message", r.Key(), make([]byte, messageMax+1))

	d := testDirective("r1", "analytics")
	f(directive, "key is not", []byte("r1/archive"), d.Value())
	f(directive, "token is empty", d.Key(), edit(t, d.Value(), "tokens", []string{strings.Repeat(phone, 10)}))

	a := Ack{Request: "r1", Sink: "analytics", Answer: AnswerDone, At: midnight()}
	f(ack, "answer is neither", a.Key(), edit(t, a.Value(), "answer", phone))
	f(ack, "belong to held", a.Key(), edit(t, a.Value(), "answer", "held"))
	f(ack, "belong to held", a.Key(), edit(t, a.Value(), "basis", "Rule 8"))
	f(ack, "negative", a.Key(), edit(t, a.Value(), "count", -1))
	f(ack, "key is not", []byte("r1"), a.Value())
}

// Whatever comes, parsers return, and what they take they would write again.
func FuzzParse(f *testing.F) {
	u := Update{Tenant: "acme", ID: idOf(7), Kind: Withdraw, Consent: "training", Seq: 3, Request: "r1", At: midnight()}
	r, d := testRequest("r1"), testDirective("r1", "analytics")
	a := Ack{Request: "r1", Sink: "analytics", Answer: AnswerHeld, Until: midnight(), Basis: "Rule 8(3)", At: midnight()}
	f.Add(u.Key(), u.Value())
	f.Add(r.Key(), issued(r).Value())
	f.Add(d.Key(), d.Value())
	f.Add(a.Key(), a.Value())
	f.Fuzz(func(t *testing.T, key, value []byte) {
		list, register := NewList(10), NewRegister()
		if u, err := ParseUpdate(key, value); err == nil {
			again, err := ParseUpdate(u.Key(), u.Value())
			require.NoError(t, err)
			require.Equal(t, u.Value(), again.Value())
			require.Equal(t, key, u.Key())
			require.NoError(t, list.Apply(u))
		}
		if r, err := ParseRequest(key, value); err == nil {
			again, err := ParseRequest(key, r.Value())
			require.NoError(t, err)
			require.Equal(t, r.Value(), again.Value())
		}
		if d, err := ParseDirective(key, value); err == nil {
			again, err := ParseDirective(key, d.Value())
			require.NoError(t, err)
			require.Equal(t, d.Value(), again.Value())
		}
		if a, err := ParseAck(key, value); err == nil {
			again, err := ParseAck(key, a.Value())
			require.NoError(t, err)
			require.Equal(t, a.Value(), again.Value())
		}
		_ = register.TakeRequest(key, value)
		_ = register.TakeDirective(key, value)
		_ = register.TakeAck(key, value)
		register.All(midnight())
	})
}

// What stands in messages may be as long, and of all the characters, that it says it may.
func TestBoundsOfWords(t *testing.T) {
	const all = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	require.NoError(t, wordError("ticket", all[:31]))
	require.NoError(t, wordError("ticket", all[31:]+"._:#-"))
	require.NoError(t, basisError("basis", all[:31]))
	require.NoError(t, basisError("basis", all[31:]+" .,:;()§/-"))
	require.NoError(t, wordError("ticket", strings.Repeat("a", wordMax)))
	require.Error(t, wordError("ticket", strings.Repeat("a", wordMax+1)))
	require.NoError(t, sizeError("sinks", listMax))
	require.Error(t, sizeError("sinks", listMax+1))
	require.NoError(t, kindError(Erase, "", time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC), false))
	require.Error(t, kindError(Erase, "", time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC), false))
	require.Error(t, kindError(Erase, "", time.Date(1969, 12, 31, 0, 0, 0, 0, time.UTC), false))
}
