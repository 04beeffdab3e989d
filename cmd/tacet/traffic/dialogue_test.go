package traffic

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/detectors"
	"github.com/sonexlabs/tacet/detectors/checksum"
)

// some takes the first n dialogues.
func some(n int, seed uint64, split Split, o DialogueOptions) []Dialogue {
	list := make([]Dialogue, 0, n)
	for d := range Dialogues(seed, split, o) {
		if list = append(list, d); len(list) == n {
			break
		}
	}
	return list
}

var splits = []Split{Train, Dev, Test}

func TestSameSeedSameDialogues(t *testing.T) {
	o := DialogueOptions{Langs: DialogueLangs()}
	a := some(300, 7, Dev, o)
	require.Equal(t, a, some(300, 7, Dev, o))
	ids := map[string]bool{}
	for _, list := range [][]Dialogue{a, some(300, 8, Dev, o), some(300, 7, Train, o), some(300, 7, Test, o)} {
		for _, d := range list {
			require.False(t, ids[d.ID], d.ID)
			ids[d.ID] = true
		}
	}
}

// TestSplitsShareNothing: no line of a scene, no word of a name and no seed stands in two splits, nor in the demo's scripts.
func TestSplitsShareNothing(t *testing.T) {
	demo := map[string]bool{}
	for line := range strings.Lines(scriptText) {
		demo[bareLine(line)] = true
	}
	for _, lang := range DialogueLangs() {
		lines, where := map[string]Split{}, map[string]string{}
		for _, split := range splits {
			for _, list := range readBook(lang, split).kinds {
				for _, s := range list {
					for _, l := range s.lines {
						bare := bareLine(l.words)
						if len(strings.Fields(bare)) < 4 {
							continue // "yes", "your name"
						}
						other, seen := lines[bare]
						require.True(t, !seen || other == split, "%s: %q of %q stands in %s and %s (%q)", lang, l.words, s.title, split, other, where[bare])
						require.False(t, demo[bare], "%q stands in the demo's scripts", l.words)
						lines[bare], where[bare] = split, s.title
					}
				}
			}
		}
	}
	names := map[string]Split{}
	for _, split := range splits {
		for _, d := range some(4000, 1, split, DialogueOptions{Langs: append(DialogueLangs(), "en", "en", "en")}) {
			for _, e := range d.Entities {
				if e.Type != "PERSON" {
					continue
				}
				for _, w := range strings.FieldsFunc(e.Value, func(r rune) bool { return r == ' ' || r == '-' }) {
					if len(strings.Trim(w, ".'")) < 5 || w == "della" { // initials, "van der", and the halves of what was parted
						continue
					}
					if other, seen := names[w]; seen {
						require.Equal(t, other.String(), split.String(), "%q in %s", w, d.ID)
					}
					names[w] = split
				}
			}
		}
	}
	require.Greater(t, len(names), 2000)
}

// bareLine is what a line says without slots, alternatives' brackets and marks.
func bareLine(s string) string {
	s = regexp.MustCompile(`\{[^}]*\}`).ReplaceAllString(s, " ")
	return strings.Join(strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return strings.ContainsRune(" .,?!|[]:;\n", r) }), " ")
}

// TestDialogueTruth: what stands at an entity's place says its value, for a slow reader with its own tables.
func TestDialogueTruth(t *testing.T) {
	kinds, types := map[string]int{}, map[string]int{}
	for _, lang := range DialogueLangs() {
		n := 400
		if lang == "en" {
			n = 4000
		}
		for _, split := range splits {
			readers := slowReaders(lang)
			for _, d := range some(n, 3, split, DialogueOptions{Langs: []string{lang}, TurnSplits: 0.3, Fillers: 0.08, Errors: 0.04}) {
				requireSound(t, d)
				for _, x := range joined(d) {
					kinds[x.Kind]++
					types[x.Type]++
					require.True(t, tells(readers, lang, x), "%s: %q is said to be %s %q (%s)", d.ID, x.text, x.Type, x.Value, x.Kind)
				}
			}
		}
	}
	for _, kind := range strings.Fields("intro bare readback spelled partial corrected vocative third signature given") {
		require.Greater(t, kinds[kind], 50, kind)
	}
	for _, typ := range strings.Fields("PERSON EMAIL PHONE ADDRESS POSTCODE LOCATION ORG DATE_OF_BIRTH DATE AGE CREDIT_CARD CARD_CVV CARD_EXPIRY PIN OTP IBAN BANK_ACCOUNT " +
		"SORT_CODE USERNAME PASSWORD IP_ADDRESS VEHICLE_PLATE ACCOUNT_ID ORDER_ID US_SSN UK_NINO UK_NHS IN_AADHAAR IN_PAN DE_TAX_ID FR_NIR") {
		require.Greater(t, types[typ], 20, typ)
	}
}

