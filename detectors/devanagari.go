package detectors

import (
	"bytes"
	"unicode/utf8"

	"github.com/sonexlabs/tacet/detectors/scan"
)

// The tagger of names has read no Devanagari. Names in it are found by the words that Hindi says beside them, and by the lists of names
// after a word is written in Latin letters (Hunterian, without the vowels that Hindi leaves out).

const (
	devanagariLead  = 0xE0 // of the bytes of its letters
	devanagariFirst = 'ऀ'
	devanagariLast  = 'ॿ'
	devanagariMost  = 4 // words of a name, with one that says nothing
	romanLeast      = 3 // letters of a name in a list
	romanSure       = 4 // letters of one that needs no other beside it
)

// hindiWords are words that are no names, and so end one.
var hindiWords = wordsOf(`
	जी हाँ हां नहीं ना मत है हैं हूँ हूं हो था थी थे होगा होगी होंगे रहा रही रहे गया गयी गई गए कर करना करने करके करता करती करते किया की किए करें करो कीजिए दीजिए
	दो दे देना दिया दी लिया ली लेना लेकर ले आना आया आई आए आ आऊँगा जाना जाता जाती जाएगा जाएगी जा बोल बोलना बोला बोली बोलिए बोलो कहा कह कहना कहते कहिए बताना
	बताइए बताओ बता बताया सुनिए सुनो लिखिए लिखो देखिए देखो मिलना मिला मिली मिले चाहिए चाहता चाहती चाहते सकता सकती सकते सका पाया पड़ेगा लगता लगा
	मैं मैंने मुझे मुझको मेरा मेरी मेरे हम हमें हमने हमारा हमारी हमारे तुम तुम्हें तुम्हारा तुम्हारी आप आपने आपको आपका आपकी आपके वह वो वे उस उसे उसने उसका उसकी उसके उन उन्हें
	उन्होंने उनका उनकी उनके यह ये इस इसे इसका इसकी इसके इन इन्हें इनका इनकी कोई कुछ किसी कौन क्या क्यों कैसे कैसा कैसी कब कहाँ कहां कितना कितने कितनी
	का के को से में पर तक लिए साथ बाद पहले अब तब जब यहाँ यहां वहाँ वहां अभी फिर भी ही तो और या लेकिन मगर क्योंकि अगर कि जो जिस जिसका बहुत थोड़ा ज़्यादा
	ज्यादा कम सब सभी हर एक तीन चार पाँच पांच छह छः सात आठ नौ दस शून्य डबल ट्रिपल ठीक अच्छा अच्छी सही गलत धन्यवाद शुक्रिया नमस्ते नमस्कार हेलो हैलो
	नाम नंबर नम्बर फोन मोबाइल पता शहर घर दिन रात सुबह शाम आज कल परसों समय बजे महीना साल जन्म तारीख बैंक खाता कार्ड पैसा पैसे रुपये रुपए बात काम मदद
	समस्या शिकायत सर मैडम भाई बहन माता पिता माँ बेटा बेटी पति पत्नी दोस्त गुरु साहब श्री श्रीमती कुमारी डॉक्टर मतलब यानी वाला वाली वाले दरअसल असल पूरा पूरी
	ओके हम्म अरे ऊँ अः जन्मतिथि पिन कोड ईमेल ऐट डॉट अंडरस्कोर पिनकोड वेलकम प्लीज़ प्लीज शुरू बंद चालू खत्म नया नई पुराना बड़ा छोटा ऑर्डर बिल रिफंड
	भारत इंडिया वर्ग नील पद्म पौन पौने सवा साढ़े साडे मीटर बटा दशमलव`)

