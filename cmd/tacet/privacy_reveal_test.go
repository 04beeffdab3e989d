package main

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hpke"
	"encoding/base64"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"

	"github.com/sonexlabs/tacet/pipeline/audit"
	"github.com/sonexlabs/tacet/pipeline/pseudonym/keyring"
	"github.com/sonexlabs/tacet/pipeline/reveal"
	"github.com/sonexlabs/tacet/pipeline/source/kafkatest"
	"github.com/sonexlabs/tacet/pipeline/subject"
)

// revealing is a pipeline that seals, and the desk of its tenant.
type revealing struct {
	*estate
	desk  *revealDesk
	calls []string // tokens: of two calls of acme and one of globex
	said  subjectOf
	id    string // of the first call
}

// Values come out again with a grant, and only then; the audit log knows of it first. What is never stored is not even sealed, and nothing
// that the pipeline has opens what it sealed.
func TestPrivacyReveal(t *testing.T) {
	t.Parallel()
	e := newEstate(t)
	r := &revealing{estate: e, desk: newRevealDesk(t, "kafka: {brokers: ['"+strings.Join(e.cluster.Addrs(), "', '")+"']}\n"), said: e.somebody()}
	for tenant, public := range map[string]string{"acme": string(r.desk.public), "globex": e.must("", "reveal", "keygen", "--tenant", "globex", "--out", r.desk.path("globex.key"))} {
		e.give("public", public)
		e.command("", "keys", "reveal-key", "set", e.path("public"), "--tenant", tenant)
	}
	r.send()
	r.neverStored()
	r.withoutTheTenant()
	r.refused()
	r.shown()
	r.erased()
	actions := e.audited("audit", "audit/keys", "audit/rights")
	require.Equal(t, 2, actions["key.reveal key set"])
	e.whole(logs{r.desk.path("audit.key"), r.desk.path("witness")}, r.desk.path("audit"), actions)
	require.Equal(t, 2, actions[reveal.ActionOpen])
	require.Equal(t, len(r.refusals()), actions[reveal.ActionRefused])
}

// send lets calls flow in which values of all kinds are said.
func (r *revealing) send() {
	var all []kafka.Message
	r.id = r.name("call")
	other := r.somebody()
	add := func(tenant, call, from, text string) {
		m, _ := r.turn(tenant, call, from, text)
		all = append(all, m)
	}
	add("acme", r.id, r.said.phone, "you can reach me at "+r.said.spoken)
	add("acme", r.id, "", "or write to "+r.said.email+", my card is "+r.mint.make("card spaced")+" and the cvv is 739")
	add("acme", r.id, "", "my card number is "+r.mint.make("spoken card")+", my pin is 4821")
	add("acme", r.id, "", "the one time code is 482913 and "+r.mint.make("password"))
	add("acme", r.name("call"), other.phone, "it is "+other.email)
	add("globex", r.name("call"), other.phone, "it is "+other.email)
	r.cluster.Produce(r.t, r.topics["calls"], all)
	w := r.start(0, kafkatest.Name("reveal"))
	w.finish()
	w.stop()
	arrived := r.in("analytics", nil)
	slices.SortFunc(arrived, func(a, b left) int { return a.Turn - b.Turn })
	require.Len(r.t, arrived, 6)
	r.calls = []string{arrived[0].Call, arrived[4].Call, arrived[5].Call}
}

// capsules are the values of a topic of capsules, by key.
func (e *estate) capsules() map[string]string {
	all := e.newest("sealed")
	for key, value := range all {
		if value == "" {
			delete(all, key)
		}
	}
	return all
}

// neverStored opens all capsules with the tenants' keys: what the privacy policy never lets be stored is in none, and the rest is.
func (r *revealing) neverStored() {
	t := r.t
	found := map[string]int{}
	for key, text := range r.capsules() {
		c, err := reveal.Parse([]byte(text))
		require.NoError(t, err)
		private, err := reveal.ReadPrivateKey(r.desk.path(c.Tenant + ".key"))
		require.NoError(t, err)
		items, err := reveal.Open([]byte(text), []byte(strings.Replace(key, "/", " ", 1)), private)
		require.NoError(t, err)
		for _, item := range items {
			found[item.Type]++
			require.False(t, reveal.NeverStored(item.Type), item.Type)
			for _, secret := range []string{"739", "4821", "482913", "4111", "seven three nine"} {
				require.NotContains(t, string(item.Value), secret)
			}
		}
	}
	require.Equal(t, map[string]int{"PHONE": 4, "EMAIL": 3}, found)
	var texts strings.Builder
	for _, l := range r.in("joined", nil) {
		texts.WriteString(l.Text)
	}
	for _, typ := range []string{"[CREDIT_CARD]", "[CARD_CVV]", "[PIN]", "[OTP]", "[PASSWORD]"} {
		require.Contains(t, texts.String(), typ)
	}
}

