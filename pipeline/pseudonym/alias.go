// Package pseudonym makes what stands in place of personal data: types, aliases and keyed tokens.
//
//	[PHONE]                                  says nothing but the type
//	[PHONE_1]                                alias: an ordinal within one call, without a key
//	[PHONE:r1:bdkqtscmfghjrlnpqsdtckbm]      token: keyed, equal for equal values in one domain
package pseudonym

import (
	"hash/maphash"
	"strconv"
)

const (
	// aliasesMax bounds one call's table to 8 KiB, whatever is said in it. The 257th thing found in a call gets no number.
	aliasesMax = 256
	typesMax   = 128
	slotsMin   = 8
	groupsMax  = 32 // values in pieces that are remembered at once: their pieces come close together
)

// Aliases numbers the values found in one call, by type: the same value gets the same number. It remembers keyed
// 64-bit hashes, never a value. One goroutine at a time.
type Aliases struct {
	seed  maphash.Seed
	slots []slot // open addressing, a power of two long, at most half full; nil before the first value
	used  int
	types []ordinals
	// The values that came in pieces last, the oldest at oldest once there are groupsMax.
	groups []grouped
	oldest int
}

type grouped struct {
	group   int32
	typ     uint8
	ordinal uint16 // 0: there was no room for the value
}

type slot struct {
	hash    uint64
	typ     uint8  // index in types
	ordinal uint16 // 0 marks a free slot
}

type ordinals struct {
	name string
	last uint16
}

// NewAliases makes the aliases of one call. The seed must be random and stay in the process (maphash.MakeSeed); calls may
// share it.
func NewAliases(seed maphash.Seed) *Aliases { return &Aliases{seed: seed} }

// Reset forgets everything, for the next call.
func (a *Aliases) Reset() {
	if len(a.slots) > 8*slotsMin {
		a.slots = nil
	}
	clear(a.slots)
	clear(a.types)
	a.types, a.used = a.types[:0], 0
	a.ForgetGroups()
}

// ForgetGroups says that the numbers of groups begin anew.
func (a *Aliases) ForgetGroups() { a.groups, a.oldest = a.groups[:0], 0 }

// Bytes is the memory in use besides the struct itself.
func (a *Aliases) Bytes() int { return 16*cap(a.slots) + 24*cap(a.types) + 8*cap(a.groups) }

// Append appends the alias of a value: "[PHONE_1]". Canonical is what all spellings of the value have in common; it is not kept.
// When the call's memory is full, a new value becomes "[PHONE]".
func (a *Aliases) Append(dst []byte, typ string, canonical []byte) []byte {
	t, ok := a.typeOf(typ)
	if !ok {
		return AppendType(dst, typ)
	}
	return appendAlias(dst, typ, a.ordinal(t, canonical, 0))
}

// AppendGroup is Append for one of several pieces of a value: pieces of one type and group, a number above 0, have the alias of
// the first that came. Canonical is that of the value or of the piece. If it is new, it has that alias from now on, so that the whole value has
// it, too, once one of its pieces said what it is.
func (a *Aliases) AppendGroup(dst []byte, typ string, group int32, canonical []byte) []byte {
	t, ok := a.typeOf(typ)
	if !ok {
		return AppendType(dst, typ)
	}
	for i := range a.groups {
		if g := &a.groups[i]; g.group == group && g.typ == t {
			if g.ordinal > 0 {
				a.ordinal(t, canonical, g.ordinal)
			}
			return appendAlias(dst, typ, g.ordinal)
		}
	}
	g := grouped{group, t, a.ordinal(t, canonical, 0)}
	if len(a.groups) < groupsMax {
		a.groups = append(a.groups, g)
	} else {
		a.groups[a.oldest] = g
		a.oldest = (a.oldest + 1) % groupsMax
	}
	return appendAlias(dst, typ, g.ordinal)
}

// appendAlias appends "[PHONE_1]", or "[PHONE]" for the ordinal 0.
func appendAlias(dst []byte, typ string, ordinal uint16) []byte {
	if ordinal == 0 {
		return AppendType(dst, typ)
	}
	dst = append(append(append(dst, '['), typ...), '_')
	return append(strconv.AppendUint(dst, uint64(ordinal), 10), ']')
}

// typeOf is the index of a type in types. It is false when there is no room for it or it has no proper name.
func (a *Aliases) typeOf(typ string) (index uint8, ok bool) {
	t := 0
	for t < len(a.types) && a.types[t].name != typ {
		t++
	}
	if t == len(a.types) {
		if t == typesMax || !isName(typ) {
			return 0, false
		}
		a.types = append(a.types, ordinals{name: typ})
	}
	return uint8(t), true
}

// ordinal is the number of a value, 0 when there is no room for it. A new value gets the number given, or with 0 the type's next.
func (a *Aliases) ordinal(t uint8, canonical []byte, given uint16) uint16 {
	if 2*(a.used+1) > len(a.slots) && a.used < aliasesMax {
		a.grow()
	}
	hash := maphash.Bytes(a.seed, canonical)
	s := a.find(hash, t)
	if s.ordinal == 0 && a.used < aliasesMax {
		a.used++
		if given == 0 {
			a.types[t].last++
			given = a.types[t].last
		}
		*s = slot{hash, t, given}
	}
	return s.ordinal
}

// find gives the slot of a value, or the free one where it belongs. Half the slots are free, so it ends.
func (a *Aliases) find(hash uint64, typ uint8) *slot {
	mask := len(a.slots) - 1
	for i := int(hash) & mask; ; i = (i + 1) & mask {
		if s := &a.slots[i]; s.ordinal == 0 || s.hash == hash && s.typ == typ {
			return s
		}
	}
}

func (a *Aliases) grow() {
	old := a.slots
	a.slots = make([]slot, max(slotsMin, 2*len(old)))
	for _, s := range old {
		if s.ordinal > 0 {
			*a.find(s.hash, s.typ) = s
		}
	}
}

// AppendType appends "[PHONE]".
func AppendType(dst []byte, typ string) []byte {
	return append(appendName(append(dst, '['), typ), ']')
}

const (
	nameLenMin = 2
	nameLenMax = 24
)

// appendName appends a type's name, or ID where it is none, so that nothing else ever stands in the brackets.
func appendName(dst []byte, typ string) []byte {
	if isName(typ) {
		return append(dst, typ...)
	}
	return append(dst, "ID"...)
}

// isName tells whether typ is what the grammar of Next has before a number: 2 to 24 capital letters, underscores between them.
func isName(typ string) bool {
	if len(typ) < nameLenMin || len(typ) > nameLenMax || typ[0] == '_' || typ[len(typ)-1] == '_' {
		return false
	}
	for i := range len(typ) {
		if c := typ[i]; c != '_' && (c < 'A' || c > 'Z') {
			return false
		}
	}
	return true
}
