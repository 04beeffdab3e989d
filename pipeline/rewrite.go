package pipeline

import (
	"bytes"
	"errors"
	"fmt"
	"hash/maphash"
	"time"

	"github.com/sonexlabs/tacet/detectors"
	"github.com/sonexlabs/tacet/pipeline/codec"
	"github.com/sonexlabs/tacet/pipeline/policy"
	"github.com/sonexlabs/tacet/pipeline/pseudonym"
	"github.com/sonexlabs/tacet/pipeline/pseudonym/keyring"
	"github.com/sonexlabs/tacet/pipeline/reveal"
	"github.com/sonexlabs/tacet/pipeline/subject"
)

// maxNested is how deep JSON inside a JSON string is followed; what is deeper is scanned as text.
const maxNested = 3

// rewriter turns the value of one record into what may leave: decode, minimise, detect, decide, rewrite. It is the scratch
// memory of one worker; begin starts a record.
type rewriter struct {
	bundle       *bundle
	policy       *policy.Policy
	set          *detectors.Set // what the record is searched with
	usual        *detectors.Set // the configuration's
	tokens       *pseudonym.Tokenizer
	views        []viewed
	classes      []classed
	memo         memo
	linkable     [detectors.TypesMax]bool
	keys         *keyring.Ring
	hasher       *subject.Hasher
	instructions *policy.Instructions
	texts        textWord
	tally        tally
	rights       rights
	minors       minors
	sealed       sealed
	limits       codec.Limits
	within       time.Duration
	used         time.Duration // processor time of the process when its part began, or after the last record that took long
	filter       bool
	docs         [maxNested + 1]codec.Doc
	all          *codec.Selector
	message      *codec.Selector // of the envelope's one field
	scratch      *detectors.Scratch
	entry        []byte   // see pathOf
	args         [][]byte // see argumentName
	written      []byte   // see search
	found        []detectors.Finding
	with         []byte // one replacement
	joined       []byte // what would stand around it
	nested       [maxNested + 1][]byte
	single       *pseudonym.Aliases // of a record without a call
	checker      checker

	// Of the current record.
	lane         *lane
	topic        *topic
	calls        *callStore
	now          time.Time
	time         time.Time // the record's
	offset       int64
	day          []byte // it, as far as an epoch goes
	tenant       []byte
	callID       []byte
	subject      []byte                   // whom the record names
	slot         *tenantTally             // of the tenant
	told         *policy.InstructionTable // when the record came
	instruction  *policy.Instruction      // of the tenant, in force at the time of the record
	started      []byte                   // when its call began, as it says
	keyed        []keyedField
	canon, token []byte
	at           *classed // whose part is made
	first        bool     // it is the first of the document
	call         *call
	known        *detectors.Known // of the call, or of a record without one
	gone         bool             // nothing of the record leaves, because somebody asked for it
	disarmed     int              // imitations of aliases and tokens made harmless
	partials     [maxNested + 1]partials
	mayBePartial bool  // the document has something that may make it or a part of it a partial result
	apart        bool  // the text at hand is of a partial result: the call's memory and aliases must not know it
	partial      int   // objects or lines that are partial results as a whole
	final        int   // those that are not
	hidden       int   // texts masked
	spent        int   // bytes of text since the last look at the clock
	turnOf       int32 // the object that role and turn are of: a field's number, -1 for the root, noParent
	role         detectors.Role
	turn         int      // the field of it that is what was said, -1 if none is
	said         bool     // some field of the document is
	standing     standing // of the text at hand

	explain   *Explanation // nil but in an Explainer
	explained *rule        // of the field at hand

	// Of the current part, until count.
	outcomes  map[string]int
	done      string // the last of them
	totals    [detectors.TypesMax]uint32
	dropped   int
	repaired  int
	crowded   int
	idle      int
	read      int    // bytes of values
	withheld  int    // fields that the tenant has not let leave
	degraded  int    // values that left as their type for want of a key
	forged    int    // imitations made harmless
	forgotten int    // calls given up for the memory of known values
	limited   int    // findings of rules that reached a limit
	met       [2]int // partial results, by what became of them
}

