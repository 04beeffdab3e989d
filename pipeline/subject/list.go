package subject

import (
	"bytes"
	"errors"
	"fmt"
	"hash/maphash"
	"math"
	"math/bits"
	"slices"
	"strings"
	"sync/atomic"
	"time"
)

// Entry is what holds for one id. The zero Entry holds nothing.
type Entry struct {
	before   int64 // of an erasure: milliseconds since 1970
	flags    uint8
	consents *consents
}

// Erases tells whether what happened at t is to be gone: t is not after the time of an erasure. A record without a time can't show
// that it is younger, so it is erased as well.
func (e Entry) Erases(t time.Time) bool {
	return e.flags&flagErase != 0 && (t.IsZero() || t.UnixMilli() <= e.before)
}

// Objects tells whether nothing of the person is to be processed.
func (e Entry) Objects() bool { return e.flags&flagObject != 0 }

// Restricts tells whether what comes is only to be kept, sealed.
func (e Entry) Restricts() bool { return e.flags&flagRestrict != 0 }

// Withdrawn tells whether a consent is withdrawn: that of this name, or all of them. With an empty name it tells whether any is.
func (e Entry) Withdrawn(consent string) bool {
	if e.flags&flagWithdraw == 0 {
		return false
	}
	return consent == "" || slices.Contains(e.consents.withdrawn, consent) || slices.Contains(e.consents.withdrawn, AllConsents)
}

// The flags of a slot: what holds, and, four bits higher, which of the topic's keys there are, whatever they say now.
const (
	flagErase = 1 << iota
	flagObject
	flagRestrict
	flagWithdraw
	active = flagErase | flagObject | flagRestrict | flagWithdraw
)

// consents are what an id has said of consents: which it withdrew, and which it gave again. Ids with the same ones share it.
type consents struct{ withdrawn, given []string } // sorted

// consentsMax bounds the consents of one id.
const consentsMax = 64

// slot is one id in the table. It is complete before its mark is set, hi and lo never change, and before only ever grows while
// flagErase stands: a reader, who takes what first, then before, sees an entry as it was at one moment.
type slot struct {
	hi, lo uint64
	before atomic.Int64
	what   atomic.Uint64 // index of the tenant, 32 bits; of the consents, 16 bits; flags, 8 bits
}

func pack(tenant uint32, consents uint16, flags uint8) uint64 {
	return uint64(tenant)<<32 | uint64(consents)<<16 | uint64(flags)
}

func unpack(what uint64) (tenant uint32, consents uint16, flags uint8) {
	return uint32(what >> 32), uint16(what >> 16), uint8(what)
}

// table is open addressing. Slots stand in groups of eight, and the marks of a group, a byte for each slot that is used, in one word:
// nearly every miss is decided by one load from an array that fits in the cache (1.5 MB for a million ids). It is between 60 and 80
// percent full, so an id takes 41 to 55 bytes.
type table struct {
	marks []atomic.Uint64
	slots []slot
}

const (
	groupsFirst = 8
	// A table grows by a quarter, when it is fullNum/fullDen full.
	fullNum, fullDen = 4, 5

	each = 0x0101010101010101 // a byte repeated is the byte times this
	high = 0x8080808080808080
)

func newTable(groups int) *table {
	return &table{make([]atomic.Uint64, groups), make([]slot, 8*groups)}
}

// find gives the slot of an id, or else the number of the one where it belongs. Ids are pseudorandom: they need no hash of their own.
func (t *table) find(hi, lo uint64) (s *slot, free int) {
	n := uint64(len(t.marks))
	group, _ := bits.Mul64(lo, n)
	mark := uint64(markOf(hi)) * each
	for {
		marks := t.marks[group].Load()
		for hits := zeros(marks ^ mark); hits != 0; hits &= hits - 1 {
			s := &t.slots[8*int(group)+bits.TrailingZeros64(hits)/8]
			if s.hi == hi && s.lo == lo {
				return s, -1
			}
		}
		if empty := zeros(marks); empty != 0 {
			return nil, 8*int(group) + bits.TrailingZeros64(empty)/8
		}
		if group++; group == n {
			group = 0
		}
	}
}

// zeros gives the high bit of each byte that is zero, and of no other: a slot without a mark may just be filled in.
func zeros(w uint64) uint64 { return ^((w&^high + ^uint64(high)) | w) & high }

// markOf is the byte that stands for an id; 0 is that of an empty slot.
func markOf(hi uint64) byte { return max(byte(hi), 1) }

// publish lets readers see a slot that is filled in.
func (t *table) publish(i int) {
	word := &t.marks[i/8]
	word.Store(word.Load() | uint64(markOf(t.slots[i].hi))<<(i%8*8))
}

// tenantRow counts the ids of a tenant that are suppressed now.
type tenantRow struct {
	name   []byte
	active atomic.Int64
}

