package pipeline

import (
	"context"
	"time"
)

// Class says why a record was quarantined. It is a closed set, safe as a metric label.
type Class string

// The classes.
const (
	ClassMalformed Class = "malformed"       // not the format its topic is said to have
	ClassTenant    Class = "unknown_tenant"  // no tenant, or one that is not known
	ClassSize      Class = "too_large"       // over a size, depth or field limit
	ClassTime      Class = "over_time"       // took longer than a record may
	ClassPanic     Class = "panic"           // a defect in this program
	ClassOutput    Class = "output"          // another: what was written has what the policy does not let leave
	ClassSink      Class = "refused_by_sink" // a sink can never take it
	// Not failures: somebody asked that the record be kept and not used, or whether anybody did can't be known now.
	ClassRestricted Class = "restricted"
	ClassKey        Class = "no_key"
	ClassMinor      Class = "minor" // the tenant has records kept back of who seems to be one
)

// Entry is one quarantined record. It holds coordinates and a class; the record itself only sealed, or not at all.
type Entry struct {
	Topic     string    `json:"topic"`
	Partition int32     `json:"partition"`
	Offset    int64     `json:"offset"`
	Time      time.Time `json:"time"` // of the record
	Category  string    `json:"category"`
	Class     Class     `json:"class"`
	// Detail is text of this program's own: an error without any part of the record.
	Detail   string    `json:"detail"`
	Sink     string    `json:"sink,omitempty"` // the sink that refused it
	Attempts int       `json:"attempts"`
	Policy   string    `json:"policy"`   // policy hash
	Detector string    `json:"detector"` // detector set version
	Version  string    `json:"version"`  // program version
	At       time.Time `json:"at"`       // when it was quarantined
	// Sealed is the record (JSON of key, value, headers; see SealedRecord) encrypted with age to the configured public
	// key, in base64; empty when none is configured.
	Sealed []byte `json:"sealed,omitempty"`
}

// Quarantine keeps records that could not be processed. Several goroutines call it at once.
type Quarantine interface {
	// Put makes the entries durable before it returns nil. Putting the same entry twice is harmless.
	Put(ctx context.Context, entries []Entry) error
	// Check tests that it can be written to.
	Check(ctx context.Context) error
	Close() error
}

// QuarantineReader reads a quarantine back, for listing and replay.
type QuarantineReader interface {
	// Scan calls f for every entry that is not resolved, oldest first within a partition, each coordinate and class
	// once. It ends at the entries that were there when it began.
	Scan(ctx context.Context, f func(Entry) error) error
	// Resolve marks entries as brought back; later scans don't show them.
	Resolve(ctx context.Context, entries []Entry) error
}
