package main

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/segmentio/kafka-go"
	"github.com/stretchr/testify/require"
)

// The demo's tenants instruct different things, and that shows in what leaves.
func TestDemoTenants(t *testing.T) {
	if testing.Short() {
		t.Skip("waits for consumer groups")
	}
	dir := t.TempDir()
	var out, errOut bytes.Buffer
	require.Equal(t, exitDone, execute(t.Context(), []string{"demo", "--once", "--records", "3000", "--directory", dir}, nil, &out, &errOut), errOut.String())
	require.Contains(t, errOut.String(), "calls.transcripts, of a tenant that wants no texts kept")

	// The summary has what DESIGN.md promises, and what minimisation came to.
	var s summary
	fields := map[string]any{}
	require.NoError(t, json.Unmarshal(out.Bytes(), &s))
	require.NoError(t, json.Unmarshal(out.Bytes(), &fields))
	require.Subset(t, slices.Collect(maps.Keys(fields)), []string{"records_in", "records_out", "dead_letters", "findings", "seconds", "mb_per_s"})
	require.Equal(t, s.Minimised.Out["topics"], s.Minimised.Out["files"])
	require.Less(t, s.Minimised.Out["training"], s.Minimised.Out["topics"])
	require.InDelta(t, float64(s.Minimised.Out["topics"])/float64(s.Minimised.In), s.Minimised.Ratio["topics"], 1e-9)
	require.Positive(t, s.Minimised.In)
	for _, reason := range []string{"not_allowed", "drop", "text", "recording"} {
		require.Positive(t, s.Minimised.Left["analytics"][reason], reason)
	}

	// seen counts records of a topic by tenant, and those that have a field.
	seen := func(sink, topic, field string) (all, having map[string]int) {
		all, having = map[string]int{}, map[string]int{}
		names, err := filepath.Glob(filepath.Join(dir, sink, topic, "*.zst"))
		require.NoError(t, err)
		for _, name := range names {
			in, err := openInput(nil, name, new(atomic.Int64))
			require.NoError(t, err)
			text, err := io.ReadAll(in)
			require.NoError(t, err)
			for line := range strings.Lines(string(text)) {
				var r map[string]any
				require.NoError(t, json.Unmarshal([]byte(line), &r))
				tenant, _ := r["tenant_id"].(string)
				all[tenant]++
				if r[field] != nil {
					having[tenant]++
				}
			}
		}
		return all, having
	}
	calls, texts := seen("files", "calls.transcripts", "text")
	records, recordings := seen("files", "calls.records", "recording_url")
	trained, trainedTexts := seen("training", "calls.transcripts", "text")
	for _, tenant := range []string{"acme", "bolt", "civic", "delta"} {
		require.Positive(t, calls[tenant], tenant)
		require.Positive(t, records[tenant], tenant)
		if tenant == "delta" {
			require.Zero(t, texts[tenant], tenant)
		} else {
			require.Equal(t, calls[tenant], texts[tenant], tenant)
		}
		require.Equal(t, tenant == "civic", recordings[tenant] == 0, tenant)
	}
	require.Equal(t, map[string]int{"acme": calls["acme"]}, trained)
	require.Equal(t, trained, trainedTexts)
}

// The demo's broker keeps so much of what it has in memory, and no more.
func TestDemoForgets(t *testing.T) {
	var d demo
	broker, err := d.startBroker()
	require.NoError(t, err)
	t.Cleanup(broker.Close)
	topic := demoTopics[0].Name
	for range 12 {
		r, err := d.client.Produce(t.Context(), &kafka.ProduceRequest{Topic: topic, RequiredAcks: kafka.RequireAll,
			Records: kafka.NewRecordReader(kafka.Record{Value: kafka.NewBytes(make([]byte, demoKept/6))})})
		require.NoError(t, err)
		require.NoError(t, r.Error)
	}
	first := func() int64 {
		r, err := d.client.ListOffsets(t.Context(), &kafka.ListOffsetsRequest{Topics: map[string][]kafka.OffsetRequest{topic: {kafka.FirstOffsetOf(0)}}})
		require.NoError(t, err)
		return r.Topics[topic][0].FirstOffset
	}
	require.Zero(t, first(), "the sample stays until it is read")
	broker.ApplyRetention()
	require.InDelta(t, 6, first(), 1)
}
