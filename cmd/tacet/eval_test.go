package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/detectors"
)

// scorer scores hand-made findings.
func scorer(rules *setRules) *evaluator {
	return &evaluator{rules: rules, kept: keptByDefault(), set: newSetScore()}
}

// mustRow is a labelled row whose labels are marked "{{TYPE|text}}" in its texts, which are separated by " / ".
func mustRow(t *testing.T, marked string) (*labelledRow, [][]byte) {
	t.Helper()
	r := &labelledRow{}
	var texts [][]byte
	for turn, part := range strings.Split(marked, " / ") {
		text := ""
		for {
			before, rest, found := strings.Cut(part, "{{")
			text += before
			if !found {
				break
			}
			kind, rest, _ := strings.Cut(rest, "|")
			value, after, _ := strings.Cut(rest, "}}")
			kind, q, _ := strings.Cut(kind, ":")
			r.Entities = append(r.Entities, label{Type: kind, Q: q, Turn: turn, Start: len(text), End: len(text) + len(value)})
			text, part = text+value, after
		}
		texts = append(texts, []byte(text))
	}
	return r, texts
}

// found marks the first place of each part of a text as a finding.
func found(t *testing.T, text []byte, pairs ...string) (all []detectors.Finding) {
	t.Helper()
	for i := 0; i < len(pairs); i += 2 {
		kind, ok := detectors.ParseType(pairs[i])
		require.True(t, ok, pairs[i])
		at := bytes.Index(text, []byte(pairs[i+1]))
		require.GreaterOrEqual(t, at, 0, pairs[i+1])
		all = append(all, detectors.Finding{Start: at, End: at + len(pairs[i+1]), Type: kind})
	}
	return all
}

// scored gives the report of one row with the findings in each of its texts.
func scored(t *testing.T, rules *setRules, marked string, findings ...[]string) *setReport {
	t.Helper()
	e := scorer(rules)
	r, texts := mustRow(t, marked)
	all := make([][]detectors.Finding, len(texts))
	for i := range findings {
		all[i] = found(t, texts[i], findings[i]...)
	}
	e.score(1, r, texts, all)
	return reportSet("s", e)
}

func exact() *setRules { return &setRules{Precise: []string{wholeSet}} }

func (s *setReport) figure(kind, name string) float64 {
	if v, ok := s.all()[kind][name]; ok {
		return v
	}
	return -1
}

func TestEvalCover(t *testing.T) {
	f := func(cover, label float64, marked string, findings ...string) {
		t.Helper()
		r := scored(t, exact(), marked, findings)
		require.Equal(t, []float64{cover, label}, []float64{r.figure("PHONE", "cover"), r.figure("PHONE", "label")})
	}
	const one = "call {{PHONE|0151 23 456}} now"
	f(1, 1, one, "PHONE", "0151 23 456")
	f(1, 1, one, "PHONE", "call 0151 23 456 now")
	f(1, 0, one, "NUMBER", "0151 23 456")
	f(0, -1, one, "PHONE", "0151 23 45")
	f(0, -1, one, "PHONE", "0151", "PHONE", "23 456") // a space between stays in clear
	f(1, 1, one, "PHONE", "0151 23 ", "NUMBER", "456")
	f(1, 0, one, "PHONE", "015", "NUMBER", "1 23 456") // the longest names it
	f(1, 1, "{{PHONE|1234}}", "PHONE", "12", "NUMBER", "34")
	f(0, -1, one)
	f(0.5, 1, "{{PHONE|123}} or {{PHONE|456}}", "PHONE", "123")
	f(-1, -1, "{{PHONE:asr|123}} or {{PHONE:weak|456}}")
	f(1, 1, "{{PHONE:match|123}} or {{PHONE:rule|456}}", "PHONE", "123")
}

func TestEvalTurns(t *testing.T) {
	r := scored(t, exact(), "{{PHONE|123}} / {{PHONE|123}} 9", []string{"PHONE", "123"}, []string{"PHONE", "9"})
	require.Equal(t, 0.5, r.figure("PHONE", "cover"))
	require.Equal(t, 0.5, r.figure("PHONE", "precision"))
	require.Equal(t, 1.0, r.figure("PHONE", "leak"), "one value, in clear once")
	require.Equal(t, 33.3333, r.figure(wholeSet, "over"))
}

