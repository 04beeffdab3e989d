package keyring

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	bolt "go.etcd.io/bbolt"
)

// The reasons for which there is no key.
var (
	// ErrNone is returned for what was never made: a tenant the store does not know, a reveal key that nobody set, an epoch that
	// has not begun.
	ErrNone = errors.New("no key")
	// ErrShredded is returned for what was destroyed, and for epochs that are over for longer than their retention.
	ErrShredded = errors.New("key was destroyed")
	// ErrMany is returned for a tenant that is met first when as many were as Config lets.
	ErrMany = errors.New("no keys are made: as many tenants were met first as may be in an hour, or in all")
	// errClosed is returned after Close.
	errClosed = errors.New("key ring is closed")
)

// Config is what a Ring is opened with.
type Config struct {
	Path string // of the store's file
	KEK  Wrapper
	// Witness is a file, best on another volume, that remembers how far the store had come: an older one is then refused.
	Witness string
	// Create makes the secrets of tenants that are met first. Without it a tenant has none until somebody makes them.
	Create bool
	// CreateHourly and CreateMost bound it, for all processes that share the store: how many are made in an hour, and at how many there are in
	// the store none is. Whoever writes what is read can name tenants. Ring.Create is not bound.
	CreateHourly, CreateMost int
	// TTL is how long an unwrapped secret stays in memory. Once three quarters of it are over, the key-encryption key is asked
	// again when the secret is needed, so that an outage shorter than the rest is not felt.
	TTL     time.Duration
	Refresh time.Duration // how often the store is looked at for changes of other processes
	Retry   time.Duration // how long a failure is remembered before the key is tried again
	// Retention is how long the secrets of a day and a month outlast it. As long, records that come late or again get the
	// tokens they had.
	Retention Retention
	Log       *slog.Logger
	Now       func() time.Time
	// Event is told what happens to keys, for the audit log: "unwrapped", "created", "rotated", … It must not call the ring.
	Event func(action, tenant, what string)
}

// Retention is how long secrets of epochs outlast them.
type Retention struct{ Day, Month time.Duration }

// DefaultConfig is a Config without path and key-encryption key. A day's secret outlasts it by a week, which is as long as Kafka
// keeps records by default: what can be replayed gets the tokens it had.
func DefaultConfig() Config {
	return Config{
		CreateHourly: 1000, CreateMost: tenantsMost,
		TTL: time.Hour, Refresh: 10 * time.Second, Retry: 30 * time.Second,
		Retention: Retention{Day: 7 * 24 * time.Hour, Month: 31 * 24 * time.Hour},
		Log:       slog.New(slog.DiscardHandler), Now: time.Now, Event: func(string, string, string) {},
	}
}

// Validate says what is wrong with the configuration.
func (c Config) Validate() error {
	switch {
	case c.Path == "":
		return errors.New("open key ring: no path of the store")
	case c.KEK == nil:
		return errors.New("open key ring: no key-encryption key")
	case c.CreateHourly < 1, c.CreateMost < 1:
		return errors.New("open key ring: create hourly and create most must be 1 or more")
	case c.TTL < time.Second, c.Refresh < time.Second, c.Retry < time.Second:
		return errors.New("open key ring: ttl, refresh and retry must be a second or more")
	case c.Retention.Day < 0, c.Retention.Month < 0:
		return errors.New("open key ring: retention must not be negative")
	case c.Log == nil, c.Now == nil, c.Event == nil:
		return errors.New("open key ring: log, clock or event is missing: start from DefaultConfig")
	}
	return nil
}

// Ring gives keys. It is safe for concurrent use; every printed form of it is "ring".
type Ring struct {
	dev    Key // of a ring without a store
	config Config
	store  *store

	generation atomic.Uint64 // what holders see
	changes    atomic.Uint64 // generation of the store
	unswept    atomic.Uint64 // sweeps that failed
	crowded    atomic.Uint64 // times that a tenant got no keys because of ErrMany
	said       atomic.Int64  // the hour in which that was said

	mu      sync.Mutex
	tenants map[string]*entry
	salts   map[saltID]Key
	refused error     // why no key is given at all
	day     time.Time // the last that was seen
	sweep   time.Time // when what is over is destroyed; zero once it was

	stop chan struct{}
	done chan struct{}
}

type saltID struct {
	tenant string
	sid    [16]byte
}

// entry is what is known of a tenant's keys. Its lock is held while they are loaded: who asks meanwhile waits for the answer.
type entry struct {
	mu      sync.Mutex
	keys    *tenantKeys
	loaded  time.Time // when the key-encryption key was asked
	changes uint64    // of the store then
	aged    bool      // holders were told that it is time to ask again
	err     error     // of the last try
	retry   time.Time // not before then
	again   time.Time // when holders are told to ask again, because something else than the keys could not be had
}

