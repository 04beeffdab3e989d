package reread

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// judged reads turns, separated by " / ", in which "{{TYPE|now|was}}" is what is left where a value stood and what stood there, and says
// what can be had of the value. All places are of one value; "TYPE+" makes them its parts.
func judged(t *testing.T, lang, marked string) string {
	t.Helper()
	v := &Value{}
	var turns []string
	for turn, part := range strings.Split(marked, " / ") {
		text := ""
		for {
			before, rest, found := strings.Cut(part, "{{")
			text += before
			if !found {
				break
			}
			label, after, ended := strings.Cut(rest, "}}")
			require.True(t, ended, marked)
			kind, values, _ := strings.Cut(label, "|")
			now, was, _ := strings.Cut(values, "|")
			v.Type, v.Parts = strings.TrimSuffix(kind, "+"), strings.HasSuffix(kind, "+")
			v.Places = append(v.Places, Place{turn, len(text), len(text) + len(now), was})
			text, part = text+now, after
		}
		turns = append(turns, text)
	}
	return Read(turns, lang, v.Places).Leaks(v)
}

func TestNumbers(t *testing.T) {
	f := func(want, marked string) { t.Helper(); require.Equal(t, want, judged(t, "en", marked), marked) }
	f("", "call {{PHONE|[PHONE]|07700 900123}} now")
	f("digits in a row", "call {{PHONE|07700 900123|07700 900123}} now")
	f("digits in a row", "call {{PHONE|07700 [PHONE]|07700 900123}} now") // five in a row
	f("", "call {{PHONE|0770[PHONE]|07700 900123}} now")
	f("half of it", "call {{PHONE|0770[PHONE]12|07700 900123}} now") // six of eleven
	f("digits in a row", "it's {{PHONE|[PHONE]|07700 900123}} / so oh double seven double oh nine")
	f("digits in a row", "it's {{PHONE|[PHONE]|oh double seven double oh nine hundred one two three}} / seven seven, uh and then zero zero nine")
	f("", "it's {{PHONE|[PHONE]|07700 900123}} / ending one two three")
	f("digits in a row", "it's {{PHONE|[PHONE]|07700 900123}} / seven seven / zero zero / nine")
	f("digits in a row", "it's {{PHONE|[PHONE]|07725 900123}} / seven twenty five nine hundred")
	f("digits in a row", "it's {{PHONE|[PHONE]|0772 059 0123}} / seven seven twenty five nine") // 20 5
	f("", "{{SSN|[SSN]|4321}} is it / for 32 minutes")
	f("half of it", "{{SSN|43[SSN]|4321}} is it")
	f("digits in a row", "{{SSN|[SSN]|4321}} is it / four three two one, yes")
	f("", "{{SSN|[SSN]|four three two one}} is it / four three pounds")
	f("half of it", "{{ACCOUNT_ID|[NUMBER] 11|911 12 11}} or {{ACCOUNT_ID|911 [NUMBER]|911 12 11}}") // over all places
	f("", "{{ACCOUNT_ID|[NUMBER] 11|911 12 11}} or {{ACCOUNT_ID|[NUMBER]|911 12 11}}")
	f("half of it", "{{PHONE+|0770|0770}} / and / {{PHONE+|[NUMBER]|0900}}")
	f("", "{{PHONE+|07|0770}} / and / {{PHONE+|[NUMBER]|0900}}")
}

func TestCards(t *testing.T) {
	f := func(want, marked string) { t.Helper(); require.Equal(t, want, judged(t, "en", marked), marked) }
	f("", "{{CREDIT_CARD|[CREDIT_CARD]|4012 8888 8888 1881}}")
	f("", "{{CREDIT_CARD|4012 88[CREDIT_CARD] 1881|4012 8888 8888 1881}}")
	f("digits of the middle", "{{CREDIT_CARD|4012 888[CREDIT_CARD] 1881|4012 8888 8888 1881}}")
	f("digits of the middle", "{{CREDIT_CARD|[CREDIT_CARD] 8 1881|4012 8888 8888 1881}}")
	f("digits of the middle", "{{CREDIT_CARD|4012 [NUMBER] 8888 1881|4012 8888 8888 1881}}")
	f("", "{{CREDIT_CARD|[CREDIT_CARD]|4012 8888 8888 1881}} / ending one eight eight one")
	f("digits of the middle", "{{CREDIT_CARD|[CREDIT_CARD]|5105 1051 0510 5100}} / oh five one zero five one")
	f("", "{{CREDIT_CARD|4111 11[CREDIT_CARD] 1111|4111 1111 1111 1111}}")
	f("digits of the middle", "{{CREDIT_CARD+|[NUMBER]|5105}} / {{CREDIT_CARD+|[NUMBER]|one oh five one}} / {{CREDIT_CARD+|oh five one zero|oh five one zero}} / {{CREDIT_CARD+|5100|5100}}")
	f("", "{{CREDIT_CARD+|5105|5105}} / {{CREDIT_CARD+|[NUMBER]|one oh five one}} / {{CREDIT_CARD+|[NUMBER]|oh five one zero}} / {{CREDIT_CARD+|5100|5100}}")
}

