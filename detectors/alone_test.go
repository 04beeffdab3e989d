package detectors

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// A turn that no question sways reads as it does by itself: searchAlone may leave it. The cases are read behind every question that calls ask.
func TestSwayed(t *testing.T) {
	s, err := New(Options{})
	require.NoError(t, err)
	questions := []string{"what is your card number", "what is your date of birth", "can i have your postcode", "your e-mail address please", "what is the code we sent you",
		"how many are you", "where do you live", "four one one one two"}
	var asked, alone pass
	var sc Scratch
	swayed, same, differs := 0, 0, 0
	for _, turns := range readCases(t) {
		for _, q := range questions {
			call := NewCall()
			s.Find(nil, []byte(q), Input{Call: call, Role: RoleAgent, Channel: ChannelCall}, &sc)
			in := turns[0].in
			in.Call, in.Role = call, RoleCustomer
			asked.begin(s, []byte(turns[0].text), in)
			in.Call = nil
			alone.begin(s, []byte(turns[0].text), in)
			switch equal := string(asked.b) == string(alone.b); {
			case !asked.swayed:
				require.True(t, equal, "%q behind %q", turns[0].text, q)
				same++
			case equal:
				swayed++
			default:
				differs++
			}
			asked.end()
			alone.end()
		}
	}
	require.Greater(t, same, 1000)
	require.Greater(t, differs, 100)
	t.Logf("%d turns not swayed, %d swayed and read the same, %d read otherwise", same, swayed, differs)
}
