package detectors

import (
	"bytes"

	"github.com/sonexlabs/tacet/detectors/scan"
)

// quoteWords name, in logs, what somebody has said or written: the field of a transcript, of what a recogniser understood, of a message.
const quoteWords = whereWords + " text prompt reply response say tts ssml utt verbatim memo reason description details desc title ticket betreff anliegen asunto oggetto objet transcript transcripts transcription utterance utterances speech speechresult asr stt hyp hypothesis heard said says saying read wrote writes typed body content message comment comments subject summary snippet note notes remark remarks feedback"

// whereWords are those of quoteWords that name where somebody is: fewer words are enough for an address.
const whereWords = "loc location whereabouts premises addr pickup dropoff"

var whereSet, quoteSet = wordsOf(whereWords), wordsOf(quoteWords)

// noteSaid notes what stands in quotes behind token i, one of quoteWords, if it reads as if somebody said it: `"utterance":"my name is asha"`, `customer said "…"`;
// without quotes what is assigned to it, up to the next name of a value: "inputTranscript=for asha roe, intent=Book".
func (p *pass) noteSaid(i int) {
	if p.in.Channel != ChannelLog || p.nested || !p.mayQuote() || isWord(p.bytesOf(&p.text.Tokens[i]), "message") && !p.is(i-1, &ofCallers) {
		return // the message of a program
	}
	end := int(p.text.Tokens[i].End)
	if k := i + 1; k < len(p.text.Tokens) && p.text.Tokens[k].IsNumber() && p.between(i) == gapSpace {
		end = int(p.text.Tokens[k].End) // "ticket 77121: "…""
	}
	at := p.pastQuote(end)
	sign := p.at(at)
	if sign == '=' || sign == ':' {
		at = p.pastBlanks(at + 1)
	} else if sign == ' ' {
		at++
	}
	start := p.pastQuote(at)
	if at == end || start >= len(p.b) || len(p.quotes) > 0 && start <= p.quotes[len(p.quotes)-1].end {
		return
	}
	switch {
	case start > at:
		end = p.quoteEnd(start)
	case sign == '=':
		end = p.assignedEnd(start)
	default:
		return
	}
	p.quoted += end - start
	if p.isTold(start, end) || p.is(i, &whereSet) && bytes.Count(p.b[start:end], []byte(" ")) > 1 {
		p.quotes = append(p.quotes, span{start, end})
	}
}

// mayQuote says whether more may be noted: the values of a line are few, and no byte is looked at more than a few times, on the average.
func (p *pass) mayQuote() bool {
	const most, times = 256, 4
	return len(p.quotes) < most && p.quoted <= times*len(p.b)
}

// ofCallers stand before a message of somebody, and of no program.
var ofCallers = wordsOf("user customer caller client visitor voicemail chat text sms whatsapp")

// camelSaid is noteSaid for a name in camel case that ends with one of quoteWords, token i: "queryText".
func (p *pass) camelSaid(i int) {
	name := p.bytesOf(&p.text.Tokens[i])
	if k := lastHump(name); k > 0 && quoteSet.holds(name[k:]) {
		p.noteSaid(i)
	}
}

// lastHump is where the last word of a name in camel case begins, 0 if it has one word.
func lastHump(name []byte) int {
	for k := len(name) - 1; k > 0; k-- {
		if isUpperAt(name, k) {
			return k
		}
	}
	return 0
}

// saidLine notes the rest of the line behind token i, the part that somebody has in a call, and a colon or an angle bracket: "turn 4: caller: double seven one oh four nine".
func (p *pass) saidLine(i int) {
	start := int(p.text.Tokens[i].End) + len(": ")
	if start >= len(p.b) || p.b[start-2] != ':' && p.b[start-2] != '>' || p.b[start-1] != ' ' || !p.mayQuote() || p.isQuoted(start) {
		return
	}
	end := len(p.b)
	if k := bytes.IndexByte(p.b[start:], '\n'); k >= 0 {
		end = start + k
	}
	p.quoted += end - start
	if p.isTold(start, end) {
		p.quotes = append(p.quotes, span{start, end})
	}
}

// quoteEnd is where the quotation ends whose mark stands before a place. An apostrophe between letters is none.
func (p *pass) quoteEnd(start int) int {
	quote := p.b[start-1]
	for end := start; end < len(p.b) && p.b[end] != '\n'; end++ {
		switch {
		case p.b[end] == quote && !(quote == '\'' && scan.IsWordByte(p.at(end+1))):
			if p.b[end-1] == '\\' {
				end--
			}
			return end
		case p.b[end] == '\\' && p.at(start-2) != '\\':
			end++ // what is escaped within
		}
	}
	return len(p.b)
}

// assignedEnd is where what begins at a place and has no quotes ends: before the next name that something is assigned to, or with the line.
func (p *pass) assignedEnd(start int) int {
	end, word := start, start // the last word begins there
	for ; end < len(p.b) && p.b[end] != '\n' && !isQuote(p.b[end]) && p.b[end] != '{' && p.b[end] != '&'; end++ {
		switch c := p.b[end]; {
		case scan.IsSpace(c):
			word = end
		case c == '=':
			return word
		}
	}
	return end
}

