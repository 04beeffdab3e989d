package traffic

import (
	"fmt"
	"slices"
	"strings"
)

// slowReader reads what a dialogue's value says, in the plainest way there is: it tries every reading of every word until one gives
// the value. It knows words by tables of its own.
type slowReader struct {
	phrases map[string][]string // up to four words, and what they may stand for
	fillers []string
	cues    []string // of corrections
}

// digitWords are the words for 0 to 9, and others for 0 after the tenth.
var digitWords = map[string]string{
	"en": "zero one two three four five six seven eight nine oh nought o", "hi": "zero ek do teen chaar paanch chhe saat aath nau shunya",
	"deva": "शून्य एक दो तीन चार पाँच छह सात आठ नौ ज़ीरो", "de": "null eins zwei drei vier fünf sechs sieben acht neun",
	"fr": "zéro un deux trois quatre cinq six sept huit neuf", "es": "cero uno dos tres cuatro cinco seis siete ocho nueve",
	"it": "zero uno due tre quattro cinque sei sette otto nove", "nl": "nul een twee drie vier vijf zes zeven acht negen",
	"pl": "zero jeden dwa trzy cztery pięć sześć siedem osiem dziewięć", "pt": "zero um dois três quatro cinco seis sete oito nove",
	"sv": "noll ett två tre fyra fem sex sju åtta nio nolla", "da": "nul en to tre fire fem seks syv otte ni",
}

// signWords are the signs of addresses in words.
var signWords = map[string]string{
	"at": "@", "at the rate": "@", "at the rate of": "@", "एट": "@", "एट द रेट": "@", "ät": "@", "klammeraffe": "@", "arobase": "@", "arroba": "@", "chiocciola": "@",
	"apenstaartje": "@", "małpa": "@", "snabel-a": "@", "dot": ".", "डॉट": ".", "punkt": ".", "point": ".", "punto": ".", "punt": ".", "kropka": ".", "ponto": ".",
	"punktum": ".", "underscore": "_", "अंडरस्कोर": "_", "unterstrich": "_", "tiret bas": "_", "guion bajo": "_", "trattino basso": "_", "laag streepje": "_",
	"podkreślnik": "_", "understreck": "_", "dash": "-", "hyphen": "-", "डैश": "-", "bindestrich": "-", "tiret": "-", "guion": "-", "trattino": "-", "streepje": "-",
	"myślnik": "-", "hífen": "-", "bindestreck": "-", "bindestreg": "-", "plus": "+", "प्लस": "+",
}

func newSlowReader(lang, voice string) *slowReader {
	r := &slowReader{phrases: map[string][]string{}}
	add := func(phrase, means string) { r.phrases[phrase] = append(r.phrases[phrase], means) }
	table := lang
	if voice == "deva" {
		table = voice
	}
	list := strings.Fields(digitWords[table])
	tg := tongueOf(lang, voice)
	multiples := map[string]int{"double": 2, "triple": 3, "treble": 3, "डबल": 2, "ट्रिपल": 3, "doppel": 2, "doble": 2, "doppio": 2, "dubbel": 2, "dobbelt": 2}
	if lang == "fr" {
		multiples = map[string]int{"double": 2}
	}
	single := func(word, symbol string) {
		add(word, symbol)
		for m, n := range multiples {
			add(m+" "+word, strings.Repeat(symbol, n))
		}
	}
	for i, w := range list {
		digit := fmt.Sprint(i)
		if i > 9 {
			digit = "0"
		}
		single(w, digit)
	}
	for n := 10; n < 100; n++ {
		add(tg.pair(n), fmt.Sprint(n)) // TestNumberWords compares these with examples
	}
	for c := byte('a'); c <= 'z'; c++ {
		single(string(c), string(c))
	}
	for sign, means := range signWords {
		add(sign, means)
	}
	if lang == "en" || lang == "hi" {
		for i, w := range strings.Fields("alpha bravo charlie delta echo foxtrot golf hotel india juliet kilo lima mike november oscar papa quebec romeo sierra tango uniform victor whiskey x-ray yankee zulu") {
			single(w, string(rune('a'+i)))
		}
	}
	r.english(add)
	r.fillers = append(slices.Clone(tg.fillers), "uh", "um", "er", "erm", "hmm", "like", "aa", "actually", "haan")
	for _, cue := range tg.corrections {
		r.cues = append(r.cues, strings.ToLower(cue))
	}
	return r
}

