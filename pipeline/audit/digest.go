package audit

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
)

// Digester makes the keyed digest of what a batch wrote. It belongs to one goroutine.
//
// Each value goes through GMAC (NIST SP 800-38D) under a fixed nonce, which is a universal hash then and never shown: the digest is
// HMAC-SHA-256 under a second key over offsets, keys and those hashes. GMAC alone would need a nonce that never comes back, and a
// batch that is delivered again is the same batch. SHA-256 without a key would tell whoever reads the log whether a guessed text
// went by; and over every byte it costs three times as much.
type Digester struct {
	gmac  cipher.AEAD
	outer hash.Hash
	buf   []byte
	sum   [sha256.Size]byte
	nonce [12]byte // stays zero; here, because a local one would be allocated each time
}

// digestLen is how much of the HMAC is kept.
const digestLen = 16

var errNoKey = errors.New("no signing key")

// NewDigester gives a digester whose keys are derived from k.
func (k Key) NewDigester() (*Digester, error) {
	if k.IsZero() {
		return nil, errNoKey
	}
	inner, err := hkdf.Expand(sha256.New, k.secret, "digest values", 32)
	if err != nil {
		return nil, fmt.Errorf("derive digest key: %w", err)
	}
	outer, err := hkdf.Expand(sha256.New, k.secret, "digest batches", 32)
	if err != nil {
		return nil, fmt.Errorf("derive digest key: %w", err)
	}
	block, err := aes.NewCipher(inner)
	if err != nil {
		return nil, fmt.Errorf("derive digest key: %w", err)
	}
	gmac, err := cipher.NewGCM(block)
	if err != nil {
		return nil, fmt.Errorf("derive digest key: %w", err)
	}
	return &Digester{gmac: gmac, outer: hmac.New(sha256.New, outer)}, nil
}

// Add takes one record that was written.
func (d *Digester) Add(offset int64, key, value []byte) {
	d.buf = binary.LittleEndian.AppendUint64(d.buf[:0], uint64(offset))
	d.buf = binary.LittleEndian.AppendUint32(d.buf, uint32(len(key)))
	d.buf = append(d.buf, key...)
	d.buf = d.gmac.Seal(d.buf, d.nonce[:], nil, value)
	_, _ = d.outer.Write(d.buf) // a hash never fails
}

// Sum gives the digest of what was added, and begins the next.
func (d *Digester) Sum() string {
	sum := d.outer.Sum(d.sum[:0])
	d.outer.Reset()
	return base64.RawURLEncoding.EncodeToString(sum[:digestLen])
}
