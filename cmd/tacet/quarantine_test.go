package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"testing"

	"filippo.io/age"
	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/pipeline"
)

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
	r := &replayer{log: slog.New(slog.DiscardHandler), failed: map[coordinate]bool{}, minors: map[coordinate]bool{}, identities: []age.Identity{identity}}
	r.entries = []pipeline.Entry{entry(1, pipeline.ClassPanic, sealed.Bytes()), entry(2, pipeline.ClassMinor, sealed.Bytes()), entry(3, pipeline.ClassSink, sealed.Bytes()),
		entry(3, pipeline.ClassMinor, nil)}
	lanes, err := r.source(context.Background(), config{Source: sourceConfig{Topics: []topicConfig{{Name: "calls"}}}})
	require.NoError(t, err)
	require.Len(t, lanes, 1)
	for _, minor := range []bool{false, true, true} {
		b, err := lanes[0].Next()
		require.NoError(t, err)
		require.Equal(t, minor, b.Records[0].Minor, b.First)
	}
	_, err = lanes[0].Next()
	require.ErrorIs(t, err, io.EOF)
}
