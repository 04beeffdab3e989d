package audit

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// childVar makes the test binary a process that writes to a log until it is killed, and says what is durable.
const childVar = "TACET_AUDIT_CHILD"

func TestMain(m *testing.M) {
	if dir := os.Getenv(childVar); dir != "" {
		if err := child(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	os.Exit(m.Run())
}

func child(dir string) error {
	text, err := os.ReadFile(filepath.Join(filepath.Dir(dir), "key"))
	if err != nil {
		return err
	}
	cfg := DefaultConfig()
	cfg.Dir, cfg.Every, cfg.EveryEntries, cfg.Gather, cfg.SegmentBytes = dir, 2*time.Millisecond, 20, 0, 20_000
	cfg.Publish = WitnessFile(filepath.Join(filepath.Dir(dir), "witness"))
	if cfg.Known, err = ReadWitness(filepath.Join(filepath.Dir(dir), "witness")); err != nil {
		return err
	}
	if cfg.Key, err = ParseKey(text); err != nil {
		return err
	}
	l, err := Open(cfg)
	if err != nil {
		return err
	}
	var said sync.Mutex
	for g := range 3 {
		go func() {
			for i := 0; ; i++ {
				seq, err := l.Append(entry(g))
				if err == nil && i%5 == g {
					err = l.Wait(context.Background(), seq)
				}
				if err != nil {
					fmt.Fprintln(os.Stderr, err)
					os.Exit(1)
				}
				if i%5 == g {
					said.Lock()
					fmt.Println(seq)
					said.Unlock()
				}
			}
		}()
	}
	select {}
}

// A writer is killed again and again: what it said is durable is there, the log opens, and all of it verifies.
func TestKill(t *testing.T) {
	base := t.TempDir()
	dir := filepath.Join(base, "log")
	text, err := GenerateKey("audit.example")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(base, "key"), []byte(text), 0o600))
	k, err := ParseKey([]byte(text))
	require.NoError(t, err)
	durable := uint64(0)
	for round := range 8 {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), childVar+"="+dir)
		cmd.Stderr = os.Stderr
		out, err := cmd.StdoutPipe()
		require.NoError(t, err)
		require.NoError(t, cmd.Start())
		lines := bufio.NewScanner(out)
		for range 20 + 17*round { // then in the middle of something
			require.True(t, lines.Scan(), "the child ended by itself")
			seq, err := strconv.ParseUint(lines.Text(), 10, 64)
			require.NoError(t, err)
			durable = max(durable, seq+1)
		}
		require.NoError(t, cmd.Process.Signal(syscall.SIGKILL))
		_ = cmd.Wait()

		witness, err := os.ReadFile(filepath.Join(base, "witness"))
		require.NoError(t, err)
		r := verify(t, dir, k, witness)
		require.GreaterOrEqual(t, r.Entries, durable, "round %d", round)
		for _, p := range r.Problems { // a line that was torn is all that may be wrong
			require.GreaterOrEqual(t, p.Entry, durable, "round %d: %s", round, p)
		}
	}
	cfg := quiet(dir, k)
	cfg.Known, err = ReadWitness(filepath.Join(base, "witness"))
	require.NoError(t, err)
	l, err := Open(cfg)
	require.NoError(t, err)
	require.NoError(t, l.Close())
	require.Empty(t, verify(t, dir, k, nil).Problems)
}

// volatile is a file whose content a crash may take as far as it is not synced. It remembers what was.
type volatile struct {
	*os.File
	mu     sync.Mutex
	synced []byte
}

