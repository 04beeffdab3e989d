package main

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/sonexlabs/tacet/pipeline/audit"
	auditsink "github.com/sonexlabs/tacet/sinks/audit"
)

// breachScope is what a breach touches, as far as the audit log says.
type breachScope struct {
	Made     time.Time   `json:"made"`
	Asked    breachQuery `json:"asked"`
	Verified bool        `json:"verified"`
	Logs     []logReport `json:"logs"`
	Problems []string    `json:"problems,omitempty"`

	Entries      int64         `json:"entries"`        // each of one or more batches that follow each other
	First        time.Time     `json:"first,omitzero"` // of them
	Last         time.Time     `json:"last,omitzero"`
	Records      numbers       `json:"records"`
	Undetermined undetermined  `json:"undetermined"`
	Ranges       []scopeRange  `json:"ranges"`
	Tenants      []scopeTenant `json:"tenants"`
	Types        []finding     `json:"types"` // found in the batches, whosever they were
	Policies     []string      `json:"policies"`
	CannotSay    []string      `json:"cannot_say"`

	tenants  map[[2]string]*scopeTenant // by tenant and category
	found    map[[2]string]int64        // by type and action
	policies map[string]bool
	covered  map[audit.Range]*cover // of all batches of what was asked for, by lane
	ranges   map[audit.Range]*scopeRange
	again    int64 // offsets in several entries
	shared   int64 // batches with records of others
	torn     int64 // batches of which an entry is missing
	sinks    map[string]bool
}

// numbers are bounds of a number.
type numbers struct {
	AtLeast int64 `json:"at_least"`
	AtMost  int64 `json:"at_most"`
}

func (n *numbers) add(count int64, certain bool) {
	n.AtMost += count
	if certain {
		n.AtLeast += count
	}
}

// String is "7" or "3 to 7".
func (n numbers) String() string {
	if n.AtLeast == n.AtMost {
		return number(n.AtMost)
	}
	return fmt.Sprintf("%d to %d", n.AtLeast, n.AtMost)
}

// undetermined are entries of the older form, which names no tenants, keys and sinks.
type undetermined struct {
	Entries int64 `json:"entries"`
	Records int64 `json:"records"`
}

// scopeRange is a stretch of a partition that batches of the scope are of.
type scopeRange struct {
	Topic     string `json:"topic"`
	Partition int32  `json:"partition"`
	First     int64  `json:"first"`
	Next      int64  `json:"next"`
	Entries   int64  `json:"entries"`
}

// scopeTenant is what of a tenant is touched.
type scopeTenant struct {
	Tenant      string             `json:"tenant"` // empty: of records that name none that the policy knows
	Category    string             `json:"category"`
	Records     numbers            `json:"records"`
	Quarantined numbers            `json:"quarantined"`
	Sinks       map[string]numbers `json:"sinks"`
	KeyVersions []int              `json:"key_versions"`
}

func newBreachScope(q breachQuery, now time.Time) *breachScope {
	return &breachScope{Made: now, Asked: q, Ranges: []scopeRange{}, Tenants: []scopeTenant{}, Types: []finding{}, Policies: []string{},
		tenants: map[[2]string]*scopeTenant{}, found: map[[2]string]int64{}, policies: map[string]bool{}, covered: map[audit.Range]*cover{},
		ranges: map[audit.Range]*scopeRange{}, sinks: map[string]bool{}}
}

// assembled is a batch put together of its entries.
type assembled struct {
	entry   audit.Entry
	content auditsink.Content
	parts   int // met
}

