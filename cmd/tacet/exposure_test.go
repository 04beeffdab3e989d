package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/pipeline/audit"
	"github.com/sonexlabs/tacet/pipeline/policy"
)

// exposed is a configuration in which every setting that decides what leaves may be changed.
const exposed = `
kafka: {brokers: ["127.0.0.1:1"]}
source: {group: g, topics: [{name: calls, category: transcript}, {name: bills, category: billing, tenant: acme}]}
policy: {file: policy.yaml, witness: in-force}
instructions: {unasked: false}
detection: {preset: strict, rules: [], deny: [{type: ACCOUNT_ID, file: deny.txt}], allow: [allow.txt]}
pseudonym: {insecure_dev_keys: false, store: store.db, kek: {key: "file:kek"}, retention: {day: 100h}}
sinks:
  - {name: screen, type: stdout, class: monitoring, entities: false}
  - {name: models, type: file, directory: models, class: analytics, consent: second, domain: own}
quarantine: {directory: dead}
audit: {directory: audit, key: file:key}
`

func exposedConfig(t *testing.T, dir string, changes ...string) config {
	t.Helper()
	c, err := parseConfig([]byte(exposedText(t, changes...)), filepath.Join(dir, "tacet.yaml"))
	require.NoError(t, err)
	return c
}

func exposedText(t *testing.T, changes ...string) string {
	t.Helper()
	text := exposed
	for i := 0; i < len(changes); i += 2 {
		require.Equal(t, 1, strings.Count(text, changes[i]), changes[i])
		text = strings.Replace(text, changes[i], changes[i+1], 1)
	}
	return text
}

// exposedDir is where it finds its files.
func exposedDir(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	builtIn, err := os.ReadFile("../../pipeline/policy/default.yaml")
	require.NoError(t, err)
	for name, text := range map[string]string{"policy.yaml": string(builtIn), "deny.txt": "AB-1234\n", "allow.txt": "0800 000 000\n", "other.txt": "0800 000 001\n",
		"keys": "", "kek": strings.Repeat("k", 40), "key": must(audit.GenerateKey("audit.example"))} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	require.NoError(t, os.WriteFile(filepath.Join(dir, "rules.yaml"), must(os.ReadFile("../../testdata/rules/example.yaml")), 0o600))
	return dir
}

