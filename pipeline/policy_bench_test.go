package pipeline

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/cmd/tacet/traffic"
	"github.com/sonexlabs/tacet/pipeline/codec"
	"github.com/sonexlabs/tacet/pipeline/policy"
)

// BenchmarkPolicy is what the policy stage takes of the processor time of a turn, under the default policy, with 10, 100 and 1,000 tenants whose
// calls interleave, each with three versions of its instruction. A worker works off the turns whole, as the engine has it, and bare: the same
// decoding, memory of calls, detection, tokens and writing, with nothing decided. The difference is the stage:
//
//   - whether the policy knows the tenant; its instruction in force at the time of the record, consents, regions, minors;
//   - when the call began, partial results, which rule is the field's, what its class does with it, what is never stored, what needs the
//     tenant's word;
//   - which classes and views get something; the hash of the policy and of the instruction, expires_at, bytes in and out;
//   - the check of what was written.
//
// Not in it: choosing fields by their paths, which decoding does as it goes (BenchmarkSelect of the codec says what it takes), and what a finding's
// type is replaced by, a look-up in an array. The bare worker goes over the fields with a list of what to do with each, which is not free either.
//
// An op is a round: whole, bare, whole and the whole without the check, over all turns; whatever -benchtime says there are enough for a
// median.
//
//   - policy-% is the median of 1 - bare/whole, whole the mean of both; low-% and high-% bound it at 95 %. check-% is that of the output check.
//   - same-% compares the two wholes: how far the measurement itself is off.
//   - policy-ns and turn-ns are medians for one turn.
func BenchmarkPolicy(b *testing.B) {
	for _, tenants := range []int{10, 100, 1000} {
		b.Run(fmt.Sprintf("tenants=%d", tenants), func(b *testing.B) {
			p := newPolicyBench(b, tenants, 1000, 12_000)
			p.ratio(b, 25)
		})
	}
}

// policyBench is what every turn has in common.
type policyBench struct {
	records []Record
	worker  *worker // one for all, so that nothing lies in better memory
	whole   *bundle
	without *bundle
	lane    *lane
	does    []doing // by number of a rule
	buf     buffer
}

// The ways to work off a record.
const (
	wayWhole = iota
	wayBare
	wayAgain
	wayUnchecked
	ways
)

// doing is what the bare worker does with a field.
type doing uint8

const (
	doNothing doing = iota
	doTenant
	doKeep
	doToken
	doSearch
)

func newPolicyBench(t testing.TB, tenants, calls, records int) *policyBench {
	c := simConfig(t, DefaultLimits())
	c.Limits.Workers = 1
	c.Sinks = []SinkConfig{{Name: "sink", Sink: &memorySink{}, View: View{Class: "analytics"}}}
	c.Instructions = policy.NewInstructions()
	var all []*policy.Instruction
	for n := range tenants {
		for v := range 3 {
			i, err := policy.ParseInstruction("i", fmt.Appendf(nil, "tenant: tenant-%d\nversion: %d\nfrom: 2026-0%d-01\ntext: short\n", n, v+1, v+1))
			require.NoError(t, err)
			all = append(all, i)
		}
	}
	require.NoError(t, c.Instructions.Replace(all))
	e, err := New(c)
	require.NoError(t, err)
	w := e.workers[0]
	p := &policyBench{records: tenantTurns(t, tenants, calls, records), worker: w, whole: w.rw.bundle}
	without := *p.whole
	without.extra = []byte(`"redaction":{"keys":"dev"`)
	p.without = &without
	topic := p.whole.topics["calls"]
	p.lane = &lane{id: LaneID{Topic: "calls"}, topic: topic}
	for _, r := range topic.byClass[0] {
		does := doNothing
		switch {
		case r.use == useTenant:
			does = doTenant
		case r.use == useCall:
			does = doToken
		case r.action == policy.Keep:
			does = doKeep
		case r.action == policy.Redact:
			does = doSearch
		}
		p.does = append(p.does, does)
	}
	return p
}

// tenantTurns are invented turns of as many calls at a time, the calls of one tenant after the other.
func tenantTurns(t testing.TB, tenants, calls, n int) (records []Record) {
	g := traffic.NewWith(1, traffic.Options{Mix: map[string]int{"transcript": 1}, Open: calls})
	of := map[string]int{}
	for len(records) < n {
		m := g.Next()
		if _, ok := of[string(m.Key)]; !ok {
			of[string(m.Key)] = len(of) % tenants
		}
		_, rest, found := bytes.Cut(m.Value, []byte(`,`))
		require.True(t, found && bytes.HasPrefix(m.Value, []byte(`{"tenant_id":`)))
		value := append(fmt.Appendf(nil, `{"tenant_id":"tenant-%d",`, of[string(m.Key)]), rest...)
		records = append(records, Record{Offset: int64(len(records)), Key: m.Key, Time: m.Time, Value: value})
	}
	return records
}

