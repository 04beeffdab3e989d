package detectors

import (
	"bytes"
	"strings"

	"github.com/sonexlabs/tacet/detectors/names"
	"github.com/sonexlabs/tacet/detectors/scan"
)

// Words that the tagger takes for names of persons where it doesn't know them: of things that conversations are about, and of other
// languages than English. None is a frequent name; where a name was asked for or is announced they are names all the same.
var (
	noNames = wordsOf(foodWords + " " + typedWords + " " + foreignWords() + " " + technicalWords + " " + medicineWords + " " + thingWords)
	others  = wordsOf(foreignWords())
	places  = wordsOf(countryWords)
	vendors = wordsOf(vendorWords)
	firms   = wordsOf(firmWords + " " + brandWords)
	// hinglish stand where a name would between "naam" and "hai", too: "naam galat hai", "naam wahan nahi dikh raha hai".
	hinglish = wordsOf(said("no-name", "hi") + " raha rahi rahe gaya gayi hua hui kya nahi ho hota hoti tha thi kiya karo kar")
	// saidNoNames are those of the tables of languages.
	saidNoNames = wordsOf(said("no-name", ""))
	// noneAlone, articles and the like, are parts of names and none by themselves, whatever was asked for: "op welke naam is de reservering".
	noneAlone = wordsOf("misspelt why il lo gli del della di da das dos do de du des der die den dem le la les los las el au aux het een une un uma um ein eine en et und nom naam nome namen imię")
	// determiners stand before nouns, and before no name.
	determiners = wordsOf("un une una uno uma umas ein eine einen einem einer eines een ett les los las os gli dei delle meinen meinem meiner mes mis mijn mitt meus minhas miei kein keine keinen geen ingen")
	// makes also say of a number behind them that it is a model or a year.
	makes = wordsOf(vehicleWords)
)

// addressed are how somebody is addressed whose name isn't said: "thank you sir".
var addressed = wordsOf("sir madam mister")

// vehicleWords are makes and models.
const vehicleWords = "acura alfa audi bmw bugatti buick cadillac chevrolet chevy chrysler citroen dacia daewoo daihatsu datsun dodge ducati fiat gmc " +
	"honda hyundai infiniti isuzu jaguar jeep kawasaki kia lamborghini lexus mahindra maruti maruthi maserati mazda mitsubishi nissan opel peugeot pontiac porsche renault " +
	"skoda subaru suzuki tesla toyota tvs vauxhall volkswagen volvo vw yamaha " +
	"accord altima astra avalon baleno brio camaro camry celerio civic corolla corsa corvette creta cruze duster eeco elantra fiesta figo forester fortuner fusion impala " +
	"impreza innova jetta kwid malibu mustang nexon outback passat prius punto qashqai sandero scorpio sentra sonata sedan suv hatchback tiguan twingo versa wagon yaris"

// firmWords are firms, their services and products.
const firmWords = "bbc cbs cnn espn honeywell hyatt lyft marriott nba nbc nfl schufa sheraton adidas adobe airasia airbnb airtel aldi amazon amex android aol apple applebees asda att barclays bestbuy casio chipotle citibank comcast cortana costco doordash dropbox easyjet ebay emirates etsy " +
	"expedia facebook fedex firefox flipkart fortnite gmail google gopro grubhub halifax hdfc hotmail hsbc huawei icici ikea instagram ios ipad iphone jetblue jio kelloggs kfc kleenex kroger lenovo lidl linkedin " +
	"lloyds lufthansa macbook mcafee mcdonalds medicare microsoft msn natwest nestle netflix netgear nike nintendo nokia outlook paypal paytm pinterest playstation qtips quicken rabobank reddit revolut ryanair salesforce " +
	"samsung santander sbi skype snapchat sony spotify starbucks telstra tesco tiktok tinder tmobile trello tripadvisor twitter uber usps venmo verizon vodafone walgreens walmart whatsapp wikipedia xbox xfinity yahoo yelp youtube zelle zoom " +
	"github gitlab bitbucket jira confluence slack zendesk servicenow freshdesk databricks snowflake postgresql postgres mysql mongodb redis kafka docker kubernetes ubuntu debian sharepoint onedrive webex docusign stripe twilio datadog splunk"

