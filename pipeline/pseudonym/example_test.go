package pseudonym_test

import (
	"fmt"
	"hash/maphash"

	"github.com/sonexlabs/tacet/pipeline/pseudonym"
)

func Example() {
	call := pseudonym.NewAliases(maphash.MakeSeed())
	fmt.Printf("%s %s %s\n",
		call.Append(nil, "PHONE", []byte("447700900123")),
		call.Append(nil, "PHONE", []byte("447700900456")),
		call.Append(nil, "PHONE", []byte("447700900123")))

	tokens, err := pseudonym.NewTokens([]byte("an example, not a key drawn at random"))
	if err != nil {
		fmt.Println(err)
		return
	}
	worker := tokens.Tokenizer()
	domain := pseudonym.Domain{Tenant: []byte("acme"), Origin: pseudonym.OriginMeta}
	fmt.Printf("%s\n", worker.Append(nil, domain, "PHONE", 'r', []byte("447700900123")))
	fmt.Printf("%s\n", pseudonym.Neutralise(nil, []byte("I am [PERSON_1]")))
	// Output:
	// [PHONE_1] [PHONE_2] [PHONE_1]
	// [PHONE:r1:bhkfkbsnjfcnqlpgkkhhcmbp]
	// I am (PERSON_1)
}
