package pseudonym

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// operators are ready to be run on a value of their kind, appending to what they are given.
func operators() []struct {
	name string
	run  func(dst []byte) []byte
} {
	k := newTokenizer(testKey())
	d, call := acme(OriginMeta), domain("acme", OriginText, "c1")
	general := func(typ, to, value, canonical string) func([]byte) []byte {
		v, c := []byte(value), []byte(canonical)
		return func(dst []byte) []byte {
			dst, _ = AppendGeneral(dst, typ, to, v, c)
			return dst
		}
	}
	phone, e164, digits, code := []byte("07911 123456"), []byte("+447911123456"), []byte("4929123456789012"), []byte("ab12-cd34-ef56")
	iso, written, subject := []byte("2024-03-31"), []byte("Sunday, 31st of March 2024"), []byte("447700900123")
	name, canonical, mail := []byte("Jane Doe"), []byte("jane doe"), []byte("jane@acme.test")
	age := []byte("42")
	return []struct {
		name string
		run  func(dst []byte) []byte
	}{
		{"mask", func(dst []byte) []byte { return AppendMask(dst, phone, 0, 4) }},
		{"generalise/age", general("AGE", "", "42", "42")},
		{"generalise/date", general("DATE", "", "3. März 2024", "2024-03-03")},
		{"generalise/time", general("DATE", "hour", "2024-03-03T12:10:20Z", "")},
		{"generalise/postcode", general("POSTCODE", "", "SW1A 1AA", "SW1A1AA")},
		{"generalise/ipv4", general("IP_ADDRESS", "", "203.0.113.77", "203.0.113.77")},
		{"generalise/ipv6", general("IP_ADDRESS", "", "2001:db8:1:2::3", "2001:db8:1:2::3")},
		{"generalise/phone", general("PHONE", "", "07911 123456", "+447911123456")},
		{"generalise/amount", general("AMOUNT", "", "£1,234.56", "")},
		{"generalise/duration", general("DURATION", "", "754", "")},
		{"generalise/agent", general("USER_AGENT", "", "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", "")},
		{"generalise/route", general("PATH", "", "/api/v1/calls/8a1f/transcript", "")},
		{"generalise/text", func(dst []byte) []byte { return AppendGeneralText(dst, "AGE", "", age, age) }},
		{"shift/iso", func(dst []byte) []byte { return k.AppendShifted(dst, d, subject, 100, iso) }},
		{"shift/written", func(dst []byte) []byte { return k.AppendShifted(dst, d, subject, 100, written) }},
		{"surrogate/person", func(dst []byte) []byte { return k.AppendSurrogate(dst, call, "PERSON", 'c', canonical, name) }},
		{"surrogate/phone", func(dst []byte) []byte { return k.AppendSurrogate(dst, call, "PHONE", 'c', e164, phone) }},
		{"surrogate/email", func(dst []byte) []byte { return k.AppendSurrogate(dst, call, "EMAIL", 'c', mail, mail) }},
		{"fpe/16-digits", func(dst []byte) []byte { return k.AppendFPE(dst, d, "ACCOUNT_ID", 'r', digits) }},
		{"fpe/12-letters", func(dst []byte) []byte { return k.AppendFPE(dst, d, "ACCOUNT_ID", 'r', code) }},
	}
}

func TestOperatorAllocations(t *testing.T) {
	dst := make([]byte, 0, 128)
	for _, o := range operators() {
		require.NotEmpty(t, o.run(dst))
		require.Zero(t, testing.AllocsPerRun(100, func() { o.run(dst) }), o.name)
	}
}

func BenchmarkOperator(b *testing.B) {
	dst := make([]byte, 0, 128)
	for _, o := range operators() {
		b.Run(o.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				o.run(dst)
			}
		})
	}
}

// BenchmarkOperatorText rewrites 1 KB of text with ten findings, by each operator: what replacing adds to searching.
func BenchmarkOperatorText(b *testing.B) {
	text := make([]byte, 1024)
	for i := range text {
		text[i] = 'a' + byte(i%26)
	}
	dst := make([]byte, 0, 2048)
	for _, o := range operators() {
		b.Run(o.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				dst = dst[:0]
				for i := range 10 {
					dst = o.run(append(dst, text[i*100:i*100+88]...))
				}
				dst = append(dst, text[1000:]...)
			}
		})
	}
}
