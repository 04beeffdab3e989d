package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/sonexlabs/tacet/pipeline/audit"
	"github.com/sonexlabs/tacet/pipeline/policy"
)

// reloadPeriod is how often the policy file is looked at.
const reloadPeriod = 5 * time.Second

// reloader puts a changed policy file in force while the pipeline runs. One that can't be is refused, and the old one stays.
type reloader struct {
	p       *program
	c       policyConfig
	log     *slog.Logger
	seen    []byte // hash of the file that was last tried
	hangup  chan os.Signal
	reloads *prometheus.CounterVec
}

// newReloader begins to take SIGHUP; watch must follow.
func newReloader(p *program, c config, log *slog.Logger) *reloader {
	r := &reloader{p: p, c: c.Policy, log: log, reloads: prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "tacet_config_reloads_total", Help: "Changed policies met while running, by what became of them."}, []string{"outcome"})}
	p.registry.MustRegister(r.reloads)
	r.reloads.WithLabelValues("done")
	r.reloads.WithLabelValues("refused")
	r.seen = r.fingerprint()
	r.hangup = make(chan os.Signal, 1)
	signal.Notify(r.hangup, syscall.SIGHUP) // from here on it doesn't end the process
	return r
}

// watch looks at the file until ctx ends: at every SIGHUP, and every few seconds.
func (r *reloader) watch(ctx context.Context) {
	defer signal.Stop(r.hangup)
	tick := time.NewTicker(reloadPeriod)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-r.hangup:
			r.log.Info("told to reload")
			r.seen = nil
		case <-tick.C:
		}
		r.look()
	}
}

// fingerprint tells the file's present content from another; nil where it can't be read or there is none.
func (r *reloader) fingerprint() []byte {
	if r.c.File == "" {
		return nil
	}
	text, err := os.ReadFile(string(r.c.File))
	if err != nil {
		return nil
	}
	sum := sha256.Sum256(text)
	return sum[:]
}

// look reloads the file if it has changed since it was last tried.
func (r *reloader) look() {
	if i := r.p.instructions; i != nil {
		switch changed, err := i.look(); {
		case err != nil:
			r.reloads.WithLabelValues("refused").Inc()
			r.log.Error("instructions are refused; those before stay in force", "error", err)
			r.noted("instructions.refused")
		case changed:
			r.reloads.WithLabelValues("done").Inc()
			r.log.Info("instructions are in force", "tenants", len(i.table.Tenants()))
			r.noted("instructions.reload")
		}
	}
	if r.c.File == "" {
		return
	}
	now := r.fingerprint()
	if now != nil && bytes.Equal(now, r.seen) {
		return
	}
	if now == nil && r.seen != nil {
		return // between two versions of the file, perhaps
	}
	r.seen = now
	before := r.p.running.Policy()
	after, err := loadPolicy(r.c)
	if err == nil && after.Hash() == before.Hash() {
		return
	}
	if err == nil {
		err = r.p.running.Reload(after)
	}
	r.report(before, after, err)
}

// noted writes an event without more to the audit log.
func (r *reloader) noted(action string) {
	if err := r.p.note(action); err != nil {
		r.log.Error("change of instructions is not in the audit log", "error", err)
	}
}

// report says what became of a changed policy: in the log, in the metrics, and for the auditor.
func (r *reloader) report(before, after *policy.Policy, err error) {
	object := []audit.Attr{{Name: "from", Value: before.Hash()}}
	if after != nil {
		object = append(object, audit.Attr{Name: "to", Value: after.Hash()})
	}
	action := "policy.reload"
	if err != nil {
		action = "policy.refused"
		r.reloads.WithLabelValues("refused").Inc()
		r.log.Error("policy is refused; the old one stays in force", "policy", before.Hash(), "error", err)
	} else {
		r.reloads.WithLabelValues("done").Inc()
		r.log.Info("policy is in force", "policy", after.Hash(), "before", before.Hash())
	}
	if e := r.p.note(action, object...); e != nil {
		r.log.Error("change of the policy is not in the audit log", "error", errors.Join(e))
	}
}
