package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"sync/atomic"
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
	p         *program
	c         policyConfig
	log       *slog.Logger
	seen      []byte                        // hash of the file that was last tried
	unread    int                           // looks in a row at which there was none
	untaken   string                        // why instructions were refused at the last look, "" where they weren't
	pending   *policy.Policy                // waits for the time from which it is effective; nil where none does
	exposed   func(*policy.Policy) exposure // what the configuration lets leave, under a policy
	announced *announced                    // another configuration that waits; nil where none does
	override  bool                          // let one that lets more leave take effect without notice
	now       func() time.Time
	hangup    chan os.Signal
	reloads   *prometheus.CounterVec
	forgot    atomic.Uint64 // times that the witness could not be written
	owed      bool          // the last time it couldn't
}

// newReloader begins to take SIGHUP; watch must follow.
func newReloader(p *program, c config, override bool, log *slog.Logger) *reloader {
	lists := p.lists.prints(c.Audit.Key.Reveal())
	exposed := func(p *policy.Policy) exposure { return c.exposure(p, lists) }
	r := &reloader{p: p, c: c.Policy, exposed: exposed, log: log, override: override, now: time.Now, reloads: prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "tacet_config_reloads_total", Help: "Changed policies met while running, by what became of them."}, []string{"outcome"})}
	p.registry.MustRegister(r.reloads)
	countForgotten(p.registry, "policy", r.forgot.Load)
	r.reloads.WithLabelValues("done")
	r.reloads.WithLabelValues("refused")
	if c.Policy.File != "" {
		seen, _ := r.fingerprint() // looked at again soon
		if same, err := loadPolicy(c.Policy); err == nil && same.Hash() == p.running.Policy().Hash() {
			r.seen = seen // otherwise it has changed since p was assembled, which the first look takes in
		}
	}
	r.hangup = make(chan os.Signal, 1)
	signal.Notify(r.hangup, syscall.SIGHUP)
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
			r.seen, r.unread, r.untaken = nil, 1, "" // what is wrong is said again
		case <-tick.C:
		}
		r.look()
	}
}

// fingerprint tells the file's present content from another.
func (r *reloader) fingerprint() ([]byte, error) {
	text, err := os.ReadFile(string(r.c.File))
	if err != nil {
		return nil, fmt.Errorf("read policy: %w", err)
	}
	sum := sha256.Sum256(text)
	return sum[:], nil
}

// look reloads what has changed since it was last tried.
func (r *reloader) look() {
	if r.p.instructions != nil {
		r.lookAtInstructions(r.p.instructions)
	}
	if r.c.File != "" {
		r.lookAtPolicy()
	}
}

// lookAtInstructions says once what is wrong with them, however often it is met.
func (r *reloader) lookAtInstructions(i *instructions) {
	if i.owed.Load() {
		_ = i.remember() // said when it was owed first
	}
	changed, err := i.look()
	if err == nil {
		r.untaken = ""
	}
	switch {
	case err != nil && err.Error() != r.untaken:
		r.untaken = err.Error()
		r.reloads.WithLabelValues("refused").Inc()
		r.log.Error("instructions are refused; those before stay in force", "error", err)
		r.noted("instructions.refused")
	case changed:
		r.reloads.WithLabelValues("done").Inc()
		r.log.Info("instructions are in force", "tenants", len(i.table.Tenants()))
		if err := i.remember(); err != nil {
			r.log.Error("can't note how far instructions go", "error", err)
		}
		r.noted("instructions.reload")
	}
}

