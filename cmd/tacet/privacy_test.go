package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"math"
	"math/rand/v2"
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
	"github.com/segmentio/kafka-go"
	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/pipeline/audit"
	"github.com/sonexlabs/tacet/pipeline/source/kafkatest"
)

// estate is a pipeline with all that people's rights and keys stand on: a store of keys, control topics, an audit log with a witness, and a
// sink of every kind. Workers and commands are processes of the program. Whatever they say or write is searched for what may not be in it.
type estate struct {
	t        *testing.T
	rng      *rand.Rand
	mint     *mint
	cluster  *kafkatest.Cluster
	dir      string
	topics   map[string]string
	kek      string // settings of key-encryption keys
	identity *age.X25519Identity
	public   string // key of certificates
	made     int    // records; each has its number as its turn
	people   int
	workers  []*worker
	search   *search // for the canaries there were when it was made
	searched int
	heard    int // pieces
}

// The sinks. All get every record but sealed, which gets the capsules of those that have values to seal.
var (
	estateKafka = []string{"analytics", "joined", "training"}
	estateSinks = append(slices.Clone(estateKafka), "archive")
)

const estatePartitions = 2

// forgetful are the settings of a topic in which only the newest record of a key stays.
var forgetful = []kafka.ConfigEntry{{ConfigName: "cleanup.policy", ConfigValue: "compact"}, {ConfigName: "max.compaction.lag.ms", ConfigValue: "86400000"}}

// estatePolicy lets the same number be a token in metadata, a token beside the text, and sealed for review.
const estatePolicy = `
tenants: [acme, globex]
types: {PHONE: alias, EMAIL: alias}
classes:
  analytics:
    {purpose: analytics, recipient: tenant, basis: instruction, clauses: ["3", "5"],
    types: {PHONE: {style: token, scope: relationship}, EMAIL: {style: token, scope: person}}}
  training: {purpose: train, recipient: tenant, basis: consent, consent: training, clauses: ["4"]}
  review: {purpose: review, recipient: tenant, basis: instruction, clauses: ["4"], types: {PHONE: seal, EMAIL: seal}}
categories:
  transcript:
    clauses: ["2.AI interaction", "4"]
    for: [analytics, training, review]
    fields:
      tenant_id: keep
      call_id: token
      from: {analytics: {action: token, subject: PHONE}, training: {action: token, subject: PHONE}, review: {action: seal, as: PHONE, subject: PHONE}}
      turn: keep
      text: redact
  account:
    clauses: ["2.Account"]
    for: [analytics, training]
    fields:
      tenant_id: keep
      email: {action: token, subject: EMAIL}
      user_id: {action: token, subject: ACCOUNT_ID}
      turn: keep
`

const estateConfig = `
kafka: {brokers: ["%[1]s"]}
source:
  group: %[2]s
  topics: [{name: %[3]s, category: transcript}, {name: %[4]s, category: account}]
  batch: {records: 100}
  commit_interval: 100ms
  session_timeout: 6s
  rebalance_timeout: 6s
  drain_timeout: 2s
  heartbeat: 300ms
policy: {file: policy.yaml}
instructions: {directory: ., keys: tenants.keys}
pseudonym: {store: store/keys.db, witness: witness/keys, %[17]s, ttl: 2s, refresh: 1s, retry: 1s}
sinks:
  - {name: analytics, type: kafka, topic: %[5]s, compacted: true, class: analytics}
  - {name: joined, type: kafka, topic: %[6]s, class: analytics, entities: true}
  - {name: training, type: kafka, topic: %[7]s, class: training, consent: training}
  - {name: archive, type: file, directory: archive, class: analytics, flush_after: 200ms, max_records: 1000}
  - {name: sealed, type: kafka, topic: %[8]s, class: review, content: capsules, domain: analytics}
quarantine: {directory: dead, public_key: %[9]s}
audit: {directory: %[10]s, name: "%[11]s", key: "file:audit.key", checkpoint: 500ms, witness: witness/audit}
rights: {requests: %[12]s, suppress: %[13]s, directives: %[14]s, acks: %[15]s, witness: witness/list, key: "file:certificates.key", stale: 10s}
limits: {workers: 2, record_bytes: 4KiB, retry_most: 500ms}
admin: {listen: "%[16]s"}
log: {level: debug}
`