// foodWords are meals, what is in them, and measures.
const foodWords = "arugula asiago bbq bigmac bruschetta burger burrito cajun calzone cappuccino caesar carbonara cheerios chicken chimichanga chorizo cobbler cocacola cola espresso fajita feta fettuccine focaccia frappe " +
	"fresca frescas guacamole gyro hummus jalapeno jalapenos ketchup lasagna latte lemonade macchiato margherita marinara mcchicken mcdouble mcflurry mcmuffin mojito mozzarella naan nachos nuggets paella paneer " +
	"paprika parfait parmesan pepperoni pepsi pesto pie pinot pizza prosciutto quesadilla quinoa ramen ravioli ricotta risotto romaine salame salami salsa sauce sausage smoothie smore smores soda spaghetti sprite steak " +
	"sushi taco tacos tea teriyaki tiramisu toppings tortilla veg nonveg vegan veggie veggies vinaigrette yogurt celcius celsius fahrenheit kcal psi"

// countryWords are countries and places that nobody is named for, or hardly.
const countryWords = "gatwick heathrow stansted afghanistan africa albania algeria angola argentina armenia australia austria azerbaijan bahamas bahrain bangladesh barbados belarus belgium belize benin bhutan bolivia bosnia botswana brazil bulgaria burma burundi " +
	"cambodia cameroon canada chile colombia congo croatia cuba cyprus czechia denmark ecuador egypt england eritrea estonia ethiopia europe everest fiji finland france gabon gambia germany ghana greece grenada guatemala guinea " +
	"guyana haiti honduras hungary iceland indonesia iran iraq italy jamaica japan kazakhstan kenya kosovo kuwait kyrgyzstan laos latvia lebanon lesotho liberia libya liechtenstein lithuania luxembourg madagascar malawi malaysia " +
	"maldives mauritius mexico moldova monaco mongolia montenegro morocco mozambique myanmar namibia nepal netherlands nicaragua niger nigeria norway oman pakistan panama paraguay peru philippines poland portugal qatar " +
	"romania russia rwanda scotland senegal serbia seychelles singapore slovakia slovenia somalia spain sudan suriname sweden switzerland syria taiwan tajikistan tanzania thailand togo tunisia turkey turkmenistan uganda ukraine " +
	"uruguay uzbekistan vanuatu venezuela vietnam yemen zambia zimbabwe usa uk uae"

// typedWords are short forms of chats.
const typedWords = "misspelt aye dang darn heck aight alrighty cya darnit eww geez gohead gunna howabout hullo jeez nevermind nvm ofcourse whant woah woohoo yay yikes aah aahh ahh ahhh ohh ohhh ooh ack alot asap bbye brb btw byee byeee cod cud fyi goodmorning gud haii hii higud hmmk hmmm idk lol mam mrg mrng nada nope nopes np okies okok oky oops pls plz plss qty sry tks tnx ty k wk wks thanku thankyou thanx thnks thnx tq ur veh yaa yea yup"

// technicalWords are of programs and of networks.
const technicalWords = "atm atms ceo ceos cfo cfos coo cto dna kpi kpis oem oems sepa prometheus filebeat metricbeat vuex pinia homebrew webhook webhooks golang goroutine goroutines mysqld sshd systemd apk maxmemory allkeys lru aof bluetooth barometer mutex stdlib " +
	"webvtt changelog lockfile dockerfile makefile pnpm esbuild rollup svelte nuxt terraform ansible istio haproxy traefik curl href lodash npm pypi nginx tomcat jenkins grafana kibana kubectl zeroth javascript typescript nodejs jquery regex async await stdin param params localhost hostname ssid wifi vpn dns dhcp router modem firmware bday bvn nuban puk bitlocker mprn gprn ucic ndis crn cust pob imei iccid msisdn siri cortana iban bic cvv sms mob insta"

