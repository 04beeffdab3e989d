package detectors

import (
	"bytes"
	"hash/maphash"
)

// fieldPath is what the path or the name of a field says of what the field holds.
type fieldPath struct {
	meaning
	roles fieldRole
	kind  Type  // of the last name, see fieldKind
	name  int32 // where the last name begins: "reporter" of "issue.reporter"
}

// fieldRole is a set of what a field may be named for.
type fieldRole uint32

const (
	fieldUser     fieldRole = 1 << iota // a user name
	fieldUsername                       // "username" and no more, which extensions have, too
	fieldReviewer                       // who works with a program, by the name that somebody logs in with
	fieldLogin                          // a function that takes a user's name and password
	fieldGiven                          // given names as FHIR has them
	fieldPerson                         // a person's name
	fieldDoer                           // who did something
	fieldAddress                        // a part of an address
	fieldDevice                         // an identifier of a device
	fieldSort                           // a sort code
	fieldExpiry                         // when a card ends
	fieldKeyed                          // keys of a telephone
	fieldProse                          // what people write or say
	fieldAgent                          // who answers calls
	fieldProfile                        // the name of a profile, which may be somebody's
	fieldParty                          // who calls or is called
	fieldWhere                          // where somebody is
	fieldNumbered                       // what is known by a number: a document, a claim, a contract
	fieldSearch                         // what somebody looks for
	fieldEntry                          // of an entry of a directory, "sn" or "uid"
)

const fieldUsers = fieldUser | fieldUsername | fieldReviewer | fieldLogin

// readPath reads the path of a field: what it says, as pathMeaning has it, and what its names are known for.
func (t *tables) readPath(path []byte) (f fieldPath) {
	f.meaning = t.pathMeaning(path)
	if (f.bits&cuesIdentifier == 0 || f.bits&cuesIdentifier == cueCard) && isHolderField(path) {
		f.bits |= cueName
	}
	name := lastPart(path)
	holder := lastPart(path[:max(len(path)-len(name)-1, 0)]) // "asr" of "asr.collect_dob"
	if isWord(name, "name") && namesThing(path) {
		f.bits &^= cueName // "theme.name"
	}
	switch columnKind(0, name) { // "passwords[]"
	case Password:
		f.bits |= cuePassword
	case Secret:
		f.bits |= cueSecret
	case PIN:
		f.bits |= cuePIN
	}
	f.name = int32(len(path) - len(name))
	f.kind = t.fieldKind(name)
	for _, r := range [...]struct {
		role fieldRole
		is   bool
	}{
		{fieldUser, endsInUser(name) || isWord(name, "identity") || isWord(name, "nickname") || isWord(name, "nick") || isWord(name, "identity_provider_identity")},
		{fieldUsername, isWord(name, "username")},
		{fieldReviewer, reviewWords.holds(name) || isWord(name, "by") || bytes.HasSuffix(name, []byte("_by")) && doneSet.holds(name[:len(name)-len("_by")])},
		{fieldLogin, handsOverLogin(name)},
		{fieldGiven, isWord(bytes.TrimRight(name, "[]"), "given")},
		{fieldPerson, isPersonField(path) || isWord(name, "person")},
		{fieldDoer, personSet.holds(name) || roleSet.holds(name)},
		{fieldAddress, isAddressField(path)},
		{fieldDevice, isDeviceField(name)},
		{fieldSort, isWord(name, "sort")},
		{fieldExpiry, isWord(name, "expiry") || endsWithFolded(name, "expirydate") || endsWithFolded(name, "cardexpiry") || endsWithFolded(name, "expdate")},
		{fieldProse, isProseField(bytes.TrimRight(name, "[]")) || isProseField(holder) && !proseFields.holds(holder)},
		{fieldAgent, isAgentField(name)},
		{fieldParty, partyFields.holds(name)},
		{fieldWhere, whereSet.holds(name[bytes.LastIndexByte(name, '_')+1:])}, // "eu_addr"
		{fieldNumbered, numberedFields.holds(name)},
		{fieldSearch, searchSet.holds(name)},
		{fieldEntry, surnameWord.holds(name) || isWord(name, "uid")},
		{fieldProfile, isWord(name, "name") && isWord(holder, "profile")},
		{fieldKeyed, isWord(name, "dtmf") || len(name) >= len("digits") && equalFold(name[len(name)-len("digits"):], "digits")},
	} {
		if r.is {
			f.roles |= r.role
		}
	}
	return f
}

