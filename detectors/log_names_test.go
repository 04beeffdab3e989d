package detectors

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// A field that is named for a person's name holds one, whatever the tagger makes of it; the name of a field is none.
func TestNamedPerson(t *testing.T) {
	s, err := New(Options{})
	require.NoError(t, err)
	sc := NewScratch()
	f := func(path, text, want string) {
		t.Helper()
		found := s.Find(nil, []byte(text), Input{Path: []byte(path), Channel: ChannelLog}, sc)
		require.Equal(t, want, show(text, found))
	}
	f("input.firstName", "Ciarán", "{{PERSON|Ciarán}}")
	f("input.surname", " Ó Dálaigh", " {{PERSON|Ó Dálaigh}}")
	f("caller_id_name", "Maeve Kinsella", "{{PERSON|Maeve Kinsella}}")
	f("reporter", "Seán Murphy", "{{PERSON|Seán Murphy}}")
	f("assignee", "assignee", "assignee")
	f("first_name", "null", "null")
	f("eventName", "ConsoleLogin", "ConsoleLogin")
	f("theme.name", "Ocean Breeze", "Ocean Breeze")
	f("display_name", "Front Desk", "Front Desk")
	f("contact.last", "Loxley", "{{PERSON|Loxley}}")
	f("comment", "asked for Maeve Kinsella again", "asked for {{PERSON|Maeve Kinsella}} again")
}

// What programs and firms are called is no name of a person, however rare its words are.
func TestNoNamesInLogs(t *testing.T) {
	s, err := New(Options{})
	require.NoError(t, err)
	sc := NewScratch()
	for _, text := range []string{
		"<Cdtr><Nm>Kirkgate Tiles Ltd</Nm></Cdtr>",
		"TeX Gyre Heros loaded",
		"first=Monday last=Friday",
		"HikariPool-1 - XORKeyStream XORs each byte",
		`<property name="maxLength" value="80"/>`,
		"Starting Kubernetes Controller Manager for Checkout Gateway",
	} {
		require.Equal(t, text, show(text, s.Find(nil, []byte(text), Input{Channel: ChannelLog}, sc)))
	}
}
