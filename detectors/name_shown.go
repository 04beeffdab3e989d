package detectors

import (
	"bytes"

	"github.com/sonexlabs/tacet/detectors/names"
	"github.com/sonexlabs/tacet/detectors/scan"
)

// What a document shows by its form to be names, though no list has them: behind the part that somebody plays, "Apologies: Siân", under the end of a letter, behind
// the number of an officer, and two rare words with capitals within a sentence. A name that was found once is one everywhere in it.

// findShown adds the names that a document shows.
func (p *pass) findShown() {
	if p.in.Channel == ChannelLog || !p.isWritten() {
		return
	}
	for k := range p.text.Tokens {
		t := &p.text.Tokens[k]
		if t.Shape&(scan.Upper|scan.High) == 0 || k == 0 {
			continue
		}
		before := &p.text.Tokens[k-1]
		switch gap := p.b[before.End:t.Start]; {
		case bytes.IndexByte(gap, ':') >= 0:
			if p.is(k-1, &parts) || p.is(k-1, &people) || p.bitsAt(k-1)&cueName != 0 {
				p.addListed(k)
			}
		case bytes.IndexByte(gap, '\n') >= 0:
			if p.is(k-1, &closings) && p.between(k-1) == gapLine {
				p.addSigned(k)
			}
		case before.IsNumber():
			if p.is(k-2, &ranks) && p.between(k-1) == gapSpace && p.between(k-2) == gapSpace {
				p.addShown(k, p.shownEnd(k))
			}
		case p.is(k-1, &soCalled):
			if string(gap) == " " {
				p.addShown(k, p.shownEnd(k))
			}
		case p.is(k-1, &people) || p.is(k-1, &officers) || p.is(k-1, &acquainted) && p.isCapital(k-1):
			p.addBesidePeople(k, gap)
		default:
			p.addRarePair(k)
			p.addReached(k)
		}
		if t.Len() == 1 && p.at(int(t.End)) == '.' {
			p.addInitialed(k)
		}
		if p.at(int(t.End)+1) == '(' {
			p.addBeforePeople(k)
		}
		if p.at(int(t.End)) == ',' {
			p.addAged(k)
		}
	}
	p.echoNames()
	p.addInitials()
}

// addBesidePeople adds the name from token k on, behind what somebody is and a gap: "żonę Bogumiłę", "the plumber (Yerai)", "our treasurer, Rooseboom, has".
func (p *pass) addBesidePeople(k int, gap []byte) {
	last := p.shownEnd(k)
	if t := &p.text.Tokens[k]; last < k && t.Len() == 2 && p.isCapital(k) && p.set.names.Listing(t.Hash).Given > 1 && !p.is(k, &abbreviations) && !p.isAllUpper(k) {
		last = k // "her son Bo has asthma"
	}
	if last < k {
		return
	}
	end := p.at(int(p.text.Tokens[last].End))
	switch string(gap) {
	case " ":
	case ". ":
		if !p.is(k-1, &officers) || p.text.Tokens[k-1].Len() > len("insp") {
			return // an officer alone: "Sgt. Quiringer"
		}
	case " (":
		if end != ')' && end != ',' {
			return
		}
	case ", ":
		if end != ',' && end != ';' && end != '.' || last > k+1 {
			return
		}
	default:
		return
	}
	p.addShown(k, last)
}

// addBeforePeople adds token k, and the one before, if a bracket behind it says what somebody is: "Gwenolé (grand-père)", "Jago (her brother)".
func (p *pass) addBeforePeople(k int) {
	end := int(p.text.Tokens[k].End)
	if p.at(end) != ' ' || p.at(end+1) != '(' || !p.isShownName(k) {
		return
	}
	for n := k + 1; n <= k+2 && n < len(p.text.Tokens); n++ {
		if c := p.at(int(p.text.Tokens[n].End)); p.is(n, &people) && (c == ')' || !p.isCapital(n) && (c == ',' || p.is(n+1, &ofWords))) {
			first := k
			if p.between(k-1) == gapSpace && p.isShownName(k-1) {
				first--
			}
			p.addShown(first, k)
			return
		}
		if gap := p.between(n); gap != gapSpace && gap != gapDash {
			return
		}
	}
}

