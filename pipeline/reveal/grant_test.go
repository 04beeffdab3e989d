package reveal

import (
	"bytes"
	"encoding/base64"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"
)

const testCall = "[CALL:c1:bdkqtscmfghjrlnpqsdtckbm]"

func testSigner(t testing.TB, name string) *Signer {
	t.Helper()
	s, err := GenerateSigner(name)
	require.NoError(t, err)
	return s
}

func testGrant(requester *Signer) Grant {
	c := newClock()
	return Grant{ID: "g1", Tenant: "acme", Types: []string{"PHONE", "PERSON"}, Calls: []string{testCall}, Purpose: "fraud", Ticket: "INC-42",
		NotBefore: c.at, Expires: c.at.Add(4 * time.Hour), Requester: requester.Public()}
}

func sign(t testing.TB, g Grant, by *Signer) []byte {
	t.Helper()
	b, err := g.Sign(by)
	require.NoError(t, err)
	return b
}

func people(t testing.TB, tenants string, signers ...*Signer) People {
	t.Helper()
	var text strings.Builder
	for _, s := range signers {
		text.WriteString(s.Public() + " " + tenants + "\n")
	}
	p, err := ParsePeople(text.String())
	require.NoError(t, err)
	return p
}

func TestGrantRoundTrip(t *testing.T) {
	alice, bob := testSigner(t, "alice"), testSigner(t, "bob")
	g := testGrant(bob)
	g.ID = ""
	back, err := openGrant(sign(t, g, alice), people(t, "acme", alice))
	require.NoError(t, err)
	require.NotEmpty(t, back.ID)
	g.ID, g.Approver = back.ID, alice.Public()
	require.Equal(t, g, back)
	require.NotEqual(t, sign(t, testGrant(bob), alice), sign(t, g, alice), "each has an id of its own")
}

func TestGrantsThatAreNotSigned(t *testing.T) {
	alice, bob := testSigner(t, "alice"), testSigner(t, "bob")
	f := func(want string, change func(*Grant)) {
		t.Helper()
		g := testGrant(bob)
		change(&g)
		_, err := g.Sign(alice)
		require.ErrorContains(t, err, want)
	}
	f("approver is the requester", func(g *Grant) { g.Requester = alice.Public() })
	f("approver is the requester", func(g *Grant) { g.Requester = testSigner(t, "alice").Public() }) // same name
	f("approver is the requester", func(g *Grant) { g.Requester = renamed(t, alice, "bob").Public() })
	f("public keys", func(g *Grant) { g.Requester = "bob" })
	f("tenant", func(g *Grant) { g.Tenant = "*" })
	f("types", func(g *Grant) { g.Types = nil })
	f("types", func(g *Grant) { g.Types = []string{"*"} })
	f("never stored", func(g *Grant) { g.Types = append(g.Types, "CREDIT_CARD") })
	f("calls", func(g *Grant) { g.Calls = nil })
	f("calls", func(g *Grant) { g.Calls = []string{"a b"} })
	f("calls", func(g *Grant) { g.Calls = make([]string, grantCallsMax+1) })
	f("names", func(g *Grant) { g.Names = []string{""} })
	f("purpose", func(g *Grant) { g.Purpose = "because Zoë said so" })
	f("purpose", func(g *Grant) { g.Ticket = "" })
	f("id", func(g *Grant) { g.ID = "a\nb" })
	f("ends before", func(g *Grant) { g.Expires = g.NotBefore })
	f("ends before", func(g *Grant) { g.NotBefore = time.Time{} })
	f("more than 7 days", func(g *Grant) { g.Expires = g.NotBefore.Add(GrantTimeMax + time.Second) })
}

// renamed is the same key under another name.
func renamed(t testing.TB, s *Signer, name string) *Signer {
	t.Helper()
	material := strings.SplitN(s.key(), "+", 5)[4]
	b, err := base64.StdEncoding.DecodeString(publicPart(s.Public()))
	require.NoError(t, err)
	public, err := note.NewEd25519VerifierKey(name, b[1:])
	require.NoError(t, err)
	again, err := newSigner("PRIVATE+KEY+" + name + "+" + strings.SplitN(public, "+", 3)[1] + "+" + material)
	require.NoError(t, err)
	require.Equal(t, public, again.Public())
	return again
}

func TestChangedGrantsAreRefused(t *testing.T) {
	alice, bob := testSigner(t, "alice"), testSigner(t, "bob")
	approvers := people(t, "*", alice)
	signed := sign(t, testGrant(bob), alice)
	refused := func(b []byte, at int) {
		_, err := openGrant(b, approvers)
		var r *Refusal
		require.ErrorAs(t, err, &r, "at %d", at)
	}
	for i := range signed {
		for _, flip := range []byte{1, 2, 4, 8, 16, 32, 64, 128} {
			b := bytes.Clone(signed)
			b[i] ^= flip
			refused(b, i)
		}
		refused(signed[:i], i)
		refused(append(append(bytes.Clone(signed[:i]), ' '), signed[i:]...), i)
	}
	refused(append(bytes.Clone(signed), '\n'), 0)
	// The last letter before the padding has two bits that mean nothing.
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	last := len(signed) - len("=\n") - 1
	for bits := 1; bits < 4; bits++ {
		b := bytes.Clone(signed)
		b[last] = letters[strings.IndexByte(letters, b[last])|bits]
		refused(b, last)
	}
	refused(slices.Insert(bytes.Clone(signed), last, '\r'), last)
	refused(bytes.Repeat([]byte("a"), grantLenMax+1), 0)
	_, err := openGrant(signed, approvers)
	require.NoError(t, err)
}

