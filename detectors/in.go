package detectors

import (
	"slices"

	"github.com/sonexlabs/tacet/detectors/checksum"
	"github.com/sonexlabs/tacet/detectors/scan"
)

// india lists the identifiers of India. Aadhaar numbers and PAN have functions of their own, UPI addresses are in upi.go.
var india = []identifier{
	{
		name: "IN_GSTIN", authority: "GSTN, CGST Rules 2017 rule 10: state, PAN, entity, Z, check", digit: "mod 36",
		forms: "99 AAAAA9999A XXX|99 AAAAA 9999 A XXX", check: isGSTIN,
		words: "gstin, gst, gst number, gst no, gst num, gstin number, gstin no, gst registration, gst registration number, gst id, " +
			"gst identification number, goods and services tax, gst nambar",
		alone: 0.95, broken: 0.6, examples: "27AAPFU0939F1ZV 29AAGCB7383J1Z4",
	},
	{
		name: "IN_VOTER_ID", authority: "Election Commission of India, EPIC", digit: "Luhn over the digits",
		forms: "AAA9999999", check: isEPIC,
		words: voterWords,
		alone: 0.65, broken: 0.25, examples: "WKH1186253 ABC1234566",
	},
	{
		// Cards from before 2000: state, district, constituency, number.
		name: "IN_VOTER_ID", authority: "Election Commission of India, EPIC of the first series", digit: "none",
		forms: "AA 99 999 999999|AA 99 999 9999999", check: isStateFirst,
		words: voterWords,
		alone: 0.3, broken: 0.15, examples: "MH01006123456 UP171180360145",
	},
	{
		name: "IN_DRIVING_LICENCE", authority: "Ministry of Road Transport, Sarathi: state, office, year, number", digit: "none",
		forms: "AA99 9999 9999999|AA 99 9999 9999999|AA99 99999999999|AA99A 9999 9999999|AA 99A 99999999999", check: isINLicence,
		words: "driving licence, driving license, driving licence number, driving license number, driving licence no, driving license no, " +
			"driver licence, dl number, dl no, dl num, licence number, license number, dl ka number, licence ka number, gaadi ka licence",
		alone: 0.65, broken: 0.2, examples: "MH1420110062821 DL0420110149646 TN09Z20100001234",
	},
	{
		name: "IN_PASSPORT", authority: "Ministry of External Affairs, Passport Seva; ICAO 9303", digit: "none",
		forms: "A9999999", check: isINPassport,
		words: passportWords + ", indian passport, passport ka number",
		alone: 0.25, broken: 0.15, examples: "J6932157 T1234567 A1234567",
	},
	{
		name: "IN_IFSC", authority: "Reserve Bank of India, IFSC; the codes of the larger banks", digit: "none",
		forms: "AAAA9XXXXXX|AAAA 9XXXXXX", check: isBranchOfKnownBank,
		words: ifscWords,
		alone: 0.85, broken: 0.1, examples: "SBIN0000001 HDFC0000123 UTIB0000007",
	},
	{
		name: "IN_IFSC", authority: "Reserve Bank of India, IFSC", digit: "none",
		forms: "AAAA9XXXXXX|AAAA 9XXXXXX", check: isBranch,
		words: ifscWords,
		alone: 0.4, broken: 0.1, examples: "ABCD0123456 TEST0000001",
	},
	{
		name: "IN_VID", authority: "UIDAI, circular 1 of 2018: Virtual ID", digit: "Verhoeff",
		forms: "9999 9999 9999 9999", check: checksum.Verhoeff,
		words: "virtual id, virtual id number, aadhaar virtual id, aadhar virtual id, aadhaar vid, aadhar vid, vid number, vid no, uidai vid, virtual aadhaar",
		alone: 0.3, broken: 0.2, examples: "2341234123412341",
	},
	{
		name: "IN_UAN", authority: "EPFO, Universal Account Number", digit: "none",
		forms: "9999 9999 9999", check: isUAN,
		words: "uan, uan number, uan no, universal account number, pf uan, epfo uan, pf number, epf number, uan nambar, uan ka number",
		alone: 0.3, broken: 0.15, examples: "100123456789 101000000001",
	},
	{
		name: "IN_ABHA", authority: "National Health Authority, ABHA number", digit: "none",
		forms: "99 9999 9999 9999",
		words: "abha, abha number, abha no, abha id, abha card, health id, health id number, ayushman bharat, ayushman card, ayushman bharat health account",
		alone: 0.3, examples: "91123456789012 12345678901234",
	},
	{
		name: "IN_TAN", authority: "Income Tax Department, section 203A", digit: "none",
		forms: "AAAA99999A|AAAA 99999 A",
		// "tan" alone is a word of several languages and a bank's one-time code in German.
		words: "tan number, tan no, tan num, tan id, tax deduction account number, tax deduction and collection account number, tds tan, deductor tan",
		alone: 0.3, examples: "DELA12345B MUMM00001C",
	},
}

