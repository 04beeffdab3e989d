package pipeline

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"filippo.io/age"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/pipeline/policy"
)

// memorySink keeps what it is given. write, when set, decides the fate of each batch.
type memorySink struct {
	write func(ctx context.Context, b *Batch) error

	mu   sync.Mutex
	outs []Output
}

func (s *memorySink) Open(LaneID, int64) (Writer, error) { return memoryWriter{s}, nil }
func (s *memorySink) Check(context.Context) error        { return nil }
func (s *memorySink) Close() error                       { return nil }

func (s *memorySink) values() (all []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, o := range s.outs {
		all = append(all, string(o.Value))
	}
	return all
}

type memoryWriter struct{ s *memorySink }

func (w memoryWriter) Write(ctx context.Context, b *Batch) (int64, error) {
	if w.s.write != nil {
		if err := w.s.write(ctx, b); err != nil {
			return b.First, err
		}
	}
	w.s.mu.Lock()
	defer w.s.mu.Unlock()
	for _, o := range b.Outputs {
		c := o
		c.Key, c.Value = bytes.Clone(o.Key), bytes.Clone(o.Value) // the batch's memory is used again
		c.Headers = nil
		for _, h := range o.Headers {
			c.Headers = append(c.Headers, Header{h.Key, bytes.Clone(h.Value)})
		}
		w.s.outs = append(w.s.outs, c)
	}
	return b.Next, nil
}

func (w memoryWriter) Flush(context.Context) (int64, error) { return 0, nil }
func (w memoryWriter) Close() error                         { return nil }

// sourceFunc is a Source made of a function.
type sourceFunc func(ctx context.Context, in Intake) error

func (f sourceFunc) Run(ctx context.Context, in Intake) error { return f(ctx, in) }

// feed is a source that submits the given values on one lane and drains it.
func feed(id LaneID, values ...string) sourceFunc {
	return func(ctx context.Context, in Intake) error {
		var records []Record
		for i, v := range values {
			records = append(records, Record{Offset: int64(i), Time: time.Now(), Key: []byte("call-1"), Value: []byte(v)})
		}
		return submitAll(ctx, in, id, records)
	}
}

func submitAll(ctx context.Context, in Intake, id LaneID, records []Record) error {
	lane, err := in.OpenLane(id, records[0].Offset)
	if err != nil {
		return err
	}
	err = lane.Submit(ctx, batchOf(id, records, false))
	if n := lane.Drain(context.Background()); n > 0 && err == nil {
		err = fmt.Errorf("%d records abandoned", n)
	}
	if err == nil && lane.Watermark() != records[len(records)-1].Offset+1 {
		err = fmt.Errorf("watermark %d", lane.Watermark())
	}
	return errors.Join(err, lane.Err())
}

// process runs values through an engine and returns what the sink got.
func process(t *testing.T, c Config, topic string, values ...string) []string {
	t.Helper()
	sink := &memorySink{}
	c.Sinks = []SinkConfig{{Name: "memory", Sink: sink}}
	e, err := New(c)
	require.NoError(t, err)
	require.NoError(t, e.Run(context.Background(), feed(LaneID{topic, 0}, values...)))
	return sink.values()
}

