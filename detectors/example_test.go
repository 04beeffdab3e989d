package detectors_test

import (
	"fmt"

	"github.com/sonexlabs/tacet/detectors"
)

func ExampleSet_Find() {
	set, err := detectors.New(detectors.Options{})
	if err != nil {
		panic(err)
	}
	scratch, call := detectors.NewScratch(), detectors.NewCall()
	for _, turn := range []struct {
		role detectors.Role
		text string
	}{
		{detectors.RoleAgent, "and the security code on the back?"},
		{detectors.RoleCustomer, "123, and my mail is Asha@Example.com"},
	} {
		in := detectors.Input{Call: call, Role: turn.role, Channel: detectors.ChannelCall}
		for _, f := range set.Find(nil, []byte(turn.text), in, scratch) {
			fmt.Println(f.Start, f.End, f.Type, string(f.Canonical))
		}
	}
	// Output:
	// 0 3 CARD_CVV 123
	// 20 36 EMAIL asha@example.com
}
