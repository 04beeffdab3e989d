package policy

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Why an instruction is refused. What was in force stays, unless what is refused may be a withdrawal: then the tenant has no instruction.
var (
	ErrGap        = errors.New("an earlier version is missing")
	ErrFork       = errors.New("differs from the instruction of that tenant and version")
	ErrRollback   = errors.New("was there and is gone")
	ErrUnreadable = errors.New("can't be read")
	// ErrTooMany ends the following of a topic that is full of what can't be read.
	ErrTooMany = errors.New("too many instructions can't be read")
)

// Refusals name the first four errors above, in their order, for metrics.
func Refusals() []string { return []string{"gap", "fork", "rollback", "unreadable"} }

// brokenMost bounds the messages that can't be read and are waited for.
const brokenMost = 10_000

// instructionLog is what the writer of Instructions knows.
type instructionLog struct {
	versions map[string]map[int]*Instruction // by tenant; those above a gap wait for it to be filled
	broken   map[string]map[int]bool         // by tenant: those that are there and can't be read
	brokens  int                             // how many these are
	files    map[string]bool                 // names of those of the directory
	complete bool                            // the topic was read to its end once, or there is none
	refused  [4]uint64                       // by Refusals
}

// NewInstructions makes an empty table: no text leaves for anybody.
func NewInstructions() *Instructions {
	s := &Instructions{}
	s.versions, s.broken, s.files = map[string]map[int]*Instruction{}, map[string]map[int]bool{}, map[string]bool{}
	s.table.Store(&InstructionTable{})
	return s
}

// Refused tells how many instructions were refused for one of Refusals.
func (s *Instructions) Refused(why string) uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i := slices.Index(Refusals(), why); i >= 0 {
		return s.refused[i]
	}
	return 0
}

// refuse counts an error and gives it back with the instruction's name.
func (s *Instructions) refuse(tenant string, version int, err error) error {
	i := slices.IndexFunc([]error{ErrGap, ErrFork, ErrRollback}, func(known error) bool { return errors.Is(err, known) })
	if i < 0 {
		i = len(s.refused) - 1
	}
	s.refused[i]++
	return fmt.Errorf("instruction of tenant %s, version %d: %w", tenant, version, err)
}

// Replace puts what a directory holds in place of what it held before, or nothing of it. The versions of a tenant are 1, 2, 3, …: what was
// there before must still be there as it was, because a tenant's word can be superseded, not unsaid.
func (s *Instructions) Replace(all []*Instruction) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	byTenant, names := map[string]map[int]*Instruction{}, map[string]bool{}
	var problems []error
	for _, i := range all {
		known := s.versions[i.Tenant][i.Version]
		if here := byTenant[i.Tenant][i.Version]; here != nil {
			known = here
		}
		if known != nil && known.sum != i.sum {
			problems = append(problems, s.refuse(i.Tenant, i.Version, ErrFork))
		}
		if byTenant[i.Tenant] == nil {
			byTenant[i.Tenant] = map[int]*Instruction{}
		}
		byTenant[i.Tenant][i.Version] = i
		names[i.Name()] = true
		if err := s.sets.choose(i); err != nil {
			problems = append(problems, s.refuse(i.Tenant, i.Version, fmt.Errorf("%w: %w", ErrUnreadable, err)))
		}
	}
	for name := range s.files {
		if !names[name] {
			tenant, version, _ := cutName(name)
			problems = append(problems, s.refuse(tenant, version, ErrRollback))
		}
	}
	for tenant, versions := range byTenant {
		if version, missing := gapIn(versions); missing > 0 {
			problems = append(problems, s.refuse(tenant, version, fmt.Errorf("%w: %d", ErrGap, missing)))
		}
	}
	if len(problems) > 0 {
		slices.SortFunc(problems, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
		return errors.Join(problems...)
	}
	var changed []string
	for tenant, versions := range byTenant {
		before := len(s.versions[tenant])
		for _, i := range versions {
			s.add(i)
		}
		if len(s.versions[tenant]) > before {
			changed = append(changed, tenant)
		}
	}
	s.files = names
	s.publish(changed)
	return nil
}

// add notes a version that is known for the first time, or again.
func (s *Instructions) add(i *Instruction) {
	if s.versions[i.Tenant] == nil {
		s.versions[i.Tenant] = map[int]*Instruction{}
	}
	if s.versions[i.Tenant][i.Version] == nil {
		s.versions[i.Tenant][i.Version] = i
	}
	if s.broken[i.Tenant][i.Version] {
		delete(s.broken[i.Tenant], i.Version)
		s.brokens--
	}
}

// gapIn says which is the first version whose predecessor is missing, and which that is; 0 where none is.
func gapIn(versions map[int]*Instruction) (version, missing int) {
	for k, version := range slices.Sorted(maps.Keys(versions)) {
		if version != k+1 {
			return version, k + 1
		}
	}
	return 0, 0
}

