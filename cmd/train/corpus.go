package main

import (
	"crypto/sha256"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"

	"github.com/sonexlabs/tacet/cmd/tacet/traffic"
	"github.com/sonexlabs/tacet/detectors/names"
	"github.com/sonexlabs/tacet/detectors/names/train"
)

// rewrite applies f to the pieces of a text, which are its marks and what lies between them.
func rewrite(e train.Example, f func(piece string, marked bool) string) train.Example {
	var b strings.Builder
	marks := make([]train.Mark, 0, len(e.Marks))
	at := 0
	for _, m := range e.Marks {
		b.WriteString(f(e.Text[at:m.Start], false))
		start := b.Len()
		b.WriteString(f(e.Text[m.Start:m.End], true))
		marks = append(marks, train.Mark{Start: start, End: b.Len(), Class: m.Class})
		at = m.End
	}
	b.WriteString(f(e.Text[at:], false))
	e.Text, e.Marks = b.String(), marks
	return e
}

// bare makes a text what a recogniser without casing and punctuation gives.
func bare(e train.Example, joinApostrophes bool) train.Example {
	return rewrite(e, func(s string, _ bool) string {
		return strings.Map(func(r rune) rune {
			switch {
			case unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || r == '\n':
				return unicode.ToLower(r)
			case (r == '\'' || r == '’') && joinApostrophes:
				return -1
			}
			return ' '
		}, s)
	})
}

// dress writes a generated text as one of the ways that recognisers and people write.
func (g *generator) dress(e train.Example) train.Example {
	english := g.topic.lang == ""
	switch r := g.rng.Float64(); {
	case r < 0.45:
		return bare(e, g.chance(0.5))
	case r < 0.53: // lower case with its punctuation
		return rewrite(e, func(s string, _ bool) string { return strings.ToLower(s) })
	case r < 0.56:
		return rewrite(e, func(s string, _ bool) string { return strings.ToUpper(s) })
	case r < 0.62 && english: // names as they are, the rest lower
		return e
	case r < 0.68: // some words of the names are lower
		return rewrite(e, func(s string, marked bool) string {
			if !marked {
				return s
			}
			words := strings.Split(s, " ")
			for i := range words {
				if g.chance(0.5) {
					words[i] = strings.ToLower(words[i])
				}
			}
			return strings.Join(words, " ")
		})
	case r < 0.72: // a capital letter at the start alone
		e = rewrite(e, func(s string, _ bool) string { return strings.ToLower(s) })
		return g.capitalise(e, false)
	}
	return g.capitalise(e, english)
}

// capitalise begins a text with a capital letter and ends it with a stop.
func (g *generator) capitalise(e train.Example, pronouns bool) train.Example {
	first := true
	e = rewrite(e, func(s string, marked bool) string {
		if first && s != "" {
			s, first = upperFirst(s), false
		}
		if pronouns && !marked {
			s = strings.ReplaceAll(" "+s, " i ", " I ")[1:]
			s = strings.ReplaceAll(" "+s, " i'", " I'")[1:]
		}
		return s
	})
	if g.chance(0.6) && !strings.HasSuffix(e.Text, ".") {
		e.Text += pick(g, []string{".", ".", ".", "?", "!"})
	}
	return e
}

// generated gives n texts of a split, in calls of a few texts.
func (t *texts) generated(seed uint64, s split, n int) []train.Example {
	g := newGenerator(seed, s, t)
	list := make([]train.Example, 0, n)
	for i := 0; len(list) < n; i++ {
		e := g.next()
		random := strings.HasPrefix(g.topic.name, "salad") || g.topic.name == "numbers"
		if random && g.chance(0.5) {
			e.Context.Written = true
		}
		if s == splitDev && random && !e.Context.Written {
			continue // words at random are no measure of what is said
		}
		if e.Context.Expect == 0 && !e.Context.Written && g.chance(0.10) {
			e = g.run(e)
		}
		g.misask(&e)
		e = g.dress(e)
		e.Call = i / 8
		e.Foreign = g.topic.lang != ""
		if g.chance(0.02) {
			e = g.alias(e)
		}
		list = append(list, e)
	}
	return list
}

// run goes on from a text with others, as recognisers of long recordings do.
func (g *generator) run(e train.Example) train.Example {
	stops := g.chance(0.5)
	for range 2 + g.rng.IntN(10) {
		next := g.next()
		if next.Context.Written || next.Context.Expect != 0 || g.topic.lang != "" || strings.HasPrefix(g.topic.name, "bare") {
			continue
		}
		if stops {
			next.Text = upperFirst(next.Text)
			e.Text += pick(g, []string{". ", ". ", ", ", "? "})
		} else {
			e.Text += " "
		}
		by := len(e.Text)
		for _, m := range next.Marks {
			m.Start, m.End = m.Start+by, m.End+by
			e.Marks = append(e.Marks, m)
		}
		e.Text += next.Text
	}
	e.Context = names.Context{}
	return e
}

