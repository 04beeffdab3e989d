package policy

import (
	"crypto/rand"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"
	"pgregory.net/rapid"
)

const document64 = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

func instructionText(tenant string, version int, from string, more ...string) []byte {
	return []byte(fmt.Sprintf("tenant: %s\nversion: %d\nfrom: %s\n%s", tenant, version, from, strings.Join(more, "\n")))
}

func instruction(t testing.TB, tenant string, version int, from string, more ...string) *Instruction {
	t.Helper()
	i, err := ParseInstruction("i", instructionText(tenant, version, from, more...))
	require.NoError(t, err)
	return i
}

func TestInstruction(t *testing.T) {
	i := instruction(t, "acme", 3, "2026-03-01", "recording: true", "text: short", "home_region: eu", "regions: [uk, us]", `safeguard: "SCC 2021/914"`,
		"minors: quarantine", "consents: [{name: training, id: C-12, granted: 2026-02-01, expires: 2027-02-01T12:00:00Z, document: "+document64+"}]")
	require.Equal(t, "acme", i.Tenant)
	require.Equal(t, 3, i.Version)
	require.True(t, i.Records())
	require.True(t, i.KeepsText())
	require.Equal(t, []string{"uk", "us"}, i.Regions)
	require.True(t, i.Allows("eu"))
	require.True(t, i.Allows("uk"))
	require.False(t, i.Allows("in"))
	at := func(s string) time.Time { w, _ := time.Parse(time.RFC3339, s); return w }
	require.False(t, i.Consented("training", at("2026-01-31T23:59:59Z")))
	require.True(t, i.Consented("training", at("2026-02-01T00:00:00Z")))
	require.True(t, i.Consented("training", at("2027-02-01T11:59:59Z")))
	require.False(t, i.Consented("training", at("2027-02-01T12:00:00Z")))
	require.False(t, i.Consented("surveys", at("2026-06-01T00:00:00Z")))

	var none *Instruction
	require.False(t, none.KeepsText())
	require.False(t, none.Records())
	require.False(t, none.Allows("eu"))
	require.False(t, none.Consented("training", at("2026-06-01T00:00:00Z")))
	silent := instruction(t, "acme", 1, "2026-03-01")
	require.False(t, silent.KeepsText(), "what is not said is not allowed")
	require.False(t, silent.Records())
}

func TestBadInstructions(t *testing.T) {
	f := func(text string, want ...string) {
		t.Helper()
		_, err := ParseInstruction("i", []byte(text))
		require.Error(t, err)
		for _, w := range want {
			require.ErrorContains(t, err, w)
		}
	}
	f("", "i:1: empty: an instruction has tenant, version and from")
	f("tenant: a@b\nversion: 0\nfrom: soon\n", `i:1: tenant: "a@b" is no tenant id`, "i:2: version: must be a number", "i:3: from: must be a time")
	f("tenant: a\n", "version: is required", "from: is required")
	f("tenant: a\nversion: 1\nfrom: 2026-01-01\nsells: true\n", "i:4: sells: unknown key")
	f("tenant: a\nversion: 1\nfrom: 2026-01-01\nrecording: yes\n", "i:4: recording: unknown answer")
	f("tenant: a\nversion: 1\nfrom: 2026-01-01\nhome_region: eu\nregions: [us]\n", "safeguard: is required where data may leave the home region")
	f("tenant: a\nversion: 1\nfrom: 2026-01-01\nconsents: [{name: training}]\n", "consents[0].id: is required", "consents[0].document: is required")
	f("tenant: a\nversion: 1\nfrom: 2026-01-01\nconsents: [{name: t, id: x, granted: 2026-02-01, expires: 2026-01-01, document: abc}]\n",
		"expires before it is granted", "must be the SHA-256")
	f("tenant: &a b\nversion: 1\nfrom: 2026-01-01\n", "is no tenant id")
}

func TestSignedInstructions(t *testing.T) {
	private, public, err := note.GenerateKey(rand.Reader, "acme.example")
	require.NoError(t, err)
	signer, err := note.NewSigner(private)
	require.NoError(t, err)
	verifier, err := note.NewVerifier(public)
	require.NoError(t, err)
	text := instructionText("acme", 1, "2026-03-01", "text: short")
	signed, err := SignInstruction("i", text, signer)
	require.NoError(t, err)
	i, err := VerifyInstruction("i", signed, note.VerifierList(verifier))
	require.NoError(t, err)
	require.Equal(t, "acme", i.Tenant)
	again, err := VerifyInstruction("i", signed, note.VerifierList(verifier))
	require.NoError(t, err)
	require.Equal(t, i.Hash(), again.Hash())

	other, otherPublic, err := note.GenerateKey(rand.Reader, "acme.example")
	require.NoError(t, err)
	_ = other
	stranger, err := note.NewVerifier(otherPublic)
	require.NoError(t, err)
	_, err = VerifyInstruction("i", signed, note.VerifierList(stranger))
	require.Error(t, err)
	_, err = VerifyInstruction("i", text, note.VerifierList(verifier))
	require.Error(t, err)
	for k := range signed { // no byte of what is signed can be another
		changed := append([]byte(nil), signed...)
		changed[k] ^= 1
		if i, err := VerifyInstruction("i", changed, note.VerifierList(verifier)); err == nil {
			require.Equal(t, again.Hash(), i.Hash(), "byte %d", k) // in the signature's encoding, which says nothing
		}
	}
	_, err = SignInstruction("i", []byte("tenant: acme\n"), signer)
	require.Error(t, err)
}

