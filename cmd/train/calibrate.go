package main

import (
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/sonexlabs/tacet/detectors/names"
	"github.com/sonexlabs/tacet/detectors/names/train"
	"github.com/sonexlabs/tacet/detectors/scan"
)

// goal is what a preset's thresholds are to reach: the lower bound of the share of persons that are covered whole, and the share
// of other tokens that may be covered for it.
type goal struct{ recall, over float64 }

// goals are by preset: where a name was asked for, elsewhere in calls and chats, and in written records, where little
// tells a name. Who was asked for a name nearly always gives one, so that more can be wanted there for less. Places and
// organisations are commonly kept, so that what is taken for one costs less than a person who is.
// In other languages the model knows few words, and the dialogues have few templates whose words come again and again: the
// share of what is over-redacted there is about three times that in text.
var goals = [names.Presets]struct{ asked, call, written, foreign, address, kept goal }{
	names.Balanced: {goal{0.98, 0.03}, goal{0.945, 0.03}, goal{0.90, 0.021}, goal{0.92, 0.105}, goal{0.94, 0.005}, goal{0.80, 0.003}},
	names.Strict:   {goal{0.99, 0.05}, goal{0.98, 0.05}, goal{0.95, 0.04}, goal{0.95, 0.15}, goal{0.98, 0.01}, goal{0.80, 0.003}},
	names.Paranoid: {goal{0.995, 0.10}, goal{0.99, 0.10}, goal{0.98, 0.08}, goal{0.98, 0.22}, goal{0.99, 0.02}, goal{0.80, 0.003}},
}

// goalFor is the goal of a preset for a class in examples of one setting.
func goalFor(preset names.Preset, class names.Class, e *train.Example) goal {
	g, c := &goals[preset], &e.Context
	switch {
	case class == names.Address:
		return g.address
	case class != names.Person:
		return g.kept
	case e.Foreign && (c.Written || c.Expect&names.ExpectName == 0):
		return g.foreign
	case c.Written:
		return g.written
	case c.Expect&names.ExpectName != 0:
		return g.asked
	}
	return g.call
}

// The thresholds that are tried, in the steps of weights.
const (
	biasMin  = -24
	biasMax  = 120
	biasStep = 3
)

// resamples is how often calls are drawn anew for a bound.
const resamples = 1000

// calibrate chooses the thresholds for persons and the curve of confidences on development data.
func calibrate(p *names.Parameters, dev []train.Example, log io.Writer) error {
	m, err := names.Build(p)
	if err != nil {
		return err
	}
	unlisted, err := names.Build(unlist(p, dev))
	if err != nil {
		return err
	}
	bySetting := settingsOf(dev)
	for setting, list := range bySetting {
		for _, class := range []names.Class{names.Address, names.Location, names.Org, names.Person} {
			from := biasMin
			for preset := range names.Presets {
				s := search{m, unlisted, list, class, names.Preset(preset), setting}
				c := s.choose(goalFor(s.preset, class, &list[0]), from)
				p.Biases[preset][setting][class] = int16(c.Bias)
				m = m.WithBias(s.preset, setting, class, c.Bias)
				unlisted = unlisted.WithBias(s.preset, setting, class, c.Bias)
				p.Manifest.Choices = append(p.Manifest.Choices, c)
				from = c.Bias
				fmt.Fprintf(log, "%-12s %-9s preset %d: bias %4d, covered %.3f (at least %.3f), over-redacted %.2f %%\n",
					c.Setting, c.Class, preset, c.Bias, c.Recall, c.RecallLow, 100*c.OverRedaction)
			}
		}
	}
	if m, err = names.Build(p); err != nil {
		return err
	}
	for c := range names.Classes {
		if class := names.Class(c); class != names.Outside {
			p.Curve[c] = fit(m, dev, class)
		}
	}
	return nil
}

// settingsOf sorts examples by the setting whose thresholds hold for them. Those whose question is known count for the unknown
// question, too, without it.
func settingsOf(dev []train.Example) (bySetting [names.Settings][]train.Example) {
	for _, e := range dev {
		s := names.Setting(&e.Context, e.Foreign)
		bySetting[s] = append(bySetting[s], e)
		if e.Context.Expect != 0 && !e.Context.Written {
			e.Context.Expect = 0
			s = names.Setting(&e.Context, e.Foreign)
			bySetting[s] = append(bySetting[s], e)
		}
	}
	return bySetting
}

// unlist gives a copy of the parameters whose lists lack the persons of the examples. Words of the vocabulary stay what they were learnt as.
func unlist(p *names.Parameters, list []train.Example) *names.Parameters {
	hashes := map[uint32]bool{}
	var text scan.Text
	lex := scan.NewLexicon(nil, 0)
	for i := range list {
		for _, m := range list[i].Marks {
			if m.Class == names.Person {
				text.Scan([]byte(list[i].Text[m.Start:m.End]), lex)
				for j := range text.Tokens {
					hashes[text.Tokens[j].Hash] = true
				}
			}
		}
	}
	for i := range p.Words {
		delete(hashes, p.Words[i].Hash)
	}
	q := *p
	q.Lists = slices.Clone(p.Lists)
	for i := range q.Lists {
		if hashes[q.Lists[i].Hash] {
			q.Lists[i].Sig = q.Lists[i].Sig.Unlisted()
		}
	}
	q.Summed = slices.DeleteFunc(slices.Clone(p.Summed), func(s names.Summed) bool { return hashes[s.Hash] })
	return &q
}

