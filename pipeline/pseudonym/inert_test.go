package pseudonym_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/detectors"
	"github.com/sonexlabs/tacet/pipeline/pseudonym"
)

// valuesOf makes a value of a type.
func valuesOf(rng *rand.Rand, typ string) string {
	n := rng.IntN
	switch typ {
	case "DATE", "DATE_OF_BIRTH":
		return fmt.Sprintf("%04d-%02d-%02d", 1800+n(400), 1+n(12), 1+n(28))
	case "AGE":
		return fmt.Sprint(n(120))
	case "POSTCODE":
		letter := func() byte { return byte('A' + n(26)) }
		return []string{fmt.Sprintf("%c%c%d %d%c%c", letter(), letter(), n(100), n(10), letter(), letter()), fmt.Sprintf("%c%d%c %d%c%c", letter(), n(10), letter(), n(10), letter(), letter()),
			fmt.Sprintf("%05d", n(100_000)), fmt.Sprintf("%06d", n(1_000_000)), fmt.Sprintf("%04d", n(10_000)), fmt.Sprintf("LV-%04d", n(10_000))}[n(6)]
	case "IP_ADDRESS":
		if n(2) == 0 {
			return fmt.Sprintf("%d.%d.%d.%d", n(256), n(256), n(256), n(256))
		}
		return fmt.Sprintf("%x:%x:%x::%x", n(1<<16), n(1<<16), n(1<<16), n(1<<16))
	case "PHONE":
		return fmt.Sprintf("+%d", 10_000_000+rng.Int64N(999_999_999_999))
	case "IBAN":
		return fmt.Sprintf("%c%c12345678", 'A'+n(26), 'A'+n(26))
	}
	return "x"
}

// generalTypes are those that text may hold generalised.
var generalTypes = []string{"DATE", "DATE_OF_BIRTH", "AGE", "POSTCODE", "IP_ADDRESS", "PHONE", "IBAN"}

// TestGeneralTextIsInert: no detector finds anything in a generalised or masked value, in talk or logs, beside words that would make a finding of it, nor
// in numbers beside it that it would be the word for. And input that looks so is known for an imitation.
func TestGeneralTextIsInert(t *testing.T) {
	const seed = 7
	rng := rand.New(rand.NewPCG(seed, 0))
	var sets []*detectors.Set
	for _, o := range []detectors.Options{{}, {Preset: "paranoid"}, {Locales: []string{"uk"}}, {Locales: []string{"in"}}, {Locales: []string{"us"}}, {Locales: []string{"eu"}}} {
		set, err := detectors.New(o)
		require.NoError(t, err)
		sets = append(sets, set)
	}
	scratch := detectors.NewScratch()
	around := []string{"%s", "it is %s, thanks", "born on %s", "my age is %s years old", "postcode: %s", "ip=%s", "call me on %s", "the number %s and the year", "%s %s"}
	channels := []detectors.Channel{detectors.ChannelCall, detectors.ChannelChat, detectors.ChannelLog, detectors.ChannelDoc}
	bodies := map[string]int{}
	for _, typ := range generalTypes {
		for i := range 1500 {
			ways := pseudonym.GeneralisationsInText(typ)
			value := []byte(valuesOf(rng, typ))
			text := string(pseudonym.AppendGeneralText(nil, typ, ways[i%len(ways)], value, nil))
			if i%3 == 0 {
				text = string(pseudonym.AppendMaskText(nil, typ, value, rng.IntN(3), rng.IntN(5)))
			}
			if text != "["+typ+"]" {
				bodies[typ]++
				start, end := pseudonym.Next([]byte("x " + text + " y"))
				require.Equal(t, [2]int{2, 2 + len(text)}, [2]int{start, end}, text)
			}
			text = strings.ReplaceAll(around[rng.IntN(len(around))], "%s", text)
			for _, set := range sets {
				found := set.Find(nil, []byte(text), detectors.Input{Channel: channels[rng.IntN(len(channels))]}, scratch)
				require.Empty(t, found, "seed %d: %s", seed, text)
			}
		}
		require.Greater(t, bodies[typ], 700, typ)
	}
}

// TestIdentifiersAreNotInert: what logs put in brackets behind a type's name is found as ever.
func TestIdentifiersAreNotInert(t *testing.T) {
	set, err := detectors.New(detectors.Options{})
	require.NoError(t, err)
	for _, text := range []string{"[PHONE:+447700900123]", "[PHONE:GB 07700900123]", "[DATE_OF_BIRTH:1984-03-12]", "[POSTCODE:SW1A 1AA]", "[IP_ADDRESS:203.0.113.77]",
		"[IP_ADDRESS:203.0.113.0/32]", "[IP_ADDRESS:2001:db8::77]", "[IP_ADDRESS:2001:db8:1:2::/64]", "[IBAN:GB82WEST12345698765432]", "[EMAIL:jane@example.com]", "[PHONE:**07700900123]"} {
		in := detectors.Input{Channel: detectors.ChannelCall}
		require.NotEmpty(t, set.Find(nil, []byte(text), in, detectors.NewScratch()), text)
		start, _ := pseudonym.Next([]byte(text))
		require.Equal(t, -1, start, text)
	}
}
