package policy

import (
	"cmp"
	"maps"
	"slices"
	"sort"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sonexlabs/tacet/detectors"
)

// Instructions are all versions of the instructions of all tenants. Reading takes no lock and allocates nothing; it is safe while one
// goroutine at a time adds.
//
// The highest version that has begun is in force: a version is the tenant's last word on everything from its From on, also on what an
// earlier version had planned for later. It changes nothing of what happened before its From.
type Instructions struct {
	table atomic.Pointer[InstructionTable]

	mu sync.Mutex // of what follows, which only writers use
	instructionLog
	sets *DetectorSets
}

// SearchWith says what detector sets instructions can have. It comes before any of them; without it, those that ask for some are refused.
func (s *Instructions) SearchWith(sets *DetectorSets) { s.sets = sets }

// InstructionTable is what Instructions are at one moment. It is immutable.
type InstructionTable struct {
	tenants    map[string]words
	generation uint64
}

// Tenants lists the tenants that gave any, sorted.
func (s *Instructions) Tenants() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(maps.Keys(s.versions))
}

// Of lists all versions of a tenant's instructions.
func (s *Instructions) Of(tenant string) (all []*Instruction) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, version := range slices.Sorted(maps.Keys(s.versions[tenant])) {
		all = append(all, s.versions[tenant][version])
	}
	return all
}

// words are what a tenant instructed.
type words struct {
	spans  []span
	minors bool // some version has records of minors kept back
	last   *Instruction
}

// span is the instruction in force from a time on, until the next one's. It is nil where that is not known: a version is missing, or can't
// be read.
type span struct {
	from time.Time
	in   *Instruction
}

// Standing is what holds for a record of a tenant.
type Standing struct {
	// From and Until bound the times of what happened for which the table answers just this; zero is no bound.
	From, Until time.Time
	In          *Instruction // nil where there is none, or it is not known
	// Minors has the record kept back if somebody in its call seems to be a minor. Where it is not known which instruction is in force, what
	// any version asked for holds: nothing is to leave for want of a message.
	Minors bool
	// Hears says that some version does, so that what is said now may count later.
	Hears bool
	// Detectors are what its texts are searched with; nil for those of the configuration. Where it is not known which instruction is in force,
	// those of the last version that is known.
	Detectors *detectors.Set
}

// Table is the present state, for whoever must ask several times and get answers that fit together. Nil has no instructions.
func (s *Instructions) Table() *InstructionTable {
	if s == nil {
		return nil
	}
	return s.table.Load()
}

// At gives the instruction of a tenant that is in force for what happened at a time; nil where there is none, or the time is not known.
func (s *Instructions) At(tenant []byte, when time.Time) *Instruction {
	return s.Table().Standing(tenant, when).In
}

// Generation changes with every change of what At answers.
func (s *Instructions) Generation() uint64 { return s.Table().Generation() }

// At is Instructions.At at one moment.
func (t *InstructionTable) At(tenant []byte, when time.Time) *Instruction {
	return t.Standing(tenant, when).In
}

// Standing says what holds for what happened at a time.
func (t *InstructionTable) Standing(tenant []byte, when time.Time) Standing {
	if t == nil {
		return Standing{}
	}
	said := t.tenants[string(tenant)]
	n := len(said.spans)
	if n > 0 && when.Before(said.spans[n-1].from) { // most of what is asked is of now
		n = sort.Search(n, func(i int) bool { return when.Before(said.spans[i].from) })
	}
	s := Standing{Hears: said.minors}
	if n < len(said.spans) {
		s.Until = said.spans[n].from
	}
	if n > 0 {
		s.From, s.In = said.spans[n-1].from, said.spans[n-1].in
		s.Minors = said.minors && (s.In == nil || s.In.Minors)
		if of := cmp.Or(s.In, said.last); of != nil {
			s.Detectors = of.set
		}
	}
	return s
}

// Holds tells whether it is what the table it is of answers for what happened at a time.
func (s *Standing) Holds(when time.Time) bool {
	return !when.Before(s.From) && (s.Until.IsZero() || when.Before(s.Until))
}

// Generation is Instructions.Generation at one moment.
func (t *InstructionTable) Generation() uint64 {
	if t == nil {
		return 0
	}
	return t.generation
}
