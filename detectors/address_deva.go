package detectors

import "github.com/sonexlabs/tacet/detectors/scan"

// Addresses in Devanagari, as Hindi and Marathi speakers give them: "फ्लैट नंबर 12, शिव अपार्टमेंट, गांधी रोड, पुणे 411001". There are no capital
// letters to see a name by, so that an address is made of what can't be much else, words of streets and units beside their numbers, known
// places, postcodes, and of the few words between these.

// devaStreets and devaUnits set the reading off. Numbers stand before the name of a street and behind the word for a unit.
const (
	devaStreets = `रोड स्ट्रीट एवेन्यू एवन्यू मार्ग लेन चौक बाईपास बायपास हाईवे हाइवे`
	devaUnits   = `फ्लैट फ़्लैट प्लॉट प्लाट मकान शॉप गली सेक्टर ब्लॉक फ्लोर फ़्लोर मंज़िल मंजिल अपार्टमेंट अपार्टमेंट्स`
)

var (
	devaStreet = wordsOf(devaStreets)
	// devaFirm are the units that speak for an address with a number alone.
	devaFirm = wordsOf(`फ्लैट फ़्लैट प्लॉट प्लाट मकान शॉप गली`)
	devaUnit = wordsOf(devaUnits)
	// devaParts are further words that an address consists of, and ends with.
	devaParts = wordsOf(`नगर कॉलोनी कालोनी मोहल्ला मार्केट बाज़ार बाजार प्लाज़ा प्लाजा टावर टॉवर सोसाइटी सोसायटी विहार एनक्लेव पार्क क्रॉस मेन फेज फेज़ टाउन
		ईस्ट वेस्ट नॉर्थ साउथ पूर्व पश्चिम उत्तर दक्षिण पंप मंदिर इंस्टीट्यूट`)
	devaSides  = wordsOf("ईस्ट वेस्ट नॉर्थ साउथ")
	devaNumber = wordsOf("नंबर नम्बर नं क्रमांक")
	// devaBeside follow a landmark: "पंप के सामने".
	devaBeside = wordsOf("सामने पास पीछे बगल नज़दीक नजदीक निकट")
	// devaPlain stand in no address.
	devaPlain = wordsOf(`आइए आइये आना आओ मिलिए मिलें पता पते पत्ता मैं मैंने मुझे मेरा मेरी मेरे हम हमारा हमारी हमारे आप आपका आपकी आपके वह वो यह ये इस उस है हैं हूँ हूं था थी थे हो होगा में से को ने पर तक का की और या कि जो तो ही भी
		नहीं ना हाँ हां जी कृपया धन्यवाद शुक्रिया अब अभी फिर क्या कब कहाँ कहां क्यों कैसे कौन कितना कितने कितनी रहता रहती रहते भेज भेजो भेजिए भेजें दीजिए कीजिए करें करना करो चाहिए
		गया गई गए लोग लोगों साल महीने दिन घंटे मिनट किलोमीटर किमी मीटर रुपये रुपए रुपया बंद खुला जाम आज कल बाद पहले लिए साथ एक_बार आहे आहेत माझा माझी माझे मी तो ती ते हा ही हे आणि
		वर येथे नाही होय कृपा तुमचा राहतो राहते पाठवा`)
	// devaMeasures stand behind a number that is no house's: "80 फीट रोड".
	devaMeasures = wordsOf("फीट फ़ीट फुट मीटर किलोमीटर किमी मंज़िला मंजिला लेन")
	devaPlaces   = wordsOf(`दिल्ली मुंबई मुम्बई चेन्नई कोलकाता कलकत्ता बेंगलुरु बैंगलोर बंगलौर हैदराबाद पुणे अहमदाबाद सूरत जयपुर लखनऊ कानपुर नागपुर इंदौर ठाणे भोपाल पटना वडोदरा
		गाज़ियाबाद गाजियाबाद लुधियाना आगरा नासिक नाशिक फरीदाबाद फ़रीदाबाद मेरठ राजकोट वाराणसी श्रीनगर औरंगाबाद धनबाद अमृतसर इलाहाबाद प्रयागराज रांची राँची हावड़ा कोयंबटूर जबलपुर ग्वालियर
		विजयवाड़ा जोधपुर मदुरै रायपुर कोटा गुवाहाटी चंडीगढ़ सोलापुर हुबली मैसूर बरेली गुड़गांव गुरुग्राम नोएडा मुरादाबाद जालंधर भुवनेश्वर अलीगढ़ गोरखपुर बीकानेर अमरावती जमशेदपुर भिलाई कटक
		कोच्चि देहरादून अजमेर उज्जैन उदयपुर जम्मू मथुरा झांसी शिमला गांधीनगर कोहिमा इंफाल शिलांग आइजोल अगरतला गंगटोक पणजी ईटानगर दिसपुर कोल्हापुर
		महाराष्ट्र गुजरात राजस्थान पंजाब हरियाणा बिहार झारखंड ओडिशा असम बंगाल केरल कर्नाटक तमिलनाडु तेलंगाना छत्तीसगढ़ उत्तराखंड हिमाचल गोवा मणिपुर मेघालय मिजोरम नागालैंड त्रिपुरा
		सिक्किम कश्मीर प्रदेश भारत`)
)

