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
// tells a name. Who was asked for a name nearly always gives one, so that more can be wanted there for less.
var goals = [names.Presets]struct{ asked, call, written goal }{
	names.Balanced: {goal{0.98, 0.03}, goal{0.95, 0.03}, goal{0.90, 0.02}},
	names.Strict:   {goal{0.99, 0.05}, goal{0.98, 0.05}, goal{0.95, 0.04}},
	names.Paranoid: {goal{0.995, 0.10}, goal{0.99, 0.10}, goal{0.98, 0.08}},
}

// goalFor is the goal of a preset for examples of one setting.
func goalFor(preset names.Preset, c *names.Context) goal {
	switch {
	case c.Written:
		return goals[preset].written
	case c.Expect&names.ExpectName != 0:
		return goals[preset].asked
	}
	return goals[preset].call
}

// The thresholds that are tried, in the steps of weights.
const (
	biasMin  = -24
	biasMax  = 120
	biasStep = 6
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
	p.Manifest.Metrics = map[string]float64{}
	bySetting := settingsOf(dev)
	for setting, list := range bySetting {
		from := biasMin
		for preset := range names.Presets {
			c := choose(m, unlisted, list, names.Preset(preset), setting, goalFor(names.Preset(preset), &list[0].Context), from)
			p.Biases[preset][setting][names.Person] = int16(c.Bias)
			p.Manifest.Choices = append(p.Manifest.Choices, c)
			from = c.Bias
			fmt.Fprintf(log, "%-12s preset %d: bias %4d, covered %.3f (at least %.3f), over-redacted %.2f %%\n", c.Setting, preset, c.Bias, c.Recall, c.RecallLow, 100*c.OverRedaction)
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
		s := names.Setting(&e.Context)
		bySetting[s] = append(bySetting[s], e)
		if e.Context.Expect != 0 && !e.Context.Written {
			e.Context.Expect = 0
			s = names.Setting(&e.Context)
			bySetting[s] = append(bySetting[s], e)
		}
	}
	return bySetting
}

// unlist gives a copy of the parameters whose lists lack the persons of the examples.
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

// choose finds the smallest threshold that reaches the goal, or the largest below the share that may be over-redacted.
func choose(m, unlisted *names.Model, list []train.Example, preset names.Preset, setting int, g goal, from int) names.Choice {
	var last names.Choice
	for bias := from; bias <= biasMax; bias += biasStep {
		c := measure(m, unlisted, list, preset, setting, bias)
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

// measure judges a threshold: every other call with the names of the lists, the others without.
func measure(m, unlisted *names.Model, list []train.Example, preset names.Preset, setting, bias int) names.Choice {
	judges := [2]*judge{
		newJudge(m.WithBias(preset, setting, names.Person, bias)), newJudge(unlisted.WithBias(preset, setting, names.Person, bias)),
	}
	var total score
	calls := map[int]*score{}
	var order []int
	for i := range list {
		e := list[i]
		e.Context.Preset = preset
		s := judges[e.Call&1].run(&e)
		total.add(s)
		if calls[e.Call] == nil {
			calls[e.Call] = new(score)
			order = append(order, e.Call)
		}
		calls[e.Call].add(s)
	}
	c := names.Choice{Class: names.Person.String(), Preset: int(preset), Setting: names.SettingName(setting), Bias: bias, Recall: total.recall(), OverRedaction: total.over()}
	c.RecallLow = lowerBound(calls, order)
	return c
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

// fit finds the logistic curve from the margin of a span to the chance that all of it is right, by Newton's method.
func fit(m *names.Model, list []train.Example, class names.Class) [2]float32 {
	type point struct {
		x     float64
		right bool
	}
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
			if span.Class != class {
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
	a, b := 0.0, 1.0/24
	for range 30 {
		var ga, gb, haa, hab, hbb float64
		for _, p := range points {
			x := p.x
			q := 1 / (1 + math.Exp(-a-b*x))
			d := -q
			if p.right {
				d++
			}
			w := q * (1 - q)
			ga, gb = ga+d, gb+d*x
			haa, hab, hbb = haa+w, hab+w*x, hbb+w*x*x
		}
		haa, hbb = haa+1e-3, hbb+1e-3
		det := haa*hbb - hab*hab
		if det < 1e-9 {
			break
		}
		a, b = a+(hbb*ga-hab*gb)/det, b+(haa*gb-hab*ga)/det
	}
	return [2]float32{float32(a), float32(b)}
}
