package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync/atomic"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/sonexlabs/tacet/detectors"
	"github.com/sonexlabs/tacet/pipeline"
	"github.com/sonexlabs/tacet/pipeline/policy"
)

func allDetectors(t testing.TB) *detectors.Set {
	set, err := detectors.New(detectors.Options{})
	require.NoError(t, err)
	return set
}

func inputOf(t require.TestingT, r io.Reader) *input {
	in, err := openInput(r, "-", new(atomic.Int64))
	require.NoError(t, err)
	return in
}

func redactText(t require.TestingT, set *detectors.Set, r io.Reader, f pipeline.Format) (string, error) {
	var out bytes.Buffer
	err := redactStream(context.Background(), inputOf(t, r), &out, set, policy.TextOnly(), f, new(minimised))
	return out.String(), err
}

// Lines out are lines in, whatever is in them and however they arrive, and what has nothing to redact stays as it is.
func TestRedactKeepsLines(t *testing.T) {
	set := allDetectors(t)
	rapid.Check(t, func(t *rapid.T) {
		lines := rapid.SliceOfN(rapid.SampledFrom([]string{"", "plain words here", "mail ada@example.com now", "ünïcode", "{", "a\tb"}), 1, 40).Draw(t, "lines")
		text := strings.Join(lines, rapid.SampledFrom([]string{"\n", "\r\n"}).Draw(t, "ends"))
		var in io.Reader = strings.NewReader(text)
		if rapid.Bool().Draw(t, "dribbles") {
			in = iotest.OneByteReader(in)
		}
		got, err := redactText(t, set, in, pipeline.FormatText)
		require.NoError(t, err)
		require.Equal(t, strings.ReplaceAll(text, "ada@example.com", "[EMAIL_1]"), got)
	})
}

// Many lines go through several workers and come out in order.
func TestRedactKeepsOrder(t *testing.T) {
	var in, want strings.Builder
	for i := range 20_000 {
		fmt.Fprintf(&in, `{"call_id":"c%d","n":"line %d of mail ada@example.com"}`+"\n", i%7, i)
		fmt.Fprintf(&want, `{"call_id":"c%d","n":"line %d of mail [EMAIL_1]"}`+"\n", i%7, i)
	}
	got, err := redactText(t, allDetectors(t), strings.NewReader(in.String()), pipeline.FormatNDJSON)
	require.NoError(t, err)
	require.True(t, want.String() == got, "order or content differs")
}

// Lines of one call share their aliases; lines without a call stand alone.
func TestRedactCalls(t *testing.T) {
	in := `{"call_id":"a","text":"mail ada@example.com"}
{"call_id":"b","text":"mail bob@example.com"}
{"call_id":"a","text":"or bob@example.com"}
{"text":"or eve@example.com"}
`
	got, err := redactText(t, allDetectors(t), strings.NewReader(in), pipeline.FormatNDJSON)
	require.NoError(t, err)
	require.Equal(t, `{"call_id":"a","text":"mail [EMAIL_1]"}
{"call_id":"b","text":"mail [EMAIL_1]"}
{"call_id":"a","text":"or [EMAIL_2]"}
{"text":"or [EMAIL_1]"}
`, got)
}

// Partial results keep their lines without their texts, or leave none; lines of text and logs know no partial results.
func TestRedactPartials(t *testing.T) {
	const in = `{"call_id":"a","final":false,"text":"it is four one"}
{"call_id":"a","final":true,"text":"mail ada@example.com"}
{"call_id":"a","text":"so","final":null}`
	const masked = `{"call_id":"a","final":false,"text":"[PARTIAL]"}
{"call_id":"a","final":true,"text":"mail [EMAIL_1]"}
{"call_id":"a","text":"[PARTIAL]","final":false}`
	f := func(partials policy.Partials, format pipeline.Format, in, want string) {
		t.Helper()
		var out bytes.Buffer
		rules := policy.TextOnly().WithPartials(partials)
		require.NoError(t, redactStream(context.Background(), inputOf(t, strings.NewReader(in)), &out, allDetectors(t), rules, format, new(minimised)))
		require.Equal(t, want, out.String())
	}
	f(policy.PartialsMask, pipeline.FormatNDJSON, in, masked)
	f(policy.PartialsMask, pipeline.FormatNDJSON, masked, masked) // again changes nothing
	f(policy.PartialsDrop, pipeline.FormatNDJSON, in, `{"call_id":"a","final":true,"text":"mail [EMAIL_1]"}`+"\n")
	f(policy.PartialsDrop, pipeline.FormatNDJSON, in[:strings.Index(in, "\n")], "")
	for _, format := range []pipeline.Format{pipeline.FormatText, pipeline.FormatLog} {
		f(policy.PartialsDrop, format, "final=false it is so", "final=false it is so")
	}
}

