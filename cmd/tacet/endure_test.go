package main

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/sonexlabs/tacet/pipeline/source/kafkatest"
)

// Files of policies that are none are put in place, workers come, are told to end and are killed under load, at random moments, and somebody objects while one does: no record of theirs leaves any
// worker once all know, nothing else is lost, what a worker that was told to end leaves behind is whole, and it ends soon and well.
func TestStopsUnderLoad(t *testing.T) {
	t.Parallel()
	r := &rotation{estate: newEstate(t), group: kafkatest.Name("stops"), stopped: make(chan struct{})}
	r.canaries = newMint(r.rng.Uint64())
	r.cluster.ExpireMembers(t, r.group)
	for range 4 {
		r.regulars = append(r.regulars, r.somebody())
	}
	gone := r.regulars[1]
	workers := []*worker{r.start(0, r.group), r.start(1, r.group)}
	r.load()
	workers[0].until("records", func() bool { return workers[0].metric("tacet_sink_records_total") > 0 })
	for _, w := range workers {
		w.until("its start", func() bool { return strings.Contains(w.log.String(), `"started"`) }) // it may look away from SIGHUP before
	}
	for _, broken := range []string{"tenants: [", strings.Replace(estatePolicy, "transcript:", "voicemail:", 1)} {
		r.give("policy.yaml", broken)
		for _, w := range workers {
			refused := w.metric(`tacet_config_reloads_total{outcome="refused"}`)
			require.NoError(t, w.cmd.Process.Signal(syscall.SIGHUP))
			w.until("a policy that is refused", func() bool { return w.metric(`tacet_config_reloads_total{outcome="refused"}`) > refused })
		}
	}
	r.give("policy.yaml", estatePolicy)
	var silent int // record from which on nothing of gone may leave
	for i := range 4 {
		time.Sleep(time.Duration(r.rng.IntN(1500)) * time.Millisecond)
		w := workers[i%2]
		object := exec.Command(quickBinary(t), "object", "--config", r.path("tacet.yaml"), "--tenant", "acme", "--phone", gone.phone)
		object.Args[0] = "tacet"
		if i == 2 {
			require.NoError(t, object.Start())
		}
		if i == 1 {
			require.NoError(t, w.cmd.Process.Kill())
			require.Error(t, w.wait())
		} else {
			began := time.Now()
			w.stop()
			require.Less(t, time.Since(began), 20*time.Second, "a drain takes 2 s here at most")
		}
		if i == 2 {
			require.NoError(t, object.Wait())
		}
		workers[i%2] = r.start(w.number, r.group)
		if i == 2 {
			for _, w := range workers {
				w.until("the list", func() bool { return w.metric("tacet_suppressed_subjects") > 0 })
			}
			silent = r.sent()
		}
	}
	time.Sleep(time.Second)
	close(r.stopped)
	r.produced.Wait()
	workers[0].finish()
	for _, w := range workers {
		w.stop()
	}
	r.noHalves()
	mine := func(n int) bool { return n%2 == 0 && r.regulars[n/2%len(r.regulars)] == gone } // see load
	inputs := r.inputs()
	require.Len(t, inputs, r.made)
	require.Empty(t, r.quarantined())
	for _, sink := range estateSinks {
		turns := r.turnsIn(sink, nil)
		for n := range r.made {
			n++
			switch {
			case !mine(n):
				require.True(t, turns[n], "%s: record %d is lost", sink, n)
			case n >= silent:
				require.False(t, turns[n], "%s: record %d of somebody who objected", sink, n)
			}
		}
	}
	t.Logf("%d records, silent from %d on", r.made, silent)
	r.audited("audit", "audit-1", "audit/rights")
}

