package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"

	"github.com/sonexlabs/tacet/pipeline/audit"
	"github.com/sonexlabs/tacet/pipeline/pseudonym"
	"github.com/sonexlabs/tacet/pipeline/pseudonym/keyring"
	"github.com/sonexlabs/tacet/pipeline/source/kafkatest"
	"github.com/sonexlabs/tacet/pipeline/subject"
)

// office is a configuration with control topics on an embedded broker, and what its commands do.
type office struct {
	t       *testing.T
	cluster *kafkatest.Cluster
	dir     string
	config  string // file
	topics  map[string]string
	public  string // key of certificates
}

// compacted creates a topic of one partition that forgets nothing but what is replaced.
func compacted(t *testing.T, cluster *kafkatest.Cluster, name string, partitions int, more ...kafka.ConfigEntry) {
	r, err := cluster.Client().CreateTopics(t.Context(), &kafka.CreateTopicsRequest{Topics: []kafka.TopicConfig{{
		Topic: name, NumPartitions: partitions, ReplicationFactor: 1,
		ConfigEntries: append([]kafka.ConfigEntry{{ConfigName: "cleanup.policy", ConfigValue: "compact"}}, more...),
	}}})
	require.NoError(t, err)
	require.NoError(t, r.Errors[name])
}

func newOffice(t *testing.T) *office {
	o := &office{t: t, cluster: kafkatest.Start(t), dir: t.TempDir(), topics: map[string]string{}}
	for _, name := range []string{"requests", "suppress", "directives", "acks"} {
		o.topics[name] = kafkatest.Name(name)
		compacted(t, o.cluster, o.topics[name], 1)
	}
	lag := kafka.ConfigEntry{ConfigName: "max.compaction.lag.ms", ConfigValue: "86400000"}
	for _, name := range []string{"records", "capsules"} {
		o.topics[name] = kafkatest.Name(name)
		compacted(t, o.cluster, o.topics[name], 2, lag)
	}
	o.topics["calls"] = kafkatest.Name("calls")
	o.cluster.CreateTopicNamed(t, o.topics["calls"], 1, boundedRetention()) // else nobody could say by when an erasure is effective
	private, public, err := note.GenerateKey(rand.Reader, "dpo.example.com")
	require.NoError(t, err)
	o.public = public
	require.NoError(t, os.WriteFile(filepath.Join(o.dir, "certificates.key"), []byte(private), 0o600))
	o.config = filepath.Join(o.dir, "tacet.yaml")
	text := fmt.Sprintf(`
kafka: {brokers: ["%s"]}
source: {group: %q, topics: [{name: %q, category: transcript}], commit_interval: 100ms}
pseudonym: {insecure_dev_keys: true}
sinks:
  - {name: analytics, type: kafka, topic: %q, compacted: true, entities: true}
  - {name: sealed, type: kafka, topic: %q, content: capsules, domain: analytics}
  - {name: archive, type: file, directory: archive}
instructions: {unasked: true}
quarantine: {directory: dead}
admin: {listen: ""}
rights:
  requests: %q
  suppress: %q
  directives: %q
  acks: %q
  witness: witness
  key: file:certificates.key
`, strings.Join(o.cluster.Addrs(), `", "`), kafkatest.Name("office"), o.topics["calls"], o.topics["records"], o.topics["capsules"],
		o.topics["requests"], o.topics["suppress"], o.topics["directives"], o.topics["acks"])
	require.NoError(t, os.WriteFile(o.config, []byte(text), 0o600))
	return o
}

// run runs a command. It looks into all that comes out for what may not.
func (o *office) run(in string, args ...string) (code int, out, errOut string) {
	o.t.Helper()
	var b, e bytes.Buffer
	code = execute(o.t.Context(), append(args, "--config", o.config), strings.NewReader(in), &b, &e)
	for _, said := range []string{b.String(), e.String()} {
		o.clean(said)
	}
	return code, b.String(), e.String()
}

// boundedRetention is that of a topic that is read, whatever the broker's default is.
func boundedRetention() kafka.ConfigEntry {
	return kafka.ConfigEntry{ConfigName: "retention.ms", ConfigValue: "315360000000"}
}