// Words of Hindi that say where a name stands.
var (
	honorific = wordsOf("जी साहब")
	nameWord  = wordsOf("नाम उपनाम सरनेम कुलनाम")
	speaking  = wordsOf("बोल")
	andWord   = wordsOf("और")
	copula    = wordsOf("है था थी होगा लिखा दिखा")
	linksHi   = wordsOf("अब शायद तो है")
	fillerHi  = wordsOf("मतलब यानी अरे हम्म अं अँ")
	irregular = wordsOf("बनर्जी चटर्जी मुखर्जी") // surnames that are spelled by no rule
)

// findDevanagari adds the names of persons that are written in Devanagari.
func (p *pass) findDevanagari() {
	if bytes.IndexByte(p.b, devanagariLead) < 0 {
		return
	}
	tokens := p.text.Tokens
	for i := 0; i < len(tokens); i++ {
		if !p.mayName(i) {
			continue
		}
		end := i + 1
		for end < len(tokens) && end-i < devanagariMost && p.besides(end-1) {
			if !p.mayName(end) && !(p.is(end, &fillerHi) && end+1 < len(tokens) && p.besides(end) && p.mayName(end+1)) {
				break
			}
			end++
		}
		if p.isNamed(i, end) {
			p.addPerson(i, end-1)
			i = end - 1
			continue
		}
		if n := p.listed(i, end); n > i {
			p.addPerson(i, n-1)
			i = n - 1
		}
	}
}

// findSaidName adds the name between "naam" and "hai", as Hindi is written in Latin letters: "mera naam … hai".
func (p *pass) findSaidName() {
	if p.text.Said&cueName == 0 || p.in.Channel == ChannelLog {
		return
	}
	tokens := p.text.Tokens
	for _, h := range p.text.Hot {
		first := int(h) + 1
		if !p.is(int(h), &naam) {
			continue
		}
		last := first
		for last < len(tokens) && last-first <= devanagariMost && !p.is(last, &hai) {
			if t := &tokens[last]; !t.IsWord() || t.Bits&wordsNoName != 0 || !p.is(last, &fillersHinglish) && (p.set.names.IsCommon(t.Hash) || p.speech.IsPlain(t, p.b) || p.is(last, &asked) || p.is(last, &hinglish)) {
				last = len(tokens)
			}
			last++
		}
		if last > first && last < len(tokens) && last-first <= devanagariMost && !p.isOther(int(tokens[first].Start), int(tokens[first].End)) {
			p.addPerson(first, last-1)
		}
	}
}

// Words of Hindi in Latin letters.
var (
	naam            = wordsOf("naam nam")
	hai             = wordsOf("hai he")
	fillersHinglish = wordsOf("matlab yaani um uh aa woh er")
	asked           = wordsOf("kya kyaa kaun kaunsa bataiye bata sahi galat theek change wrong right register kis kiska")
)

// mayName says whether token i may be part of a name: a word in Devanagari that isn't another one of Hindi, and nothing found before.
func (p *pass) mayName(i int) bool {
	t := &p.text.Tokens[i]
	if t.Shape&scan.High == 0 || t.Shape&scan.Digit != 0 || t.Bits&wordsNoName != 0 {
		return false
	}
	r, _ := utf8.DecodeRune(p.b[t.Start:])
	return r >= devanagariFirst && r <= devanagariLast && t.Len() > 3 && !p.is(i, &hindiWords) && !p.speech.IsPlain(t, p.b) && !p.isOther(int(t.Start), int(t.End))
}

// besides says whether only a space or a hyphen stands between token i and the next.
func (p *pass) besides(i int) bool {
	a, b := &p.text.Tokens[i], &p.text.Tokens[i+1]
	return b.Start-a.End == 1 && (p.b[a.End] == ' ' || p.b[a.End] == '-')
}

