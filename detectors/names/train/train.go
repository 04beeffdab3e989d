// Package train trains the model of detectors/names: a linear-chain conditional random field by stochastic gradient
// ascent on the likelihood, with words, lists and context dropped at random, and chooses its thresholds on
// development data.
package train

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/sonexlabs/tacet/detectors/names"
	"github.com/sonexlabs/tacet/detectors/scan"
)

// Mark is a part of a text that names something.
type Mark struct {
	Start, End int // bytes, half-open
	Class      names.Class
}

// Example is a labelled text.
type Example struct {
	Text    string
	Marks   []Mark // in order of Start, without overlap
	Context names.Context
	Call    int     // texts of one call share it
	Foreign bool    // not English
	Alone   bool    // a turn made by itself, of no call
	Weight  float32 // of its tokens in training; 0 means 1
}

// Options of the training. The zero value of a field means what its comment says.
type Options struct {
	Seed   uint64
	Epochs int // 5
	// Words are in the vocabulary if they occur this often: 3.
	MinCount int
	// Shares of what is dropped in training.
	DropWord, DropList, DropContext float64
	Rate                            float64   // of learning: 0.2
	Decay                           float64   // L2
	Log                             io.Writer // progress; may be nil
	// Frequent are words whose rows are summed up beforehand, for speed.
	Frequent []string
}

// lists are the words that the trainer knows.
type lists struct {
	sigs  map[uint32]names.Sig
	known map[uint32]int
}

func (l *lists) Signature(hash uint32) names.Sig { return l.sigs[hash] }
func (l *lists) Known(hash uint32) int {
	if k, ok := l.known[hash]; ok {
		return k
	}
	return -1
}

// sentence is a segment with its labels.
type sentence struct {
	names.Segment
	labels []names.Class
	ctx    names.Context
	weight float32
}

// Train fits a model to the examples. The same arguments give the same parameters.
func Train(examples []Example, listed []names.Listed, o Options) (*names.Parameters, error) {
	if len(examples) == 0 {
		return nil, fmt.Errorf("train names: no examples")
	}
	t := &trainer{Options: o, rng: rand.New(rand.NewPCG(o.Seed, 1))}
	t.lists.sigs = make(map[uint32]names.Sig, len(listed))
	for _, l := range listed {
		t.lists.sigs[l.Hash] = l.Sig
	}
	t.choose(examples)
	t.read(examples)
	t.weights = make([]weight, names.IdentityRows(len(t.words))+names.RowCount())
	for epoch := range o.Epochs {
		likelihood := t.epoch()
		if o.Log != nil {
			fmt.Fprintf(o.Log, "epoch %d: log-likelihood per token %.4f\n", epoch+1, likelihood)
		}
	}
	p := t.quantise(listed)
	p.Manifest.Format, p.Manifest.Templates = names.Format, names.TemplateHash()
	p.Manifest.Seed, p.Manifest.Epochs = o.Seed, o.Epochs
	p.Manifest.Sentences, p.Manifest.Tokens, p.Manifest.Words = len(t.sentences), t.tokens, len(t.words)
	return p, nil
}

// weight is the weights of one row, and the sums of the squares of their gradients.
type weight struct{ w, g [names.Classes]float32 }

type trainer struct {
	Options
	rng       *rand.Rand
	lists     lists
	words     []uint32 // vocabulary, ascending
	plain     map[uint32]bool
	letters   map[uint32][]uint32
	lengths   map[uint32]int
	shapes    map[uint32]names.Sig // of words that no list has
	sentences []sentence
	tokens    int

	weights []weight
	trans   [names.Classes + 1][names.Classes]weightOne

	// Of the sentence at hand.
	seg    names.Segment
	rows   []uint32
	ends   []int
	scores [][names.Classes]float64
	ahead  [][names.Classes]float64
	behind [][names.Classes]float64
}

type weightOne struct{ w, g float32 }

// The tagger doesn't look at plain words, unless a name was asked for. A word is plain if it occurs this often and if no more
// than one in so many of its occurrences is part of a person or of something else. The most frequent words of all may be
// so a little more often: they join the parts of names.
const (
	plainCount    = 40
	plainPerson   = 1000
	plainOther    = 150
	plainFunction = 150
	plainJoint    = 12
)

func isPlain(all, person, entity int, sig names.Sig) bool {
	other := entity - person
	if sig.Function() {
		return all >= plainCount && person*plainFunction < all && other*plainJoint < all
	}
	return all >= plainCount && person*plainPerson < all && other*plainOther < all && !sig.Given()
}

