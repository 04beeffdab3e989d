package train_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/detectors/names"
	"github.com/sonexlabs/tacet/detectors/names/train"
	"github.com/sonexlabs/tacet/detectors/scan"
)

// hashOf is the hash of a word as the scanner makes it.
func hashOf(word string) uint32 {
	t := scan.NewLexicon(nil, 0).Lookup([]byte(word))
	return t.Hash
}

// listed are a few words of each kind.
func listed() []names.Listed {
	var list []names.Listed
	add := func(words string, sig names.Sig) {
		for _, w := range strings.Fields(words) {
			list = append(list, names.Listed{Hash: hashOf(w), Sig: sig})
		}
	}
	add("anna peter wanda igor", names.MakeSig(3, 0, 0, 0, names.KindNone))
	add("smithson okafor lindqvist", names.MakeSig(0, 2, 0, 0, names.KindNone))
	add("leeds pune", names.MakeSig(0, 0, 2, 0, names.KindNone))
	add("the my is name i am from to call please", names.MakeSig(0, 0, 0, 7, names.KindNone))
	add("dr mr", names.MakeSig(0, 0, 0, 4, names.KindTitle))
	add("uh um", names.MakeSig(0, 0, 0, 4, names.KindFiller))
	add("das ist der und", names.MakeSig(0, 0, 0, 0, names.KindForeign))
	add("will mark", names.MakeSig(3, 1, 0, 7, names.KindNone))
	return train.SortListed(list)
}

// corpus is a small one, of which enough can be learnt.
func corpus() []train.Example {
	var list []train.Example
	rng := rand.New(rand.NewPCG(4, 5))
	pick := func(words string) string { f := strings.Fields(words); return f[rng.IntN(len(f))] }
	for i := range 600 {
		e := train.Example{Call: i / 3}
		name := pick("anna peter wanda igor korila tunde") + " " + pick("smithson okafor lindqvist brzuska")
		before, after := "", ""
		switch i % 6 {
		case 0:
			before = "my name is "
		case 1:
			before, after = "Please call ", " to-day, 12345!"
		case 2:
			e.Context.Expect = names.ExpectName
		case 3:
			before, after = "dr. ", " from leeds"
		default:
			e.Text = pick("the i my") + " " + pick("order name call card") + " is " + pick("late here gone 42 déjà") + " [PERSON_1] please"
			list = append(list, e)
			continue
		}
		e.Text = before + name + after
		e.Marks = []train.Mark{{Start: len(before), End: len(before) + len(name), Class: names.Person}}
		list = append(list, e)
	}
	return list
}

func options() train.Options {
	return train.Options{Seed: 3, Epochs: 3, MinCount: 2, DropWord: 0.2, DropList: 0.2, DropContext: 0.3, Rate: 0.2, Decay: 1e-5,
		Frequent: []string{"anna", "zebra", "will"}}
}

func trained(t testing.TB) *names.Parameters {
	t.Helper()
	p, err := train.Train(corpus(), listed(), options())
	require.NoError(t, err)
	return p
}

func TestTrainIsDeterministic(t *testing.T) {
	a, err := trained(t).Encode()
	require.NoError(t, err)
	b, err := trained(t).Encode()
	require.NoError(t, err)
	require.Equal(t, a, b)
	o := options()
	o.Seed++
	p, err := train.Train(corpus(), listed(), o)
	require.NoError(t, err)
	other, err := p.Encode()
	require.NoError(t, err)
	require.NotEqual(t, a, other, "the seed changes nothing")
}

func TestFileIsWhatWasTrained(t *testing.T) {
	p := trained(t)
	p.Biases[names.Strict][1][names.Person] = 17
	file, err := p.Encode()
	require.NoError(t, err)
	read, err := names.Read(file)
	require.NoError(t, err)
	built, err := names.Build(p)
	require.NoError(t, err)
	require.Equal(t, built, read)
	for n := range len(file) {
		if n%997 == 0 {
			_, err := names.Read(file[:n])
			require.Error(t, err)
		}
	}
	broken := append([]byte(nil), file...)
	broken[len(broken)/2] ^= 1
	_, err = names.Read(broken)
	require.Error(t, err)
}

func TestLearns(t *testing.T) {
	m, err := names.Build(trained(t))
	require.NoError(t, err)
	for text, want := range map[string]string{
		"my name is wanda okafor": "wanda okafor",
		"please call igor szlapi": "igor szlapi",
		"dr. lindqvist":           "dr. lindqvist",
		"the order is late":       "",
		"my name is [PERSON_1]":   "",
		"":                        "",
	} {
		require.Equal(t, want, persons(m, text, &names.Context{}), text)
	}
}

// persons gives what a model finds in a text, joined.
func persons(m *names.Model, text string, c *names.Context) string {
	var scanned scan.Text
	var s names.Scratch
	scanned.Scan([]byte(text), scan.NewLexicon(nil, 0))
	var found []string
	for _, span := range m.Find(nil, &scanned, c, &s) {
		if span.Class == names.Person {
			found = append(found, string(scanned.Bytes[scanned.Tokens[span.First].Start:scanned.Tokens[span.Last].End]))
		}
	}
	return strings.Join(found, "|")
}
