package detectors

import (
	"cmp"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/nyaruka/phonenumbers"
	"github.com/stretchr/testify/require"
)

// oracleLine is what the oracle says that a national number is, in our words.
func oracleLine(code int, national string) lineType {
	country, value, zeros := int32(code), uint64(0), int32(0)
	for i, c := range national {
		if value == 0 && c == '0' && i < len(national)-1 {
			zeros++
		}
		value = value*10 + uint64(c-'0')
	}
	n := &phonenumbers.PhoneNumber{CountryCode: &country, NationalNumber: &value}
	if leading := zeros > 0; leading {
		n.ItalianLeadingZero, n.NumberOfLeadingZeros = &leading, &zeros
	}
	switch phonenumbers.GetNumberType(n) {
	case phonenumbers.UNKNOWN:
		return lineNone
	case phonenumbers.FIXED_LINE:
		return lineFixed
	case phonenumbers.MOBILE:
		return lineMobile
	case phonenumbers.FIXED_LINE_OR_MOBILE:
		return lineEither
	case phonenumbers.TOLL_FREE:
		return lineFree
	case phonenumbers.PREMIUM_RATE, phonenumbers.SHARED_COST:
		return linePremium
	}
	return lineOther
}

// sameLine says whether two answers agree in what matters: in use or not, mobile, fixed, or something else.
func sameLine(a, b lineType) bool {
	kind := func(l lineType) string {
		switch l {
		case lineUnknown, lineNone:
			return "none"
		case lineFixed:
			return "fixed"
		case lineMobile:
			return "mobile"
		case lineEither:
			return "fixed mobile"
		}
		return "other"
	}
	return strings.Contains(kind(a), kind(b)) || strings.Contains(kind(b), kind(a))
}

// oracleExamples are the oracle's example numbers of a region, without their calling code. Those that people have come
// several times.
func oracleExamples(region string) (examples []string) {
	for kind := phonenumbers.FIXED_LINE; kind <= phonenumbers.UAN; kind++ {
		if e := phonenumbers.GetExampleNumberForType(region, kind); e != nil {
			s := phonenumbers.GetNationalSignificantNumber(e)
			if examples = append(examples, s); kind <= phonenumbers.FIXED_LINE_OR_MOBILE {
				examples = append(examples, s, s, s)
			}
		}
	}
	return examples
}

// nationalNumber makes a number for a region: a third are digits at random, a third have the first half of an example, a
// third have up to three digits of one changed; some are a digit shorter or longer.
func nationalNumber(rng *rand.Rand, examples []string) string {
	b := []byte(examples[rng.IntN(len(examples))])
	digit := func() byte { return byte('0' + rng.IntN(10)) }
	switch rng.IntN(3) {
	case 0:
		for i := range b {
			b[i] = digit()
		}
	case 1:
		for i := len(b) / 2; i < len(b); i++ {
			b[i] = digit()
		}
	default:
		for range 1 + rng.IntN(3) {
			b[rng.IntN(len(b))] = digit()
		}
	}
	switch rng.IntN(10) {
	case 0:
		b = b[:len(b)-1]
	case 1:
		b = append(b, digit())
	}
	return string(b)
}

// TestPlansAgreeWithOracle compares what the plans say of generated numbers with what another implementation says: in use
// or not, mobile, fixed or something else.
func TestPlansAgreeWithOracle(t *testing.T) {
	x := numbering()
	for _, group := range []struct {
		regions string
		floor   float64
	}{
		{"IN GB US CA AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE", 0.99},
		{"NO CH AU NZ SG AE ZA BR MX JP CN PK BD NG KE PH TR IL UA", 0.97},
	} {
		for region := range strings.FieldsSeq(group.regions) {
			t.Run(region, func(t *testing.T) {
				const count = 4000
				code := phonenumbers.GetCountryCodeForRegion(region)
				rng := rand.New(rand.NewPCG(uint64(code), uint64(region[0])))
				examples := oracleExamples(region)
				same, inUse, wrong := 0, 0, map[string]int{}
				for range count {
					national := nationalNumber(rng, examples)
					want, got := oracleLine(code, national), x.judge(x.codes[code]-1, []byte(national)).line
					if want != lineNone {
						inUse++
					}
					if sameLine(got, want) {
						same++
					} else {
						wrong[national[:3]+" of "+strconv.Itoa(len(national))]++
					}
				}
				share := float64(same) / count
				t.Logf("%s %.4f, %.2f of them in use", region, share, float64(inUse)/count)
				if os.Getenv("TACET_MISSES") != "" {
					prefixes := slices.Collect(func(yield func(string) bool) {
						for k := range wrong {
							_ = yield(k)
						}
					})
					slices.SortFunc(prefixes, func(a, b string) int { return cmp.Or(wrong[b]-wrong[a], cmp.Compare(a, b)) })
					for _, k := range prefixes[:min(20, len(prefixes))] {
						t.Logf("%5d %s", wrong[k], k)
					}
				}
				require.GreaterOrEqual(t, share, group.floor)
			})
		}
	}
}