// choose makes the vocabulary: the words that occur often.
func (t *trainer) choose(examples []Example) {
	type count struct{ all, person, entity int }
	counts := map[uint32]*count{}
	t.lists.known, t.plain = map[uint32]int{}, map[uint32]bool{}
	t.each(examples, func(s *names.Segment, labels []names.Class, _ *Example) {
		for i := range s.Words {
			if s.Words[i].Alias() {
				continue
			}
			c := counts[s.Words[i].Hash]
			if c == nil {
				c = new(count)
				counts[s.Words[i].Hash] = c
			}
			c.all++
			if labels[i] == names.Person {
				c.person++
			}
			if labels[i] != names.Outside {
				c.entity++
			}
		}
	})
	for h, c := range counts {
		// A word that is nearly always a name says nothing more than that it is listed, unless it is frequent.
		if c.all >= t.MinCount && (c.person*10 < c.all*7 || c.all >= 20*t.MinCount) {
			t.words = append(t.words, h)
			t.plain[h] = isPlain(c.all, c.person, c.entity, t.lists.sigs[h])
		}
	}
	slices.Sort(t.words)
	for i, h := range t.words {
		t.lists.known[h] = i
	}
}

// each calls f with every segment of the examples.
func (t *trainer) each(examples []Example, f func(*names.Segment, []names.Class, *Example)) {
	var text scan.Text
	lex := scan.NewLexicon(nil, 0)
	for i := range examples {
		e := &examples[i]
		text.Scan([]byte(e.Text), lex)
		segments := names.Analyse(&text, &e.Context, &t.lists)
		for j := range segments {
			f(&segments[j], label(&text, &segments[j], e.Marks), e)
		}
	}
}

// label gives the classes of the tokens of a segment.
func label(text *scan.Text, s *names.Segment, marks []Mark) []names.Class {
	labels := make([]names.Class, len(s.Words))
	for i := range labels {
		k := &text.Tokens[s.First+i]
		start, end := text.Source(int(k.Start), int(k.End))
		for _, m := range marks {
			if m.Start < end && start < m.End && !s.Words[i].Alias() {
				labels[i] = m.Class
			}
		}
	}
	return labels
}

func (t *trainer) read(examples []Example) {
	t.letters = map[uint32][]uint32{}
	t.lengths, t.shapes = map[uint32]int{}, map[uint32]names.Sig{}
	t.each(examples, func(s *names.Segment, labels []names.Class, e *Example) {
		for i := range s.Words {
			w := &s.Words[i]
			if _, ok := t.letters[w.Hash]; !ok {
				t.letters[w.Hash] = w.Letters
				t.lengths[w.Hash], t.shapes[w.Hash] = w.Length(), w.Sig
			}
			w.Letters = t.letters[w.Hash]
		}
		weight := e.Weight
		if weight == 0 {
			weight = 1
		}
		t.sentences = append(t.sentences, sentence{*s, labels, e.Context, weight})
		t.tokens += len(labels)
	})
}

// epoch goes over all sentences once, in random order, and gives the log-likelihood of a token.
func (t *trainer) epoch() float64 {
	sum, tokens := 0.0, 0
	for _, i := range t.rng.Perm(len(t.sentences)) {
		s := &t.sentences[i]
		t.distort(s)
		t.features(s)
		sum += t.step(s)
		tokens += len(s.labels)
	}
	return sum / float64(tokens)
}

// distort copies the sentence and drops words, lists and context from it at random, so that each is learnt to do without.
func (t *trainer) distort(s *sentence) {
	t.seg.First, t.seg.Words = s.First, append(t.seg.Words[:0], s.Words...)
	t.seg.CopyPlace(&s.Segment)
	if !s.ctx.Written && t.rng.Float64() < t.DropContext {
		c := s.ctx
		if t.rng.IntN(2) == 0 {
			c.Expect = 0
		}
		if t.rng.IntN(2) == 0 {
			c.Speaker = names.SpeakerUnknown
		}
		t.seg.SetExpectation(&c)
	}
	all := t.rng.Float64() < t.DropList
	for i := range t.seg.Words {
		w := &t.seg.Words[i]
		entity := s.labels[i] != names.Outside
		if entity && (all || t.rng.Float64() < t.DropList) || !entity && t.rng.Float64() < t.DropList/8 {
			w.Unlist()
		}
		if (entity || !w.Sig.Common()) && t.rng.Float64() < t.DropWord {
			w.Known = -1
		}
	}
}