func FuzzVerifyInstruction(f *testing.F) {
	f.Add([]byte("tenant: acme\nversion: 1\nfrom: 2026-03-01\n\n— acme.example AAAAAAAA\n"))
	f.Add(instructionText("acme", 1, "2026-03-01", "text: short", "consents: []"))
	f.Fuzz(func(t *testing.T, text []byte) {
		if i, err := ParseInstruction("i", text); err == nil {
			require.True(t, isTenantID(i.Tenant))
			require.NotZero(t, i.From)
		}
		_, err := VerifyInstruction("i", text, note.VerifierList())
		require.Error(t, err)
	})
}

func TestInstructionsReplace(t *testing.T) {
	s := NewInstructions()
	one, two := instruction(t, "acme", 1, "2026-01-01"), instruction(t, "acme", 2, "2026-02-01", "text: short")
	require.NoError(t, s.Replace([]*Instruction{two, one, one}))
	require.Len(t, s.Of("acme"), 2)
	require.ErrorContains(t, s.Replace([]*Instruction{two}), "tenant acme, version 1: was there and is gone")
	require.ErrorIs(t, s.Replace([]*Instruction{two, instruction(t, "acme", 1, "2026-01-01", "recording: true")}), ErrFork)
	require.ErrorIs(t, s.Replace([]*Instruction{one, two, instruction(t, "acme", 2, "2026-02-01")}), ErrFork)
	require.ErrorContains(t, s.Replace([]*Instruction{one, two, instruction(t, "acme", 3, "2026-01-15")}), "in force before version 2")
	require.Equal(t, uint64(1), s.Generation(), "what is refused changes nothing")
	three := instruction(t, "acme", 3, "2026-02-01") // at the same time: the later version holds
	require.NoError(t, s.Replace([]*Instruction{one, two, three, instruction(t, "bolt", 1, "2026-01-01")}))
	require.Equal(t, []string{"acme", "bolt"}, s.Tenants())
	require.Same(t, three, s.At([]byte("acme"), three.From))
	require.Same(t, one, s.At([]byte("acme"), three.From.Add(-1)))
	require.Nil(t, s.At([]byte("acme"), one.From.Add(-1)))
	require.Nil(t, s.At([]byte("nobody"), three.From))
}

// At any time the instruction in force is the one of the highest version among those that have come into force.
func TestInstructionsAgainstOracle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		day, base := 0, time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		var all []*Instruction
		for v := range rapid.IntRange(1, 6).Draw(t, "versions") {
			day += rapid.IntRange(0, 3).Draw(t, "days")
			i, err := ParseInstruction("i", instructionText("acme", v+1, base.AddDate(0, 0, day).Format(time.DateOnly)))
			require.NoError(t, err)
			all = append(all, i)
		}
		s := NewInstructions()
		require.NoError(t, s.Replace(rapid.Permutation(all).Draw(t, "order")))
		when := base.Add(time.Duration(rapid.IntRange(-24, 24*20).Draw(t, "hours")) * time.Hour)
		var want *Instruction
		for _, i := range all {
			if !when.Before(i.From) {
				want = i
			}
		}
		require.Same(t, want, s.At([]byte("acme"), when))
	})
}

func TestInstructionsConcurrently(t *testing.T) {
	s := NewInstructions()
	var all []*Instruction
	var readers sync.WaitGroup
	stop := make(chan struct{})
	for range 3 {
		readers.Go(func() {
			last := 0
			for {
				select {
				case <-stop:
					return
				default:
				}
				if i := s.At([]byte("acme"), time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)); i != nil {
					if i.Version < last {
						t.Errorf("version %d after %d", i.Version, last)
					}
					last = i.Version
				}
			}
		})
	}
	for v := range 200 {
		all = append(all, instruction(t, "acme", v+1, "2026-01-01"))
		require.NoError(t, s.Replace(all))
	}
	close(stop)
	readers.Wait()
}