func TestCodes(t *testing.T) {
	f := func(want, marked string) { t.Helper(); require.Equal(t, want, judged(t, "en", marked), marked) }
	f("", "{{CARD_CVV|[CARD_CVV]|321}} / 3 of them")
	f("a digit", "{{CARD_CVV|[NUMBER] one|three two one}}")
	f("a digit", "{{OTP|4[OTP]|4711}}")
	f("all digits", "{{PIN|[PIN]|4711}} / so it's four seven double one")
	f("a digit", "{{CREDENTIAL|4[PIN]|4711}}")
	f("", "{{PASSWORD|[PASSWORD]|hunter2 hunter2}}")
	f("characters in a row", "{{PASSWORD|hunter2 [PASSWORD]|hunter2 hunter3}}")
	f("half of it", "{{PASSWORD|open [PASSWORD]|open ajar}}")
	f("characters in a row", "{{SECRET|[SECRET]|ghp4f9Kq2}} / hp4f9")
}

func TestCharacters(t *testing.T) {
	f := func(want, marked string) { t.Helper(); require.Equal(t, want, judged(t, "en", marked), marked) }
	f("", "{{POSTCODE|[POSTCODE]|SW1A 1AA}}")
	f("all of it", "{{POSTCODE|s w one a one double a|SW1A 1AA}}")
	f("all of it", "{{POSTCODE|[POSTCODE]|SW1A 1AA}} / s for sugar, w, 1 a, one double a")
	f("", "{{POSTCODE|SW1A [POSTCODE]|SW1A 1AA}}")
	f("all of it", "{{POSTCODE|n 4 W 0 d DJ|n 4 W 0 d DJ}}")
	f("characters in a row", "{{UK_NINO|[UK_NINO]|QQ 12 34 56 C}} / queue one two three four")
	f("", "{{UK_NINO|[UK_NINO]|QQ 12 34 56 C}} / queue one two")
	f("half of it", "{{VEHICLE_PLATE|AB[VEHICLE_PLATE]cd|AB12 CD}}")
	f("all of it", "{{POSTCODE|four o one nine three|40193}}")
	f("half of it", "{{URL|example.com/[URL]|example.com/x}}")
}

func TestMail(t *testing.T) {
	f := func(want, marked string) { t.Helper(); require.Equal(t, want, judged(t, "en", marked), marked) }
	f("", "{{EMAIL|[EMAIL]|ada.lark@example.com}}")
	f("", "{{EMAIL|[EMAIL]@example.com|ada.lark@example.com}}")
	f("", "{{EMAIL|[EMAIL] at gmail dot com|ada lark at gmail dot com}}")
	f("characters of it", "{{EMAIL|[EMAIL]lark@example.com|ada.lark@example.com}}")
	f("characters of it", "{{EMAIL|a d a l [EMAIL]|a d a l a r k at gmail dot com}}")
	f("", "{{EMAIL|a d a [EMAIL]|a d a l a r k at gmail dot com}}")
	f("characters of it", "{{EMAIL|ada [EMAIL]|ada at gmail dot com}}")
	f("a word of it", "{{EMAIL|[EMAIL]|ada.lark@example.com}} / so that's lark")
	f("", "{{EMAIL|[EMAIL]|right.here@example.com}} / here, right")
	f("", "{{EMAIL|[EMAIL]|jesseikgmailcom}} / on gmail")
	f("characters of it", "{{USERNAME|@adal[USERNAME]|@adalark}}")
}

