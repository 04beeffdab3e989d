package audit

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/pipeline"
	"github.com/sonexlabs/tacet/pipeline/audit"
	"github.com/sonexlabs/tacet/sinks/sinktest"
)

func newKey(t testing.TB) audit.Key {
	text, err := audit.GenerateKey("audit.example")
	require.NoError(t, err)
	k, err := audit.ParseKey([]byte(text))
	require.NoError(t, err)
	return k
}

func newLog(t testing.TB, dir string, k audit.Key) *audit.Log {
	cfg := audit.DefaultConfig()
	cfg.Dir, cfg.Key, cfg.Gather = dir, k, 0
	l, err := audit.Open(cfg)
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	return l
}

// place is an audit log that remembers what was in the batches: the log itself has no value, and the suite asks for them.
type place struct {
	t   testing.TB
	dir string
	key audit.Key

	mu      sync.Mutex
	log     *audit.Log
	outputs map[pipeline.LaneID]map[int64]pipeline.Output
	fail    int
	hang    chan struct{}
}

// trouble is the log as the sink sees it: it fails and hangs when told to.
type trouble struct {
	*audit.Log
	p *place
}

func (l trouble) broken() error {
	l.p.mu.Lock()
	defer l.p.mu.Unlock()
	if l.p.fail == 0 {
		return nil
	}
	l.p.fail--
	return errors.New("no space left on device")
}

func (l trouble) Append(e audit.Entry) (uint64, error) {
	if err := l.broken(); err != nil {
		return 0, err
	}
	return l.Log.Append(e)
}

