package traffic

import (
	"embed"
	"fmt"
	"strings"
)

//go:embed dialogues/*.txt
var dialogueFiles embed.FS

// DialogueLangs are the languages that dialogues are written in. English is there in depth, the others in a few scenes.
func DialogueLangs() []string { return strings.Fields("en hi de fr es it nl pl pt sv da") }

// book holds the scenes of one language and split.
type book struct {
	voices  []string            // as often as they are to be heard
	kinds   map[string][]*scene // open, check, topic, close, keep, whole, chat, doc
	fitting map[string][]*scene // by kind and voice
}

// scene is some turns that belong together.
type scene struct {
	title string
	voice string // "" for all
	lines []line
}

// line is one turn as the file has it: words, [one|or|another], and {slots}.
type line struct {
	agent bool
	asks  bool
	words string
}

// bookVoices are the varieties of a language; without any, its only voice is "".
func bookVoices(lang string) []string {
	switch lang {
	case "en":
		return strings.Fields("uk uk uk us us us us in in in")
	case "hi":
		return strings.Fields("latn latn deva")
	}
	return []string{""}
}

func readBook(lang string, split Split) *book {
	name := fmt.Sprintf("dialogues/%s.%s.txt", lang, split)
	text, err := dialogueFiles.ReadFile(name)
	if err != nil {
		panic("traffic: a language has no file of scenes for a split")
	}
	b := &book{voices: bookVoices(lang), kinds: map[string][]*scene{}, fitting: map[string][]*scene{}}
	b.read(string(text))
	for _, voice := range b.voices {
		for kind, list := range b.kinds {
			key := kind + "/" + voice
			if b.fitting[key] == nil {
				for _, s := range list {
					if s.voice == "" || s.voice == voice {
						b.fitting[key] = append(b.fitting[key], s)
					}
				}
			}
		}
	}
	return b
}

// read takes in a file: "## kind [voice]: title" begins a scene; "A " is the agent, "A? " the agent asking for something, "C "
// the customer; "| " continues a document by a line; "# " is a comment.
func (b *book) read(text string) {
	var s *scene
	for l := range strings.Lines(text) {
		l = strings.TrimRight(l, "\n")
		switch {
		case l == "", strings.HasPrefix(l, "# "):
		case strings.HasPrefix(l, "## "):
			head, title, _ := strings.Cut(l[3:], ": ")
			kind, voice, _ := strings.Cut(head, " ")
			s = &scene{title: title, voice: voice}
			b.kinds[kind] = append(b.kinds[kind], s)
		case strings.HasPrefix(l, "A? "):
			s.lines = append(s.lines, line{agent: true, asks: true, words: l[3:]})
		case strings.HasPrefix(l, "A "):
			s.lines = append(s.lines, line{agent: true, words: l[2:]})
		case strings.HasPrefix(l, "C "):
			s.lines = append(s.lines, line{words: l[2:]})
		case strings.HasPrefix(l, "|"):
			if n := len(s.lines); n > 0 {
				s.lines[n-1].words += "\n" + strings.TrimPrefix(l[1:], " ")
			} else {
				s.lines = append(s.lines, line{words: strings.TrimPrefix(l[1:], " ")})
			}
		default:
			panic("traffic: a line of a scene is neither A, A?, C nor |")
		}
	}
}

// slot is a hole of a line: {name}, {card.last4}, {name/intro}, or words that are an entity themselves: {LOCATION:Reading}.
type slot struct {
	name, mod, kind string
	literal         string
}

func parseSlot(s string) slot {
	if typ, words, ok := strings.Cut(s, ":"); ok && typ == strings.ToUpper(typ) {
		return slot{name: typ, literal: words}
	}
	s, kind, _ := strings.Cut(s, "/")
	name, mod, _ := strings.Cut(s, ".")
	return slot{name: name, mod: mod, kind: kind}
}

// vary draws one of each [one|or|another] of a line. They may stand inside each other.
func (m *maker) vary(s string) string {
	for {
		end := strings.IndexByte(s, ']')
		if end < 0 {
			return strings.NewReplacer(" ?", "?", " ,", ",", " .", ".").Replace(s)
		}
		begin := strings.LastIndexByte(s[:end], '[')
		s = s[:begin] + choose(m, strings.Split(s[begin+1:end], "|")) + s[end+1:]
	}
}