// identifiers of an invented person, and the forms in which parts of them would show.
const person = "# somebody invented\nPHONE +44 7700 900123\nEMAIL Ada@Example.com\nCALL_ID call-7\n\nCALL_ID call-8\nACCOUNT_ID 77-1204\n"

// fraction is that of a second. One in 100,000 holds six given digits by chance.
var fraction = regexp.MustCompile(`\.[0-9]{1,9}Z`)

// clean looks for parts of the person's identifiers.
func (o *office) clean(text string) {
	o.t.Helper()
	text = fraction.ReplaceAllString(text, "Z")
	for _, value := range []string{"7700900", "7700 900", "900123", "ada@", "Ada@", "call-7", "call-8", "771204", "77-1204"} {
		require.NotContains(o.t, text, value)
	}
}

func (o *office) must(in string, args ...string) string {
	o.t.Helper()
	code, out, errOut := o.run(in, args...)
	require.Zero(o.t, code, errOut)
	return strings.TrimSpace(out)
}

// read gives all messages of a topic, and looks into them.
func (o *office) read(name string) []kafka.Message {
	o.t.Helper()
	all := o.cluster.ConsumeAll(o.t, o.topics[name], 0, time.Minute)
	for _, m := range all {
		o.clean(string(m.Key) + string(m.Value))
	}
	return all
}

// newest gives the last value of each key; a deleted key is absent.
func (o *office) newest(name string) map[string]string {
	o.t.Helper()
	all := map[string]string{}
	for _, m := range o.read(name) {
		if len(m.Value) == 0 {
			delete(all, string(m.Key))
		} else {
			all[string(m.Key)] = string(m.Value)
		}
	}
	return all
}

func (o *office) maker() *maker {
	o.t.Helper()
	c, err := loadConfig(o.config)
	require.NoError(o.t, err)
	m, err := newMaker(o.t.Context(), c, slog.New(slog.DiscardHandler))
	require.NoError(o.t, err)
	o.t.Cleanup(func() { _ = m.close() })
	return m
}

// token is what the pipeline would have written.
func (o *office) token(typ, value string, origin pseudonym.Origin) string {
	o.t.Helper()
	d := pseudonym.Domain{Tenant: []byte("acme"), Sink: "analytics", Origin: origin}
	return string(pseudonym.NewTokens(keyring.Dev([]byte(devKey))).Tokenizer().Append(nil, d, typ, 'r', []byte(value)))
}

// seed writes records and capsules of calls to the outputs, as the pipeline does.
func (o *office) seed(calls ...string) {
	o.t.Helper()
	var records, capsules []kafka.Message
	for _, call := range calls {
		key := o.token(typeCall, call, pseudonym.OriginMeta)
		records = append(records, kafka.Message{Key: []byte(key), Value: []byte("{}")})
		for i := range 2 {
			capsules = append(capsules, kafka.Message{Key: fmt.Appendf(nil, "%s/calls/0/%d", key, i), Value: []byte("sealed")})
		}
	}
	o.cluster.Produce(o.t, o.topics["records"], records)
	o.cluster.Produce(o.t, o.topics["capsules"], capsules)
}

