package detectors

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// trimName shortens the label of a credential to the credential: some begin with the name it is given to and end with the
// quote and the mark behind it.
func trimName(text string, start, end int) (int, int) {
	value := strings.TrimRight(text[start:end], `"';)`)
	end = start + len(value)
	if name, _, found := strings.Cut(value, "="); found && strings.Trim(name, "_ ") != "" && !strings.ContainsAny(strings.TrimSpace(name), ` "'/:`) {
		start += strings.Index(value, "=") + 1
	} else if i := strings.Index(value, `:= "`); i > 0 && i < 32 {
		start += i + 4
	}
	for start < end && text[start] == ' ' {
		start++
	}
	return start, end
}

func TestTrimName(t *testing.T) {
	f := func(label, want string) {
		t.Helper()
		start, end := trimName(label, 0, len(label))
		require.Equal(t, want, label[start:end])
	}
	f("KEY = abc", "abc")
	f("_authToken=abc", "abc")
	f(`mysql://a:b@c/d";`, "mysql://a:b@c/d")
	f(`aSecret := "abc"`, "abc")
	f("sk_live_abc", "sk_live_abc")
}

// stillFound are the rows of secrets_keep in which a credential is found all the same, and why.
var stillFound = map[string]string{
	"sl-aws-ok.AWS Secret Access Key":            "the text says that it is encrypted; the name says secret",
	"sl-basicauth-ok.database-urls-not-detected": "links with a password, left to another rule of that tool",
	"sl-basicauth-ok.false-positives-prevented":  "a bad password is a password",
	"sl-cloudflare-ok.valid":                     "one character too long: a letter may hang on it",
	"sl-databricks-ok.valid":                     "two characters too long",
	"sl-groq-ok.allows":                          "allowed by the configuration of that tool",
	"sl-huggingface-ok.valid":                    "one character too long or too short",
	"sl-notion-ok.valid":                         "one character too long or too short",
	"sl-openai-ok.valid":                         "lacks the mark of OpenAI; others use the prefix, too",
	"sl-privatekey-placeholder-short-base64":     "half a key is a key",
	"sl-privatekey-placeholder-xxx":              "what begins a private key is found whatever follows",
	"gl-anthropic-fps-":                          "shorter than the keys of today",
	"gl-curl-fps-0":                              "a bad password is a password",
	"gl-curl-fps-8#2":                            "a real JSON web token",
	"gl-flyio-fps-2":                             "a random value under the name of a key",
	"gl-gitlab-fps-0#4":                          "the right prefix and length, though digits alone",
	"gl-grafana-fps-1":                           "the right prefix and length",
	"gl-meraki-fps-":                             "of another length than that vendor's; the name says key",
	"gl-slack-fps-3#2":                           "the right form with short numbers",
	"gl-slack-fps-4":                             "the rest of a masked token",
	"gl-sumologic-fps-5#2":                       "shorter than that vendor's; the name says key",
}

// TestPlaceholdersAreNoSecrets holds that of the texts without a credential only those named above have one.
func TestPlaceholdersAreNoSecrets(t *testing.T) {
	s, sc := newSet(t, Options{}), NewScratch()
	explained := func(id string) bool {
		for prefix := range stillFound {
			if id == prefix || strings.HasSuffix(prefix, "-") && strings.HasPrefix(id, prefix) {
				return true
			}
		}
		return false
	}
	for _, r := range evalRows(t, "secrets_keep") {
		for _, found := range r.findAll(s, sc) {
			for _, f := range found {
				switch f.Type {
				case Secret, Password, SessionID:
					require.True(t, explained(r.ID), "%s: %s", r.ID, r.Text[f.Start:f.End])
				}
			}
		}
	}
}

// TestControlsBetweenArguments holds that every byte between the arguments of a command is passed over.
func TestControlsBetweenArguments(t *testing.T) {
	set, sc := newSet(t, Options{}), NewScratch()
	for c := range 256 {
		text := "docker " + string([]byte{byte(c)}) + " login -p Gr3y-Heron-41"
		set.Find(nil, []byte(text), Input{Channel: ChannelLog}, sc)
	}
	for _, c := range "\t\r\x00\x1f" {
		found := set.Find(nil, []byte("docker login "+string(c)+"-u anna -p Gr3y-Heron-41"), Input{Channel: ChannelLog}, sc)
		require.NotEmpty(t, found, "%q", c)
	}
}
