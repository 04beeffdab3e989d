package subject

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Kind is what a person asks for.
type Kind string

// The kinds of requests.
const (
	Erase    Kind = "erase"    // what is older than a time is to be gone, and not to come back
	Object   Kind = "object"   // no processing any more
	Restrict Kind = "restrict" // only keep, sealed
	Withdraw Kind = "withdraw" // a consent holds no more
)

// AllConsents is the name of a consent that stands for each of them.
const AllConsents = "*"

// messageVersion stands in every message. A message of a later version is refused: it may ask for what this one doesn't know.
const messageVersion = 1

// Bounds of messages. A message is refused over them, whoever wrote it.
const (
	messageMax = 1 << 20
	listMax    = 20_000 // subjects, tokens, sinks
	nameMax    = 256    // tenants, sinks, topics
	wordMax    = 128    // ids, consents, bases, types, tokens
)

// Update is a message on the suppression topic: what holds for one id from now on. Its key is the id, the kind and the consent; the
// topic is compacted, so the newest of each stays. Lifting is a message too, never a tombstone: keys then never vanish, and that some
// are missing can be seen.
type Update struct {
	Tenant  string    `json:"-"`
	ID      ID        `json:"-"`
	Kind    Kind      `json:"-"`
	Consent string    `json:"-"` // of Withdraw
	V       int       `json:"v"`
	Seq     uint64    `json:"seq"` // one more than any before
	Before  time.Time `json:"before,omitzero"`
	Lifted  bool      `json:"lifted,omitempty"`
	Request string    `json:"request"`
	At      time.Time `json:"at"`
}

// Key is "<id>/<kind>/<consent>/<tenant>".
func (u Update) Key() []byte {
	return fmt.Appendf(nil, "%s/%s/%s/%s", u.ID, u.Kind, u.Consent, u.Tenant)
}

// Value is the message's value.
func (u Update) Value() []byte { u.V = messageVersion; return encode(u) }

func (u Update) validate() error {
	return errors.Join(
		kindError(u.Kind, u.Consent, u.Before, u.Lifted),
		lengthError("tenant", u.Tenant, nameMax),
		wordError("request", u.Request),
	)
}

// ParseUpdate reads a message of the suppression topic.
func ParseUpdate(key, value []byte) (u Update, err error) {
	parts := strings.SplitN(string(key), "/", 4)
	if len(key) > messageMax || len(parts) != 4 || u.ID.UnmarshalText([]byte(parts[0])) != nil {
		return u, errors.New("parse suppression: the key is not id/kind/consent/tenant")
	}
	id := u.ID
	if err := decode(value, &u); err != nil {
		return u, fmt.Errorf("parse suppression: %w", err)
	}
	u.ID, u.Kind, u.Consent, u.Tenant = id, Kind(parts[1]), parts[2], parts[3]
	if err := errors.Join(versionError(u.V), u.validate()); err != nil {
		return u, fmt.Errorf("parse suppression: %w", err)
	}
	return u, nil
}

// Stage is how far the command that makes a request has come.
type Stage string

// The stages, in order.
const (
	StageReceived  Stage = "received"  // nothing has happened yet
	StageIssued    Stage = "issued"    // suppressed, sinks told, tombstones written
	StageCertified Stage = "certified" // answered by every sink, and a certificate signed
)

func (s Stage) rank() int {
	return map[Stage]int{StageReceived: 1, StageIssued: 2, StageCertified: 3}[s]
}

// Subject is one id that a request is about.
type Subject struct {
	Type string `json:"type"`
	ID   ID     `json:"sid"`
}

// Request is a message on the request topic. Each stage repeats it.
type Request struct {
	V        int       `json:"v"`
	ID       string    `json:"id"`
	Tenant   string    `json:"tenant"`
	Kind     Kind      `json:"kind"`
	Lift     bool      `json:"lift,omitempty"` // takes back what an earlier one asked for
	Consent  string    `json:"consent,omitempty"`
	Before   time.Time `json:"before,omitzero"`
	Subjects []Subject `json:"subjects"`
	Sinks    []string  `json:"sinks"` // that have to answer
	Ticket   string    `json:"ticket,omitempty"`
	By       string    `json:"by,omitempty"`
	At       time.Time `json:"at"`
	Due      time.Time `json:"due"`
	Stage    Stage     `json:"stage"`
	Done     *Done     `json:"done,omitempty"` // from StageIssued on
}

// Done is what the command itself did for a request.
type Done struct {
	At         time.Time      `json:"at"`
	Suppressed int            `json:"suppressed"`
	Directives int            `json:"directives"`
	Tombstones map[string]int `json:"tombstones,omitempty"` // by topic
	Capsules   map[string]int `json:"capsules,omitempty"`   // by topic
	Salts      int            `json:"salts,omitempty"`
}

// Key is the request's id.
func (r Request) Key() []byte { return []byte(r.ID) }

// Value is the message's value.
func (r Request) Value() []byte { r.V = messageVersion; return encode(r) }

