package traffic

import (
	"strings"
)

// tongue is what a language's speakers say for numbers and signs, and between words.
type tongue struct {
	ones            []string // zero to nine
	zeros           []string // all words for zero
	pair            func(int) string
	double, triple  string // "" where nobody says so; triple may be several, split by |
	hundred         string // "nine hundred" for 900 in a row of digits; "" where that isn't said
	plus            string
	at              []string
	dot, dash       string
	underscore      string
	months          []string
	of              string           // between day and month
	day             func(int) string // the day in words; nil where only figures are safe
	nineteen        string           // before the last two digits of a year; "" for years in figures only
	fillers         []string
	backchannels    []string
	corrections     []string
	delays          []string // said while looking for an answer
	fluff           []string // words beside which a value still stands alone
	titles          []string
	providers       []string
	homophones      map[string]string
	currency, clock string
	percent         string
}

// tongueOf gives the tongue of a language in a voice.
func tongueOf(lang, voice string) *tongue {
	t := &tongue{providers: words("gmail.com yahoo.com hotmail.com outlook.com icloud.com"), of: " ", plus: "plus", dot: "punkt", at: []string{"at"}, percent: "%", currency: "euro", clock: "N:00"}
	switch lang {
	case "en":
		english(t, voice)
	case "hi":
		hindi(t, voice)
	case "de":
		german(t)
	case "fr":
		french(t)
	case "es":
		spanish(t)
	case "it":
		italian(t)
	case "nl":
		dutch(t)
	case "pl":
		polish(t)
	case "pt":
		portuguese(t)
	case "sv":
		swedish(t)
	case "da":
		danish(t)
	}
	t.ones[0] = t.zeros[0]
	if t.day == nil && !strings.Contains("pl sv da", lang) {
		t.day = t.pair
	}
	return t
}

func english(t *tongue, voice string) {
	t.ones, t.pair = append([]string(nil), ones...), sayTwo
	t.zeros = words("zero zero oh oh")
	t.double, t.triple, t.hundred = "double", "triple|triple|treble", "hundred"
	t.dot, t.dash, t.underscore = "dot", "dash", "underscore"
	t.months = months
	t.fillers = words("uh um er uh um hmm like erm")
	t.backchannels = []string{"uh huh", "okay", "yes", "yeah", "mm hmm", "Right.", "Go on.", "Got it.", "Yep.", "Okay, go ahead."}
	t.corrections = []string{"no sorry", "sorry", "scratch that", "no wait", "I mean", "no"}
	t.fluff = words("yes yeah yep sure ok okay um uh so well hi hello thanks please it's its it is that's thank you")
	t.titles = words("Mr Mrs Ms Miss Dr Mr Mrs")
	t.delays = []string{"Hang on.", "One second.", "Let me look.", "Um, hold on.", "Just a minute, I'll get it.", "Where did I put it?", "Bear with me."}
	t.homophones = englishHomophones()
	switch voice {
	case "uk":
		t.zeros = words("zero oh oh oh nought")
		t.dash = "hyphen"
		t.fillers = words("er erm um uh er erm")
		t.providers = words("gmail.com yahoo.co.uk hotmail.co.uk btinternet.com outlook.com hotmail.com icloud.com")
	case "in":
		t.zeros = words("zero zero zero oh")
		t.at = []string{"at", "at the rate", "at the rate", "at the rate of"}
		t.fillers = words("uh um aa actually haan uh")
		t.backchannels = append(t.backchannels, "haan ji", "yes sir", "yes ma'am", "tell me")
		t.providers = words("gmail.com gmail.com yahoo.co.in rediffmail.com hotmail.com outlook.com")
		t.titles = words("Mr Mrs Ms Shri Smt Dr")
	}
}