func newEstate(t *testing.T) *estate {
	if testing.Short() {
		t.Skip("starts processes")
	}
	seed := uint64(time.Now().UnixNano())
	if s := os.Getenv("TACET_PRIVACY_SEED"); s != "" {
		seed = must(strconv.ParseUint(s, 10, 64))
	}
	t.Logf("seed %d; again with: TACET_PRIVACY_SEED=%d go test ./cmd/tacet -run '%s$'", seed, seed, t.Name())
	e := &estate{t: t, rng: rand.New(rand.NewPCG(seed, 0)), mint: newMint(seed), cluster: kafkatest.Start(t), dir: t.TempDir(), topics: map[string]string{},
		kek: `kek: {key: "file:kek"}`}
	for _, name := range []string{"calls", "accounts", "joined", "training"} {
		e.topics[name] = kafkatest.Name(name)
		e.cluster.CreateTopicNamed(t, e.topics[name], estatePartitions, boundedRetention())
	}
	for name, partitions := range map[string]int{"analytics": estatePartitions, "sealed": estatePartitions, "requests": 1, "suppress": 1, "directives": 1, "acks": 1} {
		e.topics[name] = kafkatest.Name(name)
		e.cluster.CreateTopicNamed(t, e.topics[name], partitions, forgetful...)
	}
	for _, name := range []string{"store", "witness"} {
		require.NoError(t, os.Mkdir(e.path(name), 0o700))
	}
	e.give("policy.yaml", estatePolicy)
	e.give("kek", e.mint.make("github key"))
	e.give("audit.key", must(audit.GenerateKey("audit.example")))
	e.identity = must(age.GenerateX25519Identity())
	e.give("identity", e.identity.String()+"\n")
	e.instruct()
	e.give("tacet.yaml", e.config(0, "none", "", "suppress"))
	e.public = e.must("", "audit", "keygen", "--name", "dpo.example.com", e.path("certificates.key"))
	e.must("", "keys", "init", "--config", e.path("tacet.yaml"))
	e.must("", "keys", "create", "--config", e.path("tacet.yaml"), "acme", "globex")
	t.Cleanup(e.end)
	return e
}

// instruct has both tenants consent to training.
func (e *estate) instruct() {
	e.give("tenants.keys", strings.TrimSpace(e.must("", "audit", "keygen", "--name", "tenants.example.com", e.path("tenants.key")))+" acme globex\n")
	for _, tenant := range []string{"acme", "globex"} {
		e.give(tenant+".yaml", "tenant: "+tenant+"\nversion: 1\nfrom: 2020-01-01\ntext: long\nconsents: [{name: training, id: C1, granted: 2020-01-01, expires: 2999-01-01, document: "+
			strings.Repeat("0123456789abcdef", 4)+"}]\n")
		e.give(tenant+".signed", e.must("", "instruction", "sign", "--key", e.path("tenants.key"), e.path(tenant+".yaml"))+"\n")
	}
}

func (e *estate) path(name string) string { return filepath.Join(e.dir, name) }

func (e *estate) give(name, text string) {
	require.NoError(e.t, os.WriteFile(e.path(name), []byte(text), 0o600))
}

// config is what a worker runs with. The first one's audit log is in the folder that commands have theirs in.
func (e *estate) config(number int, group, listen, suppress string) string {
	log, name := "audit", ""
	if number > 0 {
		log, name = fmt.Sprint("audit-", number), fmt.Sprint("worker-", number)
	}
	t := e.topics
	return fmt.Sprintf(estateConfig, strings.Join(e.cluster.Addrs(), `", "`), group, t["calls"], t["accounts"], t["analytics"], t["joined"],
		t["training"], t["sealed"], e.identity.Recipient(), log, name, t["requests"], t[suppress], t["directives"], t["acks"], listen, e.kek)
}

// end searches what is left behind.
func (e *estate) end() {
	for _, w := range e.workers {
		_ = w.cmd.Process.Kill()
		<-w.exited
		if e.t.Failed() {
			log := w.log.String()
			e.t.Logf("end of the log of worker %d:\n%s", w.number, log[max(0, len(log)-3000):])
		}
	}
	if e.t.Failed() || e.t.Skipped() {
		return
	}
	for name, topic := range e.topics {
		if name != "calls" && name != "accounts" {
			for _, m := range e.read(topic) {
				e.hear("topic "+name, describe(m))
			}
		}
	}
	for _, name := range []string{"store", "witness", "archive", "dead"} {
		e.hearFiles(e.path(name))
	}
	for _, w := range e.workers {
		e.hear("log", []byte(w.log.String()))
		e.hearFiles(e.path(w.audit))
	}
	e.t.Logf("%d canaries; %d pieces searched", len(e.mint.all), e.heard)
}

