package rules

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dlclark/regexp2/v2"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

const samples = "../../testdata/rules"

// TestMain stops the clock of regexp2, a goroutine that ends by itself a second after the last search, and then looks for
// any other.
func TestMain(m *testing.M) {
	code := m.Run()
	regexp2.StopTimeoutClock()
	if err := goleak.Find(); code == 0 && err != nil {
		_, _ = os.Stderr.WriteString(err.Error())
		code = 1
	}
	os.Exit(code)
}

// luhn is the check of card numbers.
func luhn(digits []byte) bool {
	sum := 0
	for i := range digits {
		d := int(digits[len(digits)-1-i] - '0')
		if d > 9 {
			return false
		}
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return len(digits) > 1 && sum%10 == 0
}

func testOptions() Options {
	return Options{
		Types: func(name string) bool {
			return strings.Contains(" CUSTOM ACCOUNT_ID PHONE POSTCODE PERSON SECRET ", " "+name+" ")
		},
		Timeout:    10 * time.Second, // longer than a busy machine makes anything wait
		Validators: map[string]func([]byte) bool{"luhn": luhn},
	}
}

func parse(t testing.TB, text string) *Set {
	t.Helper()
	s, err := Parse(testOptions(), File{"test.yaml", []byte(text)})
	require.NoError(t, err)
	return s
}

// oneRule makes a Set of one rule of the given keys.
func oneRule(t testing.TB, keys string) *Set {
	t.Helper()
	return parse(t, "rules:\n  - {name: test, type: CUSTOM, "+keys+"}\n")
}

// hits are the texts that s finds.
func hits(s *Set, text string) (found []string) {
	for _, m := range s.Find(nil, []byte(text), nil, "", NewScratch()) {
		if m.Score >= 0.5 {
			found = append(found, text[m.Start:m.End])
		}
	}
	return found
}

func sample(t testing.TB, name string) File {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(samples, name))
	require.NoError(t, err)
	return File{name, data}
}

func TestExampleFile(t *testing.T) {
	s, err := Parse(testOptions(), sample(t, "example.yaml"))
	require.NoError(t, err)
	require.Equal(t, []Rule{{Name: "acme-account", Type: "ACCOUNT_ID"}, {Name: "loyalty-card", Type: "CUSTOM"}, {Name: "desk-phone", Type: "PHONE"},
		{Name: "two-letters-six-digits", Type: "CUSTOM"}}, unversioned(s))
	require.Empty(t, s.Unsupported())
	again, err := Parse(testOptions(), sample(t, "example.yaml"))
	require.NoError(t, err)
	require.Equal(t, s.Version(), again.Version())
	require.NotEqual(t, s.Version(), oneRule(t, "pattern: 'ab', examples: [ab]").Version())
}

func TestBadFiles(t *testing.T) {
	for _, name := range []string{"empty", "syntax", "keys", "names", "patterns", "examples", "scope"} {
		f := sample(t, name+".bad.yaml")
		o := testOptions()
		o.Timeout = 0
		_, err := Parse(o, f)
		require.Error(t, err, name)
		got := strings.Split(err.Error(), "\n")
		var want []string
		for line := range strings.Lines(string(f.Data)) {
			if w, ok := strings.CutPrefix(strings.TrimSpace(line), "# want: "); ok {
				want = append(want, f.Name+":"+w)
			}
		}
		require.Len(t, got, len(want), "%s:\n%s", name, err)
		for i := range want {
			require.True(t, strings.HasPrefix(got[i], want[i]), "%s: want %q, got %q", name, want[i], got[i])
		}
	}
	all, err := filepath.Glob(samples + "/*.bad.yaml")
	require.NoError(t, err)
	require.Len(t, all, 7, "every bad file is in the table above")
}

