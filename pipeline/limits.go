package pipeline

import (
	"errors"
	"fmt"
	"runtime"
	"time"
)

// Limits are the bounds of a pipeline. DefaultLimits gives each with its reason.
type Limits struct {
	Workers      int           // goroutines that decode, detect and rewrite
	MemoryBytes  int64         // input and output bytes of batches in flight, over all lanes
	LaneBatches  int           // batches of one lane in flight
	RecordBytes  int           // longest value
	Depth        int           // deepest nesting of a JSON value
	Fields       int           // most values in one record
	RecordTime   time.Duration // longest time for one record, by the clock and by the processor time of the process
	StallTimeout time.Duration // a component busy with one thing for longer is stuck
	Calls        int           // calls remembered at once
	CallIdle     time.Duration // a call is forgotten after so long without a record
	KnownBytes   int64         // memory of the known values of all calls
	RetryFirst   time.Duration // upper end of the first back-off
	RetryMost    time.Duration // upper end of any back-off
}

// DefaultLimits returns the bounds for a process of its own.
func DefaultLimits() Limits {
	return Limits{
		Workers:      runtime.GOMAXPROCS(0),
		MemoryBytes:  128 << 20,        // half of the 256 MiB that the process may take
		LaneBatches:  16,               // hides a sink's round trip without hoarding the memory of other lanes
		RecordBytes:  4 << 20,          // a whole call of three hours is about 300 KB
		Depth:        64,               // deeper JSON is an attack, not a record
		Fields:       100_000,          // a whole call of 10,000 turns with ten fields each
		RecordTime:   5 * time.Second,  // 4 MiB take 0.1 s; the rest is for a starved machine
		StallTimeout: 2 * time.Minute,  // longer than any sink's own timeout
		Calls:        100_000,          // some 2 KB each
		CallIdle:     30 * time.Minute, // callers on hold come back
		KnownBytes:   64 << 20,         // some 2.5 KB for the customer's record of one call
		RetryFirst:   100 * time.Millisecond,
		RetryMost:    30 * time.Second,
	}
}

// Validate names the first bound that makes no sense.
func (l Limits) Validate() error {
	for _, c := range []struct {
		name string
		ok   bool
	}{
		{"workers", l.Workers >= 1 && l.Workers <= 256},
		{"memory", l.MemoryBytes >= 1<<20},
		{"lane_batches", l.LaneBatches >= 1},
		{"record_bytes", l.RecordBytes >= 1},
		{"depth", l.Depth >= 1},
		{"fields", l.Fields >= 1},
		{"record_time", l.RecordTime > 0},
		{"stall_timeout", l.StallTimeout > 0},
		{"calls", l.Calls >= 1},
		{"call_idle", l.CallIdle > 0},
		{"known_values", l.KnownBytes >= 1<<20},
		{"retry_first", l.RetryFirst > 0},
		{"retry_most", l.RetryMost >= l.RetryFirst},
	} {
		if !c.ok {
			return fmt.Errorf("limit %s is out of range", c.name)
		}
	}
	if int64(l.RecordBytes) > l.MemoryBytes {
		return errors.New("limit record_bytes is above limit memory")
	}
	return nil
}
