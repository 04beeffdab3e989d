package detectors

import (
	"bytes"
	"unicode"
	"unicode/utf8"

	"github.com/sonexlabs/tacet/detectors/names"
	"github.com/sonexlabs/tacet/detectors/scan"
)

// What the tagger takes along at the edges of a name is cut off before it becomes a finding, so that a person has one alias.

// cutAtBracket ends a span where a sentence ends with a bracket that began before it, "(Gareth). Meds: ramipril". A name behind it is one of its own.
func (p *pass) cutAtBracket(s *names.Span, next, known int) int {
	open := 0
	for k := s.First; k < s.Last; k++ {
		gap := p.b[p.text.Tokens[k].End:p.text.Tokens[k+1].Start]
		if len(gap) == 1 {
			continue // nearly always
		}
		open += bytes.Count(gap, []byte("("))
		if open -= bytes.Count(gap, []byte(")")); open >= 0 || !bytes.ContainsAny(gap, ".:;") {
			continue
		}
		if s.Class != names.Person || !p.hasListed(k+1, s.Last) {
			s.Last = k
			break
		}
		before := *s
		before.Last = k
		next = p.addSpan(&before, next, known)
		s.First = k + 1
		open = 0
	}
	return next
}

// cutAtSentence ends a span of a document where a sentence does, "Gaspard. La grossesse". A name behind it is one of its own.
func (p *pass) cutAtSentence(s *names.Span, next, known int) int {
	const least = 4 // letters, of what is no abbreviation
	for k := s.First; k < s.Last && p.in.Channel != ChannelLog; k++ {
		if t := &p.text.Tokens[k]; t.Len() < least || !p.sentenceEnds(int(t.End)) || p.is(k, &titles) || p.is(k, &postNominals) {
			continue
		}
		before := *s
		before.Last = k
		rest := k + 1
		for rest <= s.Last && (p.text.Tokens[rest].Len() < least-1 || !isUpperAt(p.b, int(p.text.Tokens[rest].Start)) || p.is(rest, &saidNoNames) || p.is(rest, &stopWords)) {
			rest++
		}
		if rest > s.Last || rest == k+1 && !p.hasListed(rest, s.Last) && !p.isRareWritten(rest) {
			*s = before
			return next
		}
		if p.hasCapital(s.First, k) {
			p.cutSmall(&before)
			next = p.addSpan(&before, next, known)
		}
		s.First, k = rest, rest-1
	}
	return next
}

// hasCapital says whether one of the tokens begins with a capital.
func (p *pass) hasCapital(first, last int) bool {
	for k := first; k <= last; k++ {
		if isUpperAt(p.b, int(p.text.Tokens[k].Start)) {
			return true
		}
	}
	return false
}

// cutAtLabel begins a span behind the label that stands before it, "Doctor: Dr Patel", or behind an empty line. Where a name stands before, it is one of its
// own.
func (p *pass) cutAtLabel(s *names.Span, next, known int) int {
	for k := s.First; k < s.Last; k++ {
		gap := p.b[p.text.Tokens[k].End:p.text.Tokens[k+1].Start]
		if len(gap) < 2 {
			continue
		}
		if gap[0] == ':' && p.isLabelled(s.First, k) || isColumnGap(gap) && !p.hasCapital(s.First, k) {
			s.First = k + 1
			continue
		}
		label := gap[0] == ':' && scan.IsSpace(gap[1]) || string(gap) == " : " && p.text.Tokens[k].Shape&scan.Upper != 0
		if !label && !bytes.Contains(gap, []byte("\n\n")) && !isColumnGap(gap) {
			continue
		}
		if label && p.hasNameLike(s.First, k) && !p.isFormLine(k) || p.hasListed(s.First, k) && !(label && p.isFormLine(k) && !isUpperAt(p.b, int(p.text.Tokens[k].Start))) || (p.text.Tokens[s.First].Len() == 1 || isColumnGap(gap)) && p.areShown(s.First, k) {
			before := *s
			before.Last = k
			next = p.addSpan(&before, next, known)
		}
		s.First = k + 1
	}
	return next
}

// isColumnGap says whether blanks part the columns of a form.
func isColumnGap(gap []byte) bool { return bytes.Contains(gap, []byte("   ")) || gap[0] == '\t' }

