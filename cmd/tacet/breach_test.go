package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/detectors"
	"github.com/sonexlabs/tacet/pipeline"
	"github.com/sonexlabs/tacet/pipeline/audit"
	"github.com/sonexlabs/tacet/pipeline/policy"
	"github.com/sonexlabs/tacet/pipeline/pseudonym/keyring"
	auditsink "github.com/sonexlabs/tacet/sinks/audit"
)

const breachPolicy = `
tenants: ["*"]
classes:
  analytics: {purpose: analytics, recipient: tenant, basis: instruction, clauses: ["5"], types: {PHONE: token}}
  training: {purpose: train, recipient: infrastructure, basis: consent, consent: training, clauses: ["4"]}
  monitoring: {purpose: monitoring, recipient: analytics_monitoring, basis: legitimate_interests, clauses: ["7"]}
categories:
  transcript:
    clauses: [2]
    for: [analytics, training]
    fields: {tenant_id: keep, call_id: token, text: redact}
  usage_log:
    clauses: [2]
    for: [analytics, monitoring]
    fields: {tenant_id: keep, user_id: {analytics: token, monitoring: {action: token, scope: day}}, message: redact}
`

// kept is a sink that keeps what it gets, with every delivery of it.
type kept struct {
	mu   sync.Mutex
	outs map[coordinate][]string // keys and values, for each delivery
}

func (k *kept) Open(id pipeline.LaneID, _ int64) (pipeline.Writer, error) {
	return keptWriter{k, id}, nil
}
func (k *kept) Check(context.Context) error { return nil }
func (k *kept) Close() error                { return nil }

type keptWriter struct {
	k  *kept
	id pipeline.LaneID
}

func (w keptWriter) Write(_ context.Context, b *pipeline.Batch) (int64, error) {
	w.k.mu.Lock()
	defer w.k.mu.Unlock()
	for _, o := range b.Outputs {
		at := coordinate{w.id, o.Offset}
		w.k.outs[at] = append(w.k.outs[at], string(o.Key)+" "+string(o.Value))
	}
	return b.Next, nil
}

func (w keptWriter) Flush(context.Context) (int64, error) { return 0, nil }
func (w keptWriter) Close() error                         { return nil }

// buried is a quarantine that notes what it got.
type buried struct {
	mu   sync.Mutex
	dead map[coordinate]bool
}

func (q *buried) Put(_ context.Context, entries []pipeline.Entry) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, e := range entries {
		q.dead[coordinateOf(e)] = true
	}
	return nil
}

func (q *buried) Check(context.Context) error { return nil }
func (q *buried) Close() error                { return nil }

type sourceFunc func(ctx context.Context, in pipeline.Intake) error

func (f sourceFunc) Run(ctx context.Context, in pipeline.Intake) error { return f(ctx, in) }

// breached is a run whose every record is known.
type breached struct {
	t       *testing.T
	rng     *rand.Rand
	dir     string
	ring    *keyring.Ring
	sinks   map[string]*kept
	dead    *buried
	tenants map[coordinate]string // of each record; "" where it has none that is known
	log     []audit.Entry         // the entries of batches
}

var breachLanes = map[pipeline.LaneID]string{{Topic: "calls", Partition: 0}: "transcript", {Topic: "calls", Partition: 1}: "transcript", {Topic: "api", Partition: 0}: "usage_log"}

