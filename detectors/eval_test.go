package detectors

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// row is a line of a labelled set.
type row struct {
	ID      string
	Channel string
	Text    string
	Turns   []struct{ Role, Text string }

	Entities []struct {
		Type, Q, Tag, Value string
		Start, End, Turn    int
	}
}

var (
	roles    = map[string]Role{"agent": RoleAgent, "customer": RoleCustomer}
	channels = map[string]Channel{"call": ChannelCall, "chat": ChannelChat, "log": ChannelLog, "doc": ChannelDoc}
)

// evalRows reads a set from the folder of labelled data, or skips the test.
func evalRows(t testing.TB, name string) []row {
	t.Helper()
	dir := os.Getenv("TACET_DATA")
	if dir == "" {
		dir = filepath.Join("..", "..", "shared", "data")
	}
	f, err := os.Open(filepath.Join(dir, "eval", name+".jsonl"))
	if os.IsNotExist(err) {
		t.Skipf("no labelled data in %s: set TACET_DATA", dir)
	}
	require.NoError(t, err)
	defer f.Close()
	var rows []row
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var r row
		require.NoError(t, json.Unmarshal(lines.Bytes(), &r))
		rows = append(rows, r)
	}
	require.NoError(t, lines.Err())
	return rows
}

// findAll gives the findings of each turn of a row.
func (r *row) findAll(s *Set, sc *Scratch) [][]Finding {
	in := Input{Channel: channels[r.Channel]}
	if len(r.Turns) == 0 {
		return [][]Finding{s.Find(nil, []byte(r.Text), in, sc)}
	}
	in.Call = NewCall()
	all := make([][]Finding, len(r.Turns))
	for i, turn := range r.Turns {
		in.Role = roles[turn.Role]
		all[i] = s.Find(nil, []byte(turn.Text), in, sc)
	}
	return all
}

// covered says whether every byte of a region is in a finding.
func covered(found []Finding, start, end int) bool {
	for _, f := range found {
		if f.Start <= start && f.End > start {
			start = f.End
		}
	}
	return start >= end
}
