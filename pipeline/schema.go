package pipeline

import (
	"bytes"
	"encoding/json"
	"errors"
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
	slots  []slot // a hash table
	wild   []pattern
	policy []byte // its hash, which every record must name; nil where none does
	lasts  bool   // every record must say until when it may be kept
}

// slot is one path, by a hash with a secret of the process: two paths have the same once in 2^64.
type slot struct {
	hash uint64
	may  may
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
	all := map[uint64]may{}
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
	all := map[uint64]may{}
	for _, name := range []string{"capsule", "tenant", "record", "key", "dek", "sealed"} {
		s.add(all, name, mayValue)
	}
	return s.fill(all)
}

func (s *schema) fill(all map[uint64]may) *schema {
	size := 16
	for size < 4*len(all) {
		size *= 2
	}
	s.slots = make([]slot, size)
	for hash, may := range all {
		i := hash & uint64(size-1)
		for s.slots[i].hash != 0 {
			i = (i + 1) & uint64(size-1)
		}
		s.slots[i] = slot{hash, may}
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
func (s *schema) add(all map[uint64]may, path string, what may) {
	parts := splitParts(path)
	if slices.ContainsFunc(parts, func(p part) bool { return p.kind >= partStar }) {
		s.wild = append(s.wild, pattern{parts, what})
		return
	}
	var at uint64
	for i, p := range parts {
		if p.kind == partElem {
			all[at] |= mayArray
			at = s.elem(at)
			continue
		}
		if i > 0 {
			all[at] |= mayObject
		}
		at = s.key(at, []byte(p.key))
	}
	all[at] |= what
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

// at gives what may stand at a path.
func (s *schema) at(hash uint64) may {
	for i := hash & uint64(len(s.slots)-1); ; i = (i + 1) & uint64(len(s.slots)-1) {
		if s.slots[i].hash == hash {
			return s.slots[i].may
		}
		if s.slots[i].hash == 0 {
			return 0
		}
	}
}

// Why a record that was written does not leave. They name no field: under a wildcard a name may be somebody's words.
var (
	errOutputForm  = errors.New("what was written is not JSON: a defect of this program")
	errOutputField = errors.New("what was written has a field that the policy does not let leave: a defect of this program")
	errOutputStamp = errors.New("what was written does not say its policy, or until when it may be kept: a defect of this program")
	errOutputKey   = errors.New("the key that was written is the record's own: a defect of this program")
)

// checker walks over what was written of a record. It is a worker's scratch memory.
type checker struct {
	rw     *rewriter
	schema *schema
	src    []byte
	joins  bool
	single bool   // one document, whose instruction is the rewriter's
	path   []step // to where the walk is; only with wildcards
	why    error
	stamps may // of the document
}

type step struct {
	key  []byte
	elem bool
}

// checkOutput compares what was written of the record in a view with what may leave in it. The filter adds nothing and has no such view.
func (w *rewriter) checkOutput(view int, out []byte) error {
	v := &w.views[view]
	if v.Content == ContentCapsules {
		return w.checker.check(out, w.bundle.capsules, v)
	}
	return w.checker.check(out, w.topic.schemas[w.bundle.of[view]], v)
}

// check compares what was written of a record in a view with what may leave.
func (c *checker) check(out []byte, s *schema, view *viewed) error {
	c.schema, c.src, c.joins, c.why = s, out, view.Entities, nil
	c.single = c.rw.topic.format != FormatNDJSON
	for i := c.space(0); i < len(out); i = c.space(i) {
		if out[i] != '{' {
			return errOutputForm
		}
		c.stamps, c.path = 0, c.path[:0]
		if i = c.object(i, 0, 0); i < 0 {
			return c.why
		}
		if s.policy != nil && c.stamps&isPolicy == 0 || s.lasts && c.stamps&isExpiry == 0 {
			return errOutputStamp
		}
	}
	return nil
}

func (c *checker) fail(why error) int {
	c.why = why
	return -1
}

// space gives where the next byte that is no white space is.
func (c *checker) space(i int) int {
	for i < len(c.src) && c.src[i] <= ' ' {
		i++
	}
	return i
}

// object walks over an object that begins at i and gives where it ends, or -1.
func (c *checker) object(i int, of uint64, may may) int {
	i = c.space(i + 1)
	if i < len(c.src) && c.src[i] == '}' {
		return i + 1
	}
	for i < len(c.src) && c.src[i] == '"' {
		end, plain := c.member(i)
		if end < 0 {
			return c.fail(errOutputForm)
		}
		key := c.src[i+1 : end-1]
		if !plain { // almost none has escapes, and this is not the reader that let it through
			var text string
			if json.Unmarshal(c.src[i:end], &text) != nil {
				return c.fail(errOutputForm)
			}
			key = []byte(text)
		}
		if i = c.space(end); i >= len(c.src) || c.src[i] != ':' {
			break
		}
		i = c.space(i + 1)
		switch {
		case may&mayType != 0:
			if !isTypeName(key) {
				return c.fail(errOutputField)
			}
			i = c.scalar(i)
		case c.schema.wild == nil:
			i = c.value(i, c.schema.key(of, key))
		default:
			c.path = append(c.path, step{key: key})
			i = c.value(i, c.schema.key(of, key))
			c.path = c.path[:len(c.path)-1]
		}
		if i < 0 {
			return i
		}
		if i = c.space(i); i < len(c.src) && c.src[i] == '}' {
			return i + 1
		}
		if i >= len(c.src) || c.src[i] != ',' {
			break
		}
		i = c.space(i + 1)
	}
	return c.fail(errOutputForm)
}

// array is object for an array.
func (c *checker) array(i int, of uint64) int {
	i = c.space(i + 1)
	if i < len(c.src) && c.src[i] == ']' {
		return i + 1
	}
	at := c.schema.elem(of)
	for i < len(c.src) {
		if c.schema.wild != nil {
			c.path = append(c.path, step{elem: true})
		}
		if i = c.value(i, at); i < 0 {
			return i
		}
		if c.schema.wild != nil {
			c.path = c.path[:len(c.path)-1]
		}
		if i = c.space(i); i < len(c.src) && c.src[i] == ']' {
			return i + 1
		}
		if i >= len(c.src) || c.src[i] != ',' {
			break
		}
		i = c.space(i + 1)
	}
	return c.fail(errOutputForm)
}

// value walks over a value at a path.
func (c *checker) value(i int, at uint64) int {
	if i >= len(c.src) {
		return c.fail(errOutputForm)
	}
	may := c.schema.at(at)
	if c.schema.wild != nil {
		may |= c.schema.underWildcards(c.path, may)
	}
	if may&isJoin != 0 && !c.joins {
		return c.fail(errOutputField)
	}
	switch c.src[i] {
	case '{':
		if may&mayObject == 0 {
			return c.fail(errOutputField)
		}
		return c.object(i, at, may)
	case '[':
		if may&mayArray == 0 {
			return c.fail(errOutputField)
		}
		return c.array(i, at)
	}
	if may&mayValue == 0 && !c.meets(may) {
		return c.fail(errOutputField)
	}
	end := c.scalar(i)
	if may&(isPolicy|isExpiry) != 0 && end > 0 {
		isText := c.src[i] == '"'
		if !isText || c.stamps&may&(isPolicy|isExpiry) != 0 || may&isPolicy != 0 && string(c.src[i+1:end-1]) != string(c.schema.policy) {
			return c.fail(errOutputStamp)
		}
		c.stamps |= may & (isPolicy | isExpiry)
	}
	return end
}

// meets tells whether the tenant lets leave what needs its word. A line of several is the rewriter's to know.
func (c *checker) meets(may may) bool {
	switch {
	case may&(mayText|mayRecording) == 0:
		return false
	case !c.single:
		return true
	case may&mayText != 0:
		return c.rw.meets(policy.NeedsText)
	}
	return c.rw.meets(policy.NeedsRecording)
}

// scalar walks over a value that is no container.
func (c *checker) scalar(i int) int {
	if i < len(c.src) && c.src[i] == '"' {
		if i = c.text(i); i < 0 {
			return c.fail(errOutputForm)
		}
		return i
	}
	start := i
scan:
	for ; i < len(c.src); i++ {
		switch b := c.src[i]; {
		case b >= '0' && b <= '9', b >= 'a' && b <= 'z', b == 'E', b == '-', b == '+', b == '.':
		default:
			break scan
		}
	}
	if i == start {
		return c.fail(errOutputForm)
	}
	return i
}

// member gives where a key that begins at i ends, or -1, and whether it is written as it reads.
func (c *checker) member(i int) (end int, plain bool) {
	for i++; i < len(c.src); i++ {
		switch c.src[i] {
		case '"':
			return i + 1, true
		case '\\':
			return c.text(i - 1), false
		}
	}
	return -1, false
}

// text gives where a string that begins at i ends, or -1.
func (c *checker) text(i int) int {
	for k := i + 1; k < len(c.src) && k < i+24; k++ { // most are short
		switch c.src[k] {
		case '"':
			return k + 1
		case '\\':
			k = len(c.src)
		}
	}
	for i++; ; i++ {
		n := bytes.IndexByte(c.src[i:], '"')
		if n < 0 {
			return -1
		}
		escapes := 0
		for k := i + n - 1; k >= i && c.src[k] == '\\'; k-- {
			escapes++
		}
		if i += n; escapes&1 == 0 {
			return i + 1
		}
	}
}

// isTypeName tells whether a key is the name of a type of findings.
func isTypeName(key []byte) bool {
	for _, c := range key {
		if (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '_' {
			return false
		}
	}
	return len(key) > 0
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
