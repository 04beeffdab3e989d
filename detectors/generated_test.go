package detectors

import (
	"bytes"
	"cmp"
	"encoding/json"
	"flag"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the generated sets to testdata/eval")

// The generated sets: numbers of the catalogue and values of testdata/cases in sentences, with words beside them and
// alone; with a wrong check digit; and what must be kept. They measure detection where there is no labelled data.
const (
	setWords  = "generated_words"
	setAlone  = "generated_alone"
	setBroken = "generated_broken"
	setKeep   = "generated_keep"
)

// genRow is a row of a generated set.
type genRow struct {
	ID       string      `json:"id"`
	Channel  string      `json:"channel"`
	Text     string      `json:"text,omitempty"`
	Turns    []genTurn   `json:"turns,omitempty"`
	Entities []genEntity `json:"entities"`
}

type genTurn struct {
	Role string `json:"role"`
	Text string `json:"text"`
}

type genEntity struct {
	Type  string `json:"type"`
	Turn  int    `json:"turn,omitempty"`
	Start int    `json:"start"`
	End   int    `json:"end"`
}

// The sentences: "W" is the word, "N" the number.
var (
	genSentences = map[string][]string{
		"":   {"my W is N, thanks", "N is my W", "W: N", "yes so the W that I have here is N I think", "sure, W N, anything else?"},
		"at": {"meine W lautet N", "die W ist N, danke"}, "de": {"meine W lautet N", "die W ist N, danke"},
		"fr": {"mon W est le N", "voici W : N, merci"}, "lu": {"mon W est le N"}, "be": {"mijn W is N", "mon W est le N"},
		"es": {"mi W es N", "el W es el N, gracias"}, "it": {"il mio W è N", "ecco W: N, grazie"}, "nl": {"mijn W is N", "het W is N, bedankt"},
		"pt": {"o meu W é N"}, "pl": {"mój W to N"}, "cz": {"moje W je N"}, "sk": {"moje W je N"}, "ro": {"W este N"}, "hu": {"a W: N"},
		"se": {"mitt W är N"}, "dk": {"mit W er N"}, "fi": {"W on N"}, "ee": {"minu W on N"}, "lv": {"mans W ir N"}, "lt": {"mano W yra N"},
		"gr": {"W μου είναι N"}, "cy": {"W μου είναι N"}, "bg": {"W е N"}, "hr": {"moj W je N"}, "si": {"moja W je N"}, "mt": {"W tiegħi hija N"},
		"in": {"mera W N hai"},
	}
	genAlone     = []string{"N", "hello, N please", "ok N thank you"}
	genQuestions = []string{"Could you give me your W?", "And the W, please?"}
)

// genWords are the words beside values that are found by code of their own. Types that nothing but words tells are not
// tried alone.
var genWords = map[Type]struct {
	words string
	alone bool
}{
	Email: {"e-mail address, email", true}, Phone: {"phone number, mobile, telephone", true}, IPAddress: {"IP address, client", true},
	MACAddress: {"MAC address", true}, URL: {"link", true}, IBAN: {"IBAN, account", true}, CreditCard: {"card number, credit card", true},
	CardCVV: {"CVV, security code", false}, CardExpiry: {"expiry date", false}, PIN: {"PIN", false}, OTP: {"one-time code, OTP", false},
	BankAccount: {"bank account number", false}, AccountID: {"account number, customer number", false}, Password: {"password", false},
	Secret: {"api key, token", true}, SessionID: {"session id", false}, DateOfBirth: {"date of birth, birthday", false},
	USSSN: {"social security number, SSN", true}, USITIN: {"ITIN, taxpayer id", true}, UKNINO: {"national insurance number, NINO", true},
	INAadhaar: {"Aadhaar number", true}, INPAN: {"PAN, PAN card", true}, INUPI: {"UPI id", true}, BIC: {"BIC, SWIFT code", true},
	CryptoAddress: {"bitcoin address, wallet", true}, Coordinates: {"coordinates, location", true}, IMEI: {"IMEI", true}, IMSI: {"IMSI", false},
	ICCID: {"ICCID, SIM number", true}, SIPURI: {"SIP address", true}, DeviceID: {"device id, advertising id", false}, Username: {"user name, login", false}, OrderID: {"order number", false},
	VIN: {"VIN, chassis number", true}, VehiclePlate: {"number plate, registration", false}, Postcode: {"postcode, zip code", false},
	SortCode: {"sort code", false}, Date: {"date", true},
}

// generator makes the rows.
type generator struct {
	r    *rand.Rand
	sets map[string][]genRow

	channel string // of what follows, but for answers
}

// hashOf tells names apart.
func hashOf(name string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(name))
	return h.Sum64()
}

// seed begins anew, so that what is generated for one type doesn't change with the others.
func (g *generator) seed(name string) {
	g.r = rand.New(rand.NewPCG(hashOf(name), 4))
}

