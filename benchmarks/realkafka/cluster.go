package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"
)

const (
	probePeriod = 200 * time.Millisecond
	stopGrace   = 20 * time.Second // a controlled shutdown hands its partitions over first
	logLines    = 30               // of a broker that did not start
)

// cluster is a set of brokers on loopback. Its brokers may be killed and started by any goroutine.
type cluster struct {
	brokers []*broker
}

// broker is one broker, running or not.
type broker struct {
	layout
	java []string // the command line

	mu     sync.Mutex // guards the process, and keeps two commands to one broker apart
	cmd    *exec.Cmd  // nil while it does not run
	exited chan struct{}
}

// startCluster formats the brokers' storage, starts them and waits until every one of them knows all the others. The
// error of a cluster that does not come up holds the end of a broker's log.
func startCluster(ctx context.Context, jars, dir string, n, heapMB int) (*cluster, error) {
	ctx, cancel := context.WithTimeout(ctx, startMax)
	defer cancel()
	layouts, err := newLayouts(dir, n)
	if err != nil {
		return nil, err
	}
	classpath := filepath.Join(jars, "*")
	c := &cluster{}
	for _, l := range layouts {
		if err := writeProperties(l, layouts); err != nil {
			return nil, err
		}
		c.brokers = append(c.brokers, &broker{layout: l, java: []string{
			"java", fmt.Sprintf("-Xmx%dm", heapMB), "-XX:+UseSerialGC", "-XX:+ExitOnOutOfMemoryError",
			"-Djava.awt.headless=true", "-Dorg.slf4j.simpleLogger.showDateTime=true",
			"-cp", classpath, "kafka.Kafka", l.propertiesPath(),
		}})
	}
	if err := c.each(func(b *broker) error { return b.format(ctx, classpath) }); err != nil {
		return nil, err
	}
	err = c.each(func(b *broker) error {
		if err := b.start(); err != nil {
			return err
		}
		return b.waitReady(ctx, n)
	})
	if err != nil {
		c.close()
		return nil, err
	}
	return c, nil
}

func writeProperties(l layout, all []layout) error {
	if err := os.MkdirAll(l.dir, 0o755); err != nil {
		return fmt.Errorf("create folder of broker %d: %w", l.id, err)
	}
	if err := os.WriteFile(l.propertiesPath(), []byte(properties(l, all)), 0o600); err != nil {
		return fmt.Errorf("write properties of broker %d: %w", l.id, err)
	}
	return nil
}

// each does f for all brokers at once and gives the first error.
func (c *cluster) each(f func(*broker) error) error {
	errs := make(chan error, len(c.brokers))
	for _, b := range c.brokers {
		go func() { errs <- f(b) }()
	}
	var first error
	for range c.brokers {
		if err := <-errs; first == nil {
			first = err
		}
	}
	return first
}

// close kills what runs. The data goes with the folder, so there is nothing to shut down in an orderly way.
func (c *cluster) close() {
	_ = c.each(func(b *broker) error { return b.signal(context.Background(), syscall.SIGKILL) })
}

// environment is what the command needs to find the cluster.
func (c *cluster) environment(control string) []string {
	var plain, sasl []string
	for _, b := range c.brokers {
		plain = append(plain, b.address())
		sasl = append(sasl, b.saslAddress())
	}
	return []string{
		"KAFKA_BROKERS=" + strings.Join(plain, ","),
		"KAFKA_SASL_BROKERS=" + strings.Join(sasl, ","),
		"KAFKA_SASL_USER=" + saslUser,
		"KAFKA_SASL_PASSWORD=" + saslPassword,
		"TACET_KAFKA_CONTROL=" + control,
	}
}

// format prepares the broker's data folder with the cluster's id and the SCRAM credentials.
func (b *broker) format(ctx context.Context, classpath string) error {
	const clusterID = "dGFjZXQtdGVzdC0tLS0tLQ" // 16 bytes in base64; any will do
	credential := "[name=" + saslUser + ",password=" + saslPassword + "]"
	cmd := exec.CommandContext(ctx, "java", "-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
		"-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-cp", classpath,
		"kafka.tools.StorageTool", "format", "--cluster-id", clusterID, "--config", b.propertiesPath(),
		"--add-scram", "SCRAM-SHA-256="+credential, "--add-scram", "SCRAM-SHA-512="+credential)
	cmd.SysProcAttr = groupWithParent()
	out, err := cmd.CombinedOutput()
	if errors.Is(err, exec.ErrNotFound) {
		return errors.New("start Kafka: java not found; install a Java 17 runtime")
	}
	if err != nil {
		return fmt.Errorf("format storage of broker %d: %w\n%s", b.id, err, out)
	}
	return nil
}

// start runs the broker's process. It does not wait until the broker answers.
func (b *broker) start() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.running() {
		return fmt.Errorf("broker %d runs already", b.id)
	}
	log, err := os.OpenFile(b.logPath(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return fmt.Errorf("open log of broker %d: %w", b.id, err)
	}
	defer log.Close() // the process has its own copy
	cmd := exec.Command(b.java[0], b.java[1:]...)
	cmd.Dir = b.dir
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = groupWithParent()
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start broker %d: %w", b.id, err)
	}
	exited := make(chan struct{})
	go func() {
		_ = cmd.Wait() // how it ended is in its log
		close(exited)
	}()
	b.cmd, b.exited = cmd, exited
	return nil
}

// running tells whether there is a process. The caller holds mu.
func (b *broker) running() bool {
	if b.cmd == nil {
		return false
	}
	select {
	case <-b.exited:
		return false
	default:
		return true
	}
}

// signal sends sig to the broker, if it runs. After SIGKILL or SIGTERM it waits for the end of the process; a SIGTERM
// that shows no effect within stopGrace is followed by SIGKILL.
func (b *broker) signal(ctx context.Context, sig syscall.Signal) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.running() {
		return nil
	}
	if err := b.cmd.Process.Signal(sig); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("signal broker %d: %w", b.id, err)
	}
	if sig != syscall.SIGKILL && sig != syscall.SIGTERM {
		return nil
	}
	patience := time.NewTimer(stopGrace)
	defer patience.Stop()
	for {
		select {
		case <-b.exited:
			return nil
		case <-patience.C:
			_ = b.cmd.Process.Kill()
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// waitReady waits until the broker reports at least n brokers that can be used, itself among them. A broker that has
// exited or does not answer in time gives an error with the end of its log.
func (b *broker) waitReady(ctx context.Context, n int) error {
	b.mu.Lock()
	exited := b.exited
	b.mu.Unlock()
	tick := time.NewTicker(probePeriod)
	defer tick.Stop()
	for {
		if ids, err := liveBrokers(ctx, b.address()); err == nil && len(ids) >= n && ids[b.id] {
			return nil
		}
		select {
		case <-exited:
			return fmt.Errorf("broker %d has exited; the end of its log:\n%s", b.id, tail(b.logPath(), logLines))
		case <-ctx.Done():
			return fmt.Errorf("wait for broker %d: %w; the end of its log:\n%s", b.id, ctx.Err(), tail(b.logPath(), logLines))
		case <-tick.C:
		}
	}
}
