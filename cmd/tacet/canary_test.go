package main

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/detectors/checksum"
	"github.com/sonexlabs/tacet/pipeline"
)

// canary is an invented identifier that stands in one place of one record only. Its parts say enough of it that they may not
// leave either.
type canary struct {
	text  string
	parts []string
}

// mint makes canaries, no two alike. Telephone numbers, addresses and hosts are of the ranges kept for examples.
type mint struct {
	rng  *rand.Rand
	made map[string]int // by kind
	all  []canary
}

func newMint(seed uint64) *mint {
	return &mint{rng: rand.New(rand.NewPCG(seed, 0)), made: map[string]int{}}
}

const (
	letters = "abcdefghijklmnopqrstuvwxyz"
	digits  = "0123456789"
)

func (m *mint) random(alphabet string, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = alphabet[m.rng.IntN(len(alphabet))]
	}
	return string(b)
}

// checked appends the digit that makes a number pass.
func checked(number string, valid func([]byte) bool) string {
	for d := range digits {
		if s := number + digits[d:d+1]; valid([]byte(s)) {
			return s
		}
	}
	panic("no check digit")
}

// Kinds of canaries. Those in kindsWritten are found in any text, those in kindsSpoken in what people say.
//
// What detection doesn't promise is planted only where nothing may leave, whatever is in it:
//   - kindName, a name with nothing beside it that says it is one: most are found, some are not;
//   - kindsSpoken in log lines: nobody speaks in those, and words for digits are not read there.
const kindName = "name"

var (
	kindsSpoken  = []string{"spoken card", "spoken phone", "spoken email", "spelled email", "spoken nino", "name said"}
	kindsDigits  = []string{"card", "phone digits", "aadhaar"}
	kindsWritten = append([]string{"email", "phone", "us phone", "card spaced", "iban", "ipv4", "ipv6", "url", "ssn", "aadhaar spaced",
		"pan", "nino", "stripe key", "github key", "aws key", "password", "jwt"}, kindsDigits...)
	kindsText = append(slices.Clone(kindsSpoken), kindsWritten...)
	kindsAll  = append([]string{kindName}, kindsText...)
	// In a line of text a password is the value of a key that the policy doesn't name: it is dropped, not found.
	kindsPlain = slices.DeleteFunc(slices.Clone(kindsWritten), func(kind string) bool { return kind == "password" })
)

func (m *mint) make(kind string) string {
	word, n := m.random(letters, 10), m.made[kind]
	m.made[kind]++
	c := canary{text: word}
	switch kind {
	case kindName:
		c.text = strings.ToUpper(word[:1]) + word[1:] + " " + strings.ToUpper(m.random(letters, 1)) + m.random(letters, 7)
		c.parts = strings.Fields(c.text)
	case "email":
		c = canary{word + "@example.com", []string{word}}
	case "phone":
		c = canary{fmt.Sprintf("+44 7700 900%03d", n), []string{fmt.Sprintf("7700900%03d", n), fmt.Sprintf("7700 900%03d", n)}}
	case "phone digits":
		c = canary{fmt.Sprintf("447700900%03d", 500+n), []string{fmt.Sprintf("7700900%03d", 500+n)}}
	case "us phone":
		c.text = fmt.Sprintf("(%d) 555-01%02d", 202+n/100, n%100)
		c.parts = []string{fmt.Sprintf("%d55501%02d", 202+n/100, n%100)}
	case "card", "card spaced":
		s := checked("41111111"+m.random(digits, 7), checksum.Luhn)
		c = canary{s, []string{s[7:]}}
		if kind == "card spaced" {
			c = canary{s[:4] + " " + s[4:8] + " " + s[8:12] + " " + s[12:], []string{s, s[7:], s[8:12] + " " + s[12:]}}
		}
	case "iban":
		account := m.random(digits, 14)
		for k := range 98 {
			if s := fmt.Sprintf("GB%02dWEST%s", k, account); checksum.Mod97([]byte(s)) {
				c = canary{s, []string{account}}
			}
		}
	case "ipv4":
		c.text = fmt.Sprintf("%s.%d", []string{"192.0.2", "198.51.100", "203.0.113"}[n%3], 100+n/3%150)
	case "ipv6":
		c.text = fmt.Sprintf("2001:db8:%x:%x::%x", 0x1000+m.rng.IntN(0xe000), 0x1000+m.rng.IntN(0xe000), 0x1000+n)
		c.parts = []string{c.text[9:]}
	case "url":
		c = canary{"https://example.com/u/" + word + "?for=" + m.random(letters, 9), []string{word}}
		c.parts = append(c.parts, c.text[len(c.text)-9:])
	case "ssn":
		c.text = fmt.Sprintf("666-%02d-%04d", 10+n, m.rng.IntN(10_000))
		c.parts = []string{strings.ReplaceAll(c.text, "-", "")}
	case "aadhaar", "aadhaar spaced":
		s := checked("2341234"+m.random(digits, 4), checksum.Verhoeff)
		c = canary{s, nil}
		if kind == "aadhaar spaced" {
			c = canary{s[:4] + " " + s[4:8] + " " + s[8:], []string{s, s[4:8] + " " + s[8:]}}
		}
	case "pan":
		c.text = "ZZZP" + strings.ToUpper(word[:1]) + fmt.Sprintf("%04d", n) + "Z"
	case "nino":
		c.text = fmt.Sprintf("AB%06dC", 100_000+n*7)
	default:
		if c = m.spoken(kind, word, n); c.text == "" {
			c = m.secret(kind, word)
		}
	}
	m.all = append(m.all, c)
	return c.text
}