// sentence adds a row with a number in a sentence, or as the answer to a question. A row keeps its id whatever else is drawn.
func (g *generator) sentence(set, kind, detector, text, word, number string, answer bool) {
	row := genRow{ID: fmt.Sprintf("%s-%s-%08x", detector, kind, uint32(hashOf(text+word+number))), Channel: g.channel}
	turn := 0
	if answer {
		turn = 1
		row.Channel = "call"
		row.Turns = []genTurn{{"agent", strings.ReplaceAll(text, "W", word)}, {"customer", number}}
		text = "N"
	}
	before, after, _ := strings.Cut(text, "N")
	before, after = strings.ReplaceAll(before, "W", word), strings.ReplaceAll(after, "W", word)
	if !answer {
		row.Text = before + number + after
	}
	row.Entities = []genEntity{{kind, turn, len(before), len(before) + len(number)}}
	g.sets[set] = append(g.sets[set], row)
}

// grouped sets the groups of a form apart.
func (g *generator) grouped(f *form, number string) string {
	separators := []string{" ", "-", "."}
	if f == nil || f.breaks == 0 || g.r.IntN(2) == 0 {
		return number
	}
	sep := separators[g.r.IntN(len(separators))]
	var b strings.Builder
	for i := range len(number) {
		if f.breaks>>i&1 != 0 {
			b.WriteString(sep)
		}
		b.WriteByte(number[i])
	}
	return b.String()
}

// identifier adds the rows of an identifier that is known by its form.
func (g *generator) identifier(detector string, id *identifier) {
	g.seed(detector + id.name + id.forms)
	forms, _ := compileForms(id.forms)
	numbers := strings.Fields(id.examples) // no others: a number that merely fits may be somebody's
	words := strings.Split(id.words, ",")
	pick := func() (number, word string) {
		number = numbers[g.r.IntN(len(numbers))]
		return g.grouped(formOf(forms, number), number), strings.TrimSpace(words[g.r.IntN(len(words))])
	}
	country, _, _ := strings.Cut(strings.ToLower(id.name), "_")
	sentences := append(slices.Clone(genSentences[""]), genSentences[country]...)
	g.r.Shuffle(len(sentences), func(i, k int) { sentences[i], sentences[k] = sentences[k], sentences[i] })
	for i := range 4 {
		number, word := pick()
		g.sentence(setWords, id.name, detector, sentences[i], word, number, false)
	}
	for i := range 2 {
		number, word := pick()
		g.sentence(setWords, id.name, detector, genQuestions[i], word, number, true)
	}
	for i := range 3 {
		number, _ := pick()
		g.sentence(setAlone, id.name, detector, genAlone[i], "", number, false)
	}
	if id.check == nil {
		return
	}
	for n := range 2 {
		_, word := pick()
		number := []byte(numbers[g.r.IntN(len(numbers))])
		for range 50 {
			i := g.r.IntN(len(number))
			if number[i] <= '9' {
				number[i] = byte('0' + g.r.IntN(10))
			}
			if f := formOf(forms, string(number)); f != nil && !id.accepts(string(number)) {
				g.sentence(setBroken, id.name, detector, sentences[n], word, g.grouped(f, string(number)), false)
				break
			}
		}
	}
}

// coded adds the rows of a type that is found by code of its own, with the values of testdata/cases. Which values, and in which words, is
// told by a hash of each: one more case changes the rows of one value at most.
func (g *generator) coded(kind Type, detector string, values []string, said map[string]bool) {
	how, ok := genWords[kind]
	if !ok {
		return
	}
	drawn := func(value string) *rand.Rand {
		g.seed(detector + kind.String() + value)
		return g.r
	}
	slices.SortFunc(values, func(a, b string) int { return cmp.Compare(drawn(a).Uint64(), drawn(b).Uint64()) })
	words := strings.Split(how.words, ",")
	for _, value := range values[:min(len(values), 16)] {
		r := drawn(value)
		word := strings.TrimSpace(words[r.IntN(len(words))])
		g.channel = "chat"
		if said[value] {
			g.channel = "call"
		}
		g.sentence(setWords, kind.String(), detector, genSentences[""][r.IntN(len(genSentences[""]))], word, value, false)
		if r.IntN(3) == 0 {
			g.sentence(setWords, kind.String(), detector, genQuestions[r.IntN(len(genQuestions))], word, value, true)
		}
		if how.alone {
			g.sentence(setAlone, kind.String(), detector, genAlone[r.IntN(len(genAlone))], "", value, false)
		}
	}
}