// Open opens the store and begins to watch it. It fails when the store or its key-encryption key can't be had: what can't begin is
// noticed. Later such failures cost a tenant its tokens and no more.
func Open(c Config) (*Ring, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), unwrapTimeout)
	defer cancel()
	s, err := openStore(ctx, c.Path, c.Witness, c.KEK)
	if err != nil {
		return nil, err
	}
	r := &Ring{config: c, store: s, tenants: map[string]*entry{}, salts: map[saltID]Key{},
		stop: make(chan struct{}), done: make(chan struct{})}
	r.tick()
	go r.watch()
	return r, nil
}

// Format prints "ring" for every verb.
func (r *Ring) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("ring")) }

// IsDev tells whether the keys are derived from one secret that may be known: what is made with them is marked.
func (r *Ring) IsDev() bool { return r.store == nil }

// Generation changes when keys that were given out may no longer hold: after a rotation or destruction, when a key's time
// in memory is over, when a tenant whose key could not be had is to be tried again. Holders then ask again. It costs one
// atomic load.
func (r *Ring) Generation() uint64 { return r.generation.Load() }

// Crowded counts how often a tenant that was met first got no keys because of Config.CreateHourly or CreateMost.
func (r *Ring) Crowded() uint64 { return r.crowded.Load() }

// Unswept counts how often keys of days and months that are over could not be destroyed. It is tried again until they are.
func (r *Ring) Unswept() uint64 { return r.unswept.Load() }

// Domain gives the keys that a token of a domain goes through, in order: one, or after rotations of mode chain one for each
// version, where T2 = HMAC(K2, T1). The last one's version is printed in the token.
func (r *Ring) Domain(tenant, domain string) ([]Key, error) {
	all, err := r.History(tenant, domain)
	if err != nil {
		return nil, err
	}
	return all[len(all)-1], nil
}

// History gives what Domain gives now, last, and before it what it gave for every earlier version that was not destroyed: with them
// the tokens can be recomputed that were written then.
func (r *Ring) History(tenant, domain string) (all [][]Key, err error) {
	if r.IsDev() {
		secret, err := r.devSecret(tenant, "v1")
		return [][]Key{{secret.expand("domain/" + domain)}}, err
	}
	err = r.with(tenant, func(k *tenantKeys) error {
		for i := range k.row.Versions {
			var keys []Key
			for _, n := range k.row.chainTo(i) {
				keys = append(keys, k.versions[n].expand("domain/"+domain))
			}
			if len(keys) > 0 {
				all = append(all, keys)
			} else if i == len(k.row.Versions)-1 {
				return fmt.Errorf("find keys of tenant %q: %w", tenant, ErrShredded)
			}
		}
		if len(all) == 0 {
			return fmt.Errorf("find keys of tenant %q: %w", tenant, ErrNone)
		}
		return nil
	})
	return all, err
}

// Epoch gives the key of a domain for one day ("2026-11-27") or month ("2026-11"). It comes from a random secret that is
// destroyed when the epoch is over for longer than its retention; then, and for epochs that are to come, there is an error.
func (r *Ring) Epoch(tenant, domain, epoch string) (key Key, err error) {
	when, err := parseEpoch(epoch)
	if err != nil {
		return Key{}, err
	}
	if r.IsDev() {
		secret, err := r.devSecret(tenant, "epoch/"+epoch)
		return secret.expand("domain/" + domain), err
	}
	err = r.with(tenant, func(k *tenantKeys) error {
		secret, err := r.epochSecret(tenant, k, epoch, when)
		key = secret.expand("domain/" + domain)
		return err
	})
	return key, err
}

// Suppression gives the key of the subject ids of a tenant. It does not change with rotations.
func (r *Ring) Suppression(tenant string) (key Key, err error) {
	if r.IsDev() {
		secret, err := r.devSecret(tenant, "root")
		return secret.expand("suppression"), err
	}
	err = r.with(tenant, func(k *tenantKeys) error {
		key = k.root.expand("suppression")
		return nil
	})
	return key, err
}

// Salt gives the salt of a subject, which is made when it is first asked for and durable before it is returned.
func (r *Ring) Salt(tenant string, sid [16]byte) (key Key, err error) {
	if r.IsDev() {
		return r.devSecret(tenant, "salt/"+hex.EncodeToString(sid[:]))
	}
	err = r.with(tenant, func(k *tenantKeys) (err error) {
		key, err = r.salt(tenant, k, sid)
		return err
	})
	return key, err
}

// RevealKey gives the public key that a tenant's capsules are sealed to; ErrNone where there is none.
func (r *Ring) RevealKey(tenant string) (public []byte, err error) {
	if r.IsDev() {
		return nil, ErrNone
	}
	err = r.with(tenant, func(k *tenantKeys) error {
		if len(k.row.RevealKey) == 0 {
			return ErrNone
		}
		public = bytes.Clone(k.row.RevealKey)
		return nil
	})
	return public, err
}

