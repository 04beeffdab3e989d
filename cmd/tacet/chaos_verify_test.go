package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"
	"github.com/segmentio/kafka-go"
	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/pipeline"
	"github.com/sonexlabs/tacet/pipeline/pseudonym"
	"github.com/sonexlabs/tacet/pipeline/source/kafkatest"
	"github.com/sonexlabs/tacet/sinks/file"
)

// origin names an input record.
type origin struct {
	topic     string
	partition int32
	offset    int64
}

// verify compares what went in with what came out.
func (c *chaos) verify() {
	t := c.t
	inputs := map[origin]string{} // value
	total := 0
	for topic, ends := range c.ends() {
		n := 0
		for _, end := range ends {
			n += int(end)
		}
		total += n
		for _, m := range c.cluster.ConsumeAll(t, topic, n, time.Minute) {
			inputs[origin{topic, int32(m.Partition), m.Offset}] = string(m.Value)
		}
	}
	require.Len(t, inputs, total)
	dead := map[string]map[origin]bool{"": {}}
	q, err := file.NewQuarantine(c.deadDir())
	require.NoError(t, err)
	require.NoError(t, q.Scan(context.Background(), func(e pipeline.Entry) error {
		if dead[e.Sink] == nil {
			dead[e.Sink] = map[origin]bool{}
		}
		dead[e.Sink][origin{e.Topic, e.Partition, e.Offset}] = true
		return nil
	}))
	for sink, cluster := range map[string]*kafkatest.Cluster{"main": c.cluster, "other": c.other} {
		got, duplicates := c.readBack(cluster, c.out[sink], func(at origin) bool { return dead[""][at] || dead[sink][at] })
		lost := 0
		for at := range inputs {
			if !got[at] && !dead[""][at] && !dead[sink][at] {
				lost++
				t.Errorf("sink %s lost %v", sink, at)
			}
		}
		t.Logf("sink %s: %d records in, %d delivered, %d in quarantine, %d duplicates, %d lost", sink, total, len(got), len(dead[""])+len(dead[sink]), duplicates, lost)
	}
	c.verifyFiles(inputs, dead)
	require.NotEmpty(t, dead[""], "malformed records went in")
	t.Logf("faults: %v", c.counts)
}

// readBack reads an output topic: which inputs are there, and how many of them again. First arrivals of one input partition must
// be in order within each output partition, but for those in quarantine: a process that is paused for longer than a record may take puts one
// there and goes on, and whoever reads it again delivers it.
func (c *chaos) readBack(cluster *kafkatest.Cluster, topic string, refused func(origin) bool) (got map[origin]bool, duplicates int) {
	t := c.t
	n := 0
	r, err := cluster.Client().ListOffsets(context.Background(), &kafka.ListOffsetsRequest{Topics: map[string][]kafka.OffsetRequest{
		topic: {kafka.LastOffsetOf(0), kafka.LastOffsetOf(1), kafka.LastOffsetOf(2)},
	}})
	require.NoError(t, err)
	for _, p := range r.Topics[topic] {
		require.NoError(t, p.Error)
		n += int(p.LastOffset)
	}
	got = map[origin]bool{}
	type stream struct {
		out, in int
		topic   string
	}
	last := map[stream]int64{}
	for _, m := range cluster.ConsumeAll(t, topic, n, time.Minute) {
		at := originOf(t, m.Headers)
		if got[at] {
			duplicates++
			continue
		}
		got[at] = true
		if refused(at) {
			continue
		}
		s := stream{m.Partition, int(at.partition), at.topic}
		if before, ok := last[s]; ok && at.offset < before {
			t.Errorf("output partition %d: %v arrived first after %d", m.Partition, at, before)
		}
		last[s] = at.offset
	}
	return got, duplicates
}

func originOf(t *testing.T, headers []kafka.Header) (at origin) {
	for _, h := range headers {
		switch h.Key {
		case "x-src-topic":
			at.topic = string(h.Value)
		case "x-src-partition":
			p, err := strconv.Atoi(string(h.Value))
			require.NoError(t, err)
			at.partition = int32(p)
		case "x-src-offset":
			o, err := strconv.ParseInt(string(h.Value), 10, 64)
			require.NoError(t, err)
			at.offset = o
		}
	}
	return at
}

// verifyFiles counts the records of the file sinks. Their lines carry no coordinates, so a transcript turn is known by its call and
// number, and the log lines are counted.
func (c *chaos) verifyFiles(inputs map[origin]string, dead map[string]map[origin]bool) {
	t := c.t
	turns, lines := map[string]int{}, 0
	for _, in := range c.instances {
		err := filepath.WalkDir(c.filesOf(in.number), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || strings.Contains(path, ".part") || !strings.HasSuffix(path, ".zst") {
				if errors.Is(err, fs.ErrNotExist) {
					return nil
				}
				return err
			}
			for _, line := range readZstd(t, path) {
				if id, ok := c.turnID(line, false); ok {
					turns[id]++
				} else {
					lines++
				}
			}
			return nil
		})
		require.NoError(t, err)
	}
	wantLines, lost := 0, 0
	for at, value := range inputs {
		if dead[""][at] || dead["files"][at] {
			continue
		}
		if id, ok := c.turnID([]byte(value), true); !ok {
			wantLines++
		} else if turns[id] == 0 {
			lost++
			t.Errorf("files lost turn %s at %v", id, at)
		}
	}
	require.GreaterOrEqual(t, lines, wantLines, "files lost log lines")
	t.Logf("files: %d turns and %d log lines wanted, %d and %d delivered, %d lost", len(inputs)-wantLines, wantLines, len(turns), lines, lost)
}

// turnID identifies a transcript turn by the token of its call and its number. raw tells that the call's id is not a token yet.
func (c *chaos) turnID(value []byte, raw bool) (string, bool) {
	var v struct {
		Tenant string `json:"tenant_id"`
		Call   string `json:"call_id"`
		Turn   *int64 `json:"turn"`
	}
	if json.Unmarshal(value, &v) != nil || v.Turn == nil {
		return "", false
	}
	if raw {
		tokens := pseudonym.NewTokens(c.keys)
		domain := pseudonym.Domain{Tenant: []byte(v.Tenant), Sink: "files", Origin: pseudonym.OriginMeta}
		v.Call = string(tokens.Tokenizer().Append(nil, domain, "CALL_ID", 'r', []byte(v.Call)))
	}
	return fmt.Sprint(v.Call, "/", *v.Turn), true
}

func readZstd(t *testing.T, path string) [][]byte {
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	d, err := zstd.NewReader(nil)
	require.NoError(t, err)
	defer d.Close()
	plain, err := d.DecodeAll(b, nil)
	require.NoError(t, err, path)
	return bytes.Split(bytes.TrimSuffix(plain, []byte("\n")), []byte("\n"))
}