// TestEveryCountryHasAPlan holds the list of calling codes, and the lengths where there is no more than those.
func TestEveryCountryHasAPlan(t *testing.T) {
	x := numbering()
	regions := 0
	for region := range phonenumbers.GetSupportedRegions() {
		regions++
		code := phonenumbers.GetCountryCodeForRegion(region)
		require.NotZero(t, x.codes[code], "+%d", code)
		for _, national := range oracleExamples(region) {
			r := x.judge(x.codes[code]-1, []byte(national))
			if oracleLine(code, national) != lineOther {
				require.NotEqual(t, fitNone, r.fit, "%s %s", region, national)
			}
		}
	}
	require.Greater(t, regions, 200)
	for code := range phonenumbers.GetSupportedGlobalNetworkCallingCodes() {
		require.NotZero(t, x.codes[code], "+%d", code)
	}
}

// TestOneFormForEveryWriting reads the oracle's examples as they are dialled inside the country and from outside, and wants
// its canonical form of both.
func TestOneFormForEveryWriting(t *testing.T) {
	x := numbering()
	digits := func(s string) []byte {
		return slices.DeleteFunc([]byte(s), func(c byte) bool { return c < '0' || c > '9' })
	}
	count := 0
	for region := range strings.FieldsSeq("IN GB US CA AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE " +
		"NO CH AU NZ SG AE ZA MX JP PK NG KE PH TR IL UA") {
		for _, kind := range []phonenumbers.PhoneNumberType{phonenumbers.MOBILE, phonenumbers.FIXED_LINE} {
			e := phonenumbers.GetExampleNumberForType(region, kind)
			want := phonenumbers.Format(e, phonenumbers.E164)
			r := x.international(digits(phonenumbers.Format(e, phonenumbers.INTERNATIONAL)))
			require.Equal(t, fitValid, r.fit, want)
			require.Equal(t, want, string(x.appendE164(nil, r)))
			national := digits(phonenumbers.Format(e, phonenumbers.NATIONAL))
			r = x.national(national, x.region(region))
			require.Equal(t, fitValid, r.fit, "%s %s", region, national)
			require.Equal(t, want, string(x.appendE164(nil, r)), "%s %s", region, national)
			require.Equal(t, fitValid, x.national(national, 0).fit, "%s %s", region, national)
			count++
		}
	}
	require.Greater(t, count, 90)
}

func TestInternational(t *testing.T) {
	x := numbering()
	for _, c := range []struct {
		digits, e164, country string
		fit                   fit
		line                  lineType
	}{
		{"919876543210", "+919876543210", "IN", fitValid, lineMobile},
		{"911123456789", "+911123456789", "IN", fitValid, lineFixed},
		{"447700900123", "+447700900123", "GB", fitValid, lineMobile},
		{"4402079460958", "+442079460958", "GB", fitValid, lineFixed}, // +44 (0)20 7946 0958
		{"447781123456", "+447781123456", "GG", fitValid, lineMobile},
		{"12025550143", "+12025550143", "US", fitValid, lineEither},
		{"16135550143", "+16135550143", "CA", fitValid, lineEither},
		{"18765550143", "+18765550143", "JM", fitValid, lineEither},
		{"18005550143", "+18005550143", "US", fitValid, lineFree},
		{"12115550143", "+12115550143", "US", fitPossible, lineNone}, // 211 is a service, no area
		{"390612345678", "+390612345678", "IT", fitValid, lineFixed}, // the zero stays
		{"2250700000000", "+2250700000000", "CI", fitPossible, lineUnknown},
		{"4477009001234", "+4477009001234", "GB", fitNone, lineNone},
		{"2101234567", "", "", fitNone, lineNone}, // no such calling code
		{"0000000000", "", "", fitNone, lineNone},
		{"4", "", "", fitNone, lineNone},
		{"", "", "", fitNone, lineNone},
	} {
		r := x.international([]byte(c.digits))
		require.Equal(t, []any{c.fit, c.line, c.country}, []any{r.fit, r.line, r.country.String()}, c.digits)
		if c.e164 != "" {
			require.Equal(t, c.e164, string(x.appendE164(nil, r)))
		}
	}
}