// isNamed says whether words beside the tokens from i to end, not included, say that they are a name: "… जी", "नाम … है", "… बोल रही
// हूँ", or all of the answer to the question for one.
func (p *pass) isNamed(i, end int) bool {
	tokens := p.text.Tokens
	before := i - 1
	for before >= 0 && (p.is(before, &fillerHi) || p.is(before, &linksHi)) {
		before--
	}
	switch {
	case end < len(tokens) && p.besides(end-1) && p.is(end, &honorific):
		return true
	case before >= 0 && p.is(before, &nameWord) && (end == len(tokens) || p.is(end, &copula)):
		return true
	case p.is(end, &ownWords) && p.is(end+1, &nameWord) && p.is(end+2, &copula): // "… मेरा नाम है"
		return true
	case (before < 0 || p.is(before, &hindiWords)) && p.is(end, &speaking):
		return true
	}
	const frequent = 2
	known := p.isHeard(i) || end-i > 1 && p.romanTier(i) >= frequent // "जी अनन्या राव"
	if !known && (p.wants.cues&cueName == 0 || p.wants.decay > 0.1) {
		return false
	}
	for k := range tokens {
		if (k < i || k >= end) && !p.is(k, &hindiWords) {
			return false
		}
	}
	return true
}

// listed gives the token behind a name at token i that a list has, i if there is none. A rare name counts beside another only.
func (p *pass) listed(i, end int) int {
	const rare, frequent = 1, 2
	if p.counts(i-1) || p.counts(end) {
		return i // "twelve … square metres": a unit
	}
	known := p.romanTier(i)
	joined := i > 1 && p.is(i-1, &andWord) && p.mayName(i-2) && p.romanTier(i-2) >= frequent ||
		end+1 < len(p.text.Tokens) && p.is(end, &andWord) && p.mayName(end+1) && p.romanTier(end+1) >= frequent
	surname := i+1 < end && (p.romanTier(i+1) >= frequent || p.is(i+1, &fillerHi) && i+2 < end && p.romanTier(i+2) >= frequent)
	if known < rare || known < frequent && !joined && !surname {
		return i
	}
	n := i + 1
	for k := n; k < end; k++ {
		if p.romanTier(k) >= rare {
			n = k + 1
		} else if !p.is(k, &fillerHi) {
			break
		}
	}
	return n
}

// counts says whether token k is a number.
func (p *pass) counts(k int) bool {
	if k < 0 || k >= len(p.text.Tokens) {
		return false
	}
	t := &p.text.Tokens[k]
	return t.Shape&scan.Digit != 0 || p.speech.IsPlain(t, p.b) && !p.is(k, &fillerHi) && !p.is(k, &andWord)
}

// addPerson adds the tokens from first to last as a person, whom the call remembers.
func (p *pass) addPerson(first, last int) {
	start, end := int(p.text.Tokens[first].Start), int(p.text.Tokens[last].End)
	s := score{form: max(0.8, p.set.threshold)}
	p.addScored(start, end, guess{kind: Person, score: s, detector: byNames}, p.lower(start, end))
	if p.in.Call == nil {
		return
	}
	for k := first; k <= last; k++ {
		if !p.is(k, &fillerHi) && !p.is(k, &fillersHinglish) {
			p.in.Call.names.Add(p.text.Tokens[k].Hash)
		}
	}
}

// romanTier is how frequent a name token i is in the lists of given names and surnames, in the spelling of it that they have; 0 if they
// have none.
func (p *pass) romanTier(i int) (tier int) {
	if p.is(i, &irregular) {
		return 2
	}
	t := &p.text.Tokens[i]
	for _, spelling := range [...]roman{{}, {w: true}, {long: true}, {w: true, long: true}} {
		p.latin = spelling.write(p.latin[:0], p.b[t.Start:t.End])
		if len(p.latin) < romanLeast {
			continue
		}
		known := p.set.names.Tier(p.set.lexicon.Lookup(p.latin).Hash)
		if len(p.latin) < romanSure {
			known = min(known, 1)
		}
		tier = max(tier, known)
	}
	return tier
}

// roman is a way to write Hindi in Latin letters.
type roman struct {
	w    bool // "pawar", not "pavar"
	long bool // "deepak", not "dipak"
}