func TestRecords(t *testing.T) {
	c := simConfig(t, DefaultLimits())
	c.Topics["text"] = TopicConfig{Category: "usage_log", Format: FormatLog, Tenant: "t"}
	c.Topics["nd"] = TopicConfig{Category: "transcript", Format: FormatNDJSON}
	hash := c.Policy.Hash()
	f := func(topic, in, want string) {
		t.Helper()
		c.Metrics = NewMetrics(prometheus.NewRegistry(), "test", hash)
		got := process(t, c, topic, in)
		require.Len(t, got, 1)
		require.Equal(t, strings.ReplaceAll(want, "HASH", hash), tokensOut(got[0]))
	}
	f("calls", `{"tenant_id":"t","call_id":"c","turn":1,"role":"customer","text":"mail joe@example.com and JOE@example.com or ann@example.org"}`,
		`{"tenant_id":"t","call_id":"TOKEN","turn":1,"role":"customer","text":"mail [EMAIL_1] and [EMAIL_1] or [EMAIL_2]","redaction":{"policy":"HASH","keys":"dev","findings":{"EMAIL":3}}}`)
	// Key order and the role's place do not matter; unmentioned bytes stay.
	f("calls", `{ "text" : "hi\u0020there" , "turn" : 1.50e0, "role":"agent" ,"secret_note":"x","call_id":"c","tenant_id":"t" }`,
		`{ "text" : "hi\u0020there" , "turn" : 1.50e0, "role":"agent" ,"call_id":"TOKEN","tenant_id":"t","redaction":{"policy":"HASH","keys":"dev"} }`)
	// JSON inside a JSON string.
	f("calls", `{"tenant_id":"t","call_id":"c","role":"customer","text":"{\"mail\":\"joe@example.com\",\"n\":4111111111111111}"}`,
		`{"tenant_id":"t","call_id":"TOKEN","role":"customer","text":"{\"mail\":\"[EMAIL_1]\",\"n\":\"[CREDIT_CARD]\"}","redaction":{"policy":"HASH","keys":"dev","findings":{"EMAIL":1,"CREDIT_CARD":1}}}`)
	// Imitations of aliases and tokens lose their brackets, also in JSON in a string.
	f("calls", `{"tenant_id":"t","call_id":"c","role":"customer","text":"[EMAIL_1] is joe@example.com, not [PERSON_2] or [EMAIL]"}`,
		`{"tenant_id":"t","call_id":"TOKEN","role":"customer","text":"(EMAIL_1) is [EMAIL_1], not (PERSON_2) or [EMAIL]","redaction":{"policy":"HASH","keys":"dev","findings":{"EMAIL":1}}}`)
	f("calls", `{"tenant_id":"t","call_id":"c","role":"customer","text":"[\"[EMAIL_1]\"]"}`,
		`{"tenant_id":"t","call_id":"TOKEN","role":"customer","text":"[\"(EMAIL_1)\"]","redaction":{"policy":"HASH","keys":"dev"}}`)
	// What came in under the name of our own member does not leave.
	f("calls", `{"redaction":{"policy":"x","findings":{}},"tenant_id":"t","call_id":"c","role":"agent","text":"hi"}`,
		`{"tenant_id":"t","call_id":"TOKEN","role":"agent","text":"hi","redaction":{"policy":"HASH","keys":"dev"}}`)
	f("nd", `{"tenant_id":"t","call_id":"c","role":"customer","text":"joe@example.com"}`+"\n"+`{"tenant_id":"t","call_id":"c","role":"customer","text":"joe@example.com"}`+"\n",
		`{"tenant_id":"t","call_id":"TOKEN","role":"customer","text":"[EMAIL_1]","redaction":{"policy":"HASH","keys":"dev","findings":{"EMAIL":1}}}`+"\n"+
			`{"tenant_id":"t","call_id":"TOKEN","role":"customer","text":"[EMAIL_1]","redaction":{"policy":"HASH","keys":"dev","findings":{"EMAIL":2}}}`+"\n")
	f("text", "login of joe@example.com failed", `{"message":"login of [EMAIL_1] failed","redaction":{"policy":"HASH","keys":"dev","findings":{"EMAIL":1}}}`)
}

// tokensOut replaces tokens, which depend on the key, by the word TOKEN, and leaves out when the record expires, which depends on the clock.
func tokensOut(s string) string {
	s = regexp.MustCompile(`,"expires_at":"[^"]*"`).ReplaceAllString(s, "")
	for {
		i := strings.Index(s, ":r1:")
		if i < 0 {
			return s
		}
		start := strings.LastIndexByte(s[:i], '[')
		end := i + strings.IndexByte(s[i:], ']')
		s = s[:start] + "TOKEN" + s[end+1:]
	}
}

