package reveal

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"
)

// journal keeps events, or fails from the nth on.
type journal struct {
	events []Event
	fails  int // 0: never
}

func (j *journal) Record(e Event) error {
	if j.fails > 0 && len(j.events)+1 >= j.fails {
		return errors.New("disk full")
	}
	j.events = append(j.events, e)
	return nil
}

// scene is a desk with everything around it. Alice approves, Bob asks.
type scene struct {
	t          *testing.T
	clock      *clock
	alice, bob *Signer
	key        *PrivateKey
	journal    *journal
	limits     *Limits
	alarms     []Event
	capsules   []Delivered
	desk       *Desk
}

func newScene(t *testing.T) *scene {
	t.Helper()
	s := &scene{t: t, clock: newClock(), alice: testSigner(t, "alice"), bob: testSigner(t, "bob"), key: testKey(t, "acme", true), journal: &journal{}}
	s.limits = limitsFull(t, s.clock, testLimits(t.TempDir()))
	s.open(people(t, "acme", s.alice), people(t, "acme,globex", s.bob))
	s.deliver(testRecord, testItems()...)
	s.deliver(testCall+" calls/0/18", Item{"[PHONE_2]", "PHONE", []byte("07700 900456")})
	s.deliver("[CALL:c1:other] calls/0/19", Item{"[PHONE_1]", "PHONE", []byte("07700 900789")})
	return s
}

func (s *scene) open(approvers, requesters People) {
	s.t.Helper()
	var err error
	s.desk, err = NewDesk(DeskConfig{Approvers: approvers, Requesters: requesters, Limits: s.limits, Journal: s.journal,
		Alarm: func(e Event) { s.alarms = append(s.alarms, e) }, Now: s.clock.now})
	require.NoError(s.t, err)
}

// deliver adds a record's capsule as a topic gives it.
func (s *scene) deliver(record string, items ...Item) {
	s.t.Helper()
	capsule := seal(s.t, NewSealer(publics(s.key), s.clock.now), "acme", record, items...)
	s.capsules = append(s.capsules, Delivered{capsule, strings.Replace(record, " ", "/", 1)})
}

func (s *scene) read() iter.Seq2[Delivered, error] {
	return func(yield func(Delivered, error) bool) {
		for _, d := range s.capsules {
			if !yield(d, nil) {
				return
			}
		}
	}
}

func (s *scene) request() Request {
	return Request{Grant: sign(s.t, testGrant(s.bob), s.alice), As: s.bob, Key: s.key}
}

func (s *scene) values(a Answer) (all []string) {
	for _, v := range a.Values {
		all = append(all, v.Name+" "+string(v.Value))
	}
	return all
}

// refused wants a refusal with an entry in the journal and nothing shown.
func (s *scene) refused(reason Reason, r Request) {
	s.t.Helper()
	before := len(s.journal.events)
	a, err := s.desk.Reveal(r, s.read())
	var refusal *Refusal
	require.ErrorAs(s.t, err, &refusal)
	require.Equal(s.t, reason, refusal.Reason, "%v", err)
	require.Empty(s.t, a)
	entries := s.journal.events[before:]
	want := []string{ActionRefused}
	if reason.suspicious() {
		want = append(want, ActionAlarm)
	}
	var got []string
	for _, e := range entries {
		got = append(got, e.Action)
		require.Equal(s.t, reason, e.Reason)
		require.Zero(s.t, e.Values)
	}
	require.Equal(s.t, want, got)
}

