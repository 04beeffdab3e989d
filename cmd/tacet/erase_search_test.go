package main

import (
	"encoding/json"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/pipeline"
	"github.com/sonexlabs/tacet/pipeline/audit"
	"github.com/sonexlabs/tacet/pipeline/source/kafkatest"
)

// What calls prints is what erase reads, and nobody else's calls are in it.
func TestCallsThatNameSomebody(t *testing.T) {
	o := newOffice(t)
	turn := func(tenant, call string, n int, text string) kafka.Message {
		value, err := json.Marshal(map[string]any{"tenant_id": tenant, "call_id": call, "turn": n, "role": "customer", "text": text, "final": true})
		require.NoError(t, err)
		return kafka.Message{Key: []byte(call), Value: value}
	}
	o.cluster.Produce(t, o.topics["calls"], []kafka.Message{turn("acme", "early", 1, "it is late"), turn("acme", "other", 1, "ring +44 7700 900124"),
		turn("acme", "early", 2, "ring oh double seven double oh nine oh oh one two three"), turn("bolt", "theirs", 1, "ring +44 7700 900123"),
		turn("acme", "mail", 1, "write to ada@example.com"), {Value: []byte("{")}})
	code, out, errOut := o.run(person, "calls", "--tenant", "acme", "--from", "-", "--ticket", "DP-17")
	require.Zero(t, code, errOut)
	require.Equal(t, "CALL_ID early\nCALL_ID mail\n", out)
	require.Contains(t, errOut, "6 records read, 2 calls found")
	require.Contains(t, errOut, "1 records could not be searched")
	ids, err := (&identifierFlags{file: "-"}).read(strings.NewReader(out))
	require.NoError(t, err)
	require.Len(t, ids, 2)

	require.Empty(t, o.must(person, "calls", "--tenant", "bolt", "--from", "-", "--since", "100"))
	for _, x := range []struct {
		args []string
		want string
	}{{[]string{"--tenant", "acme", "--topic", "elsewhere"}, `topic "elsewhere" is not in the configuration`}, {nil, "--tenant is required"},
		{[]string{"--tenant", "acme", "--by", "dpo@example.com"}, "by"}, {[]string{"--tenant", "acme", "surplus"}, "unexpected argument"}} {
		code, out, errOut := o.run(person, append([]string{"calls", "--from", "-"}, x.args...)...)
		require.NotZero(t, code)
		require.Empty(t, out)
		require.Contains(t, errOut, x.want)
	}
}