func TestOutputKeyIsTheCallsToken(t *testing.T) {
	c := simConfig(t, DefaultLimits())
	sink := &memorySink{}
	c.Sinks = []SinkConfig{{Name: "memory", Sink: sink}}
	e, err := New(c)
	require.NoError(t, err)
	values := []string{
		`{"tenant_id":"t","call_id":"call-1","role":"agent","text":"a"}`,
		`{"tenant_id":"t","role":"agent","text":"no call_id: the key is the call"}`,
		`{"tenant_id":"u","call_id":"call-1","role":"agent","text":"another tenant"}`,
	}
	require.NoError(t, e.Run(context.Background(), feed(LaneID{"calls", 3}, values...)))
	require.Len(t, sink.outs, 3)
	require.Equal(t, string(sink.outs[0].Key), string(sink.outs[1].Key))
	require.NotEqual(t, string(sink.outs[0].Key), string(sink.outs[2].Key))
	require.Contains(t, string(sink.outs[0].Value), string(sink.outs[0].Key), "field and key can be joined")
	for i, o := range sink.outs {
		require.NotContains(t, string(o.Key), "call-1")
		require.Equal(t, []Header{{"x-src-topic", []byte("calls")}, {"x-src-partition", []byte("3")}, {"x-src-offset", fmt.Append(nil, i)}}, o.Headers)
	}
}

// Records that can't be read are kept sealed, for who has the key.
//
// clause: 10
func TestQuarantinedAlone(t *testing.T) {
	identity, err := age.GenerateX25519Identity()
	require.NoError(t, err)
	limits := DefaultLimits()
	limits.RecordBytes = 300
	limits.Depth = 5
	c := simConfig(t, limits)
	c.Recipient = identity.Recipient().String()
	q := &simQuarantine{seen: map[string]int{}}
	c.Quarantine = q
	sink := &memorySink{write: func(_ context.Context, b *Batch) error {
		for _, o := range b.Outputs {
			if bytes.Contains(o.Value, []byte(textRefused)) {
				return Permanent(errors.New("schema says no"))
			}
		}
		return nil
	}}
	c.Sinks = []SinkConfig{{Name: "memory", Sink: sink}, {Name: "other", Sink: &memorySink{}}}
	e, err := New(c)
	require.NoError(t, err)
	e.onRecord = func(r *Record) {
		if bytes.Contains(r.Value, []byte(textPanic)) {
			panic("secret " + string(r.Value))
		}
	}
	good := `{"tenant_id":"t","call_id":"c","role":"agent","text":"fine"}`
	cases := []struct {
		value string
		class Class
	}{
		{good, ""},
		{`{"tenant_id":"t","call_id":"c","text":`, ClassMalformed},
		{`[1,2]`, ClassMalformed},
		{``, ClassMalformed},
		{`{"call_id":"c","text":"x"}`, ClassTenant},
		{`{"tenant_id":"","call_id":"c","text":"x"}`, ClassTenant},
		{`{"tenant_id":"t","call_id":"c","text":"` + strings.Repeat("x", 300) + `"}`, ClassSize},
		{`{"tenant_id":"t","deep":[[[[[[1]]]]]]}`, ClassSize},
		{`{"tenant_id":"t","call_id":"c","text":"` + textPanic + `"}`, ClassPanic},
		{`{"tenant_id":"t","call_id":"c","text":"` + textRefused + `"}`, ClassSink},
		{`{"tenant_id":"t","tenant_id":"u","call_id":"c","text":"x"}`, ClassMalformed},
		{good, ""},
	}
	var values []string
	for _, c := range cases {
		values = append(values, c.value)
	}
	require.NoError(t, e.Run(context.Background(), feed(LaneID{"calls", 0}, values...)))
	require.Len(t, sink.values(), 2)
	got := map[int64]Entry{}
	for _, entry := range q.all {
		got[entry.Offset] = entry
	}
	for i, c := range cases {
		if c.class == "" {
			require.NotContains(t, got, int64(i))
			continue
		}
		entry := got[int64(i)]
		require.Equal(t, c.class, entry.Class, "record %d", i)
		require.NotEmpty(t, entry.Policy)
		require.NotEmpty(t, entry.Detector)
		require.Equal(t, "test", entry.Version)
		require.Equal(t, "transcript", entry.Category)
		require.GreaterOrEqual(t, entry.Attempts, 1)
		require.NotContains(t, entry.Detail, "secret")
		r, err := Unseal(entry, identity)
		require.NoError(t, err)
		require.Equal(t, c.value, string(r.Value))
		require.Equal(t, "call-1", string(r.Key))
		require.Equal(t, int64(i), r.Offset)
	}
	require.Equal(t, "memory", got[9].Sink)
	other, err := age.GenerateX25519Identity()
	require.NoError(t, err)
	_, err = Unseal(got[1], other)
	require.Error(t, err)
}

