package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/pipeline/policy"
	"github.com/sonexlabs/tacet/pipeline/source/kafkatest"
)

var update = flag.Bool("update", false, "write what leaves in TestInstructed to testdata/instructed")

const instructedDir = "../../testdata/instructed"

// instructedSinks are the sinks, each of the class of its name.
var instructedSinks = []string{"analytics", "monitoring", "training"}

const instructedConfig = `
kafka: {brokers: ["%[1]s"]}
source:
  group: %[2]s
  topics: [{name: %[3]s, category: transcript}, {name: %[4]s, category: call_record}]
  batch: {records: %[5]d}
  commit_interval: 100ms
  session_timeout: 6s
  rebalance_timeout: 6s
  drain_timeout: 2s
  heartbeat: 300ms
instructions: {%[6]s, keys: keys}
pseudonym: {insecure_dev_keys: true}
sinks:
  - {name: analytics, type: kafka, class: analytics, topic: %[7]s}
  - {name: monitoring, type: kafka, class: monitoring, topic: %[8]s}
  - {name: training, type: kafka, class: training, topic: %[9]s}
quarantine: {directory: dead}
admin: {listen: ""}
`

// instructedRecord is a line of in.ndjson. Its number stands in it where every class lets it leave.
type instructedRecord struct {
	Topic string
	Time  time.Time
	Value json.RawMessage
}

// instructing is one way of working off the same records under the same instructions.
type instructing struct {
	*counsel
	cluster    *kafkatest.Cluster
	records    []instructedRecord
	texts      map[string]string // of instructions, by name
	topics     map[string]string
	partitions int
	batch      int
	published  bool // instructions are on a topic, not in a directory
	group      string
	log        *syncBuffer
	cancel     context.CancelFunc
	ended      chan error
}

func newInstructed(t *testing.T, cluster *kafkatest.Cluster, partitions, batch int, published bool) *instructing {
	s := &instructing{counsel: newCounsel(t), cluster: cluster, texts: map[string]string{}, topics: map[string]string{},
		partitions: partitions, batch: batch, published: published, group: kafkatest.Name("group")}
	for line := range bytes.Lines(must(os.ReadFile(filepath.Join(instructedDir, "in.ndjson")))) {
		var r instructedRecord
		require.NoError(t, json.Unmarshal(line, &r))
		s.records = append(s.records, r)
	}
	for _, file := range must(filepath.Glob(filepath.Join(instructedDir, "instructions", "*.yaml"))) {
		s.texts[strings.TrimSuffix(filepath.Base(file), ".yaml")] = string(must(os.ReadFile(file)))
	}
	require.NotEmpty(t, s.texts)
	for _, name := range []string{"calls", "records"} {
		s.topics[name] = kafkatest.Name(name)
		cluster.CreateTopicNamed(t, s.topics[name], partitions, boundedRetention())
	}
	s.topics["instructions"] = kafkatest.Name("instructions")
	cluster.CreateTopicNamed(t, s.topics["instructions"], 1, kafka.ConfigEntry{ConfigName: "cleanup.policy", ConfigValue: "compact"})
	s.sinksAnew()
	return s
}

// sinksAnew gives every sink an empty topic.
func (s *instructing) sinksAnew() {
	for _, name := range instructedSinks {
		s.topics[name] = kafkatest.Name(name)
		s.cluster.CreateTopicNamed(s.t, s.topics[name], 1, boundedRetention())
	}
}

func (s *instructing) config() string {
	from := "directory: signed"
	if s.published {
		from = "topic: " + s.topics["instructions"]
	}
	s.give("tacet.yaml", fmt.Sprintf(instructedConfig, strings.Join(s.cluster.Addrs(), `", "`), s.group, s.topics["calls"], s.topics["records"],
		s.batch, from, s.topics["analytics"], s.topics["monitoring"], s.topics["training"]))
	return s.path("tacet.yaml")
}

