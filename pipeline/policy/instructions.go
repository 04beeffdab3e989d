package policy

import (
	"maps"
	"slices"
	"sort"
	"sync"
	"sync/atomic"
	"time"
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
}

// InstructionTable is what Instructions are at one moment. It is immutable.
type InstructionTable struct {
	tenants    map[string][]span
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

// span is the instruction in force from a time on, until the next one's. It is nil where a version is missing.
type span struct {
	from time.Time
	in   *Instruction
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
	return s.Table().At(tenant, when)
}

// Generation changes with every change of what At answers.
func (s *Instructions) Generation() uint64 { return s.Table().Generation() }

// At is Instructions.At at one moment.
func (t *InstructionTable) At(tenant []byte, when time.Time) *Instruction {
	if t == nil {
		return nil
	}
	spans := t.tenants[string(tenant)]
	n := len(spans)
	if n == 0 {
		return nil
	}
	if !when.Before(spans[n-1].from) { // most of what is asked is of now
		return spans[n-1].in
	}
	n = sort.Search(n, func(i int) bool { return when.Before(spans[i].from) })
	if n == 0 {
		return nil
	}
	return spans[n-1].in
}

// Generation is Instructions.Generation at one moment.
func (t *InstructionTable) Generation() uint64 {
	if t == nil {
		return 0
	}
	return t.generation
}
