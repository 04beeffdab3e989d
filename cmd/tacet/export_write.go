package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sonexlabs/tacet/pipeline"
	"github.com/sonexlabs/tacet/pipeline/policy"
	"github.com/sonexlabs/tacet/pipeline/reveal"
	"github.com/sonexlabs/tacet/pipeline/source"
)

// The files of an export.
const (
	recordsFile  = "records.ndjson"
	manifestFile = "manifest.json"
)

// manifest says what an export is. No value of a record is in it.
type manifest struct {
	Export    int              `json:"export"` // version of this form
	Tenant    string           `json:"tenant"`
	Class     string           `json:"class"`
	Purpose   string           `json:"purpose"`
	Case      string           `json:"case"`
	Recipient string           `json:"recipient"`
	Basis     string           `json:"basis"`
	Clauses   []string         `json:"clauses"` // of the privacy policy: those of the class and of the category
	Category  string           `json:"category"`
	Policy    string           `json:"policy"` // hash
	Detectors string           `json:"detectors"`
	Program   string           `json:"program"`
	Domain    string           `json:"token_domain"` // tokens can be joined within it, and with nothing else
	Grant     reveal.Grant     `json:"grant"`        // who asked, who approved, for which records
	Begun     time.Time        `json:"begun"`
	Ended     time.Time        `json:"ended"`
	Lanes     []exportedLane   `json:"partitions,omitempty"`
	Records   map[string]int64 `json:"records"`  // by what became of them
	Withheld  int64            `json:"withheld"` // fields that the tenant has not let leave
	Findings  []findingCount   `json:"findings"`
	Failed    []failedRecord   `json:"failed"`
	File      string           `json:"file"`
	Bytes     int64            `json:"bytes"`
	SHA256    string           `json:"sha256"` // of the file

	failed int64 // how many records
}

// exportedLane is what of a partition was read: [from, to) as far as the topic holds it.
type exportedLane struct {
	Partition int32 `json:"partition"`
	Begins    int64 `json:"topic_begins"`
	From      int64 `json:"from"`
	To        int64 `json:"to"`
	ReadTo    int64 `json:"read_to"` // less where the last were compacted away, or are of a transaction that is open
}

type findingCount struct {
	Type   string `json:"type"`
	Action string `json:"action"`
	N      int64  `json:"n"`
}

// failedRecord is one that is not in the export though it may be the tenant's.
type failedRecord struct {
	Partition int32          `json:"partition"`
	Offset    int64          `json:"offset"` // or line, counted from 0
	Why       pipeline.Class `json:"why"`
}

// failedMost bounds the list of a manifest. All are counted.
const failedMost = 10_000

// outcomeForeign is what becomes of records that are not of the tenant.
const outcomeForeign = "of_no_or_another_tenant"

// exportWriter makes one export.
type exportWriter struct {
	*exporting
	p     *parts
	class *policy.Class
	kafka kafkaConfig

	mu    sync.Mutex // the engine's goroutines write
	out   io.Writer
	hash  hash.Hash
	made  manifest
	found map[findingCount]int64 // N is 0
}

// write makes the directory, and gives the manifest and its SHA-256. After an error nothing is there.
func (w *exportWriter) write(ctx context.Context, allowed *reveal.Exporting) (m *manifest, sum string, err error) {
	part, err := os.MkdirTemp(filepath.Dir(w.exporting.out), "."+filepath.Base(w.exporting.out)+".*")
	if err != nil {
		return nil, "", fmt.Errorf("make a directory for the export: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(part))
		}
	}()
	w.begin(allowed.Grant)
	err = createDurably(filepath.Join(part, recordsFile), func(f io.Writer) error {
		w.hash = sha256.New()
		w.out = io.MultiWriter(f, w.hash)
		return w.work(ctx)
	})
	if err != nil {
		return nil, "", err
	}
	w.end()
	text, err := json.MarshalIndent(&w.made, "", "  ")
	if err != nil {
		return nil, "", fmt.Errorf("write manifest: %w", err)
	}
	text = append(text, '\n')
	if err = createDurably(filepath.Join(part, manifestFile), func(f io.Writer) error { _, err := f.Write(text); return err }); err != nil {
		return nil, "", err
	}
	digest := sha256.Sum256(text)
	sum = hex.EncodeToString(digest[:])
	if err = allowed.Done(w.made.Records, sum); err != nil {
		return nil, "", err
	}
	if err = os.Rename(part, w.exporting.out); err != nil {
		return nil, "", fmt.Errorf("give the export its name: %w", err)
	}
	return &w.made, sum, nil
}

