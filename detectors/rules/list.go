package rules

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"math/bits"
	"slices"
	"sync"
	"unicode/utf8"

	"github.com/sonexlabs/tacet/detectors/scan"
)

// The bounds of a list.
const (
	entryMax  = 1 << 10 // bytes of a line
	wordsMax  = 16      // words of an entry
	wordMax   = 128     // bytes of a word
	phraseGap = 3       // bytes between the words of a phrase, whatever they are
)

// List is a set of words and phrases, millions of them, that is looked up word by word. It keeps a 64-bit hash of each
// entry under a seed of the process: in a list of a million entries, one look-up in 18 million million finds what isn't
// in it. A list is immutable and safe for concurrent use.
type List struct {
	seed    maphash.Seed
	exact   bool
	n       int
	spread  uint64   // hashes are spread over that many slots
	slots   []uint64 // ascending, 0 where there is none; at the end is always one
	first   []uint64 // a filter of the words that begin a phrase; its length is a power of two
	words   int      // of the longest entry
	version string
}

// noWords is the lexicon of a scan that only cuts words.
var noWords = sync.OnceValue(func() *scan.Lexicon { return scan.NewLexicon(nil, 0) })

// Span is a place in a text, in bytes, half-open.
type Span struct{ Start, End int }

// ReadList reads a list: one word or phrase a line; empty lines and those that begin with # don't count. What stands between
// the words of an entry doesn't matter; upper and lower case only matters if exact. The name stands in errors.
func ReadList(name string, r io.Reader, exact bool) (*List, error) {
	l := &List{seed: maphash.MakeSeed(), exact: exact}
	contents := sha256.New()
	lines := bufio.NewScanner(io.TeeReader(r, contents))
	lines.Buffer(make([]byte, 0, 64<<10), 64<<10)
	var text scan.Text
	var hashes, firsts []uint64
	number := 0
	for lines.Scan() {
		number++
		line := bytes.TrimSpace(lines.Bytes())
		if number == 1 {
			line = bytes.TrimPrefix(line, []byte("\ufeff"))
		}
		if len(line) == 0 || line[0] == '#' {
			continue
		}
		if len(line) > entryMax {
			return nil, fmt.Errorf("read list %s: line %d is longer than %d bytes: write one entry a line", name, number, entryMax)
		}
		text.Scan(line, noWords())
		switch n := len(text.Tokens); {
		case n == 0:
			return nil, fmt.Errorf("read list %s: line %d has no letter or digit", name, number)
		case n > wordsMax:
			return nil, fmt.Errorf("read list %s: line %d has more than %d words", name, number, wordsMax)
		}
		h := uint64(0)
		for i := range text.Tokens {
			word, ok := l.word(text.Bytes, &text.Tokens[i])
			if !ok {
				return nil, fmt.Errorf("read list %s: line %d has a word longer than %d bytes", name, number, wordMax)
			}
			h = join2(h, word)
			if i == 0 && len(text.Tokens) > 1 {
				firsts = append(firsts, word)
			}
		}
		hashes = append(hashes, h)
		l.words = max(l.words, len(text.Tokens))
	}
	if err := lines.Err(); errors.Is(err, bufio.ErrTooLong) {
		return nil, fmt.Errorf("read list %s: line %d is longer than %d bytes: write one entry a line", name, number+1, entryMax)
	} else if err != nil {
		return nil, fmt.Errorf("read list %s: %w", name, err)
	}
	l.fill(hashes, firsts)
	l.version = fmt.Sprintf("%x-%t", contents.Sum(nil)[:6], exact)
	return l, nil
}

// fill makes the table. The hashes go in in order, each at its place or behind the one before: so the table is sorted,
// and a search ends at the first greater one.
func (l *List) fill(hashes, firsts []uint64) {
	slices.Sort(hashes)
	hashes = slices.Compact(hashes)
	l.n = len(hashes)
	l.spread = uint64(l.n) + uint64(l.n)/7 + 1
	used := uint64(0)
	for _, h := range hashes {
		used = max(used, l.place(h)) + 1
	}
	l.slots = make([]uint64, max(used, l.spread)+1)
	next := uint64(0)
	for _, h := range hashes {
		i := max(next, l.place(h))
		l.slots[i] = h
		next = i + 1
	}
	if len(firsts) == 0 {
		return
	}
	slices.Sort(firsts)
	firsts = slices.Compact(firsts)
	l.first = make([]uint64, 1<<bits.Len(uint(len(firsts)/8)))
	for _, h := range firsts {
		l.first[h>>6&uint64(len(l.first)-1)] |= 1 << (h & 63)
	}
}

