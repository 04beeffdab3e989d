package reveal

import (
	"testing"
	"time"
)

func BenchmarkSealRecord(b *testing.B) {
	for _, classic := range []bool{false, true} {
		name := "MLKEM768-X25519"
		if classic {
			name = "X25519"
		}
		b.Run(name, func(b *testing.B) {
			s := NewSealer(publics(testKey(b, "acme", classic)), time.Now)
			tenant, record, items := []byte("acme"), []byte(testRecord), testItems()
			dst := make([]byte, 0, 8192)
			b.ReportAllocs()
			for b.Loop() {
				var err error
				if dst, err = s.Append(dst[:0], tenant, record, items); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(len(dst)), "B/capsule")
		})
	}
}

func BenchmarkNewDataKey(b *testing.B) {
	f := func(name string, classic bool) {
		public := testKey(b, "acme", classic).Public().Bytes()
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := newDEK("acme", public, time.Time{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	f("MLKEM768-X25519", false)
	f("X25519", true)
}

func BenchmarkOpen(b *testing.B) {
	key := testKey(b, "acme", false)
	capsule := seal(b, NewSealer(publics(key), time.Now), "acme", testRecord, testItems()...)
	b.Run("first", func(b *testing.B) {
		for b.Loop() {
			if _, err := Open(capsule, nil, key); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("same data key", func(b *testing.B) {
		o := newOpener(key)
		for b.Loop() {
			c, err := Parse(capsule)
			if err != nil {
				b.Fatal(err)
			}
			if _, err := o.open(c, nil); err != nil {
				b.Fatal(err)
			}
		}
	})
}
