package reread

import (
	_ "embed"
	"strconv"
	"strings"
	"sync"
)

// numberWord is what a word says about a number: a value, or a power of ten that multiplies what comes before it.
type numberWord struct {
	value int
	power bool // hundred, thousand, …
}

// languages are the number words of each language: those for 0 to 10 and on, in order, variants after a slash; then tens; then
// powers. They are written without accents, as folded words are.
var languages = map[string]struct{ units, tens, powers string }{
	"en": {
		"zero/nought/naught/nil one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen",
		"twenty thirty forty/fourty fifty sixty seventy eighty ninety", "hundred:100 thousand:1000 lakh:100000 lakhs:100000",
	},
	"hi": {
		"shunya/sifar/zero/शून्य/जीरो/ज़ीरो ek/एक do/दो teen/tin/तीन char/chaar/चार paanch/panch/पाँच/पांच chhe/che/chah/cheh/छह/छः/छे saat/sat/सात " +
			"aath/ath/आठ nau/no/नौ das/दस gyarah/ग्यारह barah/बारह terah/तेरह chaudah/चौदह pandrah/पंद्रह/पन्द्रह solah/सोलह satrah/सत्रह atharah/अठारह unnees/उन्नीस",
		"bees/बीस tees/तीस chalis/चालीस pachas/पचास saath/साठ sattar/सत्तर assi/अस्सी nabbe/नब्बे", "sau:100 सौ:100 hazaar:1000 hazar:1000 हज़ार:1000 हजार:1000 lakh:100000 लाख:100000",
	},
	"de": {
		"null eins/ein/eine/einen zwei/zwo drei vier funf/fuenf sechs sieben acht neun zehn elf zwolf/zwoelf dreizehn vierzehn funfzehn sechzehn siebzehn achtzehn neunzehn",
		"zwanzig dreissig/dreisig vierzig funfzig/fuenfzig sechzig siebzig achtzig neunzig", "hundert:100 einhundert:100 tausend:1000 eintausend:1000",
	},
	"fr": {
		"zero un/une deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept dix-huit dix-neuf",
		"vingt trente quarante cinquante soixante septante/soixante-dix huitante/octante/quatre-vingt/quatre-vingts nonante/quatre-vingt-dix", "cent:100 cents:100 mille:1000",
	},
	"es": {
		"cero uno/un/una dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciseis diecisiete dieciocho diecinueve",
		"veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa", "cien:100 ciento:100 mil:1000",
	},
	"it": {
		"zero uno/un/una due tre quattro cinque sei sette otto nove dieci undici dodici tredici quattordici quindici sedici diciassette diciotto diciannove",
		"venti trenta quaranta cinquanta sessanta settanta ottanta novanta", "cento:100 mille:1000 mila:1000",
	},
	"nl": {
		"nul een twee drie vier vijf zes zeven acht negen tien elf twaalf dertien veertien vijftien zestien zeventien achttien negentien",
		"twintig dertig veertig vijftig zestig zeventig tachtig negentig", "honderd:100 duizend:1000",
	},
	"pl": {
		"zero jeden/jedna/jedno dwa/dwie trzy cztery piec szesc siedem osiem dziewiec dziesiec jedenascie dwanascie trzynascie czternascie pietnascie " +
			"szesnascie siedemnascie osiemnascie dziewietnascie",
		"dwadziescia trzydziesci czterdziesci piecdziesiat szescdziesiat siedemdziesiat osiemdziesiat dziewiecdziesiat", "sto:100 tysiac:1000 tysiace:1000 tysiecy:1000",
	},
	"pt": {
		"zero um/uma dois/duas tres quatro cinco seis/meia sete oito nove dez onze doze treze quatorze/catorze quinze dezesseis/dezasseis dezessete/dezassete dezoito dezenove/dezanove",
		"vinte trinta quarenta cinquenta sessenta setenta oitenta noventa", "cem:100 cento:100 mil:1000",
	},
}

// ordinals are words for the days of a month in English and the first of it elsewhere. Other ordinals are read by their ending.
var ordinals = map[string]int{
	"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10, "eleventh": 11,
	"twelfth": 12, "thirteenth": 13, "fourteenth": 14, "fifteenth": 15, "sixteenth": 16, "seventeenth": 17, "eighteenth": 18, "nineteenth": 19,
	"twentieth": 20, "thirtieth": 30, "premier": 1, "primero": 1, "primeiro": 1, "primo": 1, "ersten": 1, "erster": 1,
}