// misask gives a text a question that it doesn't answer: people say what they want.
func (g *generator) misask(e *train.Example) {
	c := &e.Context
	if c.Written {
		return
	}
	if c.Speaker == names.SpeakerUnknown && g.chance(0.4) {
		c.Speaker = pick(g, []names.Speaker{names.SpeakerAgent, names.SpeakerCustomer})
	}
	if c.Expect != 0 || c.Speaker != names.SpeakerCustomer && len(e.Text) < 40 {
		return
	}
	switch r := g.rng.Float64(); {
	case r < 0.25:
		c.Expect, c.Speaker = names.ExpectOther, names.SpeakerCustomer
	case r < 0.31 && !strings.HasPrefix(g.topic.name, "bare-"):
		c.Expect, c.Speaker = names.ExpectName, names.SpeakerCustomer
	case r < 0.34:
		c.Expect, c.Speaker = pick(g, []names.Expect{names.ExpectAddress, names.ExpectOrg}), names.SpeakerCustomer
	}
}

// alias replaces what is marked by aliases, as in text that was redacted before.
func (g *generator) alias(e train.Example) train.Example {
	n := 0
	e = rewrite(e, func(s string, marked bool) string {
		if !marked {
			return s
		}
		n++
		return fmt.Sprintf("[%s_%d]", pick(g, []string{"PERSON", "PERSON", "NAME", "ADDRESS", "PHONE"}), n)
	})
	e.Marks = nil
	return e
}

// corpora are the labelled texts that are trained on, and those that are kept for development.
var corpora = []struct {
	file string
	dev  bool
}{
	{"train-btc.tsv", false}, {"train-slurp.tsv", false}, {"train-wikigold.tsv", false}, {"train-wnut17.tsv", false},
	{"dev-btc.tsv", true}, {"dev-wikigold.tsv", true},
}

var classOf = map[string]names.Class{"PER": names.Person, "LOC": names.Location, "ORG": names.Org}

// testSets are the sets of data/eval that have sentences of the corpora in them.
const testSets = "ner_en_btc ner_en_wnut17 slurp hwu64"

// heldOut gives the texts of the test sets that have sentences of the corpora in them, in a form that spelling and casing
// don't matter for. Such sentences are neither learnt from nor chosen by.
func heldOut(data string) (map[string]bool, error) {
	held := map[string]bool{}
	for _, set := range strings.Fields(testSets) {
		list, err := readRows(data, set)
		if err != nil {
			return nil, err
		}
		for _, e := range list {
			held[letters(e.Text)] = true
		}
	}
	return held, nil
}

// letters gives the letters and digits of a text.
func letters(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, text)
}

// readCorpus reads sentences of a token and a tag a line.
func readCorpus(data, file string) ([]train.Example, error) {
	b, err := os.ReadFile(filepath.Join(data, "ner", file))
	if err != nil {
		return nil, fmt.Errorf("read corpus: %w", err)
	}
	var list []train.Example
	var tokens, tags []string
	flush := func() {
		if len(tokens) > 0 {
			list = append(list, sentence(tokens, tags))
		}
		tokens, tags = nil, nil
	}
	for line := range strings.Lines(string(b)) {
		line = strings.TrimRight(line, "\n")
		token, tag, ok := strings.Cut(line, "\t")
		if !ok {
			flush()
			continue
		}
		if n := len(tokens); n > 0 && tokens[n-1] == "@" && tag == "PER" || strings.HasPrefix(token, "@") && len(token) > 1 {
			// Handles of Twitter are no names that people say.
			tokens = tokens[:max(0, n-1)]
			tags = tags[:len(tokens)]
			continue
		}
		tokens, tags = append(tokens, token), append(tags, tag)
	}
	flush()
	return list, nil
}

// sentence joins tokens as they are written.
func sentence(tokens, tags []string) train.Example {
	var b strings.Builder
	var marks []train.Mark
	for i, token := range tokens {
		tight := strings.ContainsAny(token[:1], ".,!?;:)%'’") || token == "n't" || i > 0 && (tokens[i-1] == "(" || tokens[i-1] == "#" || tokens[i-1] == "’" || tokens[i-1] == "'")
		if i > 0 && !tight {
			b.WriteByte(' ')
		}
		start := b.Len()
		b.WriteString(token)
		if class, ok := classOf[tags[i]]; ok {
			if n := len(marks); n > 0 && marks[n-1].Class == class && tags[i-1] == tags[i] {
				marks[n-1].End = b.Len()
			} else {
				marks = append(marks, train.Mark{Start: start, End: b.Len(), Class: class})
			}
		}
	}
	return train.Example{Text: b.String(), Marks: marks}
}

// written gives the examples of a corpus twice: as they are and bare.
func written(list []train.Example, rng *rand.Rand, both float64) (out []train.Example) {
	for i, e := range list {
		e.Call = i
		e.Context.Written = rng.Float64() < both
		out = append(out, e)
		e.Context.Written = rng.Float64() < both/2
		out = append(out, bare(e, rng.IntN(2) == 0))
	}
	return out
}

// sizes are how many texts there are for development, and dialogues of the traffic generator to learn from and for development.
type sizes struct{ dev, dialogues, devDialogues int }

