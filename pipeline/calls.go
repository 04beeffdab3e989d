package pipeline

import (
	"bytes"
	"hash/maphash"
	"math"
	"time"

	"github.com/sonexlabs/tacet/detectors"
	"github.com/sonexlabs/tacet/pipeline/codec"
	"github.com/sonexlabs/tacet/pipeline/pseudonym"
	"github.com/sonexlabs/tacet/pipeline/subject"
)

// callStore is one worker's memory of calls. A call's records all reach the same worker, so there is no lock. It is
// bounded: the calls that were silent longest go first, when there are too many and when their time is up.
//
// Calls are known by a keyed hash of tenant and call id, never by the id itself: the store holds no identifier, and a long
// id costs no more than a short one. The 128 bits make a collision as unlikely as a broken disk.
type callStore struct {
	most  int
	idle  time.Duration
	seeds [2]maphash.Seed
	name  []byte // scratch
	calls map[callKey]*call
	// Ring through a sentinel, the most recently used call at its next.
	ring call

	knownMost, knownBytes int // memory of what is known of all calls

	past pastMinors // of calls that were given up
}

type callKey struct {
	lane *lane
	hash [2]uint64
}

// call is what is remembered of one call.
type call struct {
	key        callKey
	used       time.Time
	memory     *detectors.Call
	aliases    *pseudonym.Aliases
	known      *knownValues // nil where its records brought none
	tokens     []callToken  // that stand for the call in what leaves, for each recipient
	began      time.Time    // when it began, or the first record of it that was seen
	people     []subject.ID // of people it named
	minor      bool         // somebody in it seemed to be one
	unknown    bool         // it named somebody of whom that could not be told, for want of a key
	tokensOf   uint64       // the generation of the keys they were made with
	prev, next *call
}

func newCallStore(most int, idle time.Duration, knownMost int) *callStore {
	s := &callStore{most: most, idle: idle, calls: map[callKey]*call{}, knownMost: knownMost}
	s.seeds[0], s.seeds[1] = maphash.MakeSeed(), maphash.MakeSeed()
	s.ring.prev, s.ring.next = &s.ring, &s.ring
	return s
}

// get returns the memory of a call, new where there is none, and how many calls were given up for being too many and
// for being idle.
func (s *callStore) get(l *lane, tenant, id []byte, now time.Time) (c *call, crowded, idle int) {
	s.name = append(append(append(s.name[:0], tenant...), 0), id...) // tenant ids hold no NUL: policy.Tenant refuses them
	k := callKey{l, [2]uint64{maphash.Bytes(s.seeds[0], s.name), maphash.Bytes(s.seeds[1], s.name)}}
	for last := s.ring.prev; last != &s.ring && now.Sub(last.used) > s.idle; last = s.ring.prev {
		s.drop(last)
		idle++
	}
	c = s.calls[k]
	if c == nil {
		for len(s.calls) >= s.most {
			s.drop(s.ring.prev)
			crowded++
		}
		c = &call{key: k, minor: s.past.keys[k]}
		c.memory, c.aliases = s.newMemory()
		s.calls[k] = c
	} else {
		s.unlink(c)
	}
	c.used = now
	c.prev, c.next = &s.ring, s.ring.next
	c.prev.next, c.next.prev = c, c
	return c, crowded, idle
}

func (s *callStore) newMemory() (*detectors.Call, *pseudonym.Aliases) {
	return detectors.NewCall(), pseudonym.NewAliases(s.seeds[0])
}

// forget drops every call of a lane.
func (s *callStore) forget(l *lane) {
	for c := s.ring.next; c != &s.ring; {
		next := c.next
		if c.key.lane == l {
			s.drop(c)
		}
		c = next
	}
	s.past.forget(l)
}

// drop gives up one call: its memory may be wrong, or its time is up.
func (s *callStore) drop(c *call) {
	if s.calls[c.key] != c {
		return
	}
	s.unlink(c)
	delete(s.calls, c.key)
	if c.minor {
		s.past.add(c.key, s.most)
	}
	if c.known != nil {
		s.knownBytes -= c.known.bytes
		c.known = nil
	}
}

