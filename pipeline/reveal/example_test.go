package reveal_test

import (
	"fmt"
	"time"

	"github.com/sonexlabs/tacet/pipeline/reveal"
)

func Example() {
	key, err := reveal.GeneratePrivateKey("acme", false) // stays with the tenant
	if err != nil {
		fmt.Println(err)
		return
	}
	public := func(string) ([]byte, error) { return key.Public().Bytes(), nil } // goes into the pipeline
	s := reveal.NewSealer(public, time.Now)
	record := []byte("[CALL_ID:r1:bdkqtscmfghjrlnpqsdtckbm] calls/0/17")
	capsule, err := s.Append(nil, []byte("acme"), record, []reveal.Item{{Name: "[PHONE_1]", Type: "PHONE", Value: []byte("07700 900123")}})
	if err != nil {
		fmt.Println(err)
		return
	}
	items, err := reveal.Open(capsule, record, key)
	fmt.Printf("%s is %s %v\n", items[0].Name, items[0].Value, err)
	_, err = reveal.Open(capsule, []byte("[CALL_ID:r1:bdkqtscmfghjrlnpqsdtckbm] calls/0/18"), key)
	fmt.Println(err)
	_, err = s.Append(nil, []byte("acme"), record, []reveal.Item{{Name: "[PIN_1]", Type: "PIN", Value: []byte("1234")}})
	fmt.Println(err)
	fmt.Println("the key prints as:", key)
	// Output:
	// [PHONE_1] is 07700 900123 <nil>
	// capsule belongs to another record
	// seal record: value of type PIN: its type is never stored
	// the key prints as: private key
}
