package benchmarks

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kfake"
)

// TestThroughput measures the whole pipeline, Kafka to Kafka, beside a plain copy loop with the same client and broker in the
// same run: records per second, megabytes per second, processor time per record, latency at half load, and memory with many open
// calls. It asserts nothing about time; it fails when records are lost or quarantined.
//
//	TACET_BENCH=calls,logs go test ./benchmarks -run TestThroughput -v -timeout 60m
//	go run ./benchmarks/realkafka -brokers 1 -- env TACET_BENCH=calls,logs go test ./benchmarks -run TestThroughput -v
//
// TACET_BENCH names what goes through: calls, logs (generated), eval-calls, eval-logs (labelled data in TACET_DATA).
// TACET_BENCH_RECORDS and TACET_BENCH_RUNS set records per corpus and runs; TACET_BENCH_JSON names a file for the figures.
func TestThroughput(t *testing.T) {
	corpora := os.Getenv("TACET_BENCH")
	if corpora == "" {
		t.Skip("a measurement, minutes long: TACET_BENCH=calls,logs turns it on (make bench)")
	}
	o := options{corpora: strings.Split(corpora, ","), records: number(t, "TACET_BENCH_RECORDS", 300_000), repeat: number(t, "TACET_BENCH_RUNS", 5),
		partitions: 4, latency: 10 * time.Second, calls: 10_000, json: os.Getenv("TACET_BENCH_JSON")}
	debug.SetGCPercent(400) // as the program does; the copy loop gains from it too
	debug.SetMemoryLimit(256 << 20)
	require.NoError(t, run(t, o))
}

func number(t *testing.T, name string, otherwise int) int {
	s := os.Getenv(name)
	if s == "" {
		return otherwise
	}
	n, err := strconv.Atoi(s)
	require.NoError(t, err, name)
	return n
}

type options struct {
	brokers    []string
	records    int
	partitions int
	repeat     int
	corpora    []string
	latency    time.Duration
	calls      int
	json       string
}

