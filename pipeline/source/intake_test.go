package source

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"maps"
	"sync"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/sonexlabs/tacet/pipeline"
	"github.com/sonexlabs/tacet/pipeline/source/kafkatest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience is how long a test waits for something that must come.
const patience = 20 * time.Second

// memory is an engine that keeps what it is given. Without hooks it acknowledges at once.
type memory struct {
	mu     sync.Mutex
	lanes  map[pipeline.LaneID][]*memoryLane                  // every lane opened, in order
	seen   map[pipeline.LaneID][]pipeline.Record              // live records, in order of arrival
	submit func(context.Context, *memoryLane) error           // called before a live batch is taken
	drain  func(context.Context, *memoryLane) (abandoned int) // called in place of acknowledging everything
	manual bool                                               // batches are not acknowledged by Submit
}

type memoryLane struct {
	m        *memory
	id       pipeline.LaneID
	from     int64
	warm     []pipeline.Record
	batches  []*pipeline.Batch
	mark     int64
	position int64
	end      int64
	open     bool
	failed   chan struct{}
	err      error // why, if it is no loss
}

func newMemory() *memory {
	return &memory{lanes: map[pipeline.LaneID][]*memoryLane{}, seen: map[pipeline.LaneID][]pipeline.Record{}}
}

func (m *memory) OpenLane(id pipeline.LaneID, from int64) (pipeline.Lane, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if all := m.lanes[id]; len(all) > 0 && all[len(all)-1].open {
		return nil, fmt.Errorf("lane %s is open already", id)
	}
	l := &memoryLane{m: m, id: id, from: from, mark: from, open: true, failed: make(chan struct{})}
	m.lanes[id] = append(m.lanes[id], l)
	return l, nil
}

func (l *memoryLane) Submit(ctx context.Context, b *pipeline.Batch) error {
	if l.m.submit != nil && !b.Warm {
		if err := l.m.submit(ctx, l); err != nil {
			return err
		}
	}
	l.m.mu.Lock()
	defer l.m.mu.Unlock()
	if b.Warm {
		l.warm = append(l.warm, b.Records...)
		return ctx.Err()
	}
	l.batches = append(l.batches, b)
	l.m.seen[l.id] = append(l.m.seen[l.id], b.Records...)
	if !l.m.manual {
		l.mark = b.Next
	}
	return ctx.Err()
}

func (l *memoryLane) Fetched(position, end int64) {
	l.m.mu.Lock()
	defer l.m.mu.Unlock()
	l.position, l.end = position, end
}

func (l *memoryLane) Watermark() int64 {
	l.m.mu.Lock()
	defer l.m.mu.Unlock()
	return l.mark
}

func (l *memoryLane) Drain(ctx context.Context) int {
	n := 0
	if l.m.drain != nil {
		n = l.m.drain(ctx, l)
	} else if len(l.batches) > 0 {
		l.ack(l.batches[len(l.batches)-1].Next)
	}
	l.m.mu.Lock()
	defer l.m.mu.Unlock()
	l.open = false
	return n
}

func (l *memoryLane) Failed() <-chan struct{} { return l.failed }
func (l *memoryLane) Err() error              { return cmp.Or(l.err, errLane) }

var errLane = pipeline.Lost(fmt.Errorf("sync: disk is gone"))

func (l *memoryLane) ack(mark int64) {
	l.m.mu.Lock()
	defer l.m.mu.Unlock()
	l.mark = max(l.mark, mark)
}

// distinct counts the different offsets seen of a topic, and all sightings.
func (m *memory) distinct(topic string) (distinct, all int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for id, records := range m.seen {
		if id.Topic != topic {
			continue
		}
		offsets := map[int64]bool{}
		for _, r := range records {
			offsets[r.Offset] = true
		}
		distinct, all = distinct+len(offsets), all+len(records)
	}
	return distinct, all
}

// open lists the partitions owned now.
func (m *memory) open() (ids []pipeline.LaneID) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for id, lanes := range m.lanes {
		if lanes[len(lanes)-1].open {
			ids = append(ids, id)
		}
	}
	return ids
}

func (m *memory) values(id pipeline.LaneID) (out []string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, r := range m.seen[id] {
		out = append(out, string(r.Value))
	}
	return out
}

