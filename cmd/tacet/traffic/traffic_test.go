package traffic

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/detectors"
	"github.com/sonexlabs/tacet/detectors/checksum"
)

// sample is how many messages the tests look at.
const sample = 20_000

func TestSameSeedSameMessages(t *testing.T) {
	a, b, other := New(7), New(7), New(8)
	same := 0
	for range 2000 {
		m := a.Next()
		require.Equal(t, m, b.Next())
		if string(m.Value) == string(other.Next().Value) {
			same++
		}
	}
	require.Zero(t, same)
}

// fields gives the texts an entity may stand in, by field and turn.
func fields(t *testing.T, m Message) map[string]string {
	at := map[string]string{}
	if m.Value[0] != '{' {
		at["/-1"] = string(m.Value)
		return at
	}
	var object map[string]any
	require.NoError(t, json.Unmarshal(m.Value, &object), "%s", m.Value)
	add := func(prefix string, members map[string]any, turn int) {
		for name, v := range members {
			if s, ok := v.(string); ok {
				at[fmt.Sprintf("%s%s/%d", prefix, name, turn)] = s
			}
		}
	}
	turn := -1
	if n, ok := object["turn"].(float64); ok {
		turn = int(n)
	}
	add("", object, turn)
	if headers, ok := object["headers"].(map[string]any); ok {
		add("headers.", headers, -1)
	}
	turns, _ := object["turns"].([]any)
	for i, v := range turns {
		add("turns[].", v.(map[string]any), i)
	}
	return at
}

// TestTruth: what stands at an entity's place is its text, and its text says its value.
func TestTruth(t *testing.T) {
	g := NewWith(1, Options{Whole: 0.05})
	n := 0
	for range sample {
		m := g.Next()
		require.True(t, utf8.Valid(m.Value))
		require.NotContains(t, string(m.Value), "{person}")
		texts := fields(t, m)
		ends := map[string]int{}
		for _, e := range m.Truth {
			field := fmt.Sprintf("%s/%d", e.Field, e.Turn)
			text, ok := texts[field]
			require.True(t, ok, "%s in %s", field, m.Value)
			require.Less(t, e.Start, e.End)
			require.Equal(t, e.Text, text[e.Start:e.End], "%s", m.Value)
			require.GreaterOrEqual(t, e.Start, ends[field], "entities of a field are in order and apart")
			ends[field] = e.End
			_, known := detectors.ParseType(e.Type)
			require.True(t, known, e.Type)
			if e.Group == 0 {
				require.True(t, says(e), "%+v", e)
			}
			n++
		}
	}
	require.Greater(t, n, sample/2)
}

// says tells whether an entity's text, read in the slowest and plainest way, is its value.
func says(e Entity) bool {
	heard := strings.ToLower(e.Text)
	letters := func(s string) string { return strings.ToLower(compact(s)) }
	switch e.Type {
	case "DATE_OF_BIRTH", "DATE":
		if e.Spoken {
			return strings.Contains(heard, days[atoi(e.Value[8:])-1]) && strings.Contains(heard, strings.ToLower(months[atoi(e.Value[5:7])-1]))
		}
		return strings.Contains(heard, e.Value[:4])
	case "PHONE":
		got := strings.TrimLeft(letters(unsay(heard)), "0")
		return strings.HasSuffix(e.Value, got) && len(e.Value)-len(got) <= 2
	case "EMAIL":
		return strings.ReplaceAll(unsay(heard), " ", "") == e.Value
	case "PERSON":
		return letters(ascii(e.Text)) == letters(ascii(e.Value)) || strings.EqualFold(e.Text, e.Value)
	case "ADDRESS":
		if e.Spoken {
			_, street, _ := strings.Cut(e.Value, " ")
			return strings.HasSuffix(heard, street)
		}
	}
	if e.Spoken {
		heard = unsay(heard)
	}
	return letters(heard) == letters(e.Value)
}

// unsay turns spoken digits, letters and signs into written ones.
func unsay(s string) string {
	var out []string
	times := 1
	for _, w := range strings.Fields(s) {
		switch i := slices.Index(ones, w); {
		case w == "double":
			times = 2
			continue
		case w == "triple":
			times = 3
			continue
		case w == "oh":
			w = "0"
		case w == "uh" || w == "um" || w == "er" || w == "plus":
			continue
		case w == "at" || w == "dot" || w == "underscore" || w == "dash":
			w = map[string]string{"at": "@", "dot": ".", "underscore": "_", "dash": "-"}[w]
		case i >= 0:
			w = fmt.Sprint(i)
		case slices.Contains(alphabet, w):
			w = w[:1]
		}
		out = append(out, strings.Repeat(w, times))
		times = 1
	}
	return strings.Join(out, " ")
}

