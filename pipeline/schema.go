package pipeline

import (
	"cmp"
	"hash/maphash"
	"math/bits"
	"slices"
	"strings"

	"github.com/sonexlabs/tacet/pipeline/policy"
)

// schema is what records of one topic may look like when they leave for one class. It is compiled from the policy's own paths and compared
// with the bytes that were written, and shares no code with what wrote them: the selector, the rules or the edits. So a defect in those shows as a
// record in quarantine and not as a field that left.
type schema struct {
	seed   maphash.Seed
	slots  []slot // a hash table, and one more for the root
	wild   []pattern
	policy []byte // its hash, which every record must name; nil where none does
	lasts  bool   // every record must say until when it may be kept
	texts  bool   // some path's value needs the tenant's word on texts
}

// slot is one path, by a hash with a secret of the process: two paths have the same once in 2^64.
type slot struct {
	hash   uint64
	may    may
	plain  may    // of mayValue and mayText, where nothing else is said of such a value
	quoted string // its last key as it is written mostly, with quotes and colon; nothing where that takes escapes, or it is an element
}

// may is what may stand at a path.
type may uint16

const (
	mayValue     may = 1 << iota // a value that is no container
	mayObject                    // an object
	mayArray                     // an array
	mayText                      // a value, where the tenant's instruction keeps texts
	mayRecording                 // a value, where the tenant had recordings made
	mayType                      // an object of counts by type
	isPolicy                     // the hash of the policy
	isExpiry                     // until when the record may be kept
	isJoin                       // only in views with entities
	isNamed                      // the class has a rule for just this path, so no wildcard speaks for it
)

// pattern is a path with a wildcard. What may stand there is empty for one that only lets containers on its way stand.
type pattern struct {
	parts []part
	may   may
}

type part struct {
	kind partKind
	key  string
}

// partKind orders the parts of paths: what is more specific comes first.
type partKind uint8

const (
	partElem partKind = iota // an element of an array
	partKey
	partStar // any one key
	partDeep // everything below
)

// The members that this program adds. No policy can name them.
var ownPaths = []struct {
	path string
	may  may
}{
	{"redaction.policy", mayValue | isPolicy},
	{"redaction.keys", mayValue},
	{"redaction.instruction", mayValue},
	{"redaction.expires_at", mayValue | isExpiry},
	{"redaction.findings", mayObject | mayType},
	{"redaction.entities", isJoin},
	{"redaction.entities[].alias", mayValue},
	{"redaction.entities[].token", mayValue},
}

// newSchema compiles what leaves of a topic for a class. With envelope it is text in one.
func newSchema(p *policy.Policy, cat *policy.Category, class *policy.Class, envelope bool) *schema {
	s := &schema{seed: maphash.MakeSeed(), policy: []byte(p.Hash())}
	_, s.lasts = p.Retention(class.Retention)
	all := map[uint64]slot{}
	for _, own := range ownPaths {
		s.add(all, own.path, own.may|isNamed)
	}
	if envelope {
		s.add(all, "message", mayValue|isNamed)
		return s.fill(all)
	}
	for _, f := range structural { // the engine enters containers that any class has something in: they stay, empty
		if f.use < useReserved {
			s.add(all, f.path, 0)
		}
	}
	for _, r := range cat.Rules {
		s.add(all, r.Path, 0)
		if r.Class == class.Name && !strings.HasPrefix(r.Path, "redaction") {
			s.add(all, r.Path, mayOf(&r)|isNamed)
		}
	}
	return s.fill(all)
}

// newCapsuleSchema is what a capsule may look like.
func newCapsuleSchema() *schema {
	s := &schema{seed: maphash.MakeSeed()}
	all := map[uint64]slot{}
	for _, name := range []string{"capsule", "tenant", "record", "key", "dek", "sealed"} {
		s.add(all, name, mayValue)
	}
	return s.fill(all)
}

func (s *schema) fill(all map[uint64]slot) *schema {
	size := 16
	for size < 4*len(all) {
		size *= 2
	}
	s.slots = make([]slot, size+1)
	for hash, what := range all {
		i := hash & uint64(size-1)
		for s.slots[i].hash != 0 {
			i = (i + 1) & uint64(size-1)
		}
		if what.hash = hash; what.may&(isPolicy|isExpiry|isJoin) == 0 {
			what.plain = what.may & (mayValue | mayText)
			s.texts = s.texts || what.may&mayText != 0
		}
		s.slots[i] = what
	}
	slices.SortStableFunc(s.wild, func(a, b pattern) int {
		return slices.CompareFunc(a.parts, b.parts, func(p, q part) int { return int(p.kind) - int(q.kind) })
	})
	return s
}

