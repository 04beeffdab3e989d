package detectors

import (
	"bytes"
	"sort"
	"strings"

	"github.com/sonexlabs/tacet/detectors/scan"
)

// saidTurn is what one speaker says in a text that holds a conversation.
type saidTurn struct {
	label span // who speaks; empty before the first
	span       // what is said
	role  Role
	name  *speakerName
}

// transcript is the memory for texts that hold conversations.
type transcript struct {
	turns []saidTurn
	names []speakerName
	whole []Finding
	canon []byte
}

// turnsMost is how many turns are told apart in a text; a day of talk has some thousand. What follows is one more.
const turnsMost = 10_000

// labelLongest is how long the name of a speaker may be, in bytes.
const labelLongest = 40

// findTurns is Find for a text that holds a conversation, each turn behind the name of who speaks: "Agent: your PIN? / Customer: 4711", subtitles, the
// export of a chat. Each turn is searched as one of a call, so that questions and answers are known for what they are; what the text shows as a
// whole, within a turn or a name, is added. It says false, and finds nothing, if the text holds none.
func (s *Set) findTurns(dst []Finding, text []byte, in Input, sc *Scratch) ([]Finding, bool) {
	if in.Channel == ChannelLog || in.Beside || len(text) > s.longest || !s.readTurns(text, &sc.transcript, in.Call != nil && in.Role == RoleUnknown) {
		return dst, false
	}
	p, tr, call := &sc.pass, &sc.transcript, in.Call
	tr.canon = tr.canon[:0]
	if call == nil {
		call = NewCall()
	}
	alone := in
	alone.Call = nil
	tr.whole = s.findOne(tr.whole[:0], text, alone, sc)
	tr.keep(tr.whole)
	wholeReasons := p.reasons
	var reasons []Reason
	in.Call = call
	if in.Channel != ChannelChat {
		in.Channel = ChannelCall
	}
	first := len(dst)
	for i := range tr.turns {
		t := &tr.turns[i]
		from := len(dst)
		in.Role, p.reasons = t.role, nil
		dst = s.findOne(dst, text[t.start:t.end], in, sc)
		tr.keep(dst[from:])
		for k := range dst[from:] {
			dst[from+k].Start += t.start
			dst[from+k].End += t.start
		}
		for _, r := range p.reasons {
			r.Finding += from - first
			reasons = append(reasons, r)
		}
	}
	p.reasons = reasons
	tr.addWhole(p, text, call, wholeReasons)
	if cap(tr.canon) > scratchKept {
		tr.canon = nil
	}
	if cap(tr.whole) > turnsMost {
		tr.whole = nil
	}
	return p.overlay(dst, first), true
}

// HoldsConversation says whether a text holds a conversation, each turn behind the name of who speaks: what Find reads turn by turn.
func (s *Set) HoldsConversation(text []byte) bool {
	return s.readTurns(text, new(transcript), false)
}

// keep copies canonical forms, which the next search writes over.
func (tr *transcript) keep(found []Finding) {
	for i := range found {
		from := len(tr.canon)
		tr.canon = append(tr.canon, found[i].Canonical...)
		found[i].Canonical = tr.canon[from:len(tr.canon):len(tr.canon)]
	}
}

// addWhole makes what was found in the text as a whole ready for overlay, each as far as it lies within one turn or one name of who speaks. Only what
// speakers are called is no finding: "SPEAKER_01", unlike "Caller 07700 900123".
func (tr *transcript) addWhole(p *pass, text []byte, call *Call, reasons []Reason) {
	p.picked.found, p.picked.reasons = p.picked.found[:0], nil
	groups := call.groups
	for i := range tr.whole {
		f := tr.whole[i]
		if f.Group > 0 {
			f.Group += groups
			call.groups = max(call.groups, f.Group)
		}
		if part, isLabel := tr.within(f.Start, f.End); 2*(part.end-part.start) > f.End-f.Start {
			if isLabel && f.Type != Person && isBareSpeaker(text[part.start:part.end]) {
				continue
			}
			for part.end < f.End && part.start < part.end && !scan.IsWordByte(text[part.end-1]) {
				part.end--
			}
			for part.start+1 < part.end && part.start > f.Start && !scan.IsWordByte(text[part.start]) {
				part.start++
			}
			f.Start, f.End = part.start, max(part.end, part.start+1)
		}
		for _, r := range reasons {
			if r.Finding == i {
				r.Finding = len(p.picked.found)
				p.picked.reasons = append(p.picked.reasons, r)
			}
		}
		p.picked.found = append(p.picked.found, f)
	}
}

