package keyring

import (
	"encoding/binary"
	"testing"
)

// BenchmarkLevel is what a worker may ask for every record.
func BenchmarkLevel(b *testing.B) {
	r := newRig(b).created("acme")
	b.ReportAllocs()
	for b.Loop() {
		r.Level("acme")
	}
}

// BenchmarkLook is what a ring does every Refresh.
func BenchmarkLook(b *testing.B) {
	r := newRig(b).created("acme")
	for b.Loop() {
		r.look()
	}
}

// BenchmarkNewSalt is what the first record of a subject costs: two commits on the disk.
func BenchmarkNewSalt(b *testing.B) {
	r := newRig(b).created("acme")
	var sid [16]byte
	n := uint64(0)
	for b.Loop() {
		n++
		binary.BigEndian.PutUint64(sid[:], n*0x9e3779b97f4a7c15)
		if _, err := r.Salt("acme", sid); err != nil {
			b.Fatal("no salt")
		}
	}
}
