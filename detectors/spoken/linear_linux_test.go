package spoken

import (
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/sonexlabs/tacet/detectors/scan"
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

// TestCostIsLinear compares the cost of adversarial texts with that of texts eight times longer. Anything quadratic would cost 64 times
// as much.
func TestCostIsLinear(t *testing.T) {
	if testing.Short() || underRace {
		t.Skip("takes long")
	}
	lex := scan.NewLexicon(nil, 0)
	var text scan.Text
	var r Reader
	cost := func(source string, h Hints) time.Duration {
		best := time.Hour
		for range 3 {
			text.Scan([]byte(source), lex)
			best = min(best, processorTime(t, func() { r.Read(&text, lex, h) }))
		}
		return best
	}
	units := []string{
		"one ", "one, ", "one. ", "1 ", "12 one ", "twenty ", "hundred ", "thousand ", "one thousand ", "double ", "double um ", "a ", "b ", "s as in ", "as in ", "s as ", "at ",
		"a at ", "at a ", "dot ", "a dot ", "dot com ", "a at a dot com ", "a dot com ", "slash ", "a dot com slash a ", "h t t p colon slash slash ", "colon slash slash ",
		"dash ", "dash a ", "a dash ", "a dash dot ", "um ", "one um ", "no ", "one no ", "one no two ", "wait no ", "first ", "twenty first ", "march ", "march one ", "one march ",
		"b dash b dash ", "n vidia ", "www dot ", "zwei und ", "ein", "zweihundert", "zweihundert ", "einundzwanzig ", "hundertein", "do ", "do teen ", "दो ", "के ", "에", "일이", "일이 ",
		"quatre vingt ", "soixante dix ", "mille ", "mil ", "e ", "y ", "double w ", "plus ", "plus one ", "one dot ", "one point ", "for ", "b for ", "to ", "one to ", "sierra ",
		"anna ", "o ", "oh ", "one oh ", "1a ", "1 a ", "12a ", "4111. ", "p m ", "five p m ", "gmail ", "at gmail ", "a at gmail ", "com ", "dvd ", "d v d ", "erster ", "zwei ", "tháng ",
		"linh ", "mươi ", "hai mươi ", "it's ", "c'est ", "http ", "at the rate ", "one and ", "hundred and ", "lakh ", "one lakh ", "my number is one two three four five. ",
		"a at a dot com. one two three. ", "www dot a dot com. a at a dot com. one two three. ",
	}
	for _, h := range []Hints{{Code: true, Small: true}, {Near: 1}} { // what is asked for first hides what is looked at after it
		for _, unit := range units {
			const n = 1 << 14
			short := cost(strings.Repeat(unit, n/len(unit)), h)
			long, most := time.Hour, 24*max(short, 100*time.Microsecond)
			for try := 0; try < 5 && long >= most; try++ { // the machine may be busy
				long = cost(strings.Repeat(unit, 8*n/len(unit)), h)
			}
			require.Less(t, long, most, "%q: %v then %v", unit, short, long)
		}
	}
}