// keep adds what looks like identifiers and is none.
func (g *generator) keep() {
	g.seed(setKeep)
	hex := func(n int) string {
		var b strings.Builder
		for range n {
			b.WriteByte("0123456789abcdef"[g.r.IntN(16)])
		}
		return b.String()
	}
	uuid := func() string { return hex(8) + "-" + hex(4) + "-4" + hex(3) + "-a" + hex(3) + "-" + hex(12) }
	n := func(digits int) string {
		var b strings.Builder
		b.WriteByte(byte('1' + g.r.IntN(9)))
		for range digits - 1 {
			b.WriteByte(byte('0' + g.r.IntN(10)))
		}
		return b.String()
	}
	two := func(below int) string { return fmt.Sprintf("%02d", g.r.IntN(below)) }
	add := func(channel, format string, args ...any) {
		g.sets[setKeep] = append(g.sets[setKeep], genRow{
			ID: fmt.Sprintf("keep-%d", len(g.sets[setKeep])), Channel: channel, Text: fmt.Sprintf(format, args...), Entities: []genEntity{},
		})
	}
	for range 6 {
		add("chat", "that comes to %s,%s.%s euro in total", n(1), n(3), two(100))
		add("chat", "the invoice was over $%s, not %s", n(4), n(3))
		add("chat", "we have about %s customers and %s orders a day", n(6), n(4))
		add("chat", "it is version %s.%s.%s that fails", n(1), n(2), n(1))
		add("chat", "can we meet at %s:%s in room %s?", two(24), two(60), n(3))
		add("chat", "the parcel weighs %s.%s kg and is %s cm long", n(1), n(2), n(2))
		add("chat", "see pages %s to %s of volume %s", n(2), n(3), n(1))
		add("chat", "part %s-%s is out of stock", strings.ToUpper(hex(3)), n(4))
		add("call", "I waited for %s minutes and was put through %s times", n(2), n(1))
		add("call", "the fee is %s point five per cent of %s", n(1), n(4))
		add("log", "20%s-0%s-1%sT%s:%s:%s.%sZ INFO took %s ms", two(30), n(1), two(9)[1:], two(24), two(60), two(60), n(3), n(4))
		add("log", "request_id=%s status=200 bytes=%s duration=%sms", uuid(), n(5), n(3))
		add("log", "commit %s merged into release-%s.%s", hex(40), n(1), n(2))
		add("log", "trace=%s span=%s offset=%s lag=%s", hex(32), hex(16), n(9), n(5))
		add("log", "GET /v2/items/%s?page=%s HTTP/1.1 200 %s", n(4), n(2), n(5))
		add("log", "ts=17%s worker=%s queue=%s heap=%s", n(8), n(2), n(4), n(8))
		add("doc", "sha256:%s", hex(64))
		add("doc", "section %s.%s.%s, table %s", n(1), n(1), n(2), n(2))
	}
}

// generated makes the sets. They are the same as long as the catalogue and the cases are.
func generated(t testing.TB) map[string][]genRow {
	t.Helper()
	g := &generator{sets: map[string][]genRow{}, channel: "chat"}
	for _, list := range countries {
		for i := range list.ids {
			g.identifier(list.name, &list.ids[i])
		}
	}
	values, said := map[Type][]string{}, map[string]bool{}
	for _, turns := range readCases(t) {
		if strings.HasPrefix(turns[0].where, "decode.txt") {
			continue // values as they are escaped in their place
		}
		in := map[Type]int{} // turns that have a type: more than one may hold pieces of a value
		for _, c := range turns {
			of := map[Type]bool{}
			for _, w := range c.want {
				if !of[w.Type] {
					of[w.Type] = true
					in[w.Type]++
				}
			}
		}
		for _, c := range turns {
			for _, w := range c.want {
				if in[w.Type] > 1 {
					continue
				}
				if v := c.text[w.Start:w.End]; !slices.Contains(values[w.Type], v) && len(v) < 120 {
					values[w.Type] = append(values[w.Type], v)
					said[v] = c.in.Channel == ChannelCall
				}
			}
		}
	}
	for _, e := range catalog() {
		for _, kind := range e.types {
			g.coded(kind, e.name, values[kind], said)
		}
	}
	g.keep()
	return g.sets
}

// TestGeneratedSets says that the sets in testdata/eval have rows for everything that is described, and writes them anew
// with -update, which make eval does first.
func TestGeneratedSets(t *testing.T) {
	have := map[string]bool{}
	for set, rows := range generated(t) {
		var b bytes.Buffer
		out := json.NewEncoder(&b)
		out.SetEscapeHTML(false)
		for i := range rows {
			require.NoError(t, out.Encode(&rows[i]))
			for _, e := range rows[i].Entities {
				have[e.Type] = true
				text := rows[i].Text
				if rows[i].Turns != nil {
					text = rows[i].Turns[e.Turn].Text
				}
				require.True(t, utf8.ValidString(text[e.Start:e.End]))
				require.False(t, strings.ContainsFunc(text[e.Start:e.Start+1], unicode.IsSpace))
			}
		}
		name := filepath.Join("..", "testdata", "eval", set+".jsonl")
		if *update {
			require.NoError(t, os.WriteFile(name, b.Bytes(), 0o644))
		}
		file, err := os.ReadFile(name)
		require.NoError(t, err)
		require.NotEmpty(t, file)
	}
	for _, list := range countries {
		for i := range list.ids {
			require.True(t, have[list.ids[i].name], "%s has no rows: go test ./detectors -run TestGeneratedSets -update", list.ids[i].name)
		}
	}
}
