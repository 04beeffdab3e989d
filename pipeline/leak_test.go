package pipeline

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"filippo.io/age"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/pipeline/policy"
)

// TestNothingLeaks sends canaries through every path of the engine and looks for them in all that it says.
func TestNothingLeaks(t *testing.T) {
	for _, partials := range []policy.Partials{policy.PartialsDrop, policy.PartialsMask} {
		t.Run(partials.String(), func(t *testing.T) { testNothingLeaks(t, partials) })
	}
}

func testNothingLeaks(t *testing.T, partials policy.Partials) {
	var logs bytes.Buffer
	identity, err := age.GenerateX25519Identity()
	require.NoError(t, err)
	limits := DefaultLimits()
	limits.RecordBytes = 2500
	limits.Depth = 8
	c := simConfig(t, limits)
	c.Policy = c.Policy.WithPartials(partials)
	c.Log = slog.New(slog.NewJSONHandler(&syncWriter{w: &logs}, &slog.HandlerOptions{Level: slog.LevelDebug}))
	c.Recipient = identity.Recipient().String()
	q := &simQuarantine{seen: map[string]int{}}
	c.Quarantine = q
	fails := 0
	sink := &memorySink{write: func(_ context.Context, b *Batch) error {
		if fails++; fails%3 == 0 {
			return errors.New("away")
		}
		for _, o := range b.Outputs {
			if bytes.Contains(o.Value, []byte(textRefused)) {
				return Permanent(errors.New("schema says no"))
			}
		}
		return nil
	}}
	c.Sinks = []SinkConfig{{Name: "memory", Sink: sink}}
	c.Limits.RetryFirst, c.Limits.RetryMost = time.Millisecond, time.Millisecond
	e, err := New(c)
	require.NoError(t, err)
	e.onRecord = func(r *Record) {
		if bytes.Contains(r.Value, []byte(textPanic)) {
			panic(string(r.Value))
		}
	}
	canaries, values := plantCanaries()
	require.GreaterOrEqual(t, len(canaries), 200)
	var records []Record
	for i, v := range values {
		records = append(records, Record{Offset: int64(i), Key: []byte("key-" + canaries[i%len(canaries)]), Value: []byte(v),
			Headers: []Header{{"trace", []byte(canaries[i%len(canaries)])}}})
	}
	require.NoError(t, e.Run(context.Background(), sourceFunc(func(ctx context.Context, in Intake) error {
		return submitAll(ctx, in, LaneID{"calls", 0}, records)
	})))
	outcome := map[policy.Partials]string{policy.PartialsDrop: outcomePartial, policy.PartialsMask: outcomeMasked}[partials]
	require.Equal(t, 30.0*4, testutil.ToFloat64(c.Metrics.records.WithLabelValues("calls", outcome)), "partial results were on their way")
	var all strings.Builder
	all.WriteString(logs.String())
	for _, o := range sink.outs {
		fmt.Fprintf(&all, "%s %s %v\n", o.Key, o.Value, o.Headers)
		for _, h := range o.Headers {
			all.Write(h.Value)
		}
	}
	require.NotEmpty(t, q.all)
	for _, entry := range q.all {
		b, err := json.Marshal(entry)
		require.NoError(t, err)
		all.Write(b)
		all.Write(entry.Sealed)
	}
	families, err := c.Metrics.registry.Gather()
	require.NoError(t, err)
	for _, f := range families {
		all.WriteString(f.String())
	}
	status, err := json.Marshal(e.Status())
	require.NoError(t, err)
	all.Write(status)
	heard := strings.ToLower(all.String())
	for _, canary := range canaries {
		require.NotContains(t, heard, strings.ToLower(canary))
	}
}