func (s *callStore) unlink(c *call) {
	c.prev.next, c.next.prev = c.next, c.prev
	c.prev, c.next = nil, nil
}

// findTurn finds the role in the object that field i stands in, and what was said. Fields are in source order, so both lie between
// the object and the object's end; they are looked for once for each object.
func (w *rewriter) findTurn(d *codec.Doc, i int) {
	fields := d.Fields()
	parent := fields[i].Parent
	if w.turnOf == parent && w.topic.calls {
		return
	}
	w.turnOf, w.role, w.turn = parent, detectors.RoleUnknown, -1
	if !w.topic.calls {
		return
	}
	end := math.MaxInt // the root's
	if parent >= 0 {
		end = fields[parent].End
	}
	for k := int(parent) + 1; k < len(fields) && fields[k].Start < end; k++ {
		f := &fields[k]
		if f.Parent != parent || f.Rule < 0 {
			continue
		}
		if f.Kind == codec.String && w.topic.reads[f.Rule].use == useRole {
			w.role = detectors.RoleOf(d.Text(k))
		}
		if w.turn < 0 && w.isSpeech(d, k) {
			w.turn = k
		}
	}
}

// isSpeech tells whether field k holds what was said, in one of its forms, and is searched.
func (w *rewriter) isSpeech(d *codec.Doc, k int) bool {
	f := &d.Fields()[k]
	if f.Rule < 0 || f.Kind != codec.String && f.Kind != codec.Number {
		return false
	}
	r := w.topic.reads[f.Rule]
	return r.searched && (r.speech || isUnderWildcard(d, k) && isSpeechKey(d.Text(k-1)))
}

// hasSpeech tells whether any field does.
func (w *rewriter) hasSpeech(d *codec.Doc) bool {
	for k := range d.Fields() {
		if w.isSpeech(d, k) {
			return true
		}
	}
	return false
}

// noParent is what turnOf is where no object is a turn.
const noParent = -2

// standing is what a text is to the call it belongs to.
type standing uint8

const (
	isTurn   standing = iota // what was said
	isBeside                 // it belongs to a turn: another form of what was said, a remark about it
	isAlone                  // it has nothing to do with what was said
	isForm                   // it is a name of a member, or what the engine reads itself
)

// standingOf tells what field i is to its call. In a document that has what was said, everything else is beside it, and values of one word,
// like an id or a time, are alone: whatever was asked, they don't answer it. In a document that doesn't, every string counts as said.
func (w *rewriter) standingOf(d *codec.Doc, i int, r *rule) standing {
	f := &d.Fields()[i]
	switch {
	case r.use != useNone, f.Kind == codec.Key:
		return isForm
	case !w.said && f.Kind != codec.Number, i == w.turn:
		return isTurn
	case w.isSpeech(d, i), bytes.IndexByte(d.Text(i), ' ') >= 0:
		return isBeside
	}
	return isAlone
}

// input is what detection is to know of a text of the current record.
func (w *rewriter) input(path []byte, role detectors.Role) detectors.Input {
	in := detectors.Input{Role: role, Path: path, Channel: w.topic.channel, Known: w.known, Beside: w.standing == isBeside}
	if w.call != nil && !w.apart && w.standing < isAlone {
		in.Call = w.call.memory
	}
	return in
}

// aliases are those of the current record's call, or of the record alone. Without a call, every text has groups of its own.
func (w *rewriter) aliases() *pseudonym.Aliases {
	if w.call != nil {
		return w.call.aliases
	}
	w.single.ForgetGroups()
	return w.single
}

// recall fetches the memory of the record's call.
func (w *rewriter) recall() {
	var crowded, idle int
	w.call, crowded, idle = w.calls.get(w.lane, w.tenant, w.callID, w.now)
	w.crowded += crowded
	w.idle += idle
	if w.call.known != nil {
		w.known = w.call.known.find
	}
}