const (
	voterWords = "voter id, voter id number, voter id card, voter card, voter card number, voter number, voter identity card, voter, voters id, vote, " +
		"epic number, epic no, epic card, election card, electoral photo identity card, voter id ka number, matdata pehchan patra, chunav card"
	ifscWords = "ifsc, ifsc code, ifs code, ifsc number, ifsc no, rtgs code, neft code, ifsc kod"
)

// isGSTIN says whether fifteen characters of the form are a state, a PAN and the check digit of the GSTN: each character
// times 1 and 2 in turn, both digits of the product to base 36 summed, the sum filled up to a multiple of 36.
func isGSTIN(c []byte) bool {
	state := int(c[0]-'0')*10 + int(c[1]-'0')
	if state == 0 || state > 38 && state != 96 && state != 97 && state != 99 {
		return false
	}
	sum := 0
	for i, b := range c {
		v := int(b - '0')
		if b > '9' {
			v = int(b-'A') + 10
		}
		if i&1 != 0 {
			v *= 2
		}
		sum += v/36 + v%36
	}
	return sum%36 == 0
}

// isEPIC says whether the seven digits behind the three letters of a voter's card pass Luhn. The letters before tickets of service desks are none of a
// card: "INC0042317".
func isEPIC(c []byte) bool {
	switch string(c[:3]) {
	case "INC", "REQ", "CHG", "PRB", "SCR":
		return false
	}
	return checksum.Luhn(c[3:])
}

// indianStates are the codes of states and territories on plates and licences, former ones included.
var indianStates = wordList("AN AP AR AS BR CG CH DD DL DN GA GJ HP HR JH JK KA KL LA LD MH ML MN MP MZ NL OD OR PB PY RJ SK TG TN TR TS UA UK UP WB")

// isStateFirst says whether c begins with the code of an Indian state.
func isStateFirst(c []byte) bool { return slices.Contains(indianStates, string(c[:2])) }

// isINLicence says whether a licence begins with a state and ends in a year of issue and seven digits.
func isINLicence(c []byte) bool {
	year := string(c[len(c)-11 : len(c)-7])
	return isStateFirst(c) && year >= "1950" && year < "2050"
}

// isINPassport says whether a letter and seven digits may be a passport: no letter that isn't issued, no 0 after it
// or at the end.
func isINPassport(c []byte) bool {
	return c[0] != 'Q' && c[0] != 'X' && c[0] != 'Z' && c[1] != '0' && c[7] != '0'
}

// isUAN says whether twelve digits begin as those that the EPFO has issued.
func isUAN(c []byte) bool { return c[0] == '1' && c[1] == '0' }

// isBranch says whether the fifth of eleven characters is the 0 that the Reserve Bank keeps for later.
func isBranch(c []byte) bool { return c[4] == '0' }

func isBranchOfKnownBank(c []byte) bool {
	return isBranch(c) && slices.Contains(indianBanks, string(c[:4]))
}

