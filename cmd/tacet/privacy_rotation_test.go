package main

import (
	"cmp"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/pipeline"
	"github.com/sonexlabs/tacet/pipeline/audit"
	"github.com/sonexlabs/tacet/pipeline/source/kafkatest"
)

// breakStore puts something that is none in the place of the store of keys. Workers go on with the keys at hand until these are too old.
func (e *estate) breakStore() {
	e.t.Helper()
	require.NoError(e.t, os.Rename(e.path("store/keys.db"), e.path("store/kept")))
	e.give("store/keys.db", "no store of keys")
}

func (e *estate) mendStore() {
	e.t.Helper()
	require.NoError(e.t, os.Rename(e.path("store/kept"), e.path("store/keys.db")))
}

// rotation is a pipeline under load whose keys change.
type rotation struct {
	*estate
	group    string
	regulars []subjectOf // who call again and again
	canaries *mint       // the producer's
	produced sync.WaitGroup
	stopped  chan struct{}
}

// kindsLoad are kinds of canaries of which there are thousands.
var kindsLoad = []string{"email", "card spaced", "iban", "url", "nino", "stripe key", "spoken card", "spelled email", "password"}

// load writes records of both tenants until it is stopped.
func (r *rotation) load() {
	made := 0
	r.t.Cleanup(r.produced.Wait)
	r.produced.Go(func() {
		tick := time.NewTicker(50 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-r.stopped:
				r.made = made
				return
			case <-r.t.Context().Done(): // the test has failed
				return
			case <-tick.C:
			}
			byPartition := make([][]kafka.Record, estatePartitions)
			for range 8 {
				made++
				tenant, regular := []string{"acme", "globex"}[made%2], r.regulars[made/2%len(r.regulars)]
				call := "call-" + r.canaries.random(letters, 12)
				r.canaries.all = append(r.canaries.all, canary{text: call})
				value := fmt.Appendf(nil, `{"tenant_id":%q,"call_id":%q,"from":%q,"turn":%d,"text":"it is %s, thank you"}`,
					tenant, call, regular.phone, made, r.canaries.make(kindsLoad[made%len(kindsLoad)]))
				byPartition[made%3%2] = append(byPartition[made%3%2], kafka.Record{Time: time.Now(), Key: kafka.NewBytes([]byte(call)), Value: kafka.NewBytes(value)})
			}
			for p, records := range byPartition {
				answer, err := r.cluster.Client().Produce(r.t.Context(), &kafka.ProduceRequest{
					Topic: r.topics["calls"], Partition: p, RequiredAcks: kafka.RequireAll, Records: kafka.NewRecordReader(records...)})
				if err == nil {
					err = answer.Error
				}
				if err != nil && r.t.Context().Err() == nil {
					r.t.Error("produce:", err)
				}
			}
		}
	})
}

// latest waits until of the records of a tenant that come from now on 20 in a row look as they should, in each partition.
func (r *rotation) latest(w *worker, what, tenant string, ok func(left) bool) {
	r.t.Helper()
	from := r.ends(r.topics["joined"])
	rows := map[int]int{}
	w.until(what, func() bool {
		var all []kafka.Message
		all, from = r.cluster.Read(r.t, r.topics["joined"], from)
		for _, m := range all {
			l := r.parse(m.Key, m.Value)
			switch {
			case l.Tenant != tenant:
			case ok(l):
				rows[int(originOf(r.t, m.Headers).partition)]++
			default:
				rows[int(originOf(r.t, m.Headers).partition)] = 0
			}
		}
		return rows[0] >= 20 && rows[1] >= 20
	})
}

// keyVersion is that of the keys in a token, 0 in what is none.
func keyVersion(token string) int {
	parts := strings.Split(token, ":")
	if len(parts) != 3 {
		return 0
	}
	return must(strconv.Atoi(parts[1][1:]))
}

func isVersion(n int) func(left) bool {
	return func(l left) bool { return keyVersion(l.Call) == n && keyVersion(l.From) == n }
}

// Keys are rotated, destroyed and out of reach while records flow: none is lost, nothing is in clear, and tokens are those of the keys there
// are, or none.
func TestPrivacyRotation(t *testing.T) {
	t.Parallel()
	r := &rotation{estate: newEstate(t), group: kafkatest.Name("rotation"), stopped: make(chan struct{})}
	r.canaries = newMint(r.rng.Uint64())
	for range 4 {
		r.regulars = append(r.regulars, r.somebody())
	}
	first, second := r.start(0, r.group), r.start(1, r.group)
	r.load()
	r.latest(first, "version 1", "acme", isVersion(1))
	r.command("", "keys", "rotate", "--tenant", "acme", "--mode", "break")
	r.latest(first, "version 2", "acme", isVersion(2))
	r.command("", "keys", "rotate", "--tenant", "acme", "--mode", "chain")
	r.latest(first, "version 3", "acme", isVersion(3))
	r.command("", "keys", "shred", "--tenant", "globex", "--all", "--confirm", "globex")
	r.latest(first, "no tokens of globex", "globex", isVersion(0))
	require.Positive(t, first.metric("tacet_degraded_values_total")+second.metric("tacet_degraded_values_total"))

	r.breakStore()
	r.latest(first, "no tokens of acme", "acme", isVersion(0))
	r.mendStore()
	r.latest(first, "tokens again", "acme", isVersion(3))

	second.stop()
	kek := string(must(os.ReadFile(r.path("kek"))))
	r.give("kek", strings.Repeat("another key ", 4))
	wrong := r.start(1, r.group)
	require.Error(t, wrong.wait(), "a worker that can't open the store does not begin")
	require.NotContains(t, wrong.log.String(), "another key")
	r.give("kek", kek)
	second = r.start(1, r.group)
	r.latest(first, "both at work", "acme", isVersion(3))
	close(r.stopped)
	r.produced.Wait()
	r.mint.all = append(r.mint.all, r.canaries.all...)
	first.finish()
	first.stop()
	second.stop()

	r.nothingLost()
	r.tokens()
	r.audits()
}

