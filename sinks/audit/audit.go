// Package audit is the sink that writes no record: for each batch one entry of the audit log, with its place, what became of its
// records in numbers, and a keyed digest of what left. Small batches that come together share one.
//
// As a required sink it holds the commit back: no offset is committed whose batch has no entry on disk.
package audit

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/sonexlabs/tacet/pipeline"
	"github.com/sonexlabs/tacet/pipeline/audit"
)

// Log is what the sink needs of *audit.Log.
type Log interface {
	Append(audit.Entry) (seq uint64, err error)
	Wait(ctx context.Context, seq uint64) error
	Err() error
}

// Config says where entries go.
type Config struct {
	// Log outlives the sink: whoever opened it closes it.
	Log Log
	// Key is the log's: keys of digests are derived from it.
	Key audit.Key
	// Policy is the hash of the policy in force where a batch doesn't say.
	Policy string
	// Name is the sink's own: it gets no records, so entries don't count any for it.
	Name string
}

// The actions of entries.
const (
	actionBatch    = "batch"
	actionMore     = "batch.more"   // more tenants of the batch that the entry before is of
	actionDegraded = "degraded"     // from here on values left as their type, because a key could not be had
	actionRestored = "degraded.end" // until here
	actor          = "pipeline"
)

// Sink writes an entry for each batch. Use New.
type Sink struct {
	cfg    Config
	digest *audit.Digester // only to make others of
}

// New gives a sink.
func New(cfg Config) (*Sink, error) {
	if cfg.Log == nil {
		return nil, errors.New("configure audit sink: a log is needed")
	}
	d, err := cfg.Key.NewDigester()
	if err != nil {
		return nil, fmt.Errorf("configure audit sink: %w", err)
	}
	return &Sink{cfg, d}, nil
}

// Marker gives what marks records as the log's digests have them: pipeline.SinkConfig.Marks.
func (s *Sink) Marker() pipeline.Marker { return s.digest.Another() }

// Check tells whether the log took what it was given last.
func (s *Sink) Check(context.Context) error {
	if err := s.cfg.Log.Err(); err != nil {
		return fmt.Errorf("check audit sink: %w", err)
	}
	return nil
}

// Close does nothing: the log is closed by whoever opened it.
func (s *Sink) Close() error { return nil }

// Open starts a lane. Entries about offsets at or beyond from stay: what they say did happen, and happens again.
func (s *Sink) Open(id pipeline.LaneID, from int64) (pipeline.Writer, error) {
	return &writer{cfg: &s.cfg, id: id, digest: s.digest.Another(), durable: from, appended: from, next: from, names: map[pipeline.TypeCount]string{}, called: map[string]string{}}, nil
}

// Gather is how long the first batch of an entry should wait for others: pipeline.SinkConfig.FlushAfter. It delays commits, not records.
const Gather = 2 * time.Second

// entryOffsets is where batches end to share an entry. Larger ones would cost little less; and to check a digest takes all of its records,
// and who asks which records somebody met gets all that the entry is of.
const entryOffsets = 5000

// entryTenants is where they end where records have lines of many tenants, whose names and counts would wait in memory.
const entryTenants = entryOffsets

// writer writes the entries of one lane. Small batches that follow each other are gathered into one entry until Flush.
type writer struct {
	cfg      *Config
	id       pipeline.LaneID
	digest   *audit.Digester
	names    map[pipeline.TypeCount]string // of counts, by type and action; there are as many as the policy has pairs of them
	counts   []audit.Count
	degraded bool

	object []audit.Attr      // of the entry at hand
	text   []byte            // one value of it
	sent   []int64           // of a tenant, to each sink
	called map[string]string // names of members that tenants have

	// Of the entry that is gathered, if next is beyond appended.
	first  int64
	next   int64
	policy string
	total  *pipeline.Summary // of its batches
	owned  bool              // total is the writer's own: of several batches
	out    int               // records under the digest
	sum    string            // the digest, once the entry is complete
	begun  int               // entries written, of several

	appended int64 // everything below has its entry
	durable  int64 // and that is on disk
	seq      uint64
}

// Write adds the batch to the entry that is gathered, unless an earlier call did.
func (w *writer) Write(ctx context.Context, b *pipeline.Batch) (int64, error) {
	if b.Next <= w.next {
		return w.durable, nil
	}
	if err := ctx.Err(); err != nil {
		return w.durable, err
	}
	if w.next == w.durable && b.Summary == nil && len(b.Outputs)+len(b.Marks) == 0 { // there is nothing to say
		w.next, w.appended, w.durable = b.Next, b.Next, b.Next
		return w.durable, nil
	}
	if err := w.gather(b); err != nil {
		return w.durable, w.errorf("append", err)
	}
	return w.durable, nil
}

