package reveal

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"
)

// Reason is why a request was refused, as the audit log names it.
type Reason string

// The reasons.
const (
	ReasonForged      Reason = "forged"       // not a grant, or changed after it was signed
	ReasonApprover    Reason = "approver"     // who signed may not approve
	ReasonSelf        Reason = "self"         // the requester approved
	ReasonRequester   Reason = "requester"    // somebody else's grant, or no requester of this tenant
	ReasonTenant      Reason = "tenant"       // another tenant's grant
	ReasonTypes       Reason = "types"        // types the grant does not name
	ReasonCalls       Reason = "calls"        // calls it does not name
	ReasonNames       Reason = "names"        // aliases or tokens it does not name
	ReasonEarly       Reason = "early"        // before its time
	ReasonExpired     Reason = "expired"      // after it
	ReasonClock       Reason = "clock"        // the clock went back
	ReasonLimit       Reason = "limit"        // the rate limit is used up
	ReasonNeverStored Reason = "never_stored" // a type that nobody may see
	ReasonKind        Reason = "kind"         // a grant of the other kind: for single values, or an export
	ReasonPurpose     Reason = "purpose"      // a purpose or a ticket it does not name
	ReasonExport      Reason = "export"       // records or a class it does not name
	ReasonNone        Reason = "none"         // no grant at all
	ReasonFailed      Reason = "failed"       // capsules or limits could not be read
)

// suspicious tells the reasons that no honest mistake gives, or hardly one.
func (r Reason) suspicious() bool {
	switch r {
	case ReasonForged, ReasonApprover, ReasonSelf, ReasonRequester, ReasonClock, ReasonLimit, ReasonNeverStored:
		return true
	}
	return false
}

// Refusal is the error of a request that was refused, and that is in the audit log.
type Refusal struct {
	Reason Reason
	err    error
	what   string // is refused
}

func (r *Refusal) Error() string { return cmp.Or(r.what, "reveal") + " refused: " + r.err.Error() }
func (r *Refusal) Unwrap() error { return r.err }

func refuse(reason Reason, text string) *Refusal {
	return &Refusal{Reason: reason, err: errors.New(text)}
}

// The actions of events.
const (
	ActionOpen    = "reveal.open"    // values were about to be shown
	ActionRefused = "reveal.refused" // nothing was shown
	ActionAlarm   = "reveal.alarm"   // somebody should look at what was asked
	ActionLimits  = "reveal.limits"  // rate limits were begun anew: their file was not there
)

// Event is what the audit log gets. It holds no value. What stands in a grant is in it only when the grant is genuine.
type Event struct {
	Time                time.Time
	Action              string
	Reason              Reason // of a refusal; "bulk" for an alarm at many values
	Tenant              string
	Grant               string
	Requester, Approver string // public keys
	Purpose, Ticket     string
	Calls               []string
	Types               map[string]int // values by type
	Values, Damaged     int
	Proof               string // the requester's signature of the request
	// Of an export.
	Export   *Export
	Counts   map[string]int64 // records, by what became of them
	Manifest string           // SHA-256 of the export's manifest
}

// reasonBulk is the reason of an alarm at more values a day than usual.
const reasonBulk Reason = "bulk"

// Journal keeps events. Record returns when the event is on disk, and an error when it isn't: then nothing is shown.
type Journal interface {
	Record(Event) error
}

// DeskConfig is what a desk stands on. All but Alarm and Now must be given.
type DeskConfig struct {
	Approvers  People
	Requesters People
	Limits     *Limits
	Journal    Journal
	Alarm      func(Event) // is told what is in the journal as an alarm; may be nil
	Now        func() time.Time
}

// Desk reveals values. It is safe for concurrent use. Use NewDesk.
type Desk struct{ cfg DeskConfig }

