package reveal

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// Rate is a token bucket: Burst values, or exports, at once, PerHour in the long run.
type Rate struct {
	PerHour int
	Burst   int
}

// LimitConfig says how much is revealed.
type LimitConfig struct {
	Dir       string // where the state is kept; all desks of one organisation share it
	Principal Rate   // for each requester
	Tenant    Rate   // for each tenant, whoever asks
	Exports   Rate   // for each requester and each tenant, in exports: how much is in one, its grant says
	// BulkPerDay is how many values a requester or a tenant may see in a day (UTC) before somebody is told.
	BulkPerDay int
}

// DefaultLimits is what a reviewer of single calls needs, and far from what it takes to copy a topic. Dir must be set.
func DefaultLimits() LimitConfig {
	return LimitConfig{Principal: Rate{60, 100}, Tenant: Rate{200, 400}, Exports: Rate{6, 12}, BulkPerDay: 300}
}

const (
	rateMax  = 1_000_000
	burstMax = 100_000
	// clockBack is how far a clock may go back unremarked: corrections of a clock are smaller.
	clockBack = 2 * time.Minute
	stateFile = "limits.json"
	lockFile  = "limits.lock"
	stateMax  = 16 << 20
)

// Validate reports the first setting that can't work.
func (c LimitConfig) Validate() error {
	if c.Dir == "" {
		return errors.New("a directory is needed")
	}
	for _, r := range []Rate{c.Principal, c.Tenant, c.Exports} {
		if r.PerHour < 1 || r.PerHour > rateMax || r.Burst < 1 || r.Burst > burstMax {
			return fmt.Errorf("a rate is between 1 and %d an hour, at most %d at once", rateMax, burstMax)
		}
	}
	if c.BulkPerDay < 1 {
		return errors.New("the number of values that tells somebody must be positive")
	}
	return nil
}

// Limits are rate limits kept on disk. Several processes may use one directory at once: each step holds a lock of the
// operating system and is durable before it counts as done.
type Limits struct{ cfg LimitConfig }

// NewLimits gives limits. The directory must exist: a wrong path shall not begin a new, generous life.
func NewLimits(cfg LimitConfig) (*Limits, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("configure reveal limits: %w", err)
	}
	info, err := os.Stat(cfg.Dir)
	if err == nil && !info.IsDir() {
		err = errors.New("not a directory")
	}
	if err != nil {
		return nil, fmt.Errorf("configure reveal limits: %s: %w", cfg.Dir, err)
	}
	return &Limits{cfg}, nil
}

// limitState is the content of the file.
//
// A bucket is one time: when it will be full again, by what was taken until now (the generic cell rate algorithm). One that is
// not there was empty when the state was made. So a deleted file gives nobody anything: all buckets begin empty.
type limitState struct {
	Version int                  `json:"version"`
	Created time.Time            `json:"created"`
	Clock   time.Time            `json:"clock"` // the latest time seen
	Buckets map[string]time.Time `json:"buckets"`
	Days    map[string]dayCount  `json:"days"`
}

type dayCount struct {
	Day    string `json:"day"`
	Values int    `json:"values"`
}

// The refusals of limits.
var (
	errClock   = errors.New("the clock went back")
	errTooMany = errors.New("more values than are ever revealed at once: ask for fewer calls or types")
)

// waitError says how long until as many values may be seen.
type waitError struct {
	wait time.Duration
	anew bool // nothing was taken yet: the bucket has been filling since the limits' file was made
}

func (e *waitError) Error() string {
	why := "the rate limit is used up"
	if e.anew {
		why = "rate limits begin empty, and these have not been there for long enough"
	}
	const step = time.Second
	return why + ": try again in " + (e.wait + step - 1).Truncate(step).String()
}

// seen notes the time and gives it back, and tells whether the state had to be made. It never goes back by more than a correction:
// an expired grant can't be used by setting the clock.
func (l *Limits) seen(now time.Time) (at time.Time, created bool, err error) {
	err = l.change(now, func(s *limitState, fresh bool) error {
		at, created = s.Clock, fresh
		return nil
	})
	return at, created, err
}

// take takes n values from the buckets of a requester and a tenant, from both or neither. bulk tells that a day's number of values
// has become one that somebody should look at.
func (l *Limits) take(now time.Time, principal, tenant string, n int) (bulk bool, err error) {
	principal, tenant = "principal "+principal, "tenant "+tenant
	err = l.change(now, func(s *limitState, _ bool) error {
		p, err := s.next(principal, l.cfg.Principal, n)
		if err != nil {
			return err
		}
		t, err := s.next(tenant, l.cfg.Tenant, n)
		if err != nil {
			return err
		}
		s.Buckets[principal], s.Buckets[tenant] = p, t
		for _, who := range []string{principal, tenant} {
			bulk = s.count(who, n) > l.cfg.BulkPerDay || bulk
		}
		return nil
	})
	return bulk, err
}

