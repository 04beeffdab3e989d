package keyring

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"
	"fmt"

	bolt "go.etcd.io/bbolt"
)

// salt reads a subject's salt and makes it where there is none.
func (r *Ring) salt(tenant string, k *tenantKeys, sid [16]byte) (Key, error) {
	id := saltID{tenant, sid}
	r.mu.Lock()
	key, ok := r.salts[id]
	r.mu.Unlock()
	if ok {
		return key, nil
	}
	changes := r.changes.Load()
	context := saltContext(tenant, sid)
	var sealed []byte
	err := r.store.view(func(tx *bolt.Tx, _ head) error {
		if _, err := r.store.liveRow(tx, tenant, k.row); err != nil {
			return err
		}
		if b := tx.Bucket(saltsBucket).Bucket([]byte(tenant)); b != nil {
			sealed = bytes.Clone(b.Get(sid[:]))
		}
		return nil
	})
	if err == nil && sealed == nil {
		sealed, err = r.makeSalt(tenant, k, sid, context)
	}
	if err != nil {
		return Key{}, fmt.Errorf("find salt of a subject of tenant %q: %w", tenant, err)
	}
	if key, err = k.root.unseal(sealed, context); err != nil {
		return Key{}, fmt.Errorf("unwrap salt of a subject of tenant %q: %w", tenant, err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.salts) >= saltsMost {
		for other := range r.salts {
			delete(r.salts, other)
			break
		}
	}
	if changes == r.changes.Load() { // else it may just have been destroyed
		r.salts[id] = key
	}
	return key, nil
}

// makeSalt writes a new salt, unless another process has.
func (r *Ring) makeSalt(tenant string, k *tenantKeys, sid [16]byte, context string) (sealed []byte, err error) {
	if sealed, err = k.root.seal(newSecret(), context); err != nil {
		return nil, err
	}
	err = r.store.update(func(tx *bolt.Tx, h *head) error {
		h.minor = true
		if _, err := r.store.liveRow(tx, tenant, k.row); err != nil {
			return err
		}
		all, err := tx.Bucket(saltsBucket).CreateBucketIfNotExists([]byte(tenant))
		if err != nil {
			return err
		}
		if other := all.Get(sid[:]); other != nil {
			sealed = bytes.Clone(other)
			return errUnchanged
		}
		return r.store.putSalt(tx, tenant, sid, sealed)
	})
	return sealed, err
}

// A shard is the salts of a tenant whose ids begin with the same 12 bits. Its number of salts and the sum of their ids and tags are kept
// beside them: a salt that is missing because a page was lost must not be made anew. To check that for all salts of a tenant
// whenever one is made would take too long for a million of them; a shard of those has some 240.
type shard struct {
	first [2]byte
	n     uint64
	sum   []byte
}

var shardsBucket = []byte("shards")

// tagLen is the length of an AES-GCM tag, at the end of what is sealed.
const tagLen = 16

func shardOf(sid [16]byte) [2]byte { return [2]byte{sid[0], sid[1] & 0xf0} }

func (s *store) shardMAC(tenant string, first [2]byte, text []byte) []byte {
	return s.mac("shard", tenant+string(first[:]), text)
}

// shard counts the salts of a shard and compares them with what was written.
func (s *store) shard(tx *bolt.Tx, tenant string, sid [16]byte) (*shard, error) {
	found := &shard{first: shardOf(sid), sum: make([]byte, tagLen)}
	if all := tx.Bucket(saltsBucket).Bucket([]byte(tenant)); all != nil {
		c := all.Cursor()
		for k, v := c.Seek(found.first[:]); len(k) == 16 && shardOf([16]byte(k)) == found.first; k, v = c.Next() {
			if len(v) < tagLen {
				return nil, ErrDamaged
			}
			found.add(k, v)
			found.n++
		}
	}
	var written []byte
	if shards := tx.Bucket(shardsBucket).Bucket([]byte(tenant)); shards != nil {
		written = shards.Get(found.first[:])
	}
	if written == nil && found.n == 0 {
		return found, nil
	}
	if len(written) < sha256.Size || !bytes.Equal(written[sha256.Size:], found.text()) ||
		!hmac.Equal(written[:sha256.Size], s.shardMAC(tenant, found.first, found.text())) {
		return nil, ErrDamaged
	}
	return found, nil
}

// add puts a salt into the sum, or takes it out.
func (h *shard) add(sid, sealed []byte) {
	sum := sha256.Sum256(append(bytes.Clone(sid), sealed[len(sealed)-tagLen:]...))
	subtle.XORBytes(h.sum, h.sum, sum[:tagLen])
}

func (h *shard) text() []byte { return binary.BigEndian.AppendUint64(bytes.Clone(h.sum), h.n) }

func (s *store) putShard(tx *bolt.Tx, tenant string, h *shard) error {
	shards, err := tx.Bucket(shardsBucket).CreateBucketIfNotExists([]byte(tenant))
	if err != nil {
		return err
	}
	return shards.Put(h.first[:], append(s.shardMAC(tenant, h.first, h.text()), h.text()...))
}

func (s *store) putSalt(tx *bolt.Tx, tenant string, sid [16]byte, sealed []byte) error {
	h, err := s.shard(tx, tenant, sid)
	if err != nil {
		return err
	}
	h.n++
	h.add(sid[:], sealed)
	if err := s.putShard(tx, tenant, h); err != nil {
		return err
	}
	return tx.Bucket(saltsBucket).Bucket([]byte(tenant)).Put(sid[:], sealed)
}

// deleteSalt takes out a salt; ErrNone when there is none.
func (s *store) deleteSalt(tx *bolt.Tx, tenant string, sid [16]byte) error {
	h, err := s.shard(tx, tenant, sid)
	if err != nil {
		return err
	}
	all := tx.Bucket(saltsBucket).Bucket([]byte(tenant))
	if all == nil {
		return ErrNone
	}
	sealed := all.Get(sid[:])
	if len(sealed) < tagLen {
		return ErrNone
	}
	h.n--
	h.add(sid[:], sealed)
	if err := s.putShard(tx, tenant, h); err != nil {
		return err
	}
	return all.Delete(sid[:])
}

func deleteSalts(tx *bolt.Tx, tenant string) error {
	for _, name := range [][]byte{saltsBucket, shardsBucket} {
		if tx.Bucket(name).Bucket([]byte(tenant)) == nil {
			continue
		}
		if err := tx.Bucket(name).DeleteBucket([]byte(tenant)); err != nil {
			return err
		}
	}
	return nil
}