func (l *List) place(h uint64) uint64 {
	hi, _ := bits.Mul64(h, l.spread)
	return hi
}

// Len is how many different entries the list has.
func (l *List) Len() int { return l.n }

// Version names what the list holds: equal versions find the same.
func (l *List) Version() string { return l.version }

// Bytes is the memory the list takes.
func (l *List) Bytes() int { return 8 * (len(l.slots) + len(l.first)) }

func (l *List) has(h uint64) bool {
	for i := l.place(h); ; i++ {
		if v := l.slots[i]; v == h {
			return true
		} else if v == 0 || v > h {
			return false
		}
	}
}

func (l *List) begins(word uint64) bool {
	return len(l.first) > 0 && l.first[word>>6&uint64(len(l.first)-1)]>>(word&63)&1 != 0
}

// join2 is the hash of a phrase with a word more. It is never 0.
func join2(phrase, word uint64) uint64 {
	h := (phrase ^ word) * 0x9E3779B97F4A7C15
	h ^= h >> 32
	h *= 0xC2B2AE3D27D4EB4F
	return max(h^h>>29, 1)
}

// word hashes a token, folded unless the list is exact. It is false for words that are longer than any entry's.
func (l *List) word(b []byte, t *scan.Token) (uint64, bool) {
	if t.Len() > wordMax {
		return 0, false
	}
	word := b[t.Start:t.End]
	if l.exact {
		return maphash.Bytes(l.seed, word), true
	}
	var buffer [2 * wordMax]byte // folding lengthens no letter by more than half
	return maphash.Bytes(l.seed, appendFolded(buffer[:0], word)), true
}

// appendFolded appends a word in folded case.
func appendFolded(dst, word []byte) []byte {
	for i := 0; i < len(word); {
		c := word[i]
		if c < utf8.RuneSelf {
			if c >= 'A' && c <= 'Z' {
				c |= 0x20
			}
			dst = append(dst, c)
			i++
			continue
		}
		r, width := utf8.DecodeRune(word[i:])
		if r == utf8.RuneError && width == 1 {
			dst = append(dst, c)
		} else {
			dst = utf8.AppendRune(dst, foldRune(r))
		}
		i += width
	}
	return dst
}

// Find appends the places of entries in a text, in offsets of text.Bytes: at each word the longest that begins there; they
// don't overlap. It allocates nothing once dst is large enough.
func (l *List) Find(dst []Span, text *scan.Text) []Span {
	if l == nil || l.n == 0 {
		return dst
	}
	tokens := text.Tokens
	for i := 0; i < len(tokens); {
		end := l.at(text, i)
		if end == 0 {
			i++
			continue
		}
		dst = append(dst, Span{int(tokens[i].Start), int(tokens[end-1].End)})
		i = end
	}
	return dst
}

// at is the token behind the longest entry that begins at token i, or 0.
func (l *List) at(text *scan.Text, i int) (end int) {
	word, ok := l.word(text.Bytes, &text.Tokens[i])
	if !ok {
		return 0
	}
	h := join2(0, word)
	if l.has(h) {
		end = i + 1
	}
	if !l.begins(word) {
		return end
	}
	for k := i + 1; k < len(text.Tokens) && k < i+l.words && adjoins(text, k, phraseGap); k++ {
		if word, ok = l.word(text.Bytes, &text.Tokens[k]); !ok {
			break
		}
		if h = join2(h, word); l.has(h) {
			end = k + 1
		}
	}
	return end
}

// adjoins says that at most gap bytes, and no bracket of an alias, stand between token k and the one before.
func adjoins(text *scan.Text, k, gap int) bool {
	from, to := text.Tokens[k-1].End, text.Tokens[k].Start
	return int(to-from) <= gap && !bytes.ContainsAny(text.Bytes[from:to], "[]")
}

// Holds says whether a value, all of it, is an entry. Numbers are compared with their groups: "12 34" is not "1234".
func (l *List) Holds(value []byte, m *Scratch) bool {
	if l == nil || l.n == 0 {
		return false
	}
	m.tokens.Scan(value, noWords())
	n := len(m.tokens.Tokens)
	whole := n > 0 && n <= l.words && l.at(&m.tokens, 0) == n
	m.tokens.Release(64 << 10)
	return whole
}