// clause: 14
//
// What a change of the configuration does to what leaves: to is how it reads from the given one to the changed one, back how the other way.
func TestExposure(t *testing.T) {
	dir := exposedDir(t)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "keys"), must(os.ReadFile(newCounsel(t).path("keys"))), 0o600))
	before := exposedConfig(t, dir)
	p, err := loadPolicy(before.Policy)
	require.NoError(t, err)
	lines := func(changes []policy.Change) string {
		var all []string
		for _, c := range changes {
			all = append(all, c.String())
		}
		return strings.ReplaceAll(strings.Join(all, "|"), dir, "DIR")
	}
	for _, c := range []struct{ from, to, there, back string }{
		{"unasked: false", "unasked: true", "loosening: instructions.unasked: nothing -> named", "tightening: instructions.unasked: named -> nothing"},
		{"unasked: false", "topic: told, keys: keys", "tightening: instructions: nothing -> named", "loosening: instructions: named -> nothing"},
		{"\nquarantine", "\nrights: {requests: a, suppress: b, directives: c, acks: d, witness: w}\nquarantine",
			"tightening: rights: nothing -> named", "loosening: rights: named -> nothing"},
		{"insecure_dev_keys: false, store: store.db, kek: {key: \"file:kek\"}", "insecure_dev_keys: true",
			"loosening: pseudonym.insecure_dev_keys: nothing -> named", "tightening: pseudonym.insecure_dev_keys: named -> nothing"},
		{"preset: strict", "preset: balanced", "loosening: detection.preset: strict -> balanced", "tightening: detection.preset: balanced -> strict"},
		{"preset: strict", "preset: paranoid", "tightening: detection.preset: strict -> paranoid", "loosening: detection.preset: paranoid -> strict"},
		{"rules: []", "rules: [rules.yaml]", "tightening: detection.rules rules.yaml: nothing -> named", "loosening: detection.rules rules.yaml: named -> nothing"},
		{"rules: []", "rule_sets: {own: rules.yaml}", "tightening: detection.rule_sets own: nothing -> named", "loosening: detection.rule_sets own: named -> nothing"},
		{"[{type: ACCOUNT_ID, file: deny.txt}]", "[]", "loosening: detection.deny ACCOUNT_ID deny.txt exact false: named -> nothing",
			"tightening: detection.deny ACCOUNT_ID deny.txt exact false: nothing -> named"},
		{"allow: [allow.txt]", "allow: [allow.txt, other.txt]", "loosening: detection.allow other.txt exact false: nothing -> named",
			"tightening: detection.allow other.txt exact false: named -> nothing"},
		{"day: 100h", "day: 101h", "loosening: pseudonym.retention.day: 100h0m0s -> 101h0m0s", "tightening: pseudonym.retention.day: 101h0m0s -> 100h0m0s"},
		{"day: 100h", "month: 800h", "loosening: pseudonym.retention.day: 100h0m0s -> 168h0m0s|loosening: pseudonym.retention.month: 744h0m0s -> 800h0m0s",
			"tightening: pseudonym.retention.day: 168h0m0s -> 100h0m0s|tightening: pseudonym.retention.month: 800h0m0s -> 744h0m0s"},
		{"class: monitoring", "class: analytics", "both: sink screen class: monitoring -> analytics", "both: sink screen class: analytics -> monitoring"},
		{"entities: false", "entities: true", "loosening: sink screen entities: nothing -> true", "tightening: sink screen entities: true -> nothing"},
		{"entities: false", "content: capsules, domain: sealed", "both: sink screen content: records -> capsules", "both: sink screen content: capsules -> records"},
		{"consent: second, ", "", "loosening: sink models consent: second -> nothing", "tightening: sink models consent: nothing -> second"},
		{"consent: second", "consent: third", "loosening: sink models consent: second -> third", "loosening: sink models consent: third -> second"},
		{"domain: own", "domain: screen", "loosening: sink models domain shared with screen: nothing -> named|loosening: sink screen domain shared with models: nothing -> named",
			"tightening: sink models domain shared with screen: named -> nothing|tightening: sink screen domain shared with models: named -> nothing"},
		{"domain: own", "domain: other", "", ""},
		{"directory: models", "directory: others", "both: sink models directory: DIR/models -> DIR/others", "both: sink models directory: DIR/others -> DIR/models"},
		{"type: file, directory: models", "type: kafka, topic: models", "both: sink models brokers: nothing -> 127.0.0.1:1|both: sink models directory: DIR/models -> nothing|" +
			"both: sink models topic: nothing -> models|both: sink models type: file -> kafka",
			"both: sink models brokers: 127.0.0.1:1 -> nothing|both: sink models directory: nothing -> DIR/models|" +
				"both: sink models topic: models -> nothing|both: sink models type: kafka -> file"},
		{"{directory: dead}", "{directory: dead, public_key: age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p}",
			"loosening: quarantine public_key: nothing -> age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p",
			"tightening: quarantine public_key: age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p -> nothing"},
		{"category: billing", "category: account", "both: topic bills category: billing -> account", "both: topic bills category: account -> billing"},
		{"tenant: acme", "tenant: bolt", "both: topic bills tenant: acme -> bolt", "both: topic bills tenant: bolt -> acme"},
		{", {name: bills, category: billing, tenant: acme}", "", "tightening: topic bills: billing -> nothing", "neutral: topic bills: nothing -> billing"},
		{"  - {name: screen, type: stdout, class: monitoring, entities: false}\n", "", "tightening: sink screen: monitoring -> nothing", "neutral: sink screen: nothing -> monitoring"},
	} {
		after := exposedConfig(t, dir, c.from, c.to)
		require.Equal(t, c.there, lines(before.exposure(p, nil).changes(after.exposure(p, nil), p)))
		require.Equal(t, c.back, lines(after.exposure(p, nil).changes(before.exposure(p, nil), p)))
	}
	regions := func(of string) exposure {
		c := before
		c.Sinks = slices.Clone(before.Sinks)
		c.Sinks[0].Region = of
		return c.exposure(p, nil)
	}
	require.Equal(t, "loosening: sink screen region: eu -> us", lines(regions("eu").changes(regions("us"), p)))
	require.Equal(t, "loosening: sink screen region: eu -> nothing", lines(regions("eu").changes(regions(""), p)))
	require.Equal(t, "tightening: sink screen region: nothing -> eu", lines(regions("").changes(regions("eu"), p)))
	sink := func(settings ...string) exposure {
		own := map[string]string{}
		for i := 0; i < len(settings); i += 2 {
			own[settings[i]] = settings[i+1]
		}
		return exposure{"sink s": own}
	}
	for _, c := range []struct {
		from, to exposure
		want     string
	}{
		{sink("type", "kafka", "brokers", "a:1,b:1"), sink("type", "kafka", "brokers", "b:1,c:1"), "neutral: sink s brokers: a:1,b:1 -> b:1,c:1"},
		{sink("type", "kafka", "brokers", "a:1,b:1"), sink("type", "kafka", "brokers", "c:1"), "both: sink s brokers: a:1,b:1 -> c:1"},
		{sink("type", "kafka", "topics in", "out"), sink("type", "kafka", "topics in", "other"), "both: sink s topics in: out -> other"},
		{sink("class", "analytics"), sink("class", "monitoring"), "both: sink s class: analytics -> monitoring"},
		{sink("class", "analytics"), sink("class", "analytics", "type", "file", "directory", "d"), ""}, // an earlier version didn't note it
		{exposure{}, exposure{inQuarantine: {"public_key": "age1"}, inLists: {theKey: "k"}}, ""},
		{exposure{inQuarantine: {"public_key": "age1"}}, exposure{inQuarantine: {"public_key": "age2"}}, "both: quarantine public_key: age1 -> age2"},
	} {
		require.Equal(t, c.want, lines(c.from.changes(c.to, p)))
	}
	var read exposure
	require.NoError(t, json.Unmarshal(must(json.Marshal(before.exposure(p, nil))), &read))
	require.Equal(t, before.exposure(p, nil), read)
}

