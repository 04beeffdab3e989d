package audit

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// rewrite gives the files of a log with these entries, signed by k over all of them: what a thief of the key can make.
func rewrite(t *testing.T, k Key, entries []Entry, origin string) map[string][]byte {
	var tr tree
	var lines, hashes []byte
	for _, e := range entries {
		e.Seq, e.Prev = tr.n, tr.last
		text := e.AppendJSON([]byte{0})
		hashes = tr.add(leafHash(text), hashes)
		lines = append(append(lines, text[1:]...), '\n')
	}
	signed, err := Checkpoint{Origin: origin, Size: tr.n, Root: tr.root(), Time: entries[0].Time}.sign(k)
	require.NoError(t, err)
	return map[string][]byte{segmentName(0): lines, hashesName: hashes, checkpointsName: append(signed, '\n')}
}

func (v *victim) entries() (all []Entry) {
	for _, line := range v.lines() {
		e, err := ParseEntry(bytes.TrimSuffix(line, []byte("\n")))
		require.NoError(v.t, err)
		all = append(all, e)
	}
	return all
}

// An older copy of the whole log is in order by itself; only who saw a newer checkpoint knows.
func TestRollBack(t *testing.T) {
	dir, k := t.TempDir(), newKey(t, "audit.example")
	witness := filepath.Join(t.TempDir(), "witness")
	cfg := quiet(dir, k)
	cfg.Publish = WitnessFile(witness)
	l, err := Open(cfg)
	require.NoError(t, err)
	fill(t, l, 9)
	require.NoError(t, l.Close())
	older := load(t, dir)
	l, err = Open(cfg)
	require.NoError(t, err)
	fill(t, l, 5)
	require.NoError(t, l.Close())
	seen, err := os.ReadFile(witness)
	require.NoError(t, err)
	known, err := ReadWitness(witness)
	require.NoError(t, err)
	require.Equal(t, seen, known)

	require.Empty(t, verify(t, dir, k, seen).Problems)
	dir = store(t, older)
	require.Empty(t, verify(t, dir, k, nil).Problems)
	r := verify(t, dir, k, seen)
	require.Equal(t, KindRolledBack, r.Problems[0].Kind)
	require.Equal(t, uint64(10), r.Problems[0].Entry)
	require.Equal(t, uint64(14), r.Problems[0].Last)
	require.Equal(t, uint64(10), r.Witnessed)

	cfg.Dir, cfg.Known = dir, known
	_, err = Open(cfg)
	require.ErrorIs(t, err, ErrRolledBack)

	// Gone on from the older copy, it has other entries than those that were seen.
	cfg.Known, cfg.Publish = nil, nil
	l, err = Open(cfg)
	require.NoError(t, err)
	for range 8 {
		_, err := l.Append(Entry{Actor: "mallory", Action: "nothing"})
		require.NoError(t, err)
	}
	require.NoError(t, l.Close())
	require.Empty(t, verify(t, dir, k, nil).Problems)
	r = verify(t, dir, k, seen)
	require.Equal(t, KindReplaced, r.Problems[0].Kind, r.Problems[0].String())
	require.Equal(t, []uint64{10, 14}, []uint64{r.Problems[0].Entry, r.Problems[0].Last})
	cfg.Known = known
	_, err = Open(cfg)
	require.ErrorIs(t, err, ErrReplaced)

	// A witness of another log of the same key proves nothing about this one.
	cfg.Dir = t.TempDir()
	_, err = Open(cfg)
	require.ErrorIs(t, err, ErrRolledBack, "an empty directory is the oldest copy")
	cfg.Known = nil
	l, err = Open(cfg)
	require.NoError(t, err)
	fill(t, l, 30)
	require.NoError(t, l.Close())
	cfg.Known = known
	_, err = Open(cfg)
	require.ErrorIs(t, err, ErrReplaced)
	require.Equal(t, KindUnsigned, verify(t, cfg.Dir, k, seen).Problems[0].Kind)
}

