package policy

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"
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
	i := instruction(t, "acme", 3, "2026-03-01", "recording: true", "text: short", "minors: quarantine", "home_region: eu", "regions: [us, uk]", `safeguard: "SCC 2021/914"`,
		"consents: [{name: training, id: C-12, granted: 2026-02-01, expires: 2027-02-01T12:00:00Z, document: "+document64+"}]")
	require.Equal(t, "acme", i.Tenant)
	require.Equal(t, 3, i.Version)
	require.True(t, i.Records())
	require.True(t, i.KeepsText())
	require.True(t, i.Minors)
	require.Equal(t, "acme/3", i.Name())
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
	require.False(t, silent.Minors)
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
	f("tenant: a\nversion: 1\nfrom: 1999-12-31\n", "from: must be a time like 2026-03-01T00:00:00Z, or a day, of the years 2000 to 2999")
	f("tenant: a\nversion: 10001\nfrom: 2026-01-01T00:00:00\n", "version: must be a number from 1 to 10000", "from: must be a time")
	// What this program doesn't do is refused: a tenant must not believe that it is done.
	f("tenant: a\nversion: 1\nfrom: 2026-01-01\nlocale: [uk]\nminors: drop\n", "i:4: locale: unknown key", `i:5: minors: unknown treatment "drop": must be one of quarantine`)
	f("tenant: a\nversion: 1\nfrom: 2026-01-01\nhome_region: EU\nregions: [eu-west-1, eu-west-1]\nsafeguard: \"a\\u0007\"\n",
		`home_region: "EU" must be a word`, `regions: "eu-west-1" is given twice`, "safeguard: must be a short text")
	consent := "{name: t, id: x, granted: 2026-01-01, expires: 2026-02-01, document: " + document64 + "}"
	f("tenant: a\nversion: 1\nfrom: 2026-01-01\nconsents: ["+consent+", "+consent+"]\n", "consents[1]: the same consent is given twice")
	f(strings.Repeat("#", instructionMax+1), "i:1: larger than 16384 bytes")
	f("tenant: a\nversion: 1\nfrom: 2026-01-01\nrecording: !!bool true\n", "recording: must be one of false, true")
	f("tenant: &a b\nversion: 1\nfrom: 2026-01-01\n", "is no tenant id")
}

// signerFor makes a key and the line of a file of keys with it.
func signerFor(t testing.TB, name, tenants string) (note.Signer, string) {
	t.Helper()
	private, public, err := note.GenerateKey(rand.Reader, name)
	require.NoError(t, err)
	signer, err := note.NewSigner(private)
	require.NoError(t, err)
	return signer, public + " " + tenants + "\n"
}

func keysOf(t testing.TB, lines ...string) *InstructionKeys {
	t.Helper()
	keys, err := ParseInstructionKeys("keys", []byte(strings.Join(lines, "")))
	require.NoError(t, err)
	return keys
}