// Brokers that are away, that refuse what they allowed before, lose a topic or get more partitions while records flow: the pipeline holds, says
// so and counts it, and goes on without loss when that is mended.
func TestBrokerTrouble(t *testing.T) {
	t.Parallel()
	e := newEstate(t)
	k, group := e.cluster.RequireKfake(t), kafkatest.Name("trouble")
	var away atomic.Bool
	k.Control(func(kmsg.Request) (kmsg.Response, error, bool) {
		k.KeepControl()
		return nil, errors.New("away"), away.Load() // ends the connection
	})
	refused := func(key kmsg.Key, topic, group string, err *kerr.Error) func() func() {
		return func() (mend func()) {
			return k.Fault(kfake.Fault{Keys: []kmsg.Key{key}, Topic: topic, Group: group, Count: -1, Err: err}).Remove
		}
	}
	const sinks, source, commits = "tacet_sink_retries_total", "tacet_source_fetch_errors_total", "tacet_commit_errors_total"
	troubles := []struct {
		what, counted string
		begin         func() (mend func())
	}{
		{"brokers are away", sinks, func() func() { away.Store(true); return func() { away.Store(false) } }},
		{"writing is refused", sinks, refused(kmsg.Produce, e.topics["analytics"], "", kerr.TopicAuthorizationFailed)},
		{"reading is refused", source, refused(kmsg.Fetch, e.topics["calls"], "", kerr.TopicAuthorizationFailed)},
		{"commits are refused", commits, refused(kmsg.OffsetCommit, "", group, kerr.GroupAuthorizationFailed)},
		{"replicas are missing", sinks, refused(kmsg.Produce, e.topics["joined"], "", kerr.NotEnoughReplicas)},
		{"leaders move", "", func() func() {
			for p := range int32(estatePartitions) {
				require.NoError(t, k.MoveTopicPartition(e.topics["calls"], p, (k.LeaderFor(e.topics["calls"], p)+1)%3))
			}
			return func() {}
		}},
	}
	e.rng.Shuffle(len(troubles), func(i, j int) { troubles[i], troubles[j] = troubles[j], troubles[i] })
	if os.Getenv("TACET_CHAOS") != "long" {
		troubles = troubles[:3]
	}
	w, batches := e.start(0, group), 0
	batch := func() { e.batch(10); batches++ }
	batch()
	w.finish()
	for _, trouble := range troubles {
		t.Log(trouble.what)
		before := w.metric(trouble.counted)
		batch()
		mend := trouble.begin()
		if !away.Load() {
			batch()
		}
		if trouble.counted != "" {
			w.until(trouble.what, func() bool { return w.metric(trouble.counted) > before })
		}
		mend()
		w.finish()
	}

	// What a topic had is gone with it; what comes from then on is in the new one.
	kept := e.turnsIn("training", nil)
	name := e.topics["training"]
	deleted, err := e.cluster.Client().DeleteTopics(t.Context(), &kafka.DeleteTopicsRequest{Topics: []string{name}})
	require.NoError(t, err)
	require.NoError(t, deleted.Errors[name])
	before := w.metric(sinks)
	batch()
	w.until("a topic that is gone", func() bool { return w.metric(sinks) > before })
	e.cluster.CreateTopicNamed(t, name, estatePartitions+1, boundedRetention())
	w.finish()
	w.stop()

	require.Len(t, e.quarantined(), batches)
	for _, sink := range estateSinks {
		turns := e.turnsIn(sink, nil)
		if sink == "training" {
			maps.Copy(turns, kept)
		}
		require.Len(t, turns, e.made, sink)
	}
	e.noHalves()
	e.audited("audit")
}

// While what people ask for can't be read for longer than a bound, nothing leaves a worker, and it isn't ready; all of it leaves once that can be read.
func TestHeldUntilRead(t *testing.T) {
	t.Parallel()
	e := newEstate(t)
	k := e.cluster.RequireKfake(t)
	w := e.start(0, kafkatest.Name("held"))
	e.batch(10)
	w.finish()
	refused := k.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Fetch}, Topic: e.topics["suppress"], Count: -1, Err: kerr.TopicAuthorizationFailed})
	w.until("a list too old", func() bool { return w.metric("tacet_suppression_age_seconds") > 10.5 })
	before := e.made
	e.batch(10)
	const held = "tacet_held_writes_total"
	w.until("writes that are held", func() bool { return w.metric(held) >= float64(len(estateSinks)) })
	for _, sink := range estateSinks {
		require.Len(t, e.turnsIn(sink, nil), before, sink)
	}
	_, ready := get(t, "http://"+w.listen+"/readyz")
	require.Contains(t, ready, "nothing leaves until it can")
	refused.Remove()
	w.finish()
	w.stop()
	for _, sink := range estateSinks {
		require.Len(t, e.turnsIn(sink, nil), e.made, sink)
	}
}