// englishHomophones are words that recognisers take for each other. None is a digit: that would make a number of a word.
func englishHomophones() map[string]string {
	h := map[string]string{}
	list := words("their:there there:their your:you're know:no no:know here:hear right:write write:right would:wood sure:shore hello:yellow account:a-count " +
		"called:cold address:a-dress please:police need:knead our:are are:our its:it's by:buy buy:by see:sea card:car help:held name:main order:older number:member " +
		"check:cheque bill:bell mail:male weak:week week:weak through:threw new:knew some:sum hi:high which:witch whether:weather been:bin code:cold phone:foam " +
		"last:lost email:e-male payment:pavement thanks:tanks charge:large line:lime wait:weight meet:meat change:chains been:being yes:yet")
	for _, l := range list {
		a, b, _ := strings.Cut(l, ":")
		h[a] = strings.ReplaceAll(b, "-", " ")
	}
	return h
}

// pairs makes a tongue's numbers from 0 to 99 from its words: join gets tens, ones and the number.
func pairs(ones, teens, tens []string, join func(ten, one string, n int) string) func(int) string {
	return func(n int) string {
		switch {
		case n < 10:
			return ones[n]
		case n < 20:
			return teens[n-10]
		case n%10 == 0:
			return tens[n/10]
		}
		return join(tens[n/10], ones[n%10], n)
	}
}

func hindi(t *tongue, voice string) {
	t.currency, t.percent, t.clock = "rupaye", "percent", "N baje"
	t.providers = words("gmail.com yahoo.co.in rediffmail.com")
	if voice == "deva" {
		t.ones, t.zeros = words("शून्य एक दो तीन चार पाँच छह सात आठ नौ"), words("शून्य ज़ीरो शून्य")
		two := words("दस ग्यारह बारह तेरह चौदह पंद्रह सोलह सत्रह अठारह उन्नीस बीस इक्कीस बाईस तेईस चौबीस पच्चीस छब्बीस सत्ताईस अट्ठाईस उनतीस तीस इकतीस बत्तीस तैंतीस चौंतीस पैंतीस छत्तीस सैंतीस अड़तीस उनतालीस चालीस इकतालीस बयालीस तैंतालीस चवालीस पैंतालीस छियालीस सैंतालीस अड़तालीस उनचास पचास इक्यावन बावन तिरेपन चौवन पचपन छप्पन सत्तावन अट्ठावन उनसठ साठ इकसठ बासठ तिरेसठ चौंसठ पैंसठ छियासठ सड़सठ अड़सठ उनहत्तर सत्तर इकहत्तर बहत्तर तिहत्तर चौहत्तर पचहत्तर छिहत्तर सतहत्तर अठहत्तर उन्यासी अस्सी इक्यासी बयासी तिरासी चौरासी पचासी छियासी सत्तासी अट्ठासी नवासी नब्बे इक्यानवे बानवे तिरानवे चौरानवे पचानवे छियानवे सत्तानवे अट्ठानवे निन्यानवे")
		t.pair = hindiPair(t.ones, two)
		t.double, t.triple, t.plus = "डबल", "ट्रिपल", "प्लस"
		t.dot, t.dash, t.underscore, t.at = "डॉट", "डैश", "अंडरस्कोर", []string{"एट", "एट द रेट"}
		t.months = words("जनवरी फरवरी मार्च अप्रैल मई जून जुलाई अगस्त सितंबर अक्टूबर नवंबर दिसंबर")
		t.nineteen = "उन्नीस सौ "
		t.fillers, t.backchannels = words("अं मतलब"), []string{"जी", "हाँ जी", "ठीक है", "हाँ"}
		t.corrections = []string{"नहीं सॉरी", "सॉरी"}
		t.fluff, t.titles = words("जी हाँ है"), words("श्री श्रीमती")
		t.currency, t.percent, t.clock = "रुपये", "प्रतिशत", "N बजे"
		return
	}
	t.ones, t.zeros = words("zero ek do teen chaar paanch chhe saat aath nau"), words("zero zero shunya")
	two := words("das gyarah baarah terah chaudah pandrah solah satrah atharah unnees bees ikkees baees teis chaubis pachees chhabbis sattais atthais untees tees ikattees battees taintees chauntees paintees chhattees saintees adtees untalis chalis iktalis bayalis taintalis chavalis paintalis chhiyalis saintalis adtalis unchas pachas ikyavan bavan tirpan chauvan pachpan chhappan sattavan atthavan unsath saath iksath basath tirsath chaunsath painsath chhiyasath sadsath adsath unhattar sattar ikhattar bahattar tihattar chauhattar pachhattar chhihattar satahattar athahattar unasi assi ikyasi bayasi tirasi chaurasi pachasi chhiyasi sattasi atthasi navasi nabbe ikyanve banve tiranve chauranve pachanve chhiyanve sattanve atthanve ninyanve")
	t.pair = hindiPair(t.ones, two)
	t.double, t.triple = "double", "triple"
	t.dot, t.dash, t.underscore, t.at = "dot", "dash", "underscore", []string{"at", "at the rate"}
	t.months = words("January February March April May June July August September October November December")
	t.nineteen = "unnees sau "
	t.fillers, t.backchannels = words("matlab aa woh"), []string{"ji", "haan ji", "theek hai", "haan", "achha"}
	t.corrections = []string{"nahi sorry", "sorry", "nahi nahi"}
	t.fluff, t.titles = words("ji haan hai"), words("Shri Shrimati Mr Mrs")
}