// Messages name places and keys; what examples and patterns say is nobody's business in a log.
func TestMessagesQuoteNoValues(t *testing.T) {
	const secret = "4012888888881881"
	for _, keys := range []string{
		"pattern: 'x+', literals: [x], examples: ['" + secret + "']",
		"pattern: '(" + secret + "', examples: ['" + secret + "']",
		"pattern: '" + secret + "[z-a]', examples: ['" + secret + "']",
		"pattern: '" + secret + "', examples: ['" + secret + "'], counter_examples: ['" + secret + "']",
		"pattern: '(?<" + secret + "', examples: ['" + secret + "']",
		`pattern: '\p{` + secret + `}', examples: ['` + secret + "']",
		"pattern: 'aa(a+)+$', examples: ['" + strings.Repeat("a", 90) + secret + "']",
		"pattern: ab, validator: '" + secret + "', examples: [ab]",
		"pattern: ab, channels: ['" + secret + "'], paths: ['" + secret + "..x'], score: " + secret + ", examples: [ab]",
	} {
		o := testOptions()
		o.Timeout = 0
		_, err := Parse(o, File{"test.yaml", []byte("rules:\n  - {name: test, type: CUSTOM, " + keys + "}\n")})
		require.Error(t, err)
		require.NotContains(t, err.Error(), secret, keys)
		require.NotContains(t, err.Error(), "aaaa")
		require.Contains(t, err.Error(), "test.yaml:2: rules[0].")
	}
	_, err := Parse(testOptions(), File{"test.yaml", []byte("rules: ['" + secret + "\n")})
	require.Error(t, err)
	require.NotContains(t, err.Error(), secret)
}

func TestSeveralFiles(t *testing.T) {
	a := File{"a.yaml", []byte("rules: [{name: a, type: CUSTOM, pattern: 'aa\\d', examples: [aa1]}]")}
	b := File{"b.yaml", []byte("rules: [{name: b, type: CUSTOM, pattern: 'bb\\d', examples: [bb1]}]")}
	s, err := Parse(testOptions(), a, b)
	require.NoError(t, err)
	require.Equal(t, []string{"aa2", "bb3"}, hits(s, "aa2 bb3"))
	_, err = Parse(testOptions(), a, File{"c.yaml", a.Data})
	require.EqualError(t, err, "c.yaml:1: rules[0].name: is the name of the rule in a.yaml:1: every rule has its own")
	none, err := Parse(testOptions())
	require.NoError(t, err)
	require.Empty(t, hits(none, "aa2"))
	none, err = Parse(testOptions(), File{"n.yaml", []byte("rules: []")})
	require.NoError(t, err)
	require.Empty(t, hits(none, "aa2"))
	require.Empty(t, (*Set)(nil).Find(nil, []byte("aa2"), nil, "", NewScratch()))
}

func TestMatching(t *testing.T) {
	f := func(keys, text string, want ...string) {
		t.Helper()
		require.Equal(t, want, hits(oneRule(t, keys), text), text)
	}
	const key = `pattern: '\bKEY-\d{4}\b', examples: ['KEY-1234']`
	f(key, "KEY-1234", "KEY-1234")
	f(key, "a KEY-1234, KEY-5678 and KEY-12345", "KEY-1234", "KEY-5678")
	f(key, "xKEY-1234 key-1234")
	f(key, strings.Repeat("é", 300)+" KEY-1234 "+strings.Repeat("ü", 300), "KEY-1234")
	f(key, "\xff\xc3KEY-1234\xe2\x82", "KEY-1234")
	// Look-arounds see beyond the window, and borders of the window are no borders of a word.
	f(`pattern: '(?<=id )\w{4}(?! no)', window: 16, examples: ['id abcd']`, "id abcd no id abce yes", "abce")
	f(`pattern: '^KEY\d', examples: ['KEY1']`, strings.Repeat("x", 129)+"KEY1")
	f(`pattern: 'KEY\d$', examples: ['KEY1']`, "KEY1 "+strings.Repeat("x", 300))
	f(`pattern: 'KEY\d$', examples: ['KEY1']`, strings.Repeat("x", 300)+"KEY1", "KEY1")
	// Case, and letters whose lower case is ASCII.
	f(`pattern: '(?i)desk-\d', examples: ['desk-1']`, "DESK-1 dEſK-2 de\u017f\u212a-3", "DESK-1", "dEſK-2", "de\u017f\u212a-3")
	// A match that is longer than its window is followed.
	long := "KEY" + strings.Repeat("1", 5000)
	f(`pattern: 'KEY\d+', window: 16, examples: ['KEY1']`, "a "+long+" KEY2", long, "KEY2")
	// Groups.
	f(`pattern: 'id=(\w+);(\w+)?', group: 2, examples: ['id=a;b']`, "id=abc;def id=ghi;", "def", "id=ghi;")
	f(`pattern: 'id=(?<value>\w+)', examples: ['id=a']`, "id=abc", "abc")
	f(`pattern: 'id=(?<v>\w+)', group: v, examples: ['id=a']`, "id=abc", "abc")
	// Literals are parts of words, keywords are words.
	f(`pattern: '\d{4}', literals: [pin], examples: ['pin 1234']`, "shipping 1234", "1234")
	f(`pattern: '\d{4}', keywords: [pin], examples: ['pin 1234', '1234 is my PIN']`, "shipping 1234")
	f(`pattern: '\d{4}', keywords: [pin], window: 16, examples: ['pin 1234']`, "pin 1234 and 22222222222222222222 3333", "1234", "2222", "2222")
	f(`pattern: '\b\d{4}', keywords: [pin], window: 16, examples: ['pin 1234']`, "22222222222222222222 pin")
	f(`pattern: '\d{4}', keywords: ['écran'], examples: ['Écran 1234', 'ÉCRAN 1234', 'écran 1234']`, "ecran 1234")
	f(`pattern: '\d{4}', keywords: [desk], examples: ['desk 1234']`, "de\u017f\u212a 1234 and 5678", "1234", "5678")
	f(`pattern: '[a-c]\d', everywhere: true, examples: [a1]`, "a1 b2 d3", "a1", "b2")
	f(`pattern: '[a-c]+', everywhere: true, examples: [a]`, "ab d c", "ab", "c")
}