// notPerson says what token k is that the tagger took for a person's name, in a span from first to last: Person, a place or an
// organisation, or nothing by a list or because it is a common word, if misspelled, and none beside it is listed as a name.
func (p *pass) notPerson(k, first, last int) Type {
	if p.is(k, &departments) && k > first {
		return 0
	}
	if p.is(k, &hinglish) && p.areAll(&hinglish, first, last) || p.is(k, &titles) && p.areAll(&addressed, first, last) {
		return 0
	}
	if t := &p.text.Tokens[k]; k < last && t.Len() > leastLead && t.Shape&(scan.Upper|scan.Lower) != scan.Upper|scan.Lower && !p.isWritten() && p.areAll(&saidNoNames, first, k) {
		return 0 // the verb before a name: "ich heisse xaver"
	}
	if p.text.Tokens[k].Shape&(scan.Upper|scan.Lower) != scan.Upper|scan.Lower && !p.isWritten() && (p.is(k, &sentenceStarts) || k == first && k < last && p.text.Tokens[k+1].Len() > 1 && isWord(p.bytesOf(&p.text.Tokens[k]), "a") || k > first && p.isTalkBehind(k, last) || p.is(k, &doubtfulNames) && p.goesOnAsTalk(k)) {
		return 0
	}
	if k == first && k < last && p.bitsAt(k)&(wordRelation|wordPhraseEnd) != 0 && !p.isWritten() && p.cue(k)&wordRelation != 0 && !p.is(k, &titles) && p.set.names.Listing(p.text.Tokens[k].Hash).Given < 2 {
		return 0 // what somebody is: "mio figlio ermenegildo"
	}
	if p.wants.cues&cueName == 0 && !p.isWritten() && p.isSaidOf(first, last) {
		return 0
	}
	if p.isAnnounced(first, last) || p.at(int(p.text.Tokens[k].Start)-1) == '@' {
		return Person
	}
	if k == first && p.is(k-1, &determiners) && p.text.Tokens[k].Shape&scan.Upper == 0 && p.set.names.Listing(p.text.Tokens[k].Hash).Given == 0 {
		return 0 // "un ruido"
	}
	switch {
	case p.is(k, &firms), p.is(k, &makes):
		return Org
	case p.is(k, &places):
		return Location
	case k > first && (k < last || last+1 < len(p.text.Tokens)) && !p.isWritten() && p.is(k, &others) && p.areAll(&others, k, last): // the verb behind a name: "giulia porta"
		return 0
	case p.isForeignWord(k, first, last):
		return 0
	case p.isForeignTalk(k):
		if k > first && p.isGivenBefore(k) || k < last && p.set.names.Listing(p.text.Tokens[k].Hash).Given > 0 && p.set.names.Listing(p.text.Tokens[k+1].Hash).Surname > 0 {
			return Person
		}
	case !p.isOtherWord(k) || first < last && (p.hasNameLike(first, last) || k > first && p.isCapital(k) && p.isGivenBefore(k)):
		return Person
	}
	return 0
}

// isSaidOf says whether tokens first to last, which no list has as names, are what is said of names and passwords in other languages: "mijn naam is verkeerd
// gespeld".
func (p *pass) isSaidOf(first, last int) bool {
	if p.is(first-2, &nameWordsEnglish) && p.bitsAt(first-1)&wordIs != 0 {
		return false // "my name is tuo"
	}
	for k := first; k <= last; k++ {
		t := &p.text.Tokens[k]
		if t.Shape&scan.Upper != 0 || !p.is(k, &saidNoNames) && !p.is(k, &notPasswordsSaid) {
			return false
		}
		if l := p.set.names.Listing(t.Hash); l.Given > 0 || l.Surname > 0 {
			return false
		}
	}
	return true
}

var nameWordsEnglish = wordsOf("name surname")

// isTalkBehind says whether what a span has from token k on is no name but how the sentence goes on: "herr yilmaz worum geht's".
func (p *pass) isTalkBehind(k, last int) bool {
	if p.text.Tokens[k].Len() == 1 && !(k < last && p.text.Tokens[k+1].Len() > 1) && !p.is(k-1, &saidNoNames) {
		return false // "wayne's"
	}
	if k == last && p.endsClause(last) {
		return false // "john cena"
	}
	for ; k <= last; k++ {
		t := &p.text.Tokens[k]
		if l := p.set.names.Listing(t.Hash); t.Len() > 1 && (!p.is(k, &saidNoNames) || l.Surname > 1 || l.Common >= commonWord || p.is(k, &particles)) {
			return false
		}
	}
	return true
}