func TestSignedInstructions(t *testing.T) {
	signer, line := signerFor(t, "acme", "")
	stranger, _ := signerFor(t, "acme", "")
	other, otherLine := signerFor(t, "dpo.example.com", "bolt acme-2")
	any, anyLine := signerFor(t, "platform.example.com", "*")
	keys := keysOf(t, "# who may sign\n\n", line, otherLine, anyLine)
	text := instructionText("acme", 1, "2026-03-01", "text: short # for now")
	f := func(text []byte, by note.Signer, want string) {
		t.Helper()
		signed, err := SignInstruction("i", text, by)
		require.NoError(t, err)
		i, err := VerifyInstruction("i", signed, keys)
		if want != "" {
			require.ErrorContains(t, err, want)
			return
		}
		require.NoError(t, err)
		direct, err := ParseInstruction("i", append(bytes.TrimRight(text, "\n"), '\n'))
		require.NoError(t, err)
		require.Equal(t, direct, i)
	}
	f(text, signer, "")
	f(append(text, "\n\n\n"...), signer, "")
	f(text, any, "")
	f(instructionText("bolt", 1, "2026-03-01"), other, "")
	f(instructionText("acme-2", 1, "2026-03-01"), other, "")
	f(text, other, "verify instruction i: its key does not sign for tenant acme")
	f(instructionText("bolt", 1, "2026-03-01"), signer, "does not sign for tenant bolt")
	f(text, stranger, "verify instruction i: no signature of a known key")

	_, err := VerifyInstruction("i", text, keys)
	require.EqualError(t, err, "verify instruction i: not a signed instruction, or changed after it was signed")
	_, err = SignInstruction("i", []byte("tenant: acme\n"), signer)
	require.ErrorContains(t, err, "version: is required")
	_, err = SignInstruction("i", append(text, "\n#\tindented"...), signer)
	require.ErrorContains(t, err, "without control characters")
	_, err = VerifyInstruction("i", make([]byte, instructionMax+1), keys)
	require.ErrorContains(t, err, "larger than")
	_, err = SignInstruction("i", append(text, strings.Repeat("#", instructionMax)...), signer)
	require.ErrorContains(t, err, "larger than")

	signed, err := SignInstruction("i", text, signer)
	require.NoError(t, err)
	again, err := VerifyInstruction("i", signed, keys)
	require.NoError(t, err)
	for k := range signed { // no byte of what is signed can be another
		for _, bit := range []byte{1, 0x20, 0x80} {
			changed := bytes.Clone(signed)
			changed[k] ^= bit
			if i, err := VerifyInstruction("i", changed, keys); err == nil {
				require.Equal(t, again, i, "byte %d", k) // in the signature's encoding, which says nothing
			}
		}
	}

	// A known key vouches for the text even where another, which would do, has signed it: a wrong signature of it refuses all.
	both, err := note.Sign(&note.Note{Text: string(instructionText("acme", 1, "2026-03-01"))}, signer, any)
	require.NoError(t, err)
	_, err = VerifyInstruction("i", both, keys)
	require.NoError(t, err)
	at := bytes.LastIndex(both, []byte("example.com ")) + 30
	both[at] ^= 1
	_, err = VerifyInstruction("i", both, keys)
	require.ErrorContains(t, err, "changed after it was signed")
}

func TestInstructionKeys(t *testing.T) {
	private, public, err := note.GenerateKey(rand.Reader, "acme")
	require.NoError(t, err)
	_, spaced, err := note.GenerateKey(rand.Reader, "acme/dpo")
	require.NoError(t, err)
	f := func(text string, want ...string) {
		t.Helper()
		keys, err := ParseInstructionKeys("keys", []byte(text))
		if len(want) > 0 {
			require.Nil(t, keys)
			require.EqualError(t, err, strings.Join(want, "\n"))
			return
		}
		require.NoError(t, err)
	}
	f(public)
	f("  # two\n" + public + " a b\r\n" + spaced + " *\n")
	f("", "keys:1: no public key")
	f("# none\n", "keys:1: no public key")
	f(public+" a\n"+public+" b\n", "keys:2: is given twice")
	f(public+" a *", `keys:1: "*" stands alone: beside it the others mean nothing`)
	f(public+" a@b\n"+spaced, "keys:1: signs for what is no tenant id", "keys:2: is not named as a tenant: add the tenants it signs for, or *")
	f(private, "keys:1: is no public key <name>+<hash>+<key>")
}

func FuzzVerifyInstruction(f *testing.F) {
	_, line := signerFor(f, "acme.example", "*")
	keys := keysOf(f, line)
	signer, line := signerFor(f, "acme.example", "*")
	mine := keysOf(f, line)
	f.Add([]byte("tenant: acme\nversion: 1\nfrom: 2026-03-01\n\n— acme.example AAAAAAAA\n"))
	f.Add(instructionText("acme", 1, "2026-03-01", "text: short", "consents: []"))
	f.Fuzz(func(t *testing.T, text []byte) {
		if i, err := ParseInstruction("i", text); err == nil {
			require.True(t, isTenantID(i.Tenant))
			require.NotZero(t, i.From)
		}
		_, err := VerifyInstruction("i", text, keys)
		require.Error(t, err, "nobody has the key")
		// What can be signed says what it said before.
		want, err := ParseInstruction("i", append(bytes.TrimRight(text, "\n"), '\n'))
		if err != nil {
			return
		}
		signed, err := SignInstruction("i", text, signer)
		if err != nil {
			return // control characters, or too large with it
		}
		got, err := VerifyInstruction("i", signed, mine)
		require.NoError(t, err)
		require.Equal(t, want, got)
	})
}