// A line that can't be processed never leaves, and its neighbours do.
func TestRedactFailsClosed(t *testing.T) {
	long := strings.Repeat("ada@example.com ", pipeline.DefaultLimits().RecordBytes/16+2)
	f := func(format pipeline.Format, bad, placeholder, class string) {
		t.Helper()
		got, err := redactText(t, allDetectors(t), strings.NewReader("{}\n"+bad+"\n{}"), format)
		require.ErrorAs(t, err, new(*unreadableError))
		require.EqualError(t, err, "redact standard input: line 2 is the first of those that could not be processed: 1 "+class)
		require.Equal(t, "{}\n"+placeholder+"\n{}", got)
	}
	f(pipeline.FormatNDJSON, `{"text":"ada@example.com"`, `{"error":"not processed"}`, "malformed")
	f(pipeline.FormatNDJSON, `ada@example.com`, `{"error":"not processed"}`, "malformed")
	f(pipeline.FormatNDJSON, `{"text":"`+long+`"}`, `{"error":"not processed"}`, "too_large")
	f(pipeline.FormatText, long, "[NOT PROCESSED]", "too_large")
}

func TestRedactReportsErrors(t *testing.T) {
	set := allDetectors(t)
	_, err := redactText(t, set, io.MultiReader(strings.NewReader("a\n"), iotest.ErrReader(errors.New("disk gone"))), pipeline.FormatText)
	require.ErrorContains(t, err, "disk gone")
	err = redactStream(context.Background(), inputOf(t, strings.NewReader("a\n")), brokenWriter{}, set, policy.TextOnly(), pipeline.FormatText, new(minimised))
	require.ErrorContains(t, err, "disk full")
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, errors.New("disk full") }

func TestGuessFormat(t *testing.T) {
	f := func(text string, want pipeline.Format) {
		t.Helper()
		require.Equal(t, want, guessFormat(inputOf(t, strings.NewReader(text))))
	}
	f("", pipeline.FormatText)
	f("hello", pipeline.FormatText)
	f("{\"a\":1}", pipeline.FormatNDJSON)
	f("\n\n {\"a\":1}\nx", pipeline.FormatNDJSON)
	f("{not json}\n{}", pipeline.FormatText)
	f("{\"a\":", pipeline.FormatText)
	f("[1]", pipeline.FormatText)
	f("{\"time\":\"2026-03-02T10:00:01Z\",\"level\":\"INFO\",\"msg\":\"ready\"}\n", pipeline.FormatLog)
	f("{\"level\":\"gold\",\"message\":\"hello\",\"role\":\"agent\"}\n", pipeline.FormatNDJSON)
	f("{\"level\":3}\n", pipeline.FormatNDJSON)
	f("2026-03-02 10:00:01,123 WARN worker ready\n", pipeline.FormatLog)
	f("Dear Ms Roe, the level is a warning\n", pipeline.FormatText)
	f("{\"a\":\""+strings.Repeat("x", 2*readBytes)+"\"}", pipeline.FormatNDJSON)
}

// chanWriter sends every write.
type chanWriter chan string

func (c chanWriter) Write(b []byte) (int, error) {
	c <- string(b)
	return len(b), nil
}

// A line that comes through a pipe is answered before the next one is there. When it isn't, this test never ends.
func TestFiltersAnswerAtOnce(t *testing.T) {
	set := allDetectors(t)
	f := func(filter func(*input, io.Writer) error, lines, want []string) {
		t.Helper()
		r, w := io.Pipe()
		out := make(chanWriter)
		ended := make(chan error, 1)
		go func() {
			in, err := openInput(r, "-", new(atomic.Int64))
			if err == nil {
				err = filter(in, out)
			}
			ended <- err
		}()
		for i, line := range lines {
			_, err := io.WriteString(w, line+"\n")
			require.NoError(t, err)
			require.Equal(t, want[i]+"\n", <-out)
		}
		require.NoError(t, w.Close())
		require.NoError(t, <-ended)
	}
	redact := func(in *input, out io.Writer) error {
		return redactStream(context.Background(), in, out, set, policy.TextOnly(), guessFormat(in), new(minimised))
	}
	f(redact, []string{"x", "ada@example.com"}, []string{"x", "[EMAIL_1]"})
	f(redact, []string{`{"a":"ada@example.com"}`, `{}`}, []string{`{"a":"[EMAIL_1]"}`, `{}`})
	detect := func(in *input, out io.Writer) error {
		return detectStream(context.Background(), in, out, set, true, false)
	}
	f(detect, []string{"x", "y"}, []string{`{"id":1,"findings":[]}`, `{"id":2,"findings":[]}`})
}