// goesOnAsTalk says whether a verb, somebody's pronoun or what somebody is to somebody stands behind token k: "elle prend", "will he".
func (p *pass) goesOnAsTalk(k int) bool {
	if p.is(k, &pronounNames) {
		return p.is(k+1, &auxiliaries) || p.is(k+1, &others) || p.bitsAt(k+1)&wordRelation != 0
	}
	if isWord(p.bytesOf(&p.text.Tokens[k]), "mark") {
		return p.is(k+1, &marked) && !p.is(k-1, &introWords) && !p.is(k-1, &personLead)
	}
	return p.is(k+1, &sentenceStarts) || p.is(k+1, &ownWords)
}

var (
	// sentenceStarts are no names where they are written in small letters.
	sentenceStarts = wordsOf("he she we they you it in at ich")
	// doubtfulNames are names that are also words that verbs follow, or that stand before what is somebody's.
	doubtfulNames = wordsOf("will may can mark elle mia tua main weiß weiss")
	pronounNames  = wordsOf("elle mia tua main")
	marked        = wordsOf("it my as")
)

// isForeignTalk says whether token k is a word of another language in small letters, also by its ending. Of those the tagger
// takes whole sentences for names: what else stands in a span doesn't speak for one.
func (p *pass) isForeignTalk(k int) bool {
	t := &p.text.Tokens[k]
	return t.Shape&scan.Upper == 0 && (p.is(k, &others) && !p.is(k, &noneAlone) && !p.is(k, &particles) || p.isInflected(t)) && (!p.isWritten() || p.isCased())
}

// isCased says whether a word near the start of the text begins with a capital: what is in small letters in it is no name.
func (p *pass) isCased() bool {
	const most = 48
	for k := range p.text.Tokens[:min(most, len(p.text.Tokens))] {
		if p.isCapital(k) {
			return true
		}
	}
	return false
}

// isGivenBefore says whether the word before token k, and before a particle, is listed as a given name, or an initial: token k may be the surname then.
func (p *pass) isGivenBefore(k int) bool {
	for k--; k > 0 && p.is(k, &particles); k-- {
	}
	t := &p.text.Tokens[k]
	l := p.set.names.Listing(t.Hash)
	return t.Len() == 1 && bytes.IndexByte([]byte("aeioyuwz"), p.b[t.Start]|0x20) < 0 || !l.Other && !p.is(k, &others) && (l.Given > 1 || l.Given > 0 && l.Common < commonWord)
}

// isForeignWord says whether token k, a word in small letters that is no frequent given name, is none that anything speaks for as a name, in a conversation in another
// language than English. The tagger knows few words of other languages and takes what it doesn't know for names.
func (p *pass) isForeignWord(k, first, last int) bool {
	const frequent, rare, least = 2, 2, 2
	t := &p.text.Tokens[k]
	if t.Shape&(scan.Upper|scan.Digit) != 0 || p.isWritten() || p.isSpokenFor(k, first, last) {
		return false
	}
	if l := p.set.names.Listing(t.Hash); !l.Other && (l.Given >= frequent || l.Common > rare) && !p.is(k, &everyday) {
		return false
	}
	foreign, english := p.countForeign()
	return foreign >= least && foreign > english
}

// countForeign counts the frequent words of other languages, and the English ones, of the text. It is done when it is first needed.
func (p *pass) countForeign() (foreign, english int) {
	if p.foreign < 0 {
		p.foreign, p.english = 0, 0
		for i := range p.text.Tokens {
			common := p.set.names.Listing(p.text.Tokens[i].Hash).Common >= commonWord
			switch foreign := p.isForeign(i); { // "me", "die": words of both say nothing
			case foreign && !common:
				p.foreign++
			case common && !foreign:
				p.english++
			}
		}
	}
	return p.foreign, p.english
}

// isForeign says whether token k is a frequent word of another language than English.
func (p *pass) isForeign(k int) bool {
	return p.is(k, &others) || p.set.names.Listing(p.text.Tokens[k].Hash).Other
}

