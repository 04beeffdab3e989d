package main

import (
	"bytes"
	"compress/gzip"
	"embed"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/sonexlabs/tacet/detectors/names"
)

//go:embed text/*.txt text/*.gz
var files embed.FS

// topic is a section of templates.txt.
type topic struct {
	name      string
	lang      string
	context   names.Context
	weight    int
	templates []string
}

// pool is given names or surnames, by where they come from.
type pool struct {
	byOrigin map[string][]string
	tiers    [4][]string // of the lists, by tier
}

// texts is everything that the generator draws from.
type texts struct {
	topics          []topic
	draw            []int // topics, each as often as it weighs
	lists           map[string][]string
	things          map[string][]string
	origins         []string
	originDraw      []int
	given, surnames *pool
	places          [4][]string
	foreign         map[string][]string // by language and kind, as "de noun"
	function        map[string][]string // frequent words by language
	stop            map[string]bool     // those of English
	homographs      map[string]bool     // names that are words, which are drawn all the same
	english         []string            // words that are not rare, for what recognisers make of names
	open            []string            // words that stand in places for any word
	words           map[string]int      // English words by level, 10 is frequent
	tiers           map[string][3]int   // of given names, surnames and places
}

// originWeights are how often the origins are drawn; others have a weight of 2.
var originWeights = map[string]int{"uk": 8, "us": 8, "india": 5, "southindia": 9, "poland": 4, "homograph": 5}

// readTexts reads what is embedded, and the gazetteer below the folder data.
func readTexts(data string) (*texts, error) {
	t := &texts{lists: map[string][]string{}, things: map[string][]string{}, words: map[string]int{}, tiers: map[string][3]int{}, homographs: map[string]bool{}}
	t.given, t.surnames = &pool{byOrigin: map[string][]string{}}, &pool{byOrigin: map[string][]string{}}
	if err := t.readTemplates(); err != nil {
		return nil, err
	}
	for _, line := range lines("names.txt") {
		f := strings.Fields(line)
		p := t.given
		if f[1] == "last" {
			p = t.surnames
		}
		p.byOrigin[f[0]] = append(p.byOrigin[f[0]], f[2:]...)
		if f[0] == "homograph" {
			for _, w := range f[2:] {
				t.homographs[w] = true
			}
		}
		if f[1] == "given" {
			for range max(originWeights[f[0]], 2) {
				t.originDraw = append(t.originDraw, len(t.origins))
			}
			t.origins = append(t.origins, f[0])
		}
	}
	for _, line := range lines("things.txt") {
		key, rest, _ := strings.Cut(line, " ")
		if strings.Contains(rest, " | ") {
			t.things[key] = strings.Split(rest, " | ")
		} else {
			t.things[key] = strings.Fields(rest)
		}
	}
	t.stop, _ = stopwords()
	t.foreign, t.function = map[string][]string{}, map[string][]string{}
	for _, line := range lines("foreign.txt") {
		f := strings.Fields(line)
		t.foreign[f[0]+" "+f[1]] = append(t.foreign[f[0]+" "+f[1]], f[2:]...)
	}
	for _, line := range lines("stopwords.txt") {
		f := strings.Fields(line)
		t.function[f[0]] = f[1:]
	}
	if err := t.readWords(); err != nil {
		return nil, err
	}
	if data == "" { // the origins' names and made-up ones are enough for tests
		return t, nil
	}
	return t, t.readGazetteer(data)
}

// lines reads an embedded file without its comments.
func lines(name string) (list []string) {
	b, err := files.ReadFile("text/" + name)
	if err != nil {
		return nil
	}
	for line := range strings.Lines(string(b)) {
		if line = strings.TrimRight(line, "\n"); line != "" && line[0] != '#' || strings.HasPrefix(line, "##") {
			list = append(list, line)
		}
	}
	return list
}

