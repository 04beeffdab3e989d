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
// Offsets, lengths, keys and values are one stream, cut into blocks. Each block goes through GMAC (NIST SP 800-38D) under a fixed
// nonce, which is a universal hash then and never shown: the digest is HMAC-SHA-256 under a second key over those hashes. GMAC alone
// would need a nonce that never comes back, and a batch that is delivered again is the same batch. SHA-256 without a key would tell
// whoever reads the log whether a guessed text went by; and over every byte it costs three times as much.
//
// Records are copied into blocks, not hashed where they are: most of the time of a short one is waiting for memory, copies wait for
// many at once, and a hash for each has a beginning and an end of its own.
type Digester struct {
	gmac  cipher.AEAD
	outer hash.Hash
	block []byte
	sum   [sha256.Size]byte
	nonce [12]byte // stays zero; here, because a local one would be allocated each time
}

// blockLen is that of every block but the last. A block fits into the cache next to the processor.
const blockLen = 16 << 10

// digestLen is how much of the HMAC is kept.
const digestLen = 16

var errNoKey = errors.New("no signing key")

// NewDigester gives a digester whose keys are derived from k.
func (k Key) NewDigester() (*Digester, error) {
	if k.IsZero() {
		return nil, errNoKey
	}
	inner, err := hkdf.Expand(sha256.New, k.secret, "digest blocks", 32)
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
	return &Digester{gmac: gmac, outer: hmac.New(sha256.New, outer), block: make([]byte, 0, blockLen)}, nil
}

// Add takes one record that was written.
func (d *Digester) Add(offset int64, key, value []byte) {
	var head [16]byte
	binary.LittleEndian.PutUint64(head[:], uint64(offset))
	binary.LittleEndian.PutUint32(head[8:], uint32(len(key)))
	binary.LittleEndian.PutUint32(head[12:], uint32(len(value)))
	if len(d.block)+len(head)+len(key)+len(value) <= blockLen {
		d.block = append(append(append(d.block, head[:]...), key...), value...)
		return
	}
	d.put(head[:])
	d.put(key)
	d.put(value)
}

// put adds to the stream and ends the blocks that are full.
func (d *Digester) put(b []byte) {
	for {
		n := min(len(b), blockLen-len(d.block))
		d.block = append(d.block, b[:n]...)
		if b = b[n:]; len(b) == 0 {
			return
		}
		d.end()
	}
}

// end takes the block into the digest and begins the next.
func (d *Digester) end() {
	_, _ = d.outer.Write(d.gmac.Seal(d.sum[:0], d.nonce[:], nil, d.block)) // a hash never fails
	d.block = d.block[:0]
}

// Sum gives the digest of what was added, and begins the next.
func (d *Digester) Sum() string {
	d.end()
	clear(d.block[:blockLen]) // these were texts
	sum := d.outer.Sum(d.sum[:0])
	d.outer.Reset()
	return base64.RawURLEncoding.EncodeToString(sum[:digestLen])
}