// Somebody is erased and keys are rotated while a replay brings records back: of that person nothing comes back that was not on its way by then,
// and everything of others does, under the keys that are in force.
func TestReplayWhileErasing(t *testing.T) {
	t.Parallel()
	e := newEstate(t)
	k, group := e.cluster.RequireKfake(t), kafkatest.Name("replay")
	people := []subjectOf{e.somebody(), e.somebody(), e.somebody()}
	var all []kafka.Message
	for i := range 60 {
		m, _ := e.turn("acme", e.name("call"), people[i%3].phone, strings.Repeat("and so on ", 500))
		all = append(all, m)
	}
	e.cluster.Produce(t, e.topics["calls"], all)
	w := e.start(0, group)
	w.finish()
	w.stop()
	require.Len(t, e.quarantined(), 60)

	const lane = 2 // batches, of a record each, that may be on their way
	text := string(must(os.ReadFile(e.path("tacet.yaml"))))
	e.give("wider.yaml", strings.Replace(text, "record_bytes: 4KiB", fmt.Sprintf("lane_batches: %d, record_bytes: 1MiB", lane), 1))
	held := k.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Topic: e.topics["joined"], Count: -1, Err: kerr.NotEnoughReplicas})
	var said syncBuffer
	replay := exec.Command(quickBinary(t), "quarantine", "replay", "--config", e.path("wider.yaml"), "--identity", e.path("identity"))
	replay.Args[0], replay.Stdout, replay.Stderr = "tacet", &said, &said
	require.NoError(t, replay.Start())
	require.Eventually(t, func() bool { return len(e.in("analytics", nil)) > 0 }, time.Minute, 20*time.Millisecond)
	e.command("PHONE "+people[0].phone+"\n", "erase", "--tenant", "acme", "--from", "-")
	e.command("", "keys", "rotate", "--tenant", "acme", "--mode", "break")
	// What waits for the sink that is held may not leave any more, so the replay ends, and all of it is to be done again.
	require.Error(t, replay.Wait())
	e.hear("messages of a replay", []byte(said.String()))
	require.Contains(t, said.String(), "tacet: hint: run the command again")
	held.Remove()
	require.Len(t, e.quarantined(), 60)
	e.must("", "quarantine", "replay", "--config", e.path("wider.yaml"), "--identity", e.path("identity"))
	require.Empty(t, e.quarantined())
	versions := map[int]int{}
	for _, sink := range estateKafka {
		erased, others := 0, map[int]bool{}
		for _, l := range e.in(sink, nil) {
			if (l.Turn-1)%3 == 0 {
				erased++
			} else {
				others[l.Turn] = true
			}
			versions[keyVersion(l.From)]++
		}
		if sink == "joined" {
			require.Zero(t, erased)
		}
		require.LessOrEqual(t, erased, lane, sink)
		require.Len(t, others, 40, sink)
	}
	require.Positive(t, versions[2])
	require.LessOrEqual(t, versions[1], 2*lane)
	require.Zero(t, versions[0])
	e.audited("audit", "audit/rights", "audit/replay", "audit/keys")
}

// sent is the number of the next record.
func (r *rotation) sent() int {
	n := 0
	for _, end := range r.ends(r.topics["calls"]) {
		n += int(end)
	}
	return n + 17 // two rounds of load may be on their way
}

// batch sends records of calls of both tenants, and one that goes to quarantine.
func (e *estate) batch(n int) {
	all := []kafka.Message{{Key: []byte("bad"), Time: time.Now(), Value: []byte(`{"turn":0`)}}
	for i := range n {
		m, _ := e.turn([]string{"acme", "globex"}[i%2], e.name("call"), e.somebody().phone, "it is "+e.mint.make("email"))
		all = append(all, m)
	}
	e.cluster.Produce(e.t, e.topics["calls"], all)
}

// noHalves checks that workers that ended in order left no file that was being written.
func (e *estate) noHalves() {
	e.t.Helper()
	for _, dir := range []string{"archive", "dead"} {
		require.NoError(e.t, filepath.WalkDir(e.path(dir), func(name string, _ fs.DirEntry, err error) error {
			require.NotContains(e.t, name, ".part")
			return err
		}))
	}
}