func TestEvalGarbled(t *testing.T) {
	r := scored(t, exact(), "{{POSTCODE|AB1}} {{POSTCODE:asr|a b one}} {{POSTCODE:asr|be one}}", []string{"POSTCODE", "AB1", "SPELLED", "a b one"})
	require.Equal(t, 1.0, r.figure("POSTCODE", "cover"))
	require.Equal(t, 0.5, r.figure("POSTCODE", "asr"))
	require.Equal(t, 1, r.Types[0].Entities)
	require.Equal(t, 2, r.Types[0].Garbled)
	require.Equal(t, 0.0, r.figure(wholeSet, "over"), "what is labelled is no over-redaction, however it was labelled")
}

func TestEvalClear(t *testing.T) {
	f := func(leak float64, left int, marked string, findings ...string) {
		t.Helper()
		r := scored(t, exact(), marked, findings)
		require.Equal(t, leak, r.Types[0].Figures["clear"])
		require.Equal(t, left, r.Types[0].BytesLeft)
	}
	const one = "it is {{CREDIT_CARD|4111-1111}}"
	f(0, 0, one, "CREDIT_CARD", "4111-1111")
	f(0, 2, one, "CREDIT_CARD", "4111-11")
	f(1, 3, one, "CREDIT_CARD", "4111-1")
	f(1, 3, "{{PIN|5-1-2-3-4}}", "PIN", "5-", "PIN", "-4") // "1-2-3": what stands between doesn't matter
	f(0, 2, "{{PIN|5-1-2-3-4}}", "PIN", "5-1", "PIN", "3")
	f(1, 8, one)
	f(1, 8, one, "DATE", "4111-1111") // found, but kept by default
	f(0, 0, "it was {{DATE|1 May}}", "DATE", "1 May")
	f(1, 2, "{{PERSON|Al}} is short", "URL", "is short")
	f(0, 1, "{{PERSON|Al}} is short", "PERSON", "A")
	f(0.5, 3, "{{PERSON|Ann}} and {{PERSON|Bob}}, {{PERSON|bob}}", "PERSON", "Ann", "PERSON", "Bob")
	f(0.5, 3, "{{PERSON|Ann}} and {{PERSON|Bob}}, {{PERSON|bob}}", "PERSON", "Ann", "PERSON", "bob")
}

func TestEvalOver(t *testing.T) {
	f := func(over, kept, words float64, marked string, findings ...string) {
		t.Helper()
		r := scored(t, exact(), marked, findings)
		require.Equal(t, []float64{over, kept, words},
			[]float64{r.figure(wholeSet, "over"), r.figure(wholeSet, "over_kept"), r.figure(wholeSet, "over_words")})
	}
	f(0, 0, 0, "one two three four")
	f(25, 25, 250, "one two three four", "PERSON", "wo")
	f(0, 25, 0, "one two three four", "LOCATION", "two")
	f(0, 0, 0, "one {{PERSON|two}} three four", "PERSON", "two")
	f(25, 25, 250, "one {{PERSON|two}} three four", "PERSON", "two three")
	f(40, 40, 250, "one {{PERSON|two}} three-and four", "PERSON", "two three-and") // two tokens, one word
	f(0, 0, 0, "one {{PERSON|two}}-three", "PERSON", "two-")
	f(-1, -1, -1, "-- !", "PERSON", "--")
}

func TestEvalRules(t *testing.T) {
	const row = "{{PERSON|Ann}} 4711 {{DATE|May}}"
	findings := []string{"PERSON", "Ann", "ORDER_ID", "4711"}
	r := scored(t, &setRules{Precise: []string{"PERSON"}, Without: []string{"DATE"}}, row, findings)
	require.Equal(t, 1.0, r.figure("PERSON", "precision"))
	require.Equal(t, 1.0, r.figure("PERSON", "f2"))
	require.Equal(t, -1.0, r.figure("DATE", "cover"), "not scored")
	require.Len(t, r.Types, 1)
	r = scored(t, exact(), row, findings)
	require.Equal(t, 0.0, r.figure("ORDER_ID", "precision"))
	require.Equal(t, 1.0, r.figure("PERSON", "typed"))
	r2 := scored(t, exact(), "{{EMAIL|Ann}} {{PERSON|Bob}}", []string{"PERSON", "Ann Bob"})
	require.Equal(t, []float64{1, 1}, []float64{r2.figure("PERSON", "precision"), r2.figure("PERSON", "typed")})
	r2 = scored(t, exact(), "{{EMAIL|Ann}} {{PERSON|Bob}}", []string{"PERSON", "Ann", "PERSON", "Bob"})
	require.Equal(t, []float64{1, 0.5}, []float64{r2.figure("PERSON", "precision"), r2.figure("PERSON", "typed")})
	require.Equal(t, 0.0, r.figure("DATE", "cover"))
	r = scored(t, &setRules{AnyType: true}, "{{SSN|123}}", []string{"PHONE", "123"})
	require.Equal(t, -1.0, r.figure("SSN", "label"))
	require.Equal(t, -1.0, r.figure("SSN", "precision"))
	require.Equal(t, 1.0, r.figure("SSN", "cover"))
}