// withoutTheTenant tries everything that the pipeline has on a capsule: the key-encryption key, and all that the store gives with it.
func (r *revealing) withoutTheTenant() {
	t := r.t
	secret := must(os.ReadFile(r.path("kek")))
	config := keyring.DefaultConfig()
	config.Path, config.KEK = r.path("store/keys.db"), must(keyring.NewFileKEK(secret))
	ring, err := keyring.Open(config)
	require.NoError(t, err)
	defer ring.Close()
	keys := [][]byte{secret[:keyring.KeyLen], must(ring.Suppression("acme")).Bytes(), must(ring.Epoch("acme", "sink/analytics", time.Now().UTC().Format(time.DateOnly))).Bytes(),
		must(ring.Salt("acme", [16]byte{})).Bytes()}
	for _, domain := range []string{"person", "sink/analytics", "sink/sealed", "reveal", "wrap"} {
		for _, key := range must(ring.Domain("acme", domain)) {
			keys = append(keys, key.Bytes())
		}
	}
	var text string
	for _, text = range r.capsules() {
		if strings.Contains(text, `"tenant":"acme"`) {
			break
		}
	}
	for _, key := range keys {
		require.False(t, opens(text, key))
	}
	_, line, _ := strings.Cut(string(must(os.ReadFile(r.desk.path("acme.key")))), "\nprivate: ")
	require.True(t, opens(text, must(base64.RawStdEncoding.DecodeString(strings.TrimSpace(line)))), "the tenant's key does it")
}

// opens tries a key on a capsule: as the private key, as what one is derived from, as the data key.
func opens(text string, key []byte) bool {
	var c struct{ Tenant, Record, Dek, Sealed string }
	if json.Unmarshal([]byte(text), &c) != nil {
		panic("no capsule")
	}
	unseal := func(dek []byte) bool {
		block, err := aes.NewCipher(dek)
		if err != nil {
			return false
		}
		_, err = must(cipher.NewGCMWithRandomNonce(block)).Open(nil, nil, must(base64.RawStdEncoding.DecodeString(c.Sealed)),
			[]byte("tacet reveal capsule v1\x00"+c.Tenant+"\x00"+c.Record))
		return err == nil
	}
	kem := hpke.MLKEM768X25519()
	for _, make := range []func([]byte) (hpke.PrivateKey, error){kem.NewPrivateKey, kem.DeriveKeyPair} {
		private, err := make(key)
		if err != nil {
			continue
		}
		dek, err := hpke.Open(private, hpke.HKDFSHA256(), hpke.AES256GCM(), []byte("tacet reveal dek v1\x00"+c.Tenant), must(base64.RawStdEncoding.DecodeString(c.Dek)))
		if err == nil && unseal(dek) {
			return true
		}
	}
	return unseal(key)
}

// refusals are requests that are refused, by the reason that the audit log gives.
func (r *revealing) refusals() map[reveal.Reason][]string {
	d := r.desk
	grant := func(name string, flags ...string) string {
		return d.grant(name, append([]string{"--type", "PHONE", "--call", r.calls[0]}, flags...)...)
	}
	own := strings.TrimPrefix(string(must(os.ReadFile(d.path("bob.key")))), "TACET-REVEAL-SIGNING-KEY-1\n")
	signer := must(note.NewSigner(strings.TrimSpace(own)))
	text, _, _ := strings.Cut(string(must(os.ReadFile(grant("mine")))), "\n\n")
	var g reveal.Grant
	kind, body, _ := strings.Cut(text, "\n")
	if err := json.Unmarshal([]byte(body), &g); err != nil {
		panic(err)
	}
	g.Approver = d.bob
	r.giveAt(d.path("mine"), string(must(note.Sign(&note.Note{Text: kind + "\n" + string(must(json.Marshal(g))) + "\n"}, signer))))
	r.giveAt(d.path("none"), "please\n")
	yesterday := time.Now().Add(-24 * time.Hour).UTC().Format(time.RFC3339)
	return map[reveal.Reason][]string{
		reveal.ReasonForged:  {d.path("none")},
		reveal.ReasonExpired: {grant("expired", "--begins", yesterday, "--valid", "1h")},
		reveal.ReasonSelf:    {d.path("mine")},
		reveal.ReasonTenant:  {grant("elsewhere"), "--key", d.path("globex.key")},
		reveal.ReasonTypes:   {grant("types"), "--type", "EMAIL"},
		reveal.ReasonCalls:   {grant("calls"), "--call", r.calls[1]},
	}
}

