package detectors

import "hash/maphash"

// cleanLongest is how long a text may be that is remembered as clean, in bytes: words, numbers and paths that the fields of logs hold again and again.
// Longer ones are seldom the same.
const cleanLongest = 48

// cleanKept is how many of them a Scratch remembers: 32 KB.
const cleanKept = 4096

// cleanTexts remembers short texts without a finding by a keyed hash, which the Set's own key makes one of text, field and channel. A text whose hash
// of 64 bits is by chance that of a clean one would be let through: among 10¹² texts one in 20 million times.
type cleanTexts []uint64

// hashClean gives the hash of a text to remember, or 0 if what is found in it depends on more than itself and its field.
func (s *Set) hashClean(text []byte, in *Input) uint64 {
	if len(text) > cleanLongest || len(in.Path) > cleanLongest || in.Call != nil || in.Known != nil || s.custom != nil {
		return 0
	}
	var b [2*cleanLongest + 4]byte
	n := copy(b[:], in.Path)
	guessed := byte(0)
	if in.guessed {
		guessed = 1
	}
	n += copy(b[n:], []byte{0, byte(in.Channel), byte(in.Role), guessed})
	n += copy(b[n:], text)
	return maphash.Bytes(s.seed, b[:n])
}

func (c cleanTexts) has(h uint64) bool { return len(c) > 0 && c[h%cleanKept] == h }

func (c *cleanTexts) add(h uint64) {
	if *c == nil {
		*c = make(cleanTexts, cleanKept)
	}
	(*c)[h%cleanKept] = h
}