func TestErase(t *testing.T) {
	o := newOffice(t)
	o.seed("call-7", "call-8", "call-9")
	before := time.Now().UTC().Truncate(time.Millisecond)
	id := o.must(person, "erase", "--tenant", "acme", "--from", "-", "--before", before.Format(time.RFC3339), "--ticket", "DP-17", "--by", "dpo")

	// The calls that were named are gone, from records and capsules; the other is there.
	other := o.token(typeCall, "call-9", pseudonym.OriginMeta)
	require.Equal(t, map[string]string{other: "{}"}, o.newest("records"))
	require.Equal(t, map[string]string{other + "/calls/0/0": "sealed", other + "/calls/0/1": "sealed"}, o.newest("capsules"))

	// Workers that load the list drop what is not younger, whatever form of a number they hear.
	list := o.follow(t)
	h := subject.NewHasher(o.maker().ring)
	match := func(typ, value string) bool {
		sid, ok := h.ID([]byte("acme"), typ, []byte(value))
		require.True(t, ok)
		e, ok := list.Match([]byte("acme"), sid)
		return ok && e.Erases(before.Truncate(time.Second)) && !e.Erases(before.Add(time.Second))
	}
	for _, form := range []string{"+447700900123", "447700900123", "07700900123", "7700900123"} {
		require.True(t, match("PHONE", form), form)
	}
	require.True(t, match("EMAIL", "ada@example.com"))
	require.True(t, match("CALL_ID", "call-7"))
	require.True(t, match("ACCOUNT_ID", "771204"))
	require.False(t, match("PHONE", "+447700900124"))
	require.False(t, match("CALL_ID", "call-9"))

	// Each sink is told in the tokens of its own records.
	directives := o.newest("directives")
	require.Len(t, directives, 3)
	d, err := subject.ParseDirective([]byte(id+"/analytics"), []byte(directives[id+"/analytics"]))
	require.NoError(t, err)
	require.Equal(t, []string{o.token(typeCall, "call-7", 'm'), o.token(typeCall, "call-8", 'm')}, sortedAs(d.Calls, o.token(typeCall, "call-7", 'm')))
	for _, token := range []string{o.token("PHONE", "+447700900123", 't'), o.token("PHONE", "07700900123", 't'), o.token("EMAIL", "ada@example.com", 't'),
		o.token("ACCOUNT_ID", "771204", 'm')} {
		require.Contains(t, d.Tokens, token)
	}
	archive, err := subject.ParseDirective([]byte(id+"/archive"), []byte(directives[id+"/archive"]))
	require.NoError(t, err)
	require.NotEqual(t, d.Calls, archive.Calls, "another recipient, other tokens")

	o.answers(t, id)
}

// sortedAs puts the one named first.
func sortedAs(tokens []string, first string) []string {
	if len(tokens) == 2 && tokens[0] != first {
		return []string{tokens[1], tokens[0]}
	}
	return tokens
}

// follow loads the suppression list as a worker does.
func (o *office) follow(t *testing.T) *subject.List {
	t.Helper()
	r := o.maker().rights
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	loaded := false
	require.NoError(t, r.run(ctx, func() { loaded = true; stop() }))
	require.True(t, loaded)
	return r.list
}

// answers takes a request from issued to certified.
func (o *office) answers(t *testing.T, id string) {
	list := func() shown {
		t.Helper()
		var s shown
		require.NoError(t, json.Unmarshal([]byte(o.must("", "requests", "list", "--json")), &s))
		require.Equal(t, id, s.ID)
		return s
	}
	require.Equal(t, subject.StateIssued, list().State)
	require.Equal(t, []string{"analytics", "sealed", "archive"}, list().Pending)
	code, _, errOut := o.run("", "requests", "certificate", id)
	require.Equal(t, exitFailed, code)
	require.Contains(t, errOut, "needs the answer of every sink")

	o.must("", "requests", "ack", id, "--sink", "analytics", "--count", "2")
	o.must("", "requests", "ack", id, "--sink", "sealed", "--count", "4")
	o.must("", "requests", "hold", id, "--sink", "archive", "--until", "2999-01-01T00:00:00Z", "--basis", "DPDP Rules 2025, Rule 8(3)")
	require.Equal(t, subject.StateHeld, list().State)
	require.Contains(t, o.must("", "requests", "list"), "2 of 3")
	for _, wrong := range [][]string{
		{"ack", id, "--sink", "elsewhere"}, {"ack", "r-unknown", "--sink", "archive"}, {"ack", id, "--sink", "archive", "--by", "ada@example.com"},
		{"hold", id, "--sink", "analytics", "--until", "2999-01-01T00:00:00Z", "--basis", "Rule 8(3)"},
		{"hold", id, "--sink", "archive", "--until", "2001-01-01T00:00:00Z", "--basis", "Rule 8(3)"},
	} {
		code, _, errOut := o.run("", append([]string{"requests"}, wrong...)...)
		require.Equal(t, exitFailed, code, errOut)
	}
	o.must("", "requests", "ack", id, "--sink", "archive", "--count", "1")
	require.Equal(t, subject.StateCompleted, list().State)

	// A record that was on its way comes after the tombstones; the certificate's sweep finds it.
	o.seed("call-7")
	signed := o.must("", "requests", "certificate", id) + "\n"
	require.Len(t, o.newest("records"), 1)
	require.Len(t, o.newest("capsules"), 2)
	require.Equal(t, subject.StateCertified, list().State)
	verifier, err := note.NewVerifier(o.public)
	require.NoError(t, err)
	c, err := subject.VerifyCertificate([]byte(signed), verifier)
	require.NoError(t, err)
	require.Equal(t, map[string]int{o.topics["records"]: 2}, c.Done.Tombstones)
	require.Equal(t, map[string]int{o.topics["capsules"]: 4}, c.Done.Capsules)
	places := map[string]subject.Effective{}
	for _, e := range c.Effective {
		places[e.Where] = e
	}
	require.WithinDuration(t, c.Issued.Add(24*time.Hour), places["topic "+o.topics["records"]].By, time.Second)
	require.Contains(t, places["source topic "+o.topics["calls"]].Reason, "only reads it")
	require.Equal(t, c.Sinks[2].At, places["sink archive"].By)
	require.False(t, c.EffectiveBy.IsZero())

	require.NoError(t, os.WriteFile(filepath.Join(o.dir, "certificate"), []byte(signed), 0o600))
	f := func(want int, args ...string) {
		t.Helper()
		require.Equal(t, want, execute(t.Context(), append([]string{"requests", "verify", filepath.Join(o.dir, "certificate")}, args...), strings.NewReader(""), io.Discard, io.Discard))
	}
	f(exitDone, "--key", o.public)
	f(exitUsage, "--key", "nonsense")
	require.NoError(t, os.WriteFile(filepath.Join(o.dir, "certificate"), []byte(strings.Replace(signed, "DP-17", "DP-18", 1)), 0o600))
	f(exitFailed, "--key", o.public)
	require.Empty(t, o.must("", "requests", "list", "--open", "--json"))
}

