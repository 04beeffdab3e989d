package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
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
	"github.com/sonexlabs/tacet/pipeline/source/kafkatest"
	"github.com/sonexlabs/tacet/sinks/file"
)

// TestLeak is the leak test of the whole system: canaries of all kinds go down every route through real processes of this
// program, that are looked at, starved of a sink, and crashed; none of the canaries may be in anything that comes out. What each
// record must have come to is checked first: a canary that was never on its way proves nothing.
func TestLeak(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
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
	l.env = append(os.Environ(), "LEAK_KEY="+key, "LEAK_PASSWORD="+password, "LEAK_WRONG="+l.mint.make("github key"))

	t.Setenv("KAFKA_BROKERS", "")
	l.other = kafkatest.Start(t, kfake.EnableSASL(), kfake.Superuser("PLAIN", "tacet", password))
	l.other.Use(t, &kafka.Transport{SASL: plain.Mechanism{Username: "tacet", Password: password}})
	for name := range leakTopics {
		l.topics[name] = l.cluster.CreateTopic(t, name, leakPartitions)
	}
	var err error
	l.identity, err = age.GenerateX25519Identity()
	require.NoError(t, err)
	l.give("identity.txt", l.identity.String()+"\n")
	// The built-in policy, but for tenants: it lets those leave that are well formed, and some canaries are.
	text, err := os.ReadFile("../../pipeline/policy/default.yaml")
	require.NoError(t, err)
	listed := strings.Replace(string(text), `tenants: ["*"]`, "tenants: [acme]", 1)
	require.NotEqual(t, string(text), listed)
	l.give("policy.yaml", listed)
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

// process is a running instance. The three differ in quarantine, sinks and limits.
type process struct {
	*leak
	name, config, listen, group string
	out, dead                   string // topics; "" for none
	cmd                         *exec.Cmd
	exited                      chan struct{} // closed once err is set
	err                         error
}

const leakConfig = `
kafka: {brokers: ["%s"]}
source:
  group: %s
  batch: {records: 50}
  commit_interval: 200ms
  topics:%s
policy: {file: policy.yaml}
pseudonym: {key: env:LEAK_KEY}
limits: {workers: 2, record_bytes: %d, depth: %d, fields: %d, retry_most: 500ms, record_time: %s}
admin: {listen: "%s", pprof: true}
log: {level: debug}
`

func (l *leak) newProcess(name string) *process {
	p := &process{leak: l, name: name, listen: freeAddress(l.t), group: kafkatest.Name(name)}
	topics, recordTime, own := "", "5s", ""
	for name, t := range leakTopics {
		topics += fmt.Sprintf("\n    - {name: %s, category: %s, format: %s, tenant: %q}", l.topics[name], t.Category, t.Format, t.Tenant)
	}
	made := func(what string) string { return filepath.Join(l.made, name+"-"+what) }
	switch name {
	case "sealed":
		p.out = l.cluster.CreateTopic(l.t, "out", 1)
		own = fmt.Sprintf("quarantine: {directory: %s, public_key: %s}\nsinks:\n", made("dead"), l.identity.Recipient()) +
			fmt.Sprintf("  - {name: main, type: kafka, topic: %s, max_message_bytes: %d}\n", p.out, leakMessageBytes) +
			fmt.Sprintf("  - {name: files, type: file, directory: %s, flush_after: 200ms}\n  - {name: screen, type: stdout}\n", made("files"))
	case "away":
		p.out, p.dead = l.other.CreateTopic(l.t, "out", 1), l.cluster.CreateTopic(l.t, "dead", 1)
		own = fmt.Sprintf("quarantine: {topic: %s}\nsinks:\n", p.dead) +
			fmt.Sprintf("  - {name: main, type: kafka, topic: %s, max_message_bytes: %d, kafka: {brokers: [\"%s\"], "+
				"sasl: {mechanism: plain, user: tacet, password: env:LEAK_PASSWORD}}}\n", p.out, leakMessageBytes, strings.Join(l.other.Addrs(), `", "`)) +
			fmt.Sprintf("  - {name: files, type: file, directory: %s, flush_after: 200ms, compression: gzip}\n", made("files"))
	case "slow":
		recordTime = "1ns"
		own = fmt.Sprintf("quarantine: {directory: %s}\nsinks: [{name: screen, type: stdout}]\n", made("dead"))
	}
	p.config = l.give(name+".yaml", fmt.Sprintf(leakConfig, strings.Join(l.cluster.Addrs(), `", "`), p.group, topics,
		leakRecordBytes, leakDepth, leakFields, recordTime, p.listen)+own)
	return p
}

func (p *process) start() {
	p.cmd = exec.Command(testBinary(p.t), "run", "--config", p.config)
	p.cmd.Args[0], p.cmd.Env = "tacet", p.env
	open := func(what string) *os.File {
		f, err := os.Create(filepath.Join(p.made, p.name+"-"+what))
		require.NoError(p.t, err)
		return f
	}
	out, errOut := open("stdout"), open("stderr")
	p.cmd.Stdout, p.cmd.Stderr = out, errOut
	require.NoError(p.t, p.cmd.Start())
	p.exited = make(chan struct{})
	go func() {
		p.err = p.cmd.Wait()
		_, _ = out.Close(), errOut.Close()
		close(p.exited)
	}()
	p.t.Cleanup(func() {
		_ = p.cmd.Process.Kill()
		if p.t.Failed() {
			log := p.stderr()
			p.t.Logf("end of the log of %s:\n%s", p.name, log[max(0, len(log)-3000):])
		}
	})
}

func (p *process) stderr() string {
	b, err := os.ReadFile(filepath.Join(p.made, p.name+"-stderr"))
	require.NoError(p.t, err)
	return string(b)
}

func (p *process) wait() error {
	select {
	case <-p.exited:
		return p.err
	case <-time.After(time.Minute):
		return errors.New("process does not end")
	}
}

// leakStatus is what the test reads of the console's figures.
type leakStatus struct {
	Records, Quarantine, Findings map[string]int
	Sinks                         map[string]map[string]int
}

func (p *process) status() (s leakStatus) {
	if code, body := get(p.t, "http://"+p.listen+"/api/status"); code == http.StatusOK {
		require.NoError(p.t, json.Unmarshal([]byte(body), &s))
	}
	return s
}

// waitUntil waits for something that the running process brings about.
func (p *process) waitUntil(what string, ok func() bool) {
	p.t.Helper()
	for end := time.Now().Add(2 * time.Minute); !ok(); time.Sleep(50 * time.Millisecond) {
		select {
		case <-p.exited:
			p.t.Fatalf("%s ended by itself: %v", p.name, p.err)
		default:
			require.True(p.t, time.Now().Before(end), "%s: never seen: %s", p.name, what)
		}
	}
}

// waitForAll waits until the group has committed all that was sent.
func (p *process) waitForAll() {
	ends := map[string]map[int]int64{}
	for name, messages := range p.messages {
		ends[name] = map[int]int64{}
		for _, m := range p.cluster.ConsumeAll(p.t, p.topics[name], len(messages), time.Minute) {
			ends[name][m.Partition] = max(ends[name][m.Partition], m.Offset+1)
		}
	}
	p.waitUntil("everything committed", func() bool {
		for name, want := range ends {
			got := p.cluster.Committed(p.t, p.group, p.topics[name])
			for partition, end := range want {
				if got[partition] != end {
					return false
				}
			}
		}
		return true
	})
}

// listed gives the entries in quarantine as the program lists them.
func (p *process) listed() map[origin]listed {
	table, _, code := p.run("", "quarantine", "list", "--config", p.config)
	require.Zero(p.t, code)
	text, _, code := p.run("", "quarantine", "list", "--json", "--config", p.config)
	require.Zero(p.t, code)
	all := map[origin]listed{}
	for line := range strings.Lines(text) {
		// Sealed of the listing is a bool that hides the entry's own.
		var e listed
		require.NoError(p.t, json.Unmarshal([]byte(line), &e))
		all[origin{e.Topic, e.Partition, e.Offset}] = e
	}
	require.Equal(p.t, len(all)+1, strings.Count(table, "\n"), "the table has a head and as many rows")
	return all
}

var placeholder = regexp.MustCompile(`\[[A-Z][A-Z_0-9]+\]`)

// verify checks that every record has come to what its route says.
func (p *process) verify() {
	t := p.t
	cluster := p.cluster
	if p.name == "away" {
		cluster = p.other
	}
	want := 3 // records that only delete
	for _, r := range p.planted {
		if r.route.class == "" {
			want++
		}
	}
	delivered := map[origin]kafka.Message{}
	for _, m := range cluster.ConsumeAll(t, p.out, want, time.Minute) {
		delivered[originOf(t, m.Headers)] = m
	}
	dead := p.listed()
	for at, r := range p.sent {
		what := fmt.Sprintf("%s: route %q, %s", p.name, r.route.name, r.kind)
		m, arrived := delivered[at]
		require.Equal(t, r.route.class, dead[at].Class, what)
		require.Equal(t, r.route.class == "", arrived, what)
		if r.route.found && !placeholder.Match(m.Value) {
			t.Errorf("%s: nothing found in %s", what, r.value)
		}
		if arrived {
			require.Regexp(t, `^\[[A-Z_]+:`, string(m.Key), what+": the key is a token")
		}
		if r.route.class == pipeline.ClassSink {
			require.Equal(t, "main", dead[at].Sink, what)
		}
	}
	require.Len(t, delivered, want)
	s := p.status()
	for _, class := range []pipeline.Class{pipeline.ClassMalformed, pipeline.ClassSize, pipeline.ClassTenant, pipeline.ClassSink} {
		require.Positive(t, s.Quarantine[string(class)], class)
	}
	for _, name := range []string{"EMAIL", "PHONE", "CREDIT_CARD", "IBAN", "IP_ADDRESS", "URL", "US_SSN", "IN_AADHAAR", "IN_PAN", "UK_NINO", "PASSWORD", "SECRET"} {
		require.Positive(t, s.Findings[name], name)
	}
}

// verifyOverTime is verify for the process that gives no record the time it needs.
func (p *process) verifyOverTime() {
	dead := p.listed()
	for at, r := range p.sent {
		if r.route.class == "" || r.route.class == pipeline.ClassSink {
			require.Equal(p.t, pipeline.ClassTime, dead[at].Class, r.route.name)
		}
	}
}

// verifySealed opens the sealed records, which without the identity say nothing.
func (p *process) verifySealed() {
	q, err := file.NewQuarantine(filepath.Join(p.made, p.name+"-dead"))
	require.NoError(p.t, err)
	stranger, err := age.GenerateX25519Identity()
	require.NoError(p.t, err)
	n := 0
	require.NoError(p.t, q.Scan(context.Background(), func(e pipeline.Entry) error {
		p.hear("sealed record", e.Sealed)
		_, err := pipeline.Unseal(e, stranger)
		require.Error(p.t, err)
		p.hear("error of a wrong identity", []byte(err.Error()))
		r, err := pipeline.Unseal(e, p.identity)
		require.NoError(p.t, err)
		from := p.sent[origin{e.Topic, e.Partition, e.Offset}]
		require.Equal(p.t, from.value, string(r.Value))
		require.True(p.t, p.search.in(r.Value)[from.canary], "the sealed record has the canary")
		n++
		return nil
	}))
	require.Positive(p.t, n)
}

// visit hears everything that the admin server says, also to those who ask wrongly.
func (p *process) visit() {
	url, c := "http://"+p.listen, p.mint.all[len(p.mint.all)-1].text
	paths := []string{
		"/", "/console.js", "/console.css", "/api/status", "/metrics", "/healthz", "/readyz", "/nothing", "/metrics?name[]=x", "/metrics;x",
		"/debug/pprof/", "/debug/pprof/goroutine?debug=2", "/debug/pprof/goroutine?debug=1", "/debug/pprof/heap?debug=1",
		"/debug/pprof/allocs", "/debug/pprof/trace?seconds=0.2", "/debug/pprof/cmdline", "/debug/pprof/nothing", "/../x",
	}
	for _, path := range paths {
		code, body := get(p.t, url+path)
		require.NotZero(p.t, code, body)
		p.hear(p.name+" "+path, []byte(body))
	}
	for _, request := range []string{
		"POST /api/status HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\n" + c,
		"GET /api/status HTTP/1.1\r\nHost: rebound.example.com\r\n\r\n",
		"GET /api/status HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: cross-site\r\n\r\n",
		"GET /nothing?" + c + " HTTP/1.1\r\nHost: localhost\r\nCookie: " + c + "\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: localhost\r\nCookie: " + strings.Repeat(c, 5000) + "\r\n\r\n",
		"GET / HTTP/9.9\r\nHost: " + c + "\r\n\r\n",
		c + "\r\n\r\n",
	} {
		conn, err := net.Dial("tcp", p.listen)
		require.NoError(p.t, err)
		require.NoError(p.t, conn.SetDeadline(time.Now().Add(20*time.Second)))
		_, _ = io.WriteString(conn, request) // it may be cut off
		_ = conn.(*net.TCPConn).CloseWrite()
		answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
		require.NoError(p.t, err)
		body, _ := io.ReadAll(answer.Body)
		require.GreaterOrEqual(p.t, answer.StatusCode, 400)
		p.hear(p.name+" refuses", fmt.Appendf(body, "%v", answer.Header))
		require.NoError(p.t, conn.Close())
	}
}

// crash ends the process in the middle of its work by a signal after which the Go runtime prints the stacks of goroutines. They are
// heard with all other files.
func (p *process) crash(s syscall.Signal) {
	before := p.status().Records["redacted"]
	p.produce() // so that what is in memory is worth looking for
	p.waitUntil("records that came again", func() bool { return p.status().Records["redacted"] > before })
	require.NoError(p.t, p.cmd.Process.Signal(s))
	require.Error(p.t, p.wait())
	require.Contains(p.t, p.stderr(), "goroutine ", "the crash says something")
	require.Contains(p.t, p.stderr(), "PC=")
}

// replay brings back what a limit had kept out; the rest fails again.
func (p *process) replay() {
	identity := filepath.Join(p.given, "identity.txt")
	text, err := os.ReadFile(p.config)
	require.NoError(p.t, err)
	wider := p.give("wider.yaml", strings.NewReplacer(
		fmt.Sprintf("record_bytes: %d", leakRecordBytes), "record_bytes: 1MiB",
		fmt.Sprintf("max_message_bytes: %d", leakMessageBytes), "max_message_bytes: 1MiB",
	).Replace(string(text)))
	_, errOut, code := p.run("", "quarantine", "replay", "--config", wider, "--identity", p.config)
	require.Equal(p.t, exitFailed, code)
	require.Contains(p.t, errOut, "not an age identity file")
	_, errOut, code = p.run("", "quarantine", "replay", "--config", wider, "--identity", identity)
	require.Equal(p.t, exitFailed, code)
	require.Regexp(p.t, `\d+ of \d+ entries brought back`, errOut)
	require.NotContains(p.t, errOut, "tacet: 0 of")

	_, _, code = p.run("", "check", "--config", wider, "--connect")
	require.Zero(p.t, code)
	wrong := p.give("wrong.yaml", strings.Replace(must(readText(filepath.Join(p.given, "away.yaml"))), "LEAK_PASSWORD", "LEAK_WRONG", 1))
	out, _, code := p.run("", "check", "--config", wrong, "--connect")
	require.Equal(p.t, exitFailed, code)
	require.Contains(p.t, out, "sink main: ")
}

func readText(name string) (string, error) {
	b, err := os.ReadFile(name)
	return string(b), err
}

// filters sends the records through redact and detect. They know no fields to drop, so names are left out.
func (l *leak) filters() {
	var all, objects, rows strings.Builder
	for i, p := range l.planted {
		if p.kind == kindName || p.route.name == "strange tenant" {
			continue
		}
		line := strings.ReplaceAll(p.value, "\n", " ")
		fmt.Fprintln(&all, line)
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
	for _, format := range []string{"text", "log"} {
		_, _, code = l.run(all.String(), "redact", "--format", format)
		require.Zero(l.t, code)
	}
	out, _, code = l.run(rows.String(), "detect")
	require.Zero(l.t, code)
	require.Equal(l.t, strings.Count(rows.String(), "\n"), strings.Count(out, `"start":`), "every canary is found")
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

// A secret that somebody writes into a configuration, where none belongs, is not shown by the error that says so.
func TestConfigErrorsHideSecrets(t *testing.T) {
	const secret = "Zq9xVerySecret77zz"
	const good = `kafka: {brokers: ["127.0.0.1:9092"], sasl: {mechanism: plain, user: u, password: env:LEAK_TEST}}
source: {group: g, topics: [{name: t, category: transcript}]}
pseudonym: {key: env:LEAK_TEST}
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