// createDurably writes a file for its owner alone.
func createDurably(name string, write func(io.Writer) error) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("write export: %w", err)
	}
	err = write(f)
	return errors.Join(err, f.Sync(), f.Close())
}

func (w *exportWriter) begin(g reveal.Grant) {
	topic := w.p.engine.Topics[w.topic]
	category, _ := w.p.engine.Policy.Category(topic.Category)
	clauses := slices.Concat(w.class.Clauses, category.Clauses)
	slices.Sort(clauses)
	w.made = manifest{Export: 1, Tenant: w.tenant, Class: w.class.Name, Purpose: w.purpose, Case: w.ticket, Recipient: w.class.Recipient,
		Basis: w.class.Basis, Clauses: slices.Compact(clauses), Category: category.Name, Policy: w.p.engine.Policy.Hash(),
		Detectors: w.p.engine.Detectors.Version(), Program: version(), Domain: w.class.Name + "." + w.ticket, Grant: g,
		Begun: time.Now().UTC().Truncate(time.Second), Records: map[string]int64{"read": 0, "written": 0}, Findings: []findingCount{},
		Failed: []failedRecord{}, File: recordsFile}
	w.found = map[findingCount]int64{}
}

// end completes the manifest.
func (w *exportWriter) end() {
	m := &w.made
	rest := m.Records["read"]
	for what, n := range m.Records {
		if what != "read" {
			rest -= n
		}
	}
	if rest > 0 {
		m.Records["nothing_left"] = rest // tombstones, mostly
	}
	for f, n := range w.found {
		m.Findings = append(m.Findings, findingCount{f.Type, f.Action, n})
	}
	slices.SortFunc(m.Findings, func(a, b findingCount) int {
		return bytes.Compare([]byte(a.Type+" "+a.Action), []byte(b.Type+" "+b.Action))
	})
	m.Ended, m.SHA256 = time.Now().UTC().Truncate(time.Second), hex.EncodeToString(w.hash.Sum(nil))
}

// work runs the engine over the records.
func (w *exportWriter) work(ctx context.Context) error {
	engine := w.p.engine
	engine.ByHand, engine.Limits.Workers = true, 1 // one worker: the same records make the same export
	engine.Sinks = []pipeline.SinkConfig{{Name: "export", Sink: exportSink{w}, View: pipeline.View{Class: w.class.Name, Domain: w.made.Domain}}}
	engine.Quarantine, engine.Recipient = exportSink{w}, ""
	e, err := pipeline.New(engine)
	if err != nil {
		return err
	}
	heeding, stopHeeding, err := w.p.heed(ctx)
	if err != nil {
		return fmt.Errorf("export: %w", err)
	}
	read, stop, err := w.source(heeding)
	if err == nil {
		err = e.Run(heeding, read)
		stop()
	}
	if err = errors.Join(err, stopHeeding()); err != nil {
		return fmt.Errorf("export: %w", err)
	}
	return nil
}

// source reads the partitions one after the other, or the file.
func (w *exportWriter) source(ctx context.Context) (all replays, stop func(), err error) {
	var stops []func()
	stop = func() {
		for _, f := range stops {
			f()
		}
	}
	add := func(id pipeline.LaneID, batches iter.Seq2[*pipeline.Batch, error]) {
		next, end := iter.Pull2(batches)
		stops = append(stops, end)
		all = append(all, source.Replay{Lane: id, Next: func() (*pipeline.Batch, error) {
			b, err, ok := next()
			if !ok {
				return nil, io.EOF
			}
			return b, err
		}})
	}
	if w.file != "" {
		id := pipeline.LaneID{Topic: w.topic}
		add(id, batches(id, 0, w.lines))
		return all, stop, nil
	}
	fetch := newRefetcher(w.kafka)
	lanes, err := fetch.ranges(ctx, w.topic, w.partition, w.from, w.to)
	if err != nil {
		return nil, nil, err
	}
	for _, l := range lanes {
		w.made.Lanes = append(w.made.Lanes, exportedLane{l.id.Partition, l.begin, l.from, l.to, l.from})
		at := len(w.made.Lanes) - 1
		add(l.id, batches(l.id, l.from, func(f func(pipeline.Record) error) error {
			_, err := fetch.scan(ctx, l.id, max(l.begin, l.from-w.before), l.to-1, func(r pipeline.Record) error {
				w.made.Lanes[at].ReadTo = max(l.from, r.Offset+1)
				return f(r)
			})
			if err != nil && !errors.Is(err, errEnough) {
				err = fmt.Errorf("read topic %s partition %d: %w", l.id.Topic, l.id.Partition, err)
			}
			return err
		}))
	}
	return all, stop, nil
}

