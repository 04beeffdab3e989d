package detectors

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// A text that nobody says is a line of a log is read as one if it is written so: counters are no numbers of anybody, names of programs none of persons. Persons are
// looked for as in any text.
func TestLogLines(t *testing.T) {
	s, err := New(Options{})
	require.NoError(t, err)
	sc := NewScratch()
	f := func(want string) {
		t.Helper()
		text := unmarked(want)
		require.Equal(t, want, show(text, s.Find(nil, []byte(text), Input{Channel: ChannelCall, Path: []byte("message")}, sc)))
	}
	f(`{{IP_ADDRESS|198.51.100.7}}:5312 web1/api 0/0/1/14/15 200 1841 - - 12/12/1/0/0 0/0 "GET /health HTTP/1.1"`)
	f(`{{DATE|2026-03-02 09:14:25}} VERBOSE[20117] app_dial.c: PJSIP/trunk-0000012d is ringing`)
	f(`{{DATE|2026-03-02 09:50:05}} ERROR billing.Job Charge declined for {{PERSON|Maeve Kinsella}}`)
	f(`hangup_cause=NORMAL_CLEARING billsec=92 codec=PCMU gateway=gw-lon-2`)
	f(`{{DATE|Mar  2}} 10:10:04 web1 sshd[2213]: session opened for user {{USERNAME|kfairweather}}(uid=1004)`)
	f(`my name is {{PERSON|asha}}, it says a=b on the letter and the reference is {{ACCOUNT_ID|0000012345}}`)
}

// Lists, licences, parameters and pairs of name and value hold what nothing but its place shows.
func TestPlacedSecrets(t *testing.T) {
	s, err := New(Options{})
	require.NoError(t, err)
	sc := NewScratch()
	for _, want := range []string{
		`{"backup_codes":["{{SECRET|f3k9-22qp}}","{{SECRET|x81m-77ab}}"]}`,
		`licence key: {{SECRET|8H2KQ-PPW3M-VN7XC-RT44Z-LM9YD}}`,
		`token {{SECRET|ABCD-EFGH-JKLM}} activated`,
		`[{name=clientSecret, value={{SECRET|Zq81LmnP0w}}}, {name=scope, value=openid}]`,
		`[{name=refreshToken, value={{SECRET|1//0gdfK-8sYq2LmN}}}, {name=scope, value=openid}]`,
		`[Parameters=[@p0='{{PERSON|Emmeline Straker}}' (Size = 40), @p1='{{DATE_OF_BIRTH|1991-07-23}}'], CommandType='Text']`,
		`licence key: expired`,
	} {
		text := unmarked(want)
		require.Equal(t, want, show(text, s.Find(nil, []byte(text), Input{Channel: ChannelLog}, sc)))
	}
}
