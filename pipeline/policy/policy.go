// Package policy says what may leave the process: which fields of which category of record, and what becomes of personal
// data found in them. Whatever a policy does not name is dropped.
package policy

import (
	"errors"
	"slices"
	"time"

	"github.com/sonexlabs/tacet/detectors"
)

// Action is what happens to the value of a field.
type Action uint8

// The actions. A field without a rule is dropped.
const (
	Drop       Action = iota // the field does not leave
	Keep                     // leaves as it is, unread
	Redact                   // is searched for personal data; each finding is replaced in its Style
	Token                    // the whole value is replaced by a keyed token
	Mask                     // all letters and digits but the first and last few become stars
	Generalise               // a coarser value: the month of a date, the /24 of an address
	DateShift                // a date some days off, by as much for all dates of one subject
	Surrogate                // an invented value of the same kind
	FPE                      // encrypted to a value of the same form (NIST SP 800-38G, FF1)
	Seal                     // a token, and the value in a capsule that only the tenant can open
)

var actionNames = [...]string{Drop: "drop", Keep: "keep", Redact: "redact", Token: "token", Mask: "mask", Generalise: "generalise",
	DateShift: "date_shift", Surrogate: "surrogate", FPE: "fpe", Seal: "seal"}

// String gives the word that policy files use.
func (a Action) String() string { return nameOf(actionNames[:], int(a)) }

// Style is what replaces a finding.
type Style uint8

// The styles.
const (
	StyleRedact     Style = iota // [PHONE]
	StyleAlias                   // [PHONE_1], the same number for the same value within one call
	StyleKeep                    // stays as it is
	StyleToken                   // an alias, and a token beside the text for sinks that join
	StyleSeal                    // an alias, and the value in a capsule that only the tenant can open
	StyleMask                    // all letters and digits but the first and last few become stars
	StyleGeneralise              // [AGE:40-49]
	StyleDateShift               // a date some days off
	StyleSurrogate               // an invented value of the same kind
	StyleFPE                     // encrypted to a value of the same form
	StyleDrop                    // nothing
)

var styleNames = [...]string{StyleRedact: "redact", StyleAlias: "alias", StyleKeep: "keep", StyleToken: "token", StyleSeal: "seal",
	StyleMask: "mask", StyleGeneralise: "generalise", StyleDateShift: "date_shift", StyleSurrogate: "surrogate", StyleFPE: "fpe",
	StyleDrop: "drop"}

// String gives the word that policy files use.
func (s Style) String() string { return nameOf(styleNames[:], int(s)) }

func nameOf(names []string, i int) string {
	if i >= len(names) {
		return "unknown"
	}
	return names[i]
}

// Rule says what happens to the values at a path when they leave for a class.
type Rule struct {
	Class string
	// Path is keys joined by dots: "turns[].text" for every element of an array, * for any one key, ** at the end for
	// everything below. The most specific rule for a value wins, wherever it stands. The grammar is that of
	// pipeline/codec, with one spelling for each path.
	Path    string
	Action  Action
	Options Options
	Clauses []string // sections of the privacy policy that the rule keeps, sorted; never empty
}

// Partials is what happens to partial results: what a speech recogniser may still change.
type Partials uint8

// What happens to partial results. In either case nothing that was heard leaves.
const (
	PartialsDrop Partials = iota // they do not leave
	PartialsMask                 // they leave with one constant in place of each text
)

var partialsNames = [...]string{PartialsDrop: "drop", PartialsMask: "mask"}

// String gives the word that policy files use.
func (p Partials) String() string { return nameOf(partialsNames[:], int(p)) }

// Category is one kind of record. It belongs to its policy: read only.
type Category struct {
	Name     string
	Clauses  []string // of rules that name none themselves
	Role     string   // controller or processor; "" where the file says neither
	For      []string // the classes its records leave for, sorted
	Rules    []Rule   // sorted by path, then class
	Partials Partials // of transcripts; other records have none
}

// Policy is a checked policy. It is immutable and safe for concurrent use.
type Policy struct {
	tenants    []string // sorted; just "*" for any
	top        Class    // the styles of the top level
	classes    []Class
	categories []Category               // in the order of Categories
	retention  map[string]time.Duration // how long each retention class keeps; nil where there is none
	from       time.Time                // when it takes effect; zero for at once
	minors     bool                     // records of who seems to be a minor are kept back
	hash       string
}

// Categories lists the kinds of records there are. A record of another kind can't be expressed, and so can't leave.
func Categories() []string {
	return []string{"account", "billing", "usage_log", "call_record", "agent_config", categoryTranscript, "communication"}
}

// categoryTranscript is the category whose records may be partial results.
const categoryTranscript = "transcript"

// HasPartials tells whether records of the category may be partial results, so that Partials means something.
func (c *Category) HasPartials() bool { return c.Name == categoryTranscript }

// Category finds a category. One that the policy does not mention is not there: none of its records may leave.
func (p *Policy) Category(name string) (*Category, bool) {
	for i := range p.categories {
		if p.categories[i].Name == name {
			return &p.categories[i], true
		}
	}
	return nil, false
}

// Tenant tells whether the policy knows a tenant. An id is 1 to 64 ASCII letters, digits, dots, dashes, underscores and
// colons: an id leaves in clear, so what could be an e-mail address or a name is not one.
func (p *Policy) Tenant(id string) bool {
	if !isTenantID(id) {
		return false
	}
	if p.tenants[0] == anyTenant {
		return true
	}
	_, found := slices.BinarySearch(p.tenants, id)
	return found
}

// For is p for the records of one tenant: of others it knows nothing. It has the same hash.
func (p *Policy) For(tenant string) (*Policy, error) {
	if !p.Tenant(tenant) {
		return nil, errors.New("the policy does not know the tenant")
	}
	q := *p
	q.tenants = []string{tenant}
	return &q, nil
}

const (
	anyTenant    = "*"
	tenantLenMax = 64
)

func isTenantID(id string) bool {
	for i := range len(id) {
		switch c := id[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '.', c == '-', c == '_', c == ':':
		default:
			return false
		}
	}
	return id != "" && len(id) <= tenantLenMax
}

// Minors tells whether records of calls in which somebody seems to be a minor are kept back, whatever tenants instruct (§13).
func (p *Policy) Minors() bool { return p.minors }

// Hash names the effective policy: the order of rules, spelled-out defaults and comments don't change it. It is 16 letters for
// the first 64 bits of a SHA-256; letters, because it stands in redacted records, where digits could look like a phone
// number.
func (p *Policy) Hash() string { return p.hash }

// neverStored tells whether a type may leave in no form that says more than its name: §2 of the privacy policy lets no
// payment card details and no credentials be stored. No policy file can change it.
func neverStored(t detectors.Type) bool {
	switch t {
	case detectors.CreditCard, detectors.CardCVV, detectors.PIN, detectors.OTP, detectors.Password, detectors.Secret,
		detectors.SessionID:
		return true
	}
	return false
}

// defaultStyle is the style of a type that a policy file does not mention.
func defaultStyle(t detectors.Type) Style {
	switch t {
	case detectors.Location, detectors.Org, detectors.Date, detectors.Age:
		return StyleKeep
	case detectors.CardExpiry, detectors.Number, detectors.Spelled:
		return StyleRedact // an ordinal would say nothing: what they are is not known, or of no use
	}
	if neverStored(t) {
		return StyleRedact
	}
	return StyleAlias
}
