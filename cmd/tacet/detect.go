package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"

	"github.com/spf13/cobra"

	"github.com/sonexlabs/tacet/detectors"
)

func newDetectCommand() *cobra.Command {
	var format string
	var explain bool
	var detection detectors.Options
	cmd := &cobra.Command{
		Use:   "detect [FILE...]",
		Short: "Find personal data and say where",
		Long: `Detect reads one JSON object a line, {"id", "text"} or {"id", "turns": [{"role": "agent|customer", "text"}]}, and writes a
line for each, in the same order:

  {"id":7,"findings":[{"turn":0,"start":11,"end":17,"type":"PERSON","confidence":0.93,"detector":"names"}]}

Offsets are bytes of the text in UTF-8, half-open; turn is absent for "text". Findings of one identifier that stands in several
places have the same "group". A key "channel" of call, chat, log or doc is a hint, "known_values": [{"type", "value"}] is found wherever
it stands in the row's texts, however it is written there; other keys are ignored. With --format text each line is a text and its
number, from 1, the id.

With --explain each finding says why: the rule, the parts of its confidence, what words beside it say, and the types that it was not
given.

Findings say where, not what; but a place and a type say something, too: treat them as the text itself.`,
		Example: `  echo '{"id":1,"text":"mail me at ada@example.com"}' | tacet detect
  tacet detect --format text notes.txt
  tacet detect --rules acme.yaml --deny ACCOUNT_ID=accounts.txt rows.jsonl`,
	}
	cmd.Flags().StringVar(&format, "format", "rows", "rows or text")
	cmd.Flags().BoolVar(&explain, "explain", false, "say why each was found")
	detectionFlags(cmd, &detection)
	cmd.RunE = func(cmd *cobra.Command, names []string) error {
		if format != "rows" && format != "text" {
			return usageError(cmd, fmt.Errorf("unknown format %q: must be rows or text", format))
		}
		set, err := detectors.New(detection)
		if err != nil {
			return usageError(cmd, err)
		}
		var read atomic.Int64
		defer showProgress(cmd.Context(), cmd, &read)()
		return eachInput(cmd, names, &read, func(in *input) error {
			return detectStream(cmd.Context(), in, cmd.OutOrStdout(), set, format == "text", explain)
		})
	}
	return cmd
}

// rowBytesMax is the longest row.
const rowBytesMax = 64 << 20

// chunk is some lines of an input on their way through the workers.
type chunk struct {
	first int64 // number of the first line, from 1
	bytes []byte
	ends  []int // of the lines in bytes
	out   []byte
	err   error
	done  chan struct{}
}

// detectStream spreads the lines of an input over all cores and writes what comes of them in order. Memory is bounded: no
// more chunks are read than two for each worker.
func detectStream(ctx context.Context, in *input, out io.Writer, set *detectors.Set, plain, explain bool) error {
	ctx, cancel := context.WithCancel(ctx)
	workers := runtime.GOMAXPROCS(0)
	jobs, order := make(chan *chunk), make(chan *chunk, 2*workers)
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			f := newFinder(set, plain)
			f.explain = explain
			for c := range jobs {
				f.chunk(c)
				close(c.done)
			}
		})
	}
	var readErr error
	wg.Go(func() {
		defer close(order)
		defer close(jobs)
		for first := int64(1); ; {
			c, err := readChunk(in, first)
			if err != nil {
				if !errors.Is(err, io.EOF) {
					readErr = err
				}
				return
			}
			first += int64(len(c.ends))
			select {
			case order <- c:
			case <-ctx.Done():
				return
			}
			jobs <- c
		}
	})
	err := writeChunks(order, out)
	cancel() // after a failed write nobody takes from order any more
	if err != nil {
		go func() { // the reader may be waiting for input that never comes
			for range order {
			}
		}()
		return fmt.Errorf("detect in %s: %w", in.name, err)
	}
	wg.Wait()
	return readErr
}

func readChunk(in *input, first int64) (*chunk, error) {
	c := &chunk{first: first, bytes: make([]byte, 0, readBytes+readBytes/8), done: make(chan struct{})}
	for len(c.bytes) < readBytes {
		line, _, err := in.line(c.bytes, rowBytesMax)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		c.bytes = line
		c.ends = append(c.ends, len(line))
		if !in.lineReady() {
			break
		}
	}
	if len(c.ends) == 0 {
		return nil, io.EOF
	}
	return c, nil
}

func writeChunks(order <-chan *chunk, out io.Writer) error {
	for c := range order {
		<-c.done
		if _, err := out.Write(c.out); err != nil {
			return fmt.Errorf("write findings: %w", err)
		}
		if c.err != nil {
			return c.err
		}
	}
	return nil
}

// row is a line of input.
type row struct {
	ID      json.RawMessage `json:"id"`
	Text    *string         `json:"text"`
	Channel string          `json:"channel"`
	Turns   []struct {
		Role string `json:"role"`
		Text string `json:"text"`
	} `json:"turns"`
}

// knowingRow is a row with what is known of its customer. Labels of evaluation sets stand under the same key, so that only
// detect takes it in, not eval.
type knowingRow struct {
	row
	Known json.RawMessage `json:"known_values"`
}

var errKnown = errors.New(`known_values is no list of at most 64 {"type", "value"}`)

