package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"
	"golang.org/x/mod/sumdb/note"

	"github.com/sonexlabs/tacet/pipeline"
	"github.com/sonexlabs/tacet/pipeline/source/kafkatest"
	"github.com/sonexlabs/tacet/pipeline/subject"
)

// erasure is what TestPrivacyErasure knows of its records.
type erasure struct {
	*estate
	somebody         subjectOf
	named            string       // the call that is known by its id
	calls            []string     // all of somebody's calls
	subject, others  map[int]bool // numbers of records
	accounts         map[int]bool // those of subject that are of an account
	long, othersLong int          // records that are too long at first
}

// subjectOf is an invented person.
type subjectOf struct{ phone, spoken, email, user string }

// somebody makes a person with a number of the range kept for fiction. There are 900 such people.
func (e *estate) somebody() subjectOf {
	n := fmt.Sprint(100 + e.people)
	e.people++
	s := subjectOf{phone: "+44 7700 900" + n, email: e.mint.make("email"), user: e.name("user")}
	s.spoken = "oh seven seven double oh " + aloud("900"+n)
	e.mint.all = append(e.mint.all, canary{s.phone, []string{"7700900" + n, "7700 900" + n, aloud("900" + n)}})
	return s
}

// send makes records of somebody and of others, in no particular order, but that of each call.
func (e *erasure) send() {
	s := e.somebody
	calls := map[string][]kafka.Message{}
	add := func(of map[int]bool, call, from, text string) {
		m, n := e.turn("acme", call, from, text)
		of[n] = true
		calls[call] = append(calls[call], m)
	}
	for i := range 5 {
		e.calls = append(e.calls, e.name(fmt.Sprint("call-", i)))
	}
	e.named = e.calls[0]
	long := strings.Repeat("and so on ", 500)
	add(e.subject, e.calls[0], e.estate.somebody().phone, "named by the id of the call")
	add(e.subject, e.calls[1], "", "you can reach me at "+s.spoken)
	add(e.subject, e.calls[1], "", "that was all")
	add(e.subject, e.calls[2], s.phone, "named by a number in the metadata")
	add(e.subject, e.calls[3], "", "write to "+s.email+" please")
	add(map[int]bool{}, e.calls[4], s.phone, long)
	e.long = e.made
	for i := range 25 {
		o, call := e.estate.somebody(), e.name("call")
		add(e.others, call, o.phone, "it is "+[]string{o.spoken, o.email, o.phone, "nothing"}[i%4])
		add(e.others, call, "", "goodbye")
	}
	other := e.estate.somebody()
	add(map[int]bool{}, e.name("call"), other.phone, long)
	e.othersLong = e.made
	mine, n := e.account("acme", s.user, s.email)
	e.accounts[n], e.subject[n] = true, true
	theirs, n := e.account("acme", other.user, other.email)
	e.others[n] = true
	names := slices.Sorted(maps.Keys(calls))
	e.rng.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	for _, call := range names {
		e.cluster.Produce(e.t, e.topics["calls"], calls[call])
	}
	e.cluster.Produce(e.t, e.topics["accounts"], []kafka.Message{mine, theirs})
}

// again sends more of somebody, once the keys were rotated: erasing takes the tokens of both versions.
func (e *erasure) again() {
	e.command("", "keys", "rotate", "--tenant", "acme", "--mode", "break")
	s := e.somebody
	for call, how := range map[string][2]string{
		e.calls[0]: {e.estate.somebody().phone, "the call that is named goes on"},
		e.calls[1]: {"", "once more, it is " + s.spoken},
		e.calls[2]: {s.phone, "this one goes on too"},
	} {
		m, n := e.turn("acme", call, how[0], how[1])
		e.subject[n] = true
		e.cluster.Produce(e.t, e.topics["calls"], []kafka.Message{m})
	}
	m, n := e.account("acme", s.user, s.email)
	e.accounts[n], e.subject[n] = true, true
	e.cluster.Produce(e.t, e.topics["accounts"], []kafka.Message{m})
}

