package detectors

import (
	"slices"
	"strings"

	"github.com/sonexlabs/tacet/detectors/scan"
)

// upi looks for an address of the Unified Payments Interface round an at sign: a name or number, "@", and a handle without
// a dot (NPCI, UPI procedural guidelines). It is found where the handle is known, where an Indian mobile number stands
// before it, or where the words speak of UPI.
func (p *pass) upi(at int) bool {
	start := at
	for start > 0 && at-start < localMax && isUPIName(p.b[start-1]) {
		start--
	}
	for start < at && !isAlphanumeric(p.b[start]) {
		start++
	}
	from := at + 1
	end := from
	for end < len(p.b) && end-from <= handleMax && isAlphanumeric(p.b[end]) {
		end++
	}
	if start == at || end-from < 2 || end-from > handleMax || !scan.IsLetter(p.b[from]) || !p.endsHandle(end) {
		return false
	}
	kind, form := INUPI, float32(0)
	switch {
	case p.isHandle(from, end, upiHandles):
		form = 0.95
	case p.isHandle(from, end, abhaHandles):
		kind, form = abha, 0.9
	case p.isIndianMobile(start, at):
		form = 0.8
	case p.saysUPI(start, end):
		form = 0.75
	default:
		return false
	}
	canon := p.lower(start, at)
	p.canon = append(p.canon, '@')
	p.lower(from, end)
	p.add(start, end, kind, form, byIN, canon)
	return true
}

// handleMax is the longest handle.
const handleMax = 24

// isUPIName says whether c may stand before the at sign.
func isUPIName(c byte) bool { return isAlphanumeric(c) || c == '.' || c == '-' || c == '_' }

func isAlphanumeric(c byte) bool { return scan.IsLetter(c) || scan.IsDigit(c) }

// endsHandle says whether a handle may end at i: neither a host name nor another "@" goes on there.
func (p *pass) endsHandle(i int) bool {
	switch c := p.at(i); {
	case c == '.' || c == '-' || c == '_':
		return !isAlphanumeric(p.at(i + 1))
	case c == '@' || c == '%' || c == ':' && scan.IsDigit(p.at(i+1)):
		return false
	default:
		return !scan.IsWordByte(c)
	}
}

// isHandle says whether the bytes are in a list, in any case.
func (p *pass) isHandle(from, end int, list map[string]bool) bool {
	var lower [handleMax]byte
	for i, c := range p.b[from:end] {
		if scan.IsLetter(c) {
			c |= 0x20
		}
		lower[i] = c
	}
	return list[string(lower[:end-from])]
}

// isIndianMobile says whether the bytes are an Indian mobile number, perhaps with a dash and a digit behind it, as apps
// give second addresses.
func (p *pass) isIndianMobile(from, end int) bool {
	if end-from > 10 && p.b[from+10] == '-' {
		end = from + 10
	}
	return end-from == 10 && p.b[from] >= '6' && p.digitRun(from, 10) == 10
}

// saysUPI says whether one of the six words before the region or the three behind it is about such payments, or the
// field's name is.
func (p *pass) saysUPI(start, end int) bool {
	if containsFold(p.in.Path, "upi") || containsFold(p.in.Path, "vpa") {
		return true
	}
	first, last := p.tokensOf(start, end)
	for i := max(first-midWords, 0); i < min(last+1+nearWords, len(p.text.Tokens)); i++ {
		if i == first {
			i = last
			continue
		}
		b := p.bytesOf(&p.text.Tokens[i])
		if slices.ContainsFunc(upiWords, func(w string) bool { return isWord(b, w) }) {
			return true
		}
	}
	return false
}

func containsFold(b []byte, word string) bool {
	for i := 0; i+len(word) <= len(b); i++ {
		if equalFold(b[i:i+len(word)], word) {
			return true
		}
	}
	return false
}

// saidHandles are handles as they are heard, of which most are no other words; "at" must stand before one.
const saidHandles = "okhdfc okhdfcbank okicici okaxis oksbi ybl ibl axl ptsbi ptaxis pthdfc ptyes waicici waaxis wasbi"