// What the parts of an address in Devanagari add to its likelihood.
const (
	devaFirmForm = 0.5  // a street with name and number, "फ्लैट नंबर 12"
	devaUnitForm = 0.25 // "सेक्टर 62", "3rd फ्लोर"
	devaPartForm = 0.1
	devaPinForm  = 0.3
	devaTownForm = 0.2
)

// isDeva says whether token k is a word in Devanagari.
func (p *pass) isDeva(k int) bool {
	if k < 0 || k >= len(p.text.Tokens) {
		return false
	}
	t := &p.text.Tokens[k]
	return t.Shape&scan.High != 0 && p.b[t.Start] == 0xE0 && (p.at(int(t.Start)+1) == 0xA4 || p.at(int(t.Start)+1) == 0xA5)
}

// devaStretch is an address in Devanagari as far as it has been read.
type devaStretch struct {
	first, last int // last is the last token that surely belongs to it
	form        float32
	numbers     int
	words       int // since the last sure token
	named       bool
	number      bool // the token before is a number, with nothing but words behind it
}

// devaAddress reads an address in Devanagari that begins with token i, a number or a word for a unit, or right before it. It gives the token
// to go on with, or 0.
func (p *pass) devaAddress(i int) (next int) {
	if p.in.Channel == ChannelLog || !p.isFree(i) {
		return 0
	}
	s := devaStretch{first: i, last: i - 1}
	p.devaBefore(&s)
	const most = 40
	j := s.first
	for ; j < len(p.text.Tokens) && j < i+most && p.isFree(j); j++ {
		if j > s.first {
			switch p.between(j - 1) {
			case gapComma, gapSpace, gapDash, gapSlash:
			default:
				return p.devaNote(&s, j)
			}
		}
		if !p.devaToken(&s, j) {
			return p.devaNote(&s, -1)
		}
	}
	return p.devaNote(&s, j)
}

// devaBefore takes in what stands before the first token, a number: the word for a unit, the name of a building, places before a postcode.
func (p *pass) devaBefore(s *devaStretch) {
	const most, names = 6, 2                                                          // tokens; words of a name
	if k := s.first - 1; p.isNumberAt(k) && p.between(k) == gapSlash && p.isFree(k) { // "16/17"
		s.first, s.last = k, k-1
	}
	pin := p.text.Tokens[s.first].IsNumber() && p.text.Tokens[s.first].Len() == 6
	k := s.first - 1
	if p.is(k, &devaNumber) {
		k--
	}
	if !p.isDevaPart(k) && !p.is(k, &devaUnit) && !p.isDevaStreet(k) && !p.is(s.first-1, &devaNumber) && !pin && !p.is(k, &devaSides) {
		return
	}
	plain, named := 0, false // the token behind has a name before it
	for k = s.first - 1; k > s.first-most && p.isFree(k); k-- {
		if gap := p.between(k); gap != gapSpace && gap != gapDash && !(pin && gap == gapComma) {
			break
		}
		switch {
		case p.is(k, &devaNumber), p.is(k, &devaOrdinals):
			named = false
		case p.is(k, &devaUnit), p.isDevaPart(k), p.isDevaStreet(k):
			named, plain = true, 0
		case pin && p.is(k, &devaPlaces):
		case pin && p.is(k, &devaAnd) && p.is(k-1, &devaPlaces): // "जम्मू और कश्मीर"
		case (pin || named) && plain < names && p.isDeva(k) && !p.is(k, &devaPlain):
			plain++
		default:
			s.first, s.last = k+1, k
			return
		}
	}
	s.first, s.last = k+1, k
}

// isDevaPart says whether token k is a further word of an address or a place.
func (p *pass) isDevaPart(k int) bool { return p.is(k, &devaParts) || p.is(k, &devaPlaces) }

