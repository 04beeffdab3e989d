package names_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/detectors/names"
	"github.com/sonexlabs/tacet/detectors/scan"
)

// find gives the spans of a text.
func find(m *names.Model, source string, c *names.Context) (*scan.Text, []names.Span) {
	var text scan.Text
	var s names.Scratch
	text.Scan([]byte(source), scan.NewLexicon(nil, 0))
	return &text, m.Find(nil, &text, c, &s)
}

// say gives what spans cover, by class.
func say(text *scan.Text, spans []names.Span) string {
	var list []string
	for _, s := range spans {
		list = append(list, fmt.Sprintf("%s: %s", s.Class, text.Bytes[text.Tokens[s.First].Start:text.Tokens[s.Last].End]))
	}
	return strings.Join(list, "; ")
}

func load(t testing.TB) *names.Model {
	t.Helper()
	m, err := names.Load()
	require.NoError(t, err)
	return m
}

func TestFind(t *testing.T) {
	m := load(t)
	asked := names.Context{Expect: names.ExpectName, Speaker: names.SpeakerCustomer}
	for _, c := range []struct {
		text string
		c    names.Context
		want string
	}{
		{"yes my name is korila venkatesan", names.Context{}, "person: korila venkatesan"},
		{"Yes, my name is Korila Venkatesan.", names.Context{}, "person: Korila Venkatesan"},
		{"korila", names.Context{}, "person: korila"},
		{"danvela gainesby", asked, "person: danvela gainesby"},
		{"heathen mops", asked, "person: heathen mops"},
		{"my name is fred k laneford and account number is 4758", names.Context{}, "person: fred k laneford"},
		{"our next question comes from the line of dovid smithers with goldman sachs", names.Context{}, "person: dovid smithers; organisation: goldman sachs"},
		{"thanks dovid that's helpful", names.Context{}, "person: dovid"},
		{"I saw Dr. Quillworth on Monday", names.Context{}, "person: Dr. Quillworth"},
		{"this is john uh smithers", names.Context{}, "person: john uh smithers"},
		{"an appointment with Amita Kachruvel, MD at noon", names.Context{}, "person: Amita Kachruvel, MD"},
		{"will you mark the bill as paid in may", names.Context{}, ""},
		{"i want to change my order please", names.Context{}, ""},
		{"hi [PERSON_1] this is [PERSON_2] from [ORG_1]", names.Context{}, ""},
		{"", names.Context{}, ""},
	} {
		text, spans := find(m, c.text, &c.c)
		require.Equal(t, strings.ReplaceAll(c.want, "organisation", "org"), say(text, spans), c.text)
	}
}

// TestUnlisted takes names out of the lists: what stands around them must be enough.
func TestUnlisted(t *testing.T) {
	m := load(t)
	sentences := []string{
		"my name is %s %s", "%s %s speaking how can i help", "this is %s %s calling about my order", "the account is under %s %s",
		"our next question comes from the line of %s %s with evercore", "can i speak to %s %s please", "yes it's %s %s", "hi i'm %s %s",
	}
	given := strings.Fields("oliver charlotte karthik lakshmi zbigniew oluwaseun margaux gretchen declan saoirse")
	last := strings.Fields("henderson venkataraman kowalczyk adeyemi hargreaves lindqvist okonkwo gallagher deshpande zimmermann")
	hashes := map[uint32]bool{}
	lex := scan.NewLexicon(nil, 0)
	for _, w := range append(append([]string{}, given...), last...) {
		word := lex.Lookup([]byte(w))
		require.True(t, m.IsListed(word.Hash), "%s isn't listed to begin with", w)
		hashes[word.Hash] = true
	}
	m = names.Unlisted(m, hashes)
	found, all := 0, 0
	for _, s := range sentences {
		for i := range given {
			name := given[i] + " " + last[(i*3+1)%len(last)]
			text, spans := find(m, fmt.Sprintf(s, given[i], last[(i*3+1)%len(last)]), &names.Context{})
			all++
			if strings.Contains(say(text, spans), "person: "+name) {
				found++
			}
		}
	}
	require.GreaterOrEqual(t, float64(found)/float64(all), 0.95, "%d of %d", found, all)
}

// TestHomographs holds how many words that are also names are taken for names where they are none.
func TestHomographs(t *testing.T) {
	const budget = 0.02 // of all words, in sentences made of such words
	m := load(t)
	b, err := os.ReadFile("testdata/homographs.txt")
	require.NoError(t, err)
	hidden, all := 0, 0
	var wrong []string
	for _, line := range strings.Split(strings.TrimSpace(string(b)), "\n") {
		for _, source := range []string{line, strings.ToLower(strings.NewReplacer(".", "", ",", "", "?", "", "'", "").Replace(line))} {
			text, spans := find(m, source, &names.Context{})
			all += len(text.Tokens)
			for _, s := range spans {
				if s.Class == names.Person || s.Class == names.Address {
					hidden += s.Last - s.First + 1
					wrong = append(wrong, say(text, []names.Span{s})+" in "+source)
				}
			}
		}
	}
	require.Greater(t, all, 1000)
	require.LessOrEqual(t, float64(hidden)/float64(all), budget, "%d of %d: %s", hidden, all, strings.Join(wrong, "\n"))
}