// requireSound checks what holds for every dialogue.
func requireSound(t *testing.T, d Dialogue) {
	require.NotEmpty(t, d.Turns)
	require.Contains(t, []string{"call", "chat", "doc"}, d.Channel)
	ends := map[int]int{}
	for _, u := range d.Turns {
		require.True(t, utf8.ValidString(u.Text))
		require.NotRegexp(t, `[{}|\[\]]|  |^ | $`, strings.ReplaceAll(u.Text, " | ", " "), d.ID)
		require.Equal(t, d.Channel == "doc", u.Role == "")
	}
	last := 0
	for _, e := range d.Entities {
		require.GreaterOrEqual(t, e.Turn, last)
		last = e.Turn
		text := d.Turns[e.Turn].Text
		require.GreaterOrEqual(t, e.Start, ends[e.Turn], "entities are in order and apart")
		require.Less(t, e.Start, e.End)
		require.LessOrEqual(t, e.End, len(text))
		ends[e.Turn] = e.End
		at := text[e.Start:e.End]
		require.True(t, utf8.ValidString(at))
		require.Equal(t, strings.TrimSpace(at), at)
		require.NotEmpty(t, e.Value)
		_, known := detectors.ParseType(e.Type)
		require.True(t, known, e.Type)
		require.Equal(t, e.Type == "PERSON", e.Origin != "", "%+v", e)
	}
}

// said is an entity with what stands there, in all its turns.
type said struct {
	DialogueEntity
	text string
}

// joined puts the parts of identifiers together.
func joined(d Dialogue) (list []said) {
	for _, e := range d.Entities {
		text := strings.ToLower(d.Turns[e.Turn].Text[e.Start:e.End])
		if i := slices.IndexFunc(list, func(x said) bool { return e.Group > 0 && x.Group == e.Group }); i >= 0 {
			list[i].text += " " + text
			continue
		}
		list = append(list, said{e, text})
	}
	return list
}

// slowReaders are the readers of a language's voices.
func slowReaders(lang string) (list []*slowReader) {
	voices := bookVoices(lang)
	slices.Sort(voices)
	for _, voice := range slices.Compact(voices) {
		list = append(list, newSlowReader(lang, voice))
	}
	return list
}

// tells says whether a text tells its value.
func tells(readers []*slowReader, lang string, x said) bool {
	return slices.ContainsFunc(readers, func(r *slowReader) bool { return tellsIn(r, lang, x) })
}

func tellsIn(r *slowReader, lang string, x said) bool {
	value := strings.ToLower(x.Value)
	switch x.Type {
	case "PERSON":
		if x.Kind == "spelled" {
			return r.says(strings.ReplaceAll(x.text, "-", " "), strings.ToLower(ascii(value))) || strings.ToLower(ascii(value)) == ""
		}
		rest := slices.DeleteFunc(strings.Fields(x.text), func(w string) bool {
			return slices.Contains(r.fillers, w) && !slices.Contains(strings.Fields(value), w)
		})
		return strings.Join(rest, " ") == value
	case "LOCATION", "ORG", "IP_ADDRESS":
		return x.text == value
	case "DATE_OF_BIRTH", "DATE":
		return dated(lang, x)
	case "PHONE":
		if x.Kind == "partial" {
			break
		}
		return slices.ContainsFunc(dialForms(value), func(form string) bool { return r.says(x.text, form) })
	case "ADDRESS":
		return r.says(strings.NewReplacer(".", " ", "-", " ").Replace(x.text), strings.NewReplacer(" ", "", "-", "", ".", "").Replace(value))
	case "EMAIL", "USERNAME", "PASSWORD":
		return r.says(x.text, strings.ReplaceAll(value, " ", ""))
	}
	text := strings.ReplaceAll(x.text, "/", " ")
	return r.says(text, value) || r.says(strings.ReplaceAll(text, "-", " "), value)
}