// tenants finds a tenant's row by name. A published table never changes but for filling empty places.
type tenants struct {
	rows   []*tenantRow                // by index; 0 is nobody
	places []atomic.Pointer[tenantRow] // by hash; a power of two
}

// List is the suppression list. Any number of goroutines may read it, without a lock, while one changes it with Apply.
type List struct {
	table    atomic.Pointer[table]
	tenants  atomic.Pointer[tenants]
	consents atomic.Pointer[[]*consents] // by index; 0 is the empty one

	seed maphash.Seed
	most int

	// Of the one that writes:
	used    int               // slots
	sets    map[string]uint16 // indexes of consents
	numbers map[string]uint32 // of tenants

	loaded atomic.Bool
	seq    atomic.Uint64
	keys   atomic.Uint64
	active atomic.Int64
	fresh  atomic.Int64 // when all that there was had been read, in nanoseconds since 1970
}

// DefaultEntries is how many ids a List holds when it isn't told: a bound of about one GiB.
const DefaultEntries = 20_000_000

// NewList makes an empty list that holds up to most ids; 0 means DefaultEntries.
func NewList(most int) *List {
	if most <= 0 {
		most = DefaultEntries
	}
	l := &List{seed: maphash.MakeSeed(), most: most, sets: map[string]uint16{"|": 0}, numbers: map[string]uint32{}}
	l.table.Store(newTable(groupsFirst))
	l.tenants.Store(&tenants{rows: []*tenantRow{nil}, places: make([]atomic.Pointer[tenantRow], 16)})
	l.consents.Store(&[]*consents{{}})
	return l
}

// Match gives what holds for an id of a tenant. It is not ok when nothing does.
func (l *List) Match(tenant []byte, id ID) (Entry, bool) {
	hi, lo := halves(id)
	s, _ := l.table.Load().find(hi, lo)
	if s == nil {
		return Entry{}, false
	}
	number, set, flags := unpack(s.what.Load())
	if flags&active == 0 || !bytes.Equal(l.tenants.Load().rows[number].name, tenant) {
		return Entry{}, false
	}
	return Entry{before: s.before.Load(), flags: flags & active, consents: (*l.consents.Load())[set]}, true
}

// Empty tells whether nothing holds for any id of a tenant, so that none has to be made. A list that is not loaded is not
// empty.
func (l *List) Empty(tenant []byte) bool {
	if !l.loaded.Load() {
		return false
	}
	row := l.tenants.Load().find(l.seed, tenant)
	return row == nil || row.active.Load() == 0
}

// Loaded tells whether all that was on the topic when reading began is in the list, and none of it is missing as far as the witness
// can tell. Before, nothing may be consumed.
func (l *List) Loaded() bool { return l.loaded.Load() }

// Version is what the list has seen. It never goes back.
func (l *List) Version() Version { return Version{Seq: l.seq.Load(), Keys: l.keys.Load()} }

// Active is the number of ids that something holds for.
func (l *List) Active() int { return int(l.active.Load()) }

// Age is how long ago the list was known to hold all that there is. It is negative before the list is loaded.
func (l *List) Age(now time.Time) time.Duration {
	if !l.loaded.Load() {
		return -1
	}
	return max(0, now.Sub(time.Unix(0, l.fresh.Load())))
}

func halves(id ID) (hi, lo uint64) {
	for i := range 8 {
		hi, lo = hi<<8|uint64(id[i]), lo<<8|uint64(id[8+i])
	}
	return hi, lo
}

// ErrFull says that the list holds as many ids as it may. It must not be used any more: it lacks one.
var ErrFull = errors.New("the suppression list is full")

// Apply takes in an update. One goroutine at a time.
func (l *List) Apply(u Update) error {
	if err := u.validate(); err != nil {
		return err
	}
	hi, lo := halves(u.ID)
	t := l.table.Load()
	s, free := t.find(hi, lo)
	fresh := s == nil
	if fresh {
		var err error
		if t, free, err = l.room(hi, lo, free); err != nil {
			return err
		}
		s = &t.slots[free]
		s.hi, s.lo = hi, lo
	}
	number, set, flags := unpack(s.what.Load())
	if fresh {
		number = l.number(u.Tenant)
	} else if string(l.tenants.Load().rows[number].name) != u.Tenant {
		return fmt.Errorf("apply suppression: an id of tenant %s is known as another tenant's", u.Tenant)
	}
	was := flags
	before, set, flags, known, err := l.change(s.before.Load(), set, flags, u)
	if err != nil {
		return err
	}
	row := l.tenants.Load().rows[number]
	if was&active == 0 && flags&active != 0 { // counted before it can be found: Empty must not deny what Match would find
		row.active.Add(1)
		l.active.Add(1)
	}
	s.before.Store(before)
	s.what.Store(pack(number, set, flags))
	if fresh {
		t.publish(free)
		l.used++
	}
	if was&active != 0 && flags&active == 0 {
		row.active.Add(-1)
		l.active.Add(-1)
	}
	if !known {
		l.keys.Add(1)
	}
	l.seq.Store(max(l.seq.Load(), u.Seq))
	return nil
}

