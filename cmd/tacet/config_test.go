package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/pipeline"
	"github.com/sonexlabs/tacet/pipeline/audit"
	"github.com/sonexlabs/tacet/pipeline/pseudonym/keyring"
)

const configDir = "../../testdata/config"

const testKey = "a-key-for-tests-that-is-long-enough-to-be-taken"

// badConfigs are the files NAME.bad.yaml by the rule that each breaks first.
func badConfigs() map[rule][]string {
	return map[rule][]string{
		ruleSyntax:       {"syntax"},
		ruleFeature:      {"feature", "feature-alias", "feature-two-documents"},
		ruleUnknown:      {"unknown_key", "unknown_key-in-list"},
		ruleDuplicate:    {"duplicate_key", "duplicate_key-in-map"},
		ruleKind:         {"wrong_kind", "wrong_kind-list", "wrong_kind-map", "wrong_kind-value"},
		ruleNull:         {"no_value"},
		ruleBool:         {"bool"},
		ruleInt:          {"int"},
		ruleDuration:     {"duration", "duration-negative"},
		ruleSize:         {"size"},
		ruleRange:        {"range", "range-low"},
		ruleOneOf:        {"one_of"},
		ruleSecret:       {"secret", "secret-env", "secret-file"},
		ruleRequired:     {"required", "required-in-allow", "required-in-list"},
		ruleBroker:       {"broker", "broker-none"},
		rulePlaintext:    {"plaintext", "plaintext-sink"},
		ruleConnection:   {"connection", "connection-quarantine", "connection-tls"},
		ruleMissing:      {"missing_file", "missing_file-rules", "missing_file-tls"},
		rulePolicy:       {"policy"},
		ruleCategory:     {"category"},
		ruleTenant:       {"tenant", "tenant-unknown"},
		ruleTwice:        {"named_twice", "named_twice-directory", "named_twice-sink"},
		ruleSource:       {"source"},
		ruleLimits:       {"limits"},
		ruleLocale:       {"locale"},
		ruleRules:        {"rules", "rules-sets"}, // broken.rules.yaml
		ruleList:         {"list"},
		ruleType:         {"type"},
		ruleKey:          {"pseudonym_key", "pseudonym_key-both", "pseudonym_key-short", "pseudonym_key-vault", "pseudonym_key-vault-both"},
		ruleSinkKey:      {"other_sinks_key"},
		ruleClass:        {"class"},
		ruleSink:         {"sink-compression", "sink-destination", "sink-directory", "sink-none", "sink-topic"},
		ruleLoop:         {"loop", "loop-audit", "loop-quarantine", "loop-topics"},
		ruleQuarantine:   {"quarantine", "quarantine-kafka"},
		rulePublicKey:    {"public_key"},
		ruleRights:       {"rights", "rights-due", "rights-key", "rights-loop", "rights-some", "rights-stale", "rights-twice", "rights-witness"},
		ruleView:         {"view"},
		ruleInstructions: {"instructions", "instructions-stale", "instructions-unasked"},
		ruleAudit:        {"audit", "audit-checkpoint", "audit-directory", "audit-kafka", "audit-key", "audit-name", "audit-sink"},
		ruleRegion:       {"region", "region-cluster", "region-word"},
		ruleListen:       {"listen"},
		rulePprof:        {"pprof"},
	}
}

// Every .bad.yaml says in its first line what must be said about it (policy.bad.yaml about unknown-action.policy.yaml).
//
// clause: 10
func TestConfigBad(t *testing.T) {
	t.Setenv("TACET_KEY", testKey)
	t.Setenv("TACET_SHORT_KEY", "short")
	t.Setenv("TACET_AUDIT_KEY", must(audit.GenerateKey("audit.example")))
	files, err := filepath.Glob(configDir + "/*.bad.yaml")
	require.NoError(t, err)
	listed := 0
	for r, names := range badConfigs() {
		listed += len(names)
		for _, name := range names {
			t.Run(name, func(t *testing.T) { testConfigBad(t, r, filepath.Join(configDir, name+".bad.yaml")) })
		}
	}
	require.Len(t, files, listed, "every file is listed")
}

