package main

import (
	"fmt"
	"hash/fnv"
	"io"
	"math/rand/v2"

	"github.com/sonexlabs/tacet/cmd/tacet/traffic"
	"github.com/sonexlabs/tacet/detectors/names"
	"github.com/sonexlabs/tacet/detectors/names/train"
)

// devSet is texts of one kind, to compare ways of training by.
type devSet struct {
	name string
	list []train.Example
}

// The share of other tokens that may be covered where ways of training are compared, and the biases in between which the one that
// covers as much is sought.
const (
	compareOver = 0.02
	compareFrom = -96
	compareTo   = 240
	compareStep = 12
)

// foldOf tells in which fold a sentence of a corpus is held out.
func foldOf(e *train.Example, folds int) int {
	h := fnv.New32a()
	io.WriteString(h, letters(e.Text))
	return int(h.Sum32()>>5) % folds
}

// compare trains once for each fold of the corpora, without it, and prints for each set for development how many persons are covered
// whole where compareOver of the other tokens are. No set is of data/eval: ways of training may be chosen by what it prints.
func compare(o *options, w, log io.Writer) error {
	t, err := readTexts(o.data)
	if err != nil {
		return err
	}
	curves := map[string][]score{}
	var order []string
	for fold := range o.folds {
		o.fold = fold
		training, _, err := assemble(o, t)
		if err != nil {
			return err
		}
		listed, _ := t.listed()
		o.train.Frequent = t.frequent()
		p, err := learn(o, training, listed, log)
		if err != nil {
			return err
		}
		m, err := names.Build(p)
		if err != nil {
			return err
		}
		sets, err := devSets(o, t)
		if err != nil {
			return err
		}
		for _, s := range sets {
			if curves[s.name] == nil {
				order = append(order, s.name)
				curves[s.name] = make([]score, (compareTo-compareFrom)/compareStep)
			}
			for i := range curves[s.name] {
				curves[s.name][i].add(judgeAll(m, s.list, compareFrom+i*compareStep))
			}
		}
		fmt.Fprintf(log, "fold %d of %d\n", fold+1, o.folds)
	}
	for _, name := range order {
		recall, persons := recallAt(curves[name])
		fmt.Fprintf(w, "%-22s %6d %.4f\n", name, persons, recall)
	}
	return nil
}

// recallAt is the recall where compareOver is covered, between the two biases around it.
func recallAt(curve []score) (recall float64, persons int) {
	for i, s := range curve {
		if s.over() > compareOver {
			before := curve[max(0, i-1)]
			if before.over() >= compareOver {
				return before.recall(), s.persons
			}
			part := (compareOver - before.over()) / (s.over() - before.over())
			return before.recall() + part*(s.recall()-before.recall()), s.persons
		}
	}
	last := curve[len(curve)-1]
	return last.recall(), last.persons
}

// judgeAll judges a model with one bias for persons in all settings.
func judgeAll(m *names.Model, list []train.Example, bias int) (total score) {
	for setting := range names.Settings {
		m = m.WithBias(names.Balanced, setting, names.Person, bias)
	}
	j := newJudge(m)
	call := -1
	var memory *names.Memory
	for i := range list {
		e := list[i]
		if e.Call != call {
			call, memory = e.Call, names.NewMemory()
		}
		if !e.Alone && !e.Context.Written {
			e.Context.Memory = memory
		}
		total.add(j.run(&e))
	}
	return total
}

// devSets are the sets for development: what is generated, with the first fold, the corpora for development, with all folds, and what
// the fold holds out of the others.
func devSets(o *options, t *texts) (sets []devSet, err error) {
	part := func(name string, list []train.Example) {
		var asked, other []train.Example
		for _, e := range list {
			if e.Context.Expect&names.ExpectName != 0 {
				asked = append(asked, e)
			} else {
				other = append(other, e)
			}
		}
		sets = append(sets, devSet{name + ", asked", asked}, devSet{name, other})
	}
	n := sizesOf(o)
	if seed := o.train.Seed + 1; o.fold == 0 {
		part("templates", t.generated(seed, splitDev, n.dev))
		for _, langs := range []string{"en", foreignLangs} {
			calls, err := dialogues(o.data, seed, traffic.Dev, langs, n.devDialogues)
			if err != nil {
				return nil, err
			}
			part("dialogues "+langs[:2], calls)
		}
	}
	held, err := heldOut(o.data)
	if err != nil {
		return nil, err
	}
	for _, c := range corpora {
		list, err := readCorpus(o.data, c.file)
		if err != nil {
			return nil, err
		}
		var cased, lower []train.Example
		rng := rand.New(rand.NewPCG(1, 1))
		for i, e := range list {
			if held[letters(e.Text)] || !c.dev && foldOf(&e, o.folds) != o.fold || o.small && len(cased) == 100 {
				continue
			}
			e.Call, e.Alone = i, true
			b := bare(e, rng.IntN(2) == 0)
			e.Context.Written = true
			cased, lower = append(cased, e), append(lower, b)
		}
		name := c.file[:len(c.file)-len(".tsv")]
		sets = append(sets, devSet{name + " cased", cased}, devSet{name + " lower", lower})
	}
	return sets, nil
}