func (e *estate) giveAt(name, text string) {
	require.NoError(e.t, os.WriteFile(name, []byte(text), 0o600))
}

func (r *revealing) refused() {
	t, d := r.t, r.desk
	out, _, code := r.run("", d.openArgs("", "--from", "topic:"+r.topics["sealed"])...)
	require.Equal(t, exitUsage, code)
	require.Empty(t, out)
	for reason, args := range r.refusals() {
		out, errOut, code := r.run("", d.openArgs(args[0], append([]string{"--from", "topic:" + r.topics["sealed"]}, args[1:]...)...)...)
		require.Equal(t, exitFailed, code, reason)
		require.Empty(t, out, reason)
		require.Contains(t, errOut, "reveal refused", reason)
		last := ""
		require.NoError(t, audit.Read(d.path("audit"), 0, func(e audit.Entry) error {
			if e.Action == reveal.ActionRefused {
				last = e.Object[0].Value
			}
			return nil
		}))
		require.Equal(t, string(reason), last, "it is in the audit log")
	}
}

// shown asks with a grant. Where the answer goes is full at first: until somebody reads, not a byte of it is out, and the entry is on disk.
func (r *revealing) shown() {
	t, d := r.t, r.desk
	grant := d.grant("good", "--type", "PHONE,EMAIL", "--call", r.calls[0])
	from, to, err := os.Pipe()
	require.NoError(t, err)
	filled := 0
	for err == nil {
		var n int
		require.NoError(t, to.SetWriteDeadline(time.Now().Add(50*time.Millisecond)))
		n, err = to.Write(bytes.Repeat([]byte("."), 4096))
		filled += n
	}
	require.ErrorIs(t, err, os.ErrDeadlineExceeded)
	cmd := exec.Command(quickBinary(t), d.openArgs(grant, "--from", "topic:"+r.topics["sealed"])...)
	cmd.Args[0], cmd.Stdout = "tacet", to
	var errOut syncBuffer
	cmd.Stderr = &errOut
	require.NoError(t, cmd.Start())
	require.NoError(t, to.Close())
	require.Eventually(t, func() bool { return slices.Contains(d.entries(), reveal.ActionOpen) }, time.Minute, 10*time.Millisecond)
	require.NotContains(t, errOut.String(), "shown", "it is still at it")
	answer := string(must(io.ReadAll(from)))
	require.NoError(t, cmd.Wait())
	require.Equal(t, filled, strings.LastIndex(answer[:filled+1], ".")+1)
	r.hear("messages of reveal", []byte(errOut.String()))
	values := map[string]int{}
	for line := range strings.Lines(answer[filled:]) {
		var v shownValue
		require.NoError(t, json.Unmarshal([]byte(line), &v))
		require.Equal(t, r.calls[0], v.Call)
		values[v.Type+" "+*v.Value]++
	}
	require.Equal(t, map[string]int{"PHONE " + r.said.phone: 1, "PHONE " + r.said.spoken: 1, "EMAIL " + r.said.email: 1}, values)
}

// erased asks again for a call that was erased meanwhile: its capsules have tombstones.
func (r *revealing) erased() {
	t := r.t
	grant := r.desk.grant("late", "--type", "PHONE,EMAIL", "--call", r.calls[0])
	before := len(r.capsules())
	id := r.command("CALL_ID "+r.id+"\n", "erase", "--tenant", "acme", "--from", "-")
	d, err := subject.ParseDirective([]byte(id+"/sealed"), []byte(r.newest("directives")[id+"/sealed"]))
	require.NoError(t, err)
	require.Equal(t, r.calls[:1], d.Calls)
	r.capsulesOf(r.calls[0], 2, 0)
	require.Len(t, r.capsules(), before-2)
	out, errOut, code := r.run("", r.desk.openArgs(grant, "--from", "topic:"+r.topics["sealed"])...)
	require.Zero(t, code, errOut)
	require.Empty(t, out)
}