var (
	errTenantMissing = errors.New("record names no tenant")
	errTenantUnknown = errors.New("the policy does not know the record's tenant")
	errCallMissing   = errors.New("record of a call has neither call_id nor key")
	errTime          = errors.New("record takes longer than it may")
)

func newRewriter(c Config, b *bundle, views []View) (*rewriter, error) {
	message, err := codec.NewSelector([]string{"message"})
	if err != nil {
		return nil, err
	}
	w := &rewriter{
		set:      c.Detectors,
		usual:    c.Detectors,
		tokens:   pseudonym.NewTokens(c.Keys).Tokenizer(),
		limits:   codec.Limits{Bytes: c.Limits.RecordBytes, Depth: c.Limits.Depth, Fields: c.Limits.Fields},
		within:   c.Limits.RecordTime,
		filter:   c.Filter != nil,
		all:      codec.All(),
		message:  message,
		scratch:  detectors.NewScratch(),
		single:   pseudonym.NewAliases(maphash.MakeSeed()),
		outcomes: map[string]int{},
	}
	for _, t := range detectors.Types() {
		w.linkable[t] = policy.Linkable(t)
	}
	for _, v := range views {
		w.views = append(w.views, viewed{View: v})
		if v.Content == ContentCapsules && w.sealed.sealer == nil {
			w.sealed.sealer = reveal.NewSealer(c.Keys.RevealKey, time.Now)
		}
	}
	w.tally.views = len(views)
	w.keys, w.hasher, w.rights.list = c.Keys, subject.NewHasher(c.Keys), c.Suppressed
	w.instructions, w.texts = c.Instructions, textsOf(&c)
	w.checker.rw, w.checker.instructed, w.checker.texts, w.checker.views = w, c.Instructions != nil, w.texts, views
	w.adopt(b)
	return w, nil
}

// isLeaf tells whether a field is a value or a key, not a container.
func isLeaf(k codec.Kind) bool { return k != codec.Object && k != codec.Array }

// isPlain tells whether a field is a value, and all of what its key says.
func isPlain(f *codec.Field) bool { return isLeaf(f.Kind) && f.Kind != codec.Key && !f.Joined() }

// begin starts a record.
func (w *rewriter) begin(l *lane, calls *callStore, r *Record, now time.Time) {
	if w.lane != l || w.topic == nil {
		w.topic = l.topic
		if t := w.bundle.topics[l.id.Topic]; t != nil {
			w.topic = t
		}
	}
	w.lane, w.calls, w.now, w.time = l, calls, now, r.Time
	w.offset = r.Offset
	w.slot, w.instruction, w.started, w.set = nil, nil, nil, w.usual
	w.told = w.instructions.Table()
	w.checker.begin(w.told, r.Time, now)
	w.rights.begin()
	w.minors = minors{kept: r.Minor}
	w.sealed.forget()
	w.subject, w.keyed = nil, w.keyed[:0]
	for i := range w.views {
		v := &w.views[i]
		v.skip, v.out, v.text = false, v.out[:0], v.text[:0]
	}
	for i := range w.classes {
		c := &w.classes[i]
		c.begin(w.topic.byClass[i], w.topic.kept[i])
		for _, v := range c.views {
			w.views[v].skip = !c.reads
		}
	}
	w.tenant, w.callID, w.call, w.known = w.topic.tenant, nil, nil, nil
	w.tally.begin()
	w.tokens.Versions() // of a record of which nothing left
	if w.tenant != nil {
		w.slot = w.tally.attribute(w.tenant, w.tally.slots[string(w.tenant)])
	}
	w.spent, w.disarmed, w.gone = 0, 0, false
	w.apart, w.partial, w.final, w.hidden = false, 0, 0, 0
	w.single.Reset()
}

// reset gives up scratch memory that a panic may have left half changed.
func (w *rewriter) reset() {
	w.docs = [maxNested + 1]codec.Doc{}
	w.scratch = detectors.NewScratch()
}

