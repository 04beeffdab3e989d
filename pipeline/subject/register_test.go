package subject

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// desk is a register and the messages that were written, as on the topics.
type desk struct {
	*Register
	t        testing.TB
	requests []Request
	told     []Directive
	acks     []Ack
}

func newDesk(t testing.TB) *desk { return &desk{Register: NewRegister(), t: t} }

func (d *desk) request(r Request) {
	d.requests = append(d.requests, r)
	require.NoError(d.t, d.TakeRequest(r.Key(), r.Value()))
}

func (d *desk) tell(m Directive) {
	d.told = append(d.told, m)
	require.NoError(d.t, d.TakeDirective(m.Key(), m.Value()))
}

func (d *desk) ack(a Ack) {
	d.acks = append(d.acks, a)
	require.NoError(d.t, d.TakeAck(a.Key(), a.Value()))
}

func (d *desk) get(id string, now time.Time) Status {
	d.t.Helper()
	s, ok := d.Get(id, now)
	require.True(d.t, ok)
	return s
}

func TestStates(t *testing.T) {
	d, day := newDesk(t), func(n int) time.Time { return midnight().AddDate(0, 0, n) }
	f := func(now time.Time, want State, overdue bool) {
		t.Helper()
		s := d.get("r1", now)
		require.Equal(t, want, s.State)
		require.Equal(t, overdue, s.Overdue)
	}
	_, ok := d.Get("r1", day(0))
	require.False(t, ok)
	r := testRequest("r1")
	d.request(r)
	f(day(1), StateReceived, false)
	f(day(31), StateReceived, true)
	_, err := d.get("r1", day(1)).Acknowledge("analytics", 1, "", day(1))
	require.ErrorContains(t, err, "not issued yet")

	d.tell(testDirective("r1", "analytics"))
	d.request(issued(r))
	f(day(1), StateIssued, false)
	f(day(31), StateIssued, true)
	d.request(r) // an old message again changes nothing
	f(day(1), StateIssued, false)

	a, err := d.get("r1", day(2)).Acknowledge("analytics", 12, "ops", day(2))
	require.NoError(t, err)
	d.ack(a)
	f(day(2), StateIssued, false)
	require.Equal(t, []string{"archive"}, d.get("r1", day(2)).Pending(day(2)))
	_, err = d.get("r1", day(2)).Acknowledge("elsewhere", 1, "", day(2))
	require.ErrorContains(t, err, "does not concern")
	_, err = d.get("r1", day(2)).Hold("analytics", day(90), "Rule 8(3)", "", day(2))
	require.ErrorContains(t, err, "done")
	_, err = d.get("r1", day(2)).Hold("archive", day(1), "Rule 8(3)", "", day(2))
	require.ErrorContains(t, err, "has passed")
	_, err = d.get("r1", day(2)).Hold("archive", day(90), "", "", day(2))
	require.ErrorContains(t, err, "basis")

	a, err = d.get("r1", day(2)).Hold("archive", day(90), "DPDP Rules 2025, Rule 8(3)", "", day(2))
	require.NoError(t, err)
	d.ack(a)
	f(day(2), StateHeld, false)
	f(day(89), StateHeld, false)
	f(day(90), StateIssued, true)
	_, err = d.get("r1", day(89)).Certify()
	require.ErrorContains(t, err, "is held")

	a, err = d.get("r1", day(91)).Acknowledge("archive", 3, "", day(91))
	require.NoError(t, err)
	d.ack(a)
	f(day(91), StateCompleted, false)
	certified, err := d.get("r1", day(91)).Certify()
	require.NoError(t, err)
	d.request(certified)
	f(day(91), StateCertified, false)
	overdue, open := d.Overdue(day(91))
	require.Equal(t, []int{0, 0}, []int{overdue, open})
}

// The first directive for a sink counts: one made after the salt is gone would name other tokens.
func TestFirstDirectiveCounts(t *testing.T) {
	d := newDesk(t)
	first, second := testDirective("r1", "analytics"), testDirective("r1", "analytics")
	second.Tokens = nil
	d.request(testRequest("r1"))
	d.tell(first)
	d.tell(second)
	require.Equal(t, first.Tokens, d.get("r1", midnight()).Directives["analytics"].Tokens)
}

func TestUnfinished(t *testing.T) {
	d := newDesk(t)
	r := testRequest("r1")
	r.Subjects = []Subject{{"PHONE", idOf(1)}, {"EMAIL", idOf(2)}}
	d.request(r)
	f := func(want bool, change func(*Request)) {
		t.Helper()
		again := r
		again.ID, again.Subjects, again.Before = "r2", slices.Clone(r.Subjects), midnight().Add(time.Hour)
		slices.Reverse(again.Subjects)
		change(&again)
		s, ok := d.Unfinished(again, midnight())
		require.Equal(t, want, ok)
		if ok {
			require.Equal(t, "r1", s.ID)
		}
	}
	f(true, func(*Request) {})
	f(false, func(r *Request) { r.Tenant = "globex" })
	f(false, func(r *Request) { r.Kind = Object })
	f(false, func(r *Request) { r.Lift = true })
	f(false, func(r *Request) { r.Subjects = r.Subjects[:1] })
	d.request(issued(r))
	f(false, func(*Request) {})
}

// A desk is driven at random: commands that crash and come again, sinks that answer early, late, twice or not, holds, time. The model
// knows only what each sink said last and whether it was done.
func TestRegisterSimulation(t *testing.T) {
	for range 50 {
		seed := rand.Uint64()
		if !t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) { simulate(t, seed) }) {
			return
		}
	}
}

