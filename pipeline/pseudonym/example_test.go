package pseudonym_test

import (
	"fmt"
	"hash/maphash"

	"github.com/sonexlabs/tacet/pipeline/pseudonym"
	"github.com/sonexlabs/tacet/pipeline/pseudonym/keyring"
)

func Example() {
	call := pseudonym.NewAliases(maphash.MakeSeed())
	fmt.Printf("%s %s %s\n",
		call.Append(nil, "PHONE", []byte("447700900123")),
		call.Append(nil, "PHONE", []byte("447700900456")),
		call.Append(nil, "PHONE", []byte("447700900123")))

	ring := keyring.Dev([]byte("an example, not a key drawn at random"))
	worker := pseudonym.NewTokens(ring).Tokenizer()
	domain := pseudonym.Domain{Tenant: []byte("acme"), Sink: "analytics", Origin: pseudonym.OriginMeta}
	fmt.Printf("%s\n", worker.Append(nil, domain, "PHONE", 'r', []byte("447700900123")))
	forged := []byte("I am [PERSON_1]")
	start, end := pseudonym.Next(forged)
	fmt.Printf("%s\n", forged[start:end])
	// Output:
	// [PHONE_1] [PHONE_2] [PHONE_1]
	// [PHONE:r1:hgmfdblscdndddtgtkqqgjsk]
	// [PERSON_1]
}