// clause: 14
//
// A configuration that lets more leave is refused until its notice is over, which begins when it is first tried; the one before runs on.
func TestConfigurationIsHeldToNotice(t *testing.T) {
	dir := exposedDir(t)
	dev := []string{"insecure_dev_keys: false, store: store.db, kek: {key: \"file:kek\"}", "insecure_dev_keys: true"}
	loose := func(class string) []string { return append(slices.Clone(dev), "class: monitoring", "class: "+class) }
	now := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	start := func(override bool, refused string, changes ...string) {
		t.Helper()
		c := exposedConfig(t, dir, changes...)
		p, err := assemble(t.Context(), c, &bytes.Buffer{}, slog.New(slog.DiscardHandler))
		require.NoError(t, err)
		defer func() { require.NoError(t, p.close()) }()
		r := newReloader(p, c, override, slog.New(slog.DiscardHandler))
		r.now = func() time.Time { return now }
		if err := r.resume(); refused != "" {
			require.ErrorContains(t, err, refused)
		} else {
			require.NoError(t, err)
		}
	}
	check := func(changes ...string) string {
		t.Helper()
		require.NoError(t, os.WriteFile(filepath.Join(dir, "tacet.yaml"), []byte(exposedText(t, changes...)), 0o600))
		var out, errOut bytes.Buffer
		require.Equal(t, exitDone, execute(t.Context(), []string{"check", "--config", filepath.Join(dir, "tacet.yaml")}, nil, &out, &errOut), errOut.String())
		_, shown, _ := strings.Cut(out.String(), "since what was in force")
		return shown
	}
	require.Empty(t, check(dev...))
	start(false, "", dev...)
	start(false, "", dev...)
	require.Empty(t, check(dev...))
	require.Contains(t, check(loose("analytics")...), "\n  both: sink screen class: monitoring -> analytics\n")

	const raised = "1 changes, the first: both: sink screen class: monitoring -> analytics"
	start(false, "it can from 2026-06-15T12:00:00Z on; "+raised, loose("analytics")...)
	require.Contains(t, check(loose("analytics")...), "made known 2026-06-01T12:00:00Z and can be in force from 2026-06-15T12:00:00Z on")
	now = now.AddDate(0, 0, 7)
	start(false, "", dev...) // the one before runs, and the notice goes on
	now = now.AddDate(0, 0, 7).Add(-time.Second)
	start(false, "it can from 2026-06-15T12:00:00Z on", loose("analytics")...)
	start(false, "", dev...)
	now = now.Add(time.Second)
	start(false, "", loose("analytics")...)
	start(false, "", loose("analytics")...)
	start(false, "it can from 2026-06-29T12:00:00Z on", dev...) // and back again, which is other readers, too

	// What lets less leave takes effect at once, and ends another's notice. That of a new one is its own.
	start(false, "", append(loose("analytics"), "preset: strict", "preset: paranoid")...)
	now = now.AddDate(0, 0, 15)
	start(false, "it can from 2026-07-14T12:00:00Z on", dev...)
	start(false, "it can from 2026-07-14T12:00:00Z on", append(loose("analytics"), "preset: strict", "preset: balanced")...)

	now = now.AddDate(0, 0, 15)
	start(false, "it can from 2026-07-29T12:00:00Z on", dev...)

	// Nobody overrides that without an entry in the audit log.
	loosest := append(loose("analytics"), "unasked: false", "unasked: true")
	start(true, "--override needs an audit log", append(loosest, "audit: {directory: audit, key: file:key}", "audit: {}")...)
	start(true, "", loosest...)
	start(false, "", loosest...)
	now = now.AddDate(0, 0, 15)
	start(false, "it can from 2026-08-13T12:00:00Z on", dev...)

	// A witness of an earlier version knows no configuration, and what is damaged is not taken for one.
	var was map[string]any
	witness := filepath.Join(dir, "in-force")
	require.NoError(t, json.Unmarshal(must(os.ReadFile(witness)), &was))
	delete(was, "config")
	require.NoError(t, os.WriteFile(witness, must(json.Marshal(was)), 0o600))
	start(false, "", dev...)
	start(false, "2 changes, the first: loosening: instructions.unasked", loosest...)
	was["config"] = "x"
	require.NoError(t, os.WriteFile(witness, must(json.Marshal(was)), 0o600))
	start(false, "in-force is damaged", dev...)

	var noted []string
	require.NoError(t, audit.Read(filepath.Join(dir, "audit"), 0, func(e audit.Entry) error {
		if strings.HasPrefix(e.Action, "config.") {
			noted = append(noted, fmt.Sprint(e.Action, " ", e.Object[0].Value, " ", e.Object[1].Value))
		}
		return nil
	}))
	up, down := "1 both: sink screen class: monitoring -> analytics", "1 both: sink screen class: analytics -> monitoring"
	const laxer = "2 loosening: detection.preset: paranoid -> strict"
	require.Equal(t, []string{"config.refused " + up, "config.refused " + up, "config.change " + up, "config.refused " + down,
		"config.change 1 tightening: detection.preset: strict -> paranoid", "config.refused " + laxer, "config.refused 1 loosening: detection.preset: paranoid -> balanced",
		"config.refused " + laxer, "config.override " + laxer, "config.refused 2 tightening: instructions.unasked: named -> nothing", "config.refused 2 loosening: instructions.unasked: nothing -> named"}, noted)
}

