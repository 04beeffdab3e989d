package pseudonym

import (
	"bytes"
	"hash/maphash"
	"strconv"
	"testing"
)

// BenchmarkAlias asks for the alias of each of 16 known values in turn.
func BenchmarkAlias(b *testing.B) {
	a := NewAliases(maphash.MakeSeed())
	types := []string{"PERSON", "PHONE", "EMAIL", "ACCOUNT_ID"}
	var values [16][]byte
	for i := range values {
		values[i] = strconv.AppendInt(nil, 447700900000+int64(i), 10)
		a.Append(nil, types[i%4], values[i])
	}
	dst := make([]byte, 0, 64)
	b.SetBytes(12)
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		dst = a.Append(dst[:0], types[i%4], values[i%16])
		i++
	}
}

func BenchmarkToken(b *testing.B) {
	k := newTokenizer(testKey())
	dst, value, d := make([]byte, 0, 64), []byte("447700900123"), acme(OriginText)
	b.SetBytes(int64(len(value)))
	b.ReportAllocs()
	for b.Loop() {
		dst = k.Append(dst[:0], d, "PHONE", 'r', value)
	}
}

func BenchmarkNext(b *testing.B) {
	text := bytes.Repeat([]byte("thanks for calling, this is the billing desk. "), 24)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if start, _ := Next(text); start >= 0 {
			b.Fatal("nothing to find")
		}
	}
}