// runBreached works random records off: of several tenants, under several versions of keys, some of them twice, as after a crash.
func runBreached(t *testing.T, rng *rand.Rand) *breached {
	b := &breached{t: t, rng: rng, dir: t.TempDir(), dead: &buried{dead: map[coordinate]bool{}}, tenants: map[coordinate]string{},
		sinks: map[string]*kept{"warehouse": {outs: map[coordinate][]string{}}, "models": {outs: map[coordinate][]string{}}, "sre": {outs: map[coordinate][]string{}}}}
	p, err := policy.Parse("p", []byte(breachPolicy))
	require.NoError(t, err)
	told := policy.NewInstructions()
	text := "tenant: acme\nversion: 1\nfrom: 2026-01-01\ntext: long\nconsents: [{name: training, id: C1, granted: 2026-01-01T00:00:00Z, " +
		"expires: 2100-01-01T00:00:00Z, document: " + strings.Repeat("ab", 32) + "}]\n"
	i, err := policy.ParseInstruction("i", []byte(text))
	require.NoError(t, err)
	require.NoError(t, told.Replace([]*policy.Instruction{i}))
	k := keyring.DefaultConfig()
	k.Path, k.KEK = filepath.Join(b.dir, "keys.db"), must(keyring.NewFileKEK([]byte(testKey)))
	require.NoError(t, keyring.Init(t.Context(), k))
	b.ring, err = keyring.Open(k)
	require.NoError(t, err)
	defer b.ring.Close()
	for _, tenant := range []string{"acme", "bolt", "cora", "dune"} {
		require.NoError(t, b.ring.Create(t.Context(), tenant))
	}

	secret := must(audit.GenerateKey("audit.example"))
	require.NoError(t, os.WriteFile(filepath.Join(b.dir, "key"), []byte(secret), 0o600))
	a := audit.DefaultConfig()
	a.Dir, a.Key, a.Gather, a.Publish = filepath.Join(b.dir, "audit"), must(audit.ParseKey([]byte(secret))), 0, audit.WitnessFile(filepath.Join(b.dir, "witness"))
	l := must(audit.Open(a))
	logged, err := auditsink.New(auditsink.Config{Log: l, Key: a.Key, Policy: p.Hash(), Name: auditSink})
	require.NoError(t, err)
	limits := pipeline.DefaultLimits()
	limits.Workers = 3
	first := pipeline.View{Class: "analytics", Domain: "warehouse", Entities: true}
	e, err := pipeline.New(pipeline.Config{
		Topics: map[string]pipeline.TopicConfig{"calls": {Category: "transcript", Format: pipeline.FormatJSON}, "api": {Category: "usage_log", Format: pipeline.FormatJSON}},
		Policy: p, Detectors: must(detectors.New(detectors.Options{})), Instructions: told, Keys: b.ring, Limits: limits, Quarantine: b.dead,
		Metrics: pipeline.NewMetrics(prometheus.NewRegistry(), "test", p.Hash()), Log: slog.New(slog.DiscardHandler),
		Sinks: []pipeline.SinkConfig{{Name: "warehouse", Sink: b.sinks["warehouse"], View: first}, {Name: auditSink, Sink: logged, View: first, FlushAfter: time.Millisecond, Marks: logged.Marker},
			{Name: "models", Sink: b.sinks["models"], View: pipeline.View{Class: "training"}}, {Name: "sre", Sink: b.sinks["sre"], View: pipeline.View{Class: "monitoring"}}},
	})
	require.NoError(t, err)
	require.NoError(t, e.Run(t.Context(), sourceFunc(b.feed)))
	require.NoError(t, l.Close())
	require.NoError(t, audit.Read(a.Dir, 0, func(e audit.Entry) error {
		if first, _ := auditsink.IsBatch(e); first {
			b.log = append(b.log, e)
		}
		return nil
	}))
	return b
}

// feed submits each lane in stretches. Between two of them keys may be rotated; a stretch may begin again before where the last one ended.
func (b *breached) feed(ctx context.Context, in pipeline.Intake) error {
	records := map[coordinate]pipeline.Record{}
	next := map[pipeline.LaneID]int64{}
	for round := range 8 {
		for id := range breachLanes {
			from := next[id]
			if b.rng.IntN(4) == 0 {
				from = max(0, from-b.rng.Int64N(30))
			}
			lane, err := in.OpenLane(id, from)
			if err != nil {
				return err
			}
			for at, end := from, from+1+b.rng.Int64N(90); at < end; {
				batch := &pipeline.Batch{Lane: id, First: at, Next: min(end, at+1+b.rng.Int64N(25))}
				for ; at < batch.Next; at++ {
					where := coordinate{id, at}
					if _, ok := records[where]; !ok && b.rng.IntN(10) > 0 { // some offsets are empty
						records[where] = b.record(where)
					}
					if r, ok := records[where]; ok {
						batch.Records = append(batch.Records, r)
						batch.Bytes += len(r.Value)
					}
				}
				next[id] = max(next[id], batch.Next)
				if err := lane.Submit(ctx, batch); err != nil {
					return err
				}
			}
			require.Zero(b.t, lane.Drain(context.Background()))
		}
		if round%2 == 1 {
			mode := []keyring.Mode{keyring.Break, keyring.Chain}[b.rng.IntN(2)]
			if _, err := b.ring.Rotate(ctx, []string{"acme", "bolt"}[b.rng.IntN(2)], mode); err != nil {
				return err
			}
		}
	}
	return nil
}