var errCrash = errors.New("crash")

// A command that ends after any of its steps, run again, comes to the end that it would have come to: one request, the same messages.
func TestEraseCrashes(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ids, err := (&identifierFlags{file: "-"}).read(strings.NewReader(person))
	require.NoError(t, err)
	for _, step := range []string{"begin", "suppress", "direct analytics", "direct sealed", "direct archive", "direct",
		"delete " + o.topics["records"], "delete " + o.topics["capsules"], "delete", "shred"} {
		t.Run(step, func(t *testing.T) {
			o.t = t
			o.seed("call-7", "call-8")
			known := len(o.newest("requests"))
			make := func(crash string) (subject.Status, error) {
				m := o.maker()
				m.after = func(step string) error {
					if step == crash {
						return errCrash
					}
					return nil
				}
				r, err := (&asked{kind: subject.Erase, identifierFlags: identifierFlags{tenant: "acme"}}).request(time.Now(), m.c)
				require.NoError(t, err)
				return m.make(t.Context(), r, ids)
			}
			first, err := make(step)
			require.ErrorIs(t, err, errCrash)
			again, err := make("")
			require.NoError(t, err)
			require.Len(t, o.newest("requests"), known+1)
			if step != "begin" { // which ends before the id is given back
				require.Equal(t, first.ID, again.ID)
				require.Equal(t, first.Before, again.Before, "what was asked for stays")
			}
			for _, topic := range []string{"records", "capsules"} {
				require.Empty(t, o.newest(topic))
			}
			told := 0
			for key := range o.newest("directives") {
				if strings.HasPrefix(key, again.ID+"/") {
					told++
				}
			}
			require.Equal(t, 3, told)
			list := o.follow(t)
			for _, s := range again.Subjects {
				e, ok := list.Match([]byte("acme"), s.ID)
				require.True(t, ok && e.Erases(again.Before))
			}
			require.Equal(t, subject.StageIssued, again.Stage)
			third, err := make("")
			require.NoError(t, err)
			require.NotEqual(t, again.ID, third.ID, "what came to its end is another request next time")
		})
	}
}

