package detectors

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFieldsNamedForUsers(t *testing.T) {
	s := newSet(t, Options{})
	f := func(path, text, want string) {
		t.Helper()
		got := ""
		for _, x := range withoutNames(s.Find(nil, []byte(text), Input{Path: []byte(path)}, NewScratch()), nil, false) {
			got += x.Type.String() + " " + text[x.Start:x.End]
		}
		require.Equal(t, want, got)
	}
	f("account.username", "jdoe", "USERNAME jdoe")
	f("dbUser", " j.doe\n", "USERNAME j.doe")
	f("user_id", "jdoe", "USERNAME jdoe")
	f("user", "user", "") // the key itself
	f("user.name", "jane", "")
	f("user", "jane roe", "")
	f("user_agent", "mozilla", "")
	f("username", "[USERNAME]", "")
	f("gather.Digits", "4821", "PIN 4821")
	f("field.digits", "4", "")
	f("payee.bic", "DEUTDEFF", "BIC DEUTDEFF")
	f("payee.name", "DEUTDEFF", "")
}
