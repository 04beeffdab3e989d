package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"
	"github.com/segmentio/kafka-go"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/sonexlabs/tacet/cmd/tacet/traffic"
	"github.com/sonexlabs/tacet/pipeline"
	"github.com/sonexlabs/tacet/pipeline/source/kafkatest"
	"github.com/sonexlabs/tacet/sinks/file"
)

// TestChaos is the loss test of the whole system: real processes of this program, killed, stopped, paused and joined while
// brokers move leaders and sinks fail, and at the end every input record must be in every sink or in quarantine, with first
// arrivals in order. The brokers are embedded, or real where KAFKA_BROKERS names them (`make test-kafka`, `make chaos`).
//
//	TACET_CHAOS=long       at least 200 faults instead of a few
//	TACET_CHAOS_SEED=n     the faults of an earlier run again
func TestChaos(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	faults := 12
	if os.Getenv("TACET_CHAOS") == "long" {
		faults = 200
	}
	seed := uint64(time.Now().UnixNano())
	if s := os.Getenv("TACET_CHAOS_SEED"); s != "" {
		var err error
		seed, err = strconv.ParseUint(s, 10, 64)
		require.NoError(t, err)
	}
	t.Logf("seed %d; again with: TACET_CHAOS_SEED=%d TACET_CHAOS=%s go test ./cmd/tacet -run TestChaos", seed, seed, os.Getenv("TACET_CHAOS"))
	c := newChaos(t, seed)
	c.produceInBackground()
	for range 2 {
		c.start()
	}
	for i := range faults {
		c.fault(i)
	}
	c.heal()
	c.verify()
}

const (
	chaosPartitions = 4
	chaosRate       = 400 // records a second
)

// chaos is the world of one run.
type chaos struct {
	t         *testing.T
	rng       *rand.Rand
	dir       string
	cluster   *kafkatest.Cluster // input, group and sink "main"
	other     *kafkatest.Cluster // sink "other": embedded, so that it fails and dawdles on demand
	control   string             // of real brokers; "" for embedded ones
	topics    [2]string          // transcripts, logs
	group     string
	out       map[string]string // output topic by sink
	slow      atomic.Bool
	instances []*instance
	stopped   chan struct{} // ends the producer
	produced  sync.WaitGroup
	counts    map[string]int
}

// instance is one slot for a process: its directories outlive the process.
type instance struct {
	number int
	config string
	cmd    *exec.Cmd
	exited chan error
}

func newChaos(t *testing.T, seed uint64) *chaos {
	c := &chaos{
		t: t, rng: rand.New(rand.NewPCG(seed, 0)), dir: t.TempDir(), cluster: kafkatest.Start(t),
		control: os.Getenv("TACET_KAFKA_CONTROL"), group: kafkatest.Name("chaos"),
		stopped: make(chan struct{}), counts: map[string]int{},
	}
	c.cluster.ExpireMembers(t, c.group)
	brokers := os.Getenv("KAFKA_BROKERS")
	t.Setenv("KAFKA_BROKERS", "")
	c.other = kafkatest.Start(t)
	t.Setenv("KAFKA_BROKERS", brokers)
	c.topics = [2]string{c.cluster.CreateTopic(t, "transcripts", chaosPartitions), c.cluster.CreateTopic(t, "logs", chaosPartitions)}
	c.out = map[string]string{"main": c.cluster.CreateTopic(t, "redacted", 3), "other": c.other.CreateTopic(t, "redacted", 3)}
	slowDown(c.other.Kfake(), &c.slow)
	t.Cleanup(func() {
		for _, in := range c.instances {
			if in.cmd != nil {
				_ = in.cmd.Process.Kill()
				<-in.exited
			}
			if t.Failed() {
				log, _ := os.ReadFile(filepath.Join(c.dir, fmt.Sprintf("log-%d", in.number)))
				t.Logf("end of the log of instance %d:\n%s", in.number, log[max(0, len(log)-3000):])
			}
		}
	})
	return c
}

// slowDown lets produce requests to the embedded broker sleep while on is set.
func slowDown(k *kfake.Cluster, on *atomic.Bool) {
	k.ControlKey(int16(kmsg.Produce), func(kmsg.Request) (kmsg.Response, error, bool) {
		k.KeepControl()
		if on.Load() {
			k.SleepControl(func() { time.Sleep(300 * time.Millisecond) })
		}
		return nil, nil, false
	})
}

