package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/pipeline/audit"
	"github.com/sonexlabs/tacet/pipeline/pseudonym/keyring"
	"github.com/sonexlabs/tacet/pipeline/reveal"
	"github.com/sonexlabs/tacet/pipeline/subject"
)

// exitAny stands for any exit code.
const exitAny = -1

// heardSecrets are secrets, by what they are, and all that may not hold them.
type heardSecrets struct {
	t       *testing.T
	secrets map[string][]byte
	heard   map[string][]byte // by where
	runs    int
}

// run runs a command in this process.
func (h *heardSecrets) run(want int, in string, args ...string) (out string) {
	h.t.Helper()
	var o, e bytes.Buffer
	code := execute(h.t.Context(), args, strings.NewReader(in), &o, &e)
	require.True(h.t, code == want || want == exitAny, "%v: %d, %s", args, code, e.String())
	h.runs++
	h.heard[fmt.Sprintf("%d %v: messages", h.runs, args)] = e.Bytes()
	h.heard[fmt.Sprintf("%d %v: output", h.runs, args)] = o.Bytes()
	return o.String()
}

// hearFiles takes in what was written below a directory, but for files that are there to hold secrets.
func (h *heardSecrets) hearFiles(dir string, but ...string) {
	require.NoError(h.t, filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || slices.Contains(but, d.Name()) {
			return err
		}
		text, err := os.ReadFile(name)
		h.heard[name] = append(text, name...)
		return err
	}))
}

// verify looks for every secret, whole and by halves, in the forms in which bytes and texts are printed.
func (h *heardSecrets) verify() {
	h.t.Helper()
	for what, secret := range h.secrets {
		require.GreaterOrEqual(h.t, len(secret), 16, what)
		half := len(secret) / 2
		for _, part := range [][]byte{secret, secret[:half], secret[half:]} {
			for _, form := range append(forms(string(part)), strings.ToUpper(fmt.Sprintf("%x", part)), fmt.Sprintf("%#v", part)) {
				for where, text := range h.heard {
					if bytes.Contains(text, []byte(form)) {
						h.t.Errorf("%s is in %s", what, where)
					}
				}
			}
		}
	}
}

// spy is a key-encryption key that tells what it unwraps.
type spy struct {
	keyring.Wrapper
	saw func(context string, key []byte)
}

func (s spy) Unwrap(ctx context.Context, wrapped []byte, context string) ([]byte, error) {
	key, err := s.Wrapper.Unwrap(ctx, wrapped, context)
	if err == nil {
		s.saw(context, bytes.Clone(key))
	}
	return key, err
}

// fileSecrets takes the secrets from a file that holds some: what is long enough in it, and the bytes that it stands for.
func (h *heardSecrets) fileSecrets(name, public string) {
	text, err := os.ReadFile(name)
	require.NoError(h.t, err)
	n := 0
	for _, word := range regexp.MustCompile(`[A-Za-z0-9+/_-]{32,}`).FindAllString(string(text), -1) {
		if strings.Contains(public, word) {
			continue
		}
		n++
		h.secrets[fmt.Sprintf("word %d of %s", n, filepath.Base(name))] = []byte(word)
		for _, enc := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			if b, err := enc.DecodeString(word); err == nil {
				h.secrets[fmt.Sprintf("bytes %d of %s", n, filepath.Base(name))] = b
			}
		}
	}
	require.Positive(h.t, n, "no secret in %s: the test looks for the wrong thing", name)
}