// isSpokenFor says whether something beside token k, of a span from first to last, speaks for a name in any language: a question, the beginning of a clause, a given name, a pause
// or a word that names stand behind before it, a surname, "ji" or what somebody does behind it.
func (p *pass) isSpokenFor(k, first, last int) bool {
	const few, longest = 4, 8 // words: of what may be an answer, of a name
	switch {
	case p.wants.cues&cueName != 0, p.isHeard(k), k == 0 && len(p.text.Tokens) < few, k > 0 && p.between(k-1) != gapSpace:
	case k == 0:
		return p.is(1, &foreignTails) || p.bitsAt(1)&wordDoes != 0
	case p.is(k-1, &andWords) || p.is(k-1, &foreignAnds):
		return k == 1 || p.set.names.Listing(p.text.Tokens[k-2].Hash).Given > 0 && !p.isForeign(k-2)
	case k > first+longest:
		return false
	case p.is(k-1, &infinitiveLeads) && p.isInfinitive(k):
		return false
	case k > first && p.is(k-1, &particles):
		return p.isSpokenFor(k-1, first, last)
	case p.is(k-1, &foreignLeads), p.is(k-1, &hesitations), p.bitsAt(k-1)&wordRelation != 0, p.isGivenBefore(k) && !p.is(k-1, &everyday):
	case k > first && !p.isForeign(k-1) && !p.isForeignWord(k-1, first, last): // the rest of a name
	case p.bitsAt(k+1)&wordDoes != 0, p.is(k+1, &personTail), k < last && p.set.names.Listing(p.text.Tokens[k+1].Hash).Surname > 1 && !p.isForeign(k+1):
	default:
		return false
	}
	return true
}

// isInfinitive says whether token k ends as verbs in Spanish, Italian and Portuguese do: "llorar", "piangere".
func (p *pass) isInfinitive(k int) bool {
	const least = 5
	b := bytes.TrimSuffix(p.bytesOf(&p.text.Tokens[k]), []byte("e"))
	return len(b) >= least && b[len(b)-1] == 'r' && bytes.IndexByte([]byte("aei"), b[len(b)-2]) >= 0
}

var (
	// everyday are given names that are more often other words where their language is spoken.
	everyday = wordsOf("wale wali gaye gayi lena leni dena deni diya liya mila mili milta bas baar bill deja luz vino corto primo sabato domenica sa luce luci soccorso bambina alta lavar mala boden morgen oma herbst bauch keller " +
		"karta sam sama inna winda windy wiem bo mari long essence ander dan wilde lona era")
	infinitiveLeads = wordsOf("a de da di para por per")
	foreignTails    = wordsOf("hier se aquí aqui qui ici tutaj am aan bol buongiorno buonasera pronto guten hallo goedemorgen goedemiddag dzień bonjour hola namaste ji olá bom boa")
	foreignAnds     = wordsOf("y e et und en i oraz aur og och ki")
)

// foreignLeads are words of other languages that names stand behind.
var foreignLeads = wordsOf("con a al para por es soy eres hola doña don d mit von für bei an bin ist hallo frau herr herrn fräulein also met door voor bij ben is mevrouw meneer dag avec pour chez à c'est suis bonjour madame monsieur " +
	"con per da di sono è signora signor signorina ciao com por para ao à sou é senhora senhor dona olá oi z dla do jest jestem u pani pan panią pana panem cześć dzień ji shri shrimati naam namaste wo woh main med få nessun nessuna passo m alors geen kein keinen klient klientem klientka klientką ja sí sim oui tak haan pronto")

// isInflected says whether a word that no list has begins and ends as words of other languages do and names don't: "kündigungen", "ubicaciones",
// "gereinigt".
func (p *pass) isInflected(t *scan.Token) bool {
	const least, long = 7, 8
	b := p.bytesOf(t)
	if len(b) < least || t.Shape&scan.Upper != 0 {
		return false
	}
	l := p.set.names.Listing(t.Hash)
	if l.Given+l.Surname > 0 || l.Other {
		return false
	}
	for _, end := range wordEnds[b[len(b)-1]] {
		if bytes.HasSuffix(b, []byte(end)) {
			return len(end) > len("ando") || len(b) >= long
		}
	}
	if end := b[len(b)-1]; len(b) >= long && (end == 't' || end == 'd') {
		for _, start := range participles {
			if bytes.HasPrefix(b, []byte(start)) {
				return true
			}
		}
	}
	return false
}

