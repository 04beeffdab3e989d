package audit

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// Lines of entries in their one form, and what is not one.
func TestEntryForm(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("testdata", "entries.ndjson"))
	require.NoError(t, err)
	n := 0
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSuffix(line, "\n")
		e, err := ParseEntry([]byte(line))
		require.NoError(t, err, line)
		require.Equal(t, line, string(e.AppendJSON(nil)))
		require.True(t, json.Valid([]byte(line)))
		for cut := range len(line) {
			_, err := ParseEntry([]byte(line[:cut]))
			require.Error(t, err)
		}
		n++
	}
	require.Equal(t, 4, n)
	good := entry(1)
	good.Time = time.Unix(0, 0)
	line := string(good.AppendJSON(nil))
	for _, change := range [][2]string{
		{`{"seq":0`, `{"seq": 0`}, {`"seq":0`, `"seq":00`}, {`"seq":0`, `"seq":-0`}, {`"run"`, `"r\u0075n"`}, {`"run"`, `"\/"`}, {`"run"`, `""`},
		{`,"tenant":"acme"`, `,"tenant":""`}, {`}`, `} `}, {`"counts":{"in":500,`, `"counts":{"in":500,"in":500,`}, {`"PHONE/token":1`, `"PHONE/token":1e0`},
		{`"calls"`, "\"\xff\""}, {`"calls"`, `"` + "\u0085" + `"`}, {`"calls"`, `"\u0041"`}, {`AAA=`, `AAB=`}, {`"object":{"note":"number 1"}`, `"object":{}`},
		{`00:00.000Z`, `00:60.000Z`}, {`1970-01-01`, `1970-02-30`}, {`"partition":3`, `"partition":4294967299`}, {`"policy":"p1",`, `"policy":"p1","x":1,`},
	} {
		bad := strings.Replace(line, change[0], change[1], 1)
		require.NotEqual(t, line, bad, change[0])
		_, err := ParseEntry([]byte(bad))
		require.Error(t, err, bad)
	}
}

// Whatever is accepted comes back as it was.
func TestEntryRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := func(label string) string { return strings.ToValidUTF8(rapid.String().Draw(t, label), "?") }
		e := Entry{Seq: uint64(rapid.Int64Range(0, math.MaxInt64).Draw(t, "seq")), Actor: text("actor"), Action: text("action"), Tenant: text("tenant"),
			Policy: text("policy"), Digest: text("digest"), Time: time.UnixMilli(rapid.Int64Range(-62167219200000, 253402300799999).Draw(t, "time")).UTC()}
		copy(e.Prev[:], rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "prev"))
		if rapid.Bool().Draw(t, "range") {
			e.Range = &Range{text("topic"), rapid.Int32().Draw(t, "partition"), rapid.Int64().Draw(t, "first"), rapid.Int64().Draw(t, "next")}
		}
		for i := range rapid.IntRange(0, 4).Draw(t, "parts") {
			e.Object = append(e.Object, Attr{fmt.Sprint(i, text("name")), text("value")})
			e.Counts = append(e.Counts, Count{fmt.Sprint(i, text("count")), rapid.Int64().Draw(t, "n")})
		}
		if e.check() != nil {
			return
		}
		line := e.AppendJSON(nil)
		got, err := ParseEntry(line)
		require.NoError(t, err, string(line))
		require.Equal(t, e, got)
		require.True(t, json.Valid(line))
	})
}

func FuzzParseEntry(f *testing.F) {
	text, err := os.ReadFile(filepath.Join("testdata", "entries.ndjson"))
	require.NoError(f, err)
	for line := range strings.Lines(string(text)) {
		f.Add([]byte(strings.TrimSuffix(line, "\n")))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		e, err := ParseEntry(line)
		if err != nil {
			require.Equal(t, Entry{}, e)
			return
		}
		require.Equal(t, string(line), string(e.AppendJSON(nil)))
		require.True(t, json.Valid(line))
	})
}

// FuzzFiles puts anything in place of the files of a log: reading and opening it ends, and what opens verifies.
func FuzzFiles(f *testing.F) {
	k := newKey(f, "audit.example")
	l, err := Open(quiet(f.TempDir(), k))
	require.NoError(f, err)
	fill(f, l, 3)
	require.NoError(f, l.Close())
	files := load(f, l.cfg.Dir)
	f.Add(files[segmentName(0)], files[hashesName], files[checkpointsName], files[checkpointsName])
	f.Add(files[segmentName(0)][:700], files[hashesName], []byte{}, []byte{})
	f.Add(files[segmentName(0)], files[hashesName][:100], append(files[checkpointsName], 0, 0, 0), []byte{})
	f.Fuzz(func(t *testing.T, segment, hashes, checkpoints, witness []byte) {
		dir := store(t, map[string][]byte{segmentName(0): segment, hashesName: hashes, checkpointsName: checkpoints})
		verify(t, dir, k, witness)
		cfg := quiet(dir, k)
		cfg.Known = witness
		l, err := Open(cfg)
		if err != nil {
			return
		}
		require.NoError(t, l.Close())
		require.Empty(t, verify(t, dir, k, nil).Problems)
	})
}

// A key has one printed form, and what is no key is not shown.
func TestKeyIsNotPrinted(t *testing.T) {
	text, err := GenerateKey("audit.example")
	require.NoError(t, err)
	k, err := ParseKey([]byte(text + "\n"))
	require.NoError(t, err)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		require.Equal(t, "key", fmt.Sprintf(verb, k))
		require.NotContains(t, fmt.Sprintf(verb, struct{ K Key }{k}), text[40:])
		for _, holder := range []any{struct{ k Key }{k}, &struct{ c Config }{Config{Key: k}}, []struct{ k map[string]Key }{{map[string]Key{"a": k}}}} {
			printed := fmt.Sprintf(verb, holder)
			for _, form := range []string{"%x", "%X", "%s", "%v", "%#v"} {
				require.NotContains(t, printed, strings.Trim(fmt.Sprintf(form, k.secret()), "[]byte{}"), verb)
			}
		}
	}
	j, err := json.Marshal(map[string]any{"k": k})
	require.NoError(t, err)
	require.Equal(t, `{"k":"key"}`, string(j))
	var b strings.Builder
	slog.New(slog.NewJSONHandler(&b, nil)).Info("x", "k", k)
	require.Contains(t, b.String(), `"k":"key"`)
	for _, bad := range []string{"", "x", text[:len(text)-2], k.Verifier(), strings.Replace(text, "example", "examp1e", 1)} {
		_, err := ParseKey([]byte(bad))
		require.ErrorIs(t, err, errKey)
		require.Equal(t, errKey.Error(), err.Error())
	}
	_, err = GenerateKey("a name with spaces")
	require.Error(t, err)
	_, err = ParseVerifier(text)
	require.Error(t, err)
	require.NotContains(t, err.Error(), text[20:])
	require.True(t, Key{}.IsZero())
}
