package pipeline

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/pipeline/pseudonym"
)

// forgedPolicy has all that may leave nothing, or something without brackets, in a finding's place.
const forgedPolicy = `
types: {PHONE: drop, EMAIL: drop, URL: drop, CREDIT_CARD: drop, IP_ADDRESS: surrogate, POSTCODE: surrogate, DATE: {style: date_shift, days: 30}, US_SSN: fpe, IBAN: redact}
categories:
  transcript: {clauses: [2], fields: {tenant_id: keep, call_id: token, lang: keep, text: redact, "extra.*": redact, turns.text: redact}}
  usage_log: {clauses: [2], fields: {message: redact, level: keep, user: token}}
`

// forger sends texts through an engine's rewriter in every way there is, and looks at what comes out.
type forger struct {
	w     *rewriter
	calls *callStore
	lanes map[string]*lane
}

func newForger(t testing.TB) *forger {
	c := simConfig(t, DefaultLimits())
	c.Policy = policyOf(t, forgedPolicy)
	w, err := rewriterOf(c)
	require.NoError(t, err)
	f := &forger{w: w, calls: newCallStore(10, time.Minute, 1<<20), lanes: map[string]*lane{}}
	for name, topic := range map[string]TopicConfig{
		"json": {Category: "transcript", Format: FormatJSON}, "ndjson": {Category: "transcript", Format: FormatNDJSON},
		"log": {Category: "usage_log", Format: FormatLog, Tenant: "t"}, "text": {Category: "usage_log", Format: FormatText, Tenant: "t"},
	} {
		tp, err := compileTopic(name, topic, c.Policy, classesIn(c))
		require.NoError(t, err)
		f.lanes[name] = &lane{topic: tp}
	}
	return f
}

// through gives what leaves of a value, nothing where it goes to quarantine.
func (f *forger) through(topic, value string) string {
	f.w.begin(f.lanes[topic], f.calls, &Record{}, time.Unix(1, 0))
	class, _ := f.w.value(&Record{Key: []byte("c"), Value: []byte(value)})
	f.calls.forget(f.lanes[topic])
	if class != "" {
		return ""
	}
	return string(f.w.views[0].out)
}

// forgedWays are the places in which somebody could write what we write: topic, and record with the text's JSON at %s.
var forgedWays = []struct{ topic, record string }{
	{"json", `{"tenant_id":"t","call_id":"c","role":"customer","text":%s}`},
	{"json", `{"tenant_id":"t","call_id":"c","lang":%s,"text":"x"}`},
	{"json", `{"tenant_id":"t","call_id":"c","extra":{%s:"x"},"text":"x"}`},
	{"json", `{"tenant_id":"t","call_id":"c","extra":{"x":%s,"y":%[1]s}}`},
	{"json", `{"tenant_id":"t","call_id":"c","turns":[{"text":"so"},{"text":%s}]}`},
	{"json", `{"tenant_id":"t","call_id":"c","redaction":{"entities":[%s],%[1]s:%[1]s},"text":"x"}`},
	{"ndjson", `{"tenant_id":"t","call_id":"c","text":%s}` + "\n" + `{"tenant_id":"t","call_id":"d","text":%[1]s}`},
}

// check sends a text along every way.
func (f *forger) check(t testing.TB, text string) {
	t.Helper()
	plain := must(json.Marshal(text))
	forms := []string{string(plain), escapedJSON(text)}
	for _, around := range []string{`{"a":%s}`, `["x",%s]`, `{%s:1}`} { // JSON in a string, and in that one
		inner := must(json.Marshal(fmt.Sprintf(around, plain)))
		forms = append(forms, string(inner), string(must(json.Marshal(fmt.Sprintf(around, inner)))))
	}
	for _, way := range forgedWays {
		for _, form := range forms {
			value := fmt.Sprintf(way.record, form)
			f.look(t, f.through(way.topic, value), value)
		}
	}
	for _, line := range []string{text, "level=info user=x msg=\"" + text + "\"", "user=" + text + " x", `{"message":` + string(plain) + `}`, "<34>Oct 11 22:14:15 web1 app[42]: " + text} {
		f.look(t, f.through("log", line), line)
		f.look(t, f.through("text", line), line)
	}
}

// look counts aliases in an output: no more of a type than were found of it, and none of what leaves otherwise.
func (f *forger) look(t testing.TB, out, of string) {
	t.Helper()
	for line := range strings.Lines(out) {
		var record map[string]any
		require.NoError(t, json.Unmarshal([]byte(line), &record), out)
		var done struct {
			Redaction struct{ Findings map[string]int }
		}
		require.NoError(t, json.Unmarshal([]byte(line), &done), out)
		delete(record, "redaction")
		delete(record, "call_id") // its token is ours
		left := map[string]int{}
		maps.Copy(left, done.Redaction.Findings)
		for _, typ := range []string{"PHONE", "EMAIL", "URL", "CREDIT_CARD", "IP_ADDRESS", "POSTCODE", "DATE", "US_SSN", "IBAN"} {
			delete(left, typ)
		}
		eachText(record, func(text string) {
			for rest := []byte(text); ; {
				start, end := pseudonym.Next(rest)
				if start < 0 {
					return
				}
				name, _, isToken := strings.Cut(string(rest[start+1:end-1]), ":")
				if !isToken {
					name = name[:strings.LastIndexByte(name, '_')]
				}
				if strings.HasPrefix(string(rest[start:end]), "[USER:r1:") && !strings.Contains(of, string(rest[start:end])) {
					rest = rest[end:] // a field of a line of a log: ours
					continue
				}
				left[name]--
				require.False(t, isToken || left[name] < 0, "%s passes in %s of %s", rest[start:end], out, of)
				rest = rest[end:]
			}
		})
	}
}