// aloud gives digits in words, and letters by themselves.
func aloud(s string) string {
	words := make([]string, len(s))
	for i := range len(s) {
		words[i] = s[i : i+1]
		if k := strings.IndexByte(digits, s[i]); k >= 0 {
			words[i] = strings.Fields("zero one two three four five six seven eight nine")[k]
		}
	}
	return strings.Join(words, " ")
}

// spoken makes what is said in place of being written.
func (m *mint) spoken(kind, word string, n int) canary {
	switch kind {
	case "spoken card":
		s := checked("41111111"+m.random(digits, 7), checksum.Luhn)
		return canary{aloud(s), []string{aloud(s[7:]), s}}
	case "spoken phone":
		s := fmt.Sprintf("07700900%03d", n)
		return canary{"oh seven seven double oh " + aloud(s[5:]), []string{aloud(s[5:]), s}}
	case "spoken email":
		return canary{word + " dot " + word[:5] + " at example dot com", []string{word}}
	case "spelled email":
		return canary{aloud(word) + " at example dot com", []string{aloud(word)}}
	case "spoken nino":
		s := fmt.Sprintf("ab%06dc", 500_000+n*7)
		return canary{aloud(s), []string{aloud(s[2:]), s}}
	case "name said":
		syllables := func(k int) string {
			name := strings.ToUpper(m.random("bdfgjkmnprtvz", 1))
			for range k {
				name += m.random("aeiou", 1) + m.random("dlmnrst", 1)
			}
			return name
		}
		given, family := syllables(3), syllables(4)
		return canary{"my name is " + given + " " + family, []string{given + " " + family, family}}
	}
	return canary{}
}

func (m *mint) secret(kind, word string) canary {
	const alphabet = letters + "ABCDEFGHIJKLMNOPQRSTUVWXYZ" + digits
	key := m.random(alphabet, 36)
	switch kind {
	case "stripe key":
		return canary{"sk_live_" + key[:24], []string{key[:12], key[12:24]}}
	case "github key":
		return canary{"ghp_" + key, []string{key[:18], key[18:]}}
	case "aws key":
		return canary{"AKIA" + strings.ToUpper(key[:16]), []string{key[:16]}}
	case "password":
		return canary{"password=" + word + "-7Pw", []string{word}}
	case "jwt":
		body := base64.RawURLEncoding.EncodeToString([]byte(`{"sub":"` + word + `"}`))
		return canary{"eyJhbGciOiJIUzI1NiJ9." + body + "." + key[:20], []string{body[8:], key[:20]}}
	}
	panic("unknown kind " + kind)
}

// search looks for many texts at once, in any case and in any usual encoding.
type search struct {
	byHead map[string][]needle // by the first headLen bytes, so that a text is read once
}

type needle struct {
	text string // in lower case
	of   int    // index of the canary
}

const headLen = 8

func newSearch(canaries []canary) *search {
	s := &search{byHead: map[string][]needle{}}
	for i, c := range canaries {
		for _, text := range append(c.parts, c.text) {
			for _, form := range forms(text) {
				if form = strings.ToLower(form); len(form) < headLen {
					panic("canary is too short to be looked for")
				}
				s.byHead[form[:headLen]] = append(s.byHead[form[:headLen]], needle{form, i})
			}
		}
	}
	return s
}