// produceInBackground writes transcripts and logs until stopped, some of them malformed, some too large for a sink.
func (c *chaos) produceInBackground() {
	g := traffic.New(c.rng.Uint64())
	rng := rand.New(rand.NewPCG(c.rng.Uint64(), 0))
	c.produced.Go(func() {
		tick := time.NewTicker(time.Second / 10)
		defer tick.Stop()
		for n := 0; ; {
			select {
			case <-c.stopped:
				return
			case <-tick.C:
			}
			batches := map[string][]kafka.Message{}
			for range chaosRate / 10 {
				m := g.Next()
				topic := c.topics[0]
				switch m.Category {
				case "transcript":
				case "usage_log":
					topic = c.topics[1]
				default:
					continue
				}
				switch n++; rng.IntN(200) {
				case 0:
					m.Value = m.Value[:len(m.Value)/2]
				case 1:
					m.Value = fmt.Appendf(nil, `{"tenant_id":"acme","call_id":"huge-%d","role":"agent","text":"%s"}`, n, strings.Repeat("so long ", 12_000))
				}
				batches[topic] = append(batches[topic], kafka.Message{Key: m.Key, Value: m.Value, Partition: n % chaosPartitions})
			}
			for topic, batch := range batches {
				for c.produce(topic, batch) != nil {
					time.Sleep(50 * time.Millisecond) // leaders move; sending twice is fine, the input is read back
				}
			}
		}
	})
}