// value makes what may leave of a record's value, in the views. See also leavesNothing.
func (w *rewriter) value(r *Record) (Class, error) {
	var class Class
	var err error
	switch w.topic.format {
	case FormatJSON:
		_, class, err = w.object(r.Value, r.Key)
	case FormatNDJSON:
		class, err = w.objects(r)
	case FormatLog, FormatText:
		class, err = w.text(r)
	}
	if class != "" {
		return class, err
	}
	gone, class, err := w.rights.rule()
	if class != "" {
		return class, err
	}
	w.gone = gone
	switch {
	case gone:
		w.outcome(outcomeSuppressed)
		return "", nil
	case w.leavesNothing():
		w.outcome(outcomePartial)
	case w.partial > 0 && w.final == 0:
		w.outcome(outcomeMasked)
	case w.foundAny():
		w.outcome(outcomeRedacted)
	default:
		w.outcome(outcomeClean)
	}
	w.total()
	return "", nil
}

// objects rewrites a value of several JSON objects, one a line. Their findings are counted together, in the last.
func (w *rewriter) objects(r *Record) (Class, error) {
	for rest := r.Value; len(rest) > 0; {
		body, after := codec.NextLine(rest)
		end := rest[len(body) : len(rest)-len(after)]
		rest = after
		if len(body) > 0 {
			w.tenant, w.call, w.callID, w.known, w.subject, w.started = w.topic.tenant, nil, nil, nil, nil, nil // no line speaks for another
			for i := range w.classes {
				w.classes[i].forget()
			}
			leaves, class, err := w.object(body, r.Key)
			if class != "" {
				return class, err
			}
			if !leaves {
				continue // a partial result, gone with its line
			}
		}
		for v := range w.views {
			w.views[v].out = append(w.views[v].out, end...)
		}
	}
	return "", nil
}

// object rewrites one JSON object. It reports false where it is a partial result of which nothing leaves.
func (w *rewriter) object(value, key []byte) (leaves bool, class Class, err error) {
	d := &w.docs[0]
	if err := d.ParseJSON(value, w.topic.selector, w.limits); err != nil {
		return false, classOf(err), fmt.Errorf("decode record: %w", err)
	}
	w.dropped += d.Dropped()
	if d.Repaired() {
		w.repaired++
	}
	if class, err := w.identify(d, value, key); class != "" {
		return false, class, err
	}
	p := &w.partials[0]
	if p.begin(); w.mayBePartial {
		p = w.findPartials(d, 0)
	}
	if !w.leaves(p) {
		return false, "", nil
	}
	if err := w.write(d, p, false); err != nil {
		return false, classOf(err), err
	}
	w.checker.note()
	return true, "", nil
}

// apply does to every field what the policy says of it.
func (w *rewriter) apply(d *codec.Doc, p *partials) error {
	w.turnOf, w.said = noParent, w.topic.calls && w.hasSpeech(d)
	fields := d.Fields()
	dropped := 0 // what lies before went with the value it is in
	for i := range fields {
		if fields[i].Start < dropped {
			continue
		}
		if end := w.leavesOut(d, p, i); end > 0 {
			dropped = end
			continue
		}
		if fields[i].Rule < 0 {
			continue
		}
		if w.at.kept[fields[i].Rule] && w.explain == nil && isPlain(&fields[i]) && !p.holds(&fields[i]) {
			w.disarmAll(d, i) // most fields: their rules, which lie far apart, need not be read
			continue
		}
		r := &w.at.rules[fields[i].Rule]
		w.explainField(d, i, r)
		if w.first && r.options.Subject != 0 && isLeaf(fields[i].Kind) && fields[i].Kind != codec.Key {
			w.namesInField(r.options.Subject.String(), d.Text(i))
		}
		if r.use == useReserved && !w.filter {
			w.leave(d, i, fieldReserved)
			continue
		}
		if r.use >= useKnown && fields[i].Kind != codec.Key {
			w.leave(d, i, fieldReserved)
			dropped = fields[i].End
			continue
		}
		if w.apart = p.holds(&fields[i]); w.apart {
			if end, hidden := w.hide(d, i, r); hidden {
				dropped = end
				continue
			}
		}
		if r.options.Needs != "" && !w.meets(r.options.Needs) && fields[i].Kind != codec.Key {
			w.withhold(d, i, r.options.Needs)
			dropped = fields[i].End
			continue
		}
		if !isLeaf(fields[i].Kind) {
			continue
		}
		action := r.action
		if action == policy.Keep && fields[i].Joined() {
			action = policy.Redact // there may be more in it than the key says
		}
		switch action {
		case policy.Keep:
			w.disarmAll(d, i)
		case policy.Redact:
			w.findTurn(d, i)
			w.standing = w.standingOf(d, i, r)
			w.memo.field, w.memo.text = i, 0
			if err := w.redact(d, i, w.role, 0); err != nil {
				return err
			}
		default:
			w.operate(d, i, r)
		}
	}
	if w.first {
		w.met[w.topic.partials] += p.n
	}
	return nil
}

