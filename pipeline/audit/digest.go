package audit

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"
)

// Digester makes the keyed digest of what a batch wrote. It belongs to one goroutine.
//
// Each record, with its offset and lengths, becomes a mark; the marks of a batch in the order of offsets are one stream, cut into
// blocks; the digest is made of the blocks. Marks and blocks are universal hashes, which are never shown: NH (the hash of VMAC: Krovetz
// and Dai, 2007; that of UMAC, RFC 4418, with words of 64 bits), and GMAC (NIST SP 800-38D) under a fixed nonce, for blocks and for long
// records. What is shown is AES of the last one. So
//
//   - whoever changes, moves, adds or leaves out a record, and has no key, meets the same digest once in 2^64 attempts, and can't see
//     when: a hash that is shown would need a nonce that never comes back, and a batch that is delivered again is the same batch;
//   - the log doesn't tell whether a guessed text went by, as SHA-256 without a key would; and that takes five times as long.
//
// A mark needs nothing but its record, so that whoever writes records marks them while they are in the cache next to the processor: to
// read them again for a digest takes longer than to make it. A digest doesn't say who marked what.
type Digester struct {
	keys   *digestKeys
	block  []byte
	sum    [aes.BlockSize]byte
	nonce  [12]byte // of a long record; here, because a local one would be allocated each time
	fixed  [12]byte // stays zero
	pad    [stepLen]byte
	joined []byte
}

// digestKeys are read only.
type digestKeys struct {
	words  [2 + longLen/8]uint64
	long   cipher.AEAD
	blocks cipher.AEAD
	show   cipher.Block
}

// Mark stands for one record in the digest of its batch. It must not be shown.
type Mark = [16]byte

const (
	blockLen = 16 << 10 // of every block but the last: it fits into the cache next to the processor
	stepLen  = 32
	longLen  = 4 << 10 // from where records are long
)

var errNoKey = errors.New("no signing key")

// NewDigester gives a digester whose keys are derived from k.
func (k Key) NewDigester() (*Digester, error) {
	if k.IsZero() {
		return nil, errNoKey
	}
	var blocks [4]cipher.Block
	for i, use := range []string{"digest of records", "digest of long records", "digest of blocks", "digest of batches"} {
		key, err := hkdf.Expand(sha256.New, k.secret, use, 32)
		if err == nil {
			blocks[i], err = aes.NewCipher(key)
		}
		if err != nil {
			return nil, fmt.Errorf("derive digest key: %w", err)
		}
	}
	keys := &digestKeys{show: blocks[3]}
	var errs [2]error
	keys.long, errs[0] = cipher.NewGCM(blocks[1])
	keys.blocks, errs[1] = cipher.NewGCM(blocks[2])
	if err := errors.Join(errs[:]...); err != nil {
		return nil, fmt.Errorf("derive digest key: %w", err)
	}
	words := make([]byte, 8*len(keys.words))
	cipher.NewCTR(blocks[0], make([]byte, aes.BlockSize)).XORKeyStream(words, words)
	for i := range keys.words {
		keys.words[i] = binary.LittleEndian.Uint64(words[8*i:])
	}
	return keys.digester(), nil
}

// Another gives a digester with the same keys, for another goroutine.
func (d *Digester) Another() *Digester { return d.keys.digester() }

func (k *digestKeys) digester() *Digester {
	return &Digester{keys: k}
}

// Add takes the next record that was written.
func (d *Digester) Add(offset int64, key, value []byte) {
	d.joined = append(append(d.joined[:0], value...), key...)
	var m Mark
	d.Mark(&m, offset, d.joined, len(value))
	clear(d.joined)
	d.AddMarks(m[:])
}

// AddMarks takes the marks of records, one behind the other.
func (d *Digester) AddMarks(marks []byte) {
	for {
		n := min(len(marks), blockLen-len(d.block))
		d.block = append(d.block, marks[:n]...)
		if marks = marks[n:]; len(marks) == 0 {
			return
		}
		d.end()
	}
}

// Mark makes the mark of a record: its value and then its key are record.
func (d *Digester) Mark(m *Mark, offset int64, record []byte, value int) {
	lengths := uint64(len(record))<<32 | uint64(value)
	if len(record) > longLen {
		binary.LittleEndian.PutUint64(d.nonce[:], uint64(offset))
		binary.LittleEndian.PutUint32(d.nonce[8:], uint32(value))
		d.keys.long.Seal(m[:0], d.nonce[:], nil, record)
		return
	}
	words := d.keys.words[:]
	hi, lo := bits.Mul64(uint64(offset)+words[0], lengths+words[1])
	words = words[2:]
	last := d.pad[:]
	if len(record) >= stepLen {
		last = record[len(record)-stepLen:] // some bytes of it once more: lengths say which
	} else {
		clear(last[copy(last, record):])
	}
	for len(record) > stepLen && len(words) >= stepLen/8 { // written for few registers
		a, b := binary.LittleEndian.Uint64(record)+words[0], binary.LittleEndian.Uint64(record[8:])+words[1]
		c, d := binary.LittleEndian.Uint64(record[16:])+words[2], binary.LittleEndian.Uint64(record[24:])+words[3]
		hi, lo = addProduct(hi, lo, a, b)
		hi, lo = addProduct(hi, lo, c, d)
		record, words = record[stepLen:], words[stepLen/8:]
	}
	hi, lo = addProduct(hi, lo, binary.LittleEndian.Uint64(last)+words[0], binary.LittleEndian.Uint64(last[8:])+words[1])
	hi, lo = addProduct(hi, lo, binary.LittleEndian.Uint64(last[16:])+words[2], binary.LittleEndian.Uint64(last[24:])+words[3])
	clear(d.pad[:]) // that was text
	binary.LittleEndian.PutUint64(m[:], lo)
	binary.LittleEndian.PutUint64(m[8:], hi)
}

// addProduct adds a·b to a sum of 128 bits.
func addProduct(hi, lo, a, b uint64) (uint64, uint64) {
	h, l := bits.Mul64(a, b)
	lo, carry := bits.Add64(lo, l, 0)
	hi, _ = bits.Add64(hi, h, carry)
	return hi, lo
}

// end makes the hash of the block, and with it begins the next.
func (d *Digester) end() {
	d.block = append(d.block[:0], d.keys.blocks.Seal(d.sum[:0], d.fixed[:], nil, d.block)...)
}

// Sum gives the digest of what was added, and begins the next.
func (d *Digester) Sum() string {
	d.end()
	d.keys.show.Encrypt(d.sum[:], d.block)
	d.block = d.block[:0]
	return base64.RawURLEncoding.EncodeToString(d.sum[:])
}