func TestScore(t *testing.T) {
	f := func(want float32, keys, text, path string) {
		t.Helper()
		s := oneRule(t, keys)
		found := s.Find(nil, []byte(text), []byte(path), "", NewScratch())
		if want == 0 {
			require.Empty(t, found)
			return
		}
		require.Len(t, found, 1)
		require.InDelta(t, want, found[0].Score, 1e-6)
	}
	const id = `pattern: 'ID\d{4}', score: 0.5, examples: ['ID1230'], `
	f(0.5, id+"context: [client]", "ID1234", "")
	f(0.8, id+"context: [client]", "the CLIENT has ID1234", "")
	f(0.8, id+"context: [client]", "ID1234, says the client", "")
	f(0.8, id+"context: [client number]", "client-number: ID1234", "")
	f(0.8, id+"context: [étage]", "ÉTAGE ID1234", "")
	f(0.8, id+"context: [client number]", "ID1234", "data.clientNumber")
	f(0.5, id+"context: [client]", "clients ID1234", "")
	f(0.5, id+"context: [client]", "client [PERSON_1] ID1234", "")
	f(0.6, id+"context: {words: [client], boost: 0.1, before: 2}", "client a ID1234", "")
	f(0.5, id+"context: {words: [client], boost: 0.1, before: 2}", "client a b ID1234", "")
	f(0.5, id+"context: {words: [client], boost: 0.1, after: 0}", "ID1234 client", "")
	f(0.5, id+"context: {words: [client], boost: 0.1, before: 0}", "client ID1234", "")
	const checked = `pattern: 'ID(?<value>\d{4})', validator: luhn, examples: ['ID1230'], `
	f(0.9, checked+"score: 0.9", "ID1230", "")
	f(0.7, checked+"score: 0.9", "ID1231", "")
	f(0.5, checked+"score: 0.6", "ID1231", "")
	f(0, checked+"score: 0.6, invalid: drop", "ID1231", "")
}