func (e *estate) hearFiles(dir string) {
	require.NoError(e.t, filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text := must(os.ReadFile(name))
		if strings.HasSuffix(name, ".zst") {
			text = bytes.Join(readZstd(e.t, name), []byte("\n"))
		}
		e.hear(name, append(text, name...))
		return nil
	}))
}

// hear looks for canaries in something that came out.
func (e *estate) hear(what string, text []byte) {
	e.t.Helper()
	e.heard++
	if e.searched != len(e.mint.all) {
		e.search, e.searched = newSearch(e.mint.all), len(e.mint.all)
	}
	for i := range e.search.in(text) {
		e.t.Errorf("%s: canary %q leaked", what, e.mint.all[i].text)
	}
}

// run runs the program to its end.
func (e *estate) run(in string, args ...string) (out, errOut string, code int) {

	e.t.Helper()
	var o, b bytes.Buffer
	cmd := exec.Command(quickBinary(e.t), args...)
	cmd.Args[0], cmd.Stdin, cmd.Stdout, cmd.Stderr = "tacet", strings.NewReader(in), &o, &b
	if err := cmd.Run(); err != nil {
		require.ErrorAs(e.t, err, new(*exec.ExitError))
	}
	e.hear("messages of "+args[0], b.Bytes())
	return o.String(), b.String(), cmd.ProcessState.ExitCode()
}

func (e *estate) must(in string, args ...string) string {
	e.t.Helper()
	out, errOut, code := e.run(in, args...)
	require.Zero(e.t, code, errOut)
	e.hear("output of "+args[0], []byte(out))
	return strings.TrimSpace(out)
}

// command runs one that takes the configuration.
func (e *estate) command(in string, args ...string) string {
	e.t.Helper()
	return e.must(in, append(args, "--config", e.path("tacet.yaml"))...)
}

// worker is a running pipeline.
type worker struct {
	*estate
	number               int
	group, listen, audit string
	cmd                  *exec.Cmd
	log                  *syncBuffer
	exited               chan struct{} // closed once err is set
	err                  error
}

// start starts a worker in a group. Under the number of one that has ended it goes on with that one's audit log.
func (e *estate) start(number int, group string) *worker {
	return e.startWith(number, group, "suppress")
}

func (e *estate) startWith(number int, group, suppress string) *worker {
	w := &worker{estate: e, number: number, group: group, listen: freeAddress(e.t), audit: "audit", log: &syncBuffer{}, exited: make(chan struct{})}
	if number > 0 {
		w.audit = fmt.Sprint("audit-", number)
	}
	name := fmt.Sprintf("worker-%d.yaml", len(e.workers))
	e.give(name, e.config(number, group, w.listen, suppress))
	w.cmd = exec.Command(quickBinary(e.t), "run", "--config", e.path(name))
	w.cmd.Args[0], w.cmd.Stdout, w.cmd.Stderr = "tacet", w.log, w.log
	require.NoError(e.t, w.cmd.Start())
	go func() { w.err = w.cmd.Wait(); close(w.exited) }()
	e.workers = append(e.workers, w)
	return w
}

// stop ends a worker in order.
func (w *worker) stop() {
	w.t.Helper()
	require.NoError(w.t, w.cmd.Process.Signal(syscall.SIGTERM))
	require.NoError(w.t, w.wait())
}

func (w *worker) wait() error {
	select {
	case <-w.exited:
		return w.err
	case <-time.After(time.Minute):
		w.t.Fatalf("worker %d does not end", w.number)
		return nil
	}
}

// until waits for something that running workers bring about.
func (w *worker) until(what string, ok func() bool) {
	w.t.Helper()
	for end := time.Now().Add(time.Minute); !ok(); time.Sleep(20 * time.Millisecond) {
		select {
		case <-w.exited:
			w.t.Fatalf("worker %d ended by itself: %v", w.number, w.err)
		default:
			require.True(w.t, time.Now().Before(end), "never seen: %s", what)
		}
	}
}