// indianBanks are the first four letters of the IFSC of banks with many branches, former ones included.
var indianBanks = wordList("ABHY AIRP ALLA ANDB APGB AUBL AUCB BACB BARB BDBL BKDN BKID BOFA CBIN CITI CIUB CLBL CNRB CORP COSB CSBK DBSS " +
	"DCBL DEUT DLXB DNSB ESAF ESFB ESMF FDRL FINF FINO FSFB HDFC HSBC IBKL ICIC IDFB IDIB INDB IOBA IPOS JAKA JIOP JSFB KACE KARB KCCB KKBK KLGB KVBL " +
	"LAVB MAHB MAHG NESF NKGS NSPB ORBC PMCB PMEC PSIB PUNB PYTM RATN SBBJ SBHY SBIN SBMY SBTR SCBL SIBL SMCB SRCB STBP SURY SVCB SYNB " +
	"TJSB TMBL UBIN UCBA UJVN UTBI UTIB UTKS VARA VIJB YESB")

// aadhaar scores a run as an Indian Aadhaar number (UIDAI: twelve digits, the first 2 to 9, the last by Verhoeff).
func (p *pass) aadhaar(r *run, best *guess) {
	if r.digits != 12 || r.plus {
		return
	}
	s := score{form: 0.3, words: max(r.ctx.boost(cueAadhaar), r.ctx.boost(cueID)/2), question: p.wants.score(cueAadhaar, 0.4)}
	if r.d[0] >= '2' {
		s.form += 0.1
		if checksum.Verhoeff(r.d) {
			s.check += 0.2
		}
	}
	if g := r.groups; len(g) == 3 && g[0].digits == 4 && g[1].digits == 4 {
		s.form += 0.2
	}
	best.betterScored(INAadhaar, s, "", byIN)
}

// isAadhaarShape says whether a run is an Aadhaar number as the card shows it, three groups of four: what three columns of a
// log look like, too, but those pass the check digit once in ten times only.
func (r *run) isAadhaarShape() bool {
	g := r.groups
	return len(g) == 3 && g[0].digits == 4 && g[1].digits == 4 && g[2].digits == 4 && r.d[0] >= '2' && checksum.Verhoeff(r.d)
}

// pan looks for an Indian permanent account number in one piece (Income Tax Department: five letters, of which the
// fourth tells the kind of holder, four digits, a letter).
func (p *pass) pan(i int) {
	t := &p.text.Tokens[i]
	if t.Len() != 10 || t.Shape&scan.High != 0 {
		return
	}
	b := p.bytesOf(t)
	for k, c := range b {
		if scan.IsDigit(c) != (k >= 5 && k < 9) {
			return
		}
	}
	p.addPAN(int(t.Start), int(t.End), b[3], t.Shape&scan.Lower == 0)
}

// spacedPAN looks for one in three pieces, "ABCDE 1234 F", the digits of which are token i.
func (p *pass) spacedPAN(i int) {
	if p.text.Tokens[i].Len() != 4 || p.lettersBefore(i) != 5 || i+1 >= len(p.text.Tokens) {
		return
	}
	i--
	word, digits, letter := &p.text.Tokens[i], &p.text.Tokens[i+1], &p.text.Tokens[i+2]
	if letter.Len() != 1 || !letter.IsWord() || letter.Start != digits.End+1 || p.b[digits.End] != ' ' && p.b[digits.End] != '-' {
		return
	}
	ctx := p.around(i, i+2)
	if upper := (word.Shape|letter.Shape)&scan.Lower == 0; upper || ctx.boost(cuePAN) > 0 || p.wants.score(cuePAN, 1) > 0 {
		p.addPAN(int(word.Start), int(letter.End), p.b[word.Start+3], upper)
	}
}

func (p *pass) addPAN(start, end int, holder byte, upper bool) {
	score := float32(0.6)
	switch holder &^ 0x20 {
	case 'A', 'B', 'C', 'E', 'F', 'G', 'H', 'J', 'K', 'L', 'P', 'T':
		if score = 0.75; upper {
			score = 0.95
		}
	}
	p.add(start, end, INPAN, score, byIN, p.compact(start, end))
}
