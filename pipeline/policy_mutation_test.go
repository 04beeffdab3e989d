package pipeline

import (
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/pipeline/policy"
)

// A check of a clause, of records under a policy.
type check func(t require.TestingT, m *matrix)

// checks are those that TestEveryRuleIsHeld runs on mutants, by the category whose rules they look at; "" looks at all.
func checks() map[string][]check {
	return map[string][]check{
		"account": {checkAccount}, "billing": {checkBilling}, "usage_log": {checkMonitoring, checkUsage, checkCookies}, "call_record": {checkTelephony},
		"agent_config": {checkAgentConfig}, "transcript": {checkInteraction, checkOversight, checkTraining}, "communication": {checkCommunication},
		"": {checkMinimisation, checkTenants, checkRetention},
	}
}

// holds runs a check under the default policy.
func holds(t *testing.T, c check) {
	t.Helper()
	c(t, newMatrix(t))
}

// fails tells whether a check fails under another policy.
func fails(c check, m *matrix) bool {
	var r recorder
	done := make(chan struct{})
	go func() {
		defer close(done)
		c(&r, m)
	}()
	<-done
	return r.failed
}

// recorder is a test that may fail without failing this one.
type recorder struct{ failed bool }

func (r *recorder) Errorf(string, ...any) { r.failed = true }
func (r *recorder) FailNow()              { r.failed = true; runtime.Goexit() }

// policyFile is a policy as its file has it.
type policyFile map[string]any

func fileOf(t require.TestingT, p *policy.Policy) (f policyFile) {
	require.NoError(t, yaml.Unmarshal(p.YAML(), &f))
	return f
}

func (f policyFile) policy(t require.TestingT) *policy.Policy {
	text, err := yaml.Marshal(f)
	require.NoError(t, err)
	p, err := policy.Parse("mutant", text)
	require.NoError(t, err, "%s", text)
	return p
}

func (f policyFile) at(keys ...string) map[string]any {
	m := map[string]any(f)
	for _, k := range keys {
		m = m[k].(map[string]any)
	}
	return m
}

// mutate sets what a class does with a field, and leaves what other classes do.
func (f policyFile) mutate(category, path, class string, action any) {
	fields := f.at("categories", category, "fields")
	byClass := map[string]any{}
	for _, c := range f.at("categories", category)["for"].([]any) {
		name := c.(string)
		switch rule := fields[path].(type) {
		case map[string]any:
			if _, same := rule["action"]; same {
				byClass[name] = rule
			} else if own, ok := rule[name]; ok {
				byClass[name] = own
			}
		case string:
			byClass[name] = rule
		}
	}
	byClass[class] = action
	fields[path] = byClass
}

// withoutClass is a policy without one of its classes.
func withoutClass(t require.TestingT, p *policy.Policy, class string) *policy.Policy {
	f := fileOf(t, p)
	delete(f.at("classes"), class)
	for _, name := range policy.Categories() {
		c := f.at("categories", name)
		c["for"] = slices.DeleteFunc(slices.Clone(c["for"].([]any)), func(v any) bool { return v == class })
		for path, rule := range c["fields"].(map[string]any) {
			if byClass, ok := rule.(map[string]any); ok && byClass["action"] == nil {
				if delete(byClass, class); len(byClass) == 0 {
					delete(f.at("categories", name, "fields"), path)
				}
			}
		}
	}
	return f.policy(t)
}

// TestEveryRuleIsHeld loosens the default policy in every way that one line can: each field that doesn't leave as it is is kept, each need of an
// instruction taken out, each kind of finding that a class hides is kept, each category lets fields through that nobody named, each class
// keeps for longer. Some check fails each time. So no rule stands in the file that no test looks at.
func TestEveryRuleIsHeld(t *testing.T) {
	if testing.Short() {
		t.Skip("runs some 400 policies")
	}
	m := newMatrix(t)
	for _, list := range checks() {
		for _, c := range list {
			c(t, m)
		}
	}
	mutants := 0
	caught := func(category, what string, f policyFile) {
		mutants++
		mutant := m.with(f.policy(t))
		for _, c := range append(slices.Clone(checks()[category]), checks()[""]...) {
			if fails(c, mutant) {
				return
			}
		}
		t.Errorf("no check looks at: %s", what)
	}
	for _, name := range policy.Categories() {
		category, _ := m.policy.Category(name)
		for _, r := range category.Rules {
			if class, _ := m.policy.Class(r.Class); policy.IsManual(class.Purpose) {
				continue // no pipeline has it
			}
			what := fmt.Sprintf("%s %s for %s: %s", name, r.Path, r.Class, r.Action)
			if r.Action != policy.Keep {
				f := fileOf(t, m.policy)
				f.mutate(name, r.Path, r.Class, "keep")
				caught(name, what+" kept", f)
			}
			if r.Options.Needs != "" {
				f := fileOf(t, m.policy)
				f.mutate(name, r.Path, r.Class, map[string]any{"action": r.Action.String()})
				caught(name, what+" without "+r.Options.Needs, f)
			}
			if r.Options.Scope == policy.ScopeDay {
				f := fileOf(t, m.policy)
				f.mutate(name, r.Path, r.Class, map[string]any{"action": r.Action.String(), "scope": "relationship"})
				caught(name, what+" for longer", f)
			}
			f := fileOf(t, m.policy)
			f.mutate(name, r.Path, r.Class, "drop")
			if r.Action != policy.Drop {
				caught(name, what+" dropped", f)
			}
		}
		f := fileOf(t, m.policy)
		f.at("categories", name, "fields")["**"] = "redact"
		caught(name, name+" without minimisation", f)
	}
	for _, class := range []string{"monitoring", "training"} {
		for typ := range maps.Keys(fileOf(t, m.policy).at("classes", class, "types")) {
			f := fileOf(t, m.policy)
			f.at("classes", class, "types")[typ] = "keep"
			caught(map[string]string{"monitoring": "usage_log", "training": "transcript"}[class], strings.Join([]string{class, typ}, " "), f)
		}
	}
	require.Greater(t, mutants, 300)
	t.Logf("%d mutants", mutants)
}
