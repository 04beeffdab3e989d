package source

import (
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestValidate(t *testing.T) {
	good := func() Config {
		c := DefaultConfig()
		c.Brokers, c.Group, c.Topics = []string{"localhost:9092"}, "g", []string{"a", "b"}
		return c
	}
	require.NoError(t, good().Validate())
	for want, spoil := range map[string]func(*Config){
		"brokers":                     func(c *Config) { c.Brokers = nil },
		"group":                       func(c *Config) { c.Group = "" },
		"topics: at least":            func(c *Config) { c.Topics = nil },
		"a is named twice":            func(c *Config) { c.Topics = []string{"a", "b", "a"} },
		"entry 2 is empty":            func(c *Config) { c.Topics = []string{"a", ""} },
		"start":                       func(c *Config) { c.Start = "newest" },
		"offset reset":                func(c *Config) { c.OffsetReset = "" },
		"go together":                 func(c *Config) { c.Dialer = &kafka.Dialer{} },
		"batch records":               func(c *Config) { c.BatchRecords = 0 },
		"batch bytes":                 func(c *Config) { c.BatchBytes = 0 },
		"fetch bytes":                 func(c *Config) { c.FetchBytes = 1000 },
		"warm records":                func(c *Config) { c.WarmRecords = -1 },
		"warm age":                    func(c *Config) { c.WarmAge = 0 },
		"heartbeat: must be at least": func(c *Config) { c.Heartbeat = 0 },
		"heartbeat: must be at most":  func(c *Config) { c.Heartbeat = 11 * time.Second },
		"drain":                       func(c *Config) { c.Drain = 15 * time.Second },
		"retry max":                   func(c *Config) { c.RetryMax = time.Millisecond },
		"topic check":                 func(c *Config) { c.TopicCheck = 1 },
	} {
		c := good()
		spoil(&c)
		require.ErrorContains(t, c.Validate(), want)
		_, err := New(c, NoMetrics{}, nil)
		require.ErrorContains(t, err, want)
	}
}

// TestRoundRobin shares partitions out: each to exactly one member that wants its topic, none with two more than another
// when all want the same.
func TestRoundRobin(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		topics := rapid.SliceOfNDistinct(rapid.StringMatching(`[a-f]`), 1, 6, rapid.ID[string]).Draw(t, "topics")
		same := rapid.Bool().Draw(t, "same")
		var members []kafka.GroupMember
		for _, id := range rapid.SliceOfNDistinct(rapid.StringMatching(`m[0-9]`), 1, 5, rapid.ID[string]).Draw(t, "members") {
			m := kafka.GroupMember{ID: id, Topics: topics}
			if !same {
				m.Topics = rapid.SliceOf(rapid.SampledFrom(topics)).Draw(t, "subscription")
			}
			members = append(members, m)
		}
		var partitions []kafka.Partition
		for _, topic := range topics {
			for p := range rapid.IntRange(0, 4).Draw(t, "partitions") {
				partitions = append(partitions, kafka.Partition{Topic: topic, ID: p})
			}
		}
		out := roundRobin{}.AssignGroups(members, partitions)
		require.Len(t, out, len(members))
		owners := map[string]map[int]int{}
		var loads []int
		for _, m := range members {
			load := 0
			for topic, ids := range out[m.ID] {
				require.Contains(t, m.Topics, topic)
				for _, p := range ids {
					if owners[topic] == nil {
						owners[topic] = map[int]int{}
					}
					owners[topic][p]++
				}
				load += len(ids)
			}
			loads = append(loads, load)
		}
		for _, p := range partitions {
			wanted := 0
			for _, m := range members {
				for _, topic := range m.Topics {
					if topic == p.Topic {
						wanted = 1
					}
				}
			}
			require.Equal(t, wanted, owners[p.Topic][p.ID])
		}
		for _, a := range loads {
			for _, b := range loads {
				require.True(t, !same || a-b <= 1)
			}
		}
	})
}

func TestBackoff(t *testing.T) {
	for n := range 100 {
		d := backoff(n, 50*time.Millisecond, 5*time.Second)
		require.Positive(t, d)
		require.LessOrEqual(t, d, min(5*time.Second, 50*time.Millisecond<<min(n, 20)))
	}
}