// lines gives each line of the file as a record without time and key. The file must still be the one that the grant names.
func (w *exportWriter) lines(f func(pipeline.Record) error) error {
	raw, err := os.Open(w.file)
	if err != nil {
		return fmt.Errorf("read records: %w", err)
	}
	defer raw.Close()
	sum := sha256.New()
	in, err := openInput(io.TeeReader(raw, sum), "-", new(atomic.Int64))
	if err != nil {
		return fmt.Errorf("read records: %w", err)
	}
	defer in.close()
	in.name = w.file
	for offset := int64(0); ; offset++ {
		line, _, err := in.line(nil, w.p.engine.Limits.RecordBytes)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if err := f(pipeline.Record{Offset: offset, Value: bytes.TrimSuffix(line, []byte("\r"))}); err != nil {
			return err
		}
	}
	if _, err := io.Copy(sum, raw); err != nil {
		return fmt.Errorf("read records: %w", err)
	}
	if hex.EncodeToString(sum.Sum(nil)) != w.made.Grant.Export.File {
		return fmt.Errorf("read records: %s changed while it was read", w.file)
	}
	return nil
}

// Bounds of a batch.
const (
	exportBatch      = 500 // records
	exportBatchBytes = 1 << 20
)

// batches joins records. Those before the first that counts are there for what their calls know.
func batches(id pipeline.LaneID, first int64, each func(func(pipeline.Record) error) error) iter.Seq2[*pipeline.Batch, error] {
	return func(yield func(*pipeline.Batch, error) bool) {
		b := &pipeline.Batch{Lane: id, First: first, Next: first}
		give := func() bool {
			full := b
			b = &pipeline.Batch{Lane: id, First: full.Next, Next: full.Next}
			return len(full.Records) == 0 || yield(full, nil)
		}
		err := each(func(r pipeline.Record) error {
			warm := r.Offset < first
			if (len(b.Records) == exportBatch || b.Bytes >= exportBatchBytes || warm != b.Warm) && !give() {
				return errEnough
			}
			b.Warm = warm
			b.Records = append(b.Records, r)
			b.Bytes += len(r.Key) + len(r.Value)
			if !warm {
				b.Next = r.Offset + 1
			}
			return nil
		})
		switch {
		case errors.Is(err, errEnough):
		case err != nil:
			yield(nil, err)
		default:
			give()
		}
	}
}

// exportSink is sink and quarantine of an export.
type exportSink struct{ *exportWriter }

var (
	_ pipeline.Sink       = exportSink{}
	_ pipeline.Writer     = exportSink{}
	_ pipeline.Quarantine = exportSink{}
)

// Open implements pipeline.Sink.
func (w exportSink) Open(pipeline.LaneID, int64) (pipeline.Writer, error) { return w, nil }

// Check implements pipeline.Sink and pipeline.Quarantine.
func (w exportSink) Check(context.Context) error { return nil }

// Close implements pipeline.Sink, pipeline.Writer and pipeline.Quarantine.
func (w exportSink) Close() error { return nil }

// Flush implements pipeline.Writer.
func (w exportSink) Flush(context.Context) (int64, error) { return 0, nil }

// Write implements pipeline.Writer. What can't be written ends the export: nobody waits for a disk.
func (w exportSink) Write(_ context.Context, b *pipeline.Batch) (int64, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for i := range b.Outputs {
		value := bytes.TrimRight(b.Outputs[i].Value, "\r\n")
		if len(value) == 0 {
			continue
		}
		n, err := w.out.Write(append(slices.Clip(value), '\n'))
		if err != nil {
			return 0, pipeline.Lost(fmt.Errorf("write export: %w", err))
		}
		w.made.Records["written"]++
		w.made.Bytes += int64(n)
	}
	count := func(what string, n int) {
		if n > 0 {
			w.made.Records[what] += int64(n)
		}
	}
	count("read", b.Summary.In)
	count("partial", b.Summary.Partial)
	count("suppressed", b.Summary.Suppressed)
	w.made.Withheld += int64(b.Summary.Withheld)
	for _, f := range b.Summary.Findings {
		w.found[findingCount{Type: f.Type, Action: f.Action}] += int64(f.N)
	}
	return b.Next, nil
}

// Put implements pipeline.Quarantine. Records of others are no failures.
func (w exportSink) Put(_ context.Context, entries []pipeline.Entry) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, e := range entries {
		if e.Class == pipeline.ClassTenant {
			w.made.Records[outcomeForeign]++
			continue
		}
		w.made.Records[string(e.Class)]++
		w.made.failed++
		if len(w.made.Failed) < failedMost {
			w.made.Failed = append(w.made.Failed, failedRecord{e.Partition, e.Offset, e.Class})
		}
	}
	return nil
}