// TestCommandsTellNoSecrets: through success and failure of the commands on keys, requests and reveals nothing that they say or write holds a
// key, or an identifier that they were given, or a value that was not asked for.
func TestCommandsTellNoSecrets(t *testing.T) {
	o := newOffice(t)
	h := &heardSecrets{t: t, secrets: map[string][]byte{}, heard: map[string][]byte{}}
	m := newMint(2)
	kek, wrong := m.make("github key"), m.make("github key")
	h.secrets["key-encryption key"], h.secrets["wrong key-encryption key"] = []byte(kek), []byte(wrong)
	t.Setenv("TACET_SECRETS_KEK", kek)
	at := func(name string) string { return filepath.Join(o.dir, name) }
	give := func(name, text string) { require.NoError(t, os.WriteFile(at(name), []byte(text), 0o600)) }
	give("audit.key", must(audit.GenerateKey("audit.example")))
	give("tacet.yaml", strings.Replace(string(must(os.ReadFile(o.config))), "insecure_dev_keys: true",
		`store: keys.db, witness: keys.witness, kek: {key: "env:TACET_SECRETS_KEK"}, ttl: 10s, refresh: 1s, retry: 1s`, 1)+
		"audit: {directory: audit, key: \"file:audit.key\", witness: audit.witness}\n")
	run := func(want int, in string, args ...string) string {
		t.Helper()
		return h.run(want, in, append(args, "--config", o.config)...)
	}

	h.keyCommands(run, give, at)
	named := h.eraseCommands(run, m)
	h.revealCommands(give, at)
	h.collect(at("keys.db"), at("keys.witness"), kek, named)
	public := o.public
	for _, name := range []string{"acme.pub", "alice.pub", "bob.pub"} {
		public += string(must(os.ReadFile(at(name))))
	}
	own := []string{"audit.key", "certificates.key", "acme.key", "alice.key", "bob.key"}
	for _, name := range own {
		h.fileSecrets(at(name), public)
	}
	for name := range o.topics {
		for _, msg := range o.read(name) {
			h.heard["topic "+name] = append(h.heard["topic "+name], describe(msg)...)
		}
	}
	h.hearFiles(o.dir, append(own, "cut.key", "inline.yaml")...)
	require.Greater(t, h.runs, 60)
	require.Greater(t, len(h.secrets), 30)
	h.verify()
	search := newSearch(m.all)
	for where, text := range h.heard {
		for i := range search.in(text) {
			t.Errorf("canary %q is in %s", m.all[i].text, where)
		}
	}
	t.Logf("%d secrets, %d canaries, %d commands, %d pieces", len(h.secrets), len(m.all), h.runs, len(h.heard))
}

// keyCommands runs those on keys, well and badly.
func (h *heardSecrets) keyCommands(run func(int, string, ...string) string, give func(string, string), at func(string) string) {
	run(exitFailed, "", "keys", "list")
	run(exitDone, "", "keys", "init")
	run(exitDone, "", "keys", "create", "acme", "globex")
	run(exitFailed, "", "keys", "create", "acme")
	give("acme.pub", h.run(exitDone, "", "reveal", "keygen", "--tenant", "acme", "--out", at("acme.key")))
	run(exitDone, "", "keys", "reveal-key", "set", at("acme.pub"), "--tenant", "acme")
	run(exitFailed, "", "keys", "reveal-key", "set", at("acme.key"), "--tenant", "acme")
	run(exitFailed, "", "keys", "reveal-key", "set", at("audit.key"), "--tenant", "acme")
	run(exitDone, "", "keys", "level", "set", "2", "--tenant", "acme")
	run(exitDone, "", "keys", "rotate", "--tenant", "acme", "--mode", "chain")
	run(exitDone, `{"a":"[PHONE:r1:bdkqtscmfghjrlnpqsdtckbm]"}`, "keys", "rekey", "--tenant", "acme", "--domain", "analytics")
	run(exitDone, "", "keys", "rotate", "--tenant", "acme", "--mode", "break")
	run(exitFailed, "", "keys", "rotate", "--tenant", "nobody", "--mode", "break")
	run(exitDone, "", "keys", "list", "--json")
	run(exitDone, "", "keys", "sweep")
	run(exitDone, "", "check")

	// Another key-encryption key, one that is too short, the key itself in place of where it is, a store that is damaged.
	right := string(h.secrets["key-encryption key"])
	h.t.Setenv("TACET_SECRETS_KEK", string(h.secrets["wrong key-encryption key"]))
	run(exitFailed, "", "keys", "list")
	run(exitFailed, "", "keys", "rotate", "--tenant", "acme", "--mode", "break")
	run(exitFailed, "PHONE +44 7700 900123\n", "erase", "--tenant", "acme", "--from", "-")
	h.t.Setenv("TACET_SECRETS_KEK", right[:20])
	run(exitFailed, "", "keys", "list")
	h.t.Setenv("TACET_SECRETS_KEK", right)
	give("inline.yaml", strings.Replace(string(must(os.ReadFile(at("tacet.yaml")))), "env:TACET_SECRETS_KEK", right, 1))
	h.run(exitFailed, "", "keys", "list", "--config", at("inline.yaml"))
	h.run(exitFailed, "", "check", "--config", at("inline.yaml"))
	store := must(os.ReadFile(at("keys.db")))
	for _, damage := range []func(b []byte) []byte{
		func(b []byte) []byte { return b[:5000] },
		func(b []byte) []byte { clear(b[8192:]); return b },
		func([]byte) []byte { return []byte("no store") },
	} {
		give("keys.db", string(damage(bytes.Clone(store))))
		run(exitFailed, "", "keys", "list")
		run(exitFailed, "PHONE +44 7700 900123\n", "erase", "--tenant", "acme", "--from", "-")
	}
	give("keys.db", string(store))
}