func TestRemembers(t *testing.T) {
	m := load(t)
	memory := names.NewMemory()
	c := names.Context{Memory: memory}
	const later = "the porter took the bags"
	text, spans := find(m, later, &names.Context{})
	require.Empty(t, say(text, spans), "found without memory: the test shows nothing")
	find(m, "hello my name is tunbelo porter", &c)
	require.Equal(t, 2, memory.Len())
	text, spans = find(m, later, &c)
	require.Equal(t, "person: porter", say(text, spans))

	// Within one text, too, and before the place where it is clear.
	text, spans = find(m, later+"\nhello my name is tunbelo porter", &names.Context{})
	require.Equal(t, "person: porter; person: tunbelo porter", say(text, spans))

	// A common word is not remembered.
	find(m, "hello my name is will brown", &c)
	text, spans = find(m, "it will take a while", &c)
	require.Empty(t, say(text, spans))
}

func TestMemoryIsBounded(t *testing.T) {
	a, b := names.NewMemory(), names.NewMemory()
	for h := uint32(1); h <= 1000; h++ {
		a.Add(h)
		a.Add(h)
		require.True(t, a.Has(h))
		require.LessOrEqual(t, a.Len(), 64)
	}
	require.Equal(t, 64, a.Len())
	require.False(t, a.Has(1), "the oldest is forgotten")
	require.True(t, a.Has(1000-63))
	require.False(t, b.Has(1000), "memories share nothing")
}

// TestRedactedIsInert replaces what was found by aliases: nothing more may be found then than before.
func TestRedactedIsInert(t *testing.T) {
	m := load(t)
	for _, source := range []string{
		"my name is korila venkatesan and my wife is danvela venkatesan", "thanks dovid and dovid says hello to mary smithers", "Dr. Quillworth and Mr. Smithers met in Leeds",
	} {
		text, spans := find(m, source, &names.Context{})
		require.NotEmpty(t, spans)
		redacted := source
		for i := len(spans) - 1; i >= 0; i-- {
			redacted = redacted[:text.Tokens[spans[i].First].Start] + fmt.Sprintf("[PERSON_%d]", i+1) + redacted[text.Tokens[spans[i].Last].End:]
		}
		text, spans = find(m, redacted, &names.Context{})
		require.Empty(t, say(text, spans), redacted)
	}
}

func TestFindAllocatesNothing(t *testing.T) {
	m := load(t)
	var text scan.Text
	var s names.Scratch
	memory := names.NewMemory()
	lex := scan.NewLexicon(nil, 0)
	source := []byte("my name is korila venkatesan, i live at 12 rose lane in leeds, thanks tunde \n zxqv wvbn déjà 123 a1")
	spans := make([]names.Span, 0, 16)
	c := names.Context{Memory: memory}
	require.Zero(t, testing.AllocsPerRun(100, func() {
		text.Scan(source, lex)
		spans = m.Find(spans[:0], &text, &c, &s)
	}))
}

func TestLongText(t *testing.T) {
	m := load(t)
	source := strings.Repeat("the order is late and my name is korila venkatesan so please call me. ", 3000)
	text, spans := find(m, source, &names.Context{})
	require.Greater(t, len(spans), 2900)
	for i, s := range spans {
		require.LessOrEqual(t, s.First, s.Last)
		require.Less(t, s.Last, len(text.Tokens))
		require.True(t, i == 0 || spans[i-1].Last < s.First)
		require.InDelta(t, 0.5, s.Confidence, 0.5)
	}
}

func TestManifest(t *testing.T) {
	file, err := os.ReadFile("model.bin")
	require.NoError(t, err)
	const most = 4 << 20
	require.Less(t, len(file), most)
	man, _, err := names.ReadManifest(file)
	require.NoError(t, err)
	require.Equal(t, names.TemplateHash(), man.Templates, "the features are not those of the model: make train")
	require.Len(t, man.Choices, names.Presets*names.Settings*(names.Classes-1))
	for _, c := range man.Choices {
		require.LessOrEqual(t, c.RecallLow, c.Recall)
		require.True(t, c.Class != "person" || c.Recall > 0.8, c.Setting)
	}
}

func TestReadRefuses(t *testing.T) {
	for _, file := range []string{"", "TACETNM\n", "TACETNM\n\xff\xff\xff\xff", "TACETNM\n\x02\x00\x00\x00{}", "something else entirely"} {
		_, err := names.Read([]byte(file))
		require.Error(t, err, "%q", file)
	}
}

func FuzzFind(f *testing.F) {
	m := load(f)
	for _, s := range []string{"my name is korila", "Dr. O'Brien-Smithers, 12 Rose Lane\nLeeds", "[PERSON_1] and [X", "M.D. Ph.D. uh um", "йорк déjà \xff\xfe", "the will of may"} {
		f.Add([]byte(s), uint8(3))
	}
	f.Fuzz(func(t *testing.T, source []byte, how uint8) {
		c := names.Context{Expect: names.Expect(how & 15), Speaker: names.Speaker(how >> 4 & 3), Written: how>>6&1 != 0, Preset: names.Preset(how % 3)}
		text, spans := find(m, string(source), &c)
		last := -1
		for _, s := range spans {
			require.Less(t, last, s.First)
			require.LessOrEqual(t, s.First, s.Last)
			require.Less(t, s.Last, len(text.Tokens))
			require.NotEqual(t, names.Outside, s.Class)
			last = s.Last
		}
		_, again := find(m, string(source), &c)
		require.Equal(t, spans, again)
	})
}

// Words that the filter lets pass are all that the lists call common.
func TestMayBeCommonMissesNone(t *testing.T) {
	m, err := names.Load()
	require.NoError(t, err)
	all, passed, common := names.Hashes(m), 0, 0
	for _, h := range all {
		if is := m.Listing(h).Common >= 5; is {
			common++
			require.True(t, m.MayBeCommon(h))
		}
		if m.MayBeCommon(h) {
			passed++
		}
	}
	require.Greater(t, common, 1000)
	require.Less(t, passed-common, len(all)/10)
}
