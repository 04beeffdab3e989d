package audit_test

import (
	"fmt"
	"os"

	"github.com/sonexlabs/tacet/pipeline/audit"
)

func Example() {
	dir, err := os.MkdirTemp("", "audit")
	if err != nil {
		panic("no temporary directory")
	}
	defer os.RemoveAll(dir)
	text, _ := audit.GenerateKey("audit.example")
	key, _ := audit.ParseKey([]byte(text))
	cfg := audit.DefaultConfig()
	cfg.Dir, cfg.Key = dir, key
	log, err := audit.Open(cfg)
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = log.AppendSync(audit.Entry{ // on disk before it returns
		Actor: "ops", Action: "key.rotate", Tenant: "acme", Object: []audit.Attr{{Name: "mode", Value: "break"}},
	})
	fmt.Println(err, log.Durable(), log.Close())

	verifier, _ := audit.ParseVerifier(key.Verifier()) // the public half is enough
	report, err := audit.Verify(dir, audit.Options{Verifier: verifier})
	fmt.Println(err, report.Entries, report.Signed, len(report.Problems))
	// Output:
	// <nil> 2 <nil>
	// <nil> 2 2 0
}
