package admin_test

import (
	"context"
	"fmt"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/sonexlabs/tacet/pipeline/admin"
)

func Example() {
	server, err := admin.New(admin.Config{Listen: "127.0.0.1:0", Gatherer: prometheus.NewRegistry()})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel() // a real program does so when it ends
	fmt.Println(server.Serve(ctx))
	// Output: <nil>
}
