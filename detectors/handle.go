package detectors

import (
	"bytes"

	"github.com/sonexlabs/tacet/detectors/scan"
)

// handleLongest is the longest name of an account that is told without a field.
const handleLongest = 40

// mention looks for the account that an at sign begins: "thanks @quimby_41".
func (p *pass) mention(at int) bool {
	const least = 2
	if p.in.Channel == ChannelLog {
		return p.serverUser(at)
	}
	if c := p.at(at - 1); scan.IsWordByte(c) || c == '@' || c == '/' || c == '_' || c == '-' || c == '\\' || c == '=' || p.isInert(at) || at > 0 && p.isInert(at-1) {
		return false
	}
	start := at + 1
	end := p.userEnd(start)
	for end > start && !scan.IsWordByte(p.b[end-1]) && p.b[end-1] != '_' {
		end--
	}
	value := p.b[start:end]
	if c := p.at(end); c == '@' || c == '(' || c == '/' || c == ':' && p.at(end+1) > ' ' || len(value) < least || len(value) > handleLongest || !hasLetter(value) {
		return false
	}
	first, last := p.tokensOf(start, end)
	if first > last || first == last && (p.is(first, &notMentioned) || p.is(first, &firms) || p.text.Tokens[first].Shape&(scan.Upper|scan.Digit|scan.High) == 0 && p.set.names.IsCommon(p.text.Tokens[first].Hash)) {
		return false
	}
	p.add(at, end, Username, 0.7, byUser, p.lower(start, end))
	return true
}

// notMentioned stand behind an at sign and are no account: groups of a chat, and words of programs.
var notMentioned = wordsOf("everyone here channel all team room param params return returns override overrides import media charset see since throws deprecated test autowired example date noon midnight home work")

// socialAccount looks for the name of an account with a service that token i names: "insta is quimby_41", "instagram.com/quimby_41".
func (p *pass) socialAccount(i int) {
	at := int(p.text.Tokens[i].End)
	if p.at(at) == '.' {
		p.profile(at)
		return
	}
	p.toldAccount(i)
	if p.is(i-1, &ownWords) {
		p.typedNear(i, i, Username, p.looksLikeAccount) // "my skype is still jquimby41"
	}
	if !p.isWritten() {
		p.saidHandle(i)
	}
}

// profile looks for the account in a link to the profile of somebody, behind the name of the service.
func (p *pass) profile(at int) {
	host, _, _ := p.domain(at + 1)
	if host > at+8 || p.at(host) != '/' || isWord(p.b[at+1:host], "me") { // fb.me makes links short
		return
	}
	start := host + 1
	if p.at(start) == '@' {
		start++
	}
	end := p.userEnd(start)
	if isWord(p.b[start:end], "in") && p.at(end) == '/' { // linkedin.com/in/…
		start = end + 1
		end = p.userEnd(start)
	}
	for end > start && !scan.IsWordByte(p.b[end-1]) {
		end--
	}
	value := p.b[start:end]
	if c := p.at(end); len(value) < 3 || len(value) > handleLongest || !hasLetter(value) || c == '/' && scan.IsWordByte(p.at(end+1)) || notProfiles.holds(value) || p.isInert(start) {
		return
	}
	p.add(start, end, Username, 0.7, byUser, p.lower(start, end))
}

// notProfiles are what stands behind the names of services in links that are nobody's.
var notProfiles = wordsOf("share sharer intent reel reels groups group pages events watch hashtag search explore login help policies home company jobs school status about settings privacy terms legal accounts signup developers docs download blog feed tos policy business careers shorts playlist results")

// toldAccount looks behind token i, a word for an account or the name of a service, for one that looks like no word.
func (p *pass) toldAccount(i int) {
	const gap = 4
	tokens := p.text.Tokens
	k := i
	for n := 0; n < 3 && k+1 < len(tokens) && (p.is(k+1, &accountLinks) || p.bitsAt(k+1)&wordIs != 0) && int(tokens[k+1].Start)-int(tokens[k].End) < gap; n++ {
		k++
	}
	if k+1 >= len(tokens) || p.in.Channel == ChannelLog {
		return
	}
	start := int(tokens[k].End)
	for start < len(p.b) && start-int(tokens[k].End) < gap && !scan.IsWordByte(p.b[start]) && p.b[start] != '\n' {
		start++
	}
	if start == int(tokens[k].End) || start >= len(p.b) || p.isInert(start) || p.b[start-1] == '.' || p.b[start-1] == '/' || p.b[start-1] == '_' || p.b[start-1] == '@' {
		return
	}
	if isWord(p.b[start:min(start+5, len(p.b))], "live:") {
		start += 5
	}
	end := p.userEnd(start)
	for end > start && !scan.IsWordByte(p.b[end-1]) {
		end--
	}
	if c := p.at(end); c == '@' || c == '/' || c == '(' || c == '=' || !p.looksLikeAccount(start, end) && !p.isRareAccount(i, start, end) {
		return
	}
	p.add(start, end, Username, 0.65, byUser, p.lower(start, end))
}

