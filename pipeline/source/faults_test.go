package source

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/sonexlabs/tacet/pipeline"
	"github.com/sonexlabs/tacet/pipeline/source/kafkatest"
)

// TestPositionsThatDontExist starts a group at an offset the log doesn't hold.
func TestPositionsThatDontExist(t *testing.T) {
	deleted := func(t *testing.T, c *kafkatest.Cluster, topic, group string) {
		require.NoError(t, c.RequireKfake(t).DeleteRecords(topic, 0, 60))
		c.SetCommitted(t, group, topic, map[int]int64{0: 5})
	}
	beyond := func(t *testing.T, c *kafkatest.Cluster, topic, group string) {
		c.SetCommitted(t, group, topic, map[int]int64{0: 500})
	}
	for _, tc := range []struct {
		name    string
		setup   func(t *testing.T, c *kafkatest.Cluster, topic, group string)
		reset   Reset
		first   int64 // offset of the first record read
		skipped map[string]int64
	}{
		{"deleted, fail", deleted, ResetFail, -1, nil},
		{"deleted, earliest", deleted, ResetEarliest, 60, map[string]int64{"deleted": 55}},
		{"deleted, latest", deleted, ResetLatest, 100, map[string]int64{"deleted": 95}},
		{"beyond the end, fail", beyond, ResetFail, -1, nil},
		{"beyond the end, earliest", beyond, ResetEarliest, 0, map[string]int64{"beyond_end": 1}},
		{"beyond the end, latest", beyond, ResetLatest, 100, map[string]int64{"beyond_end": 100}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := kafkatest.Start(t)
			topic, group := c.CreateTopic(t, "in", 1), kafkatest.Name("group")
			c.Produce(t, topic, numbers(0, 100, 1))
			tc.setup(t, c, topic, group)
			cfg := quick(c, group, topic)
			cfg.OffsetReset = tc.reset
			m := newMemory()
			p := start(t, cfg, m)
			if tc.first < 0 {
				err := p.wait()
				var e *pipeline.Error
				require.ErrorAs(t, err, &e)
				require.Equal(t, pipeline.LaneID{Topic: topic}, e.Lane)
				require.NotEmpty(t, e.Hint)
				require.Empty(t, m.lanes)
				require.Empty(t, p.m.skipped)
				return
			}
			id := pipeline.LaneID{Topic: topic}
			eventually(t, "a lane", func() bool { return m.last(id) != nil })
			c.Produce(t, topic, numbers(100, 1, 1))
			eventually(t, "the new record", func() bool { v := m.values(id); return len(v) > 0 && v[len(v)-1] == "100" })
			p.stop()
			require.Equal(t, fmt.Sprint(tc.first), m.values(id)[0])
			require.Equal(t, tc.skipped, p.m.skipped)
			require.Equal(t, map[int]int64{0: 101}, c.Committed(t, group, topic), "moved back if need be")
		})
	}
}

func TestStartWithoutCommittedOffset(t *testing.T) {
	for begin, first := range map[Start]string{StartEarliest: "0", StartLatest: "10"} {
		t.Run(string(begin), func(t *testing.T) {
			c := kafkatest.Start(t)
			topic, group := c.CreateTopic(t, "in", 1), kafkatest.Name("group")
			id := pipeline.LaneID{Topic: topic}
			c.Produce(t, topic, numbers(0, 10, 1))
			cfg := quick(c, group, topic)
			cfg.Start = begin
			m := newMemory()
			p := start(t, cfg, m)
			eventually(t, "a committed position", func() bool { return c.Committed(t, group, topic)[0] == 10 })
			c.Produce(t, topic, numbers(10, 5, 1))
			eventually(t, "new records", func() bool { v := m.values(id); return len(v) > 0 && v[len(v)-1] == "14" })
			p.stop()
			require.Equal(t, first, m.values(id)[0])
			require.Empty(t, p.m.skipped)
		})
	}
}

// TestRecordsDeletedBeforeTheyAreRead deletes what a lane that is held up was going to read next.
func TestRecordsDeletedBeforeTheyAreRead(t *testing.T) {
	c := kafkatest.Start(t)
	fake := c.RequireKfake(t)
	topic, group := c.CreateTopic(t, "in", 1), kafkatest.Name("group")
	id := pipeline.LaneID{Topic: topic}
	var msgs []kafka.Message
	for range 40 { // each a batch of its own, so that fetches end in between
		msgs = append(msgs, kafka.Message{Value: make([]byte, 20_000)})
	}
	for i := range msgs {
		c.Produce(t, topic, msgs[i:i+1])
	}
	cfg := quick(c, group, topic)
	cfg.OffsetReset, cfg.FetchBytes = ResetEarliest, fetchMin
	m := newMemory()
	gate := make(chan struct{})
	m.submit = func(ctx context.Context, _ *memoryLane) error {
		select {
		case <-gate:
		case <-ctx.Done():
		}
		return ctx.Err()
	}
	p := start(t, cfg, m)
	eventually(t, "the first fetch", func() bool { l := m.last(id); return l != nil && l.Watermark() == 0 && position(l) > 0 })
	next := position(m.last(id))
	require.Less(t, next, int64(30))
	require.NoError(t, fake.DeleteRecords(topic, 0, 35))
	close(gate)
	eventually(t, "the rest", func() bool { n, _ := m.distinct(topic); return n == int(next)+5 })
	p.stop()
	require.Equal(t, map[string]int64{"deleted": 35 - next}, p.m.skipped)
	require.Equal(t, map[int]int64{0: 40}, c.Committed(t, group, topic))
}

