package benchmarks

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/sonexlabs/tacet/cmd/tacet/traffic"
)

// message is one record of a corpus.
type message struct{ key, value []byte }

// corpus makes n records.
func corpus(name string, n int) ([]message, error) {
	switch name {
	case "calls":
		return generated(n, "transcript"), nil
	case "logs":
		return generated(n, "usage_log"), nil
	case "eval-calls":
		return evalCalls(n)
	case "eval-logs":
		return evalLogs(n)
	}
	return nil, fmt.Errorf("unknown corpus %q", name)
}

// generated takes the records of one category from the project's own traffic. Of the logs, lines only.
func generated(n int, category string) []message {
	g := traffic.New(1)
	out := make([]message, 0, n)
	for len(out) < n {
		if m := g.Next(); m.Category == category && (category != "usage_log" || m.Value[0] != '{') {
			out = append(out, message{m.Key, m.Value})
		}
	}
	return out
}

// evalRow is a row of the labelled data.
type evalRow struct {
	ID    string
	Text  string
	Turns []struct{ Role, Text string }
}

func evalRows(set string, f func(evalRow)) error {
	dir := os.Getenv("TACET_DATA")
	if dir == "" {
		dir = "../../shared/data"
	}
	file, err := os.Open(filepath.Join(dir, "eval", set+".jsonl"))
	if err != nil {
		return fmt.Errorf("labelled data: %w", err)
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 64<<20)
	for lines.Scan() {
		var r evalRow
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			return fmt.Errorf("labelled data %s: %w", set, err)
		}
		f(r)
	}
	return lines.Err()
}

// evalCalls makes transcript turns of the labelled dialogues, again and again with other call ids until there are n.
func evalCalls(n int) ([]message, error) {
	type turn struct {
		call       string
		number     int
		role, text string
	}
	var turns []turn
	for _, set := range []string{"multidogo", "star", "sgd", "evi_en"} {
		err := evalRows(set, func(r evalRow) {
			for i, t := range r.Turns {
				turns = append(turns, turn{r.ID, i, t.Role, t.Text})
			}
		})
		if err != nil {
			return nil, err
		}
	}
	out := make([]message, 0, n)
	for round := 0; len(out) < n; round++ {
		for _, t := range turns[:min(len(turns), n-len(out))] {
			call := fmt.Sprintf("%s-%d", t.call, round)
			value, err := json.Marshal(map[string]any{"tenant_id": "eval", "call_id": call, "turn": t.number, "role": t.role, "text": t.text,
				"lang": "en", "started_at": "2026-01-01T00:00:00Z", "final": true})
			if err != nil {
				return nil, err
			}
			out = append(out, message{[]byte(call), value})
		}
	}
	return out, nil
}

func evalLogs(n int) ([]message, error) {
	var lines []message
	if err := evalRows("crowdsec_logs", func(r evalRow) { lines = append(lines, message{nil, []byte(r.Text)}) }); err != nil {
		return nil, err
	}
	out := make([]message, 0, n)
	for len(out) < n {
		out = append(out, lines[:min(len(lines), n-len(out))]...)
	}
	return out, nil
}

// measureMemory lets the pipeline hold calls open and reads what that takes.
func measureMemory(ctx context.Context, o options) (memory, error) {
	k, err := newCluster(ctx, o.brokers)
	if err != nil {
		return memory{}, err
	}
	var values []message
	for turn := range 4 {
		for call := range o.calls {
			id := fmt.Sprintf("call-%d", call)
			values = append(values, message{[]byte(id), fmt.Appendf(nil,
				`{"tenant_id":"acme","call_id":%q,"turn":%d,"role":"customer","text":"my mail is user%d@example.com and my phone is 020 7946 0%03d"}`, id, turn, call, call%1000)})
		}
	}
	in, err := k.load(ctx, values, o.partitions)
	if err != nil {
		return memory{}, err
	}
	out, err := k.newTopic(ctx, o.partitions)
	if err != nil {
		return memory{}, err
	}
	values = nil
	before := heapInUse()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var moved atomic.Int64
	ended := make(chan error, 1)
	go func() {
		_, err := k.pipeline(ctx, in, out, "calls", o.partitions, &moved)
		ended <- err
	}()
	for moved.Load() < int64(4*o.calls) {
		select {
		case err := <-ended:
			return memory{}, errors.Join(err, errors.New("ended early"))
		case <-time.After(10 * time.Millisecond):
		}
	}
	m := memory{Calls: o.calls, HeapMB: heapInUse() - before, ResidentMB: residentPeak()}
	cancel()
	return m, <-ended
}