// A row that may hold a name excuses names, and nothing else.
func TestEvalHint(t *testing.T) {
	f := func(want int, hint string) {
		t.Helper()
		e := scorer(exact())
		r, texts := mustRow(t, "call Ann 12")
		r.Hint = json.RawMessage(hint)
		e.score(1, r, texts, [][]detectors.Finding{found(t, texts[0], "PERSON", "Ann", "PHONE", "12")})
		require.Equal(t, want, e.set.tokens.over)
	}
	f(1, `"name?"`)
	f(2, `"other"`)
	f(2, `null`)
}

// Where callers do nothing but answer, over-redaction is of what agents say.
func TestEvalAnswers(t *testing.T) {
	e := scorer(&setRules{Answers: true})
	r := &labelledRow{}
	require.NoError(t, json.Unmarshal([]byte(`{"turns":[{"role":"agent","text":"Your name Eve?"},{"role":"caller","text":"Ann Lee"}]}`), r))
	texts, err := r.texts()
	require.NoError(t, err)
	e.score(1, r, texts, [][]detectors.Finding{found(t, texts[0], "PERSON", "Eve"), found(t, texts[1], "PERSON", "Ann Lee")})
	require.Equal(t, counted{all: 3, over: 1, overKept: 1}, e.set.tokens)
}

// The whole set's figures are of all types but those that policies keep, and OTHER.
func TestEvalWhole(t *testing.T) {
	r := scored(t, exact(), "{{PERSON|Ann Lee}} {{PHONE|123}} {{DATE|May}} {{OTHER|x}} Eve", []string{"PERSON", "Ann", "PHONE", "123", "ORG", "Eve", "PERSON", "Eve"}[:6])
	require.Equal(t, 2, r.Labels)
	require.Equal(t, []float64{0.5, 0.6667, 1, 0.5556}, []float64{r.figure(wholeSet, "cover"), r.figure(wholeSet, "recall"), r.figure(wholeSet, "precision"), r.figure(wholeSet, "f2")})
	require.Equal(t, 0.5, r.figure("PERSON", "recall"))
	require.True(t, r.Types[len(r.Types)-1].Kept)
	require.False(t, r.Types[0].Kept)
}

func TestEvalF2(t *testing.T) {
	r := scored(t, exact(), "{{PERSON|Ann}} {{PERSON|Bob}} Eve Lee", []string{"PERSON", "Ann", "PERSON", "Eve", "PERSON", "Lee"})
	require.Equal(t, []float64{0.5, 0.3333, 0.4545}, []float64{r.figure("PERSON", "cover"), r.figure("PERSON", "precision"), r.figure("PERSON", "f2")})
}

func TestEvalTypes(t *testing.T) {
	f := func(label, finding string, want bool) {
		t.Helper()
		kind, ok := detectors.ParseType(finding)
		require.True(t, ok, finding)
		require.Equal(t, want, isRight(label, kind), "%s as %s", label, finding)
	}
	f("SSN", "US_SSN", true)
	f("SSN", "PHONE", false)
	f("NATIONAL_ID", "ES_NIF", true)
	f("NATIONAL_ID", "US_SSN", true)
	f("NATIONAL_ID", "NUMBER", false)
	f("CREDENTIAL", "PIN", true)
	f("IP", "IP_ADDRESS", true)
	f("ADDRESS", "POSTCODE", true)
	f("ES_NIF", "ES_NIF", true)
	f("ES_NIF", "DE_TAX_ID", false)
	f("OTHER", "VIN", true)
	for _, kind := range detectors.Types() {
		require.NotEmpty(t, coarseOf(kind))
	}
}