func position(l *memoryLane) int64 {
	l.m.mu.Lock()
	defer l.m.mu.Unlock()
	return l.position
}

// TestTopicMadeAnew deletes a topic and creates it again, shorter, while it is read.
func TestTopicMadeAnew(t *testing.T) {
	c := kafkatest.Start(t)
	fake := c.RequireKfake(t)
	topic, group := c.CreateTopic(t, "in", 1), kafkatest.Name("group")
	c.Produce(t, topic, numbers(0, 100, 1))
	cfg := quick(c, group, topic)
	cfg.OffsetReset = ResetEarliest
	cfg.TopicCheck = time.Minute // the position itself must be noticed
	m := newMemory()
	p := start(t, cfg, m)
	eventually(t, "records", func() bool { n, _ := m.distinct(topic); return n == 100 })
	require.NoError(t, fake.DeleteTopic(topic))
	c.CreateTopicNamed(t, topic, 1)
	c.Produce(t, topic, numbers(1000, 7, 1))
	id := pipeline.LaneID{Topic: topic}
	eventually(t, "the new topic's records", func() bool { v := m.values(id); return len(v) == 107 && v[100] == "1000" })
	eventually(t, "an offset that went back", func() bool { return c.Committed(t, group, topic)[0] == 7 })
	p.stop()
	require.Equal(t, map[string]int64{"beyond_end": 1}, p.m.skipped)
}

// TestRecoversFrom reads on while the cluster misbehaves. Whatever happens, every record arrives and is committed.
func TestRecoversFrom(t *testing.T) {
	for _, tc := range []struct {
		name  string
		fault func(t *testing.T, f *kfake.Cluster, topic, group string) (hits func() int)
		once  bool // no record is read twice
	}{
		{"a moved leader", func(t *testing.T, f *kfake.Cluster, topic, _ string) func() int {
			for p := range int32(2) {
				require.NoError(t, f.MoveTopicPartition(topic, p, (f.LeaderFor(topic, p)+1)%3))
			}
			return nil
		}, true},
		{"not leader", fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Fetch}, Err: kerr.NotLeaderForPartition, Count: 6}), true},
		{"a broker that loads", fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Fetch}, Err: kerr.UnknownTopicOrPartition, Count: 6}), true},
		{"out of range, but not really", fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Fetch}, Err: kerr.OffsetOutOfRange, Count: 2}), true},
		{"a lost member", fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Heartbeat}, Err: kerr.UnknownMemberID, Count: 1}), false},
		{"a rebalance", fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Heartbeat}, Err: kerr.RebalanceInProgress, Count: 1}), true},
		{"a moved coordinator", fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Heartbeat}, Err: kerr.NotCoordinator, Count: 2}), true},
		{"commits to a moved coordinator", fault(kfake.Fault{Keys: []kmsg.Key{kmsg.OffsetCommit}, Err: kerr.NotCoordinator, Count: 5}), true},
		{"commits during a load", fault(kfake.Fault{Keys: []kmsg.Key{kmsg.OffsetCommit}, Err: kerr.CoordinatorLoadInProgress, Count: 5}), true},
		{"all coordinators moved", func(_ *testing.T, f *kfake.Cluster, _, _ string) func() int {
			f.RehashCoordinators()
			return nil
		}, false},
		{"a coordinator that can't be joined", func(t *testing.T, f *kfake.Cluster, topic, group string) func() int {
			hits := fault(kfake.Fault{Keys: []kmsg.Key{kmsg.JoinGroup}, Err: kerr.CoordinatorNotAvailable, Count: 3})(t, f, topic, group)
			f.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Heartbeat}, Err: kerr.RebalanceInProgress, Count: 1})
			return hits
		}, false},
		{"dropped fetch connections", drop(kmsg.Fetch, 6), true},
		{"dropped heartbeat connections", drop(kmsg.Heartbeat, 1), false},
		{"dropped commit connections", drop(kmsg.OffsetCommit, 4), true},
		{"dropped connections", drop(-1, 20), false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			c := kafkatest.Start(t)
			f := c.RequireKfake(t)
			topic, group := c.CreateTopic(t, "in", 2), kafkatest.Name("group")
			m := newMemory()
			p := start(t, quick(c, group, topic), m)
			c.Produce(t, topic, numbers(0, 200, 2))
			eventually(t, "records before", func() bool { return c.Committed(t, group, topic)[1] == 100 })
			hits := tc.fault(t, f, topic, group)
			for i := 200; i < 260; i += 20 {
				c.Produce(t, topic, numbers(i, 20, 2))
			}
			eventually(t, "records after", func() bool { n, _ := m.distinct(topic); return n == 260 && (hits == nil || hits() > 0) })
			eventually(t, "commits after", func() bool { return c.Committed(t, group, topic)[0] == 130 })
			p.stop()
			_, all := m.distinct(topic)
			if tc.once {
				require.Equal(t, 260, all)
			}
			require.Empty(t, p.m.skipped)
			require.Equal(t, map[int]int64{0: 130, 1: 130}, c.Committed(t, group, topic))
		})
	}
}

