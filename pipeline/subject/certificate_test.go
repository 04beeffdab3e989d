package subject

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"
)

func TestCertificate(t *testing.T) {
	private, public, err := note.GenerateKey(rand.NewChaCha8([32]byte{}), "tacet.example")
	require.NoError(t, err)
	signer, err := note.NewSigner(private)
	require.NoError(t, err)
	verifier, err := note.NewVerifier(public)
	require.NoError(t, err)

	d := newDesk(t)
	d.request(issued(testRequest("r1")))
	_, err = Certify(d.get("r1", midnight()), nil, midnight())
	require.ErrorContains(t, err, "needs the answer of every sink")
	for i, sink := range []string{"analytics", "archive"} {
		d.ack(Ack{Request: "r1", Sink: sink, Answer: AnswerDone, Count: i, At: midnight().AddDate(0, 0, i)})
	}
	now := midnight().AddDate(0, 0, 5)
	f := func(want time.Time, places ...Effective) Certificate {
		t.Helper()
		c, err := Certify(d.get("r1", now), places, now)
		require.NoError(t, err)
		require.Equal(t, want, c.EffectiveBy)
		return c
	}
	completed := midnight().AddDate(0, 0, 1)
	f(completed)
	f(completed, Effective{"topic a", midnight(), "compaction"})
	f(midnight().AddDate(0, 0, 9), Effective{"topic a", midnight().AddDate(0, 0, 9), "compaction"}, Effective{"topic b", midnight(), ""})
	f(time.Time{}, Effective{"topic a", midnight().AddDate(0, 0, 9), "compaction"}, Effective{Where: "topic b", Reason: "no bound"})

	c := f(completed)
	require.Equal(t, 1, c.Subjects)
	signed, err := c.Sign(signer)
	require.NoError(t, err)
	require.NotContains(t, string(signed), idOf(1).String(), "no id")
	got, err := VerifyCertificate(signed, verifier)
	require.NoError(t, err)
	require.Equal(t, c, got)
	for i := range signed {
		bad := slices.Clone(signed)
		bad[i] ^= 1
		_, err := VerifyCertificate(bad, verifier)
		require.Error(t, err, "byte %d changed", i)
	}
	other, err := note.Sign(&note.Note{Text: "{\"certificate\":\"of another kind\"}\n"}, signer)
	require.NoError(t, err)
	_, err = VerifyCertificate(other, verifier)
	require.ErrorContains(t, err, "no certificate")
}