// cutLabel ends a span before the label of the next line or column, "Seun\nGender: M", and says whether a name is left.
func (p *pass) cutLabel(s *names.Span) bool {
	last := &p.text.Tokens[s.Last]
	if k := s.Last + 1; s.First == s.Last && k < len(p.text.Tokens) && p.between(k-1) == gapSpace && p.isSmallWord(k) && p.isFormLine(k) && !p.hasListed(s.First, s.Last) {
		return false // "Trabajadora social: Itziar"
	}
	if k := s.Last + 1; p.is(k, &labelEnds) && p.between(k-1) == gapSpace && p.at(int(p.text.Tokens[k].End)) == ':' {
		return false // "Bill to: …"
	}
	if p.isColumnLabel(s) {
		return false
	}
	if p.at(int(last.End)) != ':' || p.at(int(last.End)+1) == ':' {
		return true
	}
	if p.isLabelled(s.First, s.Last) {
		return false
	}
	if s.First == s.Last && p.isFormLine(s.Last) && (!p.hasListed(s.First, s.Last) || !isUpperAt(p.b, int(last.Start))) {
		return false // "Sporządził: asp. Mirogniew Pstrokoński", "Next of kin: Folake Roe"
	}
	for k := s.Last; k > s.First; k-- {
		if gap := p.b[p.text.Tokens[k-1].End:p.text.Tokens[k].Start]; bytes.IndexByte(gap, '\n') >= 0 || len(gap) > 1 && isColumnGap(gap) {
			s.Last = k - 1
			return true
		}
	}
	l := p.set.names.Listing(last.Hash)
	return s.First < s.Last || l.Given > 1 || l.Surname > 1 && p.isCapital(s.First) || l.Common < commonWord
}

// isColumnLabel says whether a span that no list has is the end of a label before a column, "Next of kin      Suresh Iyengar", or the front of one in capitals,
// "EMERG CONTACT: …".
func (p *pass) isColumnLabel(s *names.Span) bool {
	next := s.Last + 1
	if next >= len(p.text.Tokens) {
		return false
	}
	if gap := p.b[p.text.Tokens[s.Last].End:p.text.Tokens[next].Start]; len(gap) > 0 && isColumnGap(gap) {
		return p.text.Tokens[s.Last].Shape&scan.Upper == 0 && isUpperAt(p.b, int(p.text.Tokens[next].Start))
	}
	return !p.hasListed(s.First, s.Last) && p.between(s.Last) == gapSpace && p.at(int(p.text.Tokens[next].End)) == ':' && p.isAllUpper(next) && p.isAllUpper(s.Last) && p.text.Tokens[next].Bits != 0
}

// isLabelled says whether tokens first to last, before a colon, begin a line and say what somebody is, or end with a word in small letters, which is no name then:
// "Zeugin: Hjördis Petersen, Tel. …", "Stan liczników: …". In a text in small letters it may be.
func (p *pass) isLabelled(first, last int) bool {
	if start := int(p.text.Tokens[first].Start); start > 0 && p.b[start-1] != '\n' {
		return first == last && p.between(first-1) == gapSpace && p.isSmallWord(first) // "Den avlidne: …"
	}
	return first < last && p.isSmallWord(last) && p.hasCapital(first, last) || !p.hasListed(first, last) && (p.is(last, &parts) || p.is(last, &people) || p.is(last, &acquainted))
}

// labelEnds end labels behind a word that may be a name.
var labelEnds = wordsOf("to for status no number")

// isFormLine says whether a colon and nothing but a name stand in the line behind token k, which is a label then rather than who speaks.
func (p *pass) isFormLine(k int) bool {
	const most = 4
	if gap := bytes.TrimSpace(p.b[p.text.Tokens[k].End:min(int(p.text.Tokens[k].End)+3, len(p.b))]); len(gap) == 0 || gap[0] != ':' {
		return false
	}
	for n := k + 1; n < len(p.text.Tokens) && n <= k+most; n++ {
		t := &p.text.Tokens[n]
		end := int(t.End)
		if !t.IsWord() || !isUpperAt(p.b, int(t.Start)) && p.at(end) != '.' || p.is(n, &plainWords) || p.is(n, &stopWords) {
			return false
		}
		if c := p.at(end); end == len(p.b) || c == '\n' || c == '\r' || c == '(' || p.at(end+1) == '(' || c == '\t' || c == ' ' && p.at(end+1) == ' ' {
			return true
		}
	}
	return false
}

