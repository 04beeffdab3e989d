package reveal

import (
	"bytes"
	"crypto/cipher"
	"crypto/hpke"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"time"
)

// How long a data key lives: the bounds of Kryptonite for Kafka, whichever comes first. A data key that leaks opens what it
// sealed and nothing else.
const (
	dekRecordsMax = 100_000
	dekAgeMax     = 12 * time.Hour
	dekLen        = 32
)

const (
	// lookAgain is how soon a tenant's new public key, or that it has none any more, is noticed.
	lookAgain = time.Minute
	// sealerTenantsMax bounds the data keys held. Another tenant's makes the oldest go.
	sealerTenantsMax = 1024
	// keepPlain is the largest scratch memory that is kept: one huge record must not hold its memory for ever.
	keepPlain = 1 << 20
)

// Sealer makes capsules. Each worker has one of its own: it is for one goroutine. Use NewSealer.
type Sealer struct {
	public func(tenant string) ([]byte, error)
	now    func() time.Time
	deks   map[string]*dek
	// Scratch memory. What was in plain is wiped after each record.
	plain, sealed, aad []byte
}

// dek is a data key in use.
type dek struct {
	aead    cipher.AEAD
	public  []byte // of the tenant, as it was given
	keyID   string
	wrapped []byte // the data key, sealed to public, in base64
	records int
	born    time.Time
	looked  time.Time // when public was last asked for
}

// NewSealer gives a sealer. public gives a tenant's public key (PublicKey.Bytes, or its text), or an error when it has none.
func NewSealer(public func(tenant string) ([]byte, error), now func() time.Time) *Sealer {
	return &Sealer{public: public, now: now, deks: map[string]*dek{}}
}

// Append appends the capsule of a record to dst: one line of JSON without its line feed. record is the call's token, a space and
// topic/partition/offset; the capsule can't be opened as that of another. On an error dst is as it was, and there is no capsule:
// what is not sealed is lost, never written in clear.
func (s *Sealer) Append(dst, tenant, record []byte, items []Item) ([]byte, error) {
	if !isTenant(tenant) || !isRecord(record) {
		return dst, errors.New("seal record: its tenant, call or place can't stand in a capsule")
	}
	defer s.wipe()
	var err error
	if s.plain, err = appendItems(s.plain[:0], items); err != nil {
		return dst, err
	}
	d, err := s.dek(tenant)
	if err != nil {
		return dst, fmt.Errorf("seal record of tenant %s: %w", tenant, err)
	}
	d.records++
	s.aad = appendAAD(s.aad[:0], tenant, record)
	s.sealed = d.aead.Seal(s.sealed[:0], nil, s.plain, s.aad)
	dst = append(append(dst, partTenant...), tenant...)
	dst = append(append(dst, partRecord...), record...)
	dst = append(append(dst, partKey...), d.keyID...)
	dst = append(append(dst, partDEK...), d.wrapped...)
	dst = base64.RawStdEncoding.AppendEncode(append(dst, partSealed...), s.sealed)
	return append(dst, partEnd...), nil
}

// wipe leaves no value behind. What grew out of its memory is left to the garbage collector, which Go can't be made to wipe.
func (s *Sealer) wipe() {
	clear(s.plain)
	if cap(s.plain) > keepPlain {
		s.plain = nil
	}
}

// dek gives the tenant's data key, a new one where there is none or the old one has done its time.
func (s *Sealer) dek(tenant []byte) (*dek, error) {
	now := s.now()
	d := s.deks[string(tenant)]
	if d != nil && now.Sub(d.looked) >= 0 && now.Sub(d.looked) < lookAgain && d.fresh(now) {
		return d, nil
	}
	name := string(tenant)
	public, err := s.public(name)
	if err != nil {
		delete(s.deks, name)
		return nil, err
	}
	if d != nil && d.fresh(now) && bytes.Equal(public, d.public) {
		d.looked = now
		return d, nil
	}
	delete(s.deks, name)
	if d, err = newDEK(name, public, now); err != nil {
		return nil, err
	}
	if len(s.deks) >= sealerTenantsMax {
		s.dropOldest()
	}
	s.deks[name] = d
	return d, nil
}

// fresh tells whether a data key may seal another record. A clock that went back ends it too: nobody knows how old it is.
func (d *dek) fresh(now time.Time) bool {
	age := now.Sub(d.born)
	return d.records < dekRecordsMax && age >= 0 && age < dekAgeMax
}

func newDEK(tenant string, public []byte, now time.Time) (*dek, error) {
	to, err := ParsePublicKey(public)
	if err != nil {
		return nil, err
	}
	key := make([]byte, dekLen)
	_, _ = rand.Read(key) // never fails
	wrapped, err := hpke.Seal(to.key, hpke.HKDFSHA256(), hpke.AES256GCM(), []byte(infoDEK+tenant), key)
	if err != nil {
		clear(key)
		return nil, fmt.Errorf("wrap data key: %w", err)
	}
	aead, err := newAEAD(key)
	if err != nil {
		return nil, fmt.Errorf("make data key: %w", err)
	}
	return &dek{aead: aead, public: bytes.Clone(public), keyID: to.ID(), wrapped: base64.RawStdEncoding.AppendEncode(nil, wrapped),
		born: now, looked: now}, nil
}

func (s *Sealer) dropOldest() {
	var oldest string
	for name, d := range s.deks {
		if oldest == "" || d.born.Before(s.deks[oldest].born) {
			oldest = name
		}
	}
	delete(s.deks, oldest)
}
