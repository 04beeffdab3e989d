package scan

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// scanned is what detectors see of a text.
func scanned(text string) string {
	var s Text
	s.Scan([]byte(text), NewLexicon(nil, 0))
	return string(s.Bytes)
}

func TestLookalikesAreFolded(t *testing.T) {
	for text, want := range map[string]string{
		"jоhn@exаmple.com": "john@example.com", // Cyrillic о and а
		"johnо, Ρaul":      "johno, Paul",
		"А123ВС77":         "A123BC77",
		"ЖА123":            "ЖА123", // one of the letters looks like nothing in ASCII
		"привет со всеми":  "привет со всеми",
		"дом 5 кв 12":      "дом 5 кв 12",
		"αβγ 12":           "αβγ 12",
		"j\u200bоhn":       "john",
		"𝐣𝐨𝐡𝐧 𝒥𝓸𝔥𝕟 ℎℋℓ":                   "john John hHl",
		"𝟜𝟙𝟙𝟙":                            "4111",
		"①②③⓪ ⑩⑪ Ⓐⓑ ❹":                    "1230 1011 Ab 4",
		"⁴¹¹¹ ₄₁ 10² m³ x⁷":               "4111 41 10² m³ x⁷",
		"4️⃣1️⃣":                          "41",
		"ﬁnd oﬃce":                        "find office",
		"🄰🅱🅲":                             "ABC",
		"Jose\u0301 Mu\u0308ller n\u0303": "José Müller ñ",
		"x\u0301 \u0301":                  "x\u0301 \u0301",
		"a﹫b．ｃｏｍ":                         "a@b.com",
		"๔๑๑ ៤១ ৪১":                       "411 41 41",
		"\u00a0\u2009x":                   "  x",
		"naïve Straße 5€ “a”":             `naïve Straße 5€ "a"`,
		"日本語 中文 한국어":                      "日本語 中文 한국어",
	} {
		require.Equal(t, want, scanned(text), "%q", text)
	}
}

func TestEscapesAreDecoded(t *testing.T) {
	long := strings.Repeat("w ", 31)
	for text, want := range map[string]string{
		"a%40b.com":                       "a@b.com",
		"%34%31%31%31":                    "4111",
		"jos%C3%A9%20x":                   "josé x",
		"%EF%BC%94%EF%BC%91":              "41", // full-width forms, escaped
		"100%25 off":                      "100% off",
		"a%2540b":                         "a@b",
		"100% of 5%":                      "100% of 5%",
		"%zz %C3 %C3%41 %00":              "%zz %C3 %C3A %00",
		"x%0ay%":                          "x\ny%",
		`\u0034\u0031`:                    "41",
		`caf\u00e9 \u0000`:                `café \u0000`,
		`\ud835\udfdc`:                    "4", // a mathematical digit as a surrogate pair
		`\ud83d x \ud83d\u0041`:           `\ud83d x \ud83dA`,
		`\x34\x31 \xc3\xa9 \xff`:          `41 é \xff`,
		`one\ntwo\n\"three`:               `one two\n\"three`,
		`C:\files\x`:                      `C:\files\x`,
		"a&#64;b&#x2e;c":                  "a@b.c",
		"a&commat;b&period;c":             "a@b.c",
		"Jos&eacute; &Uuml;n":             "José Ün",
		"a&nbsp;b &amp;lt; c":             "a b < c",
		"x&y; a=1&b=2&copy":               "x&y; a=1&b=2&copy",
		"Gr=C3=BC=C3=9Fe, K=C3=A4the=20M": "Grüße, Käthe M",
		"x=E4 y=DEad n=40 s=3D z=\n":      "x=E4 y=DEad n=40 s=3D z=\n",
		"=?iso-8859-1?Q?J=FCrgen=2E?=":    "=?iso-8859-1?Q?Jürgen.?=",
		long + "Blu3=\nHeron" + long + "=\r\nK=E4the a=40b": long + "Blu3Heron" + long + "Käthe a@b",
		long + "Blu3=\nHeron":                               long + "Blu3=\nHeron",
		"/x?postcode=D02+X285&tel=087+123+4567 a+b":         "/x?postcode=D02 X285&tel=087 123 4567 a+b",
		"/x?s=Zx81Lm29QpRt+Zx81&u=ada+news@b.c&v=a+b/c=":    "/x?s=Zx81Lm29QpRt+Zx81&u=ada+news@b.c&v=a+b/c=",
		"&#; &#x; &#0; &#1114112; &;":                       "&#; &#x; &#0; &#1114112; &;",
	} {
		require.Equal(t, want, scanned(text), "%q", text)
	}
}

func TestEscapesMapToTheirSource(t *testing.T) {
	f := func(text, part, want string) {
		t.Helper()
		var s Text
		s.Scan([]byte(text), NewLexicon(nil, 0))
		at := strings.Index(string(s.Bytes), part)
		require.GreaterOrEqual(t, at, 0, "%q", s.Bytes)
		from, to := s.Source(at, at+len(part))
		require.Equal(t, want, text[from:to])
	}
	f("x a%40b%2Ecom y", "a@b.com", "a%40b%2Ecom")
	f("x %61%40b y", "a@b", "%61%40b")
	f("x %2534%2531 y", "41", "%2534%2531")
	f(`"\u0034\u0031"`, "41", `\u0034\u0031`)
	f("&#52;&#49; é", "41", "&#52;&#49;")
	f("é％34％31é", "41", "％34％31")
	f("4\u200b1 %20", "41", "4\u200b1")
	f("41\u200b %20", "41", "41")
	f("the oﬃce %20", "fic", "ﬃc")
	f("Jose\u0301 x", "José", "Jose\u0301")
}

func TestPercentIsKnown(t *testing.T) {
	var s Text
	s.Scan([]byte(`a%20b\u0020c d`), NewLexicon(nil, 0))
	require.Equal(t, "a b c d", string(s.Bytes))
	require.True(t, s.IsPercent(1))
	require.False(t, s.IsPercent(3))
	require.False(t, s.IsPercent(5))
	require.False(t, s.IsPercent(99))
	s.Scan([]byte("a%b"), NewLexicon(nil, 0))
	require.False(t, s.IsPercent(1))
}

func TestCleanTextIsNotCopied(t *testing.T) {
	for _, text := range []string{"plain", "naïve café", "привет 12", "100% sure & so on", `C:\files\x`, "日本語", "αβγ", "a=1&b=2", "कहाँ"} {
		source := []byte(text)
		var s Text
		s.Scan(source, NewLexicon(nil, 0))
		require.True(t, &s.Bytes[0] == &source[0], text)
	}
}
