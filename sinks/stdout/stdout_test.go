package stdout

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"sync"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/pipeline"
	"github.com/sonexlabs/tacet/sinks/sinktest"
)

// pipe is a stream that can fail, cut writes short and hang.
type pipe struct {
	mu   sync.Mutex
	data bytes.Buffer
	fail int
	err  error
	hang chan struct{}
}

func (p *pipe) Write(b []byte) (int, error) {
	p.mu.Lock()
	hang := p.hang
	p.mu.Unlock()
	if hang != nil {
		<-hang
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.fail > 0 && len(b) > 0 {
		p.fail--
		n := 0
		if p.fail%2 == 0 {
			n = len(b) / 3 // in the middle of a line
		}
		p.data.Write(b[:n])
		return n, p.err
	}
	return p.data.Write(b)
}

func (p *pipe) destination() sinktest.Destination {
	return sinktest.Destination{
		New: func() (pipeline.Sink, error) { return New(p), nil },
		ReadBack: func(id pipeline.LaneID) ([][][]byte, error) {
			p.mu.Lock()
			defer p.mu.Unlock()
			var values [][]byte
			for line := range bytes.Lines(p.data.Bytes()) {
				var c struct {
					Topic     string
					Partition int32
				}
				if err := json.Unmarshal(line, &c); err != nil {
					return nil, err
				}
				if c.Topic == id.Topic && c.Partition == id.Partition {
					values = append(values, bytes.TrimSuffix(bytes.Clone(line), []byte("\n")))
				}
			}
			return [][][]byte{values}, nil
		},
		Fail: func(n int) {
			p.mu.Lock()
			defer p.mu.Unlock()
			p.fail, p.err = n, syscall.ENOSPC
		},
		Hang: func() func() {
			hang := make(chan struct{})
			p.mu.Lock()
			defer p.mu.Unlock()
			p.hang = hang
			return func() {
				p.mu.Lock()
				defer p.mu.Unlock()
				p.hang = nil
				close(hang)
			}
		},
	}
}

func TestConformance(t *testing.T) {
	sinktest.Run(t, sinktest.Harness{
		Rounds:      15,
		Destination: func(testing.TB) sinktest.Destination { return new(pipe).destination() },
	})
}

func TestLineBreaks(t *testing.T) {
	for in, want := range map[string]string{
		"":                        "\n",
		`{"a":"b\n"}`:             `{"a":"b\n"}` + "\n",
		"{\n  \"a\": 1\r\n}":      "{   \"a\": 1  }\n",
		"a line of a log\nand so": "a line of a log and so\n",
	} {
		require.Equal(t, want, string(appendLine(nil, []byte(in))))
	}
}

func TestReaderGone(t *testing.T) {
	for _, err := range []error{syscall.EPIPE, io.ErrClosedPipe, os.ErrClosed} {
		w, openErr := New(&pipe{fail: 1, err: err}).Open(pipeline.LaneID{Topic: "calls"}, 0)
		require.NoError(t, openErr)
		durable, got := w.Write(context.Background(), &pipeline.Batch{Next: 1, Outputs: []pipeline.Output{{Value: []byte("{}")}}})
		require.Zero(t, durable)
		require.True(t, pipeline.IsLost(got), "%v", got)
		require.False(t, pipeline.IsPermanent(got), "%v", got)
		require.True(t, errors.Is(got, err))
	}
}
