package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"filippo.io/age"
	"github.com/klauspost/compress/zstd"
	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/sasl/plain"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/sonexlabs/tacet/pipeline"
	"github.com/sonexlabs/tacet/pipeline/pseudonym/keyring"
	"github.com/sonexlabs/tacet/pipeline/source/kafkatest"
)

// TestLeak is the leak test of the whole system: canaries of all kinds go down every route through real processes of this
// program, that are looked at, starved of a sink, and crashed; none of the canaries may be in anything that comes out. What each
// record must have come to is checked first: a canary that was never on its way proves nothing.
func TestLeak(t *testing.T) {
	if testing.Short() || underRace { // TestChaos has processes for it to watch, this takes a minute
		t.Skip("takes long")
	}
	l := newLeak(t)
	l.plant()
	sealed, away, slow := l.newProcess("sealed"), l.newProcess("away"), l.newProcess("slow")
	outage := l.other.Kfake().Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Topic: away.out, Count: -1, Err: kerr.NotEnoughReplicas})
	sealed.start()
	away.start()
	slow.start()
	away.waitUntil("errors of a sink", func() bool { return away.status().Sinks["main"]["errors"] > 0 })
	away.visit()
	outage.Remove()
	for _, p := range []*process{sealed, away, slow} {
		p.waitForAll()
		p.visit()
	}
	sealed.verify()
	away.verify()
	slow.verifyOverTime()
	sealed.verifySealed()

	sealed.crash(syscall.SIGQUIT)
	away.crash(syscall.SIGABRT)
	require.NoError(t, slow.cmd.Process.Signal(syscall.SIGTERM))
	require.NoError(t, slow.wait(), "ends in order")

	sealed.replay()
	l.filters()
	l.hearFiles()
	l.hearCluster(l.cluster, sealed.out, away.dead)
	l.hearCluster(l.other, away.out)
	t.Logf("%d canaries in %d records; %d bytes in %d pieces heard", len(l.mint.all), len(l.planted), l.heardBytes, l.heard)
}

// leak is the world of the test.
type leak struct {
	t              *testing.T
	given, made    string             // directories: what the test writes, what the program writes
	cluster, other *kafkatest.Cluster // other is a sink's own: embedded, so that it fails on demand, and with a password
	topics         map[string]string  // by what routes call them
	mint           *mint
	search         *search
	messages       map[string][]kafka.Message // by what routes call their topic
	planted        []planted
	sent           map[origin]*planted
	env            []string
	identity       *age.X25519Identity
	heard          int
	heardBytes     int
}

// planted is one record with its canary.
type planted struct {
	route  route
	kind   string
	canary int // index
	value  string
}

// leakTopics are the input topics: category and format.
var leakTopics = map[string]topicConfig{
	topicCalls: {Category: "transcript", Format: "json"},
	topicLines: {Category: "transcript", Format: "ndjson"},
	topicLogs:  {Category: "usage_log", Format: "log", Tenant: "acme"},
	topicAPI:   {Category: "usage_log", Format: "json"},
	topicText:  {Category: "usage_log", Format: "text", Tenant: "acme"},
}

const leakPartitions = 2

func newLeak(t *testing.T) *leak {
	dir := t.TempDir()
	l := &leak{
		t: t, given: filepath.Join(dir, "given"), made: filepath.Join(dir, "made"), cluster: kafkatest.Start(t),
		topics: map[string]string{}, mint: newMint(1), messages: map[string][]kafka.Message{}, sent: map[origin]*planted{},
	}
	require.NoError(t, os.Mkdir(l.given, 0o700))
	require.NoError(t, os.Mkdir(l.made, 0o700))
	key, password := l.mint.make("github key"), l.mint.make("github key")
	kek, err := keyring.NewFileKEK([]byte(key))
	require.NoError(t, err)
	k := keyring.DefaultConfig()
	k.Path, k.KEK = filepath.Join(l.made, "keys.db"), kek
	require.NoError(t, keyring.Init(t.Context(), k))
	l.env = append(os.Environ(), "LEAK_KEY="+key, "LEAK_PASSWORD="+password, "LEAK_WRONG="+l.mint.make("github key"))

	t.Setenv("KAFKA_BROKERS", "")
	l.other = kafkatest.Start(t, kfake.EnableSASL(), kfake.Superuser("PLAIN", "tacet", password))
	l.other.Use(t, &kafka.Transport{SASL: plain.Mechanism{Username: "tacet", Password: password}})
	for name := range leakTopics {
		l.topics[name] = l.cluster.CreateTopic(t, name, leakPartitions)
	}
	l.identity, err = age.GenerateX25519Identity()
	require.NoError(t, err)
	l.give("identity.txt", l.identity.String()+"\n")
	// The built-in policy, but for tenants: it lets those leave that are well formed, and some canaries are.
	text, err := os.ReadFile("../../pipeline/policy/default.yaml")
	require.NoError(t, err)
	listed := strings.Replace(string(text), `tenants: ["*"]`, "tenants: [acme]", 1)
	require.NotEqual(t, string(text), listed)
	l.give("policy.yaml", listed)
	masking := strings.Replace(listed, "\n    partials: drop\n", "\n    partials: mask\n", 1)
	require.NotEqual(t, listed, masking)
	l.give("masking.yaml", masking)
	return l
}

