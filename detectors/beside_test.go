package detectors

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestBeside: what stands beside a turn is searched with what the turn was, and isn't one: the question is as old behind it as before.
func TestBeside(t *testing.T) {
	s, sc := newSet(t, Options{}), NewScratch()
	call := NewCall()
	find := func(role Role, text string, beside bool) string {
		t.Helper()
		return show(text, s.Find(nil, []byte(text), Input{Call: call, Role: role, Channel: ChannelCall, Beside: beside}, sc))
	}
	find(RoleAgent, "what is the long number on your card", false)
	for range 10 {
		find(RoleAgent, "agent", true)
		find(RoleAgent, "2026-03-01T10:00:00Z", true)
	}
	require.Equal(t, "yes {{CREDIT_CARD|4929}}", find(RoleCustomer, "yes 4929", false))
	require.Equal(t, "yes {{CREDIT_CARD|four nine two nine}}", find(RoleCustomer, "yes four nine two nine", true))
	// A number goes on in each form.
	require.Equal(t, "{{CREDIT_CARD|1234}}", find(RoleCustomer, "1234", false))
	require.Equal(t, "{{CREDIT_CARD|one two three four}}", find(RoleCustomer, "one two three four", true))
	require.Equal(t, "{{CREDIT_CARD|78}}", find(RoleCustomer, "78", false))
	require.Equal(t, "{{CREDIT_CARD|seven eight}}", find(RoleCustomer, "seven eight", true))

	// Names are heard in turns only.
	find(RoleCustomer, "my name is Zorvex Quillon", true)
	require.Zero(t, call.names.Len())
	require.Equal(t, "my name is {{PERSON|Zorvex Quillon}}", find(RoleCustomer, "my name is Zorvex Quillon", false))
	require.Equal(t, 2, call.names.Len())

	find(RoleAgent, "and the three digits on the back", false)
	for range 2 {
		find(RoleAgent, "hold on", false)
	}
	require.Equal(t, "{{CARD_CVV|737}}", find(RoleCustomer, "737", false), "after as long as it is waited for")
	require.Equal(t, "{{CARD_CVV|seven three seven}}", find(RoleCustomer, "seven three seven", true))
}