// ParseRequest reads a message of the request topic.
func ParseRequest(key, value []byte) (r Request, err error) {
	if err := decode(value, &r); err != nil {
		return r, fmt.Errorf("parse request: %w", err)
	}
	errs := []error{
		versionError(r.V), kindError(r.Kind, r.Consent, r.Before, r.Lift),
		wordError("id", r.ID), optional(wordError, "ticket", r.Ticket), optional(wordError, "by", r.By),
		lengthError("tenant", r.Tenant, nameMax), sizeError("subjects", len(r.Subjects)), sizeError("sinks", len(r.Sinks)),
	}
	for _, s := range r.Subjects {
		errs = append(errs, wordError("type", s.Type))
	}
	for _, s := range r.Sinks {
		errs = append(errs, lengthError("sink", s, nameMax))
	}
	if !bytes.Equal(key, r.Key()) {
		errs = append(errs, errors.New("the key is not the id"))
	}
	if r.Stage.rank() == 0 || r.Stage != StageReceived && r.Done == nil {
		errs = append(errs, errors.New("stage is not known, or lacks what was done"))
	}
	if len(r.Subjects) == 0 || r.At.IsZero() || r.Due.IsZero() {
		errs = append(errs, errors.New("subjects, at and due are required"))
	}
	if err := cmp.Or(errs...); err != nil {
		return r, fmt.Errorf("parse request: %w", err)
	}
	return r, nil
}

// Directive is a message on the directive topic: what one sink is to do. The values are tokens of the sink's own domain, as it has
// them in its records; a sink of another domain, or nobody at all, can make something of them.
type Directive struct {
	V       int       `json:"v"`
	Request string    `json:"request"`
	Sink    string    `json:"sink"`
	Tenant  string    `json:"tenant"`
	Kind    Kind      `json:"kind"`
	Lift    bool      `json:"lift,omitempty"`
	Consent string    `json:"consent,omitempty"`
	Before  time.Time `json:"before,omitzero"`
	Tokens  []string  `json:"tokens,omitempty"` // of the person, in entities and fields
	Calls   []string  `json:"calls,omitempty"`  // keys of the calls
	At      time.Time `json:"at"`
}

// Key is "<request>/<sink>".
func (d Directive) Key() []byte { return []byte(d.Request + "/" + d.Sink) }

// Value is the message's value.
func (d Directive) Value() []byte { d.V = messageVersion; return encode(d) }

// ParseDirective reads a message of the directive topic.
func ParseDirective(key, value []byte) (d Directive, err error) {
	if err := decode(value, &d); err != nil {
		return d, fmt.Errorf("parse directive: %w", err)
	}
	errs := []error{
		versionError(d.V), kindError(d.Kind, d.Consent, d.Before, d.Lift), wordError("request", d.Request),
		lengthError("sink", d.Sink, nameMax), lengthError("tenant", d.Tenant, nameMax),
		sizeError("tokens", len(d.Tokens)), sizeError("calls", len(d.Calls)),
	}
	for _, list := range [][]string{d.Tokens, d.Calls} {
		for _, token := range list {
			errs = append(errs, lengthError("token", token, wordMax))
		}
	}
	if !bytes.Equal(key, d.Key()) {
		errs = append(errs, errors.New("the key is not request/sink"))
	}
	if err := cmp.Or(errs...); err != nil {
		return d, fmt.Errorf("parse directive: %w", err)
	}
	return d, nil
}

// Answer is what a sink says to a directive.
type Answer string

// The answers.
const (
	AnswerDone Answer = "done"
	AnswerHeld Answer = "held" // kept for a time because a law asks for it
)

// Ack is a message on the topic of acknowledgements.
type Ack struct {
	V       int       `json:"v"`
	Request string    `json:"request"`
	Sink    string    `json:"sink"`
	Answer  Answer    `json:"answer"`
	Count   int       `json:"count,omitempty"` // records that were deleted, as the sink counts
	Until   time.Time `json:"until,omitzero"`  // of AnswerHeld
	Basis   string    `json:"basis,omitempty"` // of AnswerHeld
	By      string    `json:"by,omitempty"`
	At      time.Time `json:"at"`
}

// Key is "<request>/<sink>".
func (a Ack) Key() []byte { return []byte(a.Request + "/" + a.Sink) }

// Value is the message's value.
func (a Ack) Value() []byte { a.V = messageVersion; return encode(a) }

// ParseAck reads a message of the topic of acknowledgements.
func ParseAck(key, value []byte) (a Ack, err error) {
	if err := decode(value, &a); err != nil {
		return a, fmt.Errorf("parse acknowledgement: %w", err)
	}
	errs := []error{
		versionError(a.V), wordError("request", a.Request), lengthError("sink", a.Sink, nameMax),
		optional(wordError, "by", a.By), optional(basisError, "basis", a.Basis),
	}
	switch held := a.Answer == AnswerHeld; {
	case !held && a.Answer != AnswerDone:
		errs = append(errs, errors.New("answer is neither done nor held"))
	case held != !a.Until.IsZero(), held != (a.Basis != ""):
		errs = append(errs, errors.New("until and basis belong to held, which needs both"))
	case a.Count < 0 || a.At.IsZero():
		errs = append(errs, errors.New("count is negative, or at is missing"))
	}
	if !bytes.Equal(key, a.Key()) {
		errs = append(errs, errors.New("the key is not request/sink"))
	}
	if err := cmp.Or(errs...); err != nil {
		return a, fmt.Errorf("parse acknowledgement: %w", err)
	}
	return a, nil
}

// encode can't fail: messages hold texts, numbers, times and lists of them.
func encode(message any) []byte {
	b, err := json.Marshal(message)
	if err != nil {
		panic("subject: message can't be encoded")
	}
	return b
}

var errMalformed = errors.New("the value is no message of this kind")

// decode reads strictly. Its errors don't quote what they read.
func decode(value []byte, into any) error {
	if len(value) == 0 || len(value) > messageMax {
		return errMalformed
	}
	d := json.NewDecoder(bytes.NewReader(value))
	d.DisallowUnknownFields()
	if d.Decode(into) != nil || d.InputOffset() != int64(len(bytes.TrimRight(value, " \t\r\n"))) {
		return errMalformed
	}
	return nil
}