func TestRevealWithAGrant(t *testing.T) {
	s := newScene(t)
	a, err := s.desk.Reveal(s.request(), s.read())
	require.NoError(t, err)
	require.Equal(t, []string{"[PHONE_1] +44 7700 900123", "[PERSON:r1:bdkqtscmfghjrlnpqsdtckbm] Zoë O'Neill", "[PHONE_2] 07700 900456"}, s.values(a))
	require.Equal(t, testRecord, a.Values[0].Record)
	require.Equal(t, testCall, a.Values[0].Call)

	require.Len(t, s.journal.events, 1)
	e := s.journal.events[0]
	proof := e.Proof
	e.Proof = ""
	require.Equal(t, Event{Time: s.clock.at, Action: ActionOpen, Tenant: "acme", Grant: "g1", Requester: s.bob.Public(), Approver: s.alice.Public(),
		Purpose: "fraud", Ticket: "INC-42", Calls: []string{testCall}, Types: map[string]int{"PHONE": 2, "PERSON": 1}, Values: 3}, e)
	verifier, err := note.NewVerifier(s.bob.Public())
	require.NoError(t, err)
	text := `tacet reveal request v1` + "\n" + `{"grant":"g1","calls":["` + testCall + `"],"types":["PERSON","PHONE"],"at":"2026-11-27T09:00:00Z"}` + "\n"
	_, err = note.Open([]byte(text+"\n— "+proof+"\n"), note.VerifierList(verifier))
	require.NoError(t, err, "the entry holds the requester's signature")
	for _, it := range testItems() {
		b, err := json.Marshal(s.journal.events)
		require.NoError(t, err)
		require.NotContains(t, string(b), string(it.Value))
	}
	require.Empty(t, s.alarms)

	r := s.request()
	r.Types, r.Names = []string{"PHONE"}, []string{"[PHONE_2]"}
	a, err = s.desk.Reveal(r, s.read())
	require.NoError(t, err)
	require.Equal(t, []string{"[PHONE_2] 07700 900456"}, s.values(a))
}

// The table of attacks on grants. Each is refused, audited, and shows nothing.
func TestGrantAttacks(t *testing.T) {
	s := newScene(t)
	mallory := testSigner(t, "mallory")
	f := func(reason Reason, change func(r *Request, g *Grant) (by *Signer)) {
		t.Helper()
		at := s.clock.at
		r, g := s.request(), testGrant(s.bob)
		r.Grant = nil
		by := change(&r, &g)
		if r.Grant == nil {
			r.Grant = sign(t, g, by)
		}
		s.refused(reason, r)
		s.clock.at = at
	}
	f(ReasonEarly, func(_ *Request, g *Grant) *Signer { g.NotBefore = g.NotBefore.Add(time.Second); return s.alice })
	f(ReasonExpired, func(_ *Request, g *Grant) *Signer {
		g.NotBefore, g.Expires = g.NotBefore.Add(-time.Hour), g.NotBefore
		return s.alice
	})
	f(ReasonApprover, func(_ *Request, _ *Grant) *Signer { return mallory })
	f(ReasonApprover, func(_ *Request, g *Grant) *Signer { return testSigner(t, "alice") })          // Alice's name
	f(ReasonApprover, func(r *Request, g *Grant) *Signer { g.Tenant = "globex"; return s.alice })    // Alice has no say there
	f(ReasonForged, func(r *Request, _ *Grant) *Signer { r.Grant = []byte("anything"); return nil }) // no note
	f(ReasonForged, func(r *Request, _ *Grant) *Signer { r.Grant = []byte{}; return nil })           // nothing
	f(ReasonForged, func(r *Request, g *Grant) *Signer {                                             // one more type under Alice's signature
		r.Grant = []byte(strings.Replace(string(sign(t, *g, s.alice)), `"PHONE"`, `"PHONE","EMAIL"`, 1))
		return nil
	})
	f(ReasonSelf, func(r *Request, g *Grant) *Signer { // Bob signs for himself, which Sign would not do
		g.Approver = s.bob.Public()
		text, err := g.text()
		require.NoError(t, err)
		r.Grant = signText(t, text, s.bob)
		return nil
	})
	f(ReasonSelf, func(r *Request, g *Grant) *Signer { // and Alice for herself, who may approve
		g.Approver, g.Requester, r.As = s.alice.Public(), s.alice.Public(), s.alice
		text, err := g.text()
		require.NoError(t, err)
		r.Grant = signText(t, text, s.alice)
		return nil
	})
	f(ReasonRequester, func(r *Request, _ *Grant) *Signer { r.As = mallory; return s.alice })              // stolen grant
	f(ReasonRequester, func(r *Request, _ *Grant) *Signer { r.As = testSigner(t, "bob"); return s.alice }) // Bob's name
	f(ReasonRequester, func(r *Request, _ *Grant) *Signer { r.As = nil; return s.alice })                  // nobody
	f(ReasonRequester, func(r *Request, g *Grant) *Signer {                                                // granted, but on no list of requesters
		r.As, g.Requester = mallory, mallory.Public()
		return s.alice
	})
	f(ReasonTenant, func(r *Request, _ *Grant) *Signer { r.Key = testKey(t, "globex", true); return s.alice })
	f(ReasonTypes, func(r *Request, _ *Grant) *Signer { r.Types = []string{"PHONE", "EMAIL"}; return s.alice })
	f(ReasonTypes, func(r *Request, _ *Grant) *Signer { r.Types = []string{"*"}; return s.alice })
	f(ReasonTypes, func(r *Request, _ *Grant) *Signer { r.Types = []string{"CREDIT_CARD"}; return s.alice })
	f(ReasonCalls, func(r *Request, _ *Grant) *Signer { r.Calls = []string{testCall, "[CALL:c1:other]"}; return s.alice })
	f(ReasonCalls, func(r *Request, _ *Grant) *Signer { r.Calls = []string{""}; return s.alice })
	f(ReasonNames, func(r *Request, g *Grant) *Signer {
		g.Names, r.Names = []string{"[PHONE_1]"}, []string{"[PHONE_1]", "[PHONE_2]"}
		return s.alice
	})
	f(ReasonClock, func(_ *Request, g *Grant) *Signer { // a clock that is set back to when a grant was valid
		g.NotBefore, g.Expires = g.NotBefore.Add(-2*time.Hour), g.NotBefore.Add(-time.Hour)
		s.clock.advance(-90 * time.Minute)
		return s.alice
	})
	require.NotEmpty(t, s.alarms)
	for _, e := range s.journal.events { // what nobody granted is in no entry
		require.NotContains(t, e.Calls, "[CALL:c1:other]")
	}
	_, err := s.desk.Reveal(s.request(), s.read())
	require.NoError(t, err, "and an honest request is still answered")
}

