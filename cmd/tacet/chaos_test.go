package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
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

	"github.com/segmentio/kafka-go"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/sonexlabs/tacet/cmd/tacet/traffic"
	"github.com/sonexlabs/tacet/pipeline/pseudonym/keyring"
	"github.com/sonexlabs/tacet/pipeline/source/kafkatest"
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
	chaosKey        = "0123456789abcdef0123456789abcdef"
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
	keys      *keyring.Ring // of the store that all instances share
	produced  sync.WaitGroup
	counts    map[string]int
}

// instance is one slot for a process: its directories outlive the process.
type instance struct {
	number int
	config string
	cmd    *exec.Cmd
	exited chan error
	logged int64 // bytes of its log that are of earlier processes
}

func newChaos(t *testing.T, seed uint64) *chaos {
	c := &chaos{
		t: t, rng: rand.New(rand.NewPCG(seed, 0)), dir: t.TempDir(), cluster: kafkatest.Start(t),
		control: os.Getenv("TACET_KAFKA_CONTROL"), group: kafkatest.Name("chaos"),
		stopped: make(chan struct{}), counts: map[string]int{},
	}
	kek, err := keyring.NewFileKEK([]byte(chaosKey))
	require.NoError(t, err)
	k := keyring.DefaultConfig()
	k.Path, k.KEK = filepath.Join(c.dir, "keys.db"), kek
	require.NoError(t, keyring.Init(t.Context(), k))
	c.keys, err = keyring.Open(k)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.keys.Close()) })
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
				log, _ := os.ReadFile(c.logOf(in))
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
	log, err := os.OpenFile(c.logOf(in), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	require.NoError(c.t, err)
	end, err := log.Seek(0, io.SeekEnd)
	require.NoError(c.t, err)
	in.logged = end
	in.cmd = exec.Command(testBinary(c.t), "run", "--config", in.config)
	in.cmd.Args[0] = "tacet"
	in.cmd.Env = append(os.Environ(), "TACET_CHAOS_KEY="+chaosKey)
	in.cmd.Stdout, in.cmd.Stderr = log, log
	require.NoError(c.t, in.cmd.Start())
	in.exited = make(chan error, 1)
	go func() { in.exited <- in.cmd.Wait(); _ = log.Close() }()
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
instructions: {unasked: true}
pseudonym:
  {store: keys.db, witness: keys.witness, refresh: 1s, kek: {key: env:TACET_CHAOS_KEY}}
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

// leave asks an instance to end in order, once it can take such a wish.
func (c *chaos) leave(in *instance) {
	require.Eventually(c.t, func() bool {
		log, err := os.ReadFile(c.logOf(in))
		return err == nil && bytes.Contains(log[in.logged:], []byte(`"msg":"started"`))
	}, 30*time.Second, 10*time.Millisecond)
	require.NoError(c.t, in.cmd.Process.Signal(syscall.SIGTERM))
}

func (c *chaos) logOf(in *instance) string {
	return filepath.Join(c.dir, fmt.Sprintf("log-%d", in.number))
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
		c.leave(in)
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
		c.leave(in)
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
