package keyring

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	bolt "go.etcd.io/bbolt"
)

const (
	// tenantsMost bounds the tenants whose keys are in memory, at some 2 KiB each.
	tenantsMost = 10_000
	// saltsMost bounds the salts in memory, at some 150 bytes each.
	saltsMost = 100_000
	// unwrapTimeout bounds what a worker waits for the key-encryption key of one tenant.
	unwrapTimeout = 10 * time.Second
)

// tenantKeys are the unwrapped secrets of a tenant. All but epochs is immutable; epochs belongs to the entry's lock.
type tenantKeys struct {
	row      *row // as it was read
	root     Key
	versions map[int]Key // by number
	epochs   map[string]Key
}

// load reads a tenant and unwraps its secrets. What the old keys have of them already is taken from there.
func (r *Ring) load(tenant string, old *tenantKeys) (*tenantKeys, error) {
	var found *row
	err := r.store.view(func(tx *bolt.Tx, _ head) (err error) {
		found, err = r.store.row(tx, tenant)
		return err
	})
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), unwrapTimeout)
	defer cancel()
	if found == nil && !r.config.Create {
		return nil, fmt.Errorf("find keys of tenant %q: %w", tenant, ErrNone)
	}
	if found == nil {
		if found, err = r.create(ctx, tenant, false); err != nil {
			return nil, err
		}
	}
	if found.Shredded != nil {
		return nil, fmt.Errorf("find keys of tenant %q: %w", tenant, ErrShredded)
	}
	return r.unwrapRow(ctx, tenant, found, old)
}

func (r *Ring) unwrapRow(ctx context.Context, tenant string, found *row, old *tenantKeys) (*tenantKeys, error) {
	k := &tenantKeys{row: found, versions: map[int]Key{}, epochs: map[string]Key{}}
	if old == nil {
		old = &tenantKeys{row: &row{}}
	}
	var err error
	k.root = old.root
	if !bytes.Equal(old.row.Root, found.Root) {
		if k.root, err = r.unwrap(ctx, found.Root, rootContext(tenant, found.first()), 1); err != nil {
			return nil, fmt.Errorf("unwrap root of tenant %q: %w", tenant, err)
		}
	}
	for _, v := range found.Versions {
		if v.Shredded != nil {
			continue
		}
		if was := old.row.find(v.Number); was != nil && bytes.Equal(was.Wrapped, v.Wrapped) {
			k.versions[v.Number] = old.versions[v.Number]
			continue
		}
		key, err := r.unwrap(ctx, v.Wrapped, versionContext(tenant, v.Number), v.Number)
		if err != nil {
			return nil, fmt.Errorf("unwrap version %d of tenant %q: %w", v.Number, tenant, err)
		}
		k.versions[v.Number] = key
	}
	return k, nil
}

func (r *Ring) unwrap(ctx context.Context, wrapped []byte, context string, version int) (Key, error) {
	secret, err := r.config.KEK.Unwrap(ctx, wrapped, context)
	if err != nil {
		return Key{}, fmt.Errorf("ask %s: %w", r.config.KEK.Name(), err)
	}
	defer clear(secret)
	if len(secret) != KeyLen {
		return Key{}, fmt.Errorf("ask %s: %w", r.config.KEK.Name(), errWrapped)
	}
	return newKey(secret, version), nil
}

// first is the number of the first version made with the row's root.
func (r *row) first() int {
	if len(r.Versions) == 0 {
		return 0
	}
	return r.Versions[0].Number
}

func (r *row) find(number int) *version {
	for i := range r.Versions {
		if r.Versions[i].Number == number {
			return &r.Versions[i]
		}
	}
	return nil
}