// read adds what a log says.
func (s *breachScope) read(dir, name string) error {
	open := map[audit.Range]*assembled{} // by lane
	err := audit.Read(dir, 0, func(e audit.Entry) error {
		first, more := auditsink.IsBatch(e)
		if !first && !more {
			return nil
		}
		content, err := auditsink.ReadContent(e)
		if err != nil {
			return err
		}
		lane := audit.Range{Topic: e.Range.Topic, Partition: e.Range.Partition}
		b := open[lane]
		if more {
			if b != nil && *b.entry.Range == *e.Range && content.Part == b.parts+1 {
				b.content.Tenants = append(b.content.Tenants, content.Tenants...)
				b.parts = content.Part
			} else {
				if b != nil {
					s.batch(b)
				}
				s.torn++
				b = &assembled{e, content, content.Part}
				open[lane] = b
			}
		} else {
			if b != nil {
				s.torn++
				s.batch(b)
			}
			b = &assembled{e, content, 1}
			open[lane] = b
		}
		if b.parts == content.Parts {
			delete(open, lane)
			s.batch(b)
		}
		return nil
	})
	for _, lane := range slices.SortedFunc(maps.Keys(open), compareLanes) {
		s.torn++
		s.batch(open[lane])
	}
	if err != nil {
		return fmt.Errorf("read log %s: %w", name, err)
	}
	return nil
}

func compareLanes(a, b audit.Range) int {
	return cmp.Or(strings.Compare(a.Topic, b.Topic), cmp.Compare(a.Partition, b.Partition))
}

// batch adds a batch, if it is of what was asked for.
func (s *breachScope) batch(b *assembled) {
	q, r := &s.Asked, b.entry.Range
	for _, name := range b.content.Sinks {
		s.sinks[name] = true
	}
	if b.entry.Time.Before(q.Since) || !q.Until.IsZero() && !b.entry.Time.Before(q.Until) {
		return
	}
	old := b.content.Format == 1
	in := countIn(b.entry, "in")
	if q.Topic == "" && old {
		s.Undetermined.Entries++
		s.Undetermined.Records += in
		return
	}
	concerned := b.content.Tenants
	sink := -1
	certain := true
	switch {
	case q.Topic != "":
		if r.Topic != q.Topic || r.Partition != q.Partition || r.Next <= q.From || r.First >= q.To {
			return
		}
		certain = q.From <= r.First && r.Next <= q.To
	case q.Tenant != "":
		certain = false // which of the tenant's records it is in can't be told
		concerned = slices.DeleteFunc(slices.Clone(concerned), func(t auditsink.Tenant) bool {
			return t.Tenant != q.Tenant || !slices.Contains(t.Versions, q.Version)
		})
	default:
		if sink = slices.Index(b.content.Sinks, q.Sink); sink < 0 {
			return
		}
		concerned = slices.DeleteFunc(slices.Clone(concerned), func(t auditsink.Tenant) bool { return t.Out[sink] == 0 })
	}
	if q.Topic == "" && len(concerned) == 0 {
		return
	}
	s.matched(b, concerned, sink, certain)
}

// matched adds what of a batch is concerned.
func (s *breachScope) matched(b *assembled, concerned []auditsink.Tenant, sink int, certain bool) {
	r := b.entry.Range
	before := s.place(b)
	s.again += before
	certain = certain && before == 0 // else it may have been counted
	if s.Asked.Topic != "" && b.content.Format == 1 {
		s.Undetermined.Entries++
		s.Undetermined.Records += countIn(b.entry, "in")
	}
	if len(concerned) < len(b.content.Tenants) {
		s.shared++
	}
	most := int64(math.MaxInt64)
	if q := s.Asked; q.Topic != "" {
		most = min(r.Next, q.To) - max(r.First, q.From)
	}
	all := int64(0)
	for _, t := range concerned {
		if s.Asked.Tenant != "" { // nothing is made of what is in quarantine
			t.In, t.Dead = t.In-t.Dead, 0
		}
		if sink >= 0 {
			all += t.Out[sink]
		} else {
			all += t.In
		}
		s.tenant(b, t, sink, most, certain)
	}
	if s.Asked.Topic != "" {
		all = countIn(b.entry, "in") // a record of several lines may be of several tenants
	}
	s.Records.add(min(all, most), certain)
	for _, c := range b.entry.Counts {
		if typ, action, ok := strings.Cut(c.Name, "/"); ok {
			s.found[[2]string{typ, action}] += c.N
		}
	}
	for hash := range strings.SplitSeq(b.entry.Policy, ",") {
		if hash != "" {
			s.policies[hash] = true
		}
	}
}

