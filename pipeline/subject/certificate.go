package subject

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"golang.org/x/mod/sumdb/note"
)

// Certificate says what was done for a request, and from when it can be relied on. It holds no identifier and no id.
type Certificate struct {
	Certificate string      `json:"certificate"` // certificateTitle
	Request     string      `json:"request"`
	Tenant      string      `json:"tenant"`
	Kind        Kind        `json:"kind"`
	Lift        bool        `json:"lift,omitempty"`
	Consent     string      `json:"consent,omitempty"`
	Before      time.Time   `json:"before,omitzero"`
	Ticket      string      `json:"ticket,omitempty"`
	Subjects    int         `json:"subjects"`
	Received    time.Time   `json:"received"`
	Due         time.Time   `json:"due"`
	Done        Done        `json:"done"`
	Sinks       []Answered  `json:"sinks"`
	Completed   time.Time   `json:"completed"` // the last answer
	Effective   []Effective `json:"effective"`
	// EffectiveBy is the latest of them; absent where one has no bound: then the erasure is never complete by itself.
	EffectiveBy time.Time `json:"effective_by,omitzero"`
	Issued      time.Time `json:"issued"`
}

// Answered is one sink's answer.
type Answered struct {
	Sink  string    `json:"sink"`
	At    time.Time `json:"at"`
	Count int       `json:"count"`
	By    string    `json:"by,omitempty"`
}

// Effective is a place where what was erased may still be, and until when.
type Effective struct {
	Where  string    `json:"where"`
	By     time.Time `json:"by,omitzero"` // absent: no bound
	Reason string    `json:"reason"`
}

const certificateTitle = "tacet certificate of completion, version 1"

// Certify makes the certificate of a request that every sink is done with. The places are what the one who asks knows of topics,
// files and backups.
func Certify(s Status, places []Effective, now time.Time) (Certificate, error) {
	if _, err := s.Certify(); err != nil {
		return Certificate{}, err
	}
	c := Certificate{
		Certificate: certificateTitle, Request: s.ID, Tenant: s.Tenant, Kind: s.Kind, Lift: s.Lift, Consent: s.Consent,
		Before: s.Before, Ticket: s.Ticket, Subjects: len(s.Subjects), Received: s.At, Due: s.Due, Done: *s.Request.Done,
		Sinks: []Answered{}, Completed: s.Request.Done.At, Effective: places, Issued: now,
	}
	for _, sink := range s.Sinks {
		a := s.Acks[sink]
		c.Sinks = append(c.Sinks, Answered{sink, a.At, a.Count, a.By})
		if a.At.After(c.Completed) {
			c.Completed = a.At
		}
	}
	c.EffectiveBy = c.Completed
	for _, p := range places {
		if p.By.IsZero() {
			c.EffectiveBy = time.Time{}
			break
		}
		if p.By.After(c.EffectiveBy) {
			c.EffectiveBy = p.By
		}
	}
	return c, nil
}

// Sign gives the certificate as a note signed with Ed25519, in the form of golang.org/x/mod/sumdb/note: people can read it, and
// programs can.
func (c Certificate) Sign(signer note.Signer) ([]byte, error) {
	text, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("sign certificate: %w", err)
	}
	signed, err := note.Sign(&note.Note{Text: string(text) + "\n"}, signer)
	if err != nil {
		return nil, fmt.Errorf("sign certificate: %w", err)
	}
	return signed, nil
}

// VerifyCertificate reads a signed certificate.
func VerifyCertificate(signed []byte, verifier note.Verifier) (c Certificate, err error) {
	n, err := note.Open(signed, note.VerifierList(verifier))
	if err != nil {
		return c, errors.New("verify certificate: it is not signed by this key, or was changed")
	}
	if decode([]byte(n.Text), &c) != nil || c.Certificate != certificateTitle {
		return c, errors.New("verify certificate: what is signed is no certificate of this version")
	}
	return c, nil
}