// known takes in what is known. The error shows nothing of it.
func (r *knowingRow) known() (*detectors.Known, error) {
	var list []struct {
		Type  string
		Value json.RawMessage
	}
	if len(r.Known) > 0 && json.Unmarshal(r.Known, &list) != nil {
		return nil, errKnown
	}
	var values []detectors.KnownValue
	for _, v := range list {
		var text string
		switch {
		case len(v.Value) == 0:
			return nil, errKnown
		case v.Value[0] == '-' || v.Value[0] >= '0' && v.Value[0] <= '9':
			text = string(v.Value)
		case json.Unmarshal(v.Value, &text) != nil:
			return nil, errKnown
		}
		if text != "" {
			values = append(values, detectors.KnownValue{Type: cmp.Or(v.Type, detectors.Custom.String()), Value: []byte(text)})
		}
	}
	if len(values) == 0 {
		return nil, nil
	}
	return detectors.NewKnown(values)
}

// finder finds in rows. It is the scratch memory of one worker.
type finder struct {
	set     *detectors.Set
	plain   bool // lines are texts, not rows
	explain bool // say why each was found
	scratch *detectors.Scratch
	found   []detectors.Finding
}

func newFinder(set *detectors.Set, plain bool) *finder {
	return &finder{set: set, plain: plain, scratch: detectors.NewScratch()}
}

func (f *finder) chunk(c *chunk) {
	start := 0
	for i, end := range c.ends {
		line := c.bytes[start:end]
		start = end
		if f.plain {
			c.out = f.text(c.out, c.first+int64(i), bytes.TrimSuffix(line, []byte("\r")))
		} else if len(bytes.TrimSpace(line)) > 0 {
			c.out, c.err = f.row(c.out, line)
		}
		if c.err != nil {
			c.err = fmt.Errorf("line %d: %w", c.first+int64(i), c.err)
			return
		}
	}
}

// text appends the findings in a text that has no row.
func (f *finder) text(dst []byte, id int64, text []byte) []byte {
	dst = append(strconv.AppendInt(append(dst, `{"id":`...), id, 10), `,"findings":[`...)
	dst = f.findings(dst, -1, text, detectors.Input{})
	return append(dst, "]}\n"...)
}

var (
	errRow     = errors.New(`not a row: {"id", "text"} or {"id", "turns"}`)
	errRowBoth = errors.New("a row has text or turns, not both")
	errRowSize = fmt.Errorf("row is longer than %d MiB", rowBytesMax>>20)
)

// row appends the findings in a row. The error doesn't show the row.
func (f *finder) row(dst, line []byte) ([]byte, error) {
	var r knowingRow
	if err := parseRow(line, &r, &r.row); err != nil {
		return dst, err
	}
	known, err := r.known()
	if err != nil {
		return dst, err
	}
	if r.ID == nil {
		r.ID = json.RawMessage("null")
	}
	dst = append(append(append(dst, `{"id":`...), r.ID...), `,"findings":[`...)
	r.each(func(turn int, text []byte, in detectors.Input) {
		in.Known = known
		dst = f.findings(dst, turn, text, in)
	})
	return append(dst, "]}\n"...), nil
}

// parseRow reads a line into a value that holds a row. The error doesn't show the line.
func parseRow(line []byte, into any, r *row) error {
	switch {
	case len(line) > rowBytesMax:
		return errRowSize
	case json.Unmarshal(line, into) != nil, r.Text == nil && r.Turns == nil:
		return errRow
	case r.Text != nil && r.Turns != nil:
		return errRowBoth
	}
	return nil
}

// each calls f with the texts of a row in order, and what is known about them. Turn -1 is no turn.
func (r *row) each(f func(turn int, text []byte, in detectors.Input)) {
	channel := map[string]detectors.Channel{
		"call": detectors.ChannelCall, "chat": detectors.ChannelChat, "log": detectors.ChannelLog, "doc": detectors.ChannelDoc,
	}[r.Channel]
	if r.Text != nil {
		f(-1, []byte(*r.Text), detectors.Input{Channel: channel})
	}
	if len(r.Turns) > 0 {
		call := detectors.NewCall()
		for i, t := range r.Turns {
			role := detectors.RoleOf([]byte(t.Role))
			f(i, []byte(t.Text), detectors.Input{Call: call, Role: role, Channel: channel})
		}
	}
}

// findings appends what is found in a text. Turn -1 is no turn.
func (f *finder) findings(dst []byte, turn int, text []byte, in detectors.Input) []byte {
	var reasons []detectors.Reason
	if f.explain {
		f.found, reasons = f.set.Explain(text, in, f.scratch)
	} else {
		f.found = f.set.Find(f.found[:0], text, in, f.scratch)
	}
	for i := range f.found {
		x := &f.found[i]
		if dst[len(dst)-1] != '[' {
			dst = append(dst, ',')
		}
		dst = append(dst, '{')
		if turn >= 0 {
			dst = append(strconv.AppendInt(append(dst, `"turn":`...), int64(turn), 10), ',')
		}
		dst = strconv.AppendInt(append(dst, `"start":`...), int64(x.Start), 10)
		dst = strconv.AppendInt(append(dst, `,"end":`...), int64(x.End), 10)
		dst = append(append(dst, `,"type":"`...), x.Type.String()...)
		dst = strconv.AppendFloat(append(dst, `","confidence":`...), math.Round(float64(x.Confidence)*100)/100, 'f', -1, 64)
		dst = append(append(append(dst, `,"detector":"`...), x.Detector...), '"')
		if x.Group > 0 {
			dst = strconv.AppendInt(append(dst, `,"group":`...), int64(x.Group), 10)
		}
		dst = appendReasons(dst, reasons, i)
		dst = append(dst, '}')
	}
	return dst
}