// more are single words that a language makes in ways of its own.
var more = map[string]map[string]int{
	"es": {"veintiuno": 21, "veintiun": 21, "veintidos": 22, "veintitres": 23, "veinticuatro": 24, "veinticinco": 25, "veintiseis": 26, "veintisiete": 27, "veintiocho": 28, "veintinueve": 29},
	"pl": {"dwiescie": 200, "trzysta": 300, "czterysta": 400, "piecset": 500, "szescset": 600, "siedemset": 700, "osiemset": 800, "dziewiecset": 900},
	"pt": {"duzentos": 200, "trezentos": 300, "quatrocentos": 400, "quinhentos": 500, "seiscentos": 600, "setecentos": 700, "oitocentos": 800, "novecentos": 900},
	"fr": {
		"soixante-et-onze": 71, "soixante-douze": 72, "soixante-treize": 73, "soixante-quatorze": 74, "soixante-quinze": 75, "soixante-seize": 76, "soixante-dix-sept": 77,
		"soixante-dix-huit": 78, "soixante-dix-neuf": 79, "quatre-vingt-onze": 91, "quatre-vingt-douze": 92, "quatre-vingt-treize": 93, "quatre-vingt-quatorze": 94,
		"quatre-vingt-quinze": 95, "quatre-vingt-seize": 96, "quatre-vingt-dix-sept": 97, "quatre-vingt-dix-huit": 98, "quatre-vingt-dix-neuf": 99,
	},
}

// numberWords are the tables of all languages, made of the lists above.
var numberWords = sync.OnceValue(func() map[string]map[string]numberWord {
	all := map[string]map[string]numberWord{}
	for lang, l := range languages {
		words := map[string]numberWord{}
		put := func(names string, value int) {
			for _, name := range strings.Split(names, "/") {
				words[name] = numberWord{value: value}
			}
		}
		units, tens := strings.Fields(l.units), strings.Fields(l.tens)
		for i, names := range units {
			put(names, i)
		}
		for i, names := range tens {
			put(names, (i+2)*10)
			for unit := 1; unit <= 9; unit++ {
				put(glued(lang, strings.Split(names, "/"), strings.Split(units[unit], "/")), (i+2)*10+unit)
			}
		}
		for _, p := range strings.Fields(l.powers) {
			name, value, _ := strings.Cut(p, ":")
			n, _ := strconv.Atoi(value) // written above
			words[name] = numberWord{n, true}
		}
		for name, value := range more[lang] {
			put(name, value)
		}
		all[lang] = words
	}
	for name, value := range ordinals {
		all["en"][name] = numberWord{value: value}
	}
	return all
})

// glued are the ways to write ten and unit as one word, separated by slashes.
func glued(lang string, tens, units []string) string {
	var all []string
	for _, ten := range tens {
		for _, unit := range units {
			switch lang {
			case "de":
				all = append(all, unit+"und"+ten)
			case "nl":
				all = append(all, unit+"en"+ten, unit+"-en-"+ten)
			case "it":
				stem := ten
				if strings.ContainsAny(unit[:1], "uo") {
					stem = ten[:len(ten)-1]
				}
				all = append(all, stem+unit)
			default:
				all = append(all, ten+"-"+unit, ten+"-et-"+unit)
			}
		}
	}
	return strings.Join(all, "/")
}

// signWords are words for characters of addresses.
var signWords = map[string]string{
	"at": "@", "arroba": "@", "arobase": "@", "chiocciola": "@", "malpa": "@", "apenstaartje": "@", "klammeraffe": "@", "एट": "@",
	"dot": ".", "point": ".", "punto": ".", "ponto": ".", "punkt": ".", "punt": ".", "kropka": ".", "डॉट": ".",
	"underscore": "_", "dash": "-", "hyphen": "-", "minus": "-", "slash": "/", "guion": "-", "trattino": "-", "tiret": "-", "bindestrich": "-", "unterstrich": "_",
}

