package pipeline

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"log/slog"
	"runtime"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/semaphore"

	"github.com/sonexlabs/tacet/detectors"
	"github.com/sonexlabs/tacet/pipeline/policy"
	"github.com/sonexlabs/tacet/pipeline/pseudonym/keyring"
	"github.com/sonexlabs/tacet/pipeline/subject"
	"github.com/sonexlabs/tacet/pipeline/watermark"
)

// Config is what an Engine is made of.
type Config struct {
	Topics    map[string]TopicConfig // by name
	Policy    *policy.Policy
	Detectors *detectors.Set
	Keys      *keyring.Ring
	// Instructions are what tenants told the platform to do with their data. Without an instruction in force at the time of a record no
	// field leaves that needs one. Nil lets texts leave, for a pipeline of one tenant whose policy is the instruction, but no recordings.
	Instructions *policy.Instructions
	// TextNeedsInstruction keeps texts in where Instructions is nil, too.
	TextNeedsInstruction bool
	// Suppressed is who asked that nothing of theirs leaves, and what exactly. It must be loaded before the source begins. Nil
	// looks for nobody.
	Suppressed *subject.List
	// Hold says why nothing may be delivered at the moment: what people and tenants ask for may not be known. Records wait, and it is
	// asked again, until it gives nil. A nil function holds nothing.
	Hold       func() error
	Sinks      []SinkConfig
	Quarantine Quarantine
	// Recipient is the age public key ("age1…") that quarantined records are sealed to. Empty leaves the records out
	// of quarantine: it then holds their coordinates only.
	Recipient string
	Limits    Limits
	Metrics   *Metrics
	Log       *slog.Logger
	Version   string // of the program

	// ByHand lets a class be written that a running pipeline has no sink for: an export that somebody makes, or a test of its policy.
	ByHand bool

	// Filter turns the engine into the Unix filter: text stays text, nothing is added to a record, keys and headers
	// are not made. A record that can't be processed gives this text in its place in addition to its quarantine entry,
	// so that lines stay aligned.
	Filter []byte
}

// TopicConfig says what a topic holds.
type TopicConfig struct {
	Category string // one of policy.Categories
	Format   Format
	Tenant   string // the tenant of every record; "" reads the field tenant_id
}

// Format is how a record's value is to be read.
type Format string

// The formats.
const (
	FormatJSON   Format = "json"   // one JSON object
	FormatNDJSON Format = "ndjson" // JSON objects, one a line
	FormatLog    Format = "log"    // log lines: syslog, access log, logfmt, key=value
	FormatText   Format = "text"   // lines of plain text
)

// SinkConfig is one destination.
type SinkConfig struct {
	Name string
	Sink Sink
	// FlushAfter bounds how long records stay undurable in a sink that gathers; it says nothing to others.
	FlushAfter time.Duration
	// Marks is for a sink that reads no outputs, of which there is one at most: each worker gets a Marker, and the sink the marks and the
	// summary of each batch, about FlushAfter later, when the memory of its records was given back. It is flushed then.
	Marks func() Marker
	View  View // zero: records, with tokens of its own
}

// Engine takes batches from a source, works on them in parallel, and delivers them in order to every sink. See the
// README for the flow and the rules it keeps.
type Engine struct {
	config     Config
	bundle     atomic.Pointer[bundle]
	limits     Limits
	sinks      []*sink
	names      []string // of sinks
	views      []View
	dead       Quarantine
	seal       *sealer
	suppressed *subject.List
	hold       func() error
	heedWithin time.Duration
	metrics    *Metrics
	log        *slog.Logger
	stamp      Entry // versions, for quarantine entries
	filter     []byte
	seed       maphash.Seed
	budget     *semaphore.Weighted
	used       atomic.Int64
	noted      atomic.Int64 // of used, by notes
	workers    []*worker
	buffers    sync.Pool // *buffer
	outputs    sync.Pool // *[]Output
	marked     int       // the view whose outputs are marked; -1 where no sink asks
	marker     func() Marker

	mu    sync.Mutex
	lanes map[LaneID]*lane

	stop context.CancelCauseFunc // ends Run with a cause

	// onRecord is called with every record before it is worked on; tests panic and dawdle in it.
	onRecord func(*Record)
	wg       sync.WaitGroup // workers
}

// sink is a SinkConfig with its metrics looked up.
type sink struct {
	SinkConfig
	party   int
	view    int
	metrics sinkMetrics
}