// Whoever is erased is gone from every sink, by whatever the records name them, and does not come back: not when everything is read
// again from the first record, not from quarantine, not under a list that can't be read or is an older one.
func TestPrivacyErasure(t *testing.T) {
	t.Parallel()
	e := &erasure{estate: newEstate(t), subject: map[int]bool{}, others: map[int]bool{}, accounts: map[int]bool{}}
	public := e.must("", "reveal", "keygen", "--tenant", "acme", "--out", e.path("acme.key"))
	e.give("acme.pub", public)
	e.command("", "keys", "reveal-key", "set", e.path("acme.pub"), "--tenant", "acme")
	e.somebody = e.estate.somebody()
	e.send()
	group := kafkatest.Name("erasure")
	w := e.start(0, group)
	w.finish()
	w.stop()
	e.again()
	w = e.start(0, group)
	w.finish()
	for _, sink := range estateSinks {
		seen := e.turnsIn(sink, nil)
		require.Equal(t, len(e.subject)+len(e.others), len(seen), sink)
	}
	require.Len(t, e.quarantined(), 2)

	id := e.erase()
	e.told(id)
	e.live(w)
	w.stop()
	e.replayed()
	e.broughtBack()
	e.forgotten()
	e.certified(id)
	e.refused()
	actions := e.audited("audit", "audit/keys", "audit/rights", "audit/replay")
	for _, action := range []string{"start", "stop", "batch", "key.unwrapped", "key.created", "key.rotated", "key.reveal key set", "rights.erase", "rights.issued",
		"rights.done", "rights.held", "rights.certificate", "replay", "replay.end"} {
		require.Positive(t, actions[action], action)
	}
}

// erase asks for it while the worker runs.
func (e *erasure) erase() (id string) {
	s := e.somebody
	return e.command(fmt.Sprintf("PHONE %s\nEMAIL %s\nACCOUNT_ID %s\nCALL_ID %s\n", s.phone, s.email, s.user, e.named),
		"erase", "--tenant", "acme", "--from", "-", "--ticket", "DP-17", "--by", "dpo")
}

// told checks that each sink is told to delete exactly the tokens that it has of the person, and the call that was named.
func (e *erasure) told(id string) {
	t := e.t
	directives := e.newest("directives")
	require.Len(t, directives, len(estateSinks)+1)
	calls := map[string]bool{}
	for _, sink := range estateSinks {
		d, err := subject.ParseDirective([]byte(id+"/"+sink), []byte(directives[id+"/"+sink]))
		require.NoError(t, err)
		require.Len(t, d.Calls, 2, "under both versions of the keys")
		kinds, found := map[string]int{}, map[string]bool{}
		for _, l := range e.in(sink, nil) {
			named := slices.Contains(d.Calls, l.Call) // which has somebody else's number
			if named {
				found[l.Call] = true
			}
			for _, token := range l.tokens() {
				mine := e.subject[l.Turn] && !named
				require.Equal(t, mine, slices.Contains(d.Tokens, token), "%s: %s in record %d", sink, token, l.Turn)
				if mine {
					kinds[token[:strings.IndexByte(token, ':')+3]]++
				}
			}
		}
		want := "[EMAIL:r1 [EMAIL:r2 [FROM:r1 [FROM:r2 [USER_ID:r1 [USER_ID:r2"
		if sink == "joined" {
			want = "[EMAIL:p1 [EMAIL:r1 [EMAIL:r2 [FROM:r1 [FROM:r2 [PHONE:r1 [PHONE:r2 [USER_ID:r1 [USER_ID:r2"
		}
		require.Equal(t, want, strings.Join(slices.Sorted(maps.Keys(kinds)), " "), sink)
		require.Len(t, found, 2, "%s has the call under the tokens it is told", sink)
		for _, call := range d.Calls {
			require.False(t, calls[call], "each sink knows the call under another token")
			calls[call] = true
			if sink == "analytics" {
				value, there := e.newest(sink)[call]
				require.True(t, there && value == "", "a tombstone in the compacted topic")
				e.capsulesOf(call, 1, 0)
			}
		}
	}
}

// capsulesOf counts the keys of a call's capsules, and how many of them still have a value.
func (e *estate) capsulesOf(call string, keys, values int) {
	e.t.Helper()
	for key, value := range e.newest("sealed") {
		if strings.HasPrefix(key, call+"/") {
			keys--
			if value != "" {
				values--
			}
		}
	}
	require.Zero(e.t, keys)
	require.Zero(e.t, values)
}

