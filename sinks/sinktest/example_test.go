package sinktest_test

import (
	"bytes"
	"errors"
	"fmt"
	"testing"

	"github.com/sonexlabs/tacet/pipeline"
	"github.com/sonexlabs/tacet/sinks/sinktest"
)

// Example shows what a sink's test has to say: how to make an empty destination, how to open a sink onto it, and what a
// consumer sees there. The test itself is one line: sinktest.Run(t, harness).
func Example() {
	harness := sinktest.Harness{
		Destination: func(testing.TB) sinktest.Destination {
			stream := bytes.NewBufferString("{\"turn\":1}\n{\"turn\":2}\n") // of a real one, nothing yet
			return sinktest.Destination{
				New: func() (pipeline.Sink, error) { return nil, errors.New("here your sink onto stream is made") },
				ReadBack: func(pipeline.LaneID) ([][][]byte, error) {
					lines := bytes.Split(bytes.TrimSpace(stream.Bytes()), []byte("\n"))
					return [][][]byte{lines}, nil // one stream, so one order
				},
			}
		},
	}
	streams, err := harness.Destination(nil).ReadBack(pipeline.LaneID{Topic: "calls"})
	fmt.Printf("%d stream, %d values, %v\n", len(streams), len(streams[0]), err)
	// Output: 1 stream, 2 values, <nil>
}
