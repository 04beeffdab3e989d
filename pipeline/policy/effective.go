package policy

import (
	"fmt"
	"strings"
	"time"

	"github.com/sonexlabs/tacet/detectors/rules/syntax"
)

// Notice is how long before it takes effect a change that lets more leave is made known: §14 of the privacy policy.
const Notice = 14 * 24 * time.Hour

// EffectiveFrom is when the policy takes effect; zero where it does as soon as it is read.
func (p *Policy) EffectiveFrom() time.Time { return p.from }

// effectiveFrom reads a day, in UTC, or a time.
func (d *document) effectiveFrom(m *syntax.Member) time.Time {
	s, _ := syntax.Text(m.Value)
	for _, layout := range []string{time.DateOnly, time.RFC3339} {
		if at, err := time.Parse(layout, s); err == nil && !at.IsZero() {
			return at.UTC()
		}
	}
	d.Fail(m.Line, m.Name, "must be a day such as 2026-03-15, which begins in UTC, or a time such as 2026-03-15T12:00:00Z")
	return time.Time{}
}

func (p *Policy) writeEffectiveFrom(b *strings.Builder) {
	if !p.from.IsZero() {
		fmt.Fprintf(b, "effective_from: %q\n", p.from.Format(time.RFC3339Nano))
	}
}

// LeadError says that a policy lets more leave too soon. It names what changes, as policies do, and no value.
type LeadError struct {
	Changes  []Change  // those that let more leave
	From     time.Time // when they would take effect
	Earliest time.Time // when they could
}

func (e *LeadError) Error() string {
	return fmt.Sprintf("policy lets more leave with less than %d days' notice: it would take effect %s, and can from %s on; %d changes, the first: %s",
		Notice/(24*time.Hour), e.From.UTC().Format(time.RFC3339), e.Earliest.UTC().Format(time.RFC3339), len(e.Changes), e.Changes[0])
}

// CheckLead refuses a policy that lets more leave than the old one and takes effect less than Notice from now, the time at which it
// is made known. The error is a *LeadError. A policy that lets less leave may take effect at once.
func CheckLead(old, next *Policy, now time.Time) error {
	from := next.from
	if from.Before(now) {
		from = now
	}
	earliest := now.Add(Notice)
	if !from.Before(earliest) {
		return nil
	}
	if changes := Loosens(old, next); len(changes) > 0 {
		return &LeadError{changes, from, earliest}
	}
	return nil
}
