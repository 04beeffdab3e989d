package codec

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSmoke(t *testing.T) {
	sel, err := NewSelector([]string{"text", "turns[].text", "meta.*", "n"})
	require.NoError(t, err)
	var d Doc
	src := []byte(` { "a" : 1, "text":"h\u0065llo","turns":[{"text":"x","z":1},{"z":[1,{}]},{"q":2,"text":"y"}], "meta" : {"k":"v"}, "n":123 , "z":{}} `)
	require.NoError(t, d.ParseJSON(src, sel, DefaultLimits()))
	for i, f := range d.Fields() {
		fmt.Printf("%d %d %s %q p=%d\n", f.Rule, f.Kind, d.Path(i), d.Text(i), f.Parent)
	}
	fmt.Printf("%s\n", d.Append(nil, []byte(`"r":1`)))
	for _, s := range []string{
		`<165>1 2003-10-11T22:14:15.003Z host app 12 ID47 [ex@1 iut="3" name="a\"b"][y z="1"] hello user=bob x="q r", z=1 {"a":1}`,
		`<34>Oct 11 22:14:15 mymachine su[12]: 'su root' failed for lonvick user=a`,
		`127.0.0.1 - frank [10/Oct/2000:13:55:36 -0700] "GET /a?b=c HTTP/1.0" 200 2326 "http://r" "Moz \"x\""`,
		`ts=1 msg="hi there" err= user=bob`,
	} {
		sel, _ := NewSelector([]string{"message", "user", "syslog.sd.name", "request"})
		for _, sel := range []*Selector{All(), sel} {
			require.NoError(t, d.ParseLine([]byte(s), sel, DefaultLimits()))
			for i, f := range d.Fields() {
				fmt.Printf("%d %d %s %q p=%d\n", f.Rule, f.Kind, d.Path(i), d.Text(i), f.Parent)
			}
			fmt.Printf("%s\n", d.Append(nil, []byte(`"r":1`)))
		}
	}
}
