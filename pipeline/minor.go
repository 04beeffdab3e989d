package pipeline

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sonexlabs/tacet/detectors"
	"github.com/sonexlabs/tacet/pipeline/policy"
)

// adult is the age below which somebody is a minor (§13 of the privacy policy).
const adult = 18

var errMinor = errors.New("somebody in the call seems to be a minor, whose records are kept back")

// mindMinors says of the record at hand, whose tenant and call are known, whether it is kept back if its call has a minor. It is off unless
// the policy or an instruction asks for it, because the signal is weak: it knows an age or a date of birth that is said, not whose it
// is, and so also hears a parent who speaks of a child. It hears nothing of a minor who doesn't say so.
func (w *rewriter) mindMinors(s *policy.Standing) {
	w.minors.wants = w.policy.Minors() || s.Minors
	w.minors.hears = w.policy.Minors() || s.Hears // what is said before a tenant's word takes effect counts from then on
	if w.minors.kept || w.call != nil && w.call.minor {
		w.haveMinor()
	}
}

// minors is what holds for the record at hand, or the line of it.
type minors struct {
	wants bool // it is kept back if its call has a minor
	hears bool // whether it has one is looked for
	kept  bool // it was kept back before
}

// pastMinors are calls with a minor that were given up for being idle or too many: should they go on, they are kept back still.
type pastMinors struct {
	keys  map[callKey]bool
	order []callKey // oldest first
	lost  int       // keys that were given up too, until count
}

func (p *pastMinors) add(k callKey, most int) {
	if p.keys[k] {
		return
	}
	if len(p.order) >= most {
		delete(p.keys, p.order[0])
		p.order = slices.Delete(p.order, 0, 1)
		p.lost++
	}
	if p.keys == nil {
		p.keys = map[callKey]bool{}
	}
	p.keys[k] = true
	p.order = append(p.order, k)
}

// forget drops those of a lane.
func (p *pastMinors) forget(l *lane) {
	p.order = slices.DeleteFunc(p.order, func(k callKey) bool {
		if k.lane == l {
			delete(p.keys, k)
		}
		return k.lane == l
	})
}

// haveMinor notes that the call of the record has one. The turns that follow are of the same call.
func (w *rewriter) haveMinor() {
	w.rights.minor = w.rights.minor || w.minors.wants
	if w.call != nil {
		w.call.minor = true
	}
}

// hearMinor notes what was found in a text that says somebody is a minor.
func (w *rewriter) hearMinor(found []detectors.Finding) {
	if !w.minors.hears {
		return
	}
	for i := range found {
		if isMinor(&found[i], w.when()) {
			w.haveMinor()
			return
		}
	}
}

// hearKnown does it for what a record brings of the customer. It is found in texts as it is written, which may say no date.
func (w *rewriter) hearKnown(values []detectors.KnownValue) {
	if !w.minors.hears || w.call != nil && w.call.minor {
		return
	}
	for _, v := range values {
		switch kind, _ := detectors.ParseType(v.Type); kind {
		case detectors.DateOfBirth, detectors.Age:
			in := detectors.Input{Path: []byte(strings.ToLower(v.Type)), Channel: detectors.ChannelDoc}
			w.hearMinor(w.set.Find(nil, v.Value, in, w.scratch))
		}
	}
}

// isMinor tells whether a finding is the age of a minor, or when somebody was born who may not be of age at a time.
func isMinor(f *detectors.Finding, at time.Time) bool {
	switch f.Type {
	case detectors.Age:
		age, err := strconv.Atoi(string(f.Canonical))
		return err == nil && age >= 0 && age < adult
	case detectors.DateOfBirth:
		born, open := strings.CutPrefix(string(f.Canonical), "?")
		return mayBeMinor(born, at, time.DateOnly) || mayBeMinor(born, at, "2006-01") || mayBeMinor(born, at, "2006") ||
			open && mayBeMinor(born, at, "2006-02-01") // which number is the day and which the month is not sure
	}
	return false
}

// mayBeMinor tells whether who was born on a day, or in a month or year, may not be of age at a time. A day that is still to come is nobody's.
func mayBeMinor(born string, at time.Time, layout string) bool {
	first, err := time.Parse(layout, born)
	if err != nil || first.After(at) {
		return false
	}
	last := first
	switch layout {
	case "2006-01":
		last = first.AddDate(0, 1, -1)
	case "2006":
		last = first.AddDate(1, 0, -1)
	}
	return last.AddDate(adult, 0, 0).After(at)
}
