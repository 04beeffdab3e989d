package pipeline

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/detectors"
	"github.com/sonexlabs/tacet/pipeline/policy"
	"github.com/sonexlabs/tacet/pipeline/pseudonym/keyring"
)

// The simulation runs the whole engine with a source, sinks and a quarantine that fail in every way they may: transient and
// permanent errors, slowness, gathering sinks that forget what is not durable, panics, malformed records, revocations with
// too short a drain, and crashes. Time is virtual, so that hours of back-off cost nothing. After each run every record must
// be in every sink or in quarantine, but for partial results, which must be in none; first arrivals in order, and no offset may have been
// committed too early.
//
// A failure prints its seed; SIM_SEED=n runs it again alone.

func TestSimulation(t *testing.T) {
	seeds := 60
	if testing.Short() || underRace {
		seeds = 15
	}
	first := uint64(1)
	if s := os.Getenv("SIM_SEED"); s != "" {
		n, err := strconv.ParseUint(s, 10, 64)
		require.NoError(t, err)
		first, seeds = n, 1
	}
	for seed := first; seed < first+uint64(seeds); seed++ {
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) {
			defer func() {
				if t.Failed() {
					t.Logf("replay: SIM_SEED=%d go test ./pipeline -run TestSimulation", seed)
				}
			}()
			synctest.Test(t, func(t *testing.T) { newSim(t, seed).run() })
		})
	}
}

type sim struct {
	t       *testing.T
	rng     *rand.Rand
	lanes   []*simLane
	sinks   []*simSink
	dead    *simQuarantine
	crashes int
}

type simLane struct {
	id        LaneID
	records   []Record
	committed int64
}

func newSim(t *testing.T, seed uint64) *sim {
	s := &sim{t: t, rng: rand.New(rand.NewPCG(seed, 1)), dead: &simQuarantine{seen: map[string]int{}}}
	s.dead.rng = rand.New(rand.NewPCG(seed, 2))
	for i := range 1 + s.rng.IntN(4) {
		l := &simLane{id: LaneID{Topic: []string{"calls", "logs"}[i%2], Partition: int32(i / 2)}}
		offset := int64(s.rng.IntN(3))
		for range 50 + s.rng.IntN(400) {
			l.records = append(l.records, s.record(l.id, offset))
			offset += 1 + int64(s.rng.IntN(10)/9*s.rng.IntN(5)) // a gap now and then
		}
		s.lanes = append(s.lanes, l)
	}
	for i := range 1 + s.rng.IntN(3) {
		s.sinks = append(s.sinks, &simSink{
			name: fmt.Sprintf("s%d", i), rng: rand.New(rand.NewPCG(seed, 10+uint64(i))),
			failing: s.rng.IntN(3) == 0, slow: s.rng.IntN(4) == 0, gathers: s.rng.IntN(2) == 0, losing: s.rng.IntN(6) == 0,
			lanes: map[LaneID]*simSinkLane{},
		})
	}
	if last := s.sinks[len(s.sinks)-1]; s.rng.IntN(2) == 0 {
		last.marks = true
	}
	return s
}

// record makes a transcript turn; about 3 % of them are malformed, panic, or can never be taken by a sink; as many are partial results.
func (s *sim) record(id LaneID, offset int64) Record {
	call := fmt.Sprintf("call-%d", s.rng.IntN(8))
	text := fmt.Sprintf("mail me at user%d@example.com", offset)
	switch s.rng.IntN(100) {
	case 0:
		return Record{Offset: offset, Key: []byte(call), Value: []byte(`{"tenant_id":"t","text`)}
	case 1:
		text = textPanic
	case 2:
		text = textRefused
	case 3, 4, 5:
		text = textPartial
	}
	return Record{Offset: offset, Time: time.Now(), Key: []byte(call), Value: fmt.Appendf(nil,
		`{"tenant_id":"t","call_id":%q,"turn":%d,"role":"customer","text":%q,"final":%t}`, call, offset, text, text != textPartial)}
}

func (s *sim) run() {
	for done := false; !done; {
		done = s.incarnation()
	}
	s.verify()
}

