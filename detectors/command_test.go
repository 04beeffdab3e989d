package detectors

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestCommandsMayEndAnywhere holds that a command that is cut off is searched as far as it goes.
func TestCommandsMayEndAnywhere(t *testing.T) {
	s, sc := newSet(t, Options{}), NewScratch()
	data, err := os.ReadFile("../testdata/cases/command.txt")
	require.NoError(t, err)
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSpace(strings.TrimPrefix(line, "= log: "))
		for end := range len(line) {
			for _, f := range s.Find(nil, []byte(line[:end]), Input{Channel: ChannelLog}, sc) {
				require.LessOrEqual(t, f.End, end)
				require.Less(t, f.Start, f.End, line[:end])
			}
		}
	}
	for _, name := range []string{"hunter22", "'hunter 22'"} {
		got := s.Find(nil, []byte("mysql -u root -p"+name), Input{Channel: ChannelLog}, sc)
		require.Len(t, got, 1)
		require.Equal(t, Password, got[0].Type)
	}
}