// leavesOut drops field i if no rule can let it leave, and gives where what goes with it ends: a partial result, and what is never stored by its
// name, which a wildcard took.
func (w *rewriter) leavesOut(d *codec.Doc, p *partials, i int) (end int) {
	if d.Fields()[i].Kind != codec.Key && p.next == len(p.objects) {
		return 0 // most fields
	}
	return w.leavesOutNow(d, p, i)
}

func (w *rewriter) leavesOutNow(d *codec.Doc, p *partials, i int) (end int) {
	f := d.Fields()[i:]
	switch {
	case p.at(d.Fields(), i) && w.topic.partials == policy.PartialsDrop:
		d.Drop(i)
		return f[0].End
	case f[0].Kind == codec.Key && !w.filter && policy.NeverStored(d.Text(i)):
		w.leave(d, i+1, fieldNever)
		return f[1].End
	}
	return 0
}

// identify finds the record's tenant and call, the call's memory, and what is known of it.
func (w *rewriter) identify(d *codec.Doc, value, key []byte) (Class, error) {
	fields := d.Fields()
	known := -1
	w.mayBePartial = false
	for i := range fields {
		if fields[i].Kind == codec.Key {
			w.mayBePartial = true // it may be called final
			continue
		}
		if fields[i].Rule < 0 {
			continue
		}
		use := w.topic.reads[fields[i].Rule].use
		switch use {
		case useKnown:
			known = i
		case useFinal:
			w.mayBePartial = w.mayBePartial || fields[i].Kind != codec.Bool || string(d.Text(i)) != "true"
		}
		if !isLeaf(fields[i].Kind) {
			continue
		}
		switch use {
		case useTenant:
			if w.topic.tenant == nil { // the topic's own tenant outranks what a record claims
				w.tenant = d.Text(i)
			}
		case useCall:
			w.callID = d.Text(i)
		case useStarted:
			w.started = d.Text(i)
		}
	}
	if len(w.tenant) == 0 {
		return ClassTenant, errTenantMissing
	}
	slot := w.tally.slots[string(w.tenant)]
	if (slot == nil || slot.inForce.policy != w.policy) && !w.policy.Tenant(string(w.tenant)) {
		return ClassTenant, errTenantUnknown
	}
	w.slot = w.tally.attribute(w.tenant, slot)
	if len(w.callID) == 0 && w.topic.calls && !w.filter {
		w.callID = key
		if len(key) == 0 {
			return ClassMalformed, errCallMissing
		}
	}
	if w.topic.calls && len(w.callID) > 0 {
		w.recall()
	}
	w.instruct()
	w.namesCall()
	if known >= 0 {
		if err := w.learn(d, value, known); err != nil {
			return ClassMalformed, err
		}
	}
	return "", nil
}

