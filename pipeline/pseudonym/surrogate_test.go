package pseudonym

import (
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func surrogate(k *Tokenizer, typ, canonical, value string) string {
	return string(k.AppendSurrogate(nil, domain("acme", OriginText, "c1"), typ, 'c', []byte(canonical), []byte(value)))
}

// TestSurrogateForms has rows of type, canonical form, value, and the form of what stands for it.
func TestSurrogateForms(t *testing.T) {
	k := newTokenizer(testKey())
	f := func(typ, canonical, value, form string) {
		t.Helper()
		got := surrogate(k, typ, canonical, value)
		require.Regexp(t, "^(?:"+form+")$", got)
		require.NotEqual(t, value, got)
		require.Equal(t, got, surrogate(newTokenizer(testKey()), typ, canonical, value))
	}
	const name, word = `[A-Z][a-z]+`, `[a-z]+`
	f("PERSON", "jane doe", "Jane Doe", name+" "+name)
	f("PERSON", "jane doe", "jane doe", word+" "+word)
	f("PERSON", "jane doe", "JANE DOE", `[A-Z]+ [A-Z]+`)
	f("PERSON", "j. doe", "J. Doe", `[A-Z]\. `+name)
	f("PERSON", "j doe", "J DOE", `[A-Z] [A-Z]+`)
	f("PERSON", "dr. anna-maria o'brien", "Dr. Anna-Maria O'Brien", `Dr\. `+name+" "+name)
	f("PERSON", "mrs doe", "Mrs Doe", "Mx "+name)
	f("PERSON", "frau doe", "Frau Doe", name)
	f("PERSON", "jane van der berg", "Jane van der Berg", name+" "+name)
	f("PERSON", "jane's", "Jane's", name+"'s")
	f("PERSON", "jane", "J A N E", `[A-Z]+`)
	f("PERSON", "jane doe", "", word+" "+word)
	f("PERSON", "", "Jane", name)
	f("PERSON", "елена речная", "Елена Речная", `[А-Я][а-я]+ [А-Я][а-я]+`)
	f("PERSON", "王小明", "王小明", `\p{Han}{2}`)
	f("PERSON", "김민준", "김민준", `\p{Hangul}{2,3}`)
	f("PERSON", "अनु वर्मा", "अनु वर्मा", `[\p{Devanagari}]+ [\p{Devanagari}]+`)
	f("PERSON", "ليلى حداد", "ليلى حداد", `\p{Arabic}+ \p{Arabic}+`)
	f("PERSON", "さくら", "さくら", `\p{Hiragana}+`)
	f("PERSON", "αννα", "Άννα", `\[PERSON\]`)
	f("PERSON", "mr", "Mr", `\[PERSON\]`)
	f("PERSON", "123", "123", `\[PERSON\]`)

	f("EMAIL", "jane@acme.test", "Jane@acme.test", `[a-z]+\.[a-z]+\d{1,4}@example\.(com|net|org)`)
	f("USERNAME", "jdoe", "jdoe", `[a-z]+\d{1,5}`)
	f("PHONE", "+447911123456", "+44 7911 123-456", `\+44 7700 900-\d{3}`)
	f("PHONE", "07911123456", "07911 123456", `07700 900\d{3}`)
	f("PHONE", "07911123456", "oh seven nine one one", `07700900\d{3}`)
	f("PHONE", "+442071234567", "+44 (0)20 7123 4567", `\+44\d{10}`)
	f("PHONE", "02071234567", "020 7123 4567", `\d{3} \d{4} \d{4}`)
	f("PHONE", "+12125551234", "+1 (212) 555-1234", `\+1 \([2-9]\d\d\) 555-01\d\d`)
	f("PHONE", "2125551234", "212-555-1234", `[2-9]\d\d-555-01\d\d`)
	f("PHONE", "5551234", "555-1234", `555-01\d\d`)
	f("PHONE", "+33612345678", "+33 6 12 34 56 78", `\+33 6 39 98 \d\d \d\d`)
	f("PHONE", "+4915112345678", "0151 1234 5678", `017[16]\d+`)
	f("PHONE", "+447911123456", "07911 123 456", `07700 900 \d{3}`)
	f("PHONE", "+12125551234", "212.555.1234", `[2-9]\d\d\.555\.01\d\d`)
	f("PHONE", "+353861234567", "oh eight six", `\+3532091\d{5}`)
	f("PHONE", "+353861234567", "086 123 4567", `020 91\d \d{4}`)
	f("PHONE", "+919876543210", "+91 98765 43210", `\[PHONE\]`)
	f("PHONE", "12", "12", `\[PHONE\]`)
	f("PHONE", "extension", "extension", `\[PHONE\]`)
	f("IP_ADDRESS", "8.8.8.8", "8.8.8.8", `(192\.0\.2|198\.51\.100|203\.0\.113)\.\d{1,3}`)
	f("IP_ADDRESS", "2001:4860::8888", "2001:4860::8888", `2001:db8(:[0-9a-f]{1,4}){6}`)
	f("MAC_ADDRESS", "3c2204a1b2c3", "3c-22-04-a1-b2-c3", `00-00-5e-00-53-[0-9a-f]{2}`)
	f("URL", "https://acme.test/x", "https://acme.test/x", `https://example\.com/[b-t]{8}`)
	f("ADDRESS", "10 high street", "10 High Street", `\d{1,3} `+name+" "+name)
	f("LOCATION", "leeds", "LEEDS", `[A-Z]+`)
	f("ORG", "acme", "Acme", name+" "+name)
	f("ORG", "株式会社", "株式会社", `\[ORG\]`)

	for _, typ := range strings.Fields("CREDIT_CARD CARD_CVV PIN OTP PASSWORD SECRET SESSION_ID IBAN DATE_OF_BIRTH ACCOUNT_ID AGE") {
		f(typ, "4111111111111111", "4111111111111111", `\[`+typ+`\]`)
	}
	require.Equal(t, "x [PERSON]", string(k.AppendSurrogate([]byte("x "), Domain{}, "PERSON", 'r', []byte("jane doe"), []byte("Jane Doe"))))
}

// TestSurrogateAgrees: parts of a name are called as the whole is, and one value in two forms alike.
func TestSurrogateAgrees(t *testing.T) {
	k := newTokenizer(testKey())
	whole := strings.Fields(surrogate(k, "PERSON", "jane doe", "Jane Doe"))
	require.Equal(t, whole[0], surrogate(k, "PERSON", "jane", "Jane"))
	require.Equal(t, "Mx "+whole[1], surrogate(k, "PERSON", "mrs doe", "Mrs Doe"))
	require.Equal(t, strings.ToUpper(whole[0]), surrogate(k, "PERSON", "jane", "J A N E"))
	digits := regexp.MustCompile(`\D`)
	require.Equal(t, digits.ReplaceAllString(surrogate(k, "PHONE", "07911123456", "07911 123456"), ""), surrogate(k, "PHONE", "07911123456", "oh seven nine"))
}

// TestSurrogateDomains: a value has another surrogate in every tenant, sink, origin, scope and type.
func TestSurrogateDomains(t *testing.T) {
	k := newTokenizer(testKey())
	seen := map[string]string{}
	f := func(what string, d Domain, scope byte) {
		t.Helper()
		for _, typ := range []string{"URL", "EMAIL"} {
			got := string(k.AppendSurrogate(nil, d, typ, scope, []byte("jane@acme.test"), nil))
			require.Empty(t, seen[got], "as %s", what)
			seen[got] = what
		}
	}
	f("base", acme(OriginMeta), 'r')
	f("origin", acme(OriginText), 'r')
	f("tenant", domain("bolt", OriginMeta, ""), 'r')
	f("person", acme(OriginMeta), 'p')
	f("call", domain("acme", OriginMeta, "c1"), 'c')
	f("other call", domain("acme", OriginMeta, "c2"), 'c')
	f("day", domain("acme", OriginMeta, "2026-11-27"), 'd')
	sink := acme(OriginMeta)
	sink.Sink = "two"
	f("sink", sink, 'r')
	salted := acme(OriginMeta)
	salted.Salt = []byte("salt")
	f("salt", salted, 'r')

	names := map[string]bool{}
	for _, call := range strings.Split(strings.Repeat("c", 40), "") {
		names[string(k.AppendSurrogate(nil, domain("acme", OriginText, strings.Repeat(call, 1+len(names))), "PERSON", 'c', []byte("jane doe"), nil))] = true
	}
	require.Greater(t, len(names), 35, "a name is called otherwise in other calls")
}

// TestSurrogateNumbersAreReserved draws many numbers, and finds each in a range that is nobody's.
func TestSurrogateNumbersAreReserved(t *testing.T) {
	var reserved []*regexp.Regexp
	for _, f := range fictions {
		for _, form := range append(slices.Clone(f.mobile), f.fixed...) {
			reserved = append(reserved, regexp.MustCompile("^"+strings.ReplaceAll(form, "#", `\d`)+"$"))
		}
	}
	documentation := []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("198.51.100.0/24"), netip.MustParsePrefix("203.0.113.0/24"), netip.MustParsePrefix("2001:db8::/32")}
	k := newTokenizer(testKey())
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.StringMatching(`\+(1|44|33|49|353|46|61|7|91)[1-9][0-9]{7,9}`).Draw(t, "number")
		if got := surrogate(k, "PHONE", value, value); got != "[PHONE]" {
			digits := strings.TrimPrefix(got, "+")
			require.True(t, slices.ContainsFunc(reserved, func(r *regexp.Regexp) bool { return r.MatchString(digits) }), got)
			if country := general("PHONE", "country", value, ""); !strings.Contains("GG JE IM", country) {
				require.Equal(t, country, general("PHONE", "country", got, ""))
			}
		}
		address := rapid.StringMatching(`[0-9a-f:.]{1,20}`).Draw(t, "address")
		ip, err := netip.ParseAddr(surrogate(k, "IP_ADDRESS", address, address))
		require.NoError(t, err)
		require.True(t, slices.ContainsFunc(documentation, func(p netip.Prefix) bool { return p.Contains(ip) }), ip)
	})
}