func (b *breached) record(at coordinate) pipeline.Record {
	r := pipeline.Record{Offset: at.offset, Time: time.Now(), Key: fmt.Append(nil, "call-", b.rng.IntN(12))}
	tenant := []string{"acme", "bolt", "cora", "dune"}[b.rng.IntN(4)]
	switch {
	case b.rng.IntN(8) == 0:
		r.Value, tenant = []byte(`{"tenant_id":"no tenant"}`), ""
	case b.rng.IntN(20) == 0:
		r.Value, tenant = nil, ""
	case at.lane.Topic == "calls" && b.rng.IntN(4) > 0: // the token of the call may have been made before
		r.Value = fmt.Appendf(nil, `{"tenant_id":%q,"call_id":%q,"text":"hello"}`, tenant, r.Key)
	case at.lane.Topic == "calls":
		r.Value = fmt.Appendf(nil, `{"tenant_id":%q,"call_id":%q,"text":"ring 020 7946 %04d"}`, tenant, r.Key, b.rng.IntN(10_000))
	default:
		r.Value = fmt.Appendf(nil, `{"tenant_id":%q,"user_id":"u%d","message":"mail u%d@example.com"}`, tenant, b.rng.IntN(9), b.rng.IntN(9))
		r.Key = nil
	}
	b.tenants[at] = tenant
	return r
}

// scope runs the command.
func (b *breached) scope(args ...string) breachScope {
	b.t.Helper()
	var out, errOut bytes.Buffer
	key := must(audit.ParseKey(must(os.ReadFile(filepath.Join(b.dir, "key")))))
	args = append([]string{"breach-scope", "--directory", filepath.Join(b.dir, "audit"), "--public", key.Verifier(), "--witness", filepath.Join(b.dir, "witness"), "--format", "json"}, args...)
	require.Equal(b.t, exitDone, execute(b.t.Context(), args, nil, &out, &errOut), errOut.String())
	var s breachScope
	require.NoError(b.t, json.Unmarshal(out.Bytes(), &s))
	require.True(b.t, s.Verified)
	return s
}

// versionsIn are the versions of keys in the tokens of an output, but of those of a day.
func versionsIn(text string) (all []int) {
	for _, m := range regexp.MustCompile(`\[[A-Z_]+:[crp](\d+):[bcdfghjklmnpqrst]{24}\]`).FindAllStringSubmatch(text, -1) {
		all = append(all, must(strconv.Atoi(m[1])))
	}
	return all
}

// Seeded runs through the engine and the log: what the command says of offsets, keys and sinks against what was counted record by record.
//
// clause: 10
func TestBreachScopeIsTheTruth(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	b := runBreached(t, rand.New(rand.NewPCG(seed, 0)))
	require.NotEmpty(t, b.dead.dead)
	for range 25 {
		b.checkOffsets()
	}
	for _, tenant := range []string{"acme", "bolt", "cora"} {
		for version := 1; version <= 5; version++ {
			b.checkKey(tenant, version)
		}
	}
	for name := range b.sinks {
		b.checkSink(name)
	}
}

