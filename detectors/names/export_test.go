package names

import "slices"

// Unlisted gives a copy of a model whose lists and table lack words.
func Unlisted(m *Model, hashes map[uint32]bool) *Model {
	other := *m
	other.slots = slices.Clone(m.slots)
	for i := range other.slots {
		if hashes[other.slots[i].hash] {
			other.slots[i].sig = other.slots[i].sig.Unlisted()
		}
	}
	other.table = slices.Clone(m.table)
	for i := range other.table {
		if hashes[other.table[i].key] {
			other.table[i].key = ^other.table[i].key // the chain of the slots behind it stays
		}
	}
	return &other
}

// IsListed says whether a word is in the lists of names or places.
func (m *Model) IsListed(hash uint32) bool { return m.lookup(hash)&63 != 0 }