// isTold says whether the text from start to end reads as if somebody said or wrote it: it has some words, which are two thirds of it at the least, a
// number in groups as one. What programs tell of themselves has more figures, signs and names of their parts.
func (p *pass) isTold(start, end int) bool {
	const least = 3
	first, last := p.tokensOf(start, end)
	words, others := 0, 0
	for k := first; k <= last; k++ {
		switch t := &p.text.Tokens[k]; {
		case t.IsNumber() && k > first && p.text.Tokens[k-1].IsNumber():
		case t.IsWord() && !hasHump(p.bytesOf(t)) && endsWord(p.at(int(t.Start)-1)) && endsWord(p.at(int(t.End))) && (p.at(int(t.End)) != '.' || scan.IsSpace(p.at(int(t.End)+1))):
			words++
		default:
			others++
		}
	}
	return words >= least && words >= 2*others
}

// quotedTalk notes what stands in double quotes in a log, whatever stands before them, if somebody speaks of themselves or to somebody there: `says "my number
// is …"`.
func (p *pass) quotedTalk() {
	const spaces = 3
	if bytes.IndexByte(p.b, '"') < 0 {
		return
	}
	from := 0 // a quotation may begin there
	for k := range p.text.Tokens {
		t := &p.text.Tokens[k]
		if int(t.Start) < from || !p.is(k, &selfWords) && !(t.Bits&(cueName|cueBirth) != 0 && (p.bitsAt(k+1)|p.bitsAt(k+2))&wordIs != 0) || !endsWord(p.at(int(t.Start)-1)) || !endsWord(p.at(int(t.End))) || p.isQuoted(int(t.Start)) {
			continue
		}
		start := bytes.LastIndexByte(p.b[from:t.Start], '"')
		end := bytes.IndexByte(p.b[t.End:], '"')
		if end < 0 || !p.mayQuote() {
			return
		}
		start, end, from = from+start+1, int(t.End)+end, int(t.End)+end
		if p.at(start-1) == '"' && bytes.Count(p.b[start:end], []byte(" ")) >= spaces && p.isTold(start, end) {
			p.quotes = append(p.quotes, span{start, end})
		}
	}
}

// speaksOfSelf says whether one of selfWords is in the text.
func (p *pass) speaksOfSelf() bool {
	for k := range p.text.Tokens {
		if t := &p.text.Tokens[k]; p.is(k, &selfWords) && endsWord(p.at(int(t.Start)-1)) && endsWord(p.at(int(t.End))) {
			return true
		}
	}
	return false
}

// isQuoted says whether noteSaid has noted what stands at a place.
func (p *pass) isQuoted(at int) bool {
	for _, s := range p.quotes {
		if s.start <= at && at < s.end {
			return true
		}
	}
	return false
}

// endsWord says whether a byte beside a word parts it from others in a sentence, not in a name of several words: "my-targets".
func endsWord(c byte) bool {
	return scan.IsSpace(c) || isQuote(c) || bytes.IndexByte([]byte(",.!?:;()+\\"), c) >= 0
}

// selfWords are what people say of themselves and to each other, and programs seldom.
var selfWords = wordsOf(`my mine myself you your yours hello thanks yeah hallo hej hola bonjour salut ciao olá cześć moin ich mein meine meinen mir je soy meu minha ik mijn jag jeg mitt nazywam mój moja moje jestem mera meri naam`)

// isSaidField says whether all of the text, the value of a field, is what somebody says: the field is called so, or they speak of themselves. What was asked
// for may be a word or two.
func (p *pass) isSaidField() bool {
	switch roles := p.path.roles; {
	case bytes.HasSuffix(p.in.Path, p.b):
		return false // a name of fields
	case roles&fieldWhere != 0:
		return !isSmall(p.b[0]) && bytes.Count(p.b, []byte(" ")) > 1
	case roles&fieldProse != 0:
		return p.path.bits&cuesIdentifier != 0 || p.isTold(0, len(p.b))
	}
	return p.isTold(0, len(p.b)) && p.speaksOfSelf()
}

// searchSaid reads what noteSaid has noted, and the whole text of a field that holds what somebody says, as a turn of a call by itself, and adds what the
// line of a log does not show: in those numbers that are said stay as they are, and names need words beside them.
func (p *pass) searchSaid() {
	if len(p.in.Path) > 0 && p.isSaidField() {
		p.quotes = append(p.quotes[:0], span{0, len(p.b)})
	}
	for _, s := range p.quotes {
		if p.alone == nil {
			p.alone = new(pass)
		}
		q := p.alone
		in := Input{Channel: ChannelCall}
		if s.start == 0 && s.end == len(p.b) {
			in.Path = p.in.Path
		}
		q.begin(p.set, p.b[s.start:s.end], in)
		q.path.bits |= p.said & cueBirth // `state=COLLECT_DOB asr="tenth of october nineteen eighty eight"`
		q.searchText()
		q.searchTurn()
		p.addLost(q, s.start)
		q.end()
	}
}
