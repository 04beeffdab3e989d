package reveal

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
)

// Grant says that a requester may see values of some types in some calls of one tenant, for a time, or export some of its records. It says
// nothing until an approver, who is somebody else, has signed it.
type Grant struct {
	ID     string   `json:"id"`
	Tenant string   `json:"tenant"`
	Types  []string `json:"types,omitempty"`  // no wildcard: who approves says what is to be seen
	Calls  []string `json:"calls,omitempty"`  // tokens of calls; no wildcard either
	Names  []string `json:"names,omitempty"`  // only what these aliases and tokens stand for; none for all
	Export *Export  `json:"export,omitempty"` // in place of types, calls and names
	// Purpose and Ticket go into the audit log, so they are words, not sentences that could tell of somebody.
	Purpose   string    `json:"purpose"`
	Ticket    string    `json:"ticket"`
	NotBefore time.Time `json:"not_before"`
	Expires   time.Time `json:"expires"`
	Requester string    `json:"requester"` // public key (Signer.Public)
	Approver  string    `json:"approver"`  // likewise; Sign fills it in
}

// GrantTimeMax is how long a grant can be valid. Whoever needs longer asks again.
const GrantTimeMax = 7 * 24 * time.Hour

const (
	grantHeader   = "tacet reveal grant v1\n"
	grantCallsMax = 1000
	grantTypesMax = 100
	grantLenMax   = 1 << 20
	slugLenMax    = 64
)

// errSelf is a grant to oneself.
var errSelf = errors.New("the approver is the requester")

// Sign gives the grant, signed by an approver: a note (golang.org/x/mod/sumdb/note) whose text is a line with the kind
// and a line of JSON. An ID is made where there is none.
func (g Grant) Sign(approver *Signer) ([]byte, error) {
	if g.ID == "" {
		g.ID = strings.ToLower(rand.Text())
	}
	g.Approver = approver.Public()
	g.NotBefore, g.Expires = g.NotBefore.UTC().Truncate(time.Second), g.Expires.UTC().Truncate(time.Second)
	if err := g.check(); err != nil {
		return nil, fmt.Errorf("sign grant: %w", err)
	}
	text, err := g.text()
	if err != nil {
		return nil, fmt.Errorf("sign grant: %w", err)
	}
	signed, err := note.Sign(&note.Note{Text: text}, approver.signer)
	if err != nil {
		return nil, fmt.Errorf("sign grant: %w", err)
	}
	return signed, nil
}

func (g Grant) text() (string, error) {
	body, err := json.Marshal(g)
	return grantHeader + string(body) + "\n", err
}

// parseGrantText reads what text gives, and nothing else: there is one way to write each grant.
func parseGrantText(text string) (g Grant, err error) {
	bad := errors.New("not a grant")
	body, ok := strings.CutPrefix(text, grantHeader)
	if !ok || json.Unmarshal([]byte(body), &g) != nil {
		return Grant{}, bad
	}
	if again, err := g.text(); err != nil || again != text {
		return Grant{}, bad
	}
	return g, g.check()
}

// check looks at a grant by itself, without the time and without who may.
func (g Grant) check() error {
	_, requester := personOf(g.Requester)
	_, approver := personOf(g.Approver)
	switch {
	case !isSlug(g.ID):
		return errors.New("its id is not a word")
	case !isTenant([]byte(g.Tenant)):
		return errors.New("no tenant")
	case !isSlug(g.Purpose) || !isSlug(g.Ticket):
		return errors.New("purpose and ticket are a word each, of letters, digits, dots, dashes and underscores: the audit log shows them")
	case !requester || !approver:
		return errors.New("requester and approver are public keys of people")
	case samePerson(g.Requester, g.Approver):
		return errSelf
	case !isTime(g.NotBefore) || !isTime(g.Expires) || !g.NotBefore.Before(g.Expires):
		return errors.New("it ends before it begins")
	case g.Expires.Sub(g.NotBefore) > GrantTimeMax:
		return fmt.Errorf("it is valid for more than %d days", GrantTimeMax/(24*time.Hour))
	case g.Export == nil:
		return g.checkValues()
	case len(g.Types)+len(g.Calls)+len(g.Names) > 0:
		return errors.New("an export has no types, calls or names: the policy says what of a record leaves")
	}
	return g.Export.check()
}

// checkValues looks at what of single values may be seen.
func (g Grant) checkValues() error {
	words := func(list []string, most int, is func(string) bool) bool {
		return len(list) <= most && !slices.ContainsFunc(list, func(s string) bool { return !is(s) })
	}
	isCall := func(s string) bool { return isWord(s) && len(s) <= nameLenMax }
	switch {
	case len(g.Types) == 0 || !words(g.Types, grantTypesMax, isType):
		return fmt.Errorf("name between 1 and %d types", grantTypesMax)
	case slices.ContainsFunc(g.Types, NeverStored):
		return fmt.Errorf("a type can't be revealed: %w", ErrNeverStored)
	case len(g.Calls) == 0 || !words(g.Calls, grantCallsMax, isCall):
		return fmt.Errorf("name between 1 and %d calls by their tokens", grantCallsMax)
	case !words(g.Names, grantCallsMax, isCall):
		return fmt.Errorf("at most %d names, each one word", grantCallsMax)
	}
	return nil
}

// isTime tells times that JSON shows in one way: years of four digits, whole seconds, UTC.
func isTime(t time.Time) bool {
	return t.Year() >= 2000 && t.Year() < 10000 && t.Nanosecond() == 0 && t.Location() == time.UTC
}