// incarnation runs one process until it is finished, crashes, or fails.
func (s *sim) incarnation() (done bool) {
	crash := s.crashes < 6 && s.rng.IntN(3) > 0
	limits := DefaultLimits()
	limits.Workers = 1 + s.rng.IntN(4)
	limits.LaneBatches = 1 + s.rng.IntN(6)
	limits.MemoryBytes = 1 << 20
	limits.RecordBytes = 1 << 16
	limits.StallTimeout = time.Hour
	c := simConfig(s.t, limits)
	c.Quarantine = s.dead
	for _, k := range s.sinks {
		c.Sinks = append(c.Sinks, SinkConfig{Name: k.name, Sink: k, FlushAfter: 5 * time.Second})
		if k.marks {
			c.Sinks[len(c.Sinks)-1].Marks = func() Marker { return &simMarker{} }
		}
	}
	e, err := New(c)
	require.NoError(s.t, err)
	e.onRecord = func(r *Record) {
		if textOf(r.Value) == textPanic {
			panic("a value that must not be printed")
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	src := &simSource{sim: s, seed: s.rng.Uint64(), crash: crash}
	err = e.Run(ctx, src)
	synctest.Wait()
	if crash {
		s.crashes++
	}
	if err != nil && !errors.Is(err, errSimCrash) && !IsLost(err) {
		require.NoError(s.t, err)
	}
	return err == nil
}

var errSimCrash = errors.New("crash")

// simSource drives the lanes: random batch sizes, revocations with random deadlines, commits of the watermark.
type simSource struct {
	sim   *sim
	seed  uint64
	crash bool
}

func (src *simSource) Run(ctx context.Context, in Intake) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var wg sync.WaitGroup
	for i, l := range src.sim.lanes {
		rng := rand.New(rand.NewPCG(src.seed, uint64(i)))
		crashAfter := -1
		if src.crash && i == 0 {
			crashAfter = rng.IntN(len(l.records) + 1)
		}
		wg.Go(func() {
			if err := src.lane(ctx, in, l, rng, crashAfter); err != nil {
				cancel(err)
			}
		})
	}
	wg.Wait()
	return context.Cause(ctx)
}

func (src *simSource) lane(ctx context.Context, in Intake, l *simLane, rng *rand.Rand, crashAfter int) error {
	delivered := 0
	for {
		lane, err := in.OpenLane(l.id, l.committed)
		if err != nil {
			return err
		}
		i, _ := slices.BinarySearchFunc(l.records, l.committed, func(r Record, o int64) int { return int(r.Offset - o) })
		if n := min(i, rng.IntN(20)); n > 0 {
			if err := lane.Submit(ctx, batchOf(l.id, l.records[i-n:i], true)); err != nil {
				lane.Drain(context.Background())
				return err
			}
		}
		revoke := rng.IntN(4) == 0
		for i < len(l.records) {
			n := min(1+rng.IntN(40), len(l.records)-i)
			err := lane.Submit(ctx, batchOf(l.id, l.records[i:i+n], false))
			if err != nil {
				lane.Drain(expired())
				return err
			}
			i += n
			delivered += n
			if rng.IntN(3) == 0 {
				src.commit(l, lane)
			}
			select {
			case <-lane.Failed():
				lane.Drain(expired())
				return lane.Err()
			default:
			}
			if crashAfter >= 0 && delivered >= crashAfter {
				lane.Drain(expired())
				return errSimCrash // what was acknowledged and not committed is forgotten
			}
			if revoke && rng.IntN(5) == 0 {
				break
			}
		}
		deadline := time.Hour
		if revoke {
			deadline = time.Duration(rng.IntN(3000)) * time.Millisecond
		}
		dctx, cancel := context.WithTimeout(context.Background(), deadline)
		stop := context.AfterFunc(ctx, cancel)
		abandoned := lane.Drain(dctx)
		stop()
		cancel()
		src.commit(l, lane)
		if err := lane.Err(); err != nil {
			return err
		}
		if abandoned == 0 && i == len(l.records) {
			if want := l.records[i-1].Offset + 1; l.committed != want {
				return fmt.Errorf("lane %v drained at %d, want %d", l.id, l.committed, want)
			}
			return nil
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
	}
}

func (src *simSource) commit(l *simLane, lane Lane) {
	w := lane.Watermark()
	if w < l.committed {
		panic("watermark fell")
	}
	for i := range l.records {
		r := &l.records[i]
		if r.Offset >= l.committed && r.Offset < w {
			for _, k := range src.sim.sinks {
				if textOf(r.Value) != textPartial && !k.isDurable(l.id, r.Offset) && !src.sim.dead.has(l.id, r.Offset) {
					panic(fmt.Sprintf("committed %v to %d, but sink %s does not have %d", l.id, w, k.name, r.Offset))
				}
			}
		}
	}
	l.committed = w
}

func expired() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}

func batchOf(id LaneID, records []Record, warm bool) *Batch {
	b := &Batch{Lane: id, First: records[0].Offset, Next: records[len(records)-1].Offset + 1, Warm: warm}
	for _, r := range records {
		b.Records = append(b.Records, r)
		b.Bytes += len(r.Key) + len(r.Value)
	}
	return b
}

// verify checks loss and order at the end.
func (s *sim) verify() {
	for _, l := range s.lanes {
		for _, k := range s.sinks {
			var firsts []int64
			seen := map[int64]bool{}
			for _, o := range k.lanes[l.id].durable {
				if !seen[o] {
					seen[o] = true
					firsts = append(firsts, o)
				}
			}
			require.True(s.t, slices.IsSorted(firsts), "lane %v sink %s: first arrivals out of order", l.id, k.name)
			for _, r := range l.records {
				text := textOf(r.Value)
				switch {
				case text == "" || text == textPanic:
					require.False(s.t, seen[r.Offset], "lane %v sink %s got record %d that must be in quarantine", l.id, k.name, r.Offset)
					require.True(s.t, s.dead.has(l.id, r.Offset))
				case text == textRefused && k.marks:
					require.True(s.t, seen[r.Offset], "it left for other sinks")
				case text == textRefused:
					require.False(s.t, seen[r.Offset])
					require.True(s.t, s.dead.has(l.id, r.Offset))
				case text == textPartial:
					require.False(s.t, seen[r.Offset])
					require.False(s.t, s.dead.has(l.id, r.Offset))
				default:
					require.True(s.t, seen[r.Offset], "lane %v sink %s lost %d", l.id, k.name, r.Offset)
				}
			}
		}
	}
}

// The texts that make a record special.
const (
	textPanic   = "panic now"
	textRefused = "no sink takes this"
	textPartial = "not final"
)

// textOf gives the special text of a value, "" for a malformed one, "plain" for any other.
func textOf(value []byte) string {
	switch {
	case !bytes.HasSuffix(value, []byte("}")):
		return ""
	case bytes.Contains(value, []byte(textPanic)):
		return textPanic
	case bytes.Contains(value, []byte(textRefused)):
		return textRefused
	case bytes.Contains(value, []byte(textPartial)):
		return textPartial
	}
	return "plain"
}

// simMarker gives the offsets of records.
type simMarker struct{ marks []byte }

func (m *simMarker) Take(dst []byte) []byte {
	dst = append(dst, m.marks...)
	m.marks = nil
	return dst
}

func (m *simMarker) Mark(offset int64, record []byte, value int) {
	m.marks = binary.LittleEndian.AppendUint64(m.marks, uint64(offset))
	if textOf(record[:value]) == "" {
		panic("that is no record")
	}
}

// simSink is a destination that fails as its flags say.
type simSink struct {
	name                           string
	failing, slow, gathers, losing bool
	marks                          bool // it gets marks

	mu    sync.Mutex
	rng   *rand.Rand
	lanes map[LaneID]*simSinkLane
}

type simSinkLane struct {
	durable []int64 // offsets in order of arrival
}

func (k *simSink) isDurable(id LaneID, offset int64) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.lanes[id] != nil && slices.Contains(k.lanes[id].durable, offset)
}

