package keyring

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/stretchr/testify/require"
)

// TestKeyIsNotPrinted tries every way a value becomes text: alone, in an exported field, and in an unexported one, where
// fmt does not call the methods of a type.
func TestKeyIsNotPrinted(t *testing.T) {
	secret := []byte("a key with thirty-two letters ok")
	key := newKey(secret, 3)
	hidden := struct{ k Key }{key}
	shown := struct{ K Key }{key}
	var all bytes.Buffer
	inside := struct{ r *Ring }{Dev(secret)}
	for _, v := range []any{key, &key, inside, []Key{key}, map[string]Key{"a": key}, hidden, &hidden, shown, Dev(secret)} {
		for _, verb := range strings.Fields("%v %+v %#v %s %q %x %X %d %t %c %b %o %U %e %p") {
			fmt.Fprintf(&all, verb+"\n", v)
		}
		slog.New(slog.NewJSONHandler(&all, nil)).Info("x", "v", v)
		slog.New(slog.NewTextHandler(&all, nil)).Info("x", "v", v)
		for _, marshal := range []func(any) ([]byte, error){json.Marshal, yaml.Marshal, xml.Marshal} {
			if b, err := marshal(v); err == nil {
				all.Write(b)
			}
		}
	}
	for _, verb := range strings.Fields("%v %+v %#v %s %q %x %d") {
		require.Equal(t, "key", fmt.Sprintf(verb, key), verb)
	}
	b, err := json.Marshal(shown)
	require.NoError(t, err)
	require.Equal(t, `{"K":"key"}`, string(b))
	requireNoBytes(t, all.String(), secret)
	requireNoBytes(t, all.String(), Dev(secret).dev.Bytes())
}

// requireNoBytes fails when text holds a part of secret in one of the forms in which bytes are printed.
func requireNoBytes(t *testing.T, text string, secret []byte) {
	t.Helper()
	part := secret[8:16]
	decimal := strings.Trim(fmt.Sprint(part), "[]")
	for _, form := range []string{string(part), fmt.Sprintf("%x", part), fmt.Sprintf("%X", part), decimal,
		strings.ReplaceAll(decimal, " ", ","), strings.Trim(fmt.Sprintf("%#v", part), "[]byte{}")} {
		require.NotContains(t, text, form)
	}
}

func TestZeroKey(t *testing.T) {
	var k Key
	require.True(t, k.IsZero())
	require.Empty(t, k.Bytes())
	require.Zero(t, k.Version())
}

func TestKeyBytesAreACopy(t *testing.T) {
	k := newKey([]byte("a key with thirty-two letters ok"), 1)
	clear(k.Bytes())
	require.Equal(t, "a key with thirty-two letters ok", string(k.Bytes()))
}
