package codec_test

import (
	"bytes"
	"fmt"

	"github.com/sonexlabs/tacet/pipeline/codec"
)

func Example() {
	sel, err := codec.NewSelector([]string{"call_id", "turns[].role", "turns[].text"})
	if err != nil {
		panic(err)
	}
	record := []byte(`{"call_id": 7, "crm": {"owner": "x"}, "turns": [{"role": "customer", "text": "I\u0027m Jane Roe", "score": 0.93}]}`)

	var d codec.Doc // one per worker
	if err := d.ParseJSON(record, sel, codec.DefaultLimits()); err != nil {
		panic(err)
	}
	for i, f := range d.Fields() {
		if f.Kind != codec.String {
			continue
		}
		fmt.Printf("%s: %s\n", d.Path(i), d.Text(i))
		if at := bytes.Index(d.Text(i), []byte("Jane Roe")); at >= 0 {
			d.Replace(i, at, at+len("Jane Roe"), []byte("[PERSON_1]"))
		}
	}
	fmt.Printf("%s\n", d.Append(nil, []byte(`"redaction":{"findings":{"PERSON":1}}`)))
	// Output:
	// turns[].role: customer
	// turns[].text: I'm Jane Roe
	// {"call_id": 7, "turns": [{"role": "customer", "text": "I\u0027m [PERSON_1]"}],"redaction":{"findings":{"PERSON":1}}}
}

func ExampleDoc_ParseLine() {
	sel, err := codec.NewSelector([]string{"message", "syslog.app", "status"})
	if err != nil {
		panic(err)
	}
	var d codec.Doc
	line := []byte(`<34>Oct 11 22:14:15 host-7 billing[812]: refund to Jane Roe card=4111111111111111 status=ok`)
	if err := d.ParseLine(line, sel, codec.DefaultLimits()); err != nil {
		panic(err)
	}
	for i := range d.Fields() {
		fmt.Printf("%s: %s\n", d.Path(i), d.Text(i))
	}
	fmt.Printf("%s\n", d.Append(nil, nil))
	// Output:
	// syslog.app: billing
	// message: refund to Jane Roe
	// status: ok
	// <34>- - billing[-]: refund to Jane Roe status=ok
}