func (k *simSink) Open(id LaneID, from int64) (Writer, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.failing && k.rng.IntN(3) == 0 {
		return nil, errors.New("can't open now")
	}
	if k.lanes[id] == nil {
		k.lanes[id] = &simSinkLane{}
	}
	return &simWriter{sink: k, lane: k.lanes[id], durable: from}, nil
}

func (k *simSink) Check(context.Context) error { return nil }
func (k *simSink) Close() error                { return nil }

type simWriter struct {
	sink     *simSink
	lane     *simSinkLane
	durable  int64
	gathered []int64
	next     int64
	closed   bool
}

func (w *simWriter) Write(ctx context.Context, b *Batch) (int64, error) {
	k := w.sink
	k.mu.Lock()
	roll, pause := k.rng.IntN(100), time.Duration(k.rng.IntN(2000))*time.Millisecond
	k.mu.Unlock()
	if k.slow {
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return w.durable, ctx.Err()
		}
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if w.closed {
		panic("write after close")
	}
	if k.failing && roll < 40 {
		if roll < 20 && !k.gathers { // a piece got through
			for _, o := range b.Outputs[:len(b.Outputs)/2] {
				if textOf(o.Value) == textRefused {
					break
				}
				w.lane.durable = append(w.lane.durable, o.Offset)
			}
		}
		return w.durable, errors.New("try later")
	}
	for _, o := range b.Outputs {
		if textOf(o.Value) == textRefused {
			return w.durable, Permanent(errors.New("never"))
		}
	}
	outputs := b.Outputs
	for m := b.Marks; len(m) > 0; m = m[8:] {
		outputs = append(outputs, Output{Offset: int64(binary.LittleEndian.Uint64(m))})
	}
	if k.marks {
		slices.SortFunc(outputs, func(a, b Output) int { return cmp.Compare(a.Offset, b.Offset) }) // each worker gave its own
	}
	if k.marks && (len(b.Outputs) > 0 || len(outputs) != b.Summary.Out) {
		panic("a sink of marks gets a mark for each record")
	}
	for _, o := range outputs {
		if k.gathers {
			w.gathered = append(w.gathered, o.Offset)
		} else {
			w.lane.durable = append(w.lane.durable, o.Offset)
		}
	}
	w.next = b.Next
	if !k.gathers {
		w.durable = b.Next
	}
	return w.durable, nil
}

