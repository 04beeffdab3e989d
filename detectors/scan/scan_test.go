package scan

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func words(t *Text) (w []string) {
	for i := range t.Tokens {
		w = append(w, string(t.Bytes[t.Tokens[i].Start:t.Tokens[i].End]))
	}
	return w
}

func TestTokens(t *testing.T) {
	lex := NewLexicon(nil, 0)
	for text, want := range map[string][]string{
		"":                        nil,
		" .,":                     nil,
		"one two":                 {"one", "two"},
		"user_ip=10.0.0.1":        {"user", "ip", "10", "0", "0", "1"},
		"GB82WEST":                {"GB82WEST"},
		"café naïve":              {"café", "naïve"},
		"£50 “so” – 3€":           {"50", "so", "3"},
		"हाँ जी":                  {"हाँ", "जी"},
		"a\xffb":                  {"a", "b"},
		"１２ ａ":                    {"12", "a"},
		"1\u200b2\u00a03":         {"12", "3"},
		"end\u200b":               {"end"},
		"\u200b":                  nil,
		"don't":                   {"don", "t"},
		"snake_case and camelTwo": {"snake", "case", "and", "camelTwo"},
	} {
		var s Text
		s.Scan([]byte(text), lex)
		require.Equal(t, want, words(&s), "%q", text)
	}
}

func TestHotTokens(t *testing.T) {
	lex := NewLexicon([]Entry{{Word: "card", Bits: 1}, {Word: "card", Bits: 2, Topic: 3}, {Word: "a very long entry word", Bits: 4}, {Word: "hello", Bits: 8}}, 8)
	var s Text
	s.Scan([]byte(`my CARD is 12 or a1; averyveryverylongword, dbPassword="x" Hello there`), lex)
	var hot []string
	for _, h := range s.Hot {
		token := &s.Tokens[h]
		hot = append(hot, string(s.Bytes[token.Start:token.End]))
	}
	require.Equal(t, []string{"CARD", "12", "a1", "averyveryverylongword", "dbPassword"}, hot)
	require.EqualValues(t, 3, s.Tokens[1].Bits)
	require.EqualValues(t, 3, s.Tokens[1].Topic)
	require.True(t, s.Tokens[3].IsNumber())
	require.True(t, s.Tokens[0].IsWord())
}

func TestMarks(t *testing.T) {
	var s Text
	s.Scan([]byte("a@b c%40d ::1 [X] [x]"), NewLexicon(nil, 0))
	require.Equal(t, "a@b c@d ::1 [X] [x]", string(s.Bytes))
	require.Equal(t, []uint32{1, 5}, s.Ats)
	require.Equal(t, []uint32{8}, s.Pairs)
	require.Equal(t, []uint32{12}, s.Opens)
}

func TestLexiconFoldsCase(t *testing.T) {
	words := []string{"ssn", "cardnumber", "exactly8", "sixteenletters16", "seventeenletters7", "téléphone", "né"}
	var entries []Entry
	for i, w := range words {
		entries = append(entries, Entry{Word: w, Bits: 1 << i})
	}
	lex := NewLexicon(entries, 0)
	for i, w := range words {
		require.EqualValues(t, 1<<i, lex.Bits([]byte(w)), w)
	}
	require.EqualValues(t, 1, lex.Bits([]byte("SSN")))
	require.EqualValues(t, 1<<5, lex.Bits([]byte("TÉLÉPHONE")))
	for _, w := range []string{"", "ss", "ssnn", "cardnumbe", "exactly9"} {
		require.Zero(t, lex.Bits([]byte(w)), w)
	}
}

func TestSourceMapsBack(t *testing.T) {
	const text = "x\u200b４１\u200b१ é"
	var s Text
	s.Scan([]byte(text), NewLexicon(nil, 0))
	require.Equal(t, []string{"x411", "é"}, words(&s))
	start, end := s.Source(1, 4)
	require.Equal(t, "４１\u200b१", text[start:end])
	start, end = s.Source(int(s.Tokens[1].Start), int(s.Tokens[1].End))
	require.Equal(t, "é", text[start:end])
	start, end = s.Source(2, 2)
	require.Equal(t, start, end)
}

func TestReleaseKeepsSmallBuffers(t *testing.T) {
	var s Text
	s.Scan([]byte("one 2 three"), NewLexicon(nil, 0))
	s.Release(1 << 20)
	require.NotZero(t, cap(s.Tokens))
	require.Nil(t, s.Bytes)
	s.Release(1)
	require.Zero(t, cap(s.Tokens))
}

// FuzzScan holds what the detectors rely on: tokens lie in order in the text, and every region maps into the source.
func FuzzScan(f *testing.F) {
	for _, text := range []string{"one 2 three", "１２\u200b３", "a@b.c::1 [X]", "\xff\xfe", "é€ हाँ", "a%2540b", `\ud835\udfdc\x34`, "&#52;&eacute;", "jоhn ﬃ ⑩ e\u0301"} {
		f.Add([]byte(text))
	}
	lex := NewLexicon([]Entry{{Word: "one", Bits: 1}}, 0)
	f.Fuzz(func(t *testing.T, text []byte) {
		var s Text
		s.Scan(text, lex)
		requireTokens(t, &s)
		at, from := uint32(0), 0
		for i := range s.Tokens {
			token := &s.Tokens[i]
			require.True(t, at <= token.Start && token.Start < token.End && int(token.End) <= len(s.Bytes))
			start, end := s.Source(int(token.Start), int(token.End))
			require.True(t, from <= start && start < end && end <= len(text))
			at, from = token.End, end
			if token.IsNumber() {
				for _, c := range s.Bytes[token.Start:token.End] {
					require.True(t, IsDigit(c))
				}
			}
		}
	})
}
