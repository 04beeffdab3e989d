package pseudonym

import (
	"bytes"
	"encoding/binary"
	"net/netip"
	"strings"
	"testing"

	"github.com/nyaruka/phonenumbers"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// general is AppendGeneral of a value without canonical form, behind something that is there already.
func general(typ, to, value, canonical string) string {
	out, ok := AppendGeneral([]byte("x="), typ, to, []byte(value), []byte(canonical))
	if !ok {
		if string(out) != "x=" {
			return "failed and appended " + string(out)
		}
		return "-"
	}
	return strings.TrimPrefix(string(out), "x=")
}

// TestGeneral has rows of type, to, value, canonical form, and what comes out; "-" for a value that can't be read.
func TestGeneral(t *testing.T) {
	f := func(typ, to, value, canonical, want string) {
		t.Helper()
		require.Equal(t, want, general(typ, to, value, canonical), value)
		if want != "-" {
			require.Equal(t, want, general(typ, to, want, ""), "again")
			require.Equal(t, want, general(typ, to, want, want), "again, with itself as canonical form")
		}
	}
	f("DATE", "", "3. März 2024", "2024-03-03", "2024-03")
	f("DATE", "month", "the third of March nineteen eighty four", "1984-03-03", "1984-03")
	f("DATE", "day", "2024-03-03T12:10:20Z", "2024-03-03", "2024-03-03")
	f("DATE", "hour", "2024-03-03T12:10:20.123Z", "", "2024-03-03T12:00:00Z")
	f("DATE", "hour", "2024-03-03T12:10:20+05:30", "2024-03-03", "2024-03-03T12:00:00+05:30")
	f("DATE", "minute", "2024-03-03 12:10:20", "", "2024-03-03T12:10:00")
	f("DATE", "minute", "12 March 2024 5:07 pm", "", "2024-03-12T17:07:00")
	f("DATE", "minute", "2024-03-03", "", "2024-03-03")
	f("DATE", "quarter", "31/05/2024", "", "2024-Q2")
	f("DATE", "quarter", "2024", "", "2024")
	f("DATE", "year", "03/04/1984", "?1984-04-03", "1984")
	f("DATE", "month", "03/04/1984", "?1984-04-03", "1984")
	f("DATE", "month", "03/03/1984", "", "1984-03")
	f("DATE", "month", "3.4.84", "", "1984-04")
	f("DATE", "decade", "12 3 85", "1985-03-12", "1980s")
	f("DATE", "month", "twelfth of november", "--11-12", "--11")
	f("DATE", "year", "twelfth of november", "--11-12", "-")
	f("DATE", "month", "20240303", "20240303", "2024-03")
	f("DATE", "month", "12031985", "?1985-03-12", "1985")
	f("DATE", "hour", "1709467820", "", "2024-03-03T12:00:00Z")
	f("DATE", "hour", "1709467820123", "", "2024-03-03T12:00:00Z")
	f("DATE", "month", "next Tuesday", "", "-")
	f("DATE", "month", "2024-13-03", "", "-")
	f("DATE", "month", "30 February 2024", "", "-")
	f("DATE", "month", "", "", "-")
	f("DATE", "century", "2024-03-03", "", "-")
	f("DATE_OF_BIRTH", "", "12.11.1980", "1980-11-12", "1980")
	f("TIME", "", "14:35:10", "", "14:00")
	f("TIME", "minute", "2:35 pm", "", "14:35")
	f("TIME", "part", "23:59", "", "evening")
	f("TIME", "", "25:00", "", "-")
	f("TIME", "part", "70:00", "", "-")

	f("AGE", "", "forty two", "42", "40-49")
	f("AGE", "5", "42", "42", "40-44")
	f("AGE", "", "7", "", "0-9")
	f("AGE", "", "89", "", "80-89")
	f("AGE", "5", "90", "", "90+")
	f("AGE", "", "104", "", "90+")
	f("AGE", "", "42 years", "", "40-49")
	f("AGE", "", "142", "", "-")
	f("AGE", "", "old", "", "-")
	require.Equal(t, "40-49", general("AGE", "10", "40-44", ""))
	require.Equal(t, "40-49", general("AGE", "5", "40-49", ""), "no finer than it was")

	f("POSTCODE", "", "s w one a one a a", "SW1A1AA", "SW")
	f("POSTCODE", "district", "SW1A 1AA", "SW1A1AA", "SW1A")
	f("POSTCODE", "district", "m1 1ae", "", "M1")
	f("POSTCODE", "district", "EC1A 1BB", "", "EC1A")
	f("POSTCODE", "", "B33 8TH", "", "B")
	f("POSTCODE", "district", "GIR 0AA", "", "GIR")
	f("POSTCODE", "", "90210-1234", "902101234", "90")
	f("POSTCODE", "district", "90210", "", "902")
	f("POSTCODE", "district", "03601", "", "03")
	f("POSTCODE", "", "560001", "560001", "56")
	f("POSTCODE", "", "10115", "", "10")
	f("POSTCODE", "", "1012 AB", "1012AB", "1")
	f("POSTCODE", "district", "1012 AB", "1012AB", "10")
	f("POSTCODE", "", "1010", "", "1")
	f("POSTCODE", "", "00-950", "", "00")
	f("POSTCODE", "", "1000-205", "1000205", "10")
	f("POSTCODE", "district", "D02 X285", "D02X285", "D02")
	f("POSTCODE", "", "D02 X285", "D02X285", "D")
	f("POSTCODE", "", "A65 F4E2", "", "A")
	f("POSTCODE", "district", "K1A 0B1", "", "K1A")
	f("POSTCODE", "", "LV-1010", "", "LV")
	f("POSTCODE", "district", "LV-1010", "", "LV10")
	f("POSTCODE", "", "VLT 1117", "", "VLT")
	f("POSTCODE", "", "somewhere", "", "-")
	f("POSTCODE", "", "12345678901", "", "-")

	f("IP_ADDRESS", "", "203.0.113.77", "203.0.113.77", "203.0.113.0/24")
	f("IP_ADDRESS", "wide", "203.0.113.77", "", "203.0.0.0/16")
	f("IP_ADDRESS", "", "010.001.002.003", "", "10.1.2.0/24")
	f("IP_ADDRESS", "", "10.1.2.3/8", "10.1.2.3", "10.0.0.0/8")
	f("IP_ADDRESS", "", "2001:db8:1:2::3", "", "2001:db8:1::/48")
	f("IP_ADDRESS", "wide", "2001:DB8:1:2::3", "", "2001:db8::/32")
	f("IP_ADDRESS", "", "2001:db8::3", "", "2001:db8::/48")
	f("IP_ADDRESS", "", "::ffff:203.0.113.77", "", "203.0.113.0/24")
	f("IP_ADDRESS", "", "::FFFF:cb00:714d", "", "203.0.113.0/24")
	f("IP_ADDRESS", "", "2002:cb00:714d::1", "", "2002:cb00:7100::/40")
	f("IP_ADDRESS", "", "fe80::1%eth0", "fe80::1", "fe80::/48")
	f("IP_ADDRESS", "", "::1", "", "::/48")
	f("IP_ADDRESS", "", "203.0.113", "", "-")
	f("IP_ADDRESS", "", "203.0.113.256", "", "-")
	f("IP_ADDRESS", "", "1:2:3", "", "-")

	f("PHONE", "", "oh seven seven", "+447700900123", "GB mobile")
	f("PHONE", "", "+44 (0)20 7946 0018 ext 12", "", "GB fixed")
	f("PHONE", "country", "0044 7700 900123", "", "GB")
	f("PHONE", "", "+1 212 555 0123", "", "US")
	f("PHONE", "", "+1 416 555 0123", "", "CA")
	f("PHONE", "", "+1 800 555 0123", "", "US freephone")
	f("PHONE", "", "+91 98765 43210", "", "IN mobile")
	f("PHONE", "", "+91 80 2234 5678", "", "IN fixed")
	f("PHONE", "", "+55 11 98765 4321", "", "BR mobile")
	f("PHONE", "", "+55 11 3765 4321", "", "BR fixed")
	f("PHONE", "", "+44 1481 960 194", "", "GG fixed")
	f("PHONE", "", "+262 639 123456", "", "YT mobile")
	f("PHONE", "", "+7 701 234 5678", "", "KZ mobile")
	f("PHONE", "", "+229 90 01 12 34", "", "BJ")
	f("PHONE", "", "07700 900123", "07700900123", "-")
	f("PHONE", "", "+999 123 4567", "", "-")
	f("PHONE", "", "+44", "", "-")
	require.Equal(t, "GB", general("PHONE", "country", "GB mobile", ""))
	f("IBAN", "", "gb82 west 1234", "GB82WEST12345698765432", "GB")

	f("PERSON", "", "Jane", "jane", "-")
	for _, never := range strings.Fields("CREDIT_CARD CARD_CVV PIN OTP PASSWORD SECRET SESSION_ID") {
		require.Empty(t, Generalisations(never))
		f(never, "", "4111", "4111", "-")
	}
}

// TestGeneralFields has the same rows for what is found in fields only.
func TestGeneralFields(t *testing.T) {
	f := func(typ, to, value, want string) {
		t.Helper()
		require.Equal(t, want, general(typ, to, value, ""), value)
		if want != "-" {
			require.Equal(t, want, general(typ, to, want, ""), "again")
		}
		require.Equal(t, "["+typ+"]", string(AppendGeneralText(nil, typ, to, []byte(value), nil)))
	}
	f("AMOUNT", "", "£1,234.56", "GBP 1000-4999")
	f("AMOUNT", "", "1.234,56 €", "EUR 1000-4999")
	f("AMOUNT", "", "Rs 1,20,000", "INR 100000-499999")
	f("AMOUNT", "", "$0.99", "$ 0-9")
	f("AMOUNT", "", "-49.5", "-10-49")
	f("AMOUNT", "", "1.234", "0-9")
	f("AMOUNT", "", "1.234 €", "EUR 1000-4999")
	f("AMOUNT", "magnitude", "4321", "1000-9999")
	f("AMOUNT", "", "12 345 678 kr", "kr 1000000+")
	f("AMOUNT", "", "twelve", "-")
	f("AMOUNT", "", "99999999999999999999999", "-")
	f("DURATION", "", "754", "5-14 min")
	f("DURATION", "duration-ms", "754", "0-9 s")
	f("DURATION", "", "1:12:34", "1-3 h")
	f("DURATION", "", "00:45", "30-59 s")
	f("DURATION", "", "PT1H2M3S", "1-3 h")
	f("DURATION", "", "2m3.5s", "1-4 min")
	f("DURATION", "", "25 h", "1 d+")
	f("DURATION", "", "a while", "-")

	f("USER_AGENT", "", "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", "Firefox 128")
	f("USER_AGENT", "", "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36 Edg/126.0.2592.87", "Edge 126")
	f("USER_AGENT", "family", "Mozilla/5.0 (iPhone) AppleWebKit/605.1.15 Version/17.5 Mobile/15E148 Safari/604.1", "Safari")
	f("USER_AGENT", "", "Asterisk PBX 16.2.1", "Asterisk 16")
	f("USER_AGENT", "", "janes-dialler/3", "other")
	f("USER_AGENT", "", "", "-")
	f("URL", "", "https://jane:pw@api.example.com/v2/users/jane.doe/orders/77?token=1#x", "/v2/users/:x/orders/:x")
	f("URL", "site", "https://jane:pw@api.example.com:8443/v2/users/jane", "https://api.example.com:8443/v2/users/:x")
	f("URL", "", "www.example.com", "/")
	f("PATH", "", "/api/v1/calls/8a1f/transcript", "/api/v1/calls/:x/transcript")
	f("PATH", "", "/john/smith/", "/:x/:x/")
	f("PATH", "", "no path", "-")
	f("NUMBER", "amount", "120", "100-499")

}

// TestGeneralIsIdempotent makes values of all kinds coarser twice, in every way, one after another: the second time nothing is finer.
func TestGeneralIsIdempotent(t *testing.T) {
	values := map[string]*rapid.Generator[string]{
		"DATE":       rapid.OneOf(rapid.StringMatching(`[12][0-9]{3}-[01][0-9]-[0-3][0-9](T[0-2][0-9]:[0-5][0-9](:[0-5][0-9])?Z?)?`), rapid.StringMatching(`[0-3]?[0-9][./-][01]?[0-9][./-]([12][0-9])?[0-9]{2}`)),
		"AGE":        rapid.StringMatching(`[0-9]{1,3}( years)?`),
		"POSTCODE":   rapid.OneOf(rapid.StringMatching(`[A-Z]{1,2}[0-9][0-9A-Z]? [0-9][A-Z]{2}`), rapid.StringMatching(`[0-9]{3,9}( ?[A-Z]{2})?`), rapid.StringMatching(`[A-Z0-9]{1,8}`)),
		"IP_ADDRESS": rapid.OneOf(rapid.StringMatching(`[12]?[0-9]{1,2}(\.[12]?[0-9]{1,2}){3}(/[0-9]{1,2})?`), rapid.StringMatching(`[0-9a-f]{1,4}(:[0-9a-f]{1,4}){7}`), rapid.StringMatching(`[0-9a-f:.]{2,20}`)),
		"PHONE":      rapid.StringMatching(`\+[1-9][0-9]{6,14}`),
		"AMOUNT":     rapid.StringMatching(`(-|£|GBP |)[0-9]{1,3}([,. ]?[0-9]{3}){0,3}([.,][0-9]{2})?( €)?`),
		"DURATION":   rapid.OneOf(rapid.StringMatching(`[0-9]{1,7}`), rapid.StringMatching(`[0-9]{1,2}(:[0-5][0-9]){1,2}`)),
		"USER_AGENT": rapid.OneOf(rapid.String(), rapid.StringMatching(`(Chrome|Firefox|curl|Zoiper)[ /][0-9]{1,3}`)),
		"URL":        rapid.StringMatching(`(https?://[a-z.]{1,12})?(/[a-zA-Z0-9:@.-]{0,8}|/users|/v1){0,5}(\?[a-z=]*)?`),
		"IBAN":       rapid.StringMatching(`[A-Z]{2}[0-9]{2}[A-Z0-9]{4,20}`),
	}
	rapid.Check(t, func(t *rapid.T) {
		typ := rapid.SampledFrom([]string{"DATE", "AGE", "POSTCODE", "IP_ADDRESS", "PHONE", "AMOUNT", "DURATION", "USER_AGENT", "URL", "IBAN"}).Draw(t, "type")
		to := rapid.SampledFrom(Generalisations(typ)).Draw(t, "to")
		value := values[typ].Draw(t, "value")
		once := general(typ, to, value, "")
		if once == "-" {
			return
		}
		require.Equal(t, once, general(typ, to, once, ""), "%s to %s: %q", typ, to, value)
		require.Equal(t, once, general(typ, to, value, once), "canonical form coarser than the value")
	})
}

// TestNetworksAgainstNetip compares the readers of addresses with the library's.
// TestAgentsAgainstOracle looks for one agent after the other, each in the whole value.
func TestAgentsAgainstOracle(t *testing.T) {
	oracle := func(value []byte, version bool) []byte {
		for _, a := range agents {
			rest, found := bytes.CutPrefix(value, []byte(a.family))
			found = found && (len(rest) == 0 || rest[0] == ' ' && len(rest) > 1 && digitsAt(rest, 1) == len(rest)-1)
			if found && len(rest) > 0 {
				rest = rest[1:]
			}
			if !found {
				_, rest, found = bytes.Cut(value, []byte(a.mark))
			}
			if !found {
				continue
			}
			if n := digitsAt(rest, 0); version && n > 0 && n <= 4 {
				return []byte(a.family + " " + string(rest[:n]))
			}
			return []byte(a.family)
		}
		return []byte("other")
	}
	pieces := []string{" ", "1", "12345", "(X11; rv:128.0)", "/"}
	for _, a := range agents {
		pieces = append(pieces, a.mark, a.family, a.mark[:len(a.mark)-1])
	}
	rapid.Check(t, func(t *rapid.T) {
		value := []byte(strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 1, 8).Draw(t, "pieces"), ""))
		version := rapid.Bool().Draw(t, "version")
		got, ok := agentTo(nil, value, version)
		require.True(t, ok)
		require.Equal(t, string(oracle(value, version)), string(got))
	})
}