// eraseCommands runs those on requests, and gives who was named.
func (h *heardSecrets) eraseCommands(run func(int, string, ...string) string, m *mint) (named [][2]string) {
	phone, email, call := m.make("phone"), m.make("email"), "call-"+m.make("github key")
	who := "PHONE " + phone + "\nEMAIL " + email + "\nCALL_ID " + call + "\n"
	named = [][2]string{{"PHONE", phone}, {"EMAIL", email}, {"CALL_ID", call}}
	id := strings.TrimSpace(run(exitDone, who, "erase", "--tenant", "acme", "--from", "-", "--ticket", "DP-17"))
	run(exitDone, who, "erase", "--tenant", "acme", "--from", "-", "--ticket", "DP-17")
	for _, kind := range []string{"restrict", "object"} {
		run(exitDone, who, kind, "--tenant", "globex", "--from", "-")
	}
	run(exitDone, who, "withdraw", "--tenant", "globex", "--from", "-", "--consent", "training")
	for _, odd := range []string{
		"PHONE " + m.make("email"), "EMAIL " + m.make("phone"), m.make("email"), "PERSON " + m.make("email"), strings.ToUpper(m.random(letters, 8)) + " " + m.make("card spaced"),
		"EMAIL " + m.make("email") + "\x00\xff", "PHONE " + m.make("phone") + " " + strings.Repeat("9", 70_000), "CALL_ID " + m.make("jwt") + strings.Repeat("x", 5000),
	} {
		run(exitAny, odd+"\n", "erase", "--tenant", "acme", "--from", "-")
	}
	for _, flags := range [][]string{
		{"--phone", m.make("email")}, {"--email", m.make("phone")}, {"--id", m.make("email")}, {"--id", "PERSON=" + m.make("email")}, {"--id", m.make("nino") + "=" + m.make("email")},
		{"--call", m.make("jwt"), "--tenant", "nobody"}, {"--phone", m.make("phone"), "--ticket", m.make("email")}, {"--phone", m.make("phone"), "--by", m.make("email")},
	} {
		run(exitAny, "", append([]string{"erase", "--tenant", "acme"}, flags...)...)
	}
	run(exitUsage, "", "erase", "--tenant", "acme", m.make("email"))
	for _, sink := range []string{"analytics", "sealed", "archive"} {
		run(exitDone, "", "requests", "ack", id, "--sink", sink, "--count", "1")
	}
	run(exitDone, "", "requests", "list")
	run(exitDone, "", "requests", "certificate", id)
	run(exitFailed, "", "requests", "certificate", "r-unknown")
	return named
}

