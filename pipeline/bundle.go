package pipeline

import (
	"errors"
	"fmt"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/sonexlabs/tacet/detectors"
	"github.com/sonexlabs/tacet/pipeline/policy"
)

// bundle is a policy compiled for the topics and views of an engine. It is immutable: every part of a batch is worked off under the
// one that was in force when the batch came.
type bundle struct {
	policy   *policy.Policy
	hash     string
	classes  []*policy.Class
	of       []int // the class of each view
	topics   map[string]*topic
	capsules *schema
	exemplar prometheus.Labels                      // its hash, beside what was counted under it
	extra    []byte                                 // `"redaction":{"policy":"…"` up to the counts
	findings [detectors.TypesMax]prometheus.Counter // the label look-up is too dear for the hot path
}

// compile checks that a policy can hold for an engine's topics and views.
func compile(c Config, p *policy.Policy, views []View) (*bundle, error) {
	if err := CheckPolicy(p); err != nil {
		return nil, err
	}
	b := &bundle{policy: p, hash: p.Hash(), topics: map[string]*topic{}, capsules: newCapsuleSchema(),
		exemplar: prometheus.Labels{"policy": p.Hash()}, extra: fmt.Appendf(nil, `"redaction":{"policy":%q`, p.Hash())}
	if c.Keys.IsDev() {
		b.extra = append(b.extra, `,"keys":"dev"`...)
	}
	var err error
	if b.classes, b.of, err = classesOf(p, views); err != nil {
		return nil, err
	}
	for _, class := range b.classes {
		if policy.IsManual(class.Purpose) && !c.ByHand {
			return nil, fmt.Errorf("sink class %s: exports for a regulator are made by hand, not by a running pipeline", class.Name)
		}
	}
	for _, v := range views {
		if v.Consent != "" && c.Instructions == nil {
			if class, _ := p.Class(v.Class); policy.NeedsConsent(class.Purpose) {
				return nil, fmt.Errorf("sink class %s: to %s needs the consent of tenants: configure their instructions", class.Name, class.Purpose)
			}
		}
	}
	for name, tc := range c.Topics {
		if b.topics[name], err = compileTopic(name, tc, p, b.classes); err != nil {
			return nil, err
		}
	}
	for i, v := range views {
		for name, tc := range c.Topics {
			if v.Content == ContentCapsules && tc.Format == FormatNDJSON && b.topics[name].byClass[b.of[i]] != nil {
				return nil, fmt.Errorf("topic %s: records of several lines have no capsules: one has the key of one call, by which it is erased", name)
			}
		}
	}
	b.findings = c.Metrics.findingsOf(p)
	return b, nil
}

// Reload puts another policy in the place of the one in force. Batches that come from then on are worked off under it; those before
// under the old one. A policy that the engine's topics or sinks can't have is an error, and the old one stays. What topics are (their
// category, format and tenant) does not change.
func (e *Engine) Reload(p *policy.Policy) error {
	if e.filter != nil {
		return errors.New("reload policy: a filter has one")
	}
	b, err := compile(e.config, p, e.views)
	if err != nil {
		return fmt.Errorf("reload policy: %w", err)
	}
	e.bundle.Store(b)
	e.metrics.policy.hash.Store(&b.hash)
	return nil
}

// Policy is the one in force for batches that come now.
func (e *Engine) Policy() *policy.Policy { return e.bundle.Load().policy }

// adopt has the rewriter work under a bundle.
func (w *rewriter) adopt(b *bundle) {
	if w.bundle == b {
		return
	}
	w.bundle, w.policy, w.topic = b, b.policy, nil
	w.checker.forget()
	w.classes = w.classes[:0]
	for _, class := range b.classes {
		w.classes = append(w.classes, newClassed(b.policy, class))
	}
	for i, v := range w.views {
		class := &w.classes[b.of[i]]
		class.views = append(class.views, i)
		class.joins = class.joins || v.Entities
	}
}