// Flush appends the entry that is gathered and waits until it is on disk.
func (w *writer) Flush(ctx context.Context) (int64, error) {
	if err := w.append(); err != nil {
		return w.durable, w.errorf("append", err)
	}
	if w.durable < w.appended {
		if err := w.cfg.Log.Wait(ctx, w.seq); err != nil {
			return w.durable, w.errorf("write", err)
		}
		w.durable = w.appended
	}
	return w.durable, nil
}

// Close gives up what is gathered: it was not acknowledged. An entry can't be taken back.
func (w *writer) Close() error { return nil }

// gather adds a batch, all of it or nothing.
func (w *writer) gather(b *pipeline.Batch) error {
	policy, s := w.policyOf(b), b.Summary
	change := s != nil && w.degraded != (s.Degraded > 0)
	crowded := s != nil && w.total != nil && len(w.total.Tenants)+len(s.Tenants) > entryTenants
	if w.sum != "" || change || policy != w.policy || b.Next-w.first > entryOffsets || crowded {
		if err := w.append(); err != nil {
			return err
		}
	}
	if change {
		if err := w.noteDegraded(s.Degraded > 0); err != nil {
			return err
		}
	}
	if w.next == w.appended {
		w.first = max(b.First, w.next)
	}
	w.out += w.digest.Merge(b.Marks)
	for i := range b.Outputs {
		if o := &b.Outputs[i]; o.Offset >= w.next {
			w.digest.Add(o.Offset, o.Key, o.Value)
			w.out++
		}
	}
	switch {
	case s == nil: // a piece of a batch that another part of it was cut from
	case w.total == nil:
		w.total = s
	default:
		if !w.owned {
			both := &pipeline.Summary{}
			both.Add(w.total)
			w.total, w.owned = both, true
		}
		w.total.Add(s)
	}
	w.policy, w.next = policy, b.Next
	return nil
}

// append ends the entry that is gathered.
func (w *writer) append() error {
	if w.next == w.appended {
		return nil
	}
	if w.sum == "" {
		w.sum = w.digest.Sum() // once: the log may fail
	}
	digest := w.sum
	if w.out == 0 {
		digest = ""
	}
	e := audit.Entry{Actor: actor, Action: actionBatch, Policy: w.policy, Digest: digest, Counts: w.count(w.total, w.out),
		Range: &audit.Range{Topic: w.id.Topic, Partition: w.id.Partition, First: w.first, Next: w.next}}
	for parts := w.parts(w.total); w.begun < parts; w.begun++ {
		if e.Object = w.describe(w.total, w.begun, parts); w.begun > 0 {
			e.Action, e.Digest, e.Counts = actionMore, "", nil
		}
		seq, err := w.cfg.Log.Append(e)
		if err != nil {
			return err
		}
		w.seq = seq
	}
	w.appended, w.total, w.owned, w.out, w.sum, w.begun = w.next, nil, false, 0, "", 0
	return nil
}

// noteDegraded adds an entry where degraded mode begins or ends in this lane.
func (w *writer) noteDegraded(begins bool) error {
	action := actionRestored
	if begins {
		action = actionDegraded
	}
	_, err := w.cfg.Log.Append(audit.Entry{Actor: actor, Action: action, Policy: w.cfg.Policy, Object: []audit.Attr{{Name: "lane", Value: w.id.String()}}})
	if err == nil {
		w.degraded = begins
	}
	return err
}

// count gives the numbers of an entry. A piece of a batch that another part of it was cut from has no summary.
func (w *writer) count(s *pipeline.Summary, out int) []audit.Count {
	w.counts = w.counts[:0]
	add := func(name string, n int) {
		if n != 0 {
			w.counts = append(w.counts, audit.Count{Name: name, N: int64(n)})
		}
	}
	if s == nil {
		add("out", out)
		return w.counts
	}
	add("in", s.In)
	add("out", s.Out)
	add("dead", s.Dead)
	add("partial", s.Partial)
	add("suppressed", s.Suppressed)
	add("degraded", s.Degraded)
	add("dropped", s.Dropped)
	add("withheld", s.Withheld)
	add("limited", s.Limited)
	for _, c := range s.Classes {
		add("dead."+string(c.Class), c.N)
	}
	for _, f := range s.Findings {
		key := pipeline.TypeCount{Type: f.Type, Action: f.Action}
		name, ok := w.names[key]
		if !ok {
			name = f.Type + "/" + f.Action
			w.names[key] = name
		}
		add(name, f.N)
	}
	return w.counts
}

// errorf classes what the log says: a failed one may have lost entries, everything else passes.
func (w *writer) errorf(op string, err error) error {
	out := error(&pipeline.Error{Op: op + " audit entry", Lane: w.id, Offset: -1, Err: err})
	if errors.Is(err, audit.ErrFailed) || errors.Is(err, audit.ErrClosed) {
		return pipeline.Lost(out)
	}
	return out
}

// policyOf is the one that a batch was worked off under.
func (w *writer) policyOf(b *pipeline.Batch) string {
	if b.Summary != nil && b.Summary.Policy != "" {
		return b.Summary.Policy
	}
	return w.cfg.Policy
}
