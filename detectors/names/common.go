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
