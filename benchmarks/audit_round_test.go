package benchmarks

import (
	"context"
	"math"
	"math/rand/v2"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/sonexlabs/tacet/pipeline"
	auditsink "github.com/sonexlabs/tacet/sinks/audit"
)

const (
	auditTurn    = 2                                         // batches of each lane
	auditWarm    = 10                                        // the same, before the first turn
	auditEvery   = 3*auditsink.Gather + 200*time.Millisecond // in which each of three engines runs for about auditsink.Gather
	auditPeriods = 3                                         // of auditEvery for which engines live
	auditMargin  = 80 * time.Millisecond                     // no turn begins so soon before the end of one
	auditEnd     = 5 * time.Millisecond                      // from the last flush to when the engine is at rest
	auditLeft    = 0.1                                       // of the turns, the dearest and the cheapest, not looked at
	auditWorkers = 5                                         // runs of a worker
	auditLog     = 10 * time.Second                          // between two checkpoints, by default
)

// turns is an engine that works when it is told to.
type turns struct {
	a     *auditBench
	feed  [auditLanes]chan int // how many batches come
	next  [auditLanes]int
	busy  sync.WaitGroup // batches
	ended chan error
	end   func()

	mu      sync.Mutex
	want    [auditLanes]int64 // offsets that were given to the audit log's sink
	durable [auditLanes]int64
	waits   chan struct{} // to close when they are durable; nil if nobody waits

	times []float64 // processor time of each turn, in seconds
	bytes float64   // allocated
}

func newTurns(b *testing.B, a *auditBench, audited bool) *turns {
	t := &turns{a: a, ended: make(chan error, 1)}
	for i := range t.feed {
		t.feed[i] = make(chan int, 1)
	}
	var wrap func(pipeline.Sink) pipeline.Sink
	if audited {
		wrap = func(s pipeline.Sink) pipeline.Sink { return watched{s, t} }
	}
	e, end := a.engine(b, auditEvery, wrap)
	t.end = end
	go func() { t.ended <- e.Run(context.Background(), t) }()
	return t
}

// Run implements pipeline.Source.
func (t *turns) Run(ctx context.Context, in pipeline.Intake) error {
	lanes, ctx := errgroup.WithContext(ctx)
	for p, feed := range t.feed {
		id := pipeline.LaneID{Topic: t.a.name, Partition: int32(p)}
		lanes.Go(func() error {
			lane, err := in.OpenLane(id, 0)
			if err != nil {
				return err
			}
			for n := range feed {
				for range n {
					batch := t.a.batch(id, t.next[p])
					batch.Release = t.busy.Done
					t.next[p]++
					t.want[p] = batch.Next
					if err := lane.Submit(ctx, batch); err != nil {
						return err
					}
				}
			}
			lane.Drain(ctx)
			return nil
		})
	}
	return lanes.Wait()
}

// given is how many records have come.
func (t *turns) given() (n int64) {
	for _, next := range t.want {
		n += next
	}
	return n
}

// turn works off n batches of each lane.
func (t *turns) turn(n int) {
	t.busy.Add(auditLanes * n)
	bytes, before := allocated(), processorTime()
	for _, feed := range t.feed {
		feed <- n
	}
	t.busy.Wait()
	t.times = append(t.times, (processorTime() - before).Seconds())
	t.bytes += allocated() - bytes
}

// flushed waits until the audit log's sink has flushed.
func (t *turns) flushed() {
	t.mu.Lock()
	waits := make(chan struct{})
	if t.durable == t.want {
		close(waits)
	} else {
		t.waits = waits
	}
	t.mu.Unlock()
	<-waits
	time.Sleep(auditEnd)
}

func (t *turns) close(b *testing.B) {
	for _, feed := range t.feed {
		close(feed)
	}
	require.NoError(b, <-t.ended)
	t.end()
}

// watched is a sink that says when it has flushed everything.
type watched struct {
	pipeline.Sink
	t *turns
}

type watchedWriter struct {
	pipeline.Writer
	t    *turns
	lane int32
}

func (s watched) Open(id pipeline.LaneID, from int64) (pipeline.Writer, error) {
	w, err := s.Sink.Open(id, from)
	return watchedWriter{w, s.t, id.Partition}, err
}

func (w watchedWriter) Flush(ctx context.Context) (int64, error) {
	durable, err := w.Writer.Flush(ctx)
	w.t.mu.Lock()
	defer w.t.mu.Unlock()
	w.t.durable[w.lane] = durable
	if w.t.waits != nil && w.t.durable == w.t.want {
		close(w.t.waits)
		w.t.waits = nil
	}
	return durable, err
}

func allocated() float64 {
	s := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(s)
	return float64(s[0].Value.Uint64())
}

// added is what a period gives, in percent, and ns, what the log adds to a record.
type added struct{ audit, all, same, ns float64 }

