package pipeline

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestSecretIsNotPrinted: not where it is an unexported field either, of which fmt prints all there is without asking.
func TestSecretIsNotPrinted(t *testing.T) {
	const value = "correct horse battery"
	t.Setenv("TACET_TEST_SECRET", value)
	s, err := ParseSecret("env:TACET_TEST_SECRET")
	require.NoError(t, err)
	require.Equal(t, value, string(s.Reveal()))
	require.Nil(t, Secret{}.Reveal())
	type holder struct {
		s Secret
		p *Secret
		S Secret
		m map[string]Secret
	}
	h := holder{s, &s, s, map[string]Secret{"a": s}}
	var all bytes.Buffer
	for _, v := range []any{s, &s, h, &h, []holder{h}, struct{ h holder }{h}, fmt.Errorf("refused: %+v", h)} {
		for _, verb := range strings.Fields("%v %+v %#v %s %q %x %X %d %o %c %U %b %t %p") {
			fmt.Fprintf(&all, verb+"\n", v)
		}
		slog.New(slog.NewJSONHandler(&all, nil)).WithGroup("g").Info("x", slog.Group("in", "v", v))
		slog.New(slog.NewTextHandler(&all, nil)).WithGroup("g").Info("x", slog.Group("in", "v", v))
		_ = json.NewEncoder(&all).Encode(v)
	}
	for _, form := range []string{"%s", "%x", "%X", "%v", "%#v", "%o", "%c", "%U", "%b"} {
		printed := fmt.Sprintf(form, []byte(value))
		require.NotContains(t, all.String(), strings.Trim(strings.TrimPrefix(printed, "[]byte"), "[]{}"), form)
	}
}