// revealCommands opens a capsule and fails to open it. What is shown is in standard output, once.
func (h *heardSecrets) revealCommands(give func(string, string), at func(string) string) {
	alice := h.run(exitDone, "", "reveal", "keygen", "--person", "alice", "--out", at("alice.key"))
	bob := h.run(exitDone, "", "reveal", "keygen", "--person", "bob", "--out", at("bob.key"))
	give("alice.pub", alice)
	give("bob.pub", bob)
	give("approvers", strings.TrimSpace(alice)+" acme\n")
	give("requesters", strings.TrimSpace(bob)+" *\n")
	require.NoError(h.t, os.Mkdir(at("limits"), 0o700))
	give("limits/limits.json", oldLimits)
	give("desk.yaml", "approvers: approvers\nrequesters: requesters\naudit: {directory: desk-audit, key: file:audit.key, witness: desk.witness}\nlimits: {directory: limits}\n")
	const value, other = "the value that Bob may see 4471", "the value that Bob may not see 8823"
	s := reveal.NewSealer(func(string) ([]byte, error) { return os.ReadFile(at("acme.pub")) }, time.Now)
	var lines []byte
	for i, v := range []string{value, other} {
		c, err := s.Append(nil, []byte("acme"), fmt.Appendf(nil, "call-%d calls/0/%d", i, i), []reveal.Item{{Name: "[PHONE_1]", Type: "PHONE", Value: []byte(v)}})
		require.NoError(h.t, err)
		lines = append(append(lines, c...), '\n')
	}
	give("capsules.ndjson", string(lines))
	grantAs := func(want int, key string) string {
		return h.run(want, "", "reveal", "grant", "--as", at(key), "--requester", strings.TrimSpace(bob), "--tenant", "acme", "--type", "PHONE",
			"--call", "call-0", "--purpose", "fraud", "--ticket", "INC-42")
	}
	give("grant", grantAs(exitDone, "alice.key"))
	open := func(want int, desk, key, as, grant, from string) string {
		h.t.Helper()
		return h.run(want, "", "reveal", "open", "--desk", at(desk), "--key", at(key), "--as", at(as), "--grant", at(grant), "--from", at(from))
	}
	shown := open(exitDone, "desk.yaml", "acme.key", "bob.key", "grant", "capsules.ndjson")
	require.Contains(h.t, shown, value)
	for where, text := range h.heard {
		if string(text) == shown {
			delete(h.heard, where)
		}
	}
	h.secrets["value shown"], h.secrets["value not shown"] = []byte(value), []byte(other)
	key := must(os.ReadFile(at("acme.key")))
	give("cut.key", string(key[:len(key)*2/3]))
	for _, key := range []string{"cut.key", "audit.key", "alice.key", "acme.pub", "absent"} {
		open(exitFailed, "desk.yaml", key, "bob.key", "grant", "capsules.ndjson")
	}
	for _, as := range []string{"alice.key", "acme.key", "cut.key", "bob.pub"} {
		open(exitFailed, "desk.yaml", "acme.key", as, "grant", "capsules.ndjson")
	}
	for _, grant := range []string{"acme.key", "bob.key", "audit.key", "capsules.ndjson"} {
		open(exitFailed, "desk.yaml", "acme.key", "bob.key", grant, "capsules.ndjson")
	}
	for _, from := range []string{"acme.key", "grant", "keys.db"} {
		open(exitAny, "desk.yaml", "acme.key", "bob.key", "grant", from)
	}
	open(exitFailed, "acme.key", "acme.key", "bob.key", "grant", "capsules.ndjson")
	grantAs(exitFailed, "cut.key")
	h.run(exitDone, "", "audit", "show", "--directory", at("desk-audit"), "--json")
	h.run(exitDone, "", "audit", "show", "--directory", at("audit/keys"), "--json")
}

// collect takes every key that there is in the store: what the key-encryption key unwraps, and what is derived from that.
func (h *heardSecrets) collect(store, witness, kek string, named [][2]string) {
	file, err := keyring.NewFileKEK([]byte(kek))
	require.NoError(h.t, err)
	c := keyring.DefaultConfig()
	c.Path, c.Witness = store, witness
	c.KEK = spy{file, func(context string, key []byte) { h.secrets["unwrapped "+context] = key }}
	ring, err := keyring.Open(c)
	require.NoError(h.t, err)
	defer func() { require.NoError(h.t, ring.Close()) }()
	for _, tenant := range []string{"acme", "globex"} {
		add := func(what string, keys []keyring.Key, err error) {
			require.NoError(h.t, err)
			for _, k := range keys {
				h.secrets[fmt.Sprintf("%s %s %d", tenant, what, k.Version())] = k.Bytes()
			}
		}
		for _, domain := range []string{"sink/analytics", "sink/archive", "person"} {
			keys, err := ring.Domain(tenant, domain)
			add(domain, keys, err)
			k, err := ring.Epoch(tenant, domain, time.Now().UTC().Format(time.DateOnly))
			add("epoch "+domain, []keyring.Key{k}, err)
		}
		k, err := ring.Suppression(tenant)
		add("suppression", []keyring.Key{k}, err)
		hasher := subject.NewHasher(ring)
		for _, who := range named {
			id, ok := hasher.ID([]byte(tenant), who[0], []byte(who[1]))
			require.True(h.t, ok)
			k, err := ring.Salt(tenant, id)
			add("salt "+who[0], []keyring.Key{k}, err)
		}
	}
}
