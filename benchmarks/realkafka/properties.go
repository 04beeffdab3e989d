package main

import (
	"fmt"
	"math/rand/v2"
	"net"
	"path/filepath"
	"strconv"
	"strings"
)

// Credentials of the SASL listener, for PLAIN and both SCRAM mechanisms. They guard nothing: the cluster is on loopback
// and lives as long as one test run.
const (
	saslUser     = "tacet"
	saslPassword = "tacet-test-password"
)

// layout is what a broker's properties are made from.
type layout struct {
	id             int
	dir            string // holds the properties, the log and data/
	plain          int    // ports on loopback
	sasl           int
	controllerPort int
}

func (l layout) propertiesPath() string { return filepath.Join(l.dir, "server.properties") }
func (l layout) logPath() string        { return filepath.Join(l.dir, "broker.log") }
func (l layout) address() string        { return loopback(l.plain) }
func (l layout) saslAddress() string    { return loopback(l.sasl) }

func loopback(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }

// newLayouts gives every broker its folder and its ports.
func newLayouts(dir string, n int) ([]layout, error) {
	ports, err := freePorts(3 * n)
	if err != nil {
		return nil, err
	}
	all := make([]layout, n)
	for i := range all {
		all[i] = layout{
			id: i + 1, dir: filepath.Join(dir, fmt.Sprintf("broker-%d", i+1)),
			plain: ports[3*i], sasl: ports[3*i+1], controllerPort: ports[3*i+2],
		}
	}
	return all, nil
}

// freePorts finds n ports nobody listens on. They lie below the range the kernel takes for outgoing connections
// (32768 and up on Linux): a port from that range could be gone, or be connected to itself, when a killed broker wants
// it back.
func freePorts(n int) ([]int, error) {
	const first, last, tries = 20000, 32000, 1000
	var ports []int
	for range tries {
		port := first + rand.IntN(last-first)
		l, err := net.Listen("tcp", loopback(port))
		if err != nil {
			continue
		}
		defer l.Close() // only at the end: a second draw of the same port must not count
		if ports = append(ports, port); len(ports) == n {
			return ports, nil
		}
	}
	return nil, fmt.Errorf("found %d free ports of %d from %d to %d", len(ports), n, first, last)
}

// properties is the configuration of one broker, which is a controller too. Where it departs from Kafka's defaults it
// makes a small cluster quick to start, to fail over and to recover; what a client can observe stays as in production.
func properties(l layout, all []layout) string {
	voters := make([]string, len(all))
	for i, o := range all {
		voters[i] = fmt.Sprintf("%d@%s", o.id, loopback(o.controllerPort))
	}
	replicas, inSync := min(3, len(all)), min(2, len(all))
	lines := []string{
		"process.roles=broker,controller",
		"node.id=" + strconv.Itoa(l.id),
		"log.dirs=" + filepath.Join(l.dir, "data"),

		"controller.quorum.voters=" + strings.Join(voters, ","),
		"controller.listener.names=CONTROLLER",
		"inter.broker.listener.name=PLAINTEXT",
		fmt.Sprintf("listeners=PLAINTEXT://%s,SASL_PLAINTEXT://%s,CONTROLLER://%s",
			l.address(), l.saslAddress(), loopback(l.controllerPort)),
		fmt.Sprintf("advertised.listeners=PLAINTEXT://%s,SASL_PLAINTEXT://%s", l.address(), l.saslAddress()),
		"listener.security.protocol.map=PLAINTEXT:PLAINTEXT,SASL_PLAINTEXT:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT",

		// OAUTHBEARER without a validator takes unsigned tokens.
		"listener.name.sasl_plaintext.sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER",
		jaas("plain", "plain.PlainLoginModule", fmt.Sprintf(` user_%s="%s"`, saslUser, saslPassword)),
		jaas("scram-sha-256", "scram.ScramLoginModule", ""),
		jaas("scram-sha-512", "scram.ScramLoginModule", ""),
		jaas("oauthbearer", "oauthbearer.OAuthBearerLoginModule", ""),

		fmt.Sprintf("default.replication.factor=%d", replicas),
		fmt.Sprintf("min.insync.replicas=%d", inSync),
		fmt.Sprintf("offsets.topic.replication.factor=%d", replicas),
		fmt.Sprintf("transaction.state.log.replication.factor=%d", replicas),
		fmt.Sprintf("transaction.state.log.min.isr=%d", inSync),
		fmt.Sprintf("share.coordinator.state.topic.replication.factor=%d", replicas),
		fmt.Sprintf("share.coordinator.state.topic.min.isr=%d", inSync),
		"offsets.topic.num.partitions=5",
		"transaction.state.log.num.partitions=5",
		"share.coordinator.state.topic.num.partitions=5",
		"auto.create.topics.enable=false", // a misspelt topic must not look like an empty one

		"group.initial.rebalance.delay.ms=0",
		"log.retention.ms=-1", // tests write records of years ago, which would be deleted under their hands
		"group.min.session.timeout.ms=1000",
		"broker.heartbeat.interval.ms=500",
		"broker.session.timeout.ms=5000",
		"transaction.abort.timed.out.transaction.cleanup.interval.ms=1000",
		"controlled.shutdown.retry.backoff.ms=500",

		"num.network.threads=2",
		"num.io.threads=4",
		"background.threads=2",
		"log.cleaner.dedupe.buffer.size=8388608",
		"offsets.load.buffer.size=1048576",
	}
	return strings.Join(lines, "\n") + "\n"
}

// jaas is the login setting of one mechanism of the SASL listener.
func jaas(mechanism, module, options string) string {
	return fmt.Sprintf("listener.name.sasl_plaintext.%s.sasl.jaas.config=org.apache.kafka.common.security.%s required%s;",
		mechanism, module, options)
}