// addAged adds token k where the age of a child stands behind it, in a list of some: "her two children (Sarvar, 7, and Malohat, 4)".
func (p *pass) addAged(k int) {
	const oldest = 17
	n := k + 1
	if n >= len(p.text.Tokens) || p.between(k) != gapComma || !p.text.Tokens[n].IsNumber() || p.text.Tokens[n].Len() > 2 || p.value(int(p.text.Tokens[n].Start), p.text.Tokens[n].Len()) > oldest {
		return
	}
	before, behind := p.at(int(p.text.Tokens[k].Start)-1), p.at(int(p.text.Tokens[n].End))
	if (before == '(' || p.is(k-1, &andWords) && p.between(k-1) == gapSpace) && (behind == ',' || behind == ')') {
		p.addShown(k, p.shownEnd(k))
	}
}

// addInitialed adds the name behind token k, an initial with a full stop, that no word with a capital stands before, as headings have: "seeing J. Tolliver".
func (p *pass) addInitialed(k int) {
	if p.between(k) != gapDot || p.at(int(p.text.Tokens[k].End)+1) != ' ' || p.between(k-1) == gapSpace && p.text.Tokens[k-1].Shape&(scan.Upper|scan.Digit) != 0 || p.at(int(p.text.Tokens[k].Start)-1) == '.' {
		return
	}
	if last := p.shownEnd(k + 1); last > k && p.text.Tokens[k+1].Len() > 3 {
		p.addShown(k, last)
	}
}

// addListed adds the names in a line from token k on, with commas or words for "and" between them: "Present: Hesper Dunnock (chair), Tobiah Wragge".
func (p *pass) addListed(k int) {
	const most = 64 // tokens
	for n := k; n < min(k+most, len(p.text.Tokens)); n++ {
		if n > k {
			gap := p.b[p.text.Tokens[n-1].End:p.text.Tokens[n].Start]
			if bytes.IndexByte(gap, '\n') >= 0 {
				return
			}
			if !bytes.ContainsAny(gap, ",;&") && !p.is(n-1, &andWords) {
				continue
			}
		}
		last := p.shownEnd(n)
		if p.at(int(p.text.Tokens[max(n, last)].End)) == ':' {
			return // a label
		}
		if n == k || !p.isPlaced(n, last) {
			p.addShown(n, last)
		}
		n = max(n, last)
	}
}

// isPlaced says whether the tagger is sure that tokens first to last are a place, behind the names of a list: "GP: Nigel Mitchell, San Diego".
func (p *pass) isPlaced(first, last int) bool {
	if last < first {
		return false
	}
	start, end := int(p.text.Tokens[first].Start), int(p.text.Tokens[last].End)
	p.placed.add(p, func(c *candidate) bool { return c.kind == Location && c.total >= echoed })
	for i := start; i < end; i++ {
		if !p.placed.has(i) {
			return false
		}
	}
	return true
}

// addSigned adds the name that a line from token k on is, under the end of a letter.
func (p *pass) addSigned(k int) {
	const most = 4
	last, shown := k, false
	for ; last < len(p.text.Tokens); last++ {
		if shown && p.is(last, &andWords) && p.between(last-1) == gapSpace {
			p.addShown(k, last-1) // "Posy and Barnaby"
			k, shown = last+1, false
			continue
		}
		if t := &p.text.Tokens[last]; !t.IsWord() || !isUpperAt(p.b, int(t.Start)) || last-k >= most || t.Len() > 1 && !p.isShownName(last) && !p.isShortName(last) {
			return
		}
		shown = shown || p.text.Tokens[last].Len() > 1
		if gap := p.between(last); gap == gapLine || gap == gapEnd || gap == gapOther && p.at(int(p.text.Tokens[last].End)) == '\n' {
			break
		} else if gap != gapSpace && gap != gapDot && gap != gapDash && gap != gapQuote {
			return
		}
	}
	if shown && last < len(p.text.Tokens) {
		p.addShown(k, last)
	}
}

// isShortName says whether token k is a rarer given name, as friends are called: "Kez".
func (p *pass) isShortName(k int) bool {
	l := p.set.names.Listing(p.text.Tokens[k].Hash)
	return p.isCapital(k) && l.Given > 0 && (l.Common == 0 || l.Common <= commonWord && !l.Other) && !p.is(k, &noNames)
}

// addRarePair adds two rare words with capitals and the one behind them, which stand within a sentence and where no place does: "with student Anwyn Pellowe".
// In German all nouns have capitals, so that the word before must be one that persons stand behind.
func (p *pass) addRarePair(k int) {
	if p.between(k) != gapSpace || !p.isRareWritten(k) || !p.isRareWritten(k+1) || p.between(k-1) != gapSpace || p.text.Tokens[k-1].Shape&(scan.Upper|scan.Digit) != 0 {
		return
	}
	if !p.is(k-1, &nameLeads) && !p.is(k-1, &parts) && p.bitsAt(k-1)&wordRelation == 0 {
		return
	}
	last := p.shownEnd(k)
	if last == k || p.is(last+1, &legalForms) || p.isCapital(last+1) && p.between(last) == gapSpace || p.bitsAt(last)&wordsAddress != 0 {
		return
	}
	p.addShown(k, last)
}

