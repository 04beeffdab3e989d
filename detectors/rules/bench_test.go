package rules

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func BenchmarkFind(b *testing.B) {
	s, err := Parse(testOptions(), sample(b, "example.yaml"))
	require.NoError(b, err)
	clean := strings.Repeat("the parcel is at the depot and will be with you in the morning, as we said before. ", 50)
	for name, text := range map[string]string{"clean": clean, "dense": strings.Repeat("account AC-1234-5674, ext. 4711. ", 100)} {
		b.Run(name, func(b *testing.B) {
			m := NewScratch()
			var dst []Match
			text := []byte(text)
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				dst = s.Find(dst[:0], text, nil, "call", m)
			}
		})
	}
}

func BenchmarkKnown(b *testing.B) {
	values := []KnownValue{{"PERSON", []byte("Jane Quillfeather")}, {"PHONE", []byte("+44 20 7946 0123")}, {"EMAIL", []byte("jane@example.com")}}
	k, err := NewKnown(values)
	require.NoError(b, err)
	text := scanned(strings.Repeat("so jane, is it still 020 7946 0123 or shall we write to you instead? ", 10))
	b.Run("new", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if k, err = NewKnown(values); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("find", func(b *testing.B) {
		var dst []KnownMatch
		b.SetBytes(int64(len(text.Bytes)))
		b.ReportAllocs()
		for b.Loop() {
			dst = k.Find(dst[:0], text)
		}
	})
}