// eachText gives every string in a value, and in place of JSON in a string those in that.
func eachText(v any, see func(string)) {
	switch v := v.(type) {
	case string:
		var inner any
		if json.Unmarshal([]byte(v), &inner) == nil {
			eachText(inner, see)
		} else {
			see(v)
		}
	case []any:
		for _, e := range v {
			eachText(e, see)
		}
	case map[string]any:
		for k, e := range v {
			eachText(k, see)
			eachText(e, see)
		}
	}
}

// escapedJSON is a JSON string of nothing but escapes.
func escapedJSON(text string) string {
	var b strings.Builder
	for _, r := range text {
		if r > 0xffff {
			return string(must(json.Marshal(text)))
		}
		fmt.Fprintf(&b, `\u%04x`, r)
	}
	return `"` + b.String() + `"`
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// forgeries are aliases and tokens that nobody but us may write, whole and such that become whole once something in them is taken out.
var forgeries = []string{
	"[PERSON_1]", "[EMAIL_0001]", "[PHONE:r3:bdkqtscmfghjrlnpqsdtckbm]", "[CALL_ID:c1:bdkqtscmfghjrlnpqsdtckbm]", "[USER:p999:bbbbbbbbbbbbbbbbbbbbbbbb]", "[AGE:40-49]",
	"[IP_ADDRESS:203.0.113.0/24]", "[PHONE:**0123]", "[[PERSON_1]]", "[PERSON_1][PERSON_2]", "[PERSON_1", "[ORDER_ID_7] is 77-1204",
	"[PERSON_1+447700900123]", "[+447700900123 PERSON_1]", "[PERSON_+447700900123 1]", "[PHONE:r3:+447700900123]", "[PER+447700900123+12125550123]", "[ada@example.com]",
	"[PERSON_ 2000 sydney]", "[DATE:1984-03-12]", "[PERSON_1984-03-12]", "[PERSON_666-12-1234]", "[SSN_219-09-9999]", "x[PERSON_1+447700900123]+447700900124[PERSON_2+447700900125]",
}

// TestForgedNeverLeaves is the attack of who writes what we write.
func TestForgedNeverLeaves(t *testing.T) {
	f := newForger(t)
	for _, text := range forgeries {
		f.check(t, text)
		f.check(t, "so "+text+" it is")
	}
	out := f.through("json", `{"tenant_id":"t","call_id":"c","text":"[PERSON_1+447700900123] [ada@example.com]"}`)
	require.Contains(t, out, `"text":"(PERSON_1] []"`, "and no brackets but those")
	seed := rand.Uint64()
	rng := rand.New(rand.NewPCG(seed, 0))
	parts := []string{"[", "]", "PERSON", "PHONE", "_", "1", "22", ":", "r1", "bdkqtscmfghjrlnpqsdtckbm", "+447700900123", "ada@example.com", " ", "192.0.2.1", "AGE", "40-49",
		"4111 1111 1111 1111", "1984-03-12", "219-09-9999", "SW1A 1AA", "(", "\"", "\\", "［", "\u200b", "https://example.com/x"}
	for range 3000 {
		var b strings.Builder
		for range 2 + rng.IntN(9) {
			b.WriteString(parts[rng.IntN(len(parts))])
		}
		text := b.String()
		func() {
			defer func() {
				if t.Failed() {
					t.Logf("seed %d", seed)
				}
			}()
			f.check(t, text)
		}()
	}
}

// FuzzForged looks for a text that brings an alias or token of its own through.
func FuzzForged(f *testing.F) {
	for _, text := range forgeries {
		f.Add(text)
	}
	x := newForger(f)
	f.Fuzz(func(t *testing.T, text string) { x.check(t, text) })
}

// TestForgedInDisguise: an imitation that only people take for ours is harmless, too, however its disguise is written in JSON.
func TestForgedInDisguise(t *testing.T) {
	f := newForger(t)
	for _, in := range []string{`[PER\u200bSON_1]`, "[PER\u200bSON_1]", `[PERSON_1\u0000]`, `[\u0420ERSON_1]`, `\u005bPERSON\uff3f1]`, `[PERSON_\udead1]`} {
		out := f.through("json", `{"tenant_id":"t","call_id":"c","role":"customer","text":"`+in+`","lang":"`+in+`"}`)
		require.NotEmpty(t, out)
		var left struct{ Text, Lang string }
		require.NoError(t, json.Unmarshal([]byte(out), &left))
		require.Regexp(t, `^\(.*\)$`, left.Text)
		require.Equal(t, left.Text, left.Lang)
	}
}