// Logs with one key and one witness have names, and each is held against its own checkpoints.
func TestSharedWitness(t *testing.T) {
	k, witness := newKey(t, "audit.example"), filepath.Join(t.TempDir(), "witness")
	dirs := map[string]string{"": t.TempDir(), "one": t.TempDir(), "two/replay": t.TempDir()}
	config := func(name string) Config {
		cfg := quiet(dirs[name], k)
		cfg.Name, cfg.Publish = name, WitnessFile(witness)
		var err error
		cfg.Known, err = ReadWitness(witness)
		require.NoError(t, err)
		return cfg
	}
	for range 3 {
		for name := range dirs {
			l, err := Open(config(name))
			require.NoError(t, err)
			fill(t, l, 3)
			require.NoError(t, l.Close())
		}
	}
	seen, err := os.ReadFile(witness)
	require.NoError(t, err)
	for name, dir := range dirs {
		r := verify(t, dir, k, seen)
		require.Empty(t, r.Problems, name)
		require.Equal(t, uint64(10), r.Witnessed, name)
		require.Equal(t, 6, r.Skipped, name)
	}
	cfg := config("one")
	cfg.Dir = dirs[""]
	_, err = Open(cfg)
	require.ErrorIs(t, err, ErrReplaced, "a log in the place of another")
	cfg.Name = "two words"
	require.Error(t, cfg.Validate())
}

func TestRewrite(t *testing.T) {
	v := newVictim(t)
	_, witness, err := (&Log{cfg: Config{Dir: store(t, v.files), open: openFile}}).lastCheckpoint(verifierOf(t, v.key))
	require.NoError(t, err)
	origin := v.verify(v.files, nil).Log

	// With another key: no checkpoint counts.
	entries := v.entries()
	entries[13].Actor = "mallory"
	other := newKey(t, "audit.example")
	files := rewrite(t, other, entries, origin)
	v.finds(files, nil, KindUnsigned, 0, 0, "another key")
	cfg := quiet(store(t, files), v.key)
	_, err = Open(cfg)
	require.ErrorIs(t, err, errCheckpoint)

	// With the key that was stolen: only the witness knows.
	files = rewrite(t, v.key, entries, origin)
	require.Empty(t, v.verify(files, nil).Problems)
	v.finds(files, witness, KindReplaced, 0, 20, "stolen key")

	// With hashes and chain made anew, but the checkpoints as they were.
	files[checkpointsName] = v.files[checkpointsName]
	v.finds(files, nil, KindReplaced, 11, 15, "no key")

	// Behind the last checkpoint nothing proves what stood there.
	entries = v.entries()
	entries[23].Actor = "mallory"
	files = rewrite(t, v.key, entries, origin)
	files[checkpointsName] = v.files[checkpointsName]
	require.Empty(t, v.verify(files, witness).Problems)
	require.Equal(t, uint64(21), v.verify(files, witness).Signed)
}

// The file of hashes proves nothing by itself: altered, it is the one that is named, and its writer makes it anew.
func TestHashesAltered(t *testing.T) {
	v := newVictim(t)
	for at := 0; at < len(v.files[hashesName]); at += 11 {
		files := v.with(v.lines())
		files[hashesName] = bytes.Clone(v.files[hashesName])
		files[hashesName][at] ^= 4
		dir := store(t, files)
		r := verify(t, dir, v.key, nil)
		require.NotEmpty(t, r.Problems, at)
		last := at/32 == len(v.files[hashesName])/32-1 // the leaf of the last entry, of which nothing else knows
		if !last {
			require.Equal(t, KindHashes, r.Problems[0].Kind, "%d: %s", at, r.Problems[0])
		}
		l, err := Open(quiet(dir, v.key))
		if err != nil { // the part that Open relies on without reading the entries
			require.ErrorIs(t, err, ErrReplaced, at)
			continue
		}
		require.NoError(t, l.Close())
	}
	files := v.with(v.lines())
	files[hashesName] = v.files[hashesName][:400]
	r := v.verify(files, nil)
	require.Empty(t, r.Problems, "the entries themselves make the tree")
	require.Equal(t, uint64(21), r.Signed)
}

