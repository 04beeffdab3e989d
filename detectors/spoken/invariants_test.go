package spoken

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/detectors/scan"
)

// requireSound holds what is true of every text that was read: the edits are in order and stand for places of the text, each byte for one
// within its edit, and nothing else has changed. before is the text as it was scanned.
func requireSound(t testing.TB, r *Reader, text *scan.Text, before, source []byte) {
	defer func() {
		if t.Failed() {
			t.Logf("%q", source)
		}
	}()
	require.Len(t, r.Regions, len(r.edits))
	at, was := 0, 0
	for i, e := range r.edits {
		g := r.Regions[i]
		require.True(t, was <= e.Start && e.Start < e.End && e.End <= len(before), "edit %d", i)
		require.Equal(t, string(before[was:e.Start]), string(text.Bytes[at:g.Start]), "edit %d: what stands before it", i)
		require.Equal(t, string(e.With), string(text.Bytes[g.Start:g.End]), "edit %d", i)

		require.Equal(t, len(e.With), len(e.From))
		if len(e.With) == 0 { // left out
			at, was = g.End, e.End
			continue
		}
		require.Equal(t, len(e.With), len(e.To))
		for k := range e.With {
			require.True(t, int(e.From[k]) >= e.Start && int(e.To[k]) <= e.End && e.From[k] < e.To[k], "edit %d, byte %d: %d to %d", i, k, e.From[k], e.To[k])
			require.True(t, k == 0 || e.From[k-1] <= e.From[k] && e.To[k-1] <= e.To[k], "edit %d, byte %d: places don't ascend", i, k)
		}
		require.Equal(t, e.Start, int(e.From[0]), "edit %d: begins later", i)
		require.Equal(t, e.End, int(e.To[len(e.To)-1]), "edit %d: ends earlier", i)
		require.GreaterOrEqual(t, g.Symbols, 0)
		require.LessOrEqual(t, g.Spoken, g.Symbols)
		at, was = g.End, e.End
	}
	if len(r.edits) > 0 {
		require.Equal(t, string(before[was:]), string(text.Bytes[at:]), "what stands behind the last edit")
	}
	last := 0
	for i := range text.Bytes {
		from, to := text.Source(i, i+1)
		require.True(t, from <= to && to <= len(source) && from >= last, "byte %d stands for %d to %d", i, from, to)
		last = from
	}
}

// FuzzInvariants reads anything with all languages.
func FuzzInvariants(f *testing.F) {
	for _, x := range words().tests {
		f.Add([]byte(x.said), uint8(0))
	}
	for _, s := range []string{"at at at at", "a at b dot c", "dot dot dot", "double double double one", "one\x00two", "\xff one two three", "one%20two three",
		"４１１１ one", "ﾶ00 A", "é00 b c", "eins" + "und" + "zwanzig", "w w w dot dot com slash", "s as in", "as in as in", "h t t p s colon slash slash", "plus plus one", "no no no one two no"} {
		f.Add([]byte(s), uint8(1))
		f.Add([]byte(s), uint8(7))
		f.Add([]byte(s), uint8(63))
	}
	lex := scan.NewLexicon(nil, 0)
	var text scan.Text
	var r Reader
	f.Fuzz(func(t *testing.T, data []byte, hints uint8) {
		h := Hints{Code: hints&1 != 0, Open: hints&2 != 0, Small: hints&4 != 0}
		h.Email, h.Birth = hints&16 != 0, hints&32 != 0
		if hints&8 != 0 {
			h.Judge = func(digits []byte) int { return len(digits) % 7 }
		}
		text.Scan(data, lex)
		before := bytes.Clone(text.Bytes)
		changed := r.Read(&text, lex, h)
		requireUsed(t, &r, &text, lex, h, data)
		require.Equal(t, changed, len(r.Regions) > 0)
		if !changed {
			require.Equal(t, string(before), string(text.Bytes))
			return
		}
		requireSound(t, &r, &text, before, data)
		if utf8.Valid(data) {
			require.True(t, utf8.Valid(text.Bytes))
		}
	})
}