func (l *leak) give(name, text string) string {
	name = filepath.Join(l.given, name)
	require.NoError(l.t, os.WriteFile(name, []byte(text), 0o600))
	return name
}

// plant makes a record for every route and kind, each with a key and headers that are canaries too, and sends them.
func (l *leak) plant() {
	for _, r := range routes() {
		for _, kind := range r.kinds {
			c := l.mint.make(kind)
			m := kafka.Message{Key: []byte(l.mint.make("email")), Value: []byte(r.fill(c)), Headers: []kafka.Header{
				{Key: "planted", Value: []byte(strconv.Itoa(len(l.planted)))},
				{Key: "user", Value: []byte(l.mint.make(kindName))},
				{Key: l.mint.make("nino"), Value: []byte("x")},
			}}
			l.messages[r.topic] = append(l.messages[r.topic], m)
			l.planted = append(l.planted, planted{r, kind, len(l.mint.all) - 4, string(m.Value)})
		}
	}
	for range 3 { // records that only delete
		l.messages[topicCalls] = append(l.messages[topicCalls], kafka.Message{Key: []byte(l.mint.make("email"))})
	}
	require.GreaterOrEqual(l.t, len(l.mint.all), 200)
	l.search = newSearch(l.mint.all)
	l.produce()

	found := map[int]bool{}
	for name, messages := range l.messages {
		for _, m := range l.cluster.ConsumeAll(l.t, l.topics[name], len(messages), time.Minute) {
			for i := range l.search.in(describe(m)) {
				found[i] = true
			}
			if len(m.Value) > 0 {
				n, err := strconv.Atoi(string(m.Headers[0].Value))
				require.NoError(l.t, err)
				l.sent[origin{m.Topic, int32(m.Partition), m.Offset}] = &l.planted[n]
			}
		}
	}
	const own = 3 // the program's own secrets, which are in no record
	require.Len(l.t, found, len(l.mint.all)-own, "the search finds every canary where it was planted")
}

func (l *leak) produce() {
	for name, messages := range l.messages {
		l.cluster.Produce(l.t, l.topics[name], messages)
	}
}

func describe(m kafka.Message) []byte {
	all := fmt.Appendf(nil, "%s\n%s\n", m.Key, m.Value)
	for _, h := range m.Headers {
		all = fmt.Appendf(all, "%s: %s\n", h.Key, h.Value)
	}
	return all
}

// hear looks for canaries in something that came out of the program.
func (l *leak) hear(what string, text []byte) {
	l.t.Helper()
	l.heard++
	l.heardBytes += len(text)
	for i := range l.search.in(text) {
		where := "a key, a header or a secret of the program"
		for _, p := range l.planted {
			if p.canary == i {
				where = fmt.Sprintf("%s of route %q in topic %s", p.kind, p.route.name, p.route.topic)
			}
		}
		l.t.Errorf("%s: canary %q leaked, %s", what, l.mint.all[i].text, where)
	}
}

// run runs the program to its end and hears what it says.
func (l *leak) run(in string, args ...string) (out, errOut string, code int) {
	l.t.Helper()
	var o, e bytes.Buffer
	cmd := exec.Command(testBinary(l.t), args...)
	cmd.Args[0] = "tacet"
	cmd.Env, cmd.Stdin, cmd.Stdout, cmd.Stderr = l.env, strings.NewReader(in), &o, &e
	if err := cmd.Run(); err != nil {
		require.ErrorAs(l.t, err, new(*exec.ExitError))
	}
	l.hear("output of "+strings.Join(args, " "), o.Bytes())
	l.hear("messages of "+strings.Join(args, " "), e.Bytes())
	return o.String(), e.String(), cmd.ProcessState.ExitCode()
}

