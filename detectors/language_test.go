package detectors

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
)

func TestLanguages(t *testing.T) {
	lines, err := languageTables()
	require.NoError(t, err)
	kinds := map[string]map[string]bool{}
	for _, l := range lines {
		if kinds[l.language] == nil {
			kinds[l.language] = map[string]bool{}
		}
		kinds[l.language][l.kind] = true
		for _, phrase := range append(l.phrases, strings.Fields(l.words)...) {
			where := l.language + ", " + l.kind + ": " + phrase
			require.NotEmpty(t, phrase, where)
			require.Equal(t, strings.ToLower(phrase), phrase, where)
			require.LessOrEqual(t, len(splitWords(phrase)), phraseWords, where)
		}
	}
	for language, has := range kinds {
		for _, kind := range []string{"card", "cvv", "expiry", "pin", "otp", "password", "name", "birth", "phone", "email", "address", "lead", "no-answer"} {
			require.True(t, has[kind], "%s has no line %s", language, kind)
		}
	}
}

func TestLanguagesThatAreWrong(t *testing.T) {
	for text, want := range map[string]string{
		"# none\n\nkarte, kreditkarte\n": "read languages/xx.txt, line 3: no kind before a colon",
		"cards: karte\n":                 `read languages/xx.txt, line 1: unknown kind "cards"`,
	} {
		_, err := readLanguages(fstest.MapFS{"languages/xx.txt": {Data: []byte(text)}})
		require.ErrorContains(t, err, want)
	}
}
