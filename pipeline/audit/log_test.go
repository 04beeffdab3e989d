package audit

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func newKey(t testing.TB, name string) Key {
	text, err := GenerateKey(name)
	require.NoError(t, err)
	k, err := ParseKey([]byte(text))
	require.NoError(t, err)
	return k
}

func verifierOf(t testing.TB, k Key) note.Verifier {
	v, err := ParseVerifier(k.Verifier())
	require.NoError(t, err)
	return v
}

// quiet is a configuration in which nothing happens but what a test asks for.
func quiet(dir string, k Key) Config {
	cfg := DefaultConfig()
	cfg.Dir, cfg.Key, cfg.Every, cfg.EveryEntries, cfg.Gather = dir, k, time.Hour, 1<<40, 0
	cfg.Now = func() time.Time { return time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC) }
	return cfg
}

func entry(i int) Entry {
	return Entry{
		Actor: "run", Action: "batch", Tenant: "acme", Policy: "p1",
		Range:  &Range{"calls", 3, int64(i) * 500, int64(i+1) * 500},
		Counts: []Count{{"in", 500}, {"out", int64(500 - i%3)}, {"PHONE/token", int64(i)}},
		Object: []Attr{{"note", fmt.Sprintf("number %d", i)}},
		Digest: "AAAAAAAAAAAAAAAAAAAAAA",
	}
}

func fill(t testing.TB, l *Log, n int) {
	for range n {
		_, err := l.Append(entry(int(l.tree.n)))
		require.NoError(t, err)
	}
}

func verify(t testing.TB, dir string, k Key, witness []byte) Report {
	o := Options{Verifier: verifierOf(t, k)}
	if witness != nil {
		o.Witness = bytesReader(witness)
	}
	r, err := Verify(dir, o)
	require.NoError(t, err)
	return r
}

func TestRoundTrip(t *testing.T) {
	dir, k := filepath.Join(t.TempDir(), "a", "b"), newKey(t, "audit.example")
	l, err := Open(quiet(dir, k))
	require.NoError(t, err)
	fill(t, l, 10)
	require.Equal(t, uint64(1), l.Durable(), "the entry that begins the log is on disk, the others are not")
	seq, err := l.AppendSync(Entry{Actor: "ops", Action: "key.rotate", Time: time.Date(2026, 3, 1, 1, 2, 3, 4_999_999, time.FixedZone("x", 3600))})
	require.NoError(t, err)
	require.Equal(t, uint64(11), seq)
	require.Equal(t, uint64(12), l.Durable())
	require.NoError(t, l.Close())
	require.NoError(t, l.Close())

	var got []Entry
	require.NoError(t, Read(dir, 0, func(e Entry) error { got = append(got, e); return nil }))
	require.Len(t, got, 12)
	require.Equal(t, actionCreate, got[0].Action)
	for i := 1; i <= 10; i++ {
		want := entry(i)
		want.Seq, want.Time, want.Prev = uint64(i), l.cfg.Now(), got[i].Prev
		require.Equal(t, want, got[i])
		require.NotEqual(t, tlog.Hash{}, got[i].Prev)
	}
	require.Equal(t, "2026-03-01T00:02:03.004Z", got[11].Time.Format(time.RFC3339Nano))
	r := verify(t, dir, k, nil)
	require.Empty(t, r.Problems)
	require.Equal(t, Report{Log: l.origin, Entries: 12, Signed: 12, Checkpoints: 1, SignedAt: l.cfg.Now()}, r)

	_, err = l.Append(entry(1))
	require.ErrorIs(t, err, ErrClosed)
	require.ErrorIs(t, l.Wait(context.Background(), 99), ErrClosed)
}