// isBy says whether a span that the tagger is in doubt about, one word in no list of words, is who did something rather than a place: "est suivi par Vandenbroucke".
func (p *pass) isBy(s *names.Span) bool {
	const sure = 0.6
	k := s.First
	return k == s.Last && s.Confidence < sure && p.isWritten() && p.in.Channel != ChannelLog && p.is(k-1, &byWords) && p.between(k-1) == gapSpace && p.isRareWritten(k) && p.is(k-2, &cared)
}

// addReached adds the rare word from token k on with a capital, and the one behind it, that somebody is rung or written to by: "dzwonić do Wacka", "il faut appeler Quendrith". What the
// tagger takes for a firm or a place stays.
func (p *pass) addReached(k int) {
	verb := k - 1
	if p.is(verb, &reachLinks) && p.between(verb-1) == gapSpace {
		verb--
	}
	if !p.is(verb, &reaching) || p.between(k-1) != gapSpace || !p.isRareWritten(k) {
		return
	}
	if start, end := int(p.text.Tokens[k].Start), int(p.text.Tokens[k].End); p.isOther(start, end) || p.isFound(start, end) {
		return
	}
	p.addShown(k, p.shownEnd(k))
}

// isRareWritten says whether token k is a word with one capital that no list has at all, or as a name only.
func (p *pass) isRareWritten(k int) bool {
	const least = 4
	t := &p.text.Tokens[k]
	return t.Len() >= least && p.isShownName(k) && p.isCapital(k) && !hasHump(p.bytesOf(t)) && p.set.names.Listing(t.Hash).Common == 0
}

// shownEnd is the last of the words from token k on that may be a name, k-1 if that is none.
func (p *pass) shownEnd(k int) int {
	const most = 3
	last := k - 1
	for last+1 < len(p.text.Tokens) && last-k+1 < most && (last < k || p.between(last) == gapSpace || p.isHyphen(last)) && (p.isShownName(last+1) || last >= k && p.isHyphen(last) && p.isUpperWord(last+1)) {
		last++
	}
	return last
}

// isUpperWord says whether token k is a word with a capital that nothing was found in and that isn't that of an alias.
func (p *pass) isUpperWord(k int) bool {
	const least = 3
	t := &p.text.Tokens[k]
	return t.IsWord() && t.Len() >= least && isUpperAt(p.b, int(t.Start)) && !p.isInert(int(t.Start))
}

// isShownName says whether token k is a word with a capital that may be a name: listed as one, or in no list.
func (p *pass) isShownName(k int) bool {
	const least = 3
	t := &p.text.Tokens[k]
	if !t.IsWord() || t.Len() < least || !isUpperAt(p.b, int(t.Start)) || t.Bits&^(wordPlace|wordSoftLead|wordUnit) != 0 || p.isInert(int(t.Start)) {
		return false
	}
	if p.is(k, &noNames) || p.is(k, &firms) || p.is(k, &places) || p.is(k, &makes) || p.is(k, &programWords) || p.is(k, &departments) || p.is(k, &notGreeted) || p.isClass(k) {
		return false
	}
	l := p.set.names.Listing(t.Hash)
	return !l.Other && (l.Common == 0 || l.Common < commonWord && max(l.Given, l.Surname) > 1)
}

// areShown says whether tokens first to last are initials and words that isShownName, at least one.
func (p *pass) areShown(first, last int) bool {
	for k := first; k <= last; k++ {
		if p.text.Tokens[k].Len() > 1 && !p.isShownName(k) {
			return false
		}
	}
	return p.text.Tokens[last].Len() > 1
}

// addShown adds tokens first to last as a person, if there are any and nothing was found there.
func (p *pass) addShown(first, last int) {
	if last >= first && !p.isTaken(first, last) {
		p.addPerson(first, last)
	}
}

// isTaken says whether anything but a firm or a place was found in tokens first to last.
func (p *pass) isTaken(first, last int) bool {
	for k := first; k <= last; k++ {
		if t := &p.text.Tokens[k]; p.isFound(int(t.Start), int(t.End)) {
			return true
		}
	}
	return false
}