func TestReplayedGrantMeetsTheLimit(t *testing.T) {
	s := newScene(t)
	r := s.request()
	for range 6 { // 3 values each, 20 at once
		_, err := s.desk.Reveal(r, s.read())
		require.NoError(t, err)
	}
	s.refused(ReasonLimit, r)
	require.Len(t, s.alarms, 1)
	s.clock.advance(time.Minute)
	_, err := s.desk.Reveal(r, s.read())
	require.NoError(t, err, "a value a minute comes back")
	s.refused(ReasonLimit, r)
	r.Grant = sign(t, testGrant(s.bob), s.alice)
	s.refused(ReasonLimit, r) // nor does another grant help
	s.open(people(t, "acme", s.alice), people(t, "acme", s.bob))
	s.refused(ReasonLimit, r) // nor another desk
	s.clock.advance(4 * time.Hour)
	s.refused(ReasonExpired, r)

	for range 30 { // asking for what isn't there costs too
		r = s.request()
		g := testGrant(s.bob)
		g.Calls, g.NotBefore, g.Expires = []string{"[CALL:c1:none]"}, s.clock.at, s.clock.at.Add(time.Hour)
		r.Grant = sign(t, g, s.alice)
		if _, err = s.desk.Reveal(r, s.read()); err != nil {
			break
		}
	}
	require.ErrorContains(t, err, "rate limit")
}

func TestLargeRequestsAlarm(t *testing.T) {
	s := newScene(t)
	for i := range 2 {
		s.capsules = nil
		for range 17 {
			s.deliver(testCall+" calls/0/"+string(rune('a'+len(s.capsules))), Item{"[PHONE_1]", "PHONE", []byte("07700 900123")})
		}
		g := testGrant(s.bob)
		g.NotBefore, g.Expires = s.clock.at, s.clock.at.Add(time.Hour)
		r := s.request()
		r.Grant = sign(t, g, s.alice)
		a, err := s.desk.Reveal(r, s.read())
		require.NoError(t, err)
		require.Len(t, a.Values, 17)
		require.Len(t, s.alarms, i)
		s.clock.advance(time.Hour)
	}
	require.Equal(t, reasonBulk, s.alarms[0].Reason)
	last := s.journal.events[len(s.journal.events)-2:]
	require.Equal(t, []string{ActionAlarm, ActionOpen}, []string{last[0].Action, last[1].Action}, "the alarm is on disk before the answer, too")

	s.capsules = nil
	for range 21 {
		s.deliver(testCall+" calls/0/"+string(rune('a'+len(s.capsules))), Item{"[PHONE_1]", "PHONE", []byte("07700 900123")})
	}
	s.refused(ReasonLimit, s.request())
}