// Reading and counting doesn't depend on how many workers share the rows.
func TestEvalStream(t *testing.T) {
	const row = `{"id":1,"text":"ü ada@example.com 4","entities":[{"type":"EMAIL","start":3,"end":18}],"other":{"kind":7}}` + "\n"
	in := inputOf(t, strings.NewReader(strings.Repeat(row, 5000)+"\n"+row))
	e, err := evalStream(in, allDetectors(t), exact(), keptByDefault(), nil)
	require.NoError(t, err)
	r := reportSet("s", e)
	require.Equal(t, 5001, r.Rows)
	require.Equal(t, 5001, r.Types[0].Entities)
	require.Equal(t, 1.0, r.figure("EMAIL", "cover"))
	require.Equal(t, 0.0, r.figure("EMAIL", "leak"))

	bad := func(line, want string) {
		t.Helper()
		_, err := evalStream(inputOf(t, strings.NewReader(row+line)), allDetectors(t), exact(), keptByDefault(), nil)
		require.EqualError(t, err, "evaluate standard input: line 2: "+want)
	}
	bad(`{"id":1}`, errRow.Error())
	bad(`{"text":"ada@example.com","entities":[{"type":"EMAIL","start":0,"end":16}]}`, errLabel.Error())
	bad(`{"text":"ada@example.com","entities":[{"type":"EMAIL","start":0,"end":4,"turn":1}]}`, errLabel.Error())
	bad(`{"text":"x","kind":"scan","byte_spans":[[0,2]]}`, errVector.Error())
}

func TestEvalFloors(t *testing.T) {
	have := map[string]figures{wholeSet: {"over": 2}, "PHONE": {"cover": 0.9, "leak": 0.1}}
	f := func(want string, held map[string]figures) {
		t.Helper()
		var got []string
		for _, h := range compare("s", held, have) {
			got = append(got, h.String())
		}
		require.Equal(t, want, strings.Join(got, "|"))
	}
	f("", map[string]figures{wholeSet: {"over": 2}, "PHONE": {"cover": 0.9, "leak": 0.1}})
	f("s *: over 2 is above 1.9", map[string]figures{wholeSet: {"over": 1.9}})
	f("s PHONE: cover 0.9 is below 0.91|s PHONE: leak 0.1 is above 0.05", map[string]figures{"PHONE": {"cover": 0.91, "leak": 0.05}})
	f("s PIN: cover has no value, must not be below 0.5", map[string]figures{"PIN": {"cover": 0.5}})
	f("s PIN: leak has no value, must not be above 0.5", map[string]figures{"PIN": {"leak": 0.5}})

	r := scored(t, exact(), strings.Repeat("{{PHONE|123}} ", 9)+"{{PIN|4}} {{EMAIL|a}}", []string{"PHONE", "123"})
	floors := &floorsFile{Sets: map[string]*setRules{"s": {Note: "kept", Bars: map[string]figures{"PHONE": {"cover": 0.99}}}}}
	report := &evalReport{Sets: []*setReport{r}, Vectors: []*vectorReport{{Set: "v", Figures: figures{"agree": 0.98}}}}
	floors.raise(report)
	require.Equal(t, "kept", floors.Sets["s"].Note)
	require.Equal(t, 0.108, floors.Sets["s"].Floors["PHONE"]["cover"])
	require.NotContains(t, floors.Sets["s"].Floors, "PIN", "too few")
	require.Equal(t, 0.977, floors.Sets["v"].Floors[wholeSet]["agree"])
	report.hold(floors)
	require.Empty(t, report.Missed, "a run holds its own floors")
	require.Len(t, report.Bars, 1)
}

