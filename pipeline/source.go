package pipeline

import "context"

// Source reads records and drives lanes. *Engine is the Intake of production; tests use their own.
type Source interface {
	// Run reads until ctx ends or something fatal happens. Before it returns it has drained its lanes, each with a
	// deadline of its own, and committed what was acknowledged. A nil error means an orderly end.
	Run(ctx context.Context, in Intake) error
}

// Intake takes batches from a source.
type Intake interface {
	// OpenLane starts a lane whose first record to deliver is at offset from. State left over from an earlier lane of
	// the same name is dropped. A lane that is open already is an error: drain it first.
	OpenLane(id LaneID, from int64) (Lane, error)
}

// Lane is one assigned partition inside the engine. Submit and Drain are called by one goroutine; the other methods by
// any.
type Lane interface {
	// Submit hands over the next batch. It blocks while the engine's memory budget or the lane's share of it is used
	// up: that is the back-pressure. After an error the batch has not been taken.
	Submit(ctx context.Context, b *Batch) error

	// Fetched tells the engine that the source is alive and how far the partition reaches: highWatermark is the offset
	// after the last readable record, position the next offset to fetch.
	Fetched(position, highWatermark int64)

	// Watermark is the highest offset below which every record has been acknowledged by all required sinks or by
	// quarantine: the offset to commit. It only grows, and stays as it is once Drain has returned.
	Watermark() int64

	// Drain ends the lane: what was submitted is worked off and flushed until ctx ends; what is left then is abandoned
	// and will be read again by the next owner. Acknowledgements that come later are ignored. It returns the number of
	// records abandoned.
	Drain(ctx context.Context) (abandoned int)

	// Failed is closed when the lane can't go on in this process (a sink lost what it had accepted). The source must
	// end with Err.
	Failed() <-chan struct{}
	Err() error
}