// ratio measures rounds.
func (p *policyBench) ratio(b *testing.B, rounds int) {
	var share, check, same, took, each []float64
	round := func() {
		var t [ways]float64
		for k := range ways {
			way := (k + len(share)) % ways // none has always the same before it
			t[way] = p.pass(b, way)
		}
		mean := (t[wayWhole] + t[wayAgain]) / 2
		share = append(share, 100*(1-t[wayBare]/mean))
		check = append(check, 100*(1-t[wayUnchecked]/mean))
		same = append(same, 100*(t[wayAgain]/t[wayWhole]-1))
		took = append(took, (mean-t[wayBare])/float64(len(p.records)))
		each = append(each, mean/float64(len(p.records)))
	}
	round()
	share, check, same, took, each = nil, nil, nil, nil, nil // that was to warm up
	for b.Loop() {
		round()
	}
	for len(share) < rounds {
		round()
	}
	for _, s := range [][]float64{share, check, same, took, each} {
		slices.Sort(s)
	}
	n := len(share)
	off := int(0.98 * math.Sqrt(float64(n))) // 1.96 standard deviations of the rank
	b.ReportMetric(share[n/2], "policy-%")
	b.ReportMetric(share[max(0, n/2-off)], "low-%")
	b.ReportMetric(share[min(n-1, n/2+off)], "high-%")
	b.ReportMetric(check[n/2], "check-%")
	b.ReportMetric(same[n/2], "same-%")
	b.ReportMetric(took[n/2], "policy-ns")
	b.ReportMetric(each[n/2], "turn-ns")
}

// pass works off all records and gives the processor time that it took, in nanoseconds.
func (p *policyBench) pass(b testing.TB, way int) float64 {
	const batch = 500
	w := p.worker
	start := processorTime()
	for from := 0; from < len(p.records); from += batch {
		if err := p.part(way, p.records[from:min(from+batch, len(p.records))]); err != nil {
			b.Fatal(err)
		}
		w.rw.tally.end()
		w.rw.count(w.e.metrics, "calls", false)
	}
	return float64(processorTime() - start)
}

// part is worker.part, as far as outputs, for one of the ways.
func (p *policyBench) part(way int, records []Record) error {
	w, f := p.worker, &flight{lane: p.lane, batch: &Batch{Records: records}, dead: make([][]Entry, 1)}
	p.buf.bytes, p.buf.spans = p.buf.bytes[:0], p.buf.spans[:0]
	now := time.Now()
	for i := range records {
		r, spans := &records[i], len(p.buf.spans)
		w.rw.bundle = p.whole
		var err error
		switch way {
		case wayBare:
			err = p.bare(w, r, now)
		case wayUnchecked:
			err = p.unchecked(w, r, now)
		default:
			_, err = w.record(p.lane, r, &p.buf, int32(i), false, now)
		}
		if err != nil {
			return err
		}
		now = time.Now()
		if way == wayBare || way == wayUnchecked {
			w.rw.tally.settle(w.rw.tally.tenants(), p.buf.spans[spans:], false)
			continue
		}
		w.wait(int32(i), &p.buf, spans)
	}
	w.check(f, &p.buf)
	if len(f.dead[0]) > 0 {
		return errors.New(f.dead[0][0].Detail)
	}
	return nil
}

// unchecked is worker.record without the check of what was written.
func (p *policyBench) unchecked(w *worker, r *Record, now time.Time) error {
	spans := len(p.buf.spans)
	w.rw.begin(p.lane, w.calls, r, now)
	if _, err := w.rw.value(r); err != nil {
		return err
	}
	for v := range w.rw.views {
		if !w.rw.views[v].skip {
			p.output(w, r, v)
		}
	}
	w.rw.weigh(len(r.Value), p.buf.spans[spans:])
	w.rw.end()
	return nil
}

// output is worker.output without the check.
func (p *policyBench) output(w *worker, r *Record, v int) {
	view := &w.rw.views[v]
	s := span{view: int32(v)}
	from := len(p.buf.bytes)
	p.buf.bytes = append(p.buf.bytes, view.out...)
	s.value = [2]int{from, len(p.buf.bytes)}
	p.buf.bytes = w.rw.appendKey(p.buf.bytes, view, r)
	s.key = [2]int{s.value[1], len(p.buf.bytes)}
	p.buf.bytes = strconv.AppendInt(p.buf.bytes, r.Offset, 10)
	s.digits = [2]int{s.key[1], len(p.buf.bytes)}
	p.buf.spans = append(p.buf.spans, s)
}

