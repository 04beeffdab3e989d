package main

import (
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/sonexlabs/tacet/detectors/names"
	"github.com/sonexlabs/tacet/detectors/names/train"
	"github.com/sonexlabs/tacet/detectors/scan"
)

// listed gives the words that the model knows by lists, and how many there are of each kind.
func (t *texts) listed() ([]names.Listed, map[string]int) {
	kindOf := kinds()
	stop, foreign := stopwords()
	all := map[string]bool{}
	for _, list := range []map[string]bool{stop, foreign} {
		maps.Copy(all, list)
	}
	tiers := maps.Clone(t.tiers)
	for i, p := range []*pool{t.given, t.surnames} {
		for origin, words := range p.byOrigin {
			for _, w := range words {
				if e := tiers[w]; origin != "homograph" {
					e[i] = max(e[i], 2)
					tiers[w] = e
				}
			}
		}
	}
	for w := range tiers {
		all[w] = true
	}
	for w := range t.words {
		all[w] = true
	}
	for w := range kindOf {
		all[w] = true
	}
	counts := map[string]int{}
	var list []names.Listed
	hash := scan.NewLexicon(nil, 0)
	add := func(word string, sig names.Sig) {
		for _, form := range []string{word, titleCase(word), strings.ToUpper(word)} {
			k := hash.Lookup([]byte(form))
			list = append(list, names.Listed{Hash: k.Hash, Sig: sig})
		}
	}
	for _, w := range slices.Sorted(maps.Keys(all)) {
		if !isOneWord(w) {
			continue
		}
		e, common, kind := tiers[w], commonness(t.words[w]), kindOf[w]
		if stop[w] {
			common = 7
		}
		if kind == names.KindNone && common < 4 && (foreign[w]) && e[0] < 2 {
			kind = names.KindForeign
		}
		for i, name := range []string{"given", "surname", "place"} {
			if e[i] > 0 {
				counts[name]++
			}
		}
		if common > 0 {
			counts["english"]++
		}
		if kind != names.KindNone {
			counts["kind"]++
		}
		sig := names.MakeSig(e[0], e[1], e[2], common, kind)
		if sig == 0 {
			continue
		}
		add(w, sig)
		if plain := unaccent(w); plain != w && !all[plain] && e != [3]int{} {
			add(plain, sig)
		}
	}
	return train.SortListed(list), counts
}

// frequent gives the words that the model should know without summing up: common words and frequent names.
func (t *texts) frequent() (list []string) {
	for w, level := range t.words {
		if level <= 35 {
			list = append(list, w)
		}
	}
	for w, e := range t.tiers {
		if e[0] == 3 || e[1] == 3 {
			list = append(list, w)
		}
	}
	slices.Sort(list)
	return list
}

// commonness maps SCOWL's levels to the seven of a signature.
func commonness(level int) int {
	switch {
	case level == 0:
		return 0
	case level <= 10:
		return 6
	case level <= 20:
		return 5
	case level <= 35:
		return 4
	case level <= 50:
		return 3
	case level <= 60:
		return 2
	}
	return 1
}

// kinds gives the kinds of the words that have one.
func kinds() map[string]names.Kind {
	byName := map[string]names.Kind{
		"title": names.KindTitle, "street": names.KindStreet, "org": names.KindOrg, "number": names.KindNumber, "filler": names.KindFiller,
		"date": names.KindDate, "relation": names.KindRelation, "talk": names.KindTalk, "foreign": names.KindForeign,
	}
	kinds := map[string]names.Kind{}
	for _, line := range lines("words.txt") {
		f := strings.Fields(line)
		for _, w := range f[1:] {
			if _, ok := kinds[w]; !ok {
				kinds[w] = byName[f[0]]
			}
		}
	}
	return kinds
}

// stopwords gives the most frequent words of English and of other languages.
func stopwords() (english, foreign map[string]bool) {
	english, foreign = map[string]bool{}, map[string]bool{}
	for _, line := range lines("stopwords.txt") {
		f := strings.Fields(line)
		for _, w := range f[1:] {
			if f[0] == "en" {
				english[w] = true
			} else {
				foreign[w] = true
			}
		}
	}
	return english, foreign
}

func isOneWord(w string) bool {
	for _, r := range w {
		if !unicode.IsLetter(r) && !unicode.IsMark(r) {
			return false
		}
	}
	return w != "" && utf8.RuneCountInString(w) > 1
}

// unaccent writes a word as a recogniser without accents would.
func unaccent(w string) string { return accents.Replace(w) }

var accents = strings.NewReplacer("à", "a", "á", "a", "â", "a", "ã", "a", "ä", "a", "å", "a", "ā", "a", "ă", "a", "ą", "a", "æ", "ae", "ç", "c", "ć", "c", "č", "c",
	"ď", "d", "đ", "d", "è", "e", "é", "e", "ê", "e", "ë", "e", "ē", "e", "ę", "e", "ě", "e", "ğ", "g", "ì", "i", "í", "i", "î", "i", "ï", "i", "ī", "i", "ı", "i",
	"ł", "l", "ñ", "n", "ń", "n", "ň", "n", "ò", "o", "ó", "o", "ô", "o", "õ", "o", "ö", "o", "ø", "o", "ō", "o", "ő", "o", "œ", "oe", "ř", "r", "ś", "s", "ş", "s",
	"š", "s", "ß", "ss", "ť", "t", "ţ", "t", "ù", "u", "ú", "u", "û", "u", "ü", "u", "ū", "u", "ů", "u", "ű", "u", "ý", "y", "ÿ", "y", "ź", "z", "ż", "z", "ž", "z")