func detectIn(t testing.TB, text string, plain bool) (string, error) {
	var out bytes.Buffer
	err := detectStream(context.Background(), inputOf(t, strings.NewReader(text)), &out, allDetectors(t), plain, false)
	return out.String(), err
}

func TestDetect(t *testing.T) {
	f := func(in, want string) {
		t.Helper()
		got, err := detectIn(t, in, false)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	const email = `"type":"EMAIL","confidence":0.95,"detector":"email"}`
	f("", "")
	f(`{"id":"x","text":"nothing"}`, `{"id":"x","findings":[]}`+"\n")
	f(`{"text":""}`, `{"id":null,"findings":[]}`+"\n")
	f(`{"id":1,"turns":[]}`+"\n\n"+`{"id":2,"text":"x"}`, `{"id":1,"findings":[]}`+"\n"+`{"id":2,"findings":[]}`+"\n")
	f(`{"id":7,"text":"ü ada@example.com","channel":"chat","other":{}}`, `{"id":7,"findings":[{"start":3,"end":18,`+email+"]}\n")
	f(`{"id":[1],"turns":[{"role":"agent","text":"hi"},{"text":"ada@example.com bob@example.com"}]}`,
		`{"id":[1],"findings":[{"turn":1,"start":0,"end":15,`+email+`,{"turn":1,"start":16,"end":31,`+email+"]}\n")
}

func TestDetectPlain(t *testing.T) {
	got, err := detectIn(t, "hello\n\r\nada@example.com\r\n", true)
	require.NoError(t, err)
	require.Equal(t, `{"id":1,"findings":[]}`+"\n"+`{"id":2,"findings":[]}`+"\n"+
		`{"id":3,"findings":[{"start":0,"end":15,"type":"EMAIL","confidence":0.95,"detector":"email"}]}`+"\n", got)
}

func TestDetectBadRows(t *testing.T) {
	f := func(bad, want string) {
		t.Helper()
		got, err := detectIn(t, `{"id":1,"text":"x"}`+"\n"+bad+"\n"+`{"id":3,"text":"x"}`, false)
		require.EqualError(t, err, "detect in standard input: line 2: "+want)
		require.Equal(t, `{"id":1,"findings":[]}`+"\n", got, "what came before is there")
		require.NotContains(t, err.Error(), "ada@example.com")
	}
	f(`ada@example.com`, errRow.Error())
	f(`{"text":5,"id":"ada@example.com"}`, errRow.Error())
	f(`{"id":"ada@example.com"}`, errRow.Error())
	f(`["ada@example.com"]`, errRow.Error())
	f(`{"text":"a","turns":[]}`, errRowBoth.Error())
}

func TestDetectKeepsOrder(t *testing.T) {
	var in, want strings.Builder
	for i := range 20_000 {
		fmt.Fprintf(&in, `{"id":%d,"text":"some words to fill the line, nothing else, number %d"}`+"\n", i, i%10)
		fmt.Fprintf(&want, `{"id":%d,"findings":[]}`+"\n", i)
	}
	got, err := detectIn(t, in.String(), false)
	require.NoError(t, err)
	require.True(t, want.String() == got, "order differs")
}

func TestDetectStopsAtBrokenWriter(t *testing.T) {
	in := inputOf(t, strings.NewReader(strings.Repeat(`{"id":1,"text":"x"}`+"\n", 100_000)))
	require.ErrorContains(t, detectStream(context.Background(), in, brokenWriter{}, allDetectors(t), false, false), "disk full")
}

// A row gives a line of JSON with findings inside its texts, or an error; never a panic.
func FuzzDetectRow(f *testing.F) {
	f.Add(`{"id":1,"text":"mail ada@example.com"}`)
	f.Add(`{"id":"x","turns":[{"role":"agent","text":"your card"},{"role":"customer","text":"4111 1111 1111 1111"}],"channel":"call"}`)
	f.Add(`{"id":{"a":[]},"text":"\ud800"}`)
	find := newFinder(allDetectors(f), false)
	f.Fuzz(func(t *testing.T, line string) {
		out, err := find.row(nil, []byte(line))
		if err != nil {
			require.Empty(t, out)
			return
		}
		var got struct {
			Findings []struct{ Turn, Start, End int }
		}
		require.NoError(t, json.Unmarshal(out, &got))
		var r row
		require.NoError(t, json.Unmarshal([]byte(line), &r))
		for _, x := range got.Findings {
			text := r.Text
			if text == nil {
				text = &r.Turns[x.Turn].Text
			}
			require.Less(t, x.Start, x.End)
			require.LessOrEqual(t, x.End, len(*text))
		}
	})
}