// saidUPI looks for an address of UPI whose handle is token i, as it is said: "subbu iyer at okhdfc".
func (p *pass) saidUPI(i int) {
	const most = 6
	k := i - 1
	for n := 0; n < 2 && k > 0 && p.is(k, &rateWords); n++ {
		k-- // "at the rate"
	}
	if p.in.Channel == ChannelLog || k < 1 || !isWord(p.bytesOf(&p.text.Tokens[k]), "at") || p.isInert(int(p.text.Tokens[i].Start)) {
		return
	}
	first := k
	for first > 0 && k-first < most && p.between(first-1) != gapOther && p.isLocalWord(first-1) {
		first--
	}
	if first == k {
		return
	}
	start, end := int(p.text.Tokens[first].Start), int(p.text.Tokens[i].End)
	canon := p.compactLower(start, int(p.text.Tokens[k-1].End))
	p.canon = append(p.canon, '@')
	p.lower(int(p.text.Tokens[i].Start), end)
	p.add(start, end, INUPI, 0.8, byIN, canon)
}

// compactLower appends the letters, digits and marks of a region to p.canon, in small letters, and gives the place where they begin.
func (p *pass) compactLower(start, end int) (canonStart int) {
	canonStart = len(p.canon)
	for _, c := range p.b[start:end] {
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}
		if isUPIName(c) {
			p.canon = append(p.canon, c)
		}
	}
	return canonStart
}

var rateWords = wordsOf("the rate")

// isLocalWord says whether token k may stand before the at sign of an address that is said.
func (p *pass) isLocalWord(k int) bool {
	t := &p.text.Tokens[k]
	return !p.isInert(int(t.Start)) && (!t.IsWord() || p.is(k, &localMarks) || t.Bits&(cuesIdentifier|wordIs) == 0 && !p.is(k, &stopWords) && !p.is(k, &plainWords))
}

var localMarks = wordsOf("dot underscore dash hyphen point")

// upiWords are the words for the interface and the applications that use it.
var upiWords = wordList("upi vpa vpas gpay googlepay phonepe paytm bhim mobikwik")

// abha is the type of health accounts; their addresses are written like those of payments.
var abha, _ = ParseType("IN_ABHA")

// abhaHandles are those of the National Health Authority, in service and in its sandbox.
var abhaHandles = wordSet("abdm sbx ndhm")

// upiHandles are the handles of banks and applications, from what NPCI publishes of members and third parties, with those
// of banks that have been merged away. Handles that are common as names of machines are left to the words.
var upiHandles = wordSet(`
	upi ybl ibl axl okaxis oksbi okhdfcbank okicici okbizaxis paytm ptaxis ptyes ptsbi pthdfc pticici apl yapl rapl
	waicici waaxis wahdfcbank wasbi abfspay abcdicici airtel airtelpaymentsbank airp albk allahabadbank allbank andb aubank
	axb axisb axisbank axisgo axis axs amazonpay bandhan barodampay barodapay barb bharatpe bpunity bkid boi mboi
	cbin cboi centralbank canarabank citi citibank citigold cmsidfc cnrb corp cosb csbcash csbpay csb cub
	dbs dbss dcb dcbbank denabank dlb dlbl dnsbank equitas equitasbank esaf eazypay ezeepay
	fam yesfam fbl fbpe federal fifederal fincarebank fino finobank fkaxis freecharge freoicici goaxb gwaxis
	hdfc hdfcbank hdfcbankjd hsbc hsbcbank icici icicibank icicipay idbi idbibank idfc idfcbank idfcfirst idfcfirstbank idfcnetc idib ikwik
	imobile indbank indianbank indianbk indie indus indusind inhdfc iob ippb ippl jarunity jio jiopartner jiopay jkb jsbp jsb jupiteraxis
	karb karurvysyabank kaypay kbaxis kbl kbl052 kcbl kkbk kmb kmbl kotak kotak811 kotakbank kphdfc kvb kvbank kvbl
	lavb lime lvb lvbank mahb mairtel mbk mvhdfc myicici naviaxis navihdfc navisbi niyoicici nsdl nsdlpb
	obc okyesbank oneyes pingpay payu payzapp paulpay pnb pnbpay pockets postbank psb punb purz pz pytm
	rajgovhdfcbank ratn rbl rblbank rmhdfcbank rmrbl sbi sbin scb scbl scmobile seyes shriramhdfcbank sib slc sliceaxis slicepay
	srcb superyes suryoday svcb synb synd syndbank syndicate tapicici timecosmos tjsb tmb ubi ubin uboi uco ucobank
	ujjivan ujvn ujvnl unionbank unionbankofindia united utbi utib utkarsh varachha vijayabank vijb vjb yesb yesbank yesbankltd
	yescred yescurie yesg yespay yespop yestp zoicici`)

func wordSet(words string) map[string]bool {
	set := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		set[w] = true
	}
	return set
}
