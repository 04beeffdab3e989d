package detectors

import (
	"bytes"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// processorTime is what f takes of this thread's processor time: other work on the machine doesn't count.
func processorTime(t *testing.T, f func()) time.Duration {
	t.Helper()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	now := func() time.Duration {
		var ts unix.Timespec
		require.NoError(t, unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &ts))
		return time.Duration(ts.Nano())
	}
	begin := now()
	f()
	return now() - begin
}

// TestCostIsLinear compares the cost of adversarial texts with that of texts eight times longer. Anything quadratic
// would cost 64 times as much, five times more than is allowed for.
func TestCostIsLinear(t *testing.T) {
	if testing.Short() || underRace {
		t.Skip("takes long, and nothing runs beside it")
	}
	s, sc := newSet(t, Options{}), NewScratch()
	found := make([]Finding, 0, 1<<20)
	const alone, turn, asked, log = "alone", "of a turn", "of a call in which much was asked", "of a log"
	cost := func(text []byte, read string) time.Duration {
		best := time.Hour
		for range 3 {
			in := Input{}
			switch read {
			case turn:
				in = Input{Channel: ChannelCall}
			case asked:
				in = Input{Channel: ChannelCall, Role: RoleCustomer, Call: askedCall(s, sc)}
			case log:
				in = Input{Channel: ChannelLog}
			}
			best = min(best, processorTime(t, func() { found = s.Find(found[:0], text, in, sc) }))
		}
		return best
	}
	for _, unit := range []string{
		"1", "1 ", "1-", "1.", "1,", "(1", "+1", "12 34 ", "a", "a1", "@", "a@", "a@b.", "%40", ":", "::", "a:", "1:", "1::",
		"http://", "http://a:b@", "://:@", "www.", "-----BEGIN PRIVATE KEY-----", "eyJ", "eyJaaaaaaaaaa.", "password=", "password is ", "token:\"",
		"Bearer ", "[EMAIL]", "[", "GB82", "GB82 ", "AB12 ", "ABCDE ", "1 card ", "born 1.2.85 ", "march ", "camelCase:", "\xe0\xa5\xa6", "\xff", "\u200b", "４",
		"%2541", `\u0041`, "&#65;", "&eacute;", "jо", "e\u0301", "YWFhYWFhYWFhYWFh-", "YWFhYWFhYWFhYWFh/", "SGVsbG8gd29ybGQgaGVsbG8gd29ybGQg", "1.1111,", "1°1'",
		"geo:1.1,1.1", "sip:a@", "curl -u ", "Cookie: a=b;", "$2$", "aa:", "aa:bb:", "GB 82 ", "bic ", "user ", "user=a ", "/home/", "home/a/", "mac ",
		"DEUTDEFF ", "machine login password ", "--password ", "<password", "\"service_account\" -----BEGIN PRIVATE KEY-----", "Authorization: a ", "deploy_key=",
		"live at ", "12 a ", "1 1 1 1 a ", "12 A, ", "mister smith md ", "double ", "at a dot com ", "asha 12 gmailcom ", "four one ", "s as in sam ",
		"twelve rose lane ", "fourth of march ", "my name is asha ", "a b 4 ", "and ", "uh ", "scratch that ", "sm i th ",
		"my son tom ", "card 4111 1111 1111 1111 expiry 01/28 cvv 123 ", "मेरा नाम आशा है 07700 900123 ",
		"text='", `text="my name is asha"`, "text=a b c ", `\"text\":\"`, "a.bennett ", "a.", "PJSIP/a-", `"a":{"name":"Asha"`, "agent=", "Asha Oyelaran ", `C:\a`, "name=", "by a ", "queryText=a ", "caller: = ", "agent: a ", "my \" ", "namiot w ulewie i plandeka ", "der putz bröckelt und ", "?q=ab&", "Rosewood, Upper Tilling, TN31 7XX\n", "Rosewood, ", "lives at Rosewood, Tilling, ", "CUST|ROE|ASHA|", "asha_roe ", "ROE,A ", "SM-2026-77120 ", "(sn=a)", "dzwonić do Wackax ", "GP: Nigel Mitchell, San Diego\n",
	} {
		for _, read := range []string{alone, turn, asked, log} {
			const n = 1 << 14
			short := cost([]byte(strings.Repeat(unit, n/len(unit))), read)
			long := cost(bytes.Repeat([]byte(unit), 8*n/len(unit)), read)
			require.Less(t, long, 40*max(short, 200*time.Microsecond), "%q, %s: %v then %v", unit, read, short, long)
		}
	}
}

// askedCall is a call in which much was asked for, and a number was begun and not said to its end.
func askedCall(s *Set, sc *Scratch) *Call {
	call := NewCall()
	s.Find(nil, []byte("what is your postcode, your pan number, your password and your account number? please spell it"), Input{Channel: ChannelCall, Role: RoleAgent, Call: call}, sc)
	s.Find(nil, []byte("four one one one"), Input{Channel: ChannelCall, Role: RoleCustomer, Call: call}, sc)
	return call
}

// TestCostIsLinearInHugeTexts does the same up to 16 MB with what stays clean of findings.
func TestCostIsLinearInHugeTexts(t *testing.T) {
	if testing.Short() || underRace {
		t.Skip("takes long, and nothing runs beside it")
	}
	s, sc := newSet(t, Options{}), NewScratch()
	cost := func(text []byte) time.Duration {
		return processorTime(t, func() { s.Find(nil, text, Input{Channel: ChannelLog}, sc) })
	}
	for _, unit := range []string{
		"1", "@", ".", "1.", "{", "{\"", "\"'", `\"`, "%25", `\u0041`, "&amp;", "a", "aA1", "-", "/", "=", "[", "\u200b", "12 ", "ab-12-",
	} {
		const n = 2 << 20
		short := cost(bytes.Repeat([]byte(unit), n/len(unit)))
		long := cost(bytes.Repeat([]byte(unit), 8*n/len(unit)))
		require.Less(t, long, 40*short, "%q: %v then %v", unit, short, long)
	}
}