// forms are the ways in which a text could appear.
func forms(text string) []string {
	var percent, escaped strings.Builder
	for i := range len(text) {
		fmt.Fprintf(&percent, "%%%02x", text[i])
		fmt.Fprintf(&escaped, `\u%04x`, text[i])
	}
	quoted, _ := json.Marshal(text)
	all := []string{
		text, hex.EncodeToString([]byte(text)), url.QueryEscape(text), url.PathEscape(text), percent.String(), escaped.String(),
		strings.Trim(string(quoted), `"`), strings.Trim(fmt.Sprint([]byte(text)), "[]"),
	}
	for _, enc := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		// Three bytes make four letters, so where the text begins decides which letters it makes; those that hold bits of
		// its neighbours are left away.
		for shift := range 3 {
			encoded := enc.EncodeToString([]byte(strings.Repeat("x", shift) + text))
			if whole := encoded[(shift*8+5)/6 : (shift+len(text))*8/6]; len(whole) >= 11 {
				all = append(all, whole)
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// in gives the indices of the canaries that are in text.
func (s *search) in(text []byte) map[int]bool {
	low := bytes.ToLower(text)
	found := map[int]bool{}
	for i := 0; i+headLen <= len(low); i++ {
		for _, n := range s.byHead[string(low[i:i+headLen])] {
			if bytes.HasPrefix(low[i:], []byte(n.text)) {
				found[n.of] = true
			}
		}
	}
	return found
}

// A search that finds nothing proves nothing, unless it would have found something.
func TestSearchFindsCanaries(t *testing.T) {
	m := newMint(1)
	for _, kind := range kindsAll {
		m.make(kind)
	}
	s := newSearch(m.all)
	require.Empty(t, s.in([]byte("nothing of the kind, +44 7700 900, example.com, 4111 1111")))
	for i, c := range m.all {
		f := func(text string) {
			t.Helper()
			require.True(t, s.in([]byte(text))[i], text)
		}
		quoted, err := json.Marshal(c.text)
		require.NoError(t, err)
		f("before " + c.text + " after")
		f(strings.ToUpper(c.text))
		f(string(quoted))
		f(fmt.Sprintf("%q", c.text))
		f(fmt.Sprintf("%x", "before"+c.text+"after"))
		f(fmt.Sprintf("%X", c.text))
		f(fmt.Sprint([]byte("before" + c.text)))
		f(url.Values{"q": {c.text}}.Encode())
		for shift := range 3 {
			around := strings.Repeat("-", shift) + c.text + "-after"
			f(base64.StdEncoding.EncodeToString([]byte(around)))
			f(base64.URLEncoding.EncodeToString([]byte(around)))
		}
		for _, part := range c.parts {
			f("..." + part + "...")
		}
	}
}

// A route is a way through the pipeline that a canary is sent along.
type route struct {
	name   string
	topic  string
	kinds  []string
	class  pipeline.Class // in which it ends in quarantine; "" means that it is delivered
	found  bool           // what is delivered has something in the canary's place
	record string         // with $ where the canary stands
}

// isPartial tells whether the record is a partial result, which is delivered only where the policy masks those.
func (r route) isPartial() bool { return strings.HasPrefix(r.name, "partial") }

// The topics of the test, by format.
const (
	topicCalls = "calls" // transcripts, a JSON object each
	topicLines = "lines" // transcripts, NDJSON
	topicLogs  = "logs"  // usage log, log lines
	topicAPI   = "api"   // usage log, a JSON object each
	topicText  = "text"  // usage log, plain text
)

// The limits of the test's configuration that records are made to break.
const (
	leakRecordBytes  = 8 << 10
	leakMessageBytes = 4 << 10
	leakDepth        = 12
	leakFields       = 200
)

func routes() []route {
	const open = `{"tenant_id":"acme","call_id":"c1","turn":1,"role":"customer",`
	long := func(n int) string { return strings.Repeat("and so on ", n/10) }
	deep := strings.Repeat("[", leakDepth+1)
	escaped := `"text":"it is {u}"}`
	some := []string{"email", "phone", "card spaced", "password", kindName}
	written := some[:4] // replay brings these back: a name by itself may be missed
	grouped := []string{"phone", "us phone", "card spaced", "aadhaar spaced"}
	return []route{
		{"text", topicCalls, kindsText, "", true, open + `"text":"it is $ thanks"}`},
		{"known value", topicCalls, kindsAll, "", true,
			`{"tenant_id":"acme","call_id":"k1","known_values":[{"type":"PERSON","value":"$"},{"$":"$","value":null}],"role":"customer","text":"it is $ thanks"}`},
		{"text in another script", topicCalls, kindsText, "", true, open + `"text":"यह $ है — धन्यवाद"}`},
		{"escaped text", topicCalls, kindsText, "", true, open + escaped},
		{"number", topicCalls, kindsDigits, "", true, open + `"text":$}`},
		{"other forms of the text", topicCalls, append([]string{"email", "iban", "nino"}, kindsSpoken...), "", true, open + `"text":"so","lexical":"$","itn":"it is $"}`},
		{"turns", topicCalls, kindsText, "", true,
			`{"tenant_id":"acme","call_id":"c2","turns":[{"role":"agent","text":"go on"},{"role":"customer","text":"$"}]}`},
		{"JSON in a string", topicCalls, kindsWritten, "", true, open + `"text":"{\"inner\":[{\"deeper\":\"it is $\"}]}"}`},
		{"password of JSON in a string", topicCalls, []string{kindName, "jwt"}, "", true, open + `"text":"{\"login\":{\"password\":\"$\"}}"}`},
		{"key of JSON in a string", topicCalls, []string{"email", "iban", "card", "nino"}, "", true, open + `"text":"{\"$\":1}"}`},
		{"text given twice", topicCalls, some, pipeline.ClassMalformed, false, open + `"text":"it is $","text":"so"}`},
		{"text under an escaped name", topicCalls, some[:3], "", true, open + `"\u0074ext":"it is $"}`},
		{"text is a list", topicCalls, some, "", false, open + `"text":["$",{"text":"$"}]}`},
		{"dropped field", topicCalls, kindsAll, "", false, open + `"text":"so","customer":{"name":"$","$":[{"$":"$"}]}}`},
		{"dropped name of a field", topicCalls, kindsAll, "", false, open + `"text":"so","$":true}`},
		{"token", topicCalls, kindsAll, "", false, `{"tenant_id":"acme","call_id":"$","turn":1,"role":"customer","text":"so"}`},
		{"invalid UTF-8", topicCalls, []string{"email", "phone", "iban", "card"}, "", true, open + "\"text\":\"\xff it is $ \xc3\"}"},
		{"cut short", topicCalls, kindsAll, pipeline.ClassMalformed, false, open + `"text":"$`},
		{"cut short in a name", topicCalls, some, pipeline.ClassMalformed, false, open + `"$`},
		{"no quotes", topicCalls, []string{"email", "phone", kindName}, pipeline.ClassMalformed, false, open + `"text":$}`},
		{"bad escape", topicCalls, some, pipeline.ClassMalformed, false, open + `"text":"$\q"}`},
		{"something behind", topicCalls, some, pipeline.ClassMalformed, false, open + `"text":"so"} $`},
		{"a list", topicCalls, some, pipeline.ClassMalformed, false, `["$"]`},
		{"a string", topicCalls, some, pipeline.ClassMalformed, false, `"$"`},
		{"no JSON", topicCalls, kindsAll, pipeline.ClassMalformed, false, `$`},
		{"too large", topicCalls, written, pipeline.ClassSize, false, open + `"text":"$ ` + long(leakRecordBytes) + `"}`},
		{"too deep", topicCalls, some, pipeline.ClassSize, false, open + `"x":` + deep + `"$"` + strings.ReplaceAll(deep, "[", "]") + `}`},
		{"too many fields", topicCalls, written, pipeline.ClassSize, false, open + `"turns":[` + strings.Repeat(`{"text":"$"},`, leakFields) + `{}]}`},
		{"known value of no form", topicCalls, some, pipeline.ClassMalformed, false, open + `"known_values":["$"],"text":"it is $"}`},
		{"known value too long", topicCalls, some, pipeline.ClassMalformed, false, open + `"known_values":[{"value":"$ ` + long(300) + `"}],"text":"it is $"}`},
		{"no tenant", topicCalls, some, pipeline.ClassTenant, false, `{"call_id":"c3","text":"$"}`},
		{"strange tenant", topicCalls, kindsAll, pipeline.ClassTenant, false, `{"tenant_id":"$","call_id":"c3","text":"so"}`},
		{"refused by a sink", topicCalls, kindsText, pipeline.ClassSink, false, open + `"text":"$ ` + long(leakMessageBytes) + `"}`},

		{"partial", topicCalls, kindsAll, "", true, open + `"final":false,"text":"it is $","itn":"$","lexical":"$"}`},
		{"partial, known behind the text", topicCalls, kindsAll, "", true, open + `"text":"it is $","final":null}`},
		{"partial, final is a text", topicCalls, some, "", true, open + `"text":"so","final":"$"}`},
		{"partial, final is a container", topicCalls, some, "", true, open + `"text":"$","\u0066inal":{"$":["$"]}}`},
		{"partial, with turns and a known value", topicCalls, some, "", true,
			`{"tenant_id":"acme","call_id":"k2","known_values":[{"value":"$"}],"turns":[{"text":"it is $","final":true}],"final":0}`},
		{"partial line", topicLines, some, "", true, open + `"final":"false","text":"it is $"}`},
		{"turn that is not final", topicCalls, kindsAll, "", false,
			`{"tenant_id":"acme","call_id":"c2","turns":[{"role":"agent","text":"go on"},{"final":false,"role":"customer","text":"$","itn":"$"}]}`},
		{"JSON in a string, not final", topicCalls, some, "", true, open + `"text":"{\"final\":false,\"$\":[\"$\"]}"}`},
		{"second line not final", topicLines, some, "", false, open + `"text":"so"}` + "\n" + open + `"final":[],"text":"$"}`},
		{"not final, cut short", topicCalls, some, pipeline.ClassMalformed, false, open + `"final":false,"text":"$`},
		{"not final and final", topicCalls, some, pipeline.ClassMalformed, false, open + `"final":false,"final":true,"text":"$"}`},

		{"second line", topicLines, kindsText, "", true, open + `"text":"so"}` + "\n" + open + `"text":"$"}`},
		{"second line cut short", topicLines, some, pipeline.ClassMalformed, false, open + `"text":"$"}` + "\n" + open + `"text":"$`},

		{"plain line", topicLogs, kindsPlain, "", true, `mail to $ bounced`},
		{"system log", topicLogs, kindsPlain, "", true, `<34>Oct 11 22:14:15 web1 app[42]: login by $ refused`},
		{"system log, structured", topicLogs, kindsPlain, "", true,
			`<165>1 2026-03-01T22:14:15.003Z web1 app 42 ID47 [x@32473 user="$"] login by $ refused`},
		{"access log", topicLogs, []string{"email", "ipv4", "url", "phone digits", "nino"}, "", false,
			`192.0.2.1 - $ [10/Oct/2026:13:55:36 +0000] "GET /u/$?q=$ HTTP/1.1" 200 2326 "https://example.com/$" "agent $"`},
		{"logfmt", topicLogs, []string{"email", "ipv4", "iban", "card", "stripe key", "jwt"}, "", true,
			`level=info msg="sent to $ now" user_id=$ recipient="$" took=3ms`},
		{"dropped pair, value in groups", topicLogs, grouped, "", false, `sent to=$ and done`},
		{"kept pair, value in groups", topicLogs, grouped, "", true, `sent status=$ and done`},
		{"JSON in a log line", topicLogs, kindsWritten, "", true, `{"level":"info","msg":"sent to $ now"}`},
		{"password in a log line", topicLogs, []string{"password"}, "", false, `login with $ refused`},
		{"log line, invalid UTF-8", topicLogs, []string{"email", "phone", "iban"}, "", true, "level=info msg=\"\xff $ \xfe\""},
		{"log line too long", topicLogs, written, pipeline.ClassSize, false, `mail to $ ` + long(leakRecordBytes)},

		{"log object", topicAPI, kindsWritten, "", true, `{"tenant_id":"acme","level":"info","message":"sent to $","query":"$","user_id":"$"}`},
		{"stack trace", topicAPI, []string{"email", "url", "github key"}, "", true,
			`{"tenant_id":"acme","error":"no","stack_trace":"main.go:7\n\tat send($)\n","headers":{"cookie":"$"}}`},

		{"text of lines", topicText, kindsPlain, "", true, "first\n\nthe number: $\nlast"},
		{"text, invalid UTF-8", topicText, []string{"email", "phone", "iban"}, "", true, "\xfe\xff $ \xed\xa0\x80"},
	}
}

// fill puts a canary into a route's record.
func (r route) fill(c string) string {
	var escaped strings.Builder
	for i := range len(c) {
		fmt.Fprintf(&escaped, `\u%04X`, c[i])
	}
	return strings.NewReplacer("$", c, "{u}", escaped.String()).Replace(r.record)
}