// Take takes a message of a compacted topic, whose key is the instruction's name, and says why it is refused. The topic's order means
// nothing: what is in force when its end is reached depends only on what it holds. Where a version is missing, or there is a message that
// can't be read in its place, it may be a withdrawal. Then the tenant has no instruction in force, in the second case for anything, in the
// first from the time on from which a later version holds; and the version that is missing makes good for it.
func (s *Instructions) Take(keys *InstructionKeys, name string, key, value []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	tenant, version, ok := cutName(string(key))
	if !ok { // nobody's
		s.refused[len(s.refused)-1]++
		return fmt.Errorf("instruction %s: %w: its key is no tenant/version", name, ErrUnreadable)
	}
	known := s.versions[tenant][version]
	i, err := readMessage(keys, name, key, value)
	if err == nil {
		if err = s.sets.choose(i); err != nil {
			err = fmt.Errorf("%w: %w", ErrUnreadable, err)
		}
	}
	switch {
	case err != nil && known == nil:
		if s.brokens >= brokenMost {
			return ErrTooMany
		}
		if s.broken[tenant] == nil {
			s.broken[tenant] = map[int]bool{}
		}
		if !s.broken[tenant][version] {
			s.broken[tenant][version] = true
			s.brokens++
			s.publishLater(tenant)
		}
		return s.refuse(tenant, version, err)
	case err != nil:
		return s.refuse(tenant, version, err)
	case known != nil && known.sum != i.sum:
		return s.refuse(tenant, version, ErrFork)
	case known != nil:
		return nil
	}
	s.add(i)
	s.publishLater(tenant)
	if _, missing := gapIn(s.versions[tenant]); s.complete && missing > 0 {
		return s.refuse(tenant, version, fmt.Errorf("%w: %d", ErrGap, missing))
	}
	return nil
}

// publishLater publishes a tenant's change: at once, or when the topic has been read.
func (s *Instructions) publishLater(tenant string) {
	if s.complete {
		s.publish([]string{tenant})
	}
}

// readMessage verifies a message.
func readMessage(keys *InstructionKeys, name string, key, value []byte) (*Instruction, error) {
	if value == nil {
		return nil, fmt.Errorf("%w: %s is a tombstone", ErrRollback, name)
	}
	i, err := VerifyInstruction(name, value, keys)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnreadable, err)
	}
	if i.Name() != string(key) {
		return nil, fmt.Errorf("%w: %s is another instruction than its key says", ErrUnreadable, name)
	}
	return i, nil
}

// cutName is the opposite of Instruction.Name.
func cutName(name string) (tenant string, version int, ok bool) {
	tenant, number, _ := strings.Cut(name, "/")
	version, err := strconv.Atoi(number)
	return tenant, version, err == nil && isTenantID(tenant) && version >= 1 && version <= versionMost && strconv.Itoa(version) == number
}

// Complete says that the topic was read to its end: before, nothing of it is in force, and nothing may be consumed. It lists the versions
// that are missing.
func (s *Instructions) Complete() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.complete {
		return nil
	}
	s.complete = true
	tenants := slices.Sorted(maps.Keys(s.versions))
	var gaps []error
	for _, tenant := range tenants {
		if version, missing := gapIn(s.versions[tenant]); missing > 0 {
			gaps = append(gaps, s.refuse(tenant, version, fmt.Errorf("%w: %d", ErrGap, missing)))
		}
	}
	s.publish(tenants)
	return errors.Join(gaps...)
}

// publish puts in force what is known of some tenants.
func (s *Instructions) publish(tenants []string) {
	if len(tenants) == 0 {
		return
	}
	old := s.table.Load()
	t := &InstructionTable{tenants: map[string]words{}, generation: old.generation + 1}
	maps.Copy(t.tenants, old.tenants)
	for _, tenant := range tenants {
		said := words{spans: []span{{}}} // for all times, not known
		if len(s.broken[tenant]) == 0 {
			said.spans = spansOf(s.versions[tenant])
		}
		for _, i := range s.versions[tenant] {
			said.minors = said.minors || i.Minors
			if said.last == nil || i.Version > said.last.Version {
				said.last = i
			}
		}
		t.tenants[tenant] = said
	}
	s.table.Store(t)
}

// spansOf says which version holds when: the highest of those that have begun; none from where one begins whose predecessor is missing.
func spansOf(versions map[int]*Instruction) (spans []span) {
	var order []span
	for k, version := range slices.Sorted(maps.Keys(versions)) {
		i := versions[version]
		if version == k+1 {
			order = append(order, span{i.From, i})
		} else {
			order = append(order, span{i.From, nil})
		}
	}
	for _, later := range slices.Backward(order) { // an earlier version holds only up to where a later one begins
		if len(spans) == 0 || later.from.Before(spans[len(spans)-1].from) {
			spans = append(spans, later)
		}
	}
	slices.Reverse(spans)
	return spans
}

// Head is how far a tenant's instructions go: the last version before a gap, and a sum of all texts up to it.
type Head struct {
	Version int    `json:"version"`
	Sum     string `json:"sum"`
}

// Heads gives those of all tenants, for a witness to remember.
func (s *Instructions) Heads() map[string]Head {
	s.mu.Lock()
	defer s.mu.Unlock()
	heads := map[string]Head{}
	for tenant, versions := range s.versions {
		if chain := chainOf(versions); len(chain) > 0 {
			heads[tenant] = Head{len(chain), chain[len(chain)-1]}
		}
	}
	return heads
}

// Check compares what is known with what was known once. An older set than that is refused, and another one.
func (s *Instructions) Check(seen map[string]Head) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var problems []error
	for _, tenant := range slices.Sorted(maps.Keys(seen)) {
		head, chain := seen[tenant], chainOf(s.versions[tenant])
		switch {
		case head.Version > len(chain):
			problems = append(problems, s.refuse(tenant, len(chain)+1, ErrRollback))
		case head.Version < 1 || chain[head.Version-1] != head.Sum:
			problems = append(problems, s.refuse(tenant, head.Version, ErrFork))
		}
	}
	return errors.Join(problems...)
}

// chainOf gives a sum for each version up to a gap, of its text and those before it.
func chainOf(versions map[int]*Instruction) (chain []string) {
	var sum [sha256.Size]byte
	for v := 1; versions[v] != nil; v++ {
		sum = sha256.Sum256(append(sum[:], versions[v].sum[:]...))
		chain = append(chain, hex.EncodeToString(sum[:]))
	}
	return chain
}
