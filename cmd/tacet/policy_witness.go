package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/sonexlabs/tacet/pipeline/policy"
)

// standing is what the witness of the policy holds: the one in force, so that a restart is held against it as a reload is, and the one that
// was made known in time and waits, which is not held against anything again. So, too, what the configuration lets leave.
type standing struct {
	Policy    string     `json:"policy"`
	Next      string     `json:"next,omitempty"`
	Config    exposure   `json:"config,omitempty"` // none in files of earlier versions
	Announced *announced `json:"announced,omitempty"`
}

// read gives both; nil where there is none.
func (s *standing) read(name string) (inForce, next *policy.Policy, err error) {
	text, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, nil
	}
	if err == nil && json.Unmarshal(text, s) != nil {
		err = fmt.Errorf("%s is damaged", name)
	}
	if err == nil {
		inForce, err = policy.Parse(name, []byte(s.Policy))
	}
	if err == nil && s.Next != "" {
		next, err = policy.Parse(name, []byte(s.Next))
	}
	if err != nil {
		return nil, nil, fmt.Errorf("read the policy that was in force: %w", err)
	}
	return inForce, next, nil
}

// resume holds the policy of the file against the one that was in force when the program ended, so that a restart is no way round the
// notice that is due. Where the file's can't be in force yet, the one before is.
func (r *reloader) resume() error {
	if r.c.Witness == "" {
		return nil
	}
	var was standing
	before, next, err := was.read(string(r.c.Witness))
	if err != nil {
		return &commandError{err: err, hints: []string{"the file is policy.witness; without it the start is one without a policy before"}}
	}
	after := r.p.running.Policy()
	if before != nil {
		if err := r.admit(was, before); err != nil {
			return err
		}
	}
	if before == nil || before.Hash() == after.Hash() {
		return r.remember(after)
	}
	var lead *policy.LeadError
	err = policy.CheckLead(before, after, r.now())
	switch {
	case next != nil && next.Hash() == after.Hash(): // it was checked when it was made known
		err = nil
	case errors.As(err, &lead) && r.override:
		err = r.overrulePolicy(before, after)
	}
	if err == nil && !after.EffectiveFrom().After(r.now()) {
		r.report("policy.reload", before, after, nil)
		return r.remember(after)
	}
	if e := r.p.running.Reload(before); e != nil {
		return errors.Join(err, fmt.Errorf("go on under the policy that was in force: %w", e))
	}
	if err != nil {
		r.report("policy.refused", before, after, err)
		return r.remember(before)
	}
	return r.wait(before, after)
}

// inForce is the policy under which a command delivers that is not the pipeline itself: that of the file, unless the pipeline may not run
// under it yet. A configuration that it may not run under yet is refused. The witness is read only.
func (c config) inForce(file *policy.Policy, lists contents, now time.Time, log *slog.Logger) (*policy.Policy, error) {
	if c.Policy.Witness == "" {
		return file, nil
	}
	var was standing
	before, next, err := was.read(string(c.Policy.Witness))
	if err != nil || before == nil {
		return file, err
	}
	exposed := c.exposure(before, lists.prints(c.Audit.Key.Reveal()))
	if more := loosening(was.Config.changes(exposed, before)); was.Config != nil && len(more) > 0 && !was.Announced.over(exposed, before, now) {
		return nil, &commandError{err: fmt.Errorf("configuration lets more leave than the one of the pipeline; %d changes, the first: %s", len(more), more[0]),
			hints: []string{"use the pipeline's until its notice is over; tacet check lists the changes"}}
	}
	if file.Hash() == before.Hash() {
		return file, nil
	}
	err = policy.CheckLead(before, file, now)
	if next != nil && next.Hash() == file.Hash() {
		err = nil // it was checked when it was made known
	}
	if err != nil || file.EffectiveFrom().After(now) {
		log.Warn("the policy of the file is not in force; the one of the pipeline is", "policy", before.Hash(), "next", file.Hash(), "error", err)
		return before, nil
	}
	return file, nil
}

// wait has a policy wait for the time from which it is effective.
func (r *reloader) wait(before, next *policy.Policy) error {
	r.pending = next
	r.report("policy.pending", before, next, nil)
	return r.remember(before)
}

// remember has the witness know what is in force and what waits.
func (r *reloader) remember(inForce *policy.Policy) error {
	if r.c.Witness == "" {
		return nil
	}
	now := standing{Policy: string(inForce.YAML()), Config: r.exposed(inForce), Announced: r.announced}
	if r.pending != nil {
		now.Next = string(r.pending.YAML())
	}
	if err := writeWitness(string(r.c.Witness), now); err != nil {
		r.forgot.Add(1)
		return fmt.Errorf("write the policy in force: %w", err)
	}
	return nil
}

// countForgotten registers how often a witness could not be written. What was in force stays so, but a restart is held against less.
func countForgotten(registry prometheus.Registerer, witness string, n func() uint64) {
	registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{
		Name: "tacet_witness_errors_total", Help: "Times that a witness file could not be written: a restart would be held against something older.",
		ConstLabels: prometheus.Labels{"witness": witness}}, func() float64 { return float64(n()) }))
}