// redact finds and replaces personal data in field i of d; depth counts the strings that d was found in.
func (w *rewriter) redact(d *codec.Doc, i int, role detectors.Role, depth int) error {
	f := &d.Fields()[i]
	switch f.Kind {
	case codec.String, codec.Number, codec.Key, codec.Line:
	default:
		return nil // true, false and null say nothing
	}
	text := d.Text(i)
	if err := w.spend(len(text)); err != nil {
		return err
	}
	if w.filter && isOwn(d.Path(i), text) {
		return nil
	}
	if (f.Kind == codec.String || f.Kind == codec.Line) && depth < maxNested && codec.LooksLikeJSON(text) {
		if done, err := w.inner(d, i, text, role, depth); done || err != nil {
			return err
		}
	}
	reasons, again := w.search(text, d.Program(i), w.input(w.pathOf(d, i), role))
	grown, done := 0, 0
	// A name of a member is one word of a program mostly, which the tagger knows no better than it knows a foreign name.
	isMember := w.standing == isForm && bytes.IndexByte(text, ' ') < 0
	aliases := w.aliases()
	forged := w.nextForged(text, 0)
	for k := range w.found {
		f := &w.found[k]
		if !again && f.Type == detectors.Secret && f.Detector == ruleLimit {
			w.limited++
		}
		if !again && w.linkable[f.Type] { // whoever reads it: what is kept names somebody as well
			w.names(f.Type.String(), w.canonical(f, text))
		}
		style := w.at.styles[f.Type]
		if style == policy.StyleKeep || isMember && f.Detector == taggerOfNames {
			if w.explain != nil && !isMember {
				w.explainFinding(k, reasons, nil, grown)
			}
			continue
		}
		for forged[1] <= f.Start && forged[0] >= 0 {
			w.disarm(d, i, forged)
			done, forged = forged[1], w.nextForged(text, forged[1])
		}
		if forged[0] >= 0 && forged[0] < f.End {
			forged = w.nextForged(text, f.End) // goes with the finding
		}
		w.with = w.appendPlaceholder(w.with[:0], f, aliases, text)
		w.disarmHead(d, i, k, text, done)
		done = f.End
		d.Replace(i, f.Start, f.End, w.with)
		if w.explain != nil {
			w.explainFinding(k, reasons, w.with, grown)
			grown += len(w.with) - (f.End - f.Start)
		}
		w.countFinding(f.Type)
	}
	for forged[0] >= 0 {
		w.disarm(d, i, forged)
		forged = w.nextForged(text, forged[1])
	}
	return nil
}

// ruleLimit is the detector of what a user's rule could not search within its limits.
const ruleLimit = "rule-limit"

// taggerOfNames is the detector that finds names by how they look and what stands beside them.
const taggerOfNames = "names"

// text rewrites a value of lines of text. Outside the filter it leaves as a JSON object, because a sink's records carry what
// was done to them.
func (w *rewriter) text(r *Record) (Class, error) {
	if len(r.Key) > 0 && w.topic.calls {
		w.callID = r.Key
		w.recall()
		w.namesCall()
	}
	w.instruct()
	for rest := r.Value; len(rest) > 0; {
		body, after := codec.NextLine(rest)
		end := rest[len(body) : len(rest)-len(after)]
		rest = after
		d := &w.docs[0]
		if err := d.ParseLine(body, w.topic.selector, w.limits); err != nil {
			return classOf(err), fmt.Errorf("decode line: %w", err)
		}
		w.dropped += d.Dropped()
		if d.Repaired() {
			w.repaired++
		}
		p := w.findPartials(d, 0)
		if len(body) > 0 && !w.leaves(p) {
			continue
		}
		if err := w.write(d, p, true); err != nil {
			return classOf(err), err
		}
		for v := range w.views {
			w.views[v].text = append(w.views[v].text, end...)
		}
	}
	if w.leavesNothing() {
		return "", nil
	}
	w.checker.note()
	for i := range w.classes {
		if w.at = &w.classes[i]; !w.at.reads {
			continue
		}
		for _, v := range w.at.views {
			if err := w.envelop(&w.views[v]); err != nil {
				return ClassMalformed, err
			}
		}
	}
	return "", nil
}

// classOf gives the quarantine class of an error of the codec or of a budget.
func classOf(err error) Class {
	switch {
	case errors.Is(err, errTime):
		return ClassTime
	case errors.Is(err, codec.ErrDepth), errors.Is(err, codec.ErrSize), errors.Is(err, codec.ErrFields):
		return ClassSize
	}
	return ClassMalformed
}
