package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/pipeline/source/kafkatest"
)

// Records of a topic, by offsets and by times, under what tenants instruct in another topic. The call that begins before them is known.
func TestSimulateOnATopic(t *testing.T) {
	cluster := kafkatest.Start(t)
	topic := cluster.CreateTopic(t, "calls", 2)
	began := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	var messages []kafka.Message
	for i := range 20 {
		messages = append(messages, kafka.Message{Partition: i % 2, Time: began.Add(time.Duration(i) * time.Minute), Value: fmt.Appendf(nil,
			`{"tenant_id":"acme","call_id":"call-%d","turn":%d,"text":"it is Ada Lovelace","canary":"marmalade"}`, i%2, i)})
	}
	for p := range 2 {
		var of []kafka.Message
		for i, m := range messages {
			if i%2 == p {
				of = append(of, m)
			}
		}
		produceTo(t, cluster, topic, p, of)
	}
	told := kafkatest.Name("instructions")
	cluster.CreateTopicNamed(t, told, 1, kafka.ConfigEntry{ConfigName: "cleanup.policy", ConfigValue: "compact"})
	dir := newCounsel(t)
	dir.give("keep.yaml", "tenants: [acme]\ntypes: {PERSON: keep}\ncategories: {transcript: {clauses: [2], fields: {tenant_id: keep, call_id: token, text: redact}}}\n")
	dir.give("tacet.yaml", fmt.Sprintf(`
kafka: {brokers: ["%s"]}
source: {group: g, topics: [{name: %q, category: transcript}]}
pseudonym: {insecure_dev_keys: true}
instructions: {topic: %q, keys: keys}
sinks: [{name: screen, type: stdout, class: analytics}]
quarantine: {directory: dead}
`, strings.Join(cluster.Addrs(), `","`), topic, told))
	f := func(records int, args ...string) map[string][2]int {
		t.Helper()
		var out, errOut bytes.Buffer
		args = append([]string{"policy", "simulate", "--config", dir.path("tacet.yaml"), "--policy", dir.path("keep.yaml"), "--json"}, args...)
		require.Equal(t, exitDone, execute(t.Context(), args, nil, &out, &errOut), errOut.String())
		require.NotRegexp(t, "Ada|Lovelace|marmalade|call-", out.String()+errOut.String())
		var r simulated
		require.NoError(t, json.Unmarshal(out.Bytes(), &r))
		require.Equal(t, records, r.Records)
		counts := map[string][2]int{}
		for _, c := range r.Changes {
			counts[c.What+"|"+c.Name] = [2]int{c.Now, c.Then}
		}
		return counts
	}
	// No tenant instructed anything, and the built-in policy lets no text leave without.
	counts := f(20, "--from", "0")
	require.Equal(t, [2]int{20, 0}, counts["fields|text withheld"])
	require.Equal(t, [2]int{0, 20}, counts["fields|text redact"])
	require.Equal(t, [2]int{0, 20}, counts["found in texts|PERSON keep"])
	f(10, "--from", "0", "--partition", "1")
	f(6, "--from", "2", "--to", "5")
	f(8, "--from", "2026-03-01T12:06:00Z", "--to", "2026-03-01T12:14:00Z")
	f(0, "--from", "2026-03-02T00:00:00Z")
	f(20, "--from", "2026-02-02T00:00:00Z", "--to", "2027-01-01T00:00:00Z")
	// From half of them on the tenant does, in the topic.
	dir.must("instruction", "publish", "--config", dir.path("tacet.yaml"), dir.sign("acme-1", "acme", 1, "2026-03-01T12:10:00Z", "text: standard"))
	counts = f(20, "--from", "0")
	require.Equal(t, [2]int{10, 0}, counts["fields|text withheld"])
	require.Equal(t, [2]int{10, 20}, counts["fields|text redact"])

	var out, errOut bytes.Buffer
	require.Equal(t, exitFailed, execute(t.Context(), []string{"policy", "simulate", "--config", dir.path("tacet.yaml"), "--policy", dir.path("keep.yaml"),
		"--from", "yesterday"}, nil, &out, &errOut))
	require.Contains(t, errOut.String(), "neither an offset nor a time")
}

// produceTo writes to one partition, with the times that messages have.
func produceTo(t *testing.T, cluster *kafkatest.Cluster, topic string, partition int, messages []kafka.Message) {
	t.Helper()
	var records []kafka.Record
	for _, m := range messages {
		records = append(records, kafka.Record{Time: m.Time, Value: kafka.NewBytes(m.Value)})
	}
	r, err := cluster.Client().Produce(t.Context(), &kafka.ProduceRequest{Topic: topic, Partition: partition, RequiredAcks: kafka.RequireAll,
		Records: kafka.NewRecordReader(records...)})
	require.NoError(t, err)
	require.NoError(t, r.Error)
}