// last is the newest lane of a partition, nil before the first.
func (m *memory) last(id pipeline.LaneID) *memoryLane {
	m.mu.Lock()
	defer m.mu.Unlock()
	if n := len(m.lanes[id]); n > 0 {
		return m.lanes[id][n-1]
	}
	return nil
}

// counters are Metrics that can be looked at.
type counters struct {
	NoMetrics
	mu                              sync.Mutex
	rebalances                      map[string]int
	skipped                         map[string]int64
	fetchErrors, commitErrors, lost int
	assigned                        int
	committed                       map[pipeline.LaneID]int64
	closed                          map[pipeline.LaneID]int
}

func newCounters() *counters {
	return &counters{
		rebalances: map[string]int{}, skipped: map[string]int64{},
		committed: map[pipeline.LaneID]int64{}, closed: map[pipeline.LaneID]int{},
	}
}

func (c *counters) with(f func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f()
}

func (c *counters) Rebalance(reason string)        { c.with(func() { c.rebalances[reason]++ }) }
func (c *counters) Skipped(reason string, n int64) { c.with(func() { c.skipped[reason] += n }) }
func (c *counters) FetchError(string)              { c.with(func() { c.fetchErrors++ }) }
func (c *counters) CommitError()                   { c.with(func() { c.commitErrors++ }) }
func (c *counters) Abandoned(n int)                { c.with(func() { c.lost += n }) }
func (c *counters) Assigned(n int)                 { c.with(func() { c.assigned = n }) }
func (c *counters) LaneClosed(id pipeline.LaneID)  { c.with(func() { c.closed[id]++ }) }
func (c *counters) Committed(id pipeline.LaneID, offset int64) {
	c.with(func() { c.committed[id] = offset })
}

// skippedNow is what was skipped until now.
func (c *counters) skippedNow() (now map[string]int64) {
	c.with(func() { now = maps.Clone(c.skipped) })
	return now
}

// quick is a configuration with pauses that suit a test. The session is the shortest a real broker allows.
func quick(c *kafkatest.Cluster, group string, topics ...string) Config {
	cfg := DefaultConfig()
	cfg.Brokers, cfg.Group, cfg.Topics = c.Addrs(), group, topics
	cfg.WarmRecords = 0
	cfg.Session, cfg.Rebalance, cfg.Heartbeat, cfg.Drain = 6*time.Second, 6*time.Second, 50*time.Millisecond, 2*time.Second
	cfg.Commit, cfg.FetchWait, cfg.Timeout = 20*time.Millisecond, 100*time.Millisecond, 3*time.Second
	cfg.TopicCheck, cfg.JoinPause, cfg.ConfirmEnd = 100*time.Millisecond, 50*time.Millisecond, 100*time.Millisecond
	cfg.RetryMin, cfg.RetryMax = 5*time.Millisecond, 100*time.Millisecond
	return cfg
}

// process is a source that runs until the test ends or stop is called.
type process struct {
	t      *testing.T
	cancel context.CancelFunc
	done   chan error
	m      *counters
}

func start(t *testing.T, cfg Config, in pipeline.Intake) *process {
	t.Helper()
	p := &process{t: t, done: make(chan error, 1), m: newCounters()}
	s, err := New(cfg, p.m, slog.New(slog.NewTextHandler(t.Output(), nil)))
	require.NoError(t, err)
	var ctx context.Context
	ctx, p.cancel = context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		p.done <- s.Run(ctx, in)
		close(ended)
	}()
	t.Cleanup(func() {
		p.cancel()
		<-ended
	})
	return p
}

// stop ends the source as SIGTERM would and expects an orderly end.
func (p *process) stop() {
	p.t.Helper()
	p.cancel()
	require.NoError(p.t, p.wait())
}

func (p *process) wait() error {
	p.t.Helper()
	select {
	case err := <-p.done:
		return err
	case <-time.After(patience):
		require.Fail(p.t, "the source doesn't end")
		return nil
	}
}

func eventually(t *testing.T, what string, cond func() bool) {
	t.Helper()
	require.Eventually(t, cond, patience, 5*time.Millisecond, what)
}

func numbers(from, n, partitions int) []kafka.Message {
	out := make([]kafka.Message, n)
	for i := range out {
		out[i] = kafka.Message{Partition: (from + i) % partitions, Value: fmt.Append(nil, from+i)}
	}
	return out
}