// live checks that a worker that runs heeds what was asked: a record that comes late is dropped, a younger one is not.
func (e *erasure) live(w *worker) {
	w.until("the list", func() bool { return w.metric("tacet_suppressed_subjects") > 0 })
	late, n := e.turn("acme", e.name("call"), e.somebody.phone, "on its way since before")
	late.Time = time.Now().Add(-time.Hour)
	e.subject[n] = true
	young, younger := e.turn("acme", e.name("call"), e.somebody.phone, "it is me again")
	e.others[younger] = true
	e.cluster.Produce(e.t, e.topics["calls"], []kafka.Message{late, young})
	w.finish()
	for _, sink := range estateSinks {
		turns := e.turnsIn(sink, nil)
		require.False(e.t, turns[n], sink)
		require.True(e.t, turns[younger], sink)
	}
	require.Positive(e.t, w.metric("tacet_records_total"))
	require.Zero(e.t, w.metric("tacet_requests_overdue"))
	require.InDelta(e.t, 1, w.metric("tacet_requests_open"), 0)
}

// replayed reads everything again from the first record into the same sinks, as another group.
func (e *erasure) replayed() {
	marks := map[string]map[int]int64{}
	for _, sink := range append(estateKafka, "sealed") {
		marks[sink] = e.ends(e.topics[sink])
	}
	w := e.start(0, kafkatest.Name("again"))
	w.finish()
	w.stop()
	for _, sink := range estateSinks {
		require.Equal(e.t, e.others, e.turnsIn(sink, marks[sink]), "%s: others come again, the subject does not", sink)
	}
	records := e.inputs()
	sealed, _ := e.cluster.Read(e.t, e.topics["sealed"], marks["sealed"])
	require.NotEmpty(e.t, sealed)
	for _, m := range sealed {
		require.True(e.t, e.others[records[originOf(e.t, m.Headers)]], "capsules of others only")
	}
}

// inputs are the numbers of all records by where they stand.
func (e *estate) inputs() map[origin]int {
	all := map[origin]int{}
	for _, topic := range []string{e.topics["calls"], e.topics["accounts"]} {
		for _, m := range e.read(topic) {
			all[origin{topic, int32(m.Partition), m.Offset}] = e.numberOf(m.Value)
		}
	}
	return all
}

// numberOf is that of a record, before or after the pipeline.
func (e *estate) numberOf(value []byte) int {
	var l left
	require.NoError(e.t, json.Unmarshal(value, &l))
	return l.Turn
}

// quarantined lists what is in quarantine.
func (e *estate) quarantined() (all []listed) {
	for line := range strings.Lines(e.command("", "quarantine", "list", "--json")) {
		var l listed
		require.NoError(e.t, json.Unmarshal([]byte(line), &l))
		all = append(all, l)
	}
	return all
}

// broughtBack replays the quarantine under a higher limit: what was too long comes to the sinks, unless it is the subject's.
func (e *erasure) broughtBack() {
	t := e.t
	require.Len(t, e.quarantined(), 2)
	e.give("wider.yaml", strings.Replace(string(must(os.ReadFile(e.path("tacet.yaml")))), "record_bytes: 4KiB", "record_bytes: 1MiB", 1))
	marks := map[string]map[int]int64{}
	for _, sink := range estateKafka {
		marks[sink] = e.ends(e.topics[sink])
	}
	_, errOut, code := e.run("", "quarantine", "replay", "--config", e.path("wider.yaml"), "--identity", e.path("identity"))
	require.Zero(t, code, errOut)
	require.Empty(t, e.quarantined())
	for _, sink := range estateKafka {
		back := e.in(sink, marks[sink])
		require.Len(t, back, 1, sink)
		require.Equal(t, e.othersLong, back[0].Turn, "the subject's stays away")
	}
}

// forgotten erases the rest of the subject's calls by their ids, which the platform knows: of each, the newest in compacted topics is a
// tombstone.
func (e *erasure) forgotten() {
	t := e.t
	var ids strings.Builder
	for _, call := range e.calls {
		fmt.Fprintln(&ids, "CALL_ID", call)
	}
	id := e.command(ids.String(), "erase", "--tenant", "acme", "--from", "-")
	d, err := subject.ParseDirective([]byte(id+"/analytics"), []byte(e.newest("directives")[id+"/analytics"]))
	require.NoError(t, err)
	require.Len(t, d.Calls, 2*len(e.calls))
	newest, sealed, live := e.newest("analytics"), e.newest("sealed"), map[int]bool{}
	for _, call := range d.Calls {
		value, there := newest[call]
		require.True(t, there)
		require.Empty(t, value)
		for key, value := range sealed {
			require.False(t, strings.HasPrefix(key, call+"/") && value != "", "a capsule is left")
		}
	}
	for _, value := range newest {
		if value != "" {
			live[e.numberOf([]byte(value))] = true
		}
	}
	for n := range e.subject {
		require.True(t, e.accounts[n] || !live[n], "record %d: only what is not of a call has no tombstone", n)
	}
	kept := 0
	for n := range e.others {
		if live[n] {
			kept++
		}
	}
	require.Greater(t, kept, 25, "the last record of every other call")
}

