package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/segmentio/kafka-go"
	"github.com/spf13/cobra"
	"github.com/twmb/franz-go/pkg/kfake"

	"github.com/sonexlabs/tacet/cmd/tacet/traffic"
	"github.com/sonexlabs/tacet/pipeline/admin"
)

func newDemoCommand() *cobra.Command {
	var d demo
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Show the pipeline at work: broker, traffic, pipeline and console in one process",
		Long: `Demo starts a Kafka broker inside this process, writes invented calls and logs to it, redacts them with the default policy
and what four invented tenants instruct, and delivers them to topics and files. It prints some records before and after, and where to
look. Nothing else needs to be installed, nothing is sent anywhere, and nothing is left behind but the files it names.

With --once it processes a sample, prints a summary as JSON and exits.`,
		Example: `  tacet demo
  tacet demo --once | jq .findings`,
		Args: noArgs,
	}
	cmd.Flags().BoolVar(&d.once, "once", false, "process the sample, print a summary as JSON, and exit")
	cmd.Flags().IntVar(&d.records, "records", 20_000, "records of the sample")
	cmd.Flags().IntVar(&d.rate, "rate", 500, "records a second once the sample is through; 0 stops the traffic")
	cmd.Flags().Uint64Var(&d.seed, "seed", 1, "of the traffic: the same seed gives the same records")
	cmd.Flags().StringVar(&d.listen, "listen", "127.0.0.1:9180", "address of the console")
	cmd.Flags().StringVar(&d.dir, "directory", "", "keep files in `DIR` in place of a temporary one")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if d.records < 1 || d.rate < 0 {
			return usageError(cmd, errors.New("--records must be 1 or more, --rate 0 or more"))
		}
		harden()
		d.out, d.errOut = cmd.OutOrStdout(), cmd.ErrOrStderr()
		return untilSignal(cmd.Context(), cmd.ErrOrStderr(), d.run)
	}
	return cmd
}

// demo is one run of the demonstration.
type demo struct {
	once          bool
	records, rate int
	seed          uint64
	listen, dir   string
	out, errOut   io.Writer

	broker   *kfake.Cluster
	client   *kafka.Client
	traffic  *traffic.Generator
	bytes    atomic.Int64
	produced atomic.Int64
}

// demoPartitions is that of every topic: enough to show several lanes.
const demoPartitions = 4

// demoKept is how many bytes of a partition the broker, which has them in memory, keeps once the sample is through: a demo may run for days.
const demoKept = 2 << 20

// demoTopics are the input topics. Log lines have one of their own, because they are no JSON.
var demoTopics = []topicConfig{
	{Name: "calls.transcripts", Category: "transcript", Format: "json"},
	{Name: "calls.records", Category: "call_record", Format: "json"},
	{Name: "platform.accounts", Category: "account", Format: "json"},
	{Name: "platform.agents", Category: "agent_config", Format: "json"},
	{Name: "platform.api", Category: "usage_log", Format: "json"},
	{Name: "platform.billing", Category: "billing", Format: "json"},
	{Name: "platform.logs", Category: "usage_log", Format: "log", Tenant: "platform"},
	{Name: "platform.support", Category: "communication", Format: "json"},
}

// demoTopic says where a message of the traffic goes.
func demoTopic(m traffic.Message) string {
	lines := m.Category == "usage_log" && !strings.HasPrefix(string(m.Value), "{")
	for _, t := range demoTopics {
		if t.Category == m.Category && (t.Format == "log") == lines {
			return t.Name
		}
	}
	return ""
}

func redactedTopic(topic string) string { return "redacted." + topic }

func (d *demo) run(ctx context.Context) error {
	broker, err := d.startBroker()
	if err != nil {
		return err
	}
	defer broker.Close()
	if d.dir == "" {
		if d.dir, err = os.MkdirTemp("", "tacet-demo-"); err != nil {
			return fmt.Errorf("make a directory for files: %w", err)
		}
		if d.once {
			defer os.RemoveAll(d.dir)
		}
	}
	if err := d.instruct(); err != nil {
		return err
	}
	d.traffic = traffic.New(d.seed)
	start := time.Now()
	if err := d.produce(ctx, d.records, true); err != nil {
		return err
	}
	say(d.errOut, "wrote %d records to a broker at %s in %v", d.records, broker.ListenAddrs()[0], time.Since(start).Round(time.Millisecond))
	return d.runPipeline(ctx, d.config(broker.ListenAddrs()))
}

