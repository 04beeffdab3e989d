package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"

	"github.com/sonexlabs/tacet/pipeline/audit"
)

// heed follows what people ask for until stop is called, and comes back once the list of it is complete: before that nothing may be
// consumed. The context it gives ends when the list can't be trusted any more; stop then says why. Without rights it does nothing.
func (p *parts) heed(ctx context.Context) (heeding context.Context, stop func() error, err error) {
	if p.rights == nil {
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
		if failed = p.rights.run(following, func() { close(loaded) }); failed != nil {
			failed = fmt.Errorf("follow what people ask for: %w", failed)
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
