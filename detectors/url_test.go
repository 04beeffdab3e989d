package detectors

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestParametersOfLinks(t *testing.T) {
	s := newSet(t, Options{})
	f := func(link string, want Type, canonical string) {
		t.Helper()
		found := findOne(t, s, link, Input{})
		require.Equal(t, want, found.Type, link)
		require.Equal(t, len(link), found.End-found.Start, link)
		require.Equal(t, canonical, string(found.Canonical), link)
	}
	f("https://example.com/u?email=asha%40example.com#top", Email, "asha@example.com")
	f("https://example.com/call?phone=%2B12025550123&x=1", Phone, "+12025550123")
	f("https://example.com/reset?token=aBcDeFgH1234", Secret, "aBcDeFgH1234")
	f("https://example.com/api/users/asha_rao/orders?from=1", Username, "asha_rao")
	f("https://example.com/?ip=192.0.2.7", IPAddress, "192.0.2.7")
	f("https://example.com/a%20b%22c", URL, `https://example.com/a b"c`)
}