func (d *demo) startBroker() (*kfake.Cluster, error) {
	c, err := kfake.NewCluster(kfake.NumBrokers(1))
	if err != nil {
		return nil, fmt.Errorf("start the embedded broker: %w", err)
	}
	kept, segment := strconv.Itoa(demoKept), strconv.Itoa(demoKept/4)
	for _, t := range demoTopics {
		for _, name := range []string{t.Name, redactedTopic(t.Name)} {
			if err := c.CreateTopic(name, demoPartitions, map[string]string{"retention.bytes": kept, "segment.bytes": segment}); err != nil {
				c.Close()
				return nil, fmt.Errorf("create topic %s: %w", name, err)
			}
		}
	}
	d.broker = c
	d.client = &kafka.Client{Addr: kafka.TCP(c.ListenAddrs()...)}
	return c, nil
}

// config is what a user would write for the same pipeline.
func (d *demo) config(brokers []string) config {
	c := defaultConfig()
	c.Kafka.Brokers = brokers
	c.Source.Group = "tacet-demo"
	c.Source.Topics = demoTopics
	c.Pseudonym.InsecureDevKeys = true
	topics, files := sinkConfig{Name: "topics", Type: "kafka"}, sinkConfig{Name: "files", Type: "file"}
	topics.setDefaults()
	files.setDefaults()
	topics.Topics = map[string]string{}
	for _, t := range demoTopics {
		topics.Topics[t.Name] = redactedTopic(t.Name)
	}
	files.Directory = path(filepath.Join(d.dir, "files"))
	files.FlushAfter = 2 * time.Second
	training := files // the same kind of sink, of another class: it gets what tenants consented to
	training.Name, training.Class, training.Consent, training.Directory = "training", "training", "training", path(filepath.Join(d.dir, "training"))
	c.Sinks = []sinkConfig{topics, files, training}
	c.Instructions.Directory = path(filepath.Join(d.dir, "instructions"))
	c.Instructions.Keys = path(filepath.Join(d.dir, "instructions", demoKeys))
	c.Quarantine.Directory = path(filepath.Join(d.dir, "quarantine"))
	c.Admin.Listen = d.listen
	return c
}

// produce writes n messages. broken adds three records that can't be read, to show where such go.
func (d *demo) produce(ctx context.Context, n int, broken bool) error {
	type target struct {
		topic     string
		partition int
	}
	groups := map[target][]kafka.Record{}
	add := func(topic string, m traffic.Message) {
		p := int(d.produced.Add(1)) % demoPartitions
		if len(m.Key) > 0 {
			p = kafka.Murmur2Balancer{Consistent: true}.Balance(kafka.Message{Key: m.Key}, 0, 1, 2, 3)
		}
		d.bytes.Add(int64(len(m.Value)))
		at := target{topic, p}
		groups[at] = append(groups[at], kafka.Record{Time: time.Now(), Key: kafka.NewBytes(m.Key), Value: kafka.NewBytes(m.Value)})
	}
	for i := range n {
		m := d.traffic.Next()
		if broken && n >= 6 && i%(n/3) == n/6 {
			m = traffic.Message{Category: "transcript", Key: []byte("broken"), Value: []byte(`{"tenant_id":"acme","call_id":"broken","te`)}
		}
		add(demoTopic(m), m)
	}
	for at, records := range groups {
		for chunk := range slices.Chunk(records, 500) {
			r, err := d.client.Produce(ctx, &kafka.ProduceRequest{Topic: at.topic, Partition: at.partition,
				RequiredAcks: kafka.RequireAll, Compression: kafka.Lz4, Records: kafka.NewRecordReader(chunk...)})
			if err == nil {
				err = r.Error
			}
			if err != nil {
				return fmt.Errorf("write traffic to topic %s: %w", at.topic, err)
			}
		}
	}
	return nil
}