// TestLinesSpeakForThemselves: in a value of several objects each names its tenant.
func TestLinesSpeakForThemselves(t *testing.T) {
	c := simConfig(t, DefaultLimits())
	c.Topics["nd"] = TopicConfig{Category: "transcript", Format: FormatNDJSON}
	q := &simQuarantine{seen: map[string]int{}}
	c.Quarantine = q
	require.Empty(t, process(t, c, "nd", `{"tenant_id":"t","call_id":"c","text":"x"}`+"\n"+`{"call_id":"c","text":"x"}`))
	require.Len(t, q.all, 1)
	require.Equal(t, ClassTenant, q.all[0].Class)
}

func TestOverTime(t *testing.T) {
	limits := DefaultLimits()
	limits.RecordTime = 400 * time.Millisecond
	c := simConfig(t, limits)
	q := &simQuarantine{seen: map[string]int{}}
	c.Quarantine = q
	sink := &memorySink{}
	c.Sinks = []SinkConfig{{Name: "memory", Sink: sink}}
	e, err := New(c)
	require.NoError(t, err)
	e.onRecord = func(r *Record) {
		switch {
		case bytes.Contains(r.Value, []byte("slow")):
			for began, at := processorTime(), time.Now(); processorTime()-began < 600*time.Millisecond && time.Since(at) < time.Minute; {
			}
		case bytes.Contains(r.Value, []byte("stopped")):
			time.Sleep(600 * time.Millisecond)
		}
	}
	f := `{"tenant_id":"t","call_id":"c","text":"%s"}`
	var values []string
	for _, text := range []string{"a", "stopped", "slow", "stopped too", "b"} {
		values = append(values, fmt.Sprintf(f, text))
	}
	require.NoError(t, e.Run(context.Background(), feed(LaneID{"calls", 0}, values...)))
	require.Len(t, sink.values(), 4, "a process that was stopped buries nothing")
	require.Len(t, q.all, 1)
	require.Equal(t, ClassTime, q.all[0].Class)
	require.EqualValues(t, 2, q.all[0].Offset)
}

