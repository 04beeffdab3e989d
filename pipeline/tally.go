package pipeline

import (
	"cmp"
	"slices"
	"strings"
)

// tally counts the records of a part by tenant. Slots are kept from part to part, so that a tenant that is met again costs nothing.
type tally struct {
	slots  map[string]*tenantTally
	part   []*tenantTally // met in the current part
	record []*tenantTally // of the current record: one, or those of the lines of a record of several
	serial uint64         // of the current record
	views  int
}

// tenantTally is what became of a tenant's records of a part.
type tenantTally struct {
	tenant   string
	serial   uint64 // of the last record that is of it
	in, dead int
	out      []int  // by view
	few      [4]int // its memory, where that is enough
	met      bool   // in the current part
	inForce  inForce
	word     word  // for the output check
	versions []int // of the keys of tokens
}

// slotsMost bounds the tenants that are remembered between parts.
const slotsMost = 1024

// begin starts a record.
func (t *tally) begin() {
	t.serial++
	t.record = t.record[:0]
}

// attribute notes that the record, or the line of it that comes now, is a tenant's. s is the tenant's slot, nil where it has none; it gives the one
// it has then.
func (t *tally) attribute(tenant []byte, s *tenantTally) *tenantTally {
	if s == nil {
		if t.slots == nil || len(t.slots) >= slotsMost {
			t.slots = map[string]*tenantTally{}
		}
		s = &tenantTally{tenant: string(tenant)}
		if s.out = s.few[:]; t.views > len(s.few) {
			s.out = make([]int, t.views)
		}
		s.out = s.out[:t.views]
		t.slots[s.tenant] = s
	}
	if !s.met {
		s.met = true
		t.part = append(t.part, s)
	}
	if s.serial != t.serial {
		s.serial = t.serial
		t.record = append(t.record, s)
	}
	return s
}

// tenants gives whose the record is. One of which no tenant was found is the empty one's.
func (t *tally) tenants() []*tenantTally {
	if len(t.record) == 0 {
		t.attribute(nil, t.slots[""])
	}
	return t.record
}

// used notes the versions of keys that were used since it was last told, for all tenants of the record.
func (t *tally) used(versions []int) {
	for _, v := range versions {
		for _, s := range t.record {
			if !slices.Contains(s.versions, v) {
				s.versions = append(s.versions, v)
			}
		}
	}
}

// settle counts a record of some tenants: what leaves of it, or that it is dead.
func (t *tally) settle(of []*tenantTally, spans []span, dead bool) {
	for _, s := range of {
		s.in++
		if dead {
			s.dead++
			continue
		}
		for i := range spans {
			s.out[spans[i].view]++
		}
	}
}

// end gives the part's counts, sorted by tenant, and forgets them.
func (t *tally) end() []TenantCount {
	if len(t.part) == 0 {
		return nil
	}
	all := make([]TenantCount, 0, len(t.part))
	numbers := make([]int, 0, len(t.part)*(len(t.part[0].out)+1))
	for _, s := range t.part {
		if s.in > 0 {
			c := TenantCount{Tenant: s.tenant, In: s.in, Dead: s.dead}
			numbers = append(numbers, s.out...)
			c.Out = numbers[len(numbers)-len(s.out) : len(numbers) : len(numbers)]
			numbers = append(numbers, s.versions...)
			c.Versions = numbers[len(numbers)-len(s.versions) : len(numbers) : len(numbers)]
			slices.Sort(c.Versions)
			all = append(all, c)
		}
		s.met, s.in, s.dead, s.versions = false, 0, 0, s.versions[:0]
		clear(s.out)
	}
	t.part = t.part[:0]
	slices.SortFunc(all, TenantCount.compare)
	return all
}

// TenantCount is what became of the records of one tenant. A record of several lines counts for each tenant that has one.
type TenantCount struct {
	Tenant   string // empty: of records that name none that the policy knows, and of tombstones
	In       int
	Dead     int   // in quarantine
	Out      []int // records that leave for each of Summary.Sinks
	Versions []int // of the keys of which tokens of them were made, sorted; keys of a day or month have none
}

func (c TenantCount) compare(o TenantCount) int { return strings.Compare(c.Tenant, o.Tenant) }

// add adds the counts of o.
func (c *TenantCount) add(o *TenantCount) {
	c.In += o.In
	c.Dead += o.Dead
	for i, n := range o.Out {
		c.Out[i] += n
	}
	for _, v := range o.Versions {
		if i, found := slices.BinarySearch(c.Versions, v); !found {
			c.Versions = slices.Insert(c.Versions, i, v)
		}
	}
}

// ClassCount is how many records went to quarantine for a reason.
type ClassCount struct {
	Class Class
	N     int
}

func (c ClassCount) compare(o ClassCount) int { return cmp.Compare(c.Class, o.Class) }

// addTenants merges counts by tenant. What s has is changed, what is added is not.
func (s *Summary) addTenants(counts []TenantCount) {
	for i := range counts {
		at, found := slices.BinarySearchFunc(s.Tenants, counts[i], TenantCount.compare)
		if found {
			s.Tenants[at].add(&counts[i])
			continue
		}
		c := counts[i]
		c.Out, c.Versions = slices.Clone(c.Out), slices.Clone(c.Versions)
		s.Tenants = slices.Insert(s.Tenants, at, c)
	}
}

// addClasses merges counts by class.
func (s *Summary) addClasses(counts []ClassCount) {
	for _, c := range counts {
		at, found := slices.BinarySearchFunc(s.Classes, c, ClassCount.compare)
		if found {
			s.Classes[at].N += c.N
			continue
		}
		s.Classes = slices.Insert(s.Classes, at, c)
	}
}

// bySink turns counts by view into counts by sink.
func (s *Summary) bySink(sinks []*sink) {
	for i := range s.Tenants {
		byView := s.Tenants[i].Out
		out := make([]int, len(sinks))
		for k, to := range sinks {
			out[k] = byView[to.view]
		}
		s.Tenants[i].Out = out
	}
}