func (v *volatile) Sync() error {
	text, err := os.ReadFile(v.Name())
	if err != nil {
		return err
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.synced = text
	return nil
}

// Pages that were not synced are there, empty or cut off after a crash, in any mixture: the log opens with all that was durable, under
// every checkpoint that was published, and verifies.
func TestTornPages(t *testing.T) {
	k := newKey(t, "audit.example")
	rapid.Check(t, func(rt *rapid.T) {
		dir, err := os.MkdirTemp("", "audit")
		require.NoError(rt, err)
		defer os.RemoveAll(dir)
		open := map[string]*volatile{}
		cfg := quiet(dir, k)
		cfg.SegmentBytes = 3000
		var published []byte
		durable := uint64(0)
		for range rapid.IntRange(1, 4).Draw(rt, "lives") {
			cfg.open = func(name string) (file, error) {
				f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
				if err != nil {
					return nil, err
				}
				text, err := os.ReadFile(name) // what an earlier life left is on disk
				open[name] = &volatile{File: f, synced: text}
				return open[name], err
			}
			cfg.Known = published
			l, err := Open(cfg)
			require.NoError(rt, err)
			require.GreaterOrEqual(rt, l.Durable(), durable)
			for range rapid.IntRange(0, 25).Draw(rt, "steps") {
				switch rapid.IntRange(0, 5).Draw(rt, "step") {
				case 0:
					require.NoError(rt, l.Sync())
				case 1:
					require.NoError(rt, l.Checkpoint())
					_, signed, err := (&Log{cfg: Config{Dir: dir, open: openFile}}).lastCheckpoint(verifierOf(t, k))
					require.NoError(rt, err)
					published = append(append(published, signed...), '\n')
				default:
					fill(t, l, 1)
				}
			}
			durable = l.Durable()
			if rapid.Bool().Draw(rt, "written") { // lines without their fsync
				l.out = append(l.out, l.lines...)
				_, err := l.segment.WriteAt(l.out, l.size)
				require.NoError(rt, err)
				_, err = l.stored.WriteAt(append(l.outHashes, l.hashes...), l.storedSize)
				require.NoError(rt, err)
			}
			l.abandon()
			for _, name := range slices.Sorted(maps.Keys(open)) {
				tear(rt, name, open[name].synced)
			}
			clear(open)
		}
		cfg.open, cfg.Known = openFile, published
		l, err := Open(cfg)
		require.NoError(rt, err)
		require.GreaterOrEqual(rt, l.Durable(), durable)
		require.NoError(rt, l.Close())
		require.Empty(rt, verify(t, dir, k, published).Problems)
	})
}

// abandon leaves a log as a killed process does.
func (l *Log) abandon() {
	close(l.closing)
	l.done.Wait()
	l.witness.close()
	_ = l.release()
}

// tear takes away what was not synced, page by page.
func tear(t *rapid.T, name string, synced []byte) {
	text, err := os.ReadFile(name)
	require.NoError(t, err)
	same := 0
	for same < min(len(text), len(synced)) && text[same] == synced[same] {
		same++
	}
	if same < len(synced) { // an end that was cut off or written over, and that may come back
		require.NotEqual(t, segmentExt, filepath.Ext(name), "what is durable is not touched")
		if len(synced) > len(text) && rapid.Bool().Draw(t, "comes back") {
			text = append(text, synced[len(text):]...)
		}
	}
	const page = 512
	for at := same; at < len(text); at += page - at%page {
		end := min(len(text), at+page-at%page)
		switch rapid.IntRange(0, 3).Draw(t, "page of "+filepath.Base(name)) {
		case 0:
			clear(text[at:end])
		case 1:
			text = text[:at+rapid.IntRange(0, end-at).Draw(t, "cut")]
		}
	}
	require.NoError(t, os.WriteFile(name, text, 0o600))
}

// What a crash tore is cut off, kept aside, and said; a line that is whole but not the next one is no entry either.
func TestRecoveryIsSaid(t *testing.T) {
	v := newVictim(t)
	for name, garbage := range map[string]string{"zeros": "\x00\x00\x00\x00", "half a line": `{"seq":25,"ti`, "an entry of before": string(v.lines()[3]), "noise": "\n\n\xff"} {
		files := v.with(v.lines())
		last := segmentName(21)
		files[last] = append(append([]byte(nil), files[last]...), garbage...)
		dir := store(t, files)
		l, err := Open(quiet(dir, v.key))
		require.NoError(t, err, name)
		require.NoError(t, l.Close())
		require.Empty(t, verify(t, dir, v.key, nil).Problems, name)
		var got Entry
		require.NoError(t, Read(dir, 25, func(e Entry) error { got = e; return nil }))
		require.Equal(t, actionRecover, got.Action)
		require.Equal(t, []Count{{"bytes_cut", int64(len(garbage))}, {"entries_hashed", 0}}, got.Counts)
		kept, err := filepath.Glob(filepath.Join(dir, tornPrefix+"*"))
		require.NoError(t, err)
		if name == "zeros" {
			require.Empty(t, kept)
			require.Empty(t, got.Object)
			continue
		}
		require.Equal(t, []Attr{{"kept_in", filepath.Base(kept[0])}}, got.Object)
		text, err := os.ReadFile(kept[0])
		require.NoError(t, err)
		require.Equal(t, garbage, string(text))
	}
}

// What is under a checkpoint is never taken for a torn end.
func TestOpenRefusesDamage(t *testing.T) {
	v := newVictim(t)
	for name, spoil := range map[string]func(files map[string][]byte){
		"the last signed entry is cut": func(f map[string][]byte) {
			f[segmentName(16)] = f[segmentName(16)][:len(f[segmentName(16)])-9]
			delete(f, segmentName(21))
		},
		"a byte of the last signed one": func(f map[string][]byte) {
			delete(f, segmentName(21))
			f[segmentName(16)][len(f[segmentName(16)])-9] ^= 1
		},
		"no segment": func(f map[string][]byte) {
			for n := range f {
				if strings.HasSuffix(n, segmentExt) {
					delete(f, n)
				}
			}
		},
		"the last segment is gone, and one before": func(f map[string][]byte) { delete(f, segmentName(21)); delete(f, segmentName(16)) },
		"hashes and an entry":                      func(f map[string][]byte) { f[hashesName] = nil; f[segmentName(6)][20] ^= 1 },
		"a segment in the middle":                  func(f map[string][]byte) { f[hashesName] = nil; delete(f, segmentName(6)) },
	} {
		files := v.with(v.lines())
		for n := range files {
			files[n] = append([]byte(nil), files[n]...)
		}
		spoil(files)
		_, err := Open(quiet(store(t, files), v.key))
		require.True(t, errors.Is(err, ErrReplaced) || errors.Is(err, ErrRolledBack), "%s: %v", name, err)
	}
}

// faulty is a file that fails when told to.
type faulty struct {
	file
	d *faults
}

type faults struct {
	mu          sync.Mutex
	write, sync error
}

func (d *faults) set(write, sync error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.write, d.sync = write, sync
}

func (f faulty) WriteAt(b []byte, at int64) (int, error) {
	f.d.mu.Lock()
	defer f.d.mu.Unlock()
	if f.d.write != nil {
		n, _ := f.file.WriteAt(b[:len(b)/2], at) // in the middle of a line
		return n, f.d.write
	}
	return f.file.WriteAt(b, at)
}

func (f faulty) Sync() error {
	f.d.mu.Lock()
	defer f.d.mu.Unlock()
	return errors.Join(f.d.sync, f.file.Sync())
}

// A full disk passes, with all that waited; a failed fsync does not.
func TestDiskFails(t *testing.T) {
	k := newKey(t, "audit.example")
	var d faults
	cfg := quiet(t.TempDir(), k)
	cfg.open = func(name string) (file, error) {
		f, err := openFile(name)
		return faulty{f, &d}, err
	}
	l, err := Open(cfg)
	require.NoError(t, err)
	d.set(syscall.ENOSPC, nil)
	fill(t, l, 3)
	require.ErrorIs(t, l.Sync(), syscall.ENOSPC)
	require.ErrorIs(t, l.Wait(t.Context(), 3), syscall.ENOSPC)
	require.ErrorIs(t, l.Err(), syscall.ENOSPC)
	require.ErrorIs(t, l.Checkpoint(), syscall.ENOSPC)
	require.Equal(t, uint64(1), l.Durable())
	n := uint64(3)
	for ; err == nil && n < 1e6; n++ { // not without end
		_, err = l.Append(entry(1))
	}
	require.ErrorIs(t, err, errFull)
	require.ErrorIs(t, err, syscall.ENOSPC)
	d.set(nil, nil)
	require.NoError(t, l.Wait(t.Context(), 3))
	require.NoError(t, l.Err())
	require.Equal(t, n, l.Durable())
	fill(t, l, 1)
	require.NoError(t, l.Checkpoint())
	require.Empty(t, verify(t, cfg.Dir, k, nil).Problems)

	d.set(nil, syscall.EIO)
	fill(t, l, 1)
	require.ErrorIs(t, l.Sync(), ErrFailed)
	d.set(nil, nil)
	require.ErrorIs(t, l.Sync(), syscall.EIO, "it stays failed")
	_, err = l.Append(entry(1))
	require.ErrorIs(t, err, ErrFailed)
	require.ErrorIs(t, l.Wait(t.Context(), n+1), ErrFailed)
	require.ErrorIs(t, l.Err(), ErrFailed)
	require.ErrorIs(t, l.Close(), ErrFailed)
	l, err = Open(cfg)
	require.NoError(t, err)
	require.NoError(t, l.Close())
	require.Empty(t, verify(t, cfg.Dir, k, nil).Problems)
}

// A segment that can't begin, though its file may be there already, leaves a log that goes on and is whole, after a crash, too.
func TestSegmentThatCantBegin(t *testing.T) {
	k := newKey(t, "audit.example")
	dir := filepath.Join(t.TempDir(), "log")
	cfg, away := quiet(dir, k), true
	cfg.SegmentBytes = 1
	cfg.open = func(name string) (file, error) {
		f, err := openFile(name)
		if filepath.Base(name) == segmentName(2) && away {
			require.NoError(t, os.Rename(dir, dir+".away")) // it can't be synced
		}
		return f, err
	}
	l, err := Open(cfg)
	require.NoError(t, err)
	fill(t, l, 1)
	require.NoError(t, l.Sync())
	for range 3 {
		fill(t, l, 1)
		require.ErrorContains(t, l.Sync(), "begin segment of audit log")
		require.Equal(t, uint64(2), l.Durable())
		require.NoError(t, os.Rename(dir+".away", dir))
	}
	away = false
	require.NoError(t, l.Sync())
	require.Equal(t, uint64(5), l.Durable())
	crashed := quiet(filepath.Join(t.TempDir(), "log"), k)
	require.NoError(t, os.CopyFS(crashed.Dir, os.DirFS(dir)))
	require.NoError(t, l.Close())
	for _, cfg := range []Config{cfg, crashed} {
		require.Empty(t, verify(t, cfg.Dir, k, nil).Problems)
		l, err = Open(cfg)
		require.NoError(t, err)
		require.NoError(t, l.Close())
	}
}
