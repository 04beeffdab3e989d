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
	"slices"
)

// Digester makes the keyed digest of what a batch wrote. It belongs to one goroutine.
//
// Each record, with its offset and lengths, becomes a mark; the marks of a block, which is 256 offsets, become its sum; and the digest
// is made of the sums of the blocks, with their numbers and how many records they have. All of these are universal hashes, which are
// never shown: NH (the hash of VMAC: Krovetz and Dai, 2007; that of UMAC, RFC 4418, with words of 64 bits) of a record and of a block,
// where each offset has key words of its own; GMAC (NIST SP 800-38D) under a fixed nonce for long records and for the list of blocks. What
// is shown is AES of the last one. So
//
//   - whoever changes, moves, adds or leaves out a record, and has no key, meets the same digest once in 2^63 attempts, and can't see
//     when: a hash that is shown would need a nonce that never comes back, and a batch that is delivered again is the same batch;
//   - the log doesn't tell whether a guessed text went by, as SHA-256 without a key would; and that takes five times as long.
//
// A mark needs nothing but its record, and a block's sum is a sum: whoever writes records marks them while they are in the cache next to
// the processor, adds up what it has of a block, and hands on a few bytes. The digest doesn't say who added what, in which order or in
// which batches.
type Digester struct {
	keys   *digestKeys
	at     blockSum   // where the last record was; n is 0 where there was none
	blocks []blockSum // the others, in order
	list   []byte
	mark   [aes.BlockSize]byte // of a long record
	sum    [aes.BlockSize]byte
	nonce  [12]byte // of a long record; here, because a local one would be allocated each time
	fixed  [12]byte // stays zero
	pad    [stepLen]byte
	joined []byte
}

// blockSum is what there is of a block: how many records, and the sum.
type blockSum struct {
	block  int64
	n      uint64
	hi, lo uint64
}

// digestKeys are read only.
type digestKeys struct {
	words  [2 + longLen/8]uint64
	places [2 * blockLen]uint64 // two for each offset of a block
	long   cipher.AEAD
	blocks cipher.AEAD
	show   cipher.Block
}

const (
	blockBits = 8
	blockLen  = 1 << blockBits // offsets
	sumLen    = 32             // of a block in bytes
	stepLen   = 32
	longLen   = 4 << 10 // from where records are long
)

var errNoKey = errors.New("no signing key")

