package names

import "slices"

// Unlisted gives a copy of a model whose lists and table lack words.
func Unlisted(m *Model, hashes map[uint32]bool) *Model {
	other := *m
	other.slots = slices.Clone(m.slots)
	for i := range other.slots {
		if s := &other.slots[i]; hashes[s.hash] {
			s.told = told(s.told.sig().Unlisted())
		}
	}
	return &other
}

// IsListed says whether a word is in the lists of names or places.
func (m *Model) IsListed(hash uint32) bool { return m.lookup(hash)&63 != 0 }

// Hashes are those of all words of a model.
func Hashes(m *Model) (all []uint32) {
	for _, s := range m.slots {
		if s.hash != 0 {
			all = append(all, s.hash)
		}
	}
	return all
}
