package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestEvalLower(t *testing.T) {
	f := func(want, marked string) {
		t.Helper()
		r, texts := mustRow(t, marked)
		text := string(texts[0])
		r.Text = &text
		low := lowered(r)
		got, at := "", 0
		for _, l := range low.Entities {
			got += (*low.Text)[at:l.Start] + "<" + (*low.Text)[l.Start:l.End] + ">"
			at = l.End
		}
		require.Equal(t, want, got+(*low.Text)[at:])
	}
	f("hello it's <ann-lee o'hara> here", "Hello, it's {{PERSON|Ann-Lee O'Hara}}: here!")
	f("<ada.lark@example.com> and <https://example.com/a?b=1>", "<{{EMAIL|Ada.Lark@Example.com}}>, and {{URL|https://Example.com/A?b=1}}.")
	f("call <+44 151-234 567> <12/05/1984> <10.0.0.1> £5.50 10%", "Call ({{PHONE|+44 151-234 567}}), {{DATE|12/05/1984}}; {{IP|10.0.0.1}}... £5.50, 10%")
	f("at 5 pm in the us and or st john", "At 5 p.m. in the U.S. and/or St.John")
	f("<müller> <straße 5> x", "  {{PERSON|MÜLLER}},\n{{ADDRESS|Straße 5,}} - X ")
	f("a b", "{{OTHER|...}} A \t B")
	f("aa b", "//aa [b]")
	f("<j> <x>", "{{PERSON|\"J\"}} {{PERSON|X.}}")
	f("<@ada> #5 see www.example.com", "{{USERNAME|@Ada}}: #5; see www.example.com.")
}

// Every byte of a text has gone to a place within the lower one, in order.
func FuzzEvalLower(f *testing.F) {
	f.Add("Hello, U.S. \xff A-B. (x)\u00a0İ @a.b 1.5")
	f.Fuzz(func(t *testing.T, text string) {
		low, at := lowerText(text)
		require.Len(t, at, len(text)+1)
		require.Equal(t, len(low), at[len(text)])
		for i := range text {
			require.LessOrEqual(t, at[i], at[i+1])
		}
		require.Equal(t, strings.Join(strings.Fields(low), " "), low)
	})
}
