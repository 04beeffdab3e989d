package detectors

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

func newSet(t testing.TB, o Options) *Set {
	t.Helper()
	s, err := New(o)
	require.NoError(t, err)
	return s
}

func TestTypesHaveNames(t *testing.T) {
	seen := map[string]bool{}
	for _, kind := range Types() {
		name := kind.String()
		require.NotEmpty(t, name)
		require.False(t, seen[name], name)
		seen[name] = true
		back, ok := ParseType(name)
		require.True(t, ok)
		require.Equal(t, kind, back)
	}
	require.Equal(t, "UNKNOWN", Type(0).String())
	require.Equal(t, "UNKNOWN", Type(TypesMax-1).String())
	require.Less(t, len(Types())+16, TypesMax, "make TypesMax larger")
	for _, name := range []string{"", "email", "UNKNOWN", "EMAIL "} {
		_, ok := ParseType(name)
		require.False(t, ok, name)
	}
}

func TestNewNamesWhatItDoesNotKnow(t *testing.T) {
	_, err := New(Options{Preset: "lax"})
	require.ErrorContains(t, err, `"lax"`)
	_, err = New(Options{Locales: []string{"uk", "atlantis"}})
	require.ErrorContains(t, err, `"atlantis"`)
	_, err = New(Options{Locales: []string{"in uk"}})
	require.Error(t, err)
}

func TestVersionFollowsOptions(t *testing.T) {
	a, b := newSet(t, Options{}), newSet(t, Options{Preset: "balanced"})
	require.Equal(t, a.Version(), b.Version())
	require.NotEqual(t, a.Version(), newSet(t, Options{Preset: "strict"}).Version())
	require.NotEqual(t, a.Version(), newSet(t, Options{Locales: []string{"in"}}).Version())
}

// find gives the only finding of a text.
func findOne(t *testing.T, s *Set, text string, in Input) Finding {
	t.Helper()
	found := s.Find(nil, []byte(text), in, NewScratch())
	require.Len(t, found, 1, text)
	return found[0]
}

func TestLocalesMoveLabelsNotRecall(t *testing.T) {
	const text = "2341 2341 2346"
	for _, locale := range []string{"in", "us", "uk", "de", "eu"} {
		f := findOne(t, newSet(t, Options{Locales: []string{locale}}), text, Input{})
		require.Equal(t, len(text), f.End-f.Start, locale)
	}
	require.Equal(t, INAadhaar, findOne(t, newSet(t, Options{Locales: []string{"in"}}), text, Input{}).Type)
	require.Equal(t, Phone, findOne(t, newSet(t, Options{Locales: []string{"in"}}), "9876543210", Input{}).Type)
}

func TestPresetsOnlyAddFindings(t *testing.T) {
	order := []*Set{newSet(t, Options{}), newSet(t, Options{Preset: "strict"}), newSet(t, Options{Preset: "paranoid"})}
	sc := NewScratch()
	for _, turns := range readCases(t) {
		for _, c := range turns {
			before := []Finding(nil)
			for _, s := range order {
				found := s.Find(nil, []byte(c.text), c.in, sc)
				for _, f := range withoutNames(before, nil, false) {
					require.True(t, covered(found, f.Start, f.End), c.where)
				}
				before = found
			}
		}
	}
	unsure := []byte("value 123456789 seen")
	require.Empty(t, order[0].Find(nil, unsure, Input{Channel: ChannelLog}, sc))
	require.NotEmpty(t, order[2].Find(nil, unsure, Input{Channel: ChannelLog}, sc))
}

func TestCanonicalJoinsWrittenVariants(t *testing.T) {
	s := newSet(t, Options{})
	for canonical, texts := range map[string][]string{
		"4111111111111111":       {"4111111111111111", "4111 1111 1111 1111", "4111-1111-1111-1111", "４１１１ 1111 1111 1111"},
		"asha@example.com":       {"Asha@Example.com", "asha%40example.com", "as\u200bha@example.com"},
		"GB82WEST12345698765432": {"gb82west12345698765432", "GB82 WEST 1234 5698 7654 32"},
		"AB123456C":              {"ab123456c", "AB 12 34 56 C"},
		"192.0.2.7":              {"192.0.2.7", "192.000.002.007"},
	} {
		for _, text := range texts {
			require.Equal(t, canonical, string(findOne(t, s, text, Input{}).Canonical), text)
		}
	}
}