// echoNames adds the words of the persons that were found, wherever else they stand alone.
func (p *pass) echoNames() {
	const most, least = 64, 4 // words; letters
	var heard [most]uint32
	n, filter := 0, uint64(0)
	for i := range p.candidates {
		c := &p.candidates[i]
		if c.kind != Person || c.detector != byNames || c.total < echoed {
			continue
		}
		first, last := p.tokensOf(c.start, c.end)
		for k := first; k <= last && n < most; k++ {
			if p.isEchoed(k) {
				heard[n] = p.text.Tokens[k].Hash
				filter |= 1 << (heard[n] >> 26)
				n++
			}
		}
	}
	for k := range p.text.Tokens {
		h := p.text.Tokens[k].Hash
		if b := p.bytesOf(&p.text.Tokens[k]); n > 0 && filter>>(h>>26)&1 == 0 && b[len(b)-1] == 's' && len(b) > least && p.isEchoed(k) {
			h = p.set.lexicon.Lookup(b[:len(b)-1]).Hash // "Lasses Allergie"
		}
		if filter>>(h>>26)&1 == 0 || !p.isEchoed(k) {
			continue
		}
		for _, word := range heard[:n] {
			if word == h {
				p.addShown(k, k)
				break
			}
		}
	}
}

// addInitials adds the initials of persons that were found where they stand for one: behind a label or a bracket, or first in a line or sentence. "Action: TW".
func (p *pass) addInitials() {
	var pairs initials
	for i := range p.candidates {
		c := &p.candidates[i]
		if c.kind != Person {
			continue
		}
		first, last := p.tokensOf(c.start, c.end)
		for k := first; k <= last; k++ {
			if gap := p.between(k); k == last || gap != gapSpace && gap != gapDot && gap != gapDash {
				p.noteInitials(&pairs, first, k)
				first = k + 1
			}
		}
	}
	for k := range p.text.Tokens {
		t := &p.text.Tokens[k]
		if t.Len() != 2 || t.Shape&^scan.NonHex != scan.Upper || pairs[p.b[t.Start]-'A']>>(p.b[t.Start+1]-'A')&1 == 0 || p.is(k, &abbreviations) {
			continue
		}
		if start, end := int(t.Start), int(t.End); p.standsAlone(k) && !p.isInert(start) && !p.isFound(start, end) {
			p.addPerson(k, k)
		}
	}
}

// initials are a bit for the last letter, by the first.
type initials [26]uint32

// noteInitials notes those of the name from token first to last.
func (p *pass) noteInitials(pairs *initials, first, last int) {
	for first < last && p.is(first, &titles) {
		first++
	}
	for last > first && p.isHyphen(last-1) {
		last--
	}
	if a, z := p.b[p.text.Tokens[first].Start], p.b[p.text.Tokens[last].Start]; first < last && isCapitalLetter(a) && isCapitalLetter(z) {
		pairs[a-'A'] |= 1 << (z - 'A')
	}
}

func isCapitalLetter(c byte) bool { return c >= 'A' && c <= 'Z' }

// standsAlone says whether token k stands behind a label, a bracket, the end of a sentence or of a line, and a verb, a mark or the end of the line follows.
func (p *pass) standsAlone(k int) bool {
	start, end := int(p.text.Tokens[k].Start), int(p.text.Tokens[k].End)
	before := p.at(start - 1)
	if p.at(end) == ':' && before == ' ' {
		return true // "Action TW: letter"
	}
	if start > 0 && before != '\n' && before != '(' && before != '[' && !(before == ' ' && bytes.IndexByte([]byte(":.?!\n"), p.at(start-2)) >= 0) {
		return false
	}
	switch c := p.at(end); c {
	case '\n', '\r', ')', ']', ':', ';', ',', '.':
		return true
	}
	return end == len(p.b) || p.is(k+1, &doing)
}

// isEchoed says whether token k is a name wherever it stands, once it was one.
func (p *pass) isEchoed(k int) bool {
	return p.isShownName(k) && !p.is(k, &titles) && p.set.names.Listing(p.text.Tokens[k].Hash).Common < familiar
}

// echoed is how sure a name must be that stands for one elsewhere.
const echoed = 0.6

// familiar is how common a word is that may be a name in one place of a text and none in another.
const familiar = 2

