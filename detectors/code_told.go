package detectors

import (
	"bytes"

	"github.com/sonexlabs/tacet/detectors/scan"
)

// The lengths of codes that are sent or set.
const (
	codeLeast = 4
	codeMost  = 8
)

// toldCode looks for a code that somebody was sent or that opens something, by token i, "code" or the like: "your Example code is 482913",
// "482 913 is your Example code", "door code 4821". What other codes there are (of errors, areas, products) are none.
func (p *pass) toldCode(i int) {
	if p.passcode(i) || p.grantCode(i) || p.resetCode(i) {
		return
	}
	kind := Type(0)
	if p.text.Tokens[i].Bits&wordCode != 0 {
		kind = p.codeKind(i)
	} else if p.is(i, &codeSet) && p.isDoorCode(i) {
		kind = PIN
	}
	if kind == 0 {
		kind, i = p.openingCode(i)
	}
	if kind == OTP || p.bitsAt(i-1)&wordSecurity != 0 {
		p.codeBefore(i)
	}
	if kind == 0 {
		return
	}
	p.codeBehind(i, kind)
	if kind == PIN && p.in.Channel != ChannelLog {
		p.changedCode(i)
	}
}

// changedCode takes the numbers behind words as "from" and "to", or in brackets, in the rest of the sentence from token i on for the codes of what opens: "the gate
// code was changed from 1066 to 3180", "le code du parking a été donné (9021)".
func (p *pass) changedCode(i int) {
	const reach = 14
	for k := i + 1; k < len(p.text.Tokens) && k <= i+reach && p.isOfSentence(k-1); k++ {
		t := &p.text.Tokens[k]
		if t.IsNumber() && (p.at(int(t.Start)-1) == '(' || p.is(k-1, &codeMoves) && p.between(k-1) == gapSpace) && !p.isFound(int(t.Start), int(t.End)) {
			p.addCode(k, PIN)
		}
	}
}

// codeMoves stand before the code that something is set to.
var codeMoves = wordsOf("from to into auf von zu à a da por naar van op na z till från til fra")

// openingCode says that token i is, or begins, a phrase for what opens something, and where it ends: "digicode", "code du portail".
func (p *pass) openingCode(i int) (kind Type, last int) {
	const most = 4 // words of a phrase
	if (p.text.Said|p.said)&cuePIN == 0 || p.in.Channel == ChannelLog {
		return 0, i
	}
	for k := i; k < len(p.text.Tokens) && k < i+most; k++ {
		if k > i && !p.isNearWord(k-1) {
			break
		}
		if p.cue(k)&(cuePIN|cuePostcode) == cuePIN {
			return PIN, k
		}
	}
	return 0, i
}

// passcode takes letters and digits behind token i, "passcode", for a password: "Passcode: aB3dEf".
func (p *pass) passcode(i int) bool {
	t := &p.text.Tokens[i]
	if t.Len() < len("passcode") {
		return false
	}
	start, _, ok := p.valueAfter(int(t.End), i)
	if !ok || p.isInert(start) {
		return false
	}
	end, quoted := p.valueEnd(start)
	if quoted {
		start++
	}
	if !p.looksTold(start, end, Password) {
		return false
	}
	p.add(start, end, Password, 0.7, byAssignment, p.verbatim(start, end))
	return true
}

// grantCode takes what is assigned to token i, "code", and drawn by lot for what a log tells of a login: "code=4/0AX4XfW…&state=…" (RFC 6749 §4.1.2).
func (p *pass) grantCode(i int) bool {
	start := int(p.text.Tokens[i].End) + 1
	if p.in.Channel != ChannelLog || p.at(start-1) != '=' || start >= len(p.b) || p.isInert(start) {
		return false
	}
	end, quoted := p.valueEnd(start)
	if quoted || !isRandom(p.b[start:end]) {
		return false
	}
	p.add(start, end, Secret, 0.7, byAssignment, p.verbatim(start, end))
	return true
}

// codeKind says what the code of token i is by the words before it: one that is sent, one that opens a door, or 0.
func (p *pass) codeKind(i int) Type {
	const back = 4
	if p.isOpened(i) {
		return PIN
	}
	if p.isBareCode(i) {
		return OTP
	}
	if p.isDoorCode(i) {
		return PIN
	}
	if p.is(i-1, &otherCodes) || p.bitsAt(i-1)&(cuesIdentifier&^(cueOTP|cueCalling)|wordOrder|wordSecurity) != 0 && p.between(i-1) == gapSpace {
		return 0
	}
	for k := i - 1; k >= i-back && k >= 0 && p.isNearWord(k); k-- {
		if p.is(k, &otherCodes) {
			return 0
		}
		if p.is(k, &yourWords) {
			return OTP
		}
	}
	return 0
}