// nothingLost checks that every record is in every sink, or that a compacted topic refused it for want of a key: an embedded broker
// refuses none.
func (r *rotation) nothingLost() {
	t := r.t
	inputs := r.inputs()
	require.Len(t, inputs, r.made)
	refused := map[string]map[int]bool{}
	for _, l := range r.quarantined() {
		require.Equal(t, pipeline.ClassSink, l.Class)
		require.Equal(t, "analytics", l.Sink, "only that topic asks for keys")
		if refused[l.Sink] == nil {
			refused[l.Sink] = map[int]bool{}
		}
		refused[l.Sink][inputs[origin{l.Topic, l.Partition, l.Offset}]] = true
	}
	for _, sink := range estateSinks {
		turns := r.turnsIn(sink, nil)
		for n := range refused[sink] {
			require.False(t, turns[n])
			turns[n] = true
		}
		require.Len(t, turns, r.made, sink)
	}
	t.Logf("%d records; %d refused for want of a key", r.made, len(refused["analytics"]))
}

var isToken = regexp.MustCompile(`^\[CALL_ID:r\d:[b-t]{24}\]$`)

// tokens checks those of both tenants in all topics.
func (r *rotation) tokens() {
	t := r.t
	for _, sink := range estateKafka {
		froms := map[string]map[int]map[string]bool{"acme": {}, "globex": {}} // by tenant and version
		keys, differ := map[string]int{}, 0
		for _, l := range r.in(sink, nil) {
			// Keys may come, go and change within a record. One key that many calls had would make them one in a compacted topic.
			if len(l.key) > 0 {
				other, again := keys[string(l.key)] // of the same record where it was delivered twice
				require.True(t, isToken.Match(l.key) && (!again || other == l.Turn), "each call has a key of its own, or none: %s", l.key)
				keys[string(l.key)] = l.Turn
			}
			require.True(t, l.Call == "[CALL_ID]" || isToken.MatchString(l.Call), l.Call)
			if keyVersion(l.Call) == keyVersion(string(l.key)) {
				require.Equal(t, cmp.Or(string(l.key), "[CALL_ID]"), l.Call)
			} else {
				differ++
			}
			v := keyVersion(l.From)
			if froms[l.Tenant][v] == nil {
				froms[l.Tenant][v] = map[string]bool{}
			}
			froms[l.Tenant][v][l.From] = true
		}
		for v := range 4 {
			switch {
			case v == 0 && sink == "analytics" && r.cluster.Kfake() == nil: // refused
			case v == 0:
				require.Equal(t, map[string]bool{"[FROM]": true}, froms["acme"][v], sink)
				require.Equal(t, map[string]bool{"[FROM]": true}, froms["globex"][v], sink)
			default:
				require.Len(t, froms["acme"][v], len(r.regulars), "%s: one token for each who called, in version %d", sink, v)
				require.Len(t, froms["globex"][v], map[int]int{1: len(r.regulars)}[v], sink)
			}
		}
		require.Less(t, differ, 20, "few records are at work while keys change")
		r.rekeyed(sink, froms["acme"])
	}
}

// rekeyed brings the tokens of a sink to the present version: from the one before it, which the chain goes on from, and not from the one
// before that.
func (r *rotation) rekeyed(sink string, froms map[int]map[string]bool) {
	t := r.t
	lines := func(v int) string {
		var all []string
		for token := range froms[v] {
			all = append(all, token)
		}
		slices.Sort(all)
		return strings.Join(all, "\n")
	}
	args := []string{"keys", "rekey", "--tenant", "acme", "--domain", sink, "--config", r.path("tacet.yaml")}
	now := strings.Split(r.must(lines(2), args...), "\n")
	require.Len(t, now, len(r.regulars))
	for _, token := range now {
		require.True(t, froms[3][token], "what the pipeline makes of the same number")
	}
	out, errOut, code := r.run(lines(1), args...)
	require.Equal(t, exitFailed, code)
	require.Contains(t, errOut, "no chain leads on")
	require.Equal(t, lines(1), out)
}

func (r *rotation) audits() {
	t := r.t
	actions := r.audited("audit", "audit-1", "audit/keys")
	for action, n := range map[string]int{"key.rotated": 2, "key.shredded": 1, "key.created": 2} {
		require.Equal(t, n, actions[action], action)
	}
	for _, action := range []string{"start", "stop", "batch", "key.unwrapped", "key.unavailable"} {
		require.Positive(t, actions[action], action)
	}
	counts := map[string]int64{}
	for _, dir := range []string{"audit", "audit-1"} {
		require.NoError(t, audit.Read(r.path(dir), 0, func(e audit.Entry) error {
			for _, c := range e.Counts {
				counts[c.Name] += c.N
			}
			return nil
		}))
	}
	require.GreaterOrEqual(t, counts["in"], int64(r.made))
	require.Positive(t, counts["degraded"])
}