func hindiPair(ones, two []string) func(int) string {
	return func(n int) string {
		if n < 10 {
			return ones[n]
		}
		return two[n-10]
	}
}

func german(t *tongue) {
	t.ones, t.zeros = words("null eins zwei drei vier fünf sechs sieben acht neun"), words("null")
	t.pair = pairs(t.ones, words("zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn"), words("- - zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig"),
		func(ten, one string, n int) string {
			if n%10 == 1 {
				one = "ein"
			}
			return one + "und" + ten
		})
	t.double = "doppel"
	t.dash, t.underscore, t.at = "bindestrich", "unterstrich", []string{"at", "ät", "klammeraffe"}
	t.months = words("Januar Februar März April Mai Juni Juli August September Oktober November Dezember")
	t.nineteen = "neunzehnhundert"
	t.day = func(n int) string {
		switch {
		case n == 1:
			return "ersten"
		case n == 3:
			return "dritten"
		case n == 7:
			return "siebten"
		case n < 20:
			return strings.TrimSuffix(t.pair(n), "t") + "ten"
		}
		return t.pair(n) + "sten"
	}
	t.fillers, t.backchannels = words("äh ähm also"), []string{"Ja.", "Mhm.", "Okay.", "Genau."}
	t.corrections = []string{"nein Entschuldigung", "Moment nein", "Quatsch"}
	t.delays = []string{"Moment bitte.", "Ich schaue nach."}
	t.fluff, t.titles = words("ja genau also das ist"), words("Herr Frau Dr. Herr Frau")
	t.providers = words("gmx.de web.de gmail.com t-online.de")
	t.currency, t.clock, t.percent = "Euro", "N Uhr", "Prozent"
}

func french(t *tongue) {
	t.ones, t.zeros = words("zéro un deux trois quatre cinq six sept huit neuf"), words("zéro")
	teens := words("dix onze douze treize quatorze quinze seize dix-sept dix-huit dix-neuf")
	t.pair = pairs(t.ones, teens, words("- - vingt trente quarante cinquante soixante soixante-dix quatre-vingts quatre-vingt-dix"),
		func(ten, one string, n int) string {
			switch {
			case n == 71:
				return "soixante et onze"
			case n/10 == 7:
				return "soixante-" + teens[n%10]
			case n/10 == 9:
				return "quatre-vingt-" + teens[n%10]
			case n/10 == 8:
				return "quatre-vingt-" + one
			case n%10 == 1:
				return ten + " et un"
			}
			return ten + "-" + one
		})
	t.double = "double"
	t.dot, t.dash, t.underscore, t.at = "point", "tiret", "tiret bas", []string{"arobase", "at"}
	t.months = words("janvier février mars avril mai juin juillet août septembre octobre novembre décembre")
	t.nineteen = "mille neuf cent "
	t.fillers, t.backchannels = words("euh ben alors"), []string{"Oui.", "D'accord.", "Hum hum.", "Je vous écoute."}
	t.corrections = []string{"non pardon", "pardon", "euh non"}
	t.fluff, t.titles = words("oui alors c'est voilà"), words("Monsieur Madame M. Mme")
	t.providers = words("orange.fr free.fr gmail.com wanadoo.fr")
	t.currency, t.clock, t.percent = "euros", "N heures", "pour cent"
}

