package file

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/pipeline"
	"github.com/sonexlabs/tacet/sinks/sinktest"
)

var lane = pipeline.LaneID{Topic: "calls", Partition: 7}

func config(dir, compression string) Config {
	cfg := DefaultConfig()
	cfg.Dir, cfg.Compression, cfg.MaxRecords = dir, compression, 100
	return cfg
}

// lines decodes a file with a reader of its whole format, as a consumer would.
func lines(name string, content []byte) ([][]byte, error) {
	var r io.Reader = bytes.NewReader(content)
	switch filepath.Ext(name) {
	case ".gz":
		g, err := gzip.NewReader(r)
		if err != nil {
			return nil, err
		}
		r = g
	case ".zst":
		z, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true))
		if err != nil {
			return nil, err
		}
		defer z.Close()
		r = z
	}
	plain, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("decode %s: %w", name, err)
	}
	all := bytes.SplitAfter(plain, []byte("\n"))
	if last := len(all) - 1; len(all[last]) > 0 {
		return nil, fmt.Errorf("%s ends inside a line", name)
	}
	all = all[:len(all)-1]
	for i := range all {
		all[i] = bytes.TrimSuffix(all[i], []byte("\n"))
	}
	return all, nil
}

// readBack reads a lane's finished files in order.
func readBack(fsys filesystem, read func(string) []byte, dir string, id pipeline.LaneID) ([][][]byte, error) {
	dir = filepath.Join(dir, stem(id.Topic))
	names, err := fsys.ReadDir(dir)
	if err != nil && !os.IsNotExist(err) {
		return nil, err
	}
	slices.Sort(names)
	var values [][]byte
	for _, name := range names {
		if _, ok := parseName(name, fmt.Sprintf("%s-%d-", stem(id.Topic), id.Partition)); !ok {
			continue
		}
		v, err := lines(name, read(filepath.Join(dir, name)))
		if err != nil {
			return nil, err
		}
		values = append(values, v...)
	}
	return [][][]byte{values}, nil
}

func readFile(name string) []byte {
	b, err := os.ReadFile(name)
	if err != nil {
		panic(err) // the name was listed just now
	}
	return b
}

func TestConformance(t *testing.T) {
	for _, compression := range []string{CompressionNone, CompressionGzip, CompressionZstd} {
		t.Run(compression, func(t *testing.T) {
			sinktest.Run(t, sinktest.Harness{Rounds: 5, Destination: func(t testing.TB) sinktest.Destination {
				dir := t.TempDir()
				return sinktest.Destination{
					New: func() (pipeline.Sink, error) { return New(config(dir, compression)) },
					ReadBack: func(id pipeline.LaneID) ([][][]byte, error) {
						return readBack(disk{}, readFile, dir, id)
					},
				}
			}})
		})
	}
}

// Every restart is a power failure, and any operation may fail but fsync.
func TestConformanceWithPowerFailures(t *testing.T) {
	for seed := range uint64(4) {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			sinktest.Run(t, sinktest.Harness{Rounds: 15, Destination: func(testing.TB) sinktest.Destination {
				r := newRAM(seed)
				return sinktest.Destination{
					New: func() (pipeline.Sink, error) {
						r.crash()
						cfg := config("/out", []string{CompressionNone, CompressionZstd}[seed%2])
						cfg.MaxRecords = []int64{100, 35}[seed/2%2] // the latter splits batches
						return newSink(cfg, r)
					},
					ReadBack: func(id pipeline.LaneID) ([][][]byte, error) { return readBack(r, r.read, "/out", id) },
					Fail: func(n int) {
						r.setFail([]string{"", "create", "write", "rename", "remove"}[r.rng.IntN(5)], n)
					},
				}
			}})
		})
	}
}

func batch(first, next int64) *pipeline.Batch {
	b := &pipeline.Batch{Lane: lane, First: first, Next: next}
	for o := first; o < next; o++ {
		b.Outputs = append(b.Outputs, pipeline.Output{Offset: o, Value: fmt.Appendf(nil, `{"offset":%d}`, o)})
	}
	return b
}

func open(t *testing.T, cfg Config, fsys filesystem, from int64) pipeline.Writer {
	t.Helper()
	s, err := newSink(cfg, fsys)
	require.NoError(t, err)
	w, err := s.Open(lane, from)
	require.NoError(t, err)
	return w
}

func write(t *testing.T, w pipeline.Writer, first, next, durable int64) {
	t.Helper()
	got, err := w.Write(context.Background(), batch(first, next))
	require.NoError(t, err)
	require.Equal(t, durable, got)
}