// english adds what only English has: hundreds, numbers of two words in addresses, and what recognisers make of digits.
func (r *slowReader) english(add func(phrase, means string)) {
	ones := strings.Fields("zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen")
	for i, w := range ones {
		add(w, fmt.Sprint(i))
	}
	for i, w := range strings.Fields("twenty thirty forty fifty sixty seventy eighty ninety") {
		add(w, fmt.Sprint((i+2)*10))
		for j := 1; j < 10; j++ {
			add(w+" "+ones[j], fmt.Sprint((i+2)*10+j))
		}
	}
	add("oh", "0")
	add("x ray", "x")
	add("hundred", "00")
	add("thousand", "000")
	for w, d := range map[string]string{"won": "1", "to": "2", "for": "4", "ate": "8"} {
		add(w, d)
		add("double "+w, d+d)
		for _, three := range []string{"triple ", "treble "} {
			add(three+w, d+d+d)
		}
	}
}

// says tells whether text can be read as value. Both are in lower case; value has no spaces.
func (r *slowReader) says(text, value string) bool {
	text = strings.NewReplacer(",", " ", "|", " ").Replace(text)
	tokens := strings.Fields(text)
	seen := map[[2]int]bool{}
	var try func(i, j int) bool
	try = func(i, j int) bool {
		if i == len(tokens) {
			return j == len(value)
		}
		at := [2]int{i, j}
		if seen[at] {
			return false
		}
		seen[at] = true
		for n := min(4, len(tokens)-i); n > 0; n-- {
			phrase := strings.Join(tokens[i:i+n], " ")
			for _, means := range r.phrases[phrase] {
				if strings.HasPrefix(value[j:], means) && try(i+n, j+len(means)) {
					return true
				}
			}
			if slices.Contains(r.fillers, phrase) && try(i+n, j) {
				return true
			}
			if slices.Contains(r.cues, phrase) && r.retract(tokens[:i], value, j, func(k int) bool { return try(i+n, k) }) {
				return true
			}
		}
		if n := asInLength(tokens[i:]); n > 0 && strings.HasPrefix(value[j:], tokens[i]) && try(i+n, j+1) {
			return true
		}
		if n := asInLength(tokens[i+1:]); n > 0 && tokens[i] == "double" {
			if twice := strings.Repeat(tokens[i+1], 2); strings.HasPrefix(value[j:], twice) && try(i+1+n, j+2) {
				return true
			}
		}
		literal := strings.Trim(tokens[i], "().?")
		for _, form := range []string{literal, compactLower(literal), tokens[i]} {
			if form != "" && strings.HasPrefix(value[j:], form) && try(i+1, j+len(form)) {
				return true
			}
		}
		return false
	}
	return try(0, 0) || r.corrected(tokens, value)
}

// retract is for a correction that happened to agree with the value so far.
func (r *slowReader) retract(_ []string, _ string, j int, then func(int) bool) bool {
	for back := 0; back <= min(6, j); back++ {
		if then(j - back) {
			return true
		}
	}
	return false
}

// corrected takes out a cue and up to five words before it.
func (r *slowReader) corrected(tokens []string, value string) bool {
	for i := range tokens {
		for n := 1; n <= 3 && i+n <= len(tokens); n++ {
			if !slices.Contains(r.cues, strings.Join(tokens[i:i+n], " ")) {
				continue
			}
			for back := 1; back <= min(i, 14); back++ {
				rest := append(slices.Clone(tokens[:i-back]), tokens[i+n:]...)
				if r.says(strings.Join(rest, " "), value) {
					return true
				}
			}
		}
	}
	return false
}

// asInLength is the length of "s as in sugar", "b for bravo" and the like.
func asInLength(tokens []string) int {
	for _, link := range [][]string{{"for"}, {"as", "in"}, {"like"}} {
		n := len(link)
		if len(tokens) > n+1 && len(tokens[0]) == 1 && slices.Equal(tokens[1:1+n], link) && strings.HasPrefix(tokens[n+1], tokens[0]) {
			return n + 2
		}
	}
	return 0
}

func compactLower(s string) string { return strings.ToLower(compact(s)) }

// spelledOut are the words that may stand in a text for a value.
func dialForms(value string) []string {
	forms := []string{"+" + value, value}
	for _, code := range []string{"44", "1", "91", "49", "33", "34", "39", "31", "48", "351", "46", "45"} {
		if rest, ok := strings.CutPrefix(value, code); ok {
			forms = append(forms, rest, "0"+rest)
		}
	}
	return forms
}