// plantCanaries makes over 200 distinct values of all kinds and records that carry them down every path: found in text, in a
// field that no path names, in JSON in a string, in numbers, in keys, in malformed records, in panics, in records that sinks refuse, in
// records that are too big or too deep, under unknown tenants.
func plantCanaries() (canaries, records []string) {
	kinds := []func(i int) string{
		func(i int) string { return fmt.Sprintf("canary.%d@example.com", i) },
		func(i int) string { return fmt.Sprintf("+44 7700 900%03d", i) },
		func(i int) string { return fmt.Sprintf("41111111111%05d", 10000+i) },
		func(i int) string { return fmt.Sprintf("203.0.113.%d", i%250) },
		func(i int) string { return fmt.Sprintf("900-%02d-%04d", 10+i%89, 1000+i) },
		func(i int) string { return fmt.Sprintf("https://example.com/u/canary%d?mail=c%d@example.org", i, i) },
		func(i int) string { return fmt.Sprintf("password=Canary-%d-Passw0rd", i) },
	}
	paths := []string{
		`{"tenant_id":"t","call_id":"c%d","role":"customer","text":"it is %s thanks"}`,
		`{"tenant_id":"t","call_id":"c%d","role":"customer","text":"x","caller_notes":{"deep":["%s"]}}`,
		`{"tenant_id":"t","call_id":"c%d","role":"customer","text":"{\"inner\":\"%s\"}"}`,
		`{"tenant_id":"t","call_id":"c%d","role":"customer","text":"{\"%s\":1}"}`,
		`{"tenant_id":"t","call_id":"c%d","text":"%s`,
		`{"tenant_id":"t","call_id":"c%d","text":"%s ` + textPanic + `"}`,
		`{"tenant_id":"t","call_id":"c%d","text":"%s ` + textRefused + `"}`,
		`{"tenant_id":"t","call_id":"c%d","text":"%s ` + strings.Repeat("long ", 600) + `"}`,
		`{"tenant_id":"","call_id":"c%d","text":"%s"}`,
		`{"tenant_id":"t","call_id":"c%d","a":[[[[[[[[[["%s"]]]]]]]]]]}`,
	}
	for i := range 30 {
		for k, kind := range kinds {
			canary := kind(i*len(kinds) + k)
			canaries = append(canaries, canary)
			for p := range paths {
				if (i+p)%5 == 0 || k == 0 {
					records = append(records, fmt.Sprintf(paths[p], i, canary))
				}
			}
		}
	}
	// Names that only known_values say are names: taken, refused for their form, number or length, and on the way into a panic.
	for i := range 30 {
		name := fmt.Sprintf("Zorvex%d Canaryname%d", i, i)
		canaries = append(canaries, fmt.Sprintf("Zorvex%d ", i), fmt.Sprintf("Canaryname%d", i), fmt.Sprintf("canary row %d", i))
		list := fmt.Sprintf(`[{"type":"PERSON","value":"%s"},{"type":"%s","value":"canary row %d"}]`, name, name, i)
		bad := []string{`"` + name + `"`, `[{"name":"` + name + `"}]`, `[{"value":"` + strings.Repeat(name+" ", 20) + `"}]`,
			`[` + strings.Repeat(`{"value":"`+name+`"},`, knownMost) + `{}]`}
		for _, r := range []string{
			`{"tenant_id":"t","call_id":"k%d","known_values":` + list + `,"role":"customer","text":"` + name + ` here"}`,
			`{"tenant_id":"t","call_id":"k%d","turns":[{"role":"agent","text":"` + name + `?"}],"known_values":` + list + `}`,
			`{"tenant_id":"t","call_id":"k%d","known_values":` + list + `,"text":"{\"` + name + `\":\"canary row ` + fmt.Sprint(i) + `\"}"}`,
			`{"tenant_id":"t","call_id":"k%d","known_values":` + list + `,"text":"` + name + textPanic + `"}`,
			`{"tenant_id":"t","call_id":"k%d","known_values":` + bad[i%len(bad)] + `,"text":"` + name + `"}`,
		} {
			records = append(records, fmt.Sprintf(r, i))
		}
	}
	// Words that nothing finds, in partial results: known as such in every place and form, failing, and refused by the sink.
	for i := range 30 {
		word := fmt.Sprintf("Hypothesis%dcanary", i)
		canaries = append(canaries, word)
		not := []string{"false", "null", "0", `"` + word + `"`, `["` + word + `"]`, `{"` + word + `":1}`}[i%6]
		for _, r := range []string{
			`{"tenant_id":"t","call_id":"p%d","final":NOT,"text":"WORD","itn":"WORD","lexical":"WORD","role":"customer"}`,
			`{"tenant_id":"t","call_id":"p%d","text":"WORD","turns":[{"text":"WORD","final":true}],"\u0066inal":NOT}`,
			`{"tenant_id":"t","call_id":"p%d","final":NOT,"text":"{\"WORD\":[\"WORD\"]}","known_values":[{"type":"PERSON","value":"WORD"}]}`,
			`{"tenant_id":"t","call_id":"WORD%d","final":NOT,"text":"` + textRefused + ` WORD"}`,
			`{"tenant_id":"t","call_id":"p%d","text":"so","turns":[{"text":"go on"},{"final":NOT,"role":"customer","text":"WORD","itn":"WORD"}]}`,
			`{"tenant_id":"t","call_id":"p%d","turns":[{"final":NOT,"lexical":"WORD"},{"text":"{\"say\":\"WORD\",\"WORD\":{\"WORD\":2},\"final\":0}"}]}`,
			`{"tenant_id":"t","call_id":"p%d","final":NOT,"text":"WORD ` + textPanic + `"}`,
			`{"tenant_id":"t","call_id":"p%d","final":NOT,"text":"WORD`,
			`{"tenant_id":"t","call_id":"p%d","final":NOT,"final":true,"text":"WORD"}`,
			`{"tenant_id":"","call_id":"p%d","final":NOT,"text":"WORD"}`,
		} {
			records = append(records, fmt.Sprintf(strings.NewReplacer("NOT", not, "WORD", word).Replace(r), i))
		}
	}
	return canaries, records
}

type syncWriter struct {
	mu sync.Mutex
	w  io.Writer
}

func (s *syncWriter) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.w.Write(p)
}

func TestSecret(t *testing.T) {
	t.Setenv("TACET_TEST_SECRET", "hunter2")
	s, err := ParseSecret("env:TACET_TEST_SECRET")
	require.NoError(t, err)
	require.Equal(t, "hunter2", string(s.Reveal()))
	var logs bytes.Buffer
	slog.New(slog.NewJSONHandler(&logs, nil)).Info("x", "s", s, "p", &s)
	js, err := json.Marshal(map[string]any{"s": s, "p": &s})
	require.NoError(t, err)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		require.NotContains(t, fmt.Sprintf(verb, s), "hunter2")
		require.NotContains(t, fmt.Sprintf(verb, s), "68756e746572")
		require.NotContains(t, fmt.Sprintf(verb, struct{ S Secret }{s}), "hunter2")
	}
	require.NotContains(t, logs.String()+string(js), "hunter2")
	for _, bad := range []string{"", "hunter2", "env:", "file:", "env:TACET_TEST_NOT_SET", "file:/does/not/exist", "vault:x"} {
		_, err := ParseSecret(bad)
		require.Error(t, err, bad)
	}
	_, err = ParseSecret("hunter2")
	require.NotContains(t, err.Error(), "hunter2")
}
