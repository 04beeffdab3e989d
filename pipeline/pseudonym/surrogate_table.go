package pseudonym

// latinNames are given names that people of any gender have, in small letters.
var latinNames = [...]string{
	"alex", "ari", "ash", "avery", "bay", "billie", "blair", "cameron", "casey", "charlie", "corey", "dakota", "dana", "devon", "drew", "eden",
	"ellis", "emery", "finley", "frankie", "harley", "haven", "hayden", "hollis", "indigo", "jackie", "jaden", "jamie", "jessie", "jody", "jules", "kai",
	"kendall", "kerry", "kim", "lane", "lee", "lennon", "leslie", "logan", "lou", "marley", "marlow", "merle", "micah", "morgan", "nico", "noel",
	"oakley", "parker", "peyton", "quinn", "reese", "remy", "riley", "robin", "rory", "rowan", "sacha", "sam", "sidney", "skyler", "taylor", "wren",
}

// surnameStarts and surnameEnds make up surnames, towns and streets.
var (
	surnameStarts = [...]string{
		"ash", "bar", "beck", "birch", "bram", "brook", "cal", "clar", "corn", "dun", "elder", "fern", "gar", "hal", "har", "hazel",
		"holm", "kel", "lang", "lark", "mar", "mel", "nor", "oak", "pem", "raven", "ros", "sel", "stan", "thorn", "wal", "win",
	}
	surnameEnds = [...]string{
		"bourne", "bridge", "bury", "combe", "dale", "field", "ford", "hurst", "ley", "mere", "more", "ridge", "stead", "well", "wick", "worth",
	}
)

// nameWords are the names of a script other than Latin.
type nameWords struct {
	given, surnames []string
	joined          bool // surname and name are one word, in this order
}

var otherNames = [scripts]nameWords{
	scriptCyrillic: {given: []string{"саша", "женя", "валя", "слава", "шура", "паша", "вася", "тоша", "мика", "стася", "лесь", "ника"},
		surnames: []string{"дубенко", "речко", "лесных", "озерко", "полянко", "ветренко", "горных", "степенко", "рощук", "снежко", "ясенко", "луговых"}},
	scriptArabic: {given: []string{"نور", "صباح", "رضا", "إحسان", "جهاد", "نضال", "وسام", "أمل", "سلام", "ضياء", "وئام", "عصمت"},
		surnames: []string{"الجبلي", "النهري", "السهلي", "البحري", "الوادي", "الغابي", "الرملي", "الزيتوني"}},
	scriptDevanagari: {given: []string{"किरण", "ज्योति", "शशि", "सुमन", "चंचल", "मनप्रीत", "हरप्रीत", "गुरप्रीत", "सोनू", "रिम्मी", "दीप", "आकाश"},
		surnames: []string{"नदीवाल", "वनवाल", "पर्वतकर", "सागरकर", "मेघवाले", "तारापुरी", "दीपपुरी", "झीलवाल"}},
	scriptKana: {given: []string{"あおい", "ひなた", "そら", "はる", "ゆう", "まこと", "ひかる", "かおる", "みずき", "なお"},
		surnames: []string{"もりかわ", "あおのはら", "しらみね", "つきおか", "ほしざわ", "くもい", "かぜまち", "ゆきむら"}},
	scriptHan: {given: []string{"安", "晨", "宁", "乐", "清", "文", "平", "远", "明", "和", "晴", "川"}, joined: true,
		surnames: []string{"云", "江", "岳", "山", "林", "石", "水", "田"}},
	scriptHangul: {given: []string{"하늘", "지우", "은별", "새벽", "나루", "다온", "가람", "소리", "한결", "이든"}, joined: true,
		surnames: []string{"강", "산", "들", "별", "솔", "달", "윤", "한"}},
}

// fictions are the ranges of numbers that authorities keep for films and books: # is any digit.
//
// GB: Ofcom, "Telephone numbers for drama use". US and CA: NANPA, 555-0100 to 555-0199 in any area. FR: ARCEP, decision 2018-0881.
// DE: Bundesnetzagentur, "Rufnummern für Medienproduktionen". IE: ComReg, 020 91x xxxx. SE: PTS, "Telefonnummer för användning i böcker
// och filmer". AU: ACMA, "Phone numbers for use in TV shows, films and creative works".
var fictions = [...]struct {
	country       string
	mobile, fixed []string
}{
	{"GB", []string{"447700900###"}, []string{"441632960###", "442079460###", "441134960###", "441144960###", "441154960###", "441164960###", "441174960###",
		"441184960###", "441214960###", "441314960###", "441414960###", "441514960###", "441614960###", "441914980###", "442920180###"}},
	{"US", nil, []string{"120255501##", "120655501##", "121255501##", "130355501##", "131255501##", "140455501##", "141555501##", "150355501##", "151255501##", "160255501##",
		"161455501##", "161555501##", "161755501##", "170255501##", "171355501##", "180155501##", "181655501##", "190155501##"}},
	{"CA", nil, []string{"141655501##", "151455501##", "160455501##", "161355501##", "178055501##", "190255501##"}},
	{"FR", []string{"3363998####"}, []string{"3319900####", "3326191####", "3335301####", "3346571####", "3353649####"}},
	{"DE", []string{"4917139200##", "49176040690##"}, []string{"493023125###", "496990009###", "494066969###", "492214710###", "498999998###"}},
	{"IE", nil, []string{"3532091#####"}},
	{"SE", nil, []string{"463139006##", "464062804##", "468465004##"}},
	{"AU", nil, []string{"6125550####", "6127010####", "6135550####", "6137010####", "6175550####", "6177010####", "6185550####", "6187010####"}},
}
