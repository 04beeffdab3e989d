package source

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/sonexlabs/tacet/pipeline"
)

// Replay is a pipeline.Source that feeds one lane from a function: records of a file, or of the quarantine. It holds
// one batch at a time.
type Replay struct {
	Lane pipeline.LaneID
	// Next gives the batches in order, with First, Next, Records and Bytes set, and io.EOF after the last one.
	Next func() (*pipeline.Batch, error)
	// Before is called with each batch before it is handed over, where there is one. It may hand over warm batches.
	Before func(ctx context.Context, lane pipeline.Lane, b *pipeline.Batch) error
}

var _ pipeline.Source = Replay{}

// Run implements pipeline.Source. It returns nil when every record has been acknowledged.
func (r Replay) Run(ctx context.Context, in pipeline.Intake) error {
	b, err := r.Next()
	if errors.Is(err, io.EOF) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read first batch of %s: %w", r.Lane, err)
	}
	lane, err := in.OpenLane(r.Lane, b.First)
	if err != nil {
		return fmt.Errorf("open lane %s: %w", r.Lane, err)
	}
	feed, stop := context.WithCancel(ctx)
	defer stop()
	go func() {
		select {
		case <-lane.Failed():
			stop()
		case <-feed.Done():
		}
	}()
	for err == nil {
		if r.Before != nil {
			if err = r.Before(feed, lane, b); err != nil {
				break
			}
		}
		if err = lane.Submit(feed, b); err != nil {
			err = fmt.Errorf("hand over batch: %w", err)
			break
		}
		// Fetched is not called: a reader that waits for a person at a pipe would look stuck.
		b, err = r.Next()
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	// Without a deadline: what was handed over is worked off, however long a sink takes, unless ctx ends.
	abandoned := lane.Drain(feed)
	select {
	case <-lane.Failed():
		return lane.Err()
	default:
	}
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err == nil && abandoned > 0:
		return fmt.Errorf("drain %s: %d records were not delivered", r.Lane, abandoned)
	}
	return err
}
