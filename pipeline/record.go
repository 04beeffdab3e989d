package pipeline

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// LaneID names one partition of one input topic. Everything of a lane keeps its order.
type LaneID struct {
	Topic     string
	Partition int32
}

// String gives "topic/partition", the form used in log lines and errors.
func (id LaneID) String() string {
	return id.Topic + "/" + strconv.Itoa(int(id.Partition))
}

// Header is a Kafka record header.
type Header struct {
	Key   string
	Value []byte
}

// Record is one input message. Its bytes belong to the batch's arena: they stay unchanged and alive as long as the
// batch does, and nobody writes to them.
type Record struct {
	Offset int64
	// Minor is set of a record that comes back from quarantine and was kept back because somebody in its call seemed to be a minor: what
	// said so may have been in an earlier record.
	Minor   bool
	Time    time.Time // the broker's or producer's timestamp; zero when unknown
	Key     []byte    // nil when the message has none
	Value   []byte
	Headers []Header
}

// Output is one record as a sink receives it.
type Output struct {
	// Offset is the input offset it came from: with the lane, its identity downstream.
	Offset int64
	Time   time.Time
	// Key is the call token (never the raw key); nil when the input had no call.
	Key     []byte
	Value   []byte
	Headers []Header // x-src-topic, x-src-partition, x-src-offset
}

// Batch is a contiguous range of one lane's offsets, [First, Next), as a source cut it. Offsets may be missing inside
// (compaction, transaction markers, aborted records); Next is where reading goes on, so gaps are harmless.
//
// A source cuts at multiples of its cut size. A sink may get several batches joined, or one halved, as one Batch without Records;
// it is still contiguous, and a sink that groups by fixed offset ranges cuts it there.
//
// The source fills the first block and gives the batch away with Lane.Submit. The engine fills Outputs; from then on
// the batch is read only and may be read by all sinks at once.
type Batch struct {
	Lane    LaneID
	First   int64
	Next    int64
	Records []Record
	Bytes   int // memory held by Records: keys, values, headers
	// Warm marks records from before the committed offset: they only rebuild call state. They are not emitted, not
	// acknowledged, and First and Next are not looked at.
	Warm bool

	// Release, when set, is called once, when nobody reads Records or their bytes any more: the source may use the memory again.
	Release func()

	// Outputs are the records to deliver, in offset order: at most one per record, fewer where one was filtered or
	// quarantined. Sinks must deliver none that is not here.
	Outputs []Output

	// Marks, for a sink that asked for them, stand in place of Outputs: what its Markers gave, one behind the other.
	Marks []byte

	// Summary says what became of the records; nil in a piece of a batch that a sink refused.
	Summary *Summary

	flight *flight // the engine's bookkeeping
}

// Summary is what became of the records of a batch: numbers, no values. It is read only.
type Summary struct {
	Policy     string // hash of the one that they were worked off under; of several, joined by commas, where batches were joined
	Category   string // what kind of records they are
	In         int    // records read
	Out        int    // records that leave
	Dead       int    // records in quarantine
	Partial    int    // partial results of which nothing leaves
	Suppressed int    // records kept back because somebody asked for it
	Degraded   int    // values that left as their type because a key could not be had
	Dropped    int    // fields that the policy doesn't name
	Withheld   int    // fields that a tenant has not let leave
	Limited    int    // stretches of text that a user's rule could not search within its limits, and that left redacted
	Findings   []TypeCount
	Classes    []ClassCount  // why records are in quarantine, sorted
	Sinks      []string      // the engine's, in their order
	Tenants    []TenantCount // sorted
}

// TypeCount is how many findings of a type met an action. A list of them is sorted by type, then action.
type TypeCount struct {
	Type   string
	Action string
	N      int
}

// Add adds the counts of o to s. Findings are merged.
func (s *Summary) Add(o *Summary) {
	switch {
	case s.Policy == "":
		s.Policy = o.Policy
	case o.Policy != "" && !strings.HasSuffix(s.Policy, o.Policy):
		s.Policy += "," + o.Policy // joined across a reload
	}
	if o.Sinks != nil {
		s.Category, s.Sinks = o.Category, o.Sinks
	}
	s.In += o.In
	s.Out += o.Out
	s.Dead += o.Dead
	s.Partial += o.Partial
	s.Suppressed += o.Suppressed
	s.Degraded += o.Degraded
	s.Dropped += o.Dropped
	s.Withheld += o.Withheld
	s.Limited += o.Limited
	s.addClasses(o.Classes)
	s.addTenants(o.Tenants)
	for _, c := range o.Findings {
		i, found := slices.BinarySearchFunc(s.Findings, c, TypeCount.compare)
		if found {
			s.Findings[i].N += c.N
			continue
		}
		s.Findings = slices.Insert(s.Findings, i, c)
	}
}

func (c TypeCount) compare(o TypeCount) int {
	return cmp.Or(cmp.Compare(c.Type, o.Type), cmp.Compare(c.Action, o.Action))
}
