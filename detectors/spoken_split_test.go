package detectors

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestDigitsReadAlone(t *testing.T) {
	s := newSet(t, Options{})
	for text, want := range map[string]string{
		"seven nine three one": "{{NUMBER|seven nine three one}}", "पाँच शून्य शून्य नौ": "{{NUMBER|पाँच शून्य शून्य नौ}}", "zero eight three oh": "{{NUMBER|zero eight three oh}}",
		"one two three four": "one two three four", "five four three two one": "five four three two one", "two zero two four": "two zero two four",
		"seven nine three": "seven nine three", "seven nine three one times": "seven nine three one times", "seven hundred ninety three": "seven hundred ninety three",
	} {
		require.Equal(t, want, show(text, s.Find(nil, []byte(text), Input{Channel: ChannelCall}, NewScratch())))
	}
}

// saidDigits puts digits into words as people say them: doubles, triples, pairs, "oh", and hesitation between.
func saidDigits(r *rand.Rand, digits string) (words []string) {
	ones := strings.Fields("zero one two three four five six seven eight nine")
	tens := strings.Fields("- - twenty thirty forty fifty sixty seventy eighty ninety")
	for i := 0; i < len(digits); {
		d := digits[i] - '0'
		run := 1
		for i+run < len(digits) && digits[i+run] == digits[i] && run < 3 {
			run++
		}
		switch {
		case run == 3 && r.IntN(2) == 0:
			words = append(words, "triple", ones[d])
			i += 3
		case run >= 2 && r.IntN(2) == 0:
			words = append(words, "double", ones[d])
			i += 2
		case d >= 2 && i+1 < len(digits) && digits[i+1] != '0' && r.IntN(6) == 0:
			words = append(words, tens[d], ones[digits[i+1]-'0'])
			i += 2
		case d == 0 && r.IntN(2) == 0:
			words = append(words, "oh")
			i++
		default:
			words = append(words, ones[d])
			i++
		}
		if r.IntN(12) == 0 && i < len(digits) {
			words = append(words, []string{"uh", "um", "er"}[r.IntN(3)])
		}
	}
	return words
}

// TestSpokenNumbersSplitOverTurns says numbers that were asked for whole and cut at random places into turns, with the other's
// encouragement between: every word of them is found, in all pieces under the type of the whole, and pieces share a group.
func TestSpokenNumbersSplitOverTurns(t *testing.T) {
	s, sc := newSet(t, Options{}), NewScratch()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 4))
	asked := []struct {
		question, digits string
		kind             Type
	}{
		{"can i take your card number please", "4111111111111111", CreditCard},
		{"what's the long number on the card", "5555555555554444", CreditCard},
		{"and your phone number", "07700900123", Phone},
		{"what is your account number", "40713926", AccountID},
		{"could i have your social security number", "219099999", USSSN},
		{"please tell me your aadhaar number", "234123412346", INAadhaar},
	}
	encouraging := []string{"uh huh", "yep", "okay", "go on", "mm", "right"}
	for range 400 {
		a := asked[r.IntN(len(asked))]
		words := saidDigits(r, a.digits)
		var pieces [][]string
		for rest, turns := words, 1+r.IntN(4); len(rest) > 0; turns-- {
			n := len(rest)
			if turns > 1 && n > 4 {
				n = 2 + r.IntN(n-3)
			}
			// A turn ends behind a digit: "double" and "um" may end one, but what then follows is another's test.
			for n < len(rest) && (rest[n-1] == "double" || rest[n-1] == "triple" || strings.HasSuffix(rest[n-1], "ty") || len(rest[n-1]) == 2 && rest[n-1] != "oh") {
				n++
			}
			pieces = append(pieces, rest[:n])
			rest = rest[n:]
		}
		call := NewCall()
		in := Input{Call: call, Channel: ChannelCall}
		find := func(role Role, text string) []Finding {
			in.Role = role
			return s.Find(nil, []byte(text), in, sc)
		}
		find(RoleAgent, a.question)
		group := int32(0)
		for i, piece := range pieces {
			if i > 0 && r.IntN(2) == 0 {
				require.Empty(t, find(RoleAgent, encouraging[r.IntN(len(encouraging))]))
			}
			text := strings.Join(piece, " ")
			found := find(RoleCustomer, text)
			at := 0
			for _, w := range piece {
				if w != "uh" && w != "um" && w != "er" {
					require.True(t, covered(found, at, at+len(w)), "%s: %q of %q: %s", a.kind, w, words, show(text, found))
				}
				at += len(w) + 1
			}
			for _, f := range found {
				require.Equal(t, a.kind, f.Type, "%q of %q", piece, words)
				if i > 0 && len(pieces) > 1 {
					require.NotZero(t, f.Group, "%q of %q", piece, words)
					require.True(t, group == 0 || group == f.Group, "%q of %q", piece, words)
				}
				group = f.Group
			}
		}
	}
}