func (t *trainer) features(s *sentence) {
	t.rows, t.ends = t.rows[:0], t.ends[:0]
	for i := range s.labels {
		t.rows = t.seg.Rows(t.rows, i, len(t.words))
		t.ends = append(t.ends, len(t.rows))
	}
	n := len(s.labels)
	if cap(t.scores) < n {
		t.scores, t.ahead, t.behind = make([][names.Classes]float64, n), make([][names.Classes]float64, n), make([][names.Classes]float64, n)
	}
	t.scores, t.ahead, t.behind = t.scores[:n], t.ahead[:n], t.behind[:n]
	from := 0
	for i, end := range t.ends {
		var v [names.Classes]float32
		for _, r := range t.rows[from:end] {
			for k, w := range &t.weights[r].w {
				v[k] += w
			}
		}
		for k := range v {
			t.scores[i][k] = float64(v[k])
		}
		from = end
	}
}

// step does one step of gradient ascent on the sentence and gives its log-likelihood.
func (t *trainer) step(s *sentence) float64 {
	const nc = names.Classes
	n := len(s.labels)
	var trans [nc + 1][nc]float64
	for i := range trans {
		for k := range trans[i] {
			trans[i][k] = math.Exp(float64(t.trans[i][k].w))
		}
	}
	// Forward and backward in probabilities, each position scaled to a sum of one.
	like := 0.0
	potential := t.scores // becomes exp of the scores, less the largest of a position
	for i := range n {
		top := slices.Max(t.scores[i][:])
		like += t.gold(s, i) - top
		for k := range nc {
			potential[i][k] = math.Exp(t.scores[i][k] - top)
		}
		var v [nc]float64
		sum := 0.0
		for k := range nc {
			if i == 0 {
				v[k] = trans[nc][k]
			} else {
				for j := range nc {
					v[k] += t.ahead[i-1][j] * trans[j][k]
				}
			}
			v[k] *= potential[i][k]
			sum += v[k]
		}
		like -= math.Log(sum)
		for k := range nc {
			t.ahead[i][k] = v[k] / sum
		}
	}
	t.backward(n, &trans)
	from := 0
	for i := range n {
		var grad [nc]float32
		z := 0.0
		for k := range nc {
			z += t.ahead[i][k] * t.behind[i][k]
		}
		for k := range nc {
			grad[k] = -float32(t.ahead[i][k] * t.behind[i][k] / z)
		}
		grad[s.labels[i]]++
		if i > 0 {
			t.stepTransitions(s, i, potential, &trans)
		} else {
			for k := range nc {
				t.trans[nc][k].step(grad[k]*s.weight, float32(t.Rate), 0)
			}
		}
		t.stepRows(t.rows[from:t.ends[i]], &grad, s)
		from = t.ends[i]
	}
	return like
}

// stepRows changes the weights of the rows of one token.
func (t *trainer) stepRows(rows []uint32, grad *[names.Classes]float32, s *sentence) {
	const settled = 1e-4 // nothing to learn from a token that is as sure as that
	top := float32(0)
	for _, g := range grad {
		top = max(top, g)
	}
	if top < settled {
		return
	}
	rate, decay := float32(t.Rate), float32(t.Decay)
	for _, r := range rows {
		w := &t.weights[r]
		for k := range names.Classes {
			d := grad[k]*s.weight - decay*w.w[k]
			w.g[k] += d * d
			w.w[k] += rate * d / (sqrt(w.g[k]) + 0.1)
		}
	}
}

func sqrt(x float32) float32 { return float32(math.Sqrt(float64(x))) }

// gold is the score of the right label of a token and of the transition to it.
func (t *trainer) gold(s *sentence, i int) float64 {
	from := names.Classes
	if i > 0 {
		from = int(s.labels[i-1])
	}
	return t.scores[i][s.labels[i]] + float64(t.trans[from][s.labels[i]].w)
}

func (t *trainer) backward(n int, trans *[names.Classes + 1][names.Classes]float64) {
	for k := range t.behind[n-1] {
		t.behind[n-1][k] = 1
	}
	for i := n - 2; i >= 0; i-- {
		sum := 0.0
		for j := range names.Classes {
			v := 0.0
			for k := range names.Classes {
				v += trans[j][k] * t.scores[i+1][k] * t.behind[i+1][k]
			}
			t.behind[i][j] = v
			sum += v
		}
		for j := range names.Classes {
			t.behind[i][j] /= sum
		}
	}
}