func TestNational(t *testing.T) {
	x := numbering()
	for _, c := range []struct {
		digits, regions, country string
		fit                      fit
		line                     lineType
	}{
		{"9876543210", "", "IN", fitValid, lineMobile},
		{"9876543210", "in", "IN", fitValid, lineMobile},
		{"09876543210", "in", "IN", fitValid, lineMobile},
		{"9876543210", "gb", "GB", fitValid, linePremium}, // 0987 654 3210
		{"07700900123", "gb", "GB", fitValid, lineMobile},
		{"7700900123", "gb", "GB", fitValid, lineMobile}, // the zero gets lost in spreadsheets
		{"07700900123", "in gb", "IN", fitValid, lineMobile},
		{"02079460958", "gb", "GB", fitValid, lineFixed},
		{"2025550143", "us", "US", fitValid, lineEither},
		{"12025550143", "us", "US", fitValid, lineEither},
		{"2025550143", "ca", "US", fitValid, lineEither},
		{"0102030405", "fr", "FR", fitValid, lineFixed},
		{"06205550143", "hu", "HU", fitValid, lineMobile},
		{"12", "gb", "", fitNone, lineNone},
		{"123456789012345678", "gb", "", fitNone, lineNone},
	} {
		chosen := uint64(0)
		for code := range strings.FieldsSeq(c.regions) {
			chosen |= x.region(code)
		}
		r := x.national([]byte(c.digits), chosen)
		require.Equal(t, []any{c.fit, c.line, c.country}, []any{r.fit, r.line, r.country.String()}, "%s in %q", c.digits, c.regions)
	}
	require.Zero(t, x.region(""))
	require.Zero(t, x.region("zz"))
	require.Zero(t, x.region("ru")) // only its lengths are known
}

func TestLookupsDoNotAllocate(t *testing.T) {
	x, d, out := numbering(), []byte("4407700900123"), make([]byte, 0, 32)
	require.Zero(t, testing.AllocsPerRun(100, func() {
		_ = x.national(d[2:], 0)
		_ = x.appendE164(out, x.international(d))
	}))
}

func TestReadPlans(t *testing.T) {
	_, err := readPlans(planTable[:])
	require.NoError(t, err)
	for k, p := range numbering().plans {
		require.Equal(t, k < 64 && planTable[k].ranges != "", p.root != 0, "+%s: plans with ranges stand first", p.code)
	}
	for _, c := range []struct {
		text planText
		want string
	}{
		{planText{"x", "XX", "", "5", ""}, "calling code"},
		{planText{"1234", "XX", "", "5", ""}, "calling code"},
		{planText{"12", "X", "", "5", ""}, "country"},
		{planText{"12", "XX", "", "16", ""}, "lengths"},
		{planText{"12", "XX", "", "9-8", ""}, "lengths"},
		{planText{"12", "XX", "", "5", "y5: 1"}, "unknown line type"},
		{planText{"12", "XX", "", "5", "m0: 1"}, "lengths"},
		{planText{"12", "XX", "", "5", "12"}, "no line type"},
		{planText{"12", "XX", "", "5", "m5: 1?"}, "unknown character"},
		{planText{"12", "XX", "", "5", "m5: [1-"}, "class"},
		{planText{"12", "XX", "", "5", "m5: [3-1]"}, "class"},
		{planText{"12", "XX", "", "5", "m5: xxxxxxx"}, "too many ranges"},
	} {
		_, err := readPlans([]planText{c.text})
		require.ErrorContains(t, err, c.want)
	}
	_, err = readPlans([]planText{{"12", "XX", "", "5", ""}, {"12", "YY", "", "5", ""}})
	require.Error(t, err)
}