// isBareCode says whether token i, "code", begins what somebody types or says, or only words that lead to it stand before, and six digits follow,
// or four and more and nothing else: "code: 482913", "the code is 482913", "code is 3233". A sentence of its own has six: "got it. code is 481 220".
func (p *pass) isBareCode(i int) bool {
	const digits, few = 6, 4
	if p.in.Channel != ChannelChat && p.in.Channel != ChannelCall || p.text.Tokens[i].Bits&wordCode == 0 {
		return false
	}
	first := i
	if p.is(i-1, &bareLeads) {
		first--
	}
	if first > 0 && !p.sentenceEnds(int(p.text.Tokens[first-1].End)) {
		return false
	}
	k := i + 1
	for n := 0; n < 2 && p.bitsAt(k)&wordIs != 0; n++ {
		k++
	}
	if k >= len(p.text.Tokens) || !p.text.Tokens[k].IsNumber() {
		return false
	}
	last, n := p.codeEnd(k), p.text.Tokens[k].Len()
	return n == digits || last > k && n*2 == digits || first == 0 && n >= few && last == k && k+1 == len(p.text.Tokens) && p.wants.cues&cuesIdentifier&^cueOTP == 0
}

var bareLeads = wordsOf("the my sms text this it's its ok yes yeah so and here's der mein dieser le mon el mi il mio mijn de mera o meu ja oui sí si sim haan")

// isDoorCode says whether something that a code opens stands a few words before token i, "code", or right behind it: "it's got a keypad the code
// is oh six one four", "the code for the barrier is 7719". In writing it may stand anywhere before it in the sentence.
func (p *pass) isDoorCode(i int) bool {
	const back, far = 4, 10
	if p.is(i-1, &otherCodes) || p.in.Channel == ChannelLog {
		return false
	}
	written := p.isWritten()
	for k := i - 1; k >= 0 && (k >= i-back && p.isNearWord(k) || written && k >= i-far && p.isOfSentence(k)); k-- {
		if p.is(k, &opened) {
			return true
		}
	}
	return p.text.Tokens[i].Bits&wordCode != 0 && p.is(i+1, &codeFor) && p.between(i) == gapSpace || p.opensAhead(i)
}

// opensAhead says whether what token i, "code", opens stands a few words behind it: "de code van het hek".
func (p *pass) opensAhead(i int) bool {
	const ahead = 3
	if !p.is(i+1, &codeOf) && !p.is(i+1, &codeFor) {
		return false
	}
	for k := i + 1; k <= i+ahead && k < len(p.text.Tokens) && p.between(k-1) == gapSpace; k++ {
		if p.is(k, &opened) {
			return true
		}
	}
	return false
}

// codeOf stands between a code and what it opens, and between other words.
var codeOf = wordsOf("of van du de des del della dello do da till til på zum zur to i")

// isOfSentence says whether token k and the next stand in one sentence and in one line, and in no alias.
func (p *pass) isOfSentence(k int) bool {
	end := int(p.text.Tokens[k].End)
	return !p.sentenceEnds(end) && bytes.IndexByte(p.b[end:p.text.Tokens[k+1].Start], '\n') < 0 && !p.isInert(int(p.text.Tokens[k].Start))
}

// codesSaid are words for a code in other languages than English.
const codesSaid = "codice código codigo kode koden kod clave"

var codeSet = wordsOf(codesSaid)

// codeFor stands between a code and what it opens.
var codeFor = wordsOf("for für pour para per voor dla do")

// isOpened says whether the word before token i is for what a code opens: "alarm code", "key safe code".
func (p *pass) isOpened(i int) bool {
	return p.is(i-1, &opened) && p.codeGap(i-1) != 0
}

var (
	// otherCodes are words before "code" that make it no secret.
	otherCodes = wordsOf(`sorting error status exit return response reason event fault area country dial dialling dialing std isd post postal zip sort swift ifsc bic bank branch product item
		promo promotional discount voucher coupon gift referral offer source bar qr colour color hex airport station tax hs hsn sac sic zone region language currency cost department dept
		job project course room dress model part stock catalogue reference ref booking tracking pick tariff rate plan pro campaign partner agent dealer store site outcome disposition
		action http https result trouble diagnostic message state abort cause seat flight byte op opcode morse genetic building conduct penal civil`)
	// opened are what a code opens that is told to somebody.
	opened = wordsOf("door gate alarm entry entrance safe lockbox keypad garage burglar unlock locker intercom keysafe padlock panel bike gym lobby disarm " +
		"tür haustür tor garage tresor alarm alarmanlage schlüsselkasten schlüsseltresor schlüsselsafe schlüsselbox eingang eingangstür hoftür hoftor schranke schloss portail portillon interphone serrure cadenas boîtier barrière " +
		"cerradura candado garaje verja cajetín teleasistencia portoncino citofono lucchetto serratura cassetta sleutelkluis sleutelkastje slot slagboom hek kłódka zamek szlaban skrytka domofonu cadeado fechadura cancela " +
		"parking klatki klatka furtki furtka abre abren abrir ouvre apre otwiera öffnet öffnen " +
		"nyckelskåp nyckelskåpet nyckelbox nyckelboxen dörren porten grinden larmet lås låset nøgleboks nøgleboksen døren porten alarmen låsen " +
		" porte alarme coffre immeuble puerta portal alarma porta cancello allarme cassaforte portone deur poort kluis drzwi bramy alarmu sejfu portão alarme cofre dörr port larm dør port")
	// yourWords say of a code that it is somebody's.
	yourWords = wordsOf("your ur my his her their one-time otp mein meine ihr ihre mon votre ton mi su mio suo mijn uw jouw mera aapka")
)

