package keyring

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	bolt "go.etcd.io/bbolt"
)

// row is a tenant in the store.
type row struct {
	// Root is the tenant's secret that does not change with rotations, wrapped by the key-encryption key: of it come the key
	// of subject ids and the one that wraps epochs and salts.
	Root     []byte           `json:"root,omitempty"`
	Versions []version        `json:"versions,omitempty"`
	Epochs   map[string]epoch `json:"epochs,omitempty"`
	// Swept are the last day and month whose secrets were destroyed because they were over for longer than their retention. A
	// longer retention does not bring them back, and they are not made anew.
	Swept     [2]string  `json:"swept"`
	Level     int        `json:"level,omitempty"`
	RevealKey []byte     `json:"reveal_key,omitempty"`
	Created   time.Time  `json:"created"`
	Shredded  *time.Time `json:"shredded,omitempty"` // when everything above was destroyed
	Last      int        `json:"last"`               // number of the last version there has been; none is used twice
}

// version is a secret that domains' keys come from.
type version struct {
	Number   int        `json:"version"`
	Mode     Mode       `json:"mode,omitempty"` // how it follows the one before
	Wrapped  []byte     `json:"wrapped,omitempty"`
	Created  time.Time  `json:"created"`
	Shredded *time.Time `json:"shredded,omitempty"`
}

// epoch is the secret of a day or month, sealed under the tenant's root.
type epoch struct {
	Sealed   []byte     `json:"sealed,omitempty"`
	Created  time.Time  `json:"created"`
	Shredded *time.Time `json:"shredded,omitempty"`
}

// Mode says how a new version follows the one before.
type Mode string

// The modes.
const (
	Break Mode = "break" // tokens of the old and the new version can't be joined
	Chain Mode = "chain" // a token of the old version can be brought to the new one
)

// versionMost is the highest version a token can show, in three digits.
const versionMost = 999

// newRow makes the secrets of a tenant. It asks the key-encryption key, so it is not called in a transaction.
func newRow(ctx context.Context, kek Wrapper, tenant string, number int, now time.Time) (row, error) {
	r := row{Created: now.UTC(), Last: number}
	var err error
	if r.Root, err = wrapNew(ctx, kek, rootContext(tenant, number)); err != nil {
		return row{}, err
	}
	v := version{Number: number, Created: r.Created}
	if v.Wrapped, err = wrapNew(ctx, kek, versionContext(tenant, number)); err != nil {
		return row{}, err
	}
	r.Versions = []version{v}
	return r, nil
}

// newSecret draws a secret.
func newSecret() []byte {
	secret := make([]byte, KeyLen)
	_, _ = rand.Read(secret) // never fails: crypto/rand ends the program instead
	return secret
}

// wrapNew draws a secret and wraps it.
func wrapNew(ctx context.Context, kek Wrapper, context string) ([]byte, error) {
	secret := newSecret()
	defer clear(secret)
	wrapped, err := kek.Wrap(ctx, secret, context)
	if err != nil {
		return nil, fmt.Errorf("wrap with %s: %w", kek.Name(), err)
	}
	return wrapped, nil
}

// The context of a root holds the number of the first version made with it: a tenant that was shredded and made again has another.
func rootContext(tenant string, first int) string {
	return "tenant/" + quote(tenant) + "root" + strconv.Itoa(first)
}
func versionContext(tenant string, number int) string {
	return "tenant/" + quote(tenant) + "v" + strconv.Itoa(number)
}
func epochContext(tenant, epoch string) string { return "epoch/" + quote(tenant) + epoch }

func saltContext(tenant string, sid [16]byte) string { return "salt/" + quote(tenant) + string(sid[:]) }

// chainTo gives the numbers of the versions that a token of the version at i goes through, nil when one of them was destroyed.
func (r *row) chainTo(i int) (numbers []int) {
	first := i
	for first > 0 && r.Versions[first].Mode == Chain {
		first--
	}
	for _, v := range r.Versions[first : i+1] {
		if v.Shredded != nil {
			return nil
		}
		numbers = append(numbers, v.Number)
	}
	return numbers
}

// row reads a tenant's row; nil when there is none.
func (s *store) row(tx *bolt.Tx, tenant string) (*row, error) {
	v := tx.Bucket(tenantsBucket).Get([]byte(tenant))
	if v == nil {
		return nil, nil
	}
	return s.checkRow(tenant, v)
}

func (s *store) checkRow(tenant string, v []byte) (*row, error) {
	r := &row{}
	if len(v) < sha256.Size || !hmac.Equal(v[:sha256.Size], s.mac("tenant", tenant, v[sha256.Size:])) ||
		json.Unmarshal(v[sha256.Size:], r) != nil {
		return nil, fmt.Errorf("read key store %s: tenant %q: %w", s.path, tenant, ErrDamaged)
	}
	return r, nil
}

// putRow writes a tenant's row and keeps the head's count and sum right.
func (s *store) putRow(tx *bolt.Tx, h *head, tenant string, r *row) error {
	text, err := json.Marshal(r)
	if err != nil {
		return err
	}
	b := tx.Bucket(tenantsBucket)
	sum := bytes.Clone(h.Sum)
	if old := b.Get([]byte(tenant)); old != nil {
		if _, err := s.checkRow(tenant, old); err != nil {
			return err
		}
		subtle.XORBytes(sum, sum, old[:sha256.Size])
	} else {
		// A row that is missing because a page was lost must not be made anew.
		if err := s.checkRows(tx, *h); err != nil {
			return err
		}
		h.Tenants++
	}
	mac := s.mac("tenant", tenant, text)
	subtle.XORBytes(sum, sum, mac)
	h.Sum = sum
	return b.Put([]byte(tenant), append(mac, text...))
}

// checkRows checks every row, and that no row is missing or of another time.
func (s *store) checkRows(tx *bolt.Tx, h head) error {
	n, sum := 0, make([]byte, sha256.Size)
	err := tx.Bucket(tenantsBucket).ForEach(func(k, v []byte) error {
		if _, err := s.checkRow(string(k), v); err != nil {
			return err
		}
		subtle.XORBytes(sum, sum, v[:sha256.Size])
		n++
		return nil
	})
	if err != nil {
		return err
	}
	if n != h.Tenants || !hmac.Equal(sum, h.Sum) {
		return fmt.Errorf("read key store %s: rows of tenants are missing: %w", s.path, ErrDamaged)
	}
	return nil
}