func (b *breached) checkOffsets() {
	lanes := []pipeline.LaneID{{Topic: "calls", Partition: 0}, {Topic: "calls", Partition: 1}, {Topic: "api", Partition: 0}}
	id := lanes[b.rng.IntN(len(lanes))]
	from := b.rng.Int64N(300)
	to := from + 1 + b.rng.Int64N(200)
	s := b.scope("--topic", id.Topic, "--partition", strconv.Itoa(int(id.Partition)), "--from", strconv.FormatInt(from, 10), "--to", strconv.FormatInt(to, 10))
	begin, end := to, from // what batches that touch the offsets hold besides
	for _, e := range b.log {
		if e.Range.Topic == id.Topic && e.Range.Partition == id.Partition && e.Range.First < to && e.Range.Next > from {
			begin, end = min(begin, e.Range.First), max(end, e.Range.Next)
		}
	}
	count := func(tenant, sink string, dead bool, first, next int64) (n int64) {
		for at, of := range b.tenants {
			if at.lane != id || at.offset < first || at.offset >= next || of != tenant || sink != "" && len(b.sinks[sink].outs[at]) == 0 || dead && !b.dead.dead[at] {
				continue
			}
			n++
		}
		return n
	}
	within := func(got numbers, of scopeTenant, sink string, dead bool) {
		b.t.Helper()
		n := count(of.Tenant, sink, dead, from, to)
		require.LessOrEqual(b.t, got.AtLeast, n, "%s %s [%d,%d) %+v", id, sink, from, to, of)
		require.GreaterOrEqual(b.t, got.AtMost, n, "%s %s [%d,%d) %+v", id, sink, from, to, of)
		if begin >= from && end <= to && !strings.Contains(strings.Join(s.CannotSay, " "), "more than one entry") {
			require.Equal(b.t, n, got.AtLeast, "batches that lie in the offsets are counted exactly")
			require.Equal(b.t, n, got.AtMost)
		}
	}
	met := map[string]bool{}
	for _, of := range s.Tenants {
		require.Equal(b.t, breachLanes[id], of.Category)
		met[of.Tenant] = true
		within(of.Records, of, "", false)
		within(of.Quarantined, of, "", true)
		for sink := range b.sinks {
			within(of.Sinks[sink], of, sink, false)
		}
	}
	for at, tenant := range b.tenants {
		if at.lane == id && at.offset >= from && at.offset < to {
			require.True(b.t, met[tenant], "tenant %q of %s offset %d is missing", tenant, id, at.offset)
		}
	}
	require.Zero(b.t, s.Undetermined)
}

func (b *breached) checkKey(tenant string, version int) {
	s := b.scope("--key-version", fmt.Sprintf("%s/%d", tenant, version))
	type place struct{ category, sink string }
	records, left := map[string]map[coordinate]bool{}, map[place]int64{}
	for sink, k := range b.sinks {
		for at, deliveries := range k.outs {
			if b.tenants[at] != tenant {
				continue
			}
			category := breachLanes[at.lane]
			for _, text := range deliveries {
				if slices.Contains(versionsIn(text), version) {
					if records[category] == nil {
						records[category] = map[coordinate]bool{}
					}
					records[category][at] = true
					left[place{category, sink}]++
				}
			}
		}
	}
	require.GreaterOrEqual(b.t, len(s.Tenants), len(records), "%s/%d", tenant, version)
	for _, of := range s.Tenants {
		require.Equal(b.t, tenant, of.Tenant)
		require.Equal(b.t, []int{version}, of.KeyVersions)
		require.GreaterOrEqual(b.t, of.Records.AtMost, int64(len(records[of.Category])))
		require.NotEmpty(b.t, records[of.Category], "the log names a key that nothing was made with")
		for sink := range b.sinks {
			require.GreaterOrEqual(b.t, of.Sinks[sink].AtMost, left[place{of.Category, sink}], "%s/%d %s", tenant, version, sink)
		}
	}
	for _, all := range records {
		for at := range all {
			require.True(b.t, slices.ContainsFunc(s.Ranges, func(r scopeRange) bool {
				return r.Topic == at.lane.Topic && r.Partition == at.lane.Partition && r.First <= at.offset && at.offset < r.Next
			}), "%s/%d: %s %d is in no range", tenant, version, at.lane, at.offset)
		}
	}
}