var romanConsonants = map[rune]string{
	'क': "k", 'ख': "kh", 'ग': "g", 'घ': "gh", 'ङ': "n", 'च': "ch", 'छ': "chh", 'ज': "j", 'झ': "jh", 'ञ': "n", 'ट': "t", 'ठ': "th", 'ड': "d", 'ढ': "dh",
	'ण': "n", 'त': "t", 'थ': "th", 'द': "d", 'ध': "dh", 'न': "n", 'प': "p", 'फ': "ph", 'ब': "b", 'भ': "bh", 'म': "m", 'य': "y", 'र': "r", 'ल': "l",
	'ळ': "l", 'व': "v", 'श': "sh", 'ष': "sh", 'स': "s", 'ह': "h", '\u095B': "z", '\u095E': "f", '\u095C': "d", '\u095D': "dh",
}

var romanVowels = map[rune]string{
	'अ': "a", 'आ': "a", 'इ': "i", 'ई': "ee", 'उ': "u", 'ऊ': "oo", 'ऋ': "ri", 'ए': "e", 'ऐ': "ai", 'ओ': "o", 'औ': "au", 'ऑ': "o", 'ऍ': "e",
	'ा': "a", 'ि': "i", 'ी': "ee", 'ु': "u", 'ू': "oo", 'ृ': "ri", 'े': "e", 'ै': "ai", 'ो': "o", 'ौ': "au", 'ॉ': "o", 'ॅ': "e",
}

// syllable is a consonant with its vowel, in Latin letters. It is silent where it has none.
type syllable struct {
	head, vowel, coda string
	inherent          bool // the vowel isn't written
}

// write appends a word. What it doesn't know it leaves out.
func (o roman) write(dst, word []byte) []byte {
	const most = 24
	var list [most]syllable
	n := 0
	for _, r := range string(word) {
		if head, ok := romanConsonants[r]; ok && n < most {
			list[n] = syllable{head: head, vowel: "a", inherent: true}
			n++
			continue
		}
		v, ok := romanVowels[r]
		switch {
		case ok && r < 'क' && n < most: // a vowel by itself
			list[n] = syllable{vowel: v}
			n++
		case n == 0:
		case ok:
			list[n-1].vowel, list[n-1].inherent = v, false
		case r == '्':
			list[n-1].vowel, list[n-1].inherent = "", false
		case r == 'ं' || r == 'ँ':
			list[n-1].coda = "n"
		case r == '़' && list[n-1].head == "j":
			list[n-1].head = "z"
		case r == '़' && list[n-1].head == "ph":
			list[n-1].head = "f"
		}
	}
	dropVowels(list[:n])
	for k := range list[:n] {
		s := &list[k]
		head := s.head
		if o.w && head == "v" {
			head = "w"
		}
		dst = append(dst, head...)
		switch {
		case !o.long && s.vowel == "ee":
			dst = append(dst, 'i')
		case !o.long && s.vowel == "oo":
			dst = append(dst, 'u')
		case o.long && s.vowel == "ee" && k == n-1: // "jyoti"
			dst = append(dst, 'i')
		default:
			dst = append(dst, s.vowel...)
		}
		dst = append(dst, s.coda...)
	}
	return dst
}

// dropVowels takes out the unwritten vowels that Hindi doesn't speak: at the end, but for one behind two consonants, and between two
// syllables with vowels (Ohala's rule).
func dropVowels(list []syllable) {
	last := len(list) - 1
	if last > 0 && list[last].inherent && list[last].coda == "" && list[last-1].vowel != "" {
		list[last].vowel = ""
	}
	for k := last - 1; k > 0; k-- {
		s := &list[k]
		if s.inherent && s.coda == "" && list[k-1].vowel != "" && list[k-1].coda == "" && list[k+1].vowel != "" && list[k+1].head != "" {
			s.vowel = ""
		}
	}
}
