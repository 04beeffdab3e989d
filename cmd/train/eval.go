package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/sonexlabs/tacet/detectors/names"
	"github.com/sonexlabs/tacet/detectors/names/train"
	"github.com/sonexlabs/tacet/detectors/scan"
)

// row is a labelled row of data/eval.
type row struct {
	ID, Channel, Text, Hint string
	Turns                   []struct{ Role, Text string }
	Entities                []struct {
		Type, Q, Tag string
		Start, End   int
		Turn         int
	}
}

// score counts how well persons are covered and how much else is.
type score struct {
	persons, covered int
	other, touched   int // tokens of no entity; those that a person or an address covers
}

func (s *score) add(o score) {
	s.persons += o.persons
	s.covered += o.covered
	s.other += o.other
	s.touched += o.touched
}

func (s score) recall() float64 { return float64(s.covered) / float64(max(1, s.persons)) }
func (s score) over() float64   { return float64(s.touched) / float64(max(1, s.other)) }

// judge runs a model over a text. Marks of class Outside are neither persons nor other text.
type judge struct {
	m       *names.Model
	titles  map[string]bool // words that stand before names and are found with them
	text    scan.Text
	lex     *scan.Lexicon
	scratch names.Scratch
	spans   []names.Span
	class   names.Class                          // what is looked for: persons, and where it is another class, that
	misses  func(e *train.Example, m train.Mark) // may be nil
	wrong   func(e *train.Example, start, end int)
}

func newJudge(m *names.Model) *judge {
	titles := map[string]bool{}
	for w, kind := range kinds() {
		if kind == names.KindTitle {
			titles[w] = true
		}
	}
	return &judge{m: m, lex: scan.NewLexicon(nil, 0), class: names.Person, titles: titles}
}

// isTitle says whether token i is a title.
func (j *judge) isTitle(i int) bool {
	k := &j.text.Tokens[i]
	return j.titles[strings.ToLower(string(j.text.Bytes[k.Start:k.End]))]
}

// hides says whether a span of a class hides what is looked for: a person may be found as an address, and the other way
// round, for both are redacted. Places and organisations commonly are not.
func (j *judge) hides(c names.Class) bool {
	redacted := j.class == names.Person || j.class == names.Address
	return redacted && (c == names.Person || c == names.Address) || !redacted && c == j.class
}

func (j *judge) run(e *train.Example) (s score) {
	j.text.Scan([]byte(e.Text), j.lex)
	j.spans = j.m.Find(j.spans[:0], &j.text, &e.Context, &j.scratch)
	hidden, taken := make([]bool, len(j.text.Tokens)), make([]bool, len(j.text.Tokens))
	for _, span := range j.spans {
		for i := span.First; i <= span.Last; i++ {
			hidden[i] = j.hides(span.Class)
			taken[i] = hidden[i] && (j.class == names.Person || span.Class == j.class)
		}
	}
	marked := make([]bool, len(j.text.Tokens))
	for _, m := range e.Marks {
		whole, any := true, false
		for i := range j.text.Tokens {
			start, end := j.text.Source(int(j.text.Tokens[i].Start), int(j.text.Tokens[i].End))
			if start < m.End && m.Start < end {
				marked[i] = true
				any = true
				whole = whole && hidden[i]
			}
		}
		if m.Class == j.class && any {
			s.persons++
			if whole {
				s.covered++
			} else if j.misses != nil {
				j.misses(e, m)
			}
		}
	}
	for i := range hidden {
		if marked[i] {
			continue
		}
		if taken[i] && j.isTitle(i) {
			continue // found with the name behind it
		}
		s.other++
		if taken[i] {
			s.touched++
			if j.wrong != nil {
				j.wrong(e, int(j.text.Tokens[i].Start), int(j.text.Tokens[i].End))
			}
		}
	}
	return s
}

// expectation reads crudely from the turn before what was asked.
func expectation(turn string) names.Expect {
	low := strings.ToLower(turn)
	for _, cue := range []string{"name", "imię", "nazwisk", "naam", "nome", "nombre", "apellido", "votre nom", "heißen", "namn", "navn", "hedder", "heter",
		"llama", "appelez", "chiama", "who am i speaking", "vem talar", "hvem taler", "met wie", "con chi", "z kim", "con quién", "mit wem", "com quem", "à qui", "who is this", "whom", "who should", "who shall"} {
		if strings.Contains(low, cue) {
			return names.ExpectName
		}
	}
	if strings.Contains(low, "address") && !strings.Contains(low, "mail") || strings.Contains(low, "where do you live") {
		return names.ExpectAddress
	}
	if strings.Contains(low, "?") || strings.Contains(low, "proszę") || strings.Contains(low, "please") {
		return names.ExpectOther
	}
	return 0
}

