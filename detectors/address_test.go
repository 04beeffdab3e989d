package detectors

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// addressTexts are addresses of every kind that is read in its own way.
var addressTexts = []string{
	"my address is flat 302 sai residency mg road bangalore pin code 560001 thank you",
	"rose cottage mill lane ambleton la22 9aa",
	"at the corner of Mill Lane 7 and Rose Street",
	"PSC 6695, Box 2353, APO AP 20849",
	"send it to Example Ltd, 82 Example Road, London, EC1M 5RF please",
	"59 Metsanurka 48, Vadstad",
	"no 84 gam hathy 632509",
	"it's located at 4000 Rosewood Common",
	"tvs nagar madurai",
	"8965 route 31 clayton ny 13201",
	"we moved to rosegade 17a 5970 anytown last month",
}

func TestAddressesAllocateNothing(t *testing.T) {
	s, sc := newSet(t, Options{}), NewScratch()
	found := make([]Finding, 0, 64)
	in := Input{Channel: ChannelCall}
	for _, text := range addressTexts {
		b := []byte(text)
		found = s.Find(found[:0], b, in, sc)
		require.NotEmpty(t, found, text)
		require.Equal(t, Address, found[0].Type, text)
		require.Zero(t, testing.AllocsPerRun(5, func() { found = s.Find(found[:0], b, in, sc) }), text)
	}
}

// TestAnswerThatIsOnlyWords holds whose words, and when, are taken for an address that nothing but the question speaks for.
func TestAnswerThatIsOnlyWords(t *testing.T) {
	type said struct {
		role Role
		text string
	}
	const question, answer = "what is your address?", "ondi pudhur"
	for name, c := range map[string]struct {
		turns []said
		found bool
	}{
		"the customer's, right behind the agent's question": {[]said{{RoleAgent, question}, {RoleCustomer, answer}}, true},
		"the customer's, while the agent waits":             {[]said{{RoleAgent, question}, {RoleCustomer, "one moment"}, {RoleAgent, "sure"}, {RoleCustomer, answer}}, true},
		"the customer's, to something else":                 {[]said{{RoleAgent, question}, {RoleCustomer, "one moment"}, {RoleAgent, "what is it about"}, {RoleCustomer, answer}}, false},
		"the agent's, to the customer's question":           {[]said{{RoleCustomer, question}, {RoleAgent, answer}}, false},
		"the agent's own":                                   {[]said{{RoleAgent, question}, {RoleAgent, answer}}, false},
		"without a question":                                {[]said{{RoleCustomer, answer}}, false},
		"to a question for an e-mail address":               {[]said{{RoleAgent, "what is your email address?"}, {RoleCustomer, answer}}, false},
		"with words of common speech":                       {[]said{{RoleAgent, question}, {RoleCustomer, "why would you want to know"}}, false},
	} {
		s, sc, call := newSet(t, Options{}), NewScratch(), NewCall()
		var found []Finding
		for _, turn := range c.turns {
			found = s.Find(nil, []byte(turn.text), Input{Call: call, Role: turn.role, Channel: ChannelCall}, sc)
		}
		require.Equal(t, c.found, len(found) == 1 && found[0].Type == Address, name)
	}
}

// TestAddressIsWhole cuts an address behind each of its words: what is there is always one region, and grows.
func TestAddressIsWhole(t *testing.T) {
	s, sc := newSet(t, Options{}), NewScratch()
	for _, text := range []string{
		"my address is flat 3b rose court 12 green lane new town kent ct1 1ab",
		"my address is h no 12-4-56/7 gandhi nagar near hanuman temple hyderabad telangana 500029",
		"my address is 1224 rose drive suite 73 springton ma 01886",
		"my address is 12 rue du moulin 75002 paris france",
	} {
		const before = len("my address is ")
		words := 0
		for end := before; end <= len(text); end++ {
			if end < len(text) && text[end] != ' ' {
				continue
			}
			if words++; words < 3 {
				continue
			}
			found := s.Find(nil, []byte(text[:end]), Input{Channel: ChannelCall}, sc)
			require.Len(t, found, 1, text[:end])
			require.Equal(t, before, found[0].Start, text[:end])
			if !strings.HasSuffix(text[:end], " near") { // which alone is no part of it
				require.Equal(t, end, found[0].End, text[:end])
			}
		}
	}
}
