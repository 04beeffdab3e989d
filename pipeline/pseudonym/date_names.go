package pseudonym

import "strings"

// The languages of the names below, in order: English, German, French, Spanish, Italian, Dutch, Portuguese. A name that several
// share is taken for the first one's.
const dateLanguages = 7

// names are the words for the parts of a calendar, by language: long and short.
type names [dateLanguages][2][12]string

var monthNames = names{
	{{"january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"},
		{"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"}},
	{{"januar", "februar", "märz", "april", "mai", "juni", "juli", "august", "september", "oktober", "november", "dezember"},
		{"jan", "feb", "mrz", "apr", "mai", "jun", "jul", "aug", "sep", "okt", "nov", "dez"}},
	{{"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"},
		{"janv", "févr", "mars", "avr", "mai", "juin", "juil", "août", "sept", "oct", "nov", "déc"}},
	{{"enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"},
		{"ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic"}},
	{{"gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno", "luglio", "agosto", "settembre", "ottobre", "novembre", "dicembre"},
		{"gen", "feb", "mar", "apr", "mag", "giu", "lug", "ago", "set", "ott", "nov", "dic"}},
	{{"januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september", "oktober", "november", "december"},
		{"jan", "feb", "mrt", "apr", "mei", "jun", "jul", "aug", "sep", "okt", "nov", "dec"}},
	{{"janeiro", "fevereiro", "março", "abril", "maio", "junho", "julho", "agosto", "setembro", "outubro", "novembro", "dezembro"},
		{"jan", "fev", "mar", "abr", "mai", "jun", "jul", "ago", "set", "out", "nov", "dez"}},
}

// weekdayNames begin with Sunday, the day of the week that 4 January 1970 was.
var weekdayNames = names{
	{{"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"}, {"sun", "mon", "tue", "wed", "thu", "fri", "sat"}},
	{{"sonntag", "montag", "dienstag", "mittwoch", "donnerstag", "freitag", "samstag"}},
	{{"dimanche", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi"}},
	{{"domingo", "lunes", "martes", "miércoles", "jueves", "viernes", "sábado"}},
	{{"domenica", "lunedì", "martedì", "mercoledì", "giovedì", "venerdì", "sabato"}},
	{{"zondag", "maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag"}},
	{{"domingo", "segunda", "terça", "quarta", "quinta", "sexta", "sábado"}},
}

// calendarNames finds names by the word in small letters.
type calendarNames map[string]name

var (
	months   = indexNames(&monthNames, map[string]string{"sept": "sep", "fevrier": "février", "aout": "août", "decembre": "décembre", "maerz": "märz"})
	weekdays = indexNames(&weekdayNames, map[string]string{"tues": "tue", "thur": "thu", "thurs": "thu", "sonnabend": "samstag", "miercoles": "miércoles", "sabado": "sábado"})
)

func indexNames(n *names, variants map[string]string) calendarNames {
	index := calendarNames{}
	for language := range n {
		for form := range n[language] {
			for i, word := range n[language][form] {
				if _, known := index[word]; !known && word != "" {
					index[word] = name{i, language, form == 1}
				}
			}
		}
	}
	for variant, word := range variants {
		index[variant] = index[word]
	}
	return index
}

// find finds a word in any case of its letters.
func (c calendarNames) find(word []byte) (found name, ok bool) {
	const longest = 16
	if len(word) < 3 || len(word) > longest {
		return found, false
	}
	var folded [longest]byte
	for i, c := range word {
		if c >= 'A' && c <= 'Z' || i > 0 && word[i-1] == 0xC3 && c <= 0x9E && c != 0x97 { // À to Þ
			c |= 0x20
		}
		folded[i] = c
	}
	found, ok = c[string(folded[:len(word)])]
	return found, ok
}

// append appends the word for another month or day in the language, length and case of one that was read.
func (n *names) append(dst []byte, like name, index int, word []byte) []byte {
	form := 0
	if like.short {
		form = 1
	}
	return appendLike(dst, n[like.language][form][index], word)
}

// appendLike appends a word of small letters in the case of another: JUNE, June, june.
func appendLike(dst []byte, small string, word []byte) []byte {
	start := len(dst)
	dst = append(dst, small...)
	switch shapeOf(word) {
	case shapeUpper:
		for i := start; i < len(dst); i++ {
			if c := dst[i]; c >= 'a' && c <= 'z' || i > start && dst[i-1] == 0xC3 && c >= 0xA0 && c != 0xB7 {
				dst[i] = c &^ 0x20
			}
		}
	case shapeTitle:
		if c := dst[start]; c >= 'a' && c <= 'z' {
			dst[start] = c &^ 0x20
		}
	}
	return dst
}

type shape byte

const (
	shapeLower shape = iota
	shapeTitle
	shapeUpper
)

// shapeOf tells how the letters of a word are written. A single capital is the beginning of a title.
func shapeOf(word []byte) shape {
	capitals, small := 0, 0
	for _, c := range word {
		switch {
		case c >= 'A' && c <= 'Z':
			capitals++
		case c >= 'a' && c <= 'z':
			small++
		}
	}
	switch {
	case len(word) == 0 || word[0] < 'A' || word[0] > 'Z' && word[0] < 0x80 || capitals == 0 && word[0] < 0x80:
		return shapeLower
	case capitals > 1 && small == 0:
		return shapeUpper
	}
	return shapeTitle
}

// isOrdinal tells whether a word behind the number of a day belongs to it.
func isOrdinal(word []byte) bool {
	switch string(word) {
	case "st", "nd", "rd", "th", "ST", "ND", "RD", "TH", "er", "e", "º", "ª":
		return true
	}
	return false
}

// isDateWord tells whether a word may stand among the parts of a date.
func isDateWord(word []byte) bool {
	return len(word) <= 3 && strings.Contains(" the of de del den dem der le el il am on ", " "+string(word)+" ")
}
