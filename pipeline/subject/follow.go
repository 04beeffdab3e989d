package subject

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"
)

// Log is a control topic: messages in one order. *source.Topic is one.
type Log interface {
	// Follow calls f for every message from the first on, in order. Once all those there were at the beginning have been read, it
	// calls end, and then goes on until ctx ends (which is no error), f or end fails, or the topic is no longer what it was.
	// It calls tick at least every few seconds while it knows that it has read everything there is. Key and value belong to the
	// callee; the value is nil in a tombstone.
	Follow(ctx context.Context, f func(offset int64, key, value []byte) error, end func() error, tick func()) error
}

// Follower keeps a List as its topic is.
type Follower struct {
	List    *List
	Log     Log
	Witness *Witness
	Logger  *slog.Logger
}

// badMax bounds the messages that can't be read.
const badMax = 1000

// Run loads the list, calls loaded, and follows the topic until ctx ends. Before loaded nothing may be consumed. After an error the
// list can't be trusted any more, and the process must end.
//
// A message that can't be read stops it: what it asks for is not known. A tombstone with its key makes good for it. Other
// tombstones are nothing that this program writes, and take nothing back.
func (f *Follower) Run(ctx context.Context, loaded func()) error {
	bad := map[string]error{}
	message := func(offset int64, key, value []byte) error {
		if value == nil {
			if _, ok := bad[string(key)]; !ok {
				f.Logger.Warn("tombstone on the suppression topic is left out", "offset", offset)
			}
			delete(bad, string(key))
			return nil
		}
		u, err := ParseUpdate(key, value)
		if err == nil {
			if err = f.List.Apply(u); err == nil {
				delete(bad, string(key))
				return nil
			}
		}
		err = fmt.Errorf("offset %d: %w", offset, err)
		if f.List.Loaded() || errors.Is(err, ErrFull) || len(bad) >= badMax {
			return err
		}
		bad[string(key)] = err
		return nil
	}
	end := func() error {
		for _, err := range bad {
			return fmt.Errorf("%w: find out what it asks for, then write a tombstone with its key", err)
		}
		v := f.List.Version()
		if err := errors.Join(f.Witness.Check(v), f.Witness.Saw(v)); err != nil {
			return err
		}
		f.List.loaded.Store(true)
		f.List.fresh.Store(time.Now().UnixNano())
		f.Logger.Info("suppression list loaded", "ids", f.List.Active(), "messages", v.Seq)
		loaded()
		return nil
	}
	seen := Version{}
	tick := func() {
		f.List.fresh.Store(time.Now().UnixNano())
		if v := f.List.Version(); v != seen && f.List.Loaded() {
			if err := f.Witness.Saw(v); err != nil {
				f.Logger.Error("can't note the version of the suppression list", "error", err)
				return
			}
			seen = v
		}
	}
	if err := f.Log.Follow(ctx, message, end, tick); err != nil {
		return fmt.Errorf("follow suppression list: %w", err)
	}
	return nil
}
