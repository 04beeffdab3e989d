package pipeline

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/sonexlabs/tacet/detectors"
	"github.com/sonexlabs/tacet/pipeline/codec"
	"github.com/sonexlabs/tacet/pipeline/policy"
	"github.com/sonexlabs/tacet/pipeline/pseudonym"
)

// View is the form in which records leave for a sink. A record is decoded and searched once; each view is then written from the
// same edits, and only what depends on the recipient is made for each. Sinks of equal views share one writing.
type View struct {
	// Class is the sink class, of which the policy says what leaves; empty means the policy's first.
	Class string
	// Domain names the recipient of tokens: those of two domains can't be joined (EDPB Guidelines 01/2025, §72). Empty means
	// the sink's name.
	Domain string
	// Content is what leaves.
	Content Content
	// Entities adds the tokens of what was found in texts, for sinks whose purpose needs joins (§71: else they stay away).
	Entities bool
	// Consent names what the sink's purpose needs: records of tenants that have not given it, and of people who withdrew it, are left
	// out. Empty means the class's, which may need none.
	Consent string
	// Region is where the sink is; records of tenants who don't let data be there are left out. Empty is not looked at.
	Region string
}

// Content is what of a record a sink gets.
type Content string

// The contents.
const (
	ContentRecords  Content = "records"  // the redacted record
	ContentCapsules Content = "capsules" // the sealed values of those that have any, which only the tenant can open
)

// viewed is a View's part of the record at hand.
type viewed struct {
	View
	sinks []string // that get it
	wrote int      // bytes, until count
	skip  bool     // nothing leaves in it
	out   []byte   // the value
	text  []byte   // lines of it that go into an envelope
}

// viewsOf lists the views of sinks, each once, and gives each sink the number of its own.
func viewsOf(p *policy.Policy, sinks []SinkConfig) (views []View, of []int) {
	for _, s := range sinks {
		v := s.View
		if v.Domain == "" {
			v.Domain = s.Name
		}
		if v.Class == "" {
			v.Class = p.Classes()[0].Name
		}
		if class, ok := p.Class(v.Class); ok && v.Consent == "" {
			v.Consent = class.Consent
		}
		if v.Content == "" {
			v.Content = ContentRecords
		}
		i := slices.Index(views, v)
		if i < 0 {
			i = len(views)
			views = append(views, v)
		}
		of = append(of, i)
	}
	return views, of
}

// keyedField is a field whose replacement is another in each view.
type keyedField struct {
	field int
	rule  *rule
}

// entity is something found in the record's texts that a token may stand for.
type entity struct {
	alias     [2]int // in entityBytes, with its brackets
	canonical [2]int
	typ       detectors.Type
}

// noteEntity keeps what a token is made of. Canonical is copied: what it points to belongs to the scratch memory of one text.
func (w *rewriter) noteEntity(t detectors.Type, alias, canonical []byte) {
	if !w.at.joins || !hasOrdinal(alias) {
		return
	}
	for i := range w.at.entities {
		if e := &w.at.entities[i]; e.typ == t && bytes.Equal(w.at.entityBytes[e.alias[0]:e.alias[1]], alias) {
			return
		}
	}
	e := entity{typ: t}
	e.alias[0] = len(w.at.entityBytes)
	w.at.entityBytes = append(w.at.entityBytes, alias...)
	e.alias[1] = len(w.at.entityBytes)
	e.canonical[0] = len(w.at.entityBytes)
	w.at.entityBytes = append(w.at.entityBytes, canonical...)
	e.canonical[1] = len(w.at.entityBytes)
	w.at.entities = append(w.at.entities, e)
}

// hasOrdinal tells an alias from a bare type, which stands for no one value.
func hasOrdinal(alias []byte) bool {
	return len(alias) > 2 && alias[len(alias)-2] >= '0' && alias[len(alias)-2] <= '9'
}

// render appends the document as each view has it. With envelope it is a line that goes into one.
func (w *rewriter) render(d *codec.Doc, envelope bool) {
	for _, v := range w.at.views {
		view := &w.views[v]
		if view.Content == ContentCapsules {
			w.seal(d, view)
			continue
		}
		for i := range w.keyed {
			k := &w.keyed[i]
			w.with = w.appendKeyed(w.with[:0], view, k.rule, d.Text(k.field))
			d.SetString(k.field, w.with)
		}
		switch {
		case envelope:
			view.text = d.Append(view.text, nil)
		case w.filter:
			view.out = d.Append(view.out, nil)
		default:
			w.with = w.appendRedaction(w.with[:0], view)
			view.out = d.Append(view.out, w.with)
		}
	}
	w.keyed = w.keyed[:0]
	w.sealed.forget()
}