// A search reads what it was told to, no record more, and not one before the audit log has that somebody is looked for.
func TestCallsAreSearchedAsAsked(t *testing.T) {
	o := newOffice(t)
	o.topics["more"] = kafkatest.Name("more")
	o.cluster.CreateTopicNamed(t, o.topics["more"], 1, boundedRetention())
	require.NoError(t, os.WriteFile(filepath.Join(o.dir, "audit.key"), []byte(must(audit.GenerateKey("audit.example"))), 0o600))
	text := string(must(os.ReadFile(o.config)))
	text = strings.Replace(text, "category: transcript}]", "category: transcript}, {name: "+o.topics["more"]+", category: transcript}, {name: missing, category: transcript}]", 1)
	builtIn := string(must(os.ReadFile("../../pipeline/policy/default.yaml")))
	policy := strings.Replace(builtIn, "tenants: [\"*\"]", "tenants: [acme]", 1)
	require.NotEqual(t, builtIn, policy)
	require.NoError(t, os.WriteFile(filepath.Join(o.dir, "policy.yaml"), []byte(policy), 0o600))
	text += "policy: {file: policy.yaml}\n"
	text += "audit: {directory: audit, key: \"file:audit.key\"}\n"
	require.NoError(t, os.WriteFile(o.config, []byte(text), 0o600))
	turn := func(call, text string) kafka.Message {
		value := must(json.Marshal(map[string]any{"tenant_id": "acme", "call_id": call, "turn": 1, "role": "customer", "text": text, "final": true}))
		return kafka.Message{Key: []byte(call), Value: value}
	}
	o.cluster.Produce(t, o.topics["calls"], []kafka.Message{turn("none", "it is late"), turn("first", "ring +44 7700 900123"), turn("second", "write to ada@example.com")})
	o.cluster.Produce(t, o.topics["more"], []kafka.Message{turn("third", "ring +44 7700 900123"), turn("two\nlines", "ring +44 7700 900123")})
	f := func(want, said string, args ...string) {
		t.Helper()
		code, out, errOut := o.run(person, append([]string{"calls", "--tenant", "acme", "--from", "-"}, args...)...)
		require.Zero(t, code, errOut)
		require.Equal(t, want, out)
		require.Contains(t, errOut, said)
		require.Equal(t, strings.Contains(said, "could not"), strings.Contains(errOut, "could not"), errOut)
	}
	f("CALL_ID first\nCALL_ID second\nCALL_ID third\n", "5 records read, 3 calls found\n1 records could not be searched", "--topic", o.topics["calls"],
		"--topic", o.topics["more"], "--ticket", "DP-18", "--by", "dpo")
	f("CALL_ID first\nCALL_ID second\n", "3 records read, 2 calls found\n", "--topic", o.topics["calls"])
	f("CALL_ID first\n", "2 records read, 1 calls found\n", "--topic", o.topics["calls"], "--until", "2")
	f("CALL_ID second\n", "1 records read, 1 calls found\n", "--topic", o.topics["calls"], "--since", "2")
	f("", "1 records read, 0 calls found\n", "--topic", o.topics["calls"], "--until", "1")
	code, out, errOut := o.run(person, "calls", "--tenant", "acme", "--from", "-") // all topics, of which one can't be read
	require.NotZero(t, code)
	require.Equal(t, "CALL_ID first\nCALL_ID second\nCALL_ID third\n", out)
	require.Contains(t, errOut, "missing")
	require.NotContains(t, errOut, "records read", "it is not told as if it were all")

	code, out, errOut = o.run(person, "calls", "--tenant", "acne", "--from", "-", "--topic", o.topics["calls"])
	require.NotZero(t, code)
	require.Empty(t, out)
	require.Contains(t, errOut, "the policy does not know the tenant")

	c, err := loadConfig(o.config)
	require.NoError(t, err)
	ids, err := (&identifierFlags{file: "-"}).read(strings.NewReader(person))
	require.NoError(t, err)
	finder, err := newCallFinder(t.Context(), c, slog.New(slog.DiscardHandler), "acme", ids)
	require.NoError(t, err)
	err = finder.topic(t.Context(), newRefetcher(c.Kafka), o.topics["calls"], "", "", fullDisk{})
	require.ErrorIs(t, err, syscall.ENOSPC)
	require.ErrorContains(t, err, "read topic "+o.topics["calls"]+" partition 0")

	var noted []audit.Entry
	require.NoError(t, audit.Read(filepath.Join(o.dir, "audit", "rights"), 0, func(e audit.Entry) error {
		if e.Action == "rights.search" {
			noted = append(noted, e)
		}
		return nil
	}))
	require.Len(t, noted, 6)
	require.Equal(t, []any{"dpo", "acme", []audit.Attr{{Name: "ticket", Value: "DP-18"}, {Name: "topics", Value: "2"}}, []audit.Count{{Name: "ids", N: 5}}},
		[]any{noted[0].Actor, noted[0].Tenant, noted[0].Object, noted[0].Counts})
	require.Equal(t, "tacet", noted[1].Actor)

	require.NoError(t, os.Rename(filepath.Join(o.dir, "audit"), filepath.Join(o.dir, "kept")))
	require.NoError(t, os.WriteFile(filepath.Join(o.dir, "audit"), nil, 0o600))
	code, out, errOut = o.run(person, "calls", "--tenant", "acme", "--from", "-")
	require.NotZero(t, code, "no audit log, no search")
	require.Empty(t, out)
	require.Contains(t, errOut, "audit")
	require.NotContains(t, errOut, "records read")

	for calls, want := range map[int]bool{identifiersMax: false, identifiersMax + 1: true} {
		var said strings.Builder
		require.NoError(t, (&callFinder{calls: calls}).report(&said))
		require.Equal(t, want, strings.Contains(said.String(), "make several"))
	}
}

// Calls are searched for what their tenant asks to be searched for, as a running pipeline does.
func TestCallsAreSearchedAsTenantsInstruct(t *testing.T) {
	told := newCounsel(t)
	told.give("parcels.yaml", "rules: [{name: parcel, type: ACCOUNT_ID, pattern: 'parcels-[a-z]+', examples: [parcels-a]}]\n")
	told.sign("signed/acme-1.signed", "acme", 1, "2026-01-01", "rules: [parcels]")
	c, err := parseConfig([]byte(`
kafka: {brokers: ["127.0.0.1:1"]}
source: {group: g, topics: [{name: calls, category: transcript}]}
detection: {rule_sets: {parcels: parcels.yaml}}
instructions: {directory: signed, keys: keys}
pseudonym: {insecure_dev_keys: true}
sinks: [{name: screen, type: stdout}]
quarantine: {directory: dead}
`), told.path("tacet.yaml"))
	require.NoError(t, err)
	for tenant, want := range map[string][]string{"acme": {"one"}, "bolt": nil} {
		ids, err := (&identifierFlags{file: "-"}).read(strings.NewReader("ACCOUNT_ID parcels-rhubarb\n"))
		require.NoError(t, err)
		finder, err := newCallFinder(t.Context(), c, slog.New(slog.DiscardHandler), tenant, ids)
		require.NoError(t, err)
		calls, unread, err := finder.search.Record(pipeline.LaneID{Topic: "calls"}, &pipeline.Record{Time: time.Now(),
			Value: []byte(`{"tenant_id":"` + tenant + `","call_id":"one","role":"customer","text":"it is parcels-rhubarb","final":true}`)})
		require.NoError(t, err)
		require.Empty(t, unread)
		require.Equal(t, want, calls)
	}
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, syscall.ENOSPC }