func testConfigBad(t *testing.T, r rule, name string) {
	text, err := os.ReadFile(name)
	require.NoError(t, err)
	first, _, _ := strings.Cut(string(text), "\n")
	want, ok := strings.CutPrefix(first, "# want: ")
	require.True(t, ok, "the first line must be: # want: LINE: KEY: MESSAGE")
	_, err = parseConfig(text, name)
	var bad *configError
	require.ErrorAs(t, err, &bad)
	require.Equal(t, r, bad.problems[0].rule)
	var got []string
	for _, p := range bad.problems {
		got = append(got, p.String())
	}
	require.Equal(t, want, strings.ReplaceAll(strings.Join(got, " | "), configDir+"/", ""))
}

// Every rule, which is every constant of the type, has a file that breaks it.
func TestEveryRuleHasABadConfig(t *testing.T) {
	n := 0
	for _, name := range []string{"yaml.go", "validate.go"} {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		for line := range strings.SplitSeq(string(text), "\n") {
			if f := strings.Fields(line); len(f) == 4 && strings.HasPrefix(f[0], "rule") && f[1] == "rule" && f[2] == "=" {
				require.NotEmpty(t, badConfigs()[rule(strings.Trim(f[3], `"`))], f[0])
				n++
			}
		}
	}
	require.Len(t, badConfigs(), n)
}