var (
	// wordEnds are such endings, by their last byte.
	wordEnds = func() (ends [256][]string) {
		for _, end := range strings.Fields("ungen heiten keiten schaft heit keit ieren iert tät täten ische ischen ción ciones mente aron ieron idad idades amos emos imos ando iendo izado izada zione zioni iamo abile ibile mento menti " +
			"ità ções ação amento ations ation ements ement euses isme able ible ables ibles age ages agem ável ível heid heden lijk lijke teerd eerde ości ość ować owany owana iłem iłam ałem ałam iło ało eniem aniem " +
			"aniu eniu cznie czny czna czne liśmy ningen ningar ligt lighed igheden elser prazole statin statine mycin mycine cillin cilline sartan dipine oxetine profen codone gliptin gliflozin xaban azepam cycline floxacin " +
			"conazole lukast thiazide triptan azide") {
			ends[end[len(end)-1]] = append(ends[end[len(end)-1]], end)
		}
		return ends
	}()
	// participles are beginnings of words that end in "t" and "d".
	participles = [...]string{"ge", "ver", "ent", "zer", "abge", "ange", "aufge", "ausge", "einge", "durchge", "umge", "zuge", "uitge", "aange", "opge", "afge", "doorge", "nage", "meege", "terugge", "schoonge"}
)

// leastLead is how long a word before a name is at least that is no particle: "de".
const leastLead = 3

// areAll says whether all tokens from first to last are of a list.
func (p *pass) areAll(list *words, first, last int) bool {
	for k := first; k <= last; k++ {
		if !p.is(k, list) {
			return false
		}
	}
	return true
}

// isAnnounced says whether a name or a secret was asked for, or a word about one or a title stands near tokens first to last.
func (p *pass) isAnnounced(first, last int) bool {
	const cues, before, behind = cueName | cuePassword | cueSecret | wordAnswer, 5, 5
	const answered = 0.1
	if p.path.bits&cues != 0 || p.wants.cues&cues != 0 && p.wants.decay <= answered || p.is(first-1, &titles) || first < last && p.is(first, &titles) {
		return true
	}
	if p.said&cues == 0 || p.in.Role == RoleAgent {
		return false
	}
	for k := first - before; k <= last+behind; k++ {
		if p.bitsAt(k)&(cues|wordPhraseEnd) != 0 && p.cue(k)&cues != 0 {
			return true
		}
	}
	return false
}

// isOtherWord says whether token k is of the lists, or in conversations in small letters a common word, if misspelled.
func (p *pass) isOtherWord(k int) bool {
	if p.is(k, &noNames) {
		return true
	}
	t := &p.text.Tokens[k]
	l := p.set.names.Listing(t.Hash)
	if t.Shape&(scan.Upper|scan.High|scan.Digit) != 0 || p.isWritten() || l.Given+l.Surname > 0 || l.Other || p.is(k-1, &introWords) {
		return false
	}
	return l.Common >= commonWord || l.Common == 0 && p.isTyped(t)
}

// typedWord is a word that no list has, by its hash, and whether it is isTyped.
type typedWord struct {
	hash uint32
	is   bool
}

// typedSlots is how many of them are remembered, 16 KB a worker. To try all misspellings takes some microseconds, and names come again, in a
// call most of all. Two words of 32 equal bits would have one answer: that is as likely as once in 2^32 look-ups, and the lists, which are
// looked up by the same bits and hold more words, err more often.
const typedSlots = 2048

// isTyped says whether a word that no list has is common words written together, or one misspelled.
func (p *pass) isTyped(t *scan.Token) bool {
	if p.typed == nil {
		p.typed = make([]typedWord, typedSlots)
	}
	w := &p.typed[t.Hash%typedSlots]
	if w.hash != t.Hash || t.Hash == 0 {
		*w = typedWord{t.Hash, p.isGluedWords(t) || p.isMisspelled(t)}
	}
	return w.is
}

// introWords stand before a name that somebody says.
var introWords = wordsOf("is s m am im its this it's i'm")