func TestNames(t *testing.T) {
	f := func(want, marked string) { t.Helper(); require.Equal(t, want, judged(t, "en", marked), marked) }
	f("", "i am {{PERSON|[PERSON]|Ada Larkspur}}")
	f("", "i am {{PERSON|[PERSON]|Ada, eh, alors Larkspur}} / eh, alors")
	f("a name", "i am {{PERSON|[PERSON] Larkspur|Ada Larkspur}}")
	f("a name", "i am {{PERSON|[PERSON]|Ada Larkspur}} / thanks ADA")
	f("a name", "{{PERSON|[PERSON]|Anne-Łucja}} / lucja")
	f("", "{{PERSON|[PERSON]|Will May}} / i will in may")
	f("a common word of a name", "{{PERSON|[PERSON] may|Will May}}")
	f("", "{{PERSON|[PERSON]|Will Larkspur}} i will")
	f("spelled letters", "{{PERSON|[PERSON]|Larkspur}} / l a r k")
	f("spelled letters", "{{PERSON|[PERSON]|Larkspur}} / k as in kilo s as in sam p for peter")
	f("spelled letters", "{{PERSON|l a r [SPELLED]|l a r k spur}}")
	f("", "{{PERSON|[PERSON]|Larkspur}} / l a s")
	f("a name", "{{PERSON|[SPELLED]|l a r k s p u r}} / is that larkspur")
	f("a name", "{{LOCATION|Larkspur|Larkspur}}")
	f("a name", "{{PERSON|Larkspur|Larkspur}}'s")
	f("spelled letters", "{{PERSON|W IL L I am|W IL L I am}}")
	f("", "{{PERSON|W I[SPELLED]|W IL L I am}}")
}

func TestAddresses(t *testing.T) {
	f := func(want, marked string) { t.Helper(); require.Equal(t, want, judged(t, "en", marked), marked) }
	f("", "{{ADDRESS|[ADDRESS]|42 Rosebay Lane, Larkton}}")
	f("", "{{ADDRESS|[ADDRESS], Larkton|42 Rosebay Lane, Larkton}}")
	f("number and street", "{{ADDRESS|42 Rosebay Lane[ADDRESS]|42 Rosebay Lane, Larkton}}")
	f("number and street", "{{ADDRESS|42 [NUMBER] Rosebay|42 Rosebay Lane, Larkton}}")
	f("number and street", "{{ADDRESS|[ADDRESS]|Rosenbayweg 5}} / at rosenbayweg 5 larkton")
	f("", "{{ADDRESS|[NUMBER] Rosebay Lane|42 Rosebay Lane}}")
	f("number and street", "{{ADDRESS|[ADDRESS]|42 Rosebay Lane}} / so forty two rosebay")
	f("", "{{ADDRESS|[ADDRESS]|42 Rosebay Lane}} / 42 minutes / rosebay is nice")
	f("a postcode", "{{ADDRESS|[ADDRESS] sw1a 1aa|42 Rosebay Lane SW1A 1AA}}")
	f("number and street", "{{ADDRESS|[ADDRESS]|Rosenbayweg 5}} / rosenbayweg five")
	f("half of it", "{{ADDRESS|rosebay larkton|rosebay larkton colony}}")
}

func TestDates(t *testing.T) {
	f := func(want, marked string) { t.Helper(); require.Equal(t, want, judged(t, "en", marked), marked) }
	f("", "{{DATE_OF_BIRTH|[DATE_OF_BIRTH]|4th of March 1984}}")
	f("parts of a date", "{{DATE_OF_BIRTH|[NUMBER] of March 1984|4th of March 1984}}")
	f("", "{{DATE_OF_BIRTH|[DATE_OF_BIRTH] 1984|4th of March 1984}}")
	f("parts of a date", "{{DATE_OF_BIRTH|[DATE_OF_BIRTH] march eighty four|fourth march eighty four}}")
	f("a date", "{{DATE_OF_BIRTH|[DATE_OF_BIRTH]|4th of March 1984}} / fourth of march nineteen eighty four")
	f("", "{{DATE_OF_BIRTH|[DATE_OF_BIRTH]|4th of March 1984}} / 4 of 1984")
	f("digits in a row", "{{DATE_OF_BIRTH|[DATE_OF_BIRTH]|04031984}} / 031984")
	f("parts of a date", "{{AGE|84|84}}")
	f("", "{{DATE|[DATE]|in June}} / this June")
	f("parts of a date", "on the {{DATE|17|17}}th")
}