// isSlug tells a word that is safe to show anywhere.
func isSlug(s string) bool {
	for i := range len(s) {
		c := s[i]
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && (i == 0 || c != '.' && c != '-' && c != '_') {
			return false
		}
	}
	return s != "" && len(s) <= slugLenMax
}

// openGrant verifies a grant against the keys of those who may approve for its tenant.
func openGrant(signed []byte, approvers People) (Grant, error) {
	if len(signed) > grantLenMax {
		return Grant{}, refuse(ReasonForged, "the grant is larger than any grant")
	}
	n, err := note.Open(signed, approvers.verifiers())
	var unknown *note.UnverifiedNoteError
	switch {
	case errors.As(err, &unknown):
		return Grant{}, unknownApprover(unknown.Note.Text)
	case err != nil:
		return Grant{}, refuse(ReasonForged, "the grant is not what its approver has signed")
	case len(n.Sigs) != 1 || len(n.UnverifiedSigs) != 0:
		return Grant{}, refuse(ReasonForged, "the grant has more signatures than one")
	case !isExact(signed, n):
		return Grant{}, refuse(ReasonForged, "the grant is not written as its approver wrote it")
	}
	g, err := parseGrantText(n.Text)
	switch {
	case errors.Is(err, errSelf):
		return Grant{}, refuse(ReasonSelf, errSelf.Error())
	case errors.Is(err, ErrNeverStored):
		return Grant{}, refuse(ReasonNeverStored, "the grant names a type that is never stored")
	case err != nil:
		return Grant{}, refuse(ReasonForged, "what is signed is not a grant of this version")
	}
	name, hash := n.Sigs[0].Name, n.Sigs[0].Hash
	if v, err := note.NewVerifier(g.Approver); err != nil || v.Name() != name || v.KeyHash() != hash {
		return Grant{}, refuse(ReasonForged, "the grant is signed by another than the approver it names")
	}
	if !approvers.may(g.Approver, g.Tenant) {
		return Grant{}, refuse(ReasonApprover, "who signed the grant may not approve for its tenant")
	}
	return g, nil
}

// isExact tells whether a note with one signature is written in the one way it can be. Package note is lenient with base64: unused
// bits at its end and carriage returns in it are nothing to it.
func isExact(signed []byte, n *note.Note) bool {
	sig := n.Sigs[0]
	raw, err := base64.StdEncoding.Strict().DecodeString(sig.Base64)
	return err == nil && base64.StdEncoding.EncodeToString(raw) == sig.Base64 &&
		string(signed) == n.Text+"\n\u2014 "+sig.Name+" "+sig.Base64+"\n"
}

// unknownApprover tells apart who signs for themselves, so that the audit log says so, though neither is trusted.
func unknownApprover(text string) error {
	if _, err := parseGrantText(text); errors.Is(err, errSelf) {
		return refuse(ReasonSelf, errSelf.Error())
	}
	return refuse(ReasonApprover, "who signed the grant is not on the list of approvers")
}

// covers says why a grant does not allow a request.
func (g Grant) covers(r *Request, now time.Time) error {
	among := func(asked, granted []string) bool {
		return !slices.ContainsFunc(asked, func(s string) bool { return !slices.Contains(granted, s) })
	}
	if err := g.holds(r.As, r.Key.Tenant(), now); err != nil {
		return err
	}
	switch {
	case g.Export != nil:
		return refuse(ReasonKind, "the grant is for an export")
	case !among(r.Types, g.Types):
		return refuse(ReasonTypes, "the grant is for other types")
	case len(r.Calls) == 0 || !among(r.Calls, g.Calls):
		return refuse(ReasonCalls, "the grant is for other calls")
	case len(g.Names) > 0 && !among(r.Names, g.Names):
		return refuse(ReasonNames, "the grant is for other aliases or tokens")
	}
	return nil
}

// holds says why a grant is not for a person, a tenant or a time.
func (g Grant) holds(as *Signer, tenant string, now time.Time) error {
	switch {
	case as == nil || as.Public() != g.Requester:
		return refuse(ReasonRequester, "the grant is for another person")
	case tenant != g.Tenant:
		return refuse(ReasonTenant, "the grant is for another tenant")
	case now.Before(g.NotBefore):
		return refuse(ReasonEarly, "the grant is not valid yet")
	case !now.Before(g.Expires):
		return refuse(ReasonExpired, "the grant has expired")
	}
	return nil
}

// prove signs a request with the requester's key and checks it against the grant, so that the audit log holds a proof that it
// was this person, which nobody at the desk could have made. It gives the line of the signature.
func prove(g Grant, r *Request, now time.Time) (string, error) {
	text, err := json.Marshal(struct {
		Grant string    `json:"grant"`
		Calls []string  `json:"calls"`
		Types []string  `json:"types"`
		Names []string  `json:"names,omitempty"`
		At    time.Time `json:"at"`
	}{g.ID, r.Calls, r.Types, r.Names, now.UTC()})
	if err != nil {
		return "", err
	}
	return g.proof(r.As, "tacet reveal request v1\n"+string(text)+"\n")
}

// proof signs a text with the requester's key.
func (g Grant) proof(as *Signer, text string) (string, error) {
	signed, err := note.Sign(&note.Note{Text: text}, as.signer)
	if err != nil {
		return "", err
	}
	verifier, err := note.NewVerifier(g.Requester)
	if err != nil {
		return "", err
	}
	if _, err := note.Open(signed, note.VerifierList(verifier)); err != nil {
		return "", refuse(ReasonRequester, "the requester's key does not belong to the grant")
	}
	signature := bytes.TrimSpace(signed[bytes.LastIndexByte(bytes.TrimSpace(signed), '\n')+1:])
	return string(bytes.TrimPrefix(signature, []byte("— "))), nil
}