func TestNetworksAgainstNetip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(
			rapid.Map(rapid.SliceOfN(rapid.OneOf(rapid.Byte(), rapid.Just(byte(0))), 16, 16), func(b []byte) string { return netip.AddrFrom16([16]byte(b)).String() }),
			rapid.Map(rapid.Uint32(), func(v uint32) string { return netip.AddrFrom4([4]byte(binary.BigEndian.AppendUint32(nil, v))).String() }),
			rapid.StringMatching(`[0-9a-fA-F:]{0,12}(::)?[0-9a-fA-F:.]{0,16}`)).Draw(t, "address")
		want, err := netip.ParseAddr(text)
		if got, ok := readIPv6([]byte(text)); err == nil && want.Is6() {
			require.True(t, ok)
			for i, group := range got {
				b := want.As16()
				require.Equal(t, binary.BigEndian.Uint16(b[2*i:]), group)
			}
		} else {
			require.False(t, ok, text)
		}
		if err != nil || want.Is6() && netip.PrefixFrom(want, 16).Masked().Addr() == netip.MustParseAddr("2002::") {
			return
		}
		bits := 48
		if want = want.Unmap(); want.Is4() {
			bits = 24
		}
		network, err := want.Prefix(bits)
		require.NoError(t, err)
		require.Equal(t, network.String(), general("IP_ADDRESS", "", text, ""))
	})
}

