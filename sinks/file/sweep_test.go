package file

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/sonexlabs/tacet/pipeline"
)

var noon = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)

func audited(Expired) error { return nil }

// batchOf is a batch of one record an offset, the times of which are given.
func batchOf(first int64, times ...time.Time) *pipeline.Batch {
	b := &pipeline.Batch{Lane: lane, First: first, Next: first + int64(len(times))}
	for i, at := range times {
		b.Outputs = append(b.Outputs, pipeline.Output{Offset: first + int64(i), Time: at, Value: []byte(`{}`)})
	}
	return b
}

// A file is as old as its latest record, however late it was written, and goes when that is past its time.
func TestSweepCountsFromTheLatestRecord(t *testing.T) {
	dir, ctx, noon := t.TempDir(), t.Context(), time.Now().Truncate(time.Second) // what the disk calls now
	s, err := New(config(dir, CompressionNone))
	require.NoError(t, err)
	w, err := s.Open(lane, 0)
	require.NoError(t, err)
	write := func(first int64, times ...time.Time) {
		t.Helper()
		_, err := w.Write(ctx, batchOf(first, times...))
		require.NoError(t, err)
		_, err = w.Flush(ctx)
		require.NoError(t, err)
	}
	day := 24 * time.Hour
	write(0, noon.Add(-9*day), noon.Add(-8*day), noon.Add(-9*day)) // 8 days old
	write(3, noon.Add(-9*day), noon.Add(-7*day))                   // 7 days old: not past it
	write(5, noon.Add(-9*day), noon.Add(-1*day))
	write(7, noon.Add(-9*day), time.Time{}) // nobody knows: as old as the file
	write(9, noon.Add(-9*day), noon.Add(30*365*day))
	require.NoError(t, w.Close())

	var told []Expired
	removed, err := Sweep(ctx, dir, noon.Add(-7*day), func(e Expired) error { told = append(told, e); return nil })
	require.NoError(t, err)
	want := Expired{Lane: lane, Files: 1, Bytes: 9, Until: noon.Add(-8 * day).Local()}
	require.Equal(t, []Expired{want}, told)
	require.Equal(t, 1, removed.Files)
	require.Equal(t, int64(9), removed.Bytes)
	require.Equal(t, []string{"calls-7-00000000000000000003.ndjson", "calls-7-00000000000000000005.ndjson",
		"calls-7-00000000000000000007.ndjson", "calls-7-00000000000000000009.ndjson"}, namesIn(t, filepath.Join(dir, "calls")))

	told = nil
	removed, err = Sweep(ctx, dir, noon.Add(-time.Hour), func(e Expired) error { told = append(told, e); return nil })
	require.NoError(t, err)
	require.Equal(t, 2, removed.Files)
	require.Len(t, told, 1)
	require.Equal(t, []int64{3, 5}, []int64{told[0].First, told[0].Last})
	require.Equal(t, noon.Add(-day).Local(), told[0].Until)
}

func namesIn(t *testing.T, dir string) []string {
	t.Helper()
	names, err := disk{}.ReadDir(dir)
	require.NoError(t, err)
	slices.Sort(names)
	return names
}

// What has another name, stands elsewhere, is a folder or a link, is somebody else's, however old.
func TestSweepLeavesWhatIsNotOurs(t *testing.T) {
	dir, elsewhere := t.TempDir(), t.TempDir()
	const ours = "calls-7-00000000000000000100.ndjson"
	put := func(name string) {
		t.Helper()
		require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o700))
		require.NoError(t, os.WriteFile(name, []byte("x"), 0o600))
		require.NoError(t, os.Chtimes(name, time.Time{}, noon.AddDate(-9, 0, 0)))
	}
	others := []string{
		ours, "calls-7-00000000000000000100-00000000000000000199-0123456789abcdef.ndjson", // where the sink's folders are
		"calls/notes.txt", "calls/calls-7-100.ndjson", "calls/calls-x-00000000000000000100.ndjson",
		"calls/calls-07-00000000000000000100.ndjson", "calls/calls--7-00000000000000000100.ndjson",
		"calls/calls-7-00000000000000000100.ndjson.bak", "calls/calls-7-0000000000000000010x.ndjson",
		"calls/calls-7-+0000000000000000100.ndjson", "calls/.calls-7-00000000000000000100.ndjson",
		"calls/.calls-7-00000000000000000100.ndjson.part", "calls/.calls-7-00000000000000000100.ndjson.ABC.part",
		"calls/other-7-00000000000000000100.ndjson", "calls/deeper/" + ours, ".hidden/.hidden-7-00000000000000000100.ndjson",
		"bad name/bad name-7-00000000000000000100.ndjson", "x~y/x~y-7-00000000000000000100.ndjson",
	}
	for _, name := range others {
		put(filepath.Join(dir, name))
	}
	put(filepath.Join(elsewhere, ours))
	put(filepath.Join(elsewhere, "linked-7-00000000000000000100.ndjson"))
	require.NoError(t, os.Symlink(filepath.Join(elsewhere, ours), filepath.Join(dir, "calls", "calls-8-00000000000000000100.ndjson")))
	require.NoError(t, os.Symlink(elsewhere, filepath.Join(dir, "linked")))
	require.NoError(t, os.Mkdir(filepath.Join(dir, "calls", "calls-9-00000000000000000100.ndjson"), 0o700))

	mine := []string{"calls/" + ours, "calls/" + ours + ".gz", "calls/" + ours + ".zst", "calls/." + ours + ".zst.ABCDEFGH.part",
		stem("no/legal topic") + "/" + stem("no/legal topic") + "-0-00000000000000000000.ndjson"}
	for _, name := range mine {
		put(filepath.Join(dir, name))
	}
	young := filepath.Join(dir, "calls", "calls-7-00000000000000000200.ndjson")
	put(young)
	require.NoError(t, os.Chtimes(young, time.Time{}, noon))

	removed, err := Sweep(t.Context(), dir, noon, audited)
	require.NoError(t, err)
	require.Equal(t, len(mine), removed.Files)
	for _, name := range mine {
		require.NoFileExists(t, filepath.Join(dir, name))
	}
	for _, name := range append(others, "calls/calls-7-00000000000000000200.ndjson") {
		require.FileExists(t, filepath.Join(dir, name))
	}
	require.FileExists(t, filepath.Join(elsewhere, ours))
	require.FileExists(t, filepath.Join(elsewhere, "linked-7-00000000000000000100.ndjson"))

	_, err = Sweep(t.Context(), filepath.Join(dir, "nothing is here yet"), noon, audited)
	require.NoError(t, err)
}