func TestEvalFloorsFile(t *testing.T) {
	f := func(text, want string) {
		t.Helper()
		name := filepath.Join(t.TempDir(), "floors.json")
		require.NoError(t, os.WriteFile(name, []byte(text), 0o600))
		_, err := readFloors(name)
		require.ErrorContains(t, err, want)
	}
	f(`{"sets":{"s":{"floor":{}}}}`, "unknown field")
	f(`{"sets":{"s":{"floors":{"PIN":{"recalls":1}}}}}`, `set "s": unknown figure "recalls"`)
	f(`{"sets":{"s":null}}`, "has no rules")
	f(`{} {}`, "more than one object")
	floors, err := readFloors("../../testdata/eval/floors.json")
	require.NoError(t, err)
	floors.Sets["a \"{}"] = &setRules{Note: "ends }", Without: []string{"PIN"}, AnyType: true}
	floors.Sets["b"] = &setRules{}
	floors.Sets["c"] = &setRules{Lower: true, Precise: []string{"PIN"}, Bars: map[string]figures{"PIN": {"cover": 1}}, Floors: map[string]figures{"PIN": {"cover": 0.5}}}
	floors.Sets["c (lower)"] = &setRules{Floors: map[string]figures{"PIN": {"cover": 0.25}}}
	low := floors.of("c (lower)")
	require.Equal(t, []float64{1, 0.25}, []float64{low.Bars["PIN"]["cover"], low.Floors["PIN"]["cover"]})
	require.True(t, low.precise("PIN") && !low.Lower)
	name := filepath.Join(t.TempDir(), "floors.json")
	require.NoError(t, writeFloors(name, floors))
	again, err := readFloors(name)
	require.NoError(t, err)
	require.Equal(t, floors, again)
}

func TestEvalSetNames(t *testing.T) {
	f := func(file, want string) { t.Helper(); require.Equal(t, want, setName(file)) }
	f("a/evi_en.jsonl", "evi_en")
	f("evi_en.ndjson.zst", "evi_en")
	f("floors.json", "floors.json")
	f("standard input", "standard input")
	dir := t.TempDir()
	_, err := corpusFiles([]string{dir})
	require.ErrorContains(t, err, "no .jsonl files in ")
	require.NoError(t, os.WriteFile(filepath.Join(dir, "b.jsonl"), nil, 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "a.jsonl.gz"), nil, 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "c.txt"), nil, 0o600))
	files, err := corpusFiles([]string{"-", dir})
	require.NoError(t, err)
	require.Equal(t, []string{"-", filepath.Join(dir, "a.jsonl.gz"), filepath.Join(dir, "b.jsonl")}, files)
}

// dataDir is the folder of labelled data.
func dataDir() string {
	if dir := os.Getenv("TACET_DATA"); dir != "" {
		return dir
	}
	return filepath.Join("..", "..", "..", "shared", "data")
}

func exists(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}

// evalData is the folder of labelled data, or skips the test.
func evalData(t *testing.T) string {
	t.Helper()
	dir := dataDir()
	if !exists(filepath.Join(dir, "eval")) {
		t.Skipf("no labelled data in %s: set TACET_DATA", dir)
	}
	return dir
}

// TestEvalFloorsHold runs make eval: on the generated sets, and on the labelled data and the cases of peers where they are.
func TestEvalFloorsHold(t *testing.T) {
	run := func(t *testing.T, corpora ...string) {
		t.Helper()
		var out, errOut bytes.Buffer
		args := append([]string{"eval", "--json", "--floors", "../../testdata/eval/floors.json", "--explained", "../../testdata/eval/disagreements.txt"}, corpora...)
		if names := filepath.Join(dataDir(), "gazetteer"); exists(names) {
			args = append(args, "--gazetteer", names)
		}
		code := execute(context.Background(), args, strings.NewReader(""), &out, &errOut)
		require.Equal(t, exitDone, code, errOut.String())
		var r evalReport
		require.NoError(t, json.Unmarshal(out.Bytes(), &r))
		require.NotZero(t, len(r.Sets)+len(r.Vectors))
	}
	set := func(name string, f func(t *testing.T)) {
		t.Run(name, func(t *testing.T) {
			if underRace {
				t.Skip("minutes under the race detector, and the same figures; the cases of peers go the same way")
			}
			f(t)
		})
	}
	set("generated", func(t *testing.T) { run(t, "../../testdata/eval", generatedCalls(t, "calls")) })
	set("drill", func(t *testing.T) { run(t, generatedCalls(t, "drill")) })
	set("labelled", func(t *testing.T) { run(t, filepath.Join(evalData(t), "eval")) })
	t.Run("vectors", func(t *testing.T) { run(t, filepath.Join(evalData(t), "vectors")) })
}
