package subject

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"
)

// State is where a request stands.
type State string

// The states. A request goes down this list; a hold that runs out brings it back to StateIssued.
const (
	StateReceived  State = "received"  // the command that makes it has not ended: run it again
	StateIssued    State = "issued"    // sinks were told, and not all have answered
	StateHeld      State = "held"      // those that did not are allowed to wait
	StateCompleted State = "completed" // every sink is done
	StateCertified State = "certified" // and a certificate says so
)

// Status is a request and what became of it so far.
type Status struct {
	Request
	State      State
	Overdue    bool // it is past due, and not only because of what is held
	Directives map[string]Directive
	Acks       map[string]Ack // the answer that counts, by sink
}

// Pending are the sinks that have not answered, or whose hold has run out.
func (s Status) Pending(now time.Time) (sinks []string) {
	for _, sink := range s.Sinks {
		if a, ok := s.Acks[sink]; !ok || a.Answer == AnswerHeld && !now.Before(a.Until) {
			sinks = append(sinks, sink)
		}
	}
	return sinks
}

// Held are the sinks that may wait.
func (s Status) Held(now time.Time) (sinks []string) {
	for _, sink := range s.Sinks {
		if a, ok := s.Acks[sink]; ok && a.Answer == AnswerHeld && now.Before(a.Until) {
			sinks = append(sinks, sink)
		}
	}
	return sinks
}

// Acknowledge makes the message that a sink is done.
func (s Status) Acknowledge(sink string, count int, by string, now time.Time) (Ack, error) {
	a := Ack{Request: s.ID, Sink: sink, Answer: AnswerDone, Count: count, By: by, At: now}
	return a, s.answer(a)
}

// Hold makes the message that a sink keeps what it has until a time, and why it must.
func (s Status) Hold(sink string, until time.Time, basis, by string, now time.Time) (Ack, error) {
	a := Ack{Request: s.ID, Sink: sink, Answer: AnswerHeld, Until: until, Basis: basis, By: by, At: now}
	if err := s.answer(a); err != nil {
		return a, err
	}
	if !until.After(now) {
		return a, errors.New("the time until which it is held has passed")
	}
	return a, nil
}

// answer tells whether the state allows an answer, and whether it would be taken.
func (s Status) answer(a Ack) error {
	_, err := ParseAck(a.Key(), a.Value())
	switch {
	case s.State == StateReceived:
		return fmt.Errorf("request %s is not issued yet: run the command that made it again", s.ID)
	case !slices.Contains(s.Sinks, a.Sink):
		return fmt.Errorf("request %s does not concern sink %q", s.ID, a.Sink)
	case s.Acks[a.Sink].Answer == AnswerDone && a.Answer == AnswerHeld:
		return fmt.Errorf("sink %q is done with request %s already", a.Sink, s.ID)
	}
	return err
}

// Certify makes the message that a request is certified.
func (s Status) Certify() (Request, error) {
	if s.State != StateCompleted && s.State != StateCertified {
		return s.Request, fmt.Errorf("request %s is %s: a certificate needs the answer of every sink", s.ID, s.State)
	}
	r := s.Request
	r.Stage = StageCertified
	return r, nil
}

// requestsMax bounds what a Register holds.
const requestsMax = 1_000_000

// Register folds the messages of the three topics into the requests. They may come in any order between topics, and again. It is
// safe for concurrent use.
type Register struct {
	mu    sync.Mutex
	cases map[string]*file
}

// file is everything that was said about a request.
type file struct {
	request    Request // zero until it is seen
	directives map[string]Directive
	acks       map[string]Ack
}

// NewRegister makes an empty register.
func NewRegister() *Register { return &Register{cases: map[string]*file{}} }

// file gives the case of an id. The lock is held.
func (r *Register) file(id string) (*file, error) {
	f := r.cases[id]
	if f == nil {
		if len(r.cases) >= requestsMax {
			return nil, fmt.Errorf("take in request: there are more than %d", requestsMax)
		}
		f = &file{directives: map[string]Directive{}, acks: map[string]Ack{}}
		r.cases[id] = f
	}
	return f, nil
}

