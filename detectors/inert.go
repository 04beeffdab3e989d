package detectors

import (
	"bytes"
	"sort"
	"strings"
	"unicode"

	"github.com/sonexlabs/tacet/detectors/scan"
)

// The sizes of what an alias or token may hold. They are tight so that no identifier can hide in one.
const (
	aliasDigits   = 3 // a call has 256 at most, so [ORDER_ID_771204] is none
	versionDigits = 4
)

// The parts of a token as pipeline/pseudonym writes it now (its forge.go): call, day, month, relationship or person, and 24 of 16 consonants.
const (
	tokenScopes   = "cdmrp"
	tokenVersion  = 3
	tokenLetters  = 24
	tokenAlphabet = "bcdfghjklmnpqrst"
)

// partialName is what stands in brackets for a text that the pipeline did not search, because it was a partial result of speech
// recognition. It is no type.
const partialName = "PARTIAL"

// findInert notes the places of this product's own output: [EMAIL], [PERSON_12], [PHONE:r3:bdkqtscmfghjrlnpqsdtckbm], [AGE:40-49],
// [PARTIAL].
func (p *pass) findInert() {
	for _, o := range p.text.Opens {
		if end := inertEnd(p.b, int(o)); end > 0 {
			p.inert = append(p.inert, span{int(o), end})
		}
	}
}

// inertEnd is where the alias or token that begins with the bracket at i ends, or 0.
func inertEnd(b []byte, i int) int {
	start := i + 1
	for i = start; i < len(b) && i-start < 32 && (b[i] >= 'A' && b[i] <= 'Z' || b[i] == '_' || scan.IsDigit(b[i])); i++ {
	}
	if i == len(b) {
		return 0
	}
	name, named := b[start:i], false
	if b[i] == ']' {
		cut := len(name)
		for cut > 0 && scan.IsDigit(name[cut-1]) {
			cut--
		}
		if ordinal := len(name) - cut; ordinal > 0 {
			if ordinal > aliasDigits || cut == 0 || name[cut-1] != '_' {
				return 0
			}
			if name = name[:cut-1]; neverStored(name) {
				return 0 // those have no numbers, so [CARD_CVV_123] may be one
			}
		}
	} else if end := tokenTail(b, i); end > 0 {
		named = isToken(b[i:end]) && bytes.IndexFunc(name, unicode.IsDigit) < 0 // of a field: [SESSION:r1:…] bears its name, which may be no type
		i = end
	} else if i = generalTail(b, name, i); i == 0 {
		return 0
	}
	if _, ok := ParseType(string(name)); !ok && !named && string(b[start-1:i+1]) != "["+partialName+"]" {
		return 0
	}
	return i + 1
}

// tokenTail reads ":r3:bdkqtscmfghjrlnp" at i and gives the place of the closing bracket, or 0.
func tokenTail(b []byte, i int) int {
	if i+4 > len(b) || b[i] != ':' || b[i+1] < 'a' || b[i+1] > 'z' {
		return 0
	}
	start := i + 2
	for i = start; i < len(b) && scan.IsDigit(b[i]); i++ {
	}
	if i == start || i-start > versionDigits || i == len(b) || b[i] != ':' {
		return 0
	}
	start = i + 1
	for i = start; i < len(b) && b[i] >= 'b' && b[i] <= 'z' && !isVowel(b[i]); i++ {
	}
	if n := i - start; i == len(b) || b[i] != ']' || n < 16 || n > 32 {
		return 0
	}
	return i
}

// isToken says whether what tokenTail has read is a token to the letter. No identifier can be one.
func isToken(tail []byte) bool {
	version, letters, _ := bytes.Cut(tail[2:], []byte(":"))
	return strings.IndexByte(tokenScopes, tail[1]) >= 0 && len(version) <= tokenVersion && len(letters) == tokenLetters &&
		len(bytes.Trim(letters, tokenAlphabet)) == 0
}

func isVowel(c byte) bool { return c == 'a' || c == 'e' || c == 'i' || c == 'o' || c == 'u' }

// isInert says whether the place lies in an alias or token.
func (p *pass) isInert(at int) bool { return len(p.inert) != 0 && p.inertAt(at) }

func (p *pass) inertAt(at int) bool {
	k := p.inertFrom(at)
	return k < len(p.inert) && p.inert[k].start <= at
}

// inertFrom is the first inert region that ends behind the place.
func (p *pass) inertFrom(at int) int {
	return sort.Search(len(p.inert), func(k int) bool { return p.inert[k].end > at })
}