// TestStall checks that each component that hangs is named and ends the run.
func TestStall(t *testing.T) {
	forever := make(chan struct{})
	good := `{"tenant_id":"t","call_id":"c","text":"x"}`
	f := func(name, want string, hang func(*Engine, *memorySink), src Source) {
		t.Run(name, func(t *testing.T) {
			limits := DefaultLimits()
			limits.StallTimeout = 200 * time.Millisecond
			c := simConfig(t, limits)
			sink := &memorySink{}
			c.Sinks = []SinkConfig{{Name: "memory", Sink: sink}}
			e, err := New(c)
			require.NoError(t, err)
			hang(e, sink)
			err = e.Run(context.Background(), src)
			require.ErrorIs(t, err, errStalled)
			require.ErrorContains(t, err, want)
			require.ErrorContains(t, err, "topic calls partition 0")
			require.Equal(t, 1.0, testutil.ToFloat64(e.metrics.stalls.WithLabelValues(name)))
		})
	}
	f("worker", "worker", func(e *Engine, _ *memorySink) { e.onRecord = func(*Record) { <-forever } },
		feedUntilEnd(good))
	f("sink", "sink memory", func(_ *Engine, s *memorySink) {
		s.write = func(context.Context, *Batch) error { <-forever; return nil }
	}, feedUntilEnd(good))
	f("fetcher", "fetcher", func(*Engine, *memorySink) {}, sourceFunc(func(ctx context.Context, in Intake) error {
		lane, err := in.OpenLane(LaneID{"calls", 0}, 0)
		if err != nil {
			return err
		}
		lane.Fetched(0, 10)
		<-ctx.Done()
		lane.Drain(expired())
		return nil
	}))
}

// feedUntilEnd submits one record and drains when the run ends, giving up at once.
func feedUntilEnd(value string) sourceFunc {
	return func(ctx context.Context, in Intake) error {
		id := LaneID{"calls", 0}
		lane, err := in.OpenLane(id, 0)
		if err != nil {
			return err
		}
		err = lane.Submit(ctx, batchOf(id, []Record{{Value: []byte(value), Key: []byte("k")}}, false))
		<-ctx.Done()
		lane.Drain(expired())
		return err
	}
}

// TestSinkOutageIsNoStall lets a sink answer with errors for an hour: that is retried, not ended.
func TestSinkOutageIsNoStall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := simConfig(t, DefaultLimits())
		back := time.Now().Add(time.Hour)
		attempts := 0
		sink := &memorySink{write: func(context.Context, *Batch) error {
			if attempts++; time.Now().Before(back) {
				return errors.New("connection refused")
			}
			return nil
		}}
		other := &memorySink{}
		c.Sinks = []SinkConfig{{Name: "memory", Sink: sink}, {Name: "other", Sink: other}}
		e, err := New(c)
		require.NoError(t, err)
		require.NoError(t, e.Run(context.Background(), feed(LaneID{"calls", 0}, `{"tenant_id":"t","call_id":"c","text":"x"}`)))
		require.Len(t, sink.values(), 1)
		require.Len(t, other.values(), 1, "a sink that is away does not make another repeat")
		require.Greater(t, attempts, 100)
	})
}

// TestBackPressure checks that whatever stands still stops the source, that memory in flight stays within its bound, and that nothing is lost.
func TestBackPressure(t *testing.T) {
	turn := `{"tenant_id":"t","call_id":"c","text":"` + strings.Repeat("x ", 10_000) + `"}`
	var tenants strings.Builder // what is known of this one takes more than its bytes
	for i := range 100 {
		fmt.Fprintf(&tenants, `{"tenant_id":"tenant-%d","call_id":"c","text":"x"}`+"\n", i)
	}
	for _, c := range []struct {
		what, topic, value string
		least, most        int // batches that the bound of 1 MiB holds
	}{
		{"sink", "calls", turn, 15, 30},
		{"notes", "lines", strings.TrimSpace(tenants.String()), 30, 130},
		{"quarantine", "calls", "{" + turn, 15, 30},
	} {
		t.Run(c.what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { backPressure(t, c.what, c.topic, c.value, c.least, c.most) })
		})
	}
}

