package stdout_test

import (
	"context"
	"fmt"
	"os"

	"github.com/sonexlabs/tacet/pipeline"
	"github.com/sonexlabs/tacet/sinks/stdout"
)

func Example() {
	sink := stdout.New(os.Stdout)
	w, err := sink.Open(pipeline.LaneID{Topic: "calls", Partition: 0}, 40)
	if err != nil {
		fmt.Println(err)
		return
	}
	durable, err := w.Write(context.Background(), &pipeline.Batch{First: 40, Next: 43, Outputs: []pipeline.Output{
		{Offset: 40, Value: []byte(`{"turn":1,"text":"my number is [PHONE_1]"}`)},
		{Offset: 42, Value: []byte(`{"turn":2,"text":"thank you, [PERSON_1]"}`)},
	}})
	fmt.Println(durable, err)
	// Output:
	// {"turn":1,"text":"my number is [PHONE_1]"}
	// {"turn":2,"text":"thank you, [PERSON_1]"}
	// 43 <nil>
}
