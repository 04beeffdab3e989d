package audit

import (
	"crypto/sha256"
	"fmt"
	"io"
	"math/bits"
	"sort"

	"golang.org/x/mod/sumdb/tlog"
)

// tree is the right edge of the Merkle tree over the entries: the hashes of its complete subtrees, of which there is one for each
// bit of n. It is what tlog.StoredHashes would read back for each entry; held in memory, an append reads and allocates nothing.
type tree struct {
	n    uint64
	edge [64]tlog.Hash // edge[l] is in use where bit l of n is set
	last tlog.Hash     // of the last entry
}

// add takes the next leaf and appends the hashes that a tlog stores for it to dst.
func (t *tree) add(leaf tlog.Hash, dst []byte) []byte {
	dst = append(dst, leaf[:]...)
	h, l := leaf, 0
	for ; t.n>>l&1 == 1; l++ {
		h = tlog.NodeHash(t.edge[l], h)
		dst = append(dst, h[:]...)
	}
	t.edge[l], t.last = h, leaf
	t.n++
	return dst
}

// root is what a checkpoint signs: the hash of RFC 6962 over all entries.
func (t *tree) root() tlog.Hash {
	if t.n == 0 {
		return sha256.Sum256(nil)
	}
	l := bits.TrailingZeros64(t.n)
	h := t.edge[l]
	for l++; t.n>>l != 0; l++ {
		if t.n>>l&1 == 1 {
			h = tlog.NodeHash(t.edge[l], h)
		}
	}
	return h
}

// leafHash is tlog.RecordHash of a line without its newline. buf begins with the zero byte that tells leaves from nodes.
func leafHash(buf []byte) tlog.Hash { return sha256.Sum256(buf) }

// storedHashes reads a file of hashes in the order of tlog.StoredHashIndex. It is a tlog.HashReader.
type storedHashes struct{ r io.ReaderAt }

// ReadHashes implements tlog.HashReader.
func (s storedHashes) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(indexes))
	for i, at := range indexes {
		if _, err := s.r.ReadAt(hashes[i][:], at*tlog.HashSize); err != nil {
			return nil, fmt.Errorf("read stored hash: %w", err)
		}
	}
	return hashes, nil
}

// leaf gives the stored hash of one entry.
func (s storedHashes) leaf(seq uint64) (tlog.Hash, error) {
	h, err := s.ReadHashes([]int64{tlog.StoredHashIndex(0, int64(seq))})
	if err != nil {
		return tlog.Hash{}, err
	}
	return h[0], nil
}

// tree gives the right edge after n entries.
func (s storedHashes) tree(n uint64) (*tree, error) {
	t := &tree{n: n}
	var indexes []int64
	for l := range 64 {
		if n>>l&1 == 1 {
			indexes = append(indexes, tlog.StoredHashIndex(l, int64(n>>l)-1))
		}
	}
	hashes, err := s.ReadHashes(indexes)
	if err != nil {
		return nil, err
	}
	for l := range 64 {
		if n>>l&1 == 1 {
			t.edge[l], hashes = hashes[0], hashes[1:]
		}
	}
	if n > 0 {
		if t.last, err = s.leaf(n - 1); err != nil {
			return nil, err
		}
	}
	return t, nil
}

// entriesIn is the number of entries whose stored hashes all fit into size bytes.
func entriesIn(size int64) uint64 {
	count := size / tlog.HashSize
	// There are between n and 2n hashes for n entries.
	return uint64(sort.Search(int(count)+1, func(n int) bool { return tlog.StoredHashCount(int64(n)+1) > count }))
}

// hashesSize is how long the file of hashes is after n entries.
func hashesSize(n uint64) int64 { return tlog.StoredHashCount(int64(n)) * tlog.HashSize }