func (w *simWriter) Flush(context.Context) (int64, error) {
	k := w.sink
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.failing && k.rng.IntN(3) == 0 {
		return w.durable, errors.New("try later")
	}
	if k.losing && k.gathers && k.rng.IntN(20) == 0 {
		return w.durable, Lost(errors.New("fsync"))
	}
	w.lane.durable = append(w.lane.durable, w.gathered...)
	w.gathered = nil
	w.durable = max(w.durable, w.next)
	return w.durable, nil
}

func (w *simWriter) Close() error { w.closed = true; return nil }

// simQuarantine keeps entries and fails now and then.
type simQuarantine struct {
	mu   sync.Mutex
	rng  *rand.Rand
	seen map[string]int
	all  []Entry
}

func (q *simQuarantine) Put(_ context.Context, entries []Entry) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.rng != nil && q.rng.IntN(3) == 0 {
		return errors.New("try later")
	}
	for _, e := range entries {
		q.seen[fmt.Sprint(e.Topic, e.Partition, e.Offset)]++
		q.all = append(q.all, e)
	}
	return nil
}

func (q *simQuarantine) has(id LaneID, offset int64) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.seen[fmt.Sprint(id.Topic, id.Partition, offset)] > 0
}

func (q *simQuarantine) Check(context.Context) error { return nil }
func (q *simQuarantine) Close() error                { return nil }

// simConfig is a configuration without sinks: topics calls and logs hold transcripts.
func simConfig(t testing.TB, limits Limits) Config {
	set, err := detectors.New(detectors.Options{})
	require.NoError(t, err)
	keys := keyring.Dev([]byte("0123456789abcdef0123456789abcdef"))
	p := policy.Default()
	return Config{
		Topics: map[string]TopicConfig{
			"calls": {Category: "transcript", Format: FormatJSON},
			"logs":  {Category: "transcript", Format: FormatJSON},
		},
		Policy: p, Detectors: set, Keys: keys, Quarantine: &simQuarantine{seen: map[string]int{}},
		Limits: limits, Metrics: NewMetrics(prometheus.NewRegistry(), "test", p.Hash()), Log: slog.New(slog.DiscardHandler), Version: "test",
	}
}
