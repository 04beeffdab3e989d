package main

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/sasl"
	"github.com/segmentio/kafka-go/sasl/plain"
	"github.com/segmentio/kafka-go/sasl/scram"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// clusterUnderTest gives the control address and the brokers of the cluster that this program runs around the test.
func clusterUnderTest(t *testing.T) (control string, brokers []string) {
	t.Helper()
	control = os.Getenv("TACET_KAFKA_CONTROL")
	if control == "" {
		t.Skip("no cluster: run by make test-kafka")
	}
	return control, strings.Split(os.Getenv("KAFKA_BROKERS"), ",")
}

func post(t *testing.T, url string) int {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, nil)
	require.NoError(t, err)
	resp, err := new(http.Client).Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	return resp.StatusCode
}

// eventuallyLive waits until the broker at address reports exactly these brokers.
func eventuallyLive(t *testing.T, address string, want map[int]bool) {
	t.Helper()
	require.EventuallyWithT(t, func(c *assert.CollectT) {
		ids, err := liveBrokers(t.Context(), address)
		require.NoError(c, err)
		require.Equal(c, want, ids)
	}, time.Minute, probePeriod)
}

func TestClusterLosesAndRegainsABroker(t *testing.T) {
	control, brokers := clusterUnderTest(t)
	if len(brokers) < 3 {
		t.Skip("needs three brokers")
	}
	all, without2 := map[int]bool{1: true, 2: true, 3: true}, map[int]bool{1: true, 3: true}
	client := &kafka.Client{Addr: kafka.TCP(brokers...), Timeout: 20 * time.Second}
	topic := "realkafka-" + time.Now().Format("150405.000000")
	created, err := client.CreateTopics(t.Context(), &kafka.CreateTopicsRequest{
		Topics: []kafka.TopicConfig{{Topic: topic, NumPartitions: 3, ReplicationFactor: 3}},
	})
	require.NoError(t, err)
	require.NoError(t, created.Errors[topic])

	require.Equal(t, http.StatusBadRequest, post(t, control+"/kill?node=4"))
	for _, op := range []string{"kill", "stop"} {
		require.Equal(t, http.StatusNoContent, post(t, control+"/"+op+"?node=2"), op)
		_, err := liveBrokers(t.Context(), brokers[1])
		require.Error(t, err, "broker 2 answers after %s", op)
		eventuallyLive(t, brokers[0], without2)
		require.Equal(t, http.StatusNoContent, post(t, control+"/start?node=2"))
		require.Equal(t, http.StatusConflict, post(t, control+"/start?node=2"), "started twice")
		for _, address := range brokers {
			eventuallyLive(t, address, all)
		}
	}

	require.Equal(t, http.StatusNoContent, post(t, control+"/pause?node=2"))
	eventuallyLive(t, brokers[0], without2)
	require.Equal(t, http.StatusNoContent, post(t, control+"/resume?node=2"))
	eventuallyLive(t, brokers[0], all)

	described, err := client.Metadata(t.Context(), &kafka.MetadataRequest{Topics: []string{topic}})
	require.NoError(t, err)
	require.Len(t, described.Topics, 1)
	require.Len(t, described.Topics[0].Partitions, 3, "the topic is as it was")
}

// bearer is OAUTHBEARER with an unsigned token, which the cluster takes.
type bearer struct{}

func (bearer) Name() string { return "OAUTHBEARER" }

func (bearer) Start(context.Context) (sasl.StateMachine, []byte, error) {
	encode := base64.RawURLEncoding.EncodeToString
	claims := fmt.Sprintf(`{"sub":"tacet","iat":1,"exp":%d}`, time.Now().Add(time.Hour).Unix())
	token := encode([]byte(`{"alg":"none"}`)) + "." + encode([]byte(claims)) + "."
	return bearer{}, []byte("n,,\x01auth=Bearer " + token + "\x01\x01"), nil
}

func (bearer) Next(context.Context, []byte) (bool, []byte, error) { return true, nil, nil }

func TestClusterTakesEveryMechanism(t *testing.T) {
	clusterUnderTest(t)
	user, password := os.Getenv("KAFKA_SASL_USER"), os.Getenv("KAFKA_SASL_PASSWORD")
	brokers := strings.Split(os.Getenv("KAFKA_SASL_BROKERS"), ",")
	metadata := func(m sasl.Mechanism) error {
		transport := &kafka.Transport{SASL: m}
		defer transport.CloseIdleConnections()
		client := &kafka.Client{Addr: kafka.TCP(brokers...), Timeout: 20 * time.Second, Transport: transport}
		_, err := client.Metadata(t.Context(), &kafka.MetadataRequest{})
		return err
	}
	scram256, err := scram.Mechanism(scram.SHA256, user, password)
	require.NoError(t, err)
	scram512, err := scram.Mechanism(scram.SHA512, user, password)
	require.NoError(t, err)
	wrong, err := scram.Mechanism(scram.SHA512, user, "wrong")
	require.NoError(t, err)
	require.NoError(t, metadata(plain.Mechanism{Username: user, Password: password}), "PLAIN")
	require.NoError(t, metadata(scram256), "SCRAM-SHA-256")
	require.NoError(t, metadata(scram512), "SCRAM-SHA-512")
	require.NoError(t, metadata(bearer{}), "OAUTHBEARER")
	require.Error(t, metadata(wrong), "a wrong password")
	require.Error(t, metadata(nil), "no login")
}
