package pipeline

import (
	"fmt"
	"time"

	"github.com/sonexlabs/tacet/pipeline/policy"
)

// Searcher finds the calls in which people are named: in a field or a text, by what the policy lets be read of them. One goroutine at a time.
//
// An engine that meets a person in the fifth turn of a call has delivered four, and does so again when the call is replayed: only the
// id of the call keeps all of it back.
type Searcher struct {
	x     *Explainer
	found map[string]bool
	fresh []string
}

// NewSearcher takes the configuration of an engine whose Suppressed has the people who are looked for. Sinks and quarantine may be missing.
func NewSearcher(c Config) (*Searcher, error) {
	var sinks []SinkConfig
	c.ByHand = true
	for _, class := range c.Policy.Classes() { // a text that goes to any of them is read
		if policy.NeedsConsent(class.Purpose) && c.Instructions == nil {
			continue
		}
		sinks = append(sinks, SinkConfig{Name: class.Name, View: View{Class: class.Name}})
	}
	x, err := newExplainer(c, sinks)
	if err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	x.rw.texts, x.rw.checker.texts = textsLeave, textsLeave // what tenants instruct can change before their records are read again
	s := &Searcher{x: x, found: map[string]bool{}}
	x.rw.rights.named = func(call []byte) {
		if !s.found[string(call)] {
			s.found[string(call)] = true
			s.fresh = append(s.fresh, string(call))
		}
	}
	return s, nil
}

// Record gives the ids of the calls that a record shows, for the first time, to name somebody. A record that can't be read gives its class;
// it may name anybody.
func (s *Searcher) Record(id LaneID, r *Record) (calls []string, unread Class, err error) {
	l, err := s.x.lane(id)
	if err != nil {
		return nil, "", fmt.Errorf("search record: %w", err)
	}
	if s.fresh = nil; r.Value == nil {
		return nil, "", nil
	}
	s.x.rw.begin(l, s.x.calls, r, time.Now())
	unread, _ = s.x.rw.value(r)
	return s.fresh, unread, nil
}