// search is the search for a threshold of a class.
type search struct {
	m, unlisted *names.Model
	list        []train.Example
	class       names.Class
	preset      names.Preset
	setting     int
}

// choose finds the smallest threshold that reaches the goal, or the largest below the share that may be over-redacted. Where
// there is nothing to find, it is 0.
func (s *search) choose(g goal, from int) names.Choice {
	var last names.Choice
	for bias := from; bias <= biasMax; bias += biasStep {
		c, spans := s.measure(bias)
		if spans < fewest {
			c, _ = s.measure(max(from, 0))
			return c
		}
		if bias > from && c.OverRedaction > g.over {
			return last
		}
		last = c
		if c.RecallLow >= g.recall {
			return c
		}
	}
	return last
}

// fewest is how many spans a threshold is chosen by at least.
const fewest = 50

// measure judges a threshold, and says by how many spans: every other call with the names of the lists, the others without.
// What is over-redacted is counted in whole dialogues and in texts that people wrote. The single turns of templates are
// made to be hard, with far more words that are also names than there are in calls.
func (s *search) measure(bias int) (names.Choice, int) {
	judges := [2]*judge{newJudge(s.m.WithBias(s.preset, s.setting, s.class, bias)), newJudge(s.unlisted.WithBias(s.preset, s.setting, s.class, bias))}
	judges[0].class, judges[1].class = s.class, s.class
	var total score
	calls := map[int]*score{}
	var order []int
	for i := range s.list {
		e := s.list[i]
		e.Context.Preset = s.preset
		one := judges[e.Call&1].run(&e)
		if e.Alone {
			one.other, one.touched = 0, 0
		}
		total.add(one)
		if calls[e.Call] == nil {
			calls[e.Call] = new(score)
			order = append(order, e.Call)
		}
		calls[e.Call].add(one)
	}
	c := names.Choice{
		Class: s.class.String(), Preset: int(s.preset), Setting: names.SettingName(s.setting), Bias: bias, Recall: total.recall(), OverRedaction: total.over(),
	}
	c.RecallLow = lowerBound(calls, order)
	return c, total.persons
}

// lowerBound is the one-sided 95 % bound of recall when calls are drawn anew.
func lowerBound(calls map[int]*score, order []int) float64 {
	rng := rand.New(rand.NewPCG(1, 2))
	var with []*score
	for _, call := range order {
		if calls[call].persons > 0 {
			with = append(with, calls[call])
		}
	}
	if len(with) == 0 {
		return 0
	}
	recalls := make([]float64, resamples)
	for i := range recalls {
		var s score
		for range with {
			s.add(*with[rng.IntN(len(with))])
		}
		recalls[i] = s.recall()
	}
	slices.Sort(recalls)
	return recalls[resamples/20]
}

// point is a span's margin, and whether all of it is right.
type point struct {
	x     float64
	right bool
}

// fit finds the logistic curve from the margin of a span that the search took to the chance that all of it is right.
func fit(m *names.Model, list []train.Example, class names.Class) [2]float32 {
	var points []point
	// With this curve the confidence says what the margin was.
	const steps = 400.0
	raw := m.WithCurve(class, [2]float32{0, 1 / steps})
	var text scan.Text
	var s names.Scratch
	var spans []names.Span
	lex := scan.NewLexicon(nil, 0)
	for i := range list {
		e := list[i]
		text.Scan([]byte(e.Text), lex)
		spans = raw.Find(spans[:0], &text, &e.Context, &s)
		for _, span := range spans {
			if span.Class != class || span.Weak {
				continue
			}
			right := true
			for j := span.First; j <= span.Last; j++ {
				start, end := text.Source(int(text.Tokens[j].Start), int(text.Tokens[j].End))
				right = right && slices.ContainsFunc(e.Marks, func(m train.Mark) bool { return m.Class == class && m.Start < end && start < m.End })
			}
			q := min(max(float64(span.Confidence), 1e-6), 1-1e-6)
			points = append(points, point{math.Log(q/(1-q)) * steps, right})
		}
	}
	return logistic(points)
}

// logistic fits a curve to points by Newton's method. A step that makes it worse is halved: where all points are far from the middle a whole
// one leads anywhere.
func logistic(points []point) [2]float32 {
	loss := func(a, b float64) (sum float64) {
		for _, p := range points {
			z := a + b*p.x
			if p.right {
				z = -z
			}
			sum += max(z, 0) + math.Log1p(math.Exp(-math.Abs(z)))
		}
		return sum
	}
	a, b := 0.0, 1.0/24
	last := loss(a, b)
	for range 50 {
		var ga, gb, haa, hab, hbb float64
		for _, p := range points {
			q := 1 / (1 + math.Exp(-a-b*p.x))
			d := -q
			if p.right {
				d++
			}
			w := q * (1 - q)
			ga, gb = ga+d, gb+d*p.x
			haa, hab, hbb = haa+w, hab+w*p.x, hbb+w*p.x*p.x
		}
		haa, hbb = haa+1e-3, hbb+1e-3
		det := haa*hbb - hab*hab
		da, db := (hbb*ga-hab*gb)/det, (haa*gb-hab*ga)/det
		next := loss(a+da, b+db)
		for ; next > last && math.Abs(da) > 1e-9; next = loss(a+da, b+db) {
			da, db = da/2, db/2
		}
		if next >= last {
			break
		}
		a, b, last = a+da, b+db, next
	}
	return [2]float32{float32(a), float32(b)}
}