func TestCheckpointsAltered(t *testing.T) {
	v := newVictim(t)
	text := v.files[checkpointsName]
	one := bytes.Index(text[5:], []byte("audit.example/")) + 5 // where the second begins
	for at := range text {
		if at%9 != 0 {
			continue
		}
		files := v.with(v.lines())
		files[checkpointsName] = bytes.Clone(text)
		files[checkpointsName][at] ^= 2
		r := v.verify(files, nil)
		if len(r.Problems) == 0 { // the empty line between two, or the end of the last
			require.GreaterOrEqual(t, r.Checkpoints, 4, at)
			continue
		}
		require.Equal(t, KindUnsigned, r.Problems[0].Kind, at)
		if at < one {
			require.Zero(t, r.Problems[0].Entry)
		}
	}
	files := v.with(v.lines())
	files[checkpointsName] = append(bytes.Clone(text), text[:one]...)
	v.finds(files, nil, KindUnsigned, 21, 21, "went back")
	delete(files, checkpointsName)
	r := v.verify(files, nil)
	require.Empty(t, r.Problems)
	require.Zero(t, r.Signed)
}

// A witness that is away for a while gets the newest checkpoint when it is back.
func TestPublishAgain(t *testing.T) {
	cfg := quiet(t.TempDir(), newKey(t, "audit.example"))
	calls := make(chan []byte)
	answers := make(chan error)
	cfg.Publish = func(_ context.Context, signed []byte) error {
		calls <- signed
		return <-answers
	}
	l, err := Open(cfg)
	require.NoError(t, err)
	require.NoError(t, l.Checkpoint())
	first := <-calls
	fill(t, l, 1)
	require.NoError(t, l.Checkpoint())
	answers <- os.ErrDeadlineExceeded
	second := <-calls
	require.NotEqual(t, first, second)
	c, err := ParseCheckpoint(second, verifierOf(t, cfg.Key))
	require.NoError(t, err)
	require.Equal(t, uint64(2), c.Size)
	answers <- nil
	require.NoError(t, l.Close())

	// After a crash between signing and publishing it is published again.
	l, err = Open(cfg)
	require.NoError(t, err)
	require.Equal(t, second, <-calls)
	answers <- nil
	require.NoError(t, l.Close())
}

// Of a long witness file the end is read, from a whole checkpoint on; a torn one costs itself only.
func TestReadWitness(t *testing.T) {
	k, name := newKey(t, "audit.example"), filepath.Join(t.TempDir(), "witness")
	text, err := ReadWitness(name)
	require.NoError(t, err)
	require.Empty(t, text)
	origin := k.signer.Name() + "/id"
	publish := WitnessFile(name)
	var all []byte
	for i := range 1500 {
		signed, err := Checkpoint{Origin: origin, Size: uint64(i + 1)}.sign(k)
		require.NoError(t, err)
		if i == 1190 {
			signed = signed[:len(signed)-40]
		}
		all = append(append(all, '\n'), signed...)
	}
	require.NoError(t, os.WriteFile(name, all, 0o600))
	last, err := Checkpoint{Origin: origin, Size: 2000}.sign(k)
	require.NoError(t, err)
	require.NoError(t, publish(t.Context(), last))
	text, err = ReadWitness(name)
	require.NoError(t, err)
	require.Less(t, len(text), len(all))
	known, err := knownCheckpoints(text, verifierOf(t, k), stem(origin))
	require.NoError(t, err)
	require.Equal(t, uint64(2000), known[len(known)-1].Size)
	require.Equal(t, 1500-int(known[0].Size)+1, len(known), "all of the end but the torn one")
	next := 0
	require.NoError(t, readNotes(bytes.NewReader(text), func(signed []byte) error { next++; return nil }))
	require.Equal(t, len(known)+1, next)
}