func (t *texts) readTemplates() error {
	for _, line := range lines("templates.txt") {
		switch {
		case strings.HasPrefix(line, "## "):
			p, err := parseTopic(line[3:])
			if err != nil {
				return err
			}
			t.topics = append(t.topics, p)
		case line[0] == '@':
			key, rest, _ := strings.Cut(line[1:], " ")
			t.lists[key] = strings.Split(rest, " | ")
		case len(t.topics) == 0:
			return fmt.Errorf("templates.txt: a template before the first section: %q", line)
		default:
			p := &t.topics[len(t.topics)-1]
			p.templates = append(p.templates, strings.ReplaceAll(line, `\n`, "\n"))
		}
	}
	for i, p := range t.topics {
		for range p.weight {
			t.draw = append(t.draw, i)
		}
	}
	return nil
}

func parseTopic(s string) (p topic, err error) {
	f := strings.Fields(s)
	p.name, p.weight = f[0], 1
	for _, kv := range f[1:] {
		switch key, value, _ := strings.Cut(kv, "="); key {
		case "weight":
			if p.weight, err = strconv.Atoi(value); err != nil {
				return p, fmt.Errorf("templates.txt: %q: %w", s, err)
			}
		case "lang":
			p.lang = value
		case "expect":
			p.context.Expect = map[string]names.Expect{"name": names.ExpectName, "address": names.ExpectAddress, "org": names.ExpectOrg, "other": names.ExpectOther}[value]
		case "speaker":
			p.context.Speaker = map[string]names.Speaker{"agent": names.SpeakerAgent, "customer": names.SpeakerCustomer}[value]
		case "channel":
			p.context.Written = value == "doc"
		default:
			return p, fmt.Errorf("templates.txt: unknown key %q", kv)
		}
	}
	return p, nil
}

func (t *texts) readWords() error {
	f, err := files.Open("text/english.txt.gz")
	if err != nil {
		return fmt.Errorf("read words: %w", err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return fmt.Errorf("read words: %w", err)
	}
	b, err := io.ReadAll(z)
	if err != nil {
		return fmt.Errorf("read words: %w", err)
	}
	for line := range bytes.Lines(b) {
		f := strings.Fields(string(line))
		level, err := strconv.Atoi(f[0])
		if err != nil {
			return fmt.Errorf("read words: %w", err)
		}
		for _, w := range f[1:] {
			t.words[w] = level
			if level <= 35 && len(w) > 2 && !t.stop[w] && !t.homographs[w] {
				t.open = append(t.open, w)
			}
			if level > 10 && level <= 50 && len(w) > 2 && len(w) < 9 {
				t.english = append(t.english, w)
			}
		}
	}
	return nil
}

// readGazetteer reads the lists of given names, surnames and places, and adds the origins' names to them.
func (t *texts) readGazetteer(data string) error {
	for i, name := range gazetteerFiles {
		b, err := os.ReadFile(filepath.Join(data, "gazetteer", name))
		if err != nil {
			return fmt.Errorf("read gazetteer: %w", err)
		}
		for line := range strings.Lines(string(b)) {
			word, tier, _ := strings.Cut(strings.TrimSpace(line), "\t")
			n, err := strconv.Atoi(tier)
			if err != nil || n < 1 || n > 3 {
				return fmt.Errorf("read gazetteer: %s: %q has no tier", name, line)
			}
			t.list(i, word, n)
			switch i {
			case 0:
				t.given.tiers[n] = append(t.given.tiers[n], word)
			case 1:
				t.surnames.tiers[n] = append(t.surnames.tiers[n], word)
			case 2:
				t.places[n] = append(t.places[n], word)
			}
		}
	}
	return nil
}

var gazetteerFiles = []string{"given-names.tsv", "surnames.tsv", "places.tsv"}

func (t *texts) list(which int, word string, tier int) {
	e := t.tiers[word]
	e[which] = max(e[which], tier)
	t.tiers[word] = e
}