func backPressure(t *testing.T, what, topic, value string, least, most int) {
	limits := DefaultLimits()
	limits.MemoryBytes, limits.RecordBytes, limits.LaneBatches = 1<<20, 1<<20, 1000
	c := simConfig(t, limits)
	c.Topics["lines"] = TopicConfig{Category: "transcript", Format: FormatNDJSON}
	gate := make(chan struct{})
	shut := func(context.Context, *Batch) error { <-gate; return nil }
	sink, notes, dead := &memorySink{}, &memorySink{}, &simQuarantine{seen: map[string]int{}}
	c.Quarantine = dead
	switch what {
	case "sink":
		sink.write = shut
	case "notes":
		notes.write = shut
	case "quarantine":
		c.Quarantine = gatedQuarantine{dead, gate}
	}
	c.Sinks = []SinkConfig{{Name: "memory", Sink: sink}, {Name: "notes", Sink: notes, FlushAfter: time.Second, Marks: func() Marker { return &simMarker{} }}}
	e, err := New(c)
	require.NoError(t, err)
	submitted, used := 0, int64(0)
	require.NoError(t, e.Run(t.Context(), sourceFunc(func(ctx context.Context, in Intake) error {
		id := LaneID{topic, 0}
		lane, err := in.OpenLane(id, 0)
		require.NoError(t, err)
		for err == nil && submitted < 1000 {
			brief, cancel := context.WithTimeout(ctx, 10*time.Second)
			if err = lane.Submit(brief, batchOf(id, []Record{{Offset: int64(submitted), Key: []byte("k"), Value: []byte(value)}}, false)); err == nil {
				submitted++
			}
			cancel()
			synctest.Wait()
			used = max(used, e.used.Load())
		}
		close(gate)
		require.Zero(t, lane.Drain(ctx))
		require.Equal(t, int64(submitted), lane.Watermark())
		return nil
	})))
	require.LessOrEqual(t, submitted, most)
	require.GreaterOrEqual(t, submitted, least)
	require.LessOrEqual(t, used, limits.MemoryBytes)
	require.Zero(t, e.used.Load())
	require.Equal(t, submitted, len(sink.values())+len(dead.all))
}

// gatedQuarantine takes nothing until its gate is opened.
type gatedQuarantine struct {
	*simQuarantine
	gate <-chan struct{}
}

func (q gatedQuarantine) Put(ctx context.Context, entries []Entry) error {
	<-q.gate
	return q.simQuarantine.Put(ctx, entries)
}

func TestLateAckIsIgnored(t *testing.T) {
	c := simConfig(t, DefaultLimits())
	gate, begun := make(chan struct{}), make(chan struct{}, 2)
	sink := &memorySink{write: func(context.Context, *Batch) error { begun <- struct{}{}; <-gate; return nil }}
	c.Sinks = []SinkConfig{{Name: "memory", Sink: sink}}
	e, err := New(c)
	require.NoError(t, err)
	require.NoError(t, e.Run(context.Background(), sourceFunc(func(ctx context.Context, in Intake) error {
		id := LaneID{"calls", 0}
		lane, err := in.OpenLane(id, 7)
		require.NoError(t, err)
		_, err = in.OpenLane(id, 7)
		require.ErrorContains(t, err, "open already")
		r := Record{Offset: 7, Key: []byte("k"), Value: []byte(`{"tenant_id":"t","call_id":"c","text":"x"}`)}
		require.NoError(t, lane.Submit(ctx, batchOf(id, []Record{r}, false)))
		<-begun
		require.Equal(t, 1, lane.Drain(expired()))
		require.Equal(t, int64(7), lane.Watermark())
		close(gate) // the write that was given up succeeds after all
		require.Eventually(t, func() bool { return len(sink.values()) == 1 }, 5*time.Second, time.Millisecond)
		require.Equal(t, int64(7), lane.Watermark())
		require.Error(t, lane.Submit(ctx, batchOf(id, []Record{r}, false)))
		again, err := in.OpenLane(id, 7)
		require.NoError(t, err)
		require.NoError(t, again.Submit(ctx, batchOf(id, []Record{r}, false)))
		require.Zero(t, again.Drain(ctx))
		require.Equal(t, int64(8), again.Watermark())
		return nil
	})))
}