func (d *demo) runPipeline(ctx context.Context, c config) (err error) {
	log := slog.New(slog.NewTextHandler(d.errOut, &slog.HandlerOptions{Level: slog.LevelWarn}))
	p, err := assemble(ctx, c, d.out, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.close()) }()
	if !d.once {
		stop, err := serveAdmin(c.Admin, admin.Config{Gatherer: p.registry, Health: p.running.Health, Ready: p.ready.check, Status: p.running.Status}, log)
		if err != nil {
			return err
		}
		defer stop()
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- p.running.Run(ctx, p.reader) }()
	watched, stopWatching := context.WithCancel(ctx)
	defer stopWatching()
	go p.ready.watch(watched)
	s, err := d.watchSample(ctx, p, ended)
	if err != nil {
		return err
	}
	if err := d.showRecords(ctx); err != nil {
		return err
	}
	if !d.once {
		d.show(s, c)
		go d.keepProducing(ctx)
		<-ctx.Done()
	}
	cancel()
	if err := <-ended; err != nil {
		return fmt.Errorf("run pipeline: %w", err)
	}
	if !d.once {
		return nil
	}
	b, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("print summary: %w", err)
	}
	_, err = fmt.Fprintf(d.out, "%s\n", b)
	return err
}

// summary is what --once prints.
type summary struct {
	RecordsIn   int            `json:"records_in"`
	RecordsOut  int            `json:"records_out"`
	DeadLetters int            `json:"dead_letters"`
	Findings    map[string]int `json:"findings"`
	Seconds     float64        `json:"seconds"`
	MBPerSecond float64        `json:"mb_per_s"`
	Minimised   minimised      `json:"minimisation"`
}

