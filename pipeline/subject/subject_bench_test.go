package subject

import (
	"testing"
	"time"

	"github.com/sonexlabs/tacet/pipeline/pseudonym/keyring"
)

const benchIDs = 1_000_000

func benchList(b *testing.B) *List {
	l := NewList(0)
	l.loaded.Store(true)
	for n := range uint64(benchIDs) {
		if err := l.Apply(update("acme", idOf(n), Erase)); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportAllocs()
	b.ResetTimer()
	return l
}

func BenchmarkMatchHit(b *testing.B) {
	l, tenant, at := benchList(b), []byte("acme"), time.Time{}
	n, wrong := uint64(0), 0
	for b.Loop() {
		if n++; n == benchIDs {
			n = 0
		}
		if e, ok := l.Match(tenant, idOf(n)); !ok || !e.Erases(at) {
			wrong++
		}
	}
	b.ReportMetric(float64(sizeOf(l))/benchIDs, "B/id")
	if wrong > 0 {
		b.Fatal(wrong)
	}
}

func BenchmarkMatchMiss(b *testing.B) {
	l, tenant := benchList(b), []byte("acme")
	n, wrong := uint64(benchIDs), 0
	for b.Loop() {
		n++
		if _, ok := l.Match(tenant, idOf(n)); ok {
			wrong++
		}
	}
	if wrong > 0 {
		b.Fatal(wrong)
	}
}

func BenchmarkEmpty(b *testing.B) {
	l, tenant := benchList(b), []byte("globex")
	for b.Loop() {
		if !l.Empty(tenant) {
			b.Fatal("not empty")
		}
	}
}

func BenchmarkApply(b *testing.B) {
	l, n := NewList(1<<40), uint64(0)
	b.ReportAllocs()
	for b.Loop() {
		n++
		if err := l.Apply(update("acme", idOf(n), Erase)); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkID(b *testing.B) {
	h, tenant, value := NewHasher(keyring.Dev([]byte(testSecret))), []byte("acme"), []byte("447700900123")
	b.ReportAllocs()
	for b.Loop() {
		if _, ok := h.ID(tenant, "PHONE", value); !ok {
			b.Fatal("no id")
		}
	}
}
