package main

import (
	"context"
	"encoding/binary"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// settings parses properties back into a map.
func settings(t *testing.T, text string) map[string]string {
	t.Helper()
	m := map[string]string{}
	for line := range strings.Lines(text) {
		key, value, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "=")
		require.True(t, ok, "line %q", line)
		require.NotContains(t, m, key)
		m[key] = value
	}
	return m
}

func TestPropertiesReplication(t *testing.T) {
	f := func(brokers int, replicas, inSync string) {
		t.Helper()
		all, err := newLayouts(t.TempDir(), brokers)
		require.NoError(t, err)
		for _, l := range all {
			m := settings(t, properties(l, all))
			for _, topic := range []string{"offsets.topic", "transaction.state.log", "share.coordinator.state.topic"} {
				require.Equal(t, replicas, m[topic+".replication.factor"], topic)
			}
			require.Equal(t, replicas, m["default.replication.factor"])
			require.Equal(t, inSync, m["min.insync.replicas"])
			require.Equal(t, inSync, m["transaction.state.log.min.isr"])
			require.Equal(t, inSync, m["share.coordinator.state.topic.min.isr"])
			require.Len(t, strings.Split(m["controller.quorum.voters"], ","), brokers)
		}
	}
	f(1, "1", "1")
	f(2, "2", "2")
	f(3, "3", "2")
	f(5, "3", "2")
}

func TestPropertiesKeepBrokersApart(t *testing.T) {
	dir := t.TempDir()
	all, err := newLayouts(dir, 3)
	require.NoError(t, err)
	seen := map[string]bool{}
	for i, l := range all {
		m := settings(t, properties(l, all))
		require.Equal(t, fmt.Sprint(i+1), m["node.id"])
		require.Equal(t, filepath.Join(dir, fmt.Sprintf("broker-%d", i+1), "data"), m["log.dirs"])
		listeners := strings.Split(m["listeners"], ",")
		require.Len(t, listeners, 3)
		for _, listener := range listeners {
			_, address, ok := strings.Cut(listener, "://")
			require.True(t, ok)
			host, _, err := net.SplitHostPort(address)
			require.NoError(t, err)
			require.Equal(t, "127.0.0.1", host, "the cluster must not be reachable from outside")
			require.False(t, seen[address], "address %s twice", address)
			seen[address] = true
		}
		controller := strings.TrimPrefix(listeners[2], "CONTROLLER://")
		require.Contains(t, strings.Split(m["controller.quorum.voters"], ","), fmt.Sprintf("%d@%s", i+1, controller))
		require.NotContains(t, m["advertised.listeners"], "CONTROLLER")
	}
}

func TestFreePortsBelowTheEphemeralRange(t *testing.T) {
	ports, err := freePorts(27)
	require.NoError(t, err)
	slices.Sort(ports)
	require.Len(t, slices.Compact(ports), 27, "a port was given twice")
	require.GreaterOrEqual(t, ports[0], 20000)
	require.Less(t, ports[len(ports)-1], 32000)
}

// answer builds a Metadata answer as a broker sends it.
func answer(ids ...int) []byte {
	b := binary.BigEndian.AppendUint32(nil, 1)
	b = binary.BigEndian.AppendUint32(b, uint32(len(ids)))
	for _, id := range ids {
		b = binary.BigEndian.AppendUint32(b, uint32(id))
		b = binary.BigEndian.AppendUint16(b, uint16(len("127.0.0.1")))
		b = append(b, "127.0.0.1"...)
		b = binary.BigEndian.AppendUint32(b, 9092)
		b = binary.BigEndian.AppendUint16(b, 0xffff) // no rack
	}
	return b
}

func TestParseBrokers(t *testing.T) {
	ids, err := parseBrokers(append(answer(1, 3), "controller id, topics"...))
	require.NoError(t, err)
	require.Equal(t, map[int]bool{1: true, 3: true}, ids)

	whole := answer(1, 2)
	for n := range whole {
		_, err := parseBrokers(whole[:n])
		require.Error(t, err, "%d bytes of %d", n, len(whole))
	}
}

func FuzzParseBrokers(f *testing.F) {
	f.Add(answer(1, 2, 3))
	f.Add([]byte{0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, data []byte) {
		if ids, err := parseBrokers(data); err == nil {
			require.LessOrEqual(t, len(ids), len(data)/12, "more brokers than bytes for them")
		}
	})
}

func TestLiveBrokersAgainstSilence(t *testing.T) {
	listener, err := net.Listen("tcp", loopback(0))
	require.NoError(t, err)
	defer listener.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err = liveBrokers(ctx, listener.Addr().String())
	require.Error(t, err)
}

func TestUsage(t *testing.T) {
	for _, args := range [][]string{{"-brokers", "0"}, {"-brokers", "10"}, {"-brokers", "x"}, {"-nonsense"}} {
		var stderr strings.Builder
		code, err := run(args, &stderr, &stderr)
		require.Error(t, err)
		require.Equal(t, 2, code, args)
	}
}

func TestRunChildPassesTheExitCode(t *testing.T) {
	f := func(script string, want int) {
		t.Helper()
		code, err := runChild(t.Context(), []string{"sh", "-c", script}, []string{"KAFKA_BROKERS=one,two"})
		require.NoError(t, err)
		require.Equal(t, want, code)
	}
	f("exit 0", 0)
	f("exit 3", 3)
	f("kill -9 $$", 128+9)
	f(`test "$KAFKA_BROKERS" = one,two`, 0)

	_, err := runChild(t.Context(), []string{filepath.Join(t.TempDir(), "absent")}, nil)
	require.Error(t, err)
}

func TestRunChildEndsWithEverythingItStarted(t *testing.T) {
	pids := filepath.Join(t.TempDir(), "pid")
	code, err := runChild(t.Context(), []string{"sh", "-c", "sleep 600 >/dev/null 2>&1 & echo $! >" + pids}, nil)
	require.NoError(t, err)
	require.Zero(t, code)
	pid, err := os.ReadFile(pids)
	require.NoError(t, err)
	require.Eventually(t, func() bool {
		stat, err := os.ReadFile(filepath.Join("/proc", strings.TrimSpace(string(pid)), "stat"))
		return err != nil || strings.Contains(string(stat), ") Z ")
	}, 10*time.Second, 10*time.Millisecond, "the grandchild still runs")
}

func TestTail(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	require.NoError(t, os.WriteFile(path, []byte("one\ntwo\nthree\n"), 0o644))
	require.Equal(t, "two\nthree", tail(path, 2))
	require.Equal(t, "one\ntwo\nthree", tail(path, 10))
	require.Contains(t, tail(path+"-absent", 2), "no log")
}