// periods makes engines, runs them until the log's sink flushes, and then for a few periods more, which it measures. Two of the three
// have no audit log.
func (a *auditBench) periods(b *testing.B, rng *rand.Rand) (list []added) {
	engines := make([]*turns, 3)
	for _, i := range rng.Perm(3) {
		engines[i] = newTurns(b, a, i == 0)
	}
	for _, e := range engines {
		e.turn(auditWarm)
	}
	a.period(b, engines, rng)
	for range auditPeriods {
		list = append(list, a.period(b, engines, rng))
	}
	for _, e := range engines {
		e.close(b)
	}
	return list
}

// period runs until the audited engine flushes. Engines take turns in random order, as often each, so that what else the machine does
// falls on all alike, and what one finds in the caches of what it left there. The audited one is charged with its flush, while
// nothing else runs, and its share of a checkpoint. Memory is collected at the end, and each engine charged with what its allocations
// would have caused of that.
func (a *auditBench) period(b *testing.B, engines []*turns, rng *rand.Rand) added {
	runtime.GC()
	percent := debug.SetGCPercent(-1)
	defer debug.SetGCPercent(percent)
	for _, e := range engines {
		e.times, e.bytes = e.times[:0], 0
	}
	given, now := engines[0].given(), time.Now()
	moment := now.Add(auditEvery - time.Duration(now.UnixNano())%auditEvery)
	for len(engines[0].times) == 0 || time.Until(moment) > auditMargin {
		for _, i := range rng.Perm(len(engines)) {
			engines[i].turn(auditTurn)
		}
	}
	bytes, before := allocated(), processorTime()
	engines[0].flushed()
	flush := (processorTime() - before).Seconds()
	engines[0].bytes += allocated() - bytes
	before = processorTime()
	require.NoError(b, a.log.Checkpoint())
	checkpoint := (processorTime() - before).Seconds() * auditsink.Gather.Seconds() / auditLog.Seconds()
	before = processorTime()
	runtime.GC()
	collection := (processorTime() - before).Seconds()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	perByte := collection / (float64(m.HeapAlloc) * float64(percent) / 100)
	cost := func(mean func([]float64) float64, e *turns) float64 {
		return mean(e.times)*float64(len(e.times)) + e.bytes*perByte
	}
	against := func(mean func([]float64) float64) (extra, without float64) {
		without = (cost(mean, engines[1]) + cost(mean, engines[2])) / 2
		return cost(mean, engines[0]) + flush + checkpoint - without, without
	}
	extra, without := against(meanInside)
	allExtra, allWithout := against(meanOf)
	b.Logf("turns %d, %.2f and %.2f ms, flush %.2f ms", len(engines[0].times), 1000*meanInside(engines[0].times),
		500*(meanInside(engines[1].times)+meanInside(engines[2].times)), 1000*flush)
	return added{
		audit: 100 * extra / without, all: 100 * allExtra / allWithout,
		same: 100 * (cost(meanInside, engines[1])/cost(meanInside, engines[2]) - 1),
		ns:   1e9 * extra / float64(engines[0].given()-given),
	}
}

func meanOf(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	return sum / float64(len(x))
}

// meanInside is the mean without the smallest and the largest.
func meanInside(x []float64) float64 {
	x = slices.Sorted(slices.Values(x))
	out := int(auditLeft * float64(len(x)))
	return meanOf(x[out : len(x)-out])
}

// ratio reports what audit adds in percent.
func (a *auditBench) ratio(b *testing.B, sets int) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1)) // where two workers wait for each other the noise is three times as much
	seed := uint64(time.Now().UnixNano())
	b.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	var audit, all, same, ns []float64
	run := func() {
		for _, r := range a.periods(b, rng) {
			audit, all, same, ns = append(audit, r.audit), append(all, r.all), append(same, r.same), append(ns, r.ns)
		}
	}
	for b.Loop() {
		run()
	}
	for len(audit) < sets*auditPeriods {
		run()
	}
	median, low, high := bounded(audit)
	b.ReportMetric(median, "audit-%")
	b.ReportMetric(low, "low-%")
	b.ReportMetric(high, "high-%")
	median, _, _ = bounded(all)
	b.ReportMetric(median, "all-%")
	median, low, high = bounded(same)
	b.ReportMetric(median, "same-%")
	b.ReportMetric(low, "same-from-%")
	b.ReportMetric(high, "same-to-%")
	worker := a.worker(b, auditWorkers)
	median, low, high = bounded(ns)
	b.ReportMetric(median, "audit-ns")
	b.ReportMetric(worker, "worker-ns")
	b.ReportMetric(100*median/worker, "worker-%")
	b.ReportMetric(100*low/worker, "worker-low-%")
	b.ReportMetric(100*high/worker, "worker-high-%")
}

// bounded gives the median of x, and what bounds it at 95 %.
func bounded(x []float64) (median, low, high float64) {
	slices.Sort(x)
	n := len(x)
	off := int(math.Ceil(0.98 * math.Sqrt(float64(n)))) // 1.96 standard deviations of the rank
	median = (x[n/2] + x[(n-1)/2]) / 2
	return median, x[max(0, (n-1)/2-off)], x[min(n-1, n/2+off)]
}