// dated reads a date: in English day, month and year, elsewhere what is in figures.
func dated(lang string, x said) bool {
	year, month, day := atoi(x.Value[:4]), atoi(x.Value[5:7]), atoi(x.Value[8:])
	text := " " + strings.NewReplacer(",", " ", "/", " ", ".", " ", "-", " ").Replace(x.text) + " "
	for _, f := range strings.Fields("uh um er erm hmm like aa actually haan") {
		text = strings.ReplaceAll(text, " "+f+" ", " ")
	}
	has := func(list ...string) bool {
		return slices.ContainsFunc(list, func(s string) bool { return strings.Contains(text, " "+strings.ToLower(s)+" ") })
	}
	figures := func(n int) []string { return []string{fmt.Sprint(n), fmt.Sprintf("%02d", n), fmt.Sprint(n, th(n))} }
	if lang != "en" {
		tail := fmt.Sprint(year % 100)
		return strings.Contains(text, tail) || strings.Contains(x.text, strings.ToLower(tongueOf(lang, "").pair(year%100))) || lang == "hi"
	}
	small := func(n int) []string {
		return []string{sayTwo(n), "zero " + sayTwo(n), "oh " + sayTwo(n), "nought " + sayTwo(n), ordinalDay(n)}
	}
	y2 := year % 100
	years := []string{fmt.Sprint(year), fmt.Sprintf("%02d", y2), sayTwo(y2), "oh " + sayTwo(y2), "thousand", "hundred"}
	return has(append(figures(day), small(day)...)...) && has(append(append(figures(month), small(month)...), months[month-1])...) && has(years...)
}

// TestNumberWords compares the numbers of languages with examples from grammars.
func TestNumberWords(t *testing.T) {
	for lang, examples := range map[string]string{
		"de": "16 sechzehn; 17 siebzehn; 21 einundzwanzig; 57 siebenundfünfzig; 30 dreißig",
		"fr": "21 vingt et un; 71 soixante et onze; 77 soixante-dix-sept; 80 quatre-vingts; 81 quatre-vingt-un; 91 quatre-vingt-onze; 97 quatre-vingt-dix-sept",
		"es": "16 dieciséis; 22 veintidós; 31 treinta y uno; 99 noventa y nueve", "it": "21 ventuno; 28 ventotto; 41 quarantuno; 63 sessantatre",
		"nl": "22 tweeëntwintig; 33 drieëndertig; 48 achtenveertig", "pl": "19 dziewiętnaście; 45 czterdzieści pięć", "pt": "19 dezanove; 31 trinta e um",
		"sv": "21 tjugoett; 73 sjuttiotre", "da": "57 syvoghalvtreds; 93 treoghalvfems", "hi": "25 pachees; 39 untalis; 79 unasi; 99 ninyanve", "en": "40 forty; 99 ninety nine",
	} {
		for example := range strings.SplitSeq(examples, "; ") {
			n, word, _ := strings.Cut(example, " ")
			require.Equal(t, word, tongueOf(lang, "latn").pair(atoi(n)), lang)
		}
	}
	require.Equal(t, "सैंतालीस", tongueOf("hi", "deva").pair(47))
	require.Equal(t, "निन्यानवे", tongueOf("hi", "deva").pair(99))
}

func TestDialogueCheckDigits(t *testing.T) {
	valid := map[string]func([]byte) bool{"CREDIT_CARD": checksum.Luhn, "IN_AADHAAR": checksum.Verhoeff, "IBAN": checksum.Mod97, "DE_TAX_ID": checksum.Mod11_10}
	whole, lost := 0, 0
	for _, split := range splits {
		for _, d := range some(8000, 4, split, DialogueOptions{Langs: words("en en en hi de nl fr es it pl pt sv da")}) {
			for _, e := range d.Entities {
				check := valid[e.Type]
				switch {
				case check == nil || e.Kind == "partial":
				case e.Lost:
					lost++
				default:
					require.True(t, check([]byte(e.Value)), "%+v in %s", e, d.ID)
					whole++
				}
			}
		}
	}
	require.Greater(t, whole, 2000)
	require.Greater(t, lost, 10)
}