// isRareAccount says whether a value is small letters of no word, with hyphens perhaps, behind token i, "handle", or where a password follows: "GitHub handle
// dimz-codes", "identifiant abodard, mot de passe …".
func (p *pass) isRareAccount(i, start, end int) bool {
	const least, reach = 4, 4 // letters; words to the password
	first, last := p.tokensOf(start, end)
	if p.set.names == nil || end-start < least || first > last {
		return false
	}
	rare := false
	for k := first; k <= last; k++ {
		t := &p.text.Tokens[k]
		if t.Shape&(scan.Upper|scan.Digit|scan.High) != 0 || k < last && !p.isHyphen(k) {
			return false
		}
		l := p.set.names.Listing(t.Hash)
		rare = rare || l.Common == 0 && !l.Other && t.Len() >= least
	}
	if !rare || p.is(i, &handleWord) {
		return rare && last > first && (p.is(i-1, &ownWords) || p.isCapital(i-1) && !p.is(i-1, &plainWords)) // no verb
	}
	for k := last + 1; k <= last+reach && k < len(p.text.Tokens) && !p.sentenceEnds(int(p.text.Tokens[k-1].End)); k++ {
		if p.cue(k)&cuePassword != 0 {
			return true
		}
	}
	return false
}

var handleWord = wordsOf("handle")

// toldAccounts looks for accounts beside the words for a user name: "my user name is asharoe88", "asharoe88 is my login".
func (p *pass) toldAccounts() {
	tokens := p.text.Tokens
	for _, h := range p.text.Hot {
		if k := int(h); tokens[k].Bits&(wordUser|wordPhraseEnd) != 0 && p.cue(k)&wordUser != 0 {
			p.accountBeside(k)
		}
	}
}

// accountBeside looks for an account before and behind token k, a word for a user name.
func (p *pass) accountBeside(k int) {
	p.toldAccount(k)
	p.accountBefore(k)
	p.typedNear(k, k, Username, p.looksLikeAccount)
}

// accountBefore takes what looks like no word before "is my user name", whose last token is k.
func (p *pass) accountBefore(k int) {
	own := k - 1
	if own > 1 && !p.is(own, &ownWords) {
		own-- // "user name"
	}
	if own < 2 || !p.is(own, &ownWords) || p.bitsAt(own-1)&wordIs == 0 || p.between(own-2) != gapSpace {
		return
	}
	end := int(p.text.Tokens[own-2].End)
	start := end
	for start > 0 && end-start < handleLongest && (scan.IsWordByte(p.b[start-1]) || p.b[start-1] == '.' || p.b[start-1] == '_') {
		start--
	}
	if !p.isInert(start) && p.looksLikeAccount(start, end) {
		p.add(start, end, Username, 0.65, byUser, p.lower(start, end))
	}
}

// accountLinks stand between the name of a service and an account.
var accountLinks = wordsOf("handle name id account user username profile login tag as under me at on")

// looksLikeAccount says whether a value is no word, number, version or host: it has an underscore, figures behind letters, or dots between
// words.
func (p *pass) looksLikeAccount(start, end int) bool {
	const least, letters = 4, 3
	value := p.b[start:end]
	if len(value) < least || len(value) > handleLongest || isPlaceholder(value) || isNoUser(value) {
		return false
	}
	n := 0
	for n < len(value) && scan.IsLetter(value[n]) {
		n++
	}
	switch {
	case n == len(value) || n == 0:
		return false
	case bytes.IndexByte(value, '_') > 0:
		return hasLetter(value)
	case bytes.IndexByte(value, '-') > 0:
		return false // a word in two parts, a number of a ticket
	case value[n] == '.':
		upper := n+1 < len(value) && value[n+1] < 'a' && value[n-1] >= 'a' // "failed.Please"
		return (n > 1 || len(value)-n > letters) && !upper && !isFileName(value) && !isHost(value)
	}
	return n >= letters && digitsIn(value[n:]) > 0 && (len(value)-n > 1 || p.listingOf(value[:n]).Common == 0) && !p.is(p.firstAt(start), &algorithms)
}

// firstAt is the token that begins at a place.
func (p *pass) firstAt(at int) int {
	first, _ := p.tokensOf(at, at+1)
	return first
}

// isHost says whether a value ends as hosts and files commonly do.
func isHost(value []byte) bool {
	k := bytes.LastIndexByte(value, '.')
	return k < 0 || hostEnds.holds(value[k+1:])
}

var hostEnds = wordsOf("com net org io co uk ie in au ng de fr es it nl pl pt eu gov edu info biz app dev ai me tv local internal txt pdf doc docx xls xlsx csv log json xml yaml yml conf ini py js go java sh exe zip php html htm js ts md")

// handleTokens is how many words and numbers a handle has as it is said.
const handleTokens = 4

// saidHandle looks for a handle behind the name of a network, token i: "my twitter is at rosie tweets nine".
func (p *pass) saidHandle(i int) {
	const most = 3
	for k := i + 1; k <= i+most && p.between(k-1) == gapSpace; k++ {
		if p.is(k, &atWord) {
			p.addHandle(k+1, userTold)
			return
		}
		if !p.is(k, &userLinks) && !p.is(k, &userNames) {
			return
		}
	}
}

// addHandle takes what follows "at" from token first on for a handle, if the text ends with it. It says whether it did.
func (p *pass) addHandle(first int, likely float32) bool {
	last := first - 1
	for k := first; k < len(p.text.Tokens) && k < first+handleTokens; k++ {
		t := &p.text.Tokens[k]
		if p.isInert(int(t.Start)) || k > first && p.between(k-1) != gapSpace || p.is(k, &stopWords) {
			break
		}
		last = k
	}
	if last < first || p.between(last) == gapSpace && !p.is(last+1, &andWords) {
		return false // a sentence
	}
	start, end := int(p.text.Tokens[first].Start), int(p.text.Tokens[last].End)
	p.addScored(start, end, guess{kind: Username, score: score{form: likely}, rule: "handle", detector: byUser}, p.compact(start, end))
	return true
}

var (
	atWord    = wordsOf("at")
	userNames = wordsOf("handle name username user account profile")
)