// hasListed says whether a list has one of the tokens as a name.
func (p *pass) hasListed(first, last int) bool {
	for k := first; k <= last; k++ {
		if l := p.set.names.Listing(p.text.Tokens[k].Hash); max(l.Given, l.Surname) > 1 && !l.Other {
			return true
		}
	}
	return false
}

// cutGreeting cuts what a letter begins and ends with off the name behind it, "Beste Marijke", "Groetjes, Fenna", and says whether a name is left. What may be
// a name stays: "Cara Roe".
func (p *pass) cutGreeting(s *names.Span) bool {
	for p.is(s.First, &greetings) && p.set.names.Listing(p.text.Tokens[s.First].Hash).Given < 2 {
		if s.First == s.Last {
			return false
		}
		if gap := p.between(s.First); gap != gapSpace && gap != gapComma && gap != gapLine && gap != gapDot {
			break
		}
		if s.First++; p.is(s.First, &notGreeted) {
			return false // "geehrte Damen und Herren"
		}
	}
	return true
}

// isNobody says whether a span is whom a line greets without a name: "Sehr geehrte Damen und Herren".
func (p *pass) isNobody(s *names.Span) bool {
	for k := s.First; k <= s.Last; k++ {
		if !p.is(k, &notGreeted) {
			return false
		}
	}
	k := s.First - 1
	for k >= 0 && p.between(k) == gapSpace && (p.is(k, &greetings) || p.is(k, &notGreeted) || p.is(k, &andWords)) {
		k--
	}
	return k < s.First-1 && (k < 0 || p.between(k) == gapLine)
}

// cutSmall cuts words in small letters off a name in capitals: "Iker vino", "Zbyszek przyjedzie w piątek". One word alone that no list has, among words that are
// not those of another language, may be a name that somebody wrote so, and stays: "Asha quattlebaum". A name in small letters alone stays as it is.
func (p *pass) cutSmall(s *names.Span) {
	last := s.Last
	for last >= s.First && !isUpperAt(p.b, int(p.text.Tokens[last].Start)) {
		last-- // the last in capitals
	}
	if last < s.First {
		return
	}
	for last < s.Last && (!p.isSmallWord(last+1) || p.b[p.text.Tokens[last].End] > ' ' && p.between(last) != gapComma) { // "Roe-klassen"
		last++
	}
	if last+1 == s.Last && p.isCapital(last) && p.between(last) == gapSpace && p.isUnknown(s.Last) && !p.is(s.First-1, &saidNoNames) && !p.is(s.Last+1, &saidNoNames) {
		last++
	}
	for last > s.First && p.is(last, &particles) && !p.isCapital(last) {
		last-- // "Joop Hoogland, van"
	}
	s.Last = last
	for p.isSmallWord(s.First) && !p.is(s.First, &particles) && !p.is(s.First, &titles) {
		s.First++
	}
}

// isSmallTalk says whether a span is words in small letters, none of which a list has as a name, in a text of another language than English that has capitals.
func (p *pass) isSmallTalk(s *names.Span) bool {
	const sure = 0.7
	if s.Confidence >= sure || !isUpperAt(p.b, int(p.text.Tokens[0].Start)) || p.is(s.First-1, &titles) || p.isAnnounced(s.First, s.Last) {
		return false
	}
	for k := s.First; k <= s.Last; k++ {
		if isUpperAt(p.b, int(p.text.Tokens[k].Start)) || !p.isSmallWord(k) {
			return false
		}
	}
	return p.isForeignRound(s.First, s.Last)
}

// isForeignRound says whether the words beside tokens first to last are no English ones, most of them: people who write in English leave out capitals more often.
func (p *pass) isForeignRound(first, last int) bool {
	const reach, english = 4, 4
	foreign := 0
	for k := max(0, first-reach); k <= min(last+reach, len(p.text.Tokens)-1); k++ {
		if k == first {
			k = last
			continue
		}
		if l := p.set.names.Listing(p.text.Tokens[k].Hash); l.Common >= english && !l.Other {
			foreign--
		} else if p.text.Tokens[k].IsWord() {
			foreign++
		}
	}
	return foreign > 0
}