// The tree is that of tlog, whatever is asked of it.
func TestTreeIsATlog(t *testing.T) {
	var tr tree
	var file memory
	var all []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		var got []tlog.Hash
		for _, i := range indexes {
			got = append(got, all[i])
		}
		return got, nil
	})
	for n := range int64(300) {
		root, err := tlog.TreeHash(n, reader)
		require.NoError(t, err)
		require.Equal(t, root, tr.root(), "after %d entries", n)
		again, err := storedHashes{&file}.tree(uint64(n))
		require.NoError(t, err)
		require.Equal(t, root, again.root())
		require.Equal(t, tr.last, again.last)
		require.Equal(t, hashesSize(uint64(n)), int64(len(file.data)))
		require.Equal(t, uint64(n), entriesIn(int64(len(file.data))))

		data := fmt.Appendf(nil, "entry %d", n)
		stored, err := tlog.StoredHashes(n, data, reader)
		require.NoError(t, err)
		all = append(all, stored...)
		leaf := leafHash(append([]byte{0}, data...))
		require.Equal(t, tlog.RecordHash(data), leaf)
		before := len(file.data)
		file.data = tr.add(leaf, file.data)
		require.Equal(t, len(stored)*tlog.HashSize, len(file.data)-before)
		for i := range (len(file.data) - before) / 32 {
			require.Equal(t, uint64(n), entriesIn(int64(before+32*i)), "not all of the entry's hashes are there")
		}
	}
}

// memory is a file in memory, to be read only.
type memory struct{ data []byte }

func (m *memory) ReadAt(b []byte, at int64) (int, error) { return bytesReader(m.data).ReadAt(b, at) }

func TestReopen(t *testing.T) {
	dir, k := t.TempDir(), newKey(t, "audit.example")
	cfg := quiet(dir, k)
	cfg.SegmentBytes = 2000
	origin := ""
	for round := range 12 {
		l, err := Open(cfg)
		require.NoError(t, err)
		if round > 0 {
			require.Equal(t, origin, l.origin)
		}
		origin = l.origin
		for range round {
			fill(t, l, 2)
			require.NoError(t, l.Sync())
		}
		require.NoError(t, l.Close())
		r := verify(t, dir, k, nil)
		require.Empty(t, r.Problems)
		require.Equal(t, uint64(1+round*(round+1)), r.Entries)
		require.Equal(t, r.Entries, r.Signed)
	}
	all, err := listSegments(dir)
	require.NoError(t, err)
	require.Greater(t, len(all), 10)
	n := 0
	require.NoError(t, Read(dir, 77, func(e Entry) error { n++; require.GreaterOrEqual(t, e.Seq, uint64(77)); return nil }))
	require.Equal(t, 1+11*12-77, n)

	// Without the file of hashes the log is the same, once its writer has read all of it.
	require.NoError(t, os.Remove(filepath.Join(dir, hashesName)))
	l, err := Open(cfg)
	require.NoError(t, err)
	require.NoError(t, l.Close())
	require.Empty(t, verify(t, dir, k, nil).Problems)
}

// Opening reads entries behind the last checkpoint only: older segments need not even be there.
func TestOpenReadsTheEnd(t *testing.T) {
	dir, k := t.TempDir(), newKey(t, "audit.example")
	cfg := quiet(dir, k)
	cfg.SegmentBytes = 2000
	l, err := Open(cfg)
	require.NoError(t, err)
	for range 20 {
		fill(t, l, 5)
		require.NoError(t, l.Sync())
	}
	require.NoError(t, l.Close())
	all, err := listSegments(dir)
	require.NoError(t, err)
	archive := t.TempDir()
	for _, s := range all[:4] {
		require.NoError(t, os.Rename(filepath.Join(dir, s.name), filepath.Join(archive, s.name)))
	}
	l, err = Open(cfg)
	require.NoError(t, err)
	fill(t, l, 3)
	require.NoError(t, l.Close())

	first := all[4].first
	r := verify(t, dir, k, nil)
	require.Equal(t, []Problem{{Kind: KindMissing, Entry: 0, Last: first - 1, File: all[4].name, What: r.Problems[0].What}}, r.Problems)
	r, err = Verify(dir, Options{Verifier: verifierOf(t, k), From: first})
	require.NoError(t, err)
	require.Empty(t, r.Problems)
	require.Equal(t, uint64(104), r.Signed)
}