var (
	// parts are what somebody is, does or did, as labels of names say it.
	parts = wordsOf(`apologies present attendees attending attendance participants absent chair chairman chairwoman chairperson secretary minutes author manager supervisor employee requester requestor
		owner reporter pupil patient student parent teacher nurse attending physician consultant surgeon pcp gp executor client applicant buyer seller purchaser vendor driver officer investigator inspector worker caseworker
		keyworker interviewee complainant respondent employer signed by with signatures witnesses referee referees references
		teilnehmer teilnehmerinnen teilnehmende anwesend anwesende entschuldigt abwesend protokoll protokollführer protokollführerin verfasser verfasserin mieter mieterin vermieter vermieterin antragsteller antragstellerin
		zeuge zeugin zeugen patientin sachbearbeiter sachbearbeiterin ansprechpartner ansprechpartnerin bearbeiter bearbeiterin hausarzt hausärztin käufer käuferin verkäufer verkäuferin mitarbeiter mitarbeiterin vorgesetzter
		présents présent absents absent excusés excusé excusée participants rédacteur rédactrice secrétaire salarié salariée responsable demandeur demandeuse témoin locataire bailleur médecin élève patiente signatures
		asistentes ausentes presidente presidenta secretario secretaria social usuario usuaria paciente médico médica inquilino inquilina arrendador arrendadora testigo alumno alumna asistencia
		presenti assenti segretario segretaria paziente medico inquilino locatore testimone alunno alunna richiedente presiede
		huisarts wijkverpleegkundige aanwezig aanwezigen afwezig voorzitter notulist notuliste huurder verhuurder patiënt arts getuige leerling medewerker
		obecni nieobecni podopieczny podopieczna zmarły zmarła przewodniczący przewodnicząca protokolant protokolantka najemca wynajmujący pacjent pacjentka lekarz świadek świadkowie uczeń sporządził sporządziła zgłaszający zgłaszająca
		presenças ausências secretário secretária senhorio testemunha testemunhas aluno aluna vigilante condutor condutora assinado
		närvarande frånvarande avlidne avlidna boende ordförande sekreterare hyresgäst hyresvärd läkare vittne vittnen elev deltagare anmäld anmälda
		afbud referent borger ordstyrer formand lejer udlejer læge vidne vidner stede deltagere fraværende`)
	// people are what somebody is, to somebody or by trade, in documents, where names have capitals.
	people = wordsOf(`pa assistant therapist wife husband son daughter brother sister mother father mum mom dad grandson granddaughter grandmother grandfather grandad granddad grandma grandpa nan uncle aunt auntie cousin niece nephew stepfather stepmother
		godmother godfather partner boyfriend girlfriend fiancé fiancée neighbour neighbor colleague friend carer caretaker landlord landlady tenant lodger flatmate housemate nurse midwife solicitor plumber builder
		electrician teacher headteacher teaching postman cleaner driver student trainee intern volunteer warden porter treasurer secretary chair executor counsellor therapist coach classmate twin
		mann frau sohn tochter bruder schwester mutter vater oma opa enkel enkelin onkel tante cousine nichte neffe schwager schwägerin freund freundin partnerin lebensgefährte lebensgefährtin
		nachbar nachbarin nachbarn kollege kollegin kollegen mitbewohner mitbewohnerin hausmeister hausmeisterin klempner handwerker pfleger pflegerin schwiegersohn schwiegertochter patenkind therapeut therapeutin betreuer betreuerin arzt ärztin hausarzt hausärztin physiotherapeutin trainer trainerin lehrer lehrerin erzieherin erzieher
		mari femme fils fille frère soeur sœur mère père voisin voisine oncle tante cousin cousine neveu nièce compagne compagnon conjoint conjointe copain copine ami amie collègue gardien gardienne concierge plombier infirmière infirmier
		nounou maîtresse grand-père grand-mère beau-père belle-mère agent huissier binôme tuteur tutrice
		marido mujer esposa esposo hijo hija hermano hermana madre padre vecino vecina cuñado cuñada suegra suegro amigo amiga abuela abuelo tío tía primo prima sobrino sobrina nieto nieta pareja novio novia compañero compañera
		fontanero portero conserje enfermera enfermero cuidadora cuidador auxiliar profesora profesor maestra maestro tutora administrador administradora
		marito moglie figlio figlia fratello sorella padre vicino vicina cognato cognata suocera suocero amico amica zia zio nonna nonno nipote cugino cugina compagno compagna fidanzato fidanzata collega idraulico portinaia portiere badante
		infermiera maestra maestro
		vrouw zoon dochter broer zus moeder vader buurman buurvrouw schoonzus zwager oma opa oom nichtje neef vriend vriendin partner loodgieter monteur huismeester conciërge juf meester huisarts wijkverpleegkundige verpleegkundige penningmeester kassier stagiair stagiaire
		mąż męża mężem żona żonę żony żoną syn syna synem synowi córka córkę córki córką brat brata bratem siostra siostrę siostry matka matkę ojciec ojca sąsiad sąsiada sąsiadka sąsiadkę szwagier teściowa babcia dziadek wnuk wnuczka kolega
		koleżanka partnerka partner hydraulik dozorca dozorcę dozorczyni pielęgniarka opiekunka opiekun wychowawczyni wychowawca
		marido mulher esposa filho filha irmão irmã mãe pai vizinho vizinha cunhado cunhada sogra avó avô tia tio primo sobrinho sobrinha neto neta namorado namorada companheiro companheira canalizador porteiro enfermeira enfermeiro
		fru son dotter dottern sonen bror syster mamma pappa granne grannen sambo kusin moster faster morbror farbror mormor morfar farmor farfar barnbarnet kassör kassören suppleant ordförande rörmokare vaktmästare läkaren sköterskan
		kone søn datter bror søster nabo naboen mormor morfar farmor farfar kæreste svigermor svigerfar veninde pædagog lægen vagtlægen datteren sønnen borger`)
	// acquainted are somebody only where they have a capital: "meiner Bekannten Wencke", "einem bekannten Gesicht".
	acquainted = wordsOf("bekannte bekannten bekannter verwandte verwandten verwandter angehörige angehörigen")
	// closings end letters, right before the line with a name.
	closings = wordsOf(`regards wishes sincerely faithfully truly thanks cheers love ta xx yours cordially respectfully warmly best you grüßen grüße gruß lg mfg vg cordialement salutations bises bisous amitiés
		saludo saludos abrazo atentamente cordialmente saluti groet groeten groetjes liefs pozdrawiam pozdrowienia poważaniem cumprimentos abraço beijinhos hälsning hälsningar kram hilsen hilsner`)
	// ranks stand before the number of an officer, and the name behind it.
	ranks = wordsOf("pc wpc dc ds di sgt ps pcso constable officer trooper deputy")
	// soCalled stand before the name of somebody whom nobody knows: "un tal Chema", "le nommé Vandenbroucke".
	soCalled = wordsOf("tal tale nommé nommée dénommé dénommée niejaki niejakiego niejaka niejaką")
	// byWords stand between cared, what is done for somebody, and who does it.
	byWords = wordsOf("par por da door przez av af by")
	cared   = wordsOf(`suivi suivie vu vue reçu reçue opéré opérée soigné soignée accompagné accompagnée visto vista atendido atendida operado operada acompañado seguido seguida visitato visitata seguita accompagnato gezien behandeld geholpen
		badany badana leczony leczona visto vista atendido acompanhado acompanhada undersökt behandlad undersøgt behandlet`)
	// reaching are what one does to reach somebody, in languages whose nouns have no capitals; reachLinks stand between them and whom.
	reaching = wordsOf(`appeler rappeler prévenir joindre contacter llamar avisar contactar chiamare richiamare avvisare contattare bellen terugbellen waarschuwen dzwonić zadzwonić oddzwonić kontakt powiadomić
		ligar telefonar avisar contactar ringa kontakta ringe kontakte`)
	reachLinks = wordsOf("a al à o do de para till til z ze con com med met")
	// abbreviations of two letters are mostly no initials.
	abbreviations = wordsOf("am pm tv uk us eu un it ip id hr pr pc cv dr mr ms md st rd gp ps re cc dc nb ok no ie eg ad bc hq qa qc ai or ta tc tl mp me pa ra rn sa sc sd co ca ny la ma in do so my by ld nr tb gb kb mb km cm mm kg mg")
	// doing follows somebody.
	doing = wordsOf("to will would has had was is said says agreed asked and")
	// officers are those of ranks that stand before a name without a number, too.
	officers = wordsOf(`pc wpc sgt insp lt capt cpl constable officer trooper deputy sergeant inspector detective captain lieutenant wachtmeister gendarme brigadier adjudant agente cabo maresciallo brigadiere appuntato inspetor guarda
		hoofdagent sierżant posterunkowy aspirant komisarz polisinspektör politiassistent`)
	// nameLeads stand before names of persons, also in languages in which other nouns have no capitals.
	nameLeads = wordsOf("with by that told asked met saw rang phoned phone tell ask son daughter named called avec par con por met door z przez med")
)
