package keyring

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"time"

	bolt "go.etcd.io/bbolt"
)

// ErrExists is returned for what is there already.
var ErrExists = errors.New("exists already")

// errDev is returned where a ring without a store is to change.
var errDev = errors.New("change keys: development keys have no store")

// Init makes the store that c names. It is never made otherwise: a worker that finds none, because a volume is not there, must
// not begin with new keys.
func Init(ctx context.Context, c Config) error {
	if err := c.Validate(); err != nil {
		return err
	}
	if _, err := os.Stat(c.Path); err == nil {
		return fmt.Errorf("create key store %s: %w", c.Path, ErrExists)
	} else if !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("create key store: %w", err)
	}
	if c.Witness != "" {
		known, err := readTestimony(c.Witness)
		if err != nil {
			return err
		}
		if known.Store != "" {
			return fmt.Errorf("create key store %s: %s knows another store: %w", c.Path, c.Witness, ErrRollback)
		}
	}
	return createStore(ctx, c.Path, c.KEK)
}

// Create makes the secrets of a tenant. One that was shredded gets others, under the next version.
func (r *Ring) Create(ctx context.Context, tenant string) error {
	if r.IsDev() {
		return errDev
	}
	_, err := r.create(ctx, tenant, true)
	return err
}

// create makes a tenant's row. Without anew, a row that exists is given, shredded or not.
func (r *Ring) create(ctx context.Context, tenant string, anew bool) (*row, error) {
	if tenant == "" || len(tenant) > 512 {
		return nil, fmt.Errorf("create keys of tenant %q: its name must have 1 to 512 bytes", tenant)
	}
	var found *row
	err := r.store.view(func(tx *bolt.Tx, h head) (err error) {
		if found, err = r.store.row(tx, tenant); err == nil && found == nil && !anew {
			err = r.meet(tenant, &h)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	number := 1
	if found != nil {
		if found.Shredded == nil && anew {
			return nil, fmt.Errorf("create keys of tenant %q: %w", tenant, ErrExists)
		}
		if !anew {
			return found, nil
		}
		number = found.Last + 1
	}
	if number > versionMost {
		return nil, fmt.Errorf("create keys of tenant %q: tokens have no room for a version above %d", tenant, versionMost)
	}
	made, err := newRow(ctx, r.config.KEK, tenant, number, r.config.Now())
	if err != nil {
		return nil, fmt.Errorf("create keys of tenant %q: %w", tenant, err)
	}
	use := &made
	err = r.change(tenant, func(tx *bolt.Tx, h *head, now *row) error {
		if now != nil && (now.Shredded == nil || now.Last != number-1) { // another process was faster
			use = now
			if anew {
				return fmt.Errorf("create keys of tenant %q: %w", tenant, ErrExists)
			}
			return errUnchanged
		}
		if !anew {
			if err := r.meet(tenant, h); err != nil {
				return err
			}
		}
		return r.store.putRow(tx, h, tenant, use)
	})
	if err != nil {
		return nil, err
	}
	if use == &made {
		r.config.Event("created", tenant, fmt.Sprint("version ", number))
	}
	return use, nil
}

// meet counts a tenant that is met first, unless there are too many. The clocks of processes may be an hour apart.
func (r *Ring) meet(tenant string, h *head) error {
	if now := hourOf(r.config.Now()); now > h.Hour || now < h.Hour-1 {
		h.Hour, h.Met = now, 0
	}
	if h.Met >= r.config.CreateHourly || h.Tenants >= r.config.CreateMost {
		return fmt.Errorf("create keys of tenant %q: %w", tenant, ErrMany)
	}
	h.Met++
	return nil
}

func hourOf(t time.Time) int64 { return t.Unix() / 3600 }

// change runs f on a tenant's row, in a write that holders of keys must hear of.
func (r *Ring) change(tenant string, f func(*bolt.Tx, *head, *row) error) error {
	if r.IsDev() {
		return errDev
	}
	return r.write(func(tx *bolt.Tx, h *head) error {
		found, err := r.store.row(tx, tenant)
		if err != nil {
			return err
		}
		return f(tx, h, found)
	})
}

func (r *Ring) write(f func(*bolt.Tx, *head) error) error {
	var generation uint64
	err := r.store.update(func(tx *bolt.Tx, h *head) error {
		if err := f(tx, h); err != nil {
			return err
		}
		h.Generation++
		generation = h.Generation
		return nil
	})
	if generation == 0 { // nothing was written
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.adopt(generation) {
		r.generation.Add(1)
	}
	return err
}

// alter is change for a tenant that has keys.
func (r *Ring) alter(what, tenant string, f func(*bolt.Tx, *head, *row) error) error {
	err := r.change(tenant, func(tx *bolt.Tx, h *head, found *row) error {
		if found == nil {
			return ErrNone
		}
		if found.Shredded != nil {
			return ErrShredded
		}
		return f(tx, h, found)
	})
	if err != nil {
		return fmt.Errorf("%s of tenant %q: %w", what, tenant, err)
	}
	return nil
}

// Rotate adds a version, from which new tokens are made, and gives its number. Epochs are not affected: each has its own secret.
func (r *Ring) Rotate(ctx context.Context, tenant string, mode Mode) (number int, err error) {
	const what = "rotate keys"
	if r.IsDev() {
		return 0, errDev
	}
	if mode != Break && mode != Chain {
		return 0, fmt.Errorf("%s of tenant %q: mode must be %s or %s", what, tenant, Break, Chain)
	}
	// The secret is wrapped before the transaction, for the number it will have unless somebody else rotates meanwhile.
	var last int
	err = r.store.view(func(tx *bolt.Tx, _ head) error {
		found, err := r.store.row(tx, tenant)
		if found != nil {
			last = found.Last
		}
		return err
	})
	if err != nil {
		return 0, err
	}
	number = last + 1
	wrapped, err := wrapNew(ctx, r.config.KEK, versionContext(tenant, number))
	if err != nil {
		return 0, fmt.Errorf("%s of tenant %q: %w", what, tenant, err)
	}
	err = r.alter(what, tenant, func(tx *bolt.Tx, h *head, found *row) error {
		switch {
		case found.Last != last:
			return errors.New("somebody else rotated it at the same time")
		case number > versionMost:
			return fmt.Errorf("tokens have no room for a version above %d", versionMost)
		case mode == Chain && found.chainTo(len(found.Versions)-1) == nil:
			return fmt.Errorf("the version to go on from: %w", ErrShredded)
		}
		found.Versions = append(found.Versions, version{Number: number, Mode: mode, Wrapped: wrapped, Created: r.config.Now().UTC()})
		found.Last = number
		return r.store.putRow(tx, h, tenant, found)
	})
	if err != nil {
		return 0, err
	}
	r.config.Event("rotated", tenant, fmt.Sprintf("version %d, %s", number, mode))
	return number, nil
}

// ShredTenant destroys all secrets of a tenant: nobody can make or recompute a token or subject id of it any more. What is
// destroyed in a store still is in its backups, and in memory of other processes until they look at the store again.
func (r *Ring) ShredTenant(tenant string) error {
	err := r.alter("shred keys", tenant, func(tx *bolt.Tx, h *head, found *row) error {
		now := r.config.Now().UTC()
		h.Compact = true
		if err := deleteSalts(tx, tenant); err != nil {
			return err
		}
		return r.store.putRow(tx, h, tenant, &row{Created: found.Created, Shredded: &now, Last: found.Last})
	})
	return r.told(err, "shredded", tenant, "tenant")
}

func (r *Ring) told(err error, action, tenant, what string) error {
	if err == nil {
		r.config.Event(action, tenant, what)
	}
	return err
}

// ShredVersion destroys a version that new tokens do not need, when no sink holds tokens of it any longer: they can't be recomputed
// after that, so no erasure finds them.
func (r *Ring) ShredVersion(tenant string, number int) error {
	err := r.alter("shred version", tenant, func(tx *bolt.Tx, h *head, found *row) error {
		v := found.find(number)
		switch {
		case v == nil:
			return ErrNone
		case v.Shredded != nil:
			return ErrShredded
		case slices.Contains(found.chainTo(len(found.Versions)-1), number):
			return errors.New("new tokens go through it: rotate with mode break first")
		}
		now := r.config.Now().UTC()
		v.Wrapped, v.Shredded = nil, &now
		h.Compact = true
		return r.store.putRow(tx, h, tenant, found)
	})
	return r.told(err, "shredded", tenant, fmt.Sprint("version ", number))
}

// ShredEpoch destroys the secret of a day or month before its time. It is not made again.
func (r *Ring) ShredEpoch(tenant, name string) error {
	if _, err := parseEpoch(name); err != nil {
		return err
	}
	err := r.alter("shred epoch", tenant, func(tx *bolt.Tx, h *head, found *row) error {
		if e, ok := found.Epochs[name]; ok && e.Shredded != nil {
			return ErrShredded
		}
		now := r.config.Now().UTC()
		if found.Epochs == nil {
			found.Epochs = map[string]epoch{}
		}
		found.Epochs[name] = epoch{Created: now, Shredded: &now}
		h.Compact = true
		return r.store.putRow(tx, h, tenant, found)
	})
	return r.told(err, "shredded", tenant, "epoch "+name)
}

// ShredSubject destroys the salt of a subject; ErrNone when there is none. A later record of the subject gets a new one.
func (r *Ring) ShredSubject(tenant string, sid [16]byte) error {
	err := r.alter("shred salt of a subject", tenant, func(tx *bolt.Tx, h *head, _ *row) error {
		h.Compact = true
		return r.store.deleteSalt(tx, tenant, sid)
	})
	return r.told(err, "shredded", tenant, "subject")
}

// SetRevealKey sets the public key that a tenant's capsules are sealed to; none ends the making of capsules.
func (r *Ring) SetRevealKey(tenant string, public []byte) error {
	err := r.alter("set reveal key", tenant, func(tx *bolt.Tx, h *head, found *row) error {
		found.RevealKey = bytes.Clone(public)
		return r.store.putRow(tx, h, tenant, found)
	})
	return r.told(err, "reveal key set", tenant, "")
}

// SetLevel sets what erasure means for a tenant. Tokens of level 2 are others than those of the levels below.
func (r *Ring) SetLevel(tenant string, level int) error {
	if level < 0 || level > LevelMost {
		return fmt.Errorf("set level of tenant %q: must be 0 to %d", tenant, LevelMost)
	}
	err := r.alter("set level", tenant, func(tx *bolt.Tx, h *head, found *row) error {
		found.Level = level
		return r.store.putRow(tx, h, tenant, found)
	})
	return r.told(err, "level set", tenant, fmt.Sprint(level))
}

// Sweep destroys the secrets of epochs that are over for longer than their retention, and tells how many. It also rewrites a store
// that was too large for it when something was destroyed. A ring sweeps every day.
func (r *Ring) Sweep(now time.Time) (n int, err error) {
	if r.IsDev() {
		return 0, errDev
	}
	over := map[string][]string{}
	var left bool
	err = r.store.view(func(tx *bolt.Tx, h head) error {
		left = h.Compact
		return tx.Bucket(tenantsBucket).ForEach(func(k, v []byte) error {
			found, err := r.store.checkRow(string(k), v)
			if err != nil {
				return err
			}
			if names := r.over(found, now); len(names) > 0 {
				over[string(k)] = names
			}
			return nil
		})
	})
	if err != nil || len(over) == 0 && !left {
		return 0, err
	}
	err = r.write(func(tx *bolt.Tx, h *head) error {
		for _, tenant := range slices.Sorted(maps.Keys(over)) {
			found, err := r.store.row(tx, tenant)
			if err != nil {
				return err
			}
			if found == nil {
				return ErrDamaged
			}
			for _, name := range r.over(found, now) {
				when, _ := parseEpoch(name)
				_, kind := when.retention(r.config)
				found.Swept[kind] = max(found.Swept[kind], name)
				delete(found.Epochs, name)
				n++
			}
			if err := r.store.putRow(tx, h, tenant, found); err != nil {
				return err
			}
		}
		h.Compact, h.force = true, true
		return nil
	})
	for _, tenant := range slices.Sorted(maps.Keys(over)) {
		for _, name := range over[tenant] {
			err = r.told(err, "shredded", tenant, "epoch "+name)
		}
	}
	return n, err
}

// over gives the epochs of a row that are over for longer than their retention.
func (r *Ring) over(found *row, now time.Time) (names []string) {
	for name := range found.Epochs {
		when, err := parseEpoch(name)
		if err != nil {
			continue
		}
		if retention, _ := when.retention(r.config); !now.Before(when.end.Add(retention)) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