// The audit log says what was done and by whom, and nothing of the person.
func TestRightsAudit(t *testing.T) {
	o := newOffice(t)
	key, err := audit.GenerateKey("test")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(o.dir, "audit.key"), []byte(key), 0o600))
	text, err := os.ReadFile(o.config)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(o.config, append(text, "audit: {directory: audit, key: file:audit.key}\n"...), 0o600))
	id := o.must(person, "erase", "--tenant", "acme", "--from", "-", "--by", "dpo")
	for _, sink := range []string{"analytics", "sealed", "archive"} {
		o.must("", "requests", "ack", id, "--sink", sink, "--by", "ops")
	}
	o.must("", "requests", "certificate", id)
	var actions []string
	files, err := filepath.Glob(filepath.Join(o.dir, "audit", auditOfRights, "*"))
	require.NoError(t, err)
	for _, name := range files {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		o.clean(string(text))
		for line := range strings.Lines(string(text)) {
			if e, err := audit.ParseEntry([]byte(strings.TrimSuffix(line, "\n"))); err == nil && e.Tenant == "acme" {
				require.Contains(t, e.Object, audit.Attr{Name: "request", Value: id})
				actions = append(actions, e.Actor+" "+e.Action)
			}
		}
	}
	require.Equal(t, []string{"dpo rights.erase", "dpo rights.issued", "ops rights.done", "ops rights.done", "ops rights.done", "tacet rights.certificate"}, actions)
}

// A control topic of which a part is gone is refused by commands and by workers.
func TestRightsRollback(t *testing.T) {
	o := newOffice(t)
	o.must(person, "object", "--tenant", "acme", "--from", "-")
	o.must("EMAIL grace@example.com", "restrict", "--tenant", "acme", "--from", "-")
	_, err := o.cluster.Client().DeleteTopics(t.Context(), &kafka.DeleteTopicsRequest{Topics: []string{o.topics["suppress"]}})
	require.NoError(t, err)
	all := o.cluster
	compacted(t, all, o.topics["suppress"], 1)
	code, _, errOut := o.run("EMAIL grace@example.com", "object", "--tenant", "acme", "--from", "-")
	require.Equal(t, exitFailed, code)
	require.Contains(t, errOut, "older than one that was seen before")
	loaded := false
	require.ErrorIs(t, o.maker().rights.run(t.Context(), func() { loaded = true }), subject.ErrRollback)
	require.False(t, loaded)
}

func TestLift(t *testing.T) {
	o := newOffice(t)
	const ada = "EMAIL ada@example.com"
	h := subject.NewHasher(o.maker().ring)
	sid, ok := h.ID([]byte("acme"), "EMAIL", []byte("ada@example.com"))
	require.True(t, ok)
	f := func(check func(subject.Entry) bool, args ...string) {
		t.Helper()
		args = append(args, "--tenant", "acme", "--from", "-")
		o.must(ada, args...)
		e, _ := o.follow(t).Match([]byte("acme"), sid)
		require.True(t, check(e))
		o.must(ada, append(args, "--lift")...)
		e, _ = o.follow(t).Match([]byte("acme"), sid)
		require.False(t, check(e))
	}
	f(subject.Entry.Objects, "object")
	f(subject.Entry.Restricts, "restrict")
	f(func(e subject.Entry) bool { return e.Withdrawn("training") }, "withdraw", "--consent", "training")
	f(func(e subject.Entry) bool { return e.Withdrawn("anything") }, "withdraw")
	require.Empty(t, o.read("records"), "nothing is deleted")
	require.Contains(t, o.must("", "requests", "list"), "end of withdraw")
}

// Two erasures at the same time: whichever is written last, the later time holds.
func TestEraseKeepsTheLatestTime(t *testing.T) {
	o := newOffice(t)
	const ada = "EMAIL ada@example.com"
	erase := func(before string) {
		o.must(ada, "erase", "--tenant", "acme", "--from", "-", "--before", before)
	}
	erase("2026-03-01T00:00:00Z")
	erase("2026-01-01T00:00:00Z")
	newest := o.newest("suppress")
	require.Len(t, newest, 1)
	for _, value := range newest { // what compaction leaves
		require.Contains(t, value, `"before":"2026-03-01T00:00:00Z"`)
	}
}