// TestSurrogateShowsNothing: no word of a name is left.
func TestSurrogateShowsNothing(t *testing.T) {
	k := newTokenizer(testKey())
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.OneOf(rapid.String(), rapid.StringMatching(`(Mrs |Dr\. )?([A-Z][a-zé'-]{3,9} ){1,4}`), rapid.StringMatching(`[\p{Han}\p{Cyrillic}\p{Devanagari} ]{1,12}`)).Draw(t, "value")
		got := surrogate(k, "PERSON", strings.ToLower(value), value)
		for _, word := range strings.FieldsFunc(strings.ToLower(value), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) }) {
			if len(word) < 6 || kindOf([]byte(word)) != wordName {
				continue
			}
			// A word of the pools may be drawn, which then says nothing.
			made := slices.Contains(latinNames[:], word) || strings.Contains(strings.Join(surnameStarts[:], " "), word)
			require.False(t, !made && strings.Contains(strings.ToLower(got), word), "%q of %q in %q", word, value, got)
		}
	})
}

// TestFictionsAreOfTheirCountries holds the table against that of calling codes.
func TestFictionsAreOfTheirCountries(t *testing.T) {
	for _, f := range fictions {
		for _, form := range f.fixed {
			got := general("PHONE", "", "+"+strings.ReplaceAll(form, "#", "5"), "")
			require.Contains(t, []string{f.country, f.country + " fixed"}, got, form)
		}
		for _, form := range f.mobile {
			require.Equal(t, f.country+" mobile", general("PHONE", "", "+"+strings.ReplaceAll(form, "#", "5"), ""), form)
		}
	}
}

func FuzzSurrogate(f *testing.F) {
	f.Add("PERSON", []byte("dr. anna-maria o'brien"), []byte("Dr. Anna-Maria O'Brien"))
	f.Add("PHONE", []byte("+447911123456"), []byte("+44 7911 123-456"))
	f.Add("MAC_ADDRESS", []byte("3c2204a1b2c3"), []byte("3c-22"))
	k := newTokenizer(testKey())
	f.Fuzz(func(t *testing.T, typ string, canonical, value []byte) {
		got := surrogate(k, typ, string(canonical), string(value))
		require.Equal(t, got, surrogate(k, typ, string(canonical), string(value)))
		require.NotEmpty(t, got)
	})
}
