package keyring

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"sync/atomic"
	"time"
)

// The reasons for which there is no key.
var (
	// ErrNone is returned for what was never made: a tenant the store does not know, a reveal key that nobody set.
	ErrNone = errors.New("no key")
	// ErrShredded is returned for what was destroyed, and for epochs that are over for longer than their retention.
	ErrShredded = errors.New("key was destroyed")
)

// Ring gives keys. It is safe for concurrent use.
type Ring struct {
	isDev bool
	dev   Key

	generation atomic.Uint64
}

// IsDev tells whether the keys are derived from one secret that may be known: what is made with them is marked.
func (r *Ring) IsDev() bool { return r.isDev }

// Generation changes when keys that were given out may no longer hold: after a rotation or destruction, when a key's time
// in memory is over, when a tenant whose key could not be had is to be tried again. Holders then ask again. It costs one
// atomic load.
func (r *Ring) Generation() uint64 { return r.generation.Load() }

// Domain gives the keys that a token of a domain goes through, in order: one, or after rotations of mode chain one for each
// version, where T2 = HMAC(K2, T1). The last one's version is printed in the token.
func (r *Ring) Domain(tenant, domain string) ([]Key, error) {
	secret, err := r.devSecret(tenant, "v1")
	if err != nil {
		return nil, err
	}
	return []Key{secret.expand("domain/" + domain)}, nil
}

// Epoch gives the key of a domain for one day ("2026-11-27") or month ("2026-11"). It comes from a random secret that is
// destroyed when the epoch is over for longer than its retention; then, and for epochs that are to come, there is an error.
func (r *Ring) Epoch(tenant, domain, epoch string) (Key, error) {
	if _, err := epochEnd(epoch); err != nil {
		return Key{}, err
	}
	secret, err := r.devSecret(tenant, "epoch/"+epoch)
	if err != nil {
		return Key{}, err
	}
	return secret.expand("domain/" + domain), nil
}

// Suppression gives the key of the subject ids of a tenant. It does not change with rotations.
func (r *Ring) Suppression(tenant string) (Key, error) {
	secret, err := r.devSecret(tenant, "root")
	if err != nil {
		return Key{}, err
	}
	return secret.expand("suppression"), nil
}

// Salt gives the salt of a subject, which is made when it is first asked for and durable before it is returned.
func (r *Ring) Salt(tenant string, sid [16]byte) (Key, error) {
	return r.devSecret(tenant, "salt/"+hex.EncodeToString(sid[:]))
}

// RevealKey gives the public key that a tenant's capsules are sealed to; ErrNone where there is none.
func (r *Ring) RevealKey(tenant string) ([]byte, error) { return nil, ErrNone }

// Level is what erasure means for a tenant: 0 by call ids, 1 by recomputed tokens, 2 with a salt for each subject.
func (r *Ring) Level(tenant string) int { return 0 }

// Close ends the ring's work. Keys that were given out stay in memory until the garbage collector has been.
func (r *Ring) Close() error { return nil }

// quote puts a name's length before it, so that no two lists of names look alike.
func quote(name string) string { return strconv.Itoa(len(name)) + ":" + name + "/" }

// epochEnd gives the time at which a day or month is over everywhere: days are those of UTC.
func epochEnd(epoch string) (time.Time, error) {
	if day, err := time.Parse(time.DateOnly, epoch); err == nil {
		return day.AddDate(0, 0, 1), nil
	}
	if month, err := time.Parse("2006-01", epoch); err == nil {
		return month.AddDate(0, 1, 0), nil
	}
	return time.Time{}, fmt.Errorf("find epoch: %d characters are no day or month", len(epoch))
}

// Format prints "ring" for every verb.
func (r *Ring) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("ring")) }