// instruct signs instructions and puts them where they are read from.
func (s *instructing) instruct(names ...string) {
	s.t.Helper()
	var files []string
	for _, name := range names {
		tenant, _, _ := strings.Cut(name, "-")
		s.give(name+".yaml", s.texts[name])
		file := filepath.Join("signed", name+signedSuffix)
		s.give(file, s.must("instruction", "sign", "--key", s.path(tenant+".key"), s.path(name+".yaml")))
		files = append(files, s.path(file))
	}
	if s.published {
		s.must(append([]string{"instruction", "publish", "--config", s.config()}, files...)...)
	}
}

// send writes the records from one number to another, both included.
func (s *instructing) send(from, to int) {
	s.t.Helper()
	for _, topic := range []string{"calls", "records"} {
		var all []kafka.Message
		for _, r := range s.records[from-1 : to] {
			var v struct {
				Call string `json:"call_id"`
			}
			require.NoError(s.t, json.Unmarshal(r.Value, &v))
			if r.Topic == topic {
				all = append(all, kafka.Message{Key: []byte(v.Call), Time: r.Time, Value: r.Value})
			}
		}
		s.cluster.Produce(s.t, s.topics[topic], all)
	}
}

func (s *instructing) start() {
	s.t.Helper()
	c, err := loadConfig(s.config())
	require.NoError(s.t, err)
	ctx, cancel := context.WithCancel(s.t.Context())
	s.log, s.cancel, s.ended = &syncBuffer{}, cancel, make(chan error, 1)
	log, ended := s.log, s.ended
	go func() { ended <- runPipeline(ctx, c, false, io.Discard, log) }()
}

func (s *instructing) stop() {
	s.t.Helper()
	s.cancel()
	require.NoError(s.t, <-s.ended)
}

// finish waits until all that was sent is acknowledged by every sink, and committed.
func (s *instructing) finish() {
	s.t.Helper()
	for _, name := range []string{"calls", "records"} {
		_, ends := s.cluster.Read(s.t, s.topics[name], nil)
		s.until("all of "+name+" committed", func() bool {
			got := s.cluster.Committed(s.t, s.group, s.topics[name])
			for p, end := range ends {
				if got[p] < end {
					return false
				}
			}
			return true
		})
	}
}

func (s *instructing) until(what string, ok func() bool) {
	s.t.Helper()
	for end := time.Now().Add(time.Minute); !ok(); time.Sleep(20 * time.Millisecond) {
		select {
		case err := <-s.ended:
			require.Fail(s.t, "the pipeline ended by itself", "%v\n%s", err, s.log.String())
		default:
			require.True(s.t, time.Now().Before(end), "never seen: %s\n%s", what, s.log.String())
		}
	}
}

// heard waits until the running pipeline has taken an instruction from the topic.
func (s *instructing) heard(name string) {
	s.t.Helper()
	key := `"instruction":"` + strings.ReplaceAll(name, "-", "/") + `"`
	s.until("instruction "+name, func() bool { return strings.Contains(s.log.String(), key) })
}

// all works off all records under all instructions, at once.
func (s *instructing) all() map[string]map[int]string {
	s.t.Helper()
	s.instruct(slices.Sorted(maps.Keys(s.texts))...)
	s.send(1, len(s.records))
	s.start()
	s.finish()
	s.stop()
	return s.holds()
}

// holds is what the sinks hold, by number. What differs from run to run or from build to build is shown by name: the hash of the policy as
// *, that of an instruction as its tenant and version. A record that is there several times must be the same each time.
func (s *instructing) holds() map[string]map[int]string {
	s.t.Helper()
	require.Empty(s.t, must(filepath.Glob(s.path("dead/*/*"))), "nothing is in quarantine")
	names := []string{`"policy":"` + policy.Default().Hash() + `"`, `"policy":"*"`}
	for name, text := range s.texts {
		i, err := policy.ParseInstruction(name, []byte(text))
		require.NoError(s.t, err)
		names = append(names, `"instruction":"`+i.Hash()+`"`, `"instruction":"`+i.Name()+`"`)
	}
	named := strings.NewReplacer(names...)
	held := map[string]map[int]string{}
	for _, sink := range instructedSinks {
		held[sink] = map[int]string{}
		all, _ := s.cluster.Read(s.t, s.topics[sink], nil)
		for _, m := range all {
			var v struct {
				Turn     int
				Duration int `json:"duration_s"`
			}
			require.NoError(s.t, json.Unmarshal(m.Value, &v))
			n, line := cmp.Or(v.Turn, v.Duration), named.Replace(string(m.Value))
			require.Positive(s.t, n)
			if old, twice := held[sink][n]; twice {
				require.Equal(s.t, old, line, "%s: record %d", sink, n)
			}
			held[sink][n] = line
		}
	}
	return held
}