// codeBehind takes the digits behind token i for the code, next to it or behind "is".
func (p *pass) codeBehind(i int, kind Type) {
	tokens := p.text.Tokens
	const what, few, links = 5, 2, 4 // words of what it opens, and before a code
	k := i
	if kind == PIN && (p.is(i+1, &codeFor) || p.opensAhead(i)) {
		for n := 0; n < what && p.isNearWord(k) && p.bitsAt(k)&wordIs == 0 && !(p.is(k, &opened) && p.isKeyed(k+1)); n++ {
			k++
		}
		if p.bitsAt(k)&wordIs == 0 && !p.is(k, &opened) {
			return
		}
	}
	for n := 0; n < links && k+1 < len(tokens) && (n < few && p.isCodeLink(k+1, n > 0, kind) || kind == OTP && p.between(k) == gapSpace && p.linksCode(k+1)); n++ {
		k++
	}
	for n := i + 1; kind == PIN && n+1 < len(tokens) && n <= i+nearReach && p.isNearWord(n-1); n++ {
		if p.bitsAt(n)&wordIs != 0 && p.between(n) == gapSpace && !tokens[n+1].IsNumber() && p.isLockCode(n+1) {
			k = n // "the PIN that I have here is 2580X"
			break
		}
	}
	if k+1 >= len(tokens) || tokens[k+1].Start-tokens[k].End > 3 || !isCodeGap(p.b[tokens[k].End:tokens[k+1].Start]) {
		return
	}
	p.addCode(k+1, kind)
}

// isCodeLink says whether token k stands between a word for a code and the code, right behind it or, an article, further on: "is", "number", "is the",
// before a PIN "now".
func (p *pass) isCodeLink(k int, further bool, kind Type) bool {
	article := further || p.bitsAt(k-1)&wordIs != 0
	return p.bitsAt(k)&(wordIs|wordNumber) != 0 || p.is(k, &answerLinks) || article && p.is(k, &articlesSaid) || kind == PIN && (p.is(k, &nowWords) || p.is(k, &newWords))
}

// newWords stand behind a word for a code in languages that put them there: "el código nuevo será 9035".
var newWords = wordsOf("nuevo nueva nuovo nuova novo nova nouveau nouvel nowy será sarà sera będzie wird wordt blir")

// isKeyed says whether token k may be what is keyed in to open something.
func (p *pass) isKeyed(k int) bool {
	return k < len(p.text.Tokens) && (p.text.Tokens[k].IsNumber() || p.isLockCode(k)) && !p.isInert(int(p.text.Tokens[k].Start))
}

// linksCode says whether token k stands between a word for a code and the code in other languages than English: "mein code lautet jetzt 482913".
func (p *pass) linksCode(k int) bool {
	return p.text.Tokens[k].IsWord() && (p.bitsAt(k)&wordIs != 0 || p.is(k, &answerLeadSaid) || p.is(k, &nowWords))
}

// isCodeGap says whether what stands between a word for a code and the code is no more than a sign.
func isCodeGap(gap []byte) bool {
	for _, c := range gap {
		if c != ' ' && c != ':' && c != '-' && c != '#' && c != '"' && c != '\'' && c != '=' {
			return false
		}
	}
	return true
}

// codeBefore takes the digits before "is your … code", token i, for the code.
func (p *pass) codeBefore(i int) {
	const back = 5
	for k := i - 1; k > 0 && k >= i-back && p.isNearWord(k); k-- {
		if p.bitsAt(k)&wordIs == 0 || !p.is(k+1, &yourWords) {
			continue
		}
		first := k - 1
		if first > 0 && p.text.Tokens[first].IsNumber() && p.text.Tokens[first-1].IsNumber() && p.codeGap(first-1) != 0 && p.codeGap(first-1) != '.' {
			first--
		}
		p.addCode(first, OTP)
		return
	}
}