// requireUsed holds that what was read by some hints reads the same without those that weren't used, and gives the others.
func requireUsed(t *testing.T, r *Reader, text *scan.Text, lex *scan.Lexicon, h Hints, source []byte) Hint {
	t.Helper()
	used := r.Used
	require.Zero(t, used&^h.Set())
	h.Code, h.Open, h.Small = used&HintCode != 0, used&HintOpen != 0, used&HintSmall != 0
	h.Email, h.Birth, h.Place = used&HintEmail != 0, used&HintBirth != 0, used&HintPlace != 0
	if used&HintJudge == 0 {
		h.Judge = nil
	}
	var less scan.Text
	var other Reader
	less.Scan(source, lex)
	other.Read(&less, lex, h)
	require.Equal(t, string(text.Bytes), string(less.Bytes), "%q without the hints that weren't used", source)
	require.True(t, slices.Equal(r.Regions, other.Regions), "%q", source)
	return used
}

// TestAgain reads the examples of all languages and what was written of them again: what is written is not read once more.
func TestAgain(t *testing.T) {
	lex := scan.NewLexicon(nil, 0)
	var text, again scan.Text
	var r Reader
	for _, x := range words().tests {
		text.Scan([]byte(x.said), lex)
		r.Read(&text, lex, Hints{Small: true})
		written := bytes.Clone(text.Bytes)
		again.Scan(written, lex)
		r.Read(&again, lex, Hints{Small: true})
		require.Equal(t, string(written), string(again.Bytes), x.said)
	}
}

// TestSpokenCases reads the project's spoken cases and holds what is true of every text.
func TestSpokenCases(t *testing.T) {
	dir := filepath.Join("..", "..", "testdata", "cases", "spoken")
	lex := scan.NewLexicon(nil, 0)
	var text scan.Text
	var r Reader
	files := 0
	require.NoError(t, filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files++
		data, err := os.ReadFile(path)
		for line := range strings.Lines(string(data)) {
			text.Scan([]byte(line), lex)
			before := bytes.Clone(text.Bytes)
			if r.Read(&text, lex, Hints{Code: true, Small: true}) {
				requireSound(t, &r, &text, before, []byte(line))
			}
		}
		return err
	}))
	require.Positive(t, files)
}

// TestShuffled reads pieces of the examples of all languages in any order, whole, damaged and repeated.
func TestShuffled(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 11))
	lex := scan.NewLexicon(nil, 0)
	var text scan.Text
	var r Reader
	tests := words().tests
	spared, used := 0, 0 // texts read without one of the hints, and by all of them
	separators := []string{" ", " ", " ", "\n", ". ", "-", ", ", "'"}
	for n := range 20_000 {
		var w []string
		for range 1 + rng.IntN(4) {
			f := strings.Fields(tests[rng.IntN(len(tests))].said)
			from := rng.IntN(len(f))
			w = append(w, f[from:from+rng.IntN(len(f)-from+1)]...)
		}
		rng.Shuffle(len(w), func(i, k int) {
			if rng.IntN(3) == 0 {
				w[i], w[k] = w[k], w[i]
			}
		})
		source := []byte(strings.Join(w, separators[rng.IntN(len(separators))]))
		for range rng.IntN(3) {
			if len(source) > 0 {
				source[rng.IntN(len(source))] = byte(rng.IntN(256))
			}
		}
		if n%100 == 0 {
			source = bytes.Repeat(source, 1+rng.IntN(100))
		}
		h := Hints{Code: n&1 != 0, Open: n&2 != 0, Small: n&4 != 0, Email: n&16 != 0, Birth: n&32 != 0, Place: n&64 != 0}
		if n&8 != 0 {
			h.Judge = func(digits []byte) int { return len(digits) % 7 }
		}
		text.Scan(source, lex)
		before := bytes.Clone(text.Bytes)
		if r.Read(&text, lex, h) {
			requireSound(t, &r, &text, before, source)
		}
		if given := h.Set(); requireUsed(t, &r, &text, lex, h, source) != given {
			spared++
		} else if given != 0 {
			used++
		}
	}
	require.Greater(t, spared, 1000)
	require.Greater(t, used, 100)
}
