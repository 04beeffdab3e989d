package source

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
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

func testTopic(t *testing.T, cluster *kafkatest.Cluster, name string) *Topic {
	topic, err := NewTopic(ConnectConfig{Brokers: cluster.Addrs()}, name, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	t.Cleanup(topic.Close)
	return topic
}

func numbered(from, to int) (all []Message) {
	for i := from; i < to; i++ {
		all = append(all, Message{fmt.Appendf(nil, "key-%d", i), fmt.Appendf(nil, "value-%d", i)})
	}
	return all
}

func TestTopicFollow(t *testing.T) {
	cluster := kafkatest.Start(t)
	topic := testTopic(t, cluster, cluster.CreateTopic(t, "control", 1))
	require.NoError(t, topic.Append(t.Context(), 0, numbered(0, 1200)...))
	require.NoError(t, topic.Append(t.Context(), 0, Message{Key: []byte("gone")}))

	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	var got []string
	ended, ticked := -1, make(chan int, 1)
	done := make(chan error, 1)
	go func() {
		done <- topic.Follow(ctx, func(offset int64, key, value []byte) error {
			if offset != int64(len(got)) {
				return errors.New("wrong offset")
			}
			got = append(got, fmt.Sprintf("%s %s %t", key, value, value == nil))
			return nil
		}, func() error {
			ended = len(got)
			return nil
		}, func() {
			select {
			case ticked <- len(got):
			default:
			}
		})
	}()
	seen := func(n int) {
		t.Helper()
		for {
			select {
			case have := <-ticked:
				if have == n {
					return
				}
			case err := <-done:
				require.NoError(t, err)
				t.Fatal("ended by itself")
			}
		}
	}
	seen(1201)
	require.NoError(t, topic.Append(t.Context(), 0, numbered(1201, 1203)...))
	seen(1203)
	stop()
	require.NoError(t, <-done, "the end of ctx is no error")
	require.Equal(t, 1201, ended, "the end is that of what was there at the beginning")
	require.Equal(t, "key-1199 value-1199 false", got[1199])
	require.Equal(t, "gone  true", got[1200])
}

func TestTopicFollowRefuses(t *testing.T) {
	cluster := kafkatest.Start(t)
	nothing := func(int64, []byte, []byte) error { return nil }
	f := func(name string, message func(int64, []byte, []byte) error, end func() error, want string) {
		t.Helper()
		err := testTopic(t, cluster, name).Follow(t.Context(), message, end, func() {})
		require.ErrorContains(t, err, want)
	}
	none := func() error { return nil }
	f(kafkatest.Name("absent"), nothing, none, "does not exist")
	f(cluster.CreateTopic(t, "many", 2), nothing, none, "must have one partition")

	name := cluster.CreateTopic(t, "control", 1)
	require.NoError(t, testTopic(t, cluster, name).Append(t.Context(), 0, numbered(0, 3)...))
	bad := errors.New("nothing for me")
	f(name, func(int64, []byte, []byte) error { return bad }, none, "nothing for me")
	f(name, nothing, func() error { return bad }, "nothing for me")
}

// A topic that is made anew under the eyes of who follows it ends it.
func TestTopicFollowNoticesShortening(t *testing.T) {
	cluster := kafkatest.Start(t)
	cluster.RequireKfake(t)
	name := cluster.CreateTopic(t, "control", 1)
	topic := testTopic(t, cluster, name)
	require.NoError(t, topic.Append(t.Context(), 0, numbered(0, 10)...))
	err := topic.Follow(t.Context(), func(int64, []byte, []byte) error { return nil }, func() error {
		_, err := cluster.Client().DeleteTopics(t.Context(), &kafka.DeleteTopicsRequest{Topics: []string{name}})
		if err == nil {
			cluster.CreateTopicNamed(t, name, 1)
		}
		return err
	}, func() {})
	require.ErrorContains(t, err, "offset 10 is not there any more")
}

func TestTopicEach(t *testing.T) {
	cluster := kafkatest.Start(t)
	topic := testTopic(t, cluster, cluster.CreateTopic(t, "output", 3))
	want := map[string]bool{}
	for p := range 3 {
		messages := numbered(1000*p, 1000*p+700)
		require.NoError(t, topic.Append(t.Context(), p, messages...))
		for i, m := range messages {
			want[fmt.Sprintf("%d %d %s %s", p, i, m.Key, m.Value)] = true
		}
	}
	got := map[string]bool{}
	require.NoError(t, topic.Each(t.Context(), func(partition int, offset int64, key, value []byte) error {
		got[fmt.Sprintf("%d %d %s %s", partition, offset, key, value)] = true
		if offset == 0 { // what comes while it reads is not its
			return topic.Append(t.Context(), partition, Message{Key: []byte("late")})
		}
		return nil
	}))
	require.Equal(t, want, got)
	stop := errors.New("stop")
	require.ErrorIs(t, topic.Each(t.Context(), func(int, int64, []byte, []byte) error { return stop }), stop)
	require.ErrorIs(t, testTopic(t, cluster, kafkatest.Name("absent")).Each(t.Context(), nil), ErrNoTopic)
}

func TestTopicSettings(t *testing.T) {
	cluster := kafkatest.Start(t)
	name := kafkatest.Name("settings")
	_, err := cluster.Client().CreateTopics(t.Context(), &kafka.CreateTopicsRequest{Topics: []kafka.TopicConfig{{
		Topic: name, NumPartitions: 1, ReplicationFactor: 1, ConfigEntries: []kafka.ConfigEntry{
			{ConfigName: "cleanup.policy", ConfigValue: "compact"}, {ConfigName: "max.compaction.lag.ms", ConfigValue: "86400000"},
			{ConfigName: "segment.ms", ConfigValue: "21600000"}, {ConfigName: "delete.retention.ms", ConfigValue: "604800000"},
			{ConfigName: "retention.ms", ConfigValue: "-1"},
		},
	}}})
	require.NoError(t, err)
	s, err := testTopic(t, cluster, name).Settings(t.Context())
	require.NoError(t, err)
	require.Equal(t, Settings{Compacted: true, Retention: NoBound, Segment: 6 * time.Hour, CompactionLag: 24 * time.Hour,
		DeleteRetention: 7 * 24 * time.Hour}, s)

	named := kafkatest.Name("plain")
	cluster.CreateTopicNamed(t, named, 1, kafka.ConfigEntry{ConfigName: "retention.ms", ConfigValue: "604800000"})
	plain := testTopic(t, cluster, named)
	s, err = plain.Settings(t.Context())
	require.NoError(t, err)
	require.True(t, s.Deleted && !s.Compacted)
	require.Equal(t, 7*24*time.Hour, s.Retention)
	require.Equal(t, NoBound, s.CompactionLag)

	require.Equal(t, NoBound, millis("9223372036854775807"))
	require.Equal(t, NoBound, millis(""))
	require.Equal(t, time.Second, millis("1000"))
}

// A range is what a reader of committed records sees of it, whatever brokers answer in between.
func TestTopicRange(t *testing.T) {
	c := kafkatest.Start(t)
	name := c.CreateTopic(t, "in", 1)
	good, bad := newProducer(t, c, name), newProducer(t, c, name)
	good.write("a", "b") // 0 1
	good.end(true)       // 2
	bad.write("X")       // 3
	good.write("c")      // 4
	bad.end(false)       // 5
	good.end(true)       // 6
	good.write("d")      // 7
	good.end(true)       // 8
	good.write("open")   // 9
	topic := testTopic(t, c, name)
	read := func(from, to int64) (got string, err error) {
		reached, err := topic.Range(t.Context(), 0, from, to, func(r pipeline.Record) error {
			got += string(r.Value)
			return nil
		})
		if err == nil && to == 20 {
			require.EqualValues(t, 9, reached, "the transaction that is open")
		}
		return got, err
	}
	for from, want := range []string{"abcd", "bcd", "cd", "cd", "cd", "d", "d", "d", "", ""} {
		got, err := read(int64(from), 20)
		require.NoError(t, err)
		require.Equal(t, want, got, "from %d", from)
	}
	got, err := read(1, 4)
	require.NoError(t, err)
	require.Equal(t, "b", got)
	_, err = read(20, 30)
	require.ErrorIs(t, err, ErrGone)
	_, err = read(0, -1)
	require.NoError(t, err)
	enough := errors.New("enough")
	_, err = topic.Range(t.Context(), 0, 0, 9, func(pipeline.Record) error { return enough })
	require.ErrorIs(t, err, enough)

	k := c.RequireKfake(t)
	k.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Fetch}, Count: 3, Err: kerr.NotLeaderForPartition})
	got, err = read(0, 20)
	require.NoError(t, err)
	require.Equal(t, "abcd", got)
	k.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Fetch}, Count: -1, Err: kerr.TopicAuthorizationFailed})
	_, err = read(0, 20)
	require.ErrorIs(t, err, kafka.TopicAuthorizationFailed)
}