func TestScope(t *testing.T) {
	f := func(found bool, keys, path, channel string) {
		t.Helper()
		s := oneRule(t, `pattern: 'ID\d{4}', examples: ['ID1234'], `+keys)
		require.Equal(t, found, len(s.Find(nil, []byte("ID1234"), []byte(path), channel, NewScratch())) > 0, "%s in %s", keys, path)
	}
	f(true, "paths: ['turns[].text']", "turns[].text", "")
	f(true, "paths: ['turns.text']", "turns[12].text", "")
	f(false, "paths: ['turns[].text']", "turns[].title", "")
	f(false, "paths: ['turns[].text']", "", "")
	f(true, "paths: ['**.note']", "note", "")
	f(true, "paths: ['**.note']", "a.b.note", "")
	f(false, "paths: ['**.note']", "a.note.b", "")
	f(true, "paths: ['a.**']", "a.b.c", "")
	f(true, "paths: ['a.**.d.*id']", "a.b.d.c.d.userid", "")
	f(false, "paths: ['a.**.d.*id']", "a.b.d.c.d.x.userid", "")
	f(true, "paths: ['*.x*z']", "a.xyz", "")
	f(false, "paths: ['*.x*z']", "a.xy", "")
	f(false, "except_paths: ['a.*']", "a.b", "")
	f(true, "except_paths: ['a.*']", "a.b.c", "")
	f(true, "except_paths: ['**']", "", "")
	f(true, "channels: [log, doc]", "", "log")
	f(false, "channels: [log, doc]", "", "call")
	f(false, "channels: [log, doc]", "", "")
}

// A keyword in the name of the field stands for one in the text.
func TestKeywordInPath(t *testing.T) {
	s := oneRule(t, `pattern: '\d{6}', keywords: [account number], examples: ['account number 204060']`)
	m := NewScratch()
	for path, n := range map[string]int{"": 0, "customer.accountNumber": 1, "account_number": 1, "accountnumbers": 0, "ACCOUNT-NUMBER[]": 1, "account": 0} {
		require.Len(t, s.Find(nil, []byte("204060"), []byte(path), "", m), n, path)
	}
}

// What Find has been given before is left alone, and limits of one text don't touch another's.
func TestFindAppends(t *testing.T) {
	s := oneRule(t, `pattern: 'ID\d{4}', examples: ['ID1234']`)
	before := []Match{{Start: 1, End: 2, Rule: 0, Limit: true}}
	found := s.Find(before, []byte("xID1234"), nil, "", NewScratch())
	require.Equal(t, []Match{before[0], {Start: 1, End: 7, Score: 0.7}}, found)
}

// poolKeeps says whether sync.Pool, where regexp2 keeps its memory, gives back what it got. Under the race detector it
// drops some on purpose.
func poolKeeps() bool {
	var p sync.Pool
	for range 100 {
		p.Put(new(int))
		if p.Get() == nil {
			return false
		}
	}
	return true
}

func TestFindAllocatesNothing(t *testing.T) {
	if !poolKeeps() {
		t.Skip("the race detector's pools allocate")
	}
	s, err := Parse(testOptions(), sample(t, "example.yaml"))
	require.NoError(t, err)
	m := NewScratch()
	dst := make([]Match, 0, 64)
	texts := [][]byte{
		[]byte("nothing of the kind is said in this sentence, which is plain"),
		[]byte("The account is AC-1234-5674, my loyalty number is 204060 and the extension ext. 4711 — ünïcödé"),
	}
	path := []byte("turns[].text")
	for _, text := range texts {
		require.Zero(t, testing.AllocsPerRun(100, func() { s.Find(dst, text, path, "call", m) }), "%s", text)
	}
}

func unversioned(s *Set) []Rule {
	all := s.Rules()
	for i := range all {
		all[i].Version = ""
	}
	return all
}

// A rule has another version once it finds other things, and not for an example more.
func TestVersionOfRule(t *testing.T) {
	version := func(rule string) string {
		t.Helper()
		s, err := Parse(testOptions(), File{"own.yaml", []byte("rules:\n  - name: badge\n    type: ACCOUNT_ID\n" + rule)})
		require.NoError(t, err)
		return s.Rules()[0].Version
	}
	plain := version("    pattern: 'BX-\\d{4}'\n    examples: ['BX-1204']\n")
	require.Equal(t, plain, version("    pattern: 'BX-\\d{4}'\n    examples: ['BX-1204', 'BX-1205']\n    counter_examples: ['BX-1']\n"))
	for _, other := range []string{
		"    pattern: 'BX-\\d{5}'\n    examples: ['BX-12045']\n", "    pattern: 'BX-\\d{4}'\n    score: 0.9\n    examples: ['BX-1204']\n",
		"    pattern: 'BX-\\d{4}'\n    except_paths: [text]\n    examples: ['BX-1204']\n",
	} {
		require.NotEqual(t, plain, version(other))
	}
}