// TestDialoguesOfNobody: identifiers come from ranges that belong to nobody.
func TestDialoguesOfNobody(t *testing.T) {
	fictional := map[string]*regexp.Regexp{
		"PHONE":   regexp.MustCompile(`^(447700900\d{3}|442079460\d{3}|441(13|14|17|61)4960\d{3}|441632960\d{3}|4428964960?6?\d{3}|442920180\d{3}|1\d{3}55501\d{2}|9150\d{8}|49(3023125|2214710|4066969|6990009)\d{3}|4917139200\d{2}|33(63998|19900|26191|35301|46571|53649)\d{4}|345\d{8}|39300\d{7}|31600\d{6}|4840\d{7}|35194\d{7}|46(701740|84650|31390|40628)\d{3,5}|451\d{7})$`),
		"UK_NINO": regexp.MustCompile(`^QQ\d{6}[A-D]$`), "US_SSN": regexp.MustCompile(`^(98765432\d|219099999|078051120|666\d{6})$`),
		"IN_PAN": regexp.MustCompile(`^[A-Z]{3}P[A-Z]0000[A-Z]$`), "UK_NHS": regexp.MustCompile(`^999\d{7}$`), "IN_AADHAAR": regexp.MustCompile(`^9999\d{8}$`),
		"IP_ADDRESS": regexp.MustCompile(`^(192\.0\.2\.|198\.51\.100\.|203\.0\.113\.)`),
	}
	mail := regexp.MustCompile(`@((mail|post)\.)?example(\.(com|org|net|co\.uk))?$`)
	for _, d := range some(15_000, 5, Train, DialogueOptions{Langs: append(DialogueLangs(), "en", "en", "en", "en")}) {
		for _, e := range d.Entities {
			if e.Lost || e.Kind == "partial" {
				continue
			}
			if shape := fictional[e.Type]; shape != nil {
				require.Regexp(t, shape, e.Value, "%+v", e)
			}
			if e.Type == "EMAIL" && !e.Spoken {
				require.Regexp(t, mail, e.Value)
			}
		}
	}
}

func TestDialogueOptions(t *testing.T) {
	for _, d := range some(3000, 6, Train, DialogueOptions{Langs: DialogueLangs(), Keep: 1}) {
		require.Empty(t, d.Entities, d.ID)
	}
	split, prompted, docs, low := 0, 0, 0, 0
	for _, d := range some(1000, 6, Train, DialogueOptions{TurnSplits: -1, Unprompted: 1, Docs: -1, Keep: -1, Lower: -1, Upper: -1, Fillers: -1, Errors: -1}) {
		for _, e := range d.Entities {
			split += e.Group
			if e.Prompted {
				prompted++
			}
		}
		for _, u := range d.Turns {
			require.Equal(t, "customer", u.Role)
		}
	}
	require.Zero(t, split)
	require.Zero(t, prompted)
	for _, d := range some(2000, 6, Train, DialogueOptions{Docs: 1, Keep: -1, Lower: 1}) {
		require.Equal(t, "doc", d.Channel)
		docs++
	}
	require.Equal(t, 2000, docs)
	for _, d := range some(1000, 6, Test, DialogueOptions{Docs: -1, Unprompted: -1, Lower: 1}) {
		if d.Channel == "call" {
			for _, u := range d.Turns {
				require.Equal(t, strings.ToLower(u.Text), u.Text)
				low++
			}
		}
	}
	require.Greater(t, low, 1000)
	require.Panics(t, func() { some(1, 1, Train, DialogueOptions{Langs: []string{"tlh"}}) })
}

