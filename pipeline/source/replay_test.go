package source

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/pipeline"
)

func replayOf(id pipeline.LaneID, n int64, end error) Replay {
	next := int64(100)
	return Replay{Lane: id, Next: func() (*pipeline.Batch, error) {
		if next == 100+10*n {
			return nil, end
		}
		next += 10
		return &pipeline.Batch{
			Lane: id, First: next - 10, Next: next, Records: []pipeline.Record{{Offset: next - 10, Value: []byte("v")}},
		}, nil
	}}
}

func TestReplay(t *testing.T) {
	id := pipeline.LaneID{Topic: "file", Partition: 3}
	m := newMemory()
	require.NoError(t, replayOf(id, 5, io.EOF).Run(t.Context(), m))
	require.Len(t, m.values(id), 5)
	l := m.last(id)
	require.EqualValues(t, 100, l.from)
	require.EqualValues(t, 150, l.mark)
	require.False(t, l.open)

	m = newMemory()
	require.NoError(t, replayOf(id, 0, io.EOF).Run(t.Context(), m))
	require.Empty(t, m.lanes)

	broken := errors.New("file is broken")
	m = newMemory()
	require.ErrorIs(t, replayOf(id, 2, broken).Run(t.Context(), m), broken)
	require.Len(t, m.values(id), 2)
	require.False(t, m.last(id).open)
}

// A file of two lines becomes a lane of two records.
func ExampleReplay() {
	id := pipeline.LaneID{Topic: "calls.ndjson"}
	lines := []string{`{"text":"good morning"}`, `{"text":"hello"}`}
	next := int64(0)
	replay := Replay{Lane: id, Next: func() (*pipeline.Batch, error) {
		if int(next) == len(lines) {
			return nil, io.EOF
		}
		value := []byte(lines[next])
		next++
		return &pipeline.Batch{
			Lane: id, First: next - 1, Next: next, Bytes: len(value),
			Records: []pipeline.Record{{Offset: next - 1, Value: value}},
		}, nil
	}}
	engine := newMemory() // any pipeline.Intake
	fmt.Println(replay.Run(context.Background(), engine))
	fmt.Println(engine.values(id))
	// Output:
	// <nil>
	// [{"text":"good morning"} {"text":"hello"}]
}

func TestReplayEndsEarly(t *testing.T) {
	id := pipeline.LaneID{Topic: "file"}
	m := newMemory()
	ctx, cancel := context.WithCancel(t.Context())
	m.submit = func(ctx context.Context, _ *memoryLane) error {
		cancel()
		<-ctx.Done()
		return ctx.Err()
	}
	require.ErrorIs(t, replayOf(id, 2, io.EOF).Run(ctx, m), context.Canceled)

	m = newMemory()
	m.drain = func(context.Context, *memoryLane) int { return 2 }
	require.ErrorContains(t, replayOf(id, 2, io.EOF).Run(t.Context(), m), "2 records were not delivered")

	m = newMemory()
	m.submit = func(ctx context.Context, l *memoryLane) error {
		close(l.failed)
		<-ctx.Done()
		return ctx.Err()
	}
	require.ErrorIs(t, replayOf(id, 2, io.EOF).Run(t.Context(), m), errLane)
}
