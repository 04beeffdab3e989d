package pipeline

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/sonexlabs/tacet/pipeline/policy"
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
	rw      *rewriter
	schema  *schema
	src     []byte
	joins   bool
	path    []step // to where the walk is; only with wildcards
	why     error
	stamps  may // of the document
	guesses map[*schema][]int32
	doc     int // of docs

	instructed bool   // there are instructions
	views      []View // of the engine
	table      *policy.InstructionTable
	made       time.Time // the record
	docs       []written
	tenants    []byte  // their ids
	next       []int32 // those of the schema: at twice a slot the slot of the key that stood behind its member last, at one more that of the first in it
}

type step struct {
	key  []byte
	elem bool
}

// checkOutput compares what was written of the record in a view with what may leave in it. The filter adds nothing and has no such view.
func (w *rewriter) checkOutput(view int, out []byte) error {
	v := &w.views[view]
	if !w.checker.agreed(view) {
		return errOutputView
	}
	if v.Content == ContentCapsules {
		return w.checker.check(out, w.bundle.capsules, v)
	}
	return w.checker.check(out, w.topic.schemas[w.bundle.of[view]], v)
}

// check compares what was written of a record in a view with what may leave.
func (c *checker) check(out []byte, s *schema, view *viewed) error {
	if c.schema != s {
		c.schema, c.next = s, c.guessesFor(s)
	}
	c.src, c.joins, c.why = out, view.Entities, nil
	c.doc = 0
	for i := c.space(0); i < len(out); i = c.space(i) {
		if out[i] != '{' {
			return errOutputForm
		}
		c.stamps, c.path = 0, c.path[:0]
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

// forget drops what was learned of the schemas of a policy that is no more in force.
func (c *checker) forget() { c.schema, c.next, c.guesses = nil, nil, nil }

func (c *checker) fail(why error) int {
	c.why = why
	return -1
}

// guessesFor gives what was learned of a schema. Records of a topic have the same members in the same order mostly, and a key that is the one
// expected is known by its bytes alone.
func (c *checker) guessesFor(s *schema) []int32 {
	if c.guesses[s] == nil {
		if c.guesses == nil {
			c.guesses = map[*schema][]int32{}
		}
		c.guesses[s] = slices.Repeat([]int32{int32(s.root())}, 2*len(s.slots))
	}
	return c.guesses[s]
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
	before := 2*slot + 1 // nothing, in this object
	for i < len(c.src) && c.src[i] == '"' {
		at := &c.schema.slots[c.next[before]]
		hash, slot := at.hash, int(c.next[before])
		if n := len(at.quoted); n > 0 && n <= len(c.src)-i && string(c.src[i:i+n]) == at.quoted {
			i += n
		} else {
			key, end := c.member(i)
			if end < 0 {
				return end
			}
			hash = c.schema.key(of, key)
			i, slot = end, c.schema.at(hash)
			if c.schema.wild == nil {
				c.next[before] = int32(slot)
			} else {
				c.path = append(c.path, step{key: key})
			}
		}
		if i = c.value(c.space(i), hash, slot); i < 0 {
			return i
		}
		if c.schema.wild != nil {
			c.path = c.path[:len(c.path)-1]
		}
		before = 2 * slot
		done := false
		if i, done = c.behind(i, '}'); done {
			return i
		}
	}
	return c.fail(errOutputForm)
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
	slot := c.schema.at(at)
	for i < len(c.src) {
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
