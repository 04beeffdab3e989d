package file_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/sonexlabs/tacet/pipeline"
	"github.com/sonexlabs/tacet/sinks/file"
)

func Example() {
	dir, err := os.MkdirTemp("", "tacet")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = os.RemoveAll(dir) }()
	cfg := file.DefaultConfig()
	cfg.Dir, cfg.Compression, cfg.MaxRecords = dir, file.CompressionNone, 1000
	sink, err := file.New(cfg)
	if err != nil {
		fmt.Println(err)
		return
	}
	lane := pipeline.LaneID{Topic: "calls", Partition: 0}
	w, err := sink.Open(lane, 4000)
	if err != nil {
		fmt.Println(err)
		return
	}
	durable, err := w.Write(context.Background(), &pipeline.Batch{Lane: lane, First: 4000, Next: 4002, Outputs: []pipeline.Output{
		{Offset: 4000, Value: []byte(`{"turn":1,"text":"my number is [PHONE_1]"}`)},
		{Offset: 4001, Value: []byte(`{"turn":2,"text":"thank you, [PERSON_1]"}`)},
	}})
	fmt.Println("gathered:", durable, err)
	durable, err = w.Flush(context.Background())
	fmt.Println("on disk:", durable, err)
	text, err := os.ReadFile(filepath.Join(dir, "calls", "calls-0-00000000000000004000.ndjson"))
	fmt.Print(string(text))
	fmt.Println(err)
	// Output:
	// gathered: 4000 <nil>
	// on disk: 4002 <nil>
	// {"turn":1,"text":"my number is [PHONE_1]"}
	// {"turn":2,"text":"thank you, [PERSON_1]"}
	// <nil>
}
