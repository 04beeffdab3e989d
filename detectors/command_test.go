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

// TestLinesOfProtocols holds that a line that a client sends is read where nothing else stands in it.
func TestLinesOfProtocols(t *testing.T) {
	s, sc := newSet(t, Options{}), NewScratch()
	for text, want := range map[string][]Type{
		"USER maeve":              {Username},
		"C: bWFldmUua2luc2VsbGE=": {Secret},
		"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj|2^20|1:32": {Secret},
		"PASS plumtree9\r\n230 ok": {Password},
		"Server=sql1;Database=crm;User Id=maeve;Password=plum tree 9;Encrypt=true": {Username, Password},
		"requests.get(url, auth=('mkinsella', 'plumtree9'))":                       {Username, Password},
		`type=EXECVE argc=4 a0="mysql" a1="-umaeve" a2="-pplumtree9" a3="crm"`:     {Username, Password},
		"PASS src/app9.test.js": nil,
		"PASS: 12 tests":        nil,
		"USER maeve is away":    nil,
		"334 VXNlcm5hbWU6\nbWFldmUua2luc2VsbGE=\n334 UGFzc3dvcmQ6\ncGx1bS10cmVlLTk=\n235 ok": {Secret, Secret},
	} {
		var got []Type
		for _, f := range s.Find(nil, []byte(text), Input{Channel: ChannelLog}, sc) {
			got = append(got, f.Type)
		}
		require.Equal(t, want, got, text)
	}
}

// TestVariablesHoldWords holds that a variable which is named for a secret has one, though it is made of words.
func TestVariablesHoldWords(t *testing.T) {
	s, sc := newSet(t, Options{}), NewScratch()
	for text, want := range map[string]string{
		"JWT_SECRET=correct-horse-battery-staple": "correct-horse-battery-staple",
		"export SESSION_SECRET='keyboard-cat'":    "keyboard-cat",
		"ENCRYPTION_KEY=marmalade-sandwich":       "marmalade-sandwich",
		"API_TOKEN: blue-kettle-tango":            "blue-kettle-tango",
		"K8S_TOKEN=not_a_real_token":              "",
		"JWT_SECRET=required":                     "",
		"WITH_SECRET=true":                        "",
		"SECRET_FILE=/run/secrets/jwt":            "",
		"token_secret=sessions":                   "",
	} {
		got := s.Find(nil, []byte(text), Input{Channel: ChannelLog}, sc)
		if want == "" {
			require.Empty(t, got, text)
			continue
		}
		require.Len(t, got, 1, text)
		require.Equal(t, want, text[got[0].Start:got[0].End])
	}
}
