package names

// IsCommon says whether a word, by the hash of its scan.Token, is one of everyday speech and no name by itself: an answer that has it
// is a sentence.
func (m *Model) IsCommon(hash uint32) bool {
	s := m.lookup(hash)
	switch s.kind() {
	case KindTalk, KindFiller, KindForeign, KindNumber, KindOrg, KindRelation:
		return true
	}
	return s.common() >= 3 && s.given() < 2
}

// IsGiven says whether a word, by the hash of its scan.Token, is a frequent given name.
func (m *Model) IsGiven(hash uint32) bool { return m.lookup(hash).Given() }

// Listing is what the lists say of a word.
type Listing struct {
	Given, Surname int  // how frequent as a name of a person: 0 to 3
	Common         int  // how common as a word: 0 to 7
	Other          bool // it is a title, a number, a filler or the like
}

// Listing looks a word up by the hash of its scan.Token.
func (m *Model) Listing(hash uint32) Listing {
	s := m.lookup(hash)
	k := s.kind()
	return Listing{s.given(), s.surname(), s.common(), k != KindNone && k != KindHigh}
}

// filteredCommon is how common the words are that MayBeCommon tells from all others.
const filteredCommon = 5

// MayBeCommon says of few words but those whose Listing has a Common of 5 and more that it may be so, and surely of all of those.
func (m *Model) MayBeCommon(hash uint32) bool { return m.common[hash>>20]>>(hash>>14&63)&1 != 0 }

// filterCommon makes the filter of MayBeCommon.
func (m *Model) filterCommon() {
	m.common = new([1 << 12]uint64)
	for _, s := range m.slots {
		if s.told.sig().common() >= filteredCommon {
			m.common[s.hash>>20] |= 1 << (s.hash >> 14 & 63)
		}
	}
}

// Tier is how frequent a word, by the hash of its scan.Token, is as a name of a person, 0 to 3; 0 for what is commonly another word.
func (m *Model) Tier(hash uint32) int {
	if m.IsCommon(hash) {
		return 0
	}
	s := m.lookup(hash)
	return max(s.given(), s.surname())
}