// TestWarm checks that records from before the committed offset rebuild a call's memory and leave nothing else.
func TestWarm(t *testing.T) {
	c := simConfig(t, DefaultLimits())
	sink := &memorySink{}
	c.Sinks = []SinkConfig{{Name: "memory", Sink: sink}}
	q := &simQuarantine{seen: map[string]int{}}
	c.Quarantine = q
	e, err := New(c)
	require.NoError(t, err)
	turn := func(offset int64, role, text string) Record {
		return Record{Offset: offset, Key: []byte("c"), Value: fmt.Appendf(nil, `{"tenant_id":"t","call_id":"c","role":%q,"text":%q}`, role, text)}
	}
	require.NoError(t, e.Run(context.Background(), sourceFunc(func(ctx context.Context, in Intake) error {
		id := LaneID{"calls", 0}
		lane, err := in.OpenLane(id, 3)
		require.NoError(t, err)
		warm := []Record{turn(0, "customer", "joe@example.com"), {Offset: 1, Value: []byte("{bad")}, turn(2, "agent", "and what is the security code on the back, the cvv?")}
		require.NoError(t, lane.Submit(ctx, batchOf(id, warm, true)))
		require.NoError(t, lane.Submit(ctx, batchOf(id, []Record{turn(3, "customer", "737, and ann@example.org"), turn(4, "customer", "not joe@example.com")}, false)))
		require.Zero(t, lane.Drain(ctx))
		return nil
	})))
	require.Empty(t, q.all)
	got := sink.values()
	require.Len(t, got, 2)
	require.Contains(t, got[0], `"text":"[CARD_CVV], and [EMAIL_2]"`)
	require.Contains(t, got[1], `"text":"not [EMAIL_1]"`)
	require.Equal(t, 2.0, sumOf(t, c.Metrics.registry, "tacet_records_total"))
}

func TestFilter(t *testing.T) {
	c := simConfig(t, DefaultLimits())
	c.Policy = policy.TextOnly()
	c.Filter = []byte(`{"error":"malformed"}`)
	c.Topics = map[string]TopicConfig{
		"json": {Category: "transcript", Format: FormatJSON, Tenant: "local"},
		"log":  {Category: "usage_log", Format: FormatLog, Tenant: "local"},
	}
	require.Equal(t, []string{`{"a":{"mail":"[EMAIL_1]"},"n":12}`, `{"error":"malformed"}`, `{"b":"[EMAIL_1]"}`},
		process(t, c, "json", `{"a":{"mail":"joe@example.com"},"n":12}`, `{"a":`, `{"b":"joe@example.com"}`))
	c.Metrics = NewMetrics(prometheus.NewRegistry(), "test", "")
	require.Equal(t, []string{"to [EMAIL_1]"}, process(t, c, "log", "to joe@example.com"))
}

func TestNewRefuses(t *testing.T) {
	f := func(want string, change func(*Config)) {
		t.Helper()
		c := simConfig(t, DefaultLimits())
		c.Sinks = []SinkConfig{{Name: "memory", Sink: &memorySink{}}}
		change(&c)
		_, err := New(c)
		require.ErrorContains(t, err, want)
	}
	f("limit workers", func(c *Config) { c.Limits.Workers = 0 })
	f("configure 1 to 63 sinks", func(c *Config) { c.Sinks = nil })
	f("two sinks are named memory", func(c *Config) { c.Sinks = append(c.Sinks, c.Sinks[0]) })
	f("configure a quarantine", func(c *Config) { c.Quarantine = nil })
	f("public key", func(c *Config) { c.Recipient = "age1wrong" })
	f(`category "gossip" is not in the policy`, func(c *Config) { c.Topics["x"] = TopicConfig{Category: "gossip", Format: FormatJSON} })
	f(`unknown format "xml"`, func(c *Config) { c.Topics["x"] = TopicConfig{Category: "account", Format: "xml"} })
	f("name the tenant", func(c *Config) { c.Topics["x"] = TopicConfig{Category: "usage_log", Format: FormatLog} })
}
