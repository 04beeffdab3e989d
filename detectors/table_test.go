package detectors

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestOverLines is about what stands in several lines of one text, which testdata/cases can't hold.
func TestOverLines(t *testing.T) {
	s := newSet(t, Options{})
	f := func(channel Channel, text, want string) {
		t.Helper()
		got := ""
		for _, x := range withoutNames(s.Find(nil, []byte(text), Input{Channel: channel}, NewScratch()), nil, false) {
			got += x.Type.String() + " " + text[x.Start:x.End] + "; "
		}
		require.Equal(t, want, got)
	}
	// The first line names the columns.
	f(ChannelDoc, "id;plz;ort;kennwort;geburtsdatum\n17;50667;Anderswo;sonne77;1985-03-12\n\"18\";\"50668\";\"x;y\";\"\";\"1991-07-30\"\r\n", "POSTCODE 50667; PASSWORD sonne77; DATE_OF_BIRTH 1985-03-12; POSTCODE 50668; DATE_OF_BIRTH 1991-07-30; ")
	f(ChannelLog, "id\tlogin\tpin\tstate\n17\tasha\t4821\tok\n18\t[USERNAME]\t-\tok", "USERNAME asha; PIN 4821; ")
	f(ChannelDoc, "id;pin;state;x\n17;4821;ok;9\nno table any more", "PIN 4821; ")
	f(ChannelDoc, "we had three, four, or five\nand six, seven, or eight", "")
	// A value is cut over the end of a line.
	f(ChannelDoc, "Phone: 087 123\n4567", "PHONE 087 123\n4567; ")
	f(ChannelDoc, "Card number 4111 1111\n1111 1111 is mine", "CREDIT_CARD 4111 1111\n1111 1111; ")
	f(ChannelDoc, "IBAN: IE29 AIBK 9311\n5212 3456 78", "IBAN IE29 AIBK 9311\n5212 3456 78; ")
	f(ChannelDoc, "E-mail: asha.roe@\nexample.com", "EMAIL asha.roe@\nexample.com; ")
	f(ChannelDoc, "4821 12\n17 boxes", "")
}
