package audit

import (
	"bytes"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

func bytesReader(b []byte) *bytes.Reader { return bytes.NewReader(b) }

// victim is a log of 25 entries in five segments with checkpoints over 1, 6, 11, 16 and 21 of them: the last four are not signed.
type victim struct {
	t     *testing.T
	key   Key
	files map[string][]byte // as they were
}

func newVictim(t *testing.T) *victim {
	dir := t.TempDir()
	cfg := quiet(dir, newKey(t, "audit.example"))
	cfg.SegmentBytes = 1
	l, err := Open(cfg)
	require.NoError(t, err)
	require.NoError(t, l.Checkpoint())
	for range 4 {
		fill(t, l, 5)
		require.NoError(t, l.Checkpoint())
	}
	fill(t, l, 4)
	require.NoError(t, l.Sync())
	v := &victim{t, cfg.Key, load(t, dir)}
	require.NoError(t, l.Close())
	r := v.verify(v.files, nil)
	require.Empty(t, r.Problems)
	require.Equal(t, uint64(25), r.Entries)
	require.Equal(t, uint64(21), r.Signed)
	return v
}

// load reads all files of a log.
func load(t testing.TB, dir string) map[string][]byte {
	files := map[string][]byte{}
	names, err := fs.ReadDir(os.DirFS(dir), ".")
	require.NoError(t, err)
	for _, f := range names {
		text, err := os.ReadFile(filepath.Join(dir, f.Name()))
		require.NoError(t, err)
		files[f.Name()] = text
	}
	return files
}

func store(t testing.TB, files map[string][]byte) (dir string) {
	dir = t.TempDir()
	for name, text := range files {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), text, 0o600))
	}
	return dir
}

func (v *victim) verify(files map[string][]byte, witness []byte) Report {
	return verify(v.t, store(v.t, files), v.key, witness)
}

// lines are all entries, without segments.
func (v *victim) lines() (all [][]byte) {
	for _, name := range slices.Sorted(maps.Keys(v.files)) {
		if filepath.Ext(name) == segmentExt {
			all = slices.AppendSeq(all, bytes.Lines(v.files[name]))
		}
	}
	return all
}

// with gives the files with other lines, in segments of the names there are; the last takes what is left.
func (v *victim) with(lines [][]byte) map[string][]byte {
	files := map[string][]byte{}
	for name, text := range v.files {
		if filepath.Ext(name) != segmentExt {
			files[name] = text
		}
	}
	for i := 0; i < len(lines); {
		n := 5
		if i == 0 {
			n = 1
		}
		n = min(n, len(lines)-i)
		files[segmentName(uint64(i))] = bytes.Join(lines[i:i+n], nil)
		i += n
	}
	return files
}

func (v *victim) finds(files map[string][]byte, witness []byte, kind Kind, first, last uint64, what string) {
	v.t.Helper()
	r := v.verify(files, witness)
	require.NotEmpty(v.t, r.Problems, what)
	p := r.Problems[0]
	require.Equal(v.t, []any{kind, first, last}, []any{p.Kind, p.Entry, p.Last}, "%s: %s", what, p)
}

// Any bit of any byte of any entry: the entry is named.
//
// clause: 10
func TestFlip(t *testing.T) {
	v := newVictim(t)
	lines := v.lines()
	require.Equal(t, 25, len(lines))
	dir := store(t, v.files)
	for i, line := range lines {
		name := segmentName(0)
		if i > 0 {
			name = segmentName(uint64((i-1)/5*5 + 1))
		}
		at := bytes.Index(v.files[name], line)
		for b := range line {
			if i%10 != 0 && b%11 != i%11 { // all bytes of some, some bytes of all
				continue
			}
			text := bytes.Clone(v.files[name])
			text[at+b] ^= 1 << (b % 8)
			require.NoError(t, os.WriteFile(filepath.Join(dir, name), text, 0o600))
			r := verify(t, dir, v.key, nil)
			require.NotEmpty(t, r.Problems, "entry %d byte %d", i, b)
			require.Equal(t, uint64(i), r.Problems[0].Entry, "entry %d byte %d: %s", i, b, r.Problems[0])
			require.Equal(t, uint64(i), r.Problems[0].Last, "entry %d byte %d: %s", i, b, r.Problems[0])
		}
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), v.files[name], 0o600))
	}
	require.Empty(t, verify(t, dir, v.key, nil).Problems)
}

