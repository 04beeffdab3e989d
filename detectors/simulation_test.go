package detectors

import (
	"bytes"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// simulated is one turn of a simulated call.
type simulated struct {
	text []byte
	in   Input // without the call
}

// simulator makes turns at random.
type simulator struct{ *rand.Rand }

func (r simulator) one(of ...string) string { return of[r.IntN(len(of))] }

func (r simulator) digits(n int) string {
	b := make([]byte, n)
	for k := range b {
		b[k] = byte('0' + r.IntN(10))
	}
	return string(b)
}

// piece is something that may be said: a question, a value of some type, written or spoken, whole or not, words of no meaning, an alias.
func (r simulator) piece() string {
	switch r.IntN(12) {
	case 0:
		return r.one("what is your card number", "and your pin", "can i take the postcode please", "could you spell your surname", "your date of birth",
			"the three digits on the back", "what's the email address", "the code we sent you", "your full address please", "und ihre kontonummer bitte",
			"your password please", "the best number to call you on", "your aadhaar number", "can you read that back", "anything else today")
	case 1:
		return strings.Join(saidDigits(r.Rand, r.digits(1+r.IntN(16))), " ")
	case 2:
		return r.one("4111111111111111", "4111 1111 1111", "07700 900123", "01632 960 001", "+1 202 555 0147", "GB82 WEST 1234 5698 7654 32", "219-09-9999") + r.one("", " ", ".")
	case 3:
		return r.one("mary", "priya", "mister smith", "Dr Elaine Roe, MD", "hans müller", "my name is asha rao", "o'brien", "катя")
	case 4:
		return r.one("asha dot rao at gmail dot com", "asha@example.com", "asha 12 gmailcom", "at the rate example dot org", "w w w dot example dot net")
	case 5:
		return r.one("s w one a one a a", "SW1A 1AA", "s as in sam m i t h", "a b 4", "B X A", "see a five", "n for nellie", "1 1 0 0 0 1")
	case 6:
		return r.one("fourth of march nineteen eighty four", "4/3/84", "born on 12 May 1962", "five twelve sixty two", "expires oh four twenty six")
	case 7:
		return r.one("forty two rose lane", "flat 2, 14 high street, leeds", "rua B B 4", "live at 12 a", "house number nine", "Lindenstraße 0A zwei")
	case 8:
		return r.one("[EMAIL]", "[PERSON_3]", "[CREDIT_CARD:r3:bdkqtscmfghjrlnp]", "[PARTIAL]", "[DATE]'", "[PIN")
	case 9:
		return r.one("uh", "um and", "no sorry", "scratch that", "double", "triple", "okay", "hang on", "thank you", "yes it's", "the rest is")
	case 10:
		return r.one("three hundred pounds", "2.5 million", "ten past four", "version 3.2.1", "it took 45 minutes", "nineteen ninety", "2 for 1")
	default:
		b := make([]byte, r.IntN(8))
		for k := range b {
			b[k] = byte(r.IntN(256))
		}
		return string(b)
	}
}

// call is the turns of one call.
func (r simulator) call() (turns []simulated) {
	channel := []Channel{ChannelCall, ChannelCall, ChannelCall, ChannelChat, ChannelUnknown}[r.IntN(5)]
	for range 5 + r.IntN(40) {
		var b bytes.Buffer
		for k := range r.IntN(5) {
			if k > 0 {
				b.WriteString(r.one(" ", " ", " ", ", ", ". ", "\n", ""))
			}
			b.WriteString(r.piece())
		}
		in := Input{Channel: channel, Role: Role(r.IntN(3)), Beside: r.IntN(10) == 0}
		if r.IntN(10) == 0 {
			in.Path = []byte(r.one("turns[].text", "user_email", "customer.name", "note"))
		}
		text := b.Bytes()
		turns = append(turns, simulated{text[:len(text):len(text)], in})
	}
	return turns
}

// find searches a turn of a call, requires what is true of all findings, and gives them with copies of what the Scratch holds.
func (x *simulated) find(t *testing.T, s *Set, call *Call, sc *Scratch) []Finding {
	in := x.in
	in.Call = call
	found := s.Find(nil, x.text, in, sc)
	at := 0
	for k := range found {
		f := &found[k]
		require.True(t, at <= f.Start && f.Start < f.End && f.End <= len(x.text), "%q: %d to %d behind %d", x.text, f.Start, f.End, at)
		require.True(t, f.Confidence > 0 && f.Confidence <= 1 && f.Type != 0, "%q", x.text)
		f.Canonical = bytes.Clone(f.Canonical)
		at = f.End
	}
	return found
}

// TestCallsDontMix makes calls at random and searches them by twos, turn by turn in any order with one Scratch, and each by itself: the
// findings are the same. What a call remembers stays within what Bytes says.
func TestCallsDontMix(t *testing.T) {
	calls := 1000
	if testing.Short() || underRace {
		calls = 30
	}
	s, shared := newSet(t, Options{}), NewScratch()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := simulator{rand.New(rand.NewPCG(seed, 7))}
	total := 0
	for range calls {
		turns := [2][]simulated{r.call(), r.call()}
		var want [2][][]Finding
		var memory [2]*Call
		for c := range turns {
			call, sc := NewCall(), NewScratch()
			memory[c] = twin(call)
			for k := range turns[c] {
				want[c] = append(want[c], turns[c][k].find(t, s, call, sc))
				total += len(want[c][k])
			}
		}
		for at := [2]int{}; at[0] < len(turns[0]) || at[1] < len(turns[1]); {
			c := r.IntN(2)
			if at[c] == len(turns[c]) {
				c = 1 - c
			}
			k := at[c]
			require.Equal(t, want[c][k], turns[c][k].find(t, s, memory[c], shared), "turn %d: %q", k, turns[c][k].text)
			at[c]++
		}
		for _, call := range memory {
			require.LessOrEqual(t, reached(reflect.ValueOf(call)), call.Bytes())
		}
	}
	require.Greater(t, total, calls*10)
}

// twin gives a call that has heard nothing yet a twin with the same keys: by others, two words of equal hashes would be another two, once in
// some hundred runs.
func twin(c *Call) *Call {
	t, heard := *c, *c.names
	t.names = &heard
	return &t
}

// reached is the memory in bytes that a pointer leads to.
func reached(v reflect.Value) (n int) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			n = int(v.Type().Elem().Size()) + reached(v.Elem())
		}
	case reflect.Struct:
		for k := range v.NumField() {
			n += reached(v.Field(k))
		}
	case reflect.Slice:
		n = v.Cap() * int(v.Type().Elem().Size())
		fallthrough
	case reflect.Array:
		switch v.Type().Elem().Kind() {
		case reflect.Pointer, reflect.Struct, reflect.Slice, reflect.Array, reflect.Map, reflect.String:
			for k := range v.Len() {
				n += reached(v.Index(k))
			}
		}
	case reflect.String:
		n = v.Len()
	case reflect.Map:
		n = v.Len() * int(v.Type().Key().Size()+v.Type().Elem().Size())
	}
	return n
}