// clause: 14
//
// What is in files of rules and lists is held to notice, too, and no witness holds an entry, or what anybody could check a guess with.
func TestListsAreHeldToNotice(t *testing.T) {
	kept := func(key, rules, set, deny, allow string) map[string]string {
		t.Helper()
		dir := t.TempDir()
		for name, text := range map[string]string{"rules": rules, "set": set, "deny": deny, "allow": allow} {
			require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
		}
		at := func(name string) path { return path(filepath.Join(dir, name)) }
		c := detectionConfig{Rules: []path{at("rules")}, RuleSets: map[string]path{"own": at("set")}, Deny: []denyConfig{{Type: "ACCOUNT_ID", File: at("deny")}}, Allow: []allowConfig{{File: at("allow")}}}
		all := contents{}
		_, err := c.read(all)
		require.NoError(t, err)
		_, err = c.readSets(all)
		require.NoError(t, err)
		return all.prints([]byte(key))
	}
	rule := func(name, pattern, example string) string {
		return "  - {name: " + name + ", type: ACCOUNT_ID, pattern: '" + pattern + "', examples: [" + example + "]}\n"
	}
	one, two := "rules:\n"+rule("badge", `BX-\d{4}`, "BX-1204"), "rules:\n"+rule("badge", `BX-\d{4}`, "BX-1205")+rule("desk", `DK-\d{4}`, "DK-1204")
	const deny, allow = "# our own\nAB-1234\nAB-1235\n", "0800 000 000"
	before := kept("k", one, one, deny, allow)
	for _, c := range []struct {
		after       map[string]string
		there, back string
	}{
		{kept("k", one, one, "\n AB-1235\nAB-1234\nAB-1234", allow+"\n"), "", ""},
		{kept("k", two, one, deny, allow), "tightening: entries of detection.rules: 1 -> 2, 1 of them new and 0 gone", "loosening: entries of detection.rules: 2 -> 1, 0 of them new and 1 gone"},
		{kept("k", one, two, deny, allow), "tightening: entries of detection.rule_sets own: 1 -> 2, 1 of them new and 0 gone", "loosening: entries of detection.rule_sets own: 2 -> 1, 0 of them new and 1 gone"},
		{kept("k", strings.Replace(one, "{4}", "{4,5}", 1), one, deny, allow), "both: entries of detection.rules: 1 -> 1, 1 of them new and 1 gone", "both: entries of detection.rules: 1 -> 1, 1 of them new and 1 gone"},
		{kept("k", one, one, deny+"AB-1236", allow), "tightening: entries of detection.deny ACCOUNT_ID exact false: 2 -> 3, 1 of them new and 0 gone",
			"loosening: entries of detection.deny ACCOUNT_ID exact false: 3 -> 2, 0 of them new and 1 gone"},
		{kept("k", one, one, "# nobody", allow), "loosening: entries of detection.deny ACCOUNT_ID exact false: 2 -> 0, 0 of them new and 2 gone",
			"tightening: entries of detection.deny ACCOUNT_ID exact false: 0 -> 2, 2 of them new and 0 gone"},
		{kept("k", one, one, deny, allow+"\n0800 000 001"), "loosening: entries of detection.allow exact false: 1 -> 2, 1 of them new and 0 gone",
			"tightening: entries of detection.allow exact false: 2 -> 1, 0 of them new and 1 gone"},
		{kept("k", one, one, deny, "0800 000 001"), "both: entries of detection.allow exact false: 1 -> 1, 1 of them new and 1 gone",
			"both: entries of detection.allow exact false: 1 -> 1, 1 of them new and 1 gone"},
		{kept("", one, one, "", ""), "", ""},
	} {
		text := func(changes []policy.Change) string {
			var all []string
			for _, c := range changes {
				all = append(all, c.String())
			}
			return strings.Join(all, "|")
		}
		require.Equal(t, c.there, text(listChanges(before, c.after)))
		require.Equal(t, c.back, text(listChanges(c.after, before)))
	}
	other := kept("l", one, one, deny, allow)
	require.Len(t, listChanges(before, other), 4)
	for kind, prints := range other {
		require.NotEqual(t, before[kind], prints)
	}
	for _, c := range listChanges(before, other) {
		require.Equal(t, policy.Both, c.Label)
	}

	// And so at a start.
	dir := exposedDir(t)
	now := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	start := func(deny, allow string) error {
		require.NoError(t, os.WriteFile(filepath.Join(dir, "deny.txt"), []byte(deny), 0o600))
		require.NoError(t, os.WriteFile(filepath.Join(dir, "allow.txt"), []byte(allow), 0o600))
		c := exposedConfig(t, dir, "insecure_dev_keys: false, store: store.db, kek: {key: \"file:kek\"}", "insecure_dev_keys: true")
		p, err := assemble(t.Context(), c, &bytes.Buffer{}, slog.New(slog.DiscardHandler))
		require.NoError(t, err)
		defer func() { require.NoError(t, p.close()) }()
		r := newReloader(p, c, false, slog.New(slog.DiscardHandler))
		r.now = func() time.Time { return now }
		return r.resume()
	}
	require.NoError(t, start("AB-1234", allow))
	require.NoError(t, start("AB-1234\nAB-1235", allow))
	require.ErrorContains(t, start("AB-1234\nAB-1235", allow+"\n0800 000 001"), "2026-06-15T12:00:00Z on; 1 changes, the first: loosening: entries of detection.allow exact false: 1 -> 2")
	require.ErrorContains(t, start("AB-1234", allow), "1 changes, the first: loosening: entries of detection.deny ACCOUNT_ID exact false: 2 -> 1")
	require.ErrorContains(t, start("AB-1234\nAB-1235", allow+"\n0800 000 001"), "2026-06-15T12:00:00Z on")
	now = now.AddDate(0, 0, 14)
	require.NoError(t, start("AB-1234\nAB-1235\nAB-1236", allow+"\n0800 000 001"), "one that finds more besides has had its notice, too")
	witness := string(must(os.ReadFile(filepath.Join(dir, "in-force"))))
	require.NotContains(t, witness, "AB-1234")
	require.Contains(t, witness, "deny ACCOUNT_ID exact false")
}