// signText signs any text as an approver who means harm, or whose program is wrong, could.
func signText(t testing.TB, text string, by ...*Signer) []byte {
	t.Helper()
	var signers []note.Signer
	for _, s := range by {
		signers = append(signers, s.signer)
	}
	b, err := note.Sign(&note.Note{Text: text}, signers...)
	require.NoError(t, err)
	return b
}

func TestSignedNonsenseIsNoGrant(t *testing.T) {
	alice, bob, carol := testSigner(t, "alice"), testSigner(t, "bob"), testSigner(t, "carol")
	approvers := people(t, "*", alice, carol)
	text := func(change func(*Grant)) string {
		g := testGrant(bob)
		g.Approver = alice.Public()
		change(&g)
		s, err := g.text()
		require.NoError(t, err)
		return s
	}
	same := text(func(*Grant) {})
	f := func(reason Reason, text string, by ...*Signer) {
		t.Helper()
		_, err := openGrant(signText(t, text, by...), approvers)
		var r *Refusal
		require.ErrorAs(t, err, &r)
		require.Equal(t, reason, r.Reason)
	}
	_, err := openGrant(signText(t, same, alice), approvers)
	require.NoError(t, err)
	f(ReasonForged, same, carol)
	f(ReasonForged, same, alice, carol)
	f(ReasonForged, same, alice, bob)
	f(ReasonForged, strings.Replace(same, "v1", "v2", 1), alice)
	f(ReasonForged, strings.Replace(same, `"id"`, `"ID"`, 1), alice)
	f(ReasonForged, strings.Replace(same, `"id":"g1"`, `"id":"g1","id":"g1"`, 1), alice)
	f(ReasonForged, strings.Replace(same, `"id":"g1"`, `"id":"g1","all":true`, 1), alice)
	f(ReasonForged, strings.Replace(same, "{", "{ ", 1), alice)
	f(ReasonForged, "tacet audit\n", alice)
	f(ReasonForged, text(func(g *Grant) { g.Expires = g.Expires.Add(GrantTimeMax) }), alice)
	f(ReasonForged, text(func(g *Grant) { g.Expires = g.Expires.In(time.FixedZone("", 3600)) }), alice)
	f(ReasonForged, text(func(g *Grant) { g.Types = []string{"*"} }), alice)
	f(ReasonForged, text(func(g *Grant) { g.Calls = nil }), alice)
	f(ReasonNeverStored, text(func(g *Grant) { g.Types = []string{"CARD_CVV"} }), alice)
	f(ReasonSelf, text(func(g *Grant) { g.Requester = alice.Public() }), alice)
	f(ReasonSelf, text(func(g *Grant) { g.Approver = bob.Public() }), bob) // not even an approver
	f(ReasonApprover, same, bob)
}

func FuzzGrant(f *testing.F) {
	alice, bob := testSigner(f, "alice"), testSigner(f, "bob")
	approvers := people(f, "*", alice)
	signed := sign(f, testGrant(bob), alice)
	f.Add(signed)
	f.Add([]byte(grantHeader + "{}\n\n— alice AAAA\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, err := openGrant(b, approvers); err == nil {
			require.Equal(t, string(signed), string(b), "nobody else makes one that opens")
		}
		if g, err := parseGrantText(string(b)); err == nil {
			again, err := g.text()
			require.NoError(t, err)
			require.Equal(t, string(b), again, "there is one way to write a grant")
		}
	})
}

func FuzzPeople(f *testing.F) {
	f.Add("# approvers\n\n" + testSigner(f, "alice").Public() + " *\n" + testSigner(f, "bob").Public() + " acme,globex\n")
	f.Add("alice+00000000+AAAA *")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := ParsePeople(text)
		if err != nil {
			require.Empty(t, p.list)
			return
		}
		require.NoError(t, p.conflict(p))
		for _, who := range p.list {
			require.True(t, isPerson(who.name))
		}
	})
}

func TestPeople(t *testing.T) {
	alice, bob := testSigner(t, "alice"), testSigner(t, "bob")
	p, err := ParsePeople("# who may\n\n " + alice.Public() + "  acme,globex \r\n" + bob.Public() + " *")
	require.NoError(t, err)
	require.True(t, p.may(alice.Public(), "acme"))
	require.True(t, p.may(alice.Public(), "globex"))
	require.False(t, p.may(alice.Public(), "initech"))
	require.True(t, p.may(bob.Public(), "initech"))
	require.False(t, p.may(testSigner(t, "bob").Public(), "initech"))
	f := func(want, text string) {
		t.Helper()
		_, err := ParsePeople(text)
		require.ErrorContains(t, err, want)
	}
	f(":1: not a public key and tenants", alice.Public())
	f(":2: not a public key and tenants", "#\n"+alice.Public()+" acme globex")
	f(":1: not a public key of a person", "alice *")
	f(":1: not a public key of a person", alice.Public()[:40]+" *")
	f(":1: not the id of a tenant", alice.Public()+" acme,")
	parts := strings.SplitN(alice.Public(), "+", 3)
	f(":1: not a public key of a person", parts[0]+"+0"+parts[1]+"+"+parts[2]+" *")
	_, ok := personOf(alice.Public() + "\r")
	require.False(t, ok)
	_, ok = personOf(alice.Public())
	require.True(t, ok)
	f("named twice", alice.Public()+" acme\n"+alice.Public()+" globex")
	f("named twice", alice.Public()+" acme\n"+testSigner(t, "alice").Public()+" globex")
	f("named twice", alice.Public()+" acme\n"+renamed(t, alice, "bob").Public()+" globex")
}