// envelop puts the lines of a view into a record.
func (w *rewriter) envelop(view *viewed) error {
	if view.Content != ContentRecords {
		return nil
	}
	if w.filter {
		view.out = append(view.out, view.text...)
		return nil
	}
	d := &w.docs[0]
	if err := d.ParseJSON(envelope, w.message, w.limits); err != nil {
		return fmt.Errorf("make envelope: %w", err)
	}
	d.SetString(0, view.text)
	w.with = w.appendRedaction(w.with[:0], view)
	view.out = d.Append(view.out, w.with)
	return nil
}

// envelope is what text leaves in.
var envelope = []byte(`{"message":""}`)

// appendKeyed appends what a key makes of a field's value in a view.
func (w *rewriter) appendKeyed(dst []byte, view *viewed, r *rule, value []byte) []byte {
	o := &r.options
	d := w.domain(view, pseudonym.OriginMeta, o.Scope)
	switch r.action {
	case policy.Token, policy.Seal:
		if r.use == useCall && len(w.callID) > 0 {
			return w.appendCallToken(dst, view)
		}
		is := cmp.Or(o.As, r.kind) // whose spellings are one
		if o.Subject != 0 {
			is = o.Subject.String()
		}
		w.canonicalise(is, value)
		if o.Subject != 0 && !w.salt(&d, o.Scope, is, w.canon) {
			return pseudonym.AppendType(dst, r.kind)
		}
		return w.tokens.Append(dst, d, r.kind, byte(o.Scope), w.canon)
	case policy.Surrogate:
		w.canonicalise(o.As, value)
		return w.tokens.AppendSurrogate(dst, d, o.As, byte(o.Scope), w.canon, value)
	case policy.FPE:
		return w.tokens.AppendFPE(dst, d, o.As, byte(o.Scope), value)
	case policy.DateShift:
		return w.tokens.AppendShifted(dst, w.domain(view, pseudonym.OriginMeta, policy.ScopeRelationship), w.subjectOf(), o.Days, value)
	}
	return pseudonym.AppendType(dst, r.kind)
}

// canonicalise sets canon to what all spellings of a value have in common, "07700 900123" and "+44 7700 900123" of a tenant whose only country
// is the United Kingdom among them.
func (w *rewriter) canonicalise(typ string, value []byte) {
	w.canon = pseudonym.Canonical(w.canon[:0], typ, value)
	if typ != phoneType || len(w.canon) == 0 || w.canon[0] == '+' || w.set == nil {
		return
	}
	n := len(w.canon)
	w.canon = w.set.International(w.canon, w.canon)
	w.canon = w.canon[:copy(w.canon, w.canon[n:])]
}

// phoneType is the type whose spellings depend on the country.
const phoneType = "PHONE"

// salt gives a token of a person the person's salt, where the tenant has some: once that is destroyed, no key brings the token back.
// Only tokens that outlast a call, day or month have one. It is false where the salt can't be had; then there must be no token.
func (w *rewriter) salt(d *pseudonym.Domain, scope policy.Scope, typ string, canonical []byte) bool {
	if scope != policy.ScopeRelationship && scope != policy.ScopePerson || w.keys.Level(string(w.tenant)) < 2 {
		return true
	}
	id, ok := w.hasher.ID(w.tenant, typ, canonical)
	if !ok {
		w.degraded++
		return false
	}
	key, err := w.keys.Salt(string(w.tenant), id)
	if err != nil {
		w.degraded++
		return false
	}
	d.Salt = key.Bytes()
	return true
}

// subjectOf names whose dates are shifted together: the person that the record names, or else its call.
func (w *rewriter) subjectOf() []byte {
	if len(w.subject) > 0 {
		return w.subject
	}
	return w.callID
}

// domain is within what tokens of a scope are equal.
func (w *rewriter) domain(view *viewed, origin pseudonym.Origin, scope policy.Scope) pseudonym.Domain {
	d := pseudonym.Domain{Tenant: w.tenant, Sink: view.Domain, Origin: origin}
	switch scope {
	case policy.ScopeCall:
		d.Scope = w.callID
	case policy.ScopeDay:
		d.Scope = w.epoch(time.DateOnly)
	case policy.ScopeMonth:
		d.Scope = w.epoch("2006-01")
	}
	return d
}

// epoch is the day or month of the record, in UTC; nothing where its time is not known.
func (w *rewriter) epoch(layout string) []byte {
	if w.time.IsZero() {
		return nil
	}
	w.day = w.time.UTC().AppendFormat(w.day[:0], layout)
	return w.day
}