// makeKeys makes the store that a configuration names, in a folder of the test.
func makeKeys(t *testing.T, c *config) {
	t.Helper()
	if c.Pseudonym.InsecureDevKeys {
		return
	}
	c.Pseudonym.Store = path(filepath.Join(t.TempDir(), "keys.db"))
	k, err := c.Pseudonym.ring(slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	require.NoError(t, keyring.Init(t.Context(), k))
}

func TestConfigGood(t *testing.T) {
	t.Setenv("TACET_KEY", testKey)
	for _, name := range []string{"minimal.good.yaml", "everything.good.yaml", "quarantine-both.good.yaml"} { // which names listed-tenants.policy.yaml
		name = filepath.Join(configDir, name)
		c, err := loadConfig(name)
		require.NoError(t, err, name)
		makeKeys(t, &c)
		p, err := build(c, os.Stdout, newLogger(os.Stderr, c.Log.Level))
		require.NoError(t, err, name)
		_, err = pipeline.New(p.engine)
		require.NoError(t, err, name)
		require.NoError(t, p.close())
	}
}

// What can't be made is an error, whatever was made before it.
func TestBuildFails(t *testing.T) {
	t.Setenv("TACET_KEY", testKey)
	c, err := loadConfig(filepath.Join(configDir, "minimal.good.yaml"))
	require.NoError(t, err)
	log := newLogger(os.Stderr, c.Log.Level)
	for _, spoil := range []func(*config){
		func(c *config) { c.Detection.Preset = "lax" },
		func(c *config) { c.Sinks = append(slices.Clone(c.Sinks), sinkConfig{Name: "x", Type: "nothing"}) },
	} {
		bad := c
		spoil(&bad)
		_, err := build(bad, io.Discard, log)
		require.Error(t, err)
	}
}

// The example has every key, and where it doesn't say otherwise, with its default.
func TestExample(t *testing.T) {
	t.Setenv("TACET_KEY", testKey)
	text, err := os.ReadFile("example.yaml")
	require.NoError(t, err)
	c, err := loadConfig("example.yaml")
	require.NoError(t, err)

	d := decodeYAML(text, ".", new(config))
	require.Empty(t, d.problems)
	for key := range keysOf(reflect.TypeFor[config](), "") {
		inComment := strings.HasPrefix(key, "quarantine.kafka") || strings.HasPrefix(key, "audit.kafka") || // it excludes quarantine.directory
			strings.HasPrefix(key, "detection.deny[]") || strings.HasPrefix(key, "detection.allow[]") // there are no such files
		if !inComment {
			require.True(t, slices.ContainsFunc([]string{"[0]", "[1]", "[2]"}, func(i string) bool {
				return d.has(strings.ReplaceAll(key, "[]", i))
			}), "example.yaml lacks %s", key)
		}
	}

	want := defaultConfig()
	require.Equal(t, want.Policy, c.Policy)
	require.Equal(t, want.Limits, c.Limits)
	require.Equal(t, want.Audit, c.Audit)
	require.Equal(t, want.Admin, c.Admin)
	require.Equal(t, want.Log, c.Log)
	require.Equal(t, want.Detection.Preset, c.Detection.Preset)
	require.Empty(t, c.Detection.Locales)
	require.Empty(t, c.Detection.Rules)
	for _, inComment := range []string{"{type: ACCOUNT_ID, file: accounts.txt, exact: false}", "{file: our-numbers.txt, exact: false}"} {
		require.Contains(t, string(text), inComment)
	}
	want.Source.Group, want.Source.Topics = c.Source.Group, c.Source.Topics
	require.Equal(t, want.Source, c.Source)
	require.Equal(t, kafkaConfig{Brokers: c.Kafka.Brokers}, c.Kafka)
	var topic topicConfig
	topic.setDefaults()
	require.Equal(t, topicConfig{Name: "transcripts", Category: "transcript", Format: topic.Format}, c.Source.Topics[0])
	var sink sinkConfig
	sink.setDefaults()
	for _, s := range c.Sinks {
		require.Equal(t, sink.FlushAfter, s.FlushAfter)
		require.Equal(t, sink.MaxMessageBytes, s.MaxMessageBytes)
		require.Equal(t, sink.MaxRecords, s.MaxRecords)
		require.Equal(t, sink.MaxBytes, s.MaxBytes)
	}
	require.Equal(t, config{}.kafkaSink(sink).Compression, c.Sinks[0].Compression)
	require.Equal(t, sink.fileSink().Compression, c.Sinks[1].Compression)
}

// keysOf lists the paths of all keys below a struct, elements of lists as [].
func keysOf(t reflect.Type, under string) map[string]bool {
	keys := map[string]bool{}
	for f := range t.Fields() {
		if !f.IsExported() {
			continue
		}
		key := strings.TrimPrefix(under+"."+f.Tag.Get("yaml"), ".")
		keys[key] = true
		inner, ft := key, f.Type
		if ft.Kind() == reflect.Slice {
			inner, ft = key+"[]", ft.Elem()
		}
		if ft.Kind() == reflect.Struct && ft != reflect.TypeFor[pipeline.Secret]() {
			for k := range keysOf(ft, inner) {
				keys[k] = true
			}
		}
	}
	return keys
}

func TestSizes(t *testing.T) {
	f := func(s string, want int64) {
		t.Helper()
		n, err := parseSize(s)
		if want < 0 {
			require.Error(t, err)
			return
		}
		require.NoError(t, err)
		require.Equal(t, want, n)
	}
	f("0", 0)
	f("17", 17)
	f("17B", 17)
	f("512KiB", 512<<10)
	f("64MiB", 64<<20)
	f("64 MiB", 64<<20)
	f("2GiB", 2<<30)
	f("2G", -1)
	f("2MB", -1)
	f("-1", -1)
	f("1.5MiB", -1)
	f("KiB", -1)
	f("", -1)
	f("9223372036854775807", 1<<63-1)
	f("9223372036854775808", -1)
	f("8589934592GiB", -1)
}

// Relative paths start at the file, absolute ones don't; secrets are read, and never shown.
func TestConfigPathsAndSecrets(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "key"), []byte(testKey+"\n"), 0o600))
	c, err := parseConfig([]byte(minimal+"log: {level: debug}\n"), filepath.Join(dir, "tacet.yaml"))
	require.NoError(t, err)
	require.Equal(t, testKey, string(c.Pseudonym.KEK.Key.Reveal()))
	require.Equal(t, path(filepath.Join(dir, "dead")), c.Quarantine.Directory)
	require.Equal(t, path("/var/lib/out"), c.Sinks[0].Directory)
	require.Equal(t, "debug", c.Log.Level)
	require.Equal(t, 12*time.Second, c.Source.DrainTimeout)
	require.Equal(t, "zstd", c.Sinks[0].fileSink().Compression)

	_, err = parseConfig([]byte(strings.Replace(minimal, "file:key", "do-not-show-me", 1)), filepath.Join(dir, "tacet.yaml"))
	require.ErrorContains(t, err, "must be a reference")
	require.NotContains(t, err.Error(), "do-not-show-me")
}