// What can't be told to the auditor stays, and what can't be removed is tried again.
func TestSweepFaults(t *testing.T) {
	r := newRAM(1)
	for i := range 3 {
		name := fmt.Sprintf("/out/calls/calls-%d-%020d.ndjson", i, 0)
		r.now[name] = &inode{modified: noon.Add(-time.Hour)}
	}
	sweeping := func(ctx context.Context, about func(Expired) error) (Expired, error) {
		s := sweep{fs: r, dir: "/out", before: noon, about: about}
		err := s.run(ctx)
		return s.removed, err
	}
	left := func() int { return len(r.now) }

	full := errors.New("the log is full")
	removed, err := sweeping(t.Context(), func(e Expired) error {
		if e.Lane.Partition == 1 {
			return full
		}
		return nil
	})
	require.ErrorIs(t, err, full)
	require.Equal(t, 2, removed.Files)
	require.Equal(t, 1, left())

	for _, op := range []string{"stat", "remove"} {
		r.setFail(op, 1)
		removed, err = sweeping(t.Context(), audited)
		require.Error(t, err, op)
		require.Zero(t, removed.Files, op)
		require.Equal(t, 1, left(), op)
	}
	removed, err = sweeping(t.Context(), audited)
	require.NoError(t, err)
	require.Equal(t, 1, removed.Files)
	require.Zero(t, left())

	r.now["/out/calls/calls-0-00000000000000000000.ndjson"] = &inode{}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = sweeping(ctx, audited)
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, 1, left())
}

// A sweep amid the work of a lane removes what is past its time, and the lane goes on.
func TestSweepWhileWriting(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := newRAM(rapid.Uint64().Draw(t, "seed"))
		s, err := newSink(config("/out", CompressionNone), r)
		require.NoError(t, err)
		now := noon
		s.now = func() time.Time { return now }
		w, err := s.Open(lane, 0)
		require.NoError(t, err)
		ctx := context.Background()
		alive := map[int64]time.Time{} // offset -> its file's latest
		var open []int64
		var latest time.Time
		next := int64(0)
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			now = now.Add(time.Minute)
			switch rapid.IntRange(0, 3).Draw(t, "step") {
			case 0, 1:
				at := now.Add(-time.Duration(rapid.IntRange(0, 90).Draw(t, "age")) * time.Minute)
				_, err = w.Write(ctx, batchOf(next, at))
				if at.After(latest) {
					latest = at
				}
				open = append(open, next)
				next++
			case 2:
				_, err = w.Flush(ctx)
				for _, o := range open {
					alive[o] = latest
				}
				open, latest = nil, time.Time{}
			case 3:
				before := now.Add(-time.Hour)
				// An unfinished file was written to just now.
				for _, n := range r.now {
					if n.modified.IsZero() {
						n.modified = now
					}
				}
				err = (&sweep{fs: r, dir: "/out", before: before, about: audited}).run(ctx)
				for o, at := range alive {
					if at.Before(before) {
						delete(alive, o)
					}
				}
			}
			require.NoError(t, err)
			left := 0
			for name, n := range r.now {
				if !strings.HasSuffix(name, partExtension) {
					left += strings.Count(string(n.now), "\n")
				}
			}
			require.Equal(t, len(alive), left)
		}
	})
}

// Whatever name is taken for ours is one that the sink gives.
func FuzzParseOurs(f *testing.F) {
	f.Add("calls-7-00000000000000000100.ndjson", "calls")
	f.Add("calls-7-00000000000000000100.ndjson.zst", "calls")
	f.Add(".a.b-7-00000000000000000100.ndjson.gz.ABCDEFGH.part", "a.b")
	f.Add("calls-7-+0000000000000000100.ndjson", "calls")
	f.Fuzz(func(t *testing.T, name, folder string) {
		partition, first, ok := parseOurs(name, folder)
		if !ok {
			return
		}
		is := fmt.Sprintf("%s-%d-%020d.ndjson", folder, partition, first)
		var names []string
		for _, suffix := range []string{"", ".gz", ".zst"} {
			names = append(names, is+suffix)
			if strings.HasPrefix(name, ".") && len(name) > len(partExtension)+partRandom {
				names = append(names, "."+is+suffix+"."+name[len(name)-len(partExtension)-partRandom:])
			}
		}
		require.Contains(t, names, name)
	})
}