// isPeople says whether a span is a word for what somebody is: "Nichte", "support worker".
func (p *pass) isPeople(s *names.Span) bool {
	if next := s.First + 1; p.is(s.First, &pronouns) && !p.hasCapital(next, s.Last) && p.between(s.First) == gapSpace && p.isSmallWord(next) && (p.text.Tokens[next].Len() == 1 || p.set.names.Listing(p.text.Tokens[next].Hash).Common < commonWord) {
		return true // "Elle a repris"
	}
	if s.First != s.Last || p.set.names.Listing(p.text.Tokens[s.First].Hash).Given > 1 {
		return false
	}
	return p.is(s.First, &people) || p.is(s.First, &parts) || p.is(s.First, &grades) && p.between(s.First) == gapSpace && p.isSmallWord(s.First+1)
}

// pronouns are given names in English texts only.
var pronouns = wordsOf("elle ella lei ela ona")

// grades stand before what somebody is: "Senior analyst".
var grades = wordsOf("senior junior head lead chief principal deputy")

// isHeading says whether a span that no list has begins a line of its own without a mark at its end, with words in small letters in it: "Notulen ouderraad
// 4 november".
func (p *pass) isHeading(s *names.Span) bool {
	start := int(p.text.Tokens[s.First].Start)
	if start > 1 && (p.b[start-1] != '\n' || p.b[start-2] != '\n') || p.hasListed(s.First, s.Last) {
		return false
	}
	small := p.isKindOfText(s)
	for k := s.First; k < len(p.text.Tokens); k++ {
		t := &p.text.Tokens[k]
		small = small || p.isSmallWord(k) && !p.is(k, &particles)
		end := int(t.End)
		if k+1 == len(p.text.Tokens) || bytes.IndexByte(p.b[end:p.text.Tokens[k+1].Start], '\n') >= 0 {
			c := p.at(end)
			return small && (c == '\n' || c == '\r') && (s.First == 0 || bytes.Contains(p.b[end:p.text.Tokens[k+1].Start], []byte("\n\n")))
		}
	}
	return false
}

// isKindOfText says whether a word of a span at the beginning of a text ends as German and Dutch words for kinds of texts do: "Patientenaufnahme Physiotherapie",
// "Elternbrief Klasse 3a".
func (p *pass) isKindOfText(s *names.Span) bool {
	for k := s.First; k <= s.Last && s.First == 0; k++ {
		b := p.bytesOf(&p.text.Tokens[k])
		for _, end := range [...]string{"brief", "bericht", "bogen", "aufnahme", "formular", "blatt", "antrag", "protokoll", "vertrag", "anzeige", "meldung", "rechnung", "einigung", "digung", "vollmacht", "formulier", "verslag", "overeenkomst", "verklaring", "blankett"} {
			if len(b) > len(end)+2 && endsWithFolded(b, end) {
				return true
			}
		}
	}
	return false
}

// isSmallWord says whether token k is a word in small letters that no list has as a name.
func (p *pass) isSmallWord(k int) bool {
	t := &p.text.Tokens[k]
	if r, _ := utf8.DecodeRune(p.b[t.Start:]); !t.IsWord() || !unicode.IsLower(r) {
		return false
	}
	l := p.set.names.Listing(t.Hash)
	return l.Common > 0 || l.Given < 2 && l.Surname < 2
}

// isUnknown says whether token k is in no list, of names or of words of any language.
func (p *pass) isUnknown(k int) bool {
	l := p.set.names.Listing(p.text.Tokens[k].Hash)
	return p.text.Tokens[k].Len() > 2 && l.Common == 0 && !l.Other && !p.is(k, &noNames) && !p.is(k, &saidNoNames)
}

// notGreeted are who is greeted without a name.
var notGreeted = wordsOf(`customer client team all everyone everybody folks colleague colleagues sir madam sirs world there user member guest friend friends neighbour neighbours resident residents parents hiring manager
	damen herren kunde kundin kunden kundinnen kollegen kolleginnen zusammen alle team mitglieder nachbarn mieter eltern cliente clientes client clients cliente clienti madame monsieur messieurs mesdames collègues tous toutes
	señor señores señora todos todas equipo colegas compañeros tutti colleghi signori klant klanten collega collegas allemaal heer mevrouw państwo kliencie klienci wszyscy senhor senhora senhores kunder alla alle kollegor kolleger`)

// greetings stand before names in letters.
var greetings = wordsOf("dear dearest hi hello hey hiya cheers regards thanks morning afternoon evening " + said("greeting", ""))
