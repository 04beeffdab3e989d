package pipeline

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"slices"
)

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
	path   []step // to where the walk is; only with wildcards
	why    error
	stamps may    // of the document
	lets   may    // what may be in it, of mayValue and mayText
	track  *track // of the schema
	next   int    // in it
	tracks map[*schema]*track
	doc    int // of docs

	instructed bool // there are instructions
	texts      textWord
	views      []View // of the engine
	docs       []written
	kept       int   // of docs, of records that are not checked yet
	writes     claim // of the record that is written
	of         claim // of the record that is checked
}

// track is the members of records that leave in the order in which they stand mostly, those of objects in them behind their own. Records of a topic are
// alike, so what comes next is known by its bytes alone; and it lies in a row, where a table would have to come from far memory with every record.
type track []expected

// trackMost bounds a track. In records that are never alike the members that come behind are looked up.
const trackMost = 64

// expected is a member on a track.
type expected struct {
	of, slot int32 // its object's slot, and its own
	plain    may   // its slot's
	n        uint8
	last     uint8 // how long the last text here was
	key      quoted
}

// quoted is a key with its quotes and its colon: its first eight bytes, and its last eight, which may be some of the first. One that is shorter has
// a mask for them, and none is longer than both.
type quoted struct{ first, last, mask uint64 }

const quotedMost = 16

func newQuoted(key string) quoted {
	var b [quotedMost]byte
	n := copy(b[:], key)
	q := quoted{first: binary.LittleEndian.Uint64(b[:]), mask: ^uint64(0)}
	if n < 8 {
		q.mask >>= 8 * (8 - n)
		return q
	}
	q.last = binary.LittleEndian.Uint64(b[n-8:])
	return q
}

// begins tells whether a text begins with the key, which is n bytes long.
func (q *quoted) begins(text []byte, n int) bool {
	if len(text) < quotedMost {
		var padded [quotedMost]byte // no key has a NUL
		copy(padded[:], text)
		text = padded[:]
	}
	if binary.LittleEndian.Uint64(text)&q.mask != q.first {
		return false
	}
	return n <= 8 || binary.LittleEndian.Uint64(text[n-8:]) == q.last
}

type step struct {
	key  []byte
	elem bool
}

// check compares what was written of a record in a view with what may leave.
func (c *checker) check(out []byte, s *schema, view *viewed) error {
	if c.schema != s {
		c.adopt(s)
	}
	c.src, c.joins, c.why = out, view.Entities, nil
	c.doc = int(c.of.docs[0])
	for i := c.space(0); i < len(out); i = c.space(i) {
		if out[i] != '{' {
			return errOutputForm
		}
		c.stamps, c.path, c.next, c.lets = 0, c.path[:0], 0, mayValue
		if s.texts && c.meets(mayText) {
			c.lets |= mayText
		}
		if i = c.object(i, 0, s.root()); i < 0 {
			return c.why
		}
		if s.policy != nil && c.stamps&isPolicy == 0 || s.lasts && c.stamps&isExpiry == 0 {
			return errOutputStamp
		}
		c.doc++
	}
	return nil
}

// adopt takes out the track of a schema.
func (c *checker) adopt(s *schema) {
	if c.tracks == nil {
		c.tracks = map[*schema]*track{}
	}
	if c.tracks[s] == nil {
		c.tracks[s] = &track{}
	}
	c.schema, c.track = s, c.tracks[s]
}

// forget drops the tracks of the schemas of a policy that is no more in force.
func (c *checker) forget() { c.schema, c.track, c.tracks = nil, nil, nil }

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

// behind gives where what follows a value that ends at i begins, or -1. It is done where its container ends.
func (c *checker) behind(i int, closer byte) (next int, done bool) {
	if i = c.space(i); i < len(c.src) {
		switch c.src[i] {
		case closer:
			return i + 1, true
		case ',':
			return c.space(i + 1), false
		}
	}
	return c.fail(errOutputForm), true
}

// object walks over an object that begins at i, whose path has a hash and a slot, and gives where it ends, or -1.
func (c *checker) object(i int, of uint64, slot int) int {
	if i = c.space(i + 1); i < len(c.src) && c.src[i] == '}' {
		return i + 1
	}
	src := c.src
	for i < len(src) && src[i] == '"' {
		e := c.expect(i, slot)
		switch {
		case e == nil:
			i = c.other(i, of, slot)
		case e.plain&c.lets != 0 && len(src)-i > int(e.n) && isScalar(src[i+int(e.n)]):
			i = c.plain(i+int(e.n), e)
		default:
			i = c.value(c.space(i+int(e.n)), c.schema.slots[e.slot].hash, int(e.slot))
		}
		if i < 0 {
			return i
		}
		if len(src)-i > 1 && src[i] == ',' && src[i+1] == '"' {
			i++
			continue
		}
		done := false
		if i, done = c.behind(i, '}'); done {
			return i
		}
	}
	return c.fail(errOutputForm)
}

// isScalar tells whether a value that begins so is no container, and nothing stands before it.
func isScalar(b byte) bool { return b > ' ' && b != '{' && b != '[' }

// plain is scalar for a value on the track. Most texts are as long as the last one in their place: who takes that for granted and then finds it to
// be so need not wait for the end to be found before reading on.
func (c *checker) plain(i int, e *expected) int {
	if c.src[i] != '"' {
		return c.scalar(i)
	}
	n, last := bytes.IndexByte(c.src[i+1:], '"'), int(e.last)
	if n == last && c.src[i+last] != '\\' {
		return i + last + 2
	}
	if n < 0 || c.src[i+n] == '\\' {
		return c.scalar(i)
	}
	e.last = uint8(min(n, 255))
	return i + n + 2
}