// A field that is named for a secret holds nothing else.
func TestFieldsNamedForSecrets(t *testing.T) {
	s := newSet(t, Options{})
	f := func(path, text, want string) {
		t.Helper()
		got := ""
		for _, x := range s.Find(nil, []byte(text), Input{Path: []byte(path)}, NewScratch()) {
			got += x.Type.String() + " " + text[x.Start:x.End]
		}
		require.Equal(t, want, got)
	}
	f("user.password", "hunter2", "PASSWORD hunter2")
	f("user.password", " hunter\n", "PASSWORD hunter")
	f("login.dbPassword", "correct horse battery", "PASSWORD correct horse battery")
	f("auth.api_key", "abcd1234efgh", "SECRET abcd1234efgh")
	f("headers.session_id", "a81f0c9e12", "SESSION_ID a81f0c9e12")
	f("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "SECRET wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
	f("SECRET_KEY", "abcDEF12K7345678aaa", "SECRET abcDEF12K7345678aaa")
	f("SSLKeyPassword", "hunter2", "PASSWORD hunter2")
	f("kba.security_answer", "Fitzgerald", "PASSWORD Fitzgerald")
	f("kba.security_question", "first pet", "")
	f("password", "password", "") // the key itself
	f("user.password", "********", "")
	f("user.password", "[PASSWORD]", "")
	f("user.password", "", "")
	f("user.password_updated", "2026-03-01", "DATE 2026-03-01")
	f("auth.token", "expired", "")
	f("auth.token", "expired 5 minutes ago", "")
	f("usage.max_tokens", "12345678", "")
}

func TestFindAllocatesNothing(t *testing.T) {
	s, sc := newSet(t, Options{}), NewScratch()
	in := Input{Call: NewCall(), Role: RoleCustomer, Path: []byte("turns[0].text")}
	for _, kind := range []string{"call", "log", "dense"} {
		texts := corpus(kind, 50)
		found := make([]Finding, 0, 64)
		allocs := testing.AllocsPerRun(3, func() {
			for _, text := range texts {
				found = s.Find(found[:0], text, in, sc)
			}
		})
		require.Zero(t, allocs, kind)
	}
}

func TestCleanTextHasNoFindings(t *testing.T) {
	s, sc := newSet(t, Options{}), NewScratch()
	for kind, channel := range map[string]Channel{"call": ChannelCall, "log": ChannelLog} {
		for _, text := range corpus(kind, 300) {
			found := s.Find(nil, text, Input{Channel: channel}, sc)
			require.Empty(t, found, "%s", text)
		}
	}
}

func TestSetIsSafeForConcurrentUse(t *testing.T) {
	s := newSet(t, Options{})
	texts := corpus("dense", 100)
	want := make([]string, len(texts))
	for i, text := range texts {
		want[i] = show(string(text), s.Find(nil, text, Input{}, NewScratch()))
	}
	var workers sync.WaitGroup
	for range 4 {
		workers.Go(func() {
			sc := NewScratch()
			for i, text := range texts {
				if got := show(string(text), s.Find(nil, text, Input{}, sc)); got != want[i] {
					t.Errorf("text %d differs between workers", i)
				}
			}
		})
	}
	workers.Wait()
}

func TestExpectationDecays(t *testing.T) {
	s, sc := newSet(t, Options{}), NewScratch()
	ask := func(turnsBetween int, says string) bool {
		call := NewCall()
		s.Find(nil, []byte("what's your security code?"), Input{Call: call, Role: RoleAgent}, sc)
		for range turnsBetween {
			s.Find(nil, []byte(says), Input{Call: call, Role: RoleCustomer}, sc)
		}
		found := s.Find(nil, []byte("123 i think so"), Input{Call: call, Role: RoleCustomer}, sc)
		return len(found) == 1 && found[0].Type == CardCVV
	}
	require.True(t, ask(0, ""))
	require.True(t, ask(2, "my router is broken"))
	require.False(t, ask(4, "my router is broken"))
	require.True(t, ask(4, "let me look"), "says nothing")
	require.False(t, ask(8, "let me look"))
	require.LessOrEqual(t, NewCall().Bytes(), 2048)
}

func TestAgentsOwnNumbersAreNotTheAnswer(t *testing.T) {
	s, sc := newSet(t, Options{}), NewScratch()
	call := NewCall()
	s.Find(nil, []byte("i need your pin"), Input{Call: call, Role: RoleAgent}, sc)
	require.Empty(t, s.Find(nil, []byte("there are 1200 people waiting"), Input{Call: call, Role: RoleAgent}, sc))
}

func TestSoleWordIsThePasswordAskedFor(t *testing.T) {
	s, sc := newSet(t, Options{}), NewScratch()
	for text, want := range map[string]string{
		"westworld": "{{PASSWORD|westworld}}", " Westworld. ": " {{PASSWORD|Westworld}}. ", "yes": "yes", "sorry?": "sorry?", "don't": "don't",
		"west world": "{{PASSWORD|west world}}", "it's west world thanks": "it's {{PASSWORD|west world}} thanks",
		"let me see what it was": "let me see what it was",
	} {
		call := NewCall()
		s.Find(nil, []byte("and your password?"), Input{Call: call, Role: RoleAgent}, sc)
		require.Equal(t, want, show(text, s.Find(nil, []byte(text), Input{Call: call, Role: RoleCustomer}, sc)))
	}
}

func TestPathsTellWhatAFieldHolds(t *testing.T) {
	s := newSet(t, Options{})
	for path, want := range map[string]Type{
		"customer.ssn": USSSN, "customerSsn": USSSN, "customer.SSN": USSSN, "user_social_security_number": USSSN,
		"a.accountNumber": AccountID, "bank_account_number": BankAccount, "contactPhone": Phone, "turns[0].text": Number,
	} {
		require.Equal(t, want, findOne(t, s, "219099999", Input{Path: []byte(path)}).Type, path)
	}
}

func TestOffsetsAreOfTheSource(t *testing.T) {
	s := newSet(t, Options{})
	const text = "नमस्ते\u200b मेरा नंबर ९८७६५४३२१०\u200b है"
	f := findOne(t, s, text, Input{})
	require.Equal(t, "९८७६५४३२१०", text[f.Start:f.End])
	require.Equal(t, "9876543210", string(f.Canonical))
}

func TestOversizeTextIsOneFinding(t *testing.T) {
	s := newSet(t, Options{})
	s.longest = 10
	require.Empty(t, s.Find(nil, make([]byte, 10), Input{}, NewScratch()))
	require.Equal(t, []Finding{{End: 11, Type: Secret, Confidence: 1, Detector: "oversize"}}, s.Find(nil, make([]byte, 11), Input{}, NewScratch()))
}
