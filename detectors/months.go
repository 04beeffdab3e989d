package detectors

import "strings"

// monthNames are the names of the months and their short forms: en, de, fr, es, it, nl, and hi in Latin script.
var monthNames = [12]string{
	"january jan januar jänner janvier janv enero ene gennaio gen januari janvari janwari",
	"february feb februar feber février fevrier févr fevr febrero febbraio februari farvari farwari",
	"march mar märz maerz mrz mars marzo maart mrt",
	"april apr avril avr abril abr aprile aprail",
	"may mai mayo maggio mag mei",
	"june jun juni juin junio giugno giu",
	"july jul juli juillet juil julio luglio lug julai",
	"august aug août aout agosto ago augustus agast",
	"september sep sept septembre septiembre setiembre settembre sitambar",
	"october oct oktober okt octobre octubre ottobre ott aktubar",
	"november nov novembre noviembre navambar",
	"december dec dezember dez décembre decembre diciembre dic dicembre disambar",
}

// allMonths are the names of all months.
func allMonths() string { return strings.Join(monthNames[:], " ") }

// monthNumbers are the numbers of the months by name, folded.
var monthNumbers = func() map[string]int {
	numbers := map[string]int{}
	for i, names := range monthNames {
		for w := range strings.FieldsSeq(names) {
			numbers[string(foldWord(nil, []byte(w)))] = i + 1
		}
	}
	return numbers
}()

var (
	// spareMonths are short names that are commonly other words: only a day and a year make them a month.
	spareMonths = wordsOf("ene gen mag giu lug ago ott dic")
	// verbMonths are words of other meaning that numbers follow: "you may 5 times".
	verbMonths = wordsOf("may mai mars")
	// dayWords may stand before the date, and say that it is one.
	dayWords = wordsOf("on by since until till from before after of for between and to due this next last today dated date am le el il op ab seit bis")

	weekdays = wordsOf(`monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat sun
		montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag lundi mardi mercredi jeudi vendredi samedi dimanche
		lunes martes miércoles miercoles jueves viernes sábado sabado domingo lunedì martedì mercoledì giovedì venerdì sabato domenica
		maandag dinsdag woensdag donderdag vrijdag zaterdag zondag somvar somwar mangalvar mangalwar budhvar budhwar guruvar
		shukravar shanivar ravivar`)
	articles = wordsOf("the den dem der le el il de")
	ordinals = wordsOf("st nd rd th er")
	ofWords  = wordsOf("of de del dell dels di do des du van von d")
)

// monthOf is the number of the month that token k names, or 0.
func (p *pass) monthOf(k int) int {
	const longest = 16
	b := p.bytesOf(&p.text.Tokens[k])
	if len(b) > longest {
		return 0
	}
	var folded [longest]byte
	return monthNumbers[string(foldWord(folded[:0], b))]
}
