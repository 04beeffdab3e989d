package detectors

// A password or user name that somebody was told is repeated by the other: "blue horse battery, is that right". Its words are known again by their hashes.

const (
	secretWords = 16  // words of passwords that are known again
	echoScore   = 0.7 // of what is known again
	echoTurn    = 12  // tokens of a turn that repeats the characters of one
	echoRare    = 3   // how common a word of a password may be that is known again alone
)

// secretMemory is a ring of keyed hashes of the words of passwords and user names that were found in the call.
type secretMemory struct {
	words [secretWords]uint32
	users uint16 // those of user names, a bit each
	n     uint8
	fresh bool // the last turn had one
}

// wholeSecret marks the hash of a word that was all of a password.
const wholeSecret = 0x5bd1e995

// noteSecrets keeps the words of the passwords and user names that were found in the turn.
func (c *Call) noteSecrets(p *pass) {
	c.secrets.fresh = false
	for k := range p.candidates {
		x := &p.candidates[k]
		if x.kind != Password && (x.kind != Username || p.in.Channel == ChannelLog) || x.total < p.set.threshold {
			continue
		}
		user := x.kind == Username
		if !user {
			c.secrets.fresh, c.secretBy = true, p.in.Role
		}
		first, last := p.tokensOf(x.start, x.end)
		for j := first; j <= last; j++ {
			switch {
			case p.is(j, &stopWords) || p.is(j, &characterWords) || user && first == last && !p.isRareSecret(j): // "admin"
			case first == last && p.text.Tokens[j].Len() > 3:
				c.secrets.add(p.saidKey(j)^wholeSecret, user)
			case p.text.Tokens[j].Len() > 1:
				c.secrets.add(p.saidKey(j), user)
			}
		}
	}
}

func (m *secretMemory) add(h uint32, user bool) {
	if !m.has(h) {
		m.words[m.n%secretWords] = h
		m.users &^= 1 << (m.n % secretWords)
		if user {
			m.users |= 1 << (m.n % secretWords)
		}
		m.n++
		if m.n >= 2*secretWords {
			m.n -= secretWords
		}
	}
}

func (m *secretMemory) has(h uint32) bool {
	for _, w := range m.words {
		if w == h {
			return true
		}
	}
	return false
}

// kind is the type of what had the word: Username if it was a part of one.
func (m *secretMemory) kind(h uint32) Type {
	for k, w := range m.words {
		if w == h && m.users>>k&1 != 0 {
			return Username
		}
	}
	return Password
}

// recallSecrets finds the words of passwords and user names that were heard before: two in a row, or one that is rare or was all of the password.
func (p *pass) recallSecrets() {
	m := &p.in.Call.secrets
	if m.n == 0 || p.in.Channel == ChannelLog {
		return
	}
	if m.fresh && p.in.Role != p.in.Call.secretBy {
		p.echoedCharacters()
	}
	tokens := p.text.Tokens
	p.typedAnswer()
	for k := 0; k < len(tokens); k++ {
		if p.isInert(int(tokens[k].Start)) || tokens[k].Len() < 2 {
			continue
		}
		h := p.saidKey(k)
		if m.has(h ^ wholeSecret) {
			p.addEcho(k, k, m.kind(h^wholeSecret))
			continue
		}
		if !m.has(h) {
			continue
		}
		last, rare := k, p.isRareSecret(k)
		for last+1 < len(tokens) && p.between(last) == gapSpace && !p.isInert(int(tokens[last+1].Start)) && m.has(p.saidKey(last+1)) {
			last++
			rare = rare || p.isRareSecret(last)
		}
		for last+1 < len(tokens) && p.between(last) == gapSpace && p.saysNumber(last+1) && !p.isInert(int(tokens[last+1].Start)) {
			last++ // read in another way: "horse forty two"
		}
		if last > k || rare {
			p.addEcho(k, last, m.kind(h))
		}
		k = last
	}
}

// typedAnswer takes the few words behind "answer", which a turn of a call with a password begins with, for that to a security question: "answer
// star wars".
func (p *pass) typedAnswer() {
	tokens := p.text.Tokens
	if n := len(tokens); n < 2 || n > answerWordsMost+1 || p.in.Role == RoleAgent || !p.is(0, &answerWord) || p.between(0) == gapOther {
		return
	}
	p.addSaidAnswer(1, true)
}

var answerWord = wordsOf("answer antwort réponse respuesta risposta antwoord odpowiedź resposta")

// isRareSecret says whether token k is a word that few turns have.
func (p *pass) isRareSecret(k int) bool {
	t := &p.text.Tokens[k]
	if p.set.names == nil || !t.IsWord() || t.Len() < 4 || t.Bits != 0 {
		return false
	}
	l := p.set.names.Listing(t.Hash)
	return !l.Other && l.Common <= echoRare
}

// echoedCharacters takes what a short turn says behind "is it", "so that's" and the like for the password that was just spelled, if there is a
// number, a sign or a letter by itself in it: "is it muff three three hash".
func (p *pass) echoedCharacters() {
	tokens := p.text.Tokens
	if len(tokens) > echoTurn || len(tokens) < 2 || p.said&(cuesIdentifier&^(cuePassword|cueAnyID)|wordUser) != 0 || p.text.Said&(wordStreet|wordLead|wordSoftLead) != 0 {
		return
	}
	first, last := p.answerBounds()
	for first <= last && p.is(first, &echoLeads) {
		first++
	}
	signs := 0
	for k := first; k <= last; k++ {
		switch t := &tokens[k]; {
		case p.isInert(int(t.Start)), p.is(k, &notDictated), p.is(k, &notAnswers), p.is(k, &sentenceWords), t.Bits&cuesAgainst != 0, p.hasCurrency(int(t.Start)), k < last && p.is(k, &clockWords) && tokens[k+1].IsNumber(), k < last && p.sentenceEnds(int(t.End)):
			return
		case !t.IsWord() || t.Len() == 1 && p.b[t.Start]|0x20 != 'i' && p.b[t.Start]|0x20 != 'a' && p.at(int(t.Start)-1) != '\'' || p.is(k, &characterWords) || p.is(k, &soleSigns):
			signs++
		}
	}
	if first < last && signs > 0 {
		p.addEcho(first, last, Password)
	}
}

func (p *pass) addEcho(first, last int, kind Type) {
	start, end := int(p.text.Tokens[first].Start), int(p.text.Tokens[last].End)
	for k := range p.candidates {
		if c := &p.candidates[k]; c.kind == kind && c.start <= start && end <= c.end {
			return
		}
	}
	canon, detector := p.verbatim(start, end), uint8(byAssignment)
	if kind == Username {
		canon, detector = p.compact(start, end), byUser
	}
	p.addScored(start, end, guess{kind: kind, score: score{question: echoScore}, rule: "heard before", detector: detector}, canon)
}

var (
	// echoLeads stand before what is read back.
	echoLeads = wordsOf("the key code password is it was that that's thats so and you said did say right okay ok also ist das war also c'est donc entonces es quindi dus dat jest to então é toh")
	soleSigns = wordsOf("hash dollar star dash underscore dot raute punkt dièse almohadilla cancelletto hekje krzyżyk cerquilha")
)