// LevelMost is the highest level of erasure.
const LevelMost = 2

// Level is what erasure means for a tenant: 0 by call ids, 1 by recomputed tokens, 2 with a salt for each subject. Where it can't
// be had it is the highest: there is no salt then, and no token without one.
func (r *Ring) Level(tenant string) (level int) {
	if r.IsDev() {
		return 0
	}
	if err := r.with(tenant, func(k *tenantKeys) error { level = k.row.Level; return nil }); err != nil {
		return LevelMost
	}
	return level
}

// Close ends the ring's work. Keys that were given out stay in memory until the garbage collector has been.
func (r *Ring) Close() error {
	if r.IsDev() {
		return nil
	}
	r.mu.Lock()
	first := !errors.Is(r.refused, errClosed)
	r.refused = errClosed
	clear(r.tenants)
	clear(r.salts)
	r.mu.Unlock()
	if first {
		close(r.stop)
		<-r.done
		r.generation.Add(1)
		return r.store.view(func(*bolt.Tx, head) error { return r.store.testify() })
	}
	return nil
}

// quote puts a name's length before it, so that no two lists of names look alike.
func quote(name string) string { return strconv.Itoa(len(name)) + ":" + name + "/" }

// span is the time of an epoch, in UTC.
type span struct {
	start, end time.Time
	month      bool
}

// retention gives that of the epoch's kind, and its place in row.Swept.
func (s span) retention(c Config) (time.Duration, int) {
	if s.month {
		return c.Retention.Month, 1
	}
	return c.Retention.Day, 0
}

func parseEpoch(epoch string) (span, error) {
	if day, err := time.Parse(time.DateOnly, epoch); err == nil {
		return span{day, day.AddDate(0, 0, 1), false}, nil
	}
	if month, err := time.Parse("2006-01", epoch); err == nil {
		return span{month, month.AddDate(0, 1, 0), true}, nil
	}
	return span{}, fmt.Errorf("find epoch: %d characters are no day or month", len(epoch))
}

// ahead is how far in the future an epoch may begin: clocks and time zones differ.
const ahead = 24 * time.Hour

// epochSecret gives the secret of an epoch and makes it where there is none yet.
func (r *Ring) epochSecret(tenant string, k *tenantKeys, name string, when span) (Key, error) {
	now := r.config.Now()
	retention, kind := when.retention(r.config)
	if !now.Before(when.end.Add(retention)) {
		return Key{}, fmt.Errorf("find key of epoch %s of tenant %q: %w", name, tenant, ErrShredded)
	}
	if when.start.After(now.Add(ahead)) {
		return Key{}, fmt.Errorf("find key of epoch %s of tenant %q: it has not begun: %w", name, tenant, ErrNone)
	}
	if key, ok := k.epochs[name]; ok {
		return key, nil
	}
	e, ok := k.row.Epochs[name]
	if !ok {
		var err error
		if e, err = r.makeEpoch(tenant, k, name, kind); err != nil {
			return Key{}, fmt.Errorf("make key of epoch %s of tenant %q: %w", name, tenant, err)
		}
	}
	if e.Shredded != nil {
		return Key{}, fmt.Errorf("find key of epoch %s of tenant %q: %w", name, tenant, ErrShredded)
	}
	key, err := k.root.unseal(e.Sealed, epochContext(tenant, name))
	if err != nil {
		return Key{}, fmt.Errorf("unwrap epoch %s of tenant %q: %w", name, tenant, err)
	}
	k.epochs[name] = key
	return key, nil
}

// makeEpoch writes a new secret, unless another process has.
func (r *Ring) makeEpoch(tenant string, k *tenantKeys, name string, kind int) (made epoch, err error) {
	made = epoch{Created: r.config.Now().UTC()}
	if made.Sealed, err = k.root.seal(newSecret(), epochContext(tenant, name)); err != nil {
		return made, err
	}
	err = r.store.update(func(tx *bolt.Tx, h *head) error {
		found, err := r.store.liveRow(tx, tenant, k.row)
		if err != nil {
			return err
		}
		if other, ok := found.Epochs[name]; ok {
			made = other
			return errUnchanged
		}
		if name <= found.Swept[kind] {
			return ErrShredded
		}
		if found.Epochs == nil {
			found.Epochs = map[string]epoch{}
		}
		found.Epochs[name] = made
		return r.store.putRow(tx, h, tenant, found)
	})
	return made, err
}

// liveRow reads a tenant's row for a change by a holder of its root, which may have been destroyed since. A root is known by the number of
// the first version that was made with it: how it is wrapped may change.
func (s *store) liveRow(tx *bolt.Tx, tenant string, held *row) (*row, error) {
	found, err := s.row(tx, tenant)
	if err != nil {
		return nil, err
	}
	if found == nil {
		return nil, ErrNone
	}
	if found.Shredded != nil || found.first() != held.first() {
		return nil, ErrShredded
	}
	return found, nil
}