// TestPhoneAgainstOracle compares countries and kinds of lines with libphonenumber's, on its example numbers of every region.
func TestPhoneAgainstOracle(t *testing.T) {
	agree, kinds := 0, 0
	var differ []string
	for region := range phonenumbers.GetSupportedRegions() {
		for kind := phonenumbers.FIXED_LINE; kind <= phonenumbers.UAN; kind++ {
			example := phonenumbers.GetExampleNumberForType(region, kind)
			if example == nil || phonenumbers.GetRegionCodeForNumber(example) != region {
				continue
			}
			got := general("PHONE", "", phonenumbers.Format(example, phonenumbers.E164), "")
			country, line, _ := strings.Cut(got, " ")
			want := phonenumbers.GetNumberType(example)
			fits := map[phonenumbers.PhoneNumberType]string{phonenumbers.FIXED_LINE: "fixed", phonenumbers.MOBILE: "mobile",
				phonenumbers.FIXED_LINE_OR_MOBILE: "", phonenumbers.TOLL_FREE: "freephone", phonenumbers.PREMIUM_RATE: "premium", phonenumbers.SHARED_COST: "premium"}
			wanted, person := fits[want]
			person = person && want <= phonenumbers.FIXED_LINE_OR_MOBILE
			if line != "" && person {
				kinds++
			}
			switch region { // an island that shares its plan with a larger one, and a short number
			case "BL", "MF", "IR":
				continue
			}
			if country == region && (line == "" || !person || line == wanted || wanted == "") {
				agree++
				continue
			}
			differ = append(differ, region+" "+phonenumbers.Format(example, phonenumbers.E164)+" is "+wanted+", not "+got)
		}
	}
	require.Greater(t, agree, 700)
	require.Greater(t, kinds, 200)
	require.Empty(t, differ)
}
