package main

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sonexlabs/tacet/pipeline/audit"
	"github.com/sonexlabs/tacet/pipeline/policy"
)

// exposure is what of a configuration decides what leaves, besides the policy: settings of it as a whole, of each sink and where it writes,
// of each topic, and what is in lists and rules.
type exposure map[string]map[string]string

const named = "named"

// The groups of an exposure besides sinks and topics.
const (
	inLists      = "lists"
	inQuarantine = "quarantine"
)

// exposure is c's with what its files of rules and lists hold, where sinks that name no class are of the policy's first.
func (c config) exposure(p *policy.Policy, lists map[string]string) exposure {
	whole := map[string]string{"detection.preset": c.Detection.Preset,
		"pseudonym.retention.day": c.Pseudonym.Retention.Day.String(), "pseudonym.retention.month": c.Pseudonym.Retention.Month.String()}
	for setting, is := range map[string]bool{"instructions": c.Instructions.enabled(), "instructions.unasked": c.Instructions.Unasked,
		"rights": c.Rights.enabled(), "pseudonym.insecure_dev_keys": c.Pseudonym.InsecureDevKeys} {
		if is {
			whole[setting] = named
		}
	}
	base := func(p path) string { return filepath.Base(string(p)) } // the folder may be another for each version
	for _, file := range c.Detection.Rules {
		whole["detection.rules "+base(file)] = named
	}
	for name := range c.Detection.RuleSets {
		whole["detection.rule_sets "+name] = named
	}
	for _, d := range c.Detection.Deny {
		whole[fmt.Sprintf("detection.deny %s %s exact %t", d.Type, base(d.File), d.Exact)] = named
	}
	for _, a := range c.Detection.Allow {
		whole[fmt.Sprintf("detection.allow %s exact %t", base(a.File), a.Exact)] = named
	}
	e := exposure{"": whole, inQuarantine: {"public_key": c.Quarantine.PublicKey}}
	if lists != nil {
		e[inLists] = lists
	}
	for _, t := range c.Source.Topics {
		e["topic "+t.Name] = map[string]string{"category": t.Category, "tenant": t.Tenant}
	}
	for _, s := range c.Sinks {
		own := map[string]string{"class": cmp.Or(s.Class, p.Classes()[0].Name), "content": s.Content, "consent": s.Consent, "region": s.Region}
		maps.Copy(own, c.destination(s))
		if s.Entities {
			own["entities"] = strconv.FormatBool(s.Entities)
		}
		for _, o := range c.Sinks {
			if o.Name != s.Name && cmp.Or(o.Domain, o.Name) == cmp.Or(s.Domain, s.Name) {
				own["domain shared with "+o.Name] = named
			}
		}
		e["sink "+s.Name] = own
	}
	return e
}

// destination is where a sink writes, by which it is known who reads it.
func (c config) destination(s sinkConfig) map[string]string {
	to := map[string]string{"type": s.Type}
	switch s.Type {
	case "kafka":
		cluster := c.cluster(s.Kafka)
		to["topic"], to["brokers"] = s.Topic, strings.Join(slices.Sorted(slices.Values(cluster.Brokers)), ",")
		for from, topic := range s.Topics {
			to["topics "+from] = topic
		}
		if cluster.Insecure {
			to["insecure"] = named
		}
	case "file":
		to["directory"] = string(s.Directory)
	}
	return to
}

// changes lists what differs in next, under a policy. A sink or topic that is new is one of a class or category of which the policy says what
// leaves: that has had its notice. What earlier versions didn't note has not changed.
func (e exposure) changes(next exposure, p *policy.Policy) (all []policy.Change) {
	of := func(e exposure) []string { return slices.Collect(maps.Keys(e)) }
	groups := append(of(e), of(next)...)
	slices.Sort(groups)
	for _, group := range slices.Compact(groups) {
		from, to := e[group], next[group]
		switch {
		case group == inLists:
			all = append(all, listChanges(from, to)...)
			continue
		case group == inQuarantine && from == nil:
			continue
		case from == nil:
			all = append(all, policy.Change{Label: policy.Neutral, What: group, To: cmp.Or(to["class"], to["category"])})
			continue
		case to == nil:
			all = append(all, policy.Change{Label: policy.Tightening, What: group, From: cmp.Or(from["class"], from["category"])})
			continue
		}
		settings := append(slices.Collect(maps.Keys(from)), slices.Collect(maps.Keys(to))...)
		slices.Sort(settings)
		for _, s := range slices.Compact(settings) {
			if from[s] != to[s] && (from["type"] != "" || !isDestination(s)) {
				all = append(all, policy.Change{Label: exposes(s, from[s], to[s], p), What: strings.TrimSpace(group + " " + s), From: from[s], To: to[s]})
			}
		}
	}
	return all
}

