package keyring

import (
	"cmp"
	"slices"
	"time"

	bolt "go.etcd.io/bbolt"
)

// Inventory says what is in a store: ids, versions and ages, no key material, wrapped or not.
type Inventory struct {
	Store      string            `json:"store"`
	KEK        string            `json:"kek"`
	Generation uint64            `json:"generation"`
	Writes     uint64            `json:"writes"`
	Tenants    []TenantInventory `json:"tenants"`
}

// TenantInventory is a tenant in an Inventory.
type TenantInventory struct {
	Tenant    string             `json:"tenant"`
	Level     int                `json:"level"`
	Versions  []VersionInventory `json:"versions,omitempty"`
	Epochs    []EpochInventory   `json:"epochs,omitempty"`
	Subjects  int                `json:"subjects"` // salts
	RevealKey bool               `json:"reveal_key"`
	Created   time.Time          `json:"created"`
	Shredded  *time.Time         `json:"shredded,omitempty"`
}

// VersionInventory is a version in an Inventory.
type VersionInventory struct {
	Version  int        `json:"version"`
	Mode     Mode       `json:"mode,omitempty"`
	Created  time.Time  `json:"created"`
	Shredded *time.Time `json:"shredded,omitempty"`
	Current  bool       `json:"current"` // new tokens go through it
}

// EpochInventory is an epoch in an Inventory.
type EpochInventory struct {
	Epoch    string     `json:"epoch"`
	Created  time.Time  `json:"created"`
	Shredded *time.Time `json:"shredded,omitempty"`
}

// Inventory lists what is in the store, in order of tenants.
func (r *Ring) Inventory() (v Inventory, err error) {
	if r.IsDev() {
		return Inventory{KEK: "none: development keys"}, nil
	}
	err = r.store.view(func(tx *bolt.Tx, h head) error {
		v = Inventory{Store: h.ID, KEK: h.KEK, Generation: h.Generation, Writes: h.Writes}
		return tx.Bucket(tenantsBucket).ForEach(func(k, text []byte) error {
			found, err := r.store.checkRow(string(k), text)
			if err != nil {
				return err
			}
			t := found.inventory(string(k))
			if b := tx.Bucket(saltsBucket).Bucket(k); b != nil {
				t.Subjects = b.Stats().KeyN
			}
			v.Tenants = append(v.Tenants, t)
			return nil
		})
	})
	return v, err
}

func (r *row) inventory(tenant string) TenantInventory {
	t := TenantInventory{Tenant: tenant, Level: r.Level, RevealKey: len(r.RevealKey) > 0, Created: r.Created, Shredded: r.Shredded}
	var current []int
	if len(r.Versions) > 0 {
		current = r.chainTo(len(r.Versions) - 1)
	}
	for _, v := range r.Versions {
		t.Versions = append(t.Versions, VersionInventory{v.Number, v.Mode, v.Created, v.Shredded, slices.Contains(current, v.Number)})
	}
	for name, e := range r.Epochs {
		t.Epochs = append(t.Epochs, EpochInventory{name, e.Created, e.Shredded})
	}
	slices.SortFunc(t.Epochs, func(a, b EpochInventory) int { return cmp.Compare(a.Epoch, b.Epoch) })
	return t
}
