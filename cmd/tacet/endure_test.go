package main

import (
	"io/fs"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/pipeline/source/kafkatest"
)

// Workers come, are told to end and are killed under load, at random moments, and somebody objects while one does: no record of theirs leaves any
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
	var silent int // record from which on nothing of gone may leave
	for i := range 4 {
		time.Sleep(time.Duration(r.rng.IntN(1500)) * time.Millisecond)
		w := workers[i%2]
		asked := make(chan struct{})
		go func() {
			defer close(asked)
			if i == 2 {
				r.command("PHONE "+gone.phone+"\n", "object", "--tenant", "acme", "--from", "-")
			}
		}()
		if i == 1 {
			require.NoError(t, w.cmd.Process.Kill())
			require.Error(t, w.wait())
		} else {
			began := time.Now()
			w.stop()
			require.Less(t, time.Since(began), 20*time.Second, "a drain takes 2 s here at most")
		}
		<-asked
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

// sent is the number of the next record.
func (r *rotation) sent() int {
	n := 0
	for _, end := range r.ends(r.topics["calls"]) {
		n += int(end)
	}
	return n + 17 // two rounds of load may be on their way
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