// change is what an update makes of a slot, and whether its key was known before.
func (l *List) change(before int64, set uint16, flags uint8, u Update) (_ int64, _ uint16, _ uint8, known bool, err error) {
	if u.Kind == Withdraw {
		set, known, err = l.withdraw(set, u.Consent, u.Lifted)
		if flags &^= flagWithdraw; len((*l.consents.Load())[set].withdrawn) > 0 {
			flags |= flagWithdraw
		}
		return before, set, flags, known, err
	}
	flag := map[Kind]uint8{Erase: flagErase, Object: flagObject, Restrict: flagRestrict}[u.Kind]
	if u.Kind == Erase && !u.Lifted {
		// A later request may name an earlier time: what was to be gone stays gone. Once lifted, it begins anew.
		at := u.Before.UnixMilli()
		if flags&flagErase != 0 {
			at = max(at, before)
		}
		before = at
	}
	known = flags&(flag<<4) != 0
	if flags |= flag | flag<<4; u.Lifted {
		flags &^= flag
	}
	return before, set, flags, known, nil
}

// withdraw gives the index of the consents of an id after one more is withdrawn or given again.
func (l *List) withdraw(set uint16, consent string, given bool) (_ uint16, known bool, err error) {
	all := *l.consents.Load()
	without := func(names []string) []string {
		return slices.DeleteFunc(slices.Clone(names), func(n string) bool { return n == consent })
	}
	old := all[set]
	fresh := &consents{without(old.withdrawn), without(old.given)}
	known = len(fresh.withdrawn) < len(old.withdrawn) || len(fresh.given) < len(old.given)
	if given {
		fresh.given = append(fresh.given, consent)
		slices.Sort(fresh.given)
	} else {
		fresh.withdrawn = append(fresh.withdrawn, consent)
		slices.Sort(fresh.withdrawn)
	}
	name := strings.Join(fresh.withdrawn, ",") + "|" + strings.Join(fresh.given, ",")
	if index, ok := l.sets[name]; ok {
		return index, known, nil
	}
	if len(all) > math.MaxUint16 || len(fresh.withdrawn)+len(fresh.given) > consentsMax {
		return set, known, fmt.Errorf("apply suppression: %w: too many combinations of consents", ErrFull)
	}
	index := uint16(len(all))
	all = append(all, fresh)
	l.consents.Store(&all)
	l.sets[name] = index
	return index, known, nil
}

// number gives the index of a tenant.
func (l *List) number(tenant string) uint32 {
	if n, ok := l.numbers[tenant]; ok {
		return n
	}
	old := l.tenants.Load()
	n := uint32(len(old.rows))
	row := &tenantRow{name: []byte(tenant)}
	fresh := &tenants{rows: append(old.rows, row), places: old.places}
	if 2*len(fresh.rows) > len(fresh.places) {
		fresh.places = make([]atomic.Pointer[tenantRow], 2*len(old.places))
		for _, r := range old.rows[1:] {
			fresh.put(l.seed, r)
		}
	}
	fresh.put(l.seed, row)
	l.tenants.Store(fresh)
	l.numbers[tenant] = n
	return n
}

func (t *tenants) put(seed maphash.Seed, row *tenantRow) {
	mask := uint64(len(t.places) - 1)
	i := maphash.Bytes(seed, row.name) & mask
	for t.places[i].Load() != nil {
		i = (i + 1) & mask
	}
	t.places[i].Store(row)
}

func (t *tenants) find(seed maphash.Seed, name []byte) *tenantRow {
	mask := uint64(len(t.places) - 1)
	for i := maphash.Bytes(seed, name) & mask; ; i = (i + 1) & mask {
		row := t.places[i].Load()
		if row == nil || bytes.Equal(row.name, name) {
			return row
		}
	}
}

// room gives a place for one more id: the free one, or one in a bigger table.
func (l *List) room(hi, lo uint64, free int) (*table, int, error) {
	t := l.table.Load()
	if l.used >= l.most {
		return nil, 0, fmt.Errorf("apply suppression: %w: it holds %d ids", ErrFull, l.most)
	}
	if (l.used+1)*fullDen <= len(t.slots)*fullNum {
		return t, free, nil
	}
	bigger := newTable(len(t.marks) + max(len(t.marks)/4, groupsFirst))
	for i := range t.slots {
		from := &t.slots[i]
		if t.marks[i/8].Load()>>(i%8*8)&0xff == 0 {
			continue
		}
		_, place := bigger.find(from.hi, from.lo)
		to := &bigger.slots[place]
		to.hi, to.lo = from.hi, from.lo
		to.before.Store(from.before.Load())
		to.what.Store(from.what.Load())
		bigger.publish(place)
	}
	l.table.Store(bigger)
	_, free = bigger.find(hi, lo)
	return bigger, free, nil
}