func TestNothingIsShownWithoutAnEntry(t *testing.T) {
	s := newScene(t)
	s.journal.fails = 1
	a, err := s.desk.Reveal(s.request(), s.read())
	require.ErrorContains(t, err, "disk full")
	require.Empty(t, a)
	r := s.request()
	r.As = s.alice
	a, err = s.desk.Reveal(r, s.read())
	require.ErrorContains(t, err, "disk full")
	require.ErrorContains(t, err, "another person")
	require.Empty(t, a)

	// The alarm's entry is on disk, the answer's isn't.
	s = newScene(t)
	_, err = s.limits.take(s.clock.at, "carol", "acme", 20)
	require.NoError(t, err)
	_, err = s.limits.take(s.clock.at, "dave", "acme", 10)
	require.NoError(t, err)
	s.journal.fails = 2
	a, err = s.desk.Reveal(s.request(), s.read())
	require.ErrorContains(t, err, "disk full")
	require.Empty(t, a)
	require.Equal(t, ActionAlarm, s.journal.events[0].Action)
}

func TestDeliveries(t *testing.T) {
	s := newScene(t)
	whole := slices.Clone(s.capsules)
	f := func(damaged, foreign int, names string, capsules ...Delivered) {
		t.Helper()
		s.clock.advance(time.Hour)
		g := testGrant(s.bob)
		g.NotBefore, g.Expires = s.clock.at, s.clock.at.Add(time.Hour)
		r := s.request()
		r.Grant = sign(t, g, s.alice)
		s.capsules = capsules
		a, err := s.desk.Reveal(r, s.read())
		require.NoError(t, err)
		require.Equal(t, damaged, a.Damaged)
		require.Equal(t, foreign, a.Foreign)
		var got []string
		for _, v := range a.Values {
			got = append(got, v.Name)
		}
		require.Equal(t, names, strings.Join(got, " "))
	}
	const both = "[PHONE_1] [PERSON:r1:bdkqtscmfghjrlnpqsdtckbm]"
	one, two := whole[0], whole[1]
	f(0, 0, both+" [PHONE_2]", one, two)
	f(0, 0, both+" [PHONE_2]", one, two, one)        // delivered twice
	f(0, 0, both, Delivered{Capsules: one.Capsules}) // from a file
	f(0, 0, both, Delivered{Capsules: one.Capsules}, Delivered{Capsules: one.Capsules}, Delivered{})
	f(0, 1, both, one, Delivered{Capsules: []byte("null")}, whole[2])
	f(1, 0, both, one, Delivered{two.Capsules, one.Key})                                                            // moved within the call
	f(1, 0, both, one, Delivered{two.Capsules, strings.Replace(two.Key, testCall, "[CALL:c1:other]", 1)})           // to another call
	f(1, 0, both, one, Delivered{whole[2].Capsules, strings.Replace(whole[2].Key, "[CALL:c1:other]", testCall, 1)}) // from another call
	f(1, 0, both, one, Delivered{[]byte(strings.Replace(string(two.Capsules), partSealed, partSealed+"A", 1)), two.Key})
	f(0, 0, "", one, two, Delivered{Key: one.Key}, Delivered{Key: two.Key})
	f(0, 0, "[PHONE_2]", one, two, Delivered{Key: one.Key}) // erased
	f(0, 0, both+" [PHONE_2]", Delivered{Key: one.Key}, one, Delivered{Key: whole[2].Key}, two)
	f(0, 0, "[PHONE_2] "+both, two, one, Delivered{Key: two.Key}, Delivered{Key: one.Key}, two, one) // and written again

	// A record of several lines has a capsule for each, of several calls, in one value.
	line := func(call, name string) []byte {
		return seal(t, NewSealer(publics(s.key), s.clock.now), "acme", call+" calls/0/20", Item{name, "PHONE", []byte("1")})
	}
	for _, between := range []string{"\n", " "} {
		lines := slices.Concat(line(testCall, "a"), []byte(between), line("other", "b"), []byte(between), line(testCall, "c"))
		f(0, 0, "a c", Delivered{Capsules: lines})
		f(0, 0, "a c", Delivered{lines, "other/calls/0/20"})
		f(0, 0, "a c", Delivered{lines, "other/calls/0/20"}, Delivered{lines, "other/calls/0/20"})
		f(0, 0, "", Delivered{lines, "other/calls/0/20"}, Delivered{Key: "other/calls/0/20"})
		f(2, 0, "", Delivered{lines, "other/calls/0/21"})
		f(0, 1, "a c", Delivered{slices.Concat(lines, []byte(between), []byte("{}")), ""})
	}
	f(0, 0, "")

	s.capsules = nil
	broken := func(yield func(Delivered, error) bool) { yield(one, nil); yield(Delivered{}, errors.New("no broker")) }
	s.clock.advance(time.Hour)
	g := testGrant(s.bob)
	g.NotBefore, g.Expires = s.clock.at, s.clock.at.Add(time.Hour)
	r := s.request()
	r.Grant = sign(t, g, s.alice)
	a, err := s.desk.Reveal(r, broken)
	require.ErrorContains(t, err, "no broker")
	require.Empty(t, a)
	require.Equal(t, ReasonFailed, s.journal.events[len(s.journal.events)-1].Reason)
}