// NewDigester gives a digester whose keys are derived from k.
func (k Key) NewDigester() (*Digester, error) {
	if k.IsZero() {
		return nil, errNoKey
	}
	var blocks [5]cipher.Block
	for i, use := range []string{"digest of records", "digest of long records", "digest of blocks", "digest of batches", "digest of places"} {
		key, err := hkdf.Expand(sha256.New, k.secret(), use, 32)
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
	keyWords(keys.words[:], blocks[0])
	keyWords(keys.places[:], blocks[4])
	return keys.digester(), nil
}

// Another gives a digester with the same keys, for another goroutine.
func (d *Digester) Another() *Digester { return d.keys.digester() }

func (k *digestKeys) digester() *Digester {
	return &Digester{keys: k}
}

// keyWords makes them: AES in counter mode.
func keyWords(words []uint64, block cipher.Block) {
	stream := make([]byte, 8*len(words))
	cipher.NewCTR(block, make([]byte, aes.BlockSize)).XORKeyStream(stream, stream)
	for i := range words {
		words[i] = binary.LittleEndian.Uint64(stream[8*i:])
	}
}

// Add takes a record that was written.
func (d *Digester) Add(offset int64, key, value []byte) {
	d.joined = append(append(d.joined[:0], value...), key...)
	d.Mark(offset, d.joined, len(value))
	clear(d.joined)
}

// Mark takes a record that was written: its value and then its key are record.
func (d *Digester) Mark(offset int64, record []byte, value int) {
	hi, lo := d.markOf(offset, record, value)
	if block := offset >> blockBits; block != d.at.block || d.at.n == 0 {
		d.merge(d.at)
		d.at = blockSum{block: block}
	}
	place := 2 * (offset & (blockLen - 1))
	d.at.hi, d.at.lo = addProduct(d.at.hi, d.at.lo, hi+d.keys.places[place], lo+d.keys.places[place+1])
	d.at.n++
}

// Take appends what stands for the records since the last call, or Sum, to dst: for the Merge of another digester of the same key.
func (d *Digester) Take(dst []byte) []byte {
	if len(d.blocks) == 0 && d.at.n > 0 { // as it nearly always is
		dst = d.at.append(dst)
		d.at.n = 0
		return dst
	}
	d.settle()
	for _, s := range d.blocks {
		dst = s.append(dst)
	}
	d.blocks = d.blocks[:0]
	return dst
}

// Merge takes what Take gave, of one or more digesters, and returns how many records that stands for.
func (d *Digester) Merge(marks []byte) (records int) {
	for ; len(marks) >= sumLen; marks = marks[sumLen:] {
		s := blockSum{int64(binary.LittleEndian.Uint64(marks)), binary.LittleEndian.Uint64(marks[8:]), binary.LittleEndian.Uint64(marks[16:]), binary.LittleEndian.Uint64(marks[24:])}
		d.merge(s)
		records += int(s.n)
	}
	return records
}

func (s blockSum) append(dst []byte) []byte {
	var text [sumLen]byte
	for i, word := range [...]uint64{uint64(s.block), s.n, s.hi, s.lo} {
		binary.LittleEndian.PutUint64(text[8*i:], word)
	}
	return append(dst, text[:]...)
}

// merge adds s to what there is of its block. Blocks come nearly in order.
func (d *Digester) merge(s blockSum) {
	if s.n == 0 {
		return
	}
	i := len(d.blocks)
	for i > 0 && d.blocks[i-1].block > s.block {
		i--
	}
	if i == 0 || d.blocks[i-1].block < s.block {
		d.blocks = slices.Insert(d.blocks, i, s)
		return
	}
	t := &d.blocks[i-1]
	var carry uint64
	t.n += s.n
	t.lo, carry = bits.Add64(t.lo, s.lo, 0)
	t.hi, _ = bits.Add64(t.hi, s.hi, carry)
}

// settle puts the block at hand with the others.
func (d *Digester) settle() {
	d.merge(d.at)
	d.at.n = 0
}

// markOf makes the mark of a record.
func (d *Digester) markOf(offset int64, record []byte, value int) (hi, lo uint64) {
	lengths := uint64(len(record))<<32 | uint64(value)
	if len(record) > longLen {
		binary.LittleEndian.PutUint64(d.nonce[:], uint64(offset))
		binary.LittleEndian.PutUint32(d.nonce[8:], uint32(value))
		d.keys.long.Seal(d.mark[:0], d.nonce[:], nil, record)
		return binary.LittleEndian.Uint64(d.mark[8:]), binary.LittleEndian.Uint64(d.mark[:])
	}
	words := d.keys.words[:]
	hi, lo = bits.Mul64(uint64(offset)+words[0], lengths+words[1])
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
	if lengths>>32 < stepLen {
		clear(d.pad[:]) // that was text
	}
	return hi, lo
}

// addProduct adds a·b to a sum of 128 bits.
func addProduct(hi, lo, a, b uint64) (uint64, uint64) {
	h, l := bits.Mul64(a, b)
	lo, carry := bits.Add64(lo, l, 0)
	hi, _ = bits.Add64(hi, h, carry)
	return hi, lo
}

// Sum gives the digest of what was added, and begins the next.
func (d *Digester) Sum() string {
	d.list = d.Take(d.list[:0])
	d.keys.blocks.Seal(d.sum[:0], d.fixed[:], nil, d.list)
	d.keys.show.Encrypt(d.sum[:], d.sum[:])
	return base64.RawURLEncoding.EncodeToString(d.sum[:])
}