// TestDialogueVariety: scenes there are enough, and none is dead; people hesitate, lose digits, split and correct numbers.
func TestDialogueVariety(t *testing.T) {
	scenes := 0
	for _, split := range splits {
		m := newMaker(9, split, DialogueOptions{})
		played := map[*scene]bool{}
		for range 8000 {
			m.dialogue()
			for s := range m.talk.played {
				played[s] = true
			}
		}
		for kind, list := range m.books["en"].kinds {
			for _, s := range list {
				require.True(t, played[s], "%s: %s: %s is never played", split, kind, s.title)
			}
			scenes += len(list)
		}
	}
	require.GreaterOrEqual(t, scenes, 250)
	for _, lang := range DialogueLangs() {
		m := newMaker(10, Test, DialogueOptions{Langs: []string{lang}})
		for range 1000 {
			m.dialogue()
		}
	}
	calls := some(5000, 9, Train, DialogueOptions{Names: smallLists(t)})
	count := func(of func(Dialogue) bool) (n int) {
		for _, d := range calls {
			if of(d) {
				n++
			}
		}
		return n
	}
	entity := func(is func(DialogueEntity) bool) func(Dialogue) bool {
		return func(d Dialogue) bool { return slices.ContainsFunc(d.Entities, is) }
	}
	require.InDelta(t, 0.12, float64(count(func(d Dialogue) bool { return len(d.Entities) == 0 }))/5000, 0.06)
	require.Greater(t, count(entity(func(e DialogueEntity) bool { return e.Group > 0 })), 200)
	require.Greater(t, count(entity(func(e DialogueEntity) bool { return e.Kind == "corrected" })), 30)
	require.Greater(t, count(entity(func(e DialogueEntity) bool { return e.Lost })), 20)
	for _, origin := range words("us+listed us+unlisted uk+listed uk+unlisted in+listed in+unlisted eu+listed eu+unlisted af+listed af+unlisted any+listed") {
		require.Greater(t, count(entity(func(e DialogueEntity) bool { return e.Origin == origin })), 10, origin)
	}
}

// smallLists are lists of names as a user may have them, with the package's own names in them so that these count as listed.
func smallLists(t *testing.T) *NameLists {
	dir := t.TempDir()
	given, last := map[string]bool{}, map[string]bool{}
	for _, split := range splits {
		for _, o := range newNameStock(split, nil).origins {
			for _, w := range o[givenName] {
				given[strings.ToLower(w)] = true
			}
			for _, w := range o[lastName] {
				last[strings.ToLower(w)] = true
			}
		}
	}
	write := func(name string, list map[string]bool) {
		var b strings.Builder
		i := 0
		for w := range list {
			fmt.Fprintf(&b, "%s\t%d\n", w, 1+i%3)
			i++
		}
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(b.String()), 0o600))
	}
	write("given-names.tsv", given)
	write("surnames.tsv", last)
	write("places.tsv", map[string]bool{"arborfield": true, "bexhill": true, "corsham": true, "dunster": true, "evesham": true, "falmouth": true, "glossop": true,
		"hexham": true, "ilkley": true, "jarrow": true, "keswick": true, "ludlow": true, "malvern": true, "nantwich": true, "oakham": true, "penrith": true,
		"quorn": true, "ripley": true, "settle": true, "thirsk": true, "ulverston": true, "ventnor": true, "whitby": true, "yeovil": true})
	lists, err := ReadNameLists(dir)
	require.NoError(t, err)
	return lists
}

func TestReadNameLists(t *testing.T) {
	_, err := ReadNameLists(t.TempDir())
	require.ErrorContains(t, err, "read name lists")
	dir := t.TempDir()
	for _, name := range []string{"given-names.tsv", "surnames.tsv", "places.tsv"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte("o'brien\t2\nada\t4\n"), 0o600))
	}
	_, err = ReadNameLists(dir)
	require.ErrorIs(t, err, errNameList)
	require.ErrorContains(t, err, ".tsv:2")
	require.Equal(t, "O'Brien", titled("o'brien"))
	require.Equal(t, "Smith-Jones", titled("smith-jones"))
	require.Equal(t, "McLeod", titled("mcleod"))
}

func TestDialogueRow(t *testing.T) {
	call, doc := false, false
	for _, d := range some(300, 1, Train, DialogueOptions{Docs: 0.3}) {
		var row struct {
			ID, Lang, Channel string
			Text              *string
			Turns             []DialogueTurn
			Entities          []struct {
				Type, Value, Kind string
				Turn, Start, End  int
				Tags              []string
			}
		}
		line, err := json.Marshal(d)
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(line, &row))
		require.Len(t, row.Entities, len(d.Entities))
		if d.Channel == "doc" {
			require.Equal(t, d.Turns[0].Text, *row.Text)
			require.Empty(t, row.Turns)
			doc = true
			continue
		}
		require.Nil(t, row.Text)
		require.Equal(t, d.Turns, row.Turns)
		for i, e := range d.Entities {
			require.Equal(t, []any{e.Turn, e.Start, e.End, e.Value}, []any{row.Entities[i].Turn, row.Entities[i].Start, row.Entities[i].End, row.Entities[i].Value})
			require.Contains(t, row.Entities[i].Tags, e.Kind)
		}
		call = true
	}
	require.True(t, call && doc)
}