func spanish(t *tongue) {
	t.ones, t.zeros = words("cero uno dos tres cuatro cinco seis siete ocho nueve"), words("cero")
	twenties := words("- veintiuno veintidós veintitrés veinticuatro veinticinco veintiséis veintisiete veintiocho veintinueve")
	t.pair = pairs(t.ones, words("diez once doce trece catorce quince dieciséis diecisiete dieciocho diecinueve"), words("- - veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa"),
		func(ten, one string, n int) string {
			if n < 30 {
				return twenties[n%10]
			}
			return ten + " y " + one
		})
	t.double = "doble"
	t.dot, t.dash, t.underscore, t.at = "punto", "guion", "guion bajo", []string{"arroba"}
	t.months = words("enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre")
	t.of, t.nineteen = " de ", "mil novecientos "
	t.fillers, t.backchannels = words("eh este pues"), []string{"Sí.", "Vale.", "De acuerdo.", "Dígame."}
	t.corrections = []string{"no perdón", "perdón", "digo"}
	t.fluff, t.titles = words("sí es pues claro"), []string{"Señor", "Señora", "don", "doña"}
	t.currency, t.clock, t.percent = "euros", "las N", "por ciento"
}

func italian(t *tongue) {
	t.ones, t.zeros = words("zero uno due tre quattro cinque sei sette otto nove"), words("zero")
	t.pair = pairs(t.ones, words("dieci undici dodici tredici quattordici quindici sedici diciassette diciotto diciannove"), words("- - venti trenta quaranta cinquanta sessanta settanta ottanta novanta"),
		func(ten, one string, n int) string {
			if n%10 == 1 || n%10 == 8 {
				ten = ten[:len(ten)-1]
			}
			return ten + one
		})
	t.double = "doppio"
	t.dot, t.dash, t.underscore, t.at = "punto", "trattino", "trattino basso", []string{"chiocciola"}
	t.months = words("gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre")
	t.nineteen = "millenovecento"
	t.fillers, t.backchannels = words("ehm allora cioè"), []string{"Sì.", "Mi dica.", "Ok.", "Perfetto."}
	t.corrections = []string{"no scusi", "scusi", "anzi no"}
	t.fluff, t.titles = words("sì è allora certo"), words("Signor Signora Dottor Dottoressa")
	t.providers = words("libero.it tiscali.it gmail.com")
	t.currency, t.clock, t.percent = "euro", "le N", "per cento"
}

func dutch(t *tongue) {
	t.ones, t.zeros = words("nul een twee drie vier vijf zes zeven acht negen"), words("nul")
	t.pair = pairs(t.ones, words("tien elf twaalf dertien veertien vijftien zestien zeventien achttien negentien"), words("- - twintig dertig veertig vijftig zestig zeventig tachtig negentig"),
		func(ten, one string, _ int) string {
			if strings.HasSuffix(one, "e") {
				return one + "ën" + ten
			}
			return one + "en" + ten
		})
	t.double = "dubbel"
	t.dot, t.dash, t.underscore, t.at = "punt", "streepje", "laag streepje", []string{"apenstaartje", "at"}
	t.months = words("januari februari maart april mei juni juli augustus september oktober november december")
	t.nineteen = "negentienhonderd"
	t.fillers, t.backchannels = words("eh uh nou"), []string{"Ja.", "Oké.", "Mm-hm.", "Ga verder."}
	t.corrections = []string{"nee sorry", "sorry", "wacht nee"}
	t.fluff, t.titles = words("ja dat is klopt"), []string{"meneer", "mevrouw", "de heer"}
	t.providers = words("ziggo.nl kpnmail.nl gmail.com")
	t.clock, t.percent = "N uur", "procent"
}