func (c *chaos) produce(topic string, batch []kafka.Message) error {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	byPartition := map[int][]kafka.Record{}
	for _, m := range batch {
		p := m.Partition
		if len(m.Key) > 0 {
			p = kafka.Murmur2Balancer{Consistent: true}.Balance(m, 0, 1, 2, 3)
		}
		byPartition[p] = append(byPartition[p], kafka.Record{Time: time.Now(), Key: kafka.NewBytes(m.Key), Value: kafka.NewBytes(m.Value)})
	}
	for p, records := range byPartition {
		r, err := c.cluster.Client().Produce(ctx, &kafka.ProduceRequest{
			Topic: topic, Partition: p, RequiredAcks: kafka.RequireAll, Records: kafka.NewRecordReader(records...),
		})
		if err == nil {
			err = r.Error
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// start fills an empty slot, or opens a new one, with a process.
func (c *chaos) start() {
	var in *instance
	for _, i := range c.instances {
		if i.cmd == nil {
			in = i
			break
		}
	}
	if in == nil {
		in = &instance{number: len(c.instances)}
		in.config = filepath.Join(c.dir, fmt.Sprintf("config-%d.yaml", in.number))
		require.NoError(c.t, os.WriteFile(in.config, []byte(c.config(in.number)), 0o600))
		c.instances = append(c.instances, in)
	}
	log, err := os.OpenFile(filepath.Join(c.dir, fmt.Sprintf("log-%d", in.number)), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	require.NoError(c.t, err)
	in.cmd = exec.Command(testBinary(c.t), "run", "--config", in.config)
	in.cmd.Args[0] = "tacet"
	in.cmd.Env = append(os.Environ(), "TACET_CHAOS_KEY=0123456789abcdef0123456789abcdef")
	in.cmd.Stdout, in.cmd.Stderr = log, log
	require.NoError(c.t, in.cmd.Start())
	in.exited = make(chan error, 1)
	go func() { in.exited <- in.cmd.Wait(); _ = log.Close() }()
}

// testBinary is this test's own binary: called as "tacet" it is the program (see TestMain).
func testBinary(t *testing.T) string {
	exe, err := os.Executable()
	require.NoError(t, err)
	return exe
}

// chaosConfig is what every instance runs, with short timeouts so that faults are noticed within seconds. Sink "main" takes smaller
// records than the others, so that some are refused by it alone.
const chaosConfig = `
kafka:
  brokers: [%[1]s]
source:
  group: %[2]s
  topics:
    - {name: %[3]s, category: transcript}
    - {name: %[4]s, category: usage_log, format: log, tenant: acme}
  batch: {records: 200}
  warm: {records: 200, age: 1m}
  session_timeout: 6s
  rebalance_timeout: 6s
  heartbeat: 300ms
  drain_timeout: 2s
  commit_interval: 200ms
pseudonym:
  key: env:TACET_CHAOS_KEY
sinks:
  - {name: main, type: kafka, topic: %[5]s, max_message_bytes: 64KiB}
  - name: other
    type: kafka
    topic: %[6]s
    kafka:
      brokers: [%[7]s]
  - {name: files, type: file, directory: %[8]s, max_records: 1000, flush_after: 500ms}
quarantine:
  directory: %[9]s
limits: {workers: 2, retry_most: 1s}
admin: {listen: ""}
`

func (c *chaos) config(number int) string {
	addrs := strings.Join(c.cluster.Addrs(), ", ")
	return fmt.Sprintf(chaosConfig, addrs, c.group, c.topics[0], c.topics[1], c.out["main"],
		c.out["other"], strings.Join(c.other.Addrs(), ", "), c.filesOf(number), c.deadDir())
}

// outages are what a broker answers while it is not well.
var outages = []*kerr.Error{kerr.NotLeaderForPartition, kerr.RequestTimedOut, kerr.NotEnoughReplicas, kerr.TopicAuthorizationFailed, kerr.UnknownServerError}

func (c *chaos) filesOf(number int) string {
	return filepath.Join(c.dir, fmt.Sprintf("files-%d", number))
}
func (c *chaos) deadDir() string { return filepath.Join(c.dir, "quarantine") }

// running returns the instances that have a process.
func (c *chaos) running() (all []*instance) {
	for _, in := range c.instances {
		if in.cmd != nil {
			all = append(all, in)
		}
	}
	return all
}

// end waits for an instance's process to exit and empties its slot.
func (c *chaos) end(in *instance, patience time.Duration) error {
	select {
	case err := <-in.exited:
		in.cmd = nil
		return err
	case <-time.After(patience):
		c.t.Fatalf("instance %d does not end", in.number)
		return nil
	}
}

// fault does one thing to the world and lets some time pass.
func (c *chaos) fault(i int) {
	pause := time.Duration(100+c.rng.IntN(700)) * time.Millisecond
	running := c.running()
	for _, in := range running {
		select {
		case err := <-in.exited:
			in.cmd = nil
			c.t.Fatalf("instance %d ended by itself: %v", in.number, err)
		default:
		}
	}
	in := running[c.rng.IntN(len(running))]
	kind := []string{"kill", "kill", "kill", "leave", "join", "pause", "leader", "leader", "outage", "slow", "coordinator"}[c.rng.IntN(11)]
	switch {
	case kind == "leave" && len(running) < 2, kind == "join" && len(running) >= 4:
		kind = "kill"
	case kind == "coordinator" && c.control != "":
		kind = "leader"
	}
	c.counts[kind]++
	c.t.Logf("fault %d: %s instance %d, then %v", i, kind, in.number, pause)
	switch kind {
	case "kill":
		require.NoError(c.t, in.cmd.Process.Kill())
		_ = c.end(in, 10*time.Second)
		time.Sleep(time.Duration(c.rng.IntN(500)) * time.Millisecond)
		c.start()
	case "leave":
		require.NoError(c.t, in.cmd.Process.Signal(syscall.SIGTERM))
		require.NoError(c.t, c.end(in, time.Minute), "an orderly end exits with 0")
	case "join":
		c.start()
	case "pause": // longer than the session: the group goes on without it, then it comes back as a zombie
		require.NoError(c.t, in.cmd.Process.Signal(syscall.SIGSTOP))
		time.Sleep(time.Duration(500+c.rng.IntN(7000)) * time.Millisecond)
		require.NoError(c.t, in.cmd.Process.Signal(syscall.SIGCONT))
	case "leader":
		c.moveLeaders()
	case "outage":
		h := c.other.Kfake().Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Topic: c.out["other"], Count: -1, Err: outages[c.rng.IntN(len(outages))]})
		time.Sleep(time.Duration(200+c.rng.IntN(2000)) * time.Millisecond)
		h.Remove()
	case "slow":
		c.slow.Store(true)
		time.Sleep(time.Duration(200+c.rng.IntN(2000)) * time.Millisecond)
		c.slow.Store(false)
	case "coordinator":
		c.cluster.Kfake().RehashCoordinators()
	}
	time.Sleep(pause)
}

// moveLeaders shuffles the leaders of embedded brokers; of real ones it kills one broker and brings it back.
func (c *chaos) moveLeaders() {
	if c.control == "" {
		c.cluster.Kfake().ShufflePartitionLeaders()
		return
	}
	node := 1 + c.rng.IntN(len(c.cluster.Addrs()))
	c.ask(fmt.Sprintf("%s/kill?node=%d", c.control, node))
	time.Sleep(time.Duration(200+c.rng.IntN(3000)) * time.Millisecond)
	c.ask(fmt.Sprintf("%s/start?node=%d", c.control, node))
}

func (c *chaos) ask(url string) {
	client := http.Client{Timeout: 2 * time.Minute}
	r, err := client.Post(url, "", nil)
	require.NoError(c.t, err)
	require.NoError(c.t, r.Body.Close())
	require.Less(c.t, r.StatusCode, 300, url)
}

// heal ends the faults and the input and waits until the group has committed all of it; then every process must end in order.
func (c *chaos) heal() {
	close(c.stopped)
	c.produced.Wait()
	want := c.ends()
	deadline := time.Now().Add(90 * time.Second)
	for !c.committed(want) {
		if time.Now().After(deadline) {
			if k := c.cluster.Kfake(); k != nil {
				c.t.Logf("group: %+v", k.GroupInfo(c.group))
			}
			c.t.Fatalf("not caught up: want %v, committed %v and %v", want,
				c.cluster.Committed(c.t, c.group, c.topics[0]), c.cluster.Committed(c.t, c.group, c.topics[1]))
		}
		time.Sleep(100 * time.Millisecond)
	}
	for _, in := range c.running() {
		require.NoError(c.t, in.cmd.Process.Signal(syscall.SIGTERM))
	}
	for _, in := range c.running() {
		require.NoError(c.t, c.end(in, time.Minute), "instance %d must end in order", in.number)
	}
}

func (c *chaos) ends() map[string]map[int]int64 {
	ends := map[string]map[int]int64{}
	for _, topic := range c.topics {
		ends[topic] = map[int]int64{}
		var ask []kafka.OffsetRequest
		for p := range chaosPartitions {
			ask = append(ask, kafka.LastOffsetOf(p))
		}
		r, err := c.cluster.Client().ListOffsets(context.Background(), &kafka.ListOffsetsRequest{Topics: map[string][]kafka.OffsetRequest{topic: ask}})
		require.NoError(c.t, err)
		for _, p := range r.Topics[topic] {
			require.NoError(c.t, p.Error)
			ends[topic][p.Partition] = p.LastOffset
		}
	}
	return ends
}

func (c *chaos) committed(want map[string]map[int]int64) bool {
	for topic, ends := range want {
		got := c.cluster.Committed(c.t, c.group, topic)
		for p, end := range ends {
			if end > 0 && got[p] != end {
				return false
			}
		}
	}
	return true
}

// origin names an input record.
type origin struct {
	topic     string
	partition int32
	offset    int64
}

// verify compares what went in with what came out.
func (c *chaos) verify() {
	t := c.t
	inputs := map[origin]string{} // value
	total := 0
	for topic, ends := range c.ends() {
		n := 0
		for _, end := range ends {
			n += int(end)
		}
		total += n
		for _, m := range c.cluster.ConsumeAll(t, topic, n, time.Minute) {
			inputs[origin{topic, int32(m.Partition), m.Offset}] = string(m.Value)
		}
	}
	require.Len(t, inputs, total)
	dead := map[string]map[origin]bool{"": {}}
	q, err := file.NewQuarantine(c.deadDir())
	require.NoError(t, err)
	require.NoError(t, q.Scan(context.Background(), func(e pipeline.Entry) error {
		if dead[e.Sink] == nil {
			dead[e.Sink] = map[origin]bool{}
		}
		dead[e.Sink][origin{e.Topic, e.Partition, e.Offset}] = true
		return nil
	}))
	for sink, cluster := range map[string]*kafkatest.Cluster{"main": c.cluster, "other": c.other} {
		got, duplicates := c.readBack(cluster, c.out[sink])
		lost := 0
		for at := range inputs {
			if !got[at] && !dead[""][at] && !dead[sink][at] {
				lost++
				t.Errorf("sink %s lost %v", sink, at)
			}
		}
		t.Logf("sink %s: %d records in, %d delivered, %d in quarantine, %d duplicates, %d lost", sink, total, len(got), len(dead[""])+len(dead[sink]), duplicates, lost)
	}
	c.verifyFiles(inputs, dead)
	require.NotEmpty(t, dead[""], "malformed records went in")
	t.Logf("faults: %v", c.counts)
}

// readBack reads an output topic: which inputs are there, and how many of them again. First arrivals of one input partition must
// be in order within each output partition.
func (c *chaos) readBack(cluster *kafkatest.Cluster, topic string) (got map[origin]bool, duplicates int) {
	t := c.t
	n := 0
	r, err := cluster.Client().ListOffsets(context.Background(), &kafka.ListOffsetsRequest{Topics: map[string][]kafka.OffsetRequest{
		topic: {kafka.LastOffsetOf(0), kafka.LastOffsetOf(1), kafka.LastOffsetOf(2)},
	}})
	require.NoError(t, err)
	for _, p := range r.Topics[topic] {
		require.NoError(t, p.Error)
		n += int(p.LastOffset)
	}
	got = map[origin]bool{}
	type stream struct {
		out, in int
		topic   string
	}
	last := map[stream]int64{}
	for _, m := range cluster.ConsumeAll(t, topic, n, time.Minute) {
		at := originOf(t, m.Headers)
		if got[at] {
			duplicates++
			continue
		}
		got[at] = true
		s := stream{m.Partition, int(at.partition), at.topic}
		if before, ok := last[s]; ok && at.offset < before {
			t.Errorf("output partition %d: %v arrived first after %d", m.Partition, at, before)
		}
		last[s] = at.offset
	}
	return got, duplicates
}

func originOf(t *testing.T, headers []kafka.Header) (at origin) {
	for _, h := range headers {
		switch h.Key {
		case "x-src-topic":
			at.topic = string(h.Value)
		case "x-src-partition":
			p, err := strconv.Atoi(string(h.Value))
			require.NoError(t, err)
			at.partition = int32(p)
		case "x-src-offset":
			o, err := strconv.ParseInt(string(h.Value), 10, 64)
			require.NoError(t, err)
			at.offset = o
		}
	}
	return at
}

// verifyFiles counts the records of the file sinks. Their lines carry no coordinates, so a transcript turn is known by its number
// and the log lines are counted.
func (c *chaos) verifyFiles(inputs map[origin]string, dead map[string]map[origin]bool) {
	t := c.t
	turns, lines := map[string]int{}, 0
	for _, in := range c.instances {
		err := filepath.WalkDir(c.filesOf(in.number), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || strings.Contains(path, ".part") || !strings.HasSuffix(path, ".zst") {
				if errors.Is(err, fs.ErrNotExist) {
					return nil
				}
				return err
			}
			for _, line := range readZstd(t, path) {
				if id, ok := turnID(line); ok {
					turns[id]++
				} else {
					lines++
				}
			}
			return nil
		})
		require.NoError(t, err)
	}
	wantLines, lost := 0, 0
	for at, value := range inputs {
		if dead[""][at] || dead["files"][at] {
			continue
		}
		if id, ok := turnID([]byte(value)); !ok {
			wantLines++
		} else if turns[id] == 0 {
			lost++
			t.Errorf("files lost turn %s at %v", id, at)
		}
	}
	require.GreaterOrEqual(t, lines, wantLines, "files lost log lines")
	t.Logf("files: %d turns and %d log lines wanted, %d and %d delivered, %d lost", len(inputs)-wantLines, wantLines, len(turns), lines, lost)
}

// turnID identifies a transcript turn by what survives redaction unchanged.
func turnID(value []byte) (string, bool) {
	var v struct {
		Turn      *int64 `json:"turn"`
		StartedAt string `json:"started_at"`
		Role      string `json:"role"`
	}
	if json.Unmarshal(value, &v) != nil || v.Turn == nil {
		return "", false
	}
	return fmt.Sprint(*v.Turn, v.StartedAt, v.Role), true
}

func readZstd(t *testing.T, path string) [][]byte {
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	d, err := zstd.NewReader(nil)
	require.NoError(t, err)
	defer d.Close()
	plain, err := d.DecodeAll(b, nil)
	require.NoError(t, err, path)
	return bytes.Split(bytes.TrimSuffix(plain, []byte("\n")), []byte("\n"))
}
