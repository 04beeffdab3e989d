package main

import (
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/pipeline/source/kafkatest"
)

// bao is a server of OpenBao with a Transit engine, started for a test, over TLS.
type bao struct {
	*estate
	exe, address, unsealKey string
}

func (e *estate) startBao(exe string) bao {
	t := e.t
	b := bao{estate: e, exe: exe, address: freeAddress(t)}
	log := &syncBuffer{}
	cmd := exec.Command(exe, "server", "-dev-tls", "-dev-tls-cert-dir="+e.dir, "-dev-root-token-id=root", "-dev-no-store-token", "-dev-listen-address="+b.address)
	cmd.Env, cmd.Stdout, cmd.Stderr = []string{"HOME=" + e.dir}, log, log
	require.NoError(t, cmd.Start())
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	unsealKey := regexp.MustCompile(`Unseal Key: (\S+)`)
	require.Eventually(t, func() bool {
		found := unsealKey.FindStringSubmatch(log.String())
		if found != nil {
			b.unsealKey = found[1]
		}
		return found != nil
	}, time.Minute, 50*time.Millisecond, "the server does not start")
	return b
}

// do is a command of an administrator.
func (b bao) do(args ...string) string {
	b.t.Helper()
	cmd := exec.Command(b.exe, args...)
	cmd.Env = []string{"HOME=" + b.dir, "BAO_ADDR=https://" + b.address, "BAO_CACERT=" + b.path("vault-ca.pem"), "BAO_TOKEN=root"}
	text, err := cmd.CombinedOutput()
	require.NoError(b.t, err, "bao %s: %s", args[0], text)
	return string(text)
}

// A store of keys moves into a real Transit engine while a pipeline runs, goes on through a rotation there, and what leaves while the
// server is sealed has no token, and nothing in clear.
func TestPrivacyVault(t *testing.T) {
	exe, err := exec.LookPath("bao")
	if err != nil {
		t.Skip("no bao in PATH: make test-vault installs OpenBao")
	}
	t.Parallel()
	e := newEstate(t)
	b := e.startBao(exe)
	b.do("secrets", "enable", "transit")
	b.do("write", "-f", "transit/keys/tacet")
	e.give("worker.hcl", `path "transit/encrypt/tacet" { capabilities = ["update"] }
path "transit/decrypt/tacet" { capabilities = ["update"] }`)
	b.do("policy", "write", "worker", e.path("worker.hcl"))
	e.give("vault.token", b.do("token", "create", "-policy=worker", "-field=token"))

	caller, group := e.somebody(), kafkatest.Name("vault")
	// leaves is what becomes of the caller's number in one more record.
	leaves := func(w *worker) string {
		from := e.ends(e.topics["joined"])
		m, _ := e.turn("acme", e.name("call"), caller.phone, "it is "+caller.phone)
		e.cluster.Produce(t, e.topics["calls"], []kafka.Message{m})
		var rows []left
		w.until("the record", func() bool { rows = e.in("joined", from); return len(rows) > 0 })
		require.Contains(t, rows[0].Text, "[PHONE_1]")
		return rows[0].From
	}
	before, vault := e.kek, fmt.Sprintf(`{vault: {address: "https://%s", key: tacet, token: vault.token, ca: vault-ca.pem}}`, b.address)
	e.kek = "kek: " + vault + ", kek_before: " + before[len("kek: "):]
	e.give("tacet.yaml", e.config(0, "none", "", "suppress"))
	w := e.start(1, group)
	token := leaves(w)
	require.Regexp(t, `^\[FROM:r1:`, token)
	e.command("", "keys", "rewrap")
	w.stop()

	// From now on there is no other key.
	e.kek = "kek: " + vault
	e.give("tacet.yaml", e.config(0, "none", "", "suppress"))
	require.NoError(t, os.Remove(e.path("kek")))
	w = e.start(1, group)
	require.Equal(t, token, leaves(w))
	b.do("write", "-f", "transit/keys/tacet/rotate")
	e.command("", "keys", "rewrap")
	b.do("write", "transit/keys/tacet/config", "min_decryption_version=2")
	e.command("", "keys", "list")
	require.Equal(t, token, leaves(w))

	b.do("operator", "seal")
	w.until("no tokens", func() bool { return leaves(w) == "[FROM]" })
	require.Positive(t, w.metric("tacet_degraded_values_total"))
	_, said, code := e.run("", "keys", "list", "--config", e.path("tacet.yaml"))
	require.NotZero(t, code)
	require.Contains(t, said, "the server is sealed or standing by")
	require.NotContains(t, said, "keys init", "the store is whole")
	b.do("operator", "unseal", b.unsealKey)
	w.until("tokens again", func() bool { return leaves(w) == token })
	w.finish()
	require.Len(t, e.turnsIn("joined", nil), e.made, "none is lost")
	w.stop()
}
