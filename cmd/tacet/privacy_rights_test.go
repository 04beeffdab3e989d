package main

import (
	"fmt"
	"testing"

	"github.com/segmentio/kafka-go"
	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/pipeline"
	"github.com/sonexlabs/tacet/pipeline/source/kafkatest"
)

// Who restricts is only kept, sealed; who objects leaves nothing; who withdraws a consent leaves nothing where it is needed. Each is taken
// back, and holds for the tenant only that was asked.
func TestPrivacyRights(t *testing.T) {
	t.Parallel()
	e := newEstate(t)
	restricts, objects, withdraws, elsewhere := e.somebody(), e.somebody(), e.somebody(), e.somebody()
	ask := func(s subjectOf, args ...string) {
		t.Helper()
		e.command(fmt.Sprintf("PHONE %s\nEMAIL %s\n", s.phone, s.email), append(args, "--tenant", "acme", "--from", "-")...)
	}
	ask(restricts, "restrict")
	ask(objects, "object")
	ask(withdraws, "withdraw", "--consent", "training")
	ask(elsewhere, "withdraw", "--consent", "surveys")
	const quiet, consenting, everywhere = "none", "all but training", "all"
	want := map[int]string{}
	parked := map[int]bool{}
	send := func(tenant string, s subjectOf, reach string) (numbers []int) {
		t.Helper()
		for _, how := range []struct{ from, text string }{{s.phone, "hello"}, {"", "it is " + s.spoken}, {"", "it is " + s.email}} {
			call := e.name("call")
			m, n := e.turn(tenant, call, how.from, how.text)
			after, more := e.turn(tenant, call, "", "and that was it")
			e.cluster.Produce(t, e.topics["calls"], []kafka.Message{m, after})
			want[n], want[more] = reach, reach
			numbers = append(numbers, n, more)
		}
		return numbers
	}
	for _, n := range send("acme", restricts, quiet) {
		parked[n] = true
	}
	send("acme", objects, quiet)
	send("acme", withdraws, consenting)
	send("acme", elsewhere, everywhere)
	send("acme", e.somebody(), everywhere)
	for _, s := range []subjectOf{restricts, objects, withdraws} {
		send("globex", s, everywhere)
	}
	check := func(from map[string]map[int]int64) {
		t.Helper()
		for _, sink := range estateSinks {
			expected := map[int]bool{}
			for n, reach := range want {
				if reach == everywhere || reach == consenting && sink != "training" {
					expected[n] = true
				}
			}
			require.Equal(t, expected, e.turnsIn(sink, from[sink]), sink)
		}
	}
	w := e.start(0, kafkatest.Name("rights"))
	w.finish()
	check(nil)
	records := e.inputs()
	inQuarantine := func() map[int]bool {
		numbers := map[int]bool{}
		for _, l := range e.quarantined() {
			require.Equal(t, pipeline.ClassRestricted, l.Class)
			require.True(t, l.Sealed)
			numbers[records[origin{l.Topic, l.Partition, l.Offset}]] = true
		}
		return numbers
	}
	require.Equal(t, parked, inQuarantine())

	replay := []string{"quarantine", "replay", "--config", e.path("tacet.yaml"), "--identity", e.path("identity")}
	_, errOut, code := e.run("", replay...)
	require.Equal(t, exitFailed, code)
	require.Contains(t, errOut, fmt.Sprintf("%d entries stay", len(parked)))
	check(nil)
	ask(restricts, "restrict", "--lift")
	e.must("", replay...)
	require.Empty(t, e.quarantined())
	for n := range parked {
		want[n] = everywhere
	}
	check(nil)

	// What is taken back holds for what comes from then on, also for a worker that runs.
	ask(objects, "object", "--lift")
	ask(withdraws, "withdraw", "--consent", "training", "--lift")
	w.until("nobody who asks for anything here", func() bool { return w.metric("tacet_suppressed_subjects") == float64(len(formsOf(elsewhere))) })
	send("acme", objects, everywhere)
	send("acme", withdraws, everywhere)
	w.finish()
	check(nil)
	w.stop()
	actions := e.audited("audit", "audit/keys", "audit/rights", "audit/replay")
	require.Equal(t, 2, actions["rights.restrict"])
	require.Equal(t, 2, actions["rights.object"])
	require.Equal(t, 3, actions["rights.withdraw"])
	require.Equal(t, 2, actions["replay"])
}

// formsOf are the ids that a person's number and address have.
func formsOf(s subjectOf) []string {
	return append(must(newIdentifier("PHONE", s.phone)).forms, must(newIdentifier("EMAIL", s.email)).forms...)
}

// While a tenant's key can't be had, nobody knows who asked for something: its records wait in quarantine, and come to the sinks with the
// key, unless somebody did ask.
func TestPrivacyWithoutTheKey(t *testing.T) {
	t.Parallel()
	e := newEstate(t)
	s := e.somebody()
	e.command("PHONE "+s.phone+"\n", "object", "--tenant", "acme", "--from", "-")
	w := e.start(0, kafkatest.Name("keyless"))
	want := map[int]bool{}
	mine := e.name("call")
	send := func(from string) int {
		call := mine
		if from != "" && from != s.phone {
			call = e.name("call")
		}
		m, n := e.turn("acme", call, from, "hello")
		e.cluster.Produce(t, e.topics["calls"], []kafka.Message{m})
		return n
	}
	want[send(e.somebody().phone)] = true
	w.finish()
	e.breakStore()
	w.until("records that wait", func() bool { // the keys at hand must have become too old
		before := w.metric("tacet_dlq_records_total")
		for range 10 { // in all threads of the worker
			want[send(e.somebody().phone)] = true
		}
		w.finish()
		return w.metric("tacet_dlq_records_total") == before+10
	})
	send(s.phone)
	want[send(e.somebody().phone)] = true
	w.finish()
	waiting := map[string]int{} // by the sink that a record waits for, "" for all
	for _, l := range e.quarantined() {
		require.True(t, l.Sealed)
		if l.Sink == "" {
			require.Equal(t, pipeline.ClassKey, l.Class)
		} else { // its ids had a key still and its tokens none, and a compacted topic refuses what has no key
			require.Equal(t, pipeline.ClassSink, l.Class)
			require.Equal(t, "analytics", l.Sink)
		}
		waiting[l.Sink]++
	}
	require.GreaterOrEqual(t, waiting[""], 3)
	for _, sink := range estateSinks {
		require.Len(t, e.turnsIn(sink, nil), len(want)+1-waiting[""]-waiting[sink], sink)
	}
	e.mendStore()
	w.until("records that don't wait", func() bool {
		before := w.metric("tacet_dlq_records_total")
		for range 10 { // for all threads of the worker
			want[send(e.somebody().phone)] = true
		}
		w.finish()
		return w.metric("tacet_dlq_records_total") == before
	})
	send("") // a turn of the call that named somebody when that told nothing
	w.finish()
	w.stop()
	e.must("", "quarantine", "replay", "--config", e.path("tacet.yaml"), "--identity", e.path("identity"))
	require.Empty(t, e.quarantined())
	for _, sink := range estateSinks {
		require.Equal(t, want, e.turnsIn(sink, nil), sink)
	}
	require.Positive(t, e.audited("audit", "audit/replay")["key.unavailable"])
}