// New checks the configuration and makes an engine. It starts nothing.
func New(c Config) (*Engine, error) {
	if err := c.Limits.Validate(); err != nil {
		return nil, err
	}
	if len(c.Sinks) == 0 || len(c.Sinks) >= watermark.MaxParties {
		return nil, fmt.Errorf("configure 1 to %d sinks, not %d", watermark.MaxParties-1, len(c.Sinks))
	}
	if c.Quarantine == nil {
		return nil, errors.New("configure a quarantine: records that can't be processed must go somewhere")
	}
	seal, err := newSealer(c.Recipient)
	if err != nil {
		return nil, err
	}
	e := &Engine{
		limits:     c.Limits,
		dead:       c.Quarantine,
		seal:       seal,
		suppressed: c.Suppressed,
		hold:       c.Hold,
		heedWithin: HeedWithin,
		metrics:    c.Metrics,
		log:        c.Log,
		stamp:      Entry{Detector: c.Detectors.Version(), Version: c.Version},
		filter:     c.Filter,
		seed:       maphash.MakeSeed(),
		budget:     semaphore.NewWeighted(c.Limits.MemoryBytes),
		lanes:      map[LaneID]*lane{},
		marked:     -1,
	}
	if e.hold == nil {
		e.hold = func() error { return nil }
	}
	e.buffers.New = func() any { return new(buffer) }
	var views []int
	e.views, views = viewsOf(c.Policy, c.Sinks)
	b, err := compile(c, c.Policy, e.views)
	if err != nil {
		return nil, err
	}
	e.config = c
	e.bundle.Store(b)
	for i, s := range c.Sinks {
		if slices.ContainsFunc(c.Sinks[:i], func(o SinkConfig) bool { return o.Name == s.Name }) {
			return nil, fmt.Errorf("two sinks are named %s", s.Name)
		}
		if s.Marks != nil {
			if e.marker != nil {
				return nil, fmt.Errorf("sink %s: another one has marks", s.Name)
			}
			e.marker, e.marked = s.Marks, views[i]
		}
		e.sinks = append(e.sinks, &sink{s, i, views[i], c.Metrics.forSink(s.Name)})
		e.names = append(e.names, s.Name)
	}
	for i := range c.Limits.Workers {
		w, err := newWorker(e, i, c)
		if err != nil {
			return nil, err
		}
		e.workers = append(e.workers, w)
	}
	c.Metrics.registry.MustRegister(laneCollector{e})
	return e, nil
}

// Run works until the source ends: in order when ctx ends, with an error when the source, a sink or the watchdog gives
// up. It may be called once.
func (e *Engine) Run(ctx context.Context, src Source) error {
	if e.suppressed != nil && !e.suppressed.Loaded() {
		return errors.New("run engine: the suppression list is not loaded: who asked to be left out is not known")
	}
	ctx, stop := context.WithCancelCause(ctx)
	e.stop = stop
	defer stop(nil)
	for _, w := range e.workers {
		e.wg.Go(func() { e.guard("worker", w.run) })
	}
	watchdog := make(chan struct{})
	go func() {
		defer close(watchdog)
		e.guard("watchdog", func() { e.watch(ctx) })
	}()
	err := e.runSource(ctx, src)
	if cause := context.Cause(ctx); errors.As(cause, new(*fatalError)) {
		err = cause
	}
	stop(nil)
	<-watchdog
	if errors.As(err, new(*fatalError)) {
		return err // a worker may hang: don't wait for it
	}
	for _, w := range e.workers {
		close(w.in)
	}
	e.wg.Wait()
	return err
}

// runSource gives up on a source that does not end although its context has: after a stall nothing may hang.
func (e *Engine) runSource(ctx context.Context, src Source) error {
	ended := make(chan error, 1)
	go func() {
		err := errors.New("source panicked")
		defer func() { ended <- err }()
		e.guard("source", func() { err = src.Run(ctx, e) })
	}()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	if !errors.As(context.Cause(ctx), new(*fatalError)) {
		return <-ended
	}
	select {
	case err := <-ended:
		return err
	case <-time.After(e.limits.StallTimeout):
		return context.Cause(ctx)
	}
}

// fatalError ends Run although the source could go on.
type fatalError struct{ err error }

func (f *fatalError) Error() string { return f.err.Error() }
func (f *fatalError) Unwrap() error { return f.err }

// fail ends the engine with err.
func (e *Engine) fail(err error) { e.stop(&fatalError{err}) }

// guard runs f and turns a panic into the end of the engine. The crash output of the Go runtime is never reached: it
// would print the panic's value, which may hold part of a record.
func (e *Engine) guard(what string, f func()) {
	defer func() {
		if r := recover(); r != nil {
			e.log.Error("goroutine panicked", "what", what, "panic", describePanic(r), "stack", string(debug.Stack()))
			e.fail(fmt.Errorf("run %s: panic: %s", what, describePanic(r)))
		}
	}()
	f()
}

// describePanic gives the text of a panic of the Go runtime (index out of range and the like, which hold numbers and
// types only) and merely the type of any other.
func describePanic(r any) string {
	if err, ok := r.(runtime.Error); ok {
		return err.Error()
	}
	return fmt.Sprintf("value of type %T", r)
}

// OpenLane implements Intake.
func (e *Engine) OpenLane(id LaneID, from int64) (Lane, error) {
	t := e.bundle.Load().topics[id.Topic]
	if t == nil {
		return nil, &Error{Op: "open lane", Lane: id, Offset: -1, Err: errors.New("topic is not configured")}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.lanes[id] != nil {
		return nil, &Error{Op: "open lane", Lane: id, Offset: from, Err: errors.New("lane is open already")}
	}
	l := newLane(e, id, t, from)
	e.lanes[id] = l
	return l, nil
}

func (e *Engine) closeLane(l *lane) {
	e.mu.Lock()
	delete(e.lanes, l.id)
	e.mu.Unlock()
	e.metrics.LaneClosed(l.id)
}

// openLanes returns the lanes in order of topic and partition.
func (e *Engine) openLanes() []*lane {
	e.mu.Lock()
	lanes := make([]*lane, 0, len(e.lanes))
	for _, l := range e.lanes {
		lanes = append(lanes, l)
	}
	e.mu.Unlock()
	slices.SortFunc(lanes, func(a, b *lane) int { return a.id.compare(b.id) })
	return lanes
}