func (b *breached) checkSink(name string) {
	s := b.scope("--sink", name)
	deliveries, once := map[[2]string]int64{}, map[[2]string]int64{}
	for at, all := range b.sinks[name].outs {
		key := [2]string{b.tenants[at], breachLanes[at.lane]}
		deliveries[key] += int64(len(all))
		once[key]++
	}
	require.Len(b.t, s.Tenants, len(deliveries))
	total := int64(0)
	for _, of := range s.Tenants {
		key := [2]string{of.Tenant, of.Category}
		require.Equal(b.t, deliveries[key], of.Records.AtMost, "%s: %v", name, key)
		require.Equal(b.t, of.Records, of.Sinks[name])
		require.LessOrEqual(b.t, of.Records.AtLeast, once[key])
		total += of.Records.AtMost
	}
	require.Equal(b.t, total, s.Records.AtMost)
}

// doubtful is a log of the given entries, and a way to ask for its scope.
type doubtful struct {
	t      *testing.T
	dir    string
	key    audit.Key
	config audit.Config
}

func newDoubtful(t *testing.T, entries ...audit.Entry) *doubtful {
	d := &doubtful{t: t, dir: t.TempDir(), key: must(audit.ParseKey([]byte(must(audit.GenerateKey("audit.example")))))}
	d.config = audit.DefaultConfig()
	d.config.Dir, d.config.Key, d.config.SegmentBytes = filepath.Join(d.dir, "audit"), d.key, 1
	d.config.Publish = audit.WitnessFile(filepath.Join(d.dir, "witness"))
	l := must(audit.Open(d.config))
	for _, e := range entries {
		must(l.AppendSync(e))
	}
	require.NoError(t, l.Close())
	return d
}

func (d *doubtful) scope(want int, args ...string) (s breachScope, said string) {
	d.t.Helper()
	var out, errOut bytes.Buffer
	args = append([]string{"breach-scope", "--directory", filepath.Join(d.dir, "audit"), "--public", d.key.Verifier(), "--witness", filepath.Join(d.dir, "witness"), "--format", "json"}, args...)
	require.Equal(d.t, want, execute(d.t.Context(), args, nil, &out, &errOut), errOut.String())
	if want == exitDone {
		require.NoError(d.t, json.Unmarshal(out.Bytes(), &s))
	}
	return s, errOut.String() + strings.Join(s.CannotSay, "\n")
}

// batchEntry is one of ten records of the named tenants' batch.
func batchEntry(first int64, part string, tenants ...string) audit.Entry {
	e := audit.Entry{Actor: "pipeline", Action: "batch", Range: &audit.Range{Topic: "calls", First: first, Next: first + 10},
		Object: []audit.Attr{{Name: "format", Value: "2"}, {Name: "category", Value: "transcript"}}, Counts: []audit.Count{{Name: "in", N: 10}}}
	if part != "" {
		e.Object = append(e.Object, audit.Attr{Name: "part", Value: part})
		if part[0] != '1' {
			e.Action, e.Counts = "batch.more", nil
		}
	}
	e.Object = append(e.Object, audit.Attr{Name: "sink.0", Value: "s"})
	for _, tenant := range tenants {
		e.Object = append(e.Object, audit.Attr{Name: "tenant/" + tenant, Value: "in=5 out=5 keys=1"})
	}
	return e
}