func simulate(t *testing.T, seed uint64) {
	r := rand.New(rand.NewPCG(seed, 0))
	d, now := newDesk(t), midnight()
	stage := map[string]Stage{}
	done, held := map[string]bool{}, map[string]time.Time{} // by request/sink
	for range 300 {
		now = now.Add(time.Duration(r.IntN(48)) * time.Hour)
		request := testRequest(fmt.Sprintf("r%d", r.IntN(4)))
		sink := request.Sinks[r.IntN(2)]
		key := request.ID + "/" + sink
		s, known := d.Get(request.ID, now)
		require.Equal(t, stage[request.ID] != "", known)
		switch n := r.IntN(6); {
		case n == 0 || !known:
			request.At, request.Due = now, now.AddDate(0, 0, 30)
			d.request(request)
			if !known {
				stage[request.ID] = StageReceived
			}
		case n == 1:
			d.tell(testDirective(request.ID, sink))
			d.request(issued(s.Request))
			if stage[request.ID] == StageReceived {
				stage[request.ID] = StageIssued
			}
		case n == 2:
			until := now.AddDate(0, 0, r.IntN(60))
			a, err := s.Hold(sink, until, "Rule 8(3)", "", now)
			allowed := stage[request.ID] != StageReceived && !done[key] && until.After(now)
			require.Equal(t, allowed, err == nil, "%v", err)
			if allowed {
				d.ack(a)
				held[key] = until
			}
		case n == 3:
			a, err := s.Acknowledge(sink, r.IntN(10), "", now)
			require.Equal(t, stage[request.ID] != StageReceived, err == nil, "%v", err)
			if err == nil {
				d.ack(a)
				done[key] = true
			}
		case n == 4: // a hold that was on its way when the sink was done
			if done[key] {
				d.ack(Ack{Request: request.ID, Sink: sink, Answer: AnswerHeld, Until: now.AddDate(1, 0, 0), Basis: "Rule 8(3)", At: now})
			}
		case n == 5:
			certified, err := s.Certify()
			both := done[request.ID+"/analytics"] && done[request.ID+"/archive"]
			require.Equal(t, both, err == nil, "%v", err)
			if err == nil {
				d.request(certified)
				stage[request.ID] = StageCertified
			}
		}
		checkStates(t, d, stage, done, held, now)
	}
	checkReplay(t, d, r, now)
}

// checkStates compares the register with the model.
func checkStates(t *testing.T, d *desk, stage map[string]Stage, done map[string]bool, held map[string]time.Time, now time.Time) {
	overdue := 0
	for id, at := range stage {
		s := d.get(id, now)
		want := StateCompleted
		for _, sink := range s.Sinks {
			key := id + "/" + sink
			switch {
			case done[key]:
			case now.Before(held[key]) && want != StateIssued:
				want = StateHeld
			case !now.Before(held[key]):
				want = StateIssued
			}
		}
		switch {
		case at == StageReceived:
			want = StateReceived
		case at == StageCertified:
			want = StateCertified
		}
		require.Equal(t, want, s.State)
		late := now.After(s.Due) && (want == StateReceived || want == StateIssued)
		require.Equal(t, late, s.Overdue)
		if late {
			overdue++
		}
	}
	got, _ := d.Overdue(now)
	require.Equal(t, overdue, got)
}

// checkReplay reads the topics into new registers: in another order among them, and all messages twice.
func checkReplay(t *testing.T, d *desk, r *rand.Rand, now time.Time) {
	again := newDesk(t)
	steps := []func(){
		func() { all(d.requests, again.request) },
		func() { all(d.told, again.tell) },
		func() { all(d.acks, again.ack) },
	}
	r.Shuffle(len(steps), func(i, j int) { steps[i], steps[j] = steps[j], steps[i] })
	for _, step := range append(steps, steps...) {
		step()
	}
	require.Equal(t, d.All(now), again.All(now))
}

func all[T any](messages []T, f func(T)) {
	for _, m := range messages {
		f(m)
	}
}

// What was done for a request counts as it was first said: a second message, by whoever, changes nothing of it.
func TestIssuedIsSaidOnce(t *testing.T) {
	d := newDesk(t)
	r := testRequest("r1")
	d.request(r)
	first := issued(r)
	d.request(first)
	again := issued(r)
	again.Done.Directives = first.Done.Directives + 9
	d.request(again)
	require.Equal(t, first.Done.Directives, d.get("r1", midnight()).Request.Done.Directives)
}

// A register that is full refuses what would be a request more, whatever kind of message tells of it, and goes on with those it has.
func TestRegisterIsBounded(t *testing.T) {
	d := newDesk(t)
	d.request(testRequest("r1"))
	for i := range requestsMax {
		d.cases[fmt.Sprint(i)] = nil
	}
	r, m, a := testRequest("r2"), testDirective("r2", "analytics"), Ack{Request: "r2", Sink: "analytics", Answer: AnswerDone, At: midnight()}
	require.ErrorContains(t, d.TakeRequest(r.Key(), r.Value()), "more than")
	for _, request := range []string{"r2", "r1"} {
		m.Request, a.Request = request, request
		full := request == "r2"
		require.Equal(t, full, d.TakeDirective(m.Key(), m.Value()) != nil)
		require.Equal(t, full, d.TakeAck(a.Key(), a.Value()) != nil)
	}
}
