package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sonexlabs/tacet/pipeline"
)

// meter passes on what the source reports and keeps what the rate line and readiness need.
type meter struct {
	*pipeline.Metrics
	records, bytes atomic.Int64
	joined         atomic.Bool
}

// Received implements source.Metrics.
func (m *meter) Received(id pipeline.LaneID, records, bytes int) {
	m.Metrics.Received(id, records, bytes)
	m.records.Add(int64(records))
	m.bytes.Add(int64(bytes))
}

// Assigned implements source.Metrics. A member without a partition is a member all the same.
func (m *meter) Assigned(n int) {
	m.Metrics.Assigned(n)
	m.joined.Store(true)
}

// Rebalance implements source.Metrics.
func (m *meter) Rebalance(reason string) {
	m.Metrics.Rebalance(reason)
	if reason == "error" {
		m.joined.Store(false)
	}
}

// Sinks are looked at this often, each look taking so long at most.
const (
	checkPeriod  = 15 * time.Second
	checkTimeout = 10 * time.Second
)

// readiness says whether the process does its work: it is in the group, knows who asked to be left out, and sinks and quarantine can
// be reached.
type readiness struct {
	parts    *parts
	meter    *meter
	draining atomic.Bool

	mu     sync.Mutex
	reason error // of the last look at sinks and quarantine
}

func newReadiness(p *parts, m *meter) *readiness {
	return &readiness{parts: p, meter: m, reason: errors.New("sinks are not checked yet")}
}

func (r *readiness) drain() { r.draining.Store(true) }

// watch looks at sinks and quarantine until ctx ends.
func (r *readiness) watch(ctx context.Context) {
	tick := time.NewTicker(checkPeriod)
	defer tick.Stop()
	for {
		var errs []error
		look, cancel := context.WithTimeout(ctx, checkTimeout)
		r.parts.check(look, func(name string, err error) {
			if err != nil {
				errs = append(errs, fmt.Errorf("%s: %w", name, err))
			}
		})
		cancel()
		r.mu.Lock()
		r.reason = errors.Join(errs...)
		r.mu.Unlock()
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// check returns why the process is not ready.
func (r *readiness) check() error {
	var errs []error
	if r.draining.Load() {
		errs = append(errs, errors.New("draining"))
	}
	if !r.meter.joined.Load() {
		errs = append(errs, errors.New("not in the consumer group yet"))
	}
	if rights := r.parts.rights; rights != nil && !rights.list.Loaded() {
		errs = append(errs, errors.New("the suppression list is not loaded"))
	}
	errs = append(errs, r.parts.hold())
	r.mu.Lock()
	defer r.mu.Unlock()
	return errors.Join(append(errs, r.reason)...)
}
