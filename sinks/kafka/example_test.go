package kafka_test

import (
	"context"
	"fmt"

	"github.com/twmb/franz-go/pkg/kfake"

	"github.com/sonexlabs/tacet/pipeline"
	"github.com/sonexlabs/tacet/sinks/kafka"
)

func Example() {
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(3, "calls.redacted"))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer cluster.Close()

	cfg := kafka.DefaultConfig()
	cfg.Brokers = cluster.ListenAddrs()
	cfg.Topics = map[string]string{"calls": "calls.redacted"}
	sink, err := kafka.New(cfg)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = sink.Close() }()
	fmt.Println("check:", sink.Check(context.Background()))

	lane := pipeline.LaneID{Topic: "calls", Partition: 0}
	w, err := sink.Open(lane, 4000)
	if err != nil {
		fmt.Println(err)
		return
	}
	durable, err := w.Write(context.Background(), &pipeline.Batch{Lane: lane, First: 4000, Next: 4002, Outputs: []pipeline.Output{
		{Offset: 4000, Key: []byte("c-7f3a"), Value: []byte(`{"turn":1,"text":"my number is [PHONE_1]"}`)},
		{Offset: 4001, Key: []byte("c-7f3a"), Value: []byte(`{"turn":2,"text":"thank you, [PERSON_1]"}`)},
	}})
	fmt.Println("durable:", durable, err)
	// Output:
	// check: <nil>
	// durable: 4002 <nil>
}