func TestRightsRefused(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	f := func(code int, want, in string, args ...string) {
		t.Helper()
		got, _, errOut := o.run(in, args...)
		require.Equal(t, code, got, errOut)
		require.Contains(t, errOut, want)
	}
	f(exitUsage, "--tenant is required", person, "erase", "--from", "-")
	f(exitFailed, "nobody is named", "", "erase", "--tenant", "acme")
	f(exitFailed, "standard input line 2: begins with no type", "EMAIL ada@example.com\n07700 900123\n", "erase", "--tenant", "acme", "--from", "-")
	f(exitFailed, "line 1: the PHONE is empty", "PHONE", "erase", "--tenant", "acme", "--from", "-")
	f(exitFailed, "the value is no PHONE", "PHONE nobody", "erase", "--tenant", "acme", "--from", "-")
	f(exitFailed, "the value is no EMAIL", "EMAIL +44 7700 900123", "erase", "--tenant", "acme", "--from", "-")
	f(exitFailed, "is not TYPE=VALUE", "", "erase", "--tenant", "acme", "--id", "77-1204")
	f(exitFailed, "in the future", person, "erase", "--tenant", "acme", "--from", "-", "--before", "2999-01-01T00:00:00Z")
	f(exitUsage, "--before is not a time", person, "erase", "--tenant", "acme", "--from", "-", "--before", "yesterday")
	f(exitUsage, "ticket has other characters", person, "erase", "--tenant", "acme", "--from", "-", "--ticket", "ada@example.com")
	f(exitUsage, "consent belongs", person, "withdraw", "--tenant", "acme", "--from", "-", "--consent", "Not A Name")
	f(exitFailed, "does not know the tenant", person, "erase", "--tenant", "not a tenant", "--from", "-")
	var crowd strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&crowd, "PHONE +44 20 7946 %04d\n", i)
	}
	f(exitFailed, "make several requests", crowd.String(), "erase", "--tenant", "acme", "--from", "-")
	f(exitFailed, "no such file", "", "erase", "--tenant", "acme", "--from", filepath.Join(o.dir, "absent"))
	require.Empty(t, o.read("requests"), "nothing was written")

	// A topic that forgets is no place for a suppression.
	text, err := os.ReadFile(o.config)
	require.NoError(t, err)
	forgets := o.cluster.CreateTopic(t, "forgets", 1)
	require.NoError(t, os.WriteFile(o.config, bytes.Replace(text, []byte(o.topics["acks"]), []byte(forgets), 1), 0o600))
	f(exitFailed, "would forget", person, "erase", "--tenant", "acme", "--from", "-")
	many := o.cluster.CreateTopic(t, "many", 2)
	require.NoError(t, os.WriteFile(o.config, bytes.Replace(text, []byte(o.topics["acks"]), []byte(many), 1), 0o600))
	f(exitFailed, "has 2 partitions", "", "requests", "list")
	none := text[:bytes.Index(text, []byte("rights:"))]
	require.NoError(t, os.WriteFile(o.config, none, 0o600))
	f(exitFailed, "names no topics", "", "requests", "list")
}

// The forms of a number are those in which detectors give it, with whatever countries they expect.
func TestPhoneForms(t *testing.T) {
	f := func(value string, want ...string) {
		t.Helper()
		id, err := newIdentifier("PHONE", value)
		require.NoError(t, err)
		slices.Sort(id.forms)
		slices.Sort(want)
		require.Equal(t, want, id.forms)
	}
	f("+44 7700 900123", "+447700900123", "447700900123", "7700900123", "07700900123")
	f("0044 7700 900123", "+447700900123", "447700900123", "7700900123", "07700900123")
	f("+1 (212) 555-0123", "+12125550123", "12125550123", "2125550123", "02125550123")
	f("+353 20 910 0123", "+353209100123", "353209100123", "209100123", "0209100123")
	f("07700 900123", "07700900123")
	f("+44 12", "+4412")

	ids, err := (&identifierFlags{phones: []string{"07700 900123", "+44 7700 900123", "0044 7700 900123"}, emails: []string{"sam@example.com"}}).read(nil)
	require.NoError(t, err)
	require.Equal(t, 1, nationalPhones(ids))
}

// Whatever is given, an error says where it stands and not what it is.
func FuzzIdentifiers(f *testing.F) {
	f.Add(person)
	f.Add("PHONE nobody-at-all\n")
	f.Add("nobody-at-all PHONE\n")
	f.Fuzz(func(t *testing.T, text string) {
		ids, err := (&identifierFlags{file: "-"}).read(strings.NewReader(text))
		if err == nil {
			for _, id := range ids {
				require.NotEmpty(t, id.forms)
			}
			return
		}
		for word := range strings.FieldsSeq(text) {
			// Types are no secret, and short words stand in any sentence.
			if len(word) > 12 && strings.Trim(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_") != "" {
				require.NotContains(t, err.Error(), word)
			}
		}
	})
}
