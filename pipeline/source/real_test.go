package source

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/pipeline"
	"github.com/sonexlabs/tacet/pipeline/source/kafkatest"
)

// TestLoginsOfARealBroker reads through every SASL mechanism of KAFKA_SASL_BROKERS, which has to take unsigned tokens.
func TestLoginsOfARealBroker(t *testing.T) {
	list := os.Getenv("KAFKA_SASL_BROKERS")
	if list == "" {
		t.Skip("needs a real broker: KAFKA_SASL_BROKERS is not set")
	}
	c := kafkatest.Start(t)
	topic := c.CreateTopic(t, "in", 1)
	c.Produce(t, topic, numbers(0, 10, 1))
	user, password := os.Getenv("KAFKA_SASL_USER"), pipeline.NewSecret([]byte(os.Getenv("KAFKA_SASL_PASSWORD")))
	token := filepath.Join(t.TempDir(), "token")
	part := base64.RawURLEncoding.EncodeToString
	require.NoError(t, os.WriteFile(token, []byte(part([]byte(`{"alg":"none"}`))+"."+
		part(fmt.Appendf(nil, `{"sub":%q,"iat":%d,"exp":%d}`, user, time.Now().Unix(), time.Now().Unix()+600))+"."), 0o600))
	for _, login := range []SASL{
		{Mechanism: "plain", User: user, Password: password},
		{Mechanism: "scram-sha-256", User: user, Password: password},
		{Mechanism: "scram-sha-512", User: user, Password: password},
		{Mechanism: "oauthbearer", Token: "file:" + token},
	} {
		t.Run(login.Mechanism, func(t *testing.T) {
			group := kafkatest.Name("group")
			cfg := quick(c, group, topic)
			cfg.Brokers = strings.Split(list, ",")
			var err error
			cfg.Transport, cfg.Dialer, err = Connect(ConnectConfig{Brokers: cfg.Brokers, SASL: login})
			require.NoError(t, err)
			m := newMemory()
			p := start(t, cfg, m)
			eventually(t, "records", func() bool { n, _ := m.distinct(topic); return n == 10 })
			p.stop()
			require.Equal(t, map[int]int64{0: 10}, c.Committed(t, group, topic))
		})
	}
}

// TestBrokerDies takes the leader of a partition away while it is read, and brings it back. A frozen broker keeps its
// connections open and says nothing.
func TestBrokerDies(t *testing.T) {
	control := os.Getenv("TACET_KAFKA_CONTROL")
	if control == "" {
		t.Skip("needs real brokers that can be killed: TACET_KAFKA_CONTROL is not set")
	}
	t.Run("killed", func(t *testing.T) { testWithoutABroker(t, control, "kill", "start") })
	t.Run("frozen", func(t *testing.T) { testWithoutABroker(t, control, "pause", "resume") })
}

func testWithoutABroker(t *testing.T, control, away, back string) {
	c := kafkatest.Start(t)
	topic, group := c.CreateTopic(t, "in", 3), kafkatest.Name("group")
	for i := range 30 {
		c.Produce(t, topic, numbers(300*i, 300, 3))
	}
	cfg := quick(c, group, topic)
	cfg.FetchBytes, cfg.BatchRecords = fetchMin, 10
	m := newMemory()
	seen := make(chan struct{}, 10_000)
	m.submit = func(context.Context, *memoryLane) error {
		seen <- struct{}{}
		time.Sleep(5 * time.Millisecond) // a second and a half for each partition
		return nil
	}
	p := start(t, cfg, m)
	<-seen

	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	meta, err := c.Client().Metadata(ctx, &kafka.MetadataRequest{Topics: []string{topic}})
	require.NoError(t, err)
	node := meta.Topics[0].Partitions[0].Leader.ID
	post := func(action string) {
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, fmt.Sprintf("%s/%s?node=%d", control, action, node), nil)
		require.NoError(t, err)
		answer, err := http.DefaultClient.Do(r)
		require.NoError(t, err)
		require.NoError(t, answer.Body.Close())
		require.Equal(t, http.StatusNoContent, answer.StatusCode)
	}
	post(away)
	// The cluster takes its time to notice, and to elect leaders and a coordinator.
	require.Eventually(t, func() bool { n, _ := m.distinct(topic); return n == 9000 }, 3*patience, 50*time.Millisecond)
	post(back)
	http.DefaultClient.CloseIdleConnections()
	c.Produce(t, topic, numbers(9000, 30, 3))
	eventually(t, "all records", func() bool { n, _ := m.distinct(topic); return n == 9030 })
	p.stop()
	require.Empty(t, p.m.skipped)
	require.Equal(t, map[int]int64{0: 3010, 1: 3010, 2: 3010}, c.Committed(t, group, topic))
}