// appendRedaction appends the member "redaction": the policy, how many of each type were found, and for a view that joins the tokens
// of what the aliases in the texts stand for.
func (w *rewriter) appendRedaction(dst []byte, view *viewed) []byte {
	dst = append(dst, w.bundle.extra...)
	for i, t := range w.at.types {
		if i == 0 {
			dst = append(dst, `,"findings":{`...)
		} else {
			dst = append(dst, ',')
		}
		dst = append(dst, '"')
		dst = append(dst, t.String()...)
		dst = append(dst, `":`...)
		dst = strconv.AppendUint(dst, uint64(w.at.counts[t]), 10)
	}
	if len(w.at.types) > 0 {
		dst = append(dst, '}')
	}
	dst = w.appendInstruction(dst, view)
	if view.Entities {
		dst = w.appendEntities(dst, view)
	}
	return append(dst, '}')
}

// appendEntities appends what joins. A value that no token can be made for is left out: its alias stands in the text.
func (w *rewriter) appendEntities(dst []byte, view *viewed) []byte {
	const member = `,"entities":[`
	start := len(dst)
	for i := range w.at.entities {
		e := &w.at.entities[i]
		scope, typ := w.at.options[e.typ].Scope, e.typ.String()
		w.canonicalise(typ, w.at.entityBytes[e.canonical[0]:e.canonical[1]])
		d := w.domain(view, pseudonym.OriginText, scope)
		if !w.salt(&d, scope, typ, w.canon) {
			continue
		}
		if w.token = w.tokens.Append(w.token[:0], d, typ, byte(scope), w.canon); !isToken(w.token) {
			continue
		}
		if len(dst) == start {
			dst = append(dst, member...)
		} else {
			dst = append(dst, ',')
		}
		dst = append(dst, `{"alias":"`...)
		dst = append(dst, w.at.entityBytes[e.alias[0]+1:e.alias[1]-1]...)
		dst = append(dst, `","token":"`...)
		dst = append(dst, w.token...)
		dst = append(dst, `"}`...)
	}
	if len(dst) > start {
		dst = append(dst, ']')
	}
	return dst
}

// isToken tells a token from the type that stands where there is no key.
func isToken(t []byte) bool { return bytes.IndexByte(t, ':') >= 0 }

// appendKey appends the key of the output in a view: the token of the call, or of the record's own key where it belongs to none.
// Never the raw key; none where there is no token, because one key for many calls would make them one in a compacted topic.
func (w *rewriter) appendKey(dst []byte, view *viewed, r *Record) []byte {
	switch {
	case len(w.callID) == 0 && len(r.Key) > 0 && w.topic.calls:
		w.callID = r.Key
	case len(w.callID) == 0 && len(r.Key) > 0:
		d := w.domain(view, pseudonym.OriginMeta, policy.ScopeRelationship)
		return ifToken(dst, w.tokens.Append(dst, d, "KEY", byte(policy.ScopeRelationship), r.Key))
	case len(w.callID) == 0:
		return dst
	}
	start := len(dst)
	dst = ifToken(dst, w.appendCallToken(dst, view))
	if view.Content == ContentCapsules && len(dst) > start {
		dst = fmt.Appendf(dst, "/%s/%d", w.lane.id, r.Offset)
	}
	return dst
}

// ifToken is with where a token was appended to dst, else dst.
func ifToken(dst, with []byte) []byte {
	if isToken(with[len(dst):]) {
		return with
	}
	return dst
}

// appendCallToken appends the token of the record's call. It is made once for a call and view: it leaves with every turn anyway, so
// keeping it keeps nothing secret.
func (w *rewriter) appendCallToken(dst []byte, view *viewed) []byte {
	scope := policy.ScopeRelationship
	if w.call == nil {
		return w.tokens.Append(dst, w.domain(view, pseudonym.OriginMeta, scope), callType, byte(scope), w.callID)
	}
	if g := w.tokens.Generation(); w.call.tokensOf != g {
		w.call.tokens, w.call.tokensOf = nil, g
	}
	for i := range w.call.tokens {
		if t := &w.call.tokens[i]; t.domain == view.Domain {
			w.tally.used([]int{t.version})
			return append(dst, t.token...)
		}
	}
	start := len(dst)
	dst = w.tokens.Append(dst, w.domain(view, pseudonym.OriginMeta, scope), callType, byte(scope), w.callID)
	if isToken(dst[start:]) {
		w.call.tokens = append(w.call.tokens, callToken{view.Domain, bytes.Clone(dst[start:]), pseudonym.VersionOf(dst[start:])})
	}
	return dst
}

// callToken stands for a call in what leaves for one recipient.
type callToken struct {
	domain  string
	token   []byte
	version int // of its key
}
