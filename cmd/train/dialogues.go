package main

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/sonexlabs/tacet/cmd/tacet/traffic"
	"github.com/sonexlabs/tacet/detectors/names"
	"github.com/sonexlabs/tacet/detectors/names/train"
)

// dialogueLangs are the languages of the dialogues that are learnt from, each as often as it stands here.
const dialogueLangs = "en en en en en en en en en en hi hi de fr es it nl pl pl pt sv da"

// foreignLangs are those that the thresholds for other languages are chosen on.
const foreignLangs = "de fr es it nl pl pt sv da"

var dialogueClasses = map[string]names.Class{"PERSON": names.Person, "LOCATION": names.Location, "ORG": names.Org, "ADDRESS": names.Address}

// dialogues gives the turns of n dialogues of a split, each with what was asked before it. Without data their names are those of the generator.
func dialogues(data string, seed uint64, split traffic.Split, langs string, n int) (list []train.Example, err error) {
	var lists *traffic.NameLists
	if data != "" {
		if lists, err = traffic.ReadNameLists(filepath.Join(data, "gazetteer")); err != nil {
			return nil, fmt.Errorf("read names for dialogues: %w", err)
		}
	}
	call := 0
	for d := range traffic.Dialogues(seed, split, traffic.DialogueOptions{Langs: strings.Fields(langs), Names: lists}) {
		if call == n {
			break
		}
		list = append(list, turns(&d, call)...)
		call++
	}
	return list, nil
}

// turns gives the turns of a dialogue.
func turns(d *traffic.Dialogue, call int) []train.Example {
	list := make([]train.Example, len(d.Turns))
	asked := names.Expect(0)
	for i, turn := range d.Turns {
		e := train.Example{Text: turn.Text, Call: call, Foreign: d.Lang != "en", Context: names.Context{Written: d.Channel == "doc"}}
		switch turn.Role {
		case "agent":
			e.Context.Speaker = names.SpeakerAgent
			asked = expectation(turn.Text)
		case "customer":
			e.Context.Speaker, e.Context.Expect = names.SpeakerCustomer, asked
		}
		list[i] = e
	}
	for _, x := range d.Entities {
		// What is personal data of another kind is marked as outside: it is no person, and to redact it is no harm.
		e := &list[x.Turn]
		e.Marks = append(e.Marks, train.Mark{Start: x.Start, End: x.End, Class: dialogueClasses[x.Type]})
	}
	return list
}
