package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/sonexlabs/tacet/detectors"
	"github.com/sonexlabs/tacet/pipeline/policy"
)

// isRead tells whether records of the category are read, and leave for the class, with this configuration.
func (e *evidence) isRead(u unreadField) bool {
	read := slices.ContainsFunc(e.Categories, func(c dataCategory) bool { return c.Category == u.Category && len(c.Topics) > 0 })
	return read && slices.ContainsFunc(e.Processing, func(p processing) bool { return p.Class == u.Class && len(p.Sinks) > 0 })
}

// uncovered says what was not looked at. It comes last, because the log has to be read, and stands first in the report.
func (e *evidence) uncovered(c config, p *policy.Policy, o detectors.Options) {
	if c.Audit.Directory == "" {
		e.unlooked("What was done: there is no audit log. This report says what the policy and the configuration ask for, and not what happened.")
	} else {
		e.uncoveredByLog(c)
	}
	e.uncoveredByPolicy(p)
	e.uncoveredBySearch(c, o)
	e.unlooked("What happened before records were in the topics, and after they were in the sinks.")
	if c.Instructions.Topic != "" {
		e.unlooked("Instructions in topic: this report reads those of the directory only.")
	}
}

// unlooked adds something that was not looked at.
func (e *evidence) unlooked(format string, args ...any) {
	e.NotLookedAt = append(e.NotLookedAt, fmt.Sprintf(format, args...))
}

// silencesMost is how many times without an entry are listed one by one.
const silencesMost = 20

// uncoveredByLog says what the audit log says that it has not, and what it counted and nobody read.
func (e *evidence) uncoveredByLog(c config) {
	a := &e.Activity
	for _, p := range a.Problems {
		e.unlooked("What the log says in truth: %s.", p)
	}
	for _, l := range a.Logs {
		e.NotLookedAt = append(e.NotLookedAt, l.unproven()...)
	}
	e.uncoveredByLogs()
	for _, t := range c.Source.Topics {
		if !slices.ContainsFunc(a.Lanes, func(l laneActivity) bool { return l.Topic == t.Name }) {
			e.unlooked("Topic %s: no entry of the time is about it.", t.Name)
		}
	}
	e.unlooked("Topics that the configuration doesn't name, whatever is in them.")
	for _, l := range a.Lanes {
		if l.Missing > 0 {
			e.unlooked("%d offsets of %s/%d between %d and %d have no entry in the time: another instance worked them off, or nobody did.", l.Missing, l.Topic, l.Partition, l.First, l.Next)
		}
	}
	if len(a.Lanes) > 0 {
		e.unlooked("Partitions that no entry is about, and offsets before the first and after the last of each: the log doesn't know how far a topic reaches.")
	}
	for i, s := range a.Silences {
		if i == silencesMost {
			e.unlooked("%d more times of %v and longer without an entry, which evidence.json lists.", len(a.Silences)-i, silenceLeast)
			break
		}
		why := "there was nothing to do, or nobody did it"
		if s.Stopped {
			why = "the pipeline had ended"
		}
		e.unlooked("From %s to %s the log of run has no entry: %s.", date(s.From), date(s.To), why)
	}
	for _, f := range a.Policies {
		if !f.Current {
			e.unlooked("What policy %s asked for, under which batches of %d entries were worked off: this report doesn't know its rules.", f.Policy, f.Entries)
		}
	}
	if a.Dead > 0 {
		var why []string
		for _, class := range slices.Sorted(maps.Keys(a.DeadBy)) {
			why = append(why, fmt.Sprintf("%s %d", class, a.DeadBy[class]))
		}
		if len(why) == 0 {
			why = []string{"the log doesn't say why"}
		}
		e.unlooked("Records in quarantine, into which nobody has looked: %d (%s), and those that a sink refused.", a.Dead, strings.Join(why, ", "))
	}
	if a.Partial > 0 {
		e.unlooked("Partial results of speech recognition, which are not searched, and of which nothing leaves that was heard: %d.", a.Partial)
	}
	if a.Dropped > 0 {
		e.unlooked("Fields that the policy doesn't name, which were dropped unread: %d.", a.Dropped)
	}
	if a.Withheld > 0 {
		e.unlooked("Fields that a tenant has not let leave, which were dropped unread: %d.", a.Withheld)
	}
	if a.Limited > 0 {
		e.unlooked("Stretches of text that a rule could not search within its limits, and that left as [SECRET]: %d.", a.Limited)
	}
	if a.Older > 0 {
		e.unlooked("Dropped and withheld fields, reasons of quarantine and tenants in %d entries of the older form, which doesn't count them.", a.Older)
	}
}

// uncoveredByLogs says which logs were not read.
func (e *evidence) uncoveredByLogs() {
	a := &e.Activity
	switch {
	case hasOthers(a.Logs):
		if a.Entries == 0 {
			e.unlooked("Nothing was worked off in the time, by these logs.")
		}
		e.NotLookedAt = append(e.NotLookedAt, notRead(a.Logs))
	case a.Entries == 0:
		e.unlooked("Nothing was worked off in the time, by this log. Other instances have logs of their own, which this report doesn't read.")
	default:
		e.unlooked("Other instances: each has a log of its own, and this report reads the one of the configuration.")
	}
	if !slices.ContainsFunc(a.Control, func(c controlled) bool {
		return strings.HasPrefix(c.Action, "reveal.") || strings.HasPrefix(c.Action, "export.")
	}) {
		e.unlooked("Values that were revealed and records that were exported by hand: the reveal desk has a log of its own.")
	}
}

// uncoveredByPolicy says what the policy lets leave unread, and what it doesn't know.
func (e *evidence) uncoveredByPolicy(p *policy.Policy) {
	for _, u := range e.Unread {
		if e.isRead(u) {
			e.unlooked("%s, for %s: fields that leave unread, because the platform fills them in: %s.", u.Category, u.Class, strings.Join(u.Fields, ", "))
		}
	}
	for _, name := range policy.Categories() {
		if _, ok := p.Category(name); !ok {
			e.unlooked("%s: the policy has no such category; none of its records leaves.", name)
		}
	}
}

// uncoveredBySearch says what is not searched for, or not everywhere.
func (e *evidence) uncoveredBySearch(c config, o detectors.Options) {
	e.unlooked("Audio, attachments and embeddings are never read.")
	e.unlooked("Records over %d bytes, %d levels or %d fields, and those that take longer than %v, go to quarantine unread.", c.Limits.RecordBytes, c.Limits.Depth, c.Limits.Fields, c.Limits.RecordTime)
	e.unlooked("Names of persons in texts of other languages than English: the model knows few of their words, and finds fewer names.")
	if len(c.Detection.Locales) > 0 {
		e.unlooked("Identifiers of other countries than %s are expected less.", strings.Join(c.Detection.Locales, ", "))
	}
	if n := len(c.Detection.Allow); n > 0 {
		e.unlooked("What stands in %d lists of the configuration (detection.allow) is never found, unless it is card data or a credential.", n)
	}
	for _, what := range unsupported(o) {
		e.unlooked("Part of a rule file does not happen: %s.", what)
	}
}
