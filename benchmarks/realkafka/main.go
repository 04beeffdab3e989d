// Realkafka runs a command with a real Apache Kafka cluster beside it, on this machine's loopback addresses.
//
//	go run ./benchmarks/realkafka -brokers 3 -- go test ./...
//
// The first start fetches the broker's jars with Maven into the user's cache directory; later ones need no network. The
// command finds the cluster in its environment (KAFKA_BROKERS, KAFKA_SASL_BROKERS) and can break it through
// TACET_KAFKA_CONTROL. Its exit code becomes this program's. Nothing of the cluster outlives it. Without a command the
// cluster runs until the program is interrupted.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// The limits of a run, each with its reason.
const (
	brokersMax   = 9                // more than a laptop's memory takes at heapMB each
	startMax     = 3 * time.Minute  // three JVMs on two busy cores need 15 s; a slow disk some more
	fetchMax     = 10 * time.Minute // 43 MB of jars
	childGrace   = 10 * time.Second // between asking the command to end and killing it
	parentPeriod = time.Second      // how often the program looks whether its parent is still there
)

func main() {
	code, err := run(os.Args[1:], os.Stdout, os.Stderr)
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "realkafka: error:", err)
	}
	os.Exit(code)
}

// run starts a cluster and a command, waits for the command and gives its exit code: 1 with an error when the cluster
// could not be had, 2 for wrong usage.
func run(args []string, stdout, stderr io.Writer) (int, error) {
	flags := flag.NewFlagSet("realkafka", flag.ContinueOnError)
	flags.SetOutput(stderr)
	brokers := flags.Int("brokers", 3, "number of brokers")
	heap := flags.Int("heap", 384, "heap of each broker in MiB")
	keep := flags.Bool("keep", false, "keep data and broker logs, and print where they are")
	if err := flags.Parse(args); err != nil {
		return 2, err
	}
	if *brokers < 1 || *brokers > brokersMax {
		return 2, fmt.Errorf("-brokers is %d, must be 1 to %d", *brokers, brokersMax)
	}

	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go cancelWithParent(ctx, cancel)

	dir, err := os.MkdirTemp("", "tacet-kafka-")
	if err != nil {
		return 1, err
	}
	if *keep {
		fmt.Fprintln(stderr, "realkafka: data and broker logs are kept in", dir)
	} else {
		defer os.RemoveAll(dir)
	}

	began := time.Now()
	jars, err := fetchJars(ctx, stderr)
	if err != nil {
		return 1, err
	}
	c, err := startCluster(ctx, jars, dir, *brokers, *heap)
	if err != nil {
		return 1, err
	}
	defer c.close()
	control, err := c.serveControl()
	if err != nil {
		return 1, err
	}
	defer control.Close()

	env := c.environment(control.url)
	fmt.Fprintf(stderr, "realkafka: Apache Kafka %s, %d brokers, ready in %.1f s\n",
		kafkaVersion, *brokers, time.Since(began).Seconds())
	if flags.NArg() == 0 {
		fmt.Fprintln(stdout, strings.Join(env, "\n"))
		<-ctx.Done()
		return 0, nil
	}
	return runChild(ctx, flags.Args(), env)
}

// runChild runs the command in a process group of its own, so that everything it started ends with it.
func runChild(ctx context.Context, args, env []string) (int, error) {
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Env = append(os.Environ(), env...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.SysProcAttr = groupWithParent()
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
	cmd.WaitDelay = childGrace
	if err := cmd.Start(); err != nil {
		return 1, fmt.Errorf("start command: %w", err)
	}
	err := cmd.Wait()
	_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // what the command left behind; usually there is nothing
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		if err != nil {
			return 1, fmt.Errorf("run command: %w", err)
		}
		return 0, nil
	}
	if status, ok := exit.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return 128 + int(status.Signal()), nil // as a shell reports it
	}
	return exit.ExitCode(), nil
}

// cancelWithParent ends the run when the parent has gone: go run dies of a SIGTERM without passing it on.
func cancelWithParent(ctx context.Context, cancel context.CancelFunc) {
	parent := os.Getppid()
	tick := time.NewTicker(parentPeriod)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if os.Getppid() != parent {
				cancel()
				return
			}
		}
	}
}

// tail gives the last lines of a file, for the message about a broker that did not start.
func tail(path string, lines int) string {
	data, err := os.ReadFile(path)
	if err != nil {
		return "(no log: " + filepath.Base(path) + ")"
	}
	all := strings.Split(strings.TrimRight(string(data), "\n"), "\n")
	return strings.Join(all[max(0, len(all)-lines):], "\n")
}