func polish(t *tongue) {
	t.ones, t.zeros = words("zero jeden dwa trzy cztery pięć sześć siedem osiem dziewięć"), words("zero")
	t.pair = pairs(t.ones, words("dziesięć jedenaście dwanaście trzynaście czternaście piętnaście szesnaście siedemnaście osiemnaście dziewiętnaście"),
		words("- - dwadzieścia trzydzieści czterdzieści pięćdziesiąt sześćdziesiąt siedemdziesiąt osiemdziesiąt dziewięćdziesiąt"), func(ten, one string, _ int) string { return ten + " " + one })
	t.dot, t.dash, t.underscore, t.at = "kropka", "myślnik", "podkreślnik", []string{"małpa"}
	t.months = words("stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia")
	t.fillers, t.backchannels = words("yyy eee no"), []string{"Tak.", "Dobrze.", "Mhm.", "Proszę."}
	t.corrections = []string{"nie przepraszam", "przepraszam"}
	t.fluff, t.titles = words("tak to jest"), []string{"Pan", "Pani"}
	t.providers = words("wp.pl onet.pl gmail.com")
	t.currency, t.percent = "złotych", "procent"
}

func portuguese(t *tongue) {
	t.ones, t.zeros = words("zero um dois três quatro cinco seis sete oito nove"), words("zero")
	t.pair = pairs(t.ones, words("dez onze doze treze catorze quinze dezasseis dezassete dezoito dezanove"), words("- - vinte trinta quarenta cinquenta sessenta setenta oitenta noventa"),
		func(ten, one string, _ int) string { return ten + " e " + one })
	t.dot, t.dash, t.underscore, t.at = "ponto", "hífen", "underscore", []string{"arroba"}
	t.months = words("janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro")
	t.of, t.nineteen = " de ", "mil novecentos e "
	t.fillers, t.backchannels = words("hum ah pronto"), []string{"Sim.", "Certo.", "Diga.", "Muito bem."}
	t.corrections = []string{"não desculpe", "desculpe", "aliás"}
	t.fluff, t.titles = words("sim é claro"), []string{"Senhor", "Senhora", "Dona"}
	t.providers = words("sapo.pt gmail.com hotmail.com")
	t.currency, t.clock, t.percent = "euros", "às N", "por cento"
}

func swedish(t *tongue) {
	t.ones, t.zeros = words("noll ett två tre fyra fem sex sju åtta nio"), words("noll nolla")
	t.pair = pairs(t.ones, words("tio elva tolv tretton fjorton femton sexton sjutton arton nitton"), words("- - tjugo trettio fyrtio femtio sextio sjuttio åttio nittio"),
		func(ten, one string, _ int) string { return ten + one })
	t.double = "dubbel"
	t.dash, t.underscore, t.at = "bindestreck", "understreck", []string{"snabel-a", "at"}
	t.months = words("januari februari mars april maj juni juli augusti september oktober november december")
	t.nineteen = "nittonhundra"
	t.fillers, t.backchannels = words("eh öh liksom"), []string{"Ja.", "Okej.", "Mm.", "Just det."}
	t.corrections = []string{"nej förlåt", "förlåt"}
	t.fluff, t.titles = words("ja det är"), []string{"herr", "fru"}
	t.providers = words("telia.com gmail.com hotmail.se")
	t.currency, t.clock, t.percent = "kronor", "klockan N", "procent"
}

func danish(t *tongue) {
	t.ones, t.zeros = words("nul en to tre fire fem seks syv otte ni"), words("nul")
	t.pair = pairs(t.ones, words("ti elleve tolv tretten fjorten femten seksten sytten atten nitten"), words("- - tyve tredive fyrre halvtreds tres halvfjerds firs halvfems"),
		func(ten, one string, _ int) string { return one + "og" + ten })
	t.double = "dobbelt"
	t.dot, t.dash, t.underscore, t.at = "punktum", "bindestreg", "underscore", []string{"snabel-a", "at"}
	t.months = words("januar februar marts april maj juni juli august september oktober november december")
	t.nineteen = "nitten hundrede og "
	t.fillers, t.backchannels = words("øh altså hm"), []string{"Ja.", "Okay.", "Mm.", "Godt."}
	t.corrections = []string{"nej undskyld", "undskyld"}
	t.fluff, t.titles = words("ja det er"), []string{"hr.", "fru"}
	t.providers = words("mail.dk gmail.com hotmail.dk")
	t.currency, t.clock, t.percent = "kroner", "klokken N", "procent"
}
