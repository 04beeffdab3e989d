package file

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/pipeline"
)

var (
	_ pipeline.Quarantine       = (*Quarantine)(nil)
	_ pipeline.QuarantineReader = (*Quarantine)(nil)
	_ pipeline.Sink             = (*Sink)(nil)
)

func entry(offset int64, minute int) pipeline.Entry {
	return pipeline.Entry{
		Topic: "calls", Partition: 2, Offset: offset, Class: pipeline.ClassMalformed, Detail: "no JSON object",
		At: time.Date(2026, 11, 1, 12, minute, 0, 0, time.UTC), Sealed: []byte{1, 2, 3},
	}
}

func scan(t *testing.T, q *Quarantine) (got []string) {
	t.Helper()
	require.NoError(t, q.Scan(context.Background(), func(e pipeline.Entry) error {
		got = append(got, fmt.Sprintf("%s@%d", key(&e), e.At.Minute()))
		return nil
	}))
	return got
}

func newQuarantine(t *testing.T) *Quarantine {
	t.Helper()
	q, err := NewQuarantine(filepath.Join(t.TempDir(), "dead"))
	require.NoError(t, err)
	return q
}

func TestQuarantine(t *testing.T) {
	ctx := context.Background()
	q := newQuarantine(t)
	require.Empty(t, scan(t, q), "there is no directory yet")
	require.NoError(t, q.Check(ctx))

	other := entry(9, 1)
	other.Partition = 1
	refused := entry(9, 1)
	refused.Class, refused.Sink = pipeline.ClassSink, "lake"
	require.NoError(t, q.Put(ctx, []pipeline.Entry{entry(30, 1), entry(9, 1), other, refused}))
	require.NoError(t, q.Put(ctx, []pipeline.Entry{entry(10, 1)}))
	require.NoError(t, q.Put(ctx, []pipeline.Entry{entry(10, 1)}), "twice is harmless")
	require.NoError(t, q.Put(ctx, []pipeline.Entry{entry(30, 5), entry(10, 5)}), "and so is again after a crash")
	all := []string{"calls/1/9/malformed@1", "calls/2/9/malformed@1", "calls/2/9/refused_by_sink/lake@1",
		"calls/2/10/malformed@5", "calls/2/30/malformed@5"}
	require.Equal(t, all, scan(t, q))

	require.NoError(t, q.Resolve(ctx, []pipeline.Entry{entry(9, 1), entry(10, 5)}))
	require.NoError(t, q.Resolve(ctx, []pipeline.Entry{entry(9, 1), entry(10, 5)}))
	require.Equal(t, []string{all[0], all[2], all[4]}, scan(t, q))

	require.NoError(t, q.Put(ctx, []pipeline.Entry{entry(10, 5)}), "a late retry of what was resolved")
	require.Equal(t, []string{all[0], all[2], all[4]}, scan(t, q))
	require.NoError(t, q.Put(ctx, []pipeline.Entry{entry(10, 8)}), "it failed again")
	require.Equal(t, []string{all[0], all[2], "calls/2/10/malformed@8", all[4]}, scan(t, q))

	names, err := filepath.Glob(filepath.Join(q.dir, "calls-1-*"))
	require.NoError(t, err)
	require.Len(t, names, 1)
	require.Regexp(t, `calls-1-00000000000000000009-00000000000000000009-[0-9a-f]{16}\.ndjson$`, names[0])
	require.NoError(t, q.Close())
}

func TestQuarantineKeepsEverything(t *testing.T) {
	q := newQuarantine(t)
	want := entry(1, 1)
	want.Category, want.Attempts, want.Policy, want.Detector, want.Version = "transcript", 3, "p", "d", "v"
	want.Time = want.At.Add(-time.Hour)
	require.NoError(t, q.Put(context.Background(), []pipeline.Entry{want}))
	require.NoError(t, q.Scan(context.Background(), func(got pipeline.Entry) error {
		require.Equal(t, want, got)
		return nil
	}))
}

func TestQuarantineScanStops(t *testing.T) {
	q := newQuarantine(t)
	require.NoError(t, q.Put(context.Background(), []pipeline.Entry{entry(1, 1), entry(2, 1)}))
	stop := errors.New("enough")
	calls := 0
	require.ErrorIs(t, q.Scan(context.Background(), func(pipeline.Entry) error { calls++; return stop }), stop)
	require.Equal(t, 1, calls)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	require.ErrorIs(t, q.Scan(ctx, func(pipeline.Entry) error { return nil }), context.Canceled)
	require.ErrorIs(t, q.Put(ctx, []pipeline.Entry{entry(1, 1)}), context.Canceled)
}

// An error names the file, never what is in it.
func TestQuarantineDamage(t *testing.T) {
	for name, content := range map[string]string{
		"torn":    `{"topic":"calls","detail":"card 4111`,
		"foreign": "card 4111111111111111\n",
	} {
		q := newQuarantine(t)
		require.NoError(t, q.Put(context.Background(), []pipeline.Entry{entry(1, 1)}))
		require.NoError(t, os.WriteFile(filepath.Join(q.dir, "calls-2-x.ndjson"), []byte(content), 0o600))
		err := q.Scan(context.Background(), func(pipeline.Entry) error { return nil })
		require.ErrorContains(t, err, "calls-2-x.ndjson", name)
		require.NotContains(t, err.Error(), "4111", name)
	}
}

func TestQuarantineIsDurable(t *testing.T) {
	r := newRAM(3)
	q := &Quarantine{dir: "/dead", fs: r}
	put := func() error { return q.Put(context.Background(), []pipeline.Entry{entry(1, 1)}) }
	for _, op := range []string{"mkdir", "create", "write", "sync", "rename", "syncdir"} {
		r.setFail(op, 1)
		require.Error(t, put(), op)
	}
	require.NoError(t, put())
	r.crash()
	names, err := r.ReadDir("/dead")
	require.NoError(t, err)
	names = slices.DeleteFunc(names, func(n string) bool { return strings.HasPrefix(n, ".") })
	require.Len(t, names, 1)
	require.NotEmpty(t, r.read(filepath.Join("/dead", names[0])))
}

func TestQuarantineAtOnce(t *testing.T) {
	q := newQuarantine(t)
	var wg sync.WaitGroup
	for i := range int64(8) {
		wg.Go(func() {
			if err := q.Put(context.Background(), []pipeline.Entry{entry(i, 1), entry(100, 1)}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	require.Len(t, scan(t, q), 9)
}