// takeExport takes one export from the buckets of a requester and a tenant, from both or neither. They are others than those of values.
func (l *Limits) takeExport(now time.Time, principal, tenant string) error {
	return l.change(now, func(s *limitState, _ bool) error {
		buckets := []string{"exports of principal " + principal, "exports of tenant " + tenant}
		var full [2]time.Time
		for i, who := range buckets {
			var err error
			if full[i], err = s.next(who, l.cfg.Exports, 1); err != nil {
				return err
			}
		}
		for i, who := range buckets {
			s.Buckets[who] = full[i]
		}
		return nil
	})
}

// next is a bucket after n more values, or an error when it hasn't that many.
func (s *limitState) next(who string, r Rate, n int) (time.Time, error) {
	if n > r.Burst {
		return time.Time{}, errTooMany
	}
	each := time.Hour / time.Duration(r.PerHour)
	whole := time.Duration(r.Burst) * each
	full, known := s.Buckets[who]
	if !known {
		full = s.Created.Add(whole)
	}
	if full.Before(s.Clock) {
		full = s.Clock
	}
	full = full.Add(time.Duration(n) * each)
	if wait := full.Sub(s.Clock) - whole; wait > 0 {
		return time.Time{}, &waitError{wait, !known}
	}
	return full, nil
}

// count adds to a day's number of values.
func (s *limitState) count(who string, n int) int {
	today := s.Clock.Format(time.DateOnly)
	c := s.Days[who]
	if c.Day != today {
		c = dayCount{Day: today}
	}
	c.Values += n
	s.Days[who] = c
	return c.Values
}

// change runs f on the state under the lock, and writes the state if f agrees. A new state is written before: one that was not would
// begin, and stay empty, at every refusal.
func (l *Limits) change(now time.Time, f func(s *limitState, fresh bool) error) error {
	unlock, err := lock(filepath.Join(l.cfg.Dir, lockFile))
	if err != nil {
		return fmt.Errorf("lock reveal limits: %w", err)
	}
	defer unlock()
	now = now.UTC().Round(0)
	s, fresh, err := l.load(now)
	if err != nil {
		return fmt.Errorf("read reveal limits: %w", err)
	}
	if now.Before(s.Clock.Add(-clockBack)) {
		return errClock
	}
	if now.After(s.Clock) {
		s.Clock = now
	}
	if fresh {
		if err := l.save(&s); err != nil {
			return fmt.Errorf("write reveal limits: %w", err)
		}
	}
	if err := f(&s, fresh); err != nil {
		return err
	}
	if err := l.save(&s); err != nil {
		return fmt.Errorf("write reveal limits: %w", err)
	}
	return nil
}

func (l *Limits) load(now time.Time) (s limitState, fresh bool, err error) {
	name := filepath.Join(l.cfg.Dir, stateFile)
	info, err := os.Stat(name)
	if errors.Is(err, os.ErrNotExist) {
		return limitState{Version: 1, Created: now, Clock: now, Buckets: map[string]time.Time{}, Days: map[string]dayCount{}}, true, nil
	}
	if err != nil {
		return s, false, err
	}
	if info.Size() > stateMax {
		return s, false, fmt.Errorf("%s is larger than such a file can be", name)
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return s, false, err
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if d.Decode(&s) != nil || d.More() || s.Version != 1 || s.Created.IsZero() || s.Clock.Before(s.Created) || s.Buckets == nil || s.Days == nil {
		return s, false, fmt.Errorf("%s is damaged: restore it, or delete it, which makes all buckets empty", name)
	}
	return s, false, nil
}

// save puts a new file in the old one's place: after a crash one of the two is there, whole.
func (l *Limits) save(s *limitState) error {
	today := s.Clock.Format(time.DateOnly)
	for who, c := range s.Days {
		if c.Day != today {
			delete(s.Days, who)
		}
	}
	text, err := json.MarshalIndent(s, "", " ")
	if err != nil {
		return err
	}
	part := filepath.Join(l.cfg.Dir, "."+stateFile+"."+rand.Text()[:8])
	if err := writeSecret(part, append(text, '\n')); err != nil {
		return err
	}
	if err := os.Rename(part, filepath.Join(l.cfg.Dir, stateFile)); err != nil {
		return errors.Join(err, os.Remove(part))
	}
	d, err := os.Open(l.cfg.Dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