// TestParts: the parts of one identifier, put together, are the identifier, and stand in one call.
func TestParts(t *testing.T) {
	g := NewWith(2, Options{Mix: map[string]int{"transcript": 1}})
	parts := map[string][]Entity{}
	for range sample {
		m := g.Next()
		for _, e := range m.Truth {
			if e.Group > 0 && e.Field == "text" {
				key := fmt.Sprintf("%s/%d", m.Key, e.Group)
				parts[key] = append(parts[key], e)
			}
		}
	}
	whole := 0
	for key, p := range parts {
		if len(p) < 2 {
			continue // the second comes after the sample
		}
		require.Len(t, p, 2, key)
		require.Less(t, p[0].Turn, p[1].Turn)
		require.Equal(t, p[0].Value, p[1].Value)
		got := strings.TrimLeft(compact(unsay(strings.ToLower(p[0].Text+" "+p[1].Text))), "0")
		require.True(t, strings.HasSuffix(p[0].Value, got), "%+v", p)
		whole++
	}
	require.Greater(t, whole, 100)
}

// TestReconcile: every record can be told from every other, and turns of a call come in order.
func TestReconcile(t *testing.T) {
	g := New(3)
	next, seen := map[string]int{}, map[string]bool{}
	rid := regexp.MustCompile(` rid=(req-[0-9a-f]{6}-\d+)$`)
	open := 0
	for range sample {
		m := g.Next()
		var id string
		switch {
		case m.Category == "transcript":
			var r struct {
				Call string `json:"call_id"`
				Turn int    `json:"turn"`
			}
			require.NoError(t, json.Unmarshal(m.Value, &r))
			require.Equal(t, string(m.Key), r.Call)
			require.Equal(t, next[r.Call], r.Turn)
			next[r.Call]++
			if r.Turn == 0 {
				open++
			}
			id = fmt.Sprintf("%s/%d", r.Call, r.Turn)
		case m.Value[0] == '{':
			var r struct {
				ID string `json:"event_id"`
			}
			require.NoError(t, json.Unmarshal(m.Value, &r))
			require.NotEmpty(t, m.Key)
			id = r.ID
		default:
			require.Equal(t, "usage_log", m.Category)
			require.Nil(t, m.Key)
			require.Regexp(t, rid, string(m.Value))
			id = rid.FindStringSubmatch(string(m.Value))[1]
		}
		require.NotEmpty(t, id)
		require.False(t, seen[id], id)
		seen[id] = true
	}
	require.Greater(t, open, 500)
}

func TestVariety(t *testing.T) {
	topics := map[string]bool{}
	for _, e := range readScripts()["topic"] {
		require.False(t, topics[e.subject], "topic %s is there twice", e.subject)
		topics[e.subject] = true
		require.NotEmpty(t, e.turns, e.subject)
	}
	require.GreaterOrEqual(t, len(topics), 60)

	g := New(4)
	categories, types, texts, spoken := map[string]int{}, map[string]int{}, map[string]bool{}, map[string]int{}
	turns, lowerCase, upperCase, clean := 0, 0, 0, 0
	for range sample {
		m := g.Next()
		categories[m.Category]++
		for _, e := range m.Truth {
			types[e.Type]++
			if e.Spoken {
				spoken[e.Type]++
			}
		}
		if m.Category == "transcript" {
			var r struct{ Text string }
			require.NoError(t, json.Unmarshal(m.Value, &r))
			turns++
			texts[r.Text] = true
			switch r.Text {
			case strings.ToLower(r.Text):
				lowerCase++
			case strings.ToUpper(r.Text):
				upperCase++
			}
			if len(m.Truth) == 0 {
				clean++
			}
		}
	}
	for _, name := range Categories() {
		require.Greater(t, categories[name], 50, name)
	}
	for _, typ := range words("PERSON EMAIL PHONE ADDRESS POSTCODE LOCATION ORG DATE_OF_BIRTH DATE AGE CREDIT_CARD CARD_CVV CARD_EXPIRY PIN OTP IBAN " +
		"BANK_ACCOUNT SORT_CODE IP_ADDRESS USERNAME PASSWORD SECRET SESSION_ID VEHICLE_PLATE ACCOUNT_ID ORDER_ID US_SSN UK_NINO IN_AADHAAR IN_PAN " +
		"DE_TAX_ID FR_NIR") {
		require.Greater(t, types[typ], 10, typ)
	}
	for _, typ := range words("PERSON EMAIL PHONE ADDRESS POSTCODE DATE_OF_BIRTH CREDIT_CARD CARD_CVV OTP PIN IBAN SORT_CODE US_SSN UK_NINO IN_AADHAAR IN_PAN") {
		require.Greater(t, spoken[typ], 5, "spoken %s", typ)
	}
	require.Greater(t, len(texts), turns/3)
	require.Greater(t, lowerCase, turns/4)
	require.Greater(t, upperCase, turns/20)
	require.Greater(t, clean, turns/4)
}