// place notes where and when a batch was, and tells how many of its offsets were met before.
func (s *breachScope) place(b *assembled) (before int64) {
	r := b.entry.Range
	lane := audit.Range{Topic: r.Topic, Partition: r.Partition}
	if s.covered[lane] == nil {
		s.covered[lane] = &cover{}
		s.ranges[lane] = &scopeRange{Topic: r.Topic, Partition: r.Partition, First: r.First, Next: r.Next}
	}
	before = s.covered[lane].add(span{r.First, r.Next})
	at := s.ranges[lane]
	at.First, at.Next = min(at.First, r.First), max(at.Next, r.Next)
	at.Entries++
	s.Entries++
	if t := b.entry.Time; s.First.IsZero() || t.Before(s.First) {
		s.First = t
	}
	if b.entry.Time.After(s.Last) {
		s.Last = b.entry.Time
	}
	return before
}

// tenant adds what of a batch is a tenant's, up to a bound; with a sink, what left for it.
func (s *breachScope) tenant(b *assembled, t auditsink.Tenant, sink int, most int64, certain bool) {
	key := [2]string{t.Tenant, b.content.Category}
	to := s.tenants[key]
	if to == nil {
		to = &scopeTenant{Tenant: t.Tenant, Category: b.content.Category, Sinks: map[string]numbers{}, KeyVersions: []int{}}
		s.tenants[key] = to
	}
	if sink >= 0 {
		to.Records.add(t.Out[sink], certain)
	} else {
		to.Records.add(min(t.In, most), certain)
		to.Quarantined.add(min(t.Dead, most), certain)
	}
	for i, n := range t.Out {
		if sink >= 0 && i != sink || n == 0 {
			continue
		}
		of := to.Sinks[b.content.Sinks[i]]
		of.add(min(n, most), certain)
		to.Sinks[b.content.Sinks[i]] = of
	}
	for _, v := range t.Versions {
		if !slices.Contains(to.KeyVersions, v) && (s.Asked.Tenant == "" || v == s.Asked.Version) {
			to.KeyVersions = append(to.KeyVersions, v)
		}
	}
}

func countIn(e audit.Entry, name string) int64 {
	for _, c := range e.Counts {
		if c.Name == name {
			return c.N
		}
	}
	return 0
}

// end puts what was gathered in order, and adds what it can't say.
func (s *breachScope) end(c config) {
	s.Verified = len(s.Problems) == 0
	most := int64(-1)
	if s.Asked.Topic != "" {
		most = s.Asked.To - s.Asked.From
	}
	limit := func(n *numbers) {
		if most >= 0 {
			n.AtMost = max(n.AtLeast, min(n.AtMost, most))
		}
	}
	limit(&s.Records)
	for _, t := range s.tenants {
		limit(&t.Records)
		limit(&t.Quarantined)
		for name, n := range t.Sinks {
			limit(&n)
			t.Sinks[name] = n
		}
		slices.Sort(t.KeyVersions)
		s.Tenants = append(s.Tenants, *t)
	}
	slices.SortFunc(s.Tenants, func(a, b scopeTenant) int {
		return cmp.Or(strings.Compare(a.Tenant, b.Tenant), strings.Compare(a.Category, b.Category))
	})
	for k, n := range s.found {
		s.Types = append(s.Types, finding{k[0], k[1], n})
	}
	slices.SortFunc(s.Types, func(a, b finding) int {
		return cmp.Or(strings.Compare(a.Type, b.Type), strings.Compare(a.Action, b.Action))
	})
	for _, lane := range slices.SortedFunc(maps.Keys(s.ranges), compareLanes) {
		s.Ranges = append(s.Ranges, *s.ranges[lane])
	}
	s.Policies = append(s.Policies, slices.Sorted(maps.Keys(s.policies))...)
	s.unsaid(c)
}
