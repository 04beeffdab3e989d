package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"filippo.io/age"
	"github.com/segmentio/kafka-go"
	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/pipeline"
	"github.com/sonexlabs/tacet/pipeline/policy"
	"github.com/sonexlabs/tacet/pipeline/source/kafkatest"
)

// reconfigure replaces parts of the office's configuration.
func (o *office) reconfigure(oldnew ...string) config {
	o.t.Helper()
	text := string(must(os.ReadFile(o.config)))
	for i := 0; i < len(oldnew); i += 2 {
		require.Contains(o.t, text, oldnew[i])
	}
	require.NoError(o.t, os.WriteFile(o.config, []byte(strings.NewReplacer(oldnew...).Replace(text)), 0o600))
	c, err := loadConfig(o.config)
	require.NoError(o.t, err)
	return c
}

// Of who was erased no record comes back from quarantine, not even one that names nobody: its call did, before. What the call knew of its
// customer is searched for as well. What came back stays out of a quarantine that is a topic.
func TestReplayHearsCallsAgain(t *testing.T) {
	if testing.Short() {
		t.Skip("waits for a consumer group")
	}
	o := newOffice(t)
	dead := kafkatest.Name("dead")
	compacted(t, o.cluster, dead, 1)
	o.reconfigure("quarantine: {directory: dead}", fmt.Sprintf("quarantine: {topic: %q}\nlimits: {record_bytes: 1KiB}", dead))
	long := strings.Repeat("and so on ", 200)
	known := turn("call-11", "", "hello")
	known.Value = bytes.Replace(known.Value, []byte(`"turn"`), []byte(`"known_values":[{"type":"CUSTOM","value":"ADA@"}],"turn"`), 1)
	o.cluster.Produce(t, o.topics["calls"], []kafka.Message{
		turn("call-9", "07700 900123", "hello"), known, turn("call-10", "", "hello"),
		turn("call-9", "", long), turn("call-11", "", "it was ada@ "+long), turn("call-10", "", long),
	})
	o.onePartition(t)
	stop := o.start(t)
	o.await(t)
	require.NoError(t, stop())
	require.Len(t, o.read("records"), 4)

	o.must("PHONE +44 7700 900123\n", "erase", "--tenant", "acme", "--from", "-")
	c := o.reconfigure("limits: {record_bytes: 1KiB}", "limits: {record_bytes: 1MiB}")
	c.Sinks = c.Sinks[:1]
	var log syncBuffer
	since := len(o.read("records"))
	require.NoError(t, replay(t.Context(), c, nil, io.Discard, &log), log.String())
	require.Equal(t, []string{"call-11", "call-10"}, o.came(t, since, "call-9", "call-11", "call-10"))
	require.Contains(t, log.String(), "3 of 3 entries brought back")
	log = syncBuffer{}
	require.NoError(t, replay(t.Context(), c, nil, io.Discard, &log))
	require.Contains(t, log.String(), "0 of 0 entries brought back")
	require.Len(t, o.read("records"), since+2)
}

// A replay is no way round the notice that is due where more is to leave.
func TestReplayIsHeldToNotice(t *testing.T) {
	c, write, loose := reloadConfig(t)
	c.Policy.Witness = path(filepath.Join(t.TempDir(), "in-force"))
	tight := strings.Replace(loose, "  LOCATION: keep\n", "  LOCATION: redact\n", 1)
	now := time.Now()
	inForce := func(c config, at time.Time, text string) (string, error) {
		t.Helper()
		p, err := c.inForce(must(policy.Parse("p", []byte(text))), contents{}, at, slog.New(slog.DiscardHandler))
		if err != nil {
			return "", err
		}
		return p.Hash(), nil
	}
	require.Equal(t, hashOfPolicy(t, loose), must(inForce(c, now, loose)), "nothing ran before")
	write(tight)
	p, err := assemble(t.Context(), c, &bytes.Buffer{}, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	require.NoError(t, newReloader(p, c, false, slog.New(slog.DiscardHandler)).resume())
	require.NoError(t, p.close())

	require.Equal(t, hashOfPolicy(t, tight), must(inForce(c, now, tight)))
	require.Equal(t, hashOfPolicy(t, tight), must(inForce(c, now, loose)), "without notice")
	tighter := strings.Replace(tight, "  AGE: keep\n", "  AGE: redact\n", 1)
	require.Equal(t, hashOfPolicy(t, tighter), must(inForce(c, now, tighter)))
	later := "effective_from: " + now.AddDate(0, 0, 20).Format(time.DateOnly) + "\n" + loose
	require.Equal(t, hashOfPolicy(t, tight), must(inForce(c, now, later)), "its notice is not over")

	bare := c
	bare.Pseudonym.InsecureDevKeys = false
	bare.Detection.Allow = []allowConfig{{File: "numbers"}}
	_, err = inForce(bare, now, tight)
	require.ErrorContains(t, err, "configuration lets more leave than the one of the pipeline; 1 changes, the first: loosening: detection.allow numbers")

	require.NoError(t, os.WriteFile(string(c.Policy.Witness), []byte("{"), 0o600))
	_, err = inForce(c, now, tight)
	require.ErrorContains(t, err, "is damaged")

	// It is what a replay asks.
	require.ErrorContains(t, replay(t.Context(), c, nil, io.Discard, io.Discard), "is damaged")
}

// A record that was kept back as of a minor comes back as one, whatever else it was kept back for: what said so may be in none of those
// that come back.
func TestReplayOfMinors(t *testing.T) {
	identity, err := age.GenerateX25519Identity()
	require.NoError(t, err)
	var sealed bytes.Buffer
	w, err := age.Encrypt(&sealed, identity.Recipient())
	require.NoError(t, err)
	require.NoError(t, json.NewEncoder(w).Encode(pipeline.SealedRecord{Value: []byte("{}")}))
	require.NoError(t, w.Close())
	entry := func(offset int64, class pipeline.Class, sealed []byte) pipeline.Entry {
		return pipeline.Entry{Topic: "calls", Offset: offset, Class: class, Sealed: sealed}
	}
	spool, err := newSpool("")
	require.NoError(t, err)
	defer spool.close()
	r := newReplayer(spool, []age.Identity{identity}, slog.New(slog.DiscardHandler))
	for _, e := range []pipeline.Entry{entry(1, pipeline.ClassPanic, sealed.Bytes()), entry(2, pipeline.ClassMinor, sealed.Bytes()), entry(3, pipeline.ClassSink, sealed.Bytes()),
		entry(3, pipeline.ClassMinor, nil)} {
		require.NoError(t, r.take(e))
	}
	for _, e := range r.entries {
		require.Nil(t, e.Sealed, "it would stay in memory")
	}
	lanes := r.source(context.Background(), config{Source: sourceConfig{Topics: []topicConfig{{Name: "calls"}}}})
	require.Len(t, lanes, 1)
	for _, minor := range []bool{false, true, true} {
		b, err := lanes[0].Next()
		require.NoError(t, err)
		require.Equal(t, minor, b.Records[0].Minor, b.First)
	}
	_, err = lanes[0].Next()
	require.ErrorIs(t, err, io.EOF)
}
