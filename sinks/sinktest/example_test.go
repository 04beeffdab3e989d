package sinktest_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/sonexlabs/tacet/pipeline"
	"github.com/sonexlabs/tacet/sinks/sinktest"
)

// Example shows what a sink's test looks like: it says how to make an empty destination, how to open a sink onto it and
// how to see what arrived.
func Example() {
	harness := func(open func(dir string) (pipeline.Sink, error), read func(dir string, id pipeline.LaneID) [][]byte) sinktest.Harness {
		return sinktest.Harness{Destination: func(t testing.TB) sinktest.Destination {
			dir := t.TempDir()
			return sinktest.Destination{
				New: func() (pipeline.Sink, error) { return open(dir) },
				ReadBack: func(id pipeline.LaneID) ([][][]byte, error) {
					return [][][]byte{read(dir, id)}, nil
				},
			}
		}}
	}
	// func TestConformance(t *testing.T) { sinktest.Run(t, harness(openMySink, readMyFiles)) }
	h := harness(nil, func(dir string, id pipeline.LaneID) [][]byte {
		b, _ := os.ReadFile(filepath.Join(dir, id.Topic))
		return [][]byte{b}
	})
	fmt.Println(h.Cut == 0, "means the usual cut")
	// Output: true means the usual cut
}