// NewDesk gives a desk. Lists by which somebody could approve for themselves under another name are refused.
func NewDesk(cfg DeskConfig) (*Desk, error) {
	if cfg.Limits == nil || cfg.Journal == nil {
		return nil, errors.New("open reveal desk: limits and a journal are needed")
	}
	if err := cfg.Approvers.conflict(cfg.Requesters); err != nil {
		return nil, fmt.Errorf("open reveal desk: lists of people: %w", err)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &Desk{cfg}, nil
}

// Request is what somebody asks for.
type Request struct {
	Grant []byte
	As    *Signer     // the requester
	Key   *PrivateKey // the tenant's
	Calls []string    // tokens; none for all the grant names
	Types []string    // likewise
	Names []string    // aliases or tokens; none for all
}

// Delivered is one record as a file or a topic gives it.
type Delivered struct {
	// Capsules is the record's value: one capsule, or several with a line feed or space between them, where lines of the source's
	// record had each its own. Empty is a tombstone, which erases what had its key before it.
	Capsules []byte
	// Key is the record's key in its topic: the call's token and where the capsule is from, with slashes between them. A capsule
	// under another key is one that was moved. "" where there are no keys, as in files.
	Key string
}

// Value is one revealed value.
type Value struct {
	Call   string
	Record string
	Item
}

// Answer is what a request brought.
type Answer struct {
	Values []Value // in the order of the capsules
	// Damaged counts capsules of the calls that can't be opened, Foreign what was read and is no capsule at all. Their
	// values are missing.
	Damaged, Foreign int
}

// valuesMax bounds the memory of an answer. No rate limit lets more pass.
const valuesMax = burstMax

// Reveal answers a request from capsules, or refuses it. Either way the journal has an entry on disk before it returns.
func (d *Desk) Reveal(r Request, capsules iter.Seq2[Delivered, error]) (Answer, error) {
	e := Event{Time: d.cfg.Now().UTC(), Tenant: r.Key.Tenant()}
	a, err := d.reveal(&r, capsules, &e)
	if err == nil {
		e.Action = ActionOpen
		if err = d.cfg.Journal.Record(e); err != nil {
			return Answer{}, fmt.Errorf("write audit entry, so nothing is shown: %w", err)
		}
		return a, nil
	}
	return Answer{}, d.refused(e, ActionRefused, err)
}

// refused puts a refusal into the journal, and gives its error.
func (d *Desk) refused(e Event, action string, err error) error {
	var refusal *Refusal
	if !errors.As(err, &refusal) {
		refusal = &Refusal{Reason: ReasonFailed, err: err}
	}
	refusal.what, _, _ = strings.Cut(action, ".")
	e.Action, e.Reason = action, refusal.Reason
	e.Types, e.Values = nil, 0
	if err := d.cfg.Journal.Record(e); err != nil {
		return errors.Join(refusal, fmt.Errorf("write audit entry: %w", err))
	}
	if refusal.Reason.suspicious() {
		return errors.Join(refusal, d.alarm(e, refusal.Reason))
	}
	return refusal
}

// alarm puts an alarm into the journal and tells who listens.
func (d *Desk) alarm(e Event, reason Reason) error {
	e.Action, e.Reason = ActionAlarm, reason
	if d.cfg.Alarm != nil {
		d.cfg.Alarm(e)
	}
	if err := d.cfg.Journal.Record(e); err != nil {
		return fmt.Errorf("write audit entry: %w", err)
	}
	return nil
}

// seen gives the time as the limits know it: it doesn't go back.
func (d *Desk) seen(e *Event) (time.Time, error) {
	now, created, err := d.cfg.Limits.seen(e.Time)
	if err != nil {
		return now, limited(err)
	}
	if created {
		begun := *e
		begun.Action = ActionLimits
		if err = d.cfg.Journal.Record(begun); err != nil {
			err = fmt.Errorf("write audit entry: %w", err)
		}
	}
	return now, err
}

// reveal fills in the event as far as it gets.
func (d *Desk) reveal(r *Request, capsules iter.Seq2[Delivered, error], e *Event) (Answer, error) {
	now, err := d.seen(e)
	if err != nil {
		return Answer{}, err
	}
	g, err := d.allowed(r, e, now)
	if err != nil {
		return Answer{}, err
	}
	if e.Proof, err = prove(g, r, e.Time); err != nil {
		return Answer{}, err
	}
	a, err := collect(r, capsules)
	if err != nil {
		return Answer{}, err
	}
	e.Types = map[string]int{}
	for i := range a.Values {
		e.Types[a.Values[i].Type]++
	}
	e.Values, e.Damaged = len(a.Values), a.Damaged
	// A call without a value costs one too: that it has none is also something to know.
	bulk, err := d.cfg.Limits.take(e.Time, g.Requester, g.Tenant, max(len(a.Values), len(r.Calls)))
	switch {
	case err != nil:
		return Answer{}, limited(err)
	case bulk:
		return a, d.alarm(*e, reasonBulk)
	}
	return a, nil
}

// limited makes a refusal of what limits say.
func limited(err error) error {
	switch {
	case errors.As(err, new(*waitError)), errors.Is(err, errTooMany):
		return &Refusal{Reason: ReasonLimit, err: err}
	case errors.Is(err, errClock):
		return &Refusal{Reason: ReasonClock, err: err}
	}
	return err
}

// allowed checks the grant, and completes the request with what the grant names.
func (d *Desk) allowed(r *Request, e *Event, now time.Time) (Grant, error) {
	g, err := d.genuine(r.Grant, e)
	if err != nil {
		return Grant{}, err
	}
	r.Calls, r.Types, r.Names = either(r.Calls, g.Calls), either(r.Types, g.Types), either(r.Names, g.Names)
	if err := g.covers(r, now); err != nil {
		return Grant{}, err
	}
	e.Calls = r.Calls // granted, so from here on they are what an approver wrote
	return g, nil
}

// genuine opens a grant whose approver and requester are on the lists.
func (d *Desk) genuine(signed []byte, e *Event) (Grant, error) {
	g, err := openGrant(signed, d.cfg.Approvers)
	if err != nil {
		return Grant{}, err
	}
	e.Grant, e.Requester, e.Approver, e.Purpose, e.Ticket = g.ID, g.Requester, g.Approver, g.Purpose, g.Ticket
	if !d.cfg.Requesters.may(g.Requester, g.Tenant) {
		return Grant{}, refuse(ReasonRequester, "the requester may not ask for this tenant")
	}
	return g, nil
}

// either gives what was asked for, sorted and each once, or all there is.
func either(asked, all []string) []string {
	if len(asked) == 0 {
		asked = all
	}
	asked = slices.Clone(asked)
	slices.Sort(asked)
	return slices.Compact(asked)
}

// collect opens the capsules of the calls and takes what was asked for.
func collect(r *Request, capsules iter.Seq2[Delivered, error]) (a Answer, err error) {
	o := newOpener(r.Key)
	opened := map[string][]Value{} // by key, or record where there are no keys: delivery is at least once
	var order []string
	for in, err := range capsules {
		if err != nil {
			return Answer{}, fmt.Errorf("read capsules: %w", err)
		}
		if len(in.Capsules) == 0 {
			delete(opened, in.Key)
			continue
		}
		id, values, err := a.open(r, o, in)
		if err != nil {
			return Answer{}, err
		}
		if id == "" {
			continue
		}
		if _, known := opened[id]; !known {
			order = append(order, id)
		}
		if opened[id] = values; len(opened) > valuesMax {
			return Answer{}, &Refusal{Reason: ReasonLimit, err: errTooMany}
		}
	}
	for _, id := range order {
		a.Values = append(a.Values, opened[id]...)
		delete(opened, id) // one that came back after a tombstone stands in order twice
		if len(a.Values) > valuesMax {
			return Answer{}, &Refusal{Reason: ReasonLimit, err: errTooMany}
		}
	}
	return a, nil
}

// open takes from one record what was asked for, and counts what can't be opened. id is what the record is known by, "" when
// nothing in it is of the calls.
func (a *Answer) open(r *Request, o *opener, in Delivered) (id string, values []Value, err error) {
	pieces := split(in.Capsules)
	for _, text := range pieces {
		c, err := Parse(text)
		if err != nil {
			a.Foreign++
			continue
		}
		key := strings.Replace(c.Record, " ", "/", 1)
		_, place, _ := strings.Cut(c.Record, " ")
		moved := in.Key != "" && (!strings.HasSuffix(in.Key, "/"+place) || len(pieces) == 1 && in.Key != key)
		claimed := moved && slices.ContainsFunc(r.Calls, func(call string) bool { return strings.HasPrefix(in.Key, call+"/") })
		if !slices.Contains(r.Calls, c.Call()) && !claimed {
			continue
		}
		if moved {
			a.Damaged++
			continue
		}
		items, err := o.open(c, nil)
		if errors.Is(err, ErrNeverStored) {
			return "", nil, &Refusal{Reason: ReasonNeverStored, err: err}
		}
		if err != nil {
			a.Damaged++
			continue
		}
		if id = in.Key; id == "" {
			id = key
		}
		values = append(values, wanted(r, c, items)...)
	}
	return id, values, nil
}

// split cuts a value into its capsules. Nothing in a capsule looks like the end of one and the beginning of the next.
func split(text []byte) (pieces [][]byte) {
	for {
		end := -1
		for _, between := range []string{"}\n{", "} {"} { // a file has a space in place of a line feed
			if i := bytes.Index(text, []byte(between)); i >= 0 && (end < 0 || i < end) {
				end = i
			}
		}
		if end < 0 {
			return append(pieces, text)
		}
		pieces, text = append(pieces, text[:end+1]), text[end+2:]
	}
}

// wanted gives the items that were asked for.
func wanted(r *Request, c Capsule, items []Item) (values []Value) {
	for _, it := range items {
		if slices.Contains(r.Types, it.Type) && (len(r.Names) == 0 || slices.Contains(r.Names, it.Name)) {
			values = append(values, Value{c.Call(), c.Record, it})
		}
	}
	return values
}
