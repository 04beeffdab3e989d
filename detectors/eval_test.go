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

// TestRecallOnLabelledSets holds the share of labelled identifiers that are wholly covered above floors that were
// measured. Labels of garbled or doubtful answers don't count.
func TestRecallOnLabelledSets(t *testing.T) {
	s, err := New(Options{})
	require.NoError(t, err)
	sc := NewScratch()
	for _, set := range []struct {
		name   string
		floors map[string]float64
	}{
		{"idvectors", map[string]float64{"CREDIT_CARD": 1, "EMAIL": 0.9, "IBAN": 1, "PHONE": 0.98, "SSN": 1, "NATIONAL_ID": 0.97}},
		{"presidio_synth", map[string]float64{"CREDIT_CARD": 1, "EMAIL": 1, "IBAN": 1, "IP": 1, "SSN": 1, "URL": 1, "PHONE": 0.99, "NATIONAL_ID": 1}},
		{"crowdsec_logs", map[string]float64{"IP": 1, "EMAIL": 1}},
		{"secrets", map[string]float64{"CREDENTIAL": 0.97}},
	} {
		t.Run(set.name, func(t *testing.T) {
			total, hits := map[string]int{}, map[string]int{}
			for _, r := range evalRows(t, set.name) {
				found := r.findAll(s, sc)
				for _, e := range r.Entities {
					if e.Q != "" && e.Q != "match" {
						continue
					}
					total[e.Type]++
					start, end := e.Start, e.End
					if e.Type == "CREDENTIAL" {
						start, end = trimName(r.Text, start, end)
					}
					if covered(found[e.Turn], start, end) {
						hits[e.Type]++
					} else if os.Getenv("TACET_MISSES") != "" && set.floors[e.Type] > 0 {
						t.Logf("missed: %s %s", r.ID, e.Type)
					}
				}
			}
			for kind, n := range total {
				recall := float64(hits[kind]) / float64(n)
				t.Logf("%-14s %5d of %5d  %.4f", kind, hits[kind], n, recall)
				require.GreaterOrEqual(t, recall, set.floors[kind], kind)
			}
		})
	}
}