func sizesOf(o *options) sizes {
	if o.small {
		return sizes{600, 60, 60}
	}
	return sizes{16000, 12000, 1500}
}

// draw is some dialogues of the traffic generator.
type draw struct {
	seed  uint64
	split traffic.Split
	langs string
	n     int
}

// draws are the dialogues that are read: those to learn from and two kinds for development.
func (n sizes) draws(seed uint64) []draw {
	return []draw{
		{seed, traffic.Train, dialogueLangs, n.dialogues},
		{seed + 1, traffic.Dev, "en", n.devDialogues},
		{seed + 2, traffic.Dev, foreignLangs, n.devDialogues},
	}
}

// assemble reads and makes all that is trained on, and all that thresholds are chosen on.
func assemble(o *options, t *texts) (training, dev []train.Example, err error) {
	n := sizesOf(o)
	seed := o.train.Seed
	rng := rand.New(rand.NewPCG(seed, 3))
	training = t.generated(seed, splitTrain, o.texts)
	dev = t.generated(seed+1, splitDev, n.dev)
	for _, d := range n.draws(seed) {
		calls, err := dialogues(o.data, d.seed, d.split, d.langs, d.n)
		if err != nil {
			return nil, nil, err
		}
		if d.split == traffic.Train {
			training = append(training, calls...)
		} else {
			dev = append(dev, shift(calls, len(dev))...)
		}
	}
	if o.data == "" {
		return training, dev, nil
	}
	held, err := heldOut(o.data)
	if err != nil {
		return nil, nil, err
	}
	for _, c := range corpora {
		list, err := readCorpus(o.data, c.file)
		if err != nil {
			return nil, nil, err
		}
		list = slices.DeleteFunc(list, func(e train.Example) bool {
			return held[letters(e.Text)] || !c.dev && o.folds > 0 && foldOf(&e, o.folds) == o.fold
		})
		if o.small {
			list = list[:100]
		}
		share := 0.6
		if strings.Contains(c.file, "slurp") {
			share = 0
		}
		if c.dev {
			dev = append(dev, shift(written(list, rng, 1), len(dev))...)
		} else {
			list = written(list, rng, share)
			for i := range list {
				list[i].Weight = float32(o.corpora)
			}
			training = append(training, list...)
		}
	}
	return training, dev, nil
}

// shift gives calls numbers of their own.
func shift(list []train.Example, by int) []train.Example {
	for i := range list {
		list[i].Call += by
	}
	return list
}

// recipe is the SHA-256 of a small model that is made without the data, and of all dialogues that a large one reads, with the names of their
// generator. What changes in generators, features, training, search or the choice of thresholds so that the model would come out otherwise,
// changes it.
func recipe() (string, error) {
	o := options{texts: 4000, small: true, train: train.Options{Seed: 1, Epochs: 1, MinCount: 4, DropWord: 0.3, DropList: 0.2, DropContext: 0.5, Rate: 0.15, Decay: 1e-5}}
	b, err := build(&o, io.Discard)
	if err != nil {
		return "", err
	}
	sum := sha256.New()
	sum.Write(b)
	for _, d := range sizesOf(&options{}).draws(o.train.Seed) {
		list, err := dialogues("", d.seed, d.split, d.langs, d.n)
		if err != nil {
			return "", err
		}
		for i := range list {
			c := &list[i].Context
			fmt.Fprintf(sum, "%q %v {%v %v %v %v %v}\n", list[i].Text, list[i].Marks, c.Expect, c.Speaker, c.Written, c.Memory, c.Preset) // what is learnt of
		}
	}
	return fmt.Sprintf("%x", sum.Sum(nil)), nil
}

// fingerprints are the SHA-256 of all that a model is made of. Without data they are those of what is embedded.
func fingerprints(data string) (map[string]string, error) {
	sums := map[string]string{}
	add := func(name string, b []byte) { sums[name] = fmt.Sprintf("%x", sha256.Sum256(b)) }
	entries, err := files.ReadDir("text")
	if err != nil {
		return nil, fmt.Errorf("read data: %w", err)
	}
	for _, e := range entries {
		b, err := files.ReadFile("text/" + e.Name())
		if err != nil {
			return nil, fmt.Errorf("read data: %w", err)
		}
		add("text/"+e.Name(), b)
	}
	if data == "" {
		return sums, nil
	}
	for _, f := range gazetteerFiles {
		b, err := os.ReadFile(filepath.Join(data, "gazetteer", f))
		if err != nil {
			return nil, fmt.Errorf("read data: %w", err)
		}
		add("gazetteer/"+f, b)
	}
	for _, c := range corpora {
		b, err := os.ReadFile(filepath.Join(data, "ner", c.file))
		if err != nil {
			return nil, fmt.Errorf("read data: %w", err)
		}
		add("ner/"+c.file, b)
	}
	for _, set := range strings.Fields(testSets) {
		b, err := os.ReadFile(filepath.Join(data, "eval", set+".jsonl"))
		if err != nil {
			return nil, fmt.Errorf("read data: %w", err)
		}
		add("left out: eval/"+set+".jsonl", b)
	}
	return sums, nil
}
