package detectors

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"sync"
)

//go:embed languages/*.txt
var languageFiles embed.FS

// languageCues are the kinds of lines of a language's table that hold words and phrases about identifiers.
var languageCues = map[string]uint64{
	"card": cueCard, "cvv": cueCVV, "expiry": cueExpiry, "pin": cuePIN, "otp": cueOTP, "password": cuePassword, "answer": wordAnswer, "user": wordUser,
	"phone": cuePhone, "email": cueEmail, "address": cueAddress, "postcode": cuePostcode, "name": cueName, "birth": cueBirth,
	"bank": cueBank, "iban": cueIBAN, "account": cueAccount, "order": cueOrder, "id": cueID, "aadhaar": cueAadhaar, "pan": cuePAN, "ending": wordEnding, "spell": wordSpell,
	"other": wordOther, "money": cueMoney, "metric": cueMetric, "is": wordIs, "does": wordDoes, "relation": wordRelation, "intro": saysName,
}

// languageLists are the kinds that hold words which stand beside answers and names, and which no lexicon needs.
var languageLists = map[string]bool{"title": true, "lead": true, "thanks": true, "no-answer": true, "no-password": true, "for": true, "own": true, "change": true, "greeting": true, "no-name": true}

// languageLine is a line of a table: what the phrases, or the words of a list, are about.
type languageLine struct {
	language, kind string
	phrases        []string // of cues
	words          string   // of lists
}

// languageTables are the tables of all languages. One that is wrong is an error of New.
var languageTables = sync.OnceValues(func() ([]languageLine, error) { return readLanguages(languageFiles) })

// readLanguages reads tables; languages/README.md says what stands in them.
func readLanguages(files fs.FS) (lines []languageLine, err error) {
	names, err := fs.Glob(files, "languages/*.txt")
	if err != nil {
		return nil, fmt.Errorf("read languages: %w", err)
	}
	for _, name := range names {
		data, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, fmt.Errorf("read languages: %w", err)
		}
		n := 0
		for line := range strings.Lines(string(data)) {
			n++
			if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
				continue
			}
			l := languageLine{language: strings.TrimSuffix(path.Base(name), ".txt")}
			kind, list, ok := strings.Cut(line, ": ")
			if l.kind = kind; !ok {
				return nil, fmt.Errorf("read %s, line %d: no kind before a colon", name, n)
			}
			switch {
			case languageCues[kind] != 0:
				for p := range strings.SplitSeq(list, ",") {
					l.phrases = append(l.phrases, strings.TrimSpace(p))
				}
			case languageLists[kind]:
				l.words = list
			default:
				return nil, fmt.Errorf("read %s, line %d: unknown kind %q: languages/README.md lists them", name, n, kind)
			}
			lines = append(lines, l)
		}
	}
	return lines, nil
}

// addLanguages takes the words and phrases of all languages into the lexicon, with and without their accents.
func (b *lexiconBuilder) addLanguages() error {
	lines, err := languageTables()
	if err != nil {
		return err
	}
	for _, l := range lines {
		for _, phrase := range l.phrases {
			b.phrase(phrase, languageCues[l.kind], typeSet{})
			if plain := withoutAccents.Replace(phrase); plain != phrase {
				b.phrase(plain, languageCues[l.kind], typeSet{})
			}
		}
	}
	return nil
}

// said are the words of a kind of list in a language, or in all for "". Those of answers stand without their accents, too.
func said(kind, language string) string {
	var out strings.Builder
	lines, _ := languageTables() // New says what is wrong
	for _, l := range lines {
		if l.kind != kind || language != "" && l.language != language {
			continue
		}
		out.WriteString(l.words + " ")
		if plain := withoutAccents.Replace(l.words); plain != l.words && kind != "no-name" { // "marié" is none, "marie" one
			out.WriteString(plain + " ")
		}
	}
	return out.String()
}

// saidWords are the cues of a kind in all languages that are one word.
func saidWords(kind string) string {
	var out strings.Builder
	lines, _ := languageTables() // New says what is wrong
	for _, l := range lines {
		for _, phrase := range l.phrases {
			if l.kind == kind && strings.IndexByte(phrase, ' ') < 0 {
				out.WriteString(phrase + " ")
			}
		}
	}
	return out.String()
}

// withoutAccents takes the accents off Latin letters, as many people write and some recognisers do.
var withoutAccents = strings.NewReplacer("á", "a", "à", "a", "â", "a", "ã", "a", "ä", "a", "å", "a", "ą", "a", "é", "e", "è", "e", "ê", "e", "ë", "e", "ę", "e",
	"í", "i", "ì", "i", "î", "i", "ï", "i", "ó", "o", "ò", "o", "ô", "o", "õ", "o", "ö", "o", "ø", "o", "ú", "u", "ù", "u", "û", "u", "ü", "u", "ç", "c", "ć", "c",
	"ñ", "n", "ń", "n", "ł", "l", "ś", "s", "ź", "z", "ż", "z", "ß", "ss", "æ", "ae", "œ", "oe")
