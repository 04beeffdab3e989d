package scan

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// slowTokens cuts a text into tokens byte by byte, as the package comment says it.
func slowTokens(b []byte) (tokens []Token) {
	var t *Token
	for i := 0; i < len(b); {
		width, letter := 1, IsDigit(b[i]) || IsLetter(b[i])
		if b[i] >= 0x80 {
			width, letter = letterAt(b[i:])
		}
		if !letter {
			t = nil
			i += width
			continue
		}
		if t == nil {
			tokens = append(tokens, Token{Start: uint32(i)})
			t = &tokens[len(tokens)-1]
		}
		switch c := b[i]; {
		case c >= 0x80:
			t.Shape |= High
		case IsDigit(c):
			t.Shape |= Digit
		case c <= 'Z':
			t.Shape |= Upper
		default:
			t.Shape |= Lower
		}
		if c := b[i] | 0x20; b[i] < 0x80 && c > 'f' && c <= 'z' {
			t.Shape |= NonHex
		}
		i += width
		t.End = uint32(i)
	}
	return tokens
}

// requireTokens compares the tokens of a scanned text with those of the slow way.
func requireTokens(t *testing.T, s *Text) {
	t.Helper()
	want := slowTokens(s.Bytes)
	require.Len(t, s.Tokens, len(want), "%q", s.Bytes)
	for i := range want {
		got := s.Tokens[i]
		require.Equal(t, want[i], Token{Start: got.Start, End: got.End, Shape: got.Shape}, "%q", s.Bytes)
	}
}

func TestTokensAgreeWithTheSlowWay(t *testing.T) {
	lex := NewLexicon(nil, 0)
	// Every byte at every place of a word, with everything else that may stand there before and behind.
	for length := range 20 {
		for at := range length {
			for c := range 256 {
				for _, base := range []string{"a", "Z", "7", "é"} {
					b := []byte(strings.Repeat(base, length))
					b[min(at, len(b)-1)] = byte(c)
					var s Text
					s.Scan(b, lex)
					requireTokens(t, &s)
				}
			}
		}
	}
}

func BenchmarkScan(b *testing.B) {
	lex := NewLexicon([]Entry{{Word: "card", Bits: 1}, {Word: "number", Bits: 2}}, 0)
	for name, text := range map[string]string{
		"call": "yeah so i was calling about the broadband it keeps dropping out in the evening and i have tried turning it off and on again ",
		"log":  "2024-03-12T10:20:30.123Z INFO [worker-7] handled request for /api/v2/catalog/items request_id=4bf92f35-77b3-4da6-a3ce-929d0e0e4736 status=200",
		"hi":   "नमस्ते मेरा नाम क्या है और मुझे मदद चाहिए ",
	} {
		b.Run(name, func(b *testing.B) {
			var s Text
			source := []byte(text)
			b.SetBytes(int64(len(source)))
			for b.Loop() {
				s.Scan(source, lex)
			}
		})
	}
}
