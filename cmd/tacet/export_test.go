package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/pipeline"
	"github.com/sonexlabs/tacet/pipeline/policy"
	"github.com/sonexlabs/tacet/pipeline/reveal"
)

// An export of a stretch of a topic has the tenant's records of all partitions, redacted with what was said before in a call, under what the
// tenant instructed at the time, without those of who asked to be left out.
//
// clause: 7
// clause: 11
func TestExportTopic(t *testing.T) {
	o, counsel, desk := newOffice(t), newCounsel(t), newRevealDesk(t, "")
	topic := o.topics["calls"]
	o.cluster.AddPartitions(t, topic, 2)
	counsel.sign("signed/acme-1.signed", "acme", 1, "2026-03-01", "text: standard")
	counsel.sign("signed/acme-2.signed", "acme", 2, "2026-03-02T09:30:00Z", "text: none")
	config, err := os.ReadFile(o.config)
	require.NoError(t, err)
	signed := "instructions: {directory: " + counsel.path("signed") + ", keys: " + counsel.path("keys") + "}"
	require.NoError(t, os.WriteFile(o.config, bytes.Replace(config, []byte("instructions: {unasked: true}"), []byte(signed), 1), 0o600))
	code, _, errOut := o.run("PHONE +44 7700 900123\n", "object", "--tenant", "acme", "--from", "-")
	require.Equal(t, exitDone, code, errOut)

	at := func(clock string) time.Time { return must(time.Parse(time.RFC3339, "2026-03-02T"+clock+"Z")) }
	message := func(partition int, clock, value string) kafka.Message {
		return kafka.Message{Partition: partition, Time: at(clock), Value: []byte(value)}
	}
	o.cluster.Produce(t, topic, []kafka.Message{
		message(0, "08:59:59", `{"tenant_id":"acme","call_id":"c1","turn":1,"role":"agent","text":"and what is your PIN?"}`),
		message(0, "09:00:00", `{"tenant_id":"acme","call_id":"c1","turn":2,"role":"customer","text":"4321"}`),
		message(0, "09:01:00", `{"tenant_id":"bolt","call_id":"c2","turn":3,"role":"customer","text":"my number is 07700 900456"}`),
		message(0, "09:02:00", `{"tenant_id":"acme","call_id":"c3","turn":4,"role":"customer","text":"hello","from":"+447700900123"}`),
		message(0, "10:00:00", `{"tenant_id":"acme","call_id":"c1","turn":5,"role":"customer","text":"bye"}`),
		message(1, "09:03:00", `{"tenant_id":"acme","call_id":"c4","turn":6,"role":"customer","text":"write to vera@example.com"}`),
		{Partition: 1, Time: at("09:04:00")},
		message(1, "09:30:00", `{"tenant_id":"acme","call_id":"c4","turn":7,"role":"customer","text":"thank you"}`),
	})
	export := func(name, before string, where ...string) (records string, m manifest) {
		t.Helper()
		scope := append([]string{"--class", "regulator", "--topic", topic}, where...)
		grant := desk.grant(name, append([]string{"--policy", policy.Default().Hash()}, scope...)...)
		out := desk.path(name + ".out")
		args := append([]string{"export", "--desk", desk.path("desk.yaml"), "--grant", grant, "--as", desk.path("bob.key"), "--tenant", "acme",
			"--purpose", "fraud", "--case", "INC-42", "--before", before, "--out", out}, scope...)
		code, said, errOut := o.run("", args...)
		require.Equal(t, exitDone, code, errOut)
		require.Contains(t, said, filepath.Join(out, manifestFile))
		require.NoError(t, json.Unmarshal(must(os.ReadFile(filepath.Join(out, manifestFile))), &m))
		return string(must(os.ReadFile(filepath.Join(out, recordsFile)))), m
	}
	hour := []string{"--from", "2026-03-02T09:00:00Z", "--to", "2026-03-02T10:00:00Z"}
	records, m := export("hour", "200", hour...)
	var turns []int
	texts := map[int]string{}
	for line := range bytes.Lines([]byte(records)) {
		var r struct {
			Tenant string `json:"tenant_id"`
			Turn   int
			Text   string
		}
		require.NoError(t, json.Unmarshal(line, &r))
		require.Equal(t, "acme", r.Tenant)
		turns, texts[r.Turn] = append(turns, r.Turn), r.Text
	}
	require.Equal(t, []int{2, 6, 7}, turns)
	require.Equal(t, map[int]string{2: "[PIN]", 6: "write to [EMAIL_1]", 7: ""}, texts)
	require.Equal(t, map[string]int64{"read": 6, "written": 3, outcomeForeign: 1, "suppressed": 1, "nothing_left": 1}, m.Records)
	require.Equal(t, int64(1), m.Withheld)
	require.Equal(t, []exportedLane{{0, 0, 1, 4, 4}, {1, 0, 0, 3, 3}}, m.Lanes)
	require.Equal(t, []findingCount{{"EMAIL", "alias", 1}, {"PIN", "redact", 1}}, m.Findings)
	require.Equal(t, int64(len(records)), m.Bytes)

	again, _ := export("again", "200", hour...)
	require.Equal(t, records, again)
	part, m := export("part", "0", "--partition", "0", "--from", "1", "--to", "3")
	require.Equal(t, map[string]int64{"read": 2, "written": 1, outcomeForeign: 1}, m.Records)
	require.NotContains(t, part, "PIN", "what was said before was not read")
	require.NotContains(t, part, "4321")
	require.Equal(t, []string{"export.open", "export.done", "export.open", "export.done", "export.open", "export.done"}, desk.entries())
}

// What is not the granted file, and what can't be written, ends an export.
func TestExportEnds(t *testing.T) {
	file := filepath.Join(t.TempDir(), "records")
	require.NoError(t, os.WriteFile(file, []byte("a\n\nb"), 0o600))
	x := &exporting{exported: exported{file: file}}
	named, err := x.named("abc")
	require.NoError(t, err)
	w := &exportWriter{exporting: x, p: &parts{engine: pipeline.Config{Limits: pipeline.DefaultLimits()}}, made: manifest{Grant: reveal.Grant{Export: &named}}}
	read := func() (all []string, err error) {
		err = w.lines(func(r pipeline.Record) error {
			require.Equal(t, int64(len(all)), r.Offset)
			all = append(all, string(r.Value))
			return nil
		})
		return all, err
	}
	all, err := read()
	require.NoError(t, err)
	require.Equal(t, []string{"a", "", "b"}, all)
	require.NoError(t, os.WriteFile(file, []byte("a\n\nc"), 0o600))
	_, err = read()
	require.ErrorContains(t, err, "changed while it was read")

	w.out, w.made.Records = brokenWriter{}, map[string]int64{}
	_, err = exportSink{w}.Write(t.Context(), &pipeline.Batch{Outputs: []pipeline.Output{{Value: []byte("{}")}}, Summary: &pipeline.Summary{}})
	require.True(t, pipeline.IsLost(err), "%v", err)
	require.Empty(t, w.made.Records)
}