// certified takes the first request to its end.
func (e *erasure) certified(id string) {
	t := e.t
	e.command("", "requests", "ack", id, "--sink", "analytics", "--count", "1")
	for _, sink := range []string{"joined", "training", "sealed"} {
		e.command("", "requests", "ack", id, "--sink", sink, "--count", "3", "--by", "ops")
	}
	e.command("", "requests", "hold", id, "--sink", "archive", "--until", "2999-01-01T00:00:00Z", "--basis", "DPDP Rules 2025, Rule 8(3)")
	_, errOut, code := e.run("", "requests", "certificate", id, "--config", e.path("tacet.yaml"))
	require.Equal(t, exitFailed, code)
	require.Contains(t, errOut, "needs the answer of every sink")
	require.Contains(t, e.command("", "requests", "list"), "held")
	e.command("", "requests", "ack", id, "--sink", "archive", "--count", "1")
	e.give("certificate", e.command("", "requests", "certificate", id)+"\n")
	said := e.must("", "requests", "verify", e.path("certificate"), "--key", e.public)
	require.Contains(t, said, id)
	c, err := subject.VerifyCertificate(must(os.ReadFile(e.path("certificate"))), must(note.NewVerifier(e.public)))
	require.NoError(t, err)
	for _, place := range c.Effective {
		if place.Where == "topic "+e.topics["analytics"] || place.Where == "topic "+e.topics["sealed"] {
			require.WithinDuration(t, c.Issued.Add(24*time.Hour), place.By, time.Second, "what the topics promise")
		}
	}
	require.Len(t, c.Effective, len(estateSinks)+4, "sinks, sources and workers")
	text := strings.Replace(string(must(os.ReadFile(e.path("certificate")))), "DP-17", "DP-18", 1)
	e.give("certificate", text)
	_, _, code = e.run("", "requests", "verify", e.path("certificate"), "--key", e.public)
	require.Equal(t, exitFailed, code)
}

// refused starts workers whose list is an older copy, or can't be read: they consume nothing.
func (e *erasure) refused() {
	t := e.t
	e.topics["older"] = kafkatest.Name("older")
	e.cluster.CreateTopicNamed(t, e.topics["older"], 1, forgetful...)
	all := e.read(e.topics["suppress"])
	e.cluster.Produce(t, e.topics["older"], all[:len(all)-1])
	ends := e.ends(e.topics["joined"])
	w := e.startWith(0, kafkatest.Name("older"), "older")
	require.Error(t, w.wait())
	require.Contains(t, w.log.String(), "older than one that was seen before")
	require.Empty(t, e.cluster.Committed(t, w.group, e.topics["calls"]))
	require.Equal(t, ends, e.ends(e.topics["joined"]))

	if e.cluster.Kfake() == nil { // a real broker can't be made to refuse, but to know no such topic
		e.topics["nowhere"] = kafkatest.Name("nowhere")
		w = e.startWith(0, kafkatest.Name("nowhere"), "nowhere")
		require.Error(t, w.wait())
		require.Empty(t, e.cluster.Committed(t, w.group, e.topics["calls"]))
		delete(e.topics, "nowhere")
		return
	}
	fault := e.cluster.Kfake().Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Fetch}, Topic: e.topics["suppress"], Count: -1, Err: kerr.TopicAuthorizationFailed})
	w = e.start(0, kafkatest.Name("unread"))
	w.until("a worker that waits", func() bool {
		_, body := get(t, "http://"+w.listen+"/readyz")
		return strings.Contains(body, "not loaded")
	})
	time.Sleep(300 * time.Millisecond) // it would have begun by now
	require.Empty(t, e.cluster.Committed(t, w.group, e.topics["calls"]))
	require.Equal(t, ends, e.ends(e.topics["joined"]))
	fault.Remove()
	w.finish()
	w.stop()
	require.NotEqual(t, ends, e.ends(e.topics["joined"]))
	for _, entry := range e.quarantined() {
		require.Equal(t, pipeline.ClassSize, entry.Class)
	}
}