// The digits of every language are read, with its ways to repeat them, and beside those of English.
func TestLanguages(t *testing.T) {
	f := func(lang, digits string) {
		t.Helper()
		require.Equal(t, "digits in a row", judged(t, lang, "{{PHONE|[PHONE]|0123456789}} / "+digits), "%s: %s", lang, digits)
		require.Equal(t, "digits in a row", judged(t, lang, "{{PHONE|[PHONE]|"+digits+"}} / 0123456789"), "%s: %s", lang, digits)
	}
	f("en", "zero one two three four five six seven eight nine")
	f("hi", "शून्य एक दो तीन चार पाँच छह सात आठ नौ")
	f("hi", "shunya ek do teen char paanch chhe saat aath nau")
	f("en", "zero ek do teen char five six seven eight nine")
	f("hi", "०१२३४५६७८९")
	f("de", "null eins zwo drei vier fünf sechs sieben acht neun")
	f("de", "null eins dreiundzwanzig fünfundvierzig siebenundsechzig neunundachtzig 456789")
	f("fr", "zéro un deux trois quatre cinq six sept huit neuf")
	f("fr", "zéro un vingt-trois quarante-cinq soixante-sept huit neuf")
	f("es", "cero uno dos tres cuatro cinco seis siete ocho nueve")
	f("it", "zero uno due tre quattro cinque sei sette otto nove")
	f("it", "zero uno ventitre quarantacinque sessantasette ottantanove")
	f("nl", "nul één twee drie vier vijf zes zeven acht negen")
	f("pl", "zero jeden dwa trzy cztery pięć sześć siedem osiem dziewięć")
	f("pt", "zero um dois três quatro cinco meia sete oito nove")
	f("de", "zero one two three four five six seven eight nine")
}

func TestReadings(t *testing.T) {
	f := func(text, wantComposed, wantSeparated string) {
		t.Helper()
		tokens := tokensOf(text, 0)
		for way, want := range []string{wantComposed, wantSeparated} {
			got := ""
			for _, it := range itemsOf(tokens, "en", reading(way)) {
				if it.kind != border {
					got += it.text + " "
				}
			}
			require.Equal(t, want, strings.TrimSpace(got), text)
		}
	}
	f("twenty five", "25", "20 5")
	f("nine hundred one", "901", "900 1")
	f("two thousand and five", "2005", "2000 and 5")
	f("nineteen eighty four", "19 84", "19 80 4")
	f("one lakh thirty four thousand", "134000", "100000 30 4000")
	f("double four treble oh triple s", "44 000 s s s", "44 000 s s s")
	f("double 7 2nd", "77 2", "77 2")
	f("seven oh one", "7 o 1", "7 o 1")
	f("oh well", "oh well", "oh well")
	f("s as in sugar t for tom b bravo", "s t b", "s t b")
	f("s for five", "s for 5", "s for 5")
	f("uh four um five", "4 5", "4 5")
	f("j dot doe at gmail dot com", "j . doe @ gmail . com", "j . doe @ gmail . com")
	f("[PHONE_1] a[B", "a [ b", "a [ b")
}

func TestKeys(t *testing.T) {
	require.Equal(t, Key("505", "en"), Key("five oh 5", "en"))
	require.Equal(t, Key("Ann-Lee", "en"), Key("ann lee", "en"))
	require.NotEqual(t, Key("may", "en"), "", "common words are a key, if there is nothing else")
}

// Whatever the text, reading and judging ends, and a value of which nothing is left and that stands nowhere else is safe.
func FuzzLeaks(f *testing.F) {
	f.Add("four [X] one double", "4111 1111", "PHONE", uint8(3))
	f.Add("a b c at gmail dot com", "Ann [Y", "EMAIL", uint8(0))
	f.Fuzz(func(t *testing.T, text, was, kind string, cutAt uint8) {
		at := min(int(cutAt), len(text))
		turns := []string{text[:at] + "[X]" + text[at:], was}
		v := &Value{Type: kind, Places: []Place{{0, at, at + 3, was}}}
		Read(turns, "en", v.Places).Leaks(v)
		require.Empty(t, Read([]string{"[X]"}, "en", nil).Leaks(&Value{Type: kind, Places: []Place{{0, 0, 3, was}}}))
	})
}