// IsPersonalField says whether the name of a field, of a slot or of a step of a dialogue tells of something personal: "dob", "COLLECT_CVV", "first_name".
func (s *Set) IsPersonalField(name []byte) bool {
	f := s.readPath(name)
	return f.bits&cuesIdentifier&^(cueAnyID|cueCalling) != 0 || f.roles&(fieldGiven|fieldPerson|fieldAddress|fieldUser|fieldUsername) != 0 || entityKind(name) != 0
}

// isProseField says whether a field holds what people write or say, in records of programs, too: "transcription", "queryText".
func isProseField(name []byte) bool {
	if quoteSet.holds(name) && !isWord(name, "message") && !whereSet.holds(name) || proseFields.holds(name) {
		return true
	}
	if k := bytes.LastIndexByte(name, '_') + 1; k > 0 && k < len(name) { // "free_text"
		return isProseField(name[k:]) && !proseFields.holds(name[k:])
	}
	k := lastHump(name)
	return k > 0 && quoteSet.holds(name[k:]) && !isWord(name[k:], "message")
}

// partyFields hold, in logs of exchanges, numbers that are dialled with their calling code.
var partyFields = wordsOf("a_party b_party aparty bparty caller called callee calling a b from to src dst source destination orig dest party did tn username user number anumber bnumber calledstationid callingstationid called-station-id calling-station-id")

// numberedFields hold the number of somebody's document, claim, contract or the like.
var numberedFields = wordsOf("doc_no doc_number docno docnumber document_no document_number documentno documentnumber id_no id_number idno idnumber national_id nationalid cust_no cust_id custno custid emp_id empid inmate inmate_id customer_id " +
	"badge loyalty booking reservation contract vertrag subscriber " + caseWords)

var proseFields = wordsOf("transcriptiontext user caller customer bot assistant") // `user="yes it's asha"`, of a dialogue

// isAgentField says whether a field names who answers calls: "agent_id", "agentName".
func isAgentField(name []byte) bool {
	for _, w := range [...]string{"agent", "agentid", "agentname", "agentlogin", "supervisor", "supervisorid"} {
		if endsWithFolded(name, w) {
			return !endsWithFolded(name, "useragent")
		}
	}
	return false
}

// pathsKept is how many paths a pass remembers. A record has some ten, a stream some hundred; keys that are data of their own fall on
// each other.
const pathsKept = 256

// pathCache remembers what paths said, by a keyed hash: no path is kept, which may hold the key of somebody. Two of 64 bits that are
// the same would be found once in more paths than there are.
type pathCache struct {
	of    *tables
	seed  maphash.Seed
	paths []cachedPath
}

type cachedPath struct {
	hash uint64
	fieldPath
}

// read is readPath, remembered.
func (c *pathCache) read(t *tables, path []byte) fieldPath {
	if c.of != t {
		if c.paths == nil {
			c.seed, c.paths = maphash.MakeSeed(), make([]cachedPath, pathsKept)
		}
		clear(c.paths)
		c.of = t
	}
	h := maphash.Bytes(c.seed, path)
	p := &c.paths[h%pathsKept]
	if p.hash != h || h == 0 {
		*p = cachedPath{h, t.readPath(path)}
	}
	return p.fieldPath
}

// pathName is the last name of the field's path.
func (p *pass) pathName() []byte { return p.in.Path[p.path.name:] }

// kindOf is fieldKind, remembered, of a name that stands in the text.
func (p *pass) kindOf(name []byte) Type { return p.paths.read(p.set.tables, name).kind }