// hasNameLike says whether a token from first to last is listed as a name, or not at all, and isn't another word.
func (p *pass) hasNameLike(first, last int) bool {
	for k := first; k <= last; k++ {
		t := &p.text.Tokens[k]
		l := p.set.names.Listing(t.Hash)
		if t.Len() > 2 && !l.Other && (max(l.Given, l.Surname) > 1 || l.Common == 0) && !p.is(k, &firms) && !p.is(k, &makes) && !p.is(k, &places) && !p.isOtherWord(k) {
			return true
		}
	}
	return false
}

// How common a word must be that is no name by that, whose misspelling is none, and that is written together with another.
const (
	commonWord   = 4
	commonTyped  = 6
	commonJoined = 5
)

// isGluedWords says whether a word is two common ones, one of them of talk, without the space between them: "nothanks", "sirthat".
func (p *pass) isGluedWords(t *scan.Token) bool {
	const least, short = 5, 3
	b := p.bytesOf(t)
	if len(b) < least || len(b) > misspelledMost {
		return false
	}
	if n := len(b) - 1; b[n] == 'i' || b[n] == 'u' {
		if x := p.commonOf(b[:n]); x.Common >= commonTyped && x.Other {
			return true // "surei"
		}
	}
	for i := 2; i <= len(b)-2; i++ {
		if i < short && !shortStarts[string(b[:i])] || len(b)-i < short && !shortEnds[string(b[i:])] {
			continue
		}
		if x, y := p.commonOf(b[:i]), p.commonOf(b[i:]); x.Common >= commonJoined && y.Common >= commonJoined && (x.Other || y.Other) {
			return true
		}
	}
	return false
}

// The words of two letters that others are written together with.
var (
	shortStarts = map[string]bool{"no": true, "ok": true, "go": true, "hi": true, "so": true, "my": true, "it": true, "am": true, "we": true}
	shortEnds   = map[string]bool{"it": true, "is": true, "me": true, "my": true, "to": true, "so": true, "no": true}
)

const misspelledMost = 16

// isMisspelled says whether a word is a common one with a letter too many, one missing, another in its place, or two that changed
// places: "thnaks", "tranfer".
func (p *pass) isMisspelled(t *scan.Token) bool {
	const least, long = 4, 6
	b := p.bytesOf(t)
	n := len(b)
	if n < least || n > misspelledMost {
		return false
	}
	is := func(w []byte) bool {
		l := p.commonOf(w)
		return l.Common >= commonTyped && l.Given == 0 && l.Surname == 0
	}
	var w [misspelledMost + 1]byte
	for i := range b {
		if i > 0 && b[i] == b[i-1] || n >= long {
			if is(append(append(w[:0], b[:i]...), b[i+1:]...)) {
				return true
			}
		}
		if n >= long-1 && i > 0 && b[i] != b[i-1] {
			copy(w[:], b)
			w[i-1], w[i] = b[i], b[i-1]
			if is(w[:n]) {
				return true
			}
		}
	}
	if n < long {
		return false
	}
	copy(w[:], b)
	for i := 1; i < n; i++ { // another letter in the place of one
		for c := byte('a'); c <= 'z'; c++ {
			if w[i] = c; is(w[:n]) {
				return true
			}
		}
		w[i] = b[i]
	}
	for i := n; i >= 1; i-- { // one more
		copy(w[i+1:], b[i:])
		for c := byte('a'); c <= 'z'; c++ {
			if w[i] = c; is(w[:n+1]) {
				return true
			}
		}
	}
	return false
}

// listingOf is what the lists say of a word.
func (p *pass) listingOf(w []byte) names.Listing {
	return p.set.names.Listing(noLexicon.Lookup(w).Hash)
}

// commonOf is what the lists say of a word that is as common as commonJoined, and nothing of others. Hundreds of misspellings are tried of a word,
// nearly all of which no list has: the filter tells that without a look at the lists, which are larger than the cache.
func (p *pass) commonOf(w []byte) names.Listing {
	h := noLexicon.Lookup(w).Hash
	if !p.set.names.MayBeCommon(h) {
		return names.Listing{}
	}
	return p.set.names.Listing(h)
}