// finish waits until all that was sent is committed.
func (w *worker) finish() {
	w.t.Helper()
	for _, name := range []string{"calls", "accounts"} {
		ends := w.ends(w.topics[name])
		w.until("all of "+name+" committed", func() bool {
			got := w.cluster.Committed(w.t, w.group, w.topics[name])
			for p, end := range ends {
				if got[p] < end {
					return false
				}
			}
			return true
		})
	}
}

// read gives what a topic holds.
func (e *estate) read(topic string) []kafka.Message {
	e.t.Helper()
	all, _ := e.cluster.Read(e.t, topic, nil)
	return all
}

// ends are the offsets behind the last records of a topic.
func (e *estate) ends(topic string) map[int]int64 {
	e.t.Helper()
	_, ends := e.cluster.Read(e.t, topic, map[int]int64{0: math.MaxInt64, 1: math.MaxInt64})
	return ends
}

// metric gives the sum of the series of a name.
func (w *worker) metric(name string) (sum float64) {
	_, body := get(w.t, "http://"+w.listen+"/metrics")
	for line := range strings.Lines(body) {
		series, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		if series == name || strings.HasPrefix(series, name+"{") {
			sum += must(strconv.ParseFloat(value, 64))
		}
	}
	return sum
}

// turn makes a record of a call, and account one of an account. They give its number.
func (e *estate) turn(tenant, call, from, text string) (kafka.Message, int) {
	e.made++
	record := map[string]any{"tenant_id": tenant, "call_id": call, "turn": e.made, "text": text}
	if from != "" {
		record["from"] = from
	}
	return kafka.Message{Key: []byte(call), Value: must(json.Marshal(record)), Time: time.Now()}, e.made
}

func (e *estate) account(tenant, user, email string) (kafka.Message, int) {
	e.made++
	value := must(json.Marshal(map[string]any{"tenant_id": tenant, "user_id": user, "email": email, "turn": e.made}))
	return kafka.Message{Key: []byte(user), Value: value, Time: time.Now()}, e.made
}

// name makes an id that may not leave.
func (e *estate) name(kind string) string {
	s := kind + "-" + e.mint.random(letters, 12)
	e.mint.all = append(e.mint.all, canary{text: s})
	return s
}

// left is a record as it stands in a sink.
type left struct {
	Turn   int    `json:"turn"`
	Tenant string `json:"tenant_id"`
	Call   string `json:"call_id"`
	From   string `json:"from"`
	Email  string `json:"email"`
	User   string `json:"user_id"`
	Text   string `json:"text"`

	Redaction struct {
		Entities []struct{ Alias, Token string }
	} `json:"redaction"`

	key []byte
}

// tokens are those of people in a record.
func (l left) tokens() (all []string) {
	for _, s := range []string{l.From, l.Email, l.User} {
		if strings.Contains(s, ":") {
			all = append(all, s)
		}
	}
	for _, e := range l.Redaction.Entities {
		all = append(all, e.Token)
	}
	return all
}

// in gives the records that stand in a sink from a place on, tombstones aside. A file has no places.
func (e *estate) in(sink string, from map[int]int64) (all []left) {
	e.t.Helper()
	if sink == "archive" {
		for _, line := range e.archived() {
			all = append(all, e.parse(nil, line))
		}
		return all
	}
	messages, _ := e.cluster.Read(e.t, e.topics[sink], from)
	for _, m := range messages {
		if len(m.Value) > 0 {
			all = append(all, e.parse(m.Key, m.Value))
		}
	}
	return all
}

func (e *estate) parse(key, value []byte) left {
	e.t.Helper()
	l := left{key: key}
	require.NoError(e.t, json.Unmarshal(value, &l))
	require.Positive(e.t, l.Turn)
	return l
}

// archived are the lines of the finished files.
func (e *estate) archived() (lines [][]byte) {
	require.NoError(e.t, filepath.WalkDir(e.path("archive"), func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && !strings.HasPrefix(d.Name(), ".") {
			lines = append(lines, readZstd(e.t, name)...)
		}
		return err
	}))
	return lines
}

// turnsIn are the numbers of the records in a sink.
func (e *estate) turnsIn(sink string, from map[int]int64) map[int]bool {
	turns := map[int]bool{}
	for _, l := range e.in(sink, from) {
		turns[l.Turn] = true
	}
	return turns
}

// newest gives the last value of each key of a topic, an empty one where that is a tombstone.
func (e *estate) newest(name string) map[string]string {
	all := map[string]string{}
	for _, m := range e.read(e.topics[name]) {
		all[string(m.Key)] = string(m.Value)
	}
	return all
}