// TestMain turns the test binary into the embedded broker when it is started as one.
func TestMain(m *testing.M) {
	if os.Getenv(brokerEnv) != "" {
		if err := serveBroker(); err != nil {
			fmt.Fprintln(os.Stderr, "broker:", err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

const brokerEnv = "TACET_BENCH_BROKER"

// serveBroker runs the embedded broker until its parent closes its input.
func serveBroker() error {
	c, err := kfake.NewCluster(kfake.NumBrokers(1))
	if err != nil {
		return err
	}
	defer c.Close()
	fmt.Println(strings.Join(c.ListenAddrs(), ","))
	_, err = os.Stdin.Read(make([]byte, 1))
	_ = err // closed: the parent has gone
	return nil
}

// startBroker starts this program as broker, so that the broker's processor time is not counted as ours.
func startBroker(ctx context.Context) (addrs []string, stop func(), err error) {
	if list := os.Getenv("KAFKA_BROKERS"); list != "" {
		return strings.Split(list, ","), func() {}, nil
	}
	exe, err := os.Executable()
	if err != nil {
		return nil, nil, err
	}
	cmd := exec.CommandContext(ctx, exe)
	cmd.Env = append(os.Environ(), brokerEnv+"=1")
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, nil, err
	}
	line := make([]byte, 256)
	n, err := out.Read(line)
	if err != nil {
		return nil, nil, fmt.Errorf("start broker: %w", err)
	}
	stop = func() {
		_ = in.Close()
		_ = cmd.Wait()
	}
	return strings.Split(strings.TrimSpace(string(line[:n])), ","), stop, nil
}

// result is one corpus's figures.
type result struct {
	Corpus    string         `json:"corpus"`
	Records   int            `json:"records"`
	Bytes     int64          `json:"bytes"`
	Copy      rate           `json:"copy"`
	Pipeline  rate           `json:"pipeline"`
	Ratio     float64        `json:"ratio"`      // records/s, pipeline to copy, median of pairs
	RatioLow  float64        `json:"ratio_low"`  // lowest pair
	RatioHigh float64        `json:"ratio_high"` // highest pair
	Findings  map[string]int `json:"findings"`
	// Capacity is what comes through the pipeline, in records/s, while producer and consumer of the latency measurement run on the
	// same cores. Half of it is the load for latency.
	Capacity       float64 `json:"capacity_records_per_s"`
	CopyLatency    latency `json:"copy_latency"`
	PipeLatency    latency `json:"pipeline_latency"`
	LatencyRecords int     `json:"latency_records"`
}

type rate struct {
	RecordsPerSecond float64 `json:"records_per_s"`
	MBPerSecond      float64 `json:"mb_per_s"`
	CPUMicros        float64 `json:"cpu_us_per_record"` // user and system time of this process, without the broker
}

type latency struct {
	P50 float64 `json:"p50_ms"`
	P99 float64 `json:"p99_ms"`
}

func run(t *testing.T, o options) error {
	ctx := t.Context()
	addrs, stop, err := startBroker(ctx)
	if err != nil {
		return err
	}
	defer stop()
	o.brokers = addrs
	memory, err := measureMemory(ctx, o) // first: its peak must not be another measurement's
	if err != nil {
		return fmt.Errorf("measure memory: %w", err)
	}
	var results []result
	for _, name := range o.corpora {
		r, err := measure(ctx, o, name)
		if err != nil {
			return fmt.Errorf("measure %s: %w", name, err)
		}
		results = append(results, r)
	}
	t.Log(report(results, memory, o))
	if o.json == "" {
		return nil
	}
	b, err := json.MarshalIndent(map[string]any{"go": runtime.Version(), "cores": runtime.GOMAXPROCS(0), "results": results, "memory": memory}, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(o.json, append(b, '\n'), 0o644)
}

func measure(ctx context.Context, o options, name string) (result, error) {
	values, err := corpus(name, o.records)
	if err != nil {
		return result{}, err
	}
	k, err := newCluster(ctx, o.brokers)
	if err != nil {
		return result{}, err
	}
	in, err := k.load(ctx, values, o.partitions)
	if err != nil {
		return result{}, err
	}
	r := result{Corpus: name, Records: len(values)}
	for _, v := range values {
		r.Bytes += int64(len(v.value))
	}
	few := slices.Clone(values[:min(len(values), 20_000)])
	values = nil // what lies in this process makes its garbage collections longer
	var copies, pipes []run1
	var ratios []float64
	for range o.repeat {
		runtime.GC()
		c, err := k.copyAll(ctx, in, o.partitions)
		if err != nil {
			return r, fmt.Errorf("copy: %w", err)
		}
		p, findings, err := k.pipeAll(ctx, in, name, o.partitions, r.Records)
		if err != nil {
			return r, fmt.Errorf("pipeline: %w", err)
		}
		copies, pipes = append(copies, c), append(pipes, p)
		ratios = append(ratios, c.seconds/p.seconds)
		r.Findings = findings
	}
	slices.Sort(ratios)
	r.Ratio, r.RatioLow, r.RatioHigh = ratios[len(ratios)/2], ratios[0], ratios[len(ratios)-1]
	r.Copy, r.Pipeline = r.rateOf(copies), r.rateOf(pipes)
	if r.Capacity, err = k.capacity(ctx, o, name, few); err != nil {
		return r, fmt.Errorf("capacity: %w", err)
	}
	if r.CopyLatency, _, err = k.latency(ctx, o, name, few, r.Capacity/2, k.copyLoop); err != nil {
		return r, fmt.Errorf("latency of copy: %w", err)
	}
	r.PipeLatency, r.LatencyRecords, err = k.latency(ctx, o, name, few, r.Capacity/2, k.pipeline)
	return r, err
}

// run1 is one run over a whole topic.
type run1 struct{ seconds, cpu float64 }

func (r *result) rateOf(runs []run1) rate {
	slices.SortFunc(runs, func(a, b run1) int { return int(1e9 * (a.seconds - b.seconds)) })
	m := runs[len(runs)/2]
	n := float64(r.Records)
	return rate{n / m.seconds, float64(r.Bytes) / m.seconds / 1e6, 1e6 * m.cpu / n}
}

func report(results []result, m memory, o options) string {
	var text strings.Builder
	fmt.Fprintf(&text, "%s, GOMAXPROCS %d, broker at %s, %d runs, medians\n\n", runtime.Version(), runtime.GOMAXPROCS(0), strings.Join(o.brokers, ","), o.repeat)
	w := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "corpus\trecords\tMB\tfindings\tcopy rec/s\tpipeline rec/s\tratio (low–high)\tpipeline MB/s\tcopy µs/rec\tpipeline µs/rec\thalf load rec/s\tp50 ms copy\tp50 ms pipeline\tp99 ms copy\tp99 ms pipeline")
	for _, r := range results {
		n := 0
		for _, c := range r.Findings {
			n += c
		}
		fmt.Fprintf(w, "%s\t%d\t%.1f\t%d\t%.0f\t%.0f\t%.2f (%.2f–%.2f)\t%.1f\t%.2f\t%.2f\t%.0f\t%.1f\t%.1f\t%.1f\t%.1f\n", r.Corpus, r.Records, float64(r.Bytes)/1e6, n,
			r.Copy.RecordsPerSecond, r.Pipeline.RecordsPerSecond, r.Ratio, r.RatioLow, r.RatioHigh, r.Pipeline.MBPerSecond, r.Copy.CPUMicros, r.Pipeline.CPUMicros, r.Capacity/2,
			r.CopyLatency.P50, r.PipeLatency.P50, r.CopyLatency.P99, r.PipeLatency.P99)
	}
	_ = w.Flush()
	fmt.Fprintf(&text, "\nmemory with %d open calls: heap in use %.1f MB after a collection, %.1f MB resident at most\n", m.Calls, m.HeapMB, m.ResidentMB)
	return text.String()
}