func (l trouble) Wait(ctx context.Context, seq uint64) error {
	l.p.mu.Lock()
	hang := l.p.hang
	l.p.mu.Unlock()
	if hang != nil {
		select {
		case <-hang:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	if err := l.broken(); err != nil {
		return err
	}
	return l.Log.Wait(ctx, seq)
}

// open is a restart: the log before is left, and its lock with it.
func (p *place) open() (pipeline.Sink, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.log != nil {
		_ = p.log.Close()
	}
	p.log = newLog(p.t, p.dir, p.key)
	s, err := New(Config{Log: trouble{p.log, p}, Key: p.key, Policy: "p1"})
	return remembering{s, p}, err
}

type remembering struct {
	*Sink
	p *place
}

func (r remembering) Open(id pipeline.LaneID, from int64) (pipeline.Writer, error) {
	w, err := r.Sink.Open(id, from)
	return rememberingWriter{w, r.p}, err
}

type rememberingWriter struct {
	pipeline.Writer
	p *place
}

func (w rememberingWriter) Write(ctx context.Context, b *pipeline.Batch) (int64, error) {
	w.p.mu.Lock()
	if w.p.outputs[b.Lane] == nil {
		w.p.outputs[b.Lane] = map[int64]pipeline.Output{}
	}
	for _, o := range b.Outputs {
		w.p.outputs[b.Lane][o.Offset] = o
	}
	w.p.mu.Unlock()
	return w.Writer.Write(ctx, b)
}

// readBack gives the values that the entries of a lane stand for. The digest of each must be that of its values.
func (p *place) readBack(id pipeline.LaneID) ([][][]byte, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	d, err := p.key.NewDigester()
	if err != nil {
		return nil, err
	}
	var values [][]byte
	err = audit.Read(p.dir, 0, func(e audit.Entry) error {
		if e.Action != actionBatch || e.Range.Topic != id.Topic || e.Range.Partition != id.Partition {
			return nil
		}
		n := int64(0)
		for o := e.Range.First; o < e.Range.Next; o++ {
			if out, ok := p.outputs[id][o]; ok {
				d.Add(out.Offset, out.Key, out.Value)
				values = append(values, out.Value)
				n++
			}
		}
		want := d.Sum()
		if n == 0 {
			want = ""
		}
		if e.Digest != want || n > 0 && e.Counts[0] != (audit.Count{Name: "out", N: n}) {
			return fmt.Errorf("entry %d is about other outputs", e.Seq)
		}
		return nil
	})
	return [][][]byte{values}, err
}

func TestConformance(t *testing.T) {
	key := newKey(t)
	sinktest.Run(t, sinktest.Harness{Rounds: 15, Destination: func(t testing.TB) sinktest.Destination {
		p := &place{t: t, dir: t.TempDir(), key: key, outputs: map[pipeline.LaneID]map[int64]pipeline.Output{}}
		return sinktest.Destination{
			New:      p.open,
			ReadBack: p.readBack,
			Fail:     func(n int) { p.mu.Lock(); defer p.mu.Unlock(); p.fail = n },
			Hang: func() func() {
				p.mu.Lock()
				defer p.mu.Unlock()
				hang := make(chan struct{})
				p.hang = hang
				return func() { close(hang) }
			},
		}
	}})
}

var id = pipeline.LaneID{Topic: "calls", Partition: 3}

func entries(t *testing.T, dir string) (all []audit.Entry) {
	require.NoError(t, audit.Read(dir, 1, func(e audit.Entry) error {
		e.Time, e.Prev = time.Time{}, [32]byte{}
		all = append(all, e)
		return nil
	}))
	return all
}

// What an entry says: numbers, place, policy and digest. No value is in the log.
func TestEntries(t *testing.T) {
	dir, key := t.TempDir(), newKey(t)
	s, err := New(Config{Log: newLog(t, dir, key), Key: key, Policy: "p1"})
	require.NoError(t, err)
	w, err := s.Open(id, 0)
	require.NoError(t, err)
	ctx := context.Background()
	write := func(b *pipeline.Batch) {
		t.Helper()
		b.Lane = id
		_, err := w.Write(ctx, b)
		require.NoError(t, err)
		durable, err := w.Flush(ctx)
		require.NoError(t, err)
		require.Equal(t, b.Next, durable)
	}
	outs := []pipeline.Output{{Offset: 2, Key: []byte("token"), Value: []byte("ada@example.com")}, {Offset: 5, Value: []byte("x")}}
	first := &pipeline.Batch{First: 0, Next: 10, Outputs: outs, Summary: &pipeline.Summary{In: 10, Out: 2, Dead: 1, Partial: 3, Suppressed: 4,
		Findings: []pipeline.TypeCount{{Type: "EMAIL", Action: "alias", N: 2}, {Type: "PHONE", Action: "token", N: 7}}}}
	write(first)
	write(first) // again: nothing new to say
	write(&pipeline.Batch{First: 10, Next: 20, Summary: &pipeline.Summary{In: 10, Degraded: 6}})
	write(&pipeline.Batch{First: 20, Next: 30, Summary: &pipeline.Summary{In: 10, Degraded: 1}})
	write(&pipeline.Batch{First: 30, Next: 40, Outputs: []pipeline.Output{{Offset: 31}}}) // a piece: nobody knows what it was a piece of
	write(&pipeline.Batch{First: 40, Next: 41, Summary: &pipeline.Summary{In: 1}})

	d, err := key.NewDigester()
	require.NoError(t, err)
	d.Add(2, outs[0].Key, outs[0].Value)
	d.Add(5, nil, outs[1].Value)
	batch := func(seq uint64, first, next int64, digest string, counts ...audit.Count) audit.Entry {
		return audit.Entry{Seq: seq, Actor: "pipeline", Action: "batch", Policy: "p1", Digest: digest, Counts: counts,
			Range: &audit.Range{Topic: "calls", Partition: 3, First: first, Next: next}}
	}
	mode := func(seq uint64, action string) audit.Entry {
		return audit.Entry{Seq: seq, Actor: "pipeline", Action: action, Policy: "p1", Object: []audit.Attr{{Name: "lane", Value: "calls/3"}}}
	}
	digest := d.Sum()
	require.Len(t, digest, 22)
	d.Add(31, nil, nil)
	require.Equal(t, []audit.Entry{
		batch(1, 0, 10, digest, audit.Count{Name: "in", N: 10}, audit.Count{Name: "out", N: 2}, audit.Count{Name: "dead", N: 1},
			audit.Count{Name: "partial", N: 3}, audit.Count{Name: "suppressed", N: 4}, audit.Count{Name: "EMAIL/alias", N: 2}, audit.Count{Name: "PHONE/token", N: 7}),
		mode(2, "degraded"),
		batch(3, 10, 20, "", audit.Count{Name: "in", N: 10}, audit.Count{Name: "degraded", N: 6}),
		batch(4, 20, 30, "", audit.Count{Name: "in", N: 10}, audit.Count{Name: "degraded", N: 1}),
		batch(5, 30, 40, d.Sum(), audit.Count{Name: "out", N: 1}),
		mode(6, "degraded.end"),
		batch(7, 40, 41, "", audit.Count{Name: "in", N: 1}),
	}, entries(t, dir))
}

// Small batches that come before a flush have one entry, of one policy and not too long; one that the log did not take is the same later.
func TestGathered(t *testing.T) {
	dir, key := t.TempDir(), newKey(t)
	p := &place{t: t, key: key}
	s, err := New(Config{Log: trouble{newLog(t, dir, key), p}, Key: key, Policy: "p1"})
	require.NoError(t, err)
	w, err := s.Open(id, 0)
	require.NoError(t, err)
	ctx := context.Background()
	write := func(first, next int64, policy string, degraded int, counts ...pipeline.TypeCount) error {
		b := &pipeline.Batch{Lane: id, First: first, Next: next, Outputs: []pipeline.Output{{Offset: first, Value: []byte("x")}},
			Summary: &pipeline.Summary{Policy: policy, In: 10, Out: 1, Degraded: degraded, Findings: counts}}
		durable, err := w.Write(ctx, b)
		require.Zero(t, durable, "nothing was made durable")
		return err
	}
	require.NoError(t, write(0, 10, "p1", 0, pipeline.TypeCount{Type: "EMAIL", Action: "alias", N: 2}))
	require.NoError(t, write(10, 20, "p1", 0, pipeline.TypeCount{Type: "CRYPTO", Action: "drop", N: 1}, pipeline.TypeCount{Type: "EMAIL", Action: "alias", N: 3}))
	p.fail = 2
	require.Error(t, write(20, 30, "p2", 0), "the entry before can't be written")
	require.Error(t, write(20, 30, "p2", 0))
	require.NoError(t, write(20, 30, "p2", 0))
	require.NoError(t, write(30, 40, "p2", 1))
	require.NoError(t, write(40, 30+entryOffsets, "p2", 2))
	require.NoError(t, write(30+entryOffsets, 31+entryOffsets, "p2", 3))
	p.fail = 1
	_, err = w.Flush(ctx)
	require.Error(t, err)
	durable, err := w.Flush(ctx)
	require.NoError(t, err)
	require.EqualValues(t, 31+entryOffsets, durable)

	digest := func(offsets ...int64) string {
		d, err := key.NewDigester()
		require.NoError(t, err)
		for _, o := range offsets {
			d.Add(o, nil, []byte("x"))
		}
		return d.Sum()
	}
	type entry struct {
		action, policy, digest string
		first, next            int64
		counts                 []audit.Count
	}
	var got []entry
	for _, e := range entries(t, dir) {
		if e.Range == nil {
			e.Range = &audit.Range{}
		}
		got = append(got, entry{e.Action, e.Policy, e.Digest, e.Range.First, e.Range.Next, e.Counts})
	}
	require.Equal(t, []entry{
		{"batch", "p1", digest(0, 10), 0, 20, []audit.Count{{Name: "in", N: 20}, {Name: "out", N: 2}, {Name: "CRYPTO/drop", N: 1}, {Name: "EMAIL/alias", N: 5}}},
		{"batch", "p2", digest(20), 20, 30, []audit.Count{{Name: "in", N: 10}, {Name: "out", N: 1}}},
		{"degraded", "p1", "", 0, 0, nil},
		{"batch", "p2", digest(30, 40), 30, 30 + entryOffsets, []audit.Count{{Name: "in", N: 20}, {Name: "out", N: 2}, {Name: "degraded", N: 3}}},
		{"batch", "p2", digest(30 + entryOffsets), 30 + entryOffsets, 31 + entryOffsets,
			[]audit.Count{{Name: "in", N: 10}, {Name: "out", N: 1}, {Name: "degraded", N: 3}}},
	}, got)
}

// A log that may have lost entries ends the lane; one that can't write now does not.
func TestErrorsAreClassed(t *testing.T) {
	key := newKey(t)
	log := newLog(t, t.TempDir(), key)
	s, err := New(Config{Log: log, Key: key})
	require.NoError(t, err)
	w, err := s.Open(id, 0)
	require.NoError(t, err)
	require.NoError(t, s.Check(context.Background()))
	require.NoError(t, log.Close())
	_, err = w.Write(context.Background(), &pipeline.Batch{Lane: id, Next: 4, Summary: &pipeline.Summary{In: 4}})
	require.NoError(t, err)
	durable, err := w.Flush(context.Background())
	require.Zero(t, durable)
	require.True(t, pipeline.IsLost(err), "%v", err)
	require.False(t, pipeline.IsPermanent(err))
	require.ErrorIs(t, s.Check(context.Background()), audit.ErrClosed)

	_, err = New(Config{Key: key})
	require.Error(t, err)
	_, err = New(Config{Log: log})
	require.Error(t, err)
}

// The digest changes with every part of what was written, and with the key.
func TestDigest(t *testing.T) {
	sum := func(k audit.Key, outs ...pipeline.Output) string {
		d, err := k.NewDigester()
		require.NoError(t, err)
		for _, o := range outs {
			d.Add(o.Offset, o.Key, o.Value)
		}
		return d.Sum()
	}
	k := newKey(t)
	out := func(offset int64, key, value string) pipeline.Output {
		return pipeline.Output{Offset: offset, Key: []byte(key), Value: []byte(value)}
	}
	seen, long := map[string]int{}, strings.Repeat("a", 70_000)
	for i, outs := range [][]pipeline.Output{
		{}, {out(1, "", "")}, {out(2, "", "")}, {out(1, "a", "")}, {out(1, "", "a")}, {out(1, "a", "b")}, {out(1, "ab", "")},
		{out(1, "", "a"), out(2, "", "b")}, {out(1, "", "b"), out(2, "", "a")}, {out(1, "", "ab"), out(2, "", "")},
		// Long ones, and several.
		{out(1, "", long)}, {out(1, "", long[1:])}, {out(1, "", "b"+long[1:])}, {out(1, "", long[1:]+"b")}, {out(1, long, "")},
		{out(1, "", long[:8000]), out(2, "", long[:8000]), out(3, "", long[:8000])}, {out(1, "", long[:8000]), out(2, "", long[:8000]), out(4, "", long[:8000])},
		{out(1, "", long[:16<<10-16])}, {out(1, "", long[:16<<10-16]), out(2, "", "")}, {out(1, "", long[:16<<10])},
	} {
		got := sum(k, outs...)
		require.Equal(t, got, sum(k, outs...))
		require.NotEqual(t, got, sum(newKey(t), outs...))
		j, again := seen[got]
		require.False(t, again, "%d and %d", i, j)
		seen[got] = i
	}
}