func (r *reloader) lookAtPolicy() {
	if r.pending != nil && !r.now().Before(r.pending.EffectiveFrom()) {
		r.enforce(r.pending) // it was checked when it was made known
	}
	before := r.p.running.Policy()
	if r.owed {
		r.mustRemember(before)
	}
	now, err := r.fingerprint()
	if err != nil {
		if r.unread++; r.unread == 2 { // once; at the first look it may be between two versions of the file
			r.report("policy.refused", before, nil, err)
		}
		return
	}
	r.unread = 0
	if bytes.Equal(now, r.seen) {
		return
	}
	r.seen = now
	after, err := loadPolicy(r.c)
	if err != nil {
		r.report("policy.refused", before, nil, err)
		return
	}
	waited := r.pending != nil
	r.pending = nil // another version of the file takes its place
	if after.Hash() == before.Hash() {
		if waited {
			r.mustRemember(before)
		}
		return
	}
	var lead *policy.LeadError
	err = policy.CheckLead(before, after, r.now())
	if errors.As(err, &lead) && r.override {
		err = r.overrulePolicy(before, after)
	}
	if err != nil {
		r.report("policy.refused", before, after, err)
		if waited {
			r.mustRemember(before)
		}
		return
	}
	if after.EffectiveFrom().After(r.now()) {
		err := r.wait(before, after)
		if r.owed = err != nil; r.owed {
			r.log.Error("a policy that waits is not noted, which is tried again: after a restart its notice would begin anew", "error", err)
		}
		return
	}
	r.enforce(after)
}

// overrulePolicy lets a policy take effect without notice.
func (r *reloader) overrulePolicy(before, after *policy.Policy) error {
	return r.overrule("policy", "policy.override", audit.Attr{Name: "from", Value: before.Hash()}, audit.Attr{Name: "to", Value: after.Hash()})
}

// overrule lets something take effect without notice, if the audit log has that on disk first.
func (r *reloader) overrule(what, action string, object ...audit.Attr) error {
	if r.p.audit == nil {
		return errors.New("--override needs an audit log that says so: set audit.directory and audit.key")
	}
	if err := r.p.note(action, object...); err != nil {
		return fmt.Errorf("override notice: it is not in the audit log: %w", err)
	}
	args := []any{}
	for _, a := range object {
		args = append(args, a.Name, a.Value)
	}
	r.log.Warn(what+" lets more leave without the notice that is due, because the command line says so", args...)
	return nil
}

// enforce puts a policy in force.
func (r *reloader) enforce(next *policy.Policy) {
	before := r.p.running.Policy()
	r.pending = nil
	if err := r.p.running.Reload(next); err != nil {
		r.report("policy.refused", before, next, err)
		r.mustRemember(before)
		return
	}
	r.mustRemember(next)
	r.report("policy.reload", before, next, nil)
}

// mustRemember is remember while the pipeline runs, which an error doesn't end: after a restart an older policy is compared with.
func (r *reloader) mustRemember(inForce *policy.Policy) {
	err := r.remember(inForce)
	if err != nil && !r.owed {
		r.log.Error("the policy in force is not noted, which is tried again: a restart would be held against an older one", "error", err)
	}
	r.owed = err != nil
}

// noted writes an event without more to the audit log.
func (r *reloader) noted(action string) {
	if err := r.p.note(action); err != nil {
		r.log.Error("change of instructions is not in the audit log", "error", err)
	}
}

// report says what became of a changed policy: in the log, in the metrics, and for the auditor.
func (r *reloader) report(action string, before, after *policy.Policy, err error) {
	object := []audit.Attr{{Name: "from", Value: before.Hash()}}
	args := []any{"policy", before.Hash()}
	if after != nil {
		object = append(object, audit.Attr{Name: "to", Value: after.Hash()})
		args = append(args, "next", after.Hash())
	}
	switch action {
	case "policy.refused":
		r.reloads.WithLabelValues("refused").Inc()
		r.log.Error("policy is refused; the old one stays in force", append(args, "error", err)...)
	case "policy.pending":
		r.log.Info("policy waits until it is effective", append(args, "from", after.EffectiveFrom())...)
	default:
		r.reloads.WithLabelValues("done").Inc()
		r.log.Info("policy is in force", args...)
	}
	if e := r.p.note(action, object...); e != nil {
		r.log.Error("change of the policy is not in the audit log", "error", e)
	}
}