func mayOf(r *policy.Rule) may {
	switch {
	case r.Action == policy.Drop:
		return 0
	case r.Options.Needs == policy.NeedsText:
		return mayText
	case r.Options.Needs == policy.NeedsRecording:
		return mayRecording
	}
	return mayValue
}

// add lets something stand at a path, and the containers on its way.
func (s *schema) add(all map[uint64]slot, path string, what may) {
	parts := splitParts(path)
	if slices.ContainsFunc(parts, func(p part) bool { return p.kind >= partStar }) {
		s.wild = append(s.wild, pattern{parts, what})
		return
	}
	var at uint64
	let := func(what may, quoted string) {
		all[at] = slot{may: all[at].may | what, quoted: cmp.Or(all[at].quoted, quoted)}
	}
	for i, p := range parts {
		if p.kind == partElem {
			let(mayArray, "")
			at = s.elem(at)
			continue
		}
		if i > 0 {
			let(mayObject, "")
		}
		at = s.key(at, []byte(p.key))
		let(0, quotedKey(p.key))
	}
	let(what, "")
}

// quotedKey is a key as it is written where that takes no escapes, else nothing.
func quotedKey(key string) string {
	for i := range len(key) {
		if key[i] < ' ' || key[i] == '"' || key[i] == '\\' {
			return ""
		}
	}
	return `"` + key + `":`
}

// splitParts takes a path of a policy, which has been checked, apart.
func splitParts(path string) (parts []part) {
	for path != "" {
		var key strings.Builder
		stars, i := 0, 0
		for ; i < len(path) && path[i] != '.' && path[i] != '['; i++ {
			switch path[i] {
			case '*':
				stars++
				continue
			case '\\':
				i++
			}
			key.WriteByte(path[i])
		}
		switch stars {
		case 0:
			parts = append(parts, part{partKey, key.String()})
		case 1:
			parts = append(parts, part{kind: partStar})
		default:
			parts = append(parts, part{kind: partDeep})
		}
		path = path[i:]
		for strings.HasPrefix(path, "[]") {
			parts = append(parts, part{kind: partElem})
			path = path[2:]
		}
		path = strings.TrimPrefix(path, ".")
	}
	return parts
}

// key is the hash of a member's path, from that of its object.
func (s *schema) key(of uint64, key []byte) uint64 {
	return join(of, maphash.Bytes(s.seed, key))
}

// elem is the hash of the path of an array's elements.
func (s *schema) elem(of uint64) uint64 { return join(of, 0x9e3779b97f4a7c15) }

func join(of, with uint64) uint64 {
	high, low := bits.Mul64(of^0xa0761d6478bd642f, with^0xe7037ed1a0b428db)
	return high ^ low | 1 // never 0, which marks a free slot
}

// root is the last slot, which has no path.
func (s *schema) root() int { return len(s.slots) - 1 }

// at gives the slot of a path: a free one, where nothing may stand, if the path has none.
func (s *schema) at(hash uint64) int {
	mask := uint64(s.root()) - 1
	for i := hash & mask; ; i = (i + 1) & mask {
		if s.slots[i].hash == hash || s.slots[i].hash == 0 {
			return int(i)
		}
	}
}

// underWildcards gives what wildcards let stand at a path; named is what is said of just that path. What is most specific rules.
func (s *schema) underWildcards(path []step, named may) (what may) {
	found := named&isNamed != 0
	for i := range s.wild {
		p := &s.wild[i]
		rest, fits := p.follow(path)
		switch {
		case !fits:
		case rest == nil:
			if !found && p.may&isNamed != 0 {
				found = true
				what |= p.may
			}
		case rest[0].kind == partElem:
			what |= mayArray
		case rest[0].kind == partDeep:
			what |= mayObject | mayArray
		default:
			what |= mayObject
		}
		if fits && p.parts[len(p.parts)-1].kind == partDeep && len(path) >= len(p.parts) {
			what |= mayObject | mayArray
		}
	}
	for _, k := range path {
		if !k.elem && policy.NeverStored(k.key) {
			return what &^ (mayValue | mayText | mayRecording)
		}
	}
	return what
}

// follow follows the pattern along a path, and gives what of it is left; nothing where it selects what is there.
func (p *pattern) follow(path []step) (rest []part, fits bool) {
	rest = p.parts
	for i := range path {
		if len(rest) == 0 {
			return nil, false
		}
		switch at := rest[0]; {
		case at.kind == partDeep:
			return nil, true
		case path[i].elem != (at.kind == partElem):
			return nil, false
		case at.kind == partKey && at.key != string(path[i].key):
			return nil, false
		}
		rest = rest[1:]
	}
	if len(rest) == 0 {
		return nil, true
	}
	return rest, true
}