func golden(sink string) string { return filepath.Join(instructedDir, sink+".ndjson") }

// lines is a golden file.
func lines(held map[int]string) string {
	var b strings.Builder
	for _, n := range slices.Sorted(maps.Keys(held)) {
		b.WriteString(held[n] + "\n")
	}
	return b.String()
}

// same compares what sinks hold with the golden files.
func (s *instructing) same(held map[string]map[int]string) {
	s.t.Helper()
	for _, sink := range instructedSinks {
		require.Equal(s.t, string(must(os.ReadFile(golden(sink)))), lines(held[sink]), sink)
	}
}

// Two tenants instruct different things, and other things later; what each of three sinks holds is what testdata/instructed shows, whether
// instructions are there from the start or come while the pipeline runs, whatever batches and partitions are, and also after restarts.
func TestInstructed(t *testing.T) {
	if testing.Short() {
		t.Skip("waits for consumer groups")
	}
	cluster := kafkatest.Start(t)
	whole := newInstructed(t, cluster, 1, 1000, false)
	held := whole.all()
	if *update {
		for _, sink := range instructedSinks {
			require.NoError(t, os.WriteFile(golden(sink), []byte(lines(held[sink])), 0o644))
		}
	}
	whole.same(held)
	readme := string(must(os.ReadFile(filepath.Join(instructedDir, "README.md"))))
	for n := range whole.records {
		require.Contains(t, readme, fmt.Sprintf("\n| %d |", n+1), "the README says what to look for")
	}

	t.Run("batched", func(t *testing.T) {
		t.Parallel()
		s := newInstructed(t, cluster, 3, 1, true)
		s.same(s.all())
	})
	t.Run("live", func(t *testing.T) {
		t.Parallel()
		s := newInstructed(t, cluster, 1, 1000, true)
		s.instruct("acme-1", "bolt-1")
		s.start()
		s.send(1, 4)
		s.finish()
		s.instruct("acme-2", "bolt-2")
		s.heard("acme-2")
		s.heard("bolt-2")
		s.send(5, 12)
		s.finish()
		s.send(13, 16)
		s.stop() // some of them may be committed, some not
		s.instruct("acme-3", "acme-4")
		s.start()
		s.send(17, len(s.records))
		s.finish()
		s.stop()
		s.same(s.holds())

		// Read once more from the start.
		s.sinksAnew()
		for _, name := range []string{"calls", "records"} {
			cluster.SetCommitted(t, s.group, s.topics[name], map[int]int64{0: 0})
		}
		s.start()
		s.finish()
		s.stop()
		s.same(s.holds())
	})
	// What holds the files against what leaves can fail, and one instruction changes no more than it should.
	for _, m := range []struct {
		name, file, old, new string
		differ               map[string][]int
	}{
		{"a millisecond late", "acme-2", "09:00:00Z", "09:00:00.001Z", map[string][]int{"analytics": {6, 7}, "monitoring": {7}}},
		{"withdrawal ignored", "acme-4", "recording: false", "consents: [{name: training, id: DPA-7, granted: 2026-03-01, expires: 2026-06-01, document: " +
			strings.Repeat("0", 64) + "}]", map[string][]int{"training": {20}}},
	} {
		if underRace {
			break // nothing else runs beside than in "live"
		}
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			s := newInstructed(t, cluster, 1, 1000, false)
			require.Contains(t, s.texts[m.file], m.old)
			s.texts[m.file] = strings.Replace(s.texts[m.file], m.old, m.new, 1)
			changed, differ := s.all(), map[string][]int{}
			for _, sink := range instructedSinks {
				for n := 1; n <= len(s.records); n++ {
					if changed[sink][n] != held[sink][n] {
						differ[sink] = append(differ[sink], n)
					}
				}
			}
			require.Equal(t, m.differ, differ)
		})
	}
}