// isDestination tells whether a setting of a sink says where it writes.
func isDestination(setting string) bool {
	name, _, _ := strings.Cut(setting, " ")
	return slices.Contains([]string{"type", "topic", "topics", "brokers", "insecure", "directory"}, name)
}

// exposes tells whether more leaves once a setting has another value.
func exposes(setting, from, to string, p *policy.Policy) policy.Label {
	label := func(less bool) policy.Label {
		if less {
			return policy.Tightening
		}
		return policy.Loosening
	}
	switch name, _, _ := strings.Cut(setting, " "); name {
	case "instructions.unasked", "pseudonym.insecure_dev_keys", "detection.allow", "entities", "domain", "insecure": // each lets something leave
		return label(to == "")
	case "instructions", "rights", "detection.rules", "detection.rule_sets", "detection.deny": // each keeps something back
		return label(from == "")
	case "class":
		return p.Between(from, to)
	case "brokers": // of one cluster where any is the same
		if slices.ContainsFunc(strings.Split(from, ","), func(b string) bool { return slices.Contains(strings.Split(to, ","), b) }) {
			return policy.Neutral
		}
	case "public_key": // without one records are left out
		if from == "" || to == "" {
			return label(to == "")
		}
	case "consent", "region": // the same, but one that takes the place of another lets leave what that kept back
		return label(from == "")
	case "detection.preset":
		presets := []string{"balanced", "strict", "paranoid"}
		return label(slices.Index(presets, from) < slices.Index(presets, to))
	case "pseudonym.retention.day", "pseudonym.retention.month":
		before, errBefore := time.ParseDuration(from)
		after, errAfter := time.ParseDuration(to)
		return label(errBefore == nil && errAfter == nil && after < before)
	}
	return policy.Both
}

// loosening leaves the changes of which somebody has to be told before.
func loosening(changes []policy.Change) []policy.Change {
	return slices.DeleteFunc(slices.Clone(changes), func(c policy.Change) bool { return !c.Label.Loosens() })
}

// announced is a configuration that was made known and waits for the end of its notice.
type announced struct {
	Config exposure  `json:"config"`
	Since  time.Time `json:"since"`
}

// covers tells whether a configuration lets no more leave than the one that was made known.
func (a *announced) covers(now exposure, p *policy.Policy) bool {
	return a != nil && len(loosening(a.Config.changes(now, p))) == 0
}

// over tells whether a configuration lets no more leave than the one that was made known, whose notice is over.
func (a *announced) over(now exposure, p *policy.Policy, at time.Time) bool {
	return a.covers(now, p) && !at.Before(a.Since.Add(policy.Notice))
}

// admit holds the configuration against the one before, by the policy that was in force, so that what lets more leave has its notice
// wherever it is set. One that lets more leave too soon is refused: there is no other to run. That it was tried is what makes it known.
func (r *reloader) admit(was standing, p *policy.Policy) error {
	now := r.exposed(p)
	r.announced = was.Announced
	if was.Config == nil {
		return nil
	}
	changes := was.Config.changes(now, p)
	more := loosening(changes)
	waits := was.Announced.covers(now, p)
	switch {
	case len(changes) == 0:
		return nil // another may still wait
	case len(more) == 0 || was.Announced.over(now, p, r.now()):
		r.announced = nil
		r.log.Info("configuration lets other things leave", "changes", len(changes), "first", changes[0].String())
		if err := r.p.note("config.change", attrsOf(changes)...); err != nil {
			return fmt.Errorf("change of the configuration is not in the audit log: %w", err)
		}
		return nil
	case r.override:
		r.announced = nil
		return r.overrule("configuration", "config.override", attrsOf(changes)...)
	}
	if !waits {
		was.Announced = &announced{now, r.now().UTC()}
		if err := writeWitness(string(r.c.Witness), was); err != nil {
			return fmt.Errorf("write the configuration that waits: %w", err)
		}
	}
	err := r.p.note("config.refused", attrsOf(changes)...)
	return errors.Join(&commandError{err: fmt.Errorf("configuration lets more leave with less than %d days' notice: it can from %s on; %d changes, the first: %s",
		policy.Notice/(24*time.Hour), was.Announced.Since.Add(policy.Notice).Format(time.RFC3339), len(more), more[0]),
		hints: []string{"run the one before until then, or with --override, which the audit log then says; tacet check lists the changes"}}, err)
}

// attrsOf is old and new as the audit log has them.
func attrsOf(changes []policy.Change) (all []audit.Attr) {
	const most, longest = 32, 512
	all = append(all, audit.Attr{Name: "changes", Value: strconv.Itoa(len(changes))})
	for i, c := range changes[:min(len(changes), most)] {
		text := c.String()
		all = append(all, audit.Attr{Name: "change." + strconv.Itoa(i), Value: strings.ToValidUTF8(text[:min(len(text), longest)], "?")})
	}
	return all
}