// watchSample waits until the sample is acknowledged by every sink. The clock runs from the first record worked off to the last one
// in its output topic.
func (d *demo) watchSample(ctx context.Context, p *program, ended <-chan error) (summary, error) {
	var start time.Time
	var done time.Duration
	want := int(d.produced.Load())
	for {
		s, err := d.summarise(p.registry)
		if err != nil {
			return s, err
		}
		if start.IsZero() && s.RecordsIn > 0 {
			start = time.Now()
		}
		if s.RecordsIn == want && s.RecordsOut == want-s.DeadLetters {
			if done == 0 {
				done = time.Since(start)
			}
			behind := int64(0) // files are whole a moment later
			for _, l := range p.running.Status().Lanes {
				behind += l.HighWatermark - l.Watermark
			}
			if behind == 0 {
				s.Seconds = done.Seconds()
				s.MBPerSecond = float64(d.bytes.Load()) / 1e6 / s.Seconds
				return s, nil
			}
		}
		select {
		case err := <-ended:
			return s, errors.Join(err, ctx.Err(), errors.New("the pipeline ended before the sample was through"))
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// summarise reads the metrics.
func (d *demo) summarise(g prometheus.Gatherer) (summary, error) {
	s := summary{Findings: map[string]int{}}
	families, err := g.Gather()
	if err != nil {
		return s, fmt.Errorf("read metrics: %w", err)
	}
	s.Minimised.add(families)
	for _, f := range families {
		for _, m := range f.GetMetric() {
			n, labels := int(m.GetCounter().GetValue()), labelsOf(m)
			switch f.GetName() {
			case "tacet_records_total":
				s.RecordsIn += n
			case "tacet_dlq_records_total":
				s.DeadLetters += n
			case "tacet_entities_total":
				if n > 0 {
					s.Findings[labels["type"]] = n
				}
			case "tacet_sink_records_total":
				if labels["sink"] == "topics" {
					s.RecordsOut += n
				}
			}
		}
	}
	return s, nil
}

func (d *demo) show(s summary, c config) {
	fmt.Fprintf(d.out, `%d records in, %d out, %d in quarantine, %d findings, %.1f s, %.1f MB/s
minimised   %s

console     http://%s/
metrics     http://%s/metrics
broker      %s   topics %s …
files       %s
training    %s
quarantine  %s
`, s.RecordsIn, s.RecordsOut, s.DeadLetters, total(s.Findings), s.Seconds, s.MBPerSecond, s.Minimised.line(c.Sinks[0].Name),
		c.Admin.Listen, c.Admin.Listen, c.Kafka.Brokers[0], redactedTopic(demoTopics[0].Name), c.Sinks[1].Directory, c.Sinks[2].Directory, c.Quarantine.Directory)
	d.showTenants(c)
	fmt.Fprintf(d.out, "\ntraffic goes on at %d records a second; Ctrl-C ends\n", d.rate)
}

func total(counts map[string]int) (n int) {
	for _, c := range counts {
		n += c
	}
	return n
}

// showRecords prints some records before and after: on standard output, or on standard error where the summary is the result.
func (d *demo) showRecords(ctx context.Context) error {
	w := d.out
	if d.once {
		w = d.errOut
	}
	for _, topic := range []string{"calls.transcripts", "platform.logs", "platform.support"} {
		after, err := d.read(ctx, redactedTopic(topic), 500)
		if err != nil {
			return err
		}
		before, err := d.read(ctx, topic, 1500)
		if err != nil {
			return err
		}
		// The most telling first: those where most kinds of things were found.
		slices.SortStableFunc(after, func(a, b demoRecord) int { return b.kinds - a.kinds })
		shown := 0
		for _, a := range after {
			if shown == 2 || topic != "calls.transcripts" && shown == 1 {
				break
			}
			if !strings.Contains(a.value, `"findings"`) || !d.showPair(w, topic, before, a) {
				continue
			}
			shown++
		}
		if quiet := silent(after); topic == "calls.transcripts" && quiet >= 0 {
			d.showPair(w, topic+", of a tenant that wants no texts kept", before, after[quiet])
		}
	}
	return nil
}

// showPair prints a record and what it was, if that is among those that were read.
func (d *demo) showPair(w io.Writer, title string, before []demoRecord, after demoRecord) bool {
	at := fmt.Sprint(after.headers["x-src-partition"], "/", after.headers["x-src-offset"])
	i := slices.IndexFunc(before, func(b demoRecord) bool { return fmt.Sprint(b.partition, "/", b.offset) == at })
	if i >= 0 {
		fmt.Fprintf(w, "%s\n  before  %s\n  after   %s\n\n", title, before[i].value, after.value)
	}
	return i >= 0
}

type demoRecord struct {
	partition int
	offset    int64
	value     string
	headers   map[string]string
	kinds     int // kinds of things found in it, the well-known ones twice
}

// read gives the first records of each partition of a topic.
func (d *demo) read(ctx context.Context, topic string, each int) (all []demoRecord, err error) {
	for p := range demoPartitions {
		r, err := d.client.Fetch(ctx, &kafka.FetchRequest{Topic: topic, Partition: p, MinBytes: 1, MaxBytes: 1 << 20, MaxWait: 100 * time.Millisecond})
		if err == nil {
			err = r.Error
		}
		if err != nil {
			return nil, fmt.Errorf("read topic %s: %w", topic, err)
		}
		for range each {
			rec, err := r.Records.ReadRecord()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				return nil, fmt.Errorf("read topic %s: %w", topic, err)
			}
			value, err := kafka.ReadAll(rec.Value)
			if err != nil {
				return nil, fmt.Errorf("read topic %s: %w", topic, err)
			}
			out := demoRecord{partition: p, offset: rec.Offset, value: string(value), headers: map[string]string{}}
			var v struct {
				Redaction struct{ Findings map[string]int }
			}
			if json.Unmarshal(value, &v) == nil {
				out.kinds = len(v.Redaction.Findings)
				for _, known := range []string{"EMAIL", "PHONE", "CREDIT_CARD", "IBAN"} {
					out.kinds += min(1, v.Redaction.Findings[known]) // that everybody knows when they see one
				}
			}
			for _, h := range rec.Headers {
				out.headers[h.Key] = string(h.Value)
			}
			all = append(all, out)
		}
	}
	return all, nil
}

// keepProducing lets traffic go on at the rate asked for, and old records go. The broker would do that by itself, but not only with what
// was read: the sample may be larger than what is kept.
func (d *demo) keepProducing(ctx context.Context) {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	due := 0.0
	for n := 1; ; n++ {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if n%100 == 0 {
			d.broker.ApplyRetention()
		}
		due += float64(d.rate) / 10
		if n := int(due); n > 0 {
			due -= float64(n)
			if err := d.produce(ctx, n, false); err != nil && ctx.Err() == nil {
				say(d.errOut, "%v", err)
			}
		}
	}
}