func names(t *testing.T, fsys filesystem, dir string) []string {
	t.Helper()
	n, err := fsys.ReadDir(filepath.Join(dir, "calls"))
	require.NoError(t, err)
	slices.Sort(n)
	return n
}

func TestRolling(t *testing.T) {
	dir := t.TempDir()
	w := open(t, config(dir, CompressionZstd), disk{}, 30)
	write(t, w, 30, 60, 30)
	write(t, w, 60, 140, 100) // over the boundary
	write(t, w, 350, 450, 400)
	_, err := w.Flush(context.Background())
	require.NoError(t, err)
	require.Equal(t, []string{
		"calls-7-00000000000000000030.ndjson.zst",
		"calls-7-00000000000000000100.ndjson.zst",
		"calls-7-00000000000000000350.ndjson.zst",
		"calls-7-00000000000000000400.ndjson.zst",
	}, names(t, disk{}, dir))
	info, err := os.Stat(filepath.Join(dir, "calls"))
	require.NoError(t, err)
	require.Equal(t, fs.FileMode(0o700), info.Mode().Perm())
	info, err = os.Stat(filepath.Join(dir, "calls", "calls-7-00000000000000000030.ndjson.zst"))
	require.NoError(t, err)
	require.Equal(t, fs.FileMode(0o600), info.Mode().Perm())
}

func TestMaxBytes(t *testing.T) {
	cfg := config(t.TempDir(), CompressionNone)
	cfg.MaxBytes = 100
	w := open(t, cfg, disk{}, 0)
	write(t, w, 0, 5, 0)
	write(t, w, 5, 10, 10)
	write(t, w, 10, 15, 10)
	require.NoError(t, w.Close())
	require.Equal(t, []string{"calls-7-00000000000000000000.ndjson"}, names(t, disk{}, cfg.Dir))
}

// A run that crashed left files that its successor, cutting elsewhere and compressing otherwise, must replace; nobody
// else's may be touched.
func TestSupersede(t *testing.T) {
	r := newRAM(1)
	w := open(t, config("/out", CompressionGzip), r, 0)
	for first := int64(0); first < 200; first += 25 {
		_, err := w.Write(context.Background(), batch(first, first+25))
		require.NoError(t, err)
		durable, err := w.Flush(context.Background())
		require.NoError(t, err)
		require.Equal(t, first+25, durable)
	}
	for _, other := range []string{"calls-70-00000000000000000060.ndjson", "calls-7-x.ndjson", "calls-7-00000000000000000060.txt"} {
		_, err := r.Create("/out/calls/" + other)
		require.NoError(t, err)
	}
	_, err := r.Create("/out/calls/.calls-7-00000000000000000060.ndjson.zst.AAAA.part")
	require.NoError(t, err)
	require.NoError(t, r.SyncDir("/out/calls"))

	w = open(t, config("/out", CompressionZstd), r, 50)
	require.NotContains(t, strings.Join(names(t, r, "/out"), " "), ".part")
	write(t, w, 50, 80, 50)
	require.Len(t, names(t, r, "/out"), 8+3+1, "only finishing replaces")
	_, err = w.Write(context.Background(), &pipeline.Batch{Lane: lane, First: 80, Next: 150, Outputs: batch(80, 90).Outputs})
	require.NoError(t, err)
	got := names(t, r, "/out")
	require.Contains(t, got, "calls-7-00000000000000000025.ndjson.gz", "below the offset of Open")
	require.Contains(t, got, "calls-7-00000000000000000050.ndjson.zst")
	require.NotContains(t, got, "calls-7-00000000000000000050.ndjson.gz")
	require.NotContains(t, got, "calls-7-00000000000000000125.ndjson.gz", "nothing of it is to be delivered any more")
	require.Contains(t, got, "calls-7-00000000000000000150.ndjson.gz", "not replaced yet")
	require.Contains(t, got, "calls-70-00000000000000000060.ndjson")
	require.Contains(t, got, "calls-7-00000000000000000060.txt")
}

func TestSyncFailureIsLoss(t *testing.T) {
	for _, op := range []string{"sync", "syncdir"} {
		r := newRAM(1)
		w := open(t, config("/out", CompressionZstd), r, 0)
		write(t, w, 0, 40, 0)
		r.setFail(op, 1)
		durable, err := w.Flush(context.Background())
		require.True(t, pipeline.IsLost(err), "%s: %v", op, err)
		require.Zero(t, durable)
		durable, err = w.Flush(context.Background())
		require.True(t, pipeline.IsLost(err), "%s: the second try must not trust a success: %v", op, err)
		require.Zero(t, durable)
		durable, err = w.Write(context.Background(), batch(40, 50))
		require.True(t, pipeline.IsLost(err), "%s: %v", op, err)
		require.Zero(t, durable)
		require.NoError(t, w.Close())
	}
}