func TestOneWriter(t *testing.T) {
	cfg := quiet(t.TempDir(), newKey(t, "audit.example"))
	l, err := Open(cfg)
	require.NoError(t, err)
	_, err = Open(cfg)
	require.ErrorIs(t, err, errLocked)
	require.NoError(t, l.Close())
	l, err = Open(cfg)
	require.NoError(t, err)
	require.NoError(t, l.Close())
}

// Entries of many goroutines stand in one chain, and Wait returns when they are on disk.
func TestConcurrency(t *testing.T) {
	dir, k := t.TempDir(), newKey(t, "audit.example")
	cfg := quiet(dir, k)
	cfg.Every, cfg.EveryEntries, cfg.Gather, cfg.SegmentBytes = time.Millisecond, 50, time.Millisecond, 20_000
	var mu sync.Mutex
	var published []byte
	cfg.Publish = func(_ context.Context, signed []byte) error {
		mu.Lock()
		defer mu.Unlock()
		published = append(append(published, signed...), '\n')
		return nil
	}
	l, err := Open(cfg)
	require.NoError(t, err)
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			for i := range 100 {
				seq, err := l.Append(entry(g))
				if err == nil && i%3 == 0 {
					err = l.Wait(context.Background(), seq)
					if l.Durable() <= seq {
						t.Error("Wait returned before the entry was durable")
					}
				} else if err == nil && i%7 == 0 {
					err = l.Sync()
				}
				if err != nil {
					t.Error(err)
				}
				if i%25 == 0 { // while it is written to
					o := Options{Verifier: verifierOf(t, k)}
					if r, err := Verify(dir, o); err != nil || len(r.Problems) > 0 {
						t.Errorf("verify: %v %v", err, r.Problems)
					}
				}
			}
		})
	}
	wg.Wait()
	require.NoError(t, l.Close())
	r := verify(t, dir, k, published)
	require.Empty(t, r.Problems)
	require.Equal(t, uint64(801), r.Entries)
	require.Equal(t, uint64(801), r.Witnessed, "the last checkpoint is published before Close returns")
}

func TestWaitEnds(t *testing.T) {
	cfg := quiet(t.TempDir(), newKey(t, "audit.example"))
	l, err := Open(cfg)
	require.NoError(t, err)
	l.io.Lock() // a disk that hangs
	seq, err := l.Append(entry(1))
	require.NoError(t, err)
	ctx, cancel := context.WithCancelCause(context.Background())
	cause := errors.New("enough")
	cancel(cause)
	require.ErrorIs(t, l.Wait(ctx, seq), cause)
	l.io.Unlock()
	require.NoError(t, l.Wait(context.Background(), seq))
	require.NoError(t, l.Close())
}

// An entry that could not be read back is refused, and nothing of it stays.
func TestRefused(t *testing.T) {
	dir, k := t.TempDir(), newKey(t, "audit.example")
	l, err := Open(quiet(dir, k))
	require.NoError(t, err)
	long := string(make([]byte, 5000))
	many := make([]Count, partsMax+1)
	wide := make([]Attr, 100)
	for i := range wide {
		wide[i] = Attr{fmt.Sprint(i), long[:4000]}
	}
	for want, e := range map[error]Entry{
		errName:  {Action: "x"},
		errUTF8:  {Actor: "a", Action: "x", Tenant: "\xff"},
		errValue: {Actor: "a", Action: "x", Object: []Attr{{"n", long}}},
		errTwice: {Actor: "a", Action: "x", Counts: []Count{{"n", 1}, {"n", 2}}},
		errMany:  {Actor: "a", Action: "x", Counts: many},
		errLine:  {Actor: "a", Action: "x", Object: wide},
		errTime:  {Actor: "a", Action: "x", Time: time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC)},
	} {
		_, err := l.Append(e)
		require.ErrorIs(t, err, want)
		require.NotContains(t, err.Error(), long[:10])
	}
	fill(t, l, 1)
	require.NoError(t, l.Close())
	require.Equal(t, uint64(2), verify(t, dir, k, nil).Signed)
}