func (t *trainer) stepTransitions(s *sentence, i int, potential [][names.Classes]float64, trans *[names.Classes + 1][names.Classes]float64) {
	var joint [names.Classes][names.Classes]float64
	sum := 0.0
	for j := range names.Classes {
		for k := range names.Classes {
			joint[j][k] = t.ahead[i-1][j] * trans[j][k] * potential[i][k] * t.behind[i][k]
			sum += joint[j][k]
		}
	}
	for j := range names.Classes {
		for k := range names.Classes {
			d := -float32(joint[j][k] / sum)
			if int(s.labels[i-1]) == j && int(s.labels[i]) == k {
				d++
			}
			t.trans[j][k].step(d*s.weight, float32(t.Rate), 0)
		}
	}
}

func (w *weightOne) step(d, rate, decay float32) {
	d -= decay * w.w
	w.g += d * d
	w.w += rate * d / (sqrt(w.g) + 0.1)
}

// scale is how many steps of a stored weight make one of the trainer's: e-folds of odds.
const scale = 24

// round8 rounds a row. The tagger keeps differences to the first label, in a byte each: none may be larger.
func round8(w [names.Classes]float32) (row [names.Classes]int8) {
	for k := range w {
		low, high := -127.0, 127.0
		if k > 0 {
			low, high = max(low, float64(row[0])-128), min(high, float64(row[0])+127)
		}
		row[k] = int8(max(low, min(high, math.Round(float64(w[k])*scale))))
	}
	return row
}

// quantise rounds the weights and sums up what belongs to one word.
func (t *trainer) quantise(listed []names.Listed) *names.Parameters {
	n := len(t.words)
	base := names.IdentityRows(n)
	p := &names.Parameters{Lists: listed, Rows: make([]int8, names.RowCount()*names.Classes), Words: make([]names.Known, n)}
	for r := range names.RowCount() {
		row := round8(t.weights[base+r].w)
		copy(p.Rows[r*names.Classes:], row[:])
	}
	identity := func(word, which int) [names.Classes]int8 { return round8(t.weights[word*names.Identities+which].w) }
	for i, h := range t.words {
		w := &p.Words[i]
		w.Hash, w.Sig, w.Plain = h, t.lists.sigs[h], t.plain[h]
		if w.Sig == 0 {
			w.Sig = t.shapes[h]
		}
		w.Here = sum(p.Rows, identity(i, names.IdentityHere), t.letters[h], w.Sig, t.lengths[h])
		for j := range w.Around {
			w.Around[j] = identity(i, j+1)
		}
	}
	p.Summed = t.summed(p.Rows, func(coarse int) [names.Classes]int8 { return identity(n+coarse, names.IdentityHere) })
	for c := range p.Unknown {
		for j := range p.Unknown[c] {
			p.Unknown[c][j] = identity(n+c, j)
		}
	}
	for i := range t.trans {
		for k, w := range t.trans[i] {
			p.Trans[i][k] = int16(math.Round(float64(w.w) * scale))
		}
	}
	for c := range p.Curve {
		p.Curve[c] = [2]float32{0, 1.0 / scale}
	}
	return p
}

// sum adds up the rows that depend on a word alone.
func sum(rows []int8, identity [names.Classes]int8, letters []uint32, sig names.Sig, length int) (here [names.Classes]int16) {
	for k, v := range identity {
		here[k] = int16(v)
	}
	for _, r := range names.WordRows(nil, letters, sig, length) {
		for k := range names.Classes {
			here[k] += int16(rows[int(r)*names.Classes+k])
		}
	}
	return here
}

// summed sums up the rows of frequent words outside the vocabulary.
func (t *trainer) summed(rows []int8, unknown func(coarse int) [names.Classes]int8) (list []names.Summed) {
	var text scan.Text
	lex := scan.NewLexicon(nil, 0)
	for _, word := range t.Frequent {
		text.Scan([]byte(word), lex)
		segments := names.Analyse(&text, &names.Context{}, &t.lists)
		if len(segments) != 1 || len(segments[0].Words) != 1 || segments[0].Words[0].Known >= 0 {
			continue
		}
		w := &segments[0].Words[0]
		list = append(list, names.Summed{Hash: w.Hash, Sig: w.Sig, Here: sum(rows, unknown(w.Coarse()), w.Letters, w.Sig, w.Length())})
	}
	slices.SortFunc(list, func(a, b names.Summed) int { return cmp.Compare(a.Hash, b.Hash) })
	return slices.CompactFunc(list, func(a, b names.Summed) bool { return a.Hash == b.Hash })
}

// SortListed orders listed words by hash and joins those that collide.
func SortListed(list []names.Listed) []names.Listed {
	slices.SortFunc(list, func(a, b names.Listed) int {
		return cmp.Or(cmp.Compare(a.Hash, b.Hash), cmp.Compare(a.Sig, b.Sig))
	})
	return slices.CompactFunc(list, func(a, b names.Listed) bool { return a.Hash == b.Hash })
}