func fault(f kfake.Fault) func(*testing.T, *kfake.Cluster, string, string) func() int {
	return func(_ *testing.T, c *kfake.Cluster, _, _ string) func() int { return c.Fault(f).Hits }
}

// drop closes the connection of every second request of a kind, n times. The test's own requests are spared.
func drop(key kmsg.Key, n int32) func(*testing.T, *kfake.Cluster, string, string) func() int {
	return func(_ *testing.T, c *kfake.Cluster, _, _ string) func() int {
		var seen, dropped atomic.Int32
		c.ControlKey(int16(key), func(r kmsg.Request) (kmsg.Response, error, bool) {
			c.KeepControl()
			switch r.Key() {
			case int16(kmsg.Produce), int16(kmsg.OffsetFetch), int16(kmsg.Metadata), int16(kmsg.ApiVersions):
				return nil, nil, false
			}
			if seen.Add(1)%2 == 0 || dropped.Load() >= n {
				return nil, nil, false
			}
			dropped.Add(1)
			return nil, errors.New("drop"), true
		})
		return func() int { return int(dropped.Load()) }
	}
}

// TestLostMembershipIsGivenUp makes kafka-go forget who it was. Its former self would keep the partitions for a minute.
func TestLostMembershipIsGivenUp(t *testing.T) {
	c := kafkatest.Start(t)
	f := c.RequireKfake(t)
	topic, group := c.CreateTopic(t, "in", 2), kafkatest.Name("group")
	cfg := quick(c, group, topic)
	cfg.Session, cfg.Rebalance = time.Minute, time.Minute
	m := newMemory()
	p := start(t, cfg, m)
	eventually(t, "partitions", func() bool { return len(m.open()) == 2 })
	member := f.GroupInfo(group).Members[0].MemberID
	f.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.JoinGroup}, Err: kerr.CoordinatorNotAvailable, Count: 2})
	f.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Heartbeat}, Err: kerr.RebalanceInProgress, Count: 1})
	eventually(t, "another member alone", func() bool {
		g := f.GroupInfo(group)
		return g.State == "Stable" && len(g.Members) == 1 && g.Members[0].MemberID != member && len(m.open()) == 2
	})
	p.stop()
	require.Positive(t, p.m.rebalances["error"])
}

// TestHungBrokerIsNoticed has fetches that are never answered.
func TestHungBrokerIsNoticed(t *testing.T) {
	c := kafkatest.Start(t)
	f := c.RequireKfake(t)
	topic, group := c.CreateTopic(t, "in", 1), kafkatest.Name("group")
	c.Produce(t, topic, numbers(0, 10, 1))
	var hung atomic.Int32
	f.ControlKey(int16(kmsg.Fetch), func(kmsg.Request) (kmsg.Response, error, bool) {
		f.KeepControl()
		if hung.Add(1) <= 2 {
			return nil, nil, true // no answer, and the connection stays open
		}
		return nil, nil, false
	})
	cfg := quick(c, group, topic)
	cfg.Timeout = 200 * time.Millisecond
	m := newMemory()
	p := start(t, cfg, m)
	eventually(t, "records", func() bool { n, _ := m.distinct(topic); return n == 10 })
	p.stop()
	require.Equal(t, 2, p.m.fetchErrors)
}

// TestCommitsKeepADrainingMemberAlive drains for longer than a third of the session with nothing new to commit.
func TestCommitsKeepADrainingMemberAlive(t *testing.T) {
	c := kafkatest.Start(t)
	f := c.RequireKfake(t)
	topic, group := c.CreateTopic(t, "in", 1), kafkatest.Name("group")
	c.Produce(t, topic, numbers(0, 10, 1))
	cfg := quick(c, group, topic)
	cfg.Session, cfg.Drain = 1500*time.Millisecond, 740*time.Millisecond
	cfg.Heartbeat = 100 * time.Millisecond
	m := newMemory()
	commits := f.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.OffsetCommit}, Group: group, Observe: true, Count: -1})
	var before int
	m.drain = func(ctx context.Context, l *memoryLane) int {
		before = commits.Hits()
		<-ctx.Done()
		return 0
	}
	p := start(t, cfg, m)
	eventually(t, "a commit", func() bool { return c.Committed(t, group, topic)[0] == 10 })
	p.stop()
	require.Greater(t, commits.Hits(), before, "an unchanged offset is committed again, as a sign of life")
}