// timesWords repeat what comes after them.
var timesWords = map[string]int{
	"double": 2, "triple": 3, "treble": 3, "quadruple": 4, "doppel": 2, "doppelt": 2, "doble": 2, "duplo": 2, "doppio": 2, "dubbel": 2, "podwojne": 2, "dabal": 2, "डबल": 2, "ट्रिपल": 3,
}

// fillers say nothing.
var fillers = setOf("uh um umm er erm hmm mm mhm ah eh euh ehm emm uhm ahm aeh like okay ok yeah yes right then so")

// pauses are what people say within a name without meaning it; elsewhere some of them are letters or words.
var pauses = setOf("eee yyy aa matlab also alors cioe altsa allora pues entao nou wiec")

// likeWords come between a letter and the word that it begins: "s as in sugar".
var likeWords = setOf("as for like wie come comme como jak als van")

// letterNames are names of letters that are no words, or none that is common beside single letters.
var letterNames = map[string]string{
	"ay": "a", "bee": "b", "cee": "c", "dee": "d", "ee": "e", "eff": "f", "gee": "g", "aitch": "h", "haitch": "h", "jay": "j", "kay": "k", "ell": "l", "em": "m", "en": "n",
	"pee": "p", "cue": "q", "queue": "q", "ess": "s", "tee": "t", "vee": "v", "ex": "x", "wye": "y", "zed": "z", "zee": "z",
	"alpha": "a", "alfa": "a", "bravo": "b", "charlie": "c", "delta": "d", "echo": "e", "foxtrot": "f", "golf": "g", "hotel": "h", "india": "i", "juliet": "j", "juliett": "j",
	"kilo": "k", "lima": "l", "mike": "m", "november": "n", "oscar": "o", "papa": "p", "quebec": "q", "romeo": "r", "sierra": "s", "tango": "t", "uniform": "u", "victor": "v",
	"whiskey": "w", "whisky": "w", "xray": "x", "x-ray": "x", "yankee": "y", "zulu": "z",
}

// months are the words for months by their number, in the languages of calls.
var months = sync.OnceValue(func() map[string]int {
	const names = "january/jan/januar/janvier/enero/gennaio/januari/styczen/stycznia/janeiro/जनवरी february/feb/februar/fevrier/febrero/febbraio/februari/luty/lutego/fevereiro/फरवरी " +
		"march/mar/marz/maerz/mars/marzo/maart/marzec/marca/marco/मार्च april/apr/avril/abril/aprile/kwiecien/kwietnia/अप्रैल may/mai/mayo/maggio/mei/maj/maja/maio/मई " +
		"june/jun/juni/juin/junio/giugno/czerwiec/czerwca/junho/जून july/jul/juli/juillet/julio/luglio/lipiec/lipca/julho/जुलाई " +
		"august/aug/aout/agosto/augustus/sierpien/sierpnia/अगस्त september/sep/sept/septembre/septiembre/settembre/wrzesien/wrzesnia/setembro/सितंबर " +
		"october/oct/oktober/okt/octobre/octubre/ottobre/pazdziernik/pazdziernika/outubro/अक्टूबर november/nov/novembre/noviembre/listopad/listopada/novembro/नवंबर " +
		"december/dec/dezember/dez/decembre/diciembre/dicembre/grudzien/grudnia/dezembro/दिसंबर"
	all := map[string]int{}
	for i, list := range strings.Fields(names) {
		for _, name := range strings.Split(list, "/") {
			all[name] = i + 1
		}
	}
	return all
})

// streetWords say what kind of way it is, not which; with them flats, floors and directions.
var streetWords = setOf("street st road rd lane ln avenue ave drive dr close court ct crescent place pl square way terrace gardens grove hill park row walk boulevard blvd highway " +
	"strasse str platz weg allee gasse rue place quai impasse calle avenida plaza via viale piazza straat laan plein ulica ul aleja rua nagar marg colony sector block phase " +
	"flat apartment apt unit suite floor house building near opposite behind north south east west number")

//go:embed common.txt
var commonText string

// common are the most frequent words of speech: some 600 of English, and those of other languages that stand inside names ("de", "van").
var common = sync.OnceValue(func() map[string]bool { return setOf(commonText) })

func setOf(words string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(words) {
		set[w] = true
	}
	return set
}