// farCode looks behind token i, a word for a one-time code, for the code in the same sentence: "OTP for your purchase of INR 4,599 at
// Example is 482913".
func (p *pass) farCode(i int) {
	const reach, digits = 16, 6
	if p.text.Tokens[i].Bits&cueOTP != 0 && isWord(p.bytesOf(&p.text.Tokens[i]), "verification") && p.bitsAt(i+1)&wordCode == 0 {
		return
	}
	for k := i + 1; k < len(p.text.Tokens)-1 && k <= i+reach; k++ {
		if p.sentenceEnds(int(p.text.Tokens[k-1].End)) {
			return
		}
		if p.bitsAt(k)&wordIs != 0 && p.between(k) == gapSpace && p.text.Tokens[k+1].IsNumber() {
			p.addCode(k+1, OTP)
			return
		}
		if at := int(p.text.Tokens[k].End); p.at(at) == ':' && p.at(at+1) == ' ' && p.text.Tokens[k+1].IsNumber() && p.text.Tokens[k+1].Len() == digits {
			p.addCode(k+1, OTP) // "verification code for asha@example.com: 482913"
			return
		}
	}
}

// usedCode looks for the code that a message says to enter: "use 482913 to sign in".
func (p *pass) usedCode(i int) {
	k := i + 1
	for n := 0; n < 2 && (p.bitsAt(k)&wordCode != 0 || p.is(k, &yourWords) || p.is(k, &usedLinks)); n++ {
		k++
	}
	if k+2 >= len(p.text.Tokens) || !p.text.Tokens[k].IsNumber() || p.between(k-1) != gapSpace {
		return
	}
	last := p.codeEnd(k)
	if last+2 < len(p.text.Tokens) && p.is(last+1, &usedFor) && p.between(last) == gapSpace && (p.is(last+2, &signIns) || p.is(last+2, &yourWords)) {
		p.addCode(k, OTP)
	}
}

var (
	usedLinks = wordsOf("the this")
	usedFor   = wordsOf("to for as")
	signIns   = wordsOf("sign log login signin verify confirm complete authenticate authorise authorize activate reset continue validate register finish verification")
)

// codeEnd is the last token of a code in one or two groups that begins with token k.
func (p *pass) codeEnd(k int) int {
	tokens := p.text.Tokens
	if c := p.codeGap(k); (c == ' ' || c == '-') && k+1 < len(tokens) && tokens[k+1].IsNumber() && tokens[k+1].Len() == tokens[k].Len() {
		return k + 1
	}
	return k
}

// addCode notes the code of one or two groups of digits that begins with token k.
func (p *pass) addCode(k int, kind Type) {
	tokens := p.text.Tokens
	if k < 0 || p.isInert(int(tokens[k].Start)) || !tokens[k].IsNumber() && !(kind == PIN && p.isLockCode(k)) {
		return
	}
	last := p.codeEnd(k)
	start, end := int(tokens[k].Start), int(tokens[last].End)
	n := tokens[k].Len()
	if last > k {
		n += tokens[last].Len()
	}
	if kind == PIN && p.at(end) == '#' && n < codeMost {
		if k := last + 1; k < len(tokens) && tokens[k].IsNumber() && int(tokens[k].Start) == end+1 && n+tokens[k].Len() <= codeMost {
			n, end = n+tokens[k].Len(), int(tokens[k].End) // "17#417"
		} else if !scan.IsWordByte(p.at(end + 1)) {
			end++ // "7719#"
		}
	}
	if c := p.at(start - 1); n < codeLeast || n > codeMost || scan.IsWordByte(c) || c == '.' || c == '/' || c == ',' && scan.IsDigit(p.at(start-2)) {
		return
	}
	if c := p.at(end); (c == '.' || c == ',' || c == '/' || c == '-' || c == ':') && scan.IsWordByte(p.at(end+1)) || c == '%' {
		return
	}
	p.add(start, end, kind, 0.8, byCode, p.compact(start, end))
}

// isLockCode says whether token k is digits and at most two letters, as the keys of locks have them: "C1357Y", "45A12".
func (p *pass) isLockCode(k int) bool {
	const letters = 2
	t := &p.text.Tokens[k]
	if t.Shape&scan.Digit == 0 || t.Shape&scan.High != 0 || t.Len() < codeLeast || t.Len() > codeMost {
		return false
	}
	n := 0
	for _, c := range p.bytesOf(t) {
		if !scan.IsDigit(c) {
			n++
		}
	}
	return n <= letters
}

// isNearWord says whether token k belongs to the same few words as the one behind it.
func (p *pass) isNearWord(k int) bool {
	gap := p.between(k)
	return (gap == gapSpace || gap == gapDash) && !p.isInert(int(p.text.Tokens[k].Start))
}