// filters sends the records through redact and detect. They know no fields to drop, so names by themselves are left out, and from log lines what
// is spoken.
func (l *leak) filters() {
	var all, logs, objects, rows strings.Builder
	for i, p := range l.planted {
		if p.kind == kindName || p.route.name == "strange tenant" {
			continue
		}
		line := strings.ReplaceAll(p.value, "\n", " ")
		fmt.Fprintln(&all, line)
		if !slices.Contains(kindsSpoken, p.kind) {
			fmt.Fprintln(&logs, line)
		}
		if p.route.class == "" && strings.HasPrefix(line, "{") && p.route.topic != topicLines {
			fmt.Fprintln(&objects, line)
		}
		if i%2 == 0 {
			fmt.Fprintf(&rows, `{"id":%d,"text":"it is %s"}`+"\n", i, l.mint.all[p.canary].text)
		} else {
			fmt.Fprintf(&rows, `{"id":%d,"turns":[{"role":"customer","text":"it is %s"}]}`+"\n", i, l.mint.all[p.canary].text)
		}
	}
	_, _, code := l.run(objects.String(), "redact")
	require.Zero(l.t, code)
	out, errOut, code := l.run(all.String(), "redact", "--format", "ndjson")
	require.Equal(l.t, exitFailed, code)
	require.Contains(l.t, out, string(linePlaceholder(pipeline.FormatNDJSON)))
	require.Contains(l.t, errOut, "malformed")
	for format, lines := range map[string]*strings.Builder{"text": &all, "log": &logs} {
		_, _, code = l.run(lines.String(), "redact", "--format", format)
		require.Zero(l.t, code)
	}
	out, _, code = l.run(rows.String(), "detect")
	require.Zero(l.t, code)
	require.Equal(l.t, strings.Count(rows.String(), "\n"), strings.Count(out, `"id":`)-strings.Count(out, `"findings":[]`), "every canary is found")
	_, _, code = l.run(all.String(), "detect", "--format", "text")
	require.Zero(l.t, code)
	_, errOut, code = l.run(all.String(), "detect")
	require.Equal(l.t, exitFailed, code)
	require.Contains(l.t, errOut, "not a row")
}

// hearFiles hears every file that the program wrote, compressed ones also decompressed.
func (l *leak) hearFiles() {
	kinds := map[string]int{}
	require.NoError(l.t, filepath.WalkDir(l.made, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		l.hear(name, append(b, name...))
		var r io.Reader
		switch {
		case bytes.HasPrefix(b, []byte("\x28\xb5\x2f\xfd")):
			kinds["zstd"]++
			d, err := zstd.NewReader(bytes.NewReader(b))
			require.NoError(l.t, err)
			defer d.Close()
			r = d
		case bytes.HasPrefix(b, []byte("\x1f\x8b")):
			kinds["gzip"]++
			r, err = gzip.NewReader(bytes.NewReader(b))
			require.NoError(l.t, err)
		default:
			kinds["plain"]++
			return nil
		}
		text, _ := io.ReadAll(r) // a crash leaves files unfinished
		l.hear(name+" decompressed", text)
		return nil
	}))
	for _, kind := range []string{"zstd", "gzip", "plain"} {
		require.Positive(l.t, kinds[kind], kind)
	}
}

// hearCluster hears topics and what a cluster knows of groups.
func (l *leak) hearCluster(c *kafkatest.Cluster, topics ...string) {
	for _, topic := range topics {
		all := c.ConsumeAll(l.t, topic, 1, time.Minute)
		for _, m := range all {
			l.hear("topic "+topic, describe(m))
		}
	}
	ctx := context.Background()
	groups, err := c.Client().ListGroups(ctx, &kafka.ListGroupsRequest{})
	require.NoError(l.t, err)
	for _, g := range groups.Groups {
		about, err := c.Client().DescribeGroups(ctx, &kafka.DescribeGroupsRequest{GroupIDs: []string{g.GroupID}})
		require.NoError(l.t, err)
		l.hear("group", fmt.Appendf(nil, "%+v", about))
		for _, topic := range l.topics {
			offsets, err := c.Client().OffsetFetch(ctx, &kafka.OffsetFetchRequest{GroupID: g.GroupID, Topics: map[string][]int{topic: {0, 1}}})
			require.NoError(l.t, err)
			l.hear("commit", fmt.Appendf(nil, "%+v", offsets))
		}
	}
}
