package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"time"

	"filippo.io/age"
	"github.com/segmentio/kafka-go"
	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/pipeline"
	"github.com/sonexlabs/tacet/pipeline/source/kafkatest"
	"github.com/sonexlabs/tacet/sinks/file"
)

// process is a running instance. The three differ in quarantine, sinks and limits.
type process struct {
	*leak
	name, config, listen, group string
	out, dead                   string // topics; "" for none
	masks                       bool   // partial results, in place of dropping them
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
policy: {file: %s}
instructions: {unasked: true}
pseudonym: {store: ../made/keys.db, kek: {key: env:LEAK_KEY}}
limits: {workers: 2, record_bytes: %d, depth: %d, fields: %d, retry_most: 500ms, record_time: %s}
admin: {listen: "%s", pprof: true}
log: {level: debug}
`

func (l *leak) newProcess(name string) *process {
	p := &process{leak: l, name: name, listen: freeAddress(l.t), group: kafkatest.Name(name)}
	topics, recordTime, own, policy := "", "5s", "", "policy.yaml"
	for name, t := range leakTopics {
		topics += fmt.Sprintf("\n    - {name: %s, category: %s, format: %s, tenant: %q}", l.topics[name], t.Category, t.Format, t.Tenant)
	}
	made := func(what string) string { return filepath.Join(l.made, name+"-"+what) }
	switch name {
	case "sealed":
		p.out = keptTopic(l.t, l.cluster, "out", 1)
		own = fmt.Sprintf("quarantine: {directory: %s, public_key: %s}\nsinks:\n", made("dead"), l.identity.Recipient()) +
			fmt.Sprintf("  - {name: main, type: kafka, topic: %s, max_message_bytes: %d}\n", p.out, leakMessageBytes) +
			fmt.Sprintf("  - {name: files, type: file, directory: %s, flush_after: 200ms}\n  - {name: screen, type: stdout}\n", made("files"))
	case "away":
		p.masks, policy = true, "masking.yaml"
		p.out, p.dead = keptTopic(l.t, l.other, "out", 1), l.cluster.CreateTopic(l.t, "dead", 1)
		own = fmt.Sprintf("quarantine: {topic: %s}\nsinks:\n", p.dead) +
			fmt.Sprintf("  - {name: main, type: kafka, topic: %s, max_message_bytes: %d, kafka: {brokers: [\"%s\"], "+
				"sasl: {mechanism: plain, user: tacet, password: env:LEAK_PASSWORD}}}\n", p.out, leakMessageBytes, strings.Join(l.other.Addrs(), `", "`)) +
			fmt.Sprintf("  - {name: files, type: file, directory: %s, flush_after: 200ms, compression: gzip}\n", made("files"))
	case "slow":
		recordTime = "1ns"
		own = fmt.Sprintf("quarantine: {directory: %s}\nsinks: [{name: screen, type: stdout}]\n", made("dead"))
	}
	p.config = l.give(name+".yaml", fmt.Sprintf(leakConfig, strings.Join(l.cluster.Addrs(), `", "`), p.group, topics, policy,
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

// delivers tells whether records of a route reach the sinks.
func (p *process) delivers(r route) bool { return r.class == "" && (p.masks || !r.isPartial()) }

// verify checks that every record has come to what its route says.
func (p *process) verify() {
	t := p.t
	cluster := p.cluster
	if p.name == "away" {
		cluster = p.other
	}
	want := 3 // records that only delete
	for _, r := range p.planted {
		if p.delivers(r.route) {
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
		require.Equal(t, p.delivers(r.route), arrived, what)
		if arrived && r.route.found && !placeholder.Match(m.Value) {
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
	require.Positive(t, s.Records[map[bool]string{false: "partial", true: "masked"}[p.masks]])
	for _, name := range []string{"EMAIL", "PHONE", "CREDIT_CARD", "IBAN", "IP_ADDRESS", "URL", "US_SSN", "IN_AADHAAR", "IN_PAN", "UK_NINO", "PASSWORD", "SECRET", "PERSON"} {
		require.Positive(t, s.Findings[name], name)
	}
}

// verifyOverTime is verify for the process that gives no record the time it needs. A few may be done before the clock of the processor, which counts
// microseconds, shows any.
func (p *process) verifyOverTime() {
	dead, over, all := p.listed(), 0, 0
	for at, r := range p.sent {
		if r.route.class != "" && r.route.class != pipeline.ClassSink {
			continue
		}
		if all++; dead[at].Class != "" {
			require.Equal(p.t, pipeline.ClassTime, dead[at].Class, r.route.name)
			over++
		}
	}
	require.Greater(p.t, over, all*9/10)
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