func TestForbiddenValueInACapsuleRefusesTheRequest(t *testing.T) {
	s := newScene(t)
	sealer := NewSealer(publics(s.key), s.clock.now)
	d, err := sealer.dek([]byte("acme"))
	require.NoError(t, err)
	// A changed sealer: its check is left out by giving the type after the fact.
	plain, err := appendItems(nil, []Item{{"[X_1]", "XXX", []byte("1234")}})
	require.NoError(t, err)
	plain = []byte(strings.Replace(string(plain), "XXX", "PIN", 1))
	sealed := d.aead.Seal(nil, nil, plain, appendAAD(nil, "acme", testRecord))
	c := Capsule{Tenant: "acme", Record: testRecord, Key: d.keyID, dek: d.wrapped, sealed: base64.RawStdEncoding.AppendEncode(nil, sealed)}
	text := partTenant + c.Tenant + partRecord + c.Record + partKey + c.Key + partDEK + string(c.dek) + partSealed + string(c.sealed) + partEnd
	_, err = Open([]byte(text), nil, s.key)
	require.ErrorIs(t, err, ErrNeverStored)
	s.capsules = append(s.capsules, Delivered{Capsules: []byte(text)})
	s.refused(ReasonNeverStored, s.request())
}

func TestDeskSaysThatLimitsBeganAnew(t *testing.T) {
	s := newScene(t)
	cfg := testLimits(t.TempDir())
	var err error
	s.limits, err = NewLimits(cfg)
	require.NoError(t, err)
	s.open(people(t, "acme", s.alice), people(t, "acme", s.bob))
	_, err = s.desk.Reveal(s.request(), s.read())
	require.ErrorContains(t, err, "rate limit")
	require.Equal(t, ActionLimits, s.journal.events[0].Action)
	require.Equal(t, ActionRefused, s.journal.events[1].Action)
}

func TestDesksThatAreNotOpened(t *testing.T) {
	s := newScene(t)
	f := func(want string, cfg DeskConfig) {
		t.Helper()
		_, err := NewDesk(cfg)
		require.ErrorContains(t, err, want)
	}
	f("limits and a journal", DeskConfig{Journal: s.journal})
	f("limits and a journal", DeskConfig{Limits: s.limits})
	whole := DeskConfig{Limits: s.limits, Journal: s.journal, Approvers: people(t, "*", s.alice)}
	whole.Requesters = people(t, "*", testSigner(t, "alice"))
	f("one person has one key", whole)
	whole.Requesters = people(t, "*", renamed(t, s.alice, "robert"))
	f("one person has one key", whole)
	whole.Requesters = people(t, "*", s.alice, s.bob)
	_, err := NewDesk(whole)
	require.NoError(t, err, "who approves for others may ask, too")
}