// TestAnswerOfMarks answers a question for a password, and for what is spelled, with marks that are no word.
func TestAnswerOfMarks(t *testing.T) {
	s, sc := newSet(t, Options{}), NewScratch()
	for _, text := range []string{"}=%^!~", "}=%^!~ here you are", "here you are }=%^!~", "} \xad=%^\xd4\ncan i", "\x00\x01\x02\x03"} {
		call := NewCall()
		s.Find(nil, []byte("your password and your postcode please"), Input{Call: call, Role: RoleAgent, Channel: ChannelCall}, sc)
		turn := simulated{[]byte(text), Input{Role: RoleCustomer, Channel: ChannelCall}}
		turn.find(t, s, call, sc)
	}
}

// What has no form that variants could share is a value of its own: an answer of a letter outside ASCII, where mail was asked for.
func TestNothingIsWithoutForm(t *testing.T) {
	s, sc := newSet(t, Options{}), NewScratch()
	for _, text := range []string{"\r\x0e\v\xa3ց", "ց"} {
		call := NewCall()
		s.Find(nil, []byte("what is your email address"), Input{Call: call, Role: RoleAgent, Channel: ChannelCall}, sc)
		for _, f := range s.Find(nil, []byte(text), Input{Call: call, Role: RoleCustomer, Channel: ChannelCall}, sc) {
			require.Equal(t, "ց", string(f.Canonical))
		}
	}
}