// with runs f on a tenant's keys, under the lock of their entry.
func (r *Ring) with(tenant string, f func(*tenantKeys) error) error {
	if tenant == "" {
		return ErrNone
	}
	r.mu.Lock()
	refused, e := r.refused, r.tenants[tenant]
	if refused == nil && e == nil {
		if len(r.tenants) >= tenantsMost {
			for other := range r.tenants { // any will do: to keep an order would cost every request
				delete(r.tenants, other)
				break
			}
		}
		e = &entry{}
		r.tenants[tenant] = e
	}
	r.mu.Unlock()
	if refused != nil {
		return refused
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := r.refresh(tenant, e); err != nil {
		return err
	}
	err := f(e.keys)
	if err != nil && !errors.Is(err, ErrNone) && !errors.Is(err, ErrShredded) {
		e.again = r.config.Now().Add(r.config.Retry)
	}
	return err
}

// refresh makes e's keys good, or says why there are none. Failures are remembered for a while: a key service that is down
// must not be asked for every record.
func (r *Ring) refresh(tenant string, e *entry) error {
	now, changes := r.config.Now(), r.changes.Load()
	age := now.Sub(e.loaded)
	current := e.keys != nil && e.changes == changes && age < r.config.TTL
	if current && age < r.softTTL() {
		return nil
	}
	if e.changes == changes && now.Before(e.retry) {
		if current {
			return nil
		}
		return e.err
	}
	old := e.keys
	if age >= r.softTTL() {
		old = nil // the key-encryption key is to be asked
	}
	keys, err := r.load(tenant, old)
	if err != nil {
		e.err, e.retry, e.changes = err, now.Add(r.config.Retry), changes
		r.tell(tenant, err, current)
		if current {
			return nil
		}
		if e.keys != nil { // holders give up what was made with them
			r.generation.Add(1)
		}
		e.keys = nil
		return err
	}
	if old == nil {
		e.loaded = now
		r.config.Event("unwrapped", tenant, "")
	}
	if e.err != nil { // some holders were told that there are no keys, and may not be who asked now
		r.generation.Add(1)
	}
	e.keys, e.changes, e.aged, e.err, e.retry = keys, changes, false, nil, time.Time{}
	return nil
}

// tell says that there are no keys. That there are too many tenants it says once an hour: who names tenants must not fill logs.
func (r *Ring) tell(tenant string, err error, current bool) {
	if errors.Is(err, ErrMany) {
		r.crowded.Add(1)
		if hour := hourOf(r.config.Now()); r.said.Swap(hour) == hour {
			return
		}
	}
	r.config.Log.Warn("keys of a tenant can't be had", "tenant", tenant, "error", err, "still_held", current)
	r.config.Event("unavailable", tenant, "")
}

// softTTL is the age at which keys are unwrapped again, if they are needed and can be.
func (r *Ring) softTTL() time.Duration { return r.config.TTL / 4 * 3 }

func (r *Ring) watch() {
	defer close(r.done)
	t := time.NewTicker(r.config.Refresh)
	defer t.Stop()
	for {
		select {
		case <-r.stop:
			return
		case <-t.C:
			r.tick()
		}
	}
}

// tick looks at the store and the clock, and changes the generation if holders must ask again.
func (r *Ring) tick() {
	changed := r.look()
	now := r.config.Now()
	r.mu.Lock()
	for tenant, e := range r.tenants {
		if !e.mu.TryLock() {
			continue // it is being loaded
		}
		age := now.Sub(e.loaded)
		if !e.again.IsZero() && !now.Before(e.again) {
			e.again = time.Time{}
			changed = true
		}
		switch {
		case e.err != nil && e.keys == nil && !now.Before(e.retry):
			delete(r.tenants, tenant)
			changed = true
		case e.keys != nil && age >= r.config.TTL:
			delete(r.tenants, tenant)
			changed = true
		case e.keys != nil && age >= r.softTTL() && !e.aged:
			e.aged = true
			changed = true
		}
		e.mu.Unlock()
	}
	today := now.UTC().Truncate(24 * time.Hour)
	newDay := !today.Equal(r.day)
	r.day = today
	if newDay {
		r.sweep = now
	}
	due := !r.sweep.IsZero() && !now.Before(r.sweep)
	r.mu.Unlock()
	if changed || newDay {
		r.generation.Add(1)
	}
	if due {
		r.sweepNow(now)
	}
}

// sweepNow destroys what is over; what fails is tried again.
func (r *Ring) sweepNow(now time.Time) {
	next := time.Time{}
	if _, err := r.Sweep(now); err != nil {
		next = now.Add(r.config.Retry)
		r.unswept.Add(1)
		r.config.Log.Error("keys of epochs that are over were not destroyed; trying again", "error", err)
	}
	r.mu.Lock()
	r.sweep = next
	r.mu.Unlock()
}

// look compares the store with what was seen of it, and tells whether holders must ask again.
func (r *Ring) look() (changed bool) {
	var generation uint64
	err := r.store.view(func(_ *bolt.Tx, h head) error { generation = h.Generation; return r.store.testify() })
	r.mu.Lock()
	defer r.mu.Unlock()
	if errors.Is(r.refused, errClosed) {
		return false
	}
	if errors.Is(err, ErrRollback) {
		if r.refused == nil {
			r.config.Log.Error("no key is given any more", "error", err)
			r.config.Event("refused", "", "rollback")
		}
		changed = r.refused == nil
		r.refused = err
		clear(r.salts)
		return changed
	}
	if err != nil {
		r.config.Log.Warn("key store can't be looked at", "error", err)
		return false
	}
	changed = r.refused != nil
	r.refused = nil
	return r.adopt(generation) || changed
}

// adopt notes the store's generation, under r.mu, and tells whether it is new.
func (r *Ring) adopt(generation uint64) bool {
	if r.changes.Load() == generation {
		return false
	}
	r.changes.Store(generation)
	clear(r.salts)
	return true
}