// readRows reads a set of data/eval as examples, one a turn. Entities that aren't persons are marked Outside.
func readRows(data, set string) (list []train.Example, err error) {
	f, err := os.Open(filepath.Join(data, "eval", set+".jsonl"))
	if err != nil {
		return nil, fmt.Errorf("read rows: %w", err)
	}
	defer f.Close()
	in := bufio.NewReaderSize(f, 1<<20)
	for call := 0; ; call++ {
		line, err := in.ReadBytes('\n')
		if err == io.EOF {
			return list, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read rows: %w", err)
		}
		var r row
		if err := json.Unmarshal(line, &r); err != nil {
			return nil, fmt.Errorf("read rows of %s: %w", set, err)
		}
		if r.Hint == "name?" { // may hold a name that isn't marked
			continue
		}
		turns := r.Turns
		if turns == nil {
			turns = append(turns, struct{ Role, Text string }{"", r.Text})
		}
		memory := names.NewMemory()
		asked := names.Expect(0)
		for i, turn := range turns {
			e := train.Example{Text: turn.Text, Call: call, Context: names.Context{Written: r.Channel == "doc" || r.Channel == "log", Memory: memory}}
			switch turn.Role {
			case "agent":
				e.Context.Speaker = names.SpeakerAgent
			case "customer", "caller":
				e.Context.Speaker = names.SpeakerCustomer
				e.Context.Expect = asked
			}
			for _, x := range r.Entities {
				if x.Turn != i {
					continue
				}
				class := names.Outside
				if x.Type == "PERSON" && (x.Q == "" || x.Q == "match") && x.Tag != "public" {
					class = names.Person
				}
				if n := len(e.Marks); n == 0 || e.Marks[n-1].End <= x.Start {
					e.Marks = append(e.Marks, train.Mark{Start: x.Start, End: x.End, Class: class})
				}
			}
			if turn.Role == "agent" {
				asked = expectation(turn.Text)
			}
			list = append(list, e)
		}
	}
}

var sets = []string{"evi_en", "evi_pl", "multidogo", "star", "sgd", "earnings21_asr", "earnings21_ref", "nlupp", "slurp", "hwu64", "presidio_synth",
	"keep_banking77", "keep_clinc150", "nemo_keep", "ner_en_ewt", "ner_en_btc", "ner_en_wnut17", "ner_de_germeval", "ner_de_uner", "ner_da_uner", "ner_pt_uner", "ner_sv_uner", "ner_fr_wikiann"}

// evaluate prints the figures of a model on data/eval: test data, which nothing is chosen by.
func evaluate(w io.Writer, data string, m *names.Model, preset names.Preset, only string, show int) error {
	fmt.Fprintf(w, "%-16s %8s | %s\n", "set", "persons", "own casing: covered, over-redacted | lower, no punctuation: covered, over-redacted")
	for _, set := range sets {
		if only != "" && !strings.Contains(","+only+",", ","+set+",") {
			continue
		}
		list, err := readRows(data, set)
		if err != nil {
			return err
		}
		var own, low score
		for i, total := range []*score{&own, &low} {
			j := newJudge(m)
			shown := 0
			if show > 0 {
				j.misses = func(e *train.Example, m train.Mark) {
					if shown++; shown%13 == 0 && shown/13 <= show {
						fmt.Fprintf(w, "   miss %d: %s >>%s<< %s\n", e.Context.Expect, tail(e.Text[:m.Start]), e.Text[m.Start:m.End], head(e.Text[m.End:]))
					}
				}
				wrongs := 0
				j.wrong = func(e *train.Example, start, end int) {
					if wrongs++; wrongs%7 == 0 && wrongs/7 <= show && end <= len(e.Text) {
						fmt.Fprintf(w, "  wrong %d: %s >>%s<< %s\n", e.Context.Expect, tail(e.Text[:start]), e.Text[start:end], head(e.Text[end:]))
					}
				}
			}
			var memory *names.Memory
			call := -1
			for _, e := range list {
				if e.Call != call {
					call, memory = e.Call, names.NewMemory()
				}
				e.Context.Memory, e.Context.Preset = memory, preset
				if i == 1 {
					e = bare(e, false)
				}
				total.add(j.run(&e))
			}
		}
		fmt.Fprintf(w, "%-16s %8d |   %.3f  %5.2f %%  |   %.3f  %5.2f %%\n", set, own.persons, own.recall(), 100*own.over(), low.recall(), 100*low.over())
	}
	return nil
}

func tail(s string) string { return strings.ReplaceAll(s[max(0, len(s)-60):], "\n", " ") }
func head(s string) string { return strings.ReplaceAll(s[:min(len(s), 40)], "\n", " ") }