func TestDelete(t *testing.T) {
	v := newVictim(t)
	for i := range 25 {
		lines := slices.Delete(v.lines(), i, i+1)
		kind := KindMissing
		if i == 24 {
			kind = KindTruncated
		}
		v.finds(v.with(lines), nil, kind, uint64(i), uint64(i), fmt.Sprint("delete ", i))
	}
	v.finds(v.with(slices.Delete(v.lines(), 7, 12)), nil, KindMissing, 7, 11, "delete five")
	for _, name := range []string{segmentName(0), segmentName(1), segmentName(6), segmentName(21)} { // a whole segment
		files := v.with(v.lines())
		delete(files, name)
		r := v.verify(files, nil)
		require.NotEmpty(t, r.Problems)
		require.Equal(t, segmentName(r.Problems[0].Entry), name)
	}
}

func TestReorder(t *testing.T) {
	v := newVictim(t)
	for i := range 24 {
		for _, j := range []int{i + 1, 24, (i + 25) / 2} {
			if j == i {
				continue
			}
			lines := v.lines()
			lines[i], lines[j] = lines[j], lines[i]
			v.finds(v.with(lines), nil, KindReordered, uint64(i), uint64(i), fmt.Sprint("swap ", i, j))
		}
	}
}

func TestDuplicateAndInsert(t *testing.T) {
	v := newVictim(t)
	for i := range 25 {
		lines := v.lines()
		v.finds(v.with(slices.Insert(v.lines(), i+1, lines[i])), nil, KindRepeated, uint64(i+1), uint64(i+1), fmt.Sprint("repeat ", i))
	}
	for i := 1; i < 25; i++ { // an entry that fits to the one before it
		e, err := ParseEntry(bytes.TrimSuffix(v.lines()[i], []byte("\n")))
		require.NoError(t, err)
		e.Actor = "mallory"
		lines := slices.Insert(v.lines(), i, append(e.AppendJSON(nil), '\n'))
		v.finds(v.with(lines), nil, KindInserted, uint64(i), uint64(i), fmt.Sprint("insert before ", i))
	}
}

// A log that is cut anywhere lacks the entry that is cut, or the one that came next.
func TestTruncate(t *testing.T) {
	v := newVictim(t)
	whole := map[int]uint64{} // length of the log -> entries
	length := 0
	for i, line := range v.lines() {
		whole[length] = uint64(i)
		length += len(line)
	}
	names := slices.Sorted(maps.Keys(v.files))
	seq := uint64(0)
	for cut := range length {
		if n, ok := whole[cut]; ok {
			seq = n
		}
		if cut > 700 && cut%29 != 0 { // every byte of some entries, some bytes of all
			continue
		}
		files := map[string][]byte{hashesName: v.files[hashesName], checkpointsName: v.files[checkpointsName]}
		left := cut
		for _, name := range names {
			if filepath.Ext(name) == segmentExt && left > 0 {
				files[name] = v.files[name][:min(left, len(v.files[name]))]
				left -= len(files[name])
			}
		}
		r := v.verify(files, nil)
		require.NotEmpty(t, r.Problems, cut)
		require.Equal(t, seq, r.Problems[0].Entry, "%d: %s", cut, r.Problems[0])
		require.Equal(t, KindTruncated, r.Problems[0].Kind, "%d: %s", cut, r.Problems[0])
	}
}
