package train_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/detectors/names"
	"github.com/sonexlabs/tacet/detectors/scan"
)

// oracle labels texts in the plain way: it lists the features of each token, adds up their weights and searches for the best
// labels of the whole segment.
type oracle struct {
	p     *names.Parameters
	sigs  map[uint32]names.Sig
	words map[uint32]int
}

func newOracle(p *names.Parameters) *oracle {
	o := &oracle{p: p, sigs: map[uint32]names.Sig{}, words: map[uint32]int{}}
	for _, l := range p.Lists {
		o.sigs[l.Hash] = l.Sig
	}
	for i, w := range p.Words {
		o.words[w.Hash] = i
	}
	return o
}

func (o *oracle) Signature(hash uint32) names.Sig { return o.sigs[hash] }
func (o *oracle) Known(hash uint32) int {
	if k, ok := o.words[hash]; ok {
		return k
	}
	return -1
}

// row gives the weights of a row. Those of a word's own identity are in the sum of the word.
func (o *oracle) row(r uint32) (w [names.Classes]int) {
	n := len(o.p.Words)
	if base := names.IdentityRows(n); int(r) >= base {
		for k := range w {
			w[k] = int(o.p.Rows[(int(r)-base)*names.Classes+k])
		}
		return w
	}
	word, which := int(r)/names.Identities, int(r)%names.Identities
	if word >= n {
		for k, v := range o.p.Unknown[word-n][which] {
			w[k] = int(v)
		}
		return w
	}
	if which != names.IdentityHere {
		for k, v := range o.p.Words[word].Around[which-1] {
			w[k] = int(v)
		}
		return w
	}
	known := &o.p.Words[word]
	for k := range w {
		w[k] = int(known.Here[k])
	}
	return w
}

// score adds up the weights of token i.
func (o *oracle) score(s *names.Segment, i int) (sum [names.Classes]int) {
	w := &s.Words[i]
	base := uint32(names.IdentityRows(len(o.p.Words)))
	own := names.WordRows(nil, w.Letters, w.Sig, w.Length())
	for _, r := range s.Rows(nil, i, len(o.p.Words)) {
		if w.Known >= 0 && r >= base && slices.Contains(own, r-base) {
			continue // in the sum of the word
		}
		for k, v := range o.row(r) {
			sum[k] += v
		}
	}
	return sum
}

// label gives the classes of a segment's tokens.
func (o *oracle) label(s *names.Segment, bias [names.Classes]int16, asked bool) []names.Class {
	const nc = names.Classes
	n := len(s.Words)
	best := make([][nc]int, n)
	from := make([][nc]int, n)
	for i := range n {
		w := &s.Words[i]
		barred := w.Alias() || !asked && (w.Known >= 0 && o.p.Words[w.Known].Plain || w.Known < 0 && w.OtherScript() || w.Number() && !s.Street())
		scores := o.score(s, i)
		for k := range nc {
			score := scores[k] + int(bias[k])
			if barred && k != 0 {
				score = -1 << 20
			}
			if i == 0 {
				best[0][k] = score + int(o.p.Trans[nc][k])
				continue
			}
			best[i][k] = -1 << 40
			for j := range nc {
				if x := best[i-1][j] + int(o.p.Trans[j][k]); x > best[i][k] {
					best[i][k], from[i][k] = x, j
				}
			}
			best[i][k] += score
		}
	}
	labels := make([]names.Class, n)
	last := 0
	for k := range nc {
		if best[n-1][k] > best[n-1][last] {
			last = k
		}
	}
	for i := n - 1; i >= 0; i-- {
		labels[i] = names.Class(last)
		last = from[i][last]
	}
	return labels
}

// agree holds a model against the oracle on one text.
func agree(t testing.TB, o *oracle, m *names.Model, source []byte, c *names.Context) {
	var text scan.Text
	var s names.Scratch
	text.Scan(source, scan.NewLexicon(nil, 0))
	segments := names.Analyse(&text, c, o)
	want := make([]names.Class, 0, len(text.Tokens))
	asked := c.Expect&names.ExpectName != 0 && !c.Written
	for i := range segments {
		want = append(want, o.label(&segments[i], o.p.Biases[c.Preset][names.Setting(c, segments[i].Foreign())], asked)...)
	}
	require.Equal(t, want, m.Labels(&text, c, &s), "%q", source)
}

func oracleSeeds() []string {
	return []string{
		"my name is wanda okafor", "Please call Igor O'Brien-Smith, today!", "dr. lindqvist [PERSON_1] and mr uh smithson", "will mark 12345 a1b2 x",
		"DÉJÀ VU ŁUKASZ élodie ß", "one\ntwo anna\n\nthree. Peter", "", " ", "[", "anna", "йорк 東京 Анна", "the the the the the the the the the anna", "das ist der anna und peter", "ist das wanda",
	}
}

func contexts() []names.Context {
	return []names.Context{
		{}, {Expect: names.ExpectName}, {Expect: names.ExpectOther, Speaker: names.SpeakerCustomer}, {Written: true, Expect: names.ExpectName},
		{Expect: names.ExpectAddress, Preset: names.Strict}, {Expect: names.ExpectOrg, Speaker: names.SpeakerAgent, Preset: names.Paranoid},
	}
}

// biased gives parameters whose thresholds differ, so that they are tested, too.
func biased(t testing.TB) *names.Parameters {
	p := trained(t)
	for preset := range p.Biases {
		for s := range p.Biases[preset] {
			p.Biases[preset][s] = [names.Classes]int16{0, int16(20*preset - 7*s), 5, 0, -3}
		}
	}
	return p
}

func TestLabelsAreTheOracles(t *testing.T) {
	p := biased(t)
	m, err := names.Build(p)
	require.NoError(t, err)
	o := newOracle(p)
	for _, c := range contexts() {
		for _, e := range corpus() {
			agree(t, o, m, []byte(e.Text), &c)
		}
		for _, text := range oracleSeeds() {
			agree(t, o, m, []byte(text), &c)
		}
		long := []byte{}
		for _, e := range corpus() {
			long = append(append(long, e.Text...), ". "...)
		}
		agree(t, o, m, long, &c)
	}
}

func FuzzLabels(f *testing.F) {
	p := biased(f)
	m, err := names.Build(p)
	require.NoError(f, err)
	o := newOracle(p)
	for i, text := range oracleSeeds() {
		f.Add([]byte(text), uint8(i))
	}
	all := contexts()
	f.Fuzz(func(t *testing.T, text []byte, which uint8) {
		agree(t, o, m, text, &all[int(which)%len(all)])
	})
}