// What is missing from a log is said, and what was changed in it is refused.
func TestBreachScopeOfDoubtfulLogs(t *testing.T) {
	all := []string{"--topic", "calls", "--partition", "0", "--from", "0", "--to", "100"}
	names := func(s breachScope) (all []string) {
		for _, of := range s.Tenants {
			all = append(all, fmt.Sprintf("%s %s", of.Tenant, of.Records))
		}
		return all
	}

	// A batch in two entries is one; without its second it is torn, and so is a second without its first.
	d := newDoubtful(t, batchEntry(0, "1/2", "a"), batchEntry(0, "2/2", "b"), batchEntry(10, "", "c"))
	s, said := d.scope(exitDone, all...)
	require.Equal(t, []string{"a 5", "b 5", "c 5"}, names(s))
	require.Equal(t, int64(2), s.Entries)
	require.Equal(t, numbers{20, 20}, s.Records)
	require.NotContains(t, said, "an entry of each is missing")
	require.Contains(t, said, "80 of the offsets have no entry")
	d = newDoubtful(t, batchEntry(0, "1/2", "a"), batchEntry(0, "", "a", "b"), batchEntry(30, "2/2", "c"), batchEntry(40, "1/2", "d"))
	s, said = d.scope(exitDone, all...)
	require.Equal(t, []string{"a 5 to 10", "b 0 to 5", "c 5", "d 5"}, names(s))
	require.Contains(t, said, "All tenants of 3 batches")
	require.Contains(t, said, "10 offsets are in more than one entry")

	// Entries that were moved away are missing, and what is left is as it was written.
	d = newDoubtful(t, batchEntry(0, "", "a"), batchEntry(10, "", "b"), batchEntry(20, "", "c"))
	segments := must(filepath.Glob(filepath.Join(d.dir, "audit", "*.ndjson")))
	require.Greater(t, len(segments), 3)
	require.NoError(t, os.Remove(segments[0]))
	require.NoError(t, os.Remove(segments[1]))
	s, said = d.scope(exitDone, all...)
	require.True(t, s.Verified)
	require.Equal(t, []string{"b 5", "c 5"}, names(s))
	require.Contains(t, said, "Entries 0 to 1 of log run are not here")
	// One in the middle is no retention.
	require.NoError(t, os.Rename(segments[2], filepath.Join(d.dir, "b")))
	require.NoError(t, os.Rename(segments[3], filepath.Join(d.dir, "c")))
	require.NoError(t, os.Rename(filepath.Join(d.dir, "b"), segments[2]))
	_, said = d.scope(exitFailed, all...)
	require.Contains(t, said, "not as it was written")

	// A changed number is refused; asked for, it is shown with a warning.
	d = newDoubtful(t, batchEntry(0, "", "a"))
	segment := must(filepath.Glob(filepath.Join(d.dir, "audit", "*.ndjson")))[1]
	text := must(os.ReadFile(segment))
	require.NoError(t, os.WriteFile(segment, bytes.Replace(text, []byte("tenant/a"), []byte("tenant/z"), 1), 0o600))
	_, said = d.scope(exitFailed, all...)
	require.Contains(t, said, "not as it was written")
	s, said = d.scope(exitDone, append(all, "--unverified")...)
	require.False(t, s.Verified)
	require.Equal(t, []string{"z 5"}, names(s))
	require.Contains(t, said, "warning: the audit log is not as it was written")
	// So is a log without its witness.
	require.NoError(t, os.WriteFile(segment, text, 0o600))
	require.NoError(t, os.Remove(filepath.Join(d.dir, "witness")))
	_, said = d.scope(exitFailed, all...)
	require.Contains(t, said, "witness")
	s, _ = d.scope(exitDone, append(all, "--unverified")...)
	require.Equal(t, []string{"a 5"}, names(s))

	// An object of a format to come is not read for less than it says.
	later := batchEntry(0, "", "a")
	later.Object[0].Value = "3"
	_, said = newDoubtful(t, later).scope(exitFailed, all...)
	require.Contains(t, said, "another format")
}

// A set of offsets against one that is counted out.
func TestCover(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	for range 300 {
		var c cover
		in := map[int64]bool{}
		for range rng.IntN(20) {
			s := span{rng.Int64N(60), 0}
			s.next = s.first + rng.Int64N(12)
			before := int64(0)
			for o := s.first; o < s.next; o++ {
				if in[o] {
					before++
				}
				in[o] = true
			}
			require.Equal(t, before, c.add(s))
		}
		first, next, missing := c.bounds()
		require.Equal(t, int64(len(in)), next-first-missing)
		require.True(t, slices.IsSortedFunc(c, func(a, b span) int { return int(a.next - b.first) }), "%v", c)
		for _, s := range c {
			require.True(t, in[s.first] && in[s.next-1] && !in[s.next])
		}
	}
}