// TestEveryScript renders every script, so that none has a slot that nobody fills.
func TestEveryScript(t *testing.T) {
	g := New(5)
	every := [][]exchange{}
	for _, kind := range words("greeting check topic bridge closing") {
		every = append(every, g.scripts[kind])
	}
	require.Len(t, g.scripts, len(every))
	for _, list := range [][]string{billingNotes, prompts, subjects, bodies, logTexts} {
		for _, s := range list {
			every = append(every, []exchange{{s, []turn{{pieces: pieces(s)}}}})
		}
	}
	for _, list := range every {
		for _, e := range list {
			for range 20 {
				c := &call{caller: g.person()}
				for i := range e.turns {
					said := text{field: "text"}
					g.render(&said, c, &e.turns[i], 0.5)
					require.NotEmpty(t, said.buf, e.subject)
					require.NotContains(t, string(said.buf), "{", e.subject)
				}
			}
		}
	}
}

// TestNobodyIsReal: identifiers that could belong to somebody are from ranges that belong to nobody, and valid where such
// numbers can be.
func TestNobodyIsReal(t *testing.T) {
	fictional := map[string]*regexp.Regexp{
		"PHONE":      regexp.MustCompile(`^(447700900\d{3}|442079460\d{3}|441174960\d{3}|1\d{3}55501\d{2}|493023125\d{3}|4917139200\d{2}|3363998\d{4}|33199\d{6})$`),
		"EMAIL":      regexp.MustCompile(`^[a-z0-9._]+@(mail\.)?example\.(com|org|net)$`),
		"IP_ADDRESS": regexp.MustCompile(`^(192\.0\.2\.|198\.51\.100\.|203\.0\.113\.|2001:db8:)`),
		"UK_NINO":    regexp.MustCompile(`^QQ\d{6}[A-D]$`),
		"US_SSN":     regexp.MustCompile(`^(98765432\d|219099999|078051120)$`),
		"IN_PAN":     regexp.MustCompile(`^[A-Z]{3}P[A-Z]0000[A-Z]$`),
	}
	valid := map[string]func([]byte) bool{"CREDIT_CARD": checksum.Luhn, "IN_AADHAAR": checksum.Verhoeff, "IBAN": checksum.Mod97}
	g := New(6)
	for range sample {
		for _, e := range g.Next().Truth {
			if shape := fictional[e.Type]; shape != nil {
				require.Regexp(t, shape, e.Value)
			}
			if check := valid[e.Type]; check != nil {
				require.True(t, check([]byte(e.Value)), "%+v", e)
			}
		}
	}
}

func TestOptions(t *testing.T) {
	g := NewWith(1, Options{Mix: map[string]int{"transcript": 1}, Whole: 1, Lower: -1, Upper: -1, Turns: 40})
	turns := 0
	for range 200 {
		m := g.Next()
		var r struct{ Turns []struct{ Text string } }
		require.NoError(t, json.Unmarshal(m.Value, &r))
		turns += len(r.Turns)
		require.NotEqual(t, strings.ToLower(r.Turns[0].Text), r.Turns[0].Text)
	}
	require.InDelta(t, 40, turns/200, 6)
	g = NewWith(1, Options{Mix: map[string]int{"usage_log": 1}, Lines: -1})
	for range 200 {
		require.Equal(t, byte('{'), g.Next().Value[0])
	}
	g = NewWith(1, Options{Mix: map[string]int{"transcript": 1}, Open: 3})
	calls := map[string]bool{}
	for range 20 {
		calls[string(g.Next().Key)] = true
	}
	require.LessOrEqual(t, len(calls), 6)
	require.PanicsWithValue(t, "traffic: the mix names an unknown category", func() { NewWith(1, Options{Mix: map[string]int{"marketing": 1}}) })
}