const minimal = `
kafka: {brokers: ["localhost:9092"]}
source: {group: g, topics: [{name: calls, category: transcript}]}
pseudonym: {store: keys.db, kek: {key: "file:key"}}
sinks: [{name: files, type: file, directory: /var/lib/out}]
quarantine: {directory: dead}
`

func TestConfigMissingFile(t *testing.T) {
	_, err := loadConfig(filepath.Join(t.TempDir(), "none.yaml"))
	var e *commandError
	require.True(t, errors.As(err, &e))
	require.NotEmpty(t, e.hints)
}

// No text makes the parser panic or accept a configuration without its required parts.
func FuzzConfig(f *testing.F) {
	f.Add(minimal)
	f.Add("a: &x [*x]\n")
	f.Add("sinks: [{name: a, type: {b: c}}]\n---\nx: y\n")
	f.Add("source: {topics: [1, [2], null, {name: {}}]}\nkafka: ~\n")
	f.Add("? a\n: b\n<<: {c: d}\n\"kafka\": {brokers: 5}")
	if text, err := os.ReadFile("example.yaml"); err == nil {
		f.Add(string(text))
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := parseConfig([]byte(text), "/nowhere/tacet.yaml")
		var bad *configError
		if errors.As(err, &bad) {
			require.NotEmpty(t, bad.problems)
			for _, p := range bad.problems {
				require.Positive(t, p.line)
				require.NotEmpty(t, p.what)
			}
			return
		}
		require.NoError(t, err)
		require.NotEmpty(t, c.Kafka.Brokers)
		require.NotEmpty(t, c.Sinks)
		require.NotEmpty(t, c.Source.Topics)
	})
}

// A secret that somebody writes into a configuration, where none belongs, is not shown by the error that says so.
func TestConfigErrorsHideSecrets(t *testing.T) {
	const secret = "Zq9xVerySecret77zz"
	const good = `kafka: {brokers: ["127.0.0.1:9092"], sasl: {mechanism: plain, user: u, password: env:LEAK_TEST}}
source: {group: g, topics: [{name: t, category: transcript}]}
pseudonym: {store: keys.db, kek: {key: env:LEAK_TEST}}
sinks: [{name: s, type: stdout}]
quarantine: {directory: q}
`
	t.Setenv("LEAK_TEST", strings.Repeat(secret, 2))
	c, err := parseConfig([]byte(good), "tacet.yaml")
	require.NoError(t, err)
	require.NotContains(t, fmt.Sprintf("%v %+v %#v", c, c, c), secret)
	f := func(old, bad string) {
		t.Helper()
		text := strings.Replace(good, old, strings.ReplaceAll(bad, "$", secret), 1)
		require.Contains(t, text, secret)
		_, err := parseConfig([]byte(text), "tacet.yaml")
		require.Error(t, err)
		var said bytes.Buffer
		report(&said, err)
		require.NotContains(t, said.String(), secret)
	}
	const password, key = "password: env:LEAK_TEST", "{key: env:LEAK_TEST}"
	for _, value := range []string{"$", `"$"`, "vault:$", "[$]", "{$: $}", "{a: $}", `"$`, "$: x", `"\q$"`, "!!binary $", "&a $", "*$", "@$", "%$", "`$`", "'$"} {
		f(password, "password: "+value)
		f(key, "{key: "+value+"}")
	}
	f(password, "password: env:LEAK_TEST, password: $")
	f(password, "pasword: $")
	f(password, "token: $")
	f("{mechanism: plain, user: u, password: env:LEAK_TEST}", "$")
	f("{brokers", "{tls: {enabled: true, key: $}, brokers")
	f("{brokers", "{tls: {enabled: true, key: -----BEGIN PRIVATE KEY----- $}, brokers")
	f("127.0.0.1:9092", "sasl://u:$@localhost:9092")
	f("127.0.0.1:9092", "u:$@localhost:9092")
	f("127.0.0.1:9092", "$@localhost:9092")
	f(key, "\n  key: |\n    $\n\tx: $")
	f(key, "\n  key: $\n $: x")
	f(key, "$")
	f("{directory: q}", "{directory: q, public_key: AGE-SECRET-KEY-1$}")
	f(good, "$")
}