// TakeRequest takes in a message of the request topic.
func (r *Register) TakeRequest(key, value []byte) error {
	m, err := ParseRequest(key, value)
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	f, err := r.file(m.ID)
	if err != nil {
		return err
	}
	if f.request.Stage == "" {
		f.request = m
	}
	// What is asked for stays as it was first said; a later message only says how far it has come.
	if m.Stage.rank() > f.request.Stage.rank() {
		f.request.Stage, f.request.Done = m.Stage, m.Done
	}
	return nil
}

// TakeDirective takes in a message of the directive topic. The first one for a sink counts: one that is made later may lack
// tokens, because the salt they need is gone.
func (r *Register) TakeDirective(key, value []byte) error {
	m, err := ParseDirective(key, value)
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	f, err := r.file(m.Request)
	if err != nil {
		return err
	}
	if _, ok := f.directives[m.Sink]; !ok {
		f.directives[m.Sink] = m
	}
	return nil
}

// TakeAck takes in a message of the topic of acknowledgements. Done is final; of holds the last one counts.
func (r *Register) TakeAck(key, value []byte) error {
	m, err := ParseAck(key, value)
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	f, err := r.file(m.Request)
	if err != nil {
		return err
	}
	if f.acks[m.Sink].Answer != AnswerDone {
		f.acks[m.Sink] = m
	}
	return nil
}

// Get gives the status of one request.
func (r *Register) Get(id string, now time.Time) (Status, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	f := r.cases[id]
	if f == nil || f.request.Stage == "" {
		return Status{}, false
	}
	return f.status(now), true
}

// All gives the status of every request, the oldest first.
func (r *Register) All(now time.Time) (all []Status) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, f := range r.cases {
		if f.request.Stage != "" {
			all = append(all, f.status(now))
		}
	}
	slices.SortFunc(all, func(a, b Status) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID)) })
	return all
}

// Overdue counts requests that are past due, and those that are open at all. It copies nothing: scrapes of metrics call it.
func (r *Register) Overdue(now time.Time) (overdue, open int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, f := range r.cases {
		if f.request.Stage == "" {
			continue
		}
		s := Status{Request: f.request, Acks: f.acks}
		s.settle(now)
		if s.Overdue {
			overdue++
		}
		if s.State != StateCompleted && s.State != StateCertified {
			open++
		}
	}
	return overdue, open
}

// Unfinished finds a request of the same content whose command did not come to its end.
func (r *Register) Unfinished(want Request, now time.Time) (Status, bool) {
	for _, s := range r.All(now) {
		if s.State == StateReceived && s.Tenant == want.Tenant && s.Kind == want.Kind && s.Lift == want.Lift &&
			s.Consent == want.Consent && slices.Equal(sorted(s.Subjects), sorted(want.Subjects)) {
			return s, true
		}
	}
	return Status{}, false
}

func sorted(s []Subject) []Subject {
	s = slices.Clone(s)
	slices.SortFunc(s, func(a, b Subject) int { return cmp.Or(cmp.Compare(a.Type, b.Type), slices.Compare(a.ID[:], b.ID[:])) })
	return slices.Compact(s)
}

func (f *file) status(now time.Time) Status {
	s := Status{Request: f.request, Directives: maps.Clone(f.directives), Acks: maps.Clone(f.acks)}
	s.settle(now)
	return s
}

// settle finds the state from the stage and the answers.
func (s *Status) settle(now time.Time) {
	pending, held := s.Pending(now), s.Held(now)
	switch {
	case s.Stage == StageReceived:
		s.State = StateReceived
	case len(pending) > 0:
		s.State = StateIssued
	case len(held) > 0:
		s.State = StateHeld
	case s.Stage == StageCertified:
		s.State = StateCertified
	default:
		s.State = StateCompleted
	}
	s.Overdue = now.After(s.Due) && (s.State == StateReceived || s.State == StateIssued)
}
