package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/sonexlabs/tacet/pipeline/audit"
)

// heed follows what people ask for and tenants instruct until stop is called, and comes back once it knows all of it that there is: before
// that nothing may be consumed. The context it gives ends when that can't be trusted any more; stop then says why. Without rights and
// instructions it does nothing.
func (p *parts) heed(ctx context.Context) (heeding context.Context, stop func() error, err error) {
	var follow []func(ctx context.Context, loaded func()) error
	if p.rights != nil {
		follow = append(follow, p.rights.run)
	}
	if p.instructions != nil {
		follow = append(follow, p.instructions.run)
	}
	if len(follow) == 0 {
		return ctx, func() error { return nil }, nil
	}
	told := ctx
	ctx, cancel := context.WithCancelCause(ctx)
	// What is asked while the last records are worked off counts, too.
	following, end := context.WithCancel(context.WithoutCancel(ctx))
	loaded, ended := make(chan struct{}), make(chan struct{})
	var failed error
	go func() {
		defer close(ended)
		if failed = followAll(following, follow, func() { close(loaded) }); failed != nil {
			failed = fmt.Errorf("follow what people ask for and tenants instruct: %w", failed)
			cancel(failed)
		}
	}()
	stop = func() error {
		end()
		<-ended
		cancel(nil)
		return failed
	}
	select {
	case <-loaded:
		return ctx, stop, nil
	case <-ended:
		return nil, nil, stop()
	case <-told.Done():
		return nil, nil, errors.Join(context.Cause(told), stop())
	}
}

// staleDefault is how long records go on leaving while what people ask for and tenants instruct can't be read: longer than brokers take to come
// back, and far below the day that anybody may be given to act on it.
const staleDefault = 15 * time.Minute

// staleLeast is several times the longest pause between two looks.
const staleLeast = 10 * time.Second

func (d *document) stale(rule rule, bound time.Duration, key string) {
	if bound < staleLeast {
		d.fail(rule, key, fmt.Sprintf("must be at least %v", staleLeast), "")
	}
}

// held says why nothing may leave: what people ask for or tenants instruct has not been read for too long.
func (p *parts) held(c config, now time.Time) error {
	if p.rights != nil {
		if age := p.rights.list.Age(now); age > c.Rights.Stale {
			return unread(c.Rights.Suppress, age)
		}
	}
	if p.instructions != nil {
		if age := p.instructions.age(now); age > c.Instructions.Stale {
			return unread(c.Instructions.Topic, age)
		}
	}
	return nil
}

func unread(topic string, age time.Duration) error {
	return fmt.Errorf("topic %s could not be read for %v: nothing leaves until it can", topic, age.Round(time.Second))
}

// followAll runs all, and calls loaded once each has read what there is.
func followAll(ctx context.Context, follow []func(context.Context, func()) error, loaded func()) error {
	g, ctx := errgroup.WithContext(ctx)
	var left atomic.Int32
	left.Store(int32(len(follow)))
	for _, f := range follow {
		g.Go(func() error {
			return f(ctx, func() {
				if left.Add(-1) == 0 {
					loaded()
				}
			})
		})
	}
	return g.Wait()
}

// keyEvents writes what happens to keys to the audit log, once there is one. Values and keys are no part of events.
type keyEvents struct {
	to  atomic.Pointer[audit.Log]
	log *slog.Logger
}

func (e *keyEvents) note(action, tenant, what string) {
	to := e.to.Load()
	if to == nil {
		return
	}
	entry := audit.Entry{Actor: "keyring", Action: "key." + action, Tenant: tenant}
	if what != "" {
		entry.Object = []audit.Attr{{Name: "what", Value: what}}
	}
	if _, err := to.Append(entry); err != nil {
		e.log.Error("event of keys is not in the audit log", "action", action, "error", err)
	}
}