// expect gives the next member on the track, if that is the one at i of the object of a slot. Members may be missing.
func (c *checker) expect(i, of int) *expected {
	const missing = 2
	t := *c.track
	for k := c.next; k < len(t) && k <= c.next+missing; k++ {
		e := &t[k]
		if n := int(e.n); int(e.of) == of && e.key.begins(c.src[i:], n) {
			c.next = k + 1
			return e
		}
	}
	return nil
}

// other walks over a member at i that is not on the track, of an object whose path has a hash and a slot, and gives where it ends, or -1.
func (c *checker) other(i int, of uint64, slot int) int {
	key, i := c.member(i)
	if i < 0 {
		return i
	}
	hash := c.schema.key(of, key)
	at := c.schema.at(hash)
	if c.schema.wild == nil {
		c.learn(slot, at)
		return c.value(c.space(i), hash, at)
	}
	c.path = append(c.path, step{key: key})
	i = c.value(c.space(i), hash, at)
	c.path = c.path[:len(c.path)-1]
	return i
}

// learn puts the member of a slot on the track.
func (c *checker) learn(of, slot int) {
	at := &c.schema.slots[slot]
	e := expected{of: int32(of), slot: int32(slot), plain: at.plain, n: uint8(len(at.quoted))}
	if len(at.quoted) == 0 || len(at.quoted) > quotedMost {
		return
	}
	e.key = newQuoted(at.quoted)
	switch {
	case len(*c.track) < trackMost:
		*c.track = slices.Insert(*c.track, c.next, e)
	case c.next < trackMost:
		(*c.track)[c.next] = e
	default:
		return
	}
	c.next++
}

// counts walks over an object of counts by type.
func (c *checker) counts(i int) int {
	if i = c.space(i + 1); i < len(c.src) && c.src[i] == '}' {
		return i + 1
	}
	for i < len(c.src) && c.src[i] == '"' {
		key, end := c.member(i)
		if end < 0 {
			return end
		}
		if !isTypeName(key) {
			return c.fail(errOutputField)
		}
		if i = c.scalar(c.space(end)); i < 0 {
			return i
		}
		done := false
		if i, done = c.behind(i, '}'); done {
			return i
		}
	}
	return c.fail(errOutputForm)
}

// array is object for an array.
func (c *checker) array(i int, of uint64) int {
	if i = c.space(i + 1); i < len(c.src) && c.src[i] == ']' {
		return i + 1
	}
	at := c.schema.elem(of)
	slot, next := c.schema.at(at), c.next
	for i < len(c.src) {
		c.next = next // one element is like another
		if c.schema.wild != nil {
			c.path = append(c.path, step{elem: true})
		}
		if i = c.value(i, at, slot); i < 0 {
			return i
		}
		if c.schema.wild != nil {
			c.path = c.path[:len(c.path)-1]
		}
		done := false
		if i, done = c.behind(i, ']'); done {
			return i
		}
	}
	return c.fail(errOutputForm)
}

// value walks over a value at a path.
func (c *checker) value(i int, at uint64, slot int) int {
	if i >= len(c.src) {
		return c.fail(errOutputForm)
	}
	may := c.schema.slots[slot].may
	if c.schema.wild != nil {
		may |= c.schema.underWildcards(c.path, may)
	}
	if may&isJoin != 0 && !c.joins {
		return c.fail(errOutputField)
	}
	switch {
	case c.src[i] == '{' && may&mayType != 0:
		return c.counts(i)
	case c.src[i] == '{' && may&mayObject != 0:
		return c.object(i, at, slot)
	case c.src[i] == '[' && may&mayArray != 0:
		return c.array(i, at)
	case c.src[i] == '{', c.src[i] == '[', may&mayValue == 0 && !c.meets(may):
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

// scalar walks over a value that is no container.
func (c *checker) scalar(i int) int {
	if i < len(c.src) && c.src[i] == '"' {
		if n := bytes.IndexByte(c.src[i+1:], '"'); n >= 0 && c.src[i+n] != '\\' {
			return i + n + 2
		}
		if i = c.text(i); i < 0 {
			return c.fail(errOutputForm)
		}
		return i
	}
	const ( // digits and +-. by their bits; E and small letters by theirs, less 64
		low  = (1<<10-1)<<'0' | 1<<'+' | 1<<'-' | 1<<'.'
		high = (1<<26-1)<<('a'-64) | 1<<('E'-64)
	)
	start := i
	for i < len(c.src) && (c.src[i] < 64 && uint64(low)>>c.src[i]&1 != 0 || c.src[i] >= 64 && c.src[i] < 128 && uint64(high)>>(c.src[i]-64)&1 != 0) {
		i++
	}
	if i == start {
		return c.fail(errOutputForm)
	}
	return i
}

// member gives a key that begins at i, as it reads, and where its value begins, or -1.
func (c *checker) member(i int) (key []byte, value int) {
	end := i + 1
	for end < len(c.src) && c.src[end] != '"' && c.src[end] != '\\' {
		end++
	}
	switch {
	case end < len(c.src) && c.src[end] == '"':
		key = c.src[i+1 : end]
		end++
	default: // almost none has escapes, and this is not the reader that let it through
		var text string
		if end = c.text(i); end < 0 || json.Unmarshal(c.src[i:end], &text) != nil {
			return nil, c.fail(errOutputForm)
		}
		key = []byte(text)
	}
	if end = c.space(end); end >= len(c.src) || c.src[end] != ':' {
		return nil, c.fail(errOutputForm)
	}
	return key, end + 1
}

// text gives where a string that begins at i ends, or -1.
func (c *checker) text(i int) int {
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