// isBareSpeaker says whether a name of who speaks, or a part of one, says no more than a part in the conversation.
func isBareSpeaker(name []byte) bool {
	const number = 3 // digits
	if is, _ := speaker(name); !is && !speakerWords.holds(name) {
		return false
	}
	return len(bytes.TrimLeft(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")) <= number
}

// within is the longest part of a region that lies in one turn or in one name of who speaks.
func (tr *transcript) within(start, end int) (best span, isLabel bool) {
	for i := tr.turnAt(start); i < len(tr.turns) && tr.turns[i].label.start < end; i++ {
		for k, s := range [...]span{tr.turns[i].label, tr.turns[i].span} {
			if s.start, s.end = max(s.start, start), min(s.end, end); s.end-s.start > best.end-best.start {
				best, isLabel = s, k == 0
			}
		}
	}
	return best, isLabel
}

// turnAt is the first turn that ends behind a place.
func (tr *transcript) turnAt(at int) int {
	return sort.Search(len(tr.turns), func(i int) bool { return tr.turns[i].end > at })
}

// readTurns cuts a text into turns, and says whether it holds a conversation: at least two speakers with a turn each. A form has names of fields at its
// lines too, so that those that no speaker is called must come again and again. In a call, a turn of who says no role, one speaker is enough.
func (s *Set) readTurns(text []byte, tr *transcript, inCall bool) bool {
	if bytes.IndexByte(text, '\n') < 0 && bytes.IndexByte(text, ':') < 0 && !(inCall && bytes.ContainsAny(text, "[<>\t")) {
		return false
	}
	tr.turns = tr.turns[:0]
	tr.turns = append(tr.turns, saidTurn{})
	for at := 0; at < len(text); {
		end := at + bytes.IndexByte(text[at:], '\n')
		if end < at {
			end = len(text)
		}
		tr.line(text, at, end)
		at = end + 1
	}
	return s.areTurns(text, tr, inCall)
}

// line takes in a line: a turn that begins, or what goes on with the one before.
func (tr *transcript) line(text []byte, at, end int) {
	last := &tr.turns[len(tr.turns)-1]
	if isCue(text[at:end], text[min(end+1, len(text)):]) {
		if last.end > last.start && len(tr.turns) < turnsMost {
			tr.turns = append(tr.turns, saidTurn{})
		}
		return
	}
	if label, start, ok := readLabel(text, at, end); ok && len(tr.turns) < turnsMost {
		tr.turns = append(tr.turns, saidTurn{label: label, span: span{start, end}})
		tr.split(text)
		return
	}
	if last.end == 0 || last.start == last.end && last.label.end == 0 {
		last.start = at
	}
	last.end = end
}

// split cuts the last turn where others begin within its line, behind a name that speakers have: "SPEAKER_00: your name SPEAKER_01: Okonkwo".
func (tr *transcript) split(text []byte) {
	t := &tr.turns[len(tr.turns)-1]
	if kind, _ := speaker(text[t.label.start:t.label.end]); !kind {
		return
	}
	for i := t.start; i < t.end && len(tr.turns) < turnsMost; i++ {
		if text[i] != ':' || i+1 < t.end && text[i+1] != ' ' {
			continue
		}
		start := i
		for start > t.start && text[start-1] > ' ' && text[start-1] != '>' {
			start--
		}
		word := text[start:i]
		if start > t.start+1 && len(word) > 0 && len(word) < 3 && scan.IsDigit(word[0]) { // "Speaker 1:"
			before := start - 1
			for before > t.start && text[before-1] > ' ' {
				before--
			}
			start, word = before, text[before:i]
		}
		if kind, _ := speaker(word); !kind || start == t.start || len(word) == 1 && t.label.end-t.label.start != 1 {
			continue
		}
		end := t.end
		t.end = withoutTags(text, t.start, start)
		next := saidTurn{label: span{start, i}, span: span{min(i+2, end), end}}
		tr.turns = append(tr.turns, next)
		t = &tr.turns[len(tr.turns)-1]
	}
	t.end = withoutTags(text, t.start, t.end)
}

// withoutTags is the end of what is said before the tags that follow it: "sunflower</p><p>".
func withoutTags(text []byte, start, end int) int {
	const longest = 16 // bytes
	for end > start && text[end-1] == '>' {
		open := max(start, end-longest)
		n := bytes.LastIndexByte(text[open:end], '<')
		if n < 0 {
			break
		}
		end = open + n
	}
	return end
}

// speakerName is a name that stands before turns.
type speakerName struct {
	span
	times   int
	isKnown bool // what speakers are called
	role    Role
}

// notSpeaker is what the names of fields say, and none of persons.
const notSpeaker = cuesIdentifier | cueName | wordNumber | wordAnswer | wordUser | wordOther | wordKey | wordCode

// speakersMost is how many names are told apart; more are those of fields.
const speakersMost = 32

// note counts a name. It gives nil for one too many.
func (tr *transcript) note(text []byte, label span) *speakerName {
	for i := range tr.names {
		if n := &tr.names[i]; bytes.EqualFold(text[n.start:n.end], text[label.start:label.end]) {
			n.times++
			return n
		}
	}
	if len(tr.names) == speakersMost {
		return nil
	}
	known, role := speaker(text[label.start:label.end])
	tr.names = append(tr.names, speakerName{label, 1, known, role})
	return &tr.names[len(tr.names)-1]
}

// areTurns says whether the turns are those of a conversation, and gives them roles. Names that are none of a speaker, "Call ID: …", become part of
// what stands before.
func (s *Set) areTurns(text []byte, tr *transcript, inCall bool) bool {
	const least = 3 // turns, where some are of speakers of no known kind
	if tr.names == nil {
		tr.names = make([]speakerName, 0, speakersMost) // turns point into it
	}
	tr.names = tr.names[:0]
	for i := range tr.turns {
		if t := &tr.turns[i]; t.label.end > 0 {
			t.name = tr.note(text, t.label)
		}
	}
	kinds, turns, again, named, asks := 0, 0, false, false, false
	for i := range tr.names {
		n := &tr.names[i]
		if !n.isKnown && (n.times == 1 || s.nameMeaning(text[n.start:n.end]).bits&notSpeaker != 0) {
			n.times = 0
			continue
		}
		kinds, turns, again, named = kinds+1, turns+n.times, again || n.times > 1, named || !n.isKnown
	}
	if kinds == 2 {
		tr.giveOther()
	}
	n := 0
	for i := range tr.turns {
		t := tr.turns[i]
		if t.start == t.end && t.label.end == 0 {
			continue
		}
		switch {
		case t.label.end == 0 && n > 0:
			t.role = tr.turns[n-1].role
		case t.label.end == 0:
		case t.name != nil && t.name.times > 0:
			t.role = t.name.role
			asks = asks || bytes.HasSuffix(bytes.TrimSpace(text[t.start:t.end]), []byte("?"))
		case n > 0:
			tr.turns[n-1].end = t.end
			continue
		default:
			t.start, t.label = t.label.start, span{}
		}
		tr.turns[n] = t
		n++
	}
	tr.turns = tr.turns[:n]
	return kinds > 1 && (again || asks && !named) && (!named || turns > least) || inCall && kinds > 0 && !named
}

// giveOther gives the one of two speakers of whom no role is known the other role: "Dr Dunmore" and "Patient".
func (tr *transcript) giveOther() {
	var said [2]*speakerName
	n := 0
	for i := range tr.names {
		if tr.names[i].times > 0 {
			said[n] = &tr.names[i]
			n++
		}
	}
	for i, s := range said {
		switch other := said[1-i]; {
		case s.role != RoleUnknown:
		case other.role == RoleCustomer:
			s.role = RoleAgent
		case other.role == RoleAgent:
			s.role = RoleCustomer
		}
	}
}

// isCue says whether a line is of the form of subtitles rather than what is said: its number, its time, the head of the file.
func isCue(line, after []byte) bool {
	const longest = 5 // digits of a number
	line = bytes.TrimSpace(line)
	if bytes.Contains(line, []byte(" --> ")) || string(line) == "WEBVTT" {
		return true
	}
	if !isDecimal(line) || len(line) > longest {
		return false
	}
	next, _, _ := bytes.Cut(after, []byte("\n"))
	return bytes.Contains(next, []byte(" --> "))
}

// readLabel reads who speaks at the beginning of a line, behind a time of day: "[00:01:03] Agent: …", "Agent (00:01): …", "<v Agent>…". start is where
// the turn begins.
func readLabel(text []byte, at, end int) (label span, start int, ok bool) {
	at = pastTime(text, at, end)
	if voice := []byte("<v "); bytes.HasPrefix(text[at:end], voice) {
		at += len(voice)
		n := bytes.IndexByte(text[at:end], '>')
		return span{at, at + n}, at + n + 1, n > 0 && n <= labelLongest
	}
	letters := false
	for i := at; i < end && i-at <= labelLongest; i++ {
		switch c := text[i]; {
		case c == ':':
			if scan.IsDigit(text[i-min(1, i)]) && i+1 < end && scan.IsDigit(text[i+1]) {
				continue // "Agent (00:01):"
			}
			stop := i
			if text[i-min(1, i)] == ')' || text[i-min(1, i)] == ']' {
				if open := bytes.LastIndexAny(text[at:i], "(["); open > 0 && bytes.IndexByte(text[at+open:i], ':') > 0 {
					stop = at + open
				}
			}
			stop = at + len(bytes.TrimRight(text[at:stop], " "))
			return span{at, stop}, i + 1, letters && stop > at && (i+1 == end || strings.IndexByte(" \r\t*", text[i+1]) >= 0)
		case scan.IsLetter(c) || c >= 0x80:
			letters = true
		case scan.IsDigit(c) || strings.IndexByte(" _-.'()[]#", c) >= 0:
		default:
			return readMarked(text, at, end)
		}
	}
	return readMarked(text, at, end)
}

// pastTime passes over what stands before who speaks: the time, a bullet, a tag.
func pastTime(text []byte, at, end int) int {
	const tag = 32 // bytes
	for at < end {
		switch c := text[at]; {
		case strings.IndexByte(" \t-*", c) >= 0:
			at++
		case c == '<' && !bytes.HasPrefix(text[at:end], []byte("<v ")):
			n := bytes.IndexByte(text[at:min(end, at+tag)], '>')
			if n < 0 {
				return at
			}
			at += n + 1
		case c == '[' || c == '(' || scan.IsDigit(c):
			stop := at + 1
			for stop < end && (scan.IsDigit(text[stop]) || strings.IndexByte(":.,-/", text[stop]) >= 0) {
				stop++
			}
			if !bytes.ContainsAny(text[at:stop], ":-/") {
				return at
			}
			for stop < end && (text[stop] == ']' || text[stop] == ')') {
				stop++
			}
			at = stop
		default:
			return at
		}
	}
	return at
}

// readMarked reads who speaks where no colon says so: "[Agent] …", "Agent> …", "Agent - …", a name in a line of its own, a time behind it. It takes only
// what speakers are called.
func readMarked(text []byte, at, end int) (label span, start int, ok bool) {
	const digits = 3
	open := at < end && (text[at] == '[' || text[at] == '(')
	if open {
		at++
	}
	i := at
	for i < end && (scan.IsLetter(text[i]) || text[i] >= 0x80) {
		i++
	}
	k := i
	if k < end && (text[k] == ' ' || text[k] == '_') {
		k++
	}
	for k < end && scan.IsDigit(text[k]) && k-i <= digits {
		k++
	}
	if k > i && !scan.IsDigit(text[k-1]) {
		k = i
	}
	label = span{at, k}
	if is, _ := speaker(text[at:k]); !is || k-at == 1 {
		return label, 0, false
	}
	rest := text[k:end]
	if open {
		return label, k + 1, len(rest) > 0 && (rest[0] == ']' || rest[0] == ')')
	}
	for _, mark := range [...]string{"> ", " - ", " – ", " — ", "\t"} {
		if bytes.HasPrefix(rest, []byte(mark)) {
			return label, k + len(mark), true
		}
	}
	return label, end, len(bytes.Trim(rest, " \t\r()[]0123456789:.")) == 0 && (len(bytes.TrimSpace(rest)) == 0 || bytes.IndexByte(rest, ':') >= 0)
}

// speaker says whether a name is that of a part in a conversation, and of which: "Agent", "Customer (Ngozi)", "SPEAKER_01", "Q".
func speaker(name []byte) (is bool, role Role) {
	word := name
	for i, c := range name {
		if !scan.IsLetter(c) && c < 0x80 {
			word = name[:i]
			break
		}
	}
	switch rest := name[len(word):]; {
	case len(name) == 1:
		return bytes.IndexByte([]byte("ABCFMQ"), name[0]) >= 0, RoleUnknown
	case agentWords.holds(word):
		return true, RoleAgent
	case customerWords.holds(word):
		return true, RoleCustomer
	case speakerWords.holds(word):
		return len(rest) > 0 && len(rest) <= 3, RoleUnknown
	}
	return false, RoleUnknown
}

// RoleOf is the role of who is called so in a transcript, in any case: "agent", "Caller", "advisor". It is RoleUnknown for any other name.
func RoleOf(name []byte) Role {
	_, role := speaker(name)
	return role
}

var (
	agentWords = wordsOf("agent agente agentin advisor adviser operator operatore operador rep representative csr support interviewer moderator consultant consultor conseiller conseillère assistant clerk dispatcher receptionist associate specialist " +
		"mitarbeiter mitarbeiterin medewerker konsultant konsultantka atendente asesor")
	customerWords = wordsOf("customer caller client user visitor cust respondent interviewee patient member cardholder policyholder applicant kunde kundin anrufer anruferin cliente klant beller klient klientka dzwoniący appelant utilizador usuario usuário utente")
	speakerWords  = wordsOf("speaker spk channel ch participant voice party sprecher sprecherin hablante locuteur parlante spreker falante")
)