// The new owner of a lane removes what the old one was writing; the old one must notice.
func TestTwoOwners(t *testing.T) {
	dir := t.TempDir()
	old := open(t, config(dir, CompressionNone), disk{}, 0)
	write(t, old, 0, 40, 0)
	heir := open(t, config(dir, CompressionNone), disk{}, 0)
	write(t, heir, 0, 50, 0)
	_, err := old.Flush(context.Background())
	require.True(t, pipeline.IsLost(err), "%v", err)
	require.NoError(t, old.Close())
	write(t, heir, 50, 100, 100)
	got, err := readBack(disk{}, readFile, dir, lane)
	require.NoError(t, err)
	require.Len(t, got[0], 100)
}

func TestShortWriteLeavesWholeFrames(t *testing.T) {
	for _, failures := range []int{1, 2, 3} { // the second of them is the truncation, the third a write again
		r := newRAM(1)
		w := open(t, config("/out", CompressionZstd), r, 0)
		write(t, w, 0, 40, 0)
		r.setFail("", failures)
		b := batch(40, 80)
		for {
			_, err := w.Write(context.Background(), b)
			if err == nil {
				break
			}
			require.False(t, pipeline.IsLost(err) || pipeline.IsPermanent(err), "%v", err)
			require.ErrorContains(t, err, "write output file: topic calls partition 7")
			// The next try is shorter, so a torn tail would show.
			b = batch(40, 41)
		}
		_, err := w.Flush(context.Background())
		require.NoError(t, err)
		got, err := readBack(r, r.read, "/out", lane)
		require.NoError(t, err)
		require.Len(t, got[0], 41)
	}
}

func TestStem(t *testing.T) {
	long := strings.Repeat("a", 249)
	seen := map[string]string{}
	for _, topic := range []string{"calls", "calls-eu.raw_1", ".", "..", "", ".hidden", "../up", "/etc/passwd", "a/b", "a_b",
		"a\x00b", long, long[1:] + "b", "résumé"} {
		s := stem(topic)
		require.NotContains(t, seen, s, "%q and %q share a name", topic, seen[s])
		seen[s] = topic
		require.True(t, filepath.IsLocal(s), "%q", s)
		require.Equal(t, s, filepath.Base(s))
		require.False(t, strings.HasPrefix(s, "."), "%q", s)
		require.Less(t, len(s)+len(".-2147483647-.ndjson.zst.12345678.part")+offsetDigits, 256)
	}
	require.Equal(t, "calls-eu.raw_1", stem("calls-eu.raw_1"))
}

func TestLines(t *testing.T) {
	for in, want := range map[string]string{
		"":                   "null\n",
		`{"a":"b\n"}`:        `{"a":"b\n"}` + "\n",
		"{\n \"a\": 1\r\n}":  "{  \"a\": 1  }\n",
		"a log line\nand so": "a log line and so\n",
	} {
		require.Equal(t, want, string(appendLine(nil, []byte(in))))
	}
}

func TestValidate(t *testing.T) {
	for want, change := range map[string]func(*Config){
		"dir":         func(c *Config) { c.Dir = "" },
		"compression": func(c *Config) { c.Compression = "lzma" },
		"max_records": func(c *Config) { c.MaxRecords = 0 },
		"max_bytes":   func(c *Config) { c.MaxBytes = -1 },
	} {
		cfg := config("/out", CompressionZstd)
		require.NoError(t, cfg.Validate())
		change(&cfg)
		require.ErrorContains(t, cfg.Validate(), want)
		_, err := New(cfg)
		require.ErrorContains(t, err, want)
	}
}

func TestCheck(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b")
	s, err := New(config(dir, CompressionNone))
	require.NoError(t, err)
	require.NoFileExists(t, dir, "a configuration must be loadable without touching the disk")
	require.NoError(t, s.Check(context.Background()))
	got, err := disk{}.ReadDir(dir)
	require.NoError(t, err)
	require.Empty(t, got)

	r := newRAM(1)
	bad, err := newSink(config("/out", CompressionNone), r)
	require.NoError(t, err)
	for _, op := range []string{"mkdir", "create", "write", "sync", "rename", "syncdir"} {
		r.setFail(op, 1)
		require.Error(t, bad.Check(context.Background()), op)
	}
}

// The encoders serve all lanes at once.
func TestSharedEncoder(t *testing.T) {
	e, err := newEncoder(CompressionGzip)
	require.NoError(t, err)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 20 {
				err := e.frame(batch(0, 50).Outputs, func(frame []byte) error {
					got, err := lines("x.gz", frame)
					if err == nil && len(got) != 50 {
						err = syscall.EIO
					}
					return err
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
}