// bare is worker.record without the policy stage.
func (p *policyBench) bare(w *worker, r *Record, now time.Time) error {
	rw := w.rw
	rw.bundle, rw.instruction = p.without, nil
	lasts := rw.classes[0].lasts
	rw.classes[0].lasts = 0
	defer func() { rw.classes[0].lasts = lasts }()
	rw.lane, rw.topic, rw.calls, rw.now, rw.time, rw.offset = p.lane, p.lane.topic, w.calls, now, r.Time, r.Offset
	rw.set, rw.tenant, rw.callID, rw.call, rw.known = rw.usual, nil, nil, nil, nil
	rw.keyed, rw.views[0].out = rw.keyed[:0], rw.views[0].out[:0]
	rw.at, rw.first, rw.apart = &rw.classes[0], true, false
	rw.at.begin(p.lane.topic.byClass[0], nil)
	rw.tally.begin()
	rw.tokens.Versions()
	rw.spent, rw.disarmed = 0, 0
	rw.single.Reset()
	rw.memo.begin(false)

	d := &rw.docs[0]
	if err := d.ParseJSON(r.Value, rw.topic.selector, rw.limits); err != nil {
		return err
	}
	rw.dropped += d.Dropped()
	fields := d.Fields()
	for i := range fields {
		if fields[i].Rule < 0 {
			continue
		}
		switch p.does[fields[i].Rule] {
		case doTenant:
			rw.tenant = d.Text(i)
		case doToken:
			rw.callID = d.Text(i)
		}
	}
	rw.slot = rw.tally.attribute(rw.tenant, rw.tally.slots[string(rw.tenant)])
	rw.recall()
	if err := p.edit(rw, d); err != nil {
		return err
	}
	rw.render(d, false)
	if rw.foundAny() {
		rw.outcome(outcomeRedacted)
	} else {
		rw.outcome(outcomeClean)
	}
	rw.total()
	p.output(w, r, 0)
	rw.end()
	return nil
}

// edit is rewriter.apply without the policy stage.
func (p *policyBench) edit(rw *rewriter, d *codec.Doc) error {
	rw.turnOf, rw.said = noParent, rw.hasSpeech(d)
	fields := d.Fields()
	for i := range fields {
		if fields[i].Rule < 0 {
			continue
		}
		r := &rw.at.rules[fields[i].Rule]
		switch p.does[fields[i].Rule] {
		case doTenant, doKeep:
			rw.disarmAll(d, i)
		case doToken:
			rw.keyed = append(rw.keyed, keyedField{i, r})
		case doSearch:
			rw.findTurn(d, i)
			rw.standing = rw.standingOf(d, i, r)
			rw.memo.field, rw.memo.text = i, 0
			if err := rw.redact(d, i, rw.role, 0); err != nil {
				return err
			}
		}
	}
	return nil
}

// TestPolicyBenchmark holds that the ways to work off a record differ in what the policy adds to it, and in nothing else.
func TestPolicyBenchmark(t *testing.T) {
	p := newPolicyBench(t, 7, 20, 400)
	outputs := func(way int) (keys []string, values []map[string]any) {
		for i := range p.records {
			require.NoError(t, p.part(way, p.records[i:i+1]))
			require.Len(t, p.buf.spans, 1)
			s := p.buf.spans[0]
			keys = append(keys, string(p.buf.bytes[s.key[0]:s.digits[1]]))
			values = append(values, fieldsOf(t, string(p.buf.bytes[s.value[0]:s.value[1]])))
		}
		return keys, values
	}
	outputs(wayWhole) // what calls have in common is known from then on
	keys, values := outputs(wayWhole)
	found := 0
	for way := range ways {
		otherKeys, others := outputs(way)
		require.Equal(t, keys, otherKeys)
		for i, v := range others {
			want := values[i]
			redaction := want["redaction"].(map[string]any)
			require.NotEmpty(t, redaction["instruction"])
			require.NotEmpty(t, redaction["expires_at"])
			if redaction["findings"] != nil {
				found++
			}
			if way == wayBare {
				other := v["redaction"].(map[string]any)
				for _, name := range []string{"policy", "instruction", "expires_at"} {
					require.NotContains(t, other, name)
					other[name] = redaction[name]
				}
			}
			require.Equal(t, want, v)
		}
	}
	require.NotZero(t, found)
}