var (
	devaAnd      = wordsOf("और एवं")
	devaOrdinals = wordsOf("फ़र्स्ट फर्स्ट सेकंड सेकेंड थर्ड फ़ोर्थ फोर्थ फ़िफ्थ फिफ्थ पहली दूसरी तीसरी चौथी पांचवी पाँचवीं ग्राउंड")
	devaCounted  = wordsOf("बजे रुपये रुपए रुपया लोग लोगों साल महीने दिन घंटे मिनट बार लाख हज़ार हजार करोड़ प्रतिशत फीसदी किलो ग्राम लीटर")
)

// isNumberAt says whether token k is a number.
func (p *pass) isNumberAt(k int) bool {
	return k >= 0 && k < len(p.text.Tokens) && p.text.Tokens[k].Shape&scan.Digit != 0
}

// devaToken takes token j in, unless it ends the address.
func (p *pass) devaToken(s *devaStretch, j int) bool {
	const between = 4 // words without a sure one
	t := &p.text.Tokens[j]
	sure := true
	switch {
	case t.Shape&scan.Digit != 0:
		if t.Len() > 6 || p.hasCurrency(int(t.Start)) || p.is(j+1, &devaCounted) {
			return false
		}
		if s.number = !p.is(j+1, &devaMeasures); s.number {
			s.numbers++
		}
		if t.Len() == 6 && t.IsNumber() && s.form > 0 {
			s.form += devaPinForm
		}
		if p.is(j-1, &devaNumber) && p.between(j) == gapSlash && p.isNumberAt(j+1) {
			s.form += devaUnitForm // "नंबर 22/18"
		}
		s.named = false
	case p.isDevaStreet(j):
		if s.number && s.named || p.isNumberAt(j+1) || p.is(j+1, &devaNumber) && p.isNumberAt(j+2) {
			s.form += devaFirmForm
			s.number = false
		} else {
			s.form += devaPartForm
		}
	case p.is(j, &devaUnit):
		switch numbered := p.isNumberAt(j+1) || p.is(j+1, &devaNumber) && p.isNumberAt(j+2); {
		case numbered && p.is(j, &devaFirm):
			s.form += devaFirmForm
		case numbered || p.isNumberAt(j-1) || p.is(j-1, &devaOrdinals):
			s.form += devaUnitForm
		default:
			s.form += devaPartForm
		}
	case p.is(j, &devaNumber):
		return p.isNumberAt(j + 1)
	case p.is(j, &devaPlaces):
		s.form += devaTownForm
		s.named = true // "मथुरा रोड"
	case p.is(j, &devaParts) && j > s.first:
		if s.form += devaPartForm; p.isNumberAt(j + 1) {
			s.form += devaUnitForm - devaPartForm // "फेज 1"
		}
		s.named = true // "पार्क एवेन्यू"
	case p.is(j, &devaAnd) && (p.isNumberAt(j-1) && p.isNumberAt(j+1) || p.is(j-1, &devaPlaces) && p.is(j+1, &devaPlaces)):
		return true
	case p.is(j, &devaBeside) && s.form > 0:
	case isWord(p.bytesOf(t), "के") && p.is(j+1, &devaBeside):
		return true
	case p.is(j, &devaPlain) || !t.IsWord() || t.Bits&(cuesIdentifier&^cueAddress|cuesAgainst) != 0:
		return false
	default:
		s.named = s.named || !p.is(j, &devaMeasures)
		sure = false
	}
	if !sure {
		s.words++
		return s.words <= between
	}
	s.last, s.words = j, 0
	return true
}

// isDevaStreet says whether token j is the word for a street, or the letters for it: "आर डी".
func (p *pass) isDevaStreet(j int) bool {
	return p.is(j, &devaStreet) || j > 0 && j < len(p.text.Tokens) && isWord(p.bytesOf(&p.text.Tokens[j]), "डी") && isWord(p.bytesOf(&p.text.Tokens[j-1]), "आर")
}

// devaNote takes what was read for an address if it is likely enough. The words before token closed belong to it if that ends the text or a
// sentence.
func (p *pass) devaNote(s *devaStretch, closed int) (next int) {
	const tail = 3 // words at the end
	if s.numbers == 0 || s.last < s.first {
		return 0
	}
	if closed > s.last+1 && closed-s.last-1 <= tail {
		s.last = closed - 1
	}
	start, end := int(p.text.Tokens[s.first].Start), int(p.text.Tokens[s.last].End)
	score := score{form: min(s.form, addressFull), question: p.wants.score(cueAddress, addressWord)}
	if (p.said|p.path.bits)&cueAddress != 0 {
		ctx := p.around(s.first, s.last)
		score.words = min(ctx.boost(cueAddress), addressField)
	}
	return p.note(start, end, s.last, Address, score, byAddress, p.lower(start, end))
}
