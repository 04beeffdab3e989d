package pipeline

import "context"

// Sink is a destination for output records. One value serves all lanes; it is safe for concurrent use.
type Sink interface {
	// Open starts delivery of one lane. The first batch to come starts at or after offset from: everything the sink
	// holds of this lane at or beyond from was never acknowledged and will be delivered again.
	Open(id LaneID, from int64) (Writer, error)

	// Check tests that the destination can be reached and written to, without writing records.
	Check(ctx context.Context) error

	// Close releases what the sink holds. All writers have been closed before.
	Close() error
}

// Writer delivers the batches of one lane, in order, called by one goroutine at a time.
//
// Errors are classed with Permanent: such an error means that these records can never be delivered, whatever is waited
// for. The engine then bisects the batch and puts the guilty record into quarantine. Everything else is transient and
// the same batch is written again, for ever. A writer that has lost records it accepted earlier returns Lost.
type Writer interface {
	// Write delivers the batch's Outputs and returns the offset below which everything handed to this writer is
	// durable: b.Next for a sink that is durable at once, less for one that gathers. After a transient error the next
	// call brings the same batch again, or one half of it after a permanent error; a writer should not repeat what it
	// knows to be delivered already. Write must return soon after ctx ends, and by itself within a bounded time.
	Write(ctx context.Context, b *Batch) (durable int64, err error)

	// Flush makes everything accepted so far durable and returns the new durable offset.
	Flush(ctx context.Context) (durable int64, err error)

	// Close gives up what is not durable and releases the writer.
	Close() error
}
